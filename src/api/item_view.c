#include "api/item_view.h"

#include <string.h>
#include "api/event_title.h"
#include "api/plan_view.h"
#include "domain/caller.h"
#include "domain/item_refer.h"
#include "domain/item_step.h"
#include "domain/item_store.h"
#include "domain/item_wait.h"
#include "domain/item_undo.h"
#include "domain/people.h"
#include "domain/route.h"
#include "domain/sealed.h"
#include "domain/supervise.h"
#include "domain/watch_list.h"

#define F(type, member, kind, ...)                                                                 \
    {                                                                                              \
#member, kind, .at = offsetof(type, member), ##__VA_ARGS__                                 \
    }
#define FN(type, name, member, kind, ...)                                                          \
    {                                                                                              \
        name, kind, .at = offsetof(type, member), ##__VA_ARGS__                                    \
    }

const struct field ROW_VIEW[] = {
    F(struct row_view, id, FIELD_I64),
    F(struct row_view, no, FIELD_STR, .help = "order number"),
    F(struct row_view, loop, FIELD_STR),
    F(struct row_view, title, FIELD_STR),
    F(struct row_view, state, FIELD_STR),
    F(struct row_view, state_title, FIELD_STR),
    F(struct row_view, open, FIELD_BOOL),
    F(struct row_view, paused, FIELD_BOOL),
    F(struct row_view, excluded, FIELD_BOOL),
    F(struct row_view, repeat, FIELD_BOOL,
        .help = "merged into another one of its loop, or tied to an earlier one"),
    F(struct row_view, main_repeat, FIELD_BOOL,
        .help = "others are merged into it or tied to it, and it is no repeat itself"),
    F(struct row_view, locked, FIELD_BOOL,
        .help = "returned so often that nobody returns it until it is unlocked"),
    F(struct row_view, gathered, FIELD_STR, .help = "number of the item that gathers it"),
    F(struct row_view, slip, FIELD_STR,
        .help = "level of the supervision slip that stands on it: blue yellow red; empty: none"),
    F(struct row_view, receipt, FIELD_STR, .help = "a receipt is awaited: due late; empty: none"),
    F(struct row_view, overdue, FIELD_BOOL),
    F(struct row_view, unit, FIELD_I64, .help = "unit in charge"),
    F(struct row_view, unit_name, FIELD_STR),
    FN(struct row_view, "class", cls, FIELD_I64),
    F(struct row_view, class_name, FIELD_STR),
    F(struct row_view, channel, FIELD_STR),
    F(struct row_view, kind, FIELD_STR),
    F(struct row_view, priority, FIELD_STR),
    FN(struct row_view, "filed", filed_us, FIELD_TIME),
    FN(struct row_view, "changed", changed_us, FIELD_TIME),
    FN(struct row_view, "closed", closed_us, FIELD_TIME),
    FN(struct row_view, "due", due_us, FIELD_TIME,
        .help = "nearest due time of its running clocks"),
    F(struct row_view, left_s, FIELD_I64,
        .help = "plain seconds until due, negative when over; 0 without due"),
    F(struct row_view, lamp, FIELD_STR, .help = "green yellow red none"),
    F(struct row_view, returns, FIELD_I64),
    F(struct row_view, urges, FIELD_I64),
    F(struct row_view, merged, FIELD_I64, .help = "id of the main item, 0 when not merged"),
    F(struct row_view, asks, FIELD_STR,
        .help = "steps that are asked for and wait to be decided; empty: none"),
    F(struct row_view, version, FIELD_I64),
    F(struct row_view, snippet, FIELD_STR,
        .help = "where the text or the address holds a word of the filter; empty otherwise"),
    {0},
};

enum {
    LAMP_SOON_S = 12 * 3600
}; // in lists, where no clock is opened: yellow within twelve hours of the due time

// Titles of the steps asked for, from the words of item.waits.
static str asked_titles(struct ctx *c, const struct def *d, str waits)
{
    str *titles = NULL;
    size_t n = 0;
    for (str word; d && str_cut(&waits, '>', &word);) {
        const struct def_step *s =
            str_starts(word, S("<s:")) ? def_step(d, str_sub(word, 3, word.n)) : NULL;
        if (s)
            VEC_PUSH(c->arena, titles, n) = s->title;
    }
    return str_join(c->arena, titles, n, c->lang == LANG_EN ? S(", ") : S("、"));
}

void row_view(struct ctx *c, const struct list_row *r, struct row_view *out)
{
    const struct def *d = rules_def(c->rules, r->def);
    const struct unit *u = rules_unit(c->rules, r->unit);
    const struct class_ *k = r->cls ? rules_class(c->rules, r->cls) : NULL;
    int at = d ? def_state_at(d, r->state) : DEF_NONE;
    *out = (struct row_view){.id = r->id,
        .no = r->no,
        .loop = r->loop,
        .title = r->title,
        .state = r->state,
        .state_title = at >= 0 ? d->states[at].title : r->state,
        .open = r->open,
        .paused = r->paused,
        .excluded = r->excluded,
        .repeat = r->repeat,
        .main_repeat = r->main_repeat,
        .locked = r->locked,
        .gathered = r->gathered,
        .slip = supervise_level_of(r->waits),
        .receipt = supervise_receipt_of(r->waits),
        .unit = r->unit,
        .unit_name = u ? (u->short_name.n > 0 ? u->short_name : u->name) : (str){0},
        .cls = r->cls,
        .class_name = k ? k->name : (str){0},
        .channel = r->channel,
        .kind = r->kind,
        .priority = r->priority,
        .filed_us = r->filed_us,
        .changed_us = r->changed_us,
        .closed_us = r->closed_us,
        .due_us = r->due_us,
        .version = r->version,
        .returns = r->returns,
        .urges = r->urges,
        .merged = r->merged,
        .snippet = r->snippet,
        .asks = asked_titles(c, d, r->waits)};
    out->lamp = S("none");
    if (r->due_us == 0)
        return;
    out->left_s = (r->due_us - c->now_us) / US_SECOND;
    out->overdue = r->open && r->due_us < c->now_us;
    out->lamp = r->due_us < c->now_us       ? S("red")
                : out->left_s < LAMP_SOON_S ? S("yellow")
                                            : S("green");
}

