// The tree of responsibility: making, renaming, moving, closing units, and how a path read in the
// past.

#include "domain/people_inner.h"

void unit_nodes(struct ctx *c, struct nodes *out)
{
    *out = (struct nodes){0};
    imap_init(&out->by_id, c->arena);
    map_init(&out->by_key, c->arena);
    struct cursor r = db_rows(c->db,
        "SELECT id, parent, kind, code, name, short_name, seq, closed_us, version FROM unit"
        " WHERE town = ?1 ORDER BY id",
        V(c->rules->town));
    while (db_next(&r)) {
        struct node *x = NEW(c->arena, struct node);
        *x = (struct node){.id = db_i64(&r, 0),
            .parent = db_i64(&r, 1),
            .kind = db_dup(&r, 2, c->arena),
            .code = db_dup(&r, 3, c->arena),
            .name = db_dup(&r, 4, c->arena),
            .short_name = db_dup(&r, 5, c->arena),
            .seq = db_i64(&r, 6),
            .closed_us = db_i64(&r, 7),
            .version = db_i64(&r, 8)};
        VEC_PUSH(c->arena, out->at, out->n) = x;
        imap_put(&out->by_id, x->id, x);
        map_put(&out->by_key, x->code, x);
    }
}

static bool key_ok(str x, bool code)
{
    for (size_t i = 0; i < x.n; i++) {
        char k = x.s[i];
        bool plain = (k >= 'a' && k <= 'z') || (k >= '0' && k <= '9') || k == '-' || k == '_';
        bool wide = code && ((k >= 'A' && k <= 'Z') || k == '.');
        if (!plain && !wide)
            return false;
    }
    return x.n > 0 && x.n <= DEF_KEY_MAX;
}

void unit_node_check(const struct node *want, struct err *e)
{
    if (!key_ok(want->code, true))
        node_note(e, want, NODE_CODE, "1..32 of A-Z a-z 0-9 . _ -", "is not a unit's code",
            "不是有效的单位代码");
    if (!key_ok(want->kind, false))
        node_note(e, want, NODE_KIND, "1..32 of a-z 0-9 _ -", "is not a kind of unit",
            "不是有效的单位类型");
    if (want->name.n == 0 || !people_line_ok(want->name, UNIT_NAME_MAX))
        node_note(e, want, NODE_NAME, "1..60 characters", "is not a unit's name",
            "单位名称须为 1 至 60 个字");
    if (!people_line_ok(want->short_name, UNIT_NAME_MAX))
        node_note(e, want, NODE_SHORT, "at most 60 characters", "is not a short name",
            "单位简称不超过 60 个字");
}

static const struct node *up(const struct nodes *all, const struct node *x)
{
    return x->parent ? imap_get(&all->by_id, x->parent) : NULL;
}

static int height(const struct nodes *all, const struct node *top)
{
    int most = 0;
    for (size_t i = 0; i < all->n; i++) {
        int steps = 0;
        const struct node *x = all->at[i];
        while (x && x != top && steps < TREE_LEVELS_MAX) {
            x = up(all, x);
            steps++;
        }
        if (x == top && steps > most)
            most = steps;
    }
    return most;
}

void node_tree_check(const struct nodes *all, const struct node *x, int below, struct err *e)
{
    int levels = 1 + below;
    for (const struct node *p = up(all, x); p; p = up(all, p)) {
        if (p == x) {
            node_note(e, x, NODE_PARENT, NULL, "would hang below itself", "不能挂在自己下面");
            return;
        }
        if (++levels > TREE_LEVELS_MAX)
            break;
    }
    if (levels > TREE_LEVELS_MAX)
        node_note(e, x, NODE_PARENT, "at most 30 levels", "the tree gets too deep", "层级过深");
}

