// Who is connected, and what each is at: so that one address cannot take every place, an idle
// connection gives its place to a new one, and nobody keeps one by moving a byte a second. The
// library's own time limit only sees silence.
//
// A connection stands in a table by its descriptor. Who is there changes under peers_lock, once a
// connection. What it is at is one number that its loop thread stores without a lock; the beat
// thread looks at all of them once a second.

#include <linux/tcp.h> // what <netinet/tcp.h> knows of struct tcp_info is older
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/tm.h"
#include "http/http_private.h"

enum {
    FILES_SPARE = 512, // descriptors for everything that is not a connection
    ADDRESS_BYTES = 16,
    PHASE_BITS = 3,
};

struct http_peer {
    // Under peers_lock.
    bool here, local;
    bool cut; // was shut down; its loop thread will notice
    unsigned char address[ADDRESS_BYTES];
    // Since when and at what, in one number, so that both are of the same instant.
    _Atomic uint64_t at;
    // The beat thread's: the phase whose bytes are counted, since when, and how many there were.
    uint64_t watched;
    int64_t watched_us;
    uint64_t moved;
    int64_t credit; // bytes: at most those of HTTP_RATE_S, spent as time goes by
};

// ---- limits

static rlim_t files_allowed(void)
{
    struct rlimit r;
    const rlim_t wanted = HTTP_CONNECTIONS_MAX + FILES_SPARE;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return wanted;
    if (r.rlim_cur >= wanted)
        return r.rlim_cur;
    // What the administrator has set as the hard limit stays, also for root.
    r.rlim_cur = r.rlim_max < wanted ? r.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &r);
    return r.rlim_cur;
}

void guard_open(struct http_server *s)
{
    rlim_t files = files_allowed();
    s->connections_max = HTTP_CONNECTIONS_MAX;
    if (files < HTTP_CONNECTIONS_MAX + FILES_SPARE) {
        s->connections_max = files > 2 * FILES_SPARE ? (size_t)files - FILES_SPARE : files / 2;
        log_line(LOG_WARN, "http open_files=%ju wanted=%d connections=%zu", (uintmax_t)files,
            HTTP_CONNECTIONS_MAX + FILES_SPARE, s->connections_max);
    }
    s->peers_n = HTTP_CONNECTIONS_MAX + 2 * FILES_SPARE;
    s->peers = NEW_ARRAY(s->arena, (size_t)s->peers_n, struct http_peer);
    CHECK(pthread_mutex_init(&s->peers_lock, NULL) == 0);
}

void guard_close(struct http_server *s)
{
    pthread_mutex_destroy(&s->peers_lock);
}

void guard_count(struct http_server *s, enum http_end end)
{
    atomic_fetch_add(&s->ends[end], 1);
}

// ---- what a connection is at

static uint64_t at_of(enum peer_phase phase, int64_t us)
{
    return (uint64_t)us << PHASE_BITS | (uint64_t)phase;
}

static enum peer_phase phase_of(uint64_t at)
{
    return (enum peer_phase)(at & ((1U << PHASE_BITS) - 1));
}

static int64_t since_of(uint64_t at)
{
    return (int64_t)(at >> PHASE_BITS);
}

void guard_phase(struct http_peer *p, enum peer_phase phase, int64_t now_us)
{
    if (p != NULL)
        atomic_store_explicit(&p->at, at_of(phase, now_us), memory_order_relaxed);
}

struct http_peer *guard_peer(struct http_server *s, int fd)
{
    return fd >= 0 && fd < s->peers_n ? &s->peers[fd] : NULL;
}

// Under peers_lock. Shutting it down wakes its loop thread, which closes it.
static void cut(struct http_server *s, int fd, enum http_end why)
{
    s->peers[fd].cut = true;
    guard_count(s, why);
    (void)shutdown(fd, SHUT_RDWR);
}

// ---- who comes in

// An address as 16 bytes; of an IPv6 one its network, because a single machine may use all of it.
static bool address_bytes(const struct sockaddr *from, unsigned char out[ADDRESS_BYTES])
{
    memset(out, 0, ADDRESS_BYTES);
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)from;
        memcpy(out + 12, &v4->sin_addr, 4);
        out[10] = out[11] = 0xff;
        return out[12] == 127;
    }
    if (from->sa_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *v6 = (const void *)from;
    bool mapped = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
    memcpy(out, &v6->sin6_addr, mapped ? ADDRESS_BYTES : ADDRESS_BYTES / 2);
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) || (mapped && out[12] == 127);
}

struct crowd {
    size_t same;         // connections of this address
    int idle, same_idle; // idle for longest, of all and of this address; -1: none
};

// Under peers_lock. Only when there are so many that it matters: a look at some thousand lines.
static struct crowd look_around(const struct http_server *s, const unsigned char *address)
{
    struct crowd c = {.idle = -1, .same_idle = -1};
    uint64_t longest = UINT64_MAX, same_longest = UINT64_MAX;
    for (int fd = 0; fd < s->peers_n; fd++) {
        const struct http_peer *p = &s->peers[fd];
        if (!p->here || p->cut)
            continue;
        bool same = memcmp(p->address, address, ADDRESS_BYTES) == 0;
        c.same += same;
        uint64_t at = atomic_load_explicit(&p->at, memory_order_relaxed);
        if (phase_of(at) > PEER_IDLE)
            continue;
        if (at < longest) {
            longest = at;
            c.idle = fd;
        }
        if (same && at < same_longest) {
            same_longest = at;
            c.same_idle = fd;
        }
    }
    return c;
}

