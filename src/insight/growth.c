#include "insight/growth.h"

#include <math.h>
#include <stdlib.h>

const struct growth_rule GROWTH_RULE = {5, 1.2, 0.1};

enum { FRACTION_STEPS_MAX = 500, STREAMS_FOR_SPREAD = 8 };
static const double TINY = 1e-300, CLOSE = 1e-14;
static const double CHI1_MEDIAN = 0.454936423119572752; // of the square of a standard normal
static const double EXPECTED_FOR_SPREAD = 5;            // below, the square is no chi-square

// Lentz's way to a continued fraction.
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < TINY ? TINY : d);
    double h = d;
    for (int m = 1; m <= FRACTION_STEPS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int half = 0; half < 2; half++) {
            double term = half == 0 ? even : odd;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < TINY ? TINY : d);
            c = fabs(c) < TINY ? TINY : c;
            h *= d * c;
        }
        if (fabs(d * c - 1) < CLOSE)
            break;
    }
    return h;
}

double growth_beta(double a, double b, double x)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    int sign;
    double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) +
                       a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

// Given their sum, the count of now is binomial with the share of the days that are now.
// [Przyborowski and Wilenski 1940]
static double p_of(const struct growth *g, double share_now, double spread)
{
    double now = (double)g->now / spread, before = (double)g->before / spread;
    double up = now > 0 ? growth_beta(now, before + 1, share_now) : 1;
    double down = before > 0 ? growth_beta(before, now + 1, 1 - share_now) : 1;
    double p = 2 * (up < down ? up : down);
    return p < 1 ? p : 1;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// Squares of the deviations from what all streams did together.
static double spread_of(struct arena *a, const struct growth *rows, size_t n, double share_now)
{
    double now = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        now += (double)rows[i].now;
        all += (double)(rows[i].now + rows[i].before);
    }
    double share = all > 0 ? now / all : share_now;
    double *squares = NEW_ARRAY(a, n, double);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = (double)(rows[i].now + rows[i].before), mean = sum * share;
        if (mean < EXPECTED_FOR_SPREAD || sum - mean < EXPECTED_FOR_SPREAD)
            continue;
        double d = (double)rows[i].now - mean;
        squares[m++] = d * d / (mean * (1 - share));
    }
    double spread = 1;
    if (m >= STREAMS_FOR_SPREAD) {
        qsort(squares, m, sizeof(*squares), by_value);
        double median = m % 2 ? squares[m / 2] : (squares[m / 2 - 1] + squares[m / 2]) / 2;
        spread = median / CHI1_MEDIAN;
    }
    return spread > 1 ? spread : 1;
}

// Benjamini and Hochberg: the largest p that may still be called, when at most this share of what
// is called may be chance. Negative: none.
static double p_called(struct arena *a, const struct growth *rows, size_t n, double share)
{
    double *p = NEW_ARRAY(a, n, double), limit = -1;
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i].call != GROWTH_FEW)
            p[m++] = rows[i].p;
    if (m > 1)
        qsort(p, m, sizeof(*p), by_value);
    for (size_t i = 0; i < m; i++)
        if (p[i] <= share * (double)(i + 1) / (double)m)
            limit = p[i];
    return limit;
}

void growth_judge(struct arena *a, struct growth *rows, size_t n, double days_now,
    double days_before, const struct growth_rule *rule, double *spread)
{
    double share_now = days_now / (days_now + days_before);
    double wide = spread_of(a, rows, n, share_now);
    for (size_t i = 0; i < n; i++) {
        int64_t more = rows[i].now > rows[i].before ? rows[i].now : rows[i].before;
        rows[i].call = more < rule->few ? GROWTH_FEW : GROWTH_SWING;
        rows[i].p = more < rule->few ? 1 : p_of(&rows[i], share_now, wide);
    }
    double limit = p_called(a, rows, n, rule->share);
    for (size_t i = 0; i < n; i++) {
        double now = (double)rows[i].now / days_now, before = (double)rows[i].before / days_before;
        if (rows[i].call == GROWTH_FEW || rows[i].p > limit)
            continue;
        if (now >= before * rule->factor)
            rows[i].call = GROWTH_UP;
        else if (before >= now * rule->factor)
            rows[i].call = GROWTH_DOWN;
    }
    if (spread)
        *spread = wide;
}
