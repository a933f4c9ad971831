#include "base/tm.h"

#include "base/rng.h"
#include "unit.h"

enum { SH = TM_ZONE_DEFAULT_S };

// Every day of two centuries, counted by hand beside the formula.
static void test_every_day_1900_to_2100(void **state)
{
    (void)state;
    int64_t day = tm_days(1900, 1, 1);
    assert_int_equal(day, -25567);
    int weekday = 1; // 1900-01-01 was a Monday
    for (int year = 1900; year <= 2100; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int dom = 1; dom <= tm_days_in_month(year, month); dom++) {
                int y = 0, m = 0, d = 0;
                assert_int_equal(tm_days(year, month, dom), day);
                tm_from_days(day, &y, &m, &d);
                assert_true(y == year && m == month && d == dom);
                assert_int_equal(tm_weekday(day), weekday);
                weekday = weekday % 7 + 1;
                day++;
            }
        }
    }
    assert_int_equal(day, tm_days(2101, 1, 1));
}

static void test_iso_week_steps(void **state)
{
    (void)state;
    int year = 0, week = 0;
    tm_iso_week(tm_days(1900, 1, 1), &year, &week);
    for (int64_t day = tm_days(1900, 1, 1); day < tm_days(2101, 1, 1); day++) {
        int y = 0, w = 0;
        tm_iso_week(day, &y, &w);
        assert_int_equal(tm_iso_week_monday(y, w), day - tm_weekday(day) + 1);
        if (tm_weekday(day) == 1 && day > tm_days(1900, 1, 1))
            assert_true((y == year && w == week + 1) || (y == year + 1 && w == 1 && week >= 52));
        else
            assert_true(y == year && w == week);
        year = y;
        week = w;
    }
}

