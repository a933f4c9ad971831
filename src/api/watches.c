#include "api/watches.h"

#include "api/admin.h"
#include "api/feed.h"
#include "domain/watch_list.h"

struct watch_row {
    int64_t item;
};
struct watch_rows {
    struct list rows;
};
static const struct field WATCH_ROW[] = {
    {"item", FIELD_I64, .at = offsetof(struct watch_row, item)},
    {0},
};
const struct field WATCHES_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct watch_rows, rows), .sub = WATCH_ROW,
        .size = sizeof(struct watch_row)},
    {0},
};

enum err_code watches_list(struct call *k)
{
    int64_t *items;
    size_t n;
    if (watch_list(&k->ctx, &items, &n, &k->err) != OK)
        return k->err.code;
    struct watch_rows v = {{items, n}};
    return call_answer_fields(k, WATCHES_LIST, &v);
}

enum err_code watches_put(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return watch_set(c, k->id, true, e);
}

enum err_code watches_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return watch_set(c, k->id, false, e);
}

enum err_code watches_answer(struct call *k)
{
    feed_watch(k->app, k->actor, k->result, k->req->method == HTTP_PUT);
    return admin_done(k);
}
