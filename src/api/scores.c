#include "api/scores.h"

#include <math.h>
#include "api/members.h"
#include "api/sheet_answer.h"
#include "domain/score.h"
#include "domain/score_sheet.h"

// Six decimals: enough for every column a definition may ask for.
static const double VALUE_UNIT = 1e6;

// ---- what there is

struct score_head {
    str key, title, help, source, from;
    int64_t version, published_us, year_month;
    struct strs loops;
};
struct score_heads {
    struct list rows;
};
static const struct field SCORE_HEAD[] = {
    M(score_head, key, FIELD_STR),
    M(score_head, title, FIELD_STR),
    M(score_head, help, FIELD_STR),
    M(score_head, source, FIELD_STR, .help = "where its rules come from"),
    M(score_head, version, FIELD_I64),
    {"published", FIELD_TIME, .at = offsetof(struct score_head, published_us)},
    M(score_head, from, FIELD_STR,
        .help = "in force for periods that begin then or later; empty: all"),
    {"year_month", FIELD_I64, .at = offsetof(struct score_head, year_month),
        .help = "month in which its assessment year begins"},
    M(score_head, loops, FIELD_STRS),
    {0},
};
const struct field SCORES_LIST[] = {
    ROWS(score_heads, rows, SCORE_HEAD, score_head),
    {0},
};

static struct score_head view_head(struct ctx *c, const struct score *s)
{
    return (struct score_head){.key = s->key,
        .title = s->title,
        .help = s->help,
        .source = s->source,
        .from = s->from_day ? tm_date(c->arena, s->from_day) : (str){0},
        .version = s->version,
        .published_us = s->published_us,
        .year_month = s->year_month,
        .loops = {(str *)(uintptr_t)s->loops, s->n_loops}}; // encoded, never written
}

enum err_code scores_list(struct call *k)
{
    const struct rules *r = k->ctx.rules;
    struct score_head *rows = NEW_ARRAY(k->ctx.arena, r->n_scores + 1, struct score_head);
    for (size_t i = 0; i < r->n_scores; i++)
        rows[i] = view_head(&k->ctx, r->scores[i].versions[r->scores[i].n - 1]);
    struct score_heads v = {{rows, r->n_scores}};
    return call_answer_fields(k, SCORES_LIST, &v);
}

// ---- a table

