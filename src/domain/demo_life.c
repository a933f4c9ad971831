// One order's life: whatever state it comes into, what the script says follows is planned; each
// action is taken through the engine's own door, and what it changed is planned anew. Nothing here
// knows a loop.

#include "domain/attach.h"
#include "domain/demo_inner.h"
#include "domain/filter.h"
#include "domain/item_list.h"
#include "domain/item_store.h"

enum {
    UNITS_MAX = 8,
    IN_OFFICE_LO = 5,
    IN_OFFICE_HI = 120,
    WAIT_MIN = 120, // what waits for its children is looked at again so late at the earliest
};

static const double WHOLE = 100;

static double between(struct demo_order *o, double lo, double hi)
{
    return lo + (hi - lo) * rng_unit(&o->rng);
}

// ---- after how long

// The instant at which that share of the clock's whole time is used up; never before now.
static int64_t clock_at(struct demo *d, const struct cal *cal, const struct clock *k, double share)
{
    int64_t whole = dur_us(cal, k->limit) + k->extended_us;
    int64_t used = clock_used_us(k, cal, d->c.now_us);
    int64_t left = (int64_t)((double)whole * share) - used;
    if (left < US_MINUTE)
        left = US_MINUTE;
    left -= left % US_SECOND;
    return dur_works(k->limit) ? cal_add(cal, d->c.now_us, left) : d->c.now_us + left;
}

// The item's own clock, or the part's; of an item's move the lead's.
static const struct clock *running(
    struct demo *d, const struct demo_order *o, str key, const struct demo_part *part)
{
    int64_t id = part ? part->id : 0, lead = 0;
    for (size_t i = 0; !part && i < o->n_parts; i++)
        if (o->parts[i].lead)
            lead = o->parts[i].id;
    for (size_t i = d->it.n_clocks; i-- > 0;) {
        const struct clock *k = &d->it.clocks[i];
        bool of = k->part == 0 || k->part == id || (lead != 0 && k->part == lead);
        if (of && clock_open(k) && str_eq(k->key, key))
            return k;
    }
    return NULL;
}

static int64_t on_the_way(struct demo *d, const struct cal *cal, int64_t to_us, double share)
{
    int64_t us = (int64_t)((double)cal_between(cal, d->c.now_us, to_us) * share);
    int64_t at = cal_add(cal, d->c.now_us, us);
    return at < to_us ? at : d->c.now_us + (to_us - d->c.now_us) / 2;
}

static int64_t in_office(struct demo *d, struct demo_order *o, int64_t from_us)
{
    int64_t us = rng_range(&o->rng, IN_OFFICE_LO, IN_OFFICE_HI) * US_MINUTE;
    return cal_add(o->loop->s->cal, from_us > d->c.now_us ? from_us : d->c.now_us, us);
}

static int64_t minutes(struct demo_order *o, int64_t lo, int64_t hi)
{
    return rng_range(&o->rng, lo * 60, hi * 60) * US_SECOND;
}

// 0: it does not happen.
static int64_t when(struct demo *d, struct demo_order *o, const struct demo_span *x,
    const struct demo_part *part, int64_t next_us)
{
    const struct cal *cal = o->loop->s->cal;
    const struct def *def = o->loop->s->def;
    if (x->by_way)
        return next_us == 0 ? 0
                            : on_the_way(d, cal, next_us, between(o, x->way_lo, x->way_hi) / WHOLE);
    const struct clock *k = x->clock < 0 ? NULL : running(d, o, def->clocks[x->clock].key, part);
    if (k)
        return clock_at(d, cal, k, between(o, x->share_lo, x->share_hi) / WHOLE);
    if (x->only_clock)
        return 0;
    int64_t date_us = d->c.now_us;
    if (x->date >= 0 &&
        !tm_parse(item_field(&d->it, def->fields[x->date].key), d->c.rules->zone_s, &date_us))
        date_us = d->c.now_us;
    if (x->by_days)
        return in_office(d, o, date_us + rng_range(&o->rng, x->days_lo, x->days_hi) * US_DAY);
    if (x->by_plain)
        return d->c.now_us + minutes(o, x->plain_lo, x->plain_hi);
    return cal_add(cal, d->c.now_us, minutes(o, x->work_lo, x->work_hi));
}

// ---- what follows

static const struct unit *helper(const struct demo *d, const struct demo_order *o, size_t i)
{
    return o->k->assists[i] ? o->k->assists[i] : d->t.places[o->place];
}

