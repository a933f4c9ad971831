// Who does what next: sensible people mostly, who now and then mistake something or come too late.
#ifndef BH_TESTS_SIM_ACTORS_H
#define BH_TESTS_SIM_ACTORS_H

#include "base/rng.h"
#include "model.h"
#include "world.h"

struct batch {
    struct act *acts; // in the model's arena: a request points into its own action
    size_t n;
    enum group_fault fault;
    bool restart; // before it
};
// The next group of actions, all by people who see the town as it stands now; at most max of them.
// Texts live in the model's arena. *now_us moves on.
void actors_next(struct rng *r, struct model *m, int64_t *now_us, size_t max, struct batch *out);

#endif
