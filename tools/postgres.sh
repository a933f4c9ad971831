#!/bin/bash
# A PostgreSQL server of its own for the tests: in a folder that goes with it, on loopback, for nobody else.
#
#   tools/postgres.sh [--standby] COMMAND...
#
# runs the command with BIHUAN_POSTGRES set to the server's address (without a database), BIHUAN_POSTGRES_DATA to its folder
# and BIHUAN_POSTGRES_START to what brings it back after it was killed. With --standby a second server follows it, every commit
# waits for it, the address names both, and what brings the service back is making the second one the first.
set -euo pipefail

standby=no
if [ "${1:-}" = --standby ]; then
    standby=yes
    shift
fi
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
dir=$(mktemp -d "${TMPDIR:-/tmp}/bihuan-postgres-XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then # the server refuses to be root
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres: "$dir"
fi
own() { (cd / && "${as[@]}" "$bin/$1" "${@:2}"); }
stop() {
    for data in "$dir"/*/postmaster.pid; do
        [ ! -e "$data" ] || own pg_ctl -D "${data%/*}" -m immediate -w stop >/dev/null 2>&1 || true
    done
    rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' INT TERM

free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}
# Prints what went wrong, should it.
quietly() { "$@" >"$dir/said" 2>&1 || { cat "$dir/said" "$dir"/*.log >&2 && exit 1; }; }

first=$(free_port)
quietly own initdb -D "$dir/data" -A trust -U bihuan -E UTF8 --locale=C --no-sync
# The machine stays up, so nothing that was written can be lost, synced or not.
cat >>"$dir/data/postgresql.conf" <<CONF
port = $first
unix_socket_directories = '$dir'
listen_addresses = '127.0.0.1'
max_connections = 300
fsync = off
CONF
quietly own pg_ctl -D "$dir/data" -l "$dir/server.log" -w start
export BIHUAN_POSTGRES="postgresql://bihuan@127.0.0.1:$first" BIHUAN_POSTGRES_DATA=$dir/data
export BIHUAN_POSTGRES_START="${as[*]} $bin/pg_ctl -D $dir/data -l $dir/server.log -w start"

if [ $standby = yes ]; then
    second=$(free_port)
    quietly own pg_basebackup -h 127.0.0.1 -p "$first" -U bihuan -D "$dir/second" -R -X stream --no-sync
    echo "port = $second" >>"$dir/second/postgresql.conf"
    quietly own pg_ctl -D "$dir/second" -l "$dir/second.log" -w start
    echo "synchronous_standby_names = '*'" >>"$dir/data/postgresql.conf"
    quietly own pg_ctl -D "$dir/data" reload
    BIHUAN_POSTGRES+=",127.0.0.1:$second"
    BIHUAN_POSTGRES_START="${as[*]} $bin/pg_ctl -D $dir/second -w promote"
fi
"$@"
