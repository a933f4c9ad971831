#include "domain/def_cal.h"

#include "files.h"

static str notes(struct arena *a, const char *text)
{
    struct err e;
    struct cal_spec spec;
    err_init(&e, a, LANG_EN);
    enum err_code code = def_cal_parse(a, str_of(text), &spec, &e);
    assert_int_equal(code, e.code);
    assert_int_equal(code != OK, e.n > 0);
    return err_text(&e, a);
}

static void test_shipped(void **state)
{
    struct cal_spec spec = cal_spec_of(*state, "workdays");
    assert_str(spec.key, "workdays");
    assert_str(spec.title, "工作日历");
    assert_int_equal(spec.zone_s, 28800);
    assert_true(spec.day_us == 390 * US_MINUTE);
    assert_int_equal(spec.known_from_year, 2007);
    assert_int_equal(spec.known_to_year, 2026);
    assert_int_equal(spec.week[1].n, 2);
    assert_int_equal(spec.week[5].shifts[1].to_min, 17 * 60 + 30);
    assert_int_equal(spec.week[6].n, 0);
    assert_int_equal(spec.make_up.n, 2);
    size_t work = 0, of_2026 = 0;
    for (size_t i = 0; i < spec.n; i++) {
        work += spec.exceptions[i].work;
        of_2026 += spec.exceptions[i].day >= tm_days(2026, 1, 1);
    }
    assert_int_equal(of_2026, 39); // 33 days off and 6 made up, by the notice of November 2025
    assert_true(work > 100 && spec.n > 600);
    struct cal_spec all = cal_spec_of(*state, "allday");
    assert_int_equal(all.week[7].shifts[0].to_min, 1440);
    assert_int_equal(all.n, 0);
}

static void test_small(void **state)
{
    struct cal_spec spec;
    struct err e;
    err_init(&e, *state, LANG_EN);
    str text = S("key: k\ntitle: T\nzone: \"-05:30\"\nday: 8h\nweek: {sun: \"22:00-24:00\"}\n"
                 "make_up: 09:00-10:00\nknown: {from: 2026, to: 2026}\nexceptions:\n"
                 "  - {date: 2026-12-30, to: 2027-01-02, off: 年}\n");
    assert_int_equal(def_cal_parse(*state, text, &spec, &e), OK);
    assert_int_equal(spec.zone_s, -5 * 3600 - 1800);
    assert_int_equal(spec.week[7].shifts[0].from_min, 1320);
    assert_int_equal(spec.n, 4);
    assert_true(spec.exceptions[3].day == tm_days(2027, 1, 2) && !spec.exceptions[3].work);
    assert_str(spec.exceptions[3].name, "年");
}

static void test_all_errors_at_once(void **state)
{
    assert_str(notes(*state, "key: k\ntitle: T\nzone: Shanghai\nday: 1wd\n"
                             "week:\n"
                             "  mon: \"09:00-11:30 11:00-12:00\"\n"
                             "  tue: \"09:00-25:00\"\n"
                             "  wed: \"9-17\"\n"
                             "  thu: \" \"\n"
                             "  fri: \"0:0-1:0\"\n"
                             "make_up: \"00:00-01:00 02:00-03:00 04:00-05:00 06:00-07:00 "
                             "08:00-09:00 10:00-11:00 12:00-13:00\"\n"
                             "known: {from: 2026, to: 2007}\n"
                             "exceptions:\n"
                             "  - {date: 2026-01-01, to: 2026-01-03, off: 元旦}\n"
                             "  - {date: 2026-01-03, to: 2026-01-04, off: 元旦}\n"
                             "  - {date: 2026-01-05}\n"
                             "  - {date: 2026-01-06, off: a, work: b}\n"
                             "  - {date: 2026-02-02, to: 2026-02-01, off: a}\n"
                             "  - {date: 1989-12-31, to: 1990-01-01, off: a}\n"
                             "  - {date: 2026-03-01, to: 2026-12-31, off: a}\n"),
        "3:7: zone: there is no such time zone (expected \"+08:00\")\n"
        "4:6: day: not the length of a working day (expected 390min, 8h)\n"
        "6:8: week.mon: shift 11:00-12:00 is empty or overlaps the one before "
        "(expected 09:00-11:30 13:30-17:30)\n"
        "7:8: week.tue: \"09:00-25:00\" is no shift (expected 09:00-11:30 13:30-17:30)\n"
        "8:8: week.wed: \"9-17\" is no shift (expected 09:00-11:30 13:30-17:30)\n"
        "9:8: week.thu: no shift stands here (expected 09:00-11:30 13:30-17:30)\n"
        "10:8: week.fri: \"0:0-1:0\" is no shift (expected 09:00-11:30 13:30-17:30)\n"
        "11:10: make_up: too many shifts in a day (expected 1..6)\n"
        "12:8: known: the years end before they begin (expected from <= to)\n"
        "15:5: exceptions[1]: 2026-01-03 stands twice, first in line 14\n"
        "16:5: exceptions[2]: needs either off or work (expected off: ..., work: ...)\n"
        "17:5: exceptions[3]: needs either off or work (expected off: ..., work: ...)\n"
        "18:5: exceptions[4]: the days end before they begin, or are too many (expected 1..60 "
        "days)\n"
        "19:5: exceptions[5]: outside the years a calendar covers (expected 1990..2060)\n"
        "20:5: exceptions[6]: the days end before they begin, or are too many (expected 1..60 "
        "days)\n");
}

static void test_shape_errors(void **state)
{
    assert_str(notes(*state, "key: k\ntitel: T\nweek: {mo: x}\nexceptions: [1]\n"),
        "2:1: titel: unknown key \"titel\", did you mean \"title\"? (expected key, title, zone, "
        "day, week, make_up, known, "
        "exceptions)\n"
        "3:8: week.mo: unknown key \"mo\" (expected mon, tue, wed, thu, fri, sat, sun)\n"
        "4:13: exceptions: a list does not fit here (expected a list of maps)\n"
        "1:1: title: \"title\" is missing (expected text)\n"
        "1:1: zone: \"zone\" is missing (expected \"+08:00\")\n"
        "1:1: day: \"day\" is missing (expected 390min, 8h)\n"
        "1:1: make_up: \"make_up\" is missing (expected 09:00-11:30 13:30-17:30)\n"
        "1:1: known: \"known\" is missing (expected a map)\n");
    assert_true(str_starts(notes(*state, "key: [\n"), S("2:1: not YAML")));
    assert_true(str_has(notes(*state, "key: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
        S("nested too deeply"))); // a limit, and told as one
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_shipped),
        UNIT(test_small),
        UNIT(test_all_errors_at_once),
        UNIT(test_shape_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
