#include "domain/clock.h"

#include <math.h>

#include "base/rng.h"
#include "domain/yaml.h"
#include "files.h"

// ---- the cases of tests/anchors/clock.yaml ----

struct run {
    struct arena *arena;
    const char *name;
    int line;
    struct cal_spec spec; // grows by what settle adds
    const struct cal *cal;
    struct clock clock;
};

static const struct yaml_member step_members[] = {
    {"at", YAML_WANT_STR, YAML_REQUIRED},
    {"do", YAML_WANT_STR,
        .options = "look|pause|resume|extend|relimit|stop|void|return|reopen|settle"},
    {"by", YAML_WANT_DUR},
    {"off", YAML_WANT_LIST},
    {"work", YAML_WANT_LIST},
    {"cal", YAML_WANT_KEY},
    {"due", YAML_WANT_STR},
    {"state", YAML_WANT_STR, .options = "running|paused|met|late|void"},
    {"used", YAML_WANT_STR},
    {"left", YAML_WANT_STR},
    {"share", YAML_WANT_INT, .max = 10000},
    {"lamp", YAML_WANT_STR, .options = "none|green|yellow|red"},
    {"breached", YAML_WANT_BOOL},
    {"refused", YAML_WANT_BOOL},
    {0},
};
static const struct yaml_member case_members[] = {
    {"case", YAML_WANT_STR, YAML_REQUIRED},
    {"cal", YAML_WANT_KEY},
    {"start", YAML_WANT_STR, YAML_REQUIRED},
    {"limit", YAML_WANT_DUR, YAML_REQUIRED},
    {"due", YAML_WANT_STR},
    {"then", YAML_WANT_MAPS, .sub = step_members},
    {0},
};

static void wrong(const struct run *r, const char *what, str wanted, str got)
{
    fail_msg("clock.yaml:%d: %s: %s: wanted %.*s, got %.*s", r->line, r->name, what,
        STR_ARG(wanted), STR_ARG(got));
}

static void want_str(const struct run *r, const char *what, str wanted, str got)
{
    if (wanted.n && !str_eq(wanted, got))
        wrong(r, what, wanted, got);
}

static int64_t instant(const struct run *r, str text)
{
    int64_t us;
    if (!tm_parse(text, TM_ZONE_DEFAULT_S, &us))
        wrong(r, "instant", S("2026-11-16 10:00"), text);
    return us;
}

// "6h30m", "-1us", "8d"
static int64_t length(const struct run *r, str text)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = {{"us", 1}, {"d", US_DAY}, {"h", US_HOUR}, {"m", US_MINUTE}, {"s", US_SECOND}};
    str rest = text;
    int64_t sum = 0, sign = 1;
    if (str_starts(rest, S("-"))) {
        sign = -1;
        rest = str_sub(rest, 1, rest.n);
    }
    while (rest.n) {
        size_t digits = 0, unit = 0;
        int64_t n;
        while (digits < rest.n && rest.s[digits] >= '0' && rest.s[digits] <= '9')
            digits++;
        if (!str_i64(str_sub(rest, 0, digits), &n))
            wrong(r, "length", S("6h30m"), text);
        rest = str_sub(rest, digits, rest.n);
        while (unit < ARRAY_LEN(units) && !str_starts(rest, str_of(units[unit].unit)))
            unit++;
        if (unit == ARRAY_LEN(units))
            wrong(r, "length", S("6h30m"), text);
        sum += n * units[unit].us;
        rest = str_sub(rest, str_of(units[unit].unit).n, rest.n);
    }
    return sign * sum;
}

static void want_length(const struct run *r, const char *what, str wanted, int64_t got)
{
    if (wanted.n && length(r, wanted) != got)
        wrong(r, what, wanted, str_fmt(r->arena, "%.6f h", (double)got / (double)US_HOUR));
}

static void want_due(const struct run *r, str wanted)
{
    if (wanted.n == 0)
        return;
    int64_t us = str_eq(wanted, S("none")) ? 0 : instant(r, wanted);
    if (us != r->clock.due_us)
        wrong(r, "due", wanted, tm_rfc3339(r->arena, r->clock.due_us, TM_ZONE_DEFAULT_S));
}

