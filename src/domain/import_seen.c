// The keys of a sheet, for telling doubled rows in a dry run: 16 bytes a row at most, in memory of
// its own, so that a million rows stay small.

#include "domain/import_inner.h"

enum { FIRST_SLOTS = 1 << 12 };

struct import_seen {
    struct arena *own, *arena;
    uint64_t *slots; // hashes; 0: free
    size_t n, cap;
};

struct import_seen *import_seen_new(void)
{
    struct arena *own = arena_new();
    struct import_seen *s = NEW(own, struct import_seen);
    s->own = own;
    s->arena = arena_new();
    s->cap = FIRST_SLOTS;
    s->slots = NEW_ARRAY(s->arena, s->cap, uint64_t);
    return s;
}

void import_seen_free(struct import_seen *s)
{
    if (!s)
        return;
    arena_free(s->arena);
    arena_free(s->own);
}

static uint64_t *slot_of(uint64_t *slots, size_t cap, uint64_t h)
{
    size_t at = (size_t)h & (cap - 1);
    while (slots[at] != 0 && slots[at] != h)
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

// Into an arena of its own, so that the smaller table's memory goes back.
static void grow(struct import_seen *s)
{
    struct arena *a = arena_new();
    uint64_t *slots = NEW_ARRAY(a, s->cap * 2, uint64_t);
    for (size_t i = 0; i < s->cap; i++)
        if (s->slots[i] != 0)
            *slot_of(slots, s->cap * 2, s->slots[i]) = s->slots[i];
    arena_free(s->arena);
    s->arena = a;
    s->slots = slots;
    s->cap *= 2;
}

bool import_seen_add(struct import_seen *s, str key)
{
    uint64_t h = str_hash(key);
    h = h == 0 ? 1 : h;
    if (s->n * 2 >= s->cap)
        grow(s);
    uint64_t *slot = slot_of(s->slots, s->cap, h);
    if (*slot == h)
        return false;
    *slot = h;
    s->n++;
    return true;
}
