// Searching by the index finds what a walk over all items finds, in the same order, however far the
// index is.
#include "town_fixture.h"

#include <stdlib.h>
#include "base/log.h"
#include "base/rng.h"
#include "domain/filter.h"
#include "domain/item_store.h"
#include "domain/search.h"
#include "domain/search_fill.h"
#include "store/text_index.h"

enum { ITEMS = 4000, MOVES = 6, ROWS_AT_ONCE = 7, FILTERS = 60, PAGE = 90, PAGES_MAX = 3 };

// ---- filling

struct filler {
    struct fixture *f;
    int64_t stop_after, runs; // transactions; 0: never
    bool fails;               // instead of stopping
};

static enum err_code run(void *arg, enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e),
    void *fn_arg, struct err *e)
{
    struct filler *x = arg;
    struct fixture *f = x->f;
    x->runs++;
    db_begin(f->db);
    if (x->fails && x->runs == x->stop_after)
        db_fail_at(f->db, 1);
    if (fn(&f->c, fn_arg, e) == OK)
        return db_commit(f->db, e);
    db_rollback(f->db);
    return e->code;
}

static bool go_on(void *arg, int64_t done, int64_t total)
{
    const struct filler *x = arg;
    assert_true(done <= total);
    return x->fails || x->stop_after == 0 || x->runs < x->stop_after;
}

static enum err_code fill_with(struct filler *x, enum search_how how, size_t rows, bool *busy)
{
    struct search_door door = {x, run, go_on, rows};
    err_init(&x->f->e, x->f->a, LANG_EN);
    return search_fill(&x->f->c, how, &door, busy, &x->f->e);
}

static void fill(struct fixture *f, enum search_how how)
{
    struct filler x = {.f = f};
    fixture_ok(f, fill_with(&x, how, 5000, NULL));
}

static struct search_state state_of(struct fixture *f)
{
    struct search_state s;
    fixture_ok(f, search_state(&f->c, &s, &f->e));
    return s;
}

// ---- items with few letters, so that words meet often

static const char *const LETTERS[] = {"飞", "线", "充", "电", "A", "b", "1", "%", "'", "𠀀"};

static str some_text(struct arena *a, struct rng *r, int letters)
{
    str x = S("");
    for (int64_t n = rng_range(r, 0, letters); n > 0; n--)
        x = str_fmt(
            a, "%.*s%s", STR_ARG(x), LETTERS[rng_range(r, 0, (int64_t)ARRAY_LEN(LETTERS) - 1)]);
    return x;
}

struct items {
    struct item *v;
    size_t n;
};

static void add(struct fixture *f, struct items *all, struct rng *r, size_t n, bool in_order)
{
    static const char *const units[] = {"c01", "c02", "c03", "c01-g1"};
    struct item sample = all->v[0];
    db_begin(f->db);
    for (size_t i = 0; i < n; i++) {
        struct item *it = &all->v[all->n];
        *it = sample;
        it->id = sample.id + (int64_t)all->n++;
        it->no = str_fmt(f->a, "RX20261116-%05d", (int)it->id);
        it->title = some_text(f->a, r, 5);
        it->text = some_text(f->a, r, 12);
        it->address = some_text(f->a, r, 3);
        it->unit = fixture_unit(f, units[rng_range(r, 0, (int64_t)ARRAY_LEN(units) - 1)]);
        it->filed_us += (in_order ? it->id / 3 : rng_range(r, 0, ITEMS)) * US_MINUTE;
        it->changed_us = it->filed_us + rng_range(r, 0, 1000) * US_SECOND;
        it->due_us = rng_range(r, 0, 3) == 0 ? 0 : it->filed_us + US_DAY;
        it->shelf = rng_range(r, 0, 50) == 0 ? SHELF_GONE : SHELF_ITEMS;
        fixture_ok(f, item_insert(&f->c, it, &f->e));
    }
    fixture_ok(f, db_commit(f->db, &f->e));
}

