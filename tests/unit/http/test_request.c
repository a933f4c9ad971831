#define _GNU_SOURCE // memmem
#include "http_client.h"

#include <stdatomic.h>

static const size_t ECHO_MAX = (size_t)64 * KIB, SMALL_LIMIT = 1000, BIG_LIMIT = (size_t)3 * MIB,
                    FAR_TOO_LARGE = (size_t)5 * MIB;

static struct http_server *server;
static struct arena *arena;
static _Atomic int handled, asked;

static void echo_pair(void *arg, str name, str value)
{
    buf_fmt(arg, " %.*s=%.*s", STR_ARG(name), STR_ARG(value));
}

static void echo(struct http_req *req)
{
    struct buf *b = NEW(req->arena, struct buf);
    buf_init(b, req->arena, ECHO_MAX);
    buf_fmt(b, "method %d path %.*s remote %.*s", (int)req->method, STR_ARG(req->path),
        STR_ARG(req->remote));
    buf_addz(b, " query");
    http_each_query(req, echo_pair, b);
    str header = http_header(req, "X-Test"), cookie = http_cookie(req, "sid");
    buf_fmt(b, " header <%.*s> cookie <%.*s> a <%.*s> %d %d body %zu", STR_ARG(header),
        STR_ARG(cookie), STR_ARG(http_query(req, "a")), http_has_query(req, "a"),
        http_has_query(req, "zz"), req->body.n);
    if (req->body.n > 0)
        buf_fmt(b, " %.*s", STR_ARG(str_sub(req->body, 0, 5)));
    http_answer(req, 200, "text/plain", buf_str(b));
}

static void form(struct http_req *req)
{
    struct http_part *parts = NULL;
    size_t n = 0;
    struct err e;
    err_init(&e, req->arena, LANG_EN);
    if (http_multipart(req, &parts, &n, &e))
        http_answer(req, 200, "text/plain",
            str_fmt(req->arena, "%zu %.*s", n, STR_ARG(n > 0 ? parts[0].content : (str){0})));
    else
        http_answer(req, 400, "text/plain", e.notes[0].message);
}

static void handle(void *arg, struct http_req *req)
{
    (void)arg;
    handled++;
    if (str_eq(req->path, S("/silent")))
        return;
    if (str_eq(req->path, S("/form")))
        form(req);
    else
        echo(req);
}

static size_t body_limit(void *arg, enum http_method method, str path)
{
    (void)arg;
    (void)method;
    return str_starts(path, S("/big")) ? BIG_LIMIT : SMALL_LIMIT;
}

// The handler sees what was decided, and the headers are there to decide by.
static bool may_send(void *arg, struct http_req *req)
{
    (void)arg;
    asked++;
    return http_header(req, "X-Stranger").n == 0;
}

static struct answer once(const char *line, const char *headers, str body)
{
    return client_once(arena, http_port(server), line, headers, body);
}

static void test_line(void **state)
{
    (void)state;
    struct answer r = once("GET /%E5%8C%97?a=1+2&b=%26&a=3", "X-Test:  t t \r\n", S(""));
    assert_int_equal(r.status, 200);
    assert_str(r.body,
        "method 0 path /北 remote 127.0.0.1 query a=1 2 b=& a=3 header <t t> cookie <> "
        "a <1 2> 1 0 body 0");
    assert_has(once("POST /p", "", S("hello!")).body, "method 1 path /p");
    assert_has(once("PUT /p", "", S("")).body, "method 2 ");
    assert_has(once("PATCH /p", "", S("")).body, "method 3 ");
    assert_has(once("DELETE /p", "", S("")).body, "method 4 ");
}

static void test_cookies(void **state)
{
    (void)state;
    assert_has(once("GET /", "Cookie: a=b; sid=x,y=z; c=d\r\n", S("")).body, "cookie <x,y=z>");
    assert_has(once("GET /", "Cookie: sid=\"q\"\r\n", S("")).body, "cookie <q>");
    assert_has(
        once("GET /", "Cookie: pref=1,sid=evil; SID=evil; sid\r\n", S("")).body, "cookie <>");
}

static str filled(size_t n)
{
    char *p = arena_alloc(arena, n);
    memset(p, 'x', n);
    return (str){p, n};
}

