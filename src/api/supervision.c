#include "api/supervision.h"

#include "api/members.h"
#include "domain/filter.h"
#include "domain/item_list.h"
#include "domain/item_store.h"
#include "domain/supervise.h"

enum { ROWS_MAX = 200, ITEMS_MAX = 2000 };

// What is counted of a unit, and of all.
enum figure {
    FIGURE_BLUE,
    FIGURE_YELLOW,
    FIGURE_RED,
    FIGURE_DUE,
    FIGURE_LATE,
    FIGURE_CHARGE,
    FIGURES
};
static const str KEYS[FIGURES] = {
    S("blue"), S("yellow"), S("red"), S("due"), S("late"), S("charge")};

struct figure_view {
    str key, title, filter;
    int64_t n;
};
struct unit_view {
    int64_t unit;
    str name, filter;
    struct i64s counts;
    int64_t *n; // what counts reads
};
struct receipt_view {
    int64_t item, due_us, since_us;
    str no, title, loop_title, unit_name, level, what;
    bool late, paused;
};
struct charge_view {
    int64_t item;
    str no, title, loop_title, unit_name, level, leader, until;
    bool late;
};
struct supervision_view {
    str title;
    int64_t at_us;
    struct list figures, units, receipts, charges;
    bool capped;
};
static const struct field FIGURE_VIEW[] = {
    M(figure_view, key, FIELD_STR, .options = "blue|yellow|red|due|late|charge",
        .help = "slips that stand by level; receipts awaited and those over time; leaders in "
                "charge"),
    M(figure_view, title, FIELD_STR, .help = "of a level, as the town calls it; else empty"),
    M(figure_view, filter, FIELD_STR, .help = "the list of what is counted"),
    M(figure_view, n, FIELD_I64),
    {0},
};
static const struct field UNIT_VIEW[] = {
    M(unit_view, unit, FIELD_I64),
    M(unit_view, name, FIELD_STR),
    M(unit_view, filter, FIELD_STR,
        .help = "the unit's half of the filter, behind a figure's with a blank between"),
    M(unit_view, counts, FIELD_I64S),
    {0},
};
static const struct field RECEIPT_VIEW[] = {
    M(receipt_view, item, FIELD_I64),
    M(receipt_view, no, FIELD_STR),
    M(receipt_view, title, FIELD_STR),
    M(receipt_view, loop_title, FIELD_STR),
    M(receipt_view, unit_name, FIELD_STR, .help = "in charge of it"),
    M(receipt_view, level, FIELD_STR, .help = "of the slip that stands on it; empty: none"),
    M(receipt_view, what, FIELD_STR, .help = "what is awaited: the title of its clock"),
    {"since", FIELD_TIME, .at = offsetof(struct receipt_view, since_us)},
    {"due", FIELD_TIME, .at = offsetof(struct receipt_view, due_us),
        .help = "null: the item is suspended, and the clock with it"},
    M(receipt_view, late, FIELD_BOOL),
    {0},
};
static const struct field CHARGE_VIEW[] = {
    M(charge_view, item, FIELD_I64),
    M(charge_view, no, FIELD_STR),
    M(charge_view, title, FIELD_STR),
    M(charge_view, loop_title, FIELD_STR),
    M(charge_view, unit_name, FIELD_STR),
    M(charge_view, level, FIELD_STR),
    M(charge_view, leader, FIELD_STR, .help = "name of the leader in charge"),
    M(charge_view, until, FIELD_STR, .help = "a date; empty: none was said"),
    M(charge_view, late, FIELD_BOOL),
    {0},
};
const struct field SUPERVISION_VIEW[] = {
    M(supervision_view, title, FIELD_STR, .help = "of the town's definition; empty: it has none"),
    {"at", FIELD_TIME, .at = offsetof(struct supervision_view, at_us)},
    ROWS(supervision_view, figures, FIGURE_VIEW, figure_view),
    ROWS(supervision_view, units, UNIT_VIEW, unit_view),
    ROWS(supervision_view, receipts, RECEIPT_VIEW, receipt_view),
    ROWS(supervision_view, charges, CHARGE_VIEW, charge_view),
    M(supervision_view, capped, FIELD_BOOL,
        .help = "there are more than are shown and broken down; the figures count all"),
    {0},
};
const struct field SUPERVISION_QUERY[] = {
    {"unit", FIELD_I64, .help = "this unit and what is below it"},
    {0},
};

struct looking {
    struct call *k;
    str below; // " unit:beihong", or empty
    struct supervision_view *v;
    struct figure_view figures[FIGURES];
    struct unit_view *units;
    struct receipt_view *receipts;
    struct charge_view *charges;
};

static void count_unit(struct looking *x, int64_t unit, enum figure f)
{
    struct ctx *c = &x->k->ctx;
    const struct unit *u = rules_unit(c->rules, unit);
    size_t at = 0;
    while (at < x->v->units.n && x->units[at].unit != unit)
        at++;
    if (at == x->v->units.n && u) {
        int64_t *n = NEW_ARRAY(c->arena, FIGURES, int64_t);
        VEC_PUSH(c->arena, x->units, x->v->units.n) = (struct unit_view){.unit = unit,
            .name = u->name,
            .filter = str_fmt(c->arena, "unit:=%.*s", STR_ARG(u->code)),
            .counts = {KEYS, n, FIGURES},
            .n = n};
    }
    if (at < x->v->units.n)
        x->units[at].n[f]++;
}

