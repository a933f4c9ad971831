// GCJ-02, the coordinates of Chinese web maps, from and to WGS 84. The formula is the published
// one; outside the mainland it moves nothing. CGCS2000 differs from WGS 84 by centimetres and is
// taken as the same.
#ifndef BH_INSIGHT_DATUM_H
#define BH_INSIGHT_DATUM_H

#include "base/area.h"

void datum_to_gcj02(double lat, double lon, double *out_lat, double *out_lon);
// The inverse has no formula: found by steps, to less than a millimetre.
void datum_from_gcj02(double lat, double lon, double *out_lat, double *out_lon);
void datum_area_from_gcj02(struct area *x);

#endif
