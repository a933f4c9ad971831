// What was found out once and stays true while a number stands: a bounded map that forgets all when
// the number is another one.
#ifndef BH_BASE_MEMO_H
#define BH_BASE_MEMO_H

#include "base/str.h"

struct memo;
struct memo *memo_new(size_t max); // entries; one more empties it
void memo_free(struct memo *m);    // NULL is fine
// NULL when it is not known under this number.
const void *memo_get(struct memo *m, uint64_t number, str key);
// Under the number memo_get was last asked for. The key is copied; val lives in memo_arena.
void memo_put(struct memo *m, str key, void *val);
struct arena *memo_arena(struct memo *m);

#endif