static bool has_part(const struct demo_order *o, const struct unit *u)
{
    for (size_t i = 0; i < o->n_parts; i++)
        if (o->parts[i].unit == u)
            return true;
    return false;
}

static const struct unit *new_helper(const struct demo *d, const struct demo_order *o)
{
    for (size_t i = 0; i < o->k->n_assists; i++)
        if (!has_part(o, helper(d, o, i)))
            return helper(d, o, i);
    return NULL;
}

static bool possible(const struct demo *d, const struct demo_order *o, const struct demo_move *m)
{
    if (m->step->does == DOES_MERGE)
        return o->main && o->main->serial == o->main_serial && o->main->open && !o->main->merged &&
               !o->joined;
    if (m->step->does == DOES_ASSIST && m->units == UNITS_MATTER)
        return new_helper(d, o) != NULL;
    return true;
}

static bool comes(struct demo *d, struct demo_order *o, const struct demo_move *m, uint64_t more)
{
    return demo_fits(d, o, &m->when, more) && possible(d, o, m) && demo_happens(o, m->share);
}

static void plan_follow(
    struct demo *d, struct demo_order *o, const struct demo_follow *f, const struct demo_part *part)
{
    uint64_t more = part && part->lead ? DEMO_TRAIT_LEAD : 0;
    int64_t next_us = 0;
    for (size_t i = 0; next_us == 0 && i < f->n_next; i++) {
        const struct demo_move *m = &f->next[i];
        if (!comes(d, o, m, more))
            continue;
        next_us = when(d, o, &m->after, part, 0);
        demo_plan(d, o, m, DEMO_TAKE, next_us, part);
    }
    for (size_t i = 0; i < f->n_beside; i++) {
        const struct demo_move *m = &f->beside[i];
        if (!comes(d, o, m, more))
            continue;
        int64_t at = when(d, o, &m->after, part, next_us);
        if (at > 0 && next_us > 0 && at >= next_us)
            at = on_the_way(d, o->loop->s->cal, next_us, between(o, 0.3, 0.9));
        if (at > 0)
            demo_plan(d, o, m, DEMO_TAKE, at, part);
    }
}

static void plan_part(struct demo *d, struct demo_order *o, struct demo_part *p)
{
    p->stamp = ++o->stamps;
    if (!o->paused)
        plan_follow(d, o, &o->loop->s->lives.parts[p->state], p);
}

static void plan_item(struct demo *d, struct demo_order *o)
{
    o->stamp = ++o->stamps;
    if (!o->merged)
        plan_follow(d, o, &o->loop->s->lives.states[o->state], NULL);
}

// The open parts as they stand now; what was planned for one that stands as before stays.
static void take_parts(struct demo *d, struct demo_order *o, bool *changed)
{
    const struct def *def = o->loop->s->def;
    struct demo_part was[DEMO_PARTS_MAX];
    size_t n_was = o->n_parts;
    for (size_t i = 0; i < n_was; i++)
        was[i] = o->parts[i];
    o->n_parts = 0;
    for (size_t i = 0; i < d->it.n_parts && o->n_parts < DEMO_PARTS_MAX; i++) {
        const struct item_part *p = &d->it.parts[i];
        if (!item_part_open(p, def->part_states, def->n_part_states))
            continue;
        struct demo_part now = {.id = p->id,
            .unit = rules_unit(d->c.rules, p->unit),
            .lead = p->lead,
            .state = def_part_state_at(def, p->state)};
        changed[o->n_parts] = true;
        for (size_t k = 0; k < n_was; k++) {
            if (was[k].id != now.id || was[k].state != now.state || was[k].lead != now.lead)
                continue;
            now.stamp = was[k].stamp;
            changed[o->n_parts] = false;
        }
        o->parts[o->n_parts++] = now;
    }
}

// d->it is the order as it stands now. again: the item is planned anew in any case; again_part: so
// is that part.
static void follow(struct demo *d, struct demo_order *o, bool again, int64_t again_part)
{
    const struct item *it = &d->it;
    bool changed[DEMO_PARTS_MAX] = {0};
    int state = def_state_at(o->loop->s->def, it->state);
    bool all = again || state != o->state || it->round != o->round ||
               (it->merged != 0) != o->merged || it->paused != o->paused;
    o->state = state;
    o->round = it->round;
    o->open = it->open;
    o->paused = it->paused;
    o->merged = it->merged != 0;
    o->owner = rules_unit(d->c.rules, it->unit);
    take_parts(d, o, changed);
    for (size_t i = 0; i < o->n_parts; i++) {
        struct demo_part *p = &o->parts[i];
        if (!o->open || o->merged)
            p->stamp = ++o->stamps;
        else if (all || changed[i] || p->id == again_part)
            plan_part(d, o, p);
    }
    if (all)
        plan_item(d, o);
}

