// A loop definition: a YAML file compiled to flat arrays. It states what an item of this loop asks,
// which states it passes, who may take which step, which clocks run, what is counted. docs/loop.md
// is the language's manual.
//
// A definition is checked whole (all errors at once, with line and column) and immutable once
// published; an item keeps the version it was filed under. Filters inside it are kept as text here
// and compiled by rules.c, which knows the units and classes they name.
#ifndef BH_DOMAIN_DEF_H
#define BH_DOMAIN_DEF_H

#include "domain/cal.h"

enum {
    DEF_BYTES_MAX = 256 * KIB,
    DEF_STATES_MAX = 60, // fit a bit mask
    DEF_STEPS_MAX = 100,
    DEF_FIELDS_MAX = 120,
    DEF_CLOCKS_MAX = 30,
    DEF_LEDGER_MAX = DEF_CLOCKS_MAX,
    DEF_TALLIES_MAX = 60,
    DEF_BOARDS_MAX = 6,
    DEF_LISTS_MAX = 20, // of an analysis
    DEF_CADENCES_MAX = 20,
    DEF_FIRSTS_MAX = 10, // of one cadence
    DEF_VIEWS_MAX = 10,
    DEF_RECUR_MIN_M = 10,
    DEF_RECUR_MAX_M = 500,
    DEF_CADENCE_WINDOW = 7, // days, of one that is counted from the last closing
    DEF_REPEATS_DEFAULT = 3,
    DEF_STAGES_MAX = 5, // of one approval
    DEF_MARKS_MAX = 5,  // of one clock
    DEF_MUSTS_MAX = 20, // of one step
    DEF_FITS_MAX = 20,  // of one field
    DEF_UNDO_MAX_S = 600,
    DEF_ROUTE_RANKS = 9,
    DEF_ROUTE_RANK = 5, // when none is given
    DEF_ASSISTS_MAX = 5,
    DEF_KEY_MAX = 32, // [a-z][a-z0-9_-]*
    DEF_LEVELS = 3,   // of slips: blue, yellow, red
};

struct filter; // domain/filter.h

enum def_type {
    DEF_TEXT,
    DEF_NUMBER,
    DEF_MONEY, // yuan to the fen
    DEF_CHOICE,
    DEF_DATE,
    DEF_TIME,
    DEF_YESNO,
    DEF_PERSON,
    DEF_UNIT,     // its code
    DEF_REF,      // the number of a register's row
    DEF_FILE,     // one of the item's attachments, by id and name: "7/合同.pdf"
    DEF_CLASS,    // its scheme and code: "industry/C"
    DEF_GEOMETRY, // a point, a line or an area: GeoJSON in WGS 84 (domain/shape_field.h)
    // Personal data: the item keeps the mask and the mark (domain/sealed.h).
    DEF_PHONE,
    DEF_FULLNAME,
    DEF_IDNO,
};
enum def_check { CHECK_NOTHING, CHECK_USCC };

