// Whose answers a part's step takes. The lead answers for the item; what an assisting unit, or one
// to whom a share was passed down, says of it stays with its part, under "part/2/solved".

#include "domain/item_inner.h"

str item_part_kept(struct arena *a, const struct item_part *part)
{
    return str_fmt(a, "part/%" PRId64 "/", part->id);
}

bool item_part_own(const struct item *it, const struct item_part *part)
{
    for (size_t i = 0; part && !part->lead && i < it->n_parts; i++)
        if (it->parts[i].lead)
            return true;
    return false;
}

str item_part_prefix(struct arena *a, const struct item *it, const struct item_part *part)
{
    return item_part_own(it, part) ? item_part_kept(a, part) : (str){0};
}

// What a return or an extension counts is the item's, and so is the moment of it.
bool item_stamps_part(const struct def_step *s)
{
    return s->on_part && s->stamp.n > 0 && s->does != DOES_RETURN && s->does != DOES_EXTEND &&
           s->does != DOES_URGE;
}

static bool asks(const struct def_ask *rows, size_t n, int field)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].field == field)
            return true;
    return false;
}

// Is it answered by the units?
static bool of_units(const struct def *d, int field)
{
    for (size_t i = 1; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        bool of = asks(s->asks, s->n_asks, field);
        for (size_t g = 0; g < s->n_stages; g++)
            of = of || asks(s->stages[g].asks, s->stages[g].n_asks, field);
        if (s->on_part && of)
            return true;
    }
    return false;
}

// What was said when it was filed is of the matter, and holds until the part says otherwise.
static bool filed_with(const struct def *d, int field)
{
    const struct def_field *f = &d->fields[field];
    return f->required || f->def.n > 0 || asks(d->steps[0].asks, d->steps[0].n_asks, field);
}

struct item item_as_part(
    struct ctx *c, const struct def *d, const struct item *it, const struct item_part *part)
{
    struct item seen = item_copy(c->arena, it);
    str prefix = item_part_prefix(c->arena, it, part);
    if (prefix.n == 0)
        return seen;
    for (size_t i = 0; i < d->n_fields; i++) {
        str key = d->fields[i].key;
        if (!of_units(d, (int)i))
            continue;
        str own = item_field(it, str_two(c->arena, prefix, key));
        if (own.n > 0 || !filed_with(d, (int)i))
            item_set_field(&seen, c->arena, key, own);
    }
    for (size_t i = 0; i < d->n_steps; i++) {
        str key = d->steps[i].stamp;
        if (item_stamps_part(&d->steps[i]))
            item_set_field(&seen, c->arena, key, item_field(it, str_two(c->arena, prefix, key)));
    }
    return seen;
}

void item_part_answers(struct ctx *c, const struct def *d, const struct def_step *s,
    struct item *it, const struct item_part *part, const struct step_in *in, bool check,
    struct err *e)
{
    str prefix = item_part_prefix(c->arena, it, part);
    if (prefix.n == 0) {
        item_answer(c, d, s, it, in->fields, in->n_fields, prefix, e);
        if (check)
            item_must(c, d, s, it, part, in, prefix, e);
        return;
    }
    struct item seen = item_as_part(c, d, it, part), before = seen;
    item_answer(c, d, s, &seen, in->fields, in->n_fields, (str){0}, e);
    if (check)
        item_must(c, d, s, &seen, part, in, (str){0}, e);
    for (size_t i = 0; i < s->n_asks; i++) {
        if (s->asks[i].field < 0)
            continue;
        str key = d->fields[s->asks[i].field].key, val = item_field(&seen, key);
        if (!str_eq(val, item_field(&before, key)))
            item_set_field(it, c->arena, str_two(c->arena, prefix, key), val);
    }
    it->sealed = seen.sealed;
    it->n_sealed = seen.n_sealed;
}
