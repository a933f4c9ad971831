// Backward schedules: cases worked by hand (tests/anchors/plan.yaml), and what holds of any.
#include "domain/item_plan.h"

#include "base/rng.h"
#include "domain/yaml.h"
#include "item_case.h"

enum { NODES_MAX = 8, ROUNDS = 40 };

struct made {
    size_t n;
    str keys[NODES_MAX];
    int64_t days[NODES_MAX];
    uint64_t after[NODES_MAX];
    str end;
};

// A loop of just these nodes, published; each has a field that says otherwise how long it takes.
static void publish(struct fixture *f, const struct made *m)
{
    struct buf b;
    buf_init(&b, f->a, 64 * KIB);
    buf_addz(&b, "loop: plan\ntitle: 排期\nnumber: {prefix: PL, digits: 5}\nreceiver: ops-centre\n"
                 "calendar: workdays\nfields:\n  - {key: end, title: 交付, type: date}\n");
    for (size_t i = 0; i < m->n; i++)
        buf_fmt(&b, "  - {key: n_%.*s, title: %.*s工期, type: number}\n", STR_ARG(m->keys[i]),
            STR_ARG(m->keys[i]));
    buf_addz(&b, "states:\n  - {key: filed, title: 在办}\n  - {key: closed, title: 办结, done: "
                 "yes}\nclocks:\n");
    for (size_t i = 0; i < m->n; i++) {
        str *after = NULL;
        size_t n = 0;
        for (size_t k = 0; k < m->n; k++)
            if (m->after[i] >> k & 1)
                VEC_PUSH(f->a, after, n) = m->keys[k];
        buf_fmt(&b,
            "  - {key: %.*s, title: 节点%.*s, by: end, after: [%.*s], limits: [{limit: "
            "wd.n_%.*s}, {limit: %" PRId64 "wd}]}\n",
            STR_ARG(m->keys[i]), STR_ARG(m->keys[i]), STR_ARG(str_join(f->a, after, n, S(", "))),
            STR_ARG(m->keys[i]), m->days[i]);
    }
    str fields = S("");
    for (size_t i = 0; i < m->n; i++)
        fields = str_fmt(f->a, "%.*s, n_%.*s", STR_ARG(fields), STR_ARG(m->keys[i]));
    buf_fmt(&b,
        "steps:\n  - {key: file, title: 登记, to: filed, who: dispatcher, ask: [end%.*s]}\n"
        "  - {key: set, title: 调整, from: filed, who: dispatcher, ask: [end%.*s]}\n"
        "  - {key: close, title: 办结, from: filed, to: closed, who: dispatcher, does: close}\n",
        STR_ARG(fields), STR_ARG(fields));
    for (size_t i = 0; i < m->n; i++)
        buf_fmt(&b,
            "  - {key: done_%.*s, title: 完成%.*s, from: filed, who: dispatcher, stop: %.*s}\n"
            "  - {key: again_%.*s, title: 重来%.*s, from: filed, who: dispatcher, start: %.*s}\n",
            STR_ARG(m->keys[i]), STR_ARG(m->keys[i]), STR_ARG(m->keys[i]), STR_ARG(m->keys[i]),
            STR_ARG(m->keys[i]), STR_ARG(m->keys[i]));
    assert_false(b.overflow);
    fixture_publish(f, "loop", "plan", buf_str(&b));
}

static struct item filed(struct fixture *f, str end)
{
    struct item it;
    struct item_field fields[] = {{S("end"), end}};
    struct item_in in = {
        .loop = S("plan"), .title = S("一个项目"), .fields = fields, .n_fields = end.n > 0};
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    return it;
}

static const struct item_node *node(
    const struct item_node *rows, size_t n, const struct def *d, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(d->clocks[rows[i].clock].key, key))
            return &rows[i];
    fail_msg("there is no node %.*s", STR_ARG(key));
    return NULL;
}

static str shown(struct fixture *f, const struct item_node *x)
{
    return str_fmt(
        f->a, "%.*s..%.*s", STR_ARG(tm_date(f->a, x->first)), STR_ARG(tm_date(f->a, x->last)));
}

