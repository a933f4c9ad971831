// An item as it was: the fold of its events up to a version of it.
#ifndef BH_DOMAIN_ITEM_FOLD_H
#define BH_DOMAIN_ITEM_FOLD_H

#include "domain/ctx.h"
#include "domain/item.h"

// now: as it stands. ERR_STORE when its text is not the one its events tell of.
enum err_code item_as_of(struct ctx *c, const struct item *now, int64_t version, struct item *out,
    struct err *e) MUST_USE;

// The item's events in their order.
struct item_was {
    int64_t version, at_us, person, part;
    str what, changes;
};
struct item_was *item_fold_events(struct ctx *c, int64_t item, size_t *n);
// The last step: the last event, but for the escalations that it set off itself. Those stand right
// behind it, at its instant, and nobody took them.
const struct item_was *item_fold_last(const struct item_was *rows, size_t n);

#endif
