#include "api/catalog.h"

#include "api/boards.h"
#include "api/members.h"
#include "domain/filter.h"
#include "domain/keydate.h"

struct unit_view {
    int64_t id, parent, depth;
    str kind, code, name, short_name;
    bool closed;
};
struct class_view {
    int64_t id, parent, depth;
    str scheme, code, name;
    str unit, limits, photos, opening, closing, words, without;
};
struct state_view {
    str key, title;
    bool paused, done, final;
};
struct named_view {
    str key, title;
};
struct clock_kind_view {
    str key, title, by;
    bool per_part;
    double yellow;
};
struct field_kind_view {
    str key, title, help, type, def, to, scheme, shape, formula, check;
    bool required, unique, fits, percent;
    int64_t max, min;
    struct strs options, own_words;
};
struct ask_view {
    str field;
    bool required;
};
struct reason_view {
    str key;
    struct strs options;
};
struct stage_view {
    str title, limit;
    struct list asks;
    struct strs who;
};
struct step_view {
    str key, title, hotkey, does, loop, max;
    bool on_part, note_required, reason_optional, must;
    int64_t files_max, photos, undo_s;
    str photos_stage;
    struct list asks, each, reasons, approve;
    struct strs judges, from, who;
};
struct tally_view {
    str key, title, by, where, sum, unit;
};
struct rate_view {
    str key, title, formula, better;
};
struct ready_view {
    str key, title, filter;
    struct strs columns;
};
struct loop_view {
    str key, title, class_scheme;
    int64_t def, version, receiver;
    bool caller, analysis, beside;
    str name_title, text_title, text_hint;
    struct list states, part_states, clocks, judges, fields, steps, tallies, rates, cadences, views;
    struct strs boards, clashes;
};
struct catalog_view {
    int64_t gen;
    struct list units, classes, loops, registers, keydates;
};

static const struct field UNIT_VIEW[] = {
    M(unit_view, id, FIELD_I64),
    M(unit_view, parent, FIELD_I64),
    M(unit_view, kind, FIELD_STR),
    M(unit_view, code, FIELD_STR),
    M(unit_view, name, FIELD_STR),
    {"short", FIELD_STR, .at = offsetof(struct unit_view, short_name)},
    M(unit_view, depth, FIELD_I64),
    M(unit_view, closed, FIELD_BOOL),
    {0},
};
#define SAID(member, text)                                                                         \
    {                                                                                              \
#member, FIELD_STR, .at = offsetof(struct class_view, member), .help = (text)              \
    }
