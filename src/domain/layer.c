// A layer from GeoJSON: read and checked as a whole, then written by what differs from the one
// there is.

#include "domain/layer.h"

#include "domain/def_read.h"
#include "domain/people_inner.h"
#include "format/geojson.h"
#include "insight/cover.h"
#include "insight/datum.h"

struct cell_in {
    str code, name;
    int64_t unit; // by its id: the rules it was looked up in may be gone when it is written
    const struct cover_area *found; // size and a point inside
    struct area area;
    str text; // of the area
};
struct layer_list {
    str key, title, unit_kind, note, hash;
    int64_t from_us;
    bool from_given;
    struct cell_in *cells;
    size_t n;
    struct layer_flaw *flaws;
    size_t n_flaws, all_flaws;
};

str layer_list_key(const struct layer_list *l)
{
    return l->key;
}

size_t layer_flaws(const struct layer_list *l, const struct layer_flaw **out, size_t *all)
{
    *out = l->flaws;
    *all = l->all_flaws;
    return l->n_flaws;
}

// ---- the head

static str said(const struct json *head, const char *member, str given)
{
    return given.n > 0 ? given : head ? str_trim(json_str(head, str_of(member))) : (str){0};
}

static void check_line(struct err *e, str field, str x, size_t max, const char *en, const char *zh)
{
    if (!people_line_ok(x, max))
        err_add(e, ERR_INVALID, field, (str){0}, "%s", "%s", e->lang == LANG_EN ? en : zh);
}

static void read_head(struct ctx *c, const struct layer_in *in, const struct json *root,
    struct layer_list *l, bool *gcj, struct err *e)
{
    const struct json *head = json_get(root, S("bihuan"));
    l->key = said(head, "layer", in->key);
    const struct layer *was = rules_layer(c->rules, l->key);
    str datum = said(head, "datum", in->datum);
    l->title = said(head, "title", in->title);
    l->unit_kind = said(head, "unit_kind", in->unit_kind);
    l->note = said(head, "note", in->note);
    if (was && l->title.n == 0)
        l->title = was->title;
    if (was && l->unit_kind.n == 0)
        l->unit_kind = was->unit_kind;
    if (l->key.n == 0 || !def_read_key_ok(l->key))
        err_add(e, ERR_INVALID, S("layer"), S("a-z, then a-z 0-9 _ -"),
            "the layer's key is missing, or is none", "没有写明图层的键，或写法不对");
    if (l->title.n == 0)
        err_add(
            e, ERR_INVALID, S("title"), (str){0}, "the new layer needs a title", "新图层须有名称");
    check_line(e, S("title"), l->title, UNIT_NAME_MAX, "is too long for a title", "名称过长");
    check_line(
        e, S("unit_kind"), l->unit_kind, DEF_KEY_MAX, "is no kind of unit", "单位类型写法不对");
    check_line(e, S("note"), l->note, LAYER_NOTE_MAX, "is too long", "备注过长");
    *gcj = str_eq(datum, S("gcj02"));
    if (!*gcj && !str_eq(datum, S("wgs84")) && !str_eq(datum, S("cgcs2000")))
        err_add(e, ERR_INVALID, S("datum"), S("wgs84, cgcs2000, gcj02"),
            "the coordinate system is not said; a wrong one would move every cell by 500 m",
            "没有写明坐标系；弄错会让每个网格偏移约 500 米");
    if (!was && c->rules->n_layers >= LAYERS_MAX)
        err_add(e, ERR_LIMIT, S("layer"), str_fmt(c->arena, "<= %d", LAYERS_MAX),
            "the town has too many layers", "图层过多");
}

static void set_from(struct ctx *c, const struct layer_in *in, struct layer_list *l)
{
    const struct layer *was = rules_layer(c->rules, l->key);
    int64_t day = in->from_day ? in->from_day : tm_local_day(c->now_us, c->rules->zone_s);
    l->from_given = in->from_day != 0;
    if (was && was->n > 0)
        l->from_us = tm_day_start(day, c->rules->zone_s);
    else
        l->from_us = in->from_day ? tm_day_start(day, c->rules->zone_s) : 0;
}

