#include "domain/saved_view.h"

#include <stdlib.h>
#include "domain/filter.h"
#include "domain/item_list.h"
#include "domain/journal.h"
#include "domain/list_column.h"

static struct saved_view read_view(struct ctx *c, const struct cursor *r)
{
    return (struct saved_view){.id = db_i64(r, 0),
        .version = db_i64(r, 1),
        .title = db_dup(r, 2, c->arena),
        .filter = db_dup(r, 3, c->arena),
        .sort = db_dup(r, 4, c->arena),
        .columns = db_dup(r, 5, c->arena),
        .shared = db_i64(r, 6),
        .owner = db_i64(r, 7)};
}

enum err_code saved_views(struct ctx *c, struct saved_view **rows, size_t *n, struct err *e)
{
    *rows = NULL;
    *n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT id, version, title, filter, sort, list_columns, shared, person FROM saved_view"
        " WHERE town = ?1 AND person = ?2 ORDER BY place, id",
        V(c->rules->town), V(c->actor->id));
    while (db_next(&r)) {
        VEC_PUSH(c->arena, *rows, *n) = read_view(c, &r);
        (*rows)[*n - 1].place = (int64_t)*n;
    }
    return db_status(c->db, e);
}

static bool shared_with_me(const struct ctx *c, const struct saved_view *v)
{
    const struct unit *top = rules_unit(c->rules, v->shared);
    bool mine = false;
    for (size_t i = 0; top && i < c->actor->n && !mine; i++)
        mine = unit_below(c->actor->grants[i].unit, top);
    return mine && v->owner != c->actor->id;
}

static int by_title(const void *a, const void *b)
{
    const struct saved_view *x = a, *y = b;
    int order = str_cmp(x->title, y->title);
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

enum err_code saved_views_shared(struct ctx *c, struct saved_view **rows, size_t *n, struct err *e)
{
    *rows = NULL;
    *n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT id, version, title, filter, sort, list_columns, shared, person FROM saved_view"
        " WHERE town = ?1 AND shared > 0 ORDER BY shared, id",
        V(c->rules->town));
    while (*n < SAVED_VIEWS_SHARED_MAX && db_next(&r)) {
        struct saved_view v = read_view(c, &r);
        if (shared_with_me(c, &v))
            VEC_PUSH(c->arena, *rows, *n) = v;
    }
    db_done(&r);
    if (*n > 1)
        qsort(*rows, *n, sizeof(**rows), by_title);
    return db_status(c->db, e);
}

bool saved_view_may_share(const struct ctx *c, int64_t unit)
{
    const struct unit *u = rules_unit(c->rules, unit);
    bool may = false;
    for (size_t i = 0; u && !u->closed && i < c->actor->n && !may; i++)
        may = unit_below(u, c->actor->grants[i].unit);
    return may;
}

static bool title_ok(str x)
{
    for (size_t i = 0; i < x.n; i++)
        if ((unsigned char)x.s[i] < 0x20 || x.s[i] == 0x7f)
            return false;
    return x.n > 0 && utf8_valid(x) && utf8_count(x) <= SAVED_VIEW_TITLE_MAX;
}

static void check_title(
    const struct saved_view *rows, size_t n, const struct saved_view *v, struct err *e)
{
    if (!title_ok(v->title))
        err_add(e, ERR_INVALID, S("title"), S("1..30"), "must have 1 to %d characters",
            "视图名称须为 1 至 %d 个字", (int)SAVED_VIEW_TITLE_MAX);
    for (size_t i = 0; i < n; i++)
        if (rows[i].id != v->id && str_eq(rows[i].title, v->title))
            err_add(e, ERR_CONFLICT, S("title"), (str){0}, "you have a view of this name already",
                "您已有同名的视图");
}

static void check_filter(struct ctx *c, struct saved_view *v, struct err *e)
{
    struct err sub;
    err_init(&sub, c->arena, e->lang);
    const struct filter *f = filter_asked(c, c->arena, v->filter, &sub);
    for (size_t i = 0; i < sub.n; i++)
        sub.notes[i].field = S("filter"); // which term it is, line and column say
    if (sub.code == OK)
        v->filter = filter_text(c->arena, f);
    else
        err_merge(e, &sub, (str){0});
    if (v->sort.n == 0)
        v->sort = list_sort_name(list_sort_usual(sub.code == OK ? f : NULL));
    if (list_sort_of(v->sort) < 0)
        err_add(e, ERR_INVALID, S("sort"), S("-filed, filed, due, -changed, relevance"),
            "is not an order", "没有这种排序");
}

