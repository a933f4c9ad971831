#include "domain/formula.h"

#include <float.h>
#include <math.h>

#include "files.h"
#include "base/buf.h"
#include "base/rng.h"
#include "domain/yaml.h"

static const str names[] = {
    S("a"), S("b"), S("c"), S("sat"), S("sat_basic"), S("sat_soso"), S("dissat"), S("in-time")};

static struct formula *parsed(struct arena *a, const char *text)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    struct formula *f = formula_parse(a, str_of(text), names, ARRAY_LEN(names), FORMULA_PLAIN, &e);
    if (f == NULL)
        fail_msg("%s: %.*s", text, STR_ARG(err_text(&e, a)));
    return f;
}

static const double values[] = {6, 3, 0, 80, 10, 5, 5, 0.5};

static void test_precedence(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"1", 1},
        {"0.5", 0.5},
        {".5", 0.5},
        {"a", 6},
        {"  a  ", 6},
        {"a+b*2", 12},
        {"(a+b)*2", 18},
        {"a-b-1", 2},
        {"a-(b-1)", 4},
        {"a/b/2", 1},
        {"a/(b/2)", 4},
        {"a*b/9", 2},
        {"-a+b", -3},
        {"-(a+b)", -9},
        {"--a", 6},
        {"a*-b", -18},
        {"-a*b", -18},
        {"a - -b", 9},
        {"((((a))))", 6},
        {"a+\n b", 9},
        {"in-time", 0.5},
        {"in-time-a", -5.5},
        {"a-in-time", 5.5},
        {"sat-dissat", 75},
        {"sat - dissat", 75},
        {"a-1", 5},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double v = NAN;
        assert_true(formula_value(parsed(*state, rows[i].text), values, &v));
        if (v != rows[i].value)
            fail_msg("%s gives %g, not %g", rows[i].text, v, rows[i].value);
    }
}

// [domain 1.4] sat_ratio = (1.0*满意 + 0.8*基本满意 + 0.6*一般 + 0*不满意) /
// (满意+基本满意+一般+不满意)
static void test_satisfaction(void **state)
{
    const struct formula *f = parsed(
        *state, "(sat + 0.8*sat_basic + 0.6*sat_soso) / (sat + sat_basic + sat_soso + dissat)");
    static const struct {
        double sat, basic, soso, dissat, rate;
    } rows[] = {
        {80, 10, 5, 5, 0.91}, {100, 0, 0, 0, 1}, {0, 0, 0, 7, 0}, {0, 1, 0, 0, 0.8},
        {0, 0, 1, 0, 0.6}, {130, 12, 3, 11, (130 + 9.6 + 1.8) / 156},
        {9300, 0, 0, 700, 0.93}, // [domain 1.4: Shanghai 2016, composite satisfaction 93 %]
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double in[ARRAY_LEN(names)] = {
            0, 0, 0, rows[i].sat, rows[i].basic, rows[i].soso, rows[i].dissat, 0};
        double v = NAN;
        assert_true(formula_value(f, in, &v));
        assert_true(fabs(v - rows[i].rate) < 1e-12);
    }
    // "empty denominator -> blank cell and 0 points, never 100%" [domain 1.4]
    double none[ARRAY_LEN(names)] = {0}, v = 7;
    assert_false(formula_value(f, none, &v));
    assert_true(v == 7);
}

static void test_blank(void **state)
{
    static const char *const blank[] = {
        "a/c",
        "1/0",
        "0/0",
        "c/c",
        "0*(a/c)",
        "a + b/c",
        "(a/c)/(b/c)",
        "c/(a/c)",
        "a/(b-3)",
        "a/-c",
    };
    for (size_t i = 0; i < ARRAY_LEN(blank); i++) {
        double v = 7;
        if (formula_value(parsed(*state, blank[i]), values, &v))
            fail_msg("%s gives %g, not blank", blank[i], v);
        assert_true(v == 7);
    }
    double v = 7;
    assert_true(formula_value(parsed(*state, "c/a"), values, &v));
    assert_true(v == 0);
    const double huge[] = {DBL_MAX, 10, 0, 0, 0, 0, 0, 0}, unknown[] = {NAN, 1, 0, 0, 0, 0, 0, 0};
    assert_false(formula_value(parsed(*state, "a*b"), huge, &v));
    assert_false(formula_value(parsed(*state, "a+b"), unknown, &v));
}

static void test_uses(void **state)
{
    static const struct {
        const char *text;
        int bits;
    } rows[] = {{"1+2", 0}, {"a/(a+c)", 1 | 4}, {"in-time", 1 << 7},
        {"dissat/sat", 1 << 6 | 1 << 3}, {"if(a > b, c, 1)", 7}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct formula *f = parsed(*state, rows[i].text);
        for (int n = 0; n < (int)ARRAY_LEN(names); n++)
            assert_int_equal(formula_uses(f, n), rows[i].bits >> n & 1);
    }
}

