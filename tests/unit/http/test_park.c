#define _GNU_SOURCE // memmem
#include "http_client.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "http/http_private.h"

// HTTP_PARK_REQUESTS in the environment asks for a longer run of the load test.
enum { CLIENTS = 64, LOAD_REQUESTS = 20000, QUEUE_MAX = 1024 };

// What the writer of the real program is: one thread that takes all that is queued, answers and
// wakes.
struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct http_req *queue[QUEUE_MAX];
    size_t n;
    bool stop;
    bool held; // takes nothing while set
};

static struct http_server *server;
static struct arena *arena;
static struct worker worker;
static _Atomic int first_runs, woken_runs;

static void *work(void *arg)
{
    struct worker *w = arg;
    struct http_req *taken[QUEUE_MAX];
    for (;;) {
        pthread_mutex_lock(&w->lock);
        while ((w->n == 0 || w->held) && !w->stop)
            pthread_cond_wait(&w->more, &w->lock);
        size_t n = w->n;
        memcpy(taken, w->queue, n * sizeof(*taken));
        w->n = 0;
        bool stop = w->stop;
        pthread_mutex_unlock(&w->lock);
        for (size_t i = 0; i < n; i++) {
            int64_t *number = taken[i]->user;
            *number *= 2;
            http_wake(taken[i]);
        }
        if (stop && n == 0)
            return NULL;
    }
}

static void give_work(struct http_req *req)
{
    pthread_mutex_lock(&worker.lock);
    assert_true(worker.n < QUEUE_MAX);
    worker.queue[worker.n++] = req;
    pthread_cond_signal(&worker.more);
    pthread_mutex_unlock(&worker.lock);
}

static void hold_worker(bool held)
{
    pthread_mutex_lock(&worker.lock);
    worker.held = held;
    pthread_cond_signal(&worker.more);
    pthread_mutex_unlock(&worker.lock);
}

static void answer_number(struct http_req *req)
{
    const int64_t *number = req->user;
    woken_runs++;
    assert_true(req->body.n > 0);
    http_answer(req, 200, "text/plain", str_fmt(req->arena, "%" PRId64, *number));
}

// POST a number to be answered twice of it. The paths differ in who wakes when.
static void handle(void *arg, struct http_req *req)
{
    (void)arg;
    if (req->woken && str_eq(req->path, S("/again")) && *(int64_t *)req->user < 100) {
        http_park(req); // a request may sleep more than once
        give_work(req);
        return;
    }
    if (req->woken) {
        answer_number(req);
        return;
    }
    first_runs++;
    int64_t *number = NEW(req->arena, int64_t);
    assert_true(str_i64(req->body, number));
    req->user = number;
    if (str_eq(req->path, S("/self"))) { // suspended and resumed within one call
        http_park(req);
        http_wake(req);
    } else if (str_eq(req->path, S("/before"))) { // a wake overtakes the park
        http_wake(req);
        http_park(req);
    } else if (str_eq(req->path, S("/late"))) { // handed over before it is parked
        give_work(req);
        http_park(req);
    } else {
        http_park(req);
        give_work(req);
    }
}

static size_t body_limit(void *arg, enum http_method method, str path)
{
    (void)arg;
    (void)method;
    (void)path;
    return 100;
}

static void test_each_order(void **state)
{
    (void)state;
    struct client c = client_open(arena, http_port(server));
    for (int i = 0; i < 200; i++) {
        assert_str(client_ask(&c, "POST /", "", S("21")).body, "42");
        assert_str(client_ask(&c, "POST /self", "", S("21")).body, "21");
        assert_str(client_ask(&c, "POST /before", "", S("21")).body, "21");
        assert_str(client_ask(&c, "POST /late", "", S("21")).body, "42");
        assert_str(client_ask(&c, "POST /again", "", S("5")).body, "160");
    }
    client_close(&c);
}

static size_t running(void)
{
    size_t n = 0;
    pthread_mutex_lock(&server->loops_lock);
    for (struct http_loop *loop = server->loops; loop != NULL; loop = loop->next)
        n += atomic_load(&loop->running);
    pthread_mutex_unlock(&server->loops_lock);
    return n;
}

