// Orders in: dry runs, good and bad rows, repeating, stopping, undoing; and a year of real orders,
// counted twice.

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "domain/audit.h"
#include "domain/caller.h"
#include "domain/filter.h"
#include "domain/import.h"
#include "domain/item_list.h"
#include "domain/item_store.h"
#include "domain/town.h"
#include "format/csv.h"
#include "town_fixture.h"

#define ORDER(file, yaml, only_try)                                                                \
    (&(struct import_order){.path = (file), .map = str_of(yaml), .dry = (only_try)})

// Orders of the city's platform to new items; the classes are those of the fixture.
static const char MAP[] = "map: city-orders\n"
                          "title: 市平台工单\n"
                          "loop: hotline\n"
                          "key: 工单编号\n"
                          "columns:\n"
                          "  - {column: 工单编号, to: f:source_no}\n"
                          "  - {column: 受理时间, to: filed, type: time}\n"
                          "  - {column: 来源, to: f:channel, values: {12345热线: \"12345\"}}\n"
                          "  - {column: 业务类型, to: f:kind}\n"
                          "  - {column: 紧急程度, to: f:priority, otherwise: 一般}\n"
                          "  - {columns: [大类, 小类], to: class, by: name-path}\n"
                          "  - {column: 标题, to: title, required: yes}\n"
                          "  - {column: 内容, to: text}\n"
                          "  - {column: 地址, to: address}\n"
                          "  - {column: 联系人, to: caller.name}\n"
                          "  - {column: 电话, to: caller.phone}\n"
                          "  - {column: 纬度, to: lat}\n";
#define HEADER                                                                                     \
    "工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话,纬度,备注\r\n"
#define ROW_A                                                                                      \
    "A1,2026-11-15 09:30,12345,投诉,紧急,城市管理,市容环境,"                           \
    "楼道堆物,影响通行,示例路 1 号,张三,13800000000,31.2,x\r\n"
#define ROW_B "A2,2026/11/15 9:30,12345热线,咨询,,营商服务,企业服务,办照,,,,,,\r\n"
#define ROW_C "A3,2026-11-15,12345,求助,一般,住宅物业,,漏水,,,,13900000000,,\r\n"

// A sheet in the town's folder.
static str sheet(struct fixture *f, const char *name, str text)
{
    str path = str_fmt(f->a, "%.*s/%s", STR_ARG(f->dir), name);
    FILE *out = fopen(path.s, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text.s, 1, text.n, out), text.n);
    assert_int_equal(fclose(out), 0);
    return path;
}

struct test_door {
    struct fixture *f;
    int groups;     // so far
    int stop_after; // progress says no after so many; 0: never
    int fail_at;    // the database fails in this group; 0: never
};

static enum err_code door_run(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct test_door *d = arg;
    struct fixture *f = d->f;
    f->c.arena = arena_new(); // as the writer has it: gone after the command
    d->groups++;
    fixture_begin(f);
    if (d->fail_at == d->groups)
        db_fail_at(f->db, 40);
    enum err_code code = fixture_end(f, fn(&f->c, fn_arg, &f->e));
    db_fail_at(f->db, 0);
    if (code != OK)
        err_merge(e, &f->e, (str){0});
    arena_free(f->c.arena);
    f->c.arena = f->a;
    return code;
}

static bool door_progress(void *arg, const struct import_result *r)
{
    struct test_door *d = arg;
    assert_true(r->bytes <= r->bytes_total);
    return d->stop_after == 0 ||
           d->groups - 1 < d->stop_after; // the first call only says that it runs
}

static struct import_door door_of(struct test_door *d)
{
    return (struct import_door){.arg = d, .run = door_run, .progress = door_progress};
}

static int64_t make(struct fixture *f, str path, const char *map, bool dry)
{
    int64_t job = 0;
    fixture_ok(f, fixture_do(f, import_make(&f->c, ORDER(path, map, dry), &job, &f->e)));
    return job;
}

// Reads with a connection of its own, as the job's thread does.
static enum err_code run_with(
    struct fixture *f, int64_t job, struct test_door *d, struct import_result *out, struct err *e)
{
    struct import_door door = door_of(d);
    struct ctx reader = f->c;
    err_init(e, f->a, LANG_EN);
    str path = town_db_path(f->a, f->dir);
    if (access(path.s, F_OK) != 0)
        path = str_fmt(f->a, "%.*s/town.db", STR_ARG(f->dir)); // the fixture's
    reader.db = db_open(path, DB_READ, e);
    assert_non_null(reader.db);
    reader.journal = NULL;
    enum err_code code = import_run(&reader, job, &door, out, e);
    db_close(reader.db);
    return code;
}

static struct import_result run(struct fixture *f, int64_t job)
{
    struct test_door d = {.f = f};
    struct import_result out;
    struct err e;
    if (run_with(f, job, &d, &out, &e) != OK)
        fail_msg("%s", err_text(&e, f->a).s);
    return out;
}

