#include "base/rng.h"

#include "unit.h"

// The published algorithm from state {1, 2, 3, 4}, and splitmix64 from 1234567.
static void test_published_values(void **state)
{
    (void)state;
    struct rng r = {{1, 2, 3, 4}};
    const uint64_t wanted[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        assert_true(rng_next(&r) == wanted[i]);
    rng_seed(&r, 1234567);
    assert_true(r.s[0] == UINT64_C(6457827717110365317));
    assert_true(r.s[1] == UINT64_C(3203168211198807973));
}

static void test_same_seed_same_numbers(void **state)
{
    (void)state;
    struct rng x, y, z;
    rng_seed(&x, 7);
    rng_seed(&y, 7);
    rng_seed(&z, 8);
    int differ = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t v = rng_next(&x);
        assert_true(v == rng_next(&y));
        differ += v != rng_next(&z);
    }
    assert_true(differ > 990);
}

static void test_range(void **state)
{
    (void)state;
    struct rng r;
    int count[6] = {0};
    rng_seed(&r, 1);
    for (int i = 0; i < 60000; i++) {
        int64_t v = rng_range(&r, -2, 3);
        assert_true(v >= -2 && v <= 3);
        count[v + 2]++;
    }
    for (size_t i = 0; i < ARRAY_LEN(count); i++)
        assert_in_range(count[i], 9600, 10400); // more than four standard deviations
    assert_int_equal(rng_range(&r, 5, 5), 5);
    bool minus = false, plus = false;
    for (int i = 0; i < 100; i++) {
        int64_t v = rng_range(&r, INT64_MIN, INT64_MAX);
        minus |= v < 0;
        plus |= v > 0;
        assert_true(rng_range(&r, INT64_MAX - 1, INT64_MAX) >= INT64_MAX - 1);
    }
    assert_true(minus && plus);
}

static void test_unit_and_weights(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 2);
    double sum = 0;
    int count[4] = {0};
    const double weights[] = {0, 1, 3, 0};
    for (int i = 0; i < 40000; i++) {
        double u = rng_unit(&r);
        assert_true(u >= 0 && u < 1);
        sum += u;
        count[rng_weighted(&r, weights, ARRAY_LEN(weights))]++;
    }
    assert_true(sum > 19700 && sum < 20300);
    assert_int_equal(count[0], 0);
    assert_int_equal(count[3], 0);
    assert_in_range(count[1], 9600, 10400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_published_values),
        UNIT(test_same_seed_same_numbers),
        UNIT(test_range),
        UNIT(test_unit_and_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
