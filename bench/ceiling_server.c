// The ceilings on PostgreSQL, as ceiling_file and ceiling_import are on SQLite: the rows the engine
// has left in one database, into another one through libpq directly, by prepared statements sent
// ahead in groups, each group one transaction whose commit is on the disk before the next begins.
// No HTTP, no JSON, no rules, no hashing, no savepoints.
//
// ceiling_server file DIR FROM TO ORDERS [GROUP]: the engine first files the orders into DIR's
//     town, untimed, whose database is FROM; TO is a copy of it from before.
// ceiling_server import FROM TO: FROM is a town's database after its import, TO one from before.
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tm.h"
#include "domain/import.h"
#include "recording.h"

enum { COLUMNS_MAX = 60, TEXT_MAX = 2000, NUMBER_MAX = 24 };

struct table {
    const char *name, *chosen; // chosen: which of its rows, with $1
    int64_t after;             // $1
    PGresult *rows;            // read in text, written in text
    int columns, n, next;
};

static void die(PGconn *c, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, PQerrorMessage(c));
    exit(1);
}

static PGconn *open_database(const char *address)
{
    PGconn *c = PQconnectdb(address);
    if (PQstatus(c) != CONNECTION_OK)
        die(c, address);
    return c;
}

// ---- reading

static void read_table(PGconn *from, struct table *t)
{
    char sql[TEXT_MAX], after[NUMBER_MAX];
    const char *v[] = {after};
    (void)snprintf(after, sizeof(after), "%" PRId64, t->after);
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM %s %s", t->name, t->chosen);
    t->rows = PQexecParams(from, sql, t->chosen[0] ? 1 : 0, NULL, v, NULL, NULL, 0);
    if (PQresultStatus(t->rows) != PGRES_TUPLES_OK)
        die(from, sql);
    t->columns = PQnfields(t->rows);
    t->n = PQntuples(t->rows);
    CHECK(t->columns <= COLUMNS_MAX);
}

// ---- writing

