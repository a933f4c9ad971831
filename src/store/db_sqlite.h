// The insides of a connection to SQLite: for the db_*.c files and backup.c.
#ifndef BH_STORE_DB_SQLITE_H
#define BH_STORE_DB_SQLITE_H

#include <sqlite3.h>
#include "store/db_inner.h"
#include "store/db_stmt.h"

enum { DB_NOTE_BYTES = 400 };

struct db {
    sqlite3 *handle;
    struct arena *arena; // holds this struct too
    enum db_mode mode;
    enum err_code failed; // sticky
    char note[DB_NOTE_BYTES];
    int64_t fail_in; // statements until the injected failure; 0: none
    int64_t log_pages;
    int busy_wait_ms;
    int read_depth;
    bool read_open; // db_read_begin opened the transaction
    bool savepoint_open;
    struct stmt *open[DB_CURSORS_MAX];
    size_t open_n;
    struct stmt_cache cache;
    struct memo *memo; // of a reader
};

// Makes the connection fail with what SQLite has just said.
void db_sqlite_fail(struct db *db, int rc, str sql);
// True when a statement may run now; counts it for db_fail_at.
bool db_sqlite_ready(struct db *db);
void db_sqlite_close_cursors(struct db *db);

#endif
