// Cadence rules over HTTP: how far each has come.
#ifndef BH_API_CADENCES_H
#define BH_API_CADENCES_H

#include "api/call.h"

extern const struct field CADENCES_VIEW[], CADENCES_QUERY[];
enum err_code cadences_list(struct call *k);

#endif
