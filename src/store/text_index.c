#include "store/text_index.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/tm.h"
#include "store/db_inner.h"

enum { BEING_WRITTEN = 0, IN_USE = 1, REPLACED = 2 };

// Rows of units stand beside those of pairs, which are positive. Items that have strayed stand
// under a block that is none, each with its id where others have their pair; those of which a text
// has changed there, too, with what is left of 0 and their id.
enum { STRAYS = 0 };

static int64_t pair_of_unit(int64_t unit)
{
    return -1 - unit;
}

static int by_range(const void *a, const void *b)
{
    const struct text_block *x = a, *y = b;
    return x->from_id < y->from_id ? -1 : x->from_id > y->from_id;
}

void text_index_look(struct db *db, struct arena *a, int64_t town, struct text_index *out)
{
    *out = (struct text_index){.mark = 1};
    struct cursor c = db_rows(db,
        "SELECT id, from_id, to_id, first_us, last_us, in_order FROM text_block WHERE town = ?1"
        " AND state = ?2",
        V(town), V((int)IN_USE));
    while (db_next(&c))
        VEC_PUSH(a, out->blocks, out->n) = (struct text_block){db_i64(&c, 0), db_i64(&c, 1),
            db_i64(&c, 2), db_i64(&c, 3), db_i64(&c, 4), db_i64(&c, 5) != 0};
    if (out->n > 1)
        qsort(out->blocks, out->n, sizeof(*out->blocks), by_range);
    size_t whole = 0;
    while (whole < out->n && out->blocks[whole].from_id == out->mark)
        out->mark = out->blocks[whole++].to_id;
    out->n = whole; // behind a gap they say nothing: those items are searched by their texts
}

// ---- finding

struct finding {
    struct db *db;
    struct arena *arena;
    int64_t town;
    const struct text_block *blocks;
    size_t n;
    int64_t *ids; // of the blocks
    struct gram_set *some;
    size_t *pairs; // so many of a word's pairs were seen in the block
    bool damaged;
};

static void fill(struct gram_set *s)
{
    memset(s, 0xFF, sizeof(*s));
}

static size_t block_at(const struct finding *f, int64_t id)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->ids[i] == id)
            return i;
    return f->n;
}

static void read_row(struct finding *f, const struct cursor *c, bool first_only)
{
    struct gram_set set;
    size_t at = block_at(f, db_i64(c, 0));
    if (at == f->n)
        return;
    gram_set_none(&set);
    if (!gram_set_read(&set, db_str(c, 1))) {
        log_line(LOG_ERROR, "store message=\"a row of the search index is damaged\"");
        fill(&set);
        f->damaged = true;
    }
    if (f->pairs[at]++ == 0)
        f->some[at] = set;
    else if (first_only)
        gram_set_or(&f->some[at], &set);
    else
        gram_set_and(&f->some[at], &set);
}

// Items that stand under no block, with `sign` times their id.
static void add_others(struct finding *f, int64_t sign, struct gram_set *sets)
{
    int64_t from = INT64_MAX, to = 0;
    for (size_t i = 0; i < f->n; i++) {
        from = f->blocks[i].from_id < from ? f->blocks[i].from_id : from;
        to = f->blocks[i].to_id > to ? f->blocks[i].to_id : to;
    }
    struct cursor c = db_rows(f->db,
        "SELECT pair FROM text_gram WHERE town = ?1 AND block = ?2 AND pair >= ?3 AND pair <= ?4",
        V(f->town), V((int)STRAYS), V(sign > 0 ? from : 1 - to), V(sign > 0 ? to - 1 : -from));
    while (db_next(&c))
        for (size_t i = 0; i < f->n; i++) {
            int64_t id = sign * db_i64(&c, 0), place = id - f->blocks[i].from_id;
            if (place >= 0 && id < f->blocks[i].to_id)
                sets[i].any[place / 64] |= UINT64_C(1) << (place % 64);
        }
}

// Who may hold one word: those who hold all its pairs, or one of those its character begins.
static void find_word(struct finding *f, str word)
{
    struct gram_range *r;
    struct sqlb q;
    size_t n = gram_ranges(f->arena, word, &r);
    memset(f->pairs, 0, f->n * sizeof(*f->pairs));
    memset(f->some, 0, f->n * sizeof(*f->some));
    if (n == 0) { // the empty word stands everywhere
        for (size_t i = 0; i < f->n; i++)
            fill(&f->some[i]);
        return;
    }
    int64_t *pairs = NEW_ARRAY(f->arena, n, int64_t);
    for (size_t i = 0; i < n; i++)
        pairs[i] = r[i].lo;
    bool one = r[0].lo < r[0].hi;
    sqlb_init(&q, f->arena);
    sqlb_bind(&q, V(f->town));
    sqlb_add(&q, "SELECT g.block, g.items FROM text_gram g WHERE g.town = ?1 AND ");
    sqlb_in(&q, f->db, "g.block", f->ids, f->n);
    sqlb_add(&q, " AND ");
    if (one) {
        sqlb_add(&q, "g.pair >= ");
        sqlb_val(&q, V(r[0].lo));
        sqlb_add(&q, " AND g.pair <= ");
        sqlb_val(&q, V(r[0].hi));
    } else {
        sqlb_in(&q, f->db, "g.pair", pairs, n);
    }
    struct cursor c = sqlb_rows(f->db, &q);
    while (db_next(&c))
        read_row(f, &c, one);
    for (size_t i = 0; i < f->n && !one; i++)
        if (f->pairs[i] < n)
            gram_set_none(&f->some[i]);
}

