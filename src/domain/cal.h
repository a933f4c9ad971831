// Working calendars: which days and hours count. Compiled once from a definition, immutable, shared
// by all threads.
//
// A calendar has a weekly pattern of shifts ("09:00-11:30 13:30-17:30"), exceptions day by day (the
// State Council's holidays and make-up workdays), and a nominal working day. Outside the years
// whose exceptions are known, the weekly pattern alone decides (cal_known tells), so an order filed
// before the first year still has a deadline.
#ifndef BH_DOMAIN_CAL_H
#define BH_DOMAIN_CAL_H

#include "base/tm.h"

enum {
    CAL_SHIFTS_MAX = 6,    // a day
    CAL_FIRST_YEAR = 1990, // the compiled table covers these years; outside them cal_add answers 0
    CAL_LAST_YEAR = 2060,
};

struct cal_shift {
    int from_min, to_min; // minutes since local midnight; to may be 1440
};
struct cal_pattern {
    struct cal_shift shifts[CAL_SHIFTS_MAX];
    int n; // 0: a day off
};
struct cal_exception {
    int64_t day; // days since 1970
    bool work;   // make-up workday (gets workday_pattern), else a day off
    str name;    // 国庆节
};
// What a definition states.
struct cal_spec {
    str key, title;
    int zone_s;
    struct cal_pattern week[8]; // 1 Monday … 7 Sunday
    struct cal_pattern make_up; // shifts of a make-up workday
    int64_t day_us;             // length of the nominal working day: what "1wd" means
    struct cal_exception *exceptions;
    size_t n;
    int known_from_year, known_to_year; // years whose exceptions are complete
};

struct cal;
// Compiles; the result lives in a. Notes overlapping or empty shifts and doubled exceptions.
struct cal *cal_new(struct arena *a, const struct cal_spec *spec, struct err *e) MUST_USE;
str cal_key(const struct cal *c);
int cal_zone_s(const struct cal *c);
bool cal_known(const struct cal *c, int64_t us);
bool cal_is_workday(const struct cal *c, int64_t day);
str cal_day_name(const struct cal *c, int64_t day); // name of the exception, or empty

// A length of time as a rule states it: "2h" and "15d" plain, "4wh" and "5wd" working. 1wd is
// cal.day_us of working time, so a clock started on Monday 10:00 with 1wd ends on Tuesday 10:00.
// With day_end the end is moved to the end of the last shift of the day it falls on (plain: to
// local midnight).
struct dur {
    int64_t n;
    enum dur_unit {
        DUR_NONE,
        DUR_HOURS,
        DUR_DAYS,
        DUR_WORK_HOURS,
        DUR_WORK_DAYS,
        DUR_MINUTES
    } unit;
    bool day_end;
};
// "30min", "2h", "15d", "4wh", "5wd", with "!" behind for day_end ("5wd!"). n is 0..10000.
bool dur_parse(str x, struct dur *out) MUST_USE;
str dur_text(struct arena *a, struct dur d);
bool dur_works(struct dur d); // counts working time
int64_t dur_us(
    const struct cal *c, struct dur d); // the budget in its own kind of time, without day_end

// The earliest instant at which budget_us of working time has passed since from_us. Never moves
// backwards; a budget of 0 gives from_us itself.
int64_t cal_add(const struct cal *c, int64_t from_us, int64_t budget_us);
// Working time between two instants; 0 when to <= from.
int64_t cal_between(const struct cal *c, int64_t from_us, int64_t to_us);
// The day on which n working days begin that end on to, or on the last working day before it; n
// >= 1. Beyond the compiled years no earlier day is looked for.
int64_t cal_back(const struct cal *c, int64_t to, int64_t n);
int64_t cal_forth(const struct cal *c, int64_t from, int64_t n); // the day on which they end
// Working days from <= d < to; negative, counted the other way, when to is before from.
int64_t cal_workdays(const struct cal *c, int64_t from, int64_t to);
int64_t cal_day_end(const struct cal *c,
    int64_t us); // end of the last shift of that local day, or us itself if later

#endif
