// Lists of a filter with bare words, by the search index (store/text_index.h). The index says who
// may have the words and the filter decides, so the answer is the very one a walk over all items
// would give; it only comes sooner.
//
// Few candidates are looked at all. Of many, the blocks of items are taken in the list's order and
// within each its candidates, until the page is full. What is due or was changed last says nothing
// about the block: many candidates in such an order are found by the walk over its own index.
#ifndef BH_DOMAIN_SEARCH_H
#define BH_DOMAIN_SEARCH_H

#include "domain/list_inner.h"

enum {
    SEARCH_FEW = 2000,      // candidates that are looked at all
    SEARCH_LOOK_MAX = 2000, // of many candidates so many are looked at to count
    SEARCH_SNIPPET = 60,    // characters
};

// item_list for a filter that has words.
enum err_code search_list(
    struct ctx *c, const struct list_in *in, struct list_out *out, struct err *e) MUST_USE;
// Sets part to the candidates when they are few.
bool search_few(struct ctx *c, const struct filter *f, struct list_part *part);
// The words whose places are worth marking: those an item was found by.
size_t search_marks(struct arena *a, const struct filter *f, str **out);

#endif
