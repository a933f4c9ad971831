// What happened to an item, for people: a step by its title, what the engine did by a word of
// its own.
#ifndef BH_API_EVENT_TITLE_H
#define BH_API_EVENT_TITLE_H

#include "domain/ctx.h"

str event_title(const struct ctx *c, const struct def *d, str what);

#endif
