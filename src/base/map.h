// A hash map from str to pointer, in an arena. Grows, never shrinks; keys are not copied.
#ifndef BH_BASE_MAP_H
#define BH_BASE_MAP_H

#include "base/str.h"

struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t n, cap;
};
struct map_slot {
    str key;
    void *val; // NULL: free
};
void map_init(struct map *m, struct arena *a);
void *map_get(const struct map *m, str key);     // NULL when absent
void map_put(struct map *m, str key, void *val); // val may not be NULL; replaces

// The same from int64_t.
struct imap {
    struct arena *arena;
    struct imap_slot *slots;
    size_t n, cap;
};
struct imap_slot {
    int64_t key;
    void *val;
};
void imap_init(struct imap *m, struct arena *a);
void *imap_get(const struct imap *m, int64_t key);
void imap_put(struct imap *m, int64_t key, void *val);

#endif
