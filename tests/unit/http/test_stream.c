#define _GNU_SOURCE // memmem
#include "http_client.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "http/http_private.h"

enum { READERS = 20, PUBLISHERS = 3, EVENTS = 300 };

static const size_t EVENT_BYTES = (size_t)16 * KIB, EVENTS_MAX_BYTES = (size_t)4 * MIB;

static struct http_server *server;
static struct arena *arena;

static void handle(void *arg, struct http_req *req)
{
    (void)arg;
    int64_t who = 0;
    if (str_i64(http_query(req, "who"), &who))
        http_events(req, (uint64_t)who);
    else
        http_answer(req, 200, "text/plain", S("ok"));
}

static bool is_even(void *arg, uint64_t who)
{
    (void)arg;
    return who % 2 == 0;
}

static void wait_streams(size_t n)
{
    while (http_streams(server) != n)
        sched_yield();
}

static struct client subscribe(struct arena *a, int who)
{
    struct client c = client_open(a, http_port(server));
    client_request(&c, str_fmt(a, "GET /events?who=%d", who).s, "", S(""));
    struct answer r = client_answer_head(&c);
    assert_int_equal(r.status, 200);
    assert_str(answer_header(&r, "Content-Type"), "text/event-stream");
    assert_str(answer_header(&r, "Cache-Control"), "no-cache");
    assert_str(answer_header(&r, "X-Content-Type-Options"), "nosniff");
    return c;
}

// Chunks joined until the text ends with mark.
static str read_to(struct client *c, const char *mark)
{
    struct buf joined;
    bool last = false;
    buf_init(&joined, c->arena, MIB);
    while (!str_ends(buf_str(&joined), str_of(mark)))
        if (!client_chunk(c, &joined, &last))
            return (str){0};
    return buf_str(&joined);
}

static void test_events(void **state)
{
    (void)state;
    struct client even = subscribe(arena, 2), odd = subscribe(arena, 3);
    wait_streams(2);
    assert_str(read_to(&even, "\n\n"), "retry: 3000\n\n");
    assert_str(read_to(&odd, "\n\n"), "retry: 3000\n\n");
    http_publish(server, 7, "item", S("{\"id\":1}"), is_even, NULL);
    assert_str(read_to(&even, "\n\n"), "id: 7\nevent: item\ndata: {\"id\":1}\n\n");
    http_publish(server, 8, "note", S("a\nb\r\nc\rid: 9\n\n"), NULL, NULL);
    assert_str(read_to(&even, "\n\n"),
        "id: 8\nevent: note\ndata: a\ndata: b\ndata: c\ndata: id: 9\ndata: \n\n");
    assert_has(read_to(&odd, "\n\n"), "id: 8\n"); // and not 7
    http_publish(server, 10, "note", S(""), NULL, NULL);
    assert_str(read_to(&odd, "\n\n"), "id: 10\nevent: note\ndata: \n\n");
    stream_beat(server);
    assert_str(read_to(&odd, "\n\n"), ": hb\n\n");
    client_close(&odd);
    client_close(&even);
    // Nobody is told that a sleeping client went; the next beats find out.
    while (http_streams(server) > 0)
        stream_beat(server);
    http_publish(server, 11, "note", S("to nobody"), NULL, NULL);
}

static void test_head_is_no_stream(void **state)
{
    (void)state;
    struct client c = client_open(arena, http_port(server));
    assert_int_equal(client_ask(&c, "HEAD /events?who=1", "", S("")).status, 200);
    assert_false(client_fill(&c));
    assert_int_equal(client_left(&c).n, 0);
    client_close(&c);
    wait_streams(0);
}

