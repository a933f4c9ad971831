#include "base/area.h"

#include <math.h>

void area_bound(struct area *x)
{
    x->west = x->south = INFINITY;
    x->east = x->north = -INFINITY;
    for (size_t r = 0; r < x->n; r++)
        for (size_t i = 0; i < x->rings[r].n; i++) {
            const struct area_point *p = &x->rings[r].at[i];
            x->west = fmin(x->west, p->lon);
            x->east = fmax(x->east, p->lon);
            x->south = fmin(x->south, p->lat);
            x->north = fmax(x->north, p->lat);
        }
}

// Does the edge cross the way from the point to the east? Computed from the lower end upwards in
// either direction, so that an edge two areas share gives both the same answer.
static bool crosses(const struct area_point *a, const struct area_point *b, double lat, double lon)
{
    const struct area_point *low = a->lat < b->lat ? a : b, *high = low == a ? b : a;
    if (lat < low->lat || lat >= high->lat)
        return false;
    return lon < low->lon + (high->lon - low->lon) * ((lat - low->lat) / (high->lat - low->lat));
}

bool area_has(const struct area *x, double lat, double lon)
{
    bool in = false;
    if (lon < x->west || lon > x->east || lat < x->south || lat > x->north)
        return false;
    for (size_t r = 0; r < x->n; r++) {
        const struct area_ring *ring = &x->rings[r];
        for (size_t i = 0, before = ring->n - 1; i < ring->n; before = i++)
            in ^= crosses(&ring->at[before], &ring->at[i], lat, lon);
    }
    return in;
}

// ---- writing

enum { DECIMALS = 10000000 };

static double rounded(double x)
{
    return round(x * DECIMALS) / DECIMALS;
}

void area_point_write(struct jw *w, const struct area_point *p)
{
    jw_arr(w);
    jw_f64(w, rounded(p->lon));
    jw_f64(w, rounded(p->lat));
    jw_end_arr(w);
}

void area_ring_write(struct jw *w, const struct area_ring *r, bool closed)
{
    jw_arr(w);
    for (size_t i = 0; i < r->n; i++)
        area_point_write(w, &r->at[i]);
    if (closed)
        area_point_write(w, &r->at[0]);
    jw_end_arr(w);
}

void area_write(struct jw *w, const struct area *x)
{
    jw_arr(w);
    for (size_t r = 0; r < x->n; r++) {
        const struct area_ring *ring = &x->rings[r];
        if (!ring->hole)
            jw_arr(w);
        area_ring_write(w, ring, true);
        if (r + 1 == x->n || !x->rings[r + 1].hole)
            jw_end_arr(w);
    }
    jw_end_arr(w);
}

str area_text(struct arena *a, const struct area *x)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, AREA_TEXT_MAX);
    jw_init(&w, &b);
    area_write(&w, x);
    return b.overflow ? (str){0} : buf_str(&b);
}

// ---- reading

struct reading {
    struct arena *arena;
    struct area *out;
    size_t points;
    const char *en, *zh;
};

static bool refuse(struct reading *x, const char *en, const char *zh)
{
    x->en = en;
    x->zh = zh;
    return false;
}

static bool read_point(struct reading *x, const struct json *j, struct area_point *p)
{
    bool numbers = j->type == JSON_ARR && j->n >= 2 && j->n <= 4;
    for (size_t i = 0; numbers && i < j->n; i++)
        numbers = j->vals[i].type == JSON_I64 || j->vals[i].type == JSON_F64;
    if (!numbers)
        return refuse(x, "a point is not [longitude, latitude]", "坐标点应为 [经度, 纬度]");
    *p = (struct area_point){j->vals[0].f, j->vals[1].f};
    if (!(fabs(p->lon) <= 180 && fabs(p->lat) <= 90))
        return refuse(x, "a point is not in degrees of longitude and latitude",
            "坐标不是经纬度（度），可能是平面坐标，请先转换");
    return true;
}

