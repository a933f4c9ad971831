// What a person keeps an eye on (盯住): a list of his own, nobody's business else, so it makes no
// event. Filters say watch:me.
#ifndef BH_DOMAIN_WATCH_LIST_H
#define BH_DOMAIN_WATCH_LIST_H

#include "domain/ctx.h"

enum { WATCHES_MAX = 500 };

// The items the actor watches, the newest first. NULL and 0 when there are none.
enum err_code watch_list(struct ctx *c, int64_t **items, size_t *n, struct err *e) MUST_USE;
bool watch_has(struct ctx *c, int64_t item); // the actor watches it
// Watching twice, or leaving what is not watched, is fine. ERR_MISSING for an item he may not see;
// ERR_LIMIT when he watches too many.
enum err_code watch_set(struct ctx *c, int64_t item, bool on, struct err *e) MUST_USE;

#endif
