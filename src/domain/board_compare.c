#include "domain/board_compare.h"

#include <stdlib.h>
#include "base/map.h"

// Units and classes by their place in the tree, words by themselves, what is unnamed last.
struct placed {
    struct board_pair pair;
    int64_t order;
};

static int64_t order_of(const struct rules *r, enum board_by by, const struct board_row *row)
{
    const struct unit *u = by == BOARD_UNIT ? rules_unit(r, row->id) : NULL;
    const struct class_ *k = by == BOARD_CLASS && row->id ? rules_class(r, row->id) : NULL;
    bool none = str_ends(row->filter, S(":none"));
    return u ? u->lo : k ? k->lo : none ? INT64_MAX : 0;
}

static int by_order(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return str_cmp(x->pair.now.name, y->pair.now.name);
}

// A row's half of the filter names it, whatever the period.
static struct placed *row_of(
    struct arena *a, struct map *at, struct placed **rows, size_t *n, const struct board_row *row)
{
    void *known = map_get(at, row->filter);
    if (known)
        return &(*rows)[(size_t)(uintptr_t)known - 1];
    VEC_PUSH(a, *rows, *n) = (struct placed){.pair = {.now = *row}};
    map_put(at, row->filter, (void *)(uintptr_t)*n);
    return &(*rows)[*n - 1];
}

// Nothing was counted in the row now.
static void blank(struct arena *a, const struct def *d, struct board_row *row)
{
    row->tallies = NEW_ARRAY(a, d->n_tallies, int64_t);
    row->rates = NEW_ARRAY(a, d->n_rates, struct board_rate);
    for (size_t i = 0; i < d->n_rates; i++)
        row->rates[i].blank = true;
}

static void join(struct ctx *c, enum board_by by, struct board_compared *out)
{
    struct map at;
    struct placed *rows = NULL;
    size_t n = 0;
    map_init(&at, c->arena);
    for (size_t i = 0; i < out->now.n; i++)
        (void)row_of(c->arena, &at, &rows, &n, &out->now.rows[i]);
    size_t counted = n;
    for (size_t i = 0; i < out->before.out.n; i++) {
        const struct board_row *r = &out->before.out.rows[i];
        row_of(c->arena, &at, &rows, &n, r)->pair.before = r;
    }
    for (size_t i = 0; i < out->year.out.n; i++) {
        const struct board_row *r = &out->year.out.rows[i];
        row_of(c->arena, &at, &rows, &n, r)->pair.year = r;
    }
    for (size_t i = counted; i < n; i++)
        blank(c->arena, out->now.def, &rows[i].pair.now);
    for (size_t i = 0; i < n; i++)
        rows[i].order = order_of(c->rules, by, &rows[i].pair.now);
    if (n > 1)
        qsort(rows, n, sizeof(*rows), by_order);
    out->rows = NEW_ARRAY(c->arena, n, struct board_pair);
    out->n = n;
    for (size_t i = 0; i < n; i++)
        out->rows[i] = rows[i].pair;
}

static enum err_code read_side(
    struct ctx *c, const struct board_in *in, struct board_side *side, struct err *e)
{
    struct board_in other = *in;
    if (side->period.from >= side->period.to)
        return OK;
    other.period = str_fmt(c->arena, "%.*s..%.*s", STR_ARG(tm_date(c->arena, side->period.from)),
        STR_ARG(tm_date(c->arena, side->period.to - 1)));
    struct err quiet;
    err_init(&quiet, c->arena, e->lang);
    enum err_code code = board_read(c, &other, &side->out, &quiet);
    // Its days are no longer kept this way, or nothing was counted yet: there is no base.
    if (code == ERR_INVALID || (code == OK && side->out.n == 0))
        side->period = (struct period){0};
    else if (code != OK)
        err_merge(e, &quiet, (str){0});
    return e->code;
}

enum err_code board_compare(
    struct ctx *c, const struct board_in *in, struct board_compared *out, struct err *e)
{
    *out = (struct board_compared){0};
    if (board_read(c, in, &out->now, e) != OK)
        return e->code;
    struct period whole = {out->now.from_day, out->now.to_day};
    struct period part = period_begun(whole, tm_local_day(c->now_us, c->rules->zone_s));
    out->partial = part.to < whole.to;
    out->before.period = period_same_share(period_before(whole), whole, part);
    out->year.period = period_same_share(period_year_ago(whole), whole, part);
    if (read_side(c, in, &out->before, e) != OK || read_side(c, in, &out->year, e) != OK)
        return e->code;
    join(c, in->by, out);
    return OK;
}

enum err_code board_months(
    struct ctx *c, const struct board_in *in, struct board_months *out, struct err *e)
{
    struct board_out whole;
    struct board_in month = *in;
    int y, m, d;
    *out = (struct board_months){0};
    month.by = BOARD_CHANNEL; // the fewest rows that add up to the total
    if (board_read(c, &month, &whole, e) != OK)
        return e->code;
    out->def = whole.def;
    // What has not come yet has no figure: a year that is running ends with this month.
    int64_t today = tm_local_day(c->now_us, c->rules->zone_s);
    int64_t last = whole.from_day <= today && today < whole.to_day ? today : whole.to_day - 1;
    tm_from_days(last, &y, &m, &d);
    for (int i = 0; i < BOARD_MONTHS; i++) {
        int at = y * 12 + m - BOARD_MONTHS + i; // months since the year 0
        struct board_out one;
        month.period = str_fmt(c->arena, "%04d-%02d", at / 12, at % 12 + 1);
        if (board_read(c, &month, &one, e) != OK)
            return e->code;
        out->rows[i] = (struct board_month){one.from_day, one.total};
    }
    return OK;
}
