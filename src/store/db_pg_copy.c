#include "store/db_pg_copy.h"

#include <string.h>

enum { LINES_BYTES = 256 * KIB, LINES_BYTES_MAX = 1024 * MIB };

static PGresult *last_result(PGconn *conn)
{
    PGresult *first = PQgetResult(conn), *r;
    while (first && (r = PQgetResult(conn)) != NULL)
        PQclear(r);
    return first;
}

static void leave(struct pg_copy *c, PGresult *last)
{
    db_pg_piped(c->db, last, c->sql);
    c->conn = NULL;
}

void pg_copy_begin(struct pg_copy *c, struct db *db, const char *sql, struct arena *a)
{
    *c = (struct pg_copy){.db = db, .sql = sql};
    buf_init(&c->lines, a, LINES_BYTES_MAX);
    if (!db_ready(db, str_of(sql)) || (c->conn = db_pg_bare(db)) == NULL)
        return;
    PGresult *r = PQexec(c->conn, sql);
    if (PQresultStatus(r) != PGRES_COPY_IN)
        leave(c, r);
    else
        PQclear(r);
}

static void send(struct pg_copy *c)
{
    if (c->lines.overflow) {
        (void)PQputCopyEnd(c->conn, "a row is too large");
        leave(c, last_result(c->conn));
    } else if (PQputCopyData(c->conn, c->lines.s, (int)c->lines.n) != 1) {
        leave(c, last_result(c->conn));
    }
    c->lines.n = 0;
}

// ---- the form of a row: columns between tabs, a line a row [PostgreSQL 15, COPY, text format]

static void put_text(struct buf *out, str x)
{
    static const char HARD[] = "\\\t\n\r", SOFT[] = "\\tnr";
    size_t from = 0;
    for (size_t i = 0; i < x.n; i++) {
        const char *at = x.s[i] ? strchr(HARD, x.s[i]) : NULL;
        if (!at)
            continue;
        buf_add(out, str_sub(x, from, i - from));
        buf_byte(out, '\\');
        buf_byte(out, SOFT[at - HARD]);
        from = i + 1;
    }
    buf_add(out, str_sub(x, from, x.n));
}

static void put_blob(struct buf *out, str x)
{
    static const char HEX[] = "0123456789abcdef";
    buf_addz(out, "\\\\x");
    char *room = buf_room(out, 2 * x.n);
    if (!room)
        return;
    for (size_t i = 0; i < x.n; i++) {
        room[2 * i] = HEX[(unsigned char)x.s[i] >> 4];
        room[2 * i + 1] = HEX[(unsigned char)x.s[i] & 15];
    }
    out->n += 2 * x.n;
}

static void put_value(struct buf *out, const struct val *v)
{
    switch (v->type) {
    case VAL_NULL:
        buf_addz(out, "\\N");
        return;
    case VAL_I64:
        buf_i64(out, v->i);
        return;
    case VAL_F64:
        buf_fmt(out, "%.17g", v->f);
        return;
    case VAL_STR:
        put_text(out, v->s);
        return;
    case VAL_BLOB:
        put_blob(out, v->s);
        return;
    }
    UNREACHABLE();
}

void pg_copy_row(struct pg_copy *c, const struct val *v, size_t n)
{
    if (!c->conn)
        return;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_byte(&c->lines, '\t');
        put_value(&c->lines, &v[i]);
    }
    buf_byte(&c->lines, '\n');
    if (c->lines.overflow || c->lines.n > LINES_BYTES)
        send(c);
}

void pg_copy_end(struct pg_copy *c, bool whole)
{
    if (c->conn && c->lines.n > 0)
        send(c);
    if (!c->conn)
        return;
    (void)PQputCopyEnd(c->conn, whole ? NULL : "given up");
    leave(c, last_result(c->conn));
}