static void write_row(struct ctx *c, const struct node *x)
{
    int64_t town = c->rules->town;
    const struct node *was = x->was;
    if (!was) {
        db_run(c->db,
            "INSERT INTO unit (town, id, parent, kind, code, name, short_name, seq, closed_us)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            V(town), V(x->id), V(x->parent), V(x->kind), V(x->code), V(x->name), V(x->short_name),
            V(x->seq), V(x->closed_us));
        return;
    }
    if (was->parent != x->parent || !str_eq(was->name, x->name))
        // Twice at one instant: what stood before the first one was read longer than no time at
        // all.
        db_run(c->db,
            "INSERT INTO unit_past (town, unit, until_us, parent, name) VALUES (?1, ?2, ?3, ?4, ?5)"
            " ON CONFLICT DO NOTHING",
            V(town), V(x->id), V(c->now_us), V(was->parent), V(was->name));
    db_run(c->db,
        "UPDATE unit SET parent = ?3, kind = ?4, code = ?5, name = ?6, short_name = ?7, seq = ?8,"
        " closed_us = ?9, version = version + 1 WHERE town = ?1 AND id = ?2",
        V(town), V(x->id), V(x->parent), V(x->kind), V(x->code), V(x->name), V(x->short_name),
        V(x->seq), V(x->closed_us));
}

static bool same_unit(const struct node *a, const struct node *b)
{
    return a->parent == b->parent && a->seq == b->seq && a->closed_us == b->closed_us &&
           str_eq(a->kind, b->kind) && str_eq(a->code, b->code) && str_eq(a->name, b->name) &&
           str_eq(a->short_name, b->short_name);
}

bool unit_node_differs(const struct node *want)
{
    return !want->was || !same_unit(want->was, want);
}

enum err_code unit_node_write(struct ctx *c, const struct node *want, bool *touched, struct err *e)
{
    static const struct node nothing = {0};
    const struct node *was = want->was ? want->was : &nothing;
    *touched = unit_node_differs(want);
    if (!*touched)
        return OK;
    write_row(c, want);
    struct people_change x;
    people_change_begin(c, &x);
    jw_ki64(&x.w, "unit", want->id);
    people_change_i64(&x, "parent", was->parent, want->parent);
    people_change_str(&x, "kind", was->kind, want->kind);
    people_change_str(&x, "code", was->code, want->code);
    people_change_str(&x, "name", was->name, want->name);
    people_change_str(&x, "short_name", was->short_name, want->short_name);
    people_change_i64(&x, "seq", was->seq, want->seq);
    people_change_i64(&x, "closed_us", was->closed_us, want->closed_us);
    bool moved = want->was && was->parent != want->parent;
    journal_rules_changed(c);
    return people_event(c, &x, moved ? S("unit_move") : S("unit_put"), want->id, e);
}

static void check_close(struct ctx *c, const struct nodes *all, const struct node *x, struct err *e)
{
    int64_t items = db_one_i64(c->db, 0,
        "SELECT count(*) FROM item WHERE town = ?1 AND unit = ?2 AND open = 1 AND shelf = 0",
        V(c->rules->town), V(x->id));
    int64_t parts =
        db_one_i64(c->db, 0, "SELECT count(*) FROM part WHERE town = ?1 AND unit = ?2 AND open = 1",
            V(c->rules->town), V(x->id));
    int64_t below = 0;
    for (size_t i = 0; i < all->n; i++)
        below += all->at[i]->parent == x->id && all->at[i]->closed_us == 0;
    if (items > 0 || parts > 0)
        err_add(e, ERR_INVALID, S("closed"), (str){0},
            "the unit still has %" PRId64 " open items and %" PRId64 " open parts",
            "该单位还有 %" PRId64 " 个在办事项、%" PRId64 " 个在办承办任务", items, parts);
    if (below > 0)
        err_add(e, ERR_INVALID, S("closed"), (str){0}, "%" PRId64 " units below it are still open",
            "下面还有 %" PRId64 " 个单位没有停用", below);
}

// Where it is to hang: known, open, and within the actor's reach.
static void check_parent(
    struct ctx *c, const struct nodes *all, const struct node *x, struct err *e)
{
    const struct node *parent = up(all, x);
    if (!parent)
        people_note(e, "parent", NULL, "there is no such unit", "没有这个上级单位");
    else if (parent->closed_us != 0)
        people_note(e, "parent", NULL, "the unit is closed", "上级单位已停用");
    else if (!ctx_may(c, MAY_MANAGE_UNITS, parent->id))
        (void)people_denied(e);
}

