// The rules of the town: units, classes, people, roles, calendars, definitions. Read once from the
// database, compiled into one immutable block that all threads share; a change makes a new block
// (see api/app.h for the swap).
#ifndef BH_DOMAIN_RULES_H
#define BH_DOMAIN_RULES_H

#include "base/area.h"
#include "base/map.h"
#include "domain/class_say.h"
#include "domain/def.h"
#include "store/db.h"

struct unit {
    int64_t id, parent; // parent 0: the town
    str kind; // town office centre station team neighbourhood micro-grid company ... (free keys)
    str code, name, short_name;
    int lo, hi; // preorder numbers: u is below v when v->lo <= u->lo && u->lo <= v->hi (v itself
                // included)
    int depth;
    bool closed;
};
// What a unit was called and where it hung, until then.
struct unit_past {
    int64_t unit, until_us, parent;
    str name;
};
struct class_ {
    int64_t id, parent;
    str scheme, code, name; // code is a path: "0501"
    int lo, hi, depth;
    str says[CLASS_SAYS];                // its own; empty: nothing
    struct class_stage *limits, *photos; // its own, compiled
    size_t n_limits, n_photos;
    str *words, *without; // texts that speak for it and against it
    size_t n_words, n_without;
};
enum mask_kind { MASK_NONE, MASK_NAME, MASK_PHONE, MASK_ADDRESS, MASK_ALL };
struct role {
    str key, title;
    str *rights; // "item.read", "item.file", "unit.manage", ... (domain/right.h)
    size_t n;
    uint64_t mask; // the rights as bits
    str apart; // roles with the same word here never meet in one person (三员分立); empty: free
};
struct grant {
    const struct role *role;
    const struct unit *unit; // holds for its subtree
};
struct person {
    int64_t id;
    str login, name;
    bool active, must_change, demo;
    int64_t epoch; // sessions and tokens of an older epoch are void
    struct grant *grants;
    size_t n;
    uint64_t rights; // union over all grants
};
struct loop {
    str key, title;
    struct def *now;       // newest published version
    struct def **versions; // by version
    size_t n;
};
// A register, whose rows are lists of their own.
static inline bool loop_lasts(const struct loop *l)
{
    return l->now && l->now->lasting;
}
// A division of the map, and one area of it. A point lies in one cell of every layer (多格合一).
struct grid_cell {
    int64_t id, from_us, until_us; // in force; until_us 0: still
    str code, name;
    const struct unit *unit; // who answers for it; NULL: nobody
    double lat, lon;         // a point inside
    struct area area;
};
struct layer {
    int64_t id;
    str key, title, note;
    str field;               // of an item: which of its cells it lies in, "cell/residents"
    str unit_kind;           // units of this kind answer for its cells; may be empty
    struct grid_cell *cells; // by code, then from_us
    size_t n;
    // Which cells a square of the grid over all of them may touch: shelf[at[i]] to shelf[at[i +
    // 1]].
    double west, south, east, north;
    size_t side; // squares along each side
    size_t *at, *shelf;
};
// What people call a place: an estate, a road, a market.
struct spot {
    int64_t id;
    str name, kind;
    const struct unit *unit; // NULL: nobody's
    double lat, lon;         // 0, 0: nowhere
};
// A name that stands for a place, folded: of a spot, or of a unit that answers for cells.
struct spot_name {
    str name;
    const struct unit *unit; // of a unit's name
    const struct spot *spot;
};
struct spot_names { // with the same first character, the longest first
    struct spot_name *at;
    size_t n;
};
struct score;
struct supervision;
struct rules_score {
    str key;
    const struct score **versions; // by version
    size_t n;
};
struct keydate;
struct rules {
    struct arena *arena;
    int64_t gen;  // grows with each change
    int64_t town; // id of the town's unit; leads every primary key
    str town_name, town_code;
    int year_month; // in which the town's assessment year begins, 1..12
    int zone_s;
    const struct unit *root;
    struct unit *units; // in preorder
    size_t n_units;
    struct unit_past *pasts; // by unit and until_us
    size_t n_pasts;
    struct imap unit_by_id;
    struct map unit_by_code, unit_by_name; // names and short names; a doubled name is not in it
    struct class_ *classes;                // in preorder, scheme by scheme
    size_t n_classes;
    struct imap class_by_id;
    struct map class_by_code; // "scheme/code"
    struct role *roles;
    size_t n_roles;
    struct person *people;
    size_t n_people;
    struct imap person_by_id;
    struct map person_by_login;
    struct loop *loops;
    size_t n_loops;
    struct map loop_by_key;
    struct imap def_by_id;
    struct map cal_by_key;      // struct cal *
    struct rules_score *scores; // by key
    size_t n_scores;
    struct keydate **keydates; // the newest version of each, by when it was first published
    size_t n_keydates;
    struct supervision *supervision; // what all loops share (def_supervision.h); NULL: nothing
    struct layer *layers;
    size_t n_layers;
    struct spot *spots; // by name
    size_t n_spots;
    struct map spots_by_char; // struct spot_names *, by the first character of a folded name
};

