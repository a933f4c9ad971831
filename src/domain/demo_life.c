// One order's life: filed, and then action after action, each of which plans what follows it. How
// often things go wrong is in the shares below; when something happens follows from the order's own
// clocks.

#include <string.h>
#include "domain/attach.h"
#include "domain/demo_inner.h"
#include "store/blob.h"

// Shares of all orders, in thousandths.
enum {
    SHARE_VOID = 3,
    SHARE_MERGED = 12,
    SHARE_AMENDED = 15,
    SHARE_RETURNED = 60,
    SHARE_RETURNED_AGAIN = 8,
    SHARE_EXTENDED = 52,
    SHARE_SUSPENDED = 15,
    SHARE_LATE = 45,
    SHARE_CONTACT_LATE = 30,
    SHARE_CONTACT_FAILED = 30,
    SHARE_CONTACT_NEVER = 12,
    SHARE_REDONE = 30,
    SHARE_ASSISTED = 300, // of the classes that name somebody to assist
    SHARE_ASSISTED_LATER = 40,
    SHARE_URGED = 20,
    SHARE_INSTRUCTED = 12,
    SHARE_NOTED = 60,
    SHARE_RATED = 930, // of what is closed: the rest is not reached
    SHARE_REVIEWED = 110,
    SHARE_EXCLUDED = 8,
    SHARE_RECHECKED = 450, // of the dissatisfied
    SHARE_REOPENED = 80,
    SHARE_LATE_DISPATCH = 20,
    WHOLE = 1000,
};

static bool happens(struct demo_order *o, int share)
{
    return rng_range(&o->rng, 0, WHOLE - 1) < share;
}

static double between(struct demo_order *o, double lo, double hi)
{
    return lo + (hi - lo) * rng_unit(&o->rng);
}

// So many working minutes from now, somewhere in between.
static int64_t soon(struct demo *d, struct demo_order *o, int64_t lo_min, int64_t hi_min)
{
    int64_t us = rng_range(&o->rng, lo_min * 60, hi_min * 60) * US_SECOND;
    return cal_add(d->s.cal, d->c.now_us, us);
}

// The instant at which that share of the clock's whole time is used up; never before now.
static int64_t clock_at(struct demo *d, const struct clock *k, double share)
{
    int64_t whole = dur_us(d->s.cal, k->limit) + k->extended_us;
    int64_t used = clock_used_us(k, d->s.cal, d->c.now_us);
    int64_t left = (int64_t)((double)whole * share) - used;
    if (left < US_MINUTE)
        left = US_MINUTE;
    left -= left % US_SECOND;
    return dur_works(k->limit) ? cal_add(d->s.cal, d->c.now_us, left) : d->c.now_us + left;
}

static const struct clock *clock_of(const struct item *it, const char *key, int64_t part)
{
    for (size_t i = it->n_clocks; i-- > 0;)
        if (str_eq(it->clocks[i].key, str_of(key)) && it->clocks[i].part == part &&
            clock_open(&it->clocks[i]))
            return &it->clocks[i];
    return NULL;
}

// ---- taking a step

static void note_where(
    struct demo *d, const struct demo_order *o, const char *what, const struct err *sub)
{
    str when = tm_minute(d->a, d->c.now_us, d->c.rules->zone_s);
    err_merge(
        d->e, sub, str_fmt(d->a, "order %" PRId64 ", %s, %.*s: ", o->serial, what, STR_ARG(when)));
}

static enum err_code step(struct demo *d, struct demo_order *o, const struct person *who,
    const char *key, struct step_in *in)
{
    struct err sub;
    err_init(&sub, d->c.arena, d->e->lang);
    in->item = o->item;
    in->step = str_of(key);
    in->version = ITEM_ANY_VERSION;
    if (in->cls == 0)
        in->cls = ITEM_SAME_CLASS;
    in->fields = d->fields;
    in->n_fields = d->n_fields;
    d->c.actor = who;
    enum err_code code = item_step(&d->c, in, &d->it, &sub);
    d->n_fields = 0;
    if (code != OK) {
        note_where(d, o, key, &sub);
        return code;
    }
    o->state = def_state_at(d->s.def, d->it.state);
    o->open = d->it.open;
    demo_plan_alarm(d, o);
    return OK;
}

