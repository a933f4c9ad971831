// Event streams. Each has a queue of bytes that any thread may fill and its own loop thread
// empties; while the queue is empty the connection is suspended.

#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/log.h"
#include "http/http_private.h"

enum { QUEUE_FIRST_BYTES = 1 * KIB, QUEUE_GROWTH = 8, HTTP10_PIECE_BYTES = 1 * KIB };

struct http_stream {
    struct http_stream *prev, *next; // under the server's streams_lock
    struct MHD_Connection *mhd;
    struct arena
        *arena; // its own, because the handler's thread and publishers would meet in the request's
    uint64_t who;
    int fd;
    pthread_mutex_t lock;
    char *queue; // a ring
    size_t cap, head, n;
    bool suspended;
    bool closing; // ends well when the queue is empty
    bool cut;     // ends at once
};

static void ring_grow(struct http_stream *st, size_t need)
{
    size_t cap = st->cap == 0 ? QUEUE_FIRST_BYTES : st->cap;
    while (cap < need)
        cap *= QUEUE_GROWTH;
    if (cap > HTTP_STREAM_QUEUE_MAX_BYTES)
        cap = HTTP_STREAM_QUEUE_MAX_BYTES;
    if (cap == st->cap)
        return;
    char *queue = arena_alloc(st->arena, cap);
    size_t first = st->cap - st->head < st->n ? st->cap - st->head : st->n;
    if (first > 0)
        memcpy(queue, st->queue + st->head, first);
    if (st->n > first)
        memcpy(queue + first, st->queue, st->n - first);
    st->queue = queue;
    st->cap = cap;
    st->head = 0;
}

static void ring_put(struct http_stream *st, str text)
{
    ring_grow(st, st->n + text.n);
    size_t at = (st->head + st->n) % st->cap;
    size_t first = st->cap - at < text.n ? st->cap - at : text.n;
    memcpy(st->queue + at, text.s, first);
    memcpy(st->queue, text.s + first, text.n - first);
    st->n += text.n;
}

static size_t ring_take(struct http_stream *st, char *out, size_t max)
{
    size_t n = st->n < max ? st->n : max;
    size_t first = st->cap - st->head < n ? st->cap - st->head : n;
    memcpy(out, st->queue + st->head, first);
    memcpy(out + first, st->queue, n - first);
    st->head = (st->head + n) % st->cap;
    st->n -= n;
    return n;
}

// Under st->lock.
static void resume(struct http_stream *st)
{
    if (!st->suspended)
        return;
    st->suspended = false;
    MHD_resume_connection(st->mhd);
}

static void stream_push(struct http_stream *st, str text)
{
    pthread_mutex_lock(&st->lock);
    if (text.n > HTTP_STREAM_QUEUE_MAX_BYTES - st->n) {
        // The loop waits for a socket that takes nothing; shutting it down is what wakes the loop.
        st->cut = true;
        shutdown(st->fd, SHUT_RDWR);
    } else if (!st->cut && !st->closing) {
        ring_put(st, text);
    }
    resume(st);
    pthread_mutex_unlock(&st->lock);
}

// Called by the loop when the socket takes more.
static ssize_t stream_read(void *arg, uint64_t at, char *out, size_t max)
{
    struct http_stream *st = arg;
    ssize_t n = 0;
    (void)at;
    pthread_mutex_lock(&st->lock);
    if (st->cut) {
        n = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (st->n > 0) {
        n = (ssize_t)ring_take(st, out, max);
    } else if (st->closing) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        st->suspended = true;
        MHD_suspend_connection(st->mhd);
    }
    pthread_mutex_unlock(&st->lock);
    return n;
}

static struct http_stream *stream_new(struct MHD_Connection *mhd, int fd, uint64_t who)
{
    struct arena *a = arena_new();
    struct http_stream *st = NEW(a, struct http_stream);
    st->arena = a;
    st->mhd = mhd;
    st->fd = fd;
    st->who = who;
    CHECK(pthread_mutex_init(&st->lock, NULL) == 0);
    return st;
}

static void stream_free(struct http_stream *st)
{
    pthread_mutex_destroy(&st->lock);
    arena_free(st->arena);
}

static bool enlist(struct http_server *s, struct http_stream *st)
{
    pthread_mutex_lock(&s->streams_lock);
    bool room = !atomic_load(&s->stopping) && atomic_load(&s->streams_n) < HTTP_STREAMS_MAX;
    size_t own = 0;
    for (const struct http_stream *x = room ? s->streams : NULL; x != NULL; x = x->next)
        own += x->who == st->who;
    room = room && own < HTTP_STREAMS_WHO_MAX;
    if (room) {
        st->next = s->streams;
        if (st->next != NULL)
            st->next->prev = st;
        s->streams = st;
        atomic_fetch_add(&s->streams_n, 1);
    }
    pthread_mutex_unlock(&s->streams_lock);
    return room;
}