static int64_t items(struct fixture *f)
{
    return item_count(&f->c, NULL, 0, &f->e);
}

static str job_state(struct fixture *f, int64_t job)
{
    return db_one_str(f->db, f->a, "SELECT state FROM job WHERE town = ?1 AND id = ?2",
        V(f->rules->town), V(job));
}

static void assert_result(
    struct import_result r, int64_t rows, int64_t made, int64_t same, int64_t bad)
{
    if (r.rows != rows || r.made != made || r.same != same || r.bad != bad)
        fail_msg(
            "rows %d made %d same %d bad %d", (int)r.rows, (int)r.made, (int)r.same, (int)r.bad);
}

// Counters are the sum over items, and every item is the fold of its events.
static void assert_books_balance(struct fixture *f)
{
    struct audit_out out;
    struct err e;
    err_init(&e, f->a, LANG_EN);
    struct ctx c = f->c;
    c.actor = NULL;
    if (tally_verify(&c, NULL, NULL, &out, &e) != OK)
        fail_msg("%s", err_text(&e, f->a).s);
}

static struct item by_key(struct fixture *f, const char *field, const char *key)
{
    struct item it;
    int64_t id = db_one_i64(f->db, 0,
        "SELECT item FROM item_key WHERE town = ?1 AND field = ?2 AND val = ?3", V(f->rules->town),
        V(str_of(field)), V(str_of(key)));
    fixture_ok(f, item_load(&f->c, id, &it, &f->e));
    return it;
}

static void dry_run_makes_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    str path = sheet(
        f, "a.csv", S(HEADER ROW_A ROW_B ROW_A ROW_C "A4,,12345,投诉,,不存在,,标题,,,,,,\r\n"));
    int64_t job = make(f, path, MAP, true);
    int64_t events =
        db_one_i64(f->db, 0, "SELECT count(*) FROM event WHERE town = ?1", V(FIXTURE_TOWN));
    struct import_result r = run(f, job);
    assert_result(r, 5, 3, 1, 1); // the doubled row is told, too
    assert_int_equal(r.bytes, r.bytes_total);
    assert_int_equal(items(f), 0);
    assert_int_equal(
        db_one_i64(f->db, 0, "SELECT count(*) FROM event WHERE town = ?1", V(FIXTURE_TOWN)),
        events);
    assert_str(job_state(f, job), "done");
    struct import_problem *p;
    size_t n;
    fixture_ok(f, import_problems(&f->c, job, 0, 100, &p, &n, &f->e));
    assert_int_equal(n, 1);
    assert_int_equal(p[0].row, 6);
    assert_str(p[0].column, "大类+小类");
    str result = db_one_str(
        f->db, f->a, "SELECT result FROM job WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(job));
    assert_true(str_has(result, S("\"unknown\":[\"备注\"]")));
}

static void rows_become_items(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv", S(HEADER ROW_A ROW_B ROW_C));
    assert_result(run(f, make(f, path, MAP, false)), 3, 3, 0, 0);
    struct item a = by_key(f, "source_no", "A1"), b = by_key(f, "source_no", "A2"),
                c = by_key(f, "source_no", "A3");
    assert_str(a.title, "楼道堆物");
    assert_str(a.address, "示例路 1 号");
    assert_str(a.channel, "12345");
    assert_str(a.kind, "投诉");
    assert_str(a.priority, "紧急");
    assert_str(a.state, "filed");
    assert_true(a.open && a.version == 1 && a.filed_us == at("2026-11-15 09:30") && a.lat > 31.1 &&
                a.lat < 31.3);
    assert_int_equal(a.cls, fixture_class(f, "0101"));
    assert_int_equal(b.cls, fixture_class(f, "0501"));
    assert_int_equal(c.cls, fixture_class(f, "02")); // a path may end early
    assert_str(b.priority, "一般");
    assert_str(b.channel, "12345");
    assert_true(str_starts(b.no, S("RX20261115-")));
    struct caller who;
    assert_true(caller_masked(&f->c, a.id, &who, NULL, &f->e));
    assert_str(who.name, "张*");
    assert_false(caller_masked(&f->c, b.id, &who, NULL, &f->e));
    assert_true(caller_masked(&f->c, c.id, &who, NULL, &f->e));
    assert_true(who.anonymous);
    assert_int_equal(fixture_tally(f, "hotline", "intake", 20261115), 3);
    assert_books_balance(f);
}

static void repeating_makes_nothing_twice(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv", S(HEADER ROW_A ROW_B ROW_A));
    assert_result(run(f, make(f, path, MAP, false)), 3, 2, 1, 0);
    assert_result(run(f, make(f, path, MAP, false)), 3, 0, 3, 0);
    str more = sheet(f, "b.csv", S(HEADER ROW_C ROW_B));
    assert_result(run(f, make(f, more, MAP, true)), 2, 1, 1, 0);
    assert_result(run(f, make(f, more, MAP, false)), 2, 1, 1, 0);
    assert_int_equal(items(f), 3);
    struct import_result r;
    struct err e;
    struct test_door d = {.f = f};
    assert_int_equal(run_with(f, 1, &d, &r, &e), ERR_CONFLICT); // it is over
}

