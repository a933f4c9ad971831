#include "domain/filter_private.h"

#include <string.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2199, COUNT_MAX = 4000 };
static const char open_from[] = "0000-01-01", open_to[] = "9999-99-99";

static const struct {
    str word, alias;
    enum filter_period_form form;
} words[] = {
    {S("today"), S("今天"), PERIOD_TODAY},
    {S("yesterday"), S("昨天"), PERIOD_YESTERDAY},
    {S("tomorrow"), S("明天"), PERIOD_TOMORROW},
    {S("this-week"), S("本周"), PERIOD_THIS_WEEK},
    {S("this-month"), S("本月"), PERIOD_THIS_MONTH},
    {S("this-quarter"), S("本季"), PERIOD_THIS_QUARTER},
    {S("this-year"), S("本年"), PERIOD_THIS_YEAR},
};
static const struct {
    str before, behind;
    enum filter_period_form form;
    bool canonical; // the first of its form
} counted[] = {
    {S("last-"), S("d"), PERIOD_LAST_DAYS, true},
    {S("last-"), S("w"), PERIOD_LAST_WEEKS, true},
    {S("last-"), S("m"), PERIOD_LAST_MONTHS, true},
    {S("next-"), S("d"), PERIOD_NEXT_DAYS, true},
    {S("next-"), S("w"), PERIOD_NEXT_WEEKS, true},
    {S("next-"), S("m"), PERIOD_NEXT_MONTHS, true},
    {S("近"), S("天"), PERIOD_LAST_DAYS, false},
    {S("近"), S("周"), PERIOD_LAST_WEEKS, false},
    {S("近"), S("个月"), PERIOD_LAST_MONTHS, false},
    {S("未来"), S("天"), PERIOD_NEXT_DAYS, false},
    {S("未来"), S("周"), PERIOD_NEXT_WEEKS, false},
    {S("未来"), S("个月"), PERIOD_NEXT_MONTHS, false},
};

static bool take(str *x, str what)
{
    if (!str_starts(*x, what))
        return false;
    *x = str_sub(*x, what.n, x->n);
    return true;
}

static bool take_number(str *x, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int v = 0;
    while (n < most && n < x->n && x->s[n] >= '0' && x->s[n] <= '9')
        v = v * 10 + (x->s[n++] - '0');
    *out = v;
    *x = str_sub(*x, n, x->n);
    return n >= least;
}

static bool take_all(str x, size_t most, int low, int high, int *out)
{
    return take_number(&x, 1, most, out) && x.n == 0 && *out >= low && *out <= high;
}

static bool week_ok(int year, int week)
{
    int iso_year = 0, iso_week = 0;
    if (week < 1 || week > 53)
        return false;
    tm_iso_week(tm_iso_week_monday(year, week), &iso_year, &iso_week);
    return iso_year == year;
}

// What stands behind the year and its "-", "/" or 年: a month, and perhaps a day.
static bool parse_month(
    str x, str between, str behind_month, str behind_day, struct filter_period *p)
{
    if (!take_number(&x, 1, 2, &p->n) || p->n < 1 || p->n > 12)
        return false;
    p->form = PERIOD_MONTH;
    if (x.n == 0)
        return behind_month.n == 0;
    if (!take(&x, between))
        return false;
    if (x.n == 0)
        return behind_month.n > 0;
    p->form = PERIOD_DAY;
    if (!take_number(&x, 1, 2, &p->day) || !str_eq(x, behind_day))
        return false;
    return tm_date_ok(p->year, p->n, p->day);
}

static bool parse_year(str x, struct filter_period *p)
{
    if (!take_number(&x, 4, 4, &p->year) || p->year < YEAR_MIN || p->year > YEAR_MAX)
        return false;
    p->form = PERIOD_YEAR;
    if (x.n == 0)
        return true;
    if (take(&x, S("年")))
        return x.n == 0 || parse_month(x, S("月"), S("月"), S("日"), p);
    if (take(&x, S("/")))
        return parse_month(x, S("/"), S(""), S(""), p);
    bool dash = take(&x, S("-"));
    if (take(&x, S("w"))) {
        p->form = PERIOD_WEEK;
        return take_all(x, 2, 1, 53, &p->n) && week_ok(p->year, p->n);
    }
    if (take(&x, S("q"))) {
        p->form = PERIOD_QUARTER;
        return take_all(x, 1, 1, 4, &p->n);
    }
    if (take(&x, S("h"))) {
        p->form = PERIOD_HALF;
        return take_all(x, 1, 1, 2, &p->n);
    }
    return dash && parse_month(x, S("-"), S(""), S(""), p);
}

