// The views a person has saved: a filter and an order under a title of his own, in an order of his
// own. Nobody else sees them, so they make no event.
#ifndef BH_DOMAIN_SAVED_VIEW_H
#define BH_DOMAIN_SAVED_VIEW_H

#include "domain/ctx.h"

enum { SAVED_VIEWS_MAX = 50, SAVED_VIEW_TITLE_MAX = 30 };

struct saved_view {
    int64_t id, version;
    int64_t place; // from 1, in the person's own order
    str title, filter, sort;
};
// The actor's own, in their order.
enum err_code saved_views(
    struct ctx *c, struct saved_view **rows, size_t *n, struct err *e) MUST_USE;
// Makes (id 0) or changes one of the actor's. place 0: a new one goes to the end, another stays
// where it is. The filter is kept in its canonical text; what is wrong with it is noted under
// "filter" with its column. A title stands once; there are at most SAVED_VIEWS_MAX.
enum err_code saved_view_put(
    struct ctx *c, const struct saved_view *in, int64_t *id, struct err *e) MUST_USE;
enum err_code saved_view_drop(struct ctx *c, int64_t id, struct err *e) MUST_USE;

#endif
