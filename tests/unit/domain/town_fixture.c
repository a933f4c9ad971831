#include "town_fixture.h"

#include <fts.h>
#include <stdlib.h>
#include "store/migrate.h"

struct unit_row {
    const char *code, *parent, *kind, *name, *short_name;
};
static const struct unit_row UNITS[] = {
    {"xinjing", NULL, "town", "新泾镇", "新泾"},
    {"ops-centre", "xinjing", "centre", "城市运行管理中心", "城运中心"},
    {"office-business", "xinjing", "office", "营商环境办公室", "营商办"},
    {"office-property", "xinjing", "office", "房屋管理办公室", "房管办"},
    {"c01", "xinjing", "neighbourhood", "北虹居民区", "北虹"},
    {"c02", "xinjing", "neighbourhood", "第二居民区", "二居"},
    {"c03", "xinjing", "neighbourhood", "第三居民区", "三居"},
    {"c04", "xinjing", "neighbourhood", "第四居民区", "四居"},
    {"c05", "xinjing", "neighbourhood", "第五居民区", "五居"},
    {"c06", "xinjing", "neighbourhood", "第六居民区", "六居"},
    {"c07", "xinjing", "neighbourhood", "第七居民区", "七居"},
    {"c08", "xinjing", "neighbourhood", "第八居民区", "八居"},
    {"c09", "xinjing", "neighbourhood", "第九居民区", "九居"},
    {"c10", "xinjing", "neighbourhood", "第十居民区", "十居"},
    {"c01-g1", "c01", "micro-grid", "北虹第一微网格", "北虹一格"},
};

struct class_row {
    const char *code, *parent, *name;
};
static const struct class_row CLASSES[] = {
    {"01", NULL, "城市管理"},
    {"0101", "01", "市容环境"},
    {"0102", "01", "违法建筑"},
    {"02", NULL, "住宅物业"},
    {"0201", "02", "物业服务"},
    {"0202", "02", "电梯"},
    {"05", NULL, "营商服务"},
    {"0501", "05", "企业服务"},
    {"06", NULL, "公共安全"},
    {"0601", "06", "飞线充电"},
};

struct person_row {
    const char *login, *role, *unit;
};
static const struct person_row PEOPLE[] = {
    {"leader", "leader", "xinjing"},
    {"dispatcher", "dispatcher", "xinjing"},
    {"clerk", "clerk", "ops-centre"},
    {"reader", "reader", "xinjing"},
    {"sysadmin", "sysadmin", "xinjing"},
    {"secadmin", "secadmin", "xinjing"},
    {"auditadmin", "auditadmin", "xinjing"},
    {"ob", "handler", "office-business"},
    {"op", "handler", "office-property"},
    {"l01", "leader", "c01"},
    {"h01", "handler", "c01"},
    {"h02", "handler", "c02"},
    {"h03", "handler", "c03"},
    {"h04", "handler", "c04"},
    {"h05", "handler", "c05"},
    {"h06", "handler", "c06"},
    {"h07", "handler", "c07"},
    {"h08", "handler", "c08"},
    {"h09", "handler", "c09"},
    {"h10", "handler", "c10"},
};

static int64_t id_of(struct fixture *f, const char *code)
{
    return db_one_i64(f->db, 0, "SELECT id FROM unit WHERE town = ?1 AND code = ?2",
        V(FIXTURE_TOWN), V(str_of(code)));
}

static void put_units(struct fixture *f)
{
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++) {
        const struct unit_row *u = &UNITS[i];
        int64_t id = u->parent ? (int64_t)i : FIXTURE_TOWN;
        int64_t parent = u->parent ? id_of(f, u->parent) : 0;
        db_run(f->db,
            "INSERT INTO unit (town, id, parent, kind, code, name, short_name, seq)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            V(FIXTURE_TOWN), V(id), V(parent), V(str_of(u->kind)), V(str_of(u->code)),
            V(str_of(u->name)), V(str_of(u->short_name)), V((int64_t)i));
    }
}

static void put_classes(struct fixture *f)
{
    for (size_t i = 0; i < ARRAY_LEN(CLASSES); i++) {
        const struct class_row *k = &CLASSES[i];
        int64_t parent =
            k->parent == NULL
                ? 0
                : db_one_i64(f->db, 0, "SELECT id FROM class WHERE town = ?1 AND code = ?2",
                      V(FIXTURE_TOWN), V(str_of(k->parent)));
        db_run(f->db,
            "INSERT INTO class (town, id, parent, scheme, code, name) VALUES (?1, ?2, ?3, "
            "'matters', ?4, ?5)",
            V(FIXTURE_TOWN), V((int64_t)i + 1), V(parent), V(str_of(k->code)), V(str_of(k->name)));
    }
}