void demo_begin(struct demo *d, struct demo_order *o)
{
    follow(d, o, true, 0);
}

enum err_code demo_look(struct demo *d, struct demo_order *o)
{
    struct err sub;
    err_init(&sub, d->c.arena, d->e->lang);
    if (item_load(&d->c, o->item, &d->it, &sub) != OK)
        return demo_fail(d, o, S("look"), &sub);
    d->it_of = o->item;
    follow(d, o, false, 0);
    return OK;
}

// ---- an action

static const struct unit *other_unit(struct demo *d, struct demo_order *o)
{
    const struct demo_script *s = o->loop->s;
    for (int tries = 0; tries < 20; tries++) {
        const struct demo_case *k = &s->cases[rng_range(&o->rng, 0, (int64_t)s->n_cases - 1)];
        const struct unit *u = k->n_leads > 0 ? k->leads[0] : NULL;
        if (u && u != o->lead)
            return u;
    }
    return d->t.places[(o->place + 1) % d->t.n_places];
}

static void add_unit(struct step_in *in, int64_t id)
{
    for (size_t i = 0; i < in->n_units; i++)
        if (in->units[i] == id)
            return;
    if (in->n_units < UNITS_MAX)
        in->units[in->n_units++] = id;
}

static void choose_units(
    struct demo *d, struct demo_order *o, const struct demo_move *m, struct step_in *in)
{
    bool assist = m->step->does == DOES_ASSIST;
    if (m->step->does != DOES_DISPATCH && !assist)
        return;
    in->units = NEW_ARRAY(d->c.arena, UNITS_MAX, int64_t);
    for (size_t i = 0; m->units == UNITS_NAMED && i < m->n_named; i++)
        add_unit(in, m->named[i]->id);
    if (m->units == UNITS_OTHER)
        add_unit(in, other_unit(d, o)->id);
    if (m->units != UNITS_MATTER)
        return;
    add_unit(in, assist ? new_helper(d, o)->id : o->lead->id);
    for (size_t i = 0; !assist && i < o->k->n_assists; i++)
        if (demo_happens(o, m->assists))
            add_unit(in, helper(d, o, i)->id);
}

static void choose_reason(
    struct demo *d, struct demo_order *o, const struct demo_move *m, struct step_in *in)
{
    const struct def_step *s = m->step;
    if (s->reasons < 0)
        return;
    if (m->n_reasons > 0) {
        const struct demo_reason *x =
            &m->reasons[rng_weighted(&o->rng, m->reason_weights, m->n_reasons)];
        in->reason = x->key;
        in->reason_option = x->option;
        if (x->note.n > 0)
            in->note = demo_say_text(d, o, &x->note);
        return;
    }
    const struct def_reasons *list = &o->loop->s->def->reasons[s->reasons];
    const struct def_reason *r = &list->rows[rng_range(&o->rng, 0, (int64_t)list->n - 1)];
    in->reason = r->key;
    if (r->n > 0)
        in->reason_option = r->options[rng_range(&o->rng, 0, (int64_t)r->n - 1)];
}

// The same matter under another class of the same group.
static int64_t near_class(struct demo *d, struct demo_order *o)
{
    const struct demo_script *s = o->loop->s;
    const struct class_ *was = rules_class(d->c.rules, o->k->cls);
    int64_t found[32];
    size_t n = 0;
    for (size_t i = 0; was && i < s->n_cases && n < ARRAY_LEN(found); i++) {
        const struct class_ *is = rules_class(d->c.rules, s->cases[i].cls);
        if (is && is != was && is->parent == was->parent)
            found[n++] = is->id;
    }
    return n == 0 ? 0 : found[rng_next(&o->rng) % n];
}

