#include "domain/filter_private.h"
#include "domain/item_plan.h"

void filter_scope_add_def(struct arena *a, struct filter_scope *s, const struct def *d)
{
    size_t loop = s->n == 0 ? 0 : s->defs[s->n - 1].loop + 1;
    VEC_PUSH(a, s->defs, s->n) = (struct filter_scope_def){d, loop};
}

void filter_scope_add(struct arena *a, struct filter_scope *s, const struct loop *l)
{
    if (l->now == NULL)
        return;
    filter_scope_add_def(a, s, l->now);
    size_t loop = s->defs[s->n - 1].loop;
    for (size_t i = l->n; i > 0; i--)
        if (l->versions[i - 1] != l->now)
            VEC_PUSH(a, s->defs, s->n) = (struct filter_scope_def){l->versions[i - 1], loop};
}

static enum filter_kind kind_of(enum def_type type)
{
    switch (type) {
    case DEF_TEXT:
    case DEF_CHOICE:
    case DEF_PERSON:
    case DEF_REF:
        return KIND_TEXT;
    case DEF_UNIT:
        return KIND_UNIT;
    case DEF_CLASS:
        return KIND_CLASS;
    case DEF_FILE:
    case DEF_GEOMETRY:
        return KIND_THERE;
    case DEF_PHONE:
    case DEF_FULLNAME:
    case DEF_IDNO:
        return KIND_SEALED;
    case DEF_NUMBER:
    case DEF_MONEY:
        return KIND_NUMBER;
    case DEF_DATE:
        return KIND_DAY;
    case DEF_TIME:
        return KIND_TIME;
    case DEF_YESNO:
        return KIND_YESNO;
    }
    UNREACHABLE();
}

static const struct def_field *field_of(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_fields; i++)
        if (str_eq(d->fields[i].key, key))
            return &d->fields[i];
    return NULL;
}

// A field's kind is the newest one of each loop; loops that differ make it unclear.
static enum filter_find find_field(const struct filter_scope *s, str key, enum filter_kind *kind)
{
    enum filter_find found = FIND_NONE;
    size_t loop = SIZE_MAX;
    for (size_t i = 0; i < s->n; i++) {
        const struct def_field *f = field_of(s->defs[i].def, key);
        if (f == NULL || s->defs[i].loop == loop)
            continue;
        loop = s->defs[i].loop;
        if (found == FIND_OK && *kind != kind_of(f->type))
            return FIND_SEVERAL;
        found = FIND_OK;
        *kind = kind_of(f->type);
    }
    return found;
}

static bool has_stamp(const struct filter_scope *s, str name)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->defs[i].def->n_steps; j++)
            if (name.n > 0 && str_eq(s->defs[i].def->steps[j].stamp, name))
                return true;
    return false;
}

// One key of all whose title it is. Which list: fields, judges, clocks, those that are nodes.
enum named_list { LIST_FIELDS, LIST_JUDGES, LIST_CLOCKS, LIST_NODES };

static size_t list_count(const struct def *d, enum named_list list)
{
    return list == LIST_FIELDS ? d->n_fields : list == LIST_JUDGES ? d->n_judges : d->n_clocks;
}

static struct def_named list_at(const struct def *d, enum named_list list, size_t i)
{
    if (list == LIST_FIELDS)
        return (struct def_named){d->fields[i].key, d->fields[i].title};
    if (list == LIST_JUDGES)
        return d->judges[i];
    return (struct def_named){d->clocks[i].key, d->clocks[i].title};
}

// The key that a key or title stands for.
static enum filter_find find_key(
    const struct filter_scope *s, enum named_list list, str name, str *key)
{
    enum filter_find found = FIND_NONE;
    for (size_t i = 0; i < s->n; i++) {
        const struct def *d = s->defs[i].def;
        for (size_t j = 0; j < list_count(d, list); j++) {
            struct def_named row = list_at(d, list, j);
            if (list == LIST_NODES && !(d->nodes >> j & 1))
                continue;
            if (str_eq(row.key, name)) {
                *key = row.key;
                return FIND_OK;
            }
            if (!str_eq(row.title, name))
                continue;
            if (found == FIND_NONE) {
                found = FIND_OK;
                *key = row.key;
            } else if (!str_eq(*key, row.key)) {
                found = FIND_SEVERAL;
            }
        }
    }
    return found;
}

