#include "domain/cadence_inner.h"

#include "domain/def_place.h"
#include "domain/keydate.h"

enum {
    WEEK = 7,
    YEAR_MONTHS = 12,
    MISSED_MAX = 99,
    MONTH_SLACK = 3, // months differ by so many days: looked at again row by row
};

// Days and weeks are counted from a Monday.
static int64_t anchor(const struct def_cadence *x)
{
    int64_t monday = tm_iso_week_monday(2024, 1);
    if (x->from_day == 0)
        return monday;
    return x->of == EVERY_WEEKS ? x->from_day - (tm_weekday(x->from_day) - 1) : x->from_day;
}

static int64_t floor_div(int64_t v, int64_t by)
{
    return v >= 0 ? v / by : -((-v + by - 1) / by);
}

static int64_t month_start(int64_t months)
{
    return tm_days((int)(months / YEAR_MONTHS), (int)(months % YEAR_MONTHS) + 1, 1);
}

int64_t cadence_after(const struct def_cadence *x, int64_t day, int64_t n)
{
    if (x->of != EVERY_MONTHS)
        return day + n * x->every * (x->of == EVERY_WEEKS ? WEEK : 1);
    int year, month, dom;
    tm_from_days(day, &year, &month, &dom);
    int64_t all = (int64_t)year * YEAR_MONTHS + month - 1 + n * x->every;
    int last = tm_days_in_month((int)(all / YEAR_MONTHS), (int)(all % YEAR_MONTHS) + 1);
    return month_start(all) + (dom < last ? dom : last) - 1;
}

// The days of a key date's last period end with it.
static struct period cut(const struct def_cadence *x, struct period p)
{
    if (x->to_day > 0 && p.to > x->to_day + 1)
        p.to = x->to_day + 1;
    return p;
}

struct period cadence_period(const struct def_cadence *x, int64_t day)
{
    if (x->never)
        return (struct period){day, day};
    int64_t end = day + x->window + 1; // filed by this day: their last day is before
    if (!x->aligned)
        return (struct period){cadence_after(x, end, -1), end};
    if (x->of == EVERY_MONTHS) {
        int year, month, dom;
        tm_from_days(day, &year, &month, &dom);
        int64_t all = (int64_t)year * YEAR_MONTHS + month - 1;
        int64_t first = all - all % x->every;
        return (struct period){month_start(first), month_start(first + x->every)};
    }
    int64_t days = (int64_t)x->every * (x->of == EVERY_WEEKS ? WEEK : 1);
    int64_t from = anchor(x) + floor_div(day - anchor(x), days) * days;
    return cut(x, (struct period){from, from + days});
}

struct cadence cadence_on(struct ctx *c, const struct cadence *k, int64_t day)
{
    if (k->x->during.n == 0)
        return *k;
    const struct keydate *first = NULL;
    for (size_t i = 0; i < c->rules->n_keydates; i++) {
        const struct keydate *d = c->rules->keydates[i];
        bool meant = str_eq(k->x->during, S(KEYDATE_ANY)) || str_eq(k->x->during, d->key);
        if (meant && keydate_on(d, day) && (!first || d->from_day < first->from_day))
            first = d;
    }
    struct def_cadence *x = NEW(c->arena, struct def_cadence);
    *x = *k->x;
    x->never = first == NULL;
    x->from_day = first ? first->from_day : 0;
    x->to_day = first ? first->to_day : 0;
    if (x->of == EVERY_WEEKS) { // from its first day, not from a Monday
        x->of = EVERY_DAYS;
        x->every *= WEEK;
    }
    struct cadence on = *k;
    on.x = x;
    return on;
}

// ---- the rule and its filters

static str path_of(struct arena *a, const struct def *d, const struct def_cadence *x, const char *m)
{
    return str_fmt(a, "cadences[%zu].%s", (size_t)(x - d->cadences), m);
}

// more: of a row of `first`.
static const struct filter *compile(struct arena *a, const struct rules *r, const struct def *d,
    const struct def_cadence *x, str more, struct err *e)
{
    struct err own;
    err_init(&own, a, e->lang);
    str text = str_fmt(
        a, "register:%.*s open:yes %.*s %.*s", STR_ARG(x->over), STR_ARG(x->when), STR_ARG(more));
    const struct filter *f = filter_parse(a, r, NULL, text, &own);
    if (f && filter_personal(f))
        err_add(&own, ERR_INVALID, S("when"), (str){0}, "a cadence is the same for everybody",
            "周期规则不能随查看人变化");
    def_place_filter(
        e, d, path_of(a, d, x, more.n > 0 ? "first" : "when"), more.n > 0 ? more : x->when, &own);
    return own.code == OK ? f : NULL;
}