struct def_field {
    str key, title, help;
    enum def_type type;
    bool required;    // at filing
    bool unique;      // one item of this loop and town per value
    bool percent;     // a number that is a share: 0.95 is read and shown as 95%
    int64_t max;      // DEF_TEXT: code points
    double low, high; // DEF_NUMBER, when high > low
    str *options;     // DEF_CHOICE
    size_t n_options;
    // DEF_CHOICE: the first row that holds says which options fit; none: all.
    struct def_fit {
        str when;
        const struct filter *match; // compiled by rules.c
        str *options;
        size_t n;
    } * fits;
    size_t n_fits;
    int64_t min;    // DEF_TEXT: so many letters and digits, those of the fields in own_words aside
    int *own_words; // fields whose chosen words do not count
    size_t n_own_words;
    int *at_most; // DEF_NUMBER, DEF_MONEY: never more than these
    size_t n_at_most;
    str *roles; // DEF_PERSON: one of them is held by whoever is named
    size_t n_roles;
    str def;              // default, may be empty
    enum def_check check; // DEF_TEXT
    str to;               // DEF_REF: key of the register
    str scheme;           // DEF_CLASS: of its classes
    int shape;            // DEF_GEOMETRY: the only kind it takes, or DEF_NONE
    str text;             // of a computed field: its formula; nobody is asked for it
    str via, via_key; // shown as the row holds it: a field of type ref, and one of its register;
                      // text is both, as written (domain/via.h)
    struct formula *formula; // domain/formula.h, over the definition's fields
};
struct def_state {
    str key, title;
    bool paused; // clocks pause while in it
    bool done;   // closed: out of the queues, though steps may follow
    bool final;  // nothing follows (implies done)
};
struct def_limit {
    str when;                   // filter text; empty: always
    const struct filter *match; // compiled by rules.c
    int64_t from_us; // in force from this instant; 0: always. The latest one in force at the start
                     // decides
    struct dur limit;
    str stage; // "class.handle": as the item's class says of that stage; one that says nothing is
               // passed over. Empty: limit
    str until; // a date field: until the end of that day. Empty: limit
    str days;  // a number field: so many working days. Empty: limit
};
struct def_clock {
    str key, title;
    bool per_part;
    bool lead_only;   // per_part: only the lead's part has it
    double yellow;    // share of the limit, default 0.8
    struct def_mark { // named points on the way to the limit, in order
        str title;
        double share;
    } * marks;
    size_t n_marks;
    str then; // a step the system takes when it runs out; empty: none
    // A node 节点 of a schedule (of def.nodes): planned backward from that date (item_plan.h).
    int by;
    uint64_t after; // bit mask of nodes: they are done before it begins
    // Tried in order (newest from_us first); the first that holds decides; none: the clock does not
    // start.
    struct def_limit *limits;
    size_t n_limits;
};
struct def_reason {
    str key;
    str *options; // second level; may be empty
    size_t n;
};
struct def_reasons {
    str key;
    struct def_reason *rows;
    size_t n;
};
struct def_ask {
    int field; // index, or what every item has beside its fields: DEF_ASK_CLASS, ...
    bool required;
};
enum {
    DEF_ASK_UNIT = -6,  // who answers for a register's row
    DEF_ASK_NAME = -5,  // the item's title
    DEF_ASK_PLACE = -4, // its address and point
    DEF_ASK_CLASS = -2, // -3: DEF_UNKNOWN (def_read.h)
    DEF_NONE = -1,
};

// What a step does besides moving the state. The engine knows these and nothing about any loop.
enum def_effect {
    DOES_MOVE,     // only from/to, answers, clocks
    DOES_DISPATCH, // makes the lead's and the assistants' parts; the item's unit becomes the lead
    DOES_ASSIST,   // adds assisting parts
    DOES_CONFER,   // what was agreed upon, and the parts that come of it, if any
    DOES_PASS,     // a part's unit has its share done by units below it, and stays answerable
    DOES_WITHDRAW, // takes parts back
    DOES_RETURN,   // part returned with a reason; when the lead's part or the last one is returned
                   // the item goes to `back`
    DOES_SUSPEND,  // to a paused state with promised and review dates
    DOES_RESUME,
    DOES_EXTEND, // adds time to the clocks in `extends`
    DOES_AMEND,  // limits are looked up again, also where the class stays: by priority or kind
    DOES_REDO,   // finished parts go back to work, same round
    DOES_ROUND, // opens the next round: finished parts go back to work with clocks of the new round
    DOES_CLOSE, // marks the item closed (also implied by moving into a `done` state)
    DOES_REOPEN,   // closed item opens again as at filing; parts are withdrawn
    DOES_EVALUATE, // answers are stored beside those of other judges
    DOES_EXCLUDE,  // out of the rates, still counted and listed
    DOES_INCLUDE,
    DOES_UNLOCK, // allows one more return than the lock does
    DOES_MERGE,  // this item joins another one; its parts are withdrawn, its clocks void
    DOES_UNMERGE,
    DOES_GATHER,   // items of other loops become its members
    DOES_RELEASE,  // members are taken out
    DOES_CHILD,    // makes a child item; the parent closes after its children
    DOES_URGE,     // 催办: an event with a note; counted
    DOES_INSTRUCT, // 批示
    DOES_NOTE,
    DOES_SLIP,     // 督办: a slip of its level stands on the item until it closes
    DOES_RECEIPT,  // 回执: answers what its clocks wait for
    DOES_ESCALATE, // taken by the engine's own rules only
};

