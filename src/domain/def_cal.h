// Reads a calendar definition (defs/calendars/*.yaml) into what cal_new compiles.
//
//     key: workdays
//     title: 工作日历
//     zone: "+08:00"
//     day: 390min                      # the nominal working day, what 1wd means
//     week:                            # a weekday not listed is a day off
//       mon: "09:00-11:30 13:30-17:30"
//     make_up: "09:00-11:30 13:30-17:30"
//     known: {from: 2007, to: 2026}    # years whose exceptions are complete
//     exceptions:
//       - {date: 2026-01-01, to: 2026-01-03, off: 元旦}
//       - {date: 2026-01-04, work: 元旦}
#ifndef BH_DOMAIN_DEF_CAL_H
#define BH_DOMAIN_DEF_CAL_H

#include "domain/cal.h"

enum { DEF_CAL_RUN_DAYS_MAX = 60 }; // days of one exception line

// Everything wrong is a note with line and column. What out points to lives in a.
enum err_code def_cal_parse(
    struct arena *a, str text, struct cal_spec *out, struct err *e) MUST_USE;

#endif
