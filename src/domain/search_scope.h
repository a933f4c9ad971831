// Narrowing what the search index has found to what somebody may see, many items at once: otherwise
// who sees little of what many items hold has each one's rights looked at.
//
// The sets only get smaller, and nobody is left out whom he may see; the filter decides, as always.
#ifndef BH_DOMAIN_SEARCH_SCOPE_H
#define BH_DOMAIN_SEARCH_SCOPE_H

#include "domain/ctx.h"
#include "store/text_index.h"

enum {
    SCOPE_WORTH = 64,         // fewer candidates in a block are looked at one by one
    SCOPE_BEHIND_MAX = 20000, // events, before parts are read anew instead of what they changed
};

// units: those whose items he may see (list_units). sets[i]: who of blocks[i] was found.
void search_narrow(struct ctx *c, const int64_t *units, size_t n_units,
    const struct text_block *blocks, size_t n, struct gram_set *sets);

#endif
