#include "api/call.h"

#include <string.h>
#include "api/metrics.h"
#include "api/page.h"
#include "base/log.h"
#include "domain/town.h"

_Static_assert(
    (int)HTTP_BODY_UNASKED_MAX_BYTES >= (int)API_BODY_MAX_BYTES, "ordinary bodies come unasked");

// What a loop thread owns.
struct loop_thread {
    struct app *app;
    struct arena *arena;
    struct db *db;       // NULL: it could not be opened
    int64_t db_tried_us; // when that was
    struct rules_hold *rules;
    struct memo *sessions;
};

enum { DB_AGAIN_S = 1 }; // between two tries to open the database

// A thread begins with its first request; the database may not answer just then.
static void open_db(struct loop_thread *t)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    t->db_tried_us = tm_mono();
    t->db = town_open(t->arena, app_conf(t->app)->dir, false, 0, &e);
    if (!t->db)
        log_line(LOG_ERROR, "api cannot open the database: %.*s", STR_ARG(err_text(&e, a)));
    arena_free(a);
}

void *call_thread_open(void *arg)
{
    struct app *app = arg;
    struct arena *a = arena_new();
    struct loop_thread *t = NEW(a, struct loop_thread);
    t->app = app;
    t->arena = a;
    open_db(t);
    t->rules = app_rules_take(app);
    t->sessions = session_memory_new();
    return t;
}

void call_thread_close(void *arg, void *thread)
{
    struct loop_thread *t = thread;
    (void)arg;
    db_close(t->db);
    app_rules_drop(t->rules);
    memo_free(t->sessions);
    arena_free(t->arena);
}

int call_status(enum err_code c)
{
    switch (c) {
    case OK:
        return 200;
    case ERR_INVALID:
        return 400;
    case ERR_LOGIN:
        return 401;
    case ERR_DENIED:
        return 403;
    case ERR_MISSING:
        return 404;
    case ERR_CONFLICT:
        return 409;
    case ERR_LIMIT:
        return 413;
    case ERR_RATE:
        return 429;
    case ERR_BUSY:
    case ERR_FULL: // not 507: every client and proxy knows that 503 is worth another try
        return 503;
    case ERR_STORE:
        return 500;
    }
    UNREACHABLE();
}

str call_errors(struct arena *a, const struct err *e)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, HTTP_ANSWER_MAX_BYTES);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_key(&w, S("errors"));
    jw_arr(&w);
    for (size_t i = 0; i < e->n; i++) {
        const struct err_note *n = &e->notes[i];
        jw_obj(&w);
        jw_kstr(&w, "code", str_of(err_code_name(n->code)));
        jw_kstr(&w, "field", n->field);
        jw_kstr(&w, "message", n->message);
        jw_kstr(&w, "expected", n->expected);
        if (n->line > 0) {
            jw_ki64(&w, "line", n->line);
            jw_ki64(&w, "column", n->column);
        }
        jw_end_obj(&w);
    }
    jw_end_arr(&w);
    if (e->dropped > 0)
        jw_ki64(&w, "more", (int64_t)e->dropped);
    if (e->extra.n > 0 && e->code == ERR_CONFLICT) {
        jw_key(&w, S("current"));
        jw_raw(&w, e->extra);
    }
    jw_end_obj(&w);
    return buf_str(&b);
}

// As long as the lock lasts, when what refused said so.
static str retry_after(const struct call *k)
{
    struct err quiet;
    err_init(&quiet, k->req->arena, k->ctx.lang);
    const struct json *j =
        k->err.extra.n > 0 ? json_parse(k->req->arena, k->err.extra, &quiet) : NULL;
    return str_fmt(k->req->arena, "%" PRId64, json_i64(j, S("retry_after_s"), API_RETRY_S));
}

static void answer_error(struct call *k)
{
    (void)db_overrules(k->ctx.db, &k->err);
    enum err_code c = k->err.code;
    if ((k->written || k->repeated) && (c == ERR_STORE || c == ERR_BUSY || c == ERR_FULL))
        (void)err_add(&k->err, c, (str){0}, (str){0}, "it is written; only the answer is missing",
            "已经写入，只是暂时无法显示，请勿重复提交");
    // An inner fault is for the log; the client learns that it was ours, and nothing was done
    // unless it says so.
    if (c == ERR_STORE)
        log_line(LOG_ERROR, "api request=" HTTP_ID_FMT " route=%s %.*s", k->req->id,
            k->route ? k->route->path : "-", STR_ARG(err_text(&k->err, k->req->arena)));
    if (c == ERR_STORE || c == ERR_BUSY || c == ERR_FULL) // whoever complains can name it
        http_set(k->req, "X-Request-Id", str_fmt(k->req->arena, HTTP_ID_FMT, k->req->id));
    if (c == ERR_BUSY || c == ERR_FULL)
        http_set(k->req, "Retry-After", c == ERR_BUSY ? S("1") : S("30"));
    if (c == ERR_RATE)
        http_set(k->req, "Retry-After", retry_after(k));
    http_answer(k->req, call_status(c), "application/json; charset=utf-8",
        call_errors(k->req->arena, &k->err));
}

