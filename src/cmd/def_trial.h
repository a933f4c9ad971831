// What a new version of a loop would have meant for orders that are there: which promises would be
// other ones, and which orders stand in a state the new version does not know. Reads only.
#ifndef BH_CMD_DEF_TRIAL_H
#define BH_CMD_DEF_TRIAL_H

#include "domain/ctx.h"

enum { DEF_TRIAL_ROWS_KEPT = 1000 };

struct def_trial_clock {
    str key, title;
    int64_t runs;    // clocks of this key that were looked at
    int64_t changed; // another limit
    int64_t without; // no limit would hold for them: the clock would not start
    int64_t due;     // of those still running: another due time
    int64_t to_late,
        to_met; // of those stopped: in time, but late by the new limit; and the other way round
};
struct def_trial_row { // one clock whose limit changes, or (from: none) that would run from before
    str no, clock;
    struct dur from, to;
    int64_t due_from_us, due_to_us;
};
struct def_trial_state {
    str key;
    bool of_part;
    int64_t items;
};
struct def_trial_stuck { // what would go wrong with items that were moved to it
    str what;            // a step that was asked for, "kind=其他", a clock, or empty
    int64_t items;
    str first; // the number of one of them
};
struct def_trial_begun { // a clock it would have started before, and would run from then
    str key;
    int64_t clocks, over; // over: its due time would have passed already
    str first;            // the number of an item that would have it
};
struct def_trial {
    int64_t items;
    struct def_trial_clock
        *clocks; // as in the definition, and behind them those it does not know any more
    size_t n_clocks, n_known;
    struct def_trial_state *lost;
    size_t n_lost;
    int64_t stuck; // open, and no step would lead out of where they stand
    str stuck_first;
    struct def_trial_stuck *unfit, *gone, *dropped; // answers, running clocks, requests
    size_t n_unfit, n_gone, n_dropped;
    struct def_trial_begun *begun;
    size_t n_begun;
    struct def_trial_row *rows; // the first DEF_TRIAL_ROWS_KEPT
    size_t n_rows;
};

// d was compiled against c's rules. Looks at the last items of its loop.
enum err_code def_trial_run(struct ctx *c, const struct def *d, int64_t last, struct def_trial *out,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg, struct err *e) MUST_USE;

#endif