// Blocks in the order of filing and others, the newest items behind them.
static struct items a_town(struct fixture *f)
{
    struct rng r;
    struct items all = {.v = NEW_ARRAY(f->a, ITEMS, struct item)};
    rng_seed(&r, 20261121);
    fixture_at(f, "2026-11-16 10:00");
    all.v[0] = fixture_file(f, "样本");
    all.n = 1;
    fixture_as(f, "leader");
    for (int i = 0; i < 5; i++) {
        add(f, &all, &r, 700, i != 2);
        fill(f, SEARCH_FILL_UP);
    }
    add(f, &all, &r, ITEMS - all.n, false);
    assert_int_equal(state_of(f).blocks, 5);
    assert_int_equal(state_of(f).waiting, ITEMS - 3501);
    return all;
}

// ---- what is right

struct wanted {
    const struct item *it;
    bool in_title;
};

static int order(const struct wanted *x, const struct wanted *y, enum list_sort sort)
{
    const struct item *a = x->it, *b = y->it;
    int64_t d = 0;
    if (sort == SORT_RELEVANCE && x->in_title != y->in_title)
        return x->in_title ? -1 : 1;
    if (sort == SORT_DUE_UP && (a->due_us == 0) != (b->due_us == 0))
        return a->due_us == 0 ? 1 : -1;
    if (sort == SORT_DUE_UP)
        d = a->due_us - b->due_us;
    else if (sort == SORT_CHANGED_DOWN)
        d = b->changed_us - a->changed_us;
    else
        d = sort == SORT_FILED_UP ? a->filed_us - b->filed_us : b->filed_us - a->filed_us;
    if (d == 0)
        d = sort == SORT_DUE_UP || sort == SORT_FILED_UP ? a->id - b->id : b->id - a->id;
    return d < 0 ? -1 : d > 0;
}

static enum list_sort sorted_by; // qsort has no place for it

static int by_order(const void *a, const void *b)
{
    return order(a, b, sorted_by);
}

static struct filter *parse(struct fixture *f, str text)
{
    struct err e;
    err_init(&e, f->a, LANG_EN);
    struct filter *x = filter_parse(f->a, f->rules, NULL, text, &e);
    if (!x)
        fail_msg("%s: %s", text.s, err_text(&e, f->a).s);
    return x;
}

// words: the bare words of the filter alone, which decide about the title.
static size_t find(struct fixture *f, const struct items *all, const struct filter *x,
    const struct filter *words, struct wanted *out)
{
    struct filter_env env = {.rules = f->rules, .now_us = f->c.now_us, .person = f->c.actor->id};
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct item bare = all->v[i];
        if (bare.shelf == SHELF_GONE || !item_visible(&f->c, &bare) ||
            !filter_match(x, &env, &bare))
            continue;
        bare.text = bare.address = bare.no = S("");
        out[n++] = (struct wanted){&all->v[i], filter_match(words, &env, &bare)};
    }
    return n;
}

static str some_words(struct arena *a, struct rng *r)
{
    str x = S("");
    for (int64_t n = rng_range(r, 1, 2); n > 0; n--) {
        x = str_fmt(a, "%.*s ", STR_ARG(x));
        for (int64_t k = rng_range(r, 1, 2); k > 0; k--) {
            str word = some_text(a, r, 3);
            x = str_fmt(a, "%.*s\"%.*s\"%s", STR_ARG(x), STR_ARG(word.n > 0 ? word : S("电")),
                k > 1 ? "," : "");
        }
    }
    return x;
}

static void same_list(struct fixture *f, const struct items *all, str words, str rest)
{
    struct wanted *want = NEW_ARRAY(f->a, ITEMS, struct wanted);
    struct filter *x = parse(f, str_fmt(f->a, "%.*s %.*s", STR_ARG(words), STR_ARG(rest)));
    size_t n = find(f, all, x, parse(f, words), want);
    for (int sort = 0; sort < SORT_COUNT; sort++) {
        struct list_in in = {.filter = x, .sort = (enum list_sort)sort, .limit = PAGE};
        size_t at = 0;
        sorted_by = in.sort;
        qsort(want, n, sizeof(*want), by_order);
        for (int page = 0; page < PAGES_MAX; page++) {
            struct list_out out;
            in.count = page == 0;
            fixture_ok(f, item_list(&f->c, &in, &out, &f->e));
            for (size_t i = 0; i < out.n; i++, at++)
                if (at >= n || out.rows[i].id != want[at].it->id)
                    fail_msg("%s %s, sorted by %s: row %zu is wrong", words.s, rest.s,
                        list_sort_name(in.sort).s, at);
            if (page == 0 && !out.capped)
                assert_int_equal(out.total, n);
            assert_true(page > 0 || (out.total <= (int64_t)n && out.total >= (int64_t)out.n));
            if (out.next.n == 0) {
                assert_int_equal(at, n);
                break;
            }
            in.after = out.next;
        }
    }
    assert_int_equal(item_count(&f->c, x, 0, &f->e), n);
}

