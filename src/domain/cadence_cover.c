// How far a rule has come: of the rows it is over, how many were reached, in time or late, are
// open, or were not filed yet. Two questions: one over what was filed for the period, from the
// table cadence, and one over the rows of the register that have nothing.
#include "domain/cadence_inner.h"

#include <stdlib.h>
#include "domain/old_years.h"

static const char *const NAMES[CADENCE_FIGURES] = {
    "asked", "in_time", "late", "missed", "open", "overdue", "unfiled"};

str cadence_figure_name(enum cadence_figure f)
{
    return str_of(NAMES[f]);
}

// What is being counted.
struct tally_up {
    struct ctx *c;
    const struct cadence *k;
    struct cadence_cover *out;
    const struct unit *below; // NULL: all
};

static struct cadence_unit *unit_slot(struct tally_up *t, int64_t unit)
{
    struct cadence_cover *o = t->out;
    for (size_t i = 0; i < o->n_units; i++)
        if (o->units[i].unit == unit)
            return &o->units[i];
    VEC_PUSH(t->c->arena, o->units, o->n_units) = (struct cadence_unit){.unit = unit};
    return &o->units[o->n_units - 1];
}

static void add(struct tally_up *t, int64_t unit, enum cadence_figure f, int64_t n)
{
    const struct unit *u = rules_unit(t->c->rules, unit);
    if (t->below && (!u || !unit_below(u, t->below)))
        return;
    unit_slot(t, unit)->n[f] += n;
    t->out->total.n[f] += n;
}

static bool reached(const struct cadence *k, str state)
{
    int at = def_state_at(k->def, state);
    return at >= 0 && (k->x->done >> at & 1) != 0;
}

static void count_filed(struct tally_up *t, struct db *db)
{
    struct ctx *c = t->c;
    int64_t end_us = tm_day_start(t->out->period.to, c->rules->zone_s);
    struct cursor r = db_rows(db,
        "SELECT i.unit, i.state, i.open,"
        " CASE WHEN i.closed_us < ?6 THEN 1 ELSE 0 END AS met,"
        " CASE WHEN i.open = 1 AND i.due_us > 0 AND i.due_us < ?7 THEN 1 ELSE 0 END AS overdue,"
        " count(*) FROM cadence k JOIN item i ON i.town = k.town AND i.id = k.item"
        " WHERE k.town = ?1 AND k.loop = ?2 AND k.rule = ?3 AND k.to_day > ?4 AND k.from_day < ?5"
        " AND i.shelf = 0 GROUP BY i.unit, i.state, i.open, met, overdue",
        V(c->rules->town), V(t->k->def->loop), V(t->k->x->key), V(t->out->period.from),
        V(t->out->period.to), V(end_us), V(c->now_us));
    while (db_next(&r)) {
        int64_t unit = db_i64(&r, 0), n = db_i64(&r, 5);
        bool open = db_i64(&r, 2) != 0;
        enum cadence_figure f = open                            ? CADENCE_OPEN
                                : !reached(t->k, db_str(&r, 1)) ? CADENCE_MISSED
                                : db_i64(&r, 3) != 0            ? CADENCE_IN_TIME
                                                                : CADENCE_LATE;
        add(t, unit, f, n);
        add(t, unit, CADENCE_ASKED, n);
        if (open && db_i64(&r, 4) != 0)
            add(t, unit, CADENCE_OVERDUE, n);
    }
}

static void count_unfiled(struct tally_up *t)
{
    struct ctx *c = t->c;
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT u.unit, u.code, count(*) FROM (SELECT i.unit AS unit, ");
    sqlb_bind(&q, V(c->rules->town));
    cadence_unit_code(t->k, &q);
    sqlb_add(&q, " AS code");
    cadence_from_unfiled(c, t->k, t->k->rows, t->out->period, &q);
    sqlb_add(&q, ") AS u GROUP BY u.unit, u.code");
    struct cursor r = sqlb_rows(c->db, &q);
    while (db_next(&r)) {
        int64_t n = db_i64(&r, 2);
        int64_t unit = cadence_unit_of(c, t->k, db_i64(&r, 0), db_str(&r, 1));
        add(t, unit, CADENCE_UNFILED, n);
        add(t, unit, CADENCE_ASKED, n);
    }
}

// ---- the filters

static str dates(struct arena *a, struct period p)
{
    return str_fmt(a, "%.*s..%.*s", STR_ARG(tm_date(a, p.from)), STR_ARG(tm_date(a, p.to - 1)));
}

static str states(struct arena *a, const struct cadence *k)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < k->def->n_states; i++)
        if (k->x->done >> i & 1)
            VEC_PUSH(a, keys, n) = k->def->states[i].key;
    return str_join(a, keys, n, S(","));
}

