// Answers as a form takes them, drawn from the definition alone.

#include "walk.h"

#include "domain/attach.h"
#include "domain/uscc.h"
#include "domain/rules.h"

enum { ROUNDS = 4, OPTIONAL = 4, PHOTOS = 3 }; // one in so many optional answers is given

size_t walk_below(struct walk *w, size_t n)
{
    return n == 0 ? 0 : (size_t)rng_range(&w->rng, 0, (int64_t)n - 1);
}

bool walk_chance(struct walk *w, double share)
{
    return rng_unit(&w->rng) < share;
}

const struct person *walk_holder(struct walk *w, const str *who, size_t n, const int64_t *units,
    size_t n_units, int64_t not_person)
{
    const struct rules *r = w->rules;
    size_t from = walk_below(w, r->n_people);
    for (size_t i = 0; i < r->n_people; i++) {
        const struct person *p = &r->people[(from + i) % r->n_people];
        if (!p->active || p->id == not_person)
            continue;
        for (size_t u = 0; u < n_units; u++)
            if (units[u] != 0 && rules_holds(r, p, who, n, units[u]))
                return p;
    }
    return NULL;
}

// ---- one value

static str letters(struct walk *w, struct arena *a, int64_t min, int64_t max)
{
    static const char *const PIECES[] = {"现场看过", "已经逐项登记", "住户在家", "另约时间",
        "拍照留存", "由专人跟进", "说明了原因", "下周再去"};
    str out = S("记");
    while ((int64_t)utf8_count(out) < min || walk_chance(w, 0.5)) {
        str more = str_two(a, out, str_of(PIECES[walk_below(w, ARRAY_LEN(PIECES))]));
        if ((int64_t)utf8_count(more) > max)
            break;
        out = more;
    }
    return out;
}

// A code whose last character fits: the one of 36 that is taken.
static str credit_code(struct walk *w, struct arena *a)
{
    static const char LAST[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    str code;
    for (size_t i = 0; i < sizeof(LAST) - 1; i++) {
        str given = str_fmt(a, "91310105%09" PRId64 "%c", w->drawn, LAST[i]);
        if (uscc_read(a, given, &code))
            return code;
    }
    return (str){0};
}

static str some_row(struct ctx *c, struct walk *w, str key)
{
    str *rows = NULL;
    size_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT no FROM item WHERE town = ?1 AND loop = ?2 AND shelf = 2 AND open = 1 LIMIT 40",
        V(c->rules->town), V(key));
    while (db_next(&r))
        VEC_PUSH(c->arena, rows, n) = db_dup(&r, 0, c->arena);
    db_done(&r);
    return n > 0 ? rows[walk_below(w, n)] : (str){0};
}

static const struct unit *some_unit(struct walk *w)
{
    for (;;) {
        const struct unit *u = &w->rules->units[walk_below(w, w->rules->n_units)];
        if (!u->closed)
            return u;
    }
}

static str number(struct walk *w, struct arena *a, const struct def_field *f)
{
    bool bound = f->high > f->low;
    double low = bound ? f->low : 1, high = bound ? f->high : 9;
    if (high > low + 9)
        high = low + 9;
    int64_t from = (int64_t)low, to = (int64_t)high;
    from += (double)from < low;
    return f->percent ? S("0.5") : str_fmt(a, "%" PRId64, rng_range(&w->rng, from, to));
}

// A small one near the middle of nowhere in particular.
static str shape(struct walk *w, struct arena *a, const struct def_field *f)
{
    double lon = 121.36 + (double)walk_below(w, 1000) / 1e5;
    str kind = def_shape_name(f->shape);
    if (str_eq(kind, S("line")))
        return str_fmt(a, "LINESTRING(%.5f 31.22, %.5f 31.221)", lon, lon + 0.001);
    if (str_eq(kind, S("polygon")))
        return str_fmt(a, "POLYGON((%.5f 31.22, %.5f 31.22, %.5f 31.221, %.5f 31.22))", lon,
            lon + 0.001, lon, lon);
    return str_fmt(a, "POINT(%.5f 31.22)", lon);
}

static const struct class_ *some_class(struct walk *w, struct arena *a, str scheme)
{
    const struct class_ **all = NULL;
    size_t n = 0;
    for (size_t i = 0; i < w->rules->n_classes; i++)
        if (str_eq(w->rules->classes[i].scheme, scheme))
            VEC_PUSH(a, all, n) = &w->rules->classes[i];
    return n > 0 ? all[walk_below(w, n)] : NULL;
}

