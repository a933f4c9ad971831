// Memory by lifetime: everything of one request, one command or one snapshot is allocated here and
// freed at once.
//
// Memory comes zeroed. Nothing is freed singly. An arena belongs to one thread at a time.
// Out of memory aborts the process: request limits keep it from being reached.
#ifndef BH_BASE_ARENA_H
#define BH_BASE_ARENA_H

#include "base/base.h"

struct arena; // opaque: a list of blocks

struct arena *arena_new(void);
void arena_free(struct arena *a);  // NULL is fine
void arena_reset(struct arena *a); // frees all but the first block, kept for the next request
size_t arena_used(const struct arena *a); // bytes handed out since the last reset

// Zeroed, aligned to 16. n may be 0 (a unique pointer comes back).
void *arena_alloc(struct arena *a, size_t n)
    __attribute__((returns_nonnull, malloc, alloc_size(2)));
// An array of n elements; aborts when n * size overflows.
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull));
// Makes the latest allocation p of n bytes more bytes long where it stands and returns it, or NULL
// when that cannot be. The new bytes are not zeroed. Go on with the returned pointer: of the old
// one the compiler believes that it still has n bytes.
void *arena_extend(struct arena *a, void *p, size_t n, size_t more) MUST_USE;
// Grows an array for one more element: returns arr, moved when n is a power of two (or 0).
// Use through VEC_PUSH.
void *arena_grow(struct arena *a, void *arr, size_t n, size_t size);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define NEW_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))
// Appends to an arena-backed vector kept as pointer plus count: VEC_PUSH(a, v->rows, v->n) = row;
#define VEC_PUSH(a, arr, n) (*((arr) = arena_grow((a), (arr), (n), sizeof(*(arr))), &(arr)[(n)++]))

#endif
