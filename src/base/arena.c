#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifndef ARENA_ASAN
#define ARENA_ASAN 0
#endif

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
// Forbidden bytes between two allocations, so that the sanitizer sees one running into the other.
enum { GAP = 16 };
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

enum { ALIGN = 16, BLOCK_FIRST = 64 * KIB, BLOCK_MAX = 1 * MIB };

struct block {
    struct block *next;
    size_t cap, used; // bytes of data, and those handed out
    size_t pad;       // keeps data aligned to 16
    unsigned char data[];
};

struct arena {
    struct block *first;   // kept by arena_reset
    struct block *current; // small allocations come from here
    size_t used;
    size_t block_next; // size of the next shared block
};

static struct block *block_new(size_t cap, bool zeroed)
{
    size_t n = 0;
    if (__builtin_add_overflow(cap, sizeof(struct block), &n))
        check_failed("size of a block", __FILE__, __LINE__);
    struct block *b = zeroed ? calloc(1, n) : malloc(n);
    CHECK_MEMORY(b != NULL);
    b->next = NULL;
    b->cap = cap;
    b->used = 0;
    POISON(b->data, cap);
    return b;
}

static void block_free(struct block *b)
{
    UNPOISON(b->data, b->cap);
    free(b);
}

struct arena *arena_new(void)
{
    struct arena *a = calloc(1, sizeof(*a));
    CHECK_MEMORY(a != NULL);
    a->first = a->current = block_new(BLOCK_FIRST, false);
    a->block_next = 2 * (size_t)BLOCK_FIRST;
    return a;
}

static void free_others(struct arena *a)
{
    struct block *b = a->first->next;
    while (b != NULL) {
        struct block *next = b->next;
        block_free(b);
        b = next;
    }
    a->first->next = NULL;
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    free_others(a);
    block_free(a->first);
    free(a);
}

void arena_reset(struct arena *a)
{
    free_others(a);
    a->first->used = 0;
    POISON(a->first->data, a->first->cap);
    a->current = a->first;
    a->used = 0;
    a->block_next = 2 * (size_t)BLOCK_FIRST;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

// Links a new block behind the first one; the order of the others does not matter.
static void link_block(struct arena *a, struct block *b)
{
    b->next = a->first->next;
    a->first->next = b;
}

void *arena_alloc(struct arena *a, size_t n)
{
    CHECK(n <= PTRDIFF_MAX / 2);
    size_t step = ((n == 0 ? 1 : n) + GAP + ALIGN - 1) / ALIGN * ALIGN;
    struct block *b = a->current;
    a->used += step;
    if (step > b->cap - b->used) {
        if (step > a->block_next / 4) {
            // A large piece gets a block of its own, and the rest of the current one stays in use.
            // The system hands out large pieces zeroed, so untouched pages cost nothing.
            b = block_new(step, true);
            link_block(a, b);
            b->used = step;
            UNPOISON(b->data, n);
            return b->data;
        }
        b = block_new(a->block_next, false);
        link_block(a, b);
        a->current = b;
        if (a->block_next < BLOCK_MAX)
            a->block_next *= 2;
    }
    void *p = b->data + b->used;
    b->used += step;
    UNPOISON(p, n);
    return memset(p, 0, n);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes = 0;
    CHECK(!__builtin_mul_overflow(n, size, &bytes));
    return arena_alloc(a, bytes);
}

void *arena_extend(struct arena *a, void *p, size_t n, size_t more)
{
    CHECK(more >= n && more <= PTRDIFF_MAX / 2);
    size_t old_step = ((n == 0 ? 1 : n) + GAP + ALIGN - 1) / ALIGN * ALIGN;
    size_t new_step = ((more == 0 ? 1 : more) + GAP + ALIGN - 1) / ALIGN * ALIGN;
    struct block *b = a->current;
    if (b->used < old_step || (unsigned char *)p != b->data + (b->used - old_step))
        return NULL;
    if (new_step - old_step > b->cap - b->used)
        return NULL;
    b->used += new_step - old_step;
    a->used += new_step - old_step;
    UNPOISON(p, more);
    // It is longer now: the compiler must forget what it knows of its size.
    __asm__("" : "+r"(p));
    return p;
}

void *arena_grow(struct arena *a, void *arr, size_t n, size_t size)
{
    if ((n & (n - 1)) != 0)
        return arr;
    size_t cap = n == 0 ? 1 : n * 2;
    size_t bytes = 0;
    CHECK(n <= SIZE_MAX / 2 && !__builtin_mul_overflow(cap, size, &bytes));
    if (n == 0)
        return arena_alloc(a, bytes);
    CHECK(arr != NULL);
    char *longer = arena_extend(a, arr, n * size, bytes);
    if (longer != NULL) {
        memset(longer + n * size, 0, bytes - n * size);
        return longer;
    }
    void *moved = arena_alloc(a, bytes);
    memcpy(moved, arr, n * size);
    return moved;
}
