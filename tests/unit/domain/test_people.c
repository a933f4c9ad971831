// Units, people, roles, log-ins, tokens. The chain of the events is walked after every test.

#include "domain/audit.h"
#include "domain/people.h"
#include "domain/town_list.h"
#include "domain/people_inner.h"
#include "town_fixture.h"

#define DO(f, call) fixture_do((f), (call))

static int prove(void **state)
{
    struct fixture *f = *state;
    struct audit_out out;
    err_init(&f->e, f->a, LANG_EN);
    fixture_ok(f, audit_verify(&f->c, NULL, NULL, &out, &f->e));
    return fixture_teardown(state);
}
#define PEOPLE_TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, prove)

static str last_event(struct fixture *f, const char *what)
{
    return db_one_str(f->db, f->a,
        "SELECT changes FROM event WHERE town = ?1 AND item = 0 AND what = ?2 ORDER BY id DESC "
        "LIMIT 1",
        V(FIXTURE_TOWN), V(str_of(what)));
}

static int64_t events(struct fixture *f)
{
    return db_one_i64(f->db, -1, "SELECT count(*) FROM event WHERE town = ?1", V(FIXTURE_TOWN));
}

static enum err_code put_unit(struct fixture *f, struct unit_in in, int64_t *id)
{
    int64_t dummy;
    return DO(f, unit_put(&f->c, &in, id ? id : &dummy, &f->e));
}

static int64_t version_of(struct fixture *f, const char *code)
{
    return db_one_i64(f->db, 0, "SELECT version FROM unit WHERE town = ?1 AND code = ?2",
        V(FIXTURE_TOWN), V(str_of(code)));
}

static struct unit_in change(struct fixture *f, const char *code)
{
    return (struct unit_in){
        .id = fixture_unit(f, code), .version = version_of(f, code), .closed = -1};
}

// ---- rights

// What each shipped role may do, read from the design, not from the file: 1 at and below its unit.
struct right_row {
    const char *role;
    enum right rights[10];
};
static const struct right_row MATRIX[] = {
    {"leader", {MAY_LOGIN, MAY_READ_ITEMS, MAY_STEP, MAY_EXPORT, MAY_READ_BOARDS, MAY_REVEAL}},
    {"dispatcher", {MAY_LOGIN, MAY_READ_ITEMS, MAY_FILE_ITEMS, MAY_STEP, MAY_EXPORT, MAY_IMPORT,
                       MAY_READ_BOARDS, MAY_REVEAL}},
    {"clerk", {MAY_LOGIN, MAY_READ_ITEMS, MAY_FILE_ITEMS, MAY_STEP}},
    {"handler", {MAY_LOGIN, MAY_READ_ITEMS, MAY_STEP, MAY_READ_BOARDS, MAY_REVEAL}},
    {"reader", {MAY_LOGIN, MAY_READ_ITEMS, MAY_READ_BOARDS}},
    {"sysadmin", {MAY_LOGIN, MAY_MANAGE_UNITS, MAY_MANAGE_PEOPLE, MAY_MANAGE_DEFS, MAY_OPERATE}},
    {"secadmin", {MAY_LOGIN, MAY_GRANT}},
    {"auditadmin", {MAY_LOGIN, MAY_READ_AUDIT}},
};

static bool has(const struct right_row *row, enum right r)
{
    for (size_t i = 0; i < ARRAY_LEN(row->rights); i++)
        if (row->rights[i] == r && (r != MAY_LOGIN || i == 0))
            return true;
    return false;
}

static void test_rights_matrix(void **state)
{
    struct fixture *f = *state;
    struct person_in in = {.login = S("probe"), .name = S("演示 试"), .active = -1, .demo = true};
    int64_t id;
    fixture_as(f, NULL);
    fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
    for (size_t i = 0; i < ARRAY_LEN(MATRIX); i++) {
        str role = str_of(MATRIX[i].role);
        int64_t at = fixture_unit(f, "c01");
        fixture_as(f, NULL);
        fixture_ok(f, DO(f, person_grant(&f->c, id, role, at, false, &f->e)));
        fixture_as(f, "probe");
        for (int r = 0; r < RIGHT_COUNT; r++) {
            bool may = has(&MATRIX[i], (enum right)r);
            if (ctx_may(&f->c, (enum right)r, at) != may)
                fail_msg("%s: %s should be %d", MATRIX[i].role, right_key((enum right)r).s, may);
            assert_int_equal(
                ctx_may(&f->c, (enum right)r, fixture_unit(f, "c01-g1")), may);  // below
            assert_int_equal(ctx_may(&f->c, (enum right)r, 0), may);             // anywhere
            assert_false(ctx_may(&f->c, (enum right)r, FIXTURE_TOWN));           // above
            assert_false(ctx_may(&f->c, (enum right)r, fixture_unit(f, "c02"))); // beside
            assert_false(ctx_may(&f->c, (enum right)r, 4242));                   // nowhere
        }
        fixture_as(f, NULL);
        fixture_ok(f, DO(f, person_grant(&f->c, id, role, at, true, &f->e)));
        assert_int_equal(rules_person(f->rules, id)->rights, 0);
    }
    fixture_as(f, NULL);
    assert_true(ctx_may(&f->c, MAY_GRANT, FIXTURE_TOWN)); // the system itself
}

