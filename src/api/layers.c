#include "api/layers.h"

#include "api/members.h"
#include "domain/layer.h"

// ---- all of them

struct cell_view {
    str code, name, unit_name, area;
    int64_t unit, from_us, until_us;
    double lat, lon;
};
struct layer_view {
    str key, title, unit_kind, note;
    int64_t cells;
    struct list rows;
};
struct layers_view {
    struct list rows;
};
static const struct field CELL_VIEW[] = {
    M(cell_view, code, FIELD_STR),
    M(cell_view, name, FIELD_STR),
    M(cell_view, unit, FIELD_I64, .help = "who answers for it; 0: nobody"),
    M(cell_view, unit_name, FIELD_STR),
    {"from", FIELD_TIME, .at = offsetof(struct cell_view, from_us), .help = "null: always"},
    {"until", FIELD_TIME, .at = offsetof(struct cell_view, until_us), .help = "null: still"},
    M(cell_view, lat, FIELD_F64, .help = "a point inside"),
    M(cell_view, lon, FIELD_F64),
    M(cell_view, area, FIELD_STR, .flags = FIELD_RAW,
        .help = "coordinates of a GeoJSON MultiPolygon, WGS 84; with areas=yes, else null"),
    {0},
};
static const struct field LAYER_VIEW[] = {
    M(layer_view, key, FIELD_STR),
    M(layer_view, title, FIELD_STR),
    M(layer_view, unit_kind, FIELD_STR, .help = "units of this kind answer for its cells"),
    M(layer_view, note, FIELD_STR, .help = "what has to be said of its shapes"),
    M(layer_view, cells, FIELD_I64, .help = "in force now"),
    {"rows", FIELD_LIST, .at = offsetof(struct layer_view, rows), .sub = CELL_VIEW,
        .size = sizeof(struct cell_view)},
    {0},
};
const struct field LAYERS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct layers_view, rows), .sub = LAYER_VIEW,
        .size = sizeof(struct layer_view)},
    {0},
};
const struct field LAYERS_QUERY[] = {
    {"areas", FIELD_STR, .options = "yes|no", .help = "yes: with the shapes, to draw them"},
    {"past", FIELD_STR, .options = "yes|no", .help = "yes: also cells that have ended"},
    {0},
};

static struct layer_view view_layer(struct ctx *c, const struct layer *l, bool areas, bool past)
{
    struct layer_view v = {
        .key = l->key, .title = l->title, .unit_kind = l->unit_kind, .note = l->note};
    struct cell_view *rows = NULL;
    for (size_t i = 0; i < l->n; i++) {
        const struct grid_cell *x = &l->cells[i];
        bool ended = x->until_us != 0 && x->until_us <= c->now_us;
        bool coming = x->from_us > c->now_us;
        v.cells += !ended && !coming;
        if (ended && !past)
            continue;
        struct cell_view row = {.code = x->code,
            .name = x->name,
            .unit = x->unit ? x->unit->id : 0,
            .unit_name = x->unit ? x->unit->name : (str){0},
            .from_us = x->from_us,
            .until_us = x->until_us,
            .lat = x->lat,
            .lon = x->lon,
            .area = areas ? area_text(c->arena, &x->area) : S("null")};
        VEC_PUSH(c->arena, rows, v.rows.n) = row;
    }
    v.rows.v = rows;
    return v;
}

enum err_code layers_list(struct call *k)
{
    const struct rules *r = k->ctx.rules;
    bool areas = str_eq(http_query(k->req, "areas"), S("yes"));
    bool past = str_eq(http_query(k->req, "past"), S("yes"));
    struct layer_view *rows = NEW_ARRAY(k->ctx.arena, r->n_layers, struct layer_view);
    for (size_t i = 0; i < r->n_layers; i++)
        rows[i] = view_layer(&k->ctx, &r->layers[i], areas, past);
    struct layers_view v = {{rows, r->n_layers}};
    return call_answer_fields(k, LAYERS_LIST, &v);
}

// ---- one brought in

