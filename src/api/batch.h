// One step on several items: each is a command of its own, so that one that is refused leaves the
// others alone, and all of them share the writer's commits.
#ifndef BH_API_BATCH_H
#define BH_API_BATCH_H

#include "api/call.h"

enum { BATCH_ITEMS_MAX = 200 };

extern const struct field BATCH_IN[], BATCH_QUERY[], BATCH_OUT[];
extern const size_t BATCH_IN_SIZE;

enum err_code batch_check(struct call *k);
enum err_code batch_row(struct call *k, size_t at, struct ctx *c, int64_t *result, struct err *e);
enum err_code batch_answer(struct call *k);

#endif
