// Everything a town has in one database, copied into another one, of either store. Which tables
// and columns there are is read from the catalogues: a table is the town's when town leads its
// primary key. Tables whose name begins with bihuan_ are a store's own and stay where they are.
//
//   move_plan → move_rows → move_compare
//
// from stands in a read transaction, to in a write transaction of the caller's. Over a file, whose
// folder has no name yet, that is committed now and then, so that its log stays short; on a server,
// where others live in the same database, nothing is to be seen of the town before the caller
// commits.
#ifndef BH_STORE_MOVE_H
#define BH_STORE_MOVE_H

#include "base/crypt.h"
#include "store/db.h"

enum { MOVE_COLUMNS_MAX = 100 };

enum move_kind { MOVE_I64, MOVE_F64, MOVE_TEXT, MOVE_BLOB, MOVE_UNKNOWN };
struct move_column {
    str name;
    int key; // place in the primary key, from 1; 0: not in it
    enum move_kind kind;
};
struct move_table {
    str name;
    struct move_column *columns;
    size_t n, n_key;
    int64_t rows;
    uint8_t hash[CRYPT_HASH_BYTES]; // of all values as they were read, in the order of the key
};
struct move {
    struct arena *arena;
    struct db *from, *to;
    int64_t town;
    void (*progress)(void *arg, int64_t done, int64_t total); // rows; of a phase
    void *arg;

    struct move_table *tables; // by move_plan, by name
    size_t n;
    int64_t rows;
};

// The tables a town has in a database, by name.
struct move_table *move_tables(struct db *db, struct arena *a, size_t *n);
// ERR_CONFLICT when to has anything of this town, ERR_INVALID when the two databases do not have
// the same tables.
enum err_code move_plan(struct move *m, struct err *e) MUST_USE;
enum err_code move_rows(struct move *m, struct err *e) MUST_USE;
// Reads what has arrived. Every table that is not what was read from the source is a note,
// ERR_STORE.
enum err_code move_compare(struct move *m, struct err *e) MUST_USE;
// Takes everything of the town out of to again.
void move_remove(struct move *m);

#endif
