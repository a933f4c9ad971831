// What the files of this room share. Nobody else includes it.
//
// Threads: a request belongs to the loop thread that read it, from its first byte to its last.
// Another thread may touch only http_conn.park (through http_wake) and the streams (under their
// locks). Locks, outermost first: http_server.streams_lock, http_stream.lock, then what
// libmicrohttpd locks inside a resume.
#ifndef BH_HTTP_HTTP_PRIVATE_H
#define BH_HTTP_HTTP_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "http/http.h"
#include "http/target.h"

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;
struct http_stream;
struct http_peer;

enum {
    CONN_HEADERS_MAX = 24, // headers one answer may set
    LOOP_ARENAS_MAX = 128, // arenas a loop thread keeps for its next requests
    LOOP_STATICS_MAX =
        1024, // response objects a loop thread keeps for embedded assets; a power of two
    REQUEST_DRAIN_MAX_BYTES =
        8 * MIB,       // read and thrown away, so that the refusal reaches the client
    GUARD_MS = 1000,   // between two looks at who is too slow
    STREAM_BEATS = 15, // such looks between two comment lines to every stream
    STOP_GRACE_MS =
        10 * 1000, // for clients that are slow to take their answer when the server stops
};

enum park_state { PARK_RUNNING, PARK_ASLEEP, PARK_WOKEN };

// An answer this room gives by itself.
struct refusal {
    int status; // 0: none
    const char *code, *field, *en, *zh;
    str expected;
};

struct conn_header {
    const char *name, *value;
};

struct http_conn {
    struct http_req req;
    struct http_server *server;
    struct http_loop *loop;
    struct MHD_Connection *mhd;
    struct http_peer *peer;
    int64_t began_us;       // the request was whole
    struct http_conn *next; // in the loop's free list
    str target;             // raw
    struct http_pair *query;
    size_t query_n;
    bool head;     // HEAD, which the handler sees as GET
    bool opened;   // the headers were looked at
    bool running;  // counted in the loop's running
    bool parked;   // http_park was called in this run of the handler
    bool answered; // a response was queued
    bool broken;   // the response could not be queued
    bool unwanted; // may_send said no: the body is thrown away
    bool cache_set, header_bad;
    _Atomic enum park_state park;
    struct refusal refusal;
    char *body;
    size_t body_n, body_cap, body_max;
    uint64_t body_expected; // Content-Length; 0 when absent
    uint64_t drained;
    int64_t (*produce)(void *state, char *out, size_t max);
    void (*closed)(void *state);
    void *state;
    struct http_stream *stream;
    size_t headers_n;
    struct conn_header headers[CONN_HEADERS_MAX]; // last: not cleared between requests
};

struct static_response {
    const char *body; // NULL: free
    size_t body_n;
    const char *type;
    size_t headers_n;
    struct conn_header *headers;
    struct MHD_Response *response;
};

// What belongs to one loop thread.
struct http_loop {
    struct http_server *server;
    struct http_loop *next;
    struct arena *arena;     // lives until http_stop
    void *thread;            // what thread_open gave
    struct http_conn *ready; // free, with an arena
    size_t ready_n;
    struct http_conn *bare; // free, without one
    _Atomic size_t running; // requests given to the handler and not ended; written by this thread
    struct static_response *statics;
    size_t statics_n;
    uint64_t next_id;
    _Atomic uint64_t (*answers)[HTTP_CLASSES]; // of each route
    struct meter_hist *took;                   // of each group
};

// What a connection is at. Written by its loop thread as it goes, read by the guard.
enum peer_phase {
    PEER_NEW,    // the first headers are not whole
    PEER_IDLE,   // the next headers are not whole
    PEER_BODY,   // sends a body
    PEER_RUNS,   // waits for us
    PEER_ANSWER, // takes an answer
    PEER_STREAM, // an event stream: has its own limit
    PEER_GIVEN,  // its loop thread has not begun with it
};

struct http_server {
    struct http_conf conf;
    struct arena *arena;
    struct MHD_Daemon **daemons; // one for each loop thread
    unsigned turn;               // the accept thread's
    struct MHD_Response *spare;  // for when there is no memory for another
    int port, listen_fd;
    int beat_fd; // readable once the server stops
    pthread_t beat_thread, accept_thread;
    pthread_mutex_t loops_lock;
    struct http_loop *loops;
    uint64_t loops_n;
    atomic_bool stopping;
    pthread_mutex_t streams_lock;
    struct http_stream *streams;
    _Atomic size_t streams_n;
    struct arena *publish_arena; // under streams_lock
    struct http_peer *peers;     // by descriptor
    int peers_n;
    pthread_mutex_t peers_lock; // who is there, not what they do
    size_t connections, connections_max;
    _Atomic uint64_t connections_taken, ends[HTTP_ENDS];
    char apart[64]; // what every park and wake writes, away from what is only read
    _Atomic size_t parked;
    _Atomic size_t wakers; // threads inside http_wake
};

// server.c
struct http_conn *server_conn_take(struct http_server *s);
void server_conn_runs(struct http_conn *c); // the request is whole; http_stop waits for it
void server_conn_give(struct http_conn *c);

// accept.c
// Listens, at port 0 on a free one; -1 and a note when that cannot be.
int accept_listen(const char *host, int port, int *port_out, struct err *e);
void *accept_run(void *server); // the thread's function; ends when beat_fd becomes readable

// guard.c: who is connected, for how long, and what he is at
void guard_open(
    struct http_server *s); // looks how many files may be open, and makes room for so many
void guard_close(struct http_server *s);
// Before a connection is given to a loop thread. False: it was answered and closed.
bool guard_admit(struct http_server *s, int fd, const void *address);
void guard_forget(struct http_server *s, int fd);
// The library tells that a connection begins or ends; ends before its descriptor is given back.
struct http_peer *guard_peer(struct http_server *s, int fd);
void guard_phase(struct http_peer *p, enum peer_phase phase, int64_t now_us);
void guard_look(struct http_server *s); // cuts what is too slow
void guard_count(struct http_server *s, enum http_end end);

// reply.c
void reply_refuse(struct http_conn *c, const struct refusal *r);
// Adds headers, queues and gives up r, a response made by a callback and of no known size.
void reply_queue_pieces(struct http_conn *c, int status, struct MHD_Response *r, const char *type);
// For want of memory, instead of an answer of this status.
void reply_no_memory(struct http_conn *c, int status);
struct MHD_Response *reply_spare(void); // what reply_no_memory sends; made at the start
void reply_statics_free(struct http_loop *loop);

// stream.c
void stream_closed(struct http_conn *c);      // the request of a stream ended
void stream_close_all(struct http_server *s); // at stop, after stopping was set
void stream_beat(struct http_server *s);      // a comment line to every stream

#endif
