// What a script says of lives: what follows in which state, after how long, by whom, with what.

#include "domain/demo_read.h"

#include "domain/filter.h"
#include "domain/item_step.h"

static const struct yaml_member AFTER[] = {
    {"clock", YAML_WANT_STR, .expected = "a clock"},
    {"share", YAML_WANT_LIST, .expected = "[from, to] percent"},
    {"way", YAML_WANT_LIST, .expected = "[from, to] percent"},
    {"work", YAML_WANT_LIST, .expected = "[from, to] working minutes"},
    {"plain", YAML_WANT_LIST, .expected = "[from, to] minutes"},
    {"days", YAML_WANT_LIST, .expected = "[from, to] days"},
    {"date", YAML_WANT_STR, .expected = "a date field"},
    {0},
};
static const struct yaml_member REASON[] = {
    {"is", YAML_WANT_STR, YAML_REQUIRED},
    {"option", YAML_WANT_STR},
    {"weight", YAML_WANT_NUM, YAML_REQUIRED, "a number above 0"},
    {"note", YAML_WANT_STRS},
    {0},
};
static const struct yaml_member FILES[] = {
    {"share", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {"number", YAML_WANT_LIST, .expected = "[from, to]"},
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"of", YAML_WANT_STRS, YAML_REQUIRED, "[a file of the town's folder, ...]"},
    {0},
};
static const struct yaml_member DECISION[] = {
    {"after", YAML_WANT_MAP, .sub = AFTER},
    {"who", YAML_WANT_STRS, .expected = "[role, ...]"},
    {"at", YAML_WANT_STR, .options = "receiver|owner|town"},
    {"refuse", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {"yes", YAML_WANT_STRS},
    {"no", YAML_WANT_STRS},
    {"answers", YAML_WANT_MAPS, .sub = DEMO_ANSWER},
    {0},
};
static const struct yaml_member CHILD[] = {
    {"if", YAML_WANT_STRS, .expected = "[trait, -trait, ...]"},
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {"weight", YAML_WANT_NUM, .expected = "a number above 0"},
    {"class", YAML_WANT_STR, .expected = "a class of that loop"},
    {"is", YAML_WANT_STRS, .expected = "[trait of that script, ...]"},
    {"title", YAML_WANT_STRS},
    {"text", YAML_WANT_STRS},
    {0},
};
static const struct yaml_member MOVE[] = {
    {"step", YAML_WANT_STR, YAML_REQUIRED, "a step"},
    {"share", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {"if", YAML_WANT_STRS, .expected = "[trait, -trait, ...]"},
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {"after", YAML_WANT_MAP, .sub = AFTER},
    {"who", YAML_WANT_STRS, .expected = "[role, ...]"},
    {"at", YAML_WANT_STR, .options = "receiver|part|lead|place|owner|town"},
    {"answers", YAML_WANT_MAPS, .sub = DEMO_ANSWER},
    {"note", YAML_WANT_STRS},
    {"note_share", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {"reasons", YAML_WANT_MAPS, .sub = REASON},
    {"files", YAML_WANT_MAP, .sub = FILES},
    {"judge", YAML_WANT_STR, .expected = "a judge"},
    {"units", YAML_WANT_STRS, .expected = "matter, other, or [unit, ...]"},
    {"assists", YAML_WANT_NUM, .expected = "percent", .min = 0, .max = 100},
    {"extend", YAML_WANT_LIST, .expected = "[from, to]"},
    {"members", YAML_WANT_STR, .expected = "a filter"},
    {"number", YAML_WANT_LIST, .expected = "[from, to]"},
    {"class", YAML_WANT_STR, .options = "near"},
    {"child", YAML_WANT_MAPS, .sub = CHILD},
    {"sets", YAML_WANT_STRS, .expected = "[trait, ...]"},
    {"clears", YAML_WANT_STRS, .expected = "[trait, ...]"},
    {"redraw", YAML_WANT_STRS, .expected = "[trait, ...]"},
    {"again", YAML_WANT_BOOL},
    {"decide", YAML_WANT_MAPS, .sub = DECISION},
    {0},
};
static const struct yaml_member FOLLOW[] = {
    {"next", YAML_WANT_MAPS, .sub = MOVE},
    {"beside", YAML_WANT_MAPS, .sub = MOVE},
    {0},
};
static const struct yaml_member TRAIT[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"share", YAML_WANT_NUM, YAML_REQUIRED, "percent", .min = 0, .max = 100},
    {"if", YAML_WANT_STRS, .expected = "[trait, -trait, ...]"},
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {0},
};
const struct yaml_member DEMO_LIVES[] = {
    {"traits", YAML_WANT_MAPS, .sub = TRAIT},
    {"answers", YAML_WANT_MAPS, YAML_REQUIRED, .sub = DEMO_ANSWER},
    {"states", YAML_WANT_MAP_OF, YAML_REQUIRED, .sub = FOLLOW},
    {"parts", YAML_WANT_MAP_OF, .sub = FOLLOW},
    {0},
};

// ---- when

static int clock_named(struct demo_reader *r, const struct yaml *map)
{
    const struct yaml *y = yaml_get(map, "clock");
    const struct def *d = r->s->def;
    str *names = NULL;
    size_t n = 0;
    if (!y)
        return DEF_NONE;
    int at = def_clock_at(d, y->s);
    for (size_t i = 0; i < d->n_clocks; i++)
        VEC_PUSH(r->a, names, n) = d->clocks[i].key;
    if (at < 0)
        demo_say(r, y, "clock", y->s, names, n);
    return at;
}

static int date_named(struct demo_reader *r, const struct yaml *map)
{
    const struct yaml *y = yaml_get(map, "date");
    const struct def *d = r->s->def;
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; y && i < d->n_fields; i++) {
        if (d->fields[i].type != DEF_DATE)
            continue;
        if (str_eq(d->fields[i].key, y->s))
            return (int)i;
        VEC_PUSH(r->a, names, n) = d->fields[i].key;
    }
    if (y)
        demo_say(r, y, "date", y->s, names, n);
    return DEF_NONE;
}

static struct demo_span read_after(struct demo_reader *r, const struct yaml *y)
{
    struct demo_span x = {
        .clock = DEF_NONE, .date = DEF_NONE, .by_work = true, .work_lo = 5, .work_hi = 60};
    if (!y)
        return x;
    x.clock = clock_named(r, y);
    x.date = date_named(r, y);
    bool share = demo_range(r, y, "share", &x.share_lo, &x.share_hi);
    if (share != (yaml_get(y, "clock") != NULL))
        yaml_err(r->e, y, S("share"), S("clock and share"), "one needs the other", "两项要一起写");
    x.by_way = demo_range(r, y, "way", &x.way_lo, &x.way_hi);
    x.by_plain = demo_whole_range(r, y, "plain", &x.plain_lo, &x.plain_hi);
    x.by_days = demo_whole_range(r, y, "days", &x.days_lo, &x.days_hi);
    x.by_work = demo_whole_range(r, y, "work", &x.work_lo, &x.work_hi);
    if (x.date >= 0 && !x.by_days)
        yaml_err(r->e, y, S("days"), S("[from, to]"), "days after the date are missing",
            "缺少该日期之后的天数");
    // Of a clock that does not run there is no share.
    x.only_clock = x.clock >= 0 && !x.by_work && !x.by_plain && !x.by_days;
    return x;
}

// ---- with what

static void read_reasons(struct demo_reader *r, const struct yaml *list, struct demo_move *m)
{
    const struct def *d = r->s->def;
    if (list && m->step->reasons < 0) {
        yaml_err(r->e, list, S("reasons"), (str){0}, "the step takes no reason", "这一步不选原因");
        return;
    }
    m->reason_weights = NEW_ARRAY(r->a, list ? list->n : 0, double);
    for (size_t i = 0; list && i < list->n; i++) {
        const struct yaml *row = list->vals[i];
        const struct def_reasons *known = &d->reasons[m->step->reasons];
        struct demo_reason x = {.key = yaml_get_str(row, "is"),
            .option = yaml_get_str(row, "option"),
            .weight = yaml_get_f64(row, "weight", 0),
            .note = demo_words_read(r, yaml_get(row, "note"), "note")};
        bool fits = false;
        for (size_t k = 0; k < known->n; k++) {
            const struct def_reason *y = &known->rows[k];
            bool option = y->n == 0 && x.option.n == 0;
            for (size_t o = 0; o < y->n; o++)
                option |= str_eq(y->options[o], x.option);
            fits |= str_eq(y->key, x.key) && option;
        }
        if (!fits || !(x.weight > 0))
            yaml_err(r->e, row, S("reasons"), S("a reason and its option, a weight above 0"),
                "is no such reason", "没有这个原因或二级原因");
        m->reason_weights[i] = x.weight;
        VEC_PUSH(r->a, m->reasons, m->n_reasons) = x;
    }
}

static void read_units(struct demo_reader *r, const struct yaml *row, struct demo_move *m)
{
    const struct yaml *y = yaml_get(row, "units");
    str *v = NULL;
    size_t n = 0;
    m->assists = demo_percent(r, row, "assists", 0);
    if (!y || !yaml_as_strs(r->a, y, &v, &n) || (n == 1 && str_eq(v[0], S("matter"))))
        return;
    if (n == 1 && str_eq(v[0], S("other"))) {
        m->units = UNITS_OTHER;
        return;
    }
    m->units = UNITS_NAMED;
    for (size_t i = 0; i < n; i++) {
        const struct unit *u = map_get(&r->r->unit_by_code, v[i]);
        if (!u) {
            demo_say(r, y, "units", v[i], NULL, 0);
            continue;
        }
        demo_handles(r, u, y);
        VEC_PUSH(r->a, m->named, m->n_named) = u;
    }
}

static void read_judge(struct demo_reader *r, const struct yaml *row, struct demo_move *m)
{
    const struct def *d = r->s->def;
    const struct yaml *y = yaml_get(row, "judge");
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < d->n_judges; i++)
        if (m->step->judges >> i & 1)
            VEC_PUSH(r->a, names, n) = d->judges[i].key;
    if (y)
        m->judge = y->s;
    else if (n == 1)
        m->judge = names[0];
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], m->judge))
            return;
    if (n > 0 || y)
        demo_say(r, y ? y : row, "judge", m->judge, names, n);
}

