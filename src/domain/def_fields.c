// Fields of a definition: what an item of the loop may be asked.
#include "domain/def_read.h"

#include <float.h>

#include "domain/formula.h"
#include "domain/near.h"

static const struct yaml_member field_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"help", YAML_WANT_STR},
    {"type", YAML_WANT_STR,
        .options =
            "text|number|money|choice|date|time|yesno|person|unit|ref|class|geometry|file|phone|"
            "fullname|idno"},
    {"required", YAML_WANT_BOOL},
    {"unique", YAML_WANT_BOOL},
    {"min", YAML_WANT_NUM},
    {"max", YAML_WANT_NUM},
    {"options", YAML_WANT_STRS},
    {"default", YAML_WANT_STR},
    {"fits", YAML_WANT_LIST, .expected = "a list of {when, options}"},
    {"roles", YAML_WANT_STRS, .expected = "[role, ...]"},
    {"at_most", YAML_WANT_STRS, .expected = "[field, ...]"},
    {"own_words", YAML_WANT_STRS, .expected = "[field, ...]"},
    {"check", YAML_WANT_STR, .options = "uscc"},
    {"percent", YAML_WANT_BOOL},
    {"register", YAML_WANT_KEY},
    {"classes", YAML_WANT_KEY},
    {"shape", YAML_WANT_STR, .options = "point|line|polygon"},
    {"formula", YAML_WANT_STR, .expected = "arithmetic over the numbers of the row"},
    {"from", YAML_WANT_STR,
        .expected = "estate.property: a field of type ref, and one of its register"},
    {0},
};
static const struct yaml_member fit_members[] = {
    {"when", YAML_WANT_STR, YAML_REQUIRED, .expected = "a filter"},
    {"options", YAML_WANT_STRS, YAML_REQUIRED, .expected = "[option, ...]"},
    {0},
};
void def_read_options(struct def_reader *r, const struct yaml *row, str path, str **out, size_t *n)
{
    const struct yaml *y = yaml_get(row, "options");
    if (y == NULL || !yaml_as_strs(r->arena, y, out, n))
        return;
    str at = def_read_path(r, path, "options");
    if (*n > DEF_OPTIONS_MAX) {
        yaml_err(r->e, y, at, str_fmt(r->arena, "<= %d", DEF_OPTIONS_MAX), "too many: %zu",
            "数量过多：%zu", *n);
        *n = DEF_OPTIONS_MAX;
    }
    str *folded = NEW_ARRAY(r->arena, *n, str);
    for (size_t i = 0; i < *n; i++) {
        str *option = &(*out)[i];
        *option = str_trim(*option);
        folded[i] = utf8_fold(r->arena, *option);
        if (!utf8_valid(*option) || str_find(*option, '\n') < option->n)
            yaml_err(r->e, def_read_nth(y, i), at, S("UTF-8"),
                "holds characters that cannot be shown here", "含有无法显示的字符");
        if (utf8_count(*option) > DEF_OPTION_MAX)
            yaml_err(r->e, def_read_nth(y, i), at, str_fmt(r->arena, "1..%d", DEF_OPTION_MAX),
                "the option is too long", "选项过长");
        for (size_t j = 0; j < i; j++)
            if (str_eq(folded[i], folded[j])) {
                yaml_err(r->e, def_read_nth(y, i), at, S(""), "option \"%.*s\" stands twice",
                    "选项“%.*s”重复", STR_ARG(*option));
                break;
            }
    }
}

// Members that only some types have; elsewhere they would be ignored in silence.
static void refuse_member(
    struct def_reader *r, const struct yaml *row, const char *member, str path, enum def_type type)
{
    struct yaml_pos pos = yaml_key_pos(row, member);
    str name = def_type_name(type);
    if (yaml_get(row, member) != NULL)
        err_at(r->e, pos.line, pos.column, def_read_path(r, path, member), S(""),
            "a field of type %.*s has no %s", "%.*s 类型的字段没有 %s", STR_ARG(name), member);
}

