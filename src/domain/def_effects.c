// What each effect needs of its step, and what would have no meaning beside it.
#include "domain/def_read.h"

enum where { ON_ITEM = 1, ON_PART = 2, ON_BOTH = 3 };
enum need {
    NEEDS_PARTS = 1,
    NEEDS_TO = 2,
    NEEDS_BACK = 4,
    NEEDS_REASONS = 8,
    NEEDS_EXTENDS = 16,
    NEEDS_MAX = 32,
    NEEDS_ASK = 64,
    NEEDS_JUDGE = 128,
    NEEDS_GATHERS = 256,
    NEEDS_LEVEL = 512,
    NEEDS_STOP = 1024,
};
enum target { TO_ANY, TO_OPEN, TO_PAUSED, TO_RUNNING, TO_DONE };
struct effect {
    enum where where;
    unsigned needs;
    enum target to; // what `to` must be when it is given
};
static const struct effect effects[] = {
    [DOES_MOVE] = {ON_BOTH, 0, TO_ANY},
    [DOES_DISPATCH] = {ON_ITEM, NEEDS_PARTS, TO_OPEN},
    [DOES_ASSIST] = {ON_ITEM, NEEDS_PARTS, TO_OPEN},
    [DOES_CONFER] = {ON_ITEM, NEEDS_PARTS, TO_OPEN},
    [DOES_PASS] = {ON_PART, NEEDS_PARTS | NEEDS_TO, TO_ANY},
    [DOES_WITHDRAW] = {ON_ITEM, NEEDS_PARTS, TO_ANY},
    [DOES_RETURN] = {ON_PART, NEEDS_PARTS | NEEDS_TO | NEEDS_BACK | NEEDS_REASONS, TO_DONE},
    [DOES_SUSPEND] = {ON_ITEM, NEEDS_TO, TO_PAUSED},
    [DOES_RESUME] = {ON_ITEM, NEEDS_TO, TO_RUNNING},
    [DOES_EXTEND] = {ON_BOTH, NEEDS_EXTENDS | NEEDS_MAX, TO_ANY},
    [DOES_AMEND] = {ON_ITEM, NEEDS_ASK, TO_OPEN},
    [DOES_REDO] = {ON_ITEM, NEEDS_PARTS | NEEDS_TO, TO_RUNNING},
    [DOES_ROUND] = {ON_ITEM, NEEDS_TO, TO_RUNNING},
    [DOES_CLOSE] = {ON_ITEM, NEEDS_TO, TO_DONE},
    [DOES_REOPEN] = {ON_ITEM, NEEDS_TO, TO_RUNNING},
    [DOES_EVALUATE] = {ON_ITEM, NEEDS_JUDGE, TO_ANY},
    [DOES_EXCLUDE] = {ON_ITEM, 0, TO_ANY},
    [DOES_INCLUDE] = {ON_ITEM, 0, TO_ANY},
    [DOES_UNLOCK] = {ON_ITEM, 0, TO_ANY},
    [DOES_MERGE] = {ON_ITEM, 0, TO_ANY},
    [DOES_UNMERGE] = {ON_ITEM, 0, TO_ANY},
    [DOES_GATHER] = {ON_ITEM, NEEDS_GATHERS, TO_ANY},
    [DOES_RELEASE] = {ON_ITEM, NEEDS_GATHERS, TO_ANY},
    [DOES_CHILD] = {ON_ITEM, 0, TO_ANY},
    [DOES_URGE] = {ON_BOTH, 0, TO_ANY},
    [DOES_INSTRUCT] = {ON_BOTH, 0, TO_ANY},
    [DOES_NOTE] = {ON_BOTH, 0, TO_ANY},
    [DOES_SLIP] = {ON_BOTH, NEEDS_LEVEL, TO_OPEN},
    [DOES_RECEIPT] = {ON_ITEM, NEEDS_STOP, TO_OPEN},
};

struct check {
    struct def_reader *r;
    const struct def_step *s;
    const struct def_links *links;
    const struct yaml *row;
    str path, does;
};

static bool unsure(const struct check *c, bool on_part, int state)
{
    return (on_part ? c->r->unsure_parts : c->r->unsure_states) >> state & 1;
}

