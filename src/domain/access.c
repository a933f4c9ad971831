#include "domain/access.h"

static bool holds(const struct role *role, enum right r)
{
    return role->mask >> r & 1;
}

size_t access_rights(struct arena *a, const struct person *p, struct access_right **out)
{
    size_t n = 0;
    *out = NULL;
    for (int r = 0; r < RIGHT_COUNT; r++)
        for (size_t i = 0; i < p->n; i++)
            if (holds(p->grants[i].role, (enum right)r))
                VEC_PUSH(a, *out, n) =
                    (struct access_right){(enum right)r, p->grants[i].role, p->grants[i].unit};
    return n;
}

static void add(const struct ctx *c, const struct person *p, enum access_how how, int64_t unit,
    struct access_reason **out, size_t *n)
{
    const struct unit *u = rules_unit(c->rules, unit);
    for (size_t i = 0; u && i < p->n; i++)
        if (holds(p->grants[i].role, MAY_READ_ITEMS) && unit_below(u, p->grants[i].unit))
            VEC_PUSH(c->arena, *out, *n) =
                (struct access_reason){how, u, p->grants[i].role, p->grants[i].unit};
}

size_t access_reasons(
    const struct ctx *c, const struct person *p, const struct item *it, struct access_reason **out)
{
    size_t n = 0;
    *out = NULL;
    if (!p->active)
        return 0;
    add(c, p, ACCESS_IN_CHARGE, it->unit, out, &n);
    if (it->receiver != it->unit)
        add(c, p, ACCESS_RECEIVER, it->receiver, out, &n);
    for (size_t i = 0; i < it->n_parts; i++)
        if (it->parts[i].unit != it->unit && it->parts[i].unit != it->receiver)
            add(c, p, ACCESS_PART, it->parts[i].unit, out, &n);
    return n;
}
