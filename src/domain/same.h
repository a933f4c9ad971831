// The same matter (同一事项): two items of any loops tied together, because they are about one
// thing. Each keeps its own life; both histories say so.
//
// A repeat (重复件) was merged into another item of its loop (并单), or is tied to an earlier one;
// a main repeat (主重复件) is none itself, but others are merged into it or tied to it. Both marks
// are the item's own, so filters and tallies may ask them, and change with an event of it.
//
// A loop whose definition has `ahead` keeps in a field of each item whether it was there before
// anybody called (未诉先办): of the items of the named loops that are the same matter, was one
// filed before it, only later ones, or none until it was closed? The field changes with an event of
// the item: when it is tied or untied, and when it is closed. docs/decisions/022
#ifndef BH_DOMAIN_SAME_H
#define BH_DOMAIN_SAME_H

#include "domain/item_step.h"

enum { SAME_MAX = 50 }; // items tied to one

// other: a number. ERR_MISSING and ERR_DENIED as for a step; ERR_CONFLICT when they are tied
// already.
enum err_code same_tie(struct ctx *c, int64_t item, str other, str note, struct err *e) MUST_USE;
enum err_code same_untie(
    struct ctx *c, int64_t item, int64_t other, str note, struct err *e) MUST_USE;
// The id behind a number the actor may see; 0 and a note on the field else.
int64_t same_other(struct ctx *c, str field, str no, struct err *e);
// Sets the field to what is known now, when the definition keeps one.
void same_mark(struct ctx *c, const struct def *d, struct item *it);

// Sets the marks of repeats to what its links say now.
void same_repeat(struct ctx *c, struct item *it);
// The item another was merged into, or is taken out of, says so in its history.
enum err_code same_main(
    struct ctx *c, int64_t main, const struct item *other, bool joined, struct err *e) MUST_USE;

#endif
