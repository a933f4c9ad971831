#include "town_made.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "domain/item_step.h"
#include "domain/people.h"

static int64_t count(struct made *m, const char *kind)
{
    return db_one_i64(m->db, -1, "SELECT count(*) FROM unit WHERE town = ?1 AND kind = ?2",
        V(m->rules->town), V(str_of(kind)));
}

// The 33 committees, as the public list names them: town 新泾镇, in its order.
static const char *const COMMITTEES[] = {"刘家宅小区第一居委会", "刘家宅小区第二居委会",
    "刘家宅小区第三居委会", "刘家宅小区第四居委会", "福泉路居委会", "淮阴路居委会",
    "淞虹小区第二居委会", "淞虹小区第三居委会", "淞虹小区第四居委会", "淞虹小区第五居委会",
    "华松居委会", "曙光居委会", "屈家桥居委会", "绿园一村居委会", "绿园新村第五居委会",
    "绿园新村第八居委会", "绿园新村第十一居委会", "绿园新村第十二居委会", "北虹居委会",
    "程桥居委会", "中泾居委会", "林泉路居委会", "双流路居委会", "新渔东路居委会", "定威路居委会",
    "虹园新村第九居委会", "平塘居委会", "虹康居委会", "南洋新都居委会", "新泾居委会",
    "怡景苑居委会", "天山星城居委会", "新泾北苑居委会"};

static void makes_xinjing(void **state)
{
    struct temp *t = *state;
    struct made *m = made_town(t, "x", "towns/xinjing");
    const struct rules *r = m->rules;
    assert_int_equal(r->town, 310105102);
    assert_int_equal(town_of(m->e.arena, S(""), m->db, &m->e), r->town);
    assert_true(str_eq(r->town_name, S("新泾镇")));
    assert_int_equal(ARRAY_LEN(COMMITTEES), 33);
    for (size_t i = 0; i < ARRAY_LEN(COMMITTEES); i++) {
        const struct unit *u = rules_unit_named(r, str_of(COMMITTEES[i]));
        assert_non_null(u);
        assert_true(str_eq(u->kind, S("neighbourhood")));
        assert_true(str_starts(rules_unit(r, u->parent)->code, S("neighbourhoods")));
    }
    assert_int_equal(count(m, "neighbourhood"), 34); // and the talent apartment beside them
    assert_int_equal(count(m, "micro-grid"), 5);
    assert_non_null(rules_unit_named(r, S("北虹居民区")));
    assert_non_null(rules_unit_named(r, S("ops-centre")));
    assert_true(str_eq(rules_class_named(r, S("matters/0501"))->name, S("企业服务")));
    assert_int_equal(r->n_classes, 12 + 72 + 2 + 10 + 250 + 18 + 20 + 97);
    made_close(m);
}

// Whoever is given an order has somebody who may handle it, and every role has a demonstration
// user.
static void people_can_work(void **state)
{
    struct temp *t = *state;
    struct made *m = made_town(t, "x", "towns/xinjing");
    const struct rules *r = m->rules;
    const str handler = S("handler");
    for (size_t i = 0; i < r->n_units; i++) {
        const struct unit *u = &r->units[i];
        bool any = u->parent == 0 || str_eq(u->kind, S("group"));
        for (size_t k = 0; k < r->n_people; k++)
            any = any || rules_holds(r, &r->people[k], &handler, 1, u->id);
        if (!any)
            fail_msg("nobody handles at %s", str_z(t->a, u->code));
    }
    for (size_t i = 0; i < r->n_roles; i++) {
        bool any = false;
        for (size_t k = 0; k < r->n_people * r->n_units && !any; k++)
            any = rules_holds(
                r, &r->people[k / r->n_units], &r->roles[i].key, 1, r->units[k % r->n_units].id);
        assert_true(any);
    }
    for (size_t k = 0; k < r->n_people; k++) {
        assert_true(r->people[k].demo);
        assert_true(str_ends(r->people[k].name, S("（演示）")));
    }
    made_close(m);
}

static void makes_pingshan(void **state)
{
    struct temp *t = *state;
    struct made *m = made_town(t, "p", "towns/pingshan-sample");
    const struct rules *r = m->rules;
    assert_int_equal(r->town, 440310);
    assert_int_equal(count(m, "street"), 6);
    assert_int_equal(count(m, "community"), 23);
    assert_non_null(rules_unit_named(r, S("环境保护和水务局")));
    assert_non_null(rules_loop(r, S("order")));
    int deepest = 0;
    size_t leaves = 0;
    for (size_t i = 0; i < r->n_classes; i++) {
        deepest = r->classes[i].depth > deepest ? r->classes[i].depth : deepest;
        leaves += r->classes[i].depth == 2;
    }
    assert_int_equal(deepest, 2);
    assert_int_equal(leaves, 372);
    made_close(m);
}

