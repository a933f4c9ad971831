// One question answers everything here: at which instant of its stretches has a clock used up its
// budget? (reach)
#include "domain/clock.h"

#include <math.h>

enum { WHOLE = 100 }; // percent

static bool has_limit(const struct clock *k)
{
    return k->limit.unit != DUR_NONE;
}

static int64_t kind_add(struct dur limit, const struct cal *c, int64_t from_us, int64_t us)
{
    return dur_works(limit) ? cal_add(c, from_us, us) : from_us + us;
}

static int64_t kind_between(struct dur limit, const struct cal *c, int64_t from_us, int64_t to_us)
{
    if (dur_works(limit))
        return cal_between(c, from_us, to_us);
    return to_us > from_us ? to_us - from_us : 0;
}

// The end of the day on which a budget ends. A budget that ends on the stroke of a day's end
// belongs to that day, so a plain day that began at midnight does not gain a second one.
static int64_t end_of_day(struct dur limit, const struct cal *c, int64_t end_us, bool spent_any)
{
    int64_t inside_us = spent_any ? end_us - 1 : end_us;
    int64_t day_end_us =
        dur_works(limit) ? cal_day_end(c, inside_us)
                         : tm_day_start(tm_local_day(inside_us, cal_zone_s(c)) + 1, cal_zone_s(c));
    return day_end_us > end_us ? day_end_us : end_us;
}

// us * part / whole. Some hours times a day, in microseconds, are more than 64 bits hold.
static int64_t shared(int64_t us, int64_t part, int64_t whole)
{
    return (int64_t)((__int128)us * part / whole);
}

static int64_t budget_us(const struct clock *k, const struct cal *c)
{
    int64_t limit_us = dur_us(c, k->limit);
    return (k->share > 0 ? shared(limit_us, k->share, WHOLE) : limit_us) + k->extended_us;
}

struct reach {
    int64_t
        due_us; // 0: not within the stretches (paused or stopped before), or beyond the calendar
    int64_t left_us; // budget left at the end of the last stretch, when due_us is 0
};

// Walks the stretches. In a closed one the budget is used up only if it ends before the stretch
// does: a clock paused on the instant it is due has not been late. What "!" adds behind the nominal
// end counts as budget when a pause cuts it.
static struct reach reach(const struct clock *k, const struct cal *c)
{
    struct reach r = {.left_us = budget_us(k, c)};
    for (size_t i = 0; i < k->n; i++) {
        const struct clock_stretch *s = &k->runs[i];
        bool open = s->to_us == 0;
        int64_t end_us = kind_add(k->limit, c, s->from_us, r.left_us);
        if (end_us == 0 && open)
            return r;
        if (open || (end_us != 0 && end_us <= s->to_us)) {
            if (k->limit.day_end)
                end_us = end_of_day(k->limit, c, end_us, r.left_us > 0);
            if (open || end_us < s->to_us) {
                r.due_us = end_us;
                return r;
            }
            r.left_us = kind_between(k->limit, c, s->to_us, end_us);
        } else {
            r.left_us -= kind_between(k->limit, c, s->from_us, s->to_us);
        }
    }
    return r;
}

// Time used up to an instant.
static int64_t used_until(const struct clock *k, const struct cal *c, int64_t until_us)
{
    int64_t sum = 0;
    for (size_t i = 0; i < k->n; i++) {
        int64_t to_us = k->runs[i].to_us;
        if (to_us == 0 || to_us > until_us)
            to_us = until_us;
        sum += kind_between(k->limit, c, k->runs[i].from_us, to_us);
    }
    return sum;
}

static struct clock_stretch *last_run(struct clock *k)
{
    CHECK(k->n > 0);
    return &k->runs[k->n - 1];
}

static void close_run(struct clock *k, int64_t at_us)
{
    struct clock_stretch *s = last_run(k);
    if (s->to_us == 0)
        s->to_us = at_us > s->from_us ? at_us : s->from_us;
}

struct clock clock_start(
    struct arena *a, const struct cal *c, str key, struct dur limit, int64_t at_us)
{
    struct clock k = {.key = key, .round = 1, .state = CLOCK_RUNNING, .limit = limit};
    VEC_PUSH(a, k.runs, k.n) = (struct clock_stretch){.from_us = at_us};
    clock_settle(&k, c);
    return k;
}

bool clock_can_pause(const struct clock *k)
{
    return k->state == CLOCK_RUNNING && k->n < CLOCK_STRETCHES_MAX;
}

void clock_pause(struct clock *k, int64_t at_us)
{
    if (!clock_can_pause(k))
        return;
    close_run(k, at_us);
    k->state = CLOCK_PAUSED;
    k->due_us = 0;
}

void clock_resume(struct clock *k, struct arena *a, const struct cal *c, int64_t at_us)
{
    if (k->state != CLOCK_PAUSED)
        return;
    struct clock_stretch *s = last_run(k);
    if (at_us <= s->to_us)
        s->to_us = 0; // nothing lies between: the stretch goes on
    else
        VEC_PUSH(a, k->runs, k->n) = (struct clock_stretch){.from_us = at_us};
    k->state = CLOCK_RUNNING;
    clock_settle(k, c);
}

