#include "api/batch.h"

#include "api/items.h"
#include "domain/item_store.h"

struct pick {
    int64_t id, version;
};
struct batch_in {
    struct step_ask ask; // first
    struct list items;
};
static const struct field PICK_IN[] = {
    {"id", FIELD_I64, FIELD_REQUIRED, offsetof(struct pick, id), .min = 1, .max = INT64_MAX},
    {"version", FIELD_I64, FIELD_REQUIRED, offsetof(struct pick, version), .min = 1,
        .max = INT64_MAX, .help = "the version you saw"},
    {0},
};
const struct field BATCH_IN[] = {
    {"items", FIELD_LIST, FIELD_REQUIRED, offsetof(struct batch_in, items), .sub = PICK_IN,
        .size = sizeof(struct pick), .max = BATCH_ITEMS_MAX},
    STEP_ASK_MEMBERS,
    {0},
};
const size_t BATCH_IN_SIZE = sizeof(struct batch_in);
const struct field BATCH_QUERY[] = {
    {"dry_run", FIELD_STR, .options = "yes|no",
        .help = "yes: say what would become of each, write nothing"},
    {0},
};

struct why_view {
    str code, field, message, expected;
};
struct row_out {
    int64_t id, version, unit;
    str no, title, state, state_title, unit_name;
    bool ok, overdue;
    struct list errors;
};
struct batch_out {
    bool dry;
    int64_t total, done, failed, overdue;
    struct list rows;
};
static const struct field WHY_OUT[] = {
    {"code", FIELD_STR, .at = offsetof(struct why_view, code)},
    {"field", FIELD_STR, .at = offsetof(struct why_view, field)},
    {"message", FIELD_STR, .at = offsetof(struct why_view, message)},
    {"expected", FIELD_STR, .at = offsetof(struct why_view, expected)},
    {0},
};
static const struct field ROW_OUT[] = {
    {"id", FIELD_I64, .at = offsetof(struct row_out, id)},
    {"no", FIELD_STR, .at = offsetof(struct row_out, no),
        .help = "empty when there is no such item"},
    {"title", FIELD_STR, .at = offsetof(struct row_out, title)},
    {"ok", FIELD_BOOL, .at = offsetof(struct row_out, ok),
        .help = "the step was taken (dry run: could be)"},
    {"version", FIELD_I64, .at = offsetof(struct row_out, version), .help = "as it stands now"},
    {"state", FIELD_STR, .at = offsetof(struct row_out, state)},
    {"state_title", FIELD_STR, .at = offsetof(struct row_out, state_title)},
    {"unit", FIELD_I64, .at = offsetof(struct row_out, unit)},
    {"unit_name", FIELD_STR, .at = offsetof(struct row_out, unit_name)},
    {"overdue", FIELD_BOOL, .at = offsetof(struct row_out, overdue),
        .help = "a clock of it had run out before the step"},
    {"errors", FIELD_LIST, .at = offsetof(struct row_out, errors), .sub = WHY_OUT,
        .size = sizeof(struct why_view), .help = "why not; empty when ok"},
    {0},
};
const struct field BATCH_OUT[] = {
    {"dry_run", FIELD_BOOL, .at = offsetof(struct batch_out, dry)},
    {"total", FIELD_I64, .at = offsetof(struct batch_out, total)},
    {"done", FIELD_I64, .at = offsetof(struct batch_out, done)},
    {"failed", FIELD_I64, .at = offsetof(struct batch_out, failed)},
    {"overdue", FIELD_I64, .at = offsetof(struct batch_out, overdue),
        .help = "of those that are done, how many were overdue before"},
    {"rows", FIELD_LIST, .at = offsetof(struct batch_out, rows), .sub = ROW_OUT,
        .size = sizeof(struct row_out), .help = "in the order asked"},
    {0},
};

struct batch {
    struct step_in in; // but for item and version
    const struct pick *picks;
    bool dry;
    struct row_out *rows;
};

