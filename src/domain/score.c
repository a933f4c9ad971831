// A table: the counters of the loops, put to their rows; the numbers given for them; then column by
// column what the formulas make of it, group by group.
#include "domain/score.h"

#include <math.h>
#include "domain/board.h"
#include "domain/filter.h"

enum { VALUES_MAX = 200 }; // of a filter

struct tabling {
    struct ctx *c;
    const struct score *s;
    struct score_table *t;
    int *row_of_unit;         // beside rules->units: its row, or DEF_NONE
    double **values;          // of each row, by name; then of each group's total, of the total, of
                              // the others
    const struct unit **unit; // of each row
    size_t n;
};

const struct score *score_for(const struct rules *r, str key, int64_t day)
{
    const struct rules_score *x = rules_score(r, key);
    const struct score *best = NULL;
    for (size_t i = 0; x && i < x->n; i++) {
        const struct score *s = x->versions[i];
        // The latest `from` before that day; among equal ones the newest version.
        if (s->from_day <= day && (!best || s->from_day >= best->from_day))
            best = s;
    }
    return best;
}

// ---- periods

static bool year_days(const struct score *s, str text, int64_t *from, int64_t *to)
{
    int64_t y = 0;
    if (text.n != 5 || (text.s[0] != 'A' && text.s[0] != 'a') ||
        !str_i64(str_sub(text, 1, text.n), &y) || y < 1900 || y > 2199)
        return false;
    int first = s->year_month == 1 ? (int)y : (int)y - 1;
    *from = tm_days(first, s->year_month, 1);
    *to = tm_days(first + 1, s->year_month, 1);
    return true;
}

bool score_days(struct ctx *c, const struct score *s, str period, int64_t *from, int64_t *to)
{
    period = str_trim(period);
    bool known = year_days(s, period, from, to) ||
                 filter_days(c->arena, period, c->now_us, c->rules->zone_s, from, to);
    return known && *to - *from <= SCORE_DAYS_MAX;
}

// ---- rows

static bool named(const str *list, size_t n, str x)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], x))
            return true;
    return false;
}

static bool fits(const struct score_units *x, const struct unit *u)
{
    bool any = x->n_kinds == 0 && x->n_codes == 0;
    return (any || named(x->kinds, x->n_kinds, u->kind) || named(x->codes, x->n_codes, u->code)) &&
           !named(x->except, x->n_except, u->code);
}

// The topmost unit that fits is a row, and what is below counts for it: so no item counts twice.
static void choose_rows(struct tabling *g)
{
    const struct rules *r = g->c->rules;
    g->row_of_unit = NEW_ARRAY(g->c->arena, r->n_units + 1, int);
    g->unit = NEW_ARRAY(g->c->arena, r->n_units + 1, const struct unit *);
    for (size_t i = 0; i < r->n_units; i++) {
        const struct unit *u = &r->units[i], *last = g->n > 0 ? g->unit[g->n - 1] : NULL;
        g->row_of_unit[i] = DEF_NONE;
        if (last && unit_below(u, last)) {
            g->row_of_unit[i] = (int)g->n - 1;
        } else if (g->n < SCORE_ROWS_MAX && fits(&g->s->rows, u)) {
            g->unit[g->n] = u;
            g->row_of_unit[i] = (int)g->n++;
        }
    }
}

static size_t total_at(const struct tabling *g, size_t group)
{
    return g->n + group; // n_groups: of all rows; one behind: the others
}

static void make_values(struct tabling *g)
{
    size_t n = g->n + g->s->n_groups + 2;
    g->values = NEW_ARRAY(g->c->arena, n, double *);
    for (size_t i = 0; i < n; i++) {
        g->values[i] = NEW_ARRAY(g->c->arena, g->s->n_names + 1, double);
        for (size_t k = g->s->n_counts; k < g->s->n_names; k++)
            g->values[i][k] = NAN;
    }
}

// ---- counts

