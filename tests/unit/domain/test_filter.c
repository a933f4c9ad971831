#include <stdio.h>
#include <stdlib.h>

#include "../base/unit.h"
#include "../store/temp.h"
#include "base/rng.h"
#include "domain/filter_private.h"
#include "domain/item_store.h"
#include "domain/keydate.h"
#include "domain/yaml.h"
#include "filter_sample.h"
#include "store/migrate.h"

enum { FILE_BYTES_MAX = 1 * MIB, ITEMS = 2000, FILTERS = 3000 };
static const uint64_t seed_default = 20261120;

static str read_source(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = arena_alloc(a, FILE_BYTES_MAX);
    size_t n = fread(text, 1, FILE_BYTES_MAX, f);
    assert_int_equal(ferror(f), 0);
    assert_int_equal(fclose(f), 0);
    return (str){text, n};
}

static struct rules *rules_of(struct temp *t)
{
    struct rules *r = sample_rules(t->a, &t->e);
    if (r == NULL)
        print_error("%s", str_z(t->a, err_text(&t->e, t->a)));
    CHECK(r != NULL);
    struct keydate *k;
    str expo = S("keydate: ciie-8\ntitle: 第八届进博会\nfrom: 2025-11-05\nto: 2025-11-10\n"
                 "where: \"loop:hotline\"\n");
    CHECK(keydate_parse(t->a, expo, &k, &t->e) == OK);
    VEC_PUSH(t->a, r->keydates, r->n_keydates) = k;
    return r;
}

// ---- The town and its items in a database.

static struct db *town_db(struct temp *t, const struct rules *r)
{
    size_t n;
    const struct migration *all = migrations_embedded(t->a, &n);
    struct db *db = temp_db(t, DB_WRITE);
    assert_int_equal(migrate(db, all, n, 1, &t->e), OK);
    db_begin(db);
    for (size_t i = 0; i < r->n_units; i++)
        db_run(db,
            "INSERT INTO unit (town, id, parent, kind, code, name, short_name, seq)"
            " VALUES (?1, ?2, ?3, 'office', ?4, ?5, ?6, ?7)",
            V(r->town), V(r->units[i].id), V(r->units[i].parent), V(r->units[i].code),
            V(r->units[i].name), V(r->units[i].short_name), V((int64_t)i));
    for (size_t i = 0; i < r->n_classes; i++)
        db_run(db,
            "INSERT INTO class (town, id, parent, scheme, code, name) VALUES (?1, ?2, ?3, ?4, ?5, "
            "?6)",
            V(r->town), V(r->classes[i].id), V(r->classes[i].parent), V(r->classes[i].scheme),
            V(r->classes[i].code), V(r->classes[i].name));
    for (size_t i = 0; i < r->n_loops; i++)
        for (size_t v = 0; v < r->loops[i].n; v++)
            db_run(db,
                "INSERT INTO def (town, id, kind, key, version, text, published_us, by_person)"
                " VALUES (?1, ?2, 'loop', ?3, ?4, '', 1, 1)",
                V(r->town), V(r->loops[i].versions[v]->id), V(r->loops[i].key),
                V(r->loops[i].versions[v]->version));
    assert_int_equal(db_commit(db, &t->e), OK);
    return db;
}

// Whom the tests have watch what: persons 1 to 4 every fifth item.
static bool watches(int64_t person, int64_t item)
{
    return person > 0 && item % 5 == person;
}

static void know_watched(
    struct arena *a, struct filter_env *env, const struct item *items, size_t n)
{
    int64_t *ids = NULL;
    for (size_t i = 0; i < n; i++)
        if (watches(env->person, items[i].id))
            VEC_PUSH(a, ids, env->n_watched) = items[i].id;
    env->watched = ids;
}

static void store_items(
    struct temp *t, struct db *db, const struct rules *r, const struct item *items, size_t n)
{
    struct ctx c = {.db = db, .arena = t->a, .rules = r};
    db_begin(db);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(item_insert(&c, &items[i], &t->e), OK);
    for (size_t i = 0; i < n; i++)
        for (int64_t person = 1; person < 5; person++)
            if (watches(person, items[i].id))
                db_run(db, "INSERT INTO watch (town, person, item, at_us) VALUES (?1, ?2, ?3, 1)",
                    V(r->town), V(person), V(items[i].id));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (str_eq(item_field(&items[i], S("crossing")), items[k].no))
                db_run(db, "INSERT INTO link (town, item, kind, other) VALUES (?1, ?2, 'ref', ?3)",
                    V(r->town), V(items[k].id), V(items[i].id));
    assert_int_equal(db_commit(db, &t->e), OK);
}

// Sets found[id] for every item the filter finds; ids are 1..n.
static void find_in_db(struct arena *a, struct db *db, const struct filter *f,
    const struct filter_env *env, bool *found, size_t n)
{
    struct sqlb q;
    sqlb_init(&q, a);
    sqlb_add(&q, "SELECT i.id FROM item i");
    if (filter_wants_doc(f))
        sqlb_add(&q, " JOIN item_doc d ON d.town = i.town AND d.id = i.id");
    sqlb_add(&q, " WHERE i.town = ");
    sqlb_val(&q, V(env->rules->town));
    filter_sql(f, env, &q);
    assert_false(q.overflow);
    memset(found, 0, n + 1);
    struct cursor c = sqlb_rows(db, &q);
    while (db_next(&c)) {
        int64_t id = db_i64(&c, 0);
        assert_true(id >= 1 && id <= (int64_t)n && !found[id]);
        found[id] = true;
    }
    struct err e;
    err_init(&e, a, LANG_EN);
    if (db_status(db, &e) != OK)
        fail_msg("%s\n%.*s", str_z(a, err_text(&e, a)), STR_ARG(buf_str(&q.text)));
}

