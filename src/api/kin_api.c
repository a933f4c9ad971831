#include "api/kin_api.h"

#include "api/item_view.h"
#include "domain/caller.h"
#include "domain/gather.h"
#include "domain/item_store.h"
#include "domain/kin.h"
#include "domain/row_twins.h"
#include "domain/same.h"

struct reason_view {
    str key;
    int64_t points;
};
struct kin_row_view {
    struct row_view row;
    int64_t strength, metres;
    str level;
    bool linked;
    struct list reasons;
};
struct count_view {
    int64_t n;
    bool capped;
    str filter;
};
struct kin_view {
    struct list rows;
    struct count_view counts[KIN_WORDS];
};
static const struct field REASON_VIEW[] = {
    {"key", FIELD_STR, .at = offsetof(struct reason_view, key),
        .options = "caller|place|class|words"},
    {"points", FIELD_I64, .at = offsetof(struct reason_view, points),
        .help = "what it adds to the strength; below 0: it speaks against"},
    {0},
};
static const struct field KIN_ROW_VIEW[] = {
    {"item", FIELD_OBJ, .at = offsetof(struct kin_row_view, row), .sub = ROW_VIEW},
    {"strength", FIELD_I64, .at = offsetof(struct kin_row_view, strength),
        .help = "0 to 100: the sum of its reasons"},
    {"level", FIELD_STR, .at = offsetof(struct kin_row_view, level),
        .options = "sure|likely|related"},
    {"metres", FIELD_I64, .at = offsetof(struct kin_row_view, metres),
        .help = "between the two points; -1: one has none"},
    {"linked", FIELD_BOOL, .at = offsetof(struct kin_row_view, linked),
        .help = "already tied as the same matter"},
    {"reasons", FIELD_LIST, .at = offsetof(struct kin_row_view, reasons), .sub = REASON_VIEW,
        .size = sizeof(struct reason_view)},
    {0},
};
static const struct field COUNT_VIEW[] = {
    {"n", FIELD_I64, .at = offsetof(struct count_view, n)},
    {"capped", FIELD_BOOL, .at = offsetof(struct count_view, capped),
        .help = "there are more than n"},
    {"filter", FIELD_STR, .at = offsetof(struct count_view, filter),
        .help = "lists just these, the item itself among them; empty: nothing to ask"},
    {0},
};
#define COUNT(name, reason)                                                                        \
    {                                                                                              \
        name, FIELD_OBJ, .at = offsetof(struct kin_view, counts[reason]), .sub = COUNT_VIEW        \
    }
const struct field KIN_VIEW[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct kin_view, rows), .sub = KIN_ROW_VIEW,
        .size = sizeof(struct kin_row_view)},
    COUNT("caller", KIN_CALLER),
    COUNT("place", KIN_PLACE),
    COUNT("class", KIN_CLASS),
    {0},
};
const struct field KIN_IN[] = {
    {"title", FIELD_STR, .at = offsetof(struct kin_in, title), .max = ITEM_TITLE_MAX},
    {"text", FIELD_STR, .at = offsetof(struct kin_in, text), .max = ITEM_TEXT_MAX},
    {"address", FIELD_STR, .at = offsetof(struct kin_in, address), .max = ITEM_ADDRESS_MAX},
    {"lat", FIELD_F64, .at = offsetof(struct kin_in, lat), .min = -90, .max = 90},
    {"lon", FIELD_F64, .at = offsetof(struct kin_in, lon), .min = -180, .max = 180},
    {"class", FIELD_I64, .at = offsetof(struct kin_in, cls)},
    {"phone", FIELD_STR, .at = offsetof(struct kin_in, phone), .max = CALLER_PHONE_MAX,
        .help = "compared by its keyed hash; never kept"},
    {0},
};
const size_t KIN_IN_SIZE = sizeof(struct kin_in);

static str level(int strength)
{
    if (strength >= KIN_STRENGTH_SURE)
        return S("sure");
    return strength >= KIN_STRENGTH_LIKELY ? S("likely") : S("related");
}

static struct kin_row_view view_row(struct call *k, const struct kin_row *r)
{
    struct arena *a = k->ctx.arena;
    struct kin_row_view v = {.strength = r->strength,
        .metres = r->metres,
        .level = level(r->strength),
        .linked = r->linked};
    struct reason_view *reasons = NULL;
    size_t n = 0;
    row_view(&k->ctx, &r->row, &v.row);
    for (int i = 0; i < KIN_REASONS; i++)
        if (r->points[i] != 0)
            VEC_PUSH(a, reasons, n) =
                (struct reason_view){kin_reason_name((enum kin_reason)i), r->points[i]};
    v.reasons = (struct list){reasons, n};
    return v;
}

