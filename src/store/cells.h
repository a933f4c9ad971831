// The cells of the counters (table tally), which a group of commands moves all at once.
#ifndef BH_STORE_CELLS_H
#define BH_STORE_CELLS_H

#include "store/db.h"

struct cell {
    str loop, dim;
    int64_t period, unit, cls;
    str channel, key;
    int64_t n;
};

// Adds n to each cell, and puts in those that are not there. Each cell stands there once. Memory
// that the database needs until the next db_settle, or the end of the transaction, comes from a.
void cells_add(struct db *db, struct arena *a, int64_t town, const struct cell *cells, size_t n);

#endif
