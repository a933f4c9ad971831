#include "domain/item_since.h"

#include "domain/item_fold.h"
#include "domain/item_inner.h"
#include "domain/item_undo.h"

struct since {
    struct ctx *c; // its clock stands at the event that is looked at
    const struct def *d;
    struct item *it;
    const struct item_move *m;
    struct item was;  // the item up to here
    struct item sham; // its clocks by the other version; of the rest only what these ask
};

static bool held(const struct item *it)
{
    return it->paused || it->merged != 0;
}

static str any_state(const struct def *d, bool open)
{
    for (size_t i = 0; i < d->n_part_states; i++)
        if (d->part_states[i].final != open)
            return d->part_states[i].key;
    return (str){0};
}

// Its parts as they were, in states of the other version that are as open as theirs.
static void copy_parts(struct since *s)
{
    const struct def *own = rules_def(s->c->rules, s->was.def);
    s->sham.parts = NULL;
    s->sham.n_parts = 0;
    for (size_t i = 0; i < s->was.n_parts; i++) {
        struct item_part p = s->was.parts[i];
        bool open = own && item_part_open(&p, own->part_states, own->n_part_states);
        p.state = any_state(s->d, open);
        VEC_PUSH(s->c->arena, s->sham.parts, s->sham.n_parts) = p;
        if (!open)
            item_clocks_void(s->c, s->d, &s->sham, p.id);
    }
}

static bool is_over(const struct since *s)
{
    const struct def *own = rules_def(s->c->rules, s->was.def);
    int at = own ? def_state_at(own, s->was.state) : DEF_NONE;
    return at >= 0 && own->states[at].final;
}

// The item has come to stand otherwise: its clocks follow.
static void follow(struct since *s, bool was_held)
{
    copy_parts(s);
    s->sham.round = s->was.round;
    if (!was_held && held(&s->was))
        item_clocks_pause(s->c, s->d, &s->sham);
    if (was_held && !held(&s->was))
        item_clocks_resume(s->c, s->d, &s->sham);
    if (is_over(s))
        item_clocks_void(s->c, s->d, &s->sham, 0);
}

static bool given_back(const struct since *s, const struct def_step *step)
{
    int at = def_state_at(s->d, item_move_state(s->m, s->was.state));
    return at >= 0 && at == step->back;
}

static void start(struct since *s, const struct def_step *step, int64_t part, size_t parts_before)
{
    uint64_t clocks = step->start;
    if (step->does == DOES_UNMERGE)
        clocks |= s->d->steps[0].start;
    if (step->does == DOES_PASS) {
        for (size_t i = parts_before; i < s->sham.n_parts; i++)
            item_clocks_start(s->c, s->d, &s->sham, clocks, s->sham.parts[i].id);
        return;
    }
    bool back = step->does == DOES_RETURN;
    clocks &= ~s->d->nodes; // these are planned, not started
    if (!back || given_back(s, step))
        item_clocks_start(s->c, s->d, &s->sham, clocks, step->on_part && !back ? part : 0);
}

static enum err_code one(
    struct since *s, const struct item_was *ev, bool filing, struct item *before, struct err *e)
{
    const struct def_step *step = filing ? &s->d->steps[0] : def_step(s->d, ev->what);
    bool was_held = held(&s->was), undone = str_eq(ev->what, S(ITEM_UNDO));
    size_t parts_before = s->was.n_parts;
    if (item_apply(s->c->arena, &s->was, ev->changes, ev->at_us, e) != OK)
        return e->code;
    // The promise counts from the call, also when it is entered later.
    s->c->now_us = filing ? s->was.filed_us : ev->at_us;
    if (undone)
        s->sham = item_copy(s->c->arena, before);
    if (str_eq(ev->what, S("close_merged")))
        item_clocks_stop(s->c, s->d, &s->sham, UINT64_MAX, 0);
    if (step && step->does != DOES_RETURN)
        item_clocks_stop(s->c, s->d, &s->sham, step->stop, step->on_part ? ev->part : 0);
    follow(s, was_held);
    if (step)
        start(s, step, ev->part, parts_before);
    return OK;
}

// What was only there before it was moved away is not there.
static bool has(const struct item *it, const struct clock *k)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *x = &it->clocks[i];
        if (str_eq(x->key, k->key) && x->part == k->part && x->round == k->round &&
            x->state != CLOCK_VOID)
            return true;
    }
    return false;
}

// Its events gone through by the steps of one version: sham has the clocks it comes to.
static enum err_code run(struct since *s, const struct item_was *rows, size_t n, struct err *e)
{
    struct arena *a = s->c->arena;
    struct item *before = NEW_ARRAY(a, n, struct item); // what stood before each event
    int64_t now_us = s->c->now_us;
    enum err_code code = OK;
    s->sham = *s->it; // limits are looked up for the item as it is
    s->sham.clocks = NULL;
    s->sham.n_clocks = 0;
    for (size_t i = 0; i < n && code == OK; i++) {
        const struct item_was *last = item_fold_last(rows, i);
        before[i] = item_copy(a, &s->sham);
        bool filing = i == 0 && !str_eq(rows[i].what, S("import"));
        code = one(s, &rows[i], filing, last ? &before[last - rows] : &before[i], e);
    }
    s->c->now_us = now_us;
    if (held(s->it) && !held(&s->was))
        item_clocks_pause(s->c, s->d, &s->sham);
    if (!held(s->it) && held(&s->was))
        item_clocks_resume(s->c, s->d, &s->sham);
    return code;
}

enum err_code item_since(struct ctx *c, const struct def *from, const struct def *to,
    const struct item_move *m, struct item *it, struct err *e)
{
    struct ctx then = *c;
    struct item_move as_it_was = {0};
    struct since own = {.c = &then, .d = from, .it = it, .m = &as_it_was, .was.id = it->id};
    struct since s = {.c = &then, .d = to, .it = it, .m = m, .was.id = it->id};
    size_t n;
    const struct item_was *rows = item_fold_events(c, it->id, &n);
    if (db_status(c->db, e) != OK || run(&own, rows, n, e) != OK || run(&s, rows, n, e) != OK)
        return e->code;
    for (size_t i = 0; i < s.sham.n_clocks; i++) {
        const struct clock *k = &s.sham.clocks[i];
        const struct item_part *p = k->part ? item_part(it, k->part) : NULL;
        bool of_open = k->part == 0 || (p && item_part_open(p, to->part_states, to->n_part_states));
        if (clock_open(k) && of_open && !has(&own.sham, k) && !has(it, k))
            VEC_PUSH(c->arena, it->clocks, it->n_clocks) = *k;
    }
    return OK;
}
