// `bihuan backup` into a store of backups, and checking one.
#ifndef BH_CMD_BACKUP_STORE_H
#define BH_CMD_BACKUP_STORE_H

#include "cmd/cmd.h"
#include "domain/manifest.h"

// keep: which older ones stay; empty: all.
int backup_store_add(struct args *a, str dir, str store, str keep, bool with_key);
// Says that the key is to be kept apart, when the backup does not hold it.
void backup_say_key(struct args *a, const struct manifest *m);
int backup_store_verify(struct args *a, str store);

#endif
