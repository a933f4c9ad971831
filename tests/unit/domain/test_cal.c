#include "domain/cal.h"

#include "base/rng.h"
#include "files.h"

// ---- lengths of time ----

static void test_dur_round_trip(void **state)
{
    static const char *const good[] = {
        "30min", "2h", "15d", "4wh", "5wd", "5wd!", "0h", "10000d!", "1min!"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct dur d;
        assert_true(dur_parse(str_of(good[i]), &d));
        assert_str(dur_text(*state, d), good[i]);
    }
    assert_str(dur_text(*state, (struct dur){0}), "");
}

static void test_dur_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "!", "5", "5!", "wd", "-5wd", "+5wd", "5 wd", " 5wd",
        "5wd ", "5wd!!", "10001d", "99999999999999999999d", "5m", "5D", "1.5h", "5wdx", "5w"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct dur d = {.n = 77};
        if (dur_parse(str_of(bad[i]), &d))
            fail_msg("accepted %s", bad[i]);
        assert_int_equal(d.n, 77);
    }
}

static void test_dur_us(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    static const struct {
        const char *text;
        int64_t us;
        bool works;
    } rows[] = {
        {"30min", 30 * US_MINUTE, false}, {"2h", 2 * US_HOUR, false}, {"15d!", 15 * US_DAY, false},
        {"4wh", 4 * US_HOUR, true}, {"2wd", 13 * US_HOUR, true}, // 2 * 6.5 h
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct dur d;
        assert_true(dur_parse(str_of(rows[i].text), &d));
        assert_true(dur_us(c, d) == rows[i].us);
        assert_int_equal(dur_works(d), rows[i].works);
    }
    struct dur day = {.n = 1, .unit = DUR_WORK_DAYS};
    assert_true(dur_us(cal_of(*state, "allday"), day) == US_DAY);
}

// ---- days ----

static int64_t day(int year, int month, int mday)
{
    return tm_days(year, month, mday);
}

static void test_days(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    assert_str(cal_key(c), "workdays");
    assert_int_equal(cal_zone_s(c), 8 * 3600);
    assert_true(cal_is_workday(c, day(2026, 11, 16)));  // Monday
    assert_false(cal_is_workday(c, day(2026, 11, 21))); // Saturday
    assert_false(cal_is_workday(c, day(2026, 10, 1)));
    assert_str(cal_day_name(c, day(2026, 10, 1)), "国庆节");
    assert_true(cal_is_workday(c, day(2026, 10, 10))); // a Saturday made up
    assert_str(cal_day_name(c, day(2026, 10, 10)), "国庆节");
    assert_str(cal_day_name(c, day(2026, 11, 16)), "");
    assert_str(
        cal_day_name(c, day(2026, 4, 5)), "清明节");  // a Sunday within a holiday keeps its name
    assert_true(cal_is_workday(c, day(1980, 1, 1)));  // a Tuesday outside the table
    assert_false(cal_is_workday(c, day(2070, 1, 4))); // a Saturday outside the table
    assert_str(cal_day_name(c, day(1980, 1, 1)), "");
}

static void test_known(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    assert_false(cal_known(c, at("2006-12-31 23:59")));
    assert_true(cal_known(c, at("2007-01-01 00:00")));
    assert_true(cal_known(c, at("2026-12-31 23:59")));
    assert_false(cal_known(c, at("2027-01-01 00:00")));
}

static void test_day_end(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    assert_true(cal_day_end(c, at("2026-11-16 00:00")) == at("2026-11-16 17:30"));
    assert_true(cal_day_end(c, at("2026-11-16 12:00")) == at("2026-11-16 17:30"));
    assert_true(cal_day_end(c, at("2026-11-16 17:30")) == at("2026-11-16 17:30"));
    assert_true(cal_day_end(c, at("2026-11-16 20:00")) == at("2026-11-16 20:00"));
    assert_true(cal_day_end(c, at("2026-11-21 10:00")) == at("2026-11-21 10:00")); // Saturday
    assert_true(cal_day_end(c, at("2026-10-10 10:00")) == at("2026-10-10 17:30")); // made up
    const struct cal *all = cal_of(*state, "allday");
    assert_true(cal_day_end(all, at("2026-10-01 10:00")) == at("2026-10-02 00:00"));
}

