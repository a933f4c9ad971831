// Has something grown, or do small numbers only swing? Two counts over two spans of time, compared
// by the exact conditional test for two Poisson rates; many of them judged together, so that of
// those called grown only a stated share is expected to be chance. decisions/028.
#ifndef BH_INSIGHT_GROWTH_H
#define BH_INSIGHT_GROWTH_H

#include "base/arena.h"

struct growth_rule {
    int64_t few;   // fewer than so many on the larger side are never judged
    double factor; // and the daily rate must have changed by at least this factor
    double share;  // of those called changed, at most this share by chance (Benjamini-Hochberg)
};
// 5, 1.2, 0.1: what the town uses; said wherever it is used.
extern const struct growth_rule GROWTH_RULE;

enum growth_call { GROWTH_SWING, GROWTH_UP, GROWTH_DOWN, GROWTH_FEW };
struct growth {
    int64_t now, before;
    enum growth_call call; // out
    double p;              // out: two-sided; 1 where it was not tested
};
// days: of the two spans. Streams that swing more than chance make all of them harder to call: the
// spread found among them (from the median, so that a few that did grow do not hide themselves)
// divides every count. spread, unless NULL: that, at least 1.
void growth_judge(struct arena *a, struct growth *rows, size_t n, double days_now,
    double days_before, const struct growth_rule *rule, double *spread);

// Regularised incomplete beta function I_x(a, b), a and b > 0: the upper tail of the binomial,
// P(X >= k | n, x) = I_x(k, n - k + 1), and its continuation to counts that are no whole numbers.
double growth_beta(double a, double b, double x);

#endif
