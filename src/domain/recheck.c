#include "domain/recheck.h"

#include <math.h>
#include <stdlib.h>
#include "domain/cadence.h"
#include "domain/filter.h"
#include "domain/item_refer.h"
#include "domain/item_store.h"
#include "domain/place.h"

enum {
    CELLS_A_DEGREE = 500, // as in item_spot
    DEGREE_M = 111000,
};

// ---- recurrences

struct look {
    struct ctx *c;
    const struct def *d;
    const struct item *it;
    int64_t until_us;
    struct recheck_found *found;
    size_t n;
};

static bool of_loop(const struct look *k, str loop)
{
    const struct def_recur *x = &k->d->solid.recur;
    for (size_t i = 0; i < x->n_loops; i++)
        if (str_eq(x->loops[i], loop))
            return true;
    return x->n_loops == 0 && str_eq(loop, k->d->loop);
}

// Two schemes may know the same thing by the same name.
static bool of_class(const struct look *k, int64_t cls)
{
    const struct class_ *mine = rules_class(k->c->rules, k->it->cls);
    const struct class_ *x = rules_class(k->c->rules, cls);
    return !k->d->solid.recur.same_class ||
           (mine && x && (mine == x || str_eq(mine->name, x->name)));
}

// Said of it by its narrow row alone, before it is read whole.
static bool worth(const struct look *k, int64_t id)
{
    bool yes = false;
    struct cursor r = db_rows(k->c->db,
        "SELECT loop, class, filed_us, shelf, merged FROM item WHERE town = ?1 AND id = ?2",
        V(k->c->rules->town), V(id));
    if (db_next(&r))
        yes = of_loop(k, db_str(&r, 0)) && of_class(k, db_i64(&r, 1)) &&
              db_i64(&r, 2) > k->it->closed_us && db_i64(&r, 2) <= k->until_us &&
              db_i64(&r, 3) == SHELF_ITEMS && db_i64(&r, 4) == 0;
    db_done(&r);
    return yes;
}

static void take(struct look *k, int64_t id)
{
    const struct def_recur *x = &k->d->solid.recur;
    struct filter_env env = {.rules = k->c->rules, .now_us = k->c->now_us};
    struct recheck_found f = {.metres = -1};
    struct err quiet;
    err_init(&quiet, k->c->arena, k->c->lang);
    if (k->n == RECHECK_FOUND_MAX || id == k->it->id || !worth(k, id) ||
        item_load(k->c, id, &f.it, &quiet) != OK)
        return;
    if (x->within_m > 0) {
        double m = place_metres(k->it->lat, k->it->lon, f.it.lat, f.it.lon);
        if (m > x->within_m)
            return;
        f.metres = (int)(m + 0.5);
    }
    if (!x->match || filter_match(x->match, &env, &f.it))
        VEC_PUSH(k->c->arena, k->found, k->n) = f;
}

static void take_all(struct look *k, struct cursor *r)
{
    int64_t *ids = NULL;
    size_t n = 0;
    while (db_next(r))
        VEC_PUSH(k->c->arena, ids, n) = db_i64(r, 0);
    db_done(r);
    for (size_t i = 0; i < n; i++)
        take(k, ids[i]);
}

// What was filed later has a greater id: of a cell of the map only its end is read.
static void look_around(struct look *k)
{
    const struct item *it = k->it;
    if (it->lat == 0 && it->lon == 0)
        return;
    static const double half_turn = 180;
    double lat_m = (double)DEGREE_M / CELLS_A_DEGREE, m = k->d->solid.recur.within_m;
    double lon_m = lat_m * fmax(cos(it->lat * M_PI / half_turn), 0.1);
    // One more than the distance reaches: the stores round a cell differently.
    int64_t up = (int64_t)(m / lat_m) + 2, side = (int64_t)(m / lon_m) + 2;
    int64_t y = (int64_t)(it->lat * CELLS_A_DEGREE), x = (int64_t)(it->lon * CELLS_A_DEGREE);
    for (int64_t dy = -up; dy <= up; dy++)
        for (int64_t dx = -side; dx <= side; dx++) {
            struct cursor r = db_rows(k->c->db,
                "SELECT d.id FROM item_doc d WHERE d.town = ?1 AND d.lat <> 0"
                " AND CAST(d.lat * 500 AS BIGINT) = ?2 AND CAST(d.lon * 500 AS BIGINT) = ?3"
                " AND d.id > ?4 ORDER BY d.id LIMIT ?5",
                V(k->c->rules->town), V(y + dy), V(x + dx), V(it->id), V((int)RECHECK_LOOK_MAX));
            take_all(k, &r);
        }
}

static void look_at_unit(struct look *k)
{
    struct cursor r = db_rows(k->c->db,
        "SELECT id FROM item WHERE town = ?1 AND unit = ?2 AND filed_us > ?3 AND filed_us <= ?4"
        " AND shelf = 0 ORDER BY filed_us, id LIMIT ?5",
        V(k->c->rules->town), V(k->it->unit), V(k->it->closed_us), V(k->until_us),
        V((int)RECHECK_LOOK_MAX));
    take_all(k, &r);
}

