// The PostgreSQL connection.
//
// A statement runs when it is bound, and its rows are held until it is reset; so cursors nest as
// they do over SQLite. Texts travel with their length, numbers as digits.
//
// The connection is in pipeline mode: what answers nothing (BEGIN, SAVEPOINT, an INSERT, ROLLBACK)
// is sent and its success read later, together with the rows of the next statement that has some.
// So a read of one statement costs one journey to the server, and a filed order none of its own:
// only what it asks is waited for, and otherwise the end of its group.

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/tm.h"
#include "store/db_pg_copy.h"
#include "store/db_pg_vals.h"

enum {
    CONNECT_S = 10,
    STATEMENT_MS = 60000, // a reader's; what takes longer is a job's work
    SENT_MAX = 1000,      // whose success was not read yet
    SENT_FLUSH = 16,      // so many at a time go off, so that the server works meanwhile
    FETCH_ROWS = 1000,    // of an answer of any length
    FETCH_SQL_BYTES = 80,
    BEGIN_TRIES_MAX = 1000,
    STATISTICS_FIRST = 32, // statements after which a writer looks; then after twice as many
    STATISTICS_LAST = 1 << 20,
};

struct pg_stmt {
    struct arena *arena; // holds this struct
    char name[32];
    const char *sql, *text; // with ?1 as it was written, with $1
    int params;
    uint64_t generation; // of the connection it is prepared on
    PGresult *rows;
    int at;    // current row; -1: before the first
    bool many; // rows are the part of the answer that was fetched last
    struct arena *decoded;
};

// A command whose success was not read yet.
struct sent {
    const char *sql;
    struct pg_stmt *prepares; // NULL: it runs something
    bool quiet;               // nobody minds its failure
    bool one;                 // it must change one row
    uint64_t command;         // which it belongs to
    int64_t *changed;         // NULL: nobody asks how many rows
};

struct db_pg {
    struct db db; // first
    PGconn *conn;
    struct sent sent[SENT_MAX];
    size_t n_sent;
    bool synced;         // what was sent ends with a sync
    bool ones;           // some of it must change one row
    bool in_transaction; // as of what was sent
    bool begin_due;      // of a reader: goes ahead of his first statement
    bool answered;       // a statement of this transaction has been answered
    uint64_t generation; // grows with every connection made
    uint64_t names;
    struct arena *scratch; // of one bind
    int64_t town;          // 0: none yet
    int64_t begun;         // number of the last write of the town begun here
    int64_t version;
    uint64_t listening; // generation that was told to listen
    int busy_wait_ms;
    uint64_t command; // grows with every savepoint and its release
    uint64_t looked;  // generation that knows whether its tables take arrays
    bool arrays;
    int64_t runs, statistics_at; // statements so far; when to look after the statistics
};

static struct db_pg *pg_of(struct db *db)
{
    return (struct db_pg *)db;
}

bool db_pg_target(str target)
{
    return str_starts(target, S("postgresql:")) || str_starts(target, S("postgres:"));
}

// ---- errors

// By class of SQLSTATE. [PostgreSQL 15, appendix A]
static enum err_code code_of(const PGconn *conn, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    if (!state)
        return PQstatus(conn) == CONNECTION_BAD ? ERR_BUSY : ERR_STORE;
    if (strcmp(state, "23505") == 0)
        return ERR_CONFLICT;
    if (strcmp(state, "53100") == 0)
        return ERR_FULL;
    static const char *const BUSY[] = {"40", "55P03", "57014", "57P", "08", "53300", "25006"};
    for (size_t i = 0; i < ARRAY_LEN(BUSY); i++)
        if (strncmp(state, BUSY[i], strlen(BUSY[i])) == 0)
            return ERR_BUSY;
    return ERR_STORE;
}

static void fail(struct db *db, const PGresult *r, str sql)
{
    PGconn *conn = pg_of(db)->conn;
    char text[DB_NOTE_BYTES];
    if (PQstatus(conn) == CONNECTION_BAD) {
        // Where the server stands is for the log.
        log_line(LOG_WARN, "store message=\"%s\"", PQerrorMessage(conn));
        db_fail_in(db, ERR_BUSY, "the database server does not answer", sql);
        return;
    }
    // Two transactions in each other's way, and the server has ended this one. [appendix A, class
    // 40]
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    if (!db->failed)
        db->may_repeat = state && strncmp(state, "40", 2) == 0;
    const char *said = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    (void)snprintf(text, sizeof(text), "%s", said ? said : PQerrorMessage(conn));
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '\n')
        text[--n] = 0;
    db_fail_in(db, code_of(conn, r), text, sql);
}

