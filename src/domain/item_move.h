// Moving a running item to another version of its loop: an event of its own, after which the
// item goes on by the other version's states, steps and limits. What was used of a limit stays
// used. Nothing is guessed: a state the other version calls otherwise has to be named.
#ifndef BH_DOMAIN_ITEM_MOVE_H
#define BH_DOMAIN_ITEM_MOVE_H

#include "domain/ctx.h"
#include "domain/item.h"

enum { ITEM_RENAMES_MAX = DEF_STATES_MAX };
#define ITEM_MOVED "move_def" // what such an event is called

struct item_rename {
    str from, to;
};
struct item_move {
    int64_t def;                              // the version it goes to; must be of its loop
    const struct item_rename *states, *parts; // of the item, of its parts
    size_t n_states, n_parts;
    str note;
};

// What a move comes to. Reasons why it is not possible stand in the notes of an error; what it is
// possible with, but should be known, stands here.
struct item_moved {
    str no, state_from, state_to;
    int64_t due_from_us, due_to_us; // nearest due time; 0: none
    struct item_moved_clock {       // one whose limit changes
        str key;
        struct dur from, to;
        int64_t due_from_us, due_to_us;
    } * clocks;
    size_t n_clocks;
    struct item_moved_begun { // one the version would have started before
        str key;
        int64_t part; // 0: the item's
        struct dur limit;
        int64_t since_us, due_us; // due_us 0: it is paused, or only measures
        bool over;                // its due time has passed already
    } * begun;
    size_t n_begun;
    str *gone;  // clocks that ran and the version does not know: they become void
    str *unfit; // fields whose value is none any more: "kind=其他"; it stays until it is said anew
    str *dropped; // steps that were asked for and are not there any more
    size_t n_gone, n_unfit, n_dropped;
    bool stuck; // open, and no step leads out of where it and its parts stand
};

// What a state is called in the version.
str item_move_state(const struct item_move *m, str key);

// The item as it would stand in that version, which need not be published (but compiled). Every
// reason against it is noted. Writes nothing.
enum err_code item_move_try(struct ctx *c, const struct def *to, const struct item_move *m,
    const struct item *before, struct item *it, struct item_moved *out, struct err *e) MUST_USE;
// Moves it. Whoever may publish definitions may, whether he sees the item or not.
//   ERR_INVALID   no version of its loop; a state the version has not; the item is over
//   ERR_CONFLICT  it is of that version already
enum err_code item_move(struct ctx *c, int64_t id, const struct item_move *m,
    struct item_moved *out, struct err *e) MUST_USE;
// Takes the last move back, as long as nothing has happened since: the item stands as before.
// dry: only says whether that is possible.
enum err_code item_move_back(
    struct ctx *c, int64_t id, bool dry, struct item_moved *out, struct err *e) MUST_USE;

#endif
