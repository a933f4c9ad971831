// A workbook to be filled in and imported: the columns a loop or a register takes, named as the
// import knows them, with lists of what may be chosen and a sheet that says what each holds.
#ifndef BH_DOMAIN_IMPORT_TEMPLATE_H
#define BH_DOMAIN_IMPORT_TEMPLATE_H

#include "domain/ctx.h"

str import_template(struct ctx *c, const struct def *d);

#endif
