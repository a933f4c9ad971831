#include "api/def_views.h"

#include "api/members.h"

struct graph_state {
    str key, title;
    bool paused, done, final;
};
struct graph_step {
    str key, title, hotkey, does, to, back, when;
    bool on_part;
    struct strs from, who, asks, stages;
};
struct graph_view {
    str loop, title, then;
    int64_t version;
    struct strs then_from;
    struct list states, part_states, steps;
};
static const struct field GRAPH_STATE[] = {
    M(graph_state, key, FIELD_STR),
    M(graph_state, title, FIELD_STR),
    M(graph_state, paused, FIELD_BOOL),
    M(graph_state, done, FIELD_BOOL),
    M(graph_state, final, FIELD_BOOL),
    {0},
};
static const struct field GRAPH_STEP[] = {
    M(graph_step, key, FIELD_STR),
    M(graph_step, title, FIELD_STR),
    M(graph_step, hotkey, FIELD_STR),
    M(graph_step, does, FIELD_STR),
    M(graph_step, on_part, FIELD_BOOL),
    M(graph_step, from, FIELD_STRS, .help = "states; of parts when on_part"),
    M(graph_step, to, FIELD_STR, .help = "empty: stays"),
    M(graph_step, back, FIELD_STR, .help = "the item's state after a return"),
    M(graph_step, who, FIELD_STRS, .help = "titles of roles"),
    M(graph_step, stages, FIELD_STRS,
        .help = "titles of the stages that decide; none: done at once"),
    M(graph_step, asks, FIELD_STRS, .help = "titles; a star behind what must be answered"),
    M(graph_step, when, FIELD_STR),
    {0},
};
const struct field DEF_GRAPH_VIEW[] = {
    M(graph_view, loop, FIELD_STR),
    M(graph_view, title, FIELD_STR),
    M(graph_view, version, FIELD_I64),
    ROWS(graph_view, states, GRAPH_STATE, graph_state),
    ROWS(graph_view, part_states, GRAPH_STATE, graph_state),
    ROWS(graph_view, steps, GRAPH_STEP, graph_step),
    M(graph_view, then, FIELD_STR, .help = "the item's state when its parts have finished"),
    M(graph_view, then_from, FIELD_STRS, .help = "the states dispatching leads to"),
    {0},
};

static const struct def *loop_of(struct call *k, int64_t id)
{
    const struct def *d = rules_def(k->ctx.rules, id);
    if (!d)
        err_add(&k->err, ERR_MISSING, S("id"), (str){0}, "there is no such version of a loop",
            "没有这个流程版本");
    return d;
}

static struct list view_states(struct arena *a, const struct def_state *s, size_t n)
{
    struct graph_state *rows = NEW_ARRAY(a, n, struct graph_state);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct graph_state){s[i].key, s[i].title, s[i].paused, s[i].done, s[i].final};
    return (struct list){rows, n};
}

static struct strs keys_of(struct arena *a, uint64_t bits, const struct def_state *states, size_t n)
{
    struct strs out = {0};
    for (size_t i = 0; i < n; i++)
        if (bits >> i & 1)
            VEC_PUSH(a, out.v, out.n) = states[i].key;
    return out;
}

static struct strs role_titles(struct ctx *c, const str *keys, size_t n)
{
    struct strs out = {0};
    for (size_t i = 0; i < n; i++) {
        str title = keys[i];
        for (size_t k = 0; k < c->rules->n_roles; k++)
            if (str_eq(c->rules->roles[k].key, keys[i]))
                title = c->rules->roles[k].title;
        VEC_PUSH(c->arena, out.v, out.n) = title;
    }
    return out;
}

static struct strs ask_titles(struct ctx *c, const struct def *d, const struct def_step *s)
{
    struct strs out = {0};
    bool en = c->lang == LANG_EN;
    for (size_t i = 0; i < s->n_asks; i++) {
        str title = def_ask_title(d, &s->asks[i], en);
        VEC_PUSH(c->arena, out.v, out.n) =
            s->asks[i].required ? str_two(c->arena, title, S("*")) : title;
    }
    return out;
}

static struct graph_step view_step(struct ctx *c, const struct def *d, const struct def_step *s)
{
    const struct def_state *states = s->on_part ? d->part_states : d->states;
    struct graph_step v = {.key = s->key,
        .title = s->title,
        .hotkey = s->hotkey,
        .does = def_effect_name(s->does),
        .to = s->to >= 0 ? states[s->to].key : (str){0},
        .back = s->does == DOES_RETURN && s->back >= 0 ? d->states[s->back].key : (str){0},
        .when = s->when,
        .on_part = s->on_part,
        .from = keys_of(c->arena, s->from, states, s->on_part ? d->n_part_states : d->n_states),
        .who = role_titles(c, s->who, s->n_who),
        .asks = ask_titles(c, d, s)};
    for (size_t i = 0; i < s->n_stages; i++)
        VEC_PUSH(c->arena, v.stages.v, v.stages.n) = s->stages[i].title;
    return v;
}

enum err_code def_graph_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    const struct def *d = loop_of(k, k->id);
    if (!d)
        return k->err.code;
    struct graph_view v = {.loop = d->loop,
        .title = d->title,
        .version = d->version,
        .then = d->then >= 0 ? d->states[d->then].key : (str){0},
        .states = view_states(c->arena, d->states, d->n_states),
        .part_states = view_states(c->arena, d->part_states, d->n_part_states)};
    struct graph_step *steps = NEW_ARRAY(c->arena, d->n_steps, struct graph_step);
    for (size_t i = 0; i < d->n_steps; i++) {
        steps[i] = view_step(c, d, &d->steps[i]);
        if (d->steps[i].does == DOES_DISPATCH && d->steps[i].to >= 0)
            VEC_PUSH(c->arena, v.then_from.v, v.then_from.n) = steps[i].to;
    }
    v.steps = (struct list){steps, d->n_steps};
    return call_answer_fields(k, DEF_GRAPH_VIEW, &v);
}

// ---- two versions

struct diff_view {
    int64_t from, to;
    struct strs lines;
};
const struct field DEF_DIFF_VIEW[] = {
    M(diff_view, from, FIELD_I64, .help = "version"),
    M(diff_view, to, FIELD_I64, .help = "version"),
    M(diff_view, lines, FIELD_STRS, .help = "a change each, for people"),
    {0},
};

enum err_code def_diff_get(struct call *k)
{
    const struct def *to = loop_of(k, k->id), *from = loop_of(k, k->id2);
    if (!to || !from)
        return k->err.code;
    if (!str_eq(to->loop, from->loop))
        return err_add(&k->err, ERR_INVALID, S("id2"), to->loop,
            "versions of one loop can be compared", "只能比较同一流程的两个版本");
    struct diff_view v = {from->version, to->version, {0}};
    str text = def_diff(k->ctx.arena, from, to), line;
    while (str_cut(&text, '\n', &line))
        if (line.n > 0)
            VEC_PUSH(k->ctx.arena, v.lines.v, v.lines.n) = line;
    return call_answer_fields(k, DEF_DIFF_VIEW, &v);
}
