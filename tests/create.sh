#!/bin/sh
# Holds what `stackctl deploy --no-start` leaves on an engine against what `docker compose create` leaves: of the
# cases in tests/cases/create and, if there is one, of the corpus of Compose files (as corpus.sh finds it). The
# engine and Compose are those of Debian sid, unpacked. The last line is "N passed, N failed".
#
#   sh tests/create.sh BUILD [VARIANT]
#
# Meant differences, taken out by compare_create.py: the restart policy, which is `no` because stackd restarts,
# and labels of its own (io.stackd.*).
set -u

build=${1:?usage: create.sh BUILD [VARIANT]}
variant=${2:-sid}
root=$(cd "$(dirname "$0")/.." && pwd)
control=$root/tests/support/engine.sh
corpus=${STACKD_CORPUS:-$root/../shared/corpus}

skip() {
    echo "skipped: $*"
    echo "0 passed, 0 failed"
    exit 0
}
sh "$control" tools "$variant" >/dev/null || skip "the engine of $variant can't be had"
compose=$(sh "$control" compose) || skip "there is no docker compose to compare with"
busybox=$(command -v busybox) || skip "there is no busybox"

folder=$(mktemp -d "${TMPDIR:-/tmp}/stackd-create-XXXXXX") || exit 1
trap 'sh "$control" remove "$folder/engine" >/dev/null 2>&1; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
sh "$control" start "$folder/engine" --variant "$variant" || exit 1
sh "$root/tests/support/tiny_image.sh" "$folder/engine/docker.sock" "$busybox" true || exit 1
[ -d "$corpus" ] || corpus=
python3 "$root/tests/contract/compare_create.py" --build "$build" --compose "$compose" --quiet \
    --socket "$folder/engine/docker.sock" "$root/tests/cases/create" ${corpus:+"$corpus/awesome-compose" "$corpus/compose"}
