// How a person wants his lists: columns, their order, density, rows on a page. Kept on the server,
// so that it is the same on every machine; nobody else's business, so it makes no event.
#ifndef BH_DOMAIN_LIST_LAYOUT_H
#define BH_DOMAIN_LIST_LAYOUT_H

#include "domain/ctx.h"

struct list_layout {
    str columns; // names with a blank between (list_column.h); empty: the usual ones
    str density; // narrow, normal, wide
    int64_t rows;
};
// The person's; the usual one when he has said nothing. Columns that no definition knows any more
// are left out.
enum err_code list_layout(
    struct ctx *c, int64_t person, struct list_layout *out, struct err *e) MUST_USE;
// The actor's own.
enum err_code list_layout_put(struct ctx *c, const struct list_layout *in, struct err *e) MUST_USE;

#endif
