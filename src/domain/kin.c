#include "domain/kin.h"

#include <stdlib.h>
#include <string.h>
#include "domain/caller.h"
#include "domain/filter.h"
#include "domain/item_store.h"
#include "domain/kin_inner.h"
#include "domain/list_inner.h"

static const char *const NAMES[KIN_REASONS] = {"caller", "place", "class", "words"};

str kin_reason_name(enum kin_reason r)
{
    return str_of(NAMES[r]);
}

enum err_code kin_of_item(struct ctx *c, int64_t item, struct kin_in *out, struct err *e)
{
    struct item it;
    if (item_load(c, item, &it, e) != OK)
        return e->code;
    if (!item_visible(c, &it))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    *out = (struct kin_in){.item = it.id,
        .cls = it.cls,
        .title = it.title,
        .text = it.text,
        .address = it.address,
        .lat = it.lat,
        .lon = it.lon};
    return OK;
}

// ---- the rows that were found

static bool recent(const struct ctx *c, const struct list_row *r)
{
    return r->open || r->closed_us >= c->now_us - KIN_DAYS * US_DAY;
}

static void read_rows(struct kin *k, struct err *e)
{
    struct list_part part = {.among = true, .ids = k->ids, .n = k->n_ids};
    struct list_in in = {.sort = SORT_FILED_DOWN, .limit = KIN_LOOK_MAX, .filter = k->in->only};
    struct list_out found = {0};
    if (k->n_ids == 0 || list_read(k->c, &in, &part, &found, e) != OK)
        return;
    k->rows = NEW_ARRAY(k->c->arena, found.n, struct kin_row);
    for (size_t i = 0; i < found.n; i++)
        if (found.rows[i].id != k->in->item && recent(k->c, &found.rows[i]))
            k->rows[k->n_rows++] = (struct kin_row){.row = found.rows[i], .metres = -1};
}

static int64_t *ids_of(struct kin *k)
{
    int64_t *ids = NEW_ARRAY(k->c->arena, k->n_rows, int64_t);
    for (size_t i = 0; i < k->n_rows; i++)
        ids[i] = k->rows[i].row.id;
    return ids;
}

static struct kin_row *row_of(struct kin *k, int64_t id)
{
    for (size_t i = 0; i < k->n_rows; i++)
        if (k->rows[i].row.id == id)
            return &k->rows[i];
    return NULL;
}

// ---- reasons

static void by_caller(struct kin *k)
{
    for (size_t i = 0; i < k->n_callers; i++) {
        struct kin_row *r = row_of(k, k->callers[i]);
        if (r)
            r->points[KIN_CALLER] = KIN_POINTS_CALLER;
    }
}

// Two schemes may know the same thing by the same name.
static void by_class(struct kin *k)
{
    const struct rules *rules = k->c->rules;
    const struct class_ *mine = rules_class(rules, k->in->cls);
    for (size_t i = 0; mine && i < k->n_rows; i++) {
        const struct class_ *x = rules_class(rules, k->rows[i].row.cls);
        if (!x)
            continue;
        if (x == mine || str_eq(x->name, mine->name))
            k->rows[i].points[KIN_CLASS] = KIN_POINTS_CLASS;
        else if (x->scheme.n == mine->scheme.n && str_eq(x->scheme, mine->scheme) &&
                 (x->parent == mine->parent || x->parent == mine->id || x->id == mine->parent))
            k->rows[i].points[KIN_CLASS] = mine->parent != 0 ? KIN_POINTS_GROUP : 0;
    }
}

static void by_place(struct kin *k, struct kin_row *r, str address, double lat, double lon)
{
    struct place theirs = place_of(k->c->arena, k->c->rules->town_name, address);
    enum place_is is = place_compare(&k->place, &theirs);
    bool points = (lat != 0 || lon != 0) && (k->in->lat != 0 || k->in->lon != 0);
    double m = points ? place_metres(k->in->lat, k->in->lon, lat, lon) : 0;
    if (points)
        r->metres = m < INT32_MAX ? (int)(m + 0.5) : INT32_MAX;
    if (is == PLACE_SAME || (points && m <= KIN_SAME_M))
        r->points[KIN_PLACE] = KIN_POINTS_SAME_PLACE;
    else if (is == PLACE_CLOSE || (points && m <= KIN_CLOSE_M))
        r->points[KIN_PLACE] = KIN_POINTS_CLOSE;
    else if (is == PLACE_OTHER || points)
        r->points[KIN_PLACE] = KIN_POINTS_OTHER_PLACE;
}

static void by_words(struct kin *k, struct kin_row *r, str text)
{
    struct kin_pairs theirs = kin_pairs(k->c->arena, r->row.title, text);
    r->points[KIN_WORDS] = (int)(KIN_POINTS_WORDS * kin_likeness(&k->pairs, &theirs));
}

