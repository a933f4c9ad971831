// What people and spreadsheets write, and what is meant.

#include "domain/import_inner.h"

#include "../base/unit.h"

static void days_in_many_writings(void **state)
{
    static const char *const same[] = {"2026-11-02 09:05", "2026-11-02T09:05:00", "2026/11/2 9:05",
        "2026.11.2 9:5", "2026年11月2日 9时5分", "2026年11月2日上午9:05", "2026年11月2日9点5分0秒",
        "2026-11-02 09:05:00.000", "20261102090500", "202611020905",
        "２０２６－１１－０２　０９：０５", "2026/11/2 9:05:00 AM", "46328.378472222"};
    static const char *const none[] = {"", "-", "2026", "2026-13-02", "2026-11-31", "26-11-02",
        "02/11/2026", "11/2", "昨天", "12", "99999", "2026-11-02 25:00", "2026-11-02 9", "20261302",
        "2026-11-02-03", "1.5E+10", "2026-11-02 09:05 2026-11-02 09:06"};
    int64_t wanted, us;
    assert_true(tm_parse(S("2026-11-02 09:05"), TM_ZONE_DEFAULT_S, &wanted));
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        if (!import_moment(*state, str_of(same[i]), TM_ZONE_DEFAULT_S, false, &us))
            fail_msg("%s is no moment", same[i]);
        if ((us - wanted) / US_MINUTE != 0)
            fail_msg("%s is another moment", same[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (import_moment(*state, str_of(none[i]), TM_ZONE_DEFAULT_S, false, &us))
            fail_msg("%s is a moment", none[i]);
    assert_true(import_moment(*state, S("2026年11月2日 下午3:05"), TM_ZONE_DEFAULT_S, false, &us));
    assert_int_equal((us - wanted) / US_MINUTE, 360);
    assert_true(import_moment(*state, S("2026-11-02 12:05 am"), TM_ZONE_DEFAULT_S, false, &us));
    assert_int_equal((us - wanted) / US_MINUTE, -540);
    assert_true(import_moment(*state, S("44866"), TM_ZONE_DEFAULT_S, true, &us));
    assert_int_equal((wanted - us) / US_MINUTE, 545);
}

static void cells(void **state)
{
    struct arena *a = *state;
    assert_str(import_plain(S("'20261102")), "20261102");
    assert_str(import_plain(S("'=1+1")), "=1+1");
    assert_str(import_plain(S("'引号")), "'引号");
    assert_str(import_number_as_text(S("13800000000.0")), "13800000000");
    assert_str(import_number_as_text(S("3.0")), "3.0");
    assert_str(import_number_as_text(S("12345.05")), "12345.05");
    assert_true(import_digits_lost(S("1.23E+17")) && import_digits_lost(S("2E+15")));
    assert_false(import_digits_lost(S("1.23")) || import_digits_lost(S("E+17")) ||
                 import_digits_lost(S("12E+1x")) || import_digits_lost(S("AE+17")) ||
                 import_digits_lost(S("12.3E+17")));
    assert_true(import_cell_error(S("#N/A")) && import_cell_error(S("########")));
    assert_false(import_cell_error(S("#3楼")));
    assert_str(import_number(a, S("１２，３４５．５")), "12345.5");
    assert_str(import_number(a, S("¥1,234,567元")), "1234567");
    assert_str(import_number(a, S("1,23")), "1,23");
}

static void names_of_columns(void **state)
{
    static const char *const same[] = {
        "受理时间", " 受理 时间", "受理\n时间*", "受理时间：", "受理时间（必填）", "受理_时间"};
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        assert_str(import_name_key(*state, str_of(same[i])), "受理时间");
    assert_str(import_name_key(*state, S("ＲＥＣ＿ID")), "recid");
    assert_str(import_name_key(*state, S("*")), "*");
}

static void sums(void **state)
{
    str one[] = {S("合计"), S(""), S("12")}, two[] = {S(""), S("总 计："), S("3.5")};
    str not_one[] = {S("合计"), S("北虹路"), S("12")}, not_two[] = {S("1"), S("2")};
    assert_true(import_is_total(*state, one, 3) && import_is_total(*state, two, 3));
    assert_false(import_is_total(*state, not_one, 3) || import_is_total(*state, not_two, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(days_in_many_writings),
        UNIT(cells),
        UNIT(names_of_columns),
        UNIT(sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
