// A step taken back leaves the item as it was: by hand for the cases people meet, and by chance for
// every step the hotline knows.

#include "base/rng.h"
#include "domain/item_undo.h"
#include "item_case.h"

enum { LIVES = 40, STEPS = 30 };

static enum err_code undo(struct fixture *f, struct item *it, int64_t version)
{
    return fixture_do(f, item_undo(&f->c, it->id, version, it, &f->e));
}

// Everything that is kept of it but version, time of change and history; and all counters.
static str kept(struct fixture *f, int64_t id)
{
    struct item it = read(f, id), nothing = {0};
    str *rows = NULL;
    size_t n = 0;
    VEC_PUSH(f->a, rows, n) = item_changes(f->a, &nothing, &it);
    struct cursor r = db_rows(f->db,
        "SELECT 'p', part, unit, open, '' FROM part WHERE town = ?1 AND item = ?2 UNION ALL"
        " SELECT 'l', item, other, 0, kind FROM link WHERE town = ?1 AND (item = ?2 OR other = ?2)"
        " ORDER BY 1, 2, 3",
        V(FIXTURE_TOWN), V(id));
    while (db_next(&r))
        VEC_PUSH(f->a, rows, n) =
            str_fmt(f->a, "%.*s %" PRId64 " %" PRId64 " %" PRId64 " %.*s", STR_ARG(db_str(&r, 0)),
                db_i64(&r, 1), db_i64(&r, 2), db_i64(&r, 3), STR_ARG(db_str(&r, 4)));
    db_done(&r);
    r = db_rows(f->db,
        "SELECT loop, dim, period, unit, class, channel, key, n FROM tally WHERE town = ?1 AND n <>"
        " 0 ORDER BY loop, dim, period, unit, class, channel, key",
        V(FIXTURE_TOWN));
    while (db_next(&r))
        VEC_PUSH(f->a, rows, n) =
            str_fmt(f->a, "%.*s %.*s %" PRId64 " %" PRId64 " %" PRId64 " %.*s %.*s %" PRId64,
                STR_ARG(db_str(&r, 0)), STR_ARG(db_str(&r, 1)), db_i64(&r, 2), db_i64(&r, 3),
                db_i64(&r, 4), STR_ARG(db_str(&r, 5)), STR_ARG(db_str(&r, 6)), db_i64(&r, 7));
    db_done(&r);
    return str_join(f->a, rows, n, S("\n"));
}

static void as_before(struct fixture *f, int64_t id, str before, const char *what)
{
    str now = kept(f, id);
    if (!str_eq(before, now))
        fail_msg("after %s\n%.*s\nand not\n%.*s", what, STR_ARG(now), STR_ARG(before));
}

// The hotline, with every step but those that change other items to be taken back for so long.
static str with_undo(struct fixture *f, int seconds)
{
    str text = file_read(f->a, "tests/unit/domain/loop.yaml"), line, key = {0}, *lines = NULL;
    size_t n = 0;
    while (str_cut(&text, '\n', &line)) {
        if (str_starts(line, S("  - key: ")))
            key = str_sub(line, 9, line.n);
        if (str_starts(line, S("    undo:")))
            continue;
        VEC_PUSH(f->a, lines, n) = line;
        if (str_starts(line, S("    who: ")) && !str_eq(key, S("file")) &&
            !str_eq(key, S("child")) && !str_eq(key, S("unmerge")))
            VEC_PUSH(f->a, lines, n) = str_fmt(f->a, "    undo: %ds", seconds);
    }
    return str_join(f->a, lines, n, S("\n"));
}

// ---- the cases people meet

