// Fields that show what the row of a register holds 一表同享: `from: estate.property`. Taken when
// the row is named, kept with the item, so that filters, counters and boards have it; nobody is
// asked for it.
#ifndef BH_DOMAIN_VIA_H
#define BH_DOMAIN_VIA_H

#include "domain/ctx.h"
#include "domain/item.h"

// What only the town can tell: has the register such a field, of that type, and may everybody read
// it?
void via_check(const struct rules *r, const struct def *d, struct err *e);
// As the rows named by the item hold it, where another one is named than before.
void via_fill(struct ctx *c, const struct def *d, const struct item *before, struct item *it);

#endif
