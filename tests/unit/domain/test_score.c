// Scores: what a definition may say, which version and which numbers hold for a period, how units
// come to rows and groups, and that every figure equals its list. A month worked by hand is in
// tests/anchors/scores.yaml.
#include "town_fixture.h"
#include "mistakes.h"

#include <math.h>
#include "base/rng.h"
#include "domain/item_list.h"
#include "domain/publish.h"
#include "domain/score.h"
#include "domain/yaml.h"

// ---- tests/anchors/score_errors.yaml

static bool check_case(
    const struct fixture *f, str base, const struct yaml *row, enum lang lang, struct arena *a)
{
    struct err e;
    struct score *s;
    err_init(&e, a, lang);
    bool refused = score_parse(a, f->rules, mistake_text(a, base, row), &s, &e) != OK && !s;
    return mistake_told(a, &e, row) && refused;
}

static void mistakes_have_places(void **state)
{
    struct fixture *f = *state;
    struct err e;
    struct score *s;
    err_init(&e, f->a, LANG_EN);
    const struct yaml *root =
        yaml_parse(f->a, file_read(f->a, "tests/anchors/score_errors.yaml"), &e);
    str base = yaml_get_str(root, "base");
    if (score_parse(f->a, f->rules, base, &s, &e) != OK)
        fail_msg("%.*s", STR_ARG(err_text(&e, f->a)));
    const struct yaml *cases = yaml_get(root, "cases");
    assert_true(cases->n >= 20);
    size_t wrong = 0;
    for (size_t i = 0; i < cases->n; i++) {
        struct arena *a = arena_new();
        wrong += !check_case(f, base, cases->vals[i], i % 2 ? LANG_ZH : LANG_EN, a);
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

// ---- tables

static const char PLAIN[] =
    "score: plain\ntitle: 平\nloops: hotline\nrows: {kinds: [neighbourhood, office]}\n"
    "groups:\n  - {key: v, title: 居, kinds: neighbourhood}\n  - {key: o, title: 办}\n"
    "given:\n"
    "  - {key: w, title: 分值, values: [{value: 10}, {from: 2026-11-01, value: 20},"
    " {from: 2027-01-01, to: 2027-01-31, value: 30}]}\n"
    "  - {key: area, title: 面积, values: [{units: c01, value: 2}, {group: o, value: 5}]}\n"
    "columns:\n"
    "  - {key: intake, title: 受理, count: intake}\n"
    "  - {key: share, title: 占比, formula: \"w * intake / sum(intake)\"}\n"
    "  - {key: density, title: 密度, formula: \"intake / area\"}\n"
    "  - {key: twice, title: 两倍, unit: 分, blank: 0, formula: \"density * 2\"}\n"
    "  - {stage: handle}\n";

static void publish(struct fixture *f, str text)
{
    struct published out;
    fixture_as(f, NULL);
    fixture_ok(f, fixture_do(f, def_publish(&f->c, S("score"), text, false, &out, &f->e)));
}

static void file_at(struct fixture *f, const char *unit)
{
    struct item it = fixture_file(f, "一件");
    int64_t id = fixture_unit(f, unit);
    struct step_in in = {
        .item = it.id, .version = it.version, .step = S("dispatch"), .units = &id, .n_units = 1};
    fixture_as(f, NULL);
    fixture_ok(f, fixture_do(f, item_step(&f->c, &in, &it, &f->e)));
}

static struct score_table read_table(struct fixture *f, const char *key, const char *period)
{
    struct score_table t;
    err_init(&f->e, f->a, LANG_ZH);
    f->c.lang = LANG_ZH;
    fixture_ok(f, score_read(&f->c, str_of(key), str_of(period), &t, &f->e));
    return t;
}

static const struct score_row *row_of(const struct score_table *t, const char *code)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->rows[i].code, str_of(code)))
            return &t->rows[i];
    return NULL;
}

static double value(const struct score_table *t, const struct score_row *row, const char *col)
{
    for (size_t i = 0; i < t->score->n_cols; i++)
        if (str_eq(t->score->cols[i].key, str_of(col)))
            return row->cells[i].v;
    fail_msg("no column %s", col);
    return 0;
}

