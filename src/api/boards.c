#include "api/boards.h"

#include <math.h>
#include "api/sheet_answer.h"
#include "domain/board_sheet.h"

// Rates have six decimals: a ten-thousandth of a percent, and written much faster than seventeen
// digits.
static const double RATE_UNIT = 1e6;

struct tally_head_view {
    str key, title, filter, sum, unit;
};
struct rate_head_view {
    str key, title, better;
};
// The list of a figure is that of both filters: "<the column's> <the row's>".
#define OF_A_COLUMN "its half of the filter that lists the items of a count"
#define OF_A_ROW "the row's half, to stand behind the column's with a blank between"
static const struct field CELLS_VIEW[] = {
    {"tallies", FIELD_F64S, .at = offsetof(struct cells_view, tallies),
        .help = "counts and sums by the key of their column"},
    {"rates", FIELD_F64S, .at = offsetof(struct cells_view, rates),
        .help = "0..1 by the key of their column, or null when a denominator is zero"},
    {0},
};
static const struct field DAYS_VIEW[] = {
    {"from", FIELD_STR, .at = offsetof(struct days_view, from), .help = "first day"},
    {"to", FIELD_STR, .at = offsetof(struct days_view, to), .help = "last day"},
    {0},
};
static const struct field BOARD_ROW_VIEW[] = {
    {"id", FIELD_I64, .at = offsetof(struct board_row_view, id)},
    {"name", FIELD_STR, .at = offsetof(struct board_row_view, name)},
    {"depth", FIELD_I64, .at = offsetof(struct board_row_view, depth)},
    {"filter", FIELD_STR, .at = offsetof(struct board_row_view, filter), .help = OF_A_ROW},
    {"cells", FIELD_OBJ, FIELD_INLINE, .at = offsetof(struct board_row_view, cells),
        .sub = CELLS_VIEW},
    {"before", FIELD_OBJ, .at = offsetof(struct board_row_view, before), .sub = CELLS_VIEW,
        .help = "the same of the period before; empty without compare=yes or when it has none"},
    {"year", FIELD_OBJ, .at = offsetof(struct board_row_view, year), .sub = CELLS_VIEW,
        .help = "the same of a year earlier"},
    {0},
};
static const struct field TALLY_HEAD_VIEW[] = {
    {"key", FIELD_STR, .at = offsetof(struct tally_head_view, key)},
    {"title", FIELD_STR, .at = offsetof(struct tally_head_view, title)},
    {"filter", FIELD_STR, .at = offsetof(struct tally_head_view, filter), .help = OF_A_COLUMN},
    {"sum", FIELD_STR, .at = offsetof(struct tally_head_view, sum),
        .help = "the field whose numbers of these items it adds up; empty: it counts them"},
    {"unit", FIELD_STR, .at = offsetof(struct tally_head_view, unit), .help = BOARD_UNIT_HELP},
    {0},
};
static const struct field RATE_HEAD_VIEW[] = {
    {"key", FIELD_STR, .at = offsetof(struct rate_head_view, key)},
    {"title", FIELD_STR, .at = offsetof(struct rate_head_view, title)},
    {"better", FIELD_STR, .at = offsetof(struct rate_head_view, better), .options = "high|low"},
    {0},
};
const struct field BOARD_VIEW[] = {
    {"loop", FIELD_STR, .at = offsetof(struct board_view, loop)},
    {"by", FIELD_STR, .at = offsetof(struct board_view, by)},
    {"period", FIELD_STR, .at = offsetof(struct board_view, period)},
    {"from", FIELD_STR, .at = offsetof(struct board_view, from), .help = "first day"},
    {"to", FIELD_STR, .at = offsetof(struct board_view, to), .help = "last day"},
    {"partial", FIELD_BOOL, .at = offsetof(struct board_view, partial),
        .help = "the period is not over: what it is compared with is cut to as many days"},
    {"before", FIELD_OBJ, .at = offsetof(struct board_view, before), .sub = DAYS_VIEW,
        .help = "the period before, empty without compare=yes"},
    {"year", FIELD_OBJ, .at = offsetof(struct board_view, year), .sub = DAYS_VIEW,
        .help = "the period a year earlier; empty also when that year has no such week"},
    {"at", FIELD_TIME, .at = offsetof(struct board_view, at_us)},
    {"tallies", FIELD_LIST, .at = offsetof(struct board_view, tallies), .sub = TALLY_HEAD_VIEW,
        .size = sizeof(struct tally_head_view)},
    {"rates", FIELD_LIST, .at = offsetof(struct board_view, rates), .sub = RATE_HEAD_VIEW,
        .size = sizeof(struct rate_head_view)},
    {"rows", FIELD_LIST, .at = offsetof(struct board_view, rows), .sub = BOARD_ROW_VIEW,
        .size = sizeof(struct board_row_view)},
    {"total", FIELD_OBJ, .at = offsetof(struct board_view, total), .sub = BOARD_ROW_VIEW},
    {0},
};
const struct field BOARD_QUERY[] = {
    {"by", FIELD_STR, .help = "unit (default), class, channel, or field:KEY of the loop's boards"},
    {"period", FIELD_STR,
        .help = "2026-11, 2026Q4, 2026-W47, 2026, a..b, this-month (default; of a register all its "
                "rows)"},
    {"unit", FIELD_I64},
    {"class", FIELD_I64},
    {"channel", FIELD_STR},
    {"compare", FIELD_STR, .options = "yes|no",
        .help = "yes: with the period before and the same a year earlier"},
    {0},
};

