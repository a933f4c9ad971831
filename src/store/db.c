// The functions of db.h: what is the same for every store.

#include "store/db.h"

#include <stdio.h>
#include <string.h>
#include "base/fault.h"
#include "base/log.h"
#include "base/memo.h"
#include "store/db_inner.h"
#include "store/years.h"

// ---- errors

void db_fail_in(struct db *db, enum err_code code, const char *message, str sql)
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
    enum log_level level = code == ERR_CONFLICT                    ? LOG_DEBUG
                           : code == ERR_STORE || code == ERR_FULL ? LOG_ERROR
                                                                   : LOG_WARN;
    log_line(level, "store code=%s message=\"%s\" sql=\"%s\"", err_code_name(code), db->note, head);
}

void db_fail_moved(struct db *db, str sql)
{
    if (!db->failed)
        db->moved = true;
    db_fail_in(db, ERR_CONFLICT, "somebody acted first", sql);
}

void db_fail(struct db *db, enum err_code code, const char *message)
{
    db_fail_in(db, code, message, S(""));
}

bool db_failed(const struct db *db)
{
    return db->failed != OK;
}

enum err_code db_status(struct db *db, struct err *e)
{
    switch (db->failed) {
    case OK:
        return OK;
    case ERR_CONFLICT:
        if (db->moved)
            return err_add(e, ERR_CONFLICT, S("version"), S(""), "somebody acted first",
                "别人刚刚办理过，请刷新");
        return err_add(e, ERR_CONFLICT, S(""), S(""), "there is one with this key already (%s)",
            "已存在相同的记录（%s）", db->note);
    case ERR_BUSY:
        return err_add(
            e, ERR_BUSY, S(""), S(""), "the database is busy (%s)", "数据库正忙（%s）", db->note);
    case ERR_FULL:
        return err_add(e, ERR_FULL, S(""), S(""),
            "the disk is full: nothing was written, and nothing can be until there is room; "
            "reading goes on",
            "磁盘已满，未写入；腾出空间后自动恢复，其间查询不受影响");
    case ERR_LIMIT:
        return err_add(e, ERR_LIMIT, S(""), S(""), "the query is too large (%s)",
            "查询条件过多（%s）", db->note);
    default:
        if (db->note_zh[0])
            return err_add(e, db->failed, str_of(db->note_field), str_of(db->note_expected), "%s",
                "%s", e->lang == LANG_EN ? db->note : db->note_zh);
        return err_add(
            e, db->failed, S(""), S(""), "the database failed (%s)", "数据库出错（%s）", db->note);
    }
}

bool db_overrules(struct db *db, struct err *e)
{
    if (!db || (db->failed != ERR_STORE && db->failed != ERR_BUSY && db->failed != ERR_FULL))
        return false;
    err_init(e, e->arena, e->lang);
    return db_status(db, e) != OK;
}

bool db_ready(struct db *db, str what)
{
    if (db->failed)
        return false;
    bool fails = db->fail_in > 0 && --db->fail_in == 0;
    if (!fails && !fault_here(FAULT_STATEMENT, what))
        return true;
    db_fail_in(db, ERR_STORE, "injected failure", what.n > 0 ? what : str_of(what.s));
    return false;
}

void db_fail_at(struct db *db, int64_t n)
{
    db->fail_in = n;
}

// ---- opening

struct db *db_open(str target, enum db_mode mode, struct err *e)
{
    return db_pg_target(target) ? db_pg_open(target, mode, e) : db_sqlite_open(target, mode, e);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_close(db->wide);
    stmt_free_all(db);
    memo_free(db->memo);
    memo_free(db->kept);
    memo_free(db->lasting);
    db->ops->close(db);
    arena_free(db->arena);
}

void db_busy_wait(struct db *db, int ms)
{
    db->ops->busy_wait(db, ms);
}

// ---- transactions

static void close_cursors(struct db *db)
{
    for (size_t i = 0; i < db->open_n; i++) {
        (void)db->ops->reset(db, db->open[i]->handle);
        db->open[i]->open = false;
    }
    db->open_n = 0;
}