struct col_view {
    str key, title, band, unit, better, formula, source, filter;
    bool percent, hidden;
    int64_t decimals;
};
struct given_view {
    str key, title, values;
};
struct group_view {
    str key, title, when;
};
struct blank_view {
    str column, why;
    bool filled;
};
struct row_view {
    int64_t unit;
    str name, group, filter;
    struct f64s values;
    struct list blanks;
};
struct score_view {
    struct score_head head;
    str period, first, last;
    int64_t at_us;
    bool whole;
    struct strs notes;
    struct list columns, given, groups, rows, totals;
    struct list total, other; // one or none
};
static const struct field COL_VIEW[] = {
    M(col_view, key, FIELD_STR),
    M(col_view, title, FIELD_STR),
    M(col_view, band, FIELD_STR, .help = "columns side by side with the same one stand under it"),
    M(col_view, unit, FIELD_STR),
    M(col_view, percent, FIELD_BOOL, .help = "0.914 is 91.4%"),
    M(col_view, decimals, FIELD_I64),
    M(col_view, hidden, FIELD_BOOL, .help = "is only computed with"),
    M(col_view, better, FIELD_STR, .options = "high|low|", .help = "which direction is good"),
    M(col_view, formula, FIELD_STR, .help = "in words"),
    M(col_view, source, FIELD_STR),
    M(col_view, filter, FIELD_STR,
        .help = "of a count: its half of the filter that lists the items; the row has the other"),
    {0},
};
static const struct field GIVEN_VIEW[] = {
    M(given_view, key, FIELD_STR),
    M(given_view, title, FIELD_STR),
    M(given_view, values, FIELD_STR, .help = "in words"),
    {0},
};
static const struct field GROUP_VIEW[] = {
    M(group_view, key, FIELD_STR),
    M(group_view, title, FIELD_STR),
    M(group_view, when, FIELD_STR, .help = "condition, in words"),
    {0},
};
static const struct field BLANK_VIEW[] = {
    M(blank_view, column, FIELD_STR),
    M(blank_view, why, FIELD_STR),
    M(blank_view, filled, FIELD_BOOL, .help = "a number stands for the blank"),
    {0},
};
static const struct field ROW_VIEW[] = {
    M(row_view, unit, FIELD_I64, .help = "0: a total, or other units"),
    M(row_view, name, FIELD_STR),
    M(row_view, group, FIELD_STR, .help = "key of its group; empty: all"),
    M(row_view, filter, FIELD_STR,
        .help = "the row's half of a figure's filter; empty: too many units for one"),
    M(row_view, values, FIELD_F64S, .help = "by column; null where there is none"),
    ROWS(row_view, blanks, BLANK_VIEW, blank_view),
    {0},
};
const struct field SCORE_VIEW[] = {
    {"head", FIELD_OBJ, .at = offsetof(struct score_view, head), .sub = SCORE_HEAD,
        .flags = FIELD_INLINE},
    M(score_view, period, FIELD_STR),
    M(score_view, first, FIELD_STR, .help = "first day"),
    M(score_view, last, FIELD_STR, .help = "last day"),
    {"at", FIELD_TIME, .at = offsetof(struct score_view, at_us)},
    M(score_view, whole, FIELD_BOOL, .help = "all units are shown; else those the reader may see"),
    M(score_view, notes, FIELD_STRS, .help = "what a reader has to know"),
    ROWS(score_view, columns, COL_VIEW, col_view),
    ROWS(score_view, given, GIVEN_VIEW, given_view),
    ROWS(score_view, groups, GROUP_VIEW, group_view),
    ROWS(score_view, rows, ROW_VIEW, row_view),
    {"totals", FIELD_LIST, .at = offsetof(struct score_view, totals), .sub = ROW_VIEW,
        .size = sizeof(struct row_view), .help = "of each group"},
    {"total", FIELD_LIST, .at = offsetof(struct score_view, total), .sub = ROW_VIEW,
        .size = sizeof(struct row_view), .help = "of all rows; none when not all are shown"},
    {"other", FIELD_LIST, .at = offsetof(struct score_view, other), .sub = ROW_VIEW,
        .size = sizeof(struct row_view), .help = "what units outside the table have, if anything"},
    {0},
};
const struct field SCORE_QUERY[] = {
    {"period", FIELD_STR,
        .help = "2026-11, 2026Q4, 2026H2, 2026-W47, 2026, A2026 (assessment year), a..b; "
                "this-month when left out"},
    {0},
};

static str better_word(enum score_better b)
{
    return b == SCORE_HIGH ? S("high") : b == SCORE_LOW ? S("low") : S("");
}

static void view_cols(struct ctx *c, const struct score_table *t, struct score_view *v)
{
    const struct score *s = t->score;
    struct col_view *cols = NEW_ARRAY(c->arena, s->n_cols, struct col_view);
    for (size_t i = 0; i < s->n_cols; i++) {
        const struct score_col *x = &s->cols[i];
        cols[i] = (struct col_view){.key = x->key,
            .title = x->title,
            .band = x->band,
            .unit = x->unit,
            .percent = x->percent,
            .decimals = x->decimals,
            .hidden = x->hidden,
            .better = better_word(x->better),
            .formula = score_formula_words(c->arena, s, x, c->lang),
            .source = x->source,
            .filter = x->count >= 0 ? t->filters[x->count] : (str){0}};
    }
    v->columns = (struct list){cols, s->n_cols};
}

static void view_rules(struct ctx *c, const struct score *s, struct score_view *v)
{
    struct given_view *given = NEW_ARRAY(c->arena, s->n_givens + 1, struct given_view);
    for (size_t i = 0; i < s->n_givens; i++)
        given[i] = (struct given_view){s->givens[i].key, s->givens[i].title,
            score_given_words(c->arena, s, &s->givens[i], c->lang)};
    v->given = (struct list){given, s->n_givens};
    struct group_view *groups = NEW_ARRAY(c->arena, s->n_groups + 1, struct group_view);
    for (size_t i = 0; i < s->n_groups; i++)
        groups[i] = (struct group_view){s->groups[i].key, s->groups[i].title,
            score_group_words(c->arena, s, &s->groups[i], c->lang)};
    v->groups = (struct list){groups, s->n_groups};
}