// ---- files

static struct demo_picture *picture(struct demo_reader *r, str file, const struct yaml *at)
{
    struct demo_town *t = r->town;
    for (size_t i = 0; i < t->n_pictures; i++)
        if (str_eq(t->pictures[i]->file, file))
            return t->pictures[i];
    struct demo_picture *p = NEW(r->a, struct demo_picture);
    p->file = file;
    p->type = str_ends(file, S(".png"))   ? S("image/png")
              : str_ends(file, S(".jpg")) ? S("image/jpeg")
                                          : S("application/octet-stream");
    if (!r->src->read(r->src->arg, r->a, file, &p->content) || p->content.n == 0) {
        yaml_err(r->e, at, S("of"), (str){0}, "the town's folder has no such file",
            "镇的目录里没有这个文件");
        return NULL;
    }
    VEC_PUSH(r->a, t->pictures, t->n_pictures) = p;
    return p;
}

static void read_files(struct demo_reader *r, const struct yaml *y, struct demo_move *m)
{
    const struct yaml *of = yaml_get(y, "of");
    str *v = NULL;
    size_t n = 0;
    if (!y)
        return;
    m->files = (struct demo_files){.share = demo_percent(r, y, "share", 100),
        .lo = 1,
        .hi = 1,
        .name = yaml_get_str(y, "name")};
    demo_whole_range(r, y, "number", &m->files.lo, &m->files.hi);
    if (m->files.lo < 1 || m->files.hi > m->step->files_max)
        yaml_err(r->e, y, S("files"), str_fmt(r->a, "at most %d", m->step->files_max),
            "is not as many as the step takes", "超出这一步能带的附件数");
    if (!yaml_as_strs(r->a, of, &v, &n))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        struct demo_picture *p = picture(r, v[i], of->type == YAML_LIST ? of->vals[i] : of);
        if (p)
            VEC_PUSH(r->a, m->files.of, m->files.n) = p;
    }
}

