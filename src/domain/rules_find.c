// Looking things up in a snapshot. Building one is rules.c.

#include "domain/rules.h"

enum { UNIT_DEPTH_MAX = 64 };

const struct unit *rules_unit(const struct rules *r, int64_t id)
{
    return imap_get(&r->unit_by_id, id);
}

const struct unit_past *rules_unit_past(const struct rules *r, int64_t unit, int64_t at_us)
{
    size_t lo = 0, hi = r->n_pasts;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct unit_past *p = &r->pasts[mid];
        if (p->unit < unit || (p->unit == unit && p->until_us <= at_us))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < r->n_pasts && r->pasts[lo].unit == unit ? &r->pasts[lo] : NULL;
}

const struct unit *rules_unit_named(const struct rules *r, str name)
{
    const struct unit *u = map_get(&r->unit_by_code, name);
    return u != NULL ? u : map_get(&r->unit_by_name, name);
}

const struct class_ *rules_class(const struct rules *r, int64_t id)
{
    return imap_get(&r->class_by_id, id);
}

const struct class_ *rules_class_named(const struct rules *r, str name)
{
    const struct class_ *found = map_get(&r->class_by_code, name);
    if (found != NULL)
        return found;
    for (size_t i = 0; i < r->n_classes; i++) {
        if (!str_eq(r->classes[i].name, name))
            continue;
        if (found != NULL)
            return NULL; // not unique
        found = &r->classes[i];
    }
    return found;
}

str rules_class_says(const struct rules *r, int64_t cls, enum class_say say)
{
    const struct class_ *k = rules_class(r, cls);
    while (k != NULL && k->says[say].n == 0)
        k = rules_class(r, k->parent);
    return k != NULL ? k->says[say] : (str){0};
}

// Stage by stage: a class that says the one leaves the others to those above it.
static const struct class_stage *find_stage(
    const struct rules *r, int64_t cls, enum class_say say, str stage)
{
    for (const struct class_ *k = rules_class(r, cls); k; k = rules_class(r, k->parent)) {
        const struct class_stage *v = say == SAY_LIMITS ? k->limits : k->photos;
        size_t n = say == SAY_LIMITS ? k->n_limits : k->n_photos;
        for (size_t i = 0; i < n; i++)
            if (str_eq(v[i].stage, stage))
                return &v[i];
    }
    return NULL;
}

bool rules_class_limit(const struct rules *r, int64_t cls, str stage, struct dur *out)
{
    const struct class_stage *s = find_stage(r, cls, SAY_LIMITS, stage);
    if (s != NULL)
        *out = s->limit;
    return s != NULL;
}

int rules_class_photos(const struct rules *r, int64_t cls, str stage)
{
    const struct class_stage *s = find_stage(r, cls, SAY_PHOTOS, stage);
    return s != NULL ? s->photos : 0;
}

const struct unit *rules_class_unit(const struct rules *r, int64_t cls)
{
    return map_get(&r->unit_by_code, rules_class_says(r, cls, SAY_UNIT));
}

const struct person *rules_person(const struct rules *r, int64_t id)
{
    return imap_get(&r->person_by_id, id);
}

const struct def *rules_def(const struct rules *r, int64_t id)
{
    return imap_get(&r->def_by_id, id);
}

const struct loop *rules_first_loop(const struct rules *r)
{
    for (size_t i = 0; i < r->n_loops; i++)
        if (r->loops[i].now && !loop_lasts(&r->loops[i]))
            return &r->loops[i];
    return NULL;
}

const struct loop *rules_loop(const struct rules *r, str key)
{
    return map_get(&r->loop_by_key, key);
}

const struct rules_score *rules_score(const struct rules *r, str key)
{
    for (size_t i = 0; i < r->n_scores; i++)
        if (str_eq(r->scores[i].key, key))
            return &r->scores[i];
    return NULL;
}

const struct cal *rules_cal(const struct rules *r, str key)
{
    return map_get(&r->cal_by_key, key);
}

bool unit_below(const struct unit *u, const struct unit *top)
{
    return u != NULL && top != NULL && top->lo <= u->lo && u->lo <= top->hi;
}

bool class_below(const struct class_ *c, const struct class_ *top)
{
    return c != NULL && top != NULL && str_eq(c->scheme, top->scheme) && top->lo <= c->lo &&
           c->lo <= top->hi;
}

str class_path(struct arena *a, const struct rules *r, int64_t id)
{
    str path = {0};
    for (const struct class_ *k = rules_class(r, id); k; k = rules_class(r, k->parent))
        path = path.n > 0 ? str_fmt(a, "%.*s/%.*s", STR_ARG(k->name), STR_ARG(path)) : k->name;
    return path;
}

str unit_path(struct arena *a, const struct rules *r, int64_t id)
{
    str names[UNIT_DEPTH_MAX];
    size_t at = UNIT_DEPTH_MAX;
    for (const struct unit *u = rules_unit(r, id); u != NULL && at > 0;
         u = rules_unit(r, u->parent))
        names[--at] = u->name;
    return str_join(a, names + at, UNIT_DEPTH_MAX - at, S(" / "));
}

bool rules_holds(
    const struct rules *r, const struct person *p, const str *roles, size_t n, int64_t at)
{
    const struct unit *u = rules_unit(r, at);
    if (p == NULL || !p->active)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        if (!unit_below(u, p->grants[i].unit))
            continue;
        for (size_t j = 0; j < n; j++)
            if (str_eq(p->grants[i].role->key, roles[j]))
                return true;
    }
    return false;
}
