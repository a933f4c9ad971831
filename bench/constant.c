// The ceiling for everything measured over HTTP: libmicrohttpd answering one constant body, with
// the threads and limits of src/http but without its wrapper, as one response object made once.
//
// constant PORT BYTES [THREADS]: serves until it is told to end, then prints what it cost.
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "http/http.h"

static const size_t CONN_MEMORY_BYTES = HTTP_HEADER_MAX_BYTES + 8 * KIB; // as src/http/server.c
static struct MHD_Response *response;

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *data_n, void **state)
{
    static int seen;
    (void)arg;
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    if (*state == NULL) { // the headers; an answer now would close the connection
        *state = &seen;
        return MHD_YES;
    }
    if (*data_n > 0) {
        *data_n = 0;
        return MHD_YES;
    }
    return MHD_queue_response(c, MHD_HTTP_OK, response);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct MHD_Daemon *serve(int port, unsigned threads)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    return MHD_start_daemon(flags, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &at,
        MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)HTTP_PER_ADDRESS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONN_MEMORY_BYTES, MHD_OPTION_END);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        (void)fprintf(stderr, "usage: constant PORT BYTES [THREADS]\n");
        return 2;
    }
    int port = (int)strtol(argv[1], NULL, 10);
    size_t n = strtoul(argv[2], NULL, 10);
    unsigned threads = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;
    char *body = malloc(n + 1);
    if (body == NULL)
        return 1;
    memset(body, 'x', n);
    response = MHD_create_response_from_buffer(n, body, MHD_RESPMEM_PERSISTENT);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL); // before the threads start, so that they inherit it
    if (response == NULL ||
        MHD_add_response_header(response, "Content-Type", "application/json") != MHD_YES)
        return 1;
    struct MHD_Daemon *daemon = serve(port, threads);
    if (daemon == NULL) {
        (void)fprintf(stderr, "cannot serve on port %d\n", port);
        return 1;
    }
    int got = 0;
    sigwait(&ends, &got);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    free(body);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    (void)printf("cpu_s=%.3f\n", seconds(used.ru_utime) + seconds(used.ru_stime));
    return 0;
}