static void expect(
    struct fixture *f, const struct item *it, const struct made *m, const struct yaml *row)
{
    str *wanted;
    size_t n_wanted;
    struct item_node *rows;
    const struct def *d = rules_def(f->c.rules, it->def);
    size_t n = item_nodes(&f->c, d, it, &rows);
    assert_true(yaml_as_strs(f->a, yaml_get(row, "plan"), &wanted, &n_wanted));
    assert_int_equal(n_wanted, m->n);
    for (size_t i = 0; i < m->n; i++) {
        str got = shown(f, node(rows, n, d, m->keys[i]));
        if (!str_eq(got, wanted[i]))
            fail_msg("plan.yaml:%d: node %.*s: wanted %.*s, got %.*s", row->line,
                STR_ARG(m->keys[i]), STR_ARG(wanted[i]), STR_ARG(got));
    }
}

static void happens(struct fixture *f, struct item *it, const struct yaml *row)
{
    str what = yaml_get_str(row, "do"), verb, arg;
    fixture_at(f, str_fmt(f->a, "%.*s 12:00", STR_ARG(yaml_get_str(row, "at"))).s);
    assert_true(str_cut(&what, ' ', &verb) && str_cut(&what, ' ', &arg));
    str step = str_eq(verb, S("done")) ? str_two(f->a, S("done_"), arg) : S("set");
    struct item_field x = str_eq(verb, S("end"))
                              ? (struct item_field){S("end"), arg}
                              : (struct item_field){str_two(f->a, S("n_"), arg), what};
    struct step_in in = {.step = step, .fields = &x, .n_fields = !str_eq(verb, S("done"))};
    fixture_ok(f, take(f, it, in));
}

static void read_nodes(struct fixture *f, const struct yaml *row, struct made *m)
{
    const struct yaml *nodes = yaml_get(row, "nodes");
    *m = (struct made){.n = nodes->n, .end = yaml_get_str(row, "end")};
    assert_true(m->n <= NODES_MAX);
    for (size_t i = 0; i < m->n; i++) {
        str *after = NULL;
        size_t n = 0;
        m->keys[i] = yaml_get_str(nodes->vals[i], "key");
        m->days[i] = yaml_get_i64(nodes->vals[i], "days", 0);
        if (yaml_get(nodes->vals[i], "after"))
            assert_true(yaml_as_strs(f->a, yaml_get(nodes->vals[i], "after"), &after, &n));
        for (size_t k = 0; k < n; k++)
            for (size_t x = 0; x < i; x++)
                m->after[i] |= str_eq(m->keys[x], after[k]) ? UINT64_C(1) << x : 0;
    }
}

static void test_anchors(void **state)
{
    struct fixture *f = *state;
    struct err e;
    err_init(&e, f->a, LANG_EN);
    const struct yaml *cases = yaml_parse(f->a, file_read(f->a, "tests/anchors/plan.yaml"), &e);
    assert_non_null(cases);
    fixture_as(f, "dispatcher");
    for (size_t i = 0; i < cases->n; i++) {
        struct made m;
        read_nodes(f, cases->vals[i], &m);
        fixture_at(f, "2026-01-05 09:00");
        publish(f, &m);
        struct item it = filed(f, m.end);
        expect(f, &it, &m, cases->vals[i]);
        const struct yaml *then = yaml_get(cases->vals[i], "then");
        for (size_t k = 0; then && k < then->n; k++) {
            happens(f, &it, then->vals[k]);
            expect(f, &it, &m, then->vals[k]);
        }
    }
}

static struct made some(struct fixture *f, struct rng *r)
{
    static const char *const KEYS[] = {"a", "b", "c", "d", "e", "g", "h", "k"};
    struct made m = {.n = (size_t)rng_range(r, 1, NODES_MAX)};
    for (size_t i = 0; i < m.n; i++) {
        m.keys[i] = str_of(KEYS[i]);
        m.days[i] = rng_range(r, 1, 25);
        for (size_t k = 0; k < i; k++)
            m.after[i] |= rng_range(r, 0, 2) == 0 ? UINT64_C(1) << k : 0;
    }
    m.end = tm_date(f->a, tm_days(2026, 9, 1) + rng_range(r, 0, 120));
    return m;
}

