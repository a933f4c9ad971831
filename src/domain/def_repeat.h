// What the town holds already is shown and not asked again 一表同享: fields of a definition that a
// register has. No mistakes: two things may well have one name.
#ifndef BH_DOMAIN_DEF_REPEAT_H
#define BH_DOMAIN_DEF_REPEAT_H

#include "domain/ctx.h"

// A note in hints, with its place in the text, for each field of the same title in a register whose
// rows the definition names, or with a title of which a register has one value for one row (a
// credit code). d: checked against the rules of the town.
void def_repeats(struct ctx *c, const struct def *d, struct err *hints);

#endif
