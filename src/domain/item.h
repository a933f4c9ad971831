// Items: the one thing every loop moves. This header is the item as it stands in memory; item_file
// and item_step are the only doors through which one changes.
//
// An item is the fold of its events: every event carries what it changed, so replaying them from
// nothing gives the very row that is stored (`bihuan tally verify` proves it). Nothing here reads
// the clock, the network or a global.
#ifndef BH_DOMAIN_ITEM_H
#define BH_DOMAIN_ITEM_H

#include "domain/clock.h"
#include "domain/def.h"

// The field that says that a re-check has fallen due and its owners were told.
#define ITEM_RECHECK_TOLD "recheck/told"
// The field that keeps which supervision slip stands on it: "blue" (domain/supervise.h).
#define ITEM_SLIP "slip/level"

enum {
    ITEM_TITLE_MAX = 120, // code points
    ITEM_TEXT_MAX = 8000,
    ITEM_NOTE_MAX = 4000,
    ITEM_ADDRESS_MAX = 200,
    ITEM_PARTS_MAX = 40, // over an item's whole life
    ITEM_UNITS_MAX = 12, // in one dispatch
    ITEM_FIELDS_MAX = 200,
};

// Canonical text: "实际解决", "2026-11-20", "3.5", "yes", microseconds for DEF_TIME.
// A judge's answer has the key "judge/field" (in filters judge.field), an assisting part's
// "part/2/field"; a clock's outcome
// "clock/<key>" is derived: running, paused, breached, met, late (the worst of its parts' clocks;
// void ones do not count).
struct item_field {
    str key, val;
};
struct item_part {
    int64_t id; // from 1, within the item
    int64_t unit;
    bool lead;
    str state; // key of the definition's part state
    int64_t since_us;
    int64_t above; // the part whose unit passed it down; 0: dispatched by the receiver
};
// Which lists an item stands in; the working indexes are of one shelf each.
enum shelf {
    SHELF_ITEMS,
    SHELF_GONE, // an import that made it was undone: it stays in history, in no list and no counter
    SHELF_KEPT, // a row of a register
};
struct item {
    int64_t id;
    int64_t shelf;
    str no; // RX20261120-00012
    str loop;
    int64_t def; // definition version, kept for life
    str state;
    bool open; // not in a done or final state
    bool paused;
    int64_t unit; // responsible now: the receiver, or the lead of the parts
    int64_t receiver;
    int64_t cls;                 // 0: none
    str channel, kind, priority; // of the definition's fields of these keys; empty when it has none
    int64_t filed_us, changed_us;
    int64_t closed_us; // 0 while open
    int64_t due_us;    // nearest due time of its running clocks; 0: none runs
    int64_t alarm_us;  // nearest due time among those not yet noticed as breached; 0: none
    int64_t version;   // grows by one per event
    int64_t round;     // from 1
    int64_t returns, urges, extensions, reopens;
    int64_t level;          // escalations up the tree in this round
    int64_t raised;         // unit it was raised to; 0: none
    int64_t parent, merged; // item ids; 0: none
    bool repeat;            // an earlier one of its loop is about the same matter (domain/same.h)
    bool main_repeat;       // it is the first of several
    int64_t unlocks;        // so many returns more than the lock allows
    bool locked; // returned so often that nobody returns it until it is unlocked; derived
    bool excluded;
    int64_t recheck_us; // closed: from then on it is looked at again; 0: nobody will
    int64_t solid_us;   // the re-check was passed; 0: not yet
    int64_t recurs;     // recurrences found when it was last looked for them
    str gathered;       // number of the item that gathers it (item_gather.c); empty: none
    str waits;          // for whom it waits beside the unit in charge (domain/item_wait.h); derived
    str title, text, address;
    double lat, lon;           // 0,0: none
    struct item_field *fields; // sorted by key; without channel, kind, priority
    size_t n_fields;
    struct item_field *sealed; // values in clear by what the fields keep of them, until they are
    size_t n_sealed;           // written (domain/sealed.h); never of an item that was read
    struct item_part *parts;
    size_t n_parts;
    struct clock *clocks;
    size_t n_clocks;
};

str item_field(
    const struct item *it, str key); // empty when it has none; channel, kind, priority too
void item_set_field(struct item *it, struct arena *a, str key, str val); // empty val removes
struct item_part *item_part(struct item *it, int64_t part);              // NULL when none
bool item_part_open(const struct item_part *p, const struct def_state *states, size_t n);

#endif
