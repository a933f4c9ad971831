// The unit tree and the class tree from a text: YAML or CSV. First everything is read and looked
// through, then planned on the tree as it would be, and only a plan without a mistake is written.

#include <string.h>
#include "domain/people_inner.h"
#include "domain/tree_rows.h"

// ---- the plan

struct plan {
    struct ctx *c;
    struct err *e;
    bool classes;
    struct nodes all;
    struct nodes units; // of classes: those they may name
    struct node **wanted;
    size_t n;
    int64_t next_id, next_seq;
};

// Ids of new nodes where nothing is written: beyond every one there is.
enum { ID_UNWRITTEN = INT32_MAX };

static str key_of(struct plan *p, str scheme, str code)
{
    if (!p->classes || code.n == 0)
        return code;
    return str_fmt(p->c->arena, "%.*s/%.*s", STR_ARG(scheme), STR_ARG(code));
}

static struct node *new_node(struct plan *p, str key)
{
    struct node *x = node_want(p->c, &p->all, NULL);
    bool first = !p->classes && p->all.n == 1;
    x->id = first ? p->c->rules->town : p->next_id++;
    x->seq = p->next_seq++;
    imap_put(&p->all.by_id, x->id, x);
    map_put(&p->all.by_key, key, x);
    return x;
}

static void want(struct plan *p, const struct node *row)
{
    str key = key_of(p, row->scheme, row->code);
    struct node *x = map_get(&p->all.by_key, key);
    if (x && x->line > 0) {
        err_at(p->e, row->at[NODE_CODE].line, row->at[NODE_CODE].column, S("code"), (str){0},
            "\"%.*s\" stands already in line %d", "“%.*s”在第 %d 行已经出现过", STR_ARG(row->code),
            x->line);
        return;
    }
    x = x ? node_want(p->c, &p->all, x) : new_node(p, key);
    x->line = row->line;
    memcpy(x->at, row->at, sizeof(x->at));
    x->scheme = row->scheme;
    x->code = row->code;
    x->kind = row->kind;
    x->name = row->name;
    x->parent_code = row->parent_code;
    if (row->short_name.n > 0 || !x->was)
        x->short_name = row->short_name;
    x->told = row->told;
    for (int i = 0; i < CLASS_SAYS; i++)
        if (row->told >> i & 1)
            x->says[i] = row->says[i];
    VEC_PUSH(p->c->arena, p->wanted, p->n) = x;
}

static void hang(struct plan *p, struct node *x)
{
    bool root = x->was ? x->was->parent == 0 : x->id == p->c->rules->town;
    if (x->parent_code.n == 0) {
        if (!root && !p->classes)
            node_note(p->e, x, NODE_PARENT, NULL, "only the town's own unit has no parent",
                "除镇本级外，须写明上级单位");
        x->parent = 0;
        return;
    }
    const struct node *up = map_get(&p->all.by_key, key_of(p, x->scheme, x->parent_code));
    if (!up)
        node_note(p->e, x, NODE_PARENT, NULL, "there is no such parent", "没有这个上级");
    else if (up->closed_us != 0 && (!x->was || x->was->parent != up->id))
        node_note(p->e, x, NODE_PARENT, NULL, "the parent is closed", "上级已停用");
    else if (root && !p->classes)
        node_note(
            p->e, x, NODE_PARENT, NULL, "the town's own unit has no parent", "镇本级没有上级单位");
    else
        x->parent = up->id;
}

// What a class says, in the form it is kept in.
static void check_says(struct plan *p, struct node *x)
{
    for (int i = 0; i < CLASS_SAYS; i++) {
        const char *expected;
        str text;
        if (!(x->told >> i & 1))
            continue;
        enum node_part part = (enum node_part)(NODE_SAYS + i);
        if (!class_say_read(p->c->arena, (enum class_say)i, x->says[i], &text, &expected))
            node_note(p->e, x, part, expected, "cannot be read so", "写法不对");
        else if (i == SAY_UNIT && text.n > 0 && !map_get(&p->units.by_key, text))
            node_note(p->e, x, part, NULL, "there is no such unit", "没有这个单位");
        else
            x->says[i] = text;
    }
}

static void check_class(const struct node *x, struct err *e)
{
    bool fits = x->code.n > 0 && x->code.n <= DEF_KEY_MAX && people_line_ok(x->code, DEF_KEY_MAX) &&
                str_find(x->code, ' ') == x->code.n && str_find(x->code, '/') == x->code.n;
    if (!fits)
        node_note(e, x, NODE_CODE, "1..32 bytes without blank and /", "is not a class's code",
            "不是有效的分类代码");
    if (x->name.n == 0 || !people_line_ok(x->name, UNIT_NAME_MAX))
        node_note(e, x, NODE_NAME, "1..60 characters", "is not a class's name",
            "分类名称须为 1 至 60 个字");
}