bool text_index_find(struct db *db, struct arena *a, int64_t town, const struct text_any *all,
    size_t n_all, const struct text_block *blocks, size_t n, struct gram_set *sets)
{
    if (n == 0)
        return true;
    struct finding f = {.db = db, .arena = a, .town = town, .blocks = blocks, .n = n};
    struct gram_set *any = NEW_ARRAY(a, n, struct gram_set);
    f.ids = NEW_ARRAY(a, n, int64_t);
    f.some = NEW_ARRAY(a, n, struct gram_set);
    f.pairs = NEW_ARRAY(a, n, size_t);
    for (size_t i = 0; i < n; i++) {
        f.ids[i] = blocks[i].id;
        fill(&sets[i]);
    }
    for (size_t t = 0; t < n_all; t++) {
        memset(any, 0, n * sizeof(*any));
        for (size_t w = 0; w < all[t].n; w++) {
            find_word(&f, all[t].words[w]);
            for (size_t i = 0; i < n; i++)
                gram_set_or(&any[i], &f.some[i]);
        }
        for (size_t i = 0; i < n; i++)
            gram_set_and(&sets[i], &any[i]);
    }
    add_others(&f, -1, sets);
    return !f.damaged;
}

void text_index_each(struct db *db, struct arena *a, int64_t town, struct text_pairs pairs,
    const struct text_block *blocks, size_t n,
    void (*fn)(void *arg, size_t block, int64_t pair, str items), void *arg)
{
    struct sqlb q;
    int64_t *ids = NEW_ARRAY(a, n, int64_t);
    if (n == 0 || pairs.n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        ids[i] = blocks[i].id;
    sqlb_init(&q, a);
    sqlb_bind(&q, V(town));
    sqlb_add(&q, "SELECT g.block, g.pair, g.items FROM text_gram g WHERE g.town = ?1 AND ");
    sqlb_in(&q, db, "g.block", ids, n);
    sqlb_add(&q, " AND ");
    sqlb_in(&q, db, "g.pair", pairs.ids, pairs.n);
    struct cursor c = sqlb_rows(db, &q);
    while (db_next(&c))
        for (size_t i = 0; i < n; i++)
            if (ids[i] == db_i64(&c, 0))
                fn(arg, i, db_i64(&c, 1), db_str(&c, 2));
}

// ---- whose business they are

static void add_told(struct finding *f, struct text_units units, struct gram_set *sets, bool *told)
{
    struct sqlb q;
    int64_t *pairs = NEW_ARRAY(f->arena, units.n + 1, int64_t);
    for (size_t i = 0; i < units.n; i++)
        pairs[i] = pair_of_unit(units.ids[i]);
    pairs[units.n] = pair_of_unit(0);
    f->some = sets;
    sqlb_init(&q, f->arena);
    sqlb_bind(&q, V(f->town));
    sqlb_add(&q, "SELECT g.block, g.items, g.pair FROM text_gram g WHERE g.town = ?1 AND ");
    sqlb_in(&q, f->db, "g.block", f->ids, f->n);
    sqlb_add(&q, " AND ");
    sqlb_in(&q, f->db, "g.pair", pairs, units.n + 1);
    struct cursor c = sqlb_rows(f->db, &q);
    while (db_next(&c)) {
        size_t at = block_at(f, db_i64(&c, 0));
        if (at < f->n && db_i64(&c, 2) == pair_of_unit(0))
            told[at] = true;
        else
            read_row(f, &c, true);
    }
}

void text_index_units(struct db *db, struct arena *a, int64_t town, struct text_units units,
    const struct text_block *blocks, size_t n, struct gram_set *sets, bool *told)
{
    struct finding f = {.db = db, .arena = a, .town = town, .blocks = blocks, .n = n};
    if (n == 0)
        return;
    f.ids = NEW_ARRAY(a, n, int64_t);
    f.pairs = NEW_ARRAY(a, n, size_t);
    for (size_t i = 0; i < n; i++) {
        f.ids[i] = blocks[i].id;
        gram_set_none(&sets[i]);
        told[i] = false;
    }
    add_told(&f, units, sets, told);
    add_others(&f, 1, sets);
}

static void put_other(struct db *db, int64_t town, int64_t pair)
{
    db_run(db,
        "INSERT INTO text_gram (town, block, pair, items) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO NOTHING",
        V(town), V((int)STRAYS), V(pair), val_blob(S("1")));
}

void text_index_stray(struct db *db, int64_t town, int64_t item)
{
    put_other(db, town, item);
}

void text_index_rewritten(struct db *db, int64_t town, int64_t item)
{
    put_other(db, town, -item);
}

// ---- filling

// It must begin and end where blocks do, or behind the last one.
static bool fits(const struct text_index *ix, const struct text_block *b)
{
    bool begins = b->from_id == ix->mark, ends = b->to_id >= ix->mark;
    for (size_t i = 0; i < ix->n; i++) {
        begins |= ix->blocks[i].from_id == b->from_id;
        ends |= ix->blocks[i].to_id == b->to_id;
    }
    return begins && ends;
}

enum err_code text_index_begin(
    struct db *db, struct arena *a, int64_t town, struct text_block *b, int64_t now_us)
{
    CHECK(b->from_id < b->to_id && b->to_id - b->from_id <= GRAM_PLACES);
    int64_t busy = db_one_i64(db, 0,
        "SELECT id FROM text_block WHERE town = ?1 AND state = ?2 AND made_us > ?3 LIMIT 1",
        V(town), V((int)BEING_WRITTEN), V(now_us - TEXT_ABANDONED_S * US_SECOND));
    if (busy != 0)
        return ERR_BUSY;
    struct text_index ix;
    text_index_look(db, a, town, &ix);
    if (!fits(&ix, b))
        return ERR_CONFLICT;
    b->id = 1 + db_one_i64(db, 0,
                    "SELECT id FROM text_block WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(town));
    db_run(db,
        "INSERT INTO text_block (town, id, from_id, to_id, first_us, last_us, in_order, state,"
        " made_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        V(town), V(b->id), V(b->from_id), V(b->to_id), V(b->first_us), V(b->last_us),
        V(b->in_order), V((int)BEING_WRITTEN), V(now_us));
    return OK;
}

void text_index_put(struct db *db, int64_t town, int64_t block, int64_t pair, str items)
{
    db_run(db, "INSERT INTO text_gram (town, block, pair, items) VALUES (?1, ?2, ?3, ?4)", V(town),
        V(block), V(pair), val_blob(items));
}

void text_index_put_unit(struct db *db, int64_t town, int64_t block, int64_t unit, str items)
{
    text_index_put(db, town, block, pair_of_unit(unit), items);
}

void text_index_use(struct db *db, int64_t town, const struct text_block *b)
{
    db_run(db,
        "UPDATE text_block SET state = ?5 WHERE town = ?1 AND from_id >= ?2 AND to_id <= ?3"
        " AND state = ?4",
        V(town), V(b->from_id), V(b->to_id), V((int)IN_USE), V((int)REPLACED));
    db_run(db, "UPDATE text_block SET state = ?3 WHERE town = ?1 AND id = ?2", V(town), V(b->id),
        V((int)IN_USE));
}

void text_index_drop(struct db *db, int64_t town, int64_t block)
{
    db_run(db, "UPDATE text_block SET state = ?3 WHERE town = ?1 AND id = ?2", V(town), V(block),
        V((int)REPLACED));
}

static int64_t waste(struct db *db, int64_t town, int64_t now_us)
{
    return db_one_i64(db, 0,
        "SELECT id FROM text_block WHERE town = ?1 AND (state = ?2 OR state = ?3 AND made_us <= ?4)"
        " ORDER BY id LIMIT 1",
        V(town), V((int)REPLACED), V((int)BEING_WRITTEN), V(now_us - TEXT_ABANDONED_S * US_SECOND));
}

bool text_index_waste(struct db *db, int64_t town, int64_t now_us)
{
    return waste(db, town, now_us) != 0;
}

void text_index_sweep(struct db *db, int64_t town, int64_t now_us)
{
    int64_t block = waste(db, town, now_us);
    if (block == 0)
        return;
    int64_t end = db_one_i64(db, INT64_MAX,
        "SELECT pair FROM text_gram WHERE town = ?1 AND block = ?2 ORDER BY pair"
        " LIMIT 1 OFFSET ?3",
        V(town), V(block), V((int)TEXT_SWEEP_ROWS));
    db_run(db, "DELETE FROM text_gram WHERE town = ?1 AND block = ?2 AND pair < ?3", V(town),
        V(block), V(end));
    if (end == INT64_MAX) // the row goes last: whoever stops in between finds the rest again
        db_run(db, "DELETE FROM text_block WHERE town = ?1 AND id = ?2", V(town), V(block));
}
