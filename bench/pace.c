// Reads at a fixed rate, whatever becomes of the answers before: how long does a reader wait while
// others write? Each request has the instant at which it should have been sent; its time counts
// from there, so that a server that stops for a second is not asked less during it (no coordinated
// omission). Prints one line of JSON.
//
// pace PORT TOKEN PATH RATE SECONDS [CONNECTIONS]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

enum { CONNECTIONS_MAX = 256, ANSWER_MAX_BYTES = 1 * MIB, REQUEST_MAX_BYTES = 4 * KIB };

struct reader {
    int fd;
    bool busy;
    int64_t meant_us;   // when its request should have been sent
    size_t got, wanted; // wanted 0: the headers have not all come
    char answer[ANSWER_MAX_BYTES];
};
struct pace {
    int epoll;
    char request[REQUEST_MAX_BYTES];
    size_t request_n;
    struct reader *readers;
    size_t n, total, sent, answered;
    int64_t start_us;
    double every_us;
    uint32_t *took_us;
};

static void open_readers(struct pace *p, uint16_t port)
{
    p->epoll = epoll_create1(0);
    p->readers = calloc(p->n, sizeof(*p->readers));
    if (p->epoll < 0 || !p->readers)
        client_die("start");
    for (size_t i = 0; i < p->n; i++)
        p->readers[i].fd = client_connect(port, p->epoll, &p->readers[i]);
}

static int64_t meant(const struct pace *p, size_t i)
{
    return p->start_us + (int64_t)((double)i * p->every_us);
}

// Sends what is due, as far as a connection is free; what is not waits and is late.
static void send_due(struct pace *p)
{
    int64_t now = client_now_us();
    for (size_t i = 0; i < p->n && p->sent < p->total && meant(p, p->sent) <= now; i++) {
        struct reader *r = &p->readers[i];
        if (r->busy)
            continue;
        r->busy = true;
        r->meant_us = meant(p, p->sent++);
        r->got = r->wanted = 0;
        if (send(r->fd, p->request, p->request_n, MSG_NOSIGNAL) != (ssize_t)p->request_n)
            client_die("send");
    }
}

static void read_answer(struct pace *p, struct reader *r)
{
    ssize_t n = recv(r->fd, r->answer + r->got, sizeof(r->answer) - 1 - r->got, 0);
    if (n <= 0)
        client_die("recv");
    r->got += (size_t)n;
    if (r->wanted == 0)
        r->wanted = client_wanted(r->answer, r->got, sizeof(r->answer));
    if (r->wanted == 0 || r->got < r->wanted)
        return;
    r->busy = false;
    p->took_us[p->answered++] = (uint32_t)(client_now_us() - r->meant_us);
}

static void run(struct pace *p)
{
    struct epoll_event events[64];
    p->start_us = client_now_us();
    while (p->answered < p->total) {
        send_due(p);
        int64_t wait_us = p->sent < p->total ? meant(p, p->sent) - client_now_us() : 10000000;
        struct timespec wait = {.tv_sec = wait_us > 0 ? wait_us / 1000000 : 0,
            .tv_nsec = wait_us > 0 ? wait_us % 1000000 * 1000 : 0};
        bool none_free = p->sent - p->answered == p->n;
        int n = epoll_pwait2(p->epoll, events, 64, none_free ? NULL : &wait, NULL);
        for (int i = 0; i < n; i++)
            read_answer(p, events[i].data.ptr);
    }
}

static int by_size(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    if (argc < 6 || argc > 7) {
        (void)fprintf(stderr, "usage: pace PORT TOKEN PATH RATE SECONDS [CONNECTIONS]\n");
        return 2;
    }
    struct pace p = {.n = argc == 7 ? strtoul(argv[6], NULL, 10) : 32};
    double rate = strtod(argv[4], NULL), seconds = strtod(argv[5], NULL);
    p.total = (size_t)(rate * seconds);
    if (!(rate > 0) || p.total < 100 || p.n == 0 || p.n > CONNECTIONS_MAX)
        client_die("RATE, SECONDS or CONNECTIONS");
    p.every_us = 1e6 / rate;
    p.took_us = calloc(p.total, sizeof(*p.took_us));
    int n = snprintf(p.request, sizeof(p.request),
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", argv[3], argv[2]);
    if (!p.took_us || n <= 0 || (size_t)n >= sizeof(p.request))
        client_die("request too long");
    p.request_n = (size_t)n;
    open_readers(&p, (uint16_t)strtoul(argv[1], NULL, 10));
    run(&p);
    qsort(p.took_us, p.total, sizeof(*p.took_us), by_size);
    (void)printf("{\"answers\":%zu,\"p50_us\":%u,\"p99_us\":%u,\"p999_us\":%u,\"max_us\":%u}\n",
        p.total, p.took_us[p.total / 2], p.took_us[p.total * 99 / 100],
        p.took_us[p.total * 999 / 1000], p.took_us[p.total - 1]);
    return 0;
}
