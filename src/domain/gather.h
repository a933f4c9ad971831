// What is read of an item that gathers others (item_gather.h): which items might belong to it, and
// what came of its measure. docs/decisions/036
#ifndef BH_DOMAIN_GATHER_H
#define BH_DOMAIN_GATHER_H

#include "domain/kin.h"

enum {
    GATHER_SEEDS = 4,        // so many of its newest members are asked for what is like them
    GATHER_CLASSES_MAX = 20, // of its members, those most of them have
    GATHER_COUNT_MAX = 10000,
};

// Items that are like it or like its newest members, and that belong to none: with the reasons and
// strengths of kin.h. None when its loop gathers nothing.
enum err_code gather_candidates(
    struct ctx *c, int64_t item, struct kin_out *out, struct err *e) MUST_USE;

enum gather_when {
    GATHER_BEFORE,
    GATHER_AFTER,
    GATHER_YEAR_BEFORE, // both a year earlier: 52 weeks, so that the days of the week agree
    GATHER_YEAR_AFTER,
    GATHER_WHENS,
};
// Calls of its classes and its cell, in as many whole weeks before the day its measure took effect
// as have passed since. A plain comparison: what else changed meanwhile it does not know.
struct gather_effect {
    str field;         // title of the field that holds it
    int64_t day;       // the measure's; 0: not known yet
    int64_t weeks, of; // whole weeks since, and how many there will be
    bool open_scope;   // neither classes nor a cell are known: nothing is compared
    str calls;         // the filter of what is counted, without days
    struct gather_span {
        bool known;               // false: the town has nothing of these days
        int64_t from_day, to_day; // to_day is the last
        int64_t n;
        bool capped; // there are more
        str filter;
    } spans[GATHER_WHENS];
};
enum err_code gather_effect_of(
    struct ctx *c, int64_t item, struct gather_effect *out, struct err *e) MUST_USE;
str gather_when_name(enum gather_when w); // "year_before"

#endif
