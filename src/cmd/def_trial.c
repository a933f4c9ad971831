#include "cmd/def_trial.h"

#include "domain/item_clock.h"
#include "domain/item_move.h"
#include "domain/item_store.h"

struct trial {
    struct ctx *c;   // of the whole run
    struct ctx item; // its arena dies with the item
    const struct def *d;
    const struct cal *cal;
    struct def_trial *out;
};

static struct def_trial_clock *clock_of(struct trial *t, str key)
{
    for (size_t i = 0; i < t->out->n_clocks; i++)
        if (str_eq(t->out->clocks[i].key, key))
            return &t->out->clocks[i];
    VEC_PUSH(t->c->arena, t->out->clocks, t->out->n_clocks) =
        (struct def_trial_clock){.key = str_dup(t->c->arena, key)};
    return &t->out->clocks[t->out->n_clocks - 1];
}

static void lost(struct trial *t, str key, bool of_part)
{
    for (size_t i = 0; i < t->out->n_lost; i++) {
        struct def_trial_state *s = &t->out->lost[i];
        if (s->of_part == of_part && str_eq(s->key, key)) {
            s->items++;
            return;
        }
    }
    VEC_PUSH(t->c->arena, t->out->lost, t->out->n_lost) =
        (struct def_trial_state){str_dup(t->c->arena, key), of_part, 1};
}

// An extension "to the end of the day" has moved the whole limit there; that is no change of the
// rule.
static bool same_limit(const struct clock *k, struct dur to)
{
    return k->limit.n == to.n && k->limit.unit == to.unit &&
           (k->limit.day_end == to.day_end || k->extended_us > 0);
}

// The same stretches under another limit; stopped where it was stopped.
static struct clock relimited(struct trial *t, const struct clock *k, struct dur to)
{
    struct clock x = *k;
    x.runs = NEW_ARRAY(t->item.arena, k->n, struct clock_stretch);
    for (size_t i = 0; i < k->n; i++)
        x.runs[i] = k->runs[i];
    if (clock_open(k)) {
        clock_relimit(&x, t->cal, to);
        return x;
    }
    bool was_paused = k->runs[k->n - 1].to_us != k->stopped_us;
    x.state = was_paused ? CLOCK_PAUSED : CLOCK_RUNNING;
    if (!was_paused)
        x.runs[k->n - 1].to_us = 0;
    clock_relimit(&x, t->cal, to);
    clock_stop(&x, t->cal, k->stopped_us);
    return x;
}

static void keep_row(struct trial *t, str no, struct def_trial_row row)
{
    if (t->out->n_rows == DEF_TRIAL_ROWS_KEPT)
        return;
    row.no = str_dup(t->c->arena, no);
    row.clock = str_dup(t->c->arena, row.clock);
    VEC_PUSH(t->c->arena, t->out->rows, t->out->n_rows) = row;
}

static void try_clock(struct trial *t, const struct item *it, const struct clock *k)
{
    if (k->state == CLOCK_VOID)
        return;
    struct def_trial_clock *sum = clock_of(t, k->key);
    sum->runs++;
    int at = def_clock_at(t->d, k->key);
    struct dur limit;
    if (at < 0 ||
        !item_clock_limit(&t->item, &t->d->clocks[at], it, k->part, k->runs[0].from_us, &limit)) {
        sum->without++;
        return;
    }
    if (same_limit(k, limit))
        return;
    struct clock x = relimited(t, k, limit);
    sum->changed++;
    sum->due += clock_open(k) && x.due_us != k->due_us;
    sum->to_late += k->state == CLOCK_MET && x.state == CLOCK_LATE;
    sum->to_met += k->state == CLOCK_LATE && x.state == CLOCK_MET;
    keep_row(t, it->no,
        (struct def_trial_row){.clock = k->key,
            .from = k->limit,
            .to = x.limit,
            .due_from_us = k->due_us,
            .due_to_us = x.due_us});
}

