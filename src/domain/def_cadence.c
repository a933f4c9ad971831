// The section `cadences` of a definition: which rows of which register an item is filed for, how
// often, and with what. The register is another file: what is said of its rows is checked where the
// town is known (cadence_check).
#include "domain/def_read.h"

#include <stdlib.h>

enum { EVERY_MAX = 366, SHORTEST_MONTH = 28, WEEK = 7, YEAR_MONTHS = 12 };

static const struct yaml_member cadence_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"why", YAML_WANT_STR, .expected = "a sentence"},
    {"over", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a register"},
    {"when", YAML_WANT_STR, .expected = "a filter over its rows"},
    {"every", YAML_WANT_STR, YAML_REQUIRED, .expected = "10d, 2w, 3mo"},
    {"aligned", YAML_WANT_BOOL},
    {"window", YAML_WANT_STR, .expected = "14d"},
    {"from", YAML_WANT_DATE},
    {"during", YAML_WANT_KEY, .expected = "a key date, or any"},
    {"field", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a field of type ref"},
    {"until", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a field of type date"},
    {"reason", YAML_WANT_KEY, .expected = "a field of type text"},
    {"unit", YAML_WANT_STR, .expected = "row.unit, row.FIELD or a unit code"},
    {"first", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {when, because}"},
    {"fill", YAML_WANT_MAP, YAML_NULLABLE, .expected = "{field: value}"},
    {"done", YAML_WANT_STRS, .expected = "closed states"},
    {0},
};
static const struct yaml_member first_members[] = {
    {"when", YAML_WANT_STR, YAML_REQUIRED, .expected = "a filter over the rows"},
    {"because", YAML_WANT_STR, YAML_REQUIRED, .expected = "the reason, in a few words"},
    {0},
};

// One row that is being read.
struct cadence_row {
    const struct yaml *y;
    str path;
    struct def_cadence *x;
};

static const struct yaml *member(
    struct def_reader *r, const struct cadence_row *k, const char *name, str *path)
{
    *path = def_read_path(r, k->path, name);
    return yaml_get(k->y, name);
}

bool def_read_every(str text, int *n, enum def_every *of)
{
    static const struct {
        str word;
        enum def_every of;
    } units[] = {{S("mo"), EVERY_MONTHS}, {S("d"), EVERY_DAYS}, {S("w"), EVERY_WEEKS}};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        int64_t v = 0;
        if (!str_ends(text, units[i].word))
            continue;
        if (!str_i64(str_sub(text, 0, text.n - units[i].word.n), &v) || v < 1 || v > EVERY_MAX)
            return false;
        *n = (int)v;
        *of = units[i].of;
        return true;
    }
    return false;
}

static void read_every(struct def_reader *r, const struct cadence_row *k)
{
    str path;
    const struct yaml *y = member(r, k, "every", &path);
    struct def_cadence *x = k->x;
    x->every = 1;
    if (!y || !yaml_as_str(y, &x->length) || x->length.n == 0)
        return;
    if (!def_read_every(x->length, &x->every, &x->of))
        yaml_err(r->e, y, path, S("10d, 2w, 3mo"), "\"%.*s\" is no interval",
            "“%.*s”不是间隔（日 d、周 w、月 mo）", STR_ARG(x->length));
    else if (x->aligned && x->of == EVERY_MONTHS && YEAR_MONTHS % x->every != 0 &&
             x->every % YEAR_MONTHS != 0)
        yaml_err(r->e, y, path, S("1, 2, 3, 4, 6 or 12 months; or aligned: no"),
            "%d months do not fit into the calendar", "%d 个月不能与日历对齐", x->every);
}

static int shortest_days(const struct def_cadence *x)
{
    static const int days[] = {1, WEEK, SHORTEST_MONTH};
    return x->every * days[x->of];
}

static void read_window(struct def_reader *r, const struct cadence_row *k)
{
    str path, text = {0};
    const struct yaml *y = member(r, k, "window", &path);
    struct def_cadence *x = k->x;
    int64_t n = 0;
    x->window = x->aligned ? 0 : DEF_CADENCE_WINDOW;
    if (!y || !yaml_as_str(y, &text) || text.n == 0)
        return;
    if (!str_ends(text, S("d")) || !str_i64(str_sub(text, 0, text.n - 1), &n) || n < 1)
        yaml_err(r->e, y, path, S("14d"), "\"%.*s\" are no days", "“%.*s”不是天数", STR_ARG(text));
    else if (n > shortest_days(x))
        yaml_err(r->e, y, path, str_fmt(r->arena, "<= %dd", shortest_days(x)),
            "the window is longer than the interval", "提前天数比间隔还长");
    else
        x->window = (int)n;
}

// Its periods are counted from the first day of whichever key date is in force.
static void read_during(struct def_reader *r, const struct cadence_row *k)
{
    str path;
    const struct yaml *y = member(r, k, "during", &path);
    struct def_cadence *x = k->x;
    if (!y || !yaml_as_str(y, &x->during) || x->during.n == 0)
        return;
    if (!x->aligned || x->from_day != 0 || x->of == EVERY_MONTHS)
        yaml_err(r->e, y, path, S("every: 1d, 1w; without from, aligned and months"),
            "days and weeks are counted from the key date's first day",
            "重要节点期间的间隔写日或周，从节点第一天算起，不写 from 和 aligned");
}

static int read_field(
    struct def_reader *r, const struct cadence_row *k, const char *name, enum def_type type)
{
    str path;
    const struct yaml *y = member(r, k, name, &path);
    if (!y || y->type != YAML_SCALAR || y->s.n == 0)
        return DEF_NONE;
    int at = def_read_name(r, &r->fields, y, path);
    if (at < 0)
        return at;
    const struct def_field *f = &r->d->fields[at];
    if (f->type != type || f->text.n > 0) {
        yaml_err(r->e, y, path, str_fmt(r->arena, "type: %.*s", STR_ARG(def_type_name(type))),
            "\"%.*s\" is of another type", "“%.*s”不是这种类型的字段", STR_ARG(y->s));
        return DEF_UNKNOWN;
    }
    if (type == DEF_REF && k->x->over.n > 0 && !str_eq(f->to, k->x->over))
        yaml_err(r->e, y, path, str_fmt(r->arena, "register: %.*s", STR_ARG(k->x->over)),
            "\"%.*s\" names rows of another register", "“%.*s”指向另一个台账", STR_ARG(y->s));
    return at;
}

// Items of a loop with parts go where they are dispatched to.
static void read_unit(struct def_reader *r, const struct cadence_row *k)
{
    str path, text = {0};
    const struct yaml *y = member(r, k, "unit", &path);
    bool parts = yaml_get(r->root, "parts") != NULL;
    k->x->to = parts ? CADENCE_RECEIVER : CADENCE_ROW;
    if (!y || !yaml_as_str(y, &text) || text.n == 0)
        return;
    if (parts)
        yaml_err(r->e, y, path, (str){0}, "items of this loop are dispatched by a step",
            "这类事项由步骤派单，不能在这里指定单位");
    if (str_eq(text, S("row.unit")))
        return;
    k->x->to = str_starts(text, S("row.")) ? CADENCE_ROW_FIELD : CADENCE_UNIT;
    k->x->unit = k->x->to == CADENCE_UNIT ? text : str_sub(text, 4, text.n);
    if (k->x->to == CADENCE_ROW_FIELD && !def_read_key_ok(k->x->unit))
        yaml_err(r->e, y, path, S("row.unit, row.FIELD"), "\"%.*s\" names no field of a row",
            "“%.*s”没有写明台账的字段", STR_ARG(text));
}

static void read_first(struct def_reader *r, const struct cadence_row *k)
{
    struct def_rows rows = def_read_rows(r, k->y, k->path, "first", DEF_FIRSTS_MAX, first_members);
    for (size_t i = 0; i < rows.n; i++)
        VEC_PUSH(r->arena, k->x->first, k->x->n_first) = (struct def_first){
            .when = def_read_text(r, rows.at[i], "when", DEF_FILTER_MAX, rows.paths[i]),
            .because = def_read_text(r, rows.at[i], "because", DEF_TITLE_MAX, rows.paths[i])};
}

static bool sets(const struct def_cadence *x, int field)
{
    bool set = field == x->field || field == x->until || field == x->reason;
    for (size_t i = 0; i < x->n_fill; i++)
        set = set || x->fill[i].field == field;
    return set;
}

static void read_given(
    struct def_reader *r, const struct cadence_row *k, str key, const struct yaml *y, str path)
{
    struct yaml name = *y; // the name stands where its value does
    str text = {0}, canonical;
    name.s = key;
    name.type = YAML_SCALAR;
    int at = def_read_name(r, &r->fields, &name, path);
    if (at < 0)
        return;
    const struct def_field *f = &r->d->fields[at];
    if (sets(k->x, at) || f->unique || f->text.n > 0 || def_sealed(f) || f->type == DEF_FILE) {
        yaml_err(r->e, y, path, (str){0}, "\"%.*s\" is not given here", "“%.*s”不能在这里填写",
            STR_ARG(f->title));
        return;
    }
    struct err inner;
    err_init(&inner, r->arena, r->e->lang);
    struct def_given *given = &VEC_PUSH(r->arena, k->x->fill, k->x->n_fill);
    *given = (struct def_given){.field = at};
    if (!yaml_as_str(y, &text) || text.n == 0)
        yaml_err(r->e, y, path, S("a value"), "\"%.*s\" has no value", "“%.*s”没有值",
            STR_ARG(f->title));
    else if (!def_value(r->arena, f, text, &canonical, &inner, S("")))
        def_read_notes(r, &inner, y, path);
    else
        given->val = canonical;
}

static void read_fill(struct def_reader *r, const struct cadence_row *k)
{
    str path;
    const struct yaml *y = member(r, k, "fill", &path);
    for (size_t i = 0; y && y->type == YAML_MAP && i < y->n; i++)
        read_given(r, k, y->keys[i], y->vals[i], path);
}

static void read_done(struct def_reader *r, const struct cadence_row *k)
{
    str path;
    bool any = false;
    const struct yaml *y = member(r, k, "done", &path);
    uint64_t closed = 0;
    for (size_t i = 0; i < r->d->n_states; i++)
        closed |= r->d->states[i].done ? UINT64_C(1) << i : 0;
    k->x->done = closed;
    if (!y)
        return;
    k->x->done = def_read_names(r, &r->states, y, path, &any);
    if (!any && (k->x->done & ~(closed | r->unsure_states)) != 0)
        yaml_err(r->e, y, path, S("done or final states"), "an item in such a state is still open",
            "这里只能写办结的状态");
}

// Whatever the filing step must have, the rule has to say: nobody is there to be asked.
static void check_filing(struct def_reader *r, const struct cadence_row *k)
{
    const struct def *d = r->d;
    if (d->n_steps == 0 || r->fields.broken || k->x->field < 0 || k->x->until < 0)
        return;
    const struct def_step *s = &d->steps[0];
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].required && s->asks[i].field == DEF_ASK_CLASS)
            yaml_err(r->e, k->y, k->path, (str){0}, "the filing step asks a class",
                "登记步骤要选分类，周期规则不能登记");
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        bool must = f->required;
        for (size_t j = 0; j < s->n_asks; j++)
            must = must || (s->asks[j].required && s->asks[j].field == (int)i);
        if (must && f->def.n == 0 && !sets(k->x, (int)i))
            yaml_err(r->e, k->y, k->path, str_fmt(r->arena, "fill: {%.*s: ...}", STR_ARG(f->key)),
                "the filing step asks \"%.*s\"", "登记步骤要填“%.*s”，规则里没有写",
                STR_ARG(f->title));
    }
}

