// Building the snapshot. The look-ups are in rules_find.c.

#include "domain/rules.h"

#include <stdlib.h>
#include <string.h>
#include "domain/def_cal.h"
#include "domain/def_place.h"
#include "domain/def_role.h"
#include "domain/def_supervision.h"
#include "domain/filter.h"
#include "domain/journal.h"
#include "domain/keydate.h"
#include "domain/score.h"

// ---- trees: rows in any order become preorder with lo, hi, depth

struct branch {
    int64_t id, parent;
    size_t row; // where it stands in the rows as read
};

struct tree {
    struct arena *arena;
    struct branch *rows; // sorted by parent, in reading order within one
    size_t n;
    size_t *order;        // preorder: index into the rows as read
    int *lo, *hi, *depth; // by row as read
    int next;
};

static int by_parent(const void *a, const void *b)
{
    const struct branch *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

static size_t first_child(const struct tree *t, int64_t parent)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (t->rows[mid].parent < parent)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

enum { TREE_DEPTH_MAX = 40 };

static void walk(struct tree *t, int64_t parent, int depth)
{
    for (size_t i = first_child(t, parent); i < t->n && t->rows[i].parent == parent; i++) {
        size_t row = t->rows[i].row;
        t->order[t->next] = row;
        t->lo[row] = t->next++;
        t->depth[row] = depth;
        if (depth < TREE_DEPTH_MAX)
            walk(t, t->rows[i].id, depth + 1);
        t->hi[row] = t->next - 1;
    }
}

static void plant(struct tree *t, struct arena *a, struct branch *rows, size_t n)
{
    *t = (struct tree){.arena = a, .rows = rows, .n = n};
    t->order = NEW_ARRAY(a, n + 1, size_t);
    t->lo = NEW_ARRAY(a, n + 1, int);
    t->hi = NEW_ARRAY(a, n + 1, int);
    t->depth = NEW_ARRAY(a, n + 1, int);
    if (n > 0)
        qsort(rows, n, sizeof(*rows), by_parent);
    walk(t, 0, 0);
}

// ---- units, classes

// A name two units bear says nothing, so it is not in the map.
static void put_names(struct rules *r)
{
    struct map doubled;
    map_init(&doubled, r->arena);
    for (size_t i = 0; i < 2 * r->n_units; i++) {
        struct unit *u = &r->units[i / 2];
        str name = i % 2 ? u->short_name : u->name;
        const struct unit *other = map_get(&r->unit_by_name, name);
        if (name.n > 0 && other && other != u)
            map_put(&doubled, name, u);
        else if (name.n > 0)
            map_put(&r->unit_by_name, name, u);
    }
    if (doubled.n == 0)
        return;
    map_init(&r->unit_by_name, r->arena);
    for (size_t i = 0; i < 2 * r->n_units; i++) {
        struct unit *u = &r->units[i / 2];
        str name = i % 2 ? u->short_name : u->name;
        if (name.n > 0 && !map_get(&doubled, name))
            map_put(&r->unit_by_name, name, u);
    }
}

static void load_units(struct rules *r, struct db *db)
{
    struct unit *rows = NULL;
    struct branch *b = NULL;
    size_t n = 0, nb = 0;
    struct cursor c = db_rows(db,
        "SELECT id, parent, kind, code, name, short_name, closed_us FROM unit WHERE town = ?1"
        " ORDER BY seq, id",
        V(r->town));
    while (db_next(&c)) {
        struct branch x = {db_i64(&c, 0), db_i64(&c, 1), n};
        struct unit u = {.id = x.id,
            .parent = x.parent,
            .kind = db_dup(&c, 2, r->arena),
            .code = db_dup(&c, 3, r->arena),
            .name = db_dup(&c, 4, r->arena),
            .short_name = db_dup(&c, 5, r->arena),
            .closed = db_i64(&c, 6) != 0};
        VEC_PUSH(r->arena, rows, n) = u;
        VEC_PUSH(r->arena, b, nb) = x;
    }
    struct tree t;
    plant(&t, r->arena, b, nb);
    r->units = NEW_ARRAY(r->arena, n + 1, struct unit);
    r->n_units = (size_t)t.next;
    for (size_t i = 0; rows && i < r->n_units; i++) {
        size_t row = t.order[i];
        struct unit *u = &r->units[i];
        *u = rows[row];
        u->lo = t.lo[row];
        u->hi = t.hi[row];
        u->depth = t.depth[row];
        imap_put(&r->unit_by_id, u->id, u);
        map_put(&r->unit_by_code, u->code, u);
        if (u->parent == 0)
            r->root = u;
    }
    put_names(r);
}

static void load_pasts(struct rules *r, struct db *db)
{
    struct cursor c = db_rows(db,
        "SELECT unit, until_us, parent, name FROM unit_past WHERE town = ?1 ORDER BY unit, "
        "until_us",
        V(r->town));
    while (db_next(&c)) {
        struct unit_past p = {db_i64(&c, 0), db_i64(&c, 1), db_i64(&c, 2), db_dup(&c, 3, r->arena)};
        VEC_PUSH(r->arena, r->pasts, r->n_pasts) = p;
    }
}

static void compile_says(struct arena *a, struct class_ *k)
{
    k->limits = class_say_stages(a, SAY_LIMITS, k->says[SAY_LIMITS], &k->n_limits);
    k->photos = class_say_stages(a, SAY_PHOTOS, k->says[SAY_PHOTOS], &k->n_photos);
    k->words = class_say_words(a, k->says[SAY_WORDS], &k->n_words);
    k->without = class_say_words(a, k->says[SAY_WITHOUT], &k->n_without);
}

static void load_classes(struct rules *r, struct db *db)
{
    struct class_ *rows = NULL;
    struct branch *b = NULL;
    size_t n = 0, nb = 0;
    struct cursor c = db_rows(db,
        "SELECT id, parent, scheme, code, name, unit, limits, photos, opening, closing, words, "
        "without"
        " FROM class WHERE town = ?1 ORDER BY scheme, code",
        V(r->town));
    while (db_next(&c)) {
        struct branch x = {db_i64(&c, 0), db_i64(&c, 1), n};
        struct class_ k = {.id = x.id,
            .parent = x.parent,
            .scheme = db_dup(&c, 2, r->arena),
            .code = db_dup(&c, 3, r->arena),
            .name = db_dup(&c, 4, r->arena)};
        for (int i = 0; i < CLASS_SAYS; i++)
            k.says[i] = db_dup(&c, 5 + i, r->arena);
        compile_says(r->arena, &k);
        VEC_PUSH(r->arena, rows, n) = k;
        VEC_PUSH(r->arena, b, nb) = x;
    }
    struct tree t;
    plant(&t, r->arena, b, nb);
    r->classes = NEW_ARRAY(r->arena, n + 1, struct class_);
    r->n_classes = (size_t)t.next;
    for (size_t i = 0; i < r->n_classes; i++) {
        size_t row = t.order[i];
        struct class_ *k = &r->classes[i];
        CHECK(row < n);
        *k = rows[row];
        k->lo = t.lo[row];
        k->hi = t.hi[row];
        k->depth = t.depth[row];
        imap_put(&r->class_by_id, k->id, k);
        map_put(&r->class_by_code,
            str_fmt(r->arena, "%.*s/%.*s", STR_ARG(k->scheme), STR_ARG(k->code)), k);
    }
}

// ---- people

static const struct role *role_named(const struct rules *r, str key)
{
    for (size_t i = 0; i < r->n_roles; i++)
        if (str_eq(r->roles[i].key, key))
            return &r->roles[i];
    return NULL;
}

static void load_grants(struct rules *r, struct db *db)
{
    struct cursor c = db_rows(db,
        "SELECT person, role, unit FROM person_role WHERE town = ?1 ORDER BY person", V(r->town));
    while (db_next(&c)) {
        struct person *p = imap_get(&r->person_by_id, db_i64(&c, 0));
        struct grant g = {role_named(r, db_str(&c, 1)), rules_unit(r, db_i64(&c, 2))};
        if (!p || !g.role || !g.unit) // a role that was taken out of the file gives no right
            continue;
        VEC_PUSH(r->arena, p->grants, p->n) = g;
        p->rights |= g.role->mask;
    }
}

static void load_people(struct rules *r, struct db *db)
{
    struct cursor c = db_rows(db,
        "SELECT id, login, name, active, must_change, demo, epoch FROM person WHERE town = ?1 "
        "ORDER BY id",
        V(r->town));
    while (db_next(&c)) {
        struct person p = {.id = db_i64(&c, 0),
            .login = db_dup(&c, 1, r->arena),
            .name = db_dup(&c, 2, r->arena),
            .active = db_i64(&c, 3) != 0,
            .must_change = db_i64(&c, 4) != 0,
            .demo = db_i64(&c, 5) != 0,
            .epoch = db_i64(&c, 6)};
        VEC_PUSH(r->arena, r->people, r->n_people) = p;
    }
    for (size_t i = 0; i < r->n_people; i++) {
        imap_put(&r->person_by_id, r->people[i].id, &r->people[i]);
        map_put(&r->person_by_login, r->people[i].login, &r->people[i]);
    }
    load_grants(r, db);
}

// ---- definitions

struct stored {
    int64_t id, version, published_us;
    str kind, key, text;
};

static struct stored *stored_defs(struct rules *r, struct db *db, size_t *n)
{
    struct stored *rows = NULL;
    *n = 0;
    struct cursor c = db_rows(db,
        "SELECT id, kind, key, version, text, published_us FROM def WHERE town = ?1 ORDER BY id",
        V(r->town));
    while (db_next(&c)) {
        struct stored s = {db_i64(&c, 0), db_i64(&c, 3), db_i64(&c, 5), db_dup(&c, 1, r->arena),
            db_dup(&c, 2, r->arena), db_dup(&c, 4, r->arena)};
        VEC_PUSH(r->arena, rows, *n) = s;
    }
    return rows;
}

static void name_file(const struct stored *s, struct err *e)
{
    e->file =
        str_fmt(e->arena, "%.*s/%.*s v%" PRId64, STR_ARG(s->kind), STR_ARG(s->key), s->version);
}

static void load_calendar(struct rules *r, const struct stored *s, struct err *e)
{
    struct cal_spec spec;
    name_file(s, e);
    if (def_cal_parse(r->arena, s->text, &spec, e) != OK)
        return;
    struct cal *cal = cal_new(r->arena, &spec, e);
    if (cal)
        map_put(&r->cal_by_key, s->key, cal); // rows come by id: the newest version stays
}

// path: of the member that holds the filter, for whoever mends it.
static const struct filter *compile(
    struct rules *r, const struct def *d, str text, str path, struct err *e)
{
    if (text.n == 0)
        return NULL;
    struct err sub;
    err_init(&sub, r->arena, e->lang);
    const struct filter *f = filter_parse(r->arena, r, d, text, &sub);
    if (sub.code != OK)
        def_place_filter(e, d, path, text, &sub);
    else if (filter_of_part(f) && !str_starts(path, S("steps[")))
        def_err(e, d->text, path, (str){0}, (str){0}, "only a step is taken for a part",
            "“主办”只能写在步骤的条件里");
    return f;
}

static str row_path(struct rules *r, const char *section, size_t at, const char *member)
{
    return str_fmt(r->arena, "%s[%zu]%s%s", section, at, *member ? "." : "", member);
}

static void compile_tally(struct rules *r, struct def *d, size_t at, struct err *e)
{
    struct def_tally *t = &d->tallies[at];
    str path = row_path(r, "tallies", at, "where");
    t->match = compile(r, d, t->where, path, e);
    if (t->match && (filter_timed(t->match) || filter_personal(t->match)))
        def_err(e, d->text, path, (str){0}, (str){0},
            "a tally may not depend on the present time or on who asks",
            "统计口径不能随当前时间或查看人变化");
}

// What is found is the same for everybody. en, zh: the mistake of a filter that asks who looks.
static const struct filter *compile_for_all(struct rules *r, const struct def *d, str text,
    str path, const char *en, const char *zh, struct err *e)
{
    const struct filter *f = compile(r, d, text, path, e);
    if (f && filter_personal(f))
        def_err(e, d->text, path, (str){0}, (str){0}, "%s", "%s", e->lang == LANG_EN ? en : zh);
    return f;
}

static void compile_list(struct rules *r, struct def *d, size_t at, struct err *e)
{
    struct def_list *l = &d->analysis.lists[at];
    l->match = compile_for_all(r, d, l->where, row_path(r, "analysis.lists", at, "where"),
        "an analysis is the same for everybody", "分析的口径不能随查看人变化", e);
}

static void compile_solid(struct rules *r, struct def *d, struct err *e)
{
    static const char en[] = "a re-check is the same for everybody",
                      zh[] = "回头看的口径不能随查看人变化";
    struct def_solid *x = &d->solid;
    x->match = compile_for_all(r, d, x->when, S("consolidate.when"), en, zh, e);
    x->recur.match = compile_for_all(r, d, x->recur.when, S("consolidate.recur.when"), en, zh, e);
}

static void compile_gathers(struct rules *r, struct def *d, struct err *e)
{
    static const char en[] = "what is gathered is the same for everybody",
                      zh[] = "归集的口径不能随查看人变化";
    struct def_gathers *g = &d->gathers;
    g->match = compile_for_all(r, d, g->which, S("gathers.which"), en, zh, e);
    g->counted = compile_for_all(r, d, g->calls, S("gathers.calls"), en, zh, e);
}

void rules_no_unit(const struct rules *r, const struct def *d, str path, str code, struct err *e)
{
    str *codes = NEW_ARRAY(e->arena, r->n_units, str);
    for (size_t i = 0; i < r->n_units; i++)
        codes[i] = r->units[i].code;
    def_place_unknown(e, d->text, path, code, "unit", "单位", codes, r->n_units);
}

void rules_no_loop(
    const struct rules *r, const struct def *d, str path, str key, bool registers, struct err *e)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->n_loops; i++)
        if (loop_lasts(&r->loops[i]) == registers)
            VEC_PUSH(e->arena, keys, n) = r->loops[i].key;
    def_place_unknown(e, d->text, path, key, registers ? "register" : "loop",
        registers ? "台账" : "流程", keys, n);
}

