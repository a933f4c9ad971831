// Between item_list.c and the others that read items by a filter: one SELECT, also over some items
// only.
#ifndef BH_DOMAIN_LIST_INNER_H
#define BH_DOMAIN_LIST_INNER_H

#include "domain/item_list.h"

enum list_titles { LIST_ANYWHERE, LIST_IN_TITLE, LIST_NOT_IN_TITLE }; // where all words stand
struct list_part {
    bool among; // only these; otherwise every item
    const int64_t *ids;
    size_t n;
    enum list_titles titles;
};
// Appends up to in->limit + 1 rows, less those that are there.
enum err_code list_read(struct ctx *c, const struct list_in *in, const struct list_part *part,
    struct list_out *out, struct err *e) MUST_USE;
// The units whose items the actor may see, or false: everybody's.
bool list_units(struct ctx *c, int64_t **ids, size_t *n);
// Appends " FROM item i ... WHERE ..." of what the actor may see of the filter; ?1 is the town.
void list_from_where(
    struct ctx *c, const struct filter *f, const struct list_part *part, struct sqlb *q);
int64_t list_count(
    struct ctx *c, const struct filter *f, const struct list_part *part, int64_t cap);

str list_cursor(struct arena *a, enum list_sort sort, const struct list_row *last);
bool list_cursor_read(str after, int64_t *value, int64_t *id) MUST_USE;
enum err_code list_cursor_wrong(struct err *e);

#endif
