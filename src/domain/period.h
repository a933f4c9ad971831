// Periods as days, and those a period is compared with: the one before it and the same a year
// earlier. A period that is not over is compared with as many days of the others, so that the
// twentieth of a month never looks like a fall.
#ifndef BH_DOMAIN_PERIOD_H
#define BH_DOMAIN_PERIOD_H

#include "base/tm.h"

struct period {
    int64_t from, to; // days since 1970, to exclusive; from == to: there is none
};
// Whole months go back by as many months, everything else by its length in days.
struct period period_before(struct period p);
// The same months or dates a year earlier; whole weeks the weeks of the same ISO numbers, and none
// where that year has no such week. 29 February becomes the 28th.
struct period period_year_ago(struct period p);
// What of it has begun by today (days since 1970): the whole, or its first days up to today.
struct period period_begun(struct period p, int64_t today);
// The first days of other, as many as part has of whole; all of other when part is the whole.
struct period period_same_share(struct period other, struct period whole, struct period part);

#endif
