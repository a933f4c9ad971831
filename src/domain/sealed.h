// Personal data in fields: names of people, their phones, their numbers. What an item keeps of such
// a field, and with it its events, lists, sheets and filters, is the mask and a keyed mark of the
// value: "138****6612#5e0c...". The value itself stands sealed beside the item, under its mark, and
// stays there as long as the item's history does: so a step taken back has its value again. Equal
// values have equal marks, which without the key say nothing.
#ifndef BH_DOMAIN_SEALED_H
#define BH_DOMAIN_SEALED_H

#include "domain/ctx.h"
#include "domain/item.h"

enum { SEALED_MARK_BYTES = 16 };

// The same text gives the same mark; without the key the mark says nothing.
str sealed_mark(const struct ctx *c, str text);
// As the item keeps a value that def_value gave; its mask; the mark behind it (empty: it has none).
str sealed_kept(const struct ctx *c, const struct def_field *f, str value);
str sealed_shown(str kept);
str sealed_mark_of(str kept);
// An answer, as people gave it. The mask the item has already means that nothing changes, as forms
// and sheets show no more. The item remembers the value until item_commit has sealed it.
bool sealed_answer(struct ctx *c, struct item *it, const struct def_field *f, str key, str given,
    str *kept, struct err *e, str path) MUST_USE;
// Seals what the item remembers and still has.
enum err_code sealed_write(struct ctx *c, const struct item *it, struct err *e) MUST_USE;
// In clear: for who may see it (item_reveal).
bool sealed_open(struct ctx *c, int64_t item, str kept, str *clear, struct err *e) MUST_USE;
// The same of an item in hand, which may not have sealed it yet.
bool sealed_clear(
    struct ctx *c, const struct item *it, str kept, str *clear, struct err *e) MUST_USE;
// Opens those of the newest items, at most max: is this the key they were sealed with? How many.
int64_t sealed_sample(struct ctx *c, int64_t max, struct err *e);
void sealed_forget(struct ctx *c, int64_t item);
// Is it such a field of the definition, or an answer to one: "contact", "own/contact"?
bool sealed_key(const struct def *d, str key);
// The members of a definition's sealed fields in an event's changes: their masks.
str sealed_changes(struct ctx *c, const struct def *d, str changes);

#endif