struct heads {
    struct tally_head_view *tallies;
    struct rate_head_view *rates;
    str *tally_keys, *rate_keys;
};

static struct heads view_heads(struct ctx *c, const struct board_out *out)
{
    const struct def *d = out->def;
    struct heads h = {NEW_ARRAY(c->arena, d->n_tallies, struct tally_head_view),
        NEW_ARRAY(c->arena, d->n_rates, struct rate_head_view),
        NEW_ARRAY(c->arena, d->n_tallies, str), NEW_ARRAY(c->arena, d->n_rates, str)};
    for (size_t i = 0; i < d->n_tallies; i++) {
        h.tally_keys[i] = d->tallies[i].key;
        h.tallies[i] = (struct tally_head_view){d->tallies[i].key, d->tallies[i].title,
            out->filters[i], d->tallies[i].sum, board_unit(&d->tallies[i])};
    }
    for (size_t i = 0; i < d->n_rates; i++) {
        h.rate_keys[i] = d->rates[i].key;
        h.rates[i] = (struct rate_head_view){
            d->rates[i].key, d->rates[i].title, d->rates[i].high_is_better ? S("high") : S("low")};
    }
    return h;
}

str board_unit(const struct def_tally *t)
{
    return t->money ? S("yuan") : S("");
}

static struct cells_view view_cells(
    struct ctx *c, const struct def *d, const struct heads *h, const struct board_row *r)
{
    double *tallies = NEW_ARRAY(c->arena, d->n_tallies, double);
    for (size_t i = 0; i < d->n_tallies; i++)
        tallies[i] = def_tally_value(&d->tallies[i], r->tallies[i]);
    double *rates = NEW_ARRAY(c->arena, d->n_rates, double);
    for (size_t i = 0; i < d->n_rates; i++)
        rates[i] = r->rates[i].blank ? NAN : round(r->rates[i].v * RATE_UNIT) / RATE_UNIT;
    return (struct cells_view){
        {h->tally_keys, tallies, d->n_tallies}, {h->rate_keys, rates, d->n_rates}};
}

static struct board_row_view view_row(
    struct ctx *c, const struct def *d, const struct heads *h, const struct board_row *r)
{
    return (struct board_row_view){.id = r->id,
        .depth = r->depth,
        .name = r->name,
        .filter = r->filter,
        .cells = view_cells(c, d, h, r)};
}

// Nothing was counted there in a period that there is: zeroes, and rates without a base.
static struct cells_view view_side(struct ctx *c, const struct def *d, const struct heads *h,
    const struct board_side *side, const struct board_row *r)
{
    if (side->period.from >= side->period.to)
        return (struct cells_view){0};
    if (r)
        return view_cells(c, d, h, r);
    struct board_row none = {.tallies = NEW_ARRAY(c->arena, d->n_tallies, int64_t),
        .rates = NEW_ARRAY(c->arena, d->n_rates, struct board_rate)};
    for (size_t i = 0; i < d->n_rates; i++)
        none.rates[i].blank = true;
    return view_cells(c, d, h, &none);
}