// A member is there, right or wrong: what is wrong with it has been noted.
static bool given(const struct check *c, const char *member)
{
    const struct yaml *y = yaml_get(c->row, member);
    return y != NULL && !(y->type == YAML_LIST && y->n == 0);
}

static void need(const struct check *c, const char *member, const char *expected)
{
    if (given(c, member))
        return;
    const struct yaml *y = yaml_get(c->row, "does");
    yaml_err(c->r->e, y ? y : c->row, def_read_path(c->r, c->path, member), str_of(expected),
        "\"%.*s\" needs %s", "动作“%.*s”需要 %s", STR_ARG(c->does), member);
}

static void check_needs(const struct check *c, unsigned needs)
{
    static const struct {
        unsigned need;
        const char *member, *expected;
    } members[] = {
        {NEEDS_TO, "to", "a state"},
        {NEEDS_BACK, "back", "the item's state after the return"},
        {NEEDS_REASONS, "reasons", "a list of reasons"},
        {NEEDS_EXTENDS, "extends", "[clock, ...]"},
        {NEEDS_MAX, "max", "10wd"},
        {NEEDS_ASK, "ask", "[class, priority, ...]"},
        {NEEDS_LEVEL, "level", "blue, yellow, red"},
        {NEEDS_STOP, "stop", "the clock of the receipt"},
    };
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (needs & members[i].need)
            need(c, members[i].member, members[i].expected);
    if ((needs & NEEDS_JUDGE) && !given(c, "judges"))
        need(c, "judge", "a judge");
    if ((needs & NEEDS_GATHERS) && yaml_get(c->r->root, "gathers") == NULL)
        yaml_err(c->r->e, yaml_get(c->row, "does"), def_read_path(c->r, c->path, "does"),
            S("gathers: ..."), "\"%.*s\" needs to know what is gathered, see \"gathers\"",
            "动作“%.*s”需要“gathers”一节", STR_ARG(c->does));
    if ((needs & NEEDS_PARTS) && c->r->parts.n == 0 && !c->r->parts.broken && !c->s->on_part)
        yaml_err(c->r->e, yaml_get(c->row, "does"), def_read_path(c->r, c->path, "does"),
            S("parts: ..."), "\"%.*s\" needs parts, and this loop has none",
            "动作“%.*s”需要承办单位，本流程没有“parts”一节", STR_ARG(c->does));
}

// Members only one effect reads.
static void check_strays(const struct check *c)
{
    static const struct {
        const char *member;
        enum def_effect does, also;
    } members[] = {
        {"back", DOES_RETURN},
        {"lock", DOES_RETURN},
        {"extends", DOES_EXTEND},
        {"max", DOES_EXTEND},
        {"judge", DOES_EVALUATE},
        {"judges", DOES_EVALUATE},
        {"loop", DOES_CHILD},
        {"fill", DOES_CHILD},
        {"level", DOES_SLIP, DOES_RECEIPT},
    };
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        if (yaml_get(c->row, members[i].member) == NULL || c->s->does == members[i].does ||
            (members[i].also != DOES_MOVE && c->s->does == members[i].also))
            continue;
        struct yaml_pos pos = yaml_key_pos(c->row, members[i].member);
        str owner = def_effect_name(members[i].does);
        err_at(c->r->e, pos.line, pos.column, def_read_path(c->r, c->path, members[i].member),
            str_fmt(c->r->arena, "does: %.*s", STR_ARG(owner)), "\"%.*s\" does not use %s",
            "动作“%.*s”用不到 %s", STR_ARG(c->does), members[i].member);
    }
}

// Only what changes nothing but the item itself can be taken back by the item alone.
static void check_undo(const struct check *c)
{
    const struct yaml *y = yaml_get(c->row, "undo");
    if (y != NULL && given(c, "approve"))
        yaml_err(c->r->e, y, def_read_path(c->r, c->path, "undo"), S(""),
            "the step is asked for: who asked takes the request back",
            "本步骤须经审核，由申请人撤回申请");
    if (y == NULL || (c->s->does != DOES_CHILD && c->s->does != DOES_UNMERGE))
        return;
    yaml_err(c->r->e, y, def_read_path(c->r, c->path, "undo"), S(""),
        "\"%.*s\" changes other items and cannot be taken back", "动作“%.*s”涉及其他事项，不能撤销",
        STR_ARG(c->does));
}

