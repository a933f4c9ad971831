#include "domain/tree_rows.h"

#include "domain/yaml.h"
#include "format/csv.h"

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

static struct node *from_yaml(struct arena *a, const struct yaml *list, str scheme, size_t *n)
{
    struct node *rows = NULL;
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *y = list->vals[i];
        struct node x = {.scheme = scheme,
            .code = str_trim(yaml_get_str(y, "code")),
            .parent_code = str_trim(yaml_get_str(y, "parent")),
            .kind = yaml_get_str(y, "kind"),
            .name = str_trim(yaml_get_str(y, "name")),
            .short_name = str_trim(yaml_get_str(y, "short")),
            .line = y->line,
            .column = y->column};
        VEC_PUSH(a, rows, *n) = x;
    }
    return rows;
}

// ---- CSV

// The columns a sheet may have, by the name in its first row.
struct column {
    const char *name;
    size_t at; // offsetof in struct node
    bool needed;
};
static const struct column UNIT_COLUMNS[] = {
    {"code", offsetof(struct node, code), true},
    {"parent", offsetof(struct node, parent_code), true},
    {"kind", offsetof(struct node, kind), true},
    {"name", offsetof(struct node, name), true},
    {"short", offsetof(struct node, short_name), false},
};
static const struct column CLASS_COLUMNS[] = {
    {"scheme", offsetof(struct node, scheme), true},
    {"code", offsetof(struct node, code), true},
    {"parent", offsetof(struct node, parent_code), true},
    {"name", offsetof(struct node, name), true},
};
enum { COLUMNS_MAX = 5 };

struct sheet {
    struct arena *a;
    struct err *e;
    const struct column *columns;
    size_t n_columns;
    int place[COLUMNS_MAX]; // of each column in a row; -1: it is not there
};

static bool read_header(struct sheet *s, const str *cells, size_t n)
{
    str names[COLUMNS_MAX];
    for (size_t k = 0; k < s->n_columns; k++) {
        names[k] = str_of(s->columns[k].name);
        s->place[k] = -1;
    }
    str wanted = str_join(s->a, names, s->n_columns, S(","));
    for (size_t i = 0; i < n; i++) {
        bool known = false;
        for (size_t k = 0; k < s->n_columns && !known; k++) {
            known = str_eq(str_lower(s->a, cells[i]), names[k]);
            if (known)
                s->place[k] = (int)i;
        }
        if (!known)
            err_at(s->e, 1, (int)i + 1, cells[i], wanted, "there is no such column", "没有这一列");
    }
    for (size_t k = 0; k < s->n_columns; k++)
        if (s->place[k] < 0 && s->columns[k].needed)
            err_at(s->e, 1, 1, names[k], wanted, "the column is missing", "缺少这一列");
    return s->e->code == OK;
}

static struct node read_cells(struct sheet *s, const str *cells, size_t n, int64_t row)
{
    struct node x = {.line = (int)row, .column = 1};
    for (size_t k = 0; k < s->n_columns; k++)
        if (s->place[k] >= 0 && (size_t)s->place[k] < n)
            *(str *)((char *)&x + s->columns[k].at) = str_dup(s->a, str_trim(cells[s->place[k]]));
    return x;
}

static struct node *from_csv(struct sheet *s, str text, size_t *n)
{
    struct node *rows = NULL;
    struct csv_reader *r = csv_open_text(s->a, text, CSV_AUTO, s->e);
    if (!r)
        return NULL;
    str *cells;
    size_t n_cells;
    int64_t row;
    bool header = false;
    while (csv_next(r, &cells, &n_cells, &row, s->e)) {
        if (!header && !read_header(s, cells, n_cells))
            break;
        if (header) {
            struct node x = read_cells(s, cells, n_cells, row);
            VEC_PUSH(s->a, rows, *n) = x;
        }
        header = true;
        if (*n > TREE_ROWS_MAX) {
            err_at(s->e, (int)row, 1, (str){0}, (str){0}, "more than %d rows", "超过 %d 行",
                (int)TREE_ROWS_MAX);
            break;
        }
    }
    csv_close(r);
    if (!header && s->e->code == OK)
        err_at(s->e, 1, 1, (str){0}, S("code,parent,..."), "the text is empty", "没有内容");
    return rows;
}

struct node *tree_rows_units(struct arena *a, str text, bool csv, size_t *n, struct err *e)
{
    *n = 0;
    if (csv) {
        struct sheet s = {
            .a = a, .e = e, .columns = UNIT_COLUMNS, .n_columns = ARRAY_LEN(UNIT_COLUMNS)};
        return from_csv(&s, text, n);
    }
    const struct yaml *root = yaml_parse(a, text, e);
    if (!root || !yaml_check(root, UNITS, (str){0}, e))
        return NULL;
    return from_yaml(a, yaml_get(root, "units"), (str){0}, n);
}

struct node *tree_rows_classes(struct arena *a, str text, bool csv, size_t *n, struct err *e)
{
    *n = 0;
    if (csv) {
        struct sheet s = {
            .a = a, .e = e, .columns = CLASS_COLUMNS, .n_columns = ARRAY_LEN(CLASS_COLUMNS)};
        struct node *rows = from_csv(&s, text, n);
        for (size_t i = 0; i < *n; i++)
            if (rows[i].scheme.n == 0 || str_find(rows[i].scheme, '/') != rows[i].scheme.n)
                err_at(e, rows[i].line, 1, S("scheme"), (str){0}, "is not a class scheme",
                    "不是有效的分类体系");
        return rows;
    }
    const struct yaml *root = yaml_parse(a, text, e);
    if (!root || !yaml_check(root, CLASSES, (str){0}, e))
        return NULL;
    const struct yaml *classes = yaml_get(root, "classes");
    return from_yaml(a, yaml_get(classes, "rows"), yaml_get_str(classes, "scheme"), n);
}
