// The analysis of a loop over HTTP.
#ifndef BH_API_ANALYSES_H
#define BH_API_ANALYSES_H

#include "api/call.h"

extern const struct field ANALYSIS_VIEW[], ANALYSIS_QUERY[];
enum err_code analysis_get(struct call *k);

#endif