static double count_of(
    const struct score_count *x, const struct def *d, const struct board_row *row)
{
    if (!x->stage)
        return def_tally_value(&d->tallies[x->at], row->tallies[x->at]);
    int64_t n = 0;
    for (int o = 0; o < OUTCOME_COUNT; o++)
        if (x->outcomes >> o & 1)
            n += row->tallies[x->at * OUTCOME_COUNT + o];
    return (double)n;
}

static void add_board(struct tabling *g, int loop, bool stages, const struct board_out *b)
{
    const struct rules *r = g->c->rules;
    for (size_t i = 0; i < b->n; i++) {
        const struct unit *u = rules_unit(r, b->rows[i].id);
        int row = u ? g->row_of_unit[u - r->units] : DEF_NONE;
        double *to = g->values[row >= 0 ? (size_t)row : total_at(g, g->s->n_groups + 1)];
        for (size_t k = 0; k < g->s->n_counts; k++) {
            const struct score_count *x = &g->s->counts[k];
            if (x->loop == loop && x->stage == stages)
                to[k] += count_of(x, b->def, &b->rows[i]);
        }
    }
}

// "loop:hotline clock.handle:met,late filed:2026-10-01..2026-10-31"
static str stage_half(struct tabling *g, const struct score_count *x, const struct def *d)
{
    struct arena *a = g->c->arena;
    const struct def_ledger *stage = &d->ledger[x->at];
    str words[OUTCOME_COUNT];
    size_t n = 0;
    for (int o = 0; o < OUTCOME_COUNT; o++)
        if (x->outcomes >> o & 1)
            words[n++] = def_outcome_word((enum def_outcome)o);
    return str_fmt(a, "loop:%.*s clock.%.*s:%.*s %.*s:%.*s..%.*s", STR_ARG(d->loop),
        STR_ARG(d->clocks[stage->clock].key), STR_ARG(str_join(a, words, n, S(","))),
        STR_ARG(stage->by), STR_ARG(tm_date(a, g->t->from_day)),
        STR_ARG(tm_date(a, g->t->to_day - 1)));
}

static void put_halves(struct tabling *g, int loop, bool stages, const struct board_out *b)
{
    for (size_t k = 0; k < g->s->n_counts; k++) {
        const struct score_count *x = &g->s->counts[k];
        if (x->loop == loop && x->stage == stages)
            g->t->filters[k] = stages ? stage_half(g, x, g->s->defs[loop]) : b->filters[x->at];
    }
}

static enum err_code read_board(struct tabling *g, int loop, bool stages, struct err *e)
{
    struct arena *a = g->c->arena;
    struct board_out b;
    struct board_in in = {.loop = g->s->loops[loop],
        .by = BOARD_UNIT,
        .stages = stages,
        .period = str_fmt(a, "%.*s..%.*s", STR_ARG(tm_date(a, g->t->from_day)),
            STR_ARG(tm_date(a, g->t->to_day - 1)))};
    if (board_read(g->c, &in, &b, e) != OK)
        return e->code;
    add_board(g, loop, stages, &b);
    put_halves(g, loop, stages, &b);
    return OK;
}

static enum err_code read_counts(struct tabling *g, struct err *e)
{
    g->t->filters = NEW_ARRAY(g->c->arena, g->s->n_counts + 1, str);
    for (int i = 0; i < (int)g->s->n_loops; i++) {
        if (g->s->tallied[i] && read_board(g, i, false, e) != OK)
            return e->code;
        if (g->s->staged[i] && read_board(g, i, true, e) != OK)
            return e->code;
    }
    return OK;
}

// ---- given numbers

static double given_for(const struct tabling *g, const struct score_given *x, str code, int group)
{
    for (size_t i = 0; i < x->n; i++) {
        const struct score_value *v = &x->values[i];
        if (v->from_day <= g->t->from_day && v->to_day >= g->t->from_day &&
            (v->group == DEF_NONE || v->group == group) &&
            (v->n_codes == 0 || named(v->codes, v->n_codes, code)))
            return v->v;
    }
    return NAN;
}