static void note_target(const struct check *c, const char *en, const char *zh)
{
    yaml_err(c->r->e, yaml_get(c->row, "to"), def_read_path(c->r, c->path, "to"), S(""),
        "\"%.*s\" %s", "动作“%.*s”%s", STR_ARG(c->does), c->r->e->lang == LANG_EN ? en : zh);
}

static void check_target(const struct check *c, enum target want)
{
    const struct def *d = c->r->d;
    if (c->s->to < 0 || unsure(c, c->s->on_part, c->s->to))
        return;
    const struct def_state *to = c->s->on_part ? &d->part_states[c->s->to] : &d->states[c->s->to];
    if (want == TO_PAUSED && !to->paused)
        note_target(c, "must lead to a paused state", "应转到暂停的状态");
    if ((want == TO_OPEN || want == TO_RUNNING) && to->done)
        note_target(c, "cannot lead to a closed state", "不能转到办结的状态");
    if (want == TO_RUNNING && to->paused)
        note_target(c, "cannot lead to a paused state", "不能转到暂停的状态");
    if (want == TO_DONE && !to->done)
        note_target(c, c->s->on_part ? "must lead to a final state" : "must lead to a closed state",
            c->s->on_part ? "应转到终止的状态" : "应转到办结的状态");
}

// Items leave a final state only by what opens them again; parts leave theirs only through the
// item's steps.
static void check_from(const struct check *c)
{
    const struct def *d = c->r->d;
    bool opens = c->s->does == DOES_ROUND || c->s->does == DOES_REOPEN;
    size_t n = c->s->on_part ? d->n_part_states : d->n_states;
    const struct yaml *from = yaml_get(c->row, "from");
    for (size_t i = 0; i < n; i++) {
        const struct def_state *st = c->s->on_part ? &d->part_states[i] : &d->states[i];
        if (!(c->s->from >> i & 1) || unsure(c, c->s->on_part, (int)i))
            continue;
        str at = def_read_path(c->r, c->path, "from");
        const struct yaml *y = from;
        for (size_t j = 0; j < def_read_count(from); j++)
            if (str_eq(def_read_nth(from, j)->s, st->key))
                y = def_read_nth(from, j);
        if (st->final && c->s->to != DEF_NONE && c->s->to != (int)i && !opens)
            yaml_err(c->r->e, y, at, S("does: round, does: reopen"),
                "\"%.*s\" is final, nothing leads out of it", "“%.*s”是终止状态，不能再转出",
                STR_ARG(st->key));
        if (c->s->does == DOES_RESUME && !st->paused)
            yaml_err(c->r->e, y, at, S(""), "\"%.*s\" is not paused, nothing to resume",
                "“%.*s”不是暂停状态，无需恢复", STR_ARG(st->key));
        if (c->s->does == DOES_REOPEN && !st->done)
            yaml_err(c->r->e, y, at, S(""), "\"%.*s\" is not closed, nothing to reopen",
                "“%.*s”尚未办结，无需重新办理", STR_ARG(st->key));
    }
}

static void check_back(const struct check *c)
{
    if (c->s->does != DOES_RETURN)
        return;
    // By this key the engine tells a returned part from a finished one.
    if (c->s->to >= 0 && !str_eq(c->r->d->part_states[c->s->to].key, S("returned")))
        yaml_err(c->r->e, yaml_get(c->row, "to"), def_read_path(c->r, c->path, "to"), S("returned"),
            "a returned part stands in the state \"returned\"", "退单的承办应转到状态“returned”");
    if (c->s->back < 0 || unsure(c, false, c->s->back))
        return;
    const struct def_state *back = &c->r->d->states[c->s->back];
    if (back->done || back->paused)
        yaml_err(c->r->e, yaml_get(c->row, "back"), def_read_path(c->r, c->path, "back"), S(""),
            "a returned item must be worked on again, \"%.*s\" is closed or paused",
            "退回后应能继续办理，“%.*s”是办结或暂停的状态", STR_ARG(back->key));
}

static void check_moves(const struct check *c, enum target to)
{
    check_target(c, to);
    check_from(c);
    check_back(c);
}

