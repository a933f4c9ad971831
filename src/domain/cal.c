// A calendar compiled to one number a day: the working time before that day. Everything else is a
// look-up in that table, so that a deadline costs one binary search however far away it lies.
#include "domain/cal.h"

#include <string.h>

enum {
    PAT_OFF = 0, // 1..7 are the weekdays
    PAT_MAKE_UP = 8,
    PAT_COUNT,
    MINUTES_PER_DAY = 24 * 60,
    ZONE_MAX_S = 18 * 3600,
    DUR_N_MAX = 10000,
    DUR_DIGITS_MAX = 5,
};

struct cal_pat {
    int n;
    int64_t from_us[CAL_SHIFTS_MAX], to_us[CAL_SHIFTS_MAX]; // since local midnight
    int64_t total_us;
};
struct cal {
    str key;
    int zone_s;
    int64_t day_us;
    int known_from_year, known_to_year;
    struct cal_pat pats[PAT_COUNT];
    int64_t first_day, days;  // the table covers first_day .. first_day + days - 1
    int64_t first_us, end_us; // the same as instants, end exclusive
    int64_t *before_us;       // [days + 1] working time before each day, counted from first_day
    uint8_t *pat;             // [days]
    uint16_t *exception;      // [days] index into exceptions plus one; 0: none
    struct cal_exception *exceptions;
};

static bool pattern_check(const struct cal_pattern *p, str field, struct err *e)
{
    if (p->n < 0 || p->n > CAL_SHIFTS_MAX) {
        err_add(e, ERR_INVALID, field, S("0..6"), "too many shifts in a day", "一天的班次过多");
        return false;
    }
    int last_min = 0;
    for (int i = 0; i < p->n; i++) {
        const struct cal_shift *s = &p->shifts[i];
        if (s->from_min < 0 || s->to_min > MINUTES_PER_DAY || s->from_min >= s->to_min) {
            err_add(e, ERR_INVALID, field, S("09:00-11:30"), "shift %d is empty or outside the day",
                "第 %d 个班次为空或超出一天", i + 1);
            return false;
        }
        if (i > 0 && s->from_min < last_min) {
            err_add(e, ERR_INVALID, field, S("09:00-11:30 13:30-17:30"),
                "shift %d begins before the one before it ends", "第 %d 个班次与前一班次重叠",
                i + 1);
            return false;
        }
        last_min = s->to_min;
    }
    return true;
}

static bool spec_check(const struct cal_spec *spec, struct err *e)
{
    static const char *const week_fields[] = {
        "", "week.mon", "week.tue", "week.wed", "week.thu", "week.fri", "week.sat", "week.sun"};
    bool ok = true;
    for (int d = 1; d <= 7; d++)
        ok = pattern_check(&spec->week[d], str_of(week_fields[d]), e) && ok;
    ok = pattern_check(&spec->make_up, S("make_up"), e) && ok;
    if (spec->day_us <= 0 || spec->day_us > US_DAY) {
        err_add(e, ERR_INVALID, S("day"), S("1min..24h"), "the nominal working day has no length",
            "标准工作日时长无效");
        ok = false;
    }
    if (spec->zone_s < -ZONE_MAX_S || spec->zone_s > ZONE_MAX_S) {
        err_add(e, ERR_INVALID, S("zone"), S("+08:00"), "there is no such time zone", "时区无效");
        ok = false;
    }
    if (spec->known_from_year > spec->known_to_year) {
        err_add(e, ERR_INVALID, S("known"), S("from <= to"), "the years end before they begin",
            "年份起止颠倒");
        ok = false;
    }
    return ok;
}

static void pattern_compile(const struct cal_pattern *p, struct cal_pat *out)
{
    out->n = p->n;
    out->total_us = 0;
    for (int i = 0; i < p->n; i++) {
        out->from_us[i] = p->shifts[i].from_min * US_MINUTE;
        out->to_us[i] = p->shifts[i].to_min * US_MINUTE;
        out->total_us += out->to_us[i] - out->from_us[i];
    }
}

