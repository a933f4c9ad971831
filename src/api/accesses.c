#include "api/accesses.h"

#include "api/members.h"
#include "domain/access.h"
#include "domain/item_store.h"

struct right_view {
    str right, title, role, role_title, unit_name;
    int64_t unit;
    bool whole;
};
struct reason_view {
    str how, unit_name, role, role_title, at_name;
    int64_t unit, at;
};
struct item_view {
    str no;
    bool found, visible;
    struct list reasons;
};
struct access_view {
    int64_t person;
    str name;
    bool active;
    struct list rights;
    struct item_view item;
};
static const struct field RIGHT_VIEW[] = {
    M(right_view, right, FIELD_STR),
    M(right_view, title, FIELD_STR),
    M(right_view, role, FIELD_STR),
    M(right_view, role_title, FIELD_STR),
    M(right_view, unit, FIELD_I64),
    M(right_view, unit_name, FIELD_STR, .help = "held here and at what is below"),
    M(right_view, whole, FIELD_BOOL, .help = "that is the whole town"),
    {0},
};
static const struct field REASON_VIEW[] = {
    M(reason_view, how, FIELD_STR, .options = "in_charge|receiver|part"),
    M(reason_view, unit, FIELD_I64, .help = "of the item"),
    M(reason_view, unit_name, FIELD_STR),
    M(reason_view, role, FIELD_STR),
    M(reason_view, role_title, FIELD_STR),
    M(reason_view, at, FIELD_I64, .help = "where he holds the role"),
    M(reason_view, at_name, FIELD_STR),
    {0},
};
static const struct field ITEM_VIEW_OF[] = {
    M(item_view, no, FIELD_STR, .help = "as asked"),
    M(item_view, found, FIELD_BOOL),
    M(item_view, visible, FIELD_BOOL),
    ROWS(item_view, reasons, REASON_VIEW, reason_view),
    {0},
};
const struct field ACCESS_VIEW[] = {
    M(access_view, person, FIELD_I64),
    M(access_view, name, FIELD_STR),
    M(access_view, active, FIELD_BOOL),
    ROWS(access_view, rights, RIGHT_VIEW, right_view),
    {"item", FIELD_OBJ, .at = offsetof(struct access_view, item), .sub = ITEM_VIEW_OF},
    {0},
};
const struct field ACCESS_QUERY[] = {
    {"item", FIELD_STR, .help = "an order number: why does he see it, or not"},
    {0},
};

static struct list view_rights(struct ctx *c, const struct person *p)
{
    struct access_right *x;
    size_t n = access_rights(c->arena, p, &x);
    struct right_view *rows = NEW_ARRAY(c->arena, n, struct right_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct right_view){.right = right_key(x[i].right),
            .title = right_title(x[i].right),
            .role = x[i].role->key,
            .role_title = x[i].role->title,
            .unit = x[i].unit->id,
            .unit_name = x[i].unit->name,
            .whole = x[i].unit == c->rules->root};
    return (struct list){rows, n};
}

// The administrator learns which units an item has, nothing else of it.
static enum err_code view_item(
    struct ctx *c, const struct person *p, str no, struct item_view *v, struct err *e)
{
    static const char *const HOW[] = {
        [ACCESS_IN_CHARGE] = "in_charge", [ACCESS_RECEIVER] = "receiver", [ACCESS_PART] = "part"};
    struct item it;
    struct access_reason *x;
    int64_t id = item_id_of(c, no);
    *v = (struct item_view){.no = no, .found = id != 0};
    if (id == 0)
        return db_status(c->db, e);
    if (item_load(c, id, &it, e) != OK)
        return e->code;
    size_t n = access_reasons(c, p, &it, &x);
    struct reason_view *rows = NEW_ARRAY(c->arena, n, struct reason_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct reason_view){.how = str_of(HOW[x[i].how]),
            .unit = x[i].unit->id,
            .unit_name = x[i].unit->name,
            .role = x[i].role->key,
            .role_title = x[i].role->title,
            .at = x[i].at->id,
            .at_name = x[i].at->name};
    v->visible = n > 0;
    v->reasons = (struct list){rows, n};
    return OK;
}

enum err_code access_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    const struct person *p = rules_person(c->rules, k->id);
    if (!p)
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such person", "没有这个人");
    struct access_view v = {
        .person = p->id, .name = p->name, .active = p->active, .rights = view_rights(c, p)};
    str no = str_trim(http_query(k->req, "item"));
    if (no.n > 0 && view_item(c, p, no, &v.item, &k->err) != OK)
        return k->err.code;
    return call_answer_fields(k, ACCESS_VIEW, &v);
}