static const struct field CLASS_VIEW[] = {
    M(class_view, id, FIELD_I64),
    M(class_view, parent, FIELD_I64),
    M(class_view, scheme, FIELD_STR),
    M(class_view, code, FIELD_STR),
    M(class_view, name, FIELD_STR),
    M(class_view, depth, FIELD_I64),
    SAID(unit, "its own, as the members below; empty: what the nearest class above says"),
    SAID(limits, "handle:4wh close:2wd"),
    SAID(photos, "open:1 close:2"),
    SAID(opening, "when a case is opened"),
    SAID(closing, "when it is closed"),
    SAID(words, "words that point at it"),
    SAID(without, "words that point away"),
    {0},
};
static const struct field STATE_VIEW[] = {
    M(state_view, key, FIELD_STR),
    M(state_view, title, FIELD_STR),
    M(state_view, paused, FIELD_BOOL),
    M(state_view, done, FIELD_BOOL),
    M(state_view, final, FIELD_BOOL),
    {0},
};
static const struct field NAMED_VIEW[] = {
    M(named_view, key, FIELD_STR),
    M(named_view, title, FIELD_STR),
    {0},
};
static const struct field CLOCK_KIND_VIEW[] = {
    M(clock_kind_view, key, FIELD_STR),
    M(clock_kind_view, title, FIELD_STR),
    M(clock_kind_view, per_part, FIELD_BOOL),
    M(clock_kind_view, by, FIELD_STR,
        .help = "the date field it is planned backward from; empty: it is no node of a schedule"),
    M(clock_kind_view, yellow, FIELD_F64),
    {0},
};
static const struct field FIELD_KIND_VIEW[] = {
    M(field_kind_view, key, FIELD_STR),
    M(field_kind_view, title, FIELD_STR),
    M(field_kind_view, help, FIELD_STR),
    {"type", FIELD_STR, .at = offsetof(struct field_kind_view, type),
        .options =
            "text|number|money|choice|date|time|yesno|person|unit|ref|class|geometry|file|phone|"
            "fullname|idno"},
    {"default", FIELD_STR, .at = offsetof(struct field_kind_view, def)},
    M(field_kind_view, required, FIELD_BOOL),
    M(field_kind_view, unique, FIELD_BOOL),
    M(field_kind_view, max, FIELD_I64),
    M(field_kind_view, options, FIELD_STRS),
    {"fits", FIELD_BOOL, .at = offsetof(struct field_kind_view, fits),
        .help = "which options fit depends on other answers"},
    {"min", FIELD_I64, .at = offsetof(struct field_kind_view, min),
        .help = "text: so many letters and digits, the words of own_words aside"},
    {"register", FIELD_STR, .at = offsetof(struct field_kind_view, to),
        .help = "ref: key of the register whose row it names"},
    {"classes", FIELD_STR, .at = offsetof(struct field_kind_view, scheme),
        .help = "class: the scheme it comes from"},
    {"shape", FIELD_STR, .at = offsetof(struct field_kind_view, shape),
        .options = "|point|line|polygon", .help = "geometry: the only kind it takes"},
    {"formula", FIELD_STR, .at = offsetof(struct field_kind_view, formula),
        .help = "computed: nobody is asked for it"},
    {"check", FIELD_STR, .at = offsetof(struct field_kind_view, check), .options = "|uscc"},
    {"percent", FIELD_BOOL, .at = offsetof(struct field_kind_view, percent),
        .help = "number: a share, 0.95 is 95%"},
    {"own_words", FIELD_STRS, .at = offsetof(struct field_kind_view, own_words),
        .help = "fields whose chosen options the text may not merely repeat"},
    {0},
};
static const struct field ASK_VIEW[] = {
    {"field", FIELD_STR, .at = offsetof(struct ask_view, field),
        .help = "a field's key, class, place, name or unit"},
    M(ask_view, required, FIELD_BOOL),
    {0},
};
static const struct field REASON_VIEW[] = {
    M(reason_view, key, FIELD_STR),
    M(reason_view, options, FIELD_STRS),
    {0},
};
static const struct field STAGE_VIEW[] = {
    M(stage_view, title, FIELD_STR),
    M(stage_view, who, FIELD_STRS),
    M(stage_view, limit, FIELD_STR),
    ROWS(stage_view, asks, ASK_VIEW, ask_view),
    {0},
};
static const struct field STEP_VIEW[] = {
    M(step_view, key, FIELD_STR),
    M(step_view, title, FIELD_STR),
    M(step_view, hotkey, FIELD_STR),
    M(step_view, does, FIELD_STR),
    {"loop", FIELD_STR, .at = offsetof(struct step_view, loop),
        .help = "does child: the loop whose items it files; empty: its own"},
    M(step_view, on_part, FIELD_BOOL),
    M(step_view, note_required, FIELD_BOOL),
    {"reason_optional", FIELD_BOOL, .at = offsetof(struct step_view, reason_optional),
        .help = "none of the reasons need be chosen"},
    M(step_view, files_max, FIELD_I64),
    {"photos", FIELD_I64, .at = offsetof(struct step_view, photos),
        .help = "so many of the files must be photos"},
    {"photos_stage", FIELD_STR, .at = offsetof(struct step_view, photos_stage),
        .help = "as many as the item's class says of this stage"},
    {"undo_s", FIELD_I64, .at = offsetof(struct step_view, undo_s),
        .help = "so many seconds may who took it take it back; 0: never"},
    {"must", FIELD_BOOL, .at = offsetof(struct step_view, must),
        .help = "what is required depends on the answers: GET /api/items/{id}/form"},
    {"max", FIELD_STR, .at = offsetof(struct step_view, max), .help = "longest extension"},
    ROWS(step_view, asks, ASK_VIEW, ask_view),
    ROWS(step_view, each, ASK_VIEW, ask_view),
    ROWS(step_view, reasons, REASON_VIEW, reason_view),
    M(step_view, judges, FIELD_STRS),
    {"approve", FIELD_LIST, .at = offsetof(struct step_view, approve), .sub = STAGE_VIEW,
        .size = sizeof(struct stage_view),
        .help = "who decides, stage by stage; empty: it is done at once"},
    {"from", FIELD_STRS, .at = offsetof(struct step_view, from),
        .help = "states it may be taken in; of parts, where on_part"},
    {"who", FIELD_STRS, .at = offsetof(struct step_view, who), .help = "roles that may take it"},
    {0},
};
static const struct field TALLY_VIEW[] = {
    M(tally_view, key, FIELD_STR),
    M(tally_view, title, FIELD_STR),
    M(tally_view, by, FIELD_STR),
    M(tally_view, where, FIELD_STR),
    {"sum", FIELD_STR, .at = offsetof(struct tally_view, sum),
        .help = "the field it adds up, to four decimals; empty: it counts"},
    M(tally_view, unit, FIELD_STR, .help = BOARD_UNIT_HELP),
    {0},
};
static const struct field RATE_VIEW[] = {
    M(rate_view, key, FIELD_STR),
    M(rate_view, title, FIELD_STR),
    M(rate_view, formula, FIELD_STR),
    {"better", FIELD_STR, .at = offsetof(struct rate_view, better), .options = "high|low"},
    {0},
};
static const struct field READY_VIEW[] = {
    M(ready_view, key, FIELD_STR),
    M(ready_view, title, FIELD_STR),
    {"filter", FIELD_STR, .at = offsetof(struct ready_view, filter),
        .help = "canonical; of the loop"},
    M(ready_view, columns, FIELD_STRS),
    {0},
};
static const struct field LOOP_VIEW[] = {
    M(loop_view, key, FIELD_STR),
    M(loop_view, title, FIELD_STR),
    M(loop_view, class_scheme, FIELD_STR),
    M(loop_view, def, FIELD_I64),
    M(loop_view, version, FIELD_I64),
    M(loop_view, receiver, FIELD_I64),
    M(loop_view, caller, FIELD_BOOL),
    {"name", FIELD_STR, .at = offsetof(struct loop_view, name_title),
        .help = "what the title is called; empty: the usual"},
    {"text", FIELD_STR, .at = offsetof(struct loop_view, text_title),
        .help = "what the text is called; empty: the usual"},
    {"text_hint", FIELD_STR, .at = offsetof(struct loop_view, text_hint)},
    {"analysis", FIELD_BOOL, .at = offsetof(struct loop_view, analysis),
        .help = "it has one: /api/analyses/{key}"},
    {"clashes", FIELD_STRS, .at = offsetof(struct loop_view, clashes),
        .help = "fields that say which place it needs on which days: two of it may need the same"},
    M(loop_view, beside, FIELD_BOOL, .help = "items of other loops are told beside it"),
    ROWS(loop_view, states, STATE_VIEW, state_view),
    ROWS(loop_view, part_states, STATE_VIEW, state_view),
    ROWS(loop_view, clocks, CLOCK_KIND_VIEW, clock_kind_view),
    ROWS(loop_view, judges, NAMED_VIEW, named_view),
    ROWS(loop_view, fields, FIELD_KIND_VIEW, field_kind_view),
    ROWS(loop_view, steps, STEP_VIEW, step_view),
    {"boards", FIELD_STRS, .at = offsetof(struct loop_view, boards),
        .help = "fields a board can break down by"},
    ROWS(loop_view, tallies, TALLY_VIEW, tally_view),
    ROWS(loop_view, rates, RATE_VIEW, rate_view),
    {"cadences", FIELD_LIST, .at = offsetof(struct loop_view, cadences), .sub = NAMED_VIEW,
        .size = sizeof(struct named_view), .help = "how far each has come: /api/cadences"},
    {"views", FIELD_LIST, .at = offsetof(struct loop_view, views), .sub = READY_VIEW,
        .size = sizeof(struct ready_view), .help = "lists that everybody finds ready"},
    {0},
};
const struct field CATALOG_VIEW[] = {
    M(catalog_view, gen, FIELD_I64),
    ROWS(catalog_view, units, UNIT_VIEW, unit_view),
    ROWS(catalog_view, classes, CLASS_VIEW, class_view),
    ROWS(catalog_view, loops, LOOP_VIEW, loop_view),
    {"registers", FIELD_LIST, .at = offsetof(struct catalog_view, registers), .sub = LOOP_VIEW,
        .size = sizeof(struct loop_view),
        .help = "loops whose rows last: lists of their own, filter register:{key}"},
    {"keydates", FIELD_LIST, .at = offsetof(struct catalog_view, keydates), .sub = NAMED_VIEW,
        .size = sizeof(struct named_view), .help = "key dates, filter keydate:{key}"},
    {0},
};

