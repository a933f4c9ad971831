// Values that may stand once in a loop: who has them is written beside the items, so that two never
// take one at the same time.

#include "domain/item_inner.h"
#include "domain/key_book.h"

static str taken_by(struct ctx *c, const struct def *d, const struct def_field *f, str v)
{
    int64_t id = db_one_i64(c->db, 0,
        "SELECT item FROM item_key WHERE town = ?1 AND loop = ?2 AND field = ?3 AND val = ?4",
        V(c->rules->town), V(d->loop), V(f->key), V(v));
    return item_no_of(c, id);
}

// True: written for the item, or it waits to be.
static bool claim(struct ctx *c, const struct def *d, str field, str v, int64_t item)
{
    int64_t holder;
    if (!key_book_holder(c->book, d->loop, field, v, &holder))
        return db_change(c->db,
                   "INSERT INTO item_key (town, loop, field, val, item) VALUES (?1, ?2, ?3, ?4, ?5)"
                   " ON CONFLICT DO NOTHING",
                   V(c->rules->town), V(d->loop), V(field), V(v), V(item)) == 1;
    if (holder != 0)
        return false;
    db_run(c->db, "INSERT INTO item_key (town, loop, field, val, item) VALUES (?1, ?2, ?3, ?4, ?5)",
        V(c->rules->town), V(d->loop), V(field), V(v), V(item));
    key_book_take(c->book, d->loop, field, v, item);
    return true;
}

static str held(const struct item *it, const struct def_field *f)
{
    bool gone = it->shelf == SHELF_GONE || (it->shelf == SHELF_KEPT && it->merged != 0);
    return gone ? (str){0} : item_field(it, f->key);
}

enum err_code item_keys_move(struct ctx *c, const struct def *d, const struct item *before,
    const struct item *it, struct err *e)
{
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        if (!f->unique)
            continue;
        str was = held(before, f), now = held(it, f);
        if (str_eq(was, now))
            continue;
        if (was.n > 0)
            item_key_free(c, d, f->key, was, it->id);
        if (now.n > 0 && !claim(c, d, f->key, now, it->id) && db_status(c->db, e) == OK)
            err_add(e, ERR_CONFLICT, str_fmt(c->arena, "fields.%.*s", STR_ARG(f->key)),
                taken_by(c, d, f, now), "is already taken by another item", "已有事项用了这个值");
    }
    return e->code;
}

void item_key_free(struct ctx *c, const struct def *d, str field, str val, int64_t item)
{
    db_run(c->db,
        "DELETE FROM item_key WHERE town = ?1 AND loop = ?2 AND field = ?3 AND val = ?4 AND "
        "item = ?5",
        V(c->rules->town), V(d->loop), V(field), V(val), V(item));
    key_book_take(c->book, d->loop, field, val, 0);
}
