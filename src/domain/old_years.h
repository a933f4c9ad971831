// Old years in files of their own (store/years.h): moving closed items there and back, and the one
// place that says which reads need them.
#ifndef BH_DOMAIN_OLD_YEARS_H
#define BH_DOMAIN_OLD_YEARS_H

#include "domain/filter.h"
#include "domain/item_list.h"
#include "store/years.h"

enum {
    OLD_YEARS_FILL_ITEMS = 500, // copied at once
    OLD_YEARS_TAKE_ITEMS = 200, // taken out, or put back, in one transaction of the town
};

// ---- reading

// From now on c reads old years, too, if there are any. False: there are none, c already does, it
// writes, or they cannot be read, which is then the connection's status. Not for a context that
// outlives the read transaction.
bool old_years_widen(struct ctx *c);
// Begins a read transaction of c's connection, which db_read_end ends, over the town and its old
// years: what reads it all. What could not be had is the status of c's connection.
struct ctx old_years_read_begin(const struct ctx *c);
// The same for one look from a context that may write: another connection, which reads what was
// committed. NULL: none. old_years_look_end gives it back.
struct db *old_years_look(struct ctx *c);
void old_years_look_end(struct ctx *c);
// Brings an item that the town's file lacks back into it, in c's transaction. False: no year has
// it.
bool old_years_bring_back(struct ctx *c, int64_t id);

// Could this filter find an item that is closed and was filed and changed before the border of the
// old years? Answers false when there are none.
bool old_years_may_have(struct ctx *c, const struct filter *f);
// The page that was read from the town alone is the page: what old years have comes behind it.
bool old_years_come_after(struct ctx *c, const struct list_in *in, const struct list_out *page);

// ---- moving

struct old_years_door {
    void *arg;
    // Runs fn(ctx that writes, fn_arg) in one transaction of its own; not OK: rolled back.
    enum err_code (*run)(void *arg, enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e),
        void *fn_arg, struct err *e);
    bool (*go_on)(void *arg, int64_t done, int64_t total); // false stops between two groups
};
struct old_years_job {
    struct ctx *c; // reads the town alone
    const struct old_years_door *door;
    int64_t until_us; // filed and changed before
    int64_t years;    // that got rows
    int64_t items;    // that left the town's file, or came back
    bool stopped;     // by go_on; the next run goes on there
};

// Midnight of January 1 of the year before this one.
int64_t old_years_border(int64_t now_us, int zone_s);
// Every closed item that was filed and changed last before the border goes to its year's file.
enum err_code old_years_detach(struct old_years_job *job, struct err *e) MUST_USE;
// All of a year comes back, and its file goes.
enum err_code old_years_attach(struct old_years_job *job, int64_t year, struct err *e) MUST_USE;
// What is said where there can be no year files: on a server.
enum err_code old_years_none(struct err *e);
// One process at a time; *lock is given back by files_unlock.
enum err_code old_years_lock(struct ctx *c, int *lock, struct err *e) MUST_USE;

#endif