static void check_rest(struct ctx *c, struct saved_view *v, struct err *e)
{
    struct list_columns columns;
    if (v->columns.n > 0 && list_columns_read(c->arena, c->rules, v->columns, &columns, e) == OK)
        v->columns = list_columns_text(c->arena, &columns);
    if (v->shared != 0 && !saved_view_may_share(c, v->shared))
        err_add(e, ERR_DENIED, S("shared"), (str){0},
            "you may share with your own units and those below them",
            "只能与您任职的单位及其下级共享");
}

static const struct saved_view *find(const struct saved_view *rows, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

// Numbers of dropped views are not given again: another window may still know them.
static int64_t next_id(struct ctx *c)
{
    return journal_next_number(c, S("saved_view"), 0);
}

// The rows before and behind the view close up around its place.
static void settle_places(
    struct ctx *c, const struct saved_view *rows, size_t n, const struct saved_view *v)
{
    int64_t place = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].id == v->id)
            continue;
        place += place + 1 == v->place ? 2 : 1;
        db_run(c->db,
            "UPDATE saved_view SET place = ?4 WHERE town = ?1 AND person = ?2 AND id = ?3"
            " AND place <> ?4",
            V(c->rules->town), V(c->actor->id), V(rows[i].id), V(place));
    }
}

static void write_view(struct ctx *c, const struct saved_view *v, bool there)
{
    if (there)
        db_run(c->db,
            "UPDATE saved_view SET place = ?4, title = ?5, filter = ?6, sort = ?7,"
            " list_columns = ?8, shared = ?9, version = version + 1"
            " WHERE town = ?1 AND person = ?2 AND id = ?3",
            V(c->rules->town), V(c->actor->id), V(v->id), V(v->place), V(v->title), V(v->filter),
            V(v->sort), V(v->columns), V(v->shared));
    else
        db_run(c->db,
            "INSERT INTO saved_view (town, person, id, place, title, filter, sort, list_columns,"
            " shared, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)",
            V(c->rules->town), V(c->actor->id), V(v->id), V(v->place), V(v->title), V(v->filter),
            V(v->sort), V(v->columns), V(v->shared));
}

static bool same_view(const struct saved_view *a, const struct saved_view *b)
{
    return a->place == b->place && str_eq(a->title, b->title) && str_eq(a->filter, b->filter) &&
           str_eq(a->sort, b->sort) && str_eq(a->columns, b->columns) && a->shared == b->shared;
}

enum err_code saved_view_put(struct ctx *c, const struct saved_view *in, int64_t *id, struct err *e)
{
    struct saved_view *rows;
    size_t n;
    if (saved_views(c, &rows, &n, e) != OK)
        return e->code;
    const struct saved_view *was = find(rows, n, in->id);
    if (in->id != 0 && !was)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "you have no such view", "没有这个视图");
    if (was && in->version != was->version)
        return err_add(e, ERR_CONFLICT, S("version"), str_fmt(c->arena, "%" PRId64, was->version),
            "the view has been changed since, in another window",
            "这个视图刚在别的窗口改过，请刷新");
    if (!was && n >= SAVED_VIEWS_MAX)
        return err_add(e, ERR_LIMIT, S("title"), (str){0}, "at most %d views; delete one first",
            "最多存 %d 个视图，请先删除一个", (int)SAVED_VIEWS_MAX);
    struct saved_view v = *in;
    v.title = str_trim(v.title);
    int64_t last = (int64_t)n + !was;
    if (v.place == 0)
        v.place = was ? was->place : last;
    if (v.place > last)
        v.place = last;
    check_title(rows, n, &v, e);
    check_filter(c, &v, e);
    check_rest(c, &v, e);
    if (e->code != OK)
        return e->code;
    if (!was)
        v.id = next_id(c);
    *id = v.id;
    if (was && same_view(was, &v))
        return OK;
    settle_places(c, rows, n, &v);
    write_view(c, &v, was != NULL);
    return db_status(c->db, e);
}

enum err_code saved_view_drop(struct ctx *c, int64_t id, struct err *e)
{
    int64_t gone =
        db_change(c->db, "DELETE FROM saved_view WHERE town = ?1 AND person = ?2 AND id = ?3",
            V(c->rules->town), V(c->actor->id), V(id));
    if (gone == 0 && db_status(c->db, e) == OK)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "you have no such view", "没有这个视图");
    return db_status(c->db, e);
}
