// Dispatching by itself what a route says may be: a step of the system right after filing, in the
// same transaction. Where anything is missing the item simply waits for a person.

#include "domain/item_step.h"
#include "domain/item_inner.h"
#include "domain/route.h"

// A dispatching step that leaves the item's state and asks nobody anything.
static const struct def_step *dispatching(const struct def *d, const struct item *it)
{
    int state = def_state_at(d, it->state);
    for (size_t i = 0; i < d->n_steps && state >= 0; i++) {
        const struct def_step *s = &d->steps[i];
        bool asks = s->note_required || s->n_stages > 0 || (s->reasons >= 0 && !s->reason_optional);
        for (size_t k = 0; k < s->n_asks; k++)
            asks = asks || s->asks[k].required;
        if (s->does == DOES_DISPATCH && (s->from >> state & 1) && !asks && s->photos == 0 &&
            s->photos_stage.n == 0)
            return s;
    }
    return NULL;
}

static bool any_auto(const struct def *d)
{
    for (size_t i = 0; i < d->n_routes; i++)
        if (d->routes[i].auto_high)
            return true;
    return false;
}

enum err_code item_route_auto(struct ctx *c, const struct def *d, struct item *it, struct err *e)
{
    struct route_advice advice;
    enum err_code code;
    const struct def_step *s = any_auto(d) && it->open ? dispatching(d, it) : NULL;
    if (!s)
        return OK;
    route_advise(c, d, it, &advice);
    const struct route_pick *p = advice.n > 0 ? &advice.picks[0] : NULL;
    if (!p || advice.disagree || p->trust != ROUTE_HIGH || !p->rule->auto_high)
        return OK;
    const struct person *actor = c->actor;
    c->actor = NULL; // by rule, not by the person who filed it
    (void)item_step_closed(c, d, s, it, NULL, &code);
    if (code == OK) {
        struct step_in in = {
            .item = it->id, .step = s->key, .version = ITEM_ANY_VERSION, .note = p->text};
        VEC_PUSH(c->arena, in.units, in.n_units) = p->unit->id;
        for (size_t i = 0; i < p->n_assists; i++)
            VEC_PUSH(c->arena, in.units, in.n_units) = p->assists[i]->id;
        code = item_step(c, &in, it, e);
    } else {
        code = OK;
    }
    c->actor = actor;
    return code;
}
