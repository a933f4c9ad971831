// Working time and clocks, from docs/loop.md §8. A day's shifts are written out and walked; nothing
// is compiled ahead.

#include "model.h"

#include <stdio.h>

enum { SHIFTS = 2, WORK_DAY_MIN = 390 };
static const int SHIFT_MIN[SHIFTS][2] = {{9 * 60, 11 * 60 + 30}, {13 * 60 + 30, 17 * 60 + 30}};
#define ZONE_US (8 * US_HOUR)

static int64_t day_of(int64_t us)
{
    return (us + ZONE_US) / US_DAY;
}

bool m_works_on(const struct model *m, int64_t day)
{
    int64_t at = day - M_FIRST_DAY;
    int kind = at >= 0 && at < M_DAYS ? m->days[at] : 0;
    if (kind != 0)
        return kind == 2;
    return (day + 3) % 7 < 5; // 1 January 1970 was a Thursday
}

static int64_t shift_at(int64_t day, int shift, int end)
{
    return day * US_DAY - ZONE_US + SHIFT_MIN[shift][end] * US_MINUTE;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t m_work_between(const struct model *m, int64_t from_us, int64_t to_us)
{
    int64_t sum = 0;
    for (int64_t day = day_of(from_us); from_us < to_us && day <= day_of(to_us); day++)
        for (int s = 0; m_works_on(m, day) && s < SHIFTS; s++) {
            int64_t from = later(shift_at(day, s, 0), from_us), to = shift_at(day, s, 1);
            to = to < to_us ? to : to_us;
            sum += to > from ? to - from : 0;
        }
    return sum;
}

int64_t m_work_add(const struct model *m, int64_t from_us, int64_t us)
{
    if (us == 0)
        return from_us;
    for (int64_t day = day_of(from_us);; day++)
        for (int s = 0; m_works_on(m, day) && s < SHIFTS; s++) {
            int64_t from = later(shift_at(day, s, 0), from_us), to = shift_at(day, s, 1);
            if (to <= from)
                continue;
            if (us <= to - from)
                return from + us;
            us -= to - from;
        }
}

static int64_t between(const struct model *m, bool works, int64_t from_us, int64_t to_us)
{
    return works ? m_work_between(m, from_us, to_us) : to_us - from_us;
}

static struct m_dur work_days(int64_t n)
{
    return (struct m_dur){n * WORK_DAY_MIN * US_MINUTE, true};
}

// The table of limits of town/loop.yaml.
// Until the end of the day said of the part, in whole minutes, and at least one.
static struct m_dur until_said(const struct m_item *it, int64_t part, int64_t at_us)
{
    char key[40];
    int64_t day;
    (void)snprintf(key, sizeof(key), "part/%d/todo_by", (int)part);
    if (!m_day(m_get(it, key), &day))
        return (struct m_dur){-1, false};
    int64_t minutes = ((day + 1) * US_DAY - ZONE_US - at_us) / US_MINUTE;
    return (struct m_dur){(minutes > 0 ? minutes : 1) * US_MINUTE, false};
}

struct m_dur m_limit(
    const struct model *m, const struct m_item *it, int clock, int64_t part, int64_t at_us)
{
    const struct loop_change *x = &m->defs[it->def].change;
    str priority = m_get(it, "priority"), kind = m_get(it, "kind");
    bool most = str_eq(priority, S("特急")), more = str_eq(priority, S("紧急"));
    struct m_dur half_hour = {30 * US_MINUTE, false};
    switch (clock) {
    case CK_DISPATCH:
        return most ? half_hour : (struct m_dur){more ? US_HOUR : 4 * US_HOUR, true};
    case CK_CONTACT:
        if (most)
            return half_hour;
        return more ? (struct m_dur){x->contact_h * US_HOUR, false} : work_days(1);
    case CK_HANDLE:
        if (most && x->night_from_day != 0 && at_us >= x->night_from_day * US_DAY - ZONE_US)
            return (struct m_dur){12 * US_HOUR, false};
        if (most)
            return (struct m_dur){24 * US_HOUR, false};
        return work_days(str_eq(kind, S("咨询")) || str_eq(kind, S("建议")) ? 1 : x->handle_wd);
    case CK_TASK:
        return until_said(it, part, at_us);
    case CK_SURVEY:
    case CK_WORKS:
    case CK_HANDOVER: // how long a node's clock is, its plan says
        return (struct m_dur){
            m_node_days(it, clock) > 0 && m_get(it, "finish_by").n > 0 ? 0 : -1, false};
    case CK_RETURN_1:
        return (struct m_dur){4 * US_HOUR, true};
    case CK_EXTEND_1:
    case CK_CITY_1:
    case CK_SUSPEND_1:
        return work_days(1);
    case CK_CITY_2:
        return work_days(3);
    default:
        return work_days(15);
    }
}

bool m_clock_open(const struct m_clock *k)
{
    return k->state == MC_RUNNING || k->state == MC_PAUSED;
}

// The first instant at which the clock, while it runs, has used up what it may; 0: not so far.
static int64_t spent_at(const struct model *m, const struct m_clock *k)
{
    int64_t left = k->limit.us + k->extra_us;
    for (size_t i = 0; i < k->n; i++) {
        const struct m_run *r = &k->runs[i];
        int64_t end = k->limit.works ? m_work_add(m, r->from_us, left) : r->from_us + left;
        if (r->to_us == 0 || end < r->to_us)
            return end;
        left -= between(m, k->limit.works, r->from_us, r->to_us);
    }
    return 0;
}

static void settle(const struct model *m, struct m_clock *k)
{
    if (m_clock_open(k))
        k->due_us = k->state == MC_RUNNING ? spent_at(m, k) : 0;
}

static void start(struct model *m, struct m_item *it, int key, int64_t part, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct m_clock *k = &it->clocks[i];
        if (k->key == key && k->part == part && k->round == it->round && m_clock_open(k))
            return;
    }
    struct m_clock k = {.key = key, .round = (int)it->round, .part = part};
    k.limit = m_limit(m, it, key, part, now);
    if (k.limit.us < 0)
        return;
    VEC_PUSH(m->a, k.runs, k.n) = (struct m_run){now, 0};
    settle(m, &k);
    VEC_PUSH(m->a, it->clocks, it->n_clocks) = k;
}