static void compile_head(struct rules *r, const struct def *d, struct err *e)
{
    if (!rules_cal(r, d->calendar) && !d->lasting) {
        str *keys = NULL;
        size_t n = 0;
        for (size_t i = 0; i < r->cal_by_key.cap; i++)
            if (r->cal_by_key.slots[i].val)
                VEC_PUSH(e->arena, keys, n) = r->cal_by_key.slots[i].key;
        def_place_unknown(e, d->text, S("calendar"), d->calendar, "calendar", "工作日历", keys, n);
    }
    if (d->receiver.n > 0 && !rules_unit_named(r, d->receiver))
        rules_no_unit(r, d, d->lasting ? S("keeper") : S("receiver"), d->receiver, e);
}

void rules_compile_def(struct rules *r, struct def *d, struct err *e)
{
    compile_head(r, d, e);
    // Limits stand in another order than in the text: each is found by its filter.
    for (size_t i = 0; i < d->n_clocks; i++)
        for (size_t k = 0; k < d->clocks[i].n_limits; k++)
            d->clocks[i].limits[k].match =
                compile(r, d, d->clocks[i].limits[k].when, row_path(r, "clocks", i, "limits"), e);
    for (size_t i = 0; i < d->n_fields; i++)
        for (size_t k = 0; k < d->fields[i].n_fits; k++)
            d->fields[i].fits[k].match =
                compile(r, d, d->fields[i].fits[k].when, row_path(r, "fields", i, "fits"), e);
    for (size_t i = 0; i < d->n_steps; i++) {
        struct def_step *s = &d->steps[i];
        s->guard = compile(r, d, s->when, row_path(r, "steps", i, "when"), e);
        for (size_t k = 0; k < s->n_musts; k++)
            s->musts[k].match = compile(r, d, s->musts[k].when, row_path(r, "steps", i, "must"), e);
    }
    for (size_t i = 0; i < d->n_escalations; i++)
        d->escalations[i].match =
            compile(r, d, d->escalations[i].when, row_path(r, "escalate", i, "when"), e);
    for (size_t i = 0; i < d->n_routes; i++)
        d->routes[i].match = compile(r, d, d->routes[i].when, row_path(r, "routes", i, "when"), e);
    for (size_t i = 0; i < d->n_tallies; i++)
        compile_tally(r, d, i, e);
    for (size_t i = 0; i < d->analysis.n_lists; i++)
        compile_list(r, d, i, e);
    compile_solid(r, d, e);
    for (size_t i = 0; i < d->n_views; i++)
        d->views[i].match = compile(r, d, d->views[i].where, row_path(r, "views", i, "where"), e);
    compile_gathers(r, d, e);
}

