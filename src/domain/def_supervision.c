#include "domain/def_supervision.h"

#include "domain/def_place.h"
#include "domain/def_read.h"
#include "domain/filter.h"

static const struct yaml_member LEVEL[] = {
    {"key", YAML_WANT_STR, YAML_REQUIRED, .options = "blue|yellow|red"},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {0},
};
static const struct yaml_member CHARGE[] = {
    {"by", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a field of type person"},
    {"until", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a date field"},
    {0},
};
static const struct yaml_member RULE[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"when", YAML_WANT_STR, YAML_REQUIRED, .expected = "a filter"},
    {"level", YAML_WANT_STR, YAML_REQUIRED, .options = "blue|yellow|red"},
    {0},
};
static const struct yaml_member ROOT[] = {
    {"supervision", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"levels", YAML_WANT_MAPS, YAML_REQUIRED, .expected = "{key: blue, title: ...}, yellow, red",
        .sub = LEVEL},
    {"charge", YAML_WANT_MAP, .expected = "{by, until}", .sub = CHARGE},
    {"fields", YAML_WANT_LIST, .expected = "a list of {key, title, type, ...}"},
    {"clocks", YAML_WANT_LIST, .expected = "a list of {key, title, limits, ...}"},
    {"steps", YAML_WANT_LIST, YAML_REQUIRED, .expected = "a list of {key, title, who, ...}"},
    {"rules", YAML_WANT_MAPS, .expected = "a list of {key, title, when, level}", .sub = RULE},
    {0},
};

// ---- the tree of a loop with what it shares

static struct yaml *node(struct arena *a, const struct yaml *y)
{
    struct yaml *x = NEW(a, struct yaml);
    *x = *y;
    return x;
}

// A member is set, or added.
static void put(struct arena *a, struct yaml *map, const char *key, struct yaml *val)
{
    size_t n = map->n + 1, at = 0;
    str *keys = NEW_ARRAY(a, n, str);
    struct yaml_pos *pos = NEW_ARRAY(a, n, struct yaml_pos);
    struct yaml **vals = NEW_ARRAY(a, n, struct yaml *);
    for (size_t i = 0; i < map->n; i++) {
        if (str_eq(map->keys[i], str_of(key)))
            continue;
        keys[at] = map->keys[i];
        pos[at] = map->key_pos[i];
        vals[at++] = map->vals[i];
    }
    keys[at] = str_of(key);
    pos[at] = (struct yaml_pos){val->line, val->column};
    vals[at++] = val;
    map->keys = keys;
    map->key_pos = pos;
    map->vals = vals;
    map->n = at;
}

static const struct yaml *row_of(const struct yaml *list, str key)
{
    for (size_t i = 0; list && list->type == YAML_LIST && i < list->n; i++)
        if (key.n > 0 && str_eq(yaml_get_str(list->vals[i], "key"), key))
            return list->vals[i];
    return NULL;
}

static bool names(const struct yaml *row, const char *member, str key)
{
    const struct yaml *y = yaml_get(row, member);
    for (size_t i = 0; i < def_read_count(y); i++) {
        str x = def_read_nth(y, i)->s;
        if (str_ends(x, S("!")))
            x.n--;
        if (str_eq(x, key))
            return true;
    }
    return false;
}

static bool yes(const struct yaml *row, const char *member)
{
    bool v = false;
    const struct yaml *y = yaml_get(row, member);
    return y && yaml_as_bool(y, &v) && v;
}

// "open" stands for the states in which it is worked on, "paused" for those in which it is not;
// what else is written stays, and is said to be wrong.
static struct yaml *states_of(struct arena *a, const struct yaml *from, const struct yaml *states)
{
    struct yaml *list = node(a, from);
    list->type = YAML_LIST;
    list->vals = NULL;
    list->n = 0;
    for (size_t i = 0; i < def_read_count(from); i++) {
        const struct yaml *one = def_read_nth(from, i);
        bool open = str_eq(one->s, S("open")), paused = str_eq(one->s, S("paused"));
        if (!open && !paused)
            VEC_PUSH(a, list->vals, list->n) = node(a, one);
        for (size_t k = 0; (open || paused) && k < def_read_count(states); k++) {
            const struct yaml *s = def_read_nth(states, k);
            if (s->type != YAML_MAP || yes(s, "done") || yes(s, "final") ||
                yes(s, "paused") != paused)
                continue;
            struct yaml *name = node(a, one);
            name->s = yaml_get_str(s, "key");
            VEC_PUSH(a, list->vals, list->n) = name;
        }
    }
    return list;
}

struct merging {
    struct arena *a;
    const struct yaml *loop, *shared;
    bool whole;
    struct yaml *steps, *clocks, *fields; // of the whole
};

static struct yaml *section(struct merging *m, const char *name)
{
    const struct yaml *y = yaml_get(m->loop, name);
    struct yaml *list = node(m->a, y ? y : m->loop);
    struct yaml **vals = NULL;
    size_t n = 0;
    for (size_t i = 0; y && y->type == YAML_LIST && i < y->n; i++)
        VEC_PUSH(m->a, vals, n) = y->vals[i];
    list->type = YAML_LIST;
    list->vals = vals;
    list->n = n;
    return list;
}

// Does the loop issue that level in its own way?
static bool own_way(const struct merging *m, str level)
{
    const struct yaml *steps = yaml_get(m->loop, "steps");
    for (size_t i = 0; level.n > 0 && i < def_read_count(steps); i++) {
        const struct yaml *s = def_read_nth(steps, i);
        if (str_eq(yaml_get_str(s, "does"), S("slip")) && str_eq(yaml_get_str(s, "level"), level))
            return true;
    }
    return false;
}

// The loop's own step of that key gets the clocks of the receipt, where it does the same and says
// nothing of clocks.
static void lend_clocks(struct merging *m, const struct yaml *shared)
{
    for (size_t i = 0; i < m->steps->n; i++) {
        const struct yaml *own = m->steps->vals[i];
        if (own->type != YAML_MAP || yaml_get(own, "start") || yaml_get(own, "stop") ||
            !str_eq(yaml_get_str(own, "key"), yaml_get_str(shared, "key")) ||
            !str_eq(yaml_get_str(own, "does"), yaml_get_str(shared, "does")) ||
            str_eq(yaml_get_str(own, "on"), S("part")) || !yaml_get(shared, "does"))
            continue;
        struct yaml *x = node(m->a, own);
        if (yaml_get(shared, "stop"))
            put(m->a, x, "stop", node(m->a, yaml_get(shared, "stop")));
        if (yaml_get(shared, "start"))
            put(m->a, x, "start", node(m->a, yaml_get(shared, "start")));
        m->steps->vals[i] = x;
    }
}

static bool started(const struct merging *m, str clock)
{
    for (size_t i = 0; i < m->steps->n; i++)
        if (names(m->steps->vals[i], "start", clock))
            return true;
    return false;
}

// Is anything it stops ever started, by the loop or by what it shares? What answers nothing is left
// out.
static bool answers(const struct merging *m, const struct yaml *step)
{
    const struct yaml *stop = yaml_get(step, "stop");
    bool any = !str_eq(yaml_get_str(step, "does"), S("receipt"));
    for (size_t i = 0; i < def_read_count(stop); i++)
        any = any || started(m, def_read_nth(stop, i)->s);
    return any;
}

static void add_steps(struct merging *m, bool receipts)
{
    const struct yaml *rows = yaml_get(m->shared, "steps");
    for (size_t i = 0; i < def_read_count(rows); i++) {
        const struct yaml *row = def_read_nth(rows, i);
        bool receipt = str_eq(yaml_get_str(row, "does"), S("receipt"));
        str key = yaml_get_str(row, "key"), level = yaml_get_str(row, "level");
        if (row->type != YAML_MAP || receipt != receipts || own_way(m, level))
            continue;
        if (row_of(yaml_get(m->loop, "steps"), key)) {
            lend_clocks(m, row);
            continue;
        }
        struct yaml *x = node(m->a, row);
        const struct yaml *from = yaml_get(row, "from");
        if (from)
            put(m->a, x, "from", states_of(m->a, from, yaml_get(m->loop, "states")));
        if (m->whole || ((!from || yaml_get(x, "from")->n > 0) && answers(m, x)))
            VEC_PUSH(m->a, m->steps->vals, m->steps->n) = x;
    }
}

static void add_clocks(struct merging *m)
{
    const struct yaml *rows = yaml_get(m->shared, "clocks");
    for (size_t i = 0; i < def_read_count(rows); i++) {
        const struct yaml *row = def_read_nth(rows, i);
        str key = yaml_get_str(row, "key");
        if (!row_of(yaml_get(m->loop, "clocks"), key) && (m->whole || started(m, key)))
            VEC_PUSH(m->a, m->clocks->vals, m->clocks->n) = node(m->a, row);
    }
}

static bool asked(const struct merging *m, str field)
{
    for (size_t i = 0; i < m->steps->n; i++)
        if (names(m->steps->vals[i], "ask", field))
            return true;
    return false;
}

static void add_fields(struct merging *m)
{
    const struct yaml *rows = yaml_get(m->shared, "fields");
    for (size_t i = 0; i < def_read_count(rows); i++) {
        const struct yaml *row = def_read_nth(rows, i);
        str key = yaml_get_str(row, "key");
        if (!row_of(yaml_get(m->loop, "fields"), key) && (m->whole || asked(m, key)))
            VEC_PUSH(m->a, m->fields->vals, m->fields->n) = node(m->a, row);
    }
}

const struct yaml *def_supervision_merge(
    struct arena *a, const struct yaml *loop, const struct supervision *s, bool whole)
{
    struct merging m = {.a = a, .loop = loop, .shared = s->root, .whole = whole};
    m.steps = section(&m, "steps");
    m.clocks = section(&m, "clocks");
    m.fields = section(&m, "fields");
    add_steps(&m, false);
    add_steps(&m, true);
    add_clocks(&m);
    add_fields(&m);
    struct yaml *out = node(a, loop);
    put(a, out, "steps", m.steps);
    if (m.clocks->n > 0)
        put(a, out, "clocks", m.clocks);
    if (m.fields->n > 0)
        put(a, out, "fields", m.fields);
    return out;
}

enum err_code def_parse_with(
    struct arena *a, str yaml, const struct supervision *s, struct def **out, struct err *e)
{
    struct err sub;
    if (def_parse(a, yaml, out, e) != OK || !s || (*out)->lasting)
        return e->code;
    const struct def *own = *out;
    err_init(&sub, a, e->lang);
    if (def_parse_shared(a, yaml, s, false, out, &sub) == OK)
        return OK;
    *out = NULL;
    for (size_t i = 0; i < sub.n; i++)
        def_err(e, own->text, S("loop"), (str){0}, sub.notes[i].expected,
            "does not go with what all loops share (supervision), %.*s: %.*s",
            "与全镇共用的督办定义合不到一起，%.*s：%.*s", STR_ARG(sub.notes[i].field),
            STR_ARG(sub.notes[i].message));
    return e->code;
}

// ---- the file itself

// The least a loop needs. What is wrong with the shared rows is said at their own places; they
// stand behind SAMPLE_STEPS steps of its own.
static const char SAMPLE[] =
    "loop: sample\ntitle: sample\nnumber: {prefix: S}\nreceiver: sample\ncalendar: sample\n"
    "states:\n"
    "  - {key: s, title: s}\n  - {key: p, title: p, paused: yes}\n"
    "  - {key: f, title: f, final: yes}\n"
    "steps:\n"
    "  - {key: sample_file, title: s, to: s, who: s}\n"
    "  - {key: sample_hold, title: s, from: s, to: p, who: s}\n"
    "  - {key: sample_on, title: s, from: p, to: s, who: s}\n"
    "  - {key: sample_end, title: s, from: s, to: f, who: s}\n";
enum { SAMPLE_STEPS = 4 };

// "steps[6].who" of the sample is "steps[2].who" of the file.
static str own_path(struct arena *a, str path)
{
    int64_t at;
    size_t end = str_find(path, ']');
    if (!str_starts(path, S("steps[")) || !str_i64(str_sub(path, 6, end - 6), &at))
        return path;
    str rest = str_sub(path, end, path.n);
    return str_fmt(a, "steps[%" PRId64 "%.*s", at - SAMPLE_STEPS, STR_ARG(rest));
}

static void check_rows(struct arena *a, const struct supervision *s, struct err *e)
{
    struct def *d;
    struct err sub;
    err_init(&sub, a, e->lang);
    if (def_parse_shared(a, str_of(SAMPLE), s, true, &d, &sub) == OK)
        return;
    for (size_t i = 0; i < sub.n; i++) {
        const struct err_note *n = &sub.notes[i];
        err_at(e, n->line, n->column, own_path(a, n->field), n->expected, "%.*s", "%.*s",
            STR_ARG(n->message));
    }
}

static int level_of(str key)
{
    for (int i = 1; i <= DEF_LEVELS; i++)
        if (str_eq(key, def_level_name(i)))
            return i;
    return 0;
}

// One that does not say which is wrong by itself.
static bool issues(const struct yaml *step, int level)
{
    str key = yaml_get_str(step, "level");
    return str_eq(yaml_get_str(step, "does"), S("slip")) && (key.n == 0 || level_of(key) == level);
}

static void read_levels(struct supervision *s, struct err *e)
{
    const struct yaml *rows = yaml_get(s->root, "levels");
    bool fits = def_read_count(rows) == DEF_LEVELS;
    for (size_t i = 0; fits && i < DEF_LEVELS; i++) {
        fits = level_of(yaml_get_str(rows->vals[i], "key")) == (int)i + 1;
        s->levels[i] = yaml_get_str(rows->vals[i], "title");
    }
    if (!fits)
        yaml_err(e, rows, S("levels"), S("blue, yellow, red"),
            "there are three levels, in this order", "督办牌有三级，按蓝、黄、红的次序写");
    const struct yaml *steps = yaml_get(s->root, "steps");
    for (int l = 1; fits && l <= DEF_LEVELS; l++) {
        bool issued = false;
        for (size_t i = 0; i < def_read_count(steps); i++)
            issued = issued || issues(def_read_nth(steps, i), l);
        if (!issued)
            yaml_err(e, rows->vals[l - 1], str_fmt(e->arena, "levels[%d]", l - 1),
                S("does: slip, level: ..."), "no step issues \"%.*s\"", "没有发“%.*s”的步骤",
                STR_ARG(s->levels[l - 1]));
    }
}

static void read_rules(struct arena *a, struct supervision *s, struct err *e)
{
    const struct yaml *rows = yaml_get(s->root, "rules");
    if (def_read_count(rows) > DEF_SUPERVISE_RULES_MAX)
        yaml_err(e, rows, S("rules"), str_fmt(a, "<= %d", DEF_SUPERVISE_RULES_MAX), "too many: %zu",
            "数量过多：%zu", rows->n);
    for (size_t i = 0; i < def_read_count(rows) && i < DEF_SUPERVISE_RULES_MAX; i++) {
        const struct yaml *row = rows->vals[i];
        struct supervise_rule x = {.key = yaml_get_str(row, "key"),
            .title = yaml_get_str(row, "title"),
            .when = yaml_get_str(row, "when"),
            .level = level_of(yaml_get_str(row, "level"))};
        for (size_t k = 0; k < s->n_rules; k++)
            if (str_eq(s->rules[k].key, x.key))
                yaml_err(e, row, str_fmt(a, "rules[%zu].key", i), (str){0},
                    "key \"%.*s\" stands twice", "键“%.*s”重复", STR_ARG(x.key));
        VEC_PUSH(a, s->rules, s->n_rules) = x;
    }
}

static void read_charge(struct supervision *s, struct err *e)
{
    const struct yaml *y = yaml_get(s->root, "charge");
    static const char *const MEMBERS[] = {"by", "until"}, *const TYPES[] = {"person", "date"};
    for (size_t i = 0; y && i < ARRAY_LEN(MEMBERS); i++) {
        str key = yaml_get_str(y, MEMBERS[i]);
        const struct yaml *f = row_of(yaml_get(s->root, "fields"), key);
        if (!f || !str_eq(yaml_get_str(f, "type"), str_of(TYPES[i])))
            yaml_err(e, yaml_get(y, MEMBERS[i]), str_fmt(e->arena, "charge.%s", MEMBERS[i]),
                str_fmt(e->arena, "a field of type %s", TYPES[i]), "\"%.*s\" is no such field",
                "“%.*s”不是这里的这种字段", STR_ARG(key));
        if (i == 0)
            s->charge = key;
        else
            s->until = key;
    }
}

enum err_code def_supervision_parse(
    struct arena *a, str text, struct supervision **out, struct err *e)
{
    *out = NULL;
    struct supervision *s = NEW(a, struct supervision);
    s->text = str_dup(a, text);
    s->root = yaml_parse(a, s->text, e);
    if (!s->root || !yaml_check(s->root, ROOT, (str){0}, e))
        return e->code;
    s->key = yaml_get_str(s->root, "supervision");
    s->title = yaml_get_str(s->root, "title");
    read_levels(s, e);
    read_charge(s, e);
    read_rules(a, s, e);
    check_rows(a, s, e);
    if (e->code == OK)
        *out = s;
    return e->code;
}

// ---- in a town

static void check_filter(struct arena *a, const struct rules *r, const struct def *d,
    const struct yaml *y, str path, struct err *e)
{
    struct err sub;
    err_init(&sub, a, e->lang);
    if (!y || filter_parse(a, r, d, y->s, &sub))
        return;
    for (size_t i = 0; i < sub.n; i++)
        yaml_err(e, y, path, sub.notes[i].expected, "in the filter \"%.*s\", %.*s: %.*s",
            "筛选条件“%.*s”的“%.*s”：%.*s", STR_ARG(y->s), STR_ARG(sub.notes[i].field),
            STR_ARG(sub.notes[i].message));
}

static void check_roles(
    const struct rules *r, const struct supervision *s, const struct yaml *row, struct err *e)
{
    const struct yaml *who = yaml_get(row, "who");
    str *keys = NEW_ARRAY(e->arena, r->n_roles, str);
    for (size_t k = 0; k < r->n_roles; k++)
        keys[k] = r->roles[k].key;
    for (size_t i = 0; i < def_read_count(who); i++) {
        str key = def_read_nth(who, i)->s;
        bool known = false;
        for (size_t k = 0; k < r->n_roles; k++)
            known = known || str_eq(keys[k], key);
        if (!known)
            def_place_unknown(e, s->text, S("steps"), key, "role", "角色", keys, r->n_roles);
    }
}

void def_supervision_check(
    struct arena *a, const struct rules *r, const struct supervision *s, struct err *e)
{
    struct def *d;
    struct err quiet;
    err_init(&quiet, a, e->lang);
    if (def_parse_shared(a, str_of(SAMPLE), s, true, &d, &quiet) != OK)
        return;
    const struct yaml *steps = yaml_get(s->root, "steps"), *clocks = yaml_get(s->root, "clocks");
    const struct yaml *rules = yaml_get(s->root, "rules");
    for (size_t i = 0; i < def_read_count(steps); i++) {
        const struct yaml *row = def_read_nth(steps, i), *must = yaml_get(row, "must");
        check_roles(r, s, row, e);
        check_filter(a, r, d, yaml_get(row, "when"), str_fmt(a, "steps[%zu].when", i), e);
        for (size_t k = 0; k < def_read_count(must); k++)
            check_filter(a, r, d, yaml_get(def_read_nth(must, k), "when"),
                str_fmt(a, "steps[%zu].must[%zu].when", i, k), e);
    }
    for (size_t i = 0; i < def_read_count(clocks); i++) {
        const struct yaml *limits = yaml_get(def_read_nth(clocks, i), "limits");
        for (size_t k = 0; k < def_read_count(limits); k++)
            check_filter(a, r, d, yaml_get(def_read_nth(limits, k), "when"),
                str_fmt(a, "clocks[%zu].limits[%zu].when", i, k), e);
    }
    for (size_t i = 0; i < def_read_count(rules); i++)
        check_filter(a, r, NULL, yaml_get(def_read_nth(rules, i), "when"),
            str_fmt(a, "rules[%zu].when", i), e);
}
