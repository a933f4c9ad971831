#include "api/me.h"

#include "api/page.h"
#include "api/tries.h"
#include "api/views.h"
#include "domain/list_layout.h"

struct person_view {
    int64_t id;
    str name, login;
    bool demo;
};
struct town_view {
    int64_t id, year_month;
    str name, code;
};
struct role_view {
    str role, title, unit_name;
    int64_t unit;
};
struct me_view {
    struct person_view person;
    struct town_view town;
    struct list roles;
    struct strs rights;
    bool must_change, demo;
    str csrf, zone;
    int64_t now_us;
    struct list_layout layout;
};
static const struct field PERSON_VIEW[] = {
    {"id", FIELD_I64, .at = offsetof(struct person_view, id)},
    {"name", FIELD_STR, .at = offsetof(struct person_view, name)},
    {"login", FIELD_STR, .at = offsetof(struct person_view, login)},
    {"demo", FIELD_BOOL, .at = offsetof(struct person_view, demo)},
    {0},
};
static const struct field TOWN_VIEW[] = {
    {"id", FIELD_I64, .at = offsetof(struct town_view, id)},
    {"name", FIELD_STR, .at = offsetof(struct town_view, name)},
    {"code", FIELD_STR, .at = offsetof(struct town_view, code)},
    {"year_month", FIELD_I64, .at = offsetof(struct town_view, year_month),
        .help = "month in which its assessment year begins"},
    {0},
};
static const struct field ROLE_VIEW[] = {
    {"role", FIELD_STR, .at = offsetof(struct role_view, role)},
    {"title", FIELD_STR, .at = offsetof(struct role_view, title)},
    {"unit", FIELD_I64, .at = offsetof(struct role_view, unit)},
    {"unit_name", FIELD_STR, .at = offsetof(struct role_view, unit_name)},
    {0},
};
const struct field ME_VIEW[] = {
    {"person", FIELD_OBJ, .at = offsetof(struct me_view, person), .sub = PERSON_VIEW},
    {"town", FIELD_OBJ, .at = offsetof(struct me_view, town), .sub = TOWN_VIEW},
    {"roles", FIELD_LIST, .at = offsetof(struct me_view, roles), .sub = ROLE_VIEW,
        .size = sizeof(struct role_view)},
    {"rights", FIELD_STRS, .at = offsetof(struct me_view, rights)},
    {"must_change", FIELD_BOOL, .at = offsetof(struct me_view, must_change),
        .help = "the initial password must be changed"},
    {"csrf", FIELD_STR, .at = offsetof(struct me_view, csrf),
        .help = "send it as X-CSRF with every write"},
    {"now", FIELD_TIME, .at = offsetof(struct me_view, now_us)},
    {"zone", FIELD_STR, .at = offsetof(struct me_view, zone)},
    {"demo", FIELD_BOOL, .at = offsetof(struct me_view, demo), .help = "a demonstration town"},
    {"list", FIELD_OBJ, .at = offsetof(struct me_view, layout), .sub = LAYOUT_VIEW,
        .help = "how I want my lists"},
    {0},
};

static enum err_code answer_me(
    struct call *k, const struct person *p, str csrf, const struct list_layout *layout)
{
    struct arena *a = k->ctx.arena;
    struct me_view v = {.person = {p->id, p->name, p->login, p->demo},
        .town = {k->ctx.rules->town, k->ctx.rules->year_month, k->ctx.rules->town_name,
            k->ctx.rules->town_code},
        .must_change = p->must_change,
        .demo = app_conf(k->app)->demo,
        .csrf = csrf,
        .layout = *layout,
        .now_us = k->ctx.now_us};
    int z = k->ctx.rules->zone_s;
    v.zone = str_fmt(
        a, "%c%02d:%02d", z < 0 ? '-' : '+', (z < 0 ? -z : z) / 3600, (z < 0 ? -z : z) / 60 % 60);
    struct role_view *rows = NEW_ARRAY(a, p->n, struct role_view);
    for (size_t i = 0; i < p->n; i++)
        rows[i] = (struct role_view){.role = p->grants[i].role->key,
            .title = p->grants[i].role->title,
            .unit = p->grants[i].unit->id,
            .unit_name = p->grants[i].unit->name};
    v.roles = (struct list){rows, p->n};
    for (int r = 0; r < RIGHT_COUNT; r++)
        if (p->rights >> r & 1)
            VEC_PUSH(a, v.rights.v, v.rights.n) = right_key((enum right)r);
    return call_answer_fields(k, ME_VIEW, &v);
}

