// The map in a snapshot: layers with their cells, and the names of places.

#include <math.h>
#include <stdlib.h>
#include "domain/rules.h"

// ---- cells

enum { SQUARES_MAX = 64 }; // along a side

static size_t square(double x, double from, double to, size_t side)
{
    double share = (x - from) / (to - from) * (double)side;
    if (!(share > 0))
        return 0;
    return share >= (double)side ? side - 1 : (size_t)share;
}

// Calls f for every square a cell may touch.
static void each_square(
    const struct layer *l, const struct area *x, void (*f)(void *arg, size_t at), void *arg)
{
    size_t west = square(x->west, l->west, l->east, l->side);
    size_t east = square(x->east, l->west, l->east, l->side);
    size_t south = square(x->south, l->south, l->north, l->side);
    size_t north = square(x->north, l->south, l->north, l->side);
    for (size_t row = south; row <= north; row++)
        for (size_t col = west; col <= east; col++)
            f(arg, row * l->side + col);
}

struct shelving {
    size_t *next; // by square
    size_t *shelf;
    size_t cell;
};

static void count_square(void *arg, size_t at)
{
    struct shelving *s = arg;
    s->next[at + 1]++;
}

static void put_square(void *arg, size_t at)
{
    struct shelving *s = arg;
    s->shelf[s->next[at]++] = s->cell;
}

static void index_cells(struct arena *a, struct layer *l)
{
    struct area whole = {
        .west = INFINITY, .south = INFINITY, .east = -INFINITY, .north = -INFINITY};
    for (size_t i = 0; i < l->n; i++) {
        const struct area *x = &l->cells[i].area;
        whole.west = fmin(whole.west, x->west);
        whole.south = fmin(whole.south, x->south);
        whole.east = fmax(whole.east, x->east);
        whole.north = fmax(whole.north, x->north);
    }
    l->west = whole.west;
    l->south = whole.south;
    l->east = whole.east;
    l->north = whole.north;
    for (l->side = 1; l->side < SQUARES_MAX && l->side * l->side < l->n;)
        l->side++;
    size_t squares = l->side * l->side;
    l->at = NEW_ARRAY(a, squares + 1, size_t);
    struct shelving s = {.next = l->at};
    for (size_t i = 0; i < l->n; i++)
        each_square(l, &l->cells[i].area, count_square, &s);
    for (size_t i = 0; i < squares; i++)
        l->at[i + 1] += l->at[i];
    s.shelf = l->shelf = NEW_ARRAY(a, l->at[squares], size_t);
    s.next = NEW_ARRAY(a, squares, size_t);
    for (size_t i = 0; i < squares; i++)
        s.next[i] = l->at[i];
    for (s.cell = 0; s.cell < l->n; s.cell++)
        each_square(l, &l->cells[s.cell].area, put_square, &s);
}

static bool in_force(const struct grid_cell *x, int64_t at_us)
{
    return x->from_us <= at_us && (x->until_us == 0 || at_us < x->until_us);
}

const struct grid_cell *rules_cell_at(const struct layer *l, double lat, double lon, int64_t at_us)
{
    if (l->n == 0 || lon < l->west || lon > l->east || lat < l->south || lat > l->north)
        return NULL;
    size_t at =
        square(lat, l->south, l->north, l->side) * l->side + square(lon, l->west, l->east, l->side);
    for (size_t i = l->at[at]; i < l->at[at + 1]; i++) {
        const struct grid_cell *x = &l->cells[l->shelf[i]];
        if (in_force(x, at_us) && area_has(&x->area, lat, lon))
            return x;
    }
    return NULL;
}

const struct grid_cell *rules_cell(const struct layer *l, str code, int64_t at_us)
{
    const struct grid_cell *found = NULL;
    for (size_t i = 0; i < l->n; i++) {
        if (!str_eq(l->cells[i].code, code))
            continue;
        found = &l->cells[i]; // the later ones stand behind
        if (in_force(found, at_us))
            break;
    }
    return found;
}

const struct layer *rules_layer(const struct rules *r, str key)
{
    for (size_t i = 0; i < r->n_layers; i++)
        if (str_eq(r->layers[i].key, key))
            return &r->layers[i];
    return NULL;
}

const struct layer *rules_layer_named(const struct rules *r, str name)
{
    const struct layer *found = rules_layer(r, name);
    for (size_t i = 0; !found && i < r->n_layers; i++)
        if (str_eq(r->layers[i].title, name))
            found = &r->layers[i];
    return found;
}