static void units_come_to_rows(void **state)
{
    struct fixture *f = *state;
    publish(f, str_of(PLAIN));
    fixture_at(f, "2026-11-16 10:00");
    static const char *const at[] = {"c01", "c01-g1", "c01-g1", "c02", "office-business"};
    for (size_t i = 0; i < ARRAY_LEN(at); i++)
        file_at(f, at[i]);
    (void)fixture_file(f, "没有派的"); // with the centre, which is no row
    struct score_table t = read_table(f, "plain", "2026-11");
    // A micro-grid counts for its committee; what nobody has stands with the others.
    const struct score_row *c01 = row_of(&t, "c01");
    assert_null(row_of(&t, "c01-g1"));
    assert_true(value(&t, c01, "intake") == 3 && value(&t, row_of(&t, "c02"), "intake") == 1);
    assert_true(t.has_other && value(&t, &t.other, "intake") == 1);
    assert_true(value(&t, &t.total, "intake") == 5 && value(&t, &t.totals[0], "intake") == 4);
    // 20 since November; three of the four of the committees.
    assert_true(value(&t, c01, "share") == 15);
    assert_true(value(&t, row_of(&t, "office-business"), "share") == 20);
    // The area is given for c01 and for offices; what hangs on it is blank elsewhere, with a
    // reason.
    assert_true(value(&t, c01, "density") == 1.5 && value(&t, c01, "twice") == 3);
    assert_true(value(&t, row_of(&t, "office-business"), "density") == 0.2);
    const struct score_row *c02 = row_of(&t, "c02");
    assert_true(isnan(value(&t, c02, "density")) && value(&t, c02, "twice") == 0);
    assert_int_equal(c02->cells[2].why, SCORE_GIVEN);
    assert_str(score_why_words(f->a, t.score, &c02->cells[2], LANG_ZH), "没有给定“面积”");
    assert_int_equal(c02->cells[3].why, SCORE_NEEDS);
    assert_true(c02->cells[3].filled);
    // A group with nothing has no shares: a denominator is zero.
    t = read_table(f, "plain", "2026-10");
    assert_int_equal(row_of(&t, "c01")->cells[1].why, SCORE_ZERO);
    assert_false(t.has_other);
}

static void rules_hold_from_their_day(void **state)
{
    struct fixture *f = *state;
    struct err e;
    struct score_table t;
    fixture_at(f, "2027-02-10 10:00");
    publish(f, str_of(PLAIN));
    static const struct {
        const char *period;
        double w;
        size_t notes;
    } rows[] = {{"2026-10", 10, 0}, {"2026-10-15..2026-11-15", 10, 1}, {"2026-11", 20, 0},
        {"2027-01", 30, 0}, {"2027-01-31..2027-02-01", 30, 0}, {"2026-12", 20, 0},
        {"2027-02", 20, 1}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        t = read_table(f, "plain", rows[i].period);
        assert_true(t.total.values[t.score->n_counts] == rows[i].w);
        assert_int_equal(t.n_notes, rows[i].notes); // it changes inside, or is not over
    }
    // Another version from the new year: older periods keep the older one, and one that is wrong
    // can be mended for its own time.
    str second = mistake_put(
        f->a, str_of(PLAIN), S("title: 平\n"), S("title: 二\nfrom: 2027-01-01\n"), S(""));
    publish(f, second);
    publish(f, mistake_put(f->a, str_of(PLAIN), S("title: 平\n"), S("title: 三\n"), S("")));
    assert_str(read_table(f, "plain", "2026-12").score->title, "三");
    assert_str(read_table(f, "plain", "2027-01").score->title, "二");
    t = read_table(f, "plain", "2026-12-20..2027-01-10");
    assert_str(t.score->title, "三");
    assert_true(t.n_notes == 2 && str_has(t.notes[1], S("第 2 版")));
    publish(f, mistake_put(f->a,
                   mistake_put(f->a, str_of(PLAIN), S("score: plain"), S("score: late"), S("")),
                   S("title: 平\n"), S("title: 迟\nfrom: 2027-01-01\n"), S("")));
    err_init(&e, f->a, LANG_EN);
    assert_int_equal(score_read(&f->c, S("late"), S("2026-12"), &t, &e), ERR_INVALID);
}