static bool exceptions_compile(
    struct cal *c, struct arena *a, const struct cal_spec *spec, struct err *e)
{
    bool ok = true;
    c->exceptions = NEW_ARRAY(a, spec->n, struct cal_exception);
    for (size_t i = 0; i < spec->n; i++) {
        const struct cal_exception *x = &spec->exceptions[i];
        int64_t at = x->day - c->first_day;
        if (at < 0 || at >= c->days) {
            err_add(e, ERR_INVALID, S("exceptions"),
                str_fmt(e->arena, "%d..%d", CAL_FIRST_YEAR, CAL_LAST_YEAR),
                "an exception lies outside the years a calendar covers", "例外日超出日历范围");
            ok = false;
            continue;
        }
        if (c->exception[at]) {
            str date = tm_date(e->arena, x->day);
            err_add(e, ERR_INVALID, S("exceptions"), S(""), "%.*s stands twice", "%.*s 重复",
                STR_ARG(date));
            ok = false;
            continue;
        }
        c->exceptions[i] = *x;
        c->exceptions[i].name = str_dup(a, x->name);
        c->exception[at] =
            (uint16_t)(i + 1); // doubles are refused, so i stays below the number of days
        c->pat[at] = x->work ? PAT_MAKE_UP : PAT_OFF;
    }
    return ok;
}

struct cal *cal_new(struct arena *a, const struct cal_spec *spec, struct err *e)
{
    if (!spec_check(spec, e))
        return NULL;
    struct cal *c = NEW(a, struct cal);
    c->key = str_dup(a, spec->key);
    c->zone_s = spec->zone_s;
    c->day_us = spec->day_us;
    c->known_from_year = spec->known_from_year;
    c->known_to_year = spec->known_to_year;
    for (int d = 1; d <= 7; d++)
        pattern_compile(&spec->week[d], &c->pats[d]);
    pattern_compile(&spec->make_up, &c->pats[PAT_MAKE_UP]);
    c->first_day = tm_days(CAL_FIRST_YEAR, 1, 1);
    c->days = tm_days(CAL_LAST_YEAR + 1, 1, 1) - c->first_day;
    c->first_us = tm_day_start(c->first_day, c->zone_s);
    c->end_us = tm_day_start(c->first_day + c->days, c->zone_s);
    c->before_us = NEW_ARRAY(a, (size_t)c->days + 1, int64_t);
    c->pat = NEW_ARRAY(a, (size_t)c->days, uint8_t);
    c->exception = NEW_ARRAY(a, (size_t)c->days, uint16_t);
    for (int64_t d = 0; d < c->days; d++)
        c->pat[d] = (uint8_t)tm_weekday(c->first_day + d);
    if (!exceptions_compile(c, a, spec, e))
        return NULL;
    for (int64_t d = 0; d < c->days; d++)
        c->before_us[d + 1] = c->before_us[d] + c->pats[c->pat[d]].total_us;
    return c;
}

str cal_key(const struct cal *c)
{
    return c->key;
}

int cal_zone_s(const struct cal *c)
{
    return c->zone_s;
}

bool cal_known(const struct cal *c, int64_t us)
{
    int year, month, day;
    tm_from_days(tm_local_day(us, c->zone_s), &year, &month, &day);
    return year >= c->known_from_year && year <= c->known_to_year;
}

static bool in_table(const struct cal *c, int64_t day)
{
    return day >= c->first_day && day < c->first_day + c->days;
}

// Outside the table the weekly pattern decides.
static const struct cal_pat *pat_of_day(const struct cal *c, int64_t day)
{
    return &c->pats[in_table(c, day) ? c->pat[day - c->first_day] : tm_weekday(day)];
}

bool cal_is_workday(const struct cal *c, int64_t day)
{
    return pat_of_day(c, day)->n > 0;
}

str cal_day_name(const struct cal *c, int64_t day)
{
    unsigned at = in_table(c, day) ? c->exception[day - c->first_day] : 0;
    return at ? c->exceptions[at - 1].name : (str){0};
}

// Working time from the beginning of the table to an instant; flat before and after the table.
static int64_t worked_until(const struct cal *c, int64_t us)
{
    if (us <= c->first_us)
        return 0;
    if (us >= c->end_us)
        return c->before_us[c->days];
    int64_t day = tm_local_day(us, c->zone_s);
    int64_t into_day_us = us - tm_day_start(day, c->zone_s);
    int64_t at = day - c->first_day;
    const struct cal_pat *p = &c->pats[c->pat[at]];
    int64_t sum = c->before_us[at];
    for (int i = 0; i < p->n && into_day_us > p->from_us[i]; i++)
        sum += (into_day_us < p->to_us[i] ? into_day_us : p->to_us[i]) - p->from_us[i];
    return sum;
}

int64_t cal_between(const struct cal *c, int64_t from_us, int64_t to_us)
{
    return to_us <= from_us ? 0 : worked_until(c, to_us) - worked_until(c, from_us);
}