// Builds a snapshot from the database in an arena of its own; rules_free frees it.
// A stored definition that no longer compiles is an error that names it.
struct rules *rules_load(struct db *db, int64_t town, struct err *e) MUST_USE;
void rules_free(struct rules *r);
// Adds definitions that are not in the database, each as if it were its newest version, so that
// they may name one another while they are checked (domain/publish.h). What is wrong in one is not
// told here: it is left out as far as it is wrong. Only on a snapshot that nobody else looks into.
struct rules_text {
    str kind, key, text;
};
void rules_suppose(struct rules *r, const struct rules_text *t, size_t n);
// Layers and names of places, for rules_load: rules_map.c. Units are there already.
void rules_load_map(struct rules *r, struct db *db);
// Compiles a parsed definition's filters against the rules: every wrong unit, class, state or field
// is noted.
void rules_compile_def(struct rules *r, struct def *d, struct err *e);

// One note at the place of a definition that names a unit nobody knows.
void rules_no_unit(const struct rules *r, const struct def *d, str path, str code, struct err *e);
// The same for a loop (registers: a register).
void rules_no_loop(
    const struct rules *r, const struct def *d, str path, str key, bool registers, struct err *e);

const struct unit *rules_unit(const struct rules *r, int64_t id);     // NULL when none
const struct unit *rules_unit_named(const struct rules *r, str name); // by code, name or short name
// The oldest change of the unit after that instant: it says what stood before. NULL when none.
const struct unit_past *rules_unit_past(const struct rules *r, int64_t unit, int64_t at_us);
const struct class_ *rules_class(const struct rules *r, int64_t id);
const struct class_ *rules_class_named(
    const struct rules *r, str name); // "scheme/code", or a name that is unique
// What the class says, or the nearest one above it that says it; empty when none does. Not for
// words.
str rules_class_says(const struct rules *r, int64_t cls, enum class_say say);
bool rules_class_limit(const struct rules *r, int64_t cls, str stage, struct dur *out);
int rules_class_photos(const struct rules *r, int64_t cls, str stage);   // 0 when none says
const struct unit *rules_class_unit(const struct rules *r, int64_t cls); // NULL when none
const struct person *rules_person(const struct rules *r, int64_t id);
const struct def *rules_def(const struct rules *r, int64_t id);
const struct loop *rules_loop(const struct rules *r, str key);
const struct loop *rules_first_loop(const struct rules *r); // first published; NULL when none
const struct rules_score *rules_score(const struct rules *r, str key); // NULL when none
const struct cal *rules_cal(const struct rules *r, str key);
const struct layer *rules_layer(const struct rules *r, str key);        // NULL when none
const struct layer *rules_layer_named(const struct rules *r, str name); // by key or title
// The cell a point lay in at that instant; of two that overlap the one whose code comes first. NULL
// when none.
const struct grid_cell *rules_cell_at(const struct layer *l, double lat, double lon, int64_t at_us);
// The cell of that code, as it was at that instant or else as it was last; NULL when none.
const struct grid_cell *rules_cell(const struct layer *l, str code, int64_t at_us);
bool unit_below(const struct unit *u, const struct unit *top); // also when u is top
bool class_below(const struct class_ *c, const struct class_ *top);
str class_path(struct arena *a, const struct rules *r, int64_t id); // 制造业/食品制造业
str unit_path(struct arena *a, const struct rules *r, int64_t id);  // 新泾镇 / 北虹居民区

// Does the person hold one of the role keys at a unit that covers at?
bool rules_holds(
    const struct rules *r, const struct person *p, const str *roles, size_t n, int64_t at);

#endif
