// Lists of items: one filter, one order, a page, and the count from the same answer.
#ifndef BH_DOMAIN_ITEM_LIST_H
#define BH_DOMAIN_ITEM_LIST_H

#include "domain/ctx.h"
#include "domain/filter.h"

enum {
    LIST_PAGE_MAX = 200,
    LIST_PAGE_DEFAULT = 20,
    LIST_COUNT_MAX = 10000, // counted exactly up to here; beyond: "more than"
};

enum list_sort {
    SORT_FILED_DOWN,
    SORT_FILED_UP,
    SORT_DUE_UP,
    SORT_CHANGED_DOWN,
    SORT_RELEVANCE, // first those with every word in the title; each newest first
    SORT_COUNT
};
str list_sort_name(enum list_sort s); // "-filed", "filed", "due", "-changed", "relevance"
int list_sort_of(str name);           // -1 when unknown
// What is meant when no order is named: by relevance where words are looked for, else the newest.
enum list_sort list_sort_usual(const struct filter *f);

struct list_in {
    const struct filter *filter; // NULL: everything
    enum list_sort sort;
    int64_t limit;
    str after; // a cursor from the page before; empty: the first page
    bool count;
};
struct list_row {
    int64_t id, unit, cls, def, filed_us, changed_us, closed_us, due_us, version, returns, urges,
        merged;
    str no, loop, state, channel, kind, priority, title, waits, gathered;
    bool open, paused, excluded, repeat, main_repeat, locked;
    str snippet; // where a word was found in the text or the address: what stands around it
};
struct list_out {
    struct list_row *rows;
    size_t n;
    str next;      // cursor of the next page; empty at the end
    int64_t total; // -1 when not counted
    bool capped;   // there are more than total: it was not worth counting on
};
// Only what the actor may see.
enum err_code item_list(
    struct ctx *c, const struct list_in *in, struct list_out *out, struct err *e) MUST_USE;
// The count alone; cap 0: all of them, however long it takes.
int64_t item_count(struct ctx *c, const struct filter *f, int64_t cap, struct err *e);
// Every item of a filter in filing order, f called with each id until it answers false. For
// exports.
enum err_code item_each(struct ctx *c, const struct filter *f, bool (*fn)(void *arg, int64_t id),
    void *arg, struct err *e) MUST_USE;

#endif