// ---- one item

struct field_view {
    str key, title, value, judge, shown, sealed;
    int64_t row;
};
struct part_view {
    int64_t id, unit, since_us, above, level;
    str unit_name, state, state_title;
    bool lead, open, own;
    struct list answers;
};
struct mark_view {
    str title;
    double share;
    int64_t at_us;
    bool passed;
};
struct clock_view {
    str key, title, state, limit, limit_title, counts, lamp, rule, unit_name;
    int64_t part, round, started_us, due_us, stopped_us, left_s, used_s, extended_s, day_s, pauses,
        percent;
    double share;
    bool breached, open;
    struct list marks;
};
struct file_view {
    int64_t id, bytes, at_us;
    str name, type, person_name;
};
struct link_view {
    str kind, no, title;
    int64_t item;
};
struct open_view {
    str key, title, hotkey, why, unit_name;
    int64_t part;
    bool ok;
};
struct request_view {
    str step, title, unit_name, by_name, stage_title, waits_for, note, reason, extend, units,
        no_note, no_name;
    int64_t part, by, at_us, stage, no_us;
    bool refused, may_decide, may_take_back;
    struct list answers, said;
    struct strs files;
};
struct said_view {
    str title, person_name, note;
    int64_t at_us;
};
struct event_view {
    int64_t version, at_us, person, unit, part;
    str person_name, unit_name, what, what_title, note, changes;
};
struct caller_view {
    bool known, anonymous, confidential, may_reveal;
    str name, phone, door;
    int64_t others;
};
struct route_view {
    int64_t unit;
    str unit_name, because, confidence;
};
struct undo_view {
    str step, title;
    int64_t until_us, left_s;
};
struct item_full {
    struct row_view row;
    str text, address, def_title, receiver_name, raised_name;
    double lat, lon;
    int64_t def, def_version, round, extensions, reopens, unlocks, level, raised, parent, receiver;
    int64_t recheck_us, solid_us, recurs;
    struct list fields, parts, clocks, plan, files, links, steps, requests, timeline;
    struct caller_view caller;
    struct route_view route;
    struct undo_view undo;
    bool watched, may_reveal;
};

