// The words of a demonstration: a text's holes filled for one order, and who calls.

#include "domain/demo_inner.h"

enum {
    TEXT_MAX = 16 * KIB,
    FLOORS_FROM = 2,
    ROOMS = 4,
    FOR_ESTATE = 1000, // told apart from the numbers of lists of words
    FOR_HOUSE,
    FOR_FLOOR,
    FOR_ROOM,
    FOR_NAME,
    FOR_TITLE,
    FOR_ANONYMOUS,
    FOR_CONFIDENTIAL,
};

// [SplitMix64]
uint64_t demo_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a + b * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int64_t one_of(uint64_t of, uint64_t what, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(demo_mix(of, what) % (uint64_t)(hi - lo + 1));
}

static void put(
    struct demo *d, struct demo_order *o, struct rng *r, struct buf *b, const struct demo_text *t);

static void put_words(struct demo *d, struct demo_order *o, struct rng *r, struct buf *b, int words)
{
    const struct demo_words *w = o->k->words[words];
    if (!o->loop->s->kept[words]) {
        put(d, o, r, b, &w->v[rng_range(r, 0, (int64_t)w->n - 1)]);
        return;
    }
    struct rng own;
    rng_seed(&own, demo_mix(o->matter, (uint64_t)words));
    put(d, o, &own, b, &w->v[rng_range(&own, 0, (int64_t)w->n - 1)]);
}

static void put_place(struct demo *d, const struct demo_order *o, struct buf *b)
{
    const struct unit *u = d->t.places[o->place];
    buf_add(b, u->short_name.n > 0 ? u->short_name : u->name);
}

// A place has the estates of its number, and every so many behind it.
size_t demo_estate(const struct demo *d, const struct demo_order *o)
{
    int64_t each = (int64_t)(d->t.n_estates / d->t.n_places);
    int64_t at = one_of(o->matter, FOR_ESTATE, 0, each - 1);
    return o->place + (size_t)at * d->t.n_places;
}

int64_t demo_house(const struct demo *d, const struct demo_order *o)
{
    return one_of(o->matter, FOR_HOUSE, 1, d->t.houses);
}

static void put_day(struct demo *d, struct buf *b)
{
    struct civil t;
    tm_to_civil(d->c.now_us, d->c.rules->zone_s, &t);
    buf_fmt(b, "%04d%02d%02d", t.year, t.month, t.day);
}

static void put_hole(
    struct demo *d, struct demo_order *o, struct rng *r, struct buf *b, const struct demo_piece *p)
{
    switch (p->hole) {
    case HOLE_NONE:
        buf_add(b, p->text);
        break;
    case HOLE_WORDS:
        put_words(d, o, r, b, p->words);
        break;
    case HOLE_PLACE:
        put_place(d, o, b);
        break;
    case HOLE_ESTATE:
        buf_add(b, d->t.estates[demo_estate(d, o)]);
        break;
    case HOLE_HOUSE:
        buf_i64(b, demo_house(d, o));
        break;
    case HOLE_FLOOR:
        buf_i64(b, one_of(o->matter, FOR_FLOOR, FLOORS_FROM, d->t.floors + 1));
        break;
    case HOLE_ROOM:
        buf_i64(b, one_of(o->matter, FOR_FLOOR, FLOORS_FROM, d->t.floors + 1));
        buf_fmt(b, "0%" PRId64, one_of(o->matter, FOR_ROOM, 1, ROOMS));
        break;
    case HOLE_SERIAL:
        buf_fmt(b, "%06" PRId64, o->serial);
        break;
    case HOLE_DAY:
        put_day(d, b);
        break;
    case HOLE_RANGE:
        buf_i64(b, rng_range(r, p->lo, p->hi));
        break;
    }
}

static void put(
    struct demo *d, struct demo_order *o, struct rng *r, struct buf *b, const struct demo_text *t)
{
    for (size_t i = 0; i < t->n; i++)
        put_hole(d, o, r, b, &t->v[i]);
}

str demo_say_text(struct demo *d, struct demo_order *o, const struct demo_words *w)
{
    struct buf b;
    if (w->n == 0)
        return (str){0};
    buf_init(&b, d->c.arena, TEXT_MAX);
    put(d, o, &o->rng, &b, &w->v[rng_range(&o->rng, 0, (int64_t)w->n - 1)]);
    return buf_str(&b);
}

// The same number is the same person, wherever it calls from.
void demo_caller(struct demo *d, const struct demo_order *o, struct caller *out)
{
    const struct demo_callers *c = &d->t.callers;
    struct arena *a = d->c.arena;
    uint64_t who = demo_mix(d->seed, (uint64_t)o->caller);
    str name = c->names[one_of(who, FOR_NAME, 0, (int64_t)c->n_names - 1)];
    str title = c->titles[one_of(who, FOR_TITLE, 0, (int64_t)c->n_titles - 1)];
    int64_t houses = d->t.houses, floors = d->t.floors;
    *out =
        (struct caller){.anonymous = (double)one_of(who, FOR_ANONYMOUS, 0, 999) < c->anonymous * 10,
            .confidential = (double)one_of(who, FOR_CONFIDENTIAL, 0, 999) < c->confidential * 10};
    out->phone = str_fmt(a, "%.*s%08" PRId64, STR_ARG(c->phone), o->caller);
    out->door =
        str_fmt(a, "%" PRId64 "号楼%" PRId64 "0%" PRId64 "室", one_of(who, FOR_HOUSE, 1, houses),
            one_of(who, FOR_FLOOR, FLOORS_FROM, floors + 1), one_of(who, FOR_ROOM, 1, ROOMS));
    if (!out->anonymous)
        out->name = str_fmt(a, "%.*s%.*s%.*s", STR_ARG(name), STR_ARG(title), STR_ARG(c->mark));
}
