# Debian packages for the scripts of this project; sourced, not run.

packages_missing() {
    for packages_name; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$packages_name" 2>/dev/null)" = installed ] || echo "$packages_name"
    done
}

packages_apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Runs apt-get; the first time it fails the package lists may be absent or too old: once more after an update.
packages_try() {
    packages_log=$(mktemp)
    if packages_apt "$@" >"$packages_log" 2>&1 ||
        { packages_apt update >"$packages_log" 2>&1 && packages_apt "$@" >>"$packages_log" 2>&1; }; then
        rm -f "$packages_log"
        return 0
    fi
    tail -15 "$packages_log" >&2
    rm -f "$packages_log"
    return 1
}

# Installs what is not installed yet, and nothing beside it.
packages_install() {
    packages_wanted=$(packages_missing "$@")
    [ -n "$packages_wanted" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "missing packages: run as root, or first: apt-get install" $packages_wanted >&2
        return 1
    fi
    echo "installing" $packages_wanted >&2
    packages_try install -y --no-install-recommends $packages_wanted
}

# The same without starting any service that comes with them.
packages_install_quiet() {
    [ -n "$(packages_missing "$@")" ] || return 0
    packages_guard=
    if [ ! -e /usr/sbin/policy-rc.d ] && [ "$(id -u)" = 0 ]; then
        packages_guard=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' >"$packages_guard" && chmod 755 "$packages_guard"
    fi
    packages_install "$@"
    packages_result=$?
    [ -z "$packages_guard" ] || rm -f "$packages_guard"
    return $packages_result
}

# Unpacks a package into folder $2 without installing it.
packages_unpack() {
    mkdir -p "$2/.debs" || return 1
    (cd "$2/.debs" && packages_try -o APT::Sandbox::User=root download "$1") || return 1
    for packages_file in "$2/.debs/$1"_*.deb; do dpkg -x "$packages_file" "$2" || return 1; done
    rm -rf "$2/.debs"
}

# packages_program NAME PACKAGE: the path of a program, out of an unpacked package: caddy's would bring a
# service that takes our ports, busybox-static excludes the busybox that may be installed.
packages_program() {
    packages_cache=${STACKD_TEST_CACHE:-${XDG_CACHE_HOME:-/var/cache}/stackd-tests}/$2
    if [ ! -e "$packages_cache/complete" ]; then
        rm -rf "$packages_cache"
        packages_unpack "$2" "$packages_cache" >&2 && touch "$packages_cache/complete" || return 1
    fi
    for packages_found in "$packages_cache/usr/bin/$1" "$packages_cache/bin/$1"; do
        [ -x "$packages_found" ] && echo "$packages_found" && return
    done
    echo "no $1 in package $2" >&2
    return 1
}

# What building and testing needs, by the distribution's names.
packages_for_build() {
    . /etc/os-release
    echo g++ meson ninja-build ccache mold pkg-config libcurl4-openssl-dev libyaml-cpp-dev libspdlog-dev \
        doctest-dev libcli11-dev libsqlite3-dev libsystemd-dev libssl-dev
    if [ "${VERSION_CODENAME:-}" = bookworm ]; then
        echo libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
    else
        echo libboost-dev libboost-json-dev libboost-url-dev
    fi
}