static bool is_root(const struct ctx *c, const struct nodes *all, const struct node *x)
{
    return x->was ? x->was->parent == 0 : all->n == 1 && x->id == c->rules->town;
}

static void check_place(struct ctx *c, const struct nodes *all, const struct node *x, struct err *e)
{
    const struct node *holder = map_get(&all->by_key, x->code);
    if (holder && holder != x)
        people_note(e, "code", NULL, "another unit has this code", "已有单位用了这个代码");
    if (is_root(c, all, x)) {
        if (x->parent != 0)
            people_note(e, "parent", NULL, "the town's own unit cannot move", "镇本级不能移动");
        if (x->closed_us != 0)
            people_note(e, "closed", NULL, "the town's own unit cannot close", "镇本级不能停用");
        return;
    }
    bool opens = x->was && x->was->closed_us != 0 && x->closed_us == 0;
    if (!x->was || x->was->parent != x->parent || opens)
        check_parent(c, all, x, e);
    node_tree_check(all, x, height(all, x), e);
    if (x->was && x->was->closed_us == 0 && x->closed_us != 0)
        check_close(c, all, x, e);
}

static void take_over(struct node *x, const struct unit_in *in, int64_t now_us)
{
    if (in->parent != 0)
        x->parent = in->parent;
    if (in->kind.n > 0)
        x->kind = in->kind;
    if (in->code.n > 0)
        x->code = in->code;
    if (in->name.n > 0)
        x->name = str_trim(in->name);
    if (in->short_name.n > 0)
        x->short_name = str_trim(in->short_name);
    if (in->seq != 0)
        x->seq = in->seq;
    if (in->closed == 0)
        x->closed_us = 0;
    if (in->closed == 1 && x->closed_us == 0)
        x->closed_us = now_us;
}

struct node *node_want(struct ctx *c, struct nodes *all, struct node *there)
{
    struct node *x = NEW(c->arena, struct node);
    if (there) {
        *x = *there;
        there->was = x;
        return there;
    }
    VEC_PUSH(c->arena, all->at, all->n) = x;
    return x;
}

enum err_code unit_put(struct ctx *c, const struct unit_in *in, int64_t *id, struct err *e)
{
    struct nodes all;
    unit_nodes(c, &all);
    struct node *there = in->id ? imap_get(&all.by_id, in->id) : NULL;
    bool first = all.n == 0 && in->id == c->rules->town;
    if (in->id && !there && !first)
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such unit", "没有这个单位");
    if (!ctx_may(c, MAY_MANAGE_UNITS, there ? there->id : 0))
        return people_denied(e);
    if (there && in->version != there->version)
        return err_add(e, ERR_CONFLICT, S("version"), str_fmt(c->arena, "%" PRId64, there->version),
            "somebody has changed the unit since", "单位刚刚被别人改过，请刷新");
    struct node *x = node_want(c, &all, there);
    if (!there) {
        x->id = first ? in->id : journal_next_id(c, "unit");
        x->seq = x->id;
        imap_put(&all.by_id, x->id, x);
    }
    take_over(x, in, c->now_us);
    unit_node_check(x, e);
    check_place(c, &all, x, e);
    if (e->code != OK)
        return e->code;
    *id = x->id;
    bool touched;
    if (unit_node_write(c, x, &touched, e) != OK)
        return e->code;
    return db_status(c->db, e);
}

// ---- the past

static bool unit_then(
    const struct rules *r, int64_t unit, int64_t at_us, int64_t *parent, str *name)
{
    const struct unit_past *then = rules_unit_past(r, unit, at_us);
    const struct unit *now = rules_unit(r, unit);
    if (!then && !now)
        return false;
    *parent = then ? then->parent : now->parent;
    *name = then ? then->name : now->name;
    return true;
}

str unit_path_then(struct ctx *c, int64_t unit, int64_t at_us)
{
    str names[TREE_LEVELS_MAX];
    size_t at = TREE_LEVELS_MAX;
    int64_t id = unit, parent = 0;
    while (id != 0 && at > 0 && unit_then(c->rules, id, at_us, &parent, &names[at - 1])) {
        at--;
        id = parent;
    }
    return str_join(c->arena, names + at, TREE_LEVELS_MAX - at, S(" / "));
}
