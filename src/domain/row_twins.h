// Rows of a register that may be one thing: by a value that should stand once, by their names, by
// their place; each pair with its reasons and a strength anybody can add up. What somebody has
// called two things, or has merged, is not offered. docs/decisions/041
#ifndef BH_DOMAIN_ROW_TWINS_H
#define BH_DOMAIN_ROW_TWINS_H

#include "domain/ctx.h"

enum {
    TWINS_ROWS_MAX = 30000, // of a register, the newest
    TWINS_SHOWN_MAX = 100,
    TWINS_SAME_M = 20, // metres between two points of one place
    TWINS_POINTS_KEY = 60,
    TWINS_POINTS_NAME = 50, // the same name; less for one that is like it
    TWINS_POINTS_PLACE = 30,
    TWINS_STRENGTH_MIN = 45, // the same place alone is not enough
};
enum twin_reason { TWIN_KEY, TWIN_NAME, TWIN_PLACE, TWIN_REASONS };

struct twin_row {
    int64_t id;
    str no, title, address;
};
struct twin {
    struct twin_row a, b; // a was added first
    int strength;
    int points[TWIN_REASONS];
};
struct twins {
    struct twin *v; // the strongest first
    size_t n;
    int64_t rows; // looked at
    bool capped;  // there are more rows, or more pairs
};
// Only rows the actor may see. ERR_MISSING: there is no such register.
enum err_code row_twins(struct ctx *c, str loop, struct twins *out, struct err *e) MUST_USE;
// Two rows that look alike are two things: both say so, and are not offered again; or that is taken
// back.
enum err_code row_differs(
    struct ctx *c, int64_t row, str other, bool differ, struct err *e) MUST_USE;
str twin_reason_name(enum twin_reason r); // "key"

#endif