// ---- who decides

static void want_answers(struct demo_reader *r, const struct yaml *row, const struct def_ask *asks,
    size_t n, const struct demo_answers *given)
{
    for (size_t i = 0; i < n; i++)
        if (asks[i].required && asks[i].field >= 0 && !demo_answered(given, asks[i].field))
            yaml_err(r->e, row, r->s->def->fields[asks[i].field].key, (str){0},
                "the step asks for it and nothing answers", "这一步要填，但没有写怎么填");
}

// A row for each stage of the step; of those that are not written the plain ones.
static void read_decisions(struct demo_reader *r, const struct yaml *row, struct demo_move *m)
{
    const struct yaml *list = yaml_get(row, "decide");
    const struct def_step *s = m->step;
    if (list && list->n > s->n_stages)
        yaml_err(r->e, list, S("decide"), str_fmt(r->a, "0..%zu", s->n_stages),
            "are more decisions than the step has stages", "比这一步的审核级数多");
    m->decisions = NEW_ARRAY(r->a, s->n_stages, struct demo_decision);
    for (size_t i = 0; i < s->n_stages; i++) {
        const struct def_stage *g = &s->stages[i];
        const struct yaml *y = list && i < list->n ? list->vals[i] : row;
        bool own = y != row;
        const struct def_step asks = {.asks = g->asks, .n_asks = g->n_asks};
        struct demo_decision *x = &m->decisions[i];
        x->after = read_after(r, own ? yaml_get(y, "after") : NULL);
        x->who = demo_who_read(r, own ? y : NULL, row, &asks, g->who, g->n_who);
        if (own) {
            x->refuse = demo_percent(r, y, "refuse", 0);
            x->yes = demo_words_read(r, yaml_get(y, "yes"), "yes");
            x->no = demo_words_read(r, yaml_get(y, "no"), "no");
            x->answers = demo_answers_read(r, yaml_get(y, "answers"), &asks);
        }
        if (x->refuse > 0 && x->no.n == 0)
            yaml_err(r->e, y, S("no"), S("[text, ...]"), "a refusal says why", "不同意要写理由");
        if (x->after.by_way || x->after.only_clock)
            yaml_err(r->e, y, S("after"), S("work, plain or days"),
                "a decision has a time of its own even when no clock runs",
                "审核要有不靠时限也能算出的时间");
        want_answers(r, y, g->asks, g->n_asks, &x->answers);
    }
}

