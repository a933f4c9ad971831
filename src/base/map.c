#include "base/map.h"

// Open addressing with linear steps; at most three quarters full.
enum { CAP_FIRST = 16 };

static bool is_full(size_t n, size_t cap)
{
    return n + 1 > cap / 4 * 3;
}

void map_init(struct map *m, struct arena *a)
{
    *m = (struct map){.arena = a};
}

// The slot of key, or the free one where it belongs.
static struct map_slot *map_find(const struct map *m, str key)
{
    size_t i = (size_t)str_hash(key) & (m->cap - 1);
    while (m->slots[i].val != NULL && !str_eq(m->slots[i].key, key))
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

void *map_get(const struct map *m, str key)
{
    return m->cap == 0 ? NULL : map_find(m, key)->val;
}

static void map_grow(struct map *m)
{
    struct map old = *m;
    m->cap = old.cap == 0 ? CAP_FIRST : old.cap * 2;
    m->slots = NEW_ARRAY(m->arena, m->cap, struct map_slot);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].val != NULL)
            *map_find(m, old.slots[i].key) = old.slots[i];
}

void map_put(struct map *m, str key, void *val)
{
    CHECK(val != NULL);
    if (is_full(m->n, m->cap))
        map_grow(m);
    struct map_slot *slot = map_find(m, key);
    m->n += slot->val == NULL;
    *slot = (struct map_slot){key, val};
}

void imap_init(struct imap *m, struct arena *a)
{
    *m = (struct imap){.arena = a};
}

// Ids often are consecutive: the finaliser of MurmurHash3 spreads them.
static uint64_t spread(int64_t key)
{
    uint64_t x = (uint64_t)key;
    x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ (x >> 33);
}

static struct imap_slot *imap_find(const struct imap *m, int64_t key)
{
    size_t i = (size_t)spread(key) & (m->cap - 1);
    while (m->slots[i].val != NULL && m->slots[i].key != key)
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

void *imap_get(const struct imap *m, int64_t key)
{
    return m->cap == 0 ? NULL : imap_find(m, key)->val;
}

static void imap_grow(struct imap *m)
{
    struct imap old = *m;
    m->cap = old.cap == 0 ? CAP_FIRST : old.cap * 2;
    m->slots = NEW_ARRAY(m->arena, m->cap, struct imap_slot);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].val != NULL)
            *imap_find(m, old.slots[i].key) = old.slots[i];
}

void imap_put(struct imap *m, int64_t key, void *val)
{
    CHECK(val != NULL);
    if (is_full(m->n, m->cap))
        imap_grow(m);
    struct imap_slot *slot = imap_find(m, key);
    m->n += slot->val == NULL;
    *slot = (struct imap_slot){key, val};
}
