// Shared by demo.c (time: who is next, commits), demo_file.c (what an order is about), demo_life.c
// (what becomes of it), demo_point.c (where it lies) and demo_text.c (the words), and by nobody
// else.
#ifndef BH_DOMAIN_DEMO_INNER_H
#define BH_DOMAIN_DEMO_INNER_H

#include "base/buf.h"
#include "domain/demo.h"
#include "domain/demo_script.h"
#include "domain/item_step.h"

enum { DEMO_PARTS_MAX = 8, DEMO_NUMBER_MAX = 64, DEMO_RECENT = 16, DEMO_TAKE = -1 };

struct demo_part { // an open one
    int64_t id;
    int state;
    uint32_t stamp; // what was planned under an older one is off
    const struct unit *unit;
    bool lead;
};
struct demo_order {
    int64_t item, serial; // serial: which order it is, because the memory is used again
    struct demo_loop *loop;
    char no[DEMO_NUMBER_MAX];
    struct rng rng;
    const struct demo_case *k;
    size_t place;
    const struct unit *lead;
    uint64_t matter; // decides all that an order and its repeats share
    int64_t caller;  // his number; 0: none
    uint64_t traits;
    struct demo_order *main; // the open one it repeats
    int64_t main_serial;
    bool joined;   // another one is merged into it, so it joins none itself
    int64_t again; // item it repeats without joining it
    struct demo_part parts[DEMO_PARTS_MAX];
    size_t n_parts;
    const struct unit *owner; // in charge, as last seen
    int state;                // of the definition, as last seen
    uint32_t stamp, stamps;
    int pending;                   // its entries in the heap, alarms aside
    int64_t alarm_us, alarm_at_us; // of an order in hand: its next one, and when it is looked at
    int64_t round, asker;          // who asked last for what somebody decides
    bool open, paused, merged;
    struct demo_order *next_free;
};
struct demo_entry {
    int64_t at_us, seq;
    struct demo_order *o;
    int64_t part; // of an alarm: the order's serial
    uint32_t stamp;
    int stage;                    // of the move's decisions; DEMO_TAKE: the move itself
    const struct demo_move *move; // NULL: a clock of an order in hand may have run out
};
// What was told lately at a place: somebody may tell of it again.
struct demo_recent {
    struct demo_order *o;
    int64_t serial, item, filed_us, caller;
    uint64_t matter;
    const struct demo_case *k;
};
struct demo_loop {
    const struct demo_script *s;
    int64_t items, filed;
    double *case_weights[13];   // by month
    struct demo_recent *recent; // DEMO_RECENT by place, the oldest is replaced
    size_t *n_recent;           // by place
    uint64_t surges;            // of the day
    int64_t surges_on;
    double *day_sums; // of fast ones
};
struct demo_point {
    double lat, lon; // 0, 0: nowhere
};
struct demo_filing {
    int64_t us;
    struct demo_loop *loop;
};
struct demo {
    struct ctx c;    // of the action under way; its arena dies with it
    struct arena *a; // of the whole run
    struct demo_town t;
    struct demo_loop *loops;
    struct err *e;
    int64_t until_us, items;
    uint64_t seed;
    double *place_weights;
    struct demo_point *points; // of every house of every estate
    struct item it;            // as the latest look or action left it
    int64_t it_of;             // whose: the item's id; 0: nobody's
    struct imap staff;         // struct demo_staff, by role and unit
    struct imap by_item;       // struct demo_order; of slow ones
    struct demo_entry *heap;
    size_t n_heap, cap_heap;
    int64_t seq;
    struct demo_order *free;
    struct demo_filing *filings; // sorted; of fast ones, those of a day
    size_t n_filings, at_filing;
    int64_t next_filing; // how many have been filed
    int64_t n_guests;    // and how many nobody's script has filed
    int64_t ruled_day;   // the rules were looked at
    bool fast;
    int64_t first_day, n_days, at_day; // of fast ones
};

// demo.c
void demo_plan(struct demo *d, struct demo_order *o, const struct demo_move *m, int stage,
    int64_t at_us, const struct demo_part *part);
void demo_plan_alarm(struct demo *d, struct demo_order *o);
struct demo_order *demo_order_new(struct demo *d, struct demo_loop *l, int64_t serial);
// demo_file.c: the next order is filed now.
enum err_code demo_file(struct demo *d, struct demo_order *o) MUST_USE;
void demo_about(struct demo *d, struct demo_order *o, const struct demo_case *k);
// d->it has just been filed: it is this order, and its life begins.
enum err_code demo_take_filed(struct demo *d, struct demo_order *o) MUST_USE;
// Does the step's guard hold, as the part sees the item?
bool demo_open(
    struct demo *d, struct demo_order *o, const struct def_step *s, const struct demo_part *part);
bool demo_fits(struct demo *d, struct demo_order *o, const struct demo_if *c, uint64_t more);
bool demo_happens(struct demo_order *o, double percent);
void demo_draw(struct demo *d, struct demo_order *o, uint64_t which);
const struct person *demo_somebody(
    struct demo *d, struct demo_order *o, const struct demo_who *who, const struct demo_part *part);
// Adds the answers to those of fields answered already; the array has room for all.
void demo_answer(struct demo *d, struct demo_order *o, const struct demo_answers *x, uint64_t more,
    struct item_field *out, size_t *n);
enum err_code demo_fail(
    struct demo *d, const struct demo_order *o, str what, const struct err *sub);
// demo_life.c
void demo_begin(struct demo *d, struct demo_order *o); // what follows filing
enum err_code demo_act(struct demo *d, const struct demo_entry *x) MUST_USE;
// The system may have moved it.
enum err_code demo_look(struct demo *d, struct demo_order *o) MUST_USE;
// demo_guest.c: what rules ask for on a day that has begun
enum err_code demo_by_rules(struct demo *d) MUST_USE;
// What the step is to file, said into in; NULL: none of the move's rows holds.
struct demo_order *demo_child(
    struct demo *d, struct demo_order *o, const struct demo_move *m, struct step_in *in);
enum err_code demo_child_filed(
    struct demo *d, const struct demo_order *o, struct demo_order *child) MUST_USE;
// Not to be closed yet: what it filed is open.
bool demo_waits(struct demo *d, const struct demo_order *o, const struct demo_move *m);
// demo_point.c: lays out the estates; where the order's house stands
void demo_points(struct demo *d);
struct demo_point demo_point_of(const struct demo *d, const struct demo_order *o);
// demo_text.c
size_t demo_estate(const struct demo *d, const struct demo_order *o); // its number
int64_t demo_house(const struct demo *d, const struct demo_order *o); // from 1
str demo_say_text(struct demo *d, struct demo_order *o, const struct demo_words *w);
uint64_t demo_mix(uint64_t a, uint64_t b); // one number of two, spread out
void demo_caller(struct demo *d, const struct demo_order *o, struct caller *out);

#endif