// ---- the cells

static str property(struct arena *a, const struct geojson_feature *f, const char *const names[3])
{
    for (size_t i = 0; i < 3; i++) {
        str x = geojson_property(a, f, names[i]);
        if (x.n > 0)
            return x;
    }
    return (str){0};
}

static bool code_ok(str x)
{
    return x.n > 0 && x.n <= DEF_KEY_MAX && people_line_ok(x, DEF_KEY_MAX) &&
           str_find(x, ' ') == x.n && str_find(x, '/') == x.n && str_find(x, ',') == x.n;
}

static void read_cell(struct ctx *c, const struct geojson_feature *f, size_t at,
    struct cell_in *out, struct map *seen, struct err *e)
{
    static const char *const CODE[] = {"code", "代码", "网格编码"};
    static const char *const NAME[] = {"name", "名称", "网格名称"};
    static const char *const UNIT[] = {"unit", "单位", "责任单位"};
    struct arena *a = c->arena;
    str unit = property(a, f, UNIT);
    out->code = property(a, f, CODE);
    out->name = property(a, f, NAME);
    out->area = f->area;
    if (!code_ok(out->code))
        err_add(e, ERR_INVALID, geojson_field(a, at, "code"),
            S("1..32 bytes without blank, comma, /"), "\"%.*s\" is not a cell's code",
            "“%.*s”不是有效的网格代码", STR_ARG(out->code));
    else if (map_get(seen, out->code))
        err_add(e, ERR_INVALID, geojson_field(a, at, "code"), (str){0},
            "\"%.*s\" stands already in feature %zu", "“%.*s”在第 %zu 个要素已经出现过",
            STR_ARG(out->code), (size_t)(uintptr_t)map_get(seen, out->code));
    else
        map_put(seen, out->code, (void *)(uintptr_t)(at + 1));
    if (out->name.n == 0 || !people_line_ok(out->name, UNIT_NAME_MAX))
        err_add(e, ERR_INVALID, geojson_field(a, at, "name"), S("1..60 characters"),
            "is not a cell's name", "网格名称须为 1 至 60 个字");
    const struct unit *u = unit.n > 0 ? rules_unit_named(c->rules, unit) : NULL;
    out->unit = u ? u->id : 0;
    if (unit.n > 0 && !u)
        err_add(e, ERR_INVALID, geojson_field(a, at, "unit"), (str){0}, "there is no unit \"%.*s\"",
            "没有单位“%.*s”", STR_ARG(unit));
    else if (u && u->closed)
        err_add(e, ERR_INVALID, geojson_field(a, at, "unit"), (str){0}, "\"%.*s\" is closed",
            "单位“%.*s”已停用", STR_ARG(unit));
}

static void add_flaw(struct arena *a, struct layer_list *l, struct layer_flaw x)
{
    l->all_flaws++;
    if (l->n_flaws < LAYER_FLAWS_MAX)
        VEC_PUSH(a, l->flaws, l->n_flaws) = x;
}

