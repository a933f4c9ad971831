// Log-ins: the secret a browser holds, of which only the hash is kept.

#include "domain/people_inner.h"

enum { SECRET_BYTES = 32, CSRF_BYTES = 24, SECRET_MAX = 200, MEMORY_MAX = 2000 };

str session_hash(struct arena *a, str secret)
{
    uint8_t h[CRYPT_HASH_BYTES];
    crypt_sha256(secret, h);
    return crypt_hex(a, h, sizeof(h));
}

static enum err_code nobody(struct err *e)
{
    return err_add(e, ERR_LOGIN, (str){0}, (str){0}, "log in first", "请先登录");
}

// One sentence for a wrong name, a wrong password and a person put out of work: none says which it
// was.
static void refuse(struct err *e)
{
    err_add(e, ERR_LOGIN, S("login"), (str){0}, "the log-in name or the password is wrong",
        "登录名或密码不正确");
}

str session_login(struct arena *a, str typed)
{
    return str_lower(a, str_trim(str_sub(typed, 0, SECRET_MAX)));
}

enum err_code session_check(
    struct ctx *c, str login, str password, struct login_check *out, struct err *e)
{
    struct person_row p = {0};
    *out = (struct login_check){0};
    login = session_login(c->arena, login);
    int64_t id = db_one_i64(c->db, 0, "SELECT id FROM person WHERE town = ?1 AND login = ?2",
        V(c->rules->town), V(login));
    if (id != 0)
        (void)person_row_read(c, id, &p);
    if (password_locked(c, &p, e) != OK)
        return e->code;
    password_compare(&p, password, out);
    return db_status(c->db, e);
}

static enum err_code failed(struct ctx *c, int64_t person, struct err *e)
{
    // What was typed as a name is not written down: now and then it is somebody's password.
    struct people_change x;
    people_change_begin(c, &x);
    return people_event_of(c, &x, S("login_failed"), 0, person, e);
}

