// The schedule of an item as a page shows it: node by node, planned, done, and how many working
// days are in hand.
#ifndef BH_API_PLAN_VIEW_H
#define BH_API_PLAN_VIEW_H

#include "api/call.h"
#include "domain/item_plan.h"

struct plan_row_view {
    str key, title, state, lamp, first, last, expect, by_title;
    int64_t days, done_us, spare;
    struct strs after;
};
extern const struct field PLAN_VIEW[];
struct list plan_view(struct ctx *c, const struct def *d, const struct item *it);

#endif
