// What steps do besides moving an order: clocks extended and paused, rounds, judges, merging,
// lateness, and the rates that come out of it.

#include "domain/formula.h"
#include "domain/item_move.h"
#include "domain/route.h"
#include "item_case.h"

// ---- extension, suspension

static void test_extension(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    fixture_as(f, "h01");
#define EXTEND(f, it, ...)                                                                         \
    STEP((f), (it), .step = S("extend"), .part = 1, .reason = S("情况复杂"),                       \
        .reason_option = S("需专业鉴定"), .note = S("等鉴定"),                                     \
        .extend = (struct dur){__VA_ARGS__})
    fixture_fails(f, EXTEND(f, &it, 3, DUR_WORK_DAYS), ERR_DENIED);
    fixture_as(f, "leader");
    fixture_fails(f, EXTEND(f, &it, 11, DUR_WORK_DAYS), ERR_INVALID);
    assert_str(fixture_note(f, 0), "extend");
    fixture_fails(f, EXTEND(f, &it, 11, DUR_DAYS), ERR_INVALID);
    fixture_fails(f, EXTEND(f, &it, 0, DUR_WORK_DAYS), ERR_INVALID);
    fixture_ok(f, EXTEND(f, &it, 3, DUR_WORK_DAYS));
    assert_int_equal(it.extensions, 1);
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-26 10:30");
    assert_time(
        clock_of(&it, "handle", 2)->due_us, "2026-11-23 10:30"); // the other unit's promise stands
    assert_time(clock_of(&it, "all", 0)->due_us, "2026-12-10 10:00");
    // Asked in plain days, granted in the kind of time the clock counts.
    fixture_ok(f, EXTEND(f, &it, 1, DUR_DAYS));
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-27 10:30");
}

static void test_extension_of_an_urgent_order(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    struct item_in in = fixture_order(f, "急");
    struct item_field fields[] = {in.fields[0], in.fields[1], {S("priority"), S("特急")}};
    in.fields = fields;
    struct item it;
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    assert_time(it.due_us, "2026-11-16 10:30");
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c01"))));
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-17 10:00"); // 24h, by day and by night
    fixture_ok(f, EXTEND(f, &it, 2, DUR_WORK_DAYS));
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-19 10:00"); // two days of its own kind
    assert_time(clock_of(&it, "all", 0)->due_us, "2026-12-09 10:00");
}

static void test_suspension(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    fixture_at(f, "2026-11-17 10:30"); // one working day of five is used
    fixture_as(f, "leader");
    fixture_fails(f,
        STEP(f, &it, .step = S("suspend"), .reason = S("客观条件"),
            .reason_option = S("待资金落实")),
        ERR_INVALID);
    assert_true(fixture_noted(f, "note") && fixture_noted(f, "fields.promised") &&
                fixture_noted(f, "fields.review_on"));
    fixture_ok(f, STEP(f, &it, .step = S("suspend"), .reason = S("客观条件"),
                      .reason_option = S("待资金落实"), .note = S("等资金"),
                      FIELDS({S("promised"), S("2026-12-01")}, {S("review_on"), S("2026/11/25")})));
    assert_str(it.state, "suspended");
    assert_true(it.paused && it.open);
    assert_str(item_field(&it, S("review_on")), "2026-11-25");
    assert_int_equal(it.due_us, 0);
    assert_int_equal(it.alarm_us, 0);
    assert_str(item_field(&it, S("clock/handle")), "paused");
    fixture_as(f, "h01");
    fixture_fails(f, STEP(f, &it, .step = S("reply"), ANSWERS), ERR_INVALID);
    fixture_at(
        f, "2026-11-26 09:00"); // a Thursday: four working days are left, until Tuesday evening
    err_init(&f->e, f->a, LANG_EN);
    fixture_as(f, NULL);
    fixture_begin(f);
    assert_int_equal(item_alarms(&f->c, 100, &f->e), 0);
    fixture_ok(f, fixture_end(f, f->e.code));
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("resume")));
    assert_str(it.state, "handling");
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-12-01 17:30");
    // Filed Monday 10:00: a day and half an hour of fifteen days are used; thirteen whole days are
    // left and six hours.
    assert_time(clock_of(&it, "all", 0)->due_us, "2026-12-15 17:00");
    assert_time(
        clock_of(&it, "contact", 1)->due_us, "2026-11-26 09:00"); // had been used up on the minute
}