static const struct field FIELD_ROWS[] = {
    F(struct field_view, key, FIELD_STR),
    F(struct field_view, title, FIELD_STR),
    F(struct field_view, value, FIELD_STR),
    F(struct field_view, judge, FIELD_STR, .help = "who judged; empty for ordinary fields"),
    F(struct field_view, shown, FIELD_STR,
        .help = "for people, where that is not the value: the name of a person, a unit, a row"),
    F(struct field_view, row, FIELD_I64, .help = "id of the register's row it names; or 0"),
    F(struct field_view, sealed, FIELD_STR, .help = "of personal data, masked: what reveals them"),
    {0},
};
static const struct field PART_ROWS[] = {
    F(struct part_view, id, FIELD_I64),
    F(struct part_view, unit, FIELD_I64),
    F(struct part_view, unit_name, FIELD_STR),
    F(struct part_view, lead, FIELD_BOOL),
    F(struct part_view, state, FIELD_STR),
    F(struct part_view, state_title, FIELD_STR),
    FN(struct part_view, "since", since_us, FIELD_TIME),
    F(struct part_view, open, FIELD_BOOL),
    F(struct part_view, above, FIELD_I64, .help = "the part whose unit passed it down; 0: none"),
    F(struct part_view, level, FIELD_I64, .help = "handler level of the unit; 0: not said"),
    F(struct part_view, own, FIELD_BOOL,
        .help = "its answers stay with it: it assists the lead, or has been passed a share"),
    {"answers", FIELD_LIST, .at = offsetof(struct part_view, answers), .sub = FIELD_ROWS,
        .size = sizeof(struct field_view),
        .help = "what it answered for its share; the lead's answers are the item's"},
    {0},
};
static const struct field MARK_ROWS[] = {
    F(struct mark_view, title, FIELD_STR),
    F(struct mark_view, share, FIELD_F64),
    FN(struct mark_view, "at", at_us, FIELD_TIME),
    F(struct mark_view, passed, FIELD_BOOL),
    {0},
};
static const struct field CLOCK_ROWS[] = {
    F(struct clock_view, key, FIELD_STR),
    F(struct clock_view, title, FIELD_STR),
    F(struct clock_view, part, FIELD_I64),
    F(struct clock_view, unit_name, FIELD_STR),
    F(struct clock_view, round, FIELD_I64),
    F(struct clock_view, state, FIELD_STR, .help = "running paused met late void"),
    F(struct clock_view, open, FIELD_BOOL),
    F(struct clock_view, limit, FIELD_STR, .help = "5wd"),
    F(struct clock_view, limit_title, FIELD_STR),
    F(struct clock_view, counts, FIELD_STR, .help = "work or plain"),
    F(struct clock_view, rule, FIELD_STR, .help = "the condition of the limit in force"),
    FN(struct clock_view, "started", started_us, FIELD_TIME),
    FN(struct clock_view, "due", due_us, FIELD_TIME),
    FN(struct clock_view, "stopped", stopped_us, FIELD_TIME),
    F(struct clock_view, left_s, FIELD_I64, .help = "of what it counts; negative when over"),
    F(struct clock_view, used_s, FIELD_I64),
    F(struct clock_view, share, FIELD_F64),
    F(struct clock_view, lamp, FIELD_STR),
    F(struct clock_view, extended_s, FIELD_I64),
    F(struct clock_view, day_s, FIELD_I64,
        .help = "what a day counts: the nominal working day, or 86,400"),
    F(struct clock_view, pauses, FIELD_I64),
    F(struct clock_view, percent, FIELD_I64,
        .help = "of its limit it runs against while a key date is in force; 0: all of it"),
    F(struct clock_view, breached, FIELD_BOOL),
    {"marks", FIELD_LIST, .at = offsetof(struct clock_view, marks), .sub = MARK_ROWS,
        .size = sizeof(struct mark_view), .help = "named points on the way to the limit"},
    {0},
};
static const struct field FILE_ROWS[] = {
    F(struct file_view, id, FIELD_I64),
    F(struct file_view, name, FIELD_STR),
    F(struct file_view, type, FIELD_STR),
    F(struct file_view, bytes, FIELD_I64),
    FN(struct file_view, "at", at_us, FIELD_TIME),
    F(struct file_view, person_name, FIELD_STR),
    {0},
};
static const struct field LINK_ROWS[] = {
    F(struct link_view, kind, FIELD_STR, .help = "parent child main merged same gathered differs"),
    F(struct link_view, item, FIELD_I64),
    F(struct link_view, no, FIELD_STR),
    F(struct link_view, title, FIELD_STR),
    {0},
};
static const struct field STEP_ROWS[] = {
    F(struct open_view, key, FIELD_STR),
    F(struct open_view, title, FIELD_STR),
    F(struct open_view, hotkey, FIELD_STR),
    F(struct open_view, part, FIELD_I64, .help = "0: the item's own step"),
    F(struct open_view, unit_name, FIELD_STR),
    F(struct open_view, ok, FIELD_BOOL),
    F(struct open_view, why, FIELD_STR, .help = "why it is closed to you"),
    {0},
};
static const struct field SAID_ROWS[] = {
    F(struct said_view, title, FIELD_STR),
    F(struct said_view, person_name, FIELD_STR),
    FN(struct said_view, "at", at_us, FIELD_TIME),
    F(struct said_view, note, FIELD_STR),
    {0},
};
static const struct field REQUEST_ROWS[] = {
    F(struct request_view, step, FIELD_STR),
    F(struct request_view, title, FIELD_STR),
    F(struct request_view, part, FIELD_I64, .help = "0: the item's own step"),
    F(struct request_view, unit_name, FIELD_STR),
    F(struct request_view, by, FIELD_I64, .help = "who asked"),
    F(struct request_view, by_name, FIELD_STR),
    FN(struct request_view, "at", at_us, FIELD_TIME),
    F(struct request_view, note, FIELD_STR),
    F(struct request_view, reason, FIELD_STR),
    F(struct request_view, extend, FIELD_STR, .help = "3wd"),
    F(struct request_view, units, FIELD_STR),
    {"answers", FIELD_LIST, .at = offsetof(struct request_view, answers), .sub = FIELD_ROWS,
        .size = sizeof(struct field_view)},
    F(struct request_view, files, FIELD_STRS, .help = "their names"),
    F(struct request_view, stage, FIELD_I64, .help = "which stage decides now, from 0"),
    F(struct request_view, stage_title, FIELD_STR),
    F(struct request_view, waits_for, FIELD_STR, .help = "who may decide"),
    {"said", FIELD_LIST, .at = offsetof(struct request_view, said), .sub = SAID_ROWS,
        .size = sizeof(struct said_view), .help = "the stages that agreed"},
    F(struct request_view, refused, FIELD_BOOL),
    F(struct request_view, no_name, FIELD_STR, .help = "who refused"),
    FN(struct request_view, "no_at", no_us, FIELD_TIME),
    F(struct request_view, no_note, FIELD_STR),
    F(struct request_view, may_decide, FIELD_BOOL),
    F(struct request_view, may_take_back, FIELD_BOOL),
    {0},
};
static const struct field EVENT_ROWS[] = {
    F(struct event_view, version, FIELD_I64),
    FN(struct event_view, "at", at_us, FIELD_TIME),
    F(struct event_view, person, FIELD_I64, .help = "0: the system"),
    F(struct event_view, person_name, FIELD_STR),
    F(struct event_view, unit, FIELD_I64),
    F(struct event_view, unit_name, FIELD_STR, .help = "as it was called then"),
    F(struct event_view, what, FIELD_STR),
    F(struct event_view, what_title, FIELD_STR),
    F(struct event_view, part, FIELD_I64),
    F(struct event_view, note, FIELD_STR),
    F(struct event_view, changes, FIELD_STR, .flags = FIELD_RAW),
    {0},
};
static const struct field CALLER_ROWS[] = {
    F(struct caller_view, known, FIELD_BOOL),
    F(struct caller_view, anonymous, FIELD_BOOL),
    F(struct caller_view, confidential, FIELD_BOOL),
    F(struct caller_view, name, FIELD_STR, .help = "masked"),
    F(struct caller_view, phone, FIELD_STR, .help = "masked"),
    F(struct caller_view, door, FIELD_STR, .help = "masked"),
    F(struct caller_view, others, FIELD_I64, .help = "other items of the same number"),
    F(struct caller_view, may_reveal, FIELD_BOOL),
    {0},
};
static const struct field ROUTE_ROWS[] = {
    F(struct route_view, unit, FIELD_I64),
    F(struct route_view, unit_name, FIELD_STR),
    F(struct route_view, because, FIELD_STR),
    F(struct route_view, confidence, FIELD_STR,
        .help = "high medium low; low is for a person to judge. /suggestions says more"),
    {0},
};
static const struct field UNDO_ROWS[] = {
    F(struct undo_view, step, FIELD_STR, .help = "the step I may take back; empty: none"),
    F(struct undo_view, title, FIELD_STR),
    FN(struct undo_view, "until", until_us, FIELD_TIME),
    F(struct undo_view, left_s, FIELD_I64),
    {0},
};
#define LIST_OF(member, table, type)                                                               \
    {                                                                                              \
#member, FIELD_LIST, .at = offsetof(struct item_full, member), .sub = (table),             \
                             .size = sizeof(type)                                                  \
    }
