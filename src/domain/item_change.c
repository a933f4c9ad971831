// What an event says of a change, and how an item is folded from its events.
//
// An event keeps what became. What was before, the events before it say; and what follows from the
// rest is left out: the due times and outcomes of clocks, the instant at which a clock started or
// stopped or a part moved, when that is the event's own. Writer and reader compute the very same
// image of what follows (below: expected), the writer says only where the item differs from it, so
// whatever an item becomes can be said.

#include <string.h>
#include "domain/item_clock.h"
#include "domain/item_store.h"

enum kind { IS_STR, IS_I64, IS_BOOL, IS_F64 };
struct column {
    str key;
    enum kind kind;
    size_t at;
    bool derived; // follows from the clocks
};
#define COLUMN(name, kind)                                                                         \
    {                                                                                              \
        S(#name), kind, offsetof(struct item, name), false                                         \
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
    {S("due_us"), IS_I64, offsetof(struct item, due_us), true},
    {S("alarm_us"), IS_I64, offsetof(struct item, alarm_us), true},
    COLUMN(round, IS_I64),
    COLUMN(returns, IS_I64),
    COLUMN(urges, IS_I64),
    COLUMN(extensions, IS_I64),
    COLUMN(reopens, IS_I64),
    COLUMN(level, IS_I64),
    COLUMN(raised, IS_I64),
    COLUMN(parent, IS_I64),
    COLUMN(merged, IS_I64),
    COLUMN(repeat, IS_BOOL),
    COLUMN(main_repeat, IS_BOOL),
    COLUMN(unlocks, IS_I64),
    COLUMN(locked, IS_BOOL),
    COLUMN(excluded, IS_BOOL),
    COLUMN(recheck_us, IS_I64),
    COLUMN(solid_us, IS_I64),
    COLUMN(recurs, IS_I64),
    COLUMN(shelf, IS_I64),
    COLUMN(title, IS_STR),
    COLUMN(address, IS_STR),
    COLUMN(lat, IS_F64),
    COLUMN(lon, IS_F64),
    COLUMN(waits, IS_STR),
    COLUMN(gathered, IS_STR),
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

struct field_move {
    str key, from, to;
};

// Both lists are sorted by key, so one walk over the two finds what came, went and changed.
static bool next_field(
    const struct item *x, const struct item *y, size_t *i, size_t *j, struct field_move *out)
{
    while (*i < x->n_fields || *j < y->n_fields) {
        int order = *i >= x->n_fields   ? 1
                    : *j >= y->n_fields ? -1
                                        : str_cmp(x->fields[*i].key, y->fields[*j].key);
        out->key = order <= 0 ? x->fields[*i].key : y->fields[*j].key;
        out->from = order <= 0 ? x->fields[(*i)++].val : (str){0};
        out->to = order >= 0 ? y->fields[(*j)++].val : (str){0};
        if (!str_eq(out->from, out->to))
            return true;
    }
    return false;
}

static bool same_part(const struct item_part *x, const struct item_part *y)
{
    return x->id == y->id && x->unit == y->unit && x->lead == y->lead &&
           str_eq(x->state, y->state) && x->since_us == y->since_us && x->above == y->above;
}

static bool same_clock(const struct clock *x, const struct clock *y)
{
    return str_eq(x->key, y->key) && x->part == y->part && x->round == y->round &&
           x->state == y->state && x->breached == y->breached && x->limit.n == y->limit.n &&
           x->limit.unit == y->limit.unit && x->limit.day_end == y->limit.day_end &&
           x->extended_us == y->extended_us && x->share == y->share && x->due_us == y->due_us &&
           x->stopped_us == y->stopped_us && x->n == y->n &&
           (x->n == 0 || memcmp(x->runs, y->runs, x->n * sizeof(*x->runs)) == 0);
}

// ---- for people: both sides of every change

// The key of an entry in one of the lists: "p/0", "c/12".
static void jw_at(struct jw *w, char list, size_t i)
{
    char key[2 + STR_I64_BYTES] = {list, '/'};
    jw_key(w, (str){key, 2 + str_put_i64(key + 2, (int64_t)i)});
}

static void part_json(struct jw *w, const struct item_part *p)
{
    jw_obj(w);
    jw_ki64(w, "id", p->id);
    jw_ki64(w, "unit", p->unit);
    jw_kbool(w, "lead", p->lead);
    jw_kstr(w, "state", p->state);
    jw_ki64(w, "since", p->since_us);
    if (p->above != 0)
        jw_ki64(w, "above", p->above);
    jw_end_obj(w);
}

static void runs_json(struct jw *w, const struct clock *k)
{
    jw_name(w, "runs");
    jw_arr(w);
    for (size_t i = 0; i < k->n; i++) {
        jw_i64(w, k->runs[i].from_us);
        jw_i64(w, k->runs[i].to_us);
    }
    jw_end_arr(w);
}

static void clock_json(struct jw *w, const struct clock *k)
{
    jw_obj(w);
    jw_kstr(w, "key", k->key);
    jw_ki64(w, "part", k->part);
    jw_ki64(w, "round", k->round);
    jw_ki64(w, "state", (int64_t)k->state);
    jw_kbool(w, "breached", k->breached);
    jw_ki64(w, "n", k->limit.n);
    jw_ki64(w, "unit", (int64_t)k->limit.unit);
    jw_kbool(w, "day_end", k->limit.day_end);
    jw_ki64(w, "extended", k->extended_us);
    if (k->share != 0)
        jw_ki64(w, "share", k->share);
    jw_ki64(w, "due", k->due_us);
    jw_ki64(w, "stopped", k->stopped_us);
    runs_json(w, k);
    jw_end_obj(w);
}

// A step taken back leaves no part and no clock of its own: the lists end where they ended before
// it.
static bool jw_cut(struct jw *w, const struct item *before, const struct item *it)
{
    if (it->n_parts < before->n_parts) {
        jw_at(w, 'p', it->n_parts);
        jw_null(w);
    }
    if (it->n_clocks < before->n_clocks) {
        jw_at(w, 'c', it->n_clocks);
        jw_null(w);
    }
    return it->n_clocks < before->n_clocks;
}

static void write_changes(
    struct jw *w, struct arena *a, const struct item *before, const struct item *it)
{
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++) {
        if (same_column(&COLUMNS[i], before, it))
            continue;
        jw_key(w, COLUMNS[i].key);
        jw_arr(w);
        write_column(w, &COLUMNS[i], before);
        write_column(w, &COLUMNS[i], it);
        jw_end_arr(w);
    }
    if (!str_eq(before->text, it->text))
        pair_str(w, S("text"), (str){0}, it->text);
    struct field_move m;
    for (size_t i = 0, j = 0; next_field(before, it, &i, &j, &m);)
        pair_str(w, str_two(a, S("f/"), m.key), m.from, m.to);
    for (size_t i = 0; i < it->n_parts; i++) {
        if (i < before->n_parts && same_part(&before->parts[i], &it->parts[i]))
            continue;
        jw_at(w, 'p', i);
        part_json(w, &it->parts[i]);
    }
    for (size_t i = 0; i < it->n_clocks; i++) {
        if (i < before->n_clocks && same_clock(&before->clocks[i], &it->clocks[i]))
            continue;
        jw_at(w, 'c', i);
        clock_json(w, &it->clocks[i]);
    }
    jw_cut(w, before, it);
}

str item_changes(struct arena *a, const struct item *before, const struct item *it)
{
    struct buf b;
    struct jw w;
    struct item x = *it;
    buf_init(&b, a, ITEM_CHANGES_MAX_BYTES);
    jw_init(&w, &b);
    jw_obj(&w);
    if (!str_eq(before->text, it->text))
        x.text = item_text_hash(a, it->text);
    write_changes(&w, a, before, &x);
    jw_end_obj(&w);
    return b.overflow ? (str){0} : buf_str(&b);
}

// ---- for the event: what became

// A new part or clock as it most often begins, an old one as it most often goes on.
static struct item_part part_expected(const struct item *before, size_t i, int64_t at_us)
{
    struct item_part p =
        i < before->n_parts ? before->parts[i] : (struct item_part){.id = (int64_t)i + 1};
    p.since_us = at_us;
    return p;
}

static struct clock clock_expected(struct arena *a, const struct item *before, size_t i,
    enum clock_state state, int64_t round, int64_t at_us)
{
    struct clock k = {.round = round, .state = CLOCK_RUNNING};
    if (i >= before->n_clocks) {
        VEC_PUSH(a, k.runs, k.n) = (struct clock_stretch){.from_us = at_us};
    } else {
        const struct clock *was = &before->clocks[i];
        k = *was;
        k.runs = NULL;
        k.n = 0;
        for (size_t r = 0; r < was->n; r++)
            VEC_PUSH(a, k.runs, k.n) = was->runs[r];
    }
    bool stops = clock_open(&k) && state != CLOCK_RUNNING && state != CLOCK_PAUSED;
    bool pauses = k.state == CLOCK_RUNNING && state == CLOCK_PAUSED;
    struct clock_stretch *last = k.n > 0 ? &k.runs[k.n - 1] : NULL;
    if ((stops || pauses) && last && last->to_us == 0)
        last->to_us = at_us > last->from_us ? at_us : last->from_us;
    if (stops)
        k.stopped_us = at_us;
    if (pauses)
        k.due_us = 0;
    k.breached = k.breached || state == CLOCK_LATE;
    k.state = state;
    return k;
}

static void say_i64(struct jw *w, const char *key, int64_t v, int64_t expected)
{
    if (v != expected)
        jw_ki64(w, key, v);
}

static void say_bool(struct jw *w, const char *key, bool v, bool expected)
{
    if (v != expected)
        jw_kbool(w, key, v);
}

static void part_delta(struct jw *w, const struct item_part *p, const struct item_part *x)
{
    jw_obj(w);
    say_i64(w, "id", p->id, x->id);
    say_i64(w, "unit", p->unit, x->unit);
    say_bool(w, "lead", p->lead, x->lead);
    if (!str_eq(p->state, x->state))
        jw_kstr(w, "state", p->state);
    say_i64(w, "since", p->since_us, x->since_us);
    say_i64(w, "above", p->above, x->above);
    jw_end_obj(w);
}

static void clock_delta(
    struct jw *w, const struct clock *k, const struct clock *x, enum clock_state was)
{
    jw_obj(w);
    if (!str_eq(k->key, x->key))
        jw_kstr(w, "key", k->key);
    say_i64(w, "part", k->part, x->part);
    say_i64(w, "round", k->round, x->round);
    say_i64(w, "state", (int64_t)k->state, (int64_t)was);
    say_bool(w, "breached", k->breached, x->breached);
    say_i64(w, "n", k->limit.n, x->limit.n);
    say_i64(w, "unit", (int64_t)k->limit.unit, (int64_t)x->limit.unit);
    say_bool(w, "day_end", k->limit.day_end, x->limit.day_end);
    say_i64(w, "extended", k->extended_us, x->extended_us);
    say_i64(w, "share", k->share, x->share);
    say_i64(w, "due", k->due_us, x->due_us);
    say_i64(w, "stopped", k->stopped_us, x->stopped_us);
    if (k->n != x->n || (k->n > 0 && memcmp(k->runs, x->runs, k->n * sizeof(*k->runs)) != 0))
        runs_json(w, k);
    jw_end_obj(w);
}

// The clocks' outcomes and the next due times, of the clocks it has.
static void derive(struct arena *a, struct item *it)
{
    item_clocks_next(it);
    for (size_t i = 0; i < it->n_clocks; i++) {
        str key = it->clocks[i].key;
        bool first = true;
        for (size_t j = 0; first && j < i; j++)
            first = !str_eq(it->clocks[j].key, key);
        if (first)
            item_set_field(it, a, str_two(a, S("clock/"), key), item_clock_outcome(it, key));
    }
}

// An image before anything is said of the event at that instant.
static struct item expected(struct arena *a, const struct item *before, int64_t at_us)
{
    struct item x = *before;
    x.fields = NULL;
    x.n_fields = 0;
    for (size_t i = 0; i < before->n_fields; i++)
        VEC_PUSH(a, x.fields, x.n_fields) = before->fields[i];
    x.changed_us = at_us;
    if (before->filed_us == 0) { // its first event
        x.filed_us = at_us;
        x.round = 1;
    }
    return x;
}

// True when a clock moved, too.
static bool delta_parts(
    struct jw *w, struct arena *a, const struct item *before, const struct item *it)
{
    for (size_t i = 0; i < it->n_parts; i++) {
        if (i < before->n_parts && same_part(&before->parts[i], &it->parts[i]))
            continue;
        struct item_part x = part_expected(before, i, it->changed_us);
        jw_at(w, 'p', i);
        part_delta(w, &it->parts[i], &x);
    }
    bool moved = false;
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *k = &it->clocks[i];
        bool old = i < before->n_clocks;
        if (old && same_clock(&before->clocks[i], k))
            continue;
        struct clock x = clock_expected(a, before, i, k->state, it->round, it->changed_us);
        moved = true;
        jw_at(w, 'c', i);
        clock_delta(w, k, &x, old ? before->clocks[i].state : CLOCK_RUNNING);
    }
    return jw_cut(w, before, it) || moved;
}

