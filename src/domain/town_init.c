// Making a town from its files. Every file is read and checked before the answer is no, so that all
// that is wrong is said at once; the rows of all files go in by one transaction.

#include <string.h>
#include "base/json.h"
#include "domain/cadence.h"
#include "domain/def_cal.h"
#include "domain/def_place.h"
#include "domain/def_role.h"
#include "domain/def_supervision.h"
#include "domain/journal.h"
#include "domain/keydate.h"
#include "domain/layer.h"
#include "domain/near.h"
#include "domain/people.h"
#include "domain/score.h"
#include "domain/town.h"
#include "domain/yaml.h"
#include "domain/via.h"

enum { TOWN_ID_MAX = INT32_MAX, INIT_CHANGES_MAX = 64 * KIB };

static const struct yaml_member TOWN[] = {
    {"name", YAML_WANT_STR, YAML_REQUIRED},
    {"short", YAML_WANT_STR},
    {"code", YAML_WANT_KEY, YAML_REQUIRED},
    {"kind", YAML_WANT_KEY},
    {"id", YAML_WANT_INT, YAML_REQUIRED, "the administrative code, a number", .min = 1,
        .max = TOWN_ID_MAX},
    {"zone", YAML_WANT_STR,
        .options = "+08:00"}, // civil time of the whole program is one fixed zone
    {"year", YAML_WANT_INT, .expected = "the month the assessment year begins in", .min = 1,
        .max = 12},
    {"defs", YAML_WANT_STRS, YAML_REQUIRED},
    {"units", YAML_WANT_STRS, YAML_REQUIRED},
    {"classes", YAML_WANT_STRS, YAML_REQUIRED},
    {"people", YAML_WANT_STRS, YAML_REQUIRED},
    {"layers", YAML_WANT_STRS},
    {"rows", YAML_WANT_MAP,
        .expected = "{register: sheet}"}, // of a demonstration (cmd/demo_rows.c)
    {0},
};

struct file {
    str name, text;
    struct err e;  // what is wrong in it
    str kind, key; // of a definition
};
struct files {
    struct file **at;
    size_t n;
};
struct making {
    struct arena *a;
    const struct town_source *src;
    struct ctx c;
    struct rules
        bare; // there is no snapshot before there are rows; functions look into the database
    struct err *e;
    int year_month;   // in which the town's assessment year begins
    struct files all; // in reading order
    struct files defs, units, classes, people, layers;
    struct unit_in root;
    const struct yaml *rows;
    struct supervision *supervision; // what all loops share; NULL: nothing
};

static struct file *read_in(struct making *m, struct files *list, str name)
{
    struct file *f = NEW(m->a, struct file);
    f->name = name;
    err_init(&f->e, m->a, m->e->lang);
    VEC_PUSH(m->a, m->all.at, m->all.n) = f;
    if (list)
        VEC_PUSH(m->a, list->at, list->n) = f;
    if (!m->src->read(m->src->arg, m->a, name, &f->text))
        err_add(&f->e, ERR_MISSING, (str){0}, (str){0},
            "there is no such file, or it cannot be read", "没有这个文件，或无法读取");
    else if (f->text.n > YAML_TEXT_MAX)
        err_add(&f->e, ERR_LIMIT, (str){0}, S("4 MiB"), "the file is too large", "文件过大");
    return f;
}

static bool any_wrong(const struct files *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i]->e.code != OK)
            return true;
    return false;
}

// One wrong file: its name is the error's, and the notes keep their places. Several: each note says
// where it stands.
static enum err_code report(struct making *m)
{
    struct file *only = NULL;
    size_t wrong = 0;
    for (size_t i = 0; i < m->all.n; i++)
        if (m->all.at[i]->e.code != OK) {
            only = m->all.at[i];
            wrong++;
        }
    if (wrong == 1) {
        m->e->file = only->name;
        err_merge(m->e, &only->e, (str){0});
        return m->e->code;
    }
    for (size_t i = 0; i < m->all.n; i++) {
        const struct file *f = m->all.at[i];
        for (size_t k = 0; k < f->e.n; k++) {
            const struct err_note *note = &f->e.notes[k];
            str place = note->line > 0 ? str_fmt(m->a, "%.*s:%d:%d", STR_ARG(f->name), note->line,
                                             note->column)
                                       : f->name;
            str field = note->field.n > 0
                            ? str_fmt(m->a, "%.*s: %.*s", STR_ARG(place), STR_ARG(note->field))
                            : place;
            err_add(
                m->e, note->code, field, note->expected, "%.*s", "%.*s", STR_ARG(note->message));
        }
        m->e->dropped += f->e.dropped;
    }
    return m->e->code;
}

