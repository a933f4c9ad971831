// Filing what a rule asks for, in the name of the system.
#include "domain/cadence_inner.h"
#include "domain/item_step.h"

static const struct def_cadence *rule_named(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_cadences; i++)
        if (str_eq(d->cadences[i].key, key))
            return &d->cadences[i];
    return NULL;
}

static void give(struct ctx *c, const struct def *d, int field, str val, struct item_in *in)
{
    if (field >= 0 && val.n > 0)
        VEC_PUSH(c->arena, in->fields, in->n_fields) =
            (struct item_field){d->fields[field].key, val};
}

// What the history says of it: the rule, its days, what was missed, why it comes first.
static str said(struct arena *a, const struct cadence *k, const struct cadence_due *due)
{
    str text = str_fmt(a, "%.*s：%.*s 至 %.*s", STR_ARG(k->x->title),
        STR_ARG(tm_date(a, due->period.from)), STR_ARG(tm_date(a, due->period.to - 1)));
    if (due->missed > 0)
        text = str_fmt(a, "%.*s；此前 %" PRId64 " 期没有登记", STR_ARG(text), due->missed);
    if (due->because.n > 0)
        text = str_fmt(a, "%.*s；先办：%.*s", STR_ARG(text), STR_ARG(due->because));
    return text;
}

// Where the row is, is where the item is.
static void take_place(struct ctx *c, int64_t row, struct item_in *in)
{
    struct cursor r =
        db_rows(c->db, "SELECT address, lat, lon FROM item_doc WHERE town = ?1 AND id = ?2",
            V(c->rules->town), V(row));
    if (!db_next(&r))
        return;
    in->address = db_dup(&r, 0, c->arena);
    in->lat = db_f64(&r, 1);
    in->lon = db_f64(&r, 2);
    db_done(&r);
}

static enum err_code file_due(struct ctx *c, const struct cadence *k, const struct cadence_due *due,
    struct item *out, struct err *e)
{
    const struct def *d = k->def;
    struct item_in in = {.loop = d->loop,
        .title = due->title,
        .text = k->x->why,
        .unit = d->n_part_states == 0 ? due->unit : 0,
        .by_rule = true,
        .note = said(c->arena, k, due)};
    take_place(c, due->row, &in);
    give(c, d, k->x->field, due->no, &in);
    give(c, d, k->x->until, tm_date(c->arena, due->period.to - 1), &in);
    give(c, d, k->x->reason, due->because, &in);
    for (size_t i = 0; i < k->x->n_fill; i++)
        give(c, d, k->x->fill[i].field, k->x->fill[i].val, &in);
    if (item_file(c, &in, out, e) != OK)
        return e->code;
    int64_t written = db_change(c->db,
        "INSERT INTO cadence (town, loop, rule, row, from_day, to_day, item)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        V(c->rules->town), V(d->loop), V(k->x->key), V(due->row), V(due->period.from),
        V(due->period.to), V(out->id));
    if (db_status(c->db, e) == OK && written != 1)
        err_add(e, ERR_CONFLICT, k->x->key, due->no, "it was filed meanwhile", "刚刚已经登记");
    return e->code;
}

enum err_code cadence_file(
    struct ctx *c, str loop, str rule, int64_t row, struct item *out, struct err *e)
{
    const struct loop *l = rules_loop(c->rules, loop);
    const struct def_cadence *x = l && l->now ? rule_named(l->now, rule) : NULL;
    struct cadence k;
    struct cadence_due due;
    *out = (struct item){0};
    if (!x)
        return OK; // it was taken out of the definition meanwhile
    CHECK(c->actor == NULL);
    if (cadence_open(c->arena, c->rules, l->now, x, &k, e) != OK)
        return e->code;
    int64_t day = tm_local_day(c->now_us, c->rules->zone_s);
    if (!cadence_plan(c, &k, day, row, &due, e))
        return e->code != OK ? e->code : db_status(c->db, e);
    return file_due(c, &k, &due, out, e);
}
