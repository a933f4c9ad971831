// What a script says of conditions, people and answers.

#include "domain/demo_read.h"

#include "domain/filter.h"

static const struct yaml_member OPTION[] = {
    {"is", YAML_WANT_STR, YAML_REQUIRED},
    {"weight", YAML_WANT_NUM, YAML_REQUIRED, "a number above 0"},
    {"sets", YAML_WANT_STRS, .expected = "[trait, ...]"},
    {0},
};
const struct yaml_member DEMO_ANSWER[] = {
    {"field", YAML_WANT_STR, YAML_REQUIRED, "a field"},
    {"if", YAML_WANT_STRS, .expected = "[trait, -trait, ...]"},
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {"is", YAML_WANT_STR},
    {"of", YAML_WANT_MAPS, .sub = OPTION},
    {"text", YAML_WANT_STRS},
    {"days", YAML_WANT_LIST, .expected = "[from, to]"},
    {"number", YAML_WANT_LIST, .expected = "[from, to]"},
    {"person", YAML_WANT_STRS, .expected = "[role, ...]"},
    {0},
};

// ---- traits

static uint64_t trait_bit(struct demo_reader *r, str name, const struct yaml *at)
{
    struct demo_script *s = r->s;
    for (size_t i = 0; i < s->n_traits; i++)
        if (str_eq(s->traits[i].name, name))
            return UINT64_C(1) << i;
    if (s->n_traits == DEMO_TRAITS_MAX) {
        yaml_err(r->e, at, name, (str){0}, "there are more than %d traits", "特征超过 %d 个",
            (int)DEMO_TRAITS_MAX);
        return 0;
    }
    VEC_PUSH(r->a, s->traits, s->n_traits) = (struct demo_trait_name){.name = name};
    return UINT64_C(1) << (s->n_traits - 1);
}

static uint64_t marked(struct demo_reader *r, str name, const struct yaml *at, bool set)
{
    uint64_t bit = trait_bit(r, name, at);
    for (size_t i = 0; i < r->s->n_traits; i++) {
        struct demo_trait_name *t = &r->s->traits[i];
        if (bit != UINT64_C(1) << i)
            continue;
        if (set)
            t->set_at = t->set_at ? t->set_at : at;
        else
            t->asked_at = t->asked_at ? t->asked_at : at;
    }
    return bit;
}

static uint64_t traits_of(
    struct demo_reader *r, const struct yaml *map, const char *key, bool set, uint64_t *without)
{
    const struct yaml *y = yaml_get(map, key);
    uint64_t bits = 0;
    str *v = NULL;
    size_t n = 0;
    if (!y || !yaml_as_strs(r->a, y, &v, &n))
        return 0;
    for (size_t i = 0; i < n; i++) {
        const struct yaml *at = y->type == YAML_LIST ? y->vals[i] : y;
        bool no = without && str_starts(v[i], S("-"));
        uint64_t bit = marked(r, no ? str_sub(v[i], 1, v[i].n) : v[i], at, set);
        if (no)
            *without |= bit;
        else
            bits |= bit;
    }
    return bits;
}

uint64_t demo_sets(struct demo_reader *r, const struct yaml *map, const char *key)
{
    return traits_of(r, map, key, true, NULL);
}

uint64_t demo_asks(struct demo_reader *r, const struct yaml *map, const char *key)
{
    return traits_of(r, map, key, false, NULL);
}

void demo_traits_check(struct demo_reader *r)
{
    for (size_t i = DEMO_OWN_TRAITS; i < r->s->n_traits; i++) {
        const struct demo_trait_name *t = &r->s->traits[i];
        if (!t->set_at)
            yaml_err(r->e, t->asked_at, t->name, (str){0}, "nothing gives an order this trait",
                "没有哪一处会给事项加上这个特征");
        else if (!t->asked_at)
            yaml_err(r->e, t->set_at, t->name, (str){0}, "nothing asks for this trait",
                "没有哪一处用到这个特征");
    }
}

