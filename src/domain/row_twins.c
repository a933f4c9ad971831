#include "domain/row_twins.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/gram.h"
#include "base/map.h"
#include "domain/item_inner.h"
#include "domain/kin_inner.h"
#include "domain/place.h"
#include "domain/same.h"

enum {
    BUCKET_MAX = 60,   // rows that share something and are still compared each with each
    COMMON_SHARE = 20, // a pair of characters that every twentieth name has says nothing,
    WITHIN_MIN = 3,    // telling pairs of the shorter of two names
    COMMON_MIN = 20,   // in a register that has rows to spare
};
static const double LIKE_MIN = 0.6;   // of the telling pairs of two names
static const double LIKE_WORTH = 0.9; // of what the same name is worth

static const char *const NAMES[TWIN_REASONS] = {"key", "name", "place"};

str twin_reason_name(enum twin_reason r)
{
    return str_of(NAMES[r]);
}

struct row {
    struct twin_row t;
    str name;  // letters and digits alone
    str place; // the address in one way of writing
    double lat, lon;
    struct kin_pairs pairs; // of the name, those that tell
};
// What two rows may share: rows with the same key are compared.
struct entry {
    str key;
    size_t row;
};
struct look {
    struct ctx *c;
    const struct def *d;
    struct row *rows;
    size_t n;
    struct imap met; // struct twin, by the numbers of both rows
    struct entry *entries;
    size_t n_entries;
    struct twin *twins;
    size_t n_twins;
};

// ---- the rows

static bool sees(const struct ctx *c, const struct def *d, int64_t unit, int64_t receiver)
{
    return (!d->read_by_unit && ctx_may(c, MAY_READ_ITEMS, 0)) ||
           ctx_may(c, MAY_READ_ITEMS, unit) || ctx_may(c, MAY_READ_ITEMS, receiver);
}

static void read_rows(struct look *k, struct twins *out)
{
    struct arena *a = k->c->arena;
    struct cursor r = db_rows(k->c->db,
        "SELECT i.id, i.no, i.title, i.unit, i.receiver, d.address, d.lat, d.lon FROM item i"
        " JOIN item_doc d ON d.town = i.town AND d.id = i.id"
        " WHERE i.town = ?1 AND i.loop = ?2 AND i.shelf = 2 AND i.open = 1"
        " ORDER BY i.filed_us DESC, i.id DESC LIMIT ?3",
        V(k->c->rules->town), V(k->d->loop), V((int)TWINS_ROWS_MAX + 1));
    while (db_next(&r)) {
        struct row x = {.lat = db_f64(&r, 6), .lon = db_f64(&r, 7)};
        if (!sees(k->c, k->d, db_i64(&r, 3), db_i64(&r, 4)))
            continue;
        x.t =
            (struct twin_row){db_i64(&r, 0), db_dup(&r, 1, a), db_dup(&r, 2, a), db_dup(&r, 5, a)};
        x.name = utf8_bare(a, x.t.title);
        x.place = place_of(a, k->c->rules->town_name, x.t.address).norm;
        x.pairs = kin_pairs(a, x.t.title, (str){0});
        VEC_PUSH(a, k->rows, k->n) = x;
    }
    out->capped = k->n > TWINS_ROWS_MAX;
    out->rows = (int64_t)k->n;
}

static bool is_figure(int64_t point)
{
    static const int64_t HAN[] = {
        0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D, 0x5341}; // 一 to 十
    bool figure = point >= '0' && point <= '9';
    for (size_t i = 0; i < ARRAY_LEN(HAN); i++)
        figure = figure || point == HAN[i];
    return figure;
}

static bool has_figure(int64_t pair)
{
    return is_figure(pair >> GRAM_POINT_BITS) ||
           is_figure(pair & ((INT64_C(1) << GRAM_POINT_BITS) - 1));
}

