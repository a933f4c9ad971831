// Items over HTTP. The routes are in routes.c.
#ifndef BH_API_ITEMS_H
#define BH_API_ITEMS_H

#include "api/call.h"
#include "domain/item_step.h"

extern const struct field ITEMS_LIST[], ITEMS_LIST_QUERY[], ITEM_FILE_IN[], ITEM_STEP_IN[],
    ITEM_FORM_VIEW[], ITEM_FORM_QUERY[], ITEM_UNDO_IN[], REVEAL_IN[], REVEAL_OUT[], CLASH_IN[],
    CLASH_VIEW[];
extern const size_t CLASH_IN_SIZE, ITEM_FILE_IN_SIZE, ITEM_STEP_IN_SIZE, ITEM_UNDO_IN_SIZE,
    REVEAL_IN_SIZE;

// A step as it comes in: what is asked of one item, or (batch.h) of several.
struct step_reason {
    str key, option;
};
struct step_child {
    str title, text;
    int64_t cls;
};
struct step_place {
    str address;
    double lat, lon;
};
struct step_ask {
    str step, say, note, judge, extend, other, name;
    int64_t part, cls, unit;
    const struct json *fields, *units, *members, *each, *takes;
    struct step_reason reason;
    struct step_child child;
    struct step_place place;
};
extern const struct field STEP_REASON_IN[], STEP_CHILD_IN[], STEP_PLACE_IN[];
// Rows of the table of a struct that begins with a struct step_ask.
#define STEP_ASK_MEMBERS                                                                           \
    {"step", FIELD_STR, FIELD_REQUIRED, offsetof(struct step_ask, step), .max = DEF_KEY_MAX},      \
        {"say", FIELD_STR, .at = offsetof(struct step_ask, say), .options = "yes|no|back",         \
            .help = "of a step that is asked for: agree, refuse, or take the request back"},       \
        {"part", FIELD_I64, .at = offsetof(struct step_ask, part),                                 \
            .help = "0: your own open part, if there is just one"},                                \
        {"note", FIELD_STR, .at = offsetof(struct step_ask, note), .max = ITEM_NOTE_MAX},          \
        {"fields", FIELD_JSON, .at = offsetof(struct step_ask, fields),                            \
            .help = "{key: value} as the step asks"},                                              \
        {"class", FIELD_I64, .at = offsetof(struct step_ask, cls)},                                \
        {"place", FIELD_OBJ, .at = offsetof(struct step_ask, place), .sub = STEP_PLACE_IN},        \
        {"name", FIELD_STR, .at = offsetof(struct step_ask, name), .max = ITEM_TITLE_MAX,          \
            .help = "the item's title anew; empty: unchanged"},                                    \
        {"unit", FIELD_I64, .at = offsetof(struct step_ask, unit),                                 \
            .help = "who answers for a register's row; 0: unchanged"},                             \
        {"units", FIELD_JSON, .at = offsetof(struct step_ask, units),                              \
            .help = "[unit ids], the first is the lead"},                                          \
        {"each", FIELD_JSON, .at = offsetof(struct step_ask, each),                                \
            .help = "[{key: value}] of each of the units, as the step asks of them"},              \
        {"reason", FIELD_OBJ, .at = offsetof(struct step_ask, reason), .sub = STEP_REASON_IN},     \
        {"judge", FIELD_STR, .at = offsetof(struct step_ask, judge), .max = DEF_KEY_MAX},          \
        {"extend", FIELD_STR, .at = offsetof(struct step_ask, extend), .max = 12, .help = "3wd"},  \
        {"other", FIELD_STR, .at = offsetof(struct step_ask, other), .max = 40,                    \
            .help = "merge: the main item's number"},                                              \
        {"takes", FIELD_JSON, .at = offsetof(struct step_ask, takes),                              \
            .help = "merge of a row: [fields, name, unit, class, place] the other takes over"},    \
        {"members", FIELD_JSON, .at = offsetof(struct step_ask, members),                          \
            .help = "gather, release: [numbers of items]"},                                        \
    {                                                                                              \
        "child", FIELD_OBJ, .at = offsetof(struct step_ask, child), .sub = STEP_CHILD_IN           \
    }
// What it says, but for item and version; mistakes are notes of the call.
void items_step_read(struct call *k, const struct step_ask *t, struct step_in *in);

enum err_code items_list(struct call *k);
enum err_code items_get(struct call *k);
enum err_code items_by_no(struct call *k);
enum err_code items_answer(struct call *k); // the item k->result names
enum err_code items_file_check(struct call *k);
enum err_code items_file(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_step_check(struct call *k);
enum err_code items_step(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_undo(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_form(struct call *k);
// Who would need the same place on the same days.
enum err_code items_clashes(struct call *k);
enum err_code items_reveal(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_reveal_answer(struct call *k);
enum err_code items_attach_check(struct call *k);
enum err_code items_attach(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code items_attached(struct call *k);

#endif
