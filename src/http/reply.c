// What goes back: headers, whole bodies, embedded assets, long bodies made piece by piece.

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/tm.h"
#include "http/http_private.h"

enum { REFUSAL_MAX_BYTES = 1 * KIB, PIECE_BYTES = 16 * KIB };

// No line breaks or other controls, so that a value cannot become a second header.
static bool header_value_ok(str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (((unsigned char)value.s[i] < ' ' && value.s[i] != '\t') || value.s[i] == 0x7f)
            return false;
    return true;
}

void http_set(struct http_req *req, const char *header, str value)
{
    struct http_conn *c = req->conn;
    CHECK(!c->answered);
    if (!header_value_ok(value)) {
        log_line(LOG_ERROR, "http header with control characters header=%s", header);
        c->header_bad = true;
        return;
    }
    if (strcasecmp(header, "Cache-Control") == 0)
        c->cache_set = true;
    size_t at = 0;
    if (strcasecmp(header, "Set-Cookie") == 0)
        at = c->headers_n; // the one header that may stand several times
    while (at < c->headers_n && strcasecmp(c->headers[at].name, header) != 0)
        at++;
    CHECK(at < CONN_HEADERS_MAX);
    c->headers[at] = (struct conn_header){header, str_z(req->arena, value)};
    if (at == c->headers_n)
        c->headers_n++;
}

// False when there is no memory for it: names and values were checked before.
static bool add(struct MHD_Response *r, const char *name, const char *value)
{
    // The library refuses empty values, which say nothing anyway.
    return value[0] == '\0' || MHD_add_response_header(r, name, value) == MHD_YES;
}

static bool add_headers(struct http_conn *c, struct MHD_Response *r, const char *type)
{
    bool ok = type == NULL || add(r, "Content-Type", type);
    ok = ok && add(r, "X-Content-Type-Options", "nosniff");
    ok = ok && add(r, "Referrer-Policy", "same-origin");
    if (!c->cache_set)
        ok = ok && add(r, "Cache-Control", "no-store");
    for (size_t i = 0; i < c->headers_n; i++)
        ok = ok && add(r, c->headers[i].name, c->headers[i].value);
    return ok;
}

// How long it took from the whole request, parked time included. No address, no query: neither may
// stand in a log.
static void note_answer(struct http_conn *c, int status)
{
    struct http_loop *loop = c->loop;
    const struct http_conf *conf = &c->server->conf;
    int64_t now_us = tm_mono(), took_us = c->running ? now_us - c->began_us : 0;
    unsigned route = c->req.route < conf->routes_n ? c->req.route : 0;
    meter_add(&loop->answers[route][status / 100 < HTTP_CLASSES ? status / 100 : 0], 1);
    meter_time(&loop->took[c->req.group < conf->groups_n ? c->req.group : 0], took_us);
    guard_phase(c->peer, c->stream != NULL ? PEER_STREAM : PEER_ANSWER, now_us);
    bool slow = took_us > HTTP_SLOW_MS * (US_SECOND / 1000);
    if (slow || conf->log_requests)
        log_line(slow ? LOG_WARN : LOG_INFO,
            slow ? "http slow request=" HTTP_ID_FMT " route=\"%s\" status=%d ms=%.1f"
                 : "http request=" HTTP_ID_FMT " route=\"%s\" status=%d ms=%.1f",
            c->req.id, conf->routes[route], status, (double)took_us / 1000);
}

static void queue(struct http_conn *c, int status, struct MHD_Response *r)
{
    c->answered = true;
    note_answer(c, status);
    if (MHD_queue_response(c->mhd, (unsigned)status, r) != MHD_YES) {
        log_line(LOG_ERROR, "http answer could not be queued status=%d", status);
        c->broken = true;
    }
}

// NULL when there is no memory for it.
static struct MHD_Response *response_of(str body)
{
    // The library does not change the bytes, but takes their address without const.
    union {
        const char *given;
        void *taken;
    } bytes = {.given = body.n == 0 ? "" : body.s};
    return MHD_create_response_from_buffer(body.n, bytes.taken, MHD_RESPMEM_PERSISTENT);
}

