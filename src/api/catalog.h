// GET /api/catalog: units, classes and loops, everything a page needs to draw forms, lists and
// filters.
#ifndef BH_API_CATALOG_H
#define BH_API_CATALOG_H

#include "api/call.h"

extern const struct field CATALOG_VIEW[];
enum err_code catalog_get(struct call *k);

#endif
