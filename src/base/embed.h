// Files built into the program: the web interface, migrations, shipped definitions, the
// demonstration town.
//
// The table is made by tools/embed at build time and is sorted by path, bytewise. Paths are
// relative to the root of the source tree: "web/dist/index.html", "sql/0001_core.sql",
// "defs/loops/hotline.yaml". All bytes live as long as the process.
#ifndef BH_BASE_EMBED_H
#define BH_BASE_EMBED_H

#include "base/str.h"

struct embed_file {
    const char *path;
    const char *type;      // media type with charset, "text/css; charset=utf-8"
    str bytes;             // always NUL-terminated behind the slice
    str gz;                // gzip of bytes; empty unless a text file under web/ that gains by it
    const char *sha256_16; // first 16 hexadecimal digits of the SHA-256 of bytes
};

// NULL when there is no such file.
const struct embed_file *embed_find(str path);
// All files whose path starts with prefix stand in a row from embed_first(prefix) on.
size_t embed_first(
    str prefix); // index of the first path not less than prefix; may be embed_count()
const struct embed_file *embed_at(size_t i); // i < embed_count()
size_t embed_count(void);

#endif
