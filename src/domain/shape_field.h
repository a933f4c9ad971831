// A field that holds a shape: a point, a line or an area on the map, kept as a geometry of GeoJSON
// in WGS 84.
#ifndef BH_DOMAIN_SHAPE_FIELD_H
#define BH_DOMAIN_SHAPE_FIELD_H

#include "domain/def.h"

// What somebody wrote (format/geometry.h) as it is kept: sound, of the kind the field wants.
bool shape_value(struct arena *a, const struct def_field *f, str given, str *canonical,
    struct err *e, str path) MUST_USE;
// How large a kept shape is: square metres of an area, metres of a line, to the second decimal.
// NAN: a point, or no shape.
double shape_measure(struct arena *a, str value);
// What people read of it: "面，5 个角点，1234 平方米".
str shape_words(struct arena *a, str value, bool en);

#endif
