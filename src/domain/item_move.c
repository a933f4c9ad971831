#include "domain/item_move.h"

#include "domain/item_inner.h"
#include "domain/item_plan.h"
#include "domain/item_since.h"
#include "domain/sealed.h"

struct moving {
    struct ctx *c;
    const struct def *from, *to;
    const struct item_move *m;
    const struct item *before;
    struct item *it;
    struct item_moved *out;
    struct err *e;
};

static str renamed(const struct item_rename *map, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(map[i].from, key))
            return map[i].to;
    return key;
}

str item_move_state(const struct item_move *m, str key)
{
    return renamed(m->states, m->n_states, key);
}

static str state_keys(struct arena *a, const struct def_state *s, size_t n)
{
    str *keys = NULL;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(a, keys, k) = s[i].key;
    return str_join(a, keys, k, S(", "));
}

// A closed item is not opened by a change of rules, nor an open one closed.
static void move_state(struct moving *v)
{
    const struct def *d = v->to;
    str key = item_move_state(v->m, v->before->state);
    int at = def_state_at(d, key);
    v->out->state_to = key;
    if (at < 0) {
        err_add(v->e, ERR_INVALID, S("states"), state_keys(v->c->arena, d->states, d->n_states),
            "the new version has no state \"%.*s\": say which one it is now",
            "新版本没有状态“%.*s”，请写明对应哪个状态", STR_ARG(key));
        return;
    }
    const struct def_state *s = &d->states[at];
    bool closed = s->done || s->final, was = v->before->closed_us != 0;
    if (closed != was)
        err_add(v->e, ERR_INVALID, S("states"), (str){0},
            closed ? "\"%.*s\" is closed, the item is open"
                   : "\"%.*s\" is open, the item is closed",
            closed ? "“%.*s”是办结状态，事项还在办" : "“%.*s”是在办状态，事项已办结",
            STR_ARG(s->title));
    else
        item_enter(v->c, d, v->it, at);
}

static void move_parts(struct moving *v)
{
    const struct def *d = v->to;
    for (size_t i = 0; i < v->it->n_parts; i++) {
        struct item_part *p = &v->it->parts[i];
        str key = renamed(v->m->parts, v->m->n_parts, p->state);
        int at = def_part_state_at(d, key);
        bool open = item_part_open(p, v->from->part_states, v->from->n_part_states);
        if (at < 0) {
            err_add(v->e, ERR_INVALID, S("parts"),
                state_keys(v->c->arena, d->part_states, d->n_part_states),
                "the new version has no state \"%.*s\" of parts: say which one it is now",
                "新版本没有承办状态“%.*s”，请写明对应哪个状态", STR_ARG(key));
            return;
        }
        if (open == d->part_states[at].final) {
            err_add(v->e, ERR_INVALID, S("parts"), (str){0},
                open ? "\"%.*s\" is final, the part is open" : "\"%.*s\" is open, the part is over",
                open ? "“%.*s”是终止状态，承办还在办" : "“%.*s”是在办状态，承办已结束",
                STR_ARG(d->part_states[at].title));
            return;
        }
        p->state = d->part_states[at].key;
    }
}

static void tell_clocks(struct moving *v)
{
    struct arena *a = v->c->arena;
    for (size_t i = 0; i < v->it->n_clocks; i++) {
        const struct clock *is = &v->it->clocks[i];
        if (!clock_open(is))
            continue;
        if (i >= v->before->n_clocks) {
            VEC_PUSH(a, v->out->begun, v->out->n_begun) =
                (struct item_moved_begun){is->key, is->part, is->limit, is->runs[0].from_us,
                    is->due_us, is->due_us != 0 && is->due_us < v->c->now_us};
            continue;
        }
        const struct clock *was = &v->before->clocks[i];
        bool same = was->limit.n == is->limit.n && was->limit.unit == is->limit.unit &&
                    was->limit.day_end == is->limit.day_end && was->due_us == is->due_us;
        if (!same)
            VEC_PUSH(a, v->out->clocks, v->out->n_clocks) =
                (struct item_moved_clock){is->key, was->limit, is->limit, was->due_us, is->due_us};
    }
}

// Time used stays used. What the version does not know has no end any more: it is void. What it
// would have started before runs from then.
static enum err_code move_clocks(struct moving *v)
{
    struct arena *a = v->c->arena;
    for (size_t i = 0; i < v->it->n_clocks; i++) {
        struct clock *k = &v->it->clocks[i];
        if (!clock_open(k) || def_clock_at(v->to, k->key) >= 0)
            continue;
        clock_void(k, v->c->now_us);
        VEC_PUSH(a, v->out->gone, v->out->n_gone) = k->key;
        item_set_field(
            v->it, a, str_two(a, S("clock/"), k->key), item_clock_outcome(v->it, k->key));
    }
    item_clocks_relimit(v->c, v->to, v->it);
    if (item_since(v->c, v->from, v->to, v->m, v->it, v->e) != OK)
        return v->e->code;
    item_plan(v->c, v->to, v->it);
    tell_clocks(v);
    return OK;
}