// ---- rounds

// A promise noticed as broken stays so while the order is suspended and moved to another version;
// and no longer once the limit is so long that it was kept.
static void test_breach_outlives_a_pause(void **state)
{
    struct item_moved moved;
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    fixture_at(f, "2026-11-18 09:00"); // first contact was due on Tuesday at 10:30
    fixture_as(f, NULL);
    fixture_begin(f);
    assert_int_equal(item_alarms(&f->c, 100, &f->e), 1);
    fixture_ok(f, fixture_end(f, f->e.code));
    it = read(f, it.id);
    fixture_as(f, "leader");
    fixture_ok(f, STEP(f, &it, .step = S("suspend"), .reason = S("客观条件"),
                      .reason_option = S("待资金落实"), .note = S("等资金"),
                      FIELDS({S("promised"), S("2026-12-01")}, {S("review_on"), S("2026-11-25")})));
    assert_str(item_field(&it, S("clock/contact")), "breached");
    str text = file_read(f->a, "tests/unit/domain/loop.yaml"), row = S("      - {limit: 1wd}");
    size_t at = 0;
    while (!str_starts(str_sub(text, at, row.n), row))
        at++;
    static const char *const LIMITS[] = {"1wd", "9wd"}, *const OUTCOMES[] = {"breached", "paused"};
    for (size_t i = 0; i < ARRAY_LEN(LIMITS); i++) {
        fixture_publish(f, "loop", "hotline",
            str_fmt(f->a, "%.*s      - {limit: %s}%s# %s\n", (int)at, text.s, LIMITS[i],
                text.s + at + row.n, LIMITS[i]));
        fixture_as(f, NULL);
        int64_t def = rules_loop(f->rules, S("hotline"))->now->id;
        fixture_ok(f,
            fixture_do(f, item_move(&f->c, it.id, &(struct item_move){.def = def}, &moved, &f->e)));
        it = read(f, it.id);
        assert_str(item_field(&it, S("clock/contact")), OUTCOMES[i]);
    }
}

static void test_redo(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    finish(f, &it, "h01");
    finish(f, &it, "h02");
    fixture_at(f, "2026-11-18 10:00");
    fixture_as(f, "dispatcher");
    fixture_fails(f, STEP(f, &it, .step = S("redo")), ERR_INVALID);
    fixture_ok(f, STEP(f, &it, .step = S("redo"), .note = S("没有清理干净")));
    assert_str(it.state, "handling");
    assert_int_equal(it.round, 1);
    assert_str(it.parts[0].state, "waiting");
    assert_int_equal(open_parts(f, it.id), 2);
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-25 10:00");
    assert_str(item_field(&it, S("clock/handle")), "running");
    finish(f, &it, "h01");
    finish(f, &it, "h02");
    assert_str(it.state, "replied");
}

static void test_second_round(void **state)
{
    struct fixture *f = *state;
    struct item it = closed(f, "不满意");
    assert_int_equal(it.level, 1); // dissatisfied: the town hears of it
    assert_count(f, "dissat", 1);
    fixture_at(f, "2026-11-19 10:00");
    fixture_ok(f, STEP(f, &it, .step = S("recheck"), .note = S("回访不满意，复核")));
    assert_str(it.state, "handling");
    assert_int_equal(it.round, 2);
    assert_int_equal(it.level, 0); // and is not told again of the same answer
    assert_int_equal(events_of(f, it.id, "escalate"), 1);
    assert_true(it.open);
    assert_int_equal(it.closed_us, 0);
    assert_count(f, "closed", 0);
    assert_count(f, "dissat", 0);
    assert_str(item_field(&it, S("contacted")), ""); // asked again
    assert_time(clock_of(&it, "contact", 1)->due_us, "2026-11-20 10:00");
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-26 10:00");
    assert_int_equal(clock_of(&it, "handle", 1)->round, 2);
    assert_int_equal(clocks_of(&it, "handle"), 2);
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("contact"), FIELDS({S("contacted"), S("是")})));
    finish(f, &it, "h01");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    assert_count(f, "closed", 1);
    assert_count(f, "dissat", 0); // nobody has been asked in this round yet
    fixture_ok(f, STEP(f, &it, .step = S("rate"),
                      FIELDS({S("satisfied"), S("满意")}, {S("solved"), S("实际解决")})));
    assert_count(f, "sat", 1);
    assert_count(f, "dissat", 0);
}

