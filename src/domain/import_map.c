// The mapping of a sheet, from YAML. Every mistake is noted at once, at its line and column.

#include "domain/import_inner.h"
#include "domain/near.h"
#include "domain/yaml.h"

enum { HEADER_MAX = 1000, MAP_COLUMNS_MAX = 200, MAP_CELLS_MAX = 32, PATH_DEPTH_MAX = 32 };

const char IMPORT_TWICE[] = "several";

static const struct yaml_member COLUMN[] = {
    {"column", YAML_WANT_STR},
    {"columns", YAML_WANT_STRS},
    {"to", YAML_WANT_STR, YAML_REQUIRED, "title, text, address, filed, class, f:<field>, ..."},
    {"by", YAML_WANT_STR, .options = "name|code|name-path"},
    {"type", YAML_WANT_STR, .options = "date|time"},
    {"template", YAML_WANT_STR},
    {"values", YAML_WANT_MAP},
    {"otherwise", YAML_WANT_STR},
    {"required", YAML_WANT_BOOL},
    {"optional", YAML_WANT_BOOL},
    {0},
};
static const struct yaml_member STEP[] = {
    {"step", YAML_WANT_STR, YAML_REQUIRED},
    {"judge", YAML_WANT_STR},
    {"note", YAML_WANT_STR},
    {"reason", YAML_WANT_STRS},
    {0},
};
static const struct yaml_member MAP[] = {
    {"map", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"loop", YAML_WANT_STR, YAML_REQUIRED},
    {"encoding", YAML_WANT_STR, .options = "auto|utf-8|gb18030"},
    {"header", YAML_WANT_INT, .min = 1, .max = HEADER_MAX},
    {"key", YAML_WANT_STR},
    {"empty", YAML_WANT_STR, .options = "keeps|clears"},
    {"state", YAML_WANT_STR},
    {"find", YAML_WANT_STR},
    {"steps", YAML_WANT_MAPS, .sub = STEP},
    {"columns", YAML_WANT_MAPS, YAML_REQUIRED, .sub = COLUMN},
    {0},
};
static const char *const TARGETS[] = {[TO_NO] = "no",
    [TO_TITLE] = "title",
    [TO_TEXT] = "text",
    [TO_ADDRESS] = "address",
    [TO_FILED] = "filed",
    [TO_CLOSED] = "closed",
    [TO_CLASS] = "class",
    [TO_UNIT] = "unit",
    [TO_LAT] = "lat",
    [TO_LON] = "lon",
    [TO_CALLER_NAME] = "caller.name",
    [TO_CALLER_PHONE] = "caller.phone",
    [TO_CALLER_DOOR] = "caller.door",
    [TO_NOTE] = "note"};

struct reading {
    struct arena *a;
    const struct rules *rules;
    struct import_map *m;
    struct err *e;
    const struct yaml *root;
};

static const struct yaml *member(const struct yaml *y, const char *key)
{
    const struct yaml *v = yaml_get(y, key);
    return v ? v : y;
}

// ---- names to units and classes

static str joined(struct arena *a, const str *names, size_t n)
{
    return n == 1 ? names[0] : str_join(a, names, n, S("\x1f"));
}

static void put_name(struct map *m, str name, const void *what)
{
    const void *there = map_get(m, name);
    // Maps hold pointers to what may be written; these are only ever read.
    union {
        const void *from;
        void *to;
    } p = {.from = there && there != what ? IMPORT_TWICE : what};
    if (name.n > 0)
        map_put(m, name, p.to);
}

static void name_classes(struct reading *x)
{
    const struct rules *r = x->rules;
    map_init(&x->m->classes, x->a);
    map_init(&x->m->class_paths, x->a);
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class_ *k = &r->classes[i];
        if (!str_eq(k->scheme, x->m->def->class_scheme))
            continue;
        str names[PATH_DEPTH_MAX];
        size_t at = PATH_DEPTH_MAX;
        for (const struct class_ *up = k; up && at > 0; up = rules_class(r, up->parent))
            names[--at] = up->name;
        put_name(&x->m->classes, k->name, k);
        put_name(&x->m->class_paths, joined(x->a, names + at, PATH_DEPTH_MAX - at), k);
    }
}

