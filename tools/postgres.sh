#!/bin/bash
# A PostgreSQL server of its own for the tests: in a folder that goes with it, on loopback, for nobody else.
#
#   tools/postgres.sh [--standby | --shards] [--durable] [--keep DIR] COMMAND...
#
# runs the command with BIHUAN_POSTGRES set to the server's address (without a database), BIHUAN_POSTGRES_DATA to its folder
# and BIHUAN_POSTGRES_START to what brings it back after it was killed. With --standby a second server follows it, every commit
# waits for it, the address names both, and what brings the service back is making the second one the first.
#
# With --shards a city: three further servers hold the rows, each those of its towns; the first one holds none and finds
# them by the town alone (tools/shards.sh). BIHUAN_SHARDS names the three. The last of them is shut down before the command
# runs, so whatever asks for more than the towns it is about fails.
#
# --durable is for measuring: every commit is on the disk before it is acknowledged, in a folder below $TMPDIR, with the memory
# PostgreSQL's manual recommends for a machine of its own. --keep leaves its data in DIR for the next time.
set -euo pipefail

standby=no shards=no durable=no keep=''
while [[ ${1:-} == --* ]]; do
    case $1 in
    --standby) standby=yes ;;
    --shards) shards=yes ;;
    --durable) durable=yes ;;
    --keep) keep=$(realpath -m -- "$2") && shift ;;
    *) echo "unknown: $1" >&2 && exit 2 ;;
    esac
    shift
done
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
    local how=immediate
    [ -z "$keep" ] || how=fast
    for data in "$dir"/*/postmaster.pid "$keep/postmaster.pid"; do
        [ ! -e "$data" ] || own pg_ctl -D "${data%/*}" -m $how -t 600 -w stop >/dev/null 2>&1 || true
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

# A server on that folder, which may hold one already; its log is NAME.log. Prints its port.
start() { # name, folder
    local port mib
    port=$(free_port)
    if [ ! -e "$2/PG_VERSION" ]; then
        quietly own initdb -D "$2" -A trust -U bihuan -E UTF8 --locale=C --no-sync
        # The addresses, which are others each time.
        echo "include_if_exists = 'here.conf'" >>"$2/postgresql.conf"
    fi
    {
        echo "port = $port"
        echo "unix_socket_directories = '$dir'"
        echo "listen_addresses = '127.0.0.1'"
        echo "max_connections = 300"
        if [ $durable = yes ]; then
            mib=$(($(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) / 1024))
            echo "fsync = on"
            echo "synchronous_commit = on"
            echo "full_page_writes = on"
            echo "shared_buffers = $((mib / 4))MB"
            echo "effective_cache_size = $((mib / 2))MB"
            echo "maintenance_work_mem = $((mib / 32))MB"
            echo "max_wal_size = 4GB"
            echo "random_page_cost = 1.1" # no disk here turns
        else
            # The machine stays up, so nothing that was written can be lost, synced or not.
            echo "fsync = off"
        fi
    } >"$2/here.conf"
    quietly own pg_ctl -D "$2" -l "$dir/$1.log" -w start
    echo "$port"
}

data=${keep:-$dir/data}
if [ -n "$keep" ] && [ ! -e "$keep/PG_VERSION" ]; then
    mkdir -p "$keep"
    [ ${#as[@]} = 0 ] || chown postgres: "$keep"
fi
first=$(start server "$data")
export BIHUAN_POSTGRES="postgresql://bihuan@127.0.0.1:$first" BIHUAN_POSTGRES_DATA=$data
export BIHUAN_POSTGRES_START="${as[*]} $bin/pg_ctl -D $data -l $dir/server.log -w start"

if [ $standby = yes ]; then
    second=$(free_port)
    quietly own pg_basebackup -h 127.0.0.1 -p "$first" -U bihuan -D "$dir/second" -R -X stream --no-sync
    echo "port = $second" >>"$dir/second/here.conf"
    quietly own pg_ctl -D "$dir/second" -l "$dir/second.log" -w start
    echo "synchronous_standby_names = '*'" >>"$data/here.conf"
    quietly own pg_ctl -D "$data" reload
    BIHUAN_POSTGRES+=",127.0.0.1:$second"
    BIHUAN_POSTGRES_START="${as[*]} $bin/pg_ctl -D $dir/second -w promote"
fi
if [ $shards = yes ]; then
    BIHUAN_SHARDS=
    for name in shard1 shard2 shard3; do
        BIHUAN_SHARDS+="${BIHUAN_SHARDS:+ }postgresql://bihuan@127.0.0.1:$(start "$name" "$dir/$name")"
    done
    export BIHUAN_SHARDS
    "$here/shards.sh"
    quietly own pg_ctl -D "$dir/shard3" -m fast -w stop
fi
"$@"