const struct field ITEM_VIEW[] = {
    {"row", FIELD_OBJ, FIELD_INLINE, .at = offsetof(struct item_full, row), .sub = ROW_VIEW},
    F(struct item_full, text, FIELD_STR),
    F(struct item_full, address, FIELD_STR),
    F(struct item_full, lat, FIELD_F64),
    F(struct item_full, lon, FIELD_F64),
    F(struct item_full, def, FIELD_I64),
    F(struct item_full, def_version, FIELD_I64),
    F(struct item_full, def_title, FIELD_STR),
    F(struct item_full, receiver, FIELD_I64),
    F(struct item_full, receiver_name, FIELD_STR),
    F(struct item_full, round, FIELD_I64),
    F(struct item_full, extensions, FIELD_I64),
    F(struct item_full, reopens, FIELD_I64),
    F(struct item_full, unlocks, FIELD_I64),
    FN(struct item_full, "recheck", recheck_us, FIELD_TIME),
    FN(struct item_full, "consolidated", solid_us, FIELD_TIME),
    F(struct item_full, recurs, FIELD_I64),
    F(struct item_full, level, FIELD_I64),
    F(struct item_full, raised, FIELD_I64),
    F(struct item_full, raised_name, FIELD_STR),
    F(struct item_full, parent, FIELD_I64),
    LIST_OF(fields, FIELD_ROWS, struct field_view),
    LIST_OF(parts, PART_ROWS, struct part_view),
    LIST_OF(clocks, CLOCK_ROWS, struct clock_view),
    LIST_OF(plan, PLAN_VIEW, struct plan_row_view),
    {"caller", FIELD_OBJ, .at = offsetof(struct item_full, caller), .sub = CALLER_ROWS},
    LIST_OF(files, FILE_ROWS, struct file_view),
    LIST_OF(links, LINK_ROWS, struct link_view),
    LIST_OF(steps, STEP_ROWS, struct open_view),
    LIST_OF(requests, REQUEST_ROWS, struct request_view),
    {"route", FIELD_OBJ, .at = offsetof(struct item_full, route), .sub = ROUTE_ROWS},
    F(struct item_full, may_reveal, FIELD_BOOL, .help = "I may see its personal data"),
    F(struct item_full, watched, FIELD_BOOL, .help = "I keep an eye on it"),
    {"undo", FIELD_OBJ, .at = offsetof(struct item_full, undo), .sub = UNDO_ROWS},
    LIST_OF(timeline, EVENT_ROWS, struct event_view),
    {0},
};
const size_t ITEM_VIEW_SIZE = sizeof(struct item_full);

#define PUSH(list_, a, type) (*((type *)list_push(&(list_), (a), sizeof(type))))
static void *list_push(struct list *l, struct arena *a, size_t size)
{
    l->v = arena_grow(a, l->v, l->n, size);
    return (char *)l->v + size * l->n++;
}

static str unit_name(const struct ctx *c, int64_t id)
{
    const struct unit *u = id ? rules_unit(c->rules, id) : NULL;
    return u ? u->name : (str){0};
}

static str person_name(const struct ctx *c, int64_t id)
{
    const struct person *p = id ? rules_person(c->rules, id) : NULL;
    return p ? p->name : id ? S("?") : c->lang == LANG_EN ? S("System") : S("系统");
}

// "own/solved" is the answer of the judge own to the field solved.
static bool is_answer(str key, str judge, str field)
{
    return key.n == judge.n + 1 + field.n && key.s[judge.n] == '/' && str_starts(key, judge) &&
           str_ends(key, field);
}

// kept: the key it has with the item.
static struct field_view field_of(struct ctx *c, const struct def_field *d, str kept, str value)
{
    struct field_view f = {.key = d->key, .title = d->title, .value = value};
    f.shown = item_field_shown(c, d, f.value);
    if (def_sealed(d) && value.n > 0)
        f = (struct field_view){.key = d->key, .title = d->title, .value = f.shown, .sealed = kept};
    f.shown = str_eq(f.shown, f.value) ? (str){0} : f.shown;
    f.row = item_field_row(c, d, f.value);
    return f;
}

