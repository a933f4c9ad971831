// What every change of an item ends in: derived members, the row, the event, the counters.

#include <string.h>
#include "domain/filter.h"
#include "domain/item_inner.h"
#include "domain/item_plan.h"
#include "domain/item_refer.h"
#include "domain/item_undo.h"
#include "domain/keydate.h"
#include "domain/recheck.h"
#include "domain/sealed.h"
#include "domain/supervise.h"
#include "domain/via.h"

struct item item_copy(struct arena *a, const struct item *it)
{
    struct item x = *it;
    x.fields = NULL;
    x.parts = NULL;
    x.clocks = NULL;
    x.sealed = NULL;
    x.n_fields = x.n_sealed = x.n_parts = x.n_clocks = 0;
    for (size_t i = 0; i < it->n_sealed; i++)
        VEC_PUSH(a, x.sealed, x.n_sealed) = it->sealed[i];
    for (size_t i = 0; i < it->n_fields; i++)
        VEC_PUSH(a, x.fields, x.n_fields) = it->fields[i];
    for (size_t i = 0; i < it->n_parts; i++)
        VEC_PUSH(a, x.parts, x.n_parts) = it->parts[i];
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct clock k = it->clocks[i];
        k.runs = NULL;
        k.n = 0;
        for (size_t r = 0; r < it->clocks[i].n; r++)
            VEC_PUSH(a, k.runs, k.n) = it->clocks[i].runs[r];
        VEC_PUSH(a, x.clocks, x.n_clocks) = k;
    }
    return x;
}

void item_enter(struct ctx *c, const struct def *d, struct item *it, int state)
{
    const struct def_state *s = &d->states[state];
    bool done = s->done || s->final;
    if (s->paused && !it->paused)
        item_clocks_pause(c, d, it);
    if (!s->paused && it->paused)
        item_clocks_resume(c, d, it);
    it->state = s->key;
    it->paused = s->paused;
    it->open = !done && it->merged == 0;
    if (done && it->closed_us == 0)
        it->closed_us = c->now_us;
    if (!done)
        it->closed_us = 0;
    if (s->final)
        item_clocks_void(c, d, it, 0); // nothing follows, so nothing may run on
}

// The instant a tally or a stage counts an item on; 0 when it has none yet.
static int64_t counted_at(str by, const struct item *it)
{
    if (str_eq(by, S("filed")))
        return it->filed_us;
    if (str_eq(by, S("closed")))
        return it->closed_us;
    if (str_eq(by, S("consolidated")))
        return it->solid_us;
    int64_t us = 0;
    return str_i64(item_field(it, by), &us) ? us : 0;
}

bool item_counts(
    const struct ctx *c, const struct def_tally *t, const struct item *it, int64_t *at_us)
{
    struct filter_env env = {.rules = c->rules, .now_us = c->now_us};
    *at_us = it->id != 0 && it->shelf != SHELF_GONE ? counted_at(t->by, it) : 0;
    return *at_us != 0 && (!t->match || filter_match(t->match, &env, it));
}

int64_t item_amount(const struct def_tally *t, const struct item *it)
{
    return t->sum.n > 0 ? def_sum_parts(item_field(it, t->sum)) : 1;
}

size_t item_cells(struct arena *a, int zone_s, const struct def *d, const struct item *it,
    int64_t at_us, struct tally_cell out[ITEM_CELLS_MAX])
{
    size_t n = journal_cells(at_us, zone_s, it->unit, it->cls, it->channel, out);
    for (uint64_t left = d->boards; left != 0; left &= left - 1) {
        str key = d->fields[__builtin_ctzll(left)].key;
        n += journal_field_cells(a, at_us, zone_s, key, item_field(it, key), out + n);
    }
    return n;
}

static void count(struct ctx *c, const struct def *d, const struct def_tally *t,
    const struct item *it, int64_t at_us, int sign)
{
    struct tally_cell cells[ITEM_CELLS_MAX];
    int64_t by = sign * item_amount(t, it);
    if (by == 0)
        return;
    size_t n = item_cells(c->arena, c->rules->zone_s, d, it, at_us, cells);
    journal_tally(c, d->loop, t->key, cells, n, by);
}

