#!/bin/sh
# Holds `stackctl config` against a corpus of Compose files with Docker Compose's own answers, if there is one:
# in $STACKD_CORPUS, else in ../shared/corpus beside the checkout. The last line is "N passed, N failed".
#
#   sh tests/corpus.sh build/src/stackctl
#
# A corpus has a program `check STACKCTL [--hashes]` that ends with "total: A of B agree". What may differ on
# purpose is counted below; anything more is a failure.
#
#   pre_start   Compose 2.40 refuses the hook; Compose 5 and stackd have it.
#
# Further defects of Compose 2.40 that are not copied, without a case in the corpus so far:
#
#   x-*         A label or variable whose name begins with x- is lost when it stands in a mapping.
#   include     The env_file of an include two levels deep is looked for in the caller's folder.
#   include     A second path of an include that leads back to its file is followed until memory ends.
#   extends     Resets in a chain within one file hold or not, as the order of a Go map has it.
#   {a: , b:}   A colon before a closing bracket is taken for a part of the key.
#
# Where docker compose itself can be had (tests/support/engine.sh finds it), what is printed is compared with it byte by
# byte: of the corpus as YAML, of cases/config in every form. Meant there, beside pre_start:
#
#   []          As JSON without interpolation, some empty lists are null here and [] there; it can't write infinity.
#
# and not compared over the corpus, for it differs as it should:
#
#   variables   Of what is no variable, like ${1}, Compose lists one without a name.
#   numbers     Without interpolation Compose refuses limits and ports that only later become numbers.
set -u

stackctl=${1:?usage: corpus.sh STACKCTL}
root=$(cd "$(dirname "$0")/.." && pwd)
corpus=${STACKD_CORPUS:-$root/../shared/corpus}
deliberate_differences=1

passed=0
failed=0
compose=$(sh "$root/tests/support/engine.sh" compose 2>/dev/null)
printed() {
    meant=$1
    shift
    said=$(python3 "$root/tests/contract/compare_config.py" "$stackctl" "$compose" "$@")
    echo "$said" | sed '$s/^/so printed: /'
    total=$(echo "$said" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
    passed=$((passed + ${total% *}))
    unexpected=$((${total#* } - meant))
    [ "$unexpected" -gt 0 ] && failed=$((failed + unexpected))
}
if [ -n "$compose" ]; then
    printed 3 "$root/tests/cases/config"
else
    echo "printed: skipped, there is no docker compose to compare with"
fi

if [ ! -x "$corpus/check" ]; then
    echo "skipped: there is no corpus in $corpus"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
fi

# The kind of answer, the number of differences that are meant, further arguments.
compare() {
    what=$1
    meant=$2
    shift 2
    said=$("$corpus/check" "$stackctl" "$@" --list)
    echo "$said"
    total=$(echo "$said" | sed -n 's/^total: \([0-9]*\) of \([0-9]*\) agree.*/\1 \2/p')
    agreed=${total% *}
    all=${total#* }
    if [ -z "$total" ]; then
        echo "$what: the check ended without a total"
        failed=$((failed + 1))
        return
    fi
    echo "$what: $agreed of $all"
    passed=$((passed + agreed))
    unexpected=$((all - agreed - meant))
    [ "$unexpected" -gt 0 ] && failed=$((failed + unexpected))
}

compare configurations "$deliberate_differences"
if [ -w /srv ]; then
    compare hashes 0 --hashes
else
    echo "hashes: skipped, /srv can't be written and absolute paths are part of a hash"
fi
if [ -n "$compose" ]; then
    printed 1 --form config \
        "$corpus/awesome-compose" "$corpus/compose" "$corpus/compose-go" "$corpus/vectors.jsonl"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
