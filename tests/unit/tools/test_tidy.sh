#!/bin/bash
# tools/tidy: every rule finds its bad sample, and a tree that keeps the rules passes.
# Usage: test_tidy.sh TIDY
set -u
tidy=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

fresh() {
    rm -rf "$dir/t"
    mkdir -p "$dir"/t/{src/{base,store,http,format,insight,domain,api,cmd},tests,tools}
}
write() { mkdir -p "$(dirname "$dir/t/$1")" && printf '%b' "$2" >"$dir/t/$1"; }

# bad FILE TEXT EXPECTED: the finding must be the only one, and be reported as "FILE:LINE: RULE: ...".
bad() {
    fresh
    write "$1" "$2"
    out=$("$tidy" "$dir/t")
    code=$?
    if [ $code != 1 ] || [[ "$out" != "$1:$3"* ]] || [[ "$out" != *' 1 findings' ]]; then
        echo "FAILED: $1: expected one finding $3, got code $code:"
        echo "$out"
        failed=1
    fi
}
good() {
    fresh
    write "$1" "$2"
    if ! out=$("$tidy" "$dir/t"); then
        echo "FAILED: $1 should pass:"
        echo "$out"
        failed=1
    fi
}
repeat() { printf "%$2s" '' | sed "s/ /$1/g"; }

# floors
bad src/base/a.c '#include "store/db.h"\n' '1: floor'
bad src/store/a.c '// x\n#include "http/http.h"\n' '2: floor'
bad src/format/a.c '#include "store/db.h"\n' '1: floor'
bad src/insight/a.c '#include "store/db.h"\n' '1: floor'
bad src/domain/a.c '#include "http/http.h"\n' '1: floor'
bad src/domain/a.c '#include "api/api.h"\n' '1: floor'
bad src/domain/a.c '#include "http/http.h"\n' '1: floor'
bad src/api/a.c '#include "cmd/cmd.h"\n' '1: floor'
bad src/api/a.c '#include "neighbour.h"\n' '1: floor'
bad src/attic/a.c '#include "base/str.h"\n' '1: floor'
good src/domain/a.c '#include "store/db.h"\n#include "insight/surge.h"\n#include "domain/item.h"\n'
good src/api/a.c '#include "http/http.h"\n#include "domain/item.h"\n#include "format/csv.h"\n'
good src/cmd/a.c '#include "store/db.h"\n#include "api/api.h"\n'
good src/main.c '#include "store/db.h"\n#include "cmd/cmd.h"\n'
good src/base/a.c '// #include "store/db.h"\n'

# homes of system headers
bad src/domain/a.c '#include <sqlite3.h>\n' '1: header'
bad src/domain/a.c '#include <libpq-fe.h>\n' '1: header'
bad src/api/a.c '#include <microhttpd.h>\n' '1: header'
bad src/domain/a.c '#include <time.h>\n' '1: header'
bad src/domain/item.c '#include <pthread.h>\n' '1: header'
bad src/domain/item.c '#include <libfyaml.h>\n' '1: header'
bad src/api/a.c '#include <jansson.h>\n' '1: header'
bad src/api/a.c '#include <sodium.h>\n' '1: header'
good src/store/a.c '#include <sqlite3.h>\n#include <libpq-fe.h>\n'
good src/store/writer.c '#include <pthread.h>\n'
good src/domain/job.c '#include <pthread.h>\n'
good src/domain/def_read.c '#include <libfyaml.h>\n'
good src/base/tm.c '#include <time.h>\n#include <jansson.h>\n'
good tests/a.c '#include <sqlite3.h>\n#include <time.h>\n'

# calls
for name in malloc calloc realloc free strdup; do
    bad src/domain/a.c "void f(void)\n{\n    $name(0);\n}\n" '3: memory'
    good src/base/a.c "void f(void)\n{\n    $name(0);\n}\n"
    good tests/a.c "void f(void)\n{\n    $name(0);\n}\n"
