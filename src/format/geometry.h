// One shape as text. In: a geometry of GeoJSON (RFC 7946), alone, as a feature or as the only
// feature of a file; or WKT (OGC 06-103r4). Out: a geometry of GeoJSON.
//
// Coordinates are degrees of WGS 84 or CGCS2000, longitude first. GCJ-02 must be said: "datum":
// "gcj02" beside "type", in the member "bihuan" of a file, or "GCJ02;" before WKT.
#ifndef BH_FORMAT_GEOMETRY_H
#define BH_FORMAT_GEOMETRY_H

#include "base/area.h"

enum { GEOMETRY_POINTS_MAX = 500, GEOMETRY_TEXT_MAX = 64 * KIB };

enum geometry_kind { GEOMETRY_POINT, GEOMETRY_LINE, GEOMETRY_POLYGON };

struct geometry {
    enum geometry_kind kind;
    struct area area; // lines and points are rings that are not closed
    size_t points;
    bool gcj02; // as it was said; the points are as written
};
// A note under the path when it is none.
bool geometry_read(
    struct arena *a, str text, struct geometry *out, struct err *e, str path) MUST_USE;
str geometry_text(struct arena *a, const struct geometry *x);

#endif