void stream_closed(struct http_conn *c)
{
    struct http_server *s = c->server;
    struct http_stream *st = c->stream;
    pthread_mutex_lock(&s->streams_lock);
    if (st->prev != NULL)
        st->prev->next = st->next;
    else
        s->streams = st->next;
    if (st->next != NULL)
        st->next->prev = st->prev;
    atomic_fetch_sub(&s->streams_n, 1);
    pthread_mutex_unlock(&s->streams_lock);
    stream_free(st);
}

void http_events(struct http_req *req, uint64_t who)
{
    struct http_conn *c = req->conn;
    struct http_server *s = c->server;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    CHECK(info != NULL);
    CHECK(!c->answered && !c->parked);
    struct http_stream *st = stream_new(c->mhd, info->connect_fd, who);
    ring_put(st, S("retry: 3000\n\n"));
    http_set(req, "Cache-Control", S("no-cache"));
    http_set(req, "X-Accel-Buffering", S("no")); // a gateway must not collect events
    struct MHD_Response *r = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, HTTP10_PIECE_BYTES, stream_read, st, NULL);
    if (r == NULL) {
        stream_free(st);
        reply_no_memory(c, MHD_HTTP_OK);
        return;
    }
    if (!enlist(s, st)) {
        stream_free(st);
        MHD_destroy_response(r);
        guard_count(s, HTTP_REFUSE_STREAM);
        reply_refuse(c, &(struct refusal){.status = MHD_HTTP_SERVICE_UNAVAILABLE,
                            .code = "busy",
                            .field = "",
                            .en = "too many event streams, or the server is stopping",
                            .zh = "事件流过多，或服务正在停止",
                            .expected = str_fmt(req->arena, "at most %d streams, %d for one reader",
                                HTTP_STREAMS_MAX, HTTP_STREAMS_WHO_MAX)});
        return;
    }
    c->stream = st;
    reply_queue_pieces(c, MHD_HTTP_OK, r, "text/event-stream");
}

// Every line of the data needs its own field; a lone CR also ends a line. [WHATWG HTML 9.2.6]
static void format_event(struct buf *b, uint64_t id, const char *event, str data)
{
    if (id != 0) // an id of its own would make the client forget the last one that counts
        buf_fmt(b, "id: %" PRIu64 "\n", id);
    buf_fmt(b, "event: %s\n", event);
    str rest = data;
    do {
        size_t end = 0;
        while (end < rest.n && rest.s[end] != '\n' && rest.s[end] != '\r')
            end++;
        buf_addz(b, "data: ");
        buf_add(b, str_sub(rest, 0, end));
        buf_byte(b, '\n');
        if (end + 1 < rest.n && rest.s[end] == '\r' && rest.s[end + 1] == '\n')
            end++;
        rest = end < rest.n ? str_sub(rest, end + 1, rest.n) : (str){0};
    } while (rest.n > 0);
    buf_byte(b, '\n');
}

// visible runs under the list's lock and may not call back into this room.
void http_publish(struct http_server *s, uint64_t id, const char *event, str data,
    bool (*visible)(void *arg, uint64_t who), void *arg)
{
    if (atomic_load(&s->streams_n) == 0)
        return;
    pthread_mutex_lock(&s->streams_lock);
    arena_reset(s->publish_arena);
    struct buf b;
    buf_init(&b, s->publish_arena, HTTP_STREAM_QUEUE_MAX_BYTES);
    format_event(&b, id, event, data);
    if (b.overflow)
        log_line(LOG_ERROR, "http event too large event=%s id=%" PRIu64, event, id);
    for (struct http_stream *st = b.overflow ? NULL : s->streams; st != NULL; st = st->next)
        if (visible == NULL || visible(arg, st->who))
            stream_push(st, buf_str(&b));
    pthread_mutex_unlock(&s->streams_lock);
}

void http_events_tell(struct http_req *req, uint64_t id, const char *event, str data)
{
    struct http_stream *st = req->conn->stream;
    if (st == NULL)
        return;
    struct buf b;
    buf_init(&b, req->arena, HTTP_STREAM_QUEUE_MAX_BYTES);
    format_event(&b, id, event, data);
    CHECK(!b.overflow);
    stream_push(st, buf_str(&b));
}

size_t http_streams(const struct http_server *s)
{
    return atomic_load(&s->streams_n);
}

void stream_beat(struct http_server *s)
{
    pthread_mutex_lock(&s->streams_lock);
    for (struct http_stream *st = s->streams; st != NULL; st = st->next)
        stream_push(st, S(": hb\n\n"));
    pthread_mutex_unlock(&s->streams_lock);
}

void stream_close_all(struct http_server *s)
{
    pthread_mutex_lock(&s->streams_lock);
    for (struct http_stream *st = s->streams; st != NULL; st = st->next) {
        pthread_mutex_lock(&st->lock);
        st->closing = true;
        resume(st);
        pthread_mutex_unlock(&st->lock);
    }
    pthread_mutex_unlock(&s->streams_lock);
}
