// Items as the fold of their events, counters as the sum over items: proving both, and writing the
// counters anew.
//
// There may be more counters than memory holds. So both sides are added up in some thousand sums,
// each over the cells that fall into it, each cell times a number nobody could have foreseen. Equal
// sums are equal cells; where two differ, the items are walked a second time and the cells of those
// sums alone are listed.

#include "domain/audit.h"
#include "domain/item_inner.h"
#include "domain/old_years.h"

enum {
    CHUNK_ITEMS = 1000,
    DIFF_KEYS_MAX = 20,
    SUMS = 4096,         // a power of two
    LISTED_MAX = 64,     // sums whose cells are listed: more differences than are told anyway
    MOVED_MAX = 1 << 19, // counters, before a rebuild writes them
};

struct counted {
    str loop, key;
    struct tally_cell cell;
    int64_t n;
    bool seen; // in the table
};
struct sum {
    uint64_t a, b;
    bool listed;
};
struct check {
    struct ctx *c;   // the caller's
    struct ctx item; // the same with an arena that is emptied every CHUNK_ITEMS
    uint64_t keys[2];
    struct sum *sums;
    bool listing; // the second walk: what it finds was told in the first, cells aside
    struct arena *cells_arena;
    struct map cells; // of the second walk
    struct counted **all;
    size_t n;
    bool fold, rebuild;
    bool old;       // the items the town's file does not hold
    int64_t folded; // see domain/tally_fold.h
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

static uint64_t mixed(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint64_t mixed_str(uint64_t h, str x)
{
    uint64_t word = 0;
    for (size_t i = 0; i < x.n; i++) {
        word = word << 8 | (uint8_t)x.s[i];
        if (i % 8 == 7)
            h = mixed(h, word);
    }
    return mixed(mixed(h, word), x.n);
}

static uint64_t cell_number(uint64_t key, str loop, str tally, const struct tally_cell *x)
{
    uint64_t h = mixed_str(mixed_str(mixed_str(key, loop), tally), x->dim);
    h = mixed(mixed(mixed(h, (uint64_t)x->period), (uint64_t)x->unit), (uint64_t)x->cls);
    h = mixed(mixed_str(h, x->channel), key);
    return mixed(h, h >> 32);
}

// One side adds, the other takes off. NULL while the second walk does not list the cell.
static struct counted *add(
    struct check *k, str loop, str key, const struct tally_cell *x, int64_t n)
{
    uint64_t h = cell_number(k->keys[0], loop, key, x);
    struct sum *s = &k->sums[h >> 40 & (SUMS - 1)];
    if (k->listing)
        return s->listed ? cell_at(k, loop, key, x) : NULL;
    s->a += h * (uint64_t)n;
    s->b += cell_number(k->keys[1], loop, key, x) * (uint64_t)n;
    return NULL;
}

static void count_cell(struct check *k, str loop, str key, const struct tally_cell *cell, int64_t n)
{
    struct tally_cell x = *cell;
    x.period = journal_kept(x.dim, x.period, k->folded);
    struct counted *listed = add(k, loop, key, &x, n);
    if (listed)
        listed->n += n;
}

static void count_stages(struct check *k, const struct def *d, const struct item *it)
{
    for (size_t i = 0; i < d->n_ledger; i++) {
        int64_t at_us;
        str key = item_stage(d, &d->ledger[i], it, &at_us);
        if (key.n == 0)
            continue;
        struct tally_cell cells[JOURNAL_STAGE_CELLS];
        size_t n = journal_stage_cells(at_us, k->c->rules->zone_s, it->unit, cells);
        if (k->rebuild)
            journal_tally(k->c, d->loop, key, cells, n, 1);
        for (size_t x = 0; !k->rebuild && x < n; x++)
            count_cell(k, d->loop, key, &cells[x], 1);
    }
}

static void count_item(struct check *k, const struct def *d, const struct item *it)
{
    count_stages(k, d, it);
    for (size_t i = 0; i < d->n_tallies; i++) {
        int64_t at_us;
        if (!item_counts(&k->item, &d->tallies[i], it, &at_us))
            continue;
        struct tally_cell cells[ITEM_CELLS_MAX];
        size_t n = item_cells(k->item.arena, k->c->rules->zone_s, d, it, at_us, cells);
        int64_t by = item_amount(&d->tallies[i], it);
        if (k->rebuild && by != 0)
            journal_tally(k->c, d->loop, d->tallies[i].key, cells, n, by);
        for (size_t x = 0; !k->rebuild && by != 0 && x < n; x++)
            count_cell(k, d->loop, d->tallies[i].key, &cells[x], by);
    }
}

// What the running group has moved but not yet written must not be in the table yet.
static void take_off(void *arg, str loop, str key, const struct tally_cell *cell, int64_t n)
{
    count_cell(arg, loop, key, cell, -n);
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

// The table's side. A day that should stand in its month is another cell than that.
static void read_tallies(struct check *k)
{
    struct cursor r = db_rows_many(k->c->db,
        "SELECT loop, key, dim, period, unit, class, channel, n FROM tally WHERE town = ?1",
        V(k->c->rules->town));
    int64_t rows = 0;
    while (db_next(&r)) {
        struct tally_cell x = {
            db_str(&r, 2), db_i64(&r, 3), db_i64(&r, 4), db_i64(&r, 5), db_str(&r, 6)};
        int64_t stored = db_i64(&r, 7);
        struct counted *right = add(k, db_str(&r, 0), db_str(&r, 1), &x, -stored);
        if (right)
            right->seen = true;
        if (right && right->n != stored)
            note_cell(k, right, stored);
        if (++rows % CHUNK_ITEMS == 0)
            arena_reset(k->item.arena);
    }
    for (size_t i = 0; i < k->n; i++)
        if (!k->all[i]->seen && k->all[i]->n != 0)
            note_cell(k, k->all[i], 0);
    k->out->cells = rows;
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
    if (k->listing)
        return;
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
        k->out->events++;
        if (db_i64(&r, 1) != out->version ||
            item_apply(a, out, db_dup(&r, 3, a), db_i64(&r, 2), &sub) != OK)
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
    if (item_read(&k->item, id, &stored, &sub) != OK) {
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
        db_rows(k->item.db, "SELECT id FROM item WHERE town = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            V(k->c->rules->town), V(after), V((int)CHUNK_ITEMS));
    while (db_next(&r))
        ids[n++] = db_i64(&r, 0);
    return n;
}

static bool in_town(struct check *k, int64_t id)
{
    return db_one_i64(k->c->db, 0, "SELECT id FROM item WHERE town = ?1 AND id = ?2",
               V(k->c->rules->town), V(id)) != 0;
}

static void walk_items(struct check *k)
{
    int64_t ids[CHUNK_ITEMS];
    int64_t after = 0;
    k->folded = journal_folded(k->c->db, k->c->rules->town);
    k->total = db_one_i64(k->c->db, 0,
        "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(k->c->rules->town));
    for (size_t n = next_ids(k, after, ids); n > 0; n = next_ids(k, after, ids)) {
        for (size_t i = 0; i < n; i++)
            if (!k->old || !in_town(k, ids[i]))
                check_item(k, ids[i]);
        after = ids[n - 1];
        arena_reset(k->item.arena);
        if (k->rebuild)
            journal_gather(k->c->journal);
        if (k->rebuild && journal_moved(k->c->journal) > MOVED_MAX &&
            journal_flush(k->c->journal, k->c->db, k->e) != OK)
            return;
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
        " (SELECT 1 FROM item i WHERE i.town = ?1 AND i.id = e.item)",
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
    k->sums = NEW_ARRAY(k->cells_arena, SUMS, struct sum);
    crypt_random(k->keys, sizeof(k->keys));
    map_init(&k->cells, k->cells_arena);
    *out = (struct audit_out){0};
}

static void check_end(struct check *k)
{
    arena_free(k->item.arena);
    arena_free(k->cells_arena);
}

static size_t sums_that_differ(struct check *k)
{
    size_t n = 0;
    for (size_t i = 0; i < SUMS && n < LISTED_MAX; i++) {
        k->sums[i].listed = k->sums[i].a != 0 || k->sums[i].b != 0;
        n += k->sums[i].listed;
    }
    return n;
}

static void count_all(struct check *k)
{
    walk_items(k);
    if (k->c->journal)
        journal_each_move(k->c->journal, take_off, k);
}

static enum err_code verify(
    struct ctx *c, audit_progress *p, void *arg, struct audit_out *out, struct err *e)
{
    struct check k;
    check_begin(&k, c, out, e);
    k.fold = true;
    k.progress = p;
    k.arg = arg;
    count_all(&k);
    check_strays(&k);
    read_tallies(&k);
    struct audit_out first = *out;
    if (sums_that_differ(&k) > 0) {
        k.listing = true;
        count_all(&k);
        read_tallies(&k);
        *out = first;
    }
    check_end(&k);
    return e->code != OK ? e->code : db_status(c->db, e);
}

enum err_code tally_verify(
    struct ctx *c, audit_progress *p, void *arg, struct audit_out *out, struct err *e)
{
    struct ctx all = old_years_read_begin(c);
    enum err_code code = verify(&all, p, arg, out, e);
    db_read_end(c->db);
    return code;
}

// Those the town's file does not hold. The counters alone are written meanwhile, so what was
// committed is what there is.
static void walk_old_items(struct check *k)
{
    struct db *old = old_years_look(k->c);
    if (!old)
        return;
    struct ctx town = k->item;
    k->item.db = old;
    k->item.journal = NULL;
    k->old = true;
    walk_items(k);
    k->item = town;
    old_years_look_end(k->c);
}

enum err_code tally_rebuild(struct ctx *c, struct err *e)
{
    struct check k;
    struct audit_out out;
    // What waits to be written is written, thrown away with all the rest, and counted again.
    journal_gather(c->journal);
    if (journal_flush(c->journal, c->db, e) != OK)
        return e->code;
    check_begin(&k, c, &out, e);
    k.rebuild = true;
    db_run(c->db, "DELETE FROM tally WHERE town = ?1", V(c->rules->town));
    walk_items(&k);
    walk_old_items(&k);
    check_end(&k);
    return e->code != OK ? e->code : db_status(c->db, e);
}
