// `bihuan backup` into a store of backups, and checking one.
#ifndef BH_CMD_BACKUP_STORE_H
#define BH_CMD_BACKUP_STORE_H

#include "cmd/cmd.h"

// keep: which older ones stay; empty: all.
int backup_store_add(struct args *a, str dir, str store, str keep, bool with_key);
int backup_store_verify(struct args *a, str store);

#endif
