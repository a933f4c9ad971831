#include "api/suggest.h"

#include "api/members.h"
#include "api/place_view.h"
#include "domain/item_store.h"
#include "domain/route.h"

struct past_view {
    int64_t n, of, timed;
    double share, days;
    str filter;
};
struct ground_view {
    str kind, text;
};
struct assist_view {
    int64_t unit;
    str unit_name;
};
struct pick_view {
    int64_t unit;
    str unit_name, rule, confidence, text;
    bool automatic;
    struct strs chain;
    struct list assists, grounds;
    struct past_view past;
};
struct class_view {
    int64_t id;
    str code, name, by, words;
};
struct suggest_view {
    int64_t item, version;
    bool disagree;
    struct class_view cls;
    struct list places, suggestions;
};

static const struct field PAST_VIEW[] = {
    M(past_view, of, FIELD_I64, .help = "closed items of the class in the last twelve months"),
    M(past_view, n, FIELD_I64, .help = "of those by this unit"),
    M(past_view, share, FIELD_F64),
    M(past_view, timed, FIELD_I64, .help = "of how many of its last ones the days are"),
    M(past_view, days, FIELD_F64, .help = "plain days from filing to closing, on average"),
    M(past_view, filter, FIELD_STR, .help = "lists the n; empty when n is 0"),
    {0},
};
static const struct field GROUND_VIEW[] = {
    M(ground_view, kind, FIELD_STR, .options = "matter|place|rule|conflict|past|returned"),
    M(ground_view, text, FIELD_STR),
    {0},
};
static const struct field ASSIST_VIEW[] = {
    M(assist_view, unit, FIELD_I64),
    M(assist_view, unit_name, FIELD_STR),
    {0},
};
static const struct field PICK_VIEW[] = {
    M(pick_view, unit, FIELD_I64, .help = "the lead"),
    M(pick_view, unit_name, FIELD_STR),
    ROWS(pick_view, assists, ASSIST_VIEW, assist_view),
    M(pick_view, confidence, FIELD_STR, .options = "high|medium|low",
        .help = "low is for a person to judge, and never taken automatically"),
    M(pick_view, automatic, FIELD_BOOL, .help = "its rule dispatches by itself when high"),
    M(pick_view, rule, FIELD_STR, .help = "key of the route, or #3; empty: only former items"),
    M(pick_view, text, FIELD_STR,
        .help = "one sentence: 派给北虹居民区：飞线充电 → 安全隐患 → 所在居民区"),
    M(pick_view, chain, FIELD_STRS, .help = "the same in pieces"),
    ROWS(pick_view, grounds, GROUND_VIEW, ground_view),
    {"past", FIELD_OBJ, .at = offsetof(struct pick_view, past), .sub = PAST_VIEW},
    {0},
};
static const struct field CLASS_VIEW[] = {
    M(class_view, id, FIELD_I64, .help = "0: none"),
    M(class_view, code, FIELD_STR),
    M(class_view, name, FIELD_STR),
    M(class_view, by, FIELD_STR, .options = "given|words|none"),
    M(class_view, words, FIELD_STR, .help = "which words speak for it"),
    {0},
};
const struct field SUGGEST_VIEW[] = {
    M(suggest_view, item, FIELD_I64),
    M(suggest_view, version, FIELD_I64),
    {"class", FIELD_OBJ, .at = offsetof(struct suggest_view, cls), .sub = CLASS_VIEW},
    ROWS(suggest_view, places, PLACE_VIEW, place_view),
    M(suggest_view, disagree, FIELD_BOOL, .help = "rules of equal rank name different units"),
    ROWS(suggest_view, suggestions, PICK_VIEW, pick_view),
    {0},
};

static struct past_view view_past(
    struct ctx *c, const struct def *d, const struct route_advice *x, const struct route_pick *p)
{
    struct past_view v = {
        .n = p->past.n, .of = p->past.of, .timed = p->past.timed, .days = p->past.days};
    if (v.n == 0)
        return v;
    v.share = (double)v.n / (double)v.of;
    v.filter = route_past_filter(c->arena, d, x->cls, p);
    return v;
}

static struct pick_view view_pick(
    struct ctx *c, const struct def *d, const struct route_advice *x, const struct route_pick *p)
{
    struct assist_view *assists = NEW_ARRAY(c->arena, p->n_assists, struct assist_view);
    struct ground_view *grounds = NEW_ARRAY(c->arena, p->n_grounds, struct ground_view);
    for (size_t i = 0; i < p->n_assists; i++)
        assists[i] = (struct assist_view){p->assists[i]->id, p->assists[i]->name};
    for (size_t i = 0; i < p->n_grounds; i++)
        grounds[i] = (struct ground_view){str_of(p->grounds[i].kind), p->grounds[i].text};
    return (struct pick_view){.unit = p->unit->id,
        .unit_name = p->unit->name,
        .rule = p->rule ? route_rule_name(c->arena, p->rule, p->at) : (str){0},
        .confidence = str_of(route_trust_name(p->trust)),
        .automatic = p->rule && p->rule->auto_high,
        .text = p->text,
        .chain = {p->chain, p->n_chain},
        .assists = {assists, p->n_assists},
        .grounds = {grounds, p->n_grounds},
        .past = view_past(c, d, x, p)};
}

static struct class_view view_class(struct arena *a, const struct route_advice *x)
{
    if (!x->cls)
        return (struct class_view){.by = S("none")};
    return (struct class_view){.id = x->cls->id,
        .code = str_fmt(a, "%.*s/%.*s", STR_ARG(x->cls->scheme), STR_ARG(x->cls->code)),
        .name = x->cls->name,
        .by = x->cls_by_words ? S("words") : S("given"),
        .words = x->cls_words};
}

enum err_code suggest_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct item it;
    if (item_load(c, k->id, &it, &k->err) != OK)
        return k->err.code;
    if (!item_visible(c, &it))
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    const struct def *d = rules_def(c->rules, it.def);
    CHECK(d != NULL);
    struct route_advice x;
    route_advise(c, d, &it, &x);
    route_add_past(c, d, &x);
    route_put_back(c, &it, &x);
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    struct pick_view *rows = NEW_ARRAY(c->arena, x.n, struct pick_view);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = view_pick(c, d, &x, &x.picks[i]);
    struct suggest_view v = {.item = it.id,
        .version = it.version,
        .disagree = x.disagree,
        .cls = view_class(c->arena, &x),
        .places = place_views(c, x.places, x.n_places),
        .suggestions = {rows, x.n}};
    return call_answer_fields(k, SUGGEST_VIEW, &v);
}
