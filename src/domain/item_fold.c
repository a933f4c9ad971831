#include "domain/item_fold.h"

#include "domain/item_store.h"

enum err_code item_as_of(
    struct ctx *c, const struct item *now, int64_t version, struct item *out, struct err *e)
{
    struct cursor r = db_rows(c->db,
        // With the id, by which the files of old years are merged (store/years.c).
        "SELECT version, at_us, changes, id FROM event"
        " WHERE town = ?1 AND item = ?2 AND item > 0 AND version <= ?3 ORDER BY id",
        V(c->rules->town), V(now->id), V(version));
    *out = (struct item){.id = now->id};
    enum err_code code = OK;
    while (code == OK && db_next(&r))
        code = item_apply(c->arena, out, db_dup(&r, 2, c->arena), db_i64(&r, 1), e);
    db_done(&r);
    if (code != OK || db_status(c->db, e) != OK)
        return e->code;
    // Events keep the text's hash alone; no step changes it.
    if (!str_eq(out->text, now->text.n > 0 ? item_text_hash(c->arena, now->text) : (str){0}))
        return err_add(e, ERR_STORE, S("text"), (str){0}, "the text is not the one filed",
            "诉求原文与记录不符");
    out->text = now->text;
    return OK;
}

struct item_was *item_fold_events(struct ctx *c, int64_t item, size_t *n)
{
    struct item_was *rows = NULL;
    *n = 0;
    struct cursor r = db_rows(c->db,
        // With the id, by which the files of old years are merged (store/years.c).
        "SELECT version, at_us, person, part, what, changes, id FROM event"
        " WHERE town = ?1 AND item = ?2 AND item > 0 ORDER BY id",
        V(c->rules->town), V(item));
    while (db_next(&r)) {
        struct item_was x = {.version = db_i64(&r, 0),
            .at_us = db_i64(&r, 1),
            .person = db_i64(&r, 2),
            .part = db_i64(&r, 3),
            .what = db_dup(&r, 4, c->arena),
            .changes = db_dup(&r, 5, c->arena)};
        VEC_PUSH(c->arena, rows, *n) = x;
    }
    db_done(&r);
    return rows;
}

const struct item_was *item_fold_last(const struct item_was *rows, size_t n)
{
    while (n > 1 && rows[n - 1].person == 0 && str_eq(rows[n - 1].what, S("escalate")) &&
           rows[n - 2].at_us == rows[n - 1].at_us)
        n--;
    return n > 0 ? &rows[n - 1] : NULL;
}
