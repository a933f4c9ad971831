#include "domain/item_refer.h"

#include "domain/item_inner.h"
#include "domain/near.h"
#include "domain/sealed.h"
#include "domain/shape_field.h"

static bool refer_unit(struct ctx *c, str given, str *canonical, struct err *e, str path)
{
    const struct unit *u = rules_unit_named(c->rules, given);
    if (u && !u->closed) {
        *canonical = u->code;
        return true;
    }
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->rules->n_units; i++)
        VEC_PUSH(c->arena, names, n) = c->rules->units[i].name;
    err_add(e, ERR_INVALID, path, near_list(c->arena, given, names, n),
        "there is no unit \"%.*s\" in work", "没有单位“%.*s”，或已停用", STR_ARG(given));
    return false;
}

// Of the scheme: by code, by a name that stands once in it, or by the names from the top down with
// slashes between them. NULL: none, or several (*many).
static const struct class_ *class_named(const struct ctx *c, str scheme, str given, bool *many)
{
    const struct rules *r = c->rules;
    const struct class_ *found = map_get(&r->class_by_code, given);
    if (!found)
        found = map_get(
            &r->class_by_code, str_fmt(c->arena, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(given)));
    if (found)
        return str_eq(found->scheme, scheme) ? found : NULL;
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class_ *k = &r->classes[i];
        if (!str_eq(k->scheme, scheme) ||
            !(str_eq(k->name, given) || str_eq(class_path(c->arena, r, k->id), given)))
            continue;
        *many = found != NULL;
        found = k;
    }
    return *many ? NULL : found;
}

static bool refer_class(
    struct ctx *c, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    bool many = false;
    const struct class_ *k = class_named(c, f->scheme, given, &many);
    if (k) {
        *canonical = str_fmt(c->arena, "%.*s/%.*s", STR_ARG(k->scheme), STR_ARG(k->code));
        return true;
    }
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->rules->n_classes; i++)
        if (str_eq(c->rules->classes[i].scheme, f->scheme))
            VEC_PUSH(c->arena, names, n) = c->rules->classes[i].name;
    err_add(e, ERR_INVALID, path,
        many ? S("the code of one") : near_list(c->arena, given, names, n),
        many ? "several classes are called \"%.*s\"" : "there is no class \"%.*s\"",
        many ? "叫“%.*s”的分类不止一个，请用代码" : "没有分类“%.*s”", STR_ARG(given));
    return false;
}

static int64_t row_by_key(const struct ctx *c, str to, str value)
{
    const struct loop *l = rules_loop(c->rules, to);
    int64_t id = 0;
    for (size_t i = 0; l && l->now && i < l->now->n_fields && id == 0; i++) {
        const struct def_field *f = &l->now->fields[i];
        str v = value;
        struct err quiet;
        err_init(&quiet, c->arena, c->lang);
        if (f->unique && !def_sealed(f) && def_value(c->arena, f, value, &v, &quiet, S("")))
            id = db_one_i64(c->db, 0,
                "SELECT item FROM item_key WHERE town = ?1 AND loop = ?2 AND field = ?3 AND val = "
                "?4",
                V(c->rules->town), V(to), V(f->key), V(v));
    }
    return id;
}

int64_t item_row_numbered(const struct ctx *c, str to, str no)
{
    return db_one_i64(c->db, 0,
        "SELECT id FROM item WHERE town = ?1 AND no = ?2 AND loop = ?3 AND shelf = 2",
        V(c->rules->town), V(no), V(to));
}

int64_t item_row_named(const struct ctx *c, str to, str name, bool *many)
{
    int64_t id = 0, n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT id FROM item WHERE town = ?1 AND loop = ?2 AND title = ?3 AND shelf = 2"
        " AND merged = 0 LIMIT 2",
        V(c->rules->town), V(to), V(name));
    for (; db_next(&r); n++)
        id = db_i64(&r, 0);
    *many = n > 1;
    return id;
}

// A row that was merged leads to the other.
static int64_t leads_to(const struct ctx *c, int64_t row)
{
    return db_one_i64(c->db, row,
        "SELECT merged FROM item WHERE town = ?1 AND id = ?2 AND merged <> 0", V(c->rules->town),
        V(row));
}

