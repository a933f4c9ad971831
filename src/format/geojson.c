#include "format/geojson.h"

str geojson_field(struct arena *a, size_t feature, const char *member)
{
    return str_fmt(a, "features[%zu]%s%s", feature + 1, *member ? "." : "", member);
}

str geojson_property(struct arena *a, const struct geojson_feature *f, const char *name)
{
    const struct json *v = f->properties ? json_get(f->properties, str_of(name)) : NULL;
    if (v && v->type == JSON_STR)
        return str_trim(v->s);
    if (v && v->type == JSON_I64)
        return str_fmt(a, "%" PRId64, v->i);
    return (str){0};
}

static void read_feature(
    struct arena *a, const struct json *j, size_t at, struct geojson_feature *out, struct err *e)
{
    const struct json *g = json_get(j, S("geometry")), *p = json_get(j, S("properties"));
    const struct json *points = g ? json_get(g, S("coordinates")) : NULL;
    str type = g ? json_str(g, S("type")) : (str){0};
    const char *en, *zh;
    bool polygon = str_eq(type, S("Polygon"));
    out->properties = p && p->type == JSON_OBJ ? p : NULL;
    if (!str_eq(json_str(j, S("type")), S("Feature"))) {
        err_add(e, ERR_INVALID, geojson_field(a, at, "type"), S("Feature"), "is no feature",
            "不是要素（Feature）");
        return;
    }
    if (!points || (!polygon && !str_eq(type, S("MultiPolygon")))) {
        err_add(e, ERR_INVALID, geojson_field(a, at, "geometry"), S("Polygon, MultiPolygon"),
            "is not an area", "不是面（多边形）");
        return;
    }
    if (!area_of_json(a, points, polygon, &out->area, &en, &zh))
        err_add(e, ERR_INVALID, geojson_field(a, at, "geometry"), (str){0}, "%s", "%s",
            e->lang == LANG_EN ? en : zh);
}

// The member of the 2008 edition that names a coordinate system: what is not WGS 84 or CGCS2000 in
// degrees is refused, because it would be taken for that.
void geojson_check_crs(const struct json *root, str path, struct err *e)
{
    static const char *const KNOWN[] = {
        "CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490"};
    const struct json *crs = json_get(root, S("crs"));
    const struct json *in = crs ? json_get(crs, S("properties")) : NULL;
    str name = in ? json_str(in, S("name")) : (str){0};
    for (size_t i = 0; i < ARRAY_LEN(KNOWN); i++)
        if (str_ends(name, str_of(KNOWN[i])))
            return;
    if (crs && crs->type != JSON_NULL)
        err_add(e, ERR_INVALID, path, S("EPSG:4326, EPSG:4490"),
            "the file is in another coordinate system: %.*s", "文件用了别的坐标系：%.*s",
            STR_ARG(name));
}

struct geojson *geojson_read(struct arena *a, str text, struct err *e)
{
    struct geojson *g = NEW(a, struct geojson);
    if (text.n > GEOJSON_BYTES_MAX) {
        err_add(e, ERR_LIMIT, (str){0}, S("16 MiB"), "the file is too large", "文件过大");
        return NULL;
    }
    if (str_starts(text, S("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    g->root = json_parse(a, text, e);
    if (!g->root)
        return NULL;
    const struct json *all = json_get(g->root, S("features"));
    if (!str_eq(json_str(g->root, S("type")), S("FeatureCollection")) || !all ||
        all->type != JSON_ARR || all->n == 0) {
        err_add(e, ERR_INVALID, S("type"), S("FeatureCollection"),
            "is not a GeoJSON file with features in it", "不是含有要素的 GeoJSON 文件");
        return NULL;
    }
    if (all->n > GEOJSON_FEATURES_MAX) {
        err_add(e, ERR_LIMIT, S("features"), str_fmt(a, "<= %d", GEOJSON_FEATURES_MAX),
            "there are too many features: %zu", "要素过多：%zu", all->n);
        return NULL;
    }
    geojson_check_crs(g->root, S("crs"), e);
    g->n = all->n;
    g->features = NEW_ARRAY(a, all->n, struct geojson_feature);
    for (size_t i = 0; i < all->n; i++)
        read_feature(a, &all->vals[i], i, &g->features[i], e);
    return e->code == OK ? g : NULL;
}
