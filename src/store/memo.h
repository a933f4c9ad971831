// Numbers a read-only connection has already asked for. They stay true until anyone commits.
// Nobody outside store/ includes it.
#ifndef BH_STORE_MEMO_H
#define BH_STORE_MEMO_H

#include "store/db.h"

struct memo;
struct memo *memo_new(void);
void memo_free(struct memo *m); // NULL is fine
// version: db_data_version of the state that is read now; another one than before empties it.
// False when the question is new. key: the statement and its values.
bool memo_get(struct memo *m, int64_t version, str key, int64_t *out);
void memo_put(struct memo *m, str key, int64_t value); // copies the key

#endif
