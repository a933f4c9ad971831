// What may be the same matter as an item, or as a draft; and items tied together because they are.
#ifndef BH_API_KIN_API_H
#define BH_API_KIN_API_H

#include "api/call.h"

extern const struct field KIN_VIEW[], KIN_IN[], SAME_IN[], EFFECT_VIEW[], TWINS_VIEW[];
extern const size_t KIN_IN_SIZE, SAME_IN_SIZE;
enum err_code kin_get(struct call *k);
enum err_code kin_ask(struct call *k);
enum err_code kin_tie(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code kin_untie(struct call *k, struct ctx *c, int64_t *result, struct err *e);
// Of an item that gathers others: what might belong to it, and what came of its measure.
enum err_code kin_candidates(struct call *k);
enum err_code kin_effect(struct call *k);
// Of a register: rows that may be one thing, and what somebody says of two of them.
enum err_code kin_twins(struct call *k);
enum err_code kin_differs(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code kin_alike(struct call *k, struct ctx *c, int64_t *result, struct err *e);

#endif
