// Old counters by month: the cells that keep every dimension apart stand by day, and after some
// years nobody asks for a single day of one unit, class and channel any more. Folding adds up a
// month's into one cell each. What is given up: a figure by two or more of unit, class and channel
// for a part of a folded month. Whole months, and days by one of them, stay.
//
// Up to where it has been folded is a setting of the town; counting, boards, verifying and
// rebuilding all follow it.
#ifndef BH_DOMAIN_TALLY_FOLD_H
#define BH_DOMAIN_TALLY_FOLD_H

#include "domain/journal.h"

enum { TALLY_FOLD_MONTHS = 24, TALLY_FOLD_MONTHS_MAX = 1200 };

// The first day of the month so many months before the one of at_us, as yyyymmdd.
int64_t tally_fold_limit(int64_t at_us, int zone_s, int64_t months);
// Folds the oldest day that is not, before limit: a short command. *day is it, or 0 when there was
// none left. With the last one the town is folded up to limit, and an event says so.
enum err_code tally_fold_next(struct ctx *c, int64_t limit, int64_t *day, struct err *e) MUST_USE;

#endif
