// People and their roles.

#include "domain/people_inner.h"

bool person_row_read(struct ctx *c, int64_t id, struct person_row *out)
{
    *out = (struct person_row){0};
    struct cursor r = db_rows(c->db,
        "SELECT id, login, name, password, active, must_change, demo, epoch, fails, "
        "locked_until_us, version"
        " FROM person WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(id));
    bool any = db_next(&r);
    if (any)
        *out = (struct person_row){.id = db_i64(&r, 0),
            .login = db_dup(&r, 1, c->arena),
            .name = db_dup(&r, 2, c->arena),
            .password = db_dup(&r, 3, c->arena),
            .active = db_i64(&r, 4) != 0,
            .must_change = db_i64(&r, 5) != 0,
            .demo = db_i64(&r, 6) != 0,
            .epoch = db_i64(&r, 7),
            .fails = db_i64(&r, 8),
            .locked_until_us = db_i64(&r, 9),
            .version = db_i64(&r, 10)};
    db_done(&r);
    return any;
}

const struct role *people_role(const struct role *all, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].key, key))
            return &all[i];
    return NULL;
}

static bool actor_holds(const struct ctx *c, str role)
{
    for (size_t i = 0; i < c->actor->n; i++)
        if (str_eq(c->actor->grants[i].role->key, role))
            return true;
    return false;
}

bool person_may_touch(struct ctx *c, int64_t person, struct err *e)
{
    if (!c->actor)
        return true;
    if (!ctx_may(c, MAY_MANAGE_PEOPLE, c->rules->town)) {
        (void)people_denied(e);
        return false;
    }
    const struct person *p = rules_person(c->rules, person);
    for (size_t i = 0; p && i < p->n; i++) {
        const struct role *r = p->grants[i].role;
        if (r->apart.n == 0 || actor_holds(c, r->key))
            continue;
        err_add(e, ERR_DENIED, S("id"), r->title, "this person is an administrator of another kind",
            "不能变更其他类管理员的帐号（三员分立）");
        return false;
    }
    return true;
}

enum err_code person_prepare(struct ctx *c, struct person_in *in, struct err *e)
{
    if (in->password.n == 0)
        return OK;
    if (!password_fits(e, "password", str_lower(c->arena, str_trim(in->login)), in->password))
        return e->code;
    in->hash = crypt_password_hash(c->arena, in->password, in->quick_hash && in->demo);
    in->password = (str){0};
    return OK;
}

static bool login_ok(str x)
{
    for (size_t i = 0; i < x.n; i++) {
        char k = x.s[i];
        if (!((k >= 'a' && k <= 'z') || (k >= '0' && k <= '9') || k == '.' || k == '_' ||
                k == '-' || k == '@'))
            return false;
    }
    return x.n > 0 && x.n <= PERSON_LOGIN_MAX;
}

void person_check(struct ctx *c, const struct person_row *x, struct err *e)
{
    if (!login_ok(x->login))
        err_add(e, ERR_INVALID, S("login"), S("1..40 of a-z 0-9 . _ - @"), "is not a log-in name",
            "登录名只能用小写字母、数字和 . _ - @，不超过 40 个");
    int64_t holder = db_one_i64(c->db, 0, "SELECT id FROM person WHERE town = ?1 AND login = ?2",
        V(c->rules->town), V(x->login));
    if (holder != 0 && holder != x->id)
        err_add(e, ERR_CONFLICT, S("login"), (str){0}, "somebody already has this log-in name",
            "已有人用了这个登录名");
    if (x->name.n == 0 || !people_line_ok(x->name, PERSON_NAME_MAX))
        err_add(e, ERR_INVALID, S("name"), S("1..40"), "must have 1 to %d characters",
            "姓名须为 1 至 %d 个字", (int)PERSON_NAME_MAX);
}

