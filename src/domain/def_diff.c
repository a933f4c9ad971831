// What changed from one version of a definition to the next. Each row of a section is told as a few
// named facts, and the facts are compared: whoever adds a member to the language adds one line
// here.
#include "domain/def.h"

#include "base/buf.h"
#include "domain/def_read.h"

enum { DIFF_BYTES_MAX = 1 * MIB, FACTS_MAX = 32 };

struct fact {
    const char *name;
    str value; // shown
    str is; // compared: keys, so that a new title of a state is no change of every step that names
            // it
};
struct facts {
    struct arena *arena;
    str key, title;
    struct fact rows[FACTS_MAX];
    size_t n;
};

static void tell_named(struct facts *f, const char *name, str value, str is)
{
    CHECK(f->n < FACTS_MAX);
    f->rows[f->n++] = (struct fact){name, value, is};
}

static void tell(struct facts *f, const char *name, str value)
{
    tell_named(f, name, value, value);
}

static void tell_flag(struct facts *f, const char *name, bool value)
{
    tell(f, name, value ? S("是") : S("否"));
}

static void tell_count(struct facts *f, const char *name, int64_t value)
{
    tell(f, name, str_fmt(f->arena, "%" PRId64, value));
}

static void tell_list(struct facts *f, const char *name, const str *v, size_t n)
{
    tell(f, name, str_join(f->arena, v, n, S("、")));
}

static void tell_states(
    struct facts *f, const char *name, uint64_t bits, const struct def_state *states, size_t n)
{
    str titles[DEF_STATES_MAX], keys[DEF_STATES_MAX];
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (bits >> i & 1) {
            titles[m] = states[i].title;
            keys[m++] = states[i].key;
        }
    tell_named(
        f, name, str_join(f->arena, titles, m, S("、")), str_join(f->arena, keys, m, S(" ")));
}

static void tell_state(struct facts *f, const char *name, int at, const struct def_state *states)
{
    if (at >= 0)
        tell_named(f, name, states[at].title, states[at].key);
    else
        tell(f, name, S(""));
}

static void tell_clocks(struct facts *f, const char *name, uint64_t bits, const struct def *d)
{
    str titles[DEF_CLOCKS_MAX], keys[DEF_CLOCKS_MAX];
    size_t m = 0;
    for (size_t i = 0; i < d->n_clocks; i++)
        if (bits >> i & 1) {
            titles[m] = d->clocks[i].title;
            keys[m++] = d->clocks[i].key;
        }
    tell_named(
        f, name, str_join(f->arena, titles, m, S("、")), str_join(f->arena, keys, m, S(" ")));
}

static void solid_facts(const struct def *d, struct facts *f)
{
    const struct def_solid *x = &d->solid;
    const struct def_recur *y = &x->recur;
    bool on = x->pass >= 0;
    tell(f, "回头看间隔", x->length);
    tell(f, "回头看日期字段", x->field >= 0 ? d->fields[x->field].title : S(""));
    tell(f, "回头看条件", x->when);
    tell(f, "回头看合格步骤", on ? d->steps[x->pass].title : S(""));
    tell(f, "回头看不合格步骤", on ? d->steps[x->fail].title : S(""));
    str where = y->within_m > 0 ? str_fmt(f->arena, "%d 米内", y->within_m)
                : y->by_unit    ? S("同一承办单位")
                : y->field >= 0 ? d->fields[y->field].title
                                : S("");
    tell(f, "复发地点", where);
    tell_flag(f, "复发看分类", y->same_class);
    tell_list(f, "复发事项类型", y->loops, y->n_loops);
    tell(f, "复发条件", y->when);
}

static void gathers_fact(const struct def *d, struct facts *f)
{
    const struct def_gathers *g = &d->gathers;
    if (!g->any) {
        tell(f, "归集", S(""));
        return;
    }
    str effect = g->effect >= 0 ? d->fields[g->effect].title : S("");
    str where = g->within > 0 ? str_fmt(f->arena, "%d 米以内", g->within) : g->cell;
    tell(f, "归集",
        str_fmt(f->arena, "%.*s（件数：%.*s；前后比较：%.*s，%.*s，%d 周，%.*s）",
            STR_ARG(g->which), STR_ARG(d->fields[g->count].title), STR_ARG(effect),
            STR_ARG(g->calls), g->weeks, STR_ARG(where)));
}

