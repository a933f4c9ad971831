// Two rows of a register that are one thing: the one leads to the other from then on. What named it
// names the other, each by an event of its own; what the other takes over of its values somebody
// has chosen. Taken out again, all of it goes back that nobody has changed since.
// docs/decisions/041
#ifndef BH_DOMAIN_ROW_MERGE_H
#define BH_DOMAIN_ROW_MERGE_H

#include "domain/item_inner.h"

enum { ROW_REFERRING_MAX = 2000 }; // items that name one row: moved in one transaction

// The effects `merge` and `unmerge` of a row: t->it is the one that disappears.
void row_merge(struct turn *t, const struct item *main, struct err *e);
void row_unmerge(struct turn *t, struct err *e);

#endif
