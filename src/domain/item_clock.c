#include "domain/item_clock.h"

#include "domain/filter.h"

static const struct cal *calendar(const struct ctx *c, const struct def *d)
{
    const struct cal *cal = rules_cal(c->rules, d->calendar);
    CHECK(cal != NULL); // rules_load refuses a definition whose calendar is missing
    return cal;
}

// What was said of the part, else of the item.
static str answer(const struct ctx *c, const struct item *it, int64_t part, str field)
{
    str own = {0};
    if (part != 0)
        own = item_field(it, str_fmt(c->arena, "part/%" PRId64 "/%.*s", part, STR_ARG(field)));
    return own.n > 0 ? own : item_field(it, field);
}

// The minutes until the end of the day a field names; false when it names none.
static bool until(const struct ctx *c, const struct item *it, int64_t part, str field,
    int64_t at_us, struct dur *out)
{
    int64_t day_us = 0;
    if (!tm_parse(answer(c, it, part, field), c->rules->zone_s, &day_us))
        return false;
    int64_t end_us = tm_day_start(tm_local_day(day_us, c->rules->zone_s) + 1, c->rules->zone_s);
    int64_t n = (end_us - at_us) / US_MINUTE;
    *out = (struct dur){.n = n > 0 ? n : 1, .unit = DUR_MINUTES};
    return true;
}

// As many working days as a field says, in whole ones.
static bool days(
    const struct ctx *c, const struct item *it, int64_t part, str field, struct dur *out)
{
    enum { DAYS_MAX = 10000 };
    int64_t n = 0;
    str whole = answer(c, it, part, field);
    whole.n = str_find(whole, '.');
    if (!str_i64(whole, &n) || n < 1 || n > DAYS_MAX)
        return false;
    *out = (struct dur){.n = n, .unit = DUR_WORK_DAYS};
    return true;
}

const struct def_limit *item_clock_limit(struct ctx *c, const struct def_clock *k,
    const struct item *it, int64_t part, int64_t at_us, struct dur *out)
{
    struct filter_env env = {.rules = c->rules, .now_us = c->now_us};
    for (size_t i = 0; i < k->n_limits; i++) {
        const struct def_limit *l = &k->limits[i];
        if (l->from_us > at_us || (l->match && !filter_match(l->match, &env, it)))
            continue;
        *out = l->limit;
        if (l->until.n > 0 && !until(c, it, part, l->until, at_us, out))
            continue;
        if (l->days.n > 0 && !days(c, it, part, l->days, out))
            continue;
        if (l->stage.n == 0 || rules_class_limit(c->rules, it->cls, l->stage, out))
            return l;
    }
    return NULL;
}

static bool runs_already(const struct item *it, const struct def_clock *k, int64_t part)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *x = &it->clocks[i];
        if (str_eq(x->key, k->key) && x->part == part && x->round == it->round && clock_open(x))
            return true;
    }
    return false;
}

static void start_one(
    struct ctx *c, const struct def *d, struct item *it, const struct def_clock *k, int64_t part)
{
    if (runs_already(it, k, part))
        return;
    struct dur limit;
    bool node = d->nodes >> (k - d->clocks) & 1;
    if (node && item_field(it, d->fields[k->by].key).n == 0)
        return; // nothing to plan it by
    if (!item_clock_limit(c, k, it, part, c->now_us, &limit))
        return;
    struct clock x = clock_start(c->arena, calendar(c, d), k->key, limit, c->now_us);
    x.part = part;
    x.round = it->round;
    VEC_PUSH(c->arena, it->clocks, it->n_clocks) = x;
}

void item_clocks_start(
    struct ctx *c, const struct def *d, struct item *it, uint64_t mask, int64_t part)
{
    for (size_t i = 0; i < d->n_clocks; i++) {
        const struct def_clock *k = &d->clocks[i];
        if (!(mask >> i & 1))
            continue;
        if (!k->per_part) {
            start_one(c, d, it, k, 0);
            continue;
        }
        for (size_t p = 0; p < it->n_parts; p++) {
            const struct item_part *x = &it->parts[p];
            if (part != 0 && x->id != part)
                continue;
            if (item_part_open(x, d->part_states, d->n_part_states) && (x->lead || !k->lead_only))
                start_one(c, d, it, k, x->id);
        }
    }
}

