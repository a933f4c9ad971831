// The pages of a SQLite database as one commit left them, read beside everybody who works with it:
// from the write-ahead log what stands there, from the file the rest. And what was committed to the
// log since.
//
// What makes it right. A read transaction holds one of SQLite's locks. Either (a) it reads the log
// too: then nobody begins the log anew, and nothing that was committed after it reaches the file.
// Or (b) all of the log was in the file when it began: then nothing at all reaches the file, so the
// log may begin anew once and never a second time. So whatever was committed after a read
// transaction began stands in the log as long as it lasts; and a page with no frame past those
// that had reached the file when it began does not change in the file. decisions/014
#ifndef BH_STORE_PAGES_H
#define BH_STORE_PAGES_H

#include "store/db.h"

enum { PAGE_BYTES = 4096 };

// How far the log had come: as the log's index says, after whose last word no frame counts.
struct log_mark {
    uint32_t frames;  // committed ones
    uint32_t in_file; // of these, moved into the database
    uint32_t pages;   // of the database; 0: as many as are in the file
    uint8_t salt[8];  // changes when the log begins anew
};

// One state of the database, in a read transaction of the connection, which ends with it.
struct pages {
    struct db *db;
    struct arena *arena;
    int log;            // descriptor; -1: nothing of it is needed
    uint32_t n;         // pages
    uint32_t *frame_of; // page from 1: its newest frame in the log, 0: see the file
    struct log_mark mark;
};

enum err_code pages_mark(struct db *db, struct log_mark *out, struct err *e) MUST_USE;
enum err_code pages_open(struct arena *a, struct db *db, struct pages *out, struct err *e) MUST_USE;
// So many pages from the first (counted from 1) on; out has room for them.
enum err_code pages_read(
    struct pages *p, uint32_t first, uint32_t count, char *out, struct err *e) MUST_USE;
void pages_close(struct pages *p);

const char *pages_file(struct db *db); // its path; NULL when it is in memory
// The log's file, opened for reading. SQLite takes no lock on it, so closing it is harmless, which
// is not true of the database and of its index.
int pages_open_log(struct arena *a, struct db *db);
// Frames from..to, counted from 1, each checked to belong to this mark's log. f is called once for
// each, in order. False when the log began anew meanwhile: read the mark again.
bool pages_frames(int log, const struct log_mark *mark, uint32_t from, uint32_t to,
    void (*f)(void *arg, uint32_t frame, uint32_t page, uint32_t commit, const char *bytes),
    void *arg);

#endif
