// The known name a mistyped one most likely meant: shared by everything that reads what people
// write.
#ifndef BH_DOMAIN_NEAR_H
#define BH_DOMAIN_NEAR_H

#include "base/str.h"

// Empty when none is near: at most a third of the characters differ (one in short names), width and
// case of letters aside. Among equals the first.
str near_name(struct arena *a, str word, const str *names, size_t n);
// The names for an "expected" text: the nearest first, then as many of the others as a line holds.
str near_list(struct arena *a, str word, const str *names, size_t n);

#endif