// ---- a move

static void read_members(struct demo_reader *r, const struct yaml *row, struct demo_move *m)
{
    const struct yaml *y = yaml_get(row, "members");
    struct err inner;
    err_init(&inner, r->a, r->e->lang);
    demo_whole_range(r, row, "number", &m->members_lo, &m->members_hi);
    m->members = y ? y->s : (str){0};
    bool gathers = m->step->does == DOES_GATHER;
    if (gathers != (y != NULL) ||
        (gathers && (m->members_lo < 1 || m->members_hi > ITEM_MEMBERS_MAX)))
        yaml_err(r->e, y ? y : row, S("members"), S("a filter, and number: [from, to]"),
            "a step that gathers says what, and how many", "归入的步骤要写筛选和件数");
    else if (y && !filter_parse(r->a, r->r, NULL, y->s, &inner))
        yaml_err(r->e, y, S("members"), S("a filter"), "\"%.*s\" is no filter",
            "“%.*s”不是筛选条件", STR_ARG(y->s));
}

// The script of the loop whose item the step files; it is read before this one.
static const struct demo_script *filed_by(const struct demo_reader *r, str loop)
{
    for (size_t i = 0; i < r->town->n_loops; i++)
        if (str_eq(r->town->loops[i].def->loop, loop))
            return &r->town->loops[i];
    return NULL;
}

static uint64_t traits_there(
    struct demo_reader *r, const struct demo_script *of, const struct yaml *y)
{
    uint64_t bits = 0;
    str *v = NULL, *names = NEW_ARRAY(r->a, of->n_traits, str);
    size_t n = 0;
    for (size_t i = 0; i < of->n_traits; i++)
        names[i] = of->traits[i].name;
    if (y && !yaml_as_strs(r->a, y, &v, &n))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bit = 0;
        for (size_t k = 0; k < of->n_traits; k++)
            if (str_eq(names[k], v[i]))
                bit = UINT64_C(1) << k;
        if (bit == 0)
            demo_say(r, y->type == YAML_LIST ? y->vals[i] : y, "is", v[i], names, of->n_traits);
        bits |= bit;
    }
    return bits;
}

