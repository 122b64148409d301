#!/bin/sh
# Private container engines for tests.
#
#   engine.sh start DIR [--variant host|trixie|sid] [--live-restore] [-- DOCKERD-FLAG...]
#   engine.sh stop DIR       end the daemon politely; without live-restore its containers end too
#   engine.sh kill DIR       SIGKILL the daemon alone; containers go on
#   engine.sh resume DIR [--live-restore | --no-live-restore]
#                            start the daemon of DIR again, with the flags of before
#   engine.sh remove DIR     end everything that belongs to it and delete DIR
#   engine.sh exec DIR COMMAND...
#                            run a command in the engine's network, where published ports answer
#   engine.sh tools VARIANT  the folder of that variant's unpacked packages ("" for host)
#   engine.sh compose [VARIANT]
#                            the path of a real docker compose 2.x, for runs side by side
#
# An engine listens on DIR/docker.sock. It has network and mount namespaces of its own, kept by a holder
# process: two engines in one network namespace destroy each other's iptables chains, and a daemon that
# is started again must find the mounts of before. All its containers live below one cgroup, by which
# `remove` finds them whatever state the daemon is in. Nothing but recorded ids is ever signalled.
#
# Variants other than `host` run out of packages that are unpacked, not installed, below
# ${XDG_CACHE_HOME:-/var/cache}/stackd-tests; runc is always the host's.
#
# Sourced, it gives the same as functions: engine_start, engine_stop, …

engine_cache=${STACKD_TEST_CACHE:-${XDG_CACHE_HOME:-/var/cache}/stackd-tests}

engine_say() { echo "engine.sh: $*" >&2; }

# 0 while the process exists and is not merely waiting to be reaped.
engine_alive() {
    [ -n "${1:-}" ] && [ -r "/proc/$1/stat" ] && ! grep -q '^[0-9]* (.*) Z ' "/proc/$1/stat" 2>/dev/null
}

# Waits at most $2 tenths of a second for the process $1 to end.
engine_await_end() {
    engine_tenths=$2
    while engine_alive "$1"; do
        engine_tenths=$((engine_tenths - 1))
        [ "$engine_tenths" -gt 0 ] || return 1
        sleep 0.1
    done
}

engine_apt() {
    apt-get -q -o Dir::Etc::sourcelist="$engine_apt_root/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$engine_apt_root/lists" -o Dir::Cache="$engine_apt_root/cache" \
        -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false "$@"
}

