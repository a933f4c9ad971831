#include "domain/row_merge.h"

#include <stdlib.h>
#include "domain/item_refer.h"

// What a row takes over beside fields.
static const char *const OWN[] = {"name", "unit", "place", "class"};

static bool wants(const struct step_in *in, str key)
{
    for (size_t i = 0; i < in->n_takes; i++)
        if (str_eq(in->takes[i], key))
            return true;
    return false;
}

static void check_takes(struct turn *t, struct err *e)
{
    for (size_t i = 0; i < t->in->n_takes; i++) {
        str key = t->in->takes[i];
        int at = def_field_at(t->d, key);
        bool known = at >= 0 && t->d->fields[at].text.n == 0;
        for (size_t k = 0; k < ARRAY_LEN(OWN); k++)
            known = known || str_eq(key, str_of(OWN[k]));
        if (at >= 0 && def_sealed(&t->d->fields[at]))
            err_add(e, ERR_INVALID, str_fmt(t->c->arena, "takes[%zu]", i), (str){0},
                "\"%.*s\" is personal data: say it anew of the row that stays",
                "“%.*s”是个人信息，请在留下的对象上另行填写", STR_ARG(t->d->fields[at].title));
        else if (at >= 0 && t->d->fields[at].type == DEF_FILE)
            err_add(e, ERR_INVALID, str_fmt(t->c->arena, "takes[%zu]", i), (str){0},
                "\"%.*s\" is a file: it stays with its row", "“%.*s”是附件，留在原来的对象上",
                STR_ARG(t->d->fields[at].title));
        else if (!known)
            err_add(e, ERR_INVALID, str_fmt(t->c->arena, "takes[%zu]", i), (str){0},
                "\"%.*s\" is nothing a row has", "没有“%.*s”这一栏", STR_ARG(key));
    }
}

// ---- what the other takes over

// One of OWN as a text, and back.
static str own_text(struct arena *a, const struct item *it, str key)
{
    if (str_eq(key, S("name")))
        return it->title;
    if (str_eq(key, S("unit")))
        return str_fmt(a, "%" PRId64, it->unit);
    if (str_eq(key, S("class")))
        return str_fmt(a, "%" PRId64, it->cls);
    return str_fmt(a, "%.17g %.17g %.*s", it->lat, it->lon, STR_ARG(it->address));
}

static void own_put(struct arena *a, struct item *it, str key, str text)
{
    if (str_eq(key, S("name"))) {
        it->title = text;
    } else if (str_eq(key, S("unit"))) {
        (void)!str_i64(text, &it->unit);
    } else if (str_eq(key, S("class"))) {
        (void)!str_i64(text, &it->cls);
    } else {
        char *end = str_z(a, text);
        it->lat = strtod(end, &end);
        it->lon = strtod(end, &end);
        it->address = str_of(*end == ' ' ? end + 1 : end);
    }
}

static void pair(struct jw *w, str key, str was, str now)
{
    jw_key(w, key);
    jw_arr(w);
    jw_str(w, was);
    jw_str(w, now);
    jw_end_arr(w);
}

// Its event keeps what became of each; the loser's says which it were, so that they can go back.
static enum err_code take(struct turn *t, const struct item *main, str *took, struct err *e)
{
    struct ctx *c = t->c;
    struct item it = item_copy(c->arena, main);
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, ITEM_CHANGES_MAX_BYTES);
    jw_init(&w, &b);
    jw_obj(&w);
    for (size_t i = 0; i < t->d->n_fields; i++) {
        const struct def_field *f = &t->d->fields[i];
        str was = item_field(&it, f->key), now = item_field(t->it, f->key);
        if (!wants(t->in, f->key) || str_eq(was, now))
            continue;
        if (f->unique && now.n > 0) // it is free from here on
            item_key_free(c, t->d, f->key, now, t->it->id);
        pair(&w, str_two(c->arena, S("f/"), f->key), was, now);
        item_set_field(&it, c->arena, f->key, now);
    }
    for (size_t i = 0; i < ARRAY_LEN(OWN); i++) {
        str key = str_of(OWN[i]);
        str was = own_text(c->arena, &it, key), now = own_text(c->arena, t->it, key);
        if (!wants(t->in, key) || str_eq(was, now))
            continue;
        pair(&w, key, was, now);
        own_put(c->arena, &it, key, now);
    }
    jw_end_obj(&w);
    *took = buf_str(&b);
    item_put_cells(c, &it);
    struct event ev = {.what = S("joined"),
        .unit = it.unit,
        .note = t->it->no,
        .changes = str_fmt(c->arena, "\"other\":\"%.*s\"", STR_ARG(t->it->no))};
    return item_commit(c, t->d, main, &it, &ev, e);
}

// ---- what names it

