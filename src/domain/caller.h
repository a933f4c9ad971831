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

// What somebody was shown: the caller, or fields of the item by what they are called.
struct revealed {
    struct caller caller;
    struct item_field *fields;
    size_t n;
};

// Masked, as everybody sees it; false when the item has no caller. An anonymous caller has no name,
// a confidential one shows nothing but that. others, unless NULL: how many other items the same
// phone number stands in (0 without a number).
bool caller_masked(
    struct ctx *c, int64_t item, struct caller *out, int64_t *others, struct err *e) MUST_USE;
// The latest items whose caller has this number, or when it is empty the number of that item's
// caller. A confidential caller's are told to nobody.
int64_t *caller_same(struct ctx *c, int64_t item, str phone, int max, size_t *n);
// In clear: the fields of personal data named by keys ("contact", "part/2/contact"), and with
// "caller" among them, or without any, the caller. Needs MAY_REVEAL at the item's unit and a
// reason; writes one event, which names what was shown. On the writer.
enum err_code caller_reveal(struct ctx *c, int64_t item, str reason, const str *keys, size_t n,
    struct revealed *out, struct err *e) MUST_USE;
// May the actor see the item's personal data in clear?
bool caller_may_reveal(const struct ctx *c, const struct item *it);

#endif
