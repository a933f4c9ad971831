// Supervision over HTTP: what stands under a slip, what waits for a receipt, who is in charge.
#ifndef BH_API_SUPERVISION_H
#define BH_API_SUPERVISION_H

#include "api/call.h"

extern const struct field SUPERVISION_VIEW[], SUPERVISION_QUERY[];
enum err_code supervision_get(struct call *k);

#endif
