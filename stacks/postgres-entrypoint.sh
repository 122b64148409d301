#!/bin/sh
# The first process of the Postgres stand-in. Behaves like the official image's where a supervisor can tell:
# an empty volume is initialised by a server that answers on the socket only, then that one is stopped and
# the real one started.
set -eu

if [ "${1:-postgres}" != postgres ]; then
    exec "$@"
fi

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown postgres:postgres "$PGDATA" /var/run/postgresql
    chmod 700 "$PGDATA"
    # In full: the busybox shell would prefer its own, smaller setpriv.
    exec /usr/bin/setpriv --reuid=postgres --regid=postgres --clear-groups -- "$0" "$@"
fi

user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -z "${POSTGRES_PASSWORD:-}" ]; then
        echo "Error: the volume is empty and POSTGRES_PASSWORD is not set" >&2
        exit 1
    fi
    password_file=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" >"$password_file"
    initdb --username="$user" --pwfile="$password_file" --auth-local=trust --auth-host=scram-sha-256 \
        --encoding=UTF8 --no-sync >/dev/null
    rm -f "$password_file"
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"

    pg_ctl -D "$PGDATA" -w -o "-c listen_addresses=''" start
    if [ "${POSTGRES_DB:-$user}" != postgres ]; then
        psql -q -U "$user" -d postgres -v ON_ERROR_STOP=1 -v name="${POSTGRES_DB:-$user}" <<'SQL'
create database :"name";
SQL
    fi
    for script in /docker-entrypoint-initdb.d/*; do
        case $script in
        *.sh) echo "running $script" && sh "$script" ;;
        *.sql) echo "running $script" && psql -q -U "$user" -d "${POSTGRES_DB:-$user}" -v ON_ERROR_STOP=1 -f "$script" ;;
        esac
    done
    pg_ctl -D "$PGDATA" -m fast -w stop
    echo "PostgreSQL init process complete; ready for start up."
fi

exec "$@"