static struct list view_states(struct arena *a, const struct def_state *s, size_t n)
{
    struct state_view *rows = NEW_ARRAY(a, n, struct state_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct state_view){
            s[i].key, s[i].title, s[i].paused, s[i].done || s[i].final, s[i].final};
    return (struct list){rows, n};
}

static struct list view_fields(struct arena *a, const struct def *d)
{
    struct field_kind_view *rows = NEW_ARRAY(a, d->n_fields, struct field_kind_view);
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        rows[i] = (struct field_kind_view){.key = f->key,
            .title = f->title,
            .help = f->help,
            .type = def_type_name(f->type),
            .def = f->def,
            .to = f->to,
            .scheme = f->scheme,
            .shape = def_shape_name(f->shape),
            .formula = f->text,
            .check = f->check == CHECK_USCC ? S("uscc") : S(""),
            .required = f->required,
            .unique = f->unique,
            .percent = f->percent,
            .max = f->max,
            .fits = f->n_fits > 0,
            .min = f->min,
            .options = {f->options, f->n_options}};
        for (size_t k = 0; k < f->n_own_words; k++)
            VEC_PUSH(a, rows[i].own_words.v, rows[i].own_words.n) = d->fields[f->own_words[k]].key;
    }
    return (struct list){rows, d->n_fields};
}

