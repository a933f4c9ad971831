// A step taken back: docs/loop.md §10. The item is what it was, kept here from before the step.

#include <string.h>
#include "model.h"

// Of those the loop of the simulation gives ten seconds.
static bool may_be_taken_back(const struct m_step *s)
{
    static const char *const KEYS[] = {"dispatch", "assist", "accept", "contact", "reply", "check",
        "redo", "amend", "merge", "close", "reopen", "rate", "recheck", "note", "void", "urge",
        "unlock", "hold", "meet", "plan", "survey", "works"};
    for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
        if (strcmp(s->key, KEYS[i]) == 0)
            return true;
    return false;
}

struct m_item *m_copy(struct model *m, const struct m_item *it)
{
    struct m_item *was = NEW(m->a, struct m_item);
    *was = *it;
    was->f = NULL;
    was->parts = NULL;
    was->clocks = NULL;
    was->asks = NULL;
    was->n_f = was->n_parts = was->n_clocks = was->n_asks = 0;
    for (size_t i = 0; i < it->n_f; i++)
        VEC_PUSH(m->a, was->f, was->n_f) = it->f[i];
    for (size_t i = 0; i < it->n_parts; i++)
        VEC_PUSH(m->a, was->parts, was->n_parts) = it->parts[i];
    for (size_t i = 0; i < it->n_asks; i++)
        VEC_PUSH(m->a, was->asks, was->n_asks) = it->asks[i];
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock k = it->clocks[i];
        k.runs = NULL;
        k.n = 0;
        for (size_t r = 0; r < it->clocks[i].n; r++)
            VEC_PUSH(m->a, k.runs, k.n) = it->clocks[i].runs[r];
        VEC_PUSH(m->a, was->clocks, was->n_clocks) = k;
    }
    return was;
}

struct m_back m_remember(struct model *m, const struct m_step *s, const struct m_item *it)
{
    return (struct m_back){.was = may_be_taken_back(s) ? m_copy(m, it) : NULL};
}

// Has it set off something in others, or have others joined it since?
static bool alone(const struct model *m, const struct m_item *it)
{
    for (size_t i = 0; i < m->n_items; i++) {
        const struct m_item *x = &m->items[i];
        if (x->merged == it->id && (it->back.closed || x->changed_us >= it->back.at_us))
            return false;
    }
    return true;
}

enum err_code m_check_back(struct model *m, const struct act *x)
{
    const struct m_item *it = m_item_of(m, x->step.item);
    if (!it || !m_sees(m, x->who, it))
        return ERR_MISSING;
    if (x->step.version != it->version)
        return ERR_CONFLICT;
    if (!it->back.was || it->back.version != it->version)
        return ERR_INVALID;
    bool his = x->who && it->back.who && strcmp(x->who, it->back.who) == 0;
    if (!his)
        return ERR_DENIED;
    if (x->now_us - it->back.at_us > M_BACK_S * US_SECOND)
        return ERR_INVALID;
    return alone(m, it) && m_members_stay(m, it) ? OK : ERR_CONFLICT;
}

void m_take_back(struct model *m, const struct act *x)
{
    struct m_item *it = m_item_of(m, x->step.item), now = *it;
    *it = *now.back.was;
    it->version = now.version;
    it->worked = true;
    it->back = it->moved = (struct m_back){0};
    m_touch(m, it, x->now_us);
    m_members_back(m, x, it, &now.back);
    if (now.merged != it->merged)
        m_main_hears(m, now.merged, x->now_us);
}