static void test_three_administrators(void **state)
{
    static const char *const ROLE[] = {"sysadmin", "secadmin", "auditadmin"};
    struct fixture *f = *state;
    for (size_t i = 0; i < 9; i++) {
        str first = str_of(ROLE[i / 3]), second = str_of(ROLE[i % 3]);
        struct person_in in = {
            .name = S("演示"), .active = -1, .demo = true, .login = str_fmt(f->a, "p%zu", i)};
        int64_t id;
        fixture_as(f, NULL);
        fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
        fixture_as(f, "secadmin");
        fixture_ok(f, DO(f, person_grant(&f->c, id, first, FIXTURE_TOWN, false, &f->e)));
        // Not at another unit either, nor by the system.
        enum err_code wanted = i / 3 == i % 3 ? OK : ERR_INVALID;
        fixture_fails(f,
            DO(f, person_grant(&f->c, id, second, fixture_unit(f, "c01"), false, &f->e)), wanted);
        fixture_as(f, NULL);
        fixture_fails(
            f, DO(f, person_grant(&f->c, id, second, FIXTURE_TOWN, false, &f->e)), wanted);
        // Taken away, the other may come.
        fixture_ok(f, DO(f, person_grant(&f->c, id, first, FIXTURE_TOWN, true, &f->e)));
        fixture_ok(f, DO(f, person_grant(&f->c, id, first, fixture_unit(f, "c01"), true, &f->e)));
        fixture_ok(f, DO(f, person_grant(&f->c, id, second, FIXTURE_TOWN, false, &f->e)));
        fixture_ok(f,
            DO(f, person_grant(&f->c, id, S("reader"), FIXTURE_TOWN, false, &f->e))); // free of it
    }
}

static void test_granting(void **state)
{
    struct fixture *f = *state;
    int64_t h01 = fixture_person(f, "h01"), c02 = fixture_unit(f, "c02");
    fixture_as(f, "sysadmin");
    fixture_fails(f, DO(f, person_grant(&f->c, h01, S("reader"), c02, false, &f->e)), ERR_DENIED);
    fixture_as(f, "secadmin");
    fixture_fails(f,
        DO(f, person_grant(&f->c, fixture_person(f, "secadmin"), S("leader"), c02, false, &f->e)),
        ERR_DENIED);
    fixture_fails(f, DO(f, person_grant(&f->c, 4242, S("reader"), c02, false, &f->e)), ERR_MISSING);
    fixture_fails(f, DO(f, person_grant(&f->c, h01, S("king"), c02, false, &f->e)), ERR_INVALID);
    assert_true(str_has(f->e.notes[0].expected, S("dispatcher")));
    fixture_ok(f, DO(f, person_grant(&f->c, h01, S("reader"), c02, false, &f->e)));
    assert_true(str_has(last_event(f, "grant"), S("\"role\":[\"\",\"reader\"]")));
    int64_t n = events(f);
    fixture_ok(f, DO(f, person_grant(&f->c, h01, S("reader"), c02, false, &f->e)));
    assert_int_equal(events(f), n); // held already: nothing happened
    fixture_ok(f, DO(f, person_grant(&f->c, h01, S("reader"), c02, true, &f->e)));
    assert_true(str_has(last_event(f, "revoke"), S("\"role\":[\"reader\",\"\"]")));
    fixture_ok(f, DO(f, person_grant(&f->c, h01, S("reader"), c02, true, &f->e)));
    assert_int_equal(events(f), n + 1);
}

// ---- units

static void test_unit_put(void **state)
{
    struct fixture *f = *state;
    int64_t id;
    struct unit_in in = {.parent = fixture_unit(f, "c02"),
        .kind = S("micro-grid"),
        .code = S("c02-g1"),
        .name = S(" 二居一格 "),
        .closed = -1};
    fixture_as(f, "dispatcher");
    fixture_fails(f, put_unit(f, in, NULL), ERR_DENIED);
    fixture_as(f, "sysadmin");
    fixture_ok(f, put_unit(f, in, &id));
    const struct unit *u = rules_unit(f->rules, id);
    assert_str(u->name, "二居一格");
    assert_true(unit_below(u, rules_unit(f->rules, in.parent)));
    assert_true(str_has(last_event(f, "unit_put"), S("\"name\":[\"\",\"二居一格\"]")));
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID); // the code is taken
    assert_str(fixture_note(f, 0), "code");
    in.code = S("空格 不行");
    in.name = S("");
    in.kind = S("Kind");
    in.parent = 4242;
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);
    assert_true(fixture_noted(f, "code") && fixture_noted(f, "name") && fixture_noted(f, "kind") &&
                fixture_noted(f, "parent"));

    in = change(f, "c02-g1");
    int64_t n = events(f);
    fixture_ok(f, put_unit(f, in, NULL));
    assert_int_equal(events(f), n); // nothing to change
    in.version = 99;
    fixture_fails(f, put_unit(f, in, NULL), ERR_CONFLICT);
    in = (struct unit_in){.id = 4242};
    fixture_fails(f, put_unit(f, in, NULL), ERR_MISSING);
}

static void test_unit_cannot(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "sysadmin");
    struct unit_in in = change(f, "c01");
    in.parent = fixture_unit(f, "c01-g1"); // below its own child
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);
    in.parent = in.id;
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);
    in = change(f, "xinjing");
    in.parent = fixture_unit(f, "c01");
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);
    in = change(f, "xinjing");
    in.closed = 1;
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);

    in = change(f, "c01");
    in.closed = 1; // its micro-grid is open
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);

    // With an order at it; with a part of one.
    struct item it = fixture_file(f, "在办");
    fixture_as(f, "dispatcher");
    int64_t units[] = {fixture_unit(f, "c03"), fixture_unit(f, "c04")};
    struct step_in s = {
        .item = it.id, .step = S("dispatch"), .version = it.version, .units = units, .n_units = 2};
    fixture_ok(f, DO(f, item_step(&f->c, &s, &it, &f->e)));
    fixture_as(f, "sysadmin");
    in = change(f, "c03");
    in.closed = 1;
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);
    assert_true(str_has(f->e.notes[0].message, S("1 open items and 1 open parts")));
    in = change(f, "c04");
    in.closed = 1;
    fixture_fails(f, put_unit(f, in, NULL), ERR_INVALID);
    assert_true(str_has(f->e.notes[0].message, S("0 open items and 1 open parts")));
    in = change(f, "c05");
    in.closed = 1;
    fixture_ok(f, put_unit(f, in, NULL));
    assert_true(rules_unit(f->rules, in.id)->closed);
    struct unit_in below = {
        .parent = in.id, .kind = S("x"), .code = S("x"), .name = S("x"), .closed = -1};
    fixture_fails(f, put_unit(f, below, NULL), ERR_INVALID);
    in = change(f, "c05");
    in.closed = 0;
    fixture_ok(f, put_unit(f, in, NULL));
    assert_false(rules_unit(f->rules, in.id)->closed);
}