static struct list view_asks(
    struct arena *a, const struct def *d, const struct def_ask *asks, size_t n)
{
    struct ask_view *rows = NEW_ARRAY(a, n, struct ask_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct ask_view){def_ask_key(d, &asks[i]), asks[i].required};
    return (struct list){rows, n};
}

static struct list view_stages(struct arena *a, const struct def *d, const struct def_step *s)
{
    struct stage_view *rows = NEW_ARRAY(a, s->n_stages, struct stage_view);
    for (size_t i = 0; i < s->n_stages; i++) {
        const struct def_stage *g = &s->stages[i];
        rows[i] = (struct stage_view){.title = g->title,
            .limit = g->limit.unit != DUR_NONE ? dur_text(a, g->limit) : (str){0},
            .asks = view_asks(a, d, g->asks, g->n_asks),
            .who = {g->who, g->n_who}};
    }
    return (struct list){rows, s->n_stages};
}

static struct list view_reasons(struct arena *a, const struct def *d, const struct def_step *s)
{
    if (s->reasons < 0)
        return (struct list){0};
    const struct def_reasons *list = &d->reasons[s->reasons];
    struct reason_view *rows = NEW_ARRAY(a, list->n, struct reason_view);
    for (size_t i = 0; i < list->n; i++)
        rows[i] = (struct reason_view){list->rows[i].key, {list->rows[i].options, list->rows[i].n}};
    return (struct list){rows, list->n};
}