static void read_bounds(struct def_reader *r, const struct yaml *row, str path, struct def_field *f)
{
    const struct yaml *max = yaml_get(row, "max"), *min = yaml_get(row, "min");
    if (f->type == DEF_NUMBER || f->type == DEF_MONEY) {
        refuse_member(r, row, "own_words", path, f->type);
        if (min == NULL && max == NULL)
            return;
        f->low = yaml_get_f64(row, "min", -DBL_MAX);
        f->high = yaml_get_f64(row, "max", DBL_MAX);
        if (f->low >= f->high)
            yaml_err(r->e, max, def_read_path(r, path, "max"), S("> min"),
                "max must be more than min", "最大值应大于最小值");
        return;
    }
    if (f->type != DEF_TEXT) {
        refuse_member(r, row, "min", path, f->type);
        refuse_member(r, row, "max", path, f->type);
        refuse_member(r, row, "own_words", path, f->type);
        return;
    }
    bool own = yaml_get(row, "own_words") != NULL;
    f->min = yaml_get_i64(row, "min", own ? DEF_OWN_WORDS_DEFAULT : 0);
    f->max = yaml_get_i64(row, "max", DEF_TEXT_DEFAULT);
    double given = 0;
    if (yaml_as_f64(max, &given) &&
        (f->max < 1 || f->max > DEF_TEXT_MAX || !yaml_as_i64(max, &f->max)))
        yaml_err(r->e, max, def_read_path(r, path, "max"), str_fmt(r->arena, "1..%d", DEF_TEXT_MAX),
            "no length of a text", "不是有效的字数");
    int64_t least;
    if (yaml_as_i64(min, &least) && (least < 1 || least > f->max))
        yaml_err(r->e, min, def_read_path(r, path, "min"), str_fmt(r->arena, "1..%" PRId64, f->max),
            "no length of a text", "不是有效的字数");
}

// Rows that say which options fit: some of the field's own, as it writes them.
static void read_fits(struct def_reader *r, const struct yaml *row, str path, struct def_field *f)
{
    struct def_rows rows = def_read_rows(r, row, path, "fits", DEF_FITS_MAX, fit_members);
    f->fits = NEW_ARRAY(r->arena, rows.n, struct def_fit);
    for (size_t i = 0; i < rows.n; i++) {
        struct def_fit *fit = &f->fits[f->n_fits++];
        fit->when = def_read_text(r, rows.at[i], "when", DEF_FILTER_MAX, rows.paths[i]);
        def_read_options(r, rows.at[i], rows.paths[i], &fit->options, &fit->n);
        for (size_t k = 0; k < fit->n; k++) {
            bool there = false;
            for (size_t o = 0; o < f->n_options; o++)
                there = there || str_eq(f->options[o], fit->options[k]);
            if (!there)
                yaml_err(r->e, def_read_nth(yaml_get(rows.at[i], "options"), k),
                    def_read_path(r, rows.paths[i], "options"),
                    near_name(r->arena, fit->options[k], f->options, f->n_options),
                    "\"%.*s\" is no option of the field", "“%.*s”不是这个字段的选项",
                    STR_ARG(fit->options[k]));
        }
    }
}

static void read_roles(struct def_reader *r, const struct yaml *row, str path, struct def_field *f)
{
    const struct yaml *y = yaml_get(row, "roles");
    if (yaml_as_strs(r->arena, y, &f->roles, &f->n_roles) && f->n_roles > 0)
        return;
    yaml_err(r->e, y ? y : row, def_read_path(r, path, "roles"), S("[leader]"),
        "a person needs the roles he may hold", "人员字段要写明可选的角色");
}

static void read_default(
    struct def_reader *r, const struct yaml *row, str path, struct def_field *f)
{
    const struct yaml *y = yaml_get(row, "default");
    str given = {NULL, 0};
    if (!yaml_as_str(y, &given))
        return;
    if (f->type == DEF_TIME || f->type >= DEF_PERSON || f->unique || f->text.n > 0) {
        yaml_err(r->e, y, def_read_path(r, path, "default"), S(""),
            "this kind of field has no default", "这种字段没有默认值");
        return;
    }
    struct err inner;
    err_init(&inner, r->arena, r->e->lang);
    if (!def_value(r->arena, f, given, &f->def, &inner, S("")))
        def_read_notes(r, &inner, y, def_read_path(r, path, "default"));
}