// [ISO 8601] anchors at year ends.
static void test_iso_week_anchors(void **state)
{
    (void)state;
    static const int rows[][5] = {
        // date, ISO year, week
        {2005, 1, 1, 2004, 53},
        {2005, 1, 2, 2004, 53},
        {2005, 12, 31, 2005, 52},
        {2006, 1, 1, 2005, 52},
        {2006, 1, 2, 2006, 1},
        {2007, 1, 1, 2007, 1},
        {2007, 12, 31, 2008, 1},
        {2008, 12, 28, 2008, 52},
        {2008, 12, 29, 2009, 1},
        {2009, 12, 31, 2009, 53},
        {2010, 1, 3, 2009, 53},
        {2010, 1, 4, 2010, 1},
        {2020, 12, 31, 2020, 53},
        {2021, 1, 3, 2020, 53},
        {2021, 1, 4, 2021, 1},
        {2024, 12, 30, 2025, 1},
        {2026, 1, 1, 2026, 1},
        {2026, 11, 20, 2026, 47},
        {2026, 12, 31, 2026, 53},
        {2027, 1, 3, 2026, 53},
        {2027, 1, 4, 2027, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int year = 0, week = 0;
        tm_iso_week(tm_days(rows[i][0], rows[i][1], rows[i][2]), &year, &week);
        assert_int_equal(year, rows[i][3]);
        assert_int_equal(week, rows[i][4]);
    }
    assert_int_equal(tm_iso_week_monday(2026, 1), tm_days(2025, 12, 29));
}

static void test_date_ok(void **state)
{
    (void)state;
    assert_true(tm_date_ok(2024, 2, 29));
    assert_true(tm_date_ok(2000, 2, 29));
    assert_false(tm_date_ok(1900, 2, 29));
    assert_false(tm_date_ok(2026, 2, 29));
    assert_false(tm_date_ok(2026, 4, 31));
    assert_false(tm_date_ok(2026, 13, 1));
    assert_false(tm_date_ok(2026, 0, 1));
    assert_false(tm_date_ok(2026, 1, 0));
    assert_false(tm_date_ok(0, 1, 1));
    assert_false(tm_date_ok(10000, 1, 1));
}

static void test_civil_round_trip(void **state)
{
    struct arena *a = *state;
    struct rng r;
    rng_seed(&r, 11);
    int64_t least = tm_days(1900, 1, 1) * US_DAY, most = tm_days(2101, 1, 1) * US_DAY;
    for (int i = 0; i < 20000; i++) {
        int64_t us = rng_range(&r, least, most), back = 0;
        int zone_s = (int)rng_range(&r, -14 * 60, 14 * 60) * 60;
        struct civil c;
        tm_to_civil(us, zone_s, &c);
        assert_true(tm_date_ok(c.year, c.month, c.day));
        assert_true(c.hour >= 0 && c.hour < 24 && c.minute >= 0 && c.minute < 60);
        assert_true(c.second >= 0 && c.second < 60 && c.us >= 0 && c.us < US_SECOND);
        assert_true(tm_from_civil(&c, zone_s) == us);
        if (i % 2 == 0)
            us -= us % US_SECOND;
        assert_true(tm_parse(tm_rfc3339(a, us, zone_s), 0, &back));
        assert_true(back == us);
        int64_t day = tm_local_day(us, zone_s), start = tm_day_start(day, zone_s);
        assert_true(start <= us && us < start + US_DAY);
        assert_int_equal(tm_local_day(start, zone_s), day);
        assert_int_equal(tm_local_day(start - 1, zone_s), day - 1);
        arena_reset(a);
    }
}

static void test_texts(void **state)
{
    struct arena *a = *state;
    struct civil c = {2026, 11, 20, 9, 32, 0, 0};
    int64_t us = tm_from_civil(&c, SH);
    assert_true(us == INT64_C(1795138320) * US_SECOND);
    assert_str(tm_rfc3339(a, us, SH), "2026-11-20T09:32:00+08:00");
    assert_str(tm_rfc3339(a, us, 0), "2026-11-20T01:32:00Z");
    assert_str(tm_rfc3339(a, us + 1500, -5 * 3600), "2026-11-19T20:32:00.001500-05:00");
    assert_str(tm_minute(a, us + 59 * US_SECOND, SH), "2026-11-20 09:32");
    assert_str(tm_date(a, tm_local_day(us, SH)), "2026-11-20");
    assert_str(tm_rfc3339(a, -1, 0), "1969-12-31T23:59:59.999999Z");
    // The ends of the range: no overflow, and the text fits.
    assert_true(tm_rfc3339(a, INT64_MAX, SH).n < TM_TEXT_BYTES);
    assert_true(tm_rfc3339(a, INT64_MIN, -SH).n < TM_TEXT_BYTES);
}

static void test_parse_forms(void **state)
{
    struct arena *a = *state;
    static const char *const rows[][2] = {
        {"2026-11-20T09:32:00+08:00", "2026-11-20T09:32:00+08:00"},
        {"2026-11-20T01:32:00Z", "2026-11-20T09:32:00+08:00"},
        {"2026-11-20t01:32:00z", "2026-11-20T09:32:00+08:00"},
        {"2026-11-19T20:32:00-05:00", "2026-11-20T09:32:00+08:00"},
        {"2026-11-20 09:32:05+08:00", "2026-11-20T09:32:05+08:00"},
        {"2026-11-20T09:32:00.5+08:00", "2026-11-20T09:32:00.500000+08:00"},
        {"2026-11-20T09:32:00.1234567899+08:00", "2026-11-20T09:32:00.123456+08:00"},
        {"2026-11-20T07:02:00+05:30", "2026-11-20T09:32:00+08:00"},
        {"2026-11-20 09:32", "2026-11-20T09:32:00+08:00"},
        {"2026-11-20 09:32:05", "2026-11-20T09:32:05+08:00"},
        {"2026-11-20", "2026-11-20T00:00:00+08:00"},
        {"2026/11/2 9:32", "2026-11-02T09:32:00+08:00"},
        {"2026/1/02", "2026-01-02T00:00:00+08:00"},
        {"2026年11月2日", "2026-11-02T00:00:00+08:00"},
        {"2026年11月02日 9:05", "2026-11-02T09:05:00+08:00"},
        {"2024-02-29", "2024-02-29T00:00:00+08:00"},
        {"1969-12-31T23:59:59Z", "1970-01-01T07:59:59+08:00"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t us = 0;
        assert_true(tm_parse(str_of(rows[i][0]), SH, &us));
        assert_str(tm_rfc3339(a, us, SH), rows[i][1]);
    }
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const rows[] = {"", " ", "2026", "2026-11", "2026-1-2", "26-11-20",
        "2026-11-20 ", " 2026-11-20", "2026-11-20T", "2026-11-20 9", "2026-11-20 24:00",
        "2026-11-20 09:60", "2026-11-20 09:32:60", "2026-11-20 09:32:5", "2026-11-20T09:32:00.Z",
        "2026-11-20T09:32:00+0800", "2026-11-20T09:32:00+24:00", "2026-11-20T09:32:00+08:60",
        "2026-11-20T09:32:00+08:00x", "2026-02-29", "2026-13-01", "2026-00-01", "2026-11-00",
        "0000-01-01", "2026/11-20", "2026年11月20", "2026年13月1日", "2026-11-2０", "20261-1-1",
        "-2026-11-20", "2026-11-20Z"};
    int64_t us = 42;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_false(tm_parse(str_of(rows[i]), SH, &us));
    assert_int_equal(us, 42);
}

static void test_freeze(void **state)
{
    (void)state;
    int64_t at = INT64_C(1795138320) * US_SECOND;
    tm_freeze(at, false);
    assert_true(tm_now() == at);
    assert_true(tm_now() == at);
    assert_true(tm_wall() != at);
    tm_freeze(at, true);
    int64_t first = tm_now(), mono = tm_mono();
    while (tm_mono() == mono) {
    }
    int64_t second = tm_now();
    assert_true(first >= at && second > first && second < at + US_MINUTE);
    tm_freeze(0, false);
    int64_t off = tm_now() - tm_wall();
    assert_true(off <= 0 && off > -US_MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_every_day_1900_to_2100),
        UNIT(test_iso_week_steps),
        UNIT(test_iso_week_anchors),
        UNIT(test_date_ok),
        UNIT(test_civil_round_trip),
        UNIT(test_texts),
        UNIT(test_parse_forms),
        UNIT(test_parse_refuses),
        UNIT(test_freeze),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