static void check_step(const struct run *r, const struct yaml *step, int64_t now)
{
    static const char *const states[] = {"running", "paused", "met", "late", "void"};
    static const char *const lamps[] = {"none", "green", "yellow", "red"};
    const struct clock *k = &r->clock;
    want_due(r, yaml_get_str(step, "due"));
    want_str(r, "state", yaml_get_str(step, "state"), str_of(states[k->state]));
    want_length(r, "used", yaml_get_str(step, "used"), clock_used_us(k, r->cal, now));
    want_length(r, "left", yaml_get_str(step, "left"), clock_left_us(k, r->cal, now));
    want_str(r, "lamp", yaml_get_str(step, "lamp"), str_of(lamps[clock_lamp(k, r->cal, now, 0.8)]));
    int64_t share = lround(clock_share(k, r->cal, now) * 1000);
    if (yaml_get_i64(step, "share", share) != share)
        wrong(r, "share", yaml_get_str(step, "share"), str_fmt(r->arena, "%" PRId64, share));
    if (yaml_get_bool(step, "breached", k->breached) != k->breached)
        wrong(r, "breached", yaml_get_str(step, "breached"), S("the opposite"));
}

static void add_days(struct run *r, const struct yaml *days, bool work)
{
    for (size_t i = 0; days && i < days->n; i++) {
        struct cal_exception x = {.work = work, .name = S("临时安排")};
        if (!yaml_as_date(days->vals[i], &x.day))
            wrong(r, "day", S("2026-11-18"), days->vals[i]->s);
        VEC_PUSH(r->arena, r->spec.exceptions, r->spec.n) = x;
    }
}

static void settle(struct run *r, const struct yaml *step)
{
    str other = yaml_get_str(step, "cal");
    if (other.n)
        r->spec = cal_spec_of(r->arena, str_z(r->arena, other));
    add_days(r, yaml_get(step, "off"), false);
    add_days(r, yaml_get(step, "work"), true);
    r->cal = cal_of_spec(r->arena, &r->spec);
    clock_settle(&r->clock, r->cal);
}

static void again(struct run *r, int64_t now, int64_t round)
{
    r->clock = clock_start(r->arena, r->cal, r->clock.key, r->clock.limit, now);
    r->clock.round = round;
}

static void run_step(struct run *r, const struct yaml *step)
{
    struct clock *k = &r->clock;
    r->line = step->line;
    int64_t now = instant(r, yaml_get_str(step, "at"));
    str what = yaml_get_str(step, "do");
    struct dur by = yaml_get_dur(step, "by");
    struct err e;
    err_init(&e, r->arena, LANG_EN);
    if (str_eq(what, S("pause")))
        clock_pause(k, now);
    else if (str_eq(what, S("resume")))
        clock_resume(k, r->arena, r->cal, now);
    else if (str_eq(what, S("extend"))) {
        bool refused = clock_extend(k, r->cal, by, &e) != OK;
        if (refused != yaml_get_bool(step, "refused", false) || refused != (e.n > 0))
            wrong(r, "refused", refused ? S("no") : S("yes"), err_text(&e, r->arena));
    } else if (str_eq(what, S("relimit")))
        clock_relimit(k, r->cal, by);
    else if (str_eq(what, S("stop")))
        clock_stop(k, r->cal, now);
    else if (str_eq(what, S("void")))
        clock_void(k, now);
    else if (str_eq(what, S("settle")))
        settle(r, step);
    else if (str_eq(what, S("return"))) {
        clock_void(k, now);
        assert_int_equal(k->state, CLOCK_VOID);
        again(r, now, k->round);
    } else if (str_eq(what, S("reopen"))) {
        assert_false(clock_open(k));
        again(r, now, k->round + 1);
    }
    check_step(r, step, now);
}

static void run_case(struct arena *a, const struct yaml *c)
{
    struct run r = {.arena = a, .name = str_z(a, yaml_get_str(c, "case")), .line = c->line};
    str cal = yaml_get_str(c, "cal");
    r.spec = cal_spec_of(a, cal.n ? str_z(a, cal) : "workdays");
    r.cal = cal_of_spec(a, &r.spec);
    int64_t start = instant(&r, yaml_get_str(c, "start"));
    r.clock = clock_start(a, r.cal, S("handle"), yaml_get_dur(c, "limit"), start);
    want_due(&r, yaml_get_str(c, "due"));
    const struct yaml *then = yaml_get(c, "then");
    for (size_t i = 0; then && i < then->n; i++)
        run_step(&r, then->vals[i]);
}

