// Clocks of a definition and their tables of limits.
#include "domain/def_read.h"

#define LIMIT_EXPECTED "2h, 15d, 4wh, 5wd; class.STAGE, until.FIELD, wd.FIELD"

static const struct yaml_member clock_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"per", YAML_WANT_STR, .options = "item|part"},
    {"lead", YAML_WANT_BOOL},
    {"marks", YAML_WANT_LIST, .expected = "a list of {title, percent}"},
    {"then", YAML_WANT_KEY},
    {"by", YAML_WANT_KEY, .expected = "a date field"},
    {"after", YAML_WANT_STRS, .expected = "[node, ...]"},
    {"yellow", YAML_WANT_INT, .min = 1, .max = 99},
    {"limits", YAML_WANT_LIST, YAML_REQUIRED, .expected = "a list of {when, from, limit}"},
    {0},
};
static const struct yaml_member mark_members[] = {
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"percent", YAML_WANT_INT, YAML_REQUIRED, .min = 1, .max = 100},
    {0},
};
static const struct yaml_member limit_members[] = {
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {"from", YAML_WANT_STR, .expected = "2026-01-31"},
    {"limit", YAML_WANT_STR, YAML_REQUIRED, .expected = LIMIT_EXPECTED},
    {0},
};
// Of two limits in force from the same moment the first that holds decides, so nothing may follow
// one without a filter.
static void check_limit_order(
    struct def_reader *r, const struct def_clock *k, const struct def_rows *rows, size_t at)
{
    const struct def_limit *limit = &k->limits[at];
    for (size_t i = 0; i < at; i++) {
        const struct def_limit *before = &k->limits[i];
        if (before->from_us != limit->from_us)
            continue;
        if (before->when.n > 0 && !str_eq(before->when, limit->when))
            continue;
        if (before->stage.n > 0 && !str_eq(before->stage, limit->stage))
            continue;
        if (before->until.n > 0 || before->days.n > 0) // its field may be empty
            continue;
        yaml_err(r->e, rows->at[at], rows->paths[at], S(""),
            "never used: the limit in line %d comes first and holds as well",
            "永远用不到：第 %d 行的时限在前且同样适用", rows->at[i]->line);
        return;
    }
}

static bool is_field(const struct def_reader *r, str key, enum def_type type)
{
    int field = def_field_at(r->d, key);
    return field >= 0 && r->d->fields[field].type == type;
}

// A length of time, or "class.handle": what the item's class says of that stage.
static void read_limit(
    struct def_reader *r, const struct yaml *y, str path, struct def_limit *limit)
{
    if (y == NULL || y->type != YAML_SCALAR)
        return;
    str at = def_read_path(r, path, "limit");
    if (def_read_stage(r, y, at, &limit->stage))
        return;
    if (str_starts(y->s, S("until."))) {
        limit->until = str_sub(y->s, 6, y->s.n);
        if (!is_field(r, limit->until, DEF_DATE))
            yaml_err(r->e, y, at, S("until.FIELD"), "\"%.*s\" is no date field",
                "“%.*s”不是日期字段", STR_ARG(limit->until));
        return;
    }
    if (str_starts(y->s, S("wd."))) {
        limit->days = str_sub(y->s, 3, y->s.n);
        if (!is_field(r, limit->days, DEF_NUMBER))
            yaml_err(r->e, y, at, S("wd.FIELD"), "\"%.*s\" is no number field",
                "“%.*s”不是数字字段", STR_ARG(limit->days));
        return;
    }
    if (!dur_parse(y->s, &limit->limit))
        yaml_err(r->e, y, at, S(LIMIT_EXPECTED), "\"%.*s\" is no length of time", "“%.*s”不是时长",
            STR_ARG(y->s));
    else if (limit->limit.n == 0)
        yaml_err(r->e, y, at, S(">= 1"), "no time at all", "时限不能为零");
}