static void test_slow_reader_is_cut(void **state)
{
    (void)state;
    struct client slow = subscribe(arena, 1), quick = subscribe(arena, 2);
    wait_streams(2);
    char *data = arena_alloc(arena, EVENT_BYTES);
    memset(data, 'd', EVENT_BYTES);
    for (uint64_t id = 1; http_streams(server) == 2; id++) {
        http_publish(server, id, "big", (str){data, EVENT_BYTES}, NULL, NULL);
        str got = read_to(&quick, "\n\n");
        assert_true(got.n > EVENT_BYTES || str_starts(got, S("retry")));
        assert_true(id < 10000);
    }
    bool last = false;
    struct buf rest;
    buf_init(&rest, arena, CLIENT_ANSWER_MAX);
    while (client_chunk(&slow, &rest, &last)) {
    }
    assert_false(last);
    client_close(&slow);
    client_close(&quick);
    while (http_streams(server) > 0)
        stream_beat(server);
}

static void test_event_over_limit(void **state)
{
    (void)state;
    struct client c = subscribe(arena, 1);
    wait_streams(1);
    assert_str(read_to(&c, "\n\n"), "retry: 3000\n\n");
    size_t n = HTTP_STREAM_QUEUE_MAX_BYTES;
    http_publish(server, 1, "big", (str){arena_alloc(arena, n), n}, NULL, NULL);
    http_publish(server, 2, "small", S("x"), NULL, NULL);
    assert_str(read_to(&c, "\n\n"), "id: 2\nevent: small\ndata: x\n\n");
    client_close(&c);
    while (http_streams(server) > 0)
        stream_beat(server);
}

static void *publish(void *arg)
{
    for (uint64_t i = 0; i < EVENTS; i++)
        http_publish(server, i, arg, S("x"), NULL, NULL);
    return NULL;
}

static void *listen_to(void *arg)
{
    struct client *c = arg;
    struct buf got;
    bool last = false;
    buf_init(&got, c->arena, EVENTS_MAX_BYTES);
    size_t events = 0;
    while (events < (size_t)PUBLISHERS * EVENTS && client_chunk(c, &got, &last)) {
        events = 0;
        str rest = buf_str(&got), line = {0};
        while (str_cut(&rest, '\n', &line))
            events += str_eq(line, S("data: x"));
    }
    return events == (size_t)PUBLISHERS * EVENTS ? arg : NULL;
}

// Several publishers, many readers, beats between: nothing is lost, nothing hangs.
static void test_many(void **state)
{
    (void)state;
    struct client clients[READERS];
    pthread_t readers[READERS], publishers[PUBLISHERS];
    static char names[PUBLISHERS][2] = {"a", "b", "c"};
    for (int i = 0; i < READERS; i++)
        clients[i] = subscribe(arena_new(), i);
    wait_streams(READERS);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, listen_to, &clients[i]), 0);
    for (int i = 0; i < PUBLISHERS; i++)
        assert_int_equal(pthread_create(&publishers[i], NULL, publish, names[i]), 0);
    for (int i = 0; i < 50; i++)
        stream_beat(server);
    for (int i = 0; i < PUBLISHERS; i++)
        pthread_join(publishers[i], NULL);
    for (int i = 0; i < READERS; i++) {
        void *got = NULL;
        pthread_join(readers[i], &got);
        assert_ptr_equal(got, &clients[i]);
    }
    for (int i = 0; i < READERS; i++) {
        client_close(&clients[i]);
        arena_free(clients[i].arena);
    }
    while (http_streams(server) > 0)
        stream_beat(server);
}

// A stop ends streams well: with the last chunk.
static void test_stop_closes(void **state)
{
    (void)state;
    struct client c = subscribe(arena, 1);
    assert_str(read_to(&c, "\n\n"), "retry: 3000\n\n");
    http_publish(server, 1, "last", S("x"), NULL, NULL);
    http_stop(server);
    struct buf rest;
    bool last = false;
    buf_init(&rest, arena, MIB);
    while (client_chunk(&c, &rest, &last)) {
    }
    assert_true(last);
    assert_str(buf_str(&rest), "id: 1\nevent: last\ndata: x\n\n");
    client_close(&c);
    struct http_conf conf = {.handle = handle};
    server = client_server(&conf);
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
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_head_is_no_stream),
        cmocka_unit_test(test_slow_reader_is_cut),
        cmocka_unit_test(test_event_over_limit),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_stop_closes),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
