// The engine through its two doors, on the hotline's main path; what is refused; returns.

#include "item_case.h"

// ---- the main path

static void test_filing(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    struct item it = fixture_file(f, "楼道堆物");
    assert_str(it.no, "RX20261116-00001");
    assert_str(it.state, "filed");
    assert_true(it.open);
    assert_int_equal(it.version, 1);
    assert_int_equal(it.unit, fixture_unit(f, "ops-centre"));
    assert_int_equal(it.receiver, it.unit);
    // 4wh from 10:00: 90 minutes until 11:30, 150 from 13:30. 15wd: the fifteenth working day
    // after, at the same minute.
    assert_time(clock_of(&it, "dispatch", 0)->due_us, "2026-11-16 16:00");
    assert_time(clock_of(&it, "all", 0)->due_us, "2026-12-07 10:00");
    assert_time(it.due_us, "2026-11-16 16:00");
    assert_true(it.alarm_us == it.due_us);
    assert_str(item_field(&it, S("clock/dispatch")), "running");
    assert_count(f, "intake", 1);
    assert_int_equal(fixture_tally(f, "hotline", "intake", 20261116), 1);
    assert_str(fixture_file(f, "又一张").no, "RX20261116-00002");
    fixture_at(f, "2026-11-17 00:00");
    assert_str(fixture_file(f, "次日").no, "RX20261117-00001");
}

static void test_main_path(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "office-property");
    assert_str(it.state, "handling");
    assert_int_equal(it.unit, fixture_unit(f, "c01"));
    assert_int_equal(it.n_parts, 2);
    assert_true(it.parts[0].lead && !it.parts[1].lead);
    assert_int_equal(open_parts(f, it.id), 2);
    assert_int_equal(clock_of(&it, "dispatch", 0)->state, CLOCK_MET);
    assert_int_equal(clocks_of(&it, "contact"), 1); // the lead's alone
    assert_time(clock_of(&it, "contact", 1)->due_us, "2026-11-17 10:30");
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-23 10:30");
    assert_time(clock_of(&it, "handle", 2)->due_us, "2026-11-23 10:30");
    assert_time(it.due_us, "2026-11-17 10:30");

    fixture_at(f, "2026-11-16 11:00");
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("accept")));
    assert_str(it.parts[0].state, "working");
    fixture_ok(f, STEP(f, &it, .step = S("contact"),
                      FIELDS({S("contacted"), S("是")}, {S("contact_way"), S("电话")})));
    assert_int_equal(clock_of(&it, "contact", 1)->state, CLOCK_MET);
    assert_true(item_field(&it, S("contacted_at")).n > 0);
    fixture_fails(
        f, STEP(f, &it, .step = S("contact"), FIELDS({S("contacted"), S("是")})), ERR_INVALID);

    finish(f, &it, "h01");
    assert_str(it.state, "handling"); // the item waits for all its parts
    assert_int_equal(open_parts(f, it.id), 1);
    finish(f, &it, "op");
    assert_str(it.state, "replied");
    assert_int_equal(open_parts(f, it.id), 0);
    assert_str(item_field(&it, S("clock/handle")), "met");
    assert_time(it.due_us, "2026-12-07 10:00"); // only the whole is still running

    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_at(f, "2026-11-18 09:00");
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    assert_str(it.state, "closed");
    assert_false(it.open);
    assert_time(it.closed_us, "2026-11-18 09:00");
    assert_int_equal(it.due_us, 0);
    assert_count(f, "closed", 1);
    assert_count(f, "on_time", 1);
    assert_count(f, "late", 0);
    assert_count(f, "contact_yes", 1);
    assert_count(f, "solved", 1);
    assert_int_equal(fixture_tally(f, "hotline", "closed", 20261118), 1);
    fixture_ok(f, STEP(f, &it, .step = S("rate"),
                      FIELDS({S("satisfied"), S("满意")}, {S("solved"), S("实际解决")})));
    assert_str(it.state, "rated");
    assert_str(item_field(&it, S("own/satisfied")), "满意");
    assert_str(item_field(&it, S("satisfied")), "");
    assert_count(f, "sat", 1);
    assert_int_equal(
        it.version, db_one_i64(f->db, 0, "SELECT count(*) FROM event WHERE town = ?1 AND item = ?2",
                        V(FIXTURE_TOWN), V(it.id)));
    struct item again = read(f, it.id);
    assert_str(item_changes(f->a, &it, &again), "{}");
}

