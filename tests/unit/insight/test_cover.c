#include "insight/cover.h"

#include <geos_c.h>
#include <math.h>
#include "../base/unit.h"
#include "base/rng.h"

// About a town in Shanghai: a ten-thousandth of a degree is 9.5 m eastwards, 11.1 m northwards.
static struct area box(struct arena *a, double west, double south, double east, double north)
{
    struct area x = area_of_text(
        a, str_fmt(a, "[[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]]",
               121 + west, 31 + south, 121 + east, 31 + south, 121 + east, 31 + north, 121 + west,
               31 + north, 121 + west, 31 + south));
    assert_int_equal(x.n, 1);
    return x;
}

static void test_sound_neighbours(void **state)
{
    struct area all[] = {box(*state, 0, 0, 0.01, 0.01), box(*state, 0.01, 0, 0.02, 0.01)};
    struct cover c = cover_look(*state, all, 2);
    assert_false(c.failed);
    assert_int_equal(c.n_overlaps + c.n_gaps, 0);
    // 0.01 degrees: 1,113 m by 954 m
    assert_true(fabs(c.areas[0].m2 - 1113.19 * 954.19) < 2000);
    for (int i = 0; i < 2; i++)
        assert_true(c.areas[i].flaw.n == 0 && area_has(&all[i], c.areas[i].lat, c.areas[i].lon));
}

static void test_overlap_and_gap(void **state)
{
    struct area all[] = {
        box(*state, 0, 0, 0.03, 0.01), // a ring of four, of which the second reaches into the first
        box(*state, 0, 0.009, 0.01, 0.03),
        box(*state, 0.02, 0.01, 0.03, 0.03),
        box(*state, 0.01, 0.02, 0.02, 0.03),
    };
    struct cover c = cover_look(*state, all, 4);
    assert_int_equal(c.n_overlaps, 1);
    assert_int_equal(c.overlaps[0].a, 0);
    assert_int_equal(c.overlaps[0].b, 1);
    assert_true(fabs(c.overlaps[0].m2 - 954.19 * 111.319) < 300);
    assert_true(area_has(&all[0], c.overlaps[0].lat, c.overlaps[0].lon) &&
                area_has(&all[1], c.overlaps[0].lat, c.overlaps[0].lon));
    assert_int_equal(c.n_gaps, 1);
    assert_true(fabs(c.gaps[0].m2 - 954.19 * 1113.19) < 2000);
    for (int i = 0; i < 4; i++)
        assert_false(area_has(&all[i], c.gaps[0].lat, c.gaps[0].lon));
}

// Less than a square metre is a matter of digits.
static void test_slivers(void **state)
{
    struct area all[] = {
        box(*state, 0, 0, 0.001, 0.001), box(*state, 0.000999995, 0, 0.002, 0.001)};
    struct cover c = cover_look(*state, all, 2);
    assert_int_equal(c.n_overlaps + c.n_gaps, 0);
}

static void test_bow_tie(void **state)
{
    struct area x =
        area_of_text(*state, S("[[[[121,31],[121.01,31.01],[121.01,31],[121,31.01],[121,31]]]]"));
    struct cover c = cover_look(*state, &x, 1);
    assert_false(c.failed);
    assert_str(c.areas[0].flaw, "Self-intersection");
    assert_true(
        fabs(c.areas[0].flaw_lat - 31.005) < 1e-6 && fabs(c.areas[0].flaw_lon - 121.005) < 1e-6);
}

// A star around a point, with a hole of the same kind: crooked, but sound.
static struct area star(struct arena *a, struct rng *r)
{
    enum { CORNERS = 24 };
    struct area x = {.rings = NEW_ARRAY(a, 2, struct area_ring), .n = 2};
    for (int k = 0; k < 2; k++) {
        x.rings[k] = (struct area_ring){NEW_ARRAY(a, CORNERS, struct area_point), CORNERS, k == 1};
        for (int i = 0; i < CORNERS; i++) {
            double far = k == 0 ? 0.6 + 0.4 * rng_unit(r) : 0.5 * rng_unit(r) + 0.05;
            double turn = 2 * M_PI * i / CORNERS;
            x.rings[k].at[i] =
                (struct area_point){121 + 0.01 * far * cos(turn), 31 + 0.01 * far * sin(turn)};
        }
    }
    area_bound(&x);
    return x;
}

static GEOSGeometry *geos_ring(GEOSContextHandle_t h, const struct area_ring *r)
{
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(h, (unsigned)r->n + 1, 2);
    for (size_t i = 0; i <= r->n; i++)
        GEOSCoordSeq_setXY_r(h, s, (unsigned)i, r->at[i % r->n].lon, r->at[i % r->n].lat);
    return GEOSGeom_createLinearRing_r(h, s);
}

// Our own point test says what GEOS says, for random points in random areas.
static void test_same_as_geos(void **state)
{
    GEOSContextHandle_t h = GEOS_init_r();
    struct rng r;
    size_t inside = 0;
    rng_seed(&r, 20261120);
    for (int n = 0; n < 50; n++) {
        struct area x = star(*state, &r);
        GEOSGeometry *hole = geos_ring(h, &x.rings[1]);
        GEOSGeometry *g = GEOSGeom_createPolygon_r(h, geos_ring(h, &x.rings[0]), &hole, 1);
        const GEOSPreparedGeometry *fast = GEOSPrepare_r(h, g);
        for (int i = 0; i < 2000; i++) {
            double lat = 31 + 0.022 * (rng_unit(&r) - 0.5),
                   lon = 121 + 0.022 * (rng_unit(&r) - 0.5);
            GEOSGeometry *point = GEOSGeom_createPointFromXY_r(h, lon, lat);
            bool in = GEOSPreparedContains_r(h, fast, point) == 1;
            GEOSGeom_destroy_r(h, point);
            assert_true(area_has(&x, lat, lon) == in);
            inside += in;
        }
        GEOSPreparedGeom_destroy_r(h, fast);
        GEOSGeom_destroy_r(h, g);
    }
    assert_true(inside > 10000 && inside < 90000);
    GEOS_finish_r(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(test_sound_neighbours), UNIT(test_overlap_and_gap),
        UNIT(test_slivers), UNIT(test_bow_tie), UNIT(test_same_as_geos)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
