// Counters and histograms that one thread writes without a lock and any thread may read. A reader
// sees each number whole, but not all numbers of one instant.
#ifndef BH_BASE_METER_H
#define BH_BASE_METER_H

#include <stdatomic.h>

#include "base/base.h"

enum { METER_BOUNDS = 9 };
extern const int64_t METER_BOUNDS_US[METER_BOUNDS]; // upper ends, inclusive; rising

struct meter_hist {
    _Atomic uint64_t n[METER_BOUNDS + 1]; // the last: above all bounds
    _Atomic uint64_t sum_us;
};

// What was read, perhaps of several threads together.
struct meter_sum {
    uint64_t n[METER_BOUNDS + 1], sum_us;
};

// By the thread that owns it: a plain addition, not a locked one.
static inline void meter_add(_Atomic uint64_t *counter, uint64_t n)
{
    uint64_t was = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, was + n, memory_order_relaxed);
}

static inline uint64_t meter_read(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void meter_time(struct meter_hist *h, int64_t took_us);                // by its owner
void meter_collect(const struct meter_hist *h, struct meter_sum *sum); // adds to sum

#endif
