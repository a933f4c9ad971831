// A filter's meaning in the database; see filter_match.c. Fragments are literals, values are bound.
// The forms are those the working indexes take: `i.open = 1` as it stands in them, `i.unit = ?` for
// a unit without others below it.

#include "domain/filter_private.h"
#include "domain/keydate.h"

enum {
    // Ids bound for all units or classes below the named ones; past that the database walks the
    // tree itself. Leaves
    // room below SQLB_VALS_MAX for two values each of FILTER_VALUES_MAX and one of each term.
    BOUND_IDS_MAX = SQLB_VALS_MAX - 2 * FILTER_VALUES_MAX - FILTER_TERMS_MAX - 20,
};

struct writer_of {
    struct sqlb *q;
    const struct filter_env *env;
    const struct filter_term *t;
    bool any; // an alternative was written
};

static void or_else(struct writer_of *w)
{
    if (w->any)
        sqlb_add(w->q, " OR ");
    w->any = true;
}

static const char *const COLUMNS[] = {
#define X(name, key, alias, kind, col, member) [name] = (col),
    FILTER_KEYS(X)
#undef X
};

static void column(const struct writer_of *w)
{
    CHECK(w->t->key < FILTER_KEY_COUNT || w->t->key == KEY_FIELD);
    if (w->t->key < FILTER_KEY_COUNT) {
        sqlb_add_(w->q, COLUMNS[w->t->key]);
        return;
    }
    sqlb_add(w->q, "COALESCE(d.doc -> 'f' ->> ");
    sqlb_val(w->q, val_str(w->t->field));
    sqlb_add(w->q, ", '')");
}

static void words(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        str word = w->t->values[i].text;
        or_else(w);
        sqlb_contains(w->q, "i.title", word);
        sqlb_add(w->q, " OR ");
        sqlb_contains(w->q, "d.text", word);
        sqlb_add(w->q, " OR ");
        sqlb_contains(w->q, "d.address", word);
        sqlb_add(w->q, " OR ");
        sqlb_contains(w->q, "i.no", word);
    }
}

static str stored_text(const struct filter_value *v)
{
    switch (v->form) {
    case VALUE_YES:
        return S("yes");
    case VALUE_NO:
        return S("no");
    case VALUE_IS:
        return v->text;
    default: // absent
        return S("");
    }
}

static void texts(struct writer_of *w)
{
    or_else(w);
    column(w);
    if (w->t->n == 1)
        sqlb_add(w->q, " = ");
    else
        sqlb_add(w->q, " IN (");
    for (size_t i = 0; i < w->t->n; i++) {
        if (i > 0)
            sqlb_add(w->q, ", ");
        sqlb_val(w->q, val_str(stored_text(&w->t->values[i])));
    }
    if (w->t->n > 1)
        sqlb_add(w->q, ")");
}

static void flags(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        column(w);
        if (w->t->values[i].form == VALUE_YES)
            sqlb_add(w->q, " = 1");
        else
            sqlb_add(w->q, " = 0");
    }
}

static void gone(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        if (w->t->values[i].form == VALUE_YES)
            sqlb_add(w->q, "i.shelf = 1");
        else
            sqlb_add(w->q, "i.shelf <> 1");
    }
}

// Which units or classes a term means: some ids, perhaps none at all, perhaps any.
struct id_set {
    int64_t *tops, *ids; // as named; with what is below them
    size_t n_tops, n;
    bool none, any;
};

static void add_unit(const struct writer_of *w, const struct unit *top, struct id_set *set)
{
    const struct rules *r = w->env->rules;
    struct arena *a = w->q->arena;
    if (top == NULL)
        return;
    if (top == r->root && !w->t->exact) {
        set->any = true;
        return;
    }
    VEC_PUSH(a, set->tops, set->n_tops) = top->id;
    if (w->t->exact) {
        VEC_PUSH(a, set->ids, set->n) = top->id;
        return;
    }
    for (size_t i = 0; i < r->n_units; i++)
        if (unit_below(&r->units[i], top))
            VEC_PUSH(a, set->ids, set->n) = r->units[i].id;
}

