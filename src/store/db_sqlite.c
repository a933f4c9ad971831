#include "store/db_sqlite.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "store/files.h"
#include "store/memo.h"
#include "store/wal_vfs.h"

// --- errors

static enum err_code code_of(int rc)
{
    if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
        rc == SQLITE_CONSTRAINT_ROWID)
        return ERR_CONFLICT;
    int primary = rc & 0xff;
    return primary == SQLITE_BUSY || primary == SQLITE_LOCKED ? ERR_BUSY : ERR_STORE;
}

static void note(struct db *db, enum err_code code, const char *message, str sql)
{
    if (db->failed)
        return;
    db->failed = code;
    (void)snprintf(db->note, sizeof(db->note), "%s", message);
    char head[160]; // of the statement, on one line
    (void)snprintf(
        head, sizeof(head), "%.*s", (int)(sql.n < 150 ? sql.n : 150), sql.s ? sql.s : "");
    for (char *p = head; *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    // A conflict is an answer like any other, and what it means is for the domain to say.
    enum log_level level = code == ERR_CONFLICT ? LOG_DEBUG
                           : code == ERR_STORE  ? LOG_ERROR
                                                : LOG_WARN;
    log_line(level, "store code=%s message=\"%s\" sql=\"%s\"", err_code_name(code), db->note, head);
}

void db_sqlite_fail(struct db *db, int rc, str sql)
{
    const char *said = sqlite3_errmsg(db->handle);
    bool silent = sqlite3_errcode(db->handle) == SQLITE_OK;
    note(db, code_of(rc), silent ? sqlite3_errstr(rc) : said, sql);
}

void db_fail(struct db *db, enum err_code code, const char *message)
{
    note(db, code, message, S(""));
}

enum err_code db_status(struct db *db, struct err *e)
{
    switch (db->failed) {
    case OK:
        return OK;
    case ERR_CONFLICT:
        return err_add(e, ERR_CONFLICT, S(""), S(""), "there is one with this key already (%s)",
            "已存在相同的记录（%s）", db->note);
    case ERR_BUSY:
        return err_add(
            e, ERR_BUSY, S(""), S(""), "the database is busy (%s)", "数据库正忙（%s）", db->note);
    case ERR_LIMIT:
        return err_add(e, ERR_LIMIT, S(""), S(""), "the query is too large (%s)",
            "查询条件过多（%s）", db->note);
    default:
        return err_add(
            e, db->failed, S(""), S(""), "the database failed (%s)", "数据库出错（%s）", db->note);
    }
}

bool db_sqlite_ready(struct db *db)
{
    if (db->failed)
        return false;
    if (db->fail_in > 0 && --db->fail_in == 0) {
        note(db, ERR_STORE, "injected failure", S(""));
        return false;
    }
    return true;
}

void db_fail_at(struct db *db, int64_t n)
{
    db->fail_in = n;
}

// --- opening

// The second wall behind the read-only file: a reader's statement that would do anything but read
// does not compile.
static int only_reading(
    void *arg, int action, const char *a, const char *b, const char *c, const char *d)
{
    static const char *const pragmas[] = {"data_version", "integrity_check", "quick_check",
        "page_count", "freelist_count", "table_info", "table_xinfo", "index_list", "index_xinfo"};
    (void)arg, (void)c, (void)d;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return b && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_UPDATE: // asked by SQLite itself when it connects a full-text table; a statement
                        // cannot do it
        return a && strcmp(a, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:
        for (size_t i = 0; i < ARRAY_LEN(pragmas); i++)
            if (a && sqlite3_stricmp(a, pragmas[i]) == 0)
                return SQLITE_OK;
        return SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static int log_grew(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct db *db = arg;
    (void)handle, (void)name;
    db->log_pages = pages;
    return SQLITE_OK;
}

static int set_options(sqlite3 *handle)
{
    // Defensive: no statement can write the file's own structures. "x" is a column, never by
    // mistake a text. A plan does not depend on the values bound (QPSG), or else a statement that
    // names a column of a partial index's condition would be compiled anew at every use.
    static const struct {
        int option, on;
    } options[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0}, {SQLITE_DBCONFIG_ENABLE_FKEY, 0},
        {SQLITE_DBCONFIG_ENABLE_QPSG, 1}};
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < ARRAY_LEN(options); i++)
        rc = sqlite3_db_config(handle, options[i].option, options[i].on, NULL);
    return rc;
}

static int first_text(void *arg, int n, char **values, char **names)
{
    (void)names;
    (void)snprintf(arg, 20, "%s", n > 0 && values[0] ? values[0] : "");
    return 0;
}

static int set_pragmas(struct db *db, bool memory)
{
    char text[400], journal[20] = "";
    if (db->mode == DB_READ)
        (void)snprintf(text, sizeof(text),
            "PRAGMA query_only=1; PRAGMA temp_store=memory; PRAGMA mmap_size=%" PRId64 ";"
            "SELECT 1 FROM sqlite_schema LIMIT 1",
            INT64_C(2047) * MIB + INT64_C(960) * KIB);
    else
        (void)snprintf(text, sizeof(text),
            "PRAGMA page_size=4096; PRAGMA synchronous=FULL; PRAGMA temp_store=memory;"
            "PRAGMA cache_size=-%d; PRAGMA journal_mode=WAL",
            DB_PAGE_CACHE_KIB);
    int rc = sqlite3_exec(db->handle, text, first_text, journal, NULL);
    if (rc != SQLITE_OK)
        return rc;
    if (db->mode == DB_READ)
        return sqlite3_set_authorizer(db->handle, only_reading, NULL);
    // Some network file systems cannot share the log's index between processes; SQLite then stays
    // as it was.
    if (strcmp(journal, memory ? "memory" : "wal") != 0)
        return SQLITE_CANTOPEN;
    (void)sqlite3_wal_hook(db->handle, log_grew, db); // takes the place of SQLite's own checkpoints
    return SQLITE_OK;
}

// A new database is for its owner only; SQLite gives its log the same rights. An existing file is
// not touched here: closing a second descriptor would drop the process's locks on it.
static void create_private(const char *path)
{
    int fd = files_create(path);
    if (fd >= 0)
        (void)close(fd);
}

static bool open_handle(struct db *db, str target, struct err *e)
{
    // "file:" in front would be read as a URI with options.
    const char *path = str_z(db->arena, target);
    if (str_starts(target, S("file:")))
        path = str_fmt(db->arena, "./%s", path).s;
    bool memory = str_eq(target, S(":memory:"));
    if (db->mode == DB_WRITE && !memory)
        create_private(path);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |=
        db->mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int rc =
        sqlite3_open_v2(path, &db->handle, flags, db->mode == DB_WRITE ? wal_vfs_name() : NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(db->handle, db->busy_wait_ms);
    if (rc == SQLITE_OK)
        rc = set_options(db->handle);
    if (rc == SQLITE_OK)
        rc = set_pragmas(db, memory);
    if (rc != SQLITE_OK) {
        bool told = db->handle && sqlite3_errcode(db->handle) != SQLITE_OK;
        const char *said = told ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc);
        (void)err_add(e, code_of(rc), target, S(""), "cannot open the database: %s",
            "无法打开数据库：%s", said);
        return false;
    }
    return true;
}

// Counting every allocation of the process would put all threads behind one lock.
static void configure_once(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct db *db_open(str target, enum db_mode mode, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, configure_once);
    if (str_starts(target, S("postgresql:")) || str_starts(target, S("postgres:"))) {
        (void)err_add(e, ERR_INVALID, S("database"), S("a file path"),
            "this program keeps its data in a file; PostgreSQL is not built in",
            "本程序把数据存放在文件中，尚不支持 PostgreSQL");
        return NULL;
    }
    struct arena *arena = arena_new();
    struct db *db = NEW(arena, struct db);
    db->arena = arena;
    db->mode = mode;
    db->busy_wait_ms = DB_BUSY_WAIT_MS;
    db->memo = mode == DB_READ ? memo_new() : NULL;
    if (!open_handle(db, target, e)) {
        db_close(db);
        return NULL;
    }
    return db;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    stmt_free_all(&db->cache);
    memo_free(db->memo);
    int rc = sqlite3_close(db->handle);
    CHECK(rc == SQLITE_OK); // every statement and backup was finished
    arena_free(db->arena);
}

void db_busy_wait(struct db *db, int ms)
{
    db->busy_wait_ms = ms;
    (void)sqlite3_busy_timeout(db->handle, ms);
}

// --- transactions

void db_sqlite_close_cursors(struct db *db)
{
    for (size_t i = 0; i < db->open_n; i++) {
        (void)sqlite3_reset(db->open[i]->handle); // repeats an error that was reported
        db->open[i]->open = false;
    }
    db->open_n = 0;
}

// Runs one of the literals below. With counted false it runs whatever happened before.
static bool control(struct db *db, const char *sql, bool counted)
{
    if (counted && !db_sqlite_ready(db))
        return false;
    int rc = SQLITE_OK;
    struct stmt *s = stmt_get(&db->cache, db->handle, STMT_INNER, (str){sql, 0}, &rc);
    if (s) {
        (void)sqlite3_step(s->handle);
        rc = sqlite3_reset(s->handle);
    }
    if (rc != SQLITE_OK)
        db_sqlite_fail(db, rc, str_of(sql));
    return rc == SQLITE_OK;
}

static bool in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

// Leaves no transaction, whatever state the connection is in.
static void abandon(struct db *db)
{
    db_sqlite_close_cursors(db);
    if (in_transaction(db)) // SQLite may have rolled back already, for example on a full disk
        (void)control(db, "ROLLBACK", false);
    db->savepoint_open = false;
    db->read_open = false;
    db->read_depth = 0;
}

void db_begin(struct db *db)
{
    (void)control(db, db->mode == DB_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", true);
}

enum err_code db_commit(struct db *db, struct err *e)
{
    if (!db->failed)
        db_sqlite_close_cursors(db);
    if (control(db, "COMMIT", true)) {
        db->savepoint_open = false;
        return OK;
    }
    abandon(db);
    return db_status(db, e);
}

void db_rollback(struct db *db)
{
    abandon(db);
    db->failed = OK;
}

void db_savepoint(struct db *db)
{
    CHECK(!db->savepoint_open);
    db->savepoint_open = control(db, "SAVEPOINT one", true);
}

void db_release(struct db *db)
{
    if (control(db, "RELEASE one", true))
        db->savepoint_open = false;
}

void db_rollback_to(struct db *db)
{
    db_sqlite_close_cursors(db);
    // Without the transaction there is nothing to go back to: what came before the savepoint is
    // lost as well, and the error must stay, or else the next statements would run outside any
    // transaction.
    if (!db->savepoint_open || !in_transaction(db)) {
        db->savepoint_open = false;
        db_fail(db, ERR_STORE, "the transaction is gone");
        return;
    }
    enum err_code before = db->failed;
    db->failed = OK;
    if (!control(db, "ROLLBACK TO one", false) && before)
        db->failed = before;
}

void db_read_begin(struct db *db)
{
    if (db->read_depth++ == 0 && !in_transaction(db))
        db->read_open = control(db, "BEGIN", true);
}

void db_read_end(struct db *db)
{
    if (db->read_depth == 0 || --db->read_depth > 0 || !db->read_open)
        return;
    db_sqlite_close_cursors(db);
    db->read_open = false;
    if (in_transaction(db)) // ROLLBACK, which cannot fail for a reader, and which a sticky error
                            // may not prevent
        (void)control(db, "ROLLBACK", false);
}

// --- the log

int64_t db_log_pages(const struct db *db)
{
    return db->log_pages;
}

void db_checkpoint(struct db *db, bool truncate)
{
    (void)sqlite3_busy_timeout(db->handle, truncate ? DB_CHECKPOINT_WAIT_MS : 0);
    int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL,
        truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    (void)sqlite3_busy_timeout(db->handle, db->busy_wait_ms);
    if (rc == SQLITE_OK && truncate)
        db->log_pages = 0;
    else if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        log_line(LOG_ERROR, "store message=\"checkpoint failed: %s\"", sqlite3_errmsg(db->handle));
}

struct db *db_second(struct db *db)
{
    const char *path = sqlite3_db_filename(db->handle, "main");
    if (!path || !*path)
        return NULL;
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    struct db *second = db_open(str_of(path), DB_WRITE, &e);
    if (!second)
        log_line(LOG_WARN, "store message=\"%.*s\"", STR_ARG(err_text(&e, a)));
    arena_free(a);
    return second;
}

bool db_failed(const struct db *db)
{
    return db->failed != OK;
}

struct memo *db_memo(struct db *db)
{
    return db->memo;
}

int64_t db_data_version(struct db *db)
{
    struct cursor c = db_rows_inner(db, "PRAGMA data_version", NULL, 0);
    int64_t version = db_next(&c) ? db_i64(&c, 0) : 0;
    db_done(&c);
    return version;
}