static const struct person *dispatcher(struct demo *d, struct demo_order *o)
{
    return demo_person(&o->rng, &d->s.dispatchers);
}

static const struct person *leader(struct demo *d, struct demo_order *o)
{
    return demo_person(&o->rng, &d->s.leaders);
}

static const struct person *handler(struct demo *d, struct demo_order *o, const struct unit *u)
{
    return demo_person(&o->rng, imap_get(&d->s.handlers, u->id));
}

// A reason of the step's own list; true when it has one.
static void reason(struct demo *d, struct demo_order *o, const char *key, struct step_in *in)
{
    const struct def *def = d->s.def;
    const struct def_step *s = def_step(def, str_of(key));
    if (s->reasons < 0)
        return;
    const struct def_reasons *list = &def->reasons[s->reasons];
    const struct def_reason *r = &list->rows[rng_range(&o->rng, 0, (int64_t)list->n - 1)];
    in->reason = r->key;
    if (r->n > 0)
        in->reason_option = r->options[rng_range(&o->rng, 0, (int64_t)r->n - 1)];
}

static struct demo_part *part_of(struct demo_order *o, int64_t id)
{
    for (size_t i = 0; i < o->n_parts; i++)
        if (o->parts[i].id == id)
            return &o->parts[i];
    return NULL;
}

static struct demo_part *lead_part(struct demo_order *o)
{
    for (size_t i = 0; i < o->n_parts; i++)
        if (o->parts[i].lead)
            return &o->parts[i];
    return NULL;
}

// ---- planning

// The parts that are open now, as the latest step left them.
static void take_parts(struct demo *d, struct demo_order *o)
{
    o->n_parts = 0;
    for (size_t i = 0; i < d->it.n_parts && o->n_parts < DEMO_PARTS_MAX; i++) {
        const struct item_part *p = &d->it.parts[i];
        if (item_part_open(p, d->s.def->part_states, d->s.def->n_part_states))
            o->parts[o->n_parts++] = (struct demo_part){
                .id = p->id, .unit = rules_unit(d->c.rules, p->unit), .lead = p->lead};
    }
}

static void plan_contact(struct demo *d, struct demo_order *o, struct demo_part *p)
{
    const struct clock *k = clock_of(&d->it, "contact", p->id);
    if (!k || o->contacted || o->contact == 2)
        return;
    int64_t at = clock_at(d, k, o->late_contact ? between(o, 1.05, 1.6) : between(o, 0.2, 0.9));
    if (at >= p->reply_us)
        at = cal_add(d->s.cal, d->c.now_us, cal_between(d->s.cal, d->c.now_us, p->reply_us) / 2);
    if (at < p->reply_us)
        demo_plan(d, o, ACT_CONTACT, at, p->id);
}

// The way to an instant, so far along in working time.
static int64_t on_the_way(struct demo *d, int64_t to_us, double share)
{
    int64_t us = (int64_t)((double)cal_between(d->s.cal, d->c.now_us, to_us) * share);
    int64_t at = cal_add(d->s.cal, d->c.now_us, us);
    return at < to_us ? at : d->c.now_us + (to_us - d->c.now_us) / 2;
}

// Somebody accepts and answers each open part; the lead answers last.
static void plan_parts(struct demo *d, struct demo_order *o, double from, double to)
{
    struct demo_part *lead = lead_part(o);
    const struct clock *k = lead ? clock_of(&d->it, "handle", lead->id) : NULL;
    if (!lead || lead->done)
        return;
    lead->reply_us = k ? clock_at(d, k, between(o, from, to)) : soon(d, o, 60, 600);
    for (size_t i = 0; i < o->n_parts; i++) {
        struct demo_part *p = &o->parts[i];
        if (p->done)
            continue;
        if (!p->lead)
            p->reply_us = on_the_way(d, lead->reply_us, between(o, 0.3, 0.9));
        if (!p->accepted && !d->fast)
            demo_plan(d, o, ACT_ACCEPT, on_the_way(d, p->reply_us, between(o, 0.02, 0.2)), p->id);
        demo_plan(d, o, ACT_REPLY, p->reply_us, p->id);
    }
    plan_contact(d, o, lead);
}

