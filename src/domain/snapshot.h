// A store of backups: a folder with one snapshot a night, what they share kept once.
//
//   store.json                     whose it is
//   pieces/ab/<sha256>             runs of the database's pages, compressed (store/pool.h)
//   blobs/ab/cd/<sha256>           attachments, as in the town's folder
//   snapshots/20261120T183000Z/    manifest.json, pieces and blobs (one name a line), perhaps key
//   log/20261120T183000Z/*.log     what was committed since (store/log_tail.h)
//
// Whoever changes it holds its lock. A snapshot has its name when all of it is on the disk; what no
// snapshot names is taken away only under the lock. decisions/014
#ifndef BH_DOMAIN_SNAPSHOT_H
#define BH_DOMAIN_SNAPSHOT_H

#include "domain/keep.h"
#include "domain/manifest.h"
#include "store/log_tail.h"

struct snapshot {
    str name;
    struct manifest m;
};
struct snapshots {
    struct snapshot *v; // oldest first
    size_t n;
};

bool snapshot_store(struct arena *a, str folder); // is it a store of backups?
// Makes the store if it is not there, or says whose else it is; takes the lock: ERR_BUSY while
// another one works on it. *lock is given back by files_unlock.
enum err_code snapshot_begin(
    struct arena *a, str store, int64_t town, int *lock, struct err *e) MUST_USE;

struct snapshot_job {
    str dir, store; // the town's folder
    str program;
    bool with_key;
    int64_t (*now)(void);
    void (*progress)(void *arg, int64_t done, int64_t total); // also says when to stop: see stop
    bool (*stop)(void *arg);
    void *arg;
    // Called when the state of the snapshot stands fast; answers the moment from which on the log
    // holds all that is later, and 0 when there is no log. NULL: there is none.
    int64_t (*settled)(void *arg);
    str log; // the log's folder within log/
    struct log_place place;
};
// The lock is held. db reads, outside a transaction.
enum err_code snapshot_make(struct arena *a, struct db *db, const struct snapshot_job *job,
    struct snapshot *out, struct err *e) MUST_USE;
// Brings an attachment into the store, if it is not there.
enum err_code snapshot_blob(
    struct arena *a, str from_blobs, str store, str hash, int64_t bytes, struct err *e) MUST_USE;

// ---- looking (snapshot_look.c)

// All of them, each with its manifest. One that cannot be read is an error.
enum err_code snapshot_list(
    struct arena *a, str store, struct snapshots *out, struct err *e) MUST_USE;
// The names in a list of a snapshot ("pieces", "blobs", "year-2021").
enum err_code snapshot_names(struct arena *a, str store, const struct snapshot *s,
    const char *which, struct strs *out, struct err *e) MUST_USE;
str snapshot_folder(struct arena *a, str store, str name);
// The one to begin with for a moment (INT64_MAX: the latest); ERR_MISSING when all are later.
enum err_code snapshot_find(
    struct arena *a, str store, int64_t at_us, const struct snapshot **out, struct err *e) MUST_USE;
// Makes the database's file from its pieces, and brings it forward to that moment with the log when
// at_us is not INT64_MAX. *reached_us: what moment it is.
enum err_code snapshot_fill(struct arena *a, str store, const struct snapshot *s, int64_t at_us,
    str database, int64_t *reached_us, struct err *e) MUST_USE;
// Makes a year's file from its list.
enum err_code snapshot_fill_year(struct arena *a, str store, const struct snapshot *s,
    const struct manifest_file *list, str path, struct err *e) MUST_USE;
// Reads everything any snapshot names, and the log. Every finding is a note.
struct snapshot_sums {
    int64_t snapshots, pieces, piece_bytes, blobs, blob_bytes, records;
};
enum err_code snapshot_verify(struct arena *a, str store,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg, struct snapshot_sums *out,
    struct err *e) MUST_USE;

// ---- making room (snapshot_thin.c)

struct snapshot_thinned {
    int64_t snapshots, pieces, blobs, logs;
};
// Takes away the snapshots no rule keeps, the log of before the kept days, and whatever no snapshot
// names. The lock is held.
enum err_code snapshot_thin(struct arena *a, str store, const struct keep *k, int zone_s,
    struct snapshot_thinned *out, struct err *e) MUST_USE;

#endif
