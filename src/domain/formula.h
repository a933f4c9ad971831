// Rates: arithmetic over tallies. "(sat + 0.8*sat_basic) / (sat + sat_basic + dissat)". Numbers,
// names, + - * / and brackets. A division by zero makes the whole blank, never 0 or 100 %.
// [domain 1.4]
#ifndef BH_DOMAIN_FORMULA_H
#define BH_DOMAIN_FORMULA_H

#include "base/err.h"

enum { FORMULA_BYTES_MAX = 1000, FORMULA_NAMES_MAX = 64 };

struct formula;
// names: what may be named; the value of names[i] is given as values[i] to formula_value.
// Errors carry the column (line is added by the caller through err_merge or err.file).
struct formula *formula_parse(
    struct arena *a, str text, const str *names, size_t n, struct err *e) MUST_USE;
// False when blank (a denominator was zero).
bool formula_value(const struct formula *f, const double *values, double *out) MUST_USE;
// Bit mask of the names used: what must be counted to show it.
uint64_t formula_uses(const struct formula *f);

#endif