static void read_all(struct making *m, const struct yaml *root, const char *key, struct files *list)
{
    str *names = NULL;
    size_t n = 0;
    if (!yaml_as_strs(m->a, yaml_get(root, key), &names, &n))
        return;
    for (size_t i = 0; i < n; i++)
        read_in(m, list, names[i]);
}

static bool read_plan(struct making *m)
{
    struct file *f = read_in(m, NULL, S("town.yaml"));
    const struct yaml *root = f->e.code == OK ? yaml_parse(m->a, f->text, &f->e) : NULL;
    if (!root || !yaml_check(root, TOWN, (str){0}, &f->e))
        return false;
    m->year_month = (int)yaml_get_i64(root, "year", 1);
    m->root = (struct unit_in){.id = yaml_get_i64(root, "id", 0),
        .kind = yaml_get_str(root, "kind"),
        .code = yaml_get_str(root, "code"),
        .name = yaml_get_str(root, "name"),
        .short_name = yaml_get_str(root, "short"),
        .closed = -1};
    if (m->root.kind.n == 0)
        m->root.kind = S("town");
    read_all(m, root, "defs", &m->defs);
    read_all(m, root, "units", &m->units);
    read_all(m, root, "classes", &m->classes);
    read_all(m, root, "people", &m->people);
    read_all(m, root, "layers", &m->layers);
    m->rows = yaml_get(root, "rows");
    return true;
}

// ---- definitions

static enum err_code check_calendar(struct making *m, struct file *f)
{
    struct cal_spec spec;
    if (def_cal_parse(m->a, f->text, &spec, &f->e) != OK)
        return f->e.code;
    f->key = spec.key;
    const struct cal *cal = cal_new(m->a, &spec, &f->e);
    return cal ? OK : f->e.code;
}

// What a file defines is told by its first words: roles, a loop or register, a calendar, a score or
// a key date.
static enum err_code check_def(struct making *m, struct file *f)
{
    const struct yaml *root = f->e.code == OK ? yaml_parse(m->a, f->text, &f->e) : NULL;
    struct role *roles;
    struct def *d;
    size_t n;
    if (!root)
        return f->e.code;
    if (yaml_get(root, "roles")) {
        f->kind = f->key = S("roles");
        return def_roles_parse(m->a, f->text, &roles, &n, &f->e);
    }
    if (yaml_get(root, "loop") || yaml_get(root, "register")) {
        bool lasting = yaml_get(root, "register") != NULL;
        f->kind = lasting ? S("register") : S("loop");
        f->key = yaml_get_str(root, lasting ? "register" : "loop");
        return def_parse(m->a, f->text, &d, &f->e);
    }
    if (yaml_get(root, "week")) {
        f->kind = S("calendar");
        return check_calendar(m, f);
    }
    if (yaml_get(root, "supervision")) {
        f->kind = S("supervision");
        f->key = yaml_get_str(root, "supervision");
        return def_supervision_parse(m->a, f->text, &m->supervision, &f->e);
    }
    if (yaml_get(root, "score")) { // read when the loops are there
        f->kind = S("score");
        f->key = yaml_get_str(root, "score");
        return OK;
    }
    if (yaml_get(root, "keydate")) { // its filter is read when the loops are there
        struct keydate *k;
        f->kind = S("keydate");
        f->key = yaml_get_str(root, "keydate");
        return keydate_parse(m->a, f->text, &k, &f->e);
    }
    return err_at(&f->e, root->line, root->column, (str){0},
        S("roles:, loop:, register:, week:, score:, keydate: or supervision:"),
        "defines neither roles nor a loop, a register, a calendar, a score, a key date or "
        "supervision",
        "既不是角色、流程、台账，也不是工作日历、考核、重要节点或督办");
}

static void check_twice(struct making *m)
{
    for (size_t i = 0; i < m->defs.n; i++)
        for (size_t k = 0; k < i; k++) {
            struct file *f = m->defs.at[i];
            const struct file *other = m->defs.at[k];
            if (f->key.n > 0 && str_eq(f->kind, other->kind) && str_eq(f->key, other->key))
                err_add(&f->e, ERR_INVALID, f->key, (str){0}, "is already defined by %.*s",
                    "已由 %.*s 定义", STR_ARG(other->name));
        }
}

