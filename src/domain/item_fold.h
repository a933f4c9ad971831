// An item as it was: the fold of its events up to a version of it.
#ifndef BH_DOMAIN_ITEM_FOLD_H
#define BH_DOMAIN_ITEM_FOLD_H

#include "domain/ctx.h"
#include "domain/item.h"

// now: as it stands. ERR_STORE when its text is not the one its events tell of.
enum err_code item_as_of(struct ctx *c, const struct item *now, int64_t version, struct item *out,
    struct err *e) MUST_USE;

#endif