static void test_unit_moves(void **state)
{
    struct fixture *f = *state;
    int64_t grid = fixture_unit(f, "c01-g1"), t0 = f->c.now_us;
    fixture_as(f, "sysadmin");
    fixture_at(f, "2026-12-01 00:00");
    int64_t t1 = f->c.now_us;
    struct unit_in in = change(f, "c01-g1");
    in.parent = fixture_unit(f, "c02");
    fixture_ok(f, put_unit(f, in, NULL));
    assert_true(str_has(last_event(f, "unit_move"), S("\"parent\":[4,5]")));
    in = change(f, "c02"); // renamed at the same instant, and again
    in.name = S("绿园居民区");
    fixture_ok(f, put_unit(f, in, NULL));
    in = change(f, "c02");
    in.name = S("绿园路居民区");
    fixture_ok(f, put_unit(f, in, NULL));
    fixture_at(f, "2027-01-01 00:00");
    in = change(f, "xinjing");
    in.name = S("新泾街道");
    fixture_ok(f, put_unit(f, in, NULL));
    assert_str(unit_path(f->a, f->rules, grid), "新泾街道 / 绿园路居民区 / 北虹第一微网格");
    assert_str(unit_path_then(&f->c, grid, t0), "新泾镇 / 北虹居民区 / 北虹第一微网格");
    assert_str(unit_path_then(&f->c, grid, t1 - 1), "新泾镇 / 北虹居民区 / 北虹第一微网格");
    assert_str(unit_path_then(&f->c, grid, t1), "新泾镇 / 绿园路居民区 / 北虹第一微网格");
    assert_str(unit_path_then(&f->c, fixture_unit(f, "c02"), t0), "新泾镇 / 第二居民区");
    assert_str(
        unit_path_then(&f->c, grid, f->c.now_us), "新泾街道 / 绿园路居民区 / 北虹第一微网格");
    // Rights follow the tree.
    fixture_as(f, "h02");
    assert_true(ctx_may(&f->c, MAY_STEP, grid));
    fixture_as(f, "h01");
    assert_false(ctx_may(&f->c, MAY_STEP, grid));
}

// ---- imports

static enum err_code import(
    struct fixture *f, const char *text, bool csv, int64_t *made, int64_t *changed)
{
    return DO(f, units_import(&f->c, str_of(text), csv, made, changed, &f->e));
}

static void test_units_import(void **state)
{
    static const char YAML[] =
        "units:\n"
        "  - {code: c01-g2, parent: c01, kind: micro-grid, name: 北虹第二微网格, short: 北虹二格}\n"
        "  - {code: c02-g1, parent: street, kind: micro-grid, name: 街面一格}\n" // parent comes
                                                                                 // later
        "  - {code: street, parent: xinjing, kind: team, name: 街面队}\n"
        "  - {code: c03, parent: street, kind: neighbourhood, name: 淞虹居民区}\n";
    struct fixture *f = *state;
    int64_t made, changed, n;
    fixture_as(f, "dispatcher");
    fixture_fails(f, import(f, YAML, false, &made, &changed), ERR_DENIED);
    fixture_as(f, "sysadmin");
    fixture_ok(f, import(f, YAML, false, &made, &changed));
    assert_int_equal(made, 3);
    assert_int_equal(changed, 1);
    assert_str(unit_path(f->a, f->rules, fixture_unit(f, "c02-g1")), "新泾镇 / 街面队 / 街面一格");
    assert_str(unit_path(f->a, f->rules, fixture_unit(f, "c03")), "新泾镇 / 街面队 / 淞虹居民区");
    assert_str(
        rules_unit(f->rules, fixture_unit(f, "c03"))->short_name, "三居"); // not stated: stays
    n = events(f);
    fixture_ok(f, import(f, YAML, false, &made, &changed));
    assert_int_equal(made + changed, 0);
    assert_int_equal(events(f), n);
    fixture_ok(f, import(f,
                      "code,parent,kind,name\r\nc03,xinjing,neighbourhood,\"淞虹,居民区\"\r\nc11,"
                      "xinjing,neighbourhood,十一居\r\n",
                      true, &made, &changed));
    assert_int_equal(made, 1);
    assert_int_equal(changed, 1);
    assert_str(rules_unit(f->rules, fixture_unit(f, "c03"))->name, "淞虹,居民区");
    assert_str(
        unit_path_then(&f->c, fixture_unit(f, "c03"), f->c.now_us - 1), "新泾镇 / 第三居民区");
}

