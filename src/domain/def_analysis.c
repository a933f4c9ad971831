// What a loop's analysis of a period says beside its counters: how much came in, and lists of what
// was promised, came back, was late.
#include "domain/def_read.h"

static const struct yaml_member analysis_members[] = {
    {"count", YAML_WANT_STR, YAML_REQUIRED, .expected = "a tally: what came in"},
    {"repeats", YAML_WANT_INT, .min = 2, .max = 100},
    {"lists", YAML_WANT_LIST, YAML_NULLABLE,
        .expected = "a list of {key, title, tally or where, group, due, show}"},
    {0},
};
static const struct yaml_member list_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"tally", YAML_WANT_STR, .expected = "a tally"},
    {"where", YAML_WANT_STR, .expected = "a filter"},
    {"group", YAML_WANT_STR, .expected = "a field, judge.field, or reasons.LIST"},
    {"due", YAML_WANT_STR, .expected = "a field of type date"},
    {"show", YAML_WANT_STRS, .expected = "fields"},
    {0},
};

// A piece of "own.satisfied" stands where the whole does.
static struct yaml piece_of(const struct yaml *y, str text)
{
    struct yaml piece = *y;
    piece.s = text;
    return piece;
}

static void read_group(
    struct def_reader *r, const struct yaml *row, str path, struct def_list *list)
{
    const struct yaml *y = yaml_get(row, "group");
    str text = {NULL, 0}, at = def_read_path(r, path, "group");
    if (y == NULL || !yaml_as_str(y, &text))
        return;
    size_t dot = str_find(text, '.');
    struct yaml head = piece_of(y, str_sub(text, 0, dot)),
                rest = piece_of(y, str_sub(text, dot + 1, text.n));
    list->group = text;
    if (dot == text.n) {
        int field = def_read_name(r, &r->fields, y, at);
        list->group_field = text;
        bool person = field >= 0 &&
                      (r->d->fields[field].type == DEF_PERSON || def_sealed(&r->d->fields[field]));
        if (person)
            yaml_err(r->e, y, at, S("show: ..."), "persons are named in a list, never counted",
                "可以列出是谁，不能按人计数排列");
    } else if (str_eq(head.s, S("reasons"))) {
        list->group_reasons = def_read_name(r, &r->reasons, &rest, at);
    } else if (def_read_name(r, &r->judges, &head, at) >= 0 &&
               def_read_name(r, &r->fields, &rest, at) >= 0) {
        list->group_field = str_fmt(r->arena, "%.*s/%.*s", STR_ARG(head.s), STR_ARG(rest.s));
    }
}

static void read_due(struct def_reader *r, const struct yaml *row, str path, struct def_list *list)
{
    const struct yaml *y = yaml_get(row, "due");
    if (y == NULL)
        return;
    list->due = def_read_name(r, &r->fields, y, def_read_path(r, path, "due"));
    if (list->due >= 0 && r->d->fields[list->due].type != DEF_DATE)
        yaml_err(r->e, y, def_read_path(r, path, "due"), S("type: date"), "\"%.*s\" is no date",
            "“%.*s”不是日期字段", STR_ARG(y->s));
}

// What it lists: the items of a tally, or those a filter finds now.
static void read_what(struct def_reader *r, const struct yaml *row, str path, struct def_list *list)
{
    const struct yaml *tally = yaml_get(row, "tally"), *where = yaml_get(row, "where");
    if ((tally == NULL) == (where == NULL))
        yaml_err(r->e, row, path, S("tally: ... / where: ..."), "either a tally or a filter",
            "计数（tally）和筛选（where）只能写一个，也必须写一个");
    if (tally != NULL)
        list->tally = def_read_name(r, &r->tallies, tally, def_read_path(r, path, "tally"));
    if (tally != NULL && list->tally >= 0 && r->d->tallies[list->tally].sum.n > 0)
        yaml_err(r->e, tally, def_read_path(r, path, "tally"), S("a tally without sum"),
            "it counts items, and \"%.*s\" is a sum", "这里数的是件数，“%.*s”是合计",
            STR_ARG(r->d->tallies[list->tally].title));
    list->where = def_read_text(r, row, "where", DEF_FILTER_MAX, path);
}

static void read_list(struct def_reader *r, const struct yaml *row, str path, struct def_list *list)
{
    const struct yaml *show = yaml_get(row, "show");
    list->title = def_read_text(r, row, "title", DEF_TITLE_MAX, path);
    read_what(r, row, path, list);
    read_group(r, row, path, list);
    read_due(r, row, path, list);
    for (size_t i = 0; i < def_read_count(show); i++)
        VEC_PUSH(r->arena, list->show, list->n_show) =
            def_read_name(r, &r->fields, def_read_nth(show, i), def_read_path(r, path, "show"));
}

void def_analysis_read(struct def_reader *r)
{
    const struct yaml *y = yaml_get(r->root, "analysis");
    struct def_analysis *a = &r->d->analysis;
    struct def_names seen = {.en = "list", .zh = "清单"};
    a->count = DEF_NONE;
    if (y == NULL || y->type != YAML_MAP)
        return;
    yaml_check(y, analysis_members, S("analysis"), r->e);
    const struct yaml *count = yaml_get(y, "count");
    if (count != NULL)
        a->count = def_read_name(r, &r->tallies, count, S("analysis.count"));
    if (a->count >= 0 && r->d->tallies[a->count].sum.n > 0)
        yaml_err(r->e, count, S("analysis.count"), S("a tally without sum"),
            "\"%.*s\" adds up amounts: growth is judged by counts",
            "“%.*s”是合计，增减只能按件数判断", STR_ARG(count->s));
    a->repeats = yaml_get_i64(y, "repeats", DEF_REPEATS_DEFAULT);
    struct def_rows rows = def_read_rows(r, y, S("analysis"), "lists", DEF_LISTS_MAX, list_members);
    for (size_t i = 0; i < rows.n; i++) {
        struct def_list list = {.tally = DEF_NONE, .due = DEF_NONE, .group_reasons = DEF_NONE};
        bool named = def_read_key(r, &seen, rows.at[i], rows.paths[i]);
        read_list(r, rows.at[i], rows.paths[i], &list);
        list.key = named ? seen.keys[seen.n - 1] : S("");
        VEC_PUSH(r->arena, a->lists, a->n_lists) = list;
    }
}
