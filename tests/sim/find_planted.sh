#!/bin/sh
# Every planted bug must be found within its budget of seeds: the test of the test. Two bugs are looked for at a
# time, each seed by seed until it is found.
#   find_planted.sh SIM SEEDS
set -eu
sim=$1
seeds=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

"$sim" --plants | xargs -P 2 -I BUG sh -c \
    'if "$0" --plant "$1" --seeds "$2" >"$3/$1"; then : >"$3/$1.missed"; fi' "$sim" BUG "$seeds" "$work"
found=0
missed=
for bug in $("$sim" --plants); do
    if [ -e "$work/$bug.missed" ] || ! grep -q 'broke a promise' "$work/$bug"; then
        missed="$missed $bug"
    else
        echo "$bug: $(grep -m1 'broke a promise' "$work/$bug")"
        found=$((found + 1))
    fi
done
[ "$found" -gt 0 ] || { echo "no bug can be planted in this build"; exit 1; }
[ -z "$missed" ] || { echo "not found within $seeds seeds:$missed"; exit 1; }