// What text, a reference and a computed number say beside the rest.
static void read_kind(struct def_reader *r, const struct yaml *row, str path, struct def_field *f)
{
    const struct yaml *formula = yaml_get(row, "formula");
    if (f->type != DEF_TEXT)
        refuse_member(r, row, "check", path, f->type);
    else if (str_eq(yaml_get_str(row, "check"), S("uscc")))
        f->check = CHECK_USCC;
    f->percent = yaml_get_bool(row, "percent", false);
    if (f->type != DEF_NUMBER)
        refuse_member(r, row, "percent", path, f->type);
    f->to = yaml_get_str(row, "register");
    if (f->type != DEF_REF)
        refuse_member(r, row, "register", path, f->type);
    else if (yaml_get(row, "register") == NULL)
        yaml_err(r->e, row, def_read_path(r, path, "register"), S("estate"),
            "a reference needs the register it leads to", "引用字段要写明引用哪个台账");
    f->scheme = yaml_get_str(row, "classes");
    if (f->type != DEF_CLASS)
        refuse_member(r, row, "classes", path, f->type);
    else if (yaml_get(row, "classes") == NULL)
        yaml_err(r->e, row, def_read_path(r, path, "classes"), S("matters"),
            "a class needs the scheme it comes from", "分类字段要写明用哪个分类体系");
    f->shape = def_shape_named(yaml_get_str(row, "shape"));
    if (f->type != DEF_GEOMETRY)
        refuse_member(r, row, "shape", path, f->type);
    const char *member = formula ? "formula" : "from";
    const struct yaml *y = yaml_get(row, member);
    if (y == NULL)
        return;
    f->text = def_read_text(r, row, member, FORMULA_BYTES_MAX, path);
    bool number = f->type == DEF_NUMBER || f->type == DEF_MONEY;
    bool kept =
        f->type == DEF_CHOICE || f->type == DEF_PERSON || f->type == DEF_REF || f->type == DEF_FILE;
    if (formula ? !number : kept)
        refuse_member(r, row, member, path, f->type);
    if (f->required || f->unique || yaml_get(row, "min") || yaml_get(row, "max") ||
        (formula && yaml_get(row, "from")))
        yaml_err(r->e, y, def_read_path(r, path, member), S(""),
            "a computed field is not required, unique or bounded",
            "计算字段不能再设必填、唯一或上下限");
}

// A field that is there, but stands in no formula.
static void say_unfit(const struct def_reader *r, struct err_note *note)
{
    int at = def_field_at(r->d, note->field);
    if (at < 0)
        return;
    const struct def_field *f = &r->d->fields[at];
    bool en = r->e->lang == LANG_EN;
    const char *why = f->text.n > 0 ? (en ? "is computed itself: formulas do not read each other"
                                          : "本身是计算出来的，公式不能引用计算字段")
                      : f->type == DEF_GEOMETRY
                          ? (en ? "has a length or an area only with shape: line or shape: polygon"
                                : "写明 shape: line 或 shape: polygon 才有长度或面积")
                          : (en ? "is no number" : "不是数字或金额");
    note->message = str_fmt(r->arena, en ? "\"%.*s\" %s" : "“%.*s”%s", STR_ARG(f->key), why);
}