static void view_judged(struct ctx *c, const struct def *d, const struct item *it,
    const struct def_named *judge, struct item_full *v)
{
    size_t from = 0;
    while (from < it->n_fields && !str_starts(it->fields[from].key, judge->key))
        from++;
    for (size_t i = 0; from < it->n_fields && i < d->n_fields; i++)
        for (size_t k = from; k < it->n_fields; k++) {
            const struct def_field *f = &d->fields[i];
            if (!is_answer(it->fields[k].key, judge->key, f->key))
                continue;
            struct field_view x = field_of(c, f, it->fields[k].key, it->fields[k].val);
            x.judge = judge->title;
            PUSH(v->fields, c->arena, struct field_view) = x;
        }
}

// Definition fields in the definition's order, then every judge's answers.
static void view_fields(
    struct ctx *c, const struct def *d, const struct item *it, struct item_full *v)
{
    for (size_t i = 0; i < d->n_fields; i++) {
        str key = d->fields[i].key;
        struct field_view f = field_of(c, &d->fields[i], key, item_field(it, key));
        bool in_row =
            str_eq(f.key, S("channel")) || str_eq(f.key, S("kind")) || str_eq(f.key, S("priority"));
        if (f.value.n > 0 && !in_row)
            PUSH(v->fields, c->arena, struct field_view) = f;
    }
    for (size_t k = 0; k < d->n_judges; k++)
        view_judged(c, d, it, &d->judges[k], v);
}

// The town's own level, and one more for each step down the tree. A group is only a heading in it.
static int64_t level_of(const struct ctx *c, const struct def *d, int64_t unit)
{
    int64_t level = d->level;
    const struct unit *u = rules_unit(c->rules, unit);
    for (; level > 0 && u && u->parent != 0; u = rules_unit(c->rules, u->parent))
        level += !str_eq(u->kind, S("group"));
    return level;
}

static void view_answers(struct ctx *c, const struct def *d, const struct item *it,
    const struct item_part *p, struct part_view *x)
{
    str prefix = item_part_kept(c->arena, p);
    for (size_t i = 0; i < d->n_fields; i++) {
        str kept = str_two(c->arena, prefix, d->fields[i].key), value = item_field(it, kept);
        if (value.n > 0)
            PUSH(x->answers, c->arena, struct field_view) = field_of(c, &d->fields[i], kept, value);
    }
}

static void view_parts(
    struct ctx *c, const struct def *d, const struct item *it, struct item_full *v)
{
    for (size_t i = 0; i < it->n_parts; i++) {
        const struct item_part *p = &it->parts[i];
        int at = def_part_state_at(d, p->state);
        struct part_view x = {.id = p->id,
            .unit = p->unit,
            .since_us = p->since_us,
            .above = p->above,
            .level = level_of(c, d, p->unit),
            .unit_name = unit_name(c, p->unit),
            .state = p->state,
            .state_title = at >= 0 ? d->part_states[at].title : p->state,
            .lead = p->lead,
            .own = item_part_own(it, p),
            .open = item_part_open(p, d->part_states, d->n_part_states)};
        view_answers(c, d, it, p, &x);
        PUSH(v->parts, c->arena, struct part_view) = x;
    }
}

static str limit_title(struct ctx *c, struct dur x)
{
    static const char *const ZH[] = {[DUR_NONE] = "",
        [DUR_HOURS] = "小时",
        [DUR_DAYS] = "天",
        [DUR_WORK_HOURS] = "个工作小时",
        [DUR_WORK_DAYS] = "个工作日",
        [DUR_MINUTES] = "分钟"};
    static const char *const EN[] = {[DUR_NONE] = "",
        [DUR_HOURS] = " hours",
        [DUR_DAYS] = " days",
        [DUR_WORK_HOURS] = " working hours",
        [DUR_WORK_DAYS] = " working days",
        [DUR_MINUTES] = " minutes"};
    return str_num(c->arena, x.n, str_of(c->lang == LANG_EN ? EN[x.unit] : ZH[x.unit]));
}

static str clock_rule(
    struct ctx *c, const struct def_clock *k, const struct item *it, const struct clock *x)
{
    const struct class_ *cls = rules_class(c->rules, it->cls);
    for (size_t i = 0; i < k->n_limits; i++) {
        const struct def_limit *l = &k->limits[i];
        struct dur limit = l->limit;
        bool of_class = l->stage.n > 0;
        if (of_class && !rules_class_limit(c->rules, it->cls, l->stage, &limit))
            continue;
        if (limit.n != x->limit.n || limit.unit != x->limit.unit)
            continue;
        if (!of_class)
            return l->when;
        return str_fmt(c->arena, "%.*s%sclass:%.*s/%.*s", STR_ARG(l->when),
            l->when.n > 0 ? " " : "", STR_ARG(cls->scheme), STR_ARG(cls->code));
    }
    return (str){0};
}

// Four decimals are more than a lamp needs, and are written much faster than seventeen digits.
static double rounded(double share)
{
    bool usual = share >= 0 && share < 1e9;
    return usual ? (double)(int64_t)(share * 10000 + 0.5) / 10000 : share;
}

