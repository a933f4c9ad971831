// The caller's name, phone and exact door: sealed in a table of their own, shown masked, revealed
// with a reason.
#ifndef BH_DOMAIN_CALLER_H
#define BH_DOMAIN_CALLER_H

#include "domain/item_step.h"

enum {
    CALLER_NAME_MAX = 40,
    CALLER_PHONE_MAX = 30,
    CALLER_DOOR_MAX = 100,
    CALLER_REASON_MAX = 200
};

// Masked, as everybody sees it; false when the item has no caller. An anonymous caller has no name,
// a confidential one shows nothing but that. others, unless NULL: how many other items the same
// phone number stands in (0 without a number).
bool caller_masked(
    struct ctx *c, int64_t item, struct caller *out, int64_t *others, struct err *e) MUST_USE;
// The latest items whose caller has this number, or when it is empty the number of that item's
// caller. A confidential caller's are told to nobody.
int64_t *caller_same(struct ctx *c, int64_t item, str phone, int max, size_t *n);
// In clear. Needs MAY_REVEAL at the item's unit and a reason; writes the event. On the writer.
enum err_code caller_reveal(
    struct ctx *c, int64_t item, str reason, struct caller *out, struct err *e) MUST_USE;

#endif
