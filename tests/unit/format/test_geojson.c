#include "format/geojson.h"

#include "../base/unit.h"

#define SQUARE "[[[121,31],[121.01,31],[121.01,31.01],[121,31]]]"
#define FEATURE(geometry)                                                                          \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\" a \",\"n\":7},\"geometry\":" geometry "}"

static struct geojson *read(struct arena *a, const char *features, const char *more, struct err *e)
{
    err_init(e, a, LANG_EN);
    return geojson_read(
        a, str_fmt(a, "{\"type\":\"FeatureCollection\"%s,\"features\":[%s]}", more, features), e);
}

static void test_right(void **state)
{
    struct err e;
    struct geojson *g = read(*state,
        FEATURE("{\"type\":\"Polygon\",\"coordinates\":" SQUARE "}") "," FEATURE(
            "{\"type\":\"MultiPolygon\",\"coordinates\":[" SQUARE "," SQUARE "]}"),
        ",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::4490\"}}",
        &e);
    assert_non_null(g);
    assert_int_equal(g->n, 2);
    assert_int_equal(g->features[1].area.n, 2);
    assert_str(geojson_property(*state, &g->features[0], "code"), "a");
    assert_str(geojson_property(*state, &g->features[0], "n"), "7");
    assert_str(geojson_property(*state, &g->features[0], "none"), "");
}

// All mistakes of all features at once, each with its number.
static void test_all_mistakes(void **state)
{
    struct err e;
    assert_null(read(*state,
        FEATURE("{\"type\":\"Point\",\"coordinates\":[1,2]}") ",{\"type\":\"Thing\"}," FEATURE(
            "{\"type\":\"Polygon\",\"coordinates\":" SQUARE
            "}") "," FEATURE("{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4],[5,6],[7,8]]]}"),
        ",\"crs\":{\"properties\":{\"name\":\"EPSG:3857\"}}", &e));
    static const char *const FIELDS[] = {
        "crs", "features[1].geometry", "features[2].type", "features[4].geometry"};
    assert_int_equal(e.n, ARRAY_LEN(FIELDS));
    for (size_t i = 0; i < e.n; i++)
        assert_str(e.notes[i].field, FIELDS[i]);
}

static void test_no_collection(void **state)
{
    static const char *const WRONG[] = {"", "[]", "{}", "{\"type\":\"FeatureCollection\"}",
        "{\"type\":\"FeatureCollection\",\"features\":[]}",
        "{\"type\":\"Topology\",\"features\":[1]}"};
    for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
        struct err e;
        err_init(&e, *state, LANG_ZH);
        assert_null(geojson_read(*state, str_of(WRONG[i]), &e));
        assert_int_equal(e.code, ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_right), UNIT(test_all_mistakes), UNIT(test_no_collection)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
