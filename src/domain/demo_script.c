// Reading demo.yaml: everything it names must be there in the rules, and everybody who has to act
// must have somebody.

#include "domain/demo_script.h"

#include "domain/yaml.h"

static const struct yaml_member FESTIVAL[] = {
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"share", YAML_WANT_NUM, YAML_REQUIRED},
    {0},
};
static const struct yaml_member SPOT[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"at", YAML_WANT_STRS, YAML_REQUIRED},
    {0},
};
static const struct yaml_member CHANNEL[] = {
    {"is", YAML_WANT_STR, YAML_REQUIRED},
    {"weight", YAML_WANT_NUM, YAML_REQUIRED},
    {"opening", YAML_WANT_STR, YAML_REQUIRED},
    {"caller", YAML_WANT_BOOL},
    {"numbered", YAML_WANT_BOOL},
    {0},
};
static const struct yaml_member PRIORITY[] = {
    {"is", YAML_WANT_STR, YAML_REQUIRED},
    {"weight", YAML_WANT_NUM, YAML_REQUIRED},
    {0},
};
static const struct yaml_member CALLERS[] = {
    {"names", YAML_WANT_STRS, YAML_REQUIRED},
    {"titles", YAML_WANT_STRS, YAML_REQUIRED},
    {"mark", YAML_WANT_STR, YAML_REQUIRED},
    {"phone", YAML_WANT_STR, YAML_REQUIRED},
    {0},
};
static const struct yaml_member CLASS[] = {
    {"class", YAML_WANT_STR, YAML_REQUIRED},
    {"weight", YAML_WANT_NUM, YAML_REQUIRED},
    {"spot", YAML_WANT_KEY, YAML_REQUIRED},
    {"lead", YAML_WANT_STRS, YAML_REQUIRED},
    {"assist", YAML_WANT_STRS},
    {"kind", YAML_WANT_STRS, YAML_REQUIRED},
    {"peak", YAML_WANT_LIST},
    {"what", YAML_WANT_STRS, YAML_REQUIRED},
    {"harm", YAML_WANT_STRS, YAML_REQUIRED},
    {"wish", YAML_WANT_STRS, YAML_REQUIRED},
    {"done", YAML_WANT_STRS, YAML_REQUIRED},
    {0},
};
static const struct yaml_member NOTES[] = {
#define X(key, name) {key, YAML_WANT_STRS, YAML_REQUIRED},
    DEMO_NOTES(X)
#undef X
        {0},
};
static const struct yaml_member DEMO[] = {
    {"loop", YAML_WANT_KEY, YAML_REQUIRED},
    {"week", YAML_WANT_LIST, YAML_REQUIRED},
    {"hours", YAML_WANT_LIST, YAML_REQUIRED},
    {"day_off", YAML_WANT_NUM, YAML_REQUIRED},
    {"festivals", YAML_WANT_MAPS, .sub = FESTIVAL},
    {"places", YAML_WANT_KEY, YAML_REQUIRED},
    {"spots", YAML_WANT_MAPS, YAML_REQUIRED, .sub = SPOT},
    {"channels", YAML_WANT_MAPS, YAML_REQUIRED, .sub = CHANNEL},
    {"priorities", YAML_WANT_MAPS, YAML_REQUIRED, .sub = PRIORITY},
    {"callers", YAML_WANT_MAP, YAML_REQUIRED, .sub = CALLERS},
    {"notes", YAML_WANT_MAP, YAML_REQUIRED, .sub = NOTES},
    {"classes", YAML_WANT_MAPS, YAML_REQUIRED, .sub = CLASS},
    {0},
};

struct reader {
    struct arena *a;
    const struct rules *r;
    struct err *e;
    struct demo_script *out;
    struct map spots; // struct demo_words
};

static void say(struct reader *r, const struct yaml *at, const char *field, str value)
{
    yaml_err(r->e, at, str_of(field), (str){0}, "the town has no \"%.*s\"", "镇里没有“%.*s”",
        STR_ARG(value));
}

static struct demo_words words(struct reader *r, const struct yaml *map, const char *key)
{
    struct demo_words w = {0};
    const struct yaml *y = yaml_get(map, key);
    if (y && (!yaml_as_strs(r->a, y, &w.v, &w.n) || w.n == 0))
        yaml_err(r->e, y, str_of(key), (str){0}, "there must be at least one", "至少要有一个");
    return w;
}

static void numbers(struct reader *r, const struct yaml *list, double *out, size_t n)
{
    bool ok = list->n == n;
    double sum = 0;
    for (size_t i = 0; ok && i < n; i++) {
        ok = yaml_as_f64(list->vals[i], &out[i]) && out[i] >= 0;
        sum += ok ? out[i] : 0;
    }
    if (!ok || sum <= 0)
        yaml_err(r->e, list, (str){0}, str_fmt(r->a, "%zu numbers, one of them above 0", n),
            "is not such a list", "应为这样的一列数字");
}