str item_delta(struct arena *a, const struct item *before, const struct item *it)
{
    struct buf b;
    struct jw w;
    struct item x = expected(a, before, it->changed_us);
    buf_init(&b, a, ITEM_CHANGES_MAX_BYTES);
    jw_init(&w, &b);
    jw_obj(&w);
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++)
        if (!COLUMNS[i].derived && !same_column(&COLUMNS[i], &x, it)) {
            jw_key(&w, COLUMNS[i].key);
            write_column(&w, &COLUMNS[i], it);
        }
    if (!str_eq(before->text, it->text)) {
        jw_name(&w, "text");
        jw_str(&w, item_text_hash(a, it->text));
    }
    bool moved = delta_parts(&w, a, before, it) || x.round != it->round;
    x.clocks = it->clocks;
    x.n_clocks = it->n_clocks;
    x.round = it->round;
    x.recheck_us = it->recheck_us; // said before the clocks, which look at it for the next alarm
    if (moved)
        derive(a, &x);
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++)
        if (COLUMNS[i].derived && !same_column(&COLUMNS[i], &x, it)) {
            jw_key(&w, COLUMNS[i].key);
            write_column(&w, &COLUMNS[i], it);
        }
    struct field_move m;
    for (size_t i = 0, j = 0; next_field(&x, it, &i, &j, &m);) {
        jw_key(&w, str_two(a, S("f/"), m.key));
        jw_str(&w, m.to);
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
        return bad_change(e, c->key);
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

static int64_t told_i64(const struct json *j, str key, int64_t expected)
{
    return json_i64(j, key, expected);
}

static bool told_bool(const struct json *j, str key, bool expected)
{
    const struct json *v = json_get(j, key);
    return v && v->type == JSON_BOOL ? v->b : expected;
}

static str told_str(const struct json *j, str key, str expected)
{
    const struct json *v = json_get(j, key);
    return v && v->type == JSON_STR ? v->s : expected;
}

static struct item_part part_told(
    const struct item *it, size_t at, const struct json *v, int64_t at_us)
{
    struct item_part p = part_expected(it, at, at_us);
    p.id = told_i64(v, S("id"), p.id);
    p.unit = told_i64(v, S("unit"), p.unit);
    p.lead = told_bool(v, S("lead"), p.lead);
    p.state = told_str(v, S("state"), p.state);
    p.since_us = told_i64(v, S("since"), p.since_us);
    p.above = told_i64(v, S("above"), p.above);
    return p;
}

static struct clock clock_told(
    struct arena *a, const struct item *it, size_t at, const struct json *v, int64_t at_us)
{
    int64_t was = at < it->n_clocks ? (int64_t)it->clocks[at].state : CLOCK_RUNNING;
    enum clock_state state = (enum clock_state)told_i64(v, S("state"), was);
    struct clock k = clock_expected(a, it, at, state, it->round, at_us);
    k.key = told_str(v, S("key"), k.key);
    k.part = told_i64(v, S("part"), k.part);
    k.round = told_i64(v, S("round"), k.round);
    k.breached = told_bool(v, S("breached"), k.breached);
    k.limit.n = told_i64(v, S("n"), k.limit.n);
    k.limit.unit = (unsigned)told_i64(v, S("unit"), (int64_t)k.limit.unit);
    k.limit.day_end = told_bool(v, S("day_end"), k.limit.day_end);
    k.extended_us = told_i64(v, S("extended"), k.extended_us);
    k.share = told_i64(v, S("share"), k.share);
    k.due_us = told_i64(v, S("due"), k.due_us);
    k.stopped_us = told_i64(v, S("stopped"), k.stopped_us);
    const struct json *runs = json_get(v, S("runs"));
    if (!runs)
        return k;
    k.runs = NULL;
    k.n = 0;
    for (size_t i = 0; i + 1 < runs->n; i += 2) {
        struct clock_stretch s = {runs->vals[i].i, runs->vals[i + 1].i};
        VEC_PUSH(a, k.runs, k.n) = s;
    }
    return k;
}

static enum err_code apply_indexed(
    struct arena *a, struct item *it, str key, const struct json *v, int64_t at_us, struct err *e)
{
    int64_t at = 0;
    bool part = str_starts(key, S("p/"));
    size_t *n = part ? &it->n_parts : &it->n_clocks;
    if (!str_i64(str_sub(key, 2, key.n), &at) || at < 0 || (size_t)at > *n ||
        (v->type != JSON_OBJ && v->type != JSON_NULL))
        return bad_change(e, key);
    if (v->type == JSON_NULL) {
        *n = (size_t)at;
        return OK;
    }
    if (part) {
        struct item_part p = part_told(it, (size_t)at, v, at_us);
        if ((size_t)at == *n)
            VEC_PUSH(a, it->parts, it->n_parts) = p;
        else
            it->parts[at] = p;
        return OK;
    }
    struct clock k = clock_told(a, it, (size_t)at, v, at_us);
    if ((size_t)at == *n)
        VEC_PUSH(a, it->clocks, it->n_clocks) = k;
    else
        it->clocks[at] = k;
    return OK;
}

enum said { SAID_COLUMN, SAID_DERIVED, SAID_TEXT, SAID_FIELD, SAID_INDEXED, SAID_BESIDE };

static enum said what_is(str key, const struct column **column)
{
    *column = NULL;
    if (str_starts(key, S("p/")) || str_starts(key, S("c/")))
        return SAID_INDEXED;
    if (str_starts(key, S("f/")))
        return SAID_FIELD;
    if (str_eq(key, S("text")))
        return SAID_TEXT;
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++)
        if (str_eq(key, COLUMNS[i].key)) {
            *column = &COLUMNS[i];
            return COLUMNS[i].derived ? SAID_DERIVED : SAID_COLUMN;
        }
    return SAID_BESIDE; // files, a reason, a child's number
}

