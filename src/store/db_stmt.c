#include "store/db_stmt.h"

#include <pthread.h>
#include <string.h>
#include "base/map.h"
#include "store/db_inner.h"

// Process-wide. Entries never change once counted, so they may be read without the lock.
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    struct arena *arena;
    struct map known;
    str texts[STMT_TEXTS_MAX];
    size_t n, bytes;
} list;

static void list_add(str sql)
{
    pthread_mutex_lock(&list_lock);
    if (!list.arena) {
        list.arena = arena_new();
        map_init(&list.known, list.arena);
    }
    if (list.n < STMT_TEXTS_MAX && list.bytes + sql.n <= STMT_TEXTS_BYTES_MAX &&
        !map_get(&list.known, sql)) {
        str *kept = &list.texts[list.n++];
        *kept = str_dup(list.arena, sql);
        list.bytes += sql.n;
        map_put(&list.known, *kept, kept);
    }
    pthread_mutex_unlock(&list_lock);
}

void db_each_statement(void (*f)(str sql, void *arg), void *arg)
{
    pthread_mutex_lock(&list_lock);
    size_t n = list.n;
    pthread_mutex_unlock(&list_lock);
    for (size_t i = 0; i < n; i++)
        f(list.texts[i], arg); // outside the lock: f may prepare statements itself
}

static uint64_t hash_of(enum stmt_kind kind, str sql)
{
    if (kind == STMT_COMPOSED)
        return str_hash(sql);
    uint64_t x = (uint64_t)(uintptr_t)sql.s * UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 32;
}

static bool matches(const struct stmt *s, enum stmt_kind kind, uint64_t hash, str sql)
{
    if (s->hash != hash || s->kind != kind || s->open)
        return false;
    if (kind != STMT_COMPOSED)
        return s->key == sql.s;
    return s->n == sql.n && memcmp(s->key, sql.s, sql.n) == 0;
}

static struct stmt *find(struct stmt_cache *c, enum stmt_kind kind, uint64_t hash, str sql)
{
    struct stmt *s = c->heads[hash & (STMT_HEADS - 1)];
    while (s && !matches(s, kind, hash, sql))
        s = s->next;
    return s;
}

static void forget(struct db *db, struct stmt *s)
{
    struct stmt_cache *c = &db->cache;
    struct stmt **at = &c->heads[s->hash & (STMT_HEADS - 1)];
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    db->ops->release(db, s->handle);
    *s = (struct stmt){0};
}

// Composed texts leave before literals, and among equals the one not used for longest. The walk
// over all slots costs far less than the compilation that follows.
static bool leaves_before(const struct stmt *a, const struct stmt *b)
{
    bool a_composed = a->kind == STMT_COMPOSED, b_composed = b->kind == STMT_COMPOSED;
    if (a_composed != b_composed)
        return a_composed;
    return a->used < b->used;
}

static struct stmt *free_slot(struct db *db)
{
    struct stmt_cache *c = &db->cache;
    if (c->n < DB_STATEMENTS_MAX)
        return &c->slots[c->n++];
    struct stmt *worst = NULL;
    for (size_t i = 0; i < DB_STATEMENTS_MAX; i++) {
        struct stmt *s = &c->slots[i];
        if (!s->open && (!worst || leaves_before(s, worst)))
            worst = s;
    }
    CHECK(worst); // fewer cursors may be open than there are slots
    forget(db, worst);
    return worst;
}

struct stmt *stmt_get(struct db *db, enum stmt_kind kind, str sql)
{
    struct stmt_cache *c = &db->cache;
    uint64_t hash = hash_of(kind, sql);
    struct stmt *s = find(c, kind, hash, sql);
    if (s) {
        s->used = ++c->tick;
        return s;
    }
    if (kind != STMT_COMPOSED)
        sql = str_of(sql.s);
    void *made = db->ops->compile(db, sql);
    if (!made)
        return NULL;
    s = free_slot(db);
    *s = (struct stmt){.handle = made, .hash = hash, .used = ++c->tick, .kind = kind};
    s->key = kind == STMT_COMPOSED ? db->ops->text(made) : sql.s;
    s->n = strlen(s->key); // the store's copy ends at the semicolon, if there is one
    s->next = c->heads[hash & (STMT_HEADS - 1)];
    c->heads[hash & (STMT_HEADS - 1)] = s;
    c->prepared++;
    if (kind != STMT_INNER)
        list_add(sql);
    return s;
}

void stmt_free_all(struct db *db)
{
    for (size_t i = 0; i < db->cache.n; i++)
        if (db->cache.slots[i].handle)
            db->ops->release(db, db->cache.slots[i].handle);
    db->cache = (struct stmt_cache){0};
}