// The sheets themselves are read when a demonstration brings them in.
static void check_rows(struct making *m)
{
    struct err *e = &m->all.at[0]->e; // town.yaml's
    for (size_t i = 0; m->rows && i < m->rows->n; i++) {
        const struct yaml *y = m->rows->vals[i];
        str key = m->rows->keys[i], text, *keys = NULL;
        size_t n = 0;
        bool known = false;
        for (size_t k = 0; k < m->defs.n; k++)
            if (str_eq(m->defs.at[k]->kind, S("register"))) {
                VEC_PUSH(m->a, keys, n) = m->defs.at[k]->key;
                known = known || str_eq(m->defs.at[k]->key, key);
            }
        if (!known)
            yaml_err(e, y, str_fmt(m->a, "rows.%.*s", STR_ARG(key)), near_list(m->a, key, keys, n),
                "is no register of this town", "本镇没有这个台账");
        if (y->type != YAML_SCALAR || !m->src->read(m->src->arg, m->a, y->s, &text))
            yaml_err(e, y, str_fmt(m->a, "rows.%.*s", STR_ARG(key)), S("registers/estate.csv"),
                "there is no such file, or it cannot be read", "没有这个文件，或无法读取");
    }
}

static bool is_loop(str kind)
{
    return str_eq(kind, S("loop")) || str_eq(kind, S("register"));
}

enum def_turn { TURN_FIRST, TURN_LOOPS, TURN_SCORES };

static enum def_turn turn_of(str kind)
{
    return is_loop(kind) ? TURN_LOOPS : str_eq(kind, S("score")) ? TURN_SCORES : TURN_FIRST;
}

static void put_defs(struct making *m, enum def_turn turn)
{
    for (size_t i = 0; i < m->defs.n; i++) {
        const struct file *f = m->defs.at[i];
        if (f->e.code != OK || turn_of(f->kind) != turn)
            continue;
        db_run(m->c.db,
            "INSERT INTO def (town, id, kind, key, version, text, published_us, by_person)"
            " VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, 0)",
            V(m->root.id), V((int64_t)i + 1), V(f->kind), V(f->key), V(f->text), V(m->c.now_us));
    }
}

static void put_settings(struct making *m)
{
    db_run(m->c.db,
        "INSERT INTO setting (town, key, val) VALUES (?1, 'zone_s', ?2), (?1, 'rules_gen', '1'),"
        " (?1, 'year_month', ?3)",
        V(m->root.id), V(str_fmt(m->a, "%d", TM_ZONE_DEFAULT_S)),
        V(str_fmt(m->a, "%d", m->year_month)));
}

// ---- the rows

static enum err_code write_init_event(struct making *m)
{
    struct buf b;
    struct jw w;
    buf_init(&b, m->a, INIT_CHANGES_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "town", m->root.name);
    jw_key(&w, S("files"));
    jw_obj(&w);
    for (size_t i = 0; i < m->all.n; i++) {
        uint8_t hash[CRYPT_HASH_BYTES];
        bool again = false; // a file may be named in two places
        for (size_t k = 0; k < i; k++)
            again = again || str_eq(m->all.at[k]->name, m->all.at[i]->name);
        if (again)
            continue;
        crypt_sha256(m->all.at[i]->text, hash);
        jw_key(&w, m->all.at[i]->name);
        jw_str(&w, crypt_hex(m->a, hash, sizeof(hash)));
    }
    jw_end_obj(&w);
    jw_end_obj(&w);
    if (b.overflow)
        return err_add(
            m->e, ERR_LIMIT, S("town.yaml"), (str){0}, "names too many files", "列出的文件过多");
    struct event ev = {
        .what = S("init"), .at_us = m->c.now_us, .unit = m->root.id, .changes = buf_str(&b)};
    return journal_event(&m->c, &ev, m->e);
}

static void import_all(struct making *m, struct files *list,
    enum err_code (*import)(struct ctx *c, str text, int64_t *made, struct err *e))
{
    for (size_t i = 0; i < list->n; i++) {
        struct file *f = list->at[i];
        int64_t made;
        if (f->e.code == OK)
            (void)import(&m->c, f->text, &made, &f->e);
    }
}

static enum err_code import_units(struct ctx *c, str text, int64_t *made, struct err *e)
{
    int64_t changed;
    return units_import(c, text, false, made, &changed, e);
}

static enum err_code import_classes(struct ctx *c, str text, int64_t *made, struct err *e)
{
    int64_t changed;
    return classes_import(c, text, false, made, &changed, e);
}

