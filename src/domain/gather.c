#include "domain/gather.h"

#include <stdlib.h>
#include "base/buf.h"
#include "domain/filter.h"
#include "domain/item_store.h"
#include "domain/old_years.h"

enum { WEEK = 7, YEAR_WEEKS = 52 };

static const char *const NAMES[GATHER_WHENS] = {"before", "after", "year_before", "year_after"};

str gather_when_name(enum gather_when w)
{
    return str_of(NAMES[w]);
}

static enum err_code load(
    struct ctx *c, int64_t id, struct item *it, const struct def **d, struct err *e)
{
    enum err_code code = item_load(c, id, it, e);
    if (code != OK)
        return code;
    *d = rules_def(c->rules, it->def);
    CHECK(*d != NULL);
    if (!item_visible(c, it))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    return OK;
}

// ---- what might belong to it

static struct filter *free_items(struct ctx *c, const struct def *d, struct err *e)
{
    struct buf b;
    buf_init(&b, c->arena, 4 * KIB);
    if (d->gathers.match)
        buf_fmt(&b, "%.*s ", STR_ARG(filter_text(c->arena, d->gathers.match)));
    buf_addz(&b, "gathered:no");
    for (size_t i = 0; i < c->rules->n_loops; i++) {
        const struct loop *l = &c->rules->loops[i];
        if (l->now && l->now->gathers.any)
            buf_fmt(&b, " -loop:%.*s", STR_ARG(l->key));
    }
    return filter_parse(c->arena, c->rules, NULL, buf_str(&b), e);
}

static struct kin_row *row_of(struct kin_out *out, int64_t id)
{
    for (size_t i = 0; i < out->n; i++)
        if (out->rows[i].row.id == id)
            return &out->rows[i];
    return NULL;
}

static void join(struct arena *a, struct kin_out *out, const struct kin_out *more)
{
    for (size_t i = 0; i < more->n; i++) {
        struct kin_row *was = row_of(out, more->rows[i].row.id);
        if (!was)
            VEC_PUSH(a, out->rows, out->n) = more->rows[i];
        else if (more->rows[i].strength > was->strength)
            *was = more->rows[i];
    }
}

static int stronger(const void *a, const void *b)
{
    const struct kin_row *x = a, *y = b;
    if (x->strength != y->strength)
        return y->strength - x->strength;
    return x->row.id > y->row.id ? -1 : x->row.id < y->row.id;
}

static size_t newest_members(struct ctx *c, str no, int64_t ids[GATHER_SEEDS])
{
    size_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT i.id FROM item i WHERE i.town = ?1 AND i.gathered <> '' AND i.gathered = ?2"
        " ORDER BY i.filed_us DESC, i.id DESC LIMIT ?3",
        V(c->rules->town), V(no), V((int)GATHER_SEEDS));
    while (n < GATHER_SEEDS && db_next(&r))
        ids[n++] = db_i64(&r, 0);
    db_done(&r);
    return n;
}

enum err_code gather_candidates(struct ctx *c, int64_t item, struct kin_out *out, struct err *e)
{
    struct item it;
    const struct def *d;
    int64_t seeds[1 + GATHER_SEEDS] = {item};
    *out = (struct kin_out){0};
    if (load(c, item, &it, &d, e) != OK || !d->gathers.any)
        return e->code;
    const struct filter *only = free_items(c, d, e);
    size_t n = 1 + newest_members(c, it.no, seeds + 1);
    for (size_t i = 0; i < n && e->code == OK; i++) {
        struct kin_in in;
        struct kin_out found;
        struct err quiet; // a member he may not see asks for nothing
        err_init(&quiet, c->arena, c->lang);
        if (kin_of_item(c, seeds[i], &in, &quiet) != OK)
            continue;
        in.only = only;
        if (kin_find(c, &in, false, &found, e) == OK)
            join(c->arena, out, &found);
    }
    if (out->n > 1)
        qsort(out->rows, out->n, sizeof(*out->rows), stronger);
    out->n = out->n < KIN_SHOWN_MAX ? out->n : KIN_SHOWN_MAX;
    return e->code;
}

// ---- what came of it

static void put_class(const struct ctx *c, struct buf *b, int64_t id, size_t *n)
{
    const struct class_ *k = rules_class(c->rules, id);
    if (k)
        buf_fmt(
            b, "%s%.*s/%.*s", (*n)++ == 0 ? " class:" : ",", STR_ARG(k->scheme), STR_ARG(k->code));
}

// Has it, or has anything it gathers, a point?
static bool has_point(struct ctx *c, const struct item *it)
{
    if (it->lat != 0 || it->lon != 0)
        return true;
    struct ctx all = old_years_read_begin(c);
    bool any = db_one_i64(all.db, 0,
                   "SELECT 1 FROM item i JOIN item_doc d ON d.town = i.town AND d.id = i.id"
                   " WHERE i.town = ?1 AND i.gathered <> '' AND i.gathered = ?2 AND d.lat <> 0"
                   " LIMIT 1",
                   V(c->rules->town), V(it->no)) != 0;
    db_read_end(c->db);
    return any;
}

