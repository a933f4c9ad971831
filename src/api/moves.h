// Items moved between versions of their loop (domain/item_moves.h).
#ifndef BH_API_MOVES_H
#define BH_API_MOVES_H

#include "api/call.h"

extern const struct field MOVES_IN[], MOVES_OUT[];
extern const size_t MOVES_IN_SIZE;

enum err_code moves_check(struct call *k);
enum err_code moves_apply(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code moves_answer(struct call *k);

#endif
