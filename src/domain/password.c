// Passwords: which will do, what a wrong one costs, and changing one's own.

#include <string.h>
#include "domain/people_inner.h"

enum { COMPARE_MAX_BYTES = 4 * PASSWORD_MAX };

// The hash of a password nobody knows. Names nobody bears are compared with it, so that they cost
// what others cost.
const char password_nobodys[] = "$argon2id$v=19$m=65536,t=2,p=1$TkIWXkPSUsJBptqmX2ueNw"
                                "$Aj52vVVS8GE8HSiA7NTNT+ED7YfPKuSKCiVrbZMjL6s";

bool password_fits(struct err *e, const char *field, str login, str password)
{
    size_t n = utf8_count(password);
    str folded = str_lower(e->arena, password);
    if (!utf8_valid(password) || n < PASSWORD_MIN || n > PASSWORD_MAX)
        err_add(e, ERR_INVALID, str_of(field), S("8..100"), "must have %d to %d characters",
            "密码须为 %d 至 %d 个字符", (int)PASSWORD_MIN, (int)PASSWORD_MAX);
    else if (str_eq(folded, login))
        err_add(e, ERR_INVALID, str_of(field), (str){0}, "must not be the log-in name",
            "密码不能与登录名相同");
    else
        return true;
    return false;
}

enum err_code password_locked(const struct ctx *c, const struct person_row *p, struct err *e)
{
    if (p->locked_until_us <= c->now_us)
        return OK;
    return password_wait(e, (p->locked_until_us - c->now_us + US_SECOND - 1) / US_SECOND);
}

enum err_code password_wait(struct err *e, int64_t seconds)
{
    e->extra = str_fmt(e->arena, "{\"retry_after_s\":%" PRId64 "}", seconds);
    return err_add(e, ERR_RATE, S("login"), (str){0},
        "too many wrong passwords: wait %" PRId64 " seconds",
        "密码错误次数过多，请 %" PRId64 " 秒后再试", seconds);
}

void password_compare(const struct person_row *p, str password, struct login_check *out)
{
    bool real = p->id != 0 && p->password.n > 0;
    out->person = p->id;
    out->compared = p->password;
    // An endless password is compared in part: it is wrong, but may not be known by its speed.
    bool fits = password.n <= COMPARE_MAX_BYTES;
    bool same = crypt_password_ok(
        real ? p->password : str_of(password_nobodys), str_sub(password, 0, COMPARE_MAX_BYTES));
    out->right = real && fits && same;
}

int64_t password_lock_s(int64_t fails)
{
    int64_t s = fails < LOGIN_TRIES_FREE ? 0 : LOGIN_LOCK_FIRST_S;
    for (int64_t i = LOGIN_TRIES_FREE; i < fails && s < LOGIN_LOCK_MAX_S; i++)
        s *= 2;
    return s < LOGIN_LOCK_MAX_S ? s : LOGIN_LOCK_MAX_S;
}

enum err_code password_wrong(struct ctx *c, const struct person_row *p, struct err *e)
{
    struct people_change x;
    int64_t fails = p->fails + 1, seconds = password_lock_s(fails);
    db_run(c->db, "UPDATE person SET fails = ?3, locked_until_us = ?4 WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(p->id), V(fails),
        V(seconds > 0 ? c->now_us + seconds * US_SECOND : INT64_C(0)));
    people_change_begin(c, &x);
    jw_ki64(&x.w, "fails", fails);
    if (people_event_of(c, &x, S("login_failed"), 0, p->id, e) != OK)
        return e->code;
    if (seconds > 0) {
        people_change_begin(c, &x);
        jw_ki64(&x.w, "seconds", seconds);
        if (people_event_of(c, &x, S("locked"), 0, p->id, e) != OK)
            return e->code;
    }
    return db_status(c->db, e);
}

enum err_code password_check(
    struct ctx *c, str old, str new_, struct password_check *out, struct err *e)
{
    struct person_row p;
    *out = (struct password_check){0};
    if (!c->actor || !person_row_read(c, c->actor->id, &p))
        return err_add(e, ERR_LOGIN, (str){0}, (str){0}, "log in first", "请先登录");
    if (password_locked(c, &p, e) != OK)
        return e->code;
    if (!password_fits(e, "new", p.login, new_))
        return e->code;
    if (str_eq(old, new_))
        return err_add(
            e, ERR_INVALID, S("new"), (str){0}, "is the same as the old one", "新密码与原密码相同");
    password_compare(&p, old, &out->old);
    if (out->old.right)
        out->hash = crypt_password_hash(c->arena, new_, p.demo);
    return db_status(c->db, e);
}

static enum err_code set_password(
    struct ctx *c, const struct person_row *p, str hash, str keep, struct err *e)
{
    struct people_change x;
    db_run(c->db,
        "UPDATE person SET password = ?3, must_change = 0, epoch = epoch + 1, fails = 0, "
        "locked_until_us = 0,"
        " version = version + 1 WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(p->id), V(hash));
    if (keep.n > 0)
        db_run(c->db, "UPDATE session SET epoch = ?3 WHERE town = ?1 AND hash = ?2 AND person = ?4",
            V(c->rules->town), V(session_hash(c->arena, keep)), V(p->epoch + 1), V(p->id));
    people_change_begin(c, &x);
    journal_rules_changed(c);
    if (people_event_of(c, &x, S("password"), 0, p->id, e) != OK)
        return e->code;
    return db_status(c->db, e);
}

enum err_code password_change(
    struct ctx *c, const struct password_check *check, str keep, struct err *refused, struct err *e)
{
    struct person_row p;
    if (!c->actor || c->actor->id != check->old.person || !person_row_read(c, c->actor->id, &p))
        return err_add(e, ERR_LOGIN, (str){0}, (str){0}, "log in first", "请先登录");
    if (password_locked(c, &p, refused) != OK)
        return OK;
    if (!str_eq(p.password, check->old.compared))
        return err_add(e, ERR_CONFLICT, S("old"), (str){0}, "the password was changed meanwhile",
            "密码刚刚被修改过，请重试");
    if (check->old.right && check->hash.n > 0)
        return set_password(c, &p, check->hash, keep, e);
    err_add(
        refused, ERR_INVALID, S("old"), (str){0}, "the present password is wrong", "原密码不正确");
    return password_wrong(c, &p, e);
}
