#include "domain/tree_rows.h"

#include "domain/sheet_rows.h"
#include "domain/yaml.h"

// What a row says, in the order of enum node_part.
static const char *const PARTS[NODE_SAYS] = {"code", "parent", "name", "kind", "short", "scheme"};

static const char *part_name(enum node_part part)
{
    return part < NODE_SAYS ? PARTS[part] : class_say_name((enum class_say)(part - NODE_SAYS));
}

static str *part_of(struct node *x, enum node_part part)
{
    switch (part) {
    case NODE_CODE:
        return &x->code;
    case NODE_PARENT:
        return &x->parent_code;
    case NODE_NAME:
        return &x->name;
    case NODE_KIND:
        return &x->kind;
    case NODE_SHORT:
        return &x->short_name;
    case NODE_SCHEME:
        return &x->scheme;
    default:
        return &x->says[part - NODE_SAYS];
    }
}

static void take(struct node *x, enum node_part part, str text)
{
    *part_of(x, part) = text;
    if (part >= NODE_SAYS)
        x->told |= 1u << (part - NODE_SAYS);
}

// ---- YAML

static const struct yaml_member UNIT[] = {
    {"code", YAML_WANT_STR, YAML_REQUIRED},
    {"parent", YAML_WANT_STR, .expected = "the code of the unit above"},
    {"kind", YAML_WANT_STR, YAML_REQUIRED},
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"short", YAML_WANT_STR},
    {0},
};
static const struct yaml_member CLASS[] = {
    {"code", YAML_WANT_STR, YAML_REQUIRED},
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"parent", YAML_WANT_STR, .expected = "the code of the class above"},
    {"unit", YAML_WANT_STR, .expected = "a unit's code"},
    {"limits", YAML_WANT_ANY, .expected = "{handle: 4wh, close: 2wd}"},
    {"photos", YAML_WANT_ANY, .expected = "{open: 1, close: 2}"},
    {"opening", YAML_WANT_STR},
    {"closing", YAML_WANT_STR},
    {"words", YAML_WANT_STRS, .expected = "[word, ...]"},
    {"without", YAML_WANT_STRS, .expected = "[word, ...]"},
    {0},
};
static const struct yaml_member SCHEME[] = {
    {"scheme", YAML_WANT_KEY, YAML_REQUIRED},
    {"rows", YAML_WANT_MAPS, YAML_REQUIRED, .sub = CLASS},
    {0},
};
// One text may hold all three lists; each reader takes its own.
static const struct yaml_member UNITS[] = {
    {"units", YAML_WANT_MAPS, YAML_REQUIRED, .sub = UNIT},
    {"classes", YAML_WANT_ANY},
    {"people", YAML_WANT_ANY},
    {0},
};
static const struct yaml_member CLASSES[] = {
    {"classes", YAML_WANT_MAP, YAML_REQUIRED, .sub = SCHEME},
    {"units", YAML_WANT_ANY},
    {"people", YAML_WANT_ANY},
    {0},
};

// {handle: 4wh} is the text "handle:4wh", a list the text of its words.
static str text_of(struct arena *a, const struct yaml *v)
{
    if (v->type == YAML_SCALAR)
        return str_trim(v->s);
    str *pieces = NEW_ARRAY(a, v->n, str);
    for (size_t i = 0; i < v->n; i++) {
        str one = v->vals[i]->type == YAML_SCALAR ? str_trim(v->vals[i]->s) : S("?");
        pieces[i] =
            v->type == YAML_LIST ? one : str_fmt(a, "%.*s:%.*s", STR_ARG(v->keys[i]), STR_ARG(one));
    }
    return str_join(a, pieces, v->n, S(" "));
}

