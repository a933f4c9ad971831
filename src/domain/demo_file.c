// What a demonstration's order is about, who brings it, and its filing; and what both filing and
// steps need: conditions, traits, answers, people.

#include <string.h>
#include "domain/demo_inner.h"
#include "domain/filter.h"
#include "domain/item_store.h"

enum {
    WHOLE = 100,
    CALLS_A_NUMBER = 2,      // on average, so that some callers are known already
    FREQUENT_A_NUMBER = 400, // of so many orders one caller is a frequent one
    IN_SEASON_TENTHS = 25,
};

bool demo_happens(struct demo_order *o, double percent)
{
    return percent >= WHOLE || (percent > 0 && rng_unit(&o->rng) * WHOLE < percent);
}

enum err_code demo_fail(struct demo *d, const struct demo_order *o, str what, const struct err *sub)
{
    str when = tm_minute(d->a, d->c.now_us, d->c.rules->zone_s);
    str loop = o->loop->s->def->loop;
    err_merge(d->e, sub,
        str_fmt(d->a, "%.*s %" PRId64 ", %.*s, %.*s: ", STR_ARG(loop), o->serial, STR_ARG(what),
            STR_ARG(when)));
    return d->e->code;
}

// ---- conditions and traits

static const struct item *now(struct demo *d, const struct demo_order *o)
{
    if (d->it_of == o->item)
        return &d->it;
    struct err sub;
    err_init(&sub, d->c.arena, d->e->lang);
    if (item_load(&d->c, o->item, &d->it, &sub) != OK)
        d->it = (struct item){0};
    d->it_of = o->item;
    return &d->it;
}

bool demo_fits(struct demo *d, struct demo_order *o, const struct demo_if *c, uint64_t more)
{
    uint64_t has = o->traits | more;
    if ((c->with & ~has) != 0 || (c->without & has) != 0)
        return false;
    if (!c->match)
        return true;
    struct filter_env env = {.rules = d->c.rules, .now_us = d->c.now_us};
    return filter_match(c->match, &env, now(d, o));
}

bool demo_open(
    struct demo *d, struct demo_order *o, const struct def_step *s, const struct demo_part *part)
{
    struct filter_env env = {.rules = d->c.rules, .now_us = d->c.now_us};
    const struct item *it = s->guard ? now(d, o) : NULL;
    const struct def *def = it ? rules_def(d->c.rules, it->def) : NULL;
    if (!def)
        return true;
    const struct item_part *p = NULL;
    for (size_t i = 0; part && i < it->n_parts; i++)
        if (it->parts[i].id == part->id)
            p = &it->parts[i];
    struct item seen = item_as_part(&d->c, def, it, p);
    env.part = p;
    return filter_match(s->guard, &env, &seen);
}

// Of each trait among those asked for the first row that fits is drawn.
void demo_draw(struct demo *d, struct demo_order *o, uint64_t which)
{
    const struct demo_lives *l = &o->loop->s->lives;
    uint64_t drawn = 0;
    for (size_t i = 0; i < l->n_traits; i++) {
        const struct demo_trait *t = &l->traits[i];
        if (!(t->bit & which) || (t->bit & drawn) || !demo_fits(d, o, &t->when, 0))
            continue;
        drawn |= t->bit;
        o->traits &= ~t->bit;
        if (demo_happens(o, t->share))
            o->traits |= t->bit;
    }
}

// ---- answers and people

static str answer(struct demo *d, struct demo_order *o, const struct demo_answer *x)
{
    switch (x->by) {
    case ANSWER_OPTIONS: {
        size_t at = x->n_options == 1 ? 0 : rng_weighted(&o->rng, x->weights, x->n_options);
        o->traits |= x->options[at].sets;
        return x->options[at].val;
    }
    case ANSWER_DAYS: {
        int64_t today = tm_local_day(d->c.now_us, d->c.rules->zone_s);
        return tm_date(d->c.arena, today + rng_range(&o->rng, x->lo, x->hi));
    }
    case ANSWER_NUMBER:
        return str_num(d->c.arena, rng_range(&o->rng, x->lo, x->hi), (str){0});
    case ANSWER_PERSON: {
        const struct person *p = demo_somebody(d, o, &x->person, NULL);
        return p ? p->login : (str){0};
    }
    case ANSWER_WORDS:
        break;
    }
    return demo_say_text(d, o, &x->text);
}

void demo_answer(struct demo *d, struct demo_order *o, const struct demo_answers *x, uint64_t more,
    struct item_field *out, size_t *n)
{
    const struct def *def = o->loop->s->def;
    for (size_t i = 0; i < x->n; i++) {
        str key = def->fields[x->v[i].field].key;
        bool said = false;
        for (size_t k = 0; k < *n; k++)
            said |= str_eq(out[k].key, key);
        if (!said && demo_fits(d, o, &x->v[i].when, more))
            out[(*n)++] = (struct item_field){key, answer(d, o, &x->v[i])};
    }
}

