#include "api/views.h"

#include "api/members.h"
#include "domain/filter.h"
#include "domain/list_column.h"
#include "domain/item_list.h"
#include "domain/list_layout.h"
#include "domain/saved_view.h"

struct view_view {
    int64_t id, version, place, shared, owner;
    str title, filter, sort, columns, shared_name, owner_name;
    bool mine;
};
struct view_rows {
    struct list rows;
};
#define SHARED_HELP                                                                                \
    "the unit with whose people it is shared, with what is below; the town's own: everybody; 0: "  \
    "nobody"
#define COLUMNS_HELP                                                                               \
    "names with a blank between, as a filter names them: no left state title unit reply "          \
    "own.satisfied clock.handle"
const struct field VIEW_OUT[] = {
    M(view_view, id, FIELD_I64),
    M(view_view, title, FIELD_STR),
    M(view_view, filter, FIELD_STR),
    M(view_view, sort, FIELD_STR, .options = "-filed|filed|due|-changed|relevance"),
    M(view_view, columns, FIELD_STR, .help = COLUMNS_HELP "; empty: those I use everywhere"),
    M(view_view, place, FIELD_I64, .help = "from 1, in my order; 0: somebody else's"),
    M(view_view, mine, FIELD_BOOL),
    M(view_view, owner, FIELD_I64),
    M(view_view, owner_name, FIELD_STR),
    M(view_view, shared, FIELD_I64, .help = SHARED_HELP),
    M(view_view, shared_name, FIELD_STR),
    M(view_view, version, FIELD_I64),
    {0},
};
const struct field VIEWS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct view_rows, rows), .sub = VIEW_OUT,
        .size = sizeof(struct view_view)},
    {0},
};
#define VIEW_MEMBERS                                                                               \
    M(saved_view, title, FIELD_STR, .flags = FIELD_REQUIRED, .max = SAVED_VIEW_TITLE_MAX),         \
        M(saved_view, filter, FIELD_STR, .max = FILTER_BYTES_MAX,                                  \
            .help = "docs/filter.md; empty: everything"),                                          \
        M(saved_view, sort, FIELD_STR, .options = "-filed|filed|due|-changed|relevance"),          \
        M(saved_view, columns, FIELD_STR, .max = LIST_COLUMNS_BYTES_MAX, .help = COLUMNS_HELP),    \
        M(saved_view, shared, FIELD_I64, .min = 0, .max = INT64_MAX, .help = SHARED_HELP),         \
        M(saved_view, place, FIELD_I64, .min = 1, .max = SAVED_VIEWS_MAX,                          \
            .help = "where in my order; left out: at the end, or where it is")
const struct field VIEW_NEW_IN[] = {VIEW_MEMBERS, {0}};
const struct field VIEW_PUT_IN[] = {
    M(saved_view, version, FIELD_I64, .flags = FIELD_REQUIRED), VIEW_MEMBERS, {0}};
const size_t VIEW_IN_SIZE = sizeof(struct saved_view);

static struct view_view view(const struct ctx *c, const struct saved_view *v)
{
    const struct unit *u = v->shared ? rules_unit(c->rules, v->shared) : NULL;
    const struct person *p = rules_person(c->rules, v->owner);
    return (struct view_view){.id = v->id,
        .version = v->version,
        .place = v->place,
        .shared = v->shared,
        .owner = v->owner,
        .title = v->title,
        .filter = v->filter,
        .sort = v->sort,
        .columns = v->columns,
        .shared_name = u ? u->name : (str){0},
        .owner_name = p ? p->name : (str){0},
        .mine = v->owner == c->actor->id};
}

// My own in my order, then what others share with me.
enum err_code views_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct saved_view *own, *others;
    size_t n_own, n_others;
    if (saved_views(c, &own, &n_own, &k->err) != OK ||
        saved_views_shared(c, &others, &n_others, &k->err) != OK)
        return k->err.code;
    struct view_view *rows = NEW_ARRAY(c->arena, n_own + n_others, struct view_view);
    for (size_t i = 0; i < n_own; i++)
        rows[i] = view(c, &own[i]);
    for (size_t i = 0; i < n_others; i++)
        rows[n_own + i] = view(c, &others[i]);
    struct view_rows v = {{rows, n_own + n_others}};
    return call_answer_fields(k, VIEWS_LIST, &v);
}

enum err_code views_check(struct call *k)
{
    struct saved_view *v = k->in;
    v->id = k->id;
    return OK;
}

enum err_code views_put(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    return saved_view_put(c, k->in, result, e);
}

enum err_code views_answer(struct call *k)
{
    struct saved_view *rows;
    size_t n;
    if (saved_views(&k->ctx, &rows, &n, &k->err) != OK)
        return k->err.code;
    for (size_t i = 0; i < n; i++)
        if (rows[i].id == k->result) {
            struct view_view v = view(&k->ctx, &rows[i]);
            return call_answer_fields(k, VIEW_OUT, &v);
        }
    return err_add(
        &k->err, ERR_MISSING, S("id"), (str){0}, "the view is gone again", "这个视图已经删除");
}

enum err_code views_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return saved_view_drop(c, k->id, e);
}

// ---- how I want my lists

#define LAYOUT_MEMBERS                                                                             \
    M(list_layout, columns, FIELD_STR, .max = LIST_COLUMNS_BYTES_MAX,                              \
        .help = COLUMNS_HELP "; empty: the usual ones"),                                           \
        M(list_layout, density, FIELD_STR, .flags = FIELD_REQUIRED,                                \
            .options = "narrow|normal|wide"),                                                      \
        M(list_layout, rows, FIELD_I64, .min = 1, .max = LIST_PAGE_MAX, .help = "on a page")
const struct field LAYOUT_VIEW[] = {LAYOUT_MEMBERS, {0}};
const size_t LAYOUT_IN_SIZE = sizeof(struct list_layout);

enum err_code layout_answer(struct call *k)
{
    struct list_layout v;
    if (list_layout(&k->ctx, k->result, &v, &k->err) != OK)
        return k->err.code;
    return call_answer_fields(k, LAYOUT_VIEW, &v);
}

enum err_code layout_put(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = c->actor->id;
    return list_layout_put(c, k->in, e);
}
