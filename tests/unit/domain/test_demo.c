#include "town_made.h"
#include "mistakes.h"

#include <stdio.h>
#include "domain/demo.h"
#include "domain/import.h"
#include "domain/import_look.h"
#include "domain/yaml.h"

enum { ORDERS = 300 };

static int64_t shown_filed, shown_total;

static void show(void *arg, int64_t filed, int64_t total)
{
    (void)arg;
    assert_true(filed >= shown_filed);
    shown_filed = filed;
    shown_total = total;
}

static enum err_code filling(
    struct made *m, const struct town_source *src, int64_t items, int64_t until)
{
    struct demo_in in = {.items = items, .seed = 1, .until_us = until};
    return demo_fill(&m->c, src, &in, NULL, NULL, &m->e);
}

// ---- rows of its registers, which scripts name: brought in as `bihuan demo` does

static enum err_code in_transaction(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct made *m = arg;
    db_begin(m->db);
    journal_begin(m->journal, m->db);
    db_savepoint(m->db);
    enum err_code code = fn(&m->c, fn_arg, e);
    made_ok(m, code);
    db_release(m->db);
    journal_settle(m->journal, true);
    made_ok(m, journal_flush(m->journal, m->db, &m->e));
    made_ok(m, db_commit(m->db, &m->e));
    journal_finish(m->journal, true);
    return code;
}

struct sheet {
    struct import_order order;
    int64_t job;
};

static enum err_code make_job(struct ctx *c, void *arg, struct err *e)
{
    struct sheet *s = arg;
    return import_make(c, &s->order, &s->job, e);
}

static void bring_rows(struct made *m, const struct town_source *src)
{
    struct arena *a = m->t->a;
    str plan;
    assert_true(src->read(src->arg, a, S("town.yaml"), &plan));
    const struct yaml *rows = yaml_get(yaml_parse(a, plan, &m->e), "rows");
    for (size_t i = 0; rows && i < rows->n; i++) {
        struct sheet s = {.order.path = str_two(a, S("towns/xinjing/"), rows->vals[i]->s)};
        struct import_look look;
        made_ok(
            m, import_look(&m->c, s.order.path, (str){0}, rows->keys[i], NULL, 0, &look, &m->e));
        s.order.map = look.map;
        (void)in_transaction(m, make_job, &s, &m->e);
        struct import_result r = {0};
        const struct import_door door = {.arg = m, .run = in_transaction};
        made_ok(m, import_run(&m->c, s.job, &door, &r, &m->e));
        assert_int_equal(r.bad, 0);
        assert_true(r.made > 0);
    }
}

static struct made *filled_by(struct temp *t, const char *name, const struct demo_in *in)
{
    struct made *m = made_town(t, name, "towns/xinjing");
    struct town_source src = town_source_folder(t->a, S("towns/xinjing"));
    shown_filed = 0;
    m->c.blob_dir = temp_path(t, str_z(t->a, str_fmt(t->a, "%s-files", name)));
    bring_rows(m, &src);
    made_ok(m, demo_fill(&m->c, &src, in, show, NULL, &m->e));
    return m;
}

static struct made *filled(struct temp *t, const char *name, uint64_t seed, int64_t orders)
{
    struct demo_in in = {.items = orders, .seed = seed, .until_us = made_at("2026-11-20 15:30")};
    return filled_by(t, name, &in);
}

