// Issuing the slips the town's rules of supervision ask for: a part of the ticker's work.
#ifndef BH_API_SUPERVISE_TICK_H
#define BH_API_SUPERVISE_TICK_H

#include "api/app.h"

// Where the ticker stands, from one second to the next: all zero at first.
struct supervise_beat {
    int64_t looked_us; // the last look, monotonic; 0: none yet
    int64_t day, gen;  // of the last look: a new day, or new rules, bring another one
    size_t rule;       // the rule it is at; behind the last: nothing is to be looked at
    char after[64];    // and the cursor there
};
// Looks with its own read connection, and issues through the writer, a command for each item. rang:
// clocks have just run out, so there may be something new.
void supervise_tick(
    struct app *app, struct db *db, struct arena *a, bool rang, struct supervise_beat *b);

#endif