// Under peers_lock. True when there is a place, perhaps that of another.
static bool find_place(struct http_server *s, const struct http_peer *p, enum http_end *why)
{
    bool full = s->connections >= s->connections_max;
    bool crowded = !p->local && s->connections >= HTTP_PER_ADDRESS_MAX;
    if (!full && !crowded)
        return true;
    struct crowd c = look_around(s, p->address);
    bool over = !p->local && c.same >= HTTP_PER_ADDRESS_MAX;
    if (!full && !over)
        return true;
    int gives = over ? c.same_idle : c.idle;
    *why = over ? HTTP_REFUSE_ADDRESS : HTTP_REFUSE_FULL;
    // Those already cut are still counted; beyond the spare there are no descriptors for more.
    if (gives < 0 || s->connections >= s->connections_max + FILES_SPARE / 4)
        return false;
    cut(s, gives, HTTP_END_IDLE);
    return true;
}

// Without a loop thread, which may be what there is too much for.
static void turn_away(int fd)
{
    static const char body[] =
        "{\"errors\":[{\"code\":\"busy\",\"field\":\"\",\"message\":\"连接过多，请稍后再试 "
        "too many connections, try again later\"}]}";
    char answer[KIB];
    int n = snprintf(answer, sizeof(answer),
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        sizeof(body) - 1, body);
    char read[KIB];
    (void)send(fd, answer, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    // What is left unread would turn the close into a reset, which may overtake the answer.
    while (recv(fd, read, sizeof(read), MSG_DONTWAIT) > 0) {
    }
    close(fd);
}

static void set_gone_limit(int fd)
{
    unsigned ms = HTTP_GONE_S * 1000;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

bool guard_admit(struct http_server *s, int fd, const void *address)
{
    struct http_peer *p = guard_peer(s, fd);
    enum http_end why = HTTP_REFUSE_FULL;
    bool room = false;
    if (p != NULL) {
        pthread_mutex_lock(&s->peers_lock);
        // One for which the library had no memory it closed without a word; so the number came
        // again.
        s->connections -= p->here;
        p->here = false;
        p->local = address_bytes(address, p->address);
        room = find_place(s, p, &why);
        if (room) {
            p->here = true;
            p->cut = false;
            p->watched = 0;
            guard_phase(p, PEER_GIVEN, tm_mono());
            s->connections++;
        }
        pthread_mutex_unlock(&s->peers_lock);
    }
    if (!room) {
        guard_count(s, why);
        turn_away(fd);
        return false;
    }
    atomic_fetch_add(&s->connections_taken, 1);
    set_gone_limit(fd);
    return true;
}

void guard_forget(struct http_server *s, int fd)
{
    struct http_peer *p = guard_peer(s, fd);
    CHECK(p != NULL);
    pthread_mutex_lock(&s->peers_lock);
    CHECK(p->here);
    p->here = false;
    s->connections--;
    pthread_mutex_unlock(&s->peers_lock);
}

// ---- who is too slow

// Bytes that came in, or were taken at the other end.
static uint64_t bytes_moved(int fd, bool in)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof(info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
        return 0;
    return in ? info.tcpi_bytes_received : info.tcpi_bytes_acked;
}

static bool too_slow(struct http_peer *p, int fd, uint64_t at, int64_t now_us)
{
    const int64_t full = (int64_t)HTTP_RATE_S * HTTP_RATE_MIN_BYTES_S;
    uint64_t moved = bytes_moved(fd, phase_of(at) == PEER_BODY);
    if (p->watched == at) {
        p->credit += (int64_t)(moved - p->moved);
        // What the buffers swallow at first buys no more time than anything else.
        p->credit = p->credit < full ? p->credit : full;
        p->credit -= (now_us - p->watched_us) * HTTP_RATE_MIN_BYTES_S / US_SECOND;
    } else {
        p->credit = full;
    }
    p->watched = at;
    p->watched_us = now_us;
    p->moved = moved;
    return p->credit <= 0;
}

static void look_at(struct http_server *s, int fd, int64_t now_us)
{
    struct http_peer *p = &s->peers[fd];
    uint64_t at = atomic_load_explicit(&p->at, memory_order_relaxed);
    int64_t for_us = now_us - since_of(at);
    switch (phase_of(at)) {
    case PEER_NEW:
        if (for_us > HTTP_HEAD_S * US_SECOND)
            cut(s, fd, HTTP_END_HEAD);
        break;
    case PEER_IDLE:
        if (for_us > HTTP_IDLE_S * US_SECOND)
            cut(s, fd, HTTP_END_HEAD);
        break;
    case PEER_BODY:
        if (too_slow(p, fd, at, now_us))
            cut(s, fd, HTTP_END_BODY);
        break;
    case PEER_ANSWER:
        if (too_slow(p, fd, at, now_us))
            cut(s, fd, HTTP_END_ANSWER);
        break;
    case PEER_RUNS:
    case PEER_STREAM:
    case PEER_GIVEN: // perhaps closed already: its number may be something else's
        break;
    }
}

void guard_look(struct http_server *s)
{
    int64_t now_us = tm_mono();
    pthread_mutex_lock(&s->peers_lock);
    for (int fd = 0; fd < s->peers_n; fd++)
        if (s->peers[fd].here && !s->peers[fd].cut)
            look_at(s, fd, now_us);
    pthread_mutex_unlock(&s->peers_lock);
}
