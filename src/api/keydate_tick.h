// Bringing items under key dates that have begun, and from those that are over: a part of the
// ticker's work, in groups.
#ifndef BH_API_KEYDATE_TICK_H
#define BH_API_KEYDATE_TICK_H

#include "api/app.h"
#include "domain/keydate.h"

// Where the ticker stands, from one second to the next: all zero at first.
struct keydate_beat {
    struct keydate_walk at;
    int64_t told_gen; // of the rules whose broken ones were told
};
// Looks with its own read connection, and writes through the writer, some groups a second.
void keydate_tick(struct app *app, struct db *db, struct arena *a, struct keydate_beat *b);

#endif
