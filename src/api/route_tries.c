#include "api/route_tries.h"

#include "api/members.h"
#include "domain/route_try.h"

struct try_in {
    str loop, text;
    int64_t last;
};
const struct field ROUTE_TRY_IN[] = {
    {"loop", FIELD_STR, .at = offsetof(struct try_in, loop), .max = DEF_KEY_MAX,
        .help = "tries what is in force; or leave it out and give text"},
    {"text", FIELD_STR, .at = offsetof(struct try_in, text),
        .help = "YAML of a definition: tried beside what is in force"},
    {"last", FIELD_I64, .at = offsetof(struct try_in, last), .min = 1, .max = ROUTE_TRY_LAST_MAX,
        .help = "so many of the newest orders; 500 when left out"},
    {0},
};
const size_t ROUTE_TRY_IN_SIZE = sizeof(struct try_in);

struct count_view {
    int64_t hit, miss, conflict, none;
    struct strs orders;
};
struct rule_view {
    struct count_view count;
    str rule, when, because;
};
struct class_view {
    struct count_view count;
    str cls, name;
};
struct side_view {
    struct count_view count, high, medium, low;
    struct list rules, classes;
};
struct row_view {
    str no, became, was, was_end, was_rule, now, now_end, now_rule;
};
struct try_view {
    str loop, title;
    int64_t items, judged, changed, rows_all;
    bool compared;
    struct side_view was, now;
    struct list rows;
};

#define COUNT(type, member, ...)                                                                   \
    {                                                                                              \
#member, FIELD_OBJ, .at = offsetof(struct type, member), .sub = COUNT_VIEW, ##__VA_ARGS__  \
    }

static const struct field COUNT_VIEW[] = {
    M(count_view, hit, FIELD_I64, .help = "the first suggestion is the unit it went to"),
    M(count_view, miss, FIELD_I64, .help = "it is another unit"),
    M(count_view, conflict, FIELD_I64, .help = "rules of equal rank disagree"),
    M(count_view, none, FIELD_I64, .help = "nothing is suggested"),
    M(count_view, orders, FIELD_STRS, .help = "numbers of those that are no hit, the first 20"),
    {0},
};
static const struct field RULE_VIEW[] = {
    M(rule_view, rule, FIELD_STR),
    M(rule_view, when, FIELD_STR),
    M(rule_view, because, FIELD_STR),
    COUNT(rule_view, count),
    {0},
};
static const struct field CLASS_VIEW[] = {
    {"class", FIELD_STR, .at = offsetof(struct class_view, cls), .help = "empty: none"},
    M(class_view, name, FIELD_STR),
    COUNT(class_view, count),
    {0},
};
static const struct field SIDE_VIEW[] = {
    COUNT(side_view, count),
    COUNT(side_view, high, .help = "of high confidence"),
    COUNT(side_view, medium),
    COUNT(side_view, low),
    ROWS(side_view, rules, RULE_VIEW, rule_view),
    ROWS(side_view, classes, CLASS_VIEW, class_view),
    {0},
};
static const struct field ROW_VIEW_[] = {
    M(row_view, no, FIELD_STR),
    M(row_view, became, FIELD_STR, .help = "the unit it went to"),
    M(row_view, was, FIELD_STR, .help = "what is suggested now; empty: nothing"),
    M(row_view, was_end, FIELD_STR, .options = "hit|miss|conflict|none"),
    M(row_view, was_rule, FIELD_STR),
    M(row_view, now, FIELD_STR, .help = "what the text would suggest"),
    M(row_view, now_end, FIELD_STR, .options = "hit|miss|conflict|none"),
    M(row_view, now_rule, FIELD_STR),
    {0},
};
const struct field ROUTE_TRY_OUT[] = {
    M(try_view, loop, FIELD_STR),
    M(try_view, title, FIELD_STR),
    M(try_view, items, FIELD_I64, .help = "looked at"),
    M(try_view, judged, FIELD_I64, .help = "of those, dispatched or closed"),
    M(try_view, compared, FIELD_BOOL, .help = "was and now differ; else was is empty"),
    M(try_view, changed, FIELD_I64, .help = "another suggestion, or another end"),
    {"was", FIELD_OBJ, .at = offsetof(struct try_view, was), .sub = SIDE_VIEW},
    {"now", FIELD_OBJ, .at = offsetof(struct try_view, now), .sub = SIDE_VIEW},
    M(try_view, rows_all, FIELD_I64,
        .help = "orders that differ, of which the first 1000 are listed"),
    {"rows", FIELD_LIST, .at = offsetof(struct try_view, rows), .sub = ROW_VIEW_,
        .size = sizeof(struct row_view)},
    {0},
};