static struct id_set unit_ids(const struct writer_of *w)
{
    struct id_set set = {0};
    const struct rules *r = w->env->rules;
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        const struct person *p = rules_person(r, w->env->person);
        set.none |= v->form == VALUE_NONE;
        if (v->form == VALUE_IS)
            add_unit(w, rules_unit(r, v->id), &set);
        for (size_t j = 0; v->form == VALUE_MINE && p != NULL && j < p->n; j++)
            add_unit(w, p->grants[j].unit, &set);
    }
    return set;
}

static struct id_set class_ids(const struct writer_of *w)
{
    struct id_set set = {0};
    const struct rules *r = w->env->rules;
    struct arena *a = w->q->arena;
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        const struct class_ *top = rules_class(r, v->id);
        set.none |= v->form == VALUE_NONE;
        if (v->form != VALUE_IS)
            continue;
        VEC_PUSH(a, set.tops, set.n_tops) = v->id;
        VEC_PUSH(a, set.ids, set.n) = v->id;
        for (size_t j = 0; j < r->n_classes && !w->t->exact; j++)
            if (r->classes[j].id != v->id && class_below(&r->classes[j], top))
                VEC_PUSH(a, set.ids, set.n) = r->classes[j].id;
    }
    return set;
}

static void id_list(struct sqlb *q, const int64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            sqlb_add(q, ", ");
        sqlb_val(q, val_i64(ids[i]));
    }
}

// Too many to bind: the database finds what is below.
static void id_tree(struct writer_of *w, const struct id_set *set)
{
    if (w->t->kind == KIND_CLASS)
        sqlb_add(w->q,
            " IN (WITH RECURSIVE below(id) AS (SELECT t.id FROM class t WHERE t.town = ?1"
            " AND t.id IN (");
    else
        sqlb_add(w->q, " IN (WITH RECURSIVE below(id) AS (SELECT t.id FROM unit t WHERE t.town = ?1"
                       " AND t.id IN (");
    id_list(w->q, set->tops, set->n_tops);
    if (w->t->kind == KIND_CLASS)
        sqlb_add(w->q,
            ") UNION SELECT t.id FROM below b JOIN class t ON t.parent = b.id WHERE t.town = ?1)"
            " SELECT id FROM below)");
    else
        sqlb_add(w->q,
            ") UNION SELECT t.id FROM below b JOIN unit t ON t.parent = b.id WHERE t.town = ?1)"
            " SELECT id FROM below)");
}

// So many units that a walk in the list's own order, leaving out the others, meets a page of rows
// sooner than all their queues can be read and sorted.
static bool many(const struct writer_of *w, const struct id_set *set)
{
    enum { SHARE = 4, FEW = 20 };
    return w->t->kind == KIND_UNIT && set->n > FEW && set->n * SHARE > w->env->rules->n_units;
}

static void id_is(struct writer_of *w, const struct id_set *set)
{
    if (set->n == 1) {
        sqlb_add(w->q, " = ");
        id_list(w->q, set->ids, 1);
    } else if (set->n > 0 && w->q->n + set->n > BOUND_IDS_MAX && !w->t->exact) {
        id_tree(w, set);
    } else if (set->n > 0) {
        sqlb_add(w->q, " IN (");
        id_list(w->q, set->ids, set->n);
        sqlb_add(w->q, ")");
    }
}

static void ids(struct writer_of *w, const struct id_set *set)
{
    if (set->any || set->n > 0)
        or_else(w);
    if (many(w, set))
        sqlb_add(w->q, "+"); // keeps an index by unit from being taken
    if (set->any || set->n > 0)
        column(w);
    if (set->any)
        sqlb_add(w->q, " <> 0");
    else
        id_is(w, set);
}