static struct days_view view_days(struct ctx *c, struct period p)
{
    if (p.from >= p.to)
        return (struct days_view){0};
    return (struct days_view){tm_date(c->arena, p.from), tm_date(c->arena, p.to - 1)};
}

static void view_compared(
    struct ctx *c, const struct board_compared *b, const struct heads *h, struct board_view *v)
{
    const struct def *d = b->now.def;
    struct board_row_view *rows = NEW_ARRAY(c->arena, b->n, struct board_row_view);
    for (size_t i = 0; i < b->n; i++) {
        rows[i] = view_row(c, d, h, &b->rows[i].now);
        rows[i].before = view_side(c, d, h, &b->before, b->rows[i].before);
        rows[i].year = view_side(c, d, h, &b->year, b->rows[i].year);
    }
    v->rows = (struct list){rows, b->n};
    v->total.before = view_side(c, d, h, &b->before, &b->before.out.total);
    v->total.year = view_side(c, d, h, &b->year, &b->year.out.total);
    v->before = view_days(c, b->before.period);
    v->year = view_days(c, b->year.period);
    v->partial = b->partial;
}

// What lasts is counted as it stands: all rows there are, whenever they were added.
static str since_ever(const struct ctx *c)
{
    return str_fmt(c->arena, "2000-01-01..%.*s",
        STR_ARG(tm_date(c->arena, tm_local_day(c->now_us, c->rules->zone_s))));
}

static bool read_in(struct call *k, struct board_in *in)
{
    str by = http_query(k->req, "by");
    if (by.n == 0 || str_eq(by, S("unit")))
        in->by = BOARD_UNIT;
    else if (str_eq(by, S("class")))
        in->by = BOARD_CLASS;
    else if (str_eq(by, S("channel")))
        in->by = BOARD_CHANNEL;
    else if (str_starts(by, S("field:"))) {
        in->by = BOARD_FIELD;
        in->field = str_sub(by, 6, by.n);
    } else
        err_add(&k->err, ERR_INVALID, S("by"), S("unit, class, channel, field:KEY"),
            "is not a way to break down", "没有这种分组");
    in->loop = k->key;
    in->period = http_query(k->req, "period");
    const struct loop *l = rules_loop(k->ctx.rules, in->loop);
    if (in->period.n == 0)
        in->period = l && loop_lasts(l) ? since_ever(&k->ctx) : S("this-month");
    in->channel = http_query(k->req, "channel");
    // Both are read, so that two mistakes are told at once.
    bool unit = call_query_i64(k, "unit", 0, 0, INT64_MAX, &in->unit);
    bool cls = call_query_i64(k, "class", 0, 0, INT64_MAX, &in->cls);
    return unit && cls && k->err.code == OK;
}

// Whoever may not read the whole town's boards reads those of a unit of his own: a figure and the
// list behind it are of the same items.
bool board_narrow(struct call *k, int64_t *unit)
{
    size_t n;
    bool all;
    const struct unit **tops = ctx_units(&k->ctx, MAY_READ_BOARDS, &n, &all);
    if (all)
        return true;
    if (*unit == 0 && n > 0)
        *unit = tops[0]->id;
    if (ctx_may(&k->ctx, MAY_READ_BOARDS, *unit))
        return true;
    err_add(&k->err, ERR_DENIED, S("unit"), (str){0}, "you may not read the boards of this unit",
        "您没有查看这个单位看板的权限");
    return false;
}

