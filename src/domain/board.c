#include "domain/board.h"

#include <stdlib.h>
#include <string.h>
#include "domain/filter.h"
#include "domain/formula.h"
#include "domain/item_refer.h"
#include "domain/journal.h"

// ---- sums, by row and tally

struct sum {
    int64_t id;
    str word;   // channels
    int64_t *n; // one per counter
};
struct sums {
    int64_t folded; // days before this one have no full cells of their own: tally_fold.h
    struct ctx *c;
    const struct board_in *in;
    const struct def *def;
    const str *keys; // of the counters: the definition's tallies, or of its stages
    size_t n_keys;
    struct sum *rows;
    size_t n;
    struct imap by_id;
    struct map by_word;
};

static struct sum *row_of(struct sums *s, int64_t id, str word)
{
    bool words = s->in->by == BOARD_CHANNEL || s->in->by == BOARD_FIELD;
    // Rows are found by position + 1, because the vector moves as it grows.
    void *at = words ? map_get(&s->by_word, word) : imap_get(&s->by_id, id);
    if (at)
        return &s->rows[(size_t)(uintptr_t)at - 1];
    struct arena *a = s->c->arena;
    struct sum row = {.id = id, .word = str_dup(a, word), .n = NEW_ARRAY(a, s->n_keys, int64_t)};
    VEC_PUSH(a, s->rows, s->n) = row;
    void *place = (void *)(uintptr_t)s->n;
    if (words)
        map_put(&s->by_word, s->rows[s->n - 1].word, place);
    else
        imap_put(&s->by_id, id, place);
    return &s->rows[s->n - 1];
}

static bool wanted(const struct sums *s, int64_t unit, int64_t cls, str channel)
{
    const struct rules *r = s->c->rules;
    if (s->in->unit) {
        const struct unit *u = rules_unit(r, unit), *top = rules_unit(r, s->in->unit);
        if (!u || !top || !unit_below(u, top))
            return false;
    }
    if (s->in->cls) {
        const struct class_ *k = cls ? rules_class(r, cls) : NULL,
                            *top = rules_class(r, s->in->cls);
        if (!k || !top || !class_below(k, top))
            return false;
    }
    return s->in->channel.n == 0 || str_eq(channel, s->in->channel);
}

// ---- which cells

enum {
    OF_UNIT = 1,
    OF_CLASS = 2,
    OF_CHANNEL = 4,
    OF_ALL = OF_UNIT | OF_CLASS | OF_CHANNEL,
    SEEKS_MAX = 20000, // beyond, reading the range through is no slower
};

// The dimensions the board breaks down by or is narrowed to.
static unsigned dims_of(const struct board_in *in)
{
    unsigned d = in->by == BOARD_UNIT || in->unit ? OF_UNIT : 0;
    d |= in->by == BOARD_CLASS || in->cls ? OF_CLASS : 0;
    return d | (in->by == BOARD_CHANNEL || in->channel.n > 0 ? OF_CHANNEL : 0);
}

static str dim_name(const struct sums *s, unsigned dims)
{
    static const char *const NAMES[] = {[OF_UNIT] = "unit",
        [OF_CLASS] = "class",
        [OF_CHANNEL] = "channel",
        [OF_UNIT | OF_CLASS] = "unit,class",
        [OF_UNIT | OF_CHANNEL] = "unit,channel",
        [OF_CLASS | OF_CHANNEL] = "class,channel",
        [OF_ALL] = ""};
    if (s->in->by == BOARD_FIELD)
        return str_fmt(s->c->arena, ".%.*s", STR_ARG(s->in->field));
    if (s->in->stages)
        return S("stage");
    return str_of(NAMES[dims]);
}

static int64_t day_number(int64_t day)
{
    int y, m, d;
    tm_from_days(day, &y, &m, &d);
    return (int64_t)y * 10000 + m * 100 + d;
}

static int64_t day_of(int64_t number)
{
    return number == 0
               ? 0
               : tm_days((int)(number / 10000), (int)(number / 100 % 100), (int)(number % 100));
}

// The day or the month after this one.
static int64_t next_period(int64_t p)
{
    enum { MONTHS_BELOW = 1000000 };
    if (p < MONTHS_BELOW)
        return p % 100 == 12 ? p + 100 - 11 : p + 1;
    return day_number(tm_days((int)(p / 10000), (int)(p / 100 % 100), (int)(p % 100)) + 1);
}