// What the members of a delta are, in its order.
struct member {
    enum said said;
    const struct column *column;
};

static struct member *members_of(struct arena *a, const struct json *delta)
{
    struct member *m = NEW_ARRAY(a, delta->n, struct member);
    for (size_t i = 0; i < delta->n; i++)
        m[i].said = what_is(delta->keys[i], &m[i].column);
    return m;
}

static enum err_code apply_one(struct arena *a, struct item *it, const struct member *m, str key,
    const struct json *v, int64_t at_us, struct err *e)
{
    if (m->said == SAID_INDEXED)
        return apply_indexed(a, it, key, v, at_us, e);
    if (m->column)
        return apply_column(m->column, it, v, e);
    if (v->type != JSON_STR)
        return bad_change(e, key);
    if (m->said == SAID_FIELD)
        item_set_field(it, a, str_sub(key, 2, key.n), v->s);
    else
        it->text = v->s;
    return OK;
}

// What otherwise follows from the clocks comes after them.
static enum err_code apply(struct arena *a, struct item *it, const struct json *delta,
    const struct member *m, int64_t at_us, struct err *e)
{
    *it = expected(a, it, at_us);
    int64_t round = it->round;
    bool moved = false;
    for (size_t i = 0; i < delta->n; i++) {
        if (m[i].said == SAID_BESIDE || m[i].said == SAID_DERIVED || m[i].said == SAID_FIELD)
            continue;
        if (apply_one(a, it, &m[i], delta->keys[i], &delta->vals[i], at_us, e) != OK)
            return e->code;
        moved = moved || str_starts(delta->keys[i], S("c/"));
    }
    if (moved || it->round != round)
        derive(a, it);
    for (size_t i = 0; i < delta->n; i++)
        if ((m[i].said == SAID_DERIVED || m[i].said == SAID_FIELD) &&
            apply_one(a, it, &m[i], delta->keys[i], &delta->vals[i], at_us, e) != OK)
            return e->code;
    return OK;
}

