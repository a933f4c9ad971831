#include "api/keydates.h"

#include "api/members.h"
#include "api/sheet_answer.h"
#include "domain/keydate_brief.h"

// ---- what there is

struct limit_view {
    str clock;
    int64_t share;
};
struct keydate_view {
    str key, title, why, where, from, to, state, broken, filter;
    int64_t version, published_us, def, share;
    struct list limits;
};
struct keydates_view {
    str day;
    int64_t at_us;
    struct list rows;
};
static const struct field LIMIT_VIEW[] = {
    M(limit_view, clock, FIELD_STR, .help = "key of a clock of whatever loop"),
    M(limit_view, share, FIELD_I64),
    {0},
};
static const struct field KEYDATE_VIEW[] = {
    M(keydate_view, key, FIELD_STR),
    M(keydate_view, title, FIELD_STR),
    M(keydate_view, why, FIELD_STR),
    M(keydate_view, where, FIELD_STR, .help = "filter: which items are under it"),
    M(keydate_view, from, FIELD_STR, .help = "first day"),
    M(keydate_view, to, FIELD_STR, .help = "last day"),
    M(keydate_view, share, FIELD_I64, .help = "percent of a limit that is left"),
    ROWS(keydate_view, limits, LIMIT_VIEW, limit_view),
    M(keydate_view, state, FIELD_STR, .options = "coming|on|over|off|broken",
        .help = "off: taken back; broken: it fits the town no longer"),
    M(keydate_view, broken, FIELD_STR, .help = "why it has no effect"),
    M(keydate_view, filter, FIELD_STR, .help = "lists the items that are or were under it"),
    M(keydate_view, version, FIELD_I64),
    M(keydate_view, def, FIELD_I64, .help = "id of its definition"),
    {"published", FIELD_TIME, .at = offsetof(struct keydate_view, published_us)},
    {0},
};
const struct field KEYDATES_VIEW[] = {
    M(keydates_view, day, FIELD_STR, .help = "today"),
    {"at", FIELD_TIME, .at = offsetof(struct keydates_view, at_us)},
    ROWS(keydates_view, rows, KEYDATE_VIEW, keydate_view),
    {0},
};

static str state_of(const struct keydate *x, int64_t day)
{
    return x->off              ? S("off")
           : !x->match         ? S("broken")
           : day < x->from_day ? S("coming")
           : day > x->to_day   ? S("over")
                               : S("on");
}

static struct keydate_view view_one(struct ctx *c, const struct keydate *x, int64_t day)
{
    struct limit_view *limits = NEW_ARRAY(c->arena, x->n_clocks + 1, struct limit_view);
    for (size_t i = 0; i < x->n_clocks; i++)
        limits[i] = (struct limit_view){x->clocks[i].clock, x->clocks[i].share};
    return (struct keydate_view){.key = x->key,
        .title = x->title,
        .why = x->why,
        .where = x->where,
        .from = tm_date(c->arena, x->from_day),
        .to = tm_date(c->arena, x->to_day),
        .state = state_of(x, day),
        .broken = x->broken,
        .filter = str_two(c->arena, S("keydate:"), x->key),
        .version = x->version,
        .published_us = x->published_us,
        .def = x->id,
        .share = x->share,
        .limits = {limits, x->n_clocks}};
}

enum err_code keydates_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    const struct rules *r = c->rules;
    struct keydate_view *rows = NEW_ARRAY(c->arena, r->n_keydates + 1, struct keydate_view);
    int64_t day = tm_local_day(c->now_us, r->zone_s);
    for (size_t i = 0; i < r->n_keydates; i++)
        rows[i] = view_one(c, r->keydates[i], day);
    struct keydates_view v = {tm_date(c->arena, day), c->now_us, {rows, r->n_keydates}};
    return call_answer_fields(k, KEYDATES_VIEW, &v);
}

// ---- the brief

