// Rows of a register that are there already: found by number, by a value that stands once or by
// name, and changed where the sheet says otherwise, as the importer could by hand.

#include <math.h>

#include "domain/import_inner.h"
#include "domain/item_inner.h"
#include "domain/item_refer.h"

enum { CHANGES_MAX = 64 * KIB, SHOWN_MAX = 200 };

static const char CHANGE[] = "change"; // of every register (def_register.c)
// A sheet gives six decimals: what is nearer than this is the same point.
static const double SAME_DEGREES = 1e-6;

static void note(struct ctx *c, const struct import_map *m, struct import_row *row, str field,
    str value, const char *en, const char *zh)
{
    struct err one;
    size_t before = row->n_problems;
    err_init(&one, c->arena, c->lang);
    err_add(&one, ERR_INVALID, field, (str){0}, "%s", "%s", c->lang == LANG_EN ? en : zh);
    import_notes(c->arena, m, row, &one);
    if (row->n_problems > before && row->problems[before].value.n == 0)
        row->problems[before].value = value;
}

int64_t import_found(struct ctx *c, const struct import_map *m, struct import_row *row)
{
    bool many = false;
    int64_t item = 0;
    if (row->no.n > 0) {
        item = item_row_numbered(c, m->def->loop, row->no);
        if (item == 0)
            note(c, m, row, S("no"), row->no, "the register has no row of this number",
                "台账里没有这个编号");
    } else if (m->key_field) {
        item = import_holder(c, m->def->loop, m->key_field->key, row->key);
    } else if (m->key_title) {
        item = item_row_named(c, m->def->loop, row->key, &many);
        if (many)
            note(c, m, row, S("title"), row->key, "several rows have this name: give the number",
                "有几个对象叫这个名称，请填编号");
    }
    return many ? 0 : item;
}

// ---- what the row says, and the item does not

static bool column_of(const struct import_map *m, enum map_to to)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->columns[i].to == to)
            return true;
    return false;
}

// A sheet that has no coordinates says nothing of them, and one without an address nothing of that.
static void place_of(const struct import_map *m, const struct import_row *row,
    const struct item *it, struct step_in *in)
{
    bool point = row->in.lat != 0 || row->in.lon != 0;
    bool address = column_of(m, TO_ADDRESS) && (row->in.address.n > 0 || m->clears);
    point = column_of(m, TO_LAT) && column_of(m, TO_LON) && (point || m->clears);
    in->place = (struct item_place){address ? str_trim(row->in.address) : it->address,
        point ? row->in.lat : it->lat, point ? row->in.lon : it->lon};
    bool moved = fabs(in->place.lat - it->lat) > SAME_DEGREES ||
                 fabs(in->place.lon - it->lon) > SAME_DEGREES;
    in->has_place = moved || !str_eq(in->place.address, it->address);
    if (!moved) {
        in->place.lat = it->lat;
        in->place.lon = it->lon;
    }
}

static struct step_in change_of(
    const struct import_map *m, const struct import_row *row, const struct item *it)
{
    struct step_in in = {.item = it->id,
        .step = str_of(CHANGE),
        .version = ITEM_ANY_VERSION,
        .cls = row->in.cls > 0 && row->in.cls != it->cls ? row->in.cls : 0,
        .fields = row->in.fields,
        .n_fields = row->in.n_fields,
        .unit = row->in.unit};
    if (!str_eq(str_trim(row->in.title), it->title))
        in.title = row->in.title;
    place_of(m, row, it, &in);
    return in;
}

static bool same_fields(const struct item *a, const struct item *b)
{
    bool same = a->n_fields == b->n_fields;
    for (size_t i = 0; same && i < a->n_fields; i++)
        same = str_eq(a->fields[i].key, b->fields[i].key) &&
               str_eq(a->fields[i].val, b->fields[i].val);
    return same && str_eq(a->channel, b->channel) && str_eq(a->kind, b->kind) &&
           str_eq(a->priority, b->priority);
}

static bool same_f64(double a, double b)
{
    return !(a < b) && !(b < a);
}

static bool same_row(const struct item *a, const struct item *b)
{
    return a->unit == b->unit && a->cls == b->cls && str_eq(a->title, b->title) &&
           str_eq(a->address, b->address) && same_f64(a->lat, b->lat) && same_f64(a->lon, b->lon) &&
           same_fields(a, b);
}

// ---- said for people: what was, what becomes

static void pair(struct jw *w, str title, str was, str is)
{
    if (str_eq(was, is))
        return;
    jw_obj(w);
    jw_kstr(w, "title", title);
    jw_kstr(w, "was", utf8_head(was, SHOWN_MAX));
    jw_kstr(w, "is", utf8_head(is, SHOWN_MAX));
    jw_end_obj(w);
}

static str point_text(struct arena *a, const struct item *it)
{
    return it->lat == 0 && it->lon == 0 ? (str){0} : str_fmt(a, "%.6f, %.6f", it->lat, it->lon);
}

static str asked_title(struct ctx *c, const struct def *d, int what)
{
    struct def_ask ask = {.field = what};
    return def_ask_title(d, &ask, c->lang == LANG_EN);
}

