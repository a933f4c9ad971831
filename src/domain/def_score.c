// Reading a score's definition. Its names are resolved against the loops and units of the town, so
// that a mistyped one is told with its place.
#include "domain/score.h"

#include <math.h>
#include <stdlib.h>
#include "domain/def_read.h"
#include "domain/formula.h"

enum { UNIT_WORD_MAX = 12, SOURCE_MAX = 200, TEXT_MAX = 500 };

#define UNITS_MEMBERS                                                                              \
    {"kinds", YAML_WANT_STRS, .expected = "kinds of units"},                                       \
        {"units", YAML_WANT_STRS, .expected = "unit codes"},                                       \
    {                                                                                              \
        "except", YAML_WANT_STRS, .expected = "unit codes"                                         \
    }

static const struct yaml_member rows_members[] = {UNITS_MEMBERS, {0}};
static const struct yaml_member root_members[] = {
    {"score", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"help", YAML_WANT_STR},
    {"source", YAML_WANT_STR},
    {"from", YAML_WANT_DATE},
    {"year", YAML_WANT_INT, .expected = "the month an assessment year begins in", .min = 1,
        .max = 12},
    {"loops", YAML_WANT_STRS, YAML_REQUIRED, .expected = "loops"},
    {"rows", YAML_WANT_MAP, YAML_REQUIRED, .expected = "{kinds, units, except}",
        .sub = rows_members},
    {"groups", YAML_WANT_LIST, YAML_NULLABLE,
        .expected = "a list of {key, title, kinds, units, when}"},
    {"given", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, values}"},
    {"columns", YAML_WANT_LIST, YAML_REQUIRED,
        .expected = "a list of {key, title, count or formula}"},
    {0},
};
static const struct yaml_member group_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    UNITS_MEMBERS,
    {"when", YAML_WANT_STR, .expected = "a condition over counts: closed > 10"},
    {0},
};
static const struct yaml_member given_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"unit", YAML_WANT_STR},
    {"value", YAML_WANT_NUM},
    {"values", YAML_WANT_LIST, .expected = "a list of {from, to, group, units, value}"},
    {0},
};
static const struct yaml_member value_members[] = {
    {"from", YAML_WANT_DATE},
    {"to", YAML_WANT_DATE},
    {"group", YAML_WANT_KEY},
    {"units", YAML_WANT_STRS, .expected = "unit codes"},
    {"value", YAML_WANT_NUM, YAML_REQUIRED},
    {0},
};
static const struct yaml_member col_members[] = {
    {"key", YAML_WANT_KEY},
    {"title", YAML_WANT_STR},
    {"stage", YAML_WANT_STR, .expected = "a clock that is a stage"},
    {"count", YAML_WANT_STR, .expected = "a tally, or a figure of a stage: handle.late"},
    {"formula", YAML_WANT_STR,
        .expected = "arithmetic over counts, given numbers and columns above"},
    {"band", YAML_WANT_STR},
    {"unit", YAML_WANT_STR, .expected = "件, %, 分"},
    {"decimals", YAML_WANT_INT, .min = 0, .max = SCORE_DECIMALS_MAX},
    {"better", YAML_WANT_STR, .options = "high|low"},
    {"blank", YAML_WANT_NUM},
    {"hidden", YAML_WANT_BOOL},
    {"total", YAML_WANT_BOOL},
    {"source", YAML_WANT_STR},
    {0},
};

// The figures of a stage: which outcomes they take together, and what they are called.
static const struct {
    const char *key, *zh, *alone; // in front of the stage's title; under it as a heading
    unsigned outcomes;
} figures[] = {
#define BIT(o) (1U << OUTCOME_##o)
    {"due", "应", "应办", BIT(RUNNING) | BIT(PAUSED) | BIT(BREACHED) | BIT(MET) | BIT(LATE)},
    {"done", "", "已办", BIT(MET) | BIT(LATE)},
    {"on_time", "按期", "按期", BIT(MET)},
    {"late", "超期", "超期", BIT(LATE)},
    {"waiting", "待", "待办", BIT(RUNNING) | BIT(PAUSED) | BIT(BREACHED)},
    {"overdue", "超期待", "超期待办", BIT(BREACHED)},
    {"paused", "挂起", "挂起", BIT(PAUSED)},
#undef BIT
};
enum { FIGURES_SHOWN = 6 };

