#include "api/admin.h"

#include "api/members.h"

struct grant_row {
    str role, title, unit_name;
    int64_t unit;
};
struct person_row {
    int64_t id, version, seen_us;
    str login, name;
    bool active, must_change, demo;
    struct list roles;
};
struct person_rows {
    struct list rows;
};
static const struct field GRANT_ROW[] = {
    M(grant_row, role, FIELD_STR),
    M(grant_row, title, FIELD_STR),
    M(grant_row, unit, FIELD_I64),
    M(grant_row, unit_name, FIELD_STR),
    {0},
};
const struct field PERSON_OUT[] = {
    M(person_row, id, FIELD_I64),
    M(person_row, login, FIELD_STR),
    M(person_row, name, FIELD_STR),
    M(person_row, active, FIELD_BOOL),
    M(person_row, must_change, FIELD_BOOL),
    M(person_row, demo, FIELD_BOOL),
    {"roles", FIELD_LIST, .at = offsetof(struct person_row, roles), .sub = GRANT_ROW,
        .size = sizeof(struct grant_row)},
    M(person_row, version, FIELD_I64),
    {"seen", FIELD_TIME, .at = offsetof(struct person_row, seen_us),
        .help = "last log-in; null: never"},
    {0},
};
const struct field PEOPLE_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct person_rows, rows), .sub = PERSON_OUT,
        .size = sizeof(struct person_row)},
    {0},
};

static struct person_row view(struct ctx *c, const struct person *p)
{
    struct grant_row *g = NEW_ARRAY(c->arena, p->n, struct grant_row);
    for (size_t i = 0; i < p->n; i++)
        g[i] = (struct grant_row){p->grants[i].role->key, p->grants[i].role->title,
            p->grants[i].unit->name, p->grants[i].unit->id};
    int64_t version = 0, seen_us = 0;
    struct cursor r =
        db_rows(c->db, "SELECT version, seen_us FROM person WHERE town = ?1 AND id = ?2",
            V(c->rules->town), V(p->id));
    if (db_next(&r)) {
        version = db_i64(&r, 0);
        seen_us = db_i64(&r, 1);
    }
    db_done(&r);
    return (struct person_row){.id = p->id,
        .version = version,
        .seen_us = seen_us,
        .login = p->login,
        .name = p->name,
        .active = p->active,
        .must_change = p->must_change,
        .demo = p->demo,
        .roles = {g, p->n}};
}

// Who makes people and who grants roles both need to see them; an auditor reads the log instead.
enum err_code people_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct person_row *rows = NEW_ARRAY(c->arena, c->rules->n_people, struct person_row);
    for (size_t i = 0; i < c->rules->n_people; i++)
        rows[i] = view(c, &c->rules->people[i]);
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    struct person_rows v = {{rows, c->rules->n_people}};
    return call_answer_fields(k, PEOPLE_LIST, &v);
}

struct new_in {
    str login, name, password;
};
const struct field PERSON_NEW_IN[] = {
    M(new_in, login, FIELD_STR, .flags = FIELD_REQUIRED, .max = PERSON_LOGIN_MAX),
    M(new_in, name, FIELD_STR, .flags = FIELD_REQUIRED, .max = PERSON_NAME_MAX),
    M(new_in, password, FIELD_STR, .flags = FIELD_REQUIRED, .max = PASSWORD_MAX,
        .help = "initial: must be changed at the first log-in"),
    {0},
};
const size_t PERSON_NEW_IN_SIZE = sizeof(struct new_in);

enum err_code people_new_check(struct call *k)
{
    const struct new_in *in = k->in;
    struct person_in *p = NEW(k->ctx.arena, struct person_in);
    *p = (struct person_in){
        .login = in->login, .name = in->name, .password = in->password, .active = -1};
    k->state = p;
    return person_prepare(&k->ctx, p, &k->err);
}

struct patch_in {
    int64_t version;
    str name, password, active;
};
const struct field PERSON_PATCH_IN[] = {
    M(patch_in, version, FIELD_I64, .flags = FIELD_REQUIRED),
    M(patch_in, name, FIELD_STR, .max = PERSON_NAME_MAX),
    M(patch_in, password, FIELD_STR, .max = PASSWORD_MAX,
        .help = "a new initial one; ends all his sessions"),
    M(patch_in, active, FIELD_STR, .options = "yes|no"),
    {0},
};
const size_t PERSON_PATCH_IN_SIZE = sizeof(struct patch_in);

enum err_code people_patch_check(struct call *k)
{
    const struct patch_in *in = k->in;
    struct person_in *p = NEW(k->ctx.arena, struct person_in);
    *p = (struct person_in){.id = k->id,
        .version = in->version,
        .name = in->name,
        .password = in->password,
        .active = in->active.n == 0 ? -1 : str_eq(in->active, S("yes"))};
    k->state = p;
    return in->password.n > 0 ? person_prepare(&k->ctx, p, &k->err) : OK;
}

enum err_code people_put(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    return person_put(c, k->state, result, e);
}

enum err_code people_answer(struct call *k)
{
    const struct person *p = rules_person(k->ctx.rules, k->result);
    if (!p)
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such person", "没有这个人");
    struct person_row v = view(&k->ctx, p);
    return call_answer_fields(k, PERSON_OUT, &v);
}

// ---- roles

struct grant_in {
    str role;
    int64_t unit;
};
const struct field GRANT_IN[] = {
    M(grant_in, role, FIELD_STR, .flags = FIELD_REQUIRED, .max = DEF_KEY_MAX),
    M(grant_in, unit, FIELD_I64, .flags = FIELD_REQUIRED),
    {0},
};
const size_t GRANT_IN_SIZE = sizeof(struct grant_in);
const struct field GRANT_QUERY[] = {
    {"role", FIELD_STR},
    {"unit", FIELD_I64},
    {0},
};

enum err_code people_grant(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct grant_in *in = k->in;
    *result = k->id;
    return person_grant(c, k->id, in->role, in->unit, false, e);
}

enum err_code people_revoke_check(struct call *k)
{
    struct grant_in *in = NEW(k->ctx.arena, struct grant_in);
    in->role = http_query(k->req, "role");
    k->in = in;
    return call_query_i64(k, "unit", 0, 1, INT64_MAX, &in->unit) ? OK : k->err.code;
}

enum err_code people_revoke(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct grant_in *in = k->in;
    *result = k->id;
    return person_grant(c, k->id, in->role, in->unit, true, e);
}

struct role_row {
    str key, title, apart;
    struct strs rights;
};
struct role_rows {
    struct list rows;
};
static const struct field ROLE_ROW[] = {
    M(role_row, key, FIELD_STR),
    M(role_row, title, FIELD_STR),
    M(role_row, rights, FIELD_STRS),
    M(role_row, apart, FIELD_STR, .help = "roles with the same word never meet in one person"),
    {0},
};
const struct field ROLES_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct role_rows, rows), .sub = ROLE_ROW,
        .size = sizeof(struct role_row)},
    {0},
};

enum err_code roles_list(struct call *k)
{
    const struct rules *r = k->ctx.rules;
    struct role_row *rows = NEW_ARRAY(k->ctx.arena, r->n_roles, struct role_row);
    for (size_t i = 0; i < r->n_roles; i++)
        rows[i] = (struct role_row){r->roles[i].key, r->roles[i].title, r->roles[i].apart,
            {r->roles[i].rights, r->roles[i].n}};
    struct role_rows v = {{rows, r->n_roles}};
    return call_answer_fields(k, ROLES_LIST, &v);
}
