// What the routes of a definition would have said of orders that are there: which unit they would
// have suggested, and which one it became. Reads only; `bihuan route try` and the page of the same
// name show it.
#ifndef BH_DOMAIN_ROUTE_TRY_H
#define BH_DOMAIN_ROUTE_TRY_H

#include "domain/route.h"

enum {
    ROUTE_TRY_ROWS_KEPT = 1000,
    ROUTE_TRY_ORDERS_KEPT = 20, // numbers told of a rule or a class
};

// What became of an order beside what was suggested for it.
enum route_try_end {
    TRY_HIT,      // the first suggestion is the unit it went to
    TRY_MISS,     // it is another one
    TRY_CONFLICT, // rules of equal rank disagree
    TRY_NONE,     // no rule holds, or none of them finds a unit
    TRY_ENDS,
};
struct route_try_count {
    int64_t n[TRY_ENDS];
    str *orders; // numbers of those that are no hit, the first few
    size_t n_orders;
};
struct route_try_rule {
    str name, when, because;
    struct route_try_count count;
};
struct route_try_class {
    const struct class_ *cls; // NULL: none
    struct route_try_count count;
};
// One set of routes over all the orders.
struct route_try_side {
    struct route_try_count all;
    struct route_try_count by_trust[ROUTE_HIGH + 1];
    struct route_try_rule *rules; // as in the definition
    size_t n_rules;
    struct route_try_class *classes; // by how many orders, the most first
    size_t n_classes;
};
// One order the two sides judge differently, or the one side gets wrong.
struct route_try_row {
    str no;
    const struct unit *became, *was, *now; // was, now: the first suggestion; NULL: none
    enum route_try_end was_end, now_end;
    str was_rule, now_rule;
};
struct route_try {
    int64_t items;                  // looked at
    int64_t judged;                 // of those, dispatched or closed: it is known whose they became
    int64_t changed;                // another first suggestion, or another end
    struct route_try_side was, now; // was: nothing when there is one side only
    struct route_try_row *rows;     // the first ROUTE_TRY_ROWS_KEPT
    size_t n_rows, all_rows;
};

// The last items of now's loop. was may be NULL. Both were compiled against c's rules.
enum err_code route_try_run(struct ctx *c, const struct def *was, const struct def *now,
    int64_t last, struct route_try *out, void (*progress)(void *arg, int64_t done, int64_t total),
    void *arg, struct err *e) MUST_USE;
// A definition's text as it would be published, compiled into c's arena for a trial. NULL and
// notes.
struct def *route_try_def(struct ctx *c, str text, struct err *e) MUST_USE;
const char *route_try_end_name(enum route_try_end end); // "hit"

#endif