static int64_t first_of_followers(
    const struct made *m, const struct item_node *rows, size_t i, int64_t end)
{
    int64_t bound = end + 1;
    for (size_t k = 0; k < m->n; k++)
        if ((m->after[k] >> i & 1) && rows[k].first < bound)
            bound = rows[k].first;
    return bound;
}

// Each takes its working days and ends with the last one before what follows begins; what nothing
// follows ends on the date itself, or on the last working day before it.
static void test_tight(void **state)
{
    struct fixture *f = *state;
    struct rng r;
    rng_seed(&r, 8);
    fixture_as(f, "dispatcher");
    fixture_at(f, "2026-01-05 09:00");
    const struct cal *cal = rules_cal(f->c.rules, S("workdays"));
    for (int round = 0; round < ROUNDS; round++) {
        struct made m = some(f, &r);
        struct item_node *rows;
        int64_t end_us;
        publish(f, &m);
        cal = rules_cal(f->c.rules, S("workdays"));
        struct item it = filed(f, m.end);
        assert_int_equal(item_nodes(&f->c, rules_def(f->c.rules, it.def), &it, &rows), m.n);
        assert_true(tm_parse(m.end, TM_ZONE_DEFAULT_S, &end_us));
        int64_t end = tm_local_day(end_us, TM_ZONE_DEFAULT_S);
        for (size_t i = 0; i < m.n; i++) {
            int64_t bound = first_of_followers(&m, rows, i, end);
            assert_int_equal(cal_workdays(cal, rows[i].first, rows[i].last + 1), m.days[i]);
            assert_true(cal_is_workday(cal, rows[i].first) && cal_is_workday(cal, rows[i].last));
            assert_true(rows[i].last < bound);
            assert_int_equal(cal_workdays(cal, rows[i].last + 1, bound), 0);
            assert_int_equal(cal_forth(cal, rows[i].first, m.days[i]), rows[i].last);
            const struct clock *k = clock_of(&it, m.keys[i].s, 0);
            assert_int_equal(k->due_us, tm_day_start(rows[i].last + 1, TM_ZONE_DEFAULT_S));
        }
    }
}

// A later date begins nothing earlier, and a longer node begins nothing later.
static void test_monotone(void **state)
{
    struct fixture *f = *state;
    struct rng r;
    rng_seed(&r, 39);
    fixture_as(f, "dispatcher");
    fixture_at(f, "2026-01-05 09:00");
    for (int round = 0; round < ROUNDS; round++) {
        struct made m = some(f, &r);
        struct item_node *was, *now;
        publish(f, &m);
        struct item it = filed(f, m.end);
        const struct def *d = rules_def(f->c.rules, it.def);
        (void)item_nodes(&f->c, d, &it, &was);
        size_t at = (size_t)rng_range(&r, 0, (int64_t)m.n - 1);
        str longer = str_fmt(f->a, "%" PRId64, m.days[at] + rng_range(&r, 0, 9));
        fixture_ok(f,
            STEP(f, &it, .step = S("set"), FIELDS({str_two(f->a, S("n_"), m.keys[at]), longer})));
        (void)item_nodes(&f->c, d, &it, &now);
        for (size_t i = 0; i < m.n; i++)
            assert_true(now[i].first <= was[i].first && now[i].last <= was[i].last);
        was = now;
        int64_t end_us;
        assert_true(tm_parse(m.end, TM_ZONE_DEFAULT_S, &end_us));
        str later = tm_date(f->a, tm_local_day(end_us, TM_ZONE_DEFAULT_S) + rng_range(&r, 0, 30));
        fixture_ok(f, STEP(f, &it, .step = S("set"), FIELDS({S("end"), later})));
        (void)item_nodes(&f->c, d, &it, &now);
        for (size_t i = 0; i < m.n; i++)
            assert_true(now[i].first >= was[i].first && now[i].last >= was[i].last);
    }
}

