// What the engine writes for a run of orders, so that the same can be written without it: it files
// them group by group into a town, untimed, and tells which counters each group moved. The rows are
// read from the town afterwards.
#ifndef BH_BENCH_RECORDING_H
#define BH_BENCH_RECORDING_H

#include "base/map.h"
#include "town.h"

enum { RECORDING_GROUP_DEFAULT = 64, RECORDING_GROUP_MAX = 1000 };

struct cell {
    str loop, dim, key, channel;
    int64_t period, unit, cls, n;
};
struct group {
    struct cell *cells;
    size_t n;
    struct map by_text;
};

struct recording {
    struct arena *a;
    int64_t item_before, event_before; // what stood there already
    struct group *groups;
    size_t n_groups;
    size_t orders, group;
};

// Files rec->orders orders into DIR's town, in groups of rec->group.
void recording_make(struct recording *rec, const char *dir);

#endif
