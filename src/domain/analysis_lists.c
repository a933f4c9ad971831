// What the definition lists beside the counters: what was promised, what came back, what was late,
// and for which reasons.
#include "domain/analysis_inner.h"

#include <stdlib.h>
#include "domain/item_refer.h"
#include "domain/item_store.h"
#include "domain/list_inner.h"
#include "domain/old_years.h"

struct listed {
    struct analysis_item shown;
    struct item item;
};

static const struct board_row *total_of(const struct analysis_work *w, const struct board_side *s)
{
    (void)w;
    return s->period.from < s->period.to ? &s->out.total : NULL;
}

static str list_text(struct analysis_work *w, const struct def_list *l)
{
    struct arena *a = w->c->arena;
    if (l->tally >= 0)
        return analysis_both(a, w->out->board.now.filters[l->tally], w->unit_half);
    str loop = str_fmt(a, "loop:%.*s", STR_ARG(w->def->loop));
    return analysis_both(a, analysis_both(a, loop, l->where), w->unit_half);
}

static enum err_code count(struct analysis_work *w, struct analysis_list *x, struct err *e)
{
    const struct board_compared *b = &w->out->board;
    const struct board_row *before = total_of(w, &b->before), *year = total_of(w, &b->year);
    int t = x->def->tally;
    x->before = x->year = -1;
    if (t >= 0) {
        x->n = b->now.total.tallies[t];
        x->before = before ? before->tallies[t] : -1;
        x->year = year ? year->tallies[t] : -1;
        return OK;
    }
    x->n = item_count(w->c, analysis_filter(w, x->filter), LIST_COUNT_MAX + 1, e);
    x->capped = x->n > LIST_COUNT_MAX;
    x->n = x->capped ? LIST_COUNT_MAX : x->n;
    return e->code;
}

// ---- looking at the items themselves

// What a tally counts of, without its condition, which may need every item's answers to be read.
static str base_text(struct analysis_work *w, const struct analysis_list *x)
{
    struct arena *a = w->c->arena;
    if (x->def->tally < 0)
        return x->filter;
    str by = w->def->tallies[x->def->tally].by;
    str days = str_fmt(a, "%.*s..%.*s", STR_ARG(tm_date(a, w->period.from)),
        STR_ARG(tm_date(a, w->period.to - 1)));
    str base = str_fmt(a, "loop:%.*s %.*s:%.*s", STR_ARG(w->def->loop), STR_ARG(by), STR_ARG(days));
    return analysis_both(a, base, w->unit_half);
}

static enum err_code read_ids(
    struct ctx *c, struct sqlb *q, int64_t **ids, size_t *n, struct err *e)
{
    struct cursor r = sqlb_rows(c->db, q);
    while (db_next(&r))
        VEC_PUSH(c->arena, *ids, *n) = db_i64(&r, 0);
    return db_status(c->db, e);
}

// The newest of them, by the day the tally counts them on; that is as far as anybody looks.
static enum err_code newest(struct analysis_work *w, struct ctx *c, struct analysis_list *x,
    int64_t **ids, size_t *n, struct err *e)
{
    static const struct list_part WHOLE = {0};
    int t = x->def->tally;
    bool by_close = t >= 0 && str_eq(w->def->tallies[t].by, S("closed"));
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT i.id");
    sqlb_bind(&q, V(c->rules->town));
    list_from_where(c, analysis_filter(w, base_text(w, x)), &WHOLE, &q);
    if (by_close)
        sqlb_add(&q, " ORDER BY i.closed_us DESC, i.id DESC LIMIT ");
    else
        sqlb_add(&q, " ORDER BY i.filed_us DESC, i.id DESC LIMIT ");
    sqlb_val(&q, V((int64_t)ANALYSIS_LOOKED_MAX));
    return read_ids(c, &q, ids, n, e);
}

