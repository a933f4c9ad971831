// Supervision 督办 of an item: the slip that stands on it until it closes, the receipts that are
// awaited, and the slips the system issues by the rules of the town (def_supervision.h). All of it
// are steps of the item's loop: nothing here knows which.
#ifndef BH_DOMAIN_SUPERVISE_H
#define BH_DOMAIN_SUPERVISE_H

#include "domain/def_supervision.h"
#include "domain/item_inner.h"

int supervise_level(const struct item *it); // 0: none
// Why a slip cannot be issued, or a receipt not be given, now; empty when it can, or for any other
// step.
str supervise_closed(
    const struct ctx *c, const struct def *d, const struct def_step *s, const struct item *it);
void supervise_slip(struct turn *t, struct err *e); // the effect
// What closes is supervised no more: its slip goes, and nobody waits for a receipt.
void supervise_derive(struct ctx *c, const struct def *d, struct item *it);
// The words of item.waits.
bool supervise_waiting(const struct def *d, const struct item *it);
void supervise_waits(const struct def *d, const struct item *it, struct buf *b);
// What they say: "blue", and "due" or "late"; empty: nothing.
str supervise_level_of(str waits);
str supervise_receipt_of(str waits);

// Items a rule finds now, from the cursor on: at most max; *next empty: these are the last.
enum err_code supervise_find(struct ctx *c, const struct supervise_rule *x, size_t max, str after,
    int64_t **ids, size_t *n, str *next, struct err *e) MUST_USE;
// All rules over all items, once: what a server would have done by now.
enum err_code supervise_all(struct ctx *c, struct err *e) MUST_USE;
// Issues the slip of the rule of that key by the loop's own step, if the rule still holds. out->id
// 0: it does not, or the step cannot be taken there now.
enum err_code supervise_issue(
    struct ctx *c, int64_t id, str rule, struct item *out, struct err *e) MUST_USE;

#endif
