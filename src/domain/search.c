#include "domain/search.h"

#include <stdlib.h>
#include "domain/search_fill.h"
#include "domain/search_scope.h"

enum {
    AT_ONCE = 256, // candidates looked at in one SELECT, wherever they are
    CHUNK_FIRST = 64,
    CHUNK_GROWS = 4,
    CHUNK_MAX = 4096,
    COUNT_CHUNK = 1000,
    BATCH_FIRST = 4,
};

// A block, or some of the items behind the last one: those hold anything, for all that is known.
struct source {
    struct text_block block;
    bool behind;
};
struct search {
    struct ctx *c;
    const struct filter *filter;
    bool up;    // the oldest first
    bool exact; // who is in a set of the title has the words there
    struct text_any *words;
    size_t n_words;
    bool narrow; // to what is the business of these units
    int64_t *units;
    size_t n_units;
    struct source *sources; // in the order in which they are looked at
    struct gram_set *sets;
    size_t n, known; // of so many the set was read
    int64_t newest;
    // All candidates, when they are few:
    bool few;
    int64_t *ids, *title_ids;
    size_t n_ids, n_title_ids;
};

// ---- candidates

static int newest_first(const void *a, const void *b)
{
    const struct source *x = a, *y = b;
    if (x->block.last_us != y->block.last_us)
        return x->block.last_us > y->block.last_us ? -1 : 1;
    return x->block.from_id > y->block.from_id ? -1 : x->block.from_id < y->block.from_id;
}

static int oldest_first(const void *a, const void *b)
{
    const struct source *x = a, *y = b;
    if (x->block.first_us != y->block.first_us)
        return x->block.first_us < y->block.first_us ? -1 : 1;
    return x->block.from_id < y->block.from_id ? -1 : x->block.from_id > y->block.from_id;
}

static void list_sources(struct search *s)
{
    struct ctx *c = s->c;
    struct text_index ix;
    text_index_look(c->db, c->arena, c->rules->town, &ix);
    s->newest = db_one_i64(c->db, 0, "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1",
        V(c->rules->town));
    for (size_t i = 0; i < ix.n; i++)
        VEC_PUSH(c->arena, s->sources, s->n) = (struct source){.block = ix.blocks[i]};
    for (int64_t at = ix.mark; at <= s->newest; at += GRAM_PLACES) {
        struct text_block b = {
            .from_id = at, .to_id = at + GRAM_PLACES, .first_us = INT64_MIN, .last_us = INT64_MAX};
        if (b.to_id > s->newest + 1)
            b.to_id = s->newest + 1;
        VEC_PUSH(c->arena, s->sources, s->n) = (struct source){b, true};
    }
    if (s->n > 1)
        qsort(s->sources, s->n, sizeof(*s->sources), s->up ? oldest_first : newest_first);
    s->sets = NEW_ARRAY(c->arena, s->n, struct gram_set);
}

static void set_behind(const struct text_block *b, struct gram_set *set)
{
    for (int64_t i = 0; i < b->to_id - b->from_id; i++)
        set->any[i / 64] |= UINT64_C(1) << (i % 64);
    for (size_t i = 0; i < GRAM_WORDS; i++)
        set->title[i] = set->any[i];
}

// Reads the sets of some more sources: of each time more, because mostly the first will do.
static void know(struct search *s, size_t upto)
{
    struct arena *a = s->c->arena;
    while (s->known <= upto && s->known < s->n) {
        size_t n = s->known < BATCH_FIRST ? BATCH_FIRST : s->known, k = 0;
        if (n > s->n - s->known)
            n = s->n - s->known;
        struct text_block *blocks = NEW_ARRAY(a, n, struct text_block);
        struct gram_set *sets = NEW_ARRAY(a, n, struct gram_set);
        for (size_t i = s->known; i < s->known + n; i++)
            if (!s->sources[i].behind)
                blocks[k++] = s->sources[i].block;
        bool sound =
            text_index_find(s->c->db, a, s->c->rules->town, s->words, s->n_words, blocks, k, sets);
        s->exact = s->exact && sound;
        if (s->narrow)
            search_narrow(s->c, s->units, s->n_units, blocks, k, sets);
        k = 0;
        for (size_t i = s->known; i < s->known + n; i++) {
            if (s->sources[i].behind)
                set_behind(&s->sources[i].block, &s->sets[i]);
            else
                s->sets[i] = sets[k++];
        }
        s->known += n;
    }
}

static bool holds(const uint64_t *set, int64_t place)
{
    return set[place / 64] >> (place % 64) & 1;
}