static void without_a_key_the_content_counts(void **state)
{
    struct fixture *f = *state;
    static const char map[] =
        "map: plain\ntitle: 无编号\nloop: hotline\ncolumns:\n"
        "  - {column: 标题, to: title}\n  - {column: 类, to: class}\n"
        "  - {otherwise: \"12345\", to: channel}\n  - {otherwise: 投诉, to: kind}\n";
    fixture_as(f, "dispatcher");
    str path = sheet(
        f, "a.csv", S("标题,类,备注\n堆物,市容环境,甲\n堆物,市容环境,乙\n堆物,市容环境,甲\n"));
    assert_result(run(f, make(f, path, map, false)), 3, 2, 1, 0);
    assert_result(run(f, make(f, path, map, false)), 3, 0, 3, 0);
}

struct bad {
    const char *column, *value, *message, *expected; // message: a part of it
};

static void bad_rows_say_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    static const struct bad wanted[] = {
        {"工单编号", "", "key is empty", ""},
        {"受理时间", "2026/13/02", "is no time", "2026-11-02 09:30, 2026/11/2 9:30"},
        {"来源", "飞鸽传书", "options", "12345"},
        {"业务类型", "骂街", "options", "咨询"},
        {"紧急程度", "马上", "options", "一般"},
        {"大类+小类", "城市管理 电梯", "class", ""},
        {"标题", "", "required", ""},
        {"受理时间", "2026-11-17 09:00", "future", ""},
        {"纬度", "北纬三十一度", "no number", "31.2184"},
        {"纬度", "131.2", "latitude", "-90..90"},
        {"", "多出来", "more cells", "<= 14"},
        {"业务类型", "", "required", ""},
    };
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv",
        S(HEADER ROW_A ",2026-11-15,12345,投诉,,城市管理,,标题,,,,,,\r\n"
                       "B2,2026/13/02,12345,投诉,,城市管理,,标题,,,,,,\r\n"
                       "B3,2026-11-15,飞鸽传书,投诉,,城市管理,,标题,,,,,,\r\n"
                       "B4,2026-11-15,12345,骂街,,城市管理,,标题,,,,,,\r\n"
                       "B5,2026-11-15,12345,投诉,马上,城市管理,,标题,,,,,,\r\n"
                       "B6,2026-11-15,12345,投诉,,城市管理,电梯,标题,,,,,,\r\n"
                       "B7,2026-11-15,12345,投诉,,城市管理,,,,,,,,\r\n"
                       "B8,2026-11-17 09:00,12345,投诉,,城市管理,,标题,,,,,,\r\n"
                       "B9,2026-11-15,12345,投诉,,城市管理,,标题,,,,,北纬三十一度,\r\n"
                       "B10,2026-11-15,12345,投诉,,城市管理,,标题,,,,,131.2,\r\n"
                       "B11,2026-11-15,12345,投诉,,城市管理,,标题,,,,,,,多出来\r\n"
                       "B12,2026-11-15,12345,,,城市管理,,标题,,,,,,\r\n" ROW_B));
    for (int dry = 1; dry >= 0; dry--) {
        int64_t job = make(f, path, MAP, dry);
        assert_result(run(f, job), 14, 2, 0, 12);
        assert_int_equal(items(f), dry ? 0 : 2);
        struct import_problem *p;
        size_t n;
        fixture_ok(f, import_problems(&f->c, job, 0, 100, &p, &n, &f->e));
        assert_int_equal(n, ARRAY_LEN(wanted));
        for (size_t i = 0; i < n; i++) {
            bool fits = p[i].row == (int64_t)i + 3 &&
                        str_eq(p[i].column, str_of(wanted[i].column)) &&
                        str_eq(p[i].value, str_of(wanted[i].value)) &&
                        str_has(p[i].message, str_of(wanted[i].message)) &&
                        str_starts(p[i].expected, str_of(wanted[i].expected));
            if (!fits)
                fail_msg("%zu: row %d column \"%.*s\" value \"%.*s\": %.*s (%.*s)", i,
                    (int)p[i].row, STR_ARG(p[i].column), STR_ARG(p[i].value), STR_ARG(p[i].message),
                    STR_ARG(p[i].expected));
        }
        fixture_ok(f, import_problems(&f->c, job, 5, 2, &p, &n, &f->e));
        assert_int_equal(n, 2);
        assert_int_equal(p[0].row, 6);
    }
    assert_books_balance(f);
}

// One row with several mistakes tells them all.
static void all_mistakes_of_a_row(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv", S(HEADER "C1,昨天,飞鸽,骂街,,无此类,,,,,,,x,\r\n"));
    int64_t job = make(f, path, MAP, false);
    assert_result(run(f, job), 1, 0, 0, 1);
    struct import_problem *p;
    size_t n;
    fixture_ok(f, import_problems(&f->c, job, 0, 100, &p, &n, &f->e));
    assert_int_equal(n, 6);
}

