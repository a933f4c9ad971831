// One request on its way: found its route, knows who asks, has been decoded, is answered.
#ifndef BH_API_CALL_H
#define BH_API_CALL_H

#include "api/app.h"
#include "base/json.h"
#include "domain/people.h"

enum {
    API_BODY_MAX_BYTES = 256 * KIB,
    API_FILE_MAX_BYTES = 20 * MIB,   // one attachment
    API_IMPORT_MAX_BYTES = 64 * MIB, // one sheet over HTTP; larger ones by the command line
    API_KEY_MAX_BYTES = 100,         // an Idempotency-Key
    API_KEY_DAYS = 30,
    API_PATH_IDS_MAX = 2,
    API_RETRY_S = 30, // Retry-After of a 429 that does not say how long
};

struct call;
struct item;

struct route {
    enum http_method method;
    const char *path;          // "/api/items/{id}/steps"; {id} is a number, {key} a word
    enum right may;            // the right it needs; MAY_ANYONE: none
    const char *help;          // one sentence for the API's description
    size_t body_max;           // bytes; 0: no body
    const struct field *in;    // the body's members; NULL: none, or read by hand (multipart)
    const size_t *in_size;     // sizeof the struct the table describes
    const char *body_type;     // of a body read by hand; NULL: multipart/form-data
    const struct field *query; // query parameters, for the description only (all strings)
    const struct field *out;   // the answer's members; NULL: not JSON, or nothing
    // Reads: answers on the loop thread, from its own read-only connection.
    enum err_code (*read)(struct call *k);
    // Writes: check runs on the loop thread (may be NULL), apply on the writer inside the command's
    // savepoint, answer on the loop again, after the commit. result is stored under the
    // Idempotency-Key.
    enum err_code (*check)(struct call *k);
    enum err_code (*apply)(struct call *k, struct ctx *c, int64_t *result, struct err *e);
    // Of a write of several rows (call_rows), each of which is a command of its own and is decided
    // by itself: instead of apply.
    enum err_code (*apply_row)(
        struct call *k, size_t at, struct ctx *c, int64_t *result, struct err *e);
    enum err_code (*answer)(struct call *k);
    int status;        // of success
    enum right or_may; // this right will do as well; 0 (log-in): there is no other
    bool here;         // a program on this very machine needs no log-in
};

// One row of a write of several.
struct call_row {
    struct write write; // first: the writer's
    struct call *k;
    size_t at;
    str idem_key;       // the request's, and which row
    struct err err;     // why it was refused
    enum err_code code; // OK: done
    int64_t result;
    bool repeated; // done under its key before
};

struct call {
    struct write write; // first: the writer's
    struct app *app;
    struct http_req *req;
    const struct route *route;
    struct ctx ctx; // of the loop thread
    struct err err;
    struct session session;
    int64_t actor; // who asks; kept as a number, because a parked request does not hold the rules
    str secret;    // of the session, to close it
    int64_t id;    // {id}
    int64_t id2;   // a second {id}
    str key;       // {key}
    void *in;      // the decoded body
    int64_t result;
    const struct item *item;  // as this very write left it; NULL: none, or a repeat
    str idem_key, idem_print; // of the Idempotency-Key: it, and of what was asked under it
    bool written;             // the commit is done
    bool repeated;            // answered from an Idempotency-Key
    bool refused;             // by call_may_send; err says why
    struct call_row *rows;
    size_t n_rows, rows_left; // left: atomic, and one more while they are being handed over
    struct buf body;
    struct jw w;
    void *state; // between check, apply and answer
};

// The handler given to http_start, and its body limit.
void call_handle(void *app, struct http_req *req);
size_t call_body_limit(void *app, enum http_method method, str path);
// Who may not do what he asks for is not let send a large body first.
bool call_may_send(void *app, struct http_req *req);
void *call_thread_open(void *app);
void call_thread_close(void *app, void *thread);

// For check: this write has so many rows. Those done already under its Idempotency-Key are known
// then and not done again; the others are tried, as a request that failed may be.
enum err_code call_rows(struct call *k, size_t n) MUST_USE;

// Answers k->body as JSON with a status (the route's own when 0).
void call_answer(struct call *k, int status);
// Encodes a struct by its table and answers it.
enum err_code call_answer_fields(struct call *k, const struct field *table, const void *v);
// A query parameter as a number; false and a note when it is not one.
bool call_query_i64(
    struct call *k, const char *name, int64_t otherwise, int64_t min, int64_t max, int64_t *out);
// JSON text of the errors, plus "current" when e->extra is set.
str call_errors(struct arena *a, const struct err *e);
int call_status(enum err_code c);

// Is the other end on this machine? It may be a proxy, which then says for whom it asks.
bool call_from_loopback(const struct call *k);

extern const struct route ROUTES[];
size_t route_count(void);
// NULL when no path fits; *known: the path exists under another method.
const struct route *route_find(enum http_method m, str path, struct call *k, bool *known);

#endif