// Pairs of characters that most names have (有限公司) are left out of all of them, and so are those
// with a figure: it tells rows of one kind apart.
static void leave_common_out(struct look *k)
{
    struct imap counts;
    imap_init(&counts, k->c->arena);
    for (size_t i = 0; i < k->n; i++)
        for (size_t p = 0; p < k->rows[i].pairs.n; p++) {
            size_t *n = imap_get(&counts, k->rows[i].pairs.v[p]);
            if (!n)
                imap_put(&counts, k->rows[i].pairs.v[p], n = NEW(k->c->arena, size_t));
            ++*n;
        }
    size_t most = k->n / COMMON_SHARE > COMMON_MIN ? k->n / COMMON_SHARE : COMMON_MIN;
    for (size_t i = 0; i < k->n; i++) {
        struct kin_pairs *x = &k->rows[i].pairs;
        size_t left = 0;
        for (size_t p = 0; p < x->n; p++)
            if (*(size_t *)imap_get(&counts, x->v[p]) <= most && !has_figure(x->v[p]))
                x->v[left++] = x->v[p];
        x->n = left;
    }
}

// ---- two of them

static double likeness(const struct row *x, const struct row *y)
{
    size_t i = 0, j = 0, both = 0;
    while (i < x->pairs.n && j < y->pairs.n) {
        int64_t p = x->pairs.v[i], q = y->pairs.v[j];
        both += p == q;
        i += p <= q;
        j += q <= p;
    }
    size_t all = x->pairs.n + y->pairs.n;
    size_t fewer = x->pairs.n < y->pairs.n ? x->pairs.n : y->pairs.n;
    if (fewer >= WITHIN_MIN && both == fewer)
        return 1;
    return all > 0 ? 2.0 * (double)both / (double)all : 0;
}

static bool same_place(const struct row *x, const struct row *y)
{
    bool points = (x->lat != 0 || x->lon != 0) && (y->lat != 0 || y->lon != 0);
    return (x->place.n > 0 && str_eq(x->place, y->place)) ||
           (points && place_metres(x->lat, x->lon, y->lat, y->lon) <= TWINS_SAME_M);
}

// What tells the second from the third: figures, in both ways of writing them.
static str figures(struct arena *a, str name)
{
    static const char *const SIGNS[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "一",
        "二", "三", "四", "五", "六", "七", "八", "九", "十"};
    struct buf b;
    buf_init(&b, a, 4 * KIB);
    for (size_t at = 0; at < name.n; at++)
        for (size_t i = 0; i < ARRAY_LEN(SIGNS); i++)
            if (str_starts(str_sub(name, at, name.n), str_of(SIGNS[i])))
                buf_addz(&b, SIGNS[i]);
    return buf_str(&b);
}

// Of the pairs of both, and where the one name is within the other, of the shorter one's.
static int name_points(struct arena *a, const struct row *x, const struct row *y, bool place)
{
    if (x->name.n > 0 && str_eq(x->name, y->name))
        return TWINS_POINTS_NAME;
    str figures_x = figures(a, x->name), figures_y = figures(a, y->name);
    bool both = figures_x.n > 0 && figures_y.n > 0;
    if (!str_eq(figures_x, figures_y) && (both || !place))
        return 0;
    double like = likeness(x, y);
    return like >= LIKE_MIN ? (int)(TWINS_POINTS_NAME * LIKE_WORTH * like) : 0;
}

static struct twin *twin_of(struct look *k, size_t i, size_t j)
{
    if (k->rows[i].t.id > k->rows[j].t.id) {
        size_t x = i;
        i = j;
        j = x;
    }
    int64_t both = (int64_t)(i * k->n + j);
    struct twin *t = imap_get(&k->met, both);
    if (t)
        return t;
    const struct row *x = &k->rows[i], *y = &k->rows[j];
    t = NEW(k->c->arena, struct twin);
    t->a = x->t;
    t->b = y->t;
    bool place = same_place(x, y);
    t->points[TWIN_NAME] = name_points(k->c->arena, x, y, place);
    t->points[TWIN_PLACE] = place ? TWINS_POINTS_PLACE : 0;
    imap_put(&k->met, both, t);
    return t;
}

