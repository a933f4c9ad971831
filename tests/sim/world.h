// The product's side: a town in a folder of its own, written through the writer as a server does,
// but with the time each action brings along.
#ifndef BH_TESTS_SIM_WORLD_H
#define BH_TESTS_SIM_WORLD_H

#include "act.h"
#include "domain/town.h"

enum { WORLD_GROUP_MAX = 8 };
enum group_fault {
    GROUP_WHOLE,
    GROUP_FLUSH_FAILS,  // the counters cannot be written
    GROUP_COMMIT_FAILS, // nor the commit
};

struct world;

// address: of an empty PostgreSQL database; empty: a file. NULL and notes when it cannot be made.
struct world *world_make(str folder, str address, int64_t now_us, struct err *e) MUST_USE;
void world_end(struct world *w); // and takes its folder away
// Everything is closed, as at the end of the process, and opened again.
bool world_restart(struct world *w, struct err *e) MUST_USE;

// The actions as commands of one group, in this order.
void world_run(struct world *w, const struct act *acts, size_t n, enum group_fault fault,
    struct answer *answers);
// One more command, by itself and without faults.
enum err_code world_command(struct world *w, const struct act *by,
    enum err_code (*fn)(struct ctx *c, void *arg, struct err *e), void *arg,
    struct err *e) MUST_USE;
// ACT_IMPORT and ACT_UNDO are jobs of several commands: world_import.c.
void world_import(struct world *w, const struct act *x, struct answer *answer);
void world_note(struct answer *answer, const struct err *e); // keeps the first note
str world_folder(const struct world *w);
// What reads at that instant, for this person; lives in a.
struct ctx world_reader(struct world *w, struct arena *a, const char *who, int64_t now_us);
// A transaction on a write connection while nothing else writes: for proofs at the end.
enum err_code world_alone(struct world *w, enum err_code (*fn)(struct ctx *c, struct err *e),
    int64_t now_us, struct err *e) MUST_USE;
const struct rules *world_rules(const struct world *w);

// The text of a calendar of these exceptions (a day each from first on: 0 by the week, 1 off, 2
// work).
str world_calendar_text(struct arena *a, int64_t first, const int8_t *days, size_t n);
// The calendar the next ACT_CAL publishes is made of these days with its own put in.
void world_days(struct world *w, int64_t first, const int8_t *days, size_t n);

#endif
