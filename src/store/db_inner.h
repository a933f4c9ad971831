// What the files of store/ share about a connection, whichever store stands behind it. Nobody
// outside includes it.
#ifndef BH_STORE_DB_INNER_H
#define BH_STORE_DB_INNER_H

#include "store/db.h"

// A cursor over text that is not a literal: found again by its content.
struct cursor db_rows_composed(struct db *db, str sql, const struct val *v, size_t n) MUST_USE;
// A statement of the store itself: kept by address, not listed by db_each_statement.
struct cursor db_rows_inner(struct db *db, const char *sql, const struct val *v, size_t n) MUST_USE;
// Several statements without values, one after the other.
void db_script(struct db *db, str sql);
// Another connection to the same database, for the store's own work; NULL when there is none (a
// database in memory, or one that just now cannot be opened again).
struct db *db_second(struct db *db);
// What a read-only connection remembers; NULL for one that writes.
struct memo *db_memo(struct db *db);
// Makes the connection fail, unless it has failed already.
void db_fail(struct db *db, enum err_code code, const char *message);
bool db_failed(const struct db *db);

#endif