static void load_loop(struct rules *r, const struct stored *s, struct err *e)
{
    struct def *d;
    name_file(s, e);
    if (def_parse_with(r->arena, s->text, r->supervision, &d, e) != OK)
        return;
    d->id = s->id;
    d->version = s->version;
    imap_put(&r->def_by_id, d->id, d);
    struct loop *l = map_get(&r->loop_by_key, s->key);
    if (!l) {
        l = NEW(r->arena, struct loop);
        l->key = s->key;
        map_put(&r->loop_by_key, s->key, l);
    }
    l->title = d->title;
    l->now = d;
    VEC_PUSH(r->arena, l->versions, l->n) = d;
}

static struct rules_score *score_slot(struct rules *r, str key)
{
    for (size_t i = 0; i < r->n_scores; i++)
        if (str_eq(r->scores[i].key, key))
            return &r->scores[i];
    VEC_PUSH(r->arena, r->scores, r->n_scores) = (struct rules_score){.key = key};
    return &r->scores[r->n_scores - 1];
}

// A loop or a unit that has changed since may leave a score nothing to read: that is told to who
// asks for it, and the town lives on.
static void load_score(struct rules *r, const struct stored *row, enum lang lang)
{
    struct err sub;
    struct score *s;
    err_init(&sub, r->arena, lang);
    if (score_parse(r->arena, r, row->text, &s, &sub) != OK) {
        s = NEW(r->arena, struct score);
        s->key = s->title = row->key;
        s->text = row->text;
        s->year_month = r->year_month;
        s->broken = err_text(&sub, r->arena);
    }
    s->id = row->id;
    s->version = row->version;
    s->published_us = row->published_us;
    struct rules_score *x = score_slot(r, row->key);
    VEC_PUSH(r->arena, x->versions, x->n) = s;
}

