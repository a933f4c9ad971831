#include "api/lists.h"

#include "domain/town_list.h"
#include "format/csv.h"

const struct field LIST_QUERY[] = {
    {"dry_run", FIELD_STR, .options = "yes|no",
        .help = "yes: say what would happen, write nothing"},
    {0},
};
struct list_view {
    bool dry;
    struct town_list_counts n;
};
const struct field LIST_OUT[] = {
    {"dry_run", FIELD_BOOL, .at = offsetof(struct list_view, dry)},
    {"made", FIELD_I64, .at = offsetof(struct list_view, n.made)},
    {"changed", FIELD_I64, .at = offsetof(struct list_view, n.changed)},
    {"same", FIELD_I64, .at = offsetof(struct list_view, n.same),
        .help = "rows that stand like this already"},
    {"left", FIELD_I64, .at = offsetof(struct list_view, n.left),
        .help = "people only: names and roles another administrator must bring in"},
    {0},
};

// The counts are what is kept under an Idempotency-Key: four of 15 bits and more in one number.
enum { COUNT_BITS = 16, COUNT_MAX = (1 << COUNT_BITS) - 1, LEFT_MAX = COUNT_MAX >> 1 };

static int64_t pack(const struct town_list_counts *n)
{
    int64_t left = n->left < LEFT_MAX ? n->left : LEFT_MAX;
    CHECK(n->made <= COUNT_MAX && n->changed <= COUNT_MAX && n->same <= COUNT_MAX);
    return ((left << COUNT_BITS | n->same) << COUNT_BITS | n->changed) << COUNT_BITS | n->made;
}

static struct town_list_counts unpack(int64_t x)
{
    return (struct town_list_counts){.made = x & COUNT_MAX,
        .changed = x >> COUNT_BITS & COUNT_MAX,
        .same = x >> 2 * COUNT_BITS & COUNT_MAX,
        .left = x >> 3 * COUNT_BITS};
}

struct list_state {
    struct town_list *list;
    struct town_list_counts counts;
    bool dry;
};

static enum err_code check(struct call *k, enum town_list_kind kind)
{
    struct list_state *s = NEW(k->ctx.arena, struct list_state);
    str dry = http_query(k->req, "dry_run");
    k->state = s;
    s->dry = str_eq(dry, S("yes"));
    if (dry.n > 0 && !s->dry && !str_eq(dry, S("no")))
        return err_add(
            &k->err, ERR_INVALID, S("dry_run"), S("yes, no"), "is neither", "只能是 yes 或 no");
    s->list = town_list_read(k->ctx.arena, kind, k->req->body, &k->err);
    if (k->err.code != OK)
        return k->err.code;
    return s->dry ? town_list_check(&k->ctx, s->list, &s->counts, &k->err)
                  : town_list_prepare(&k->ctx, s->list, &k->err);
}

enum err_code lists_units_check(struct call *k)
{
    return check(k, TOWN_LIST_UNITS);
}

enum err_code lists_classes_check(struct call *k)
{
    return check(k, TOWN_LIST_CLASSES);
}

enum err_code lists_people_check(struct call *k)
{
    return check(k, TOWN_LIST_PEOPLE);
}

enum err_code lists_places_check(struct call *k)
{
    return check(k, TOWN_LIST_PLACES);
}

enum err_code lists_write(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    struct list_state *s = k->state;
    if (!s->dry && town_list_write(c, s->list, &s->counts, e) != OK)
        return e->code;
    *result = pack(&s->counts);
    return OK;
}

enum err_code lists_answer(struct call *k)
{
    struct list_view v = {
        .dry = str_eq(http_query(k->req, "dry_run"), S("yes")), .n = unpack(k->result)};
    return call_answer_fields(k, LIST_OUT, &v);
}

// The sheet that brings the same classes in again.
enum err_code lists_classes_sheet(struct call *k)
{
    enum { TREE_COLUMNS = 4, COLUMNS = TREE_COLUMNS + CLASS_SAYS, SHEET_BYTES_MAX = 4 * MIB };
    const struct rules *r = k->ctx.rules;
    struct buf b;
    buf_init(&b, k->req->arena, SHEET_BYTES_MAX);
    str row[COLUMNS] = {S("体系"), S("代码"), S("上级"), S("名称")};
    for (int i = 0; i < CLASS_SAYS; i++)
        row[TREE_COLUMNS + i] = str_of(class_say_title((enum class_say)i));
    csv_write_bom(&b);
    csv_write_row(&b, row, COLUMNS);
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class_ *x = &r->classes[i], *up = rules_class(r, x->parent);
        row[0] = x->scheme;
        row[1] = x->code;
        row[2] = up ? up->code : (str){0};
        row[3] = x->name;
        for (int s = 0; s < CLASS_SAYS; s++)
            row[TREE_COLUMNS + s] = x->says[s];
        csv_write_row(&b, row, COLUMNS);
    }
    http_set(k->req, "Content-Disposition", S("attachment; filename=\"classes.csv\""));
    http_answer(k->req, 200, "text/csv; charset=utf-8", buf_str(&b));
    return OK;
}