struct demo_if demo_if_read(struct demo_reader *r, const struct yaml *row)
{
    struct demo_if c = {0};
    c.with = traits_of(r, row, "if", false, &c.without);
    const struct yaml *y = yaml_get(row, "when");
    if (!y)
        return c;
    struct err sub;
    err_init(&sub, r->a, r->e->lang);
    c.match = filter_parse(r->a, r->r, r->s->def, y->s, &sub);
    for (size_t i = 0; i < sub.n; i++)
        yaml_err(r->e, y, S("when"), sub.notes[i].expected, "%.*s: %.*s", "%.*s：%.*s",
            STR_ARG(sub.notes[i].field), STR_ARG(sub.notes[i].message));
    return c;
}

// ---- people

static const struct role *role_named(struct demo_reader *r, str key, const struct yaml *at)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->r->n_roles; i++) {
        if (str_eq(r->r->roles[i].key, key))
            return &r->r->roles[i];
        VEC_PUSH(r->a, names, n) = r->r->roles[i].key;
    }
    demo_say(r, at, "who", key, names, n);
    return NULL;
}

struct demo_staff demo_staff_at(
    struct arena *a, const struct rules *r, const struct role *role, const struct unit *at)
{
    struct demo_staff s = {0};
    for (; at && s.n == 0; at = at->parent ? rules_unit(r, at->parent) : NULL)
        for (size_t i = 0; i < r->n_people; i++) {
            const struct person *p = &r->people[i];
            bool holds = false;
            for (size_t g = 0; p->active && g < p->n; g++)
                holds |= p->grants[g].role == role && p->grants[g].unit == at;
            if (holds)
                VEC_PUSH(a, s.v, s.n) = p;
        }
    return s;
}

static enum demo_at at_named(str at, const struct def_step *step)
{
    static const struct {
        const char *name;
        enum demo_at at;
    } names[] = {{"receiver", AT_RECEIVER}, {"part", AT_PART}, {"lead", AT_LEAD},
        {"place", AT_PLACE}, {"owner", AT_OWNER}, {"town", AT_TOWN}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(at, str_of(names[i].name)))
            return names[i].at;
    return step->on_part ? AT_PART : AT_RECEIVER;
}

static void need(struct demo_reader *r, const struct demo_who *who, const struct role *role,
    const struct yaml *y)
{
    const struct unit *fixed = who->at == AT_TOWN ? r->r->root
                               : who->at == AT_RECEIVER
                                   ? map_get(&r->r->unit_by_code, r->s->def->receiver)
                                   : NULL;
    if (!fixed)
        VEC_PUSH(r->a, r->needs, r->n_needs) = (struct demo_need){role, y};
    else if (demo_staff_at(r->a, r->r, role, fixed).n == 0)
        yaml_err(r->e, y, S("who"), (str){0}, "nobody has the role %.*s at %.*s",
            "没有人担任角色 %.*s（%.*s）", STR_ARG(role->key), STR_ARG(fixed->name));
}

struct demo_who demo_who_read(struct demo_reader *r, const struct yaml *map, const struct yaml *at,
    const struct def_step *step, const str *keys, size_t n)
{
    struct demo_who who = {.at = at_named(yaml_get_str(map, "at"), step)};
    const struct yaml *y = yaml_get(map, "who");
    str *named = NULL;
    size_t n_named = 0;
    const struct role **roles = NULL;
    if (y && yaml_as_strs(r->a, y, &named, &n_named)) {
        keys = named;
        n = n_named;
    } else if (n > 1) {
        n = 1;
    }
    for (size_t i = 0; i < n; i++) {
        const struct role *role = role_named(r, keys[i], y ? y : at);
        if (!role)
            continue;
        VEC_PUSH(r->a, roles, who.n) = role;
        need(r, &who, role, y ? y : at);
    }
    who.roles = roles;
    return who;
}

// ---- answers

static str field_value(
    struct demo_reader *r, const struct def_field *f, str given, const struct yaml *at)
{
    struct err sub;
    str canonical = given;
    err_init(&sub, r->a, r->e->lang);
    if (!def_value(r->a, f, given, &canonical, &sub, f->key))
        for (size_t i = 0; i < sub.n; i++)
            yaml_err(r->e, at, f->key, sub.notes[i].expected, "%.*s", "%.*s",
                STR_ARG(sub.notes[i].message));
    return canonical;
}