// Of these the ones the list means, the newest first.
static enum err_code chosen(struct analysis_work *w, struct ctx *c, struct analysis_list *x,
    const int64_t *among, size_t n_among, int64_t **ids, size_t *n, struct err *e)
{
    struct list_part part = {.among = true, .ids = among, .n = n_among};
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT i.id");
    sqlb_bind(&q, V(c->rules->town));
    list_from_where(c, analysis_filter(w, x->filter), &part, &q);
    sqlb_add(&q, " ORDER BY i.filed_us DESC, i.id DESC LIMIT ");
    sqlb_val(&q, V((int64_t)ANALYSIS_GROUPED_MAX));
    return read_ids(c, &q, ids, n, e);
}

static enum err_code look(struct analysis_work *w, struct analysis_list *x, struct listed **rows,
    size_t *n, struct err *e)
{
    struct ctx all = *w->c;
    int64_t *among = NULL, *ids = NULL;
    size_t n_among = 0, n_ids = 0;
    if (old_years_may_have(w->c, analysis_filter(w, x->filter)))
        (void)old_years_widen(&all);
    if (db_status(w->c->db, e) != OK || newest(w, &all, x, &among, &n_among, e) != OK)
        return e->code;
    if (n_among > 0 && chosen(w, &all, x, among, n_among, &ids, &n_ids, e) != OK)
        return e->code;
    for (size_t i = 0; i < n_ids; i++) {
        struct listed row = {0};
        if (item_load(&all, ids[i], &row.item, e) != OK)
            return e->code;
        row.shown = (struct analysis_item){
            .id = row.item.id, .unit = row.item.unit, .no = row.item.no, .title = row.item.title};
        VEC_PUSH(w->c->arena, *rows, *n) = row;
    }
    x->grouped_some = (int64_t)n_ids < x->n;
    return OK;
}

// ---- groups

static void add_group(struct arena *a, struct analysis_list *x, str name)
{
    for (size_t i = 0; i < x->n_groups; i++)
        if (str_eq(x->groups[i].name, name)) {
            x->groups[i].n++;
            return;
        }
    VEC_PUSH(a, x->groups, x->n_groups) = (struct analysis_group){.name = name, .n = 1};
}

static int by_size(const void *a, const void *b)
{
    const struct analysis_group *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return str_cmp(x->name, y->name);
}

// Every reason that was given for the item by a step with this list of reasons.
static void add_reasons(
    struct analysis_work *w, struct analysis_list *x, const struct item *it, struct err *e)
{
    struct ctx *c = w->c;
    struct cursor r = db_rows(c->db,
        "SELECT what, changes, id FROM event WHERE town = ?1 AND item = ?2 AND item > 0"
        " ORDER BY id",
        V(c->rules->town), V(it->id));
    while (db_next(&r)) {
        const struct def_step *s = def_step(w->def, db_str(&r, 0));
        if (!s || s->reasons != x->def->group_reasons || !str_has(db_str(&r, 1), S("\"reason\"")))
            continue;
        const struct json *reason = json_get(json_parse(c->arena, db_str(&r, 1), e), S("reason"));
        str key = json_str(reason, S("key")), option = json_str(reason, S("option"));
        if (key.n > 0)
            add_group(c->arena, x,
                option.n > 0 ? str_fmt(c->arena, "%.*s：%.*s", STR_ARG(key), STR_ARG(option))
                             : str_dup(c->arena, key));
    }
}

static str group_filter(struct analysis_work *w, const struct analysis_list *x, str name)
{
    str value = name.n > 0 ? str_fmt(w->c->arena, "\"%.*s\"", STR_ARG(name)) : S("none");
    const struct def *d = w->def;
    int at = def_field_at(d, x->def->group);
    bool tree = at >= 0 && name.n > 0 && def_of_tree(&d->fields[at]);
    return analysis_both(w->c->arena, x->filter,
        str_fmt(w->c->arena, tree ? "%.*s:=%.*s" : "%.*s:%.*s", STR_ARG(x->def->group),
            STR_ARG(value)));
}

