// The views the person who asks has saved or may use, and how he wants his lists. The routes are in
// routes.c.
#ifndef BH_API_VIEWS_H
#define BH_API_VIEWS_H

#include "api/call.h"

extern const struct field VIEWS_LIST[], VIEW_NEW_IN[], VIEW_PUT_IN[], VIEW_OUT[], LAYOUT_VIEW[];
extern const size_t VIEW_IN_SIZE, LAYOUT_IN_SIZE;
enum err_code views_list(struct call *k);
enum err_code views_check(struct call *k);
enum err_code views_put(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code views_answer(struct call *k);
enum err_code views_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code layout_answer(struct call *k);
enum err_code layout_put(struct call *k, struct ctx *c, int64_t *result, struct err *e);

#endif
