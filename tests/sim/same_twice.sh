#!/bin/sh
# Each seed run in two processes must leave the same trace: a run that can't be repeated can't be explained.
#   same_twice.sh SIM SEEDS
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" --hashes --seeds "$2" > "$folder/first" &
"$1" --hashes --seeds "$2" > "$folder/second"
wait $!
cmp "$folder/first" "$folder/second"
[ "$(wc -l < "$folder/first")" -eq "$2" ]
