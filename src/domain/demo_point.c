// Where a demonstration's orders lie on the map: every estate somewhere in the cell its place
// answers for, its houses about it. So orders of one house lie in one point, and those of one
// estate close together, as a town's do.

#include <math.h>
#include "domain/demo_inner.h"

enum {
    TRIES = 60,
    DIGITS = 1000000,         // a decimetre
    ESTATE_MILLIONTHS = 1000, // from its middle: some hundred metres each way
    FOR_ESTATES = 1,
    FOR_HOUSES,
};

struct box {
    double south, north, west, east;
};

static double between(double lo, double hi, uint64_t chance)
{
    double x = lo + (hi - lo) * ((double)(chance >> 11) * 0x1p-53);
    return round(x * DIGITS) / DIGITS;
}

// The first point of the box by chance that lies in the area.
static struct demo_point point_in(
    const struct area *x, const struct box *b, uint64_t chance, struct demo_point otherwise)
{
    for (uint64_t i = 0; i < TRIES; i++) {
        struct demo_point p = {.lat = between(b->south, b->north, demo_mix(chance, 2 * i)),
            .lon = between(b->west, b->east, demo_mix(chance, 2 * i + 1))};
        if (area_has(x, p.lat, p.lon))
            return p;
    }
    return otherwise;
}

static void place_estate(struct demo *d, size_t estate, const struct grid_cell *cell)
{
    const double far = (double)ESTATE_MILLIONTHS / DIGITS;
    const struct area *x = &cell->area;
    const struct box whole = {x->south, x->north, x->west, x->east};
    uint64_t chance = demo_mix(demo_mix(d->seed, FOR_ESTATES), estate);
    struct demo_point middle =
        point_in(x, &whole, chance, (struct demo_point){cell->lat, cell->lon});
    const struct box about = {
        middle.lat - far, middle.lat + far, middle.lon - far, middle.lon + far};
    struct demo_point *houses = &d->points[estate * (size_t)d->t.houses];
    for (int64_t i = 0; i < d->t.houses; i++)
        houses[i] =
            point_in(x, &about, demo_mix(demo_mix(chance, FOR_HOUSES), (uint64_t)i), middle);
}

// The cell the unit answers for at the end; NULL when the town has drawn none.
static const struct grid_cell *cell_of(const struct demo *d, const struct unit *u)
{
    const struct rules *r = d->c.rules;
    for (size_t l = 0; l < r->n_layers; l++) {
        const struct layer *x = &r->layers[l];
        for (size_t i = 0; str_eq(x->unit_kind, u->kind) && i < x->n; i++)
            if (x->cells[i].unit == u && x->cells[i].from_us <= d->until_us &&
                (x->cells[i].until_us == 0 || d->until_us < x->cells[i].until_us))
                return &x->cells[i];
    }
    return NULL;
}

void demo_points(struct demo *d)
{
    d->points = NEW_ARRAY(d->a, d->t.n_estates * (size_t)d->t.houses, struct demo_point);
    for (size_t i = 0; i < d->t.n_estates; i++) {
        const struct grid_cell *cell = cell_of(d, d->t.places[i % d->t.n_places]);
        if (cell)
            place_estate(d, i, cell);
    }
}

struct demo_point demo_point_of(const struct demo *d, const struct demo_order *o)
{
    size_t house = (size_t)(demo_house(d, o) - 1);
    return d->points[demo_estate(d, o) * (size_t)d->t.houses + house];
}
