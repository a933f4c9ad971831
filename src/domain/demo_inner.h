// Shared by demo.c (time: who is next, commits) and demo_life.c (what happens to one order), and by
// nobody else.
#ifndef BH_DOMAIN_DEMO_INNER_H
#define BH_DOMAIN_DEMO_INNER_H

#include "domain/demo.h"
#include "domain/demo_script.h"
#include "domain/item_step.h"

enum { DEMO_PARTS_MAX = 4, DEMO_FIELDS_MAX = 12, DEMO_NUMBER_MAX = 64 };

// X(name, step): one action each; ACT_FILE starts a life, the others are taken from the heap.
#define DEMO_ACTS(X)                                                                               \
    X(DISPATCH, "dispatch")                                                                        \
    X(ACCEPT, "accept")                                                                            \
    X(CONTACT, "contact")                                                                          \
    X(REPLY, "reply")                                                                              \
    X(RETURN, "return")                                                                            \
    X(RETURN_YES, "return")                                                                        \
    X(EXTEND, "extend")                                                                            \
    X(EXTEND_YES, "extend")                                                                        \
    X(SUSPEND, "suspend")                                                                          \
    X(SUSPEND_YES, "suspend")                                                                      \
    X(RESUME, "resume")                                                                            \
    X(CHECK, "check")                                                                              \
    X(REDO, "redo")                                                                                \
    X(CLOSE, "close")                                                                              \
    X(RATE, "rate")                                                                                \
    X(REVIEW, "review")                                                                            \
    X(RECHECK, "recheck")                                                                          \
    X(REOPEN, "reopen")                                                                            \
    X(EXCLUDE, "exclude")                                                                          \
    X(EXCLUDE_YES, "exclude")                                                                      \
    X(AMEND, "amend")                                                                              \
    X(ASSIST, "assist")                                                                            \
    X(URGE, "urge")                                                                                \
    X(INSTRUCT, "instruct")                                                                        \
    X(MERGE, "merge")                                                                              \
    X(NOTE, "note")                                                                                \
    X(VOID, "void")
enum demo_act {
#define X(name, step) ACT_##name,
    DEMO_ACTS(X)
#undef X
        ACT_COUNT,
    ACT_ALARM = ACT_COUNT // not his doing: a clock of an order in hand may have run out
};

struct demo_part {
    int64_t id, reply_us; // when it means to answer
    const struct unit *unit;
    bool lead, accepted, done;
};
struct demo_order {
    int64_t item, serial; // serial: which order it is, because the memory is used again
    char no[DEMO_NUMBER_MAX];
    struct rng rng;
    const struct demo_class *k;
    size_t place;
    const struct unit *lead;
    str kind, spot, what;
    int64_t house, floor;    // of the spot
    struct demo_order *main; // the one it will join
    int64_t main_serial;
    struct demo_part parts[DEMO_PARTS_MAX];
    size_t n_parts;
    int state;                     // of the definition, as last seen
    uint32_t epoch;                // actions planned under an older one are off
    int pending;                   // its entries in the heap, alarms aside
    int64_t alarm_us, alarm_at_us; // of an order in hand: its next one, and when it is looked at
    int solved;                    // what the unit answered
    int returns;                   // still to come
    bool open, contacted, rated_bad, again;
    bool extend, suspend, late, late_contact, redo, void_, amend, assist, late_assist, urge,
        instruct, note;
    int contact; // 0: reached, 1: not reached, 2: nobody tried
    struct demo_order *next_free;
};
struct demo_entry {
    int64_t at_us, seq;
    struct demo_order *o;
    int64_t part;
    uint32_t epoch;
    enum demo_act act;
};
struct demo {
    struct ctx c;    // of the action under way; its arena dies with it
    struct arena *a; // of the whole run
    struct demo_script s;
    struct err *e;
    int64_t until_us, items;
    uint64_t seed;
    double *class_weights[13]; // by month
    double *place_weights;
    struct item it; // as the latest action left it
    struct item_field fields[DEMO_FIELDS_MAX];
    size_t n_fields;
    int filed, handling, suspended, replied, checked, closed, rated; // states of the definition
    struct demo_latest {
        struct demo_order *o;
        int64_t serial;
    } * latest; // by place: an order being handled
    struct demo_entry *heap;
    size_t n_heap, cap_heap;
    int64_t seq;
    struct demo_order *free;
    int64_t *filings; // sorted; of a fast one, those of a day
    size_t n_filings, at_filing;
    int64_t next_filing; // how many have been filed
    bool fast;
    int64_t first_day, n_days, at_day; // of a fast one
    double *day_sums;
};

// demo.c
void demo_plan(
    struct demo *d, struct demo_order *o, enum demo_act act, int64_t at_us, int64_t part);
void demo_plan_alarm(struct demo *d, struct demo_order *o);
// demo_life.c: the next order is filed now; an action is taken now.
enum err_code demo_file(struct demo *d, struct demo_order *o) MUST_USE;
enum err_code demo_act(struct demo *d, const struct demo_entry *x) MUST_USE;
bool demo_life_ready(struct demo *d, struct err *e); // has the loop all that a life needs?
// demo_text.c: the words
void demo_order_words(
    struct demo *d, struct demo_order *o, const struct demo_channel *ch, struct item_in *in);
void demo_order_caller(struct demo *d, struct demo_order *o, struct caller *out);
void demo_answer(struct demo *d, const char *key, str val);
void demo_reply_answers(struct demo *d, struct demo_order *o, bool lead);
void demo_rating_answers(struct demo *d, struct demo_order *o, bool bad);
str demo_solved(int outcome);
int demo_outcome(struct demo_order *o);

#endif