static struct list view_steps(struct arena *a, const struct def *d)
{
    struct step_view *rows = NEW_ARRAY(a, d->n_steps, struct step_view);
    for (size_t i = 0; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        rows[i] = (struct step_view){.key = s->key,
            .title = s->title,
            .hotkey = s->hotkey,
            .does = def_effect_name(s->does),
            .loop = s->child_loop,
            .max = s->max.unit != DUR_NONE ? dur_text(a, s->max) : (str){0},
            .on_part = s->on_part,
            .note_required = s->note_required,
            .reason_optional = s->reason_optional,
            .files_max = s->files_max,
            .photos = s->photos,
            .photos_stage = s->photos_stage,
            .must = s->n_musts > 0,
            .asks = view_asks(a, d, s->asks, s->n_asks),
            .each = view_asks(a, d, s->each, s->n_each),
            .approve = view_stages(a, d, s),
            .undo_s = s->undo_s,
            .reasons = view_reasons(a, d, s)};
        for (size_t k = 0; k < d->n_judges; k++)
            if (s->judges >> k & 1)
                VEC_PUSH(a, rows[i].judges.v, rows[i].judges.n) = d->judges[k].key;
        size_t n = s->on_part ? d->n_part_states : d->n_states;
        for (size_t k = 0; k < n; k++)
            if (s->from >> k & 1)
                VEC_PUSH(a, rows[i].from.v, rows[i].from.n) =
                    s->on_part ? d->part_states[k].key : d->states[k].key;
        rows[i].who = (struct strs){s->who, s->n_who};
    }
    return (struct list){rows, d->n_steps};
}

static struct list view_clocks(struct arena *a, const struct def *d)
{
    struct clock_kind_view *rows = NEW_ARRAY(a, d->n_clocks, struct clock_kind_view);
    for (size_t i = 0; i < d->n_clocks; i++)
        rows[i] = (struct clock_kind_view){.key = d->clocks[i].key,
            .title = d->clocks[i].title,
            .per_part = d->clocks[i].per_part,
            .by = d->nodes >> i & 1 ? d->fields[d->clocks[i].by].key : (str){0},
            .yellow = d->clocks[i].yellow};
    return (struct list){rows, d->n_clocks};
}

static struct list view_ready(struct arena *a, const struct def *d)
{
    struct ready_view *rows = NEW_ARRAY(a, d->n_views, struct ready_view);
    for (size_t i = 0; i < d->n_views; i++) {
        const struct def_view *v = &d->views[i];
        str where = v->match ? filter_text(a, v->match) : (str){0};
        rows[i] = (struct ready_view){.key = v->key,
            .title = v->title,
            .filter = str_trim(str_fmt(a, "loop:%.*s %.*s", STR_ARG(d->loop), STR_ARG(where))),
            .columns = {v->columns, v->n_columns}};
    }
    return (struct list){rows, d->n_views};
}

static void view_counts(struct arena *a, const struct def *d, struct loop_view *v)
{
    struct tally_view *t = NEW_ARRAY(a, d->n_tallies, struct tally_view);
    for (size_t i = 0; i < d->n_tallies; i++)
        t[i] = (struct tally_view){d->tallies[i].key, d->tallies[i].title, d->tallies[i].by,
            d->tallies[i].where, d->tallies[i].sum, board_unit(&d->tallies[i])};
    v->tallies = (struct list){t, d->n_tallies};
    struct rate_view *r = NEW_ARRAY(a, d->n_rates, struct rate_view);
    for (size_t i = 0; i < d->n_rates; i++)
        r[i] = (struct rate_view){d->rates[i].key, d->rates[i].title, d->rates[i].text,
            d->rates[i].high_is_better ? S("high") : S("low")};
    v->rates = (struct list){r, d->n_rates};
    struct named_view *j = NEW_ARRAY(a, d->n_judges, struct named_view);
    for (size_t i = 0; i < d->n_judges; i++)
        j[i] = (struct named_view){d->judges[i].key, d->judges[i].title};
    v->judges = (struct list){j, d->n_judges};
    struct named_view *k = NEW_ARRAY(a, d->n_cadences, struct named_view);
    for (size_t i = 0; i < d->n_cadences; i++)
        k[i] = (struct named_view){d->cadences[i].key, d->cadences[i].title};
    v->cadences = (struct list){k, d->n_cadences};
    v->views = view_ready(a, d);
}

