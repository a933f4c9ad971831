// Layers of the map and their cells. The routes are in routes.c.
#ifndef BH_API_LAYERS_H
#define BH_API_LAYERS_H

#include "api/call.h"

enum { LAYER_BODY_MAX_BYTES = 16 * MIB };

extern const struct field LAYERS_QUERY[], LAYERS_LIST[], LAYER_QUERY[], LAYER_OUT[];
enum err_code layers_list(struct call *k);
enum err_code layers_check(struct call *k);
enum err_code layers_write(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code layers_answer(struct call *k);

#endif
