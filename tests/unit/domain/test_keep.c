#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/tm.h"
#include "domain/keep.h"

static enum err_code parse(const char *text, struct keep *out)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_EN);
    enum err_code code = keep_parse(str_of(text), out, &e);
    arena_free(a);
    return code;
}

static void rules_are_read(void **state)
{
    struct keep k;
    (void)state;
    assert_int_equal(parse(KEEP_USUAL, &k), OK);
    assert_true(k.days == 7 && k.weeks == 4 && k.months == 12);
    assert_int_equal(parse("3m,1d", &k), OK);
    assert_true(k.days == 1 && k.weeks == 0 && k.months == 3);
    static const char *const wrong[] = {
        "", "7", "d", "0d", "-1d", "7d,7d", "4w", "7y,1d", "1001d", "7 d"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(parse(wrong[i], &k), ERR_INVALID);
}

enum { NIGHTS = 500 };

// A backup every night for 500 nights, and two on the last day.
static size_t kept(const char *rule, int64_t *made, bool *stays)
{
    struct keep k;
    assert_int_equal(parse(rule, &k), OK);
    int64_t first = tm_days(2025, 7, 10);
    for (int64_t i = 0; i < NIGHTS; i++)
        made[i] = tm_day_start(first + i, TM_ZONE_DEFAULT_S) + 150 * US_MINUTE;
    made[NIGHTS] = made[NIGHTS - 1] + US_HOUR;
    keep_mark(&k, made, NIGHTS + 1, TM_ZONE_DEFAULT_S, stays);
    size_t n = 0;
    for (size_t i = 0; i <= NIGHTS; i++)
        n += stays[i];
    return n;
}

static void the_newest_of_each_day_week_and_month_stays(void **state)
{
    int64_t made[NIGHTS + 1];
    bool stays[NIGHTS + 1];
    (void)state;
    assert_int_equal(kept("1d", made, stays), 1);
    assert_true(stays[NIGHTS] && !stays[NIGHTS - 1]); // of two on a day the newer one
    assert_int_equal(kept("7d", made, stays), 7);
    for (size_t i = 0; i < 6; i++)
        assert_true(stays[NIGHTS - 2 - i]);
    // 500 nights from 2025-07-10 end on Saturday 2026-11-21: the fourth Sunday back is 2026-11-01.
    assert_int_equal(kept("1d,4w", made, stays), 4);
    for (size_t i = 0; i < NIGHTS; i++)
        if (stays[i])
            assert_int_equal(tm_weekday(tm_local_day(made[i], TM_ZONE_DEFAULT_S)), 7);
    assert_int_equal(kept("1d,12m", made, stays), 12);
    for (size_t i = 0; i < NIGHTS; i++) {
        if (!stays[i])
            continue;
        int y, m, d;
        tm_from_days(tm_local_day(made[i], TM_ZONE_DEFAULT_S), &y, &m, &d);
        assert_int_equal(d, tm_days_in_month(y, m));
    }
    // Of the four weeks two end within the seven days; of the months one.
    assert_int_equal(kept(KEEP_USUAL, made, stays), 7 + 2 + 11);
}

static void few_all_stay(void **state)
{
    struct keep k;
    bool stays[3];
    int64_t made[3] = {0, 40 * US_DAY, 41 * US_DAY};
    (void)state;
    assert_int_equal(parse(KEEP_USUAL, &k), OK);
    keep_mark(&k, made, 3, 0, stays);
    assert_true(stays[0] && stays[1] && stays[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(the_newest_of_each_day_week_and_month_stays),
        cmocka_unit_test(few_all_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