// A field holds the code: of the nodes meant.
static void codes(struct writer_of *w, const struct id_set *set)
{
    if (!set->any && set->n == 0)
        return;
    or_else(w);
    column(w);
    if (set->any) {
        sqlb_add(w->q, " <> ''");
        return;
    }
    if (w->t->kind == KIND_CLASS)
        sqlb_add(
            w->q, " IN (SELECT k.scheme || '/' || k.code FROM class k WHERE k.town = ?1 AND k.id");
    else
        sqlb_add(w->q, " IN (SELECT k.code FROM unit k WHERE k.town = ?1 AND k.id");
    id_is(w, set);
    sqlb_add(w->q, ")");
}

static void ids_or_none(struct writer_of *w)
{
    struct id_set set = w->t->kind == KIND_CLASS ? class_ids(w) : unit_ids(w);
    bool field = w->t->key == KEY_FIELD;
    if (field)
        codes(w, &set);
    else
        ids(w, &set);
    if (!set.none)
        return;
    or_else(w);
    column(w);
    if (field)
        sqlb_add(w->q, " = ''");
    else
        sqlb_add(w->q, " = 0");
}

// From the units to their open parts, not from each item: the queue of an assisting unit must not
// read the whole town.
static void parts(struct writer_of *w)
{
    struct id_set set = unit_ids(w);
    if (set.any || set.n > 0) {
        or_else(w);
        sqlb_add(w->q, "i.id IN (SELECT p.item FROM part p WHERE p.town = ?1 AND p.open = 1 AND ");
        bool any = w->any;
        w->any = false;
        ids(w, &set);
        w->any = any;
        sqlb_add(w->q, ")");
    }
    if (set.none) {
        or_else(w);
        sqlb_add(w->q, "i.id NOT IN (SELECT p.item FROM part p WHERE p.town = ?1 AND p.open = 1)");
    }
}

static void instants(struct writer_of *w, const struct filter_value *v)
{
    int64_t lo = 0, hi = 0;
    filter_date_us(&v->dates, w->env->now_us, w->env->rules->zone_s, &lo, &hi);
    column(w);
    sqlb_add(w->q, " >= ");
    sqlb_val(w->q, val_i64(lo));
    sqlb_add(w->q, " AND ");
    column(w);
    sqlb_add(w->q, " < ");
    sqlb_val(w->q, val_i64(hi));
}

static void times(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        or_else(w);
        if (v->form == VALUE_NONE) {
            column(w);
            sqlb_add(w->q, " = 0");
            continue;
        }
        sqlb_add(w->q, "(");
        instants(w, v);
        sqlb_add(w->q, ")");
    }
}

static void closed(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        or_else(w);
        if (v->form == VALUE_NO) {
            sqlb_add(w->q, "i.open = 1");
        } else if (v->form == VALUE_YES) {
            sqlb_add(w->q, "i.open = 0");
        } else {
            sqlb_add(w->q, "(i.open = 0 AND ");
            instants(w, v);
            sqlb_add(w->q, ")");
        }
    }
}

static void overdue(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        if (w->t->values[i].form == VALUE_NO)
            sqlb_add(w->q, "NOT ");
        sqlb_add(w->q, "(i.open = 1 AND i.due_us > 0 AND i.due_us < ");
        sqlb_val(w->q, val_i64(w->env->now_us));
        sqlb_add(w->q, ")");
    }
}

// Days are compared as text; no day stands before every other.
static void slips(struct writer_of *w)
{
    int64_t today = tm_local_day(w->env->now_us, w->env->rules->zone_s);
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        if (w->t->values[i].form == VALUE_NO)
            sqlb_add(w->q, "NOT ");
        sqlb_add(w->q, "(i.open = 1 AND ");
        column(w);
        sqlb_add(w->q, " <> '' AND ");
        column(w);
        sqlb_add(w->q, " < ");
        sqlb_val(w->q, val_str(tm_date(w->q->arena, today)));
        sqlb_add(w->q, ")");
    }
}

