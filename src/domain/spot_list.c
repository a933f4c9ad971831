#include "domain/spot_list.h"

#include "domain/people_inner.h"
#include "domain/sheet_rows.h"
#include "domain/yaml.h"
#include "insight/datum.h"

enum spot_part { SPOT_NAME, SPOT_KIND, SPOT_UNIT, SPOT_LAT, SPOT_LON, SPOT_DATUM, SPOT_PARTS };
static const char *const PARTS[SPOT_PARTS] = {"name", "kind", "unit", "lat", "lon", "datum"};

struct spot_row {
    str parts[SPOT_PARTS];
    struct place at[SPOT_PARTS];
};

static const struct sheet_column COLUMNS[SPOT_PARTS] = {
    {"name", "名称", true},
    {"kind", "类型", false},
    {"unit", "单位", false},
    {"lat", "纬度", false},
    {"lon", "经度", false},
    {"datum", "坐标系", false},
};
static const struct yaml_member PLACE[] = {
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"kind", YAML_WANT_STR},
    {"unit", YAML_WANT_STR, .expected = "code or name of a unit, or none"},
    {"lat", YAML_WANT_STR, .expected = "31.2163"},
    {"lon", YAML_WANT_STR, .expected = "121.3631"},
    {"datum", YAML_WANT_STR, .options = "wgs84|cgcs2000|gcj02"},
    {0},
};
static const struct yaml_member PLACES[] = {
    {"places", YAML_WANT_MAPS, YAML_REQUIRED, .sub = PLACE},
    {0},
};

static struct spot_row *from_yaml(
    struct arena *a, const struct yaml *list, size_t *n, struct err *e)
{
    if (list->n > SHEET_ROWS_MAX) {
        const struct yaml *y = list->vals[SHEET_ROWS_MAX];
        yaml_err(e, y, (str){0}, (str){0}, "more than %d rows", "超过 %d 行", (int)SHEET_ROWS_MAX);
        return NULL;
    }
    struct spot_row *rows = NEW_ARRAY(a, list->n, struct spot_row);
    for (*n = 0; *n < list->n; ++*n)
        for (int k = 0; k < SPOT_PARTS; k++) {
            const struct yaml *y = list->vals[*n], *v = yaml_get(y, PARTS[k]);
            rows[*n].at[k] =
                v ? (struct place){v->line, v->column} : (struct place){y->line, y->column};
            rows[*n].parts[k] = v ? str_trim(yaml_get_str(y, PARTS[k])) : (str){0};
        }
    return rows;
}

struct spot_row *spot_list_read(struct arena *a, str text, bool csv, size_t *n, struct err *e)
{
    *n = 0;
    if (!csv) {
        const struct yaml *root = yaml_parse(a, text, e);
        if (!root || !yaml_check(root, PLACES, (str){0}, e))
            return NULL;
        return from_yaml(a, yaml_get(root, "places"), n, e);
    }
    struct sheet_row *sheet = sheet_rows(a, text, COLUMNS, SPOT_PARTS, n, e);
    struct spot_row *rows = NEW_ARRAY(a, *n, struct spot_row);
    for (size_t i = 0; i < *n; i++)
        for (int k = 0; k < SPOT_PARTS; k++) {
            rows[i].parts[k] = sheet[i].cells[k];
            rows[i].at[k] = (struct place){sheet[i].line, sheet[i].columns[k]};
        }
    return rows;
}

// A row as it is wanted.
struct wanted {
    str name, kind;
    int64_t unit;
    double lat, lon;
    bool gone;
};

static void note(struct err *e, const struct spot_row *r, enum spot_part part, const char *expected,
    const char *en, const char *zh)
{
    people_value_note(e, r->at[part], PARTS[part], r->parts[part], str_of(expected), en, zh);
}

static void read_point(const struct spot_row *r, struct wanted *w, struct err *e)
{
    str datum = r->parts[SPOT_DATUM];
    bool gcj = str_eq(datum, S("gcj02"));
    if (!str_f64(r->parts[SPOT_LAT], &w->lat) || !(w->lat >= -90 && w->lat <= 90))
        note(e, r, SPOT_LAT, "31.2163", "is not a latitude", "不是纬度");
    if (!str_f64(r->parts[SPOT_LON], &w->lon) || !(w->lon >= -180 && w->lon <= 180))
        note(e, r, SPOT_LON, "121.3631", "is not a longitude", "不是经度");
    if (!gcj && !str_eq(datum, S("wgs84")) && !str_eq(datum, S("cgcs2000")))
        note(e, r, SPOT_DATUM, "wgs84, cgcs2000, gcj02", "a point needs its coordinate system",
            "有坐标须写明坐标系");
    else if (gcj)
        datum_from_gcj02(w->lat, w->lon, &w->lat, &w->lon);
}

