#include "client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

void client_die(const char *what)
{
    perror(what);
    exit(1);
}

int64_t client_now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int client_connect(uint16_t port, int epoll, void *owner)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
        client_die("connect");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = owner};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) != 0)
        client_die("epoll_ctl");
    return fd;
}

size_t client_wanted(char *answer, size_t got, size_t room)
{
    answer[got] = 0;
    const char *end = strstr(answer, "\r\n\r\n");
    if (!end)
        return 0;
    const char *length = strcasestr(answer, "content-length:");
    if (strncmp(answer, "HTTP/1.1 20", 11) != 0 || !length || length > end) {
        (void)fprintf(stderr, "%s\n", answer);
        exit(1);
    }
    size_t wanted = (size_t)(end + 4 - answer) + strtoul(length + 15, NULL, 10);
    if (wanted >= room)
        client_die("answer too long");
    return wanted;
}
