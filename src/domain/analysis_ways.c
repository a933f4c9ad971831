// What grew and what fell: every class and every unit with what is below it, against the period
// before and against the same a year earlier.
#include "domain/analysis_inner.h"

#include <stdlib.h>

// One node of a tree with its place in preorder.
struct node {
    int64_t id;
    int lo, hi, depth;
    str name, filter;
    int64_t sum[3]; // now, before, year
    int64_t parts;  // rows of the board below it, itself included
};
enum side { SIDE_NOW, SIDE_BEFORE, SIDE_YEAR };

static int64_t count_of(const struct analysis_work *w, const struct board_row *row)
{
    return row ? row->tallies[w->def->analysis.count] : 0;
}

static bool has_side(const struct board_side *s)
{
    return s->period.from < s->period.to;
}

static void add_rows(struct analysis_work *w, const struct board_compared *b, bool units,
    struct node *nodes, size_t n)
{
    const struct rules *r = w->c->rules;
    for (size_t i = 0; i < b->n; i++) {
        int64_t id = b->rows[i].now.id;
        const struct unit *u = units ? rules_unit(r, id) : NULL;
        const struct class_ *k = units || !id ? NULL : rules_class(r, id);
        if (!u && !k)
            continue; // of no class
        int lo = u ? u->lo : k->lo;
        int64_t sums[] = {count_of(w, &b->rows[i].now), count_of(w, b->rows[i].before),
            count_of(w, b->rows[i].year)};
        for (size_t j = 0; j < n && nodes[j].lo <= lo; j++) {
            if (nodes[j].hi < lo)
                continue;
            for (size_t s = 0; s < ARRAY_LEN(sums); s++)
                nodes[j].sum[s] += sums[s];
            nodes[j].parts += sums[0] + sums[1] + sums[2] > 0;
        }
    }
}

// A node whose items are all a single one's below it says the same as that one.
static bool says_more(const struct node *nodes, size_t n, size_t at)
{
    const struct node *x = &nodes[at];
    if (x->sum[SIDE_NOW] + x->sum[SIDE_BEFORE] + x->sum[SIDE_YEAR] == 0)
        return false;
    for (size_t j = at + 1; j < n && nodes[j].lo <= x->hi; j++)
        if (nodes[j].parts == x->parts)
            return false;
    return true;
}

static struct growth growth_of(const struct node *x, enum side other)
{
    return (struct growth){.now = x->sum[SIDE_NOW], .before = x->sum[other]};
}

static bool called(const struct growth *g)
{
    return g->call == GROWTH_UP || g->call == GROWTH_DOWN;
}

static int64_t change_of(const struct analysis_node *x)
{
    int64_t most = 0;
    const struct growth *sides[] = {&x->before, &x->year};
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        int64_t d = llabs(sides[i]->now - sides[i]->before);
        if (called(sides[i]) && d > most)
            most = d;
    }
    return most;
}

