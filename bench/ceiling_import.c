// The ceiling for an import: the rows it has left behind, into SQLite directly, in groups of as
// many, into tables with the same indexes and settings. No sheet, no checks, no rules, no hashing.
//
// ceiling_import IMPORTED DIR: IMPORTED is a town after its import, DIR a town as it was before;
// its database is written.
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/tm.h"
#include "domain/import.h"
#include "store/log_mover.h"

enum { COLUMNS_MAX = 40, CACHE_KIB = 16384 };

static const char *const TABLES[] = {
    "item", "item_doc", "event", "caller", "item_key", "batch_row", "tally"};

struct value {
    int type;
    int64_t i;
    double f;
    str s;
};
struct table {
    sqlite3_stmt *insert;
    struct value *values; // row after row
    size_t columns, rows, next;
};

static void die(sqlite3 *h, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, h ? sqlite3_errmsg(h) : "no memory");
    exit(1);
}

static sqlite3 *open_town(const char *dir)
{
    char path[4096], pragmas[200];
    sqlite3 *h = NULL;
    (void)snprintf(path, sizeof(path), "%s/bihuan.db", dir);
    (void)snprintf(pragmas, sizeof(pragmas),
        "PRAGMA synchronous=FULL; PRAGMA temp_store=memory; PRAGMA cache_size=-%d; PRAGMA "
        "journal_mode=WAL",
        CACHE_KIB);
    if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_exec(h, pragmas, NULL, NULL, NULL) != SQLITE_OK)
        die(h, path);
    return h;
}

static sqlite3_stmt *prepare(sqlite3 *h, const char *sql)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(h, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK)
        die(h, sql);
    return s;
}

static struct value value_of(struct arena *a, sqlite3_stmt *s, int i)
{
    struct value v = {.type = sqlite3_column_type(s, i)};
    if (v.type == SQLITE_INTEGER) {
        v.i = sqlite3_column_int64(s, i);
    } else if (v.type == SQLITE_FLOAT) {
        v.f = sqlite3_column_double(s, i);
    } else {
        const void *bytes =
            v.type == SQLITE_BLOB ? sqlite3_column_blob(s, i) : sqlite3_column_text(s, i);
        v.s = str_dup(a, (str){bytes, (size_t)sqlite3_column_bytes(s, i)});
    }
    return v;
}

// In the order of the keys, which is nearly the order in which the import wrote them.
static void read_table(sqlite3 *from, struct arena *a, const char *name, struct table *t)
{
    char sql[200];
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM %s", name);
    sqlite3_stmt *s = prepare(from, sql);
    t->columns = (size_t)sqlite3_column_count(s);
    size_t room = 0;
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (t->rows == room) {
            room = room ? room * 2 : 1024;
            t->values = realloc(t->values, room * t->columns * sizeof(*t->values));
            if (!t->values)
                die(NULL, name);
        }
        for (size_t i = 0; i < t->columns; i++)
            t->values[t->rows * t->columns + i] = value_of(a, s, (int)i);
        t->rows++;
    }
    (void)sqlite3_finalize(s);
}

static void make_insert(sqlite3 *to, const char *name, struct table *t)
{
    char sql[400];
    // What the town had before its import, such as its log-ins' events, stands there already.
    int n = snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO %s VALUES (?", name);
    for (size_t i = 1; i < t->columns; i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, ",?");
    (void)snprintf(sql + n, sizeof(sql) - (size_t)n, ")");
    t->insert = prepare(to, sql);
}

static void bind(sqlite3_stmt *s, int at, const struct value *v)
{
    if (v->type == SQLITE_INTEGER)
        (void)sqlite3_bind_int64(s, at, v->i);
    else if (v->type == SQLITE_FLOAT)
        (void)sqlite3_bind_double(s, at, v->f);
    else if (v->type == SQLITE_BLOB)
        (void)sqlite3_bind_blob64(s, at, v->s.n ? v->s.s : "", v->s.n, SQLITE_STATIC);
    else
        (void)sqlite3_bind_text64(s, at, v->s.n ? v->s.s : "", v->s.n, SQLITE_STATIC, SQLITE_UTF8);
}

static void run(sqlite3 *h, sqlite3_stmt *s)
{
    if (sqlite3_step(s) != SQLITE_DONE)
        die(h, sqlite3_sql(s));
    (void)sqlite3_reset(s);
}

// The group's share of a table: all of it after so many groups.
static void put_share(sqlite3 *h, struct table *t, size_t group, size_t groups)
{
    size_t end = t->rows * (group + 1) / groups;
    for (; t->next < end; t->next++) {
        for (size_t i = 0; i < t->columns; i++)
            bind(t->insert, (int)i + 1, &t->values[t->next * t->columns + i]);
        run(h, t->insert);
    }
}

static int log_pages;

static int log_grew(void *arg, sqlite3 *h, const char *name, int pages)
{
    (void)arg, (void)h, (void)name;
    log_pages = pages;
    return SQLITE_OK;
}

static double cpu_seconds(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: ceiling_import IMPORTED DIR\n");
        return 2;
    }
    struct arena *a = arena_new();
    struct table tables[ARRAY_LEN(TABLES)] = {0};
    sqlite3 *from = open_town(argv[1]), *to = open_town(argv[2]);
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        read_table(from, a, TABLES[i], &tables[i]);
        make_insert(to, TABLES[i], &tables[i]);
    }
    (void)sqlite3_close(from);
    sqlite3_stmt *begin = prepare(to, "BEGIN IMMEDIATE"), *commit = prepare(to, "COMMIT");
    (void)sqlite3_wal_hook(to, log_grew, NULL);
    size_t rows = tables[0].rows, groups = (rows + IMPORT_GROUP - 1) / IMPORT_GROUP;
    int64_t start = tm_mono();
    double cpu = cpu_seconds();
    for (size_t g = 0; g < groups; g++) {
        run(to, begin);
        for (size_t i = 0; i < ARRAY_LEN(TABLES); i++)
            put_share(to, &tables[i], g, groups);
        run(to, commit);
        if (log_pages >= LOG_MOVE_PAGES)
            (void)sqlite3_wal_checkpoint_v2(to, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    double s = (double)(tm_mono() - start) / 1e6;
    (void)printf("{\"rows\":%zu,\"seconds\":%.3f,\"cpu_s\":%.3f,\"rows_s\":%.1f}\n", rows, s,
        cpu_seconds() - cpu, (double)rows / s);
    return 0;
}
