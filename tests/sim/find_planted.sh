#!/bin/sh
# Every planted bug must be found within its budget of seeds, and without one nothing is found: the test of
# the test.
#   find_planted.sh SIM SEEDS [all]
# Four are so rarely met that 60 seeds do not find them; they are asked for with `all` and a larger budget.
set -eu
sim=$1
seeds=$2
rare=" anything-in-the-project-is-ours back-off-without-a-cap policy-no-is-always stops-are-not-stored "
missed=
for bug in $("$sim" --plants); do
  case "$rare" in *" $bug "*) [ "${3:-}" = all ] || continue ;; esac
  if result=$("$sim" --plant "$bug" --seeds "$seeds"); then
    missed="$missed $bug"
  else
    echo "$bug: $(echo "$result" | grep 'broke a promise')"
  fi
done
[ -z "$missed" ] || { echo "not found within $seeds seeds:$missed"; exit 1; }
