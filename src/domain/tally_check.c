// Items as the fold of their events, counters as the sum over items: proving both, and writing the
// counters anew.

#include "domain/audit.h"
#include "domain/item_inner.h"

enum { CHUNK_ITEMS = 1000, DIFF_KEYS_MAX = 20 };

struct counted {
    str loop, key;
    struct tally_cell cell;
    int64_t n;
    bool seen; // in the table
};
struct check {
    struct ctx *c;   // the caller's
    struct ctx item; // the same with an arena that is emptied every CHUNK_ITEMS
    struct arena *cells_arena;
    struct map cells;
    struct counted **all;
    size_t n;
    bool fold;
    struct audit_out *out;
    audit_progress *progress;
    void *arg;
    int64_t total, parts;
    struct err *e;
};

// ---- counters

static struct counted *cell_at(struct check *k, str loop, str key, const struct tally_cell *x)
{
    str id = str_fmt(k->item.arena, "%.*s/%.*s/%.*s/%" PRId64 "/%" PRId64 "/%" PRId64 "/%.*s",
        STR_ARG(loop), STR_ARG(key), STR_ARG(x->dim), x->period, x->unit, x->cls,
        STR_ARG(x->channel));
    struct counted *found = map_get(&k->cells, id);
    if (found)
        return found;
    found = NEW(k->cells_arena, struct counted);
    found->loop = str_dup(k->cells_arena, loop);
    found->key = str_dup(k->cells_arena, key);
    found->cell = *x;
    found->cell.dim = str_dup(k->cells_arena, x->dim);
    found->cell.channel = str_dup(k->cells_arena, x->channel);
    map_put(&k->cells, str_dup(k->cells_arena, id), found);
    VEC_PUSH(k->cells_arena, k->all, k->n) = found;
    return found;
}

static void count_item(struct check *k, const struct def *d, const struct item *it)
{
    for (size_t i = 0; i < d->n_tallies; i++) {
        int64_t at_us;
        if (!item_counts(&k->item, &d->tallies[i], it, &at_us))
            continue;
        struct tally_cell cells[ITEM_CELLS_MAX];
        size_t n = item_cells(k->item.arena, k->c->rules->zone_s, d, it, at_us, cells);
        for (size_t x = 0; x < n; x++)
            cell_at(k, d->loop, d->tallies[i].key, &cells[x])->n++;
    }
}

// What the running group has moved but not yet written must not be in the table yet.
static void take_off(void *arg, str loop, str key, const struct tally_cell *cell, int64_t n)
{
    cell_at(arg, loop, key, cell)->n -= n;
}

static void note_cell(struct check *k, const struct counted *x, int64_t stored)
{
    err_add(k->e, ERR_STORE, S("tally"), str_fmt(k->item.arena, "%" PRId64, x->n),
        "%.*s/%.*s in %" PRId64 ", unit %" PRId64 ", class %" PRId64
        ", channel \"%.*s\": the table says %" PRId64,
        "%.*s/%.*s，期间 %" PRId64 "，单位 %" PRId64 "，分类 %" PRId64
        "，来源“%.*s”：表中为 %" PRId64,
        STR_ARG(x->loop), STR_ARG(x->key), x->cell.period, x->cell.unit, x->cell.cls,
        STR_ARG(x->cell.channel), stored);
}

static void compare_tallies(struct check *k)
{
    struct cursor r = db_rows_many(k->c->db,
        "SELECT loop, key, dim, period, unit, class, channel, n FROM tally WHERE town = ?1",
        V(k->c->rules->town));
    while (db_next(&r)) {
        struct tally_cell x = {
            db_str(&r, 2), db_i64(&r, 3), db_i64(&r, 4), db_i64(&r, 5), db_str(&r, 6)};
        int64_t stored = db_i64(&r, 7);
        struct counted *right = cell_at(k, db_str(&r, 0), db_str(&r, 1), &x);
        right->seen = true;
        k->out->cells++;
        if (right->n != stored)
            note_cell(k, right, stored);
        if (k->out->cells % CHUNK_ITEMS == 0)
            arena_reset(k->item.arena);
    }
    for (size_t i = 0; i < k->n; i++)
        if (!k->all[i]->seen && k->all[i]->n != 0)
            note_cell(k, k->all[i], 0);
}

// ---- items