// Queues r and gives it up. whole: r and its headers could be made; when there was no memory for
// them, what was made at the start for this case goes out instead.
static void deliver(struct http_conn *c, int status, struct MHD_Response *r, bool whole)
{
    if (!whole)
        log_line(LOG_ERROR, "http no memory for an answer status=%d", status);
    if (whole)
        queue(c, status, r);
    else
        queue(c, MHD_HTTP_SERVICE_UNAVAILABLE, c->server->spare);
    if (r != NULL)
        MHD_destroy_response(r);
}

struct MHD_Response *reply_spare(void)
{
    static const char BODY[] =
        "{\"errors\":[{\"code\":\"busy\",\"field\":\"\",\"message\":\"内存不足，请稍后再试 "
        "(out of memory, try again)\",\"expected\":\"\"}]}";
    struct MHD_Response *r = response_of(str_of(BODY));
    bool whole = r != NULL && add(r, "Content-Type", "application/json; charset=utf-8") &&
                 add(r, "Cache-Control", "no-store") && add(r, "Retry-After", "1");
    CHECK(whole); // the process has just begun
    return r;
}

static bool wants_english(struct http_conn *c)
{
    str languages = http_header(&c->req, "Accept-Language");
    return languages.n >= 2 && strncasecmp(languages.s, "en", 2) == 0;
}

// All texts of a refusal are our own and hold nothing that JSON would escape.
void reply_refuse(struct http_conn *c, const struct refusal *r)
{
    struct buf b;
    buf_init(&b, c->req.arena, REFUSAL_MAX_BYTES);
    buf_fmt(&b, "{\"errors\":[{\"code\":\"%s\",\"field\":\"%s\",\"message\":\"%s\"", r->code,
        r->field, wants_english(c) ? r->en : r->zh);
    if (r->expected.n > 0)
        buf_fmt(&b, ",\"expected\":\"%.*s\"", STR_ARG(r->expected));
    buf_addz(&b, "}]}");
    CHECK(!b.overflow);
    c->header_bad = false;
    struct MHD_Response *response = response_of(buf_str(&b));
    bool whole = response != NULL && add_headers(c, response, "application/json") &&
                 add(response, "Connection", "close");
    if (r->status == MHD_HTTP_SERVICE_UNAVAILABLE)
        whole = whole && add(response, "Retry-After", "5");
    deliver(c, r->status, response, whole);
}

static void refuse_answer(struct http_conn *c)
{
    c->headers_n = 0;
    c->cache_set = false;
    reply_refuse(c, &(struct refusal){.status = MHD_HTTP_INTERNAL_SERVER_ERROR,
                        .code = "store",
                        .field = "",
                        .en = "the server made an answer it may not send",
                        .zh = "服务器生成了不能发送的应答"});
}

static bool may_answer(struct http_conn *c, str body)
{
    CHECK(!c->answered && !c->parked);
    if (body.n > HTTP_ANSWER_MAX_BYTES) {
        log_line(
            LOG_ERROR, "http answer too large bytes=%zu max=%d", body.n, HTTP_ANSWER_MAX_BYTES);
        c->header_bad = true;
    }
    if (c->header_bad)
        refuse_answer(c);
    return !c->answered;
}

void http_answer(struct http_req *req, int status, const char *type, str body)
{
    struct http_conn *c = req->conn;
    if (!may_answer(c, body))
        return;
    struct MHD_Response *r = response_of(body);
    deliver(c, status, r, r != NULL && add_headers(c, r, type));
}

static bool same_headers(const struct static_response *kept, const struct http_conn *c)
{
    if (kept->headers_n != c->headers_n)
        return false;
    for (size_t i = 0; i < c->headers_n; i++)
        if (strcmp(kept->headers[i].name, c->headers[i].name) != 0 ||
            strcmp(kept->headers[i].value, c->headers[i].value) != 0)
            return false;
    return true;
}