// Its names are known to the filters of loops, and its own filter names theirs: read first,
// compiled last.
static void read_keydate(struct rules *r, const struct stored *row, struct err *e)
{
    struct keydate *k;
    size_t at = 0;
    name_file(row, e);
    if (keydate_parse(r->arena, row->text, &k, e) != OK)
        return;
    k->id = row->id;
    k->version = row->version;
    k->published_us = row->published_us;
    while (at < r->n_keydates && !str_eq(r->keydates[at]->key, k->key))
        at++;
    if (at < r->n_keydates)
        r->keydates[at] = k;
    else
        VEC_PUSH(r->arena, r->keydates, r->n_keydates) = k;
}

// What its filter named may be gone: that is told, and nothing is under it.
static void compile_keydates(struct rules *r, enum lang lang)
{
    for (size_t i = 0; i < r->n_keydates; i++) {
        struct err sub;
        err_init(&sub, r->arena, lang);
        keydate_compile(r->arena, r, r->keydates[i], &sub);
        if (sub.code != OK)
            r->keydates[i]->broken = err_text(&sub, r->arena);
    }
}

// The newest version holds for all versions of all loops: what they share is not kept with an item.
static void load_supervision(struct rules *r, const struct stored *s, struct err *e)
{
    name_file(s, e);
    (void)!def_supervision_parse(r->arena, s->text, &r->supervision, e);
}

