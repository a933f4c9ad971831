// Time: microseconds since 1970 UTC everywhere. Civil time only at the edges, in one fixed zone per
// site. tm_now() is called by the loop, the writer and the job thread, and nowhere else: the domain
// is given its time.
#ifndef BH_BASE_TM_H
#define BH_BASE_TM_H

#include "base/err.h"

#define US_SECOND INT64_C(1000000)
#define US_MINUTE (60 * US_SECOND)
#define US_HOUR (60 * US_MINUTE)
#define US_DAY (24 * US_HOUR)

enum { TM_ZONE_DEFAULT_S = 8 * 3600 }; // Asia/Shanghai; no daylight saving since 1991
enum { TM_TEXT_BYTES = 64 };           // room for any instant in words

struct civil {
    int year, month, day, hour, minute, second, us;
};

int64_t tm_now(void);  // wall clock, or the frozen time when tm_freeze was called
int64_t tm_mono(void); // monotonic, for measuring only
int64_t tm_wall(void); // the wall clock even when frozen: for the log
// Tests and demonstration servers only: from now on tm_now() answers at_us and moves on with the
// monotonic clock when running is true, else stands still. at_us = 0 goes back to the wall clock.
void tm_freeze(int64_t at_us, bool running);
bool tm_frozen(void);

// Days since 1970-01-01 of a proleptic Gregorian date, and back.
int64_t tm_days(int year, int month, int day);
void tm_from_days(int64_t days, int *year, int *month, int *day);
int tm_weekday(int64_t days); // 1 Monday … 7 Sunday (ISO 8601)
bool tm_date_ok(int year, int month, int day);
int tm_days_in_month(int year, int month);
// ISO week of a day: week 1 has the year's first Thursday. [ISO 8601]
void tm_iso_week(int64_t days, int *iso_year, int *week);
int64_t tm_iso_week_monday(int iso_year, int week); // days since 1970

int64_t tm_from_civil(const struct civil *c, int zone_s);
void tm_to_civil(int64_t us, int zone_s, struct civil *out);
int64_t tm_local_day(int64_t us, int zone_s); // civil day number (days since 1970) of an instant
int64_t tm_day_start(int64_t day, int zone_s);

// RFC 3339 with offset, "2026-11-20T09:32:00+08:00" (micros only when not zero).
str tm_rfc3339(struct arena *a, int64_t us, int zone_s);
// The same into memory of the caller; answers its length.
size_t tm_put(char out[TM_TEXT_BYTES], int64_t us, int zone_s);
// "Fri, 20 Nov 2026 01:00:00 GMT". [RFC 9110 5.6.7]
str tm_http(struct arena *a, int64_t us);
// Reads RFC 3339; or, in the zone, "2026-11-20 09:32[:05]", "2026-11-20", "2026/11/2 9:32",
// "2026年11月2日".
bool tm_parse(str x, int zone_s, int64_t *out) MUST_USE;
str tm_minute(struct arena *a, int64_t us, int zone_s); // "2026-11-20 09:32"
str tm_date(struct arena *a, int64_t day);              // "2026-11-20"

#endif
