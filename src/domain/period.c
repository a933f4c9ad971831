#include "domain/period.h"

enum { MONTHS = 12, WEEK = 7, MONDAY = 1 };

static int64_t months_of(int64_t day)
{
    int y, m, d;
    tm_from_days(day, &y, &m, &d);
    return (int64_t)y * MONTHS + m - 1;
}

static bool first_of_month(int64_t day)
{
    int y, m, d;
    tm_from_days(day, &y, &m, &d);
    return d == 1;
}

static int64_t month_start(int64_t months)
{
    return tm_days((int)(months / MONTHS), (int)(months % MONTHS) + 1, 1);
}

static bool whole_months(struct period p)
{
    return p.from < p.to && first_of_month(p.from) && first_of_month(p.to);
}

static bool whole_weeks(struct period p)
{
    return p.from < p.to && (p.to - p.from) % WEEK == 0 && tm_weekday(p.from) == MONDAY;
}

struct period period_before(struct period p)
{
    if (!whole_months(p))
        return (struct period){p.from - (p.to - p.from), p.from};
    int64_t n = months_of(p.to) - months_of(p.from);
    return (struct period){month_start(months_of(p.from) - n), p.from};
}

static int64_t date_year_ago(int64_t day)
{
    int y, m, d;
    tm_from_days(day, &y, &m, &d);
    int last = tm_days_in_month(y - 1, m);
    return tm_days(y - 1, m, d < last ? d : last);
}

struct period period_year_ago(struct period p)
{
    if (whole_months(p))
        return (struct period){
            month_start(months_of(p.from) - MONTHS), month_start(months_of(p.to) - MONTHS)};
    if (!whole_weeks(p))
        return (struct period){date_year_ago(p.from), date_year_ago(p.to - 1) + 1};
    int year, week, again_year, again;
    tm_iso_week(p.from, &year, &week);
    int64_t monday = tm_iso_week_monday(year - 1, week);
    tm_iso_week(monday, &again_year, &again);
    if (again_year != year - 1)
        return (struct period){0}; // the 53rd of a year that has 52
    return (struct period){monday, monday + (p.to - p.from)};
}

struct period period_begun(struct period p, int64_t today)
{
    int64_t to = p.to <= today ? p.to : today + 1;
    return (struct period){p.from, to > p.from ? to : p.from};
}

struct period period_same_share(struct period other, struct period whole, struct period part)
{
    if (part.to >= whole.to)
        return other;
    int64_t to = other.from + (part.to - part.from);
    return (struct period){other.from, to < other.to ? to : other.to};
}