static void embedded_is_the_same(void **state)
{
    struct temp *t = *state;
    struct town_source one = town_source_embedded(t->a, S("xinjing"));
    struct town_source two = town_source_folder(t->a, S("towns/xinjing"));
    static const char *const names[] = {
        "town.yaml", "units.yaml", "people.yaml", "demo.yaml", "defs/loops/hotline.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        str a, b;
        assert_true(one.read(one.arg, t->a, str_of(names[i]), &a));
        assert_true(two.read(two.arg, t->a, str_of(names[i]), &b));
        assert_true(str_eq(a, b));
    }
    str x;
    assert_false(one.read(one.arg, t->a, S("nothing.yaml"), &x));
    assert_false(two.read(two.arg, t->a, S("../xinjing/town.yaml"), &x));
    assert_false(two.read(two.arg, t->a, S("/etc/hostname"), &x));
}

static void a_second_town_is_refused(void **state)
{
    struct temp *t = *state;
    struct made *m = made_town(t, "x", "towns/xinjing");
    struct town_source src = town_source_embedded(t->a, S("pingshan-sample"));
    int64_t town = 0;
    assert_int_equal(made_init(m, &src, &town), ERR_CONFLICT);
    assert_int_equal(town, 0);
    assert_int_equal(count(m, "street"), 0);
    made_close(m);
}

