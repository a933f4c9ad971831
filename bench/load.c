// Plays orders against a server on this machine: so many keep-alive connections, each of which
// files an order, waits for the answer, and (in a lifecycle) takes step after step with the id and
// version of the answer before. Ends after a count of orders or of seconds, whichever comes first,
// and prints one line of JSON.
//
// load PORT TOKEN BODIES file|lifecycle CONNECTIONS SECONDS [ORDERS]
//
// BODIES is a file of bench/bodies. Only answers of 200 and 201 count; any other ends the program,
// because a figure with refusals in it says nothing.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

enum {
    CONNECTIONS_MAX = 1024,
    REQUEST_MAX_BYTES = 16 * KIB,
    ANSWER_MAX_BYTES = 256 * KIB,
    ORDERS_MAX = 4000000,
};

static const struct {
    const char *name, *more;
} STEPS[] = {
    {"dispatch", ""}, // and the unit
    {"contact", ",\"fields\":{\"contacted\":\"是\",\"contact_way\":\"电话\"}"},
    {"reply", ",\"fields\":{\"fact\":\"属实\",\"appeal\":\"诉求合理合法\",\"site\":\"是\",\"reply_"
              "way\":\"电话\","
              "\"solved\":\"实际解决\",\"reply\":\"已清理楼道堆物，并回电告知。\"}"},
    {"check", ""},
    {"close", ""},
    {"rate", ",\"fields\":{\"satisfied\":\"满意\",\"solved\":\"实际解决\",\"contacted\":\"是\"}"},
};

struct order {
    long long unit;
    const char *body;
    size_t n;
};
struct connection {
    int fd;
    size_t step; // 0: filing; i: STEPS[i - 1]
    long long id, version, unit;
    int64_t began_us;
    size_t got, wanted; // bytes of the answer; wanted 0: its headers have not all come
    char answer[ANSWER_MAX_BYTES];
};
struct load {
    int epoll;
    uint16_t port;
    const char *token;
    struct order *orders;
    size_t n_orders, next;
    size_t steps; // after the filing
    int64_t end_us;
    int64_t filed, finished, requests, limit;
    uint32_t *took_us; // of each request
    size_t took_max;
    size_t open; // connections still at work
    struct connection *connections;
};

// ---- orders

static char *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        client_die(path);
    *n = (size_t)ftell(f);
    rewind(f);
    char *s = malloc(*n + 1);
    if (!s || fread(s, 1, *n, f) != *n)
        client_die(path);
    s[*n] = 0;
    (void)fclose(f);
    return s;
}

static void read_orders(struct load *l, const char *path)
{
    size_t n = 0, room = 0;
    char *at = read_whole(path, &n), *end = at + n;
    while (at < end) {
        char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end)
            break;
        if (l->n_orders == room) {
            room = room ? room * 2 : 1024;
            l->orders = realloc(l->orders, room * sizeof(*l->orders));
            if (!l->orders)
                client_die("orders");
        }
        char *body = NULL;
        struct order o = {.unit = strtoll(at, &body, 10)};
        o.body = body + 1;
        o.n = (size_t)(line_end - o.body);
        l->orders[l->n_orders++] = o;
        at = line_end + 1;
    }
    if (l->n_orders == 0)
        client_die("no orders");
}

// ---- requests

static void send_all(int fd, const char *s, size_t n)
{
    // Requests are small and one at a time, so they always fit the socket's buffer.
    ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);
    if (sent != (ssize_t)n)
        client_die("send");
}

static void send_request(
    struct load *l, struct connection *c, const char *path, const char *body, size_t n)
{
    char text[REQUEST_MAX_BYTES];
    int head = snprintf(text, sizeof(text),
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nPrefer: "
        "return=minimal\r\nContent-Type: "
        "application/json\r\n"
        "Content-Length: %zu\r\n\r\n",
        path, l->token, n);
    if (head < 0 || (size_t)head + n > sizeof(text))
        client_die("request too long");
    memcpy(text + head, body, n);
    c->got = c->wanted = 0;
    c->began_us = client_now_us();
    send_all(c->fd, text, (size_t)head + n);
}

static void send_order(struct load *l, struct connection *c)
{
    const struct order *o = &l->orders[l->next++ % l->n_orders];
    c->step = 0;
    c->unit = o->unit;
    l->filed++;
    send_request(l, c, "/api/items", o->body, o->n);
}

static void send_step(struct load *l, struct connection *c)
{
    char path[60], units[60] = "", body[1000];
    size_t i = c->step - 1;
    (void)snprintf(path, sizeof(path), "/api/items/%lld/steps", c->id);
    if (i == 0)
        (void)snprintf(units, sizeof(units), ",\"units\":[%lld]", c->unit);
    int n = snprintf(body, sizeof(body), "{\"step\":\"%s\",\"version\":%lld%s%s}", STEPS[i].name,
        c->version, units, STEPS[i].more);
    send_request(l, c, path, body, (size_t)n);
}

