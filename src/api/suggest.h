// Which unit an item should go to: up to three suggestions with their grounds.
#ifndef BH_API_SUGGEST_H
#define BH_API_SUGGEST_H

#include "api/call.h"

extern const struct field SUGGEST_VIEW[];
enum err_code suggest_get(struct call *k);

#endif
