// Items to rows and back, and what an event says of a change.
#ifndef BH_DOMAIN_ITEM_STORE_H
#define BH_DOMAIN_ITEM_STORE_H

#include "base/json.h"
#include "domain/ctx.h"
#include "domain/item.h"

enum {
    ITEM_DOC_MAX_BYTES = 256 * KIB,
    ITEM_CHANGES_MAX_BYTES = 4 * ITEM_DOC_MAX_BYTES, // both sides of every change
};

// One item whole, as it is stored. ERR_MISSING when there is none (visibility is the caller's
// business: item_visible).
enum err_code item_read(struct ctx *c, int64_t id, struct item *out, struct err *e) MUST_USE;
// The same for who works with it: its definition is one of the rules; ERR_BUSY when they are older
// than it.
enum err_code item_load(struct ctx *c, int64_t id, struct item *out, struct err *e) MUST_USE;
// The newest items of a loop, at most so many, the newest first; ids of c's arena.
int64_t *item_newest(struct ctx *c, str loop, int64_t most, size_t *n);
int64_t item_id_of(struct ctx *c, str no); // 0 when there is none
str item_no_of(struct ctx *c, int64_t id); // empty when there is none
// May the actor read it: a right to read at its unit, its receiver, or a unit of one of its parts.
bool item_visible(const struct ctx *c, const struct item *it);

// Writes the rows of a new item as it stands.
enum err_code item_write(struct ctx *c, const struct item *it, struct err *e) MUST_USE;
// Writes (or takes in hand) a new item, or the changed columns of an old one (before: as it was
// loaded). ERR_CONFLICT when somebody else moved it since; ERR_LIMIT when its answers and clocks
// have outgrown ITEM_DOC_MAX_BYTES.
enum err_code item_insert(struct ctx *c, const struct item *it, struct err *e) MUST_USE;
enum err_code item_update(
    struct ctx *c, const struct item *before, const struct item *it, struct err *e) MUST_USE;

// What differs, as people and programs read it:
// {"state":["filed","handling"],"f/solved":["","实际解决"],"p/0":{...},"c/0":{...}}. An empty
// before gives the whole image; "p/1":null: this part and those behind it are no more, because the
// step that made them was taken back. The text itself stands as its SHA-256. Empty when it would
// not fit ITEM_CHANGES_MAX_BYTES, which only an image that never was in the database can do.
str item_changes(struct arena *a, const struct item *before, const struct item *it);
// The same as an event keeps it: what became, without what it was before and without what follows
// from the rest (domain/item_change.c). it->changed_us is the instant of the event.
str item_delta(struct arena *a, const struct item *before, const struct item *it);
// Applies a delta to an image; at_us is the event's. Folding all of an item's events over {0} gives
// the item (its text as the hash).
enum err_code item_apply(
    struct arena *a, struct item *it, str delta, int64_t at_us, struct err *e) MUST_USE;
// Applies it, and tells it as item_changes would, with what the event says beside the item.
enum err_code item_replay(struct arena *a, struct item *it, str delta, int64_t at_us, str *changes,
    struct err *e) MUST_USE;
str item_text_hash(struct arena *a, str text);

#endif