int64_t cal_add(const struct cal *c, int64_t from_us, int64_t budget_us)
{
    if (budget_us <= 0)
        return from_us;
    if (from_us < c->first_us || from_us >= c->end_us)
        return 0;
    int64_t left_us = c->before_us[c->days] - worked_until(c, from_us);
    if (budget_us > left_us)
        return 0;
    int64_t target_us = c->before_us[c->days] - left_us + budget_us;
    // The first day by whose end the target is reached.
    int64_t lo = tm_local_day(from_us, c->zone_s) - c->first_day, hi = c->days - 1;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        if (c->before_us[mid + 1] >= target_us)
            hi = mid;
        else
            lo = mid + 1;
    }
    const struct cal_pat *p = &c->pats[c->pat[lo]];
    int64_t rest_us = target_us - c->before_us[lo];
    int64_t midnight_us = tm_day_start(c->first_day + lo, c->zone_s);
    for (int i = 0; i < p->n; i++) {
        int64_t length_us = p->to_us[i] - p->from_us[i];
        if (rest_us <= length_us)
            return midnight_us + p->from_us[i] + rest_us;
        rest_us -= length_us;
    }
    UNREACHABLE();
}

int64_t cal_back(const struct cal *c, int64_t to, int64_t n)
{
    int64_t day = to;
    for (n -= cal_is_workday(c, day); n > 0 && day > c->first_day; n -= cal_is_workday(c, day))
        day--;
    return day;
}

int64_t cal_forth(const struct cal *c, int64_t from, int64_t n)
{
    int64_t day = from, end = c->first_day + c->days;
    for (n -= cal_is_workday(c, day); n > 0 && day < end; n -= cal_is_workday(c, day))
        day++;
    return day;
}

int64_t cal_workdays(const struct cal *c, int64_t from, int64_t to)
{
    int64_t n = 0;
    for (int64_t day = from < to ? from : to, end = from < to ? to : from; day < end; day++)
        n += cal_is_workday(c, day);
    return from < to ? n : -n;
}

int64_t cal_day_end(const struct cal *c, int64_t us)
{
    int64_t day = tm_local_day(us, c->zone_s);
    const struct cal_pat *p = pat_of_day(c, day);
    int64_t end_us = p->n ? tm_day_start(day, c->zone_s) + p->to_us[p->n - 1] : us;
    return end_us > us ? end_us : us;
}

static const struct {
    const char *text;
    enum dur_unit unit;
} dur_units[] = {
    {"min", DUR_MINUTES},
    {"wh", DUR_WORK_HOURS},
    {"wd", DUR_WORK_DAYS},
    {"h", DUR_HOURS},
    {"d", DUR_DAYS},
};

bool dur_parse(str x, struct dur *out)
{
    struct dur d = {0};
    if (str_ends(x, S("!"))) {
        d.day_end = true;
        x.n--;
    }
    size_t digits = 0;
    while (digits < x.n && x.s[digits] >= '0' && x.s[digits] <= '9')
        digits++;
    if (digits == 0 || digits > DUR_DIGITS_MAX || !str_i64(str_sub(x, 0, digits), &d.n) ||
        d.n > DUR_N_MAX)
        return false;
    str unit = str_sub(x, digits, x.n - digits);
    for (size_t i = 0; i < ARRAY_LEN(dur_units); i++)
        if (str_eq(unit, str_of(dur_units[i].text))) {
            d.unit = dur_units[i].unit;
            *out = d;
            return true;
        }
    return false;
}

str dur_text(struct arena *a, struct dur d)
{
    for (size_t i = 0; i < ARRAY_LEN(dur_units); i++)
        if (dur_units[i].unit == d.unit)
            return str_two(
                a, str_num(a, d.n, str_of(dur_units[i].text)), d.day_end ? S("!") : (str){0});
    return (str){0};
}

bool dur_works(struct dur d)
{
    return d.unit == DUR_WORK_HOURS || d.unit == DUR_WORK_DAYS;
}

int64_t dur_us(const struct cal *c, struct dur d)
{
    switch (d.unit) {
    case DUR_NONE:
        return 0;
    case DUR_MINUTES:
        return d.n * US_MINUTE;
    case DUR_HOURS:
    case DUR_WORK_HOURS:
        return d.n * US_HOUR;
    case DUR_DAYS:
        return d.n * US_DAY;
    case DUR_WORK_DAYS:
        return d.n * c->day_us;
    }
    UNREACHABLE();
}