static void test_refuses(void **state)
{
    static const struct {
        const char *text;
        int column;
        const char *message;
    } rows[] = {
        {"", 1, "the formula ends too early"},
        {"   ", 4, "the formula ends too early"},
        {"a +", 4, "the formula ends too early"},
        {"a + * b", 5, "\"*\" does not fit here"},
        {"(a + b", 7, "the formula ends too early"},
        {"a + b)", 6, "\")\" does not fit here"},
        {"a b", 3, "\"b\" does not fit here"},
        {"2 a", 3, "\"a\" does not fit here"},
        {"2a", 2, "\"a\" does not fit here"},
        {"()", 2, "\")\" does not fit here"},
        {"1.2.3", 1, "\"1\" does not fit here"},
        {".", 1, "\".\" does not fit here"},
        {"a % b", 3, "\"%\" does not fit here"},
        {"a ÷ b", 3, "\"÷\" does not fit here"},
        {"（a）", 1, "\"（\" does not fit here"},
        {"+a", 1, "\"+\" does not fit here"},
        {"a / 满意", 5, "unknown name \"满意\""},
        {"a + sat_basc", 5, "unknown name \"sat_basc\""},
        {"A", 1, "unknown name \"A\""},
        {"in-tim", 1, "unknown name \"in\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e;
        err_init(&e, *state, LANG_EN);
        assert_null(formula_parse(
            *state, str_of(rows[i].text), names, ARRAY_LEN(names), FORMULA_PLAIN, &e));
        if (e.n == 0 || e.notes[0].column != rows[i].column)
            fail_msg(
                "%s: column %d, not %d", rows[i].text, e.n ? e.notes[0].column : 0, rows[i].column);
        assert_str(e.notes[0].message, rows[i].message);
        assert_int_equal(e.code, ERR_INVALID);
    }
}

static void test_functions(void **state)
{
    static const struct {
        const char *text;
        double value; // NaN: blank
    } rows[] = {
        {"min(a, b, 7)", 3},
        {"max(a, b, 7)", 7},
        {"min (a,b)", 3},
        {"clamp(a, 0, 5)", 5},
        {"clamp(-a, -1, 5)", -1},
        {"clamp(b, 0, 5)", 3},
        {"round(2.5, 0)", 3},
        {"round(-2.5, 0)", -3},
        {"round(1.005, 2)", 1.01}, // as a person rounds, though 1.005 lies below it
        {"round(5*13/24, 3)", 2.708},
        {"if(a > b, 1, 2)", 1},
        {"if(c > 0, a/c, 9)", 9}, // what is not taken may be blank
        {"if(a/c > 0, 1, 2)", NAN},
        {"if(and(a > 1, b > 1), 1, 0) + if(or(c, 0), 1, 0)", 1},
        {"(a >= 6) + (a > 6) + (a <= 6) + (a < 6) + (a = 6) + (a <> 6)", 3},
        {"filled(a/c, 4) + filled(a, 4)", 10},
        {"max(a, a/c)", NAN},
        {"steps(a, 0, 6, 10, 7, 20)", 10},
        {"steps(a, 0, 7, 10)", 0},
        {"steps(a, 0, 1, 5, 6.0001, 20)", 5},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double v = NAN;
        bool shown = formula_value(parsed(*state, rows[i].text), values, &v);
        if (shown == isnan(rows[i].value) || (shown && fabs(v - rows[i].value) > 1e-12))
            fail_msg("%s gives %g, not %g", rows[i].text, v, rows[i].value);
    }
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"a > b > c", "\">\" does not fit here"},
        {"min(a)", "min() takes another number of values, not 1"},
        {"clamp(a, b)", "clamp() takes another number of values, not 2"},
        {"steps(a, 0, 1, 2, 3)", "steps() takes another number of values, not 5"},
        {"min(a, b", "the formula ends too early"},
        {"sum(a)", "sum() needs the rows of a group: only the columns of a score have them"},
        {"best(a)", "unknown name \"best\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct err e;
        err_init(&e, *state, LANG_EN);
        assert_null(formula_parse(
            *state, str_of(wrong[i].text), names, ARRAY_LEN(names), FORMULA_PLAIN, &e));
        assert_str(e.notes[0].message, wrong[i].message);
    }
}

static str spell(void *arg, int name)
{
    (void)arg;
    return names[name].n > 1 ? S("甲") : names[name];
}

static str ninety(void *arg, size_t n)
{
    return n == 0 ? *(str *)arg : S("");
}

