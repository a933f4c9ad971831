// Between kin.c and kin_look.c.
#ifndef BH_DOMAIN_KIN_INNER_H
#define BH_DOMAIN_KIN_INNER_H

#include "domain/kin.h"
#include "domain/place.h"

// Pairs of characters of a title and of the beginning of a text (base/gram.h), without signs.
struct kin_pairs {
    int64_t *v; // rising
    size_t n;
};
struct kin_pairs kin_pairs(struct arena *a, str title, str text);
double kin_likeness(const struct kin_pairs *x, const struct kin_pairs *y); // 0 to 1

struct kin {
    struct ctx *c;
    const struct kin_in *in;
    struct place place;
    struct kin_pairs pairs;
    int64_t *ids; // candidates, each once
    size_t n_ids;
    int64_t *callers; // whose caller has the same number
    size_t n_callers;
    struct kin_row *rows;
    size_t n_rows;
};
// Gathers the candidates.
void kin_look(struct kin *k);

#endif
