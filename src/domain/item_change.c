// What an event says of a change, and how an item is folded from its events.

#include <string.h>
#include "domain/item_store.h"

enum kind { IS_STR, IS_I64, IS_BOOL, IS_F64 };
struct column {
    const char *key;
    enum kind kind;
    size_t at;
};
#define COLUMN(name, kind)                                                                         \
    {                                                                                              \
#name, kind, offsetof(struct item, name)                                                   \
    }
// Every member of an item but its fields, parts, clocks and version (which is the number of its
// events).
static const struct column COLUMNS[] = {
    COLUMN(no, IS_STR),
    COLUMN(loop, IS_STR),
    COLUMN(def, IS_I64),
    COLUMN(state, IS_STR),
    COLUMN(open, IS_BOOL),
    COLUMN(paused, IS_BOOL),
    COLUMN(unit, IS_I64),
    COLUMN(receiver, IS_I64),
    COLUMN(cls, IS_I64),
    COLUMN(channel, IS_STR),
    COLUMN(kind, IS_STR),
    COLUMN(priority, IS_STR),
    COLUMN(filed_us, IS_I64),
    COLUMN(closed_us, IS_I64),
    COLUMN(due_us, IS_I64),
    COLUMN(alarm_us, IS_I64),
    COLUMN(round, IS_I64),
    COLUMN(returns, IS_I64),
    COLUMN(urges, IS_I64),
    COLUMN(extensions, IS_I64),
    COLUMN(reopens, IS_I64),
    COLUMN(level, IS_I64),
    COLUMN(raised, IS_I64),
    COLUMN(parent, IS_I64),
    COLUMN(merged, IS_I64),
    COLUMN(excluded, IS_BOOL),
    COLUMN(gone, IS_BOOL),
    COLUMN(title, IS_STR),
    COLUMN(address, IS_STR),
    COLUMN(lat, IS_F64),
    COLUMN(lon, IS_F64),
};

static bool same_column(const struct column *c, const struct item *a, const struct item *b)
{
    const char *x = (const char *)a + c->at;
    const char *y = (const char *)b + c->at;
    switch (c->kind) {
    case IS_STR:
        return str_eq(*(const str *)x, *(const str *)y);
    case IS_I64:
        return *(const int64_t *)x == *(const int64_t *)y;
    case IS_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case IS_F64:
        return memcmp(x, y, sizeof(double)) == 0;
    }
    UNREACHABLE();
}

static void write_column(struct jw *w, const struct column *c, const struct item *it)
{
    const char *x = (const char *)it + c->at;
    switch (c->kind) {
    case IS_STR:
        jw_str(w, *(const str *)x);
        break;
    case IS_I64:
        jw_i64(w, *(const int64_t *)x);
        break;
    case IS_BOOL:
        jw_bool(w, *(const bool *)x);
        break;
    case IS_F64:
        jw_f64(w, *(const double *)x);
        break;
    }
}

static void pair_str(struct jw *w, str key, str from, str to)
{
    jw_key(w, key);
    jw_arr(w);
    jw_str(w, from);
    jw_str(w, to);
    jw_end_arr(w);
}

// Both lists are sorted by key, so one walk over the two finds what came, went and changed.
static void write_fields(
    struct jw *w, struct arena *a, const struct item *before, const struct item *it)
{
    size_t i = 0, j = 0;
    while (i < before->n_fields || j < it->n_fields) {
        int order = i >= before->n_fields ? 1
                    : j >= it->n_fields   ? -1
                                          : str_cmp(before->fields[i].key, it->fields[j].key);
        str from = order <= 0 ? before->fields[i].val : (str){0};
        str to = order >= 0 ? it->fields[j].val : (str){0};
        str key = order <= 0 ? before->fields[i].key : it->fields[j].key;
        if (order <= 0)
            i++;
        if (order >= 0)
            j++;
        if (!str_eq(from, to))
            pair_str(w, str_fmt(a, "f/%.*s", STR_ARG(key)), from, to);
    }
}

static bool same_part(const struct item_part *x, const struct item_part *y)
{
    return x->id == y->id && x->unit == y->unit && x->lead == y->lead &&
           str_eq(x->state, y->state) && x->since_us == y->since_us;
}

static bool same_clock(const struct clock *x, const struct clock *y)
{
    return str_eq(x->key, y->key) && x->part == y->part && x->round == y->round &&
           x->state == y->state && x->breached == y->breached && x->limit.n == y->limit.n &&
           x->limit.unit == y->limit.unit && x->limit.day_end == y->limit.day_end &&
           x->extended_us == y->extended_us && x->due_us == y->due_us &&
           x->stopped_us == y->stopped_us && x->n == y->n &&
           (x->n == 0 || memcmp(x->runs, y->runs, x->n * sizeof(*x->runs)) == 0);
}