static void put_givens(struct tabling *g, double *values, str code, int group, bool by_group)
{
    for (size_t i = 0; i < g->s->n_givens; i++)
        if (g->s->givens[i].by_group == by_group)
            values[g->s->n_counts + i] = given_for(g, &g->s->givens[i], code, group);
}

// ---- groups

static int group_of(const struct tabling *g, size_t row)
{
    for (size_t i = 0; i < g->s->n_groups; i++) {
        const struct score_group *x = &g->s->groups[i];
        double holds = 1;
        if (!fits(&x->units, g->unit[row]))
            continue;
        if (x->when && (!formula_value(x->when, g->values[row], &holds) || holds == 0))
            continue;
        return (int)i;
    }
    return DEF_NONE;
}

static void add_counts(const struct tabling *g, double *to, const double *from)
{
    for (size_t k = 0; k < g->s->n_counts; k++)
        to[k] += from[k];
}

// Rows side by side with their group; a unit no group takes is among the others.
static void gather(struct tabling *g)
{
    struct score_table *t = g->t;
    const struct score *s = g->s;
    t->rows = NEW_ARRAY(g->c->arena, g->n + 1, struct score_row);
    int *group = NEW_ARRAY(g->c->arena, g->n + 1, int);
    for (size_t i = 0; i < g->n; i++) {
        put_givens(g, g->values[i], g->unit[i]->code, DEF_NONE, false);
        group[i] = group_of(g, i);
    }
    for (int k = DEF_NONE; k < (int)s->n_groups; k++)
        for (size_t i = 0; i < g->n; i++) {
            if (group[i] != k)
                continue;
            const struct unit *u = g->unit[i];
            add_counts(
                g, g->values[total_at(g, k < 0 ? s->n_groups + 1 : (size_t)k)], g->values[i]);
            if (k < 0)
                continue;
            add_counts(g, g->values[total_at(g, s->n_groups)], g->values[i]);
            put_givens(g, g->values[i], u->code, k, true);
            t->rows[t->n++] = (struct score_row){.unit = u->id,
                .name = u->name,
                .code = u->code,
                .group = k,
                .values = g->values[i]};
        }
}

// ---- columns

static double *of_row(const struct score_row *row)
{
    return (double *)(uintptr_t)row->values; // ours: the table's readers may not write them
}

static enum score_why why_blank(
    const struct score *s, const struct score_col *c, const double *values, int *of)
{
    for (size_t i = 0; i < s->n_names; i++)
        if (formula_uses(c->formula, (int)i) && isnan(values[i])) {
            *of = (int)i;
            return i < s->n_counts + s->n_givens ? SCORE_GIVEN : SCORE_NEEDS;
        }
    return SCORE_ZERO;
}

static void put_cell(const struct tabling *g, size_t col, struct score_row *row,
    const double sums[FORMULA_GROUPS_MAX])
{
    const struct score_col *c = &g->s->cols[col];
    struct score_cell *cell = &row->cells[col];
    double *values = of_row(row);
    *cell = (struct score_cell){.v = NAN, .of = DEF_NONE};
    if (c->count >= 0)
        cell->v = values[c->count];
    else if (!formula_value_in(c->formula, values, sums, &cell->v))
        cell->why = why_blank(g->s, c, values, &cell->of);
    if (cell->why != SCORE_SHOWN)
        cell->v = NAN;
    if (cell->why != SCORE_SHOWN && c->fills && row->unit != 0) {
        cell->v = c->blank;
        cell->filled = true;
    }
    values[c->name] = cell->v;
}

