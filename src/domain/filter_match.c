// A filter's meaning in memory. filter_sql.c is its meaning in the database; the two must agree on
// every item, which tests/unit/domain/test_filter.c tries with random filters over random items.

#include "domain/filter_private.h"
#include "domain/keydate.h"

struct matcher {
    const struct filter_env *env;
    const struct item *it;
    const struct filter_term *t;
};

static const void *member(const struct matcher *m)
{
    return (const char *)m->it + filter_key_rows[m->t->key].at;
}

static int64_t number(const struct matcher *m)
{
    return *(const int64_t *)member(m);
}

static str text(const struct matcher *m);

// Of a unit or class: a column holds its id, a field its code. -1: one this snapshot does not know.
static int64_t node_id(const struct matcher *m)
{
    const struct rules *r = m->env->rules;
    if (m->t->key != KEY_FIELD)
        return number(m);
    str code = text(m);
    const struct unit *u = m->t->kind == KIND_UNIT ? map_get(&r->unit_by_code, code) : NULL;
    const struct class_ *k = m->t->kind == KIND_CLASS ? map_get(&r->class_by_code, code) : NULL;
    return u ? u->id : k ? k->id : code.n > 0 ? -1 : 0;
}

static str text(const struct matcher *m)
{
    return m->t->key == KEY_FIELD ? item_field(m->it, m->t->field) : *(const str *)member(m);
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    return c;
}

// ASCII letters in either case, as sqlb_contains has it.
static bool contains(str hay, str needle)
{
    for (size_t i = 0; i + needle.n <= hay.n; i++) {
        size_t n = 0;
        while (n < needle.n && lower(hay.s[i + n]) == lower(needle.s[n]))
            n++;
        if (n == needle.n)
            return true;
    }
    return false;
}

static bool word_holds(const struct item *it, str word)
{
    return contains(it->title, word) || contains(it->text, word) || contains(it->address, word) ||
           contains(it->no, word);
}

// Every unit is below the root, also one that this snapshot does not know yet.
static bool covers(const struct matcher *m, const struct unit *top, int64_t id)
{
    if (top == NULL || id == 0)
        return false;
    if (m->t->exact)
        return id == top->id;
    return top == m->env->rules->root || unit_below(rules_unit(m->env->rules, id), top);
}

static bool is_mine(const struct matcher *m, int64_t id)
{
    const struct person *p = rules_person(m->env->rules, m->env->person);
    for (size_t i = 0; p != NULL && i < p->n; i++)
        if (covers(m, p->grants[i].unit, id))
            return true;
    return false;
}

static bool unit_holds(const struct matcher *m, const struct filter_value *v, int64_t id)
{
    if (v->form == VALUE_NONE)
        return id == 0;
    if (v->form == VALUE_MINE)
        return is_mine(m, id);
    return covers(m, rules_unit(m->env->rules, v->id), id);
}

// Parts of a closed item are not in the table of open parts either.
static bool part_holds(const struct matcher *m, const struct filter_value *v)
{
    const struct item *it = m->it;
    const struct def *d = rules_def(m->env->rules, it->def);
    bool any = false;
    for (size_t i = 0; i < it->n_parts && it->open; i++) {
        if (!item_part_open(&it->parts[i], d ? d->part_states : NULL, d ? d->n_part_states : 0))
            continue;
        any = true;
        if (v->form != VALUE_NONE && unit_holds(m, v, it->parts[i].unit))
            return true;
    }
    return v->form == VALUE_NONE && !any;
}

static bool class_holds(const struct matcher *m, const struct filter_value *v)
{
    int64_t id = node_id(m);
    const struct rules *r = m->env->rules;
    if (v->form == VALUE_NONE)
        return id == 0;
    return id == v->id || (!m->t->exact && class_below(rules_class(r, id), rules_class(r, v->id)));
}

static bool time_holds(const struct matcher *m, const struct filter_value *v, int64_t us)
{
    int64_t lo = 0, hi = 0;
    if (v->form == VALUE_NONE)
        return us == 0;
    filter_date_us(&v->dates, m->env->now_us, m->env->rules->zone_s, &lo, &hi);
    return us >= lo && us < hi;
}

