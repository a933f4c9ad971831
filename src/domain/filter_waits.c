// What waits for somebody, in the database: requests to be decided, receipts, re-checks. They are
// words of one column (item_wait.h) with an index of its own, so the items are found from there.

#include "domain/filter_private.h"

struct waits {
    struct sqlb *q;
    const struct filter_env *env;
};

// A word of waits (item_wait.h).
static void waits_word(struct waits *w, str word)
{
    sqlb_add(w->q, "instr(o.waits, ");
    sqlb_val(w->q, val_str(word));
    sqlb_add(w->q, ") > 0");
}

// A unit and all below it, found by the database: few values are bound, however many there are.
static void units_below(struct waits *w, const struct unit *top)
{
    sqlb_add(w->q, " IN (WITH RECURSIVE below(id) AS (SELECT t.id FROM unit t WHERE t.town = ?1"
                   " AND t.id = ");
    sqlb_val(w->q, val_i64(top->id));
    sqlb_add(w->q, " UNION SELECT t.id FROM below b JOIN unit t ON t.parent = b.id"
                   " WHERE t.town = ?1) SELECT id FROM below)");
}

// Does any loop let a holder of the role decide?
static bool decides(const struct rules *r, const struct role *role)
{
    for (size_t i = 0; i < r->n_loops; i++)
        for (size_t v = 0; v < r->loops[i].n; v++)
            for (size_t s = 0; s < r->loops[i].versions[v]->n_steps; s++) {
                const struct def_step *step = &r->loops[i].versions[v]->steps[s];
                for (size_t g = 0; g < step->n_stages; g++)
                    for (size_t k = 0; k < step->stages[g].n_who; k++)
                        if (str_eq(step->stages[g].who[k], role->key))
                            return true;
            }
    return false;
}

// Does a re-check of any loop belong to the role?
static bool looks(const struct rules *r, const struct role *role)
{
    for (size_t i = 0; i < r->n_loops; i++)
        for (size_t v = 0; v < r->loops[i].n; v++) {
            const struct def *d = r->loops[i].versions[v];
            const struct def_step *step = d->solid.pass >= 0 ? &d->steps[d->solid.pass] : NULL;
            for (size_t k = 0; step && k < step->n_who; k++)
                if (str_eq(step->who[k], role->key))
                    return true;
        }
    return false;
}

// The unit in charge or the receiver lies where the role is held.
static void below_grant(struct waits *w, const struct grant *g)
{
    if (g->unit == w->env->rules->root)
        return;
    sqlb_add(w->q, " AND (o.unit");
    units_below(w, g->unit);
    sqlb_add(w->q, " OR o.receiver");
    units_below(w, g->unit);
    sqlb_add(w->q, ")");
}

// What the person asking may decide by one grant: what others have asked for.
static void decided_by(struct waits *w, const struct grant *g)
{
    struct arena *a = w->q->arena;
    sqlb_add(w->q, "(instr(replace(o.waits, ");
    sqlb_val(
        w->q, val_str(str_fmt(a, "<r:%.*s!%" PRId64 ">", STR_ARG(g->role->key), w->env->person)));
    sqlb_add(w->q, ", ''), ");
    sqlb_val(w->q, val_str(str_fmt(a, "<r:%.*s!", STR_ARG(g->role->key))));
    sqlb_add(w->q, ") > 0");
    below_grant(w, g);
    sqlb_add(w->q, ")");
}

static void asks_mine(struct waits *w)
{
    const struct person *p = rules_person(w->env->rules, w->env->person);
    bool any = false;
    for (size_t i = 0; p != NULL && i < p->n; i++) {
        if (!decides(w->env->rules, p->grants[i].role))
            continue;
        if (any)
            sqlb_add(w->q, " OR ");
        any = true;
        decided_by(w, &p->grants[i]);
    }
    if (!any)
        sqlb_add(w->q, "1 = 0");
}

// From what waits for somebody to the items, as parts are: few wait, however many there are.
static void asks(struct waits *w, const struct filter_value *v)
{
    if (v->form == VALUE_NO)
        sqlb_add(w->q, "NOT ");
    sqlb_add(w->q, "i.id IN (SELECT o.id FROM item o WHERE o.town = ?1 AND o.waits <> '' AND (");
    if (v->form == VALUE_MINE)
        asks_mine(w);
    else if (v->form == VALUE_REFUSED)
        waits_word(w, str_fmt(w->q->arena, "<n:%" PRId64 ">", w->env->person));
    else if (v->form == VALUE_IS)
        waits_word(w, str_fmt(w->q->arena, "<s:%.*s>", STR_ARG(v->text)));
    else
        waits_word(w, S("<s:"));
    sqlb_add(w->q, "))");
}

