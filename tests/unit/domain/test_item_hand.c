// Items in hand: kept, found, replaced and let go; and written at last as if every step had been.
#include "item_case.h"

#include "base/rng.h"
#include "domain/item_hand.h"

enum { IDS = 5000, MOVES = 60000 };

static struct item some_item(struct arena *a, int64_t id, int64_t version)
{
    struct item it = {.id = id, .version = version, .no = str_fmt(a, "R%" PRId64, id)};
    it.title = str_fmt(a, "%" PRId64 "/%" PRId64, id, version);
    for (int64_t i = 0; i < version % 40; i++)
        item_set_field(&it, a, str_fmt(a, "k%" PRId64, i), it.title);
    struct clock k = {.key = it.title};
    VEC_PUSH(a, k.runs, k.n) = (struct clock_stretch){id, version};
    VEC_PUSH(a, it.clocks, it.n_clocks) = k;
    return it;
}

static void kept(struct arena *a, const struct item_hand *h, int64_t id, int64_t version)
{
    const struct item *it = item_hand_get(h, id);
    if (version == 0) {
        assert_null(it);
        return;
    }
    assert_non_null(it);
    struct item want = some_item(a, id, version);
    want.def = it->def;
    assert_true(str_eq(item_changes(a, it, &want), S("{}")));
    assert_int_equal(it->version, version);
    assert_int_equal(it->clocks[0].runs[0].to_us, version);
}

static void as_many_as_there_are(void **state)
{
    struct fixture *f = *state;
    int64_t *versions = NEW_ARRAY(f->a, IDS + 1, int64_t);
    struct arena *a = arena_new();
    struct rng r;
    rng_seed(&r, 11);
    f->c.hand = item_hand_new();
    size_t in_hand = 0;
    for (int i = 0; i < MOVES; i++) {
        int64_t id = rng_range(&r, 1, IDS);
        kept(a, f->c.hand, id, versions[id]);
        if (versions[id] != 0 && rng_range(&r, 0, 9) == 0) {
            fixture_begin(f);
            f->c.arena = a;
            enum err_code code = item_hand_save(&f->c, id, &f->e);
            f->c.arena = f->a;
            assert_int_equal(code, OK);
            (void)fixture_end(f, ERR_CONFLICT); // the rows are not what this is about
            versions[id] = 0;
            in_hand--;
        } else {
            struct item it = some_item(a, id, versions[id] + 1);
            it.def = f->rules->loops[0].now->id;
            item_hand_put(f->c.hand, &it);
            in_hand += versions[id]++ == 0;
        }
        if (i % 7 == 0)
            item_hand_settle(f->c.hand);
        arena_reset(a);
    }
    assert_int_equal(item_hand_count(f->c.hand), in_hand);
    size_t n;
    int64_t *ids = item_hand_ids(f->c.hand, f->a, &n);
    assert_int_equal(n, in_hand);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || ids[i - 1] < ids[i]);
        kept(a, f->c.hand, ids[i], versions[ids[i]]);
    }
    item_hand_free(f->c.hand);
    f->c.hand = NULL;
    arena_free(a);
}

// An order that is given back once, runs late, and ends.
static int64_t live(struct fixture *f)
{
    struct item it;
    fixture_at(f, "2026-11-16 10:00");
    struct item_in in = fixture_order(f, "楼道堆物");
    struct ctx *c = fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(c, &in, &it, &f->e)));
    int64_t c01 = fixture_unit(f, "c01"), c02 = fixture_unit(f, "c02");
    fixture_as(f, NULL);
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(c01)));
    fixture_later(f, US_HOUR);
    fixture_ok(f, STEP(f, &it, .step = S("return"), .part = 1, .reason = S("职责不符"),
                      .reason_option = S("非本辖区"), .note = S("不在本辖区")));
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(c02, c01)));
    fixture_later(f, 20 * US_DAY);
    fixture_ok(f, fixture_do(f, item_alarm(&f->c, it.id, &f->e)));
    fixture_ok(f, STEP(f, &it, .version = ITEM_ANY_VERSION, .step = S("contact"), .part = 2,
                      FIELDS({S("contacted"), S("是")})));
    fixture_ok(f, STEP(f, &it, .step = S("reply"), .part = 3, ANSWERS));
    fixture_ok(f, STEP(f, &it, .step = S("reply"), .part = 2, ANSWERS));
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    return it.id;
}

static str rows_of(struct fixture *f, int64_t id)
{
    struct item it = read(f, id), nothing = {0};
    str parts = db_one_str(f->db, f->a,
        "SELECT count(*) || ' ' || sum(open) || ' ' || sum(unit) FROM part WHERE town = ?1 AND "
        "item = ?2",
        V(FIXTURE_TOWN), V(id));
    return str_fmt(f->a, "%" PRId64 " %" PRId64 " %.*s %.*s", it.version, it.changed_us,
        STR_ARG(item_changes(f->a, &nothing, &it)), STR_ARG(parts));
}

static void as_if_every_step_had_been_written(void **state)
{
    struct fixture *f = *state, *other = fixture_open();
    int64_t id = live(f);
    other->c.hand = item_hand_new();
    assert_int_equal(live(other), id);
    assert_int_equal(item_hand_count(other->c.hand), 1);
    assert_int_equal(
        db_one_i64(other->db, 7, "SELECT count(*) FROM item WHERE town = ?1", V(FIXTURE_TOWN)), 0);
    fixture_ok(other, fixture_do(other, item_hand_save(&other->c, id, &other->e)));
    item_hand_free(other->c.hand);
    other->c.hand = NULL;
    assert_string_equal(rows_of(f, id).s, rows_of(other, id).s);
    void *town = other;
    prove(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(as_many_as_there_are, fixture_setup, fixture_teardown),
        ITEM_TEST(as_if_every_step_had_been_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