void def_cadences_read(struct def_reader *r)
{
    struct def_names seen = {.en = "cadence", .zh = "周期规则"};
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "cadences", DEF_CADENCES_MAX, cadence_members);
    for (size_t i = 0; i < rows.n; i++) {
        struct def_cadence x = {.field = DEF_NONE, .until = DEF_NONE, .reason = DEF_NONE};
        struct cadence_row k = {rows.at[i], rows.paths[i], &x};
        if (!def_read_key(r, &seen, k.y, k.path))
            continue;
        x.key = seen.keys[seen.n - 1];
        x.title = def_read_text(r, k.y, "title", DEF_TITLE_MAX, k.path);
        x.why = def_read_text(r, k.y, "why", DEF_HELP_MAX, k.path);
        x.over = yaml_get_str(k.y, "over");
        x.when = def_read_text(r, k.y, "when", DEF_FILTER_MAX, k.path);
        x.aligned = yaml_get_bool(k.y, "aligned", true);
        x.from_day = yaml_get_date(k.y, "from", 0);
        read_every(r, &k);
        read_window(r, &k);
        read_during(r, &k);
        x.field = read_field(r, &k, "field", DEF_REF);
        x.until = read_field(r, &k, "until", DEF_DATE);
        x.reason = read_field(r, &k, "reason", DEF_TEXT);
        read_unit(r, &k);
        read_first(r, &k);
        read_fill(r, &k);
        read_done(r, &k);
        check_filing(r, &k);
        VEC_PUSH(r->arena, r->d->cadences, r->d->n_cadences) = x;
    }
}
