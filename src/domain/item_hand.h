// Items in hand: for those who write years of history at once. A change of an item in hand stays in
// memory, and its rows are written once, when nothing more is coming: without it every step reads
// and writes the rows anew. Events, counters and the caller's data are written as always.
//
// The engine's doors (item_file, item_step, item_alarm) work on an item in hand as on a stored one.
// What looks for items by something else than their id does not see it: lists, item_alarms, and the
// steps that link items (merging, children), which must not be taken meanwhile.
#ifndef BH_DOMAIN_ITEM_HAND_H
#define BH_DOMAIN_ITEM_HAND_H

#include "domain/ctx.h"
#include "domain/item.h"

struct item_hand;

struct item_hand *item_hand_new(void);
void item_hand_free(struct item_hand *h); // NULL is fine; what was not saved is gone
size_t item_hand_count(const struct item_hand *h);
// NULL when it is not in hand. Stands until the next item_hand_settle.
const struct item *item_hand_get(const struct item_hand *h, int64_t id);
void item_hand_put(struct item_hand *h, const struct item *it); // copies; replaces
// Ends an action: what was replaced since the last time is forgotten, and pointers into it end.
void item_hand_settle(struct item_hand *h);
// Writes an item's rows and lets go of it.
enum err_code item_hand_save(struct ctx *c, int64_t id, struct err *e) MUST_USE;
// The ids, in order.
int64_t *item_hand_ids(const struct item_hand *h, struct arena *a, size_t *n);

#endif