static void test_reopen(void **state)
{
    struct fixture *f = *state;
    struct item it = closed(f, NULL);
    fixture_at(f, "2026-11-19 10:00");
    fixture_ok(f, STEP(f, &it, .step = S("reopen"), .note = S("又出现了")));
    assert_str(it.state, "filed");
    assert_int_equal(it.reopens, 1);
    assert_int_equal(it.round, 2);
    assert_int_equal(it.unit, fixture_unit(f, "ops-centre"));
    assert_time(clock_of(&it, "dispatch", 0)->due_us, "2026-11-19 16:00");
    assert_int_equal(clock_of(&it, "all", 0)->round, 2);
    assert_count(f, "closed", 0);
    assert_count(f, "intake", 1);
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c02"))));
    assert_str(it.parts[0].state, "done"); // the first round's answer stays in its part
    finish(f, &it, "h02");
    assert_str(it.state, "replied");
}

// The second verification asks the units of the latest dispatch, not those of an earlier round.
static void test_reopened_then_rechecked(void **state)
{
    struct fixture *f = *state;
    struct item it = closed(f, NULL);
    fixture_ok(f, STEP(f, &it, .step = S("reopen"), .note = S("又出现了")));
    fixture_ok(f,
        STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c02"), fixture_unit(f, "c03"))));
    assert_true(!it.parts[0].lead && it.parts[1].lead);
    finish(f, &it, "h02");
    finish(f, &it, "h03");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    fixture_ok(f, STEP(f, &it, .step = S("recheck"), .note = S("复核")));
    assert_int_equal(it.round, 3);
    assert_str(it.parts[0].state, "done");
    assert_str(it.parts[1].state, "waiting");
    assert_str(it.parts[2].state, "waiting");
    finish(f, &it, "h02");
    finish(f, &it, "h03");
    assert_str(it.state, "replied");
}

// What was told in one round is not told again because another one begins.
static void test_round_is_no_news(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    for (int i = 0; i < 2; i++) {
        fixture_as(f, "h01");
        fixture_ok(f, RETURN(f, &it));
        fixture_as(f, "dispatcher");
        fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c01"))));
    }
    assert_int_equal(events_of(f, it.id, "escalate"), 1);
    finish(f, &it, "h01");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    fixture_ok(f, STEP(f, &it, .step = S("recheck"), .note = S("复核")));
    assert_int_equal(events_of(f, it.id, "escalate"), 1);
    assert_int_equal(it.level, 0);
    finish(f, &it, "h01");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    fixture_ok(f, STEP(f, &it, .step = S("rate"),
                      FIELDS({S("satisfied"), S("不满意")}, {S("solved"), S("未解决")})));
    assert_int_equal(events_of(f, it.id, "escalate"), 2); // this is
    assert_int_equal(it.level, 1);
}

// ---- judgement

static void test_judges_side_by_side(void **state)
{
    struct fixture *f = *state;
    struct item it = closed(f, "满意");
    fixture_fails(f,
        STEP(f, &it, .step = S("review"),
            FIELDS({S("satisfied"), S("一般")}, {S("solved"), S("未解决")})),
        ERR_INVALID);
    assert_str(fixture_note(f, 0), "judge");
    fixture_fails(f,
        STEP(f, &it, .step = S("review"), .judge = S("own"),
            FIELDS({S("satisfied"), S("一般")}, {S("solved"), S("未解决")})),
        ERR_INVALID);
    fixture_ok(f, STEP(f, &it, .step = S("review"), .judge = S("district"),
                      FIELDS({S("satisfied"), S("一般")}, {S("solved"), S("未解决")})));
    fixture_ok(f, STEP(f, &it, .step = S("review"), .judge = S("third"),
                      FIELDS({S("satisfied"), S("不满意")}, {S("solved"), S("未解决")})));
    assert_str(it.state, "rated");
    assert_str(item_field(&it, S("own/satisfied")), "满意");
    assert_str(item_field(&it, S("district/satisfied")), "一般");
    assert_str(item_field(&it, S("third/satisfied")), "不满意");
    assert_str(item_field(&it, S("solved")), "实际解决"); // what the unit said
    assert_count(f, "sat", 1);
    assert_count(f, "dissat", 0);
}

static void test_exclusion(void **state)
{
    struct fixture *f = *state;
    struct item it = closed(f, "不满意");
    fixture_fails(f,
        STEP(f, &it, .step = S("exclude"), .reason = S("不合理"), .reason_option = S("诉求过高"),
            .note = S("x")),
        ERR_DENIED);
    fixture_as(f, "leader");
    fixture_fails(f, STEP(f, &it, .step = S("include"), .note = S("x")), ERR_INVALID);
    fixture_ok(f, STEP(f, &it, .step = S("exclude"), .reason = S("不合理"),
                      .reason_option = S("诉求过高"), .note = S("有依据")));
    assert_true(it.excluded);
    assert_count(f, "closed", 0);
    assert_count(f, "dissat", 0);
    assert_count(f, "on_time", 0);
    assert_count(f, "excluded", 1); // out of the rates, still counted
    assert_count(f, "intake", 1);
    fixture_fails(f,
        STEP(f, &it, .step = S("exclude"), .reason = S("不合理"), .reason_option = S("诉求过高"),
            .note = S("x")),
        ERR_INVALID);
    fixture_ok(f, STEP(f, &it, .step = S("include"), .note = S("撤回")));
    assert_count(f, "closed", 1);
    assert_count(f, "dissat", 1);
    assert_count(f, "excluded", 0);
}

// ---- merging, children

static void test_merge(void **state)
{
    struct fixture *f = *state;
    struct item main = dispatched(f, "c01", NULL);
    struct item twin = dispatched(f, "c02", NULL);
    fixture_fails(f, STEP(f, &twin, .step = S("merge"), .other = twin.no), ERR_INVALID);
    fixture_fails(
        f, STEP(f, &twin, .step = S("merge"), .other = S("RX19990101-00001")), ERR_INVALID);
    fixture_ok(f, STEP(f, &twin, .step = S("merge"), .other = main.no));
    assert_int_equal(twin.merged, main.id);
    assert_false(twin.open);
    assert_int_equal(twin.unit, main.unit);
    assert_int_equal(open_parts(f, twin.id), 0);
    assert_int_equal(twin.alarm_us, 0);
    assert_true(twin.repeat && !twin.main_repeat);
    main = read(f, main.id);
    assert_true(main.main_repeat && !main.repeat);
    assert_int_equal(events_of(f, main.id, "joined"), 1);
    fixture_fails(
        f, STEP(f, &twin, .step = S("dispatch"), UNITS(fixture_unit(f, "c03"))), ERR_INVALID);
    fixture_fails(f, STEP(f, &main, .step = S("merge"), .other = twin.no), ERR_INVALID);

    fixture_at(f, "2026-11-17 10:30");
    fixture_ok(f, STEP(f, &twin, .step = S("unmerge")));
    assert_int_equal(twin.merged, 0);
    assert_true(twin.open && !twin.repeat);
    assert_str(twin.state, "filed");
    main = read(f, main.id);
    assert_false(main.main_repeat);
    assert_int_equal(events_of(f, main.id, "parted"), 1);
    assert_int_equal(twin.unit, fixture_unit(f, "ops-centre"));
    // Half an hour was used; a day went by inside the other one.
    assert_time(clock_of(&twin, "all", 0)->due_us, "2026-12-08 10:00");
    assert_int_equal(clocks_of(&twin, "all"), 1);
    assert_str(item_field(&twin, S("clock/dispatch")), "running");

    fixture_ok(f, STEP(f, &twin, .step = S("merge"), .other = main.no));
    main = read(f, main.id);
    finish(f, &main, "h01");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &main, .step = S("check")));
    fixture_ok(f, STEP(f, &main, .step = S("close")));
    twin = read(f, twin.id);
    assert_str(twin.state, "closed");
    assert_true(twin.closed_us == main.closed_us && !twin.open);
    assert_int_equal(events_of(f, twin.id, "close_merged"), 1);
    assert_count(f, "closed", 2);
    fixture_fails(f, STEP(f, &twin, .step = S("unmerge")), ERR_INVALID);
}

