#include "api/analyses.h"

#include "api/boards.h"
#include "api/members.h"
#include "domain/analysis.h"

#define CALLS "up|down|swing|few"
#define LINK "of its items; empty: no filter names them"

struct rule_view {
    int64_t few;
    double factor, share;
};
struct node_view {
    int64_t id, depth, now, before, year;
    str name, filter, before_call, year_call;
};
struct ways_view {
    struct list changed, most;
    int64_t tested;
    double spread_before, spread_year;
};
struct same_view {
    str name, filter;
    int64_t n;
};
struct sames_view {
    int64_t least, groups, items;
    struct list rows;
};
struct weekday_view {
    int64_t weekday;
    struct i64s hours;
};
struct shown_view {
    int64_t id;
    str no, title, unit_name, due;
    struct strs shown;
};
struct list_view {
    str key, title, filter, overdue_filter, ahead_filter, due_title;
    int64_t n, before, year, overdue, ahead;
    bool capped, grouped_some, by_reason;
    struct strs shows;
    struct list groups, items;
};
struct analysis_view {
    str title, unit_name, count;
    struct board_view board;
    struct rule_view rule;
    struct ways_view classes, units;
    struct sames_view callers, places;
    bool looked_some;
    int64_t ahead_days;
    struct list hours, lists;
};

static const struct field RULE_VIEW[] = {
    M(rule_view, few, FIELD_I64, .help = "fewer than so many are never judged"),
    M(rule_view, factor, FIELD_F64, .help = "least change of the daily rate"),
    M(rule_view, share, FIELD_F64, .help = "of those called, expected by chance"),
    {0},
};
static const struct field NODE_VIEW[] = {
    M(node_view, id, FIELD_I64),
    M(node_view, name, FIELD_STR),
    M(node_view, depth, FIELD_I64),
    M(node_view, filter, FIELD_STR, .help = "of its items in the period"),
    M(node_view, now, FIELD_I64),
    M(node_view, before, FIELD_I64),
    M(node_view, before_call, FIELD_STR, .options = CALLS,
        .help = "against the period before; few and swing are no change"),
    M(node_view, year, FIELD_I64),
    M(node_view, year_call, FIELD_STR, .options = CALLS, .help = "against a year earlier"),
    {0},
};
static const struct field WAYS_VIEW[] = {
    ROWS(ways_view, changed, NODE_VIEW, node_view),
    ROWS(ways_view, most, NODE_VIEW, node_view),
    M(ways_view, tested, FIELD_I64, .help = "so many were compared"),
    M(ways_view, spread_before, FIELD_F64, .help = "how much more they swing than chance; 1: no"),
    M(ways_view, spread_year, FIELD_F64),
    {0},
};
static const struct field SAME_VIEW[] = {
    M(same_view, name, FIELD_STR, .help = "an address, or a masked number"),
    M(same_view, n, FIELD_I64),
    M(same_view, filter, FIELD_STR, .help = LINK),
    {0},
};
static const struct field SAMES_VIEW[] = {
    M(sames_view, least, FIELD_I64, .help = "told from so many on"),
    M(sames_view, groups, FIELD_I64),
    M(sames_view, items, FIELD_I64),
    ROWS(sames_view, rows, SAME_VIEW, same_view),
    {0},
};
static const struct field WEEKDAY_VIEW[] = {
    M(weekday_view, weekday, FIELD_I64, .help = "1 Monday"),
    M(weekday_view, hours, FIELD_I64S, .help = "filed in each hour that has any"),
    {0},
};
static const struct field SHOWN_VIEW[] = {
    M(shown_view, id, FIELD_I64),
    M(shown_view, no, FIELD_STR),
    M(shown_view, title, FIELD_STR),
    M(shown_view, unit_name, FIELD_STR),
    M(shown_view, due, FIELD_STR),
    M(shown_view, shown, FIELD_STRS),
    {0},
};
static const struct field LIST_VIEW[] = {
    M(list_view, key, FIELD_STR),
    M(list_view, title, FIELD_STR),
    M(list_view, n, FIELD_I64),
    M(list_view, capped, FIELD_BOOL),
    M(list_view, before, FIELD_I64, .help = "-1: nothing to compare with"),
    M(list_view, year, FIELD_I64, .help = "-1: nothing to compare with"),
    M(list_view, filter, FIELD_STR),
    M(list_view, by_reason, FIELD_BOOL, .help = "groups are of reasons given, not of items"),
    ROWS(list_view, groups, SAME_VIEW, same_view),
    M(list_view, grouped_some, FIELD_BOOL, .help = "only the newest were looked at"),
    M(list_view, due_title, FIELD_STR, .help = "of the date by which they were promised"),
    M(list_view, overdue, FIELD_I64),
    M(list_view, overdue_filter, FIELD_STR),
    M(list_view, ahead, FIELD_I64),
    M(list_view, ahead_filter, FIELD_STR),
    M(list_view, shows, FIELD_STRS, .help = "titles of what the items show"),
    ROWS(list_view, items, SHOWN_VIEW, shown_view),
    {0},
};
const struct field ANALYSIS_VIEW[] = {
    M(analysis_view, title, FIELD_STR),
    M(analysis_view, unit_name, FIELD_STR),
    M(analysis_view, count, FIELD_STR, .help = "the tally whose growth is looked at"),
    {"board", FIELD_OBJ, .at = offsetof(struct analysis_view, board), .sub = BOARD_VIEW},
    {"rule", FIELD_OBJ, .at = offsetof(struct analysis_view, rule), .sub = RULE_VIEW},
    {"classes", FIELD_OBJ, .at = offsetof(struct analysis_view, classes), .sub = WAYS_VIEW},
    {"units", FIELD_OBJ, .at = offsetof(struct analysis_view, units), .sub = WAYS_VIEW},
    {"callers", FIELD_OBJ, .at = offsetof(struct analysis_view, callers), .sub = SAMES_VIEW},
    {"places", FIELD_OBJ, .at = offsetof(struct analysis_view, places), .sub = SAMES_VIEW},
    M(analysis_view, looked_some, FIELD_BOOL,
        .help = "repeats and hours are of the newest items only"),
    ROWS(analysis_view, hours, WEEKDAY_VIEW, weekday_view),
    M(analysis_view, ahead_days, FIELD_I64),
    ROWS(analysis_view, lists, LIST_VIEW, list_view),
    {0},
};
const struct field ANALYSIS_QUERY[] = {
    {"period", FIELD_STR, .help = "2026-10; left out: the month before this one"},
    {"unit", FIELD_I64},
    {0},
};

