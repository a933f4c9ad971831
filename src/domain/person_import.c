// People and their roles from a list: for the first day of a town, and from its personnel office.
// What the list wants is compared with what is there, everything wrong is noted, and only then is
// it written, by the same functions as a single change.

#include "domain/people_inner.h"
#include "domain/sheet_rows.h"
#include "domain/yaml.h"

struct wanted_role {
    str role, unit; // key or title, code
    struct place role_at, unit_at;
};
struct wanted_person {
    str login, name, password, hash;
    bool demo;
    struct place login_at, name_at, password_at, demo_at;
    struct wanted_role *roles;
    size_t n;
};
struct people_list {
    struct wanted_person *rows;
    size_t n;
    bool first_day; // by init: demonstration people may be made
};

// ---- reading

static const struct yaml_member GRANT[] = {
    {"role", YAML_WANT_STR, YAML_REQUIRED, "a role's key or title"},
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

static struct place place_of(const struct yaml *map, const char *key)
{
    const struct yaml *v = yaml_get(map, key);
    return v ? (struct place){v->line, v->column} : (struct place){map->line, map->column};
}

static struct wanted_person read_person(struct arena *a, const struct yaml *y)
{
    struct wanted_person p = {.login = str_lower(a, str_trim(yaml_get_str(y, "login"))),
        .name = str_trim(yaml_get_str(y, "name")),
        .password = yaml_get_str(y, "password"),
        .demo = yaml_get_bool(y, "demo", false),
        .login_at = place_of(y, "login"),
        .name_at = place_of(y, "name"),
        .password_at = place_of(y, "password"),
        .demo_at = place_of(y, "demo")};
    const struct yaml *roles = yaml_get(y, "roles");
    for (size_t i = 0; roles && i < roles->n; i++) {
        const struct yaml *r = roles->vals[i];
        VEC_PUSH(a, p.roles, p.n) = (struct wanted_role){.role = yaml_get_str(r, "role"),
            .unit = yaml_get_str(r, "unit"),
            .role_at = place_of(r, "role"),
            .unit_at = place_of(r, "unit")};
    }
    return p;
}

static void read_yaml(struct arena *a, str text, struct people_list *list, struct err *e)
{
    const struct yaml *root = yaml_parse(a, text, e);
    if (!root || !yaml_check(root, PEOPLE, (str){0}, e))
        return;
    const struct yaml *rows = yaml_get(root, "people");
    struct map seen;
    map_init(&seen, a);
    for (size_t i = 0; i < rows->n; i++) {
        struct wanted_person p = read_person(a, rows->vals[i]);
        const struct yaml *before = map_get(&seen, p.login);
        if (before)
            err_at(e, p.login_at.line, p.login_at.column, S("login"), (str){0},
                "\"%.*s\" stands already in line %d", "“%.*s”在第 %d 行已经出现过",
                STR_ARG(p.login), before->line);
        map_put(&seen, p.login, rows->vals[i]);
        VEC_PUSH(a, list->rows, list->n) = p;
    }
}

enum { COL_LOGIN, COL_NAME, COL_ROLE, COL_UNIT, COL_PASSWORD, COLS };
static const struct sheet_column COLUMNS[COLS] = {
    {"login", "登录名", true},
    {"name", "姓名", true},
    {"role", "角色", false},
    {"unit", "单位代码", false},
    {"password", "初始密码", false},
};

// A row adds a role to the person above it who has the same log-in name.
static void add_row(struct arena *a, struct wanted_person *p, const struct sheet_row *r,
    const struct place at[COLS], struct err *e)
{
    if (r->cells[COL_NAME].n > 0 && p->name.n == 0) {
        p->name = r->cells[COL_NAME];
        p->name_at = at[COL_NAME];
    } else if (r->cells[COL_NAME].n > 0 && !str_eq(r->cells[COL_NAME], p->name)) {
        people_value_note(e, at[COL_NAME], "name", r->cells[COL_NAME], p->name,
            "is not the name of the row before with this log-in name",
            "与前面同一登录名的姓名不一致");
    }
    if (r->cells[COL_PASSWORD].n > 0) {
        p->password = r->cells[COL_PASSWORD];
        p->password_at = at[COL_PASSWORD];
    }
    if (r->cells[COL_ROLE].n == 0 && r->cells[COL_UNIT].n == 0)
        return;
    VEC_PUSH(a, p->roles, p->n) =
        (struct wanted_role){r->cells[COL_ROLE], r->cells[COL_UNIT], at[COL_ROLE], at[COL_UNIT]};
}

static void read_sheet(struct arena *a, str text, struct people_list *list, struct err *e)
{
    size_t n;
    struct sheet_row *rows = sheet_rows(a, text, COLUMNS, COLS, &n, e);
    struct map seen; // to the place in the list, from 1
    map_init(&seen, a);
    list->rows = NEW_ARRAY(a, n, struct wanted_person);
    for (size_t i = 0; i < n; i++) {
        struct place at[COLS];
        for (int k = 0; k < COLS; k++)
            at[k] = (struct place){rows[i].line, rows[i].columns[k] > 0 ? rows[i].columns[k] : 1};
        str login = str_lower(a, rows[i].cells[COL_LOGIN]);
        struct wanted_person *p = map_get(&seen, login);
        if (!p) {
            p = &list->rows[list->n++];
            *p = (struct wanted_person){.login = login,
                .login_at = at[COL_LOGIN],
                .name_at = at[COL_NAME],
                .password_at = at[COL_PASSWORD]};
            map_put(&seen, login, p);
        }
        add_row(a, p, &rows[i], at, e);
    }
}

struct people_list *people_list_read(struct arena *a, str text, bool csv, struct err *e)
{
    struct people_list *list = NEW(a, struct people_list);
    if (csv)
        read_sheet(a, text, list, e);
    else
        read_yaml(a, text, list, e);
    if (list->n > TOWN_LIST_PEOPLE_MAX)
        err_add(e, ERR_LIMIT, (str){0}, (str){0}, "more than %d people", "超过 %d 人",
            (int)TOWN_LIST_PEOPLE_MAX);
    return list;
}

// ---- the plan

// One person as he stands, and what the list changes about him.
struct plan_person {
    const struct wanted_person *want;
    struct person_row was; // id 0: new
    bool renamed;
    struct grant_plan {
        const struct role *role;
        int64_t unit;
    } * held, *grants; // held: with those planned before
    size_t n_held, n_grants;
    int64_t left;
};
struct plan {
    struct ctx *c;
    struct err *e;
    const struct role *roles;
    size_t n_roles;
    struct map units; // code to id
    bool first_day;
};

static void say_where(struct err *e, struct err *sub, struct place at)
{
    for (size_t i = 0; i < sub->n; i++) {
        sub->notes[i].line = at.line;
        sub->notes[i].column = at.column;
    }
    err_merge(e, sub, (str){0});
}

static const struct role *find_role(const struct plan *p, str name)
{
    const struct role *r = people_role(p->roles, p->n_roles, name);
    for (size_t i = 0; i < p->n_roles && !r; i++)
        if (str_eq(p->roles[i].title, name))
            r = &p->roles[i];
    return r;
}

static str role_keys(const struct plan *p)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < p->n_roles; i++)
        VEC_PUSH(p->c->arena, keys, n) = p->roles[i].key;
    return str_join(p->c->arena, keys, n, S(", "));
}

