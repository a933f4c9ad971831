#include "domain/item_moves.h"

#include "domain/item_list.h"
#include "domain/item_store.h"

bool item_rename_read(str text, str field, struct item_rename *out, struct err *e)
{
    str rest = str_trim(text), from;
    bool ok = str_cut(&rest, '=', &from);
    *out = (struct item_rename){str_trim(from), str_trim(rest)};
    if (ok && out->from.n > 0 && out->to.n > 0)
        return true;
    err_add(e, ERR_INVALID, field, S("old=new"), "\"%.*s\" names no old and new state",
        "“%.*s”没有写明旧状态和新状态", STR_ARG(text));
    return false;
}

static struct filter *filter_of(
    struct ctx *c, const struct def *d, const struct item_moves *in, struct err *e)
{
    struct err own;
    err_init(&own, c->arena, e->lang);
    str text = str_fmt(c->arena, "%s:%.*s %.*s", d->lasting ? "register" : "loop", STR_ARG(d->loop),
        STR_ARG(in->where));
    struct filter *f = filter_parse(c->arena, c->rules, NULL, text, &own);
    if (f && filter_personal(f))
        err_add(&own, ERR_INVALID, S("where"), (str){0},
            "whom it is moved for makes no difference: say it without \"mine\"",
            "不能按查看人筛选");
    for (size_t i = 0; i < own.n; i++)
        err_add(e, ERR_INVALID, S("where"), own.notes[i].expected, "%.*s: %.*s", "%.*s：%.*s",
            STR_ARG(own.notes[i].field), STR_ARG(own.notes[i].message));
    return own.code == OK ? f : NULL;
}

static str reasons(struct arena *a, const struct err *e)
{
    str *v = NULL;
    size_t n = 0;
    for (size_t i = 0; i < e->n; i++)
        VEC_PUSH(a, v, n) = e->notes[i].message;
    return str_join(a, v, n, e->lang == LANG_EN ? S("; ") : S("；"));
}

static enum err_code try_one(struct ctx *c, const struct def *to, const struct item_moves *in,
    int64_t id, struct item_moved *out, struct err *e)
{
    struct item before, it;
    if (item_load(c, id, &before, e) != OK)
        return e->code;
    return item_move_try(c, to, &in->move, &before, &it, out, e);
}

// What is refused is told with the item; what could not be done at all ends the group.
static enum err_code move_one(struct ctx *c, const struct def *to, const struct item_moves *in,
    const struct list_row *row, struct item_moves_told *out, struct err *e)
{
    struct err own;
    const struct def *from = rules_def(c->rules, row->def);
    struct item_moves_row told = {.id = row->id, .version_from = from ? from->version : 0};
    err_init(&own, c->arena, e->lang);
    enum err_code code = in->back  ? item_move_back(c, row->id, in->dry, &told.moved, &own)
                         : in->dry ? try_one(c, to, in, row->id, &told.moved, &own)
                                   : item_move(c, row->id, &in->move, &told.moved, &own);
    if (code != OK && code != ERR_INVALID && code != ERR_CONFLICT) {
        err_merge(e, &own, (str){0});
        return e->code;
    }
    told.moved.no = row->no;
    told.why = reasons(c->arena, &own);
    VEC_PUSH(c->arena, out->rows, out->n) = told;
    return OK;
}

// What is over stays what it was, and nobody is told so of every one.
static bool nothing_to_do(const struct ctx *c, const struct item_moves *in, const struct def *to,
    const struct list_row *row)
{
    const struct def *from = rules_def(c->rules, row->def);
    int at = from ? def_state_at(from, row->state) : DEF_NONE;
    if (in->back)
        return row->def != to->id;
    return row->def == to->id || (in->from != 0 && row->def != in->from) ||
           (at >= 0 && from->states[at].final && !to->lasting);
}

enum err_code item_moves_some(
    struct ctx *c, const struct item_moves *in, struct item_moves_told *out, struct err *e)
{
    *out = (struct item_moves_told){0};
    const struct def *to = rules_def(c->rules, in->move.def);
    if (!ctx_may(c, MAY_MANAGE_DEFS, 0))
        return err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not move items between versions",
            "您没有更换流程版本的权限");
    if (!to)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such version of a loop",
            "没有这个流程版本");
    struct ctx all = *c; // whoever may publish need not see the items
    all.actor = NULL;
    struct list_in list = {.filter = filter_of(c, to, in, e),
        .sort = SORT_FILED_UP,
        .limit = in->limit > 0 && in->limit < ITEM_MOVES_MAX ? in->limit : ITEM_MOVES_MAX,
        .after = in->after};
    struct list_out found;
    if (e->code != OK || item_list(&all, &list, &found, e) != OK)
        return e->code;
    for (size_t i = 0; i < found.n; i++) {
        const struct list_row *row = &found.rows[i];
        out->looked++;
        if (nothing_to_do(c, in, to, row)) {
            out->same++;
            continue;
        }
        if (move_one(c, to, in, row, out, e) != OK)
            return e->code;
    }
    out->next = found.next;
    return OK;
}