static str many(struct fixture *f, int n)
{
    struct buf b;
    buf_init(&b, f->a, 8 * MIB);
    buf_addz(&b, HEADER);
    for (int i = 1; i <= n; i++)
        buf_fmt(&b, "N%d,2026-11-%02d,12345,投诉,,城市管理,市容环境,堆物 %d,,,,,,\r\n", i,
            1 + i % 15, i);
    return buf_str(&b);
}

static void a_stopped_run_goes_on(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    int64_t job = make(f, sheet(f, "a.csv", many(f, 1200)), MAP, false);
    struct test_door d = {.f = f, .stop_after = 1};
    struct import_result r;
    struct err e;
    fixture_ok(f, run_with(f, job, &d, &r, &e));
    assert_result(r, 500, 500, 0, 0);
    assert_str(job_state(f, job), "stopped");
    assert_int_equal(items(f), 500);
    assert_result(run(f, job), 1200, 1200, 0, 0);
    assert_str(job_state(f, job), "done");
    assert_int_equal(items(f), 1200);
    assert_int_equal(fixture_tally(f, "hotline", "intake", 202611), 1200);
    assert_books_balance(f);
}

static void a_failed_group_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    int64_t job = make(f, sheet(f, "a.csv", many(f, 1200)), MAP, false);
    struct test_door d = {.f = f, .fail_at = 3}; // the first says that it runs
    struct import_result r;
    struct err e;
    assert_int_equal(run_with(f, job, &d, &r, &e), ERR_STORE);
    assert_int_equal(items(f), 500);
    assert_str(job_state(f, job), "failed");
    assert_result(run(f, job), 1200, 1200, 0, 0);
    assert_int_equal(items(f), 1200);
    assert_books_balance(f);
}

static void a_changed_file_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    int64_t job = make(f, sheet(f, "a.csv", many(f, 700)), MAP, false);
    struct test_door d = {.f = f, .stop_after = 1};
    struct import_result r;
    struct err e;
    fixture_ok(f, run_with(f, job, &d, &r, &e));
    (void)sheet(f, "a.csv", many(f, 701));
    d.stop_after = 0;
    assert_int_equal(run_with(f, job, &d, &r, &e), ERR_CONFLICT);
    assert_int_equal(items(f), 500);
}