static void finds_what_a_walk_finds(void **state)
{
    static const char *const rests[] = {
        "", "unit:c01", "-线", "filed:..2026-11-17 -飞,充", "open:yes", "due:none", "gone:no"};
    struct fixture *f = *state;
    struct items all = a_town(f);
    struct rng r;
    rng_seed(&r, 7);
    struct arena *keep = f->c.arena;
    for (int i = 0; i < FILTERS; i++) {
        f->c.arena = arena_new();
        str words = some_words(f->a, &r);
        str rest = str_of(rests[rng_range(&r, 0, (int64_t)ARRAY_LEN(rests) - 1)]);
        f->c.actor = rules_person(f->rules, fixture_person(f, i % 3 == 0 ? "h01" : "leader"));
        same_list(f, &all, words, rest);
        arena_free(f->c.arena);
        f->c.arena = keep;
        if (i == FILTERS / 3)
            fill(f, SEARCH_FILL_UP);
        if (i == FILTERS / 2)
            fill(f, SEARCH_REBUILD);
    }
    assert_int_equal(state_of(f).waiting, 0);
    assert_int_equal(state_of(f).blocks, 1); // the rebuilt one took the place of all
    // The number is searched too, single letters, and what is nowhere.
    same_list(f, &all, S("00123"), S(""));
    same_list(f, &all, S("rx2026"), S(""));
    same_list(f, &all, S("a"), S("unit:c02"));
    same_list(f, &all, S("\"%'\""), S(""));
    same_list(f, &all, S("没有"), S(""));
}

// ---- who may see little

static bool try_step(struct fixture *f, struct item *it, const char *step, int64_t unit, str other)
{
    bool place = strcmp(step, "place") == 0; // then `other` is the address
    struct step_in in = {.item = it->id,
        .step = str_of(step),
        .version = ITEM_ANY_VERSION,
        .note = S("照办"),
        .units = &unit,
        .n_units = unit != 0,
        .other = place ? S("") : other,
        .has_place = place,
        .place = {.address = place ? other : S("")}};
    struct item out;
    enum err_code code = fixture_do(f, item_step(&f->c, &in, &out, &f->e));
    if (code == OK)
        fixture_ok(f, item_load(&f->c, it->id, it, &f->e));
    err_init(&f->e, f->a, LANG_EN);
    return code == OK;
}

// Some are given to committees, given to others, taken back, joined to each other and taken out
// again; some lie elsewhere than was thought.
static void move_about(struct fixture *f, struct items *all, struct rng *r, size_t *moved)
{
    static const char *const steps[MOVES] = {
        "dispatch", "dispatch", "assist", "merge", "unmerge", "place"};
    static const char *const units[] = {"c01", "c02", "c03", "c04"};
    fixture_as(f, NULL);
    for (int i = 0; i < 40; i++) {
        struct item *it = &all->v[rng_range(r, 0, (int64_t)all->n - 1)];
        struct item *main = &all->v[rng_range(r, 0, (int64_t)all->n - 1)];
        size_t k = (size_t)rng_range(r, 0, ARRAY_LEN(steps) - 1);
        for (size_t j = 0; k == 4 && j < all->n && it->merged == 0; j++)
            it = &all->v[j];
        for (size_t j = 0; k == 4 && j < all->n; j++)
            main = all->v[j].id == it->merged ? &all->v[j] : main;
        int64_t unit = fixture_unit(f, units[rng_range(r, 0, (int64_t)ARRAY_LEN(units) - 1)]);
        str other = k == 3 ? main->no : k == 5 ? some_text(f->a, r, 6) : S("");
        moved[k] += try_step(f, it, steps[k], k < 3 ? unit : 0, other);
        // The main item is told who joined or left it.
        fixture_ok(f, item_load(&f->c, main->id, main, &f->e));
    }
}

