#include "domain/search_fill.h"

#include "domain/old_years.h"
#include "store/text_index.h"

enum {
    READ_AT_ONCE = 512,
    ENTRIES_MAX = 4000000, // pairs in memory, 8 bytes each and as much again for sorting
    SMALL = GRAM_PLACES / 2,
};

struct filling {
    struct ctx c; // reads; its arena dies with each block
    const struct search_door *door;
    struct err *e;
    struct text_index index;
    int64_t newest;
    bool stopped, busy;
    int64_t done, total;
    // The block that is being made:
    struct text_block block;
    struct gram_block *grams;
    struct imap units; // of each: which items are its business, as bits
    int64_t *unit_ids;
    size_t n_units, units_written;
    bool more;
};

static int64_t newest_item(const struct ctx *c)
{
    return db_one_i64(c->db, 0, "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1",
        V(c->rules->town));
}

enum err_code search_state(struct ctx *c, struct search_state *out, struct err *e)
{
    struct text_index ix;
    db_read_begin(c->db);
    text_index_look(c->db, c->arena, c->rules->town, &ix);
    int64_t newest = newest_item(c);
    db_read_end(c->db);
    *out = (struct search_state){
        .items = newest, .waiting = newest + 1 - ix.mark, .blocks = (int64_t)ix.n};
    return db_status(c->db, e);
}

static bool go_on(struct filling *f)
{
    f->stopped = f->stopped || !f->door->go_on(f->door->arg, f->done, f->total);
    return !f->stopped;
}

static enum err_code look(struct filling *f)
{
    arena_reset(f->c.arena);
    db_read_begin(f->c.db);
    text_index_look(f->c.db, f->c.arena, f->c.rules->town, &f->index);
    f->newest = newest_item(&f->c);
    db_read_end(f->c.db);
    return db_status(f->c.db, f->e);
}

// ---- one block

static void add_unit(struct filling *f, int64_t unit, size_t place)
{
    uint64_t *items = imap_get(&f->units, unit);
    if (!items) {
        items = NEW_ARRAY(f->c.arena, GRAM_WORDS, uint64_t);
        imap_put(&f->units, unit, items);
        VEC_PUSH(f->c.arena, f->unit_ids, f->n_units) = unit;
    }
    items[place / 64] |= UINT64_C(1) << (place % 64);
}

// The texts of the items from <= id < to; each with what the filter language searches.
static void read_texts(struct filling *f, int64_t from, int64_t to)
{
    struct text_block *b = &f->block;
    struct ctx all = old_years_read_begin(&f->c);
    struct cursor r = db_rows(all.db,
        "SELECT i.id, i.filed_us, i.no, i.title, d.text, d.address, i.unit, i.receiver FROM item i"
        " JOIN item_doc d ON d.town = i.town AND d.id = i.id"
        " WHERE i.town = ?1 AND i.id >= ?2 AND i.id < ?3 ORDER BY i.id",
        V(f->c.rules->town), V(from), V(to));
    while (db_next(&r)) {
        size_t place = (size_t)(db_i64(&r, 0) - b->from_id);
        int64_t filed_us = db_i64(&r, 1);
        bool first = b->last_us < b->first_us;
        b->in_order = b->in_order && (first || filed_us >= b->last_us);
        b->first_us = filed_us < b->first_us ? filed_us : b->first_us;
        b->last_us = filed_us > b->last_us ? filed_us : b->last_us;
        gram_block_add(f->grams, place, false, db_str(&r, 2));
        gram_block_add(f->grams, place, true, db_str(&r, 3));
        gram_block_add(f->grams, place, false, db_str(&r, 4));
        gram_block_add(f->grams, place, false, db_str(&r, 5));
        add_unit(f, db_i64(&r, 6), place);
        add_unit(f, db_i64(&r, 7), place);
    }
    if (all.db != f->c.db)
        (void)!db_status(all.db, f->e);
    db_read_end(f->c.db);
}