void clock_stop(struct clock *k, const struct cal *c, int64_t at_us)
{
    if (!clock_open(k))
        return;
    if (k->state == CLOCK_PAUSED)
        k->due_us = has_limit(k) ? reach(k, c).due_us : 0;
    int64_t ran_to_us = k->state == CLOCK_PAUSED ? last_run(k)->to_us : at_us;
    bool late = k->due_us != 0 && ran_to_us > k->due_us;
    close_run(k, at_us);
    k->stopped_us = at_us;
    k->state = late ? CLOCK_LATE : CLOCK_MET;
    k->breached = k->breached || late;
}

void clock_void(struct clock *k, int64_t at_us)
{
    if (k->state == CLOCK_VOID)
        return;
    if (clock_open(k)) {
        close_run(k, at_us);
        k->stopped_us = at_us;
    }
    k->state = CLOCK_VOID;
}

enum err_code clock_extend(struct clock *k, const struct cal *c, struct dur ext, struct err *e)
{
    if (!clock_open(k))
        return err_add(
            e, ERR_CONFLICT, S("extend"), S(""), "the clock has stopped", "时限已停止计时");
    if (!has_limit(k) || ext.unit == DUR_NONE || dur_works(ext) != dur_works(k->limit))
        return err_add(e, ERR_INVALID, S("extend"),
            dur_works(k->limit) ? S("4wh, 5wd") : S("2h, 15d"),
            "an extension must count the same kind of time as the limit",
            "延长的时限与原时限计时方式须一致");
    k->extended_us += dur_us(c, ext);
    k->limit.day_end = k->limit.day_end || ext.day_end;
    clock_settle(k, c);
    return OK;
}

void clock_relimit(struct clock *k, const struct cal *c, struct dur limit)
{
    if (!clock_open(k))
        return;
    // A granted extension is kept as so many days when the kind of time changes.
    int64_t day_us = dur_us(c, (struct dur){.n = 1, .unit = DUR_WORK_DAYS});
    if (dur_works(limit) && !dur_works(k->limit))
        k->extended_us = shared(k->extended_us, day_us, US_DAY);
    else if (!dur_works(limit) && dur_works(k->limit))
        k->extended_us = shared(k->extended_us, US_DAY, day_us);
    k->limit = limit;
    clock_settle(k, c);
}

void clock_tighten(struct clock *k, const struct cal *c, int64_t share)
{
    if (!clock_open(k))
        return;
    k->share = share < WHOLE ? share : 0;
    clock_settle(k, c);
}

void clock_settle(struct clock *k, const struct cal *c)
{
    if (k->state == CLOCK_RUNNING)
        k->due_us = has_limit(k) ? reach(k, c).due_us : 0;
    else if (k->state == CLOCK_PAUSED)
        k->due_us = 0;
}

bool clock_open(const struct clock *k)
{
    return k->state == CLOCK_RUNNING || k->state == CLOCK_PAUSED;
}

int64_t clock_used_us(const struct clock *k, const struct cal *c, int64_t now_us)
{
    return used_until(k, c, now_us);
}

int64_t clock_left_us(const struct clock *k, const struct cal *c, int64_t now_us)
{
    if (!has_limit(k))
        return 0;
    int64_t used_us = used_until(k, c, now_us);
    if (!k->limit.day_end)
        return budget_us(k, c) - used_us;
    // With "!" the true budget is what will have been used at the due instant.
    struct reach r = reach(k, c);
    if (r.due_us)
        return used_until(k, c, r.due_us) - used_us;
    int64_t closed_us = k->runs[k->n - 1].to_us;
    return closed_us ? used_until(k, c, closed_us) + r.left_us - used_us
                     : budget_us(k, c) - used_us;
}

double clock_share(const struct clock *k, const struct cal *c, int64_t now_us)
{
    if (!has_limit(k))
        return 0;
    int64_t used_us = used_until(k, c, now_us), whole_us = budget_us(k, c);
    if (whole_us > 0)
        return (double)used_us / (double)whole_us;
    return used_us > 0 ? HUGE_VAL : 1; // nothing was allowed
}

int64_t clock_reaches(const struct clock *k, const struct cal *c, double share)
{
    struct clock part = *k;
    if (!has_limit(k))
        return 0;
    part.limit.day_end = k->limit.day_end && share >= 1;
    part.share = 0;
    part.extended_us = (int64_t)((double)budget_us(k, c) * share) - dur_us(c, k->limit);
    return reach(&part, c).due_us;
}

bool clock_over(const struct clock *k, const struct cal *c, int64_t now_us)
{
    switch (k->state) {
    case CLOCK_RUNNING:
        return k->due_us != 0 && now_us > k->due_us;
    case CLOCK_PAUSED:
        return reach(k, c).due_us != 0;
    case CLOCK_LATE:
        return true;
    case CLOCK_MET:
    case CLOCK_VOID:
        return false;
    }
    UNREACHABLE();
}

enum lamp clock_lamp(
    const struct clock *k, const struct cal *c, int64_t now_us, double yellow_share)
{
    if (!has_limit(k) || k->state == CLOCK_VOID)
        return LAMP_NONE;
    if (clock_over(k, c, now_us))
        return LAMP_RED;
    return clock_share(k, c, now_us) >= yellow_share ? LAMP_YELLOW : LAMP_GREEN;
}