static str call_name(enum growth_call x)
{
    static const char *const NAMES[] = {
        [GROWTH_UP] = "up", [GROWTH_DOWN] = "down", [GROWTH_SWING] = "swing", [GROWTH_FEW] = "few"};
    return str_of(NAMES[x]);
}

static struct list view_nodes(struct ctx *c, const struct analysis_node *x, size_t n)
{
    struct node_view *rows = NEW_ARRAY(c->arena, n, struct node_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct node_view){.id = x[i].id,
            .depth = x[i].depth,
            .now = x[i].now,
            .before = x[i].before.before,
            .year = x[i].year.before,
            .name = x[i].name,
            .filter = x[i].filter,
            .before_call = call_name(x[i].before.call),
            .year_call = call_name(x[i].year.call)};
    return (struct list){rows, n};
}

static struct ways_view view_ways(struct ctx *c, const struct analysis_ways *w)
{
    return (struct ways_view){view_nodes(c, w->changed, w->n_changed),
        view_nodes(c, w->most, w->n_most), w->tested, w->spread_before, w->spread_year};
}

static struct sames_view view_sames(
    struct ctx *c, const struct def *d, const struct analysis_sames *s)
{
    struct same_view *rows = NEW_ARRAY(c->arena, s->n, struct same_view);
    for (size_t i = 0; i < s->n; i++)
        rows[i] = (struct same_view){s->rows[i].name, s->rows[i].filter, s->rows[i].n};
    return (struct sames_view){d->analysis.repeats, s->groups, s->items, {rows, s->n}};
}

static struct list view_hours(struct ctx *c, const struct analysis_out *out)
{
    struct weekday_view *rows = NEW_ARRAY(c->arena, ANALYSIS_WEEK, struct weekday_view);
    for (size_t d = 0; d < ANALYSIS_WEEK; d++) {
        str *keys = NEW_ARRAY(c->arena, ANALYSIS_HOURS, str);
        int64_t *counts = NEW_ARRAY(c->arena, ANALYSIS_HOURS, int64_t);
        size_t n = 0;
        for (size_t h = 0; h < ANALYSIS_HOURS; h++) {
            if (out->hours[d][h] == 0)
                continue;
            keys[n] = str_num(c->arena, (int64_t)h, (str){0});
            counts[n++] = out->hours[d][h];
        }
        rows[d] = (struct weekday_view){(int64_t)d + 1, {keys, counts, n}};
    }
    return (struct list){rows, ANALYSIS_WEEK};
}