// Cells name units, which stand in the database by now.
static enum err_code import_layers(struct making *m)
{
    const struct rules *bare = m->c.rules;
    for (size_t i = 0; i < m->layers.n; i++) {
        struct file *f = m->layers.at[i];
        struct layer_in in = {0};
        struct layer_counts counts;
        if (f->e.code != OK)
            continue;
        struct rules *r = rules_load(m->c.db, m->root.id, m->e);
        if (!r)
            return m->e->code;
        m->c.rules = r;
        struct layer_list *l = layer_read(&m->c, &in, f->text, &f->e);
        if (l && layer_write(&m->c, l, &counts, &f->e) != OK)
            CHECK(f->e.code != OK); // said in the file's own notes
        m->c.rules = bare;
        rules_free(r);
    }
    return OK;
}

static bool roles_wrong(const struct making *m)
{
    bool any = false;
    for (size_t i = 0; i < m->defs.n; i++) {
        const struct file *f = m->defs.at[i];
        if (!str_eq(f->kind, S("roles")))
            continue;
        if (f->e.code != OK)
            return true;
        any = true;
    }
    return !any;
}

// Registers may lead to one another, so they are looked for in all files.
static void check_references(struct making *m, const struct def *d, struct err *e)
{
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        bool there = f->type != DEF_REF;
        for (size_t k = 0; k < m->defs.n && !there; k++)
            there = str_eq(m->defs.at[k]->kind, S("register")) && str_eq(m->defs.at[k]->key, f->to);
        if (!there)
            def_err(e, d->text, str_fmt(m->a, "fields[%zu].register", i), (str){0},
                S("the key of a register"), "there is no register \"%.*s\"", "没有这个台账：“%.*s”",
                STR_ARG(f->to));
    }
}

static void add_loop(struct rules *r, struct def *d)
{
    struct loop *l = NEW(r->arena, struct loop);
    *l = (struct loop){.key = d->loop, .title = d->title, .now = d};
    VEC_PUSH(r->arena, l->versions, l->n) = d;
    VEC_PUSH(r->arena, r->loops, r->n_loops) = *l;
    map_put(&r->loop_by_key, l->key, l);
}

// Loops go in last, once their filters are known to fit the units and classes that are there.
static enum err_code try_loops(struct making *m)
{
    struct rules *r = rules_load(m->c.db, m->root.id, m->e);
    if (!r) {
        m->e->file = (str){0}; // rows just written belong to no file any more
        return m->e->code;
    }
    struct def **defs = NEW_ARRAY(m->a, m->defs.n, struct def *);
    for (size_t i = 0; i < m->defs.n; i++) {
        struct file *f = m->defs.at[i];
        if (is_loop(f->kind) &&
            def_parse_with(m->a, f->text, m->supervision, &defs[i], &f->e) == OK)
            add_loop(r, defs[i]); // filters of the others may name it
    }
    for (size_t i = 0; i < m->defs.n; i++) {
        struct file *f = m->defs.at[i];
        if (!defs[i])
            continue;
        rules_compile_def(r, defs[i], &f->e);
        check_references(m, defs[i], &f->e);
    }
    for (size_t i = 0; m->supervision && i < m->defs.n; i++)
        if (str_eq(m->defs.at[i]->kind, S("supervision")))
            def_supervision_check(m->a, r, m->supervision, &m->defs.at[i]->e);
    rules_free(r);
    return OK;
}

// Cadence rules name fields of registers, which are there by now.
static void try_cadences(struct making *m, const struct rules *r, struct file *f)
{
    struct def *d;
    if (!is_loop(f->kind) || f->e.code != OK ||
        def_parse_with(m->a, f->text, m->supervision, &d, &f->e) != OK)
        return;
    if (!d->lasting)
        cadence_check(m->a, r, d, &f->e);
    via_check(r, d, &f->e);
}

// Scores name the counts of the loops, so these are there by now.
static enum err_code try_scores(struct making *m)
{
    struct rules *r = rules_load(m->c.db, m->root.id, m->e);
    if (!r) {
        m->e->file = (str){0};
        return m->e->code;
    }
    for (size_t i = 0; i < m->defs.n; i++) {
        struct file *f = m->defs.at[i];
        struct score *s;
        struct keydate *k;
        try_cadences(m, r, f);
        if (str_eq(f->kind, S("keydate")) && f->e.code == OK &&
            keydate_parse(m->a, f->text, &k, &f->e) == OK) {
            keydate_compile(m->a, r, k, &f->e);
            keydate_check(r, k, &f->e);
        }
        // What is wrong stays in the file's own notes.
        if (str_eq(f->kind, S("score")) && f->e.code == OK &&
            score_parse(m->a, r, f->text, &s, &f->e) == OK)
            f->key = s->key;
    }
    rules_free(r);
    return OK;
}