static enum err_code make(
    struct ctx *c, const struct person_row *p, struct session *out, str *secret, struct err *e)
{
    *secret = crypt_token(c->arena, SECRET_BYTES);
    *out = (struct session){.person = p->id,
        .csrf = crypt_token(c->arena, CSRF_BYTES),
        .expires_us = c->now_us + SESSION_HOURS * US_HOUR};
    db_run(c->db,
        "UPDATE person SET fails = 0, locked_until_us = 0, seen_us = ?3"
        " WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(p->id), V(c->now_us));
    db_run(c->db,
        "INSERT INTO session (town, hash, kind, person, epoch, name, csrf, created_us, expires_us)"
        " VALUES (?1, ?2, 'web', ?3, ?4, '', ?5, ?6, ?7)",
        V(c->rules->town), V(session_hash(c->arena, *secret)), V(p->id), V(p->epoch), V(out->csrf),
        V(c->now_us), V(out->expires_us));
    struct people_change x;
    people_change_begin(c, &x);
    if (people_event_of(c, &x, S("login"), 0, p->id, e) != OK)
        return e->code;
    return db_status(c->db, e);
}

enum err_code session_open(struct ctx *c, const struct login_check *check, struct session *out,
    str *secret, struct err *refused, struct err *e)
{
    struct person_row p;
    *out = (struct session){0};
    *secret = (str){0};
    if (check->person == 0 || !person_row_read(c, check->person, &p)) {
        refuse(refused);
        return failed(c, 0, e);
    }
    if (password_locked(c, &p, refused) !=
        OK) // somebody else has failed since session_check looked
        return db_status(c->db, e);
    if (!str_eq(p.password, check->compared)) { // changed since: neither right nor wrong
        refuse(refused);
        return db_status(c->db, e);
    }
    if (!check->right) {
        refuse(refused);
        return password_wrong(c, &p, e);
    }
    const struct person *known = rules_person(c->rules, p.id);
    if (!p.active || !known) {
        refuse(refused);
        return failed(c, p.id, e);
    }
    if (!(known->rights >> MAY_LOGIN & 1)) {
        err_add(refused, ERR_DENIED, S("login"), (str){0}, "no role lets you log in yet",
            "您还没有可以登录的角色，请联系安全管理员");
        return failed(c, p.id, e);
    }
    return make(c, &p, out, secret, e);
}

// ---- who is it

struct found {
    struct session session;
    int64_t epoch;
};
struct memo *session_memory_new(void)
{
    return memo_new(MEMORY_MAX);
}

static void remember(struct memo *m, str hash, const struct found *f)
{
    struct found *kept = NEW(memo_arena(m), struct found);
    *kept = *f;
    kept->session.csrf = str_dup(memo_arena(m), f->session.csrf);
    memo_put(m, hash, kept);
}

static bool look_up(struct ctx *c, str hash, struct found *out)
{
    struct cursor r = db_rows(c->db,
        "SELECT person, epoch, csrf, expires_us, kind FROM session WHERE town = ?1 AND hash = ?2",
        V(c->rules->town), V(hash));
    bool found = db_next(&r);
    if (found)
        *out = (struct found){.epoch = db_i64(&r, 1),
            .session = {.person = db_i64(&r, 0),
                .csrf = db_dup(&r, 2, c->arena),
                .expires_us = db_i64(&r, 3),
                .token = str_eq(db_str(&r, 4), S("token"))}};
    db_done(&r);
    return found;
}

// A newer epoch than the person's is fine: the snapshot may be a moment older than the session that
// password_change kept.
static bool holds(const struct ctx *c, const struct found *f)
{
    const struct person *p = rules_person(c->rules, f->session.person);
    return p && p->active && f->epoch >= p->epoch && f->session.expires_us > c->now_us &&
           (p->rights >> MAY_LOGIN & 1);
}

enum err_code session_find(struct ctx *c, struct memo *memory, uint64_t serial, str secret,
    struct session *out, struct err *e)
{
    *out = (struct session){0};
    if (secret.n == 0 || secret.n > SECRET_MAX)
        return nobody(e);
    str hash = session_hash(c->arena, secret);
    const struct found *known = memory ? memo_get(memory, serial, hash) : NULL;
    if (known && holds(c, known)) {
        *out = known->session;
        out->csrf = str_dup(c->arena, known->session.csrf);
        return OK;
    }
    struct found f;
    bool found = look_up(c, hash, &f);
    if (db_status(c->db, e) != OK)
        return e->code;
    if (!found || !holds(c, &f))
        return nobody(e);
    if (memory)
        remember(memory, hash, &f);
    *out = f.session;
    return OK;
}

enum err_code session_close(struct ctx *c, str secret, bool everywhere, struct err *e)
{
    str hash = session_hash(c->arena, secret);
    int64_t person = db_one_i64(c->db, 0,
        "SELECT person FROM session WHERE town = ?1 AND hash = ?2", V(c->rules->town), V(hash));
    if (person == 0)
        return db_status(c->db, e); // already out
    db_run(c->db, "DELETE FROM session WHERE town = ?1 AND hash = ?2", V(c->rules->town), V(hash));
    struct people_change x;
    people_change_begin(c, &x);
    if (everywhere) {
        db_run(c->db, "UPDATE person SET epoch = epoch + 1 WHERE town = ?1 AND id = ?2",
            V(c->rules->town), V(person));
        jw_kbool(&x.w, "everywhere", true);
        journal_rules_changed(c);
    }
    if (people_event_of(c, &x, S("logout"), 0, person, e) != OK)
        return e->code;
    return db_status(c->db, e);
}

void session_sweep(struct ctx *c)
{
    // A walk over the sessions of the town: a few hundred, once an hour.
    db_run(c->db, "DELETE FROM session WHERE town = ?1 AND expires_us <= ?2", V(c->rules->town),
        V(c->now_us));
}
