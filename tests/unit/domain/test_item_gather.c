// Items that gather others: what is counted is what belongs, whatever is added, taken out and taken
// back; and a mistake at one number adds nothing.
#include "domain/item_gather.h"

#include "base/rng.h"
#include "domain/item_undo.h"
#include "item_case.h"

enum { ORDERS = 12, COMMONS = 3, STEPS = 160 };

static const char COMMON[] =
    "loop: common\ntitle: 共性问题\nnumber: {prefix: GX, digits: 4}\nreceiver: ops-centre\n"
    "calendar: workdays\ngathers: {count: members, which: \"loop:hotline kind:投诉\"}\nfields:\n"
    "  - {key: members, title: 件数, type: number}\nstates:\n  - {key: filed, title: 在办}\n"
    "  - {key: closed, title: 已解决, final: yes}\nsteps:\n"
    "  - {key: file, title: 登记, to: filed, who: dispatcher}\n"
    "  - {key: gather, title: 归入, from: filed, who: dispatcher, does: gather, undo: 600s}\n"
    "  - {key: release, title: 移出, from: filed, who: dispatcher, does: release, undo: 600s}\n"
    "  - {key: close, title: 解决, from: filed, to: closed, who: dispatcher, does: close}\n"
    "boards: [members]\n"
    "tallies:\n  - {key: many, title: 三件以上, by: filed, where: \"members:>=3\"}\n";

static struct item common(struct fixture *f)
{
    struct item it;
    struct item_in in = {.loop = S("common"), .title = S("一个问题")};
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    return it;
}

static enum err_code step(
    struct fixture *f, struct item *it, const char *key, str *members, size_t n)
{
    return STEP(f, it, .step = str_of(key), .members = members, .n_members = n);
}

static int64_t count(const struct item *it)
{
    int64_t n = 0;
    return str_i64(item_field(it, S("members")), &n) ? n : 0;
}

static void what_is_wrong_stands_at_its_number(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    fixture_publish(f, "loop", "common", str_of(COMMON));
    struct item one = common(f), other = common(f);
    struct item a = fixture_file(f, "甲"), b = fixture_file(f, "乙"), c = fixture_file(f, "丙");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &c, .step = S("amend"), FIELDS({S("kind"), S("咨询")})));
    fixture_fails(f, step(f, &one, "gather", NULL, 0), ERR_INVALID);
    assert_true(fixture_noted(f, "members"));
    str bad[] = {a.no, S("RX19990101-00001"), a.no, c.no, other.no};
    fixture_fails(f, step(f, &one, "gather", bad, ARRAY_LEN(bad)), ERR_INVALID);
    assert_false(fixture_noted(f, "members[0]"));
    assert_true(fixture_noted(f, "members[1]") && fixture_noted(f, "members[2]"));
    assert_true(fixture_noted(f, "members[3]") && fixture_noted(f, "members[4]"));
    assert_int_equal(read(f, a.id).gathered.n, 0);
    assert_int_equal(count(&one), 0);
    str two[] = {a.no, b.no};
    fixture_ok(f, step(f, &one, "gather", two, 2));
    assert_int_equal(count(&one), 2);
    assert_true(str_eq(read(f, b.id).gathered, one.no));
    fixture_fails(f, step(f, &other, "gather", two, 1), ERR_INVALID);
    fixture_fails(f, step(f, &one, "gather", two, 1), ERR_INVALID);
    fixture_fails(f, step(f, &other, "release", two, 1), ERR_INVALID);
    assert_int_equal(events_of(f, a.id, "gathered"), 1);
}

// As long as its members have not gone elsewhere.
static void taken_back(void **state)
{
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    fixture_publish(f, "loop", "common", str_of(COMMON));
    struct item one = common(f), other = common(f), a = fixture_file(f, "甲");
    fixture_as(f, "dispatcher");
    fixture_ok(f, step(f, &one, "gather", &a.no, 1));
    fixture_ok(f, fixture_do(f, item_undo(&f->c, one.id, one.version, &one, &f->e)));
    assert_int_equal(read(f, a.id).gathered.n, 0);
    fixture_ok(f, step(f, &one, "gather", &a.no, 1));
    fixture_ok(f, step(f, &one, "release", &a.no, 1));
    fixture_ok(f, step(f, &other, "gather", &a.no, 1));
    fixture_fails(
        f, fixture_do(f, item_undo(&f->c, one.id, one.version, &one, &f->e)), ERR_CONFLICT);
    assert_true(str_eq(read(f, a.id).gathered, other.no));
}

static void by_chance(void **state)
{
    struct fixture *f = *state;
    struct item commons[COMMONS], orders[ORDERS];
    struct rng r;
    rng_seed(&r, 36);
    fixture_at(f, "2026-11-16 10:00");
    fixture_publish(f, "loop", "common", str_of(COMMON));
    for (int i = 0; i < COMMONS; i++)
        commons[i] = common(f);
    for (int i = 0; i < ORDERS; i++)
        orders[i] = fixture_file(f, "一件事");
    fixture_as(f, "dispatcher");
    for (int i = 0; i < STEPS; i++) {
        struct item *it = &commons[rng_range(&r, 0, COMMONS - 1)];
        str members[3];
        size_t n = (size_t)rng_range(&r, 1, 3);
        for (size_t k = 0; k < n; k++)
            members[k] = orders[rng_range(&r, 0, ORDERS - 1)].no;
        if (rng_unit(&r) < 0.25)
            (void)!fixture_do(f, item_undo(&f->c, it->id, it->version, it, &f->e));
        else
            (void)!step(f, it, rng_unit(&r) < 0.6 ? "gather" : "release", members, n);
        for (int k = 0; k < COMMONS; k++) {
            int64_t belong = 0;
            for (int o = 0; o < ORDERS; o++)
                belong += str_eq(read(f, orders[o].id).gathered, commons[k].no);
            assert_int_equal(count(&commons[k]), belong);
        }
        fixture_later(f, US_SECOND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(what_is_wrong_stands_at_its_number),
        ITEM_TEST(taken_back),
        ITEM_TEST(by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
