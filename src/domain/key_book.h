// Who holds the values that may stand once in a loop, as far as a transaction has looked: for those
// who file many items in it, and would otherwise ask, and wait for the answer, for each.
//
// It is true until the end of the transaction, because nobody else writes the town meanwhile.
#ifndef BH_DOMAIN_KEY_BOOK_H
#define BH_DOMAIN_KEY_BOOK_H

#include "domain/ctx.h"

struct key_book;

struct key_book *key_book_new(struct arena *a);
// Looks for all of these values of one field at once. The values live as long as the book.
enum err_code key_book_look(struct key_book *b, struct ctx *c, str loop, str field, const str *vals,
    size_t n, struct err *e) MUST_USE;
// False: nobody has looked. Else *item holds it, 0: none does.
bool key_book_holder(const struct key_book *b, str loop, str field, str val, int64_t *item);
// A value nobody had, now written for this item; nothing when nobody has looked for it.
void key_book_take(struct key_book *b, str loop, str field, str val, int64_t item);

#endif
