#!/bin/bash
# A PostgreSQL server of its own for the tests: in a folder that goes with it, on loopback, for nobody else.
#
#   tools/postgres.sh [--standby | --shards] COMMAND...
#
# runs the command with BIHUAN_POSTGRES set to the server's address (without a database), BIHUAN_POSTGRES_DATA to its folder
# and BIHUAN_POSTGRES_START to what brings it back after it was killed. With --standby a second server follows it, every commit
# waits for it, the address names both, and what brings the service back is making the second one the first.
#
# With --shards a city: three further servers hold the rows, each those of its towns; the first one holds none and finds
# them by the town alone (tools/shards.sh). BIHUAN_SHARDS names the three. The last of them is shut down before the command
# runs, so whatever asks for more than the towns it is about fails.
set -euo pipefail

standby=no shards=no
case ${1:-} in
    --standby) standby=yes && shift ;;
    --shards) shards=yes && shift ;;
esac
here=$(dirname "$(readlink -f "$0")")
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

# A server in a folder of that name; prints its port.
start() {
    local port
    port=$(free_port)
    quietly own initdb -D "$dir/$1" -A trust -U bihuan -E UTF8 --locale=C --no-sync
    # The machine stays up, so nothing that was written can be lost, synced or not.
    cat >>"$dir/$1/postgresql.conf" <<CONF
port = $port
unix_socket_directories = '$dir'
listen_addresses = '127.0.0.1'
max_connections = 300
fsync = off
CONF
    quietly own pg_ctl -D "$dir/$1" -l "$dir/$1.log" -w start
    echo "$port"
}

first=$(start data)
export BIHUAN_POSTGRES="postgresql://bihuan@127.0.0.1:$first" BIHUAN_POSTGRES_DATA=$dir/data
export BIHUAN_POSTGRES_START="${as[*]} $bin/pg_ctl -D $dir/data -l $dir/data.log -w start"

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
if [ $shards = yes ]; then
    BIHUAN_SHARDS=
    for name in shard1 shard2 shard3; do
        BIHUAN_SHARDS+="${BIHUAN_SHARDS:+ }postgresql://bihuan@127.0.0.1:$(start "$name")"
    done
    export BIHUAN_SHARDS
    "$here/shards.sh"
    quietly own pg_ctl -D "$dir/shard3" -m fast -w stop
fi
"$@"