static void test_units_import_mistakes(void **state)
{
    struct fixture *f = *state;
    int64_t made, changed, n = events(f);
    fixture_as(f, "sysadmin");
    fixture_fails(f,
        import(f,
            "units:\n"
            "  - {code: a, parent: b, kind: x, name: 甲}\n"
            "  - {code: b, parent: a, kind: x, name: 乙}\n",
            false, &made, &changed),
        ERR_INVALID);
    assert_int_equal(f->e.n, 2); // each hangs below itself
    assert_int_equal(f->e.notes[1].line, 3);
    fixture_fails(f,
        import(f,
            "units:\n"
            "  - {code: a, parent: nowhere, kind: x, name: 甲}\n"
            "  - {code: a, parent: c01, kind: x, name: 乙}\n"
            "  - {code: ok, parent: c01, kind: x, name: 丙}\n"
            "  - {code: top, kind: x, name: 丁}\n"
            "  - {code: 坏, parent: c01, kind: X, name: 戊}\n"
            "  - {code: xinjing, parent: c01, kind: town, name: 新泾镇}\n",
            false, &made, &changed),
        ERR_INVALID);
    int lines[] = {3, 2, 5, 6, 6, 7}; // the doubled code is met first, while reading
    assert_int_equal(f->e.n, ARRAY_LEN(lines));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_int_equal(f->e.notes[i].line, lines[i]);
    fixture_fails(
        f, import(f, "units:\n  - {code: a, colour: red}\n", false, &made, &changed), ERR_INVALID);
    assert_true(f->e.n >= 3);
    fixture_fails(f, import(f, "code,parent,name\na,c01,甲\n", true, &made, &changed), ERR_INVALID);
    assert_str(fixture_note(f, 0), "kind");
    fixture_fails(f,
        import(f, "code,parent,kind,name\na,c01,x,甲\nb,nowhere,x,乙\n", true, &made, &changed),
        ERR_INVALID);
    assert_int_equal(f->e.notes[0].line, 3);
    fixture_fails(f, import(f, "", true, &made, &changed), ERR_INVALID);
    assert_int_equal(events(f), n);
    assert_int_equal(
        db_one_i64(
            f->db, -1, "SELECT count(*) FROM unit WHERE town = ?1 AND code = 'a'", V(FIXTURE_TOWN)),
        0);
}

static void test_classes_import(void **state)
{
    struct fixture *f = *state;
    int64_t made, changed;
    str yaml = S("classes:\n  scheme: matters\n  rows:\n"
                 "    - {code: \"0101\", name: 市容与环境, parent: \"01\"}\n"
                 "    - {code: \"03\", name: 交通}\n"
                 "    - {code: \"0301\", name: 停车, parent: \"03\"}\n");
    fixture_as(f, "dispatcher");
    fixture_fails(f, DO(f, classes_import(&f->c, yaml, false, &made, &changed, &f->e)), ERR_DENIED);
    fixture_as(f, "sysadmin");
    fixture_ok(f, DO(f, classes_import(&f->c, yaml, false, &made, &changed, &f->e)));
    assert_int_equal(made, 2);
    assert_int_equal(changed, 1);
    assert_str(rules_class(f->rules, fixture_class(f, "0101"))->name, "市容与环境");
    assert_int_equal(
        rules_class(f->rules, fixture_class(f, "0301"))->parent, fixture_class(f, "03"));
    fixture_ok(f, DO(f, classes_import(&f->c, yaml, false, &made, &changed, &f->e)));
    assert_int_equal(made + changed, 0);
    str csv = S("scheme,code,parent,name\nmatters,0302,03,占道\nother,01,,别的\n");
    fixture_ok(f, DO(f, classes_import(&f->c, csv, true, &made, &changed, &f->e)));
    assert_int_equal(made, 2);
    assert_non_null(rules_class_named(f->rules, S("other/01")));
    csv = S("scheme,code,parent,name\nmatters,0303,09,x\n,1,,x\n");
    fixture_fails(f, DO(f, classes_import(&f->c, csv, true, &made, &changed, &f->e)), ERR_INVALID);
    csv = S("scheme,code,parent,name\nmatters,0303,09,x\nmatters,a b,,x\nmatters,04,,\n");
    fixture_fails(f, DO(f, classes_import(&f->c, csv, true, &made, &changed, &f->e)), ERR_INVALID);
    assert_int_equal(f->e.n, 3);
    assert_int_equal(f->e.notes[2].line, 4);
}

static void test_people_import(void **state)
{
    struct fixture *f = *state;
    int64_t made;
    str text = S("people:\n"
                 "  - {login: NEW, name: 演示新, roles: [{role: handler, unit: c01}, {role: "
                 "reader, unit: xinjing}],"
                 " password: bihuan-demo-2026, demo: yes}\n"
                 "  - {login: h01, name: 演示 h01, roles: [{role: reader, unit: c02}]}\n");
    fixture_as(f, "sysadmin");
    fixture_fails(
        f, DO(f, people_import(&f->c, text, &made, &f->e)), ERR_DENIED); // grants are not his
    assert_int_equal(
        db_one_i64(f->db, 0, "SELECT count(*) FROM person WHERE town = ?1 AND login = 'new'",
            V(FIXTURE_TOWN)),
        0);
    fixture_as(f, NULL);
    fixture_ok(f, DO(f, people_import(&f->c, text, &made, &f->e)));
    assert_int_equal(made, 1);
    const struct person *p = rules_person(f->rules, fixture_person(f, "new"));
    assert_int_equal(p->n, 2);
    assert_true(p->demo && !p->must_change);
    assert_int_equal(rules_person(f->rules, fixture_person(f, "h01"))->n, 2);
    int64_t n = events(f);
    fixture_ok(f, DO(f, people_import(&f->c, text, &made, &f->e)));
    assert_int_equal(made, 0);
    assert_int_equal(events(f), n);
    // No secret in the history.
    assert_int_equal(db_one_i64(f->db, -1,
                         "SELECT count(*) FROM event WHERE town = ?1 AND (changes LIKE "
                         "'%bihuan-demo%' OR changes LIKE '%argon2%')",
                         V(FIXTURE_TOWN)),
        0);
    text = S("people:\n"
             "  - {login: 'a b', name: x}\n"
             "  - {login: ok1, name: 可, roles: [{role: king, unit: c01}, {role: reader, unit: "
             "nowhere}]}\n"
             "  - {login: ok2, name: 可, password: short}\n"
             "  - {login: ok3, name: 可, roles: [{role: sysadmin, unit: xinjing}, {role: "
             "auditadmin, unit: xinjing}]}\n");
    fixture_fails(f, DO(f, people_import(&f->c, text, &made, &f->e)), ERR_INVALID);
    int lines[] = {2, 3, 3, 4, 5};
    assert_int_equal(f->e.n, ARRAY_LEN(lines));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_int_equal(f->e.notes[i].line, lines[i]);
    assert_int_equal(events(f), n);
}