static void view_marks(struct ctx *c, const struct def_clock *d, const struct clock *k,
    const struct cal *cal, struct clock_view *x)
{
    for (size_t i = 0; i < d->n_marks; i++) {
        struct mark_view m = {.title = d->marks[i].title,
            .share = d->marks[i].share,
            .at_us = clock_reaches(k, cal, d->marks[i].share)};
        m.passed = m.at_us != 0 && m.at_us <= c->now_us;
        PUSH(x->marks, c->arena, struct mark_view) = m;
    }
}

static void view_clock(struct ctx *c, const struct def *d, const struct item *it,
    const struct clock *k, struct item_full *v)
{
    static const char *const STATES[] = {[CLOCK_RUNNING] = "running",
        [CLOCK_PAUSED] = "paused",
        [CLOCK_MET] = "met",
        [CLOCK_LATE] = "late",
        [CLOCK_VOID] = "void"};
    static const char *const LAMPS[] = {
        [LAMP_NONE] = "none", [LAMP_GREEN] = "green", [LAMP_YELLOW] = "yellow", [LAMP_RED] = "red"};
    const struct cal *cal = rules_cal(c->rules, d->calendar);
    int at = def_clock_at(d, k->key);
    int64_t part_unit = 0;
    for (size_t i = 0; i < it->n_parts; i++)
        if (it->parts[i].id == k->part)
            part_unit = it->parts[i].unit;
    struct clock_view x = {.key = k->key,
        .title = at >= 0 ? d->clocks[at].title : k->key,
        .state = str_of(STATES[k->state]),
        .limit = dur_text(c->arena, k->limit),
        .limit_title = limit_title(c, k->limit),
        .counts = dur_works(k->limit) ? S("work") : S("plain"),
        .rule = at >= 0 ? clock_rule(c, &d->clocks[at], it, k) : (str){0},
        .unit_name = unit_name(c, part_unit),
        .part = k->part,
        .round = k->round,
        .started_us = k->n > 0 ? k->runs[0].from_us : 0,
        .due_us = k->due_us,
        .stopped_us = k->stopped_us,
        .left_s = clock_left_us(k, cal, c->now_us) / US_SECOND,
        .used_s = clock_used_us(k, cal, c->now_us) / US_SECOND,
        .extended_s = k->extended_us / US_SECOND,
        .day_s =
            dur_us(cal, (struct dur){1, dur_works(k->limit) ? DUR_WORK_DAYS : DUR_DAYS, false}) /
            US_SECOND,
        .pauses = k->n > 0 ? (int64_t)k->n - 1 + (k->state == CLOCK_PAUSED) : 0,
        .share = rounded(clock_share(k, cal, c->now_us)),
        .percent = k->share,
        .breached = k->breached,
        .open = clock_open(k)};
    if (at >= 0)
        view_marks(c, &d->clocks[at], k, cal, &x);
    const struct def_limit *row = at >= 0 ? &d->clocks[at].limits[0] : NULL;
    int day = row && row->until.n > 0 ? def_field_at(d, row->until) : DEF_NONE;
    if (day >= 0)
        x.limit_title = str_fmt(
            c->arena, c->lang == LANG_EN ? "to: %.*s" : "到%.*s", STR_ARG(d->fields[day].title));
    x.lamp = str_of(LAMPS[clock_lamp(k, cal, c->now_us, at >= 0 ? d->clocks[at].yellow : 0.8)]);
    PUSH(v->clocks, c->arena, struct clock_view) = x;
}

static void view_files(struct ctx *c, const struct item *it, struct item_full *v)
{
    struct cursor r = db_rows(c->db,
        "SELECT id, name, type, bytes, at_us, person FROM file WHERE town = ?1 AND item = ?2 ORDER "
        "BY id",
        V(c->rules->town), V(it->id));
    while (db_next(&r)) {
        struct file_view f = {.id = db_i64(&r, 0),
            .name = db_dup(&r, 1, c->arena),
            .type = db_dup(&r, 2, c->arena),
            .bytes = db_i64(&r, 3),
            .at_us = db_i64(&r, 4),
            .person_name = person_name(c, db_i64(&r, 5))};
        PUSH(v->files, c->arena, struct file_view) = f;
    }
}

// A title may say who lives where: it is shown to those only who may open the item itself.
static bool may_open(struct ctx *c, int64_t id)
{
    struct item other;
    struct err quiet;
    if (ctx_may(c, MAY_READ_ITEMS, c->rules->town))
        return true;
    err_init(&quiet, c->arena, c->lang);
    return item_load(c, id, &other, &quiet) == OK && item_visible(c, &other);
}

static void push_link(struct ctx *c, struct item_full *v, str kind, int64_t id)
{
    struct cursor r = db_rows(
        c->db, "SELECT no, title FROM item WHERE town = ?1 AND id = ?2", V(c->rules->town), V(id));
    if (db_next(&r)) {
        struct link_view l = {kind, db_dup(&r, 0, c->arena), db_dup(&r, 1, c->arena), id};
        if (!may_open(c, id))
            l.title = (str){0};
        PUSH(v->links, c->arena, struct link_view) = l;
    }
    db_done(&r);
}