void call_answer(struct call *k, int status)
{
    if (db_overrules(k->ctx.db, &k->err)) {
        answer_error(k);
        return;
    }
    if (k->body.overflow) {
        err_add(&k->err, ERR_LIMIT, (str){0}, (str){0}, "the answer would be larger than %d bytes",
            "结果超过 %d 字节，请缩小范围", (int)HTTP_ANSWER_MAX_BYTES);
        answer_error(k);
        return;
    }
    http_answer(k->req, status ? status : k->route->status, "application/json; charset=utf-8",
        buf_str(&k->body));
}

enum err_code call_answer_fields(struct call *k, const struct field *table, const void *v)
{
    fields_encode(&k->w, table, v, k->ctx.rules->zone_s);
    call_answer(k, 0);
    return OK;
}

bool call_query_i64(
    struct call *k, const char *name, int64_t otherwise, int64_t min, int64_t max, int64_t *out)
{
    str x = http_query(k->req, name);
    *out = otherwise;
    if (x.n == 0)
        return true;
    if (str_i64(x, out) && *out >= min && *out <= max)
        return true;
    err_add(&k->err, ERR_INVALID, str_of(name),
        str_fmt(k->req->arena, "%" PRId64 "..%" PRId64, min, max), "is not a number in range",
        "不是范围内的数字");
    return false;
}

// ---- who asks

static enum err_code identify(struct call *k)
{
    str bearer = http_header(k->req, "Authorization");
    if (str_starts(bearer, S("Bearer ")))
        k->secret = str_trim(str_sub(bearer, 7, bearer.n));
    else
        k->secret = http_cookie(k->req, "bihuan");
    if (k->secret.n == 0) {
        if (k->route->may == MAY_ANYONE)
            return OK;
        return err_add(&k->err, ERR_LOGIN, (str){0}, (str){0}, "log in first", "请先登录");
    }
    struct loop_thread *t = k->req->thread;
    enum err_code code = session_find(
        &k->ctx, t->sessions, app_town_serial(k->app), k->secret, &k->session, &k->err);
    if (code != OK) {
        if (code != ERR_LOGIN || k->route->may != MAY_ANYONE)
            return code;
        err_init(&k->err, k->req->arena, k->ctx.lang);
        k->session = (struct session){0};
        return OK;
    }
    k->actor = k->session.person;
    k->ctx.actor = rules_person(k->ctx.rules, k->actor);
    return OK;
}

bool call_from_loopback(const struct call *k)
{
    str peer = k->req->remote;
    return str_starts(peer, S("127.")) || str_eq(peer, S("::1"));
}

// Asked by a program on this machine, and not by a proxy for somebody else.
static bool from_here(const struct call *k)
{
    static const char *const PROXY[] = {"X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via"};
    for (size_t i = 0; i < ARRAY_LEN(PROXY); i++)
        if (http_header(k->req, PROXY[i]).n > 0)
            return false;
    return call_from_loopback(k);
}

static enum err_code permit(struct call *k)
{
    if (k->route->here && from_here(k))
        return OK;
    if (identify(k) != OK)
        return k->err.code;
    if (k->route->may == MAY_ANYONE)
        return OK;
    CHECK(k->ctx.actor != NULL);
    if (k->ctx.actor->must_change && strcmp(k->route->path, "/api/password") != 0 &&
        strcmp(k->route->path, "/api/me") != 0 && strcmp(k->route->path, "/api/logout") != 0)
        return err_add(&k->err, ERR_DENIED, S("password"), (str){0},
            "change your initial password first", "请先修改初始密码");
    bool other = k->route->or_may != 0 && ctx_may(&k->ctx, k->route->or_may, 0);
    if (!other && !ctx_may(&k->ctx, k->route->may, 0))
        return err_add(&k->err, ERR_DENIED, (str){0}, right_key(k->route->may),
            "you need the right \"%.*s\"", "您没有“%.*s”的权限",
            STR_ARG(
                k->ctx.lang == LANG_EN ? right_key(k->route->may) : right_title(k->route->may)));
    if (k->req->method != HTTP_GET && !k->session.token &&
        !str_eq(http_header(k->req, "X-CSRF"), k->session.csrf))
        return err_add(&k->err, ERR_DENIED, S("X-CSRF"), (str){0},
            "the page's token is missing or old", "页面已过期，请刷新后再试");
    return OK;
}

