// Reading demo.yaml and the scripts it names: everything they name must be there in the rules, and
// everybody who has to act must have somebody.

#include "domain/demo_read.h"

#include "domain/demo.h"
#include "domain/near.h"

enum { HOUSES = 36, FLOORS = 18 };

static const struct yaml_member CALLERS[] = {
    {"names", YAML_WANT_STRS, YAML_REQUIRED},
    {"titles", YAML_WANT_STRS, YAML_REQUIRED},
    {"mark", YAML_WANT_STR, YAML_REQUIRED},
    {"phone", YAML_WANT_STR, YAML_REQUIRED},
    {"anonymous", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {"confidential", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {"frequent", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {0},
};
static const struct yaml_member DEMO[] = {
    {"places", YAML_WANT_KEY, YAML_REQUIRED},
    {"estates", YAML_WANT_STRS},
    {"houses", YAML_WANT_INT, .min = 1, .max = 999},
    {"floors", YAML_WANT_INT, .min = 1, .max = 99},
    {"callers", YAML_WANT_MAP, YAML_REQUIRED, .sub = CALLERS},
    {"words", YAML_WANT_MAP},
    {"loops", YAML_WANT_STRS, YAML_REQUIRED, "[loop, ...]"},
    {"rules_from", YAML_WANT_INT, .min = 1, .max = DEMO_ITEMS_MAX},
    {0},
};

// ---- what all readers use

void demo_say(struct demo_reader *r, const struct yaml *at, const char *field, str value,
    const str *names, size_t n)
{
    str near = near_name(r->a, value, names, n), expected = near_list(r->a, value, names, n);
    if (near.n > 0)
        yaml_err(r->e, at, str_of(field), expected, "there is no \"%.*s\", did you mean \"%.*s\"?",
            "没有“%.*s”，是不是“%.*s”？", STR_ARG(value), STR_ARG(near));
    else
        yaml_err(r->e, at, str_of(field), expected, "there is no \"%.*s\"", "没有“%.*s”",
            STR_ARG(value));
}

bool demo_numbers(struct demo_reader *r, const struct yaml *list, double *out, size_t n)
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
    return ok;
}

bool demo_range(
    struct demo_reader *r, const struct yaml *map, const char *key, double *lo, double *hi)
{
    const struct yaml *y = yaml_get(map, key);
    if (!y)
        return false;
    bool ok = y->type == YAML_LIST && y->n == 2 && yaml_as_f64(y->vals[0], lo) &&
              yaml_as_f64(y->vals[1], hi) && *lo <= *hi;
    if (!ok) {
        yaml_err(r->e, y, str_of(key), S("[from, to]"), "is not a range", "应为 [从, 到]");
        *lo = *hi = 0;
    }
    return true;
}

bool demo_whole_range(
    struct demo_reader *r, const struct yaml *map, const char *key, int64_t *lo, int64_t *hi)
{
    const struct yaml *y = yaml_get(map, key);
    if (!y)
        return false;
    bool ok = y->type == YAML_LIST && y->n == 2 && yaml_as_i64(y->vals[0], lo) &&
              yaml_as_i64(y->vals[1], hi) && *lo <= *hi;
    if (!ok) {
        yaml_err(r->e, y, str_of(key), S("[from, to], whole numbers"), "is not a range",
            "应为 [从, 到]，整数");
        *lo = *hi = 0;
    }
    return true;
}

double demo_percent(struct demo_reader *r, const struct yaml *map, const char *key, double other)
{
    const struct yaml *y = yaml_get(map, key);
    double x = other;
    if (y && (!yaml_as_f64(y, &x) || x < 0 || x > 100)) {
        yaml_err(r->e, y, str_of(key), S("0..100"), "is no share in percent", "应为百分数");
        x = 0;
    }
    return x;
}

void demo_handles(struct demo_reader *r, const struct unit *u, const struct yaml *at)
{
    for (size_t i = 0; i < r->n_handles; i++)
        if (r->handles[i].unit == u)
            return;
    VEC_PUSH(r->a, r->handles, r->n_handles) = (struct demo_handles){u, at};
}

// ---- demo.yaml

static void read_places(struct demo_reader *r, const struct yaml *root)
{
    struct demo_town *t = r->town;
    str kind = yaml_get_str(root, "places");
    const struct yaml *estates = yaml_get(root, "estates");
    for (size_t i = 0; i < r->r->n_units; i++) {
        const struct unit *u = &r->r->units[i];
        if (str_eq(u->kind, kind) && !u->closed)
            VEC_PUSH(r->a, t->places, t->n_places) = u;
    }
    if (t->n_places == 0)
        demo_say(r, yaml_get(root, "places"), "places", kind, NULL, 0);
    if (estates && !yaml_as_strs(r->a, estates, &t->estates, &t->n_estates))
        t->n_estates = 0;
    if (t->n_estates < t->n_places)
        yaml_err(r->e, estates ? estates : root, S("estates"),
            str_fmt(r->a, "at least %zu", t->n_places), "there is not one for every place",
            "不够每个地方一个");
    t->houses = yaml_get_i64(root, "houses", HOUSES);
    t->floors = yaml_get_i64(root, "floors", FLOORS);
}

static void read_callers(struct demo_reader *r, const struct yaml *y)
{
    struct demo_callers *c = &r->town->callers;
    bool ok = yaml_as_strs(r->a, yaml_get(y, "names"), &c->names, &c->n_names) &&
              yaml_as_strs(r->a, yaml_get(y, "titles"), &c->titles, &c->n_titles);
    if (!ok || c->n_names == 0 || c->n_titles == 0)
        yaml_err(r->e, y, S("callers"), (str){0}, "there must be at least one name and title",
            "姓和称呼至少要各有一个");
    c->mark = yaml_get_str(y, "mark");
    c->phone = yaml_get_str(y, "phone");
    c->anonymous = demo_percent(r, y, "anonymous", 0);
    c->confidential = demo_percent(r, y, "confidential", 0);
    c->frequent = demo_percent(r, y, "frequent", 0);
}

// Read for each script again, under its own numbers; here for the mistakes in them.
static void read_words(struct demo_reader *r, const struct yaml *y)
{
    r->s = NEW(r->a, struct demo_script);
    r->town->words = y;
    for (size_t i = 0; y && i < y->n; i++) {
        const struct demo_words *w;
        (void)demo_list_read(r, y->keys[i], y->vals[i], true, &w);
    }
}

// ---- scripts

static void need_somebody(struct demo_reader *r)
{
    for (size_t i = 0; i < r->n_needs; i++)
        for (size_t h = 0; h < r->n_handles; h++) {
            const struct demo_need *n = &r->needs[i];
            const struct unit *u = r->handles[h].unit;
            bool known = false;
            for (size_t k = 0; k < i; k++)
                known |= r->needs[k].role == n->role;
            if (!known && demo_staff_at(r->a, r->r, n->role, u).n == 0)
                yaml_err(r->e, r->handles[h].at ? r->handles[h].at : n->at, u->code, (str){0},
                    "nobody has the role %.*s at this unit or above it",
                    "这个单位及其上级没有人担任角色 %.*s", STR_ARG(n->role->key));
        }
}

// What an anchor says is read wherever an alias repeats it; a mistake in it is told once.
static void tell_once(struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n; i++) {
        const struct err_note *x = &e->notes[i];
        bool told = false;
        for (size_t k = 0; k < n; k++)
            told |= e->notes[k].line == x->line && e->notes[k].column == x->column &&
                    str_eq(e->notes[k].field, x->field) && str_eq(e->notes[k].message, x->message);
        if (!told)
            e->notes[n++] = *x;
    }
    e->n = n;
}

static enum err_code read_loop(
    struct demo_reader *r, const struct town_source *src, str key, const struct yaml *at, bool fast)
{
    str text, name = str_fmt(r->e->arena, "demo/%.*s.yaml", STR_ARG(key));
    const struct loop *l = rules_loop(r->r, key);
    r->e->file = S("demo.yaml");
    if (!l) {
        demo_say(r, at, "loops", key, NULL, 0);
        return r->e->code;
    }
    if (!src->read(src->arg, r->a, name, &text))
        return yaml_err(
            r->e, at, S("loops"), name, "the town has no such script", "镇里没有这个脚本");
    r->e->file = name;
    struct demo_script s = {.def = l->now, .cal = rules_cal(r->r, l->now->calendar)};
    struct demo_reader own = {
        .a = r->a, .r = r->r, .src = src, .e = r->e, .town = r->town, .s = &s};
    const struct yaml *root = yaml_parse(r->a, text, r->e);
    double share = 0;
    const struct yaml *y = root ? yaml_get(root, "share") : NULL;
    bool files = !y || !yaml_as_f64(y, &share) || share != 0;
    if (!root || !yaml_check(root, files ? DEMO_LOOP : DEMO_GUEST, (str){0}, r->e))
        return r->e->code;
    if (!str_eq(yaml_get_str(root, "loop"), key))
        yaml_err(r->e, yaml_get(root, "loop"), S("loop"), key, "is another loop than the file's",
            "和文件名不是同一个流程");
    demo_script_read(&own, root, files, fast);
    for (size_t i = 0; i < r->town->n_places; i++)
        demo_handles(&own, r->town->places[i], NULL);
    need_somebody(&own);
    tell_once(r->e);
    r->town->loops[r->town->n_loops++] = s;
    return r->e->code;
}

// What is written at once is lived by those that say how; others may have been named by them.
static void only_fast(struct demo_town *t)
{
    size_t n = t->n_loops;
    t->n_loops = 0;
    for (size_t i = 0; i < n; i++)
        if (t->loops[i].has_fast)
            t->loops[t->n_loops++] = t->loops[i];
}

enum err_code demo_town_read(struct arena *a, const struct rules *rules,
    const struct town_source *src, bool fast, struct demo_town *out, struct err *e)
{
    struct demo_reader r = {.a = a, .r = rules, .src = src, .e = e, .town = out};
    str text, *loops = NULL;
    size_t n = 0;
    *out = (struct demo_town){0};
    if (!src->read(src->arg, a, S("demo.yaml"), &text))
        return err_add(e, ERR_MISSING, S("demo.yaml"), (str){0}, "this town has no demonstration",
            "这个镇没有演示数据的脚本");
    e->file = S("demo.yaml");
    const struct yaml *root = yaml_parse(a, text, e);
    if (!root || !yaml_check(root, DEMO, (str){0}, e))
        return e->code;
    read_places(&r, root);
    read_callers(&r, yaml_get(root, "callers"));
    read_words(&r, yaml_get(root, "words"));
    out->rules_from = yaml_get_i64(root, "rules_from", 1);
    out->loops = NEW_ARRAY(a, DEMO_LOOPS_MAX, struct demo_script);
    const struct yaml *list = yaml_get(root, "loops");
    if (!yaml_as_strs(a, list, &loops, &n) || n == 0 || n > DEMO_LOOPS_MAX)
        yaml_err(e, list, S("loops"), str_fmt(a, "1..%d", DEMO_LOOPS_MAX),
            "is not such a list of loops", "流程数量不对");
    for (size_t i = 0; i < n && e->code == OK; i++)
        if (read_loop(&r, src, loops[i], list->type == YAML_LIST ? list->vals[i] : list, fast) !=
            OK)
            return e->code;
    if (fast)
        only_fast(out);
    if (e->code == OK && out->n_loops == 0)
        yaml_err(
            e, list, S("fast"), (str){0}, "no loop has shorter lives", "没有流程写了从简的过程");
    if (e->code == OK)
        e->file = (str){0};
    return e->code;
}
