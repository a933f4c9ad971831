#include "domain/item_hand.h"

#include <stdlib.h>
#include <string.h>
#include "domain/item_store.h"

enum {
    SLOTS_FIRST = 1024, // a power of two, as every later number of them
    STEP_BYTES = 256,   // blocks are so many bytes long, or a multiple of it
    CLASSES = 256,      // sizes that are used again; a longer block stays with the arena
};

// One item, and behind it all it points to, in one piece.
struct block {
    struct item it;
    struct block *next;
    size_t class_;
};
struct item_hand {
    struct arena *arena; // holds this struct too
    struct block **slots;
    size_t cap, n;
    struct block *free[CLASSES];
    struct block *replaced;
};

struct item_hand *item_hand_new(void)
{
    struct arena *a = arena_new();
    struct item_hand *h = NEW(a, struct item_hand);
    h->arena = a;
    h->cap = SLOTS_FIRST;
    h->slots = NEW_ARRAY(a, h->cap, struct block *);
    return h;
}

void item_hand_free(struct item_hand *h)
{
    if (h)
        arena_free(h->arena);
}

size_t item_hand_count(const struct item_hand *h)
{
    return h->n;
}

// ---- blocks

static size_t bytes_of(const struct item *it)
{
    size_t n = sizeof(struct block) + it->no.n + it->loop.n + it->state.n + it->channel.n +
               it->kind.n + it->priority.n + it->title.n + it->text.n + it->address.n + it->waits.n;
    n += it->n_fields * sizeof(*it->fields) + it->n_parts * sizeof(*it->parts) +
         it->n_clocks * sizeof(*it->clocks);
    for (size_t i = 0; i < it->n_fields; i++)
        n += it->fields[i].key.n + it->fields[i].val.n;
    for (size_t i = 0; i < it->n_parts; i++)
        n += it->parts[i].state.n;
    for (size_t i = 0; i < it->n_clocks; i++)
        n += it->clocks[i].key.n + it->clocks[i].n * sizeof(*it->clocks[i].runs);
    return n;
}

static struct block *block_for(struct item_hand *h, size_t bytes)
{
    size_t class_ = (bytes + STEP_BYTES - 1) / STEP_BYTES;
    struct block *b = class_ < CLASSES ? h->free[class_] : NULL;
    if (b)
        h->free[class_] = b->next;
    else
        b = arena_alloc(h->arena, class_ * STEP_BYTES);
    b->class_ = class_;
    return b;
}

static void *put(char **at, const void *from, size_t bytes)
{
    void *to = *at;
    if (bytes > 0)
        memcpy(to, from, bytes);
    *at += bytes;
    return to;
}

static void put_str(char **at, str *x)
{
    x->s = put(at, x->s, x->n);
}

// First the arrays, whose alignment is that of the struct before them, then the bytes of the texts.
static struct block *block_of(struct item_hand *h, const struct item *it)
{
    struct block *b = block_for(h, bytes_of(it));
    char *at = (char *)(b + 1);
    struct item *x = &b->it;
    *x = *it;
    x->fields = put(&at, it->fields, it->n_fields * sizeof(*it->fields));
    x->parts = put(&at, it->parts, it->n_parts * sizeof(*it->parts));
    x->clocks = put(&at, it->clocks, it->n_clocks * sizeof(*it->clocks));
    for (size_t i = 0; i < x->n_clocks; i++)
        x->clocks[i].runs =
            put(&at, x->clocks[i].runs, x->clocks[i].n * sizeof(*x->clocks[i].runs));
    str *texts[] = {&x->no, &x->loop, &x->state, &x->channel, &x->kind, &x->priority, &x->title,
        &x->text, &x->address, &x->waits};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        put_str(&at, texts[i]);
    for (size_t i = 0; i < x->n_fields; i++) {
        put_str(&at, &x->fields[i].key);
        put_str(&at, &x->fields[i].val);
    }
    for (size_t i = 0; i < x->n_parts; i++)
        put_str(&at, &x->parts[i].state);
    for (size_t i = 0; i < x->n_clocks; i++)
        put_str(&at, &x->clocks[i].key);
    return b;
}

static void replaced(struct item_hand *h, struct block *b)
{
    b->next = h->replaced;
    h->replaced = b;
}

void item_hand_settle(struct item_hand *h)
{
    for (struct block *b = h->replaced, *next; b; b = next) {
        next = b->next;
        if (b->class_ >= CLASSES)
            continue;
        b->next = h->free[b->class_];
        h->free[b->class_] = b;
    }
    h->replaced = NULL;
}

// ---- by id: a hash table without gaps in its chains

static size_t home(const struct item_hand *h, int64_t id)
{
    return ((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (h->cap - 1);
}

static size_t place(const struct item_hand *h, int64_t id)
{
    size_t at = home(h, id);
    while (h->slots[at] && h->slots[at]->it.id != id)
        at = (at + 1) & (h->cap - 1);
    return at;
}

static void grow(struct item_hand *h)
{
    struct block **old = h->slots;
    size_t n = h->cap;
    h->cap *= 2;
    h->slots = NEW_ARRAY(h->arena, h->cap, struct block *);
    for (size_t i = 0; i < n; i++)
        if (old[i])
            h->slots[place(h, old[i]->it.id)] = old[i];
}

static void drop(struct item_hand *h, size_t at)
{
    replaced(h, h->slots[at]);
    h->slots[at] = NULL;
    h->n--;
    // Those behind it move up, where the gap would cut them off from their home.
    for (size_t i = (at + 1) & (h->cap - 1); h->slots[i]; i = (i + 1) & (h->cap - 1)) {
        size_t from_home = (i - home(h, h->slots[i]->it.id)) & (h->cap - 1);
        if (from_home < ((i - at) & (h->cap - 1)))
            continue;
        h->slots[at] = h->slots[i];
        h->slots[i] = NULL;
        at = i;
    }
}

const struct item *item_hand_get(const struct item_hand *h, int64_t id)
{
    const struct block *b = h->slots[place(h, id)];
    return b ? &b->it : NULL;
}

void item_hand_put(struct item_hand *h, const struct item *it)
{
    if (2 * (h->n + 1) > h->cap)
        grow(h);
    size_t at = place(h, it->id);
    struct block *b = block_of(h, it);
    if (h->slots[at])
        replaced(h, h->slots[at]);
    else
        h->n++;
    h->slots[at] = b;
}

enum err_code item_hand_save(struct ctx *c, int64_t id, struct err *e)
{
    size_t at = place(c->hand, id);
    CHECK(c->hand->slots[at] != NULL);
    if (item_write(c, &c->hand->slots[at]->it, e) != OK)
        return e->code;
    drop(c->hand, at);
    return OK;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int64_t *item_hand_ids(const struct item_hand *h, struct arena *a, size_t *n)
{
    int64_t *ids = NEW_ARRAY(a, h->n, int64_t);
    *n = 0;
    for (size_t i = 0; i < h->cap; i++)
        if (h->slots[i])
            ids[(*n)++] = h->slots[i]->it.id;
    qsort(ids, *n, sizeof(*ids), by_id);
    return ids;
}
