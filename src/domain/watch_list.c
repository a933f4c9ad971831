#include "domain/watch_list.h"

#include "domain/item_store.h"

enum err_code watch_list(struct ctx *c, int64_t **items, size_t *n, struct err *e)
{
    *items = NULL;
    *n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT item FROM watch WHERE town = ?1 AND person = ?2 ORDER BY at_us DESC, item DESC",
        V(c->rules->town), V(c->actor->id));
    while (db_next(&r))
        VEC_PUSH(c->arena, *items, *n) = db_i64(&r, 0);
    db_done(&r);
    return db_status(c->db, e);
}

bool watch_has(struct ctx *c, int64_t item)
{
    return c->actor && db_one_i64(c->db, 0,
                           "SELECT item FROM watch WHERE town = ?1 AND person = ?2 AND item = ?3",
                           V(c->rules->town), V(c->actor->id), V(item)) == item;
}

enum err_code watch_set(struct ctx *c, int64_t item, bool on, struct err *e)
{
    int64_t town = c->rules->town, person = c->actor->id;
    if (!on) {
        db_run(c->db, "DELETE FROM watch WHERE town = ?1 AND person = ?2 AND item = ?3", V(town),
            V(person), V(item));
        return db_status(c->db, e);
    }
    struct item it;
    if (item_load(c, item, &it, e) != OK)
        return e->code;
    if (!item_visible(c, &it))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    int64_t n = db_one_i64(
        c->db, 0, "SELECT count(*) FROM watch WHERE town = ?1 AND person = ?2", V(town), V(person));
    if (n >= WATCHES_MAX)
        return err_add(e, ERR_LIMIT, S("id"), (str){0}, "at most %d items; leave some first",
            "最多盯住 %d 件，请先取消一些", (int)WATCHES_MAX);
    db_run(c->db,
        "INSERT INTO watch (town, person, item, at_us) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO "
        "NOTHING",
        V(town), V(person), V(item), V(c->now_us));
    return db_status(c->db, e);
}
