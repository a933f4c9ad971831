// Many rows at once into a table of a PostgreSQL server: COPY … FROM STDIN. Nobody outside store/
// includes it.
#ifndef BH_STORE_DB_PG_COPY_H
#define BH_STORE_DB_PG_COPY_H

#include <libpq-fe.h>
#include "base/buf.h"
#include "store/db_inner.h"

// From begin to end the connection does nothing else. Whatever fails is on the connection, as after
// any statement; what is put after that goes nowhere.
struct pg_copy {
    struct db *db;
    PGconn *conn; // NULL: not under way
    const char *sql;
    struct buf lines; // not sent yet
};
void pg_copy_begin(struct pg_copy *c, struct db *db, const char *sql, struct arena *a);
void pg_copy_row(struct pg_copy *c, const struct val *v, size_t n);
void pg_copy_end(struct pg_copy *c, bool whole); // not whole: the rows are not to be taken

// By db_pg.c. The bare connection, out of the pipeline, with all that was sent read; NULL when that
// failed. And back: with what the server has said last, cleared here, which may be a failure.
PGconn *db_pg_bare(struct db *db);
void db_pg_piped(struct db *db, PGresult *last, const char *sql);

#endif
