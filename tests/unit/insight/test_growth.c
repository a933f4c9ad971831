#include "insight/growth.h"

#include <math.h>

#include "../base/unit.h"

// Limits of Clopper and Pearson are where the tails are 2.5 %: R's values for the examples of
// Newcombe 1998. [algorithms 10.4]
static void test_beta_published(void **state)
{
    static const struct {
        double x, n, low, high;
    } rows[] = {
        {81, 263, .252737, .367622},
        {15, 148, .057844, .161650},
        {1, 29, .000873, .177644},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double k = rows[i].x, n = rows[i].n;
        assert_true(fabs(growth_beta(k, n - k + 1, rows[i].low) - .025) < 5e-5);
        assert_true(fabs(1 - growth_beta(k + 1, n - k, rows[i].high) - .025) < 5e-5);
    }
}

// Sums of binomial terms in exact fractions.
static void test_beta_exact(void **state)
{
    static const struct {
        double k, n, q, tail;
    } rows[] = {
        {15, 20, .5, 0.0206947326660},
        {5, 6, .5, 0.109375},
        {30, 40, 30.0 / 61, 0.000785458038896},
        {120, 200, .5, 0.00284257799838},
        {8, 10, 31.0 / 61, 0.0606911504183},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double got = growth_beta(rows[i].k, rows[i].n - rows[i].k + 1, rows[i].q);
        if (fabs(got - rows[i].tail) > rows[i].tail * 1e-6)
            fail_msg("%g of %g: %.12g instead of %.12g", rows[i].k, rows[i].n, got, rows[i].tail);
    }
    assert_true(growth_beta(3, 4, 0) == 0 && growth_beta(3, 4, 1) == 1);
    assert_true(fabs(growth_beta(500000, 500001, .5) - .5) < 1e-3); // large ones stay finite
}

static struct growth row(int64_t now, int64_t before)
{
    return (struct growth){.now = now, .before = before};
}

static void test_small_numbers_are_not_growth(void **state)
{
    struct growth rows[] = {row(4, 0), row(4, 1), row(6, 3), row(30, 10), row(100, 100)};
    growth_judge(*state, rows, ARRAY_LEN(rows), 31, 30, &GROWTH_RULE, NULL);
    assert_int_equal(rows[0].call, GROWTH_FEW); // however large the factor
    assert_int_equal(rows[1].call, GROWTH_FEW);
    assert_int_equal(rows[2].call, GROWTH_SWING); // twice as many, and still chance
    assert_int_equal(rows[3].call, GROWTH_UP);
    assert_int_equal(rows[4].call, GROWTH_SWING);
}

static void test_falls_too(void **state)
{
    struct growth rows[] = {row(10, 40), row(0, 12)};
    growth_judge(*state, rows, ARRAY_LEN(rows), 30, 30, &GROWTH_RULE, NULL);
    assert_int_equal(rows[0].call, GROWTH_DOWN);
    assert_int_equal(rows[1].call, GROWTH_DOWN);
}

// A change that is sure and small is not called either: 2,200 against 2,000 is beyond chance.
static void test_small_change_of_many(void **state)
{
    struct growth rows[] = {row(2200, 2000)};
    growth_judge(*state, rows, 1, 30, 30, &GROWTH_RULE, NULL);
    assert_true(rows[0].p < 0.01);
    assert_int_equal(rows[0].call, GROWTH_SWING);
}

// The same days' worth: a February of 28 days against a January of 31.
static void test_length_of_the_month(void **state)
{
    struct growth rows[] = {row(280, 310)};
    growth_judge(*state, rows, 1, 28, 31, &GROWTH_RULE, NULL);
    assert_int_equal(rows[0].call, GROWTH_SWING);
    assert_true(rows[0].p > 0.9);
}

// One stream among many has to be rarer to be called than one alone.
static void test_many_streams(void **state)
{
    struct growth alone[] = {row(22, 10)}, many[40];
    growth_judge(*state, alone, 1, 30, 30, &GROWTH_RULE, NULL);
    assert_int_equal(alone[0].call, GROWTH_UP);
    many[0] = row(22, 10);
    for (size_t i = 1; i < ARRAY_LEN(many); i++)
        many[i] = row(20, 20);
    growth_judge(*state, many, ARRAY_LEN(many), 30, 30, &GROWTH_RULE, NULL);
    assert_int_equal(many[0].call, GROWTH_SWING);
}

// Where everything swings more than chance does, more is needed to stand out.
static void test_spread(void **state)
{
    struct growth calm[12], wild[12];
    double spread_calm = 0, spread_wild = 0;
    for (size_t i = 0; i < ARRAY_LEN(calm); i++) {
        int64_t swing = i % 2 ? 2 : -2, storm = i % 2 ? 40 : -40;
        calm[i] = row(100 + swing, 100 - swing);
        wild[i] = row(100 + storm, 100 - storm);
    }
    calm[0] = wild[0] = row(150, 90);
    growth_judge(*state, calm, ARRAY_LEN(calm), 30, 30, &GROWTH_RULE, &spread_calm);
    growth_judge(*state, wild, ARRAY_LEN(wild), 30, 30, &GROWTH_RULE, &spread_wild);
    assert_true(spread_calm == 1);
    assert_true(spread_wild > 10);
    assert_int_equal(calm[0].call, GROWTH_UP);
    assert_int_equal(wild[0].call, GROWTH_SWING);
}

static void test_nothing(void **state)
{
    growth_judge(*state, NULL, 0, 30, 30, &GROWTH_RULE, NULL);
    struct growth rows[] = {row(0, 0)};
    growth_judge(*state, rows, 1, 30, 30, &GROWTH_RULE, NULL);
    assert_int_equal(rows[0].call, GROWTH_FEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_beta_published),
        UNIT(test_beta_exact),
        UNIT(test_small_numbers_are_not_growth),
        UNIT(test_falls_too),
        UNIT(test_small_change_of_many),
        UNIT(test_length_of_the_month),
        UNIT(test_many_streams),
        UNIT(test_spread),
        UNIT(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
