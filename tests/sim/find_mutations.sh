#!/bin/sh
# Every mutation must be found within its budget of seeds: the test of the test. Two are looked for at a time,
# each seed by seed until it is found.
#   find_mutations.sh SIM SEEDS
set -eu
sim=$1
seeds=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

"$sim" --mutations | xargs -P 2 -I NAME sh -c \
    'if "$0" --mutation "$1" --seeds "$2" >"$3/$1"; then : >"$3/$1.missed"; fi' "$sim" NAME "$seeds" "$work"
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