enum err_code me_get(struct call *k)
{
    struct list_layout layout;
    if (list_layout(&k->ctx, k->ctx.actor->id, &layout, &k->err) != OK)
        return k->err.code;
    return answer_me(k, k->ctx.actor, k->session.csrf, &layout);
}

// ---- log-in

struct login_in {
    str login, password;
};
const struct field LOGIN_IN[] = {
    {"login", FIELD_STR, FIELD_REQUIRED, offsetof(struct login_in, login), .max = PERSON_LOGIN_MAX},
    {"password", FIELD_STR, FIELD_REQUIRED, offsetof(struct login_in, password),
        .max = PASSWORD_MAX},
    {0},
};
const size_t LOGIN_IN_SIZE = sizeof(struct login_in);

struct login_state {
    struct login_check check;
    struct session made;
    struct list_layout layout;
    str secret;
    str name, address;
    struct err refused; // a wrong password is counted and committed, then refused
};

// Who is at the other end. A proxy on this machine says for whom it asks; of a list of addresses
// only the last one is its own word.
static str address_of(const struct call *k)
{
    str peer = k->req->remote, said = {0}, one;
    if (!call_from_loopback(k))
        return peer;
    str rest = http_header(k->req, "X-Forwarded-For");
    while (str_cut(&rest, ',', &one))
        said = str_trim(one);
    return said.n > 0 ? said : peer;
}

// Locked out: the address, or a name nobody bears. The names of people are locked in the database.
static enum err_code must_wait(struct call *k, bool unknown, int64_t now_us, struct err *e)
{
    const struct login_state *s = k->state;
    struct tries *t = app_tries(k->app);
    int64_t seconds = tries_address_wait(t, s->address, now_us);
    if (seconds == 0 && unknown)
        seconds = tries_name_wait(t, s->name, now_us);
    return seconds > 0 ? password_wait(e, seconds) : OK;
}

static enum err_code check_login(struct call *k, str login, str password)
{
    struct login_state *s = NEW(k->ctx.arena, struct login_state);
    k->state = s;
    s->name = session_login(k->ctx.arena, login);
    s->address = address_of(k);
    err_init(&s->refused, k->ctx.arena, k->ctx.lang);
    // Before the password is compared, as for the names of people: time tells nothing either.
    if (must_wait(k, true, k->ctx.now_us, &k->err) != OK)
        return k->err.code;
    return session_check(&k->ctx, login, password, &s->check, &k->err);
}

enum err_code me_login_check(struct call *k)
{
    const struct login_in *in = k->in;
    return check_login(k, in->login, in->password);
}

enum err_code me_login(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    struct login_state *s = k->state;
    struct tries *t = app_tries(k->app);
    bool unknown = s->check.person == 0;
    *result = 0;
    // Asked again here, where log-ins come one by one: guesses may have been sent all at once.
    if (must_wait(k, unknown, c->now_us, &s->refused) != OK)
        return OK;
    if (session_open(c, &s->check, &s->made, &s->secret, &s->refused, e) != OK)
        return e->code;
    if (s->refused.code == ERR_LOGIN) {
        tries_address_wrong(t, s->address, c->now_us);
        if (unknown)
            tries_name_wrong(t, s->name, c->now_us);
        return OK;
    }
    // Now, while failing undoes the log-in; an answer that cannot be given would leave it behind.
    return s->secret.n > 0 ? list_layout(c, s->made.person, &s->layout, e) : OK;
}

// Secure where the browser's way to the proxy in front is: sent back over plain HTTP, such a cookie
// would be kept from us.
static void set_cookie(struct call *k, str secret)
{
    str way = str_lower(k->ctx.arena, http_header(k->req, "X-Forwarded-Proto"));
    http_set(k->req, "Set-Cookie",
        str_fmt(k->ctx.arena, "bihuan=%.*s; Path=/; HttpOnly; SameSite=Strict;%s Max-Age=%d",
            STR_ARG(secret), str_eq(way, S("https")) ? " Secure;" : "",
            secret.n > 0 ? SESSION_HOURS * 3600 : 0));
}

