// Private to the def_*.c files: the reader of one definition. A row of the YAML that has a key
// becomes a row of the definition, right or wrong, and its node is kept beside it for the position
// of later findings. A name that cannot be resolved is noted once and then taken to mean anything,
// so that one mistake gives one note.
#ifndef BH_DOMAIN_DEF_READ_H
#define BH_DOMAIN_DEF_READ_H

#include "domain/def.h"
#include "domain/yaml.h"

enum {
    DEF_TITLE_MAX = 60, // code points
    DEF_HELP_MAX = 400,
    DEF_FILTER_MAX = 2000,
    DEF_TEXT_MAX = 8000,
    DEF_TEXT_DEFAULT = 200,
    DEF_OWN_WORDS_DEFAULT = 4, // letters
    DEF_OPTIONS_MAX = 200,
    DEF_OPTION_MAX = 60, // code points
    DEF_LIMITS_MAX = 40, // of one clock
    DEF_JUDGES_MAX = 10,
    DEF_REASONS_MAX = 20, // lists
    DEF_RATES_MAX = 60,
    DEF_RULES_MAX = 100, // escalations; routes
};
// Beside DEF_NONE: named, but nobody knows what; already noted.
enum { DEF_UNKNOWN = -3 };

// Things that are named elsewhere in the definition.
struct def_names {
    const char *en, *zh; // "state", "状态"
    const char *section; // "states"
    str *keys;
    const struct yaml **at; // the nodes of the keys
    str *paths;             // "states[2]"
    size_t n;
    bool broken; // a row could not be read, so an unknown name may be it: not noted
};
// What a step names but nobody knows: its arrows may begin or end anywhere.
struct def_links {
    bool any_from, any_to, any_back, any_clock, any_effect, any_on;
};
struct def_reader {
    struct arena *arena;
    struct err *e;
    struct def *d;
    const struct yaml *root;
    struct def_names states, parts, fields, clocks, judges, reasons, tallies, stamps;
    const struct yaml **step_at; // beside d->steps
    str *step_paths;             // beside d->steps: "steps[3]"
    struct def_links *links;     // beside d->steps
    bool steps_broken;
    bool any_then;
    uint64_t unsure_states, unsure_parts; // bits: a yes or no of theirs could not be read
};

// The index of a name, DEF_UNKNOWN (noted unless the section is broken).
int def_read_name(
    struct def_reader *r, const struct def_names *names, const struct yaml *y, str path);
// The names of a list (or of one scalar) as bits; *any when one is unknown. Notes doubled ones.
uint64_t def_read_names(
    struct def_reader *r, const struct def_names *names, const struct yaml *y, str path, bool *any);
// "class.handle": a stage the item's class speaks of. False when the text is something else; a
// wrong one is noted, and so is a loop without classes.
bool def_read_stage(struct def_reader *r, const struct yaml *y, str path, str *stage);
// A key of a row: form and length; notes and remembers it, and notes a doubled one. False when the
// row has none.
bool def_read_taken(
    str key); // filters use this key for what every item has: no field's, no stamp's
bool def_read_key_ok(str key); // a-z, then a-z 0-9 _ -, 1..DEF_KEY_MAX
bool def_read_key(struct def_reader *r, struct def_names *names, const struct yaml *row, str path);
// The maps of a list; anything else in it is noted and left out. Never more than max.
struct def_rows {
    const struct yaml **at;
    str *paths; // "steps[3]"
    size_t n;
    bool broken; // something was left out
};
struct def_rows def_read_rows(struct def_reader *r, const struct yaml *parent, str base,
    const char *member, size_t max, const struct yaml_member *table);
// A title or another text of people, at most max code points.
str def_read_text(
    struct def_reader *r, const struct yaml *row, const char *member, size_t max, str path);
// The notes of another reader (a formula, a value) at the place of the text it was given.
void def_read_notes(struct def_reader *r, const struct err *inner, const struct yaml *y, str path);
// Elements of a list, or the one scalar that stands for a list.
size_t def_read_count(const struct yaml *y);
const struct yaml *def_read_nth(const struct yaml *y, size_t i);
str def_read_path(struct def_reader *r, str path, const char *member);

// Options of a choice or of a reason: not empty, none twice even when written in another width or
// case.
void def_read_options(struct def_reader *r, const struct yaml *row, str path, str **out, size_t *n);

// The roles of a "who", and what an "ask" asks.
void def_read_who(struct def_reader *r, const struct yaml *row, str path, str **out, size_t *n);
void def_read_roles(struct def_reader *r, const struct yaml *y, str path, str **out, size_t *n);
void def_read_asks(struct def_reader *r, const struct yaml *row, const char *member, str path,
    struct def_ask **out, size_t *n);
// What a step demands under a condition (def_must.c).
// def_child.c
void def_child_read(struct def_reader *r, const struct yaml *row, str path, struct def_step *s);
void def_must_read(struct def_reader *r, const struct yaml *row, str path, struct def_step *s);
// The stages of a step that is asked for; their clocks come last, behind all that is checked of the
// definition's own (def_approve.c).
void def_approve_read(struct def_reader *r, const struct yaml *row, str path, struct def_step *s);
void def_approve_clocks(struct def_reader *r);

extern const struct yaml_member def_number_members[]; // def_parse.c
// "10d", "2w", "3mo"
bool def_read_every(str text, int *n, enum def_every *of);
extern const struct yaml_member def_ahead_members[];
extern const struct yaml_member def_clashes_members[], def_beside_members[];
void def_near_read(struct def_reader *r); // def_near.c
extern const struct yaml_member def_solid_members[];
extern const struct yaml_member def_gathers_members[];
void def_gathers_read(struct def_reader *r);  // def_gather.c
void def_analysis_read(struct def_reader *r); // def_analysis.c
extern const struct yaml_member def_register_members[];
void def_register_read(struct def_reader *r); // def_register.c
void def_fields_read(struct def_reader *r);   // def_fields.c
void def_clocks_read(struct def_reader *r);   // def_clocks.c
void def_steps_read(struct def_reader *r);    // def_steps.c
void def_effects_check(struct def_reader *r); // def_effects.c
void def_ahead_read(struct def_reader *r);    // def_ahead.c
void def_flow_check(struct def_reader *r);    // def_flow.c
void def_routes_read(struct def_reader *r);   // def_routes.c
void def_cadences_read(struct def_reader *r); // def_cadence.c
void def_solid_read(struct def_reader *r);    // def_solid.c
void def_views_read(struct def_reader *r);    // def_view.c
// With what all loops share, if any; whole: rows nothing starts or asks are not left out.
struct supervision;
enum err_code def_parse_shared(struct arena *a, str yaml, const struct supervision *shared,
    bool whole, struct def **out, struct err *e) MUST_USE;

#endif
