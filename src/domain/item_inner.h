// Shared by the files of the engine (item_file, item_step, item_effect), and by nobody else.
#ifndef BH_DOMAIN_ITEM_INNER_H
#define BH_DOMAIN_ITEM_INNER_H

#include "domain/item_clock.h"
#include "domain/item_step.h"
#include "domain/item_store.h"
#include "domain/item_wait.h"
#include "domain/journal.h"

// One step being taken: what was, what becomes, and who asked.
struct turn {
    struct ctx *c;
    const struct def *d;
    const struct def_step *step;
    const struct step_in *in;
    const struct item *before;
    struct item *it;        // changed in place
    struct item_part *part; // of a part step, else NULL
    str own;                // where its answers stay: "part/2/"; empty: they are the item's
    str extra; // JSON members added to the event's changes, without braces; may be empty
    const struct item_ask *asked; // the request the last stage has agreed to; else NULL
    str said;                     // what that stage said of it
};

// A deep enough copy: fields, parts and clocks may then change on their own.
struct item item_copy(struct arena *a, const struct item *it);
// Checks answers against the step's asks (and, for filing, the definition's required fields) and
// sets them. prefix: "" or "judge/".
void item_answer(struct ctx *c, const struct def *d, const struct def_step *s, struct item *it,
    const struct item_field *given, size_t n, str prefix, struct err *e);
// What a step asks beside fields: the item's name, its class, its unit, its place and the cells it
// lies in.
void item_answer_self(struct ctx *c, const struct def *d, const struct def_step *s, struct item *it,
    const struct step_in *in, struct err *e);
void item_check_class(struct ctx *c, const struct def *d, int64_t cls, struct err *e);
void item_check_title(struct err *e, str field, str title);
void item_check_unit(struct ctx *c, bool lasting, int64_t unit, struct err *e);
// before: "" or "place."
void item_check_place(
    struct ctx *c, const char *before, const struct item_place *place, struct err *e);
// The cell of every layer its point lies in, as it was divided when it was filed.
void item_put_cells(struct ctx *c, struct item *it);
// Sets the computed fields from the others.
void item_compute(struct ctx *c, const struct def *d, struct item *it);
// What the step demands of the answers taken (prefix "" or "judge/"): options that fit, own words,
// what is required under a condition.
void item_must(struct ctx *c, const struct def *d, const struct def_step *s, const struct item *it,
    const struct item_part *part, const struct step_in *in, str prefix, struct err *e);
// Where the answers of a part's step stay: "part/2/" for an assisting unit's, and for one's to whom
// a share was passed down; empty when they are the item's: the lead's, or when nobody leads.
str item_part_prefix(struct arena *a, const struct item *it, const struct item_part *part);
// Does the step's moment belong to the part as its answers do?
bool item_stamps_part(const struct def_step *s);
// item_answer and, with check, item_must of a step that judges nobody, where its answers belong.
void item_part_answers(struct ctx *c, const struct def *d, const struct def_step *s,
    struct item *it, const struct item_part *part, const struct step_in *in, bool check,
    struct err *e);
// The options of a choice that fit the item as it stands.
str *item_fitting(const struct ctx *c, const struct def_field *f, const struct item *it, size_t *n);
// Who may be named in a field of persons.
const struct person **item_eligible(
    const struct ctx *c, const struct def_field *f, const struct item *it, size_t *n);
// Everything a step does short of its event: on a copy of the item it is a rehearsal.
enum err_code item_turn(struct turn *t, struct err *e) MUST_USE;
// item_turn, its event and what follows.
enum err_code item_take(struct turn *t, struct err *e) MUST_USE;
// A request for a step is made, decided or taken back.
enum err_code item_ask_turn(struct turn *t, struct err *e) MUST_USE;
// The step's own members of an event's changes: reason, files and what the effect added.
str item_turn_extra(struct turn *t);
// Does the step lead out of where the item, or the part, stands?
bool item_step_leaves(const struct def *d, const struct def_step *s, const struct item *it,
    const struct item_part *part);
