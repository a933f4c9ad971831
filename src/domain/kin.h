// Items that may be about the same matter (同事项): found by the caller's number, the place, the
// class and the words, in all loops; each with its reasons and a strength anybody can add up.
//
// Looked at are items that are open or were closed within KIN_DAYS, and of those at most
// KIN_LOOK_MAX: so many of the caller's latest, of those near the point, of those with the address,
// of those that share the rarest words. The work does not grow with the town. docs/decisions/022
#ifndef BH_DOMAIN_KIN_H
#define BH_DOMAIN_KIN_H

#include "domain/ctx.h"
#include "domain/item_list.h"

enum {
    KIN_DAYS = 30,       // after its closing an item may still be the same matter
    KIN_CLASS_DAYS = 30, // of a class so many days are counted
    KIN_SHOWN_MAX = 20,
    KIN_LOOK_MAX = 400,
    KIN_COUNT_MAX = 1000,
    KIN_SAME_M = 30,  // metres between two points of one place
    KIN_CLOSE_M = 80, // and of two that are close
    // What a reason is worth. The sum is the strength, at most 100.
    KIN_POINTS_CALLER = 35,
    KIN_POINTS_SAME_PLACE = 30,
    KIN_POINTS_CLOSE = 20,
    KIN_POINTS_CLASS = 20,
    KIN_POINTS_GROUP = 8,
    KIN_POINTS_WORDS = 25, // for words of which half are shared, less for less
    KIN_POINTS_OTHER_PLACE = -20,
    KIN_STRENGTH_MIN = 40,    // shown from here on: no single reason is enough
    KIN_STRENGTH_LIKELY = 55, // 可能是同一件事
    KIN_STRENGTH_SURE = 70,   // 很可能是同一件事
};
enum kin_reason { KIN_CALLER, KIN_PLACE, KIN_CLASS, KIN_WORDS, KIN_REASONS };

// What is looked for: a draft that is not filed yet, or an item as it stands.
struct kin_in {
    int64_t item; // 0: a draft
    int64_t cls;
    str title, text, address, phone;
    double lat, lon;           // 0,0: none
    const struct filter *only; // these alone; NULL: all
};
struct kin_row {
    struct list_row row;
    int strength;
    int points[KIN_REASONS]; // what each reason is worth; 0: it is none
    int metres;              // between the two points; -1: one has none
    bool linked;             // already the same matter
};
// How many there are by one reason alone, and the filter that lists just these.
struct kin_count {
    int64_t n;
    bool capped; // there are more than KIN_COUNT_MAX
    str filter;  // empty: nothing to ask
};
struct kin_out {
    struct kin_row *rows; // the strongest first, then the newest
    size_t n;
    struct kin_count counts[KIN_WORDS]; // by caller, place, class
};
// Only what the actor may see. counts: also these.
enum err_code kin_find(struct ctx *c, const struct kin_in *in, bool counts, struct kin_out *out,
    struct err *e) MUST_USE;
// What there is to look for about an item that the actor may see; ERR_MISSING else.
enum err_code kin_of_item(struct ctx *c, int64_t item, struct kin_in *out, struct err *e) MUST_USE;

str kin_reason_name(enum kin_reason r); // "caller"

#endif
