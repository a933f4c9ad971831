// Reading one loop's life script: when its items come, what they are about, how they are told. What
// becomes of them is in demo_moves.c.

#include "domain/demo_read.h"

static const struct yaml_member FESTIVAL[] = {
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"share", YAML_WANT_NUM, YAML_REQUIRED, "a number from 0"},
    {0},
};
static const struct yaml_member WAY[] = {
    {"weight", YAML_WANT_NUM, YAML_REQUIRED, "a number above 0"},
    {"if", YAML_WANT_STRS, .expected = "[trait, -trait, ...]"},
    {"sets", YAML_WANT_STRS, .expected = "[trait, ...]"},
    {"caller", YAML_WANT_BOOL},
    {"who", YAML_WANT_STRS, .expected = "[role, ...]"},
    {"at", YAML_WANT_STR, .options = "receiver|place|town"},
    {"answers", YAML_WANT_MAPS, .sub = DEMO_ANSWER},
    {"title", YAML_WANT_STRS},
    {"text", YAML_WANT_STRS},
    {0},
};
static const struct yaml_member REPEAT[] = {
    {"share", YAML_WANT_NUM, YAML_REQUIRED, "percent", .min = 0, .max = 100},
    {"sets", YAML_WANT_STRS, .expected = "[trait, ...]"},
    {"caller", YAML_WANT_STR, YAML_REQUIRED, .options = "same|other"},
    {"open", YAML_WANT_BOOL},
    {"days", YAML_WANT_LIST, YAML_REQUIRED, "[from, to]"},
    {0},
};
static const struct yaml_member SURGE[] = {
    {"share", YAML_WANT_NUM, YAML_REQUIRED, "percent", .min = 0, .max = 100},
    {"sets", YAML_WANT_STRS, .expected = "[trait, ...]"},
    {"months", YAML_WANT_LIST},
    {"months_ago", YAML_WANT_INT, .min = 0, .max = 12},
    {"days", YAML_WANT_INT, .min = 1, .max = 31},
    {"place", YAML_WANT_STR, .expected = "a unit"},
    {"classes", YAML_WANT_STRS, YAML_REQUIRED, "[class, ...]"},
    {0},
};
const struct yaml_member DEMO_LOOP[] = {
    {"loop", YAML_WANT_KEY, YAML_REQUIRED},
    {"share", YAML_WANT_NUM, .expected = "a number above 0"},
    {"week", YAML_WANT_LIST, YAML_REQUIRED},
    {"hours", YAML_WANT_LIST, YAML_REQUIRED},
    {"months", YAML_WANT_LIST},
    {"day_off", YAML_WANT_NUM, .expected = "a number from 0"},
    {"festivals", YAML_WANT_MAPS, .sub = FESTIVAL},
    {"keep", YAML_WANT_STRS, .expected = "[words, ...]"},
    {"title", YAML_WANT_STRS, YAML_REQUIRED},
    {"text", YAML_WANT_STRS, YAML_REQUIRED},
    {"address", YAML_WANT_STRS, YAML_REQUIRED},
    {"words", YAML_WANT_MAP},
    {"ways", YAML_WANT_MAPS, YAML_REQUIRED, .sub = WAY},
    {"repeats", YAML_WANT_MAPS, .sub = REPEAT},
    {"surges", YAML_WANT_MAPS, .sub = SURGE},
    {"classes", YAML_WANT_MAPS, YAML_REQUIRED},
    {"life", YAML_WANT_MAP, YAML_REQUIRED, .sub = DEMO_LIVES},
    {"fast", YAML_WANT_MAP, .sub = DEMO_LIVES},
    {0},
};

// Of one that files nothing of itself.
const struct yaml_member DEMO_GUEST[] = {
    {"loop", YAML_WANT_KEY, YAML_REQUIRED},
    {"share", YAML_WANT_NUM, YAML_REQUIRED, "0"},
    {"keep", YAML_WANT_STRS, .expected = "[words, ...]"},
    {"words", YAML_WANT_MAP},
    {"life", YAML_WANT_MAP, YAML_REQUIRED, .sub = DEMO_LIVES},
    {0},
};

static double weight(struct demo_reader *r, const struct yaml *map, double other)
{
    const struct yaml *y = yaml_get(map, "weight");
    double w = other;
    if (y && (!yaml_as_f64(y, &w) || !(w > 0))) {
        yaml_err(r->e, y, S("weight"), S("a number above 0"), "is too small", "须大于 0");
        w = 1;
    }
    return w;
}

static void read_months(struct demo_reader *r, const struct yaml *list, bool *out)
{
    for (size_t i = 0; list && i < list->n; i++) {
        int64_t month = 0;
        if (yaml_as_i64(list->vals[i], &month) && month >= 1 && month <= 12)
            out[month] = true;
        else
            yaml_err(r->e, list->vals[i], S("months"), S("1..12"), "is not a month", "不是月份");
    }
}

