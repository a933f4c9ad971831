// Sockets, limits, requests, answers, parked requests and event streams, over libmicrohttpd. Knows
// nothing of towns.
//
// A request is handed to the handler whole, on a loop thread. The handler either answers with
// http_answer, or parks the request with http_park; a parked request sleeps without a thread until
// http_wake is called from any thread, and then the handler runs a second time on the loop thread,
// with req->woken set. Answers are always made on the loop thread.
#ifndef BH_HTTP_HTTP_H
#define BH_HTTP_HTTP_H

#include "base/err.h"
#include "base/meter.h"

// At the limits: a new connection takes the place of the one that has been idle for longest (of the
// same address, when that is over its share). Is none idle, it is answered with 503 and Retry-After
// and closed, never left waiting. What moves too slowly is cut.
enum {
    HTTP_HEADER_MAX_BYTES = 16 * KIB, // request line and headers
    HTTP_URL_MAX_BYTES = 8 * KIB,     // path and query
    HTTP_CONNECTIONS_MAX = 12000,     // fewer where the system allows fewer open files
    HTTP_PER_ADDRESS_MAX = 4000, // from one address; this machine itself (a proxy) has no limit
    HTTP_IDLE_S = 75,            // from one request to the next
    HTTP_HEAD_S = 20,            // until the first request's headers are here
    HTTP_RATE_S = 20,            // of a body or an answer: who stands still for so long is cut ...
    HTTP_RATE_MIN_BYTES_S = 1 * KIB, // ... and who moves less than so much a second, in time
    HTTP_GONE_S = 30,           // what was sent and is not confirmed for so long: nobody is there
    HTTP_STREAMS_MAX = 2000,    // event streams
    HTTP_STREAMS_WHO_MAX = 500, // of them for one reader
    HTTP_SLOW_MS = 200,         // an answer that took longer is logged
    HTTP_STREAM_QUEUE_MAX_BYTES =
        64 * KIB,                     // a slower reader is cut and comes back with Last-Event-ID
    HTTP_ANSWER_MAX_BYTES = 16 * MIB, // body built in memory; larger answers are streamed
    HTTP_BODY_UNASKED_MAX_BYTES =
        256 * KIB, // a larger body, or one of unknown length, is taken in when may_send lets it
};

// Every other method is answered with 405 and reaches no handler.
enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };

struct http_req {
    enum http_method method; // HEAD arrives as HTTP_GET
    str path;                // decoded, starts with '/', no "..", no NUL
    str body;                // whole; at most the limit body_limit() gave
    bool woken;              // second run after http_wake
    struct arena *arena;     // dies after the answer was sent
    void *thread;            // what thread_open gave for this loop thread
    void *user;              // the handler's own, kept between the two runs; starts NULL
    str remote;              // peer address as text
    unsigned route, group;   // set by the handler: what the answer is counted as; 0: other
    uint64_t id;             // in the log, as HTTP_ID_FMT
    struct http_conn *conn;  // the room's own
};

struct http_conf {
    const char *host;                // "127.0.0.1"; nothing listens beyond loopback unless told to
    int port;                        // 0: any free one
    int threads;                     // loop threads
    void *arg;                       // passed to all five functions
    void *(*thread_open)(void *arg); // once per loop thread, lazily
    void (*thread_close)(void *arg, void *thread); // at stop
    // Largest body accepted for this method and path, known before the body is read; over it: 413
    // with the limit.
    size_t (*body_limit)(void *arg, enum http_method method, str path);
    // Asked before a large body is taken in, with the headers only: may its sender send it? When
    // not, nothing of it is kept, and handle runs with an empty body to say why: at once where the
    // client waits or the body is very large, else when its end has come. May be NULL: always.
    bool (*may_send)(void *arg, struct http_req *req);
    void (*handle)(void *arg, struct http_req *req);
    const char *const *routes; // names of what req->route can be; [0] is everything else
    size_t routes_n, groups_n; // at least 1 each
    bool log_requests;         // one line each at info; slow ones are logged anyway
};