struct flaw_view {
    str kind, code, other;
    double m2, lat, lon;
};
struct import_view {
    str layer;
    bool dry;
    struct layer_counts n;
    int64_t flaws_all;
    struct list flaws;
};
static const struct field FLAW_VIEW[] = {
    M(flaw_view, kind, FIELD_STR, .options = "overlap|gap"),
    M(flaw_view, code, FIELD_STR, .help = "of an overlap: the two cells"),
    M(flaw_view, other, FIELD_STR),
    {"square_metres", FIELD_F64, .at = offsetof(struct flaw_view, m2)},
    M(flaw_view, lat, FIELD_F64, .help = "a point in it"),
    M(flaw_view, lon, FIELD_F64),
    {0},
};
const struct field LAYER_OUT[] = {
    M(import_view, layer, FIELD_STR),
    {"dry_run", FIELD_BOOL, .at = offsetof(struct import_view, dry)},
    {"made", FIELD_I64, .at = offsetof(struct import_view, n.made)},
    {"changed", FIELD_I64, .at = offsetof(struct import_view, n.changed)},
    {"same", FIELD_I64, .at = offsetof(struct import_view, n.same)},
    {"ended", FIELD_I64, .at = offsetof(struct import_view, n.ended),
        .help = "cells the file does not name any more"},
    {"flaws_all", FIELD_I64, .at = offsetof(struct import_view, flaws_all),
        .help = "overlaps and gaps, of which the first 200 are listed"},
    {"flaws", FIELD_LIST, .at = offsetof(struct import_view, flaws), .sub = FLAW_VIEW,
        .size = sizeof(struct flaw_view)},
    {0},
};
const struct field LAYER_QUERY[] = {
    {"layer", FIELD_STR, .help = "its key; else as the file says"},
    {"title", FIELD_STR, .help = "of a new layer; else as the file says"},
    {"unit_kind", FIELD_STR, .help = "which kind of unit answers for its cells"},
    {"note", FIELD_STR, .help = "what has to be said of its shapes"},
    {"datum", FIELD_STR, .options = "wgs84|cgcs2000|gcj02"},
    {"from", FIELD_STR, .help = "date from which it is so; else today, a new layer always"},
    {"dry_run", FIELD_STR, .options = "yes|no"},
    {0},
};

struct laying_state {
    struct layer_list *list;
    struct layer_counts counts;
    bool dry;
};

enum err_code layers_check(struct call *k)
{
    struct laying_state *s = NEW(k->ctx.arena, struct laying_state);
    struct layer_in in = {.key = http_query(k->req, "layer"),
        .title = http_query(k->req, "title"),
        .unit_kind = http_query(k->req, "unit_kind"),
        .note = http_query(k->req, "note"),
        .datum = http_query(k->req, "datum")};
    str dry = http_query(k->req, "dry_run"), from = http_query(k->req, "from");
    int64_t from_us = 0;
    k->state = s;
    s->dry = str_eq(dry, S("yes"));
    if (dry.n > 0 && !s->dry && !str_eq(dry, S("no")))
        err_add(&k->err, ERR_INVALID, S("dry_run"), S("yes, no"), "is neither", "只能是 yes 或 no");
    if (from.n > 0 && !tm_parse(from, k->ctx.rules->zone_s, &from_us))
        err_add(&k->err, ERR_INVALID, S("from"), S("2026-12-01"), "is not a date", "不是日期");
    if (from_us > 0)
        in.from_day = tm_local_day(from_us, k->ctx.rules->zone_s);
    s->list = layer_read(&k->ctx, &in, k->req->body, &k->err);
    if (k->err.code != OK)
        return k->err.code;
    return layer_check(&k->ctx, s->list, &s->counts, &k->err);
}

// The counts are what is kept under an Idempotency-Key: four numbers of at most 5,000 each.
enum { COUNT_BITS = 15 };

enum err_code layers_write(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    struct laying_state *s = k->state;
    if (!s->dry && layer_write(c, s->list, &s->counts, e) != OK)
        return e->code;
    const struct layer_counts *n = &s->counts;
    *result =
        ((n->ended << COUNT_BITS | n->same) << COUNT_BITS | n->changed) << COUNT_BITS | n->made;
    return OK;
}

enum err_code layers_answer(struct call *k)
{
    struct laying_state *s = k->state;
    int64_t x = k->result, mask = (INT64_C(1) << COUNT_BITS) - 1;
    const struct layer_flaw *flaws = NULL;
    size_t all = 0, n = s ? layer_flaws(s->list, &flaws, &all) : 0; // a repeat has read nothing
    struct flaw_view *rows = NEW_ARRAY(k->ctx.arena, n, struct flaw_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct flaw_view){flaws[i].gap ? S("gap") : S("overlap"), flaws[i].code,
            flaws[i].other, flaws[i].m2, flaws[i].lat, flaws[i].lon};
    struct import_view v = {.layer = s ? layer_list_key(s->list) : http_query(k->req, "layer"),
        .dry = str_eq(http_query(k->req, "dry_run"), S("yes")),
        .n = {x & mask, x >> COUNT_BITS & mask, x >> 2 * COUNT_BITS & mask, x >> 3 * COUNT_BITS},
        .flaws_all = (int64_t)all,
        .flaws = {rows, n}};
    return call_answer_fields(k, LAYER_OUT, &v);
}