static void look_at_row(struct look *k)
{
    const struct def_field *f = &k->d->fields[k->d->solid.recur.field];
    int64_t row = item_field_row(k->c, f, item_field(k->it, f->key));
    if (row == 0)
        return;
    struct cursor r = db_rows(k->c->db,
        "SELECT other FROM link WHERE town = ?1 AND item = ?2 AND kind = 'ref' AND other > ?3"
        " ORDER BY other LIMIT ?4",
        V(k->c->rules->town), V(row), V(k->it->id), V((int)RECHECK_LOOK_MAX));
    take_all(k, &r);
}

static int by_filing(const void *a, const void *b)
{
    const struct recheck_found *x = a, *y = b;
    if (x->it.filed_us != y->it.filed_us)
        return x->it.filed_us < y->it.filed_us ? -1 : 1;
    return x->it.id < y->it.id ? -1 : 1;
}

size_t recheck_find(
    struct ctx *c, const struct def *d, const struct item *it, struct recheck_found **out)
{
    const struct def_recur *x = &d->solid.recur;
    struct look k = {
        .c = c, .d = d, .it = it, .until_us = it->solid_us > 0 ? it->solid_us : c->now_us};
    *out = NULL;
    if (!x->on || it->closed_us == 0)
        return 0;
    if (x->within_m > 0)
        look_around(&k);
    else if (x->by_unit)
        look_at_unit(&k);
    else
        look_at_row(&k);
    if (k.n > 1)
        qsort(k.found, k.n, sizeof(*k.found), by_filing);
    *out = k.found;
    return k.n;
}

bool recheck_blind(const struct def *d, const struct item *it)
{
    const struct def_recur *x = &d->solid.recur;
    if (!x->on)
        return false;
    if (x->within_m > 0)
        return it->lat == 0 && it->lon == 0;
    return x->field >= 0 && item_field(it, d->fields[x->field].key).n == 0;
}

// ---- the item

static bool ends(const struct def *d, const struct def_step *s)
{
    return d->solid.pass >= 0 && (s == &d->steps[d->solid.pass] || s == &d->steps[d->solid.fail]);
}

bool recheck_passes(const struct def *d, const struct def_step *s)
{
    return d->solid.pass >= 0 && s == &d->steps[d->solid.pass];
}

void recheck_look(struct ctx *c, const struct def *d, const struct def_step *s, struct item *it)
{
    struct recheck_found *found;
    if (ends(d, s) && it->recheck_us > 0)
        it->recurs = (int64_t)recheck_find(c, d, it, &found);
}

bool recheck_tell(struct ctx *c, const struct def *d, struct item *it)
{
    struct recheck_found *found;
    if (it->recheck_us == 0 || it->recheck_us >= c->now_us ||
        item_field(it, S(ITEM_RECHECK_TOLD)).n > 0)
        return false;
    it->recurs = (int64_t)recheck_find(c, d, it, &found);
    item_set_field(it, c->arena, S(ITEM_RECHECK_TOLD), S("yes"));
    return true;
}

static int64_t day_of(struct ctx *c, const struct def *d, const struct item *it)
{
    const struct def_solid *x = &d->solid;
    struct filter_env env = {.rules = c->rules, .now_us = c->now_us};
    int64_t us = 0;
    if (x->match && !filter_match(x->match, &env, it))
        return 0;
    str said = x->field >= 0 ? item_field(it, d->fields[x->field].key) : (str){0};
    if (said.n > 0 && tm_parse(said, c->rules->zone_s, &us))
        return us;
    struct def_cadence every = {.every = x->after, .of = x->of};
    int64_t day = tm_local_day(it->closed_us, c->rules->zone_s);
    return tm_day_start(cadence_after(&every, day, 1), c->rules->zone_s);
}

// In a final state from which no re-check leads, as when it came to nothing, there is none.
static bool stays(const struct def *d, const struct item *it)
{
    int state = def_state_at(d, it->state);
    return d->solid.pass >= 0 && it->closed_us != 0 && it->solid_us == 0 && it->merged == 0 &&
           it->shelf == SHELF_ITEMS && state >= 0 &&
           (!d->states[state].final || (d->steps[d->solid.pass].from >> state & 1));
}

void recheck_derive(struct ctx *c, const struct def *d, const struct item *before, struct item *it)
{
    if (it->closed_us == 0)
        it->solid_us = it->recurs = 0;
    if (!stays(d, it))
        it->recheck_us = 0;
    else if (it->recheck_us == 0 && (before->closed_us != it->closed_us || before->def != it->def))
        it->recheck_us = day_of(c, d, it);
    // Of what was over long before it got here, nobody is asked any more.
    if (before->id == 0 && it->recheck_us < c->now_us)
        it->recheck_us = 0;
    if (it->recheck_us == 0)
        item_set_field(it, c->arena, S(ITEM_RECHECK_TOLD), (str){0});
}
