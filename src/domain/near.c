#include "domain/near.h"

enum { POINTS_MAX = 48, LIST_MAX = 12 };

struct points {
    str at[POINTS_MAX]; // one character each
    size_t n;
    bool cut;
};

static struct points split(struct arena *a, str x)
{
    struct points p = {.n = 0};
    str rest = utf8_fold(a, x);
    while (rest.n > 0 && p.n < POINTS_MAX) {
        str one = utf8_head(rest, 1);
        p.at[p.n++] = one;
        rest = str_sub(rest, one.n, rest.n);
    }
    p.cut = rest.n > 0;
    return p;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Characters to insert, delete, replace, or neighbours to swap, to make one out of the other.
// [optimal string alignment distance]
static size_t distance(const struct points *x, const struct points *y)
{
    size_t rows[3][POINTS_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= y->n; j++)
        last[j] = j;
    for (size_t i = 1; i <= x->n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= y->n; j++) {
            bool same = str_eq(x->at[i - 1], y->at[j - 1]);
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
            bool swapped = i > 1 && j > 1 && str_eq(x->at[i - 1], y->at[j - 2]) &&
                           str_eq(x->at[i - 2], y->at[j - 1]);
            if (swapped)
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[y->n];
}

str near_name(struct arena *a, str word, const str *names, size_t n)
{
    struct points w = split(a, word);
    size_t allowed = w.n < 6 ? 1 : w.n / 3, best = allowed + 1;
    str found = {NULL, 0};
    if (w.cut || w.n == 0)
        return found;
    for (size_t i = 0; i < n; i++) {
        struct points p = split(a, names[i]);
        size_t d = p.cut ? best : distance(&w, &p);
        // One of two characters is not a slip but another word.
        if (d < best && (d == 0 || w.n > 2)) {
            best = d;
            found = names[i];
        }
    }
    return found;
}

str near_list(struct arena *a, str word, const str *names, size_t n)
{
    str shown[LIST_MAX + 1];
    size_t m = 0;
    str nearest = near_name(a, word, names, n);
    if (nearest.n > 0)
        shown[m++] = nearest;
    for (size_t i = 0; i < n && m < LIST_MAX; i++)
        if (!str_eq(names[i], nearest))
            shown[m++] = names[i];
    if (m < n)
        shown[m++] = S("…");
    return str_join(a, shown, m, S(", "));
}