static int64_t *referring(struct ctx *c, int64_t row, size_t *n)
{
    int64_t *ids = NULL;
    *n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT other FROM link WHERE town = ?1 AND item = ?2 AND kind = 'ref' ORDER BY other"
        " LIMIT ?3",
        V(c->rules->town), V(row), V((int)ROW_REFERRING_MAX + 1));
    while (db_next(&r))
        VEC_PUSH(c->arena, ids, *n) = db_i64(&r, 0);
    db_done(&r);
    return ids;
}

// One item names another row from now on, in every field that named the first.
static enum err_code point(struct ctx *c, int64_t id, str from, str to, struct err *e)
{
    struct item before;
    bool moved = false;
    if (item_load(c, id, &before, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, before.def);
    struct item it = item_copy(c->arena, &before);
    CHECK(d != NULL);
    for (size_t i = 0; i < d->n_fields; i++)
        if (d->fields[i].type == DEF_REF && str_eq(item_field(&it, d->fields[i].key), from)) {
            item_set_field(&it, c->arena, d->fields[i].key, to);
            moved = true;
        }
    if (!moved)
        return OK;
    struct event ev = {.what = S("repoint"), .unit = it.unit, .note = to};
    return item_commit(c, d, &before, &it, &ev, e);
}

static enum err_code point_all(
    struct ctx *c, const int64_t *ids, size_t n, str from, str to, struct err *e)
{
    for (size_t i = 0; i < n && e->code == OK; i++)
        (void)!point(c, ids[i], from, to, e);
    return e->code;
}

static str ids_text(struct arena *a, const int64_t *ids, size_t n)
{
    str *texts = NEW_ARRAY(a, n, str);
    for (size_t i = 0; i < n; i++)
        texts[i] = str_fmt(a, "%" PRId64, ids[i]);
    return str_join(a, texts, n, S(","));
}

void row_merge(struct turn *t, const struct item *main, struct err *e)
{
    struct ctx *c = t->c;
    str took;
    size_t n;
    check_takes(t, e);
    int64_t *ids = referring(c, t->it->id, &n);
    if (n > ROW_REFERRING_MAX)
        err_add(e, ERR_LIMIT, S("other"), str_fmt(c->arena, "<= %d", (int)ROW_REFERRING_MAX),
            "too many items name this row: merge the other one into it",
            "引用它的事项太多，请反过来把另一个并到它");
    if (e->code != OK || take(t, main, &took, e) != OK ||
        point_all(c, ids, n, t->it->no, main->no, e) != OK)
        return;
    t->it->merged = main->id;
    t->it->open = false;
    t->extra = str_fmt(c->arena, "\"took\":%.*s,\"moved\":[%.*s]", STR_ARG(took),
        STR_ARG(ids_text(c->arena, ids, n)));
}

// ---- taken out again

static const struct json *merge_event(struct ctx *c, int64_t row, struct err *e)
{
    str changes = db_one_str(c->db, c->arena,
        "SELECT changes FROM event WHERE town = ?1 AND item = ?2 AND item > 0 AND what = 'merge'"
        " ORDER BY id DESC LIMIT 1",
        V(c->rules->town), V(row));
    return changes.n > 0 ? json_parse(c->arena, changes, e) : NULL;
}

// What it took over goes back, but for what somebody has changed since.
static enum err_code give_back(
    struct turn *t, const struct item *main, const struct json *took, struct err *e)
{
    struct ctx *c = t->c;
    struct item it = item_copy(c->arena, main);
    for (size_t i = 0; took && took->type == JSON_OBJ && i < took->n; i++) {
        const struct json *v = &took->vals[i];
        str key = took->keys[i], was = v->vals[0].s, now = v->vals[1].s;
        bool field = str_starts(key, S("f/"));
        if (field)
            key = str_sub(key, 2, key.n);
        if (!str_eq(field ? item_field(&it, key) : own_text(c->arena, &it, key), now))
            continue;
        if (field)
            item_set_field(&it, c->arena, key, was);
        else
            own_put(c->arena, &it, key, was);
    }
    item_put_cells(c, &it);
    struct event ev = {.what = S("parted"),
        .unit = it.unit,
        .note = t->it->no,
        .changes = str_fmt(c->arena, "\"other\":\"%.*s\"", STR_ARG(t->it->no))};
    return item_commit(c, t->d, main, &it, &ev, e);
}

void row_unmerge(struct turn *t, struct err *e)
{
    struct ctx *c = t->c;
    struct item main;
    const struct json *said = merge_event(c, t->it->id, e);
    const struct json *moved = json_get(said, S("moved"));
    if (e->code != OK || item_load(c, t->it->merged, &main, e) != OK ||
        give_back(t, &main, json_get(said, S("took")), e) != OK)
        return;
    for (size_t i = 0; moved && i < moved->n && e->code == OK; i++)
        (void)!point(c, moved->vals[i].i, main.no, t->it->no, e);
    t->it->merged = 0;
    t->it->open = true;
}
