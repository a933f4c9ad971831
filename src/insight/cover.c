#include "insight/cover.h"

#include <geos_c.h>
#include <math.h>

struct plane {
    GEOSContextHandle_t h;
    struct arena *arena;
    double lat0, lon0, east; // metres of a degree eastwards
    struct cover *out;
};

static void to_degrees(const struct plane *p, double x, double y, double *lat, double *lon)
{
    *lat = p->lat0 + y / COVER_METRES_A_DEGREE;
    *lon = p->lon0 + x / p->east;
}

static GEOSGeometry *ring_of(const struct plane *p, const struct area_ring *r)
{
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(p->h, (unsigned)r->n + 1, 2);
    for (size_t i = 0; s && i <= r->n; i++) {
        const struct area_point *at = &r->at[i % r->n];
        (void)GEOSCoordSeq_setXY_r(p->h, s, (unsigned)i, (at->lon - p->lon0) * p->east,
            (at->lat - p->lat0) * COVER_METRES_A_DEGREE);
    }
    return s ? GEOSGeom_createLinearRing_r(p->h, s) : NULL; // the ring has the points from here on
}

static GEOSGeometry *polygon_of(struct plane *p, const struct area_ring *rings, size_t n)
{
    GEOSGeometry *shell = ring_of(p, &rings[0]);
    GEOSGeometry **holes = NEW_ARRAY(p->arena, n, GEOSGeometry *);
    for (size_t i = 1; i < n; i++) {
        holes[i - 1] = ring_of(p, &rings[i]);
        p->out->failed = p->out->failed || !holes[i - 1];
    }
    if (!shell || p->out->failed)
        return NULL;
    return GEOSGeom_createPolygon_r(p->h, shell, holes, (unsigned)n - 1);
}

static GEOSGeometry *geometry_of(struct plane *p, const struct area *x)
{
    GEOSGeometry **polygons = NULL;
    size_t n = 0;
    for (size_t i = 0; i < x->n;) {
        size_t end = i + 1;
        while (end < x->n && x->rings[end].hole)
            end++;
        GEOSGeometry *g = polygon_of(p, &x->rings[i], end - i);
        if (!g)
            return NULL;
        VEC_PUSH(p->arena, polygons, n) = g;
        i = end;
    }
    return GEOSGeom_createCollection_r(p->h, GEOS_MULTIPOLYGON, polygons, (unsigned)n);
}

// Some point of it, in degrees.
static bool point_in(struct plane *p, const GEOSGeometry *g, double *lat, double *lon)
{
    double x = 0, y = 0;
    GEOSGeometry *point = GEOSPointOnSurface_r(p->h, g);
    bool ok = point && GEOSGeomGetX_r(p->h, point, &x) == 1 && GEOSGeomGetY_r(p->h, point, &y) == 1;
    if (ok)
        to_degrees(p, x, y, lat, lon);
    GEOSGeom_destroy_r(p->h, point);
    return ok;
}

static void look_at(struct plane *p, const GEOSGeometry *g, struct cover_area *out)
{
    char *reason = NULL;
    GEOSGeometry *where = NULL;
    char sound = GEOSisValidDetail_r(p->h, g, 0, &reason, &where);
    if (sound == 0) {
        double x = 0, y = 0;
        out->flaw = str_dup(p->arena, reason ? str_of(reason) : S("?"));
        if (where && GEOSGeomGetX_r(p->h, where, &x) == 1 && GEOSGeomGetY_r(p->h, where, &y) == 1)
            to_degrees(p, x, y, &out->flaw_lat, &out->flaw_lon);
    }
    GEOSFree_r(p->h, reason);
    GEOSGeom_destroy_r(p->h, where);
    bool ok = sound == 0 || (sound == 1 && GEOSArea_r(p->h, g, &out->m2) == 1 &&
                                point_in(p, g, &out->lat, &out->lon));
    p->out->failed = p->out->failed || !ok;
}

static bool apart(const struct area *a, const struct area *b)
{
    return a->east < b->west || b->east < a->west || a->north < b->south || b->north < a->south;
}

