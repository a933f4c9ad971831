// The daily brief 每日简报 of a key date: counted facts of a day and since its first one, each with
// the filter that lists what it counts. What is open is told as it is now.
#ifndef BH_DOMAIN_KEYDATE_BRIEF_H
#define BH_DOMAIN_KEYDATE_BRIEF_H

#include "domain/cadence.h"
#include "domain/keydate.h"

enum keydate_figure {
    KEYDATE_FILED,      // on the day
    KEYDATE_CLOSED,     // on the day
    KEYDATE_FILED_ALL,  // since the first day
    KEYDATE_CLOSED_ALL, // since the first day
    KEYDATE_OPEN,       // now
    KEYDATE_OVERDUE,    // now, of these
    KEYDATE_FIGURES,
};
enum keydate_by { KEYDATE_BY_LOOP, KEYDATE_BY_UNIT, KEYDATE_BY_CLASS, KEYDATE_BYS };
struct keydate_row {
    int64_t id; // of the unit or class; 0: none
    str key;    // of the loop
    str name, filter;
    int64_t n[KEYDATE_FIGURES];
};
struct keydate_task { // an extra cadence, in the period the day lies in
    struct cadence rule;
    int64_t asked, reached, overdue;
    str filter; // what was filed
};
struct keydate_brief {
    const struct keydate *of;
    int64_t day, nth, days; // nth: which of its days, from 1
    str filters[KEYDATE_FIGURES];
    struct keydate_row total, *rows[KEYDATE_BYS]; // by the most open, then filed
    size_t n_rows[KEYDATE_BYS];
    struct keydate_task *tasks;
    size_t n_tasks;
    str text; // to be copied
};
// What the actor may see of it; day: one of its days. Broken: ERR_CONFLICT.
enum err_code keydate_brief(struct ctx *c, const struct keydate *k, int64_t day,
    struct keydate_brief *out, struct err *e) MUST_USE;
str keydate_figure_name(enum keydate_figure f); // "filed_all"
str keydate_figure_title(enum keydate_figure f, enum lang lang);
str keydate_by_title(enum keydate_by by, enum lang lang);
// Its figures as a sheet; empty when it is larger than one may be. address: as of a board.
str keydate_brief_csv(struct ctx *c, const struct keydate_brief *b);
str keydate_brief_xlsx(struct ctx *c, const struct keydate_brief *b, str address);

#endif