// The request stays valid until it is woken, and other requests are served meanwhile. When it is
// woken there may be no second run, but it ends.
static void test_client_goes_away(void **state)
{
    (void)state;
    hold_worker(true);
    int before = first_runs, woken_before = woken_runs;
    for (int i = 0; i < CLIENTS; i++) {
        struct client c = client_open(arena, http_port(server));
        client_request(&c, "POST /", "", S("1"));
        while (first_runs == before + i)
            sched_yield();
        client_close(&c);
    }
    assert_int_equal(atomic_load(&server->parked), CLIENTS);
    assert_str(client_once(arena, http_port(server), "POST /self", "", S("3")).body, "3");
    hold_worker(false);
    assert_str(client_once(arena, http_port(server), "POST /", "", S("3")).body, "6");
    while (running() > 0)
        sched_yield();
    assert_true(woken_runs - woken_before <= CLIENTS + 2);
}

struct load {
    int requests, answered;
};

static void *load(void *arg)
{
    struct load *l = arg;
    struct arena *a = arena_new();
    struct client c = client_open(a, http_port(server));
    for (int i = 0; i < l->requests; i++) {
        str sent = str_fmt(a, "%d", i);
        struct answer r = client_ask(&c, i % 2 == 0 ? "POST /" : "POST /late", "", sent);
        int64_t got = -1;
        if (r.status == 200 && str_i64(r.body, &got) && got == 2 * (int64_t)i)
            l->answered++;
        else
            break;
        arena_reset(a);
        buf_init(&c.in, a, CLIENT_ANSWER_MAX);
        c.at = 0;
    }
    client_close(&c);
    arena_free(a);
    return NULL;
}

static void test_no_wake_is_lost(void **state)
{
    (void)state;
    const char *asked = getenv("HTTP_PARK_REQUESTS");
    int total = asked == NULL ? LOAD_REQUESTS : atoi(asked);
    pthread_t threads[CLIENTS];
    struct load loads[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        loads[i] = (struct load){.requests = total / CLIENTS};
        assert_int_equal(pthread_create(&threads[i], NULL, load, &loads[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(loads[i].answered, total / CLIENTS);
    }
    assert_int_equal(atomic_load(&server->parked), 0);
}

static void *stop_server(void *arg)
{
    http_stop(arg);
    return NULL;
}

// http_stop waits for a parked request and sends its answer.
static void test_stop_while_parked(void **state)
{
    (void)state;
    struct http_conf conf = {.handle = handle, .body_limit = body_limit};
    struct http_server *s = client_server(&conf);
    hold_worker(true);
    int before = first_runs;
    struct client c = client_open(arena, http_port(s));
    client_request(&c, "POST /", "", S("4"));
    while (first_runs == before)
        sched_yield();
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_server, s), 0);
    while (!atomic_load(&s->stopping))
        sched_yield();
    hold_worker(false);
    assert_str(client_answer(&c, false).body, "8");
    assert_int_equal(pthread_join(stopper, NULL), 0);
    assert_false(client_fill(&c));
    client_close(&c);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    struct http_conf conf = {.handle = handle, .body_limit = body_limit};
    server = client_server(&conf);
    pthread_mutex_init(&worker.lock, NULL);
    pthread_cond_init(&worker.more, NULL);
    return pthread_create(&worker.thread, NULL, work, &worker);
}

static int stop(void **state)
{
    (void)state;
    http_stop(server);
    pthread_mutex_lock(&worker.lock);
    worker.stop = true;
    pthread_cond_signal(&worker.more);
    pthread_mutex_unlock(&worker.lock);
    pthread_join(worker.thread, NULL);
    pthread_mutex_destroy(&worker.lock);
    pthread_cond_destroy(&worker.more);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_order),
        cmocka_unit_test(test_client_goes_away),
        cmocka_unit_test(test_no_wake_is_lost),
        cmocka_unit_test(test_stop_while_parked),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
