#include "domain/filter_private.h"

enum { TIME_DIGITS_MAX = 18, DIGITS_MAX = 15 }; // a double keeps 15 digits of any decimal number

bool filter_is_number(str x, double *out)
{
    if (x.n == 0 || x.n > FILTER_NUMBER_BYTES)
        return false;
    for (size_t i = x.s[0] == '-' ? 1 : 0; i < x.n; i++) {
        if (x.s[i] != '.' && (x.s[i] < '0' || x.s[i] > '9'))
            return false;
    }
    return str_f64(x, out); // which knows how many points there may be
}

bool filter_is_time(str x, int64_t *out)
{
    return x.n <= TIME_DIGITS_MAX && !str_starts(x, S("-")) && str_i64(x, out);
}

bool filter_compared_cut(str x, struct filter_compared *c)
{
    static const struct {
        str sign;
        bool lo, hi, open;
    } signs[] = {{S(">="), true, false, false}, {S("≥"), true, false, false},
        {S("<="), false, true, false}, {S("≤"), false, true, false}, {S(">"), true, false, true},
        {S("<"), false, true, true}, {S("="), true, true, false}, {S(""), true, true, false}};
    *c = (struct filter_compared){0};
    for (size_t i = 0; i + 2 <= x.n; i++) {
        if (x.s[i] != '.' || x.s[i + 1] != '.')
            continue;
        c->lo = str_sub(x, 0, i);
        c->hi = str_sub(x, i + 2, x.n);
        return c->lo.n > 0 || c->hi.n > 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (!str_starts(x, signs[i].sign))
            continue;
        str rest = str_sub(x, signs[i].sign.n, x.n);
        c->lo = signs[i].lo ? rest : (str){0};
        c->hi = signs[i].hi ? rest : (str){0};
        c->lo_open = c->hi_open = signs[i].open;
        return rest.n > 0;
    }
    return false;
}

// The point moved to the right, or to the left.
static str moved(struct arena *a, str x, size_t right, size_t left)
{
    str sign = str_sub(x, 0, str_starts(x, S("-")) ? 1 : 0);
    x = str_sub(x, sign.n, x.n);
    size_t point = str_find(x, '.');
    str whole = str_sub(x, 0, point), part = str_sub(x, point + 1, x.n);
    str all = str_fmt(a, "%.*s%.*s%.*s%.*s", (int)left, "00000000", STR_ARG(whole), STR_ARG(part),
        (int)(right > part.n ? right - part.n : 0), "00000000000000000000");
    size_t at = left + whole.n + right - left;
    str rest = str_sub(all, at, all.n);
    return str_fmt(
        a, "%.*s%.*s%s%.*s", STR_ARG(sign), (int)at, all.s, rest.n > 0 ? "." : "", STR_ARG(rest));
}

// 3.2万 and 1.5亿元 as amounts are written, 90% as shares are: the digits, as fields keep them.
static str spelled_out(struct arena *a, str x)
{
    static const struct {
        str word;
        size_t right, left;
    } words[] = {{S("元"), 0, 0}, {S("亿"), 8, 0}, {S("万"), 4, 0}, {S("%"), 0, 2}};
    double v;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_ends(x, words[i].word))
            continue;
        x = str_sub(x, 0, x.n - words[i].word.n);
        if (filter_is_number(x, &v))
            return moved(a, x, words[i].right, words[i].left);
    }
    return x;
}

bool filter_number_plain(struct arena *a, str x, double *v, str *text)
{
    x = filter_is_number(x, v) ? x : spelled_out(a, x);
    if (!filter_is_number(x, v))
        return false;
    bool minus = x.s[0] == '-';
    str whole = str_sub(x, minus ? 1 : 0, x.n), part = {0};
    size_t point = str_find(whole, '.');
    part = str_sub(whole, point + 1, whole.n);
    whole.n = point;
    while (whole.n > 0 && whole.s[0] == '0')
        whole = str_sub(whole, 1, whole.n);
    while (part.n > 0 && part.s[part.n - 1] == '0')
        part.n--;
    minus = minus && whole.n + part.n > 0;
    *text = str_fmt(a, "%s%.*s%s%.*s", minus ? "-" : "", STR_ARG((whole.n > 0 ? whole : S("0"))),
        part.n > 0 ? "." : "", STR_ARG(part));
    return whole.n + part.n <= DIGITS_MAX;
}