static void put_people(struct fixture *f)
{
    for (size_t i = 0; i < ARRAY_LEN(PEOPLE); i++) {
        const struct person_row *p = &PEOPLE[i];
        int64_t id = (int64_t)i + 1;
        db_run(f->db,
            "INSERT INTO person (town, id, login, name, password, active, must_change, demo, epoch)"
            " VALUES (?1, ?2, ?3, ?4, '', 1, 0, 1, 1)",
            V(FIXTURE_TOWN), V(id), V(str_of(p->login)), V(str_fmt(f->a, "演示 %s", p->login)));
        db_run(f->db, "INSERT INTO person_role (town, person, role, unit) VALUES (?1, ?2, ?3, ?4)",
            V(FIXTURE_TOWN), V(id), V(str_of(p->role)), V(id_of(f, p->unit)));
    }
}

static void put_def(struct fixture *f, const char *kind, const char *key, str text)
{
    db_run(f->db,
        "INSERT INTO def (town, id, kind, key, version, text, published_us, by_person)"
        " VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM def WHERE town = ?1), ?2, ?3,"
        " (SELECT coalesce(max(version), 0) + 1 FROM def WHERE town = ?1 AND kind = ?2 AND key = "
        "?3), ?4, 1, 0)",
        V(FIXTURE_TOWN), V(str_of(kind)), V(str_of(key)), V(text));
}

static void migrate_all(struct fixture *f)
{
    size_t n;
    const struct migration *all = migrations_embedded(f->a, &n);
    fixture_ok(f, migrate(f->db, all, n, f->c.now_us, &f->e));
}

void fixture_reload(struct fixture *f)
{
    f->rules = rules_load(f->db, FIXTURE_TOWN, &f->e);
    if (!f->rules)
        fail_msg("%s", err_text(&f->e, f->a).s);
    VEC_PUSH(f->a, f->loaded, f->n_loaded) = f->rules;
    int64_t actor = f->c.actor ? f->c.actor->id : 0;
    f->c.rules = f->rules;
    f->c.actor = actor ? rules_person(f->rules, actor) : NULL;
}

struct fixture *fixture_open(void)
{
    crypt_init();
    struct arena *a = arena_new();
    struct fixture *f = NEW(a, struct fixture);
    f->a = a;
    err_init(&f->e, a, LANG_EN);
    // Read before anything is made, so that a test started elsewhere leaves no directory behind.
    str roles = file_read(a, "defs/roles.yaml");
    str workdays = file_read(a, "defs/calendars/workdays.yaml");
    str hotline = file_read(a, "tests/unit/domain/loop.yaml");
    const char *root = getenv("TMPDIR");
    char *dir = str_z(a, str_fmt(a, "%s/town-XXXXXX", root ? root : P_tmpdir));
    if (!mkdtemp(dir))
        fail_msg("no directory for the town's database");
    f->dir = str_of(dir);
    f->db = db_open(str_fmt(a, "%s/town.db", dir), DB_WRITE, &f->e);
    if (!f->db)
        fail_msg("%s", err_text(&f->e, a).s);
    memset(&f->keys, 7, sizeof(f->keys)); // fixed, so that runs repeat
    f->c = (struct ctx){.db = f->db,
        .arena = a,
        .keys = &f->keys,
        .lang = LANG_EN,
        .blob_dir = str_fmt(a, "%s/files", dir)};
    fixture_at(f, "2026-11-16 09:00");
    migrate_all(f);
    db_begin(f->db);
    put_units(f);
    put_classes(f);
    put_people(f);
    put_def(f, "roles", "roles", roles);
    put_def(f, "calendar", "workdays", workdays);
    put_def(f, "loop", "hotline", hotline);
    fixture_ok(f, db_commit(f->db, &f->e));
    f->journal = journal_new(FIXTURE_TOWN, 1);
    f->c.journal = f->journal;
    fixture_reload(f);
    return f;
}

static void remove_dir(struct fixture *f)
{
    char *roots[] = {str_z(f->a, f->dir), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *x = tree ? fts_read(tree) : NULL; x; x = fts_read(tree))
        if (x->fts_info != FTS_D && remove(x->fts_accpath) != 0)
            print_error("%s stays behind\n", x->fts_path);
    if (tree)
        fts_close(tree);
}

void fixture_close(struct fixture *f)
{
    db_close(f->db);
    journal_free(f->journal);
    for (size_t i = 0; i < f->n_loaded; i++)
        rules_free(f->loaded[i]);
    remove_dir(f);
    arena_free(f->a);
}

struct ctx *fixture_as(struct fixture *f, const char *login)
{
    f->c.actor = login ? map_get(&f->rules->person_by_login, str_of(login)) : NULL;
    if (login && !f->c.actor)
        fail_msg("there is nobody called %s", login);
    return &f->c;
}

