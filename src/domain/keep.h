// Which backups stay: of each of the last so many days, weeks and months that have any, the newest.
#ifndef BH_DOMAIN_KEEP_H
#define BH_DOMAIN_KEEP_H

#include "base/err.h"

enum { KEEP_MAX = 1000 };
#define KEEP_USUAL "7d,4w,12m"

struct keep {
    int64_t days, weeks, months;
};

// "7d,4w,12m", in any order, each at most once; at least one day.
enum err_code keep_parse(str text, struct keep *out, struct err *e) MUST_USE;
// made_us: oldest first. The newest of all always stays.
void keep_mark(const struct keep *k, const int64_t *made_us, size_t n, int zone_s, bool *stays);

#endif
