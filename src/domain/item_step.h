// The doors through which an item changes: filing one, and taking a step. Both write one event (and
// the event of every consequence: an escalation, a merged order closed with its main one) and move
// the counters, in the caller's transaction.
#ifndef BH_DOMAIN_ITEM_STEP_H
#define BH_DOMAIN_ITEM_STEP_H

#include "domain/ctx.h"
#include "domain/item.h"

struct caller {
    str name, phone, door;
    bool anonymous, confidential;
};
// Where something is. The whole of it: what is not said is not known.
struct item_place {
    str address;
    double lat, lon; // 0, 0: none
};
struct item_in {
    str loop;
    str title, text, address;
    double lat, lon;
    int64_t cls;
    struct item_field *fields; // as given; checked against the definition
    size_t n_fields;
    struct caller caller;
    bool has_caller;
    int64_t parent;   // 0: none
    int64_t unit;     // of a register's row: its keeper answers when 0. Of an item: by rule, step
    bool by_rule;     // the system files it, for that unit (cadence.h)
    bool by_step;     // a step files it: who may take the step may file it (item_child.h)
    str note;         // by rule: what the history says of it
    int64_t filed_us; // 0: now; imports give the past
    str no;           // empty: counted
    str same;         // number of an item that is the same matter (domain/same.h); empty: none
};
// Files an item. ERR_INVALID with every mistake at once; ERR_DENIED; ERR_CONFLICT when a unique
// value is taken (the note's expected names the order that has it).
enum err_code item_file(
    struct ctx *c, const struct item_in *in, struct item *out, struct err *e) MUST_USE;

// History: an item that is over when it gets here. It stands in a done state from its first event
// ("import") on; no clock runs, no rule climbs, and answers the filing step would demand may be
// missing. Needs MAY_IMPORT.
struct item_past {
    str state;         // a done state
    int64_t unit;      // 0: the receiver
    int64_t closed_us; // 0: when it was filed
};
enum err_code item_import(struct ctx *c, const struct item_in *in, const struct item_past *past,
    struct item *out, struct err *e) MUST_USE;

// item_file (past NULL) and item_import in two halves, for imports that look at every row before
// they write any: item_prepare writes nothing and gives the item as it would first stand, without
// id and number; item_place files what item_prepare gave.
enum err_code item_prepare(struct ctx *c, const struct item_in *in, const struct item_past *past,
    struct item *it, struct err *e) MUST_USE;
enum err_code item_place(struct ctx *c, const struct item_in *in, const struct item_past *past,
    struct item *it, struct err *e) MUST_USE;

// What is said of a step that is asked for and decided.
enum step_say {
    SAY_TAKE, // takes it, or asks for it
    SAY_YES,  // the stage agrees
    SAY_NO,
    SAY_BACK, // who asked takes it back, or has seen that it was refused
};
struct step_in {
    int64_t item;
    enum step_say say;
    str step;
    int64_t version; // the one the caller saw; ITEM_ANY_VERSION for the engine itself
    int64_t part;    // 0: the actor's own open part, when there is just one
    str note;
    struct item_field *fields;
    size_t n_fields;
    int64_t cls;    // 0: unchanged
    str title;      // empty: unchanged
    int64_t unit;   // of a register's row; 0: unchanged
    bool has_place; // place is said
    struct item_place place;
    int64_t *units; // dispatch and assist: the first is the lead
    size_t n_units;
    struct step_each { // what is said of each of the units, in their order
        struct item_field *fields;
        size_t n;
    } * each;
    size_t n_each;
    str reason, reason_option;
    str judge;
    struct dur extend;
    str other;  // merge: the main order's number
    str *takes; // merge of a row: what the other takes over
    size_t n_takes;
    str *members; // gather, release: numbers
    size_t n_members;
    struct item_in child;
    int64_t *files; // attachments of the item that belong to this step
    size_t n_files;
};
enum { ITEM_ANY_VERSION = -1, ITEM_STEP_FILES_MAX = 20, ITEM_MEMBERS_MAX = 200 };

// Takes one step and gives the item as it then stands. A step with stages of approval is asked for:
// it is done when the last stage agrees. The system itself need not ask.
//   ERR_MISSING   no such item, or none the actor may see
//   ERR_CONFLICT  in->version is not the item's version; e->extra is empty (the api adds both
//   versions) ERR_INVALID   the step does not leave this state, a guard closes it, an answer is
//   wrong or missing ERR_DENIED    the step belongs to a role the actor does not hold there
enum err_code item_step(
    struct ctx *c, const struct step_in *in, struct item *out, struct err *e) MUST_USE;

// The same without writing anything: what the item would be. base: the item as an earlier trial
// left it; NULL: as it stands. Not for steps that concern other items (merge, gather, child,
// dispatch).
enum err_code item_step_try(struct ctx *c, const struct step_in *in, const struct item *base,
    struct item *out, struct err *e) MUST_USE;

// Do its answers stay with the part? Not the lead's, nor anybody's where nobody leads: they are the
// item's.
bool item_part_own(const struct item *it, const struct item_part *part);
// What keys of the part's own answers begin with: "part/2/".
str item_part_kept(struct arena *a, const struct item_part *part);
// The item as the part's unit sees it when it answers: with its own answers where they are not the
// item's. The lead, and a step of no part (NULL), see the item itself.
struct item item_as_part(
    struct ctx *c, const struct def *d, const struct item *it, const struct item_part *part);
// What may be taken now, and why the rest may not. For the part steps one row per part the step
// could be about.
struct step_open {
    const struct def_step *step;
    int64_t part; // 0: the item's
    bool ok;
    str why; // when not ok, for people
};
struct step_open *item_steps(struct ctx *c, const struct item *it, size_t *n);
// What a step's form asks with these answers in it: what is required by now, which options fit.
struct item_form {
    struct item_form_row {
        str field, why;
        bool required;
        str *options;
        size_t n_options;
        const struct person **people; // who may be named
        size_t n_people;
    } * rows;
    size_t n;
    int files; // at least
    str files_why;
    bool note;
    str note_why;
};
void item_form(
    struct ctx *c, const struct item *it, const struct step_in *in, struct item_form *out);

// The items of which a clock has run out unnoticed, at most max, the earliest first.
struct item_due {
    int64_t id;
    str no;
};
size_t item_alarms_due(struct ctx *c, size_t max, struct item_due *out);
// Notices the clocks of one item that have run out, as an event of the system. OK without one when
// none has.
enum err_code item_alarm(struct ctx *c, int64_t id, struct err *e) MUST_USE;
// Both for at most max items, in one transaction; answers how many items were touched.
int64_t item_alarms(struct ctx *c, int64_t max, struct err *e);
// Computes the due times of an open item again, after its calendar changed. OK without an event
// when nothing moved.
enum err_code item_settle(struct ctx *c, int64_t id, struct err *e) MUST_USE;

#endif
