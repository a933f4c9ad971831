#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CAP_FIRST = 256, FMT_STACK = 256 };

void buf_init(struct buf *b, struct arena *a, size_t max)
{
    *b = (struct buf){.arena = a, .max = max};
}

static char *overflow(struct buf *b)
{
    b->overflow = true;
    return NULL;
}

// In place while the buffer is the last thing in its arena, which is the usual case; else doubled
// elsewhere.
static char *grow(struct buf *b, size_t n)
{
    if (n > b->max - b->n)
        return overflow(b);
    size_t cap = b->cap < CAP_FIRST ? CAP_FIRST : b->cap;
    while (cap - b->n < n)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;
    char *s = b->s == NULL ? NULL : arena_extend(b->arena, b->s, b->cap, cap);
    if (s == NULL) {
        s = arena_alloc(b->arena, cap);
        if (b->s != NULL)
            memcpy(s, b->s, b->n);
    }
    b->s = s;
    b->cap = cap;
    return b->s + b->n;
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->overflow)
        return NULL;
    if (b->s != NULL && n <= b->cap - b->n)
        return b->s + b->n;
    return grow(b, n);
}

void buf_add(struct buf *b, str x)
{
    char *p = buf_room(b, x.n);
    if (p == NULL || x.n == 0)
        return;
    memcpy(p, x.s, x.n);
    b->n += x.n;
}

void buf_addz(struct buf *b, const char *z)
{
    buf_add(b, str_of(z));
}

void buf_byte(struct buf *b, char c)
{
    char *p = buf_room(b, 1);
    if (p == NULL)
        return;
    *p = c;
    b->n++;
}

void buf_i64(struct buf *b, int64_t v)
{
    char text[STR_I64_BYTES];
    if (!b->overflow && b->s != NULL && sizeof(text) <= b->cap - b->n) {
        b->n += str_put_i64(b->s + b->n, v);
        return;
    }
    buf_add(b, (str){text, str_put_i64(text, v)});
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    char small[FMT_STACK];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    CHECK(n >= 0);
    if ((size_t)n < sizeof(small)) {
        buf_add(b, (str){small, (size_t)n});
    } else {
        // vsnprintf wants one more byte for its NUL than the text may take.
        char *z = arena_alloc(b->arena, (size_t)n + 1);
        CHECK(vsnprintf(z, (size_t)n + 1, fmt, again) == n);
        buf_add(b, (str){z, (size_t)n});
    }
    va_end(again);
    va_end(ap);
}

str buf_str(const struct buf *b)
{
    return (str){b->s, b->n};
}