// Who is confidential is nobody's same caller.
static void same_caller(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        column(w);
        sqlb_add(w->q,
            " IN (SELECT y.item FROM caller x JOIN caller y ON y.town = x.town"
            " AND y.phone_mark = x.phone_mark AND y.phone_mark <> '' AND y.confidential = 0"
            " WHERE x.town = ?1 AND x.confidential = 0 AND x.item = ");
        sqlb_val(w->q, val_i64(w->t->values[i].id));
        sqlb_add(w->q, ")");
    }
}

static void numbers_of_orders(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        or_else(w);
        if (v->form == VALUE_PREFIX) {
            sqlb_add(w->q, "(i.no >= ");
            sqlb_val(w->q, val_str(v->text));
            sqlb_add(w->q, " AND i.no < ");
            sqlb_val(w->q, val_str(v->text_end));
            sqlb_add(w->q, ")");
        } else {
            sqlb_add(w->q, "i.no = ");
            sqlb_val(w->q, val_str(v->text));
        }
    }
}

static void count_range(struct sqlb *q, const struct filter_value *v)
{
    bool between = v->lo != INT64_MIN && v->hi != INT64_MAX;
    if (between)
        sqlb_add(q, " BETWEEN ");
    else if (v->lo != INT64_MIN)
        sqlb_add(q, " >= ");
    else
        sqlb_add(q, " <= ");
    sqlb_val(q, val_i64(v->lo != INT64_MIN ? v->lo : v->hi));
    if (!between)
        return;
    sqlb_add(q, " AND ");
    sqlb_val(q, val_i64(v->hi));
}

static void counts(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        column(w);
        count_range(w->q, &w->t->values[i]);
    }
}

// From each item to its definition: few are so old that one would look for them from there.
static void versions(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        or_else(w);
        if (v->form == VALUE_OLD)
            sqlb_add(w->q, "EXISTS (SELECT 1 FROM def o JOIN def y ON y.town = o.town"
                           " AND y.kind = o.kind AND y.key = o.key AND y.version > o.version"
                           " WHERE o.town = ?1 AND o.id = i.def");
        else
            sqlb_add(w->q,
                "EXISTS (SELECT 1 FROM def o WHERE o.town = ?1 AND o.id = i.def AND o.version");
        if (v->form != VALUE_OLD)
            count_range(w->q, v);
        sqlb_add(w->q, ")");
    }
}

static void links(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        or_else(w);
        column(w);
        if (v->form == VALUE_IS) {
            sqlb_add(w->q, " = ");
            sqlb_val(w->q, val_i64(v->id));
        } else if (v->form == VALUE_YES) {
            sqlb_add(w->q, " <> 0");
        } else {
            sqlb_add(w->q, " = 0");
        }
    }
}

static void waiting(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        filter_waits_sql(w->q, w->env, w->t->kind, &w->t->values[i]);
    }
}

// A short list, so from it to the items.
static void watched(struct writer_of *w)
{
    or_else(w);
    column(w);
    sqlb_add(w->q, " IN (SELECT w.item FROM watch w WHERE w.town = ?1 AND w.person = ");
    sqlb_val(w->q, val_i64(w->env->person));
    sqlb_add(w->q, ")");
}

// Few wait for their re-check: from the index that holds them to the items. Of those that passed it
// a town has ever more: they are met on the way of the list.
static void moments(struct writer_of *w)
{
    bool few = w->t->key == KEY_RECHECK;
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        int64_t lo = 1, hi = v->form == VALUE_DUE ? w->env->now_us : INT64_MAX;
        or_else(w);
        if (v->form == VALUE_MINE) {
            filter_waits_sql(w->q, w->env, w->t->kind, v);
            continue;
        }
        if (v->form == VALUE_NO) {
            column(w);
            sqlb_add(w->q, " = 0");
            continue;
        }
        if (v->form == VALUE_IS)
            filter_date_us(&v->dates, w->env->now_us, w->env->rules->zone_s, &lo, &hi);
        if (few)
            sqlb_add(w->q, "i.id IN (SELECT o.id FROM item o WHERE o.town = ?1 AND o.recheck_us > 0"
                           " AND o.recheck_us >= ");
        else
            sqlb_add(w->q, "(i.solid_us > 0 AND i.solid_us >= ");
        sqlb_val(w->q, val_i64(lo));
        if (few)
            sqlb_add(w->q, " AND o.recheck_us < ");
        else
            sqlb_add(w->q, " AND i.solid_us < ");
        sqlb_val(w->q, val_i64(hi));
        sqlb_add(w->q, ")");
    }
}

