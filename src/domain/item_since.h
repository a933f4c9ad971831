// What another version of its loop would have started for an item before it was moved there. The
// item's events are gone through by that version's steps: what it would still have running and the
// item has not is started as of when its step was taken, with the time used since.
#ifndef BH_DOMAIN_ITEM_SINCE_H
#define BH_DOMAIN_ITEM_SINCE_H

#include "domain/ctx.h"
#include "domain/item_move.h"

// it: as it stands in the version `to`; m: what its states are called there. Adds what is missing
// behind its clocks. What would have ended since is not made up afterwards, what it has, or had in
// that round, stays what it is, and what the version it was of would have had as well is left out:
// that one's answers decided it. Of a schedule, and of requests, none is started here.
enum err_code item_since(struct ctx *c, const struct def *from, const struct def *to,
    const struct item_move *m, struct item *it, struct err *e) MUST_USE;

#endif
