// API tokens: sessions that live long, have a name, and are held by programs.

#include "domain/people_inner.h"

enum { TOKEN_BYTES = 32 };

static bool may_for(struct ctx *c, int64_t person, struct err *e)
{
    return (c->actor && c->actor->id == person) || person_may_touch(c, person, e);
}

enum err_code token_make(
    struct ctx *c, int64_t person, str name, int64_t days, str *secret, struct err *e)
{
    struct person_row p;
    *secret = (str){0};
    if (!may_for(c, person, e))
        return e->code;
    if (!person_row_read(c, person, &p) || !p.active)
        err_add(e, ERR_MISSING, S("person"), (str){0}, "there is nobody with this number",
            "没有这个人员");
    name = str_trim(name);
    if (name.n == 0 || !people_line_ok(name, TOKEN_NAME_MAX))
        err_add(e, ERR_INVALID, S("name"), S("1..40"),
            "say what the token is for, in at most %d characters", "请写明用途，不超过 %d 个字",
            (int)TOKEN_NAME_MAX);
    if (days < 1 || days > TOKEN_DAYS_MAX)
        err_add(e, ERR_INVALID, S("days"), S("1..730"), "must be 1 to %d days",
            "有效期须为 1 至 %d 天", (int)TOKEN_DAYS_MAX);
    if (e->code != OK)
        return e->code;
    str token = str_fmt(c->arena, "bh_%.*s", STR_ARG(crypt_token(c->arena, TOKEN_BYTES)));
    db_run(c->db,
        "INSERT INTO session (town, hash, kind, person, epoch, name, csrf, created_us, expires_us)"
        " VALUES (?1, ?2, 'token', ?3, ?4, ?5, '', ?6, ?7)",
        V(c->rules->town), V(session_hash(c->arena, token)), V(person), V(p.epoch), V(name),
        V(c->now_us), V(c->now_us + days * US_DAY));
    struct people_change x;
    people_change_begin(c, &x);
    jw_ki64(&x.w, "person", person);
    people_change_str(&x, "name", (str){0}, name);
    people_change_i64(&x, "days", 0, days);
    if (people_event(c, &x, S("token_make"), 0, e) != OK)
        return e->code;
    *secret = token;
    return db_status(c->db, e);
}

enum err_code token_drop(struct ctx *c, str hash, struct err *e)
{
    int64_t person = 0;
    str name = {0};
    struct cursor r = db_rows(c->db,
        "SELECT person, name FROM session WHERE town = ?1 AND hash = ?2 AND kind = 'token'",
        V(c->rules->town), V(hash));
    if (db_next(&r)) {
        person = db_i64(&r, 0);
        name = db_dup(&r, 1, c->arena);
    }
    db_done(&r);
    if (person == 0)
        return err_add(
            e, ERR_MISSING, S("hash"), (str){0}, "there is no such token", "没有这个令牌");
    if (!may_for(c, person, e))
        return e->code;
    db_run(c->db, "DELETE FROM session WHERE town = ?1 AND hash = ?2", V(c->rules->town), V(hash));
    struct people_change x;
    people_change_begin(c, &x);
    jw_ki64(&x.w, "person", person);
    people_change_str(&x, "name", name, (str){0});
    if (people_event(c, &x, S("token_drop"), 0, e) != OK)
        return e->code;
    return db_status(c->db, e);
}