static void read_held(struct plan *p, struct plan_person *x)
{
    struct ctx *c = p->c;
    struct cursor r =
        db_rows(c->db, "SELECT role, unit FROM person_role WHERE town = ?1 AND person = ?2",
            V(c->rules->town), V(x->was.id));
    while (db_next(&r)) {
        const struct role *role = people_role(p->roles, p->n_roles, db_str(&r, 0));
        if (role)
            VEC_PUSH(c->arena, x->held, x->n_held) = (struct grant_plan){role, db_i64(&r, 1)};
    }
}

static void plan_role(struct plan *p, struct plan_person *x, const struct wanted_role *w)
{
    struct ctx *c = p->c;
    const struct role *role = find_role(p, w->role);
    const struct node *unit = map_get(&p->units, w->unit);
    if (!role)
        people_value_note(p->e, w->role_at, "role", w->role, role_keys(p), "there is no such role",
            "没有这个角色");
    if (!unit)
        people_value_note(p->e, w->unit_at, "unit", w->unit, (str){0},
            "there is no unit with this code", "没有这个代码的单位");
    if (!role || !unit)
        return;
    for (size_t i = 0; i < x->n_held; i++)
        if (x->held[i].role == role && x->held[i].unit == unit->id)
            return;
    struct err sub;
    err_init(&sub, p->e->arena, p->e->lang);
    if (unit->closed_us != 0)
        people_value_note(
            p->e, w->unit_at, "unit", w->unit, (str){0}, "the unit is closed", "该单位已停用");
    for (size_t i = 0; i < x->n_held && sub.code == OK; i++)
        if (!person_roles_meet(x->held[i].role, role, &sub))
            say_where(p->e, &sub, w->role_at);
    struct grant_plan g = {role, unit->id};
    VEC_PUSH(c->arena, x->held, x->n_held) = g;
    if (c->actor && c->actor->id == x->was.id)
        err_at(p->e, w->role_at.line, w->role_at.column, S("role"), (str){0},
            "nobody changes his own roles", "不能给自己授权或撤权");
    else if (ctx_may(c, MAY_GRANT, unit->id))
        VEC_PUSH(c->arena, x->grants, x->n_grants) = g;
    else if (ctx_may(c, MAY_MANAGE_PEOPLE, c->rules->town))
        x->left++;
    else
        people_value_note(p->e, w->unit_at, "unit", w->unit, (str){0},
            "your roles do not reach this unit", "您的角色管不到这个单位");
}

