#include "base/area.h"

#include <math.h>
#include "base/rng.h"
#include "unit.h"

static struct area area_from(struct arena *a, const char *text)
{
    struct area x = area_of_text(a, str_of(text));
    assert_true(x.n > 0);
    return x;
}

static void test_hole_and_island(void **state)
{
    struct area x =
        area_from(*state, "[[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[4,6],[6,6],[6,4],[4,4]]],"
                          "[[[20,0],[21,0],[21,1],[20,1],[20,0]]]]");
    assert_int_equal(x.n, 3);
    assert_true(area_has(&x, 1, 1));
    assert_false(area_has(&x, 5, 5)); // in the hole
    assert_true(area_has(&x, 0.5, 20.5));
    assert_false(area_has(&x, 5, 15));
    assert_true(x.west == 0 && x.east == 21 && x.south == 0 && x.north == 10);
    assert_str(area_text(*state, &x),
        "[[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[4,6],[6,6],[6,4],[4,4]]],"
        "[[[20,0],[21,0],[21,1],[20,1],[20,0]]]]");
}

static void test_refused(void **state)
{
    static const char *const WRONG[] = {"7", "[]", "[[]]", "[[[[0,0],[1,0],[1,1]]]]",
        "[[[[0,0],[1,0],[0,0]]]]", "[[[[0,0],[1,\"0\"],[1,1],[0,0]]]]",
        "[[[[400000,3200000],[400001,3200000],[400001,3200001],[400000,3200000]]]]"};
    for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
        struct err e;
        struct area x;
        const char *en = NULL, *zh = NULL;
        err_init(&e, *state, LANG_EN);
        const struct json *j = json_parse(*state, str_of(WRONG[i]), &e);
        assert_non_null(j);
        assert_false(area_of_json(*state, j, false, &x, &en, &zh));
        assert_true(en && *en && zh && *zh);
    }
}

enum { SIDE = 12, POINTS = 20000 };

// Cells that share their corners, however crooked: every point inside lies in one of them and no
// more, also one that lies on a corner or an edge.
static void test_tiling(void **state)
{
    struct arena *a = *state;
    struct rng r;
    struct area_point corner[SIDE + 1][SIDE + 1];
    struct area cells[SIDE * SIDE];
    rng_seed(&r, 7);
    for (int y = 0; y <= SIDE; y++)
        for (int x = 0; x <= SIDE; x++) {
            bool inner = x > 0 && y > 0 && x < SIDE && y < SIDE;
            corner[y][x] = (struct area_point){121 + x + (inner ? rng_unit(&r) * 0.8 - 0.4 : 0),
                31 + y + (inner ? rng_unit(&r) * 0.8 - 0.4 : 0)};
        }
    for (int i = 0; i < SIDE * SIDE; i++) {
        int y = i / SIDE, x = i % SIDE;
        struct area_ring *ring = NEW(a, struct area_ring);
        *ring = (struct area_ring){NEW_ARRAY(a, 4, struct area_point), 4, false};
        ring->at[0] = corner[y][x];
        ring->at[1] = corner[y][x + 1];
        ring->at[2] = corner[y + 1][x + 1];
        ring->at[3] = corner[y + 1][x];
        cells[i] = (struct area){.rings = ring, .n = 1};
        area_bound(&cells[i]);
    }
    for (int i = 0; i < POINTS; i++) {
        const struct area_point *p = &corner[1 + i % (SIDE - 1)][1 + i / SIDE % (SIDE - 1)];
        double lat = i % 3 == 0 ? p->lat : 31 + rng_unit(&r) * SIDE;
        double lon = i % 3 == 0 ? p->lon : 121 + rng_unit(&r) * SIDE;
        int in = 0;
        for (int k = 0; k < SIDE * SIDE; k++)
            in += area_has(&cells[k], lat, lon);
        assert_int_equal(in, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_hole_and_island), UNIT(test_refused), UNIT(test_tiling)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