// What else happens while an order is being handled.
static void plan_sides(struct demo *d, struct demo_order *o)
{
    int64_t end = lead_part(o)->reply_us;
    if (o->urge)
        demo_plan(d, o, ACT_URGE, on_the_way(d, end, between(o, 0.4, 0.9)), 0);
    if (o->instruct)
        demo_plan(d, o, ACT_INSTRUCT, on_the_way(d, end, between(o, 0.1, 0.6)), 0);
    if (o->note)
        demo_plan(d, o, ACT_NOTE, on_the_way(d, end, between(o, 0.3, 0.8)), 0);
    if (o->late_assist && o->n_parts == 1 && o->k->n_assists > 0)
        demo_plan(d, o, ACT_ASSIST, on_the_way(d, end, between(o, 0.1, 0.4)), 0);
    o->urge = o->instruct = o->note = o->late_assist = false;
}

static void plan_handling(struct demo *d, struct demo_order *o)
{
    take_parts(d, o);
    struct demo_part *lead = lead_part(o);
    CHECK(lead != NULL); // a dispatch names one
    const struct clock *k = clock_of(&d->it, "handle", lead->id);
    bool patient = k && k->limit.unit == DUR_WORK_DAYS && k->limit.n > 1;
    bool extend = o->extend && patient, suspend = o->suspend && patient && !extend;
    // The answer planned here falls away when the time is extended, or the order suspended, before
    // it.
    if (extend || suspend)
        plan_parts(d, o, 0.96, 0.99);
    else if (o->late)
        plan_parts(d, o, 1.03, 1.7);
    else
        plan_parts(d, o, 0.12, 0.92);
    plan_sides(d, o);
    if (extend)
        demo_plan(d, o, ACT_EXTEND, clock_at(d, k, between(o, 0.5, 0.92)), lead->id);
    if (suspend)
        demo_plan(d, o, ACT_SUSPEND, clock_at(d, k, between(o, 0.1, 0.6)), 0);
    o->late = o->late_contact = false;
}

static void plan_dispatch(struct demo *d, struct demo_order *o)
{
    const struct clock *k = clock_of(&d->it, "dispatch", 0);
    bool late = happens(o, SHARE_LATE_DISPATCH);
    int64_t at =
        k ? clock_at(d, k, late ? between(o, 1.05, 2) : between(o, 0.05, 0.7)) : soon(d, o, 5, 60);
    if (o->void_) {
        demo_plan(d, o, ACT_VOID, at, 0);
        return;
    }
    if (o->amend)
        demo_plan(d, o, ACT_AMEND, d->c.now_us + (at - d->c.now_us) / 2, 0);
    o->amend = false;
    demo_plan(d, o, o->main ? ACT_MERGE : ACT_DISPATCH, at, 0);
}

// ---- filing

static void plan_life(const struct demo *d, struct demo_order *o)
{
    o->void_ = happens(o, SHARE_VOID);
    o->amend = happens(o, SHARE_AMENDED);
    o->returns = happens(o, SHARE_RETURNED) ? 1 : 0;
    if (o->returns && happens(o, SHARE_RETURNED_AGAIN * WHOLE / SHARE_RETURNED))
        o->returns = 2;
    o->extend = happens(o, SHARE_EXTENDED);
    o->suspend = happens(o, SHARE_SUSPENDED);
    o->late = happens(o, SHARE_LATE);
    o->late_contact = happens(o, SHARE_CONTACT_LATE);
    o->contact = happens(o, SHARE_CONTACT_NEVER) ? 2 : happens(o, SHARE_CONTACT_FAILED) ? 1 : 0;
    o->redo = happens(o, SHARE_REDONE);
    o->assist = o->k->n_assists > 0 && happens(o, SHARE_ASSISTED);
    o->late_assist = happens(o, SHARE_ASSISTED_LATER);
    o->urge = happens(o, SHARE_URGED);
    o->instruct = happens(o, SHARE_INSTRUCTED);
    o->note = happens(o, SHARE_NOTED);
    if (!d->fast)
        return;
    o->void_ = o->amend = o->extend = o->suspend = o->redo = o->assist = o->late_assist = false;
    o->urge = o->instruct = o->note = false;
}

