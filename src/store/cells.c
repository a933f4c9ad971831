#include "store/cells.h"

#include <string.h>
#include "store/db_inner.h"

// ---- one by one

// All are sent before the first answer is waited for, and the few cells that are new then put in.
static void add_each(
    struct db *db, struct arena *a, int64_t town, const struct cell *cells, size_t n)
{
    int64_t *there = NEW_ARRAY(a, n + 1, int64_t);
    for (size_t i = 0; i < n; i++) {
        const struct cell *x = &cells[i];
        db_change_later(db, &there[i],
            "UPDATE tally SET n = n + ?9 WHERE town = ?1 AND loop = ?2 AND dim = ?3"
            " AND period = ?4 AND unit = ?5 AND class = ?6 AND channel = ?7 AND key = ?8",
            V(town), V(x->loop), V(x->dim), V(x->period), V(x->unit), V(x->cls), V(x->channel),
            V(x->key), V(x->n));
    }
    db_settle(db);
    for (size_t i = 0; i < n; i++) {
        const struct cell *x = &cells[i];
        if (there[i] == 0)
            db_run(db,
                "INSERT INTO tally (town, loop, dim, period, unit, class, channel, key, n)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                V(town), V(x->loop), V(x->dim), V(x->period), V(x->unit), V(x->cls), V(x->channel),
                V(x->key), V(x->n));
    }
}

// ---- a server: all in one statement, by arrays as it sends and receives them

enum { TYPE_INT8 = 20, TYPE_TEXT = 25, HEAD_BYTES = 20, CELLS_MAX = 5000 };

// Big-endian, as everything on the wire. [PostgreSQL 15, src/backend/utils/adt/arrayfuncs.c,
// array_recv]
static char *put_i32(char *at, int64_t x)
{
    for (int i = 3; i >= 0; i--)
        *at++ = (char)(uint8_t)((uint64_t)x >> (8 * i));
    return at;
}

static char *put_i64(char *at, int64_t x)
{
    return put_i32(put_i32(at, x >> 32), x);
}

static char *put_head(char *at, int64_t type, size_t n)
{
    const int64_t head[] = {1, 0, type, (int64_t)n, 1}; // dimensions, no NULL, type, length, from 1
    for (size_t i = 0; i < ARRAY_LEN(head); i++)
        at = put_i32(at, head[i]);
    return at;
}

// Of one member of every cell.
static str numbers(struct arena *a, const struct cell *cells, size_t n, size_t member)
{
    size_t bytes = HEAD_BYTES + n * 12;
    char *out = arena_alloc(a, bytes), *at = put_head(out, TYPE_INT8, n);
    for (size_t i = 0; i < n; i++) {
        int64_t x;
        memcpy(&x, (const char *)&cells[i] + member, sizeof(x));
        at = put_i64(put_i32(at, 8), x);
    }
    return (str){out, bytes};
}

static str texts(struct arena *a, const struct cell *cells, size_t n, size_t member)
{
    size_t bytes = HEAD_BYTES;
    for (size_t i = 0; i < n; i++)
        bytes += 4 + ((const str *)(const void *)((const char *)&cells[i] + member))->n;
    char *out = arena_alloc(a, bytes), *at = put_head(out, TYPE_TEXT, n);
    for (size_t i = 0; i < n; i++) {
        str x = *(const str *)(const void *)((const char *)&cells[i] + member);
        at = put_i32(at, (int64_t)x.n);
        if (x.n > 0)
            memcpy(at, x.s, x.n);
        at += x.n;
    }
    return (str){out, bytes};
}

static void add_all(
    struct db *db, struct arena *a, int64_t town, const struct cell *cells, size_t n)
{
    struct val v[] = {V(town), V(texts(a, cells, n, offsetof(struct cell, loop))),
        V(texts(a, cells, n, offsetof(struct cell, dim))),
        V(numbers(a, cells, n, offsetof(struct cell, period))),
        V(numbers(a, cells, n, offsetof(struct cell, unit))),
        V(numbers(a, cells, n, offsetof(struct cell, cls))),
        V(texts(a, cells, n, offsetof(struct cell, channel))),
        V(texts(a, cells, n, offsetof(struct cell, key))),
        V(numbers(a, cells, n, offsetof(struct cell, n)))};
    db_send_inner(db,
        "INSERT INTO tally (town, loop, dim, period, unit, class, channel, key, n)"
        " SELECT ?1, loop, dim, period, unit, class, channel, key, n"
        " FROM unnest(?2::text[], ?3::text[], ?4::bigint[], ?5::bigint[], ?6::bigint[],"
        " ?7::text[], ?8::text[], ?9::bigint[])"
        " AS moved (loop, dim, period, unit, class, channel, key, n)"
        " ON CONFLICT (town, loop, dim, period, unit, class, channel, key)"
        " DO UPDATE SET n = tally.n + excluded.n",
        v, ARRAY_LEN(v));
}

void cells_add(struct db *db, struct arena *a, int64_t town, const struct cell *cells, size_t n)
{
    if (!db_takes_arrays(db)) {
        add_each(db, a, town, cells, n);
        return;
    }
    for (size_t i = 0; i < n; i += CELLS_MAX)
        add_all(db, a, town, cells + i, n - i < CELLS_MAX ? n - i : CELLS_MAX);
}