static void read_time(struct demo_reader *r, const struct yaml *root)
{
    struct demo_script *s = r->s;
    const struct yaml *months = yaml_get(root, "months"), *list = yaml_get(root, "festivals");
    s->share = yaml_get_f64(root, "share", 1);
    if (!(s->share > 0))
        yaml_err(r->e, yaml_get(root, "share"), S("share"), S("a number above 0"), "is too small",
            "须大于 0");
    demo_numbers(r, yaml_get(root, "week"), s->week + 1, 7);
    demo_numbers(r, yaml_get(root, "hours"), s->hours, 24);
    for (int i = 1; i <= 12; i++)
        s->months[i] = 1;
    if (months)
        demo_numbers(r, months, s->months + 1, 12);
    s->day_off = yaml_get_f64(root, "day_off", 1);
    for (size_t i = 0; list && i < list->n; i++) {
        struct demo_festival f = {
            yaml_get_str(list->vals[i], "name"), yaml_get_f64(list->vals[i], "share", 1)};
        VEC_PUSH(r->a, s->festivals, s->n_festivals) = f;
    }
}

// ---- classes and their cases

static const struct unit **units(
    struct demo_reader *r, const struct yaml *row, const char *key, size_t *n)
{
    const struct yaml *y = yaml_get(row, key);
    str *codes = NULL;
    size_t n_codes = 0;
    const struct unit **v = NULL;
    *n = 0;
    if (y && !yaml_as_strs(r->a, y, &codes, &n_codes))
        yaml_err(r->e, y, str_of(key), S("[unit, ...]"), "is not a list of units", "应为单位");
    for (size_t i = 0; i < n_codes; i++) {
        const struct unit *u = NULL;
        if (!str_eq(codes[i], S("near"))) {
            u = map_get(&r->r->unit_by_code, codes[i]);
            if (!u) {
                demo_say(r, y, key, codes[i], NULL, 0);
                continue;
            }
            demo_handles(r, u, y);
        }
        VEC_PUSH(r->a, v, *n) = u;
    }
    return v;
}

static bool among(str key, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(key, str_of(names[i])))
            return true;
    return false;
}

// Every member that is not one of the known ones is a list of words.
static void read_lists(struct demo_reader *r, const struct yaml *map, const char *const *known,
    size_t n, const struct demo_words **words)
{
    for (size_t i = 0; map && map->type == YAML_MAP && i < map->n; i++) {
        const struct demo_words *w;
        if (among(map->keys[i], known, n))
            continue;
        int at = demo_list_read(r, map->keys[i], map->vals[i], false, &w);
        if (at >= 0)
            words[at] = w;
    }
}

static void read_case(struct demo_reader *r, const struct yaml *row, struct demo_case *k)
{
    static const char *const known[] = {"weight", "sets", "peak", "lead", "assist"};
    if (row->type != YAML_MAP) {
        yaml_err(r->e, row, S("cases"), S("a map"), "is not a map", "应为键值对");
        return;
    }
    if (yaml_get(row, "lead"))
        k->leads = units(r, row, "lead", &k->n_leads);
    if (yaml_get(row, "assist"))
        k->assists = units(r, row, "assist", &k->n_assists);
    k->sets |= demo_sets(r, row, "sets");
    read_months(r, yaml_get(row, "peak"), k->peak);
    read_lists(r, row, known, ARRAY_LEN(known), k->words);
}

static const struct class_ *class_named(struct demo_reader *r, str code)
{
    str scheme = r->s->def->class_scheme;
    return map_get(
        &r->r->class_by_code, str_fmt(r->a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(code)));
}