static str class_name(const struct ctx *c, int64_t id)
{
    const struct class_ *k = id > 0 ? rules_class(c->rules, id) : NULL;
    return k ? k->name : (str){0};
}

static str shown(struct ctx *c, const struct def_field *f, const struct item *it)
{
    str v = item_field(it, f->key);
    int64_t us;
    if (f->type == DEF_YESNO && v.n > 0 && c->lang != LANG_EN)
        return str_eq(v, S("yes")) ? S("是") : S("否");
    if (f->type == DEF_TIME && str_i64(v, &us))
        return tm_minute(c->arena, us, c->rules->zone_s);
    return v.n > 0 ? item_field_shown(c, f, v) : v;
}

// Two numbers may have one mask, two shapes one size.
static str became(
    struct ctx *c, const struct def_field *f, const struct item *was, const struct item *is)
{
    str v = shown(c, f, is);
    bool other = (def_sealed(f) || f->type == DEF_GEOMETRY) &&
                 !str_eq(item_field(was, f->key), item_field(is, f->key));
    if (!other || !str_eq(v, shown(c, f, was)))
        return v;
    return str_fmt(c->arena, c->lang == LANG_EN ? "%.*s (another)" : "%.*s（另一个）", STR_ARG(v));
}

static str changes_json(struct ctx *c, const struct item *was, const struct item *is)
{
    const struct def *d = rules_def(c->rules, is->def);
    const struct unit *from = rules_unit(c->rules, was->unit), *to = rules_unit(c->rules, is->unit);
    bool en = c->lang == LANG_EN;
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, CHANGES_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "no", is->no);
    jw_kstr(&w, "name", was->title);
    jw_name(&w, "changes");
    jw_arr(&w);
    pair(&w, asked_title(c, d, DEF_ASK_NAME), was->title, is->title);
    pair(&w, asked_title(c, d, DEF_ASK_UNIT), from ? from->name : (str){0},
        to ? to->name : (str){0});
    pair(&w, asked_title(c, d, DEF_ASK_CLASS), class_name(c, was->cls), class_name(c, is->cls));
    pair(&w, en ? S("address") : S("地址"), was->address, is->address);
    pair(&w, en ? S("point") : S("坐标"), point_text(c->arena, was), point_text(c->arena, is));
    for (size_t i = 0; i < d->n_fields && b.n < CHANGES_MAX / 2; i++)
        pair(&w, d->fields[i].title, shown(c, &d->fields[i], was),
            became(c, &d->fields[i], was, is));
    jw_end_arr(&w);
    jw_end_obj(&w);
    return b.overflow ? (str){0} : buf_str(&b);
}

// ---- the change

static bool of_the_run(enum err_code code)
{
    return code == ERR_STORE || code == ERR_FULL || code == ERR_BUSY;
}

static void note_mistakes(struct ctx *c, const struct import_map *m, const struct def *d,
    struct import_row *row, struct err *found)
{
    for (size_t i = 0; i < found->n; i++) {
        str *field = &found->notes[i].field;
        if (str_eq(*field, S("name")))
            *field = S("title");
        else if (str_starts(*field, S("place.")))
            *field = str_sub(*field, S("place.").n, field->n);
        else if (str_eq(*field, S("step")))
            *field = def_step(d, str_of(CHANGE))->title;
    }
    import_notes(c->arena, m, row, found);
}

// An archived row is as it is, however often the sheet comes; only to change it, it would have to
// be restored.
static struct item as_kept(struct ctx *c, const struct def *d, const struct item *it)
{
    struct item x = item_copy(c->arena, it);
    if (!x.open) {
        x.state = d->states[d->steps[0].to].key;
        x.open = true;
        x.closed_us = 0;
    }
    return x;
}

enum err_code import_change_try(struct ctx *c, const struct import_map *m, struct import_row *row,
    int64_t item, struct item *out, bool *differs, struct err *e)
{
    struct item before;
    struct err found;
    *differs = false;
    if (item_load(c, item, &before, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, before.def);
    CHECK(d != NULL);
    struct step_in in = change_of(m, row, &before);
    struct item base = as_kept(c, d, &before);
    err_init(&found, c->arena, e->lang);
    enum err_code code = item_step_try(c, &in, &base, out, &found);
    if (of_the_run(code)) {
        err_merge(e, &found, (str){0});
        return code;
    }
    if (code != OK) {
        note_mistakes(c, m, d, row, &found);
        return OK;
    }
    *differs = !same_row(&base, out);
    if (*differs && !before.open)
        note(c, m, row, S("title"), before.no, "the row is archived: restore it first",
            "该对象已归档，恢复后才能修改");
    if (*differs)
        row->changes = changes_json(c, &base, out);
    return OK;
}

enum err_code import_change(struct ctx *c, const struct import_map *m, const struct import_row *row,
    int64_t item, int64_t *before, struct item *out, struct err *e)
{
    struct item was;
    if (item_load(c, item, &was, e) != OK)
        return e->code;
    *before = was.version;
    struct step_in in = change_of(m, row, &was);
    return item_step(c, &in, out, e);
}