static void overlap(struct plane *p, GEOSGeometry *const *all, size_t a, size_t b)
{
    struct cover_overlap o = {.a = a, .b = b};
    GEOSGeometry *both = GEOSIntersection_r(p->h, all[a], all[b]);
    if (!both || GEOSArea_r(p->h, both, &o.m2) != 1)
        p->out->failed = true;
    else if (o.m2 >= COVER_TOLERANCE_M2 && point_in(p, both, &o.lat, &o.lon))
        VEC_PUSH(p->arena, p->out->overlaps, p->out->n_overlaps) = o;
    GEOSGeom_destroy_r(p->h, both);
}

static void gap(struct plane *p, const GEOSGeometry *ring)
{
    struct cover_gap x = {0};
    GEOSGeometry *copy = GEOSGeom_clone_r(p->h, ring);
    GEOSGeometry *hole = copy ? GEOSGeom_createPolygon_r(p->h, copy, NULL, 0) : NULL;
    if (!hole || GEOSArea_r(p->h, hole, &x.m2) != 1)
        p->out->failed = true;
    else if (x.m2 >= COVER_TOLERANCE_M2 && point_in(p, hole, &x.lat, &x.lon))
        VEC_PUSH(p->arena, p->out->gaps, p->out->n_gaps) = x;
    GEOSGeom_destroy_r(p->h, hole);
}

// What all of them enclose and none has: the holes of their union. A hole one of them has by itself
// and nobody fills is one too.
static void gaps(struct plane *p, GEOSGeometry *const *all, size_t n)
{
    GEOSGeometry **copies = NEW_ARRAY(p->arena, n, GEOSGeometry *);
    for (size_t i = 0; i < n; i++) {
        copies[i] = GEOSGeom_clone_r(p->h, all[i]);
        p->out->failed = p->out->failed || !copies[i];
    }
    if (p->out->failed)
        return;
    GEOSGeometry *heap =
        GEOSGeom_createCollection_r(p->h, GEOS_GEOMETRYCOLLECTION, copies, (unsigned)n);
    GEOSGeometry *sum = heap ? GEOSUnaryUnion_r(p->h, heap) : NULL;
    int parts = sum ? GEOSGetNumGeometries_r(p->h, sum) : -1;
    p->out->failed = parts < 0;
    for (int i = 0; i < parts; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(p->h, sum, i);
        int holes = part ? GEOSGetNumInteriorRings_r(p->h, part) : 0;
        for (int k = 0; k < holes; k++)
            gap(p, GEOSGetInteriorRingN_r(p->h, part, k));
    }
    GEOSGeom_destroy_r(p->h, sum);
    GEOSGeom_destroy_r(p->h, heap);
}

static void look(struct plane *p, const struct area *areas, size_t n, GEOSGeometry **all)
{
    bool sound = true;
    for (size_t i = 0; i < n && !p->out->failed; i++) {
        all[i] = geometry_of(p, &areas[i]);
        p->out->failed = p->out->failed || !all[i];
        if (all[i])
            look_at(p, all[i], &p->out->areas[i]);
        sound = sound && p->out->areas[i].flaw.n == 0;
    }
    for (size_t i = 0; i < n && sound && !p->out->failed; i++)
        for (size_t k = i + 1; k < n && !p->out->failed; k++)
            if (!apart(&areas[i], &areas[k]))
                overlap(p, all, i, k);
    if (sound && !p->out->failed)
        gaps(p, all, n);
}

struct cover cover_look(struct arena *a, const struct area *areas, size_t n)
{
    struct cover out = {.areas = NEW_ARRAY(a, n, struct cover_area)};
    if (n == 0)
        return out;
    struct plane p = {.h = GEOS_init_r(), .arena = a, .out = &out};
    CHECK(p.h != NULL);
    p.lat0 = areas[0].south;
    p.lon0 = areas[0].west;
    p.east = COVER_METRES_A_DEGREE * cos(p.lat0 * M_PI / 180.0);
    GEOSGeometry **all = NEW_ARRAY(a, n, GEOSGeometry *);
    look(&p, areas, n, all);
    for (size_t i = 0; i < n; i++)
        GEOSGeom_destroy_r(p.h, all[i]);
    GEOS_finish_r(p.h);
    return out;
}
