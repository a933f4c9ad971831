// The whole SQL surface. Behind it stands SQLite or PostgreSQL; nothing above may depend on which.
//
// SQL is a literal with ?1, ?2 … bound by V(...): anything but a literal does not compile. It is
// written in the subset both stores share: integers for time and flags, RETURNING, ON CONFLICT, ->>
// on @json@ columns, no AUTOINCREMENT. A statement is prepared once per connection and kept by the
// literal's address.
//
// Errors are sticky: after a failed statement everything on this connection does nothing and
// returns nothing, until db_rollback or db_rollback_to. So write the chain, then ask db_status
// once.
//
// A connection belongs to one thread at a time.
#ifndef BH_STORE_DB_H
#define BH_STORE_DB_H

#include "base/err.h"

enum {
    DB_CURSORS_MAX = 16,     // open at once on a connection
    DB_BUSY_WAIT_MS = 10000, // waiting for another process's write
    DB_PAGE_CACHE_KIB =
        16384, // writer; readers share the operating system's cache through a memory map
    DB_BULK_CACHE_KIB = 32768,   // the writer's, while a new database is filled
    DB_STATEMENTS_MAX = 512,     // cached per connection; composed ones leave first
    DB_CHECKPOINT_WAIT_MS = 500, // a truncating checkpoint waits so long for readers
};

struct db;

enum db_mode { DB_READ, DB_WRITE };

// target: a file path, or a postgresql:// address. DB_WRITE creates the file. NULL and a note on
// failure.
struct db *db_open(str target, enum db_mode mode, struct err *e) MUST_USE;
void db_close(struct db *db); // NULL is fine; an open transaction is rolled back
// Waiting for another process's write, instead of DB_BUSY_WAIT_MS.
void db_busy_wait(struct db *db, int ms);

struct val {
    enum { VAL_NULL, VAL_I64, VAL_F64, VAL_STR, VAL_BLOB } type;
    int64_t i;
    double f;
    str s; // must live until the statement's last row was read
};
static inline struct val val_i64(int64_t x)
{
    return (struct val){.type = VAL_I64, .i = x};
}
static inline struct val val_f64(double x)
{
    return (struct val){.type = VAL_F64, .f = x};
}
static inline struct val val_str(str x)
{
    return (struct val){.type = VAL_STR, .s = x};
}
static inline struct val val_same(struct val x)
{
    return x;
}
static inline struct val val_blob(str x)
{
    return (struct val){.type = VAL_BLOB, .s = x};
}
#define VAL_NONE ((struct val){.type = VAL_NULL})
// Picks the binder by type and refuses the rest.
#define V(x)                                                                                       \
    _Generic((x), bool                                                                             \
             : val_i64, int                                                                        \
             : val_i64, unsigned                                                                   \
             : val_i64, int64_t                                                                    \
             : val_i64, long long                                                                  \
             : val_i64, double                                                                     \
             : val_f64, str                                                                        \
             : val_str, struct val                                                                 \
             : val_same)(x)

#define DB_VALS_(...)                                                                              \
    ((struct val[]){__VA_ARGS__}), (sizeof((struct val[]){__VA_ARGS__}) / sizeof(struct val))

// Runs a statement to its end. Every statement here has at least one bound value: the town.
// On a server, within a transaction, it is only sent: whether it worked shows at the next statement
// that answers something, or at db_release or db_commit.
#define db_run(db, sql, ...) db_run_((db), "" sql, DB_VALS_(__VA_ARGS__))
// The same, waiting for the number of rows it changed (0 on error).
#define db_change(db, sql, ...) db_change_((db), "" sql, DB_VALS_(__VA_ARGS__))
// The same without waiting: *changed is known when db_settle has returned, and lives until then.
#define db_change_later(db, changed, sql, ...)                                                     \
    db_change_later_((db), (changed), "" sql, DB_VALS_(__VA_ARGS__))
// The same without waiting, for what changes exactly one row: when it does not, because somebody
// was quicker, the connection has failed with ERR_CONFLICT.
#define db_change_one(db, sql, ...) db_change_one_((db), "" sql, DB_VALS_(__VA_ARGS__))
// Waits for everything that was only sent.
void db_settle(struct db *db);
// Opens a cursor: while (db_next(&c)) { ... db_i64(&c, 0) ... }   It closes itself at the end;
// db_done(&c) closes early.
#define db_rows(db, sql, ...) db_rows_((db), "" sql, DB_VALS_(__VA_ARGS__))
// The same for an answer that may be longer than memory should hold; within a transaction.
#define db_rows_many(db, sql, ...) db_rows_many_((db), "" sql, DB_VALS_(__VA_ARGS__))
// First column of the first row, or otherwise when there is none. A NULL in that row reads as 0 or
// empty.
#define db_one_i64(db, otherwise, sql, ...)                                                        \
    db_one_i64_((db), (otherwise), "" sql, DB_VALS_(__VA_ARGS__))
#define db_one_str(db, a, sql, ...) db_one_str_((db), (a), "" sql, DB_VALS_(__VA_ARGS__))

struct cursor {
    struct db *db;
    void *stmt; // NULL when closed or failed
};
void db_run_(struct db *db, const char *sql, const struct val *v, size_t n);
int64_t db_change_(struct db *db, const char *sql, const struct val *v, size_t n);
void db_change_later_(
    struct db *db, int64_t *changed, const char *sql, const struct val *v, size_t n);
