#include "api/moves.h"

#include "api/members.h"
#include "domain/item_moves.h"

enum { WHERE_MAX = 1500, NOTE_MAX = 200 };

struct moves_in {
    str where, after, note;
    struct strs states, parts;
    int64_t from, limit;
    bool dry, back;
};
const struct field MOVES_IN[] = {
    M(moves_in, where, FIELD_STR, .max = WHERE_MAX,
        .help = "a filter over the items of the loop; all when left out"),
    M(moves_in, from, FIELD_I64, .min = 1, .max = INT64_MAX,
        .help = "only those of this version (its id)"),
    M(moves_in, states, FIELD_STRS, .max = ITEM_RENAMES_MAX,
        .help = "\"old=new\": states the version calls otherwise"),
    M(moves_in, parts, FIELD_STRS, .max = ITEM_RENAMES_MAX, .help = "the same for states of parts"),
    M(moves_in, note, FIELD_STR, .max = NOTE_MAX, .help = "why, for the history"),
    M(moves_in, dry, FIELD_BOOL, .help = "says what would be, writes nothing"),
    M(moves_in, back, FIELD_BOOL,
        .help = "takes the move to this version back, where nothing has happened since"),
    M(moves_in, after, FIELD_STR, .help = "next of the answer before"),
    M(moves_in, limit, FIELD_I64, .min = 1, .max = ITEM_MOVES_MAX),
    {0},
};
const size_t MOVES_IN_SIZE = sizeof(struct moves_in);

struct clock_view {
    str clock, from, to;
    int64_t due_from_us, due_to_us;
};
struct begun_view {
    str clock, limit;
    int64_t part, since_us, due_us;
    bool over;
};
struct moves_row {
    int64_t id, version_from, due_from_us, due_to_us;
    str no, state_from, state_to, why;
    bool stuck;
    struct list clocks, begun;
    struct strs gone, unfit, dropped;
};
struct moves_view {
    int64_t looked, same, moved, refused;
    struct list rows;
    str next;
};
static const struct field CLOCK_VIEW[] = {
    M(clock_view, clock, FIELD_STR),
    M(clock_view, from, FIELD_STR, .help = "the limit"),
    M(clock_view, to, FIELD_STR),
    {"due_from", FIELD_TIME, .at = offsetof(struct clock_view, due_from_us)},
    {"due_to", FIELD_TIME, .at = offsetof(struct clock_view, due_to_us)},
    {0},
};
static const struct field BEGUN_VIEW[] = {
    M(begun_view, clock, FIELD_STR,
        .help = "the version would have started it before: it runs from then"),
    M(begun_view, part, FIELD_I64, .help = "0: the item's"),
    M(begun_view, limit, FIELD_STR),
    {"since", FIELD_TIME, .at = offsetof(struct begun_view, since_us),
        .help = "when its step was taken"},
    {"due", FIELD_TIME, .at = offsetof(struct begun_view, due_us)},
    M(begun_view, over, FIELD_BOOL, .help = "due has passed already"),
    {0},
};
static const struct field MOVES_ROW[] = {
    M(moves_row, id, FIELD_I64),
    M(moves_row, no, FIELD_STR),
    M(moves_row, version_from, FIELD_I64, .help = "the version it was of"),
    M(moves_row, why, FIELD_STR, .help = "not moved, and why; empty: moved"),
    M(moves_row, state_from, FIELD_STR),
    M(moves_row, state_to, FIELD_STR),
    {"due_from", FIELD_TIME, .at = offsetof(struct moves_row, due_from_us)},
    {"due_to", FIELD_TIME, .at = offsetof(struct moves_row, due_to_us)},
    ROWS(moves_row, clocks, CLOCK_VIEW, clock_view),
    ROWS(moves_row, begun, BEGUN_VIEW, begun_view),
    M(moves_row, gone, FIELD_STRS, .help = "clocks that are void: the version has none of the key"),
    M(moves_row, unfit, FIELD_STRS, .help = "answers that are none in this version; they stay"),
    M(moves_row, dropped, FIELD_STRS, .help = "steps asked for that are not there any more"),
    M(moves_row, stuck, FIELD_BOOL, .help = "no step would lead out of where it stands"),
    {0},
};
const struct field MOVES_OUT[] = {
    M(moves_view, looked, FIELD_I64),
    M(moves_view, same, FIELD_I64,
        .help = "nothing to do: of the version already, over, or not of the one named"),
    M(moves_view, moved, FIELD_I64, .help = "with dry: would be"),
    M(moves_view, refused, FIELD_I64),
    ROWS(moves_view, rows, MOVES_ROW, moves_row),
    M(moves_view, next, FIELD_STR, .help = "ask again with after; empty: all were looked at"),
    {0},
};

