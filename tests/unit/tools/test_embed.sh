#!/bin/bash
# tools/embed: the listing moves only when files do, the table is sorted, compressed copies read back the same.
# Usage: test_embed.sh EMBED CC
set -eu
embed=$1
shift
cc=("$@")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}

root=$dir/root
mkdir -p "$root/web/dist/css" "$root/sql" "$root/base"
for i in $(seq 200); do echo "body { color: #$i }"; done >"$root/web/dist/css/app.css"
head -c 5000 /dev/urandom >"$root/web/dist/logo.png"
: >"$root/web/dist/empty.txt"
echo 'CREATE TABLE t (x);' >"$root/sql/0001_core.sql"
echo hidden >"$root/sql/.hidden.sql"
echo left >"$root/sql/0001_core.sql~"

"$embed" list "$dir/list" "$root" web/dist sql defs
[ "$(cut -f1 "$dir/list" | tr '\n' ' ')" = \
    'sql/0001_core.sql web/dist/css/app.css web/dist/empty.txt web/dist/logo.png ' ] ||
    fail "listing: $(cat "$dir/list")"

touch -d '2001-01-01' "$dir/list"
"$embed" list "$dir/list" "$root" web/dist sql defs
[ "$(stat -c %Y "$dir/list")" = "$(date -d 2001-01-01 +%s)" ] || fail 'an unchanged listing was rewritten'
echo more >>"$root/sql/0001_core.sql"
"$embed" list "$dir/list" "$root" web/dist sql defs
[ "$(stat -c %Y "$dir/list")" != "$(date -d 2001-01-01 +%s)" ] || fail 'a changed file was missed'
rm "$root/web/dist/empty.txt"
"$embed" list "$dir/list" "$root" web/dist sql defs
! grep -q empty.txt "$dir/list" || fail 'a removed file is still listed'
: >"$root/web/dist/empty.txt"
"$embed" list "$dir/list" "$root" web/dist sql defs

"$embed" make "$dir/list" "$root" "$dir/data.S" "$dir/table.c" "$dir/all.gz"
cat >"$dir/main.c" <<'C'
#include "base/embed.h"
#include <stdio.h>
#include <string.h>
extern const struct embed_file embed_table[];
extern const size_t embed_table_count;
int main(int argc, char **argv)
{
    for (size_t i = 0; i < embed_table_count; i++) {
        const struct embed_file *f = &embed_table[i];
        str out = argc > 2 && strcmp(argv[1], "gz") == 0 ? f->gz : f->bytes;
        if (argc < 2)
            printf("%s|%s|%zu|%d|%s\n", f->path, f->type, f->bytes.n, f->gz.n > 0, f->sha256_16);
        else if (strcmp(f->path, argv[argc - 1]) == 0)
            fwrite(out.s, 1, out.n, stdout);
        if (f->bytes.s[f->bytes.n] != '\0')
            return 1;
    }
    return 0;
}
C
"${cc[@]}" -Isrc -o "$dir/main" "$dir/main.c" "$dir/table.c" "$dir/data.S"
sha() { sha256sum "$root/$1" | cut -c1-16; }
size() { stat -c %s "$root/$1"; }
expect="sql/0001_core.sql|application/sql; charset=utf-8|$(size sql/0001_core.sql)|0|$(sha sql/0001_core.sql)
web/dist/css/app.css|text/css; charset=utf-8|$(size web/dist/css/app.css)|1|$(sha web/dist/css/app.css)
web/dist/empty.txt|text/plain; charset=utf-8|0|0|$(sha web/dist/empty.txt)
web/dist/logo.png|image/png|5000|0|$(sha web/dist/logo.png)"
[ "$("$dir/main")" = "$expect" ] || fail "table: $("$dir/main")"
"$dir/main" raw web/dist/logo.png | cmp - "$root/web/dist/logo.png" || fail 'bytes differ'
"$dir/main" gz web/dist/css/app.css | gunzip | cmp - "$root/web/dist/css/app.css" || fail 'gzip differs'

touch "$root/sql/bad\"name"
! "$embed" list "$dir/list" "$root" sql 2>/dev/null || fail 'a quote in a file name was accepted'
echo ok
