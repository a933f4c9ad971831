// The second half of reading a filter: a value looked up by the kind of its key.
#ifndef BH_DOMAIN_FILTER_VALUE_H
#define BH_DOMAIN_FILTER_VALUE_H

#include "domain/filter_lex.h"
#include "domain/filter_private.h"

struct filter_parser {
    struct arena *arena;
    const struct rules *rules;
    const struct def *def;   // the definition it stands in, or NULL
    const struct ctx *asker; // who asks, when it may be for the whole of personal data; else NULL
    struct filter_scope scope;
    struct err *e;
    size_t bound; // values so far, as SQL will bind them
};
// Adds what the value means to the term (a state's title may mean several keys); a note when it
// means nothing.
void filter_value_read(struct filter_parser *p, const struct filter_raw *raw,
    const struct filter_raw_value *v, const struct filter_field *field, struct filter_term *t);
// The loop of that key or title; NULL when none.
const struct loop *filter_value_loop(const struct rules *r, str name);
// The name that was probably meant, or otherwise.
str filter_value_near(struct arena *a, str want, const struct filter_names *names, str otherwise);

#endif
