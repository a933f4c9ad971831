// Which unit an item should go to, and why: the routes of its definition by class × cell × words,
// and how such items ended before. Nothing is written; docs/loop.md §12 says it for people.
//
// Two things have to be known: what the matter is, and where. Each is known exactly (a person gave
// the class, and the rule asks for no words; a point lies in a cell), or from words (the class's
// own words, the rule's, the name of a place), or not at all. Confidence follows from that alone:
//
//                      where: exactly, or not asked    from words
//   matter exactly                high                   medium
//   matter from words        medium, low when not asked   low
//
// and it is low whenever rules of equal rank, or the places named, disagree.
#ifndef BH_DOMAIN_ROUTE_H
#define BH_DOMAIN_ROUTE_H

#include "domain/ctx.h"
#include "domain/item.h"

enum { ROUTE_PICKS_MAX = 3, ROUTE_PAST_MONTHS = 12 };

enum route_trust { ROUTE_LOW, ROUTE_MEDIUM, ROUTE_HIGH };
enum route_by { ROUTE_BY_NOTHING, ROUTE_BY_POINT, ROUTE_BY_WORDS };

// Where the item lies in one layer.
struct route_place {
    const struct layer *layer;
    const struct grid_cell *cell; // NULL: a unit that has no cell drawn, or nothing
    const struct unit *unit;      // who answers there; NULL: nobody
    enum route_by by;
    str word;    // ROUTE_BY_WORDS: the name that was found
    bool unsure; // several places of this layer are named: then there is neither cell nor unit
    str words;   // unsure: which
};
struct route_ground {
    const char *kind; // matter, place, rule, conflict, past, returned
    str text;         // for people
};
// How items of the class ended in the last months.
struct route_past {
    int64_t n, of; // by this unit; by all
    double days;   // from filing to closing, plain, of the last `timed` of this unit
    int64_t timed; // 0: none
    int64_t from_day, to_day;
};
struct route_pick {
    const struct def_route *rule; // NULL: only former items speak for it
    size_t at;                    // which of the definition's routes
    const struct unit *unit;
    const struct unit **assists;
    size_t n_assists;
    enum route_trust trust;
    str text;   // 派给北虹居民区：飞线充电 → 安全隐患 → 所在居民区
    str *chain; // the same in pieces
    size_t n_chain;
    struct route_ground *grounds;
    size_t n_grounds;
    struct route_past past;
};
struct route_advice {
    const struct class_ *cls; // the item's, or the one its words speak for; NULL: none
    bool cls_by_words;
    str cls_words;              // which
    struct route_place *places; // by layer, only where something is known or unsure
    size_t n_places;
    struct route_pick *picks; // the best first; at most ROUTE_PICKS_MAX
    size_t n;
    bool disagree;              // the first rules, of equal rank, name different units
    size_t matched, unresolved; // rules that hold; of those, without a unit here
};

// By the routes of d, which need not be the item's own version: `bihuan route try` asks as a new
// one would.
void route_advise(
    struct ctx *c, const struct def *d, const struct item *it, struct route_advice *out);
// Adds how such items ended before, to the picks and as further picks. Reads counters and the last
// items of few units.
void route_add_past(struct ctx *c, const struct def *d, struct route_advice *out);
// A unit that has given the item back is no first thought any more: it goes behind the others, low.
void route_put_back(struct ctx *c, const struct item *it, struct route_advice *out);
// The items a pick's past counts, as a filter.
str route_past_filter(
    struct arena *a, const struct def *d, const struct class_ *cls, const struct route_pick *p);
const char *route_trust_name(enum route_trust t);                           // "high"
str route_rule_name(struct arena *a, const struct def_route *r, size_t at); // its key, or "#3"

// Files behind one another: the places named in a text (route_place.c), the past (route_past.c).
void route_places(struct ctx *c, const struct item *it, struct route_advice *out);
void route_ground(struct ctx *c, struct route_pick *p, const char *kind, str text);

#endif
