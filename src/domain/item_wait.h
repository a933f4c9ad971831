// For whom an item waits beside the unit in charge: requests somebody has to decide. They are
// kept among the item's fields, as everything it is folded from, under "ask/<step>/<part>", and
// told in short in its column `waits`, by which queues find them:
//   <s:extend>       the step is asked for
//   <r:leader!17>    a holder of the role decides, asked for by person 17
//   <p:charge=leader1>  a field names this person
//   <n:17>           person 17 was refused and has not seen it yet
//   <v:blue>         a slip of that level stands on it (domain/supervise.h)
//   <c:slip>         a receipt is awaited, by this clock; <l:slip>: and its time is over
//   <w:slip>         it is the slip's; <w:late>: and its time is over
//   <a:handler>      a holder of the role gives the receipt
//   <k:inspector>    its re-check has fallen due, a holder of the role makes it (domain/recheck.h)
#ifndef BH_DOMAIN_ITEM_WAIT_H
#define BH_DOMAIN_ITEM_WAIT_H

#include "domain/ctx.h"
#include "domain/item.h"
#include "domain/item_step.h"

struct item_ask {
    str step;
    int64_t part;      // 0: the item's
    int64_t by, at_us; // who asked, when
    int64_t stage;     // which one decides now
    str note;
    bool refused; // by whom, when and why not
    int64_t no_by, no_us;
    str no_note;
    struct item_said { // what the stages before said
        int64_t by, at_us;
        str note;
    } * said;
    size_t n_said;
    const struct json *in; // what was asked
};
// The requests of an item, in the order of their steps' keys.
size_t item_asks(struct arena *a, const struct item *it, struct item_ask **out);
bool item_ask_of(
    struct arena *a, const struct item *it, str step, int64_t part, struct item_ask *out);
// What was asked, as the step takes it.
void item_ask_in(struct arena *a, const struct item_ask *x, struct step_in *out);
// What reveals a sealed field that is asked for.
str item_ask_sealed(struct arena *a, const struct item_ask *x, str field);
// May the actor decide it now? Not who asked: two pairs of eyes.
bool item_ask_decides(
    const struct ctx *c, const struct def_step *s, const struct item *it, const struct item_ask *x);
// "镇审核（派单员、领导）": who is waited for.
str item_ask_waits_for(const struct ctx *c, const struct def_step *s, const struct item_ask *x);
// Drops requests for what cannot be done any more, and says anew for whom the item waits.
void item_waits_derive(struct ctx *c, const struct def *d, struct item *it);

#endif
