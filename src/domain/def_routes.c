// The section `routes` of a definition: which unit is suggested to whom, and why.
#include "domain/def_read.h"

static const struct yaml_member route_members[] = {
    {"key", YAML_WANT_KEY},
    {"when", YAML_WANT_STR, YAML_REQUIRED, .expected = "a filter"},
    {"unit", YAML_WANT_STR, YAML_REQUIRED, .expected = "a unit code, cell.LAYER or class.unit"},
    {"assist", YAML_WANT_STRS, .expected = "unit codes, cell.LAYER or class.unit"},
    {"rank", YAML_WANT_INT, .min = 1, .max = DEF_ROUTE_RANKS},
    {"auto", YAML_WANT_STR, .options = "no|high"},
    {"because", YAML_WANT_STR, YAML_REQUIRED, .expected = "the reason shown to the dispatcher"},
    {0},
};

// A code of a unit has no point in it where a layer or class is meant.
static struct def_route_unit read_unit(
    struct def_reader *r, const struct yaml *y, str text, str path)
{
    struct def_route_unit u = {.to = ROUTE_TO_UNIT, .text = text, .name = text};
    if (str_starts(text, S("cell."))) {
        u.to = ROUTE_TO_CELL;
        u.name = str_sub(text, 5, text.n);
        if (!def_read_key_ok(u.name))
            yaml_err(r->e, y, path, S("cell.LAYER"), "\"%.*s\" names no layer",
                "“%.*s”没有写明图层", STR_ARG(text));
    } else if (str_starts(text, S("class."))) {
        u.to = ROUTE_TO_CLASS;
        u.name = (str){0};
        if (!str_eq(text, S("class.unit")))
            yaml_err(r->e, y, path, S("class.unit"), "a class has no \"%.*s\"", "分类没有“%.*s”",
                STR_ARG(str_sub(text, 6, text.n)));
        else if (r->d->class_scheme.n == 0)
            yaml_err(r->e, y, path, (str){0}, "this loop has no classes", "这类事项没有分类体系");
    }
    return u;
}

static void read_assists(
    struct def_reader *r, const struct yaml *row, str path, struct def_route *out)
{
    const struct yaml *y = yaml_get(row, "assist");
    str place = def_read_path(r, path, "assist");
    size_t n = y ? def_read_count(y) : 0;
    if (n > DEF_ASSISTS_MAX)
        yaml_err(r->e, y, place, str_fmt(r->arena, "<= %d", DEF_ASSISTS_MAX), "too many: %zu",
            "数量过多：%zu", n);
    for (size_t i = 0; i < n && i < DEF_ASSISTS_MAX; i++) {
        const struct yaml *one = def_read_nth(y, i);
        str text;
        if (!yaml_as_str(one, &text))
            continue; // noted with its row
        bool again = str_eq(text, out->unit.text);
        for (size_t k = 0; k < out->n_assists; k++)
            again = again || str_eq(text, out->assists[k].text);
        if (again)
            yaml_err(r->e, one, place, (str){0}, "\"%.*s\" is named already", "“%.*s”已经写过",
                STR_ARG(text));
        VEC_PUSH(r->arena, out->assists, out->n_assists) = read_unit(r, one, text, place);
    }
}

void def_routes_read(struct def_reader *r)
{
    struct def_names seen = {.en = "route", .zh = "派单建议"};
    struct def_rows rows = def_read_rows(r, r->root, S(""), "routes", DEF_RULES_MAX, route_members);
    for (size_t i = 0; i < rows.n; i++) {
        const struct yaml *row = rows.at[i], *unit = yaml_get(row, "unit");
        struct def_route x = {.when = def_read_text(r, row, "when", DEF_FILTER_MAX, rows.paths[i]),
            .because = def_read_text(r, row, "because", DEF_HELP_MAX, rows.paths[i]),
            .rank = (int)yaml_get_i64(row, "rank", DEF_ROUTE_RANK),
            .auto_high = str_eq(yaml_get_str(row, "auto"), S("high"))};
        str text = def_read_text(r, row, "unit", DEF_TITLE_MAX, rows.paths[i]);
        if (yaml_get(row, "key") && def_read_key(r, &seen, row, rows.paths[i]))
            x.key = seen.keys[seen.n - 1];
        if (unit && text.n > 0)
            x.unit = read_unit(r, unit, text, def_read_path(r, rows.paths[i], "unit"));
        read_assists(r, row, rows.paths[i], &x);
        if (x.auto_high && r->d->n_part_states == 0 && !r->parts.broken)
            yaml_err(r->e, yaml_get(row, "auto"), def_read_path(r, rows.paths[i], "auto"), (str){0},
                "this loop dispatches to nobody", "这类事项没有承办，不能自动派单");
        VEC_PUSH(r->arena, r->d->routes, r->d->n_routes) = x;
    }
}