enum err_code item_apply(struct arena *a, struct item *it, str delta, int64_t at_us, struct err *e)
{
    const struct json *c = json_parse(a, delta, e);
    if (!c || c->type != JSON_OBJ)
        return bad_change(e, S("changes"));
    return apply(a, it, c, members_of(a, c), at_us, e);
}

enum err_code item_replay(
    struct arena *a, struct item *it, str delta, int64_t at_us, str *changes, struct err *e)
{
    struct item before = *it;
    struct buf b;
    struct jw w;
    const struct json *c = json_parse(a, delta, e);
    if (!c || c->type != JSON_OBJ)
        return bad_change(e, S("changes"));
    const struct member *m = members_of(a, c);
    // Both images keep their own lists: an entry may change where it stands.
    before.parts = NULL;
    before.clocks = NULL;
    before.n_parts = before.n_clocks = 0;
    for (size_t i = 0; i < it->n_parts; i++)
        VEC_PUSH(a, before.parts, before.n_parts) = it->parts[i];
    for (size_t i = 0; i < it->n_clocks; i++)
        VEC_PUSH(a, before.clocks, before.n_clocks) = it->clocks[i];
    if (apply(a, it, c, m, at_us, e) != OK)
        return e->code;
    buf_init(&b, a, ITEM_CHANGES_MAX_BYTES);
    jw_init(&w, &b);
    jw_obj(&w);
    write_changes(&w, a, &before, it);
    for (size_t i = 0; i < c->n; i++)
        if (m[i].said == SAID_BESIDE) {
            jw_key(&w, c->keys[i]);
            jw_json(&w, &c->vals[i]);
        }
    jw_end_obj(&w);
    *changes = buf_str(&b);
    return b.overflow ? bad_change(e, S("changes")) : OK;
}
