// GeoJSON in (RFC 7946): the polygons of a FeatureCollection. Everything wrong is noted at once,
// each with the number of its feature, from 1.
#ifndef BH_FORMAT_GEOJSON_H
#define BH_FORMAT_GEOJSON_H

#include "base/area.h"

enum { GEOJSON_FEATURES_MAX = 5000, GEOJSON_BYTES_MAX = 16 * MIB };

struct geojson_feature {
    const struct json *properties; // an object, or NULL
    struct area area;
};
struct geojson {
    const struct json *root;
    struct geojson_feature *features;
    size_t n;
};
// NULL and notes when the text is not such a file.
struct geojson *geojson_read(struct arena *a, str text, struct err *e);
// A note under the path when the file says that it is in another coordinate system than degrees of
// WGS 84 or CGCS2000.
void geojson_check_crs(const struct json *root, str path, struct err *e);
// "features[3]", the field of a note about the third one.
str geojson_field(struct arena *a, size_t feature, const char *member);
// A property as text: a text, or a number as it is written. Empty when there is none.
str geojson_property(struct arena *a, const struct geojson_feature *f, const char *name);

#endif
