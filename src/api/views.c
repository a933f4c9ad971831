#include "api/views.h"

#include "domain/filter.h"
#include "domain/saved_view.h"

#define M(type, member, kind, ...)                                                                 \
    {                                                                                              \
#member, kind, .at = offsetof(struct type, member), ##__VA_ARGS__                          \
    }

struct view_rows {
    struct list rows;
};
const struct field VIEW_OUT[] = {
    M(saved_view, id, FIELD_I64),
    M(saved_view, title, FIELD_STR),
    M(saved_view, filter, FIELD_STR),
    M(saved_view, sort, FIELD_STR, .options = "-filed|filed|due|-changed|relevance"),
    M(saved_view, place, FIELD_I64, .help = "from 1, in my order"),
    M(saved_view, version, FIELD_I64),
    {0},
};
const struct field VIEWS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct view_rows, rows), .sub = VIEW_OUT,
        .size = sizeof(struct saved_view)},
    {0},
};
#define VIEW_MEMBERS                                                                               \
    M(saved_view, title, FIELD_STR, .flags = FIELD_REQUIRED, .max = SAVED_VIEW_TITLE_MAX),         \
        M(saved_view, filter, FIELD_STR, .max = FILTER_BYTES_MAX,                                  \
            .help = "docs/filter.md; empty: everything"),                                          \
        M(saved_view, sort, FIELD_STR, .options = "-filed|filed|due|-changed|relevance"),          \
        M(saved_view, place, FIELD_I64, .min = 1, .max = SAVED_VIEWS_MAX,                          \
            .help = "where in my order; left out: at the end, or where it is")
const struct field VIEW_NEW_IN[] = {VIEW_MEMBERS, {0}};
const struct field VIEW_PUT_IN[] = {
    M(saved_view, version, FIELD_I64, .flags = FIELD_REQUIRED), VIEW_MEMBERS, {0}};
const size_t VIEW_IN_SIZE = sizeof(struct saved_view);

enum err_code views_list(struct call *k)
{
    struct saved_view *rows;
    size_t n;
    if (saved_views(&k->ctx, &rows, &n, &k->err) != OK)
        return k->err.code;
    struct view_rows v = {{rows, n}};
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
        if (rows[i].id == k->result)
            return call_answer_fields(k, VIEW_OUT, &rows[i]);
    return err_add(
        &k->err, ERR_MISSING, S("id"), (str){0}, "the view is gone again", "这个视图已经删除");
}

enum err_code views_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return saved_view_drop(c, k->id, e);
}