str item_changes(struct arena *a, const struct item *before, const struct item *it)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, ITEM_CHANGES_MAX_BYTES);
    jw_init(&w, &b);
    jw_obj(&w);
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++) {
        if (same_column(&COLUMNS[i], before, it))
            continue;
        jw_key(&w, str_of(COLUMNS[i].key));
        jw_arr(&w);
        write_column(&w, &COLUMNS[i], before);
        write_column(&w, &COLUMNS[i], it);
        jw_end_arr(&w);
    }
    if (!str_eq(before->text, it->text))
        pair_str(&w, S("text"), (str){0}, item_text_hash(a, it->text));
    write_fields(&w, a, before, it);
    for (size_t i = 0; i < it->n_parts; i++) {
        if (i < before->n_parts && same_part(&before->parts[i], &it->parts[i]))
            continue;
        jw_key(&w, str_fmt(a, "p/%zu", i));
        item_part_json(&w, &it->parts[i]);
    }
    for (size_t i = 0; i < it->n_clocks; i++) {
        if (i < before->n_clocks && same_clock(&before->clocks[i], &it->clocks[i]))
            continue;
        jw_key(&w, str_fmt(a, "c/%zu", i));
        item_clock_json(&w, &it->clocks[i]);
    }
    jw_end_obj(&w);
    return b.overflow ? (str){0} : buf_str(&b);
}

static enum err_code bad_change(struct err *e, str key)
{
    return err_add(
        e, ERR_STORE, key, (str){0}, "the event's change cannot be read", "事件内容无法读取");
}

static enum err_code apply_column(
    const struct column *c, struct item *it, const struct json *to, struct err *e)
{
    char *x = (char *)it + c->at;
    bool fits = (c->kind == IS_STR && to->type == JSON_STR) ||
                (c->kind == IS_I64 && to->type == JSON_I64) ||
                (c->kind == IS_BOOL && to->type == JSON_BOOL) ||
                (c->kind == IS_F64 && (to->type == JSON_F64 || to->type == JSON_I64));
    if (!fits)
        return bad_change(e, str_of(c->key));
    switch (c->kind) {
    case IS_STR:
        *(str *)x = to->s;
        break;
    case IS_I64:
        *(int64_t *)x = to->i;
        break;
    case IS_BOOL:
        *(bool *)x = to->b;
        break;
    case IS_F64:
        *(double *)x = to->f;
        break;
    }
    return OK;
}

static enum err_code apply_indexed(
    struct arena *a, struct item *it, str key, const struct json *v, struct err *e)
{
    int64_t at = 0;
    if (!str_i64(str_sub(key, 2, key.n), &at) || at < 0 || v->type != JSON_OBJ)
        return bad_change(e, key);
    if (str_starts(key, S("p/"))) {
        struct item_part p = item_part_read(a, v);
        if ((size_t)at > it->n_parts)
            return bad_change(e, key);
        if ((size_t)at == it->n_parts)
            VEC_PUSH(a, it->parts, it->n_parts) = p;
        else
            it->parts[at] = p;
        return OK;
    }
    struct clock k = item_clock_read(a, v);
    if ((size_t)at > it->n_clocks)
        return bad_change(e, key);
    if ((size_t)at == it->n_clocks)
        VEC_PUSH(a, it->clocks, it->n_clocks) = k;
    else
        it->clocks[at] = k;
    return OK;
}

static enum err_code apply_one(
    struct arena *a, struct item *it, str key, const struct json *v, struct err *e)
{
    if (str_starts(key, S("p/")) || str_starts(key, S("c/")))
        return apply_indexed(a, it, key, v, e);
    const struct column *column = NULL;
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS) && !column; i++)
        if (str_eq(key, str_of(COLUMNS[i].key)))
            column = &COLUMNS[i];
    bool field = str_starts(key, S("f/")), text = str_eq(key, S("text"));
    if (!column && !field && !text)
        return OK; // said of something beside the item: files, a reason, a child's number
    if (v->type != JSON_ARR || v->n != 2)
        return bad_change(e, key);
    const struct json *to = &v->vals[1];
    if (column)
        return apply_column(column, it, to, e);
    if (to->type != JSON_STR)
        return bad_change(e, key);
    if (field)
        item_set_field(it, a, str_sub(key, 2, key.n), to->s);
    else
        it->text = to->s;
    return OK;
}

enum err_code item_apply(struct arena *a, struct item *it, str changes, struct err *e)
{
    const struct json *c = json_parse(a, changes, e);
    if (!c || c->type != JSON_OBJ)
        return bad_change(e, S("changes"));
    for (size_t i = 0; i < c->n; i++)
        if (apply_one(a, it, c->keys[i], &c->vals[i], e) != OK)
            return e->code;
    return OK;
}
