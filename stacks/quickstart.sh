#!/bin/sh
# Builds stackd and runs the stack of stacks/nroxy under it, on a machine that has nothing but this folder.
#
#   sh stacks/quickstart.sh            install what is missing, build, start, show the status
#   sh stacks/quickstart.sh stop       stop the stack and stackd; the data stays
#   sh stacks/quickstart.sh remove     the same, and delete the stack's containers, volumes and records
#
# Run it again at any time: what is there is used. It needs Debian 12 or newer and root (or, with every
# package there and an engine that answers, nobody in particular).
#
# An engine that answers on $DOCKER_HOST (default unix:///var/run/docker.sock) is used, else one is started.
# Where no registry answers, stand-ins for the public images are made from Debian packages, and the stack gets
# a project name of its own, so that its volumes never meet those of the public images.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
stack=$here/nroxy
home=${STACKD_QUICKSTART:-/var/lib/stackd-quickstart}
build=${STACKD_BUILD:-$root/build-quickstart}
socket=$home/stackd.sock
. "$here/packages.sh"

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() {
    printf '\nquickstart: %s\n' "$*" >&2
    exit 1
}
stackctl() { "$build/src/stackctl" --socket "$socket" "$@"; }

# The pid in a file, if the program of that name still has it.
running() {
    pid=$(cat "$1" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] && echo "$pid"
}

end() {
    pid=$(running "$1" "$2") || return 0
    kill "$pid"
    tenths=300
    while [ -n "$(running "$1" "$2")" ] && [ $tenths -gt 0 ]; do tenths=$((tenths - 1)) && sleep 0.1; done
    rm -f "$1"
}

# wait_for SECONDS COMMAND...
wait_for() {
    tenths=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        tenths=$((tenths - 1))
        [ $tenths -gt 0 ] || return 1
        sleep 0.1
    done
}

engine_socket() {
    engine=${DOCKER_HOST:-unix:///var/run/docker.sock}
    case $engine in unix://*) ;; *) fail "DOCKER_HOST is '$engine': stackd reaches engines by unix:// only" ;; esac
    export DOCKER_HOST="$engine"
    engine_path=${engine#unix://}
}
engine_answers() { [ "$(curl -s -m 5 --unix-socket "$engine_path" http://engine/_ping)" = OK ]; }

start_engine() {
    if engine_answers; then
        say "the engine on $engine_path answers"
        return
    fi
    [ -z "${QUICKSTART_ENGINE_GIVEN:-}" ] || fail "no engine answers on $DOCKER_HOST"
    packages_install docker.io iptables ca-certificates
    if wait_for 10 engine_answers; then
        return
    fi
    if [ -d /run/systemd/system ]; then
        systemctl start docker
    else
        say "starting an engine, its log is $home/engine.log"
        setsid dockerd -H "$DOCKER_HOST" --pidfile "$home/engine.pid" </dev/null >>"$home/engine.log" 2>&1 &
    fi
    wait_for 60 engine_answers || {
        tail -5 "$home/engine.log" 2>/dev/null >&2
        fail "the engine does not answer on $DOCKER_HOST"
    }
}

# Reads what ninja prints ("[83/260] …") and says how far it is: in place on a terminal, else every tenth.
tell_compiled() {
    tenths=0
    while read -r line; do
        case $line in "["*/*"]"*) ;; *) continue ;; esac
        all=${line%%]*}
        compiled=${all#[}
        compiled=${compiled%/*}
        all=${all#*/}
        if [ -t 1 ]; then
            printf '\r   %s of %s' "$compiled" "$all"
        elif [ $((compiled * 10 / all)) -gt "$tenths" ]; then
            tenths=$((compiled * 10 / all))
            say "compiled $compiled of $all"
        fi
    done
    [ ! -t 1 ] || printf '\r\033[K'
}

build_stackd() {
    packages_install $(packages_for_build)
    if [ ! -e "$build/build.ninja" ]; then
        # Files compiled together share what each would make of the same headers.
        together="--unity=on --unity-size=6"
        meson setup "$build" "$root" $together --buildtype=release -Doptimization=s -Dtests=false \
            >"$home/build.log" 2>&1 || {
            tail -20 "$home/build.log" >&2
            fail "meson setup failed, see $home/build.log"
        }
    fi
    say "compiling; the first time takes some minutes"
    { ninja -C "$build" src/stackd src/stackctl 2>&1 || echo "quickstart: ninja failed"; } |
        tee "$home/build.log" | tell_compiled
    ! grep -q '^quickstart: ninja failed' "$home/build.log" || {
        grep -A5 -E 'error|FAILED' "$home/build.log" | head -40 >&2
        fail "the build failed, see $home/build.log"
    }
}

registry_answers() {
    [ -z "${STACKD_NO_REGISTRY:-}" ] || return 1
    case $(curl -s -m 8 -o /dev/null -w '%{http_code}' --unix-socket "$engine_path" \
        http://engine/distribution/postgres:16/json) in 200) ;; *) return 1 ;; esac
}

# The application's own image, by the engine's builder.
build_app() {
    case $(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$engine_path" http://engine/images/nroxy/app:1/json) in
    200) return ;;
    esac
    say "building the application's image"
    answer=$(tar -C "$stack" -c --exclude=.env Dockerfile requirements.txt app | curl -s --unix-socket "$engine_path" \
        -X POST -H 'Content-Type: application/x-tar' -T - 'http://engine/build?t=nroxy/app:1')
    case $answer in *'"errorDetail"'*) return 1 ;; esac
}

port_is_free() { [ -z "$(ss -Hltn "sport = :$1")" ]; }
free_port() {
    for port; do port_is_free "$port" && echo "$port" && return; done
    fail "none of the ports $* is free"
}

setting() { sed -n "s/^$1=//p" "$stack/.env" | tail -1; }

write_settings() {
    if [ -e "$stack/.env" ]; then
        say "the settings in $stack/.env are kept"
    else
        settings=$(mktemp)
        chmod 600 "$settings"
        {
            echo "# Written by quickstart.sh; .env.example says what else can be set."
            echo "POSTGRES_PASSWORD=$(od -An -N18 -tx1 /dev/urandom | tr -d ' \n')"
        } >"$settings"
        http=$(free_port 80 8080 8081 8082)
        https=$(free_port 443 8443 8444 8445)
        [ "$http" = 80 ] || { say "port 80 is taken: the page will be on port $http" && echo "HTTP_PORT=$http" >>"$settings"; }
        [ "$https" = 443 ] || { say "port 443 is taken: HTTPS will be on port $https" && echo "HTTPS_PORT=$https" >>"$settings"; }
        if registry_answers && build_app; then
            say "the images are the public ones"
        else
            say "no registry answers: the images are stand-ins from Debian packages"
            echo "COMPOSE_PROJECT_NAME=nroxy-standin" >>"$settings"
            make_standins >>"$settings"
        fi
        mv "$settings" "$stack/.env"
    fi
    # Somebody may have pruned them, or the engine is another one.
    case $(setting COMPOSE_PROJECT_NAME) in nroxy-standin) make_standins >/dev/null ;; esac
}
make_standins() { sh "$here/images.sh" postgres caddy app; }