static void tell_near(
    struct facts *f, const char *name, const struct def *d, const struct def_near *n)
{
    if (!n->said) {
        tell(f, name, S(""));
        return;
    }
    str same = n->same >= 0 ? d->fields[n->same].key : S("");
    str loops = str_join(f->arena, n->loops, n->n_loops, S("、"));
    str days = n->n_loops == 0 ? str_fmt(f->arena, "%.*s..%.*s", STR_ARG(d->fields[n->from].key),
                                     STR_ARG(d->fields[n->to].key))
                               : S("");
    tell(f, name,
        str_fmt(f->arena, "%.*s %d 米 %.*s%.*s", STR_ARG(same), n->within, STR_ARG(loops),
            STR_ARG(days)));
}

static void head_facts(const struct def *d, size_t at, struct facts *f)
{
    (void)at;
    f->title = d->title;
    tell(f, "名称", d->title);
    tell(f, "标题的叫法", d->name_title);
    tell(f, "内容的叫法", d->text_title);
    tell(f, "内容的提示", d->text_hint);
    tell(f, "编号前缀", d->number_prefix);
    tell_count(f, "编号位数", d->number_digits);
    tell(f, "受理单位", d->receiver);
    tell(f, "日历", d->calendar);
    tell(f, "分类体系", d->class_scheme);
    tell_flag(f, "有诉求人", d->caller);
    tell_count(f, "承办级次", d->level);
    if (d->ahead.field >= 0)
        tell(f, "未诉先办",
            str_fmt(f->arena, "%.*s（%.*s：%.*s、%.*s、%.*s）",
                STR_ARG(d->fields[d->ahead.field].title),
                STR_ARG(str_join(f->arena, d->ahead.of, d->ahead.n_of, S("、"))),
                STR_ARG(d->ahead.nobody), STR_ARG(d->ahead.first), STR_ARG(d->ahead.late)));
    else
        tell(f, "未诉先办", S(""));
    solid_facts(d, f);
    gathers_fact(d, f);
    tell_near(f, "冲突", d, &d->clashes);
    tell_near(f, "旁边", d, &d->beside);
    tell_flag(f, "等待全部承办", d->wait_all);
    tell_state(f, "承办完成后", d->then, d->states);
    tell(f, "分析的计数", d->analysis.count >= 0 ? d->tallies[d->analysis.count].key : S(""));
    tell_count(f, "重复件数", d->analysis.repeats);
}

static void judge_facts(const struct def *d, size_t at, struct facts *f)
{
    f->key = d->judges[at].key;
    f->title = d->judges[at].title;
    tell(f, "名称", f->title);
}

static str number_text(struct arena *a, double v)
{
    return v <= -1e300 || v >= 1e300 ? S("") : str_fmt(a, "%.15g", v);
}

static void field_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_field *x = &d->fields[at];
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "说明", x->help);
    tell(f, "类型", def_type_name(x->type));
    tell_flag(f, "登记必填", x->required);
    tell_flag(f, "唯一", x->unique);
    tell_count(f, "字数上限", x->max);
    tell(f, "最小值", number_text(f->arena, x->low));
    tell(f, "最大值", number_text(f->arena, x->high));
    tell_list(f, "选项", x->options, x->n_options);
    tell(f, "默认值", x->def);
    tell_count(f, "字数下限", x->min);
    str *fits = NULL, *own = NULL;
    size_t n_fits = 0, n_own = 0;
    for (size_t i = 0; i < x->n_fits; i++)
        VEC_PUSH(f->arena, fits, n_fits) = str_fmt(f->arena, "%.*s：%.*s", STR_ARG(x->fits[i].when),
            STR_ARG(str_join(f->arena, x->fits[i].options, x->fits[i].n, S("、"))));
    for (size_t i = 0; i < x->n_own_words; i++)
        VEC_PUSH(f->arena, own, n_own) = d->fields[x->own_words[i]].key;
    tell(f, "适用选项", str_join(f->arena, fits, n_fits, S("；")));
    tell_list(f, "不得照抄", own, n_own);
    str *most = NULL;
    size_t n_most = 0;
    for (size_t i = 0; i < x->n_at_most; i++)
        VEC_PUSH(f->arena, most, n_most) = d->fields[x->at_most[i]].key;
    tell_list(f, "不超过", most, n_most);
    tell(f, "引用台账", x->to);
    tell(f, x->via.n > 0 ? "带出" : "计算公式", x->text);
    tell(f, "校验", x->check == CHECK_USCC ? S("uscc") : S(""));
    tell_flag(f, "百分比", x->percent);
    tell_list(f, "可选角色", x->roles, x->n_roles);
}

