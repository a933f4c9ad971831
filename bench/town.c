#include "town.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/tm.h"
#include "domain/people.h"

static const char PASSWORD[] = "bihuan-demo-2026";
#define BENCH_LOGIN S("bench")

void town_die(const struct err *e, const char *what)
{
    struct arena *a = arena_new();
    (void)fprintf(stderr, "%s: %.*s\n", what, STR_ARG(err_text(e, a)));
    exit(1);
}

static void load_rules(struct town *t, int64_t town)
{
    // The former ones stay: this happens twice in a program's life.
    t->rules = rules_load(t->db, town, &t->e);
    if (!t->rules)
        town_die(&t->e, "rules");
    t->c.rules = t->rules;
}

static void add_person(struct town *t)
{
    static const char *const roles[] = {"dispatcher", "handler", "leader", "importer"};
    struct person_in in = {.login = BENCH_LOGIN,
        .name = S("演示 测量"),
        .password = str_of(PASSWORD),
        .active = 1,
        .demo = true,
        .quick_hash = true};
    int64_t id = 0;
    town_begin(t);
    town_settle(t, person_put(&t->c, &in, &id, &t->e));
    town_commit(t);
    load_rules(t, t->rules->town);
    town_begin(t);
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        bool known = false;
        for (size_t k = 0; k < t->rules->n_roles; k++)
            known |= str_eq(t->rules->roles[k].key, str_of(roles[i]));
        if (known)
            town_settle(t, person_grant(&t->c, id, str_of(roles[i]), t->rules->town, false, &t->e));
    }
    town_commit(t);
    load_rules(t, t->rules->town);
}

static int64_t make(struct town *t)
{
    struct town_source src = town_source_embedded(t->a, S("xinjing"));
    int64_t town = 0;
    if (town_init(t->db, t->a, &src, &t->keys, t->c.now_us, &town, &t->e) != OK)
        town_die(&t->e, "init");
    return town;
}

struct town *town_at(const char *dir)
{
    crypt_init();
    struct arena *a = arena_new();
    struct town *t = NEW(a, struct town);
    t->a = a;
    t->group_arena = arena_new();
    err_init(&t->e, a, LANG_EN);
    (void)mkdir(dir, 0700); // if it is not there, opening tells
    str path = str_of(dir);
    t->db = town_open(a, path, true, tm_now(), &t->e);
    if (!t->db || town_keys(a, path, true, &t->keys, &t->e) != OK)
        town_die(&t->e, dir);
    t->c = (struct ctx){.db = t->db,
        .arena = t->group_arena,
        .now_us = tm_now(),
        .keys = &t->keys,
        .lang = LANG_EN,
        .blob_dir = town_blob_dir(a, path)};
    struct err none;
    err_init(&none, a, LANG_EN);
    int64_t town = town_of(a, path, t->db, &none);
    if (town == 0)
        town = make(t);
    t->journal = journal_new(town, 1);
    t->c.journal = t->journal;
    load_rules(t, town);
    if (!map_get(&t->rules->person_by_login, BENCH_LOGIN))
        add_person(t);
    return t;
}

void town_close(struct town *t)
{
    db_checkpoint(t->db, true);
    db_close(t->db);
    journal_free(t->journal);
    rules_free(t->rules);
    arena_free(t->group_arena);
    arena_free(t->a);
}

void town_begin(struct town *t)
{
    db_begin(t->db);
    journal_begin(t->journal, t->db);
}

void town_settle(struct town *t, enum err_code code)
{
    if (code != OK)
        town_die(&t->e, "command");
    journal_settle(t->journal, true);
}

void town_commit(struct town *t)
{
    if (journal_flush(t->journal, t->db, &t->e) != OK || db_commit(t->db, &t->e) != OK)
        town_die(&t->e, "commit");
    journal_finish(t->journal, true);
    journal_rules_clean(t->journal);
    arena_reset(t->group_arena);
}

// Spreads numbers that follow each other over all values. [SplitMix64]
static uint64_t spread(uint64_t n)
{
    n += UINT64_C(0x9e3779b97f4a7c15);
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
    return n ^ n >> 31;
}

// The x-th, counting round, of those that will do.
static const struct class_ *leaf_class(const struct rules *r, uint64_t x)
{
    const struct class_ *leaves[1000];
    size_t n = 0;
    for (size_t i = 0; i < r->n_classes && n < ARRAY_LEN(leaves); i++)
        if (r->classes[i].lo == r->classes[i].hi && str_eq(r->classes[i].scheme, S("matters")))
            leaves[n++] = &r->classes[i];
    CHECK(n > 0);
    return leaves[x % n];
}

const struct unit *town_unit_for(const struct rules *r, uint64_t n)
{
    const struct unit *units[1000];
    size_t count = 0;
    for (size_t i = 0; i < r->n_units && count < ARRAY_LEN(units); i++)
        if (str_eq(r->units[i].kind, S("neighbourhood")) || str_eq(r->units[i].kind, S("office")))
            units[count++] = &r->units[i];
    CHECK(count > 0);
    return units[spread(n + 17) % count];
}

struct item_in town_order(const struct rules *r, struct arena *a, uint64_t n)
{
    static const char *const titles[] = {"楼道堆物影响通行", "飞线充电存在隐患", "夜间施工噪声扰民",
        "电梯频繁困人", "垃圾房异味", "地下车库积水", "架空线垂落", "占道经营"};
    static const char *const kinds[] = {"投诉", "投诉", "求助", "咨询", "举报", "建议"};
    static const char *const channels[] = {
        "12345", "12345", "12345", "网格巡查", "来信来访", "随申办"};
    uint64_t x = spread(n);
    struct item_field *f = NEW_ARRAY(a, 3, struct item_field);
    f[0] = (struct item_field){S("channel"), str_of(channels[x % ARRAY_LEN(channels)])};
    f[1] = (struct item_field){S("kind"), str_of(kinds[(x >> 8) % ARRAY_LEN(kinds)])};
    f[2] = (struct item_field){S("priority"), (x >> 16) % 20 == 0 ? S("紧急") : S("一般")};
    int house = (int)((x >> 24) % 60) + 1, floor = (int)((x >> 32) % 6) + 1;
    struct item_in in = {.loop = S("hotline"),
        .title = str_of(titles[(x >> 40) % ARRAY_LEN(titles)]),
        .cls = leaf_class(r, x >> 12)->id,
        .fields = f,
        .n_fields = 3,
        .has_caller = true};
    in.text = str_fmt(a,
        "市民来电反映：某小区%d号楼%"
        "d层楼道内长期堆放纸箱、旧家具等杂物，影响居民通行，且存在消防隐患。"
        "曾向物业反映，物业上门劝说后有所好转，近期又出现同样情况，希望有关部门尽快上门处理并给予答"
        "复。",
        house, floor);
    in.address = str_fmt(a, "示例路%d弄%d号", (int)((x >> 48) % 900) + 1, house);
    in.caller = (struct caller){.name = S("演示来电人"),
        .phone = str_fmt(a, "139%08d", (int)(spread(n + 5) % 100000000)),
        .door = str_fmt(a, "%d号楼%d0%d室", house, floor, (int)(x % 4) + 1)};
    return in;
}