static void write_person(struct ctx *c, const struct person_row *was, const struct person_row *x)
{
    if (was->id == 0)
        db_run(c->db,
            "INSERT INTO person (town, id, login, name, password, active, must_change, demo, epoch)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            V(c->rules->town), V(x->id), V(x->login), V(x->name), V(x->password), V(x->active),
            V(x->must_change), V(x->demo), V(x->epoch));
    else
        db_run(c->db,
            "UPDATE person SET login = ?3, name = ?4, password = ?5, active = ?6, must_change = ?7,"
            " demo = ?8, epoch = ?9, fails = ?10, locked_until_us = ?11, version = version + 1"
            " WHERE town = ?1 AND id = ?2",
            V(c->rules->town), V(x->id), V(x->login), V(x->name), V(x->password), V(x->active),
            V(x->must_change), V(x->demo), V(x->epoch), V(x->fails), V(x->locked_until_us));
}

static enum err_code person_event(struct ctx *c, const struct person_row *was,
    const struct person_row *x, bool secret, struct err *e)
{
    struct people_change ch;
    people_change_begin(c, &ch);
    jw_ki64(&ch.w, "person", x->id);
    people_change_str(&ch, "login", was->login, x->login);
    people_change_str(&ch, "name", was->name, x->name);
    people_change_i64(&ch, "active", was->active, x->active);
    people_change_i64(&ch, "demo", was->demo, x->demo);
    if (secret)
        jw_kstr(&ch.w, "password", S("set")); // that it was, never what it is
    journal_rules_changed(c);
    return people_event(c, &ch, S("person_put"), 0, e);
}

// What of the person's row is to become so. A new secret, or being put out of work, ends every
// session.
static bool take_over(
    struct ctx *c, const struct person_in *in, struct person_row *x, struct err *e)
{
    struct person_in made = *in;
    if (in->login.n > 0)
        x->login = str_lower(c->arena, str_trim(in->login));
    if (in->name.n > 0)
        x->name = str_trim(in->name);
    made.login = x->login;
    made.demo = x->demo = x->id == 0 ? in->demo : x->demo;
    if (person_prepare(c, &made, e) != OK)
        return false;
    bool was_active = x->active;
    if (in->active >= 0)
        x->active = in->active != 0;
    if (made.hash.n > 0) {
        x->password = made.hash;
        x->must_change = !x->demo;
        x->fails = x->locked_until_us = 0;
    }
    if (made.hash.n > 0 || (was_active && !x->active))
        x->epoch++;
    return made.hash.n > 0;
}

static bool same_person(const struct person_row *a, const struct person_row *b)
{
    return str_eq(a->login, b->login) && str_eq(a->name, b->name) &&
           str_eq(a->password, b->password) && a->active == b->active;
}

enum err_code person_put(struct ctx *c, const struct person_in *in, int64_t *id, struct err *e)
{
    struct person_row was = {0};
    if (in->id != 0 && !person_row_read(c, in->id, &was))
        return err_add(
            e, ERR_MISSING, S("id"), (str){0}, "there is nobody with this number", "没有这个人员");
    if (!person_may_touch(c, in->id, e))
        return e->code;
    if (in->id != 0 && in->version != was.version)
        return err_add(e, ERR_CONFLICT, S("version"), str_fmt(c->arena, "%" PRId64, was.version),
            "somebody has changed the person since", "人员信息刚刚被别人改过，请刷新");
    struct person_row x = was;
    if (in->id == 0)
        x.active = true;
    bool secret = take_over(c, in, &x, e);
    person_check(c, &x, e);
    if (e->code != OK)
        return e->code;
    if (in->id == 0)
        x.id = journal_next_id(c, "person");
    *id = x.id;
    if (in->id != 0 && same_person(&was, &x))
        return OK;
    write_person(c, &was, &x);
    if (person_event(c, &was, &x, secret, e) != OK)
        return e->code;
    return db_status(c->db, e);
}

// ---- roles

static bool apart(const struct role *a, const struct role *b)
{
    return a != b && a->apart.n > 0 && str_eq(a->apart, b->apart);
}

