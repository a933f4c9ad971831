#include "domain/filter_private.h"

const struct filter_key_row filter_key_rows[FILTER_KEY_COUNT] = {
#define X(name, key, alias, kind, column, member)                                                  \
    {S(key), S(alias), kind, offsetof(struct item, member)},
    FILTER_KEYS(X)
#undef X
};

int filter_key_at(str name)
{
    for (int i = 0; i < FILTER_KEY_COUNT; i++)
        if (str_eq(name, filter_key_rows[i].key) || str_eq(name, filter_key_rows[i].alias))
            return i;
    return -1;
}

str filter_upper(struct arena *a, str x)
{
    char *z = str_z(a, x);
    for (size_t i = 0; i < x.n; i++)
        if (z[i] >= 'a' && z[i] <= 'z')
            z[i] = (char)(z[i] - ('a' - 'A'));
    return (str){z, x.n};
}

// Words that mean something else when they stand without quotes.
static bool is_reserved(str x)
{
    static const str words[] = {S("none"), S("无"), S("mine"), S("我的"), S("refused"), S("退回")};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(x, words[i]))
            return true;
    return false;
}

static bool needs_quotes(str x)
{
    static const str inside[] = {
        S(" "), S("\t"), S("\n"), S("\r"), S("　"), S(","), S("，"), S(":"), S("："), S("\"")};
    static const str first[] = {S("-"), S("－"), S("="), S("＝"), S("“")};
    for (size_t i = 0; i < ARRAY_LEN(inside); i++)
        if (str_has(x, inside[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        if (str_starts(x, first[i]))
            return true;
    return x.n == 0 || str_ends(x, S("*")) || is_reserved(x);
}

static void put_text(struct buf *b, str x)
{
    if (!needs_quotes(x)) {
        buf_add(b, x);
        return;
    }
    buf_byte(b, '"');
    for (size_t i = 0; i < x.n; i++) {
        if (x.s[i] == '"' || x.s[i] == '\\')
            buf_byte(b, '\\');
        buf_byte(b, x.s[i]);
    }
    buf_byte(b, '"');
}

static void put_count(struct buf *b, const struct filter_value *v)
{
    if (v->lo == INT64_MIN || v->hi == INT64_MAX) {
        buf_addz(b, v->lo == INT64_MIN ? "<=" : ">=");
        buf_i64(b, v->lo == INT64_MIN ? v->hi : v->lo);
        return;
    }
    buf_i64(b, v->lo);
    if (v->hi != v->lo) {
        buf_addz(b, "..");
        buf_i64(b, v->hi);
    }
}

static void put_number(struct buf *b, const struct filter_number *n)
{
    if (!n->has_lo || !n->has_hi) {
        buf_byte(b, n->has_lo ? '>' : '<');
        if (n->has_lo ? !n->lo_open : !n->hi_open)
            buf_byte(b, '=');
        buf_add(b, n->has_lo ? n->lo_text : n->hi_text);
        return;
    }
    buf_add(b, n->lo_text);
    if (!str_eq(n->lo_text, n->hi_text)) {
        buf_addz(b, "..");
        buf_add(b, n->hi_text);
    }
}

static void put_is(struct buf *b, const struct filter_term *t, const struct filter_value *v)
{
    switch (t->kind) {
    case KIND_WHEN:
    case KIND_CLOSED:
    case KIND_MOMENT:
    case KIND_DAY:
    case KIND_TIME:
        filter_date_put(b, &v->dates);
        break;
    case KIND_COUNT:
    case KIND_VERSION:
        put_count(b, v);
        break;
    case KIND_LINK:
    case KIND_CALLER:
        buf_i64(b, v->id);
        break;
    case KIND_NUMBER:
        put_number(b, &v->number);
        break;
    case KIND_CLASHES:
    case KIND_BESIDE:
    case KIND_AROUND:
        buf_add(b, v->text);
        if (v->text_end.n > 0) {
            buf_byte(b, '/');
            buf_add(b, v->text_end);
        }
        break;
    case KIND_CADENCE:
        buf_fmt(b, "%.*s/%.*s", STR_ARG(v->text), STR_ARG(v->text_end));
        if (v->dated) {
            buf_byte(b, '/');
            filter_date_put(b, &v->dates);
        }
        break;
    default:
        put_text(b, v->text);
        break;
    }
}

static void put_value(struct buf *b, const struct filter_term *t, const struct filter_value *v)
{
    switch (v->form) {
    case VALUE_NONE:
        buf_addz(b, "none");
        break;
    case VALUE_YES:
        buf_addz(b, "yes");
        break;
    case VALUE_NO:
        buf_addz(b, "no");
        break;
    case VALUE_MINE:
        buf_addz(b, t->kind == KIND_WATCH ? "me" : "mine");
        break;
    case VALUE_DUE:
        buf_addz(b, "due");
        break;
    case VALUE_LATE:
        buf_addz(b, "late");
        break;
    case VALUE_REFUSED:
        buf_addz(b, "refused");
        break;
    case VALUE_OLD:
        buf_addz(b, "old");
        break;
    case VALUE_PREFIX:
        buf_add(b, v->text);
        buf_byte(b, '*');
        break;
    case VALUE_IS:
        put_is(b, t, v);
        break;
    }
}

void filter_put(struct buf *b, const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_term *t = &f->terms[i];
        buf_addz(b, i > 0 ? " " : "");
        buf_addz(b, t->negated ? "-" : "");
        if (t->key != KEY_WORD) {
            buf_add(b, t->key == KEY_FIELD ? t->shown : filter_key_rows[t->key].key);
            buf_addz(b, t->exact ? ":=" : ":");
        }
        for (size_t j = 0; j < t->n; j++) {
            buf_addz(b, j > 0 ? "," : "");
            put_value(b, t, &t->values[j]);
        }
    }
}

str filter_text(struct arena *a, const struct filter *f)
{
    return str_dup(a, f->text);
}

bool filter_empty(const struct filter *f)
{
    return f->n == 0;
}

static bool value_moves(const struct filter_term *t, const struct filter_value *v)
{
    switch (t->kind) {
    case KIND_OVERDUE:
    case KIND_SLIPS:
        return true;
    case KIND_MOMENT:
        return v->form == VALUE_DUE || (v->form == VALUE_IS && filter_date_moves(&v->dates));
    case KIND_WHEN:
    case KIND_CLOSED:
    case KIND_DAY:
    case KIND_TIME:
        return v->form == VALUE_IS && filter_date_moves(&v->dates);
    default:
        return false;
    }
}

bool filter_timed(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        for (size_t j = 0; j < f->terms[i].n; j++)
            if (value_moves(&f->terms[i], &f->terms[i].values[j]))
                return true;
    return false;
}

bool filter_of_part(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->terms[i].kind == KIND_LEAD)
            return true;
    return false;
}

bool filter_personal(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        for (size_t j = 0; j < f->terms[i].n; j++)
            if (f->terms[i].values[j].form == VALUE_MINE ||
                f->terms[i].values[j].form == VALUE_REFUSED)
                return true;
    return false;
}

bool filter_of_item(const struct filter *f)
{
    if (filter_timed(f) || filter_personal(f) || filter_of_part(f))
        return false;
    for (size_t i = 0; i < f->n; i++)
        switch (f->terms[i].kind) {
        case KIND_OVERDUE:
        case KIND_CLOCK:
        case KIND_KEYDATE:
        case KIND_CALLER:
        case KIND_WATCH:
        case KIND_CADENCE:
        case KIND_CLASHES:
        case KIND_BESIDE:
        case KIND_AROUND:
        case KIND_GATHERS:
        case KIND_SLIPS:
        case KIND_SEALED:
            return false;
        default:
            if (f->terms[i].key == KEY_DUE)
                return false;
        }
    return true;
}

str filter_loop(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_term *t = &f->terms[i];
        if (t->kind == KIND_LOOP && !t->negated && t->n == 1)
            return t->values[0].text;
    }
    return (str){0};
}