// A point said twice in a row is one.
static bool read_points(struct reading *x, const struct json *j, struct area_ring *ring)
{
    if (j->type != JSON_ARR)
        return refuse(x, "a ring is not a list of points", "环应为坐标点的列表");
    x->points += j->n;
    if (x->points > AREA_POINTS_MAX || x->out->n == AREA_RINGS_MAX)
        return refuse(
            x, "has more than 20,000 points or 1,000 rings", "坐标点超过 2 万个或环超过 1000 个");
    ring->at = NEW_ARRAY(x->arena, j->n, struct area_point);
    for (size_t i = 0; i < j->n; i++) {
        struct area_point p;
        if (!read_point(x, &j->vals[i], &p))
            return false;
        bool again =
            ring->n > 0 && ring->at[ring->n - 1].lon == p.lon && ring->at[ring->n - 1].lat == p.lat;
        if (!again)
            ring->at[ring->n++] = p;
    }
    return true;
}

static bool read_ring(struct reading *x, const struct json *j, bool hole)
{
    struct area_ring ring = {.hole = hole};
    if (!read_points(x, j, &ring))
        return false;
    bool closed = ring.n > 1 && ring.at[0].lon == ring.at[ring.n - 1].lon &&
                  ring.at[0].lat == ring.at[ring.n - 1].lat;
    if (!closed)
        return refuse(x, "a ring does not end where it begins", "环没有闭合：首尾坐标不同");
    ring.n--;
    if (ring.n < AREA_RING_POINTS_MIN)
        return refuse(x, "a ring has fewer than three corners", "环少于三个角点");
    VEC_PUSH(x->arena, x->out->rings, x->out->n) = ring;
    return true;
}

static bool read_polygon(struct reading *x, const struct json *j)
{
    if (j->type != JSON_ARR || j->n == 0)
        return refuse(x, "a polygon has no ring", "多边形没有环");
    for (size_t i = 0; i < j->n; i++)
        if (!read_ring(x, &j->vals[i], i > 0))
            return false;
    return true;
}

bool area_of_json(struct arena *a, const struct json *coordinates, bool polygon, struct area *out,
    const char **why_en, const char **why_zh)
{
    struct reading x = {.arena = a, .out = out};
    *out = (struct area){0};
    bool ok = polygon ? read_polygon(&x, coordinates)
                      : coordinates->type == JSON_ARR && coordinates->n > 0;
    if (!ok && !x.en)
        (void)refuse(&x, "there is no polygon in it", "里面没有多边形");
    for (size_t i = 0; ok && !polygon && i < coordinates->n; i++)
        ok = read_polygon(&x, &coordinates->vals[i]);
    *why_en = x.en;
    *why_zh = x.zh;
    area_bound(out);
    return ok;
}

static bool read_open(struct reading *x, const struct json *j)
{
    struct area_ring ring = {0};
    if (!read_points(x, j, &ring))
        return false;
    if (ring.n < 2)
        return refuse(x, "a line has fewer than two points", "线少于两个点");
    VEC_PUSH(x->arena, x->out->rings, x->out->n) = ring;
    return true;
}

bool area_of_open(struct arena *a, const struct json *coordinates, enum area_open what,
    struct area *out, const char **why_en, const char **why_zh)
{
    struct reading x = {.arena = a, .out = out};
    bool ok = true;
    *out = (struct area){0};
    if (what == AREA_POINT) {
        struct area_ring ring = {.at = NEW(a, struct area_point), .n = 1};
        ok = read_point(&x, coordinates, ring.at);
        VEC_PUSH(a, out->rings, out->n) = ring;
    } else if (what == AREA_LINE) {
        ok = read_open(&x, coordinates);
    } else {
        ok = (coordinates->type == JSON_ARR && coordinates->n > 0) ||
             refuse(&x, "there is no line in it", "里面没有线");
        for (size_t i = 0; ok && i < coordinates->n; i++)
            ok = read_open(&x, &coordinates->vals[i]);
    }
    *why_en = x.en;
    *why_zh = x.zh;
    area_bound(out);
    return ok;
}

struct area area_of_text(struct arena *a, str text)
{
    struct err unheard; // only our own texts are stored
    struct area x = {0};
    const char *en, *zh;
    err_init(&unheard, a, LANG_ZH);
    const struct json *j = json_parse(a, text, &unheard);
    if (!j || !area_of_json(a, j, false, &x, &en, &zh))
        return (struct area){0};
    return x;
}