static void look_over(struct ctx *c, struct layer_list *l, struct err *e)
{
    struct area *areas = NEW_ARRAY(c->arena, l->n, struct area);
    for (size_t i = 0; i < l->n; i++)
        areas[i] = l->cells[i].area;
    struct cover cover = cover_look(c->arena, areas, l->n);
    for (size_t i = 0; i < l->n; i++) {
        const struct cover_area *x = &cover.areas[i];
        l->cells[i].found = x;
        if (x->flaw.n > 0)
            err_add(e, ERR_INVALID, geojson_field(c->arena, i, "geometry"), (str){0},
                "is not sound: %.*s near %.6f, %.6f",
                "图形有误（%.*s），在纬度 %.6f、经度 %.6f 附近", STR_ARG(x->flaw), x->flaw_lat,
                x->flaw_lon);
    }
    if (cover.failed && e->code == OK)
        err_add(e, ERR_INVALID, S("features"), (str){0}, "the areas cannot be computed with",
            "图形无法计算");
    for (size_t i = 0; i < cover.n_overlaps; i++) {
        const struct cover_overlap *o = &cover.overlaps[i];
        add_flaw(c->arena, l,
            (struct layer_flaw){
                false, l->cells[o->a].code, l->cells[o->b].code, o->m2, o->lat, o->lon});
    }
    for (size_t i = 0; i < cover.n_gaps; i++)
        add_flaw(c->arena, l,
            (struct layer_flaw){
                true, {0}, {0}, cover.gaps[i].m2, cover.gaps[i].lat, cover.gaps[i].lon});
}

struct layer_list *layer_read(struct ctx *c, const struct layer_in *in, str text, struct err *e)
{
    struct layer_list *l = NEW(c->arena, struct layer_list);
    struct map seen;
    bool gcj = false;
    uint8_t hash[CRYPT_HASH_BYTES];
    struct geojson *g = geojson_read(c->arena, text, e);
    if (!g)
        return NULL;
    crypt_sha256(text, hash);
    l->hash = crypt_hex(c->arena, hash, sizeof(hash));
    read_head(c, in, g->root, l, &gcj, e);
    set_from(c, in, l);
    map_init(&seen, c->arena);
    l->cells = NEW_ARRAY(c->arena, g->n, struct cell_in);
    for (size_t i = 0; i < g->n; i++) {
        struct cell_in *x = &l->cells[l->n++];
        read_cell(c, &g->features[i], i, x, &seen, e);
        if (gcj)
            datum_area_from_gcj02(&x->area);
        x->text = area_text(c->arena, &x->area);
    }
    look_over(c, l, e);
    return e->code == OK ? l : NULL;
}

// ---- writing

static bool same_cell(struct arena *a, const struct grid_cell *was, const struct cell_in *x)
{
    return (was->unit ? was->unit->id : 0) == x->unit && str_eq(was->name, x->name) &&
           str_eq(area_text(a, &was->area), x->text);
}

static void insert_cell(
    struct ctx *c, int64_t layer, int64_t id, const struct cell_in *x, int64_t from_us)
{
    db_run(c->db,
        "INSERT INTO cell (town, id, layer, code, name, unit, from_us, until_us, lat, lon, area)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10)",
        V(c->rules->town), V(id), V(layer), V(x->code), V(x->name), V(x->unit), V(from_us),
        V(x->found->lat), V(x->found->lon), V(x->text));
}

static void update_cell(struct ctx *c, const struct grid_cell *was, const struct cell_in *x)
{
    db_run(c->db,
        "UPDATE cell SET name = ?3, unit = ?4, until_us = 0, lat = ?5, lon = ?6, area = ?7"
        " WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(was->id), V(x->name), V(x->unit), V(x->found->lat), V(x->found->lon),
        V(x->text));
}

static void end_cell(struct ctx *c, const struct grid_cell *was, int64_t until_us)
{
    db_run(c->db, "UPDATE cell SET until_us = ?3 WHERE town = ?1 AND id = ?2", V(c->rules->town),
        V(was->id), V(until_us > was->from_us ? until_us : was->from_us));
}

struct laying {
    struct ctx *c;
    const struct layer_list *l;
    const struct layer *was; // NULL: a new layer
    int64_t id, next_cell;
    bool write;
    struct layer_counts *out;
};

// The newest of that code.
static const struct grid_cell *cell_was(const struct laying *x, str code)
{
    const struct grid_cell *found = NULL;
    for (size_t i = 0; x->was && i < x->was->n; i++)
        if (str_eq(x->was->cells[i].code, code))
            found = &x->was->cells[i];
    return found;
}

