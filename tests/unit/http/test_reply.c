#define _GNU_SOURCE // memmem
#include "http_client.h"

#include <sched.h>
#include <stdatomic.h>

enum { PIECES = 300, PIECE_BYTES = 10000 };

static const char ASSET[] = "body { color: #333 }";
static struct http_server *server;
static struct arena *arena;
static _Atomic int closed_streams;

struct pieces {
    int64_t left, broken_at;
};

static int64_t produce(void *state, char *out, size_t max)
{
    struct pieces *p = state;
    if (p->left == p->broken_at && p->left > 0)
        return -1;
    int64_t n = p->left < (int64_t)max ? p->left : (int64_t)max;
    if (n > p->left - p->broken_at)
        n = p->left - p->broken_at;
    memset(out, 'p', (size_t)n);
    p->left -= n;
    return n;
}

static void produced(void *state)
{
    struct pieces *p = state;
    assert_true(p->left >= 0); // the request's memory is still there
    closed_streams++;
}

static void stream(struct http_req *req, int64_t broken_at)
{
    struct pieces *p = NEW(req->arena, struct pieces);
    p->left = (int64_t)PIECES * PIECE_BYTES;
    p->broken_at = broken_at;
    http_answer_stream(req, 200, "text/csv", produce, produced, p);
}

static void handle_headers(struct http_req *req)
{
    http_set(req, "Cache-Control", S("max-age=60"));
    http_set(req, "cache-control", S("max-age=61"));
    http_set(req, "Set-Cookie", S("a=1"));
    http_set(req, "Set-Cookie", S("b=2"));
    http_set(req, "X-Empty", S(""));
    http_answer(req, 201, "text/plain", S("made"));
}

static void handle(void *arg, struct http_req *req)
{
    (void)arg;
    if (str_eq(req->path, S("/plain"))) {
        http_answer(req, 200, "application/json", S("{}"));
    } else if (str_eq(req->path, S("/headers"))) {
        handle_headers(req);
    } else if (str_eq(req->path, S("/split"))) {
        http_set(req, "Location", http_query(req, "to"));
        http_answer(req, 303, NULL, S(""));
    } else if (str_eq(req->path, S("/nothing"))) {
        http_answer(req, 204, NULL, S(""));
    } else if (str_eq(req->path, S("/asset"))) {
        if (http_has_query(req, "etag"))
            http_set(req, "ETag", http_query(req, "etag"));
        http_answer_static(req, 200, "text/css", (str){ASSET, sizeof(ASSET) - 1});
    } else if (str_eq(req->path, S("/large"))) {
        http_answer(req, 200, "text/plain",
            (str){arena_alloc(req->arena, HTTP_ANSWER_MAX_BYTES + 1), HTTP_ANSWER_MAX_BYTES + 1});
    } else if (str_eq(req->path, S("/largest"))) {
        http_answer(req, 200, "text/plain",
            (str){arena_alloc(req->arena, HTTP_ANSWER_MAX_BYTES), HTTP_ANSWER_MAX_BYTES});
    } else {
        stream(req, str_eq(req->path, S("/broken")) ? 1234 : 0);
    }
}

static struct answer once(const char *line)
{
    return client_once(arena, http_port(server), line, "", S(""));
}

static void test_plain(void **state)
{
    (void)state;
    struct answer r = once("GET /plain");
    assert_int_equal(r.status, 200);
    assert_str(r.body, "{}");
    assert_str(answer_header(&r, "Content-Type"), "application/json");
    assert_str(answer_header(&r, "X-Content-Type-Options"), "nosniff");
    assert_str(answer_header(&r, "Referrer-Policy"), "same-origin");
    assert_str(answer_header(&r, "Cache-Control"), "no-store");
    assert_true(answer_header(&r, "Date").n > 20);
}

