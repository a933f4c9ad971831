// A year of demonstration orders. Every order is filed and handled through the engine's own doors
// by the demonstration users, on a clock of its own, so that what stands in the database afterwards
// is what a real year would have left there.
//
// The words come from the town's demo.yaml; which orders there are, and what becomes of them, from
// a seed: the same town, rules, number, seed and end give the same history to the last hash.
#ifndef BH_DOMAIN_DEMO_H
#define BH_DOMAIN_DEMO_H

#include "domain/ctx.h"
#include "domain/town.h"

enum {
    DEMO_ITEMS_MAX = 20000000,
    DEMO_DAYS = 365,  // so far back the first order may lie
    DEMO_GROUP = 400, // actions a commit
    // Of a fast one: it takes another year for every so many orders, and commits when so many
    // counters have moved, or so many actions were taken.
    DEMO_FAST_A_YEAR = 2000000,
    DEMO_FAST_CELLS = 60000,
    DEMO_FAST_GROUP = 200000,
};
struct demo_in {
    int64_t items;
    uint64_t seed;
    int64_t until_us;
    // Many orders soon: shorter lives (filed, dispatched, contacted, answered, checked, closed,
    // rated; now and then given back or late), and their rows written once, at their end.
    bool fast;
};
// Not when it has items; rows of registers do not matter.
enum err_code demo_may_fill(struct ctx *c, struct err *e) MUST_USE;
int64_t demo_days(const struct demo_in *in); // so far back the first order may lie
typedef void demo_progress(void *arg, int64_t filed, int64_t total);

// Writes items orders into the year (or years) that end at until_us; those of the last days are
// still open then. c has the writable connection, not in a transaction, and a journal; it commits
// in groups. A stop in between leaves whole groups. p may be NULL. ERR_CONFLICT when the town has
// items already; ERR_INVALID with all that is wrong in demo.yaml.
enum err_code demo_fill(const struct ctx *c, const struct town_source *src,
    const struct demo_in *in, demo_progress *p, void *arg, struct err *e) MUST_USE;

#endif