// What a step demands when a filter holds, over the item with the answers just given.
struct def_must {
    str when;
    const struct filter *match; // compiled by rules.c
    int *fields;
    size_t n_fields;
    int files;
    bool note;
    str why; // shown with what is missing
};
// One decision on the way from asking for a step to its being done.
struct def_stage {
    str title;
    str *who; // role keys: who decides
    size_t n_who;
    struct dur limit;     // DUR_NONE: no time is counted
    int clock;            // its own, behind the definition's clocks; DEF_NONE without a limit
    struct def_ask *asks; // what whoever agrees says as well
    size_t n_asks;
};

// What a new item is given in a field.
struct def_fill {
    str field; // of its loop
    str val;   // as written
    int from;  // the field of the item whose step it is; DEF_NONE: val itself
};
struct def_step {
    str key, title, hotkey, why; // why: shown when the guard closes it
    bool on_part;                // from/to are part states
    uint64_t from;               // bit mask of states (item's, or part's when on_part)
    int to;                      // state index, or DEF_NONE: stays
    int back;                    // DOES_RETURN: the item's state
    str *who;                    // role keys
    size_t n_who;
    str when;                   // guard, filter text
    const struct filter *guard; // compiled by rules.c
    enum def_effect does;
    struct def_ask *asks;
    size_t n_asks;
    struct def_ask *each; // what is said of each unit named: kept with its part
    size_t n_each;
    uint64_t start, stop, extends; // bit masks of clocks
    int reasons;                   // index into def.reasons or DEF_NONE
    bool reason_optional;          // none need be chosen
    bool note_required;
    int files_max;
    int photos;       // so many there must be
    str photos_stage; // "class.close": as many as the item's class says of that stage
    struct dur max;   // DOES_EXTEND
    int lock;  // DOES_RETURN: after so many returns nobody returns it until DOES_UNLOCK; 0: never
    int level; // DOES_SLIP, DOES_RECEIPT: from 1, the slip it issues or answers; 0: any
    uint64_t judges; // DOES_EVALUATE: bit mask; one bit: fixed, several: the caller says
    struct def_must *musts;
    size_t n_musts;
    struct def_stage *stages; // approve: asked for, and done when the last stage agrees; none: done
    size_t n_stages;
    str child_loop; // DOES_CHILD: it files an item of that loop; empty: of its own
    struct def_fill *fill;
    size_t n_fill;
    str stamp;  // name of a time field set to now; empty: none
    int undo_s; // so long may who took it take it back; 0: never
};
struct def_named {
    str key, title;
};
struct def_escalation {
    str key, title, when;
    const struct filter *match;
    int levels;
};
// Who is meant by a route: one unit by its code, the unit of the cell the item lies in, or the unit
// its class names.
enum def_route_to { ROUTE_TO_UNIT, ROUTE_TO_CELL, ROUTE_TO_CLASS };
struct def_route_unit {
    enum def_route_to to;
    str text; // as written: "office-business", "cell.residents", "class.unit"
    str name; // of the unit or of the layer
};
struct def_route {
    str key; // may be empty
    str when, because;
    const struct filter *match;
    struct def_route_unit unit, *assists;
    size_t n_assists;
    int rank;       // from 1; of those that hold the lowest decide, and should agree
    bool auto_high; // dispatched by itself when the confidence is high
};
// Sums are whole numbers of these parts of one, so that money and decimals add up exactly, in every
// version of a loop alike. No value adds more than so many of them, or takes more off.
enum { DEF_SUM_PARTS = 10000, DEF_SUM_PLACES = 4 };
#define DEF_SUM_MOST INT64_C(1000000000000000)
struct def_tally {
    str key, title, by, where; // by: filed, closed, or a step's stamp
    str sum;                   // the field whose number it adds up; empty: it counts
    bool money;                // and that is yuan
    const struct filter *match;
};
// What its counter stands for: the count, or the sum.
double def_tally_value(const struct def_tally *t, int64_t n);
// The same as exactly as it is counted: "1234.5".
str def_tally_text(struct arena *a, const struct def_tally *t, int64_t n);
// What a value adds to a sum: its parts, the last rounded; 0 of what is no plain decimal number.
int64_t def_sum_parts(str value);
// A stage of the work: what its clock came to, counted by unit. An item stands in one of the
// outcomes a clock has, so these five counts are all there is; what should be done is their sum.
enum def_outcome {
    OUTCOME_RUNNING,
    OUTCOME_PAUSED,
    OUTCOME_BREACHED,
    OUTCOME_MET,
    OUTCOME_LATE,
    OUTCOME_COUNT,
};
struct def_ledger {
    int clock;
    str by;                  // filed, closed, or a step's stamp
    str keys[OUTCOME_COUNT]; // of the counters: "handle.met"
};
struct def_rate {
    str key, title, text;
    struct formula *formula; // domain/formula.h, over tallies
    bool high_is_better;
};