static void read_class(struct demo_reader *r, const struct yaml *row)
{
    static const char *const known[] = {
        "class", "weight", "sets", "peak", "lead", "assist", "cases"};
    struct demo_script *s = r->s;
    str code = yaml_get_str(row, "class");
    const struct class_ *cls = code.n > 0 ? class_named(r, code) : NULL;
    if (code.n > 0 ? !cls : s->def->class_scheme.n > 0)
        demo_say(r, code.n > 0 ? yaml_get(row, "class") : row, "class", code, NULL, 0);
    struct demo_case k = {.cls = cls ? cls->id : 0, .sets = demo_sets(r, row, "sets")};
    const struct demo_words **lists = NEW_ARRAY(r->a, DEMO_WORDS_MAX, const struct demo_words *);
    k.leads = units(r, row, "lead", &k.n_leads);
    k.assists = units(r, row, "assist", &k.n_assists);
    read_months(r, yaml_get(row, "peak"), k.peak);
    read_lists(r, row, known, ARRAY_LEN(known), lists);
    const struct yaml *cases = yaml_get(row, "cases");
    double whole = weight(r, row, 1), sum = 0;
    size_t n = cases && cases->type == YAML_LIST ? cases->n : 0, first = s->n_cases;
    if (cases && n == 0)
        yaml_err(
            r->e, cases, S("cases"), S("a list"), "there must be at least one", "至少要有一个");
    for (size_t i = 0; i < (n > 0 ? n : 1); i++) {
        struct demo_case one = k;
        one.words = NEW_ARRAY(r->a, DEMO_WORDS_MAX, const struct demo_words *);
        for (size_t w = 0; w < DEMO_WORDS_MAX; w++)
            one.words[w] = lists[w];
        if (n > 0)
            read_case(r, cases->vals[i], &one);
        sum += one.weight = n > 0 ? weight(r, cases->vals[i], 1) : 1;
        VEC_PUSH(r->a, s->cases, s->n_cases) = one;
    }
    for (size_t i = first; i < s->n_cases; i++)
        s->cases[i].weight *= whole / sum;
}

// ---- how they come in

static void read_ways(struct demo_reader *r, const struct yaml *list)
{
    struct demo_script *s = r->s;
    const struct def_step *file = &s->def->steps[0];
    if (list->n == 0)
        yaml_err(r->e, list, S("ways"), (str){0}, "there must be at least one", "至少要有一个");
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *row = list->vals[i], *caller = yaml_get(row, "caller");
        struct demo_way w = {.when = demo_if_read(r, row),
            .weight = weight(r, row, 1),
            .sets = demo_sets(r, row, "sets"),
            .caller = yaml_get_bool(row, "caller", false),
            .who = demo_who_read(r, row, row, file, file->who, file->n_who),
            .answers = demo_answers_read(r, yaml_get(row, "answers"), file),
            .title = demo_words_read(r, yaml_get(row, "title"), "title"),
            .text = demo_words_read(r, yaml_get(row, "text"), "text")};
        if (w.caller && !s->def->caller)
            yaml_err(r->e, caller, S("caller"), (str){0}, "items of this loop have no caller",
                "这个流程的事项没有诉求人");
        VEC_PUSH(r->a, s->ways, s->n_ways) = w;
    }
}

static void check_filing(
    struct demo_reader *r, const struct yaml *at, const struct demo_answers *common)
{
    const struct def *d = r->s->def;
    const struct def_step *file = &d->steps[0];
    for (size_t i = 0; i < file->n_asks; i++) {
        int f = file->asks[i].field;
        bool wanted =
            f >= 0 && d->fields[f].def.n == 0 && (file->asks[i].required || d->fields[f].required);
        bool said = f < 0 || demo_answered(common, f);
        for (size_t w = 0; w < r->s->n_ways && wanted && !said; w++)
            if (!demo_answered(&r->s->ways[w].answers, f)) {
                yaml_err(r->e, at, d->fields[f].key, (str){0},
                    "filing asks for it and nothing answers", "登记时要填，但没有写怎么填");
                break;
            }
    }
}

static void read_repeats(struct demo_reader *r, const struct yaml *list)
{
    struct demo_script *s = r->s;
    for (size_t i = 0; list && i < list->n; i++) {
        const struct yaml *row = list->vals[i];
        struct demo_repeat x = {.share = demo_percent(r, row, "share", 0),
            .sets = demo_sets(r, row, "sets"),
            .same_caller = str_eq(yaml_get_str(row, "caller"), S("same")),
            .open = yaml_get_bool(row, "open", false)};
        demo_whole_range(r, row, "days", &x.days_lo, &x.days_hi);
        VEC_PUSH(r->a, s->repeats, s->n_repeats) = x;
    }
}

static int place_named(struct demo_reader *r, const struct yaml *y)
{
    for (size_t i = 0; y && i < r->town->n_places; i++)
        if (str_eq(r->town->places[i]->code, y->s))
            return (int)i;
    if (y)
        demo_say(r, y, "place", y->s, NULL, 0);
    return DEF_NONE;
}

