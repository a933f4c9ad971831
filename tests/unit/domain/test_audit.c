// A town that has lived a little is proven; then one bit is changed at a time, and each time it
// must be found and named.

#include "base/rng.h"
#include "domain/audit.h"
#include "domain/item_move.h"
#include "domain/item_store.h"
#include "town_fixture.h"

enum { ITEMS = 120, STEPS = 1800, SEED = 20261120 };

// ---- some life

static str any(struct rng *r, const str *v, size_t n)
{
    return v[rng_range(r, 0, (int64_t)n - 1)];
}

static str any_value(struct fixture *f, struct rng *r, const struct def_field *d)
{
    if (d->type == DEF_CHOICE)
        return any(r, d->options, d->n_options);
    if (d->type == DEF_DATE)
        return S("2026-12-24");
    return str_fmt(f->a, "答复 %d", (int)rng_range(r, 1, 999));
}

static void answer(struct fixture *f, struct rng *r, const struct def *d, const struct def_step *s,
    struct step_in *in)
{
    for (size_t i = 0; i < s->n_asks; i++) {
        int at = s->asks[i].field;
        if (at < 0 || (!s->asks[i].required && rng_range(r, 0, 1) == 0))
            continue;
        struct item_field x = {d->fields[at].key, any_value(f, r, &d->fields[at])};
        VEC_PUSH(f->a, in->fields, in->n_fields) = x;
    }
    in->has_place = def_asks(s, DEF_ASK_PLACE) != NULL;
    if (in->has_place)
        in->place = (struct item_place){
            .address = S("北虹路"), .lat = 31 + rng_unit(r), .lon = 121 + rng_unit(r)};
    for (int i = 0, n = (int)rng_range(r, 1, 2); i < n; i++) {
        const char *code = str_fmt(f->a, "c%02d", (int)rng_range(r, 1, 10)).s;
        int64_t unit = fixture_unit(f, code);
        if (in->n_units == 0 || in->units[0] != unit)
            VEC_PUSH(f->a, in->units, in->n_units) = unit;
    }
    if (s->reasons >= 0) {
        const struct def_reasons *list = &d->reasons[s->reasons];
        const struct def_reason *one = &list->rows[rng_range(r, 0, (int64_t)list->n - 1)];
        in->reason = one->key;
        in->reason_option = one->n > 0 ? any(r, one->options, one->n) : (str){0};
    }
    in->judge = s->judges == 6 ? (rng_range(r, 0, 1) ? S("district") : S("third")) : (str){0};
}

// The way to the end, more often than the ways aside.
static double weight(const struct def_step *s)
{
    static const char *const ON[] = {
        "dispatch", "accept", "contact", "reply", "check", "close", "rate", "resume"};
    static const char *const RARE[] = {
        "void", "merge", "child", "reopen", "recheck", "urge", "note", "instruct"};
    for (size_t i = 0; i < ARRAY_LEN(ON); i++)
        if (str_eq(s->key, str_of(ON[i])))
            return 12;
    for (size_t i = 0; i < ARRAY_LEN(RARE); i++)
        if (str_eq(s->key, str_of(RARE[i])))
            return 0.5;
    return 2;
}

static const struct step_open *pick_step(struct fixture *f, struct rng *r, const struct item *it)
{
    size_t n;
    struct step_open *rows = item_steps(&f->c, it, &n);
    double weights[200];
    bool any_ok = false;
    assert_true(n <= ARRAY_LEN(weights));
    for (size_t i = 0; i < n; i++) {
        weights[i] = rows[i].ok ? weight(rows[i].step) : 0;
        any_ok = any_ok || rows[i].ok;
    }
    return any_ok ? &rows[rng_weighted(r, weights, n)] : NULL;
}

