// Answers: what a step asks, checked against the definition's fields.

#include <math.h>

#include "domain/attach.h"
#include "domain/formula.h"
#include "domain/item_inner.h"
#include "domain/item_refer.h"
#include "domain/sealed.h"
#include "domain/shape_field.h"

static const struct item_field *given_for(const struct item_field *given, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(given[i].key, key))
            return &given[i];
    return NULL;
}

static bool asked(const struct def *d, const struct def_step *s, str key)
{
    int at = def_field_at(d, key);
    for (size_t i = 0; at >= 0 && i < s->n_asks; i++)
        if (s->asks[i].field == at)
            return true;
    return false;
}

static str asked_keys(struct arena *a, const struct def *d, const struct def_step *s)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].field >= 0)
            VEC_PUSH(a, keys, n) = d->fields[s->asks[i].field].key;
    return str_join(a, keys, n, S(", "));
}

// The step's own field, or a field of the definition that filing requires or defaults.
static void take(struct ctx *c, struct item *it, const struct def_field *f, bool required,
    const struct item_field *g, str prefix, struct err *e)
{
    str path = str_fmt(c->arena, "fields.%.*s", STR_ARG(f->key));
    str key =
        prefix.n > 0 ? str_fmt(c->arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(f->key)) : f->key;
    str v = g ? str_trim(g->val) : (str){0};
    if (v.n == 0 && !g && f->def.n > 0 && item_field(it, key).n == 0)
        v = f->def;
    if (v.n == 0) {
        if (required && (g || item_field(it, key).n == 0))
            err_add(e, ERR_INVALID, path, (str){0}, "\"%.*s\" is required", "请填写“%.*s”",
                STR_ARG(f->title));
        else if (g)
            item_set_field(it, c->arena, key, (str){0});
        return;
    }
    str kept;
    bool ok = def_sealed(f)         ? sealed_answer(c, it, f, key, v, &kept, e, path)
              : f->type == DEF_FILE ? attach_named(c, it->id, v, &kept, e, path)
                                    : def_value(c->arena, f, v, &kept, e, path) &&
                                          item_refer(c, f, kept, &kept, e, path);
    if (ok)
        item_set_field(it, c->arena, key, kept);
}

void item_answer(struct ctx *c, const struct def *d, const struct def_step *s, struct item *it,
    const struct item_field *given, size_t n, str prefix, struct err *e)
{
    bool filing = s == &d->steps[0];
    for (size_t i = 0; i < n; i++) {
        int at = def_field_at(d, given[i].key);
        bool own = at >= 0 && (at == d->ahead.field || // kept by the engine: same.h, item_gather.h
                                  (d->gathers.any && at == d->gathers.count));
        bool computed = at >= 0 && d->fields[at].text.n > 0;
        own = own || computed;
        bool known = filing ? at >= 0 && !own : asked(d, s, given[i].key);
        if (!known)
            err_add(e, ERR_INVALID, str_fmt(c->arena, "fields.%.*s", STR_ARG(given[i].key)),
                asked_keys(c->arena, d, s), "this step does not ask for it", "这一步没有这个栏目");
    }
    for (size_t i = 0; filing && i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        const struct item_field *g = given_for(given, n, f->key);
        if (!asked(d, s, f->key) && (g || f->required || f->def.n > 0))
            take(c, it, f, f->required, g, prefix, e);
    }
    for (size_t i = 0; i < s->n_asks; i++) {
        if (s->asks[i].field < 0)
            continue;
        const struct def_field *f = &d->fields[s->asks[i].field];
        take(c, it, f, s->asks[i].required || (filing && f->required), given_for(given, n, f->key),
            prefix, e);
    }
    if (prefix.n == 0)
        item_compute(c, d, it); // what the step demands may be said of a sum
}

static void not_asked(struct err *e, str field)
{
    err_add(e, ERR_INVALID, field, (str){0}, "this step does not ask for it", "这一步没有这个栏目");
}