void fixture_at(struct fixture *f, const char *when)
{
    f->c.now_us = at(when);
}

void fixture_later(struct fixture *f, int64_t us)
{
    f->c.now_us += us;
}

static void begin_group(struct fixture *f)
{
    db_begin(f->db);
    journal_begin(f->journal, f->db);
}

static enum err_code end_group(struct fixture *f)
{
    enum err_code code = journal_flush(f->journal, f->db, &f->e);
    if (code == OK)
        code = db_commit(f->db, &f->e);
    if (code != OK)
        db_rollback(f->db);
    journal_finish(f->journal, code == OK);
    return code;
}

static void reload_when_changed(struct fixture *f)
{
    if (!journal_rules_dirty(f->journal))
        return;
    fixture_reload(f);
    journal_rules_clean(f->journal);
}

void fixture_begin(struct fixture *f)
{
    err_init(&f->e, f->a, LANG_EN);
    if (!f->in_group)
        begin_group(f);
    db_savepoint(f->db);
}

enum err_code fixture_end(struct fixture *f, enum err_code code)
{
    if (code == OK)
        code = db_status(f->db, &f->e);
    if (code != OK)
        db_rollback_to(f->db);
    db_release(f->db);
    journal_settle(f->journal, code == OK);
    reload_when_changed(f);
    if (f->in_group)
        return code;
    enum err_code ended = end_group(f);
    return code != OK ? code : ended;
}

void fixture_group(struct fixture *f)
{
    begin_group(f);
    f->in_group = true;
}

void fixture_ungroup(struct fixture *f)
{
    f->in_group = false;
    fixture_ok(f, end_group(f));
}

void fixture_code_(
    struct fixture *f, enum err_code got, enum err_code wanted, const char *file, int line)
{
    if (got == wanted)
        return;
    print_error("got %s, wanted %s\n%s\n", err_code_name(got), err_code_name(wanted),
        err_text(&f->e, f->a).s);
    _fail(file, line);
}

str fixture_note(const struct fixture *f, size_t i)
{
    return i < f->e.n ? f->e.notes[i].field : (str){0};
}

bool fixture_noted(const struct fixture *f, const char *field)
{
    for (size_t i = 0; i < f->e.n; i++)
        if (str_eq(f->e.notes[i].field, str_of(field)))
            return true;
    return false;
}

int64_t fixture_unit(const struct fixture *f, const char *code)
{
    const struct unit *u = map_get(&f->rules->unit_by_code, str_of(code));
    if (!u)
        fail_msg("there is no unit %s", code);
    return u->id;
}

int64_t fixture_class(const struct fixture *f, const char *code)
{
    const struct class_ *k = map_get(&f->rules->class_by_code, str_fmt(f->a, "matters/%s", code));
    if (!k)
        fail_msg("there is no class %s", code);
    return k->id;
}

int64_t fixture_person(const struct fixture *f, const char *login)
{
    const struct person *p = map_get(&f->rules->person_by_login, str_of(login));
    if (!p)
        fail_msg("there is nobody called %s", login);
    return p->id;
}

int64_t fixture_tally(struct fixture *f, const char *loop, const char *key, int64_t period)
{
    return db_one_i64(f->db, 0,
        "SELECT coalesce(sum(n), 0) FROM tally WHERE town = ?1 AND loop = ?2 AND key = ?3 AND "
        "period = ?4"
        " AND unit >= 0 AND class >= 0", // without the sums the table holds beside
        V(FIXTURE_TOWN), V(str_of(loop)), V(str_of(key)), V(period));
}

void fixture_publish(struct fixture *f, const char *kind, const char *key, str text)
{
    put_def(f, kind, key, text);
    fixture_ok(f, db_status(f->db, &f->e));
    fixture_reload(f);
}

struct item_in fixture_order(const struct fixture *f, const char *title)
{
    static struct item_field fields[] = {
        {{"channel", 7}, {"12345", 5}}, {{"kind", 4}, {"投诉", 6}}, {{"priority", 8}, {"一般", 6}}};
    return (struct item_in){.loop = S("hotline"),
        .title = str_of(title),
        .text = S("楼道堆物，影响通行。"),
        .address = S("新泾镇示例路 1 号"),
        .cls = fixture_class(f, "0101"),
        .fields = fields,
        .n_fields = ARRAY_LEN(fields)};
}

struct item fixture_file(struct fixture *f, const char *title)
{
    const struct person *actor = f->c.actor;
    struct item_in in = fixture_order(f, title);
    struct item it = {0};
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    f->c.actor = actor;
    return it;
}

int fixture_setup(void **state)
{
    *state = fixture_open();
    return 0;
}

int fixture_teardown(void **state)
{
    fixture_close(*state);
    return 0;
}
