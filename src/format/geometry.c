#include "format/geometry.h"

#include "format/geojson.h"

struct reading {
    struct arena *arena;
    struct geometry *out;
    struct err *e;
    str path;
};

static bool refuse(struct reading *x, str expected, const char *en, const char *zh)
{
    err_add(x->e, ERR_INVALID, x->path, expected, "%s", "%s", x->e->lang == LANG_EN ? en : zh);
    return false;
}

static const struct {
    const char *json, *wkt;
    enum geometry_kind kind;
    bool many;
} TYPES[] = {
    {"Point", "point", GEOMETRY_POINT, false},
    {"LineString", "linestring", GEOMETRY_LINE, false},
    {"MultiLineString", "multilinestring", GEOMETRY_LINE, true},
    {"Polygon", "polygon", GEOMETRY_POLYGON, false},
    {"MultiPolygon", "multipolygon", GEOMETRY_POLYGON, true},
};

static bool read_type(struct reading *x, size_t type, const struct json *coordinates)
{
    struct geometry *out = x->out;
    bool many = TYPES[type].many;
    const char *en = NULL, *zh = NULL;
    out->kind = TYPES[type].kind;
    bool ok = out->kind == GEOMETRY_POLYGON
                  ? area_of_json(x->arena, coordinates, !many, &out->area, &en, &zh)
                  : area_of_open(x->arena, coordinates,
                        out->kind == GEOMETRY_POINT ? AREA_POINT
                        : many                      ? AREA_LINES
                                                    : AREA_LINE,
                        &out->area, &en, &zh);
    if (!ok)
        return refuse(x, S("[121.3621, 31.2214]"), en, zh);
    for (size_t i = 0; i < out->area.n; i++)
        out->points += out->area.rings[i].n;
    if (out->points <= GEOMETRY_POINTS_MAX)
        return true;
    err_add(x->e, ERR_INVALID, x->path, str_fmt(x->arena, "<= %d", GEOMETRY_POINTS_MAX),
        "has %zu points, which are too many: simplify it", "有 %zu 个点，过多，请先简化图形",
        out->points);
    return false;
}

static bool read_datum(struct reading *x, str datum)
{
    x->out->gcj02 = x->out->gcj02 || str_eq(datum, S("gcj02"));
    if (datum.n == 0 || x->out->gcj02 || str_eq(datum, S("wgs84")) || str_eq(datum, S("cgcs2000")))
        return true;
    return refuse(x, S("wgs84, cgcs2000, gcj02"), "names a datum that is not known here",
        "写了不认识的坐标系");
}

// A file or a feature around it is taken off; what it says of the datum stays.
static const struct json *unwrap(struct reading *x, const struct json *j)
{
    for (int depth = 0; j && depth < 3; depth++) {
        const struct json *own = json_get(j, S("bihuan")), *all = json_get(j, S("features"));
        geojson_check_crs(j, x->path, x->e);
        if (!read_datum(x, json_str(j, S("datum"))) ||
            (own && !read_datum(x, json_str(own, S("datum")))) || x->e->code != OK)
            return NULL;
        if (all && (all->type != JSON_ARR || all->n != 1)) {
            (void)refuse(x, S("1"), "holds several shapes: a field has one",
                "含有不止一个图形，一栏只存一个");
            return NULL;
        }
        const struct json *inner = all ? &all->vals[0] : json_get(j, S("geometry"));
        if (!inner)
            return j;
        j = inner;
    }
    return j;
}

static bool read_json(struct reading *x, str text)
{
    struct err quiet;
    err_init(&quiet, x->arena, x->e->lang);
    const struct json *j = json_parse(x->arena, text, &quiet);
    if (!j || j->type != JSON_OBJ)
        return refuse(x, S("{\"type\": \"Polygon\", \"coordinates\": ...}"),
            "is no GeoJSON: it cannot be read", "不是 GeoJSON：读不出来");
    j = unwrap(x, j);
    if (!j)
        return false;
    const struct json *coordinates = json_get(j, S("coordinates"));
    str type = json_str(j, S("type"));
    for (size_t i = 0; coordinates && i < ARRAY_LEN(TYPES); i++)
        if (str_eq(type, str_of(TYPES[i].json)))
            return read_type(x, i, coordinates);
    return refuse(x, S("Point, LineString, Polygon, MultiLineString, MultiPolygon"),
        "is no point, line or polygon", "不是点、线或面");
}

