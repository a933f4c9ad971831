#include "api/import_maps.h"

#include "api/members.h"
#include "base/embed.h"
#include "domain/import.h"
#include "domain/import_look.h"
#include "domain/import_template.h"
#include "format/xlsx_write.h"
#include "store/blob.h"

struct map_view {
    int64_t id, changed_us, version;
    str name, title, loop, person_name, map;
};
struct maps_view {
    struct list rows;
};
#define MAP_ROW                                                                                    \
    M(map_view, id, FIELD_I64, .help = "0: shipped with the program"),                             \
        M(map_view, name, FIELD_STR, .help = "what POST /api/imports takes as map"),               \
        M(map_view, title, FIELD_STR), M(map_view, loop, FIELD_STR),                               \
        M(map_view, person_name, FIELD_STR, .help = "who saved it last"),                          \
        {"changed", FIELD_TIME, .at = offsetof(struct map_view, changed_us)},                      \
        M(map_view, version, FIELD_I64)
static const struct field MAP_VIEW[] = {MAP_ROW, {0}};
const struct field IMPORT_MAP_OUT[] = {
    MAP_ROW, M(map_view, map, FIELD_STR, .help = "docs/import.md"), {0}};
const struct field IMPORT_MAPS[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct maps_view, rows), .sub = MAP_VIEW,
        .size = sizeof(struct map_view)},
    {0},
};
#define MAP_IN                                                                                     \
    M(import_saved, title, FIELD_STR, .flags = FIELD_REQUIRED, .max = IMPORT_SAVED_TITLE_MAX),     \
        M(import_saved, map, FIELD_STR, .flags = FIELD_REQUIRED,                                   \
            .help = "docs/import.md; JSON or YAML"),                                               \
        M(import_saved, header, FIELD_STR, .max = 64,                                              \
            .help = "print, as POST /api/import-look gave it")
const struct field IMPORT_MAP_NEW[] = {MAP_IN, {0}};
const struct field IMPORT_MAP_PUT[] = {
    M(import_saved, version, FIELD_I64, .flags = FIELD_REQUIRED), MAP_IN, {0}};
const size_t IMPORT_MAP_SIZE = sizeof(struct import_saved);

// ---- those there are

// towns/xinjing/city-orders.map.yaml is called city-orders.
static bool map_name(str path, str *name)
{
    str end = S(".map.yaml");
    if (!str_starts(path, S("towns/")) || !str_ends(path, end))
        return false;
    size_t from = 0;
    for (size_t i = 0; i < path.n; i++)
        if (path.s[i] == '/')
            from = i + 1;
    *name = str_sub(path, from, path.n - from - end.n);
    return true;
}

// The town's own, then the shipped ones that fit its loops and fields.
static enum err_code all_maps(struct call *k, struct import_saved **out, size_t *n)
{
    struct ctx *c = &k->ctx;
    if (import_saved_list(c, out, n, &k->err) != OK)
        return k->err.code;
    for (size_t i = 0; i < *n; i++)
        (*out)[i].name = str_fmt(c->arena, "#%" PRId64, (*out)[i].id);
    for (size_t i = 0; i < embed_count(); i++) {
        const struct embed_file *f = embed_at(i);
        struct import_saved s = {.shipped = true, .map = f->bytes};
        struct err quiet;
        err_init(&quiet, c->arena, c->lang);
        if (!map_name(str_of(f->path), &s.name))
            continue;
        const struct import_map *m = import_map_parse(c->arena, c->rules, f->bytes, &quiet);
        if (!m || quiet.code != OK)
            continue;
        s.title = import_map_title(m);
        s.loop = import_map_loop(m);
        VEC_PUSH(c->arena, *out, *n) = s;
    }
    return OK;
}

static struct map_view view_of(struct call *k, const struct import_saved *s)
{
    const struct person *p = s->person ? rules_person(k->ctx.rules, s->person) : NULL;
    return (struct map_view){.id = s->id,
        .name = s->name,
        .title = s->title,
        .loop = s->loop,
        .person_name = p ? p->name : (str){0},
        .changed_us = s->changed_us,
        .version = s->version,
        .map = s->map};
}

static struct list views_of(struct call *k, const struct import_saved *maps, size_t n)
{
    struct map_view *rows = NEW_ARRAY(k->ctx.arena, n, struct map_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = view_of(k, &maps[i]);
    return (struct list){rows, n};
}

enum err_code import_maps_list(struct call *k)
{
    struct import_saved *maps;
    size_t n;
    if (all_maps(k, &maps, &n) != OK)
        return k->err.code;
    struct maps_view v = {views_of(k, maps, n)};
    return call_answer_fields(k, IMPORT_MAPS, &v);
}

str import_maps_text(struct call *k, str name)
{
    struct import_saved *maps;
    size_t n;
    if (all_maps(k, &maps, &n) != OK)
        return (str){0};
    for (size_t i = 0; i < n; i++)
        if (str_eq(maps[i].name, name))
            return maps[i].map;
    return (str){0};
}

// ---- saving one

enum err_code import_maps_check(struct call *k)
{
    struct import_saved *s = k->in;
    s->id = k->id;
    return OK;
}

enum err_code import_maps_put(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    return import_saved_put(c, k->in, result, e);
}

enum err_code import_maps_answer(struct call *k)
{
    struct import_saved *maps;
    size_t n;
    if (all_maps(k, &maps, &n) != OK)
        return k->err.code;
    for (size_t i = 0; i < n; i++)
        if (!maps[i].shipped && maps[i].id == k->result) {
            struct map_view v = view_of(k, &maps[i]);
            return call_answer_fields(k, IMPORT_MAP_OUT, &v);
        }
    return err_add(
        &k->err, ERR_MISSING, S("id"), (str){0}, "the map is gone again", "这个模板已经删除");
}

enum err_code import_maps_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return import_saved_drop(c, k->id, e);
}