static bool wanted(const struct search *s, size_t at, int64_t place, enum list_titles titles)
{
    const struct gram_set *set = &s->sets[at];
    if (titles == LIST_IN_TITLE)
        return holds(set->title, place);
    // One that surely is in the title does not come a second time.
    if (titles == LIST_NOT_IN_TITLE && s->exact && !s->sources[at].behind &&
        holds(set->title, place))
        return false;
    return holds(set->any, place);
}

static void keep_few(struct search *s)
{
    struct arena *a = s->c->arena;
    s->few = true;
    for (size_t i = 0; i < s->n; i++) {
        const struct text_block *b = &s->sources[i].block;
        for (int64_t place = 0; place < b->to_id - b->from_id; place++) {
            if (!holds(s->sets[i].any, place))
                continue;
            VEC_PUSH(a, s->ids, s->n_ids) = b->from_id + place;
            if (holds(s->sets[i].title, place))
                VEC_PUSH(a, s->title_ids, s->n_title_ids) = b->from_id + place;
        }
    }
}

static struct search *open_search(struct ctx *c, const struct filter *f, bool up)
{
    struct search *s = NEW(c->arena, struct search);
    *s = (struct search){.c = c, .filter = f, .up = up, .exact = true};
    s->n_words = filter_words(c->arena, f, &s->words);
    for (size_t i = 0; i < s->n_words; i++)
        for (size_t k = 0; k < s->words[i].n; k++)
            s->exact = s->exact && gram_exact(s->words[i].words[k]);
    s->narrow = list_units(c, &s->units, &s->n_units);
    list_sources(s);
    size_t n = 0, i = 0;
    for (; i < s->n && n <= SEARCH_FEW; i++) {
        know(s, i);
        n += gram_set_size(s->sets[i].any);
    }
    if (i == s->n && n <= SEARCH_FEW)
        keep_few(s);
    return s;
}

static struct list_part among(const int64_t *ids, size_t n, enum list_titles titles)
{
    return (struct list_part){.among = true, .ids = ids, .n = n, .titles = titles};
}

bool search_few(struct ctx *c, const struct filter *f, struct list_part *part)
{
    const struct search *s = open_search(c, f, false);
    if (s->few)
        *part = among(s->ids, s->n_ids, LIST_ANYWHERE);
    return s->few;
}

// ---- a page

struct page {
    struct search *s;
    const struct list_in *in; // in the order of filing, with the cursor of this part
    enum list_titles titles;
    int64_t after_us, after_id; // where the page before ended, if in->after says so
    struct list_row *rows;
    size_t n, need;
    struct err *e;
};

static int before(bool up, const struct list_row *x, const struct list_row *y)
{
    int64_t d = x->filed_us != y->filed_us ? x->filed_us - y->filed_us : x->id - y->id;
    return d == 0 ? 0 : (d < 0) == up ? -1 : 1;
}

static int older(const void *a, const void *b)
{
    return before(true, a, b);
}

static int newer(const void *a, const void *b)
{
    return before(false, a, b);
}

// Looks at some candidates. Answers whether those that follow them in a block in order come too
// late for the page.
static enum err_code look_at(struct page *p, const int64_t *ids, size_t n, bool *late)
{
    struct list_out some = {0};
    struct list_part part = among(ids, n, p->titles);
    struct list_in in = *p->in;
    in.limit = (int64_t)p->need - 1;
    *late = false;
    if (n == 0)
        return OK;
    if (list_read(p->s->c, &in, &part, &some, p->e) != OK)
        return p->e->code;
    for (size_t i = 0; i < some.n; i++)
        VEC_PUSH(p->s->c->arena, p->rows, p->n) = some.rows[i];
    if (some.n == 0)
        return OK;
    qsort(p->rows, p->n, sizeof(*p->rows), p->s->up ? older : newer);
    p->n = p->n > p->need ? p->need : p->n;
    *late = p->n == p->need && before(p->s->up, &p->rows[p->n - 1], &some.rows[some.n - 1]) <= 0;
    return OK;
}

// Nothing of this block or of those behind it belongs on the page.
static bool full(const struct page *p, const struct text_block *b)
{
    if (p->n == 0 || p->n < p->need)
        return false;
    int64_t us = p->rows[p->n - 1].filed_us;
    return p->s->up ? us < b->first_us : us > b->last_us;
}

static bool passed(const struct page *p, const struct text_block *b)
{
    return p->in->after.n > 0 && (p->s->up ? b->last_us < p->after_us : b->first_us > p->after_us);
}

static bool id_passed(const struct page *p, const struct text_block *b, int64_t id)
{
    bool here =
        p->in->after.n > 0 && b->in_order && p->after_id >= b->from_id && p->after_id < b->to_id;
    return here && (p->s->up ? id <= p->after_id : id >= p->after_id);
}