static void a_broken_sheet_keeps_what_was_before(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    str text = str_fmt(f->a, "%.*sN,\"offen", STR_ARG(many(f, 600)));
    int64_t job = make(f, sheet(f, "a.csv", text), MAP, false);
    struct test_door d = {.f = f};
    struct import_result r;
    struct err e;
    assert_int_equal(run_with(f, job, &d, &r, &e), ERR_INVALID);
    assert_str(job_state(f, job), "failed");
    assert_int_equal(items(f), 500);
    str result = db_one_str(
        f->db, f->a, "SELECT result FROM job WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN), V(job));
    assert_true(str_has(result, S("602:"))); // the row
}

static void urge(struct fixture *f, int64_t item)
{
    struct item it;
    struct step_in in = {
        .item = item, .step = S("note"), .version = ITEM_ANY_VERSION, .note = S("已电话联系")};
    fixture_ok(f, fixture_do(f, item_step(&f->c, &in, &it, &f->e)));
}

static void undoing_keeps_what_was_worked_on(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv", S(HEADER ROW_A ROW_B ROW_C));
    int64_t job = make(f, path, MAP, false);
    assert_result(run(f, job), 3, 3, 0, 0);
    int64_t worked = by_key(f, "source_no", "A2").id, gone = by_key(f, "source_no", "A1").id;
    urge(f, worked);
    fixture_later(f, 2 * US_HOUR);
    fixture_as(f, NULL); // a clock runs out: nobody's work
    fixture_begin(f);
    (void)item_alarms(&f->c, 100, &f->e);
    fixture_ok(f, fixture_end(f, f->e.code));
    struct test_door d = {.f = f};
    struct import_door door = door_of(&d);
    int64_t undone, kept;
    fixture_as(f, "dispatcher");
    fixture_ok(f, import_undo(&f->c, job, &door, &undone, &kept, &f->e));
    assert_int_equal(undone, 2);
    assert_int_equal(kept, 1);
    assert_str(job_state(f, job), "undone");
    assert_int_equal(items(f), 1);
    assert_int_equal(fixture_tally(f, "hotline", "intake", 20261115), 1);
    struct item it;
    fixture_ok(f, item_load(&f->c, gone, &it, &f->e)); // history stays
    assert_true(it.shelf == SHELF_GONE && !it.open && it.due_us == 0);
    struct err e;
    err_init(&e, f->a, LANG_EN);
    const struct filter *voided = filter_parse(f->a, f->rules, NULL, S("gone:yes"), &e);
    assert_int_equal(item_count(&f->c, voided, 0, &e), 2);
    struct step_in in = {
        .item = gone, .step = S("note"), .version = ITEM_ANY_VERSION, .note = S("还在吗")};
    fixture_fails(f, fixture_do(f, item_step(&f->c, &in, &it, &f->e)), ERR_INVALID);
    struct caller who;
    assert_false(caller_masked(&f->c, gone, &who, NULL, &f->e));
    assert_books_balance(f);
    // The sheet can be put right and come again; what was kept is known.
    assert_result(run(f, make(f, path, MAP, false)), 3, 2, 1, 0);
    assert_int_equal(items(f), 3);
    fixture_fails(f, import_undo(&f->c, job, &door, &undone, &kept, &f->e), ERR_CONFLICT);
    assert_books_balance(f);
}

static void undoing_has_a_day(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    int64_t job = make(f, sheet(f, "a.csv", S(HEADER ROW_A)), MAP, false);
    run(f, job);
    struct test_door d = {.f = f};
    struct import_door door = door_of(&d);
    int64_t undone, kept;
    fixture_later(f, (IMPORT_UNDO_HOURS + 1) * US_HOUR);
    err_init(&f->e, f->a, LANG_EN);
    fixture_fails(f, import_undo(&f->c, job, &door, &undone, &kept, &f->e), ERR_CONFLICT);
    assert_int_equal(items(f), 1);
}

static void undoing_many_in_groups(void **state)
{
    struct fixture *f = *state;
    fixture_as(f, "dispatcher");
    int64_t job = make(f, sheet(f, "a.csv", many(f, 1100)), MAP, false);
    run(f, job);
    struct test_door d = {.f = f, .stop_after = 1};
    struct import_door door = door_of(&d);
    int64_t undone, kept;
    d.groups = 1;
    fixture_ok(f, import_undo(&f->c, job, &door, &undone, &kept, &f->e));
    assert_int_equal(undone, 500);
    assert_str(job_state(f, job), "undoing");
    d.stop_after = 0;
    fixture_ok(f, import_undo(&f->c, job, &door, &undone, &kept, &f->e));
    assert_int_equal(undone, 600);
    assert_int_equal(items(f), 0);
    assert_int_equal(fixture_tally(f, "hotline", "intake", 202611), 0);
    assert_books_balance(f);
}

static void gb18030_comes_in(void **state)
{
    struct fixture *f = *state;
    static const char map[] =
        "map: gb\ntitle: 国标\nloop: hotline\nencoding: auto\ncolumns:\n"
        "  - {column: 标题, to: title}\n  - {otherwise: 城市管理, to: class}\n"
        "  - {otherwise: \"12345\", to: channel}\n  - {otherwise: 投诉, to: kind}\n";
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv", S("\xB1\xEA\xCC\xE2\r\n\xB7\xC9\xCF\xDF\xB3\xE4\xB5\xE7\r\n"));
    assert_result(run(f, make(f, path, map, false)), 1, 1, 0, 0);
    struct list_in in = {.limit = 1};
    struct list_out out;
    fixture_ok(f, item_list(&f->c, &in, &out, &f->e));
    assert_str(out.rows[0].title, "飞线充电");
}

static void history_comes_closed(void **state)
{
    struct fixture *f = *state;
    static const char map[] =
        "map: old\ntitle: 旧账\nloop: hotline\nkey: 号\nstate: rated\ncolumns:\n"
        "  - {columns: [标题, 社区], to: title, template: \"{标题}（{社区}）{{}\"}\n"
        "  - {column: 登记, to: filed, type: date}\n  - {column: 办结, to: closed, type: date}\n"
        "  - {column: 社区, to: unit, otherwise: ops-centre}\n  - {column: 解决, to: f:solved}\n";
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv",
        S("号,标题,登记,办结,社区,解决\n1,堆物,2025-03-01,2025-03-05,北虹居民区,实际解决\n"
          "2,漏水,2025-03-02,,无此社区,解释说明\n3,倒着,2025-03-02,2025-03-01,,\n"));
    int64_t job = make(f, path, map, false);
    assert_result(run(f, job), 3, 2, 0, 1);
    struct item a = by_key(f, "#old", "1"), b = by_key(f, "#old", "2");
    assert_str(a.title, "堆物（北虹居民区）{}");
    assert_str(a.state, "rated");
    assert_true(!a.open && a.due_us == 0 && a.n_clocks == 0);
    assert_int_equal(a.closed_us, at("2025-03-05 00:00"));
    assert_int_equal(a.unit, fixture_unit(f, "c01"));
    assert_int_equal(b.unit, fixture_unit(f, "ops-centre"));
    assert_int_equal(b.closed_us, b.filed_us);
    assert_str(db_one_str(f->db, f->a, "SELECT what FROM event WHERE town = ?1 AND item = ?2",
                   V(FIXTURE_TOWN), V(a.id)),
        "import");
    assert_int_equal(fixture_tally(f, "hotline", "solved", 20250305), 1);
    assert_books_balance(f);
    struct import_problem *p;
    size_t n;
    fixture_ok(f, import_problems(&f->c, job, 0, 10, &p, &n, &f->e));
    assert_int_equal(n, 1);
    assert_str(p[0].column, "办结");
}

