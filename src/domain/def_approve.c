// Steps that are asked for and decided: the stages of an approval, and the clocks they run under.
#include "domain/def_read.h"

static const struct yaml_member stage_members[] = {
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"who", YAML_WANT_STRS, YAML_REQUIRED, .expected = "[role, ...]"},
    {"limit", YAML_WANT_DUR},
    {"ask", YAML_WANT_STRS, .expected = "[field, field!, ...]"},
    {0},
};

// closes: the step is one of closed items.
static void read_stage(
    struct def_reader *r, const struct yaml *row, str path, bool closes, struct def_stage *out)
{
    *out = (struct def_stage){.title = def_read_text(r, row, "title", DEF_TITLE_MAX, path),
        .limit = yaml_get_dur(row, "limit"),
        .clock = DEF_NONE};
    def_read_who(r, row, path, &out->who, &out->n_who);
    def_read_asks(r, row, "ask", path, &out->asks, &out->n_asks);
    const struct yaml *limit = yaml_get(row, "limit");
    if (out->limit.unit != DUR_NONE && out->limit.n == 0)
        yaml_err(r->e, limit, def_read_path(r, path, "limit"), S(">= 1"), "no time at all",
            "时限不能为零");
    if (limit != NULL && closes)
        yaml_err(r->e, limit, def_read_path(r, path, "limit"), S(""),
            "no clock runs for a closed item", "办结的事项不再计时，不能设审核时限");
    for (size_t i = 0; i < out->n_asks; i++)
        if (out->asks[i].field < 0) {
            str en = def_ask_title(r->d, &out->asks[i], true);
            str zh = def_ask_title(r->d, &out->asks[i], false);
            yaml_err(r->e, yaml_get(row, "ask"), def_read_path(r, path, "ask"), S(""),
                "whoever decides does not change the %.*s", "审核时不能改%.*s",
                STR_ARG(r->e->lang == LANG_EN ? en : zh));
            out->n_asks = 0;
        }
}

void def_approve_read(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    const struct yaml *list = yaml_get(row, "approve");
    if (list == NULL)
        return;
    str at = def_read_path(r, path, "approve");
    struct def_rows rows = def_read_rows(r, row, path, "approve", DEF_STAGES_MAX, stage_members);
    if (list->type == YAML_LIST && list->n == 0)
        yaml_err(r->e, list, at, S("{title: 审核, who: leader}"), "an approval needs a stage",
            "审核至少要有一级");
    // What is asked for is kept until it is decided; another item cannot be kept in it.
    if (s->does == DOES_CHILD || s->does == DOES_MERGE || s->does == DOES_UNMERGE ||
        s->does == DOES_GATHER || s->does == DOES_RELEASE)
        yaml_err(r->e, list, at, S(""), "a step that changes another item cannot be asked for",
            "涉及另一事项的步骤不能设审核");
    if (r->d->n_steps == 0)
        yaml_err(r->e, list, at, S(""),
            "the first step files the item, there is nothing to ask for",
            "第一个步骤是登记，不能设审核");
    for (size_t i = 0; i < s->n_asks && s->does == DOES_EVALUATE; i++)
        if (s->asks[i].field >= 0 && def_sealed(&r->d->fields[s->asks[i].field]))
            yaml_err(r->e, list, at, S("a step of its own"),
                "what a judge says in a request is his answer only when it is agreed to, so the "
                "step may not ask \"%.*s\", which is personal data",
                "评价申请在审核通过后才是答复，这一步不能填写个人信息“%.*s”，请另设步骤",
                STR_ARG(r->d->fields[s->asks[i].field].title));
    bool closes = false;
    for (size_t i = 0; i < r->d->n_states; i++)
        closes = closes || (!s->on_part && (s->from >> i & 1) && r->d->states[i].done);
    s->stages = NEW_ARRAY(r->arena, rows.n, struct def_stage);
    for (size_t i = 0; i < rows.n; i++)
        read_stage(r, rows.at[i], rows.paths[i], closes, &s->stages[s->n_stages++]);
}

// "extend-1": of the first stage of the step.
static void add_clock(struct def_reader *r, size_t step, size_t stage)
{
    struct def *d = r->d;
    struct def_step *s = &d->steps[step];
    struct def_stage *g = &s->stages[stage];
    struct def_clock k = {.key = str_fmt(r->arena, "%.*s-%zu", STR_ARG(s->key), stage + 1),
        .title = str_fmt(r->arena, "%.*s·%.*s", STR_ARG(s->title), STR_ARG(g->title)),
        .per_part = s->on_part,
        .yellow = 0.8};
    VEC_PUSH(r->arena, k.limits, k.n_limits) = (struct def_limit){.limit = g->limit};
    str at = def_read_path(r, r->step_paths[step], "approve");
    if (def_clock_at(d, k.key) >= 0)
        yaml_err(r->e, r->step_at[step], at, S(""),
            "\"%.*s\" is the clock of a stage and cannot be another one's key",
            "“%.*s”是审核时限的键，不能另作他用", STR_ARG(k.key));
    if (d->n_clocks >= DEF_STATES_MAX)
        yaml_err(r->e, r->step_at[step], at, str_fmt(r->arena, "<= %d", (int)DEF_STATES_MAX),
            "too many clocks, those of approvals included", "时限过多（含审核时限）");
    else
        g->clock = (int)d->n_clocks;
    if (g->clock >= 0)
        VEC_PUSH(r->arena, d->clocks, d->n_clocks) = k;
}

void def_approve_clocks(struct def_reader *r)
{
    for (size_t i = 0; i < r->d->n_steps; i++)
        for (size_t k = 0; k < r->d->steps[i].n_stages; k++)
            if (r->d->steps[i].stages[k].limit.unit != DUR_NONE)
                add_clock(r, i, k);
}
