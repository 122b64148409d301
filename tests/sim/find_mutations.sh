#!/bin/sh
# Every mutation must be found within its budget of seeds: the test of the test. Two are looked for at a time:
# first by the seed that found it last (mutations.txt), and where that one passes, seed by seed until it is found.
#   find_mutations.sh SIM SEEDS
set -eu
sim=$1
seeds=$2
known=$(dirname "$0")/mutations.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cat >"$work/find" <<'END'
seed=$(sed -n "s/^$2 //p" "$3")
if [ -n "$seed" ] && [ "$seed" -le "$4" ] && ! "$1" --mutation "$2" --seed "$seed" >"$5/$2"; then exit 0; fi
! "$1" --mutation "$2" --seeds "$4" >"$5/$2" || : >"$5/$2.missed"
END
"$sim" --mutations | xargs -P 2 -I NAME sh "$work/find" "$sim" NAME "$known" "$seeds" "$work"
found=0
missed=
for name in $("$sim" --mutations); do
    if [ -e "$work/$name.missed" ] || ! grep -q 'broke a promise' "$work/$name"; then
        missed="$missed $name"
    else
        echo "$name: $(grep -m1 'broke a promise' "$work/$name")"
        found=$((found + 1))
    fi
done
[ "$found" -gt 0 ] || { echo "there are no mutations in this build"; exit 1; }
[ -z "$missed" ] || { echo "not found within $seeds seeds:$missed"; exit 1; }