static bool closed_holds(const struct matcher *m, const struct filter_value *v)
{
    if (v->form == VALUE_NO)
        return m->it->open;
    return !m->it->open && (v->form == VALUE_YES || time_holds(m, v, m->it->closed_us));
}

static bool overdue_holds(const struct matcher *m, const struct filter_value *v)
{
    const struct item *it = m->it;
    bool overdue = it->open && it->due_us > 0 && it->due_us < m->env->now_us;
    return overdue == (v->form == VALUE_YES);
}

static bool slips_hold(const struct matcher *m, const struct filter_value *v)
{
    char lo[FILTER_DAY_BYTES], hi[FILTER_DAY_BYTES];
    struct filter_dates today = {.from = {.form = PERIOD_TODAY}};
    filter_date_text(&today, m->env->now_us, m->env->rules->zone_s, lo, hi);
    str day = item_field(m->it, m->t->field);
    bool slips = m->it->open && day.n > 0 && str_cmp(day, (str){lo, sizeof(lo)}) < 0;
    return slips == (v->form == VALUE_YES);
}

static bool link_holds(const struct matcher *m, const struct filter_value *v)
{
    int64_t id = number(m);
    if (v->form == VALUE_IS)
        return id == v->id;
    return (id != 0) == (v->form == VALUE_YES);
}

static bool watch_holds(const struct matcher *m)
{
    for (size_t i = 0; i < m->env->n_watched; i++)
        if (m->env->watched[i] == m->it->id)
            return true;
    return false;
}

static bool no_holds(const struct filter_value *v, str no)
{
    if (v->form == VALUE_PREFIX)
        return str_cmp(no, v->text) >= 0 && str_cmp(no, v->text_end) < 0;
    return str_eq(no, v->text);
}

static bool count_holds(const struct matcher *m, const struct filter_value *v)
{
    return number(m) >= v->lo && number(m) <= v->hi;
}

// Published versions alone have a number that items are found by.
static bool version_holds(const struct matcher *m, const struct filter_value *v)
{
    const struct rules *r = m->env->rules;
    const struct def *d = rules_def(r, number(m));
    const struct loop *l = d ? rules_loop(r, d->loop) : NULL;
    if (v->form == VALUE_OLD)
        return l && d->version < l->now->version;
    return l && d->version >= v->lo && d->version <= v->hi;
}

static bool number_holds(const struct filter_number *n, str given)
{
    double v = 0;
    if (!filter_is_number(given, &v))
        return false;
    if (n->has_lo && !(n->lo_open ? v > n->lo : v >= n->lo))
        return false;
    return !n->has_hi || (n->hi_open ? v < n->hi : v <= n->hi);
}

static bool day_holds(const struct matcher *m, const struct filter_value *v, str day)
{
    char lo[FILTER_DAY_BYTES], hi[FILTER_DAY_BYTES];
    filter_date_text(&v->dates, m->env->now_us, m->env->rules->zone_s, lo, hi);
    return str_cmp(day, (str){lo, sizeof(lo)}) >= 0 && str_cmp(day, (str){hi, sizeof(hi)}) < 0;
}

static bool field_holds(const struct matcher *m, const struct filter_value *v)
{
    str given = text(m);
    int64_t us = 0;
    if (v->form == VALUE_NONE)
        return given.n == 0;
    switch (m->t->kind) {
    case KIND_NUMBER:
        return number_holds(&v->number, given);
    case KIND_DAY:
        return day_holds(m, v, given);
    case KIND_TIME:
        return filter_is_time(given, &us) && time_holds(m, v, us);
    case KIND_YESNO:
        return str_eq(given, v->form == VALUE_YES ? S("yes") : S("no"));
    default:
        return str_eq(given, v->text);
    }
}

// One of the words of item.waits: what it is, then what is wanted.
static bool waits_hold(str waits, const char *what, str wanted)
{
    for (str rest = waits, word; str_cut(&rest, '>', &word);)
        if (str_starts(word, str_of(what)) && str_eq(str_sub(word, 3, word.n), wanted))
            return true;
    return false;
}

