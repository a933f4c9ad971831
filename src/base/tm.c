#include "base/tm.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { FREEZE_OFF, FREEZE_STILL, FREEZE_RUNNING };
static atomic_int freeze_mode;
static _Atomic int64_t freeze_us; // the time itself, or what to add to the monotonic clock

static int64_t clock_us(clockid_t id)
{
    struct timespec t = {0};
    CHECK(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * US_SECOND + t.tv_nsec / 1000;
}

int64_t tm_wall(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t tm_mono(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

int64_t tm_now(void)
{
    int mode = atomic_load(&freeze_mode);
    if (mode == FREEZE_OFF)
        return tm_wall();
    int64_t us = atomic_load(&freeze_us);
    return mode == FREEZE_RUNNING ? us + tm_mono() : us;
}

void tm_freeze(int64_t at_us, bool running)
{
    atomic_store(&freeze_us, running ? at_us - tm_mono() : at_us);
    atomic_store(&freeze_mode, at_us == 0 ? FREEZE_OFF : running ? FREEZE_RUNNING : FREEZE_STILL);
}

bool tm_frozen(void)
{
    return atomic_load(&freeze_mode) != FREEZE_OFF;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

// Days and dates count from 1 March 0000, so that the leap day is the last of its year; an era has
// 400 years. [Hinnant, chrono-compatible low-level date algorithms]
enum { ERA_DAYS = 146097, EPOCH_SHIFT = 719468 };

int64_t tm_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_SHIFT;
}

void tm_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + EPOCH_SHIFT;
    int64_t era = floor_div(z, ERA_DAYS);
    int64_t d = z - era * ERA_DAYS;
    int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    int64_t of_year = d - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

int tm_weekday(int64_t days)
{
    return (int)(days + 3 - floor_div(days + 3, 7) * 7) + 1;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int tm_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    CHECK(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && is_leap(year));
}

bool tm_date_ok(int year, int month, int day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= tm_days_in_month(year, month);
}

void tm_iso_week(int64_t days, int *iso_year, int *week)
{
    int month = 0, day = 0;
    int64_t thursday = days - tm_weekday(days) + 4;
    tm_from_days(thursday, iso_year, &month, &day);
    *week = (int)((thursday - tm_days(*iso_year, 1, 1)) / 7) + 1;
}

int64_t tm_iso_week_monday(int iso_year, int week)
{
    int64_t fourth = tm_days(iso_year, 1, 4); // always in week 1
    return fourth - (tm_weekday(fourth) - 1) + ((int64_t)week - 1) * 7;
}

// Instants at the very ends of the range stay there instead of wrapping.
static int64_t local_us(int64_t us, int zone_s)
{
    int64_t local = 0;
    return __builtin_add_overflow(us, zone_s * US_SECOND, &local) ? us : local;
}

int64_t tm_from_civil(const struct civil *c, int zone_s)
{
    return tm_days(c->year, c->month, c->day) * US_DAY + c->hour * US_HOUR + c->minute * US_MINUTE +
           (c->second - (int64_t)zone_s) * US_SECOND + c->us;
}

void tm_to_civil(int64_t us, int zone_s, struct civil *out)
{
    int64_t local = local_us(us, zone_s);
    int64_t day = floor_div(local, US_DAY);
    int64_t rest = (local % US_DAY + US_DAY) % US_DAY;
    tm_from_days(day, &out->year, &out->month, &out->day);
    out->hour = (int)(rest / US_HOUR);
    out->minute = (int)(rest / US_MINUTE % 60);
    out->second = (int)(rest / US_SECOND % 60);
    out->us = (int)(rest % US_SECOND);
}

int64_t tm_local_day(int64_t us, int zone_s)
{
    return floor_div(local_us(us, zone_s), US_DAY);
}

int64_t tm_day_start(int64_t day, int zone_s)
{
    return day * US_DAY - zone_s * US_SECOND;
}

// Writes v with at least so many digits; answers the place behind them.
static char *put_digits(char *p, int v, int width)
{
    char text[12];
    int n = 0;
    unsigned u = v < 0 ? 0 - (unsigned)v : (unsigned)v;
    if (v < 0)
        *p++ = '-';
    for (; u != 0 || n < width; u /= 10)
        text[n++] = (char)('0' + u % 10);
    while (n > 0)
        *p++ = text[--n];
    return p;
}

static char *put_date(char *p, int year, int month, int day)
{
    p = put_digits(p, year, 4);
    *p++ = '-';
    p = put_digits(p, month, 2);
    *p++ = '-';
    return put_digits(p, day, 2);
}

size_t tm_put(char out[TM_TEXT_BYTES], int64_t us, int zone_s)
{
    struct civil c;
    tm_to_civil(us, zone_s, &c);
    char *p = put_date(out, c.year, c.month, c.day);
    *p++ = 'T';
    p = put_digits(p, c.hour, 2);
    *p++ = ':';
    p = put_digits(p, c.minute, 2);
    *p++ = ':';
    p = put_digits(p, c.second, 2);
    if (c.us != 0) {
        *p++ = '.';
        p = put_digits(p, c.us, 6);
    }
    if (zone_s == 0) {
        *p++ = 'Z';
        return (size_t)(p - out);
    }
    int zone_min = (zone_s < 0 ? -zone_s : zone_s) / 60;
    *p++ = zone_s < 0 ? '-' : '+';
    p = put_digits(p, zone_min / 60, 2);
    *p++ = ':';
    p = put_digits(p, zone_min % 60, 2);
    return (size_t)(p - out);
}

str tm_rfc3339(struct arena *a, int64_t us, int zone_s)
{
    char text[TM_TEXT_BYTES];
    return str_dup(a, (str){text, tm_put(text, us, zone_s)});
}

str tm_http(struct arena *a, int64_t us)
{
    static const char DAYS[] = "MonTueWedThuFriSatSun";
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil t;
    tm_to_civil(us, 0, &t);
    return str_fmt(a, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
        DAYS + (tm_weekday(tm_local_day(us, 0)) - 1) * 3, t.day, MONTHS + (t.month - 1) * 3, t.year,
        t.hour, t.minute, t.second);
}

str tm_minute(struct arena *a, int64_t us, int zone_s)
{
    char text[TM_TEXT_BYTES];
    struct civil c;
    tm_to_civil(us, zone_s, &c);
    char *p = put_date(text, c.year, c.month, c.day);
    *p++ = ' ';
    p = put_digits(p, c.hour, 2);
    *p++ = ':';
    p = put_digits(p, c.minute, 2);
    return str_dup(a, (str){text, (size_t)(p - text)});
}

str tm_date(struct arena *a, int64_t day)
{
    char text[TM_TEXT_BYTES];
    int year = 0, month = 0, dom = 0;
    tm_from_days(day, &year, &month, &dom);
    char *p = put_date(text, year, month, dom);
    return str_dup(a, (str){text, (size_t)(p - text)});
}

// Takes least..most digits off the front.
static bool take_number(str *x, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int v = 0;
    while (n < most && n < x->n && x->s[n] >= '0' && x->s[n] <= '9')
        v = v * 10 + (x->s[n++] - '0');
    if (n < least)
        return false;
    *x = str_sub(*x, n, x->n);
    *out = v;
    return true;
}

static bool take(str *x, str what)
{
    if (!str_starts(*x, what))
        return false;
    *x = str_sub(*x, what.n, x->n);
    return true;
}

// "-" wants two digits for month and day; "/" and 年 take one as well, as people type them.
static bool take_date(str *x, struct civil *c)
{
    if (!take_number(x, 4, 4, &c->year))
        return false;
    if (take(x, S("-"))) {
        if (!take_number(x, 2, 2, &c->month) || !take(x, S("-")) || !take_number(x, 2, 2, &c->day))
            return false;
    } else if (take(x, S("/"))) {
        if (!take_number(x, 1, 2, &c->month) || !take(x, S("/")) || !take_number(x, 1, 2, &c->day))
            return false;
    } else {
        if (!take(x, S("年")) || !take_number(x, 1, 2, &c->month) || !take(x, S("月")) ||
            !take_number(x, 1, 2, &c->day) || !take(x, S("日")))
            return false;
    }
    return tm_date_ok(c->year, c->month, c->day);
}

// Digits behind the sixth are cut off.
static bool take_fraction(str *x, int *us)
{
    int digits = 0, v = 0;
    while (x->n > 0 && x->s[0] >= '0' && x->s[0] <= '9') {
        if (digits < 6)
            v = v * 10 + (x->s[0] - '0');
        digits++;
        *x = str_sub(*x, 1, x->n);
    }
    for (int i = digits; i < 6; i++)
        v *= 10;
    *us = v;
    return digits > 0;
}

static bool take_clock(str *x, struct civil *c)
{
    if (!take_number(x, 1, 2, &c->hour) || !take(x, S(":")) || !take_number(x, 2, 2, &c->minute))
        return false;
    if (take(x, S(":"))) {
        if (!take_number(x, 2, 2, &c->second))
            return false;
        if (take(x, S(".")) && !take_fraction(x, &c->us))
            return false;
    }
    return c->hour < 24 && c->minute < 60 && c->second < 60;
}

static bool take_zone(str *x, int *zone_s)
{
    int hours = 0, minutes = 0;
    if (take(x, S("Z")) || take(x, S("z"))) {
        *zone_s = 0;
        return true;
    }
    bool west = take(x, S("-"));
    if (!west && !take(x, S("+")))
        return false;
    if (!take_number(x, 2, 2, &hours) || !take(x, S(":")) || !take_number(x, 2, 2, &minutes))
        return false;
    *zone_s = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
    return hours < 24 && minutes < 60;
}

bool tm_parse(str x, int zone_s, int64_t *out)
{
    struct civil c = {0};
    if (!take_date(&x, &c))
        return false;
    if (x.n > 0) {
        if (!take(&x, S("T")) && !take(&x, S("t")) && !take(&x, S(" ")))
            return false;
        if (!take_clock(&x, &c))
            return false;
        if (x.n > 0 && !take_zone(&x, &zone_s))
            return false;
    }
    if (x.n > 0)
        return false;
    *out = tm_from_civil(&c, zone_s);
    return true;
}