static void test_a_dispatch(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    struct item it = fixture_file(f, "楼道堆物");
    fixture_as(f, "dispatcher");
    str before = kept(f, it.id);
    fixture_at(f, "2026-11-16 10:30");
    fixture_ok(f,
        STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c01"), fixture_unit(f, "c02"))));
    struct item_undo_offer offer;
    assert_true(item_undo_offered(&f->c, &it, &offer));
    assert_str(offer.step->key, "dispatch");
    assert_int_equal(offer.until_us, f->c.now_us + 10 * US_SECOND);
    fixture_later(f, 10 * US_SECOND);
    fixture_ok(f, undo(f, &it, it.version));
    as_before(f, it.id, before, "a dispatch taken back");
    assert_int_equal(it.version, 3);
    assert_int_equal(events_of(f, it.id, ITEM_UNDO), 1);
    assert_int_equal(it.changed_us, f->c.now_us);
    // The promise to dispatch was never kept: it runs on as if nothing had been.
    assert_time(clock_of(&it, "dispatch", 0)->due_us, "2026-11-16 16:00");
    assert_false(item_undo_offered(&f->c, &it, &offer));
    fixture_as(f, "h01");
    assert_false(item_visible(&f->c, &it));
    // What was taken back can be done, and taken back, again.
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c02"))));
    assert_int_equal(it.n_parts, 1);
    fixture_ok(f, undo(f, &it, it.version));
    as_before(f, it.id, before, "another one");
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL), seen = it;
    fixture_as(f, "leader");
    fixture_fails(f, undo(f, &it, it.version), ERR_DENIED);
    fixture_as(f, "dispatcher");
    fixture_later(f, 10 * US_SECOND + 1);
    fixture_fails(f, undo(f, &it, it.version), ERR_INVALID);
    struct item_undo_offer offer;
    assert_false(item_undo_offered(&f->c, &it, &offer));
    fixture_later(f, -5 * US_SECOND);
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("accept")));
    fixture_fails(f, undo(f, &it, it.version), ERR_INVALID); // signing for it stays
    fixture_as(f, "dispatcher");
    fixture_fails(f, undo(f, &seen, seen.version), ERR_CONFLICT);
    assert_true(
        str_has(f->e.notes[0].message, S("演示 h01")) && str_has(f->e.notes[0].message, S("签收")));
    assert_int_equal(events_of(f, it.id, ITEM_UNDO), 0);
}

static void test_a_clock_ran_out_meanwhile(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    struct item_in in = fixture_order(f, "急");
    struct item_field fields[] = {in.fields[0], in.fields[1], {S("priority"), S("特急")}};
    in.fields = fields;
    struct item it;
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c01"))));
    struct item seen = it;
    fixture_later(f, US_SECOND);
    fixture_as(f, NULL);
    f->c.now_us += 3 * US_HOUR;
    assert_true(fixture_do(f, item_alarm(&f->c, it.id, &f->e)) == OK);
    f->c.now_us -= 3 * US_HOUR;
    fixture_as(f, "dispatcher");
    fixture_fails(f, undo(f, &seen, seen.version), ERR_CONFLICT);
    assert_true(str_has(f->e.notes[0].message, S("a clock ran out")));
}

static void test_what_the_step_set_off_goes_with_it(void **state)
{
    struct fixture *f = *state;
    // Returned twice: the rule raises the order in the very step that is taken back.
    fixture_publish(f, "loop", "hotline", with_undo(f, 10));
    struct item it = dispatched(f, "c01", NULL);
    fixture_as(f, "h01");
    fixture_ok(f, RETURN(f, &it));
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c02"))));
    str before = kept(f, it.id);
    fixture_as(f, "h02");
    fixture_ok(f, RETURN(f, &it));
    assert_int_equal(it.level, 1);
    assert_int_equal(events_of(f, it.id, "escalate"), 1);
    fixture_ok(f, undo(f, &it, it.version));
    as_before(f, it.id, before, "a return that raised it");
    assert_int_equal(it.level, 0);
}

static void test_a_merge(void **state)
{
    struct fixture *f = *state;
    struct item main = dispatched(f, "c01", NULL), it = fixture_file(f, "同一件事");
    str before = kept(f, it.id);
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("merge"), .other = main.no));
    assert_false(it.open);
    fixture_ok(f, undo(f, &it, it.version));
    as_before(f, it.id, before, "a merge taken back");
    // Another order joins the one whose dispatch is about to be taken back: too late.
    struct item third = fixture_file(f, "又一件");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c03"))));
    fixture_ok(f, STEP(f, &third, .step = S("merge"), .other = it.no));
    fixture_fails(f, undo(f, &it, it.version), ERR_CONFLICT);
}

// ---- by chance

static str some_value(const struct def_field *field)
{
    switch (field->type) {
    case DEF_CHOICE:
        return field->options[0];
    case DEF_DATE:
        return S("2026-12-01");
    case DEF_YESNO:
        return S("是");
    case DEF_NUMBER:
        return S("1");
    default:
        return S("好的");
    }
}

