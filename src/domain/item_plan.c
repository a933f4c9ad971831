#include "domain/item_plan.h"

#include "domain/item_clock.h"

struct plan {
    struct ctx *c;
    const struct def *d;
    const struct item *it;
    const struct cal *cal;
    int64_t end; // day by which all is done
    uint64_t live, known;
    int64_t days[DEF_CLOCKS_MAX], first[DEF_CLOCKS_MAX], last[DEF_CLOCKS_MAX];
};

static int newest(const struct item *it, str key)
{
    for (size_t i = it->n_clocks; i-- > 0;)
        if (str_eq(it->clocks[i].key, key))
            return (int)i;
    return DEF_NONE;
}

static bool finished(const struct item *it, str key)
{
    int at = newest(it, key);
    return at >= 0 && (it->clocks[at].state == CLOCK_MET || it->clocks[at].state == CLOCK_LATE);
}

static bool is_node(const struct def *d, size_t i)
{
    return d->nodes >> i & 1;
}

// The latest days of a node. One that is done, or does not fit this item, takes no time, and what
// is before it ends where it would.
static void latest(struct plan *p, size_t k)
{
    const struct def_clock *clocks = p->d->clocks;
    if (p->known >> k & 1)
        return;
    int64_t end = p->end;
    for (size_t i = 0; i < p->d->n_clocks; i++) {
        if (!is_node(p->d, i) || clocks[i].by != clocks[k].by || !(clocks[i].after >> k & 1))
            continue;
        latest(p, i);
        end = p->first[i] - 1 < end ? p->first[i] - 1 : end;
    }
    bool live = p->live >> k & 1;
    p->last[k] = live ? cal_back(p->cal, end, 1) : end;
    p->first[k] = live ? cal_back(p->cal, end, p->days[k]) : end + 1;
    p->known |= UINT64_C(1) << k;
}

static void put_clock(struct plan *p, struct item *it, size_t k)
{
    struct arena *a = p->c->arena;
    int zone = p->c->rules->zone_s, at = newest(it, p->d->clocks[k].key);
    int64_t from_us = tm_day_start(p->first[k], zone);
    int64_t end_us = tm_day_start(p->last[k] + 1, zone);
    struct dur limit = {.n = (end_us - from_us) / US_MINUTE, .unit = DUR_MINUTES};
    struct clock x = clock_start(a, p->cal, p->d->clocks[k].key, limit, from_us);
    x.round = it->round;
    if (at < 0 || !clock_open(&it->clocks[at])) {
        VEC_PUSH(a, it->clocks, it->n_clocks) = x;
    } else if (it->clocks[at].state == CLOCK_RUNNING) { // a paused one stands still
        x.round = it->clocks[at].round;
        x.breached = it->clocks[at].breached && clock_over(&x, p->cal, p->c->now_us);
        it->clocks[at] = x;
    }
}

// All that is planned by one date.
static void plan_by(struct plan *p, struct item *it, int by)
{
    const struct def *d = p->d;
    int64_t end_us = 0;
    bool dated = tm_parse(item_field(it, d->fields[by].key), p->c->rules->zone_s, &end_us);
    p->end = dated ? tm_local_day(end_us, p->c->rules->zone_s) : 0;
    p->live = p->known = 0;
    for (size_t i = 0; i < d->n_clocks; i++) {
        struct dur limit = {0};
        str key = d->clocks[i].key;
        if (!is_node(d, i) || d->clocks[i].by != by || finished(it, key))
            continue;
        if (dated && item_clock_limit(p->c, &d->clocks[i], it, 0, it->filed_us, &limit)) {
            p->live |= UINT64_C(1) << i;
            p->days[i] = limit.n;
        } else if (newest(it, key) >= 0) {
            clock_void(&it->clocks[newest(it, key)], p->c->now_us);
        }
    }
    for (size_t i = 0; i < d->n_clocks; i++) {
        if (!(p->live >> i & 1))
            continue;
        latest(p, i);
        put_clock(p, it, i);
    }
}

// What has to be finished next, and by when.
static void derive(struct plan *p, struct item *it)
{
    const struct clock *next = NULL;
    for (size_t i = 0; i < p->d->n_clocks; i++) {
        int at = is_node(p->d, i) ? newest(it, p->d->clocks[i].key) : DEF_NONE;
        const struct clock *k = at >= 0 ? &it->clocks[at] : NULL;
        if (k && k->state == CLOCK_RUNNING && k->due_us != 0 && (!next || k->due_us < next->due_us))
            next = k;
    }
    str day =
        next ? tm_date(p->c->arena, tm_local_day(next->due_us - 1, p->c->rules->zone_s)) : (str){0};
    item_set_field(it, p->c->arena, NODE_NEXT, next ? next->key : (str){0});
    item_set_field(it, p->c->arena, NODE_DUE, day);
}

