// Rows of registers a demonstration town begins with: the sheets its town.yaml names, brought in by
// the same import a clerk uses.
#ifndef BH_CMD_DEMO_ROWS_H
#define BH_CMD_DEMO_ROWS_H

#include "cmd/town_door.h"

// As of at_us, in the order of town.yaml. A row with a mistake is an error with its file, row and
// column. *rows: how many there were. dir: the town's folder.
enum err_code demo_rows_bring(struct args *a, struct town_door *d, str dir,
    const struct town_source *src, int64_t at_us, int64_t *rows) MUST_USE;

#endif