static void read_options(
    struct demo_reader *r, const struct yaml *row, const struct def_field *f, struct demo_answer *x)
{
    const struct yaml *is = yaml_get(row, "is"), *of = yaml_get(row, "of");
    x->by = ANSWER_OPTIONS;
    size_t n = of ? of->n : 1;
    x->weights = NEW_ARRAY(r->a, n, double);
    for (size_t i = 0; i < n; i++) {
        const struct yaml *one = of ? yaml_get(of->vals[i], "is") : is;
        struct demo_option opt = {.val = field_value(r, f, one->s, one), .weight = 1};
        if (of) {
            opt.weight = yaml_get_f64(of->vals[i], "weight", 0);
            opt.sets = demo_sets(r, of->vals[i], "sets");
        }
        if (!(opt.weight > 0))
            yaml_err(r->e, one, S("weight"), S("above 0"), "is too small", "须大于 0");
        x->weights[i] = opt.weight;
        VEC_PUSH(r->a, x->options, x->n_options) = opt;
    }
}

// Somebody who holds the role at the receiver.
static void read_person(struct demo_reader *r, const struct yaml *row, struct demo_answer *x)
{
    static const struct def_step of_the_item;
    str *roles = NULL;
    size_t n = 0;
    x->by = ANSWER_PERSON;
    if (yaml_as_strs(r->a, yaml_get(row, "person"), &roles, &n) && n > 0)
        x->person = demo_who_read(r, NULL, row, &of_the_item, roles, n);
}

static bool read_answer(struct demo_reader *r, const struct yaml *row, const struct def_step *step,
    struct demo_answer *x)
{
    static const char *const ways[] = {"is", "of", "text", "days", "number", "person"};
    const struct def *def = r->s->def;
    str key = yaml_get_str(row, "field");
    size_t given = 0, n = 0;
    str *names = NULL;
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        given += yaml_get(row, ways[i]) != NULL;
    if (given != 1)
        yaml_err(r->e, row, key, S("is, of, text, days, number, person"),
            "an answer is given in one of these ways", "一个答案只能用其中一种写法");
    *x = (struct demo_answer){.when = demo_if_read(r, row), .field = DEF_NONE};
    for (size_t i = 0; i < step->n_asks; i++) {
        int f = step->asks[i].field;
        if (f < 0)
            continue;
        VEC_PUSH(r->a, names, n) = def->fields[f].key;
        if (str_eq(def->fields[f].key, key))
            x->field = f;
    }
    if (x->field < 0)
        demo_say(r, yaml_get(row, "field"), "field", key, names, n);
    if (x->field < 0 || given != 1)
        return false;
    if (yaml_get(row, "is") || yaml_get(row, "of"))
        read_options(r, row, &def->fields[x->field], x);
    else if (demo_whole_range(r, row, "days", &x->lo, &x->hi))
        x->by = ANSWER_DAYS;
    else if (demo_whole_range(r, row, "number", &x->lo, &x->hi))
        x->by = ANSWER_NUMBER;
    else if (yaml_get(row, "person"))
        read_person(r, row, x);
    else
        x->text = demo_words_read(r, yaml_get(row, "text"), "text");
    return true;
}

struct demo_answers demo_answers_read(
    struct demo_reader *r, const struct yaml *list, const struct def_step *step)
{
    struct demo_answers out = {0};
    for (size_t i = 0; list && i < list->n; i++) {
        struct demo_answer x;
        if (read_answer(r, list->vals[i], step, &x))
            VEC_PUSH(r->a, out.v, out.n) = x;
        if (step == &r->s->def->steps[0] && yaml_get(list->vals[i], "when"))
            yaml_err(r->e, list->vals[i], S("when"), S("if"),
                "before it is filed there is nothing a filter could hold for",
                "登记之前还没有事项，不能用筛选条件");
    }
    return out;
}

bool demo_answered(const struct demo_answers *x, int field)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->v[i].field == field)
            return true;
    return false;
}
