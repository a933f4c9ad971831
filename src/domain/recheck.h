// Consolidation 巩固: what was closed is looked at again on a day its definition sets, and is
// consolidated when it has held. Until then it is closed, and not consolidated: counted apart.
//
// The day stands in the item (recheck_us) from its closing until the re-check is made or it is
// opened again; when it has come the system says so once, and from then on the item waits for
// whoever may take the step (item_wait.h). Recurrences 复发 are other items the definition names:
// of the same class, filed since the closing, near the point, of the unit, or of the same row.
#ifndef BH_DOMAIN_RECHECK_H
#define BH_DOMAIN_RECHECK_H

#include "domain/ctx.h"
#include "domain/item.h"

enum {
    RECHECK_FOUND_MAX = 50, // more recurrences are not told, nor counted
    RECHECK_LOOK_MAX = 500, // of one unit or row; of one cell of the map
};

struct recheck_found {
    struct item it;
    int metres; // from the one that is looked at again; -1: not asked
};
// The recurrences there are by now (once consolidated: by then), the earliest first.
size_t recheck_find(
    struct ctx *c, const struct def *d, const struct item *it, struct recheck_found **out);
// Recurrences are looked for around a point, and it has none.
bool recheck_blind(const struct def *d, const struct item *it);

// Is it the step by which the re-check is passed?
bool recheck_passes(const struct def *d, const struct def_step *s);
// Before a step that ends the re-check: how often it has come back, for what the step demands.
void recheck_look(struct ctx *c, const struct def *d, const struct def_step *s, struct item *it);
// The day has come: notes that its owners are told. False when it has not, or they were.
bool recheck_tell(struct ctx *c, const struct def *d, struct item *it);
// The day, of what an item has become.
void recheck_derive(struct ctx *c, const struct def *d, const struct item *before, struct item *it);

#endif
