#include "domain/item_list.h"

#include "domain/list_inner.h"
#include "domain/search.h"
#include "domain/old_years.h"

static const char *const SORT_NAMES[SORT_COUNT] = {
    "-filed", "filed", "due", "-changed", "relevance"};

str list_sort_name(enum list_sort s)
{
    return str_of(SORT_NAMES[s]);
}

int list_sort_of(str name)
{
    for (int i = 0; i < SORT_COUNT; i++)
        if (str_eq(name, str_of(SORT_NAMES[i])))
            return i;
    return -1;
}

enum list_sort list_sort_usual(const struct filter *f)
{
    return f && filter_has_words(f) ? SORT_RELEVANCE : SORT_FILED_DOWN;
}

bool list_units(struct ctx *c, int64_t **ids, size_t *n)
{
    size_t n_tops;
    bool all;
    const struct unit **tops = ctx_units(c, MAY_READ_ITEMS, &n_tops, &all);
    *ids = NULL;
    *n = 0;
    for (size_t k = 0; k < n_tops && !all; k++)
        for (int at = tops[k]->lo; at <= tops[k]->hi; at++)
            VEC_PUSH(c->arena, *ids, *n) = c->rules->units[at].id;
    return !all;
}

// What the actor may see, as SQL: units below those at which a right to read is held, as lead,
// receiver or by a part, also one that has ended: the rule of item_visible. A whole town's reader
// gets no condition at all.
// Rows of registers are everybody's, unless a register says otherwise.
static void visible_sql(struct ctx *c, const struct filter *f, struct sqlb *q)
{
    int64_t *units;
    size_t n;
    if (!list_units(c, &units, &n))
        return;
    if (f && filter_of_registers(f) && filter_registers_open(f, c->rules) &&
        ctx_may(c, MAY_READ_ITEMS, 0))
        return;
    static const char *const HEADS[] = {" AND (i.unit IN (", ") OR i.receiver IN (",
        ") OR EXISTS (SELECT 1 FROM part p WHERE p.town = ?1 AND p.item = i.id AND p.unit IN ("};
    for (size_t h = 0; h < ARRAY_LEN(HEADS); h++) {
        sqlb_add_(q, HEADS[h]);
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                sqlb_add(q, ",");
            sqlb_val(q, V(units[i]));
        }
        if (n == 0)
            sqlb_add(q, "0"); // no unit has the id 0
    }
    sqlb_add(q, ")))");
}

void list_from_where(
    struct ctx *c, const struct filter *f, const struct list_part *part, struct sqlb *q)
{
    struct filter_env env = {
        .rules = c->rules, .now_us = c->now_us, .person = c->actor ? c->actor->id : 0};
    if (part->among) {
        sqlb_from_ids(q, c->db, part->ids, part->n);
        sqlb_add(q, " CROSS JOIN item i"); // from the ids to the items, whatever the rest says
    } else {
        sqlb_add(q, " FROM item i");
    }
    if (f && filter_wants_doc(f))
        sqlb_add(q, " JOIN item_doc d ON d.town = i.town AND d.id = i.id");
    sqlb_add(q, " WHERE i.town = ?1");
    if (part->among)
        sqlb_add(q, " AND i.id = k.value");
    switch (f ? filter_shelf(f) : SHELF_ITEMS) {
    case SHELF_ITEMS:
        sqlb_add(q, " AND i.shelf = 0");
        break;
    case SHELF_KEPT:
        sqlb_add(q, " AND i.shelf = 2");
        break;
    case SHELF_GONE: // said by the filter
        if (!filter_of_registers(f))
            sqlb_add(q, " AND i.shelf <> 2");
        break;
    }
    if (f)
        filter_sql(f, &env, q);
    visible_sql(c, f, q);
    if (part->titles == LIST_IN_TITLE)
        sqlb_add(q, " AND ");
    if (part->titles == LIST_NOT_IN_TITLE)
        sqlb_add(q, " AND NOT ");
    if (part->titles != LIST_ANYWHERE)
        filter_sql_title(f, q);
}

bool list_cursor_read(str after, int64_t *value, int64_t *id)
{
    str v, i;
    return str_cut(&after, '.', &v) && str_cut(&after, '.', &i) && after.n == 0 &&
           str_i64(v, value) && str_i64(i, id);
}

enum err_code list_cursor_wrong(struct err *e)
{
    return err_add(e, ERR_INVALID, S("after"), S("next of the page before"), "is not a cursor",
        "翻页位置无效");
}

