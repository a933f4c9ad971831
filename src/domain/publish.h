// Publishing a definition: checked whole, numbered, immutable from then on; and what follows for
// running items.
#ifndef BH_DOMAIN_PUBLISH_H
#define BH_DOMAIN_PUBLISH_H

#include "domain/ctx.h"

enum { PUBLISH_SETTLE_GROUP = 200 }; // items a commit when due times are computed anew

// kind: loop, register, calendar, roles, score, keydate. Checks the text against the rules in force
// (units, classes, calendars it names); every mistake is noted with line and column. key: of what
// it defines. dry: only checks. The same text as the version in force is refused (there is nothing
// new). Needs MAY_MANAGE_DEFS. On the writer unless dry.
struct published {
    str key;
    int64_t id, version;
    struct err hints; // what may be meant otherwise and is no mistake; n 0: nothing
};
enum err_code def_publish(
    struct ctx *c, str kind, str text, bool dry, struct published *out, struct err *e) MUST_USE;
// Computes the due times of the next open items with id > after again (a calendar or holiday
// changed); answers how many it looked at, and the last id in *last. 0: done. On the writer.
int64_t def_settle_some(struct ctx *c, int64_t after, int64_t *last, struct err *e);
// The calendar's version (its definition's id) whose due times are still to be computed; 0: none.
// Kept with the town, so that whoever stops in between is followed by the next.
int64_t def_settle_wanted(struct ctx *c);
// Computed to the end for this version; a newer one stays wanted. On the writer.
void def_settle_done(struct ctx *c, int64_t wanted);

#endif