static str changed_keys(struct arena *a, str changes)
{
    struct err quiet;
    err_init(&quiet, a, LANG_EN);
    const struct json *j = json_parse(a, changes, &quiet);
    size_t n = j ? j->n : 0;
    return str_join(a, j ? j->keys : NULL, n < DIFF_KEYS_MAX ? n : DIFF_KEYS_MAX, S(", "));
}

static void bad_item(struct check *k, int64_t id, str what)
{
    err_add(k->e, ERR_STORE, str_fmt(k->item.arena, "item[%" PRId64 "]", id), (str){0},
        "item %" PRId64 ": %.*s", "事项 %" PRId64 "：%.*s", id, STR_ARG(what));
}

static str words(const struct check *k, const char *en, const char *zh)
{
    return str_of(k->e->lang == LANG_EN ? en : zh);
}

// All events of the item over nothing. False and a note when one does not fit.
static bool fold(struct check *k, int64_t id, struct item *out)
{
    struct arena *a = k->item.arena;
    struct err sub;
    err_init(&sub, a, k->e->lang);
    *out = (struct item){.id = id};
    struct cursor r = db_rows(k->c->db,
        "SELECT id, version, at_us, changes FROM event WHERE town = ?1 AND item = ?2 AND item > 0 "
        "ORDER BY id",
        V(k->c->rules->town), V(id));
    int64_t bad = 0;
    while (bad == 0 && db_next(&r)) {
        out->version++;
        out->changed_us = db_i64(&r, 2);
        k->out->events++;
        if (db_i64(&r, 1) != out->version || item_apply(a, out, db_dup(&r, 3, a), &sub) != OK)
            bad = db_i64(&r, 0);
    }
    db_done(&r);
    if (bad == 0)
        return true;
    bad_item(k, id,
        str_fmt(a,
            k->e->lang == LANG_EN ? "its event %" PRId64 " cannot be applied or is out of turn"
                                  : "第 %" PRId64 " 条记录无法还原或次序不对",
            bad));
    return false;
}

// Parts stand a second time in a table of their own.
static void check_parts(struct check *k, const struct def *d, const struct item *it)
{
    for (size_t i = 0; i < it->n_parts; i++) {
        const struct item_part *p = &it->parts[i];
        bool open = it->open && item_part_open(p, d->part_states, d->n_part_states);
        k->parts++;
        if (db_one_i64(k->c->db, 0,
                "SELECT 1 FROM part WHERE town = ?1 AND item = ?2 AND part = ?3 AND unit = ?4 AND "
                "open = ?5",
                V(k->c->rules->town), V(it->id), V(p->id), V(p->unit), V(open)) == 0)
            bad_item(k, it->id,
                words(k, "a part is missing from the table of parts, or wrong in it",
                    "承办任务表缺行或不一致"));
    }
}

// The stored image against the folded one. The text itself is not in the events, only its hash.
static void compare_item(struct check *k, struct item *folded, struct item *stored)
{
    struct arena *a = k->item.arena;
    str text = stored->text;
    stored->text = text.n > 0 ? item_text_hash(a, text) : (str){0};
    str diff = item_changes(a, folded, stored);
    bool counts = folded->n_parts == stored->n_parts && folded->n_clocks == stored->n_clocks;
    bool turn = folded->version == stored->version && folded->changed_us == stored->changed_us;
    stored->text = text;
    folded->text = text; // so that filters over the text see it
    if (str_eq(diff, S("{}")) && counts && turn)
        return;
    str keys[4];
    size_t n = 0;
    if (diff.n > 2)
        keys[n++] = changed_keys(a, diff);
    if (diff.n == 0)
        keys[n++] = S("size");
    if (!counts)
        keys[n++] = S("number of parts or clocks");
    if (!turn)
        keys[n++] = S("version");
    bad_item(k, stored->id,
        str_fmt(a,
            k->e->lang == LANG_EN ? "what is stored differs from its events in: %.*s"
                                  : "存储内容与其记录不一致：%.*s",
            STR_ARG(str_join(a, keys, n, S(", ")))));
}

static void check_item(struct check *k, int64_t id)
{
    struct item stored, folded;
    struct err sub;
    err_init(&sub, k->item.arena, k->e->lang);
    k->out->items++;
    if (item_load(&k->item, id, &stored, &sub) != OK) {
        bad_item(
            k, id, words(k, "its document is missing or cannot be read", "内容缺失或无法读取"));
        return;
    }
    const struct def *d = NULL;
    if (!k->fold) {
        folded = stored;
    } else {
        if (!fold(k, id, &folded))
            return;
        compare_item(k, &folded, &stored);
    }
    d = rules_def(k->c->rules, folded.def);
    if (!d) {
        bad_item(k, id, words(k, "its definition is not there", "所用流程版本不存在"));
        return;
    }
    if (k->fold)
        check_parts(k, d, &folded);
    count_item(k, d, &folded);
}