static double weight(struct reader *r, const struct yaml *map)
{
    double w = yaml_get_f64(map, "weight", 0);
    if (!(w > 0))
        yaml_err(
            r->e, yaml_get(map, "weight"), S("weight"), S("above 0"), "is too small", "须大于 0");
    return w > 0 ? w : 1;
}

static void read_time(struct reader *r, const struct yaml *root)
{
    struct demo_script *s = r->out;
    numbers(r, yaml_get(root, "week"), s->week + 1, 7);
    numbers(r, yaml_get(root, "hours"), s->hours, 24);
    s->day_off = yaml_get_f64(root, "day_off", 1);
    const struct yaml *list = yaml_get(root, "festivals");
    for (size_t i = 0; list && i < list->n; i++) {
        struct demo_festival f = {
            yaml_get_str(list->vals[i], "name"), yaml_get_f64(list->vals[i], "share", 1)};
        VEC_PUSH(r->a, s->festivals, s->n_festivals) = f;
    }
}

static void read_places(struct reader *r, const struct yaml *root)
{
    struct demo_script *s = r->out;
    str kind = yaml_get_str(root, "places");
    for (size_t i = 0; i < r->r->n_units; i++) {
        const struct unit *u = &r->r->units[i];
        if (str_eq(u->kind, kind) && !u->closed)
            VEC_PUSH(r->a, s->places, s->n_places) = u;
    }
    if (s->n_places == 0)
        say(r, yaml_get(root, "places"), "places", kind);
    const struct yaml *list = yaml_get(root, "spots");
    for (size_t i = 0; i < list->n; i++) {
        struct demo_words *w = NEW(r->a, struct demo_words);
        *w = words(r, list->vals[i], "at");
        map_put(&r->spots, yaml_get_str(list->vals[i], "key"), w);
    }
}

// A value must be one of a choice field's options: better said here than by the first order.
static void check_option(struct reader *r, const char *field, str value, const struct yaml *at)
{
    int f = def_field_at(r->out->def, str_of(field));
    for (size_t i = 0; f >= 0 && i < r->out->def->fields[f].n_options; i++)
        if (str_eq(r->out->def->fields[f].options[i], value))
            return;
    say(r, at, field, value);
}

static void read_choices(struct reader *r, const struct yaml *root)
{
    struct demo_script *s = r->out;
    const struct yaml *list = yaml_get(root, "channels");
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *row = list->vals[i];
        struct demo_channel x = {.key = yaml_get_str(row, "is"),
            .opening = yaml_get_str(row, "opening"),
            .weight = weight(r, row),
            .caller = yaml_get_bool(row, "caller", false),
            .numbered = yaml_get_bool(row, "numbered", false)};
        check_option(r, "channel", x.key, row);
        VEC_PUSH(r->a, s->channels, s->n_channels) = x;
    }
    list = yaml_get(root, "priorities");
    s->priority_weights = NEW_ARRAY(r->a, list->n, double);
    for (size_t i = 0; i < list->n; i++) {
        str key = yaml_get_str(list->vals[i], "is");
        check_option(r, "priority", key, list->vals[i]);
        s->priority_weights[i] = weight(r, list->vals[i]);
        VEC_PUSH(r->a, s->priority.v, s->priority.n) = key;
    }
}

static void read_words(struct reader *r, const struct yaml *root)
{
    struct demo_script *s = r->out;
    const struct yaml *callers = yaml_get(root, "callers"), *notes = yaml_get(root, "notes");
    s->caller_names = words(r, callers, "names");
    s->caller_titles = words(r, callers, "titles");
    s->caller_mark = yaml_get_str(callers, "mark");
    s->caller_phone = yaml_get_str(callers, "phone");
#define X(key, name) s->notes.name = words(r, notes, key);
    DEMO_NOTES(X)
#undef X
}

// ---- who acts

static bool holds(const struct person *p, str role, const struct unit *at)
{
    for (size_t i = 0; p->active && i < p->n; i++)
        if (str_eq(p->grants[i].role->key, role) && (at ? p->grants[i].unit == at : true))
            return true;
    return false;
}

static struct demo_staff staff(struct reader *r, str role, const struct unit *at)
{
    struct demo_staff s = {0};
    for (size_t i = 0; i < r->r->n_people; i++)
        if (holds(&r->r->people[i], role, at))
            VEC_PUSH(r->a, s.v, s.n) = &r->r->people[i];
    return s;
}

static void need(struct reader *r, const struct demo_staff *s, str role, const struct yaml *at)
{
    if (s->n == 0)
        yaml_err(
            r->e, at, role, (str){0}, "nobody in the town has this role", "镇里没有人有这个角色");
}

static void need_handler(struct reader *r, const struct unit *u, const struct yaml *at)
{
    if (imap_get(&r->out->handlers, u->id))
        return;
    struct demo_staff *s = NEW(r->a, struct demo_staff);
    *s = staff(r, S("handler"), u);
    imap_put(&r->out->handlers, u->id, s);
    if (s->n == 0)
        yaml_err(r->e, at, u->code, (str){0}, "nobody handles orders at this unit",
            "这个单位没有承办员");
}