// 未诉先办: was an item there before anybody called? Told by the items of these loops that are the
// same matter (domain/same.h).
struct def_ahead {
    int field; // a choice that keeps it; DEF_NONE: nobody asks
    str *of;   // loops in which people call
    size_t n_of;
    str nobody, first, late; // options: no call until it closed; calls came later; a call was first
};

// 共性问题: its items gather items of other loops (item_gather.h); what became of it is told by so
// many weeks of calls before its measure took effect, and after (gather_effect.h).
struct def_gathers {
    bool any;
    str which; // empty: any item that gathers none itself
    const struct filter *match;
    int count; // a number that keeps how many members there are
    str calls;
    const struct filter *counted;
    int effect; // a date; DEF_NONE: nothing is compared
    int weeks;
    str cell;   // a layer: calls from the cell its own point lies in; empty: from everywhere
    int within; // metres: calls so near to its point or a member's; 0: not asked
};

// Who is there as well: names the same row of a register, or lies within metres (filter_near.c).
struct def_near {
    bool said;
    int same;     // a reference, or DEF_NONE
    int within;   // metres; 0: points do not count
    int from, to; // of clashes: dates between which it needs the place
    str *loops;   // of beside: whose items are told
    size_t n_loops;
};

// A list of the loop's analysis: the items of a tally in the period, or what a filter finds now.
struct def_list {
    str key, title;
    int tally; // index or DEF_NONE: where
    str where;
    const struct filter *match; // compiled by rules.c
    str group;                  // as written; empty: none
    str group_field;            // key in the item's fields; empty: none
    int group_reasons; // index into def.reasons: by the reasons steps were given; or DEF_NONE
    int due;           // field of type date by which it was promised, or DEF_NONE
    int *show;         // fields
    size_t n_show;
};
struct def_analysis {
    int count;       // tally: what came in; DEF_NONE: the loop has no analysis
    int64_t repeats; // so many of the same caller or place are told
    struct def_list *lists;
    size_t n_lists;
};