void m_clocks_start(struct model *m, struct m_item *it, unsigned mask, int64_t part, int64_t now)
{
    for (int key = 0; key < CK_COUNT; key++) {
        if (!(mask >> key & 1))
            continue;
        if (key == CK_DISPATCH || key == CK_ALL || key == CK_SUSPEND_1 || m_is_node(key)) {
            start(m, it, key, 0, now);
            continue;
        }
        for (size_t i = 0; i < it->n_parts; i++) {
            const struct m_part *p = &it->parts[i];
            bool mine = part == 0 || part == (int64_t)i + 1;
            if (mine && !m_part_ends(p->state) && (p->lead || key != CK_CONTACT))
                start(m, it, key, (int64_t)i + 1, now);
        }
    }
}

static void end_run(struct m_clock *k, int64_t now)
{
    struct m_run *r = &k->runs[k->n - 1];
    if (r->to_us == 0)
        r->to_us = later(now, r->from_us);
}

static void stop(const struct model *m, struct m_clock *k, int64_t now)
{
    if (!m_clock_open(k))
        return;
    bool ran = k->state == MC_RUNNING;
    end_run(k, now);
    // Past its due instant while it ran, and not only reaching it.
    bool late = ran ? k->due_us < now : spent_at(m, k) != 0;
    k->state = late ? MC_LATE : MC_MET;
    k->breached = k->breached || late;
}

void m_clocks_stop(struct model *m, struct m_item *it, unsigned mask, int64_t part, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if ((mask >> k->key & 1) && (part == 0 || k->part == 0 || k->part == part))
            stop(m, k, now);
    }
}

void m_clocks_stop_part(struct model *m, struct m_item *it, int64_t part, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++)
        if (it->clocks[i].part == part)
            stop(m, &it->clocks[i], now);
}

void m_clocks_void(struct m_item *it, int64_t part, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if (!m_clock_open(k) || (part != 0 && k->part != part))
            continue;
        end_run(k, now);
        k->state = MC_VOID;
    }
}

void m_clocks_void_key(struct m_item *it, int key, int64_t part, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if (!m_clock_open(k) || k->key != key || k->part != part)
            continue;
        end_run(k, now);
        k->state = MC_VOID;
    }
}

void m_clocks_pause(struct m_item *it, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if (k->state != MC_RUNNING)
            continue;
        end_run(k, now);
        k->state = MC_PAUSED;
        k->due_us = 0;
    }
}