// Sums over the rows of a group; a row without a value adds nothing.
static void test_groups(void **state)
{
    struct err e;
    err_init(&e, *state, LANG_EN);
    struct formula *f =
        formula_parse(*state, S("round(5*a/sum(a), 3) - mean(b/c) + most(a)*least(a)"), names,
            ARRAY_LEN(names), FORMULA_GROUPS, &e);
    assert_non_null(f);
    assert_true(formula_has_sums(f));
    const double one[] = {13, 4, 2, 0, 0, 0, 0, 0}, two[] = {8, 9, 3, 0, 0, 0, 0, 0},
                 three[] = {3, 5, 0, 0, 0, 0, 0, 0}, *const rows[] = {one, two, three};
    double sums[FORMULA_GROUPS_MAX] = {0}, v = 0;
    formula_sums(f, rows, ARRAY_LEN(rows), sums);
    assert_true(sums[0] == 24 && sums[1] == 2.5 && sums[2] == 13 && sums[3] == 3);
    assert_true(formula_value_in(f, one, sums, &v) && fabs(v - (2.708 - 2.5 + 39)) < 1e-12);
    formula_sums(f, rows, 0, sums);
    assert_true(sums[0] == 0 && isnan(sums[1]) && isnan(sums[2]));
    assert_false(formula_value_in(f, one, sums, &v));
    str said = S("24");
    assert_str(formula_say(*state, f, LANG_ZH, spell, NULL, NULL),
        "四舍五入(5×a÷组内合计(a), 3) − 组内平均(b÷c) + 组内最大(a)×组内最小(a)");
    assert_str(formula_say(*state, f, LANG_EN, spell, ninety, &said),
        "round(5×a÷24, 3) − mean(b÷c) + most(a)×least(a)");
    f = formula_parse(
        *state, S("if(in-time >= 1, sat-dissat, 0)"), names, ARRAY_LEN(names), FORMULA_GROUPS, &e);
    assert_str(formula_say(*state, f, LANG_ZH, spell, NULL, NULL), "如果(甲 ≥ 1, 甲−甲, 0)");
    static const char *const wrong[] = {"sum(a/sum(b))", "sum(a, b)", "sum()",
        "sum(a)+sum(a)+sum(a)+sum(a)+sum(a)+sum(a)+sum(a)+sum(a)+sum(a)"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        err_init(&e, *state, LANG_ZH);
        assert_null(
            formula_parse(*state, str_of(wrong[i]), names, ARRAY_LEN(names), FORMULA_GROUPS, &e));
        assert_int_equal(e.n, 1);
    }
}

// tests/anchors/scores.yaml: what others have published.
static void test_published(void **state)
{
    struct err e;
    err_init(&e, *state, LANG_EN);
    const struct yaml *root =
        yaml_parse(*state, file_read(*state, "tests/anchors/scores.yaml"), &e);
    const struct yaml *rows = yaml_get(root, "published");
    assert_true(rows && rows->n >= 10);
    for (size_t i = 0; i < rows->n; i++) {
        const struct yaml *row = rows->vals[i], *given = yaml_get(row, "values");
        double in[8], v = NAN;
        for (size_t k = 0; k < given->n; k++)
            assert_true(yaml_as_f64(given->vals[k], &in[k]));
        struct formula *f = formula_parse(
            *state, yaml_get_str(row, "formula"), given->keys, given->n, FORMULA_PLAIN, &e);
        if (!f)
            fail_msg("%.*s", STR_ARG(err_text(&e, *state)));
        double p = pow(10, (double)yaml_get_i64(row, "decimals", 0));
        assert_true(formula_value(f, in, &v));
        if (fabs(round(v * p) / p - yaml_get_f64(row, "gives", NAN)) > 1e-9)
            fail_msg("%.*s gives %g", STR_ARG(yaml_get_str(row, "formula")), v);
    }
}

static void test_all_unknown_names_at_once(void **state)
{
    struct err e;
    err_init(&e, *state, LANG_EN);
    assert_null(formula_parse(
        *state, S("(x + sat_baisc) / (y + a"), names, ARRAY_LEN(names), FORMULA_PLAIN, &e));
    assert_int_equal(e.n, 4);
    assert_int_equal(e.notes[1].column, 6);
    assert_true(str_starts(e.notes[1].expected, S("sat_basic, ")));
    assert_int_equal(e.notes[3].column, 25);
}

static void test_limits(void **state)
{
    struct err e;
    struct buf b;
    err_init(&e, *state, LANG_EN);
    buf_init(&b, *state, MIB);
    for (int i = 0; i < 41; i++)
        buf_byte(&b, '(');
    assert_null(formula_parse(*state, buf_str(&b), names, ARRAY_LEN(names), FORMULA_PLAIN, &e));
    assert_int_equal(e.n, 1);
    assert_str(e.notes[0].message, "nested too deeply");
    buf_init(&b, *state, MIB);
    buf_byte(&b, '1');
    for (int i = 0; i < 300; i++)
        buf_addz(&b, "+1");
    assert_null(formula_parse(*state, buf_str(&b), names, ARRAY_LEN(names), FORMULA_PLAIN, &e));
    assert_int_equal(e.n, 2);
    buf_init(&b, *state, MIB);
    for (int i = 0; i <= FORMULA_BYTES_MAX; i++)
        buf_byte(&b, ' ');
    assert_null(formula_parse(*state, buf_str(&b), names, ARRAY_LEN(names), FORMULA_PLAIN, &e));
    assert_int_equal(e.n, 3);
}