static void lay(struct laying *x, const struct cell_in *cell)
{
    const struct grid_cell *was = cell_was(x, cell->code);
    bool in_force = was && was->until_us == 0;
    if (in_force && same_cell(x->c->arena, was, cell)) {
        x->out->same++;
        return;
    }
    x->out->made += !in_force;
    x->out->changed += in_force;
    if (!x->write)
        return;
    if (was && was->from_us >= x->l->from_us) { // it has not been in force yet: put right in place
        update_cell(x->c, was, cell);
        return;
    }
    if (in_force)
        end_cell(x->c, was, x->l->from_us);
    insert_cell(x->c, x->id, x->next_cell++, cell, x->l->from_us);
}

static void end_others(struct laying *x)
{
    for (size_t i = 0; x->was && i < x->was->n; i++) {
        const struct grid_cell *was = &x->was->cells[i];
        bool named = was->until_us != 0;
        for (size_t k = 0; k < x->l->n && !named; k++)
            named = str_eq(x->l->cells[k].code, was->code);
        if (named)
            continue;
        x->out->ended++;
        if (x->write)
            end_cell(x->c, was, x->l->from_us);
    }
}

static void put_layer(struct laying *x)
{
    const struct layer_list *l = x->l;
    if (x->was)
        db_run(x->c->db,
            "UPDATE layer SET title = ?3, unit_kind = ?4, note = ?5 WHERE town = ?1 AND id = ?2",
            V(x->c->rules->town), V(x->id), V(l->title), V(l->unit_kind), V(l->note));
    else
        db_run(x->c->db,
            "INSERT INTO layer (town, id, key, title, unit_kind, note)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            V(x->c->rules->town), V(x->id), V(l->key), V(l->title), V(l->unit_kind), V(l->note));
}

static enum err_code put_event(struct laying *x, struct err *e)
{
    struct people_change ch;
    people_change_begin(x->c, &ch);
    jw_kstr(&ch.w, "layer", x->l->key);
    jw_kstr(&ch.w, "title", x->l->title);
    jw_ktime(&ch.w, "from", x->l->from_us, x->c->rules->zone_s);
    jw_ki64(&ch.w, "made", x->out->made);
    jw_ki64(&ch.w, "changed", x->out->changed);
    jw_ki64(&ch.w, "ended", x->out->ended);
    jw_kstr(&ch.w, "file", x->l->hash);
    journal_rules_changed(x->c);
    return people_event(x->c, &ch, S("layer_put"), 0, e);
}

static enum err_code apply(
    struct ctx *c, const struct layer_list *l, bool write, struct layer_counts *out, struct err *e)
{
    *out = (struct layer_counts){0};
    if (!ctx_may(c, MAY_MANAGE_UNITS, c->rules->town))
        return people_denied(e);
    struct laying x = {
        .c = c, .l = l, .was = rules_layer(c->rules, l->key), .write = write, .out = out};
    if (write) {
        x.id = x.was ? x.was->id : journal_next_id(c, "layer");
        x.next_cell = journal_next_id(c, "cell");
    }
    for (size_t i = 0; i < l->n; i++)
        lay(&x, &l->cells[i]);
    end_others(&x);
    bool head = !x.was || !str_eq(x.was->title, l->title) || !str_eq(x.was->note, l->note) ||
                !str_eq(x.was->unit_kind, l->unit_kind);
    if (!write || (!head && out->made + out->changed + out->ended == 0))
        return db_status(c->db, e);
    put_layer(&x);
    return put_event(&x, e);
}

enum err_code layer_check(
    struct ctx *c, const struct layer_list *l, struct layer_counts *out, struct err *e)
{
    return apply(c, l, false, out, e);
}

enum err_code layer_write(
    struct ctx *c, const struct layer_list *l, struct layer_counts *out, struct err *e)
{
    return apply(c, l, true, out, e);
}
