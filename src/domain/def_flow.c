// What only the whole definition can tell: which states can be reached and left, which clocks run
// where, which hotkeys meet. States are bits; an arrow whose end is unknown leads everywhere, so
// that a mistyped name is not noted twice.
#include "domain/def_read.h"

struct flow {
    struct def_reader *r;
    const struct def *d;
    uint64_t all;   // every state
    uint64_t parts; // states in which an item may have open parts
    uint64_t
        started[DEF_STATES_MAX]; // by state: clocks that may have been started on the way to it
};

static uint64_t bit(int index)
{
    return UINT64_C(1) << index;
}

static uint64_t bits_below(size_t n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

// The item's states in which a step may be taken.
static uint64_t sources(const struct flow *f, size_t step)
{
    const struct def_step *s = &f->d->steps[step];
    if (step == 0)
        return 0;
    if (s->on_part)
        return f->parts;
    return f->r->links[step].any_from ? f->all : s->from;
}

// Where the item may stand after a step taken in one state.
static uint64_t targets(const struct flow *f, size_t step, int state)
{
    const struct def_step *s = &f->d->steps[step];
    const struct def_links *l = &f->r->links[step];
    uint64_t to = bit(state);
    if (s->on_part ? l->any_back : l->any_to)
        to = f->all;
    else if (s->on_part && s->does == DOES_RETURN && s->back >= 0)
        to |= bit(s->back);
    else if (!s->on_part && s->to >= 0)
        to = bit(s->to);
    // An item taken out of another one begins where filing put it.
    if (s->does == DOES_UNMERGE && f->d->steps[0].to >= 0)
        to |= bit(f->d->steps[0].to);
    return to;
}

static uint64_t first_states(const struct flow *f)
{
    return f->r->links[0].any_to || f->d->steps[0].to < 0 ? f->all : bit(f->d->steps[0].to);
}

// Where an item may stand once its parts have finished.
static uint64_t after_parts(const struct flow *f)
{
    if (f->r->any_then)
        return f->all;
    return f->d->then >= 0 ? bit(f->d->then) : 0;
}

static uint64_t step_targets(const struct flow *f, size_t step, uint64_t from)
{
    uint64_t to = 0;
    for (size_t s = 0; s < f->d->n_states; s++)
        if (from >> s & 1)
            to |= targets(f, step, (int)s);
    return to;
}

// Parts are made or set to work by some steps, and stay open while the item is moved about without
// being closed.
static void find_parts(struct flow *f)
{
    uint64_t open = 0;
    for (size_t s = 0; s < f->d->n_states; s++)
        if (!f->d->states[s].done || (f->r->unsure_states >> s & 1))
            open |= bit((int)s);
    if (f->r->parts.broken) {
        f->parts = open;
        return;
    }
    for (uint64_t before = UINT64_MAX; before != f->parts;) {
        before = f->parts;
        for (size_t i = 1; i < f->d->n_steps; i++) {
            const struct def_step *s = &f->d->steps[i];
            bool makes = s->does == DOES_DISPATCH || s->does == DOES_ASSIST ||
                         s->does == DOES_CONFER || s->does == DOES_REDO || s->does == DOES_ROUND ||
                         f->r->links[i].any_effect || f->r->links[i].any_on;
            bool ends = s->does == DOES_WITHDRAW || s->does == DOES_REOPEN;
            if (s->on_part || ends)
                continue;
            uint64_t from = makes ? sources(f, i) : sources(f, i) & f->parts;
            f->parts |= step_targets(f, i, from) & open;
        }
    }
}

static uint64_t reachable(const struct flow *f)
{
    uint64_t reach = first_states(f), before = 0;
    while (reach != before) {
        before = reach;
        for (size_t i = 1; i < f->d->n_steps; i++)
            reach |= step_targets(f, i, sources(f, i) & reach);
        if (reach & f->parts)
            reach |= after_parts(f);
    }
    return reach;
}

// States from which a closed one can be reached.
static uint64_t ending(const struct flow *f)
{
    uint64_t end = f->r->unsure_states, before = ~end;
    for (size_t s = 0; s < f->d->n_states; s++)
        if (f->d->states[s].done)
            end |= bit((int)s);
    while (end != before) {
        before = end;
        for (size_t s = 0; s < f->d->n_states; s++) {
            for (size_t i = 1; i < f->d->n_steps; i++)
                if ((sources(f, i) >> s & 1) && (targets(f, i, (int)s) & end))
                    end |= bit((int)s);
            if ((f->parts >> s & 1) && (after_parts(f) & end))
                end |= bit((int)s);
        }
    }
    return end;
}

static bool leaves(const struct flow *f, int state)
{
    for (size_t i = 1; i < f->d->n_steps; i++)
        if ((sources(f, i) >> state & 1) && (targets(f, i, state) & ~bit(state)) &&
            !f->d->steps[i].on_part)
            return true;
    return false;
}

static void note_state(
    struct flow *f, const struct def_names *names, size_t at, const char *en, const char *zh)
{
    struct err *e = f->r->e;
    for (size_t i = 0; i < at; i++)
        if (str_eq(names->keys[i], names->keys[at]))
            return; // noted as doubled; nobody can name it
    yaml_err(e, names->at[at], names->paths[at], S(""), "\"%.*s\": %s", "“%.*s”：%s",
        STR_ARG(names->keys[at]), e->lang == LANG_EN ? en : zh);
}

static void check_states(struct flow *f)
{
    uint64_t reach = reachable(f), end = ending(f);
    bool closes = f->r->unsure_states != 0;
    for (size_t s = 0; s < f->d->n_states; s++)
        closes = closes || f->d->states[s].done;
    if (!closes) {
        yaml_err(f->r->e, yaml_get(f->r->root, "states"), S("states"), S("done: yes, final: yes"),
            "no state is done or final: nothing would ever end",
            "没有办结或终止的状态，事项永远办不完");
        end = f->all;
    }
    for (size_t s = 0; s < f->d->n_states; s++) {
        if (!(reach >> s & 1))
            note_state(
                f, &f->r->states, s, "cannot be reached from filing", "从登记开始走不到这个状态");
        else if (!(end >> s & 1))
            note_state(f, &f->r->states, s, "no way leads from here to a closed state",
                "从这个状态走不到办结");
        else if (f->d->states[s].paused && !leaves(f, (int)s))
            note_state(f, &f->r->states, s, "is paused and no step leads out of it",
                "是暂停状态，却没有步骤转出");
    }
}

// The same for the states of parts, which are moved by part steps alone; the engine itself
// withdraws.
static void check_part_states(struct flow *f)
{
    const struct def *d = f->d;
    uint64_t all = bits_below(d->n_part_states), reach = 0, end = 0;
    int first = DEF_NONE;
    for (size_t s = d->n_part_states; s-- > 0;)
        if (!d->part_states[s].final)
            first = (int)s;
        else if (!str_eq(d->part_states[s].key, S("returned")) &&
                 !str_eq(d->part_states[s].key, S("withdrawn")))
            end |= bit((int)s);
    reach = first >= 0 ? bit(first) : all;
    end |= f->r->unsure_parts;
    reach |= f->r->unsure_parts;
    for (uint64_t was_reach = 0, was_end = ~end; was_reach != reach || was_end != end;) {
        was_reach = reach;
        was_end = end;
        for (size_t i = 1; i < d->n_steps; i++) {
            const struct def_links *l = &f->r->links[i];
            const struct def_step *s = &d->steps[i];
            if ((!s->on_part && !l->any_on) || (s->to < 0 && !l->any_to))
                continue;
            uint64_t from = l->any_from ? all : s->from, to = l->any_to ? all : bit(s->to);
            reach |= from & reach ? to : 0;
            end |= to & end ? from : 0;
            if (s->does == DOES_PASS) { // and back, when those below have finished
                reach |= to & reach ? from : 0;
                end |= from & end ? to : 0;
            }
        }
    }
    for (size_t s = 0; s < d->n_part_states; s++) {
        bool engine = str_eq(d->part_states[s].key, S("withdrawn"));
        if (!(reach >> s & 1) && !engine)
            note_state(
                f, &f->r->parts, s, "no step of parts leads to it", "没有承办步骤转到这个状态");
        else if (!d->part_states[s].final && !(end >> s & 1))
            note_state(f, &f->r->parts, s, "a part in this state can never finish",
                "承办停在这个状态就办不完");
    }
}

static void check_parts(struct flow *f)
{
    const struct yaml *parts = yaml_get(f->r->root, "parts");
    if (parts == NULL || parts->type != YAML_MAP || f->r->parts.broken)
        return;
    const struct yaml *states = yaml_get(parts, "states");
    int withdrawn = def_part_state_at(f->d, S("withdrawn"));
    bool dispatches = f->r->steps_broken, open = false;
    for (size_t i = 0; i < f->d->n_steps; i++)
        dispatches =
            dispatches || f->d->steps[i].does == DOES_DISPATCH || f->r->links[i].any_effect;
    for (size_t s = 0; s < f->d->n_part_states; s++)
        open = open || !f->d->part_states[s].final;
    if (!dispatches)
        yaml_err(f->r->e, parts, S("parts"), S("does: dispatch"), "no step makes parts",
            "没有派单步骤，产生不了承办单位");
    if (!open)
        yaml_err(f->r->e, states, S("parts.states"), S("{key: waiting, title: 待签收}"),
            "a part needs a state to begin in that is not final",
            "承办单位要有一个非终止的起始状态");
    bool fits = withdrawn >= 0 &&
                (f->d->part_states[withdrawn].final || (f->r->unsure_parts >> withdrawn & 1));
    if (!fits)
        yaml_err(f->r->e, states, S("parts.states"),
            S("{key: withdrawn, title: 已收回, final: yes}"),
            "parts that are taken back need a final state \"withdrawn\"",
            "收回承办任务需要终止状态“withdrawn”");
    if (!f->r->steps_broken)
        check_part_states(f);
}

// By state, the clocks that some way to it may have started.
static void find_started(struct flow *f)
{
    for (size_t s = 0; s < f->d->n_states; s++)
        f->started[s] = f->d->nodes | (first_states(f) >> s & 1 ? f->d->steps[0].start : 0);
    for (bool changed = true; changed;) {
        uint64_t sum = 0, before[DEF_STATES_MAX];
        for (size_t s = 0; s < f->d->n_states; s++)
            before[s] = f->started[s];
        for (size_t i = 1; i < f->d->n_steps; i++)
            for (size_t s = 0; s < f->d->n_states; s++) {
                uint64_t to = sources(f, i) >> s & 1 ? targets(f, i, (int)s) : 0;
                for (size_t t = 0; t < f->d->n_states; t++)
                    if (to >> t & 1)
                        f->started[t] |= f->started[s] | f->d->steps[i].start;
            }
        for (size_t s = 0; s < f->d->n_states; s++)
            sum |= f->parts >> s & 1 ? f->started[s] : 0;
        for (size_t t = 0; t < f->d->n_states; t++)
            f->started[t] |= after_parts(f) >> t & 1 ? sum : 0;
        changed = false;
        for (size_t s = 0; s < f->d->n_states; s++)
            changed = changed || before[s] != f->started[s];
    }
}

static void check_stops(struct flow *f, size_t step, const char *member, uint64_t ever)
{
    const struct yaml *list = yaml_get(f->r->step_at[step], member);
    uint64_t from = sources(f, step), running = 0;
    for (size_t s = 0; s < f->d->n_states; s++)
        running |= from >> s & 1 ? f->started[s] : 0;
    if (from == 0) // its own mistake, noted elsewhere
        return;
    for (size_t i = 0; i < def_read_count(list); i++) {
        const struct yaml *y = def_read_nth(list, i);
        int k = def_clock_at(f->d, y->s);
        if (k >= 0 && (ever >> k & 1) && !(running >> k & 1))
            yaml_err(f->r->e, y, def_read_path(f->r, f->r->step_paths[step], member), S(""),
                "the clock \"%.*s\" cannot have been started before this step",
                "到这一步之前，时限“%.*s”不可能已经启动", STR_ARG(y->s));
    }
}

// A step that asks for nothing: nobody is there to answer.
static bool plain(const struct def_step *s)
{
    bool asks = s->note_required || s->reasons >= 0 || s->n_stages > 0;
    for (size_t i = 0; i < s->n_asks; i++)
        asks = asks || s->asks[i].required;
    for (size_t i = 0; i < s->n_musts; i++)
        asks = asks || s->musts[i].when.n == 0;
    static const enum def_effect NEEDS[] = {DOES_DISPATCH, DOES_ASSIST, DOES_PASS, DOES_EXTEND,
        DOES_EVALUATE, DOES_MERGE, DOES_CHILD, DOES_GATHER, DOES_RELEASE};
    for (size_t i = 0; i < ARRAY_LEN(NEEDS); i++)
        asks = asks || s->does == NEEDS[i];
    return !asks;
}

static void check_then(struct flow *f, size_t clock)
{
    const struct def_clock *k = &f->d->clocks[clock];
    const struct def_step *s = k->then.n > 0 ? def_step(f->d, k->then) : NULL;
    if (k->then.n == 0)
        return;
    const char *en = !s || s == &f->d->steps[0]   ? "no step of that name can be taken"
                     : !plain(s)                  ? "the step asks for something"
                     : s->on_part && !k->per_part ? "a step of parts needs a clock per part"
                                                  : NULL;
    const char *zh = !s || s == &f->d->steps[0] ? "没有可以自动办理的这个步骤"
                     : !plain(s)                ? "这一步需要有人填写，不能自动办理"
                     : s->on_part && !k->per_part ? "承办步骤只能由按承办单位计的时限触发"
                                                  : NULL;
    const struct yaml *row = yaml_get(f->r->root, "clocks");
    for (size_t i = 0; en && i < def_read_count(row); i++) {
        const struct yaml *y = yaml_get(def_read_nth(row, i), "then");
        if (y && str_eq(yaml_get_str(def_read_nth(row, i), "key"), k->key))
            yaml_err(f->r->e, y, str_fmt(f->r->arena, "clocks[%zu].then", i), S("a step's key"),
                "\"%.*s\": %s", "“%.*s”：%s", STR_ARG(k->then), f->r->e->lang == LANG_EN ? en : zh);
    }
}

static void check_clocks(struct flow *f)
{
    for (size_t k = 0; k < f->d->n_clocks; k++)
        check_then(f, k);
    uint64_t start = f->d->nodes, stop = 0; // a node is planned as soon as its date is known
    for (size_t i = 0; i < f->d->n_steps; i++) {
        if (f->r->links[i].any_clock)
            return;
        start |= f->d->steps[i].start;
        stop |= f->d->steps[i].stop;
    }
    for (size_t k = 0; k < f->d->n_clocks; k++) {
        if (!(start >> k & 1))
            note_state(f, &f->r->clocks, k, "no step starts this clock", "没有步骤启动这个时限");
        else if (!(stop >> k & 1) && !f->d->clocks[k].per_part)
            note_state(f, &f->r->clocks, k,
                "no step stops this clock, so nobody could ever keep it",
                "没有步骤停止这个时限，永远无法按时");
    }
    find_started(f);
    for (size_t i = 1; i < f->d->n_steps; i++) {
        check_stops(f, i, "stop", start);
        check_stops(f, i, "extends", start);
    }
}

// Two steps somebody may see at once cannot listen to one key.
static void check_hotkeys(struct flow *f)
{
    const struct def *d = f->d;
    for (size_t i = 1; i < d->n_steps; i++)
        for (size_t j = 1; j < i; j++) {
            const struct def_step *a = &d->steps[i], *b = &d->steps[j];
            if (a->hotkey.n == 0 || !str_eq(a->hotkey, b->hotkey))
                continue;
            uint64_t both =
                a->on_part && b->on_part ? a->from & b->from : sources(f, i) & sources(f, j);
            if (both == 0)
                continue;
            yaml_err(f->r->e, yaml_get(f->r->step_at[i], "hotkey"),
                def_read_path(f->r, f->r->step_paths[i], "hotkey"), S(""),
                "hotkey %.*s is the step \"%.*s\" in the same state",
                "快捷键 %.*s 与同一状态下的步骤“%.*s”冲突", STR_ARG(a->hotkey), STR_ARG(b->key));
            break;
        }
}

static bool has_rows(struct flow *f, const char *section, size_t n)
{
    const struct yaml *list = yaml_get(f->r->root, section);
    if (list != NULL && list->type == YAML_LIST && list->n == 0)
        yaml_err(f->r->e, list, str_of(section), S(""), "at least one is needed", "至少要有一个");
    return n > 0;
}

void def_flow_check(struct def_reader *r)
{
    struct flow f = {.r = r, .d = r->d, .all = bits_below(r->d->n_states)};
    bool states = has_rows(&f, "states", r->d->n_states);
    if (!has_rows(&f, "steps", r->d->n_steps) || !states)
        return;
    find_parts(&f);
    check_parts(&f);
    if (r->steps_broken)
        return;
    check_states(&f);
    check_clocks(&f);
    check_hotkeys(&f);
}