// The slot that holds this answer, or a free one for it, or NULL when the table is three quarters
// full.
static struct static_response *find_static(struct http_conn *c, const char *type, str body)
{
    struct http_loop *loop = c->loop;
    if (loop->statics == NULL)
        loop->statics = NEW_ARRAY(loop->arena, LOOP_STATICS_MAX, struct static_response);
    size_t mask = LOOP_STATICS_MAX - 1;
    uint64_t hash = (uint64_t)(uintptr_t)body.s * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t at = (size_t)(hash >> 32) & mask;; at = (at + 1) & mask) {
        struct static_response *kept = &loop->statics[at];
        if (kept->body == NULL)
            return loop->statics_n < (size_t)LOOP_STATICS_MAX / 4 * 3 ? kept : NULL;
        if (kept->body == body.s && kept->body_n == body.n && strcmp(kept->type, type) == 0 &&
            same_headers(kept, c))
            return kept;
    }
}

// False when there is no memory for it.
static bool keep_static(
    struct http_conn *c, const char *type, str body, struct static_response *slot)
{
    struct arena *a = c->loop->arena;
    struct MHD_Response *r = response_of(body);
    if (r == NULL || !add_headers(c, r, type)) {
        if (r != NULL)
            MHD_destroy_response(r);
        return false;
    }
    *slot = (struct static_response){.body = body.s,
        .body_n = body.n,
        .type = str_z(a, str_of(type)),
        .headers_n = c->headers_n,
        .headers = NEW_ARRAY(a, c->headers_n, struct conn_header)};
    for (size_t i = 0; i < c->headers_n; i++)
        slot->headers[i] = (struct conn_header){
            str_z(a, str_of(c->headers[i].name)), str_z(a, str_of(c->headers[i].value))};
    slot->response = r;
    c->loop->statics_n++;
    return true;
}

// A loop thread keeps its own responses, so that two threads never touch one reference count.
void http_answer_static(struct http_req *req, int status, const char *type, str body)
{
    struct http_conn *c = req->conn;
    struct static_response *slot = body.n == 0 || type == NULL ? NULL : find_static(c, type, body);
    if (slot == NULL) {
        http_answer(req, status, type, body);
        return;
    }
    CHECK(!c->answered && !c->parked);
    if (c->header_bad) {
        refuse_answer(c);
        return;
    }
    if (slot->body == NULL && !keep_static(c, type, body, slot))
        deliver(c, status, NULL, false);
    else
        queue(c, status, slot->response);
}

void reply_statics_free(struct http_loop *loop)
{
    for (size_t i = 0; loop->statics != NULL && i < LOOP_STATICS_MAX; i++)
        if (loop->statics[i].response != NULL)
            MHD_destroy_response(loop->statics[i].response);
}

static ssize_t produce_piece(void *arg, uint64_t at, char *out, size_t max)
{
    struct http_conn *c = arg;
    (void)at;
    int64_t n = c->produce(c->state, out, max);
    CHECK(n <= (int64_t)max);
    if (n == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    return n < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : (ssize_t)n;
}

void reply_no_memory(struct http_conn *c, int status)
{
    deliver(c, status, NULL, false);
}

void reply_queue_pieces(struct http_conn *c, int status, struct MHD_Response *r, const char *type)
{
    // To a HEAD the library (0.9.75) sends the last chunk of a chunked body, which the client would
    // read as the next answer. Without chunks it closes the connection instead.
    if (c->head)
        CHECK(
            MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) == MHD_YES);
    deliver(c, status, r, add_headers(c, r, type));
}

void http_answer_stream(struct http_req *req, int status, const char *type,
    int64_t (*produce)(void *state, char *out, size_t max), void (*closed)(void *state),
    void *state)
{
    struct http_conn *c = req->conn;
    // Closed when the request ends, whatever becomes of the answer, and before its arena goes.
    c->closed = closed;
    c->state = state;
    if (!may_answer(c, (str){0}))
        return;
    c->produce = produce;
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, produce_piece, c, NULL);
    if (r != NULL)
        reply_queue_pieces(c, status, r, type);
    else
        reply_no_memory(c, status);
}