static void state_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_state *x = &d->states[at];
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell_flag(f, "暂停", x->paused);
    tell_flag(f, "办结", x->done);
    tell_flag(f, "终止", x->final);
}

static void part_state_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_state *x = &d->part_states[at];
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell_flag(f, "终止", x->final);
}

static void clock_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_clock *x = &d->clocks[at];
    str *limits = NULL;
    size_t n = 0;
    for (size_t i = 0; i < x->n_limits; i++) {
        const struct def_limit *l = &x->limits[i];
        str when = l->when.n > 0 ? l->when : S("一律");
        str limit = l->until.n > 0   ? str_two(f->arena, S("until."), l->until)
                    : l->days.n > 0  ? str_two(f->arena, S("wd."), l->days)
                    : l->stage.n > 0 ? str_two(f->arena, S("class."), l->stage)
                                     : dur_text(f->arena, l->limit);
        str from = l->from_us != 0 ? tm_minute(f->arena, l->from_us, TM_ZONE_DEFAULT_S) : S("");
        VEC_PUSH(f->arena, limits, n) = str_fmt(f->arena, "%.*s %.*s%s%.*s", STR_ARG(when),
            STR_ARG(limit), from.n > 0 ? " 自 " : "", STR_ARG(from));
    }
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell_flag(f, "按承办单位计", x->per_part);
    tell_flag(f, "限于主办", x->lead_only);
    tell_count(f, "黄灯百分比", (int64_t)(x->yellow * 100 + 0.5));
    tell(f, "期限", str_join(f->arena, limits, n, S("；")));
    bool node = d->nodes >> at & 1;
    tell(f, "倒排自", node ? d->fields[x->by].title : S(""));
    tell_clocks(f, "排在后面", node ? x->after : 0, d);
    str *marks = NULL;
    size_t n_marks = 0;
    for (size_t i = 0; i < x->n_marks; i++)
        VEC_PUSH(f->arena, marks, n_marks) = str_fmt(f->arena, "%.*s %d%%",
            STR_ARG(x->marks[i].title), (int)(x->marks[i].share * 100 + 0.5));
    tell_list(f, "节点", marks, n_marks);
    tell(f, "到期自动", x->then);
}

static void reason_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_reasons *x = &d->reasons[at];
    str *rows = NULL;
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++) {
        str options = str_join(f->arena, x->rows[i].options, x->rows[i].n, S("、"));
        VEC_PUSH(f->arena, rows, n) =
            str_fmt(f->arena, "%.*s（%.*s）", STR_ARG(x->rows[i].key), STR_ARG(options));
    }
    f->key = f->title = x->key;
    tell(f, "原因", str_join(f->arena, rows, n, S("；")));
}

static void tell_asks(
    struct facts *f, const char *name, const struct def *d, const struct def_ask *asks, size_t n)
{
    str *titles = NEW_ARRAY(f->arena, n, str), *keys = NEW_ARRAY(f->arena, n, str);
    for (size_t i = 0; i < n; i++) {
        str title = def_ask_title(d, &asks[i], false);
        str key = def_ask_key(d, &asks[i]);
        const char *must = asks[i].required ? "（必填）" : "";
        titles[i] = str_fmt(f->arena, "%.*s%s", STR_ARG(title), must);
        keys[i] = str_fmt(f->arena, "%.*s%s", STR_ARG(key), must);
    }
    tell_named(
        f, name, str_join(f->arena, titles, n, S("、")), str_join(f->arena, keys, n, S(" ")));
}