enum err_code batch_check(struct call *k)
{
    const struct batch_in *in = k->in;
    struct batch *b = NEW(k->ctx.arena, struct batch);
    str dry = http_query(k->req, "dry_run");
    b->dry = str_eq(dry, S("yes"));
    if (dry.n > 0 && !b->dry && !str_eq(dry, S("no")))
        err_add(&k->err, ERR_INVALID, S("dry_run"), S("yes, no"), "is neither", "只能是 yes 或 no");
    items_step_read(k, &in->ask, &b->in);
    b->picks = in->items.v;
    b->rows = NEW_ARRAY(k->ctx.arena, in->items.n, struct row_out);
    if (in->items.n == 0)
        err_add(&k->err, ERR_INVALID, S("items"), S("[{\"id\": 1, \"version\": 1}]"),
            "name at least one item", "请至少选择一件");
    for (size_t i = 0; i < in->items.n; i++)
        for (size_t j = 0; j < i; j++)
            if (b->picks[i].id == b->picks[j].id)
                err_add(&k->err, ERR_INVALID, str_fmt(k->ctx.arena, "items[%zu].id", i), (str){0},
                    "the item is named twice", "事项重复");
    k->state = b;
    return k->err.code == OK ? call_rows(k, in->items.n) : k->err.code;
}

// An item as a row tells it; its texts are kept beyond the writer's arena.
static void tell(struct ctx *c, struct arena *keep, const struct item *it, struct row_out *row)
{
    const struct def *d = rules_def(c->rules, it->def);
    const struct unit *u = rules_unit(c->rules, it->unit);
    int at = d ? def_state_at(d, it->state) : DEF_NONE;
    row->no = str_dup(keep, it->no);
    row->title = str_dup(keep, it->title);
    row->version = it->version;
    row->state = str_dup(keep, it->state);
    row->state_title = str_dup(keep, at >= 0 ? d->states[at].title : it->state);
    row->unit = it->unit;
    row->unit_name = u ? str_dup(keep, u->name) : (str){0};
}

enum err_code batch_row(struct call *k, size_t at, struct ctx *c, int64_t *result, struct err *e)
{
    struct batch *b = k->state;
    struct row_out *row = &b->rows[at];
    struct step_in in = b->in;
    struct item before, it;
    *row = (struct row_out){.id = b->picks[at].id};
    in.item = row->id;
    in.version = b->picks[at].version;
    if (item_load(c, in.item, &before, e) != OK)
        return e->code;
    if (item_visible(c, &before)) { // of one he may not see he learns nothing
        tell(c, k->req->arena, &before, row);
        row->overdue = before.open && before.due_us != 0 && before.due_us < c->now_us;
    }
    if (item_step(c, &in, &it, e) != OK)
        return e->code;
    tell(c, k->req->arena, &it, row);
    row->ok = true;
    if (b->dry)
        row->version = before.version;
    *result = it.version * 2 + row->overdue; // what a repeat cannot know any more
    return b->dry ? ERR_CONFLICT : OK;       // a command that fails leaves nothing behind
}

// Done under its key before: as it was then, and as it stands now.
static void tell_repeat(struct call *k, struct row_out *row, int64_t id, int64_t result)
{
    struct item it;
    struct err quiet;
    err_init(&quiet, k->ctx.arena, k->ctx.lang);
    *row = (struct row_out){.id = id, .ok = true, .overdue = result & 1};
    if (item_load(&k->ctx, id, &it, &quiet) == OK && item_visible(&k->ctx, &it))
        tell(&k->ctx, k->ctx.arena, &it, row);
}

static struct list reasons(struct call *k, const struct err *e)
{
    struct why_view *v = NULL;
    size_t n = 0;
    for (size_t i = 0; i < e->n; i++)
        VEC_PUSH(k->ctx.arena, v, n) = (struct why_view){str_of(err_code_name(e->notes[i].code)),
            e->notes[i].field, e->notes[i].message, e->notes[i].expected};
    return (struct list){v, n};
}

enum err_code batch_answer(struct call *k)
{
    const struct batch *b = k->state;
    struct batch_out out = {.dry = b->dry, .rows = {b->rows, k->n_rows}};
    for (size_t i = 0; i < k->n_rows; i++) {
        struct call_row *r = &k->rows[i];
        struct row_out *row = &b->rows[i];
        bool would = b->dry && row->ok && r->err.n == 0;
        if (r->repeated)
            tell_repeat(k, row, b->picks[i].id, r->result);
        row->id = b->picks[i].id;
        row->ok = row->ok && (r->code == OK || would);
        if (!row->ok && r->err.n == 0)
            err_add(&r->err, r->code, (str){0}, (str){0}, "not written, try again",
                "没有写入，请再试一次");
        row->errors = reasons(k, &r->err);
        out.total++;
        out.done += row->ok;
        out.failed += !row->ok;
        out.overdue += row->ok && row->overdue;
    }
    return call_answer_fields(k, BATCH_OUT, &out);
}
