// How items of a class ended before: which unit closed them, and how fast. The counts are the
// counters of the definition's first tally by closing; the speed is that of the last few items.

#include "domain/journal.h"
#include "domain/route.h"
#include "store/sqlb.h"

enum {
    LAST_CLOSED = 200,   // of a unit, looked through for the class
    SPEAKS_FROM = 5,     // former items a unit needs to be suggested for them alone
    SPEAKS_PERCENT = 25, // and their share
};

struct looking {
    struct ctx *c;
    const struct def *d;
    const struct def_tally *tally;
    int64_t cls;
    int64_t first, last; // months, yyyymm
    int64_t from_day, to_day;
    struct route_past *all;
    const struct unit **units; // beside all
    size_t n;
    int64_t of;
};

static const struct def_tally *closing_tally(const struct def *d)
{
    for (size_t i = 0; i < d->n_tallies; i++)
        if (d->tallies[i].sum.n == 0 && str_eq(d->tallies[i].by, S("closed")))
            return &d->tallies[i];
    return NULL;
}

// The last twelve whole months and the one that runs.
static void set_months(struct looking *x)
{
    struct civil t;
    tm_to_civil(x->c->now_us, x->c->rules->zone_s, &t);
    x->last = (int64_t)t.year * 100 + t.month;
    x->first = x->last - 100;
    x->from_day = tm_days(t.year - 1, t.month, 1);
    x->to_day = tm_local_day(x->c->now_us, x->c->rules->zone_s);
}

static int64_t next_month(int64_t m)
{
    return m % 100 == 12 ? m + 100 - 11 : m + 1;
}

static struct route_past *of_unit(struct looking *x, int64_t unit)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->units[i]->id == unit)
            return &x->all[i];
    return NULL;
}

static void count_month(struct looking *x, const int64_t *ids, size_t n, int64_t month)
{
    struct sqlb q;
    sqlb_init(&q, x->c->arena);
    sqlb_bind(&q, val_i64(x->c->rules->town));
    sqlb_add(&q, "SELECT t.unit, t.n");
    sqlb_from_ids(&q, x->c->db, ids, n);
    sqlb_add(&q, " CROSS JOIN tally t WHERE t.town = ?1 AND t.loop = ");
    sqlb_val(&q, val_str(x->d->loop));
    sqlb_add(&q, " AND t.dim = 'unit,class' AND t.period = ");
    sqlb_val(&q, val_i64(month));
    sqlb_add(&q, " AND t.unit = k.value AND t.class = ");
    sqlb_val(&q, val_i64(x->cls));
    sqlb_add(&q, " AND t.channel = '*' AND t.key = ");
    sqlb_val(&q, val_str(x->tally->key));
    struct cursor r = sqlb_rows(x->c->db, &q);
    while (db_next(&r)) {
        struct route_past *p = of_unit(x, db_i64(&r, 0));
        if (p)
            p->n += db_i64(&r, 1);
        x->of += db_i64(&r, 1);
    }
}

static void count(struct looking *x)
{
    const struct rules *r = x->c->rules;
    int64_t *ids = NEW_ARRAY(x->c->arena, r->n_units, int64_t);
    x->all = NEW_ARRAY(x->c->arena, r->n_units, struct route_past);
    x->units = NEW_ARRAY(x->c->arena, r->n_units, const struct unit *);
    for (size_t i = 0; i < r->n_units; i++) {
        ids[i] = r->units[i].id;
        x->units[x->n++] = &r->units[i];
    }
    for (int64_t m = x->first; m <= x->last; m = next_month(m))
        count_month(x, ids, r->n_units, m);
    for (size_t i = 0; i < x->n; i++) {
        x->all[i].of = x->of;
        x->all[i].from_day = x->from_day;
        x->all[i].to_day = x->to_day;
    }
}

static void time_unit(struct looking *x, int64_t unit, struct route_past *out)
{
    double sum = 0;
    struct cursor r = db_rows(x->c->db,
        "SELECT class, filed_us, closed_us FROM item WHERE town = ?1 AND unit = ?2 AND open = 0"
        " AND shelf = 0 ORDER BY closed_us DESC LIMIT ?3",
        V(x->c->rules->town), V(unit), V(LAST_CLOSED));
    while (db_next(&r)) {
        if (db_i64(&r, 0) != x->cls)
            continue;
        sum += (double)(db_i64(&r, 2) - db_i64(&r, 1)) / (double)US_DAY;
        out->timed++;
    }
    out->days = out->timed > 0 ? sum / (double)out->timed : 0;
}

