// Random legal walks over every definition (walk.c): what the two files share.
#ifndef BH_TESTS_SIM_WALK_H
#define BH_TESTS_SIM_WALK_H

#include "base/rng.h"
#include "domain/ctx.h"
#include "domain/item_step.h"

struct walk {
    struct db *db;
    struct journal *journal;
    const struct rules *rules;
    struct keys keys;
    struct rng rng;
    str blob_dir;
    int64_t now_us;
    int64_t drawn; // so many answers, for values that may stand once
};

size_t walk_below(struct walk *w, size_t n); // 0 .. n - 1
bool walk_chance(struct walk *w, double share);
// Somebody who holds one of the roles there; NULL: nobody does.
const struct person *walk_holder(struct walk *w, const str *who, size_t n, const int64_t *units,
    size_t n_units, int64_t not_person);
// What the first step asks, and what a step asks of an item as it stands: required answers always,
// the others now and then. members: what the step takes beside answers.
void walk_draw_filing(struct walk *w, struct ctx *c, const struct def *d, struct item_in *in);
void walk_draw_step(struct walk *w, struct ctx *c, const struct def *d, const struct def_step *s,
    const struct item *it, struct step_in *in);
// Attachments the step wants. Events of their own: the item is read anew afterwards.
enum err_code walk_draw_files(struct walk *w, struct ctx *c, const struct def_step *s,
    const struct item *it, struct step_in *in, struct err *e) MUST_USE;

#endif