static void load_cells(struct rules *r, struct db *db, struct layer *l)
{
    struct cursor c = db_rows(db,
        "SELECT id, code, name, unit, from_us, until_us, lat, lon, area FROM cell"
        " WHERE town = ?1 AND layer = ?2 ORDER BY code, from_us",
        V(r->town), V(l->id));
    while (db_next(&c)) {
        struct grid_cell x = {.id = db_i64(&c, 0),
            .code = db_dup(&c, 1, r->arena),
            .name = db_dup(&c, 2, r->arena),
            .unit = rules_unit(r, db_i64(&c, 3)),
            .from_us = db_i64(&c, 4),
            .until_us = db_i64(&c, 5),
            .lat = db_f64(&c, 6),
            .lon = db_f64(&c, 7),
            .area = area_of_text(r->arena, db_str(&c, 8))};
        VEC_PUSH(r->arena, l->cells, l->n) = x;
    }
    if (l->n > 0)
        index_cells(r->arena, l);
}

// ---- names of places

enum { SPOT_NAME_MIN = 2 }; // code points: a single character says nothing

static void add_name(struct rules *r, struct spot_name x, str name)
{
    x.name = utf8_fold(r->arena, name);
    if (utf8_count(x.name) < SPOT_NAME_MIN)
        return;
    str first = utf8_head(x.name, 1);
    struct spot_names *all = map_get(&r->spots_by_char, first);
    if (!all) {
        all = NEW(r->arena, struct spot_names);
        map_put(&r->spots_by_char, first, all);
    }
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->at[i].name, x.name) && all->at[i].unit == x.unit && !x.spot)
            return; // a unit whose short name is its name
    VEC_PUSH(r->arena, all->at, all->n) = x;
}

static int longest_first(const void *a, const void *b)
{
    const struct spot_name *x = a, *y = b;
    if (x->name.n != y->name.n)
        return x->name.n > y->name.n ? -1 : 1;
    return str_cmp(x->name, y->name);
}

static bool answers_for_cells(const struct rules *r, const struct unit *u)
{
    for (size_t i = 0; i < r->n_layers; i++)
        if (r->layers[i].unit_kind.n > 0 && str_eq(r->layers[i].unit_kind, u->kind))
            return !u->closed;
    return false;
}

static void index_names(struct rules *r)
{
    for (size_t i = 0; i < r->n_units; i++) {
        const struct unit *u = &r->units[i];
        if (!answers_for_cells(r, u))
            continue;
        add_name(r, (struct spot_name){.unit = u}, u->name);
        add_name(r, (struct spot_name){.unit = u}, u->short_name);
    }
    for (size_t i = 0; i < r->n_spots; i++)
        add_name(r, (struct spot_name){.spot = &r->spots[i]}, r->spots[i].name);
    for (size_t i = 0; i < r->spots_by_char.cap; i++) {
        struct spot_names *all = r->spots_by_char.slots[i].val;
        if (all)
            qsort(all->at, all->n, sizeof(*all->at), longest_first);
    }
}

static void load_spots(struct rules *r, struct db *db)
{
    struct cursor c = db_rows(db,
        "SELECT id, name, kind, unit, lat, lon FROM place WHERE town = ?1 ORDER BY name",
        V(r->town));
    while (db_next(&c)) {
        struct spot x = {.id = db_i64(&c, 0),
            .name = db_dup(&c, 1, r->arena),
            .kind = db_dup(&c, 2, r->arena),
            .unit = rules_unit(r, db_i64(&c, 3)),
            .lat = db_f64(&c, 4),
            .lon = db_f64(&c, 5)};
        VEC_PUSH(r->arena, r->spots, r->n_spots) = x;
    }
}

void rules_load_map(struct rules *r, struct db *db)
{
    struct cursor c =
        db_rows(db, "SELECT id, key, title, unit_kind, note FROM layer WHERE town = ?1 ORDER BY id",
            V(r->town));
    while (db_next(&c)) {
        struct layer l = {.id = db_i64(&c, 0),
            .key = db_dup(&c, 1, r->arena),
            .title = db_dup(&c, 2, r->arena),
            .unit_kind = db_dup(&c, 3, r->arena),
            .note = db_dup(&c, 4, r->arena)};
        l.field = str_fmt(r->arena, "cell/%.*s", STR_ARG(l.key));
        VEC_PUSH(r->arena, r->layers, r->n_layers) = l;
    }
    for (size_t i = 0; i < r->n_layers; i++)
        load_cells(r, db, &r->layers[i]);
    load_spots(r, db);
    index_names(r);
}