# Prints the folder with the unpacked packages of a suite, fetching them once.
engine_tools() {
    case $1 in
    host) return 0 ;;
    trixie | sid) ;;
    *) engine_say "no variant '$1': host, trixie or sid" && return 2 ;;
    esac
    if [ ! -e "$engine_cache/$1/complete" ]; then
        mkdir -p "$engine_cache" || return 1
        engine_work=$(mktemp -d "$engine_cache/.$1-XXXXXX") || return 1
        engine_apt_root=$engine_work/apt
        mkdir -p "$engine_apt_root/lists/partial" "$engine_apt_root/cache/archives/partial" \
            "$engine_apt_root/debs" "$engine_work/root"
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $1 main" \
            >"$engine_apt_root/sources.list"
        engine_say "fetching the engine of $1"
        if ! { engine_apt update && (cd "$engine_apt_root/debs" &&
            engine_apt download docker.io docker-cli containerd docker-compose); } >"$engine_work/log" 2>&1; then
            tail -5 "$engine_work/log" >&2
            rm -rf "$engine_work"
            engine_say "cannot fetch the packages of $1"
            return 1
        fi
        for engine_deb in "$engine_apt_root"/debs/*.deb; do
            dpkg -x "$engine_deb" "$engine_work/root" || return 1
        done
        touch "$engine_work/root/complete"
        # Two runs may fetch at once; the first to finish wins.
        mv -T "$engine_work/root" "$engine_cache/$1" 2>/dev/null
        rm -rf "$engine_work"
    fi
    echo "$engine_cache/$1"
}

# The newest docker compose that is there, or that of the variant $1.
engine_compose() {
    if [ -n "${1:-}" ]; then
        engine_plugin=$(engine_tools "$1")/usr/libexec/docker/cli-plugins/docker-compose
        "$engine_plugin" version >/dev/null 2>&1 && echo "$engine_plugin"
        return
    fi
    for engine_plugin in "${STACKD_TEST_COMPOSE:-}" \
        "$(engine_tools sid 2>/dev/null)/usr/libexec/docker/cli-plugins/docker-compose" \
        "$(engine_tools trixie 2>/dev/null)/usr/libexec/docker/cli-plugins/docker-compose"; do
        [ -x "$engine_plugin" ] && "$engine_plugin" version >/dev/null 2>&1 && echo "$engine_plugin" && return 0
    done
    engine_say "no docker compose 2.x: neither unpacked nor fetchable"
    return 1
}

engine_exec() {
    engine_dir=$1
    shift
    nsenter --target "$(cat "$engine_dir/holder.pid")" --net "$@"
}

# Starts the daemon of the prepared folder $1 and waits until it answers.
engine_launch() {
    engine_dir=$1
    engine_variant=$(cat "$engine_dir/variant")
    engine_root=$(engine_tools "$engine_variant") || return 1
    engine_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    set -- --data-root "$engine_dir/data" --exec-root "$engine_dir/exec" -H "unix://$engine_dir/docker.sock" \
        --pidfile "$engine_dir/pid" --exec-opt native.cgroupdriver=cgroupfs \
        --cgroup-parent "/$(cat "$engine_dir/cgroup")"
    if [ -n "$engine_root" ]; then
        engine_path=$engine_root/usr/sbin:$engine_root/usr/bin:$engine_root/usr/libexec/docker:$engine_path
        for engine_proxy in "$engine_root/usr/sbin/docker-proxy" "$engine_root/usr/bin/docker-proxy" \
            "$engine_root/usr/libexec/docker/docker-proxy"; do
            [ -x "$engine_proxy" ] && set -- "$@" --userland-proxy-path "$engine_proxy"
        done
    fi
    [ -e "$engine_dir/live-restore" ] && set -- "$@" --live-restore
    while IFS= read -r engine_flag; do set -- "$@" "$engine_flag"; done <"$engine_dir/flags"

    rm -f "$engine_dir/pid"
    (
        PATH=$engine_path
        export PATH
        unset DOCKER_HOST
        exec nsenter --target "$(cat "$engine_dir/holder.pid")" --net --mount --wdns="$engine_dir" \
            setsid dockerd "$@"
    ) </dev/null >>"$engine_dir/log" 2>&1 &
    engine_tenths=300
    until engine_answers "$engine_dir"; do
        engine_tenths=$((engine_tenths - 1))
        if [ "$engine_tenths" -le 0 ]; then
            engine_say "no answer within 30 s; the end of $engine_dir/log:"
            tail -5 "$engine_dir/log" >&2
            return 1
        fi
        sleep 0.1
    done
}

engine_answers() {
    [ -S "$1/docker.sock" ] && [ -s "$1/pid" ] &&
        [ "$(curl -s -m 2 --unix-socket "$1/docker.sock" http://engine/_ping 2>/dev/null)" = OK ]
}

engine_start() {
    mkdir -p "$1" || return 1
    engine_dir=$(cd "$1" && pwd)
    shift
    if [ -e "$engine_dir/holder.pid" ]; then
        engine_say "$engine_dir already belongs to an engine"
        return 1
    fi
    echo host >"$engine_dir/variant"
    echo "stackd-test-$$-$(date +%s%N)" >"$engine_dir/cgroup"
    : >"$engine_dir/flags"
    while [ $# -gt 0 ]; do
        case $1 in
        --variant) echo "$2" >"$engine_dir/variant" && shift 2 ;;
        --live-restore) : >"$engine_dir/live-restore" && shift ;;
        --) shift && for engine_flag; do echo "$engine_flag" >>"$engine_dir/flags"; done && break ;;
        *) engine_say "start: what is '$1'?" && return 2 ;;
        esac
    done
    setsid unshare --net --mount --propagation private sh -c \
        'ip link set lo up; echo $$ >"$1/holder.tmp"; mv "$1/holder.tmp" "$1/holder.pid"; exec sleep infinity' \
        holder "$engine_dir" </dev/null >>"$engine_dir/log" 2>&1 &
    engine_tenths=50
    until [ -s "$engine_dir/holder.pid" ]; do
        engine_tenths=$((engine_tenths - 1))
        [ "$engine_tenths" -gt 0 ] || { cat "$engine_dir/log" >&2; return 1; }
        sleep 0.1
    done
    readlink "/proc/$(cat "$engine_dir/holder.pid")/ns/mnt" >"$engine_dir/mount-namespace"
    engine_launch "$engine_dir"
}

engine_resume() {
    engine_dir=$1
    case ${2:-} in
    --live-restore) : >"$engine_dir/live-restore" ;;
    --no-live-restore) rm -f "$engine_dir/live-restore" ;;
    esac
    engine_launch "$engine_dir"
}

engine_stop() {
    engine_pid=$(cat "$1/pid" 2>/dev/null) && engine_alive "$engine_pid" || return 0
    kill "$engine_pid"
    engine_await_end "$engine_pid" 600
}

engine_kill() {
    engine_pid=$(cat "$1/pid") || return 1
    engine_containerd=$(cat "$1/exec/containerd/containerd.pid" 2>/dev/null)
    kill -KILL "$engine_pid"
    engine_await_end "$engine_pid" 50
    # containerd dies with its daemon. One that is not reaped yet passes for a running one, and the next
    # daemon would wait for it in vain.
    engine_await_end "$engine_containerd" 50 && rm -f "$1/exec/containerd/containerd.pid"
}

# Ends what lives below the engine's cgroup: its containers, whatever the daemon knows of them.
engine_end_containers() {
    for _ in 1 2 3; do
        engine_pids=$(find /sys/fs/cgroup -path "*/$1*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -un)
        [ -n "$engine_pids" ] || break
        for engine_pid in $engine_pids; do kill -KILL "$engine_pid" 2>/dev/null; done
        for engine_pid in $engine_pids; do engine_await_end "$engine_pid" 20; done
    done
    find /sys/fs/cgroup -depth -type d -path "*/$1*" -exec rmdir {} + 2>/dev/null
    return 0
}

