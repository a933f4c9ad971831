// Start, stop, loop threads and what they keep.

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/tm.h"
#include "http/http_private.h"
#include "http/request.h"

enum {
    LISTEN_BACKLOG = 4096,
    // Headers in, parsed headers, headers out. The library clears it after every request, so it has
    // its price.
    CONN_MEMORY_BYTES = HTTP_HEADER_MAX_BYTES + 8 * KIB,
    FILES_SPARE = 512, // descriptors for everything that is not a connection
    LOG_LINE_MAX = 512,
    STOP_POLL_US = 1000,
};

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
    pthread_mutex_lock(&s->loops_lock);
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

static void raise_file_limit(void)
{
    struct rlimit r;
    const rlim_t wanted = HTTP_CONNECTIONS_MAX + FILES_SPARE;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= wanted)
        return;
    r.rlim_cur = r.rlim_max < wanted ? r.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur < wanted)
        log_line(
            LOG_WARN, "http file_limit=%ju wanted=%ju", (uintmax_t)r.rlim_cur, (uintmax_t)wanted);
}

static int listen_at(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0)
        return -1;
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

// Our own socket, so that a taken port is told in words.
static int listen_on(const char *host, int port, struct err *e)
{
    char service[16];
    CHECK(snprintf(service, sizeof(service), "%d", port) > 0);
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int wrong = getaddrinfo(host, service, &hints, &found);
    if (wrong != 0) {
        err_add(e, ERR_INVALID, S("host"), S("an address of this machine"),
            "cannot use host %s: %s", "无法使用主机地址 %s：%s", host, gai_strerror(wrong));
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
        fd = listen_at(at);
    int why = errno;
    freeaddrinfo(found);
    if (fd < 0)
        err_add(e, ERR_INVALID, S("port"), S("a free port"), "cannot listen on %s port %d: %s",
            "无法监听 %s 端口 %d：%s", host, port, strerror(why));
    return fd;
}

static int port_of(int fd)
{
    char host[NI_MAXHOST], service[NI_MAXSERV];
    struct sockaddr_storage at;
    socklen_t n = sizeof(at);
    CHECK(getsockname(fd, (struct sockaddr *)&at, &n) == 0);
    CHECK(getnameinfo((struct sockaddr *)&at, n, host, sizeof(host), service, sizeof(service),
              NI_NUMERICHOST | NI_NUMERICSERV) == 0);
    int64_t port = 0;
    CHECK(str_i64(str_of(service), &port));
    return (int)port;
}

static void *beat(void *arg)
{
    struct http_server *s = arg;
    struct pollfd stop = {.fd = s->beat_fd, .events = POLLIN};
    while (!atomic_load(&s->stopping))
        if (poll(&stop, 1, STREAM_BEAT_MS) == 0)
            stream_beat(s);
    return NULL;
}

// The library closes the new connection.
static enum MHD_Result may_connect(void *server, const struct sockaddr *from, socklen_t from_n)
{
    const struct http_server *s = server;
    (void)from;
    (void)from_n;
    return atomic_load_explicit(&s->stopping, memory_order_relaxed) ? MHD_NO : MHD_YES;
}

static struct MHD_Daemon *daemon_start(struct http_server *s, int fd)
{
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    // The logger stands first: what the library has to say about the others shall not go to
    // standard error.
    return MHD_start_daemon(flags, 0, may_connect, s, request_step, s, MHD_OPTION_EXTERNAL_LOGGER,
        log_library, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)s->conf.threads, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)HTTP_PER_ADDRESS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONN_MEMORY_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
        request_begin, s, MHD_OPTION_NOTIFY_COMPLETED, request_done, s, MHD_OPTION_END);
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
    close(s->beat_fd);
    pthread_mutex_destroy(&s->loops_lock);
    pthread_mutex_destroy(&s->streams_lock);
    arena_free(s->publish_arena);
    arena_free(s->arena);
}

struct http_server *http_start(const struct http_conf *conf, struct err *e)
{
    CHECK(conf->handle != NULL && conf->threads > 0);
    int fd = listen_on(conf->host, conf->port, e);
    if (fd < 0)
        return NULL;
    raise_file_limit();
    MHD_set_panic_func(panic, NULL);
    struct arena *a = arena_new();
    struct http_server *s = NEW(a, struct http_server);
    s->arena = a;
    s->conf = *conf;
    s->port = port_of(fd);
    s->publish_arena = arena_new();
    CHECK(pthread_mutex_init(&s->loops_lock, NULL) == 0);
    CHECK(pthread_mutex_init(&s->streams_lock, NULL) == 0);
    s->beat_fd = eventfd(0, EFD_CLOEXEC);
    CHECK(s->beat_fd >= 0);
    s->daemon = daemon_start(s, fd);
    if (s->daemon == NULL) {
        err_add(e, ERR_BUSY, S("threads"), S("free memory, threads and descriptors"),
            "cannot start the HTTP server: %s", "无法启动 HTTP 服务：%s", strerror(errno));
        // Whether the library closed fd depends on where it failed; a second close could hit
        // another file.
        server_free(s);
        return NULL;
    }
    CHECK(pthread_create(&s->beat_thread, NULL, beat, s) == 0);
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
    // Not MHD_quiesce_daemon: in 0.9.75 it races with a loop thread that takes the socket out of
    // its set at the same time, and the loser aborts the process. Connections made from here on are
    // closed by may_connect.
    atomic_store(&s->stopping, true);
    uint64_t one = 1;
    CHECK(write(s->beat_fd, &one, sizeof(one)) == (ssize_t)sizeof(one));
    CHECK(pthread_join(s->beat_thread, NULL) == 0);
    stream_close_all(s);
    wait_for_requests(s);
    MHD_stop_daemon(s->daemon);
    server_free(s);
}