static struct loop_view view_loop(struct ctx *c, const struct loop *l)
{
    const struct def *d = l->now;
    const struct unit *receiver = rules_unit_named(c->rules, d->receiver);
    struct loop_view v = {.key = l->key,
        .title = l->title,
        .class_scheme = d->class_scheme,
        .def = d->id,
        .version = d->version,
        .receiver = receiver ? receiver->id : c->rules->town,
        .name_title = d->name_title,
        .text_title = d->text_title,
        .text_hint = d->text_hint,
        .beside = d->beside.said,
        .caller = d->caller,
        .analysis = d->analysis.count >= 0,
        .states = view_states(c->arena, d->states, d->n_states),
        .part_states = view_states(c->arena, d->part_states, d->n_part_states),
        .clocks = view_clocks(c->arena, d),
        .fields = view_fields(c->arena, d),
        .steps = view_steps(c->arena, d)};
    view_counts(c->arena, d, &v);
    const int needs[] = {d->clashes.from, d->clashes.to, d->clashes.same};
    for (size_t i = 0; d->clashes.said && i < ARRAY_LEN(needs); i++)
        if (needs[i] >= 0)
            VEC_PUSH(c->arena, v.clashes.v, v.clashes.n) = d->fields[needs[i]].key;
    for (uint64_t left = d->boards; left != 0; left &= left - 1)
        VEC_PUSH(c->arena, v.boards.v, v.boards.n) = d->fields[__builtin_ctzll(left)].key;
    return v;
}

static void build(struct ctx *c, struct catalog_view *v)
{
    const struct rules *r = c->rules;
    v->gen = r->gen;
    struct unit_view *u = NEW_ARRAY(c->arena, r->n_units, struct unit_view);
    for (size_t i = 0; i < r->n_units; i++) {
        const struct unit *x = &r->units[i];
        u[i] = (struct unit_view){
            x->id, x->parent, x->depth, x->kind, x->code, x->name, x->short_name, x->closed};
    }
    v->units = (struct list){u, r->n_units};
    struct class_view *k = NEW_ARRAY(c->arena, r->n_classes, struct class_view);
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class_ *x = &r->classes[i];
        k[i] = (struct class_view){x->id, x->parent, x->depth, x->scheme, x->code, x->name,
            x->says[SAY_UNIT], x->says[SAY_LIMITS], x->says[SAY_PHOTOS], x->says[SAY_OPENING],
            x->says[SAY_CLOSING], x->says[SAY_WORDS], x->says[SAY_WITHOUT]};
    }
    v->classes = (struct list){k, r->n_classes};
    struct loop_view *loops = NULL, *registers = NULL;
    size_t n_loops = 0, n_registers = 0;
    for (size_t i = 0; i < r->n_loops; i++)
        if (loop_lasts(&r->loops[i]))
            VEC_PUSH(c->arena, registers, n_registers) = view_loop(c, &r->loops[i]);
        else
            VEC_PUSH(c->arena, loops, n_loops) = view_loop(c, &r->loops[i]);
    v->loops = (struct list){loops, n_loops};
    v->registers = (struct list){registers, n_registers};
    struct named_view *keydates = NEW_ARRAY(c->arena, r->n_keydates + 1, struct named_view);
    for (size_t i = 0; i < r->n_keydates; i++)
        keydates[i] = (struct named_view){r->keydates[i]->key, r->keydates[i]->title};
    v->keydates = (struct list){keydates, r->n_keydates};
}

enum err_code catalog_get(struct call *k)
{
    struct catalog_view v;
    build(&k->ctx, &v);
    fields_encode(&k->w, CATALOG_VIEW, &v, k->ctx.rules->zone_s);
    uint8_t h[CRYPT_HASH_BYTES];
    crypt_sha256(buf_str(&k->body), h);
    str tag = str_fmt(k->ctx.arena, "\"%.*s\"", STR_ARG(crypt_hex(k->ctx.arena, h, 8)));
    http_set(k->req, "ETag", tag);
    http_set(k->req, "Cache-Control", S("private, no-cache"));
    if (str_eq(http_header(k->req, "If-None-Match"), tag)) {
        http_answer(k->req, 304, "application/json; charset=utf-8", S(""));
        return OK;
    }
    call_answer(k, 0);
    return OK;
}