static void test_assist_later(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    fixture_at(f, "2026-11-17 09:00");
    fixture_ok(f,
        STEP(f, &it, .step = S("assist"), UNITS(fixture_unit(f, "c02"), fixture_unit(f, "c03"))));
    assert_int_equal(it.n_parts, 3);
    assert_int_equal(it.unit, fixture_unit(f, "c01"));
    // Each clock from its own start: the lead's was not begun again.
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-23 10:30");
    assert_time(clock_of(&it, "handle", 2)->due_us, "2026-11-23 17:30");
    fixture_fails(f, STEP(f, &it, .step = S("assist"), UNITS(fixture_unit(f, "c02"))), ERR_INVALID);
    fixture_fails(f, STEP(f, &it, .step = S("assist"), UNITS(424242)), ERR_INVALID);
    assert_str(fixture_note(f, 0), "units[0]");
}

// ---- what is refused

static void test_all_mistakes_at_once(void **state)
{
    struct fixture *f = *state;
    struct item it;
    struct item_in in = fixture_order(f, "");
    in.cls = 4242;
    in.lat = 91;
    struct item_field fields[] = {
        {S("channel"), S("电报")}, {S("nonsense"), S("1")}, {S("priority"), S("一般")}};
    in.fields = fields;
    in.n_fields = ARRAY_LEN(fields);
    in.filed_us = f->c.now_us + US_DAY;
    fixture_as(f, "dispatcher");
    fixture_fails(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)), ERR_INVALID);
    assert_true(fixture_noted(f, "title"));
    assert_true(fixture_noted(f, "class"));
    assert_true(fixture_noted(f, "lat"));
    assert_true(fixture_noted(f, "fields.channel"));
    assert_true(fixture_noted(f, "fields.kind"));
    assert_true(fixture_noted(f, "fields.nonsense"));
    assert_true(fixture_noted(f, "filed"));
    assert_int_equal(f->e.n, 7);
    assert_count(f, "intake", 0);
    assert_int_equal(
        db_one_i64(f->db, -1, "SELECT count(*) FROM event WHERE town = ?1", V(FIXTURE_TOWN)), 0);
    // The number that was drawn is given back: numbers have no gaps.
    assert_str(fixture_file(f, "好的").no, "RX20261116-00001");

    struct item one = dispatched(f, "c01", NULL);
    fixture_as(f, "h01");
    fixture_fails(f,
        STEP(f, &one, .step = S("return"), .reason = S("没有"), FIELDS({S("solved"), S("x")})),
        ERR_INVALID);
    assert_true(fixture_noted(f, "reason.key"));
    assert_true(fixture_noted(f, "note"));
    assert_true(fixture_noted(f, "fields.solved"));
}

static void test_conflict_and_rights(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    struct item seen = it;
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("accept")));
    fixture_as(f, "h02");
    fixture_fails(f, STEP(f, &seen, .step = S("accept")), ERR_CONFLICT);
    assert_str(fixture_note(f, 0), "version");
    fixture_fails(f, STEP(f, &it, .step = S("reply"), .part = 1, ANSWERS),
        ERR_DENIED); // the lead's part is not his
    fixture_fails(f, STEP(f, &it, .step = S("assist"), UNITS(fixture_unit(f, "c04"))), ERR_DENIED);
    fixture_as(f, "h03"); // not in his sight
    fixture_fails(f, STEP(f, &it, .step = S("note"), .note = S("x")), ERR_MISSING);
    fixture_as(f, "reader");
    fixture_fails(f, STEP(f, &it, .step = S("note"), .note = S("x")), ERR_DENIED);
    fixture_as(f, "dispatcher");
    fixture_fails(f, STEP(f, &it, .step = S("close")), ERR_INVALID); // not from this state
    fixture_fails(f, STEP(f, &it, .step = S("nonsense")), ERR_INVALID);
    fixture_fails(f, STEP(f, &it, .step = S("file")), ERR_INVALID);
    struct item_in in = fixture_order(f, "x");
    struct item none;
    fixture_as(f, "h01");
    fixture_fails(f, fixture_do(f, item_file(&f->c, &in, &none, &f->e)), ERR_DENIED);
    fixture_as(f, "clerk");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &none, &f->e)));
    in.loop = S("nonsense");
    fixture_fails(f, fixture_do(f, item_file(&f->c, &in, &none, &f->e)), ERR_INVALID);
}

