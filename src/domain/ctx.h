// Everything a domain function may touch. Nothing else is reachable: no globals, no clock, no
// configuration. So every rule can be tested at any date and replayed.
#ifndef BH_DOMAIN_CTX_H
#define BH_DOMAIN_CTX_H

#include "base/crypt.h"
#include "domain/right.h"
#include "domain/rules.h"

// Secrets that stand outside the database, in DIR/key.
struct keys {
    uint8_t caller[CRYPT_KEY_BYTES]; // seals the caller's data
    uint8_t mark[CRYPT_KEY_BYTES];   // keys the hash by which the same phone number is found again
};

struct ctx {
    struct db *db;              // inside a transaction: read-only on a loop, writable on the writer
    struct arena *arena;        // dies with the request or with the command
    const struct rules *rules;  // immutable snapshot
    int64_t now_us;             // injected, constant for the whole request
    const struct person *actor; // NULL: the system itself (clocks running out, imports of the past)
    const struct keys *keys;
    struct journal
        *journal;           // on the writer only: ids, hash chain, counters to move; NULL on a loop
    struct item_hand *hand; // items whose rows are written later (item_hand.h); mostly NULL
    struct key_book *book;  // who holds which value, already known (key_book.h); mostly NULL
    const struct coming *coming; // a trial of a sheet: rows it would have added by now; mostly NULL
    enum lang lang;
    str blob_dir;
};

// May the actor do this at that unit (0: anywhere)? The system may.
bool ctx_may(const struct ctx *c, enum right r, int64_t at_unit);
// Writes a setting of the town.
void ctx_put_setting(struct ctx *c, str key, str val);
// The units in whose subtrees the actor holds the right, topmost only; *all when that is the whole
// town.
const struct unit **ctx_units(const struct ctx *c, enum right r, size_t *n, bool *all);

#endif