static bool all_are(const struct filter_term *t, enum filter_value_form form)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->values[i].form != form)
            return false;
    return t->n > 0 && !t->negated;
}

bool filter_of_registers(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->terms[i].key == KEY_REGISTER && !f->terms[i].negated)
            return true;
    return false;
}

bool filter_registers_open(const struct filter *f, const struct rules *r)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_term *t = &f->terms[i];
        for (size_t k = 0; k < t->n && t->key == KEY_REGISTER && !t->negated; k++) {
            const struct loop *l = rules_loop(r, t->values[k].text);
            if (!l || !l->now || l->now->read_by_unit)
                return false;
        }
    }
    return true;
}

enum shelf filter_shelf(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->terms[i].key == KEY_GONE &&
            (f->terms[i].negated || !all_are(&f->terms[i], VALUE_NO)))
            return SHELF_GONE;
    return filter_of_registers(f) ? SHELF_KEPT : SHELF_ITEMS;
}

bool filter_wants_doc(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->terms[i].key == KEY_FIELD || f->terms[i].key == KEY_WORD ||
            f->terms[i].key == KEY_KEYDATE)
            return true;
    return false;
}

// No closed item has it: no clock runs for one, and none of its parts is open.
static bool only_open(const struct filter_term *t)
{
    switch (t->key) {
    case KEY_OPEN:
    case KEY_OVERDUE:
        return all_are(t, VALUE_YES);
    case KEY_SLIP:
        return all_are(t, VALUE_YES) || all_are(t, VALUE_IS);
    case KEY_RECEIPT:
        return !t->negated && t->n == 1 && t->values[0].form != VALUE_NO;
    case KEY_CLOSED:
        return all_are(t, VALUE_NO);
    case KEY_DUE:
        return all_are(t, VALUE_IS);
    default:
        return false;
    }
}

bool filter_reaches_closed(const struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (only_open(&f->terms[i]))
            return false;
    return true;
}

static bool begins_after(const struct filter_term *t, const struct filter_env *env, int64_t us)
{
    for (size_t i = 0; i < t->n; i++) {
        int64_t lo, hi;
        filter_date_us(&t->values[i].dates, env->now_us, env->rules->zone_s, &lo, &hi);
        if (lo <= us)
            return false;
    }
    return true;
}

bool filter_reaches(
    const struct filter *f, const struct filter_env *env, int64_t filed_us, int64_t changed_us)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_term *t = &f->terms[i];
        if (!all_are(t, VALUE_IS))
            continue;
        // Closing is a change.
        if ((t->key == KEY_FILED && begins_after(t, env, filed_us)) ||
            ((t->key == KEY_CHANGED || t->key == KEY_CLOSED) && begins_after(t, env, changed_us)))
            return false;
    }
    return true;
}