void board_view(struct ctx *c, const struct board_compared *b, bool compared, struct board_view *v)
{
    const struct board_out *out = &b->now;
    struct heads h = view_heads(c, out);
    v->loop = out->def->loop;
    v->from = tm_date(c->arena, out->from_day);
    v->to = tm_date(c->arena, out->to_day - 1);
    v->at_us = c->now_us;
    v->tallies = (struct list){h.tallies, out->def->n_tallies};
    v->rates = (struct list){h.rates, out->def->n_rates};
    struct board_row_view *rows = NEW_ARRAY(c->arena, out->n, struct board_row_view);
    for (size_t i = 0; i < out->n; i++)
        rows[i] = view_row(c, out->def, &h, &out->rows[i]);
    v->rows = (struct list){rows, out->n};
    v->total = view_row(c, out->def, &h, &out->total);
    if (compared)
        view_compared(c, b, &h, v);
}

// What was asked for, as far as he may see it. False with k->err when there is none.
static bool read_board(
    struct call *k, struct board_in *in, struct board_compared *b, bool *compared)
{
    if (!read_in(k, in) || !board_narrow(k, &in->unit))
        return false;
    *compared = str_eq(http_query(k->req, "compare"), S("yes"));
    return (*compared ? board_compare(&k->ctx, in, b, &k->err)
                      : board_read(&k->ctx, in, &b->now, &k->err)) == OK;
}

enum err_code boards_get(struct call *k)
{
    struct board_in in = {0};
    struct board_compared b = {0};
    bool compared = false;
    if (!read_board(k, &in, &b, &compared))
        return k->err.code;
    struct board_view v = {.by = http_query(k->req, "by"), .period = in.period};
    board_view(&k->ctx, &b, compared, &v);
    return call_answer_fields(k, BOARD_VIEW, &v);
}

static enum err_code answer_table(
    struct call *k, const char *ext, str (*make)(const struct board_sheet *x))
{
    struct board_in in = {0};
    struct board_compared b = {0};
    struct board_sheet sheet = {.c = &k->ctx, .in = &in, .board = &b, .address = sheet_address(k)};
    if (!read_board(k, &in, &b, &sheet.compared))
        return k->err.code;
    return sheet_answer(k, b.now.from_day, b.now.to_day, ext, make(&sheet));
}

enum err_code boards_csv(struct call *k)
{
    return answer_table(k, "csv", board_sheet_csv);
}

enum err_code boards_xlsx(struct call *k)
{
    return answer_table(k, "xlsx", board_sheet_xlsx);
}

// ---- twelve months

struct month_view {
    str month;
    struct cells_view cells;
};
struct months_view {
    str loop;
    struct list rows;
};
static const struct field MONTH_VIEW[] = {
    {"month", FIELD_STR, .at = offsetof(struct month_view, month)},
    {"cells", FIELD_OBJ, FIELD_INLINE, .at = offsetof(struct month_view, cells), .sub = CELLS_VIEW},
    {0},
};
const struct field BOARD_MONTHS_VIEW[] = {
    {"loop", FIELD_STR, .at = offsetof(struct months_view, loop)},
    {"rows", FIELD_LIST, .at = offsetof(struct months_view, rows), .sub = MONTH_VIEW,
        .size = sizeof(struct month_view)},
    {0},
};
const struct field BOARD_MONTHS_QUERY[] = {
    {"period", FIELD_STR,
        .help = "the months end with its last day's, at the latest with this one"},
    {"unit", FIELD_I64},
    {"class", FIELD_I64},
    {"channel", FIELD_STR},
    {0},
};

enum err_code boards_months(struct call *k)
{
    struct board_in in = {0};
    struct board_months b;
    struct ctx *c = &k->ctx;
    if (!read_in(k, &in) || !board_narrow(k, &in.unit) || board_months(c, &in, &b, &k->err) != OK)
        return k->err.code;
    struct board_out heads = {.def = b.def, .filters = NEW_ARRAY(c->arena, b.def->n_tallies, str)};
    struct heads h = view_heads(c, &heads);
    struct month_view *rows = NEW_ARRAY(c->arena, BOARD_MONTHS, struct month_view);
    for (size_t i = 0; i < BOARD_MONTHS; i++)
        rows[i] = (struct month_view){str_sub(tm_date(c->arena, b.rows[i].day), 0, 7),
            view_cells(c, b.def, &h, &b.rows[i].total)};
    struct months_view v = {in.loop, {rows, BOARD_MONTHS}};
    return call_answer_fields(k, BOARD_MONTHS_VIEW, &v);
}
