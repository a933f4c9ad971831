// Filling the search index, beside the work: block by block behind the items that are there. An
// item's text and number never change once it is filed, so what was indexed stays right; of a name
// or an address that became another, and of the units whose business it was, store/text_index.h
// says what follows. What was not yet is searched by its texts (domain/search.h), so nothing is
// missed and nothing has to wait.
#ifndef BH_DOMAIN_SEARCH_FILL_H
#define BH_DOMAIN_SEARCH_FILL_H

#include "domain/ctx.h"

enum {
    SEARCH_FILL_MIN = 512, // items that wait before a block is written
    SEARCH_SMALL_MAX = 16, // small blocks at the end before they become one
};

// How writing is done: a server's through its writer, a command's on its own connection.
struct search_door {
    void *arg;
    // Runs fn(ctx that writes, fn_arg) in one transaction of its own; not OK: rolled back.
    enum err_code (*run)(void *arg, enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e),
        void *fn_arg, struct err *e);
    // Before each transaction; false stops, and what was not finished is swept later. done items of
    // total.
    bool (*go_on)(void *arg, int64_t done, int64_t total);
    size_t rows; // written in a transaction
};

struct search_state {
    int64_t items, waiting; // the newest item's id; items behind the index
    int64_t blocks;
};
enum err_code search_state(struct ctx *c, struct search_state *out, struct err *e) MUST_USE;

enum search_how {
    SEARCH_FILL,    // what waits, if it is worth a block; joins small blocks; sweeps
    SEARCH_FILL_UP, // every item
    SEARCH_REBUILD, // all of it anew, beside what is in use
};
// reader: no transaction is open on its connection. OK when there is nothing to do, when it was
// stopped, and when another process is at it (then *busy, which may be NULL).
enum err_code search_fill(struct ctx *reader, enum search_how how, const struct search_door *door,
    bool *busy, struct err *e) MUST_USE;

#endif
