// From the first byte of a request to the run of the handler.

#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/tm.h"
#include "http/http_private.h"
#include "http/multipart.h"
#include "http/request.h"

enum { BODY_UNKNOWN_BYTES = 16 * KIB, BODY_FIRST_MAX_BYTES = 1 * MIB, BODY_GROWTH = 4 };

void *request_begin(void *server, const char *uri, struct MHD_Connection *mhd)
{
    struct http_conn *c = server_conn_take(server);
    c->mhd = mhd;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    c->peer = info == NULL ? NULL : info->socket_context;
    c->target = str_dup(c->req.arena, str_of(uri));
    return c;
}

static void refuse(struct http_conn *c, struct refusal r)
{
    if (c->refusal.status == 0)
        c->refusal = r;
}

static void refuse_body_size(struct http_conn *c)
{
    refuse(c, (struct refusal){.status = MHD_HTTP_CONTENT_TOO_LARGE,
                  .code = "limit",
                  .field = "body",
                  .en = "the body is too large",
                  .zh = "请求正文太大",
                  .expected = str_fmt(c->req.arena, "at most %zu bytes", c->body_max)});
}

static void refuse_invalid(struct http_conn *c, const char *field, str expected)
{
    refuse(c, (struct refusal){.status = MHD_HTTP_BAD_REQUEST,
                  .code = "invalid",
                  .field = field,
                  .en = "the request is malformed",
                  .zh = "请求格式不正确",
                  .expected = expected});
}

static void refuse_stopping(struct http_conn *c)
{
    refuse(c, (struct refusal){.status = MHD_HTTP_SERVICE_UNAVAILABLE,
                  .code = "busy",
                  .field = "",
                  .en = "the server is stopping",
                  .zh = "服务正在停止",
                  .expected = S("a new try later")});
}

static bool method_of(const char *name, enum http_method *out)
{
    static const struct {
        const char *name;
        enum http_method method;
    } methods[] = {{"GET", HTTP_GET}, {"POST", HTTP_POST}, {"HEAD", HTTP_GET},
        {"PATCH", HTTP_PATCH}, {"PUT", HTTP_PUT}, {"DELETE", HTTP_DELETE}};
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (strcmp(name, methods[i].name) == 0) {
            *out = methods[i].method;
            return true;
        }
    }
    *out = HTTP_OTHER;
    return false;
}

static void open_method(struct http_conn *c, const char *name)
{
    c->head = strcmp(name, "HEAD") == 0;
    if (!method_of(name, &c->req.method)) {
        http_set(&c->req, "Allow", S("GET, HEAD, POST, PUT, PATCH, DELETE"));
        refuse(c, (struct refusal){.status = MHD_HTTP_METHOD_NOT_ALLOWED,
                      .code = "invalid",
                      .field = "method",
                      .en = "this method is not known",
                      .zh = "不支持的请求方法",
                      .expected = S("GET, HEAD, POST, PUT, PATCH or DELETE")});
    }
}

static void open_target(struct http_conn *c)
{
    if (c->target.n > HTTP_URL_MAX_BYTES) {
        refuse(c, (struct refusal){.status = MHD_HTTP_URI_TOO_LONG,
                      .code = "limit",
                      .field = "path",
                      .en = "the address is too long",
                      .zh = "请求地址太长",
                      .expected = str_fmt(c->req.arena, "at most %d bytes", HTTP_URL_MAX_BYTES)});
        return;
    }
    struct target t;
    const char *expected = NULL;
    if (!target_parse(c->req.arena, c->target, &t, &expected)) {
        refuse_invalid(c, "path", str_of(expected));
        return;
    }
    c->req.path = t.path;
    c->query = t.query;
    c->query_n = t.n;
}

// The headers that decide how the body is framed.
struct framing {
    str length;
    int lengths, encodings;
    bool chunked, expect;
};

static enum MHD_Result note_framing(void *arg, enum MHD_ValueKind kind, const char *key,
    size_t key_n, const char *value, size_t value_n)
{
    struct framing *f = arg;
    (void)kind;
    switch (key_n) {
    case 6:
        f->expect |= strncasecmp(key, "Expect", 6) == 0;
        break;
    case 14:
        if (strncasecmp(key, "Content-Length", 14) == 0) {
            f->lengths++;
            f->length = (str){value, value_n};
        }
        break;
    case 17:
        if (strncasecmp(key, "Transfer-Encoding", 17) == 0) {
            f->encodings++;
            f->chunked = value_n == 7 && strncasecmp(value, "chunked", 7) == 0;
        }
        break;
    default:
        break;
    }
    return MHD_YES;
}

