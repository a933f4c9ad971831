// The day on which what was closed is looked at again, and what counts as having come back: edges
// worked by hand, and by chance that whatever is taken back is as it was.
#include "domain/recheck.h"

#include "base/rng.h"
#include "domain/item_undo.h"
#include "item_case.h"

enum { LIVES = 60, STEPS = 24 };

static const char LAMP[] =
    "loop: lamp\ntitle: 路灯\nnumber: {prefix: LD, digits: 4}\nreceiver: ops-centre\n"
    "calendar: workdays\nclasses: matters\nfields:\n"
    "  - {key: look_on, title: 复看日期, type: date}\n"
    "  - {key: small, title: 小修, type: yesno, default: 否}\nstates:\n"
    "  - {key: filed, title: 待修}\n  - {key: closed, title: 已修, done: yes}\n"
    "  - {key: solid, title: 已巩固, final: yes}\n  - {key: void, title: 不成立, final: yes}\n"
    "clocks:\n  - {key: repair, title: 维修, limits: [{limit: 3wd}]}\n"
    "steps:\n"
    "  - {key: file, title: 登记, to: filed, who: dispatcher, ask: [class!, small], start: "
    "repair}\n"
    "  - {key: close, title: 修复, from: filed, to: closed, who: dispatcher, does: close,"
    " ask: [look_on], stop: repair, undo: 600s}\n"
    "  - {key: void, title: 不成立, from: filed, to: void, who: dispatcher, does: close,"
    " stop: repair, undo: 600s}\n"
    "  - {key: small, title: 更正, from: [filed, closed], who: dispatcher, ask: [small],"
    " undo: 600s}\n"
    "  - {key: hold, title: 合格, from: closed, to: solid, who: dispatcher, undo: 600s}\n"
    "  - {key: back, title: 反弹, from: closed, to: filed, who: dispatcher, does: reopen,"
    " start: repair, undo: 600s}\n"
    "consolidate: {after: %s, field: look_on, when: \"small:no\", pass: hold, fail: back,"
    " recur: {by: unit, when: \"-state:void\"}}\n"
    "tallies:\n  - {key: held, title: 已巩固, by: consolidated}\n";

static void publish(struct fixture *f, const char *after)
{
    str text = str_of(LAMP);
    size_t at = str_find(text, '%');
    fixture_publish(
        f, "loop", "lamp", str_fmt(f->a, "%.*s%s%s", (int)at, LAMP, after, LAMP + at + 2));
    fixture_as(f, "dispatcher");
}

static struct item lamp(struct fixture *f, const char *cls, const char *small)
{
    struct item it;
    struct item_field fields[] = {{S("small"), str_of(small)}};
    struct item_in in = {.loop = S("lamp"),
        .title = S("一盏灯"),
        .fields = fields,
        .n_fields = 1,
        .cls = fixture_class(f, cls)};
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    return it;
}

static struct item mended(struct fixture *f, const char *cls)
{
    struct item it = lamp(f, cls, "否");
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    return it;
}

// Months end where they end: the last of January and one month is the last of February.
static void the_day(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *after, *closed, *day;
    } ROWS[] = {{"10d", "2026-11-16 00:00", "2026-11-26 00:00"},
        {"10d", "2026-11-16 23:59", "2026-11-26 00:00"},
        {"6w", "2026-11-16 10:00", "2026-12-28 00:00"},
        {"1mo", "2027-01-31 10:00", "2027-02-28 00:00"},
        {"3mo", "2026-11-30 10:00", "2027-02-28 00:00"},
        {"12mo", "2028-02-29 10:00", "2029-02-28 00:00"},
        {"1mo", "2027-12-31 10:00", "2028-01-31 00:00"}};
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        fixture_at(f, ROWS[i].closed);
        publish(f, ROWS[i].after);
        assert_time(mended(f, "0101").recheck_us, ROWS[i].day);
    }
    struct item it = lamp(f, "0101", "否");
    fixture_ok(f, STEP(f, &it, .step = S("close"), FIELDS({S("look_on"), S("2028-03-01")})));
    assert_time(it.recheck_us, "2028-03-01 00:00");
    it = lamp(f, "0101", "是");
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    assert_int_equal(it.recheck_us, 0);
    it = lamp(f, "0101", "否");
    fixture_ok(f, STEP(f, &it, .step = S("void")));
    assert_int_equal(it.recheck_us, 0);
}

