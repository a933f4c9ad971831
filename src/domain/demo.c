// Time in a demonstration: when orders are filed, whose turn it is, and the commits.

#include "domain/demo_inner.h"

#include <stdlib.h>
#include "domain/item_hand.h"
#include "domain/journal.h"
#include "domain/supervise.h"
#include "domain/tally_fold.h"

enum {
    ALARM_EVERY_MIN =
        30, // a server looks more often; nobody can tell from the history by more than this
    ALARMS_AT_ONCE = 500,
    FREE_WHEN_FULL = 1024,
};

// ---- the heap: the earliest action first, and of equal ones the one planned first

static bool before(const struct demo_entry *a, const struct demo_entry *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->seq < b->seq;
}

static void sift_up(struct demo *d, size_t i)
{
    struct demo_entry x = d->heap[i];
    while (i > 0 && before(&x, &d->heap[(i - 1) / 2])) {
        d->heap[i] = d->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    d->heap[i] = x;
}

static struct demo_entry take_first(struct demo *d)
{
    struct demo_entry first = d->heap[0], x = d->heap[--d->n_heap];
    size_t i = 0;
    for (size_t child = 1; child < d->n_heap; child = 2 * i + 1) {
        if (child + 1 < d->n_heap && before(&d->heap[child + 1], &d->heap[child]))
            child++;
        if (!before(&d->heap[child], &x))
            break;
        d->heap[i] = d->heap[child];
        i = child;
    }
    d->heap[i] = x;
    return first;
}

static void push(struct demo *d, struct demo_entry x)
{
    if (d->n_heap == d->cap_heap) {
        // The old block stays in the arena; doubling keeps the waste below what is used.
        size_t cap = d->cap_heap ? 2 * d->cap_heap : FREE_WHEN_FULL;
        struct demo_entry *heap = NEW_ARRAY(d->a, cap, struct demo_entry);
        for (size_t i = 0; i < d->n_heap; i++)
            heap[i] = d->heap[i];
        d->heap = heap;
        d->cap_heap = cap;
    }
    d->heap[d->n_heap] = x;
    sift_up(d, d->n_heap++);
}

void demo_plan(struct demo *d, struct demo_order *o, const struct demo_move *m, int stage,
    int64_t at_us, const struct demo_part *part)
{
    if (at_us >= d->until_us)
        return; // nobody knows yet
    if (at_us <= d->c.now_us)
        at_us = d->c.now_us + US_SECOND;
    push(d, (struct demo_entry){.at_us = at_us,
                .seq = d->seq++,
                .o = o,
                .part = part ? part->id : 0,
                .stamp = part ? part->stamp : o->stamp,
                .stage = stage,
                .move = m});
    o->pending++;
}

// The ticker's look at an order in hand, at the same instants as at stored ones. An entry that has
// become needless stays in the heap: its part says which order it was for.
void demo_plan_alarm(struct demo *d, struct demo_order *o)
{
    const int64_t every_us = ALARM_EVERY_MIN * US_MINUTE;
    o->alarm_us = d->it.alarm_us;
    int64_t at_us = o->alarm_us - o->alarm_us % every_us + every_us;
    if (!d->fast || o->alarm_us == 0 || at_us >= d->until_us)
        return;
    if (o->alarm_at_us != 0 && o->alarm_at_us <= at_us)
        return; // that look comes first, and plans this one
    o->alarm_at_us = at_us;
    push(d, (struct demo_entry){.at_us = at_us, .seq = d->seq++, .o = o, .part = o->serial});
}

// ---- when orders are filed

static double day_weight(const struct demo_script *s, int64_t day, struct rng *r)
{
    int weekday = tm_weekday(day), year, month, of_month;
    tm_from_days(day, &year, &month, &of_month);
    double w = s->week[weekday], noise = 0.85 + 0.3 * rng_unit(r);
    bool work = cal_is_workday(s->cal, day);
    str name = cal_day_name(s->cal, day);
    if (work && weekday > 5)
        w = s->week[1]; // a make-up workday
    if (!work && weekday <= 5)
        w *= s->day_off;
    for (size_t i = 0; !work && i < s->n_festivals; i++)
        if (name.n > 0 && str_has(name, s->festivals[i].name))
            w = s->week[1] * s->festivals[i].share;
    return w * s->months[month] * noise;
}

static int by_time(const void *a, const void *b)
{
    const struct demo_filing *x = a, *y = b;
    if (x->us != y->us)
        return x->us < y->us ? -1 : 1;
    return x->loop < y->loop ? -1 : x->loop > y->loop;
}

static size_t day_at(const double *sums, size_t n, double x)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (sums[mid] <= x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void add_filing(struct demo *d, struct demo_loop *l, int64_t us)
{
    d->filings[d->n_filings++] = (struct demo_filing){us, l};
}

static void choose_filings_of(struct demo *d, struct demo_loop *l)
{
    struct rng r;
    rng_seed(&r, d->seed + (uint64_t)(l - d->loops));
    int zone = d->c.rules->zone_s;
    int64_t from_us = d->until_us - d->n_days * US_DAY;
    int64_t first = tm_local_day(from_us, zone), last = tm_local_day(d->until_us, zone);
    size_t n_days = (size_t)(last - first + 1);
    double *sums = NEW_ARRAY(d->a, n_days, double), sum = 0;
    for (size_t i = 0; i < n_days; i++)
        sums[i] = sum += day_weight(l->s, first + (int64_t)i, &r);
    for (int64_t i = 0; i < l->items;) { // of one that files nothing there are no days
        int64_t day = first + (int64_t)day_at(sums, n_days, rng_unit(&r) * sum);
        int64_t hour = (int64_t)rng_weighted(&r, l->s->hours, ARRAY_LEN(l->s->hours));
        int64_t us = tm_day_start(day, zone) + hour * US_HOUR + rng_range(&r, 0, 3599) * US_SECOND;
        if (us < from_us || us >= d->until_us)
            continue;
        add_filing(d, l, us);
        i++;
    }
}

static void choose_filings(struct demo *d)
{
    d->filings = NEW_ARRAY(d->a, (size_t)d->items, struct demo_filing);
    for (size_t i = 0; i < d->t.n_loops; i++)
        choose_filings_of(d, &d->loops[i]);
    qsort(d->filings, d->n_filings, sizeof(*d->filings), by_time);
}

// ---- many orders: whole days, the last one as far as it has come, one after the other

static void weigh_days(struct demo *d)
{
    int zone = d->c.rules->zone_s;
    int64_t last = tm_local_day(d->until_us, zone);
    double most_of_all = 0;
    d->first_day = last - d->n_days + 1;
    for (size_t k = 0; k < d->t.n_loops; k++) {
        struct demo_loop *l = &d->loops[k];
        struct rng r;
        double sum = 0, most = 0;
        rng_seed(&r, d->seed + k);
        l->day_sums = NEW_ARRAY(d->a, (size_t)d->n_days, double);
        for (int64_t i = 0; i < d->n_days; i++) {
            double w = day_weight(l->s, d->first_day + i, &r), before = sum;
            if (i + 1 == d->n_days)
                w *= (double)(d->until_us - tm_day_start(last, zone)) / (double)US_DAY;
            l->day_sums[i] = sum += w;
            most = sum - before > most ? sum - before : most;
        }
        most_of_all += (double)l->items * most / sum + 2;
    }
    d->filings = NEW_ARRAY(d->a, (size_t)most_of_all + 2, struct demo_filing);
}

// So many of its orders have been filed by the end of that day.
static int64_t filed_by(const struct demo *d, const struct demo_loop *l, int64_t day)
{
    double whole = l->day_sums[d->n_days - 1];
    return day < 0                ? 0
           : day + 1 >= d->n_days ? l->items
                                  : (int64_t)((double)l->items * (l->day_sums[day] / whole));
}

static void choose_day_of(struct demo *d, struct demo_loop *l, int64_t day)
{
    struct rng r;
    int64_t start_us = tm_day_start(d->first_day + day, d->c.rules->zone_s);
    int64_t end_us = start_us + US_DAY < d->until_us ? start_us + US_DAY : d->until_us;
    double share = (double)(end_us - start_us) / (double)US_DAY;
    rng_seed(&r, demo_mix(d->seed + (uint64_t)(l - d->loops), (uint64_t)day));
    for (int64_t n = filed_by(d, l, day) - filed_by(d, l, day - 1); n > 0; n--) {
        int64_t hour = (int64_t)rng_weighted(&r, l->s->hours, ARRAY_LEN(l->s->hours));
        int64_t us = hour * US_HOUR + rng_range(&r, 0, 3599) * US_SECOND;
        us = (int64_t)((double)us * share);
        add_filing(d, l, start_us + us - us % US_SECOND);
    }
}

static void choose_next_day(struct demo *d)
{
    d->n_filings = d->at_filing = 0;
    while (d->n_filings == 0 && d->at_day < d->n_days) {
        int64_t day = d->at_day++;
        for (size_t i = 0; i < d->t.n_loops; i++)
            choose_day_of(d, &d->loops[i], day);
    }
    qsort(d->filings, d->n_filings, sizeof(*d->filings), by_time);
}

static void choose_weights(struct demo *d)
{
    static const double in_season = 2.5;
    struct rng r;
    rng_seed(&r, d->seed + 1);
    d->place_weights = NEW_ARRAY(d->a, d->t.n_places, double);
    for (size_t i = 0; i < d->t.n_places; i++)
        d->place_weights[i] = 0.4 + 1.6 * rng_unit(&r);
    d->loops = NEW_ARRAY(d->a, d->t.n_loops, struct demo_loop);
    double whole = 0;
    size_t last_of_all = 0;
    for (size_t i = 0; i < d->t.n_loops; i++) {
        whole += d->t.loops[i].share;
        last_of_all = d->t.loops[i].share > 0 ? i : last_of_all;
    }
    int64_t left = d->items;
    for (size_t i = 0; i < d->t.n_loops; i++) {
        const struct demo_script *s = &d->t.loops[i];
        struct demo_loop *l = &d->loops[i];
        bool last = i == last_of_all;
        l->s = s;
        left -= l->items = last ? left : (int64_t)((double)d->items * s->share / whole);
        l->recent = NEW_ARRAY(d->a, d->t.n_places * DEMO_RECENT, struct demo_recent);
        l->n_recent = NEW_ARRAY(d->a, d->t.n_places, size_t);
        for (int month = 1; month <= 12; month++) {
            l->case_weights[month] = NEW_ARRAY(d->a, s->n_cases, double);
            for (size_t k = 0; k < s->n_cases; k++)
                l->case_weights[month][k] =
                    s->cases[k].weight * (s->cases[k].peak[month] ? in_season : 1);
        }
    }
}

// ---- orders in memory: only those that still have something coming

struct demo_order *demo_order_new(struct demo *d, struct demo_loop *l, int64_t serial)
{
    struct demo_order *o = d->free;
    if (o)
        d->free = o->next_free;
    else
        o = NEW(d->a, struct demo_order);
    *o = (struct demo_order){.serial = serial, .loop = l, .state = DEF_NONE};
    rng_seed(&o->rng, d->seed ^ (uint64_t)o->serial * UINT64_C(0x9e3779b97f4a7c15));
    return o;
}

static enum err_code order_drop(struct demo *d, struct demo_order *o)
{
    // The system itself may move one that waits for nobody's action.
    if (o->pending > 0 || (d->fast ? o->alarm_us != 0 : o->open && !o->merged))
        return OK;
    if (d->fast && item_hand_save(&d->c, o->item, d->e) != OK)
        return d->e->code;
    o->serial = 0; // whoever remembers it sees that it is gone
    o->open = false;
    o->next_free = d->free;
    d->free = o;
    return OK;
}

// ---- the run

enum source { FROM_NOTHING, FROM_ALARM, FROM_HEAP, FROM_FILING };

static enum source next_source(const struct demo *d, int64_t alarm_us, int64_t *at_us)
{
    bool rings = alarm_us < d->until_us && !d->fast;
    enum source s = rings ? FROM_ALARM : FROM_NOTHING;
    *at_us = rings ? alarm_us : d->until_us;
    if (d->n_heap > 0 && d->heap[0].at_us < *at_us) {
        *at_us = d->heap[0].at_us;
        s = FROM_HEAP;
    }
    if (d->at_filing < d->n_filings && d->filings[d->at_filing].us < *at_us) {
        *at_us = d->filings[d->at_filing].us;
        s = FROM_FILING;
    }
    return s;
}

static enum err_code ring_alarms(struct demo *d)
{
    struct item_due *due = NEW_ARRAY(d->c.arena, ALARMS_AT_ONCE, struct item_due);
    size_t n = ALARMS_AT_ONCE;
    while (n == ALARMS_AT_ONCE && d->e->code == OK) {
        d->c.actor = NULL;
        n = item_alarms_due(&d->c, ALARMS_AT_ONCE, due);
        for (size_t i = 0; i < n && d->e->code == OK; i++) {
            struct demo_order *o = imap_get(&d->by_item, due[i].id);
            bool live = o && o->serial != 0 && o->item == due[i].id;
            if (item_alarm(&d->c, due[i].id, d->e) == OK && live && demo_look(d, o) == OK &&
                order_drop(d, o) != OK)
                return d->e->code;
        }
    }
    return db_status(d->c.db, d->e);
}

// A clock of an order in hand has run out, or would have, had nobody acted.
static enum err_code ring_one(struct demo *d, struct demo_order *o, int64_t serial)
{
    if (o->serial != serial)
        return OK;
    o->alarm_at_us = 0;
    d->c.actor = NULL;
    if (o->alarm_us != 0 && item_alarm(&d->c, o->item, d->e) != OK)
        return d->e->code;
    if (demo_look(d, o) != OK)
        return d->e->code;
    demo_plan_alarm(d, o);
    return order_drop(d, o);
}

static enum err_code file_next(struct demo *d)
{
    struct demo_order *o = demo_order_new(d, d->filings[d->at_filing].loop, d->next_filing + 1);
    d->next_filing++;
    d->at_filing++;
    if (demo_file(d, o) != OK)
        return d->e->code;
    if (d->fast && d->at_filing == d->n_filings)
        choose_next_day(d);
    return order_drop(d, o);
}

static enum err_code run_one(struct demo *d, enum source s)
{
    if (s == FROM_ALARM)
        return demo_by_rules(d) != OK ? d->e->code : ring_alarms(d);
    if (s == FROM_FILING)
        return file_next(d);
    struct demo_entry x = take_first(d);
    if (!x.move)
        return ring_one(d, x.o, x.part);
    x.o->pending--;
    if (demo_act(d, &x) != OK)
        return d->e->code;
    return order_drop(d, x.o);
}

// What is still in hand at the end is open, or nobody has called back yet.
static enum err_code put_down(struct demo *d)
{
    size_t n;
    int64_t *ids = item_hand_ids(d->c.hand, d->a, &n);
    for (size_t i = 0; i < n; i++) {
        d->c.actor = NULL;
        if (item_alarm(&d->c, ids[i], d->e) != OK || item_hand_save(&d->c, ids[i], d->e) != OK)
            return d->e->code;
        journal_settle(d->c.journal, true);
        item_hand_settle(d->c.hand);
        arena_reset(d->c.arena);
    }
    return OK;
}

static enum err_code commit(struct demo *d)
{
    if (journal_flush(d->c.journal, d->c.db, d->e) != OK)
        return d->e->code;
    enum err_code code = db_commit(d->c.db, d->e);
    journal_finish(d->c.journal, code == OK);
    return code;
}

static void begin(struct demo *d)
{
    db_begin(d->c.db);
    journal_begin(d->c.journal, d->c.db);
}

// What a town of that age would have folded by now.
static void fold_from_the_start(struct demo *d)
{
    int64_t limit = tally_fold_limit(d->until_us, d->c.rules->zone_s, TALLY_FOLD_MONTHS);
    if (d->n_days * 12 > TALLY_FOLD_MONTHS * DEMO_DAYS)
        journal_set_folded(&d->c, limit);
}

static enum err_code run(struct demo *d, demo_progress *p, void *arg)
{
    int64_t alarm_us = d->until_us - d->n_days * US_DAY, at_us, n = 0;
    alarm_us -= alarm_us % (ALARM_EVERY_MIN * US_MINUTE);
    CHECK(d->filings != NULL);
    begin(d);
    if (d->fast)
        fold_from_the_start(d);
    for (enum source s; (s = next_source(d, alarm_us, &at_us)) != FROM_NOTHING;) {
        d->c.now_us = at_us;
        d->it_of = 0; // its memory went with the action
        if (run_one(d, s) != OK)
            return d->e->code;
        journal_settle(d->c.journal, true);
        arena_reset(d->c.arena);
        if (d->c.hand)
            item_hand_settle(d->c.hand);
        alarm_us += s == FROM_ALARM ? ALARM_EVERY_MIN * US_MINUTE : 0;
        if (s == FROM_ALARM || ++n % DEMO_GROUP != 0)
            continue;
        bool full =
            !d->fast || n % DEMO_FAST_GROUP == 0 || journal_moved(d->c.journal) >= DEMO_FAST_CELLS;
        if (full && commit(d) != OK)
            return d->e->code;
        if (p)
            p(arg, d->next_filing, d->items);
        if (full)
            begin(d);
    }
    d->c.now_us = d->until_us;
    if ((d->fast ? put_down(d) : ring_alarms(d)) != OK)
        return d->e->code;
    d->c.actor = NULL;
    if ((!d->fast && supervise_all(&d->c, d->e) != OK) || commit(d) != OK)
        return d->e->code;
    if (p)
        p(arg, d->next_filing, d->items);
    return OK;
}

enum err_code demo_may_fill(struct ctx *c, struct err *e)
{
    int64_t item = db_one_i64(c->db, 0,
        "SELECT id FROM item WHERE town = ?1 AND shelf <> 2 ORDER BY id LIMIT 1",
        V(c->rules->town));
    if (db_status(c->db, e) != OK)
        return e->code;
    return item == 0 ? OK
                     : err_add(e, ERR_CONFLICT, S("item"), (str){0}, "the town has items already",
                           "镇里已经有事项，不能再生成演示数据");
}

static enum err_code prepare(struct demo *d, const struct town_source *src)
{
    if (demo_may_fill(&d->c, d->e) != OK)
        return d->e->code;
    if (demo_town_read(d->a, d->c.rules, src, d->fast, &d->t, d->e) != OK)
        return d->e->code;
    imap_init(&d->staff, d->a);
    imap_init(&d->by_item, d->a);
    choose_weights(d);
    demo_points(d);
    if (d->fast) {
        weigh_days(d);
        choose_next_day(d);
    } else {
        choose_filings(d);
    }
    return OK;
}

int64_t demo_days(const struct demo_in *in)
{
    int64_t years = in->fast ? (in->items + DEMO_FAST_A_YEAR - 1) / DEMO_FAST_A_YEAR : 1;
    return years * DEMO_DAYS;
}

enum err_code demo_fill(const struct ctx *c, const struct town_source *src,
    const struct demo_in *in, demo_progress *p, void *arg, struct err *e)
{
    if (in->items < 1 || in->items > DEMO_ITEMS_MAX)
        return err_add(
            e, ERR_INVALID, S("items"), S("1..20000000"), "is not such a number", "数量超出范围");
    CHECK(c->journal != NULL);
    struct arena *a = arena_new(), *of_action = arena_new();
    struct demo *d = NEW(a, struct demo);
    *d = (struct demo){.c = *c,
        .a = a,
        .e = e,
        .items = in->items,
        .seed = in->seed,
        .until_us = in->until_us - in->until_us % US_SECOND,
        .fast = in->fast,
        .n_days = demo_days(in)};
    d->c.arena = of_action;
    d->c.hand = in->fast ? item_hand_new() : NULL;
    if (in->fast)
        journal_quiet(c->journal);
    enum err_code code = prepare(d, src);
    if (code == OK) {
        code = run(d, p, arg);
        if (code != OK) {
            db_rollback(c->db);
            journal_finish(c->journal, false);
        }
    }
    item_hand_free(d->c.hand);
    arena_free(of_action);
    arena_free(a);
    return code;
}
