// How areas cover the ground: is each of them sound, how large is it, where do two of them overlap,
// what lies between them and belongs to none. Computed by GEOS, on a plane in metres around the
// first of them, which is exact enough for a town.
#ifndef BH_INSIGHT_COVER_H
#define BH_INSIGHT_COVER_H

#include "base/area.h"

// Below this an overlap or a gap is a matter of digits, not of the ground.
static const double COVER_TOLERANCE_M2 = 1.0;
// Along the equator, and near enough northwards.
static const double COVER_METRES_A_DEGREE = 111319.490793;

struct cover_area {
    double m2, lat, lon; // a point inside it
    str flaw;            // not sound: what GEOS says of it, "Self-intersection"; empty: sound
    double flaw_lat, flaw_lon;
};
struct cover_overlap {
    size_t a, b; // which areas, a < b
    double m2, lat, lon;
};
struct cover_gap {
    double m2, lat, lon;
};
struct cover {
    struct cover_area *areas; // beside those given
    struct cover_overlap *overlaps;
    size_t n_overlaps;
    struct cover_gap *gaps; // enclosed by areas
    size_t n_gaps;
    bool failed; // GEOS gave up: nothing of this is to be trusted
};
// Overlaps and gaps are looked for when every area is sound.
struct cover cover_look(struct arena *a, const struct area *areas, size_t n);

#endif
