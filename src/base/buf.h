// A growing output buffer with a maximum given at birth. Overflow is sticky: write the whole chain,
// test once.
#ifndef BH_BASE_BUF_H
#define BH_BASE_BUF_H

#include "base/str.h"

struct buf {
    char *s;
    size_t n, cap, max;
    bool overflow; // set when max was passed; further writes do nothing
    struct arena *arena;
};

void buf_init(struct buf *b, struct arena *a, size_t max);
void buf_add(struct buf *b, str x);
void buf_addz(struct buf *b, const char *z);
void buf_byte(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
// Room for at least n more bytes, or NULL on overflow; advance b->n yourself.
char *buf_room(struct buf *b, size_t n);
str buf_str(const struct buf *b);

#endif