// ---- a tree, its text with only the brackets it needs, and what it is worth by plain recursion
// ----

struct tree {
    char op; // n number, v name, ~ minus before, + - * /
    double number;
    int name;
    struct tree *left, *right;
};

static struct tree *grow(struct arena *a, struct rng *r, int depth)
{
    struct tree *t = NEW(a, struct tree);
    int64_t pick = depth == 0 ? rng_range(r, 0, 1) : rng_range(r, 0, 9);
    if (pick == 0) {
        t->op = 'n';
        t->number = (double)rng_range(r, 0, 20) / 4;
    } else if (pick == 1) {
        t->op = 'v';
        t->name = (int)rng_range(r, 0, ARRAY_LEN(names) - 1);
    } else if (pick == 2) {
        t->op = '~';
        t->right = grow(a, r, depth - 1);
    } else {
        t->op = "+-*/"[rng_range(r, 0, 3)];
        t->left = grow(a, r, depth - 1);
        t->right = grow(a, r, depth - 1);
    }
    return t;
}

static int rank(const struct tree *t)
{
    return t->op == '+' || t->op == '-' ? 1 : t->op == '*' || t->op == '/' ? 2 : 3;
}

static void write(struct buf *b, struct rng *r, const struct tree *t, int least)
{
    bool bracket = rank(t) < least;
    if (bracket)
        buf_byte(b, '(');
    if (t->op == 'n') {
        buf_fmt(b, "%g", t->number);
    } else if (t->op == 'v') {
        buf_add(b, names[t->name]);
    } else if (t->op == '~') {
        buf_byte(b, '-');
        write(b, r, t->right, 3);
    } else {
        write(b, r, t->left, rank(t));
        // Without the blank "a-b" would be looked up as a name first; both must come out the same.
        const char *blank = rng_range(r, 0, 1) ? " " : "";
        buf_fmt(b, "%s%c%s", blank, t->op, blank);
        write(b, r, t->right, rank(t) + 1);
    }
    if (bracket)
        buf_byte(b, ')');
}

static bool worth(const struct tree *t, const double *in, double *out)
{
    double x = 0, y = 0;
    if (t->op == 'n' || t->op == 'v') {
        *out = t->op == 'n' ? t->number : in[t->name];
        return true;
    }
    if ((t->left != NULL && !worth(t->left, in, &x)) || !worth(t->right, in, &y))
        return false;
    if (t->op == '/' && y == 0)
        return false;
    *out = t->op == '~'   ? -y
           : t->op == '+' ? x + y
           : t->op == '-' ? x - y
           : t->op == '*' ? x * y
                          : x / y;
    return true;
}

static void test_property(void **state)
{
    struct rng r;
    rng_seed(&r, 20261120);
    int blanks = 0;
    struct arena *a = arena_new();
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct tree *t = grow(a, &r, (int)rng_range(&r, 0, 5));
        double in[ARRAY_LEN(names)], want = 0, got = 0;
        for (size_t n = 0; n < ARRAY_LEN(names); n++)
            in[n] = (double)rng_range(&r, 0, 4);
        struct buf b;
        buf_init(&b, a, MIB);
        write(&b, &r, t, 0);
        if (b.n > FORMULA_BYTES_MAX)
            continue;
        struct err e;
        err_init(&e, a, LANG_EN);
        struct formula *f =
            formula_parse(a, buf_str(&b), names, ARRAY_LEN(names), FORMULA_PLAIN, &e);
        if (f == NULL)
            fail_msg("%.*s: %.*s", STR_ARG(buf_str(&b)), STR_ARG(err_text(&e, a)));
        bool shown = worth(t, in, &want) && isfinite(want);
        blanks += !shown;
        if (formula_value(f, in, &got) != shown || (shown && got != want))
            fail_msg("%.*s: %.17g, not %.17g", STR_ARG(buf_str(&b)), got, want);
        arena_reset(a);
    }
    assert_in_range(blanks, 1000, 15000); // both outcomes were met
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_precedence),
        UNIT(test_satisfaction),
        UNIT(test_blank),
        UNIT(test_uses),
        UNIT(test_refuses),
        UNIT(test_functions),
        UNIT(test_groups),
        UNIT(test_published),
        UNIT(test_all_unknown_names_at_once),
        UNIT(test_limits),
        UNIT(test_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
