// Numbered migrations, sql/NNNN_name.sql, embedded in the program. Each runs once, in one
// transaction; its checksum is kept, and a file edited after it was applied is refused. Words
// replaced per store:
//   @int@ 64-bit integer   @real@ double   @text@   @blob@   @json@ a JSON text on which -> and ->>
//   work
//   @clustered@ after the closing bracket: rows live in the primary key   @heap@ rows live beside
//   it
#ifndef BH_STORE_MIGRATE_H
#define BH_STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    const char *name; // "0001_core"
    str sql;
};
// Those of the program itself, in order. What else lies in sql/ has no number.
const struct migration *migrations_embedded(struct arena *a, size_t *n);
// Applies what is missing, in order. now_us is recorded. ERR_INVALID when an applied file was
// edited or when the database is newer than the program; ERR_STORE on failure, with nothing half
// applied.
enum err_code migrate(
    struct db *db, const struct migration *all, size_t n, int64_t now_us, struct err *e) MUST_USE;
int64_t migrate_version(
    struct db *db); // number of the last applied migration; 0 on an empty database

#endif
