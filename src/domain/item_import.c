// Filing of history: what was over before it got here. The rest of filing is item_file.c's.

#include "domain/item_inner.h"
#include "domain/sealed.h"

static str done_states(struct arena *a, const struct def *d)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < d->n_states; i++)
        if (d->states[i].done || d->states[i].final)
            VEC_PUSH(a, keys, n) = d->states[i].key;
    return str_join(a, keys, n, S(", "));
}

static void check_state(struct ctx *c, const struct def *d, str key, struct err *e)
{
    int at = def_state_at(d, key);
    if (at < 0 || !(d->states[at].done || d->states[at].final))
        err_add(e, ERR_INVALID, S("state"), done_states(c->arena, d),
            "is not a state in which an item is over", "不是已办结的状态");
}

static void take_fields(
    struct ctx *c, const struct def *d, const struct item_in *in, struct item *it, struct err *e)
{
    for (size_t i = 0; i < in->n_fields; i++) {
        const struct item_field *g = &in->fields[i];
        int at = def_field_at(d, g->key);
        str path = str_fmt(c->arena, "fields.%.*s", STR_ARG(g->key));
        str v;
        if (at < 0)
            err_add(e, ERR_INVALID, path, (str){0}, "there is no such field", "没有这个栏目");
        else if (def_sealed(&d->fields[at])
                     ? str_trim(g->val).n > 0 && sealed_answer(c, it, &d->fields[at], g->key,
                                                     str_trim(g->val), &v, e, path)
                     : def_value(c->arena, &d->fields[at], g->val, &v, e, path) && v.n > 0)
            item_set_field(it, c->arena, g->key, v);
    }
}

void item_past_check(struct ctx *c, const struct def *d, const struct item_in *in,
    const struct item_past *past, struct item *it, struct err *e)
{
    if (!ctx_may(c, MAY_IMPORT, it->receiver))
        err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not import items", "您没有导入的权限");
    if (past->unit != 0 && !rules_unit(c->rules, past->unit))
        err_add(e, ERR_INVALID, S("unit"), (str){0}, "there is no such unit", "没有这个单位");
    else if (past->unit != 0)
        it->unit = past->unit;
    it->state = past->state;
    it->closed_us = past->closed_us ? past->closed_us : it->filed_us;
    check_state(c, d, past->state, e);
    if (it->closed_us < it->filed_us)
        err_add(e, ERR_INVALID, S("closed"), (str){0}, "lies before it was filed",
            "办结时间早于登记时间");
    if (it->closed_us > c->now_us && it->filed_us <= c->now_us)
        err_add(
            e, ERR_INVALID, S("closed"), (str){0}, "lies in the future", "办结时间不能晚于现在");
    take_fields(c, d, in, it, e);
}

void item_past_enter(struct ctx *c, const struct def *d, struct item *it)
{
    int64_t closed_us = it->closed_us;
    item_enter(c, d, it, def_state_at(d, it->state));
    it->closed_us = closed_us;
}

enum err_code item_import(struct ctx *c, const struct item_in *in, const struct item_past *past,
    struct item *out, struct err *e)
{
    struct item it;
    if (item_prepare(c, in, past, &it, e) != OK || item_place(c, in, past, &it, e) != OK)
        return e->code;
    *out = it;
    return OK;
}