static int64_t strays(struct fixture *f)
{
    return db_one_i64(f->db, 0, "SELECT count(*) FROM text_gram WHERE town = ?1 AND block = 0",
        V((int)FIXTURE_TOWN));
}

// By a connection that remembers and by one that does not, while items become other units'
// business, before they are in the index, behind it, and when it is made anew.
static void who_sees_little_finds_all_of_it(void **state)
{
    static const char *const people[] = {"h01", "h02", "h03", "h04", "l01", "h05", "op", "clerk"};
    struct fixture *f = *state;
    struct rng r;
    struct items all = {.v = NEW_ARRAY(f->a, ITEMS, struct item)};
    size_t moved[MOVES] = {0};
    struct arena *keep = f->c.arena;
    struct db *writer = f->db,
              *reader = db_open(str_fmt(f->a, "%.*s/town.db", STR_ARG(f->dir)), DB_READ, &f->e);
    assert_non_null(reader);
    rng_seed(&r, 11);
    fixture_at(f, "2026-11-16 10:00");
    all.v[0] = fixture_file(f, "样本");
    all.n = 1;
    for (int round = 0; round < 30; round++) {
        if (round % 6 == 0)
            add(f, &all, &r, 500, round != 6);
        move_about(f, &all, &r, moved);
        if (round % 7 == 1)
            fill(f, round == 15 ? SEARCH_REBUILD : SEARCH_FILL_UP);
        for (int i = 0; i < 4; i++) {
            f->c.arena = arena_new();
            fixture_as(f, people[rng_range(&r, 0, (int64_t)ARRAY_LEN(people) - 1)]);
            f->c.db = i > 0 ? reader : writer;
            same_list(f, &all, i % 2 ? S("电") : some_words(f->a, &r), S(""));
            f->c.db = writer;
            arena_free(f->c.arena);
            f->c.arena = keep;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(moved); i++)
        assert_true(moved[i] > 0);
    assert_true(strays(f) > 0);
    db_close(reader);
}

// A block of before says nothing of units; one whose statement fails says nothing either.
static void blocks_without_units_hide_nothing(void **state)
{
    struct fixture *f = *state;
    struct items all = a_town(f);
    struct db *writer = f->db, *reader = NULL;
    struct rng r;
    size_t moved[MOVES] = {0};
    rng_seed(&r, 13);
    for (int i = 0; i < 10; i++)
        move_about(f, &all, &r, moved);
    f->c.actor = rules_person(f->rules, fixture_person(f, "h01"));
    int64_t fails = 0;
    for (int64_t n = 1;; n++, fails++) {
        struct list_in in = {.filter = parse(f, S("电")), .limit = 5, .count = true};
        struct list_out out;
        struct err e;
        err_init(&e, f->a, LANG_EN);
        db_close(reader); // and with it what it remembers
        f->c.db = reader = db_open(str_fmt(f->a, "%.*s/town.db", STR_ARG(f->dir)), DB_READ, &f->e);
        assert_non_null(reader);
        db_fail_at(reader, n);
        enum err_code code = item_list(&f->c, &in, &out, &e);
        db_fail_at(reader, 0);
        db_rollback(reader);
        if (code == OK)
            break;
        same_list(f, &all, S("电"), S(""));
    }
    assert_true(fails > 5);
    f->c.db = writer;
    db_run(writer, "DELETE FROM text_gram WHERE town = ?1 AND pair < 0", V((int)FIXTURE_TOWN));
    f->c.db = reader;
    same_list(f, &all, S("电"), S(""));
    f->c.db = writer;
    db_close(reader);
}

// ---- filling stops, fails and goes on

static void small_blocks_become_one(void **state)
{
    struct fixture *f = *state;
    struct items all = {.v = NEW_ARRAY(f->a, SEARCH_SMALL_MAX * SEARCH_FILL_MIN + 1, struct item)};
    struct rng r;
    rng_seed(&r, 3);
    fixture_at(f, "2026-11-16 10:00");
    all.v[0] = fixture_file(f, "样本");
    all.n = 1;
    fixture_as(f, "leader");
    add(f, &all, &r, SEARCH_FILL_MIN - 2, true);
    fill(f, SEARCH_FILL);
    assert_int_equal(state_of(f).blocks, 0); // one too few for a block
    for (int i = 1; i <= SEARCH_SMALL_MAX; i++) {
        add(f, &all, &r, i == 1 ? 1 : SEARCH_FILL_MIN, true);
        fill(f, SEARCH_FILL);
        assert_int_equal(state_of(f).blocks, i < SEARCH_SMALL_MAX ? i : 1);
        assert_int_equal(state_of(f).waiting, 0);
    }
    assert_false(text_index_waste(f->db, FIXTURE_TOWN, f->c.now_us)); // the old ones were swept
    same_list(f, &all, S("飞线"), S(""));
}

static int64_t rows_in_index(struct fixture *f)
{
    return db_one_i64(
        f->db, 0, "SELECT count(*) FROM text_gram WHERE town = ?1", V((int)FIXTURE_TOWN));
}

static void a_stop_or_a_failure_leaves_no_half_block(void **state)
{
    struct fixture *f = *state;
    struct items all = {.v = NEW_ARRAY(f->a, 200, struct item)};
    struct rng r;
    rng_seed(&r, 5);
    fixture_at(f, "2026-11-16 10:00");
    all.v[0] = fixture_file(f, "样本");
    all.n = 1;
    fixture_as(f, "leader");
    add(f, &all, &r, 100, true);
    for (int way = 0; way < 2; way++)
        for (int64_t n = 1; n <= 5; n++) {
            struct filler x = {.f = f, .stop_after = n, .fails = way == 1};
            enum err_code code = fill_with(&x, SEARCH_FILL_UP, ROWS_AT_ONCE, NULL);
            fixture_code_(f, code, x.fails ? ERR_STORE : OK, __FILE__, __LINE__);
            assert_int_equal(state_of(f).blocks, 0);
            same_list(f, &all, S("飞线"), S(""));
        }
    fill(f, SEARCH_FILL_UP);
    assert_int_equal(state_of(f).waiting, 0);
    int64_t rows = rows_in_index(f);
    fill(f, SEARCH_REBUILD);
    assert_int_equal(rows_in_index(f), rows); // nothing of the attempts is left
    same_list(f, &all, S("飞线"), S(""));
}

// Rows the disk has damaged say nothing: the texts do.
static void damaged_rows_hide_nothing(void **state)
{
    struct fixture *f = *state;
    struct items all = {.v = NEW_ARRAY(f->a, 300, struct item)};
    struct rng r;
    rng_seed(&r, 9);
    fixture_at(f, "2026-11-16 10:00");
    all.v[0] = fixture_file(f, "样本");
    all.n = 1;
    fixture_as(f, "leader");
    add(f, &all, &r, 200, true);
    fill(f, SEARCH_FILL_UP);
    db_run(f->db, "UPDATE text_gram SET items = ?2 WHERE town = ?1", V((int)FIXTURE_TOWN),
        val_blob(S("\xff")));
    same_list(f, &all, S("飞线"), S(""));
    same_list(f, &all, S("电"), S("unit:c01"));
    fill(f, SEARCH_REBUILD);
    same_list(f, &all, S("飞线"), S(""));
}

static enum err_code begin_only(struct ctx *c, void *arg, struct err *e)
{
    struct text_block b = {.from_id = 1, .to_id = 50};
    (void)arg;
    assert_int_equal(text_index_begin(c->db, c->arena, FIXTURE_TOWN, &b, c->now_us), OK);
    return db_status(c->db, e);
}

// Another process began a block: it is left alone, and swept when it has not come back.
static void one_process_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct filler x = {.f = f};
    bool busy = false;
    fixture_at(f, "2026-11-16 10:00");
    (void)fixture_file(f, "飞线充电");
    fixture_as(f, "leader");
    fixture_ok(f, run(&x, begin_only, NULL, &f->e));
    fixture_ok(f, fill_with(&x, SEARCH_FILL_UP, ROWS_AT_ONCE, &busy));
    assert_true(busy);
    assert_int_equal(state_of(f).blocks, 0);
    fixture_later(f, (TEXT_ABANDONED_S + 1) * US_SECOND);
    fixture_ok(f, fill_with(&x, SEARCH_FILL_UP, ROWS_AT_ONCE, &busy));
    assert_false(busy);
    assert_int_equal(state_of(f).blocks, 1);
    assert_int_equal(db_one_i64(f->db, 0, "SELECT count(*) FROM text_block WHERE town = ?1",
                         V((int)FIXTURE_TOWN)),
        1);
}

