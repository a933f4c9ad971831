// Tokens, definitions, the audit log.

#include "api/admin.h"

#include "api/jobs.h"
#include "api/members.h"
#include "domain/filter.h"
#include "domain/keydate.h"
#include "domain/publish.h"
#include "domain/old_years.h"

enum err_code admin_done(struct call *k)
{
    http_answer(k->req, 204, "application/json; charset=utf-8", S(""));
    return OK;
}

// ---- tokens: my own

struct token_row {
    str hash, name;
    int64_t created_us, expires_us;
};
struct token_rows {
    struct list rows;
};
static const struct field TOKEN_ROW[] = {
    M(token_row, hash, FIELD_STR, .help = "names the token; it is not the secret"),
    M(token_row, name, FIELD_STR),
    {"created", FIELD_TIME, .at = offsetof(struct token_row, created_us)},
    {"expires", FIELD_TIME, .at = offsetof(struct token_row, expires_us)},
    {0},
};
const struct field TOKENS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct token_rows, rows), .sub = TOKEN_ROW,
        .size = sizeof(struct token_row)},
    {0},
};

enum err_code tokens_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct token_row *rows = NULL;
    size_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT hash, name, created_us, expires_us FROM session"
        " WHERE town = ?1 AND person = ?2 AND kind = 'token' ORDER BY created_us, name, hash",
        V(c->rules->town), V(c->actor->id));
    while (db_next(&r)) {
        struct token_row t = {
            db_dup(&r, 0, c->arena), db_dup(&r, 1, c->arena), db_i64(&r, 2), db_i64(&r, 3)};
        VEC_PUSH(c->arena, rows, n) = t;
    }
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    struct token_rows v = {{rows, n}};
    return call_answer_fields(k, TOKENS_LIST, &v);
}

struct token_in {
    str name;
    int64_t days;
};
const struct field TOKEN_IN[] = {
    M(token_in, name, FIELD_STR, .flags = FIELD_REQUIRED, .max = TOKEN_NAME_MAX),
    M(token_in, days, FIELD_I64, .flags = FIELD_REQUIRED, .min = 1, .max = TOKEN_DAYS_MAX),
    {0},
};
const size_t TOKEN_IN_SIZE = sizeof(struct token_in);
struct token_out {
    str secret;
};
const struct field TOKEN_OUT[] = {
    M(token_out, secret, FIELD_STR, .help = "shown once: send it as Authorization: Bearer"),
    {0},
};

enum err_code tokens_make(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct token_in *in = k->in;
    struct token_out *out = NEW(c->arena, struct token_out);
    *result = c->actor->id;
    k->state = out;
    return token_make(c, c->actor->id, in->name, in->days, &out->secret, e);
}

enum err_code tokens_answer(struct call *k)
{
    if (!k->state)
        return err_add(&k->err, ERR_CONFLICT, S("Idempotency-Key"), (str){0},
            "a secret is shown only once", "令牌只显示一次");
    return call_answer_fields(k, TOKEN_OUT, k->state);
}

enum err_code tokens_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = c->actor->id;
    return token_drop(c, k->key, e);
}

// ---- definitions

struct def_row {
    int64_t id, version, published_us;
    str kind, key, person_name, broken;
};
struct def_rows {
    struct list rows;
};
static const struct field DEF_ROW[] = {
    M(def_row, id, FIELD_I64),
    M(def_row, kind, FIELD_STR,
        .options = "loop|register|calendar|roles|score|keydate|supervision"),
    M(def_row, key, FIELD_STR),
    M(def_row, version, FIELD_I64),
    {"published", FIELD_TIME, .at = offsetof(struct def_row, published_us)},
    M(def_row, person_name, FIELD_STR),
    M(def_row, broken, FIELD_STR,
        .help = "a key date in force that fits the town no longer: what was noted"),
    {0},
};
const struct field DEFS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct def_rows, rows), .sub = DEF_ROW,
        .size = sizeof(struct def_row)},
    {0},
};

static str broken_of(const struct rules *r, int64_t def)
{
    for (size_t i = 0; i < r->n_keydates; i++)
        if (r->keydates[i]->id == def)
            return r->keydates[i]->broken;
    return (str){0};
}

enum err_code defs_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct def_row *rows = NULL;
    size_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT id, kind, key, version, published_us, by_person FROM def WHERE town = ?1"
        " ORDER BY kind, key, version DESC",
        V(c->rules->town));
    while (db_next(&r)) {
        const struct person *p = rules_person(c->rules, db_i64(&r, 5));
        struct def_row d = {.id = db_i64(&r, 0),
            .kind = db_dup(&r, 1, c->arena),
            .key = db_dup(&r, 2, c->arena),
            .version = db_i64(&r, 3),
            .published_us = db_i64(&r, 4),
            .person_name = p ? p->name : (str){0},
            .broken = broken_of(c->rules, db_i64(&r, 0))};
        VEC_PUSH(c->arena, rows, n) = d;
    }
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    struct def_rows v = {{rows, n}};
    return call_answer_fields(k, DEFS_LIST, &v);
}