// The node itself or the nearest above it that a row is about; NULL when there is none.
static const struct node *stated_above(const struct plan *p, const struct node *x)
{
    for (int i = 0; x && i < TREE_LEVELS_MAX; i++) {
        if (x->line > 0)
            return x;
        x = imap_get(&p->all.by_id, x->parent);
    }
    return NULL;
}

// A circle or too many levels, told at the row that hangs the node there. A circle has a row of its
// own in any case; what gets too deep may stand in no row at all.
static void check_tree(struct plan *p, const struct node *x)
{
    struct err sub;
    err_init(&sub, p->e->arena, p->e->lang);
    node_tree_check(&p->all, x, 0, &sub);
    if (sub.code == OK)
        return;
    const struct node *told = stated_above(p, x);
    if (!told || told == x)
        err_merge(p->e, &sub, (str){0});
    else if (sub.notes[0].expected.n > 0)
        node_note(p->e, told, NODE_PARENT, "at most 30 levels", "the tree below gets too deep",
            "其下层级过深");
}

static enum err_code make_plan(struct plan *p, const struct node *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        want(p, &rows[i]);
    for (size_t i = 0; i < p->n; i++) {
        hang(p, p->wanted[i]);
        if (p->classes) {
            check_class(p->wanted[i], p->e);
            check_says(p, p->wanted[i]);
        } else {
            unit_node_check(p->wanted[i], p->e);
        }
    }
    if (p->e->code != OK)
        return p->e->code;
    for (size_t i = 0; i < p->all.n; i++)
        check_tree(p, p->all.at[i]);
    return p->e->code;
}

static void count(const struct node *x, bool differs, struct town_list_counts *out)
{
    out->made += !x->was;
    out->changed += x->was && differs;
    out->same += !differs;
}

// ---- units

// The right at the unit as it stands, and at the one it is to hang below: of a new one that is the
// nearest above it that is there already.
static void check_right(struct plan *p, const struct node *x)
{
    const struct ctx *c = p->c;
    if (!c->actor || !unit_node_differs(x))
        return;
    const struct node *up = imap_get(&p->all.by_id, x->parent);
    while (up && !rules_unit(c->rules, up->id))
        up = imap_get(&p->all.by_id, up->parent);
    bool moves = !x->was || x->was->parent != x->parent;
    bool may = !x->was || ctx_may(c, MAY_MANAGE_UNITS, x->id);
    if (may && moves)
        may = up && ctx_may(c, MAY_MANAGE_UNITS, up->id);
    if (may)
        return;
    err_at(p->e, x->at[NODE_CODE].line, x->at[NODE_CODE].column, S("code"), (str){0},
        "\"%.*s\": your roles do not reach this unit", "“%.*s”：您的角色管不到这个单位",
        STR_ARG(x->code));
}

enum err_code units_apply(struct ctx *c, const struct node *rows, size_t n, bool write,
    struct town_list_counts *out, struct err *e)
{
    struct plan p = {.c = c, .e = e};
    if (!ctx_may(c, MAY_MANAGE_UNITS, 0))
        return people_denied(e);
    unit_nodes(c, &p.all);
    p.next_id = p.next_seq = write ? journal_next_id(c, "unit") : ID_UNWRITTEN;
    if (make_plan(&p, rows, n) != OK)
        return e->code;
    for (size_t i = 0; i < p.n; i++) {
        check_right(&p, p.wanted[i]);
        count(p.wanted[i], unit_node_differs(p.wanted[i]), out);
    }
    for (size_t i = 0; i < p.n && write && e->code == OK; i++) {
        bool touched = false;
        if (unit_node_write(c, p.wanted[i], &touched, e) != OK)
            return e->code;
    }
    return e->code != OK ? e->code : db_status(c->db, e);
}

enum err_code units_import(
    struct ctx *c, str text, bool csv, int64_t *made, int64_t *changed, struct err *e)
{
    struct town_list_counts counts = {0};
    size_t n = 0;
    *made = *changed = 0;
    struct node *rows = tree_rows_units(c->arena, text, csv, &n, e);
    if (e->code != OK || units_apply(c, rows, n, true, &counts, e) != OK)
        return e->code;
    *made = counts.made;
    *changed = counts.changed;
    return OK;
}

// ---- classes

