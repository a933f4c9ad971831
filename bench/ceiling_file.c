// The ceiling for filing: the rows that filing leaves behind, into SQLite directly. The engine
// files the orders once into a first database, untimed, and tells which counters each group moved;
// then those very rows go into a second one, with the same tables, indexes and settings, by the
// same statements, in groups, each with its fsync. No HTTP, no JSON, no rules, no hashing, no
// savepoints.
//
// ceiling_file DIR ORDERS [GROUP]: the towns DIR/a and DIR/b are made, unless they are there
// already, alike.
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/tm.h"
#include "store/log_mover.h"
#include "recording.h"

enum { CACHE_KIB = 16384 };

struct row {
    struct val *v;
    size_t n;
};
struct rows {
    struct row *all;
    size_t n, next;
};
// The rows of each table in the order of the orders.
struct tables {
    struct rows item, doc, event, caller;
};

// ---- reading what was recorded

static struct val column(struct arena *a, sqlite3_stmt *s, int i)
{
    switch (sqlite3_column_type(s, i)) {
    case SQLITE_INTEGER:
        return val_i64(sqlite3_column_int64(s, i));
    case SQLITE_FLOAT:
        return val_f64(sqlite3_column_double(s, i));
    case SQLITE_BLOB: {
        str x = {sqlite3_column_blob(s, i), (size_t)sqlite3_column_bytes(s, i)};
        return val_blob(str_dup(a, x));
    }
    default: {
        str x = {(const char *)sqlite3_column_text(s, i), (size_t)sqlite3_column_bytes(s, i)};
        return val_str(str_dup(a, x));
    }
    }
}

static void die(sqlite3 *h, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(h));
    exit(1);
}

static sqlite3_stmt *prepare(sqlite3 *h, const char *sql)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(h, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK)
        die(h, sql);
    return s;
}

static void read_rows(sqlite3 *h, struct arena *a, const char *sql, int64_t after, struct rows *out)
{
    sqlite3_stmt *s = prepare(h, sql);
    (void)sqlite3_bind_int64(s, 1, after);
    size_t n = (size_t)sqlite3_column_count(s);
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct row r = {NEW_ARRAY(a, n, struct val), n};
        for (size_t i = 0; i < n; i++)
            r.v[i] = column(a, s, (int)i);
        VEC_PUSH(a, out->all, out->n) = r;
    }
    (void)sqlite3_finalize(s);
}