// The newest of those the move speaks of that are of its class, in its cell, and belong to nothing.
static void choose_members(
    struct demo *d, struct demo_order *o, const struct demo_move *m, struct step_in *in)
{
    const struct class_ *k = rules_class(d->c.rules, o->k->cls);
    struct err quiet;
    struct list_out found = {0};
    err_init(&quiet, d->c.arena, d->e->lang);
    str text = str_fmt(d->c.arena, "%.*s gathered:no", STR_ARG(m->members));
    str layer = o->loop->s->def->gathers.cell;
    str cell = item_field(&d->it, str_fmt(d->c.arena, "cell/%.*s", STR_ARG(layer)));
    if (k)
        text = str_fmt(d->c.arena, "%.*s class:%.*s/%.*s", STR_ARG(text), STR_ARG(k->scheme),
            STR_ARG(k->code));
    if (cell.n > 0)
        text = str_fmt(
            d->c.arena, "%.*s cell.%.*s:%.*s", STR_ARG(text), STR_ARG(layer), STR_ARG(cell));
    struct list_in list = {.filter = filter_parse(d->c.arena, d->c.rules, NULL, text, &quiet),
        .sort = SORT_FILED_DOWN,
        .limit = rng_range(&o->rng, m->members_lo, m->members_hi)};
    if (quiet.code != OK || item_list(&d->c, &list, &found, &quiet) != OK)
        return;
    in->members = NEW_ARRAY(d->c.arena, found.n, str);
    for (size_t i = 0; i < found.n && (int64_t)i < list.limit; i++)
        in->members[in->n_members++] = found.rows[i].no;
}

static void choose_rest(
    struct demo *d, struct demo_order *o, const struct demo_move *m, struct step_in *in)
{
    if (m->note.n > 0 && demo_happens(o, m->note_share))
        in->note = demo_say_text(d, o, &m->note);
    choose_reason(d, o, m, in);
    choose_units(d, o, m, in);
    in->judge = m->judge;
    in->cls = m->near_class ? near_class(d, o) : 0;
    if (m->step->does == DOES_EXTEND)
        in->extend = (struct dur){
            .n = rng_range(&o->rng, m->extend_lo, m->extend_hi), .unit = m->step->max.unit};
    if (m->step->does == DOES_MERGE)
        in->other = str_of(o->main->no);
}

static enum err_code step(struct demo *d, struct demo_order *o, struct step_in *in)
{
    struct err sub;
    err_init(&sub, d->c.arena, d->e->lang);
    if (!d->c.actor)
        err_add(&sub, ERR_INVALID, S("who"), (str){0}, "nobody is there to do it", "没有人来做");
    else if (item_step(&d->c, in, &d->it, &sub) == OK)
        d->it_of = o->item;
    return sub.code == OK ? OK : demo_fail(d, o, in->step, &sub);
}

// What is attached stands in the history as an entry of its own, before the step.
static enum err_code attach(
    struct demo *d, struct demo_order *o, const struct demo_files *f, struct step_in *step)
{
    struct err sub;
    err_init(&sub, d->c.arena, d->e->lang);
    if (f->n == 0 || !demo_happens(o, f->share))
        return OK;
    int64_t town = d->c.rules->town;
    step->files = NEW_ARRAY(d->c.arena, (size_t)f->hi, int64_t);
    for (int64_t i = 0, n = rng_range(&o->rng, f->lo, f->hi); i < n; i++) {
        struct demo_picture *p = f->of[rng_next(&o->rng) % f->n];
        struct attach_in in = {.item = o->item,
            .name = str_fmt(d->c.arena, "%.*s%" PRId64 "%.*s", STR_ARG(f->name), i + 1,
                STR_ARG(str_sub(p->file, p->file.n - 4, 4))),
            .type = p->type,
            .content = p->content,
            .hash = p->hash};
        if (p->hash.n == 0 && attach_store(&d->c, &in, &sub) == OK)
            in.hash = p->hash = str_dup(d->a, in.hash);
        if (sub.code != OK || attach_record(&d->c, &in, &sub) != OK)
            return demo_fail(d, o, p->file, &sub);
        step->files[step->n_files++] = db_one_i64(d->c.db, 0,
            "SELECT max(id) FROM file WHERE town = ?1 AND item = ?2", V(town), V(o->item));
    }
    return db_status(d->c.db, d->e);
}

static struct step_in step_of(struct demo *d, struct demo_order *o, const struct demo_move *m,
    const struct demo_part *part, const struct demo_answers *answers)
{
    struct step_in in = {.item = o->item,
        .step = m->step->key,
        .version = ITEM_ANY_VERSION,
        .part = part ? part->id : 0};
    in.fields = NEW_ARRAY(d->c.arena, o->loop->s->def->n_fields, struct item_field);
    demo_answer(d, o, answers, part && part->lead ? DEMO_TRAIT_LEAD : 0, in.fields, &in.n_fields);
    return in;
}

