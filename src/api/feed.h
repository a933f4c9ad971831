// What happened, told to the open pages: ids and versions, no content. A page that wants more asks,
// and is checked.
#ifndef BH_API_FEED_H
#define BH_API_FEED_H

#include "api/app.h"
#include "domain/journal.h"

void feed_group(struct app *app, const struct journal *j); // after a commit, on the writer
// What other processes wrote before the group, as far as it is not too much to tell.
void feed_others(struct app *app, struct db *db, const struct journal *j);
void feed_rules(struct app *app);
// Somebody's own other pages learn what he keeps an eye on.
void feed_watch(struct app *app, int64_t person, int64_t item, bool on);
void feed_job(struct app *app, int64_t job, str state, int64_t done, int64_t total);

// What a stream says of an item's event: numbers only.
str feed_line(struct arena *a, const struct event *ev, str loop);

#endif