// Text as it is kept can be read again, but for what is kept in another form, or by others.
static bool fits(struct moving *v, const struct def_field *f, str val)
{
    static const enum def_type READ_AGAIN[] = {
        DEF_TEXT, DEF_NUMBER, DEF_MONEY, DEF_CHOICE, DEF_DATE, DEF_YESNO};
    struct err quiet;
    str canonical;
    err_init(&quiet, v->c->arena, v->c->lang);
    for (size_t i = 0; i < ARRAY_LEN(READ_AGAIN); i++)
        if (f->type == READ_AGAIN[i])
            return def_value(v->c->arena, f, val, &canonical, &quiet, S(""));
    return true;
}

static void look_at_answers(struct moving *v)
{
    struct arena *a = v->c->arena;
    struct item_ask *asks;
    for (size_t i = 0; i < v->from->n_fields; i++) {
        const struct def_field *f = &v->from->fields[i];
        str val = item_field(v->before, f->key);
        int at = def_field_at(v->to, f->key);
        bool same = at >= 0 && v->to->fields[at].type == f->type;
        if (val.n > 0 && !(same && fits(v, &v->to->fields[at], val)))
            VEC_PUSH(a, v->out->unfit, v->out->n_unfit) = str_fmt(a, "%.*s=%.*s", STR_ARG(f->key),
                STR_ARG(utf8_head(def_sealed(f) ? sealed_shown(val) : val, 40)));
    }
    size_t n = item_asks(a, v->before, &asks);
    for (size_t i = 0; i < n; i++) {
        const struct def_step *s = def_step(v->to, asks[i].step);
        if (!s || (size_t)asks[i].stage >= s->n_stages)
            VEC_PUSH(a, v->out->dropped, v->out->n_dropped) = asks[i].step;
    }
}

// Guards aside: they may hold later.
static bool is_stuck(const struct moving *v)
{
    const struct def *d = v->to;
    const struct item *it = v->it;
    if (!it->open)
        return false;
    for (size_t i = 1; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        if (s->to < 0)
            continue;
        if (!s->on_part && item_step_leaves(d, s, it, NULL))
            return false;
        for (size_t p = 0; s->on_part && p < it->n_parts; p++)
            if (item_step_leaves(d, s, it, &it->parts[p]))
                return false;
    }
    return true;
}

enum err_code item_move_try(struct ctx *c, const struct def *to, const struct item_move *m,
    const struct item *before, struct item *it, struct item_moved *out, struct err *e)
{
    struct moving v = {c, rules_def(c->rules, before->def), to, m, before, it, out, e};
    CHECK(v.from != NULL);
    *it = item_copy(c->arena, before);
    *out = (struct item_moved){
        .no = before->no, .state_from = before->state, .due_from_us = before->due_us};
    if (!str_eq(to->loop, before->loop))
        return err_add(e, ERR_INVALID, S("def"), (str){0}, "is not a version of this item's loop",
            "不是这类事项的流程版本");
    int at = def_state_at(v.from, before->state);
    if (before->shelf == SHELF_GONE || (at >= 0 && v.from->states[at].final && !to->lasting))
        return err_add(
            e, ERR_INVALID, S("state"), (str){0}, "the item is over", "事项已终止，不再更换版本");
    it->def = to->id;
    look_at_answers(&v);
    move_parts(&v);
    move_state(&v);
    if (e->code != OK)
        return e->code;
    if (move_clocks(&v) != OK)
        return e->code;
    item_clocks_derive(c, to, it);
    out->due_to_us = it->due_us;
    out->stuck = is_stuck(&v);
    return OK;
}

enum err_code item_move(
    struct ctx *c, int64_t id, const struct item_move *m, struct item_moved *out, struct err *e)
{
    struct item before, it;
    *out = (struct item_moved){0};
    if (!ctx_may(c, MAY_MANAGE_DEFS, 0))
        return err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not move items between versions",
            "您没有更换流程版本的权限");
    if (item_load(c, id, &before, e) != OK)
        return e->code;
    const struct def *from = rules_def(c->rules, before.def), *to = rules_def(c->rules, m->def);
    if (!to || !from)
        return err_add(e, ERR_INVALID, S("def"), (str){0}, "is not a version of this item's loop",
            "不是这类事项的流程版本");
    if (to == from)
        return err_add(
            e, ERR_CONFLICT, S("def"), before.no, "is of this version already", "已经是这个版本");
    if (item_move_try(c, to, m, &before, &it, out, e) != OK)
        return e->code;
    struct event ev = {.what = S(ITEM_MOVED),
        .unit = it.unit,
        .note = str_fmt(c->arena, "%" PRId64 " → %" PRId64 "%s%.*s", from->version, to->version,
            m->note.n > 0 ? "，" : "", STR_ARG(m->note))};
    return item_commit(c, to, &before, &it, &ev, e);
}