// An extension is added to the limit, so a clock must have a limit that counts the same kind of
// time.
static void check_extension(const struct check *c)
{
    const struct def *d = c->r->d;
    if (c->s->does != DOES_EXTEND || c->s->max.unit == DUR_NONE)
        return;
    for (size_t i = 0; i < d->n_clocks; i++) {
        if (!(c->s->extends >> i & 1))
            continue;
        if (d->nodes >> i & 1) {
            yaml_err(c->r->e, yaml_get(c->row, "extends"), def_read_path(c->r, c->path, "extends"),
                S("ask: [FIELD]"),
                "\"%.*s\" is planned backward: ask for its date or its days instead",
                "“%.*s”是倒排的节点，不能延期，请改日期或工期", STR_ARG(d->clocks[i].key));
            continue;
        }
        bool same = d->clocks[i].n_limits == 0;
        for (size_t j = 0; j < d->clocks[i].n_limits; j++)
            same = same || d->clocks[i].limits[j].limit.unit == DUR_NONE || // a class's too
                   dur_works(d->clocks[i].limits[j].limit) == dur_works(c->s->max);
        if (!same)
            yaml_err(c->r->e, yaml_get(c->row, "max"), def_read_path(c->r, c->path, "max"),
                dur_works(c->s->max) ? S("15d, 2h") : S("10wd, 4wh"),
                "no limit of the clock \"%.*s\" counts this kind of time",
                "时限“%.*s”没有按这种时间计的期限", STR_ARG(d->clocks[i].key));
    }
    if (c->s->max.n == 0)
        yaml_err(c->r->e, yaml_get(c->row, "max"), def_read_path(c->r, c->path, "max"), S(">= 1"),
            "no time at all", "时限不能为零");
}

// Clocks of parts start where there are parts.
static void check_starts(const struct check *c)
{
    const struct def *d = c->r->d;
    bool parts = c->s->on_part || c->s->does == DOES_DISPATCH || c->s->does == DOES_ASSIST ||
                 c->s->does == DOES_CONFER || c->s->does == DOES_REDO || c->s->does == DOES_ROUND;
    const struct yaml *start = yaml_get(c->row, "start");
    for (size_t i = 0; i < def_read_count(start) && !parts && !c->links->any_effect; i++) {
        int k = def_clock_at(d, def_read_nth(start, i)->s);
        if (k >= 0 && d->clocks[k].per_part)
            yaml_err(c->r->e, def_read_nth(start, i), def_read_path(c->r, c->path, "start"),
                S("does: dispatch, assist, redo, round; on: part"),
                "the clock \"%.*s\" runs per part, and this step has none",
                "时限“%.*s”按承办单位计，本步骤没有承办单位", STR_ARG(d->clocks[k].key));
    }
}

static void check_filing(const struct check *c)
{
    if (given(c, "from"))
        yaml_err(c->r->e, yaml_get(c->row, "from"), def_read_path(c->r, c->path, "from"), S(""),
            "the first step files the item and comes from nowhere",
            "第一个步骤是登记，没有来源状态");
    if (!given(c, "to"))
        yaml_err(c->r->e, c->row, def_read_path(c->r, c->path, "to"), S("a state"),
            "the first step files the item and needs a state to put it in",
            "第一个步骤是登记，应写明登记后的状态");
    if (c->s->does != DOES_MOVE)
        yaml_err(c->r->e, yaml_get(c->row, "does"), def_read_path(c->r, c->path, "does"), S("move"),
            "the first step files the item and does nothing else",
            "第一个步骤是登记，不能有其他动作");
    if (c->s->on_part)
        yaml_err(c->r->e, yaml_get(c->row, "on"), def_read_path(c->r, c->path, "on"), S("item"),
            "the first step files the item, there are no parts yet",
            "第一个步骤是登记，此时还没有承办单位");
    if (given(c, "photos"))
        yaml_err(c->r->e, yaml_get(c->row, "photos"), def_read_path(c->r, c->path, "photos"), S(""),
            "the first step files the item, photos come to it afterwards",
            "第一个步骤是登记，照片在登记之后才能上传");
    if (def_asks(c->s, DEF_ASK_PLACE))
        yaml_err(c->r->e, yaml_get(c->row, "ask"), def_read_path(c->r, c->path, "ask"), S(""),
            "the first step files the item, whose place is said anyway",
            "第一个步骤是登记，地点本来就要填");
    if (def_asks(c->s, DEF_ASK_NAME))
        yaml_err(c->r->e, yaml_get(c->row, "ask"), def_read_path(c->r, c->path, "ask"), S(""),
            "the first step files the item, which is named anyway",
            "第一个步骤是登记，标题本来就要填");
    if (given(c, "undo"))
        yaml_err(c->r->e, yaml_get(c->row, "undo"), def_read_path(c->r, c->path, "undo"), S(""),
            "the first step files the item, there is nothing before it to go back to",
            "第一个步骤是登记，之前没有可恢复的状态");
    if (c->s->when.n > 0)
        yaml_err(c->r->e, yaml_get(c->row, "when"), def_read_path(c->r, c->path, "when"), S(""),
            "the first step files the item, there is nothing to test yet",
            "第一个步骤是登记，此时没有可判断的事项");
}

