// What a demonstration is written from: the town's demo.yaml (places, callers, words) and one life
// script per loop (demo/<loop>.yaml), looked up in the rules. docs/demo.md is the manual. For
// demo*.c alone.
#ifndef BH_DOMAIN_DEMO_SCRIPT_H
#define BH_DOMAIN_DEMO_SCRIPT_H

#include "base/rng.h"
#include "domain/ctx.h"
#include "domain/town.h"
#include "domain/yaml.h"

enum {
    DEMO_TRAITS_MAX = 64, // fit a bit mask
    DEMO_TRAIT_LEAD = 1,  // a bit of its own: the part is the lead's
    DEMO_OWN_TRAITS = 1,  // so many of the bits are not the script's
    DEMO_WORDS_MAX = 200, // names of lists of words in one script
    DEMO_LOOPS_MAX = 40,
};

// ---- words

// A text with holes, cut up: what stands there, and what is put in.
struct demo_piece {
    enum demo_hole {
        HOLE_NONE,  // the text itself
        HOLE_WORDS, // one of a list of words
        HOLE_PLACE,
        HOLE_ESTATE,
        HOLE_HOUSE,
        HOLE_FLOOR,
        HOLE_ROOM,
        HOLE_SERIAL,
        HOLE_DAY,
        HOLE_RANGE, // a number of a range
    } hole;
    str text;
    int words;
    int64_t lo, hi;
    const struct yaml *at;
};
struct demo_text {
    struct demo_piece *v;
    size_t n;
};
struct demo_words { // one of them, each as likely as the other
    struct demo_text *v;
    size_t n;
};

// ---- conditions, answers, moves

struct demo_if { // the order has these traits and none of those, and the filter holds
    uint64_t with, without;
    const struct filter *match;
};
struct demo_trait {
    struct demo_if when;
    uint64_t bit;
    double share; // percent
};
struct demo_option {
    str val;
    double weight;
    uint64_t sets;
};
struct demo_who {
    const struct role *const *roles; // one of them
    size_t n;
    enum demo_at { AT_RECEIVER, AT_PART, AT_LEAD, AT_PLACE, AT_OWNER, AT_TOWN } at;
};
struct demo_answer {
    struct demo_if when;
    int field; // of the definition
    struct demo_option *options;
    size_t n_options;
    double *weights;        // of the options
    struct demo_words text; // when it has no options
    int64_t lo, hi;         // days from now, or a number, when it has no text either
    struct demo_who person; // whose log-in it is
    enum { ANSWER_WORDS, ANSWER_OPTIONS, ANSWER_DAYS, ANSWER_NUMBER, ANSWER_PERSON } by;
};
struct demo_answers { // of each field the first whose conditions hold
    struct demo_answer *v;
    size_t n;
};
struct demo_span { // after how long
    int clock;     // share of its time, percent; DEF_NONE: none
    int date;      // so many days after the date in that field; DEF_NONE: none
    double share_lo, share_hi;
    double way_lo, way_hi;      // percent of the way to what comes next
    int64_t work_lo, work_hi;   // working minutes
    int64_t plain_lo, plain_hi; // minutes
    int64_t days_lo, days_hi;
    bool by_way, by_work, by_plain, by_days;
    bool only_clock; // does not happen when the clock does not run
};
struct demo_reason {
    str key, option;
    double weight;
    struct demo_words note; // instead of the move's
};
struct demo_picture { // a file of the town's folder
    str file, content, type;
    str hash; // once it is stored
};
struct demo_files { // what is attached before a step
    double share;   // percent
    int64_t lo, hi;
    str name;
    struct demo_picture **of;
    size_t n;
};
struct demo_decision { // one stage of what is asked for
    struct demo_span after;
    struct demo_who who;
    double refuse; // percent
    struct demo_words yes, no;
    struct demo_answers answers;
};
struct demo_script;
struct demo_child { // an item the step files, as its own loop's script has it
    struct demo_if when;
    double weight;
    const struct demo_script *of;
    double *cases;                 // of that script: weights
    struct demo_words title, text; // empty: as that script says them
};
struct demo_move {
    const struct def_step *step;
    struct demo_if when;
    double share; // percent
    struct demo_span after;
    struct demo_who who;
    struct demo_answers answers;
    struct demo_words note;
    double note_share;
    struct demo_reason *reasons;
    size_t n_reasons;
    double *reason_weights;
    str judge;
    enum { UNITS_MATTER, UNITS_OTHER, UNITS_NAMED } units;
    const struct unit **named;
    size_t n_named;
    double assists; // percent of the matter's assisting units
    int64_t extend_lo, extend_hi;
    str members; // gather: a filter; so many of those it finds that are of the item's class
    int64_t members_lo, members_hi;
    struct demo_child *children; // one whose conditions hold
    size_t n_children;
    struct demo_files files;
    bool near_class; // amend: another class of the same group
    uint64_t sets, clears, redraws;
    bool again;                      // what follows is planned anew
    struct demo_decision *decisions; // by stage of the step
};
struct demo_follow {        // what follows in a state
    struct demo_move *next; // the first that comes to pass
    size_t n_next;
    struct demo_move *beside; // every one that comes to pass
    size_t n_beside;
};

