// Start, stop, loop threads and what they keep.

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/tm.h"
#include "http/http_private.h"
#include "http/request.h"

enum {
    // Headers in, parsed headers, headers out. The library clears it after every request, so it has
    // its price.
    CONN_MEMORY_BYTES = HTTP_HEADER_MAX_BYTES + 8 * KIB,
    LOG_LINE_MAX = 512,
    STOP_POLL_US = 1000,
};

// Every loop thread numbers its own requests.
#define LOOP_IDS (UINT64_C(1) << 40)

// Set once by every loop thread; these threads end before their server does.
static _Thread_local struct http_loop *own_loop;

static struct http_loop *loop_own(struct http_server *s)
{
    if (own_loop != NULL)
        return own_loop;
    struct arena *a = arena_new();
    struct http_loop *loop = NEW(a, struct http_loop);
    loop->arena = a;
    loop->server = s;
    if (s->conf.thread_open != NULL)
        loop->thread = s->conf.thread_open(s->conf.arg);
    loop->answers = arena_array(a, s->conf.routes_n, sizeof(*loop->answers));
    loop->took = NEW_ARRAY(a, s->conf.groups_n, struct meter_hist);
    pthread_mutex_lock(&s->loops_lock);
    loop->next_id = ++s->loops_n * LOOP_IDS;
    loop->next = s->loops;
    s->loops = loop;
    pthread_mutex_unlock(&s->loops_lock);
    own_loop = loop;
    return loop;
}

void server_conn_runs(struct http_conn *c)
{
    if (c->running)
        return;
    c->running = true;
    c->began_us = tm_mono();
    guard_phase(c->peer, PEER_RUNS, c->began_us);
    // No other thread writes it. Sequentially consistent, because the caller looks at stopping
    // next, while http_stop sets stopping and then looks here: one of the two must see the other.
    size_t n = atomic_load_explicit(&c->loop->running, memory_order_relaxed);
    atomic_store(&c->loop->running, n + 1);
}

struct http_conn *server_conn_take(struct http_server *s)
{
    struct http_loop *loop = loop_own(s);
    CHECK(loop->server == s);
    struct http_conn *c = loop->ready;
    struct arena *arena = NULL;
    if (c != NULL) {
        loop->ready = c->next;
        loop->ready_n--;
        arena = c->req.arena;
    } else if ((c = loop->bare) != NULL) {
        loop->bare = c->next;
        arena = arena_new();
    } else {
        c = NEW(loop->arena, struct http_conn);
        arena = arena_new();
    }
    memset(c, 0, offsetof(struct http_conn, headers));
    c->req.arena = arena;
    c->req.thread = loop->thread;
    c->req.conn = c;
    c->req.id = ++loop->next_id;
    c->server = s;
    c->loop = loop;
    return c;
}

void server_conn_give(struct http_conn *c)
{
    struct http_loop *loop = c->loop;
    bool running = c->running;
    if (loop->ready_n < LOOP_ARENAS_MAX) {
        arena_reset(c->req.arena);
        c->next = loop->ready;
        loop->ready = c;
        loop->ready_n++;
    } else {
        arena_free(c->req.arena);
        c->next = loop->bare;
        loop->bare = c;
    }
    if (running) {
        size_t n = atomic_load_explicit(&loop->running, memory_order_relaxed);
        atomic_store_explicit(&loop->running, n - 1, memory_order_release);
    }
}

PRINTF_LIKE(2, 0) static void log_library(void *arg, const char *fmt, va_list ap)
{
    char text[LOG_LINE_MAX];
    (void)arg;
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    if (n > 0 && (size_t)n < sizeof(text) && text[n - 1] == '\n')
        text[n - 1] = '\0';
    log_line(LOG_DEBUG, "http library says=%s", text);
}

static void panic(void *arg, const char *file, unsigned line, const char *reason)
{
    (void)arg;
    check_failed(reason, file, (int)line);
}

static void *beat(void *arg)
{
    struct http_server *s = arg;
    struct pollfd stop = {.fd = s->beat_fd, .events = POLLIN};
    for (int n = 1; !atomic_load(&s->stopping); n++) {
        if (poll(&stop, 1, GUARD_MS) != 0)
            continue;
        guard_look(s);
        if (n % STREAM_BEATS == 0)
            stream_beat(s);
    }
    return NULL;
}

// Called by the connection's loop thread; at its end the descriptor is still open.
static void connection_changes(
    void *server, struct MHD_Connection *mhd, void **peer, enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = server;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    CHECK(info != NULL);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *peer = guard_peer(s, info->connect_fd);
        guard_phase(*peer, PEER_NEW, tm_mono());
    } else {
        guard_forget(s, info->connect_fd);
    }
}

static struct MHD_Daemon *daemon_start(struct http_server *s)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
    // The logger stands first: what the library has to say about the others shall not go to
    // standard error.
    return MHD_start_daemon(flags, 0, NULL, NULL, request_step, s, MHD_OPTION_EXTERNAL_LOGGER,
        log_library, NULL,
        // The guard decides who comes in; the library's limit is out of reach.
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(2 * s->peers_n), MHD_OPTION_NOTIFY_CONNECTION,
        connection_changes, s, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONN_MEMORY_BYTES, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_URI_LOG_CALLBACK, request_begin, s, MHD_OPTION_NOTIFY_COMPLETED, request_done,
        s, MHD_OPTION_END);
}

