// Where something is, as people write it and as machines measure it: are two of them the same
// place?
#ifndef BH_DOMAIN_PLACE_H
#define BH_DOMAIN_PLACE_H

#include "base/str.h"

// An address in one way of writing: width and case folded, without blanks and signs, 三号楼, 3幢
// and 3号 alike, nothing before the town's own name.
struct place {
    str norm;
    str core; // up to its first 弄 or 号 with a number: a lane or a gate; empty when it has none
};
struct place place_of(struct arena *a, str town_name, str address);

enum place_is {
    PLACE_UNKNOWN, // one of them says too little
    PLACE_OTHER,   // two different gates
    PLACE_CLOSE,   // the same gate or lane, or the one is part of the other
    PLACE_SAME,
};
enum place_is place_compare(const struct place *x, const struct place *y);

double place_metres(double lat, double lon, double lat2, double lon2);

#endif
