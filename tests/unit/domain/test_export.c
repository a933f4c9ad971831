// Orders out: the rows of a filter as a sheet that reads back, only what may be seen, masked, in
// pieces of any size.

#include "domain/export.h"
#include "domain/item_list.h"
#include "format/csv.h"
#include "town_fixture.h"

static struct item file_one(struct fixture *f, const char *title, struct caller who)
{
    struct item_in in = fixture_order(f, title);
    struct item it = {0};
    in.caller = who;
    in.has_caller = true;
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    return it;
}

static str export_all(struct fixture *f, const char *filter, size_t piece)
{
    struct err e;
    struct buf b;
    char part[4096];
    err_init(&e, f->a, LANG_ZH);
    buf_init(&b, f->a, 64 * MIB);
    struct filter *x = filter ? filter_parse(f->a, f->rules, NULL, str_of(filter), &e) : NULL;
    assert_true(filter == NULL || x != NULL);
    struct export *out = export_open(&f->c, x, EXPORT_CSV, &e);
    if (!out)
        fail_msg("%s", err_text(&e, f->a).s);
    for (int64_t n = export_read(out, part, piece); n != 0; n = export_read(out, part, piece)) {
        assert_true(n > 0 && (size_t)n <= piece);
        buf_add(&b, (str){part, (size_t)n});
    }
    export_close(out);
    return buf_str(&b);
}

struct sheet {
    str **rows;
    size_t *widths;
    size_t n;
};

static struct sheet read_back(struct fixture *f, str text)
{
    struct sheet s = {0};
    struct err e;
    size_t n_widths = 0;
    err_init(&e, f->a, LANG_EN);
    assert_true(str_starts(text, S("\xEF\xBB\xBF")));
    assert_true(str_ends(text, S("\r\n")));
    struct csv_reader *r = csv_open_text(f->a, text, CSV_UTF8, &e);
    str *cells;
    size_t n;
    int64_t row;
    while (csv_next(r, &cells, &n, &row, &e)) {
        str *kept = NEW_ARRAY(f->a, n, str);
        for (size_t i = 0; i < n; i++)
            kept[i] = str_dup(f->a, cells[i]);
        VEC_PUSH(f->a, s.rows, s.n) = kept;
        VEC_PUSH(f->a, s.widths, n_widths) = n;
    }
    assert_int_equal(e.code, OK);
    csv_close(r);
    return s;
}

static str cell(const struct sheet *s, size_t row, const char *title)
{
    for (size_t i = 0; i < s->widths[0]; i++)
        if (str_eq(s->rows[0][i], str_of(title)))
            return s->rows[row][i];
    fail_msg("no column %s", title);
    return (str){0};
}

static void columns_and_masking(void **state)
{
    struct fixture *f = *state;
    struct item it = file_one(f, "=1+1 楼道\"堆物\"",
        (struct caller){.name = S("张三丰"), .phone = S("13812346612"), .door = S("3号楼402室")});
    struct sheet s = read_back(f, export_all(f, "loop:hotline", 4096));
    assert_int_equal(s.n, 2);
    assert_str(cell(&s, 1, "编号"), str_z(f->a, it.no));
    assert_str(cell(&s, 1, "事项类型"), "12345热线工单");
    assert_str(cell(&s, 1, "状态"), "待派单");
    assert_str(cell(&s, 1, "承办单位"), "城市运行管理中心");
    assert_str(cell(&s, 1, "分类"), "城市管理/市容环境");
    assert_str(cell(&s, 1, "业务类型"), "投诉");
    assert_str(cell(&s, 1, "受理时间"), "2026-11-16 09:00");
    assert_str(cell(&s, 1, "办结时间"), "");
    assert_str(cell(&s, 1, "标题"), "'=1+1 楼道\"堆物\"");
    assert_str(cell(&s, 1, "内容"), "楼道堆物，影响通行。");
    assert_str(cell(&s, 1, "诉求人"), "张**");
    assert_str(cell(&s, 1, "电话"), "138****6612");
    assert_str(cell(&s, 1, "门牌"), "3号楼***");
    assert_str(cell(&s, 1, "综合满意"), "");
    assert_str(cell(&s, 1, "区复核.综合满意"), "");
    // Of several loops only what all items have.
    struct sheet plain = read_back(f, export_all(f, NULL, 4096));
    assert_int_equal(plain.widths[0], 17);
    assert_int_equal(plain.n, 2);
}

static void pieces_of_any_size_are_the_same(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 450; i++) {
        fixture_later(f, i % 3 == 0 ? US_MINUTE : 0); // several of the same instant
        (void)fixture_file(f, "堆物");
    }
    fixture_as(f, "dispatcher");
    str whole = export_all(f, "loop:hotline", 4096);
    struct sheet s = read_back(f, whole);
    assert_int_equal(s.n, 451);
    for (size_t i = 1; i < s.n; i++)
        for (size_t k = i + 1; k < s.n && k < i + 3; k++)
            assert_false(str_eq(s.rows[i][0], s.rows[k][0]));
    static const size_t sizes[] = {1, 7, 1000};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        assert_true(str_eq(export_all(f, "loop:hotline", sizes[i]), whole));
}

static struct item dispatch(struct fixture *f, int64_t item, const char *unit)
{
    struct item it;
    int64_t units[] = {fixture_unit(f, unit)};
    struct step_in in = {.item = item,
        .step = S("dispatch"),
        .version = ITEM_ANY_VERSION,
        .units = units,
        .n_units = 1};
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_step(&f->c, &in, &it, &f->e)));
    return it;
}

static void only_what_may_be_seen(void **state)
{
    struct fixture *f = *state;
    struct err e;
    err_init(&e, f->a, LANG_EN);
    (void)fixture_file(f, "还在城运中心");
    dispatch(f, fixture_file(f, "派给北虹").id, "c01");
    dispatch(f, fixture_file(f, "派给二居").id, "c02");
    fixture_as(f, "l01"); // leads c01
    struct sheet s = read_back(f, export_all(f, NULL, 4096));
    assert_int_equal(s.n, 2);
    assert_str(cell(&s, 1, "标题"), "派给北虹");
    s = read_back(f, export_all(f, "loop:hotline unit:c02", 4096));
    assert_int_equal(s.n, 1); // the header alone
    fixture_as(f, "dispatcher");
    s = read_back(f, export_all(f, NULL, 4096));
    assert_int_equal(s.n, 4);
    fixture_as(f, "h01"); // handlers may not
    assert_null(export_open(&f->c, NULL, EXPORT_CSV, &e));
    assert_int_equal(e.code, ERR_DENIED);
}

static void a_failing_database_breaks_off(void **state)
{
    struct fixture *f = *state;
    char part[512];
    struct err e;
    (void)fixture_file(f, "堆物");
    fixture_as(f, "dispatcher");
    err_init(&e, f->a, LANG_EN);
    struct export *x = export_open(&f->c, NULL, EXPORT_CSV, &e);
    assert_non_null(x);
    db_fail_at(f->db, 3);
    int64_t n = export_read(x, part, sizeof(part));
    while (n > 0)
        n = export_read(x, part, sizeof(part));
    assert_int_equal(n, -1);
    db_fail_at(f->db, 0);
    export_close(x);
    db_rollback(f->db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(columns_and_masking),
        FIXTURE_TEST(pieces_of_any_size_are_the_same),
        FIXTURE_TEST(only_what_may_be_seen),
        FIXTURE_TEST(a_failing_database_breaks_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