static void tell_musts(struct facts *f, const struct def *d, const struct def_step *s)
{
    str *rows = NEW_ARRAY(f->arena, s->n_musts, str);
    for (size_t i = 0; i < s->n_musts; i++) {
        const struct def_must *m = &s->musts[i];
        str *what = NULL;
        size_t n = 0;
        for (size_t k = 0; k < m->n_fields; k++)
            VEC_PUSH(f->arena, what, n) = d->fields[m->fields[k]].key;
        if (m->files > 0)
            VEC_PUSH(f->arena, what, n) = str_fmt(f->arena, "附件 %d", m->files);
        if (m->note)
            VEC_PUSH(f->arena, what, n) = S("说明");
        rows[i] =
            str_fmt(f->arena, "%.*s：%.*s（%.*s）", STR_ARG(m->when.n > 0 ? m->when : S("一律")),
                STR_ARG(str_join(f->arena, what, n, S("、"))), STR_ARG(m->why));
    }
    tell(f, "按条件必填", str_join(f->arena, rows, s->n_musts, S("；")));
}

static void tell_stages(struct facts *f, const struct def *d, const struct def_step *s)
{
    str shown[DEF_STAGES_MAX];
    for (size_t i = 0; i < s->n_stages; i++) {
        const struct def_stage *g = &s->stages[i];
        str who = str_join(f->arena, g->who, g->n_who, S("、")), *asks = NULL;
        size_t n = 0;
        for (size_t k = 0; k < g->n_asks; k++)
            VEC_PUSH(f->arena, asks, n) = str_fmt(f->arena, "%.*s%s",
                STR_ARG(d->fields[g->asks[k].field].key), g->asks[k].required ? "!" : "");
        str limit = g->limit.unit != DUR_NONE ? dur_text(f->arena, g->limit) : S("不限时");
        shown[i] = str_fmt(f->arena, "%.*s（%.*s，%.*s%s%.*s）", STR_ARG(g->title), STR_ARG(who),
            STR_ARG(limit), n > 0 ? "，询问 " : "", STR_ARG(str_join(f->arena, asks, n, S("、"))));
    }
    tell(f, "审核", str_join(f->arena, shown, s->n_stages, S(" → ")));
}

static void step_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_step *x = &d->steps[at];
    const struct def_state *states = x->on_part ? d->part_states : d->states;
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "快捷键", x->hotkey);
    tell(f, "对象", x->on_part ? S("承办") : S("事项"));
    tell_states(f, "来源状态", x->from, states, x->on_part ? d->n_part_states : d->n_states);
    tell_state(f, "转到状态", x->to, states);
    tell_state(f, "退回后状态", x->back, d->states);
    tell_list(f, "可操作角色", x->who, x->n_who);
    tell(f, "条件", x->when);
    tell(f, "条件说明", x->why);
    tell(f, "动作", def_effect_name(x->does));
    tell_asks(f, "询问", d, x->asks, x->n_asks);
    tell_asks(f, "逐个单位填写", d, x->each, x->n_each);
    tell_clocks(f, "启动时限", x->start, d);
    tell_clocks(f, "停止时限", x->stop, d);
    tell_clocks(f, "延长时限", x->extends, d);
    tell(f, "最多延长", x->max.unit == DUR_NONE ? S("") : dur_text(f->arena, x->max));
    tell(f, "原因表", x->reasons >= 0 ? d->reasons[x->reasons].key : S(""));
    tell_flag(f, "原因可不选", x->reason_optional);
    tell_flag(f, "必写说明", x->note_required);
    tell_count(f, "附件上限", x->files_max);
    tell(f, "照片",
        x->photos_stage.n > 0 ? str_two(f->arena, S("class."), x->photos_stage)
                              : str_num(f->arena, x->photos, S("")));
    tell_count(f, "退单锁定次数", x->lock);
    str *judges = NULL;
    size_t n = 0;
    for (size_t i = 0; i < d->n_judges; i++)
        if (x->judges >> i & 1)
            VEC_PUSH(f->arena, judges, n) = d->judges[i].title;
    tell_list(f, "评价方", judges, n);
    tell(f, "登记到", x->child_loop);
    str *fill = NEW_ARRAY(f->arena, x->n_fill, str);
    for (size_t i = 0; i < x->n_fill; i++)
        fill[i] =
            str_fmt(f->arena, "%.*s %.*s", STR_ARG(x->fill[i].field), STR_ARG(x->fill[i].val));
    tell_list(f, "填写", fill, x->n_fill);
    tell(f, "记录时点", x->stamp);
    tell_musts(f, d, x);
    tell_stages(f, d, x);
    tell_count(f, "可撤销秒数", x->undo_s);
}