static bool good(const PGresult *r)
{
    ExecStatusType s = PQresultStatus(r);
    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

// ---- the pipeline

// All results of one command; the first is what counts.
static PGresult *take_result(PGconn *conn)
{
    PGresult *first = PQgetResult(conn), *r;
    while (first && (r = PQgetResult(conn)) != NULL)
        PQclear(r);
    return first;
}

// What the server refused behind the end of its command is nobody's failure any more but the
// group's. Only what it refused: when it has gone, the commit behind it may have been made.
static void fail_sent(struct db *db, const PGresult *r, const struct sent *s)
{
    const char *severity = r ? PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED) : NULL;
    if (!db->failed)
        db->late = severity && strcmp(severity, "ERROR") == 0 && s->command != pg_of(db)->command;
    fail(db, r, str_of(s->sql));
}

static void fail_moved(struct db *db, const struct sent *s)
{
    if (!db->failed)
        db->late = s->command != pg_of(db)->command;
    db_fail_moved(db, str_of(s->sql));
}

// Reads the success of everything sent. last: gets the result of the last command, to be cleared.
static bool settle(struct db *db, PGresult **last)
{
    struct db_pg *p = pg_of(db);
    bool lost = false;
    if (last)
        *last = NULL;
    if (p->n_sent > 0 && !p->synced)
        lost = PQpipelineSync(p->conn) != 1;
    for (size_t i = 0; i < p->n_sent && !lost; i++) {
        PGresult *r = take_result(p->conn);
        lost = !r;
        bool mind = !p->sent[i].quiet && (!r || PQresultStatus(r) != PGRES_PIPELINE_ABORTED);
        if (mind && !good(r))
            fail_sent(db, r, &p->sent[i]);
        if (p->sent[i].one && good(r) && strtoll(PQcmdTuples(r), NULL, 10) != 1)
            fail_moved(db, &p->sent[i]);
        if (p->sent[i].prepares && !good(r))
            p->sent[i].prepares->generation = 0; // behind a failure it was passed over
        if (p->sent[i].changed && good(r))
            *p->sent[i].changed = strtoll(PQcmdTuples(r), NULL, 10);
        if (last && i + 1 == p->n_sent)
            *last = r;
        else
            PQclear(r);
    }
    if (p->n_sent > 0 && !lost)
        PQclear(PQgetResult(p->conn)); // the sync's own
    p->n_sent = 0;
    p->synced = p->ones = false;
    if (lost || PQstatus(p->conn) == CONNECTION_BAD) {
        p->in_transaction = false;
        fail(db, NULL, S(""));
    }
    return !db->failed;
}

// Room for one more command; what ended with a sync is read first.
static bool room(struct db *db)
{
    struct db_pg *p = pg_of(db);
    return (!p->synced && p->n_sent < SENT_MAX) || settle(db, NULL);
}

static void note_sent(struct db_pg *p, const char *sql, bool quiet)
{
    p->sent[p->n_sent++] = (struct sent){.sql = sql, .quiet = quiet, .command = p->command};
    if (p->n_sent % SENT_FLUSH == 0)
        (void)PQflush(p->conn);
}

// Sends a literal of one statement.
static bool say(struct db *db, const char *sql, bool quiet)
{
    struct db_pg *p = pg_of(db);
    if (!room(db) && !quiet)
        return false;
    if (PQsendQueryParams(p->conn, sql, 0, NULL, NULL, NULL, NULL, 0) != 1) {
        if (!quiet)
            fail(db, NULL, str_of(sql));
        return false;
    }
    note_sent(p, sql, quiet);
    return true;
}

