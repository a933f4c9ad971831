// The search index: for blocks of items, which of them hold which pairs of characters
// (base/gram.h). The same two tables and the same statements on every store.
//
// A block speaks for a range of ids. It is written beside the others, then taken into use in one
// step together with leaving those it replaces, and never changed again. So whoever reads always
// sees whole blocks, and filling may stop anywhere. Which texts an item has is known above.
#ifndef BH_STORE_TEXT_INDEX_H
#define BH_STORE_TEXT_INDEX_H

#include "base/gram.h"
#include "store/db.h"
#include "store/sqlb.h"

struct text_block {
    int64_t id, from_id, to_id; // from_id <= item < to_id, at most GRAM_PLACES
    int64_t first_us, last_us;  // its items were filed between these, both included
    bool in_order;              // in the order of their ids
};
struct text_index {
    struct text_block *blocks; // without a gap, from id 1 on
    size_t n;
    int64_t mark; // where they end: the first item that has to be searched by its text
};
void text_index_look(struct db *db, struct arena *a, int64_t town, struct text_index *out);

// One of these words occurs.
struct text_any {
    const str *words;
    size_t n;
};
// Who of each block may hold one word of each of all: sets[i] is about blocks[i], the item from_id
// + place. Nobody is left out who does; the title's set speaks for all words standing there. False
// when a row was damaged: then more may be in the sets than a whole index would give.
bool text_index_find(struct db *db, struct arena *a, int64_t town, const struct text_any *all,
    size_t n_all, const struct text_block *blocks, size_t n, struct gram_set *sets);

struct text_pairs {
    const int64_t *ids; // base/gram.h
    size_t n;
};
// The rows of these pairs alone, of every block, in no order: fn is called with each.
void text_index_each(struct db *db, struct arena *a, int64_t town, struct text_pairs pairs,
    const struct text_block *blocks, size_t n,
    void (*fn)(void *arg, size_t block, int64_t pair, str items), void *arg);

struct text_units {
    const int64_t *ids;
    size_t n;
};
// Who of each block is the business of one of these units, as far as the index tells: the unit in
// charge of each item and its receiver as they were when the block was written, and those that have
// strayed since. sets[i].any is about blocks[i]; told[i]: false for a block written before units
// were, which says nothing.
void text_index_units(struct db *db, struct arena *a, int64_t town, struct text_units units,
    const struct text_block *blocks, size_t n, struct gram_set *sets, bool *told);
// On a connection that writes: from now on the item is the business of a unit which was not in
// charge of it before. Those that have a part of it need not be told: parts are read by who
// searches.
void text_index_stray(struct db *db, int64_t town, int64_t item);

// The same for a text: from now on the item holds words it did not when the block was written.
void text_index_rewritten(struct db *db, int64_t town, int64_t item);

// ---- filling, on a connection that writes and in its transactions

enum {
    TEXT_ABANDONED_S = 600, // a block that is being written no longer than this is left alone
    TEXT_SWEEP_ROWS = 1000, // deleted at a time
};
// Begins a block and sets its id. ERR_BUSY without a note while another process writes one,
// ERR_CONFLICT when the range is no longer what it was: it must begin where a block begins, or at
// the mark, and may not end within one.
enum err_code text_index_begin(
    struct db *db, struct arena *a, int64_t town, struct text_block *b, int64_t now_us) MUST_USE;
void text_index_put(struct db *db, int64_t town, int64_t block, int64_t pair, str items);
// Whose business the items are; once with unit 0 and any item to say that all of them were told.
void text_index_put_unit(struct db *db, int64_t town, int64_t block, int64_t unit, str items);
// Takes it into use; whatever lies in its range leaves.
void text_index_use(struct db *db, int64_t town, const struct text_block *b);
void text_index_drop(struct db *db, int64_t town, int64_t block);
// Anything to sweep? Then text_index_sweep deletes some rows of what is no longer used.
bool text_index_waste(struct db *db, int64_t town, int64_t now_us);
void text_index_sweep(struct db *db, int64_t town, int64_t now_us);

#endif
