#!/bin/sh
# Stand-ins for the public images of stacks/nroxy, made from Debian packages in seconds, for machines
# that reach no registry.
#
#   images.sh [busybox] [postgres] [caddy] [app]      (all of them when none is named)
#
# Prints one line NAME=IMAGE for each, as a .env file wants it. An image that is there already, made from the
# same content, is left alone. Missing packages are installed; no service is started for them.
# The engine is the one of DOCKER_HOST, unix:///var/run/docker.sock when unset.
#
# An image is a folder: static busybox, the programs that count, and the libraries `ldd` names. The Postgres
# one has an entrypoint that behaves like the official image's, its socket-only first server included.
# It is another major version than the public image's: the stand-ins' stack has a project name of its own, so
# that their volumes never meet.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/packages.sh"

engine=${DOCKER_HOST:-unix:///var/run/docker.sock}
case $engine in
unix://*) socket=${engine#unix://} ;;
*) echo "images.sh: DOCKER_HOST is '$engine': only unix:// works here" >&2 && exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

ask_engine() {
    path=$1
    shift
    curl -s --unix-socket "$socket" "$@" "http://engine$path"
}

# Copies programs and libraries with every library they need, under their own paths.
copy_binaries() {
    root=$1
    shift
    { printf '%s\n' "$@" && libraries_of "$@"; } | sort -u | xargs cp -L --parents -t "$root"
}

libraries_of() {
    ldd "$@" 2>/dev/null | awk '/=> \// {print $3} /^\t\/.*ld-linux/ {print $1}' | sort -u
}

base_folder() {
    root=$work/$1
    mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/var/run" "$root/root" "$root/usr/bin"
    # Where the distribution has merged /lib into /usr/lib, so has the image: ldd names both.
    for merged in lib lib64; do
        [ -L "/$merged" ] && mkdir -p "$root/usr/$merged" && ln -s "usr/$merged" "$root/$merged"
    done
    chmod 1777 "$root/tmp"
    cp "$busybox" "$root/bin/busybox"
    for applet in $("$busybox" --list); do
        [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:' >"$root/etc/group"
    echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
}

# One word for the content of an image: this script, the folders given, the versions of packages.
fingerprint() {
    {
        cat "$here/images.sh"
        for part; do
            if [ -d "$part" ]; then
                find "$part" -name __pycache__ -prune -o -type f -print | LC_ALL=C sort | xargs sha256sum
            else
                dpkg-query -W "$part" 2>/dev/null || echo "$part"
            fi
        done
    } | sha256sum | cut -c1-16
}

# up_to_date IMAGE FINGERPRINT
up_to_date() {
    ask_engine "/images/$1/json" | grep -q "\"io.stackd.standin\":\"$2\""
}

# import IMAGE FINGERPRINT FOLDER CHANGE...: the folder as an image.
import() {
    image=$1 label=$2 root=$3
    shift 3
    query="/images/create?fromSrc=-&repo=${image%:*}&tag=${image##*:}"
    set -- "$@" "LABEL io.stackd.standin=$label"
    for change; do
        query="$query&changes=$(printf %s "$change" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g')"
    done
    answer=$(tar -C "$root" -c . | ask_engine "$query" -X POST -H 'Content-Type: application/x-tar' -T -)
    case $answer in
    *'"status":"sha256:'*) ;;
    *) echo "images.sh: $image: ${answer:-no answer from $engine}" >&2 && return 1 ;;
    esac
}

make_busybox() {
    image=nroxy-standin/busybox:1
    label=$(fingerprint busybox-static)
    if ! up_to_date "$image" "$label"; then
        base_folder busybox
        import "$image" "$label" "$work/busybox" 'CMD ["sh"]'
    fi
    echo "BUSYBOX_IMAGE=$image"
}