static void assert_refused(struct answer r, int status, const char *field)
{
    if (r.status != status)
        print_error("%.*s%.*s\n", STR_ARG(r.head), STR_ARG(r.body));
    assert_int_equal(r.status, status);
    assert_true(r.whole);
    assert_str(answer_header(&r, "Content-Type"), "application/json");
    assert_str(answer_header(&r, "Connection"), "close");
    assert_has(r.body, str_z(arena, str_fmt(arena, "\"field\":\"%s\"", field)));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"GET /a/../b", "GET /%2e%2e/b", "GET /a%00b", "GET /%zz",
        "GET /%ff", "GET /?a=%ff", "GET a", "POST /a/.."};
    int before = handled;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_refused(once(lines[i], "", S("")), 400, "path");
    assert_refused(once("OPTIONS *", "", S("")), 405, "method");
    assert_refused(once("BREW /pot", "", S("body")), 405, "method");
    assert_refused(once("get /", "", S("")), 405, "method");
    struct answer r = once("TRACE /", "Accept-Language: en-GB\r\n", S(""));
    assert_str(answer_header(&r, "Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE");
    assert_has(r.body, "not known");
    str filler = filled(HTTP_URL_MAX_BYTES);
    const char *line = str_fmt(arena, "GET /%.*s", STR_ARG(filler)).s;
    assert_refused(once(line, "", S("")), 414, "path");
    const char *three = str_fmt(arena, "A: %.*s\r\nB: %.*s\r\nC: %.*s\r\n", STR_ARG(filler),
        STR_ARG(filler), STR_ARG(filler))
                            .s;
    r = once("GET /", three, S(""));
    assert_int_equal(r.status, 431);
    assert_int_equal(handled, before);
}

// Up to the limit headers are read, and the answer still has room.
static void test_large_headers(void **state)
{
    (void)state;
    str value = filled(HTTP_HEADER_MAX_BYTES - 200);
    const char *header = str_fmt(arena, "X-Test: %.*s\r\n", STR_ARG(value)).s;
    struct client c = client_open(arena, http_port(server));
    for (int i = 0; i < 3; i++) {
        struct answer r = client_ask(&c, "GET /p", header, S(""));
        assert_int_equal(r.status, 200);
        assert_true(str_has(r.body, value));
    }
    client_close(&c);
}

static void test_old_client(void **state)
{
    (void)state;
    struct client c = client_open(arena, http_port(server));
    client_send(&c, S("GET /p HTTP/1.0\r\n\r\n"));
    assert_has(client_answer(&c, false).body, "path /p");
    assert_false(client_fill(&c));
    client_close(&c);
    c = client_open(arena, http_port(server));
    client_send(&c, S("GET /p HTTP/1.1\r\n\r\n"));
    assert_int_equal(client_answer(&c, false).status, 400); // no Host
    client_close(&c);
}