static bool control(struct db *db, enum db_control what)
{
    static const char *const NAMES[] = {[DB_BEGIN_WRITE] = "BEGIN IMMEDIATE",
        [DB_BEGIN_READ] = "BEGIN",
        [DB_COMMIT] = "COMMIT",
        [DB_ROLLBACK] = "ROLLBACK",
        [DB_SAVEPOINT] = "SAVEPOINT",
        [DB_RELEASE] = "RELEASE",
        [DB_RELEASE_LATER] = "RELEASE",
        [DB_ROLLBACK_TO] = "ROLLBACK TO"};
    return db_ready(db, (str){NAMES[what], 0}) && db->ops->control(db, what);
}

static bool in_transaction(const struct db *db)
{
    return db->ops->in_transaction(db);
}

// Leaves no transaction, whatever state the connection is in.
static void abandon(struct db *db)
{
    close_cursors(db);
    if (in_transaction(db)) // the store may have rolled back already, for example on a full disk
        (void)db->ops->control(db, DB_ROLLBACK);
    db->savepoint_open = false;
    db->read_open = false;
    db->read_depth = 0;
}

void db_begin(struct db *db)
{
    (void)control(db, db->mode == DB_WRITE ? DB_BEGIN_WRITE : DB_BEGIN_READ);
}