// ---- what they may share

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = str_cmp(x->key, y->key);
    return order != 0 ? order : x->row < y->row ? -1 : x->row > y->row;
}

static void add(struct look *k, str key, size_t row)
{
    if (key.n > 0)
        VEC_PUSH(k->c->arena, k->entries, k->n_entries) = (struct entry){key, row};
}

// Rows of one key meet; a key of too many tells nothing.
static void meet(struct look *k, bool unique)
{
    if (k->n_entries > 1)
        qsort(k->entries, k->n_entries, sizeof(*k->entries), by_key);
    for (size_t from = 0, to; from < k->n_entries; from = to) {
        to = from + 1;
        while (to < k->n_entries && str_eq(k->entries[to].key, k->entries[from].key))
            to++;
        for (size_t i = from; i < to && to - from <= BUCKET_MAX; i++)
            for (size_t j = i + 1; j < to; j++) {
                size_t x = k->entries[i].row, y = k->entries[j].row;
                struct twin *t = x != y ? twin_of(k, x, y) : NULL;
                if (t && unique)
                    t->points[TWIN_KEY] = TWINS_POINTS_KEY;
            }
    }
    k->n_entries = 0;
}

static void meet_by_keys(struct look *k)
{
    struct imap at;
    imap_init(&at, k->c->arena);
    for (size_t i = 0; i < k->n; i++)
        imap_put(&at, k->rows[i].t.id, &k->rows[i]);
    for (size_t f = 0; f < k->d->n_fields; f++) {
        if (!k->d->fields[f].unique)
            continue;
        struct cursor r = db_rows(k->c->db,
            "SELECT val, item FROM item_key WHERE town = ?1 AND loop = ?2 AND field = ?3",
            V(k->c->rules->town), V(k->d->loop), V(k->d->fields[f].key));
        while (db_next(&r)) {
            const struct row *x = imap_get(&at, db_i64(&r, 1));
            if (x)
                add(k, utf8_bare(k->c->arena, db_str(&r, 0)), (size_t)(x - k->rows));
        }
        meet(k, true);
    }
}

static void meet_by_names(struct look *k)
{
    for (size_t i = 0; i < k->n; i++)
        add(k, k->rows[i].name, i);
    meet(k, false);
    for (size_t i = 0; i < k->n; i++)
        for (size_t p = 0; p < k->rows[i].pairs.n; p++)
            add(k, (str){(const char *)&k->rows[i].pairs.v[p], sizeof(int64_t)}, i);
    meet(k, false);
}

static void meet_by_places(struct look *k)
{
    for (size_t i = 0; i < k->n; i++)
        add(k, k->rows[i].place, i);
    meet(k, false);
}

// ---- what is shown

static int stronger(const void *a, const void *b)
{
    const struct twin *x = a, *y = b;
    if (x->strength != y->strength)
        return y->strength - x->strength;
    if (x->a.id != y->a.id)
        return x->a.id > y->a.id ? -1 : 1;
    return x->b.id > y->b.id ? -1 : x->b.id < y->b.id;
}

static bool called_two(struct look *k, const struct twin *t)
{
    return db_one_i64(k->c->db, 0,
               "SELECT count(*) FROM link WHERE town = ?1 AND item = ?2 AND kind = 'differs' AND"
               " other = ?3",
               V(k->c->rules->town), V(t->a.id), V(t->b.id)) > 0;
}