static const struct unit *lead_for(struct demo *d, struct demo_order *o)
{
    const struct unit *u =
        o->k->n_leads > 0 ? o->k->leads[rng_range(&o->rng, 0, (int64_t)o->k->n_leads - 1)] : NULL;
    return u ? u : d->s.places[o->place];
}

static void choose_matter(struct demo *d, struct demo_order *o)
{
    struct civil t;
    tm_to_civil(d->c.now_us, d->c.rules->zone_s, &t);
    o->place = rng_weighted(&o->rng, d->place_weights, d->s.n_places);
    o->k = &d->s.classes[rng_weighted(&o->rng, d->class_weights[t.month], d->s.n_classes)];
    struct demo_latest *l = &d->latest[o->place];
    if (!d->fast && happens(o, SHARE_MERGED) && l->o && l->o->serial == l->serial && l->o->open) {
        o->main = l->o;
        o->main_serial = l->serial;
        o->k = l->o->k;
        o->spot = l->o->spot;
        o->what = l->o->what;
        o->house = l->o->house;
        o->floor = l->o->floor;
    }
    o->lead = lead_for(d, o);
    o->kind = demo_pick(&o->rng, &o->k->kind);
    plan_life(d, o);
}

enum err_code demo_file(struct demo *d, struct demo_order *o)
{
    const struct demo_script *s = &d->s;
    struct err sub;
    struct item_in in = {.loop = s->def->loop};
    double weights[64];
    choose_matter(d, o);
    size_t n = s->n_channels < ARRAY_LEN(weights) ? s->n_channels : ARRAY_LEN(weights);
    for (size_t i = 0; i < n; i++)
        weights[i] = s->channels[i].weight;
    const struct demo_channel *ch = &s->channels[rng_weighted(&o->rng, weights, n)];
    demo_order_words(d, o, ch, &in);
    in.cls = o->k->cls;
    demo_answer(d, "channel", ch->key);
    demo_answer(d, "kind", o->kind);
    demo_answer(
        d, "priority", s->priority.v[rng_weighted(&o->rng, s->priority_weights, s->priority.n)]);
    if (ch->numbered) {
        struct civil t;
        tm_to_civil(d->c.now_us, d->c.rules->zone_s, &t);
        demo_answer(d, "source_no",
            str_fmt(d->c.arena, "演示-%04d%02d%02d-%06" PRId64, t.year, t.month, t.day, o->serial));
    }
    in.has_caller = ch->caller;
    if (ch->caller)
        demo_order_caller(d, o, &in.caller);
    in.fields = d->fields;
    in.n_fields = d->n_fields;
    d->c.actor = happens(o, 700) ? demo_person(&o->rng, &s->clerks) : dispatcher(d, o);
    err_init(&sub, d->c.arena, d->e->lang);
    enum err_code code = item_file(&d->c, &in, &d->it, &sub);
    d->n_fields = 0;
    if (code != OK) {
        note_where(d, o, "file", &sub);
        return code;
    }
    o->item = d->it.id;
    o->open = true;
    o->state = def_state_at(s->def, d->it.state);
    CHECK(d->it.no.n < sizeof(o->no));
    memcpy(o->no, d->it.no.s, d->it.no.n);
    demo_plan_alarm(d, o);
    plan_dispatch(d, o);
    return OK;
}

// ---- the actions

static const struct unit *wrong_unit(struct demo *d, struct demo_order *o)
{
    for (int tries = 0; tries < 20; tries++) {
        const struct demo_class *k =
            &d->s.classes[rng_range(&o->rng, 0, (int64_t)d->s.n_classes - 1)];
        const struct unit *u = k->n_leads > 0 ? k->leads[0] : NULL;
        if (u && u != o->lead)
            return u;
    }
    size_t other = (o->place + 1) % d->s.n_places;
    return d->s.places[other];
}