// Bound as the text it is: PostgreSQL would else take it for the bytes of a number.
static void number_range(struct writer_of *w, const struct filter_number *n)
{
    sqlb_add(w->q, "(");
    if (n->has_lo) {
        if (n->lo_open)
            sqlb_add(w->q, "v.y > CAST(CAST(");
        else
            sqlb_add(w->q, "v.y >= CAST(CAST(");
        sqlb_val(w->q, val_str(n->lo_text));
        sqlb_add(w->q, " AS TEXT) AS DOUBLE PRECISION)");
    }
    if (n->has_lo && n->has_hi)
        sqlb_add(w->q, " AND ");
    if (n->has_hi) {
        if (n->hi_open)
            sqlb_add(w->q, "v.y < CAST(CAST(");
        else
            sqlb_add(w->q, "v.y <= CAST(CAST(");
        sqlb_val(w->q, val_str(n->hi_text));
        sqlb_add(w->q, " AS TEXT) AS DOUBLE PRECISION)");
    }
    sqlb_add(w->q, ")");
}

static void field_range(struct writer_of *w, const struct filter_value *v)
{
    char lo[FILTER_DAY_BYTES], hi[FILTER_DAY_BYTES];
    int64_t lo_us = 0, hi_us = 0;
    if (w->t->kind == KIND_NUMBER) {
        number_range(w, &v->number);
        return;
    }
    sqlb_add(w->q, "(v.y >= ");
    filter_date_us(&v->dates, w->env->now_us, w->env->rules->zone_s, &lo_us, &hi_us);
    filter_date_text(&v->dates, w->env->now_us, w->env->rules->zone_s, lo, hi);
    if (w->t->kind == KIND_TIME)
        sqlb_val(w->q, val_i64(lo_us));
    else
        sqlb_val(w->q, val_str(str_dup(w->q->arena, (str){lo, sizeof(lo)})));
    sqlb_add(w->q, " AND v.y < ");
    if (w->t->kind == KIND_TIME)
        sqlb_val(w->q, val_i64(hi_us));
    else
        sqlb_val(w->q, val_str(str_dup(w->q->arena, (str){hi, sizeof(hi)})));
    sqlb_add(w->q, ")");
}

// A definition may have changed a field's type, so old items may hold any text under its key: what
// is no number (see filter_is_number, filter_is_time) must not be converted, because one store
// fails there and the other makes 0 of it.
static void field_ranges(struct writer_of *w)
{
    bool none = false, range = false;
    for (size_t i = 0; i < w->t->n; i++) {
        none |= w->t->values[i].form == VALUE_NONE;
        range |= w->t->values[i].form == VALUE_IS;
    }
    if (none) {
        or_else(w);
        column(w);
        sqlb_add(w->q, " = ''");
    }
    if (!range)
        return;
    or_else(w);
    sqlb_add(w->q, "EXISTS (SELECT 1 FROM (SELECT ");
    if (w->t->kind == KIND_NUMBER)
        sqlb_add(w->q, "CASE WHEN LENGTH(u.x) BETWEEN 1 AND 40 AND LTRIM(u.x, '-.') <> ''"
                       " AND LTRIM(SUBSTR(u.x, 1, 1), '-.0123456789') = ''"
                       " AND LTRIM(SUBSTR(u.x, 2), '.0123456789') = ''"
                       " AND LENGTH(u.x) - LENGTH(REPLACE(u.x, '.', '')) <= 1"
                       " THEN CAST(u.x AS DOUBLE PRECISION) END");
    else if (w->t->kind == KIND_TIME)
        sqlb_add(w->q, "CASE WHEN LENGTH(u.x) BETWEEN 1 AND 18 AND LTRIM(u.x, '0123456789') = ''"
                       " THEN CAST(u.x AS BIGINT) END");
    else
        sqlb_add(w->q, "u.x");
    sqlb_add(w->q, " AS y FROM (SELECT ");
    column(w);
    sqlb_add(w->q, " AS x) AS u) AS v WHERE ");
    bool any = false;
    for (size_t i = 0; i < w->t->n; i++) {
        if (w->t->values[i].form != VALUE_IS)
            continue;
        if (any)
            sqlb_add(w->q, " OR ");
        any = true;
        field_range(w, &w->t->values[i]);
    }
    sqlb_add(w->q, ")");
}