static void read_limits(struct def_reader *r, const struct yaml *row, str path, struct def_clock *k)
{
    struct def_rows rows = def_read_rows(r, row, path, "limits", DEF_LIMITS_MAX, limit_members);
    const struct yaml *list = yaml_get(row, "limits");
    if (list != NULL && list->type == YAML_LIST && list->n == 0)
        yaml_err(r->e, list, def_read_path(r, path, "limits"), S("{limit: 5wd}"),
            "a clock needs a limit", "时限不能为空");
    k->limits = NEW_ARRAY(r->arena, rows.n, struct def_limit);
    for (size_t i = 0; i < rows.n; i++) {
        struct def_limit *limit = &k->limits[k->n_limits++];
        limit->when = def_read_text(r, rows.at[i], "when", DEF_FILTER_MAX, rows.paths[i]);
        read_limit(r, yaml_get(rows.at[i], "limit"), rows.paths[i], limit);
        str from = yaml_get_str(rows.at[i], "from");
        bool dated = from.n == 0 || tm_parse(from, TM_ZONE_DEFAULT_S, &limit->from_us);
        if (!dated)
            yaml_err(r->e, yaml_get(rows.at[i], "from"), def_read_path(r, rows.paths[i], "from"),
                S("2026-01-31"), "\"%.*s\" is no date", "“%.*s”不是日期", STR_ARG(from));
        else
            check_limit_order(r, k, &rows, i);
    }
}

static void read_marks(struct def_reader *r, const struct yaml *row, str path, struct def_clock *k)
{
    struct def_rows rows = def_read_rows(r, row, path, "marks", DEF_MARKS_MAX, mark_members);
    k->marks = NEW_ARRAY(r->arena, rows.n, struct def_mark);
    for (size_t i = 0; i < rows.n; i++) {
        struct def_mark *m = &k->marks[k->n_marks++];
        m->title = def_read_text(r, rows.at[i], "title", DEF_TITLE_MAX, rows.paths[i]);
        m->share = (double)yaml_get_i64(rows.at[i], "percent", 100) / 100;
        if (i > 0 && m->share <= m[-1].share)
            yaml_err(r->e, yaml_get(rows.at[i], "percent"),
                def_read_path(r, rows.paths[i], "percent"), S(""),
                "marks follow one another: later ones have more percent",
                "节点应按百分比从小到大排列");
    }
}

// The latest table in force decides: newest first, otherwise as written, so that the first that
// holds is the one.
static void sort_limits(struct def_clock *k)
{
    for (size_t i = 1; i < k->n_limits; i++) {
        struct def_limit one = k->limits[i];
        size_t at = i;
        for (; at > 0 && k->limits[at - 1].from_us < one.from_us; at--)
            k->limits[at] = k->limits[at - 1];
        k->limits[at] = one;
    }
}

// A node of a schedule: planned in whole working days, backward from a date of the item.
static void read_node(
    struct def_reader *r, const struct yaml *row, str path, struct def_clock *k, bool *node)
{
    const struct yaml *by = yaml_get(row, "by"), *after = yaml_get(row, "after");
    *node = by != NULL;
    if (after != NULL && by == NULL)
        yaml_err(r->e, after, def_read_path(r, path, "after"), S("by: FIELD"),
            "only what is planned backward from a date comes after something",
            "只有按日期倒排的节点才分先后");
    if (by == NULL)
        return;
    str at = def_read_path(r, path, "by");
    k->by = def_field_at(r->d, by->s);
    if (k->by < 0 || r->d->fields[k->by].type != DEF_DATE)
        yaml_err(r->e, by, at, S("a date field"), "\"%.*s\" is no date field", "“%.*s”不是日期字段",
            STR_ARG(by->s));
    if (k->per_part)
        yaml_err(r->e, by, at, S("per: item"), "a schedule is the item's, not a unit's",
            "倒排工期是整件事项的，不能按承办单位计");
    const struct yaml *rows = yaml_get(row, "limits");
    for (size_t i = 0; i < k->n_limits; i++) {
        const struct def_limit *l = &k->limits[i];
        bool days = l->limit.unit == DUR_WORK_DAYS && !l->limit.day_end;
        bool wrong = l->limit.unit != DUR_NONE && !days;
        if (wrong || l->until.n > 0 || l->stage.n > 0)
            yaml_err(r->e, yaml_get(def_read_nth(rows, i), "limit"),
                str_fmt(r->arena, "%.*s.limits[%zu].limit", STR_ARG(path), i), S("10wd, wd.FIELD"),
                "a node takes so many working days", "节点的工期只能是若干个工作日");
    }
}

