// Between the files cadence*.c.
#ifndef BH_DOMAIN_CADENCE_INNER_H
#define BH_DOMAIN_CADENCE_INNER_H

#include "domain/cadence.h"
#include "domain/list_inner.h"

// Appends " FROM item i ... WHERE ..." of the rows of a filter that have no item whose days touch
// these; ?1 is the town.
void cadence_from_unfiled(struct ctx *c, const struct cadence *k, const struct filter *f,
    struct period p, struct sqlb *q);
// Appends the unit a row names in the rule's field: its code, or ''.
void cadence_unit_code(const struct cadence *k, struct sqlb *q);
int64_t cadence_unit_of(const struct ctx *c, const struct cadence *k, int64_t row_unit, str code);
// The row as it is due on that day; false when it is not.
bool cadence_plan(struct ctx *c, const struct cadence *k, int64_t day, int64_t row,
    struct cadence_due *out, struct err *e);

#endif
