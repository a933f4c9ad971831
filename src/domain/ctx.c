#include "domain/ctx.h"

void ctx_put_setting(struct ctx *c, str key, str val)
{
    int64_t there = db_change(c->db, "UPDATE setting SET val = ?3 WHERE town = ?1 AND key = ?2",
        V(c->rules->town), V(key), V(val));
    if (there == 0)
        db_run(c->db, "INSERT INTO setting (town, key, val) VALUES (?1, ?2, ?3)", V(c->rules->town),
            V(key), V(val));
}

bool ctx_may(const struct ctx *c, enum right r, int64_t at_unit)
{
    const struct person *p = c->actor;
    if (!p)
        return true;
    if (!(p->rights >> r & 1))
        return false;
    if (at_unit == 0)
        return true;
    const struct unit *at = rules_unit(c->rules, at_unit);
    for (size_t i = 0; at && i < p->n; i++)
        if ((p->grants[i].role->mask >> r & 1) && unit_below(at, p->grants[i].unit))
            return true;
    return false;
}

const struct unit **ctx_units(const struct ctx *c, enum right r, size_t *n, bool *all)
{
    const struct unit **tops = NULL;
    *n = 0;
    *all = c->actor == NULL;
    for (size_t i = 0; c->actor && i < c->actor->n; i++) {
        const struct grant *g = &c->actor->grants[i];
        if (!(g->role->mask >> r & 1))
            continue;
        bool covered = false;
        for (size_t k = 0; k < c->actor->n && !covered; k++) {
            const struct grant *other = &c->actor->grants[k];
            bool higher = unit_below(g->unit, other->unit) && (other->unit != g->unit || k < i);
            covered = (other->role->mask >> r & 1) && k != i && higher;
        }
        if (covered)
            continue;
        *all = *all || g->unit->parent == 0;
        VEC_PUSH(c->arena, tops, *n) = g->unit;
    }
    return tops;
}
