#include "town_made.h"

#include "domain/demo.h"

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

static struct made *filled_by(struct temp *t, const char *name, const struct demo_in *in)
{
    struct made *m = made_town(t, name, "towns/xinjing");
    struct town_source src = town_source_folder(t->a, S("towns/xinjing"));
    shown_filed = 0;
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
    assert_int_equal(COUNT(m, "1 = 1"), ORDERS);
    int64_t open = COUNT(m, "open = 1"), returned = COUNT(m, "returns > 0");
    assert_in_range(open, 1, ORDERS / 10);
    assert_in_range(returned, 1, ORDERS / 8);
    assert_true(COUNT(m, "state = 'rated'") > ORDERS * 3 / 4);
    assert_int_equal(COUNT(m, "filed_us >= 1795159800000000"), 0); // 2026-11-20 15:30
    assert_int_equal(COUNT(m, "closed_us > 0 AND closed_us < filed_us"), 0);
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
                      str_eq(what, S("close_merged"));
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
    assert_int_equal(out.items, ORDERS);
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
    assert_int_equal(out.items, in.items);
    assert_int_equal(COUNT(m, "filed_us >= 1795159800000000"), 0); // 2026-11-20 15:30
    assert_true(COUNT(m, "state = 'rated'") > in.items * 3 / 4);
    assert_in_range(COUNT(m, "returns > 0"), 1, in.items / 8);
    assert_int_equal(COUNT(m, "merged <> 0 OR extensions > 0 OR round > 1"), 0);
    // Nothing ran out unnoticed, and no number is missing.
    assert_int_equal(COUNT(m, "alarm_us > 0 AND alarm_us < 1795159800000000"), 0);
    assert_int_equal(
        db_one_i64(m->db, -1, "SELECT sum(last) FROM seq WHERE town = ?1", V(m->rules->town)),
        in.items);
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

// The town's own script with one word replaced by another.
struct altered {
    const char *was, *is;
};

static bool read_altered(void *arg, struct arena *a, str name, str *text)
{
    const struct altered *x = arg;
    struct town_source src = town_source_folder(a, S("towns/xinjing"));
    str whole;
    assert_true(src.read(src.arg, a, name, &whole));
    size_t at = 0, n = strlen(x->was);
    while (at + n <= whole.n && !str_eq(str_sub(whole, at, n), str_of(x->was)))
        at++;
    assert_true(at + n <= whole.n);
    *text =
        str_fmt(a, "%.*s%s%.*s", (int)at, whole.s, x->is, STR_ARG(str_sub(whole, at + n, whole.n)));
    return true;
}

static void mistakes_have_places(void **state)
{
    static const struct {
        struct altered x;
        const char *said;
    } rows[] = {
        {{"class: \"0101\"", "class: \"9901\""}, "class: the town has no \"matters/9901\""},
        {{"lead: [near, near, property-xinkai]", "lead: [nobody]"},
            "lead: the town has no \"nobody\""},
        {{"lead: [near, near, property-xinkai]", "lead: []"}, "lead: there must be at least one"},
        {{"places: neighbourhood", "places: planet"}, "places: the town has no \"planet\""},
        {{"is: 随申办", "is: 信鸽"}, "channel: the town has no \"信鸽\""},
        {{"loop: hotline", "loop: coldline"}, "loop: the town has no \"coldline\""},
        {{"spot: home", "spot: moon"}, "spot: the town has no \"moon\""},
        {{"peak: [", "peak: [13, "}, "peak: is not a month"},
        {{"1.08, ", ""}, "is not such a list (expected 7 numbers"},
        {{"  urge: [", "  urgent: ["}, "demo.yaml:"},
    };
    struct temp *t = *state;
    struct made *m = made_town(t, "x", "towns/xinjing");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct altered x = rows[i].x;
        struct town_source src = {&x, read_altered};
        err_init(&m->e, t->a, LANG_EN);
        assert_int_equal(filling(m, &src, 20, made_at("2026-11-20 15:30")), ERR_INVALID);
        str said = err_text(&m->e, t->a);
        assert_true(str_starts(said, S("demo.yaml:")));
        if (!str_has(said, str_of(rows[i].said)))
            fail_msg("wanted %s in:\n%s", rows[i].said, str_z(t->a, said));
    }
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
        TEMP_TEST(mistakes_have_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