static enum err_code look_in(struct page *p, size_t at)
{
    const struct text_block *b = &p->s->sources[at].block;
    int64_t ids[CHUNK_MAX], span = b->to_id - b->from_id;
    size_t n = 0, chunk = CHUNK_FIRST;
    bool late = false;
    for (int64_t i = 0; i < span; i++) {
        int64_t place = p->s->up ? i : span - 1 - i;
        if (!wanted(p->s, at, place, p->titles) || id_passed(p, b, b->from_id + place))
            continue;
        ids[n++] = b->from_id + place;
        if (n < chunk)
            continue;
        if (look_at(p, ids, n, &late) != OK || (late && b->in_order))
            return p->e->code;
        n = 0;
        chunk = chunk * CHUNK_GROWS > CHUNK_MAX ? CHUNK_MAX : chunk * CHUNK_GROWS;
    }
    return look_at(p, ids, n, &late);
}

static enum err_code look_everywhere(struct page *p)
{
    struct search *s = p->s;
    bool late;
    bool at_once = s->few && s->n_ids <= AT_ONCE;
    if (at_once && p->titles == LIST_IN_TITLE)
        return look_at(p, s->title_ids, s->n_title_ids, &late);
    if (at_once)
        return look_at(p, s->ids, s->n_ids, &late);
    for (size_t i = 0; i < s->n && !full(p, &s->sources[i].block); i++) {
        know(s, i);
        if (!passed(p, &s->sources[i].block) && look_in(p, i) != OK)
            return p->e->code;
    }
    return OK;
}

// Rows of one part of the list, in the order of filing, until there are in->limit + 1.
static enum err_code by_filing(struct search *s, const struct list_in *in, enum list_titles titles,
    struct list_out *out, struct err *e)
{
    struct list_in part = *in;
    struct page p = {.s = s, .in = &part, .titles = titles, .e = e};
    part.sort = s->up ? SORT_FILED_UP : SORT_FILED_DOWN;
    p.need = (size_t)in->limit + 1 - out->n;
    if (in->after.n > 0 && !list_cursor_read(in->after, &p.after_us, &p.after_id))
        return list_cursor_wrong(e);
    if (look_everywhere(&p) != OK)
        return e->code;
    for (size_t i = 0; i < p.n; i++)
        VEC_PUSH(s->c->arena, out->rows, out->n) = p.rows[i];
    return OK;
}

// First those with the words in the title, then the others. A cursor says in front which of them.
static enum err_code by_relevance(struct search *s, const struct list_in *in, size_t *in_title,
    struct list_out *out, struct err *e)
{
    struct list_in part = *in;
    bool second = str_starts(in->after, S("0."));
    if (in->after.n > 0 && !second && !str_starts(in->after, S("1.")))
        return list_cursor_wrong(e);
    if (in->after.n > 0)
        part.after = str_sub(in->after, 2, in->after.n);
    if (!second && by_filing(s, &part, LIST_IN_TITLE, out, e) != OK)
        return e->code;
    *in_title = out->n;
    if ((int64_t)out->n > in->limit)
        return OK;
    if (!second)
        part.after = (str){0};
    return by_filing(s, &part, LIST_NOT_IN_TITLE, out, e);
}

// ---- counting

static void count_many(struct search *s, struct list_out *out)
{
    int64_t ids[COUNT_CHUNK], looked = 0;
    size_t n = 0;
    out->total = 0;
    for (size_t i = 0; i < s->n; i++) {
        know(s, i);
        const struct text_block *b = &s->sources[i].block;
        for (int64_t place = b->to_id - b->from_id - 1; place >= 0; place--) {
            if (!wanted(s, i, place, LIST_ANYWHERE))
                continue;
            if (looked == SEARCH_LOOK_MAX) {
                out->capped = true;
                return;
            }
            looked++;
            ids[n++] = b->from_id + place;
            if (n < COUNT_CHUNK)
                continue;
            struct list_part part = among(ids, n, LIST_ANYWHERE);
            out->total += list_count(s->c, s->filter, &part, 0);
            n = 0;
        }
    }
    struct list_part part = among(ids, n, LIST_ANYWHERE);
    out->total += n > 0 ? list_count(s->c, s->filter, &part, 0) : 0;
}

static enum err_code count(
    struct search *s, const struct list_in *in, struct list_out *out, struct err *e)
{
    if (in->after.n == 0 && out->next.n == 0) {
        out->total = (int64_t)out->n; // the page is all there is
    } else if (s->few) {
        struct list_part part = among(s->ids, s->n_ids, LIST_ANYWHERE);
        out->total = list_count(s->c, in->filter, &part, 0);
    } else {
        count_many(s, out);
        // What the page shows was found, however few of those looked at for counting were.
        if (out->total < (int64_t)out->n)
            out->total = (int64_t)out->n;
    }
    return db_status(s->c->db, e);
}

