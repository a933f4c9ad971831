#include "base/memo.h"

#include "base/map.h"

struct memo {
    struct arena *own;   // holds this struct
    struct arena *arena; // of what is remembered
    uint64_t number;
    size_t max;
    struct map by_key;
};

struct memo *memo_new(size_t max)
{
    struct arena *own = arena_new();
    struct memo *m = NEW(own, struct memo);
    *m = (struct memo){.own = own, .arena = arena_new(), .max = max};
    map_init(&m->by_key, m->arena);
    return m;
}

void memo_free(struct memo *m)
{
    if (!m)
        return;
    arena_free(m->arena);
    arena_free(m->own);
}

const void *memo_get(struct memo *m, uint64_t number, str key)
{
    if (m->number != number || m->by_key.n >= m->max) {
        arena_reset(m->arena);
        map_init(&m->by_key, m->arena);
        m->number = number;
    }
    return map_get(&m->by_key, key);
}

void memo_put(struct memo *m, str key, void *val)
{
    map_put(&m->by_key, str_dup(m->arena, key), val);
}

struct arena *memo_arena(struct memo *m)
{
    return m->arena;
}
