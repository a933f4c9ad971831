// A definition as a drawing for Graphviz: the item's states and steps, and beside them those of a
// part.
#include "domain/def.h"

#include "base/buf.h"

enum {
    DOT_BYTES_MAX = 1 * MIB,
    STAY_ON_A_LINE = 4, // steps that stay in a state, on one line of its node
};

static void put_quoted(struct buf *b, str x)
{
    buf_byte(b, '"');
    for (size_t i = 0; i < x.n; i++) {
        if (x.s[i] == '"' || x.s[i] == '\\')
            buf_byte(b, '\\');
        buf_byte(b, x.s[i] == '\n' ? ' ' : x.s[i]);
    }
    buf_byte(b, '"');
}

// With the decisions it takes: 延期（镇审核、市审核）.
static str step_title(struct arena *a, const struct def_step *s)
{
    str *stages = NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->n_stages; i++)
        VEC_PUSH(a, stages, n) = s->stages[i].title;
    return n == 0 ? s->title
                  : str_fmt(a, "%.*s（%.*s）", STR_ARG(s->title),
                        STR_ARG(str_join(a, stages, n, S("、"))));
}

// Steps that stay in a state are a second line of its node; arrows to itself would only clutter.
static void put_state(struct arena *a, struct buf *b, const struct def *d, size_t at, bool part)
{
    const struct def_state *s = part ? &d->part_states[at] : &d->states[at];
    str *stay = NULL;
    size_t n = 0;
    for (size_t i = 1; i < d->n_steps; i++) {
        const struct def_step *step = &d->steps[i];
        if (step->on_part == part && (step->from >> at & 1) &&
            (step->to == DEF_NONE || step->to == (int)at))
            VEC_PUSH(a, stay, n) = step_title(a, step);
    }
    buf_fmt(b, "  %s%zu [label=", part ? "p" : "s", at);
    // Graphviz reads "\n" inside the quotes as a line break, so it must not be escaped.
    struct buf label;
    buf_init(&label, a, DOT_BYTES_MAX);
    put_quoted(&label, s->title);
    label.n--;
    if (n > 0) {
        buf_addz(&label, "\\n（");
        for (size_t i = 0; i < n; i += STAY_ON_A_LINE) {
            size_t k = n - i < STAY_ON_A_LINE ? n - i : STAY_ON_A_LINE;
            struct buf inner;
            buf_init(&inner, a, DOT_BYTES_MAX);
            put_quoted(&inner, str_join(a, stay + i, k, S("、")));
            buf_add(&label, str_sub(buf_str(&inner), 1, inner.n - 2));
            buf_addz(&label, i + k < n ? "、\\n" : "）");
        }
    }
    buf_byte(&label, '"');
    buf_add(b, buf_str(&label));
    buf_fmt(b, "%s];\n",
        s->final    ? ", peripheries=2"
        : s->done   ? ", style=\"rounded,bold\""
        : s->paused ? ", style=\"rounded,dashed\""
                    : "");
}

static void put_arrow(
    struct buf *b, const char *kind, size_t from, int to, str title, const char *look)
{
    buf_fmt(b, "  %s%zu -> %s%d [label=", kind, from, kind, to);
    put_quoted(b, title);
    buf_fmt(b, "%s];\n", look);
}

static void put_steps(struct arena *a, struct buf *b, const struct def *d, bool part)
{
    for (size_t i = 1; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        size_t n = part ? d->n_part_states : d->n_states;
        for (size_t at = 0; at < n && s->on_part == part && s->to >= 0; at++)
            if ((s->from >> at & 1) && s->to != (int)at)
                put_arrow(b, part ? "p" : "s", at, s->to, step_title(a, s), "");
    }
}

// Where parts are at work the item moves by their steps: when they have finished, and when they are
// returned.
static void put_part_moves(struct buf *b, const struct def *d)
{
    for (size_t i = 1; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        if (s->does != DOES_DISPATCH || s->to < 0)
            continue;
        if (d->then >= 0)
            put_arrow(b, "s", (size_t)s->to, d->then,
                d->wait_all ? S("承办全部完成") : S("主办完成"), ", style=dashed");
        for (size_t j = 1; j < d->n_steps; j++)
            if (d->steps[j].does == DOES_RETURN && d->steps[j].back >= 0)
                put_arrow(
                    b, "s", (size_t)s->to, d->steps[j].back, d->steps[j].title, ", style=dashed");
    }
}

str def_dot(struct arena *a, const struct def *d)
{
    struct buf b;
    buf_init(&b, a, DOT_BYTES_MAX);
    buf_addz(&b, "digraph ");
    put_quoted(&b, d->loop);
    buf_addz(&b, " {\n  rankdir=LR;\n  label=");
    put_quoted(&b, d->title);
    buf_addz(&b, ";\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                 "  edge [fontname=\"sans-serif\", fontsize=11];\n");
    for (size_t i = 0; i < d->n_states; i++)
        put_state(a, &b, d, i, false);
    if (d->n_steps > 0 && d->steps[0].to >= 0) {
        buf_addz(&b, "  begin [shape=point];\n");
        buf_fmt(&b, "  begin -> s%d [label=", d->steps[0].to);
        put_quoted(&b, d->steps[0].title);
        buf_addz(&b, "];\n");
    }
    put_steps(a, &b, d, false);
    put_part_moves(&b, d);
    if (d->n_part_states > 0) {
        buf_addz(&b, "  subgraph cluster_parts {\n  label=\"承办\";\n  style=dashed;\n");
        for (size_t i = 0; i < d->n_part_states; i++)
            put_state(a, &b, d, i, true);
        put_steps(a, &b, d, true);
        buf_addz(&b, "  }\n");
    }
    buf_addz(&b, "}\n");
    return buf_str(&b);
}
