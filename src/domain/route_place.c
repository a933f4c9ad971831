// Where an item lies: by its point, else by the names of places in its texts. The longest name at a
// place of the text wins; the address is heard before title and text.

#include "domain/route.h"

// What a name stands for, in one layer.
struct found {
    const struct grid_cell *cell;
    const struct unit *unit;
    str word;
};
struct hearing {
    struct ctx *c;
    const struct layer *layer;
    int64_t at_us;
    struct found *all; // different ones
    size_t n;
};

static const struct grid_cell *cell_of_unit(
    const struct layer *l, const struct unit *u, int64_t at_us)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct grid_cell *x = &l->cells[i];
        if (x->unit == u && x->from_us <= at_us && (x->until_us == 0 || at_us < x->until_us))
            return x;
    }
    return NULL;
}

// A unit that answers for cells of one layer lies somewhere in every other one: there where a point
// of its cell lies.
static bool point_of_unit(struct hearing *h, const struct unit *u, double *lat, double *lon)
{
    const struct rules *r = h->c->rules;
    for (size_t i = 0; i < r->n_layers; i++) {
        const struct grid_cell *x = cell_of_unit(&r->layers[i], u, h->at_us);
        if (!x)
            continue;
        *lat = x->lat;
        *lon = x->lon;
        return true;
    }
    return false;
}

static bool stands_for(struct hearing *h, const struct spot_name *name, struct found *out)
{
    const struct unit *u = name->spot ? name->spot->unit : name->unit;
    double lat = name->spot ? name->spot->lat : 0, lon = name->spot ? name->spot->lon : 0;
    *out = (struct found){.word = name->name};
    if (u && h->layer->unit_kind.n > 0 && str_eq(u->kind, h->layer->unit_kind)) {
        out->cell = cell_of_unit(h->layer, u, h->at_us);
        out->unit = u;
        return true;
    }
    if (lat == 0 && lon == 0 && (!u || !point_of_unit(h, u, &lat, &lon)))
        return false;
    out->cell = rules_cell_at(h->layer, lat, lon, h->at_us);
    out->unit = out->cell ? out->cell->unit : NULL;
    return out->cell != NULL;
}

static void hear(struct hearing *h, const struct spot_name *name)
{
    struct found x;
    if (!stands_for(h, name, &x))
        return;
    for (size_t i = 0; i < h->n; i++)
        if (h->all[i].cell == x.cell && h->all[i].unit == x.unit)
            return;
    VEC_PUSH(h->c->arena, h->all, h->n) = x;
}

// Every name in the text, from left to right, none inside another.
static void listen(struct hearing *h, str text)
{
    str folded = utf8_fold(h->c->arena, text);
    for (size_t at = 0; at < folded.n;) {
        str rest = str_sub(folded, at, folded.n), first = utf8_head(rest, 1);
        const struct spot_names *names = map_get(&h->c->rules->spots_by_char, first);
        size_t step = first.n > 0 ? first.n : 1;
        for (size_t i = 0; names && i < names->n; i++) {
            if (!str_starts(rest, names->at[i].name))
                continue;
            hear(h, &names->at[i]);
            step = names->at[i].name.n;
            if (i + 1 == names->n || !str_eq(names->at[i + 1].name, names->at[i].name))
                break; // a name two places bear is heard as both
        }
        at += step;
    }
}

static bool by_point(
    const struct ctx *c, const struct layer *l, const struct item *it, struct route_place *out)
{
    str code = item_field(it, l->field);
    if (code.n > 0)
        out->cell = rules_cell(l, code, it->filed_us);
    if (!out->cell && (it->lat != 0 || it->lon != 0)) {
        out->cell = rules_cell_at(l, it->lat, it->lon, it->filed_us);
        if (!out->cell) // filed before the layer was drawn
            out->cell = rules_cell_at(l, it->lat, it->lon, c->now_us);
    }
    if (!out->cell)
        return false;
    out->unit = out->cell->unit;
    out->by = ROUTE_BY_POINT;
    return true;
}

static bool by_words(
    struct ctx *c, const struct layer *l, const struct item *it, struct route_place *out)
{
    struct hearing h = {.c = c, .layer = l, .at_us = it->filed_us > 0 ? it->filed_us : c->now_us};
    listen(&h, it->address);
    if (h.n == 0) {
        listen(&h, it->title);
        listen(&h, it->text);
    }
    if (h.n == 0)
        return false;
    out->by = ROUTE_BY_WORDS;
    if (h.n == 1) {
        out->cell = h.all[0].cell;
        out->unit = h.all[0].unit;
        out->word = h.all[0].word;
        return true;
    }
    str *words = NEW_ARRAY(c->arena, h.n, str);
    for (size_t i = 0; i < h.n; i++)
        words[i] = h.all[i].word;
    out->unsure = true;
    out->words = str_join(c->arena, words, h.n, S("、"));
    return true;
}

void route_places(struct ctx *c, const struct item *it, struct route_advice *out)
{
    for (size_t i = 0; i < c->rules->n_layers; i++) {
        struct route_place p = {.layer = &c->rules->layers[i]};
        if (by_point(c, p.layer, it, &p) || by_words(c, p.layer, it, &p))
            VEC_PUSH(c->arena, out->places, out->n_places) = p;
    }
}
