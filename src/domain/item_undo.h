// Taking a step back: within the time its definition gives (`undo: 10s`), whoever took it makes the
// item what it was before. Nothing is deleted: it is an event of its own, whose changes lead back.
#ifndef BH_DOMAIN_ITEM_UNDO_H
#define BH_DOMAIN_ITEM_UNDO_H

#include "domain/item_step.h"

#define ITEM_UNDO "undo" // what such an event is called

// version: the item's as its step left it.
//   ERR_MISSING   no such item, or none the actor may see
//   ERR_CONFLICT  something happened since: the note says what
//   ERR_DENIED    somebody else took the step
//   ERR_INVALID   the last step cannot be taken back, or the time for it is over
enum err_code item_undo(
    struct ctx *c, int64_t item, int64_t version, struct item *out, struct err *e) MUST_USE;

// What the actor could take back now. False when there is nothing.
struct item_undo_offer {
    const struct def_step *step;
    int64_t until_us;
};
bool item_undo_offered(struct ctx *c, const struct item *it, struct item_undo_offer *out);

// Units that had a part of the item until such an event took it away, as the event says (changes:
// the event's). They hear of it and see the item no more.
size_t item_undo_lost(struct arena *a, str changes, int64_t **units);

#endif
