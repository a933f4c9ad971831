// A hotline order on its way, for the tests of the engine: steps in a line, and orders that have
// come so far already. Every town a test leaves behind is proven afterwards: the chain of its
// events, every item as the fold of them, every counter as the sum over the items.
#ifndef BH_TESTS_UNIT_DOMAIN_ITEM_CASE_H
#define BH_TESTS_UNIT_DOMAIN_ITEM_CASE_H

#include "domain/audit.h"
#include "domain/item_store.h"
#include "town_fixture.h"

// One step; *it is the item as it then stands, or stays when the step is refused.
#define STEP(f, it, ...) take((f), (it), (struct step_in){__VA_ARGS__})
#define FIELDS(...)                                                                                \
    .fields = (struct item_field[]){__VA_ARGS__},                                                  \
    .n_fields = sizeof((struct item_field[]){__VA_ARGS__}) / sizeof(struct item_field)
#define UNITS(...)                                                                                 \
    .units = (int64_t[]){__VA_ARGS__}, .n_units = sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)
#define ANSWERS                                                                                    \
    FIELDS({S("fact"), S("属实")}, {S("appeal"), S("诉求合理合法")}, {S("site"), S("是")},         \
        {S("reply_way"), S("电话")}, {S("solved"), S("实际解决")}, {S("reply"), S("已清理")})

static inline enum err_code take(struct fixture *f, struct item *it, struct step_in in)
{
    if (in.item == 0)
        in.item = it->id;
    if (in.version == 0)
        in.version = it->version;
    return fixture_do(f, item_step(&f->c, &in, it, &f->e));
}

static inline struct item read(struct fixture *f, int64_t id)
{
    struct item it;
    fixture_ok(f, item_load(&f->c, id, &it, &f->e));
    return it;
}

static inline int prove(void **state)
{
    struct fixture *f = *state;
    struct audit_out out;
    err_init(&f->e, f->a, LANG_EN);
    fixture_ok(f, audit_verify(&f->c, NULL, NULL, &out, &f->e));
    fixture_ok(f, tally_verify(&f->c, NULL, NULL, &out, &f->e));
    return fixture_teardown(state);
}
#define ITEM_TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, prove)

// The clock of a key and a part in the newest round that has one.
static inline const struct clock *clock_of(const struct item *it, const char *key, int64_t part)
{
    for (size_t i = it->n_clocks; i-- > 0;)
        if (str_eq(it->clocks[i].key, str_of(key)) && it->clocks[i].part == part)
            return &it->clocks[i];
    fail_msg("there is no clock %s of part %d", key, (int)part);
    return NULL;
}

static inline size_t clocks_of(const struct item *it, const char *key)
{
    size_t n = 0;
    for (size_t i = 0; i < it->n_clocks; i++)
        n += str_eq(it->clocks[i].key, str_of(key));
    return n;
}

static inline void time_is(int64_t us, const char *wanted, const char *file, int line)
{
    struct arena *a = arena_new();
    str got = tm_minute(a, us, TM_ZONE_DEFAULT_S);
    if (!str_eq(got, str_of(wanted))) {
        print_error("got %.*s, wanted %s\n", STR_ARG(got), wanted);
        _fail(file, line);
    }
    arena_free(a);
}
#define assert_time(us, wanted) time_is((us), (wanted), __FILE__, __LINE__)

static inline void count_is(
    struct fixture *f, const char *key, int64_t wanted, const char *file, int line)
{
    int64_t day = fixture_tally(f, "hotline", key, 20261116),
            month = fixture_tally(f, "hotline", key, 202611);
    if (str_eq(str_of(key), S("intake")) && day != wanted)
        print_error("%s on the day: %d\n", key, (int)day);
    if (month == wanted)
        return;
    print_error("%s in the month: %d, wanted %d\n", key, (int)month, (int)wanted);
    _fail(file, line);
}
#define assert_count(f, key, wanted) count_is((f), (key), (wanted), __FILE__, __LINE__)

static inline int64_t events_of(struct fixture *f, int64_t item, const char *what)
{
    return db_one_i64(f->db, 0,
        "SELECT count(*) FROM event WHERE town = ?1 AND item = ?2 AND what = ?3", V(FIXTURE_TOWN),
        V(item), V(str_of(what)));
}

static inline int64_t open_parts(struct fixture *f, int64_t item)
{
    return db_one_i64(f->db, 0,
        "SELECT count(*) FROM part WHERE town = ?1 AND item = ?2 AND open = 1", V(FIXTURE_TOWN),
        V(item));
}

// Filed on Monday at 10:00, dispatched at 10:30 to the unit and perhaps to an assisting one.
static inline struct item dispatched(struct fixture *f, const char *lead, const char *assist)
{
    fixture_at(f, "2026-11-16 10:00");
    struct item it = fixture_file(f, "楼道堆物");
    fixture_at(f, "2026-11-16 10:30");
    fixture_as(f, "dispatcher");
    int64_t units[2] = {fixture_unit(f, lead), assist ? fixture_unit(f, assist) : 0};
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), .units = units, .n_units = assist ? 2 : 1));
    return it;
}

static inline void finish(struct fixture *f, struct item *it, const char *by)
{
    fixture_as(f, by);
    fixture_ok(f, STEP(f, it, .step = S("reply"), ANSWERS));
}

static inline struct item closed(struct fixture *f, const char *satisfied)
{
    struct item it = dispatched(f, "c01", NULL);
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("contact"), FIELDS({S("contacted"), S("是")})));
    finish(f, &it, "h01");
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    if (satisfied)
        fixture_ok(
            f, STEP(f, &it, .step = S("rate"),
                   FIELDS({S("satisfied"), str_of(satisfied)}, {S("solved"), S("实际解决")})));
    return it;
}

#define RETURN(f, it)                                                                              \
    STEP((f), (it), .step = S("return"), .reason = S("职责不符"), .reason_option = S("非本辖区"),  \
        .note = S("不是我们的"))

#endif