engine_remove() {
    [ -d "$1" ] || return 0
    engine_dir=$(cd "$1" && pwd)
    [ -s "$engine_dir/cgroup" ] || { engine_say "$engine_dir is no engine's folder"; return 1; }
    engine_pid=$(cat "$engine_dir/pid" 2>/dev/null) && engine_alive "$engine_pid" && {
        kill -KILL "$engine_pid"
        engine_await_end "$engine_pid" 50
    }
    engine_end_containers "$(cat "$engine_dir/cgroup")"
    # What is left in the engine's mount namespace: containerd, shims, proxies, the holder.
    engine_namespace=$(cat "$engine_dir/mount-namespace" 2>/dev/null)
    if [ -n "$engine_namespace" ]; then
        for engine_link in /proc/[0-9]*/ns/mnt; do
            [ "$(readlink "$engine_link" 2>/dev/null)" = "$engine_namespace" ] || continue
            engine_pid=${engine_link#/proc/}
            kill -KILL "${engine_pid%%/*}" 2>/dev/null
        done
        engine_await_end "$(cat "$engine_dir/holder.pid")" 50
    fi
    for _ in 1 2 3 4 5; do
        rm -rf "$engine_dir" 2>/dev/null && return 0
        sleep 0.2
    done
    rm -rf "$engine_dir"
}

case ${0##*/} in
engine.sh)
    [ $# -gt 0 ] || { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit 2; }
    engine_verb=$1
    shift
    case $engine_verb in
    start | stop | kill | resume | remove | exec | tools | compose) "engine_$engine_verb" "$@" ;;
    *) engine_say "no command '$engine_verb'" && exit 2 ;;
    esac
    ;;
esac
