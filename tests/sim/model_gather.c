// Items that gather others: docs/loop.md §13b, for town/common.yaml. An item says to which it
// belongs; how many there are is counted anew.

#include "model.h"

#include <inttypes.h>
#include <string.h>

enum { MEMBERS_MAX = 1000 };

static int64_t members(const struct model *m, const struct m_item *it)
{
    int64_t n = 0;
    for (size_t i = 0; i < m->n_items; i++)
        n += m->items[i].gathered == it->id;
    return n;
}

static bool may_gather(const struct m_item *x)
{
    return x->gathered == 0 && !x->common && !str_eq(m_get(x, "kind"), S("咨询"));
}

static bool members_ok(struct model *m, const struct act *x, const struct m_item *it, bool gathers)
{
    const struct step_in *in = &x->step;
    bool ok = in->n_members > 0;
    for (size_t i = 0; ok && i < in->n_members; i++) {
        const struct m_item *one = m_item_no(m, in->members[i]);
        bool mine = one && one->gathered == it->id;
        ok = one && !one->gone && (mine || m_sees(m, x->who, one)) &&
             (gathers ? may_gather(one) : mine);
        for (size_t k = 0; ok && k < i; k++)
            ok = !str_eq(in->members[k], in->members[i]);
    }
    return ok;
}

enum err_code m_check_common(struct model *m, const struct act *x, const struct m_item *it)
{
    str key = x->step.step;
    bool gathers = str_eq(key, S("gather")), releases = str_eq(key, S("release"));
    if (!gathers && !releases && !str_eq(key, S("close")))
        return ERR_INVALID;
    if (it->state != ST_FILED)
        return ERR_INVALID;
    if (!m_holds(m, x->who, RO_DISPATCHER, it->receiver))
        return ERR_DENIED;
    if ((gathers || releases) && !members_ok(m, x, it, gathers))
        return ERR_INVALID;
    return gathers && members(m, it) + (int64_t)x->step.n_members > MEMBERS_MAX ? ERR_LIMIT : OK;
}

static void belongs(struct model *m, struct m_item *it, int64_t to, const struct act *x)
{
    it->gathered = to;
    it->worked = it->worked || x->who;
    m_touch(m, it, x->now_us);
}

static void count(struct model *m, struct m_item *it)
{
    int64_t n = members(m, it);
    m_set(m, it, "members", n > 0 ? str_fmt(m->a, "%" PRId64, n) : (str){0});
}

void m_do_common(struct model *m, const struct act *x, struct m_item *it)
{
    const struct step_in *in = &x->step;
    struct m_back back = {.who = x->who, .at_us = x->now_us};
    bool gathers = str_eq(in->step, S("gather"));
    if (str_eq(in->step, S("close"))) {
        it->state = ST_CLOSED;
        it->open = false;
        it->closed_us = x->now_us;
    } else {
        back.was = m_copy(m, it);
        back.gathers = gathers;
        for (size_t i = 0; i < in->n_members; i++) {
            struct m_item *one = m_item_no(m, in->members[i]);
            VEC_PUSH(m->a, back.members, back.n_members) = one->id;
            belongs(m, one, gathers ? it->id : 0, x);
        }
        count(m, it);
    }
    it->worked = it->worked || x->who;
    m_touch(m, it, x->now_us);
    back.version = it->version;
    it->back = back;
}

bool m_members_stay(struct model *m, const struct m_item *it)
{
    bool stay = true;
    for (size_t i = 0; i < it->back.n_members; i++)
        stay =
            stay && m_item_of(m, it->back.members[i])->gathered == (it->back.gathers ? it->id : 0);
    return stay;
}

void m_members_back(
    struct model *m, const struct act *x, struct m_item *it, const struct m_back *back)
{
    for (size_t i = 0; i < back->n_members; i++)
        belongs(m, m_item_of(m, back->members[i]), back->gathers ? 0 : it->id, x);
}