struct reading {
    struct def_reader r; // what reads rows, keys and texts of any definition
    struct arena *arena;
    const struct rules *rules;
    struct score *s;
    struct def_names groups, loops;
    size_t names_room;
    bool names_broken; // a name may be missing for somebody else's mistake
};

// ---- names

static int name_at(const struct score *s, str key)
{
    for (size_t i = 0; i < s->n_names; i++)
        if (str_eq(s->names[i], key))
            return (int)i;
    return DEF_NONE;
}

static void put_name(struct reading *g, str key)
{
    CHECK(g->s->n_names < FORMULA_NAMES_MAX);
    VEC_PUSH(g->arena, g->s->names, g->s->n_names) = key;
}

static void put_count(struct reading *g, int loop, str key, str title, struct score_count x)
{
    // With several loops their names carry the loop.
    if (g->s->n_loops > 1)
        key = str_fmt(g->arena, "%.*s.%.*s", STR_ARG(g->s->loops[loop]), STR_ARG(key));
    x.key = key;
    x.title = title;
    x.loop = loop;
    VEC_PUSH(g->arena, g->s->counts, g->s->n_counts) = x;
    put_name(g, key);
}

static void put_loop(struct reading *g, int loop)
{
    const struct def *d = g->s->defs[loop];
    for (size_t i = 0; i < d->n_tallies; i++)
        put_count(
            g, loop, d->tallies[i].key, d->tallies[i].title, (struct score_count){.at = (int)i});
    for (size_t i = 0; i < d->n_ledger; i++)
        for (size_t k = 0; k < ARRAY_LEN(figures); k++) {
            const struct def_clock *clock = &d->clocks[d->ledger[i].clock];
            str key = str_fmt(g->arena, "%.*s.%s", STR_ARG(clock->key), figures[k].key);
            str title = str_fmt(g->arena, "%s%.*s", figures[k].zh, STR_ARG(clock->title));
            put_count(g, loop, key, title,
                (struct score_count){.stage = true, .at = (int)i, .outcomes = figures[k].outcomes});
        }
}

static void read_loops(struct reading *g)
{
    const struct yaml *list = yaml_get(g->r.root, "loops");
    for (size_t i = 0; i < g->rules->n_loops; i++)
        VEC_PUSH(g->arena, g->loops.keys, g->loops.n) = g->rules->loops[i].key;
    for (size_t i = 0; i < def_read_count(list); i++) {
        const struct yaml *y = def_read_nth(list, i);
        int at = def_read_name(&g->r, &g->loops, y, S("loops"));
        if (g->s->n_loops == SCORE_LOOPS_MAX) {
            yaml_err(g->r.e, y, S("loops"), str_num(g->arena, SCORE_LOOPS_MAX, S("")),
                "too many loops", "流程过多");
            break;
        }
        if (at < 0) {
            g->names_broken = true;
            continue;
        }
        g->s->defs[g->s->n_loops] = g->rules->loops[at].now;
        g->s->loops[g->s->n_loops++] = g->rules->loops[at].key;
    }
    for (size_t i = 0; i < g->s->n_loops; i++)
        put_loop(g, (int)i);
}

// ---- units

static bool kind_known(const struct rules *r, str kind)
{
    for (size_t i = 0; i < r->n_units; i++)
        if (str_eq(r->units[i].kind, kind))
            return true;
    return false;
}

static void read_codes(
    struct reading *g, const struct yaml *map, const char *member, str path, str **out, size_t *n)
{
    const struct yaml *list = yaml_get(map, member);
    for (size_t i = 0; i < def_read_count(list); i++) {
        const struct yaml *y = def_read_nth(list, i);
        str code = {0};
        if (!yaml_as_str(y, &code))
            continue;
        if (!map_get(&g->rules->unit_by_code, code))
            yaml_err(g->r.e, y, def_read_path(&g->r, path, member), S("a unit code"),
                "there is no unit \"%.*s\"", "没有“%.*s”这个单位", STR_ARG(code));
        VEC_PUSH(g->arena, *out, *n) = code;
    }
}