static enum err_code tell(struct call *k, const struct kin_out *out)
{
    struct kin_view v = {0};
    struct kin_row_view *rows = NEW_ARRAY(k->ctx.arena, out->n, struct kin_row_view);
    for (size_t i = 0; i < out->n; i++)
        rows[i] = view_row(k, &out->rows[i]);
    v.rows = (struct list){rows, out->n};
    for (int i = 0; i < KIN_WORDS; i++)
        v.counts[i] =
            (struct count_view){out->counts[i].n, out->counts[i].capped, out->counts[i].filter};
    return call_answer_fields(k, KIN_VIEW, &v);
}

static enum err_code answer(struct call *k, const struct kin_in *in)
{
    struct kin_out out;
    if (kin_find(&k->ctx, in, in->item != 0, &out, &k->err) != OK)
        return k->err.code;
    return tell(k, &out);
}

enum err_code kin_get(struct call *k)
{
    struct kin_in in;
    if (kin_of_item(&k->ctx, k->id, &in, &k->err) != OK)
        return k->err.code;
    return answer(k, &in);
}

enum err_code kin_ask(struct call *k)
{
    return answer(k, k->in);
}

// ---- of an item that gathers others

enum err_code kin_candidates(struct call *k)
{
    struct kin_out out;
    if (gather_candidates(&k->ctx, k->id, &out, &k->err) != OK)
        return k->err.code;
    return tell(k, &out);
}

struct span_view {
    str when, from, to, filter;
    int64_t n;
    bool capped;
};
struct effect_view {
    str field, day, calls;
    int64_t weeks, of;
    bool open_scope;
    struct list spans;
};
static const struct field SPAN_VIEW[] = {
    {"when", FIELD_STR, .at = offsetof(struct span_view, when),
        .options = "before|after|year_before|year_after"},
    {"from", FIELD_STR, .at = offsetof(struct span_view, from), .help = "first day"},
    {"to", FIELD_STR, .at = offsetof(struct span_view, to), .help = "last day"},
    {"n", FIELD_I64, .at = offsetof(struct span_view, n)},
    {"capped", FIELD_BOOL, .at = offsetof(struct span_view, capped),
        .help = "there are more than n"},
    {"filter", FIELD_STR, .at = offsetof(struct span_view, filter), .help = "lists just these"},
    {0},
};
const struct field EFFECT_VIEW[] = {
    {"field", FIELD_STR, .at = offsetof(struct effect_view, field),
        .help = "title of the field that says on which day the measure took effect"},
    {"day", FIELD_STR, .at = offsetof(struct effect_view, day),
        .help = "on which the measure took effect; empty: not known yet"},
    {"weeks", FIELD_I64, .at = offsetof(struct effect_view, weeks),
        .help = "whole weeks since, of the weeks that are compared"},
    {"of", FIELD_I64, .at = offsetof(struct effect_view, of),
        .help = "0: the definition compares nothing"},
    {"calls", FIELD_STR, .at = offsetof(struct effect_view, calls),
        .help = "filter of what is counted, without days"},
    {"open_scope", FIELD_BOOL, .at = offsetof(struct effect_view, open_scope),
        .help = "neither its classes nor its cell are known: nothing is compared"},
    {"spans", FIELD_LIST, .at = offsetof(struct effect_view, spans), .sub = SPAN_VIEW,
        .size = sizeof(struct span_view),
        .help = "empty before the first whole week; a year earlier only where the town has it"},
    {0},
};

enum err_code kin_effect(struct call *k)
{
    struct arena *a = k->ctx.arena;
    struct gather_effect x;
    struct span_view *spans = NULL;
    size_t n = 0;
    if (gather_effect_of(&k->ctx, k->id, &x, &k->err) != OK)
        return k->err.code;
    for (int i = 0; i < GATHER_WHENS; i++) {
        const struct gather_span *s = &x.spans[i];
        if (s->known)
            VEC_PUSH(a, spans, n) = (struct span_view){gather_when_name((enum gather_when)i),
                tm_date(a, s->from_day), tm_date(a, s->to_day), s->filter, s->n, s->capped};
    }
    struct effect_view v = {.field = x.field,
        .day = x.day != 0 ? tm_date(a, x.day) : (str){0},
        .calls = x.calls,
        .weeks = x.weeks,
        .of = x.of,
        .open_scope = x.open_scope,
        .spans = {spans, n}};
    return call_answer_fields(k, EFFECT_VIEW, &v);
}