// ---- writes

static void add_query(void *arg, str name, str value)
{
    buf_fmt(arg, "%.*s=%.*s&", STR_ARG(name), STR_ARG(value));
}

static str request_print(struct call *k)
{
    uint8_t h[CRYPT_HASH_BYTES];
    struct buf query;
    buf_init(&query, k->req->arena, HTTP_URL_MAX_BYTES * 2);
    http_each_query(k->req, add_query, &query);
    str *texts = NULL;
    size_t n = 0;
    struct http_part *parts;
    size_t n_parts = 0;
    struct err quiet;
    err_init(&quiet, k->req->arena, k->ctx.lang);
    VEC_PUSH(k->req->arena, texts, n) = str_fmt(k->req->arena, "%d %.*s?%.*s\n",
        (int)k->req->method, STR_ARG(k->req->path), STR_ARG(buf_str(&query)));
    // A form sent again has another boundary between its parts, and is the same form.
    if (!k->route->in && http_multipart(k->req, &parts, &n_parts, &quiet)) {
        for (size_t i = 0; i < n_parts; i++) {
            VEC_PUSH(k->req->arena, texts, n) = str_fmt(k->req->arena, "\n%zu %.*s %zu %.*s %zu ",
                parts[i].name.n, STR_ARG(parts[i].name), parts[i].filename.n,
                STR_ARG(parts[i].filename), parts[i].content.n);
            VEC_PUSH(k->req->arena, texts, n) = parts[i].content;
        }
    } else {
        VEC_PUSH(k->req->arena, texts, n) = k->req->body;
    }
    crypt_sha256_parts(texts, n, h);
    return crypt_hex(k->req->arena, h, 16);
}

static enum err_code used_otherwise(struct err *e)
{
    return err_add(e, ERR_CONFLICT, S("Idempotency-Key"), (str){0},
        "was already used for another request", "这个请求编号已用于别的请求");
}

// A key already used gives the same result again; used for something else it is refused.
static enum err_code repeat(
    const struct call *k, struct ctx *c, str key, int64_t *result, bool *repeated, struct err *e)
{
    if (key.n == 0)
        return OK;
    struct cursor r = db_rows(c->db,
        "SELECT request, result FROM idem WHERE town = ?1 AND person = ?2 AND key = ?3",
        V(c->rules->town), V(k->actor), V(key));
    if (!db_next(&r))
        return db_status(c->db, e); // not known is not unused
    bool same = str_eq(db_str(&r, 0), k->idem_print);
    *result = db_i64(&r, 1);
    *repeated = same;
    db_done(&r);
    return same ? OK : used_otherwise(e);
}

// On the loop, before the request is checked: what was done may make the same request wrong now.
static enum err_code read_key(struct call *k)
{
    // A log-in is never the log-in of a moment before: its secret was shown once.
    if (k->route->may == MAY_ANYONE)
        return OK;
    k->idem_key = http_header(k->req, "Idempotency-Key");
    if (k->idem_key.n > API_KEY_MAX_BYTES)
        return err_add(&k->err, ERR_LIMIT, S("Idempotency-Key"), (str){0}, "at most %d bytes",
            "不能超过 %d 字节", (int)API_KEY_MAX_BYTES);
    if (k->idem_key.n == 0)
        return OK;
    k->idem_print = request_print(k);
    return repeat(k, &k->ctx, k->idem_key, &k->result, &k->repeated, &k->err);
}

// Who asks, as the writer knows him; what was done under the key already is not done again.
static enum err_code begin(struct call *k, struct db *db, struct arena *a, str key, struct ctx *c,
    int64_t *result, bool *repeated, struct err *e)
{
    err_init(e, k->req->arena, k->ctx.lang);
    *repeated = false;
    app_writer_ctx(k->app, db, a, c);
    c->lang = k->ctx.lang;
    c->actor = k->actor ? rules_person(c->rules, k->actor) : NULL;
    if (db_overrules(db, e))
        return e->code;
    if (k->actor && (!c->actor || !c->actor->active))
        return err_add(e, ERR_LOGIN, (str){0}, (str){0}, "log in again", "请重新登录");
    // Asked again here, because the same request may have come twice at once.
    return repeat(k, c, key, result, repeated, e);
}

