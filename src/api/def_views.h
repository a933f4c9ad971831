// A published loop as a drawing needs it, and what changed between two versions. The routes are in
// routes.c.
#ifndef BH_API_DEF_VIEWS_H
#define BH_API_DEF_VIEWS_H

#include "api/call.h"

extern const struct field DEF_GRAPH_VIEW[], DEF_DIFF_VIEW[];
enum err_code def_graph_get(struct call *k);
enum err_code def_diff_get(struct call *k);

#endif