static size_t periods_between(int64_t from, int64_t to)
{
    size_t n = 0;
    for (int64_t p = from; p <= to; p = next_period(p))
        n++;
    return n;
}

// ---- adding them up

// The rows come in the order of their keys, so the one that came after this key last time is asked
// first. next: of each tally, the one after it.
static int tally_at(const struct sums *s, int *next, int before, str key)
{
    int at = next[before + 1];
    if (at != DEF_NONE && str_eq(s->keys[at], key))
        return at;
    for (size_t i = 0; i < s->n_keys; i++)
        if (str_eq(s->keys[i], key))
            return next[before + 1] = (int)i;
    return DEF_NONE; // a former version counted it
}

static void add_rows(struct sums *s, struct cursor *r)
{
    bool by_unit = s->in->by == BOARD_UNIT, by_class = s->in->by == BOARD_CLASS;
    bool by_word = !by_unit && !by_class;
    bool all = !s->in->unit && !s->in->cls && s->in->channel.n == 0;
    int tally = DEF_NONE;
    int *next = NEW_ARRAY(s->c->arena, s->n_keys + 1, int);
    for (size_t i = 0; i <= s->n_keys; i++)
        next[i] = DEF_NONE;
    struct sum *row = NULL;
    while (db_next(r)) {
        int64_t unit = db_i64(r, 0), cls = db_i64(r, 1);
        str word = all && !by_word ? (str){0} : db_str(r, 2);
        tally = tally_at(s, next, tally, db_str(r, 3));
        if (tally == DEF_NONE || (!all && !wanted(s, unit, cls, word)))
            continue;
        int64_t id = by_unit ? unit : by_class ? cls : 0;
        if (!row || row->id != id || by_word)
            row = row_of(s, id, by_word ? word : (str){0});
        row->n[tally] += db_i64(r, 4);
    }
}

static void add_range(struct sums *s, str dim, int64_t from, int64_t to)
{
    struct cursor r = db_rows(s->c->db,
        "SELECT unit, class, channel, key, n FROM tally WHERE town = ?1 AND loop = ?2 AND dim = ?3"
        " AND period BETWEEN ?4 AND ?5",
        V(s->c->rules->town), V(s->def->loop), V(dim), V(from), V(to));
    add_rows(s, &r);
}

// The units and classes the board is narrowed to, where they narrow it much.
struct narrow {
    int64_t *units, *classes;
    size_t n_units, n_classes;
};

static void narrow_units(struct sums *s, struct narrow *x)
{
    const struct rules *r = s->c->rules;
    const struct unit *top = s->in->unit ? rules_unit(r, s->in->unit) : NULL;
    for (size_t i = 0; i < r->n_units; i++)
        if (!top || unit_below(&r->units[i], top))
            VEC_PUSH(s->c->arena, x->units, x->n_units) = r->units[i].id;
}

static void narrow_classes(struct sums *s, struct narrow *x)
{
    const struct rules *r = s->c->rules;
    const struct class_ *top = rules_class(r, s->in->cls);
    for (size_t i = 0; i < r->n_classes; i++)
        if (class_below(&r->classes[i], top))
            VEC_PUSH(s->c->arena, x->classes, x->n_classes) = r->classes[i].id;
}

static void seek(struct sums *s, str dim, int64_t period, int64_t unit, const struct narrow *x)
{
    struct cursor r;
    if (x->n_classes == 0) {
        r = db_rows(s->c->db,
            "SELECT unit, class, channel, key, n FROM tally WHERE town = ?1 AND loop = ?2"
            " AND dim = ?3 AND period = ?4 AND unit = ?5",
            V(s->c->rules->town), V(s->def->loop), V(dim), V(period), V(unit));
        add_rows(s, &r);
    }
    for (size_t i = 0; i < x->n_classes; i++) {
        r = db_rows(s->c->db,
            "SELECT unit, class, channel, key, n FROM tally WHERE town = ?1 AND loop = ?2"
            " AND dim = ?3 AND period = ?4 AND unit = ?5 AND class = ?6",
            V(s->c->rules->town), V(s->def->loop), V(dim), V(period), V(unit), V(x->classes[i]));
        add_rows(s, &r);
    }
}