struct brief_figure {
    str key, title, filter;
};
struct brief_row {
    str name, filter;
    struct i64s counts;
};
struct brief_table {
    str by, title;
    struct list rows;
};
struct brief_task {
    str loop, key, title, filter;
    int64_t asked, reached, overdue;
};
struct brief_view {
    struct keydate_view head;
    str day, text;
    int64_t at_us, nth, days;
    struct list figures, tables, tasks;
    struct brief_row total;
};
static const struct field BRIEF_FIGURE[] = {
    M(brief_figure, key, FIELD_STR, .options = "filed|closed|filed_all|closed_all|open|overdue",
        .help = "of the day, since its first day (_all), and as it is now (open, overdue)"),
    M(brief_figure, title, FIELD_STR),
    M(brief_figure, filter, FIELD_STR,
        .help = "half of the filter that lists what is counted; the row has the other"),
    {0},
};
static const struct field BRIEF_ROW[] = {
    M(brief_row, name, FIELD_STR),
    M(brief_row, filter, FIELD_STR),
    M(brief_row, counts, FIELD_I64S),
    {0},
};
static const struct field BRIEF_TABLE[] = {
    M(brief_table, by, FIELD_STR, .options = "loop|unit|class"),
    M(brief_table, title, FIELD_STR),
    ROWS(brief_table, rows, BRIEF_ROW, brief_row),
    {0},
};
static const struct field BRIEF_TASK[] = {
    M(brief_task, loop, FIELD_STR),
    M(brief_task, key, FIELD_STR),
    M(brief_task, title, FIELD_STR),
    M(brief_task, filter, FIELD_STR, .help = "lists what was filed for that day"),
    M(brief_task, asked, FIELD_I64),
    M(brief_task, reached, FIELD_I64, .help = "late ones as well"),
    M(brief_task, overdue, FIELD_I64),
    {0},
};
const struct field KEYDATE_BRIEF_VIEW[] = {
    {"head", FIELD_OBJ, .at = offsetof(struct brief_view, head), .sub = KEYDATE_VIEW},
    M(brief_view, day, FIELD_STR),
    M(brief_view, nth, FIELD_I64, .help = "which of its days, from 1"),
    M(brief_view, days, FIELD_I64),
    {"at", FIELD_TIME, .at = offsetof(struct brief_view, at_us)},
    M(brief_view, text, FIELD_STR, .help = "the figures as a few sentences"),
    ROWS(brief_view, figures, BRIEF_FIGURE, brief_figure),
    {"total", FIELD_OBJ, .at = offsetof(struct brief_view, total), .sub = BRIEF_ROW},
    ROWS(brief_view, tables, BRIEF_TABLE, brief_table),
    ROWS(brief_view, tasks, BRIEF_TASK, brief_task),
    {0},
};
const struct field KEYDATE_BRIEF_QUERY[] = {
    {"on", FIELD_STR, .help = "one of its days: 2025-11-06; without it today, or the nearest"},
    {0},
};

// NULL and a note when there is none.
static const struct keydate *wanted(struct call *k)
{
    const struct rules *r = k->ctx.rules;
    for (size_t i = 0; i < r->n_keydates; i++)
        if (str_eq(r->keydates[i]->key, k->key))
            return r->keydates[i];
    err_add(
        &k->err, ERR_MISSING, S("key"), (str){0}, "there is no such key date", "没有这个重要节点");
    return NULL;
}

static bool read_brief(struct call *k, struct keydate_brief *b)
{
    const struct keydate *x = wanted(k);
    str text = http_query(k->req, "on");
    int64_t us = k->ctx.now_us;
    if (!x)
        return false;
    if (text.n > 0 && !tm_parse(text, k->ctx.rules->zone_s, &us))
        err_add(&k->err, ERR_INVALID, S("on"), S("2025-11-06"), "is no day", "不是日期");
    int64_t day = tm_local_day(us, k->ctx.rules->zone_s);
    bool outside = day < x->from_day || day > x->to_day;
    if (k->err.code == OK && text.n > 0 && outside)
        err_add(&k->err, ERR_INVALID, S("on"),
            str_fmt(k->ctx.arena, "%.*s..%.*s", STR_ARG(tm_date(k->ctx.arena, x->from_day)),
                STR_ARG(tm_date(k->ctx.arena, x->to_day))),
            "is none of its days", "不在重要节点期间");
    day = day < x->from_day ? x->from_day : day > x->to_day ? x->to_day : day;
    return k->err.code == OK && keydate_brief(&k->ctx, x, day, b, &k->err) == OK;
}

