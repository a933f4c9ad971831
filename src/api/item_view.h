// Items as the API shows them: the structs that are encoded, and the tables that say how.
#ifndef BH_API_ITEM_VIEW_H
#define BH_API_ITEM_VIEW_H

#include "base/json.h"
#include "domain/ctx.h"
#include "domain/item.h"
#include "domain/item_list.h"

struct row_view {
    int64_t id, unit, cls, filed_us, changed_us, closed_us, due_us, left_s, version, returns, urges,
        merged;
    str no, loop, state, state_title, unit_name, class_name, channel, kind, priority, title, lamp,
        snippet, asks, gathered, slip, receipt;
    bool open, paused, excluded, overdue, repeat, main_repeat, locked;
};
extern const struct field ROW_VIEW[];
void row_view(struct ctx *c, const struct list_row *r, struct row_view *out);

extern const struct field ITEM_VIEW[];
extern const size_t ITEM_VIEW_SIZE;
// The whole item with what the actor may do, masked. The result is encoded with ITEM_VIEW.
enum err_code item_view(struct ctx *c, const struct item *it, void **out, struct err *e) MUST_USE;
// The same as JSON text.
str item_view_json(struct ctx *c, const struct item *it, struct err *e);

#endif