static void list_is(
    struct fixture *f, enum town_list_kind kind, const char *text, struct town_list_counts want)
{
    struct town_list_counts dry, wet;
    struct town_list *list = town_list_read(f->a, kind, str_of(text), &f->e);
    fixture_ok(f, f->e.code);
    int64_t n = events(f);
    fixture_ok(f, town_list_check(&f->c, list, &dry, &f->e));
    assert_int_equal(events(f), n); // a check writes nothing
    fixture_ok(f, DO(f, town_list_write(&f->c, list, &wet, &f->e)));
    assert_memory_equal(&dry, &wet, sizeof(dry));
    assert_memory_equal(&wet, &want, sizeof(want));
}

// What writing changes, checking has said; and who may only half of it does that half.
static void test_town_list(void **state)
{
    struct fixture *f = *state;
    static const char PEOPLE[] = "\xef\xbb\xbf登录名,姓名,角色,单位代码\n"
                                 "l1,名单一,handler,c01\nl1,,查阅,c02\nl2,名单二,,\n";
    fixture_as(f, "sysadmin");
    list_is(f, TOWN_LIST_UNITS,
        "code,parent,kind,name\nlist-1,c01,grid,一\nlist-2,list-1,grid,二\n",
        (struct town_list_counts){.made = 2});
    list_is(f, TOWN_LIST_UNITS, "units:\n- {code: list-2, parent: c02, kind: grid, name: 二}\n",
        (struct town_list_counts){.changed = 1});
    list_is(f, TOWN_LIST_CLASSES, "scheme,code,parent,name\nmatters,01,,换名\n",
        (struct town_list_counts){.changed = 1});
    list_is(f, TOWN_LIST_PEOPLE, PEOPLE, (struct town_list_counts){.made = 2, .left = 2});
    list_is(f, TOWN_LIST_PEOPLE, PEOPLE, (struct town_list_counts){.same = 2, .left = 2});
    fixture_as(f, "secadmin");
    list_is(f, TOWN_LIST_PEOPLE, PEOPLE, (struct town_list_counts){.changed = 1, .same = 1});
    list_is(f, TOWN_LIST_PEOPLE, PEOPLE, (struct town_list_counts){.same = 2});
    assert_int_equal(rules_person(f->rules, fixture_person(f, "l1"))->n, 2);
}

// A town from nothing: no units, no roles in a snapshot, the system acting.
static void test_from_nothing(void **state)
{
    struct fixture *f = *state;
    struct rules bare = {.town = FIXTURE_TOWN, .zone_s = TM_ZONE_DEFAULT_S};
    const struct rules *full = f->c.rules;
    fixture_as(f, NULL);
    db_run(f->db, "DELETE FROM unit WHERE town = ?1", V(FIXTURE_TOWN));
    db_run(f->db, "DELETE FROM class WHERE town = ?1", V(FIXTURE_TOWN));
    db_run(f->db, "DELETE FROM person WHERE town = ?1", V(FIXTURE_TOWN));
    db_run(f->db, "DELETE FROM person_role WHERE town = ?1", V(FIXTURE_TOWN));
    f->c.rules = &bare;
    fixture_begin(f);
    int64_t id, made, changed;
    struct unit_in root = {.id = FIXTURE_TOWN,
        .kind = S("town"),
        .code = S("xinjing"),
        .name = S("新泾镇"),
        .closed = -1};
    fixture_ok(f, unit_put(&f->c, &root, &id, &f->e));
    assert_int_equal(id, FIXTURE_TOWN);
    fixture_ok(f, units_import(&f->c, file_read(f->a, "towns/xinjing/units.yaml"), false, &made,
                      &changed, &f->e));
    assert_true(made > 30);
    fixture_ok(f, classes_import(&f->c, file_read(f->a, "defs/classes/matters.yaml"), false, &made,
                      &changed, &f->e));
    fixture_ok(f, people_import(&f->c, file_read(f->a, "towns/xinjing/people.yaml"), &made, &f->e));
    assert_true(made > 10);
    fixture_ok(f, fixture_end(f, OK));
    assert_ptr_not_equal(f->c.rules, full);
    assert_int_equal(f->rules->root->id, FIXTURE_TOWN);
    assert_int_equal(f->rules->units[1].parent, FIXTURE_TOWN);
    fixture_as(f, "dispatcher1");
    assert_true(ctx_may(&f->c, MAY_FILE_ITEMS, FIXTURE_TOWN));
}

// ---- people

static int64_t make_person(struct fixture *f, const char *login, const char *password)
{
    struct person_in in = {.login = str_of(login),
        .name = S("演示 试"),
        .password = str_of(password),
        .active = -1,
        .demo = true,
        .quick_hash = true};
    int64_t id = 0;
    fixture_as(f, NULL);
    fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
    fixture_ok(f, DO(f, person_grant(&f->c, id, S("reader"), FIXTURE_TOWN, false, &f->e)));
    return id;
}

