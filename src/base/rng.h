// Repeatable randomness for demonstration data, simulation and property tests: xoshiro256**. Not
// for secrets.
#ifndef BH_BASE_RNG_H
#define BH_BASE_RNG_H

#include "base/base.h"

struct rng {
    uint64_t s[4];
};
void rng_seed(struct rng *r, uint64_t seed); // splitmix64 fills the state
uint64_t rng_next(struct rng *r);
int64_t rng_range(struct rng *r, int64_t lo, int64_t hi); // lo..hi inclusive, unbiased
double rng_unit(struct rng *r);                           // [0, 1)
size_t rng_weighted(struct rng *r, const double *weights, size_t n);

#endif
