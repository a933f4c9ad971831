// Calls before and after a measure: whole weeks alone, as many before as after, and the same days
// of the week a year earlier.
#include "domain/gather.h"

#include "item_case.h"

static const char COMMON[] =
    "loop: common\ntitle: 共性问题\nnumber: {prefix: GX, digits: 4}\nreceiver: ops-centre\n"
    "calendar: workdays\nclasses: matters\n"
    "gathers: {count: members, calls: \"loop:hotline\", effect: effect_on, weeks: 3}\nfields:\n"
    "  - {key: members, title: 件数, type: number}\n"
    "  - {key: effect_on, title: 生效日期, type: date}\nstates:\n  - {key: filed, title: 在办}\n"
    "  - {key: closed, title: 已解决, final: yes}\nsteps:\n"
    "  - {key: file, title: 登记, to: filed, who: dispatcher, ask: [class, effect_on]}\n"
    "  - {key: gather, title: 归入, from: filed, who: dispatcher, does: gather}\n"
    "  - {key: release, title: 移出, from: filed, who: dispatcher, does: release}\n"
    "  - {key: close, title: 解决, from: filed, to: closed, who: dispatcher, does: close}\n";

static struct item common(struct fixture *f, const char *effect_on, const char *cls)
{
    struct item it;
    struct item_field day[] = {{S("effect_on"), str_of(effect_on)}};
    struct item_in in = {.loop = S("common"),
        .title = S("一个问题"),
        .fields = day,
        .n_fields = effect_on[0] != 0,
        .cls = cls ? fixture_class(f, cls) : 0};
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    return it;
}

static struct gather_effect effect(struct fixture *f, const struct item *it)
{
    struct gather_effect x;
    fixture_ok(f, gather_effect_of(&f->c, it->id, &x, &f->e));
    return x;
}

static void whole_weeks(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *now;
        int64_t weeks;
    } ROWS[] = {{"2026-12-01 10:00", 0}, {"2026-12-14 23:59", 0}, {"2026-12-15 00:00", 1},
        {"2026-12-21 23:59", 1}, {"2026-12-22 00:00", 2}, {"2026-12-29 00:00", 3},
        {"2027-12-29 00:00", 3}};
    fixture_at(f, "2026-11-16 10:00");
    fixture_publish(f, "loop", "common", str_of(COMMON));
    struct item it = common(f, "2026-12-08", "0101"), none = common(f, "", "0101");
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        fixture_at(f, ROWS[i].now);
        struct gather_effect x = effect(f, &it);
        assert_int_equal(x.weeks, ROWS[i].weeks);
        assert_int_equal(x.of, 3);
        assert_int_equal(effect(f, &none).weeks, 0);
    }
}

// The day of the measure is the first of the days after it; a call the day before is before.
static void days_of_the_spans(void **state)
{
    struct fixture *f = *state;
    static const char *const CALLS[] = {"2026-11-16 09:00", "2026-12-01 00:00", "2026-12-07 23:59",
        "2026-12-08 00:00", "2026-12-08 12:00", "2026-12-14 23:59", "2026-12-15 00:00"};
    fixture_at(f, "2026-11-16 09:00");
    fixture_publish(f, "loop", "common", str_of(COMMON));
    struct item it = common(f, "2026-12-08", "0101");
    for (size_t i = 0; i < ARRAY_LEN(CALLS); i++) {
        fixture_at(f, CALLS[i]);
        (void)fixture_file(f, "一个来电");
    }
    fixture_at(f, "2026-12-15 10:00");
    fixture_as(f, "dispatcher");
    struct gather_effect x = effect(f, &it);
    const struct gather_span *before = &x.spans[GATHER_BEFORE], *after = &x.spans[GATHER_AFTER];
    assert_int_equal(before->from_day, tm_days(2026, 12, 1));
    assert_int_equal(before->to_day, tm_days(2026, 12, 7));
    assert_int_equal(after->from_day, tm_days(2026, 12, 8));
    assert_int_equal(after->to_day, tm_days(2026, 12, 14));
    assert_true(before->known && after->known);
    assert_int_equal(before->n, 2);
    assert_int_equal(after->n, 3);
    for (int w = GATHER_YEAR_BEFORE; w <= GATHER_YEAR_AFTER; w++) {
        const struct gather_span *s = &x.spans[w], *now = &x.spans[w - GATHER_YEAR_BEFORE];
        assert_int_equal(now->from_day - s->from_day, 364); // the same day of the week
        assert_false(s->known);                             // the town has nothing of these days
    }
}

// Neither a class nor a cell: nothing is compared. Its members' classes are enough.
static void what_is_compared(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 09:00");
    fixture_publish(f, "loop", "common", str_of(COMMON));
    struct item it = common(f, "2026-11-23", NULL), order = fixture_file(f, "一个来电");
    fixture_at(f, "2026-12-01 10:00");
    assert_true(effect(f, &it).open_scope);
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("gather"), .members = &order.no, .n_members = 1));
    struct gather_effect x = effect(f, &it);
    assert_false(x.open_scope);
    assert_int_equal(x.weeks, 1);
    assert_int_equal(x.spans[GATHER_BEFORE].n, 1);
    assert_int_equal(x.spans[GATHER_AFTER].n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(whole_weeks),
        ITEM_TEST(days_of_the_spans),
        ITEM_TEST(what_is_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
