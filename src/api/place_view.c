#include "api/place_view.h"

#include "api/members.h"

struct people_view {
    int64_t id;
    str name, role;
};
static const struct field PEOPLE_VIEW[] = {
    M(people_view, id, FIELD_I64),
    M(people_view, name, FIELD_STR),
    M(people_view, role, FIELD_STR, .help = "titles of his roles at the unit"),
    {0},
};
const struct field PLACE_VIEW[] = {
    M(place_view, layer, FIELD_STR),
    M(place_view, layer_title, FIELD_STR),
    M(place_view, cell, FIELD_STR, .help = "its code; empty when none is drawn"),
    M(place_view, cell_name, FIELD_STR),
    M(place_view, unit, FIELD_I64, .help = "who answers there; 0: nobody"),
    M(place_view, unit_name, FIELD_STR),
    {"people", FIELD_LIST, .at = offsetof(struct place_view, people), .sub = PEOPLE_VIEW,
        .size = sizeof(struct people_view), .help = "with a role at that very unit, the first 10"},
    M(place_view, by, FIELD_STR, .options = "point|words"),
    M(place_view, word, FIELD_STR, .help = "the name that was found; several when unsure"),
    M(place_view, unsure, FIELD_BOOL, .help = "several places are named: none is taken"),
    {0},
};

static str roles_at(struct arena *a, const struct person *p, const struct unit *u)
{
    str *titles = NULL;
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->grants[i].unit == u)
            VEC_PUSH(a, titles, n) = p->grants[i].role->title;
    return str_join(a, titles, n, S("、"));
}

static struct list people_of(struct ctx *c, const struct unit *u)
{
    struct people_view *rows = NULL;
    size_t n = 0;
    for (size_t i = 0; u && i < c->rules->n_people && n < PLACE_PEOPLE_MAX; i++) {
        const struct person *p = &c->rules->people[i];
        str role = p->active ? roles_at(c->arena, p, u) : (str){0};
        if (role.n > 0)
            VEC_PUSH(c->arena, rows, n) = (struct people_view){p->id, p->name, role};
    }
    return (struct list){rows, n};
}

struct list place_views(struct ctx *c, const struct route_place *places, size_t n)
{
    struct place_view *rows = NEW_ARRAY(c->arena, n, struct place_view);
    for (size_t i = 0; i < n; i++) {
        const struct route_place *p = &places[i];
        rows[i] = (struct place_view){.layer = p->layer->key,
            .layer_title = p->layer->title,
            .cell = p->cell ? p->cell->code : (str){0},
            .cell_name = p->cell ? p->cell->name : (str){0},
            .unit = p->unit ? p->unit->id : 0,
            .unit_name = p->unit ? p->unit->name : (str){0},
            .people = people_of(c, p->unit),
            .by = p->by == ROUTE_BY_POINT ? S("point") : S("words"),
            .word = p->unsure ? p->words : p->word,
            .unsure = p->unsure};
    }
    return (struct list){rows, n};
}

// ---- a point

struct point_view {
    double lat, lon;
    struct list places;
};
const struct field POINT_VIEW[] = {
    M(point_view, lat, FIELD_F64),
    M(point_view, lon, FIELD_F64),
    ROWS(point_view, places, PLACE_VIEW, place_view),
    {0},
};
const struct field POINT_QUERY[] = {
    {"lat", FIELD_STR, .flags = FIELD_REQUIRED, .help = "degrees north, WGS 84"},
    {"lon", FIELD_STR, .flags = FIELD_REQUIRED, .help = "degrees east"},
    {0},
};

static double degrees(struct call *k, const char *name, double most)
{
    double v = 0;
    if (!str_f64(http_query(k->req, name), &v) || !(v >= -most && v <= most))
        err_add(&k->err, ERR_INVALID, str_of(name), str_fmt(k->ctx.arena, "-%g..%g", most, most),
            "is not a number of degrees", "不是度数");
    return v;
}

enum err_code point_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    double lat = degrees(k, "lat", 90), lon = degrees(k, "lon", 180);
    struct item it = {.filed_us = c->now_us, .lat = lat, .lon = lon};
    struct route_advice x = {0};
    if (k->err.code != OK)
        return k->err.code;
    route_places(c, &it, &x);
    struct point_view v = {it.lat, it.lon, place_views(c, x.places, x.n_places)};
    return call_answer_fields(k, POINT_VIEW, &v);
}
