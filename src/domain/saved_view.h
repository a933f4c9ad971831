// The views a person has saved: a filter, an order and columns under a title of his own, in an
// order of his own. One may be shared with the people of a unit and below it; they can use it, not
// change it. A view shows nobody more than he may see anyway, so it makes no event.
#ifndef BH_DOMAIN_SAVED_VIEW_H
#define BH_DOMAIN_SAVED_VIEW_H

#include "domain/ctx.h"

enum {
    SAVED_VIEWS_MAX = 50,
    SAVED_VIEW_TITLE_MAX = 30,
    SAVED_VIEWS_SHARED_MAX = 200, // of others, shown
};

struct saved_view {
    int64_t id, version;
    int64_t place;  // from 1, in the person's own order; 0: somebody else's
    int64_t shared; // the unit with whose people it is shared, with what is below; 0: nobody
    int64_t owner;
    str title, filter, sort;
    str columns; // list_column.h; empty: those the reader uses everywhere
};
// The actor's own, in their order.
enum err_code saved_views(
    struct ctx *c, struct saved_view **rows, size_t *n, struct err *e) MUST_USE;
// What others share with him, by title: those of the whole town, and of every unit that a unit he
// holds a role at is, or is below.
enum err_code saved_views_shared(
    struct ctx *c, struct saved_view **rows, size_t *n, struct err *e) MUST_USE;
// May he share with that unit? With one at or below which he holds a role: the whole town for who
// holds one there.
bool saved_view_may_share(const struct ctx *c, int64_t unit);
// Makes (id 0) or changes one of the actor's. place 0: a new one goes to the end, another stays
// where it is. The filter is kept in its canonical text; what is wrong with it is noted under
// "filter" with its column. A title stands once; there are at most SAVED_VIEWS_MAX.
enum err_code saved_view_put(
    struct ctx *c, const struct saved_view *in, int64_t *id, struct err *e) MUST_USE;
enum err_code saved_view_drop(struct ctx *c, int64_t id, struct err *e) MUST_USE;

#endif
