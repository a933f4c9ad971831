// Reading the definition of a key date. What it says of the town is checked where the town is known
// (keydate_compile, keydate_check).
#include "domain/keydate.h"

#include "domain/def_read.h"

enum { SHARE_MIN = 1, SHARE_MAX = 100, WHY_MAX = 500 };

static const struct yaml_member root_members[] = {
    {"keydate", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"why", YAML_WANT_STR, .expected = "a sentence"},
    {"from", YAML_WANT_DATE, YAML_REQUIRED},
    {"to", YAML_WANT_DATE, YAML_REQUIRED},
    {"off", YAML_WANT_BOOL},
    {"where", YAML_WANT_STR, YAML_REQUIRED, .expected = "a filter over items"},
    {"share", YAML_WANT_INT, .expected = "percent of each limit", .min = SHARE_MIN,
        .max = SHARE_MAX},
    {"limits", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {clock, share}"},
    {0},
};
static const struct yaml_member limit_members[] = {
    {"clock", YAML_WANT_KEY, YAML_REQUIRED, .expected = "the key of a clock"},
    {"share", YAML_WANT_INT, YAML_REQUIRED, .expected = "percent of its limit", .min = SHARE_MIN,
        .max = SHARE_MAX},
    {0},
};

static void read_limits(struct def_reader *r, struct keydate *k)
{
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "limits", KEYDATE_CLOCKS_MAX, limit_members);
    for (size_t i = 0; i < rows.n; i++) {
        struct keydate_clock x = {.clock = yaml_get_str(rows.at[i], "clock"),
            .share = (int)yaml_get_i64(rows.at[i], "share", SHARE_MAX)};
        for (size_t j = 0; j < k->n_clocks; j++)
            if (x.clock.n > 0 && str_eq(k->clocks[j].clock, x.clock))
                yaml_err(r->e, rows.at[i], rows.paths[i], S(""), "\"%.*s\" stands twice",
                    "“%.*s”写了两次", STR_ARG(x.clock));
        VEC_PUSH(r->arena, k->clocks, k->n_clocks) = x;
    }
}

static void read_days(struct def_reader *r, struct keydate *k)
{
    k->from_day = yaml_get_date(r->root, "from", 0);
    k->to_day = yaml_get_date(r->root, "to", 0);
    const struct yaml *to = yaml_get(r->root, "to");
    if (k->from_day == 0 || k->to_day == 0)
        return; // noted
    if (k->to_day < k->from_day)
        yaml_err(r->e, to, S("to"),
            str_fmt(r->arena, ">= %.*s", STR_ARG(tm_date(r->arena, k->from_day))),
            "it ends before it begins; \"off: yes\" takes it back",
            "结束日期早于开始日期；要撤回请写 off: yes");
    else if (k->to_day - k->from_day >= KEYDATE_DAYS_MAX)
        yaml_err(r->e, to, S("to"), str_fmt(r->arena, "<= %d days", (int)KEYDATE_DAYS_MAX),
            "that is more than a year", "时间超过一年");
}

static void read_keydate(struct def_reader *r, struct keydate *k)
{
    yaml_check(r->root, root_members, S(""), r->e);
    k->key = yaml_get_str(r->root, "keydate");
    if (str_eq(k->key, S(KEYDATE_ANY)))
        yaml_err(r->e, yaml_get(r->root, "keydate"), S("keydate"), S("ciie-8"),
            "a cadence says \"any\" when it means them all",
            "“any”在周期规则里表示任一重要节点，请换一个键");
    k->title = def_read_text(r, r->root, "title", DEF_TITLE_MAX, S(""));
    k->why = def_read_text(r, r->root, "why", WHY_MAX, S(""));
    k->where = def_read_text(r, r->root, "where", DEF_FILTER_MAX, S(""));
    k->off = yaml_get_bool(r->root, "off", false);
    k->share = (int)yaml_get_i64(r->root, "share", SHARE_MAX);
    read_days(r, k);
    read_limits(r, k);
}

enum err_code keydate_parse(struct arena *a, str yaml, struct keydate **out, struct err *e)
{
    *out = NULL;
    if (yaml.n > DEF_BYTES_MAX)
        return err_add(e, ERR_LIMIT, S(""), S("256 KiB"), "the definition is too long: %zu bytes",
            "定义过长：%zu 字节", yaml.n);
    size_t kept = e->n, dropped = e->dropped;
    struct keydate *k = NEW(a, struct keydate);
    k->text = str_dup(a, yaml);
    struct def_reader r = {.arena = a, .e = e};
    r.root = yaml_parse(a, k->text, e);
    if (r.root && r.root->type == YAML_MAP)
        read_keydate(&r, k);
    else if (r.root)
        yaml_err(e, r.root, S(""), S("keydate: ..., from: ..., to: ..., where: ..."),
            "a definition is a map", "重要节点定义应为键值表");
    if (e->n == kept && e->dropped == dropped) {
        *out = k;
        return OK;
    }
    return e->n > kept ? e->notes[kept].code : e->code;
}

// ---- what changed

static void line(struct arena *a, str *out, const char *what, str from, str to)
{
    if (!str_eq(from, to))
        *out = str_fmt(a, "%.*s%s：%.*s → %.*s\n", STR_ARG(*out), what,
            STR_ARG(from.n > 0 ? from : S("无")), STR_ARG(to.n > 0 ? to : S("无")));
}

static str limits_text(struct arena *a, const struct keydate *k)
{
    str text = str_fmt(a, "%d%%", k->share);
    for (size_t i = 0; i < k->n_clocks; i++)
        text = str_fmt(
            a, "%.*s，%.*s %d%%", STR_ARG(text), STR_ARG(k->clocks[i].clock), k->clocks[i].share);
    return text;
}

str keydate_diff(struct arena *a, const struct keydate *from, const struct keydate *to)
{
    str out = {0};
    line(a, &out, "名称", from->title, to->title);
    line(a, &out, "说明", from->why, to->why);
    line(a, &out, "开始", tm_date(a, from->from_day), tm_date(a, to->from_day));
    line(a, &out, "结束", tm_date(a, from->to_day), tm_date(a, to->to_day));
    line(a, &out, "撤回", from->off ? S("是") : S("否"), to->off ? S("是") : S("否"));
    line(a, &out, "范围", from->where, to->where);
    line(a, &out, "时限", limits_text(a, from), limits_text(a, to));
    return out;
}
