// Wrong log-ins of late, in memory: how many came from an address, and how often a name nobody
// bears was tried, so that such a name is locked like any other. What is kept is bounded: where it
// is full, the entry untouched for longest gives way. From any thread.
#ifndef BH_API_TRIES_H
#define BH_API_TRIES_H

#include "base/str.h"

enum {
    TRIES_ADDRESS_MAX = 20,       // wrong log-ins from an address
    TRIES_ADDRESS_WITHIN_S = 600, // in this time from the first of them; then it waits for its end
    TRIES_KEPT_MAX = 4096,        // addresses, and as many names
};

struct tries;
struct tries *tries_new(struct arena *a);
void tries_free(struct tries *t); // its lock; the memory is the arena's

// Seconds until the next try, 0: now.
int64_t tries_address_wait(struct tries *t, str address, int64_t now_us);
int64_t tries_name_wait(struct tries *t, str name, int64_t now_us);
// A wrong one.
void tries_address_wrong(struct tries *t, str address, int64_t now_us);
void tries_name_wrong(struct tries *t, str name, int64_t now_us);

#endif
