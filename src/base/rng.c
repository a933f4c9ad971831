#include "base/rng.h"

// xoshiro256** 1.0 and splitmix64. [Blackman and Vigna, Scrambled linear pseudorandom number
// generators]

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed)
{
    for (size_t i = 0; i < ARRAY_LEN(r->s); i++)
        r->s[i] = splitmix64(&seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_next(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

int64_t rng_range(struct rng *r, int64_t lo, int64_t hi)
{
    CHECK(lo <= hi);
    uint64_t span = (uint64_t)hi - (uint64_t)lo + 1; // 0 stands for 2^64
    uint64_t x = rng_next(r);
    if (span != 0) {
        // The first 2^64 mod span values would make some results likelier than others.
        uint64_t skip = (0 - span) % span;
        while (x < skip)
            x = rng_next(r);
        x %= span;
    }
    return (int64_t)((uint64_t)lo + x);
}

double rng_unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

size_t rng_weighted(struct rng *r, const double *weights, size_t n)
{
    CHECK(n > 0);
    double total = 0;
    size_t last = 0; // the last one with a weight takes what rounding leaves over
    for (size_t i = 0; i < n; i++) {
        CHECK(weights[i] >= 0);
        total += weights[i];
        if (weights[i] > 0)
            last = i;
    }
    double at = rng_unit(r) * total;
    for (size_t i = 0; i < last; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return last;
}
