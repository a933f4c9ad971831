// Rates and scores: arithmetic over counts. "(sat + 0.8*sat_basic) / (sat + sat_basic + dissat)".
// Numbers, names, + - * / and brackets, comparisons, and a few functions of the spreadsheet's kind.
// What cannot be had is blank, and a blank makes blank what is made of it: never 0 or 100 %.
// [domain 1.4]
#ifndef BH_DOMAIN_FORMULA_H
#define BH_DOMAIN_FORMULA_H

#include "base/err.h"

enum { FORMULA_BYTES_MAX = 1000, FORMULA_NAMES_MAX = 1000, FORMULA_GROUPS_MAX = 8 };
// FORMULA_GROUPS: sum(), mean(), most() and least() over the rows of a group may stand in it.
enum formula_kind { FORMULA_PLAIN, FORMULA_GROUPS };

struct formula;
// names: what may be named; the value of names[i] is given as values[i] to formula_value.
// Errors carry the column (line is added by the caller through err_merge or err.file).
struct formula *formula_parse(struct arena *a, str text, const str *names, size_t n,
    enum formula_kind kind, struct err *e) MUST_USE;
// False when blank: a denominator was zero, or a value was (NaN).
bool formula_value(const struct formula *f, const double *values, double *out) MUST_USE;
bool formula_uses(const struct formula *f, int name); // false for a name it did not know

// Over groups: first what its sums come to over the rows of one group (rows[i]: the values of a
// row; blank ones add nothing), then each row with them.
void formula_sums(
    const struct formula *f, const double *const *rows, size_t n, double sums[FORMULA_GROUPS_MAX]);
bool formula_value_in(const struct formula *f, const double *values,
    const double sums[FORMULA_GROUPS_MAX], double *out) MUST_USE;
bool formula_has_sums(const struct formula *f);

// The formula for people: names as word says them, × ÷ −, functions by their names in that
// language. sum may be NULL, or says what stands instead of the n-th sum; empty: it is spelt out.
str formula_say(struct arena *a, const struct formula *f, enum lang lang,
    str (*word)(void *arg, int name), str (*sum)(void *arg, size_t n), void *arg);

#endif