static void put(struct temp *t, const char *name, const char *text)
{
    str path = temp_path(t, name);
    FILE *f = fopen(str_z(t->a, path), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static const char TOWN[] =
    "name: 样镇\ncode: sample\nid: 7\ndefs: [defs/roles.yaml, defs/calendars/workdays.yaml]\n"
    "units: units.yaml\nclasses: classes.yaml\npeople: people.yaml\n";
static const char UNITS[] = "units:\n  - {code: a, parent: sample, kind: office, name: 甲办}\n";
static const char CLASSES[] = "classes:\n  scheme: s\n  rows:\n    - {code: \"1\", name: 一}\n";
static const char PEOPLE[] = "people:\n  - {login: someone, name: 某人, roles: [{role: handler, "
                             "unit: a}], password: long enough}\n";

static void put_all(struct temp *t)
{
    put(t, "town.yaml", TOWN);
    put(t, "units.yaml", UNITS);
    put(t, "classes.yaml", CLASSES);
    put(t, "people.yaml", PEOPLE);
}

// Tries to make the town of the temporary folder, gives what was said, and leaves nothing behind.
static str complaints(struct temp *t)
{
    static int n;
    struct made *m = made_open(t, str_z(t->a, str_fmt(t->a, "db%d", n++)));
    struct town_source src = town_source_folder(t->a, t->dir);
    int64_t town = 0;
    enum err_code code = made_init(m, &src, &town);
    str said = code == OK ? S("nothing") : err_text(&m->e, t->a);
    if (code != OK)
        assert_int_equal(
            db_one_i64(m->db, -1, "SELECT count(*) FROM unit WHERE town > ?1", V(0)), 0);
    made_close(m);
    return said;
}

static void says(struct temp *t, const char *what)
{
    str said = complaints(t);
    if (!str_has(said, str_of(what)))
        fail_msg("wanted %s in:\n%s", what, str_z(t->a, said));
}

static void mistakes_have_places(void **state)
{
    struct temp *t = *state;
    put_all(t);
    says(t, "nothing");
    put(t, "units.yaml", "units:\n  - {code: a, parent: nowhere, kind: office, name: 甲办}\n");
    says(t, "units.yaml:2:23:");
    put(t, "classes.yaml", "classes:\n  scheme: s\n  rows:\n    - {code: \"1\"}\n");
    says(t, "units.yaml:2:23:"); // two files are wrong now, and both are named
    says(t, "classes.yaml:4:7:");
    put_all(t);
    put(t, "people.yaml", "people:\n  - {login: x, name: 某人, roles: [{role: king, unit: a}]}\n");
    says(t, "people.yaml:2:");
    put(t, "people.yaml", "people: [\n");
    says(t, "people.yaml:");
    put_all(t);
    put(t, "town.yaml", "name: 样镇\ncode: sample\nid: x\n");
    says(t, "town.yaml:3:5:");
    put(t, "town.yaml",
        "name: 样镇\ncode: sample\nid: 7\ndefs: [roles.yaml]\nunits: units.yaml\n"
        "classes: classes.yaml\npeople: people.yaml\n");
    says(t, "roles.yaml: ");
    put(t, "roles.yaml", "roles:\n  - {key: handler, title: 承办, rights: [fly]}\n");
    says(t, "roles.yaml:2:40:");
    put(t, "roles.yaml", "week: {}\n");
    says(t, "roles.yaml:");
    put(t, "roles.yaml", "colour: blue\n");
    says(t, "roles:, loop:, register:, week:, score:, keydate: or supervision:");
}

// A loop that names a unit the town has not: said at the loop's file.
static void a_loop_must_fit_the_town(void **state)
{
    struct temp *t = *state;
    put_all(t);
    put(t, "town.yaml",
        "name: 样镇\ncode: sample\nid: 7\nunits: units.yaml\nclasses: classes.yaml\npeople: "
        "people.yaml\n"
        "defs: [defs/roles.yaml, defs/calendars/workdays.yaml, defs/loops/hotline.yaml]\n");
    says(t, "defs/loops/hotline.yaml");
    says(t, "ops-centre");
}

static void keys_are_made_once(void **state)
{
    struct temp *t = *state;
    struct keys one, two;
    crypt_init();
    assert_int_equal(town_keys(t->a, t->dir, false, &one, &t->e), ERR_MISSING);
    err_init(&t->e, t->a, LANG_EN);
    assert_int_equal(town_keys(t->a, t->dir, true, &one, &t->e), OK);
    assert_int_equal(town_keys(t->a, t->dir, true, &two, &t->e), OK);
    assert_memory_equal(&one, &two, sizeof(one));
    assert_int_equal(town_keys(t->a, t->dir, false, &two, &t->e), OK);
    assert_memory_equal(&one, &two, sizeof(one));
    assert_memory_not_equal(one.caller, one.mark, sizeof(one.caller));
    str path = temp_path(t, "key");
    struct stat st;
    assert_int_equal(stat(path.s, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 129);
    assert_int_equal(chmod(path.s, 0644), 0);
    assert_int_equal(town_keys(t->a, t->dir, false, &two, &t->e), ERR_INVALID);
    err_init(&t->e, t->a, LANG_EN);
    assert_int_equal(chmod(path.s, 0600), 0);
    assert_int_equal(truncate(path.s, 100), 0);
    assert_int_equal(town_keys(t->a, t->dir, true, &two, &t->e), ERR_INVALID);
}

static void opening(void **state)
{
    struct temp *t = *state;
    int64_t now = made_at("2025-11-01 09:00");
    assert_null(town_open(t->a, temp_path(t, "none"), false, now, &t->e));
    assert_int_equal(t->e.code, ERR_MISSING);
    err_init(&t->e, t->a, LANG_EN);
    struct db *db = town_open(t->a, temp_path(t, "new"), true, now, &t->e);
    assert_non_null(db);
    assert_int_equal(town_of(t->e.arena, S(""), db, &t->e), 0);
    assert_int_equal(t->e.code, ERR_MISSING);
    db_close(db);
    err_init(&t->e, t->a, LANG_EN);
    db = town_open(t->a, temp_path(t, "new"), false, now, &t->e);
    assert_non_null(db);
    db_close(db);
    // A database of nothing but a file is too old to be read as a town.
    struct db *bare = temp_db(t, DB_WRITE);
    temp_table(t, bare);
    db_close(bare);
    assert_int_equal(mkdir(temp_path(t, "old").s, 0700), 0);
    assert_int_equal(
        rename(temp_path(t, "town.db").s, town_db_path(t->a, temp_path(t, "old")).s), 0);
    assert_null(town_open(t->a, temp_path(t, "old"), false, now, &t->e));
    assert_int_equal(t->e.code, ERR_INVALID);
}

static void several_towns_must_be_told_apart(void **state)
{
    struct temp *t = *state;
    struct made *m = made_town(t, "x", "towns/xinjing");
    db_run(m->db,
        "INSERT INTO unit (town, id, parent, kind, code, name, short_name, seq)"
        " VALUES (?1, ?1, 0, 'town', 'b', 'b', 'b', 1)",
        V(8));
    assert_int_equal(town_of(m->e.arena, S(""), m->db, &m->e), 0);
    assert_int_equal(m->e.code, ERR_INVALID);
    made_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEMP_TEST(makes_xinjing),
        TEMP_TEST(people_can_work),
        TEMP_TEST(makes_pingshan),
        TEMP_TEST(embedded_is_the_same),
        TEMP_TEST(a_second_town_is_refused),
        TEMP_TEST(mistakes_have_places),
        TEMP_TEST(a_loop_must_fit_the_town),
        TEMP_TEST(keys_are_made_once),
        TEMP_TEST(opening),
        TEMP_TEST(several_towns_must_be_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