// At its very instant it is not told yet, the next microsecond it is, and only once.
static void told_once(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    publish(f, "10d");
    struct item it = mended(f, "0101");
    assert_int_equal(it.alarm_us, it.recheck_us);
    fixture_as(f, NULL);
    fixture_at(f, "2026-11-26 00:00");
    fixture_ok(f, fixture_do(f, item_alarm(&f->c, it.id, &f->e)));
    assert_int_equal(events_of(f, it.id, "recheck_due"), 0);
    fixture_later(f, 1);
    for (int i = 0; i < 2; i++)
        fixture_ok(f, fixture_do(f, item_alarm(&f->c, it.id, &f->e)));
    assert_int_equal(events_of(f, it.id, "recheck_due"), 1);
    assert_int_equal(read(f, it.id).alarm_us, 0);
}

// Of its unit and class, filed after the closing and until now; neither itself nor what came to
// nothing.
static void what_comes_back(void **state)
{
    struct fixture *f = *state;
    struct recheck_found *found;
    fixture_at(f, "2026-11-16 10:00");
    publish(f, "10d");
    struct item it = mended(f, "0101"), same = lamp(f, "0101", "否");
    const struct def *d = rules_def(f->c.rules, it.def);
    assert_int_equal(recheck_find(&f->c, d, &it, &found), 0); // at the very instant
    fixture_later(f, 1);
    struct item first = lamp(f, "0101", "否"), nothing = lamp(f, "0101", "否");
    (void)lamp(f, "0102", "否"); // of another class
    fixture_later(f, US_HOUR);
    struct item second = lamp(f, "0101", "是");
    fixture_ok(f, STEP(f, &nothing, .step = S("void")));
    assert_int_equal(recheck_find(&f->c, d, &it, &found), 2);
    assert_int_equal(found[0].it.id, first.id);
    assert_int_equal(found[1].it.id, second.id);
    assert_int_equal(found[0].metres, -1);
    assert_false(recheck_blind(d, &it));
    assert_int_equal(recheck_find(&f->c, d, &same, &found), 0); // it is open
    fixture_ok(f, STEP(f, &it, .step = S("hold")));
    assert_int_equal(it.recurs, 2);
    fixture_later(f, US_HOUR);
    (void)lamp(f, "0101", "否");
    assert_int_equal(recheck_find(&f->c, d, &it, &found), 2); // those until it was consolidated
    for (int i = 0; i <= RECHECK_FOUND_MAX; i++)
        (void)lamp(f, "0601", "否");
    struct item many = mended(f, "0601");
    fixture_later(f, 1);
    for (int i = 0; i <= RECHECK_FOUND_MAX; i++)
        (void)lamp(f, "0601", "否");
    assert_int_equal(recheck_find(&f->c, d, &many, &found), RECHECK_FOUND_MAX);
}

static void as_it_was(const struct item *is, const struct item *was)
{
    assert_int_equal(is->recheck_us, was->recheck_us);
    assert_int_equal(is->solid_us, was->solid_us);
    assert_int_equal(is->closed_us, was->closed_us);
    assert_int_equal(is->recurs, was->recurs);
    assert_int_equal(is->alarm_us, was->alarm_us);
    assert_true(str_eq(is->waits, was->waits));
}

// It never has a day and is open or consolidated; and every step taken back leaves it as it was.
static void by_chance(void **state)
{
    struct fixture *f = *state;
    static const char *const KEYS[] = {
        "close", "close", "small", "small", "back", "back", "hold", "void"};
    struct rng r;
    rng_seed(&r, 35);
    fixture_at(f, "2026-11-16 10:00");
    publish(f, "10d");
    for (int life = 0; life < LIVES; life++) {
        struct item it = lamp(f, "0101", "否");
        for (int i = 0; i < STEPS; i++) {
            str key = str_of(KEYS[rng_range(&r, 0, ARRAY_LEN(KEYS) - 1)]);
            struct item_field small = {S("small"), rng_unit(&r) < 0.5 ? S("是") : S("否")};
            bool asks = str_eq(key, S("small"));
            struct item was = read(f, it.id);
            if (STEP(f, &it, .step = key, .fields = &small, .n_fields = asks) != OK)
                continue;
            assert_true(it.recheck_us == 0 || (it.closed_us != 0 && it.solid_us == 0));
            assert_true(it.closed_us != 0 || (it.recurs == 0 && it.solid_us == 0));
            if (rng_unit(&r) < 0.5) {
                fixture_ok(f, fixture_do(f, item_undo(&f->c, it.id, it.version, &it, &f->e)));
                as_it_was(&it, &was);
            }
            fixture_later(f, rng_range(&r, 1, 5 * US_DAY));
            fixture_as(f, NULL);
            fixture_ok(f, fixture_do(f, item_alarm(&f->c, it.id, &f->e)));
            it = read(f, it.id);
            fixture_as(f, "dispatcher");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(the_day),
        ITEM_TEST(told_once),
        ITEM_TEST(what_comes_back),
        ITEM_TEST(by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