static void group(struct analysis_work *w, struct analysis_list *x, const struct listed *rows,
    size_t n, struct err *e)
{
    bool reasons = x->def->group_reasons >= 0;
    if (x->def->group.n == 0)
        return;
    for (size_t i = 0; i < n && e->code == OK; i++) {
        if (reasons)
            add_reasons(w, x, &rows[i].item, e);
        else
            add_group(w->c->arena, x, item_field(&rows[i].item, x->def->group_field));
    }
    if (x->n_groups > 1)
        qsort(x->groups, x->n_groups, sizeof(*x->groups), by_size);
    for (size_t i = 0; i < x->n_groups; i++) {
        if (!reasons && !x->grouped_some)
            x->groups[i].filter = group_filter(w, x, x->groups[i].name);
        if (x->groups[i].name.n == 0)
            x->groups[i].name = w->c->lang == LANG_EN ? S("(none)") : S("（未填）");
    }
}

// ---- what was promised

static int by_due(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
    bool x_has = x->shown.due.n > 0, y_has = y->shown.due.n > 0;
    if (x_has != y_has)
        return x_has ? -1 : 1;
    int order = str_cmp(x->shown.due, y->shown.due);
    return order != 0 ? order : (x->shown.id > y->shown.id) - (x->shown.id < y->shown.id);
}

static enum err_code promised(
    struct analysis_work *w, struct analysis_list *x, struct listed *rows, size_t n, struct err *e)
{
    if (x->def->due < 0)
        return OK;
    struct arena *a = w->c->arena;
    int64_t today = tm_local_day(w->c->now_us, w->c->rules->zone_s);
    str key = w->def->fields[x->def->due].key;
    x->overdue_filter = analysis_both(
        a, x->filter, str_fmt(a, "%.*s:..%.*s", STR_ARG(key), STR_ARG(tm_date(a, today - 1))));
    x->ahead_filter = analysis_both(a, x->filter,
        str_fmt(a, "%.*s:%.*s..%.*s", STR_ARG(key), STR_ARG(tm_date(a, today)),
            STR_ARG(tm_date(a, today + ANALYSIS_AHEAD_DAYS))));
    x->overdue = item_count(w->c, analysis_filter(w, x->overdue_filter), LIST_COUNT_MAX, e);
    if (e->code == OK)
        x->ahead = item_count(w->c, analysis_filter(w, x->ahead_filter), LIST_COUNT_MAX, e);
    for (size_t i = 0; i < n; i++)
        rows[i].shown.due = item_field(&rows[i].item, key);
    if (n > 1)
        qsort(rows, n, sizeof(*rows), by_due);
    return e->code;
}

static void show(
    struct analysis_work *w, struct analysis_list *x, const struct listed *rows, size_t n)
{
    const struct def_list *l = x->def;
    if (l->n_show == 0 && l->due < 0)
        return;
    x->n_items = n < ANALYSIS_SHOWN_MAX ? n : ANALYSIS_SHOWN_MAX;
    x->items = NEW_ARRAY(w->c->arena, x->n_items, struct analysis_item);
    for (size_t i = 0; i < x->n_items; i++) {
        x->items[i] = rows[i].shown;
        x->items[i].shown = NEW_ARRAY(w->c->arena, l->n_show, str);
        for (size_t k = 0; k < l->n_show; k++) {
            const struct def_field *f = &w->def->fields[l->show[k]];
            x->items[i].shown[k] = item_field_shown(w->c, f, item_field(&rows[i].item, f->key));
        }
    }
}

enum err_code analysis_lists(struct analysis_work *w, struct err *e)
{
    const struct def_analysis *d = &w->def->analysis;
    struct analysis_out *out = w->out;
    out->lists = NEW_ARRAY(w->c->arena, d->n_lists, struct analysis_list);
    out->n_lists = d->n_lists;
    for (size_t i = 0; i < d->n_lists; i++) {
        struct analysis_list *x = &out->lists[i];
        struct listed *rows = NULL;
        size_t n = 0;
        x->def = &d->lists[i];
        x->filter = list_text(w, x->def);
        if (count(w, x, e) != OK)
            return e->code;
        bool items = x->def->group.n > 0 || x->def->due >= 0 || x->def->n_show > 0;
        if (items && x->n > 0 && look(w, x, &rows, &n, e) != OK)
            return e->code;
        group(w, x, rows, n, e);
        if (promised(w, x, rows, n, e) != OK)
            return e->code;
        show(w, x, rows, n);
    }
    return db_status(w->c->db, e);
}
