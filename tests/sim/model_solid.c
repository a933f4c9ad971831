// Consolidation: docs/loop.md §12b, for `consolidate` of town/loop.yaml. Recurrences are looked for
// by going through every item there is.

#include "model.h"

#include <string.h>

enum { AFTER_DAYS = 6, FOUND_MAX = 50 };
#define ZONE_US (8 * US_HOUR)
static const char *const TOLD = "recheck/told";

// Is it closed so that somebody will look at it again?
static bool looked_at(const struct m_item *it)
{
    return !it->common && it->closed_us != 0 && it->solid_us == 0 && it->merged == 0 && !it->gone &&
           it->state != ST_VOID && !str_eq(m_get(it, "kind"), S("咨询"));
}

void m_solid_open(struct model *m, struct m_item *it)
{
    it->recheck_us = it->solid_us = it->recurs = 0;
    m_set(m, it, TOLD, (str){0});
}

void m_solid_none(struct model *m, struct m_item *it)
{
    it->recheck_us = 0;
    m_set(m, it, TOLD, (str){0});
}

void m_solid_day(struct m_item *it)
{
    int64_t day = (it->closed_us + ZONE_US) / US_DAY + AFTER_DAYS;
    if (!looked_at(it))
        return;
    (void)m_day(m_get(it, "look_on"), &day);
    it->recheck_us = day * US_DAY - ZONE_US;
}

// recur: {class: any, by: unit, when: "-state:void -kind:咨询"}
static int64_t recurrences(const struct model *m, const struct m_item *it, int64_t now)
{
    int64_t n = 0;
    for (size_t i = 0; i < m->n_items; i++) {
        const struct m_item *x = &m->items[i];
        n += x->id != it->id && !x->common && !x->gone && x->merged == 0 && x->unit == it->unit &&
             x->filed_us > it->closed_us && x->filed_us <= now && x->state != ST_VOID &&
             !str_eq(m_get(x, "kind"), S("咨询"));
    }
    return n < FOUND_MAX ? n : FOUND_MAX;
}

int64_t m_recurs(const struct model *m, const struct m_item *it, int64_t now)
{
    return it->recheck_us != 0 ? recurrences(m, it, now) : it->recurs;
}

void m_solid_pass(struct model *m, struct m_item *it, int64_t now)
{
    it->recurs = m_recurs(m, it, now);
    it->solid_us = now;
    m_solid_none(m, it);
}

bool m_solid_told(const struct m_item *it)
{
    return m_get(it, TOLD).n > 0;
}

bool m_solid_tell(struct model *m, struct m_item *it, int64_t now)
{
    if (it->recheck_us == 0 || it->recheck_us >= now || m_solid_told(it))
        return false;
    it->recurs = recurrences(m, it, now);
    m_set(m, it, TOLD, S("yes"));
    return true;
}