// Would both stand in the same cells, counted on the same instant?
static bool same_cells(const struct def *d, const struct item *a, const struct item *b)
{
    if (a->unit != b->unit || a->cls != b->cls || !str_eq(a->channel, b->channel))
        return false;
    for (uint64_t left = d->boards; left != 0; left &= left - 1) {
        str key = d->fields[__builtin_ctzll(left)].key;
        if (!str_eq(item_field(a, key), item_field(b, key)))
            return false;
    }
    return true;
}

str item_stage(
    const struct def *d, const struct def_ledger *s, const struct item *it, int64_t *at_us)
{
    *at_us = it->id != 0 && it->shelf != SHELF_GONE ? counted_at(s->by, it) : 0;
    if (*at_us == 0)
        return (str){0};
    str key = d->clocks[s->clock].key;
    char name[sizeof("clock/") + DEF_KEY_MAX];
    CHECK(key.n <= DEF_KEY_MAX);
    memcpy(name, "clock/", 6);
    memcpy(name + 6, key.s, key.n);
    str word = item_field(it, (str){name, 6 + key.n});
    for (int o = 0; o < OUTCOME_COUNT; o++)
        if (word.n > 0 && str_eq(word, def_outcome_word((enum def_outcome)o)))
            return s->keys[o];
    return (str){0};
}

static void count_stage(
    struct ctx *c, const struct def *d, str key, const struct item *it, int64_t at_us, int by)
{
    struct tally_cell cells[JOURNAL_STAGE_CELLS];
    size_t n = journal_stage_cells(at_us, c->rules->zone_s, it->unit, cells);
    if (key.n > 0)
        journal_tally(c, d->loop, key, cells, n, by);
}

// An item stands in one outcome of each stage: it leaves the one and enters the other.
static void move_stages(struct ctx *c, const struct def *old, const struct item *before,
    const struct def *d, const struct item *it)
{
    int64_t was_us = 0, is_us = 0;
    for (size_t i = 0; old != d && i < old->n_ledger; i++) {
        str was = item_stage(old, &old->ledger[i], before, &was_us);
        count_stage(c, old, was, before, was_us, -1);
    }
    for (size_t i = 0; i < d->n_ledger; i++) {
        str was = old == d ? item_stage(d, &d->ledger[i], before, &was_us) : (str){0};
        str is = item_stage(d, &d->ledger[i], it, &is_us);
        if (was.n > 0 && str_eq(was, is) && was_us == is_us && before->unit == it->unit)
            continue;
        count_stage(c, d, was, before, was_us, -1);
        count_stage(c, d, is, it, is_us, 1);
    }
}

void item_tally(
    struct ctx *c, const struct def *d, const struct item *before, const struct item *it)
{
    // Moved to another version: what the old one counted goes, what the new one counts comes.
    const struct def *old = before->id != 0 ? rules_def(c->rules, before->def) : d;
    int64_t was_us, is_us;
    CHECK(old != NULL);
    for (size_t i = 0; old != d && i < old->n_tallies; i++)
        if (item_counts(c, &old->tallies[i], before, &was_us))
            count(c, old, &old->tallies[i], before, was_us, -1);
    for (size_t i = 0; i < d->n_tallies; i++) {
        const struct def_tally *t = &d->tallies[i];
        bool was = old == d && item_counts(c, t, before, &was_us);
        bool is = item_counts(c, t, it, &is_us);
        if (was && is && was_us == is_us && same_cells(d, before, it) &&
            item_amount(t, before) == item_amount(t, it))
            continue;
        if (was)
            count(c, d, t, before, was_us, -1);
        if (is)
            count(c, d, t, it, is_us, 1);
    }
    move_stages(c, old, before, d, it);
}

