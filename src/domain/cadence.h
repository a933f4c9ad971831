// Cadence 周期规则: for each row of a register a rule fits, one item a period: every enterprise
// above the scale is visited once a quarter. Rules stand in a loop's definition (struct
// def_cadence).
//
// What was filed stands in the table cadence: which item for which row and which days. Its key
// admits one item of a rule for a row and a first day, and nothing is filed for days that touch
// those of an earlier one. So a rule may be edited, a server restarted, several of them run, and
// nobody is asked twice.
#ifndef BH_DOMAIN_CADENCE_H
#define BH_DOMAIN_CADENCE_H

#include "domain/ctx.h"
#include "domain/filter.h"
#include "domain/item.h"
#include "domain/period.h"

// A rule with its filters, compiled against the rules of the town.
struct cadence {
    const struct def *def;
    const struct def_cadence *x;
    const struct def *over;       // the register as it is now
    const struct filter *rows;    // which of its rows
    const struct filter **firsts; // of these those that come first, beside x->first
};
// ERR_INVALID and a note for all that does not fit the register any more.
enum err_code cadence_open(struct arena *a, const struct rules *r, const struct def *d,
    const struct def_cadence *x, struct cadence *out, struct err *e) MUST_USE;
// All rules of a definition that is to be published.
void cadence_check(struct arena *a, const struct rules *r, const struct def *d, struct err *e);

// The rule as it is on that day. One that files during key dates begins and ends with the one in
// force: of several with the one that began first.
struct cadence cadence_on(struct ctx *c, const struct cadence *k, int64_t day);

// The period a day lies in. Of a rule that is not aligned the days of one interval, up to the last
// one by which anything is due that has been filed by then.
struct period cadence_period(const struct def_cadence *x, int64_t day);

struct cadence_due {
    int64_t row, unit; // unit: who gets it; 0: the receiver
    str no, title, address;
    double lat, lon;
    struct period period; // the last day is by when
    int64_t missed;       // whole periods before it for which nothing was filed
    str because;          // why it comes first; empty: no reason
    size_t rank;          // of the first of these reasons; 0 the foremost
};
// Where a walk over the rows stands: those that come first, reason by reason, then all others.
struct cadence_walk {
    size_t pass;
    int64_t filed_us, id;
    bool over;
};
// The next rows an item is due for on that day, at most max. Fewer of them do not mean the end.
enum err_code cadence_find(struct ctx *c, const struct cadence *k, int64_t day,
    struct cadence_walk *at, size_t max, struct cadence_due **out, size_t *n,
    struct err *e) MUST_USE;
// Files the item of one row by the rule in force, if it is due now: looked at again, because
// somebody else may have filed it meanwhile. out->id 0: nothing was due. In a transaction.
enum err_code cadence_file(
    struct ctx *c, str loop, str rule, int64_t row, struct item *out, struct err *e) MUST_USE;

// How far a rule has come by units in a period: of each figure how many.
enum cadence_figure {
    CADENCE_ASKED,   // rows it is over: those filed for and those not yet
    CADENCE_IN_TIME, // reached by the last day
    CADENCE_LATE,    // reached later
    CADENCE_MISSED,  // closed without having been reached
    CADENCE_OPEN,
    CADENCE_OVERDUE, // open, of these
    CADENCE_UNFILED, // rows without an item
    CADENCE_FIGURES,
};
struct cadence_unit {
    int64_t unit;
    int64_t n[CADENCE_FIGURES];
    str filter, rows_filter; // the unit's half: of items, of rows
};
struct cadence_cover {
    struct period period;
    bool filed; // its days have begun: rows without an item wait for one
    struct cadence_unit *units;
    size_t n_units;
    struct cadence_unit total;
    str filters[CADENCE_FIGURES]; // a figure's half; CADENCE_UNFILED lists rows of the register,
                                  // while they wait.
                                  // CADENCE_ASKED has none
};
// below: units below this one; 0: all.
enum err_code cadence_cover(struct ctx *c, const struct cadence *k, int64_t day, int64_t below,
    struct cadence_cover *out, struct err *e) MUST_USE;
str cadence_figure_name(enum cadence_figure f); // "in_time"

// The day that lies `every`, n times, behind a day.
int64_t cadence_after(const struct def_cadence *x, int64_t day, int64_t n);

#endif