// A board narrowed to a few units or classes looks for theirs, period by period, instead of reading
// everybody's.
static void add_cells(struct sums *s, unsigned dims, int64_t from, int64_t to)
{
    str dim = dim_name(s, dims);
    struct narrow x = {0};
    if (s->in->cls && (dims & OF_CLASS))
        narrow_classes(s, &x);
    if (dims & OF_UNIT)
        narrow_units(s, &x);
    else
        VEC_PUSH(s->c->arena, x.units, x.n_units) = TALLY_ALL;
    bool few = x.n_classes > 0 || x.n_units * 4 < s->c->rules->n_units;
    size_t each = x.n_units * (x.n_classes > 0 ? x.n_classes : 1);
    if ((!s->in->unit && !s->in->cls) || !few || periods_between(from, to) * each > SEEKS_MAX) {
        add_range(s, dim, from, to);
        return;
    }
    for (int64_t p = from; p <= to; p = next_period(p))
        for (size_t i = 0; i < x.n_units; i++)
            seek(s, dim, p, x.units[i], &x);
}

// Days have sums by one dimension and the full cells, months have sums by one and by two.
static void add_days(struct sums *s, unsigned dims, int64_t from, int64_t to)
{
    bool one = (dims & (dims - 1)) == 0;
    add_cells(s, one ? dims : OF_ALL, day_number(from), day_number(to - 1));
}

// The whole months in [from, to), which may be none: then *first is not before *last.
static void whole_months(int64_t from, int64_t to, int64_t *first, int64_t *last)
{
    int y, m, d;
    tm_from_days(from, &y, &m, &d);
    *first = d == 1 ? from : tm_days(m == 12 ? y + 1 : y, m == 12 ? 1 : m + 1, 1);
    tm_from_days(to, &y, &m, &d);
    *last = tm_days(y, m, 1);
}

// By all three dimensions there are days, and of days long past their months. A month that is being
// folded has some of both.
static void add_full(struct sums *s, int64_t first, int64_t last)
{
    if (first < s->folded) {
        int64_t to = s->folded < last ? s->folded : last;
        add_cells(s, OF_ALL, day_number(first) / 100, day_number(to - 1) / 100);
    }
    if (s->folded < last)
        add_days(s, OF_ALL, first < s->folded ? s->folded : first, last);
}

// Whole months come from their own counters, the days before and after from theirs.
static void add_period(struct sums *s, int64_t from, int64_t to)
{
    unsigned dims = dims_of(s->in);
    int64_t first, last;
    whole_months(from, to, &first, &last);
    if (first >= last) {
        add_days(s, dims, from, to);
        return;
    }
    if (from < first)
        add_days(s, dims, from, first);
    if (dims == OF_ALL)
        add_full(s, first, last);
    else
        add_cells(s, dims, day_number(first) / 100, day_number(last - 1) / 100);
    if (last < to)
        add_days(s, dims, last, to);
}

// ---- remembered

// Everything the sums follow from but the counters themselves.
static str sums_key(const struct sums *s, const struct board_out *out)
{
    const struct board_in *in = s->in;
    return str_fmt(s->c->arena,
        "board %" PRId64 " %" PRId64 " %" PRId64 " %d%d %" PRId64 "..%" PRId64 " %" PRId64
        " %" PRId64 " %zu:%.*s%zu:%.*s%.*s",
        s->c->rules->town, s->c->rules->gen, s->def->id, (int)in->by, in->stages, out->from_day,
        out->to_day, in->unit, in->cls, in->field.n, STR_ARG(in->field), in->channel.n,
        STR_ARG(in->channel), STR_ARG(s->def->loop));
}

static void keep_sums(const struct sums *s, str key)
{
    enum { ROW_BYTES = 2 * sizeof(int64_t) };
    size_t counts = s->n_keys * sizeof(int64_t);
    struct buf b;
    buf_init(&b, s->c->arena, DB_KEPT_BYTES_MAX + 1);
    for (size_t i = 0; i < s->n; i++) {
        const struct sum *row = &s->rows[i];
        int64_t head[2] = {row->id, (int64_t)row->word.n};
        buf_add(&b, (str){(const char *)head, ROW_BYTES});
        buf_add(&b, row->word);
        buf_add(&b, (str){(const char *)row->n, counts});
    }
    if (!b.overflow)
        db_keep(s->c->db, key, buf_str(&b));
}