static void read_units(struct reading *g, const struct yaml *map, str path, struct score_units *out)
{
    const struct yaml *kinds = yaml_get(map, "kinds");
    for (size_t i = 0; i < def_read_count(kinds); i++) {
        const struct yaml *y = def_read_nth(kinds, i);
        str kind = {0};
        if (!yaml_as_str(y, &kind))
            continue;
        if (!kind_known(g->rules, kind))
            yaml_err(g->r.e, y, def_read_path(&g->r, path, "kinds"), S("a kind of units"),
                "no unit is of the kind \"%.*s\"", "没有类别为“%.*s”的单位", STR_ARG(kind));
        VEC_PUSH(g->arena, out->kinds, out->n_kinds) = kind;
    }
    read_codes(g, map, "units", path, &out->codes, &out->n_codes);
    read_codes(g, map, "except", path, &out->except, &out->n_except);
}

// ---- formulas

static const struct formula *read_formula(
    struct reading *g, const struct yaml *y, str path, enum formula_kind kind)
{
    if (!y || y->type != YAML_SCALAR || g->names_broken)
        return NULL;
    struct err inner;
    err_init(&inner, g->arena, g->r.e->lang);
    const struct formula *f =
        formula_parse(g->arena, y->s, g->s->names, g->s->n_names, kind, &inner);
    def_read_notes(&g->r, &inner, y, path);
    return f;
}

// ---- given numbers

static int by_from(const void *a, const void *b)
{
    const struct score_value *x = a, *y = b;
    return x->from_day == y->from_day ? 0 : x->from_day > y->from_day ? -1 : 1;
}

// Not qsort: rows of the same date keep the order of the file.
static void sort_values(struct score_given *x)
{
    for (size_t i = 1; i < x->n; i++)
        for (size_t k = i; k > 0 && by_from(&x->values[k - 1], &x->values[k]) > 0; k--) {
            struct score_value swap = x->values[k];
            x->values[k] = x->values[k - 1];
            x->values[k - 1] = swap;
        }
}

static void read_values(
    struct reading *g, const struct yaml *row, str path, struct score_given *out)
{
    struct def_rows rows =
        def_read_rows(&g->r, row, path, "values", SCORE_VALUES_MAX, value_members);
    out->values = NEW_ARRAY(g->arena, rows.n + 1, struct score_value);
    for (size_t i = 0; i < rows.n; i++) {
        struct score_value v = {.from_day = yaml_get_date(rows.at[i], "from", 0),
            .to_day = yaml_get_date(rows.at[i], "to", INT64_MAX),
            .group = DEF_NONE,
            .v = yaml_get_f64(rows.at[i], "value", 0)};
        const struct yaml *group = yaml_get(rows.at[i], "group");
        if (group)
            v.group = def_read_name(
                &g->r, &g->groups, group, def_read_path(&g->r, rows.paths[i], "group"));
        out->by_group = out->by_group || v.group >= 0;
        read_codes(g, rows.at[i], "units", rows.paths[i], &v.codes, &v.n_codes);
        if (v.to_day < v.from_day)
            yaml_err(g->r.e, rows.at[i], rows.paths[i], S("from <= to"), "ends before it begins",
                "起止日期颠倒");
        out->values[out->n++] = v;
    }
    sort_values(out);
}

static void check_given(struct reading *g, const struct yaml *row, str path, str key)
{
    const struct yaml *y = yaml_get(row, "key");
    if ((yaml_get(row, "value") != NULL) == (yaml_get(row, "values") != NULL))
        yaml_err(g->r.e, row, path, S("value, values"), "needs either value or values",
            "value 与 values 须且只须有一个");
    int name = name_at(g->s, key);
    if (name >= 0 && name < (int)g->s->n_counts)
        yaml_err(g->r.e, y, def_read_path(&g->r, path, "key"), S(""),
            "\"%.*s\" is the name of a count", "“%.*s”已是一个计数的名称", STR_ARG(key));
}

static void read_givens(struct reading *g)
{
    struct def_names seen = {.en = "given number", .zh = "给定数", .section = "given"};
    struct def_rows rows =
        def_read_rows(&g->r, g->r.root, S(""), "given", SCORE_GIVENS_MAX, given_members);
    g->names_broken = g->names_broken || rows.broken;
    for (size_t i = 0; i < rows.n; i++) {
        const struct yaml *row = rows.at[i];
        if (!def_read_key(&g->r, &seen, row, rows.paths[i])) {
            g->names_broken = true;
            continue;
        }
        struct score_given x = {.key = seen.keys[seen.n - 1],
            .title = def_read_text(&g->r, row, "title", DEF_TITLE_MAX, rows.paths[i]),
            .unit = def_read_text(&g->r, row, "unit", UNIT_WORD_MAX, rows.paths[i])};
        check_given(g, row, rows.paths[i], x.key);
        read_values(g, row, rows.paths[i], &x);
        double v = 0;
        if (yaml_get(row, "value") && yaml_as_f64(yaml_get(row, "value"), &v)) {
            x.values[0] = (struct score_value){.to_day = INT64_MAX, .group = DEF_NONE, .v = v};
            x.n = 1;
        }
        VEC_PUSH(g->arena, g->s->givens, g->s->n_givens) = x;
        put_name(g, x.key);
    }
}

