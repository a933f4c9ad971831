// An item that gathers others (共性问题): its members stay in their own loops, with their own
// clocks and states, and each says by a column of its own which item it belongs to. Adding and
// taking out are steps of the item that gathers (`does: gather`, `does: release`); both sides have
// an event. docs/decisions/036
#ifndef BH_DOMAIN_ITEM_GATHER_H
#define BH_DOMAIN_ITEM_GATHER_H

#include "domain/item_inner.h"

enum { GATHER_MAX = 1000 }; // members of one item

void item_gather(struct turn *t, struct err *e);
void item_release(struct turn *t, struct err *e);
// The members an event of one of those steps names go back to where they were before it.
enum err_code item_gather_undo(
    struct ctx *c, const struct item *it, str changes, bool gathered, struct err *e) MUST_USE;

#endif