static void test_child_blocks(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    fixture_fails(f, STEP(f, &it, .step = S("child")), ERR_INVALID);
    assert_true(fixture_noted(f, "child.title"));
    fixture_ok(f, STEP(f, &it, .step = S("child"), .child = {.title = S("先清运")}));
    int64_t id = db_one_i64(f->db, 0,
        "SELECT other FROM link WHERE town = ?1 AND item = ?2 AND kind = 'child'", V(FIXTURE_TOWN),
        V(it.id));
    struct item child = read(f, id);
    assert_int_equal(child.parent, it.id);
    assert_str(child.kind, "投诉");
    assert_int_equal(child.cls, it.cls);
    finish(f, &it, "h01");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_fails(f, STEP(f, &it, .step = S("close")), ERR_INVALID);
    fixture_as(f, "leader");
    fixture_ok(f, STEP(f, &child, .step = S("void"), .note = S("不用了")));
    assert_int_equal(child.due_us, 0);
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    struct item_in in = fixture_order(f, "没有主单");
    in.parent = 4242;
    fixture_fails(f, fixture_do(f, item_file(&f->c, &in, &child, &f->e)), ERR_INVALID);
}

// ---- lateness, escalation

static int64_t alarms(struct fixture *f)
{
    fixture_as(f, NULL);
    fixture_begin(f);
    int64_t n = item_alarms(&f->c, 100, &f->e);
    fixture_ok(f, fixture_end(f, f->e.code));
    return n;
}