// A cursor is "value.id" of the last row of the page before.
static enum err_code add_after(const struct list_in *in, struct sqlb *q, struct err *e)
{
    static const char *const CONDITIONS[SORT_COUNT][2] = {
        [SORT_RELEVANCE] = {" AND (i.filed_us, i.id) < (", ")"},
        [SORT_FILED_DOWN] = {" AND (i.filed_us, i.id) < (", ")"},
        [SORT_FILED_UP] = {" AND (i.filed_us, i.id) > (", ")"},
        [SORT_DUE_UP] = {" AND (i.due_us, i.id) > (", ")"},
        [SORT_CHANGED_DOWN] = {" AND (i.changed_us, i.id) < (", ")"},
    };
    if (in->after.n == 0)
        return OK;
    int64_t v = 0, at = 0;
    if (!list_cursor_read(in->after, &v, &at))
        return list_cursor_wrong(e);
    sqlb_add_(q, CONDITIONS[in->sort][0]);
    sqlb_val(q, V(v));
    sqlb_add(q, ",");
    sqlb_val(q, V(at));
    sqlb_add_(q, CONDITIONS[in->sort][1]);
    return OK;
}

static const char *const ORDERS[SORT_COUNT] = {
    [SORT_RELEVANCE] = " ORDER BY i.filed_us DESC, i.id DESC LIMIT ",
    [SORT_FILED_DOWN] = " ORDER BY i.filed_us DESC, i.id DESC LIMIT ",
    [SORT_FILED_UP] = " ORDER BY i.filed_us, i.id LIMIT ",
    [SORT_DUE_UP] = " ORDER BY i.due_us, i.id LIMIT ",
    [SORT_CHANGED_DOWN] = " ORDER BY i.changed_us DESC, i.id DESC LIMIT ",
};

static struct list_row read_row(struct arena *a, const struct cursor *r)
{
    return (struct list_row){
        .id = db_i64(r, 0),
        .no = db_dup(r, 1, a),
        .loop = db_dup(r, 2, a),
        .def = db_i64(r, 3),
        .state = db_dup(r, 4, a),
        .open = db_i64(r, 5) != 0,
        .paused = db_i64(r, 6) != 0,
        .unit = db_i64(r, 7),
        .cls = db_i64(r, 8),
        .channel = db_dup(r, 9, a),
        .kind = db_dup(r, 10, a),
        .priority = db_dup(r, 11, a),
        .filed_us = db_i64(r, 12),
        .changed_us = db_i64(r, 13),
        .closed_us = db_i64(r, 14),
        .due_us = db_i64(r, 15),
        .version = db_i64(r, 16),
        .returns = db_i64(r, 17),
        .urges = db_i64(r, 18),
        .merged = db_i64(r, 19),
        .excluded = db_i64(r, 20) != 0,
        .title = db_dup(r, 21, a),
        .waits = db_dup(r, 22, a),
        .repeat = db_i64(r, 23) != 0,
        .main_repeat = db_i64(r, 24) != 0,
        .locked = db_i64(r, 25) != 0,
        .gathered = db_dup(r, 26, a),
    };
}

str list_cursor(struct arena *a, enum list_sort sort, const struct list_row *r)
{
    int64_t v = sort == SORT_DUE_UP         ? r->due_us
                : sort == SORT_CHANGED_DOWN ? r->changed_us
                                            : r->filed_us;
    return str_fmt(a, "%" PRId64 ".%" PRId64, v, r->id);
}

int64_t list_count(struct ctx *c, const struct filter *f, const struct list_part *part, int64_t cap)
{
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT count(*) FROM (SELECT 1");
    sqlb_bind(&q, V(c->rules->town));
    list_from_where(c, f, part, &q);
    if (cap > 0) {
        sqlb_add(&q, " LIMIT ");
        sqlb_val(&q, V(cap));
    }
    sqlb_add(&q, ") AS t");
    return sqlb_i64(c->db, &q);
}

static const struct list_part WHOLE = {0};

static int64_t count_here(struct ctx *c, const struct filter *f, int64_t cap)
{
    struct list_part part = WHOLE;
    if (f && filter_has_words(f))
        (void)search_few(c, f, &part);
    return list_count(c, f, &part, cap);
}

int64_t item_count(struct ctx *c, const struct filter *f, int64_t cap, struct err *e)
{
    struct ctx all = *c;
    db_read_begin(c->db);
    int64_t n = count_here(c, f, cap);
    bool enough = cap > 0 && n >= cap;
    if (!enough && old_years_may_have(c, f) && old_years_widen(&all))
        n = count_here(&all, f, cap);
    if (all.db != c->db && db_status(all.db, e) != OK)
        n = 0;
    db_read_end(c->db);
    return db_status(c->db, e) == OK ? n : 0;
}

// One SELECT of a page. In the order of what is due next, what no clock runs for comes last: that
// is a second SELECT, because both halves then follow an index. tail says which half.
static enum err_code read_page(struct ctx *c, const struct list_in *in,
    const struct list_part *part, bool tail, struct list_out *out, struct err *e)
{
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT i.id, i.no, i.loop, i.def, i.state, i.open, i.paused, i.unit, i.class, "
                 "i.channel, i.kind,"
                 " i.priority, i.filed_us, i.changed_us, i.closed_us, i.due_us, i.version, "
                 "i.returns, i.urges,"
                 " i.merged, i.excluded, i.title, i.waits, i.repeat, i.main_repeat,"
                 " i.locked, i.gathered");
    sqlb_bind(&q, V(c->rules->town));
    list_from_where(c, in->filter, part, &q);
    if (in->sort == SORT_DUE_UP && !tail)
        sqlb_add(&q, " AND i.due_us > 0");
    if (in->sort == SORT_DUE_UP && tail)
        sqlb_add(&q, " AND i.due_us = 0");
    if (add_after(in, &q, e) != OK)
        return e->code;
    sqlb_add_(&q, tail ? " ORDER BY i.id LIMIT " : ORDERS[in->sort]);
    sqlb_val(&q, V(in->limit + 1 - (int64_t)out->n));
    struct cursor r = sqlb_rows(c->db, &q);
    while (db_next(&r))
        VEC_PUSH(c->arena, out->rows, out->n) = read_row(c->arena, &r);
    return db_status(c->db, e);
}

