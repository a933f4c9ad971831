#include "domain/item_clash.h"

#include "domain/item_inner.h"

static bool decides(const struct def *d, str key)
{
    int at = def_field_at(d, key);
    return at >= 0 && (at == d->clashes.from || at == d->clashes.to || at == d->clashes.same);
}

// Half a form: what is no value yet is none.
static void take(struct ctx *c, const struct def *d, const struct clash_in *in, struct item *it)
{
    struct item_field *some = NEW_ARRAY(c->arena, in->n_fields, struct item_field);
    struct err quiet;
    size_t n = 0;
    err_init(&quiet, c->arena, c->lang);
    for (size_t i = 0; i < in->n_fields; i++)
        if (decides(d, in->fields[i].key))
            some[n++] = in->fields[i];
    item_answer(c, d, &d->steps[0], it, some, n, (str){0}, &quiet);
    if (in->lat != 0 || in->lon != 0) {
        it->lat = in->lat;
        it->lon = in->lon;
    }
}

static bool knows(const struct def *d, const struct item *it)
{
    const struct def_near *x = &d->clashes;
    bool row = x->same >= 0 && item_field(it, d->fields[x->same].key).n > 0;
    bool point = x->within > 0 && (it->lat != 0 || it->lon != 0);
    return (row || point) && item_field(it, d->fields[x->from].key).n > 0 &&
           item_field(it, d->fields[x->to].key).n > 0;
}

static enum err_code load(struct ctx *c, const struct clash_in *in, struct item *it, struct err *e)
{
    *it = (struct item){.loop = in->loop, .filed_us = c->now_us};
    if (in->item == 0)
        return OK;
    struct item was;
    if (item_load(c, in->item, &was, e) != OK)
        return e->code;
    if (!item_visible(c, &was))
        return err_add(
            e, ERR_MISSING, S("item"), (str){0}, "there is no such item", "没有这个事项");
    *it = item_copy(c->arena, &was);
    return OK;
}

enum err_code item_clashes(
    struct ctx *c, const struct clash_in *in, struct list_out *out, struct err *e)
{
    struct item it;
    *out = (struct list_out){0};
    if (load(c, in, &it, e) != OK)
        return e->code;
    const struct loop *l = rules_loop(c->rules, it.loop);
    if (!l || !l->now)
        return err_add(
            e, ERR_INVALID, S("loop"), (str){0}, "there is no such loop", "没有这个流程");
    if (!l->now->clashes.said)
        return OK;
    take(c, l->now, in, &it);
    if (!knows(l->now, &it))
        return db_status(c->db, e);
    struct list_in ask = {.filter = filter_clashing(c->arena, c->rules, &it, e),
        .sort = SORT_FILED_DOWN,
        .limit = CLASH_SHOWN_MAX,
        .count = true};
    return e->code == OK ? item_list(c, &ask, out, e) : e->code;
}