static void test_lateness(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    struct item it = fixture_file(f, "没人派");
    fixture_at(f, "2026-11-16 16:00");
    assert_int_equal(alarms(f), 0); // on the very minute it is in time
    fixture_at(f, "2026-11-16 16:01");
    assert_int_equal(alarms(f), 1);
    assert_int_equal(alarms(f), 0); // once
    it = read(f, it.id);
    assert_str(item_field(&it, S("clock/dispatch")), "breached");
    assert_int_equal(it.level, 1);
    assert_int_equal(it.raised, FIXTURE_TOWN);
    assert_int_equal(events_of(f, it.id, "overdue"), 1);
    assert_int_equal(events_of(f, it.id, "escalate"), 1);

    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c01-g1"))));
    assert_int_equal(clock_of(&it, "dispatch", 0)->state, CLOCK_LATE);
    fixture_at(f, "2026-11-30 09:00");
    assert_int_equal(alarms(f), 1);
    it = read(f, it.id);
    assert_int_equal(it.level, 2);
    fixture_as(f, "h01");
    finish(f, &it, "h01");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    assert_count(f, "late", 1);
    assert_count(f, "on_time", 0);
}

static void test_escalation_climbs(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01-g1", NULL);
    fixture_at(f, "2026-11-24 09:00");
    assert_int_equal(alarms(f), 1);
    it = read(f, it.id);
    assert_int_equal(it.raised, fixture_unit(f, "c01")); // one level up the tree
    assert_int_equal(it.level, 1);

    it = dispatched(f, "c01", NULL);
    for (int i = 0; i < 2; i++) {
        fixture_as(f, "h01");
        assert_int_equal(it.level, 0);
        fixture_ok(f, RETURN(f, &it));
        if (i == 0) {
            fixture_as(f, "dispatcher");
            fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c01"))));
        }
    }
    assert_int_equal(it.level, 1); // returned twice
    assert_int_equal(it.raised, FIXTURE_TOWN);
    assert_int_equal(
        db_one_i64(f->db, -1,
            "SELECT person FROM event WHERE town = ?1 AND item = ?2 AND what = 'escalate'",
            V(FIXTURE_TOWN), V(it.id)),
        0); // by rule, by nobody
}

