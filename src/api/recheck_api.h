// The re-check of what was closed: when, by which steps, and what has come back since.
#ifndef BH_API_RECHECK_API_H
#define BH_API_RECHECK_API_H

#include "api/call.h"

extern const struct field RECHECK_VIEW[];
enum err_code recheck_get(struct call *k);

#endif