// The yearly number of workdays, counted by hand: weekdays of the year, less holidays on weekdays,
// plus make-up days.
static void test_workdays_of_years(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    static const struct {
        int year, workdays;
    } rows[] = {
        // 262 weekdays (52 weeks, Mon 1 Jan, Tue 31 Dec). Off on weekdays: 1 Jan; 12-16 Feb; 4-5
        // Apr; 1-3 May;
        // 10 Jun; 16-17 Sep; 1-4, 7 Oct = 19. Made up: 4, 18 Feb; 7, 28 Apr; 11 May; 14, 29 Sep; 12
        // Oct = 8.
        {2024, 262 - 19 + 8},
        // 261 weekdays (52 weeks, Wed). Off: 1 Jan; 28-31 Jan, 3-4 Feb; 4 Apr; 1, 2, 5 May; 2 Jun;
        // 1-3, 6-8 Oct
        // = 18. Made up: 26 Jan; 8 Feb; 27 Apr; 28 Sep; 11 Oct = 5.
        {2025, 261 - 18 + 5},
        // 261 weekdays (52 weeks, Thu). Off: 1, 2 Jan; 16-20, 23 Feb; 6 Apr; 1, 4, 5 May; 19 Jun;
        // 25 Sep;
        // 1, 2, 5-7 Oct = 19. Made up: 4 Jan; 14, 28 Feb; 9 May; 20 Sep; 10 Oct = 6.
        {2026, 261 - 19 + 6},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int n = 0;
        for (int64_t d = day(rows[i].year, 1, 1); d < day(rows[i].year + 1, 1, 1); d++)
            n += cal_is_workday(c, d);
        assert_int_equal(n, rows[i].workdays);
        int64_t from = tm_day_start(day(rows[i].year, 1, 1), TM_ZONE_DEFAULT_S);
        int64_t to = tm_day_start(day(rows[i].year + 1, 1, 1), TM_ZONE_DEFAULT_S);
        assert_true(cal_between(c, from, to) == n * (6 * US_HOUR + 30 * US_MINUTE));
    }
}

// ---- working time ----

static void test_between(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    assert_true(cal_between(c, at("2026-11-16 09:00"), at("2026-11-16 17:30")) == 390 * US_MINUTE);
    assert_true(cal_between(c, at("2026-11-16 11:00"), at("2026-11-16 14:00")) == US_HOUR);
    assert_int_equal(cal_between(c, at("2026-11-16 11:30"), at("2026-11-16 13:30")), 0);
    assert_int_equal(cal_between(c, at("2026-10-01 00:00"), at("2026-10-08 09:00")), 0);
    assert_int_equal(cal_between(c, at("2026-11-16 14:00"), at("2026-11-16 14:00")), 0);
    assert_int_equal(cal_between(c, at("2026-11-16 15:00"), at("2026-11-16 14:00")), 0);
    assert_int_equal(cal_between(c, at("1900-01-01 00:00"), at("1989-12-31 00:00")), 0);
    assert_int_equal(cal_between(c, INT64_MIN, INT64_MIN + 1), 0);
    assert_true(cal_between(c, INT64_MIN, INT64_MAX) > 0);
}

static void test_add_at_the_borders(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    int64_t from = at("2026-11-21 10:00"); // Saturday
    assert_true(cal_add(c, from, 0) == from);
    assert_true(cal_add(c, from, -US_HOUR) == from);
    assert_true(cal_add(c, from, 1) == at("2026-11-23 09:00") + 1);
    assert_int_equal(cal_add(c, at("1989-12-31 23:59"), US_HOUR), 0);
    assert_int_equal(cal_add(c, at("2061-01-01 00:00"), US_HOUR), 0);
    assert_int_equal(cal_add(c, from, INT64_MAX), 0);
    int64_t first = at("1990-01-01 00:00"); // a Monday
    assert_true(cal_add(c, first, US_HOUR) == at("1990-01-01 10:00"));
    int64_t all = cal_between(c, first, at("2061-01-01 00:00"));
    assert_true(cal_add(c, first, all) == at("2060-12-31 17:30")); // a Friday
    assert_int_equal(cal_add(c, first, all + 1), 0);
}

// ---- properties ----

enum { ROUNDS = 20000, NAIVE_ROUNDS = 150 };

static int64_t random_instant(struct rng *r)
{
    return rng_range(r, at("1990-01-01 00:00"), at("2059-12-31 00:00"));
}

static void check_add_inverts_between(const struct cal *c, struct rng *r)
{
    for (int i = 0; i < ROUNDS; i++) {
        int64_t from = random_instant(r), budget = rng_range(r, 1, 150 * US_HOUR);
        int64_t to = cal_add(c, from, budget);
        assert_true(to > from);
        assert_true(cal_between(c, from, to) == budget);
        assert_true(cal_between(c, from, to - 1) == budget - 1); // the earliest such instant
        assert_true(cal_add(c, from, budget + 1) > to);
        assert_true(cal_add(c, from + rng_range(r, 0, US_DAY), budget) >= to);
    }
}

static void test_add_inverts_between(void **state)
{
    struct rng r;
    rng_seed(&r, 10);
    check_add_inverts_between(cal_of(*state, "workdays"), &r);
    check_add_inverts_between(cal_of(*state, "allday"), &r);
}

static void test_parts_sum(void **state)
{
    const struct cal *c = cal_of(*state, "workdays");
    struct rng r;
    rng_seed(&r, 11);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t from = random_instant(&r), to = from + rng_range(&r, 0, 60 * US_DAY);
        int64_t mid = rng_range(&r, from, to);
        int64_t whole = cal_between(c, from, to);
        assert_true(cal_between(c, from, mid) + cal_between(c, mid, to) == whole);
        assert_true(whole >= 0 && whole <= to - from);
        assert_true(cal_between(c, from, to + US_HOUR) >= whole);
    }
}