static void escalation_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_escalation *x = &d->escalations[at];
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "条件", x->when);
    tell_count(f, "升级层数", x->levels);
}

// A route without a key is what its filter makes it.
static void route_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_route *x = &d->routes[at];
    str *assists = NULL;
    size_t n = 0;
    f->key = f->title = x->key.n > 0 ? x->key : x->when;
    for (size_t i = 0; i < x->n_assists; i++)
        VEC_PUSH(f->arena, assists, n) = x->assists[i].text;
    tell(f, "条件", x->key.n > 0 ? x->when : (str){0});
    tell(f, "单位", x->unit.text);
    tell_list(f, "协办", assists, n);
    tell_count(f, "次序", x->rank);
    tell(f, "自动派单", x->auto_high ? S("把握高时") : (str){0});
    tell(f, "理由", x->because);
}

static void tally_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_tally *x = &d->tallies[at];
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "计入时点", x->by);
    tell(f, "条件", x->where);
    tell(f, "合计", x->sum);
}

static void ledger_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_ledger *x = &d->ledger[at];
    f->key = d->clocks[x->clock].key;
    f->title = d->clocks[x->clock].title;
    tell(f, "计入时点", x->by);
}

static void rate_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_rate *x = &d->rates[at];
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "公式", x->text);
    tell(f, "方向", x->high_is_better ? S("高为优") : S("低为优"));
}

static void list_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_list *x = &d->analysis.lists[at];
    str *titles = NEW_ARRAY(f->arena, x->n_show, str);
    for (size_t i = 0; i < x->n_show; i++)
        titles[i] = d->fields[x->show[i]].title;
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "计数", x->tally >= 0 ? d->tallies[x->tally].key : S(""));
    tell(f, "条件", x->where);
    tell(f, "分组", x->group);
    tell(f, "到期字段", x->due >= 0 ? d->fields[x->due].title : S(""));
    tell_list(f, "显示", titles, x->n_show);
}

static void view_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_view *x = &d->views[at];
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "条件", x->where);
    tell_list(f, "栏目", x->columns, x->n_columns);
}

static str every_text(struct arena *a, const struct def_cadence *x)
{
    static const char *const UNITS[] = {"日", "周", "个月"};
    return str_fmt(a, "每 %d %s", x->every, UNITS[x->of]);
}

static void cadence_facts(const struct def *d, size_t at, struct facts *f)
{
    const struct def_cadence *x = &d->cadences[at];
    str *firsts = NEW_ARRAY(f->arena, x->n_first, str), *fill = NEW_ARRAY(f->arena, x->n_fill, str);
    for (size_t i = 0; i < x->n_first; i++)
        firsts[i] = str_fmt(
            f->arena, "%.*s：%.*s", STR_ARG(x->first[i].because), STR_ARG(x->first[i].when));
    for (size_t i = 0; i < x->n_fill; i++)
        fill[i] = str_fmt(f->arena, "%.*s %.*s", STR_ARG(d->fields[x->fill[i].field].title),
            STR_ARG(x->fill[i].val));
    f->key = x->key;
    f->title = x->title;
    tell(f, "名称", x->title);
    tell(f, "说明", x->why);
    tell(f, "台账", x->over);
    tell(f, "对象", x->when);
    tell(f, "间隔", every_text(f->arena, x));
    tell(f, "重要节点", x->during);
    tell_flag(f, "按日历对齐", x->aligned);
    tell_count(f, "提前天数", x->window);
    tell(f, "起始", x->from_day > 0 ? tm_date(f->arena, x->from_day) : S(""));
    tell_named(f, "对象字段", d->fields[x->field].title, d->fields[x->field].key);
    tell_named(f, "期限字段", d->fields[x->until].title, d->fields[x->until].key);
    tell(f, "理由字段", x->reason >= 0 ? d->fields[x->reason].key : S(""));
    tell_count(f, "派给", x->to);
    tell(f, "单位", x->unit);
    tell_list(f, "优先", firsts, x->n_first);
    tell_list(f, "填写", fill, x->n_fill);
    tell_states(f, "算作完成的状态", x->done, d->states, d->n_states);
}

struct section {
    const char *name;
    size_t (*count)(const struct def *d);
    void (*facts)(const struct def *d, size_t at, struct facts *f);
};