static int64_t person_version(struct fixture *f, int64_t id)
{
    return db_one_i64(
        f->db, 0, "SELECT version FROM person WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(id));
}

static void test_person_put(void **state)
{
    struct fixture *f = *state;
    int64_t id;
    struct person_in in = {
        .login = S(" Wang.Li "), .name = S("演示 王"), .password = S("longenough"), .active = -1};
    fixture_as(f, "secadmin");
    fixture_fails(f, DO(f, person_put(&f->c, &in, &id, &f->e)), ERR_DENIED);
    fixture_as(f, "sysadmin");
    fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
    const struct person *p = rules_person(f->rules, id);
    assert_str(p->login, "wang.li");
    assert_true(p->must_change && p->active && !p->demo);
    assert_str(
        last_event(f, "person_put"), str_fmt(f->a,
                                         "{\"person\":%d,\"login\":[\"\",\"wang.li\"],\"name\":["
                                         "\"\",\"演示 王\"],\"active\":[0,1],\"password\":\"set\"}",
                                         (int)id)
                                         .s);
    fixture_fails(f, DO(f, person_put(&f->c, &in, &id, &f->e)), ERR_CONFLICT); // the name is taken
    in = (struct person_in){
        .login = S("坏 名"), .name = S(""), .password = S("1234567"), .active = -1};
    fixture_fails(f, DO(f, person_put(&f->c, &in, &id, &f->e)), ERR_INVALID);
    assert_true(
        fixture_noted(f, "login") && fixture_noted(f, "name") && fixture_noted(f, "password"));
    in = (struct person_in){
        .login = S("samesame"), .name = S("x"), .password = S("SameSame"), .active = -1};
    fixture_fails(f, DO(f, person_put(&f->c, &in, &id, &f->e)), ERR_INVALID);

    in = (struct person_in){.id = p->id, .version = 7, .name = S("y"), .active = -1};
    fixture_fails(f, DO(f, person_put(&f->c, &in, &id, &f->e)), ERR_CONFLICT);
    in.version = person_version(f, p->id);
    int64_t epoch = p->epoch;
    in.active = 0;
    fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
    p = rules_person(f->rules, id);
    assert_false(p->active);
    assert_int_equal(p->epoch, epoch + 1);
    // Whoever manages people cannot make himself master of the other administrators.
    in = (struct person_in){.id = fixture_person(f, "secadmin"),
        .version = 1,
        .password = S("stolen-password"),
        .active = -1};
    fixture_as(f, "sysadmin");
    fixture_fails(f, DO(f, person_put(&f->c, &in, &id, &f->e)), ERR_DENIED);
    in.password = (str){0};
    in.active = 0;
    fixture_fails(f, DO(f, person_put(&f->c, &in, &id, &f->e)), ERR_DENIED);
    fixture_as(f, NULL);
    fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
}

// ---- logging in

static str try_login(
    struct fixture *f, const char *login, const char *password, enum err_code wanted)
{
    struct login_check check;
    struct session s;
    str secret = {0};
    struct err refused;
    err_init(&refused, f->a, LANG_EN);
    fixture_as(f, NULL);
    err_init(&f->e, f->a, LANG_EN);
    enum err_code code = session_check(&f->c, str_of(login), str_of(password), &check, &f->e);
    if (code == OK) {
        fixture_ok(f, DO(f, session_open(&f->c, &check, &s, &secret, &refused, &f->e)));
        code = refused.code;
        if (code != OK)
            f->e = refused;
    }
    fixture_fails(f, code, wanted);
    assert_int_equal(secret.n > 0, wanted == OK);
    return secret;
}

static enum err_code find(struct fixture *f, str secret, struct session *out)
{
    err_init(&f->e, f->a, LANG_EN);
    return session_find(&f->c, NULL, 0, secret, out, &f->e);
}

static void test_login(void **state)
{
    struct fixture *f = *state;
    struct session s;
    int64_t id = make_person(f, "li", "bihuan-demo-2026");
    str secret = try_login(f, " LI ", "bihuan-demo-2026", OK);
    fixture_ok(f, find(f, secret, &s));
    assert_int_equal(s.person, id);
    assert_true(s.csrf.n >= 32 && !s.token);
    assert_true(s.expires_us == f->c.now_us + 12 * US_HOUR);
    assert_int_equal(
        db_one_i64(f->db, -1, "SELECT count(*) FROM session WHERE town = ?1 AND hash = ?2",
            V(FIXTURE_TOWN), V(secret)),
        0); // only the hash of the secret is kept
    fixture_fails(f, find(f, S("nonsense"), &s), ERR_LOGIN);
    fixture_fails(f, find(f, (str){0}, &s), ERR_LOGIN);
    (void)try_login(f, "li", "wrong-password", ERR_LOGIN);
    str wrong_password = f->e.notes[0].message;
    (void)try_login(f, "nobody", "wrong-password", ERR_LOGIN);
    assert_true(str_eq(wrong_password, f->e.notes[0].message));
    (void)try_login(f, "h01", "", ERR_LOGIN); // has no password at all
    (void)try_login(f, "", "", ERR_LOGIN);
    assert_int_equal(db_one_i64(f->db, -1,
                         "SELECT count(*) FROM event WHERE town = ?1 AND what = 'login_failed'",
                         V(FIXTURE_TOWN)),
        4);
    assert_int_equal(
        db_one_i64(f->db, -1,
            "SELECT count(*) FROM event WHERE town = ?1 AND (note || changes) LIKE '%nobody%'",
            V(FIXTURE_TOWN)),
        0);
    fixture_fails(f, find(f, secret, &s), OK); // the failures of others do not end it

    f->c.now_us = s.expires_us;
    fixture_at(f, "2026-11-16 20:59");
    fixture_ok(f, find(f, secret, &s));
    fixture_at(f, "2026-11-16 21:00");
    fixture_fails(f, find(f, secret, &s), ERR_LOGIN); // twelve hours
    fixture_begin(f);
    session_sweep(&f->c);
    fixture_ok(f, fixture_end(f, OK));
    assert_int_equal(
        db_one_i64(f->db, -1, "SELECT count(*) FROM session WHERE town = ?1", V(FIXTURE_TOWN)), 0);

    // Without a role there is nothing to log in for; out of work, nobody says so.
    fixture_ok(f, DO(f, person_grant(&f->c, id, S("reader"), FIXTURE_TOWN, true, &f->e)));
    (void)try_login(f, "li", "bihuan-demo-2026", ERR_DENIED);
    struct person_in in = {.id = id, .version = person_version(f, id), .active = 0};
    fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
    (void)try_login(f, "li", "bihuan-demo-2026", ERR_LOGIN);
    assert_true(str_eq(wrong_password, f->e.notes[0].message));
}

static void test_lock_out(void **state)
{
    struct fixture *f = *state;
    (void)make_person(f, "li", "bihuan-demo-2026");
    for (int i = 0; i < LOGIN_TRIES_FREE - 1; i++)
        (void)try_login(f, "li", "wrong", ERR_LOGIN);
    (void)try_login(f, "li", "bihuan-demo-2026", OK); // success empties the count
    for (int i = 0; i < LOGIN_TRIES_FREE; i++)
        (void)try_login(f, "li", "wrong", ERR_LOGIN);
    (void)try_login(f, "li", "bihuan-demo-2026", ERR_RATE); // even the right one
    assert_str(f->e.extra, "{\"retry_after_s\":30}");
    assert_str(last_event(f, "locked"), "{\"seconds\":30}");
    fixture_later(f, 30 * US_SECOND - 1);
    (void)try_login(f, "li", "bihuan-demo-2026", ERR_RATE);
    assert_str(f->e.extra, "{\"retry_after_s\":1}");
    fixture_later(f, 1);
    int64_t wait = 30;
    for (int i = 0; i < 9; i++) {
        (void)try_login(f, "li", "wrong", ERR_LOGIN);
        wait = wait * 2 < LOGIN_LOCK_MAX_S ? wait * 2 : LOGIN_LOCK_MAX_S;
        (void)try_login(f, "li", "wrong", ERR_RATE); // refused unseen: does not count
        assert_true(str_eq(f->e.extra, str_fmt(f->a, "{\"retry_after_s\":%d}", (int)wait)));
        fixture_later(f, wait * US_SECOND);
    }
    assert_int_equal(wait, 3600);
    (void)try_login(f, "li", "bihuan-demo-2026", OK);
    (void)try_login(f, "li", "wrong", ERR_LOGIN);
    (void)try_login(f, "li", "bihuan-demo-2026", OK); // begun anew
    assert_int_equal(
        db_one_i64(f->db, -1, "SELECT count(*) FROM event WHERE town = ?1 AND what = 'locked'",
            V(FIXTURE_TOWN)),
        10);
}

// Between the loop's look and the writer's turn somebody else may have acted.
static void test_login_race(void **state)
{
    struct fixture *f = *state;
    struct login_check right, wrong;
    struct session s;
    str secret;
    struct err refused;
    int64_t id = make_person(f, "li", "bihuan-demo-2026");
    fixture_ok(f, session_check(&f->c, S("li"), S("bihuan-demo-2026"), &right, &f->e));
    fixture_ok(f, session_check(&f->c, S("li"), S("wrong"), &wrong, &f->e));
    for (int i = 0; i < LOGIN_TRIES_FREE; i++) {
        err_init(&refused, f->a, LANG_EN);
        fixture_ok(f, DO(f, session_open(&f->c, &wrong, &s, &secret, &refused, &f->e)));
        assert_int_equal(refused.code, ERR_LOGIN);
    }
    err_init(&refused, f->a, LANG_EN);
    fixture_ok(f, DO(f, session_open(&f->c, &right, &s, &secret, &refused, &f->e)));
    assert_int_equal(refused.code, ERR_RATE); // locked meanwhile
    fixture_later(f, 30 * US_SECOND);
    struct person_in in = {.id = id,
        .version = person_version(f, id),
        .password = S("another-one-2026"),
        .active = -1,
        .quick_hash = true};
    fixture_ok(f, DO(f, person_put(&f->c, &in, &id, &f->e)));
    err_init(&refused, f->a, LANG_EN);
    fixture_ok(f, DO(f, session_open(&f->c, &right, &s, &secret, &refused, &f->e)));
    assert_int_equal(refused.code, ERR_LOGIN); // the password was changed meanwhile
    assert_int_equal(secret.n, 0);
}

static void test_log_out(void **state)
{
    struct fixture *f = *state;
    struct session s;
    (void)make_person(f, "li", "bihuan-demo-2026");
    str one = try_login(f, "li", "bihuan-demo-2026", OK),
        two = try_login(f, "li", "bihuan-demo-2026", OK);
    fixture_as(f, "li");
    fixture_ok(f, DO(f, session_close(&f->c, one, false, &f->e)));
    fixture_fails(f, find(f, one, &s), ERR_LOGIN);
    fixture_ok(f, find(f, two, &s));
    fixture_ok(f, DO(f, session_close(&f->c, one, false, &f->e))); // already out
    one = try_login(f, "li", "bihuan-demo-2026", OK);
    fixture_ok(f, DO(f, session_close(&f->c, one, true, &f->e)));
    fixture_fails(f, find(f, one, &s), ERR_LOGIN);
    fixture_fails(f, find(f, two, &s), ERR_LOGIN);
    assert_str(last_event(f, "logout"), "{\"everywhere\":true}");
    assert_int_equal(
        db_one_i64(f->db, -1, "SELECT count(*) FROM event WHERE town = ?1 AND what = 'logout'",
            V(FIXTURE_TOWN)),
        2);
}

static enum err_code change_password(struct fixture *f, const char *old, const char *new_, str keep)
{
    struct password_check check;
    struct err refused;
    err_init(&refused, f->a, LANG_EN);
    err_init(&f->e, f->a, LANG_EN);
    enum err_code code = password_check(&f->c, str_of(old), str_of(new_), &check, &f->e);
    if (code != OK)
        return code;
    code = DO(f, password_change(&f->c, &check, keep, &refused, &f->e));
    if (code == OK && refused.code != OK)
        f->e = refused;
    return code != OK ? code : refused.code;
}

static void test_password_change(void **state)
{
    struct fixture *f = *state;
    struct session s;
    int64_t id = make_person(f, "li", "bihuan-demo-2026");
    db_run(f->db, "UPDATE person SET must_change = 1 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN),
        V(id));
    fixture_reload(f);
    assert_true(rules_person(f->rules, id)->must_change);
    str here = try_login(f, "li", "bihuan-demo-2026", OK),
        there = try_login(f, "li", "bihuan-demo-2026", OK);
    fixture_as(f, "li");
    fixture_fails(f, change_password(f, "wrong", "a-new-password", here), ERR_INVALID);
    assert_str(fixture_note(f, 0), "old");
    fixture_fails(f, change_password(f, "bihuan-demo-2026", "short", here), ERR_INVALID);
    assert_str(fixture_note(f, 0), "new");
    fixture_fails(f, change_password(f, "bihuan-demo-2026", "bihuan-demo-2026", here), ERR_INVALID);
    fixture_ok(f, change_password(f, "bihuan-demo-2026", "一二三四五六七八", here));
    assert_false(rules_person(f->rules, id)->must_change);
    fixture_ok(f, find(f, here, &s)); // this one goes on
    fixture_fails(f, find(f, there, &s), ERR_LOGIN);
    (void)try_login(f, "li", "bihuan-demo-2026", ERR_LOGIN);
    (void)try_login(f, "li", "一二三四五六七八", OK);
    // Guessing the old one with a stolen session is guessing, too.
    fixture_as(f, "li");
    for (int i = 0; i < LOGIN_TRIES_FREE; i++)
        fixture_fails(f, change_password(f, "wrong", "a-new-password", here), ERR_INVALID);
    fixture_fails(f, change_password(f, "一二三四五六七八", "a-new-password", here), ERR_RATE);
    fixture_as(f, NULL);
    fixture_fails(f, change_password(f, "x", "a-new-password", here), ERR_LOGIN);
}

static void test_tokens(void **state)
{
    struct fixture *f = *state;
    struct session s;
    str token, other, none;
    fixture_as(f, "h01");
    int64_t h01 = fixture_person(f, "h01"), h02 = fixture_person(f, "h02");
    fixture_ok(f, DO(f, token_make(&f->c, h01, S("抄表程序"), 30, &token, &f->e)));
    assert_true(str_starts(token, S("bh_")) && token.n == 46);
    fixture_ok(f, find(f, token, &s));
    assert_true(s.token && s.person == h01);
    assert_false(str_has(last_event(f, "token_make"), str_sub(token, 3, 43)));
    fixture_fails(f, DO(f, token_make(&f->c, h02, S("x"), 30, &none, &f->e)), ERR_DENIED);
    fixture_fails(f, DO(f, token_make(&f->c, h01, S(""), 731, &none, &f->e)), ERR_INVALID);
    assert_int_equal(f->e.n, 2);
    fixture_as(f, "sysadmin");
    fixture_ok(f, DO(f, token_make(&f->c, h02, S("x"), 1, &other, &f->e)));
    fixture_fails(f,
        DO(f, token_make(&f->c, fixture_person(f, "auditadmin"), S("x"), 1, &none, &f->e)),
        ERR_DENIED);
    fixture_as(f, "h02");
    fixture_fails(f, DO(f, token_drop(&f->c, session_hash(f->a, token), &f->e)), ERR_DENIED);
    fixture_as(f, "h01");
    fixture_ok(f, DO(f, token_drop(&f->c, session_hash(f->a, token), &f->e)));
    fixture_fails(f, find(f, token, &s), ERR_LOGIN);
    fixture_fails(f, DO(f, token_drop(&f->c, session_hash(f->a, token), &f->e)), ERR_MISSING);
    fixture_as(f, NULL);
    fixture_ok(f, find(f, other, &s));
    fixture_later(f, US_DAY);
    fixture_fails(f, find(f, other, &s), ERR_LOGIN);
}

// Names nobody bears must cost what the others cost: the fixed hash has the settings of a real one.
static void test_same_cost(void **state)
{
    struct fixture *f = *state;
    struct person_row nobody = {0};
    struct login_check check;
    str real = crypt_password_hash(f->a, S("a password"), false);
    password_compare(&nobody, S("a password"), &check);
    assert_false(check.right);
    str rest = real, piece;
    size_t at = 0;
    for (int i = 0; i < 4 && str_cut(&rest, '$', &piece); i++)
        at += piece.n + 1;
    assert_true(str_starts(str_of(password_nobodys), str_sub(real, 0, at)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(test_rights_matrix),
        PEOPLE_TEST(test_three_administrators),
        PEOPLE_TEST(test_granting),
        PEOPLE_TEST(test_unit_put),
        PEOPLE_TEST(test_unit_cannot),
        PEOPLE_TEST(test_unit_moves),
        PEOPLE_TEST(test_units_import),
        PEOPLE_TEST(test_units_import_mistakes),
        PEOPLE_TEST(test_classes_import),
        PEOPLE_TEST(test_people_import),
        PEOPLE_TEST(test_town_list),
        PEOPLE_TEST(test_from_nothing),
        PEOPLE_TEST(test_person_put),
        PEOPLE_TEST(test_login),
        PEOPLE_TEST(test_lock_out),
        PEOPLE_TEST(test_login_race),
        PEOPLE_TEST(test_log_out),
        PEOPLE_TEST(test_password_change),
        PEOPLE_TEST(test_tokens),
        PEOPLE_TEST(test_same_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