static void figure_filters(struct ctx *c, const struct cadence *k, struct cadence_cover *o)
{
    struct arena *a = c->arena;
    str days = dates(a, o->period), reached_in = states(a, k);
    str of = str_fmt(
        a, "cadence:%.*s/%.*s/%.*s", STR_ARG(k->def->loop), STR_ARG(k->x->key), STR_ARG(days));
    str items = str_fmt(a, "loop:%.*s %.*s", STR_ARG(k->def->loop), STR_ARG(of));
    str last = tm_date(a, o->period.to - 1), next = tm_date(a, o->period.to);
    o->filters[CADENCE_IN_TIME] = str_fmt(
        a, "%.*s state:%.*s closed:..%.*s", STR_ARG(items), STR_ARG(reached_in), STR_ARG(last));
    o->filters[CADENCE_LATE] = str_fmt(
        a, "%.*s state:%.*s closed:%.*s..", STR_ARG(items), STR_ARG(reached_in), STR_ARG(next));
    o->filters[CADENCE_MISSED] =
        str_fmt(a, "%.*s closed:yes -state:%.*s", STR_ARG(items), STR_ARG(reached_in));
    o->filters[CADENCE_OPEN] = str_fmt(a, "%.*s open:yes", STR_ARG(items));
    o->filters[CADENCE_OVERDUE] = str_fmt(a, "%.*s open:yes overdue:yes", STR_ARG(items));
    if (o->filed)
        o->filters[CADENCE_UNFILED] =
            str_fmt(a, "%.*s -%.*s", STR_ARG(filter_text(a, k->rows)), STR_ARG(of));
}

// Rows without a unit, or of one there is none any more, go to the receiver.
static str rows_of(struct ctx *c, const struct cadence *k, int64_t unit)
{
    const struct unit *u = rules_unit(c->rules, unit),
                      *receiver = rules_unit_named(c->rules, k->def->receiver);
    if (!u)
        return (str){0};
    if (k->x->to == CADENCE_ROW)
        return str_fmt(c->arena, "unit:=%.*s", STR_ARG(u->code));
    if (k->x->to == CADENCE_ROW_FIELD)
        return str_fmt(c->arena, "%.*s:%.*s%s", STR_ARG(k->x->unit), STR_ARG(u->code),
            u == receiver ? ",none" : "");
    return (str){0}; // all of them
}

// The rows of all units that are shown.
static str rows_below(struct ctx *c, const struct cadence *k, const struct cadence_cover *o)
{
    str text = {0};
    const char *mark = "";
    for (size_t i = 0; i < o->n_units; i++) {
        str one = rows_of(c, k, o->units[i].unit), key;
        if (!str_cut(&one, ':', &key))
            return (str){0};
        text = str_fmt(c->arena, "%.*s%s%.*s", STR_ARG(text), mark, STR_ARG(one));
        mark = ",";
    }
    if (text.n == 0 || k->x->to == CADENCE_ROW)
        return (str){0};
    return str_fmt(c->arena, "%.*s:%.*s", STR_ARG(k->x->unit), STR_ARG(text));
}

static int by_place(const void *a, const void *b)
{
    const struct cadence_unit *x = a, *y = b;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void unit_filters(
    struct ctx *c, const struct cadence *k, const struct unit *below, struct cadence_cover *o)
{
    if (o->n_units > 0)
        qsort(o->units, o->n_units, sizeof(*o->units), by_place);
    for (size_t i = 0; i < o->n_units; i++) {
        const struct unit *u = rules_unit(c->rules, o->units[i].unit);
        o->units[i].filter = str_fmt(c->arena, "unit:=%.*s", STR_ARG(u ? u->code : S("none")));
        o->units[i].rows_filter = rows_of(c, k, o->units[i].unit);
    }
    if (!below)
        return;
    o->total.filter = str_fmt(c->arena, "unit:%.*s", STR_ARG(below->code));
    o->total.rows_filter = k->x->to == CADENCE_ROW ? o->total.filter : rows_below(c, k, o);
}

enum err_code cadence_cover(struct ctx *c, const struct cadence *rule, int64_t day, int64_t below,
    struct cadence_cover *out, struct err *e)
{
    const struct cadence on = cadence_on(c, rule, day), *k = &on;
    *out = (struct cadence_cover){.period = cadence_period(k->x, day)};
    struct tally_up t = {c, k, out, below != 0 ? rules_unit(c->rules, below) : NULL};
    if (below != 0 && !t.below)
        return err_add(
            e, ERR_INVALID, S("unit"), (str){0}, "there is no such unit", "没有这个单位");
    struct ctx all = old_years_read_begin(c);
    int64_t today = tm_local_day(c->now_us, c->rules->zone_s);
    // Rows are counted as they are now: what is over, and what has not begun, has none to wait for.
    out->filed =
        out->period.from <= today && today < out->period.to && out->period.to > k->x->from_day;
    count_filed(&t, all.db);
    if (out->filed)
        count_unfiled(&t);
    db_read_end(c->db);
    figure_filters(c, k, out);
    unit_filters(c, k, t.below, out);
    return db_status(c->db, e);
}