static struct node *from_yaml(
    struct arena *a, const struct yaml *list, str scheme, size_t *n, struct err *e)
{
    struct node *rows = NULL;
    if (list->n > SHEET_ROWS_MAX) {
        const struct yaml *y = list->vals[SHEET_ROWS_MAX];
        yaml_err(e, y, (str){0}, (str){0}, "more than %d rows", "超过 %d 行", (int)SHEET_ROWS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *y = list->vals[i];
        struct node x = {.scheme = scheme, .line = y->line};
        for (int k = 0; k < NODE_PARTS; k++) {
            const struct yaml *v = yaml_get(y, part_name((enum node_part)k));
            x.at[k] = v ? (struct place){v->line, v->column} : (struct place){y->line, y->column};
            if (v)
                take(&x, (enum node_part)k, text_of(a, v));
        }
        VEC_PUSH(a, rows, *n) = x;
    }
    return rows;
}

// ---- CSV

// The columns a sheet may have, and what of a row each is.
static const struct sheet_column UNIT_COLUMNS[] = {
    {"code", "代码", true},
    {"parent", "上级", true},
    {"kind", "类型", true},
    {"name", "名称", true},
    {"short", "简称", false},
};
static const enum node_part UNIT_PARTS[] = {
    NODE_CODE, NODE_PARENT, NODE_KIND, NODE_NAME, NODE_SHORT};
static const struct sheet_column CLASS_COLUMNS[] = {
    {"scheme", "体系", true},
    {"code", "代码", true},
    {"parent", "上级", true},
    {"name", "名称", true},
    {"unit", "责任单位", false},
    {"limits", "时限", false},
    {"photos", "照片", false},
    {"opening", "立案标准", false},
    {"closing", "结案标准", false},
    {"words", "关键词", false},
    {"without", "排除词", false},
};
static const enum node_part CLASS_PARTS[] = {NODE_SCHEME, NODE_CODE, NODE_PARENT, NODE_NAME,
    NODE_SAYS + SAY_UNIT, NODE_SAYS + SAY_LIMITS, NODE_SAYS + SAY_PHOTOS, NODE_SAYS + SAY_OPENING,
    NODE_SAYS + SAY_CLOSING, NODE_SAYS + SAY_WORDS, NODE_SAYS + SAY_WITHOUT};

static struct node *from_csv(struct arena *a, str text, const struct sheet_column *columns,
    const enum node_part *parts, size_t n_columns, size_t *n, struct err *e)
{
    struct sheet_row *sheet = sheet_rows(a, text, columns, n_columns, n, e);
    struct node *rows = NEW_ARRAY(a, *n, struct node);
    for (size_t i = 0; i < *n; i++) {
        rows[i].line = sheet[i].line;
        for (size_t k = 0; k < NODE_PARTS; k++)
            rows[i].at[k] = (struct place){sheet[i].line, 1};
        for (size_t k = 0; k < n_columns; k++) {
            if (sheet[i].columns[k] == 0)
                continue; // the sheet has no such column: it says nothing of it
            take(&rows[i], parts[k], sheet[i].cells[k]);
            rows[i].at[parts[k]].column = sheet[i].columns[k];
        }
    }
    return rows;
}

struct node *tree_rows_units(struct arena *a, str text, bool csv, size_t *n, struct err *e)
{
    *n = 0;
    if (csv)
        return from_csv(a, text, UNIT_COLUMNS, UNIT_PARTS, ARRAY_LEN(UNIT_COLUMNS), n, e);
    const struct yaml *root = yaml_parse(a, text, e);
    if (!root || !yaml_check(root, UNITS, (str){0}, e))
        return NULL;
    return from_yaml(a, yaml_get(root, "units"), (str){0}, n, e);
}

struct node *tree_rows_classes(struct arena *a, str text, bool csv, size_t *n, struct err *e)
{
    *n = 0;
    if (csv) {
        struct node *rows =
            from_csv(a, text, CLASS_COLUMNS, CLASS_PARTS, ARRAY_LEN(CLASS_COLUMNS), n, e);
        for (size_t i = 0; i < *n; i++)
            if (rows[i].scheme.n == 0 || str_find(rows[i].scheme, '/') != rows[i].scheme.n)
                node_note(
                    e, &rows[i], NODE_SCHEME, NULL, "is not a class scheme", "不是有效的分类体系");
        return rows;
    }
    const struct yaml *root = yaml_parse(a, text, e);
    if (!root || !yaml_check(root, CLASSES, (str){0}, e))
        return NULL;
    const struct yaml *classes = yaml_get(root, "classes");
    return from_yaml(a, yaml_get(classes, "rows"), yaml_get_str(classes, "scheme"), n, e);
}
