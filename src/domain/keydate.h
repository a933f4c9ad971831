// Key dates 重要节点: for some days what fits a filter runs against tighter limits, and goes back
// by itself. A definition says the days, which items, and the share of each limit that is left;
// docs/loop.md §12d is the manual, decision 038 the reasons.
//
// An item under one says so in its fields: ITEM_KEYDATES_NOW lists the keys in force, and one field
// a key stays for good. Its open clocks keep the share beside their limit (struct clock), so that
// the days of its end bring back the very due times there were. Of a key the newest version alone
// counts: publishing another one extends it, ends it earlier, or takes it back.
#ifndef BH_DOMAIN_KEYDATE_H
#define BH_DOMAIN_KEYDATE_H

#include "domain/ctx.h"
#include "domain/item.h"

enum {
    KEYDATE_CLOCKS_MAX = 30,
    KEYDATE_DAYS_MAX = 366,
    KEYDATE_GROUP = 100, // items a commit when one begins or ends
};
#define KEYDATE_ANY "any"                // so no key date is called that
#define ITEM_KEYDATES_NOW "keydates/now" // "ciie-8 flood"
#define ITEM_KEYDATE "keydate/"          // with a key behind it: it was under that one, "yes"

struct keydate {
    str key, title, why, text, where;
    int64_t id, version, published_us;
    int64_t from_day, to_day; // both included
    bool off;                 // taken back
    int share;                // percent of a limit that is left, 1..100
    struct keydate_clock {
        str clock; // of whatever loop has one of that key
        int share;
    } * clocks;
    size_t n_clocks;
    const struct filter *match; // NULL: broken
    str broken;                 // it fits the town no longer: what was noted
};

// Reads one definition; what only the town can tell is said by keydate_compile.
enum err_code keydate_parse(
    struct arena *a, str yaml, struct keydate **out, struct err *e) MUST_USE;
void keydate_compile(struct arena *a, const struct rules *r, struct keydate *k, struct err *e);
// The clocks it names are of some loop: asked when it is published.
void keydate_check(const struct rules *r, const struct keydate *k, struct err *e);
// What changed from one version to the next, a line each; for people.
str keydate_diff(struct arena *a, const struct keydate *from, const struct keydate *to);

const struct keydate *keydate_named(const struct rules *r, str name); // by key or title; or NULL
bool keydate_on(const struct keydate *k, int64_t day);                // in force on that day
// Puts an item under all that are in force now and fit it, and takes it from the others: its marks
// and the shares of its clocks. Copies what it changes.
void keydate_apply(struct ctx *c, const struct def *d, struct item *it);
// Those in force now, by key and version; compared with what the items were last brought to.
str keydate_state(struct arena *a, const struct rules *r, int64_t now_us);
// Do items wait to be brought under what is in force now? Reads one setting.
bool keydate_waiting(struct ctx *c);

// Brings one open item under what is in force; nothing when it is.
enum err_code keydate_bring(struct ctx *c, int64_t item, struct err *e) MUST_USE;

struct keydate_walk {
    int64_t filed_us, id;
    int64_t gen, day; // of the rules it began with
    bool over;
};
// Brings the next open items under what is in force, an event each that changes; at the end notes
// that all are. In a transaction; from the beginning when it fails: what is right stays.
enum err_code keydate_some(struct ctx *c, struct keydate_walk *at, struct err *e) MUST_USE;

#endif