// It concerns whoever may see the item, or could before, and the unit the event is about.
static void notice(
    struct ctx *c, const struct item *before, const struct item *it, const struct event *ev)
{
    int64_t *units = NULL;
    size_t n = 0;
    VEC_PUSH(c->arena, units, n) = ev->unit;
    if (it->unit != ev->unit)
        VEC_PUSH(c->arena, units, n) = it->unit;
    if (before->unit != 0 && before->unit != it->unit)
        VEC_PUSH(c->arena, units, n) = before->unit;
    if (it->receiver != ev->unit)
        VEC_PUSH(c->arena, units, n) = it->receiver;
    for (size_t i = 0; i < it->n_parts; i++)
        if (it->parts[i].unit != ev->unit)
            VEC_PUSH(c->arena, units, n) = it->parts[i].unit;
    for (size_t i = it->n_parts; i < before->n_parts; i++)
        VEC_PUSH(c->arena, units, n) = before->parts[i].unit;
    journal_notice(c, ev, it->loop, units, n);
}

enum err_code item_commit(struct ctx *c, const struct def *d, const struct item *before,
    struct item *it, struct event *ev, struct err *e)
{
    // What was taken back has the day it had, or none.
    if (!str_eq(ev->what, S(ITEM_UNDO)))
        recheck_derive(c, d, before, it);
    supervise_derive(c, d, it);
    item_waits_derive(c, d, it);
    item_lock_derive(d, it);
    item_plan(c, d, it);
    via_fill(c, d, before, it);
    item_compute(c, d, it);
    keydate_apply(c, d, it);
    item_clocks_derive(c, d, it);
    it->version = before->version + 1;
    it->changed_us = c->now_us;
    if (before->id != 0 && item_keys_move(c, d, before, it, e) != OK)
        return e->code;
    if (sealed_write(c, it, e) != OK)
        return e->code;
    it->n_sealed = 0;
    enum err_code code = before->id == 0 ? item_insert(c, it, e) : item_update(c, before, it, e);
    if (code != OK)
        return code;
    item_refer_move(c, d, before, it);
    str extra = ev->changes; // members of what the step did beside the item
    ev->changes = item_delta(c->arena, before, it);
    CHECK(ev->changes.n > 0); // both images fit into a document
    if (extra.n > 0)
        ev->changes = str_fmt(c->arena, "%.*s%s%.*s}", (int)(ev->changes.n - 1), ev->changes.s,
            ev->changes.n > 2 ? "," : "", STR_ARG(extra));
    ev->item = it->id;
    ev->version = it->version;
    ev->at_us = c->now_us;
    ev->person = c->actor ? c->actor->id : 0;
    if (journal_event(c, ev, e) != OK)
        return e->code;
    item_tally(c, d, before, it);
    notice(c, before, it, ev);
    return OK;
}

// Which unit hears of it: levels steps up the tree from the unit in charge, or from the last one it
// was raised to.
static int64_t climb(const struct ctx *c, const struct item *it, int levels)
{
    const struct unit *u = rules_unit(c->rules, it->raised ? it->raised : it->unit);
    for (int i = 0; u && i < levels && u->parent != 0; i++)
        u = rules_unit(c->rules, u->parent);
    return u ? u->id : c->rules->town;
}

static enum err_code escalate_by(struct ctx *c, const struct def *d, const struct def_escalation *x,
    struct item *it, struct err *e)
{
    struct item before = item_copy(c->arena, it);
    it->level++;
    it->raised = climb(c, it, x->levels);
    item_set_field(it, c->arena, str_fmt(c->arena, "raised/%.*s", STR_ARG(x->key)),
        str_fmt(c->arena, "%" PRId64, it->round));
    struct event ev = {.what = S("escalate"), .unit = it->raised, .note = x->title};
    const struct person *actor = c->actor;
    c->actor = NULL; // by rule, not by the person whose step set it off
    enum err_code code = item_commit(c, d, &before, it, &ev, e);
    c->actor = actor;
    return code;
}

enum err_code item_escalate(struct ctx *c, const struct def *d, struct item *it, struct err *e)
{
    struct filter_env env = {.rules = c->rules, .now_us = c->now_us};
    for (size_t i = 0; i < d->n_escalations; i++) {
        const struct def_escalation *x = &d->escalations[i];
        str fired = item_field(it, str_fmt(c->arena, "raised/%.*s", STR_ARG(x->key)));
        int64_t round = 0;
        if (str_i64(fired, &round) && round == it->round)
            continue;
        if (x->match && !filter_match(x->match, &env, it))
            continue;
        if (escalate_by(c, d, x, it, e) != OK)
            return e->code;
    }
    return OK;
}