start_stackd() {
    end "$home/stackd.pid" stackd
    setsid "$build/src/stackd" --state "$home/state" --socket "$socket" </dev/null >>"$home/stackd.log" 2>&1 &
    echo $! >"$home/stackd.pid"
    wait_for 10 curl -sf --unix-socket "$socket" http://stackd/v1/version || {
        tail -5 "$home/stackd.log" >&2
        fail "stackd does not answer, see $home/stackd.log"
    }
}

page_answers() { curl -sf -m 5 -o /dev/null "$page"; }

start() {
    mkdir -p "$home" || fail "cannot write to $home: run as root, or name another folder in STACKD_QUICKSTART"
    [ -z "${DOCKER_HOST:-}" ] || QUICKSTART_ENGINE_GIVEN=1
    engine_socket

    step "the build"
    packages_install curl iproute2
    build_stackd
    step "the engine"
    start_engine
    step "the settings"
    write_settings
    step "the stack"
    start_stackd
    stackctl -f "$stack/compose.yaml" up || fail "the stack is not up: $build/src/stackctl --socket $socket status"

    page=http://localhost:$(setting HTTP_PORT)/
    case $page in http://localhost:/) page=http://localhost/ ;; esac
    step "status"
    stackctl status
    say
    if wait_for 15 page_answers; then
        say "The page:   $page"
    else
        say "The page should be on $page, but does not answer yet: $build/src/stackctl --socket $socket logs caddy"
    fi
    say "Look:       $build/src/stackctl --socket $socket status"
    say "Stop:       sh $here/quickstart.sh stop"
    say "Its state:  $home"
}

stop() {
    engine_socket
    if [ -n "$(running "$home/stackd.pid" stackd)" ]; then
        stackctl down || true
    fi
    end "$home/stackd.pid" stackd
}

remove() {
    engine_socket
    if [ -n "$(running "$home/stackd.pid" stackd)" ]; then
        stackctl down --volumes || true
    fi
    end "$home/stackd.pid" stackd
    end "$home/engine.pid" dockerd
    rm -rf "$home"
    rm -f "$stack/.env"
}

case ${1:-start} in
start | stop | remove) ${1:-start} ;;
*) fail "what is '$1'? Nothing, stop or remove" ;;
esac