static str head(struct made *m)
{
    struct cursor r = db_rows(m->db,
        "SELECT hash FROM event WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(m->rules->town));
    assert_true(db_next(&r));
    str h = db_dup(&r, 0, m->t->a);
    db_done(&r);
    return h;
}

#define COUNT(m, where)                                                                            \
    db_one_i64(                                                                                    \
        (m)->db, -1, "SELECT count(*) FROM item WHERE town = ?1 AND " where, V((m)->rules->town))

static void a_year_is_written(void **state)
{
    struct temp *t = *state;
    struct made *m = filled(t, "x", 1, ORDERS);
    assert_int_equal(shown_filed, ORDERS);
    assert_int_equal(shown_total, ORDERS);
    assert_int_equal(COUNT(m, "shelf = 0"), ORDERS);
    int64_t open = COUNT(m, "shelf = 0 AND open = 1"), returned = COUNT(m, "returns > 0");
    assert_in_range(open, 1, ORDERS / 10);
    assert_in_range(returned, 1, ORDERS / 8);
    assert_true(COUNT(m, "state = 'rated'") > ORDERS * 3 / 4);
    assert_int_equal(COUNT(m, "filed_us >= 1795159800000000"), 0); // 2026-11-20 15:30
    assert_int_equal(COUNT(m, "closed_us > 0 AND closed_us < filed_us"), 0);
    assert_in_range(
        db_one_i64(m->db, 0, "SELECT count(*) FROM file WHERE town = ?1", V(m->rules->town)),
        ORDERS / 10, ORDERS);
    made_close(m);
}

static void events_are_in_order(void **state)
{
    struct temp *t = *state;
    struct made *m = filled(t, "x", 5, ORDERS);
    struct cursor r = db_rows(m->db,
        "SELECT at_us, person, what FROM event WHERE town = ?1 AND item > 0 ORDER BY id",
        V(m->rules->town));
    int64_t last = 0, n = 0;
    while (db_next(&r)) {
        str what = db_str(&r, 2);
        bool system = str_eq(what, S("overdue")) || str_eq(what, S("escalate")) ||
                      str_eq(what, S("close_merged")) ||
                      str_eq(what, S("close")) || // its clock has run out
                      str_eq(what, S("recheck_due")) || str_eq(what, S("red_slip")) ||
                      str_eq(what, S("add")); // a row of a register
        assert_true(db_i64(&r, 0) >= last);
        assert_true(system || db_i64(&r, 1) != 0); // everything else somebody did
        last = db_i64(&r, 0);
        n++;
    }
    assert_true(n > ORDERS * 7);
    made_close(m);
}

static void a_seed_repeats(void **state)
{
    struct temp *t = *state;
    struct made *one = filled(t, "one", 42, ORDERS), *two = filled(t, "two", 42, ORDERS),
                *other = filled(t, "other", 43, ORDERS);
    assert_true(str_eq(head(one), head(two)));
    assert_false(str_eq(head(one), head(other)));
    made_close(one);
    made_close(two);
    made_close(other);
}

static void history_holds(void **state)
{
    struct temp *t = *state;
    struct made *m = filled(t, "x", 7, ORDERS);
    struct audit_out out;
    made_ok(m, audit_verify(&m->c, NULL, NULL, &out, &m->e));
    made_ok(m, tally_verify(&m->c, NULL, NULL, &out, &m->e));
    assert_int_equal(out.items, ORDERS + COUNT(m, "shelf = 2"));
    made_close(m);
}

// Many orders: the same engine, item by item in hand.
static void fast_ones_hold_too(void **state)
{
    struct temp *t = *state;
    struct demo_in in = {
        .items = 2 * ORDERS, .seed = 9, .until_us = made_at("2026-11-20 15:30"), .fast = true};
    struct made *m = filled_by(t, "x", &in), *again = filled_by(t, "again", &in);
    assert_true(str_eq(head(m), head(again)));
    assert_int_equal(shown_filed, in.items);
    struct audit_out out;
    made_ok(m, audit_verify(&m->c, NULL, NULL, &out, &m->e));
    made_ok(m, tally_verify(&m->c, NULL, NULL, &out, &m->e));
    assert_int_equal(out.items, in.items + COUNT(m, "shelf = 2"));
    assert_int_equal(COUNT(m, "filed_us >= 1795159800000000"), 0); // 2026-11-20 15:30
    assert_true(COUNT(m, "state = 'rated'") > in.items * 3 / 4);
    assert_in_range(COUNT(m, "returns > 0"), 1, in.items / 8);
    assert_int_equal(COUNT(m, "merged <> 0 OR extensions > 0 OR round > 1"), 0);
    // Nothing ran out unnoticed, and no number is missing.
    assert_int_equal(COUNT(m, "alarm_us > 0 AND alarm_us < 1795159800000000"), 0);
    assert_int_equal(
        db_one_i64(m->db, -1, "SELECT sum(last) FROM seq WHERE town = ?1", V(m->rules->town)),
        in.items + COUNT(m, "shelf = 2"));
    assert_true(
        db_one_i64(m->db, 0, "SELECT count(*) FROM event WHERE town = ?1 AND what = 'overdue'",
            V(m->rules->town)) > 0);
    made_close(again);
    made_close(m);
}

static void fast_ones_take_more_years(void **state)
{
    (void)state;
    struct demo_in in = {.items = DEMO_FAST_A_YEAR, .fast = true};
    assert_int_equal(demo_days(&in), DEMO_DAYS);
    in.items = 5 * DEMO_FAST_A_YEAR;
    assert_int_equal(demo_days(&in), 5 * DEMO_DAYS);
    in.fast = false;
    assert_int_equal(demo_days(&in), DEMO_DAYS);
}

static void refuses(void **state)
{
    struct temp *t = *state;
    struct made *m = filled(t, "x", 1, 20);
    struct town_source src = town_source_folder(t->a, S("towns/xinjing"));
    int64_t until = made_at("2026-11-20 15:30");
    assert_int_equal(filling(m, &src, 20, until), ERR_CONFLICT);
    err_init(&m->e, t->a, LANG_EN);
    assert_int_equal(filling(m, &src, 0, until), ERR_INVALID);
    made_close(m);
    m = made_town(t, "p", "towns/pingshan-sample");
    src = town_source_folder(t->a, S("towns/pingshan-sample"));
    assert_int_equal(filling(m, &src, 20, until), ERR_MISSING);
    made_close(m);
}

// ---- tests/anchors/demo_errors.yaml

struct anchors {
    const struct yaml *files;
    str changed, text; // a file as a case has it
};

static bool read_anchors(void *arg, struct arena *a, str name, str *text)
{
    const struct anchors *x = arg;
    const struct yaml *y = yaml_find(x->files, name);
    if (str_eq(name, x->changed))
        *text = x->text;
    else if (y)
        *text = y->s;
    else
        return town_source_embedded(a, S("xinjing"))
            .read(town_source_embedded(a, S("xinjing")).arg, a, name, text);
    return true;
}

static const struct yaml *anchors_read(struct arena *a)
{
    struct err e;
    FILE *f = fopen("tests/anchors/demo_errors.yaml", "rb");
    char *text = arena_alloc(a, 200 * KIB);
    assert_non_null(f);
    size_t n = fread(text, 1, 200 * KIB, f);
    (void)fclose(f);
    err_init(&e, a, LANG_EN);
    const struct yaml *root = yaml_parse(a, (str){text, n}, &e);
    if (!root)
        fail_msg("%s", err_text(&e, a).s);
    return root;
}

static struct made *small_town(struct temp *t, const char *name, struct anchors *x)
{
    int64_t town = 0;
    struct made *m = made_open(t, name);
    struct town_source src = {x, read_anchors};
    made_ok(m, made_init(m, &src, &town));
    made_rules(m, town);
    return m;
}

// Two loops nothing in the program knows: their lives are the anchors' files, and nothing else.
static void any_loop_can_be_lived(void **state)
{
    struct temp *t = *state;
    struct anchors x = {.files = yaml_get(anchors_read(t->a), "files")};
    struct town_source src = {&x, read_anchors};
    struct made *m = small_town(t, "x", &x);
    struct demo_in in = {.items = 400, .seed = 3, .until_us = made_at("2026-11-20 15:30")};
    made_ok(m, demo_fill(&m->c, &src, &in, NULL, NULL, &m->e));
    assert_int_equal(COUNT(m, "loop = 'lamp' AND parent = 0"), 300);
    assert_int_equal(COUNT(m, "loop = 'idea'"), 100);
    // What ideas have filed is lived as lamps are, and an idea ends after it.
    assert_in_range(COUNT(m, "loop = 'lamp' AND parent <> 0"), 15, 45);
    assert_true(COUNT(m, "loop = 'lamp' AND parent <> 0 AND state = 'rated'") > 10);
    assert_int_equal(COUNT(m, "open = 1 AND EXISTS (SELECT 1 FROM item p WHERE p.town = item.town"
                              " AND p.id = item.parent AND p.open = 0)"),
        0);
    assert_true(COUNT(m, "loop = 'idea' AND state IN ('taken', 'left')") > 90);
    assert_in_range(COUNT(m, "loop = 'idea' AND state = 'left'"), 10, 40);
    assert_true(COUNT(m, "loop = 'lamp' AND state = 'rated'") > 240);
    assert_in_range(COUNT(m, "returns > 0"), 15, 60);
    assert_in_range(COUNT(m, "extensions > 0"), 8, 60);
    assert_in_range(COUNT(m, "merged > 0"), 5, 40);
    assert_in_range(COUNT(m, "round > 1"), 20, 90);
    struct audit_out out;
    made_ok(m, audit_verify(&m->c, NULL, NULL, &out, &m->e));
    made_ok(m, tally_verify(&m->c, NULL, NULL, &out, &m->e));
    made_close(m);
    m = small_town(t, "fast", &x);
    in.fast = true;
    made_ok(m, demo_fill(&m->c, &src, &in, NULL, NULL, &m->e));
    assert_int_equal(COUNT(m, "loop = 'lamp'"), 400);
    made_close(m);
}

static void mistakes_have_places(void **state)
{
    struct temp *t = *state;
    const struct yaml *root = anchors_read(t->a), *cases = yaml_get(root, "cases");
    struct anchors x = {.files = yaml_get(root, "files")};
    struct town_source src = {&x, read_anchors};
    struct made *m = small_town(t, "x", &x);
    size_t wrong = 0;
    assert_true(cases->n >= 20);
    for (size_t i = 0; i < cases->n; i++) {
        const struct yaml *row = cases->vals[i];
        struct demo_in in = {.items = 20, .until_us = made_at("2026-11-20 15:30")};
        x.changed = yaml_get(row, "file") ? yaml_get_str(row, "file") : S("demo/lamp.yaml");
        x.text = mistake_text(t->a, yaml_find(x.files, x.changed)->s, row);
        err_init(&m->e, t->a, i % 2 ? LANG_ZH : LANG_EN);
        wrong += demo_fill(&m->c, &src, &in, NULL, NULL, &m->e) != ERR_INVALID;
        assert_true(str_eq(m->e.file, x.changed));
        wrong += !mistake_told(t->a, &m->e, row);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(COUNT(m, "1 = 1"), 0);
    made_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEMP_TEST(a_year_is_written),
        TEMP_TEST(events_are_in_order),
        TEMP_TEST(a_seed_repeats),
        TEMP_TEST(history_holds),
        TEMP_TEST(fast_ones_hold_too),
        TEMP_TEST(fast_ones_take_more_years),
        TEMP_TEST(refuses),
        TEMP_TEST(any_loop_can_be_lived),
        TEMP_TEST(mistakes_have_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
