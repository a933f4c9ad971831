// A server on a free port and a client on a raw socket, for the tests of the http room.
#ifndef BH_TESTS_UNIT_HTTP_HTTP_CLIENT_H
#define BH_TESTS_UNIT_HTTP_HTTP_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "http/http.h"

enum { CLIENT_WAIT_S = 20, CLIENT_ANSWER_MAX = 64 * MIB };

// One answer as it came over the wire.
struct answer {
    int status; // 0: the connection was closed without one
    str head;   // status line and headers
    str body;   // with the chunks joined
    bool whole; // the body ended where it said it would
};

// A connection with what was read from it and not yet used.
struct client {
    int fd;
    struct arena *arena;
    struct buf in;
    size_t at;
};

static inline struct http_server *client_server(struct http_conf *conf)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_EN);
    if (conf->host == NULL)
        conf->host = "127.0.0.1";
    if (conf->threads == 0)
        conf->threads = 2;
    struct http_server *s = http_start(conf, &e);
    assert_non_null(s);
    assert_int_equal(e.n, 0);
    arena_free(a);
    return s;
}

static inline int client_socket(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval wait = {.tv_sec = CLIENT_WAIT_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static inline struct client client_open(struct arena *a, int port)
{
    struct client c = {.fd = client_socket(port), .arena = a};
    buf_init(&c.in, a, CLIENT_ANSWER_MAX);
    return c;
}

static inline void client_close(struct client *c)
{
    close(c->fd);
}

// False when the other side closed first.
static inline bool client_send(struct client *c, str x)
{
    while (x.n > 0) {
        ssize_t n = send(c->fd, x.s, x.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        x = str_sub(x, (size_t)n, x.n);
    }
    return true;
}

// More bytes; false at the end, on a reset, or when nothing came in time.
static inline bool client_fill(struct client *c)
{
    if (c->at == c->in.n)
        c->at = c->in.n = 0; // what was found was copied
    char *room = buf_room(&c->in, 16 * KIB);
    assert_non_null(room);
    ssize_t n = recv(c->fd, room, 16 * KIB, 0);
    if (n <= 0)
        return false;
    c->in.n += (size_t)n;
    return true;
}

static inline str client_left(const struct client *c)
{
    return str_sub(buf_str(&c->in), c->at, c->in.n);
}

// Up to and with mark; empty when the connection ends before.
static inline str client_until(struct client *c, const char *mark)
{
    for (;;) {
        str left = client_left(c);
        const char *end = left.n == 0 ? NULL : memmem(left.s, left.n, mark, strlen(mark));
        if (end != NULL) {
            str found = str_sub(left, 0, (size_t)(end - left.s) + strlen(mark));
            c->at += found.n;
            return str_dup(c->arena, found);
        }
        if (!client_fill(c))
            return (str){0};
    }
}

static inline str client_bytes(struct client *c, size_t n)
{
    while (client_left(c).n < n)
        if (!client_fill(c))
            return (str){0};
    str found = str_dup(c->arena, str_sub(client_left(c), 0, n));
    c->at += n;
    return found;
}

static inline str answer_header(const struct answer *r, const char *name)
{
    str rest = r->head, line = {0};
    size_t n = strlen(name);
    while (str_cut(&rest, '\n', &line))
        if (line.n > n && strncasecmp(line.s, name, n) == 0 && line.s[n] == ':')
            return str_trim(str_sub(line, n + 1, line.n));
    return (str){0};
}

// One chunk of a chunked body; false at the last one and on a broken one.
static inline bool client_chunk(struct client *c, struct buf *to, bool *last)
{
    str line = client_until(c, "\r\n");
    if (line.n == 0)
        return false;
    size_t n = strtoul(str_z(c->arena, line), NULL, 16);
    str chunk = client_bytes(c, n + 2);
    if (chunk.n != n + 2)
        return false;
    buf_add(to, str_sub(chunk, 0, n));
    *last = n == 0;
    return n > 0;
}

static inline struct answer client_answer_head(struct client *c)
{
    struct answer r = {.head = client_until(c, "\r\n\r\n")};
    if (r.head.n > 12)
        r.status = atoi(str_z(c->arena, str_sub(r.head, 9, 3)));
    return r;
}

static inline struct answer client_answer(struct client *c, bool head_only)
{
    struct answer r = client_answer_head(c);
    str length = answer_header(&r, "Content-Length");
    int64_t n = 0;
    if (r.status == 0 || head_only) {
        r.whole = r.status != 0;
    } else if (str_eq(answer_header(&r, "Transfer-Encoding"), S("chunked"))) {
        struct buf joined;
        buf_init(&joined, c->arena, CLIENT_ANSWER_MAX);
        while (client_chunk(c, &joined, &r.whole)) {
        }
        r.body = buf_str(&joined);
    } else if (str_i64(length, &n)) {
        r.body = client_bytes(c, (size_t)n);
        r.whole = r.body.n == (size_t)n;
    }
    return r;
}

// "GET /path" and further header lines, each ending in "\r\n"; then a body.
static inline bool client_request(struct client *c, const char *line, const char *headers, str body)
{
    struct buf b;
    buf_init(&b, c->arena, CLIENT_ANSWER_MAX);
    buf_fmt(&b, "%s HTTP/1.1\r\nHost: test\r\n%s", line, headers);
    if (body.n > 0)
        buf_fmt(&b, "Content-Length: %zu\r\n", body.n);
    buf_addz(&b, "\r\n");
    buf_add(&b, body);
    return client_send(c, buf_str(&b));
}

static inline struct answer client_ask(
    struct client *c, const char *line, const char *headers, str body)
{
    client_request(c, line, headers, body);
    return client_answer(c, strncmp(line, "HEAD", 4) == 0);
}

// One request on a connection of its own.
static inline struct answer client_once(
    struct arena *a, int port, const char *line, const char *headers, str body)
{
    struct client c = client_open(a, port);
    struct answer r = client_ask(&c, line, headers, body);
    client_close(&c);
    return r;
}

static inline void client_same(str got, const char *wanted, const char *file, int line)
{
    if (!str_eq(got, str_of(wanted))) {
        print_error("got    \"%.*s\"\nwanted \"%s\"\n", STR_ARG(got), wanted);
        _fail(file, line);
    }
}
#define assert_str(got, wanted) client_same((got), (wanted), __FILE__, __LINE__)

static inline void client_has(str got, const char *part, const char *file, int line)
{
    if (!str_has(got, str_of(part))) {
        print_error("got    \"%.*s\"\nwithout \"%s\"\n", STR_ARG(got), part);
        _fail(file, line);
    }
}
#define assert_has(got, part) client_has((got), (part), __FILE__, __LINE__)

#endif