static void by_texts(struct kin *k)
{
    struct sqlb q;
    int64_t *ids = ids_of(k);
    sqlb_init(&q, k->c->arena);
    sqlb_add(&q, "SELECT d.id, substr(d.text, 1, 300), d.address, d.lat, d.lon");
    sqlb_bind(&q, V(k->c->rules->town));
    sqlb_from_ids(&q, k->c->db, ids, k->n_rows);
    sqlb_add(&q, " CROSS JOIN item_doc d WHERE d.town = ?1 AND d.id = k.value");
    struct cursor r = sqlb_rows(k->c->db, &q);
    while (db_next(&r)) {
        struct kin_row *row = row_of(k, db_i64(&r, 0));
        if (!row)
            continue;
        by_words(k, row, db_str(&r, 1));
        by_place(k, row, db_str(&r, 2), db_f64(&r, 3), db_f64(&r, 4));
    }
}

static void by_links(struct kin *k)
{
    if (k->in->item == 0)
        return;
    struct cursor r =
        db_rows(k->c->db, "SELECT other FROM link WHERE town = ?1 AND item = ?2 AND kind = 'same'",
            V(k->c->rules->town), V(k->in->item));
    while (db_next(&r)) {
        struct kin_row *row = row_of(k, db_i64(&r, 0));
        if (row)
            row->linked = true;
    }
}

static int stronger(const void *a, const void *b)
{
    const struct kin_row *x = a, *y = b;
    if (x->strength != y->strength)
        return y->strength - x->strength;
    if (x->row.filed_us != y->row.filed_us)
        return x->row.filed_us > y->row.filed_us ? -1 : 1;
    return x->row.id > y->row.id ? -1 : 1;
}

static void weigh(struct kin *k, struct kin_out *out)
{
    for (size_t i = 0; i < k->n_rows; i++) {
        struct kin_row *r = &k->rows[i];
        for (int x = 0; x < KIN_REASONS; x++)
            r->strength += r->points[x];
        r->strength = r->strength > 100 ? 100 : r->strength;
    }
    if (k->n_rows > 1)
        qsort(k->rows, k->n_rows, sizeof(*k->rows), stronger);
    out->rows = k->rows;
    while (out->n < k->n_rows && out->n < KIN_SHOWN_MAX &&
           (k->rows[out->n].linked || k->rows[out->n].strength >= KIN_STRENGTH_MIN))
        out->n++;
}

// ---- counts

// As the list of the filter counts it: with words, as far as the search looks.
static void count(
    struct kin *k, enum kin_reason reason, str text, struct kin_out *out, struct err *e)
{
    struct kin_count *x = &out->counts[reason];
    struct filter *f = filter_parse(k->c->arena, k->c->rules, NULL, text, e);
    if (e->code != OK)
        return;
    struct list_in in = {.filter = f, .sort = SORT_FILED_DOWN, .limit = 1, .count = true};
    struct list_out found = {0};
    bool words = filter_has_words(f);
    x->filter = filter_text(k->c->arena, f);
    if (words && item_list(k->c, &in, &found, e) != OK)
        return;
    x->n = words ? found.total : item_count(k->c, f, KIN_COUNT_MAX + 1, e);
    x->capped = words ? found.capped : x->n > KIN_COUNT_MAX;
    x->n = x->n > KIN_COUNT_MAX && !words ? KIN_COUNT_MAX : x->n;
}

// A word that stands in quotes: whatever the address holds.
static str quoted(struct arena *a, str x)
{
    struct buf b;
    buf_init(&b, a, 4 * KIB);
    buf_byte(&b, '"');
    for (size_t i = 0; i < x.n; i++) {
        if (x.s[i] == '"' || x.s[i] == '\\')
            buf_byte(&b, '\\');
        buf_byte(&b, x.s[i]);
    }
    buf_byte(&b, '"');
    return buf_str(&b);
}

static void counts(struct kin *k, struct kin_out *out, struct err *e)
{
    struct arena *a = k->c->arena;
    const struct class_ *cls = rules_class(k->c->rules, k->in->cls);
    str place = k->place.core.n > 0 ? k->place.core : k->place.norm;
    if (k->in->item != 0 && k->n_callers > 0)
        count(k, KIN_CALLER, str_fmt(a, "caller:%" PRId64, k->in->item), out, e);
    if (place.n > 0)
        count(k, KIN_PLACE, str_fmt(a, "%.*s filed:last-12m", STR_ARG(quoted(a, place))), out, e);
    if (cls)
        count(k, KIN_CLASS,
            str_fmt(a, "class:=%.*s/%.*s filed:last-%dd", STR_ARG(cls->scheme), STR_ARG(cls->code),
                (int)KIN_CLASS_DAYS),
            out, e);
}

enum err_code kin_find(
    struct ctx *c, const struct kin_in *in, bool with_counts, struct kin_out *out, struct err *e)
{
    struct kin k = {.c = c, .in = in};
    *out = (struct kin_out){0};
    k.place = place_of(c->arena, c->rules->town_name, in->address);
    k.pairs = kin_pairs(c->arena, in->title, in->text);
    kin_look(&k);
    read_rows(&k, e);
    if (e->code == OK && k.n_rows > 0) {
        by_caller(&k);
        by_class(&k);
        by_texts(&k);
        by_links(&k);
    }
    weigh(&k, out);
    if (with_counts && e->code == OK)
        counts(&k, out, e);
    return e->code != OK ? e->code : db_status(c->db, e);
}