struct def_text_view {
    str kind, key, text;
    int64_t version;
};
const struct field DEF_TEXT_OUT[] = {
    M(def_text_view, kind, FIELD_STR),
    M(def_text_view, key, FIELD_STR),
    M(def_text_view, version, FIELD_I64),
    M(def_text_view, text, FIELD_STR, .help = "YAML as published"),
    {0},
};

enum err_code defs_text(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct def_text_view v = {0};
    struct cursor r =
        db_rows(c->db, "SELECT kind, key, version, text FROM def WHERE town = ?1 AND id = ?2",
            V(c->rules->town), V(k->id));
    if (db_next(&r)) {
        v.kind = db_dup(&r, 0, c->arena);
        v.key = db_dup(&r, 1, c->arena);
        v.version = db_i64(&r, 2);
        v.text = db_dup(&r, 3, c->arena);
    }
    db_done(&r);
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    if (v.version == 0)
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such definition", "没有这个定义");
    return call_answer_fields(k, DEF_TEXT_OUT, &v);
}

struct def_in {
    str kind, text;
    bool dry;
};
const struct field DEF_IN[] = {
    M(def_in, kind, FIELD_STR, .flags = FIELD_REQUIRED,
        .options = "loop|register|calendar|roles|score|keydate|supervision"),
    M(def_in, text, FIELD_STR, .flags = FIELD_REQUIRED, .help = "YAML"),
    M(def_in, dry, FIELD_BOOL, .help = "only check"),
    {0},
};
const size_t DEF_IN_SIZE = sizeof(struct def_in);
struct hint_view {
    str field, message, expected;
    int64_t line, column;
};
struct def_out {
    str key;
    int64_t version;
    struct list hints;
};
static const struct field HINT_VIEW[] = {
    M(hint_view, field, FIELD_STR),
    M(hint_view, line, FIELD_I64),
    M(hint_view, column, FIELD_I64),
    M(hint_view, message, FIELD_STR),
    M(hint_view, expected, FIELD_STR),
    {0},
};
const struct field DEF_OUT[] = {
    M(def_out, key, FIELD_STR),
    M(def_out, version, FIELD_I64, .help = "0 when only checked"),
    {"hints", FIELD_LIST, .at = offsetof(struct def_out, hints), .sub = HINT_VIEW,
        .size = sizeof(struct hint_view), .help = "to think about, no mistakes"},
    {0},
};

// The check reads a lot and writes nothing: on the loop. The writer checks again, because the rules
// may have moved.
enum err_code defs_publish_check(struct call *k)
{
    const struct def_in *in = k->in;
    struct published p;
    return def_publish(&k->ctx, in->kind, in->text, true, &p, &k->err);
}

static struct list view_hints(struct arena *a, const struct err *hints)
{
    struct hint_view *rows = NEW_ARRAY(a, hints->n, struct hint_view);
    for (size_t i = 0; i < hints->n; i++) {
        const struct err_note *x = &hints->notes[i];
        rows[i] = (struct hint_view){x->field, x->message, x->expected, x->line, x->column};
    }
    return (struct list){rows, hints->n};
}

enum err_code defs_publish(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct def_in *in = k->in;
    struct published p;
    struct def_out *out = NEW(c->arena, struct def_out);
    if (def_publish(c, in->kind, in->text, in->dry, &p, e) != OK)
        return e->code;
    *out = (struct def_out){p.key, p.version, view_hints(c->arena, &p.hints)};
    k->state = out;
    *result = p.id;
    return OK;
}

enum err_code defs_answer(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct def_out before = {0};
    const struct def_in *in = k->in;
    struct cursor r = db_rows(c->db, "SELECT key, version FROM def WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(k->result));
    if (k->repeated && db_next(&r))
        before = (struct def_out){.key = db_dup(&r, 0, c->arena), .version = db_i64(&r, 1)};
    db_done(&r);
    if (!k->repeated && !in->dry && str_eq(in->kind, S("calendar")))
        jobs_settle(k->app); // running clocks are computed anew, in groups, beside the daily work
    return call_answer_fields(k, DEF_OUT, k->repeated ? &before : k->state);
}

// ---- audit

enum { AUDIT_PAGE_MAX = 200 };

struct audit_row {
    int64_t id, item, at_us, person, unit;
    str what, note, changes, person_name, unit_name;
};
struct audit_view {
    struct list rows;
    int64_t next;
};
static const struct field AUDIT_ROW[] = {
    M(audit_row, id, FIELD_I64),
    M(audit_row, item, FIELD_I64, .help = "0: not about an item"),
    {"at", FIELD_TIME, .at = offsetof(struct audit_row, at_us)},
    M(audit_row, person, FIELD_I64),
    M(audit_row, person_name, FIELD_STR),
    M(audit_row, unit, FIELD_I64),
    M(audit_row, unit_name, FIELD_STR),
    M(audit_row, what, FIELD_STR),
    M(audit_row, note, FIELD_STR),
    M(audit_row, changes, FIELD_STR, .flags = FIELD_RAW),
    {0},
};
const struct field AUDIT_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct audit_view, rows), .sub = AUDIT_ROW,
        .size = sizeof(struct audit_row)},
    {"next", FIELD_I64, .at = offsetof(struct audit_view, next),
        .help = "before= of the next page; 0 at the end"},
    {0},
};
const struct field AUDIT_QUERY[] = {
    {"before", FIELD_I64, .help = "events older than this id"},
    {"about", FIELD_STR, .options = "all|town|reveal",
        .help = "town: log-ins, grants, definitions; reveal: callers shown"},
    {"person", FIELD_I64, .help = "with about=reveal: who looked"},
    {"period", FIELD_STR, .help = "with about=reveal: 2026-11"},
    {"limit", FIELD_I64, .min = 1, .max = AUDIT_PAGE_MAX},
    {0},
};