// An empty board is never remembered: reading it anew costs nothing.
static bool recall_sums(struct sums *s, str key)
{
    struct arena *a = s->c->arena;
    size_t counts = s->n_keys * sizeof(int64_t);
    str kept = db_kept(s->c->db, key);
    for (str left = kept; left.n > 0;) {
        int64_t head[2];
        memcpy(head, left.s, sizeof(head));
        left = str_sub(left, sizeof(head), left.n);
        struct sum row = {.id = head[0], .n = NEW_ARRAY(a, s->n_keys, int64_t)};
        row.word = str_dup(a, str_sub(left, 0, (size_t)head[1]));
        left = str_sub(left, row.word.n, left.n);
        memcpy(row.n, left.s, counts);
        left = str_sub(left, counts, left.n);
        VEC_PUSH(a, s->rows, s->n) = row;
    }
    return kept.n > 0;
}

// Days long past cannot be had by several dimensions any more.
static void check_folded(struct sums *s, const struct board_out *out, struct err *e)
{
    unsigned dims = dims_of(s->in);
    int64_t first, last, from = out->from_day, to = out->to_day;
    whole_months(from, to, &first, &last);
    bool days = first >= last
                    ? from < s->folded
                    : (from < first && from < s->folded) || (last < to && last < s->folded);
    if (days && (dims & (dims - 1)) != 0)
        err_add(e, ERR_INVALID, S("period"), tm_date(s->c->arena, s->folded),
            "before this day only whole months are kept by unit, class and channel together",
            "此日之前，按单位、分类、来源交叉统计只保留整月数字");
}

// ---- rows

static str period_text(struct arena *a, const struct board_out *out)
{
    return str_fmt(
        a, "%.*s..%.*s", STR_ARG(tm_date(a, out->from_day)), STR_ARG(tm_date(a, out->to_day - 1)));
}

static str quoted(struct arena *a, str x)
{
    return str_fmt(a, "\"%.*s\"", STR_ARG(x));
}

// What the items of a tally have in common on this board.
static str tally_filter(const struct sums *s, str period, const struct def_tally *t)
{
    struct buf b;
    buf_init(&b, s->c->arena, 8 * KIB);
    buf_fmt(&b, "%s:%.*s", s->def->lasting ? "register" : "loop", STR_ARG(s->def->loop));
    if (t->where.n > 0)
        buf_fmt(&b, " %.*s", STR_ARG(t->where));
    buf_fmt(&b, " %.*s:%.*s", STR_ARG(t->by), STR_ARG(period));
    return buf_str(&b);
}

static void add_term(struct buf *b, const char *key, str val)
{
    if (b->n > 0)
        buf_byte(b, ' ');
    buf_addz(b, key);
    buf_add(b, val);
}

static str class_name(struct arena *a, const struct class_ *k)
{
    return str_fmt(a, "%.*s/%.*s", STR_ARG(k->scheme), STR_ARG(k->code));
}

// The same of one outcome of a stage.
static str stage_filter(
    const struct sums *s, str period, const struct def_ledger *g, enum def_outcome o)
{
    return str_fmt(s->c->arena, "loop:%.*s clock.%.*s:%.*s %.*s:%.*s", STR_ARG(s->def->loop),
        STR_ARG(s->def->clocks[g->clock].key), STR_ARG(def_outcome_word(o)), STR_ARG(g->by),
        STR_ARG(period));
}