// Everything done on its last day: nothing moves, nothing is late, nothing is in hand, and the last
// is done on the date.
static void test_on_time(void **state)
{
    struct fixture *f = *state;
    struct rng r;
    rng_seed(&r, 4);
    fixture_as(f, "dispatcher");
    for (int round = 0; round < ROUNDS / 4; round++) {
        fixture_at(f, "2026-01-05 09:00");
        struct made m = some(f, &r);
        struct item_node *was, *now;
        publish(f, &m);
        struct item it = filed(f, m.end);
        const struct def *d = rules_def(f->c.rules, it.def);
        size_t n = item_nodes(&f->c, d, &it, &was);
        bool done[NODES_MAX] = {false};
        for (size_t i = 0; i < n; i++) {
            size_t next = n;
            for (size_t k = 0; k < n; k++)
                if (!done[k] && (next == n || was[k].last < was[next].last))
                    next = k;
            done[next] = true;
            fixture_at(f, str_fmt(f->a, "%.*s 17:00", STR_ARG(tm_date(f->a, was[next].last))).s);
            fixture_ok(f, STEP(f, &it, .step = str_two(f->a, S("done_"), m.keys[next])));
        }
        (void)item_nodes(&f->c, d, &it, &now);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(now[i].first, was[i].first);
            assert_int_equal(now[i].last, was[i].last);
            assert_int_equal(now[i].state, NODE_DONE);
            assert_int_equal(now[i].spare, 0);
        }
        assert_int_equal(item_field(&it, NODE_NEXT).n, 0);
    }
}

static struct made chain(void)
{
    return (struct made){.n = 3,
        .keys = {S("a"), S("b"), S("c")},
        .days = {3, 2, 5},
        .after = {0, 1, 2},
        .end = S("2026-11-30")};
}

// An item of that chain, filed on a Tuesday morning.
static struct item begun(struct fixture *f, struct made *m, str end)
{
    fixture_as(f, "dispatcher");
    fixture_at(f, "2026-11-10 09:00");
    publish(f, m);
    return filed(f, end);
}

// What slips is told node by node, and is found.
static void test_slips(void **state)
{
    struct fixture *f = *state;
    struct made m = chain();
    struct item_node *x;
    struct item it = begun(f, &m, m.end);
    const struct def *d = rules_def(f->c.rules, it.def);
    assert_str(item_field(&it, NODE_NEXT), "a");
    assert_str(item_field(&it, NODE_DUE), "2026-11-19");
    assert_int_equal(item_nodes(&f->c, d, &it, &x), 3);
    // Begun on the day it was filed, a would be done on Thursday 12 November: five days in hand
    // (13, 16, 17, 18, 19), and so have those behind it.
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(x[i].spare, 5);
    assert_int_equal(x[0].state, NODE_RUNNING);
    assert_int_equal(x[1].state, NODE_AHEAD);
    assert_int_equal(x[0].lamp, LAMP_GREEN);

    fixture_at(f, "2026-11-23 10:00"); // a was to be done on the 19th, b begun on the 20th
    fixture_ok(f, fixture_do(f, item_alarm(&f->c, it.id, &f->e)));
    it = read(f, it.id);
    (void)item_nodes(&f->c, d, &it, &x);
    assert_int_equal(x[0].state, NODE_OVER);
    assert_int_equal(x[0].spare, -2); // 20 and 23
    assert_int_equal(x[0].lamp, LAMP_RED);
    assert_int_equal(x[1].state, NODE_HELD);
    assert_int_equal(x[1].spare, -2); // 24 and 25 instead of 20 and 23
    assert_int_equal(x[1].lamp, LAMP_YELLOW);
    assert_int_equal(x[2].state, NODE_AHEAD);
    assert_int_equal(x[2].spare, -2);
    assert_str(tm_date(f->a, x[2].expect), "2026-12-02");
    assert_true(clock_of(&it, "a", 0)->breached);

    fixture_ok(f, STEP(f, &it, .step = S("done_a")));
    (void)item_nodes(&f->c, d, &it, &x);
    assert_int_equal(x[0].state, NODE_LATE);
    assert_int_equal(x[0].spare, -2);
    assert_str(item_field(&it, NODE_NEXT), "b");
    // The date is moved: what is not finished has time again, and what was late stays so.
    fixture_ok(f, STEP(f, &it, .step = S("set"), FIELDS({S("end"), S("2026-12-11")})));
    (void)item_nodes(&f->c, d, &it, &x);
    assert_int_equal(x[0].state, NODE_LATE);
    assert_str(shown(f, &x[1]), "2026-12-03..2026-12-04");
    assert_int_equal(x[1].state, NODE_RUNNING);
    assert_true(x[1].spare > 0);
}

