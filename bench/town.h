// A town opened in this process, for the measurements: what a server does between the request and
// the answer, without either.
#ifndef BH_BENCH_TOWN_H
#define BH_BENCH_TOWN_H

#include "domain/item_step.h"
#include "domain/journal.h"
#include "domain/town.h"

struct town {
    struct arena *a, *group_arena; // the program's, one group's
    struct db *db;
    struct rules *rules;
    struct journal *journal;
    struct keys keys;
    struct ctx c; // the system itself acts
    struct err e;
};

// Opens DIR's town, or makes the demonstration town there, with one person more: bench, who may
// take every step. Ends the program with a message when it cannot.
struct town *town_at(const char *dir);
void town_close(struct town *t);
// A transaction around some commands; every command is settled by itself.
void town_begin(struct town *t);
void town_settle(struct town *t, enum err_code code);
void town_commit(struct town *t);
// Ends the program with what e says.
void town_die(const struct err *e, const char *what);

// An order like thousands of others: n decides its words, class, kind and caller.
struct item_in town_order(const struct rules *r, struct arena *a, uint64_t n);
// The unit it goes to.
const struct unit *town_unit_for(const struct rules *r, uint64_t n);

#endif