// ---- groups

static void read_group_keys(struct reading *g, const struct def_rows *rows)
{
    g->groups.broken = rows->broken;
    for (size_t i = 0; i < rows->n; i++)
        if (!def_read_key(&g->r, &g->groups, rows->at[i], rows->paths[i]))
            g->groups.broken = true;
}

// Which group a unit is in may not hang on a number that hangs on the group.
static void check_when(
    struct reading *g, const struct yaml *y, str path, const struct formula *when)
{
    const struct score *s = g->s;
    for (size_t i = 0; when && i < s->n_givens; i++)
        if (s->givens[i].by_group && formula_uses(when, (int)(s->n_counts + i)))
            yaml_err(g->r.e, y, path, S(""), "\"%.*s\" differs from group to group",
                "“%.*s”各组不同，不能用来分组", STR_ARG(s->givens[i].key));
}

static void read_groups(struct reading *g, const struct def_rows *rows)
{
    bool all = false;
    for (size_t i = 0; i < rows->n && i < g->groups.n; i++) {
        const struct yaml *row = rows->at[i];
        struct score_group x = {.key = g->groups.keys[i],
            .title = def_read_text(&g->r, row, "title", DEF_TITLE_MAX, rows->paths[i]),
            .text = def_read_text(&g->r, row, "when", FORMULA_BYTES_MAX, rows->paths[i])};
        read_units(g, row, rows->paths[i], &x.units);
        str path = def_read_path(&g->r, rows->paths[i], "when");
        const struct yaml *when = yaml_get(row, "when");
        x.when = read_formula(g, when, path, FORMULA_PLAIN);
        check_when(g, when, path, x.when);
        if (all)
            yaml_err(g->r.e, row, rows->paths[i], S(""), "the group above takes every unit",
                "上面的一组已包含所有单位");
        all =
            all || (!when && x.units.n_kinds == 0 && x.units.n_codes == 0 && x.units.n_except == 0);
        VEC_PUSH(g->arena, g->s->groups, g->s->n_groups) = x;
    }
    if (rows->n == 0 && !rows->broken)
        VEC_PUSH(g->arena, g->s->groups, g->s->n_groups) =
            (struct score_group){.key = S("all"), .title = S("全部")};
}

// ---- columns

static struct score_col *new_col(struct reading *g)
{
    struct score *s = g->s;
    if (s->n_cols == SCORE_COLS_MAX)
        return NULL;
    struct score_col blank = {.count = DEF_NONE, .total = true};
    VEC_PUSH(g->arena, s->cols, s->n_cols) = blank;
    return &s->cols[s->n_cols - 1];
}

// Its six figures, one after the other.
static void read_stage(struct reading *g, const struct yaml *row, str path)
{
    static const char *const others[] = {"count", "formula", "title", "key"};
    const struct yaml *y = yaml_get(row, "stage");
    str at = def_read_path(&g->r, path, "stage"),
        band = def_read_text(&g->r, row, "band", DEF_TITLE_MAX, path);
    struct score *s = g->s;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (yaml_get(row, others[i]))
            yaml_err(g->r.e, yaml_get(row, others[i]), def_read_path(&g->r, path, others[i]), S(""),
                "a stage has its own columns", "环节的各列由程序列出，不能再写");
    bool any = false;
    for (size_t k = 0; k < FIGURES_SHOWN; k++) {
        int name = name_at(s, str_fmt(g->arena, "%.*s.%s", STR_ARG(y->s), figures[k].key));
        if (name < 0 || name >= (int)s->n_counts || !s->counts[name].stage)
            continue;
        struct score_col *c = new_col(g);
        if (!c)
            break;
        any = true;
        c->key = s->names[name];
        c->title = str_of(figures[k].alone);
        c->band = band.n > 0 ? band : s->counts[name - (int)k + 1].title;
        c->unit = S("件");
        c->name = c->count = name;
    }
    if (!any && !g->names_broken)
        yaml_err(g->r.e, y, at, S("a clock of the loop's stages"), "there is no stage \"%.*s\"",
            "没有“%.*s”这个环节", STR_ARG(y->s));
}