// A field required at filing must be asked there, or nothing could ever be filed.
static void check_required_fields(struct def_reader *r)
{
    const struct def *d = r->d;
    for (size_t i = 0; i < d->n_fields; i++) {
        bool asked = d->fields[i].def.n > 0;
        for (size_t j = 0; j < d->steps[0].n_asks; j++)
            asked = asked || d->steps[0].asks[j].field == (int)i;
        if (d->fields[i].required && !asked)
            yaml_err(r->e, r->fields.at[i], str_fmt(r->arena, "fields[%zu].required", i),
                str_fmt(r->arena, "%.*s.ask", STR_ARG(d->steps[0].key)),
                "required at filing, but the filing step does not ask it",
                "登记时必填，但登记步骤没有询问");
    }
}

// A lock and what opens it need each other.
static void check_locks(struct def_reader *r)
{
    const struct def *d = r->d;
    bool opens = false, locks = false, unsure = false;
    for (size_t i = 0; i < d->n_steps; i++) {
        opens = opens || d->steps[i].does == DOES_UNLOCK;
        locks = locks || d->steps[i].lock > 0;
        unsure = unsure || r->links[i].any_effect;
    }
    for (size_t i = 0; i < d->n_steps && !unsure; i++) {
        const struct yaml *row = r->step_at[i];
        if (d->steps[i].lock > 0 && d->steps[i].does == DOES_RETURN && !opens)
            yaml_err(r->e, yaml_get(row, "lock"), def_read_path(r, r->step_paths[i], "lock"),
                S("does: unlock"), "no step opens the lock", "没有解锁（does: unlock）的步骤");
        if (d->steps[i].does == DOES_UNLOCK && !locks)
            yaml_err(r->e, yaml_get(row, "does"), def_read_path(r, r->step_paths[i], "does"),
                S("lock: 3"), "no step locks anything", "没有设锁定次数（lock）的退单步骤");
    }
}

void def_effects_check(struct def_reader *r)
{
    for (size_t i = 0; i < r->d->n_steps; i++) {
        struct check c = {.r = r,
            .s = &r->d->steps[i],
            .links = &r->links[i],
            .row = r->step_at[i],
            .path = r->step_paths[i],
            .does = def_effect_name(r->d->steps[i].does)};
        const struct effect *effect = &effects[c.s->does];
        bool filing = i == 0 && !r->steps_broken;
        if (filing)
            check_filing(&c);
        else if (!given(&c, "from") && i > 0)
            yaml_err(r->e, c.row, def_read_path(r, c.path, "from"), S("[state, ...]"), "missing",
                "缺少");
        check_starts(&c);
        if (!c.links->any_effect && !filing) {
            enum where where = c.s->on_part ? ON_PART : ON_ITEM;
            if (c.links->any_on)
                (void)where; // noted: nobody knows which states its names are of
            else if (!(effect->where & where))
                yaml_err(r->e, yaml_get(c.row, "does"), def_read_path(r, c.path, "does"),
                    effect->where == ON_PART ? S("on: part") : S("on: item"),
                    "\"%.*s\" is not for %s", "动作“%.*s”不能用于%s", STR_ARG(c.does),
                    r->e->lang == LANG_EN ? (c.s->on_part ? "parts" : "the item")
                                          : (c.s->on_part ? "承办单位" : "事项"));
            else
                check_moves(&c, effect->to);
            check_needs(&c, effect->needs);
            check_strays(&c);
            check_extension(&c);
            check_undo(&c);
        }
    }
    if (!r->steps_broken)
        check_locks(r);
    if (r->d->n_steps > 0 && !r->steps_broken && !r->fields.broken)
        check_required_fields(r);
}