static enum err_code act_dispatch(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    int64_t units[1 + 2];
    bool wrong = o->returns > 0;
    struct step_in in = {.units = units};
    units[in.n_units++] = wrong ? wrong_unit(d, o)->id : o->lead->id;
    for (size_t i = 0; !wrong && o->assist && i < o->k->n_assists && in.n_units < ARRAY_LEN(units);
         i++) {
        const struct unit *u = o->k->assists[i] ? o->k->assists[i] : d->s.places[o->place];
        if (u->id != units[0] && (in.n_units == 1 || u->id != units[1]) && happens(o, 700))
            units[in.n_units++] = u->id;
    }
    if (happens(o, 500))
        in.note = demo_pick(&o->rng, &d->s.notes.dispatch);
    if (step(d, o, dispatcher(d, o), "dispatch", &in) != OK)
        return d->e->code;
    d->latest[o->place] = (struct demo_latest){o, o->serial};
    if (!wrong) {
        plan_handling(d, o);
        return OK;
    }
    o->returns--;
    take_parts(d, o);
    demo_plan(d, o, ACT_RETURN, soon(d, o, 20, 240), o->parts[0].id);
    return OK;
}

// What was asked for is decided within the hour; until then nobody does anything else.
static void wait_for(struct demo *d, struct demo_order *o, enum demo_act decision, int64_t part)
{
    o->epoch++;
    demo_plan(d, o, decision, soon(d, o, 4, 55), part);
}

static enum err_code act_return(struct demo *d, struct demo_order *o, int64_t part)
{
    struct step_in in = {.part = part, .note = demo_pick(&o->rng, &d->s.notes.returned)};
    reason(d, o, "return", &in);
    if (step(d, o, handler(d, o, part_of(o, part)->unit), "return", &in) != OK)
        return d->e->code;
    wait_for(d, o, ACT_RETURN_YES, part);
    return OK;
}

static enum err_code act_return_yes(struct demo *d, struct demo_order *o, int64_t part)
{
    struct step_in in = {.part = part, .say = SAY_YES};
    if (step(d, o, dispatcher(d, o), "return", &in) != OK)
        return d->e->code;
    o->epoch++;
    plan_dispatch(d, o);
    return OK;
}

static enum err_code act_accept(struct demo *d, struct demo_order *o, int64_t part)
{
    struct demo_part *p = part_of(o, part);
    struct step_in in = {.part = part};
    p->accepted = true;
    return step(d, o, handler(d, o, p->unit), "accept", &in);
}

static enum err_code act_contact(struct demo *d, struct demo_order *o, int64_t part)
{
    static const char *const ways[] = {"电话", "上门", "短信"}, *const whys[] = {"始终未接",
                                                                    "始终关机", "号码有误"};
    struct step_in in = {.part = part};
    o->contacted = true;
    demo_answer(d, "contacted", o->contact == 0 ? S("是") : S("否"));
    if (o->contact == 0)
        demo_answer(
            d, "contact_way", str_of(ways[rng_weighted(&o->rng, (double[]){85, 10, 5}, 3)]));
    else
        demo_answer(
            d, "no_contact_why", str_of(whys[rng_weighted(&o->rng, (double[]){70, 20, 10}, 3)]));
    return step(d, o, handler(d, o, part_of(o, part)->unit), "contact", &in);
}

static enum err_code act_reply(struct demo *d, struct demo_order *o, int64_t part)
{
    struct demo_part *p = part_of(o, part);
    struct step_in in = {.part = part};
    demo_reply_answers(d, o, p->lead);
    p->done = true;
    if (step(d, o, handler(d, o, p->unit), "reply", &in) != OK)
        return d->e->code;
    if (o->state == d->replied)
        demo_plan(d, o, o->redo ? ACT_REDO : ACT_CHECK, soon(d, o, 15, 300), 0);
    return OK;
}

