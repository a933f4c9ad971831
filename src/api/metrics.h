// Figures of the running service for Prometheus. No personal data, and no label whose values are
// not known beforehand.
#ifndef BH_API_METRICS_H
#define BH_API_METRICS_H

#include "api/call.h"

// What requests are counted as: the rows of ROUTES, and what has no row.
enum { METRICS_OTHER, METRICS_PAGE, METRICS_ROUTES };
size_t metrics_route_names(struct arena *a, const char *const **names); // answers how many
size_t metrics_groups(void);
unsigned metrics_route(const struct route *r);
unsigned metrics_group(const struct route *r);

enum err_code metrics_get(struct call *k);

#endif
