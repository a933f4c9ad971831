// How people write what says who somebody is, and the one form in which it is kept. False when it
// is none.
#ifndef BH_DOMAIN_PERSONAL_H
#define BH_DOMAIN_PERSONAL_H

#include "base/str.h"

enum { PERSONAL_NAME_MAX = 40 };

// A mobile (11 digits), a line with or without its area code, or a short service number; +86,
// blanks, hyphens and brackets between are taken. Canonical: digits.
bool personal_phone(struct arena *a, str given, str *canonical) MUST_USE;
// The number of an identity card 公民身份号码: 17 digits with a day of birth in them, and the check
// character. [GB 11643-1999]
bool personal_idno(struct arena *a, str given, str *canonical) MUST_USE;
// What somebody is called: letters of any script, at most so many of them; blanks and points
// between.
bool personal_name(struct arena *a, str given, str *canonical) MUST_USE;

#endif