// A field under its key. Keys the table knows go there when they mean the same, else they keep the
// long form.
static enum filter_find take_field(
    struct arena *a, const struct filter_scope *s, str key, struct filter_field *out)
{
    int at = filter_key_at(key);
    if (at >= 0 && filter_key_rows[at].kind == KIND_OPTION) {
        *out = (struct filter_field){.key = (enum filter_key)at, .kind = KIND_OPTION};
        return FIND_OK;
    }
    enum filter_kind kind = KIND_TEXT;
    enum filter_find found = find_field(s, key, &kind);
    *out = (struct filter_field){.key = KEY_FIELD, .kind = kind, .shown = key, .field = key};
    out->option_field = key;
    if (at >= 0)
        out->shown = str_fmt(a, "field.%.*s", STR_ARG(key));
    return found;
}

static enum filter_find take_clock(
    struct arena *a, const struct filter_scope *s, str name, struct filter_field *out)
{
    str key = {0};
    enum filter_find found = find_key(s, LIST_CLOCKS, name, &key);
    if (found != FIND_OK)
        return found;
    *out = (struct filter_field){.key = KEY_FIELD, .kind = KIND_CLOCK};
    out->shown = str_fmt(a, "clock.%.*s", STR_ARG(key));
    out->field = str_fmt(a, "clock/%.*s", STR_ARG(key));
    return FIND_OK;
}

static enum filter_find take_answer(struct arena *a, const struct filter_scope *s, str judge_name,
    str field_name, struct filter_field *out)
{
    str judge = {0}, key = {0};
    enum filter_find found = find_key(s, LIST_JUDGES, judge_name, &judge);
    if (found != FIND_OK)
        return found;
    found = find_key(s, LIST_FIELDS, field_name, &key);
    if (found != FIND_OK)
        return found;
    enum filter_kind kind = KIND_TEXT;
    found = find_field(s, key, &kind);
    *out = (struct filter_field){.key = KEY_FIELD, .kind = kind, .option_field = key};
    out->shown = str_fmt(a, "%.*s.%.*s", STR_ARG(judge), STR_ARG(key));
    out->field = str_fmt(a, "%.*s/%.*s", STR_ARG(judge), STR_ARG(key));
    return found;
}

static enum filter_find find_by_title(
    struct arena *a, const struct filter_scope *s, str name, struct filter_field *out)
{
    str key = {0};
    enum filter_find found = find_key(s, LIST_FIELDS, name, &key);
    return found == FIND_OK ? take_field(a, s, key, out) : found;
}

enum filter_find filter_scope_node(const struct filter_scope *s, str name, str *key)
{
    return find_key(s, LIST_NODES, name, key);
}

// What every item with a schedule has.
static const struct plan_key {
    str key, alias, field;
    enum filter_kind kind;
} PLAN_KEYS[] = {{S("node"), S("节点"), NODE_NEXT, KIND_NODE},
    {S("node-due"), S("节点到期"), NODE_DUE, KIND_DAY},
    {S("slipping"), S("滞后"), NODE_DUE, KIND_SLIPS}};

static bool find_plan(str name, struct filter_field *out)
{
    for (size_t i = 0; i < ARRAY_LEN(PLAN_KEYS); i++) {
        const struct plan_key *k = &PLAN_KEYS[i];
        if (!str_eq(name, k->key) && !str_eq(name, k->alias))
            continue;
        *out = (struct filter_field){
            .key = KEY_FIELD, .kind = k->kind, .shown = k->key, .field = k->field};
        return true;
    }
    return false;
}

