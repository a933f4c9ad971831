// Schedules planned backward: docs/loop.md §8a, for the nodes of town/loop.yaml. Each is planned
// from the last to the first, a day at a time.

#include "model.h"

#include <inttypes.h>

#define ZONE_US (8 * US_HOUR)
static const int NODES[] = {CK_SURVEY, CK_WORKS, CK_HANDOVER}; // one after the other

bool m_is_node(int clock)
{
    return clock >= CK_SURVEY && clock <= CK_HANDOVER;
}

int64_t m_node_days(const struct m_item *it, int node)
{
    str kind = m_get(it, "kind");
    int64_t said = 0;
    if (node != CK_WORKS)
        return node == CK_SURVEY ? 2 : 1;
    if (str_i64(m_get(it, "works_days"), &said) && said > 0)
        return said;
    return str_eq(kind, S("投诉")) || str_eq(kind, S("求助")) ? 3 : 0;
}

static struct m_clock *newest(const struct m_item *it, int node)
{
    for (size_t i = it->n_clocks; i-- > 0;)
        if (it->clocks[i].key == node)
            return &it->clocks[i];
    return NULL;
}

static bool finished(const struct m_item *it, int node)
{
    const struct m_clock *k = newest(it, node);
    return k && (k->state == MC_MET || k->state == MC_LATE);
}

static void put(
    struct model *m, struct m_item *it, int node, int64_t first, int64_t last, int64_t now)
{
    struct m_clock *was = newest(it, node);
    int64_t from_us = first * US_DAY - ZONE_US, end_us = (last + 1) * US_DAY - ZONE_US;
    struct m_clock k = {.key = node, .round = (int)it->round, .due_us = end_us};
    k.limit = (struct m_dur){end_us - from_us, false};
    VEC_PUSH(m->a, k.runs, k.n) = (struct m_run){from_us, 0};
    if (!was || !m_clock_open(was)) {
        VEC_PUSH(m->a, it->clocks, it->n_clocks) = k;
    } else if (was->state == MC_RUNNING) { // a suspended one stands still
        k.round = was->round;
        k.breached = was->breached && end_us < now;
        *was = k;
    }
}

static void plan(struct model *m, struct m_item *it, int64_t now)
{
    int64_t end = 0, first[ARRAY_LEN(NODES)] = {0}, last[ARRAY_LEN(NODES)] = {0};
    bool dated = m_day(m_get(it, "finish_by"), &end);
    for (size_t i = ARRAY_LEN(NODES); i-- > 0;) {
        int64_t days = finished(it, NODES[i]) ? 0 : m_node_days(it, NODES[i]);
        struct m_clock *k = newest(it, NODES[i]);
        if (!finished(it, NODES[i]) && (!dated || days == 0) && k)
            m_clocks_void_key(it, NODES[i], 0, now);
        if (!dated || days == 0)
            continue;
        for (; !m_works_on(m, end); end--)
            ;
        last[i] = end;
        for (first[i] = end; days > 1; days -= m_works_on(m, first[i]))
            first[i]--;
        end = first[i] - 1;
    }
    for (size_t i = 0; i < ARRAY_LEN(NODES); i++)
        if (first[i] != 0)
            put(m, it, NODES[i], first[i], last[i], now);
}

static void derive(struct model *m, struct m_item *it)
{
    const struct m_clock *next = NULL;
    for (size_t i = 0; i < ARRAY_LEN(NODES); i++) {
        const struct m_clock *k = newest(it, NODES[i]);
        if (k && k->state == MC_RUNNING && (!next || k->due_us < next->due_us))
            next = k;
    }
    int64_t day = next ? (next->due_us - 1 + ZONE_US) / US_DAY : 0;
    m_set(m, it, "node/next", next ? str_of(M_CLOCKS[next->key]) : (str){0});
    m_set(m, it, "node/due", next ? tm_date(m->a, day) : (str){0});
}

bool m_plan(struct model *m, struct m_item *it, int64_t now)
{
    struct m_item was = *m_copy(m, it);
    if (it->open)
        plan(m, it, now);
    for (size_t i = 0; it->closed_us != 0 && i < ARRAY_LEN(NODES); i++)
        m_clocks_void_key(it, NODES[i], 0, now);
    derive(m, it);
    bool moved = was.n_clocks != it->n_clocks;
    for (size_t i = 0; !moved && i < was.n_clocks; i++)
        moved = was.clocks[i].due_us != it->clocks[i].due_us ||
                was.clocks[i].runs[0].from_us != it->clocks[i].runs[0].from_us ||
                was.clocks[i].state != it->clocks[i].state ||
                was.clocks[i].breached != it->clocks[i].breached;
    return moved;
}