static enum err_code act_extend(struct demo *d, struct demo_order *o, int64_t part)
{
    struct step_in in = {.part = part, .note = demo_pick(&o->rng, &d->s.notes.extend)};
    in.extend = (struct dur){.n = rng_range(&o->rng, 2, 5), .unit = DUR_WORK_DAYS};
    reason(d, o, "extend", &in);
    if (part_of(o, part)->done)
        return OK; // answered sooner than the time ran out
    if (step(d, o, handler(d, o, part_of(o, part)->unit), "extend", &in) != OK)
        return d->e->code;
    wait_for(d, o, ACT_EXTEND_YES, part);
    return OK;
}

static enum err_code act_extend_yes(struct demo *d, struct demo_order *o, int64_t part)
{
    struct step_in in = {.part = part, .say = SAY_YES};
    if (step(d, o, dispatcher(d, o), "extend", &in) != OK)
        return d->e->code;
    o->epoch++;
    plan_parts(d, o, 0.7, 1.02);
    return OK;
}

static enum err_code act_suspend(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.suspend)};
    int64_t days = rng_range(&o->rng, 12, 60);
    int64_t today = tm_local_day(d->c.now_us, d->c.rules->zone_s);
    reason(d, o, "suspend", &in);
    demo_answer(d, "promised", tm_date(d->c.arena, today + days));
    demo_answer(d, "review_on", tm_date(d->c.arena, today + days / 2));
    if (step(d, o, dispatcher(d, o), "suspend", &in) != OK)
        return d->e->code;
    wait_for(d, o, ACT_SUSPEND_YES, 0);
    return OK;
}

static enum err_code act_suspend_yes(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.say = SAY_YES};
    if (step(d, o, leader(d, o), "suspend", &in) != OK)
        return d->e->code;
    int64_t promised = 0, days = 30;
    if (tm_parse(item_field(&d->it, S("promised")), d->c.rules->zone_s, &promised))
        days = tm_local_day(promised, d->c.rules->zone_s) -
               tm_local_day(d->c.now_us, d->c.rules->zone_s);
    o->epoch++;
    int64_t back = d->c.now_us + rng_range(&o->rng, days / 2, days + 5) * US_DAY;
    demo_plan(d, o, ACT_RESUME, cal_add(d->s.cal, back, rng_range(&o->rng, 5, 120) * US_MINUTE), 0);
    return OK;
}

static enum err_code act_resume(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.resume)};
    if (step(d, o, dispatcher(d, o), "resume", &in) != OK)
        return d->e->code;
    plan_parts(d, o, 0.5, 0.98);
    return OK;
}

static enum err_code act_check(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {0};
    if (step(d, o, dispatcher(d, o), "check", &in) != OK)
        return d->e->code;
    demo_plan(d, o, ACT_CLOSE, soon(d, o, 5, 120), 0);
    return OK;
}

static enum err_code act_redo(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.redo)};
    o->redo = o->extend = o->suspend = false;
    if (step(d, o, dispatcher(d, o), "redo", &in) != OK)
        return d->e->code;
    o->epoch++;
    plan_handling(d, o);
    return OK;
}

static enum err_code act_close(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {0};
    if (step(d, o, dispatcher(d, o), "close", &in) != OK)
        return d->e->code;
    if (happens(o, SHARE_RATED))
        demo_plan(d, o, ACT_RATE, soon(d, o, 120, 1800), 0);
    if (d->fast)
        return OK;
    if (happens(o, SHARE_REVIEWED))
        demo_plan(d, o, ACT_REVIEW, soon(d, o, 2400, 6000), 0);
    if (happens(o, SHARE_EXCLUDED))
        demo_plan(d, o, ACT_EXCLUDE, soon(d, o, 1900, 5000), 0);
    return OK;
}

static enum err_code act_rate(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.judge = S("own")};
    demo_rating_answers(d, o, false);
    if (d->fast)
        d->n_fields -= 2; // who was asked only the two that count
    if (step(d, o, dispatcher(d, o), "rate", &in) != OK)
        return d->e->code;
    if (!o->rated_bad || o->again || d->fast)
        return OK;
    if (happens(o, SHARE_RECHECKED))
        demo_plan(d, o, ACT_RECHECK, soon(d, o, 30, 400), 0);
    else if (happens(o, SHARE_REOPENED))
        demo_plan(d, o, ACT_REOPEN, soon(d, o, 30, 400), 0);
    return OK;
}