// Its matter is one of that script's, of this class and with these traits.
static void choose_cases(struct demo_reader *r, const struct yaml *row, struct demo_child *x)
{
    const struct demo_script *of = x->of;
    str code = yaml_get_str(row, "class"), scheme = of->def->class_scheme;
    const struct class_ *cls =
        map_get(&r->r->class_by_code, str_fmt(r->a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(code)));
    uint64_t is = traits_there(r, of, yaml_get(row, "is"));
    double sum = 0;
    x->cases = NEW_ARRAY(r->a, of->n_cases, double);
    for (size_t i = 0; i < of->n_cases; i++) {
        const struct class_ *its = rules_class(r->r, of->cases[i].cls);
        bool fits = code.n == 0 || (cls && its && class_below(its, cls));
        if (fits && (of->cases[i].sets & is) == is)
            sum += x->cases[i] = of->cases[i].weight;
    }
    if (!(sum > 0))
        yaml_err(r->e, row, code.n > 0 ? S("class") : S("is"), (str){0},
            "no matter of that loop's script is so", "那个流程的脚本里没有这样的事项");
}

static void read_children(struct demo_reader *r, const struct yaml *row, struct demo_move *m)
{
    const struct yaml *list = yaml_get(row, "child");
    const struct demo_script *of = filed_by(r, m->step->child_loop);
    bool files = m->step->does == DOES_CHILD && m->step->child_loop.n > 0;
    if (!files || !list || !of) {
        if (files && !of)
            yaml_err(r->e, row, S("step"), m->step->child_loop,
                "the script of what it files stands before this one in \"loops\"",
                "所登记流程的脚本要写在 loops 里它的前面");
        else if (files != (list != NULL))
            yaml_err(r->e, list ? list : row, S("child"), S("[{title: [...], ...}, ...]"),
                "a step that files an item of another loop says what it is, and no other does",
                "转办到另一流程的步骤要写转成什么，别的步骤不写");
        return;
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *one = list->vals[i];
        struct demo_child x = {.when = demo_if_read(r, one),
            .of = of,
            .weight = yaml_get_f64(one, "weight", 1),
            .title = demo_words_read(r, yaml_get(one, "title"), "title"),
            .text = demo_words_read(r, yaml_get(one, "text"), "text")};
        if (x.title.n == 0 && of->title.n == 0)
            yaml_err(r->e, one, S("title"), S("[text, ...]"),
                "that loop's script says no title, so this one does",
                "那个流程的脚本没有写标题，这里要写");
        if (!(x.weight > 0))
            yaml_err(r->e, one, S("weight"), S("above 0"), "is too small", "须大于 0");
        choose_cases(r, one, &x);
        VEC_PUSH(r->a, m->children, m->n_children) = x;
    }
}

static void check_answers(struct demo_reader *r, const struct yaml *row, const struct demo_move *m)
{
    want_answers(r, row, m->step->asks, m->step->n_asks, &m->answers);
    if (m->step->note_required && m->note.n == 0) {
        bool always = m->n_reasons > 0;
        for (size_t i = 0; i < m->n_reasons; i++)
            always &= m->reasons[i].note.n > 0;
        if (!always)
            yaml_err(r->e, row, S("note"), S("[text, ...]"), "the step wants a note",
                "这一步必须写说明");
    }
    if (m->step->does == DOES_EXTEND && (m->extend_lo < 1 || m->extend_hi > m->step->max.n))
        yaml_err(r->e, row, S("extend"), dur_text(r->a, m->step->max),
            "says how long, from 1 to so many", "要写延长多少，从 1 到此为止");
    bool ties =
        m->step->does == DOES_MERGE || m->step->does == DOES_GATHER || m->step->does == DOES_CHILD;
    bool own = m->step->does == DOES_CHILD && m->step->child_loop.n == 0;
    if (own || m->step->does == DOES_UNMERGE || m->step->does == DOES_RELEASE ||
        (r->in_hand && ties))
        yaml_err(
            r->e, row, S("step"), (str){0}, "a script cannot take this step", "脚本不能走这一步");
}