static void test_unique_value(void **state)
{
    struct fixture *f = *state;
    struct item it;
    struct item_in in = fixture_order(f, "x");
    struct item_field fields[] = {in.fields[0], in.fields[1], {S("source_no"), S("SH-1")}};
    in.fields = fields;
    in.n_fields = ARRAY_LEN(fields);
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    assert_str(it.priority, "一般"); // its default
    fixture_fails(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)), ERR_CONFLICT);
    assert_str(f->e.notes[0].expected, "RX20261116-00001");
}

static enum err_code file_numbered(struct fixture *f, const char *source_no, struct item *it)
{
    struct item_in in = fixture_order(f, "噪声");
    struct item_field fields[] = {
        in.fields[0], in.fields[1], in.fields[2], {S("source_no"), str_of(source_no)}};
    in.fields = fields;
    in.n_fields = ARRAY_LEN(fields);
    fixture_as(f, "dispatcher");
    return fixture_do(f, item_file(&f->c, &in, it, &f->e));
}

// Within a group, where a command fails that had drawn a number, and over its end.
static void test_numbers_have_no_gaps(void **state)
{
    struct fixture *f = *state;
    struct item it;
    fixture_group(f);
    fixture_ok(f, file_numbered(f, "SH-1", &it));
    assert_str(it.no, "RX20261116-00001");
    fixture_fails(f, file_numbered(f, "SH-1", &it), ERR_CONFLICT);
    fixture_ok(f, file_numbered(f, "SH-2", &it));
    assert_str(it.no, "RX20261116-00002");
    fixture_ungroup(f);
    assert_str(fixture_file(f, "积水").no, "RX20261116-00003");
    fixture_at(f, "2026-11-17 09:00");
    assert_str(fixture_file(f, "积水").no, "RX20261117-00001");
}

static void test_open_steps(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    fixture_as(f, "h02");
    size_t n;
    struct step_open *rows = item_steps(&f->c, &it, &n);
    size_t open = 0, replies = 0;
    for (size_t i = 0; i < n; i++) {
        bool reply = str_eq(rows[i].step->key, S("reply"));
        replies += reply;
        open += rows[i].ok;
        assert_true(rows[i].ok == (rows[i].why.n == 0));
        if (reply)
            assert_true(rows[i].ok == (rows[i].part == 2));
        if (rows[i].ok && rows[i].step->on_part)
            assert_int_equal(rows[i].part, 2);
    }
    assert_int_equal(replies, 2);
    assert_int_equal(open, 5); // accept, contact, reply, return, and the item's note
}

// ---- return

static void test_return_by_lead(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    fixture_at(f, "2026-11-16 14:00");
    fixture_as(f, "h01");
    fixture_ok(f, RETURN(f, &it));
    assert_str(it.state, "filed");
    assert_int_equal(it.unit, fixture_unit(f, "ops-centre"));
    assert_int_equal(it.returns, 1);
    assert_str(it.parts[0].state, "returned");
    assert_str(it.parts[1].state, "withdrawn");
    assert_int_equal(open_parts(f, it.id), 0);
    assert_int_equal(clock_of(&it, "handle", 1)->state, CLOCK_VOID);
    assert_int_equal(clock_of(&it, "handle", 2)->state, CLOCK_VOID);
    assert_int_equal(clock_of(&it, "contact", 1)->state, CLOCK_VOID);
    assert_int_equal(clock_of(&it, "all", 0)->state, CLOCK_RUNNING); // the citizen waits on
    assert_time(
        clock_of(&it, "dispatch", 0)->due_us, "2026-11-17 09:30"); // 3.5 hours today, half tomorrow
    assert_count(f, "returned", 1);
    str changes = db_one_str(f->db, f->a,
        "SELECT changes FROM event WHERE town = ?1 AND item = ?2 AND what = 'return'",
        V(FIXTURE_TOWN), V(it.id));
    assert_true(str_has(changes, S("\"reason\":{\"key\":\"职责不符\",\"option\":\"非本辖区\"}")));
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c03"))));
    assert_int_equal(it.n_parts, 3);
    assert_true(it.parts[2].lead && !it.parts[0].lead);
    assert_int_equal(clock_of(&it, "handle", 3)->state, CLOCK_RUNNING);
    assert_str(item_field(&it, S("clock/handle")), "running");
    assert_count(f, "returned", 1);
}