static void check_unit(
    struct arena *a, const struct rules *r, const struct cadence *k, struct err *e)
{
    str path = path_of(a, k->def, k->x, "unit");
    int at = k->x->to == CADENCE_ROW_FIELD ? def_field_at(k->over, k->x->unit) : DEF_NONE;
    if (k->x->to == CADENCE_ROW_FIELD && (at < 0 || k->over->fields[at].type != DEF_UNIT))
        def_err(e, k->def->text, path, (str){0}, S("a field of type unit"),
            "rows of the register have no unit \"%.*s\"", "这个台账没有单位字段“%.*s”",
            STR_ARG(k->x->unit));
    if (k->x->to == CADENCE_UNIT && !map_get(&r->unit_by_code, k->x->unit))
        rules_no_unit(r, k->def, path, k->x->unit, e);
}

enum err_code cadence_open(struct arena *a, const struct rules *r, const struct def *d,
    const struct def_cadence *x, struct cadence *out, struct err *e)
{
    const struct loop *l = rules_loop(r, x->over);
    *out = (struct cadence){.def = d, .x = x, .over = l ? l->now : NULL};
    if (!l || !loop_lasts(l)) {
        rules_no_loop(r, d, path_of(a, d, x, "over"), x->over, true, e);
        return e->code;
    }
    out->rows = compile(a, r, d, x, (str){0}, e);
    out->firsts = NEW_ARRAY(a, x->n_first, const struct filter *);
    for (size_t i = 0; i < x->n_first && out->rows; i++)
        out->firsts[i] = compile(a, r, d, x, x->first[i].when, e);
    check_unit(a, r, out, e);
    return e->code;
}

static void check_during(
    const struct rules *r, const struct def *d, const struct def_cadence *x, struct err *e)
{
    str *keys = NEW_ARRAY(e->arena, r->n_keydates + 1, str);
    bool known = x->during.n == 0 || str_eq(x->during, S(KEYDATE_ANY));
    for (size_t i = 0; i < r->n_keydates; i++) {
        keys[i] = r->keydates[i]->key;
        known = known || str_eq(x->during, keys[i]);
    }
    if (!known)
        def_place_unknown(e, d->text, path_of(e->arena, d, x, "during"), x->during, "key date",
            "重要节点", keys, r->n_keydates);
}

void cadence_check(struct arena *a, const struct rules *r, const struct def *d, struct err *e)
{
    struct cadence k;
    for (size_t i = 0; i < d->n_cadences; i++) {
        (void)!cadence_open(a, r, d, &d->cadences[i], &k, e);
        check_during(r, d, &d->cadences[i], e);
    }
}

// ---- which rows

static const struct list_part WHOLE = {0};

static void of_rule(const struct cadence *k, struct sqlb *q)
{
    sqlb_add(q, " WHERE k.town = ?1 AND k.loop = ");
    sqlb_val(q, V(k->def->loop));
    sqlb_add(q, " AND k.rule = ");
    sqlb_val(q, V(k->x->key));
    sqlb_add(q, " AND k.row = i.id");
}

void cadence_from_unfiled(
    struct ctx *c, const struct cadence *k, const struct filter *f, struct period p, struct sqlb *q)
{
    list_from_where(c, f, &WHOLE, q);
    sqlb_add(q, " AND NOT EXISTS (SELECT 1 FROM cadence k");
    of_rule(k, q);
    sqlb_add(q, " AND k.from_day < ");
    sqlb_val(q, V(p.to));
    sqlb_add(q, " AND k.to_day > ");
    sqlb_val(q, V(p.from));
    sqlb_add(q, ")");
}

// Counted from the last closing: neither an open item, nor one that was closed too short ago.
static void from_unclosed(
    struct ctx *c, const struct cadence *k, const struct filter *f, int64_t day, struct sqlb *q)
{
    int64_t cut = cadence_after(k->x, day + k->x->window, -1) + 1 +
                  (k->x->of == EVERY_MONTHS ? MONTH_SLACK : 0);
    list_from_where(c, f, &WHOLE, q);
    sqlb_add(q, " AND NOT EXISTS (SELECT 1 FROM cadence k"
                " JOIN item x ON x.town = k.town AND x.id = k.item");
    of_rule(k, q);
    sqlb_add(q, " AND (x.open = 1 OR x.closed_us >= ");
    sqlb_val(q, V(tm_day_start(cut, c->rules->zone_s)));
    sqlb_add(q, "))");
}