// ---- filing

struct demo_way { // how it comes in
    struct demo_if when;
    double weight;
    uint64_t sets;
    bool caller;
    struct demo_who who;
    struct demo_answers answers;
    struct demo_words title, text;
};
struct demo_lives {
    struct demo_trait *traits; // of each trait the first whose conditions hold is drawn
    size_t n_traits;
    struct demo_answers filing;
    struct demo_follow *states, *parts; // by state of the definition
};
struct demo_case { // a matter as people tell it: one of a class
    int64_t cls;
    double weight;
    bool peak[13]; // by month from 1
    uint64_t sets;
    const struct unit **leads; // NULL: the place itself
    size_t n_leads;
    const struct unit **assists;
    size_t n_assists;
    const struct demo_words **words; // by name
};
struct demo_repeat { // it tells of what was told before
    double share;
    uint64_t sets;
    bool same_caller, open; // open: the earlier one is still in hand
    int64_t days_lo, days_hi;
};
struct demo_surge { // so many of a time's orders are about this
    double share;
    uint64_t sets;
    bool months[13];
    int64_t ago;     // months before the end; 0: by months
    int64_t days;    // only on so many days of such a month; 0: on all
    int place;       // DEF_NONE: any
    double *weights; // of the cases
};
struct demo_script {
    const struct def *def;
    const struct cal *cal;
    double share;   // 0: it files nothing of itself; its orders come by rules and from other orders
    double week[8]; // by ISO weekday from 1
    double hours[24];
    double months[13];
    double day_off;
    struct demo_festival {
        str name;
        double share;
    } * festivals;
    size_t n_festivals;
    struct demo_case *cases;
    size_t n_cases;
    struct demo_repeat *repeats;
    size_t n_repeats;
    struct demo_surge *surges;
    size_t n_surges;
    struct demo_way *ways;
    size_t n_ways;
    struct demo_words title, text, address;
    str *words; // names of lists
    size_t n_words;
    bool *kept; // by name: an order keeps its choice, and its repeats have it too
    struct demo_trait_name {
        str name;
        const struct yaml *set_at, *asked_at;
    } * traits; // by bit
    size_t n_traits;
    struct demo_lives lives, fast;
    bool has_fast;
};

// ---- the town

struct demo_callers {
    str *names, *titles;
    size_t n_names, n_titles;
    str mark, phone;
    double anonymous, confidential, frequent; // percent
};
struct demo_staff { // who holds a role
    const struct person **v;
    size_t n;
};
struct demo_town {
    const struct unit **places;
    size_t n_places;
    str *estates;
    size_t n_estates;
    int64_t houses, floors;
    struct demo_callers callers;
    const struct yaml *words; // lists all scripts may use
    struct demo_picture **pictures;
    size_t n_pictures;
    struct demo_script *loops; // room for all: what a step files stands before it
    size_t n_loops;
    int64_t rules_from; // so many orders at least, and rules file as well
};

// Reads demo.yaml and the script of each loop it names; with fast those that have shorter lives.
// Everything wrong in any of them is noted with file, line and column.
enum err_code demo_town_read(struct arena *a, const struct rules *r, const struct town_source *src,
    bool fast, struct demo_town *out, struct err *e) MUST_USE;
// Who holds the role nearest to the unit: there, or above it.
struct demo_staff demo_staff_at(
    struct arena *a, const struct rules *r, const struct role *role, const struct unit *at);

#endif