// A loop that has changed since may leave a rule nothing to read: it issues nothing, and the town
// lives on.
static void compile_supervision(struct rules *r, enum lang lang)
{
    struct supervision *s = r->supervision;
    for (size_t i = 0; s && i < s->n_rules; i++) {
        struct err sub;
        err_init(&sub, r->arena, lang);
        s->rules[i].match = filter_parse(r->arena, r, NULL, s->rules[i].when, &sub);
    }
}

static bool is_loop(str kind)
{
    return str_eq(kind, S("loop")) || str_eq(kind, S("register"));
}

static void load_defs(struct rules *r, struct db *db, struct err *e)
{
    size_t n;
    struct stored *rows = stored_defs(r, db, &n);
    for (size_t i = 0; i < n; i++) {
        if (str_eq(rows[i].kind, S("calendar")))
            load_calendar(r, &rows[i], e);
        if (str_eq(rows[i].kind, S("roles"))) {
            name_file(&rows[i], e);
            if (def_roles_parse(r->arena, rows[i].text, &r->roles, &r->n_roles, e) != OK)
                return;
        }
        if (str_eq(rows[i].kind, S("supervision")))
            load_supervision(r, &rows[i], e);
    }
    for (size_t i = 0; i < n; i++)
        if (is_loop(rows[i].kind))
            load_loop(r, &rows[i], e);
        else if (str_eq(rows[i].kind, S("keydate")))
            read_keydate(r, &rows[i], e);
    // In the order in which they were first published.
    for (size_t i = 0; i < n; i++) {
        const struct loop *l = is_loop(rows[i].kind) ? rules_loop(r, rows[i].key) : NULL;
        if (l && l->versions[0]->id == rows[i].id)
            VEC_PUSH(r->arena, r->loops, r->n_loops) = *l;
    }
    for (size_t i = 0; i < r->n_loops; i++)
        map_put(&r->loop_by_key, r->loops[i].key, &r->loops[i]);
    for (size_t i = 0; i < n && e->code == OK; i++) {
        struct def *d = imap_get(&r->def_by_id, rows[i].id);
        if (!d)
            continue;
        name_file(&rows[i], e);
        rules_compile_def(r, d, e);
    }
    compile_supervision(r, e->lang);
    for (size_t i = 0; i < n && e->code == OK; i++)
        if (str_eq(rows[i].kind, S("score")))
            load_score(r, &rows[i], e->lang);
    if (e->code == OK)
        compile_keydates(r, e->lang);
}