static void run_column(struct tabling *g, size_t col, size_t group, size_t first, size_t n)
{
    struct score_table *t = g->t;
    const struct score_col *c = &g->s->cols[col];
    double *sums = t->sums[group * g->s->n_cols + col];
    const double **rows = NEW_ARRAY(g->c->arena, n + 1, const double *);
    for (size_t i = 0; i < n; i++)
        rows[i] = t->rows[first + i].values;
    if (c->formula)
        formula_sums(c->formula, rows, n, sums);
    bool whole = group == g->s->n_groups;
    for (size_t i = 0; !whole && i < n; i++)
        put_cell(g, col, &t->rows[first + i], sums);
    struct score_row *total = whole ? &t->total : &t->totals[group];
    put_cell(g, col, total, sums);
    if (!c->total)
        total->cells[col] = (struct score_cell){.v = NAN, .of = DEF_NONE};
}

static void run_columns(struct tabling *g)
{
    struct score_table *t = g->t;
    const struct score *s = g->s;
    t->sums = arena_array(g->c->arena, (s->n_groups + 1) * s->n_cols, sizeof(*t->sums));
    for (size_t col = 0; col < s->n_cols; col++) {
        for (size_t k = 0, first = 0, n; k < s->n_groups; k++, first += n) {
            for (n = 0; first + n < t->n && t->rows[first + n].group == (int)k;)
                n++;
            run_column(g, col, k, first, n);
        }
        run_column(g, col, s->n_groups, 0, t->n);
    }
}

// ---- links

static str units_filter(struct arena *a, const char *sign, const struct score_row *rows, size_t n)
{
    struct buf b;
    buf_init(&b, a, FILTER_BYTES_MAX);
    buf_addz(&b, sign);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s\"%.*s\"", i ? "," : "", STR_ARG(rows[i].code));
    // More than a filter takes: a figure without a list is better than one with a wrong one.
    return b.overflow || n > VALUES_MAX || n == 0 ? (str){0} : buf_str(&b);
}

static void put_totals(struct tabling *g)
{
    struct arena *a = g->c->arena;
    struct score_table *t = g->t;
    size_t groups = g->s->n_groups, first = 0;
    bool zh = g->c->lang != LANG_EN;
    t->totals = NEW_ARRAY(a, groups + 1, struct score_row);
    for (size_t k = 0; k <= groups + 1; k++) {
        size_t n = 0;
        while (k < groups && first + n < t->n && t->rows[first + n].group == (int)k)
            n++;
        struct score_row *row = k < groups ? &t->totals[k] : k == groups ? &t->total : &t->other;
        const struct score_row *at = k < groups ? &t->rows[first] : t->rows;
        *row = (struct score_row){.group = k < groups ? (int)k : DEF_NONE,
            .values = g->values[total_at(g, k)],
            .name =
                k <= groups ? (zh ? S("合计") : S("Total")) : (zh ? S("其他单位") : S("Others")),
            .filter = units_filter(a, k > groups ? "-unit:" : "unit:", at, k < groups ? n : t->n)};
        for (int by_group = 0; by_group < 2; by_group++)
            put_givens(g, of_row(row), S(""), row->group, by_group != 0);
        row->cells = NEW_ARRAY(a, g->s->n_cols + 1, struct score_cell);
        first += n;
    }
    for (size_t i = 0; i < t->n; i++) {
        t->rows[i].filter = str_fmt(a, "unit:\"%.*s\"", STR_ARG(t->rows[i].code));
        t->rows[i].cells = NEW_ARRAY(a, g->s->n_cols + 1, struct score_cell);
    }
}

// What no row has: counts alone, because nobody is judged by them.
static void put_other(struct tabling *g)
{
    struct score_table *t = g->t;
    for (size_t i = 0; i < g->s->n_cols; i++) {
        const struct score_col *c = &g->s->cols[i];
        t->other.cells[i] = (struct score_cell){
            .v = c->count >= 0 ? t->other.values[c->count] : NAN, .of = DEF_NONE};
        t->has_other = t->has_other || (c->count >= 0 && t->other.values[c->count] != 0);
    }
    for (size_t i = 0; i < g->s->n_counts; i++)
        t->has_other = t->has_other || t->other.values[i] != 0;
}

