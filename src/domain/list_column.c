#include "domain/list_column.h"

#include "domain/filter_private.h"
#include "domain/item_refer.h"

static const struct {
    const char *name, *alias;
    enum list_column_kind kind;
} OWN[] = {
    {"no", "编号", COLUMN_ROW},
    {"left", "剩余时限", COLUMN_ROW},
    {"state", "状态", COLUMN_ROW},
    {"title", "标题", COLUMN_ROW},
    {"unit", "承办", COLUMN_ROW},
    {"class", "分类", COLUMN_ROW},
    {"channel", "来源", COLUMN_ROW},
    {"kind", "业务类型", COLUMN_ROW},
    {"priority", "紧急程度", COLUMN_ROW},
    {"loop", "事项类型", COLUMN_ROW},
    {"filed", "受理", COLUMN_ROW},
    {"changed", "更新", COLUMN_ROW},
    {"closed", "办结", COLUMN_ROW},
    {"due", "到期", COLUMN_ROW},
    {"returns", "退单次数", COLUMN_ROW},
    {"urges", "催办次数", COLUMN_ROW},
    {"receiver", "受理单位", COLUMN_RECEIVER},
    {"part", "协办", COLUMN_PARTS},
    {"address", "地址", COLUMN_ADDRESS},
    {"round", "轮次", COLUMN_ROUND},
    {"extensions", "延期次数", COLUMN_EXTENSIONS},
    {"reopens", "重办次数", COLUMN_REOPENS},
    {"level", "升级层级", COLUMN_LEVEL},
    {"repeat", "重复件", COLUMN_REPEAT},
    {"unlocks", "解锁次数", COLUMN_UNLOCKS},
    {"recheck", "回头看", COLUMN_RECHECK},
    {"consolidated", "巩固", COLUMN_SOLID},
    {"recurs", "复发数", COLUMN_RECURS},
    {"version", "版本", COLUMN_VERSION},
};

static int own_at(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(OWN); i++)
        if (str_eq(name, str_of(OWN[i].name)) || str_eq(name, str_of(OWN[i].alias)))
            return (int)i;
    return DEF_NONE;
}

bool list_column_own(str name)
{
    return own_at(name) >= 0;
}

static bool find(struct arena *a, const struct filter_scope *s, str name, struct list_column *out)
{
    int at = own_at(name);
    if (at >= 0) {
        *out = (struct list_column){.name = str_of(OWN[at].name), .kind = OWN[at].kind};
        return true;
    }
    struct filter_field f = {0};
    if (filter_scope_find(a, s, name, &f) != FIND_OK)
        return false;
    if (f.key != KEY_FIELD) // channel by the title of its field
        return find(a, s, filter_key_rows[f.key].key, out);
    *out = (struct list_column){.name = f.shown, .kind = COLUMN_FIELD, .field = f.field};
    if (own_at(f.shown) >= 0)
        out->name = str_fmt(a, "field.%.*s", STR_ARG(f.shown));
    if (f.kind == KIND_TIME)
        out->kind = COLUMN_TIME;
    if (f.kind == KIND_NODE)
        out->kind = COLUMN_NODE;
    if (f.kind == KIND_CLOCK) {
        out->kind = COLUMN_CLOCK;
        out->field = str_sub(f.field, S("clock/").n, f.field.n);
    }
    return true;
}

static bool has(const struct list_columns *columns, str name)
{
    for (size_t i = 0; i < columns->n; i++)
        if (str_eq(columns->v[i].name, name))
            return true;
    return false;
}

static void wrong(struct err *e, str name, const char *en, const char *zh)
{
    err_add(e, ERR_INVALID, S("columns"), (str){0}, "“%.*s” %s", "“%.*s”%s", STR_ARG(name),
        e->lang == LANG_EN ? en : zh);
}

enum err_code list_columns_read(
    struct arena *a, const struct rules *r, str text, struct list_columns *out, struct err *e)
{
    struct filter_scope loops = {0}, registers = {0};
    str name;
    *out = (struct list_columns){0};
    for (size_t i = 0; i < r->n_loops; i++)
        filter_scope_add(a, loop_lasts(&r->loops[i]) ? &registers : &loops, &r->loops[i]);
    while (text.n <= LIST_COLUMNS_BYTES_MAX && str_cut(&text, ' ', &name)) {
        struct list_column column;
        if (name.n == 0)
            continue;
        if (!find(a, &loops, name, &column) && !find(a, &registers, name, &column))
            wrong(e, name, "is not a column", "不是可以显示的栏目");
        else if (has(out, column.name))
            wrong(e, name, "stands there twice", "出现了两次");
        else
            VEC_PUSH(a, out->v, out->n) = column;
    }
    if (text.n > LIST_COLUMNS_BYTES_MAX || out->n > LIST_COLUMNS_MAX)
        err_add(e, ERR_LIMIT, S("columns"), (str){0}, "at most %d columns", "最多显示 %d 栏",
            (int)LIST_COLUMNS_MAX);
    return e->code;
}