// Reads on until the range is at its end or memory is. ends: where it may end before, ascending.
static enum err_code read_block(
    struct filling *f, int64_t from, int64_t to, const int64_t *ends, size_t n_ends)
{
    f->block = (struct text_block){.from_id = from,
        .to_id = from,
        .first_us = INT64_MAX,
        .last_us = INT64_MIN,
        .in_order = true};
    f->grams = gram_block_new(f->c.arena);
    imap_init(&f->units, f->c.arena);
    f->unit_ids = NULL;
    f->n_units = f->units_written = 0;
    add_unit(f, 0, 0); // no unit: says that the others are told
    size_t end = 0;
    while (f->block.to_id < to && go_on(f)) {
        int64_t stop = f->block.to_id + READ_AT_ONCE < to ? f->block.to_id + READ_AT_ONCE : to;
        if (end < n_ends && stop > ends[end])
            stop = ends[end];
        read_texts(f, f->block.to_id, stop);
        f->block.to_id = stop;
        if (f->e->code != OK || db_status(f->c.db, f->e) != OK)
            return f->e->code;
        bool may_end = n_ends == 0;
        if (end < n_ends && stop == ends[end]) {
            may_end = end > 0; // two at least, or joining them would go on for ever
            end++;
        }
        if (may_end && gram_block_size(f->grams) > ENTRIES_MAX)
            break;
    }
    if (f->block.last_us < f->block.first_us) // none of them is here any more
        f->block.first_us = f->block.last_us = 0;
    gram_block_close(f->grams);
    return OK;
}

static enum err_code begin_block(struct ctx *c, void *arg, struct err *e)
{
    struct filling *f = arg;
    enum err_code code = text_index_begin(c->db, c->arena, c->rules->town, &f->block, c->now_us);
    if (db_status(c->db, e) != OK)
        return e->code;
    f->busy = code != OK; // the other one's block is as good as ours
    return OK;
}

// Units first, then pairs.
static bool write_row(struct ctx *c, struct filling *f)
{
    int64_t town = c->rules->town, pair;
    str items;
    if (f->units_written < f->n_units) {
        int64_t unit = f->unit_ids[f->units_written++];
        items = gram_set_row(f->c.arena, imap_get(&f->units, unit));
        text_index_put_unit(c->db, town, f->block.id, unit, items);
        return true;
    }
    bool any = gram_block_next(f->grams, &pair, &items);
    if (any)
        text_index_put(c->db, town, f->block.id, pair, items);
    return any;
}

static enum err_code write_rows(struct ctx *c, void *arg, struct err *e)
{
    struct filling *f = arg;
    f->more = true;
    for (size_t n = 0; n < f->door->rows && f->more; n++)
        f->more = write_row(c, f);
    return db_status(c->db, e);
}

static enum err_code use_block(struct ctx *c, void *arg, struct err *e)
{
    const struct filling *f = arg;
    text_index_use(c->db, c->rules->town, &f->block);
    return db_status(c->db, e);
}

static enum err_code drop_block(struct ctx *c, void *arg, struct err *e)
{
    const struct filling *f = arg;
    text_index_drop(c->db, c->rules->town, f->block.id);
    return db_status(c->db, e);
}

static enum err_code door(
    struct filling *f, enum err_code (*fn)(struct ctx *c, void *arg, struct err *e))
{
    return f->door->run(f->door->arg, fn, f, f->e);
}

static enum err_code write_block(struct filling *f)
{
    if (f->stopped || door(f, begin_block) != OK || f->busy)
        return f->e->code;
    f->more = true;
    while (f->more && go_on(f) && f->e->code == OK)
        (void)door(f, write_rows);
    if (f->e->code == OK && !f->stopped)
        return door(f, use_block);
    // A row that was not written cannot be written later: the block is given up.
    struct err e;
    err_init(&e, f->e->arena, f->e->lang);
    (void)f->door->run(f->door->arg, drop_block, f, &e);
    return f->e->code;
}

static enum err_code make_block(
    struct filling *f, int64_t from, int64_t to, const int64_t *ends, size_t n_ends)
{
    enum err_code code = read_block(f, from, to, ends, n_ends);
    return code == OK ? write_block(f) : code;
}

// ---- what there is to do

