// Prepared statements of one connection, and the list of all texts the process has prepared.
#ifndef BH_STORE_DB_STMT_H
#define BH_STORE_DB_STMT_H

#include "base/str.h"
#include "store/db.h"

enum {
    STMT_HEADS = 1024,     // hash chains, a power of two
    STMT_TEXTS_MAX = 4096, // texts listed by db_each_statement; later ones are not
    STMT_TEXTS_BYTES_MAX = 4 * MIB,
};

enum stmt_kind {
    STMT_LITERAL,  // key is the literal's address
    STMT_INNER,    // the same, but not listed
    STMT_COMPOSED, // key is the store's own copy of the text
};

struct stmt {
    void *handle; // the store's; NULL: a free slot
    const char *key;
    size_t n;
    uint64_t hash;
    uint64_t used; // the cache's tick at the last use
    enum stmt_kind kind;
    bool open; // a cursor stands on it: another use of the same text takes another slot
    struct stmt *next;
};

struct stmt_cache {
    struct stmt slots[DB_STATEMENTS_MAX];
    struct stmt *heads[STMT_HEADS];
    size_t n;
    uint64_t tick;
    int64_t prepared; // so often the store had to compile
};

// A statement ready to be bound, prepared or found; NULL with the connection failed.
struct stmt *stmt_get(struct db *db, enum stmt_kind kind, str sql) MUST_USE;
void stmt_free_all(struct db *db);

#endif