static struct brief_row view_row(const struct keydate_row *x, const str *keys)
{
    return (struct brief_row){x->name, x->filter, {keys, x->n, KEYDATE_FIGURES}};
}

static struct list view_tables(struct ctx *c, const struct keydate_brief *b, const str *keys)
{
    static const char *const BYS[KEYDATE_BYS] = {"loop", "unit", "class"};
    struct brief_table *tables = NEW_ARRAY(c->arena, KEYDATE_BYS, struct brief_table);
    for (int by = 0; by < KEYDATE_BYS; by++) {
        struct brief_row *rows = NEW_ARRAY(c->arena, b->n_rows[by] + 1, struct brief_row);
        for (size_t i = 0; i < b->n_rows[by]; i++)
            rows[i] = view_row(&b->rows[by][i], keys);
        tables[by] = (struct brief_table){
            str_of(BYS[by]), keydate_by_title((enum keydate_by)by, c->lang), {rows, b->n_rows[by]}};
    }
    return (struct list){tables, KEYDATE_BYS};
}

static struct list view_tasks(struct ctx *c, const struct keydate_brief *b)
{
    struct brief_task *tasks = NEW_ARRAY(c->arena, b->n_tasks + 1, struct brief_task);
    for (size_t i = 0; i < b->n_tasks; i++) {
        const struct keydate_task *x = &b->tasks[i];
        tasks[i] = (struct brief_task){x->rule.def->loop, x->rule.x->key, x->rule.x->title,
            x->filter, x->asked, x->reached, x->overdue};
    }
    return (struct list){tasks, b->n_tasks};
}

enum err_code keydates_brief(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct keydate_brief b;
    if (!read_brief(k, &b))
        return k->err.code;
    str *keys = NEW_ARRAY(c->arena, KEYDATE_FIGURES, str);
    struct brief_figure *figures = NEW_ARRAY(c->arena, KEYDATE_FIGURES, struct brief_figure);
    for (int f = 0; f < KEYDATE_FIGURES; f++) {
        keys[f] = keydate_figure_name((enum keydate_figure)f);
        figures[f] = (struct brief_figure){
            keys[f], keydate_figure_title((enum keydate_figure)f, c->lang), b.filters[f]};
    }
    struct brief_view v = {.head = view_one(c, b.of, tm_local_day(c->now_us, c->rules->zone_s)),
        .day = tm_date(c->arena, b.day),
        .text = b.text,
        .at_us = c->now_us,
        .nth = b.nth,
        .days = b.days,
        .figures = {figures, KEYDATE_FIGURES},
        .total = view_row(&b.total, keys),
        .tables = view_tables(c, &b, keys),
        .tasks = view_tasks(c, &b)};
    return call_answer_fields(k, KEYDATE_BRIEF_VIEW, &v);
}

enum err_code keydates_csv(struct call *k)
{
    struct keydate_brief b;
    if (!read_brief(k, &b))
        return k->err.code;
    return sheet_answer(k, b.day, b.day + 1, "csv", keydate_brief_csv(&k->ctx, &b));
}

enum err_code keydates_xlsx(struct call *k)
{
    struct keydate_brief b;
    if (!read_brief(k, &b))
        return k->err.code;
    return sheet_answer(
        k, b.day, b.day + 1, "xlsx", keydate_brief_xlsx(&k->ctx, &b, sheet_address(k)));
}
