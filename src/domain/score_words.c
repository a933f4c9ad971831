// A score in words: what is shown, how it came about, why a cell is empty.
#include "domain/score.h"

#include <math.h>
#include "base/buf.h"

static str col_name(struct arena *a, const struct score *s, const struct score_col *c)
{
    for (size_t i = 0; c->band.n > 0 && i < s->n_cols; i++)
        if (&s->cols[i] != c && str_eq(s->cols[i].title, c->title))
            return str_two(a, c->band, c->title);
    return c->title;
}

str score_name_title(struct arena *a, const struct score *s, int name)
{
    if (name < (int)s->n_counts)
        return s->counts[name].title;
    name -= (int)s->n_counts;
    if (name < (int)s->n_givens)
        return s->givens[name].title;
    for (size_t i = 0; i < s->n_cols; i++)
        if (s->cols[i].name == name + (int)s->n_counts)
            return col_name(a, s, &s->cols[i]);
    UNREACHABLE(); // every other name is a column's
}

str score_col_title(struct arena *a, const struct score_col *c, str title)
{
    bool band = c->band.n > 0 && !str_eq(c->band, c->title);
    return band ? str_fmt(a, "%.*s %.*s", STR_ARG(c->band), STR_ARG(title)) : title;
}

// As few decimals as say it: 0.002, 26.407, 12.
static str plain(struct arena *a, double v)
{
    return isnan(v) ? S("—") : str_fmt(a, "%.10g", v);
}

str score_shown(struct arena *a, const struct score_col *col, const struct score_cell *cell)
{
    if (isnan(cell->v))
        return S("—");
    double v = col->percent ? cell->v * 100 : cell->v;
    double p = pow(10, col->decimals);
    v = round(v * p + copysign(1e-9, v)) / p; // as the screen and a spreadsheet do: halves up
    return str_fmt(a, "%.*f%s", col->decimals, v == 0 ? 0 : v, col->percent ? "%" : "");
}

struct saying {
    struct arena *arena;
    const struct score *s;
    const struct score_table *t;
    const struct score_row *row;
    const double *sums;
};

static str title_of(void *arg, int name)
{
    const struct saying *x = arg;
    return score_name_title(x->arena, x->s, name);
}

static const struct score_col *col_of(const struct score *s, int name)
{
    for (size_t i = 0; i < s->n_cols; i++)
        if (s->cols[i].name == name)
            return &s->cols[i];
    return NULL;
}

static str number_of(void *arg, int name)
{
    const struct saying *x = arg;
    double v = x->row->values[name];
    const struct score_col *c = name >= (int)x->s->n_counts ? col_of(x->s, name) : NULL;
    if (c && c->percent) {
        struct score_cell cell = {.v = v};
        return score_shown(x->arena, c, &cell);
    }
    return v < 0 ? str_fmt(x->arena, "(%.10g)", v) : plain(x->arena, v);
}

static str sum_of(void *arg, size_t n)
{
    const struct saying *x = arg;
    return plain(x->arena, x->sums[n]);
}

str score_formula_words(
    struct arena *a, const struct score *s, const struct score_col *c, enum lang lang)
{
    struct saying x = {.arena = a, .s = s};
    return c->formula ? formula_say(a, c->formula, lang, title_of, NULL, &x)
                      : score_name_title(a, s, c->count);
}

str score_formula_numbers(struct arena *a, const struct score_table *t, const struct score_row *row,
    size_t col, enum lang lang)
{
    const struct score_col *c = &t->score->cols[col];
    size_t group = row->group >= 0 ? (size_t)row->group : t->score->n_groups;
    struct saying x = {.arena = a,
        .s = t->score,
        .t = t,
        .row = row,
        .sums = t->sums[group * t->score->n_cols + col]};
    str shown = score_shown(a, c, &row->cells[col]);
    if (!c->formula)
        return shown;
    str said = formula_say(a, c->formula, lang, number_of, sum_of, &x);
    return str_fmt(a, "%.*s = %.*s", STR_ARG(said), STR_ARG(shown));
}

str score_name_value(
    struct arena *a, const struct score_table *t, const struct score_row *row, int name)
{
    struct saying x = {.arena = a, .s = t->score, .row = row};
    const struct score_col *c = name >= (int)t->score->n_counts ? col_of(t->score, name) : NULL;
    struct score_cell cell = {.v = row->values[name]};
    return c ? score_shown(a, c, &cell) : number_of(&x, name);
}

str score_group_words(
    struct arena *a, const struct score *s, const struct score_group *g, enum lang lang)
{
    struct saying x = {.arena = a, .s = s};
    return g->when ? formula_say(a, g->when, lang, title_of, NULL, &x) : (str){0};
}

str score_days_words(struct arena *a, const struct score_table *t, enum lang lang)
{
    return str_fmt(a, lang == LANG_EN ? "%.*s to %.*s" : "%.*s 至 %.*s",
        STR_ARG(tm_date(a, t->from_day)), STR_ARG(tm_date(a, t->to_day - 1)));
}

str score_why_words(
    struct arena *a, const struct score *s, const struct score_cell *cell, enum lang lang)
{
    bool zh = lang != LANG_EN;
    str why = {0};
    if (cell->why == SCORE_ZERO)
        why = zh ? S("分母为 0，没有可算的数") : S("a denominator is zero");
    if (cell->why == SCORE_GIVEN)
        why = str_fmt(a, zh ? "没有给定“%.*s”" : "\"%.*s\" is not given",
            STR_ARG(score_name_title(a, s, cell->of)));
    if (cell->why == SCORE_NEEDS)
        why = str_fmt(a, zh ? "“%.*s”没有数" : "\"%.*s\" is blank",
            STR_ARG(score_name_title(a, s, cell->of)));
    if (why.n > 0 && cell->filled)
        why = str_fmt(
            a, zh ? "%.*s，按规则记 %.10g" : "%.*s: the rules say %.10g", STR_ARG(why), cell->v);
    return why;
}

str score_given_words(
    struct arena *a, const struct score *s, const struct score_given *g, enum lang lang)
{
    enum { WORDS_BYTES_MAX = 64 * KIB };
    bool zh = lang != LANG_EN;
    struct buf b;
    buf_init(&b, a, WORDS_BYTES_MAX);
    for (size_t i = 0; i < g->n; i++) {
        const struct score_value *v = &g->values[i];
        if (i > 0)
            buf_addz(&b, zh ? "；" : "; ");
        if (v->from_day != 0)
            buf_fmt(&b, zh ? "%.*s 起 " : "from %.*s ", STR_ARG(tm_date(a, v->from_day)));
        if (v->to_day != INT64_MAX)
            buf_fmt(&b, zh ? "至 %.*s " : "to %.*s ", STR_ARG(tm_date(a, v->to_day)));
        if (v->group >= 0)
            buf_fmt(&b, "%.*s ", STR_ARG(s->groups[v->group].title));
        for (size_t k = 0; k < v->n_codes; k++)
            buf_fmt(&b, "%s%.*s%s", k ? "、" : "", STR_ARG(v->codes[k]),
                k + 1 == v->n_codes ? " " : "");
        buf_fmt(&b, "%.10g", v->v);
        buf_add(&b, g->unit);
    }
    return buf_str(&b);
}
