// Fields that mean something else of the town: a unit, a class, a row of a register.
#ifndef BH_DOMAIN_ITEM_REFER_H
#define BH_DOMAIN_ITEM_REFER_H

#include "base/map.h"
#include "domain/ctx.h"
#include "domain/item.h"

// Rows of a register that are not there, but will be before whoever refers to them.
struct coming {
    str to; // the register
    struct map names;
};

// What a value of such a field stands for. A unit is named by code or name; a
// class of the field's scheme by code, name or path of names; a row by its number, by
// a value that stands once in its register (an enterprise's code), or by its name where only one
// row has it. Fields of other types are taken as they are. False and a note when nothing, or more
// than one row, is meant.
bool item_refer(struct ctx *c, const struct def_field *f, str given, str *canonical, struct err *e,
    str path) MUST_USE;
// The row of a register that has the number, or the name; 0: none. *many: others are called so,
// too.
int64_t item_row_numbered(const struct ctx *c, str loop, str no);
int64_t item_row_named(const struct ctx *c, str loop, str name, bool *many);
// The value as people read it: a person's name, a unit's, the name of a row. Else the value.
str item_field_shown(const struct ctx *c, const struct def_field *f, str value);
// The row a value of such a field names; 0 for other fields and values.
int64_t item_field_row(const struct ctx *c, const struct def_field *f, str value);
// The row is told which items name it: a link from it to each, moved with the item's fields.
void item_refer_move(
    struct ctx *c, const struct def *d, const struct item *before, const struct item *it);

#endif