static enum err_code act_review(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.judge = happens(o, 700) ? S("district") : S("third")};
    demo_rating_answers(d, o, o->rated_bad && happens(o, 500));
    return step(d, o, dispatcher(d, o), "review", &in);
}

static enum err_code act_recheck(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.recheck)};
    o->again = true;
    o->contacted = o->extend = o->suspend = false;
    o->late = happens(o, SHARE_LATE * 2);
    if (step(d, o, leader(d, o), "recheck", &in) != OK)
        return d->e->code;
    o->epoch++;
    plan_handling(d, o);
    return OK;
}

static enum err_code act_reopen(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.reopen)};
    o->again = true;
    o->contacted = o->extend = o->suspend = false;
    if (step(d, o, dispatcher(d, o), "reopen", &in) != OK)
        return d->e->code;
    o->epoch++;
    plan_dispatch(d, o);
    return OK;
}

// A file that says it is none; false where there is no folder for files.
static bool evidence(struct demo *d, struct demo_order *o, int64_t *id)
{
    struct attach_in in = {.item = o->item,
        .name = S("情况说明（演示）.txt"),
        .type = S("text/plain"),
        .content = S("演示数据：这里应当是证明材料。\n")};
    d->c.actor = dispatcher(d, o);
    if (d->c.blob_dir.n == 0 ||
        blob_put(d->c.blob_dir, d->c.arena, in.content, &in.hash, d->e) != OK ||
        attach_record(&d->c, &in, d->e) != OK)
        return false;
    *id = db_one_i64(d->c.db, 0, "SELECT max(id) FROM file WHERE town = ?1 AND item = ?2",
        V(d->c.rules->town), V(o->item));
    return true;
}

static enum err_code act_exclude(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.exclude)};
    int64_t file = 0;
    reason(d, o, "exclude", &in);
    if (!evidence(d, o, &file))
        return d->e->code;
    in.files = &file;
    in.n_files = 1;
    if (step(d, o, dispatcher(d, o), "exclude", &in) != OK)
        return d->e->code;
    demo_plan(d, o, ACT_EXCLUDE_YES, soon(d, o, 4, 55), 0);
    return OK;
}

static enum err_code act_exclude_yes(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.say = SAY_YES};
    return step(d, o, leader(d, o), "exclude", &in);
}

// The same matter under its neighbour in the same group of classes.
static enum err_code act_amend(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    const struct class_ *was = rules_class(d->c.rules, o->k->cls);
    size_t at = (size_t)(o->k - d->s.classes), other = at + 1 < d->s.n_classes ? at + 1 : at - 1;
    const struct demo_class *k = &d->s.classes[other];
    const struct class_ *is = rules_class(d->c.rules, k->cls);
    if (is == was || is->parent != was->parent)
        return OK;
    struct step_in in = {.cls = k->cls};
    return step(d, o, dispatcher(d, o), "amend", &in);
}

static enum err_code act_assist(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    const struct unit *u = o->k->assists[0] ? o->k->assists[0] : d->s.places[o->place];
    struct demo_part *lead = lead_part(o);
    if (u == lead->unit || lead->done || o->n_parts != 1)
        return OK;
    int64_t unit = u->id;
    struct step_in in = {
        .units = &unit, .n_units = 1, .note = demo_pick(&o->rng, &d->s.notes.assist)};
    if (step(d, o, dispatcher(d, o), "assist", &in) != OK)
        return d->e->code;
    int64_t id = d->it.parts[d->it.n_parts - 1].id;
    int64_t reply = on_the_way(d, lead->reply_us, between(o, 0.4, 0.9));
    o->parts[o->n_parts++] = (struct demo_part){.id = id, .unit = u, .reply_us = reply};
    demo_plan(d, o, ACT_ACCEPT, on_the_way(d, reply, between(o, 0.1, 0.4)), id);
    demo_plan(d, o, ACT_REPLY, reply, id);
    return OK;
}

