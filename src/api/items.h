// Items over HTTP. The routes are in routes.c.
#ifndef BH_API_ITEMS_H
#define BH_API_ITEMS_H

#include "api/call.h"

extern const struct field ITEMS_LIST[], ITEMS_LIST_QUERY[], ITEM_FILE_IN[], ITEM_STEP_IN[],
    REVEAL_IN[], REVEAL_OUT[];
extern const size_t ITEM_FILE_IN_SIZE, ITEM_STEP_IN_SIZE, REVEAL_IN_SIZE;

enum err_code items_list(struct call *k);
enum err_code items_get(struct call *k);
enum err_code items_by_no(struct call *k);
enum err_code items_answer(struct call *k); // the item k->result names
enum err_code items_file_check(struct call *k);
enum err_code items_file(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_step_check(struct call *k);
enum err_code items_step(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_reveal(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_reveal_answer(struct call *k);
enum err_code items_attach_check(struct call *k);
enum err_code items_attach(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_attached(struct call *k);

#endif
