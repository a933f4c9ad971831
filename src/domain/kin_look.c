// Where items that may be about the same matter are looked for. Each source is an index and a
// bound.
#include <stdlib.h>
#include <string.h>
#include "domain/caller.h"
#include "domain/kin_inner.h"
#include "store/text_index.h"

enum {
    OF_CALLER = 100,
    OF_CELL = 20, // of each of nine cells of the map
    OF_ADDRESS = 100,
    OF_WORDS = 80,
    BEHIND = 60, // the newest, which the search index does not know yet
    BLOCKS = 12, // of the search index, the newest
    PAIRS_ASKED = 24,
    CELLS_A_DEGREE = 500, // 222 m, as in item_spot
    SHARED_MIN = 3,       // pairs
    COMMON_SHARE = 8,     // a pair that every eighth item has says nothing,
    COMMON_MIN = 2000,    // in a town that has items to spare
    TEXT_POINTS = 300,
};

// ---- pairs

static bool telling(int64_t point)
{
    bool ascii = (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z');
    bool sign = point < 0x80 || (point >= 0x2000 && point < 0x2E80) ||
                (point >= 0x3000 && point < 0x3040) || (point >= 0xFF00 && point < 0xFFF0);
    return ascii || !sign;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

struct kin_pairs kin_pairs(struct arena *a, str title, str text)
{
    struct kin_pairs p = {0};
    struct gram_range *r;
    str all = utf8_fold(
        a, str_fmt(a, "%.*s\n%.*s", STR_ARG(title), STR_ARG(utf8_head(text, TEXT_POINTS))));
    size_t n = gram_ranges(a, all, &r);
    p.v = NEW_ARRAY(a, n, int64_t);
    for (size_t i = 0; i < n; i++)
        if (r[i].lo == r[i].hi && telling(r[i].lo >> GRAM_POINT_BITS) &&
            telling(r[i].lo & ((INT64_C(1) << GRAM_POINT_BITS) - 1)))
            p.v[p.n++] = r[i].lo;
    return p;
}

// Twice what both have, of what each has; half of it is much, because everybody tells it in his own
// words.
double kin_likeness(const struct kin_pairs *x, const struct kin_pairs *y)
{
    static const double much = 0.5;
    size_t i = 0, j = 0, both = 0;
    while (i < x->n && j < y->n) {
        both += x->v[i] == y->v[j];
        if (x->v[i] <= y->v[j])
            i += 1, j += x->v[i - 1] == y->v[j];
        else
            j++;
    }
    double share = x->n + y->n > 0 ? 2.0 * (double)both / (double)(x->n + y->n) : 0;
    return share >= much ? 1 : share / much;
}

// ---- sources

static void add(struct kin *k, int64_t id)
{
    if (k->n_ids < KIN_LOOK_MAX)
        VEC_PUSH(k->c->arena, k->ids, k->n_ids) = id;
}

static void look_for_caller(struct kin *k)
{
    k->callers = caller_same(k->c, k->in->item, k->in->phone, OF_CALLER, &k->n_callers);
    for (size_t i = 0; i < k->n_callers; i++)
        add(k, k->callers[i]);
}

static void look_around(struct kin *k)
{
    if (k->in->lat == 0 && k->in->lon == 0)
        return;
    int64_t y = (int64_t)(k->in->lat * CELLS_A_DEGREE), x = (int64_t)(k->in->lon * CELLS_A_DEGREE);
    for (int64_t cell = 0; cell < 9; cell++) {
        struct cursor r = db_rows(k->c->db,
            "SELECT d.id FROM item_doc d WHERE d.town = ?1 AND d.lat <> 0"
            " AND CAST(d.lat * 500 AS BIGINT) = ?2 AND CAST(d.lon * 500 AS BIGINT) = ?3"
            " ORDER BY d.id DESC LIMIT ?4",
            V(k->c->rules->town), V(y + cell / 3 - 1), V(x + cell % 3 - 1), V((int)OF_CELL));
        while (db_next(&r))
            add(k, db_i64(&r, 0));
    }
}

// What lies behind the last block is found without the index.
static void look_behind(struct kin *k, const struct text_index *ix)
{
    struct cursor r = db_rows(k->c->db,
        "SELECT id FROM item WHERE town = ?1 AND id >= ?2 ORDER BY id DESC LIMIT ?3",
        V(k->c->rules->town), V(ix->mark), V((int)BEHIND));
    while (db_next(&r))
        add(k, db_i64(&r, 0));
}

static void look_for_address(
    struct kin *k, const struct text_block *blocks, size_t n, struct arena *a)
{
    str core = k->place.core.n > 0 ? k->place.core : k->place.norm;
    if (utf8_count(core) < 3)
        return;
    str words[] = {core, str_trim(k->in->address)};
    struct text_any any = {words, ARRAY_LEN(words)};
    struct gram_set *sets = NEW_ARRAY(a, n, struct gram_set);
    (void)text_index_find(k->c->db, a, k->c->rules->town, &any, 1, blocks, n, sets);
    size_t found = 0;
    for (size_t b = 0; b < n; b++)
        for (int64_t place = blocks[b].to_id - blocks[b].from_id; place-- > 0;)
            if (found < OF_ADDRESS && (sets[b].any[place / 64] >> (place % 64) & 1)) {
                add(k, blocks[b].from_id + place);
                found++;
            }
}

// ---- words: each pair votes for the items that have it, the rarer the stronger

struct votes {
    const int64_t *pairs; // those asked
    size_t n_pairs;
    const struct text_block *blocks;
    size_t n;
    struct gram_set *sets; // by pair and block
    uint16_t *v;           // by block and place
    uint8_t *shared;       // the same: how many pairs
};

static void take_row(void *arg, size_t block, int64_t pair, str items)
{
    struct votes *v = arg;
    for (size_t i = 0; i < v->n_pairs; i++)
        if (v->pairs[i] == pair)
            (void)!gram_set_read(&v->sets[i * v->n + block], items);
}

static void vote(struct votes *v, size_t pair)
{
    const struct gram_set *sets = &v->sets[pair * v->n];
    size_t has = 0, of = 0;
    for (size_t b = 0; b < v->n; b++) {
        has += gram_set_size(sets[b].any);
        of += (size_t)(v->blocks[b].to_id - v->blocks[b].from_id);
    }
    bool common = has * COMMON_SHARE > of && has > COMMON_MIN;
    uint16_t weight = 1;
    for (size_t x = of; has > 0 && x > has; x /= 2)
        weight++;
    for (size_t b = 0; b < v->n && has > 0 && !common; b++)
        for (size_t w = 0; w < GRAM_WORDS; w++)
            for (uint64_t left = sets[b].any[w]; left != 0; left &= left - 1) {
                size_t at = b * GRAM_PLACES + w * 64 + (size_t)__builtin_ctzll(left);
                v->v[at] = (uint16_t)(v->v[at] + weight);
                v->shared[at]++;
            }
}

// The best, by a heap that keeps the worst of them at its top.
struct best {
    int v;
    int64_t id;
};

static void keep_best(struct best *h, size_t *n, struct best x)
{
    size_t at = 0;
    if (*n == OF_WORDS && x.v <= h[0].v)
        return;
    if (*n < OF_WORDS) {
        for (at = (*n)++; at > 0 && h[(at - 1) / 2].v > x.v; at = (at - 1) / 2)
            h[at] = h[(at - 1) / 2];
        h[at] = x;
        return;
    }
    for (;;) {
        size_t down = 2 * at + 1;
        if (down + 1 < *n && h[down + 1].v < h[down].v)
            down++;
        if (down >= *n || h[down].v >= x.v)
            break;
        h[at] = h[down];
        at = down;
    }
    h[at] = x;
}

// The title first: it says what the matter is.
static size_t asked_pairs(const struct kin *k, struct arena *a, int64_t *out)
{
    struct kin_pairs title = kin_pairs(a, k->in->title, (str){0});
    size_t n = 0;
    for (size_t i = 0; i < title.n && n < PAIRS_ASKED; i++)
        out[n++] = title.v[i];
    for (size_t i = 0; i < k->pairs.n && n < PAIRS_ASKED; i++)
        if (title.n == 0 || !bsearch(&k->pairs.v[i], title.v, title.n, sizeof(*title.v), by_value))
            out[n++] = k->pairs.v[i];
    return n;
}

static void look_for_words(
    struct kin *k, const struct text_block *blocks, size_t n, struct arena *a)
{
    int64_t pairs[PAIRS_ASKED];
    struct votes v = {.pairs = pairs, .blocks = blocks, .n = n};
    struct best h[OF_WORDS];
    size_t n_best = 0;
    v.n_pairs = asked_pairs(k, a, pairs);
    v.sets = NEW_ARRAY(a, v.n_pairs * n, struct gram_set);
    v.v = NEW_ARRAY(a, n * GRAM_PLACES, uint16_t);
    v.shared = NEW_ARRAY(a, n * GRAM_PLACES, uint8_t);
    struct text_pairs looked = {pairs, v.n_pairs};
    text_index_each(k->c->db, a, k->c->rules->town, looked, blocks, n, take_row, &v);
    for (size_t i = 0; i < v.n_pairs; i++)
        vote(&v, i);
    for (size_t i = 0; i < n * GRAM_PLACES; i++)
        if (v.shared[i] >= SHARED_MIN)
            keep_best(h, &n_best,
                (struct best){
                    v.v[i], blocks[i / GRAM_PLACES].from_id + (int64_t)(i % GRAM_PLACES)});
    for (size_t i = 0; i < n_best; i++)
        add(k, h[i].id);
}

static void each_once(struct kin *k)
{
    size_t n = 0;
    if (k->n_ids > 1)
        qsort(k->ids, k->n_ids, sizeof(*k->ids), by_value);
    for (size_t i = 0; i < k->n_ids; i++)
        if (n == 0 || k->ids[n - 1] != k->ids[i])
            k->ids[n++] = k->ids[i];
    k->n_ids = n;
}

void kin_look(struct kin *k)
{
    struct arena *a = arena_new();
    struct text_index ix;
    text_index_look(k->c->db, a, k->c->rules->town, &ix);
    size_t n = ix.n < BLOCKS ? ix.n : BLOCKS;
    struct text_block *blocks = NEW_ARRAY(a, n, struct text_block);
    for (size_t i = 0; i < n; i++)
        blocks[i] = ix.blocks[ix.n - 1 - i]; // the newest first
    look_for_caller(k);
    look_around(k);
    look_behind(k, &ix);
    if (n > 0) {
        look_for_address(k, blocks, n, a);
        look_for_words(k, blocks, n, a);
    }
    each_once(k);
    arena_free(a);
}
