// Where something lies: in which cell of each layer, who answers there, and which people he has.
#ifndef BH_API_PLACE_VIEW_H
#define BH_API_PLACE_VIEW_H

#include "api/call.h"
#include "domain/route.h"

enum { PLACE_PEOPLE_MAX = 10 }; // of one unit, in the order of the town's people

struct place_view {
    str layer, layer_title, cell, cell_name, unit_name, by, word;
    int64_t unit;
    bool unsure;
    struct list people;
};
extern const struct field PLACE_VIEW[];
struct list place_views(struct ctx *c, const struct route_place *places, size_t n);

// The same for a point that is not an item's yet.
extern const struct field POINT_QUERY[], POINT_VIEW[];
enum err_code point_get(struct call *k);

#endif