static enum err_code finish(
    const struct call *k, struct ctx *c, str key, int64_t result, struct err *e)
{
    if (db_overrules(c->db, e) || e->code != OK)
        return e->code;
    if (key.n > 0)
        db_run(c->db,
            "INSERT INTO idem (town, person, key, at_us, request, result) VALUES (?1, ?2, ?3, ?4, "
            "?5, ?6)",
            V(c->rules->town), V(k->actor), V(key), V(c->now_us), V(k->idem_print), V(result));
    return db_status(c->db, e);
}

static enum err_code apply(struct write *w, struct db *db)
{
    struct call *k = (struct call *)w;
    struct ctx c;
    if (begin(k, db, k->req->arena, k->idem_key, &c, &k->result, &k->repeated, &k->err) != OK ||
        k->repeated)
        return k->err.code;
    (void)k->route->apply(k, &c, &k->result, &k->err);
    return finish(k, &c, k->idem_key, k->result, &k->err);
}

static void done(struct write *w, enum err_code code, const struct err *group)
{
    struct call *k = (struct call *)w;
    k->written = code == OK;
    if (code != OK && k->err.code == OK && group)
        err_merge(&k->err, group, (str){0});
    if (code != OK && k->err.code == OK)
        err_add(&k->err, code, (str){0}, (str){0}, "not written", "没有写入");
    http_wake(k->req);
}

static void submit(struct call *k)
{
    k->write.apply = apply;
    k->write.done = done;
    http_park(k->req);
    if (writer_submit(app_writer(k->app), &k->write) == OK)
        return;
    err_add(&k->err, ERR_BUSY, (str){0}, (str){0}, "too many writes are waiting (at most %d)",
        "系统正忙（排队上限 %d），请稍后再试", (int)WRITER_QUEUE_MAX);
    http_wake(k->req);
}

// ---- writes of several rows

// "key#7": each row is kept under a key of its own.
static str row_key(struct call *k, size_t at)
{
    return k->idem_key.n == 0 ? (str){0}
                              : str_fmt(k->req->arena, "%.*s#%zu", STR_ARG(k->idem_key), at);
}

enum err_code call_rows(struct call *k, size_t n)
{
    k->rows = NEW_ARRAY(k->req->arena, n, struct call_row);
    k->n_rows = n;
    for (size_t i = 0; i < n; i++) {
        k->rows[i] = (struct call_row){.k = k, .at = i, .idem_key = row_key(k, i)};
        err_init(&k->rows[i].err, k->req->arena, k->ctx.lang);
    }
    for (size_t i = 0; i < n; i++)
        if (repeat(k, &k->ctx, k->rows[i].idem_key, &k->rows[i].result, &k->rows[i].repeated,
                &k->err) != OK)
            return k->err.code;
    return OK;
}

static enum err_code apply_row(struct write *w, struct db *db)
{
    struct call_row *r = (struct call_row *)w;
    struct call *k = r->k;
    struct arena *a = arena_new(); // what one row needs is given back before the next
    struct ctx c;
    if (begin(k, db, a, r->idem_key, &c, &r->result, &r->repeated, &r->err) == OK && !r->repeated) {
        r->err.code = k->route->apply_row(k, r->at, &c, &r->result, &r->err);
        (void)finish(k, &c, r->idem_key, r->result, &r->err);
    }
    arena_free(a);
    return r->err.code;
}

static void one_less(struct call *k)
{
    if (__atomic_sub_fetch(&k->rows_left, 1, __ATOMIC_ACQ_REL) == 0)
        http_wake(k->req);
}

static void row_done(struct write *w, enum err_code code, const struct err *group)
{
    struct call_row *r = (struct call_row *)w;
    r->code = code;
    r->k->written = r->k->written || code == OK;
    if (code != OK && r->err.n == 0 && group)
        err_merge(&r->err, group, (str){0});
    one_less(r->k);
}

// Nothing of the request may be touched here after the first row was handed over, but its own
// struct: the writer is at work with the rest.
static enum err_code submit_rows(struct call *k)
{
    size_t n = k->n_rows;
    k->rows_left = 1;
    for (size_t i = 0; i < n; i++) {
        k->rows[i].write.apply = apply_row;
        k->rows[i].write.done = row_done;
        k->rows_left += !k->rows[i].repeated;
    }
    if (k->rows_left == 1)
        return k->route->answer(k);
    http_park(k->req);
    for (size_t i = 0; i < n; i++) {
        struct call_row *r = &k->rows[i];
        if (!r->repeated && writer_submit(app_writer(k->app), &r->write) != OK) {
            r->code = ERR_BUSY;
            one_less(k);
        }
    }
    one_less(k);
    return OK;
}