#define HTTP_ID_FMT "%012" PRIx64

struct http_server;
struct http_server *http_start(const struct http_conf *conf, struct err *e) MUST_USE;
int http_port(const struct http_server *s);
// Stops accepting, lets running requests end (parked ones must be woken by then), closes streams.
void http_stop(struct http_server *s);

// What the client sent.
str http_query(
    const struct http_req *req, const char *name); // decoded query value; empty when absent
bool http_has_query(const struct http_req *req, const char *name);
str http_header(const struct http_req *req, const char *name); // empty when absent
str http_cookie(const struct http_req *req, const char *name);
// Calls f for every query parameter in order.
void http_each_query(
    const struct http_req *req, void (*f)(void *arg, str name, str value), void *arg);
struct http_part {
    str name, filename, type, content;
};
// multipart/form-data bodies; false and a note when the body is not one.
bool http_multipart(
    const struct http_req *req, struct http_part **parts, size_t *n, struct err *e) MUST_USE;

// What the handler answers. Headers first, then exactly one of http_answer, http_answer_static,
// http_answer_stream or http_events.
void http_set(struct http_req *req, const char *header, str value);
// Copies nothing: body must live in req->arena.
void http_answer(struct http_req *req, int status, const char *type, str body);
// body lives as long as the process (embedded assets): not copied, cached response objects.
void http_answer_static(struct http_req *req, int status, const char *type, str body);
// A long body made piece by piece on the loop thread: produce writes at most max bytes into out and
// answers how many, 0 at the end, -1 to break off. closed is called at the end in any case, and
// frees state.
void http_answer_stream(struct http_req *req, int status, const char *type,
    int64_t (*produce)(void *state, char *out, size_t max), void (*closed)(void *state),
    void *state);
// Parks the request. http_wake may come at any time after, even before http_park returns; a request
// is woken once for every time it is parked. From the moment another thread may wake it, the
// handler leaves the request alone until it runs again. There is no second run when the client has
// gone meanwhile; so nothing but req->arena may have to be freed.
void http_park(struct http_req *req);
void http_wake(struct http_req *req);

// Server-sent events. Turns the request into a stream named by topic bits; the stream lives until
// either side closes it. A comment line goes out every 15 s.
void http_events(struct http_req *req, uint64_t who);
// Says something to this stream alone, right after http_events: what its reader has missed. Nothing
// when the stream was refused.
void http_events_tell(struct http_req *req, uint64_t id, const char *event, str data);
// Sends "id: id\nevent: event\ndata: data\n\n" to every stream for which visible(arg, who) holds
// (NULL: all); with id 0 there is no id line. From any thread. visible may not call back into this
// room. With 2,000 streams a call keeps its thread for about half a millisecond, so whoever changes
// much at once says so in one event.
void http_publish(struct http_server *s, uint64_t id, const char *event, str data,
    bool (*visible)(void *arg, uint64_t who), void *arg);
size_t http_streams(const struct http_server *s);

// What happened since the start, for whoever watches the service.
enum http_end {
    HTTP_END_IDLE,       // made room for a new one
    HTTP_END_HEAD,       // no whole headers within HTTP_HEAD_S, or HTTP_IDLE_S
    HTTP_END_BODY,       // a body that came too slowly
    HTTP_END_ANSWER,     // an answer that was taken too slowly
    HTTP_REFUSE_FULL,    // at HTTP_CONNECTIONS_MAX
    HTTP_REFUSE_ADDRESS, // at HTTP_PER_ADDRESS_MAX
    HTTP_REFUSE_STREAM,  // an event stream too many
    HTTP_ENDS
};
enum { HTTP_CLASSES = 6 }; // of a status: its first digit
struct http_stats {
    uint64_t (*answers)[HTTP_CLASSES]; // of each route
    struct meter_sum *took;            // of each group: from the whole request to its answer
    uint64_t connections_taken, ends[HTTP_ENDS];
    size_t connections, connections_max, parked, streams;
};
void http_stats(struct http_server *s, struct arena *a, struct http_stats *out);

#endif