// ---- an empty sheet

const struct field IMPORT_TEMPLATE_QUERY[] = {
    {"loop", FIELD_STR, .help = "key of a loop or a register"},
    {0},
};

enum err_code import_maps_template(struct call *k)
{
    str key = http_query(k->req, "loop");
    const struct loop *l = rules_loop(k->ctx.rules, key);
    if (!l || !l->now)
        return err_add(
            &k->err, ERR_INVALID, S("loop"), (str){0}, "there is no such loop", "没有这种事项类型");
    http_set(k->req, "Content-Disposition",
        str_fmt(k->req->arena, "attachment; filename=\"%.*s.xlsx\"", STR_ARG(key)));
    http_answer(k->req, 200, XLSX_TYPE, import_template(&k->ctx, l->now));
    return OK;
}

// ---- a first look

struct column_view {
    str name;
    struct strs samples;
};
struct look_view {
    struct list sheets, columns, maps;
    str sheet, print, map, known;
    int64_t header;
};
static const struct field SHEET_VIEW[] = {
    M(import_look_sheet, name, FIELD_STR),
    M(import_look_sheet, hidden, FIELD_BOOL),
    {0},
};
static const struct field COLUMN_VIEW[] = {
    M(column_view, name, FIELD_STR),
    M(column_view, samples, FIELD_STRS),
    {0},
};
const struct field IMPORT_LOOK[] = {
    {"sheets", FIELD_LIST, .at = offsetof(struct look_view, sheets), .sub = SHEET_VIEW,
        .size = sizeof(struct import_look_sheet), .help = "of a workbook"},
    M(look_view, sheet, FIELD_STR, .help = "the one looked at"),
    M(look_view, header, FIELD_I64, .help = "row of the names"),
    {"columns", FIELD_LIST, .at = offsetof(struct look_view, columns), .sub = COLUMN_VIEW,
        .size = sizeof(struct column_view)},
    M(look_view, print, FIELD_STR, .help = "of the header, to save with a map"),
    {"maps", FIELD_LIST, .at = offsetof(struct look_view, maps), .sub = MAP_VIEW,
        .size = sizeof(struct map_view), .help = "those that fit, the best first"},
    M(look_view, known, FIELD_STR, .help = "name of the map below; empty: it is proposed"),
    M(look_view, map, FIELD_STR, .flags = FIELD_RAW, .help = "docs/import.md, as JSON"),
    {0},
};

static struct list columns_of(struct call *k, const struct import_look *look)
{
    struct column_view *rows = NEW_ARRAY(k->ctx.arena, look->n, struct column_view);
    for (size_t i = 0; i < look->n; i++) {
        struct import_look_column *c = &look->columns[i];
        rows[i] = (struct column_view){c->name, {c->samples, c->n_samples}};
    }
    return (struct list){rows, look->n};
}

static enum err_code answer_look(
    struct call *k, const struct import_look *look, const struct import_saved *maps)
{
    struct import_saved *fits = NEW_ARRAY(k->ctx.arena, look->n_fits, struct import_saved);
    for (size_t i = 0; i < look->n_fits; i++)
        fits[i] = maps[look->fits[i]];
    struct look_view v = {.sheets = {look->sheets, look->n_sheets},
        .columns = columns_of(k, look),
        .maps = views_of(k, fits, look->n_fits),
        .sheet = look->sheet,
        .print = look->print,
        .map = look->map,
        .known = look->known ? fits[0].name : (str){0},
        .header = look->header};
    return call_answer_fields(k, IMPORT_LOOK, &v);
}

enum err_code import_maps_look(struct call *k)
{
    struct http_part *parts;
    struct import_saved *maps;
    struct import_look look;
    size_t n, n_maps;
    str content = {0}, sheet = {0}, loop = {0}, map = {0}, hash;
    if (!http_multipart(k->req, &parts, &n, &k->err))
        return k->err.code;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(parts[i].name, S("file")))
            content = parts[i].content;
        else if (str_eq(parts[i].name, S("sheet")))
            sheet = parts[i].content;
        else if (str_eq(parts[i].name, S("loop")))
            loop = parts[i].content;
        else if (str_eq(parts[i].name, S("map")))
            map = parts[i].content;
    }
    if (content.n == 0)
        return err_add(&k->err, ERR_INVALID, S("file"), S("XLSX, CSV"),
            "there is no file in the form", "请选择文件");
    if (blob_put(k->ctx.blob_dir, k->ctx.arena, content, &hash, &k->err) != OK ||
        all_maps(k, &maps, &n_maps) != OK)
        return k->err.code;
    str path = blob_path(k->ctx.blob_dir, k->ctx.arena, hash);
    for (size_t i = 0; i < n_maps && map.n > 0; i++)
        if (str_eq(maps[i].name, map)) { // that one and no other
            maps = &maps[i];
            n_maps = 1;
            break;
        }
    if (import_look(&k->ctx, path, sheet, loop, maps, n_maps, &look, &k->err) != OK)
        return k->err.code;
    return answer_look(k, &look, maps);
}