// ---- tests/anchors/filter.yaml

struct anchors {
    struct temp *t;
    struct rules *r;
    struct db *db;
    struct item *items;
    str *names;
    size_t n;
    int64_t now_us;
};

static int64_t instant(str text)
{
    int64_t us = 0;
    assert_true(tm_parse(text, TM_ZONE_DEFAULT_S, &us));
    return us;
}

static int64_t unit_id(const struct rules *r, str name)
{
    if (str_eq(name, S("none")) || name.n == 0)
        return 0;
    const struct unit *u = rules_unit_named(r, name);
    assert_non_null(u);
    return u->id;
}

static void read_places(struct anchors *x, const struct yaml *y, struct item *it)
{
    it->unit = unit_id(x->r, yaml_get_str(y, "unit"));
    it->receiver = unit_id(x->r, yaml_get_str(y, "receiver"));
    it->raised = unit_id(x->r, yaml_get_str(y, "raised"));
    if (yaml_get(y, "class") != NULL)
        it->cls = rules_class_named(x->r, yaml_get_str(y, "class"))->id;
    const struct yaml *parts = yaml_get(y, "parts");
    for (size_t i = 0; parts != NULL && i < parts->n; i++)
        VEC_PUSH(x->t->a, it->parts, it->n_parts) = (struct item_part){.id = (int64_t)i + 1,
            .unit = unit_id(x->r, yaml_get_str(parts->vals[i], "unit")),
            .state = yaml_get_str(parts->vals[i], "state")};
    const struct yaml *fields = yaml_get(y, "fields");
    for (size_t i = 0; fields != NULL && i < fields->n; i++) {
        str val = fields->vals[i]->s;
        if (str_starts(val, S("@")))
            val = str_fmt(x->t->a, "%" PRId64, instant(str_sub(val, 1, val.n)));
        item_set_field(it, x->t->a, fields->keys[i], val);
    }
}

static void read_item(struct anchors *x, const struct yaml *y, struct item *it)
{
    static const struct {
        const char *key;
        size_t at;
    } texts[] = {{"no", offsetof(struct item, no)}, {"loop", offsetof(struct item, loop)},
        {"state", offsetof(struct item, state)}, {"channel", offsetof(struct item, channel)},
        {"kind", offsetof(struct item, kind)}, {"priority", offsetof(struct item, priority)},
        {"title", offsetof(struct item, title)}, {"text", offsetof(struct item, text)},
        {"address", offsetof(struct item, address)}},
      times[] = {{"filed", offsetof(struct item, filed_us)},
          {"changed", offsetof(struct item, changed_us)},
          {"closed", offsetof(struct item, closed_us)}, {"due", offsetof(struct item, due_us)}},
      counts[] = {{"round", offsetof(struct item, round)},
          {"returns", offsetof(struct item, returns)}, {"urges", offsetof(struct item, urges)},
          {"extensions", offsetof(struct item, extensions)},
          {"reopens", offsetof(struct item, reopens)}, {"level", offsetof(struct item, level)},
          {"parent", offsetof(struct item, parent)}, {"merged", offsetof(struct item, merged)}};
    char *base = (char *)it;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *(str *)(void *)(base + texts[i].at) = yaml_get_str(y, texts[i].key);
    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        if (yaml_get(y, times[i].key) != NULL)
            *(int64_t *)(void *)(base + times[i].at) = instant(yaml_get_str(y, times[i].key));
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        *(int64_t *)(void *)(base + counts[i].at) = yaml_get_i64(y, counts[i].key, 0);
    it->open = yaml_get_bool(y, "open", false);
    it->paused = yaml_get_bool(y, "paused", false);
    it->excluded = yaml_get_bool(y, "excluded", false);
    it->repeat = yaml_get_bool(y, "repeat", false);
    it->main_repeat = yaml_get_bool(y, "main-repeat", false);
    it->def = rules_loop(x->r, it->loop)->now->id;
    if (yaml_get_bool(y, "old", false))
        it->def = SAMPLE_PATROL_OLD;
    read_places(x, y, it);
}

static struct yaml *anchors_open(struct temp *t, struct anchors *x)
{
    *x = (struct anchors){.t = t, .r = rules_of(t)};
    struct yaml *root = yaml_parse(t->a, read_source(t->a, "tests/anchors/filter.yaml"), &t->e);
    if (root == NULL)
        fail_msg("%s", str_z(t->a, err_text(&t->e, t->a)));
    const struct yaml *items = yaml_get(root, "items");
    x->now_us = instant(yaml_get_str(root, "now"));
    x->n = items->n;
    x->items = NEW_ARRAY(t->a, x->n, struct item);
    x->names = NEW_ARRAY(t->a, x->n, str);
    for (size_t i = 0; i < x->n; i++) {
        x->items[i].id = (int64_t)i + 1;
        x->names[i] = yaml_get_str(items->vals[i], "name");
        read_item(x, items->vals[i], &x->items[i]);
    }
    x->db = town_db(t, x->r);
    store_items(t, x->db, x->r, x->items, x->n);
    return root;
}

static bool is_listed(const struct yaml *list, str name)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->vals[i]->s, name))
            return true;
    return false;
}

static bool is_any(str wanted)
{
    return str_eq(wanted, S("-"));
}