// Two ways to read the end of one request are how requests are smuggled past a gateway. [RFC
// 9112 6.3]
static bool framing_ok(const struct framing *f, uint64_t *length)
{
    *length = 0;
    if (f->lengths + f->encodings > 1 || (f->encodings == 1 && !f->chunked))
        return false;
    for (size_t i = 0; i < f->length.n; i++) {
        char digit = f->length.s[i];
        if (digit < '0' || digit > '9' || *length > UINT64_MAX / 16)
            return false;
        *length = *length * 10 + (uint64_t)(digit - '0');
    }
    return true;
}

// True when the refusal has to go out at once, because the client waits for leave to send its body,
// would send it for too long, or nobody knows where it ends.
static bool open_body(struct http_conn *c)
{
    struct framing f = {0};
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, note_framing, &f);
    if (!framing_ok(&f, &c->body_expected)) {
        refuse_invalid(c, "headers", S("one Content-Length, or Transfer-Encoding: chunked"));
        return true;
    }
    if (!f.chunked && c->body_expected == 0)
        return false;
    const struct http_conf *conf = &c->server->conf;
    if (c->refusal.status == 0 && conf->body_limit != NULL)
        c->body_max = conf->body_limit(conf->arg, c->req.method, c->req.path);
    if (c->body_expected > c->body_max)
        refuse_body_size(c);
    bool large = c->body_max > HTTP_BODY_UNASKED_MAX_BYTES &&
                 (f.chunked || c->body_expected > HTTP_BODY_UNASKED_MAX_BYTES);
    if (c->refusal.status == 0 && large && conf->may_send != NULL)
        c->unwanted = !conf->may_send(conf->arg, &c->req);
    return (c->refusal.status != 0 || c->unwanted) &&
           (f.expect || c->body_expected > REQUEST_DRAIN_MAX_BYTES);
}

static str remote_text(struct http_conn *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL)
        return (str){0};
    struct sockaddr_in v4;
    if (info->client_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, info->client_addr, sizeof(v6));
        if (!IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            char *z = arena_alloc(c->req.arena, INET6_ADDRSTRLEN);
            return str_of(inet_ntop(AF_INET6, &v6.sin6_addr, z, INET6_ADDRSTRLEN));
        }
        memcpy(&v4.sin_addr, v6.sin6_addr.s6_addr + 12, 4);
    } else if (info->client_addr->sa_family == AF_INET) {
        memcpy(&v4, info->client_addr, sizeof(v4));
    } else {
        return (str){0};
    }
    // By hand, because inet_ntop prints through sprintf, and this runs for every request.
    const unsigned char *octets = (const unsigned char *)&v4.sin_addr;
    struct buf b;
    buf_init(&b, c->req.arena, INET_ADDRSTRLEN);
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            buf_byte(&b, '.');
        buf_i64(&b, octets[i]);
    }
    return buf_str(&b);
}

static enum MHD_Result request_run(struct http_conn *c)
{
    server_conn_runs(c);
    enum park_state was = atomic_load_explicit(&c->park, memory_order_acquire);
    CHECK(was != PARK_ASLEEP);
    if (was == PARK_RUNNING && atomic_load(&c->server->stopping))
        refuse_stopping(c);
    if (c->refusal.status != 0) {
        reply_refuse(c, &c->refusal);
        return c->broken ? MHD_NO : MHD_YES;
    }
    c->req.woken = was == PARK_WOKEN;
    c->req.body = (str){c->body, c->body_n};
    c->parked = false;
    atomic_store_explicit(&c->park, PARK_RUNNING, memory_order_relaxed);
    c->server->conf.handle(c->server->conf.arg, &c->req);
    if (!c->parked && !c->answered) {
        log_line(LOG_ERROR, "http handler gave no answer path=%.*s", STR_ARG(c->req.path));
        reply_refuse(c, &(struct refusal){.status = MHD_HTTP_INTERNAL_SERVER_ERROR,
                            .code = "store",
                            .field = "",
                            .en = "the server made no answer",
                            .zh = "服务器未能作出应答"});
    }
    return c->broken ? MHD_NO : MHD_YES;
}

// The headers are here, the body is not.
static enum MHD_Result request_open(struct http_conn *c, const char *method)
{
    c->opened = true;
    if (atomic_load_explicit(&c->server->stopping, memory_order_acquire)) {
        refuse(c, (struct refusal){.status = MHD_HTTP_SERVICE_UNAVAILABLE,
                      .code = "busy",
                      .field = "",
                      .en = "the server is stopping",
                      .zh = "服务正在停止",
                      .expected = S("try again later")});
    }
    open_method(c, method);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (info != NULL && info->header_size > HTTP_HEADER_MAX_BYTES) {
        refuse(
            c, (struct refusal){.status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
                   .code = "limit",
                   .field = "headers",
                   .en = "the headers are too large",
                   .zh = "请求头太大",
                   .expected = str_fmt(c->req.arena, "at most %d bytes", HTTP_HEADER_MAX_BYTES)});
    }
    open_target(c);
    c->req.remote = remote_text(c);
    if (open_body(c))
        return request_run(c);
    if (c->body_expected > 0 || c->body_max > 0)
        guard_phase(c->peer, PEER_BODY, tm_mono());
    return MHD_YES;
}