static void not_everybody_may(void **state)
{
    struct fixture *f = *state;
    str path = sheet(f, "a.csv", S(HEADER ROW_A));
    int64_t job = 0;
    fixture_as(f, "h01");
    fixture_fails(
        f, fixture_do(f, import_make(&f->c, ORDER(path, MAP, false), &job, &f->e)), ERR_DENIED);
    assert_int_equal(
        db_one_i64(f->db, 0, "SELECT count(*) FROM job WHERE town = ?1", V(FIXTURE_TOWN)), 0);
    fixture_as(f, "dispatcher");
    job = make(f, path, MAP, false);
    // Whoever goes on with it, it is the dispatcher's import, and he may no longer.
    db_run(f->db, "UPDATE person SET active = 0 WHERE town = ?1 AND login = 'dispatcher'",
        V(FIXTURE_TOWN));
    fixture_as(f, NULL);
    fixture_reload(f);
    struct test_door d = {.f = f};
    struct import_result r;
    struct err e;
    assert_int_equal(run_with(f, job, &d, &r, &e), ERR_DENIED);
    assert_int_equal(items(f), 0);
}

// ---- the map

static void headers_are_checked_first(void **state)
{
    struct fixture *f = *state;
    int64_t job = 0;
    fixture_as(f, "dispatcher");
    str path = sheet(f, "a.csv",
        S("工单编号,受理时间,来源,业务类型,紧急程度,大类,标题,标题,内容,地址,联系人,电话,纬\n"));
    fixture_fails(
        f, fixture_do(f, import_make(&f->c, ORDER(path, MAP, false), &job, &f->e)), ERR_INVALID);
    assert_true(fixture_noted(f, "小类"));
    assert_true(fixture_noted(f, "纬度"));
    assert_true(fixture_noted(f, "标题")); // twice there
    assert_int_equal(f->e.n, 3);
    str empty = sheet(f, "b.csv", S(""));
    fixture_fails(
        f, fixture_do(f, import_make(&f->c, ORDER(empty, MAP, false), &job, &f->e)), ERR_INVALID);
    fixture_fails(f,
        fixture_do(f, import_make(&f->c, ORDER(S("no/such.csv"), MAP, false), &job, &f->e)),
        ERR_MISSING);
    // A title above the header, and full-width letters in it.
    static const char map[] =
        "map: t\ntitle: 表\nloop: hotline\nheader: 3\nkey: ID\ncolumns:\n"
        "  - {column: ID, to: f:source_no}\n  - {column: 标题, to: title}\n"
        "  - {otherwise: 城市管理, to: class}\n  - {otherwise: \"12345\", to: channel}\n"
        "  - {otherwise: 投诉, to: kind}\n";
    str titled = sheet(f, "c.csv", S("十一月工单\n\nＩＤ,标题\n7,堆物\n"));
    assert_result(run(f, make(f, titled, map, false)), 1, 1, 0, 0);
    assert_str(by_key(f, "source_no", "7").title, "堆物");
}

struct bad_map {
    const char *yaml;
    int line, column;
    const char *word; // in the message or in what was expected
};

static void maps_are_checked_whole(void **state)
{
    struct fixture *f = *state;
#define TOP "map: m\ntitle: 表\nloop: hotline\ncolumns:\n"
#define REST                                                                                       \
    "  - {otherwise: 城市管理, to: class}\n  - {otherwise: \"12345\", to: channel}\n  - "      \
    "{otherwise: 投诉, to: kind}\n"                                                              \
    "  - {column: t, to: title}\n"
    static const struct bad_map maps[] = {
        {"map: m\ntitle: 表\nloop: hotlin\ncolumns: []\n", 3, 7, "hotline"},
        {TOP REST "  - {column: a, to: adress}\n", 9, 21, "address"},
        {TOP REST "  - {column: a, to: f:solve}\n", 9, 21, "f:solved"},
        {TOP REST "  - {column: a, to: unit}\n", 9, 21, "history"},
        {TOP REST "  - {column: a, to: title}\n", 9, 21, "already"},
        {TOP REST "  - {column: a, to: text, by: name}\n", 9, 31, "looked up"},
        {TOP REST "  - {column: a, to: text, type: date}\n", 9, 33, "date"},
        {TOP REST "  - {column: a, to: f:solved, otherwise: 也许}\n", 9, 42, "fit"},
        {TOP REST "  - {column: a, to: f:solved, values: {x: 也许}}\n", 9, 43, "fit"},
        {TOP REST "  - {columns: [a, b], to: text, template: \"{a}{c}\"}\n", 9, 43, "among"},
        {TOP REST "  - {columns: [a, b], to: text, template: \"{a}{b\"}\n", 9, 43, "closed"},
        {TOP REST "  - {to: text}\n", 9, 5, "which column"},
        {TOP REST "  - {column: a, columns: [b], to: text}\n", 9, 26, "exclude"},
        {TOP REST "  - {column: a, to: text, otherwise: x, required: yes}\n", 9, 38, "required"},
        {TOP REST "  - {column: a, to: text, colour: red}\n", 9, 0, "colour"},
        {"state: handling\n" TOP "  - {column: t, to: title}\n", 1, 8, "closed"},
        {TOP "  - {column: t, to: title}\n", 5, 3, "class"},
    };
    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        struct err e;
        err_init(&e, f->a, LANG_EN);
        assert_null(import_map_parse(f->a, f->rules, str_of(maps[i].yaml), &e));
        str text = err_text(&e, f->a);
        bool there = false;
        for (size_t k = 0; k < e.n; k++)
            there = there || (e.notes[k].line == maps[i].line &&
                                 (maps[i].column == 0 || e.notes[k].column == maps[i].column));
        if (!there || !str_has(text, str_of(maps[i].word)))
            fail_msg("%zu: %.*s", i, STR_ARG(text));
    }
}

