// Why somebody may do something, or see an item: the grants that say so. It decides nothing; it
// tells what ctx_may and item_visible decide by.
#ifndef BH_DOMAIN_ACCESS_H
#define BH_DOMAIN_ACCESS_H

#include "domain/ctx.h"
#include "domain/item.h"

// A right he holds by a role at a unit, and so at what is below it.
struct access_right {
    enum right right;
    const struct role *role;
    const struct unit *unit;
};
size_t access_rights(struct arena *a, const struct person *p, struct access_right **out);

// A unit of the item at or above which he holds a role that may read.
enum access_how { ACCESS_IN_CHARGE, ACCESS_RECEIVER, ACCESS_PART };
struct access_reason {
    enum access_how how;
    const struct unit *unit; // the item's
    const struct role *role;
    const struct unit *at; // where he holds it
};
// None: he does not see it.
size_t access_reasons(
    const struct ctx *c, const struct person *p, const struct item *it, struct access_reason **out);

#endif
