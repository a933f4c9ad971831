// Keeps what is committed to a SQLite database: reads the write-ahead log behind the writers, in
// this process and in others, and appends it to files of its own, so that a backup can be brought
// to any moment after it. Two read transactions take turns: the next one has begun before the one
// before it ends, so nothing is lost between them (store/pages.h says why). decisions/014
//
// The files: FOLDER/<microseconds>.log, each a row of records; a record holds the pages that
// changed since the one before, and when it was read. What was committed may be up to a second
// older than that, never younger.
#ifndef BH_STORE_LOG_TAIL_H
#define BH_STORE_LOG_TAIL_H

#include "store/db.h"

enum {
    LOG_TAIL_FRAMES_MAX = 16384,  // read and not yet written down: 64 MiB
    LOG_TAIL_BEHIND_MAX = 262144, // further behind than that, it gives up: the log fills the disk
    LOG_FILE_BYTES = 16 * MIB,
    LOG_RECORD_PAGES = 1024,
    LOG_NAME_DIGITS = 16,
};

// What stands before a record's pages, in the machine's own byte order.
struct log_head {
    char magic[8];
    int64_t at_us;
    uint32_t commit; // pages of the database after it; 0: it goes on in the next record
    uint32_t pages, packed, unused;
    uint8_t sum[32]; // of all of it, with zeros here
};
#define LOG_MAGIC "BHLOG01"

struct log_place {
    str file; // name without folder; empty: at the next file's beginning
    int64_t at;
};

struct log_tail;
// Another connection to the same database is opened for each of its purposes. NULL and a note when
// that cannot be.
struct log_tail *log_tail_new(struct db *db, struct err *e) MUST_USE;
void log_tail_free(struct log_tail *t);

// From now on nothing is lost, until it ends or fails. FOLDER is there and empty.
enum err_code log_tail_begin(struct log_tail *t, str folder, struct err *e) MUST_USE;
void log_tail_end(struct log_tail *t);
bool log_tail_on(struct log_tail *t);
// Reads what is new and lets the log move. From any thread; quick: nothing is written.
void log_tail_look(struct log_tail *t);
// The one who writes down: first take what was read, then bring what the pages speak of to a safe
// place, then write. A failure ends it.
enum err_code log_tail_take(struct log_tail *t, struct err *e) MUST_USE;
enum err_code log_tail_write(struct log_tail *t, int64_t now_us, struct err *e) MUST_USE;
// Where the next record will stand, and the time of the last one; by the one who writes.
struct log_place log_tail_place(struct log_tail *t, struct arena *a, int64_t *last_us);

#endif