// The maps that ship parse in their towns.
static void shipped_map_parses(void **state)
{
    struct fixture *f = *state;
    struct err e;
    err_init(&e, f->a, LANG_EN);
    db_run(
        f->db, "UPDATE class SET code = '1206' WHERE town = ?1 AND code = '0202'", V(FIXTURE_TOWN));
    fixture_reload(f);
    if (!import_map_parse(
            f->a, f->rules, file_read(f->a, "towns/xinjing/city-orders.map.yaml"), &e))
        fail_msg("%s", err_text(&e, f->a).s);
}

// ---- a year of real orders

struct counts {
    struct map rows; // name -> int64_t *
    struct arena *a;
};

static void count(struct counts *k, str name)
{
    int64_t *n = map_get(&k->rows, name);
    if (!n) {
        n = NEW(k->a, int64_t);
        map_put(&k->rows, str_dup(k->a, name), n);
    }
    ++*n;
}

static bool unpack(struct fixture *f, str *path)
{
    gzFile in = gzopen("../shared/data/pingshan12345/events_10000.csv.gz", "rb");
    if (!in)
        return false;
    struct buf b;
    buf_init(&b, f->a, 64 * MIB);
    char piece[8192];
    for (int n = gzread(in, piece, sizeof(piece)); n > 0; n = gzread(in, piece, sizeof(piece)))
        buf_add(&b, (str){piece, (size_t)n});
    gzclose(in);
    *path = sheet(f, "events.csv", buf_str(&b));
    return true;
}

// The Pingshan sample as a town of its own, in the fixture's way.
static struct fixture *open_pingshan(struct arena *a, struct fixture *host)
{
    struct fixture *f = NEW(a, struct fixture);
    int64_t town = 0;
    *f = *host;
    f->a = a;
    f->loaded = NULL;
    f->n_loaded = 0;
    f->dir = str_fmt(a, "%.*s/pingshan", STR_ARG(host->dir));
    err_init(&f->e, a, LANG_EN);
    f->db = town_open(a, f->dir, true, f->c.now_us, &f->e);
    struct town_source src = town_source_folder(a, S("towns/pingshan-sample"));
    if (!f->db || town_init(f->db, a, &src, &f->keys, f->c.now_us, &town, &f->e) != OK)
        fail_msg("%s", err_text(&f->e, a).s);
    f->rules = rules_load(f->db, town, &f->e);
    assert_non_null(f->rules);
    f->journal = journal_new(town, 1);
    f->c = (struct ctx){.db = f->db,
        .arena = a,
        .rules = f->rules,
        .now_us = host->c.now_us,
        .actor = rules_person(f->rules, 2),
        .keys = &f->keys,
        .journal = f->journal,
        .lang = LANG_EN};
    f->c.actor = map_get(&f->rules->person_by_login, S("dispatcher1"));
    assert_non_null(f->c.actor);
    return f;
}

static int64_t tally(struct fixture *f, const char *key)
{
    return db_one_i64(f->db, 0,
        "SELECT coalesce(sum(n), 0) FROM tally WHERE town = ?1 AND loop = 'order' AND key = ?2 AND "
        "period > 20000000"
        " AND unit >= 0 AND class >= 0",
        V(f->rules->town), V(str_of(key)));
}

static void compare_filters(struct fixture *f, struct counts *k, const char *field)
{
    for (size_t i = 0; i < k->rows.cap; i++) {
        const struct map_slot *s = &k->rows.slots[i];
        if (!s->val)
            continue;
        struct err e;
        err_init(&e, f->a, LANG_EN);
        const struct filter *x = filter_parse(f->a, f->rules, NULL,
            str_fmt(f->a, "loop:order %s:\"%.*s\"", field, STR_ARG(s->key)), &e);
        if (!x)
            fail_msg("%s", err_text(&e, f->a).s);
        assert_int_equal(item_count(&f->c, x, 0, &e), *(int64_t *)s->val);
    }
}