static struct item_rename *renames(
    struct arena *a, struct strs given, str field, size_t *n, struct err *e)
{
    struct item_rename *out = NEW_ARRAY(a, given.n, struct item_rename);
    *n = 0;
    for (size_t i = 0; i < given.n; i++)
        *n += item_rename_read(given.v[i], field, &out[*n], e);
    return out;
}

static enum err_code asked(
    struct call *k, struct arena *a, bool dry, struct item_moves *out, struct err *e)
{
    const struct moves_in *in = k->in;
    *out = (struct item_moves){.move = {.def = k->id, .note = in->note},
        .where = in->where,
        .from = in->from,
        .back = in->back,
        .dry = dry,
        .after = in->after,
        .limit = in->limit};
    out->move.states = renames(a, in->states, S("states"), &out->move.n_states, e);
    out->move.parts = renames(a, in->parts, S("parts"), &out->move.n_parts, e);
    return e->code;
}

static struct list view_clocks(struct arena *a, const struct item_moved *m)
{
    struct clock_view *v = NEW_ARRAY(a, m->n_clocks, struct clock_view);
    for (size_t i = 0; i < m->n_clocks; i++)
        v[i] = (struct clock_view){m->clocks[i].key, dur_text(a, m->clocks[i].from),
            dur_text(a, m->clocks[i].to), m->clocks[i].due_from_us, m->clocks[i].due_to_us};
    return (struct list){v, m->n_clocks};
}

static struct list view_begun(struct arena *a, const struct item_moved *m)
{
    struct begun_view *v = NEW_ARRAY(a, m->n_begun, struct begun_view);
    for (size_t i = 0; i < m->n_begun; i++) {
        const struct item_moved_begun *k = &m->begun[i];
        v[i] = (struct begun_view){
            k->key, dur_text(a, k->limit), k->part, k->since_us, k->due_us, k->over};
    }
    return (struct list){v, m->n_begun};
}

static struct moves_view *view(struct arena *a, const struct item_moves_told *t)
{
    struct moves_view *v = NEW(a, struct moves_view);
    struct moves_row *rows = NEW_ARRAY(a, t->n, struct moves_row);
    *v = (struct moves_view){.looked = t->looked, .same = t->same, .next = t->next};
    for (size_t i = 0; i < t->n; i++) {
        const struct item_moved *m = &t->rows[i].moved;
        bool moved = t->rows[i].why.n == 0;
        v->moved += moved;
        v->refused += !moved;
        rows[i] = (struct moves_row){.id = t->rows[i].id,
            .version_from = t->rows[i].version_from,
            .due_from_us = m->due_from_us,
            .due_to_us = m->due_to_us,
            .no = m->no,
            .state_from = m->state_from,
            .state_to = m->state_to,
            .why = t->rows[i].why,
            .stuck = m->stuck,
            .clocks = view_clocks(a, m),
            .begun = view_begun(a, m),
            .gone = {m->gone, m->n_gone},
            .unfit = {m->unfit, m->n_unfit},
            .dropped = {m->dropped, m->n_dropped}};
    }
    v->rows = (struct list){rows, t->n};
    return v;
}

// A dry run is answered here, beside the writer; what is wrong with the request is said here too.
enum err_code moves_check(struct call *k)
{
    const struct moves_in *in = k->in;
    struct item_moves moves;
    struct item_moves_told told = {0};
    if (asked(k, k->ctx.arena, true, &moves, &k->err) != OK)
        return k->err.code;
    if (!in->dry)
        moves.limit = 1; // the filter and the version are right
    enum err_code code = item_moves_some(&k->ctx, &moves, &told, &k->err);
    if (code == OK && in->dry)
        k->state = view(k->ctx.arena, &told);
    return code;
}

enum err_code moves_apply(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct moves_in *in = k->in;
    struct item_moves moves;
    struct item_moves_told told;
    if (in->dry)
        return OK;
    if (asked(k, c->arena, false, &moves, e) != OK || item_moves_some(c, &moves, &told, e) != OK)
        return e->code;
    struct moves_view *v = view(c->arena, &told);
    *result = v->moved;
    k->state = v;
    return OK;
}

enum err_code moves_answer(struct call *k)
{
    struct moves_view before = {.moved = k->result, .looked = k->result};
    return call_answer_fields(k, MOVES_OUT, k->repeated ? &before : k->state);
}