static const struct unit *where(
    struct demo *d, const struct demo_order *o, enum demo_at at, const struct demo_part *part)
{
    const struct unit *receiver = map_get(&d->c.rules->unit_by_code, o->loop->s->def->receiver);
    switch (at) {
    case AT_PLACE:
        return d->t.places[o->place];
    case AT_OWNER:
        return o->owner ? o->owner : receiver;
    case AT_TOWN:
        return d->c.rules->root;
    case AT_PART:
    case AT_LEAD:
        for (size_t i = 0; !(part && at == AT_PART) && i < o->n_parts; i++)
            if (o->parts[i].lead)
                return o->parts[i].unit;
        return part ? part->unit : o->owner ? o->owner : receiver;
    case AT_RECEIVER:
        break;
    }
    return receiver;
}

const struct person *demo_somebody(
    struct demo *d, struct demo_order *o, const struct demo_who *who, const struct demo_part *part)
{
    const struct role *role = who->roles[rng_range(&o->rng, 0, (int64_t)who->n - 1)];
    const struct unit *at = where(d, o, who->at, part);
    int64_t key = (role - d->c.rules->roles) << 48 | at->id;
    struct demo_staff *s = imap_get(&d->staff, key);
    if (!s) {
        s = NEW(d->a, struct demo_staff);
        *s = demo_staff_at(d->a, d->c.rules, role, at);
        imap_put(&d->staff, key, s);
    }
    return s->n == 0 ? NULL : s->v[rng_range(&o->rng, 0, (int64_t)s->n - 1)];
}

// ---- what it is about

static const struct demo_repeat *repeated(struct demo *d, struct demo_order *o)
{
    const struct demo_script *s = o->loop->s;
    const struct demo_recent *fit[DEMO_RECENT];
    for (size_t i = 0; i < s->n_repeats; i++) {
        const struct demo_repeat *x = &s->repeats[i];
        size_t n = 0;
        if (!demo_happens(o, x->share))
            continue;
        for (size_t k = 0; k < DEMO_RECENT; k++) {
            const struct demo_recent *y = &o->loop->recent[o->place * DEMO_RECENT + k];
            int64_t age = d->c.now_us - y->filed_us;
            bool here = y->o && y->o->serial == y->serial && y->o->open && !y->o->merged;
            if (y->k && age >= x->days_lo * US_DAY && age <= (x->days_hi + 1) * US_DAY &&
                (!x->open || here) && (!x->same_caller || y->caller != 0))
                fit[n++] = y;
        }
        if (n == 0)
            continue;
        const struct demo_recent *y = fit[rng_range(&o->rng, 0, (int64_t)n - 1)];
        o->k = y->k;
        o->matter = y->matter;
        o->caller = x->same_caller ? y->caller : 0;
        if (x->open) {
            o->main = y->o;
            o->main_serial = y->serial;
        } else if (!d->fast) { // in hand nothing is tied
            o->again = y->item;
        }
        return x;
    }
    return NULL;
}

// Of a surge of some days a month: is this one of them?
static bool chosen_day(const struct demo *d, const struct demo_surge *x, uint64_t at, int64_t day)
{
    int year, month, of_month, before = 0;
    tm_from_days(day, &year, &month, &of_month);
    uint64_t mine = demo_mix(d->seed + at, (uint64_t)day);
    for (int i = 1; i <= tm_days_in_month(year, month); i++)
        before += demo_mix(d->seed + at, (uint64_t)(day - of_month + i)) < mine;
    return before < x->days;
}

static uint64_t surges_of(struct demo *d, const struct demo_script *s, int64_t day)
{
    int year, month, of_month, end_year, end_month;
    uint64_t on = 0;
    tm_from_days(day, &year, &month, &of_month);
    tm_from_days(tm_local_day(d->until_us, d->c.rules->zone_s), &end_year, &end_month, &of_month);
    for (size_t i = 0; i < s->n_surges && i < 64; i++) {
        const struct demo_surge *x = &s->surges[i];
        int ago = (end_year - year) * 12 + end_month - month;
        bool when = x->ago > 0 ? ago == x->ago : x->months[month];
        if (when && (x->days == 0 || chosen_day(d, x, i, day)))
            on |= UINT64_C(1) << i;
    }
    return on;
}

static void surge(struct demo *d, struct demo_order *o)
{
    struct demo_loop *l = o->loop;
    int64_t day = tm_local_day(d->c.now_us, d->c.rules->zone_s);
    if (l->surges_on != day) {
        l->surges = surges_of(d, l->s, day);
        l->surges_on = day;
    }
    for (size_t i = 0; l->surges >> i != 0 && i < l->s->n_surges; i++) {
        const struct demo_surge *x = &l->s->surges[i];
        if (!(l->surges >> i & 1) || !demo_happens(o, x->share))
            continue;
        o->k = &l->s->cases[rng_weighted(&o->rng, x->weights, l->s->n_cases)];
        if (x->place >= 0)
            o->place = (size_t)x->place;
        o->traits |= x->sets;
        return;
    }
}