static bool random_step(struct fixture *f, struct rng *r)
{
    static const char *const WHO[] = {"dispatcher", "leader", NULL, NULL, NULL};
    int64_t last =
        db_one_i64(f->db, 0, "SELECT max(id) FROM item WHERE town = ?1", V(FIXTURE_TOWN));
    struct item it;
    fixture_ok(f, item_load(&f->c, rng_range(r, last > 15 ? last - 15 : 1, last), &it, &f->e));
    const char *who = WHO[rng_range(r, 0, 4)];
    if (!who && it.n_parts > 0) // NULL: a handler
        who = str_fmt(f->a, "h%s",
            rules_unit(f->rules, it.parts[rng_range(r, 0, (int64_t)it.n_parts - 1)].unit)->code.s +
                1)
                  .s;
    fixture_as(f, who ? who : "dispatcher");
    const struct step_open *pick = pick_step(f, r, &it);
    if (!pick)
        return false;
    struct step_in in = {.item = it.id,
        .step = pick->step->key,
        .version = it.version,
        .part = pick->part,
        .note = S("写明情况"),
        .extend = {2, DUR_WORK_DAYS, false},
        .child = {.title = S("子单")}};
    in.other = db_one_str(f->db, f->a, "SELECT no FROM item WHERE town = ?1 AND id = ?2",
        V(FIXTURE_TOWN), V(rng_range(r, 1, last)));
    if (str_eq(in.step, S("amend")))
        in.cls = rng_range(r, 1, (int64_t)f->rules->n_classes);
    answer(f, r, rules_def(f->rules, it.def), pick->step, &in);
    return fixture_do(f, item_step(&f->c, &in, &it, &f->e)) == OK;
}

static void live(struct fixture *f, uint64_t seed, int items, int steps)
{
    struct rng r;
    rng_seed(&r, seed);
    int taken = 0;
    for (int i = 0; i < items; i++) {
        if (i % 20 == 0)
            fixture_group(f);
        (void)fixture_file(f, str_fmt(f->a, "第 %d 件", i).s);
        for (int k = 0; k < steps / items; k++)
            taken += random_step(f, &r);
        fixture_later(f, rng_range(&r, 1, 180) * US_MINUTE);
        fixture_as(f, NULL);
        fixture_begin(f);
        (void)item_alarms(&f->c, 50, &f->e);
        fixture_ok(f, fixture_end(f, f->e.code));
        if (i % 20 == 19)
            fixture_ungroup(f);
    }
    if (taken < steps / 2)
        fail_msg("only %d steps were taken", taken);
}

static int setup(void **state)
{
    struct fixture *f = fixture_open();
    live(f, SEED, ITEMS, STEPS);
    *state = f;
    return 0;
}

// ---- proving

static enum err_code chain(struct fixture *f, struct audit_out *out)
{
    err_init(&f->e, f->a, LANG_EN);
    return audit_verify(&f->c, NULL, NULL, out, &f->e);
}

static enum err_code counts(struct fixture *f, struct audit_out *out)
{
    err_init(&f->e, f->a, LANG_EN);
    return tally_verify(&f->c, NULL, NULL, out, &f->e);
}

static void said(void *arg, int64_t done, int64_t total)
{
    int64_t *last = arg;
    assert_true(done >= *last && done <= total);
    *last = done;
}

static void test_whole_town(void **state)
{
    struct fixture *f = *state;
    struct audit_out out;
    int64_t last = 0;
    fixture_ok(f, audit_verify(&f->c, said, &last, &out, &f->e));
    assert_int_equal(out.events,
        db_one_i64(f->db, 0, "SELECT count(*) FROM event WHERE town = ?1", V(FIXTURE_TOWN)));
    assert_int_equal(last, out.events);
    assert_true(out.events > ITEMS * 2);
    assert_int_equal(out.head.n, 64);
    assert_int_equal(out.first_bad, 0);
    last = 0;
    size_t used = arena_used(f->a);
    fixture_ok(f, tally_verify(&f->c, said, &last, &out, &f->e));
    assert_true(arena_used(f->a) - used < 64 * KIB); // nothing stays in the caller's arena
    assert_int_equal(out.items,
        db_one_i64(f->db, 0, "SELECT count(*) FROM item WHERE town = ?1", V(FIXTURE_TOWN)));
    assert_int_equal(out.cells,
        db_one_i64(f->db, 0, "SELECT count(*) FROM tally WHERE town = ?1", V(FIXTURE_TOWN)));
    assert_true(out.cells > 100);
}