// A reader's transaction begins with the first thing he asks.
static bool begun(struct db *db)
{
    struct db_pg *p = pg_of(db);
    if (!p->begin_due)
        return true;
    p->begin_due = false;
    return say(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", false);
}

// Several statements in one text, outside of the pipeline.
static bool exec(struct db *db, const char *sql)
{
    struct db_pg *p = pg_of(db);
    if (!settle(db, NULL) || PQexitPipelineMode(p->conn) != 1)
        return false;
    PGresult *r = PQexec(p->conn, sql);
    bool ok = good(r);
    if (!ok)
        fail(db, r, str_of(sql));
    PQclear(r);
    (void)PQenterPipelineMode(p->conn);
    return ok;
}

// ---- for db_pg_copy.c, whose rows do not go through the pipeline

PGconn *db_pg_bare(struct db *db)
{
    struct db_pg *p = pg_of(db);
    if (!begun(db) || !settle(db, NULL))
        return NULL;
    if (PQexitPipelineMode(p->conn) == 1)
        return p->conn;
    fail(db, NULL, S(""));
    return NULL;
}

void db_pg_piped(struct db *db, PGresult *last, const char *sql)
{
    if (!good(last))
        fail(db, last, str_of(sql));
    PQclear(last);
    (void)PQenterPipelineMode(pg_of(db)->conn);
}

// ---- connecting

static void notice(void *arg, const char *text)
{
    (void)arg;
    log_line(LOG_DEBUG, "store notice=\"%.200s\"", text);
}

// What every connection is told first.
static bool set_up(struct db_pg *p)
{
    // A young town's tables are small, and a plan that reads them whole would be kept while they
    // grow: every statement has its index. What the administrator has set, in the address or for
    // the role, stays.
    char text[500];
    (void)snprintf(text, sizeof(text),
        "SET client_encoding = 'UTF8'; SET enable_seqscan = off; SET default_transaction_read_only "
        "= %s;"
        "SELECT set_config('lock_timeout', '%d', false) WHERE current_setting('lock_timeout') = "
        "'0';"
        "SELECT set_config('statement_timeout', '%d', false)"
        " WHERE current_setting('statement_timeout') = '0';"
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') IN ('off', 'local')",
        p->db.mode == DB_READ ? "on" : "off", p->busy_wait_ms,
        p->db.mode == DB_READ ? STATEMENT_MS : 0);
    p->generation++;
    p->n_sent = 0;
    p->synced = p->in_transaction = p->begin_due = false;
    (void)PQenterPipelineMode(p->conn);
    return exec(&p->db, text);
}

// What the statements need beside SQL, made once a database.
static bool prepare_database(struct db_pg *p)
{
    return exec(&p->db,
        "BEGIN; SELECT pg_advisory_xact_lock(25192);"
        "CREATE TABLE IF NOT EXISTS bihuan_writer (town BIGINT PRIMARY KEY, n BIGINT NOT NULL)"
        " WITH (fillfactor = 10);" // room for new versions of the row beside the old ones
        "CREATE OR REPLACE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT"
        " PARALLEL SAFE AS 'SELECT strpos($1, $2)';"
        "COMMIT");
}

// After the server has gone: tries once. Statements are prepared anew on their next use.
static bool connected(struct db_pg *p)
{
    if (PQstatus(p->conn) == CONNECTION_OK)
        return true;
    PQreset(p->conn);
    if (PQstatus(p->conn) == CONNECTION_OK)
        return set_up(p);
    fail(&p->db, NULL, S(""));
    return false;
}

static const struct db_ops OPS;

struct db *db_pg_open(str target, enum db_mode mode, struct err *e)
{
    struct arena *a = arena_new();
    struct db_pg *p = NEW(a, struct db_pg);
    p->db.ops = &OPS;
    p->db.arena = a;
    p->db.mode = mode;
    p->busy_wait_ms = DB_BUSY_WAIT_MS;
    p->statistics_at = STATISTICS_FIRST;
    p->scratch = arena_new();
    char seconds[12];
    (void)snprintf(seconds, sizeof(seconds), "%d", CONNECT_S);
    const char *const names[] = {
        "dbname", "connect_timeout", "application_name", "target_session_attrs", NULL};
    const char *const values[] = {
        str_z(a, target), seconds, "bihuan", mode == DB_WRITE ? "read-write" : "any", NULL};
    p->conn = PQconnectdbParams(names, values, 1);
    if (PQstatus(p->conn) == CONNECTION_OK) {
        (void)PQsetNoticeProcessor(p->conn, notice, NULL);
        if (set_up(p) && (mode == DB_READ || prepare_database(p)))
            return &p->db;
    } else {
        fail(&p->db, NULL, S(""));
    }
    // The address may hold a password; it is not repeated.
    (void)err_add(e, p->db.failed, S("database"), S(""), "cannot open the database: %s",
        "无法打开数据库：%s", p->db.note);
    db_close(&p->db);
    return NULL;
}

bool db_is_pg(const struct db *db)
{
    return db->ops == &OPS;
}

bool db_takes_arrays(struct db *db)
{
    struct db_pg *p = pg_of(db);
    if (!db_is_pg(db) || p->looked == p->generation)
        return db_is_pg(db) && p->arrays;
    struct cursor c = db_rows_inner(db,
        "SELECT relkind = 'r' AND to_regclass('pg_dist_partition') IS NULL FROM pg_class"
        " WHERE oid = to_regclass('tally')",
        NULL, 0);
    p->arrays = db_next(&c) && db_i64(&c, 0) == 1;
    db_done(&c);
    if (!db->failed)
        p->looked = p->generation;
    return p->arrays;
}

static void pg_close(struct db *db)
{
    PQfinish(pg_of(db)->conn);
    arena_free(pg_of(db)->scratch);
}

static void pg_busy_wait(struct db *db, int ms)
{
    char text[60];
    pg_of(db)->busy_wait_ms = ms;
    (void)snprintf(text, sizeof(text), "SET lock_timeout = %d", ms);
    (void)exec(db, text);
}

// ---- transactions

static bool pg_in_transaction(const struct db *db)
{
    return ((const struct db_pg *)db)->in_transaction;
}

// Sends a literal with the town as its only value.
static bool say_town(struct db *db, const char *sql)
{
    struct db_pg *p = pg_of(db);
    char town[PG_NUMBER_BYTES];
    (void)snprintf(town, sizeof(town), "%" PRId64, p->town);
    const char *values[] = {town};
    if (!room(db))
        return false;
    if (PQsendQueryParams(p->conn, sql, 1, NULL, values, NULL, NULL, 0) != 1) {
        fail(db, NULL, str_of(sql));
        return false;
    }
    note_sent(p, sql, false);
    return true;
}

// One writer at a time in a town, as over a file: whoever has its row here. The number in it tells
// each whether another was here in between; it goes back with a transaction that is rolled back.
static bool lock_town(struct db *db)
{
    struct db_pg *p = pg_of(db);
    static const char lock[] = "UPDATE bihuan_writer SET n = n + 1 WHERE town = $1 RETURNING n";
    PGresult *r = NULL;
    bool ok = say_town(db, lock) && settle(db, &r);
    if (ok && PQntuples(r) == 0) { // the town's first write
        PQclear(r);
        r = NULL;
        ok = say_town(db, "INSERT INTO bihuan_writer (town, n) VALUES ($1, 0)"
                          " ON CONFLICT DO NOTHING") &&
             say_town(db, lock) && settle(db, &r);
    }
    int64_t number = ok && PQntuples(r) > 0 ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    PQclear(r);
    if (ok && number != p->begun + 1)
        p->version++;
    p->begun = ok ? number : p->begun;
    return ok;
}

// Without a town, as while the schema is made: the only such writer of the database.
static bool lock_database(struct db *db)
{
    pg_of(db)->version++;
    return say(db, "SELECT pg_advisory_xact_lock(25192)", false) && settle(db, NULL);
}

// Without statistics every index that begins with the town is as good as any other, and what has a
// key is looked for through the whole town. The server's own housekeeping comes once a minute, and
// a young town has thousands of rows by then; so its writer sees to it that tables are looked at
// while they are small and each time they have doubled, which has plans made anew everywhere.
static void see_statistics(struct db *db)
{
    struct db_pg *p = pg_of(db);
    if (p->runs < p->statistics_at || p->statistics_at > STATISTICS_LAST)
        return;
    p->statistics_at = 2 * p->runs;
    (void)say(db,
        "DO $$DECLARE t regclass; BEGIN PERFORM set_config('lock_timeout', '200', true);"
        " FOR t IN SELECT c.oid FROM pg_class c WHERE c.relkind = 'r' AND c.relpages < 1000"
        " AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('item'))"
        " AND pg_relation_size(c.oid) >= 2 * 8192::bigint * c.relpages"
        " AND pg_relation_size(c.oid) > 0 AND pg_has_role(c.relowner, 'USAGE')"
        " LOOP EXECUTE format('ANALYZE %s', t); END LOOP; END$$",
        true);
    (void)settle(db, NULL);
}

static bool rollback(struct db *db);

static bool begin_write(struct db *db)
{
    struct db_pg *p = pg_of(db);
    int64_t end_us = tm_mono() + (int64_t)p->busy_wait_ms * (US_SECOND / 1000);
    see_statistics(db);
    // Where the row lies on another server, having waited for it in vain is an error of class 40.
    for (int tries = 1;; tries++) {
        if (!say(db, "BEGIN", false))
            return false;
        p->in_transaction = true;
        if (p->town != 0 ? lock_town(db) : lock_database(db))
            return true;
        if (!db->may_repeat || tries == BEGIN_TRIES_MAX || tm_mono() > end_us)
            return false;
        (void)rollback(db);
        db->failed = OK;
        db->may_repeat = false;
    }
}

// A transaction that has failed ends with COMMIT as with ROLLBACK, and only the answer says so.
static bool commit(struct db *db)
{
    struct db_pg *p = pg_of(db);
    PGresult *r = NULL;
    if (p->begin_due) { // nothing was asked
        p->begin_due = p->in_transaction = false;
        return true;
    }
    // Having changed no row is an error for us, but none for the server: it would commit.
    bool ok = (!p->ones || settle(db, NULL)) && say(db, "COMMIT", false) && settle(db, &r);
    // Behind an error it was passed over: then there is something to roll back still.
    PGTransactionStatusType at = PQtransactionStatus(p->conn);
    p->in_transaction = !ok && (at == PQTRANS_INTRANS || at == PQTRANS_INERROR);
    if (ok && strcmp(PQcmdStatus(r), "COMMIT") != 0) {
        db_fail_in(db, ERR_STORE, "the transaction was rolled back", S("COMMIT"));
        ok = false;
    }
    PQclear(r);
    return ok;
}

// Behind a failure nothing more gets through: reads what was sent, whatever came of it.
static void clear_way(struct db *db)
{
    enum err_code before = db->failed;
    if (pg_of(db)->n_sent > 0)
        (void)settle(db, NULL);
    db->failed = before;
}

// Sent off; nobody waits for its end.
static bool rollback(struct db *db)
{
    struct db_pg *p = pg_of(db);
    clear_way(db);
    p->in_transaction = false;
    if (p->begin_due) { // and nothing was asked
        p->begin_due = false;
        return true;
    }
    if (say(db, "ROLLBACK", true)) {
        p->synced = PQpipelineSync(p->conn) == 1;
        (void)PQflush(p->conn);
    }
    return true;
}

static bool pg_control(struct db *db, enum db_control what)
{
    struct db_pg *p = pg_of(db);
    switch (what) {
    case DB_BEGIN_WRITE:
        if (!connected(p))
            return false;
        if (begin_write(db))
            return true;
        if (PQstatus(p->conn) != CONNECTION_BAD)
            return false;
        db->failed = OK; // nothing was done yet: once more where the service now is
        return connected(p) && begin_write(db);
    case DB_BEGIN_READ:
        p->answered = false;
        p->in_transaction = p->begin_due = connected(p);
        return p->in_transaction;
    case DB_COMMIT:
        return commit(db);
    case DB_ROLLBACK:
        return rollback(db);
    case DB_SAVEPOINT:
        p->command++;
        return say(db, "SAVEPOINT one", false);
    case DB_RELEASE: // and not before it is known that it will not be rolled back to
        return (!p->ones || settle(db, NULL)) && say(db, "RELEASE one", false) && settle(db, NULL);
    case DB_RELEASE_LATER:
        if (!say(db, "RELEASE one", false))
            return false;
        p->command++;
        (void)PQflush(p->conn);
        return true;
    case DB_ROLLBACK_TO:
        if (!settle(db, NULL) && db->late)
            return false;
        db->failed = OK;
        return say(db, "ROLLBACK TO one", false) && settle(db, NULL);
    }
    UNREACHABLE();
}

static void pg_script(struct db *db, str sql)
{
    if (db_ready(db, sql))
        (void)exec(db, str_z(pg_of(db)->scratch, sql));
}

// ---- statements

// ?1 becomes $1, but not inside a text.
static const char *numbered(struct arena *a, str sql, int *params)
{
    char *out = arena_alloc(a, sql.n + 1);
    char quote = 0;
    for (size_t i = 0; i < sql.n; i++) {
        char c = sql.s[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        out[i] = c == '?' && !quote ? '$' : c;
        if (out[i] == '$' && c == '?') {
            int number = 0; // a composed text ends where it ends: no zero stands behind it
            for (size_t k = i + 1; k < sql.n && sql.s[k] >= '0' && sql.s[k] <= '9'; k++)
                number = number * 10 + (sql.s[k] - '0');
            *params = number > *params ? number : *params;
        }
    }
    out[sql.n] = 0;
    return out;
}

static void *pg_compile(struct db *db, str sql)
{
    struct arena *a = arena_new();
    struct pg_stmt *s = NEW(a, struct pg_stmt);
    s->arena = a;
    s->sql = str_z(a, sql);
    s->text = numbered(a, sql, &s->params);
    (void)snprintf(s->name, sizeof(s->name), "s%" PRIu64, ++pg_of(db)->names);
    return s; // prepared when the types of its values are known
}

static void pg_release(struct db *db, void *handle)
{
    struct pg_stmt *s = handle;
    struct db_pg *p = pg_of(db);
    PQclear(s->rows);
    for (size_t i = 0; i < p->n_sent; i++)
        if (p->sent[i].prepares == s)
            p->sent[i].prepares = NULL;
    if (s->generation == p->generation && !db->failed && room(db)) {
        char text[60];
        (void)snprintf(text, sizeof(text), "DEALLOCATE %s", s->name);
        if (PQsendQueryParams(p->conn, text, 0, NULL, NULL, NULL, NULL, 0) == 1)
            note_sent(p, "DEALLOCATE", true);
    }
    arena_free(s->decoded);
    arena_free(s->arena);
}

static const char *pg_text(const void *handle)
{
    return ((const struct pg_stmt *)handle)->sql;
}

static int pg_parameters(const void *handle)
{
    return ((const struct pg_stmt *)handle)->params;
}

static bool prepare(struct db *db, struct pg_stmt *s, const struct val *v, size_t n)
{
    struct db_pg *p = pg_of(db);
    if (s->generation == p->generation)
        return true;
    if (!room(db))
        return false;
    if (PQsendPrepare(p->conn, s->name, s->text, (int)n, pg_types(p->scratch, v, n)) != 1) {
        fail(db, NULL, str_of(s->sql));
        return false;
    }
    note_sent(p, s->sql, false);
    p->sent[p->n_sent - 1].prepares = s;
    s->generation = p->generation;
    return true;
}

static bool dispatch(struct db *db, struct pg_stmt *s, const struct val *v, size_t n)
{
    struct db_pg *p = pg_of(db);
    arena_reset(p->scratch);
    if (!p->in_transaction && !connected(p))
        return false;
    if (!begun(db))
        return false;
    p->runs++;
    if (!prepare(db, s, v, n) || !room(db))
        return false;
    struct pg_bound b = pg_bound(p->scratch, v, n);
    if (PQsendQueryPrepared(p->conn, s->name, (int)n, b.values, b.lengths, b.formats, 0) != 1) {
        fail(db, NULL, str_of(s->sql));
        return false;
    }
    note_sent(p, s->sql, false);
    return true;
}

static bool pg_send(struct db *db, void *handle, const struct val *v, size_t n, int64_t *changed)
{
    struct db_pg *p = pg_of(db);
    if (!dispatch(db, handle, v, n))
        return false;
    p->sent[p->n_sent - 1].changed = changed;
    return p->in_transaction || settle(db, NULL);
}

static bool pg_send_one(struct db *db, void *handle, const struct val *v, size_t n)
{
    struct db_pg *p = pg_of(db);
    if (!dispatch(db, handle, v, n))
        return false;
    p->sent[p->n_sent - 1].one = p->ones = true;
    return p->in_transaction || settle(db, NULL);
}

static void pg_settle(struct db *db)
{
    if (!db->failed)
        (void)settle(db, NULL);
}

static bool pg_bind(struct db *db, void *handle, const struct val *v, size_t n)
{
    struct pg_stmt *s = handle;
    PQclear(s->rows);
    s->rows = NULL;
    s->at = -1;
    s->many = false;
    struct db_pg *p = pg_of(db);
    bool in = p->in_transaction;
    bool ok = dispatch(db, s, v, n) && settle(db, &s->rows);
    // A reader that has seen nothing yet begins again where the service now is.
    if (!ok && db->mode == DB_READ && PQstatus(p->conn) == CONNECTION_BAD && !(in && p->answered)) {
        PQclear(s->rows);
        s->rows = NULL;
        db->failed = OK;
        ok = connected(p) && (!in || pg_control(db, DB_BEGIN_READ)) && dispatch(db, s, v, n) &&
             settle(db, &s->rows);
    }
    p->answered = true;
    return ok;
}

// ---- answers of any length: a cursor on the server, named as the statement

static bool fetch(struct db *db, struct pg_stmt *s)
{
    char text[FETCH_SQL_BYTES];
    (void)snprintf(text, sizeof(text), "FETCH %d FROM %s", (int)FETCH_ROWS, s->name);
    PQclear(s->rows);
    s->rows = NULL;
    s->at = -1;
    return say(db, text, false) && settle(db, &s->rows);
}

static bool pg_bind_many(struct db *db, void *handle, const struct val *v, size_t n)
{
    struct pg_stmt *s = handle;
    struct db_pg *p = pg_of(db);
    if (!p->in_transaction) // the cursor would end with its own statement
        return pg_bind(db, handle, v, n);
    arena_reset(p->scratch);
    struct pg_bound b = pg_bound(p->scratch, v, n);
    const char *text =
        str_fmt(p->scratch, "DECLARE %s NO SCROLL CURSOR FOR %s", s->name, s->text).s;
    if (!begun(db) || !room(db))
        return false;
    if (PQsendQueryParams(p->conn, text, (int)n, pg_types(p->scratch, v, n), b.values, b.lengths,
            b.formats, 0) != 1) {
        fail(db, NULL, str_of(s->sql));
        return false;
    }
    note_sent(p, s->sql, false);
    s->many = fetch(db, s);
    p->answered = true;
    return s->many;
}

static enum db_step pg_step(struct db *db, void *handle)
{
    struct pg_stmt *s = handle;
    if (!s->rows)
        return DB_STEP_FAILED;
    if (++s->at < PQntuples(s->rows))
        return DB_ROW;
    if (!s->many || PQntuples(s->rows) < FETCH_ROWS)
        return DB_END;
    if (!fetch(db, s))
        return DB_STEP_FAILED;
    s->at = 0;
    return PQntuples(s->rows) > 0 ? DB_ROW : DB_END;
}

static bool pg_reset(struct db *db, void *handle)
{
    struct pg_stmt *s = handle;
    PQclear(s->rows);
    s->rows = NULL;
    if (s->many && pg_of(db)->in_transaction && !db->failed) {
        char text[FETCH_SQL_BYTES];
        (void)snprintf(text, sizeof(text), "CLOSE %s", s->name);
        (void)say(db, text, true);
    }
    s->many = false;
    return true;
}

static int64_t pg_changed(struct db *db, void *handle)
{
    struct pg_stmt *s = handle;
    (void)db;
    bool reads = PQresultStatus(s->rows) == PGRES_TUPLES_OK &&
                 strncmp(PQcmdStatus(s->rows), "SELECT", 6) == 0;
    return reads ? 0 : strtoll(PQcmdTuples(s->rows), NULL, 10);
}

static const char *cell(const struct pg_stmt *s, int column)
{
    return s->rows && s->at >= 0 && s->at < PQntuples(s->rows) &&
                   !PQgetisnull(s->rows, s->at, column)
               ? PQgetvalue(s->rows, s->at, column)
               : NULL;
}

static int64_t pg_i64(void *handle, int column)
{
    const char *x = cell(handle, column);
    return !x ? 0 : x[0] == 't' ? 1 : strtoll(x, NULL, 10); // conditions answer t or f
}

static double pg_f64(void *handle, int column)
{
    const char *x = cell(handle, column);
    return x ? strtod(x, NULL) : 0.0;
}

static str unhex(struct pg_stmt *s, const char *x)
{
    size_t n = 0;
    unsigned char *bytes = PQunescapeBytea((const unsigned char *)x, &n);
    if (!s->decoded)
        s->decoded = arena_new();
    str out = str_dup(s->decoded, (str){(const char *)bytes, n});
    PQfreemem(bytes);
    return out;
}

static str pg_bytes(struct db *db, void *handle, int column)
{
    (void)db;
    struct pg_stmt *s = handle;
    const char *x = cell(s, column);
    if (!x)
        return S("");
    if (s->decoded)
        arena_reset(s->decoded);
    if (PQftype(s->rows, column) == PG_BYTEA)
        return unhex(s, x);
    return (str){x, (size_t)PQgetlength(s->rows, s->at, column)};
}

static bool pg_null(void *handle, int column)
{
    return cell(handle, column) == NULL;
}

// ---- the rest

static str pg_plan(struct db *db, struct arena *a, str sql)
{
    (void)db, (void)a, (void)sql;
    return S(""); // plans are tested over SQLite
}

static int64_t pg_data_version(struct db *db)
{
    return pg_of(db)->version;
}

static void pg_town(struct db *db, int64_t town)
{
    pg_of(db)->town = town;
    pg_of(db)->begun = 0;
    pg_of(db)->version++;
}

// ---- told by other processes

static void pg_tell(struct db *db, int64_t town)
{
    char text[FETCH_SQL_BYTES];
    (void)snprintf(text, sizeof(text), "NOTIFY bihuan_%" PRId64, town);
    (void)say(db, text, false);
}

static bool take_notices(PGconn *conn)
{
    bool any = false;
    PGnotify *n;
    while ((n = PQnotifies(conn)) != NULL) {
        any = true;
        PQfreemem(n);
    }
    return any;
}

static bool pg_heard(struct db *db, int64_t town, int wait_ms)
{
    struct db_pg *p = pg_of(db);
    if (!connected(p))
        return false;
    if (p->listening != p->generation) { // and what was told before is not known
        char text[FETCH_SQL_BYTES];
        (void)snprintf(text, sizeof(text), "LISTEN bihuan_%" PRId64, town);
        if (!exec(db, text)) // a standby cannot; its towns are looked at once a second
            db->failed = OK;
        p->listening = p->generation;
        return true;
    }
    if (take_notices(p->conn)) // came with an answer
        return true;
    struct pollfd fd = {.fd = PQsocket(p->conn), .events = POLLIN};
    if (poll(&fd, 1, wait_ms) <= 0)
        return false;
    return PQconsumeInput(p->conn) == 1 && take_notices(p->conn);
}

static void pg_sizes(struct db *db, int64_t *database, int64_t *log)
{
    (void)log;
    struct cursor c = db_rows_inner(db, "SELECT pg_database_size(current_database())", NULL, 0);
    *database = db_next(&c) ? db_i64(&c, 0) : 0;
    db_done(&c);
}

static const struct db_ops OPS = {.close = pg_close,
    .busy_wait = pg_busy_wait,
    .control = pg_control,
    .in_transaction = pg_in_transaction,
    .script = pg_script,
    .compile = pg_compile,
    .release = pg_release,
    .text = pg_text,
    .parameters = pg_parameters,
    .bind = pg_bind,
    .send = pg_send,
    .send_one = pg_send_one,
    .settle = pg_settle,
    .bind_many = pg_bind_many,
    .step = pg_step,
    .reset = pg_reset,
    .changed = pg_changed,
    .i64 = pg_i64,
    .f64 = pg_f64,
    .bytes = pg_bytes,
    .null = pg_null,
    .plan = pg_plan,
    .data_version = pg_data_version,
    .town = pg_town,
    .tell = pg_tell,
    .heard = pg_heard,
    .sizes = pg_sizes};
