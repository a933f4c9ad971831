// A board beside itself: each row with what the period before and the same period a year earlier
// counted.
#ifndef BH_DOMAIN_BOARD_COMPARE_H
#define BH_DOMAIN_BOARD_COMPARE_H

#include "domain/board.h"
#include "domain/period.h"

struct board_side {
    struct period period; // from == to: there is nothing to compare with
    struct board_out out;
};
struct board_pair {
    struct board_row now;                  // zeroes when only an earlier period counted here
    const struct board_row *before, *year; // NULL: nothing was counted there
};
struct board_compared {
    struct board_out now;
    bool partial; // the period is not over: the others are cut to as many days
    struct board_side before, year;
    struct board_pair *rows; // of any of the three, in the order of a board
    size_t n;
};
enum err_code board_compare(
    struct ctx *c, const struct board_in *in, struct board_compared *out, struct err *e) MUST_USE;

// The totals of the BOARD_MONTHS months that end with the period's last one, or with this month
// where the period is not over; oldest first. by is of no account.
enum { BOARD_MONTHS = 12 };
struct board_month {
    int64_t day; // its first
    struct board_row total;
};
struct board_months {
    const struct def *def;
    struct board_month rows[BOARD_MONTHS];
};
enum err_code board_months(
    struct ctx *c, const struct board_in *in, struct board_months *out, struct err *e) MUST_USE;

#endif