// ---- the life of a request

static enum err_code first_run(struct call *k)
{
    if (permit(k) != OK)
        return k->err.code;
    if (k->route->in) {
        k->in = arena_alloc(k->req->arena, *k->route->in_size);
        if (fields_decode(k->req->arena, k->req->body, k->route->in, k->in, &k->err) != OK)
            return k->err.code;
    }
    if (!k->route->read && read_key(k) != OK)
        return k->err.code;
    if (k->repeated)
        return k->route->answer(k);
    if (k->route->check && k->route->check(k) != OK)
        return k->err.code;
    if (k->route->read)
        return k->route->read(k);
    if (db_overrules(k->ctx.db, &k->err)) // checked against what could not be read
        return k->err.code;
    if (k->route->apply_row)
        return submit_rows(k);
    submit(k);
    return OK;
}

static void set_ctx(struct call *k, struct loop_thread *t)
{
    struct app *app = k->app;
    if (!t->db && tm_mono() - t->db_tried_us > DB_AGAIN_S * US_SECOND)
        open_db(t);
    if (t->db)
        db_read_begin(t->db); // all of one answer comes from one state
    if (app_rules_stale(app, t->rules)) {
        struct rules_hold *old = t->rules;
        t->rules = app_rules_take(app);
        app_rules_drop(old);
    }
    str lang = http_header(k->req, "Accept-Language");
    k->ctx = (struct ctx){.db = t->db,
        .arena = k->req->arena,
        .rules = app_rules(t->rules),
        .now_us = tm_now(),
        .keys = app_keys(app),
        .lang = str_starts(lang, S("en")) ? LANG_EN : LANG_ZH,
        .blob_dir = town_blob_dir(k->req->arena, app_conf(app)->dir)};
    k->ctx.actor = k->actor ? rules_person(k->ctx.rules, k->actor) : NULL;
    buf_init(&k->body, k->req->arena, HTTP_ANSWER_MAX_BYTES);
    jw_init(&k->w, &k->body);
}

static bool has_db(struct call *k)
{
    if (k->ctx.db)
        return true;
    err_add(&k->err, ERR_BUSY, S("database"), (str){0}, "the database does not answer",
        "数据库没有应答");
    return false;
}

static void run(struct call *k)
{
    struct http_req *req = k->req;
    enum err_code code;
    if (k->refused || (!(k->route->here && from_here(k)) && !has_db(k))) {
        code = k->err.code;
    } else if (req->woken) {
        code = k->err.code != OK ? k->err.code : k->route->answer(k);
    } else {
        code = first_run(k);
    }
    if (code != OK && k->err.code != OK)
        answer_error(k);
}

// The request's call, made when it is first looked at. known: see route_find.
static struct call *call_of(struct app *app, struct http_req *req, bool *known)
{
    struct call *k = req->user;
    *known = false;
    if (!k) {
        k = NEW(req->arena, struct call);
        k->app = app;
        k->req = req;
        req->user = k;
    }
    set_ctx(k, req->thread);
    if (!k->route) {
        k->route = route_find(req->method, req->path, k, known);
        req->route = k->route ? metrics_route(k->route) : METRICS_OTHER;
        req->group = k->route ? metrics_group(k->route) : METRICS_OTHER;
        err_init(&k->err, req->arena, k->ctx.lang);
        if (k->route && tm_frozen()) // pages set their clock by it
            http_set(req, "Date", tm_http(req->arena, k->ctx.now_us));
    }
    return k;
}

// Gives up the state the call has read, an error and cursors left open.
static void let_go(const struct http_req *req)
{
    const struct loop_thread *t = req->thread;
    if (t->db)
        db_rollback(t->db);
}

bool call_may_send(void *arg, struct http_req *req)
{
    bool known;
    struct call *k = call_of(arg, req, &known);
    k->refused = k->route && (!has_db(k) || permit(k) != OK);
    let_go(req);
    return !k->refused;
}

void call_handle(void *arg, struct http_req *req)
{
    bool known;
    struct call *k = call_of(arg, req, &known);
    if (k->route)
        run(k);
    else
        page_or_missing(k, known);
    let_go(req);
}

size_t call_body_limit(void *arg, enum http_method method, str path)
{
    (void)arg;
    struct call k = {0};
    bool known;
    const struct route *r = route_find(method, path, &k, &known);
    return r ? r->body_max : KIB;
}