static void view_links(struct ctx *c, const struct item *it, struct item_full *v)
{
    if (it->parent)
        push_link(c, v, S("parent"), it->parent);
    if (it->merged)
        push_link(c, v, S("main"), it->merged);
    if (it->gathered.n > 0)
        push_link(c, v, S("gathered"), item_id_of(c, it->gathered));
    struct cursor r = db_rows(c->db,
        "SELECT kind, other FROM link WHERE town = ?1 AND item = ?2 AND kind <> 'ref'",
        V(c->rules->town), V(it->id));
    while (db_next(&r))
        push_link(c, v, db_dup(&r, 0, c->arena), db_i64(&r, 1));
}

static void view_steps(struct ctx *c, const struct item *it, struct item_full *v)
{
    size_t n;
    struct step_open *rows = item_steps(c, it, &n);
    for (size_t i = 0; i < n; i++) {
        struct open_view o = {.key = rows[i].step->key,
            .title = rows[i].step->title,
            .hotkey = rows[i].step->hotkey,
            .why = rows[i].why,
            .part = rows[i].part,
            .ok = rows[i].ok};
        for (size_t p = 0; p < it->n_parts; p++)
            if (it->parts[p].id == o.part)
                o.unit_name = unit_name(c, it->parts[p].unit);
        PUSH(v->steps, c->arena, struct open_view) = o;
    }
}

// ---- requests

static str unit_names(const struct ctx *c, const int64_t *ids, size_t n)
{
    str *names = NULL;
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(c->arena, names, m) = unit_name(c, ids[i]);
    return str_join(c->arena, names, m, c->lang == LANG_EN ? S(", ") : S("、"));
}

static void view_asked(struct ctx *c, const struct def *d, const struct item *it,
    const struct item_ask *x, const struct step_in *in, struct request_view *v)
{
    v->extend = in->extend.unit != DUR_NONE ? dur_text(c->arena, in->extend) : (str){0};
    v->units = unit_names(c, in->units, in->n_units);
    v->reason = in->reason_option.n > 0 ? str_fmt(c->arena, "%.*s：%.*s", STR_ARG(in->reason),
                                              STR_ARG(in->reason_option))
                                        : in->reason;
    for (size_t i = 0; i < in->n_fields; i++) {
        int at = def_field_at(d, in->fields[i].key);
        if (at < 0 || in->fields[i].val.n == 0)
            continue;
        struct field_view f = {
            .key = in->fields[i].key, .title = d->fields[at].title, .value = in->fields[i].val};
        if (def_sealed(&d->fields[at]) && f.value.n > 0)
            f.sealed = item_ask_sealed(c->arena, x, f.key);
        PUSH(v->answers, c->arena, struct field_view) = f;
    }
    for (size_t i = 0; i < in->n_files; i++)
        VEC_PUSH(c->arena, v->files.v, v->files.n) = db_one_str(c->db, c->arena,
            "SELECT name FROM file WHERE town = ?1 AND item = ?2 AND id = ?3", V(c->rules->town),
            V(it->id), V(in->files[i]));
}

static void view_request(struct ctx *c, const struct def *d, const struct item *it,
    const struct item_ask *x, struct item_full *out)
{
    const struct def_step *s = def_step(d, x->step);
    struct step_in in;
    if (!s || (size_t)x->stage >= s->n_stages)
        return;
    struct request_view v = {.step = x->step,
        .title = s->title,
        .part = x->part,
        .by = x->by,
        .by_name = person_name(c, x->by),
        .at_us = x->at_us,
        .note = x->note,
        .stage = x->stage,
        .stage_title = s->stages[x->stage].title,
        .waits_for = item_ask_waits_for(c, s, x),
        .refused = x->refused,
        .no_name = x->refused ? person_name(c, x->no_by) : (str){0},
        .no_us = x->no_us,
        .no_note = x->no_note,
        .may_decide = item_ask_decides(c, s, it, x),
        .may_take_back = c->actor && c->actor->id == x->by};
    for (size_t i = 0; i < it->n_parts; i++)
        if (it->parts[i].id == x->part)
            v.unit_name = unit_name(c, it->parts[i].unit);
    for (size_t i = 0; i < x->n_said && i < s->n_stages; i++) {
        struct said_view said = {
            s->stages[i].title, person_name(c, x->said[i].by), x->said[i].note, x->said[i].at_us};
        PUSH(v.said, c->arena, struct said_view) = said;
    }
    item_ask_in(c->arena, x, &in);
    view_asked(c, d, it, x, &in, &v);
    PUSH(out->requests, c->arena, struct request_view) = v;
}

static void view_requests(
    struct ctx *c, const struct def *d, const struct item *it, struct item_full *v)
{
    struct item_ask *asks;
    size_t n = item_asks(c->arena, it, &asks);
    for (size_t i = 0; i < n; i++)
        view_request(c, d, it, &asks[i], v);
}