// A rule that files an item for each row of a register it is over, once a period (cadence.h).
enum def_every { EVERY_DAYS, EVERY_WEEKS, EVERY_MONTHS };
enum def_cadence_unit {
    CADENCE_RECEIVER, // as every item of the loop
    CADENCE_ROW,      // the unit that answers for the row
    CADENCE_ROW_FIELD,
    CADENCE_UNIT,
};
struct def_cadence {
    str key, title, why;
    str over, when; // a register, and which of its rows
    str length;     // as written: "3mo"
    int every;      // so many of
    enum def_every of;
    bool aligned;     // to the calendar; else counted from the day the row's last item was closed
    int window;       // filed so many days before the period's end; 0: on its first day
    int64_t from_day; // in force from this day (since 1970); 0: always
    str during;       // a key date, or "any": it files while one is in force; empty: always
    int64_t to_day; // the last day of the one in force, from_day its first (cadence_on); 0: always
    bool never;     // none is in force (cadence_on)
    int field;      // names the row
    int until;      // holds the period's last day
    int reason;     // why the row comes first; DEF_NONE: not kept
    enum def_cadence_unit to;
    str unit;          // CADENCE_ROW_FIELD: the register's field; CADENCE_UNIT: a code
    struct def_first { // rows that come first
        str when, because;
    } * first;
    size_t n_first;
    struct def_given { // what the filing step is told besides
        int field;
        str val;
    } * fill;
    size_t n_fill;
    uint64_t done; // states in which the row was reached
};

// 巩固: what was closed is looked at again on a day, and is consolidated when it has held
// (recheck.h).
struct def_recur { // another item, filed since the closing, that tells it has not
    bool on;
    bool same_class;
    int within_m; // of its point; 0: by the unit in charge or by a field
    bool by_unit;
    int field;  // names the row of a register both are about; DEF_NONE
    str *loops; // of which it is
    size_t n_loops;
    str when;
    const struct filter *match; // compiled by rules.c
};
// A list of its items that everybody finds ready.
struct def_view {
    str key, title, where;
    const struct filter *match; // compiled by rules.c
    str *columns;               // names as list_columns_read takes them
    size_t n_columns;
};
struct def_solid {
    int pass, fail;             // steps; DEF_NONE: nothing of the loop is looked at again
    str when;                   // which of the closed ones; empty: all
    const struct filter *match; // compiled by rules.c
    str length;                 // as written: "6w"
    int after;                  // so many of
    enum def_every of;          // since the closing
    int field;                  // a date that goes before, where it is given; DEF_NONE
    struct def_recur recur;
};

struct def {
    str loop, title; // loop: its key, also of a register
    // A register 台账: its rows are items that last. They are kept, changed, archived and restored
    // by steps of these keys (def_register.c), and stand in lists of their own.
    bool lasting;
    bool read_by_unit; // else whoever may read anywhere in the town reads every row
    str name_title;    // what the title is called, 企业名称; empty: the usual
    str text_title;    // what the text is called, 诉求内容; empty: the usual
    str text_hint;     // how it is written, in one sentence
    str text;          // the YAML as given
    int64_t id;        // row in the database; 0 when read from a file
    int64_t version;
    str number_prefix;
    int number_digits;
    str receiver; // unit code; of a register its keeper
    str calendar, class_scheme;
    bool caller;
    int level; // handler level of the town itself, 0: levels are not shown
    struct def_ahead ahead;
    struct def_near clashes; // two of the loop in one place on the same days
    struct def_near beside;  // what items of other loops say of the place
    struct def_gathers gathers;
    struct def_named *judges;
    size_t n_judges;
    struct def_field *fields;
    size_t n_fields;
    struct def_state *states;
    size_t n_states;
    struct def_state *part_states;
    size_t n_part_states;
    bool wait_all;            // else the lead alone decides
    int then;                 // state after the parts have finished, or DEF_NONE
    struct def_clock *clocks; // then those of the stages of approvals
    size_t n_clocks;
    uint64_t nodes;    // bit mask of clocks: those planned backward from a date
    uint64_t receipts; // those a receipt stops
    struct def_reasons *reasons;
    size_t n_reasons;
    struct def_step *steps; // steps[0] is the filing step
    size_t n_steps;
    struct def_escalation *escalations;
    size_t n_escalations;
    struct def_route *routes;
    size_t n_routes;
    uint64_t
        boards; // bit mask of fields by which a board can break down, beside unit, class, channel
    struct def_tally *tallies;
    size_t n_tallies;
    struct def_ledger *ledger; // the loop's `stages`
    size_t n_ledger;
    struct def_rate *rates;
    size_t n_rates;
    struct def_analysis analysis;
    struct def_cadence *cadences;
    size_t n_cadences;
    struct def_solid solid;
    struct def_view *views;
    size_t n_views;
};

