#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/tm.h"

// A pipe takes so much in one piece, so lines of several threads or processes never mix. [POSIX,
// PIPE_BUF]
enum { LINE_MAX_BYTES = 4096 };

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

void log_line(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load(&least_level))
        return;
    char line[LINE_MAX_BYTES];
    size_t n = tm_put(line, tm_wall(), 0);
    n += (size_t)snprintf(line + n, sizeof(line) - n, " %s ", names[level]);
    const size_t from = n, room = sizeof(line) - n;
    va_list ap;
    va_start(ap, fmt);
    int wanted = vsnprintf(line + n, room, fmt, ap);
    va_end(ap);
    if (wanted > 0)
        n += (size_t)wanted < room ? (size_t)wanted : whole_points(line + n, room - 2);
    // A line is one event: a line break inside a value must not look like a second one.
    for (size_t i = from; i < n; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = ' ';
    line[n++] = '\n';
    // A log that cannot be written has nowhere to complain.
    ssize_t written = write(STDERR_FILENO, line, n);
    (void)written;
}