// Whether the minute that begins here is worked, straight from the spec.
static bool naive_minute(const struct cal_spec *spec, int64_t us)
{
    int64_t d = tm_local_day(us, spec->zone_s);
    const struct cal_pattern *p = &spec->week[tm_weekday(d)];
    for (size_t i = 0; i < spec->n; i++)
        if (spec->exceptions[i].day == d) {
            static const struct cal_pattern off;
            p = spec->exceptions[i].work ? &spec->make_up : &off;
        }
    int64_t minute = (us - tm_day_start(d, spec->zone_s)) / US_MINUTE;
    for (int i = 0; i < p->n; i++)
        if (minute >= p->shifts[i].from_min && minute < p->shifts[i].to_min)
            return true;
    return false;
}

static int64_t naive_add(const struct cal_spec *spec, int64_t from, int64_t minutes)
{
    int64_t us = from;
    while (minutes > 0) {
        minutes -= naive_minute(spec, us);
        us += US_MINUTE;
    }
    return us;
}

static void test_agrees_with_counting(void **state)
{
    struct cal_spec spec = cal_spec_of(*state, "workdays");
    const struct cal *c = cal_of_spec(*state, &spec);
    struct rng r;
    rng_seed(&r, 12);
    for (int i = 0; i < NAIVE_ROUNDS; i++) {
        int64_t from = rng_range(&r, at("2006-01-01 00:00"), at("2027-12-31 00:00"));
        from -= from % US_MINUTE;
        int64_t minutes = rng_range(&r, 1, 1560);
        int64_t to = naive_add(&spec, from, minutes);
        assert_true(cal_add(c, from, minutes * US_MINUTE) == to);
        assert_true(cal_between(c, from, to) == minutes * US_MINUTE);
    }
}

// A zone west of Greenwich, night shifts up to midnight, a make-up day with hours of its own.
static void test_other_patterns(void **state)
{
    struct cal_exception made_up = {.day = day(2026, 11, 21), .work = true, .name = S("x")};
    struct cal_spec spec = {.key = S("night"),
        .title = S("night"),
        .zone_s = -5 * 3600 - 1800,
        .day_us = 8 * US_HOUR,
        .exceptions = &made_up,
        .n = 1};
    for (int d = 1; d <= 7; d++)
        spec.week[d] =
            (struct cal_pattern){.shifts = {{0, 1}, {7 * 60, 7 * 60 + 30}, {1200, 1440}}, .n = 3};
    spec.make_up = (struct cal_pattern){.shifts = {{600, 660}}, .n = 1};
    const struct cal *c = cal_of_spec(*state, &spec);
    struct rng r;
    rng_seed(&r, 13);
    for (int i = 0; i < NAIVE_ROUNDS; i++) {
        int64_t from = at("2026-11-01 00:00") + rng_range(&r, 0, 57600) * US_MINUTE;
        int64_t minutes = rng_range(&r, 1, 2000);
        assert_true(cal_add(c, from, minutes * US_MINUTE) == naive_add(&spec, from, minutes));
    }
}

static void test_new_refuses(void **state)
{
    struct arena *a = *state;
    struct cal_exception twice[] = {
        {.day = day(2026, 1, 1)}, {.day = day(2026, 1, 1)}, {.day = day(1989, 1, 1)}};
    struct cal_spec spec = {.key = S("k"), .day_us = US_HOUR, .exceptions = twice, .n = 3};
    struct err e;
    err_init(&e, a, LANG_EN);
    assert_null(cal_new(a, &spec, &e));
    assert_str(err_text(&e, a), "exceptions: 2026-01-01 stands twice\n"
                                "exceptions: an exception lies outside the years a calendar "
                                "covers (expected 1990..2060)\n");
    err_init(&e, a, LANG_EN);
    spec = (struct cal_spec){.key = S("k"), .zone_s = 20 * 3600, .known_from_year = 2};
    spec.week[1] = (struct cal_pattern){.shifts = {{60, 120}, {100, 130}}, .n = 2};
    spec.week[2] = (struct cal_pattern){.shifts = {{60, 60}}, .n = 1};
    spec.make_up = (struct cal_pattern){.shifts = {{60, 1441}}, .n = 1};
    assert_null(cal_new(a, &spec, &e));
    assert_int_equal(e.n, 6);
    assert_str(e.notes[0].field, "week.mon");
    assert_str(e.notes[1].field, "week.tue");
    assert_str(e.notes[2].field, "make_up");
    assert_str(e.notes[3].field, "day");
    assert_str(e.notes[4].field, "zone");
    assert_str(e.notes[5].field, "known");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_dur_round_trip),
        UNIT(test_dur_refuses),
        UNIT(test_dur_us),
        UNIT(test_days),
        UNIT(test_known),
        UNIT(test_day_end),
        UNIT(test_workdays_of_years),
        UNIT(test_between),
        UNIT(test_add_at_the_borders),
        UNIT(test_add_inverts_between),
        UNIT(test_parts_sum),
        UNIT(test_agrees_with_counting),
        UNIT(test_other_patterns),
        UNIT(test_new_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
