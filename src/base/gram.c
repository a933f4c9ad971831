#include "base/gram.h"

#include <stdlib.h>
#include <string.h>

enum {
    PLACE_BITS = 14,
    ENTRY_BITS = 2 * GRAM_POINT_BITS + PLACE_BITS + 1, // pair, place, title
    RADIX_BITS = 11,
    RADIX = 1 << RADIX_BITS,
    ITEM_BYTES_MAX = 3, // of a number below 2 * GRAM_PLACES
};
_Static_assert(GRAM_PLACES == 1 << PLACE_BITS, "places");
_Static_assert(ENTRY_BITS <= 64, "an entry is one number");
static const int64_t second_max = ((int64_t)1 << GRAM_POINT_BITS) - 1;

struct gram_block {
    struct arena *arena;
    uint64_t *v, *spare;
    size_t n, cap, at;
    char *items; // the row just given
};

// One code point, folded. Broken bytes, which no stored text has, count one by one.
static int64_t point(str x, size_t *at)
{
    const unsigned char *p = (const unsigned char *)x.s + *at;
    size_t left = x.n - *at, n = p[0] < 0xC0 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (n > left)
        n = 1;
    *at += n;
    if (n == 1)
        return p[0] >= 'A' && p[0] <= 'Z' ? p[0] + ('a' - 'A') : p[0];
    int64_t c = p[0] & (0xFF >> (n + 1));
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3F);
    return c;
}

static int64_t pair_of(int64_t first, int64_t second)
{
    return first << GRAM_POINT_BITS | second;
}

static int by_pair(const void *a, const void *b)
{
    const struct gram_range *x = a, *y = b;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

size_t gram_ranges(struct arena *a, str word, struct gram_range **out)
{
    struct gram_range *all = NULL;
    size_t n = 0, at = 0;
    *out = NULL;
    if (word.n == 0)
        return 0;
    int64_t last = point(word, &at);
    if (at == word.n) {
        VEC_PUSH(a, all, n) = (struct gram_range){pair_of(last, 0), pair_of(last, second_max)};
        *out = all;
        return n;
    }
    while (at < word.n) {
        int64_t next = point(word, &at), pair = pair_of(last, next);
        VEC_PUSH(a, all, n) = (struct gram_range){pair, pair};
        last = next;
    }
    if (n > 1)
        qsort(all, n, sizeof(*all), by_pair);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || all[kept - 1].lo != all[i].lo)
            all[kept++] = all[i];
    *out = all;
    return kept;
}

bool gram_exact(str word)
{
    return utf8_count(word) <= 2;
}

// ---- a block

struct gram_block *gram_block_new(struct arena *a)
{
    struct gram_block *b = NEW(a, struct gram_block);
    b->arena = a;
    return b;
}

static void push(struct gram_block *b, int64_t pair, size_t place, bool title)
{
    enum { FIRST = 65536 };
    if (b->n == b->cap) {
        // The old one stays in the arena; doubling keeps the waste below what is used.
        size_t cap = b->cap ? 2 * b->cap : FIRST;
        uint64_t *v = NEW_ARRAY(b->arena, cap, uint64_t);
        if (b->n > 0)
            memcpy(v, b->v, b->n * sizeof(*v));
        b->v = v;
        b->cap = cap;
    }
    b->v[b->n++] = (uint64_t)pair << (PLACE_BITS + 1) | place << 1 | title;
}

void gram_block_add(struct gram_block *b, size_t place, bool title, str text)
{
    CHECK(place < GRAM_PLACES && !b->spare);
    size_t at = 0;
    if (text.n == 0)
        return;
    int64_t last = point(text, &at);
    while (at < text.n) {
        int64_t next = point(text, &at);
        push(b, pair_of(last, next), place, title);
        last = next;
    }
    push(b, pair_of(last, 0), place, title);
}

size_t gram_block_size(const struct gram_block *b)
{
    return b->n;
}

