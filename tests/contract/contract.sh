#!/bin/sh
# The contract's questions to a private engine: contract.sh RUNNER [VARIANT]
# RUNNER is the program contract_docker, VARIANT an engine of tests/support/engine.sh (host).
# 77, which means skipped, where there is no engine to start or no right to do it.
set -u
runner=$1
variant=${2:-host}
here=$(cd "$(dirname "$0")" && pwd)
control=$here/../support/engine.sh

[ "$(id -u)" = 0 ] || { echo "contract.sh: an engine needs root" >&2; exit 77; }
[ "$variant" != host ] || command -v dockerd >/dev/null || { echo "contract.sh: no dockerd" >&2; exit 77; }
busybox=$(command -v busybox) || { echo "contract.sh: no busybox" >&2; exit 77; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/stackd-contract-XXXXXX") || exit 1
trap 'sh "$control" remove "$folder/engine" >/dev/null 2>&1; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
sh "$control" start "$folder/engine" --variant "$variant" || exit 1

sh "$here/../support/tiny_image.sh" "$folder/engine/docker.sock" "$busybox" || exit 1

DOCKER_HOST=unix://$folder/engine/docker.sock "$runner"
