#include "domain/route_try.h"

#include "domain/def_supervision.h"

#include <stdlib.h>
#include "domain/def_supervision.h"
#include "domain/item_store.h"
#include "domain/publish.h"

const char *route_try_end_name(enum route_try_end end)
{
    static const char *const NAMES[TRY_ENDS] = {"hit", "miss", "conflict", "none"};
    return NAMES[end];
}

struct def *route_try_def(struct ctx *c, str text, struct err *e)
{
    struct published out;
    struct err sub;
    struct def *d;
    err_init(&sub, e->arena, e->lang);
    if (def_publish(c, S("loop"), text, true, &out, &sub) != OK && sub.code != ERR_CONFLICT) {
        err_merge(e, &sub, (str){0}); // what is in force already may be tried as well
        return NULL;
    }
    if (def_parse_with(c->arena, text, c->rules->supervision, &d, e) != OK)
        return NULL;
    struct rules copy = *c->rules; // its filters go into this arena, not into the snapshot's
    copy.arena = c->arena;
    rules_compile_def(&copy, d, e);
    return e->code == OK ? d : NULL;
}

struct trying {
    struct ctx *c;   // of the whole run
    struct ctx item; // its arena dies with the item
    const struct def *was, *now;
    struct route_try *out;
};
// What one side says of one order.
struct said {
    enum route_try_end end;
    const struct unit *unit;
    const struct def_route *rule;
    size_t at;
    enum route_trust trust;
};

// Whose it became: who has or had it in the end; nobody's while it waits at its receiver.
static const struct unit *became(const struct ctx *c, const struct item *it)
{
    bool waits = it->open && it->unit == it->receiver;
    return waits ? NULL : rules_unit(c->rules, it->unit);
}

static struct said ask(
    struct trying *t, const struct def *d, const struct item *it, const struct unit *unit)
{
    struct route_advice advice;
    route_advise(&t->item, d, it, &advice);
    if (advice.n == 0)
        return (struct said){.end = TRY_NONE};
    const struct route_pick *p = &advice.picks[0];
    struct said x = {
        .end = TRY_CONFLICT, .unit = p->unit, .rule = p->rule, .at = p->at, .trust = p->trust};
    if (!advice.disagree)
        x.end = p->unit == unit ? TRY_HIT : TRY_MISS;
    return x;
}

static void count(struct trying *t, struct route_try_count *k, enum route_try_end end, str no)
{
    k->n[end]++;
    if (end != TRY_HIT && k->n_orders < ROUTE_TRY_ORDERS_KEPT)
        VEC_PUSH(t->c->arena, k->orders, k->n_orders) = str_dup(t->c->arena, no);
}

static struct route_try_class *class_of(
    struct trying *t, struct route_try_side *side, const struct class_ *cls)
{
    for (size_t i = 0; i < side->n_classes; i++)
        if (side->classes[i].cls == cls)
            return &side->classes[i];
    VEC_PUSH(t->c->arena, side->classes, side->n_classes) = (struct route_try_class){.cls = cls};
    return &side->classes[side->n_classes - 1];
}

static void note(
    struct trying *t, struct route_try_side *side, const struct said *x, const struct item *it)
{
    count(t, &side->all, x->end, it->no);
    count(t, &class_of(t, side, it->cls ? rules_class(t->c->rules, it->cls) : NULL)->count, x->end,
        it->no);
    if (x->end == TRY_NONE)
        return;
    count(t, &side->rules[x->at].count, x->end, it->no);
    count(t, &side->by_trust[x->trust], x->end, it->no);
}

static str rule_name(struct trying *t, const struct said *x)
{
    return x->rule ? str_dup(t->c->arena, route_rule_name(t->item.arena, x->rule, x->at))
                   : (str){0};
}

static void keep_row(struct trying *t, const struct item *it, const struct unit *unit,
    const struct said *was, const struct said *now)
{
    struct route_try *out = t->out;
    out->all_rows++;
    if (out->n_rows == ROUTE_TRY_ROWS_KEPT)
        return;
    struct route_try_row row = {.no = str_dup(t->c->arena, it->no),
        .became = unit,
        .now = now->unit,
        .now_end = now->end,
        .now_rule = rule_name(t, now)};
    if (was) {
        row.was = was->unit;
        row.was_end = was->end;
        row.was_rule = rule_name(t, was);
    }
    VEC_PUSH(t->c->arena, out->rows, out->n_rows) = row;
}

static enum err_code try_item(struct trying *t, int64_t id, struct err *e)
{
    struct item it;
    if (item_load(&t->item, id, &it, e) != OK)
        return e->code;
    const struct unit *unit = became(t->c, &it);
    t->out->items++;
    if (!unit)
        return OK;
    t->out->judged++;
    struct said now = ask(t, t->now, &it, unit), was = {0};
    note(t, &t->out->now, &now, &it);
    if (t->was) {
        was = ask(t, t->was, &it, unit);
        note(t, &t->out->was, &was, &it);
    }
    bool changed = t->was && (was.unit != now.unit || was.end != now.end);
    t->out->changed += changed;
    if (changed || (!t->was && (now.end == TRY_MISS || now.end == TRY_CONFLICT)))
        keep_row(t, &it, unit, t->was ? &was : NULL, &now);
    return OK;
}

static void begin_side(struct trying *t, struct route_try_side *side, const struct def *d)
{
    side->n_rules = d->n_routes;
    side->rules = NEW_ARRAY(t->c->arena, d->n_routes, struct route_try_rule);
    for (size_t i = 0; i < d->n_routes; i++)
        side->rules[i] =
            (struct route_try_rule){.name = route_rule_name(t->c->arena, &d->routes[i], i),
                .when = d->routes[i].when,
                .because = d->routes[i].because};
}

static int64_t sum(const struct route_try_count *k)
{
    int64_t n = 0;
    for (int i = 0; i < TRY_ENDS; i++)
        n += k->n[i];
    return n;
}

static int most_first(const void *a, const void *b)
{
    const struct route_try_class *x = a, *y = b;
    int64_t n = sum(&x->count), m = sum(&y->count);
    if (n != m)
        return n > m ? -1 : 1;
    if (!x->cls || !y->cls)
        return x->cls ? -1 : y->cls != NULL;
    return str_cmp(x->cls->code, y->cls->code);
}

static void end_side(struct route_try_side *side)
{
    if (side->n_classes > 0)
        qsort(side->classes, side->n_classes, sizeof(*side->classes), most_first);
}

enum err_code route_try_run(struct ctx *c, const struct def *was, const struct def *now,
    int64_t last, struct route_try *out, void (*progress)(void *arg, int64_t done, int64_t total),
    void *arg, struct err *e)
{
    struct trying t = {.c = c, .item = *c, .was = was, .now = now, .out = out};
    *out = (struct route_try){0};
    begin_side(&t, &out->now, now);
    if (was)
        begin_side(&t, &out->was, was);
    size_t n;
    int64_t *ids = item_newest(c, now->loop, last, &n);
    t.item.arena = arena_new();
    enum err_code code = db_status(c->db, e);
    for (size_t i = 0; i < n && code == OK; i++) {
        code = try_item(&t, ids[i], e);
        if (progress)
            progress(arg, (int64_t)i + 1, (int64_t)n);
        arena_reset(t.item.arena);
    }
    arena_free(t.item.arena);
    end_side(&out->was);
    end_side(&out->now);
    return code;
}