static bool in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == 'e';
}

// "((121.36 31.21, 121.37 31.21, …))" as GeoJSON writes it.
static str brackets(struct arena *a, str body)
{
    struct buf b;
    buf_init(&b, a, 2 * (size_t)GEOMETRY_TEXT_MAX);
    for (size_t i = 0; i < body.n; i++) {
        char c = body.s[i];
        if (c == '(' || c == ')' || c == ',') {
            buf_byte(&b, c == '(' ? '[' : c == ')' ? ']' : ',');
        } else if (in_number(c)) {
            buf_byte(&b, '[');
            for (bool gap = false; i < body.n && (in_number(body.s[i]) || body.s[i] == ' '); i++) {
                if (gap && body.s[i] != ' ')
                    buf_byte(&b, ',');
                gap = body.s[i] == ' ';
                if (!gap)
                    buf_byte(&b, body.s[i]);
            }
            buf_byte(&b, ']');
            i--;
        } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return (str){0};
        }
    }
    return buf_str(&b);
}

// Letters are folded, so that it may be written in any case.
static bool read_wkt(struct reading *x, str text)
{
    static const str MARKS[] = {
        S("gcj02;"), S("wgs84;"), S("cgcs2000;"), S("srid=4326;"), S("srid=4490;")};
    struct err quiet;
    for (size_t i = 0; i < ARRAY_LEN(MARKS); i++)
        if (str_starts(text, MARKS[i])) {
            x->out->gcj02 = i == 0;
            text = str_trim(str_sub(text, MARKS[i].n, text.n));
        }
    size_t open = str_find(text, '(');
    str type = str_trim(str_sub(text, 0, open)), body = str_sub(text, open, text.n);
    if (str_ends(type, S(" z")))
        type = str_trim(str_sub(type, 0, type.n - 1));
    err_init(&quiet, x->arena, x->e->lang);
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++) {
        if (!str_eq(type, str_of(TYPES[i].wkt)))
            continue;
        const struct json *j = json_parse(x->arena, brackets(x->arena, body), &quiet);
        bool point = TYPES[i].kind == GEOMETRY_POINT; // its brackets are the point's own
        if (j && j->type == JSON_ARR && !(point && j->n != 1))
            return read_type(x, i, point ? &j->vals[0] : j);
    }
    return refuse(x, S("GeoJSON, or WKT: POLYGON((121.3621 31.2214, ...))"),
        "is no shape: neither GeoJSON nor WKT", "不是图形：既不是 GeoJSON，也不是 WKT");
}

bool geometry_read(struct arena *a, str text, struct geometry *out, struct err *e, str path)
{
    struct reading x = {a, out, e, path};
    *out = (struct geometry){0};
    if (str_starts(text, S("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    text = str_trim(text);
    if (text.n > GEOMETRY_TEXT_MAX)
        return refuse(&x, S("64 KiB"), "is too long: simplify the shape", "过长，请先简化图形");
    if (!utf8_valid(text))
        return refuse(&x, S("UTF-8"), "holds characters that are not text", "含有不是文字的字符");
    return str_starts(text, S("{")) ? read_json(&x, text) : read_wkt(&x, utf8_fold(a, text));
}

str geometry_text(struct arena *a, const struct geometry *x)
{
    struct buf b;
    struct jw w;
    size_t parts = 0;
    for (size_t i = 0; i < x->area.n; i++)
        parts += !x->area.rings[i].hole;
    bool many = parts > 1, polygon = x->kind == GEOMETRY_POLYGON;
    buf_init(&b, a, AREA_TEXT_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++)
        if (TYPES[i].kind == x->kind && TYPES[i].many == many)
            jw_kstr(&w, "type", str_of(TYPES[i].json));
    jw_name(&w, "coordinates");
    if (x->kind == GEOMETRY_POINT) {
        area_point_write(&w, x->area.rings[0].at);
    } else if (polygon && many) {
        area_write(&w, &x->area);
    } else {
        if (polygon || many)
            jw_arr(&w);
        for (size_t i = 0; i < x->area.n; i++)
            area_ring_write(&w, &x->area.rings[i], polygon);
        if (polygon || many)
            jw_end_arr(&w);
    }
    jw_end_obj(&w);
    return buf_str(&b);
}
