// The schedule of an item, planned backward 倒排工期: nodes 节点 are clocks of the definition that
// name a date field. From that date through the nodes that follow, each has a latest end and a
// latest start, in whole working days of the loop's calendar [domain 8].
#ifndef BH_DOMAIN_ITEM_PLAN_H
#define BH_DOMAIN_ITEM_PLAN_H

#include "domain/ctx.h"
#include "domain/item.h"

// Fields every item with a schedule has: key of the node that has to be finished next, and the
// last day for it. Filters: node, node-due, slipping.
#define NODE_NEXT S("node/next")
#define NODE_DUE S("node/due")

// Plans what is not finished: a node has a clock from the midnight before its latest start to the
// one behind its latest end. One whose limits do not fit is void, and what comes before it gains
// its days. Nothing changes where nothing has changed; part of every commit.
void item_plan(struct ctx *c, const struct def *d, struct item *it);

// A node as the item stands.
struct item_node {
    int clock; // of the definition
    enum item_node_state {
        NODE_AHEAD,   // it need not have begun
        NODE_RUNNING, // within its days, or what comes before it is done
        NODE_HELD,    // it should have begun, and what comes before it is not done
        NODE_OVER,    // past its latest end
        NODE_DONE,
        NODE_LATE, // done after its latest end
    } state;
    int64_t days;        // working days it takes
    int64_t first, last; // latest start and latest end, days since 1970
    int64_t done_us;     // 0: not yet
    int64_t expect; // the day it will be done when nothing else goes wrong; of a done one its day
    int64_t spare;  // working days in hand; negative: late, or going to be
    enum lamp lamp;
};
// Its nodes in the order of the definition, void ones left out; 0 when it has no schedule.
size_t item_nodes(
    struct ctx *c, const struct def *d, const struct item *it, struct item_node **out);

#endif