enum err_code db_commit(struct db *db, struct err *e)
{
    if (!db->failed)
        close_cursors(db);
    if (!db->failed && fault_here(FAULT_COMMIT, S("COMMIT")))
        db_fail(db, ERR_STORE, "injected failure");
    if (control(db, DB_COMMIT)) {
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
    db->note_zh[0] = '\0';
    db->may_repeat = db->late = db->moved = false;
    if (db->wide)
        db_rollback(db->wide);
}

bool db_may_repeat(const struct db *db)
{
    return db->failed && db->may_repeat;
}

bool db_late(const struct db *db)
{
    return db->failed && db->late;
}

bool db_shared(const struct db *db)
{
    return db->ops->town != NULL;
}

void db_town(struct db *db, int64_t town)
{
    if (db->ops->town)
        db->ops->town(db, town);
}

void db_tell(struct db *db, int64_t town)
{
    if (db->ops->tell && db_ready(db, S("NOTIFY")))
        db->ops->tell(db, town);
}

bool db_heard(struct db *db, int64_t town, int wait_ms)
{
    return db->ops->heard && db->ops->heard(db, town, wait_ms);
}

void db_savepoint(struct db *db)
{
    CHECK(!db->savepoint_open);
    db->savepoint_open = control(db, DB_SAVEPOINT);
}

void db_release(struct db *db)
{
    if (control(db, DB_RELEASE))
        db->savepoint_open = false;
}

void db_release_later(struct db *db)
{
    if (control(db, db->ops->send ? DB_RELEASE_LATER : DB_RELEASE))
        db->savepoint_open = false;
}

void db_rollback_to(struct db *db)
{
    close_cursors(db);
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
    db->moved = false;
    if (!db->ops->control(db, DB_ROLLBACK_TO) && before)
        db->failed = before;
}

void db_read_begin(struct db *db)
{
    if (db->read_depth++ == 0 && !in_transaction(db))
        db->read_open = control(db, DB_BEGIN_READ);
}

void db_read_end(struct db *db)
{
    if (db->read_depth == 0 || --db->read_depth > 0 || !db->read_open)
        return;
    years_reader_end(db);
    close_cursors(db);
    db->read_open = false;
    if (in_transaction(db)) // cannot fail for a reader, and a sticky error may not prevent it
        (void)db->ops->control(db, DB_ROLLBACK);
}

// ---- statements

// For a message: literals travel without their length.
static str text_of(enum stmt_kind kind, str sql)
{
    return kind == STMT_COMPOSED ? sql : str_of(sql.s);
}

// A statement that takes n values, or NULL with the connection failed.
static struct stmt *found(struct db *db, enum stmt_kind kind, str sql, size_t n)
{
    if (!db_ready(db, sql))
        return NULL;
    struct stmt *s = stmt_get(db, kind, sql);
    if (!s)
        return NULL;
    // The macros ask for a value even where a text has none (DDL, PRAGMA); otherwise the counts
    // must agree, because a forgotten ?2 would silently answer with other rows.
    int wanted = db->ops->parameters(s->handle);
    if (wanted != 0 && (size_t)wanted != n) {
        char text[200];
        (void)snprintf(text, sizeof(text), "%zu values for %d parameters", n, wanted);
        db_fail_in(db, ERR_STORE, text, text_of(kind, sql));
        return NULL;
    }
    return s;
}

// The same, with its values bound.
static struct stmt *start(
    struct db *db, enum stmt_kind kind, bool many, str sql, const struct val *v, size_t n)
{
    struct stmt *s = found(db, kind, sql, n);
    if (!s)
        return NULL;
    size_t wanted = (size_t)db->ops->parameters(s->handle);
    bool bound = many && db->ops->bind_many ? db->ops->bind_many(db, s->handle, v, wanted)
                                            : db->ops->bind(db, s->handle, v, wanted);
    return bound ? s : NULL;
}

void db_run_(struct db *db, const char *sql, const struct val *v, size_t n)
{
    db_change_later_(db, NULL, sql, v, n);
}

// On a store that sends.
static void send(struct db *db, enum stmt_kind kind, int64_t *changed, const char *sql,
    const struct val *v, size_t n)
{
    struct stmt *s = found(db, kind, (str){sql, 0}, n);
    if (s)
        (void)db->ops->send(db, s->handle, v, (size_t)db->ops->parameters(s->handle), changed);
}

void db_change_later_(
    struct db *db, int64_t *changed, const char *sql, const struct val *v, size_t n)
{
    if (changed)
        *changed = 0;
    if (!db->ops->send) {
        int64_t now = db_change_(db, sql, v, n);
        if (changed)
            *changed = now;
        return;
    }
    send(db, STMT_LITERAL, changed, sql, v, n);
}

void db_send_inner(struct db *db, const char *sql, const struct val *v, size_t n)
{
    send(db, STMT_INNER, NULL, sql, v, n);
}

void db_change_one_(struct db *db, const char *sql, const struct val *v, size_t n)
{
    if (!db->ops->send_one) {
        if (db_change_(db, sql, v, n) != 1 && !db->failed)
            db_fail_moved(db, str_of(sql));
        return;
    }
    struct stmt *s = found(db, STMT_LITERAL, (str){sql, 0}, n);
    if (s)
        (void)db->ops->send_one(db, s->handle, v, (size_t)db->ops->parameters(s->handle));
}

void db_settle(struct db *db)
{
    if (db->ops->settle)
        db->ops->settle(db);
}

int64_t db_change_(struct db *db, const char *sql, const struct val *v, size_t n)
{
    struct stmt *s = start(db, STMT_LITERAL, false, (str){sql, 0}, v, n);
    if (!s)
        return 0;
    enum db_step step = DB_ROW;
    while (step == DB_ROW)
        step = db->ops->step(db, s->handle);
    int64_t changed = step == DB_END ? db->ops->changed(db, s->handle) : 0;
    (void)db->ops->reset(db, s->handle);
    return changed;
}

static struct cursor open_cursor(
    struct db *db, enum stmt_kind kind, bool many, str sql, const struct val *v, size_t n)
{
    struct cursor c = {.db = db};
    if (!db->failed && db->open_n == DB_CURSORS_MAX)
        db_fail(db, ERR_STORE, "too many open cursors");
    struct stmt *s = start(db, kind, many, sql, v, n);
    if (s) {
        s->open = true;
        db->open[db->open_n++] = s;
        c.stmt = s;
    }
    return c;
}

struct cursor db_rows_(struct db *db, const char *sql, const struct val *v, size_t n)
{
    return open_cursor(db, STMT_LITERAL, false, (str){sql, 0}, v, n);
}

struct cursor db_rows_many_(struct db *db, const char *sql, const struct val *v, size_t n)
{
    return open_cursor(db, STMT_LITERAL, true, (str){sql, 0}, v, n);
}

struct cursor db_rows_inner(struct db *db, const char *sql, const struct val *v, size_t n)
{
    return open_cursor(db, STMT_INNER, false, (str){sql, 0}, v, n);
}

struct cursor db_rows_composed(struct db *db, str sql, const struct val *v, size_t n)
{
    return open_cursor(db, STMT_COMPOSED, false, sql, v, n);
}

// NULL once a rollback has closed it.
static void *handle_of(const struct cursor *c)
{
    const struct stmt *s = c->stmt;
    return s && s->open ? s->handle : NULL;
}

bool db_next(struct cursor *c)
{
    void *s = handle_of(c);
    if (s && !c->db->failed && c->db->ops->step(c->db, s) == DB_ROW)
        return true;
    db_done(c);
    return false;
}

void db_done(struct cursor *c)
{
    struct stmt *s = c->stmt;
    c->stmt = NULL;
    if (!s || !s->open)
        return;
    // Ending a RETURNING early ends its own transaction as well, and only here does that failure
    // show.
    (void)c->db->ops->reset(c->db, s->handle);
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
    void *s = handle_of(c);
    return s ? c->db->ops->i64(s, column) : 0;
}

double db_f64(const struct cursor *c, int column)
{
    void *s = handle_of(c);
    return s ? c->db->ops->f64(s, column) : 0.0;
}

str db_str(const struct cursor *c, int column)
{
    void *s = handle_of(c);
    return s ? c->db->ops->bytes(c->db, s, column) : S("");
}

str db_dup(const struct cursor *c, int column, struct arena *a)
{
    return str_dup(a, db_str(c, column));
}

bool db_null(const struct cursor *c, int column)
{
    void *s = handle_of(c);
    return !s || c->db->ops->null(s, column);
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
    db->ops->script(db, sql);
}

// ---- the rest

str db_plan(struct db *db, struct arena *a, str sql)
{
    return db_ready(db, sql) ? db->ops->plan(db, a, sql) : S("");
}

int64_t db_data_version(struct db *db)
{
    return db->failed ? 0 : db->ops->data_version(db);
}

int64_t db_log_pages(const struct db *db)
{
    return db->ops->log_pages ? db->ops->log_pages(db) : 0;
}

void db_checkpoint(struct db *db, bool truncate)
{
    if (db->ops->checkpoint)
        db->ops->checkpoint(db, truncate);
}

void db_sizes(struct db *db, int64_t *database, int64_t *log)
{
    *database = *log = 0;
    db->ops->sizes(db, database, log);
}

void db_bulk_begin(struct db *db)
{
    if (db->ops->bulk && db_ready(db, S("PRAGMA journal_mode")))
        (void)db->ops->bulk(db, true);
}

enum err_code db_bulk_end(struct db *db, struct err *e)
{
    if (db->ops->bulk && db_ready(db, S("PRAGMA journal_mode")))
        (void)db->ops->bulk(db, false);
    return db_status(db, e);
}

struct db *db_second(struct db *db)
{
    return db->ops->second ? db->ops->second(db) : NULL;
}

struct memo *db_memo(struct db *db)
{
    return db->memo;
}

str db_kept(struct db *db, str key)
{
    if (!db->kept || db->failed)
        return (str){0};
    CHECK(db->ops->in_transaction(db)); // else what is concluded now may be of a later state
    const str *found = memo_get(db->kept, (uint64_t)db_data_version(db), key);
    return found && !db->failed ? *found : (str){0};
}

struct memo *db_lasting(struct db *db)
{
    if (!db->lasting && db->mode == DB_READ)
        db->lasting = memo_new(DB_LASTING_MAX);
    return db->lasting;
}

void db_keep(struct db *db, str key, str bytes)
{
    if (!db->kept || db->failed || bytes.n > DB_KEPT_BYTES_MAX)
        return;
    str *kept = NEW(memo_arena(db->kept), str);
    *kept = str_dup(memo_arena(db->kept), bytes);
    memo_put(db->kept, key, kept);
}