enum filter_find filter_scope_find(
    struct arena *a, const struct filter_scope *s, str name, struct filter_field *out)
{
    if (find_plan(name, out))
        return FIND_OK;
    enum filter_kind kind = KIND_TEXT;
    size_t dot = str_find(name, '.');
    str before = str_sub(name, 0, dot), behind = str_sub(name, dot + 1, name.n);
    if (find_field(s, name, &kind) != FIND_NONE)
        return take_field(a, s, name, out);
    if (has_stamp(s, name)) {
        *out = (struct filter_field){
            .key = KEY_FIELD, .kind = KIND_TIME, .shown = name, .field = name};
        if (filter_key_at(name) >= 0)
            out->shown = str_fmt(a, "field.%.*s", STR_ARG(name));
        return FIND_OK;
    }
    enum filter_find found = find_by_title(a, s, name, out);
    if (found != FIND_NONE || dot == name.n)
        return found;
    if (str_eq(before, S("clock")) || str_eq(before, S("时限")))
        return take_clock(a, s, behind, out);
    if (str_eq(before, S("field")))
        return str_has(behind, S(".")) ? FIND_NONE : filter_scope_find(a, s, behind, out);
    return take_answer(a, s, before, behind, out);
}

bool filter_scope_options(
    struct arena *a, const struct filter_scope *s, str field, str **options, size_t *n)
{
    bool any = false;
    *options = NULL;
    *n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct def_field *f = field_of(s->defs[i].def, field);
        if (f == NULL)
            continue;
        if (f->type != DEF_CHOICE)
            return false;
        any = true;
        for (size_t j = 0; j < f->n_options; j++) {
            size_t k = 0;
            while (k < *n && !str_eq((*options)[k], f->options[j]))
                k++;
            if (k == *n)
                VEC_PUSH(a, *options, *n) = f->options[j];
        }
    }
    return any;
}

const struct def_field *filter_scope_sealed(const struct filter_scope *s, str field)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct def_field *f = field_of(s->defs[i].def, field);
        if (f && def_sealed(f))
            return f;
    }
    return NULL;
}

static void add_once(struct arena *a, str **keys, size_t *n, str key)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq((*keys)[i], key))
            return;
    VEC_PUSH(a, *keys, *n) = key;
}

size_t filter_scope_states(struct arena *a, const struct filter_scope *s, str name, str **keys)
{
    size_t n = 0;
    *keys = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct def *d = s->defs[i].def;
        for (size_t j = 0; j < d->n_states; j++) {
            if (str_eq(d->states[j].key, name)) {
                *keys = &d->states[j].key;
                return 1;
            }
            if (str_eq(d->states[j].title, name))
                add_once(a, keys, &n, d->states[j].key);
        }
    }
    return n;
}

static void add_name(struct arena *a, struct filter_names *names, str name)
{
    if (name.n > 0)
        VEC_PUSH(a, names->v, names->n) = name;
}

void filter_scope_fields(struct arena *a, const struct filter_scope *s, struct filter_names *names)
{
    for (size_t i = 0; i < FILTER_KEY_COUNT; i++) {
        add_name(a, names, filter_key_rows[i].key);
        add_name(a, names, filter_key_rows[i].alias);
    }
    for (size_t i = 0; i < ARRAY_LEN(PLAN_KEYS); i++) {
        add_name(a, names, PLAN_KEYS[i].key);
        add_name(a, names, PLAN_KEYS[i].alias);
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct def *d = s->defs[i].def;
        for (size_t j = 0; j < d->n_fields; j++) {
            add_name(a, names, d->fields[j].key);
            add_name(a, names, d->fields[j].title);
            for (size_t k = 0; k < d->n_judges; k++)
                add_name(a, names,
                    str_fmt(a, "%.*s.%.*s", STR_ARG(d->judges[k].key), STR_ARG(d->fields[j].key)));
        }
        for (size_t j = 0; j < d->n_clocks; j++)
            add_name(a, names, str_fmt(a, "clock.%.*s", STR_ARG(d->clocks[j].key)));
        for (size_t j = 0; j < d->n_steps; j++)
            add_name(a, names, d->steps[j].stamp);
    }
}

void filter_scope_state_names(
    struct arena *a, const struct filter_scope *s, struct filter_names *names)
{
    for (size_t i = 0; i < s->n; i++) {
        for (size_t j = 0; j < s->defs[i].def->n_states; j++) {
            add_name(a, names, s->defs[i].def->states[j].title);
            add_name(a, names, s->defs[i].def->states[j].key);
        }
    }
}