// With the town's own name in front and without.
static void name_units(struct reading *x)
{
    const struct rules *r = x->rules;
    map_init(&x->m->unit_paths, x->a);
    for (size_t i = 0; i < r->n_units; i++) {
        str names[PATH_DEPTH_MAX];
        size_t at = PATH_DEPTH_MAX;
        for (const struct unit *up = &r->units[i]; up && at > 0; up = rules_unit(r, up->parent))
            names[--at] = up->name;
        put_name(&x->m->unit_paths, joined(x->a, names + at, PATH_DEPTH_MAX - at), &r->units[i]);
        if (PATH_DEPTH_MAX - at > 1)
            put_name(&x->m->unit_paths, joined(x->a, names + at + 1, PATH_DEPTH_MAX - at - 1),
                &r->units[i]);
    }
}

// One text holds a path with slashes between the names; empty names at the end are levels that were
// not chosen.
static str path_key(struct arena *a, const str *names, size_t n)
{
    str parts[PATH_DEPTH_MAX], piece;
    size_t n_parts = 0;
    if (n > 1) {
        while (n > 0 && names[n - 1].n == 0)
            n--;
        return joined(a, names, n);
    }
    str rest = names[0];
    while (n_parts < PATH_DEPTH_MAX && str_cut(&rest, '/', &piece))
        parts[n_parts++] = str_trim(piece);
    return joined(a, parts, n_parts);
}

static const void *found(const struct map *m, str key)
{
    const void *p = map_get(m, key);
    return p == IMPORT_TWICE ? NULL : p;
}

const struct class_ *import_class(const struct import_map *m, const struct rules *r, enum map_by by,
    const str *names, size_t n, struct arena *a)
{
    str scheme = m->def->class_scheme, text = names[0];
    if (by == BY_NAME_PATH)
        return found(&m->class_paths, path_key(a, names, n));
    if (by == BY_NAME)
        return found(&m->classes, text);
    if (str_find(text, '/') == text.n)
        text = str_fmt(a, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(text));
    const struct class_ *k = map_get(&r->class_by_code, text);
    return k && str_eq(k->scheme, scheme) ? k : NULL;
}

const struct unit *import_unit(const struct import_map *m, const struct rules *r, enum map_by by,
    const str *names, size_t n, struct arena *a)
{
    if (by == BY_NAME_PATH)
        return found(&m->unit_paths, path_key(a, names, n));
    return by == BY_NAME ? rules_unit_named(r, names[0]) : map_get(&r->unit_by_code, names[0]);
}

// ---- one column

static str target_names(struct reading *x, str given)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(TARGETS); i++)
        VEC_PUSH(x->a, names, n) = str_of(TARGETS[i]);
    for (size_t i = 0; i < x->m->def->n_fields; i++)
        VEC_PUSH(x->a, names, n) = str_fmt(x->a, "f:%.*s", STR_ARG(x->m->def->fields[i].key));
    return near_list(x->a, given, names, n);
}

static bool read_target(struct reading *x, const struct yaml *y, struct map_column *k)
{
    const struct yaml *to = yaml_get(y, "to");
    const struct def *d = x->m->def;
    for (size_t i = 0; i < ARRAY_LEN(TARGETS); i++)
        if (str_eq(to->s, str_of(TARGETS[i]))) {
            k->to = (enum map_to)i;
            k->path = str_of(TARGETS[i]);
            return true;
        }
    int at = def_field_at(d, str_starts(to->s, S("f:")) ? str_sub(to->s, 2, to->s.n) : to->s);
    if (at < 0) {
        yaml_err(x->e, to, S("to"), target_names(x, to->s), "there is no \"%.*s\" in the loop",
            "这类事项没有“%.*s”", STR_ARG(to->s));
        return false;
    }
    k->to = TO_FIELD;
    k->field = &d->fields[at];
    k->path = str_fmt(x->a, "fields.%.*s", STR_ARG(k->field->key));
    return true;
}

// A register's rows have a number, a unit, a name and fields; they are not filed by anybody's call.
static void refuse_of_rows(struct reading *x, const struct yaml *to, const struct map_column *k)
{
    bool lasting = x->m->def->lasting;
    if (k->to == TO_NO && !lasting)
        yaml_err(x->e, to, S("to"), (str){0}, "only rows of registers are found by number",
            "只有台账的对象按编号找");
    if (lasting && (k->to == TO_TEXT || k->to == TO_FILED || k->to == TO_CLOSED))
        yaml_err(
            x->e, to, S("to"), (str){0}, "rows of registers have none", "台账的对象没有这一项");
    if (k->field && k->field->text.n > 0)
        yaml_err(x->e, to, S("to"), (str){0}, "\"%.*s\" is computed from other fields",
            "“%.*s”由其他栏目算出", STR_ARG(k->field->title));
}