static str past_text(struct ctx *c, const struct route_past *p)
{
    int percent = (int)((double)p->n * 100 / (double)p->of + 0.5);
    bool en = c->lang == LANG_EN;
    str text =
        en ? str_fmt(c->arena, "of %" PRId64 " like it in a year, %d %% were closed by this unit",
                 p->of, percent)
           : str_fmt(c->arena, "同类 %" PRId64 " 件 %d%% 由此办结", p->of, percent);
    if (p->timed == 0)
        return text;
    return str_fmt(c->arena, en ? "%.*s, in %.1f days on average" : "%.*s，均 %.1f 天",
        STR_ARG(text), p->days);
}

static void put(struct looking *x, struct route_pick *p, const struct route_past *past)
{
    p->past = *past;
    time_unit(x, p->unit->id, &p->past);
    if (p->past.n > 0)
        route_ground(x->c, p, "past", past_text(x->c, &p->past));
}

// A unit no rule names, because it closed many of the kind: never more than a hint.
static void add_former(struct looking *x, struct route_advice *out)
{
    struct ctx *c = x->c;
    CHECK(x->n == 0 || (x->units && x->all));
    while (out->n < ROUTE_PICKS_MAX) {
        size_t best = x->n;
        for (size_t i = 0; i < x->n; i++) {
            bool named = x->units[i]->closed || x->all[i].n < SPEAKS_FROM ||
                         x->all[i].n * 100 < x->of * SPEAKS_PERCENT;
            for (size_t k = 0; k < out->n; k++)
                named = named || out->picks[k].unit == x->units[i];
            if (!named && (best == x->n || x->all[i].n > x->all[best].n))
                best = i;
        }
        if (best == x->n)
            return;
        struct route_pick p = {.unit = x->units[best], .trust = ROUTE_LOW};
        put(x, &p, &x->all[best]);
        CHECK(p.n_grounds == 1 && out->cls != NULL); // it closed some of that class
        str why = p.grounds[0].text;
        str name = p.unit->short_name.n > 0 ? p.unit->short_name : p.unit->name;
        VEC_PUSH(c->arena, p.chain, p.n_chain) = out->cls->name;
        VEC_PUSH(c->arena, p.chain, p.n_chain) = why;
        p.text =
            str_fmt(c->arena, c->lang == LANG_EN ? "to %.*s: %.*s → %.*s" : "派给%.*s：%.*s → %.*s",
                STR_ARG(name), STR_ARG(out->cls->name), STR_ARG(why));
        VEC_PUSH(c->arena, out->picks, out->n) = p;
    }
}

void route_add_past(struct ctx *c, const struct def *d, struct route_advice *out)
{
    struct looking x = {.c = c, .d = d, .tally = closing_tally(d)};
    if (!x.tally || !out->cls)
        return;
    x.cls = out->cls->id;
    set_months(&x);
    count(&x);
    if (x.of == 0)
        return;
    for (size_t i = 0; i < out->n; i++) {
        const struct route_past *p = of_unit(&x, out->picks[i].unit->id);
        if (p && p->n > 0)
            put(&x, &out->picks[i], p);
    }
    add_former(&x, out);
}

// When the unit gave the item back last and has not got it again; 0: it did not.
static int64_t gave_back(const struct item *it, const struct unit *u)
{
    for (size_t i = it->n_parts; i > 0; i--)
        if (it->parts[i - 1].unit == u->id)
            return str_eq(it->parts[i - 1].state, S("returned")) ? it->parts[i - 1].since_us : 0;
    return 0;
}

void route_put_back(struct ctx *c, const struct item *it, struct route_advice *out)
{
    struct route_pick back[ROUTE_PICKS_MAX];
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < out->n; i++) {
        struct route_pick *p = &out->picks[i];
        int64_t at_us = gave_back(it, p->unit);
        if (at_us == 0) {
            out->picks[kept++] = *p;
            continue;
        }
        p->trust = ROUTE_LOW;
        route_ground(c, p, "returned",
            str_fmt(c->arena,
                c->lang == LANG_EN ? "it gave this one back, %.*s" : "这件由它退回过，%.*s",
                STR_ARG(tm_minute(c->arena, at_us, c->rules->zone_s))));
        back[n++] = *p;
    }
    for (size_t i = 0; i < n; i++)
        out->picks[kept++] = back[i];
}

str route_past_filter(
    struct arena *a, const struct def *d, const struct class_ *cls, const struct route_pick *p)
{
    const struct def_tally *t = closing_tally(d);
    CHECK(t != NULL);
    return str_fmt(a, "loop:%.*s %.*s%sclosed:%.*s..%.*s class:=%.*s/%.*s unit:=\"%.*s\"",
        STR_ARG(d->loop), STR_ARG(t->where), t->where.n > 0 ? " " : "",
        STR_ARG(tm_date(a, p->past.from_day)), STR_ARG(tm_date(a, p->past.to_day)),
        STR_ARG(cls->scheme), STR_ARG(cls->code), STR_ARG(p->unit->code));
}