static void refers(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        sqlb_add(w->q,
            "i.id IN (SELECT l.other FROM item b JOIN link l ON l.town = b.town AND l.item = b.id"
            " AND l.kind = 'ref' WHERE b.town = ?1 AND b.no = ");
        sqlb_val(w->q, val_str(w->t->values[i].text));
        sqlb_add(w->q, ")");
    }
}

// The condition of the index stands beside the number.
static void gathered(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        or_else(w);
        if (v->form == VALUE_IS) {
            sqlb_add(w->q, "(i.gathered <> '' AND i.gathered = ");
            sqlb_val(w->q, val_str(v->text));
            sqlb_add(w->q, ")");
        } else if (v->form == VALUE_YES) {
            sqlb_add(w->q, "LENGTH(i.gathered) > 0"); // too many for the index, in no order
        } else {
            sqlb_add(w->q, "i.gathered = ''");
        }
    }
}

static void keydates(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        const struct filter_value *v = &w->t->values[i];
        bool of_one = v->form == VALUE_IS;
        or_else(w);
        sqlb_add(w->q, "COALESCE(d.doc -> 'f' ->> ");
        sqlb_val(w->q, val_str(of_one ? v->text_end : S(ITEM_KEYDATES_NOW)));
        if (v->form == VALUE_NO)
            sqlb_add(w->q, ", '') = ''");
        else
            sqlb_add(w->q, ", '') <> ''");
    }
}

static void gathers(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        sqlb_add(w->q, "i.no IN (SELECT g.gathered FROM item g WHERE g.town = ?1 AND g.no = ");
        sqlb_val(w->q, val_str(w->t->values[i].text));
        sqlb_add(w->q, ")");
    }
}

static void cadence_rule(struct writer_of *w, const struct filter_value *v)
{
    sqlb_add(w->q, " FROM cadence k WHERE k.town = ?1 AND k.loop = ");
    sqlb_val(w->q, val_str(v->text));
    sqlb_add(w->q, " AND k.rule = ");
    sqlb_val(w->q, val_str(v->text_end));
    if (!v->dated)
        return;
    int zone_s = w->env->rules->zone_s;
    int64_t lo = 0, hi = 0;
    filter_date_us(&v->dates, w->env->now_us, zone_s, &lo, &hi);
    // Its days touch them: to_day is the day behind the last.
    sqlb_add(w->q, " AND k.to_day > ");
    sqlb_val(w->q, val_i64(tm_local_day(lo, zone_s)));
    sqlb_add(w->q, " AND k.from_day < ");
    sqlb_val(w->q, val_i64(hi == INT64_MAX ? hi : tm_local_day(hi, zone_s)));
}

// What was filed, and the rows it was filed for: no item is a row.
static void cadences(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        sqlb_add(w->q, "i.id IN (SELECT k.item");
        cadence_rule(w, &w->t->values[i]);
        sqlb_add(w->q, " UNION ALL SELECT k.row");
        cadence_rule(w, &w->t->values[i]);
        sqlb_add(w->q, ")");
    }
}

static void nearby(struct writer_of *w)
{
    for (size_t i = 0; i < w->t->n; i++) {
        or_else(w);
        filter_near_sql(w->q, w->env, w->t->kind, &w->t->values[i]);
    }
}

