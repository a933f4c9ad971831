// Online copy of a database to a file, and its check. The source may be in use.
#ifndef BH_STORE_BACKUP_H
#define BH_STORE_BACKUP_H

#include "store/db.h"

// Copies into a temporary file beside to, checks it, syncs, renames. progress may be NULL; done and
// total in pages.
enum err_code backup_copy(struct db *from, str to,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg, struct err *e) MUST_USE;
// Structure check of the whole database; every finding becomes a note.
enum err_code backup_check(struct db *db, struct err *e) MUST_USE;

#endif
