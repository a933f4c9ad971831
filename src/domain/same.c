#include "domain/same.h"

#include "domain/item_hand.h"
#include "domain/item_inner.h"

int64_t same_other(struct ctx *c, str field, str no, struct err *e)
{
    struct item other;
    int64_t id = item_id_of(c, str_trim(no));
    struct err quiet;
    err_init(&quiet, c->arena, c->lang);
    if (id != 0 && item_load(c, id, &other, &quiet) == OK && item_visible(c, &other) &&
        other.shelf != SHELF_GONE)
        return id;
    err_add(e, ERR_INVALID, field, S("RX20261120-00012"),
        "is not the number of an item you may see", "没有这个编号的事项");
    return 0;
}

// ---- found before anybody called

static bool calls(const struct def_ahead *a, str loop)
{
    for (size_t i = 0; i < a->n_of; i++)
        if (str_eq(a->of[i], loop))
            return true;
    return false;
}

void same_mark(struct ctx *c, const struct def *d, struct item *it)
{
    const struct def_ahead *a = &d->ahead;
    bool later = false, earlier = false;
    if (a->field < 0)
        return;
    bool in_hand = c->hand && item_hand_get(c->hand, it->id); // one in hand has no links
    struct cursor r = db_rows(c->db,
        "SELECT i.loop, i.filed_us FROM link l JOIN item i ON i.town = l.town AND i.id = l.other"
        " WHERE l.town = ?1 AND l.item = ?2 AND l.kind = 'same' AND i.shelf = 0",
        V(c->rules->town), V(in_hand ? 0 : it->id));
    while (db_next(&r)) {
        if (!calls(a, db_str(&r, 0)))
            continue;
        bool before = db_i64(&r, 1) <= it->filed_us;
        earlier = earlier || before;
        later = later || !before;
    }
    str mark = earlier ? a->late : later ? a->first : it->closed_us != 0 ? a->nobody : (str){0};
    item_set_field(it, c->arena, d->fields[a->field].key, mark);
}

// ---- repeats

void same_repeat(struct ctx *c, struct item *it)
{
    bool first = it->merged == 0, others = false;
    struct cursor r = db_rows(c->db,
        "SELECT l.kind, i.id, i.filed_us FROM link l JOIN item i ON i.town = l.town AND i.id = "
        "l.other WHERE l.town = ?1 AND l.item = ?2 AND i.loop = ?3 AND i.shelf = 0",
        V(c->rules->town), V(it->id), V(it->loop));
    while (db_next(&r)) {
        bool same = str_eq(db_str(&r, 0), S("same"));
        if (!same && !str_eq(db_str(&r, 0), S("merged")))
            continue;
        int64_t us = db_i64(&r, 2);
        bool earlier = us < it->filed_us || (us == it->filed_us && db_i64(&r, 1) < it->id);
        first = first && !(same && earlier);
        others = true;
    }
    it->repeat = !first;
    it->main_repeat = first && others;
}

// ---- tying

static enum err_code load(struct ctx *c, int64_t id, struct item *it, struct err *e)
{
    if (item_load(c, id, it, e) != OK)
        return e->code;
    if (!item_visible(c, it) || it->shelf == SHELF_GONE)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    return OK;
}

static enum err_code may_tie(struct ctx *c, int64_t id, struct item *it, struct err *e)
{
    if (load(c, id, it, e) != OK)
        return e->code;
    if (!ctx_may(c, MAY_STEP, 0) && !ctx_may(c, MAY_FILE_ITEMS, 0))
        return err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not tie items together",
            "您没有关联事项的权限");
    return OK;
}

static int64_t tied(struct ctx *c, int64_t item, int64_t other)
{
    return db_one_i64(c->db, 0,
        "SELECT count(*) FROM link WHERE town = ?1 AND item = ?2 AND kind = 'same' AND other = ?3",
        V(c->rules->town), V(item), V(other));
}