static void test_framing(void **state)
{
    (void)state;
    int before = handled;
    assert_refused(
        once("POST /", "Content-Length: 3\r\nContent-Length: 4\r\n", S("")), 400, "headers");
    assert_refused(once("POST /", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", S("")),
        400, "headers");
    assert_refused(once("POST /", "Transfer-Encoding: gzip\r\n", S("")), 400, "headers");
    assert_refused(once("POST /", "Transfer-Encoding: gzip, chunked\r\n", S("")), 400, "headers");
    assert_int_equal(once("POST /", "Content-Length: +3\r\n", S("")).status, 400);
    assert_int_equal(once("POST /", "Content-Length: -3\r\n", S("")).status, 400);
    assert_int_equal(once("GET /", "broken header\r\n", S("")).status, 400);
    assert_int_equal(handled, before);
}

static void test_body(void **state)
{
    (void)state;
    assert_has(once("POST /p", "", filled(SMALL_LIMIT)).body, "body 1000 xxxxx");
    assert_has(once("POST /big", "", filled(BIG_LIMIT)).body, "body 3145728 xxxxx");
    const char *chunked = "Transfer-Encoding: chunked\r\n";
    struct client c = client_open(arena, http_port(server));
    client_request(&c, "POST /p", chunked, S(""));
    client_send(&c, S("5\r\nhello\r\n1\r\n \r\n00a;x=y\r\n0123456789\r\n0\r\n\r\n"));
    assert_has(client_answer(&c, false).body, "body 16 hello");
    // Two requests in one packet.
    client_send(&c, S("GET /1 HTTP/1.1\r\nHost: t\r\n\r\nGET /2 HTTP/1.1\r\nHost: t\r\n\r\n"));
    assert_has(client_answer(&c, false).body, "path /1");
    assert_has(client_answer(&c, false).body, "path /2");
    client_close(&c);
}

static void test_body_too_large(void **state)
{
    (void)state;
    int before = handled;
    struct answer r = once("POST /p", "", filled(SMALL_LIMIT + 1));
    assert_refused(r, 413, "body");
    assert_has(r.body, "\"code\":\"limit\"");
    assert_has(r.body, "\"expected\":\"at most 1000 bytes\"");
    assert_refused(once("POST /p", "", filled(FAR_TOO_LARGE)), 413, "body");

    struct client c = client_open(arena, http_port(server));
    client_request(&c, "POST /p", "Transfer-Encoding: chunked\r\n", S(""));
    for (int i = 0; i < 3; i++) {
        client_send(&c, S("200\r\n"));
        client_send(&c, filled(0x200));
        client_send(&c, S("\r\n"));
    }
    client_send(&c, S("0\r\n\r\n"));
    assert_refused(client_answer(&c, false), 413, "body");
    assert_false(client_fill(&c)); // closed
    client_close(&c);

    // More than anybody would drain: answered before the first byte of the body.
    c = client_open(arena, http_port(server));
    client_request(&c, "POST /p", "Content-Length: 1000000000000\r\n", S(""));
    assert_refused(client_answer(&c, false), 413, "body");
    client_close(&c);

    // The same without a length: cut after a while.
    c = client_open(arena, http_port(server));
    client_request(&c, "POST /p", "Transfer-Encoding: chunked\r\n", S(""));
    str piece = filled(0x10000);
    bool taken = true;
    for (int i = 0; i < 1000 && taken; i++)
        taken =
            client_send(&c, S("10000\r\n")) && client_send(&c, piece) && client_send(&c, S("\r\n"));
    assert_false(taken);
    client_close(&c);
    assert_int_equal(handled, before);
}

static void test_expect(void **state)
{
    (void)state;
    struct client c = client_open(arena, http_port(server));
    client_request(&c, "POST /p", "Expect: 100-continue\r\nContent-Length: 5\r\n", S(""));
    assert_int_equal(client_answer_head(&c).status, 100);
    client_send(&c, S("hello"));
    assert_has(client_answer(&c, false).body, "body 5 hello");
    client_request(&c, "POST /p", "Expect: 100-continue\r\nContent-Length: 1001\r\n", S(""));
    assert_refused(client_answer(&c, false), 413, "body"); // not 100 first
    client_close(&c);
}

static void test_half_a_body(void **state)
{
    (void)state;
    int before = handled;
    struct client c = client_open(arena, http_port(server));
    client_request(&c, "POST /p", "Content-Length: 10\r\n", S(""));
    client_send(&c, S("12345"));
    client_close(&c);
    assert_int_equal(once("GET /", "", S("")).status, 200);
    assert_int_equal(handled, before + 1);
}

static void test_large_body_is_asked_about(void **state)
{
    (void)state;
    int before = asked;
    assert_has(once("POST /big", "X-Stranger: yes\r\n", filled(200 * KIB)).body, "body 204800");
    assert_int_equal(asked, before); // small ones come unasked
    assert_has(once("POST /big", "", filled(2 * MIB)).body, "body 2097152");
    assert_int_equal(asked, before + 1);
    // Read to its end and thrown away; the connection goes on.
    struct client c = client_open(arena, http_port(server));
    client_request(&c, "POST /big", "X-Stranger: yes\r\n", filled(2000000));
    assert_has(client_answer(&c, false).body, "body 0");
    client_request(&c, "GET /", "", S(""));
    assert_int_equal(client_answer(&c, false).status, 200);
    client_close(&c);
    // Who waits for leave is told at once, and not to go on.
    c = client_open(arena, http_port(server));
    client_request(&c, "POST /big",
        "X-Stranger: yes\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n", S(""));
    struct answer r = client_answer(&c, false);
    assert_int_equal(r.status, 200);
    assert_has(r.body, "body 0");
    client_close(&c);
}

static void test_silent_handler(void **state)
{
    (void)state;
    assert_refused(once("GET /silent", "", S("")), 500, "");
}

static void test_form(void **state)
{
    (void)state;
    const char *type = "Content-Type: multipart/form-data; boundary=b\r\n";
    str body = S("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nhello\r\n--b--\r\n");
    struct answer r = once("POST /form", type, body);
    assert_str(r.body, "1 hello");
    assert_int_equal(once("POST /form", "", body).status, 400);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    struct http_conf conf = {.handle = handle, .body_limit = body_limit, .may_send = may_send};
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
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_large_headers),
        cmocka_unit_test(test_old_client),
        cmocka_unit_test(test_framing),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_body_too_large),
        cmocka_unit_test(test_expect),
        cmocka_unit_test(test_half_a_body),
        cmocka_unit_test(test_large_body_is_asked_about),
        cmocka_unit_test(test_silent_handler),
        cmocka_unit_test(test_form),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