enum err_code list_read(struct ctx *c, const struct list_in *in, const struct list_part *part,
    struct list_out *out, struct err *e)
{
    bool in_tail = in->sort == SORT_DUE_UP && str_starts(in->after, S("0."));
    if (read_page(c, in, part, in_tail, out, e) != OK)
        return e->code;
    if (in->sort != SORT_DUE_UP || in_tail || (int64_t)out->n > in->limit)
        return OK;
    struct list_in rest = *in;
    rest.after = (str){0};
    return read_page(c, &rest, part, true, out, e);
}

// More than these are not counted.
static void count(struct ctx *c, const struct list_in *in, struct list_out *out, struct err *e)
{
    out->total = item_count(c, in->filter, LIST_COUNT_MAX + 1, e);
    out->capped = out->total > LIST_COUNT_MAX;
    out->total = out->capped ? LIST_COUNT_MAX : out->total;
}

// The town's own rows first: mostly they are the page.
static enum err_code read_rows(
    struct ctx *c, const struct list_in *in, struct list_out *out, struct err *e)
{
    if (list_read(c, in, &WHOLE, out, e) != OK)
        return e->code;
    if (!old_years_may_have(c, in->filter) || old_years_come_after(c, in, out))
        return db_status(c->db, e);
    struct ctx all = *c;
    if (!old_years_widen(&all))
        return db_status(c->db, e);
    *out = (struct list_out){.total = -1};
    return list_read(&all, in, &WHOLE, out, e);
}

static enum err_code with_words(
    struct ctx *c, const struct list_in *in, struct list_out *out, struct err *e)
{
    struct ctx all = *c;
    if (old_years_may_have(c, in->filter))
        (void)old_years_widen(&all);
    enum err_code code = db_status(c->db, e);
    return code == OK ? search_list(&all, in, out, e) : code;
}

static enum err_code list(
    struct ctx *c, const struct list_in *given, struct list_out *out, struct err *e)
{
    struct list_in own = *given;
    const struct list_in *in = &own;
    *out = (struct list_out){.total = -1};
    // What lasts is never due.
    if (own.sort == SORT_DUE_UP && own.filter && filter_of_registers(own.filter))
        own.sort = SORT_FILED_DOWN;
    if (in->filter && filter_has_words(in->filter))
        return with_words(c, in, out, e);
    if (read_rows(c, in, out, e) != OK)
        return e->code;
    if ((int64_t)out->n > in->limit) {
        out->n = (size_t)in->limit;
        out->next = list_cursor(c->arena, in->sort, &out->rows[out->n - 1]);
    }
    if (in->count)
        count(c, in, out, e);
    return e->code;
}

enum err_code item_list(
    struct ctx *c, const struct list_in *in, struct list_out *out, struct err *e)
{
    db_read_begin(c->db);
    enum err_code code = list(c, in, out, e);
    db_read_end(c->db);
    return code;
}

static enum err_code each(struct ctx *c, const struct filter *f, bool (*fn)(void *arg, int64_t id),
    void *arg, struct err *e)
{
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT i.id, i.filed_us");
    sqlb_bind(&q, V(c->rules->town));
    list_from_where(c, f, &WHOLE, &q);
    sqlb_add(&q, " ORDER BY i.filed_us, i.id");
    struct cursor r = sqlb_rows(c->db, &q);
    bool more = true;
    while (more && db_next(&r))
        more = fn(arg, db_i64(&r, 0));
    db_done(&r);
    return db_status(c->db, e);
}

enum err_code item_each(struct ctx *c, const struct filter *f, bool (*fn)(void *arg, int64_t id),
    void *arg, struct err *e)
{
    struct ctx all = *c;
    db_read_begin(c->db);
    if (old_years_may_have(c, f))
        (void)old_years_widen(&all);
    enum err_code code = db_status(c->db, e);
    if (code == OK)
        code = each(&all, f, fn, arg, e);
    db_read_end(c->db);
    return code;
}