static void read_staff(struct reader *r, const struct yaml *root)
{
    struct demo_script *s = r->out;
    s->clerks = staff(r, S("clerk"), NULL);
    s->dispatchers = staff(r, S("dispatcher"), NULL);
    s->leaders = staff(r, S("leader"), r->r->root);
    need(r, &s->clerks, S("clerk"), root);
    need(r, &s->dispatchers, S("dispatcher"), root);
    need(r, &s->leaders, S("leader"), root);
    for (size_t i = 0; i < s->n_places; i++)
        need_handler(r, s->places[i], yaml_get(root, "places"));
}

// ---- classes

static const struct unit **units(
    struct reader *r, const struct yaml *row, const char *key, size_t *n)
{
    struct demo_words codes = words(r, row, key);
    const struct unit **v = NULL;
    *n = 0;
    for (size_t i = 0; i < codes.n; i++) {
        const struct unit *u = NULL;
        if (!str_eq(codes.v[i], S("near"))) {
            u = map_get(&r->r->unit_by_code, codes.v[i]);
            if (!u) {
                say(r, yaml_get(row, key), key, codes.v[i]);
                continue;
            }
            need_handler(r, u, yaml_get(row, key));
        }
        VEC_PUSH(r->a, v, *n) = u;
    }
    return v;
}

static void read_peak(struct reader *r, const struct yaml *list, struct demo_class *k)
{
    for (size_t i = 0; list && i < list->n; i++) {
        int64_t month = 0;
        if (yaml_as_i64(list->vals[i], &month) && month >= 1 && month <= 12)
            k->peak[month] = true;
        else
            yaml_err(r->e, list->vals[i], S("peak"), S("1..12"), "is not a month", "不是月份");
    }
}

static void read_class(struct reader *r, const struct yaml *row)
{
    struct demo_script *s = r->out;
    str code = yaml_get_str(row, "class"), spot = yaml_get_str(row, "spot");
    str name = str_fmt(r->a, "%.*s/%.*s", STR_ARG(s->def->class_scheme), STR_ARG(code));
    const struct class_ *cls = map_get(&r->r->class_by_code, name);
    struct demo_class k = {.weight = weight(r, row), .spots = map_get(&r->spots, spot)};
    if (!cls)
        say(r, yaml_get(row, "class"), "class", name);
    if (!k.spots)
        say(r, yaml_get(row, "spot"), "spot", spot);
    k.cls = cls ? cls->id : 0;
    k.leads = units(r, row, "lead", &k.n_leads);
    k.assists = units(r, row, "assist", &k.n_assists);
    read_peak(r, yaml_get(row, "peak"), &k);
    k.kind = words(r, row, "kind");
    for (size_t i = 0; i < k.kind.n; i++)
        check_option(r, "kind", k.kind.v[i], yaml_get(row, "kind"));
    k.what = words(r, row, "what");
    k.harm = words(r, row, "harm");
    k.wish = words(r, row, "wish");
    k.done = words(r, row, "done");
    VEC_PUSH(r->a, s->classes, s->n_classes) = k;
}

static bool find_loop(struct reader *r, const struct yaml *root)
{
    str key = yaml_get_str(root, "loop");
    const struct loop *l = rules_loop(r->r, key);
    if (!l) {
        say(r, yaml_get(root, "loop"), "loop", key);
        return false;
    }
    r->out->def = l->now;
    r->out->cal = rules_cal(r->r, l->now->calendar);
    return true;
}

enum err_code demo_script_read(
    struct arena *a, const struct rules *rules, str yaml, struct demo_script *out, struct err *e)
{
    struct reader r = {.a = a, .r = rules, .e = e, .out = out};
    *out = (struct demo_script){0};
    map_init(&r.spots, a);
    imap_init(&out->handlers, a);
    const struct yaml *root = yaml_parse(a, yaml, e);
    if (!root || !yaml_check(root, DEMO, (str){0}, e) || !find_loop(&r, root))
        return e->code;
    read_time(&r, root);
    read_places(&r, root);
    read_choices(&r, root);
    read_words(&r, root);
    read_staff(&r, root);
    const struct yaml *list = yaml_get(root, "classes");
    for (size_t i = 0; i < list->n; i++)
        read_class(&r, list->vals[i]);
    const char *lists[] = {"classes", "channels", "priorities"};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (yaml_get(root, lists[i])->n == 0)
            yaml_err(e, yaml_get(root, lists[i]), str_of(lists[i]), (str){0},
                "there must be at least one", "至少要有一个");
    return e->code;
}

str demo_pick(struct rng *r, const struct demo_words *w)
{
    return w->n == 0 ? (str){0} : w->v[rng_range(r, 0, (int64_t)w->n - 1)];
}

const struct person *demo_person(struct rng *r, const struct demo_staff *s)
{
    return s->v[rng_range(r, 0, (int64_t)s->n - 1)];
}