// Is the rule asking on this day at all?
static bool asks_on(const struct def_cadence *x, int64_t day)
{
    if (x->never)
        return false;
    if (day < x->from_day && !x->aligned)
        return false;
    struct period p = cadence_period(x, day);
    if (!x->aligned)
        return true;
    return p.to > x->from_day && (x->window == 0 || day >= p.to - x->window);
}

static const struct filter *filter_of(const struct cadence *k, size_t pass)
{
    return pass < k->x->n_first ? k->firsts[pass] : k->rows;
}

static size_t candidates(struct ctx *c, const struct cadence *k, int64_t day,
    struct cadence_walk *at, size_t max, int64_t **ids)
{
    struct sqlb q;
    size_t n = 0;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT i.id, i.filed_us");
    sqlb_bind(&q, V(c->rules->town));
    if (k->x->aligned)
        cadence_from_unfiled(c, k, filter_of(k, at->pass), cadence_period(k->x, day), &q);
    else
        from_unclosed(c, k, filter_of(k, at->pass), day, &q);
    sqlb_add(&q, " AND (i.filed_us, i.id) > (");
    sqlb_val(&q, V(at->filed_us));
    sqlb_add(&q, ",");
    sqlb_val(&q, V(at->id));
    sqlb_add(&q, ") ORDER BY i.filed_us, i.id LIMIT ");
    sqlb_val(&q, V((int64_t)max));
    struct cursor r = sqlb_rows(c->db, &q);
    for (*ids = NULL; db_next(&r);) {
        at->id = db_i64(&r, 0);
        at->filed_us = db_i64(&r, 1);
        VEC_PUSH(c->arena, *ids, n) = at->id;
    }
    return n;
}

enum err_code cadence_find(struct ctx *c, const struct cadence *rule, int64_t day,
    struct cadence_walk *at, size_t max, struct cadence_due **out, size_t *n, struct err *e)
{
    const struct cadence on = cadence_on(c, rule, day), *k = &on;
    *out = NULL;
    *n = 0;
    if (!asks_on(k->x, day))
        at->over = true;
    while (!at->over && *n == 0) {
        int64_t *ids;
        size_t found = candidates(c, k, day, at, max, &ids);
        for (size_t i = 0; i < found; i++) {
            struct cadence_due due;
            // One of an earlier pass was met there.
            if (cadence_plan(c, k, day, ids[i], &due, e) && due.rank >= at->pass)
                VEC_PUSH(c->arena, *out, *n) = due;
        }
        if (found < max) {
            at->over = at->pass == k->x->n_first;
            *at = (struct cadence_walk){.pass = at->pass + 1, .over = at->over};
        }
        if (e->code != OK || db_status(c->db, e) != OK)
            return e->code;
    }
    return OK;
}

// ---- one row

void cadence_unit_code(const struct cadence *k, struct sqlb *q)
{
    if (k->x->to != CADENCE_ROW_FIELD) {
        sqlb_add(q, "''");
        return;
    }
    sqlb_add(q, "COALESCE((SELECT o.doc -> 'f' ->> ");
    sqlb_val(q, V(k->x->unit));
    sqlb_add(q, " FROM item_doc o WHERE o.town = ?1 AND o.id = i.id), '')");
}

int64_t cadence_unit_of(const struct ctx *c, const struct cadence *k, int64_t row_unit, str code)
{
    const struct unit *u = NULL;
    switch (k->x->to) {
    case CADENCE_RECEIVER:
        break;
    case CADENCE_ROW:
        u = rules_unit(c->rules, row_unit);
        break;
    case CADENCE_ROW_FIELD:
        u = map_get(&c->rules->unit_by_code, code);
        break;
    case CADENCE_UNIT:
        u = map_get(&c->rules->unit_by_code, k->x->unit);
        break;
    }
    if (!u)
        u = rules_unit_named(c->rules, k->def->receiver);
    return u ? u->id : c->rules->town;
}

// What was filed for the row last.
struct last {
    int64_t to;         // day behind its days; 0: nothing
    int64_t closed_day; // 0: none was closed
    bool open;
};