// By the lowest digits first. [Knuth 5.2.5 R]
void gram_block_close(struct gram_block *b)
{
    size_t *count = NEW_ARRAY(b->arena, RADIX, size_t);
    b->items = arena_alloc(b->arena, GRAM_PLACES * ITEM_BYTES_MAX);
    b->spare = NEW_ARRAY(b->arena, b->n, uint64_t);
    for (int shift = 0; shift < ENTRY_BITS; shift += RADIX_BITS) {
        memset(count, 0, RADIX * sizeof(*count));
        for (size_t i = 0; i < b->n; i++)
            count[b->v[i] >> shift & (RADIX - 1)]++;
        size_t sum = 0;
        for (size_t i = 0; i < RADIX; i++) {
            size_t n = count[i];
            count[i] = sum;
            sum += n;
        }
        for (size_t i = 0; i < b->n; i++)
            b->spare[count[b->v[i] >> shift & (RADIX - 1)]++] = b->v[i];
        uint64_t *v = b->v;
        b->v = b->spare;
        b->spare = v;
    }
    b->at = 0;
}

// Seven bits a byte, the highest bit says that more follow.
static size_t put_number(char *out, size_t x)
{
    size_t n = 0;
    for (; x >= 0x80; x >>= 7)
        out[n++] = (char)(x | 0x80);
    out[n++] = (char)x;
    return n;
}

bool gram_block_next(struct gram_block *b, int64_t *pair, str *items)
{
    if (b->at == b->n)
        return false;
    uint64_t head = b->v[b->at] >> (PLACE_BITS + 1);
    size_t n = 0, next = 0; // next: the lowest place that may follow
    while (b->at < b->n && b->v[b->at] >> (PLACE_BITS + 1) == head) {
        uint64_t x = b->v[b->at++];
        size_t place = x >> 1 & (GRAM_PLACES - 1);
        while (b->at < b->n && b->v[b->at] >> 1 == x >> 1)
            x = b->v[b->at++]; // the same item again: of equal ones the title comes last
        n += put_number(b->items + n, (place - next) << 1 | (x & 1));
        next = place + 1;
    }
    *pair = (int64_t)head;
    *items = (str){b->items, n};
    return true;
}

// ---- sets

bool gram_set_read(struct gram_set *s, str items)
{
    size_t place = 0;
    for (size_t i = 0; i < items.n;) {
        size_t x = 0;
        int shift = 0;
        unsigned char c;
        do {
            if (i == items.n || shift > 7 * ITEM_BYTES_MAX)
                return false;
            c = (unsigned char)items.s[i++];
            x |= (size_t)(c & 0x7F) << shift;
            shift += 7;
        } while (c & 0x80);
        place += x >> 1;
        if (place >= GRAM_PLACES)
            return false;
        uint64_t bit = UINT64_C(1) << (place % 64);
        s->any[place / 64] |= bit;
        s->title[place / 64] |= x & 1 ? bit : 0;
        place++;
    }
    return true;
}

str gram_set_row(struct arena *a, const uint64_t any[GRAM_WORDS])
{
    char *row = arena_alloc(a, gram_set_size(any) * ITEM_BYTES_MAX + 1);
    size_t n = 0, next = 0;
    for (size_t place = 0; place < GRAM_PLACES; place++) {
        if (!(any[place / 64] >> (place % 64) & 1))
            continue;
        n += put_number(row + n, (place - next) << 1);
        next = place + 1;
    }
    return (str){row, n};
}

size_t gram_set_size(const uint64_t set[GRAM_WORDS])
{
    size_t n = 0;
    for (size_t i = 0; i < GRAM_WORDS; i++)
        n += (size_t)__builtin_popcountll(set[i]);
    return n;
}

void gram_set_none(struct gram_set *s)
{
    *s = (struct gram_set){0};
}

void gram_set_and(struct gram_set *s, const struct gram_set *other)
{
    for (size_t i = 0; i < GRAM_WORDS; i++) {
        s->any[i] &= other->any[i];
        s->title[i] &= other->title[i];
    }
}

void gram_set_or(struct gram_set *s, const struct gram_set *other)
{
    for (size_t i = 0; i < GRAM_WORDS; i++) {
        s->any[i] |= other->any[i];
        s->title[i] |= other->title[i];
    }
}
