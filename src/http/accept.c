#define _GNU_SOURCE // accept4

// The listening socket, and the thread that takes connections from it. The loop threads do not take
// them by themselves: whoever wakes first would take all that came at once, and leave the others
// idle.

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_private.h"

enum {
    LISTEN_BACKLOG = 4096,
    ACCEPT_REST_MS = 50, // when descriptors or memory have run out
};

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

int accept_listen(const char *host, int port, int *port_out, struct err *e)
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
    else
        *port_out = port_of(fd);
    return fd;
}

// One waiting connection. False when there is none, or no room for it now.
static bool take(struct http_server *s)
{
    struct sockaddr_storage from;
    socklen_t n = sizeof(from);
    int fd = accept4(s->listen_fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) // one that has gone again is no reason to stop
        return errno == ECONNABORTED || errno == EINTR;
    // To the loop threads by turns. What the library does not take, it closes.
    if (guard_admit(s, fd, &from) &&
        MHD_add_connection(s->daemons[s->turn++ % (unsigned)s->conf.threads], fd,
            (struct sockaddr *)&from, n) != MHD_YES)
        guard_forget(s, fd);
    return true;
}

void *accept_run(void *arg)
{
    struct http_server *s = arg;
    struct pollfd at[] = {
        {.fd = s->beat_fd, .events = POLLIN}, {.fd = s->listen_fd, .events = POLLIN}};
    while (!atomic_load(&s->stopping)) {
        if (poll(at, ARRAY_LEN(at), -1) <= 0 || at[0].revents)
            continue;
        while (!atomic_load(&s->stopping) && take(s)) {
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            (void)poll(at, 1, ACCEPT_REST_MS);
    }
    return NULL;
}