// Reads and checks one definition. On any error nothing usable comes back and e holds every
// finding. Checked beyond the form: keys unique and well formed, every state reachable from filing,
// a final or done state reachable from every state, no step out of a final state, clocks started
// before they are stopped, a paused state has a way out, formulas name tallies, effects have what
// they need (DOES_RETURN: back; DOES_EXTEND: extends; ...). Out of a final state only DOES_ROUND
// and DOES_REOPEN lead. Parts that are returned or taken back stand in the final states "returned"
// and "withdrawn": by these keys the engine tells them from finished ones.
enum err_code def_parse(struct arena *a, str yaml, struct def **out, struct err *e) MUST_USE;

int def_state_at(const struct def *d, str key); // index or DEF_NONE
int def_part_state_at(const struct def *d, str key);
int def_field_at(const struct def *d, str key);
int def_clock_at(const struct def *d, str key);
int def_judge_at(const struct def *d, str key);
// A field's, or "class", "place", "name", "unit".
str def_ask_key(const struct def *d, const struct def_ask *ask);
str def_ask_title(const struct def *d, const struct def_ask *ask, bool en);
// The words that ask for what is no field; DEF_NONE: a field's key, or nothing at all.
int def_ask_named(str key);
// Does the step ask one of these (DEF_ASK_CLASS, ...)? NULL: it does not.
const struct def_ask *def_asks(const struct def_step *s, int what);
bool def_asked(const struct def *d, int what);                 // does any of its steps?
str def_outcome_word(enum def_outcome o);                      // "met", as filters say it
const struct def_step *def_step(const struct def *d, str key); // NULL when none
// Is it personal data, of which the item keeps the mask? (domain/sealed.h)
static inline bool def_sealed(const struct def_field *f)
{
    return f->type == DEF_PHONE || f->type == DEF_FULLNAME || f->type == DEF_IDNO;
}
// Does it name a node of a tree, so that a filter means what is below it as well?
static inline bool def_of_tree(const struct def_field *f)
{
    return f->type == DEF_UNIT || f->type == DEF_CLASS;
}
// Kinds of shapes by name: point, line, polygon; DEF_NONE and empty where there is none.
int def_shape_named(str name);
str def_shape_name(int shape);
// Does a formula know how large it is: a line's metres, an area's square metres?
bool def_shape_measured(const struct def_field *f);
// Checks one value against a field and gives its canonical text ("2026-11-20", "3.5", an option);
// false and a note else. An empty value is no value: true, and the canonical text is empty; whether
// one is required is asked elsewhere.
bool def_value(struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e,
    str path) MUST_USE;
str def_level_name(int level);             // 1: "blue"
str def_effect_name(enum def_effect does); // "dispatch"
str def_type_name(enum def_type type);     // "choice"
// A drawing in Graphviz dot, states as nodes and steps as arrows.
str def_dot(struct arena *a, const struct def *d);
// What changed from one version to the next, a line each; for people.
str def_diff(struct arena *a, const struct def *from, const struct def *to);

#endif