// A row is no part.
static void nobodys(struct writer_of *w)
{
    (void)w;
}

static void term(struct writer_of *w)
{
    static void (*const of_kind[])(struct writer_of * w) = {
        [KIND_WORD] = words,
        [KIND_LOOP] = texts,
        [KIND_STATE] = texts,
        [KIND_FLAG] = flags,
        [KIND_GONE] = gone,
        [KIND_UNIT] = ids_or_none,
        [KIND_PART] = parts,
        [KIND_CLASS] = ids_or_none,
        [KIND_OPTION] = texts,
        [KIND_WHEN] = times,
        [KIND_CLOSED] = closed,
        [KIND_OVERDUE] = overdue,
        [KIND_MOMENT] = moments,
        [KIND_CALLER] = same_caller,
        [KIND_NO] = numbers_of_orders,
        [KIND_COUNT] = counts,
        [KIND_VERSION] = versions,
        [KIND_LINK] = links,
        [KIND_ASKS] = waiting,
        [KIND_SLIP] = waiting,
        [KIND_RECEIPT] = waiting,
        [KIND_WATCH] = watched,
        [KIND_GATHERED] = gathered,
        [KIND_GATHERS] = gathers,
        [KIND_KEYDATE] = keydates,
        [KIND_REFERS] = refers,
        [KIND_CADENCE] = cadences,
        [KIND_CLASHES] = nearby,
        [KIND_BESIDE] = nearby,
        [KIND_AROUND] = nearby,
        [KIND_NAMED] = waiting,
        [KIND_CLOCK] = texts,
        [KIND_CELL] = texts,
        [KIND_TEXT] = texts,
        [KIND_THERE] = texts,
        [KIND_SEALED] = texts,
        [KIND_NUMBER] = field_ranges,
        [KIND_DAY] = field_ranges,
        [KIND_TIME] = field_ranges,
        [KIND_YESNO] = texts,
        [KIND_NODE] = texts,
        [KIND_SLIPS] = slips,
        [KIND_LEAD] = nobodys,
    };
    if (w->t->negated)
        sqlb_add(w->q, " AND NOT (");
    else
        sqlb_add(w->q, " AND (");
    of_kind[w->t->kind](w);
    if (!w->any)
        sqlb_add(w->q, "1 = 0"); // mine, for somebody who holds nothing
    sqlb_add(w->q, ")");
}

void filter_sql(const struct filter *f, const struct filter_env *env, struct sqlb *q)
{
    for (size_t i = 0; i < f->n; i++) {
        struct writer_of w = {.q = q, .env = env, .t = &f->terms[i]};
        term(&w);
    }
}

static bool is_words(const struct filter_term *t)
{
    return t->kind == KIND_WORD && !t->negated;
}

bool filter_has_words(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (is_words(&f->terms[i]))
            return true;
    return false;
}

size_t filter_words(struct arena *a, const struct filter *f, struct text_any **out)
{
    size_t n = 0;
    *out = NULL;
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_term *t = &f->terms[i];
        if (!is_words(t))
            continue;
        str *words = NEW_ARRAY(a, t->n, str);
        for (size_t k = 0; k < t->n; k++)
            words[k] = t->values[k].text;
        VEC_PUSH(a, *out, n) = (struct text_any){words, t->n};
    }
    return n;
}

void filter_sql_title(const struct filter *f, struct sqlb *q)
{
    bool any = false;
    sqlb_add(q, "(");
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_term *t = &f->terms[i];
        if (!is_words(t))
            continue;
        if (any)
            sqlb_add(q, " AND ");
        any = true;
        for (size_t k = 0; k < t->n; k++) {
            if (k == 0)
                sqlb_add(q, "(");
            else
                sqlb_add(q, " OR ");
            sqlb_contains(q, "i.title", t->values[k].text);
        }
        sqlb_add(q, ")");
    }
    sqlb_add(q, ")");
}