bool person_roles_meet(const struct role *held, const struct role *wanted, struct err *e)
{
    if (!apart(held, wanted))
        return true;
    err_add(e, ERR_INVALID, S("role"), (str){0},
        "\"%.*s\" and \"%.*s\" must not meet in one person",
        "“%.*s”与“%.*s”不能由同一人担任（三员分立）", STR_ARG(held->title), STR_ARG(wanted->title));
    return false;
}

// A role of the same word `apart` that the person holds already.
static const struct role *opposite(
    struct ctx *c, const struct role *all, size_t n, int64_t person, const struct role *wanted)
{
    const struct role *found = NULL;
    struct cursor r = db_rows(c->db, "SELECT role FROM person_role WHERE town = ?1 AND person = ?2",
        V(c->rules->town), V(person));
    while (db_next(&r)) {
        const struct role *held = people_role(all, n, db_str(&r, 0));
        if (held && apart(held, wanted))
            found = held;
    }
    return found;
}

static const struct role *check_grant(
    struct ctx *c, int64_t person, str role, int64_t unit, bool take_away, struct err *e)
{
    size_t n = 0;
    const struct role *all = people_roles(c, &n, e);
    const struct role *r = people_role(all, n, role);
    str *keys = NULL;
    size_t n_keys = 0;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(c->arena, keys, n_keys) = all[i].key;
    if (!r && !take_away) // a role that left the file can still be taken away
        err_add(e, ERR_INVALID, S("role"), str_join(c->arena, keys, n_keys, S(", ")),
            "there is no such role", "没有这个角色");
    bool unit_open =
        db_one_i64(c->db, 0,
            "SELECT count(*) FROM unit WHERE town = ?1 AND id = ?2 AND (closed_us = 0 OR ?3 = 1)",
            V(c->rules->town), V(unit), V(take_away)) > 0;
    if (!unit_open)
        err_add(
            e, ERR_INVALID, S("unit"), (str){0}, "there is no such open unit", "没有这个在用单位");
    const struct role *other = r && !take_away ? opposite(c, all, n, person, r) : NULL;
    if (other)
        (void)person_roles_meet(other, r, e);
    return r;
}

enum err_code person_grant(
    struct ctx *c, int64_t person, str role, int64_t unit, bool take_away, struct err *e)
{
    if (!ctx_may(c, MAY_GRANT, unit))
        return people_denied(e);
    if (c->actor && c->actor->id == person)
        return err_add(e, ERR_DENIED, S("person"), (str){0}, "nobody changes his own roles",
            "不能给自己授权或撤权");
    struct person_row p;
    if (!person_row_read(c, person, &p))
        return err_add(e, ERR_MISSING, S("person"), (str){0}, "there is nobody with this number",
            "没有这个人员");
    (void)check_grant(c, person, role, unit, take_away, e);
    if (e->code != OK)
        return e->code;
    int64_t moved =
        take_away ? db_change(c->db,
                        "DELETE FROM person_role WHERE town = ?1 AND person = ?2 AND role = ?3 AND "
                        "unit = ?4",
                        V(c->rules->town), V(person), V(role), V(unit))
                  : db_change(c->db,
                        "INSERT INTO person_role (town, person, role, unit) VALUES (?1, ?2, ?3, ?4)"
                        " ON CONFLICT DO NOTHING",
                        V(c->rules->town), V(person), V(role), V(unit));
    if (moved == 0)
        return db_status(c->db, e);
    struct people_change x;
    people_change_begin(c, &x);
    jw_ki64(&x.w, "person", person);
    jw_kstr(&x.w, "login", p.login);
    people_change_str(&x, "role", take_away ? role : (str){0}, take_away ? (str){0} : role);
    journal_rules_changed(c);
    if (people_event(c, &x, take_away ? S("revoke") : S("grant"), unit, e) != OK)
        return e->code;
    return db_status(c->db, e);
}
