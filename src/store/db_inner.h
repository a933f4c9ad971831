// What the files of store/ share about a connection. The functions of db.h keep what is the same
// for every store (the sticky error, open cursors, the memory of statements) and hand the rest to
// the functions of one store. Nobody outside store/ includes it.
#ifndef BH_STORE_DB_INNER_H
#define BH_STORE_DB_INNER_H

#include "store/db.h"
#include "store/db_stmt.h"

enum { DB_NOTE_BYTES = 400 };

enum db_control {
    DB_BEGIN_WRITE,
    DB_BEGIN_READ,
    DB_COMMIT,
    DB_ROLLBACK,
    DB_SAVEPOINT,
    DB_RELEASE,
    DB_RELEASE_LATER, // of a store that sends
    DB_ROLLBACK_TO
};
enum db_step { DB_ROW, DB_END, DB_STEP_FAILED };

// One store. Whatever fails has called db_fail with the reason before it returns.
struct db_ops {
    void (*close)(struct db *db); // all but the arena
    void (*busy_wait)(struct db *db, int ms);
    bool (*control)(struct db *db, enum db_control what);
    bool (*in_transaction)(const struct db *db);
    void (*script)(struct db *db, str sql);
    // Statements. A handle is the store's own; values live until the statement is reset.
    void *(*compile)(struct db *db, str sql);
    void (*release)(struct db *db, void *handle);
    const char *(*text)(const void *handle); // its own copy, ending in NUL
    int (*parameters)(const void *handle);
    bool (*bind)(struct db *db, void *handle, const struct val *v, size_t n);
    // Binds and runs without waiting for the end; NULL: a store that never needs to wait. changed,
    // if not NULL, gets the number of rows when settle returns.
    bool (*send)(struct db *db, void *handle, const struct val *v, size_t n, int64_t *changed);
    // The same of a statement that must change one row: fails by db_fail_moved when it does not.
    bool (*send_one)(struct db *db, void *handle, const struct val *v, size_t n);
    void (*settle)(struct db *db);
    // As bind, for an answer of any length; NULL: bind does that.
    bool (*bind_many)(struct db *db, void *handle, const struct val *v, size_t n);
    enum db_step (*step)(struct db *db, void *handle);
    bool (*reset)(struct db *db, void *handle);
    int64_t (*changed)(struct db *db, void *handle); // rows, by the step that has just ended
    int64_t (*i64)(void *handle, int column);
    double (*f64)(void *handle, int column);
    str (*bytes)(struct db *db, void *handle, int column);
    bool (*null)(void *handle, int column);
    // The rest.
    str (*plan)(struct db *db, struct arena *a, str sql);
    int64_t (*data_version)(struct db *db);
    // Several towns and processes in one database; NULL: a store that has one town.
    void (*town)(struct db *db, int64_t town);
    void (*tell)(struct db *db, int64_t town);
    bool (*heard)(struct db *db, int64_t town, int wait_ms);
    int64_t (*log_pages)(const struct db *db); // NULL: a store that tends its log itself
    void (*checkpoint)(struct db *db, bool truncate);
    struct db *(*second)(struct db *db);
    void (*sizes)(struct db *db, int64_t *database, int64_t *log);
    bool (*bulk)(struct db *db, bool on); // NULL: a server, which others use at the same time
};

// The first member of each store's own struct.
struct db {
    const struct db_ops *ops;
    struct arena *arena; // holds this struct too
    enum db_mode mode;
    enum err_code failed; // sticky
    char note[DB_NOTE_BYTES];
    int64_t fail_in; // statements until the injected failure; 0: none
    bool may_repeat; // it failed because of what others did at the same time
    bool late;       // what failed belongs to a command that was released before
    bool moved;      // a row that was to be changed was not there as it was
    int read_depth;
    bool read_open; // db_read_begin opened the transaction
    bool savepoint_open;
    struct stmt *open[DB_CURSORS_MAX];
    size_t open_n;
    struct stmt_cache cache;
    struct memo *memo; // of a reader: counts
    struct memo *kept; // of a reader: what db_keep was given
    struct memo *lasting;
    // Old years (years.c).
    struct db *wide;          // reads them, too; NULL: not opened
    const char *attached;     // this is such a one: the setting its years are those of
    struct years_cache *seen; // what the town said of them, and when
    char note_zh[DB_NOTE_BYTES], note_field[DB_NOTE_BYTES], note_expected[DB_NOTE_BYTES];
};

struct db *db_sqlite_open(str target, enum db_mode mode, struct err *e);
// The same after running first, a script that ends in NUL and may use years_doc.h.
struct db *db_sqlite_open_with(str target, enum db_mode mode, const char *first, struct err *e);
struct db *db_pg_open(str target, enum db_mode mode, struct err *e);
bool db_pg_target(str target); // is it the address of a PostgreSQL server?
bool db_is_pg(const struct db *db);
// A server whose tables are its own: rows may come as arrays, and ON CONFLICT may change what is
// there. Where they lie on other servers, neither works.
bool db_takes_arrays(struct db *db);

// A cursor over text that is not a literal: found again by its content.
struct cursor db_rows_composed(struct db *db, str sql, const struct val *v, size_t n) MUST_USE;
// A statement of the store itself: kept by address, not listed by db_each_statement.
struct cursor db_rows_inner(struct db *db, const char *sql, const struct val *v, size_t n) MUST_USE;
// The same for what is only sent, on a store that sends.
void db_send_inner(struct db *db, const char *sql, const struct val *v, size_t n);
// Several statements without values, one after the other.
void db_script(struct db *db, str sql);
// Another connection to the same database, for the store's own work; NULL when there is none (a
// database in memory, or one that just now cannot be opened again).
struct db *db_second(struct db *db);
// What a read-only connection remembers; NULL for one that writes.
struct memo *db_memo(struct db *db);
// Makes the connection fail with a reason and the statement it was about, unless it has failed
// already.
void db_fail_in(struct db *db, enum err_code code, const char *message, str sql);
void db_fail(struct db *db, enum err_code code, const char *message);
void db_fail_moved(struct db *db, str sql);
bool db_failed(const struct db *db);
// True when a statement may run now; counts it for db_fail_at and base/fault.h. what: its text; a
// literal comes without its length.
bool db_ready(struct db *db, str what);

#endif