static void suppose_loop(struct rules *r, const struct stored *s, struct err *unheard)
{
    bool there = map_get(&r->loop_by_key, s->key) != NULL;
    load_loop(r, s, unheard);
    if (there || unheard->code != OK)
        return;
    VEC_PUSH(r->arena, r->loops, r->n_loops) = *(struct loop *)map_get(&r->loop_by_key, s->key);
    for (size_t i = 0; i < r->n_loops; i++) // they may have been moved
        map_put(&r->loop_by_key, r->loops[i].key, &r->loops[i]);
}

// Each in its turn: a loop names roles, calendars and registers, a score names loops.
enum supposing { SUPPOSE_FIRST, SUPPOSE_LOOPS, SUPPOSE_FILTERS, SUPPOSE_SCORES, SUPPOSE_TURNS };

static void suppose(struct rules *r, enum supposing turn, const struct stored *s)
{
    struct err unheard;
    struct role *roles;
    size_t n;
    err_init(&unheard, r->arena, LANG_ZH);
    if (turn == SUPPOSE_FIRST && str_eq(s->kind, S("calendar")))
        load_calendar(r, s, &unheard);
    else if (turn == SUPPOSE_FIRST && str_eq(s->kind, S("roles")) &&
             def_roles_parse(r->arena, s->text, &roles, &n, &unheard) == OK)
        r->roles = roles, r->n_roles = n;
    else if (turn == SUPPOSE_FIRST && str_eq(s->kind, S("keydate")))
        read_keydate(r, s, &unheard);
    else if (turn == SUPPOSE_LOOPS && is_loop(s->kind))
        suppose_loop(r, s, &unheard);
    else if (turn == SUPPOSE_FILTERS && is_loop(s->kind) && imap_get(&r->def_by_id, s->id))
        rules_compile_def(r, imap_get(&r->def_by_id, s->id), &unheard);
    else if (turn == SUPPOSE_SCORES && str_eq(s->kind, S("score")))
        load_score(r, s, LANG_ZH);
}