static enum err_code make(struct making *m)
{
    int64_t id;
    put_settings(m);
    put_defs(m, TURN_FIRST);
    if (write_init_event(m) != OK || unit_put(&m->c, &m->root, &id, m->e) != OK)
        return m->e->code;
    import_all(m, &m->units, import_units);
    import_all(m, &m->classes, import_classes);
    // Without units or roles every person would be wrong for somebody else's mistake.
    if (!any_wrong(&m->units) && !roles_wrong(m))
        import_all(m, &m->people, people_import);
    if (!any_wrong(&m->all) && import_layers(m) != OK)
        return m->e->code;
    if (db_status(m->c.db, m->e) != OK)
        return m->e->code;
    if (!any_wrong(&m->all) && try_loops(m) != OK)
        return m->e->code;
    if (any_wrong(&m->all))
        return report(m);
    put_defs(m, TURN_LOOPS);
    if (try_scores(m) != OK)
        return m->e->code;
    if (any_wrong(&m->all))
        return report(m);
    put_defs(m, TURN_SCORES);
    return db_status(m->c.db, m->e);
}

static void bare_rules(struct making *m)
{
    struct rules *r = &m->bare;
    *r = (struct rules){.arena = m->a,
        .town = m->root.id,
        .town_name = m->root.name,
        .town_code = m->root.code,
        .zone_s = TM_ZONE_DEFAULT_S,
        .year_month = m->year_month};
    struct map *maps[] = {&r->unit_by_code, &r->unit_by_name, &r->class_by_code,
        &r->person_by_login, &r->loop_by_key, &r->cal_by_key, &r->spots_by_char};
    struct imap *imaps[] = {&r->unit_by_id, &r->class_by_id, &r->person_by_id, &r->def_by_id};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        map_init(maps[i], m->a);
    for (size_t i = 0; i < ARRAY_LEN(imaps); i++)
        imap_init(imaps[i], m->a);
    m->c.rules = r;
}

static enum err_code make_whole(struct making *m)
{
    struct journal *j = journal_new(m->root.id, 1);
    m->c.journal = j;
    bare_rules(m);
    db_begin(m->c.db);
    journal_begin(j, m->c.db);
    enum err_code code = make(m);
    if (code == OK)
        code = journal_flush(j, m->c.db, m->e);
    if (code == OK)
        code = db_commit(m->c.db, m->e);
    if (code != OK)
        db_rollback(m->c.db);
    journal_finish(j, code == OK);
    journal_free(j);
    return code;
}

// A file holds one town; a server's database each town once.
static enum err_code refuse_second(struct db *db, int64_t town, struct err *e)
{
    int64_t there =
        db_shared(db)
            ? db_one_i64(db, 0, "SELECT town FROM unit WHERE town = ?1 LIMIT 1", V(town))
            : db_one_i64(db, 0, "SELECT town FROM unit WHERE town > ?1 ORDER BY town LIMIT 1",
                  V(INT64_MIN));
    if (db_status(db, e) != OK)
        return e->code;
    if (there == 0)
        return OK;
    return err_add(e, ERR_CONFLICT, S("town"), (str){0},
        "the database already holds a town: %" PRId64, "数据库里已经有镇：%" PRId64, there);
}

enum err_code town_init(struct db *db, struct arena *a, const struct town_source *src,
    const struct keys *keys, int64_t now_us, int64_t *town, struct err *e)
{
    struct making *m = NEW(a, struct making);
    m->a = a;
    m->src = src;
    m->e = e;
    m->c = (struct ctx){.db = db, .arena = a, .now_us = now_us, .keys = keys, .lang = e->lang};
    bool planned = read_plan(m);
    if (refuse_second(db, m->root.id, e) != OK)
        return e->code;
    for (size_t i = 0; i < m->defs.n; i++)
        check_def(m, m->defs.at[i]); // what is wrong stays in the file's own notes
    check_twice(m);
    check_rows(m);
    if (!planned)
        return report(m);
    db_town(db, m->root.id);
    enum err_code code = make_whole(m);
    if (code == OK)
        *town = m->root.id;
    return code;
}