static struct list view_items(struct ctx *c, const struct analysis_list *x)
{
    struct shown_view *rows = NEW_ARRAY(c->arena, x->n_items, struct shown_view);
    for (size_t i = 0; i < x->n_items; i++) {
        const struct unit *u = rules_unit(c->rules, x->items[i].unit);
        rows[i] = (struct shown_view){.id = x->items[i].id,
            .no = x->items[i].no,
            .title = x->items[i].title,
            .unit_name = u ? u->name : (str){0},
            .due = x->items[i].due,
            .shown = {x->items[i].shown, x->def->n_show}};
    }
    return (struct list){rows, x->n_items};
}

static struct list_view view_list(struct ctx *c, const struct def *d, const struct analysis_list *x)
{
    struct same_view *groups = NEW_ARRAY(c->arena, x->n_groups, struct same_view);
    for (size_t i = 0; i < x->n_groups; i++)
        groups[i] = (struct same_view){x->groups[i].name, x->groups[i].filter, x->groups[i].n};
    struct list_view v = {.key = x->def->key,
        .title = x->def->title,
        .filter = x->filter,
        .overdue_filter = x->overdue_filter,
        .ahead_filter = x->ahead_filter,
        .due_title = x->def->due >= 0 ? d->fields[x->def->due].title : (str){0},
        .n = x->n,
        .before = x->before,
        .year = x->year,
        .overdue = x->overdue,
        .ahead = x->ahead,
        .capped = x->capped,
        .grouped_some = x->grouped_some,
        .by_reason = x->def->group_reasons >= 0,
        .groups = {groups, x->n_groups},
        .items = view_items(c, x)};
    for (size_t i = 0; i < x->def->n_show; i++)
        VEC_PUSH(c->arena, v.shows.v, v.shows.n) = d->fields[x->def->show[i]].title;
    return v;
}

static str last_month(const struct ctx *c)
{
    struct civil t;
    tm_to_civil(c->now_us, c->rules->zone_s, &t);
    return t.month == 1 ? str_fmt(c->arena, "%04d-12", t.year - 1)
                        : str_fmt(c->arena, "%04d-%02d", t.year, t.month - 1);
}

enum err_code analysis_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct analysis_in in = {.loop = k->key, .period = http_query(k->req, "period")};
    struct analysis_out *out = NEW(c->arena, struct analysis_out);
    if (in.period.n == 0)
        in.period = last_month(c);
    if (!call_query_i64(k, "unit", 0, 0, INT64_MAX, &in.unit) || !board_narrow(k, &in.unit) ||
        analysis_read(c, &in, out, &k->err) != OK)
        return k->err.code;
    const struct def *d = out->board.now.def;
    const struct unit *u = in.unit ? rules_unit(c->rules, in.unit) : NULL;
    struct analysis_view *v = NEW(c->arena, struct analysis_view);
    *v = (struct analysis_view){.title = d->title,
        .unit_name = u ? u->name : (str){0},
        .count = d->tallies[d->analysis.count].key,
        .rule = {GROWTH_RULE.few, GROWTH_RULE.factor, GROWTH_RULE.share},
        .classes = view_ways(c, &out->classes),
        .units = view_ways(c, &out->units),
        .callers = view_sames(c, d, &out->callers),
        .places = view_sames(c, d, &out->places),
        .looked_some = out->looked_some,
        .ahead_days = ANALYSIS_AHEAD_DAYS,
        .hours = view_hours(c, out)};
    v->board = (struct board_view){.by = S("unit"), .period = in.period};
    board_view(c, &out->board, true, &v->board);
    struct list_view *lists = NEW_ARRAY(c->arena, out->n_lists, struct list_view);
    for (size_t i = 0; i < out->n_lists; i++)
        lists[i] = view_list(c, d, &out->lists[i]);
    v->lists = (struct list){lists, out->n_lists};
    return call_answer_fields(k, ANALYSIS_VIEW, v);
}