// ---- what was found is shown

static void snippets_show_the_place(void **state)
{
    struct fixture *f = *state;
    struct item it;
    fixture_at(f, "2026-11-16 10:00");
    struct item_in in = fixture_order(f, "飞线");
    str around = S("一二三四五六七八九十一二三四五六七八九十");
    in.text = str_fmt(f->a, "%.*s%.*s\n私拉Wire%.*s%.*s%.*s", STR_ARG(around), STR_ARG(around),
        STR_ARG(around), STR_ARG(around), STR_ARG(around));
    in.address = S("飞线路5号");
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
    static const struct {
        const char *filter, *snippet;
    } cases[] = {
        {"wIRE", "…四五六七八九十一二三四五六七八九十 私拉Wire"
                 "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六…"},
        {"一二三四五六七八九十一二三四五六七八九十", NULL},
        {"飞线", "飞线路5号"},
        {"飞线 -充电", "飞线路5号"},
        {"RX2026", ""},
        {"open:yes", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct list_out out;
        struct list_in list = {.filter = parse(f, str_of(cases[i].filter)),
            .sort = list_sort_usual(parse(f, str_of(cases[i].filter))),
            .limit = 5};
        fixture_ok(f, item_list(&f->c, &list, &out, &f->e));
        assert_int_equal(out.n, 1);
        if (cases[i].snippet)
            assert_str(out.rows[0].snippet, cases[i].snippet);
        else
            assert_true(str_starts(out.rows[0].snippet, S("一二三")));
        assert_true(utf8_valid(out.rows[0].snippet));
    }
    str *marks;
    assert_int_equal(search_marks(f->a, parse(f, S("飞线,充电 -楼道 open:yes Wire")), &marks), 3);
    assert_str(marks[2], "Wire");
}

static void wrong_cursors_are_refused(void **state)
{
    static const char *const cursors[] = {"1", "2.3.4", "1.x.4", "0.5", "1.2.3.4"};
    struct fixture *f = *state;
    fixture_at(f, "2026-11-16 10:00");
    (void)fixture_file(f, "飞线");
    fixture_as(f, "leader");
    for (size_t i = 0; i < ARRAY_LEN(cursors); i++) {
        struct list_out out;
        struct list_in in = {.filter = parse(f, S("飞线")),
            .sort = SORT_RELEVANCE,
            .limit = 5,
            .after = str_of(cursors[i])};
        err_init(&f->e, f->a, LANG_EN);
        fixture_fails(f, item_list(&f->c, &in, &out, &f->e), ERR_INVALID);
        assert_true(fixture_noted(f, "after"));
    }
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(finds_what_a_walk_finds),
        FIXTURE_TEST(who_sees_little_finds_all_of_it),
        FIXTURE_TEST(blocks_without_units_hide_nothing),
        FIXTURE_TEST(small_blocks_become_one),
        FIXTURE_TEST(a_stop_or_a_failure_leaves_no_half_block),
        FIXTURE_TEST(damaged_rows_hide_nothing),
        FIXTURE_TEST(one_process_at_a_time),
        FIXTURE_TEST(snippets_show_the_place),
        FIXTURE_TEST(wrong_cursors_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
