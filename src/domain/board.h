// Boards: counts and rates of a loop for a period, read from the counters, never by counting items.
// A figure is of a row and of a tally, and so is the filter that lists the very items it counts:
// the tally's half and the row's half, one behind the other with a blank between.
#ifndef BH_DOMAIN_BOARD_H
#define BH_DOMAIN_BOARD_H

#include "domain/ctx.h"

enum board_by { BOARD_UNIT, BOARD_CLASS, BOARD_CHANNEL, BOARD_FIELD };
enum { BOARD_DAYS_MAX = 22000 };

struct board_in {
    str loop;
    enum board_by by;
    str field;  // BOARD_FIELD: one the definition's `boards` name; unit, class and channel are then
                // empty
    str period; // a date expression of the filter language: 2026-11, 2026Q4,
                // 2026-11-01..2026-11-20, this-month
    // The stages instead of the tallies, by unit alone: of stage i the outcome o is counter
    // i * OUTCOME_COUNT + o. There are no rates.
    bool stages;
    int64_t unit; // below this unit; 0: all
    int64_t cls;
    str channel;
};
struct board_rate {
    double v;
    bool blank; // a denominator was zero
};
struct board_row {
    int64_t id; // unit or class; 0 for a channel or for none
    str name;   // as shown; channels by their word
    int depth;
    str filter;       // the row's half; empty: nothing narrows it
    int64_t *tallies; // as many as the definition has (or its stages)
    struct board_rate *rates;
};
struct board_out {
    const struct def *def;
    int64_t from_day, to_day; // days since 1970, to exclusive
    str *filters;             // of each counter: its half
    struct board_row *rows;
    size_t n;
    struct board_row total;
};
// Rows in the tree's order (units, classes) or by name (channels); units without a single count are
// left out.
enum err_code board_read(
    struct ctx *c, const struct board_in *in, struct board_out *out, struct err *e) MUST_USE;
// The filter of one figure.
str board_link(
    struct arena *a, const struct board_out *out, const struct board_row *row, size_t tally);

#endif
