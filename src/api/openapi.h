// GET /api/openapi.json: the API's description, made from the route and field tables.
#ifndef BH_API_OPENAPI_H
#define BH_API_OPENAPI_H

#include "api/call.h"

enum err_code openapi_get(struct call *k);
// The same text for docs/api.md and the tests.
void openapi_write(struct jw *w);

#endif