void db_change_one_(struct db *db, const char *sql, const struct val *v, size_t n);
struct cursor db_rows_(struct db *db, const char *sql, const struct val *v, size_t n) MUST_USE;
struct cursor db_rows_many_(struct db *db, const char *sql, const struct val *v, size_t n) MUST_USE;
int64_t db_one_i64_(
    struct db *db, int64_t otherwise, const char *sql, const struct val *v, size_t n);
str db_one_str_(struct db *db, struct arena *a, const char *sql, const struct val *v, size_t n);
bool db_next(struct cursor *c);
void db_done(struct cursor *c);
// Columns of the current row, from 0. NULL reads as 0, 0.0 and the empty slice.
int64_t db_i64(const struct cursor *c, int column);
double db_f64(const struct cursor *c, int column);
str db_str(const struct cursor *c, int column);                  // valid until the next db_next
str db_dup(const struct cursor *c, int column, struct arena *a); // a copy in the arena
bool db_null(const struct cursor *c, int column);

// OK, or the first error since the last rollback: ERR_STORE (I/O, corruption), ERR_FULL (no room on
// the disk), ERR_BUSY (locked), ERR_CONFLICT (a unique key stands in the way). The note goes to e.
enum err_code db_status(struct db *db, struct err *e) MUST_USE;
// What could not be read makes every other word doubtful, "there is no such item" first of all.
// When a statement has failed for the store's reasons (ERR_STORE, ERR_BUSY, ERR_FULL), e says that
// and nothing else. NULL, a database that could not be opened, overrules nothing.
bool db_overrules(struct db *db, struct err *e);

// A file holds one town, a server's database many.
bool db_shared(const struct db *db);
// From now on this connection writes this town and no other: on a server its transactions keep
// other writers out of this town, not out of the whole database.
void db_town(struct db *db, int64_t town);

void db_begin(struct db *db); // DB_WRITE: takes the write lock at once
// A commit that fails has rolled everything back; the sticky error stays until db_rollback.
// db_commit, db_rollback, db_rollback_to and db_read_end close every cursor.
enum err_code db_commit(struct db *db, struct err *e) MUST_USE;
void db_rollback(struct db *db); // clears the sticky error; harmless without a transaction
// Did the transaction fail only because of what others did at the same time, so that the very same
// may succeed now? Asked before db_rollback.
bool db_may_repeat(const struct db *db);
void db_savepoint(struct db *db); // one level, used by the writer around each command
void db_release(struct db *db);
// The same without waiting, on a server: what failed before it may show at any later statement, as
// a failure of which db_late is true. Then only the whole transaction can be rolled back.
void db_release_later(struct db *db);
bool db_late(const struct db *db);
void db_rollback_to(struct db *db); // clears the sticky error; the savepoint stays open
// A read transaction, so that several statements see one state. db_read_end gives up the snapshot.
// Inside another transaction both do nothing.
void db_read_begin(struct db *db);
void db_read_end(struct db *db);

// Changes when another connection or process has committed.
int64_t db_data_version(struct db *db);

// What was concluded from the database is true until anyone commits. A read-only connection keeps
// so many results of so many bytes; one that writes, and one to a server, keeps none. Both are
// called between the same db_read_begin and db_read_end; what the key leaves out must follow from
// the database. db_kept: empty when there is nothing. More bytes are not kept.
enum { DB_KEPT_MAX = 64, DB_KEPT_BYTES_MAX = 64 * KIB };
str db_kept(struct db *db, str key); // valid until the next db_keep
void db_keep(struct db *db, str key, str bytes);

// For what stays true whatever is committed, on a read-only connection to either store: entries by
// key, so many at most. NULL: one that writes.
enum { DB_LASTING_MAX = 2048 };
struct memo *db_lasting(struct db *db);

// When this transaction commits, tells every process that serves the town.
void db_tell(struct db *db, int64_t town);
// Waits for being told, or wait_ms. False: not told, or a file, over which nobody is.
bool db_heard(struct db *db, int64_t town, int wait_ms);

// DB_WRITE: pages in the write-ahead log after the last commit; and moving them into the database.
// A passive checkpoint waits for nobody; a truncating one waits a little for readers and empties
// the log. Never an error.
int64_t db_log_pages(const struct db *db);
void db_checkpoint(struct db *db, bool truncate);

// Bytes on disk, for whoever watches the service: of the database, and of its log (0: a store that
// tends its log itself).
void db_sizes(struct db *db, int64_t *database, int64_t *log);

// A database nobody else has open, which is thrown away when anything fails before db_bulk_end:
// written without a log and without waiting for the disk. db_bulk_end puts all of it on disk, and
// it is a database like any other. A server's is written as always.
void db_bulk_begin(struct db *db);
enum err_code db_bulk_end(struct db *db, struct err *e) MUST_USE;

// Tests: the n-th statement from now on (begin, savepoint, release and commit count) fails with
// ERR_STORE. 0: none.
void db_fail_at(struct db *db, int64_t n);

// The query plan of a statement as text, for the plan tests; one step a line, indented.
str db_plan(struct db *db, struct arena *a, str sql);
// Every distinct statement text this process has prepared, for the plan tests. Calls f once per
// text.
void db_each_statement(void (*f)(str sql, void *arg), void *arg);

#endif