static struct row_view view_row(
    struct ctx *c, const struct score_table *t, const str *keys, const struct score_row *row)
{
    const struct score *s = t->score;
    double *values = NEW_ARRAY(c->arena, s->n_cols, double);
    struct blank_view *blanks = NEW_ARRAY(c->arena, s->n_cols, struct blank_view);
    size_t n = 0;
    for (size_t i = 0; i < s->n_cols; i++) {
        const struct score_cell *cell = &row->cells[i];
        values[i] = isnan(cell->v) ? NAN : round(cell->v * VALUE_UNIT) / VALUE_UNIT;
        if (cell->why != SCORE_SHOWN)
            blanks[n++] = (struct blank_view){
                keys[i], score_why_words(c->arena, s, cell, c->lang), cell->filled};
    }
    return (struct row_view){.unit = row->unit,
        .name = row->name,
        .group = row->group >= 0 ? s->groups[row->group].key : (str){0},
        .filter = row->filter,
        .values = {keys, values, s->n_cols},
        .blanks = {blanks, n}};
}

// Rows are units; who may not read the whole town's figures sees those of his own.
static bool may_see(struct call *k, const struct score_row *row)
{
    return row->unit != 0 && ctx_may(&k->ctx, MAY_READ_BOARDS, row->unit);
}

static void view_rows(struct call *k, const struct score_table *t, struct score_view *v)
{
    struct ctx *c = &k->ctx;
    const struct score *s = t->score;
    str *keys = NEW_ARRAY(c->arena, s->n_cols, str);
    for (size_t i = 0; i < s->n_cols; i++)
        keys[i] = s->cols[i].key;
    struct row_view *rows = NEW_ARRAY(c->arena, t->n + 1, struct row_view);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (v->whole || may_see(k, &t->rows[i]))
            rows[n++] = view_row(c, t, keys, &t->rows[i]);
    v->rows = (struct list){rows, n};
    if (!v->whole)
        return;
    struct row_view *sums = NEW_ARRAY(c->arena, s->n_groups + 2, struct row_view);
    for (size_t i = 0; i < s->n_groups; i++)
        sums[i] = view_row(c, t, keys, &t->totals[i]);
    v->totals = (struct list){sums, s->n_groups};
    sums[s->n_groups] = view_row(c, t, keys, &t->total);
    v->total = (struct list){&sums[s->n_groups], 1};
    sums[s->n_groups + 1] = view_row(c, t, keys, &t->other);
    v->other = (struct list){&sums[s->n_groups + 1], t->has_other};
}

static bool sees_all(struct call *k)
{
    size_t n;
    bool all;
    (void)ctx_units(&k->ctx, MAY_READ_BOARDS, &n, &all);
    return all;
}

static str period_of(struct call *k)
{
    str period = http_query(k->req, "period");
    return period.n > 0 ? period : S("this-month");
}

enum err_code scores_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct score_table t;
    if (score_read(c, k->key, period_of(k), &t, &k->err) != OK)
        return k->err.code;
    struct score_view v = {.head = view_head(c, t.score),
        .period = period_of(k),
        .first = tm_date(c->arena, t.from_day),
        .last = tm_date(c->arena, t.to_day - 1),
        .at_us = c->now_us,
        .whole = sees_all(k),
        .notes = {t.notes, t.n_notes}};
    view_cols(c, &t, &v);
    view_rules(c, t.score, &v);
    view_rows(k, &t, &v);
    return call_answer_fields(k, SCORE_VIEW, &v);
}

// ---- one figure

struct part_view {
    str key, title, value, link;
};
struct cell_view {
    str title, row, formula, numbers, why, source;
    struct list parts;
};
static const struct field PART_VIEW[] = {
    M(part_view, key, FIELD_STR),
    M(part_view, title, FIELD_STR),
    M(part_view, value, FIELD_STR),
    {"filter", FIELD_STR, .at = offsetof(struct part_view, link),
        .help = "lists the items of a count; empty for what is no count"},
    {0},
};
const struct field SCORE_CELL_VIEW[] = {
    M(cell_view, title, FIELD_STR),
    M(cell_view, row, FIELD_STR),
    M(cell_view, formula, FIELD_STR, .help = "in words"),
    M(cell_view, numbers, FIELD_STR, .help = "with the numbers put in"),
    M(cell_view, why, FIELD_STR, .help = "why it is blank; empty when it is not"),
    M(cell_view, source, FIELD_STR),
    ROWS(cell_view, parts, PART_VIEW, part_view),
    {0},
};
const struct field SCORE_CELL_QUERY[] = {
    {"period", FIELD_STR, .help = "as for the table"},
    {"column", FIELD_STR, .flags = FIELD_REQUIRED},
    {"unit", FIELD_I64, .help = "of a row"},
    {"group", FIELD_STR,
        .help = "the total of this group; without unit and group the total of all"},
    {0},
};

