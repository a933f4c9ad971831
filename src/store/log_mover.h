// Moves the write-ahead log into the database beside the writer, so that the copying and the fsync
// of a checkpoint do not stand in the way of commits. A log that goes on growing is never moved to
// its end that way; the writer moves the short rest between two groups, and the log begins anew.
// For those who write group after group: the writer's thread, and the command line's transactions.
#ifndef BH_STORE_LOG_MOVER_H
#define BH_STORE_LOG_MOVER_H

#include "store/db.h"

enum {
    LOG_MOVE_PAGES = 8000, // it is moved when it has grown by so many pages
    // Readers that overlap without a gap keep the log from ever beginning anew. Past so many pages
    // the writer waits a little for them.
    LOG_PAGES_MAX = 4 * LOG_MOVE_PAGES,
};

struct log_mover;
// db: the writer's connection. Without a second connection or thread the writer does it all.
struct log_mover *log_mover_start(struct db *db);
// Called on the writer's thread before and after it moves the log: whoever reads the log behind the
// writer stands in the way of its beginning anew. False: somebody is known to read for long, and it
// is of no use to wait for him.
void log_mover_before(struct log_mover *m, bool (*f)(void *arg), void *arg);
void log_mover_look(struct log_mover *m); // by the writer after each group, outside a transaction
int64_t log_mover_waiting(const struct log_mover *m); // pages; by the writer
void log_mover_stop(struct log_mover *m);

#endif