static void show(struct look *k, struct twins *out)
{
    for (size_t i = 0; i < k->met.cap; i++) {
        struct twin *t = k->met.slots[i].val;
        if (!t)
            continue;
        for (int r = 0; r < TWIN_REASONS; r++)
            t->strength += t->points[r];
        t->strength = t->strength > 100 ? 100 : t->strength;
        if (t->strength >= TWINS_STRENGTH_MIN)
            VEC_PUSH(k->c->arena, k->twins, k->n_twins) = *t;
    }
    if (k->n_twins > 1)
        qsort(k->twins, k->n_twins, sizeof(*k->twins), stronger);
    for (size_t i = 0; i < k->n_twins && out->n <= TWINS_SHOWN_MAX; i++)
        if (!called_two(k, &k->twins[i]))
            k->twins[out->n++] = k->twins[i];
    out->capped = out->capped || out->n > TWINS_SHOWN_MAX;
    out->n = out->n > TWINS_SHOWN_MAX ? TWINS_SHOWN_MAX : out->n;
    out->v = k->twins;
}

enum err_code row_twins(struct ctx *c, str loop, struct twins *out, struct err *e)
{
    const struct loop *l = rules_loop(c->rules, loop);
    *out = (struct twins){0};
    if (!l || !l->now || !l->now->lasting)
        return err_add(
            e, ERR_MISSING, S("key"), (str){0}, "there is no such register", "没有这个台账");
    struct look k = {.c = c, .d = l->now};
    imap_init(&k.met, c->arena);
    read_rows(&k, out);
    leave_common_out(&k);
    meet_by_keys(&k);
    meet_by_names(&k);
    meet_by_places(&k);
    show(&k, out);
    return db_status(c->db, e);
}

// ---- two things

static enum err_code say_differs(
    struct ctx *c, const struct item *before, const struct item *other, bool differ, struct err *e)
{
    const struct def *d = rules_def(c->rules, before->def);
    struct item it = item_copy(c->arena, before);
    CHECK(d != NULL);
    struct event ev = {
        .what = differ ? S("differs") : S("alike"), .unit = it.unit, .note = other->no};
    return item_commit(c, d, before, &it, &ev, e);
}

static enum err_code load_row(struct ctx *c, int64_t id, struct item *it, struct err *e)
{
    if (item_load(c, id, it, e) != OK)
        return e->code;
    if (!item_visible(c, it) || it->shelf != SHELF_KEPT)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such row", "没有这个对象");
    const struct def *d = rules_def(c->rules, it->def);
    const struct def_step *s = d ? def_step(d, S("merge")) : NULL;
    if (s && c->actor && !rules_holds(c->rules, c->actor, s->who, s->n_who, it->unit) &&
        !rules_holds(c->rules, c->actor, s->who, s->n_who, it->receiver))
        return err_add(e, ERR_DENIED, (str){0}, (str){0}, "belongs to who merges rows",
            "由能合并对象的人办理");
    return OK;
}

enum err_code row_differs(struct ctx *c, int64_t row, str other, bool differ, struct err *e)
{
    struct item it, its;
    int64_t town = c->rules->town;
    if (load_row(c, row, &it, e) != OK)
        return e->code;
    int64_t id = same_other(c, S("other"), other, e);
    if (id == 0 || load_row(c, id, &its, e) != OK)
        return e->code;
    if (id == row || !str_eq(it.loop, its.loop))
        return err_add(e, ERR_INVALID, S("other"), (str){0}, "is not another row of this register",
            "不是这个台账里的另一个对象");
    int64_t ends[][2] = {{row, id}, {id, row}};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (differ)
            db_run(c->db,
                "INSERT INTO link (town, item, kind, other) VALUES (?1, ?2, 'differs', ?3)"
                " ON CONFLICT DO NOTHING",
                V(town), V(ends[i][0]), V(ends[i][1]));
        else
            db_run(c->db,
                "DELETE FROM link WHERE town = ?1 AND item = ?2 AND kind = 'differs' AND other = "
                "?3",
                V(town), V(ends[i][0]), V(ends[i][1]));
    }
    if (say_differs(c, &it, &its, differ, e) != OK)
        return e->code;
    return say_differs(c, &its, &it, differ, e);
}
