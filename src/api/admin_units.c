#include "api/admin.h"

#include "api/members.h"

struct unit_row {
    int64_t id, parent, depth, version, seq;
    str kind, code, name, short_name;
    bool closed;
};
struct unit_rows {
    struct list rows;
};
const struct field UNIT_OUT[] = {
    M(unit_row, id, FIELD_I64),
    M(unit_row, parent, FIELD_I64),
    M(unit_row, kind, FIELD_STR),
    M(unit_row, code, FIELD_STR),
    M(unit_row, name, FIELD_STR),
    {"short", FIELD_STR, .at = offsetof(struct unit_row, short_name)},
    M(unit_row, depth, FIELD_I64),
    M(unit_row, seq, FIELD_I64),
    M(unit_row, closed, FIELD_BOOL),
    M(unit_row, version, FIELD_I64),
    {0},
};
const struct field UNITS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct unit_rows, rows), .sub = UNIT_OUT,
        .size = sizeof(struct unit_row)},
    {0},
};

static struct unit_row view(struct ctx *c, const struct unit *u)
{
    struct unit_row v = {.id = u->id,
        .parent = u->parent,
        .depth = u->depth,
        .kind = u->kind,
        .code = u->code,
        .name = u->name,
        .short_name = u->short_name,
        .closed = u->closed};
    struct cursor r = db_rows(c->db, "SELECT version, seq FROM unit WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(u->id));
    if (db_next(&r)) {
        v.version = db_i64(&r, 0);
        v.seq = db_i64(&r, 1);
    }
    db_done(&r);
    return v;
}

enum err_code units_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct unit_row *rows = NEW_ARRAY(c->arena, c->rules->n_units, struct unit_row);
    for (size_t i = 0; i < c->rules->n_units; i++)
        rows[i] = view(c, &c->rules->units[i]);
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    struct unit_rows v = {{rows, c->rules->n_units}};
    return call_answer_fields(k, UNITS_LIST, &v);
}

struct new_in {
    int64_t parent, seq;
    str kind, code, name, short_name;
};
const struct field UNIT_NEW_IN[] = {
    M(new_in, parent, FIELD_I64, .flags = FIELD_REQUIRED),
    M(new_in, kind, FIELD_STR, .flags = FIELD_REQUIRED, .max = DEF_KEY_MAX),
    M(new_in, code, FIELD_STR, .flags = FIELD_REQUIRED, .max = UNIT_NAME_MAX),
    M(new_in, name, FIELD_STR, .flags = FIELD_REQUIRED, .max = UNIT_NAME_MAX),
    {"short", FIELD_STR, .at = offsetof(struct new_in, short_name), .max = UNIT_NAME_MAX},
    M(new_in, seq, FIELD_I64),
    {0},
};
const size_t UNIT_NEW_IN_SIZE = sizeof(struct new_in);

enum err_code units_new_check(struct call *k)
{
    const struct new_in *in = k->in;
    struct unit_in *u = NEW(k->ctx.arena, struct unit_in);
    *u = (struct unit_in){.parent = in->parent,
        .kind = in->kind,
        .code = in->code,
        .name = in->name,
        .short_name = in->short_name,
        .seq = in->seq,
        .closed = -1};
    k->state = u;
    return OK;
}

struct patch_in {
    int64_t version, parent;
    str name, short_name, closed;
};
const struct field UNIT_PATCH_IN[] = {
    M(patch_in, version, FIELD_I64, .flags = FIELD_REQUIRED),
    M(patch_in, parent, FIELD_I64, .help = "0: stays"),
    M(patch_in, name, FIELD_STR, .max = UNIT_NAME_MAX),
    {"short", FIELD_STR, .at = offsetof(struct patch_in, short_name), .max = UNIT_NAME_MAX},
    M(patch_in, closed, FIELD_STR, .options = "yes|no"),
    {0},
};
const size_t UNIT_PATCH_IN_SIZE = sizeof(struct patch_in);

enum err_code units_patch_check(struct call *k)
{
    const struct patch_in *in = k->in;
    struct unit_in *u = NEW(k->ctx.arena, struct unit_in);
    *u = (struct unit_in){.id = k->id,
        .version = in->version,
        .parent = in->parent,
        .name = in->name,
        .short_name = in->short_name,
        .closed = in->closed.n == 0 ? -1 : str_eq(in->closed, S("yes"))};
    k->state = u;
    return OK;
}

enum err_code units_put(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    return unit_put(c, k->state, result, e);
}

enum err_code units_answer(struct call *k)
{
    const struct unit *u = rules_unit(k->ctx.rules, k->result);
    if (!u)
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such unit", "没有这个单位");
    struct unit_row v = view(&k->ctx, u);
    return call_answer_fields(k, UNIT_OUT, &v);
}