static void test_anchors(void **state)
{
    struct arena *a = *state;
    struct err e;
    err_init(&e, a, LANG_EN);
    const struct yaml *root = yaml_parse(a, file_read(a, "tests/anchors/clock.yaml"), &e);
    if (!root)
        fail_msg("%.*s", STR_ARG(err_text(&e, a)));
    size_t n = root ? root->n : 0;
    assert_true(n >= 100);
    for (size_t i = 0; i < n; i++) {
        if (!yaml_check(root->vals[i], case_members, str_fmt(a, "[%zu]", i), &e))
            fail_msg("%.*s", STR_ARG(err_text(&e, a)));
        struct arena *own = arena_new();
        run_case(own, root->vals[i]);
        arena_free(own);
    }
}

// ---- what a table of instants cannot say ----

static void test_start(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct dur limit = {.n = 1, .unit = DUR_WORK_DAYS};
    struct clock k = clock_start(a, c, S("handle"), limit, at("2026-11-16 10:00"));
    assert_str(k.key, "handle");
    assert_int_equal(k.state, CLOCK_RUNNING);
    assert_int_equal(k.round, 1);
    assert_int_equal(k.part, 0);
    assert_int_equal(k.n, 1);
    assert_true(k.runs[0].from_us == at("2026-11-16 10:00") && k.runs[0].to_us == 0);
    assert_true(clock_open(&k));
}

static void test_without_limit(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct err e;
    err_init(&e, a, LANG_EN);
    struct clock k = clock_start(a, c, S("whole"), (struct dur){0}, at("2026-11-16 10:00"));
    int64_t later = at("2026-12-16 10:00");
    assert_int_equal(k.due_us, 0);
    assert_int_equal(clock_lamp(&k, c, later, 0.8), LAMP_NONE);
    assert_true(clock_used_us(&k, c, later) == 30 * US_DAY);
    assert_int_equal(clock_left_us(&k, c, later), 0);
    assert_int_equal(clock_extend(&k, c, (struct dur){.n = 1, .unit = DUR_DAYS}, &e), ERR_INVALID);
    clock_pause(&k, later);
    clock_stop(&k, c, later);
    assert_int_equal(k.state, CLOCK_MET);
    assert_false(k.breached);
}

static void test_stretches_end(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct dur limit = {.n = 100, .unit = DUR_DAYS};
    int64_t now = at("2026-11-16 10:00");
    struct clock k = clock_start(a, c, S("handle"), limit, now);
    for (int i = 0; i < 2 * CLOCK_STRETCHES_MAX; i++) {
        bool can = clock_can_pause(&k);
        assert_int_equal(can, i < CLOCK_STRETCHES_MAX - 1);
        clock_pause(&k, now += US_MINUTE);
        assert_int_equal(k.state, can ? CLOCK_PAUSED : CLOCK_RUNNING);
        clock_resume(&k, a, c, now += US_MINUTE);
        assert_int_equal(k.state, CLOCK_RUNNING);
    }
    assert_int_equal(k.n, CLOCK_STRETCHES_MAX);
    // 63 pauses of one minute count, the others did not happen.
    assert_true(k.due_us == at("2026-11-16 10:00") + 100 * US_DAY + 63 * US_MINUTE);
}

static void test_time_does_not_run_backwards(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct dur limit = {.n = 2, .unit = DUR_HOURS};
    int64_t from = at("2026-11-16 10:00");
    struct clock k = clock_start(a, c, S("handle"), limit, from);
    clock_pause(&k, from - US_HOUR);
    assert_true(k.runs[0].to_us == from);
    clock_resume(&k, a, c, from - US_HOUR);
    assert_int_equal(k.n, 1);
    assert_true(k.due_us == from + 2 * US_HOUR);
    assert_int_equal(clock_used_us(&k, c, from - US_HOUR), 0);
    clock_stop(&k, c, from - US_HOUR);
    assert_int_equal(k.state, CLOCK_MET);
    assert_true(k.runs[0].to_us == from);
}

static void test_void_keeps_when_it_stopped(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct dur limit = {.n = 2, .unit = DUR_HOURS};
    int64_t from = at("2026-11-16 10:00");
    struct clock k = clock_start(a, c, S("contact"), limit, from);
    clock_stop(&k, c, from + US_HOUR);
    clock_void(&k, from + US_DAY);
    assert_int_equal(k.state, CLOCK_VOID);
    assert_true(k.stopped_us == from + US_HOUR && k.runs[0].to_us == from + US_HOUR);
    clock_relimit(&k, c, (struct dur){.n = 9, .unit = DUR_DAYS});
    assert_int_equal(k.limit.n, 2);
}