static const struct score_row *row_asked(struct call *k, const struct score_table *t)
{
    int64_t unit = 0;
    str group = http_query(k->req, "group");
    if (!call_query_i64(k, "unit", 0, 0, INT64_MAX, &unit))
        return NULL;
    for (size_t i = 0; unit != 0 && i < t->n; i++)
        if (t->rows[i].unit == unit && may_see(k, &t->rows[i]))
            return &t->rows[i];
    for (size_t i = 0; unit == 0 && sees_all(k) && i < t->score->n_groups; i++)
        if (str_eq(t->score->groups[i].key, group))
            return &t->totals[i];
    if (unit == 0 && group.n == 0 && sees_all(k))
        return &t->total;
    err_add(&k->err, ERR_MISSING, unit != 0 ? S("unit") : S("group"), (str){0},
        "there is no such row", "没有这一行");
    return NULL;
}

static int col_asked(struct call *k, const struct score_table *t)
{
    str key = http_query(k->req, "column");
    for (size_t i = 0; i < t->score->n_cols; i++)
        if (str_eq(t->score->cols[i].key, key))
            return (int)i;
    err_add(&k->err, ERR_MISSING, S("column"), (str){0}, "there is no such column", "没有这一列");
    return DEF_NONE;
}

static struct list view_parts(struct call *k, const struct score_table *t,
    const struct score_row *row, const struct score_col *col)
{
    struct arena *a = k->ctx.arena;
    const struct score *s = t->score;
    struct part_view *parts = NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->n_names; i++) {
        bool used = col->formula ? formula_uses(col->formula, (int)i) : (int)i == col->count;
        if (used)
            VEC_PUSH(a, parts, n) = (struct part_view){.key = s->names[i],
                .title = score_name_title(a, s, (int)i),
                .value = score_name_value(a, t, row, (int)i),
                .link = score_link(a, t, row, (int)i)};
    }
    return (struct list){parts, n};
}

enum err_code scores_cell(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct score_table t;
    if (score_read(c, k->key, period_of(k), &t, &k->err) != OK)
        return k->err.code;
    const struct score_row *row = row_asked(k, &t);
    int at = col_asked(k, &t);
    if (!row || at < 0)
        return k->err.code;
    const struct score_col *col = &t.score->cols[at];
    struct cell_view v = {.title = col->title,
        .row = row->name,
        .formula = score_formula_words(c->arena, t.score, col, c->lang),
        .numbers = score_formula_numbers(c->arena, &t, row, (size_t)at, c->lang),
        .why = score_why_words(c->arena, t.score, &row->cells[at], c->lang),
        .source = col->source,
        .parts = view_parts(k, &t, row, col)};
    return call_answer_fields(k, SCORE_CELL_VIEW, &v);
}

// ---- sheets

static bool shown(void *arg, const struct score_row *row)
{
    struct call *k = arg;
    return sees_all(k) || may_see(k, row);
}

static enum err_code answer_table(
    struct call *k, const char *ext, str (*make)(const struct score_sheet *x))
{
    struct score_table t;
    if (score_read(&k->ctx, k->key, period_of(k), &t, &k->err) != OK)
        return k->err.code;
    struct score_sheet sheet = {.c = &k->ctx,
        .table = &t,
        .period = period_of(k),
        .address = sheet_address(k),
        .shows = shown,
        .arg = k};
    return sheet_answer(k, t.from_day, t.to_day, ext, make(&sheet));
}

enum err_code scores_csv(struct call *k)
{
    return answer_table(k, "csv", score_sheet_csv);
}

enum err_code scores_xlsx(struct call *k)
{
    return answer_table(k, "xlsx", score_sheet_xlsx);
}