static void prepare(PGconn *to, const char *name, const char *sql)
{
    PGresult *r = PQprepare(to, name, sql, 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        die(to, sql);
    PQclear(r);
}

static void prepare_insert(PGconn *to, const struct table *t, const char *more)
{
    char sql[TEXT_MAX];
    int n = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES ($1", t->name);
    for (int i = 2; i <= t->columns; i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, ",$%d", i);
    (void)snprintf(sql + n, sizeof(sql) - (size_t)n, ")%s", more);
    prepare(to, t->name, sql);
}

static void send(PGconn *to, const char *statement, int n, const char *const *v)
{
    if (!PQsendQueryPrepared(to, statement, n, v, NULL, NULL, 0))
        die(to, statement);
}

static void send_row(PGconn *to, struct table *t)
{
    const char *v[COLUMNS_MAX];
    for (int i = 0; i < t->columns; i++)
        v[i] = PQgetisnull(t->rows, t->next, i) ? NULL : PQgetvalue(t->rows, t->next, i);
    t->next++;
    send(to, t->name, t->columns, v);
}

// Waits for all answers of the group, the commit's among them.
static void settle(PGconn *to)
{
    if (!PQpipelineSync(to))
        die(to, "sync");
    for (;;) {
        PGresult *r = PQgetResult(to);
        ExecStatusType status = r ? PQresultStatus(r) : PGRES_COMMAND_OK;
        PQclear(r);
        if (status == PGRES_PIPELINE_SYNC)
            return;
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            die(to, "a statement failed");
    }
}

static PGconn *open_target(const char *address)
{
    PGconn *to = open_database(address);
    prepare(to, "begin", "BEGIN");
    prepare(to, "commit", "COMMIT");
    return to;
}

static void begin_writing(PGconn *to)
{
    if (!PQenterPipelineMode(to))
        die(to, "pipeline");
}

static void report(int64_t rows, const char *what, double s)
{
    (void)printf("{\"%s\":%" PRId64 ",\"seconds\":%.3f,\"%s_s\":%.1f}\n", what, rows, s, what,
        (double)rows / s);
}

// ---- filing

static void send_cell(PGconn *to, const char *town, const struct cell *c, struct arena *a)
{
    char period[NUMBER_MAX], unit[NUMBER_MAX], cls[NUMBER_MAX], n[NUMBER_MAX];
    (void)snprintf(period, sizeof(period), "%" PRId64, c->period);
    (void)snprintf(unit, sizeof(unit), "%" PRId64, c->unit);
    (void)snprintf(cls, sizeof(cls), "%" PRId64, c->cls);
    (void)snprintf(n, sizeof(n), "%" PRId64, c->n);
    const char *v[] = {town, str_z(a, c->loop), str_z(a, c->dim), period, unit, cls,
        str_z(a, c->channel), str_z(a, c->key), n};
    send(to, "counter", (int)ARRAY_LEN(v), v);
}

static void write_group(
    PGconn *to, const struct recording *rec, struct table *tables, size_t n_tables, size_t at)
{
    char day[NUMBER_MAX];
    const char *town = PQgetvalue(tables[0].rows, 0, 0), *seq[] = {town, day};
    struct arena *a = arena_new();
    (void)snprintf(
        day, sizeof(day), "%" PRId64, (int64_t)tm_local_day(tm_now(), TM_ZONE_DEFAULT_S));
    send(to, "begin", 0, NULL);
    for (size_t i = 0; i < rec->group && tables[0].next < tables[0].n; i++) {
        send(to, "number", 2, seq);
        for (size_t k = 0; k < n_tables; k++)
            send_row(to, &tables[k]);
    }
    for (size_t i = 0; i < rec->groups[at].n; i++)
        send_cell(to, town, &rec->groups[at].cells[i], a);
    send(to, "commit", 0, NULL);
    settle(to);
    arena_free(a);
}

static int run_file(char **argv, size_t orders, size_t group)
{
    struct recording rec = {.a = arena_new(), .orders = orders, .group = group};
    if (orders == 0 || group == 0 || group > RECORDING_GROUP_MAX)
        return 2;
    recording_make(&rec, argv[2]);
    struct table tables[] = {
        {"item", "WHERE id > $1 ORDER BY town, id", .after = rec.item_before},
        {"item_doc", "WHERE id > $1 ORDER BY town, id", .after = rec.item_before},
        {"event", "WHERE id > $1 ORDER BY town, id", .after = rec.event_before},
        {"caller", "WHERE item > $1 ORDER BY town, item", .after = rec.item_before},
    };
    PGconn *from = open_database(argv[3]), *to = open_target(argv[4]);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        read_table(from, &tables[i]);
        CHECK((size_t)tables[i].n >= orders);
        prepare_insert(to, &tables[i], "");
    }
    PQfinish(from);
    prepare(to, "number",
        "INSERT INTO seq (town, name, day, last) VALUES ($1, 'RX', $2, 1)"
        " ON CONFLICT (town, name, day) DO UPDATE SET last = seq.last + 1 RETURNING last");
    prepare(to, "counter",
        "INSERT INTO tally (town, loop, dim, period, unit, class, channel, key, n)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (town, loop, dim, period, unit, class, channel, key) DO UPDATE "
        "SET n = tally.n + excluded.n");
    begin_writing(to);
    int64_t start = tm_mono();
    for (size_t i = 0; i < rec.n_groups; i++)
        write_group(to, &rec, tables, ARRAY_LEN(tables), i);
    report((int64_t)orders, "orders", (double)(tm_mono() - start) / 1e6);
    PQfinish(to);
    return 0;
}

// ---- import

// The group's share of a table: all of it after so many groups.
static void send_share(PGconn *to, struct table *t, int64_t group, int64_t groups)
{
    int64_t end = (int64_t)t->n * (group + 1) / groups;
    while (t->next < end)
        send_row(to, t);
}

static int run_import(char **argv)
{
    struct table tables[] = {{"item", ""}, {"item_doc", ""}, {"event", ""}, {"caller", ""},
        {"item_key", ""}, {"batch_row", ""}, {"tally", ""}};
    PGconn *from = open_database(argv[2]), *to = open_target(argv[3]);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        read_table(from, &tables[i]);
        // What the town had before its import, such as its log-ins' events, stands there already.
        prepare_insert(to, &tables[i], " ON CONFLICT DO NOTHING");
    }
    PQfinish(from);
    int64_t rows = tables[0].n, groups = (rows + IMPORT_GROUP - 1) / IMPORT_GROUP;
    begin_writing(to);
    int64_t start = tm_mono();
    for (int64_t g = 0; g < groups; g++) {
        send(to, "begin", 0, NULL);
        for (size_t i = 0; i < ARRAY_LEN(tables); i++)
            send_share(to, &tables[i], g, groups);
        send(to, "commit", 0, NULL);
        settle(to);
    }
    report(rows, "rows", (double)(tm_mono() - start) / 1e6);
    PQfinish(to);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "import") == 0)
        return run_import(argv);
    if ((argc == 6 || argc == 7) && strcmp(argv[1], "file") == 0)
        return run_file(argv, strtoul(argv[5], NULL, 10),
            argc == 7 ? strtoul(argv[6], NULL, 10) : RECORDING_GROUP_DEFAULT);
    (void)fprintf(
        stderr, "usage: ceiling_server file DIR FROM TO ORDERS [GROUP] | import FROM TO\n");
    return 2;
}