static void test_headers(void **state)
{
    (void)state;
    struct answer r = once("GET /headers");
    assert_int_equal(r.status, 201);
    assert_has(r.head, "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
    assert_str(answer_header(&r, "Cache-Control"), "max-age=61");
    assert_false(str_has(r.head, S("max-age=60")));
    assert_false(str_has(r.head, S("no-store")));
    r = once("GET /split?to=/x");
    assert_int_equal(r.status, 303);
    assert_str(answer_header(&r, "Location"), "/x");
    r = once("GET /split?to=/x%0D%0ASet-Cookie:%20sid=1");
    assert_int_equal(r.status, 500);
    assert_false(str_has(r.head, S("sid=1")));
}

static void test_head(void **state)
{
    (void)state;
    struct client c = client_open(arena, http_port(server));
    for (int i = 0; i < 3; i++) {
        struct answer r = client_ask(&c, "HEAD /plain", "", S(""));
        assert_int_equal(r.status, 200);
        assert_str(answer_header(&r, "Content-Length"), "2");
        assert_int_equal(client_ask(&c, "HEAD /asset", "", S("")).status, 200);
    }
    // What follows a HEAD is the next answer, not a body.
    assert_str(client_ask(&c, "GET /plain", "", S("")).body, "{}");
    assert_int_equal(client_ask(&c, "HEAD /stream", "", S("")).status, 200);
    assert_false(client_fill(&c));
    assert_int_equal(client_left(&c).n, 0);
    client_close(&c);
}

static void test_nothing(void **state)
{
    (void)state;
    struct client c = client_open(arena, http_port(server));
    client_request(&c, "GET /nothing", "", S(""));
    assert_int_equal(client_answer_head(&c).status, 204);
    assert_str(client_ask(&c, "GET /plain", "", S("")).body, "{}");
    client_close(&c);
}

static void test_static(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct answer r = once(i % 2 == 0 ? "GET /asset" : "GET /asset?etag=one");
        assert_int_equal(r.status, 200);
        assert_str(r.body, ASSET);
        assert_str(answer_header(&r, "Content-Type"), "text/css");
        assert_str(answer_header(&r, "Cache-Control"), "no-store");
        assert_str(answer_header(&r, "ETag"), i % 2 == 0 ? "" : "one");
    }
    // More variants than are kept: still answered.
    struct client c = client_open(arena, http_port(server));
    for (int i = 0; i < 1500; i++) {
        const char *line = str_fmt(arena, "GET /asset?etag=%d", i).s;
        struct answer r = client_ask(&c, line, "", S(""));
        assert_str(answer_header(&r, "ETag"), str_fmt(arena, "%d", i).s);
        assert_str(r.body, ASSET);
    }
    client_close(&c);
}

static void test_large(void **state)
{
    (void)state;
    assert_int_equal(once("GET /large").status, 500);
    struct answer r = once("GET /largest");
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body.n, HTTP_ANSWER_MAX_BYTES);
}

static void wait_closed(int n)
{
    while (closed_streams < n)
        sched_yield();
    assert_int_equal(closed_streams, n);
}

static void test_stream(void **state)
{
    (void)state;
    int before = closed_streams;
    struct answer r = once("GET /stream");
    assert_int_equal(r.status, 200);
    assert_str(answer_header(&r, "Transfer-Encoding"), "chunked");
    assert_str(answer_header(&r, "Content-Type"), "text/csv");
    assert_true(r.whole);
    assert_int_equal(r.body.n, (size_t)PIECES * PIECE_BYTES);
    wait_closed(before + 1);

    r = once("GET /broken");
    assert_int_equal(r.status, 200);
    assert_false(r.whole);
    wait_closed(before + 2);

    // Nobody reads on.
    struct client c = client_open(arena, http_port(server));
    client_request(&c, "GET /stream", "", S(""));
    assert_int_equal(client_answer_head(&c).status, 200);
    client_close(&c);
    wait_closed(before + 3);
    assert_int_equal(once("HEAD /stream").status, 200);
    wait_closed(before + 4);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    struct http_conf conf = {.handle = handle};
    server = client_server(&conf);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_static),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_stream),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
