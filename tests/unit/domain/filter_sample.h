// A small town built by hand, for the tests and the fuzz target of the filter language: every case
// that names can make is in it (doubled names, a unit whose code is a reserved word, a field hidden
// by a key, a type that changed).
#ifndef BH_TESTS_UNIT_DOMAIN_FILTER_SAMPLE_H
#define BH_TESTS_UNIT_DOMAIN_FILTER_SAMPLE_H

#include <string.h>

#include "base/embed.h"
#include "domain/filter.h"

enum { SAMPLE_TOWN = 310105102, SAMPLE_WIDE = 20, SAMPLE_WIDE_FIRST = 100, SAMPLE_WIDE_N = 500 };

static const struct {
    int64_t id, parent;
    const char *code, *name, *short_name;
} sample_units[] = {
    // in preorder
    {SAMPLE_TOWN, 0, "xinjing", "新泾镇", "新泾"},
    {1, SAMPLE_TOWN, "ops-centre", "城市运行管理中心", "城运中心"},
    {2, SAMPLE_TOWN, "office-business", "营商环境办公室", "营商办"},
    {3, SAMPLE_TOWN, "c01", "北虹居民区", "北虹"}, {4, 3, "c01-g1", "北虹第一微网格", "北虹一格"},
    {5, 3, "c01-g2", "北虹第二微网格", "北虹二格"},
    {6, SAMPLE_TOWN, "c02", "新 泾,\"苑\"\\北", "二居"}, {7, 6, "c02-d", "党建站", ""},
    {8, SAMPLE_TOWN, "c03", "第三居民区", "三居"}, {9, 8, "c03-d", "党建站", ""},
    {10, SAMPLE_TOWN, "none", "无名单位", "无"},
    {SAMPLE_WIDE, SAMPLE_TOWN, "wide", "大片区", "大片"}, // and SAMPLE_WIDE_N micro-grids below it
};
static const struct {
    int64_t id, parent;
    const char *scheme, *code, *name;
} sample_classes[] = {
    // in preorder, scheme by scheme
    {1, 0, "matters", "01", "城市管理"},
    {2, 1, "matters", "0101", "市容环境"},
    {3, 2, "matters", "010101", "乱堆物"},
    {4, 1, "matters", "0102", "违法建筑"},
    {11, 0, "matters", "02", "市容"},
    {5, 0, "matters", "05", "营商服务"},
    {6, 5, "matters", "0501", "企业服务"},
    {7, 5, "matters", "0509", "噪声"},
    {12, 0, "matters", "06", "公共安全"},
    {8, 0, "patrol", "01", "消防"},
    {9, 8, "patrol", "0103", "飞线充电"},
    {10, 0, "patrol", "07", "噪声"},
};

#define SAMPLE_PATROL_HEAD                                                                         \
    "loop: patrol\n"                                                                               \
    "title: 网格巡查\n"                                                                        \
    "number: {prefix: XC, digits: 4}\n"                                                            \
    "receiver: ops-centre\n"                                                                       \
    "calendar: workdays\n"                                                                         \
    "classes: patrol\n"                                                                            \
    "judges: [{key: own, title: 自查}]\n"                                                        \
    "fields:\n"                                                                                    \
    "  - {key: kind, title: 隐患类型, type: choice, options: [飞线, 堆物, 无]}\n"
#define SAMPLE_PATROL_TAIL                                                                         \
    "  - {key: seen_on, title: 发现日期, type: date}\n"                                        \
    "  - {key: seen_at, title: 发现时间, type: time}\n"                                        \
    "  - {key: danger, title: 是否危险, type: yesno}\n"                                        \
    "  - {key: remark, title: 备注, type: text, max: 200}\n"                                     \
    "  - {key: grade, title: 等级, type: choice, options: [甲, 乙, 无, none, \"a, b\"]}\n"    \
    "states:\n"                                                                                    \
    "  - {key: found, title: 待派单}\n"                                                         \
    "  - {key: doing, title: 办理中}\n"                                                         \
    "  - {key: shelved, title: 挂账, paused: yes}\n"                                             \
    "  - {key: finished, title: 已办结, final: yes}\n"                                          \
    "parts:\n"                                                                                     \
    "  states:\n"                                                                                  \
    "    - {key: waiting, title: 待签收}\n"                                                     \
    "    - {key: done, title: 已反馈, final: yes}\n"                                            \
    "    - {key: withdrawn, title: 已收回, final: yes}\n"                                       \
    "  wait: all\n"                                                                                \
    "  then: finished\n"                                                                           \
    "clocks:\n"                                                                                    \
    "  - {key: handle, title: 处置, limits: [{limit: 2d}]}\n"                                    \
    "  - {key: mend, title: 招标, by: seen_on, limits: [{limit: 3wd}]}\n"                        \
    "steps:\n"                                                                                     \
    "  - {key: file, title: 登记, to: found, who: [clerk], ask: [kind], start: [handle]}\n"      \
    "  - {key: dispatch, title: 派单, from: [found], to: doing, who: [clerk], does: dispatch}\n" \
    "  - {key: reply, title: 反馈, on: part, from: [waiting], to: done, who: [clerk],\n"         \
    "     stamp: replied_at}\n"                                                                    \
    "  - {key: shelve, title: 挂账, from: [doing], to: shelved, who: [clerk]}\n"                 \
    "  - {key: back, title: 恢复, from: [shelved], to: doing, who: [clerk]}\n"                   \
    "  - {key: finish, title: 办结, from: [doing], to: finished, who: [clerk], stop: [handle, "  \
    "mend]}\n"