// Does the node come before itself?
static bool circles(const struct def *d, size_t at)
{
    uint64_t before = d->clocks[at].after;
    for (size_t round = 0; round < d->n_clocks; round++)
        for (uint64_t left = before; left != 0; left &= left - 1)
            before |= d->clocks[__builtin_ctzll(left)].after;
    return before >> at & 1;
}

static void read_after(struct def_reader *r, const struct def_rows *rows)
{
    struct def *d = r->d;
    for (size_t i = 0, at = 0; i < rows->n && at < d->n_clocks; i++) {
        const struct yaml *after = yaml_get(rows->at[i], "after");
        str path = def_read_path(r, rows->paths[i], "after");
        bool unknown = false;
        if (!str_eq(yaml_get_str(rows->at[i], "key"), d->clocks[at].key))
            continue; // a row that could not be read
        struct def_clock *k = &d->clocks[at++];
        if (after == NULL || !(d->nodes >> (at - 1) & 1))
            continue;
        k->after = def_read_names(r, &r->clocks, after, path, &unknown);
        for (uint64_t left = k->after; left != 0; left &= left - 1) {
            int x = __builtin_ctzll(left);
            if (!(d->nodes >> x & 1) || d->clocks[x].by != k->by)
                yaml_err(r->e, after, path, S(""),
                    "\"%.*s\" is not planned backward from the same date",
                    "“%.*s”不是按同一个日期倒排的节点", STR_ARG(d->clocks[x].key));
        }
        if (circles(d, at - 1))
            yaml_err(r->e, after, path, S(""), "\"%.*s\" would come before itself",
                "“%.*s”排到了自己前面", STR_ARG(k->key));
    }
}

void def_clocks_read(struct def_reader *r)
{
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "clocks", DEF_CLOCKS_MAX, clock_members);
    r->clocks.broken = rows.broken;
    for (size_t i = 0; i < rows.n; i++) {
        const struct yaml *row = rows.at[i];
        bool named = def_read_key(r, &r->clocks, row, rows.paths[i]);
        struct def_clock k = {.key = named ? r->clocks.keys[r->clocks.n - 1] : S("")};
        k.title = def_read_text(r, row, "title", DEF_TITLE_MAX, rows.paths[i]);
        k.per_part = str_eq(yaml_get_str(row, "per"), S("part"));
        k.lead_only = yaml_get_bool(row, "lead", false);
        k.then = yaml_get_str(row, "then");
        k.yellow = (double)yaml_get_i64(row, "yellow", 80) / 100;
        bool per_item = yaml_get(row, "per") == NULL || str_eq(yaml_get_str(row, "per"), S("item"));
        if (k.lead_only && per_item)
            yaml_err(r->e, yaml_get(row, "lead"), def_read_path(r, rows.paths[i], "lead"),
                S("per: part"), "only a clock per part can be the lead's alone",
                "只有按承办单位计的时限才能限于主办");
        if (k.per_part && yaml_get(r->root, "parts") == NULL)
            yaml_err(r->e, yaml_get(row, "per"), def_read_path(r, rows.paths[i], "per"), S("item"),
                "this loop has no parts", "本流程没有“parts”一节");
        read_marks(r, row, rows.paths[i], &k);
        read_limits(r, row, rows.paths[i], &k);
        bool node = false;
        read_node(r, row, rows.paths[i], &k, &node);
        sort_limits(&k);
        if (named && node)
            r->d->nodes |= UINT64_C(1) << r->d->n_clocks;
        if (named)
            VEC_PUSH(r->arena, r->d->clocks, r->d->n_clocks) = k;
    }
    read_after(r, &rows);
}