// "column field hint" against the notes.
static void check_errors(struct anchors *x, str in, const struct yaml *wanted,
    const struct filter *f, const struct err *e)
{
    if (f != NULL || e->n != wanted->n)
        fail_msg("%.*s: %zu errors, expected %zu\n%.*s", STR_ARG(in), e->n, wanted->n,
            STR_ARG(err_text(e, x->t->a)));
    for (size_t i = 0; i < wanted->n; i++) {
        str rest = wanted->vals[i]->s, column = {0}, field = {0};
        int64_t at = 0;
        assert_true(str_cut(&rest, ' ', &column) && str_cut(&rest, ' ', &field));
        assert_true(str_i64(column, &at));
        bool same = e->notes[i].column == at && e->notes[i].line == 1 &&
                    (is_any(field) || str_eq(field, e->notes[i].field)) &&
                    (is_any(rest) || str_has(e->notes[i].expected, rest)) &&
                    e->notes[i].expected.n > 0;
        if (!same)
            fail_msg("%.*s: wanted %.*s, got column %d\n%.*s", STR_ARG(in),
                STR_ARG(wanted->vals[i]->s), e->notes[i].column, STR_ARG(err_text(e, x->t->a)));
    }
}

static void check_matches(
    struct anchors *x, str in, const struct yaml *wanted, int64_t who, const struct filter *f)
{
    struct filter_env env = {.rules = x->r, .now_us = x->now_us, .person = who};
    know_watched(x->t->a, &env, x->items, x->n);
    bool *found = NEW_ARRAY(x->t->a, x->n + 1, bool);
    find_in_db(x->t->a, x->db, f, &env, found, x->n);
    for (size_t i = 0; i < x->n; i++) {
        bool yes = is_listed(wanted, x->names[i]), got = filter_match(f, &env, &x->items[i]);
        if (got != yes || found[i + 1] != yes)
            fail_msg("%.*s: item %.*s wanted %d, in memory %d, in the database %d", STR_ARG(in),
                STR_ARG(x->names[i]), yes, got, found[i + 1]);
    }
}

static void check_case(struct anchors *x, const struct yaml *y)
{
    struct arena *a = x->t->a;
    struct err e;
    err_init(&e, a, LANG_EN);
    str in = yaml_get_str(y, "in"), loop = yaml_get_str(y, "def");
    const struct def *d = loop.n > 0 ? rules_loop(x->r, loop)->now : NULL;
    struct filter *f = filter_parse(a, x->r, d, in, &e);
    if (yaml_get(y, "errors") != NULL) {
        check_errors(x, in, yaml_get(y, "errors"), f, &e);
        return;
    }
    if (f == NULL)
        fail_msg("%.*s: %.*s", STR_ARG(in), STR_ARG(err_text(&e, a)));
    str out = yaml_get(y, "out") != NULL ? yaml_get_str(y, "out") : in, text = filter_text(a, f);
    if (!str_eq(text, out))
        fail_msg("%.*s: got %.*s", STR_ARG(in), STR_ARG(text));
    int64_t who = yaml_get_i64(y, "who", 0);
    check_matches(x, in, yaml_get(y, "yes"), who, f);
    struct filter *again = filter_parse(a, x->r, d, text, &e);
    assert_non_null(again);
    assert_true(str_eq(filter_text(a, again), text));
    check_matches(x, text, yaml_get(y, "yes"), who, again);
}

static void means_what_the_anchors_say(void **state)
{
    struct anchors x;
    const struct yaml *cases = yaml_get(anchors_open(*state, &x), "cases");
    assert_true(cases->n >= 80);
    for (size_t i = 0; i < cases->n; i++)
        check_case(&x, cases->vals[i]);
    db_close(x.db);
}

// ---- Two meanings of one tree: random items, random filters, the same set from both.

struct world {
    struct temp *t;
    struct rules *r;
    struct rng rng;
    struct item *items;
    size_t n;
    int64_t now_us;
};

static size_t below(struct world *w, size_t n)
{
    return (size_t)rng_range(&w->rng, 0, (int64_t)n - 1);
}

static bool chance(struct world *w, int percent)
{
    return rng_range(&w->rng, 1, 100) <= percent;
}

#define PICK(w, list) ((list)[below((w), ARRAY_LEN(list))])

static const char *const word_list[] = {"飞线", "充电", "飞线充电", "100%", "_", "%", "\\", "\"",
    "a,b", "ABC", "abc", "Äpfel", "äpfel", "楼道 堆物", "：", "'; --", "12弄", "北虹", "-", "none",
    "RX", "*", "\n", "z"};
static const char *const field_list[] = {"contacted", "own/satisfied", "third/satisfied", "seen_on",
    "seen_at", "danger", "remark", "grade", "amount", "promised", "clock/handle", "clock/all",
    "contacted_at", "level", "own/grade", "solved", "cell/residents", "node/next", "node/due"};
static const char *const number_list[] = {"0", "-0.5", "12.5", "12.50", "0.1", "0.3", "1000000",
    "3", "-3", "123456789012345", "0.000001", "2.675", "约12元", "1.2.3", "-", ".", "1e3", "12 ",
    "2026-11-20", ".5", "5.", "007", "00000000000000000000000000000000000000001",
    "9999999999999999999999"};

// Near the borders of periods, where half-open ranges go wrong.
static int64_t random_instant(struct world *w)
{
    static const int64_t off[] = {0, -1, 1, -US_SECOND, US_HOUR, US_DAY - 1, US_DAY};
    int64_t day = tm_local_day(w->now_us, w->r->zone_s);
    if (chance(w, 10))
        return w->now_us + PICK(w, off);
    if (chance(w, 15))
        return 0;
    if (chance(w, 5))
        day = tm_days(1969, 12, 31) + rng_range(&w->rng, 0, 2);
    else if (chance(w, 30))
        day = tm_days(2026 - (int)below(w, 2), 1 + (int)below(w, 12), 1);
    else
        day -= rng_range(&w->rng, -40, 400);
    int64_t us = tm_day_start(day, w->r->zone_s) + PICK(w, off);
    return us < 0 ? 0 : us;
}