static void refuse_target(struct reading *x, const struct yaml *y, const struct map_column *k)
{
    const struct yaml *to = yaml_get(y, "to");
    refuse_of_rows(x, to, k);
    bool caller = k->to >= TO_CALLER_NAME && k->to <= TO_CALLER_DOOR;
    if (caller && !x->m->def->caller)
        yaml_err(
            x->e, to, S("to"), (str){0}, "items of this loop have no caller", "这类事项没有诉求人");
    bool kept = x->m->def->lasting;
    if ((k->to == TO_UNIT || k->to == TO_CLOSED) && x->m->state.n == 0 && !kept)
        yaml_err(x->e, to, S("to"), S("state:"), "only items imported as history have it",
            "只有按历史导入（写了 state）的事项才有");
    if ((k->to == TO_NOTE) != (x->m->find && k->to == TO_NOTE))
        yaml_err(x->e, to, S("to"), S("find:, steps:"), "only steps have a note",
            "只有办理步骤（写了 find 和 steps）才有说明");
    if (x->m->find && k->to != TO_FIELD && k->to != TO_NOTE)
        yaml_err(x->e, to, S("to"), S("f:<field>, note"), "steps do not change it",
            "办理步骤不能改这一项");
    if (k->to == TO_CLASS && x->m->def->class_scheme.n == 0)
        yaml_err(
            x->e, to, S("to"), (str){0}, "items of this loop have no class", "这类事项没有分类");
    for (size_t i = 0; i < x->m->n; i++)
        if (str_eq(x->m->columns[i].path, k->path))
            yaml_err(x->e, to, S("to"), (str){0}, "\"%.*s\" is already given by %.*s",
                "“%.*s”已经由 %.*s 给出", STR_ARG(to->s), STR_ARG(x->m->columns[i].shown));
}

static void read_names(struct reading *x, const struct yaml *y, struct map_column *k)
{
    const struct yaml *one = yaml_get(y, "column"), *many = yaml_get(y, "columns");
    if (one && many)
        yaml_err(x->e, many, S("columns"), (str){0}, "column and columns exclude each other",
            "column 和 columns 只能写一个");
    if (!yaml_as_strs(x->a, one ? one : many, &k->names, &k->n))
        k->n = 0;
    for (size_t i = 0; i < k->n; i++)
        k->names[i] = str_trim(k->names[i]);
}

static int column_named(const struct map_column *k, str name)
{
    for (size_t i = 0; i < k->n; i++)
        if (str_eq(k->names[i], name))
            return (int)i;
    return -1;
}

// Escapes in quotes can hold what no screen shows.
static void check_text(struct reading *x, const struct yaml *y, const char *key)
{
    if (y && y->type == YAML_SCALAR && !utf8_valid(y->s))
        yaml_err(x->e, y, str_of(key), S("UTF-8"), "holds characters that cannot be shown here",
            "含有无法显示的字符");
}

static void add_words(struct reading *x, struct map_column *k, str words)
{
    if (words.n > 0)
        VEC_PUSH(x->a, k->pieces, k->n_pieces) = (struct map_piece){.words = words, .column = -1};
}

// "{sub_type}（{community}）"; two braces are one. Without columns: the template names them.
static void read_template(struct reading *x, const struct yaml *y, struct map_column *k)
{
    const struct yaml *t = yaml_get(y, "template");
    bool given = k->n > 0;
    check_text(x, t, "template");
    str rest = t ? t->s : (str){0};
    while (rest.n > 0) {
        size_t open = str_find(rest, '{');
        bool twice = open + 1 < rest.n && rest.s[open + 1] == '{';
        add_words(x, k, str_sub(rest, 0, open + (twice ? 1 : 0)));
        if (open == rest.n)
            return;
        rest = str_sub(rest, open + (twice ? 2 : 1), rest.n);
        if (twice)
            continue;
        size_t close = str_find(rest, '}');
        str name = str_trim(str_sub(rest, 0, close));
        if (close == rest.n || name.n == 0) {
            yaml_err(
                x->e, t, S("template"), S("{column}"), "a brace is not closed", "花括号没有配对");
            return;
        }
        int at = column_named(k, name);
        if (at < 0 && given)
            yaml_err(x->e, t, S("template"), str_join(x->a, k->names, k->n, S(", ")),
                "\"%.*s\" is not among the columns", "“%.*s”不在 columns 里", STR_ARG(name));
        if (at < 0)
            VEC_PUSH(x->a, k->names, k->n) = name;
        struct map_piece piece = {.column = at < 0 ? (int)k->n - 1 : at};
        VEC_PUSH(x->a, k->pieces, k->n_pieces) = piece;
        rest = str_sub(rest, close + 1, rest.n);
    }
}