enum err_code me_login_answer(struct call *k)
{
    struct login_state *s = k->state;
    if (s->secret.n == 0) {
        err_merge(&k->err, &s->refused, (str){0});
        return k->err.code;
    }
    const struct person *p = rules_person(k->ctx.rules, s->made.person);
    CHECK(p != NULL);
    set_cookie(k, s->secret);
    return answer_me(k, p, s->made.csrf, &s->layout);
}

// ---- the plain form

static str form_value(struct call *k, str body, const char *name)
{
    str pair;
    while (str_cut(&body, '&', &pair)) {
        size_t eq = str_find(pair, '=');
        if (!str_eq(str_sub(pair, 0, eq), str_of(name)))
            continue;
        str raw = str_sub(pair, eq + 1, pair.n);
        char *out = arena_alloc(k->ctx.arena, raw.n + 1);
        size_t n = 0;
        for (size_t i = 0; i < raw.n; i++) {
            static const char HEX[] = "0123456789abcdef0123456789ABCDEF";
            int hi = -1, lo = -1;
            for (int h = 0; i + 2 < raw.n && raw.s[i] == '%' && h < 32; h++) {
                hi = raw.s[i + 1] == HEX[h] ? h & 15 : hi;
                lo = raw.s[i + 2] == HEX[h] ? h & 15 : lo;
            }
            bool coded = raw.s[i] == '%' && hi >= 0 && lo >= 0;
            out[n++] = coded ? (char)(hi * 16 + lo) : raw.s[i] == '+' ? ' ' : raw.s[i];
            i += coded ? 2 : 0;
        }
        return (str){out, n};
    }
    return (str){0};
}

enum err_code me_form_check(struct call *k)
{
    return check_login(
        k, form_value(k, k->req->body, "login"), form_value(k, k->req->body, "password"));
}

enum err_code me_form_answer(struct call *k)
{
    struct login_state *s = k->state;
    if (s->secret.n == 0) {
        page_login(k, s->refused.n > 0 ? s->refused.notes[0].message : (str){0});
        return OK;
    }
    set_cookie(k, s->secret);
    http_set(k->req, "Location", S("/"));
    http_answer(k->req, 303, "text/plain; charset=utf-8", S(""));
    return OK;
}

// ---- log-out, password

struct logout_in {
    bool everywhere;
};
const struct field LOGOUT_IN[] = {
    {"everywhere", FIELD_BOOL, .at = offsetof(struct logout_in, everywhere),
        .help = "all my sessions and tokens"},
    {0},
};
const size_t LOGOUT_IN_SIZE = sizeof(struct logout_in);

enum err_code me_logout(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct logout_in *in = k->in;
    *result = 0;
    return session_close(c, k->secret, in->everywhere, e);
}

enum err_code me_logout_answer(struct call *k)
{
    set_cookie(k, (str){0});
    http_answer(k->req, 204, "application/json; charset=utf-8", S(""));
    return OK;
}

struct password_in {
    str old, new_;
};
const struct field PASSWORD_IN[] = {
    {"old", FIELD_STR, FIELD_REQUIRED, offsetof(struct password_in, old), .max = PASSWORD_MAX},
    {"new", FIELD_STR, FIELD_REQUIRED, offsetof(struct password_in, new_), .max = PASSWORD_MAX},
    {0},
};
const size_t PASSWORD_IN_SIZE = sizeof(struct password_in);

struct password_state {
    struct password_check check;
    struct err refused;
};

enum err_code me_password_check(struct call *k)
{
    const struct password_in *in = k->in;
    struct password_state *s = NEW(k->ctx.arena, struct password_state);
    k->state = s;
    err_init(&s->refused, k->ctx.arena, k->ctx.lang);
    return password_check(&k->ctx, in->old, in->new_, &s->check, &k->err);
}

enum err_code me_password(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    struct password_state *s = k->state;
    enum err_code code = password_change(c, &s->check, k->secret, &s->refused, e);
    *result = s->refused.code == OK;
    return code;
}

enum err_code me_password_answer(struct call *k)
{
    struct password_state *s = k->state;
    if (k->repeated && !k->result)
        return err_add(&k->err, ERR_CONFLICT, S("Idempotency-Key"), (str){0},
            "was refused; try again under a new key", "上次没有改成，请重新提交");
    if (!k->repeated && s->refused.code != OK) {
        err_merge(&k->err, &s->refused, (str){0});
        return k->err.code;
    }
    return me_get(k);
}