static enum err_code sweep_some(struct ctx *c, void *arg, struct err *e)
{
    (void)arg;
    text_index_sweep(c->db, c->rules->town, c->now_us);
    return db_status(c->db, e);
}

static enum err_code sweep(struct filling *f)
{
    while (text_index_waste(f->c.db, f->c.rules->town, f->c.now_us) && go_on(f))
        if (door(f, sweep_some) != OK)
            return f->e->code;
    return db_status(f->c.db, f->e);
}

// From block i on: so many as fit into one.
static size_t fitting(const struct text_index *ix, size_t i)
{
    size_t n = 1;
    while (i + n < ix->n && ix->blocks[i + n].to_id - ix->blocks[i].from_id <= (int64_t)GRAM_PLACES)
        n++;
    return n;
}

// and_more: with what waits behind the last one, if there is room.
static enum err_code join(struct filling *f, size_t first, size_t n, bool and_more)
{
    const struct text_block *b = &f->index.blocks[first];
    int64_t *ends = NEW_ARRAY(f->c.arena, n + 1, int64_t), end = f->newest + 1;
    for (size_t i = 0; i < n; i++)
        ends[i] = b[i].to_id;
    bool last = first + n == f->index.n && end > ends[n - 1];
    if (and_more && last && end - b[0].from_id <= (int64_t)GRAM_PLACES)
        ends[n++] = end;
    return make_block(f, b[0].from_id, ends[n - 1], ends, n);
}

// The small blocks at the end, when there are many.
static enum err_code join_small(struct filling *f, bool *joined)
{
    const struct text_index *ix = &f->index;
    size_t first = ix->n;
    *joined = false;
    while (first > 0 && ix->blocks[first - 1].to_id - ix->blocks[first - 1].from_id <= SMALL)
        first--;
    if (ix->n - first < SEARCH_SMALL_MAX)
        return OK;
    *joined = true;
    return join(f, first, fitting(ix, first), false);
}

static enum err_code fill_behind(struct filling *f, int64_t least)
{
    for (;;) {
        if (look(f) != OK)
            return f->e->code;
        int64_t end = f->newest + 1;
        f->done = f->index.mark - 1;
        f->total = f->newest;
        if (f->busy || end - f->index.mark < least || !go_on(f))
            return OK;
        if (end - f->index.mark > GRAM_PLACES)
            end = f->index.mark + GRAM_PLACES;
        if (make_block(f, f->index.mark, end, NULL, 0) != OK)
            return f->e->code;
    }
}

static enum err_code fill_small(struct filling *f)
{
    bool joined = true;
    while (joined) {
        if (fill_behind(f, SEARCH_FILL_MIN) != OK || f->stopped || f->busy)
            return f->e->code;
        if (join_small(f, &joined) != OK)
            return f->e->code;
    }
    return OK;
}

// From the first item on; each new block takes the place of those in its range.
static enum err_code rebuild(struct filling *f)
{
    int64_t at = 1;
    for (;;) {
        if (look(f) != OK)
            return f->e->code;
        size_t i = 0;
        while (i < f->index.n && f->index.blocks[i].from_id < at)
            i++;
        f->done = at - 1;
        f->total = f->newest;
        if (i == f->index.n || f->busy || !go_on(f))
            break;
        if (join(f, i, fitting(&f->index, i), true) != OK)
            return f->e->code;
        at = f->block.to_id;
    }
    return f->stopped || f->busy ? OK : fill_behind(f, 1);
}

enum err_code search_fill(struct ctx *reader, enum search_how how, const struct search_door *door,
    bool *busy, struct err *e)
{
    struct filling f = {.c = *reader, .door = door, .e = e};
    f.c.arena = arena_new();
    enum err_code code = sweep(&f);
    if (code == OK && how == SEARCH_FILL)
        code = fill_small(&f);
    else if (code == OK && how == SEARCH_FILL_UP)
        code = fill_behind(&f, 1);
    else if (code == OK)
        code = rebuild(&f);
    if (code == OK)
        code = sweep(&f);
    arena_free(f.c.arena);
    if (busy)
        *busy = f.busy;
    return code;
}
