// The unified social credit code 统一社会信用代码 of a company or an institution. [GB 32100-2015]
#ifndef BH_DOMAIN_USCC_H
#define BH_DOMAIN_USCC_H

#include "base/str.h"

// Blanks between its groups, small letters and full width are taken; canonical: 18 characters.
// False when it is none: a wrong length, a letter that does not occur, or a check character that
// does not fit the others.
bool uscc_read(struct arena *a, str given, str *canonical) MUST_USE;

#endif