// ---- tied as the same matter

struct same_in {
    str other, note;
};
const struct field SAME_IN[] = {
    {"other", FIELD_STR, FIELD_REQUIRED, offsetof(struct same_in, other), .max = 40,
        .help = "the other item's number"},
    {"note", FIELD_STR, .at = offsetof(struct same_in, note), .max = ITEM_NOTE_MAX},
    {0},
};
const size_t SAME_IN_SIZE = sizeof(struct same_in);

enum err_code kin_tie(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct same_in *in = k->in;
    *result = k->id;
    return same_tie(c, k->id, in->other, in->note, e);
}

enum err_code kin_untie(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return same_untie(c, k->id, k->id2, (str){0}, e);
}

// ---- rows of a register that may be one thing

struct twin_view {
    struct twin_row a, b;
    int64_t strength;
    struct list reasons;
};
struct twins_view {
    int64_t looked;
    bool capped;
    struct list rows;
};
static const struct field TWIN_ROW_VIEW[] = {
    {"id", FIELD_I64, .at = offsetof(struct twin_row, id)},
    {"no", FIELD_STR, .at = offsetof(struct twin_row, no)},
    {"title", FIELD_STR, .at = offsetof(struct twin_row, title)},
    {"address", FIELD_STR, .at = offsetof(struct twin_row, address)},
    {0},
};
static const struct field TWIN_REASON_VIEW[] = {
    {"key", FIELD_STR, .at = offsetof(struct reason_view, key), .options = "key|name|place"},
    {"points", FIELD_I64, .at = offsetof(struct reason_view, points),
        .help = "what it adds to the strength"},
    {0},
};
static const struct field TWIN_VIEW[] = {
    {"a", FIELD_OBJ, .at = offsetof(struct twin_view, a), .sub = TWIN_ROW_VIEW,
        .help = "the one that was added first"},
    {"b", FIELD_OBJ, .at = offsetof(struct twin_view, b), .sub = TWIN_ROW_VIEW},
    {"strength", FIELD_I64, .at = offsetof(struct twin_view, strength),
        .help = "0 to 100: the sum of its reasons"},
    {"reasons", FIELD_LIST, .at = offsetof(struct twin_view, reasons), .sub = TWIN_REASON_VIEW,
        .size = sizeof(struct reason_view)},
    {0},
};
const struct field TWINS_VIEW[] = {
    {"looked", FIELD_I64, .at = offsetof(struct twins_view, looked),
        .help = "rows that were compared"},
    {"capped", FIELD_BOOL, .at = offsetof(struct twins_view, capped),
        .help = "there are more rows, or more pairs"},
    {"rows", FIELD_LIST, .at = offsetof(struct twins_view, rows), .sub = TWIN_VIEW,
        .size = sizeof(struct twin_view), .help = "the strongest first"},
    {0},
};

enum err_code kin_twins(struct call *k)
{
    struct arena *a = k->ctx.arena;
    struct twins x;
    if (row_twins(&k->ctx, k->key, &x, &k->err) != OK)
        return k->err.code;
    struct twin_view *rows = NEW_ARRAY(a, x.n, struct twin_view);
    for (size_t i = 0; i < x.n; i++) {
        const struct twin *t = &x.v[i];
        struct reason_view *reasons = NULL;
        size_t n = 0;
        for (int r = 0; r < TWIN_REASONS; r++)
            if (t->points[r] != 0)
                VEC_PUSH(a, reasons, n) =
                    (struct reason_view){twin_reason_name((enum twin_reason)r), t->points[r]};
        rows[i] = (struct twin_view){t->a, t->b, t->strength, {reasons, n}};
    }
    struct twins_view v = {x.rows, x.capped, {rows, x.n}};
    return call_answer_fields(k, TWINS_VIEW, &v);
}

enum err_code kin_differs(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct same_in *in = k->in;
    *result = k->id;
    return row_differs(c, k->id, in->other, true, e);
}

enum err_code kin_alike(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return row_differs(c, k->id, item_no_of(c, k->id2), false, e);
}