// What a step that was taken leaves behind.
static void taken(
    struct demo *d, struct demo_order *o, const struct demo_move *m, const struct demo_part *part)
{
    int64_t again_part = part && m->again ? part->id : 0;
    if (m->step->does == DOES_MERGE)
        o->main->joined = true;
    o->traits |= m->sets;
    demo_draw(d, o, m->redraws);
    follow(d, o, m->again && !part, again_part);
    demo_plan_alarm(d, o);
}

static void plan_decision(struct demo *d, struct demo_order *o, const struct demo_move *m,
    int stage, const struct demo_part *part)
{
    demo_plan(d, o, m, stage, when(d, o, &m->decisions[stage].after, part, 0), part);
    demo_plan_alarm(d, o);
}

static enum err_code take(
    struct demo *d, struct demo_order *o, const struct demo_move *m, struct demo_part *part)
{
    o->traits &= ~m->clears;
    struct step_in in = step_of(d, o, m, part, &m->answers);
    choose_rest(d, o, m, &in);
    const struct person *who = demo_somebody(d, o, &m->who, part);
    d->c.actor = who;
    if (m->step->does == DOES_GATHER && demo_look(d, o) == OK)
        choose_members(d, o, m, &in);
    if (m->step->does == DOES_GATHER && in.n_members == 0)
        return d->e->code; // nothing is there that it could take in
    struct demo_order *child = m->step->does == DOES_CHILD ? demo_child(d, o, m, &in) : NULL;
    if ((who && attach(d, o, &m->files, &in) != OK) || step(d, o, &in) != OK)
        return d->e->code;
    o->asker = who ? who->id : 0;
    if (m->step->n_stages > 0)
        plan_decision(d, o, m, 0, part);
    else
        taken(d, o, m, part);
    return child ? demo_child_filed(d, o, child) : OK;
}

// Two pairs of eyes: who asked does not decide.
static const struct person *somebody_else(
    struct demo *d, struct demo_order *o, const struct demo_who *who, const struct demo_part *part)
{
    const struct person *p = NULL;
    for (int tries = 0; tries < 50; tries++) {
        p = demo_somebody(d, o, who, part);
        if (p && p->id != o->asker)
            return p;
    }
    return p;
}

static enum err_code decide(struct demo *d, struct demo_order *o, const struct demo_move *m,
    int stage, struct demo_part *part)
{
    const struct demo_decision *x = &m->decisions[stage];
    bool refuse = demo_happens(o, x->refuse);
    struct step_in in = step_of(d, o, m, part, refuse ? &(struct demo_answers){0} : &x->answers);
    in.say = refuse ? SAY_NO : SAY_YES;
    in.note = demo_say_text(d, o, refuse ? &x->no : &x->yes);
    d->c.actor = somebody_else(d, o, &x->who, part);
    if (step(d, o, &in) != OK)
        return d->e->code;
    if (refuse) { // life goes on without it
        follow(d, o, !part, part ? part->id : 0);
        demo_plan_alarm(d, o);
    } else if ((size_t)stage + 1 < m->step->n_stages) {
        plan_decision(d, o, m, stage + 1, part);
    } else {
        taken(d, o, m, part);
    }
    return OK;
}

// Life may have gone another way since it was planned.
static bool still_on(const struct demo_entry *x, struct demo_part **part)
{
    struct demo_order *o = x->o;
    *part = NULL;
    if (x->part == 0)
        return x->stamp == o->stamp;
    for (size_t i = 0; i < o->n_parts; i++)
        if (o->parts[i].id == x->part)
            *part = &o->parts[i];
    return *part && (*part)->stamp == x->stamp;
}

enum err_code demo_act(struct demo *d, const struct demo_entry *x)
{
    struct demo_order *o = x->o;
    const struct demo_move *m = x->move;
    struct demo_part *part;
    if (!still_on(x, &part) || !demo_open(d, o, m->step, part))
        return OK;
    if (!possible(d, o, m)) { // what it would have joined has gone: another way, then
        o->main = NULL;
        if (demo_look(d, o) == OK)
            follow(d, o, true, 0);
        return d->e->code;
    }
    if (demo_waits(d, o, m)) {
        int64_t at_us = when(d, o, &m->after, part, 0);
        int64_t soonest_us = d->c.now_us + WAIT_MIN * US_MINUTE;
        demo_plan(d, o, m, x->stage, at_us > soonest_us ? at_us : soonest_us, part);
        return OK;
    }
    return x->stage == DEMO_TAKE ? take(d, o, m, part) : decide(d, o, m, x->stage, part);
}