make_postgres() {
    [ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || {
        # No cluster on the host: only its programs are wanted.
        mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/programs-only.conf
        packages_install_quiet postgresql
    }
    programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
    version=$(basename "$(dirname "$programs")")
    image=nroxy-standin/postgres:$version
    label=$(fingerprint "postgresql-$version" busybox-static)
    if ! up_to_date "$image" "$label"; then
        base_folder postgres
        root=$work/postgres
        echo 'postgres:x:999:999::/var/lib/postgresql:/bin/sh' >>"$root/etc/passwd"
        echo 'postgres:x:999:' >>"$root/etc/group"
        libraries=/usr/lib/postgresql/$version/lib
        copy_binaries "$root" /usr/bin/setpriv "$programs/postgres" "$programs/initdb" "$programs/pg_ctl" \
            "$programs/pg_isready" "$programs/psql" "$programs/pg_dump" "$libraries/plpgsql.so" \
            "$libraries/dict_snowball.so" "$libraries/libpqwalreceiver.so" $(ls "$libraries"/*_and_*.so)
        cp -rL --parents -t "$root" "/usr/share/postgresql/$version" /usr/share/zoneinfo/Etc /usr/share/zoneinfo/UTC \
            /usr/share/zoneinfo/GMT $(ls -d /usr/lib/locale/C.utf8 2>/dev/null)
        for name in pg_isready psql pg_dump; do ln -s "$programs/$name" "$root/usr/bin/$name"; done
        mkdir -p "$root/var/lib/postgresql/data" "$root/var/run/postgresql" "$root/docker-entrypoint-initdb.d"
        chown -R 999:999 "$root/var/lib/postgresql" "$root/var/run/postgresql"
        install -m 755 "$here/postgres-entrypoint.sh" "$root/usr/bin/docker-entrypoint.sh"
        import "$image" "$label" "$root" 'ENTRYPOINT ["/usr/bin/docker-entrypoint.sh"]' 'CMD ["postgres"]' \
            "ENV PATH=$programs:/usr/bin:/bin" 'ENV PGDATA=/var/lib/postgresql/data' 'ENV LANG=C.UTF-8' \
            'VOLUME /var/lib/postgresql/data' 'EXPOSE 5432'
    fi
    echo "POSTGRES_IMAGE=$image"
}

make_caddy() {
    caddy=$(packages_program caddy caddy)
    image=nroxy-standin/caddy:2
    label=$(fingerprint busybox-static "$("$caddy" version)")
    if ! up_to_date "$image" "$label"; then
        base_folder caddy
        root=$work/caddy
        libraries_of "$caddy" | xargs -r cp -L --parents -t "$root"
        cp "$caddy" "$root/usr/bin/caddy"
        mkdir -p "$root/etc/caddy" "$root/data" "$root/config" "$root/etc/ssl/certs" "$root/srv"
        [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
        import "$image" "$label" "$root" 'ENV XDG_DATA_HOME=/data' 'ENV XDG_CONFIG_HOME=/config' \
            'ENV PATH=/usr/bin:/bin' 'WORKDIR /srv' 'EXPOSE 80' 'EXPOSE 443' \
            'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]'
    fi
    echo "CADDY_IMAGE=$image"
}

make_app() {
    packages_install_quiet python3 python3-psycopg2
    image=nroxy-standin/app:1
    label=$(fingerprint python3 python3-psycopg2 busybox-static "$here/nroxy/app")
    if ! up_to_date "$image" "$label"; then
        base_folder app
        root=$work/app
        python=$(readlink -f /usr/bin/python3)
        library=/usr/lib/$(basename "$python")
        mkdir -p "$root$library" "$root/usr/lib/python3/dist-packages" "$root/app"
        tar -C "$library" -c --exclude=test --exclude=tests --exclude=idlelib --exclude=ensurepip \
            --exclude='config-*' --exclude=pydoc_data --exclude=lib2to3 --exclude=distutils . | tar -C "$root$library" -x
        cp -r /usr/lib/python3/dist-packages/psycopg2 "$root/usr/lib/python3/dist-packages/"
        copy_binaries "$root" "$python" "$library"/lib-dynload/*.so /usr/lib/python3/dist-packages/psycopg2/*.so
        ln -sf "$python" "$root/usr/bin/python3"
        cp -r "$here/nroxy/app/nroxy" "$root/app/"
        rm -rf "$root/app/nroxy/__pycache__"
        echo 'nroxy:x:1000:1000::/app:/bin/sh' >>"$root/etc/passwd"
        import "$image" "$label" "$root" 'ENV PYTHONPATH=/app' 'ENV PYTHONUNBUFFERED=1' 'ENV PATH=/usr/bin:/bin' \
            'USER 1000' 'EXPOSE 3000' 'ENTRYPOINT ["python3", "-m", "nroxy"]'
    fi
    echo "NROXY_IMAGE=$image"
}

packages_install curl
busybox=$(packages_program busybox busybox-static)
for name in ${*:-busybox postgres caddy app}; do
    case $name in
    busybox | postgres | caddy | app) "make_$name" ;;
    *) echo "images.sh: no image '$name'" >&2 && exit 2 ;;
    esac
done