// Whatever was done to them, no order is left in a state in which nobody would ever act.
static void test_nothing_is_stuck(void **state)
{
    struct fixture *f = *state;
    int64_t last =
        db_one_i64(f->db, 0, "SELECT max(id) FROM item WHERE town = ?1", V(FIXTURE_TOWN));
    for (int64_t id = 1; id <= last; id++) {
        struct item it;
        fixture_ok(f, item_load(&f->c, id, &it, &f->e));
        const struct def *d = rules_def(f->rules, it.def);
        size_t parts = 0, leads = 0, running = 0;
        for (size_t i = 0; i < it.n_parts; i++) {
            bool open = item_part_open(&it.parts[i], d->part_states, d->n_part_states);
            parts += open;
            leads += it.parts[i].lead;
        }
        for (size_t i = 0; i < it.n_clocks; i++) {
            const struct clock *k = &it.clocks[i];
            running += clock_open(k);
            // A part's clock runs while its part is open, and no longer.
            for (size_t p = 0; clock_open(k) && k->part != 0 && p < it.n_parts; p++)
                assert_true(it.parts[p].id != k->part ||
                            item_part_open(&it.parts[p], d->part_states, d->n_part_states));
        }
        bool handling = str_eq(it.state, S("handling")) || str_eq(it.state, S("suspended"));
        assert_true(leads <= 1);
        assert_true((parts > 0) == (handling && it.merged == 0));
        assert_true(
            running > 0 || !it.open || it.round > 1); // the second round has no clock over all
        assert_true(it.open || it.merged != 0 || running == 0);
        assert_true(it.open || it.alarm_us == 0);
        assert_true(it.open == (it.closed_us == 0 && it.merged == 0));
    }
}

static void ok(struct fixture *f)
{
    fixture_ok(f, db_status(f->db, &f->e));
}

// The lowest bit of the first byte in the text that is a digit, or of the last byte of a text
// without one.
static str flipped(struct fixture *f, str x)
{
    char *s = str_z(f->a, x);
    size_t at = 0;
    while (at < x.n && !(s[at] >= '0' && s[at] <= '9'))
        at++;
    if (at == x.n)
        at = x.n - 1;
    s[at] = (char)(s[at] ^ 1);
    return (str){s, x.n};
}

static void named(struct fixture *f, int64_t event, enum err_code code, const struct audit_out *out)
{
    assert_int_equal(code, ERR_STORE);
    assert_int_equal(out->first_bad, event);
    str field = str_fmt(f->a, "event[%d]", (int)event);
    assert_true(str_eq(f->e.notes[0].field, field));
}

