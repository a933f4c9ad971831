#include "domain/shape_field.h"

#include <math.h>

#include "format/geometry.h"
#include "insight/cover.h"
#include "insight/datum.h"

static const struct {
    const char *key, *zh;
} KINDS[] = {
    [GEOMETRY_POINT] = {"point", "点"},
    [GEOMETRY_LINE] = {"line", "线"},
    [GEOMETRY_POLYGON] = {"polygon", "面"},
};

int def_shape_named(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
        if (str_eq(name, str_of(KINDS[i].key)))
            return (int)i;
    return DEF_NONE;
}

str def_shape_name(int shape)
{
    return shape < 0 ? S("") : str_of(KINDS[shape].key);
}

bool def_shape_measured(const struct def_field *f)
{
    return f->type == DEF_GEOMETRY && (f->shape == GEOMETRY_LINE || f->shape == GEOMETRY_POLYGON);
}

static bool sound(struct arena *a, const struct geometry *g, struct err *e, str path)
{
    if (g->kind != GEOMETRY_POLYGON)
        return true;
    struct cover cover = cover_look(a, &g->area, 1);
    if (cover.areas[0].flaw.n == 0 && !cover.failed)
        return true;
    err_add(e, ERR_INVALID, path, (str){0}, "is not sound (%.*s near %.6f, %.6f)",
        "图形有误（%.*s，在纬度 %.6f、经度 %.6f 附近）：边界不能自己相交",
        STR_ARG(cover.areas[0].flaw), cover.areas[0].flaw_lat, cover.areas[0].flaw_lon);
    return false;
}

bool shape_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    struct geometry g;
    if (!geometry_read(a, given, &g, e, path))
        return false;
    if (f->shape >= 0 && g.kind != (enum geometry_kind)f->shape) {
        bool en = e->lang == LANG_EN;
        err_add(e, ERR_INVALID, path, str_of(KINDS[f->shape].key), "is a %s, not a %s",
            "画的是%s，这一栏要%s", en ? KINDS[g.kind].key : KINDS[g.kind].zh,
            en ? KINDS[f->shape].key : KINDS[f->shape].zh);
        return false;
    }
    if (g.gcj02)
        datum_area_from_gcj02(&g.area);
    // What is kept has seven decimals: that is what has to be sound.
    str kept = geometry_text(a, &g);
    if (!geometry_read(a, kept, &g, e, path) || !sound(a, &g, e, path))
        return false;
    *canonical = kept;
    return true;
}

static bool read_kept(struct arena *a, str value, struct geometry *out)
{
    struct err unheard; // only what shape_value wrote is kept
    err_init(&unheard, a, LANG_ZH);
    return value.n > 0 && geometry_read(a, value, out, &unheard, S(""));
}

// Between two points of a town, on the plane that cover.h computes on.
static double metres(const struct area_point *p, const struct area_point *q)
{
    double east = cos((p->lat + q->lat) / 2 * M_PI / 180);
    return hypot((q->lon - p->lon) * east, q->lat - p->lat) * COVER_METRES_A_DEGREE;
}

static double measure(struct arena *a, const struct geometry *g)
{
    double sum = 0;
    if (g->kind == GEOMETRY_POINT)
        return NAN;
    if (g->kind == GEOMETRY_POLYGON) {
        struct cover cover = cover_look(a, &g->area, 1);
        return cover.failed ? NAN : round(cover.areas[0].m2 * 100) / 100;
    }
    for (size_t r = 0; r < g->area.n; r++)
        for (size_t i = 1; i < g->area.rings[r].n; i++)
            sum += metres(&g->area.rings[r].at[i - 1], &g->area.rings[r].at[i]);
    return round(sum * 100) / 100;
}

double shape_measure(struct arena *a, str value)
{
    struct geometry g;
    return read_kept(a, value, &g) ? measure(a, &g) : NAN;
}

str shape_words(struct arena *a, str value, bool en)
{
    struct geometry g;
    if (!read_kept(a, value, &g))
        return value;
    const struct area_point *p = g.area.rings[0].at;
    if (g.kind == GEOMETRY_POINT)
        return str_fmt(a, en ? "point %.6f, %.6f" : "点，纬度 %.6f，经度 %.6f", p->lat, p->lon);
    bool polygon = g.kind == GEOMETRY_POLYGON;
    return str_fmt(a, en ? "%s, %zu points, %.0f %s" : "%s，%zu 个点，%.0f %s",
        en ? KINDS[g.kind].key : KINDS[g.kind].zh, g.points, measure(a, &g),
        en ? (polygon ? "m²" : "m") : (polygon ? "平方米" : "米"));
}