void item_plan(struct ctx *c, const struct def *d, struct item *it)
{
    if (d->nodes == 0)
        return;
    struct plan p = {.c = c, .d = d, .it = it, .cal = rules_cal(c->rules, d->calendar)};
    CHECK(p.cal != NULL);
    for (size_t i = 0; i < d->n_clocks && it->open; i++) {
        if (!is_node(d, i))
            continue;
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again = again || (is_node(d, k) && d->clocks[k].by == d->clocks[i].by);
        if (!again)
            plan_by(&p, it, d->clocks[i].by);
    }
    for (size_t i = 0; i < it->n_clocks && it->closed_us != 0; i++) {
        int at = def_clock_at(d, it->clocks[i].key); // what was not finished is not wanted any more
        if (at >= 0 && is_node(d, (size_t)at) && clock_open(&it->clocks[i]))
            clock_void(&it->clocks[i], c->now_us);
    }
    derive(&p, it);
}

// ---- as it stands

// When a node will be done: it begins when what comes before it is done, takes its days, and is not
// done before today.
static int64_t expected(struct plan *p, size_t k, int64_t today)
{
    int zone = p->c->rules->zone_s;
    const struct def_clock *clocks = p->d->clocks;
    if (p->known >> k & 1)
        return p->last[k];
    int64_t begin = tm_local_day(p->it->filed_us, zone);
    for (uint64_t left = clocks[k].after; left != 0; left &= left - 1) {
        size_t x = (size_t)__builtin_ctzll(left);
        int64_t end = expected(p, x, today) + 1;
        begin = end > begin ? end : begin;
    }
    int at = newest(p->it, clocks[k].key);
    const struct clock *x = at >= 0 ? &p->it->clocks[at] : NULL;
    if (x && (x->state == CLOCK_MET || x->state == CLOCK_LATE)) {
        p->last[k] = tm_local_day(x->stopped_us, zone);
    } else if (x && clock_open(x)) {
        int64_t end = cal_forth(p->cal, begin, p->days[k]);
        p->last[k] = end > today ? end : today;
    } else {
        p->last[k] = begin - 1;
    }
    p->known |= UINT64_C(1) << k;
    return p->last[k];
}

// Is anything that comes before it unfinished? A node that does not fit is looked through.
static bool waits(const struct plan *p, size_t k)
{
    for (uint64_t left = p->d->clocks[k].after; left != 0; left &= left - 1) {
        size_t x = (size_t)__builtin_ctzll(left);
        int at = newest(p->it, p->d->clocks[x].key);
        bool there = at >= 0 && p->it->clocks[at].state != CLOCK_VOID;
        if (there ? clock_open(&p->it->clocks[at]) : waits(p, x))
            return true;
    }
    return false;
}

static enum item_node_state state_of(
    const struct plan *p, const struct item_node *n, const struct clock *k, int64_t today)
{
    if (!clock_open(k))
        return k->state == CLOCK_LATE ? NODE_LATE : NODE_DONE;
    if (today > n->last)
        return NODE_OVER;
    bool held = waits(p, (size_t)n->clock);
    return held ? today >= n->first ? NODE_HELD : NODE_AHEAD : NODE_RUNNING;
}

static enum lamp lamp_of(const struct plan *p, const struct item_node *n, const struct clock *k)
{
    if (n->state == NODE_OVER || n->state == NODE_LATE)
        return LAMP_RED;
    if (!clock_open(k))
        return LAMP_GREEN;
    if (n->spare < 0) // it cannot be done in time any more, as things go
        return LAMP_YELLOW;
    return clock_lamp(k, p->cal, p->c->now_us, p->d->clocks[n->clock].yellow);
}

size_t item_nodes(struct ctx *c, const struct def *d, const struct item *it, struct item_node **out)
{
    size_t n = 0;
    *out = NULL;
    if (d->nodes == 0)
        return 0;
    struct plan p = {.c = c, .d = d, .it = it, .cal = rules_cal(c->rules, d->calendar)};
    CHECK(p.cal != NULL);
    int zone = c->rules->zone_s;
    int64_t today = tm_local_day(c->now_us, zone);
    for (size_t i = 0; i < d->n_clocks; i++) {
        int at = is_node(d, i) ? newest(it, d->clocks[i].key) : DEF_NONE;
        const struct clock *k = at >= 0 ? &it->clocks[at] : NULL;
        if (!k || k->state == CLOCK_VOID)
            continue;
        int64_t from_us = k->runs[0].from_us;
        int64_t due_us = k->due_us ? k->due_us : from_us + dur_us(p.cal, k->limit);
        struct item_node x = {.clock = (int)i,
            .first = tm_local_day(from_us, zone),
            .last = tm_local_day(due_us - 1, zone),
            .done_us = clock_open(k) ? 0 : k->stopped_us};
        x.days = p.days[i] = cal_workdays(p.cal, x.first, x.last + 1);
        VEC_PUSH(c->arena, *out, n) = x;
    }
    for (size_t i = 0; i < n; i++) {
        struct item_node *x = &(*out)[i];
        const struct clock *k = &it->clocks[newest(it, d->clocks[x->clock].key)];
        x->expect = expected(&p, (size_t)x->clock, today);
        x->spare = cal_workdays(p.cal, x->expect + 1, x->last + 1);
        x->state = state_of(&p, x, k, today);
        x->lamp = lamp_of(&p, x, k);
    }
    return n;
}