static void see_receipts(struct looking *x, const struct item *it, const struct def *d, str level)
{
    struct ctx *c = &x->k->ctx;
    const struct unit *u = rules_unit(c->rules, it->unit);
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *k = &it->clocks[i];
        int at = clock_open(k) ? def_clock_at(d, k->key) : DEF_NONE;
        if (at < 0 || !(d->receipts >> at & 1))
            continue;
        if (x->v->receipts.n == ROWS_MAX) {
            x->v->capped = true;
            return;
        }
        VEC_PUSH(c->arena, x->receipts, x->v->receipts.n) = (struct receipt_view){.item = it->id,
            .no = it->no,
            .title = it->title,
            .loop_title = d->title,
            .unit_name = u ? u->name : (str){0},
            .level = level,
            .what = d->clocks[at].title,
            .since_us = k->runs[0].from_us,
            .due_us = k->due_us,
            .late = k->breached};
    }
}

static void see_charge(struct looking *x, const struct item *it, const struct def *d, str level)
{
    struct ctx *c = &x->k->ctx;
    const struct supervision *s = c->rules->supervision;
    const struct unit *u = rules_unit(c->rules, it->unit);
    const struct person *p = map_get(&c->rules->person_by_login, item_field(it, s->charge));
    int64_t us = 0;
    str until = item_field(it, s->until);
    bool dated = tm_parse(until, c->rules->zone_s, &us);
    int64_t today = tm_local_day(c->now_us, c->rules->zone_s);
    if (x->v->charges.n == ROWS_MAX) {
        x->v->capped = true;
        return;
    }
    VEC_PUSH(c->arena, x->charges, x->v->charges.n) = (struct charge_view){.item = it->id,
        .no = it->no,
        .title = it->title,
        .loop_title = d->title,
        .unit_name = u ? u->name : (str){0},
        .level = level,
        .leader = p ? p->name : item_field(it, s->charge),
        .until = until,
        .late = dated && tm_local_day(us, c->rules->zone_s) < today};
}

static void see(struct looking *x, const struct list_row *r, enum figure of)
{
    struct ctx *c = &x->k->ctx;
    struct item it;
    struct err quiet;
    err_init(&quiet, c->arena, c->lang);
    if (of == FIGURE_DUE && str_has(r->waits, S("<l:")))
        count_unit(x, r->unit, FIGURE_LATE);
    count_unit(x, r->unit, of);
    if (of < FIGURE_DUE || item_load(c, r->id, &it, &quiet) != OK)
        return;
    const struct def *d = rules_def(c->rules, it.def);
    if (d && of == FIGURE_DUE)
        see_receipts(x, &it, d, supervise_level_of(r->waits));
    else if (d)
        see_charge(x, &it, d, supervise_level_of(r->waits));
}

// The figure counts all; of its items so many are looked at one by one.
static void take(struct looking *x, enum figure of, bool each)
{
    struct ctx *c = &x->k->ctx;
    struct err *e = &x->k->err;
    struct figure_view *f = &x->figures[of];
    struct filter *match =
        filter_parse(c->arena, c->rules, NULL, str_two(c->arena, f->filter, x->below), e);
    struct list_in in = {.filter = match, .sort = SORT_DUE_UP, .limit = LIST_PAGE_MAX};
    struct list_out out;
    if (!match)
        return;
    f->filter = filter_text(c->arena, match);
    f->n = item_count(c, match, 0, e);
    for (size_t seen = 0; each && e->code == OK && seen < ITEMS_MAX; seen += out.n) {
        if (item_list(c, &in, &out, e) != OK)
            return;
        for (size_t i = 0; i < out.n; i++)
            see(x, &out.rows[i], of);
        in.after = out.next;
        if (out.next.n == 0)
            return;
    }
    x->v->capped = x->v->capped || (each && f->n > ITEMS_MAX);
}

static void look(struct looking *x)
{
    struct ctx *c = &x->k->ctx;
    const struct supervision *s = c->rules->supervision;
    for (int i = 0; i < DEF_LEVELS; i++) {
        x->figures[FIGURE_BLUE + i].title = s->levels[i];
        x->figures[FIGURE_BLUE + i].filter = str_two(c->arena, S("slip:"), def_level_name(i + 1));
    }
    x->figures[FIGURE_DUE].filter = S("receipt:due");
    x->figures[FIGURE_LATE].filter = S("receipt:late");
    x->figures[FIGURE_CHARGE].filter = str_fmt(c->arena, "open:yes -%.*s:none", STR_ARG(s->charge));
    for (int f = 0; f < FIGURES && x->k->err.code == OK; f++)
        if (f != FIGURE_CHARGE || s->charge.n > 0)
            take(x, (enum figure)f, f != FIGURE_LATE);
}

enum err_code supervision_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    int64_t unit = 0;
    struct supervision_view v = {.at_us = c->now_us};
    struct looking x = {.k = k, .v = &v};
    if (!call_query_i64(k, "unit", 0, 0, INT64_MAX, &unit))
        return k->err.code;
    const struct unit *u = unit ? rules_unit(c->rules, unit) : NULL;
    if (unit && !u)
        return err_add(
            &k->err, ERR_MISSING, S("unit"), (str){0}, "there is no such unit", "没有这个单位");
    if (u)
        x.below = str_fmt(c->arena, " unit:%.*s", STR_ARG(u->code));
    for (int f = 0; f < FIGURES; f++)
        x.figures[f].key = KEYS[f];
    if (c->rules->supervision) {
        v.title = c->rules->supervision->title;
        look(&x);
    }
    if (k->err.code != OK || db_status(c->db, &k->err) != OK)
        return k->err.code;
    v.figures = (struct list){x.figures, v.title.n > 0 ? FIGURES : 0};
    v.units.v = x.units;
    v.receipts.v = x.receipts;
    v.charges.v = x.charges;
    return call_answer_fields(k, SUPERVISION_VIEW, &v);
}