static str value(
    struct walk *w, struct ctx *c, const struct def_field *f, const struct item_form_row *row)
{
    struct arena *a = c->arena;
    int64_t day = tm_local_day(w->now_us, w->rules->zone_s) + (int64_t)walk_below(w, 30);
    w->drawn++;
    switch (f->type) {
    case DEF_TEXT:
        if (f->check == CHECK_USCC)
            return credit_code(w, a);
        if (f->unique)
            return str_fmt(a, "W%" PRId64, w->drawn);
        return letters(w, a, f->min > 0 ? f->min : 1, f->max > 0 ? f->max : 60);
    case DEF_NUMBER:
    case DEF_MONEY:
        return number(w, a, f);
    case DEF_CHOICE:
        if (row && row->n_options > 0)
            return row->options[walk_below(w, row->n_options)];
        return f->options[walk_below(w, f->n_options)];
    case DEF_DATE:
        return tm_date(a, day);
    case DEF_TIME:
        return str_fmt(a, "%.*s 10:00", STR_ARG(tm_date(a, day)));
    case DEF_YESNO:
        return walk_chance(w, 0.5) ? S("是") : S("否");
    case DEF_PERSON:
        return row && row->n_people > 0 ? row->people[walk_below(w, row->n_people)]->login
                                        : (str){0};
    case DEF_UNIT:
        return some_unit(w)->code;
    case DEF_PHONE:
        return str_fmt(a, "138%08" PRId64, w->drawn);
    case DEF_FULLNAME:
        return S("演示甲");
    case DEF_IDNO:
        return S("11010519491231002X"); // [GB 11643-1999], its own example
    case DEF_FILE:
        return (str){0}; // a walk adds no attachments
    case DEF_CLASS:
        return some_class(w, a, f->scheme)->code;
    case DEF_GEOMETRY:
        return shape(w, a, f);
    case DEF_REF:
        return some_row(c, w, f->to);
    }
    UNREACHABLE();
}

// ---- filing

static int64_t class_id(struct walk *w, struct arena *a, const struct def *d)
{
    const struct class_ *k = some_class(w, a, d->class_scheme);
    return k ? k->id : 0;
}

// Without an item there is no form: the first row of `fits` that could hold is not known, so a
// choice is drawn from all, and drawn anew when it does not fit.
void walk_draw_filing(struct walk *w, struct ctx *c, const struct def *d, struct item_in *in)
{
    const struct def_step *s = &d->steps[0];
    *in = (struct item_in){.loop = d->loop,
        .title = str_fmt(c->arena, "走一遍 %" PRId64, ++w->drawn),
        .text = d->lasting ? (str){0} : S("随机走一遍"),
        .address = S("北虹路1号")};
    for (size_t i = 0; i < s->n_asks; i++) {
        const struct def_ask *ask = &s->asks[i];
        const struct def_field *f = ask->field >= 0 ? &d->fields[ask->field] : NULL;
        bool wanted = ask->required || (f && f->required) || walk_below(w, OPTIONAL) == 0;
        if (ask->field == DEF_ASK_CLASS && wanted)
            in->cls = class_id(w, c->arena, d);
        if (!f || !wanted)
            continue;
        const struct person *who = f->type == DEF_PERSON
                                       ? walk_holder(w, f->roles, f->n_roles, &w->rules->town, 1, 0)
                                       : NULL;
        struct item_form_row row = {.people = &who, .n_people = who != NULL};
        str val = value(w, c, f, who ? &row : NULL);
        if (val.n > 0)
            VEC_PUSH(c->arena, in->fields, in->n_fields) = (struct item_field){f->key, val};
    }
}

// ---- a step

static const struct def_field *field_named(const struct def *d, str key)
{
    int at = def_field_at(d, key);
    return at >= 0 ? &d->fields[at] : NULL;
}

static bool answered(const struct step_in *in, str key)
{
    for (size_t i = 0; i < in->n_fields; i++)
        if (str_eq(in->fields[i].key, key))
            return true;
    return false;
}

static void answer_row(struct walk *w, struct ctx *c, const struct def *d,
    const struct item_form_row *row, bool wanted, struct step_in *in)
{
    const struct def_field *f = field_named(d, row->field);
    str val = f && wanted && !answered(in, f->key) ? value(w, c, f, row) : (str){0};
    if (val.n > 0)
        VEC_PUSH(c->arena, in->fields, in->n_fields) = (struct item_field){f->key, val};
}

// What an item has beside its fields stands in no form.
static void answer_self(struct walk *w, struct ctx *c, const struct def *d,
    const struct def_step *s, struct step_in *in)
{
    for (size_t i = 0; i < s->n_asks; i++) {
        int what = s->asks[i].field;
        if (what >= 0 || !(s->asks[i].required || walk_below(w, OPTIONAL) == 0))
            continue;
        if (what == DEF_ASK_CLASS)
            in->cls = class_id(w, c->arena, d);
        if (what == DEF_ASK_NAME)
            in->title = str_fmt(c->arena, "换个名称 %" PRId64, ++w->drawn);
        in->has_place = in->has_place || what == DEF_ASK_PLACE;
        if (what == DEF_ASK_PLACE)
            in->place = (struct item_place){.address = S("北虹路2号")};
    }
}

// What must be answered follows from what is: so a form is filled in some rounds.
static void answers(struct walk *w, struct ctx *c, const struct def *d, const struct item *it,
    struct step_in *in, struct item_form *form)
{
    for (int round = 0; round < ROUNDS; round++) {
        item_form(c, it, in, form);
        for (size_t i = 0; i < form->n; i++) {
            const struct item_form_row *row = &form->rows[i];
            bool wanted = row->required || (round == 0 && walk_below(w, OPTIONAL) == 0);
            answer_row(w, c, d, row, wanted, in);
        }
    }
}

