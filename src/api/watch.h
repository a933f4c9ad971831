// What looks after the service: health, and the stream of what happened.
#ifndef BH_API_WATCH_H
#define BH_API_WATCH_H

#include "api/call.h"

extern const struct field HEALTH_VIEW[];
enum err_code watch_health(struct call *k);
enum err_code watch_events(struct call *k);

#endif
