// Routes tried over past orders, in the browser: cmd_route.c is the same on the command line.
#ifndef BH_API_ROUTE_TRIES_H
#define BH_API_ROUTE_TRIES_H

#include "api/call.h"

enum { ROUTE_TRY_LAST_MAX = 2000 }; // over HTTP, where somebody waits; more by the command line

extern const struct field ROUTE_TRY_IN[], ROUTE_TRY_OUT[];
extern const size_t ROUTE_TRY_IN_SIZE;
enum err_code route_tries_check(struct call *k);
enum err_code route_tries_apply(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code route_tries_answer(struct call *k);

#endif