// Whether a fixed value of the map would do: said now, not once a row.
static void check_value(
    struct reading *x, const struct yaml *y, const struct map_column *k, const char *key)
{
    str text = str_trim(y->s), canonical;
    int64_t us;
    double v;
    struct err sub;
    err_init(&sub, x->a, x->e->lang);
    bool fits = true;
    if (k->to == TO_CLASS)
        fits = import_class(x->m, x->rules, BY_CODE, &text, 1, x->a) ||
               import_class(x->m, x->rules, BY_NAME, &text, 1, x->a);
    else if (k->to == TO_UNIT)
        fits = rules_unit_named(x->rules, text) != NULL;
    else if (k->to == TO_FILED || k->to == TO_CLOSED)
        fits = tm_parse(text, x->rules->zone_s, &us);
    else if (k->to == TO_LAT || k->to == TO_LON)
        fits = str_f64(text, &v);
    else if (k->to == TO_FIELD)
        fits = def_value(x->a, k->field, text, &canonical, &sub, str_of(key));
    check_text(x, y, key);
    if (!fits)
        yaml_err(x->e, y, str_of(key), sub.n > 0 ? sub.notes[0].expected : (str){0},
            "\"%.*s\" does not fit there", "“%.*s”不能用在这里", STR_ARG(text));
}

static void read_values(struct reading *x, const struct yaml *y, struct map_column *k)
{
    const struct yaml *values = yaml_get(y, "values");
    const struct yaml *otherwise = yaml_get(y, "otherwise");
    map_init(&k->values, x->a);
    for (size_t i = 0; values && i < values->n; i++) {
        str *to = NEW(x->a, str);
        if (!yaml_as_str(values->vals[i], to)) {
            yaml_err(x->e, values->vals[i], S("values"), S("from: to"), "is not one value",
                "不是一个值");
            continue;
        }
        *to = str_trim(*to);
        k->has_values = true;
        map_put(&k->values, str_trim(values->keys[i]), to);
        check_value(x, values->vals[i], k, "values");
    }
    if (!otherwise)
        return;
    k->otherwise = str_trim(otherwise->s);
    check_value(x, otherwise, k, "otherwise");
    if (k->required)
        yaml_err(x->e, otherwise, S("otherwise"), (str){0}, "what is required has no otherwise",
            "必填（required）的列不能再写 otherwise");
}

static void read_kind(struct reading *x, const struct yaml *y, struct map_column *k)
{
    str by = yaml_get_str(y, "by"), type = yaml_get_str(y, "type");
    bool looked_up = k->to == TO_CLASS || k->to == TO_UNIT;
    bool timed = k->to == TO_FILED || k->to == TO_CLOSED ||
                 (k->to == TO_FIELD && (k->field->type == DEF_DATE || k->field->type == DEF_TIME));
    k->by = str_eq(by, S("code"))                               ? BY_CODE
            : str_eq(by, S("name-path")) || (!by.n && k->n > 1) ? BY_NAME_PATH
                                                                : BY_NAME;
    k->day = str_eq(type, S("date"));
    if (by.n > 0 && !looked_up)
        yaml_err(x->e, yaml_get(y, "by"), S("by"), S("to: class, unit"),
            "only classes and units are looked up", "只有分类和单位需要查找方式");
    if (looked_up && k->n > 1 && k->by != BY_NAME_PATH)
        yaml_err(x->e, member(y, "by"), S("by"), S("name-path"),
            "several columns are a path of names", "多列只能按名称路径查找");
    if (looked_up && k->n_pieces > 0)
        yaml_err(x->e, yaml_get(y, "template"), S("template"), (str){0},
            "classes and units take no template", "分类和单位不能用模板");
    if (type.n > 0 && !timed)
        yaml_err(x->e, yaml_get(y, "type"), S("type"), (str){0}, "is no date or time",
            "这个栏目不是日期或时间");
}

