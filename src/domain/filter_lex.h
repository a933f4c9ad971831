// The first half of reading a filter: its text cut into terms and values, before any name is looked
// up.
#ifndef BH_DOMAIN_FILTER_LEX_H
#define BH_DOMAIN_FILTER_LEX_H

#include "base/err.h"

struct filter_raw_value {
    str text;    // without quotes and escapes
    bool quoted; // then none, mine and the star mean themselves
    int column;  // from 1, in characters
};
struct filter_raw {
    bool negated, has_key, exact;
    str key;
    int column;                      // of the key, or of the only value
    struct filter_raw_value *values; // at least one
    size_t n;
};
// All terms that are well formed; every one that is not becomes a note.
size_t filter_lex(struct arena *a, str text, struct filter_raw **out, struct err *e) MUST_USE;

#endif