// Nine hours granted are 146 minutes and a quarter of a working day of 390; the product of both, in
// microseconds, is more than 64 bits hold.
static void test_extension_in_hours_changes_its_kind(void **state)
{
    struct arena *a = *state;
    struct err e;
    const struct cal *c = cal_of(a, "workdays");
    err_init(&e, a, LANG_EN);
    struct clock k = clock_start(
        a, c, S("handle"), (struct dur){.n = 24, .unit = DUR_HOURS}, at("2026-11-16 10:00"));
    assert_int_equal(clock_extend(&k, c, (struct dur){.n = 9, .unit = DUR_HOURS}, &e), OK);
    clock_relimit(&k, c, (struct dur){.n = 5, .unit = DUR_WORK_DAYS});
    assert_true(k.extended_us == 146 * US_MINUTE + 15 * US_SECOND);
    clock_relimit(&k, c, (struct dur){.n = 24, .unit = DUR_HOURS});
    assert_true(k.extended_us == 9 * US_HOUR);
}

// ---- properties ----

enum { ROUNDS = 3000 };

static struct dur random_limit(struct rng *r)
{
    struct dur d = {.unit = (enum dur_unit)rng_range(r, DUR_HOURS, DUR_MINUTES)};
    d.n = rng_range(r, 0, d.unit == DUR_MINUTES ? 5000 : d.unit == DUR_DAYS ? 20 : 60);
    return d;
}

static int64_t random_instant(struct rng *r)
{
    return rng_range(r, at("2007-01-01 00:00"), at("2026-12-31 00:00"));
}

// Pauses and resumes at random; returns the last instant.
static int64_t random_life(struct rng *r, struct clock *k, struct arena *a, const struct cal *c)
{
    int64_t now = k->runs[0].from_us;
    for (int64_t i = rng_range(r, 0, 6); i > 0; i--) {
        clock_pause(k, now += rng_range(r, 0, 3 * US_DAY));
        clock_resume(k, a, c, now += rng_range(r, 0, 3 * US_DAY));
    }
    return now;
}

static void test_pause_and_resume_at_once(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < ROUNDS; i++) {
        struct clock k = clock_start(a, c, S("k"), random_limit(&r), random_instant(&r));
        int64_t now = random_life(&r, &k, a, c) + rng_range(&r, 1, US_DAY);
        int64_t due = k.due_us, used = clock_used_us(&k, c, now);
        size_t n = k.n;
        clock_pause(&k, now);
        clock_resume(&k, a, c, now);
        assert_true(k.due_us == due && k.n == n && clock_used_us(&k, c, now) == used);
    }
}

// At the due instant nothing is left; used never falls; a clock is red exactly when it is past its
// due instant.
static void test_due_and_left_agree(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct rng r;
    rng_seed(&r, 2);
    for (int i = 0; i < ROUNDS; i++) {
        struct dur limit = random_limit(&r);
        limit.day_end = rng_range(&r, 0, 3) == 0;
        struct clock k = clock_start(a, c, S("k"), limit, random_instant(&r));
        int64_t now = random_life(&r, &k, a, c);
        assert_true(k.due_us > 0);
        assert_int_equal(clock_left_us(&k, c, k.due_us), 0);
        int64_t soon = now + rng_range(&r, 0, US_DAY), later = soon + rng_range(&r, 0, US_DAY);
        assert_true(clock_used_us(&k, c, soon) <= clock_used_us(&k, c, later));
        assert_int_equal(clock_lamp(&k, c, soon, 0.8) == LAMP_RED, soon > k.due_us);
        if (clock_left_us(&k, c, soon) > 0)
            assert_true(soon < k.due_us);
        clock_stop(&k, c, soon);
        assert_int_equal(k.state, soon > k.due_us ? CLOCK_LATE : CLOCK_MET);
    }
}