static void answer_name(
    const struct def_step *s, struct item *it, const struct step_in *in, struct err *e)
{
    const struct def_ask *ask = def_asks(s, DEF_ASK_NAME);
    str title = str_trim(in->title);
    if (!ask && title.n > 0)
        not_asked(e, S("name"));
    if (!ask || (title.n == 0 && !ask->required))
        return;
    item_check_title(e, S("name"), title);
    it->title = title;
}

static void answer_class(struct ctx *c, const struct def *d, const struct def_step *s,
    struct item *it, const struct step_in *in, struct err *e)
{
    const struct def_ask *ask = def_asks(s, DEF_ASK_CLASS);
    if (!ask && in->cls != 0)
        not_asked(e, S("class"));
    if (ask && ask->required && in->cls == 0 && it->cls == 0)
        err_add(e, ERR_INVALID, S("class"), (str){0}, "is required", "请选择分类");
    if (!ask || in->cls == 0)
        return;
    item_check_class(c, d, in->cls, e);
    it->cls = in->cls;
}

static void answer_unit(struct ctx *c, const struct def_step *s, struct item *it,
    const struct step_in *in, struct err *e)
{
    if (in->unit == 0 || in->unit == it->unit)
        return;
    if (!def_asks(s, DEF_ASK_UNIT)) {
        not_asked(e, S("unit"));
        return;
    }
    item_check_unit(c, true, in->unit, e);
    it->unit = in->unit;
}

static void answer_place(struct ctx *c, const struct def_step *s, struct item *it,
    const struct step_in *in, struct err *e)
{
    const struct def_ask *ask = def_asks(s, DEF_ASK_PLACE);
    const struct item_place *x = &in->place;
    bool some = in->has_place && (str_trim(x->address).n > 0 || x->lat != 0 || x->lon != 0);
    if (ask && ask->required && !some)
        err_add(e, ERR_INVALID, S("place"), S("{address, lat, lon}"),
            "an address or a point is required", "请填写地址或坐标");
    if (!ask && in->has_place)
        not_asked(e, S("place"));
    if (!ask || !in->has_place)
        return;
    item_check_place(c, "place.", x, e);
    it->address = str_trim(x->address);
    it->lat = x->lat;
    it->lon = x->lon;
    item_put_cells(c, it);
}

void item_answer_self(struct ctx *c, const struct def *d, const struct def_step *s, struct item *it,
    const struct step_in *in, struct err *e)
{
    answer_name(s, it, in, e);
    answer_class(c, d, s, it, in, e);
    answer_unit(c, s, it, in, e);
    answer_place(c, s, it, in, e);
}

// A shape stands in a formula for how large it is.
static double number_of(struct ctx *c, const struct item *it, const struct def_field *f)
{
    double v = NAN;
    str value = item_field(it, f->key);
    if (def_shape_measured(f))
        return shape_measure(c->arena, value);
    return str_f64(value, &v) ? v : NAN;
}

// What is computed of the numbers of the row; blank where one of them is.
void item_compute(struct ctx *c, const struct def *d, struct item *it)
{
    double *values = NULL;
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        if (!f->formula)
            continue;
        if (!values) {
            values = NEW_ARRAY(c->arena, d->n_fields, double);
            for (size_t k = 0; k < d->n_fields; k++)
                values[k] = number_of(c, it, &d->fields[k]);
        }
        double v;
        str text = {0};
        if (formula_value(f->formula, values, &v))
            text = str_fmt(c->arena, "%.*f", f->type == DEF_MONEY ? 2 : 6, v);
        struct err quiet;
        err_init(&quiet, c->arena, c->lang);
        if (text.n > 0 && !def_value(c->arena, f, text, &text, &quiet, S("")))
            text = (str){0};
        item_set_field(it, c->arena, f->key, text);
    }
}
