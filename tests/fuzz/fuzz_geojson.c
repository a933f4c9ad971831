// Any bytes: refused with notes, or areas that are written, read again and written the same; and so
// one shape alone, as GeoJSON or WKT.
#include "format/geojson.h"
#include "format/geometry.h"

static void check_shape(struct arena *a, str text)
{
    struct geometry g, back;
    struct err e, again;
    err_init(&e, a, LANG_EN);
    err_init(&again, a, LANG_EN);
    bool ok = geometry_read(a, text, &g, &e, S("at"));
    CHECK(ok == (e.code == OK));
    for (size_t i = 0; i < e.n; i++)
        CHECK(e.notes[i].message.n > 0);
    if (!ok)
        return;
    CHECK(g.area.n > 0 && g.points > 0 && g.points <= GEOMETRY_POINTS_MAX);
    str once = geometry_text(a, &g);
    if (geometry_read(a, once, &back, &again, S("at"))) // corners that fell together are none
        CHECK(back.kind == g.kind &&
              (back.points < g.points || str_eq(geometry_text(a, &back), once)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    struct err e;
    check_shape(a, (str){(const char *)data, n});
    err_init(&e, a, LANG_EN);
    const struct geojson *g = geojson_read(a, (str){(const char *)data, n}, &e);
    CHECK((g == NULL) == (e.code != OK));
    for (size_t i = 0; i < e.n; i++)
        CHECK(e.notes[i].message.n > 0);
    for (size_t i = 0; g && i < g->n; i++) {
        const struct area *x = &g->features[i].area;
        CHECK(x->n > 0 && x->west <= x->east && x->south <= x->north);
        (void)area_has(x, x->south, x->west);
        str once = area_text(a, x);
        struct area back = area_of_text(a, once);
        // Corners nearer than a centimetre fall together, and a ring of fewer than three is none.
        CHECK(back.n == 0 || str_eq(area_text(a, &back), once) || back.n == x->n);
    }
    arena_free(a);
    return 0;
}