done
for name in sprintf strcpy strcat strtok gets localtime gmtime rand system popen; do
    bad src/base/a.c "int x = $name(0);\n" '1: banned'
    bad tools/a.c "int x = $name (0);\n" '1: banned'
done
bad src/api/a.c 'int x = printf("a");\n' '1: print'
bad src/base/a.c 'int x = puts("a");\n' '1: print'
good src/cmd/a.c 'int x = printf("a");\n'
good src/main.c 'int x = puts("a");\n'
good tools/a.c 'int x = printf("a");\n'
bad src/domain/item.c 'int64_t t = tm_now();\n' '1: clock'
bad src/format/a.c 'int64_t t = tm_now();\n' '1: clock'
good src/domain/job_import.c 'int64_t t = tm_now();\n'
good src/http/a.c 'int64_t t = tm_now();\n'
bad src/domain/a.c 'int x = time(NULL);\n' '1: clock'
good src/domain/a.c '// malloc(1)\nconst char *s = "malloc(1) \\" free(2)"; /* free(\n free(3) */\n'
good src/domain/a.c 'int x = a->free(b) + a.time(c) + my_free(d) + freed(e) + free;\n'
good src/domain/a.c "char c = '\"'; // a quote opens nothing: free(x)\n"
good src/domain/a.c 'int x = free(p); // tidy: memory: the library hands it over\n'
good src/domain/a.c '// tidy: memory: the library hands it over\nint x = free(p);\n'
bad src/domain/a.c 'int x = free(p); // tidy: memory:\n' '1: memory'
bad src/domain/a.c 'int x = free(p); // tidy: print: another rule\n' '1: memory'

# sizes
bad src/base/a.c "// $(repeat a 98)\n" '1: line-length'
good src/base/a.c "// $(repeat a 97)\n"
good src/base/a.c "// $(repeat 环 97)\n"
good src/base/a.c "// https://example.org/$(repeat a 98)\n"
bad src/base/a.c "$(repeat '\\n' 1001)" '1: file-length'
good src/base/a.c "$(repeat '\\n' 1000)"
bad src/base/a.c "int f(void)\n{\n$(repeat '    x();\\n' 70)}\n" '2: function-length'
good src/base/a.c "int f(void)\n{\n$(repeat '    x();\\n' 69)}\n"
good src/base/a.c "static const int v[] = {\n$(repeat '    1,\\n' 200)};\n"

# text
bad src/base/a.c 'int x; \n' '1: trailing-space'
bad src/base/a.c 'int x;\r\n' '1: trailing-space'
bad src/base/a.c '\tint x;\n' '1: tab'
bad web/a.mjs '  x\t= 1\n' '1: tab'
bad src/base/a.c 'int x;' '1: last-line'
bad src/base/a.h '#ifndef A\n' '1: header-comment'
good src/base/a.h '// What it promises.\n#ifndef A\n'
for mark in TO''DO FIX''ME X''XX; do
    bad src/base/a.c "// $mark later\n" '1: mark'
    bad docs/a.md "x\n$mark: y\n" '2: mark'
done
good run 'mktemp -d a.XXXXXX\n'
bad README.md 'see /''work/main/x\n' '1: path'
bad web/a.mjs "x = '/""tmp/x'\n" '1: path'
bad run 'cd /''root/x\n' '1: path'
good tests/a.mjs "x = '/""tmp/x'\n"
good web/a.mjs "x = '/api/""tmp/x'\n"
bad web/package-lock.json '{\n  "resolved": "x"\n}\n' '2: lock'
good web/node_modules/a.c '\tint x; \n'

# one name in src/, whatever the room
fresh
write src/base/a.c 'int x;\n'
write src/base/a.h '// A.\n'
write src/store/a.c 'int y;\n'
out=$("$tidy" "$dir/t")
if [[ "$out" != 'src/store/a.c:1: name'*' 1 findings' ]]; then
    echo "FAILED: same name in two rooms: $out"
    failed=1
fi

[ $failed = 0 ] && echo ok
exit $failed