static bool parse_period(str x, struct filter_period *p)
{
    *p = (struct filter_period){0};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(x, words[i].word) || str_eq(x, words[i].alias)) {
            p->form = words[i].form;
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
        str rest = x;
        if (!take(&rest, counted[i].before) || !str_ends(rest, counted[i].behind))
            continue;
        p->form = counted[i].form;
        rest.n -= counted[i].behind.n;
        return take_all(rest, 4, 1, COUNT_MAX, &p->n);
    }
    return parse_year(x, p);
}

static int64_t shift_months(int64_t day, int months)
{
    int year = 0, month = 0, dom = 0;
    tm_from_days(day, &year, &month, &dom);
    int all = year * 12 + month - 1 + months;
    int last = tm_days_in_month(all / 12, all % 12 + 1);
    return tm_days(all / 12, all % 12 + 1, dom < last ? dom : last);
}

// Months first..first+n-1 of a year.
static void months(int year, int first, int n, int64_t *lo, int64_t *hi)
{
    int behind = first + n;
    *lo = tm_days(year, first, 1);
    *hi = behind > 12 ? tm_days(year + 1, 1, 1) : tm_days(year, behind, 1);
}

static void moving_days(const struct filter_period *p, int64_t today, int64_t *lo, int64_t *hi)
{
    int year = 0, month = 0, dom = 0;
    tm_from_days(today, &year, &month, &dom);
    *lo = today;
    *hi = today + 1;
    switch (p->form) {
    case PERIOD_YESTERDAY:
        *lo = today - 1;
        *hi = today;
        break;
    case PERIOD_TOMORROW:
        *lo = today + 1;
        *hi = today + 2;
        break;
    case PERIOD_THIS_WEEK:
        *lo = today - (tm_weekday(today) - 1);
        *hi = *lo + 7;
        break;
    case PERIOD_THIS_MONTH:
        months(year, month, 1, lo, hi);
        break;
    case PERIOD_THIS_QUARTER:
        months(year, (month - 1) / 3 * 3 + 1, 3, lo, hi);
        break;
    case PERIOD_THIS_YEAR:
        months(year, 1, 12, lo, hi);
        break;
    case PERIOD_LAST_DAYS:
        *lo = today + 1 - p->n;
        break;
    case PERIOD_LAST_WEEKS:
        *lo = today + 1 - (int64_t)p->n * 7;
        break;
    case PERIOD_LAST_MONTHS:
        *lo = shift_months(today, -p->n) + 1;
        break;
    case PERIOD_NEXT_DAYS:
        *hi = today + p->n;
        break;
    case PERIOD_NEXT_WEEKS:
        *hi = today + (int64_t)p->n * 7;
        break;
    case PERIOD_NEXT_MONTHS:
        *hi = shift_months(today, p->n);
        break;
    default: // today
        break;
    }
}

// Days lo <= d < hi since 1970.
static void period_days(const struct filter_period *p, int64_t today, int64_t *lo, int64_t *hi)
{
    switch (p->form) {
    case PERIOD_YEAR:
        months(p->year, 1, 12, lo, hi);
        break;
    case PERIOD_HALF:
        months(p->year, p->n * 6 - 5, 6, lo, hi);
        break;
    case PERIOD_QUARTER:
        months(p->year, p->n * 3 - 2, 3, lo, hi);
        break;
    case PERIOD_MONTH:
        months(p->year, p->n, 1, lo, hi);
        break;
    case PERIOD_WEEK:
        *lo = tm_iso_week_monday(p->year, p->n);
        *hi = *lo + 7;
        break;
    case PERIOD_DAY:
        *lo = tm_days(p->year, p->n, p->day);
        *hi = *lo + 1;
        break;
    default:
        moving_days(p, today, lo, hi);
        break;
    }
}

static bool period_moves(const struct filter_period *p)
{
    return p->form >= PERIOD_TODAY;
}

bool filter_date_moves(const struct filter_dates *d)
{
    return period_moves(&d->from) || (d->range && period_moves(&d->to));
}

