// Orders no script files of itself: what rules ask for day by day, and what steps of other orders
// file. Their lives are lived as any other's.

#include "domain/cadence.h"
#include "domain/demo_inner.h"
#include "domain/item_store.h"

enum { AT_ONCE = 200 };

// What only a script's own orders count by: numbers of these begin above all of those.
static const int64_t FIRST_SERIAL = INT64_C(1) << 40;

static struct demo_order *guest_new(struct demo *d, struct demo_loop *l, size_t place)
{
    struct demo_order *o = demo_order_new(d, l, FIRST_SERIAL + d->n_guests++);
    o->place = place;
    o->matter = rng_next(&o->rng);
    return o;
}

// ---- by rule

static struct demo_loop *lived(struct demo *d, str loop)
{
    for (size_t i = 0; i < d->t.n_loops; i++)
        if (str_eq(d->loops[i].s->def->loop, loop))
            return &d->loops[i];
    return NULL;
}

// Where it lies: with the unit that got it, or anywhere.
static size_t place_of(struct demo *d, int64_t unit, int64_t item)
{
    for (size_t i = 0; i < d->t.n_places; i++)
        if (d->t.places[i]->id == unit)
            return i;
    CHECK(d->t.n_places > 0);
    return demo_mix(d->seed, (uint64_t)item) % d->t.n_places;
}

static enum err_code file_one(
    struct demo *d, struct demo_loop *l, const struct def_cadence *x, int64_t row)
{
    const struct demo_script *s = l->s;
    struct civil t;
    d->c.actor = NULL;
    if (cadence_file(&d->c, s->def->loop, x->key, row, &d->it, d->e) != OK)
        return d->e->code;
    if (d->it.id == 0)
        return OK;
    struct demo_order *o = guest_new(d, l, place_of(d, d->it.unit, d->it.id));
    tm_to_civil(d->c.now_us, d->c.rules->zone_s, &t);
    demo_about(d, o, &s->cases[rng_weighted(&o->rng, l->case_weights[t.month], s->n_cases)]);
    return demo_take_filed(d, o);
}

static enum err_code run_rule(struct demo *d, struct demo_loop *l, const struct def_cadence *x)
{
    struct cadence k;
    struct cadence_walk at = {0};
    int64_t day = tm_local_day(d->c.now_us, d->c.rules->zone_s);
    if (cadence_open(d->c.arena, d->c.rules, l->s->def, x, &k, d->e) != OK)
        return d->e->code;
    while (!at.over) {
        struct cadence_due *due;
        size_t n;
        if (cadence_find(&d->c, &k, day, &at, AT_ONCE, &due, &n, d->e) != OK)
            return d->e->code;
        for (size_t i = 0; i < n; i++)
            if (file_one(d, l, x, due[i].row) != OK)
                return d->e->code;
    }
    return OK;
}

enum err_code demo_by_rules(struct demo *d)
{
    int64_t day = tm_local_day(d->c.now_us, d->c.rules->zone_s);
    if (d->fast || d->items < d->t.rules_from || day == d->ruled_day)
        return OK;
    d->ruled_day = day;
    for (size_t i = 0; i < d->t.n_loops; i++) {
        const struct def *def = d->loops[i].s->def;
        for (size_t k = 0; k < def->n_cadences; k++)
            if (run_rule(d, &d->loops[i], &def->cadences[k]) != OK)
                return d->e->code;
    }
    return OK;
}

// ---- by step

struct demo_order *demo_child(
    struct demo *d, struct demo_order *o, const struct demo_move *m, struct step_in *in)
{
    double *weights = NEW_ARRAY(d->c.arena, m->n_children, double), sum = 0;
    for (size_t i = 0; i < m->n_children; i++)
        if (demo_fits(d, o, &m->children[i].when, 0))
            sum += weights[i] = m->children[i].weight;
    if (!(sum > 0))
        return NULL;
    const struct demo_child *x = &m->children[rng_weighted(&o->rng, weights, m->n_children)];
    struct demo_loop *l = lived(d, x->of->def->loop);
    CHECK(l != NULL);
    struct demo_order *child = guest_new(d, l, o->place);
    demo_about(d, child, &l->s->cases[rng_weighted(&child->rng, x->cases, l->s->n_cases)]);
    in->child.cls = child->k->cls;
    in->child.title =
        x->title.n > 0 ? demo_say_text(d, o, &x->title) : demo_say_text(d, child, &l->s->title);
    in->child.text = x->text.n > 0      ? demo_say_text(d, o, &x->text)
                     : l->s->text.n > 0 ? demo_say_text(d, child, &l->s->text)
                                        : (str){0};
    return child;
}

enum err_code demo_child_filed(struct demo *d, const struct demo_order *o, struct demo_order *child)
{
    int64_t id = db_one_i64(d->c.db, 0,
        "SELECT max(other) FROM link WHERE town = ?1 AND item = ?2 AND kind = 'child'",
        V(d->c.rules->town), V(o->item));
    if (db_status(d->c.db, d->e) != OK || item_load(&d->c, id, &d->it, d->e) != OK)
        return d->e->code;
    return demo_take_filed(d, child);
}

bool demo_waits(struct demo *d, const struct demo_order *o, const struct demo_move *m)
{
    return m->step->does == DOES_CLOSE && !d->fast &&
           db_one_i64(d->c.db, 0,
               "SELECT count(*) FROM link l JOIN item i ON i.town = l.town AND i.id = l.other"
               " WHERE l.town = ?1 AND l.item = ?2 AND l.kind = 'child' AND i.open = 1",
               V(d->c.rules->town), V(o->item)) > 0;
}