// Runs f on every open clock of the mask; part 0 means any.
#define EACH_OPEN(k, d, it, mask, of_part)                                                         \
    for (struct clock *k = (it)->clocks, *k##_end = k ? k + (it)->n_clocks : k; k < k##_end; k++)  \
        if (!clock_open(k) || !in_mask((d), k, (mask)) ||                                          \
            ((of_part) != 0 && k->part != 0 && k->part != (of_part)))                              \
            continue;                                                                              \
        else

static bool in_mask(const struct def *d, const struct clock *k, uint64_t mask)
{
    int at = def_clock_at(d, k->key);
    return at >= 0 && (mask >> at & 1);
}

void item_clocks_stop(
    struct ctx *c, const struct def *d, struct item *it, uint64_t mask, int64_t part)
{
    EACH_OPEN(k, d, it, mask, part)
    clock_stop(k, calendar(c, d), c->now_us);
}

void item_clocks_stop_part(struct ctx *c, const struct def *d, struct item *it, int64_t part)
{
    for (size_t i = 0; i < it->n_clocks; i++)
        if (clock_open(&it->clocks[i]) && it->clocks[i].part == part)
            clock_stop(&it->clocks[i], calendar(c, d), c->now_us);
}

void item_clocks_void(struct ctx *c, const struct def *d, struct item *it, int64_t part)
{
    (void)d;
    for (size_t i = 0; i < it->n_clocks; i++)
        if (clock_open(&it->clocks[i]) && (part == 0 || it->clocks[i].part == part))
            clock_void(&it->clocks[i], c->now_us);
}

void item_clocks_pause(struct ctx *c, const struct def *d, struct item *it)
{
    EACH_OPEN(k, d, it, UINT64_MAX, 0)
    clock_pause(k, c->now_us);
}

void item_clocks_resume(struct ctx *c, const struct def *d, struct item *it)
{
    EACH_OPEN(k, d, it, UINT64_MAX, 0)
    clock_resume(k, c->arena, calendar(c, d), c->now_us);
}

void item_clocks_relimit(struct ctx *c, const struct def *d, struct item *it)
{
    EACH_OPEN(k, d, it, UINT64_MAX, 0)
    {
        int at = def_clock_at(d, k->key);
        struct dur limit;
        if (item_clock_limit(c, &d->clocks[at], it, k->part, k->runs[0].from_us, &limit))
            clock_relimit(k, calendar(c, d), limit);
        k->breached = k->breached && clock_over(k, calendar(c, d), c->now_us);
    }
}

struct dur item_clock_kind(struct dur by, struct dur like)
{
    static const enum dur_unit OTHER[] = {
        [DUR_HOURS] = DUR_WORK_HOURS,
        [DUR_DAYS] = DUR_WORK_DAYS,
        [DUR_WORK_HOURS] = DUR_HOURS,
        [DUR_WORK_DAYS] = DUR_DAYS,
        [DUR_MINUTES] = DUR_MINUTES,
    };
    if (like.unit != DUR_NONE && dur_works(by) != dur_works(like))
        by.unit = OTHER[by.unit];
    return by;
}

enum err_code item_clocks_extend(struct ctx *c, const struct def *d, struct item *it, uint64_t mask,
    int64_t part, struct dur by, struct err *e)
{
    int n = 0;
    EACH_OPEN(k, d, it, mask, part)
    {
        if (clock_extend(k, calendar(c, d), item_clock_kind(by, k->limit), e) != OK)
            return e->code;
        // Granted late: the promise stands again until the new due time.
        k->breached = k->breached && clock_over(k, calendar(c, d), c->now_us);
        n++;
    }
    if (n == 0)
        return err_add(e, ERR_INVALID, S("extend"), (str){0},
            "no clock is running that could be extended", "没有正在计时的时限可以延长");
    return OK;
}

bool item_clocks_breach(struct ctx *c, const struct def *d, struct item *it, str *names)
{
    bool any = false;
    *names = (str){0};
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct clock *k = &it->clocks[i];
        if (k->state != CLOCK_RUNNING || k->breached || k->due_us == 0 || k->due_us >= c->now_us)
            continue;
        k->breached = true;
        int at = def_clock_at(d, k->key);
        str title = at >= 0 ? d->clocks[at].title : k->key;
        *names = any ? str_fmt(c->arena, "%.*s、%.*s", STR_ARG(*names), STR_ARG(title)) : title;
        any = true;
    }
    return any;
}

str item_clock_outcome(const struct item *it, str key)
{
    // From the best to the worst.
    enum { NONE, MET, PAUSED, RUNNING, BREACHED, LATE, RANKS };
    static const enum def_outcome OUTCOMES[RANKS] = {[MET] = OUTCOME_MET,
        [PAUSED] = OUTCOME_PAUSED,
        [RUNNING] = OUTCOME_RUNNING,
        [BREACHED] = OUTCOME_BREACHED,
        [LATE] = OUTCOME_LATE};
    size_t worst = NONE;
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *k = &it->clocks[i];
        if (!str_eq(k->key, key) || k->round != it->round)
            continue;
        size_t x = NONE;
        if (k->state == CLOCK_MET)
            x = MET;
        else if (k->state == CLOCK_LATE)
            x = LATE;
        else if (clock_open(k))
            x = k->breached ? BREACHED : k->state == CLOCK_PAUSED ? PAUSED : RUNNING;
        worst = x > worst ? x : worst;
    }
    return worst == NONE ? (str){0} : def_outcome_word(OUTCOMES[worst]);
}

void item_clocks_next(struct item *it)
{
    it->due_us = it->alarm_us = 0;
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *k = &it->clocks[i];
        if (k->state != CLOCK_RUNNING || k->due_us == 0)
            continue;
        if (it->due_us == 0 || k->due_us < it->due_us)
            it->due_us = k->due_us;
        if (!k->breached && (it->alarm_us == 0 || k->due_us < it->alarm_us))
            it->alarm_us = k->due_us;
    }
    bool told = item_field(it, S(ITEM_RECHECK_TOLD)).n > 0;
    if (it->recheck_us > 0 && !told && (it->alarm_us == 0 || it->recheck_us < it->alarm_us))
        it->alarm_us = it->recheck_us;
}

void item_clocks_derive(struct ctx *c, const struct def *d, struct item *it)
{
    item_clocks_next(it);
    for (size_t i = 0; i < d->n_clocks; i++)
        item_set_field(it, c->arena, str_two(c->arena, S("clock/"), d->clocks[i].key),
            item_clock_outcome(it, d->clocks[i].key));
}
