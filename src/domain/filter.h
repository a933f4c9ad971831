// The one small language for choosing items: the search box, the saved view, the URL, the guard,
// the routing rule, the tally's population, the export. One parser, one tree, two uses: SQL with
// bound values, and matching in memory. docs/filter.md is the grammar. Never build a second way to
// choose things.
#ifndef BH_DOMAIN_FILTER_H
#define BH_DOMAIN_FILTER_H

#include "domain/item.h"
#include "domain/rules.h"
#include "store/sqlb.h"
#include "store/text_index.h"

enum { FILTER_BYTES_MAX = 2000, FILTER_TERMS_MAX = 60, FILTER_VALUES_MAX = 200 };

// Parses against the rules (units, classes, loops, states, fields by name). Every wrong term is
// noted with its column, what was found and what is expected; nearest names are suggested. d: the
// definition a guard stands in (its fields and states are known without loop:), else NULL.
struct filter *filter_parse(
    struct arena *a, const struct rules *r, const struct def *d, str text, struct err *e) MUST_USE;
// As somebody asks it, who may look for the whole of personal data where he may see them.
struct ctx;
struct filter *filter_asked(const struct ctx *c, struct arena *a, str text, struct err *e) MUST_USE;
// What of its loop needs the same place on the same days as an item that is not kept yet, or not as
// it is now. It has no text of its own.
struct item;
struct filter *filter_clashing(
    struct arena *a, const struct rules *r, const struct item *draft, struct err *e) MUST_USE;
// Canonical text; parsing it gives the same filter.
str filter_text(struct arena *a, const struct filter *f);
bool filter_empty(const struct filter *f);
// Its meaning moves with the clock (overdue, last-30d): not allowed in tallies.
bool filter_timed(const struct filter *f);
bool filter_of_part(const struct filter *f); // it asks whether a part is the lead's
// Its meaning depends on who asks (unit:mine, watch:me). A definition may not say watch.
bool filter_personal(const struct filter *f);
// It follows from the item itself: not from the present time, who asks, clocks, or other items.
bool filter_of_item(const struct filter *f);
str filter_loop(const struct filter *f);          // the one loop it names, or empty
bool filter_of_registers(const struct filter *f); // it names some by register:
// All of these can be read by whoever may read anywhere in the town.
bool filter_registers_open(const struct filter *f, const struct rules *r);
// Which lists it is about. SHELF_KEPT: it names registers; SHELF_GONE: it may
// want what was undone, and says so.
enum shelf filter_shelf(const struct filter *f);

// The days from <= d < to (since 1970) a date expression means now: "2026-11", "2026Q4",
// "this-month", "a..b". False when it is none or open-ended.
bool filter_days(
    struct arena *a, str text, int64_t now_us, int zone_s, int64_t *from, int64_t *to) MUST_USE;

struct filter_env {
    const struct rules *rules;
    int64_t now_us;
    int64_t person;               // for unit:mine and watch:me; 0: nobody
    const struct item_part *part; // for lead, in memory: whose step is guarded; NULL: nobody's
    const int64_t *watched;       // for watch:me in memory: the items on his list
    size_t n_watched;
};
bool filter_match(const struct filter *f, const struct filter_env *env, const struct item *it);
// The bare words of its terms that the item has.
size_t filter_hits(struct arena *a, const struct filter *f, const struct item *it, str **out);
// Would the bare word find the item?
bool filter_word_in(const struct item *it, str word);
// False when it can only find open items.
bool filter_reaches_closed(const struct filter *f);
// False when it cannot find a closed item that was filed by filed_us at the latest and changed by
// changed_us: what is open, or is dated later.
bool filter_reaches(
    const struct filter *f, const struct filter_env *env, int64_t filed_us, int64_t changed_us);
// Appends " AND (...)" for each term. The query must have item as i, and item_doc as d joined on
// (town, id) when filter_wants_doc; ?1 must be the town.
bool filter_wants_doc(const struct filter *f);
void filter_sql(const struct filter *f, const struct filter_env *env, struct sqlb *q);
// The bare words an item must have: of each term one. This is what the search index narrows by; the
// whole filter still decides.
bool filter_has_words(const struct filter *f);
size_t filter_words(struct arena *a, const struct filter *f, struct text_any **out);
// Appends "((...) AND (...))": of each such term a word stands in the title. It must have words.
void filter_sql_title(const struct filter *f, struct sqlb *q);

#endif