static size_t next_ids(struct check *k, int64_t after, int64_t ids[CHUNK_ITEMS])
{
    size_t n = 0;
    struct cursor r =
        db_rows(k->c->db, "SELECT id FROM item WHERE town = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            V(k->c->rules->town), V(after), V((int)CHUNK_ITEMS));
    while (db_next(&r))
        ids[n++] = db_i64(&r, 0);
    return n;
}

static void walk_items(struct check *k)
{
    int64_t ids[CHUNK_ITEMS];
    int64_t after = 0;
    k->total = db_one_i64(k->c->db, 0,
        "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(k->c->rules->town));
    for (size_t n = next_ids(k, after, ids); n > 0; n = next_ids(k, after, ids)) {
        for (size_t i = 0; i < n; i++)
            check_item(k, ids[i]);
        after = ids[n - 1];
        arena_reset(k->item.arena);
        if (k->progress)
            k->progress(k->arg, after, k->total);
    }
}

// What the walk over the items cannot meet: rows about items that are no longer there.
static void check_strays(struct check *k)
{
    int64_t town = k->c->rules->town;
    int64_t events =
        db_one_i64(k->c->db, 0, "SELECT count(*) FROM event WHERE town = ?1 AND item > 0", V(town));
    int64_t parts = db_one_i64(k->c->db, 0, "SELECT count(*) FROM part WHERE town = ?1", V(town));
    if (parts != k->parts)
        err_add(k->e, ERR_STORE, S("part"), str_fmt(k->item.arena, "%" PRId64, k->parts),
            "the table of parts has %" PRId64 " rows", "承办任务表有 %" PRId64 " 行", parts);
    if (events <= k->out->events)
        return;
    struct cursor r = db_rows(k->c->db,
        "SELECT e.item FROM event e WHERE e.town = ?1 AND e.item > 0 AND e.version = 1 AND NOT "
        "EXISTS"
        " (SELECT 1 FROM item i WHERE i.town = e.town AND i.id = e.item)",
        V(town));
    while (db_next(&r))
        bad_item(k, db_i64(&r, 0),
            words(k, "its events are there, but the item is not", "有记录而没有事项"));
}

static void check_begin(struct check *k, struct ctx *c, struct audit_out *out, struct err *e)
{
    *k = (struct check){.c = c, .item = *c, .out = out, .e = e};
    k->item.arena = arena_new();
    k->cells_arena = arena_new();
    map_init(&k->cells, k->cells_arena);
    *out = (struct audit_out){0};
}

static void check_end(struct check *k)
{
    arena_free(k->item.arena);
    arena_free(k->cells_arena);
}

enum err_code tally_verify(
    struct ctx *c, audit_progress *p, void *arg, struct audit_out *out, struct err *e)
{
    struct check k;
    check_begin(&k, c, out, e);
    k.fold = true;
    k.progress = p;
    k.arg = arg;
    db_read_begin(c->db);
    walk_items(&k);
    if (c->journal)
        journal_each_move(c->journal, take_off, &k);
    check_strays(&k);
    compare_tallies(&k);
    db_read_end(c->db);
    check_end(&k);
    return e->code != OK ? e->code : db_status(c->db, e);
}

enum err_code tally_rebuild(struct ctx *c, struct err *e)
{
    struct check k;
    struct audit_out out;
    check_begin(&k, c, &out, e);
    walk_items(&k);
    if (c->journal)
        journal_each_move(c->journal, take_off, &k);
    db_run(c->db, "DELETE FROM tally WHERE town = ?1", V(c->rules->town));
    for (size_t i = 0; i < k.n && e->code == OK; i++) {
        const struct counted *x = k.all[i];
        if (x->n != 0)
            db_run(c->db,
                "INSERT INTO tally (town, loop, dim, period, unit, class, channel, key, n)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                V(c->rules->town), V(x->loop), V(x->cell.dim), V(x->cell.period), V(x->cell.unit),
                V(x->cell.cls), V(x->cell.channel), V(x->key), V(x->n));
    }
    check_end(&k);
    return e->code != OK ? e->code : db_status(c->db, e);
}