// Each way to look has a statement and an index of its own, so that few rows among millions are
// found at once.
struct audit_in {
    str about;
    int64_t before, limit;
    int64_t person, from_us, to_us; // of reveals
};

static struct cursor audit_rows(struct ctx *c, const struct audit_in *in)
{
    int64_t before = in->before, limit = in->limit;
    if (str_eq(in->about, S("town")))
        return db_rows(c->db,
            "SELECT id, item, at_us, person, unit, what, note, changes FROM event"
            " WHERE town = ?1 AND item = 0 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            V(c->rules->town), V(before), V(limit));
    (void)old_years_widen(c); // an old item's events stand with it
    if (str_eq(in->about, S("reveal")))
        return db_rows(c->db,
            "SELECT id, item, at_us, person, unit, what, note, changes FROM event"
            " WHERE town = ?1 AND what = 'reveal' AND id < ?2 AND (?4 = 0 OR person = ?4)"
            " AND at_us >= ?5 AND at_us < ?6 ORDER BY id DESC LIMIT ?3",
            V(c->rules->town), V(before), V(limit), V(in->person), V(in->from_us), V(in->to_us));
    return db_rows(c->db,
        "SELECT id, item, at_us, person, unit, what, note, changes FROM event"
        " WHERE town = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
        V(c->rules->town), V(before), V(limit));
}

// An auditor sees who did what, not what the items say: changes and notes of items are left out for
// him.
static struct audit_row audit_view_row(struct ctx *c, const struct cursor *r)
{
    bool open = db_i64(r, 1) == 0 || str_eq(db_str(r, 5), S("reveal"));
    struct audit_row a = {.id = db_i64(r, 0),
        .item = db_i64(r, 1),
        .at_us = db_i64(r, 2),
        .person = db_i64(r, 3),
        .unit = db_i64(r, 4),
        .what = db_dup(r, 5, c->arena),
        .note = open ? db_dup(r, 6, c->arena) : (str){0},
        .changes = open ? db_dup(r, 7, c->arena) : S("{}")};
    const struct person *p = rules_person(c->rules, a.person);
    const struct unit *u = rules_unit(c->rules, a.unit);
    a.person_name = p ? p->name : (str){0};
    a.unit_name = u ? u->name : (str){0};
    return a;
}

static bool read_reveal_in(struct call *k, struct audit_in *in)
{
    struct ctx *c = &k->ctx;
    str period = http_query(k->req, "period");
    int64_t from, to;
    if (in->person != 0 || period.n > 0) {
        if (!str_eq(in->about, S("reveal"))) {
            err_add(&k->err, ERR_INVALID, S("about"), S("reveal"),
                "only reveals are looked for by person and month",
                "只有查看号码的记录能按人和月份找");
            return false;
        }
    }
    if (period.n == 0)
        return true;
    if (!filter_days(c->arena, period, c->now_us, c->rules->zone_s, &from, &to)) {
        err_add(
            &k->err, ERR_INVALID, S("period"), S("2026-11"), "is not a period", "不是有效的时间段");
        return false;
    }
    in->from_us = tm_day_start(from, c->rules->zone_s);
    in->to_us = tm_day_start(to, c->rules->zone_s);
    return true;
}

enum err_code audit_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct audit_in in = {.about = http_query(k->req, "about"), .to_us = INT64_MAX};
    if (!call_query_i64(k, "before", INT64_MAX, 1, INT64_MAX, &in.before) ||
        !call_query_i64(k, "limit", 50, 1, AUDIT_PAGE_MAX, &in.limit) ||
        !call_query_i64(k, "person", 0, 0, INT64_MAX, &in.person))
        return k->err.code;
    if (in.about.n > 0 && !str_eq(in.about, S("all")) && !str_eq(in.about, S("town")) &&
        !str_eq(in.about, S("reveal")))
        return err_add(&k->err, ERR_INVALID, S("about"), S("all, town, reveal"),
            "is not a way to look", "没有这种查看方式");
    if (!read_reveal_in(k, &in))
        return k->err.code;
    struct audit_row *rows = NULL;
    size_t n = 0;
    struct cursor r = audit_rows(c, &in);
    while (db_next(&r))
        VEC_PUSH(c->arena, rows, n) = audit_view_row(c, &r);
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    struct audit_view v = {{rows, n}, n > 0 && (int64_t)n == in.limit ? rows[n - 1].id : 0};
    return call_answer_fields(k, AUDIT_LIST, &v);
}