static void read_column(struct reading *x, const struct yaml *y)
{
    struct map_column k = {.required = yaml_get_bool(y, "required", false),
        .optional = yaml_get_bool(y, "optional", false)};
    if (!read_target(x, y, &k))
        return;
    read_names(x, y, &k);
    read_template(x, y, &k);
    if (k.n == 0 && !yaml_get(y, "otherwise"))
        yaml_err(x->e, y, S("column"), (str){0}, "which column is meant", "没有写明是哪一列");
    if (k.n > MAP_CELLS_MAX) {
        yaml_err(x->e, member(y, "columns"), S("columns"), S("<= 32"),
            "too many columns for one value", "一个栏目用到的列过多");
        return;
    }
    k.shown = k.n > 0 ? str_join(x->a, k.names, k.n, S("+")) : S("otherwise");
    k.at = NEW_ARRAY(x->a, k.n, size_t);
    refuse_target(x, y, &k);
    read_kind(x, y, &k);
    read_values(x, y, &k);
    VEC_PUSH(x->a, x->m->columns, x->m->n) = k;
}

// ---- the whole

static const struct map_column *given(
    const struct import_map *m, enum map_to to, const struct def_field *f)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->columns[i].to == to && m->columns[i].field == f)
            return &m->columns[i];
    return NULL;
}

// What is asked for and no column gives would make every row wrong.
static void check_asks(struct reading *x, const struct def_step *s, const struct yaml *at)
{
    const struct def *d = x->m->def;
    for (size_t i = 0; i < s->n_asks; i++) {
        if (!s->asks[i].required)
            continue;
        if (s->asks[i].field == DEF_ASK_CLASS && !given(x->m, TO_CLASS, NULL))
            yaml_err(x->e, at, S("columns"), S("to: class"), "no column gives the class",
                "没有列给出分类");
        const struct def_field *f = s->asks[i].field >= 0 ? &d->fields[s->asks[i].field] : NULL;
        bool usual = f && f->def.n > 0 && s == &d->steps[0];
        if (f && !usual && !given(x->m, TO_FIELD, f))
            yaml_err(x->e, at, S("columns"), str_fmt(x->a, "to: f:%.*s", STR_ARG(f->key)),
                "no column gives \"%.*s\"", "没有列给出“%.*s”", STR_ARG(f->title));
    }
}

static bool asked(const struct import_map *m, const struct def_field *f)
{
    int at = def_field_at(m->def, f->key);
    for (size_t i = 0; i < m->n_steps; i++)
        for (size_t k = 0; k < m->steps[i].step->n_asks; k++)
            if (m->steps[i].step->asks[k].field == at)
                return true;
    return f == m->find;
}

static void check_steps(struct reading *x, const struct yaml *at)
{
    const struct import_map *m = x->m;
    if (!given(m, TO_FIELD, m->find))
        yaml_err(x->e, at, S("columns"), str_fmt(x->a, "to: f:%.*s", STR_ARG(m->find->key)),
            "no column gives \"%.*s\"", "没有列给出“%.*s”", STR_ARG(m->find->title));
    for (size_t i = 0; i < m->n; i++)
        if (m->columns[i].field && !asked(m, m->columns[i].field))
            yaml_err(x->e, at, S("to"), (str){0}, "no step asks for \"%.*s\"", "没有步骤要“%.*s”",
                STR_ARG(m->columns[i].field->title));
    for (size_t i = 0; i < m->n_steps; i++) {
        const struct map_step *s = &m->steps[i];
        check_asks(x, s->step, at);
        if (s->step->note_required && s->note.n == 0 && !given(m, TO_NOTE, NULL))
            yaml_err(x->e, at, S("note"), (str){0}, "the step \"%.*s\" wants a note",
                "步骤“%.*s”必须写说明", STR_ARG(s->step->title));
    }
}