static inline str sample_text(const char *z)
{
    return str_of(z == NULL ? "" : z);
}

static inline void sample_add_unit(
    struct rules *r, int64_t id, int64_t parent, str code, str name, str short_name)
{
    struct unit *u = &r->units[r->n_units];
    *u = (struct unit){.id = id, .parent = parent, .kind = S("office"), .code = code, .name = name};
    u->short_name = short_name;
    u->lo = u->hi = (int)r->n_units++;
    imap_put(&r->unit_by_id, id, u);
    map_put(&r->unit_by_code, code, u);
    for (int64_t p = parent; p != 0;) {
        struct unit *up = imap_get(&r->unit_by_id, p);
        CHECK(up != NULL);
        up->hi = u->lo;
        u->depth++;
        p = up->parent;
    }
}

static inline bool sample_doubled(const struct rules *r, str name)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_units; i++)
        n += str_eq(r->units[i].name, name) || str_eq(r->units[i].short_name, name);
    return n > 1;
}

static inline void sample_put_units(struct rules *r)
{
    r->units = NEW_ARRAY(r->arena, ARRAY_LEN(sample_units) + SAMPLE_WIDE_N, struct unit);
    for (size_t i = 0; i < ARRAY_LEN(sample_units); i++)
        sample_add_unit(r, sample_units[i].id, sample_units[i].parent,
            sample_text(sample_units[i].code), sample_text(sample_units[i].name),
            sample_text(sample_units[i].short_name));
    for (int i = 0; i < SAMPLE_WIDE_N; i++)
        sample_add_unit(r, SAMPLE_WIDE_FIRST + i, SAMPLE_WIDE, str_fmt(r->arena, "g%03d", i),
            str_fmt(r->arena, "大片第%d微网格", i), (str){0});
    for (size_t i = 0; i < r->n_units; i++) {
        struct unit *u = &r->units[i];
        if (!sample_doubled(r, u->name))
            map_put(&r->unit_by_name, u->name, u);
        if (u->short_name.n > 0 && !sample_doubled(r, u->short_name))
            map_put(&r->unit_by_name, u->short_name, u);
    }
    r->root = &r->units[0];
}

static inline void sample_put_classes(struct rules *r)
{
    r->n_classes = ARRAY_LEN(sample_classes);
    r->classes = NEW_ARRAY(r->arena, r->n_classes, struct class_);
    for (size_t i = 0; i < r->n_classes; i++) {
        struct class_ *c = &r->classes[i];
        *c = (struct class_){.id = sample_classes[i].id, .parent = sample_classes[i].parent};
        c->scheme = sample_text(sample_classes[i].scheme);
        c->code = sample_text(sample_classes[i].code);
        c->name = sample_text(sample_classes[i].name);
        c->lo = c->hi = (int)i;
        imap_put(&r->class_by_id, c->id, c);
        map_put(&r->class_by_code,
            str_fmt(r->arena, "%.*s/%.*s", STR_ARG(c->scheme), STR_ARG(c->code)), c);
        for (struct class_ *up = imap_get(&r->class_by_id, c->parent); up != NULL;
             up = imap_get(&r->class_by_id, up->parent))
            up->hi = (int)i;
    }
}

static inline void sample_put_person(struct rules *r, int64_t id, const int64_t *units, size_t n)
{
    struct person *p = &r->people[r->n_people++];
    *p = (struct person){.id = id, .active = true, .n = n};
    p->grants = NEW_ARRAY(r->arena, n, struct grant);
    for (size_t i = 0; i < n; i++)
        p->grants[i] = (struct grant){&r->roles[0], imap_get(&r->unit_by_id, units[i])};
    imap_put(&r->person_by_id, id, p);
}

// Person 1 works in two places, 2 in the whole town, 3 nowhere, 4 in the wide part.
static inline void sample_put_people(struct rules *r)
{
    static const int64_t two[] = {3, 2}, town[] = {SAMPLE_TOWN}, wide[] = {SAMPLE_WIDE};
    r->roles = NEW(r->arena, struct role);
    r->roles[0].key = S("handler");
    r->n_roles = 1;
    r->people = NEW_ARRAY(r->arena, 4, struct person);
    sample_put_person(r, 1, two, 2);
    sample_put_person(r, 2, town, 1);
    sample_put_person(r, 3, NULL, 0);
    sample_put_person(r, 4, wide, 1);
}

