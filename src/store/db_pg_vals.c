#include "store/db_pg_vals.h"

#include <stdio.h>

// A text takes the type of what it stands beside: a column of JSON, or text.
const Oid *pg_types(struct arena *a, const struct val *v, size_t n)
{
    static const Oid TYPES[] = {[VAL_I64] = PG_INT8,
        [VAL_F64] = PG_FLOAT8,
        [VAL_BLOB] = PG_BYTEA,
        [VAL_NULL] = 0,
        [VAL_STR] = 0};
    Oid *types = NEW_ARRAY(a, n + 1, Oid);
    for (size_t i = 0; i < n; i++)
        types[i] = TYPES[v[i].type];
    return types;
}

static void put_value(struct arena *a, const struct val *v, const char **at, int *n, int *binary)
{
    *n = 0;
    *binary = v->type == VAL_STR || v->type == VAL_BLOB;
    char *text = NULL;
    switch (v->type) {
    case VAL_NULL:
        break;
    case VAL_I64:
        text = arena_alloc(a, PG_NUMBER_BYTES);
        (void)snprintf(text, PG_NUMBER_BYTES, "%" PRId64, v->i);
        break;
    case VAL_F64:
        text = arena_alloc(a, PG_NUMBER_BYTES);
        (void)snprintf(text, PG_NUMBER_BYTES, "%.17g", v->f);
        break;
    case VAL_STR:
    case VAL_BLOB:
        *n = (int)v->s.n;
        *at = v->s.s ? v->s.s : "";
        return;
    }
    *at = text;
}

struct pg_bound pg_bound(struct arena *a, const struct val *v, size_t n)
{
    struct pg_bound b = {
        NEW_ARRAY(a, n + 1, const char *), NEW_ARRAY(a, n + 1, int), NEW_ARRAY(a, n + 1, int)};
    for (size_t i = 0; i < n; i++)
        put_value(a, &v[i], &b.values[i], &b.lengths[i], &b.formats[i]);
    return b;
}