static size_t count_one(const struct def *d)
{
    (void)d;
    return 1;
}
#define COUNT(member)                                                                              \
    static size_t count_##member(const struct def *d)                                              \
    {                                                                                              \
        return d->n_##member;                                                                      \
    }
COUNT(judges)
COUNT(fields)
COUNT(states)
COUNT(part_states)
COUNT(clocks)
COUNT(reasons)
COUNT(steps)
COUNT(escalations)
COUNT(routes)
COUNT(tallies)
COUNT(ledger)
COUNT(rates)
COUNT(cadences)
COUNT(views)
static size_t count_lists(const struct def *d)
{
    return d->analysis.n_lists;
}

static const struct section sections[] = {
    {"流程", count_one, head_facts},
    {"评价方", count_judges, judge_facts},
    {"字段", count_fields, field_facts},
    {"状态", count_states, state_facts},
    {"承办状态", count_part_states, part_state_facts},
    {"时限", count_clocks, clock_facts},
    {"原因表", count_reasons, reason_facts},
    {"步骤", count_steps, step_facts},
    {"升级规则", count_escalations, escalation_facts},
    {"派单建议", count_routes, route_facts},
    {"周期规则", count_cadences, cadence_facts},
    {"视图", count_views, view_facts},
    {"计数", count_tallies, tally_facts},
    {"环节", count_ledger, ledger_facts},
    {"比率", count_rates, rate_facts},
    {"分析清单", count_lists, list_facts},
};

static struct facts facts_of(
    struct arena *a, const struct section *s, const struct def *d, size_t at)
{
    struct facts f = {.arena = a};
    s->facts(d, at, &f);
    return f;
}

// The row of that key; of routes with the same filter the first, the only one that is ever used.
static bool find_row(
    struct arena *a, const struct section *s, const struct def *d, str key, struct facts *out)
{
    for (size_t i = 0; i < s->count(d); i++) {
        *out = facts_of(a, s, d, i);
        if (str_eq(out->key, key))
            return true;
    }
    return false;
}

// A change is one line, so a text of several lines becomes one.
static void put_text(struct buf *b, str x)
{
    buf_addz(b, "“");
    for (size_t i = 0; i < x.n; i++)
        buf_byte(b, x.s[i] == '\n' ? ' ' : x.s[i]);
    buf_addz(b, x.n > 0 ? "”" : "无”");
}

static void put_name(
    struct buf *b, const char *what, const struct section *s, const struct facts *f)
{
    buf_addz(b, what);
    buf_addz(b, s->name);
    put_text(b, f->title);
    if (f->key.n > 0 && !str_eq(f->key, f->title))
        buf_fmt(b, "（%.*s）", STR_ARG(f->key));
}

static void put_changes(
    struct buf *b, const struct section *s, const struct facts *was, const struct facts *is)
{
    for (size_t i = 0; i < is->n; i++) {
        if (str_eq(was->rows[i].is, is->rows[i].is))
            continue;
        put_name(b, "", s, is);
        buf_fmt(b, "：%s由", is->rows[i].name);
        put_text(b, was->rows[i].value);
        buf_addz(b, "改为");
        put_text(b, is->rows[i].value);
        buf_byte(b, '\n');
    }
}

static void put_section(struct arena *a, struct buf *b, const struct section *s,
    const struct def *from, const struct def *to)
{
    struct facts other;
    for (size_t i = 0; i < s->count(from); i++) {
        struct facts was = facts_of(a, s, from, i);
        if (find_row(a, s, to, was.key, &other))
            continue;
        put_name(b, "删除", s, &was);
        buf_byte(b, '\n');
    }
    for (size_t i = 0; i < s->count(to); i++) {
        struct facts is = facts_of(a, s, to, i);
        if (find_row(a, s, from, is.key, &other)) {
            put_changes(b, s, &other, &is);
            continue;
        }
        put_name(b, "新增", s, &is);
        buf_byte(b, '\n');
    }
}

str def_diff(struct arena *a, const struct def *from, const struct def *to)
{
    struct buf b;
    struct arena *scratch = arena_new();
    buf_init(&b, a, DIFF_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LEN(sections); i++)
        put_section(scratch, &b, &sections[i], from, to);
    arena_free(scratch);
    return buf_str(&b);
}