#define SAMPLE_REGISTER                                                                            \
    "register: street\ntitle: 道路\nnumber: {prefix: DL}\nkeeper: xinjing\n"                     \
    "who: {change: [clerk]}\nfields:\n"                                                            \
    "  - {key: crossing, title: 相交道路, type: ref, register: street}\n"                      \
    "  - {key: width, title: 宽度, type: number}\n"

static inline struct def *sample_def(struct rules *r, str yaml, int64_t id, struct err *e)
{
    struct def *d = NULL;
    if (def_parse(r->arena, yaml, &d, e) != OK)
        return NULL;
    d->id = id;
    imap_put(&r->def_by_id, id, d);
    return d;
}

static inline bool sample_put_loop(struct rules *r, struct def *older, struct def *newest)
{
    struct loop *l = &r->loops[r->n_loops];
    if (newest == NULL)
        return false;
    *l = (struct loop){.key = newest->loop, .title = newest->title, .now = newest};
    if (older != NULL)
        VEC_PUSH(r->arena, l->versions, l->n) = older;
    VEC_PUSH(r->arena, l->versions, l->n) = newest;
    for (size_t i = 0; i < l->n; i++)
        l->versions[i]->version = (int64_t)i + 1;
    map_put(&r->loop_by_key, l->key, l);
    r->n_loops++;
    return true;
}

enum {
    SAMPLE_HOTLINE = 11,
    SAMPLE_PATROL_OLD = 12,
    SAMPLE_PATROL = 13,
    SAMPLE_VISIT = 14,
    SAMPLE_STREET = 15,
};

// Hotline as it ships; patrol in two versions, of which the older had its amount as text; visit,
// where an amount is text still, and which has a field under a key of the language.
// A layer of two cells, which nobody has drawn.
static inline void sample_put_layer(struct rules *r)
{
    r->layers = NEW(r->arena, struct layer);
    r->n_layers = 1;
    struct layer *l = r->layers;
    *l = (struct layer){
        .id = 1, .key = S("residents"), .title = S("居民区"), .field = S("cell/residents")};
    l->cells = NEW_ARRAY(r->arena, 2, struct grid_cell);
    l->cells[l->n++] = (struct grid_cell){.id = 1, .code = S("beihong"), .name = S("北虹居民区")};
    l->cells[l->n++] = (struct grid_cell){.id = 2, .code = S("c02"), .name = S("双流路居民区")};
}

static inline struct rules *sample_rules(struct arena *a, struct err *e)
{
    struct rules *r = NEW(a, struct rules);
    *r = (struct rules){.arena = a, .town = SAMPLE_TOWN, .zone_s = TM_ZONE_DEFAULT_S};
    imap_init(&r->unit_by_id, a);
    map_init(&r->unit_by_code, a);
    map_init(&r->unit_by_name, a);
    imap_init(&r->class_by_id, a);
    map_init(&r->class_by_code, a);
    imap_init(&r->person_by_id, a);
    map_init(&r->loop_by_key, a);
    imap_init(&r->def_by_id, a);
    sample_put_units(r);
    sample_put_classes(r);
    sample_put_people(r);
    sample_put_layer(r);
    r->loops = NEW_ARRAY(a, 4, struct loop);
    str hotline = embed_find(S("defs/loops/hotline.yaml"))->bytes;
    str old = S(SAMPLE_PATROL_HEAD
        "  - {key: amount, title: 金额, type: text, max: 40}\n" SAMPLE_PATROL_TAIL);
    str now =
        S(SAMPLE_PATROL_HEAD "  - {key: amount, title: 金额, type: number}\n" SAMPLE_PATROL_TAIL);
    struct def *visit = sample_def(r, old, SAMPLE_VISIT, e);
    if (visit == NULL)
        return NULL;
    visit->loop = S("visit");
    visit->title = S("走访");
    visit->fields[1].title = S("意向金额");
    struct def_field level = visit->fields[visit->n_fields - 1];
    level.key = S("level");
    level.title = S("诉求等级");
    struct def_field *fields = NEW_ARRAY(a, visit->n_fields + 1, struct def_field);
    memcpy(fields, visit->fields, visit->n_fields * sizeof(*fields));
    fields[visit->n_fields++] = level;
    visit->fields = fields;
    visit->gathers.within = 1;
    visit->clashes = visit->beside = (struct def_near){.said = true, .same = DEF_NONE, .within = 1};
    static str told[] = {S("patrol")};
    visit->beside.loops = told;
    visit->beside.n_loops = 1;
    visit->cadences = NEW(a, struct def_cadence);
    visit->cadences[visit->n_cadences++] = (struct def_cadence){.key = S("big")};
    bool ok = sample_put_loop(r, NULL, sample_def(r, hotline, SAMPLE_HOTLINE, e)) &&
              sample_put_loop(r, sample_def(r, old, SAMPLE_PATROL_OLD, e),
                  sample_def(r, now, SAMPLE_PATROL, e)) &&
              sample_put_loop(r, NULL, visit) &&
              sample_put_loop(r, NULL, sample_def(r, S(SAMPLE_REGISTER), SAMPLE_STREET, e));
    return ok ? r : NULL;
}

#endif
