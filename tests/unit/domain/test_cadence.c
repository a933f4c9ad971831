// The periods of cadence rules.
#include "domain/cadence.h"

#include "domain/cadence_inner.h"
#include "../base/unit.h"

static struct def_cadence every(int n, enum def_every of, bool aligned)
{
    return (struct def_cadence){.every = n, .of = of, .aligned = aligned};
}

static void is(struct period p, int64_t from, int64_t to)
{
    assert_int_equal(p.from, from);
    assert_int_equal(p.to, to);
}

static void test_months(void **state)
{
    (void)state;
    struct def_cadence x = every(3, EVERY_MONTHS, true);
    is(cadence_period(&x, tm_days(2026, 11, 20)), tm_days(2026, 10, 1), tm_days(2027, 1, 1));
    is(cadence_period(&x, tm_days(2027, 1, 1)), tm_days(2027, 1, 1), tm_days(2027, 4, 1));
    x.every = 24; // whole years, counted from the even ones
    is(cadence_period(&x, tm_days(2027, 5, 1)), tm_days(2026, 1, 1), tm_days(2028, 1, 1));
}

static void test_weeks_and_days(void **state)
{
    (void)state;
    struct def_cadence x = every(1, EVERY_WEEKS, true);
    is(cadence_period(&x, tm_days(2026, 11, 20)), tm_days(2026, 11, 16), tm_days(2026, 11, 23));
    x = every(2, EVERY_WEEKS, true);
    x.from_day = tm_days(2026, 11, 18); // a Wednesday: from its Monday
    is(cadence_period(&x, tm_days(2026, 12, 1)), tm_days(2026, 11, 30), tm_days(2026, 12, 14));
    is(cadence_period(&x, tm_days(2026, 11, 15)), tm_days(2026, 11, 2), tm_days(2026, 11, 16));
    x = every(10, EVERY_DAYS, true);
    x.from_day = tm_days(2026, 11, 18);
    is(cadence_period(&x, tm_days(2026, 11, 28)), tm_days(2026, 11, 28), tm_days(2026, 12, 8));
    is(cadence_period(&x, tm_days(2026, 11, 17)), tm_days(2026, 11, 8), tm_days(2026, 11, 18));
}

// Every day lies in its own period, and periods follow one another.
static void test_no_gaps(void **state)
{
    (void)state;
    static const struct {
        int n;
        enum def_every of;
    } rules[] = {{1, EVERY_DAYS}, {7, EVERY_DAYS}, {3, EVERY_WEEKS}, {1, EVERY_MONTHS},
        {4, EVERY_MONTHS}, {6, EVERY_MONTHS}, {12, EVERY_MONTHS}};
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        struct def_cadence x = every(rules[i].n, rules[i].of, true);
        struct period before = cadence_period(&x, tm_days(2023, 12, 1));
        for (int64_t day = tm_days(2023, 12, 1); day < tm_days(2029, 1, 1); day++) {
            struct period p = cadence_period(&x, day);
            assert_true(p.from <= day && day < p.to);
            assert_true(p.from == before.from || p.from == before.to);
            before = p;
        }
    }
}

static void test_counted(void **state)
{
    (void)state;
    struct def_cadence x = every(1, EVERY_MONTHS, false);
    assert_int_equal(cadence_after(&x, tm_days(2026, 1, 31), 1), tm_days(2026, 2, 28));
    assert_int_equal(cadence_after(&x, tm_days(2028, 1, 31), 1), tm_days(2028, 2, 29));
    assert_int_equal(cadence_after(&x, tm_days(2026, 1, 15), -1), tm_days(2025, 12, 15));
    x.window = 7;
    is(cadence_period(&x, tm_days(2026, 11, 20)), tm_days(2026, 10, 28), tm_days(2026, 11, 28));
    x = every(2, EVERY_WEEKS, false);
    assert_int_equal(cadence_after(&x, tm_days(2026, 11, 20), 2), tm_days(2026, 12, 18));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_months),
        cmocka_unit_test(test_weeks_and_days), cmocka_unit_test(test_no_gaps),
        cmocka_unit_test(test_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