static bool gives_receipts(const struct rules *r, const struct role *role)
{
    for (size_t i = 0; i < r->n_loops; i++)
        for (size_t v = 0; v < r->loops[i].n; v++)
            for (size_t s = 0; s < r->loops[i].versions[v]->n_steps; s++) {
                const struct def_step *step = &r->loops[i].versions[v]->steps[s];
                for (size_t k = 0; step->does == DOES_RECEIPT && k < step->n_who; k++)
                    if (str_eq(step->who[k], role->key))
                        return true;
            }
    return false;
}

// Of whom a receipt is awaited by one grant, as of a re-check.
static void receipt_mine(struct waits *w)
{
    const struct person *p = rules_person(w->env->rules, w->env->person);
    sqlb_add(w->q, "(1 = 0");
    for (size_t i = 0; p != NULL && i < p->n; i++) {
        const struct grant *g = &p->grants[i];
        if (!gives_receipts(w->env->rules, g->role))
            continue;
        sqlb_add(w->q, " OR (");
        waits_word(w, str_fmt(w->q->arena, "<a:%.*s>", STR_ARG(g->role->key)));
        below_grant(w, g);
        sqlb_add(w->q, ")");
    }
    sqlb_add(w->q, ")");
}

// Few are supervised: from the index of what waits for somebody to the items.
static void supervised(struct waits *w, const struct filter_value *v, bool slip)
{
    if (v->form == VALUE_NO)
        sqlb_add(w->q, "NOT ");
    sqlb_add(w->q, "i.id IN (SELECT o.id FROM item o WHERE o.town = ?1 AND o.waits <> '' AND ");
    if (v->form == VALUE_MINE)
        receipt_mine(w);
    else if (v->form == VALUE_DUE)
        waits_word(w, S("<w:slip>"));
    else if (v->form == VALUE_LATE)
        waits_word(w, slip ? S("<w:late>") : S("<l:"));
    else if (v->form == VALUE_IS)
        waits_word(w, str_fmt(w->q->arena, "<v:%.*s>", STR_ARG(v->text)));
    else
        waits_word(w, slip ? S("<v:") : S("<c:"));
    sqlb_add(w->q, ")");
}

// Named in a field of persons.
static void named(struct waits *w, const struct filter_value *v)
{
    const struct person *me = rules_person(w->env->rules, w->env->person);
    str login = v->form == VALUE_IS ? v->text : me ? me->login : S("");
    if (v->form == VALUE_NO)
        sqlb_add(w->q, "NOT ");
    sqlb_add(w->q, "i.id IN (SELECT o.id FROM item o WHERE o.town = ?1 AND o.waits <> '' AND ");
    if (v->form == VALUE_YES || v->form == VALUE_NO)
        waits_word(w, S("<p:"));
    else
        waits_word(w, str_fmt(w->q->arena, "=%.*s>", STR_ARG(login)));
    sqlb_add(w->q, ")");
}

// What the person asking looks at again by one grant.
static void looked_at_by(struct waits *w, const struct grant *g)
{
    sqlb_add(w->q, "(");
    waits_word(w, str_fmt(w->q->arena, "<k:%.*s>", STR_ARG(g->role->key)));
    below_grant(w, g);
    sqlb_add(w->q, ")");
}

static void recheck_mine(struct waits *w)
{
    const struct person *p = rules_person(w->env->rules, w->env->person);
    sqlb_add(
        w->q, "i.id IN (SELECT o.id FROM item o WHERE o.town = ?1 AND o.waits <> '' AND (1 = 0");
    for (size_t i = 0; p != NULL && i < p->n; i++) {
        if (!looks(w->env->rules, p->grants[i].role))
            continue;
        sqlb_add(w->q, " OR ");
        looked_at_by(w, &p->grants[i]);
    }
    sqlb_add(w->q, "))");
}

void filter_waits_sql(struct sqlb *q, const struct filter_env *env, enum filter_kind kind,
    const struct filter_value *v)
{
    struct waits w = {q, env};
    if (kind == KIND_ASKS)
        asks(&w, v);
    else if (kind == KIND_NAMED)
        named(&w, v);
    else if (kind == KIND_MOMENT)
        recheck_mine(&w);
    else
        supervised(&w, v, kind == KIND_SLIP);
}
