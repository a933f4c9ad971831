// What the administrators may change, and what it does: units, grants, holidays, the loop's
// numbers.

#include "model.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *key;
    unsigned bit;
} ROLES[] = {{"leader", RO_LEADER}, {"dispatcher", RO_DISPATCHER}, {"clerk", RO_CLERK},
    {"handler", RO_HANDLER}, {"reader", RO_READER}, {"sysadmin", RO_SYSADMIN},
    {"secadmin", RO_SECADMIN}, {"auditadmin", RO_AUDITADMIN}};

unsigned m_role(str key)
{
    for (size_t i = 0; i < ARRAY_LEN(ROLES); i++)
        if (str_eq(key, str_of(ROLES[i].key)))
            return ROLES[i].bit;
    return 0;
}

static struct m_grant *held(struct m_person *p, unsigned role, int64_t unit)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->grants[i].role == role && p->grants[i].unit == unit)
            return &p->grants[i];
    return NULL;
}

static enum err_code check_grant(struct model *m, const struct act *x)
{
    if (!m_holds(m, x->who, RO_SECADMIN, x->unit))
        return ERR_DENIED;
    if (x->who && strcmp(x->who, x->person) == 0)
        return ERR_DENIED;
    const struct m_person *p = m_person_of(m, x->person);
    const struct m_unit *u = m_unit_of(m, x->unit);
    unsigned role = m_role(str_of(x->role)), admins = RO_SYSADMIN | RO_SECADMIN | RO_AUDITADMIN;
    if (u->closed && !x->take_away)
        return ERR_INVALID;
    for (size_t i = 0; !x->take_away && (role & admins) && i < p->n; i++)
        if ((p->grants[i].role & admins) && p->grants[i].role != role)
            return ERR_INVALID;
    return OK;
}

static void grant(struct model *m, const struct act *x)
{
    struct m_person *p = &m->people[m_person_of(m, x->person) - m->people];
    unsigned role = m_role(str_of(x->role));
    struct m_grant *g = held(p, role, x->unit);
    if (x->take_away && g)
        *g = p->grants[--p->n];
    else if (!x->take_away && !g && p->n < M_GRANTS_MAX)
        p->grants[p->n++] = (struct m_grant){role, x->unit};
}

static bool unit_busy(const struct model *m, int64_t unit)
{
    for (size_t i = 0; i < m->n_items; i++) {
        const struct m_item *it = &m->items[i];
        if (it->open && it->unit == unit)
            return true;
        for (size_t k = 0; it->open && k < it->n_parts; k++)
            if (it->parts[k].unit == unit && !m_part_ends(it->parts[k].state))
                return true;
    }
    for (size_t i = 0; i < m->n_units; i++)
        if (m->units[i].parent == unit && !m->units[i].closed)
            return true;
    return false;
}

static enum err_code check_unit(struct model *m, const struct act *x)
{
    const struct unit_in *in = &x->put;
    const struct m_unit *u = in->id ? m_unit_of(m, in->id) : NULL;
    if (!m_holds(m, x->who, RO_SYSADMIN, m->town))
        return ERR_DENIED;
    if (u && in->version != u->version)
        return ERR_CONFLICT;
    int64_t parent = in->parent ? in->parent : u ? u->parent : 0;
    const struct m_unit *above = m_unit_of(m, parent);
    bool closes = u && !u->closed && in->closed == 1, opens = u && u->closed && in->closed == 0;
    if (u && u->id == m->town)
        return parent != 0 || closes ? ERR_INVALID : OK;
    if ((!u || parent != u->parent || opens) && above->closed)
        return ERR_INVALID;
    if (u && m_below(m, parent, u->id))
        return ERR_INVALID;
    return closes && unit_busy(m, u->id) ? ERR_INVALID : OK;
}

static void put_unit(struct model *m, const struct act *x, int64_t id)
{
    struct m_unit *u = x->put.id ? m_unit_of(m, x->put.id) : NULL;
    if (!u) {
        u = &m->units[m->n_units++];
        *u = (struct m_unit){.id = id, .version = 0};
        (void)snprintf(u->code, sizeof(u->code), "%.*s", STR_ARG(x->put.code));
    }
    struct m_unit was = *u;
    if (x->put.parent)
        u->parent = x->put.parent;
    if (x->put.closed >= 0)
        u->closed = x->put.closed == 1;
    if (was.parent != u->parent || was.closed != u->closed)
        u->version++;
}

static bool same_change(const struct loop_change *a, const struct loop_change *b)
{
    return a->handle_wd == b->handle_wd && a->lock == b->lock && a->extend_wd == b->extend_wd &&
           a->contact_h == b->contact_h && a->night_from_day == b->night_from_day &&
           a->renamed == b->renamed;
}

static bool same_days(const struct model *m, const struct act *x)
{
    for (size_t i = 0; i < x->n_days; i++)
        if (m->days[x->days[i].day - M_FIRST_DAY] != x->days[i].kind)
            return false;
    return true;
}

enum err_code m_check_admin(struct model *m, const struct act *x)
{
    switch (x->kind) {
    case ACT_LOOP:
        if (!m_holds(m, x->who, RO_SYSADMIN, m->town))
            return ERR_DENIED;
        return same_change(&m->defs[m->n_defs - 1].change, &x->loop) ? ERR_CONFLICT : OK;
    case ACT_CAL:
        if (!m_holds(m, x->who, RO_SYSADMIN, m->town))
            return ERR_DENIED;
        return same_days(m, x) ? ERR_CONFLICT : OK;
    case ACT_MOVE_DEF:
    case ACT_BACK_DEF:
        return m_check_move(m, x);
    case ACT_GRANT:
        return check_grant(m, x);
    case ACT_UNIT:
        return check_unit(m, x);
    default:
        return OK;
    }
}

void m_do_admin(struct model *m, const struct act *x, const struct answer *got)
{
    switch (x->kind) {
    case ACT_LOOP:
        m->defs[m->n_defs++] = (struct m_def){got->id, x->loop};
        break;
    case ACT_CAL:
        for (size_t i = 0; i < x->n_days; i++)
            m->days[x->days[i].day - M_FIRST_DAY] = (int8_t)x->days[i].kind;
        break;
    case ACT_MOVE_DEF:
    case ACT_BACK_DEF:
        m_do_move(m, x);
        break;
    case ACT_GRANT:
        grant(m, x);
        break;
    case ACT_UNIT:
        put_unit(m, x, got->id);
        break;
    default:
        break;
    }
}
