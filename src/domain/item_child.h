// A step that files another item, tied to its own as its child.
#ifndef BH_DOMAIN_ITEM_CHILD_H
#define BH_DOMAIN_ITEM_CHILD_H

#include "domain/item_inner.h"

void item_child_file(struct turn *t, struct err *e);
// What such steps say of the loop whose items they file: that it is there, takes what it is given,
// and is given whatever its filing must have.
void item_child_check(struct arena *a, const struct rules *r, const struct def *d, struct err *e);

#endif
