// The SQLite connection. Only store/ includes it.
#ifndef BH_STORE_DB_SQLITE_H
#define BH_STORE_DB_SQLITE_H

#include <sqlite3.h>
#include "store/db_inner.h"

struct db_sqlite {
    struct db db; // first
    sqlite3 *handle;
    int64_t log_pages;
    int64_t changes_before; // the statement that runs
    int busy_wait_ms;
};

static inline struct db_sqlite *sqlite_of(struct db *db)
{
    return (struct db_sqlite *)db;
}

#endif