// What the items of a row have in common. row NULL: of the sum.
static str row_filter(const struct sums *s, const struct sum *row)
{
    struct arena *a = s->c->arena;
    const struct rules *r = s->c->rules;
    const struct board_in *in = s->in;
    struct buf b;
    buf_init(&b, a, 8 * KIB);
    const struct unit *u = row && in->by == BOARD_UNIT ? rules_unit(r, row->id) : NULL;
    const struct class_ *k =
        row && in->by == BOARD_CLASS && row->id ? rules_class(r, row->id) : NULL;
    if (u)
        add_term(&b, "unit:=", quoted(a, u->code));
    else if (in->unit)
        add_term(&b, "unit:", quoted(a, rules_unit(r, in->unit)->code));
    if (k)
        add_term(&b, "class:=", class_name(a, k));
    else if (row && in->by == BOARD_CLASS)
        add_term(&b, "class:none", S(""));
    else if (in->cls)
        add_term(&b, "class:", class_name(a, rules_class(r, in->cls)));
    str channel = row && in->by == BOARD_CHANNEL ? row->word : in->channel;
    if (channel.n > 0)
        add_term(&b, "channel:", quoted(a, channel));
    else if (row && in->by == BOARD_CHANNEL)
        add_term(&b, "channel:none", S(""));
    int at = row && in->by == BOARD_FIELD ? def_field_at(s->def, in->field) : DEF_NONE;
    bool tree = at >= 0 && row->word.n > 0 && def_of_tree(&s->def->fields[at]);
    if (row && in->by == BOARD_FIELD)
        add_term(&b, str_fmt(a, tree ? "%.*s:=" : "%.*s:", STR_ARG(in->field)).s,
            row->word.n > 0 ? quoted(a, row->word) : S("none"));
    return buf_str(&b);
}

str board_link(
    struct arena *a, const struct board_out *out, const struct board_row *row, size_t tally)
{
    return str_fmt(a, "%.*s %.*s", STR_ARG(out->filters[tally]), STR_ARG(row->filter));
}

static void fill_row(struct sums *s, const struct sum *from, bool total, struct board_row *row)
{
    struct arena *a = s->c->arena;
    const struct def *d = s->def;
    double *values = NEW_ARRAY(a, d->n_tallies, double);
    row->id = from->id;
    row->filter = row_filter(s, total ? NULL : from);
    row->tallies = from->n;
    row->rates = NEW_ARRAY(a, d->n_rates, struct board_rate);
    for (size_t i = 0; s->in->stages && i < d->n_rates; i++)
        row->rates[i].blank = true;
    if (s->in->stages)
        return;
    for (size_t i = 0; i < d->n_tallies; i++)
        values[i] = def_tally_value(&d->tallies[i], from->n[i]);
    for (size_t i = 0; i < d->n_rates; i++)
        row->rates[i].blank = !formula_value(d->rates[i].formula, values, &row->rates[i].v);
}

static bool any_count(const struct sums *s, const struct sum *row)
{
    for (size_t i = 0; i < s->n_keys; i++)
        if (row->n[i] != 0)
            return true;
    return false;
}

struct named_row {
    struct board_row row;
    int order;
};

static int by_order(const void *a, const void *b)
{
    const struct named_row *x = a, *y = b;
    return x->order != y->order ? (x->order < y->order ? -1 : 1)
                                : str_cmp(x->row.name, y->row.name);
}

static void name_row(struct sums *s, const struct sum *from, struct named_row *out)
{
    const struct rules *r = s->c->rules;
    str none = s->c->lang == LANG_EN ? S("(none)") : S("（未填）");
    const struct unit *u = s->in->by == BOARD_UNIT ? rules_unit(r, from->id) : NULL;
    const struct class_ *k = s->in->by == BOARD_CLASS && from->id ? rules_class(r, from->id) : NULL;
    if (u) {
        out->row.name = u->name;
        out->row.depth = u->depth;
        out->order = u->lo;
    } else if (k) {
        out->row.name = k->name;
        out->row.depth = k->depth;
        out->order = k->lo;
    } else {
        int at = s->in->by == BOARD_FIELD ? def_field_at(s->def, s->in->field) : DEF_NONE;
        str word = at >= 0 ? item_field_shown(s->c, &s->def->fields[at], from->word) : from->word;
        out->row.name = word.n > 0 ? word : none;
        out->order = from->word.n > 0 ? 0 : INT32_MAX;
    }
}

static void put_filters(struct sums *s, struct board_out *out)
{
    str period = period_text(s->c->arena, out);
    for (size_t i = 0; i < s->n_keys; i++)
        out->filters[i] = s->in->stages
                              ? stage_filter(s, period, &s->def->ledger[i / OUTCOME_COUNT],
                                    (enum def_outcome)(i % OUTCOME_COUNT))
                              : tally_filter(s, period, &s->def->tallies[i]);
}