static void assessment_years(void **state)
{
    struct fixture *f = *state;
    struct score s = {.year_month = 11};
    int64_t from, to;
    assert_true(score_days(&f->c, &s, S("A2026"), &from, &to));
    assert_int_equal(from, tm_days(2025, 11, 1));
    assert_int_equal(to, tm_days(2026, 11, 1));
    s.year_month = 1;
    assert_true(score_days(&f->c, &s, S("a2024"), &from, &to));
    assert_int_equal(from, tm_days(2024, 1, 1));
    assert_int_equal(to, tm_days(2025, 1, 1));
    assert_false(score_days(&f->c, &s, S("A20245"), &from, &to));
    assert_false(score_days(&f->c, &s, S("A1800"), &from, &to));
}

// A loop may not lose what the newest version of a score counts; an older one then says what it
// misses, and the town lives on.
static void loops_keep_what_scores_count(void **state)
{
    struct fixture *f = *state;
    struct published out;
    struct score_table t;
    publish(f, str_of(PLAIN));
    str loop = rules_loop(f->rules, S("hotline"))->now->text, gone = S("  - {clock: handle}\n");
    str without = mistake_put(f->a, loop, gone, S(""), S("hotline"));
    fixture_as(f, NULL);
    enum err_code code = fixture_do(f, def_publish(&f->c, S("loop"), without, false, &out, &f->e));
    fixture_fails(f, code, ERR_INVALID);
    assert_true(fixture_noted(f, "stages"));
    publish(f, mistake_put(f->a, str_of(PLAIN), S("  - {stage: handle}\n"), S(""), S("")));
    fixture_ok(f, fixture_do(f, def_publish(&f->c, S("loop"), without, false, &out, &f->e)));
    assert_true(read_table(f, "plain", "2026-11").n > 0);
    assert_true(rules_score(f->rules, S("plain"))->versions[0]->broken.n > 0);
    publish(f, mistake_put(f->a,
                   mistake_put(f->a, str_of(PLAIN), S("  - {stage: handle}\n"), S(""), S("")),
                   S("title: 平\n"), S("title: 二\nfrom: 2027-01-01\n"), S("")));
    assert_true(read_table(f, "plain", "2026-11").score->version == 2);
    (void)t;
}

// ---- every figure is the count of its list

static void live(struct fixture *f, struct rng *r)
{
    static const char *const at[] = {"c01", "c02", "c03", "c01-g1", "office-business"};
    fixture_later(f, rng_range(r, 1, 30) * US_HOUR);
    if (rng_range(r, 0, 9) == 0)
        (void)fixture_file(f, "没有派的");
    else
        file_at(f, at[rng_range(r, 0, ARRAY_LEN(at) - 1)]);
}

static void same(struct fixture *f, const struct score_table *t, const struct score_row *row)
{
    for (int i = 0; i < (int)t->score->n_counts; i++) {
        str link = score_link(f->a, t, row, i);
        struct err e;
        err_init(&e, f->a, LANG_EN);
        assert_true(link.n > 0);
        struct filter *x = filter_parse(f->a, f->rules, NULL, link, &e);
        if (!x || e.code != OK)
            fail_msg("%.*s: %s", STR_ARG(link), err_text(&e, f->a).s);
        int64_t listed = item_count(&f->c, x, 0, &e);
        if ((double)listed != row->values[i])
            fail_msg("the table says %g, its link lists %d: %.*s", row->values[i], (int)listed,
                STR_ARG(link));
    }
}

static void every_figure_is_its_list(void **state)
{
    struct fixture *f = *state;
    struct rng r;
    rng_seed(&r, 11);
    publish(f, str_of(PLAIN));
    fixture_at(f, "2026-09-28 09:00");
    for (int i = 0; i < 80; i++)
        live(f, &r);
    static const char *const periods[] = {"2026-10", "2026-10-05..2026-11-11", "A2026", "2026-W43"};
    for (size_t p = 0; p < ARRAY_LEN(periods); p++) {
        struct score_table t = read_table(f, "plain", periods[p]);
        for (size_t i = 0; i < t.n; i++)
            same(f, &t, &t.rows[i]);
        for (size_t i = 0; i < t.score->n_groups; i++)
            same(f, &t, &t.totals[i]);
        same(f, &t, &t.total);
        same(f, &t, &t.other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(mistakes_have_places),
        FIXTURE_TEST(units_come_to_rows),
        FIXTURE_TEST(rules_hold_from_their_day),
        FIXTURE_TEST(assessment_years),
        FIXTURE_TEST(loops_keep_what_scores_count),
        FIXTURE_TEST(every_figure_is_its_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
