// Who and what repeats, and at which hours things come in: one walk over the items of the period.
// A caller is told from another by the keyed mark of his number alone; what is shown of him is what
// everybody may see.
#include "domain/analysis_inner.h"

#include <stdlib.h>
#include "domain/caller.h"
#include "domain/item_store.h"
#include "domain/list_inner.h"
#include "domain/old_years.h"

enum { HOUR_S = 3600, DAY_S = 86400, THURSDAY = 3 }; // 1 January 1970, Monday being 0

// Items of one mark or one place.
struct same {
    int64_t n, newest;
    str shown;
    int64_t *ids; // the first ANALYSIS_LINK_MAX
    size_t n_ids;
};
struct sames {
    struct map at;
    struct same *rows;
    size_t n;
};

static void add(struct arena *a, struct sames *s, str key, str shown, int64_t id)
{
    void *known = map_get(&s->at, key);
    if (!known) {
        VEC_PUSH(a, s->rows, s->n) = (struct same){.shown = str_dup(a, shown)};
        map_put(&s->at, str_dup(a, key), (void *)(uintptr_t)s->n);
    }
    struct same *x = &s->rows[known ? (size_t)(uintptr_t)known - 1 : s->n - 1];
    x->n++;
    x->newest = id;
    if (x->n_ids < ANALYSIS_LINK_MAX)
        VEC_PUSH(a, x->ids, x->n_ids) = id;
}

static void count_hour(struct analysis_work *w, int64_t filed_us)
{
    int64_t local = filed_us / US_SECOND + w->c->rules->zone_s;
    int64_t day = local / DAY_S, hour = local % DAY_S / HOUR_S;
    w->out->hours[(day + THURSDAY) % ANALYSIS_WEEK][hour]++;
}

static void walk(struct analysis_work *w, struct ctx *c, const struct filter *f,
    struct sames *callers, struct sames *places)
{
    static const struct list_part WHOLE = {0};
    struct arena *scratch = arena_new();
    struct sqlb q;
    int64_t n = 0;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT i.id, i.filed_us,"
                 " (SELECT k.phone_mark FROM caller k WHERE k.town = ?1 AND k.item = i.id),"
                 " (SELECT x.address FROM item_doc x WHERE x.town = ?1 AND x.id = i.id)");
    sqlb_bind(&q, V(c->rules->town));
    list_from_where(c, f, &WHOLE, &q);
    sqlb_add(&q, " ORDER BY i.filed_us DESC, i.id DESC LIMIT ");
    sqlb_val(&q, V((int64_t)ANALYSIS_ITEMS_MAX + 1));
    struct cursor r = sqlb_rows(c->db, &q);
    while (db_next(&r)) {
        if (n++ == ANALYSIS_ITEMS_MAX) {
            w->out->looked_some = true;
            break;
        }
        str mark = db_str(&r, 2), place = str_trim(db_str(&r, 3));
        count_hour(w, db_i64(&r, 1));
        if (mark.n > 0)
            add(w->c->arena, callers, mark, (str){0}, db_i64(&r, 0));
        if (place.n > 0) {
            arena_reset(scratch);
            add(w->c->arena, places, utf8_fold(scratch, place), place, db_i64(&r, 0));
        }
    }
    db_done(&r);
    arena_free(scratch);
}

static int by_number(const void *a, const void *b)
{
    const struct same *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return (x->ids[0] > y->ids[0]) - (x->ids[0] < y->ids[0]);
}

// "no:RX20261001-00001,RX…": the very items.
static str numbers(struct ctx *c, const struct same *x)
{
    struct buf b;
    if ((int64_t)x->n_ids < x->n)
        return (str){0};
    buf_init(&b, c->arena, FILTER_BYTES_MAX);
    buf_addz(&b, "no:");
    for (size_t i = 0; i < x->n_ids; i++) {
        if (i > 0)
            buf_byte(&b, ',');
        buf_add(&b, item_no_of(c, x->ids[i]));
    }
    return b.overflow ? (str){0} : buf_str(&b);
}

static str masked_number(struct ctx *c, int64_t item, struct err *e)
{
    struct caller k;
    return caller_masked(c, item, &k, NULL, e) ? k.phone : (str){0};
}

static enum err_code tell(struct analysis_work *w, struct ctx *c, struct sames *s, bool callers,
    struct analysis_sames *out, struct err *e)
{
    int64_t least = w->def->analysis.repeats;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->rows[i].n < least)
            continue;
        out->groups++;
        out->items += s->rows[i].n;
        s->rows[n++] = s->rows[i];
    }
    if (n > 1)
        qsort(s->rows, n, sizeof(*s->rows), by_number);
    out->n = n < ANALYSIS_SAME_MAX ? n : ANALYSIS_SAME_MAX;
    out->rows = NEW_ARRAY(c->arena, out->n, struct analysis_same);
    for (size_t i = 0; i < out->n && e->code == OK; i++) {
        const struct same *x = &s->rows[i];
        out->rows[i] =
            (struct analysis_same){.name = callers ? masked_number(c, x->newest, e) : x->shown,
                .n = x->n,
                .filter = numbers(c, x)};
    }
    return e->code;
}

enum err_code analysis_same(struct analysis_work *w, struct err *e)
{
    struct ctx all = *w->c;
    struct sames callers = {0}, places = {0};
    map_init(&callers.at, w->c->arena);
    map_init(&places.at, w->c->arena);
    const struct board_out *now = &w->out->board.now;
    const struct filter *f = analysis_filter(
        w, analysis_both(w->c->arena, now->filters[w->def->analysis.count], w->unit_half));
    if (old_years_may_have(w->c, f))
        (void)old_years_widen(&all);
    if (db_status(w->c->db, e) != OK)
        return e->code;
    walk(w, &all, f, &callers, &places);
    if (tell(w, &all, &callers, true, &w->out->callers, e) != OK ||
        tell(w, &all, &places, false, &w->out->places, e) != OK)
        return e->code;
    return db_status(all.db, e);
}
