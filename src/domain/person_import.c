// People and their roles from a YAML text, for the first day of a town and for a list from its
// personnel office.

#include "domain/people_inner.h"
#include "domain/yaml.h"

static const struct yaml_member GRANT[] = {
    {"role", YAML_WANT_KEY, YAML_REQUIRED},
    {"unit", YAML_WANT_STR, YAML_REQUIRED, "a unit's code"},
    {0},
};
static const struct yaml_member PERSON[] = {
    {"login", YAML_WANT_STR, YAML_REQUIRED},
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"roles", YAML_WANT_MAPS, .sub = GRANT},
    {"password", YAML_WANT_STR},
    {"demo", YAML_WANT_BOOL},
    {0},
};
static const struct yaml_member PEOPLE[] = {
    {"people", YAML_WANT_MAPS, YAML_REQUIRED, .sub = PERSON},
    {"units", YAML_WANT_ANY},
    {"classes", YAML_WANT_ANY},
    {0},
};

// The mistakes of one row, each with the place it stands at.
static void say_where(struct err *e, struct err *sub, const struct yaml *at)
{
    for (size_t i = 0; i < sub->n; i++) {
        sub->notes[i].line = at->line;
        sub->notes[i].column = at->column;
    }
    err_merge(e, sub, (str){0});
}

static void grant_one(struct ctx *c, int64_t person, const struct yaml *row, struct err *e)
{
    struct err sub;
    err_init(&sub, e->arena, e->lang);
    str code = yaml_get_str(row, "unit");
    int64_t unit = db_one_i64(
        c->db, 0, "SELECT id FROM unit WHERE town = ?1 AND code = ?2", V(c->rules->town), V(code));
    if (unit == 0) {
        yaml_err(e, row, S("unit"), (str){0}, "there is no unit with the code \"%.*s\"",
            "没有代码为“%.*s”的单位", STR_ARG(code));
        return;
    }
    if (person_grant(c, person, yaml_get_str(row, "role"), unit, false, &sub) != OK)
        say_where(e, &sub, row);
}

static void import_one(struct ctx *c, const struct yaml *row, int64_t *made, struct err *e)
{
    struct person_in in = {.login = str_lower(c->arena, str_trim(yaml_get_str(row, "login"))),
        .name = yaml_get_str(row, "name"),
        .password = yaml_get_str(row, "password"),
        .active = -1,
        .demo = yaml_get_bool(row, "demo", false)};
    in.quick_hash = in.demo;
    int64_t person = db_one_i64(c->db, 0, "SELECT id FROM person WHERE town = ?1 AND login = ?2",
        V(c->rules->town), V(in.login));
    if (person == 0) {
        struct err sub;
        err_init(&sub, e->arena, e->lang);
        if (person_put(c, &in, &person, &sub) != OK) {
            say_where(e, &sub, row);
            return;
        }
        ++*made;
    }
    const struct yaml *roles = yaml_get(row, "roles");
    for (size_t i = 0; roles && i < roles->n; i++)
        grant_one(c, person, roles->vals[i], e);
}

enum err_code people_import(struct ctx *c, str text, int64_t *made, struct err *e)
{
    *made = 0;
    const struct yaml *root = yaml_parse(c->arena, text, e);
    if (!root || !yaml_check(root, PEOPLE, (str){0}, e))
        return e->code;
    const struct yaml *list = yaml_get(root, "people");
    for (size_t i = 0; i < list->n; i++)
        import_one(c, list->vals[i], made, e);
    if (e->code != OK)
        *made = 0;
    return e->code != OK ? e->code : db_status(c->db, e);
}