static void read_measure(struct reading *g, const struct yaml *row, str path, struct score_col *c)
{
    const struct yaml *count = yaml_get(row, "count"), *formula = yaml_get(row, "formula");
    if ((count != NULL) == (formula != NULL))
        yaml_err(g->r.e, row, path, S("count, formula"), "needs either count or formula",
            "count 与 formula 须且只须有一个");
    if (count && count->type == YAML_SCALAR && !g->names_broken) {
        struct def_names names = {.en = "count",
            .zh = "计数",
            .section = "tallies",
            .keys = g->s->names,
            .n = g->s->n_counts};
        c->count = def_read_name(&g->r, &names, count, def_read_path(&g->r, path, "count"));
    }
    c->text = def_read_text(&g->r, row, "formula", FORMULA_BYTES_MAX, path);
    c->formula = read_formula(g, formula, def_read_path(&g->r, path, "formula"), FORMULA_GROUPS);
}

static void read_look(struct reading *g, const struct yaml *row, str path, struct score_col *c)
{
    c->title = def_read_text(&g->r, row, "title", DEF_TITLE_MAX, path);
    c->band = def_read_text(&g->r, row, "band", DEF_TITLE_MAX, path);
    c->unit = def_read_text(&g->r, row, "unit", UNIT_WORD_MAX, path);
    c->source = def_read_text(&g->r, row, "source", SOURCE_MAX, path);
    c->percent = str_eq(c->unit, S("%"));
    if (c->unit.n == 0 && c->count >= 0)
        c->unit = S("件");
    c->decimals = (int)yaml_get_i64(row, "decimals", c->percent ? 1 : c->count >= 0 ? 0 : 2);
    c->hidden = yaml_get_bool(row, "hidden", false);
    // Points are given to a unit; a group has none.
    c->total = yaml_get_bool(row, "total", !str_eq(c->unit, S("分")));
    c->fills = yaml_get(row, "blank") != NULL;
    c->blank = yaml_get_f64(row, "blank", 0);
    str better = yaml_get_str(row, "better");
    c->better = str_eq(better, S("high"))  ? SCORE_HIGH
                : str_eq(better, S("low")) ? SCORE_LOW
                                           : SCORE_NEITHER;
}

static void check_col(
    struct reading *g, const struct yaml *row, str path, const struct score_col *c)
{
    static const char *const needed[] = {"title"};
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        if (!yaml_get(row, needed[i]))
            yaml_err(g->r.e, row, def_read_path(&g->r, path, needed[i]), S(""), "is missing",
                "缺少这一项");
    int name = name_at(g->s, c->key);
    bool known = c->count >= 0 || c->formula; // else what is wrong was noted
    if (known && name >= 0 && name != c->count && name < (int)(g->s->n_counts + g->s->n_givens))
        yaml_err(g->r.e, yaml_get(row, "key"), def_read_path(&g->r, path, "key"), S(""),
            "\"%.*s\" is the name of another count or number", "“%.*s”已是别的计数或给定数的名称",
            STR_ARG(c->key));
}

static void read_col(struct reading *g, const struct yaml *row, str path, struct def_names *seen)
{
    if (yaml_get(row, "stage") && yaml_get(row, "stage")->type == YAML_SCALAR) {
        read_stage(g, row, path);
        return;
    }
    struct score_col *c = new_col(g);
    if (!c)
        return;
    if (!yaml_get(row, "key")) {
        yaml_err(g->r.e, row, def_read_path(&g->r, path, "key"), S(""), "is missing", "缺少这一项");
        seen->broken = true;
    }
    if (!def_read_key(&g->r, seen, row, path))
        g->names_broken = true;
    else
        c->key = seen->keys[seen->n - 1];
    read_measure(g, row, path, c);
    read_look(g, row, path, c);
    check_col(g, row, path, c);
    int known = name_at(g->s, c->key);
    c->name = known;
    if (known < 0 && c->key.n > 0) {
        put_name(g, c->key);
        c->name = (int)g->s->n_names - 1;
    }
}