static void test_filed_in_the_past(void **state)
{
    struct fixture *f = *state;
    struct item it;
    struct item_in in = fixture_order(f, "上周五的来电");
    in.filed_us = at("2026-11-13 17:00");
    fixture_at(f, "2026-11-16 10:00");
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    assert_str(it.no, "RX20261113-00001");
    // The promise runs from the call: half an hour on Friday, two and a half until noon, one in the
    // afternoon.
    assert_time(it.due_us, "2026-11-16 14:30");
    assert_int_equal(fixture_tally(f, "hotline", "intake", 20261113), 1);
}

// ---- amending

static void test_amend_keeps_time_used(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    fixture_at(f, "2026-11-17 10:30"); // one working day used
    fixture_ok(f, STEP(f, &it, .step = S("amend"), .cls = fixture_class(f, "0201"),
                      FIELDS({S("kind"), S("建议")})));
    assert_str(it.kind, "建议");
    assert_int_equal(it.cls, fixture_class(f, "0201"));
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-17 10:30"); // 1wd now, all of it used
    int64_t old_cls = db_one_i64(f->db, -1,
        "SELECT n FROM tally WHERE town = ?1 AND dim = 'class' AND key = 'intake' AND period = "
        "202611"
        " AND class = ?2",
        V(FIXTURE_TOWN), V(fixture_class(f, "0101")));
    int64_t new_cls = db_one_i64(f->db, -1,
        "SELECT n FROM tally WHERE town = ?1 AND dim = 'class' AND key = 'intake' AND period = "
        "202611"
        " AND class = ?2",
        V(FIXTURE_TOWN), V(fixture_class(f, "0201")));
    assert_int_equal(old_cls, 0);
    assert_int_equal(new_cls, 1); // it moved with the order
    fixture_fails(f, STEP(f, &it, .step = S("amend"), .cls = 4242), ERR_INVALID);
}

static void test_route(void **state)
{
    struct fixture *f = *state;
    struct item it;
    struct item_in in = fixture_order(f, "怎么开办企业");
    struct item_field fields[] = {in.fields[0], {S("kind"), S("咨询")}};
    in.fields = fields;
    in.n_fields = 2;
    in.cls = fixture_class(f, "0501");
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    struct route_advice advice;
    route_advise(&f->c, rules_def(f->c.rules, it.def), &it, &advice);
    assert_int_equal(advice.n, 1);
    assert_str(advice.picks[0].unit->code, "office-business");
    assert_int_equal(advice.picks[0].trust, ROUTE_HIGH);
    it = fixture_file(f, "别的");
    route_advise(&f->c, rules_def(f->c.rules, it.def), &it, &advice);
    assert_int_equal(advice.n, 0);
}

// ---- limits

