#include "domain/search_scope.h"

#include <string.h>
#include "base/memo.h"

// An item is somebody's business by the unit in charge, its receiver, or a part of it. The first
// two are told by the index (store/text_index.h). Parts are read, a block's all at once, in the
// order in which they lie. They are never taken away, so what was read stays true, and every new
// one comes with an event about its item: who remembers asks the events since.
struct parts_seen {
    int64_t event; // the newest one when it was read, or looked through since
    uint64_t items[GRAM_WORDS];
};
enum { NEVER = -1 - SCOPE_BEHIND_MAX };

struct event_item {
    int64_t event, item;
};
struct scope {
    struct ctx *c;
    const int64_t *units;
    size_t n_units;
    int64_t newest; // event
    // Events behind low, up to the newest.
    int64_t low;
    struct event_item *events;
    size_t n_events;
};

static void put(uint64_t *items, const struct text_block *b, int64_t id)
{
    int64_t place = id - b->from_id;
    if (place >= 0 && id < b->to_id)
        items[place / 64] |= UINT64_C(1) << (place % 64);
}

static void read_parts(struct scope *s, const struct text_block *b, struct parts_seen *seen)
{
    struct sqlb q;
    *seen = (struct parts_seen){.event = s->newest};
    sqlb_init(&q, s->c->arena);
    sqlb_bind(&q, V(s->c->rules->town));
    sqlb_add(&q, "SELECT p.item FROM part p WHERE p.town = ?1 AND p.item >= ");
    sqlb_val(&q, V(b->from_id));
    sqlb_add(&q, " AND p.item < ");
    sqlb_val(&q, V(b->to_id));
    if (s->n_units == 1) { // an equality is twice as fast as a set of one
        sqlb_add(&q, " AND p.unit = ");
        sqlb_val(&q, V(s->units[0]));
    } else {
        sqlb_add(&q, " AND ");
        sqlb_in(&q, s->c->db, "p.unit", s->units, s->n_units);
    }
    struct cursor r = sqlb_rows(s->c->db, &q);
    while (db_next(&r))
        put(seen->items, b, db_i64(&r, 0));
}

static bool sound(const struct scope *s)
{
    struct err e;
    err_init(&e, s->c->arena, s->c->lang);
    return db_status(s->c->db, &e) == OK;
}

// The items of the events since are anybody's, for all that is known.
static void look_through_events(
    struct scope *s, const struct text_block *b, struct parts_seen *seen)
{
    if (seen->event < s->low) {
        struct cursor r =
            db_rows(s->c->db, "SELECT id, item FROM event WHERE town = ?1 AND id > ?2 AND id <= ?3",
                V(s->c->rules->town), V(seen->event), V(s->low));
        while (db_next(&r))
            VEC_PUSH(s->c->arena, s->events, s->n_events) =
                (struct event_item){db_i64(&r, 0), db_i64(&r, 1)};
        s->low = seen->event;
    }
    for (size_t i = 0; i < s->n_events; i++)
        put(seen->items, b, s->events[i].item);
    seen->event = s->newest;
}

static str key_of(const struct scope *s, const struct text_block *b)
{
    struct buf key;
    buf_init(&key, s->c->arena, SQLB_BYTES_MAX);
    const int64_t head[] = {s->c->rules->town, b->from_id, b->to_id};
    buf_add(&key, (str){(const char *)head, sizeof(head)});
    buf_add(&key, (str){(const char *)s->units, s->n_units * sizeof(*s->units)});
    return key.overflow ? (str){0} : buf_str(&key);
}

// Adds whose parts say so. Few candidates are not worth reading a block's parts, but what is
// remembered costs nothing. False: not known.
static bool add_parts(
    struct scope *s, const struct text_block *b, size_t candidates, struct gram_set *set)
{
    struct memo *m = db_lasting(s->c->db); // NULL: a connection that writes remembers nothing
    str key = key_of(s, b);
    union {
        const void *known;
        struct parts_seen *seen;
    } x = {.known = m ? memo_get(m, 0, key) : NULL};
    bool read = !x.seen || s->newest - x.seen->event > SCOPE_BEHIND_MAX;
    if (read && candidates < SCOPE_WORTH)
        return false;
    if (!x.seen) {
        x.seen = NEW(m && key.n > 0 ? memo_arena(m) : s->c->arena, struct parts_seen);
        x.seen->event = NEVER;
        if (m && key.n > 0)
            memo_put(m, key, x.seen);
    }
    if (read)
        read_parts(s, b, x.seen);
    else
        look_through_events(s, b, x.seen);
    if (!sound(s))
        x.seen->event = NEVER; // what could not be read is read again
    for (size_t i = 0; i < GRAM_WORDS; i++)
        set->any[i] |= x.seen->items[i];
    return sound(s);
}

void search_narrow(struct ctx *c, const int64_t *units, size_t n_units,
    const struct text_block *blocks, size_t n, struct gram_set *sets)
{
    struct scope s = {.c = c, .units = units, .n_units = n_units};
    struct gram_set *own = NEW_ARRAY(c->arena, n, struct gram_set);
    bool *told = NEW_ARRAY(c->arena, n, bool);
    s.newest = s.low = db_one_i64(c->db, 0,
        "SELECT id FROM event WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(c->rules->town));
    text_index_units(
        c->db, c->arena, c->rules->town, (struct text_units){units, n_units}, blocks, n, own, told);
    for (size_t i = 0; i < n; i++) {
        size_t candidates = gram_set_size(sets[i].any);
        if (!told[i] || candidates == 0 || !add_parts(&s, &blocks[i], candidates, &own[i]))
            continue;
        memcpy(own[i].title, own[i].any, sizeof(own[i].title));
        gram_set_and(&sets[i], &own[i]);
    }
}
