// The analysis of a loop over a period: what grew, where, who repeats, what was promised, what came
// back, what was late. Everything is counted: from the tallies, and by queries over the period's
// items alone. The same items at the same instant give the same answer. What is looked at, the
// definition says (`analysis`); when a change is called one, insight/growth.h.
#ifndef BH_DOMAIN_ANALYSIS_H
#define BH_DOMAIN_ANALYSIS_H

#include "domain/board_compare.h"
#include "domain/item_list.h"
#include "insight/growth.h"

enum {
    ANALYSIS_CHANGED_MAX = 12, // shown of what grew or fell, a dimension
    ANALYSIS_MOST_MAX = 5,
    ANALYSIS_SAME_MAX = 10,     // callers, places shown
    ANALYSIS_LINK_MAX = 100,    // numbers that fit a filter
    ANALYSIS_ITEMS_MAX = 20000, // the newest, looked through for repeats and hours
    ANALYSIS_LOOKED_MAX = 2000, // the newest of the period, looked through for a list's groups
    ANALYSIS_GROUPED_MAX = 600, // of those the ones it lists
    ANALYSIS_SHOWN_MAX = 8,     // rows of a list
    ANALYSIS_AHEAD_DAYS = 30,   // promised within so many days
};

struct analysis_in {
    str loop, period; // as of board.h
    int64_t unit;     // below this one; 0: all
};
struct analysis_node {
    int64_t id;
    str name, filter; // of its items in the period
    int depth;
    int64_t now;
    struct growth before, year; // call, p, and what was counted then
};
struct analysis_ways {
    struct analysis_node *changed; // up or down against either, the largest change first
    size_t n_changed;
    struct analysis_node *most; // with the most items now
    size_t n_most;
    int64_t tested; // how many were compared
    double spread_before, spread_year;
};
struct analysis_same {
    str name; // an address; a caller's masked number
    int64_t n;
    str filter; // empty: too many to name
};
struct analysis_sames {
    struct analysis_same *rows; // the first ANALYSIS_SAME_MAX
    size_t n;
    int64_t groups, items; // all of them
};
struct analysis_group {
    str name;
    int64_t n;
    str filter; // empty: a reason, which no filter knows
};
struct analysis_item {
    int64_t id, unit;
    str no, title, due;
    str *shown; // as many as the list shows
};
struct analysis_list {
    const struct def_list *def;
    int64_t n, before, year; // before and year: of a tally, else -1
    bool capped;             // there are more than n
    str filter;
    struct analysis_group *groups;
    size_t n_groups;
    bool grouped_some;      // only the newest were looked at
    int64_t overdue, ahead; // by its due field
    str overdue_filter, ahead_filter;
    struct analysis_item *items;
    size_t n_items;
};
enum { ANALYSIS_WEEK = 7, ANALYSIS_HOURS = 24 };
struct analysis_out {
    struct board_compared board; // by unit: totals, heads and filters
    struct analysis_ways classes, units;
    struct analysis_sames callers, places;
    int64_t hours[ANALYSIS_WEEK][ANALYSIS_HOURS]; // filed, Monday first
    bool looked_some; // more than ANALYSIS_ITEMS_MAX: repeats and hours of the newest only
    struct analysis_list *lists;
    size_t n_lists;
};
// ERR_MISSING when the loop's definition has no analysis.
enum err_code analysis_read(
    struct ctx *c, const struct analysis_in *in, struct analysis_out *out, struct err *e) MUST_USE;

#endif
