// Areas on the map: rings of points in WGS 84, degrees. Plain data, shared by who reads them, who
// computes with them and who keeps them.
//
// An area is one or several polygons: a ring that is no hole begins one, the holes behind it are
// its. A point is in an area when it lies in an odd number of its rings. An edge belongs to the
// area on one side of it only, so where neighbours share their corners each point lies in one of
// them.
#ifndef BH_BASE_AREA_H
#define BH_BASE_AREA_H

#include "base/json.h"

enum {
    AREA_POINTS_MAX = 20000, // of one area
    AREA_RINGS_MAX = 1000,
    AREA_RING_POINTS_MIN = 3, // the first point is not said again at the end
    AREA_TEXT_MAX = 1 * MIB,
};
struct area_point {
    double lon, lat;
};
struct area_ring {
    struct area_point *at;
    size_t n;
    bool hole;
};
struct area {
    struct area_ring *rings;
    size_t n;
    double west, south, east, north; // what area_bound has found
};

void area_point_write(struct jw *w, const struct area_point *p);
void area_ring_write(struct jw *w, const struct area_ring *r, bool closed);
void area_bound(struct area *x);
bool area_has(const struct area *x, double lat, double lon);
// The coordinates of a GeoJSON MultiPolygon, to the seventh decimal (a centimetre).
void area_write(struct jw *w, const struct area *x);
str area_text(struct arena *a, const struct area *x); // empty when longer than AREA_TEXT_MAX
// Reads the coordinates of a MultiPolygon (polygon: of a Polygon). False: they are none, and *why
// says what is wrong ("ring 2 is not closed").
bool area_of_json(struct arena *a, const struct json *coordinates, bool polygon, struct area *out,
    const char **why_en, const char **why_zh) MUST_USE;
// The same of a Point, a LineString or (many) a MultiLineString: rings that are not closed, of one
// point, or of two and more.
enum area_open { AREA_POINT, AREA_LINE, AREA_LINES };
bool area_of_open(struct arena *a, const struct json *coordinates, enum area_open what,
    struct area *out, const char **why_en, const char **why_zh) MUST_USE;
// What area_text has written; an empty area when it is not such a text.
struct area area_of_text(struct arena *a, str text);

#endif
