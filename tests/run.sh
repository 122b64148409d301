#!/bin/sh
# All tests: installs what is missing, builds with the sanitizers, runs everything, adds up. The last line is
# "N passed, N failed"; the exit code is 0 only when nothing failed. Nothing is left behind but the build
# folder (build-tests, or $STACKD_TEST_BUILD) and downloaded packages.
#
#   sh tests/run.sh              everything that is done in minutes
#   sh tests/run.sh unit e2e     only these parts: unit, tidy, corpus, create, e2e
#   sh tests/run.sh nightly      all of it, and beside it what takes hours: 20,000 seeds of the simulated world
#                                and 200 kills of stackd in real deploys (also by themselves: seeds, kills)
#
# unit is every test of Meson: the unit tests, golden cases, simulated world, contracts, lint. tidy is clang-tidy
# over what is not on the upstream branch yet. What asks a real engine starts one of its own, which needs root.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
build=${STACKD_TEST_BUILD:-$root/build-tests}
minutes="unit tidy corpus create e2e"
parts=${*:-$minutes}
[ "$parts" != nightly ] || parts="$minutes seeds kills"
cd "$root" || exit 1
. stacks/packages.sh

passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

finish() {
    echo
    echo "$passed passed, $failed failed"
    rm -rf "$work"
    [ "$failed" -eq 0 ]
    exit
}
give_up() {
    echo "run.sh: $*" >&2
    failed=$((failed + 1))
    finish
}
wanted() { case " $parts " in *" $1 "*) return 0 ;; esac && return 1; }

# Reads the "N passed, N failed" line that ends the output of a part; without one the part itself failed.
count() {
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -1)
    if [ -z "$line" ]; then
        echo "run.sh: $2 ended without a result" >&2
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + ${line%% passed*}))
    line=${line#*, }
    failed=$((failed + ${line%% failed*}))
}

echo "== build"
packages_install $(packages_for_build) python3 curl || give_up "packages are missing"
if [ "$(id -u)" = 0 ]; then
    packages_install_quiet docker.io docker-registry iptables iproute2 util-linux perl-base || give_up "packages are missing"
    busybox=$(packages_program busybox busybox-static) || give_up "packages are missing"
    PATH=$(dirname "$busybox"):$PATH
fi
linker=
command -v mold >/dev/null && linker=-fuse-ld=mold
if [ ! -e "$build/build.ninja" ]; then
    # Line tables are all that the sanitizers' reports need. Files compiled together share what each would make of
    # the same headers: it takes less than half the time.
    meson setup "$build" --unity=on --unity-size=6 -Dbuildtype=plain -Doptimization=0 -Ddebug=false -Dcpp_args=-g1 \
        -Dcpp_link_args="$linker" -Db_sanitize=address,undefined -Db_lundef=false >"$work/setup" 2>&1 || {
        cat "$work/setup"
        give_up "meson setup failed"
    }
fi
ninja -C "$build" >"$work/build" 2>&1 || {
    grep -A15 -E '^FAILED|error' "$work/build" | head -60
    give_up "the build failed"
}
tail -1 "$work/build"

ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export ASAN_OPTIONS UBSAN_OPTIONS

if wanted unit; then
    echo "== unit"
    meson test -C "$build" --no-rebuild --print-errorlogs </dev/null >"$work/unit" 2>&1
    grep -vE '^ninja: |^ *$|\bOK\b' "$work/unit" | tail -150
    ok=$(sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$work/unit" | tail -1)
    bad=$(sed -nE 's/^(Fail|Unexpected Pass|Timeout): *([0-9]*).*/\2/p' "$work/unit" | paste -sd+ -)
    [ -n "$ok" ] || give_up "meson test ended without a result"
    passed=$((passed + ok))
    failed=$((failed + ${bad:-0}))
fi

# The sources that differ from the upstream branch, one a line.
changed_sources() {
    upstream=$(git rev-parse --abbrev-ref '@{upstream}' 2>/dev/null) || upstream=origin/main
    base=$(git merge-base HEAD "$upstream" 2>/dev/null) || return 1
    git diff --name-only --diff-filter=d "$base" -- 'src/*.cc'
}

if wanted tidy; then
    echo "== tidy"
    if ! command -v clang-tidy >/dev/null; then
        echo "not run: there is no clang-tidy here"
    elif ! changed=$(changed_sources); then
        echo "not run: there is no upstream branch to tell what was changed"
    elif [ -z "$changed" ]; then
        echo "not run: no source differs from the upstream branch"
    else
        # The precompiled headers are g++'s; their sources serve clang as well.
        echo "$changed" | xargs -P 2 -n 4 clang-tidy -p "$build" --quiet --warnings-as-errors='*' \
            --extra-arg=-I"$root/src/pch" --extra-arg=-Wno-unknown-warning-option >"$work/tidy" 2>/dev/null &&
            passed=$((passed + 1)) || failed=$((failed + 1))
        grep -E 'warning|error' "$work/tidy" | tail -40
        echo "$(echo "$changed" | wc -l) sources"
    fi
fi

if wanted corpus && [ -e tests/corpus.sh ]; then
    echo "== corpus"
    sh tests/corpus.sh "$build/src/stackctl" </dev/null >"$work/corpus" 2>&1
    tail -20 "$work/corpus"
    count "$work/corpus" corpus
fi

if wanted create; then
    echo "== create"
    if [ "$(id -u)" != 0 ]; then
        echo "skipped: a private engine needs root"
    else
        sh tests/create.sh "$build" </dev/null >"$work/create" 2>&1
        tail -40 "$work/create"
        count "$work/create" create
    fi
fi

if wanted e2e; then
    echo "== e2e"
    if [ "$(id -u)" != 0 ]; then
        echo "skipped: a private engine needs root"
    else
        python3 tests/e2e/run.py --build "$build" --jobs 3 </dev/null 2>&1 | tee "$work/e2e"
        count "$work/e2e" e2e
    fi
fi

# One part that passes or fails as a whole: its name, then its command.
whole() {
    name=$1
    shift
    echo "== $name"
    "$@" </dev/null >"$work/$name" 2>&1 && passed=$((passed + 1)) || failed=$((failed + 1))
    tail -120 "$work/$name"
}

# So many in a build without sanitizers, which takes an eighth of the time; the unit part has 200 with them. Its
# files are compiled one by one: what one includes only through others shows here.
if wanted seeds; then
    quick=$build-quick
    [ -e "$quick/build.ninja" ] || meson setup "$quick" -Dbuildtype=plain -Doptimization=1 -Ddebug=false \
        -Dcpp_link_args="$linker" >"$work/setup" 2>&1 || give_up "meson setup of the quick build failed"
    ninja -C "$quick" tests/sim/sim >"$work/build" 2>&1 || give_up "the quick build failed"
    whole seeds "$quick/tests/sim/sim" --seeds 20000 --marks --jobs "$(nproc)"
fi

if wanted kills; then
    if [ "$(id -u)" != 0 ]; then
        echo "kills skipped: a private engine needs root"
    else
        whole kills python3 tests/e2e/kills.py --build "$build" --count 200
    fi
fi

finish