static enum err_code act_urge(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.urge)};
    return step(d, o, dispatcher(d, o), "urge", &in);
}

static enum err_code act_instruct(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.instruct)};
    return step(d, o, leader(d, o), "instruct", &in);
}

static enum err_code act_note(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.note)};
    return step(d, o, handler(d, o, lead_part(o)->unit), "note", &in);
}

static enum err_code act_merge(struct demo *d, struct demo_order *o, int64_t part)
{
    struct demo_order *main = o->main;
    o->main = NULL;
    if (main->serial != o->main_serial || !main->open)
        return act_dispatch(d, o, part);
    struct step_in in = {.other = str_of(main->no)};
    return step(d, o, dispatcher(d, o), "merge", &in);
}

static enum err_code act_void(struct demo *d, struct demo_order *o, int64_t part)
{
    (void)part;
    struct step_in in = {.note = demo_pick(&o->rng, &d->s.notes.void_)};
    return step(d, o, leader(d, o), "void", &in);
}

static enum err_code (*const ACTS[ACT_COUNT])(
    struct demo *d, struct demo_order *o, int64_t part) = {
    [ACT_DISPATCH] = act_dispatch,
    [ACT_ACCEPT] = act_accept,
    [ACT_CONTACT] = act_contact,
    [ACT_REPLY] = act_reply,
    [ACT_RETURN] = act_return,
    [ACT_RETURN_YES] = act_return_yes,
    [ACT_EXTEND] = act_extend,
    [ACT_EXTEND_YES] = act_extend_yes,
    [ACT_SUSPEND] = act_suspend,
    [ACT_SUSPEND_YES] = act_suspend_yes,
    [ACT_RESUME] = act_resume,
    [ACT_CHECK] = act_check,
    [ACT_REDO] = act_redo,
    [ACT_CLOSE] = act_close,
    [ACT_RATE] = act_rate,
    [ACT_REVIEW] = act_review,
    [ACT_RECHECK] = act_recheck,
    [ACT_REOPEN] = act_reopen,
    [ACT_EXCLUDE] = act_exclude,
    [ACT_EXCLUDE_YES] = act_exclude_yes,
    [ACT_AMEND] = act_amend,
    [ACT_ASSIST] = act_assist,
    [ACT_URGE] = act_urge,
    [ACT_INSTRUCT] = act_instruct,
    [ACT_NOTE] = act_note,
    [ACT_MERGE] = act_merge,
    [ACT_VOID] = act_void,
};
static const char *const STEPS[ACT_COUNT] = {
#define X(name, step) step,
    DEMO_ACTS(X)
#undef X
};

// Life may have gone another way since the action was planned.
static bool still_on(const struct demo *d, const struct demo_entry *x)
{
    const struct demo_order *o = x->o;
    const struct def_step *s = def_step(d->s.def, str_of(STEPS[x->act]));
    bool there = s->on_part ? o->state == d->handling : (s->from >> o->state & 1) != 0;
    return x->epoch == o->epoch && there;
}

enum err_code demo_act(struct demo *d, const struct demo_entry *x)
{
    if (!still_on(d, x))
        return OK;
    return ACTS[x->act](d, x->o, x->part);
}

bool demo_life_ready(struct demo *d, struct err *e)
{
    const struct {
        const char *key;
        int *at;
    } states[] = {{"filed", &d->filed}, {"handling", &d->handling}, {"suspended", &d->suspended},
        {"replied", &d->replied}, {"checked", &d->checked}, {"closed", &d->closed},
        {"rated", &d->rated}};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        *states[i].at = def_state_at(d->s.def, str_of(states[i].key));
        if (*states[i].at < 0)
            err_add(e, ERR_INVALID, str_of(states[i].key), (str){0},
                "the demonstration needs this state of the loop", "演示数据需要流程有这个状态");
    }
    for (int i = 0; i < ACT_COUNT; i++)
        if (!def_step(d->s.def, str_of(STEPS[i])))
            err_add(e, ERR_INVALID, str_of(STEPS[i]), (str){0},
                "the demonstration needs this step of the loop", "演示数据需要流程有这个步骤");
    return e->code == OK;
}