void rules_suppose(struct rules *r, const struct rules_text *t, size_t n)
{
    for (int turn = 0; turn < SUPPOSE_TURNS; turn++)
        for (size_t i = 0; i < n; i++) {
            const struct stored s = {
                .id = -1 - (int64_t)i, .kind = t[i].kind, .key = t[i].key, .text = t[i].text};
            suppose(r, (enum supposing)turn, &s);
        }
}

static int64_t setting_i64(struct rules *r, struct db *db, str key, int64_t otherwise)
{
    int64_t v = otherwise;
    str text = db_one_str(
        db, r->arena, "SELECT val FROM setting WHERE town = ?1 AND key = ?2", V(r->town), V(key));
    return str_i64(text, &v) ? v : otherwise;
}

struct rules *rules_load(struct db *db, int64_t town, struct err *e)
{
    struct arena *a = arena_new();
    struct rules *r = NEW(a, struct rules);
    r->arena = a;
    r->town = town;
    map_init(&r->unit_by_code, a);
    map_init(&r->unit_by_name, a);
    map_init(&r->class_by_code, a);
    map_init(&r->person_by_login, a);
    map_init(&r->loop_by_key, a);
    map_init(&r->cal_by_key, a);
    map_init(&r->spots_by_char, a);
    imap_init(&r->unit_by_id, a);
    imap_init(&r->class_by_id, a);
    imap_init(&r->person_by_id, a);
    imap_init(&r->def_by_id, a);
    r->gen = journal_town_event(db, town);
    r->zone_s = (int)setting_i64(r, db, S("zone_s"), TM_ZONE_DEFAULT_S);
    r->year_month = (int)setting_i64(r, db, S("year_month"), 1);
    str file = e->file;
    load_units(r, db);
    load_pasts(r, db);
    load_classes(r, db);
    rules_load_map(r, db);
    load_defs(r, db, e);
    load_people(r, db);
    if (r->root) {
        r->town_name = r->root->name;
        r->town_code = r->root->code;
    } else if (e->code == OK && db_status(db, e) == OK) {
        err_add(e, ERR_MISSING, S("town"), (str){0}, "the database has no such town",
            "数据库里没有这个镇");
    }
    if (e->code == OK && db_status(db, e) == OK) {
        e->file = file;
        return r;
    }
    // The notes' texts live in the caller's arena, so the half-built snapshot can go.
    arena_free(a);
    return NULL;
}

void rules_free(struct rules *r)
{
    if (r)
        arena_free(r->arena);
}