static void view_timeline(
    struct ctx *c, const struct def *d, const struct item *it, struct item_full *v)
{
    struct cursor r = db_rows(c->db,
        // With the id, by which the files of old years are merged (store/years.c).
        "SELECT version, at_us, person, unit, what, part, note, changes, id FROM event"
        " WHERE town = ?1 AND item = ?2 AND item > 0 ORDER BY id DESC",
        V(c->rules->town), V(it->id));
    while (db_next(&r)) {
        struct event_view x = {.version = db_i64(&r, 0),
            .at_us = db_i64(&r, 1),
            .person = db_i64(&r, 2),
            .unit = db_i64(&r, 3),
            .what = db_dup(&r, 4, c->arena),
            .part = db_i64(&r, 5),
            .note = db_dup(&r, 6, c->arena),
            .changes = db_dup(&r, 7, c->arena)};
        PUSH(v->timeline, c->arena, struct event_view) = x;
    }
    struct event_view *rows = v->timeline.v;
    struct item image = {.id = it->id};
    struct err e;
    err_init(&e, c->arena, c->lang);
    // The last row is the oldest. What an event keeps is told from what the events before it left.
    for (size_t i = v->timeline.n; i-- > 0;)
        if (item_replay(c->arena, &image, rows[i].changes, rows[i].at_us, &rows[i].changes, &e) !=
            OK)
            rows[i].changes = S("{}"); // `tally verify` says what is wrong with it
    for (size_t i = 0; i < v->timeline.n; i++) {
        rows[i].person_name = person_name(c, rows[i].person);
        rows[i].unit_name =
            rows[i].unit ? unit_path_then(c, rows[i].unit, rows[i].at_us) : (str){0};
        rows[i].what_title = event_title(c, d, rows[i].what);
        rows[i].changes = sealed_changes(c, d, rows[i].changes);
    }
}

static enum err_code view_caller(
    struct ctx *c, const struct item *it, struct caller_view *v, struct err *e)
{
    struct caller k;
    v->known = caller_masked(c, it->id, &k, &v->others, e);
    if (!v->known)
        return e->code;
    v->anonymous = k.anonymous;
    v->confidential = k.confidential;
    v->name = k.name;
    v->phone = k.phone;
    v->door = k.door;
    v->may_reveal = caller_may_reveal(c, it);
    return OK;
}

static void view_row(struct ctx *c, const struct item *it, struct row_view *v)
{
    struct list_row r = {.id = it->id,
        .unit = it->unit,
        .cls = it->cls,
        .def = it->def,
        .filed_us = it->filed_us,
        .changed_us = it->changed_us,
        .closed_us = it->closed_us,
        .due_us = it->due_us,
        .version = it->version,
        .returns = it->returns,
        .urges = it->urges,
        .merged = it->merged,
        .no = it->no,
        .loop = it->loop,
        .state = it->state,
        .channel = it->channel,
        .kind = it->kind,
        .priority = it->priority,
        .title = it->title,
        .waits = it->waits,
        .open = it->open,
        .paused = it->paused,
        .excluded = it->excluded,
        .repeat = it->repeat,
        .main_repeat = it->main_repeat,
        .locked = it->locked,
        .gathered = it->gathered};
    row_view(c, &r, v);
}

// The first suggestion, while there is somebody to be dispatched to.
static void view_route(
    struct ctx *c, const struct def *d, const struct item *it, struct item_full *v)
{
    int state = def_state_at(d, it->state);
    bool now = false;
    for (size_t i = 0; i < d->n_steps && state >= 0; i++)
        now = now || (d->steps[i].does == DOES_DISPATCH && (d->steps[i].from >> state & 1));
    if (!now || d->n_routes == 0)
        return;
    struct route_advice advice;
    route_advise(c, d, it, &advice);
    route_put_back(c, it, &advice);
    if (advice.n == 0)
        return;
    const struct route_pick *p = &advice.picks[0];
    v->route = (struct route_view){
        p->unit->id, p->unit->name, p->text, str_of(route_trust_name(p->trust))};
}

enum err_code item_view(struct ctx *c, const struct item *it, void **out, struct err *e)
{
    const struct def *d = rules_def(c->rules, it->def);
    CHECK(d != NULL);
    struct item_full *v = NEW(c->arena, struct item_full);
    view_row(c, it, &v->row);
    v->text = it->text;
    v->address = it->address;
    v->lat = it->lat;
    v->lon = it->lon;
    v->def = it->def;
    v->def_version = d->version;
    v->def_title = d->title;
    v->receiver = it->receiver;
    v->receiver_name = unit_name(c, it->receiver);
    v->round = it->round;
    v->extensions = it->extensions;
    v->reopens = it->reopens;
    v->unlocks = it->unlocks;
    v->recheck_us = it->recheck_us;
    v->solid_us = it->solid_us;
    v->recurs = it->recurs;
    v->level = it->level;
    v->raised = it->raised;
    v->raised_name = unit_name(c, it->raised);
    v->parent = it->parent;
    view_fields(c, d, it, v);
    view_parts(c, d, it, v);
    for (size_t i = 0; i < it->n_clocks; i++)
        view_clock(c, d, it, &it->clocks[i], v);
    v->plan = plan_view(c, d, it);
    view_files(c, it, v);
    view_links(c, it, v);
    view_steps(c, it, v);
    view_requests(c, d, it, v);
    view_timeline(c, d, it, v);
    view_route(c, d, it, v);
    v->watched = watch_has(c, it->id);
    v->may_reveal = caller_may_reveal(c, it);
    struct item_undo_offer undo;
    if (item_undo_offered(c, it, &undo))
        v->undo = (struct undo_view){.step = undo.step->key,
            .title = undo.step->title,
            .until_us = undo.until_us,
            .left_s = (undo.until_us - c->now_us) / US_SECOND};
    if (view_caller(c, it, &v->caller, e) != OK)
        return e->code;
    *out = v;
    return db_status(c->db, e);
}

str item_view_json(struct ctx *c, const struct item *it, struct err *e)
{
    void *v;
    if (item_view(c, it, &v, e) != OK)
        return (str){0};
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, 4 * MIB);
    jw_init(&w, &b);
    fields_encode(&w, ITEM_VIEW, v, c->rules->zone_s);
    return buf_str(&b);
}