// Every class path of the sheet against the day cells of the counters.
static void compare_classes(struct fixture *f, struct counts *k)
{
    size_t seen = 0;
    struct cursor r = db_rows(f->db,
        "SELECT class, sum(n) FROM tally WHERE town = ?1 AND loop = 'order' AND key = 'intake' AND "
        "period > 20000000"
        " AND unit >= 0 AND class >= 0 GROUP BY class",
        V(f->rules->town));
    while (db_next(&r)) {
        str path = {0};
        for (const struct class_ *x = rules_class(f->rules, db_i64(&r, 0)); x;
             x = rules_class(f->rules, x->parent))
            path = path.n ? str_fmt(f->a, "%.*s/%.*s", STR_ARG(x->name), STR_ARG(path)) : x->name;
        const int64_t *n = map_get(&k->rows, path);
        if (!n || *n != db_i64(&r, 1))
            fail_msg("%.*s: %d in the counters", STR_ARG(path), (int)db_i64(&r, 1));
        seen++;
    }
    assert_int_equal(seen, k->rows.n);
}

static void pingshan_orders_are_counted_right(void **state)
{
    struct fixture *host = *state;
    str path;
    if (!unpack(host, &path)) {
        print_message("skipped: no ../shared/data\n");
        skip();
    }
    struct arena *a = arena_new();
    struct fixture *f = open_pingshan(a, host);
    str map = file_read(a, "towns/pingshan-sample/events.map.yaml");
    int64_t job = make(f, path, str_z(a, map), false);
    struct import_result r = run(f, job);
    struct import_problem *p;
    size_t n;
    fixture_ok(f, import_problems(&f->c, job, 0, 3, &p, &n, &f->e));
    if (r.bad > 0)
        fail_msg("row %d %.*s \"%.*s\": %.*s", (int)p[0].row, STR_ARG(p[0].column),
            STR_ARG(p[0].value), STR_ARG(p[0].message));
    assert_result(r, 10000, 10000, 0, 0);
    // The sheet itself, counted without the program's help but its CSV reader.
    struct counts streets = {.a = a}, classes = {.a = a}, closures = {.a = a};
    map_init(&streets.rows, a);
    map_init(&classes.rows, a);
    map_init(&closures.rows, a);
    struct csv_reader *csv = csv_open(a, path, CSV_AUTO, &f->e);
    str *cells;
    int64_t row;
    while (csv_next(csv, &cells, &n, &row, &f->e)) {
        assert_int_equal(n, 14);
        if (row == 1)
            continue;
        count(&streets, cells[3]);
        count(&closures, cells[13]);
        count(&classes,
            str_fmt(a, "%.*s/%.*s/%.*s", STR_ARG(cells[7]), STR_ARG(cells[8]), STR_ARG(cells[9])));
    }
    csv_close(csv);
    assert_int_equal(tally(f, "intake"), 10000);
    assert_int_equal(tally(f, "on_time"), 9076);
    assert_int_equal(tally(f, "late"), 924);
    assert_int_equal(*(int64_t *)map_get(&closures.rows, S("按期办结")), 9076);
    assert_int_equal(*(int64_t *)map_get(&closures.rows, S("逾期办结")), 924);
    assert_true(streets.rows.n >= 6);
    compare_filters(f, &streets, "street");
    compare_classes(f, &classes);
    assert_result(run(f, make(f, path, map.s, true)), 10000, 0, 10000, 0);
    assert_books_balance(f);
    db_close(f->db);
    journal_free(f->journal);
    for (size_t i = 0; i < f->n_loaded; i++)
        rules_free(f->loaded[i]);
    rules_free(f->rules);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(dry_run_makes_nothing),
        FIXTURE_TEST(rows_become_items),
        FIXTURE_TEST(repeating_makes_nothing_twice),
        FIXTURE_TEST(without_a_key_the_content_counts),
        FIXTURE_TEST(bad_rows_say_what_is_wrong),
        FIXTURE_TEST(all_mistakes_of_a_row),
        FIXTURE_TEST(a_stopped_run_goes_on),
        FIXTURE_TEST(a_failed_group_leaves_nothing),
        FIXTURE_TEST(a_changed_file_is_refused),
        FIXTURE_TEST(a_broken_sheet_keeps_what_was_before),
        FIXTURE_TEST(undoing_keeps_what_was_worked_on),
        FIXTURE_TEST(undoing_has_a_day),
        FIXTURE_TEST(undoing_many_in_groups),
        FIXTURE_TEST(gb18030_comes_in),
        FIXTURE_TEST(history_comes_closed),
        FIXTURE_TEST(not_everybody_may),
        FIXTURE_TEST(headers_are_checked_first),
        FIXTURE_TEST(maps_are_checked_whole),
        FIXTURE_TEST(shipped_map_parses),
        FIXTURE_TEST(pingshan_orders_are_counted_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
