// Maps a town keeps for the sheets that come again and again.

#include "domain/import_look.h"
#include "domain/import_inner.h"
#include "domain/journal.h"

enum { MAP_TEXT_MAX = 128 * KIB };

enum err_code import_saved_list(struct ctx *c, struct import_saved **out, size_t *n, struct err *e)
{
    struct cursor r = db_rows(c->db,
        "SELECT id, title, loop, map, header, person, changed_us, version FROM import_map"
        " WHERE town = ?1 ORDER BY id",
        V(c->rules->town));
    *out = NULL;
    *n = 0;
    while (db_next(&r)) {
        struct import_saved s = {.id = db_i64(&r, 0),
            .title = db_dup(&r, 1, c->arena),
            .loop = db_dup(&r, 2, c->arena),
            .map = db_dup(&r, 3, c->arena),
            .header = db_dup(&r, 4, c->arena),
            .person = db_i64(&r, 5),
            .changed_us = db_i64(&r, 6),
            .version = db_i64(&r, 7)};
        VEC_PUSH(c->arena, *out, *n) = s;
    }
    db_done(&r);
    return db_status(c->db, e);
}

static enum err_code denied(struct ctx *c, struct err *e)
{
    return ctx_may(c, MAY_IMPORT, 0) ? OK
                                     : err_add(e, ERR_DENIED, (str){0}, (str){0},
                                           "you may not import items", "您没有导入的权限");
}

static enum err_code said(struct ctx *c, const char *what, int64_t id, str title, struct err *e)
{
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_ki64(&w, "map", id);
    jw_kstr(&w, "title", title);
    jw_end_obj(&w);
    return journal_say(c, str_of(what), buf_str(&b), e);
}

static void check(struct ctx *c, struct import_saved *s, struct err *e)
{
    s->title = str_trim(s->title);
    if (s->title.n == 0 || !utf8_valid(s->title) || utf8_count(s->title) > IMPORT_SAVED_TITLE_MAX)
        err_add(
            e, ERR_INVALID, S("title"), S("1..60"), "give it a name", "请起一个名称，最多 60 字");
    if (s->map.n > MAP_TEXT_MAX)
        err_add(e, ERR_LIMIT, S("map"), S("128 KiB"), "the map is too large", "方案内容过长");
    const struct import_map *m =
        s->map.n <= MAP_TEXT_MAX ? import_map_parse(c->arena, c->rules, s->map, e) : NULL;
    if (m)
        s->loop = m->def->loop;
}

static const struct import_saved *other(
    const struct import_saved *rows, size_t n, const struct import_saved *s, bool by_title)
{
    for (size_t i = 0; i < n; i++)
        if (by_title ? str_eq(rows[i].title, s->title) && rows[i].id != s->id : rows[i].id == s->id)
            return &rows[i];
    return NULL;
}

static void write(struct ctx *c, const struct import_saved *s, bool there)
{
    int64_t person = c->actor ? c->actor->id : 0;
    if (there)
        db_run(c->db,
            "UPDATE import_map SET title = ?3, loop = ?4, map = ?5, header = ?6, person = ?7,"
            " changed_us = ?8, version = version + 1 WHERE town = ?1 AND id = ?2",
            V(c->rules->town), V(s->id), V(s->title), V(s->loop), V(s->map), V(s->header),
            V(person), V(c->now_us));
    else
        db_run(c->db,
            "INSERT INTO import_map (town, id, title, loop, map, header, person, changed_us, "
            "version)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)",
            V(c->rules->town), V(s->id), V(s->title), V(s->loop), V(s->map), V(s->header),
            V(person), V(c->now_us));
}

enum err_code import_saved_put(
    struct ctx *c, const struct import_saved *in, int64_t *id, struct err *e)
{
    struct import_saved s = *in, *rows;
    size_t n;
    if (denied(c, e) != OK || import_saved_list(c, &rows, &n, e) != OK)
        return e->code;
    const struct import_saved *was = s.id ? other(rows, n, &s, false) : NULL;
    check(c, &s, e);
    if (s.id && !was)
        err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such map", "没有这个模板");
    if (was && was->version != s.version)
        err_add(e, ERR_CONFLICT, S("version"), str_fmt(c->arena, "%" PRId64, was->version),
            "the map has been changed since", "这个模板刚被别人改过，请刷新");
    if (e->code == OK && other(rows, n, &s, true))
        err_add(
            e, ERR_CONFLICT, S("title"), (str){0}, "there is a map of this name", "已有同名的模板");
    if (!was && n >= IMPORT_SAVED_MAX)
        err_add(e, ERR_LIMIT, S("title"), (str){0}, "at most %d maps; delete one first",
            "最多存 %d 个模板，请先删除一个", (int)IMPORT_SAVED_MAX);
    if (e->code != OK)
        return e->code;
    if (!was)
        s.id = journal_next_number(c, S("import_map"), 0);
    *id = s.id;
    write(c, &s, was != NULL);
    return db_status(c->db, e) == OK ? said(c, "save_map", s.id, s.title, e) : e->code;
}

enum err_code import_saved_drop(struct ctx *c, int64_t id, struct err *e)
{
    struct import_saved *rows, wanted = {.id = id};
    size_t n;
    if (denied(c, e) != OK || import_saved_list(c, &rows, &n, e) != OK)
        return e->code;
    const struct import_saved *was = other(rows, n, &wanted, false);
    if (!was)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such map", "没有这个模板");
    db_run(c->db, "DELETE FROM import_map WHERE town = ?1 AND id = ?2", V(c->rules->town), V(id));
    return db_status(c->db, e) == OK ? said(c, "drop_map", id, was->title, e) : e->code;
}