static void test_return_by_assist(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    fixture_as(f, "h02");
    fixture_ok(f, RETURN(f, &it));
    assert_str(it.state, "handling"); // the lead goes on
    assert_int_equal(it.unit, fixture_unit(f, "c01"));
    assert_int_equal(clocks_of(&it, "dispatch"), 1); // nobody has to dispatch it again
    assert_str(item_field(&it, S("clock/dispatch")), "met");
    finish(f, &it, "h01");
    assert_str(it.state, "replied");

    // The lead has answered already: what is left is to check, not to dispatch anew.
    it = dispatched(f, "c01", "c02");
    finish(f, &it, "h01");
    fixture_as(f, "h02");
    fixture_ok(f, RETURN(f, &it));
    assert_str(it.state, "replied");
    assert_str(it.parts[0].state, "done");
    assert_int_equal(it.returns, 1);
}

static void test_return_is_locked(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    for (int i = 0; i < 3; i++) {
        fixture_as(f, "h01");
        fixture_ok(f, RETURN(f, &it));
        fixture_as(f, "dispatcher");
        fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c01"))));
    }
    assert_int_equal(it.returns, 3);
    assert_true(it.locked);
    static const char *const anybody[] = {"h01", "leader"};
    for (size_t i = 0; i < ARRAY_LEN(anybody); i++) {
        fixture_as(f, anybody[i]);
        enum err_code wanted = i == 0 ? ERR_INVALID : ERR_DENIED; // a leader returns nothing
        fixture_fails(f, RETURN(f, &it), wanted);
    }
    fixture_as(f, "dispatcher");
    fixture_fails(f, STEP(f, &it, .step = S("unlock"), .note = S("x")), ERR_DENIED);
    fixture_as(f, "leader");
    fixture_fails(f, STEP(f, &it, .step = S("unlock")), ERR_INVALID); // says nothing
    fixture_ok(f, STEP(f, &it, .step = S("unlock"), .note = S("确不属其职责")));
    assert_int_equal(it.unlocks, 1);
    assert_false(it.locked);
    fixture_fails(f, STEP(f, &it, .step = S("unlock"), .note = S("x")), ERR_INVALID);
    fixture_as(f, "h01");
    fixture_ok(f, RETURN(f, &it));
    assert_int_equal(it.returns, 4);
    assert_str(it.state, "filed");
    assert_true(it.locked);         // one return for each time
    assert_count(f, "returned", 1); // an order that was returned, however often
}

// The day's last number could not be read: that order fails, the next of the group gets the right
// one.
static void test_number_not_read(void **state)
{
    struct fixture *f = *state;
    struct item first = fixture_file(f, "甲"), it;
    struct item_in in = fixture_order(f, "乙");
    fixture_as(f, "dispatcher");
    fixture_group(f);
    fixture_begin(f);
    db_fail_at(f->db, 1);
    enum err_code code = item_file(&f->c, &in, &it, &f->e);
    db_fail_at(f->db, 0);
    fixture_fails(f, fixture_end(f, code), ERR_STORE);
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    fixture_ungroup(f);
    assert_str(first.no, "RX20261116-00001");
    assert_str(it.no, "RX20261116-00002");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(test_number_not_read),
        ITEM_TEST(test_filing),
        ITEM_TEST(test_main_path),
        ITEM_TEST(test_assist_later),
        ITEM_TEST(test_all_mistakes_at_once),
        ITEM_TEST(test_conflict_and_rights),
        ITEM_TEST(test_unique_value),
        ITEM_TEST(test_numbers_have_no_gaps),
        ITEM_TEST(test_open_steps),
        ITEM_TEST(test_return_by_lead),
        ITEM_TEST(test_return_by_assist),
        ITEM_TEST(test_return_is_locked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