static str random_words(struct world *w)
{
    struct buf b;
    buf_init(&b, w->t->a, KIB);
    for (size_t i = below(w, 4); i > 0; i--) {
        buf_addz(&b, PICK(w, word_list));
        buf_addz(&b, chance(w, 30) ? " " : "");
    }
    return buf_str(&b);
}

static int64_t random_unit(struct world *w)
{
    if (chance(w, 5))
        return 0;
    if (chance(w, 2))
        return 424242; // made since this snapshot
    size_t known = ARRAY_LEN(sample_units);
    return w->r->units[chance(w, 80) ? below(w, known) : below(w, w->r->n_units)].id;
}

static str random_field_value(struct world *w, str key)
{
    struct arena *a = w->t->a;
    static const char *const answers[] = {"是", "否", "未评价", "满意", "不满意", "甲", "乙", "无",
        "none", "a, b", "yes", "no", "实际解决"};
    static const char *const clocks[] = {"running", "paused", "breached", "met", "late"};
    if (chance(w, 5))
        return str_of(PICK(w, number_list)); // of another type: an older version's
    if (str_starts(key, S("cell/")))
        return chance(w, 50) ? S("beihong") : S("c02");
    if (str_eq(key, S("node/next")))
        return chance(w, 50) ? S("mend") : S("handle");
    if (str_starts(key, S("clock/")))
        return str_of(PICK(w, clocks));
    if (str_ends(key, S("_at")))
        return chance(w, 90) ? str_fmt(a, "%" PRId64, random_instant(w))
                             : S("123456789012345678901");
    if (str_eq(key, S("seen_on")) || str_eq(key, S("promised")) || str_eq(key, S("node/due")))
        return tm_date(a, tm_local_day(random_instant(w), w->r->zone_s));
    if (str_eq(key, S("amount")))
        return str_of(PICK(w, number_list));
    if (str_eq(key, S("remark")))
        return chance(w, 50) ? str_of(PICK(w, word_list)) : random_words(w);
    return str_of(PICK(w, answers));
}

static void random_parts(struct world *w, struct item *it)
{
    static const char *const states[] = {"waiting", "working", "done", "returned", "gone"};
    for (size_t i = below(w, 4); i > 0; i--)
        VEC_PUSH(w->t->a, it->parts, it->n_parts) = (struct item_part){.id = (int64_t)i,
            .unit = random_unit(w),
            .lead = i == 1,
            .state = str_of(PICK(w, states))};
}

static void random_item(struct world *w, struct item *it)
{
    static const char *const states[] = {
        "filed", "handling", "suspended", "closed", "doing", "found"};
    static const char *const options[] = {
        "", "12345", "投诉", "咨询", "紧急", "飞线", "无", "一般"};
    const struct loop *l = &w->r->loops[below(w, w->r->n_loops)];
    it->loop = l->key;
    it->def = l->versions[below(w, l->n)]->id;
    it->no = str_fmt(
        w->t->a, "%s2026%02zu-%05" PRId64, chance(w, 50) ? "RX" : "XC", below(w, 13), it->id);
    it->shelf = loop_lasts(l) ? SHELF_KEPT : chance(w, 5) ? SHELF_GONE : SHELF_ITEMS;
    if (loop_lasts(l) && it->id > 1 && chance(w, 60)) // an item before it
        item_set_field(it, w->t->a, S("crossing"), w->items[below(w, (size_t)it->id - 1)].no);
    it->state = str_of(PICK(w, states));
    it->open = chance(w, 60);
    it->paused = chance(w, 20);
    it->excluded = chance(w, 20);
    it->unit = random_unit(w);
    it->receiver = random_unit(w);
    it->cls = (int64_t)below(w, w->r->n_classes + 1);
    it->channel = str_of(PICK(w, options));
    it->kind = str_of(PICK(w, options));
    it->priority = str_of(PICK(w, options));
    it->filed_us = random_instant(w);
    it->changed_us = random_instant(w);
    it->closed_us = chance(w, 90) == it->open ? 0 : random_instant(w);
    it->due_us = random_instant(w);
    int64_t *const counts[] = {
        &it->round, &it->returns, &it->urges, &it->extensions, &it->reopens, &it->level};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        *counts[i] = rng_range(&w->rng, 0, 4);
    it->raised = chance(w, 20) ? random_unit(w) : 0;
    it->parent = chance(w, 20) ? rng_range(&w->rng, 1, 5) : 0;
    it->merged = chance(w, 20) ? rng_range(&w->rng, 1, 5) : 0;
    it->repeat = chance(w, 20);
    it->main_repeat = !it->repeat && chance(w, 20);
    it->unlocks = chance(w, 20);
    it->recheck_us = chance(w, 40) ? random_instant(w) : 0;
    it->solid_us = chance(w, 40) ? random_instant(w) : 0;
    it->recurs = rng_range(&w->rng, 0, 4);
    it->locked = chance(w, 20);
    it->gathered = chance(w, 30) ? S("GX20261120-0001") : (str){0};
    it->title = random_words(w);
    it->text = random_words(w);
    it->address = random_words(w);
    random_parts(w, it);
    if (chance(w, 30)) // it was under the key date, or is
        item_set_field(it, w->t->a, S(ITEM_KEYDATE "ciie-8"), S("yes"));
    if (chance(w, 20))
        item_set_field(it, w->t->a, S(ITEM_KEYDATES_NOW), S("ciie-8"));
    for (size_t i = below(w, ARRAY_LEN(field_list)); i > 0; i--) {
        str key = str_of(PICK(w, field_list));
        item_set_field(it, w->t->a, key, random_field_value(w, key));
    }
}

