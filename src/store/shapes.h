// What the query planner of SQLite is told about the size of tables, instead of letting it measure
// one database: plans are then the same on an empty town and on ten million items, and the plan
// tests speak for both. Without any figures it takes the first column of a key, the town, for a
// good choice, and reads the whole town.
#ifndef BH_STORE_SHAPES_H
#define BH_STORE_SHAPES_H

#include "store/db.h"

// Writes the figures of every index where they are missing or differ, and makes this connection use
// them; others do from their opening on. Writes nothing when they are there. A failure
// is logged and left on the connection.
void shapes_write(struct db *db);
// Every index has a row of its own below; the name of one that has none, or an empty slice.
str shapes_missing(struct db *db, struct arena *a);

#endif