// Where they come from: near it and its members, or from its cell. False: from everywhere.
static bool put_place(struct ctx *c, const struct def *d, const struct item *it, struct buf *b)
{
    const struct def_gathers *g = &d->gathers;
    if (g->within > 0) {
        bool known = has_point(c, it);
        if (known)
            buf_fmt(b, " around:%.*s/%.*s", STR_ARG(d->loop), STR_ARG(it->no));
        return known;
    }
    str key = str_fmt(c->arena, "cell/%.*s", STR_ARG(g->cell));
    str cell = g->cell.n > 0 ? item_field(it, key) : (str){0};
    if (cell.n > 0)
        buf_fmt(b, " cell.%.*s:%.*s", STR_ARG(g->cell), STR_ARG(cell));
    return cell.n > 0;
}

// Its own class and those of its members; the place.
static str scope(struct ctx *c, const struct def *d, const struct item *it, bool *open)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, c->arena, 4 * KIB);
    buf_add(&b, filter_text(c->arena, d->gathers.counted));
    put_class(c, &b, it->cls, &n);
    struct ctx all = old_years_read_begin(c);
    struct cursor r = db_rows(all.db,
        "SELECT i.class, count(*) FROM item i WHERE i.town = ?1 AND i.gathered <> ''"
        " AND i.gathered = ?2 AND i.class <> 0 GROUP BY i.class ORDER BY count(*) DESC, i.class"
        " LIMIT ?3",
        V(c->rules->town), V(it->no), V((int)GATHER_CLASSES_MAX));
    while (db_next(&r))
        if (db_i64(&r, 0) != it->cls)
            put_class(c, &b, db_i64(&r, 0), &n);
    db_done(&r);
    db_read_end(c->db);
    bool placed = put_place(c, d, it, &b);
    *open = n == 0 && !placed;
    return buf_str(&b);
}

static int64_t first_day(struct ctx *c)
{
    struct ctx all = old_years_read_begin(c);
    int64_t us = db_one_i64(all.db, 0,
        "SELECT i.filed_us FROM item i WHERE i.town = ?1 AND i.shelf = 0 ORDER BY i.filed_us"
        " LIMIT 1",
        V(c->rules->town));
    db_read_end(c->db);
    return tm_local_day(us, c->rules->zone_s);
}

static void count(struct ctx *c, str calls, struct gather_span *s, struct err *e)
{
    str text = str_fmt(c->arena, "%.*s filed:%.*s..%.*s", STR_ARG(calls),
        STR_ARG(tm_date(c->arena, s->from_day)), STR_ARG(tm_date(c->arena, s->to_day)));
    struct filter *f = filter_parse(c->arena, c->rules, NULL, text, e);
    if (e->code != OK)
        return;
    s->filter = filter_text(c->arena, f);
    s->n = item_count(c, f, GATHER_COUNT_MAX + 1, e);
    s->capped = s->n > GATHER_COUNT_MAX;
    s->n = s->capped ? GATHER_COUNT_MAX : s->n;
}

static void compare(struct ctx *c, struct gather_effect *out, struct err *e)
{
    int64_t days = out->weeks * WEEK, first = first_day(c);
    for (int w = 0; w < GATHER_WHENS && e->code == OK; w++) {
        struct gather_span *s = &out->spans[w];
        bool after = w == GATHER_AFTER || w == GATHER_YEAR_AFTER;
        bool earlier = w == GATHER_YEAR_BEFORE || w == GATHER_YEAR_AFTER;
        s->from_day = out->day - (earlier ? YEAR_WEEKS * WEEK : 0) - (after ? 0 : days);
        s->to_day = s->from_day + days - 1;
        s->known = first <= s->from_day;
        if (s->known)
            count(c, out->calls, s, e);
    }
}

enum err_code gather_effect_of(
    struct ctx *c, int64_t item, struct gather_effect *out, struct err *e)
{
    struct item it;
    const struct def *d;
    int64_t to = 0;
    *out = (struct gather_effect){0};
    if (load(c, item, &it, &d, e) != OK || !d->gathers.any || d->gathers.effect < 0)
        return e->code;
    out->field = d->fields[d->gathers.effect].title;
    out->of = d->gathers.weeks;
    out->calls = scope(c, d, &it, &out->open_scope);
    str date = item_field(&it, d->fields[d->gathers.effect].key);
    if (date.n == 0 || !filter_days(c->arena, date, c->now_us, c->rules->zone_s, &out->day, &to))
        return db_status(c->db, e);
    int64_t since = tm_local_day(c->now_us, c->rules->zone_s) - out->day;
    out->weeks = since < 0 ? 0 : since / WEEK < out->of ? since / WEEK : out->of;
    if (out->weeks > 0 && !out->open_scope)
        compare(c, out, e);
    return e->code != OK ? e->code : db_status(c->db, e);
}