// Without a date there is no plan; taken away, what runs is void; done again, it is planned again;
// closed, nothing runs on.
static void test_begins_and_ends(void **state)
{
    struct fixture *f = *state;
    struct made m = chain();
    struct item_node *x;
    struct item it = begun(f, &m, S(""));
    const struct def *d = rules_def(f->c.rules, it.def);
    assert_int_equal(it.n_clocks, 0);
    assert_int_equal(item_nodes(&f->c, d, &it, &x), 0);
    fixture_ok(f, STEP(f, &it, .step = S("set"), FIELDS({S("end"), m.end})));
    assert_int_equal(item_nodes(&f->c, d, &it, &x), 3);
    fixture_ok(f, STEP(f, &it, .step = S("set"), FIELDS({S("end"), S("")})));
    assert_int_equal(item_nodes(&f->c, d, &it, &x), 0);
    assert_int_equal(it.due_us, 0);
    fixture_ok(f, STEP(f, &it, .step = S("set"), FIELDS({S("end"), m.end})));
    fixture_ok(f, STEP(f, &it, .step = S("done_a")));
    fixture_ok(f, STEP(f, &it, .step = S("again_a")));
    (void)item_nodes(&f->c, d, &it, &x);
    assert_int_equal(x[0].state, NODE_RUNNING);
    assert_str(shown(f, &x[0]), "2026-11-17..2026-11-19");
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    for (size_t i = 0; i < it.n_clocks; i++)
        assert_false(clock_open(&it.clocks[i]));
    assert_int_equal(item_field(&it, NODE_NEXT).n, 0);
}

// A changed calendar plans anew, by an event: 30 November becomes a day off.
static void test_calendar(void **state)
{
    struct fixture *f = *state;
    struct made m = chain();
    struct item_node *x;
    struct item it = begun(f, &m, m.end);
    str days = file_read(f->a, "defs/calendars/workdays.yaml");
    days = str_two(f->a, days, S("  - {date: 2026-11-30, off: 演示}\n"));
    fixture_publish(f, "calendar", "workdays", days);
    fixture_ok(f, fixture_do(f, item_settle(&f->c, it.id, &f->e)));
    it = read(f, it.id);
    (void)item_nodes(&f->c, rules_def(f->c.rules, it.def), &it, &x);
    // c: 27, 26, 25, 24, 23; b: 20, 19; a: 18, 17, 16.
    assert_str(shown(f, &x[2]), "2026-11-23..2026-11-27");
    assert_str(shown(f, &x[0]), "2026-11-16..2026-11-18");
    int64_t version = it.version;
    fixture_ok(f, fixture_do(f, item_settle(&f->c, it.id, &f->e)));
    it = read(f, it.id);
    assert_int_equal(it.version, version); // nothing has changed, nothing is written
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(test_anchors),
        ITEM_TEST(test_tight),
        ITEM_TEST(test_monotone),
        ITEM_TEST(test_on_time),
        ITEM_TEST(test_slips),
        ITEM_TEST(test_begins_and_ends),
        ITEM_TEST(test_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
