// Rows of a register that are one thing: by chance merged and taken apart, what names one names a
// row that stands; taken apart in the order they came, all is as it was. And which rows look alike.
#include "domain/row_merge.h"

#include "base/rng.h"
#include "domain/row_twins.h"
#include "item_case.h"

enum { ROWS = 7, LAMPS = 10, ROUNDS = 6, MERGES = 5 };

static const char HOUSE[] =
    "register: house\ntitle: 房屋\nname: 房屋名称\nnumber: {prefix: FW, digits: 4}\n"
    "keeper: ops-centre\nwho: {change: [dispatcher], archive: [dispatcher]}\nfields:\n"
    "  - {key: code, title: 编码, type: text, unique: yes}\n"
    "  - {key: floors, title: 层数, type: number}\n";
static const char LAMP[] =
    "loop: lamp\ntitle: 路灯\nnumber: {prefix: LD, digits: 4}\nreceiver: ops-centre\n"
    "calendar: workdays\nfields:\n  - {key: house, title: 房屋, type: ref, register: house}\n"
    "states:\n  - {key: filed, title: 待修}\n  - {key: closed, title: 已修, done: yes}\nsteps:\n"
    "  - {key: file, title: 登记, to: filed, who: dispatcher, ask: [house]}\n"
    "  - {key: close, title: 修复, from: filed, to: closed, who: dispatcher, does: close}\n";

static void town(struct fixture *f)
{
    fixture_at(f, "2026-11-16 10:00");
    fixture_publish(f, "register", "house", str_of(HOUSE));
    fixture_publish(f, "loop", "lamp", str_of(LAMP));
    fixture_as(f, "dispatcher");
}

static struct item put(struct fixture *f, const char *loop, const char *title, const char *address,
    struct item_field *fields, size_t n)
{
    struct item it;
    struct item_in in = {.loop = str_of(loop),
        .title = str_of(title),
        .address = str_of(address),
        .fields = fields,
        .n_fields = n};
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    return it;
}

static struct item house(
    struct fixture *f, const char *title, const char *address, const char *code)
{
    struct item_field fields[] = {{S("code"), str_of(code)}, {S("floors"), S("6")}};
    return put(f, "house", title, address, fields, code[0] ? 2 : 0);
}

static str kept(struct fixture *f, int64_t id)
{
    struct item it = read(f, id), nothing = {0};
    it.version = it.changed_us = 0;
    return item_changes(f->a, &nothing, &it);
}

// What names a row names one that stands.
static void names_stand(struct fixture *f, const struct item *lamps, const struct item *rows)
{
    for (int i = 0; i < LAMPS; i++) {
        struct item it = read(f, lamps[i].id);
        str no = item_field(&it, S("house"));
        bool found = false;
        for (int k = 0; k < ROWS && !found; k++) {
            struct item row = read(f, rows[k].id);
            found = str_eq(row.no, no) && row.merged == 0 && row.open;
        }
        assert_true(found);
    }
}

static void merged_and_apart(void **state)
{
    struct fixture *f = *state;
    struct item rows[ROWS], lamps[LAMPS];
    str before[ROWS + LAMPS];
    struct rng r;
    rng_seed(&r, 41);
    town(f);
    for (int i = 0; i < ROWS; i++)
        rows[i] = house(f, "一栋房", "甲路1号", str_z(f->a, str_fmt(f->a, "C%d", i)));
    for (int i = 0; i < LAMPS; i++) {
        struct item_field named = {S("house"), rows[rng_range(&r, 0, ROWS - 1)].no};
        lamps[i] = put(f, "lamp", "一盏灯", "", &named, 1);
    }
    for (int round = 0; round < ROUNDS; round++) {
        int64_t merged[MERGES];
        size_t n = 0;
        for (int i = 0; i < ROWS + LAMPS; i++)
            before[i] = kept(f, i < ROWS ? rows[i].id : lamps[i - ROWS].id);
        for (int i = 0; i < MERGES; i++) {
            struct item it = read(f, rows[rng_range(&r, 0, ROWS - 1)].id);
            str takes[] = {S("code"), S("floors"), S("name")};
            int64_t id = it.id;
            if (STEP(f, &it, .step = S("merge"), .other = rows[rng_range(&r, 0, ROWS - 1)].no,
                    .takes = takes, .n_takes = (size_t)rng_range(&r, 0, 3)) == OK)
                merged[n++] = id;
            names_stand(f, lamps, rows);
            fixture_later(f, US_SECOND);
        }
        assert_true(n > 0);
        while (n > 0) {
            struct item it = read(f, merged[--n]);
            fixture_ok(f, STEP(f, &it, .step = S("unmerge")));
            names_stand(f, lamps, rows);
        }
        for (int i = 0; i < ROWS + LAMPS; i++)
            assert_true(str_eq(before[i], kept(f, i < ROWS ? rows[i].id : lamps[i - ROWS].id)));
    }
}

// ---- which rows look alike

static const struct twin *pair(const struct twins *x, const struct item *a, const struct item *b)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->v[i].a.id == a->id && x->v[i].b.id == b->id)
            return &x->v[i];
    return NULL;
}

static struct twins look(struct fixture *f)
{
    struct twins x;
    fixture_ok(f, row_twins(&f->c, S("house"), &x, &f->e));
    for (size_t i = 0; i < x.n; i++) {
        int sum = 0;
        for (int r = 0; r < TWIN_REASONS; r++)
            sum += x.v[i].points[r];
        assert_int_equal(x.v[i].strength, sum < 100 ? sum : 100);
        assert_true(x.v[i].strength >= TWINS_STRENGTH_MIN);
        assert_true(x.v[i].a.id < x.v[i].b.id);
        assert_true(i == 0 || x.v[i - 1].strength >= x.v[i].strength);
    }
    return x;
}

static void what_looks_alike(void **state)
{
    struct fixture *f = *state;
    town(f);
    struct item a = house(f, "新泾商务港", "北渔路8号", ""),
                b = house(f, "新泾　商务港", "北渔路 8 号", ""),
                c = house(f, "新泾商务港", "福泉路9号", ""),
                d = house(f, "联强大厦第一分部", "甲路1号", ""),
                e = house(f, "联强大厦第二分部", "乙路1号", ""),
                g = house(f, "全然不同的名字", "北渔路8号", "");
    struct twins x = look(f);
    assert_int_equal(x.rows, 6);
    assert_int_equal(pair(&x, &a, &b)->strength, TWINS_POINTS_NAME + TWINS_POINTS_PLACE);
    assert_int_equal(pair(&x, &a, &c)->strength, TWINS_POINTS_NAME);
    assert_null(pair(&x, &d, &e)); // the first and the second are two
    assert_null(pair(&x, &a, &g)); // the same place alone
    fixture_ok(f, fixture_do(f, row_differs(&f->c, a.id, c.no, true, &f->e)));
    x = look(f);
    assert_null(pair(&x, &a, &c));
    fixture_ok(f, fixture_do(f, row_differs(&f->c, a.id, c.no, false, &f->e)));
    fixture_ok(f, STEP(f, &b, .step = S("merge"), .other = a.no));
    x = look(f);
    assert_non_null(pair(&x, &a, &c));
    assert_null(pair(&x, &a, &b));
    fixture_fails(f, row_twins(&f->c, S("lamp"), &x, &f->e), ERR_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(merged_and_apart),
        ITEM_TEST(what_looks_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
