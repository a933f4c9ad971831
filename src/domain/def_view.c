// The section `views` of a definition: lists of its items that everybody finds ready, each a filter
// and its columns. Read when fields, clocks and judges are known.
#include "domain/def_read.h"
#include "domain/list_column.h"

static const struct yaml_member view_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"where", YAML_WANT_STR, .expected = "a filter"},
    {"columns", YAML_WANT_STRS, YAML_REQUIRED, .expected = "[column, ...]"},
    {0},
};

static bool is_clock(const struct def *d, str name)
{
    return str_starts(name, S("clock.")) && def_clock_at(d, str_sub(name, 6, name.n)) >= 0;
}

// "own.satisfied": a judge's answer.
static bool is_judged(const struct def *d, str name)
{
    str judge, field = name;
    return str_cut(&field, '.', &judge) && def_judge_at(d, judge) >= 0 &&
           def_field_at(d, field) >= 0;
}

static void read_columns(struct def_reader *r, const struct yaml *y, str path, struct def_view *v)
{
    if (y == NULL || !yaml_as_strs(r->arena, y, &v->columns, &v->n_columns))
        return;
    for (size_t i = 0; i < v->n_columns; i++) {
        str name = v->columns[i];
        bool known = list_column_own(name) || def_field_at(r->d, name) >= 0 ||
                     is_clock(r->d, name) || is_judged(r->d, name);
        if (!known && !r->fields.broken && !r->clocks.broken)
            yaml_err(r->e, def_read_nth(y, i), path,
                str_join(r->arena, r->fields.keys, r->fields.n, S(", ")),
                "\"%.*s\" is not a column", "“%.*s”不是可以显示的栏目", STR_ARG(name));
        for (size_t k = 0; k < i; k++)
            if (str_eq(v->columns[k], name))
                yaml_err(r->e, def_read_nth(y, i), path, S(""), "\"%.*s\" stands twice",
                    "“%.*s”重复", STR_ARG(name));
    }
    if (v->n_columns > LIST_COLUMNS_MAX)
        yaml_err(r->e, y, path, str_fmt(r->arena, "<= %d", (int)LIST_COLUMNS_MAX),
            "at most %d columns", "最多显示 %d 栏", (int)LIST_COLUMNS_MAX);
}

void def_views_read(struct def_reader *r)
{
    struct def_names seen = {.en = "view", .zh = "视图"};
    struct def_rows rows = def_read_rows(r, r->root, S(""), "views", DEF_VIEWS_MAX, view_members);
    for (size_t i = 0; i < rows.n; i++) {
        if (!def_read_key(r, &seen, rows.at[i], rows.paths[i]))
            continue;
        struct def_view v = {.key = seen.keys[seen.n - 1],
            .title = def_read_text(r, rows.at[i], "title", DEF_TITLE_MAX, rows.paths[i]),
            .where = def_read_text(r, rows.at[i], "where", DEF_FILTER_MAX, rows.paths[i])};
        read_columns(
            r, yaml_get(rows.at[i], "columns"), def_read_path(r, rows.paths[i], "columns"), &v);
        VEC_PUSH(r->arena, r->d->views, r->d->n_views) = v;
    }
}