// What Content-Length promises is allocated at once while it is small, and in steps when it is
// large, so that a promise alone takes no memory.
static void body_reserve(struct http_conn *c, size_t need)
{
    if (need <= c->body_cap)
        return;
    size_t cap = c->body_cap * BODY_GROWTH;
    if (c->body_cap == 0)
        cap = c->body_expected == 0 ? BODY_UNKNOWN_BYTES : BODY_FIRST_MAX_BYTES;
    while (cap < need)
        cap *= BODY_GROWTH;
    if (c->body_expected >= need && cap > c->body_expected)
        cap = (size_t)c->body_expected;
    if (cap > c->body_max)
        cap = c->body_max;
    char *body = arena_alloc(c->req.arena, cap);
    if (c->body_n > 0)
        memcpy(body, c->body, c->body_n);
    c->body = body;
    c->body_cap = cap;
}

static enum MHD_Result body_take(struct http_conn *c, const char *data, size_t n)
{
    if (c->refusal.status == 0 && n > c->body_max - c->body_n)
        refuse_body_size(c);
    if (c->refusal.status != 0 || c->unwanted) {
        c->drained += n;
        return c->drained > REQUEST_DRAIN_MAX_BYTES ? MHD_NO : MHD_YES;
    }
    body_reserve(c, c->body_n + n);
    memcpy(c->body + c->body_n, data, n);
    c->body_n += n;
    return MHD_YES;
}

enum MHD_Result request_step(void *server, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *data_n, void **state)
{
    struct http_conn *c = *state;
    (void)server;
    (void)mhd;
    (void)url;
    (void)version;
    CHECK(c != NULL);
    if (!c->opened)
        return request_open(c, method);
    if (*data_n > 0) {
        size_t n = *data_n;
        *data_n = 0;
        return body_take(c, data, n);
    }
    return request_run(c);
}

void request_done(
    void *server, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode why)
{
    struct http_conn *c = *state;
    (void)server;
    (void)mhd;
    (void)why;
    *state = NULL;
    if (c == NULL)
        return;
    // Before the arena goes: what a stream was made of may lie in it.
    if (c->stream != NULL)
        stream_closed(c);
    if (c->closed != NULL)
        c->closed(c->state);
    guard_phase(c->peer, PEER_IDLE, tm_mono());
    server_conn_give(c);
}

str http_query(const struct http_req *req, const char *name)
{
    str wanted = str_of(name);
    for (size_t i = 0; i < req->conn->query_n; i++)
        if (str_eq(req->conn->query[i].name, wanted))
            return req->conn->query[i].value;
    return (str){0};
}

bool http_has_query(const struct http_req *req, const char *name)
{
    str wanted = str_of(name);
    for (size_t i = 0; i < req->conn->query_n; i++)
        if (str_eq(req->conn->query[i].name, wanted))
            return true;
    return false;
}

void http_each_query(
    const struct http_req *req, void (*f)(void *arg, str name, str value), void *arg)
{
    for (size_t i = 0; i < req->conn->query_n; i++)
        f(arg, req->conn->query[i].name, req->conn->query[i].value);
}

str http_header(const struct http_req *req, const char *name)
{
    str value = {0};
    if (MHD_lookup_connection_value_n(
            req->conn->mhd, MHD_HEADER_KIND, name, strlen(name), &value.s, &value.n) != MHD_YES)
        return (str){0};
    while (value.n > 0 && (value.s[value.n - 1] == ' ' || value.s[value.n - 1] == '\t'))
        value.n--;
    return value;
}

// Not the library's cookies: it also splits at commas and ignores case, so that one cookie's value
// could pose as another cookie. [RFC 6265 4.2]
str http_cookie(const struct http_req *req, const char *name)
{
    str rest = http_header(req, "Cookie"), wanted = str_of(name), piece = {0};
    while (str_cut(&rest, ';', &piece)) {
        piece = str_trim(piece);
        size_t eq = str_find(piece, '=');
        if (eq == piece.n || !str_eq(str_sub(piece, 0, eq), wanted))
            continue;
        str value = str_sub(piece, eq + 1, piece.n);
        if (value.n >= 2 && value.s[0] == '"' && value.s[value.n - 1] == '"')
            value = str_sub(value, 1, value.n - 2);
        return value;
    }
    return (str){0};
}

bool http_multipart(const struct http_req *req, struct http_part **parts, size_t *n, struct err *e)
{
    return multipart_parse(req->arena, http_header(req, "Content-Type"), req->body, parts, n, e);
}