static void units(struct walk *w, struct ctx *c, const struct def_step *s, const struct item *it,
    struct step_in *in)
{
    const struct item_part *part =
        in->part ? item_part((struct item *)(uintptr_t)it, in->part) : NULL;
    const struct unit *top = part ? rules_unit(w->rules, part->unit) : NULL;
    size_t most = s->does == DOES_DISPATCH || s->does == DOES_CONFER ? 3 : 1;
    size_t want = 1 + walk_below(w, most);
    for (int tries = 0; tries < 60 && in->n_units < want; tries++) {
        const struct unit *u = some_unit(w);
        bool twice = u->id == w->rules->town || u->id == it->receiver;
        for (size_t i = 0; i < in->n_units; i++)
            twice = twice || in->units[i] == u->id;
        for (size_t i = 0; i < it->n_parts && s->does != DOES_DISPATCH; i++)
            twice = twice || it->parts[i].unit == u->id;
        if (!twice && (!top || (s->does == DOES_PASS && unit_below(u, top) && u != top)))
            VEC_PUSH(c->arena, in->units, in->n_units) = u->id;
    }
}

static void others(struct walk *w, struct ctx *c, const struct def *d, const struct def_step *s,
    const struct item *it, struct step_in *in)
{
    if (s->does == DOES_MERGE)
        in->other = db_one_str(c->db, c->arena,
            "SELECT no FROM item WHERE town = ?1 AND loop = ?2 AND open = 1 AND merged = 0"
            " AND id <> ?3 ORDER BY id DESC LIMIT 1",
            V(c->rules->town), V(d->loop), V(it->id));
    if (s->does == DOES_GATHER || s->does == DOES_RELEASE) {
        str no = db_one_str(c->db, c->arena,
            "SELECT no FROM item WHERE town = ?1 AND loop <> ?2 AND shelf = 0 AND open = 1"
            " ORDER BY id DESC LIMIT 1",
            V(c->rules->town), V(d->loop));
        if (no.n > 0)
            VEC_PUSH(c->arena, in->members, in->n_members) = no;
    }
    const struct loop *l =
        s->does == DOES_CHILD && s->child_loop.n > 0 ? rules_loop(w->rules, s->child_loop) : NULL;
    if (s->does == DOES_CHILD)
        walk_draw_filing(w, c, l ? l->now : d, &in->child);
}

void walk_draw_step(struct walk *w, struct ctx *c, const struct def *d, const struct def_step *s,
    const struct item *it, struct step_in *in)
{
    struct item_form form = {0};
    answer_self(w, c, d, s, in);
    answers(w, c, d, it, in, &form);
    if (s->note_required || form.note || walk_below(w, OPTIONAL) == 0)
        in->note = letters(w, c->arena, 2, 60);
    if (s->reasons >= 0) {
        const struct def_reasons *list = &d->reasons[s->reasons];
        const struct def_reason *r = &list->rows[walk_below(w, list->n)];
        in->reason = r->key;
        in->reason_option = r->n > 0 ? r->options[walk_below(w, r->n)] : (str){0};
    }
    if (s->does == DOES_EXTEND)
        in->extend = (struct dur){.n = 1, .unit = s->max.unit};
    if (s->does == DOES_DISPATCH || s->does == DOES_ASSIST || s->does == DOES_PASS ||
        s->does == DOES_CONFER)
        units(w, c, s, it, in);
    if (s->judges & (s->judges - 1)) {
        size_t at = walk_below(w, d->n_judges);
        while (!(s->judges >> at & 1))
            at = (at + 1) % d->n_judges;
        in->judge = d->judges[at].key;
    }
    others(w, c, d, s, it, in);
}

static enum err_code attach(
    struct walk *w, struct ctx *c, const struct item *it, const char *name, struct err *e)
{
    struct attach_in in = {.item = it->id,
        .name = str_of(name),
        .type = S("image/png"),
        .content = str_fmt(c->arena, "\x89PNG\r\n\x1a\n%" PRId64, ++w->drawn)};
    return attach_store(c, &in, e) == OK ? attach_record(c, &in, e) : e->code;
}

enum err_code walk_draw_files(struct walk *w, struct ctx *c, const struct def_step *s,
    const struct item *it, struct step_in *in, struct err *e)
{
    struct item_form form = {0};
    item_form(c, it, in, &form);
    int photos = s->photos > 0 ? s->photos : s->photos_stage.n > 0 ? PHOTOS : 0;
    int want = form.files > photos ? form.files : photos;
    for (int i = 0; i < want; i++)
        if (attach(w, c, it, "现场.png", e) != OK)
            return e->code;
    struct cursor r = db_rows(c->db,
        "SELECT id FROM file WHERE town = ?1 AND item = ?2 ORDER BY id DESC LIMIT ?3",
        V(c->rules->town), V(it->id), V((int64_t)form.files));
    while (db_next(&r))
        VEC_PUSH(c->arena, in->files, in->n_files) = db_i64(&r, 0);
    db_done(&r);
    return db_status(c->db, e);
}