static void put_quoted(struct buf *b, str x)
{
    buf_byte(b, '"');
    for (size_t i = 0; i < x.n; i++) {
        if (x.s[i] == '"' || x.s[i] == '\\')
            buf_byte(b, '\\');
        buf_byte(b, x.s[i]);
    }
    buf_byte(b, '"');
}

static void put_random_date(struct world *w, struct buf *b)
{
    static const char *const words[] = {"today", "yesterday", "tomorrow", "this-week", "this-month",
        "this-quarter", "this-year", "last-30d", "last-4w", "last-6m", "next-7d", "next-2m",
        "last-1d", "2026", "2025", "2026Q4", "2026H2", "1969", "..2026-11-20", "2026-11-20..",
        "..1970", "today..", "2025-12..2026-W03", "last-1m..today", "1970-01-01"};
    struct civil c;
    tm_to_civil(random_instant(w), w->r->zone_s, &c);
    if (chance(w, 60))
        buf_addz(b, PICK(w, words));
    else if (chance(w, 50))
        buf_fmt(b, "%04d-%02d", c.year, c.month);
    else
        buf_fmt(b, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static void put_random_count(struct world *w, struct buf *b, bool version)
{
    static const char *const signs[] = {"", ">=", "<=", ">", "="};
    if (version && chance(w, 40))
        buf_addz(b, "old");
    else if (chance(w, 20))
        buf_fmt(b, "%zu..%zu", below(w, 3), 2 + below(w, 3));
    else
        buf_fmt(b, "%s%zu", PICK(w, signs), below(w, 4));
}

static void put_random_unit(struct world *w, struct buf *b)
{
    static const char *const words[] = {"none", "mine", "xinjing", "wide", "c01", "c02"};
    if (chance(w, 40))
        buf_addz(b, PICK(w, words));
    else
        put_quoted(b, w->r->units[below(w, ARRAY_LEN(sample_units))].code);
}

static void put_random_loop(struct world *w, struct buf *b, bool lasts)
{
    size_t at = below(w, w->r->n_loops);
    while (loop_lasts(&w->r->loops[at]) != lasts)
        at = (at + 1) % w->r->n_loops;
    buf_add(b, w->r->loops[at].key);
}

// Of a kind that is not in the item: one that finds none.
static const char *nobody(enum filter_kind kind)
{
    return kind == KIND_CALLER ? "7" : kind == KIND_GATHERS ? "ZZ1" : "visit/ZZ1";
}

static void put_random_class(struct world *w, struct buf *b)
{
    const struct class_ *c = &w->r->classes[below(w, w->r->n_classes)];
    if (chance(w, 20))
        buf_addz(b, "none");
    else
        buf_fmt(b, "%.*s/%.*s", STR_ARG(c->scheme), STR_ARG(c->code));
}

static void put_random_keydate(struct world *w, struct buf *b)
{
    static const char *const dates[] = {"yes", "no", "none", "ciie-8", "第八届进博会"};
    buf_addz(b, PICK(w, dates));
}

static void put_random_cadence(struct world *w, struct buf *b)
{
    buf_addz(b, chance(w, 50) ? "visit/big" : "visit/big/");
    if (str_ends(buf_str(b), S("/")))
        put_random_date(w, b);
}

// The values of a term whose key is in the table.
static void put_random_value(struct world *w, struct buf *b, int row)
{
    static const char *const states[] = {"handling", "办理中", "closed", "挂账", "found"};
    static const char *const links[] = {"yes", "no", "none", "1", "3"};
    static const char *const gathered[] = {"yes", "no", "gx20261120-0001", "GX1"};
    static const char *const options[][3] = {
        {"12345", "随申办", "none"}, {"投诉", "无", "咨询"}, {"紧急", "一般", "none"}};
    switch (filter_key_rows[row].kind) {
    case KIND_LOOP:
        put_random_loop(w, b, row == KEY_REGISTER);
        break;
    case KIND_REFERS:
        buf_add(b, w->items[below(w, w->n)].no);
        break;
    case KIND_STATE:
        buf_addz(b, PICK(w, states));
        break;
    case KIND_UNIT:
    case KIND_PART:
        put_random_unit(w, b);
        break;
    case KIND_CLASS:
        put_random_class(w, b);
        break;
    case KIND_OPTION:
        buf_addz(b, options[row - KEY_CHANNEL][below(w, 3)]);
        break;
    case KIND_WHEN:
    case KIND_CLOSED:
        put_random_date(w, b);
        break;
    case KIND_MOMENT:
        if (chance(w, 40))
            put_random_date(w, b);
        else
            buf_addz(b, row == KEY_RECHECK && chance(w, 40) ? "due" : chance(w, 50) ? "yes" : "no");
        break;
    case KIND_NO:
        buf_addz(b, chance(w, 50) ? "rx202611*" : "XC202600-00001");
        break;
    case KIND_COUNT:
    case KIND_VERSION:
        put_random_count(w, b, row == KEY_VERSION);
        break;
    case KIND_WATCH:
        buf_addz(b, chance(w, 50) ? "me" : "我");
        break;
    case KIND_CALLER:
    case KIND_GATHERS:
    case KIND_CLASHES:
    case KIND_BESIDE:
    case KIND_AROUND:
        buf_addz(b, nobody(filter_key_rows[row].kind));
        break;
    case KIND_KEYDATE:
        put_random_keydate(w, b);
        break;
    case KIND_GATHERED:
        buf_addz(b, PICK(w, gathered));
        break;
    case KIND_CADENCE:
        put_random_cadence(w, b);
        break;
    case KIND_LINK:
        buf_addz(b, links[below(w, row == KEY_RAISED ? 3 : 5)]);
        break;
    default:
        buf_addz(b, chance(w, 50) ? "yes" : "no");
        break;
    }
}

// Fields need their loop where their key means several things.
static void put_random_field(struct world *w, struct buf *b, const char *minus)
{
    static const char *const plain[] = {"contacted:是", "contacted:否,none", "own.satisfied:满意",
        "third.satisfied:不满意,none", "cell.residents:beihong", "网格.居民区:双流路居民区,none",
        "slipping:yes", "slipping:no", "node:mend", "node:none", "node:招标,none",
        "node-due:last-30d", "node-due:..2026-11-20", "node-due:none", "clock.handle:late,breached",
        "clock.all:none", "clock.handle:running,paused,met", "danger:yes", "danger:no,none",
        "grade:甲", "grade:none", "grade:\"none\"", "grade:\"a, b\"", "grade:无", "own.grade:甲,乙",
        "field.level:甲,none", "solved:实际解决", "remark:none"};
    static const char *const dates[] = {"seen_on:", "seen_at:", "promised:", "contacted_at:"};
    static const char *const signs[] = {"", ">=", "<=", ">", "<"};
    static const char *const ends[] = {"0", "12.5", "0.1", "-3", "2.675", "123456789012345", "0.3"};
    if (chance(w, 40)) {
        buf_fmt(b, "%s%s", minus, PICK(w, plain));
    } else if (chance(w, 50)) {
        buf_fmt(b, "%s%s", minus, PICK(w, dates));
        put_random_date(w, b);
        buf_addz(b, chance(w, 20) ? ",none" : "");
    } else if (chance(w, 30)) {
        buf_fmt(b, "%sremark:", minus);
        put_quoted(b, str_of(PICK(w, word_list)));
    } else {
        buf_fmt(b, "loop:patrol %samount:%s%s", minus, PICK(w, signs), PICK(w, ends));
        buf_addz(b, chance(w, 20) ? ",none" : "");
        buf_addz(b, chance(w, 20) ? ",-1..3" : "");
    }
}

static void put_random_term(struct world *w, struct buf *b)
{
    const char *minus = chance(w, 30) ? "-" : "";
    int row = (int)below(w, FILTER_KEY_COUNT);
    if (chance(w, 15)) {
        buf_addz(b, minus);
        put_quoted(b, str_of(PICK(w, word_list)));
        return;
    }
    if (chance(w, 30)) {
        put_random_field(w, b, minus);
        return;
    }
    buf_fmt(b, "%s%.*s:%s", minus, STR_ARG(filter_key_rows[row].key), chance(w, 20) ? "=" : "");
    for (size_t i = 1 + (chance(w, 30) ? below(w, 3) : 0), n = i; i > 0; i--) {
        buf_addz(b, i < n ? "," : "");
        put_random_value(w, b, row);
    }
}

static void random_world(struct world *w, struct temp *t, uint64_t seed)
{
    *w = (struct world){.t = t, .r = rules_of(t), .n = ITEMS};
    w->now_us = instant(S("2026-11-20 10:00"));
    rng_seed(&w->rng, seed);
    w->items = NEW_ARRAY(t->a, w->n, struct item);
    for (size_t i = 0; i < w->n; i++) {
        w->items[i].id = (int64_t)i + 1;
        random_item(w, &w->items[i]);
    }
}

// One filter against all items; answers how many it holds for.
static size_t check_agreement(
    struct world *w, struct arena *a, struct db *db, str text, uint64_t seed, bool *found)
{
    struct err e;
    size_t hits = 0;
    err_init(&e, a, LANG_EN);
    struct filter *f = filter_parse(a, w->r, NULL, text, &e);
    if (f == NULL && (str_has(text, S("loop:")) || str_has(text, S("register:"))))
        return 0; // one term names a loop, another a name of a different loop
    if (f == NULL)
        fail_msg("seed %" PRIu64 ": %.*s: %.*s", seed, STR_ARG(text), STR_ARG(err_text(&e, a)));
    struct filter_env env = {.rules = w->r, .now_us = w->now_us, .person = (int64_t)below(w, 5)};
    know_watched(a, &env, w->items, w->n);
    struct filter *again = filter_parse(a, w->r, NULL, filter_text(a, f), &e);
    if (again == NULL || !str_eq(filter_text(a, again), filter_text(a, f)))
        fail_msg("seed %" PRIu64 ": %.*s has no stable text", seed, STR_ARG(text));
    find_in_db(a, db, f, &env, found, w->n);
    for (size_t i = 0; i < w->n; i++) {
        bool yes = filter_match(f, &env, &w->items[i]);
        if (yes != found[i + 1] || yes != filter_match(again, &env, &w->items[i]))
            fail_msg("seed %" PRIu64 ": item %zu, person %" PRId64 ", %.*s: in memory %d, in the"
                     " database %d",
                seed, i + 1, env.person, STR_ARG(text), yes, found[i + 1]);
        hits += yes;
    }
    return hits;
}

static void memory_and_database_agree(void **state)
{
    struct temp *t = *state;
    struct world w;
    const char *given = getenv("SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : seed_default;
    random_world(&w, t, seed);
    struct db *db = town_db(t, w.r);
    store_items(t, db, w.r, w.items, w.n);
    struct arena *a = arena_new();
    bool *found = NEW_ARRAY(t->a, w.n + 1, bool);
    size_t some = 0;
    for (int i = 0; i < FILTERS; i++) {
        struct buf b;
        arena_reset(a);
        buf_init(&b, a, FILTER_BYTES_MAX);
        for (size_t n = 1 + (chance(&w, 30) ? below(&w, 2) : 0); n > 0; n--) {
            put_random_term(&w, &b);
            buf_byte(&b, ' ');
        }
        size_t hits = check_agreement(&w, a, db, buf_str(&b), seed, found);
        some += hits > 0 && hits < w.n;
    }
    // Filters that hold for nothing or for everything prove little.
    assert_true(some > FILTERS / 2);
    arena_free(a);
    db_close(db);
}

// ---- Limits and the small questions.

static struct filter *parse(struct temp *t, const struct rules *r, str text)
{
    err_init(&t->e, t->a, LANG_ZH);
    return filter_parse(t->a, r, NULL, text, &t->e);
}

static str many(struct temp *t, const char *first, const char *each, size_t n)
{
    struct buf b;
    buf_init(&b, t->a, (size_t)64 * KIB);
    buf_addz(&b, first);
    for (size_t i = 0; i < n; i++)
        buf_addz(&b, each);
    return buf_str(&b);
}

static void refuses_more_than_the_limits(void **state)
{
    struct temp *t = *state;
    struct rules *r = rules_of(t);
    assert_non_null(parse(t, r, many(t, "", "a ", FILTER_VALUES_MAX / 4)));
    assert_null(parse(t, r, many(t, "", "a ", FILTER_VALUES_MAX / 4 + 1)));
    assert_int_equal(t->e.code, ERR_LIMIT);
    assert_int_equal(t->e.n, 1);
    assert_non_null(parse(t, r, many(t, "", "open:yes ", FILTER_TERMS_MAX)));
    assert_null(parse(t, r, many(t, "", "open:yes ", FILTER_TERMS_MAX + 1)));
    assert_int_equal(t->e.code, ERR_LIMIT);
    assert_non_null(parse(t, r, many(t, "returns:0", ",1", FILTER_VALUES_MAX - 1)));
    assert_null(parse(t, r, many(t, "returns:0", ",1", FILTER_VALUES_MAX)));
    assert_int_equal(t->e.code, ERR_LIMIT);
    assert_non_null(parse(t, r, many(t, "", "a", FILTER_BYTES_MAX)));
    assert_null(parse(t, r, many(t, "", "a", FILTER_BYTES_MAX + 1)));
    assert_int_equal(t->e.code, ERR_LIMIT);
    // Codes are longer than the short names they are written out from.
    assert_null(parse(t, r, many(t, "unit:营商办", ",营商办", 150)));
    assert_int_equal(t->e.code, ERR_LIMIT);
    assert_null(parse(t, r, S("a\xff")));
    assert_int_equal(t->e.code, ERR_INVALID);
    assert_null(parse(t, r, (str){"a\0b", 3}));
    assert_int_equal(t->e.code, ERR_INVALID);
}

// As much as the limits let through is one statement still.
static void widest_filters_fit_one_statement(void **state)
{
    struct temp *t = *state;
    struct rules *r = rules_of(t);
    struct db *db = town_db(t, r);
    struct filter_env env = {.rules = r, .now_us = 1, .person = 4};
    static const char *const each[] = {"a ", "unit:wide ", "part:wide ", "class:matters/01 "};
    bool none[1];
    for (size_t i = 0; i < ARRAY_LEN(each); i++) {
        struct filter *f = parse(t, r, many(t, "unit:mine receiver:wide ", each[i], 48));
        assert_non_null(f);
        find_in_db(t->a, db, f, &env, none, 0);
    }
    str dates = many(t, "unit:wide seen_at:today", ",today", FILTER_VALUES_MAX - 2);
    find_in_db(t->a, db, parse(t, r, dates), &env, none, 0);
    db_close(db);
}

static void knows_what_it_depends_on(void **state)
{
    static const struct {
        const char *text;
        bool timed, personal, doc;
        const char *loop;
    } rows[] = {
        {"loop:hotline", false, false, false, "hotline"},
        {"-loop:hotline", false, false, false, ""},
        {"loop:hotline,patrol", false, false, false, ""},
        {"overdue:no", true, false, false, ""},
        {"filed:2026", false, false, false, ""},
        {"filed:2026,last-30d", true, false, false, ""},
        {"closed:yes", false, false, false, ""},
        {"due:..today", true, false, false, ""},
        {"seen_on:this-week", true, false, true, ""},
        {"unit:mine", false, true, false, ""},
        {"-part:=mine", false, true, false, ""},
        {"飞线", false, false, true, ""},
        {"contacted:是", false, false, true, ""},
        {"kind:投诉", false, false, false, ""},
    };
    struct temp *t = *state;
    struct rules *r = rules_of(t);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct filter *f = parse(t, r, str_of(rows[i].text));
        assert_non_null(f);
        assert_false(filter_empty(f));
        assert_int_equal(filter_timed(f), rows[i].timed);
        assert_int_equal(filter_personal(f), rows[i].personal);
        assert_int_equal(filter_wants_doc(f), rows[i].doc);
        assert_str(filter_loop(f), rows[i].loop);
    }
    assert_true(filter_empty(parse(t, r, S(" "))));
}

// A unit's queue and a unit's assisting queue must be found, not searched; queues are read in order
// of due time.
static void takes_the_working_indexes(void **state)
{
    static const struct {
        const char *text, *plan;
    } rows[] = {
        {"open:yes unit:c01-g1", "item_queue (town=? AND unit=?)"},
        {"open:yes unit:c01", "INDEX item_"},
        {"overdue:yes", "item_due (town=? AND due_us>? AND due_us<?)"},
        {"filed:2026-11", "item_filed (town=? AND filed_us>? AND filed_us<?)"},
        {"closed:2026-11", "item_closed (town=? AND closed_us>? AND closed_us<?)"},
        {"filed:2026-11 unit:c01-g1",
            "item_unit (town=? AND unit=? AND filed_us>? AND filed_us<?)"},
        {"closed:2026-11 unit:c01-g1",
            "item_unit_closed (town=? AND unit=? AND closed_us>? AND closed_us<?)"},
        {"no:RX2026*", "item_no (town=? AND no>? AND no<?)"},
        {"part:c01-g1", "p USING COVERING INDEX part_open (town=? AND unit=?)"},
    };
    struct temp *t = *state;
    struct rules *r = rules_of(t);
    struct db *db = town_db(t, r);
    struct filter_env env = {.rules = r, .now_us = instant(S("2026-11-20 10:00"))};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sqlb q;
        sqlb_init(&q, t->a);
        sqlb_add(&q, "SELECT i.id FROM item i WHERE i.shelf = 0 AND i.town = ");
        sqlb_val(&q, V(r->town));
        filter_sql(parse(t, r, str_of(rows[i].text)), &env, &q);
        if (str_starts(str_of(rows[i].text), S("open:")))
            sqlb_add(&q, " ORDER BY i.due_us, i.id");
        str plan = db_plan(db, t->a, buf_str(&q.text));
        if (!str_has(plan, str_of(rows[i].plan)))
            fail_msg("%s: %.*s", rows[i].text, STR_ARG(plan));
    }
    db_close(db);
}

static void names_the_days_of_a_period(void **state)
{
    static const struct {
        const char *text, *from, *to; // from empty: no bounded period
    } rows[] = {
        {"2026-11", "2026-11-01", "2026-12-01"},
        {"2026-12", "2026-12-01", "2027-01-01"},
        {"2028-02", "2028-02-01", "2028-03-01"},
        {"2026Q1", "2026-01-01", "2026-04-01"},
        {"2026H2", "2026-07-01", "2027-01-01"},
        {"2026-W01", "2025-12-29", "2026-01-05"},
        {"2026-W53", "2026-12-28", "2027-01-04"},
        {"1969", "1969-01-01", "1970-01-01"},
        {" ２０２６年１１月２０日 ", "2026-11-20", "2026-11-21"},
        {"2026-10..2026-11-15", "2026-10-01", "2026-11-16"},
        {"this-quarter", "2026-10-01", "2027-01-01"},
        {"this-year", "2026-01-01", "2027-01-01"},
        {"last-6m", "2026-05-22", "2026-11-22"},
        {"last-4w", "2026-10-25", "2026-11-22"},
        {"next-2w", "2026-11-21", "2026-12-05"},
        {"next-1m", "2026-11-21", "2026-12-21"},
        {"today..next-3d", "2026-11-21", "2026-11-24"},
        {"tomorrow..today", "", ""},
        {"2026-11..", "", ""},
        {"..2026-11", "", ""},
        {"..", "", ""},
        {"2026-11-", "", ""},
        {"2026年11", "", ""},
        {"20261120", "", ""},
        {"last-0d", "", ""},
        {"last-9999d", "", ""},
        {"", "", ""},
    };
    struct temp *t = *state;
    int64_t now = instant(S("2026-11-21 00:00")); // still the 20th in UTC
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t from = 0, to = 0;
        bool ok = filter_days(t->a, str_of(rows[i].text), now, TM_ZONE_DEFAULT_S, &from, &to);
        if (ok != (rows[i].from[0] != 0))
            fail_msg("%s: %d", rows[i].text, ok);
        if (!ok)
            continue;
        assert_str(tm_date(t->a, from), rows[i].from);
        assert_str(tm_date(t->a, to), rows[i].to);
    }
}

