// Items that go to another version of their loop, and back: docs/loop.md §15. Versions differ in
// numbers and in what two states are called; the table of steps is the same.

#include "model.h"

#include <string.h>

// A version that calls two states otherwise.
static const char *const OLD_STATE = "checked", *const NEW_STATE = "vetted";
static const char *const OLD_PART = "working", *const NEW_PART = "busy";

const char *m_state_name(const struct model *m, const struct m_item *it)
{
    bool renamed = m->defs[it->def].change.renamed;
    return renamed && it->state == ST_CHECKED ? NEW_STATE : M_STATES[it->state];
}

const char *m_part_name(const struct model *m, const struct m_item *it, const struct m_part *p)
{
    bool renamed = m->defs[it->def].change.renamed;
    return renamed && p->state == PT_WORKING ? NEW_PART : M_PARTS[p->state];
}

void m_renames(enum act_rename way, struct item_rename *state, struct item_rename *part)
{
    bool forth = way == RENAME_FORTH;
    *state = (struct item_rename){
        str_of(forth ? OLD_STATE : NEW_STATE), str_of(forth ? NEW_STATE : OLD_STATE)};
    *part = (struct item_rename){
        str_of(forth ? OLD_PART : NEW_PART), str_of(forth ? NEW_PART : OLD_PART)};
}

static size_t def_at(const struct model *m, int64_t id)
{
    size_t at = 0;
    while (at < m->n_defs && m->defs[at].id != id)
        at++;
    return at;
}

// What stands in one of the two states needs its name where that is another one.
static bool named(const struct model *m, const struct act *x, const struct m_item *it, size_t to)
{
    bool was = m->defs[it->def].change.renamed, is = m->defs[to].change.renamed;
    bool stands = it->state == ST_CHECKED;
    for (size_t i = 0; i < it->n_parts; i++)
        stands = stands || it->parts[i].state == PT_WORKING;
    if (!stands)
        return true;
    // A name given for a state it does not stand in changes nothing.
    bool becomes =
        (x->rename == RENAME_FORTH && !was) || (x->rename == RENAME_BACK && was) ? !was : was;
    return becomes == is;
}

enum err_code m_check_move(struct model *m, const struct act *x)
{
    const struct m_item *it = m_item_of(m, x->item);
    size_t to = def_at(m, x->def);
    if (!m_holds(m, x->who, RO_SYSADMIN, m->town))
        return ERR_DENIED;
    if (!it)
        return ERR_MISSING;
    if (x->kind == ACT_BACK_DEF)
        return it->moved.was && it->moved.version == it->version ? OK : ERR_CONFLICT;
    if (to == m->n_defs || it->common)
        return ERR_INVALID;
    if (it->def == to)
        return ERR_CONFLICT;
    bool over = it->gone || it->state == ST_RATED || it->state == ST_VOID;
    return !over && named(m, x, it, to) ? OK : ERR_INVALID;
}

void m_do_move(struct model *m, const struct act *x)
{
    struct m_item *it = m_item_of(m, x->item), now = *it;
    if (x->kind == ACT_BACK_DEF) {
        *it = *now.moved.was;
        it->version = now.version;
        it->worked = now.worked || x->who;
        it->back = it->moved = (struct m_back){0};
        m_touch(m, it, x->now_us);
        return;
    }
    struct m_back moved = {.was = m_copy(m, it)};
    it->def = def_at(m, x->def);
    it->worked = it->worked || x->who;
    m_clocks_relimit(m, it, x->now_us);
    if (it->recheck_us == 0)
        m_solid_day(it);
    m_touch(m, it, x->now_us);
    moved.version = it->version;
    it->moved = moved;
}
