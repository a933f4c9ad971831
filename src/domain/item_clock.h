// The clocks of an item: which start and stop with a step, under which limit, and what follows for
// the item.
#ifndef BH_DOMAIN_ITEM_CLOCK_H
#define BH_DOMAIN_ITEM_CLOCK_H

#include "domain/ctx.h"
#include "domain/item.h"

// Starts the clocks in mask: the item's own, and for clocks per part those of part (0: of every
// open part). A clock that already runs for the same part and round is left alone; no matching
// limit: it does not start.
void item_clocks_start(
    struct ctx *c, const struct def *d, struct item *it, uint64_t mask, int64_t part);
// Stops them: the item's, and per part those of part (0: of all parts).
void item_clocks_stop(
    struct ctx *c, const struct def *d, struct item *it, uint64_t mask, int64_t part);
// Stops what still runs of one part, and nothing of the item's own.
void item_clocks_stop_part(struct ctx *c, const struct def *d, struct item *it, int64_t part);
void item_clocks_void(
    struct ctx *c, const struct def *d, struct item *it, int64_t part); // part 0: all of the item
void item_clocks_pause(struct ctx *c, const struct def *d, struct item *it);
void item_clocks_resume(struct ctx *c, const struct def *d, struct item *it);
// Looks the limits up again (class, priority, kind or unit changed): time used stays used.
void item_clocks_relimit(struct ctx *c, const struct def *d, struct item *it);
// An extension granted in the other kind of time is taken in the clock's own: 3wd are 3d to a clock
// that counts plain days, and 2wh are 2h.
struct dur item_clock_kind(struct dur by, struct dur like);
enum err_code item_clocks_extend(struct ctx *c, const struct def *d, struct item *it, uint64_t mask,
    int64_t part, struct dur by, struct err *e) MUST_USE;
// Marks running clocks whose due time has passed; true when there was one. names: their titles, for
// the event's note.
bool item_clocks_breach(struct ctx *c, const struct def *d, struct item *it, str *names);
// The next due times: of the clocks, and of the re-check nobody was told of yet.
void item_clocks_next(struct item *it);
// The worst outcome of the clocks of one key in this round: late, breached, running, paused, met.
str item_clock_outcome(const struct item *it, str key);
// What follows from the clocks: due, alarm, and the outcome fields "clock/<key>".
void item_clocks_derive(struct ctx *c, const struct def *d, struct item *it);
// The limit in force for a clock of this item now, and the row it comes from: NULL when none holds.
// part: of a clock per part, whose own answers go before the item's; 0: the item's.
const struct def_limit *item_clock_limit(struct ctx *c, const struct def_clock *k,
    const struct item *it, int64_t part, int64_t at_us, struct dur *out);

#endif