static void add_each(
    struct trial *t, const str *v, size_t n, str no, struct def_trial_stuck **rows, size_t *n_rows)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < *n_rows && !str_eq((*rows)[at].what, v[i]))
            at++;
        if (at == *n_rows)
            VEC_PUSH(t->c->arena, *rows, *n_rows) = (struct def_trial_stuck){
                .what = str_dup(t->c->arena, v[i]), .first = str_dup(t->c->arena, no)};
        (*rows)[at].items++;
    }
}

static void add_begun(struct trial *t, const struct item_moved_begun *k, str no)
{
    struct arena *a = t->c->arena;
    size_t at = 0;
    while (at < t->out->n_begun && !str_eq(t->out->begun[at].key, k->key))
        at++;
    if (at == t->out->n_begun)
        VEC_PUSH(a, t->out->begun, t->out->n_begun) =
            (struct def_trial_begun){.key = str_dup(a, k->key), .first = str_dup(a, no)};
    t->out->begun[at].clocks++;
    t->out->begun[at].over += k->over;
    keep_row(
        t, no, (struct def_trial_row){.clock = k->key, .to = k->limit, .due_to_us = k->due_us});
}

// As if it were moved; what keeps it from that is told by its state.
static void try_move(struct trial *t, const struct item *before)
{
    struct item it;
    struct item_moved m;
    struct err own;
    err_init(&own, t->item.arena, t->c->lang);
    if (item_move_try(&t->item, t->d, &(struct item_move){0}, before, &it, &m, &own) != OK)
        return;
    if (m.stuck && t->out->stuck++ == 0)
        t->out->stuck_first = str_dup(t->c->arena, before->no);
    for (size_t i = 0; i < m.n_begun; i++)
        add_begun(t, &m.begun[i], before->no);
    if (!it.open)
        return; // nobody answers it any more
    add_each(t, m.unfit, m.n_unfit, before->no, &t->out->unfit, &t->out->n_unfit);
    add_each(t, m.gone, m.n_gone, before->no, &t->out->gone, &t->out->n_gone);
    add_each(t, m.dropped, m.n_dropped, before->no, &t->out->dropped, &t->out->n_dropped);
}

static enum err_code try_item(struct trial *t, int64_t id, struct err *e)
{
    struct item it;
    if (item_load(&t->item, id, &it, e) != OK)
        return e->code;
    t->out->items++;
    if (def_state_at(t->d, it.state) < 0)
        lost(t, it.state, false);
    for (size_t i = 0; i < it.n_parts; i++)
        if (def_part_state_at(t->d, it.parts[i].state) < 0)
            lost(t, it.parts[i].state, true);
    for (size_t i = 0; i < it.n_clocks; i++)
        try_clock(t, &it, &it.clocks[i]);
    try_move(t, &it);
    return OK;
}

enum err_code def_trial_run(struct ctx *c, const struct def *d, int64_t last, struct def_trial *out,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg, struct err *e)
{
    struct trial t = {
        .c = c, .item = *c, .d = d, .cal = rules_cal(c->rules, d->calendar), .out = out};
    CHECK(t.cal != NULL); // compiling the definition has noted a missing one
    *out = (struct def_trial){0};
    for (size_t i = 0; i < d->n_clocks; i++)
        clock_of(&t, d->clocks[i].key)->title = d->clocks[i].title;
    out->n_known = out->n_clocks;
    size_t n;
    int64_t *ids = item_newest(c, d->loop, last, &n);
    t.item.arena = arena_new();
    enum err_code code = db_status(c->db, e);
    for (size_t i = 0; i < n && code == OK; i++) {
        code = try_item(&t, ids[i], e);
        progress(arg, (int64_t)i + 1, (int64_t)n);
        arena_reset(t.item.arena);
    }
    arena_free(t.item.arena);
    return code;
}