static int64_t caller_number(struct demo *d, struct demo_order *o)
{
    int64_t places = (int64_t)d->t.n_places;
    int64_t few = d->items / FREQUENT_A_NUMBER / places + 1;
    int64_t many = d->items / CALLS_A_NUMBER / places + 1;
    bool frequent = demo_happens(o, d->t.callers.frequent);
    int64_t at = frequent ? rng_range(&o->rng, 0, few - 1) : few + rng_range(&o->rng, 0, many - 1);
    return at * places + (int64_t)o->place + 1;
}

void demo_about(struct demo *d, struct demo_order *o, const struct demo_case *k)
{
    o->k = k;
    o->traits |= k->sets;
    const struct unit *u = k->n_leads > 0 ? k->leads[demo_mix(o->matter, 7) % k->n_leads] : NULL;
    o->lead = u ? u : d->t.places[o->place];
}

static void choose_matter(struct demo *d, struct demo_order *o)
{
    struct demo_loop *l = o->loop;
    struct civil t;
    tm_to_civil(d->c.now_us, d->c.rules->zone_s, &t);
    o->place = rng_weighted(&o->rng, d->place_weights, d->t.n_places);
    const struct demo_repeat *again = repeated(d, o);
    if (again) {
        o->traits |= again->sets;
    } else {
        o->matter = rng_next(&o->rng);
        o->k = &l->s->cases[rng_weighted(&o->rng, l->case_weights[t.month], l->s->n_cases)];
        surge(d, o);
    }
    demo_about(d, o, o->k);
}

static void remember(struct demo *d, struct demo_order *o)
{
    struct demo_loop *l = o->loop;
    size_t at = l->n_recent[o->place]++ % DEMO_RECENT;
    l->recent[o->place * DEMO_RECENT + at] = (struct demo_recent){.o = o,
        .serial = o->serial,
        .item = o->item,
        .filed_us = d->c.now_us,
        .caller = o->caller,
        .matter = o->matter,
        .k = o->k};
}

// ---- filing

// The number of what it repeats, when whoever files may see that.
static str repeats_of(struct demo *d, const struct demo_order *o)
{
    struct item it;
    struct err quiet;
    err_init(&quiet, d->c.arena, d->e->lang);
    if (o->again == 0 || item_load(&d->c, o->again, &it, &quiet) != OK)
        return (str){0};
    return item_visible(&d->c, &it) ? it.no : (str){0};
}

enum err_code demo_take_filed(struct demo *d, struct demo_order *o)
{
    o->item = d->it_of = d->it.id;
    CHECK(d->it.no.n < sizeof(o->no));
    memcpy(o->no, d->it.no.s, d->it.no.n);
    if (!d->fast)
        imap_put(&d->by_item, o->item, o);
    demo_plan_alarm(d, o);
    demo_draw(d, o, UINT64_MAX);
    demo_begin(d, o);
    return OK;
}

// One of the ways that fit what it is about; when none does, the first.
static const struct demo_way *choose_way(struct demo *d, struct demo_order *o)
{
    const struct demo_script *s = o->loop->s;
    double *weights = NEW_ARRAY(d->c.arena, s->n_ways, double), sum = 0;
    for (size_t i = 0; i < s->n_ways; i++)
        if (demo_fits(d, o, &s->ways[i].when, 0))
            sum += weights[i] = s->ways[i].weight;
    return &s->ways[sum > 0 ? rng_weighted(&o->rng, weights, s->n_ways) : 0];
}

enum err_code demo_file(struct demo *d, struct demo_order *o)
{
    const struct demo_script *s = o->loop->s;
    struct err sub;
    choose_matter(d, o);
    const struct demo_way *w = choose_way(d, o);
    o->traits |= w->sets;
    if (w->caller && o->caller == 0)
        o->caller = caller_number(d, o);
    struct item_in in = {.loop = s->def->loop,
        .cls = o->k->cls,
        .title = demo_say_text(d, o, w->title.n > 0 ? &w->title : &s->title),
        .address = demo_say_text(d, o, &s->address),
        .has_caller = w->caller};
    in.text = demo_say_text(d, o, w->text.n > 0 ? &w->text : &s->text);
    struct demo_point at = demo_point_of(d, o);
    in.lat = at.lat;
    in.lon = at.lon;
    if (w->caller)
        demo_caller(d, o, &in.caller);
    in.fields = NEW_ARRAY(d->c.arena, s->def->n_fields, struct item_field);
    demo_answer(d, o, &w->answers, 0, in.fields, &in.n_fields);
    demo_answer(d, o, &s->lives.filing, 0, in.fields, &in.n_fields);
    d->c.actor = demo_somebody(d, o, &w->who, NULL);
    in.same = repeats_of(d, o);
    err_init(&sub, d->c.arena, d->e->lang);
    if (item_file(&d->c, &in, &d->it, &sub) != OK)
        return demo_fail(d, o, S("file"), &sub);
    if (demo_take_filed(d, o) != OK)
        return d->e->code;
    remember(d, o);
    return OK;
}