// Only when all fields are known. A formula reads what people wrote: computed fields stand in none,
// so that none waits for another.
static void read_formulas(struct def_reader *r, const struct def_rows *rows)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->d->n_fields; i++) {
        const struct def_field *f = &r->d->fields[i];
        bool number = f->type == DEF_NUMBER || f->type == DEF_MONEY || def_shape_measured(f);
        VEC_PUSH(r->arena, names, n) = number && f->text.n == 0 ? f->key : S("");
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct yaml *y = yaml_get(rows->at[i], "formula");
        int at = def_field_at(r->d, yaml_get_str(rows->at[i], "key"));
        if (!y || at < 0 || r->d->fields[at].text.n == 0)
            continue;
        struct err inner;
        err_init(&inner, r->arena, r->e->lang);
        r->d->fields[at].formula =
            formula_parse(r->arena, r->d->fields[at].text, names, n, FORMULA_PLAIN, &inner);
        for (size_t k = 0; k < inner.n; k++)
            say_unfit(r, &inner.notes[k]);
        def_read_notes(r, &inner, y, def_read_path(r, rows->paths[i], "formula"));
    }
}

static void read_field(struct def_reader *r, const struct yaml *row, str path, struct def_field *f)
{
    str type = yaml_get_str(row, "type");
    bool known = false;
    for (int t = DEF_TEXT; t <= DEF_IDNO; t++)
        if (str_eq(type, def_type_name((enum def_type)t)) ||
            (t == DEF_TEXT && !yaml_get(row, "type"))) {
            f->type = (enum def_type)t;
            known = true;
        }
    f->title = def_read_text(r, row, "title", DEF_TITLE_MAX, path);
    f->help = def_read_text(r, row, "help", DEF_HELP_MAX, path);
    f->required = yaml_get_bool(row, "required", false);
    f->unique = yaml_get_bool(row, "unique", false);
    def_read_options(r, row, path, &f->options, &f->n_options);
    if (!known)
        return;
    if (f->type == DEF_CHOICE) {
        const struct yaml *y = yaml_get(row, "options");
        if (y == NULL || (y->type == YAML_LIST && y->n == 0))
            yaml_err(r->e, y ? y : row, def_read_path(r, path, "options"), S("[text, ...]"),
                "a choice needs options", "选择字段要有选项");
    } else {
        refuse_member(r, row, "options", path, f->type);
        refuse_member(r, row, "fits", path, f->type);
    }
    if (f->type == DEF_PERSON)
        read_roles(r, row, path, f);
    else
        refuse_member(r, row, "roles", path, f->type);
    bool told = f->type == DEF_PERSON || f->type == DEF_UNIT || f->type == DEF_REF ||
                f->type == DEF_CLASS || f->type == DEF_GEOMETRY || f->type == DEF_FILE;
    if (f->unique && (f->type == DEF_CHOICE || f->type == DEF_YESNO || told))
        refuse_member(r, row, "unique", path, f->type);
    if (f->required && f->type == DEF_FILE) {
        f->required = false; // told once
        yaml_err(r->e, yaml_get(row, "required"), def_read_path(r, path, "required"),
            S("a step that asks it: [contract!]"),
            "a file is added to an item that is there: let a later step require it",
            "先有事项才能传附件，请在后面的步骤里设为必填");
    }
    if (def_sealed(f) && (str_eq(f->key, S("channel")) || str_eq(f->key, S("kind")) ||
                             str_eq(f->key, S("priority"))))
        yaml_err(r->e, yaml_get(row, "type"), def_read_path(r, path, "type"),
            S("text, choice, ..."),
            "\"%.*s\" is a column items are counted by: no personal data stand there",
            "“%.*s”是事项自带的统计栏，不能存个人信息", STR_ARG(f->key));
    read_kind(r, row, path, f);
    read_bounds(r, row, path, f);
    if (f->type == DEF_CHOICE)
        read_fits(r, row, path, f);
    if (f->type != DEF_CHOICE || f->n_options > 0)
        read_default(r, row, path, f);
}