static void class_nodes(struct ctx *c, struct nodes *out)
{
    *out = (struct nodes){0};
    imap_init(&out->by_id, c->arena);
    map_init(&out->by_key, c->arena);
    struct cursor r = db_rows(c->db,
        "SELECT id, parent, scheme, code, name, unit, limits, photos, opening, closing, words, "
        "without"
        " FROM class WHERE town = ?1 ORDER BY id",
        V(c->rules->town));
    while (db_next(&r)) {
        struct node *x = NEW(c->arena, struct node);
        *x = (struct node){.id = db_i64(&r, 0),
            .parent = db_i64(&r, 1),
            .scheme = db_dup(&r, 2, c->arena),
            .code = db_dup(&r, 3, c->arena),
            .name = db_dup(&r, 4, c->arena)};
        for (int i = 0; i < CLASS_SAYS; i++)
            x->says[i] = db_dup(&r, 5 + i, c->arena);
        VEC_PUSH(c->arena, out->at, out->n) = x;
        imap_put(&out->by_id, x->id, x);
        map_put(
            &out->by_key, str_fmt(c->arena, "%.*s/%.*s", STR_ARG(x->scheme), STR_ARG(x->code)), x);
    }
}

static bool class_differs(const struct node *x)
{
    bool differs = !x->was || x->was->parent != x->parent || !str_eq(x->was->name, x->name);
    for (int i = 0; i < CLASS_SAYS && !differs; i++)
        differs = !str_eq(x->was->says[i], x->says[i]);
    return differs;
}

static enum err_code write_class(struct ctx *c, const struct node *x, struct err *e)
{
    static const struct node nothing = {0};
    const struct node *was = x->was ? x->was : &nothing;
    const str *y = x->says;
    if (x->was)
        db_run(c->db,
            "UPDATE class SET parent = ?3, name = ?4, unit = ?5, limits = ?6, photos = ?7,"
            " opening = ?8, closing = ?9, words = ?10, without = ?11 WHERE town = ?1 AND id = ?2",
            V(c->rules->town), V(x->id), V(x->parent), V(x->name), V(y[SAY_UNIT]), V(y[SAY_LIMITS]),
            V(y[SAY_PHOTOS]), V(y[SAY_OPENING]), V(y[SAY_CLOSING]), V(y[SAY_WORDS]),
            V(y[SAY_WITHOUT]));
    else
        db_run(c->db,
            "INSERT INTO class (town, id, parent, scheme, code, name, unit, limits, photos, "
            "opening,"
            " closing, words, without)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            V(c->rules->town), V(x->id), V(x->parent), V(x->scheme), V(x->code), V(x->name),
            V(y[SAY_UNIT]), V(y[SAY_LIMITS]), V(y[SAY_PHOTOS]), V(y[SAY_OPENING]),
            V(y[SAY_CLOSING]), V(y[SAY_WORDS]), V(y[SAY_WITHOUT]));
    struct people_change ch;
    people_change_begin(c, &ch);
    jw_ki64(&ch.w, "class", x->id);
    people_change_str(&ch, "scheme", was->scheme, x->scheme);
    people_change_str(&ch, "code", was->code, x->code);
    people_change_str(&ch, "name", was->name, x->name);
    people_change_i64(&ch, "parent", was->parent, x->parent);
    for (int i = 0; i < CLASS_SAYS; i++)
        people_change_str(&ch, class_say_name((enum class_say)i), was->says[i], x->says[i]);
    journal_rules_changed(c);
    return people_event(c, &ch, S("class_put"), 0, e);
}

enum err_code classes_apply(struct ctx *c, const struct node *rows, size_t n, bool write,
    struct town_list_counts *out, struct err *e)
{
    struct plan p = {.c = c, .e = e, .classes = true};
    if (!ctx_may(c, MAY_MANAGE_DEFS, c->rules->town))
        return people_denied(e);
    class_nodes(c, &p.all);
    unit_nodes(c, &p.units);
    p.next_id = write ? journal_next_id(c, "class") : ID_UNWRITTEN;
    if (make_plan(&p, rows, n) != OK)
        return e->code;
    for (size_t i = 0; i < p.n; i++) {
        bool differs = class_differs(p.wanted[i]);
        count(p.wanted[i], differs, out);
        if (write && differs && write_class(c, p.wanted[i], e) != OK)
            return e->code;
    }
    return db_status(c->db, e);
}

enum err_code classes_import(
    struct ctx *c, str text, bool csv, int64_t *made, int64_t *changed, struct err *e)
{
    struct town_list_counts counts = {0};
    size_t n = 0;
    *made = *changed = 0;
    struct node *rows = tree_rows_classes(c->arena, text, csv, &n, e);
    if (e->code != OK || classes_apply(c, rows, n, true, &counts, e) != OK)
        return e->code;
    *made = counts.made;
    *changed = counts.changed;
    return OK;
}
