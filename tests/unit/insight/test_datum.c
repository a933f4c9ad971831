#include "insight/datum.h"

#include <math.h>
#include "../domain/files.h"
#include "base/rng.h"
#include "domain/yaml.h"

static const double HAND = 1e-6; // degrees: ten centimetres

static double nth(const struct yaml *pair, size_t i)
{
    double v = 0;
    assert_true(yaml_as_f64(pair->vals[i], &v));
    return v;
}

static const struct yaml *anchors(struct arena *a, const char *section)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    const struct yaml *root = yaml_parse(a, file_read(a, "tests/anchors/geo.yaml"), &e);
    assert_non_null(root);
    const struct yaml *list = yaml_get(root, section);
    assert_true(list->n >= 3);
    return list;
}

static void test_published(void **state)
{
    const struct yaml *list = anchors(*state, "gcj02");
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *wgs = yaml_get(list->vals[i], "wgs"),
                          *gcj = yaml_get(list->vals[i], "gcj");
        double lat, lon;
        datum_to_gcj02(nth(wgs, 0), nth(wgs, 1), &lat, &lon);
        assert_true(fabs(lat - nth(gcj, 0)) < HAND && fabs(lon - nth(gcj, 1)) < HAND);
        datum_from_gcj02(nth(gcj, 0), nth(gcj, 1), &lat, &lon);
        assert_true(fabs(lat - nth(wgs, 0)) < HAND && fabs(lon - nth(wgs, 1)) < HAND);
    }
}

static void test_outside(void **state)
{
    const struct yaml *list = anchors(*state, "same");
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *wgs = yaml_get(list->vals[i], "wgs");
        double lat, lon;
        datum_to_gcj02(nth(wgs, 0), nth(wgs, 1), &lat, &lon);
        assert_true(lat == nth(wgs, 0) && lon == nth(wgs, 1));
    }
}

static void test_there_and_back(void **state)
{
    (void)state;
    static const double MILLIMETRE = 1e-8;
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < 20000; i++) {
        double lat = 18 + rng_unit(&r) * 35, lon = 75 + rng_unit(&r) * 60, x, y, lat2, lon2;
        datum_to_gcj02(lat, lon, &x, &y);
        assert_true(fabs(x - lat) < 0.01 && fabs(y - lon) < 0.02);
        datum_from_gcj02(x, y, &lat2, &lon2);
        assert_true(fabs(lat - lat2) < MILLIMETRE && fabs(lon - lon2) < MILLIMETRE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_published), UNIT(test_outside), UNIT(test_there_and_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