static bool read_move(
    struct demo_reader *r, const struct yaml *row, bool parts, int state, struct demo_move *m)
{
    const struct def *d = r->s->def;
    str key = yaml_get_str(row, "step"), *names = NULL;
    size_t n = 0;
    const struct def_step *step = def_step(d, key);
    for (size_t i = 1; i < d->n_steps; i++)
        if (d->steps[i].on_part == parts && (d->steps[i].from >> state & 1))
            VEC_PUSH(r->a, names, n) = d->steps[i].key;
    bool fits = false;
    for (size_t i = 0; i < n; i++)
        fits |= str_eq(names[i], key);
    if (!step || !fits) {
        demo_say(r, yaml_get(row, "step"), "step", key, names, n);
        return false;
    }
    *m = (struct demo_move){.step = step,
        .when = demo_if_read(r, row),
        .share = demo_percent(r, row, "share", 100),
        .after = read_after(r, yaml_get(row, "after")),
        .who = demo_who_read(r, row, row, step, step->who, step->n_who),
        .answers = demo_answers_read(r, yaml_get(row, "answers"), step),
        .note = demo_words_read(r, yaml_get(row, "note"), "note"),
        .note_share = demo_percent(r, row, "note_share", 100),
        .near_class = yaml_get(row, "class") != NULL,
        .sets = demo_sets(r, row, "sets"),
        .clears = demo_asks(r, row, "clears"),
        .redraws = demo_asks(r, row, "redraw"),
        .again = yaml_get_bool(row, "again", false)};
    demo_whole_range(r, row, "extend", &m->extend_lo, &m->extend_hi);
    read_reasons(r, yaml_get(row, "reasons"), m);
    read_units(r, row, m);
    read_members(r, row, m);
    read_children(r, row, m);
    read_judge(r, row, m);
    read_files(r, yaml_get(row, "files"), m);
    read_decisions(r, row, m);
    check_answers(r, row, m);
    return true;
}

static void read_list(struct demo_reader *r, const struct yaml *list, bool parts, int state,
    struct demo_move **out, size_t *n)
{
    for (size_t i = 0; list && i < list->n; i++) {
        struct demo_move m;
        if (read_move(r, list->vals[i], parts, state, &m))
            VEC_PUSH(r->a, *out, *n) = m;
    }
}

static struct demo_follow *read_follows(struct demo_reader *r, const struct yaml *map, bool parts)
{
    const struct def *d = r->s->def;
    const struct def_state *states = parts ? d->part_states : d->states;
    size_t n_states = parts ? d->n_part_states : d->n_states, n = 0;
    struct demo_follow *out = NEW_ARRAY(r->a, n_states, struct demo_follow);
    str *names = NULL;
    for (size_t i = 0; i < n_states; i++)
        VEC_PUSH(r->a, names, n) = states[i].key;
    for (size_t i = 0; map && i < map->n; i++) {
        int at = parts ? def_part_state_at(d, map->keys[i]) : def_state_at(d, map->keys[i]);
        const struct yaml *row = map->vals[i];
        if (at < 0) {
            demo_say(r, row, "state", map->keys[i], names, n);
            continue;
        }
        read_list(r, yaml_get(row, "next"), parts, at, &out[at].next, &out[at].n_next);
        read_list(r, yaml_get(row, "beside"), parts, at, &out[at].beside, &out[at].n_beside);
        for (size_t k = 0; k < out[at].n_next; k++)
            if (out[at].next[k].after.by_way || out[at].next[k].after.only_clock)
                yaml_err(r->e, yaml_get(row, "next")->vals[k], S("after"), S("work, plain or days"),
                    "what comes next has a time of its own even when no clock runs",
                    "下一步要有不靠时限也能算出的时间");
    }
    return out;
}

void demo_lives_read(struct demo_reader *r, const struct yaml *map, struct demo_lives *out)
{
    const struct yaml *traits = yaml_get(map, "traits");
    for (size_t i = 0; traits && i < traits->n; i++) {
        const struct yaml *row = traits->vals[i];
        struct demo_trait t = {.when = demo_if_read(r, row),
            .bit = demo_sets(r, row, "key"),
            .share = demo_percent(r, row, "share", 0)};
        VEC_PUSH(r->a, out->traits, out->n_traits) = t;
    }
    out->filing = demo_answers_read(r, yaml_get(map, "answers"), &r->s->def->steps[0]);
    out->states = read_follows(r, yaml_get(map, "states"), false);
    out->parts = read_follows(r, yaml_get(map, "parts"), true);
}
