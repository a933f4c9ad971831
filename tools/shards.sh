#!/bin/bash
# Makes the template of a city's databases on the servers of `tools/postgres.sh --shards`: a database made from bihuan_city has
# all tables, with their keys and indexes, on each shard; on the first server the same tables without rows, partitioned by
# town, each partition a shard's. What Citus does by itself (sql/citus.sql), said in PostgreSQL's own words.
#
# Needs BIHUAN (the program), BIHUAN_POSTGRES and BIHUAN_SHARDS.
set -euo pipefail
read -r -a shards <<<"$BIHUAN_SHARDS"
# Which towns live where. The last shard takes every other one.
towns=('310105102, 440310' '310105199')
run() { psql -q -X -v ON_ERROR_STOP=1 "$@" >/dev/null; }

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
run -d "${shards[0]}/postgres" -c 'CREATE DATABASE bihuan_made'
"$BIHUAN" init --dir "$dir/town" --db "${shards[0]}/bihuan_made" >/dev/null
pg_dump --schema-only --no-owner "${shards[0]}/bihuan_made" >"$dir/schema.sql"
pg_dump --data-only --table=migration "${shards[0]}/bihuan_made" >"$dir/migration.sql"

for shard in "${shards[@]}"; do
    run -d "$shard/postgres" -c 'CREATE DATABASE bihuan_city'
    run -d "$shard/bihuan_city" -f "$dir/schema.sql"
done

# The tables alone, as partitioned ones where they have a town; keys and indexes are the shards'.
awk '
    /^CREATE TABLE / { town = 0; table = 1 }
    /^CREATE FUNCTION / { routine = 1 }
    table && $1 == "town" { town = 1 }
    table && /^\)/ && town { $0 = ") PARTITION BY LIST (town);" }
    table || routine { print }
    /;$/ { table = routine = 0 }
' "$dir/schema.sql" >"$dir/tables.sql"
mapfile -t tables < <(sed -n 's/^CREATE TABLE \([a-z_.]*\) ($/\1/p' "$dir/tables.sql" | grep -v migration)
{
    echo 'CREATE EXTENSION postgres_fdw;'
    for i in "${!shards[@]}"; do
        port=${shards[$i]##*:}
        echo "CREATE SERVER shard$i FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '$port', dbname 'bihuan_city');"
        echo "CREATE USER MAPPING FOR bihuan SERVER shard$i OPTIONS (user 'bihuan');"
    done
    for table in "${tables[@]}"; do
        for i in "${!shards[@]}"; do
            if [ -n "${towns[$i]:-}" ]; then of="FOR VALUES IN (${towns[$i]})"; else of=DEFAULT; fi
            echo "CREATE FOREIGN TABLE ${table}_$i PARTITION OF $table $of SERVER shard$i OPTIONS (table_name '${table#public.}');"
        done
    done
} >"$dir/partitions.sql"
run -d "$BIHUAN_POSTGRES/postgres" -c 'CREATE DATABASE bihuan_city'
run -d "$BIHUAN_POSTGRES/bihuan_city" -f "$dir/tables.sql" -f "$dir/partitions.sql"
run -d "$BIHUAN_POSTGRES/bihuan_city" -f "$dir/migration.sql"
