#include "insight/datum.h"

#include <math.h>
#include <stdbool.h>

// The ellipsoid of Krasovsky 1940, as the published formula has it.
static const double SEMI_MAJOR = 6378245.0, ECCENTRICITY2 = 0.00669342162296594323;

static double waves(double x)
{
    return (20.0 * sin(6.0 * x * M_PI) + 20.0 * sin(2.0 * x * M_PI)) * 2.0 / 3.0;
}

static double shift_lat(double x, double y)
{
    return -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) + waves(x) +
           (20.0 * sin(y * M_PI) + 40.0 * sin(y / 3.0 * M_PI)) * 2.0 / 3.0 +
           (160.0 * sin(y / 12.0 * M_PI) + 320.0 * sin(y * M_PI / 30.0)) * 2.0 / 3.0;
}

static double shift_lon(double x, double y)
{
    return 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) + waves(x) +
           (20.0 * sin(x * M_PI) + 40.0 * sin(x / 3.0 * M_PI)) * 2.0 / 3.0 +
           (150.0 * sin(x / 12.0 * M_PI) + 300.0 * sin(x / 30.0 * M_PI)) * 2.0 / 3.0;
}

static bool outside(double lat, double lon)
{
    return lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271;
}

void datum_to_gcj02(double lat, double lon, double *out_lat, double *out_lon)
{
    *out_lat = lat;
    *out_lon = lon;
    if (outside(lat, lon))
        return;
    double x = lon - 105.0, y = lat - 35.0, rad = lat / 180.0 * M_PI;
    double bend = 1.0 - ECCENTRICITY2 * sin(rad) * sin(rad);
    double north = SEMI_MAJOR * (1.0 - ECCENTRICITY2) / (bend * sqrt(bend));
    double east = SEMI_MAJOR / sqrt(bend) * cos(rad);
    *out_lat += shift_lat(x, y) * 180.0 / (north * M_PI);
    *out_lon += shift_lon(x, y) * 180.0 / (east * M_PI);
}

enum { STEPS_MAX = 20 };

void datum_from_gcj02(double lat, double lon, double *out_lat, double *out_lon)
{
    static const double ENOUGH = 1e-9; // degrees: a tenth of a millimetre
    *out_lat = lat;
    *out_lon = lon;
    for (int i = 0; i < STEPS_MAX; i++) {
        double there_lat, there_lon;
        datum_to_gcj02(*out_lat, *out_lon, &there_lat, &there_lon);
        double off_lat = lat - there_lat, off_lon = lon - there_lon;
        *out_lat += off_lat;
        *out_lon += off_lon;
        if (fabs(off_lat) < ENOUGH && fabs(off_lon) < ENOUGH)
            return;
    }
}

void datum_area_from_gcj02(struct area *x)
{
    for (size_t r = 0; r < x->n; r++)
        for (size_t i = 0; i < x->rings[r].n; i++) {
            struct area_point *p = &x->rings[r].at[i];
            datum_from_gcj02(p->lat, p->lon, &p->lat, &p->lon);
        }
    area_bound(x);
}