str list_columns_text(struct arena *a, const struct list_columns *columns)
{
    str *names = NEW_ARRAY(a, columns->n, str);
    for (size_t i = 0; i < columns->n; i++)
        names[i] = columns->v[i].name;
    return str_join(a, names, columns->n, S(" "));
}

bool list_columns_want_item(const struct list_columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        if (columns->v[i].kind != COLUMN_ROW)
            return true;
    return false;
}

static str unit_text(const struct ctx *c, int64_t id)
{
    const struct unit *u = id ? rules_unit(c->rules, id) : NULL;
    return !u ? (str){0} : u->short_name.n > 0 ? u->short_name : u->name;
}

static str parts_text(const struct ctx *c, const struct item *it)
{
    const struct def *d = rules_def(c->rules, it->def);
    str *texts = NULL;
    size_t n = 0;
    for (size_t i = 0; d && i < it->n_parts; i++) {
        const struct item_part *p = &it->parts[i];
        int at = def_part_state_at(d, p->state);
        str state = at >= 0 ? d->part_states[at].title : p->state;
        VEC_PUSH(c->arena, texts, n) =
            str_fmt(c->arena, "%.*s（%.*s）", STR_ARG(unit_text(c, p->unit)), STR_ARG(state));
    }
    return str_join(c->arena, texts, n, S("、"));
}

static str repeat_text(const struct ctx *c, const struct item *it)
{
    bool en = c->lang == LANG_EN;
    if (it->main_repeat)
        return en ? S("main repeat") : S("主重复件");
    return !it->repeat ? (str){0} : en ? S("repeat") : S("重复件");
}

static str count_text(const struct ctx *c, int64_t n)
{
    return str_num(c->arena, n, (str){0});
}

static str version_text(const struct ctx *c, const struct item *it)
{
    const struct def *d = rules_def(c->rules, it->def);
    return d ? count_text(c, d->version) : (str){0};
}

static str time_text(const struct ctx *c, str val)
{
    int64_t us;
    return str_i64(val, &us) && us > 0 ? tm_rfc3339(c->arena, us, c->rules->zone_s) : val;
}

static str moment_text(const struct ctx *c, int64_t us)
{
    return us > 0 ? tm_rfc3339(c->arena, us, c->rules->zone_s) : (str){0};
}

static str clock_text(const struct ctx *c, const struct item *it, str key)
{
    str outcome = item_field(it, str_two(c->arena, S("clock/"), key));
    int64_t due = 0;
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *k = &it->clocks[i];
        if (str_eq(k->key, key) && clock_open(k) && k->due_us > 0 && (due == 0 || k->due_us < due))
            due = k->due_us;
    }
    if (due == 0 || outcome.n == 0)
        return outcome;
    return str_fmt(c->arena, "%.*s %.*s", STR_ARG(outcome),
        STR_ARG(tm_rfc3339(c->arena, due, c->rules->zone_s)));
}

static str field_text(const struct ctx *c, const struct item *it, str key)
{
    const struct def *d = rules_def(c->rules, it->def);
    int at = d ? def_field_at(d, key) : DEF_NONE;
    str value = item_field(it, key);
    return at >= 0 ? item_field_shown(c, &d->fields[at], value) : value;
}

static str node_text(const struct ctx *c, const struct item *it, str key)
{
    const struct def *d = rules_def(c->rules, it->def);
    int at = d ? def_clock_at(d, item_field(it, key)) : DEF_NONE;
    return at >= 0 ? d->clocks[at].title : (str){0};
}

str list_column_value(const struct ctx *c, const struct list_column *column, const struct item *it)
{
    switch (column->kind) {
    case COLUMN_ROW:
        return (str){0};
    case COLUMN_RECEIVER:
        return unit_text(c, it->receiver);
    case COLUMN_PARTS:
        return parts_text(c, it);
    case COLUMN_ADDRESS:
        return it->address;
    case COLUMN_ROUND:
        return count_text(c, it->round);
    case COLUMN_EXTENSIONS:
        return count_text(c, it->extensions);
    case COLUMN_REOPENS:
        return count_text(c, it->reopens);
    case COLUMN_LEVEL:
        return count_text(c, it->level);
    case COLUMN_UNLOCKS:
        return count_text(c, it->unlocks);
    case COLUMN_RECHECK:
        return moment_text(c, it->recheck_us);
    case COLUMN_SOLID:
        return moment_text(c, it->solid_us);
    case COLUMN_RECURS:
        return it->recurs > 0 ? count_text(c, it->recurs) : (str){0};
    case COLUMN_VERSION:
        return version_text(c, it);
    case COLUMN_REPEAT:
        return repeat_text(c, it);
    case COLUMN_FIELD:
        return field_text(c, it, column->field);
    case COLUMN_TIME:
        return time_text(c, item_field(it, column->field));
    case COLUMN_NODE:
        return node_text(c, it, column->field);
    case COLUMN_CLOCK:
        return clock_text(c, it, column->field);
    }
    UNREACHABLE();
}
