#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "store/db_sqlite.h"

static bool bind_one(sqlite3_stmt *s, int at, const struct val *v)
{
    // An empty slice may be {NULL, 0}, which SQLite would read as NULL.
    const char *bytes = v->s.s ? v->s.s : "";
    switch (v->type) {
    case VAL_NULL:
        return sqlite3_bind_null(s, at) == SQLITE_OK;
    case VAL_I64:
        return sqlite3_bind_int64(s, at, v->i) == SQLITE_OK;
    case VAL_F64:
        return sqlite3_bind_double(s, at, v->f) == SQLITE_OK;
    case VAL_STR:
        return sqlite3_bind_text64(s, at, bytes, v->s.n, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
    case VAL_BLOB:
        return sqlite3_bind_blob64(s, at, bytes, v->s.n, SQLITE_STATIC) == SQLITE_OK;
    }
    UNREACHABLE();
}

// For a message: literals travel without their length.
static str text_of(enum stmt_kind kind, str sql)
{
    return kind == STMT_COMPOSED ? sql : str_of(sql.s);
}

// A statement prepared and bound, or NULL with the connection failed.
static struct stmt *start(
    struct db *db, enum stmt_kind kind, str sql, const struct val *v, size_t n)
{
    if (!db_sqlite_ready(db))
        return NULL;
    int rc = SQLITE_OK;
    struct stmt *s = stmt_get(&db->cache, db->handle, kind, sql, &rc);
    if (!s) {
        if (rc == SQLITE_MISUSE)
            db_fail(db, ERR_STORE, "not exactly one statement in a text");
        db_sqlite_fail(db, rc, text_of(kind, sql));
        return NULL;
    }
    // The macros ask for a value even where a text has none (DDL, PRAGMA); otherwise the counts
    // must agree, because a forgotten ?2 would silently answer with other rows.
    int wanted = sqlite3_bind_parameter_count(s->handle);
    if (wanted != 0 && (size_t)wanted != n) {
        char text[200];
        (void)snprintf(text, sizeof(text), "%zu values for %d parameters: %.120s", n, wanted,
            sqlite3_sql(s->handle));
        db_fail(db, ERR_STORE, text);
        return NULL;
    }
    for (int i = 0; i < wanted; i++)
        if (!bind_one(s->handle, i + 1, &v[i])) {
            db_sqlite_fail(db, sqlite3_extended_errcode(db->handle), text_of(kind, sql));
            return NULL;
        }
    return s;
}

int64_t db_run_(struct db *db, const char *sql, const struct val *v, size_t n)
{
    struct stmt *s = start(db, STMT_LITERAL, (str){sql, 0}, v, n);
    if (!s)
        return 0;
    int64_t before = sqlite3_total_changes64(db->handle);
    int rc = SQLITE_ROW;
    while (rc == SQLITE_ROW)
        rc = sqlite3_step(s->handle);
    if (rc != SQLITE_DONE)
        db_sqlite_fail(db, rc, str_of(sql));
    (void)sqlite3_reset(s->handle); // repeats rc
    if (rc != SQLITE_DONE)
        return 0;
    // What is not an insert, update or delete leaves the number of the last one that was.
    bool none = sqlite3_total_changes64(db->handle) == before;
    return none ? 0 : sqlite3_changes64(db->handle);
}

static struct cursor open_cursor(
    struct db *db, enum stmt_kind kind, str sql, const struct val *v, size_t n)
{
    struct cursor c = {.db = db};
    if (!db->failed && db->open_n == DB_CURSORS_MAX)
        db_fail(db, ERR_STORE, "too many open cursors");
    struct stmt *s = start(db, kind, sql, v, n);
    if (s) {
        s->open = true;
        db->open[db->open_n++] = s;
        c.stmt = s;
    }
    return c;
}

struct cursor db_rows_(struct db *db, const char *sql, const struct val *v, size_t n)
{
    return open_cursor(db, STMT_LITERAL, (str){sql, 0}, v, n);
}

struct cursor db_rows_inner(struct db *db, const char *sql, const struct val *v, size_t n)
{
    return open_cursor(db, STMT_INNER, (str){sql, 0}, v, n);
}

struct cursor db_rows_composed(struct db *db, str sql, const struct val *v, size_t n)
{
    return open_cursor(db, STMT_COMPOSED, sql, v, n);
}

// NULL once a rollback has closed it.
static sqlite3_stmt *handle_of(const struct cursor *c)
{
    const struct stmt *s = c->stmt;
    return s && s->open ? s->handle : NULL;
}

bool db_next(struct cursor *c)
{
    sqlite3_stmt *s = handle_of(c);
    if (s && !c->db->failed) {
        int rc = sqlite3_step(s);
        if (rc == SQLITE_ROW)
            return true;
        if (rc != SQLITE_DONE)
            db_sqlite_fail(c->db, rc, str_of(sqlite3_sql(s)));
    }
    db_done(c);
    return false;
}

void db_done(struct cursor *c)
{
    struct stmt *s = c->stmt;
    c->stmt = NULL;
    if (!s || !s->open)
        return;
    int rc = sqlite3_reset(s->handle);
    // Ending a RETURNING early ends its own transaction as well, and only here does that failure
    // show.
    if (rc != SQLITE_OK && !c->db->failed)
        db_sqlite_fail(c->db, rc, str_of(s->key));
    s->open = false;
    struct db *db = c->db;
    for (size_t i = 0; i < db->open_n; i++)
        if (db->open[i] == s) {
            db->open[i] = db->open[--db->open_n];
            break;
        }
}

int64_t db_i64(const struct cursor *c, int column)
{
    sqlite3_stmt *s = handle_of(c);
    return s ? sqlite3_column_int64(s, column) : 0;
}

double db_f64(const struct cursor *c, int column)
{
    sqlite3_stmt *s = handle_of(c);
    return s ? sqlite3_column_double(s, column) : 0.0;
}

str db_str(const struct cursor *c, int column)
{
    sqlite3_stmt *s = handle_of(c);
    if (!s)
        return S("");
    // Asked as a text, a blob would be converted in place.
    bool blob = sqlite3_column_type(s, column) == SQLITE_BLOB;
    const void *bytes = blob ? sqlite3_column_blob(s, column) : sqlite3_column_text(s, column);
    int n = sqlite3_column_bytes(s, column);
    return bytes && n > 0 ? (str){bytes, (size_t)n} : S("");
}

str db_dup(const struct cursor *c, int column, struct arena *a)
{
    return str_dup(a, db_str(c, column));
}

bool db_null(const struct cursor *c, int column)
{
    sqlite3_stmt *s = handle_of(c);
    return !s || sqlite3_column_type(s, column) == SQLITE_NULL;
}

int64_t db_one_i64_(
    struct db *db, int64_t otherwise, const char *sql, const struct val *v, size_t n)
{
    struct cursor c = db_rows_(db, sql, v, n);
    int64_t found = db_next(&c) ? db_i64(&c, 0) : otherwise;
    db_done(&c);
    return db->failed ? otherwise : found;
}

str db_one_str_(struct db *db, struct arena *a, const char *sql, const struct val *v, size_t n)
{
    struct cursor c = db_rows_(db, sql, v, n);
    str found = db_next(&c) ? db_dup(&c, 0, a) : S("");
    db_done(&c);
    return db->failed ? S("") : found;
}

void db_script(struct db *db, str sql)
{
    while (sql.n > 0 && db_sqlite_ready(db)) {
        sqlite3_stmt *s = NULL;
        const char *tail = sql.s + sql.n;
        int rc = sqlite3_prepare_v2(db->handle, sql.s, (int)sql.n, &s, &tail);
        while (rc == SQLITE_OK && s && (rc = sqlite3_step(s)) == SQLITE_ROW)
            rc = SQLITE_OK;
        if (rc != SQLITE_OK && rc != SQLITE_DONE)
            db_sqlite_fail(db, rc, sql);
        (void)sqlite3_finalize(s); // repeats rc
        sql = str_sub(sql, (size_t)(tail - sql.s), sql.n);
    }
}

// --- plans

// Steps name their parent; a step's depth is its parent's and one.
static int depth_of(int64_t parent, const int64_t *ids, const int *depths, size_t n)
{
    while (n-- > 0)
        if (ids[n] == parent)
            return depths[n] + 1;
    return 0;
}

str db_plan(struct db *db, struct arena *a, str sql)
{
    enum { STEPS_MAX = 200, PLAN_BYTES_MAX = 64 * KIB };
    int64_t ids[STEPS_MAX];
    int depths[STEPS_MAX];
    size_t n = 0;
    struct buf out;
    buf_init(&out, a, PLAN_BYTES_MAX);
    if (!db_sqlite_ready(db))
        return S("");
    str text = str_fmt(a, "EXPLAIN QUERY PLAN %.*s", STR_ARG(sql));
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->handle, text.s, (int)text.n, &s, NULL);
    while (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW && n < STEPS_MAX) {
        ids[n] = sqlite3_column_int64(s, 0);
        depths[n] = depth_of(sqlite3_column_int64(s, 1), ids, depths, n);
        buf_fmt(&out, "%*s%s\n", 2 * depths[n], "", (const char *)sqlite3_column_text(s, 3));
        n++;
    }
    if (rc != SQLITE_OK)
        db_sqlite_fail(db, rc, text);
    rc = sqlite3_finalize(s);
    if (rc != SQLITE_OK)
        db_sqlite_fail(db, rc, text);
    return buf_str(&out);
}
