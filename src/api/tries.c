#include "api/tries.h"

#include <pthread.h>
#include <string.h>
#include "base/arena.h"
#include "base/crypt.h"
#include "base/tm.h"
#include "domain/people.h"

enum { ROW_ENTRIES = 8, ROWS = TRIES_KEPT_MAX / ROW_ENTRIES, SALT_BYTES = 16 };

struct entry {
    uint64_t mark; // of the address or name
    int64_t n;     // wrong ones; 0: free
    int64_t until_us, touched_us;
};
struct table {
    struct entry rows[ROWS][ROW_ENTRIES];
};
struct tries {
    pthread_mutex_t lock;
    char salt[SALT_BYTES]; // so that nobody can choose what shares a row
    struct table addresses, names;
};

struct tries *tries_new(struct arena *a)
{
    struct tries *t = NEW(a, struct tries);
    CHECK(pthread_mutex_init(&t->lock, NULL) == 0);
    crypt_random(t->salt, SALT_BYTES);
    return t;
}

void tries_free(struct tries *t)
{
    pthread_mutex_destroy(&t->lock);
}

static uint64_t mark_of(const struct tries *t, str x)
{
    uint8_t h[CRYPT_HASH_BYTES];
    uint64_t mark;
    str parts[] = {{t->salt, SALT_BYTES}, x};
    crypt_sha256_parts(parts, ARRAY_LEN(parts), h);
    memcpy(&mark, h, sizeof(mark));
    return mark;
}

static struct entry *find(struct table *all, uint64_t mark)
{
    struct entry *row = all->rows[mark % ROWS];
    for (size_t i = 0; i < ROW_ENTRIES; i++)
        if (row[i].n > 0 && row[i].mark == mark)
            return &row[i];
    return NULL;
}

static struct entry *find_or_make(struct table *all, uint64_t mark)
{
    struct entry *x = find(all, mark);
    if (x)
        return x;
    struct entry *row = all->rows[mark % ROWS];
    x = &row[0];
    for (size_t i = 1; i < ROW_ENTRIES; i++)
        if (row[i].touched_us < x->touched_us)
            x = &row[i];
    *x = (struct entry){.mark = mark};
    return x;
}

// An entry waits until its time when it has had more than free tries.
static int64_t wait_s(struct tries *t, struct table *all, str x, int64_t free, int64_t now_us)
{
    uint64_t mark = mark_of(t, x);
    pthread_mutex_lock(&t->lock);
    const struct entry *had = find(all, mark);
    int64_t us = had && had->n >= free ? had->until_us - now_us : 0;
    pthread_mutex_unlock(&t->lock);
    return us > 0 ? (us + US_SECOND - 1) / US_SECOND : 0;
}

int64_t tries_address_wait(struct tries *t, str address, int64_t now_us)
{
    return wait_s(t, &t->addresses, address, TRIES_ADDRESS_MAX, now_us);
}

int64_t tries_name_wait(struct tries *t, str name, int64_t now_us)
{
    return wait_s(t, &t->names, name, LOGIN_TRIES_FREE, now_us);
}

void tries_address_wrong(struct tries *t, str address, int64_t now_us)
{
    uint64_t mark = mark_of(t, address);
    pthread_mutex_lock(&t->lock);
    struct entry *x = find_or_make(&t->addresses, mark);
    if (x->until_us <= now_us)
        *x = (struct entry){.mark = mark, .until_us = now_us + TRIES_ADDRESS_WITHIN_S * US_SECOND};
    x->n++;
    x->touched_us = now_us;
    pthread_mutex_unlock(&t->lock);
}

void tries_name_wrong(struct tries *t, str name, int64_t now_us)
{
    uint64_t mark = mark_of(t, name);
    pthread_mutex_lock(&t->lock);
    struct entry *x = find_or_make(&t->names, mark);
    x->n++;
    x->until_us = now_us + password_lock_s(x->n) * US_SECOND;
    x->touched_us = now_us;
    pthread_mutex_unlock(&t->lock);
}