// A daemon of one thread each, not one with a pool: a pool chooses by the number of the descriptor,
// so that connections may all fall to one thread.
static bool daemons_start(struct http_server *s)
{
    s->daemons = NEW_ARRAY(s->arena, (size_t)s->conf.threads, struct MHD_Daemon *);
    for (int i = 0; i < s->conf.threads; i++) {
        s->daemons[i] = daemon_start(s);
        if (s->daemons[i] == NULL)
            return false;
    }
    return true;
}

static void daemons_stop(struct http_server *s)
{
    for (int i = 0; i < s->conf.threads; i++)
        if (s->daemons[i] != NULL)
            MHD_stop_daemon(s->daemons[i]);
}

static void server_free(struct http_server *s)
{
    struct http_loop *loop = s->loops;
    while (loop != NULL) {
        struct http_loop *next = loop->next;
        reply_statics_free(loop);
        for (struct http_conn *c = loop->ready; c != NULL; c = c->next)
            arena_free(c->req.arena);
        if (s->conf.thread_close != NULL)
            s->conf.thread_close(s->conf.arg, loop->thread);
        arena_free(loop->arena);
        loop = next;
    }
    close(s->listen_fd);
    close(s->beat_fd);
    guard_close(s);
    pthread_mutex_destroy(&s->loops_lock);
    pthread_mutex_destroy(&s->streams_lock);
    MHD_destroy_response(s->spare);
    arena_free(s->publish_arena);
    arena_free(s->arena);
}

struct http_server *http_start(const struct http_conf *conf, struct err *e)
{
    CHECK(conf->handle != NULL && conf->threads > 0);
    int port = 0, fd = accept_listen(conf->host, conf->port, &port, e);
    if (fd < 0)
        return NULL;
    MHD_set_panic_func(panic, NULL);
    struct arena *a = arena_new();
    struct http_server *s = NEW(a, struct http_server);
    s->arena = a;
    s->conf = *conf;
    if (conf->routes_n == 0) {
        static const char *const OTHER[] = {"-"};
        s->conf.routes = OTHER;
        s->conf.routes_n = 1;
    }
    s->conf.groups_n = conf->groups_n == 0 ? 1 : conf->groups_n;
    guard_open(s);
    s->port = port;
    s->listen_fd = fd;
    s->publish_arena = arena_new();
    s->spare = reply_spare();
    CHECK(pthread_mutex_init(&s->loops_lock, NULL) == 0);
    CHECK(pthread_mutex_init(&s->streams_lock, NULL) == 0);
    s->beat_fd = eventfd(0, EFD_CLOEXEC);
    CHECK(s->beat_fd >= 0);
    if (!daemons_start(s)) {
        err_add(e, ERR_BUSY, S("threads"), S("free memory, threads and descriptors"),
            "cannot start the HTTP server: %s", "无法启动 HTTP 服务：%s", strerror(errno));
        daemons_stop(s);
        server_free(s);
        return NULL;
    }
    CHECK(pthread_create(&s->beat_thread, NULL, beat, s) == 0);
    CHECK(pthread_create(&s->accept_thread, NULL, accept_run, s) == 0);
    return s;
}

int http_port(const struct http_server *s)
{
    return s->port;
}

static size_t running_requests(struct http_server *s)
{
    size_t n = 0;
    pthread_mutex_lock(&s->loops_lock);
    for (struct http_loop *loop = s->loops; loop != NULL; loop = loop->next)
        n += atomic_load_explicit(&loop->running, memory_order_acquire);
    pthread_mutex_unlock(&s->loops_lock);
    return n;
}

// Until no handler runs and every answer is sent; requests that are still being sent to us do not
// count. A client that does not take its answer is left behind after a while; a parked request is
// not, because another thread still holds it.
static void wait_for_requests(struct http_server *s)
{
    int64_t from = tm_mono();
    bool told = false;
    while (running_requests(s) > 0) {
        bool late = tm_mono() - from > STOP_GRACE_MS * (US_SECOND / 1000);
        if (late && atomic_load(&s->parked) == 0)
            break;
        if (late && !told)
            log_line(LOG_WARN, "http stop waits parked=%zu", atomic_load(&s->parked));
        told |= late;
        usleep(STOP_POLL_US);
    }
    while (atomic_load(&s->wakers) > 0)
        usleep(STOP_POLL_US);
}

void http_stop(struct http_server *s)
{
    atomic_store(&s->stopping, true);
    uint64_t one = 1;
    CHECK(write(s->beat_fd, &one, sizeof(one)) == (ssize_t)sizeof(one));
    CHECK(pthread_join(s->beat_thread, NULL) == 0);
    CHECK(pthread_join(s->accept_thread, NULL) == 0); // no new connections from here on
    stream_close_all(s);
    wait_for_requests(s);
    daemons_stop(s);
    server_free(s);
}