static struct count_view view_count(const struct route_try_count *k)
{
    return (struct count_view){k->n[TRY_HIT], k->n[TRY_MISS], k->n[TRY_CONFLICT], k->n[TRY_NONE],
        {k->orders, k->n_orders}};
}

static struct side_view view_side(struct arena *a, const struct route_try_side *s)
{
    struct rule_view *rules = NEW_ARRAY(a, s->n_rules, struct rule_view);
    struct class_view *classes = NEW_ARRAY(a, s->n_classes, struct class_view);
    for (size_t i = 0; i < s->n_rules; i++)
        rules[i] = (struct rule_view){view_count(&s->rules[i].count), s->rules[i].name,
            s->rules[i].when, s->rules[i].because};
    for (size_t i = 0; i < s->n_classes; i++) {
        const struct class_ *k = s->classes[i].cls;
        classes[i] = (struct class_view){.count = view_count(&s->classes[i].count)};
        if (!k)
            continue;
        classes[i].cls = str_fmt(a, "%.*s/%.*s", STR_ARG(k->scheme), STR_ARG(k->code));
        classes[i].name = k->name;
    }
    return (struct side_view){.count = view_count(&s->all),
        .high = view_count(&s->by_trust[ROUTE_HIGH]),
        .medium = view_count(&s->by_trust[ROUTE_MEDIUM]),
        .low = view_count(&s->by_trust[ROUTE_LOW]),
        .rules = {rules, s->n_rules},
        .classes = {classes, s->n_classes}};
}

static str name_of(const struct unit *u)
{
    return u ? u->name : (str){0};
}

static struct list view_rows(struct arena *a, const struct route_try *t, bool compared)
{
    struct row_view *rows = NEW_ARRAY(a, t->n_rows, struct row_view);
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct route_try_row *r = &t->rows[i];
        rows[i] = (struct row_view){.no = r->no,
            .became = name_of(r->became),
            .was = name_of(r->was),
            .was_end = compared ? str_of(route_try_end_name(r->was_end)) : (str){0},
            .was_rule = r->was_rule,
            .now = name_of(r->now),
            .now_end = str_of(route_try_end_name(r->now_end)),
            .now_rule = r->now_rule};
    }
    return (struct list){rows, t->n_rows};
}

static enum err_code run(struct call *k, struct try_view *v)
{
    const struct try_in *in = k->in;
    struct ctx *c = &k->ctx;
    const struct def *now, *was = NULL;
    const struct loop *l = in->loop.n > 0 ? rules_loop(c->rules, in->loop) : NULL;
    struct route_try t;
    enum { LAST = 500 };
    if ((in->loop.n > 0) == (in->text.n > 0))
        return err_add(&k->err, ERR_INVALID, S("loop"), S("loop | text"), "give a loop or a text",
            "请给出流程或定义文本，二者取一");
    if (in->loop.n > 0 && (!l || !l->now))
        return err_add(
            &k->err, ERR_INVALID, S("loop"), (str){0}, "there is no such loop", "没有这种事项类型");
    now = l ? l->now : route_try_def(c, in->text, &k->err);
    if (!now)
        return k->err.code;
    const struct loop *before = l ? NULL : rules_loop(c->rules, now->loop);
    was = before ? before->now : NULL;
    if (route_try_run(c, was, now, in->last ? in->last : LAST, &t, NULL, NULL, &k->err) != OK)
        return k->err.code;
    *v = (struct try_view){.loop = now->loop,
        .title = now->title,
        .items = t.items,
        .judged = t.judged,
        .compared = was != NULL,
        .changed = t.changed,
        .was = view_side(c->arena, &t.was),
        .now = view_side(c->arena, &t.now),
        .rows_all = (int64_t)t.all_rows,
        .rows = view_rows(c->arena, &t, was != NULL)};
    return OK;
}

// All of it is reading, on the loop; there is nothing for the writer to do.
enum err_code route_tries_check(struct call *k)
{
    struct try_view *v = NEW(k->ctx.arena, struct try_view);
    k->state = v;
    return run(k, v);
}

enum err_code route_tries_apply(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    (void)k;
    (void)c;
    (void)e;
    *result = 0;
    return OK;
}

enum err_code route_tries_answer(struct call *k)
{
    struct try_view again; // of a repeat nothing is kept: it is tried anew
    if (!k->state && run(k, &again) != OK)
        return k->err.code;
    return call_answer_fields(k, ROUTE_TRY_OUT, k->state ? k->state : &again);
}