static void read_tables(const struct recording *rec, const char *dir, struct tables *out)
{
    str path = town_db_path(rec->a, str_of(dir));
    sqlite3 *h = NULL;
    if (sqlite3_open_v2(str_z(rec->a, path), &h, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        die(h, dir);
    read_rows(h, rec->a, "SELECT * FROM item WHERE id > ?1 ORDER BY town, id", rec->item_before,
        &out->item);
    read_rows(h, rec->a, "SELECT * FROM item_doc WHERE id > ?1 ORDER BY town, id", rec->item_before,
        &out->doc);
    read_rows(h, rec->a, "SELECT * FROM event WHERE id > ?1 ORDER BY town, id", rec->event_before,
        &out->event);
    read_rows(h, rec->a, "SELECT * FROM caller WHERE item > ?1 ORDER BY town, item",
        rec->item_before, &out->caller);
    (void)sqlite3_close(h);
    CHECK(out->item.n == rec->orders && out->doc.n == rec->orders && out->caller.n == rec->orders);
    CHECK(out->event.n >= rec->orders);
}

// ---- writing them again

struct target {
    sqlite3 *h;
    sqlite3_stmt *begin, *commit, *item, *doc, *event, *caller, *seq, *tally;
    int log_pages;
};

static int log_grew(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct target *t = arg;
    (void)h, (void)name;
    t->log_pages = pages;
    return SQLITE_OK;
}

static void bind(sqlite3_stmt *s, int at, const struct val *v)
{
    if (v->type == VAL_I64)
        (void)sqlite3_bind_int64(s, at, v->i);
    else if (v->type == VAL_F64)
        (void)sqlite3_bind_double(s, at, v->f);
    else if (v->type == VAL_BLOB)
        (void)sqlite3_bind_blob64(s, at, v->s.n ? v->s.s : "", v->s.n, SQLITE_STATIC);
    else
        (void)sqlite3_bind_text64(s, at, v->s.n ? v->s.s : "", v->s.n, SQLITE_STATIC, SQLITE_UTF8);
}

static void run(struct target *t, sqlite3_stmt *s)
{
    int rc = SQLITE_ROW;
    while (rc == SQLITE_ROW)
        rc = sqlite3_step(s);
    if (rc != SQLITE_DONE)
        die(t->h, sqlite3_sql(s));
    (void)sqlite3_reset(s);
}

static void put(struct target *t, sqlite3_stmt *s, const struct row *r)
{
    for (size_t i = 0; i < r->n; i++)
        bind(s, (int)i + 1, &r->v[i]);
    run(t, s);
}

// "INSERT INTO table VALUES (?, …)" for so many columns.
static sqlite3_stmt *inserter(struct target *t, const char *table, const struct rows *rows)
{
    char sql[400];
    CHECK(rows->n > 0);
    int n = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES (?", table);
    for (size_t i = 1; i < rows->all[0].n; i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, ",?");
    (void)snprintf(sql + n, sizeof(sql) - (size_t)n, ")");
    return prepare(t->h, sql);
}

static void open_target(struct target *t, const char *path, const struct tables *rows)
{
    char pragmas[200];
    (void)snprintf(pragmas, sizeof(pragmas),
        "PRAGMA synchronous=FULL; PRAGMA temp_store=memory; PRAGMA cache_size=-%d; PRAGMA "
        "journal_mode=WAL",
        CACHE_KIB);
    if (sqlite3_open_v2(path, &t->h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
            SQLITE_OK ||
        sqlite3_exec(t->h, pragmas, NULL, NULL, NULL) != SQLITE_OK)
        die(t->h, path);
    (void)sqlite3_wal_hook(t->h, log_grew, t);
    t->begin = prepare(t->h, "BEGIN IMMEDIATE");
    t->commit = prepare(t->h, "COMMIT");
    t->item = inserter(t, "item", &rows->item);
    t->doc = inserter(t, "item_doc", &rows->doc);
    t->event = inserter(t, "event", &rows->event);
    t->caller = inserter(t, "caller", &rows->caller);
    t->seq = prepare(t->h,
        "INSERT INTO seq (town, name, day, last) VALUES (?1, 'RX', ?2, 1)"
        " ON CONFLICT (town, name, day) DO UPDATE SET last = seq.last + 1 RETURNING last");
    t->tally =
        prepare(t->h, "INSERT INTO tally (town, loop, dim, period, unit, class, channel, key, n)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
                      " ON CONFLICT (town, loop, dim, period, unit, class, channel, key) DO UPDATE "
                      "SET n = tally.n + excluded.n");
}

static void put_cell(struct target *t, const struct val *town, const struct cell *c)
{
    struct val v[] = {*town, val_str(c->loop), val_str(c->dim), val_i64(c->period),
        val_i64(c->unit), val_i64(c->cls), val_str(c->channel), val_str(c->key), val_i64(c->n)};
    struct row r = {v, ARRAY_LEN(v)};
    put(t, t->tally, &r);
}

static void write_group(
    struct target *t, const struct recording *rec, struct tables *rows, size_t at, int64_t day)
{
    const struct val *town = &rows->item.all[0].v[0];
    run(t, t->begin);
    for (size_t i = 0; i < rec->group && rows->item.next < rows->item.n; i++) {
        struct val v[] = {*town, val_i64(day)};
        struct row seq = {v, ARRAY_LEN(v)};
        put(t, t->seq, &seq);
        put(t, t->item, &rows->item.all[rows->item.next++]);
        put(t, t->doc, &rows->doc.all[rows->doc.next++]);
        put(t, t->event, &rows->event.all[rows->event.next++]);
        put(t, t->caller, &rows->caller.all[rows->caller.next++]);
    }
    for (size_t i = 0; i < rec->groups[at].n; i++)
        put_cell(t, town, &rec->groups[at].cells[i]);
    run(t, t->commit);
    if (t->log_pages >= LOG_MOVE_PAGES)
        (void)sqlite3_wal_checkpoint_v2(t->h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        (void)fprintf(stderr, "usage: ceiling_file DIR ORDERS [GROUP]\n");
        return 2;
    }
    struct arena *a = arena_new();
    struct recording rec = {
        .a = a, .orders = strtoul(argv[2], NULL, 10), .group = RECORDING_GROUP_DEFAULT};
    if (argc == 4)
        rec.group = strtoul(argv[3], NULL, 10);
    if (rec.orders == 0 || rec.group == 0 || rec.group > RECORDING_GROUP_MAX)
        return 2;
    (void)mkdir(argv[1], 0700);
    struct tables rows = {0};
    const char *recorded = str_fmt(a, "%s/a", argv[1]).s;
    recording_make(&rec, recorded);
    read_tables(&rec, recorded, &rows);
    const char *dir = str_fmt(a, "%s/b", argv[1]).s;
    town_close(town_at(dir)); // the tables and the settings
    struct target t = {0};
    open_target(&t, str_z(a, town_db_path(a, str_of(dir))), &rows);
    int64_t start = tm_mono(), day = tm_local_day(tm_now(), TM_ZONE_DEFAULT_S);
    for (size_t i = 0; i < rec.n_groups; i++)
        write_group(&t, &rec, &rows, i, day);
    double s = (double)(tm_mono() - start) / 1e6;
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    (void)printf(
        "{\"orders\":%zu,\"group\":%zu,\"seconds\":%.3f,\"orders_s\":%.1f,\"cpu_s\":%.2f}\n",
        rec.orders, rec.group, s, (double)rec.orders / s,
        seconds(used.ru_utime) + seconds(used.ru_stime));
    return 0;
}
