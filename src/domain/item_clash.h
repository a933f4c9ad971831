// Who would need the same place on the same days, asked while a form is filled: nothing is written.
#ifndef BH_DOMAIN_ITEM_CLASH_H
#define BH_DOMAIN_ITEM_CLASH_H

#include "domain/item.h"
#include "domain/item_list.h"

enum { CLASH_SHOWN_MAX = 10 };

struct clash_in {
    int64_t item;                    // 0: it is being filed
    str loop;                        // of a new one
    const struct item_field *fields; // answered so far; of one that is there, what becomes
    size_t n_fields;
    double lat, lon; // 0,0: none, or as it is
};
// Only what the actor may see. None as long as its days or its place are not known, and where the
// loop's definition names no clashes.
enum err_code item_clashes(
    struct ctx *c, const struct clash_in *in, struct list_out *out, struct err *e) MUST_USE;

#endif