// Asked for by somebody else, and waiting for a holder of the role.
static bool waits_for_role(const struct matcher *m, str role)
{
    for (str rest = m->it->waits, word; str_cut(&rest, '>', &word);) {
        int64_t by = 0;
        str key = str_sub(word, 3, word.n), head;
        if (str_starts(word, S("<r:")) && str_cut(&key, '!', &head) && str_eq(head, role) &&
            str_i64(key, &by) && by != m->env->person)
            return true;
    }
    return false;
}

// The unit in charge or the receiver lies where the role is held.
static bool below_grant(const struct matcher *m, const struct grant *g)
{
    const struct rules *r = m->env->rules;
    return g->unit == r->root || unit_below(rules_unit(r, m->it->unit), g->unit) ||
           unit_below(rules_unit(r, m->it->receiver), g->unit);
}

static bool may_decide(const struct matcher *m)
{
    const struct person *p = rules_person(m->env->rules, m->env->person);
    for (size_t i = 0; p != NULL && i < p->n; i++)
        if (below_grant(m, &p->grants[i]) && waits_for_role(m, p->grants[i].role->key))
            return true;
    return false;
}

static bool recheck_mine(const struct matcher *m)
{
    const struct person *p = rules_person(m->env->rules, m->env->person);
    for (size_t i = 0; p != NULL && i < p->n; i++)
        if (below_grant(m, &p->grants[i]) &&
            waits_hold(m->it->waits, "<k:", p->grants[i].role->key))
            return true;
    return false;
}

static bool slip_holds(const struct matcher *m, const struct filter_value *v)
{
    str level = item_field(m->it, S(ITEM_SLIP));
    if (v->form == VALUE_DUE || v->form == VALUE_LATE)
        return str_has(m->it->waits, v->form == VALUE_DUE ? S("<w:slip>") : S("<w:late>"));
    return v->form == VALUE_IS ? str_eq(level, v->text) : (level.n > 0) == (v->form == VALUE_YES);
}

static bool receipt_mine(const struct matcher *m)
{
    const struct person *p = rules_person(m->env->rules, m->env->person);
    for (size_t i = 0; p != NULL && i < p->n; i++)
        if (below_grant(m, &p->grants[i]) &&
            waits_hold(m->it->waits, "<a:", p->grants[i].role->key))
            return true;
    return false;
}

static bool supervised_holds(const struct matcher *m, const struct filter_value *v)
{
    if (m->t->kind == KIND_SLIP)
        return slip_holds(m, v);
    if (v->form == VALUE_MINE)
        return receipt_mine(m);
    if (v->form == VALUE_LATE)
        return str_has(m->it->waits, S("<l:"));
    return str_has(m->it->waits, S("<c:")) == (v->form == VALUE_YES);
}

static bool moment_holds(const struct matcher *m, const struct filter_value *v)
{
    int64_t us = number(m);
    switch (v->form) {
    case VALUE_YES:
        return us > 0;
    case VALUE_NO:
        return us == 0;
    case VALUE_DUE:
        return us > 0 && us < m->env->now_us;
    case VALUE_MINE:
        return recheck_mine(m);
    default:
        return time_holds(m, v, us);
    }
}

static bool asks_hold(const struct matcher *m, const struct filter_value *v)
{
    char id[STR_I64_BYTES];
    str waits = m->it->waits;
    switch (v->form) {
    case VALUE_YES:
        return str_has(waits, S("<s:"));
    case VALUE_NO:
        return !str_has(waits, S("<s:"));
    case VALUE_MINE:
        return may_decide(m);
    case VALUE_REFUSED:
        return waits_hold(waits, "<n:", (str){id, str_put_i64(id, m->env->person)});
    default:
        return waits_hold(waits, "<s:", v->text);
    }
}

static bool named_holds(const struct matcher *m, const struct filter_value *v)
{
    const struct person *me = rules_person(m->env->rules, m->env->person);
    str wanted = v->form == VALUE_IS ? v->text : me ? me->login : (str){0};
    bool any = str_has(m->it->waits, S("<p:"));
    if (v->form == VALUE_YES || v->form == VALUE_NO)
        return any == (v->form == VALUE_YES);
    for (str rest = m->it->waits, word; str_cut(&rest, '>', &word);) {
        str key;
        if (str_starts(word, S("<p:")) && str_cut(&word, '=', &key) && wanted.n > 0 &&
            str_eq(word, wanted))
            return true;
    }
    return false;
}