static enum err_code some_step(
    struct fixture *f, struct rng *r, struct item *it, const struct step_open *o, str main)
{
    static const char *const units[] = {"c01", "c02", "c03", "office-property"};
    const struct def *d = rules_def(f->rules, it->def);
    const struct def_step *s = o->step;
    struct step_in in = {.step = s->key,
        .part = o->part,
        .note = S("说明"),
        .other = main,
        .extend = {1, DUR_WORK_DAYS, false}};
    int64_t two[2];
    size_t first = (size_t)rng_range(r, 0, 3);
    for (size_t i = 0; i < 2; i++)
        two[i] = fixture_unit(f, units[(first + i) % ARRAY_LEN(units)]);
    in.units = two;
    in.n_units = (size_t)rng_range(r, 1, 2);
    in.has_place = def_asks(s, DEF_ASK_PLACE) != NULL;
    if (in.has_place)
        in.place = (struct item_place){.address = S("北虹路"), .lat = 31.2, .lon = 121.3};
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].field >= 0) {
            const struct def_field *field = &d->fields[s->asks[i].field];
            VEC_PUSH(f->a, in.fields, in.n_fields) =
                (struct item_field){field->key, some_value(field)};
        }
    if (s->reasons >= 0) {
        const struct def_reason *why = &d->reasons[s->reasons].rows[0];
        in.reason = why->key;
        in.reason_option = why->n > 0 ? why->options[0] : (str){0};
    }
    for (size_t i = 0; i < d->n_judges; i++)
        if (s->judges >> i & 1)
            in.judge = d->judges[i].key;
    return take(f, it, in);
}

// One step open to the actor, and back again. Answers whether there was one.
static bool there_and_back(struct fixture *f, struct rng *r, struct item *it, str main)
{
    size_t n;
    struct step_open *open = item_steps(&f->c, it, &n);
    size_t n_ok = 0;
    for (size_t i = 0; i < n; i++)
        if (open[i].ok)
            open[n_ok++] = open[i];
    if (n_ok == 0)
        return false;
    const struct step_open *o = &open[rng_range(r, 0, (int64_t)n_ok - 1)];
    str before = kept(f, it->id);
    struct item was = *it;
    if (some_step(f, r, it, o, main) != OK) {
        *it = was;
        return false;
    }
    if (o->step->undo_s == 0 || rng_range(r, 0, 2) == 0)
        return true;
    fixture_later(f, rng_range(r, 0, 60) * US_SECOND);
    if (undo(f, it, it->version) == OK)
        as_before(f, it->id, before, str_z(f->a, o->step->key));
    else // its merged ones were closed with it
        assert_true(it->closed_us != 0);
    return true;
}

static void test_by_chance(void **state)
{
    static const char *const who[] = {"dispatcher", "leader", "h01", "h02", "h03", "op"};
    struct fixture *f = *state;
    struct rng r;
    int64_t done = 0;
    rng_seed(&r, 20261116);
    fixture_publish(f, "loop", "hotline", with_undo(f, 60));
    for (int i = 0; i < LIVES; i++) {
        fixture_as(f, "dispatcher");
        struct item main = fixture_file(f, "主单"), it;
        struct item_in order = fixture_order(f, "楼道堆物");
        if (i % 2)
            order.text = (str){0};
        fixture_ok(f, fixture_do(f, item_file(&f->c, &order, &it, &f->e)));
        for (int k = 0; k < STEPS; k++) {
            fixture_later(f, rng_range(&r, 1, 600) * US_MINUTE);
            fixture_as(f, who[rng_range(&r, 0, ARRAY_LEN(who) - 1)]);
            it = read(f, it.id);
            done += there_and_back(f, &r, &it, main.no);
        }
    }
    if (done < LIVES * 4)
        fail_msg("only %d steps", (int)done);
}

static void test_a_definition_says_how_long(void **state)
{
    struct fixture *f = *state;
    const struct def *d = rules_def(f->rules, read(f, dispatched(f, "c01", NULL).id).def);
    assert_int_equal(def_step(d, S("dispatch"))->undo_s, 10);
    assert_int_equal(def_step(d, S("reply"))->undo_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(test_a_dispatch),
        ITEM_TEST(test_refused),
        ITEM_TEST(test_a_clock_ran_out_meanwhile),
        ITEM_TEST(test_what_the_step_set_off_goes_with_it),
        ITEM_TEST(test_a_merge),
        ITEM_TEST(test_by_chance),
        ITEM_TEST(test_a_definition_says_how_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
