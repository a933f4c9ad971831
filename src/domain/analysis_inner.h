// Between the files analysis*.c.
#ifndef BH_DOMAIN_ANALYSIS_INNER_H
#define BH_DOMAIN_ANALYSIS_INNER_H

#include "domain/analysis.h"
#include "domain/filter.h"

struct analysis_work {
    struct ctx *c;
    const struct analysis_in *in;
    struct analysis_out *out;
    const struct def *def;
    struct period period;
    str unit_half; // of every filter: "unit:..."; empty: the whole town
};
// analysis_ways.c: the classes and the units
enum err_code analysis_ways(struct analysis_work *w, struct err *e) MUST_USE;
// analysis_same.c: who and what repeats, and at which hours
enum err_code analysis_same(struct analysis_work *w, struct err *e) MUST_USE;
// analysis_lists.c
enum err_code analysis_lists(struct analysis_work *w, struct err *e) MUST_USE;

// Two halves of a filter with a blank between.
str analysis_both(struct arena *a, str x, str y);
// A text of ours as a filter.
const struct filter *analysis_filter(struct analysis_work *w, str text);

#endif
