// Backups by the server itself: once a day at a stated time of the town's clock, and again and
// again after a failure; and between them the log of what was committed (store/log_tail.h). Two
// threads: one makes snapshots, one keeps the log.
#ifndef BH_API_NIGHTLY_H
#define BH_API_NIGHTLY_H

#include "api/app.h"

enum {
    NIGHTLY_RETRY_S = 10, // after a failure; each further one waits twice as long
    NIGHTLY_RETRY_MAX_S = 600,
    NIGHTLY_LATE_S = 26 * 3600, // the last good one is late when it is older
};

struct nightly;
struct nightly_state {
    int64_t made_us; // the last good one; 0: none
    int64_t tried_us;
    bool failed, log; // the last try failed; the log is being kept
    char why[300];    // the last failure
};

struct nightly *nightly_start(struct app *app, struct err *e) MUST_USE;
void nightly_stop(struct nightly *n); // no thread is left, but others may still call
void nightly_free(struct nightly *n);
// By the writer's thread, before and after it moves the log. False while a backup is being read.
bool nightly_log_moves(struct nightly *n);
struct nightly_state nightly_state(struct nightly *n);

// "good", "late", "failed" or "none": in one word.
const char *nightly_word(const struct nightly_state *s, int64_t now_us);
// What the server notes of its backups in the town's folder, for others to look at; false: nothing.
bool nightly_noted(struct arena *a, str dir, str *store, struct nightly_state *out);

#endif