// Tightened and back: the due time of a clock that never was, whatever happened to it meanwhile.
static void test_tightened_and_back(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct rng r;
    rng_seed(&r, 8);
    for (int i = 0; i < ROUNDS; i++) {
        struct dur limit = random_limit(&r);
        struct err e;
        err_init(&e, a, LANG_EN);
        limit.day_end = rng_range(&r, 0, 3) == 0;
        struct clock plain = clock_start(a, c, S("k"), limit, random_instant(&r));
        struct clock tight = clock_start(a, c, S("k"), limit, plain.runs[0].from_us);
        int64_t share = rng_range(&r, 1, 99), now = plain.runs[0].from_us;
        clock_tighten(&tight, c, share);
        assert_true(tight.due_us <= plain.due_us);
        assert_true(clock_left_us(&tight, c, now) <= clock_left_us(&plain, c, now));
        for (int64_t n = rng_range(&r, 0, 4); n > 0; n--) {
            clock_pause(&plain, now += rng_range(&r, 0, 3 * US_DAY));
            clock_pause(&tight, now);
            if (rng_range(&r, 0, 1)) // another one begins or ends while it is paused
                clock_tighten(&tight, c, rng_range(&r, 1, 99));
            clock_resume(&plain, a, c, now += rng_range(&r, 0, 3 * US_DAY));
            clock_resume(&tight, a, c, now);
            // What "!" adds at the end of a day is budget when a pause cuts it.
            assert_true(limit.day_end || tight.due_us <= plain.due_us);
        }
        if (rng_range(&r, 0, 2) == 0) {
            struct dur more = {
                .n = rng_range(&r, 1, 5), .unit = dur_works(limit) ? DUR_WORK_DAYS : DUR_DAYS};
            assert_int_equal(clock_extend(&plain, c, more, &e), OK);
            assert_int_equal(clock_extend(&tight, c, more, &e), OK);
        }
        clock_tighten(&tight, c, rng_range(&r, 0, 1) ? 0 : 100);
        assert_true(tight.due_us == plain.due_us && tight.share == 0);
        assert_true(clock_used_us(&tight, c, now) == clock_used_us(&plain, c, now));
        clock_stop(&plain, c, now += rng_range(&r, 0, 9 * US_DAY));
        clock_stop(&tight, c, now);
        assert_true(tight.state == plain.state && tight.breached == plain.breached);
        clock_tighten(&tight, c, 1); // over is over
        assert_true(tight.share == 0 && tight.due_us == plain.due_us);
    }
}

// Half of four working days from Monday at ten is two; an extension is granted whole.
static void test_half_a_limit(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct err e;
    err_init(&e, a, LANG_EN);
    struct clock k = clock_start(
        a, c, S("handle"), (struct dur){.n = 4, .unit = DUR_WORK_DAYS}, at("2026-11-16 10:00"));
    int64_t whole = k.due_us;
    clock_tighten(&k, c, 50);
    assert_true(k.due_us == at("2026-11-18 10:00") && whole == at("2026-11-20 10:00"));
    assert_int_equal(clock_extend(&k, c, (struct dur){.n = 1, .unit = DUR_WORK_DAYS}, &e), OK);
    assert_true(k.due_us == at("2026-11-19 10:00"));
    assert_true(clock_reaches(&k, c, 1) == k.due_us);
    clock_tighten(&k, c, 100);
    assert_true(k.due_us == at("2026-11-23 10:00"));
}

// A pause of working time moves the end by just that much working time, and never forwards.
static void test_pause_subtracts(void **state)
{
    struct arena *a = *state;
    const struct cal *c = cal_of(a, "workdays");
    struct rng r;
    rng_seed(&r, 3);
    for (int i = 0; i < ROUNDS; i++) {
        struct dur limit = {.n = rng_range(&r, 1, 60), .unit = DUR_WORK_HOURS};
        int64_t from = random_instant(&r);
        struct clock k = clock_start(a, c, S("k"), limit, from);
        int64_t due = k.due_us, pause = rng_range(&r, from, due - 1);
        int64_t resume = pause + rng_range(&r, 1, 10 * US_DAY);
        clock_pause(&k, pause);
        clock_resume(&k, a, c, resume);
        assert_true(k.due_us >= due);
        assert_true(
            cal_between(c, from, k.due_us) == limit.n * US_HOUR + cal_between(c, pause, resume));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_anchors),
        UNIT(test_start),
        UNIT(test_without_limit),
        UNIT(test_stretches_end),
        UNIT(test_time_does_not_run_backwards),
        UNIT(test_void_keeps_when_it_stopped),
        UNIT(test_extension_in_hours_changes_its_kind),
        UNIT(test_pause_and_resume_at_once),
        UNIT(test_due_and_left_agree),
        UNIT(test_tightened_and_back),
        UNIT(test_half_a_limit),
        UNIT(test_pause_subtracts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