static bool refer_row(
    struct ctx *c, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    bool many = false;
    int64_t id = item_row_numbered(c, f->to, given);
    if (id == 0)
        id = row_by_key(c, f->to, given);
    if (id == 0)
        id = item_row_named(c, f->to, given, &many);
    const struct loop *l = rules_loop(c->rules, f->to);
    str title = l ? l->title : f->to;
    if (id == 0 && c->coming && str_eq(c->coming->to, f->to) && map_get(&c->coming->names, given)) {
        *canonical = given; // it has no number before it is there
        return true;
    }
    if (many)
        err_add(e, ERR_INVALID, path, S("the number of one"),
            "several rows of \"%.*s\" are called \"%.*s\"", "“%.*s”里有几个“%.*s”，请用编号",
            STR_ARG(title), STR_ARG(given));
    else if (id == 0)
        err_add(e, ERR_INVALID, path, (str){0}, "\"%.*s\" has no row \"%.*s\"",
            "“%.*s”里没有“%.*s”", STR_ARG(title), STR_ARG(given));
    else
        *canonical = item_no_of(c, leads_to(c, id));
    return id != 0 && !many;
}

bool item_refer(
    struct ctx *c, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    *canonical = given;
    if (given.n == 0)
        return true;
    if (f->type == DEF_UNIT)
        return refer_unit(c, given, canonical, e, path);
    if (f->type == DEF_CLASS)
        return refer_class(c, f, given, canonical, e, path);
    return f->type != DEF_REF || refer_row(c, f, given, canonical, e, path);
}

int64_t item_field_row(const struct ctx *c, const struct def_field *f, str value)
{
    return f->type == DEF_REF && value.n > 0 ? item_row_numbered(c, f->to, value) : 0;
}

str item_field_shown(const struct ctx *c, const struct def_field *f, str value)
{
    if (def_sealed(f))
        return sealed_shown(value);
    if (f->type == DEF_FILE)
        return str_sub(value, str_find(value, '/') + 1, value.n);
    if (f->type == DEF_GEOMETRY)
        return shape_words(c->arena, value, c->lang == LANG_EN);
    const struct person *p =
        f->type == DEF_PERSON ? map_get(&c->rules->person_by_login, value) : NULL;
    const struct class_ *k = f->type == DEF_CLASS ? map_get(&c->rules->class_by_code, value) : NULL;
    const struct unit *u = f->type == DEF_UNIT ? rules_unit_named(c->rules, value) : NULL;
    str name = {0};
    if (f->type == DEF_REF && value.n > 0)
        name = db_one_str(c->db, c->arena, "SELECT title FROM item WHERE town = ?1 AND no = ?2",
            V(c->rules->town), V(value));
    return p ? p->name : u ? u->name : k ? k->name : name.n > 0 ? name : value;
}

static str named(const struct item *it, const struct def_field *f)
{
    return it->shelf == SHELF_GONE ? (str){0} : item_field(it, f->key);
}

// Two fields may name one row: the link stands as long as one does.
static bool still(const struct def *d, const struct item *it, str no)
{
    for (size_t i = 0; i < d->n_fields; i++)
        if (d->fields[i].type == DEF_REF && str_eq(named(it, &d->fields[i]), no))
            return true;
    return false;
}

void item_refer_move(
    struct ctx *c, const struct def *d, const struct item *before, const struct item *it)
{
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        if (f->type != DEF_REF)
            continue;
        str was = named(before, f), now = named(it, f);
        if (str_eq(was, now))
            continue;
        if (was.n > 0 && !still(d, it, was))
            db_run(c->db,
                "DELETE FROM link WHERE town = ?1 AND item = ?2 AND kind = 'ref' AND other = ?3",
                V(c->rules->town), V(item_row_numbered(c, f->to, was)), V(it->id));
        int64_t row = now.n > 0 ? item_row_numbered(c, f->to, now) : 0;
        if (row != 0)
            db_run(c->db,
                "INSERT INTO link (town, item, kind, other) VALUES (?1, ?2, 'ref', ?3)"
                " ON CONFLICT DO NOTHING",
                V(c->rules->town), V(row), V(it->id));
    }
}