void m_clocks_resume(struct model *m, struct m_item *it, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if (k->state != MC_PAUSED)
            continue;
        if (k->runs[k->n - 1].to_us == now)
            k->runs[k->n - 1].to_us = 0;
        else
            VEC_PUSH(m->a, k->runs, k->n) = (struct m_run){now, 0};
        k->state = MC_RUNNING;
        settle(m, k);
    }
}

// What was noticed holds as long as the due time lies behind, of a paused clock within its runs.
static void still_breached(const struct model *m, struct m_clock *k, int64_t now)
{
    if (k->state == MC_RUNNING)
        k->breached = k->breached && k->due_us < now;
    else if (k->state == MC_PAUSED)
        k->breached = k->breached && spent_at(m, k) != 0;
}

void m_clocks_relimit(struct model *m, struct m_item *it, int64_t now)
{
    int64_t day = WORK_DAY_MIN * US_MINUTE;
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if (!m_clock_open(k) || m_is_node(k->key))
            continue;
        struct m_dur limit = m_limit(m, it, k->key, k->part, k->runs[0].from_us);
        // A granted working day becomes a plain one, and back.
        if (limit.works != k->limit.works) {
            int64_t from = k->limit.works ? day : US_DAY, to = limit.works ? day : US_DAY;
            k->extra_us = (int64_t)((__int128)k->extra_us * to / from);
        }
        k->limit = limit;
        settle(m, k);
        still_breached(m, k, now);
    }
}

struct m_dur m_extension(struct dur by, bool works)
{
    int64_t day = works ? WORK_DAY_MIN * US_MINUTE : US_DAY;
    switch (by.unit) {
    case DUR_HOURS:
    case DUR_WORK_HOURS:
        return (struct m_dur){by.n * US_HOUR, works};
    case DUR_DAYS:
    case DUR_WORK_DAYS:
        return (struct m_dur){by.n * day, works};
    case DUR_MINUTES: // there are no working minutes
        return (struct m_dur){works ? 0 : by.n * US_MINUTE, works};
    default:
        return (struct m_dur){0, works};
    }
}

void m_clocks_extend(struct model *m, struct m_item *it, int64_t part, struct dur by, int64_t now)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if (!m_clock_open(k) || (k->key != CK_HANDLE && k->key != CK_ALL) ||
            (k->part != 0 && k->part != part))
            continue;
        k->extra_us += m_extension(by, k->limit.works).us;
        settle(m, k);
        still_breached(m, k, now);
    }
}

bool m_clocks_settle(struct model *m, struct m_item *it, int64_t now)
{
    bool moved = false;
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        struct m_clock was = *k;
        settle(m, k);
        still_breached(m, k, now);
        moved = moved || was.due_us != k->due_us || was.breached != k->breached;
    }
    return moved;
}

bool m_clocks_notice(struct m_item *it, int64_t now)
{
    bool any = false;
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct m_clock *k = &it->clocks[i];
        if (k->state != MC_RUNNING || k->breached || k->due_us >= now)
            continue;
        k->breached = any = true;
    }
    return any;
}

const char *m_outcome(const struct m_item *it, int clock)
{
    bool met = false, paused = false, running = false, breached = false;
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct m_clock *k = &it->clocks[i];
        if (k->key != clock || k->round != it->round)
            continue;
        if (k->state == MC_LATE)
            return "late";
        breached = breached || (m_clock_open(k) && k->breached);
        running = running || k->state == MC_RUNNING;
        paused = paused || k->state == MC_PAUSED;
        met = met || k->state == MC_MET;
    }
    return breached ? "breached" : running ? "running" : paused ? "paused" : met ? "met" : "";
}

static int64_t nearest(const struct m_item *it, bool unnoticed)
{
    int64_t best = 0;
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct m_clock *k = &it->clocks[i];
        if (k->state == MC_RUNNING && !(unnoticed && k->breached) &&
            (best == 0 || k->due_us < best))
            best = k->due_us;
    }
    return best;
}

int64_t m_due(const struct m_item *it)
{
    return nearest(it, false);
}

int64_t m_alarm(const struct m_item *it)
{
    int64_t clock = nearest(it, true);
    bool looks = it->recheck_us != 0 && !m_solid_told(it);
    return looks && (clock == 0 || it->recheck_us < clock) ? it->recheck_us : clock;
}