// ---- answers

static long long number_after(const char *s, const char *name)
{
    const char *at = strstr(s, name);
    if (!at)
        client_die(name);
    return strtoll(at + strlen(name), NULL, 10);
}

static bool time_is_over(const struct load *l)
{
    return client_now_us() >= l->end_us || l->filed >= l->limit;
}

// What comes after an answer. Nothing when the time is over: then the connection rests.
static void go_on(struct load *l, struct connection *c)
{
    if (c->step < l->steps) {
        const char *body = strstr(c->answer, "\r\n\r\n") + 4;
        c->id = number_after(body, "\"id\":");
        c->version = number_after(body, "\"version\":"); // the row's own stands first
        c->step++;
        send_step(l, c);
        return;
    }
    l->finished++;
    if (time_is_over(l))
        l->open--;
    else
        send_order(l, c);
}

static void read_answer(struct load *l, struct connection *c)
{
    ssize_t n = recv(c->fd, c->answer + c->got, sizeof(c->answer) - 1 - c->got, 0);
    if (n <= 0)
        client_die("recv");
    c->got += (size_t)n;
    if (c->wanted == 0)
        c->wanted = client_wanted(c->answer, c->got, sizeof(c->answer));
    if (c->wanted == 0 || c->got < c->wanted)
        return;
    c->answer[c->got] = 0;
    if ((size_t)l->requests < l->took_max)
        l->took_us[l->requests] = (uint32_t)(client_now_us() - c->began_us);
    l->requests++;
    go_on(l, c);
}

// ---- the run

static void open_connections(struct load *l, size_t n)
{
    l->connections = calloc(n, sizeof(*l->connections));
    if (!l->connections)
        client_die("connections");
    for (size_t i = 0; i < n; i++) {
        struct connection *c = &l->connections[i];
        c->fd = client_connect(l->port, l->epoll, c);
    }
    l->open = n;
}

static void run(struct load *l, size_t connections)
{
    struct epoll_event events[64];
    for (size_t i = 0; i < connections; i++)
        send_order(l, &l->connections[i]);
    while (l->open > 0) {
        int n = epoll_wait(l->epoll, events, 64, 10000);
        if (n <= 0)
            client_die("no answer for ten seconds");
        for (int i = 0; i < n; i++)
            read_answer(l, events[i].data.ptr);
    }
}

static int by_size(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void report(struct load *l, double s)
{
    size_t n = (size_t)l->requests < l->took_max ? (size_t)l->requests : l->took_max;
    qsort(l->took_us, n, sizeof(*l->took_us), by_size);
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    (void)printf("{\"orders\":%" PRId64 ",\"requests\":%" PRId64
                 ",\"seconds\":%.3f,\"orders_s\":%.1f,\"requests_s\":%.1f,\"p50_us\":%u,\"p99_us\":"
                 "%u,\"max_us\":%u,"
                 "\"client_cpu_s\":%.2f}\n",
        l->finished, l->requests, s, (double)l->finished / s, (double)l->requests / s,
        l->took_us[n / 2], l->took_us[n * 99 / 100], l->took_us[n - 1],
        seconds(used.ru_utime) + seconds(used.ru_stime));
}

int main(int argc, char **argv)
{
    if (argc < 7 || argc > 8) {
        (void)fprintf(
            stderr, "usage: load PORT TOKEN BODIES file|lifecycle CONNECTIONS SECONDS [ORDERS]\n");
        return 2;
    }
    struct load l = {.token = argv[2], .limit = ORDERS_MAX};
    l.port = (uint16_t)strtoul(argv[1], NULL, 10);
    read_orders(&l, argv[3]);
    l.steps = strcmp(argv[4], "lifecycle") == 0 ? ARRAY_LEN(STEPS) : 0;
    size_t connections = strtoul(argv[5], NULL, 10);
    double limit_s = strtod(argv[6], NULL);
    if (argc == 8)
        l.limit = strtoll(argv[7], NULL, 10);
    if (connections == 0 || connections > CONNECTIONS_MAX || !(limit_s > 0))
        client_die("CONNECTIONS or SECONDS");
    l.took_max = 4000000;
    l.took_us = calloc(l.took_max, sizeof(*l.took_us));
    l.epoll = epoll_create1(0);
    if (!l.took_us || l.epoll < 0)
        client_die("start");
    open_connections(&l, connections);
    int64_t start = client_now_us();
    l.end_us = start + (int64_t)(limit_s * 1e6);
    run(&l, connections);
    report(&l, (double)(client_now_us() - start) / 1e6);
    return 0;
}
