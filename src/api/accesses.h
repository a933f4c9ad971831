// What a person may do and see, explained. The route is in routes.c.
#ifndef BH_API_ACCESSES_H
#define BH_API_ACCESSES_H

#include "api/call.h"

extern const struct field ACCESS_VIEW[], ACCESS_QUERY[];
enum err_code access_get(struct call *k);

#endif
