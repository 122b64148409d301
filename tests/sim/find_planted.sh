#!/bin/sh
# Every planted bug must be found within its budget of seeds: the test of the test.
#   find_planted.sh SIM SEEDS
set -eu
sim=$1
seeds=$2
missed=
for bug in $("$sim" --plants); do
  if result=$("$sim" --plant "$bug" --seeds "$seeds" --jobs 2); then
    missed="$missed $bug"
  else
    echo "$bug: $(echo "$result" | grep -m1 "broke a promise")"
  fi
done
[ -z "$missed" ] || { echo "not found within $seeds seeds:$missed"; exit 1; }
