// Any bytes as a time, a number and text: what is accepted survives being written and read again.
#include "base/tm.h"

static void check_time(struct arena *a, str x)
{
    int64_t us = 0, back = 0;
    if (!tm_parse(x, TM_ZONE_DEFAULT_S, &us))
        return;
    // Years 1 to 9999 can be written; a zone may push the first and last day beyond them.
    struct civil c;
    tm_to_civil(us, 0, &c);
    if (c.year >= 1 && c.year <= 9999)
        CHECK(tm_parse(tm_rfc3339(a, us, 0), 0, &back) && back == us);
}

static void check_numbers(struct arena *a, str x)
{
    int64_t i = 0, i_back = 0;
    double f = 0, f_back = 0;
    if (str_i64(x, &i)) {
        CHECK(str_i64(str_fmt(a, "%" PRId64, i), &i_back) && i_back == i);
        CHECK(str_f64(x, &f) || x.n > 300); // every whole number also is a decimal one
    }
    if (str_f64(x, &f)) {
        bool same = str_f64(str_fmt(a, "%.17g", f), &f_back) && f_back == f;
        CHECK(same);
    }
}

static void check_text(struct arena *a, str x)
{
    size_t points = utf8_count(x);
    CHECK(points <= x.n && utf8_head(x, points).n == x.n);
    CHECK(utf8_width(x) <= 2 * x.n);
    str folded = utf8_fold(a, x), trimmed = str_trim(x);
    CHECK(trimmed.n <= x.n);
    if (!utf8_valid(x))
        return;
    CHECK(utf8_valid(folded) && utf8_valid(trimmed));
    for (size_t i = 0; i < points && i < 64; i++) {
        str head = utf8_head(x, i);
        CHECK(utf8_valid(head) && utf8_count(head) == i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    str x = {(const char *)data, n};
    check_time(a, x);
    check_numbers(a, x);
    check_text(a, x);
    arena_free(a);
    return 0;
}
