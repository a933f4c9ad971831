#include "api/cadences.h"

#include "api/boards.h"
#include "domain/cadence.h"

struct figure_view {
    str key, filter;
    bool rows;
};
struct unit_view {
    int64_t unit;
    str name, filter, rows_filter;
    struct i64s counts;
};
struct cadence_view {
    str loop, loop_title, key, title, why, over, over_title, every, during, from, until, broken;
    bool aligned, filing;
    struct list figures, units;
    struct unit_view total;
};
struct cadences_view {
    str day;
    int64_t at_us;
    struct list rows;
};
static const struct field FIGURE_VIEW[] = {
    {"key", FIELD_STR, .at = offsetof(struct figure_view, key),
        .options = "asked|in_time|late|missed|open|overdue|unfiled",
        .help = "asked: in_time, late, missed (closed without), open and unfiled together; overdue "
                "are some of open"},
    {"filter", FIELD_STR, .at = offsetof(struct figure_view, filter),
        .help = "its half of the filter that lists what is counted; empty: a sum of the others"},
    {"rows", FIELD_BOOL, .at = offsetof(struct figure_view, rows),
        .help = "rows of the register are counted: to be followed by a unit's rows_filter"},
    {0},
};
static const struct field UNIT_VIEW[] = {
    {"unit", FIELD_I64, .at = offsetof(struct unit_view, unit)},
    {"name", FIELD_STR, .at = offsetof(struct unit_view, name)},
    {"filter", FIELD_STR, .at = offsetof(struct unit_view, filter),
        .help = "the unit's half of the filter, behind a figure's with a blank between"},
    {"rows_filter", FIELD_STR, .at = offsetof(struct unit_view, rows_filter),
        .help = "the same for a figure of rows; empty: all of them"},
    {"counts", FIELD_I64S, .at = offsetof(struct unit_view, counts)},
    {0},
};
static const struct field CADENCE_VIEW[] = {
    {"loop", FIELD_STR, .at = offsetof(struct cadence_view, loop)},
    {"loop_title", FIELD_STR, .at = offsetof(struct cadence_view, loop_title)},
    {"key", FIELD_STR, .at = offsetof(struct cadence_view, key)},
    {"title", FIELD_STR, .at = offsetof(struct cadence_view, title)},
    {"why", FIELD_STR, .at = offsetof(struct cadence_view, why)},
    {"over", FIELD_STR, .at = offsetof(struct cadence_view, over), .help = "the register"},
    {"over_title", FIELD_STR, .at = offsetof(struct cadence_view, over_title)},
    {"every", FIELD_STR, .at = offsetof(struct cadence_view, every), .help = "10d, 2w, 3mo"},
    {"during", FIELD_STR, .at = offsetof(struct cadence_view, during),
        .help = "it files while this key date is in force, or any; its periods begin with it; "
                "empty: always"},
    {"aligned", FIELD_BOOL, .at = offsetof(struct cadence_view, aligned),
        .help = "to the calendar; else counted from the last closing"},
    {"from", FIELD_STR, .at = offsetof(struct cadence_view, from), .help = "first day"},
    {"until", FIELD_STR, .at = offsetof(struct cadence_view, until), .help = "last day"},
    {"filing", FIELD_BOOL, .at = offsetof(struct cadence_view, filing),
        .help = "the period is not over and has begun: rows without an item are counted"},
    {"broken", FIELD_STR, .at = offsetof(struct cadence_view, broken),
        .help = "why the rule no longer fits its register; then there are no figures"},
    {"figures", FIELD_LIST, .at = offsetof(struct cadence_view, figures), .sub = FIGURE_VIEW,
        .size = sizeof(struct figure_view)},
    {"units", FIELD_LIST, .at = offsetof(struct cadence_view, units), .sub = UNIT_VIEW,
        .size = sizeof(struct unit_view)},
    {"total", FIELD_OBJ, .at = offsetof(struct cadence_view, total), .sub = UNIT_VIEW},
    {0},
};
const struct field CADENCES_VIEW[] = {
    {"day", FIELD_STR, .at = offsetof(struct cadences_view, day)},
    {"at", FIELD_TIME, .at = offsetof(struct cadences_view, at_us)},
    {"rows", FIELD_LIST, .at = offsetof(struct cadences_view, rows), .sub = CADENCE_VIEW,
        .size = sizeof(struct cadence_view)},
    {0},
};
const struct field CADENCES_QUERY[] = {
    {"loop", FIELD_STR, .help = "rules of this loop; without it all"},
    {"day", FIELD_STR, .help = "the periods it lies in: 2026-11-20; without it today"},
    {"unit", FIELD_I64, .help = "this unit and what is below it"},
    {0},
};