static void check_complete(struct reading *x)
{
    const struct yaml *at = member(x->root, "columns");
    if (x->m->find) {
        check_steps(x, at);
        return;
    }
    if (!given(x->m, TO_TITLE, NULL))
        yaml_err(
            x->e, at, S("columns"), S("to: title"), "no column gives the title", "没有列给出标题");
    if (x->m->state.n == 0)
        check_asks(x, &x->m->def->steps[0], at);
}

// ---- steps on items that are there

static bool may_be_imported(const struct def_step *s)
{
    switch (s->does) {
    case DOES_MOVE:
    case DOES_EVALUATE:
    case DOES_ROUND:
    case DOES_REOPEN:
    case DOES_NOTE:
    case DOES_URGE:
    case DOES_INSTRUCT:
    case DOES_AMEND:
    case DOES_EXCLUDE:
    case DOES_INCLUDE:
        return !s->on_part && s->n_stages == 0 && !def_asks(s, DEF_ASK_PLACE);
    default:
        return false;
    }
}

static void read_judge(struct reading *x, const struct yaml *y, struct map_step *s)
{
    const struct def *d = x->m->def;
    str *keys = NULL;
    size_t n = 0;
    bool fits = false;
    for (size_t i = 0; i < d->n_judges; i++)
        if (s->step->judges >> i & 1) {
            VEC_PUSH(x->a, keys, n) = d->judges[i].key;
            fits = fits || str_eq(d->judges[i].key, s->judge);
        }
    if (n > 0 && !fits && (n > 1 || s->judge.n > 0))
        yaml_err(x->e, member(y, "judge"), S("judge"), str_join(x->a, keys, n, S(", ")),
            "says nobody who may judge", "没有写明由谁评价");
    if (n == 0 && s->judge.n > 0)
        yaml_err(x->e, member(y, "judge"), S("judge"), (str){0}, "nobody judges in this step",
            "这一步没有评价方");
}

static void read_step(struct reading *x, const struct yaml *y)
{
    const struct def *d = x->m->def;
    str *reason, *keys = NULL;
    size_t n_reason = 0, n = 0;
    struct map_step s = {.judge = yaml_get_str(y, "judge"), .note = yaml_get_str(y, "note")};
    s.step = def_step(d, yaml_get_str(y, "step"));
    for (size_t i = 1; i < d->n_steps; i++)
        if (may_be_imported(&d->steps[i]))
            VEC_PUSH(x->a, keys, n) = d->steps[i].key;
    check_text(x, yaml_get(y, "note"), "note");
    if (!s.step || s.step == &d->steps[0] || !may_be_imported(s.step)) {
        yaml_err(x->e, member(y, "step"), S("step"),
            near_list(x->a, yaml_get_str(y, "step"), keys, n), "is no step a sheet can take",
            "不是可以按名单办理的步骤");
        return;
    }
    if (yaml_as_strs(x->a, yaml_get(y, "reason"), &reason, &n_reason) && n_reason > 0) {
        s.reason = reason[0];
        s.option = n_reason > 1 ? reason[1] : (str){0};
    }
    read_judge(x, y, &s);
    VEC_PUSH(x->a, x->m->steps, x->m->n_steps) = s;
}

static void read_find(struct reading *x)
{
    const struct yaml *find = yaml_get(x->root, "find"), *steps = yaml_get(x->root, "steps");
    const struct def *d = x->m->def;
    str *keys = NULL;
    size_t n = 0;
    if (!find && !steps)
        return;
    if (!find || !steps || steps->n == 0 || yaml_get(x->root, "state")) {
        yaml_err(x->e, find ? find : steps, S("find"), S("find:, steps:"),
            "find and steps belong together, and exclude state",
            "find 和 steps 要一起写，且不能写 state");
        return;
    }
    for (size_t i = 0; i < d->n_fields; i++)
        if (d->fields[i].unique) {
            VEC_PUSH(x->a, keys, n) = d->fields[i].key;
            if (str_eq(d->fields[i].key, find->s))
                x->m->find = &d->fields[i];
        }
    if (!x->m->find)
        yaml_err(x->e, find, S("find"), near_list(x->a, find->s, keys, n),
            "is no field that stands once", "不是唯一的栏目");
    for (size_t i = 0; i < steps->n && x->m->find; i++)
        read_step(x, steps->vals[i]);
}

