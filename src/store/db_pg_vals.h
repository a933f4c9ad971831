// Values as a PostgreSQL server takes them: numbers as digits, texts and bytes as they are.
#ifndef BH_STORE_DB_PG_VALS_H
#define BH_STORE_DB_PG_VALS_H

#include <libpq-fe.h>
#include "store/db.h"

enum { PG_BYTEA = 17, PG_INT8 = 20, PG_FLOAT8 = 701, PG_NUMBER_BYTES = 32 };

struct pg_bound {
    const char **values;
    int *lengths, *formats;
};
const Oid *pg_types(struct arena *a, const struct val *v, size_t n);
struct pg_bound pg_bound(struct arena *a, const struct val *v, size_t n);

#endif