static struct unit_view view_unit(struct ctx *c, const str *keys, const struct cadence_unit *u)
{
    const struct unit *x = rules_unit(c->rules, u->unit);
    return (struct unit_view){.unit = u->unit,
        .name = x ? x->name : (str){0},
        .filter = u->filter,
        .rows_filter = u->rows_filter,
        .counts = {keys, u->n, CADENCE_FIGURES}};
}

static void view_cover(
    struct ctx *c, const struct cadence_cover *cover, const str *keys, struct cadence_view *v)
{
    struct figure_view *figures = NEW_ARRAY(c->arena, CADENCE_FIGURES, struct figure_view);
    struct unit_view *units = NEW_ARRAY(c->arena, cover->n_units, struct unit_view);
    struct cadence_unit *kept = NEW_ARRAY(c->arena, cover->n_units + 1, struct cadence_unit);
    for (int i = 0; i < CADENCE_FIGURES; i++)
        figures[i] = (struct figure_view){keys[i], cover->filters[i], i == CADENCE_UNFILED};
    for (size_t i = 0; i < cover->n_units; i++) {
        kept[i] = cover->units[i];
        units[i] = view_unit(c, keys, &kept[i]);
    }
    kept[cover->n_units] = cover->total;
    v->total = view_unit(c, keys, &kept[cover->n_units]);
    v->figures = (struct list){figures, CADENCE_FIGURES};
    v->units = (struct list){units, cover->n_units};
    v->from = tm_date(c->arena, cover->period.from);
    bool empty = cover->period.to == cover->period.from; // no key date is in force
    v->until = tm_date(c->arena, cover->period.to - (empty ? 0 : 1));
    v->filing = cover->filed;
}

// A rule that is broken is told with what is wrong; the others stand.
static struct cadence_view view_rule(struct ctx *c, const struct def *d,
    const struct def_cadence *x, int64_t day, int64_t unit, const str *keys, struct err *e)
{
    const struct loop *over = rules_loop(c->rules, x->over);
    struct cadence_view v = {.loop = d->loop,
        .loop_title = d->title,
        .key = x->key,
        .title = x->title,
        .why = x->why,
        .over = x->over,
        .over_title = over ? over->title : x->over,
        .every = x->length,
        .during = x->during,
        .aligned = x->aligned};
    struct err own;
    struct cadence rule;
    struct cadence_cover cover;
    err_init(&own, c->arena, c->lang);
    if (cadence_open(c->arena, c->rules, d, x, &rule, &own) != OK)
        v.broken = err_text(&own, c->arena);
    else if (cadence_cover(c, &rule, day, unit, &cover, e) == OK)
        view_cover(c, &cover, keys, &v);
    return v;
}

static bool read_day(struct call *k, int64_t *day)
{
    str text = http_query(k->req, "day");
    int64_t us = k->ctx.now_us;
    if (text.n > 0 && !tm_parse(text, k->ctx.rules->zone_s, &us))
        err_add(&k->err, ERR_INVALID, S("day"), S("2026-11-20"), "is no day", "不是日期");
    *day = tm_local_day(us, k->ctx.rules->zone_s);
    return k->err.code == OK;
}

enum err_code cadences_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    str only = http_query(k->req, "loop");
    const struct loop *l = only.n > 0 ? rules_loop(c->rules, only) : NULL;
    struct cadence_view *rows = NULL;
    size_t n = 0;
    int64_t unit = 0, day;
    if (only.n > 0 && (!l || loop_lasts(l)))
        err_add(
            &k->err, ERR_MISSING, S("loop"), (str){0}, "there is no such loop", "没有这种事项类型");
    if (!call_query_i64(k, "unit", 0, 0, INT64_MAX, &unit) || !read_day(k, &day) ||
        !board_narrow(k, &unit))
        return k->err.code;
    str *keys = NEW_ARRAY(c->arena, CADENCE_FIGURES, str);
    for (int i = 0; i < CADENCE_FIGURES; i++)
        keys[i] = cadence_figure_name((enum cadence_figure)i);
    for (size_t i = 0; i < c->rules->n_loops; i++) {
        const struct def *d = c->rules->loops[i].now;
        bool wanted = only.n == 0 || str_eq(only, c->rules->loops[i].key);
        for (size_t r = 0; d && wanted && r < d->n_cadences && k->err.code == OK; r++)
            VEC_PUSH(c->arena, rows, n) =
                view_rule(c, d, &d->cadences[r], day, unit, keys, &k->err);
    }
    if (k->err.code != OK)
        return k->err.code;
    struct cadences_view v = {tm_date(c->arena, day), c->now_us, {rows, n}};
    return call_answer_fields(k, CADENCES_VIEW, &v);
}