str item_role_titles(const struct ctx *c, const str *who, size_t n);
// What was passed down has come back: the part above works on once nothing below it is open.
void item_part_rises(struct turn *t, int64_t above);
// A part has ended: what it passed down is taken back.
void item_part_ends(struct turn *t, int64_t above);
// Runs the step's effect on t->it. Notes go to e.
void item_effect(struct turn *t, struct err *e);
// State and paused, open, closed follow from a state index.
void item_enter(struct ctx *c, const struct def *d, struct item *it, int state);
// Derives, writes the row and the event, moves the counters. before->id 0: a new item.
enum err_code item_commit(struct ctx *c, const struct def *d, const struct item *before,
    struct item *it, struct event *ev, struct err *e) MUST_USE;
// The values that may stand once in the loop: takes those it has now and frees those it had
// (item_keys.c). ERR_CONFLICT names who has one.
enum err_code item_keys_move(struct ctx *c, const struct def *d, const struct item *before,
    const struct item *it, struct err *e) MUST_USE;
void item_key_free(struct ctx *c, const struct def *d, str field, str val, int64_t item);
// Has it been returned so often that it stays where it is?
void item_lock_derive(const struct def *d, struct item *it);
// Consequences: definition's escalations that hold now and have not fired in this round.
enum err_code item_escalate(
    struct ctx *c, const struct def *d, struct item *it, struct err *e) MUST_USE;
// Counters: the definition's tallies that hold before and after, on the day each is counted by.
void item_tally(
    struct ctx *c, const struct def *d, const struct item *before, const struct item *it);
// Does the tally count the item, and on which instant?
bool item_counts(
    const struct ctx *c, const struct def_tally *t, const struct item *it, int64_t *at_us);
// What it adds there: 1 of what is counted; of a sum the parts of its field's number.
int64_t item_amount(const struct def_tally *t, const struct item *it);
// The cells an item stands in when it is counted on that instant: also by each field the
// definition's boards name.
enum { ITEM_CELLS_MAX = JOURNAL_CELLS + DEF_BOARDS_MAX * JOURNAL_FIELD_CELLS };
size_t item_cells(struct arena *a, int zone_s, const struct def *d, const struct item *it,
    int64_t at_us, struct tally_cell out[ITEM_CELLS_MAX]);
// The counter of the stage the item stands in, and on which instant; empty: it stands in none.
str item_stage(
    const struct def *d, const struct def_ledger *s, const struct item *it, int64_t *at_us);
// The actor's or a given part for a part step, else one that somebody else may take it on; a note
// when there is no such part or several of his own, NULL when there is none at all.
struct item_part *item_part_for(struct ctx *c, const struct def *d, const struct def_step *s,
    struct item *it, int64_t part, struct err *e);
// Why a step is closed to the actor now; empty when it is open. part NULL for item steps.
str item_step_closed(struct ctx *c, const struct def *d, const struct def_step *s,
    const struct item *it, const struct item_part *part, enum err_code *code);
// Dispatches an item just filed when a route says so and is sure (route_auto.c).
enum err_code item_route_auto(
    struct ctx *c, const struct def *d, struct item *it, struct err *e) MUST_USE;
// Items merged into this one close with it.
enum err_code item_close_merged(struct ctx *c, const struct item *main, struct err *e) MUST_USE;
// item_import's own half of item_prepare and item_place: what is said of the past, and the state it
// leads to.
void item_past_check(struct ctx *c, const struct def *d, const struct item_in *in,
    const struct item_past *past, struct item *it, struct err *e);
void item_past_enter(struct ctx *c, const struct def *d, struct item *it);
void caller_check(const struct caller *in, struct err *e);
// Seals and stores the caller's data (domain/caller.c).
enum err_code caller_put(
    struct ctx *c, int64_t item, const struct caller *in, struct err *e) MUST_USE;

#endif
