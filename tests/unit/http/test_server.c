#define _GNU_SOURCE // memmem
#include "http_client.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>

enum { STRANGERS = 200 };

static struct arena *arena;
static _Atomic int opened, closed;

static void *thread_open(void *arg)
{
    assert_ptr_equal(arg, &opened);
    opened++;
    return malloc(10);
}

static void thread_close(void *arg, void *thread)
{
    assert_ptr_equal(arg, &opened);
    closed++;
    free(thread);
}

static void handle(void *arg, struct http_req *req)
{
    assert_ptr_equal(arg, &opened);
    assert_non_null(req->thread);
    http_answer(req, 200, "text/plain", S("ok"));
}

static const struct http_conf CONF = {.arg = &opened,
    .threads = 3,
    .thread_open = thread_open,
    .thread_close = thread_close,
    .handle = handle};

static int open_files(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

static void test_start_and_stop(void **state)
{
    (void)state;
    int files = open_files();
    for (int round = 0; round < 10; round++) {
        struct http_conf conf = CONF;
        conf.threads = 1 + round % 3;
        opened = closed = 0;
        struct http_server *s = client_server(&conf);
        assert_true(http_port(s) > 0);
        for (int i = 0; i < 5; i++)
            assert_str(client_once(arena, http_port(s), "GET /", "", S("")).body, "ok");
        assert_true(opened >= 1 && opened <= conf.threads);
        assert_int_equal(closed, 0);
        http_stop(s);
        assert_int_equal(closed, opened);
    }
    assert_int_equal(open_files(), files);
}

// Whoever keeps its connection gets its share of the threads, also when all come at once.
static void test_connections_go_round(void **state)
{
    (void)state;
    struct http_conf conf = CONF;
    conf.threads = 3;
    opened = 0;
    struct http_server *s = client_server(&conf);
    struct client c[6];
    for (size_t i = 0; i < ARRAY_LEN(c); i++)
        c[i] = client_open(arena, http_port(s));
    for (size_t i = 0; i < ARRAY_LEN(c); i++)
        assert_int_equal(client_ask(&c[i], "GET /", "", S("")).status, 200);
    assert_int_equal(opened, conf.threads);
    for (size_t i = 0; i < ARRAY_LEN(c); i++)
        client_close(&c[i]);
    http_stop(s);
}

static void test_stop_unused(void **state)
{
    (void)state;
    struct http_conf conf = CONF;
    opened = closed = 0;
    http_stop(client_server(&conf));
    assert_int_equal(opened, 0);
    assert_int_equal(closed, 0);
}

// Connections that say nothing, or half of something, do not hold up a stop.
static void test_stop_with_open_connections(void **state)
{
    (void)state;
    struct http_conf conf = CONF;
    struct http_server *s = client_server(&conf);
    struct client c[STRANGERS];
    for (int i = 0; i < STRANGERS; i++) {
        c[i] = client_open(arena, http_port(s));
        if (i % 3 == 1)
            client_send(&c[i], S("GET / HTTP/1.1"));
        if (i % 3 == 2)
            assert_int_equal(client_ask(&c[i], "GET /", "", S("")).status, 200);
    }
    http_stop(s);
    for (int i = 0; i < STRANGERS; i++) {
        assert_false(client_fill(&c[i]));
        client_close(&c[i]);
    }
}

struct flood {
    int port;
    _Atomic bool end;
    _Atomic long answered;
};

static void *flood(void *arg)
{
    struct flood *f = arg;
    struct arena *a = arena_new();
    while (!f->end) {
        arena_reset(a);
        struct client c = {.fd = socket(AF_INET, SOCK_STREAM, 0), .arena = a};
        struct sockaddr_in to = {.sin_family = AF_INET,
            .sin_port = htons((uint16_t)f->port),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        buf_init(&c.in, a, CLIENT_ANSWER_MAX);
        bool on = connect(c.fd, (struct sockaddr *)&to, sizeof(to)) == 0;
        for (int i = 0; i < 20 && on; i++) {
            struct answer r = client_ask(&c, "GET /", "", S(""));
            on = r.status == 200;
            f->answered += on;
        }
        client_close(&c);
    }
    arena_free(a);
    return NULL;
}

static void test_stop_under_load(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        struct http_conf conf = CONF;
        struct http_server *s = client_server(&conf);
        struct flood f = {.port = http_port(s)};
        pthread_t threads[4];
        for (size_t i = 0; i < ARRAY_LEN(threads); i++)
            assert_int_equal(pthread_create(&threads[i], NULL, flood, &f), 0);
        while (f.answered < 500)
            sched_yield();
        http_stop(s);
        f.end = true;
        for (size_t i = 0; i < ARRAY_LEN(threads); i++)
            pthread_join(threads[i], NULL);
    }
}

static void test_port_taken(void **state)
{
    (void)state;
    struct http_conf conf = CONF;
    struct http_server *s = client_server(&conf);
    struct err e;
    err_init(&e, arena, LANG_EN);
    conf.port = http_port(s);
    assert_null(http_start(&conf, &e));
    assert_int_equal(e.n, 1);
    assert_str(e.notes[0].field, "port");
    assert_has(e.notes[0].message, "in use");
    http_stop(s);
    err_init(&e, arena, LANG_EN);
    conf.host = "not a host";
    assert_null(http_start(&conf, &e));
    assert_str(e.notes[0].field, "host");
}

static void test_ipv6(void **state)
{
    (void)state;
    struct http_conf conf = CONF;
    struct err e;
    err_init(&e, arena, LANG_EN);
    conf.host = "::1";
    struct http_server *s = http_start(&conf, &e);
    if (s == NULL)
        skip(); // a machine without IPv6
    struct sockaddr_in6 to = {.sin6_family = AF_INET6,
        .sin6_port = htons((uint16_t)http_port(s)),
        .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct client c = {.fd = socket(AF_INET6, SOCK_STREAM, 0), .arena = arena};
    buf_init(&c.in, arena, CLIENT_ANSWER_MAX);
    assert_int_equal(connect(c.fd, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_str(client_ask(&c, "GET /", "", S("")).body, "ok");
    client_close(&c);
    http_stop(s);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_and_stop),
        cmocka_unit_test(test_connections_go_round),
        cmocka_unit_test(test_stop_unused),
        cmocka_unit_test(test_stop_with_open_connections),
        cmocka_unit_test(test_stop_under_load),
        cmocka_unit_test(test_port_taken),
        cmocka_unit_test(test_ipv6),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