// Answers may be long and many, but not without end; an item that would outgrow its document is
// refused, not the process.
static void test_document_limit(void **state)
{
    struct fixture *f = *state;
    enum { FIELDS_WIDE = 60, POINTS = 2000 };
    str text = file_read(f->a, "tests/unit/domain/loop.yaml");
    size_t head = (size_t)(strstr(text.s, "\nfields:\n") - text.s) + strlen("\nfields:\n");
    str more = {0};
    char *wide = arena_alloc(f->a, 3 * POINTS + 1);
    for (size_t i = 0; i < POINTS; i++)
        memcpy(wide + 3 * i, "长", 3);
    struct item_in in = fixture_order(f, "很长");
    struct item_field *given = in.fields;
    size_t n_given = in.n_fields;
    in.fields = NULL;
    in.n_fields = 0;
    for (size_t i = 0; i < n_given; i++)
        VEC_PUSH(f->a, in.fields, in.n_fields) = given[i];
    for (int i = 0; i < FIELDS_WIDE; i++) {
        more = str_fmt(
            f->a, "%.*s  - {key: wide%d, title: 宽, type: text, max: 2000}\n", STR_ARG(more), i);
        struct item_field x = {str_fmt(f->a, "wide%d", i), {wide, 3 * POINTS}};
        VEC_PUSH(f->a, in.fields, in.n_fields) = x;
    }
    fixture_publish(f, "loop", "hotline",
        str_fmt(f->a, "%.*s%.*s%s", (int)head, text.s, STR_ARG(more), text.s + head));
    struct item it;
    fixture_as(f, "dispatcher");
    fixture_fails(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)), ERR_LIMIT);
    in.n_fields = 40;
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    struct item stored = read(f, it.id);
    assert_str(item_changes(f->a, &it, &stored), "{}");
}

// ---- rates [domain 1.4]

static bool rate_of(struct fixture *f, const char *key, double *out)
{
    const struct def *d = rules_loop(f->rules, S("hotline"))->now;
    double values[DEF_TALLIES_MAX];
    for (size_t i = 0; i < d->n_tallies; i++)
        values[i] = (double)fixture_tally(f, "hotline", str_z(f->a, d->tallies[i].key), 202611);
    for (size_t i = 0; i < d->n_rates; i++)
        if (str_eq(d->rates[i].key, str_of(key)))
            return formula_value(d->rates[i].formula, values, out);
    fail_msg("no rate %s", key);
    return false;
}

static void test_rates(void **state)
{
    struct fixture *f = *state;
    double v = -1;
    assert_false(rate_of(f, "satisfied", &v)); // nobody asked: blank, not 0
    static const char *const ANSWER[] = {"满意", "满意", "基本满意", "一般", "不满意", "未评价"};
    for (size_t i = 0; i < ARRAY_LEN(ANSWER); i++)
        (void)closed(f, ANSWER[i]);
    assert_true(rate_of(f, "satisfied", &v));
    assert_true(v > 0.67999 && v < 0.68001); // (2 + 0.8 + 0.6) / 5
    assert_true(rate_of(f, "on_time", &v) && v == 1);
    struct item late = dispatched(f, "c02", NULL);
    fixture_at(f, "2026-11-24 09:00");
    finish(f, &late, "h02");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &late, .step = S("check")));
    fixture_ok(f, STEP(f, &late, .step = S("close")));
    assert_true(rate_of(f, "on_time", &v));
    assert_true(v > 0.85713 && v < 0.85715);          // 6 of 7
    assert_true(rate_of(f, "contact", &v) && v == 1); // one was not asked: neither yes nor no
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(test_extension),
        ITEM_TEST(test_extension_of_an_urgent_order),
        ITEM_TEST(test_suspension),
        ITEM_TEST(test_breach_outlives_a_pause),
        ITEM_TEST(test_redo),
        ITEM_TEST(test_second_round),
        ITEM_TEST(test_reopen),
        ITEM_TEST(test_reopened_then_rechecked),
        ITEM_TEST(test_round_is_no_news),
        ITEM_TEST(test_judges_side_by_side),
        ITEM_TEST(test_exclusion),
        ITEM_TEST(test_merge),
        ITEM_TEST(test_child_blocks),
        ITEM_TEST(test_lateness),
        ITEM_TEST(test_escalation_climbs),
        ITEM_TEST(test_filed_in_the_past),
        ITEM_TEST(test_amend_keeps_time_used),
        ITEM_TEST(test_route),
        ITEM_TEST(test_document_limit),
        ITEM_TEST(test_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
