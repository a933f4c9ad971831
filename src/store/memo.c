#include "store/memo.h"

#include "base/map.h"

enum { MEMO_MAX = 1000 };

struct memo {
    struct arena *own;   // holds this struct
    struct arena *arena; // of what is remembered
    int64_t version;
    struct map by_key; // int64_t
};

struct memo *memo_new(void)
{
    struct arena *own = arena_new();
    struct memo *m = NEW(own, struct memo);
    *m = (struct memo){.own = own, .arena = arena_new()};
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

bool memo_get(struct memo *m, int64_t version, str key, int64_t *out)
{
    if (m->version != version || m->by_key.n >= MEMO_MAX) {
        arena_reset(m->arena);
        map_init(&m->by_key, m->arena);
        m->version = version;
    }
    const int64_t *known = map_get(&m->by_key, key);
    if (known)
        *out = *known;
    return known != NULL;
}

void memo_put(struct memo *m, str key, int64_t value)
{
    int64_t *kept = NEW(m->arena, int64_t);
    *kept = value;
    map_put(&m->by_key, str_dup(m->arena, key), kept);
}