static void read_surges(struct demo_reader *r, const struct yaml *list)
{
    struct demo_script *s = r->s;
    for (size_t i = 0; list && i < list->n; i++) {
        const struct yaml *row = list->vals[i], *y = yaml_get(row, "classes");
        struct demo_surge x = {.share = demo_percent(r, row, "share", 0),
            .sets = demo_sets(r, row, "sets"),
            .ago = yaml_get_i64(row, "months_ago", 0),
            .days = yaml_get_i64(row, "days", 0),
            .place = place_named(r, yaml_get(row, "place"))};
        str *codes = NULL;
        size_t n = 0;
        double sum = 0;
        read_months(r, yaml_get(row, "months"), x.months);
        if ((x.ago > 0) == (yaml_get(row, "months") != NULL))
            yaml_err(r->e, row, S("months"), S("months or months_ago"),
                "says when, in one of these ways", "要写时间，两种写法选一种");
        x.weights = NEW_ARRAY(r->a, s->n_cases, double);
        if (!yaml_as_strs(r->a, y, &codes, &n))
            n = 0;
        for (size_t c = 0; c < n; c++) {
            const struct class_ *cls = class_named(r, codes[c]);
            double found = 0;
            for (size_t k = 0; cls && k < s->n_cases; k++) {
                const struct class_ *of = rules_class(r->r, s->cases[k].cls);
                if (!of || !class_below(of, cls))
                    continue;
                found += x.weights[k] = s->cases[k].weight;
            }
            if (!(found > 0))
                demo_say(r, y->type == YAML_LIST ? y->vals[c] : y, "classes", codes[c], NULL, 0);
            sum += found;
        }
        if (sum > 0)
            VEC_PUSH(r->a, s->surges, s->n_surges) = x;
    }
}

// ---- the whole

// What a case does not say itself the script says, or else the town.
static void inherit(struct demo_reader *r)
{
    struct demo_script *s = r->s;
    for (size_t k = 0; k < s->n_cases; k++)
        for (size_t w = 0; w < s->n_words; w++)
            if (!s->cases[k].words[w])
                s->cases[k].words[w] = r->own[w];
}

static void read_own_words(struct demo_reader *r, const struct yaml *root)
{
    const struct yaml *town = r->town->words;
    for (size_t i = 0; town && i < town->n; i++) {
        const struct demo_words *w;
        int at = demo_list_read(r, town->keys[i], town->vals[i], true, &w);
        if (at >= 0)
            r->own[at] = w;
    }
    read_lists(r, yaml_get(root, "words"), NULL, 0, r->own);
}

static void read_keep(struct demo_reader *r, const struct yaml *y)
{
    struct demo_script *s = r->s;
    str *v = NULL;
    size_t n = 0;
    s->kept = NEW_ARRAY(r->a, DEMO_WORDS_MAX, bool);
    if (y && !yaml_as_strs(r->a, y, &v, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        s->kept[demo_words_at(r, v[i], y)] = true;
}

// How its orders come in, and what they are about.
static void read_filing(struct demo_reader *r, const struct yaml *root)
{
    struct demo_script *s = r->s;
    const struct yaml *classes = yaml_get(root, "classes");
    read_time(r, root);
    for (size_t i = 0; i < classes->n; i++)
        read_class(r, classes->vals[i]);
    if (s->n_cases == 0)
        yaml_err(
            r->e, classes, S("classes"), (str){0}, "there must be at least one", "至少要有一个");
    s->title = demo_words_read(r, yaml_get(root, "title"), "title");
    s->text = demo_words_read(r, yaml_get(root, "text"), "text");
    s->address = demo_words_read(r, yaml_get(root, "address"), "address");
    read_ways(r, yaml_get(root, "ways"));
    read_repeats(r, yaml_get(root, "repeats"));
    read_surges(r, yaml_get(root, "surges"));
}

// Rules and steps say what it is about.
static void no_filing(struct demo_reader *r)
{
    struct demo_script *s = r->s;
    struct demo_case any = {
        .weight = 1, .words = NEW_ARRAY(r->a, DEMO_WORDS_MAX, const struct demo_words *)};
    VEC_PUSH(r->a, s->cases, s->n_cases) = any;
}

static void read_fast(struct demo_reader *r, const struct yaml *map, bool fast)
{
    struct demo_script *s = r->s;
    s->has_fast = map != NULL;
    if (!map)
        return;
    r->in_hand = true;
    demo_lives_read(r, map, &s->fast);
    check_filing(r, map, &s->fast.filing);
    if (fast)
        s->lives = s->fast;
}

void demo_script_read(struct demo_reader *r, const struct yaml *root, bool files, bool fast)
{
    struct demo_script *s = r->s;
    const struct yaml *life = yaml_get(root, "life");
    r->own = NEW_ARRAY(r->a, DEMO_WORDS_MAX, const struct demo_words *);
    VEC_PUSH(r->a, s->traits, s->n_traits) = (struct demo_trait_name){.name = S("lead")};
    read_own_words(r, root);
    read_keep(r, yaml_get(root, "keep"));
    if (files)
        read_filing(r, root);
    else
        no_filing(r);
    demo_lives_read(r, life, &s->lives);
    if (files)
        check_filing(r, life, &s->lives.filing);
    read_fast(r, yaml_get(root, "fast"), fast);
    inherit(r);
    demo_words_check(r);
    demo_traits_check(r);
}