static void fill(struct sums *s, struct board_out *out)
{
    struct arena *a = s->c->arena;
    struct named_row *rows = NEW_ARRAY(a, s->n, struct named_row);
    struct sum total = {.n = NEW_ARRAY(a, s->n_keys, int64_t)};
    out->filters = NEW_ARRAY(a, s->n_keys, str);
    put_filters(s, out);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!any_count(s, &s->rows[i]))
            continue;
        for (size_t t = 0; t < s->n_keys; t++)
            total.n[t] += s->rows[i].n[t];
        fill_row(s, &s->rows[i], false, &rows[n].row);
        name_row(s, &s->rows[i], &rows[n]);
        n++;
    }
    if (n > 1)
        qsort(rows, n, sizeof(*rows), by_order);
    out->rows = NEW_ARRAY(a, n, struct board_row);
    out->n = n;
    for (size_t i = 0; i < n; i++)
        out->rows[i] = rows[i].row;
    fill_row(s, &total, true, &out->total);
}

static void check_in(struct ctx *c, const struct board_in *in, struct board_out *out, struct err *e)
{
    if (!filter_days(
            c->arena, in->period, c->now_us, c->rules->zone_s, &out->from_day, &out->to_day) ||
        out->to_day - out->from_day > BOARD_DAYS_MAX)
        err_add(e, ERR_INVALID, S("period"),
            S("2026-11, 2026Q4, 2026-W47, 2026, 2026-11-01..2026-11-20"), "is not a period",
            "不是有效的时间段");
    int at = in->by == BOARD_FIELD ? def_field_at(out->def, in->field) : DEF_NONE;
    if (in->by == BOARD_FIELD && (at < 0 || at > 63 || !(out->def->boards >> at & 1)))
        err_add(e, ERR_INVALID, S("by"), S("unit, class, channel"),
            "the definition has no board by this field", "流程没有按这个栏目统计");
    if (in->by == BOARD_FIELD && (in->unit || in->cls || in->channel.n > 0))
        err_add(e, ERR_INVALID, S("by"), (str){0},
            "a board by a field covers the whole town: leave out unit, class and channel",
            "按栏目统计不能再选单位、分类或来源");
    if (in->stages && (in->by != BOARD_UNIT || in->cls || in->channel.n > 0))
        err_add(e, ERR_INVALID, S("by"), S("unit"), "stages are counted by unit alone",
            "环节只按单位统计");
    if (in->unit && !rules_unit(c->rules, in->unit))
        err_add(e, ERR_INVALID, S("unit"), (str){0}, "there is no such unit", "没有这个单位");
    if (in->cls && !rules_class(c->rules, in->cls))
        err_add(e, ERR_INVALID, S("class"), (str){0}, "there is no such class", "没有这个分类");
}

static void name_counters(struct sums *s)
{
    const struct def *d = s->def;
    s->n_keys = s->in->stages ? d->n_ledger * OUTCOME_COUNT : d->n_tallies;
    str *keys = NEW_ARRAY(s->c->arena, s->n_keys, str);
    for (size_t i = 0; i < s->n_keys; i++)
        keys[i] = s->in->stages ? d->ledger[i / OUTCOME_COUNT].keys[i % OUTCOME_COUNT]
                                : d->tallies[i].key;
    s->keys = keys;
}

enum err_code board_read(
    struct ctx *c, const struct board_in *in, struct board_out *out, struct err *e)
{
    *out = (struct board_out){0};
    const struct loop *l = rules_loop(c->rules, in->loop);
    if (!l)
        return err_add(
            e, ERR_MISSING, S("loop"), (str){0}, "there is no such loop", "没有这种事项类型");
    out->def = l->now;
    check_in(c, in, out, e);
    if (e->code != OK)
        return e->code;
    struct sums s = {.c = c, .in = in, .def = l->now};
    name_counters(&s);
    imap_init(&s.by_id, c->arena);
    map_init(&s.by_word, c->arena);
    db_read_begin(c->db); // the cells as of the border between days and months
    str key = sums_key(&s, out);
    if (!recall_sums(&s, key)) {
        s.folded = day_of(journal_folded(c->db, c->rules->town));
        check_folded(&s, out, e);
        if (e->code == OK) {
            add_period(&s, out->from_day, out->to_day);
            keep_sums(&s, key);
        }
    }
    db_read_end(c->db);
    if (e->code != OK || db_status(c->db, e) != OK)
        return e->code;
    fill(&s, out);
    return OK;
}
