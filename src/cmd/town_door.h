// The town as a command of the command line sees it: its connections, its rules, its key. Writing
// goes through a connection of its own, one transaction at a time, and does so also while a server
// runs: SQLite lets one wait for the other, and each reads the chain's head anew when the other one
// wrote.
#ifndef BH_CMD_TOWN_DOOR_H
#define BH_CMD_TOWN_DOOR_H

#include "cmd/cmd.h"
#include "domain/journal.h"
#include "domain/town.h"

enum town_door_mode {
    TOWN_DOOR_LOOK,  // reads, and needs no key
    TOWN_DOOR_READ,  // reads, with the key
    TOWN_DOOR_WRITE, // brings the database up to date, too
    TOWN_DOOR_ALONE, // the same, with one connection for all: nobody else knows the folder
};
struct town_door;

// Opens the town of --dir. NULL and notes in a->err when it cannot: that is EXIT_OPEN.
struct town_door *town_door_open(struct args *a, enum town_door_mode mode) MUST_USE;
// The same for another folder.
struct town_door *town_door_open_at(struct args *a, str dir, enum town_door_mode mode) MUST_USE;
void town_door_close(struct town_door *d); // NULL is fine

// From now on acts for the person of this log-in name; without it, or with an empty one, the system
// itself acts.
enum err_code town_door_as(struct town_door *d, str login, struct err *e) MUST_USE;

// What reads: the read connection, the whole command's arena, no journal. Its rules stand until the
// door is closed.
struct ctx town_door_reader(struct town_door *d);
// What writes in transactions of its own, with the journal.
struct ctx town_door_writer(struct town_door *d);

// Runs fn in one transaction: not OK, and nothing has happened. door is the struct town_door (the
// type is that of struct import_door). The context's arena dies at the next run: what shall stay is
// copied by fn.
enum err_code town_door_run(void *door,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg,
    struct err *e) MUST_USE;

// A long command that writes group by group and shows how far it has come. Both functions take it
// as arg, and have the types that struct search_door and struct old_years_door ask for.
struct town_door_work {
    struct town_door *door;
    struct progress bar;
};
enum err_code town_door_work_run(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg,
    struct err *e) MUST_USE;
bool town_door_work_show(void *arg, int64_t done, int64_t total); // false: Ctrl-C

#endif