static int by_change(const void *a, const void *b)
{
    const struct analysis_node *x = a, *y = b;
    int64_t dx = change_of(x), dy = change_of(y);
    if (dx != dy)
        return dx > dy ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int by_now(const void *a, const void *b)
{
    const struct analysis_node *x = a, *y = b;
    if (x->now != y->now)
        return x->now > y->now ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static double days_of(struct period p)
{
    return (double)(p.to - p.from);
}

// Judges all nodes against one side together.
static double judge(struct analysis_work *w, const struct board_side *side, struct period now,
    struct growth *rows, size_t n)
{
    double spread = 1;
    if (has_side(side))
        growth_judge(
            w->c->arena, rows, n, days_of(now), days_of(side->period), &GROWTH_RULE, &spread);
    return spread;
}

static void collect(struct analysis_work *w, const struct board_compared *b, struct period now,
    const struct node *nodes, size_t n, struct analysis_ways *out)
{
    struct arena *a = w->c->arena;
    struct growth *before = NEW_ARRAY(a, n, struct growth), *year = NEW_ARRAY(a, n, struct growth);
    for (size_t i = 0; i < n; i++) {
        before[i] = growth_of(&nodes[i], SIDE_BEFORE);
        year[i] = growth_of(&nodes[i], SIDE_YEAR);
    }
    out->tested = (int64_t)n;
    out->spread_before = judge(w, &b->before, now, before, n);
    out->spread_year = judge(w, &b->year, now, year, n);
    str base = b->now.filters[w->def->analysis.count];
    for (size_t i = 0; i < n; i++) {
        struct analysis_node x = {.id = nodes[i].id,
            .name = nodes[i].name,
            .filter = analysis_both(a, base, nodes[i].filter),
            .depth = nodes[i].depth,
            .now = nodes[i].sum[SIDE_NOW],
            .before = before[i],
            .year = year[i]};
        if (called(&before[i]) || called(&year[i]))
            VEC_PUSH(a, out->changed, out->n_changed) = x;
        if (x.now > 0 && nodes[i].parts == 1)
            VEC_PUSH(a, out->most, out->n_most) = x;
    }
    if (out->n_changed > 1)
        qsort(out->changed, out->n_changed, sizeof(*out->changed), by_change);
    if (out->n_most > 1)
        qsort(out->most, out->n_most, sizeof(*out->most), by_now);
    if (out->n_changed > ANALYSIS_CHANGED_MAX)
        out->n_changed = ANALYSIS_CHANGED_MAX;
    if (out->n_most > ANALYSIS_MOST_MAX)
        out->n_most = ANALYSIS_MOST_MAX;
}

// Keeps the nodes that are worth judging.
static size_t keep(struct arena *a, struct node *nodes, size_t n)
{
    bool *more = NEW_ARRAY(a, n, bool);
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        more[i] = says_more(nodes, n, i);
    for (size_t i = 0; i < n; i++)
        if (more[i])
            nodes[m++] = nodes[i];
    return m;
}

static struct node *class_nodes(struct analysis_work *w, size_t *n)
{
    const struct rules *r = w->c->rules;
    struct node *nodes = NEW_ARRAY(w->c->arena, r->n_classes, struct node);
    *n = r->n_classes;
    for (size_t i = 0; i < *n; i++) {
        const struct class_ *k = &r->classes[i];
        str filter = str_fmt(w->c->arena, "class:%.*s/%.*s", STR_ARG(k->scheme), STR_ARG(k->code));
        nodes[i] = (struct node){.id = k->id,
            .lo = k->lo,
            .hi = k->hi,
            .depth = k->depth,
            .name = k->name,
            .filter = analysis_both(w->c->arena, w->unit_half, filter)};
    }
    return nodes;
}

// Without the root, which is the whole.
static struct node *unit_nodes(struct analysis_work *w, size_t *n)
{
    const struct rules *r = w->c->rules;
    struct node *nodes = NEW_ARRAY(w->c->arena, r->n_units, struct node);
    *n = 0;
    for (size_t i = 0; i < r->n_units; i++) {
        const struct unit *u = &r->units[i];
        if (u != r->root)
            nodes[(*n)++] = (struct node){.id = u->id,
                .lo = u->lo,
                .hi = u->hi,
                .depth = u->depth,
                .name = u->name,
                .filter = str_fmt(w->c->arena, "unit:\"%.*s\"", STR_ARG(u->code))};
    }
    return nodes;
}

enum err_code analysis_ways(struct analysis_work *w, struct err *e)
{
    struct board_in by_class = {
        .loop = w->in->loop, .by = BOARD_CLASS, .period = w->in->period, .unit = w->in->unit};
    struct board_compared classes;
    struct period now = period_begun(w->period, tm_local_day(w->c->now_us, w->c->rules->zone_s));
    if (now.from >= now.to)
        return OK; // not begun: nothing to compare
    if (board_compare(w->c, &by_class, &classes, e) != OK)
        return e->code;
    size_t n;
    struct node *nodes = class_nodes(w, &n);
    add_rows(w, &classes, false, nodes, n);
    collect(w, &classes, now, nodes, keep(w->c->arena, nodes, n), &w->out->classes);
    nodes = unit_nodes(w, &n);
    add_rows(w, &w->out->board, true, nodes, n);
    collect(w, &w->out->board, now, nodes, keep(w->c->arena, nodes, n), &w->out->units);
    return OK;
}