// ---- what was found

size_t search_marks(struct arena *a, const struct filter *f, str **out)
{
    struct text_any *all;
    size_t n = filter_words(a, f, &all), marks = 0;
    *out = NULL;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < all[i].n; k++)
            if (all[i].words[k].n > 0)
                VEC_PUSH(a, *out, marks) = all[i].words[k];
    return marks;
}

// Where the first of the words begins; text.n when none does.
static size_t first_place(struct arena *a, str text, const str *words, size_t n)
{
    str folded = str_lower(a, text);
    size_t first = text.n;
    for (size_t i = 0; i < n; i++) {
        str word = str_lower(a, words[i]);
        for (size_t at = 0; at + word.n <= folded.n && at < first; at++)
            if (str_starts(str_sub(folded, at, folded.n), word))
                first = at;
    }
    return first;
}

// What stands around that place, in one line.
static str around(struct arena *a, str text, size_t at)
{
    enum { IN_FRONT = SEARCH_SNIPPET / 3 };
    size_t from = at;
    for (int points = 0; from > 0 && points < IN_FRONT;)
        points += ((unsigned char)text.s[--from] & 0xC0) != 0x80;
    str rest = str_sub(text, from, text.n), piece = utf8_head(rest, SEARCH_SNIPPET);
    str out =
        str_fmt(a, "%s%.*s%s", from > 0 ? "…" : "", STR_ARG(piece), piece.n < rest.n ? "…" : "");
    char *s = str_z(a, out);
    for (size_t i = 0; i < out.n; i++)
        if (s[i] == '\n' || s[i] == '\r' || s[i] == '\t')
            s[i] = ' ';
    return (str){s, out.n};
}

static struct list_row *row_of(struct list_out *out, int64_t id)
{
    for (size_t i = 0; i < out->n; i++)
        if (out->rows[i].id == id)
            return &out->rows[i];
    return NULL;
}

static enum err_code add_snippets(struct search *s, struct list_out *out, struct err *e)
{
    struct ctx *c = s->c;
    str *marks;
    struct sqlb q;
    size_t n = search_marks(c->arena, s->filter, &marks);
    int64_t *ids = NEW_ARRAY(c->arena, out->n, int64_t);
    for (size_t i = 0; i < out->n; i++)
        ids[i] = out->rows[i].id;
    if (n == 0 || out->n == 0)
        return OK;
    sqlb_init(&q, c->arena);
    sqlb_bind(&q, V(c->rules->town));
    sqlb_add(&q, "SELECT d.id, d.text, d.address");
    sqlb_from_ids(&q, c->db, ids, out->n);
    sqlb_add(&q, " CROSS JOIN item_doc d WHERE d.town = ?1 AND d.id = k.value");
    struct cursor r = sqlb_rows(c->db, &q);
    while (db_next(&r)) {
        struct list_row *row = row_of(out, db_i64(&r, 0));
        for (int column = 1; row && column <= 2 && row->snippet.n == 0; column++) {
            str text = db_str(&r, column);
            size_t at = first_place(c->arena, text, marks, n);
            if (at < text.n)
                row->snippet = around(c->arena, text, at);
        }
    }
    return db_status(c->db, e);
}

// ---- all of it

static enum err_code read_rows(struct search *s, const struct list_in *in, size_t *in_title,
    struct list_out *out, struct err *e)
{
    static const struct list_part whole = {0};
    if (in->sort == SORT_RELEVANCE)
        return by_relevance(s, in, in_title, out, e);
    if (in->sort == SORT_FILED_DOWN || in->sort == SORT_FILED_UP)
        return by_filing(s, in, LIST_ANYWHERE, out, e);
    struct list_part few = among(s->ids, s->n_ids, LIST_ANYWHERE);
    return list_read(s->c, in, s->few ? &few : &whole, out, e);
}

enum err_code search_list(
    struct ctx *c, const struct list_in *in, struct list_out *out, struct err *e)
{
    size_t in_title = 0;
    db_read_begin(c->db); // the index and the items are of one state
    struct search *s = open_search(c, in->filter, in->sort == SORT_FILED_UP);
    enum err_code code = read_rows(s, in, &in_title, out, e);
    if (code == OK && (int64_t)out->n > in->limit) {
        out->n = (size_t)in->limit;
        out->next = list_cursor(c->arena, in->sort, &out->rows[out->n - 1]);
        if (in->sort == SORT_RELEVANCE)
            out->next =
                str_fmt(c->arena, "%c.%.*s", out->n <= in_title ? '1' : '0', STR_ARG(out->next));
    }
    if (code == OK)
        code = add_snippets(s, out, e);
    if (code == OK && in->count)
        code = count(s, in, out, e);
    db_read_end(c->db);
    return code;
}