static void docs_name_every_key(void **state)
{
    struct temp *t = *state;
    str docs = read_source(t->a, "docs/filter.md");
    for (size_t i = 0; i < FILTER_KEY_COUNT; i++) {
        str row = str_fmt(t->a, "| `%.*s` | `%.*s` |", STR_ARG(filter_key_rows[i].key),
            STR_ARG(filter_key_rows[i].alias));
        if (!str_has(docs, row))
            fail_msg("docs/filter.md has no row %.*s", STR_ARG(row));
    }
}

// The clerks' table: what stands in backquotes in its second column.
static void examples_of_the_docs_parse(void **state)
{
    struct temp *t = *state;
    struct rules *r = rules_of(t);
    str docs = read_source(t->a, "docs/filter.md"), line = {0}, cell = {0}, piece = {0};
    size_t n = 0;
    while (str_cut(&docs, '\n', &line) && !str_starts(line, S("## 2"))) {
        if (!str_starts(line, S("| ")))
            continue;
        bool cells = str_cut(&line, '|', &cell) && str_cut(&line, '|', &cell);
        for (int inside = 0; cells && str_cut(&line, '`', &piece); inside = !inside) {
            if (inside && parse(t, r, piece) == NULL)
                fail_msg("%.*s: %.*s", STR_ARG(piece), STR_ARG(err_text(&t->e, t->a)));
            n += inside ? 1 : 0;
        }
    }
    assert_true(n >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEMP_TEST(means_what_the_anchors_say),
        TEMP_TEST(memory_and_database_agree),
        TEMP_TEST(refuses_more_than_the_limits),
        TEMP_TEST(widest_filters_fit_one_statement),
        TEMP_TEST(knows_what_it_depends_on),
        TEMP_TEST(takes_the_working_indexes),
        TEMP_TEST(names_the_days_of_a_period),
        TEMP_TEST(docs_name_every_key),
        TEMP_TEST(examples_of_the_docs_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