// Only when all fields are known: one may be named before it stands in the list.
static void read_own_words(struct def_reader *r, const struct def_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct yaml *y = yaml_get(rows->at[i], "own_words");
        int at = def_field_at(r->d, yaml_get_str(rows->at[i], "key"));
        struct def_field *f = at >= 0 ? &r->d->fields[at] : NULL;
        str path = def_read_path(r, rows->paths[i], "own_words");
        for (size_t k = 0; f && f->type == DEF_TEXT && k < def_read_count(y); k++) {
            int other = def_read_name(r, &r->fields, def_read_nth(y, k), path);
            if (other >= 0 && r->d->fields[other].type != DEF_CHOICE)
                yaml_err(r->e, def_read_nth(y, k), path, S("a choice"),
                    "only the words of a choice can be repeated", "只有选项字段才有可照抄的选项");
            else if (other >= 0)
                VEC_PUSH(r->arena, f->own_words, f->n_own_words) = other;
        }
    }
}

// "estate.property": what the row holds that another field names.
static void read_from(struct def_reader *r, const struct def_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct yaml *y = yaml_get(rows->at[i], "from");
        int at = def_field_at(r->d, yaml_get_str(rows->at[i], "key"));
        str path = def_read_path(r, rows->paths[i], "from"), rest, head;
        if (!y || y->type != YAML_SCALAR || at < 0 || yaml_get(rows->at[i], "formula"))
            continue;
        rest = y->s;
        (void)str_cut(&rest, '.', &head);
        struct yaml named = *y; // the name alone, at its place
        named.s = head;
        int ref = def_read_name(r, &r->fields, &named, path);
        if (ref < 0)
            continue;
        if (r->d->fields[ref].type != DEF_REF || !def_read_key_ok(rest))
            yaml_err(r->e, y, path, S("estate.property"), "\"%.*s\" names no field of a register",
                "“%.*s”没有写明哪个台账字段", STR_ARG(y->s));
        r->d->fields[at].via = head;
        r->d->fields[at].via_key = rest;
    }
}

// Which other numbers one may not exceed: known when all fields are.
static void read_at_most(struct def_reader *r, const struct def_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct yaml *y = yaml_get(rows->at[i], "at_most");
        int at = def_field_at(r->d, yaml_get_str(rows->at[i], "key"));
        struct def_field *f = at >= 0 ? &r->d->fields[at] : NULL;
        str path = def_read_path(r, rows->paths[i], "at_most");
        bool number = f && (f->type == DEF_NUMBER || f->type == DEF_MONEY);
        if (f && !number)
            refuse_member(r, rows->at[i], "at_most", rows->paths[i], f->type);
        else if (f && y && f->text.n > 0)
            yaml_err(r->e, y, path, S(""), "nobody is asked for a computed field",
                "计算字段没有人填，不能再设上限");
        for (size_t k = 0; number && f->text.n == 0 && k < def_read_count(y); k++) {
            int other = def_read_name(r, &r->fields, def_read_nth(y, k), path);
            if (other >= 0 && (other == at || r->d->fields[other].type != f->type))
                yaml_err(r->e, def_read_nth(y, k), path, S("another field of its type"),
                    "\"%.*s\" cannot be compared with it", "不能和“%.*s”比较",
                    STR_ARG(r->d->fields[other].title));
            else if (other >= 0)
                VEC_PUSH(r->arena, f->at_most, f->n_at_most) = other;
        }
    }
}

void def_fields_read(struct def_reader *r)
{
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "fields", DEF_FIELDS_MAX, field_members);
    r->fields.broken = rows.broken;
    for (size_t i = 0; i < rows.n; i++) {
        bool named = def_read_key(r, &r->fields, rows.at[i], rows.paths[i]);
        struct def_field f = {.key = named ? r->fields.keys[r->fields.n - 1] : S("")};
        if (def_read_taken(f.key))
            yaml_err(r->e, r->fields.at[r->fields.n - 1], def_read_path(r, rows.paths[i], "key"),
                S(""), "\"%.*s\" is something every item has", "“%.*s”是每个事项自带的",
                STR_ARG(f.key));
        read_field(r, rows.at[i], rows.paths[i], &f);
        if (named)
            VEC_PUSH(r->arena, r->d->fields, r->d->n_fields) = f;
    }
    read_own_words(r, &rows);
    read_at_most(r, &rows);
    read_formulas(r, &rows);
    read_from(r, &rows);
}