str score_link(struct arena *a, const struct score_table *t, const struct score_row *row, int name)
{
    if (name < 0 || name >= (int)t->score->n_counts || row->filter.n == 0)
        return (str){0};
    str link = str_fmt(a, "%.*s %.*s", STR_ARG(t->filters[name]), STR_ARG(row->filter));
    return link.n > FILTER_BYTES_MAX ? (str){0} : link;
}

// ---- what a reader has to know

static void note(struct tabling *g, str text)
{
    VEC_PUSH(g->c->arena, g->t->notes, g->t->n_notes) = text;
}

static void put_notes(struct tabling *g)
{
    struct arena *a = g->c->arena;
    const struct score_table *t = g->t;
    bool zh = g->c->lang != LANG_EN;
    const struct rules_score *x = rules_score(g->c->rules, g->s->key);
    if (t->to_day > tm_local_day(g->c->now_us, g->c->rules->zone_s))
        note(g, zh ? S("本期尚未结束，数字还会变化。")
                   : S("The period is not over: figures will change."));
    for (size_t i = 0; i < g->s->n_givens; i++)
        for (size_t k = 0; k < g->s->givens[i].n; k++) {
            int64_t from = g->s->givens[i].values[k].from_day;
            if (from > t->from_day && from < t->to_day)
                note(g, str_fmt(a,
                            zh ? "“%.*s”自 %.*s 起改变，本表按期初的数计算。"
                               : "\"%.*s\" changes on %.*s; this table takes what held at its "
                                 "first day.",
                            STR_ARG(g->s->givens[i].title), STR_ARG(tm_date(a, from))));
        }
    for (size_t i = 0; x && i < x->n; i++) {
        int64_t from = x->versions[i]->from_day;
        if (from > t->from_day && from < t->to_day)
            note(g, str_fmt(a,
                        zh ? "%.*s 起换用第 %" PRId64 " 版规则，本表按期初有效的规则计算。"
                           : "From %.*s version %" PRId64
                             " is in force; this table goes by what held at its first day.",
                        STR_ARG(tm_date(a, from)), x->versions[i]->version));
    }
}

static enum err_code find_score(struct ctx *c, str key, str period, const struct score **out,
    struct score_table *t, struct err *e)
{
    const struct rules_score *x = rules_score(c->rules, key);
    if (!x || x->n == 0)
        return err_add(
            e, ERR_MISSING, S("key"), (str){0}, "there is no such score", "没有这项考核");
    if (!score_days(c, x->versions[x->n - 1], period, &t->from_day, &t->to_day))
        return err_add(e, ERR_INVALID, S("period"),
            S("2026-11, 2026Q4, 2026H2, 2026-W47, 2026, A2026, 2026-11-01..2026-11-20"),
            "is not a period", "不是有效的时间段");
    *out = score_for(c->rules, key, t->from_day);
    if (!*out)
        return err_add(e, ERR_INVALID, S("period"), tm_date(c->arena, x->versions[0]->from_day),
            "no version of this score was in force when the period began",
            "此时段开始时没有生效的考核规则");
    if ((*out)->broken.n > 0)
        return err_add(e, ERR_CONFLICT, S("key"), (str){0},
            "version %" PRId64 " of this score no longer fits the town's loops: %.*s",
            "这项考核的第 %" PRId64 " 版与现行流程不符：%.*s", (*out)->version,
            STR_ARG((*out)->broken));
    return OK;
}

enum err_code score_read(struct ctx *c, str key, str period, struct score_table *out, struct err *e)
{
    *out = (struct score_table){0};
    if (find_score(c, key, period, &out->score, out, e) != OK)
        return e->code;
    CHECK(out->score != NULL);
    struct tabling g = {.c = c, .s = out->score, .t = out};
    choose_rows(&g);
    make_values(&g);
    if (read_counts(&g, e) != OK)
        return e->code;
    gather(&g);
    put_totals(&g);
    run_columns(&g);
    put_other(&g);
    put_notes(&g);
    return OK;
}