static bool refers_holds(const struct matcher *m, const struct filter_value *v)
{
    const struct def *d = rules_def(m->env->rules, m->it->def);
    for (size_t i = 0; d && i < d->n_fields; i++)
        if (d->fields[i].type == DEF_REF && str_eq(item_field(m->it, d->fields[i].key), v->text))
            return true;
    return false;
}

static bool gathered_holds(const struct matcher *m, const struct filter_value *v)
{
    if (v->form == VALUE_IS)
        return str_eq(m->it->gathered, v->text);
    return (m->it->gathered.n > 0) == (v->form == VALUE_YES);
}

static bool keydate_holds(const struct matcher *m, const struct filter_value *v)
{
    if (v->form == VALUE_IS)
        return item_field(m->it, v->text_end).n > 0;
    return (item_field(m->it, S(ITEM_KEYDATES_NOW)).n > 0) == (v->form == VALUE_YES);
}

static bool value_holds(const struct matcher *m, const struct filter_value *v)
{
    switch (m->t->kind) {
    case KIND_WORD:
        return word_holds(m->it, v->text);
    case KIND_LOOP:
    case KIND_STATE:
        return str_eq(text(m), v->text);
    case KIND_FLAG:
        return *(const bool *)member(m) == (v->form == VALUE_YES);
    case KIND_GONE:
        return (number(m) == SHELF_GONE) == (v->form == VALUE_YES);
    case KIND_UNIT:
        return unit_holds(m, v, node_id(m));
    case KIND_PART:
        return part_holds(m, v);
    case KIND_CLASS:
        return class_holds(m, v);
    case KIND_WHEN:
        return time_holds(m, v, number(m));
    case KIND_CLOSED:
        return closed_holds(m, v);
    case KIND_OVERDUE:
        return overdue_holds(m, v);
    case KIND_MOMENT:
        return moment_holds(m, v);
    case KIND_CALLER: // refused wherever items are matched: a caller's data are not in the item
        return false;
    case KIND_NO:
        return no_holds(v, m->it->no);
    case KIND_COUNT:
        return count_holds(m, v);
    case KIND_VERSION:
        return version_holds(m, v);
    case KIND_LINK:
        return link_holds(m, v);
    case KIND_ASKS:
        return asks_hold(m, v);
    case KIND_SLIP:
    case KIND_RECEIPT:
        return supervised_holds(m, v);
    case KIND_WATCH:
        return watch_holds(m);
    case KIND_REFERS:
        return refers_holds(m, v);
    case KIND_GATHERED:
        return gathered_holds(m, v);
    case KIND_KEYDATE:
        return keydate_holds(m, v);
    case KIND_GATHERS: // its members say so, it does not
    case KIND_CLASHES: // others say so
    case KIND_BESIDE:
    case KIND_AROUND:
    case KIND_CADENCE: // what was filed stands beside the items
        return false;
    case KIND_NAMED:
        return named_holds(m, v);
    case KIND_SLIPS:
        return slips_hold(m, v);
    case KIND_LEAD:
        return m->env->part && m->env->part->lead == (v->form == VALUE_YES);
    default: // kept in the item's fields
        return field_holds(m, v);
    }
}

bool filter_word_in(const struct item *it, str word)
{
    return word_holds(it, word);
}

size_t filter_hits(struct arena *a, const struct filter *f, const struct item *it, str **out)
{
    size_t n = 0;
    *out = NULL;
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_term *t = &f->terms[i];
        for (size_t k = 0; k < t->n && t->kind == KIND_WORD && !t->negated; k++)
            if (word_holds(it, t->values[k].text))
                VEC_PUSH(a, *out, n) = t->values[k].text;
    }
    return n;
}

bool filter_match(const struct filter *f, const struct filter_env *env, const struct item *it)
{
    for (size_t i = 0; i < f->n; i++) {
        struct matcher m = {.env = env, .it = it, .t = &f->terms[i]};
        bool any = false;
        for (size_t j = 0; j < m.t->n && !any; j++)
            any = value_holds(&m, &m.t->values[j]);
        if (any == m.t->negated)
            return false;
    }
    return true;
}
