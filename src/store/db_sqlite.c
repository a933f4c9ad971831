#include "store/db_sqlite.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/memo.h"
#include "store/files.h"
#include "store/wal_vfs.h"
#include "store/years_doc.h"

enum { COUNTS_REMEMBERED_MAX = 1000 };

// --- errors

static enum err_code code_of(int rc)
{
    if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
        rc == SQLITE_CONSTRAINT_ROWID)
        return ERR_CONFLICT;
    int primary = rc & 0xff;
    if (primary == SQLITE_FULL)
        return ERR_FULL;
    bool busy = primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_NOMEM;
    return busy ? ERR_BUSY : ERR_STORE;
}

// Makes the connection fail with what SQLite has just said.
static void fail(struct db *db, int rc, str sql)
{
    sqlite3 *h = sqlite_of(db)->handle;
    bool silent = sqlite3_errcode(h) == SQLITE_OK;
    // The index of the log, for one, says only that it could not grow.
    int why = sqlite3_system_errno(h);
    bool full = (rc & 0xff) == SQLITE_IOERR && (why == ENOSPC || why == EDQUOT);
    db_fail_in(
        db, full ? ERR_FULL : code_of(rc), silent ? sqlite3_errstr(rc) : sqlite3_errmsg(h), sql);
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
    struct db_sqlite *db = arg;
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

static int set_pragmas(struct db_sqlite *db, bool memory)
{
    char text[400], journal[20] = "";
    bool reader = db->db.mode == DB_READ;
    if (reader)
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
    if (reader)
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

static bool open_handle(struct db_sqlite *db, str target, const char *first, struct err *e)
{
    // "file:" in front would be read as a URI with options.
    const char *path = str_z(db->db.arena, target);
    if (str_starts(target, S("file:")))
        path = str_fmt(db->db.arena, "./%s", path).s;
    bool memory = str_eq(target, S(":memory:"));
    if (db->db.mode == DB_WRITE && !memory)
        create_private(path);
    // SQLite itself makes no file: it would be for everybody to read.
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= db->db.mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    flags |= memory ? SQLITE_OPEN_CREATE : 0;
    int rc =
        sqlite3_open_v2(path, &db->handle, flags, db->db.mode == DB_WRITE ? wal_vfs_name() : NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(db->handle, db->busy_wait_ms);
    if (rc == SQLITE_OK)
        rc = set_options(db->handle);
    if (rc == SQLITE_OK && first)
        rc = years_doc_register(db->handle);
    if (rc == SQLITE_OK && first)
        rc = sqlite3_exec(db->handle, first, NULL, NULL, NULL);
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

static const struct db_ops OPS;

struct db *db_sqlite_open(str target, enum db_mode mode, struct err *e)
{
    return db_sqlite_open_with(target, mode, NULL, e);
}

struct db *db_sqlite_open_with(str target, enum db_mode mode, const char *first, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, configure_once);
    struct arena *arena = arena_new();
    struct db_sqlite *db = NEW(arena, struct db_sqlite);
    db->db.ops = &OPS;
    db->db.arena = arena;
    db->db.mode = mode;
    db->busy_wait_ms = DB_BUSY_WAIT_MS;
    db->db.memo = mode == DB_READ ? memo_new(COUNTS_REMEMBERED_MAX) : NULL;
    db->db.kept = mode == DB_READ ? memo_new(DB_KEPT_MAX) : NULL;
    if (open_handle(db, target, first, e))
        return &db->db;
    db_close(&db->db);
    return NULL;
}

static void lite_close(struct db *db)
{
    int rc = sqlite3_close(sqlite_of(db)->handle);
    CHECK(rc == SQLITE_OK); // every statement and backup was finished
}

static void lite_busy_wait(struct db *db, int ms)
{
    sqlite_of(db)->busy_wait_ms = ms;
    (void)sqlite3_busy_timeout(sqlite_of(db)->handle, ms);
}

// --- transactions

static bool lite_control(struct db *db, enum db_control what)
{
    static const char *const TEXTS[] = {[DB_BEGIN_WRITE] = "BEGIN IMMEDIATE",
        [DB_BEGIN_READ] = "BEGIN",
        [DB_COMMIT] = "COMMIT",
        [DB_ROLLBACK] = "ROLLBACK",
        [DB_SAVEPOINT] = "SAVEPOINT one",
        [DB_RELEASE] = "RELEASE one",
        [DB_ROLLBACK_TO] = "ROLLBACK TO one"};
    struct stmt *s = stmt_get(db, STMT_INNER, (str){TEXTS[what], 0});
    if (!s)
        return false;
    (void)sqlite3_step(s->handle);
    int rc = sqlite3_reset(s->handle);
    if (rc != SQLITE_OK)
        fail(db, rc, str_of(TEXTS[what]));
    return rc == SQLITE_OK;
}

static bool lite_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(((const struct db_sqlite *)db)->handle);
}

static void lite_script(struct db *db, str sql)
{
    while (sql.n > 0 && db_ready(db, sql)) {
        sqlite3_stmt *s = NULL;
        const char *tail = sql.s + sql.n;
        int rc = sqlite3_prepare_v2(sqlite_of(db)->handle, sql.s, (int)sql.n, &s, &tail);
        while (rc == SQLITE_OK && s && (rc = sqlite3_step(s)) == SQLITE_ROW)
            rc = SQLITE_OK;
        if (rc != SQLITE_OK && rc != SQLITE_DONE)
            fail(db, rc, sql);
        (void)sqlite3_finalize(s); // repeats rc
        sql = str_sub(sql, (size_t)(tail - sql.s), sql.n);
    }
}

// --- statements

static bool blank(str x)
{
    for (size_t i = 0; i < x.n; i++)
        if (x.s[i] && !strchr(" \t\r\n;", x.s[i]))
            return false;
    return true;
}

static void *lite_compile(struct db *db, str sql)
{
    sqlite3_stmt *made = NULL;
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(
        sqlite_of(db)->handle, sql.s, (int)sql.n, SQLITE_PREPARE_PERSISTENT, &made, &tail);
    if (rc != SQLITE_OK) {
        fail(db, rc, sql);
        return NULL;
    }
    if (made && blank((str){tail, (size_t)(sql.s + sql.n - tail)}))
        return made;
    // A second statement would silently never run.
    (void)sqlite3_finalize(made);
    db_fail_in(db, ERR_STORE, "not exactly one statement in a text", sql);
    return NULL;
}

static void lite_release(struct db *db, void *handle)
{
    (void)db;
    (void)sqlite3_finalize(handle); // repeats the last step's error, which was reported then
}

static const char *lite_text(const void *handle)
{
    return sqlite3_sql((sqlite3_stmt *)(uintptr_t)handle);
}

static int lite_parameters(const void *handle)
{
    return sqlite3_bind_parameter_count((sqlite3_stmt *)(uintptr_t)handle);
}

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

static bool lite_bind(struct db *db, void *handle, const struct val *v, size_t n)
{
    sqlite_of(db)->changes_before = sqlite3_total_changes64(sqlite_of(db)->handle);
    for (size_t i = 0; i < n; i++)
        if (!bind_one(handle, (int)i + 1, &v[i])) {
            fail(db, sqlite3_extended_errcode(sqlite_of(db)->handle), str_of(lite_text(handle)));
            return false;
        }
    return true;
}

static enum db_step lite_step(struct db *db, void *handle)
{
    int rc = sqlite3_step(handle);
    if (rc == SQLITE_ROW)
        return DB_ROW;
    if (rc == SQLITE_DONE)
        return DB_END;
    fail(db, rc, str_of(lite_text(handle)));
    return DB_STEP_FAILED;
}

static bool lite_reset(struct db *db, void *handle)
{
    int rc = sqlite3_reset(handle); // repeats the last step's error
    if (rc != SQLITE_OK)
        fail(db, rc, str_of(lite_text(handle)));
    return rc == SQLITE_OK;
}

static int64_t lite_changed(struct db *db, void *handle)
{
    // What is not an insert, update or delete leaves the number of the last one that was.
    struct db_sqlite *x = sqlite_of(db);
    (void)handle;
    bool none = sqlite3_total_changes64(x->handle) == x->changes_before;
    return none ? 0 : sqlite3_changes64(x->handle);
}

static int64_t lite_i64(void *handle, int column)
{
    return sqlite3_column_int64(handle, column);
}

static double lite_f64(void *handle, int column)
{
    return sqlite3_column_double(handle, column);
}

static str lite_bytes(struct db *db, void *handle, int column)
{
    // Asked as a text, a blob would be converted in place.
    bool blob = sqlite3_column_type(handle, column) == SQLITE_BLOB;
    const void *bytes =
        blob ? sqlite3_column_blob(handle, column) : sqlite3_column_text(handle, column);
    int n = sqlite3_column_bytes(handle, column);
    // A value for which there was no memory is not an empty one.
    if (!bytes && sqlite3_errcode(sqlite_of(db)->handle) == SQLITE_NOMEM)
        fail(db, SQLITE_NOMEM, str_of(lite_text(handle)));
    return bytes && n > 0 ? (str){bytes, (size_t)n} : S("");
}

static bool lite_null(void *handle, int column)
{
    return sqlite3_column_type(handle, column) == SQLITE_NULL;
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

static str lite_plan(struct db *db, struct arena *a, str sql)
{
    enum { STEPS_MAX = 200, PLAN_BYTES_MAX = 64 * KIB };
    int64_t ids[STEPS_MAX];
    int depths[STEPS_MAX];
    size_t n = 0;
    struct buf out;
    buf_init(&out, a, PLAN_BYTES_MAX);
    str text = str_fmt(a, "EXPLAIN QUERY PLAN %.*s", STR_ARG(sql));
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(sqlite_of(db)->handle, text.s, (int)text.n, &s, NULL);
    while (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW && n < STEPS_MAX) {
        ids[n] = sqlite3_column_int64(s, 0);
        depths[n] = depth_of(sqlite3_column_int64(s, 1), ids, depths, n);
        buf_fmt(&out, "%*s%s\n", 2 * depths[n], "", (const char *)sqlite3_column_text(s, 3));
        n++;
    }
    if (rc != SQLITE_OK)
        fail(db, rc, text);
    rc = sqlite3_finalize(s);
    if (rc != SQLITE_OK)
        fail(db, rc, text);
    return buf_str(&out);
}

// --- the log

static int64_t lite_log_pages(const struct db *db)
{
    return ((const struct db_sqlite *)db)->log_pages;
}

static void lite_checkpoint(struct db *db, bool truncate)
{
    struct db_sqlite *x = sqlite_of(db);
    (void)sqlite3_busy_timeout(x->handle, truncate ? DB_CHECKPOINT_WAIT_MS : 0);
    int rc = sqlite3_wal_checkpoint_v2(x->handle, NULL,
        truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    (void)sqlite3_busy_timeout(x->handle, x->busy_wait_ms);
    if (rc == SQLITE_OK && truncate)
        x->log_pages = 0;
    else if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        log_line(LOG_ERROR, "store message=\"checkpoint failed: %s\"", sqlite3_errmsg(x->handle));
}

static struct db *lite_second(struct db *db)
{
    const char *path = sqlite3_db_filename(sqlite_of(db)->handle, "main");
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

static int64_t file_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static void lite_sizes(struct db *db, int64_t *database, int64_t *log)
{
    const char *path = sqlite3_db_filename(sqlite_of(db)->handle, "main");
    if (!path || !*path)
        return;
    *database = file_bytes(path);
    *log = file_bytes(sqlite3_filename_wal(path));
}

static int64_t lite_data_version(struct db *db)
{
    struct cursor c = db_rows_inner(db, "PRAGMA data_version", NULL, 0);
    int64_t version = db_next(&c) ? db_i64(&c, 0) : 0;
    db_done(&c);
    return version;
}

// Without a log there is no going back from a page half written, which the defence would forbid.
static bool lite_bulk(struct db *db, bool on)
{
    char text[200], journal[20] = "";
    sqlite3 *h = sqlite_of(db)->handle;
    (void)snprintf(text, sizeof(text),
        "PRAGMA synchronous=%s; PRAGMA cache_size=-%d; PRAGMA journal_mode=%s", on ? "OFF" : "FULL",
        on ? DB_BULK_CACHE_KIB : DB_PAGE_CACHE_KIB, on ? "OFF" : "WAL");
    int rc = sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, on ? 0 : 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(h, text, first_text, journal, NULL);
    if (rc != SQLITE_OK) {
        fail(db, rc, S("PRAGMA journal_mode"));
        return false;
    }
    // A database in memory keeps what it has.
    bool done = strcmp(journal, on ? "off" : "wal") == 0 || strcmp(journal, "memory") == 0;
    if (!done)
        db_fail(db, ERR_BUSY, "somebody else has the database open");
    return done;
}

static const struct db_ops OPS = {.bulk = lite_bulk,
    .close = lite_close,
    .busy_wait = lite_busy_wait,
    .control = lite_control,
    .in_transaction = lite_in_transaction,
    .script = lite_script,
    .compile = lite_compile,
    .release = lite_release,
    .text = lite_text,
    .parameters = lite_parameters,
    .bind = lite_bind,
    .step = lite_step,
    .reset = lite_reset,
    .changed = lite_changed,
    .i64 = lite_i64,
    .f64 = lite_f64,
    .bytes = lite_bytes,
    .null = lite_null,
    .plan = lite_plan,
    .data_version = lite_data_version,
    .log_pages = lite_log_pages,
    .checkpoint = lite_checkpoint,
    .second = lite_second,
    .sizes = lite_sizes};
