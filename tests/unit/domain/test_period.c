#include "domain/period.h"

#include "../base/unit.h"

static int64_t day(const char *text)
{
    int y = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
    int m = (text[5] - '0') * 10 + text[6] - '0', d = (text[8] - '0') * 10 + text[9] - '0';
    return tm_days(y, m, d);
}

static struct period days(const char *from, const char *to)
{
    return (struct period){day(from), day(to) + 1};
}

static void same(void **state, struct period got, const char *from, const char *to)
{
    assert_str(tm_date(*state, got.from), from);
    assert_str(tm_date(*state, got.to - 1), to);
}

static void test_before(void **state)
{
    same(state, period_before(days("2026-03-01", "2026-03-31")), "2026-02-01", "2026-02-28");
    same(state, period_before(days("2026-01-01", "2026-01-31")), "2025-12-01", "2025-12-31");
    same(state, period_before(days("2026-10-01", "2026-12-31")), "2026-07-01", "2026-09-30");
    same(state, period_before(days("2025-11-01", "2026-10-31")), "2024-11-01", "2025-10-31");
    same(state, period_before(days("2026-11-16", "2026-11-22")), "2026-11-09", "2026-11-15");
    same(state, period_before(days("2026-11-05", "2026-11-14")), "2026-10-26", "2026-11-04");
    same(state, period_before(days("2026-11-20", "2026-11-20")), "2026-11-19", "2026-11-19");
}

static void test_year_ago(void **state)
{
    same(state, period_year_ago(days("2026-03-01", "2026-03-31")), "2025-03-01", "2025-03-31");
    same(state, period_year_ago(days("2025-02-01", "2025-02-28")), "2024-02-01", "2024-02-29");
    same(state, period_year_ago(days("2025-11-01", "2026-10-31")), "2024-11-01", "2025-10-31");
    same(state, period_year_ago(days("2024-02-20", "2024-02-29")), "2023-02-20", "2023-02-28");
    // ISO week 47 of 2026 and of 2025.
    same(state, period_year_ago(days("2026-11-16", "2026-11-22")), "2025-11-17", "2025-11-23");
    // 2026 has a week 53, 2025 has none.
    struct period none = period_year_ago(days("2026-12-28", "2027-01-03"));
    assert_true(none.from == none.to);
}

// On the 20th the month before is asked for its first twenty days.
static void test_not_over(void **state)
{
    struct period whole = days("2026-11-01", "2026-11-30");
    struct period part = period_begun(whole, day("2026-11-20"));
    same(state, part, "2026-11-01", "2026-11-20");
    same(state, period_same_share(period_before(whole), whole, part), "2026-10-01", "2026-10-20");
    same(state, period_same_share(period_year_ago(whole), whole, part), "2025-11-01", "2025-11-20");
    struct period march = days("2026-03-01", "2026-03-31");
    part = period_begun(march, day("2026-03-30"));
    same(state, period_same_share(period_before(march), march, part), "2026-02-01", "2026-02-28");
    part = period_begun(whole, day("2026-12-02"));
    assert_true(part.to == whole.to);
    same(state, period_same_share(period_before(whole), whole, part), "2026-10-01", "2026-10-31");
    part = period_begun(whole, day("2026-10-31")); // not begun
    struct period other = period_same_share(period_before(whole), whole, part);
    assert_true(part.from == part.to && other.from == other.to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(test_before), UNIT(test_year_ago), UNIT(test_not_over)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