static void plan_new(struct plan *p, struct plan_person *x)
{
    const struct wanted_person *w = x->want;
    struct person_row row = {.login = w->login, .name = w->name};
    struct err sub;
    err_init(&sub, p->e->arena, p->e->lang);
    person_check(p->c, &row, &sub);
    for (size_t i = 0; i < sub.n; i++) {
        bool login = str_eq(sub.notes[i].field, S("login"));
        const char *said = str_z(p->c->arena, sub.notes[i].message);
        people_value_note(p->e, login ? w->login_at : w->name_at, login ? "login" : "name",
            login ? w->login : w->name, sub.notes[i].expected, said, said);
    }
    if (!ctx_may(p->c, MAY_MANAGE_PEOPLE, p->c->rules->town))
        people_value_note(p->e, w->login_at, "login", w->login, (str){0},
            "is not there yet; a system administrator makes people",
            "还没有此人，须先由系统管理员建立");
    err_init(&sub, p->e->arena, p->e->lang);
    if (w->password.n > 0 && !password_fits(&sub, "password", w->login, w->password))
        say_where(p->e, &sub, w->password_at);
    if (w->demo && !p->first_day)
        err_at(p->e, w->demo_at.line, w->demo_at.column, S("demo"), (str){0},
            "demonstration people are made by init only", "演示人员只能在建镇时建立");
}

// A name that differs; who may not change it leaves it to who may.
static void plan_name(struct plan *p, struct plan_person *x)
{
    const struct wanted_person *w = x->want;
    if (w->name.n == 0 || str_eq(w->name, x->was.name))
        return;
    struct err sub;
    err_init(&sub, p->e->arena, p->e->lang);
    if (!people_line_ok(w->name, PERSON_NAME_MAX))
        people_value_note(p->e, w->name_at, "name", w->name, S("1..40"),
            "must have 1 to 40 characters", "姓名须为 1 至 40 个字");
    else if (!ctx_may(p->c, MAY_MANAGE_PEOPLE, p->c->rules->town))
        x->left++;
    else if (!person_may_touch(p->c, x->was.id, &sub))
        say_where(p->e, &sub, w->name_at);
    else
        x->renamed = true;
}

static void plan_person(struct plan *p, struct plan_person *x)
{
    struct ctx *c = p->c;
    int64_t id = db_one_i64(c->db, 0, "SELECT id FROM person WHERE town = ?1 AND login = ?2",
        V(c->rules->town), V(x->want->login));
    if (id != 0 && person_row_read(c, id, &x->was)) {
        plan_name(p, x);
        read_held(p, x);
    } else {
        plan_new(p, x);
    }
    for (size_t i = 0; i < x->want->n; i++)
        plan_role(p, x, &x->want->roles[i]);
}

