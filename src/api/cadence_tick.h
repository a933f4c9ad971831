// Filing what cadence rules ask for: a part of the ticker's work, some rows a second.
#ifndef BH_API_CADENCE_TICK_H
#define BH_API_CADENCE_TICK_H

#include "api/app.h"
#include "domain/cadence.h"

// Where the ticker stands, from one second to the next: all zero at first.
struct cadence_beat {
    bool walking;
    int64_t begun_us;  // the last walk, monotonic; 0: none yet
    int64_t day, gen;  // of the last walk: a new day, or new rules, begin another one
    size_t loop, rule; // the rule it is at
    struct cadence_walk at;
};
// Looks with its own read connection, and files through the writer, a command for each item.
void cadence_tick(struct app *app, struct db *db, struct arena *a, struct cadence_beat *b);

#endif