static void read_cols(struct reading *g)
{
    struct def_names seen = {.en = "column", .zh = "列", .section = "columns"};
    struct def_rows rows =
        def_read_rows(&g->r, g->r.root, S(""), "columns", SCORE_COLS_MAX, col_members);
    for (size_t i = 0; i < rows.n; i++)
        read_col(g, rows.at[i], rows.paths[i], &seen);
    if (g->s->n_cols == 0 && rows.n == 0 && !rows.broken && yaml_get(g->r.root, "columns"))
        yaml_err(g->r.e, yaml_get(g->r.root, "columns"), S("columns"), S(""), "there is no column",
            "没有列");
    if (g->s->n_cols == SCORE_COLS_MAX)
        yaml_err(g->r.e, yaml_get(g->r.root, "columns"), S("columns"),
            str_fmt(g->arena, "< %d", (int)SCORE_COLS_MAX), "too many columns", "列数过多");
}

static void read_rows(struct reading *g)
{
    const struct yaml *rows = yaml_get(g->r.root, "rows");
    if (!rows || rows->type != YAML_MAP)
        return;
    read_units(g, rows, S("rows"), &g->s->rows);
    if (!yaml_get(rows, "kinds") && !yaml_get(rows, "units"))
        yaml_err(g->r.e, rows, S("rows"), S("kinds, units"), "which units?", "没有写明哪些单位");
}

static bool names_count(const struct score *s, int count)
{
    for (size_t i = 0; i < s->n_cols; i++)
        if (s->cols[i].count == count ||
            (s->cols[i].formula && formula_uses(s->cols[i].formula, count)))
            return true;
    for (size_t i = 0; i < s->n_groups; i++)
        if (s->groups[i].when && formula_uses(s->groups[i].when, count))
            return true;
    return false;
}

static void note_reading(struct score *s)
{
    for (size_t i = 0; i < s->n_counts; i++) {
        const struct score_count *x = &s->counts[i];
        if (names_count(s, (int)i))
            *(x->stage ? &s->staged[x->loop] : &s->tallied[x->loop]) = true;
    }
}

static void read_score(struct reading *g)
{
    struct score *s = g->s;
    const struct yaml *root = g->r.root;
    yaml_check(root, root_members, S(""), g->r.e);
    s->key = yaml_get_str(root, "score");
    s->title = def_read_text(&g->r, root, "title", DEF_TITLE_MAX, S(""));
    s->help = def_read_text(&g->r, root, "help", TEXT_MAX, S(""));
    s->source = def_read_text(&g->r, root, "source", TEXT_MAX, S(""));
    s->from_day = yaml_get_date(root, "from", 0);
    s->year_month = (int)yaml_get_i64(root, "year", g->rules->year_month);
    read_loops(g);
    read_rows(g);
    struct def_rows groups =
        def_read_rows(&g->r, root, S(""), "groups", SCORE_GROUPS_MAX, group_members);
    read_group_keys(g, &groups);
    read_givens(g);
    read_groups(g, &groups);
    read_cols(g);
    note_reading(g->s);
}

enum err_code score_parse(
    struct arena *a, const struct rules *r, str yaml, struct score **out, struct err *e)
{
    *out = NULL;
    if (yaml.n > DEF_BYTES_MAX)
        return err_add(e, ERR_LIMIT, S(""), S("256 KiB"), "the definition is too long: %zu bytes",
            "定义过长：%zu 字节", yaml.n);
    size_t kept = e->n, dropped = e->dropped;
    struct score *s = NEW(a, struct score);
    s->text = str_dup(a, yaml);
    struct reading g = {.r = {.arena = a, .e = e},
        .arena = a,
        .rules = r,
        .s = s,
        .groups = {.en = "group", .zh = "组", .section = "groups"},
        .loops = {.en = "loop", .zh = "流程", .section = "loops"}};
    g.r.root = yaml_parse(a, s->text, e);
    if (g.r.root != NULL && g.r.root->type == YAML_MAP)
        read_score(&g);
    else if (g.r.root != NULL)
        yaml_err(e, g.r.root, S(""), S("score: ..., title: ..., columns: ..."),
            "a definition is a map", "考核定义应为键值表");
    if (e->n == kept && e->dropped == dropped) {
        *out = s;
        return OK;
    }
    return e->n > kept ? e->notes[kept].code : e->code;
}
