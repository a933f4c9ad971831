// One writer: all writes of the process pass one thread, which takes everything queued, runs each
// command in a savepoint, commits once, and only then says done. The busier it is, the larger the
// groups. No timer.
#ifndef BH_STORE_WRITER_H
#define BH_STORE_WRITER_H

#include "base/meter.h"
#include "store/db.h"

enum {
    WRITER_QUEUE_MAX = 4096, // more waiting commands are refused with ERR_BUSY
    WRITER_GROUP_MAX = 256,  // commands in one commit
    WRITER_TRIES_MAX = 6,    // of a group that was rolled back through no fault of its own
    WRITER_PAUSE_MS = 10,    // before the second try, and twice as long before each further one
};

// A command. The caller owns it and keeps it alive until done was called; embed it as the first
// member.
struct write {
    // On the writer's thread, inside a savepoint. Not OK rolls this command back, and only this
    // one. Called again when the server has rolled the group back, because another transaction was
    // in its way or because it refused what some command of it had sent: so it begins by forgetting
    // what it found before.
    enum err_code (*apply)(struct write *w, struct db *db);
    // On the writer's thread, after the group's commit (code OK), or with the command's own or the
    // group's failure. Must be quick: usually it wakes a parked connection. group_error is NULL
    // when apply failed by itself, and lives only during the call. NULL is fine for writer_run.
    void (*done)(struct write *w, enum err_code code, const struct err *group_error);
    struct write *next; // the queue's
};

struct writer_hooks {
    void *arg;
    void (*begin)(void *arg, struct db *db);             // after BEGIN
    void (*settle)(void *arg, struct write *w, bool ok); // after each command's release or rollback
    // before COMMIT: derived rows (tallies, chain head). Failure fails the whole group.
    enum err_code (*flush)(void *arg, struct db *db, struct err *e);
    void (*finish)(
        void *arg, struct db *db, bool committed); // after COMMIT or ROLLBACK, before any done
    bool (*move)(void *arg); // around moving the log into the database (log_mover.h)
};

struct writer;

// Takes the write connection (and closes it at the end). hooks may be NULL.
struct writer *writer_start(
    struct db *db, const struct writer_hooks *hooks, struct err *e) MUST_USE;
// OK, or ERR_BUSY when the queue is full or the writer is stopping: then done is not called.
enum err_code writer_submit(struct writer *w, struct write *cmd) MUST_USE;
// The same, waiting for the end. Not from the writer's thread. e gets the group's error, if that
// was it.
enum err_code writer_run(struct writer *w, struct write *cmd, struct err *e) MUST_USE;
void writer_stop(struct writer *w); // finishes what is queued, then closes the connection
size_t writer_waiting(const struct writer *w);
struct writer_stats {
    int64_t groups, commands, failed, slow; // slow: apply took over 5 ms
    int64_t largest_group;
    int64_t groups_failed;     // whose transaction was lost
    int64_t log_pages;         // in the log after the last group
    int64_t log_pages_waiting; // of them not yet moved into the database
    struct meter_sum took;     // a group, from BEGIN until it is on disk
};
struct writer_stats writer_stats(const struct writer *w);

#endif