// One of the two says in its history that it was tied, or untied.
static enum err_code tell(struct ctx *c, const struct item *before, const struct item *other,
    str what, str note, struct err *e)
{
    const struct def *d = rules_def(c->rules, before->def);
    CHECK(d != NULL);
    struct item it = item_copy(c->arena, before);
    same_mark(c, d, &it);
    same_repeat(c, &it);
    struct event ev = {.what = what,
        .unit = it.unit,
        .note = note,
        .changes = str_fmt(c->arena, "\"same\":\"%.*s\"", STR_ARG(other->no))};
    return item_commit(c, d, before, &it, &ev, e);
}

static enum err_code check_note(str *note, struct err *e)
{
    *note = str_trim(*note);
    if (utf8_valid(*note) && utf8_count(*note) <= ITEM_NOTE_MAX)
        return OK;
    return err_add(e, ERR_INVALID, S("note"), (str){0}, "must be UTF-8 of at most %d characters",
        "说明不能超过 %d 个字", (int)ITEM_NOTE_MAX);
}

static enum err_code check_room(struct ctx *c, const struct item *it, struct err *e)
{
    int64_t n = db_one_i64(c->db, 0,
        "SELECT count(*) FROM link WHERE town = ?1 AND item = ?2 AND kind = 'same'",
        V(c->rules->town), V(it->id));
    if (n < SAME_MAX)
        return OK;
    return err_add(e, ERR_LIMIT, S("other"), (str){0}, "at most %d items are the same matter",
        "一个事项最多关联 %d 个同一事项", (int)SAME_MAX);
}

enum err_code same_tie(struct ctx *c, int64_t item, str other, str note, struct err *e)
{
    struct item it, its;
    if (may_tie(c, item, &it, e) != OK)
        return e->code;
    int64_t id = same_other(c, S("other"), other, e);
    if (id == item)
        err_add(e, ERR_INVALID, S("other"), (str){0}, "is the item itself", "不能关联自己");
    if (check_note(&note, e) != OK || e->code != OK || load(c, id, &its, e) != OK)
        return e->code;
    if (tied(c, item, id) > 0)
        return err_add(e, ERR_CONFLICT, S("other"), its.no, "they are the same matter already",
            "已经关联为同一事项");
    if (check_room(c, &it, e) != OK || check_room(c, &its, e) != OK)
        return e->code;
    CHECK(c->hand == NULL); // links lead from row to row
    int64_t ends[][2] = {{item, id}, {id, item}};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        db_run(c->db, "INSERT INTO link (town, item, kind, other) VALUES (?1, ?2, 'same', ?3)",
            V(c->rules->town), V(ends[i][0]), V(ends[i][1]));
    if (tell(c, &it, &its, S("same"), note, e) != OK)
        return e->code;
    return tell(c, &its, &it, S("same"), note, e);
}

enum err_code same_untie(struct ctx *c, int64_t item, int64_t other, str note, struct err *e)
{
    struct item it, its;
    if (may_tie(c, item, &it, e) != OK || check_note(&note, e) != OK)
        return e->code;
    if (tied(c, item, other) == 0 || item_load(c, other, &its, e) != OK)
        return err_add(
            e, ERR_MISSING, S("other"), (str){0}, "they are not tied", "没有关联为同一事项");
    int64_t ends[][2] = {{item, other}, {other, item}};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        db_run(c->db,
            "DELETE FROM link WHERE town = ?1 AND item = ?2 AND kind = 'same' AND other = ?3",
            V(c->rules->town), V(ends[i][0]), V(ends[i][1]));
    if (tell(c, &it, &its, S("unsame"), note, e) != OK)
        return e->code;
    return tell(c, &its, &it, S("unsame"), note, e);
}

enum err_code same_main(
    struct ctx *c, int64_t main, const struct item *other, bool joined, struct err *e)
{
    struct item before;
    if (item_load(c, main, &before, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, before.def);
    CHECK(d != NULL);
    struct item it = item_copy(c->arena, &before);
    same_repeat(c, &it);
    struct event ev = {.what = joined ? S("joined") : S("parted"),
        .unit = it.unit,
        .note = other->no,
        .changes = str_fmt(c->arena, "\"other\":\"%.*s\"", STR_ARG(other->no))};
    return item_commit(c, d, &before, &it, &ev, e);
}