// ---- writing

static enum err_code write_person(
    struct ctx *c, const struct people_list *list, struct plan_person *x, struct err *e)
{
    const struct wanted_person *w = x->want;
    int64_t id = x->was.id;
    struct person_in in = {.id = id,
        .version = x->was.version,
        .login = id == 0 ? w->login : (str){0},
        .name = w->name,
        .password = id == 0 && w->hash.n == 0 ? w->password : (str){0},
        .hash = id == 0 ? w->hash : (str){0},
        .active = -1,
        .demo = w->demo && list->first_day};
    in.quick_hash = in.demo;
    if ((id == 0 || x->renamed) && person_put(c, &in, &id, e) != OK)
        return e->code;
    for (size_t i = 0; i < x->n_grants; i++)
        if (person_grant(c, id, x->grants[i].role->key, x->grants[i].unit, false, e) != OK)
            return e->code;
    return OK;
}

static void start_plan(struct plan *p, const struct people_list *list)
{
    struct nodes units;
    unit_nodes(p->c, &units);
    p->units = units.by_key;
    p->roles = people_roles(p->c, &p->n_roles, p->e);
    p->first_day = list->first_day;
}

enum err_code people_list_apply(struct ctx *c, const struct people_list *list, bool write,
    struct town_list_counts *out, struct err *e)
{
    struct plan p = {.c = c, .e = e};
    if (!ctx_may(c, MAY_MANAGE_PEOPLE, 0) && !ctx_may(c, MAY_GRANT, 0))
        return people_denied(e);
    start_plan(&p, list);
    struct plan_person *plans = NEW_ARRAY(c->arena, list->n, struct plan_person);
    for (size_t i = 0; i < list->n; i++) {
        plans[i].want = &list->rows[i];
        plan_person(&p, &plans[i]);
        bool changed = plans[i].renamed || plans[i].n_grants > 0;
        out->made += plans[i].was.id == 0;
        out->changed += plans[i].was.id != 0 && changed;
        out->same += plans[i].was.id != 0 && !changed;
        out->left += plans[i].left;
    }
    for (size_t i = 0; i < list->n && write && e->code == OK; i++)
        if (write_person(c, list, &plans[i], e) != OK)
            return e->code;
    return e->code != OK ? e->code : db_status(c->db, e);
}

// A new person's initial password; of somebody who is there it is not looked at.
static bool needs_hash(struct ctx *c, const struct wanted_person *w)
{
    return w->password.n > 0 &&
           db_one_i64(c->db, 0, "SELECT id FROM person WHERE town = ?1 AND login = ?2",
               V(c->rules->town), V(w->login)) == 0;
}

enum err_code people_list_prepare(struct ctx *c, struct people_list *list, struct err *e)
{
    int secrets = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct wanted_person *w = &list->rows[i];
        if (!needs_hash(c, w))
            continue;
        if (++secrets > TOWN_LIST_SECRETS_MAX)
            return err_at(e, w->password_at.line, w->password_at.column, S("password"), (str){0},
                "more than %d initial passwords in one list", "一份名单里的初始密码不能超过 %d 个",
                (int)TOWN_LIST_SECRETS_MAX);
    }
    for (size_t i = 0; i < list->n && secrets > 0; i++) {
        struct wanted_person *w = &list->rows[i];
        struct person_in in = {.login = w->login, .password = w->password};
        if (!needs_hash(c, w))
            continue;
        if (person_prepare(c, &in, e) != OK)
            return e->code;
        w->hash = in.hash;
    }
    return db_status(c->db, e);
}

enum err_code people_import(struct ctx *c, str text, int64_t *made, struct err *e)
{
    struct town_list_counts counts = {0};
    *made = 0;
    struct people_list *list = people_list_read(c->arena, text, false, e);
    list->first_day = true;
    if (e->code != OK || people_list_apply(c, list, true, &counts, e) != OK)
        return e->code;
    if (counts.left > 0)
        return people_denied(e);
    *made = counts.made;
    return OK;
}
