// A step that files another item beside its own: a child of the same loop as a person tells it, or
// an item of another loop with what the definition gives it.
#include "domain/def_place.h"
#include "domain/item_child.h"
#include "domain/sealed.h"

// What a part of an order has from the whole, unless somebody said otherwise.
static void as_the_parent(const struct turn *t, struct item_in *in)
{
    in->loop = t->it->loop;
    if (in->cls <= 0)
        in->cls = t->it->cls;
    if (in->n_fields > 0)
        return;
    const struct item_field base[] = {
        {S("channel"), t->it->channel}, {S("kind"), t->it->kind}, {S("priority"), t->it->priority}};
    for (size_t i = 0; i < ARRAY_LEN(base); i++)
        if (base[i].val.n > 0)
            VEC_PUSH(t->c->arena, in->fields, in->n_fields) = base[i];
}

// It lies where the item lies, and whoever may take the step may file it. Where nobody is
// dispatched it stays with the unit whose step it was: no later step could bring it there.
static void as_said(const struct turn *t, struct item_in *in, struct err *e)
{
    const struct def_step *s = t->step;
    const struct loop *l = rules_loop(t->c->rules, s->child_loop);
    in->loop = s->child_loop;
    in->by_step = true;
    if (l && l->now && l->now->n_part_states == 0)
        in->unit = t->it->unit;
    in->address = t->it->address;
    in->lat = t->it->lat;
    in->lon = t->it->lon;
    for (size_t i = 0; i < s->n_fill; i++) {
        const struct def_fill *x = &s->fill[i];
        str val = x->from >= 0 ? item_field(t->it, t->d->fields[x->from].key) : x->val;
        // What it has of a person it gives on as it is; the new item seals it anew.
        if (x->from >= 0 && def_sealed(&t->d->fields[x->from]) && val.n > 0 &&
            !sealed_clear(t->c, t->it, val, &val, e))
            return;
        if (val.n > 0)
            VEC_PUSH(t->c->arena, in->fields, in->n_fields) = (struct item_field){x->field, val};
    }
}

void item_child_file(struct turn *t, struct err *e)
{
    struct item_in in = t->in->child;
    struct item child;
    in.parent = t->it->id;
    if (t->step->child_loop.n > 0)
        as_said(t, &in, e);
    else
        as_the_parent(t, &in);
    struct err sub;
    err_init(&sub, t->c->arena, t->c->lang);
    if (e->code != OK)
        return;
    if (item_file(t->c, &in, &child, &sub) != OK) {
        err_merge(e, &sub, S("child."));
        return;
    }
    t->extra = str_fmt(t->c->arena, "\"child\":\"%.*s\"", STR_ARG(child.no));
}

// ---- when it is published

struct child {
    struct arena *a;
    const struct def *d, *of; // the step's, and the one whose items it files
    const struct def_step *step;
    str path;
    struct err *e;
};

static bool has_options(const struct def_field *to, const struct def_field *from)
{
    bool all = true;
    for (size_t i = 0; all && i < from->n_options; i++) {
        bool has = false;
        for (size_t k = 0; k < to->n_options; k++)
            has = has || str_eq(to->options[k], from->options[i]);
        all = has;
    }
    return all;
}

// Any answer of the one is an answer to the other: a text takes all but personal data, which only a
// field of their own type seals anew.
static bool takes(const struct def_field *to, const struct def_field *from)
{
    bool words = !def_sealed(from) && from->type != DEF_GEOMETRY && from->type != DEF_FILE;
    if (to->type == DEF_TEXT && words)
        return true;
    if (to->type != from->type || to->type == DEF_FILE) // a file stays with its item
        return false;
    if (to->type == DEF_CLASS)
        return str_eq(to->scheme, from->scheme);
    if (to->type == DEF_GEOMETRY)
        return to->shape == DEF_NONE || to->shape == from->shape;
    if (to->type == DEF_REF)
        return str_eq(to->to, from->to);
    return to->type != DEF_CHOICE || has_options(to, from);
}

static void check_fill(const struct child *k, const struct def_fill *x)
{
    int at = def_field_at(k->of, x->field);
    if (at < 0) {
        str *keys = NEW_ARRAY(k->a, k->of->n_fields, str);
        for (size_t i = 0; i < k->of->n_fields; i++)
            keys[i] = k->of->fields[i].key;
        def_place_unknown(
            k->e, k->d->text, k->path, x->field, "field", "字段", keys, k->of->n_fields);
        return;
    }
    const struct def_field *f = &k->of->fields[at];
    struct err inner;
    err_init(&inner, k->a, k->e->lang);
    str canonical;
    bool good = x->from >= 0 ? takes(f, &k->d->fields[x->from])
                : def_sealed(f) || f->type == DEF_FILE
                    ? false // no definition says who somebody is
                    : def_value(k->a, f, x->val, &canonical, &inner, S(""));
    if (f->text.n > 0 || !good)
        def_err(k->e, k->d->text, k->path, x->val, (str){0},
            "\"%.*s\" of the item it files does not take this", "所登记事项的“%.*s”填不了这个值",
            STR_ARG(f->title));
}

static bool gives(const struct def_step *s, str field)
{
    for (size_t i = 0; i < s->n_fill; i++)
        if (str_eq(s->fill[i].field, field))
            return true;
    return false;
}

// Whoever takes the step is asked only what his own step asks.
static void check_filing(const struct child *k)
{
    const struct def_step *s = &k->of->steps[0];
    for (size_t i = 0; i < k->of->n_fields; i++) {
        const struct def_field *f = &k->of->fields[i];
        bool must = f->required;
        for (size_t j = 0; j < s->n_asks; j++)
            must = must || (s->asks[j].required && s->asks[j].field == (int)i);
        if (must && f->def.n == 0 && !gives(k->step, f->key))
            def_err(k->e, k->d->text, k->path, (str){0},
                str_fmt(k->a, "fill: {%.*s: ...}", STR_ARG(f->key)),
                "the item it files must have \"%.*s\"", "所登记的事项要有“%.*s”，这里没有写",
                STR_ARG(f->title));
    }
}

// The definition whose items it files: this one, as it will be, or the present one of another loop.
static const struct def *filed_by(const struct rules *r, const struct def *d, str loop)
{
    const struct loop *l = rules_loop(r, loop);
    if (str_eq(loop, d->loop))
        return d;
    return l && !loop_lasts(l) ? l->now : NULL;
}

void item_child_check(struct arena *a, const struct rules *r, const struct def *d, struct err *e)
{
    for (size_t i = 0; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        if (s->child_loop.n == 0)
            continue;
        const struct def *of = filed_by(r, d, s->child_loop);
        if (!of) {
            rules_no_loop(r, d, str_fmt(a, "steps[%zu].loop", i), s->child_loop, false, e);
            continue;
        }
        const struct child k = {.a = a,
            .d = d,
            .of = of,
            .step = s,
            .path = str_fmt(a, "steps[%zu].%s", i, s->n_fill > 0 ? "fill" : "loop"),
            .e = e};
        for (size_t x = 0; x < s->n_fill; x++)
            check_fill(&k, &s->fill[x]);
        check_filing(&k);
    }
}