static struct last last_of(struct ctx *c, const struct cadence *k, int64_t row)
{
    struct last last = {0};
    struct cursor r = db_rows(c->db,
        "SELECT k.to_day, COALESCE(x.open, 0), COALESCE(x.closed_us, 0) FROM cadence k"
        " LEFT JOIN item x ON x.town = k.town AND x.id = k.item"
        " WHERE k.town = ?1 AND k.loop = ?2 AND k.rule = ?3 AND k.row = ?4",
        V(c->rules->town), V(k->def->loop), V(k->x->key), V(row));
    while (db_next(&r)) {
        int64_t to = db_i64(&r, 0), closed = db_i64(&r, 2);
        int64_t day = closed > 0 ? tm_local_day(closed, c->rules->zone_s) : 0;
        last.to = to > last.to ? to : last.to;
        last.open = last.open || db_i64(&r, 1) != 0;
        last.closed_day = day > last.closed_day ? day : last.closed_day;
    }
    return last;
}

// Whole periods between what was filed last, or the day the rule began to ask for the row, and this
// one.
static int64_t missed_before(const struct def_cadence *x, struct period p, int64_t base)
{
    int64_t n = 0;
    for (struct period q = p; base > 0 && n < MISSED_MAX; n++) {
        q = cadence_period(x, q.from - 1);
        if (q.from < base)
            break;
    }
    return n;
}

static int64_t began(const struct def_cadence *x, int64_t filed_day)
{
    return x->from_day == 0 ? 0 : x->from_day > filed_day ? x->from_day : filed_day;
}

static bool plan_aligned(const struct def_cadence *x, int64_t day, int64_t filed_day,
    const struct last *last, struct cadence_due *out)
{
    out->period = cadence_period(x, day);
    if (last->to > out->period.from)
        return false;
    out->missed =
        missed_before(x, out->period, last->to > x->from_day ? last->to : began(x, filed_day));
    return true;
}

// By when, counted from the last closing; of what is late already after the days everybody has.
static bool plan_counted(const struct def_cadence *x, int64_t day, int64_t filed_day,
    const struct last *last, struct cadence_due *out)
{
    int64_t base = last->closed_day > 0      ? last->closed_day
                   : last->to > 0            ? last->to
                   : x->from_day > filed_day ? x->from_day
                                             : filed_day;
    int64_t by = cadence_after(x, base, 1);
    if (last->open || day < by - x->window)
        return false;
    out->period = (struct period){base, by + 1};
    for (int64_t n = 2; by < day && n < MISSED_MAX && cadence_after(x, base, n) <= day; n++)
        out->missed++;
    if (by < day)
        out->period.to = day + x->window + 1;
    return true;
}

// Why the row comes first: all reasons that hold, in the order of the rule.
static void put_reasons(struct ctx *c, const struct cadence *k, struct cadence_due *due)
{
    str *found = NULL;
    size_t n = 0;
    due->rank = k->x->n_first;
    for (size_t i = 0; i < k->x->n_first; i++) {
        struct sqlb q;
        sqlb_init(&q, c->arena);
        sqlb_add(&q, "SELECT count(*)");
        sqlb_bind(&q, V(c->rules->town));
        list_from_where(c, k->firsts[i], &WHOLE, &q);
        sqlb_add(&q, " AND i.id = ");
        sqlb_val(&q, V(due->row));
        if (sqlb_i64(c->db, &q) == 0)
            continue;
        due->rank = n == 0 ? i : due->rank;
        VEC_PUSH(c->arena, found, n) = k->x->first[i].because;
    }
    due->because = str_join(c->arena, found, n, S("、"));
}

bool cadence_plan(struct ctx *c, const struct cadence *rule, int64_t day, int64_t row,
    struct cadence_due *out, struct err *e)
{
    const struct cadence on = cadence_on(c, rule, day), *k = &on;
    struct sqlb q;
    *out = (struct cadence_due){.row = row};
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT i.no, i.title, i.unit, i.filed_us, ");
    sqlb_bind(&q, V(c->rules->town));
    cadence_unit_code(k, &q);
    list_from_where(c, k->rows, &WHOLE, &q);
    sqlb_add(&q, " AND i.id = ");
    sqlb_val(&q, V(row));
    struct cursor r = sqlb_rows(c->db, &q);
    if (!db_next(&r))
        return false;
    out->no = db_dup(&r, 0, c->arena);
    out->title = db_dup(&r, 1, c->arena);
    out->unit = cadence_unit_of(c, k, db_i64(&r, 2), db_str(&r, 4));
    int64_t filed_day = tm_local_day(db_i64(&r, 3), c->rules->zone_s);
    db_done(&r);
    struct last last = last_of(c, k, row);
    bool due = k->x->aligned ? plan_aligned(k->x, day, filed_day, &last, out)
                             : plan_counted(k->x, day, filed_day, &last, out);
    if (!due || !asks_on(k->x, day))
        return false;
    put_reasons(c, k, out);
    return db_status(c->db, e) == OK;
}