enum { KIND_MAX = 20 };

static struct wanted read_row(struct ctx *c, const struct spot_row *r, struct err *e)
{
    struct wanted w = {.name = r->parts[SPOT_NAME], .kind = r->parts[SPOT_KIND]};
    str unit = r->parts[SPOT_UNIT];
    bool point = r->parts[SPOT_LAT].n + r->parts[SPOT_LON].n > 0;
    w.gone = str_eq(unit, S("none")) || str_eq(unit, S("无"));
    if (utf8_count(w.name) < 2 || !people_line_ok(w.name, UNIT_NAME_MAX))
        note(e, r, SPOT_NAME, "2..60 characters", "is not a place's name", "地名须为 2 至 60 个字");
    if (!people_line_ok(w.kind, KIND_MAX))
        note(e, r, SPOT_KIND, "0..20 characters", "is too long", "类型过长");
    if (unit.n > 0 && !w.gone) {
        const struct unit *u = rules_unit_named(c->rules, unit);
        w.unit = u ? u->id : 0;
        if (!u)
            note(e, r, SPOT_UNIT, "", "there is no such unit", "没有这个单位");
        else if (u->closed)
            note(e, r, SPOT_UNIT, "", "is closed", "单位已停用");
    }
    if (point)
        read_point(r, &w, e);
    else if (unit.n == 0)
        note(e, r, SPOT_NAME, "", "say its unit, or its point", "请写明单位或坐标");
    return w;
}

static const struct spot *spot_named(const struct rules *r, str name)
{
    for (size_t i = 0; i < r->n_spots; i++)
        if (str_eq(r->spots[i].name, name))
            return &r->spots[i];
    return NULL;
}

static bool differs(const struct spot *was, const struct wanted *w)
{
    if (w->gone)
        return was != NULL;
    return !was || (was->unit ? was->unit->id : 0) != w->unit || was->lat != w->lat ||
           was->lon != w->lon || !str_eq(was->kind, w->kind);
}

static void write_spot(struct ctx *c, const struct spot *was, const struct wanted *w, int64_t *next)
{
    int64_t town = c->rules->town;
    if (w->gone && was)
        db_run(c->db, "DELETE FROM place WHERE town = ?1 AND id = ?2", V(town), V(was->id));
    else if (was)
        db_run(c->db,
            "UPDATE place SET kind = ?3, unit = ?4, lat = ?5, lon = ?6 WHERE town = ?1 AND id = ?2",
            V(town), V(was->id), V(w->kind), V(w->unit), V(w->lat), V(w->lon));
    else
        db_run(c->db,
            "INSERT INTO place (town, id, name, kind, unit, lat, lon)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            V(town), V((*next)++), V(w->name), V(w->kind), V(w->unit), V(w->lat), V(w->lon));
}

static enum err_code put_event(struct ctx *c, const struct town_list_counts *n, struct err *e)
{
    struct people_change ch;
    people_change_begin(c, &ch);
    jw_ki64(&ch.w, "made", n->made);
    jw_ki64(&ch.w, "changed", n->changed);
    journal_rules_changed(c);
    return people_event(c, &ch, S("places_put"), 0, e);
}

enum err_code spot_list_apply(struct ctx *c, const struct spot_row *rows, size_t n, bool write,
    struct town_list_counts *out, struct err *e)
{
    struct map seen;
    if (!ctx_may(c, MAY_MANAGE_UNITS, c->rules->town))
        return people_denied(e);
    map_init(&seen, c->arena);
    struct wanted *all = NEW_ARRAY(c->arena, n, struct wanted);
    for (size_t i = 0; i < n; i++) {
        all[i] = read_row(c, &rows[i], e);
        if (map_get(&seen, all[i].name))
            note(e, &rows[i], SPOT_NAME, "", "stands twice", "重复出现");
        map_put(&seen, all[i].name, &all[i]);
        const struct spot *was = spot_named(c->rules, all[i].name);
        bool new = !was &&differs(was, &all[i]);
        out->made += new;
        out->changed += !new &&differs(was, &all[i]);
        out->same += !differs(was, &all[i]);
    }
    if (e->code != OK || !write || out->made + out->changed == 0)
        return e->code != OK ? e->code : db_status(c->db, e);
    int64_t next = journal_next_id(c, "place");
    for (size_t i = 0; i < n; i++) {
        const struct spot *was = spot_named(c->rules, all[i].name);
        if (differs(was, &all[i]))
            write_spot(c, was, &all[i], &next);
    }
    return put_event(c, out, e);
}
