// What I keep an eye on, over HTTP.
#ifndef BH_API_WATCHES_H
#define BH_API_WATCHES_H

#include "api/call.h"

extern const struct field WATCHES_LIST[];

enum err_code watches_list(struct call *k);
enum err_code watches_put(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code watches_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code watches_answer(struct call *k);

#endif
