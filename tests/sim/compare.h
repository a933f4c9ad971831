// Product and model side by side. Every function adds a line to out for each difference, and is
// silent when there is none.
#ifndef BH_TESTS_SIM_COMPARE_H
#define BH_TESTS_SIM_COMPARE_H

#include "base/buf.h"
#include "base/rng.h"
#include "model.h"

void compare_item(struct ctx *c, const struct model *m, const struct m_item *it, struct buf *out);
// Items, and nothing but these.
void compare_count(struct ctx *c, const struct model *m, struct buf *out);
// A random filter, asked by a random person (whose name is in c): how many, and which first.
void compare_list(struct ctx *c, struct rng *r, struct model *m, const char *who, struct buf *out);
// The loop's board of a random period, broken down at random.
void compare_board(struct ctx *c, struct rng *r, struct model *m, struct buf *out);
// What may be taken now, and what not, of an item and by a person.
void compare_open_steps(
    struct ctx *c, struct model *m, const struct m_item *it, const char *who, struct buf *out);

#endif