static void test_changed_event(void **state)
{
    struct fixture *f = *state;
    struct audit_out out;
    int64_t id = db_one_i64(f->db, 0,
        "SELECT id FROM event WHERE town = ?1 AND note <> '' AND item > 40 ORDER BY id LIMIT 1",
        V(FIXTURE_TOWN));
    str note = db_one_str(
        f->db, f->a, "SELECT note FROM event WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id));
    str changes = db_one_str(f->db, f->a, "SELECT changes FROM event WHERE town = ?1 AND id = ?2",
        V(FIXTURE_TOWN), V(id));
    str hash = db_one_str(
        f->db, f->a, "SELECT hash FROM event WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id));
    assert_true(id > 1 && note.n > 0);

    db_run(f->db, "UPDATE event SET note = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id),
        V(flipped(f, note)));
    named(f, id, chain(f, &out), &out);
    db_run(f->db, "UPDATE event SET note = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id),
        V(note));

    db_run(f->db, "UPDATE event SET changes = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN),
        V(id), V(flipped(f, changes)));
    named(f, id, chain(f, &out), &out);
    db_run(f->db, "UPDATE event SET changes = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN),
        V(id), V(changes));

    db_run(f->db, "UPDATE event SET hash = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id),
        val_blob(flipped(f, hash)));
    named(f, id, chain(f, &out), &out);
    db_run(f->db, "UPDATE event SET hash = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id),
        val_blob(S("short")));
    named(f, id, chain(f, &out), &out);
    db_run(f->db, "UPDATE event SET hash = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id),
        val_blob(hash));

    db_run(f->db, "UPDATE event SET at_us = at_us + 1 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN),
        V(id));
    named(f, id, chain(f, &out), &out);
    db_run(f->db, "UPDATE event SET at_us = at_us - 1 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN),
        V(id));

    db_run(f->db, "UPDATE event SET person = person + 1 WHERE town = ?1 AND id = ?2",
        V(FIXTURE_TOWN), V(id));
    named(f, id, chain(f, &out), &out);
    db_run(f->db, "UPDATE event SET person = person - 1 WHERE town = ?1 AND id = ?2",
        V(FIXTURE_TOWN), V(id));
    ok(f);
    fixture_ok(f, chain(f, &out));
}

static void test_missing_events(void **state)
{
    struct fixture *f = *state;
    struct audit_out out, cut;
    fixture_ok(f, chain(f, &out));
    db_begin(f->db);
    db_run(f->db, "DELETE FROM event WHERE town = ?1 AND id = 100", V(FIXTURE_TOWN));
    named(f, 101, chain(f, &cut), &cut); // the one behind the gap
    assert_int_equal(counts(f, &cut), ERR_STORE);
    db_rollback(f->db);
    db_begin(f->db);
    int64_t last =
        db_one_i64(f->db, 0, "SELECT max(id) FROM event WHERE town = ?1", V(FIXTURE_TOWN));
    db_run(f->db, "DELETE FROM event WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(last));
    fixture_ok(
        f, chain(f, &cut)); // the chain itself is whole, so the head must be known from elsewhere
    assert_false(str_eq(cut.head, out.head));
    db_rollback(f->db);
    fixture_ok(f, chain(f, &cut));
    assert_true(str_eq(cut.head, out.head));
}

// Rows changed by hand, inside a transaction that is rolled back; the item, or what of it, must be
// named.
static void found(struct fixture *f, const char *what)
{
    struct audit_out out;
    ok(f);
    assert_int_equal(counts(f, &out), ERR_STORE);
    bool any_note = false;
    for (size_t i = 0; i < f->e.n; i++)
        any_note = any_note || str_has(f->e.notes[i].message, str_of(what)) ||
                   str_eq(f->e.notes[i].field, str_of(what));
    if (!any_note)
        fail_msg("%s is not named:\n%s", what, err_text(&f->e, f->a).s);
    db_rollback(f->db);
    db_begin(f->db);
}

static void test_changed_item(void **state)
{
    struct fixture *f = *state;
    int64_t town = FIXTURE_TOWN;
    db_begin(f->db);
    db_run(f->db, "UPDATE item SET state = state || 'x' WHERE town = ?1 AND id = 7", V(town));
    found(f, "item 7: what is stored differs from its events in: state");
    db_run(f->db, "UPDATE item SET unit = unit + 1 WHERE town = ?1 AND id = 7", V(town));
    found(f, "item 7: what is stored differs from its events in: unit");
    db_run(f->db,
        "UPDATE item SET due_us = due_us + 1, returns = returns + 1 WHERE town = ?1 AND id = 9",
        V(town));
    found(f, "item 9: what is stored differs from its events in: due_us, returns");
    db_run(f->db, "UPDATE item SET version = version + 1 WHERE town = ?1 AND id = 9", V(town));
    found(f, "item 9: what is stored differs from its events in: version");
    db_run(
        f->db, "UPDATE item SET changed_us = changed_us + 1 WHERE town = ?1 AND id = 9", V(town));
    found(f, "item 9: what is stored differs from its events in: version");
    db_run(f->db, "UPDATE item_doc SET lat = 31.2 WHERE town = ?1 AND id = 11", V(town));
    found(f, "item 11: what is stored differs from its events in: lat");
    int64_t id = db_one_i64(f->db, 0,
        "SELECT id FROM item_doc WHERE town = ?1 AND text <> '' AND id > 11 LIMIT 1", V(town));
    str text = db_one_str(
        f->db, f->a, "SELECT text FROM item_doc WHERE town = ?1 AND id = ?2", V(town), V(id));
    // The last bit of a Chinese full stop: another character.
    db_run(f->db, "UPDATE item_doc SET text = ?3 WHERE town = ?1 AND id = ?2", V(town), V(id),
        V(flipped(f, text)));
    found(f, str_fmt(f->a, "item %d: what is stored differs from its events in: text", (int)id).s);
    id = db_one_i64(f->db, 0,
        "SELECT id FROM item WHERE town = ?1 AND open = 1 AND state = 'handling' LIMIT 1", V(town));
    str doc = db_one_str(
        f->db, f->a, "SELECT doc FROM item_doc WHERE town = ?1 AND id = ?2", V(town), V(id));
    db_run(f->db, "UPDATE item_doc SET doc = ?3 WHERE town = ?1 AND id = ?2", V(town), V(id),
        V(flipped(f, doc)));
    found(f, str_fmt(f->a, "item[%d]", (int)id).s);
    db_run(f->db,
        "UPDATE item_doc SET doc = '{\"f\":{},\"p\":[],\"c\":[]}' WHERE town = ?1 AND id = ?2",
        V(town), V(id));
    found(f, "number of parts or clocks");
    db_run(
        f->db, "UPDATE item_doc SET doc = 'no json' WHERE town = ?1 AND id = ?2", V(town), V(id));
    found(f, "its document is missing or cannot be read");
    db_run(f->db, "DELETE FROM item_doc WHERE town = ?1 AND id = ?2", V(town), V(id));
    found(f, "its document is missing or cannot be read");
    db_run(f->db, "DELETE FROM item WHERE town = ?1 AND id = ?2", V(town), V(id));
    found(f, "its events are there, but the item is not");
    db_run(f->db, "DELETE FROM part WHERE town = ?1 AND item = ?2", V(town), V(id));
    found(f, "a part is missing from the table of parts, or wrong in it");
    db_run(
        f->db, "INSERT INTO part (town, item, part, unit, open) VALUES (?1, 1, 99, 1, 1)", V(town));
    found(f, "part");
    db_run(f->db, "UPDATE item SET def = 99 WHERE town = ?1 AND id = ?2", V(town), V(id));
    found(f, "def");
    db_rollback(f->db);
    struct audit_out out;
    fixture_ok(f, counts(f, &out));
}

static void test_changed_tally(void **state)
{
    struct fixture *f = *state;
    struct audit_out out;
    db_begin(f->db);
    db_run(f->db,
        "UPDATE tally SET n = n + 1 WHERE town = ?1 AND key = 'intake' AND period = 202611 AND "
        "unit = 1 AND class = 2",
        V(FIXTURE_TOWN));
    found(f, "hotline/intake in 202611, unit 1, class 2");
    db_run(f->db,
        "UPDATE tally SET n = n - 1 WHERE town = ?1 AND key = 'intake' AND period = 202611 AND "
        "unit = -1 AND class = 2",
        V(FIXTURE_TOWN)); // one of the sums beside
    found(f, "hotline/intake in 202611, unit -1, class 2");
    db_run(f->db,
        "DELETE FROM tally WHERE town = ?1 AND key = 'intake' AND period = 202611 AND unit = 1 AND "
        "class = 2",
        V(FIXTURE_TOWN));
    found(f, "the table says 0");
    db_run(f->db,
        "INSERT INTO tally (town, loop, key, period, unit, class, channel, n) VALUES (?1, "
        "'hotline', 'intake', 20200101, 1, 2, '12345', 3)",
        V(FIXTURE_TOWN));
    found(f, "hotline/intake in 20200101, unit 1, class 2, channel \"12345\": the table says 3");
    db_rollback(f->db);

    // Written anew they are right again, also beside steps of the same group that have moved some
    // of them already.
    db_run(f->db, "UPDATE tally SET n = n + 7 WHERE town = ?1 AND n > 1", V(FIXTURE_TOWN));
    db_run(f->db, "DELETE FROM tally WHERE town = ?1 AND n = 1", V(FIXTURE_TOWN));
    assert_int_equal(counts(f, &out), ERR_STORE);
    fixture_as(f, NULL);
    fixture_group(f);
    (void)fixture_file(f, "同一批里");
    fixture_ok(f, fixture_do(f, tally_rebuild(&f->c, &f->e)));
    (void)fixture_file(f, "也在同一批里");
    fixture_ungroup(f);
    fixture_ok(f, counts(f, &out));
}

// A running item moves to another version of its loop, whose tallies differ.
static void test_moved_definition(void **state)
{
    struct item_moved moved;
    struct fixture *f = *state;
    struct audit_out out;
    str text = file_read(f->a, "tests/unit/domain/loop.yaml");
    const char *at = strstr(text.s, "  - {key: intake,");
    assert_non_null(at);
    size_t head = (size_t)(at - text.s);
    const char *rest = strchr(at, '\n') + 1;
    text = str_fmt(
        f->a, "%.*s  - {key: received, title: 受理, by: filed}\n%s", (int)head, text.s, rest);
    int64_t intake = fixture_tally(f, "hotline", "intake", 202611);
    fixture_publish(f, "loop", "hotline", text);
    int64_t to = rules_loop(f->rules, S("hotline"))->now->id;
    fixture_as(f, NULL);
    // What is over stays what it was.
    int64_t n = 0;
    for (int64_t id = 1; id <= 10; id++) {
        enum err_code code =
            fixture_do(f, item_move(&f->c, id, &(struct item_move){.def = to}, &moved, &f->e));
        n += code == OK;
        if (code != OK)
            fixture_fails(f, code, ERR_INVALID);
    }
    assert_true(n > 3);
    (void)fixture_file(f, "新版本");
    assert_int_equal(fixture_tally(f, "hotline", "intake", 202611), intake - n);
    assert_int_equal(fixture_tally(f, "hotline", "received", 202611), n + 1);
    fixture_ok(f, counts(f, &out));
    fixture_ok(f, chain(f, &out));
}

// Two processes write one town: each has its own lane, both are walked.
static void test_two_lanes(void **state)
{
    struct fixture *f = *state;
    struct audit_out out;
    struct journal *mine = f->journal, *other = journal_new(FIXTURE_TOWN, 2);
    struct db *db = f->db,
              *db2 = db_open(str_fmt(f->a, "%.*s/town.db", STR_ARG(f->dir)), DB_WRITE, &f->e);
    assert_non_null(db2);
    for (int i = 0; i < 6; i++) {
        f->db = f->c.db = i % 2 ? db2 : db;
        f->journal = f->c.journal = i % 2 ? other : mine;
        (void)fixture_file(f, "两边");
    }
    f->db = f->c.db = db;
    f->journal = f->c.journal = mine;
    fixture_ok(f, chain(f, &out));
    assert_true(str_starts(out.head, S("1:")) && str_has(out.head, S(" 2:")));
    db_run(db,
        "UPDATE event SET note = 'x' WHERE town = ?1 AND id = (SELECT max(id) FROM event WHERE "
        "lane = 2)",
        V(FIXTURE_TOWN));
    assert_int_equal(chain(f, &out), ERR_STORE);
    db_run(db,
        "UPDATE event SET note = '' WHERE town = ?1 AND id = (SELECT max(id) FROM event WHERE lane "
        "= 2)",
        V(FIXTURE_TOWN));
    fixture_ok(f, counts(f, &out));
    db_close(db2);
    journal_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_town),
        cmocka_unit_test(test_nothing_is_stuck),
        cmocka_unit_test(test_changed_event),
        cmocka_unit_test(test_missing_events),
        cmocka_unit_test(test_changed_item),
        cmocka_unit_test(test_changed_tally),
        cmocka_unit_test(test_moved_definition),
        cmocka_unit_test(test_two_lanes),
    };
    return cmocka_run_group_tests(tests, setup, fixture_teardown);
}
