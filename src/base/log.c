#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/tm.h"

// A pipe takes so much in one piece, so lines of several threads or processes never mix. [POSIX,
// PIPE_BUF]
enum { LINE_MAX_BYTES = 4096, REMARK_MAX_BYTES = 64, PLACES = 256 };

static atomic_int least_level = LOG_INFO;

void log_set(enum log_level least)
{
    atomic_store(&least_level, (int)least);
}

// What does not fit is cut, never inside a UTF-8 sequence.
static size_t whole_points(const char *s, size_t n)
{
    while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
        n--;
    return n;
}

// Lines of one place within some seconds. Two places that share a slot take it from one another.
struct place {
    const char *fmt;
    int64_t from_us;
    uint32_t lines, held;
};
static struct place places[PLACES];
static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint64_t held_all;

uint64_t log_held(void)
{
    return atomic_load(&held_all);
}

// False: it is held back. *before: so many were, just before this one; *last: further ones will be.
static bool may_write(const char *fmt, uint32_t *before, bool *last)
{
    int64_t now_us = tm_mono();
    pthread_mutex_lock(&places_lock);
    struct place *p = &places[((uintptr_t)fmt >> 3) % PLACES];
    *before = 0;
    if (p->fmt != fmt || now_us - p->from_us > LOG_BURST_S * US_SECOND) {
        *before = p->fmt == fmt ? p->held : 0;
        *p = (struct place){.fmt = fmt, .from_us = now_us};
    }
    bool may = p->lines < LOG_BURST;
    p->lines += may;
    p->held += !may;
    *last = p->lines == LOG_BURST;
    pthread_mutex_unlock(&places_lock);
    if (!may)
        atomic_fetch_add(&held_all, 1);
    return may;
}

// Writes a line of n bytes, with a remark at its end and without what would make it look like two.
static void write_line(char line[LINE_MAX_BYTES], size_t from, size_t n, const char *remark)
{
    size_t room = LINE_MAX_BYTES - 1 - n, more = strlen(remark);
    if (more > room)
        n = whole_points(line, n - (more - room));
    memcpy(line + n, remark, more);
    n += more;
    for (size_t i = from; i < n; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = ' ';
    line[n++] = '\n';
    // A log that cannot be written has nowhere to complain.
    ssize_t written = write(STDERR_FILENO, line, n);
    (void)written;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    uint32_t before = 0;
    bool last = false;
    if ((int)level < atomic_load(&least_level))
        return;
    if (level >= LOG_WARN && !may_write(fmt, &before, &last))
        return;
    char line[LINE_MAX_BYTES], remark[REMARK_MAX_BYTES] = "";
    size_t n = tm_put(line, tm_wall(), 0);
    n += (size_t)snprintf(line + n, sizeof(line) - n, " %s ", names[level]);
    const size_t from = n, room = sizeof(line) - n;
    va_list ap;
    va_start(ap, fmt);
    int wanted = vsnprintf(line + n, room, fmt, ap);
    va_end(ap);
    if (wanted > 0)
        n += (size_t)wanted < room ? (size_t)wanted : whole_points(line + n, room - 2);
    if (before > 0)
        (void)snprintf(remark, sizeof(remark), " held_before=%" PRIu32, before);
    else if (last)
        (void)snprintf(remark, sizeof(remark), " held=\"further ones for %d s\"", LOG_BURST_S);
    write_line(line, from, n, remark);
}