static void read_state(struct reading *x)
{
    const struct yaml *y = yaml_get(x->root, "state");
    const struct def *d = x->m->def;
    str *keys = NULL;
    size_t n = 0;
    bool fits = false;
    if (!y)
        return;
    for (size_t i = 0; i < d->n_states; i++) {
        if (!d->states[i].done && !d->states[i].final)
            continue;
        VEC_PUSH(x->a, keys, n) = d->states[i].key;
        fits = fits || str_eq(d->states[i].key, y->s);
    }
    x->m->state = y->s;
    if (d->lasting)
        yaml_err(x->e, y, S("state"), (str){0}, "rows of registers are no history",
            "台账的对象不按历史导入");
    else if (!fits)
        yaml_err(x->e, y, S("state"), near_list(x->a, y->s, keys, n),
            "is not a state in which an item is over", "不是已办结的状态");
}

static void read_key(struct reading *x)
{
    bool numbered = false;
    x->m->key = str_trim(yaml_get_str(x->root, "key"));
    for (size_t i = 0; i < x->m->n && x->m->key.n > 0; i++) {
        const struct map_column *k = &x->m->columns[i];
        bool plain = k->n == 1 && k->n_pieces == 0 && !k->has_values && k->otherwise.n == 0;
        bool this = plain && str_eq(k->names[0], x->m->key);
        if (this && k->field && k->field->unique && !def_sealed(k->field))
            x->m->key_field = k->field;
        x->m->key_title = x->m->key_title || (this && k->to == TO_TITLE);
        numbered = numbered || (this && k->to == TO_NO);
    }
    bool known = x->m->key_field || x->m->key_title || numbered;
    if (x->m->def->lasting && !x->m->find && x->m->key.n > 0 && !known)
        yaml_err(x->e, yaml_get(x->root, "key"), S("key"), (str){0},
            "rows are told apart by number, by a field that stands once, or by name",
            "台账的对象按编号、唯一的栏目或名称认");
}

static bool read_loop(struct reading *x)
{
    const struct yaml *y = yaml_get(x->root, "loop");
    const struct loop *l = rules_loop(x->rules, y->s);
    if (l && l->now) {
        x->m->def = l->now;
        return true;
    }
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < x->rules->n_loops; i++)
        VEC_PUSH(x->a, keys, n) = x->rules->loops[i].key;
    yaml_err(x->e, y, S("loop"), near_list(x->a, y->s, keys, n), "there is no such loop",
        "没有这种事项类型");
    return false;
}

struct import_map *import_map_parse(struct arena *a, const struct rules *r, str yaml, struct err *e)
{
    struct import_map *m = NEW(a, struct import_map);
    struct reading x = {.a = a, .rules = r, .m = m, .e = e};
    size_t before = e->n;
    x.root = yaml_parse(a, yaml, e);
    if (!x.root || !yaml_check(x.root, MAP, (str){0}, e) || !read_loop(&x))
        return NULL;
    m->name = yaml_get_str(x.root, "map");
    m->title = yaml_get_str(x.root, "title");
    m->header = yaml_get_i64(x.root, "header", 0);
    str enc = yaml_get_str(x.root, "encoding");
    m->encoding = str_eq(enc, S("utf-8"))     ? CSV_UTF8
                  : str_eq(enc, S("gb18030")) ? CSV_GB18030
                                              : CSV_AUTO;
    m->clears = str_eq(yaml_get_str(x.root, "empty"), S("clears"));
    if (yaml_get(x.root, "empty") && !m->def->lasting)
        yaml_err(e, yaml_get(x.root, "empty"), S("empty"), (str){0},
            "only rows of registers are changed by a sheet", "只有台账的对象会被表格修改");
    check_text(&x, yaml_get(x.root, "title"), "title");
    name_classes(&x);
    name_units(&x);
    read_state(&x);
    read_find(&x);
    const struct yaml *columns = yaml_get(x.root, "columns");
    if (columns->n > MAP_COLUMNS_MAX)
        yaml_err(e, columns, S("columns"), S("<= 200"), "too many columns", "列数过多");
    for (size_t i = 0; i < columns->n && i < MAP_COLUMNS_MAX; i++)
        read_column(&x, columns->vals[i]);
    read_key(&x);
    check_complete(&x);
    return e->n > before ? NULL : m;
}

str import_map_title(const struct import_map *m)
{
    return m->title;
}

str import_map_loop(const struct import_map *m)
{
    return m->def->loop;
}
