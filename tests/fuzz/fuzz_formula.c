// Any bytes: refused with a note inside the text, or a formula that is blank or a finite number for
// any values, and means the same inside brackets.
#include <math.h>

#include "domain/formula.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const str names[] = {S("a"), S("b"), S("sat"), S("sat_basic"), S("in-time"), S("in")};
    const double rows[][ARRAY_LEN(names)] = {
        {0, 0, 0, 0, 0, 0}, {1, 2, 3, 4, 5, 6}, {-1, 1e300, -1e300, 0.5, 1e-300, 7}};
    struct arena *a = arena_new();
    struct err e;
    str text = {(const char *)data, n};
    err_init(&e, a, LANG_EN);
    struct formula *f = formula_parse(a, text, names, ARRAY_LEN(names), FORMULA_PLAIN, &e);
    if (f == NULL) {
        CHECK(e.n > 0);
        for (size_t i = 0; i < e.n; i++)
            CHECK(e.notes[i].column >= 1 && (size_t)e.notes[i].column <= n + 1);
    } else {
        CHECK(e.n == 0 && !formula_uses(f, ARRAY_LEN(names)));
        str inside = str_fmt(a, "(%.*s)", STR_ARG(text));
        struct formula *same = formula_parse(a, inside, names, ARRAY_LEN(names), FORMULA_PLAIN, &e);
        // Two bytes or one level more may be too many; nothing else may be wrong.
        CHECK(same != NULL || e.n == 1);
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            double v = 0, w = 0;
            bool shown = formula_value(f, rows[i], &v);
            CHECK(!shown || isfinite(v));
            CHECK(same == NULL || (formula_value(same, rows[i], &w) == shown && v == w));
        }
    }
    arena_free(a);
    return 0;
}