enum filter_date_fault filter_date_parse(str x, struct filter_dates *out)
{
    *out = (struct filter_dates){0};
    size_t dots = 0;
    while (dots < x.n && !str_starts(str_sub(x, dots, x.n), S("..")))
        dots++;
    if (dots == x.n)
        return parse_period(x, &out->from) ? DATE_OK : DATE_BAD;
    str from = str_sub(x, 0, dots), to = str_sub(x, dots + 2, x.n);
    out->range = true;
    if (from.n == 0 && to.n == 0)
        return DATE_BAD;
    if (from.n > 0 && !parse_period(from, &out->from))
        return DATE_BAD;
    if (to.n > 0 && !parse_period(to, &out->to))
        return DATE_BAD;
    if (from.n > 0 && to.n > 0 && !filter_date_moves(out)) {
        int64_t lo = 0, hi = 0, ignore = 0;
        period_days(&out->from, 0, &lo, &ignore);
        period_days(&out->to, 0, &ignore, &hi);
        if (lo >= hi)
            return DATE_REVERSED;
    }
    return DATE_OK;
}

static void put_period(struct buf *b, const struct filter_period *p)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (words[i].form == p->form)
            buf_add(b, words[i].word);
    for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
        if (counted[i].form != p->form || !counted[i].canonical)
            continue;
        buf_add(b, counted[i].before);
        buf_i64(b, p->n);
        buf_add(b, counted[i].behind);
    }
    switch (p->form) {
    case PERIOD_YEAR:
        buf_fmt(b, "%04d", p->year);
        break;
    case PERIOD_HALF:
        buf_fmt(b, "%04dH%d", p->year, p->n);
        break;
    case PERIOD_QUARTER:
        buf_fmt(b, "%04dQ%d", p->year, p->n);
        break;
    case PERIOD_MONTH:
        buf_fmt(b, "%04d-%02d", p->year, p->n);
        break;
    case PERIOD_WEEK:
        buf_fmt(b, "%04d-W%02d", p->year, p->n);
        break;
    case PERIOD_DAY:
        buf_fmt(b, "%04d-%02d-%02d", p->year, p->n, p->day);
        break;
    default:
        break;
    }
}

void filter_date_put(struct buf *b, const struct filter_dates *d)
{
    put_period(b, &d->from);
    if (!d->range)
        return;
    buf_addz(b, "..");
    put_period(b, &d->to);
}

// Days lo <= d < hi; false for an end that is open.
static void dates_days(const struct filter_dates *d, int64_t today, int64_t *lo, int64_t *hi,
    bool *has_lo, bool *has_hi)
{
    int64_t ignore = 0;
    period_days(&d->from, today, lo, hi);
    if (d->range)
        period_days(&d->to, today, &ignore, hi);
    *has_lo = d->from.form != PERIOD_OPEN;
    *has_hi = !d->range || d->to.form != PERIOD_OPEN;
}

void filter_date_us(
    const struct filter_dates *d, int64_t now_us, int zone_s, int64_t *lo_us, int64_t *hi_us)
{
    int64_t lo = 0, hi = 0;
    bool has_lo = false, has_hi = false;
    dates_days(d, tm_local_day(now_us, zone_s), &lo, &hi, &has_lo, &has_hi);
    *lo_us = has_lo ? tm_day_start(lo, zone_s) : 1;
    *hi_us = has_hi ? tm_day_start(hi, zone_s) : INT64_MAX;
    if (*lo_us < 1)
        *lo_us = 1;
}

static void put_day(char out[FILTER_DAY_BYTES], int64_t day)
{
    char text[TM_TEXT_BYTES];
    (void)tm_put(text, day * US_DAY, 0);
    memcpy(out, text, FILTER_DAY_BYTES);
}

void filter_date_text(const struct filter_dates *d, int64_t now_us, int zone_s,
    char lo[FILTER_DAY_BYTES], char hi[FILTER_DAY_BYTES])
{
    int64_t lo_day = 0, hi_day = 0;
    bool has_lo = false, has_hi = false;
    dates_days(d, tm_local_day(now_us, zone_s), &lo_day, &hi_day, &has_lo, &has_hi);
    memcpy(lo, open_from, FILTER_DAY_BYTES);
    memcpy(hi, open_to, FILTER_DAY_BYTES);
    if (has_lo)
        put_day(lo, lo_day);
    if (has_hi)
        put_day(hi, hi_day);
}

bool filter_days(struct arena *a, str text, int64_t now_us, int zone_s, int64_t *from, int64_t *to)
{
    struct filter_dates d;
    bool has_from = false, has_to = false;
    if (filter_date_parse(utf8_fold(a, str_trim(text)), &d) != DATE_OK)
        return false;
    dates_days(&d, tm_local_day(now_us, zone_s), from, to, &has_from, &has_to);
    return has_from && has_to && *to > *from;
}
