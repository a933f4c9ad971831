// Every figure of a board equals the number of items its own link lists, however the board is
// broken down, narrowed, and cut out of the calendar.
#include "town_fixture.h"

#include "base/rng.h"
#include "domain/board.h"
#include "domain/item_list.h"
#include "domain/item_store.h"
#include "domain/audit.h"
#include "domain/tally_fold.h"

enum { ORDERS = 120 };

static const char *const UNIT_CODES[] = {"c01", "c02", "c03", "c04", "office-property"};
static const char *const CLASS_CODES[] = {"0101", "0102", "0201", "0202", "0501"};
static const char *const CHANNELS[] = {"12345", "网格巡查", "随申办"};

static void take(struct fixture *f, struct item *it, struct step_in in)
{
    in.item = it->id;
    in.version = it->version;
    fixture_ok(f, fixture_do(f, item_step(&f->c, &in, it, &f->e)));
}

// Dispatched, and some of them replied to, closed and rated.
static void live(struct fixture *f, struct item *it, struct rng *r)
{
    static struct item_field reply[] = {{S("fact"), S("属实")}, {S("appeal"), S("诉求合理合法")},
        {S("site"), S("是")}, {S("reply_way"), S("电话")}, {S("solved"), S("实际解决")},
        {S("reply"), S("已办")}};
    static struct item_field contact[] = {{S("contacted"), S("是")}};
    static struct item_field rating[] = {{S("satisfied"), S("满意")}, {S("solved"), S("实际解决")}};
    int64_t unit = fixture_unit(f, UNIT_CODES[rng_range(r, 0, ARRAY_LEN(UNIT_CODES) - 1)]);
    fixture_as(f, NULL);
    take(f, it, (struct step_in){.step = S("dispatch"), .units = &unit, .n_units = 1});
    fixture_later(f, rng_range(r, 1, 200) * US_HOUR);
    if (rng_range(r, 0, 3) == 0)
        return;
    take(f, it,
        (struct step_in){
            .step = S("contact"), .part = 1, .fields = contact, .n_fields = ARRAY_LEN(contact)});
    take(f, it,
        (struct step_in){
            .step = S("reply"), .part = 1, .fields = reply, .n_fields = ARRAY_LEN(reply)});
    take(f, it, (struct step_in){.step = S("check")});
    take(f, it, (struct step_in){.step = S("close")});
    if (rng_range(r, 0, 1) == 0)
        take(f, it,
            (struct step_in){.step = S("rate"),
                .judge = S("own"),
                .fields = rating,
                .n_fields = ARRAY_LEN(rating)});
}

static void fill(struct fixture *f)
{
    struct rng r;
    rng_seed(&r, 3);
    fixture_at(f, "2026-08-28 09:00");
    int64_t start = f->c.now_us;
    for (int64_t i = 0; i < ORDERS; i++) {
        f->c.now_us = start + i * 17 * US_HOUR;
        struct item_in in = fixture_order(f, "一件");
        struct item_field fields[3];
        memcpy(fields, in.fields, sizeof(fields));
        fields[0].val = str_of(CHANNELS[rng_range(&r, 0, ARRAY_LEN(CHANNELS) - 1)]);
        in.fields = fields;
        in.cls = fixture_class(f, CLASS_CODES[rng_range(&r, 0, ARRAY_LEN(CLASS_CODES) - 1)]);
        struct item it;
        fixture_as(f, "dispatcher");
        fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &it, &f->e)));
        live(f, &it, &r);
    }
    fixture_at(f, "2026-12-01 09:00");
}

static void same(struct fixture *f, const struct board_in *in, const struct board_out *out,
    const struct board_row *row)
{
    for (size_t i = 0; i < out->def->n_tallies; i++) {
        struct err e;
        err_init(&e, f->a, LANG_EN);
        str link = board_link(f->a, out, row, i);
        struct filter *x = filter_parse(f->a, f->rules, NULL, link, &e);
        if (!x || e.code != OK)
            fail_msg("%.*s: %s", STR_ARG(link), err_text(&e, f->a).s);
        int64_t listed = item_count(&f->c, x, 0, &e);
        if (listed != row->tallies[i])
            fail_msg("%.*s by %d: the board says %d, its link lists %d: %.*s", STR_ARG(in->period),
                (int)in->by, (int)row->tallies[i], (int)listed, STR_ARG(link));
    }
}

static int dims(const struct board_in *in)
{
    return (in->by == BOARD_UNIT || in->unit) + (in->by == BOARD_CLASS || in->cls) +
           (in->by == BOARD_CHANNEL || in->channel.n > 0);
}

static void same_rows(
    const struct def *d, const struct board_row *got, const struct board_row *wanted)
{
    assert_int_equal(got->id, wanted->id);
    assert_int_equal(got->depth, wanted->depth);
    assert_true(str_eq(got->name, wanted->name) && str_eq(got->filter, wanted->filter));
    for (size_t i = 0; i < d->n_tallies; i++)
        assert_int_equal(got->tallies[i], wanted->tallies[i]);
    for (size_t i = 0; i < d->n_rates; i++) {
        assert_int_equal(got->rates[i].blank, wanted->rates[i].blank);
        assert_true(got->rates[i].blank || got->rates[i].v == wanted->rates[i].v);
    }
}

// A connection that reads answers from memory the second time; both are what the counters say.
static void remembered(
    struct fixture *f, struct db *reader, const struct board_in *in, const struct board_out *wanted)
{
    struct ctx c = f->c;
    c.db = reader;
    for (int round = 0; round < 2; round++) {
        struct board_out got;
        fixture_ok(f, board_read(&c, in, &got, &f->e));
        assert_int_equal(got.n, wanted->n);
        for (size_t i = 0; i < got.n; i++)
            same_rows(got.def, &got.rows[i], &wanted->rows[i]);
        same_rows(got.def, &got.total, &wanted->total);
    }
}

// parts: some days of the period are not to be had by several dimensions any more.
static size_t check(struct fixture *f, struct db *reader, const struct board_in *in, bool parts)
{
    struct board_out out;
    int64_t sum = 0;
    err_init(&f->e, f->a, LANG_EN);
    enum err_code code = board_read(&f->c, in, &out, &f->e);
    if (parts && dims(in) > 1) {
        fixture_fails(f, code, ERR_INVALID);
        assert_true(fixture_noted(f, "period"));
        return 0;
    }
    fixture_ok(f, code);
    for (size_t i = 0; i < out.n; i++) {
        same(f, in, &out, &out.rows[i]);
        sum += out.rows[i].tallies[0];
    }
    same(f, in, &out, &out.total);
    assert_int_equal(sum, out.total.tallies[0]);
    remembered(f, reader, in, &out);
    return out.n;
}

struct asked {
    const char *period;
    bool parts; // some of its days are folded, but not a whole month
};

static void ask_all(struct fixture *f, const struct asked *periods, size_t n_periods, size_t least)
{
    fixture_as(f, "leader");
    const int64_t units[] = {
        0, fixture_unit(f, "c01"), fixture_unit(f, "c03"), fixture_unit(f, "xinjing")};
    const int64_t classes[] = {0, fixture_class(f, "01"), fixture_class(f, "0201")};
    struct db *reader = db_open(str_fmt(f->a, "%.*s/town.db", STR_ARG(f->dir)), DB_READ, &f->e);
    assert_non_null(reader);
    size_t rows = 0;
    for (size_t p = 0; p < n_periods; p++)
        for (int by = BOARD_UNIT; by <= BOARD_CHANNEL; by++)
            for (size_t u = 0; u < ARRAY_LEN(units); u++)
                for (size_t k = 0; k < ARRAY_LEN(classes); k++)
                    for (int channel = 0; channel < 2; channel++)
                        rows += check(f, reader,
                            &(struct board_in){.loop = S("hotline"),
                                .by = (enum board_by)by,
                                .period = str_of(periods[p].period),
                                .unit = units[u],
                                .cls = classes[k],
                                .channel = channel ? S("12345") : S("")},
                            periods[p].parts);
    assert_true(rows > least);
    db_close(reader);
}

static void figures_are_their_links(void **state)
{
    static const struct asked periods[] = {{"2026-10", false}, {"2026", false}, {"2026Q4", false},
        {"2026-W41", false}, {"2026-09-11..2026-11-19", false}, {"2026-10-03", false},
        {"2026-09-01..2026-11-05", false}};
    struct fixture *f = *state;
    fill(f);
    ask_all(f, periods, ARRAY_LEN(periods), 500);
}

// What a reader remembers ends with a commit, and with the rules it followed from.
static void memory_ends_with_a_commit(void **state)
{
    struct fixture *f = *state;
    struct db *reader = db_open(str_fmt(f->a, "%.*s/town.db", STR_ARG(f->dir)), DB_READ, &f->e);
    assert_non_null(reader);
    const struct board_in whole = {.loop = S("hotline"), .period = S("2026-11")};
    struct board_in part = whole;
    part.unit = fixture_unit(f, "office-property");
    fixture_at(f, "2026-11-16 10:00");
    for (int i = 1; i <= 4; i++) {
        struct item it = fixture_file(f, "一件");
        int64_t unit = fixture_unit(f, i % 2 ? "c01" : "office-property");
        fixture_as(f, NULL);
        take(f, &it, (struct step_in){.step = S("dispatch"), .units = &unit, .n_units = 1});
        fixture_as(f, "leader");
        assert_int_equal(check(f, reader, &whole, false), i == 1 ? 1 : 2);
        assert_int_equal(check(f, reader, &part, false), i == 1 ? 0 : 1);
    }
    // The committee moves below the office: no counter changes, but whose they are.
    db_begin(f->db);
    db_run(f->db, "UPDATE unit SET parent = ?3 WHERE town = ?1 AND id = ?2", V(FIXTURE_TOWN),
        V(fixture_unit(f, "c01")), V(part.unit));
    fixture_ok(f, db_commit(f->db, &f->e));
    assert_int_equal(check(f, reader, &part, false), 1);
    fixture_reload(f);
    fixture_as(f, "leader");
    f->rules->gen++; // as an administrator's change moves it
    assert_int_equal(check(f, reader, &part, false), 2);
    db_close(reader);
}

// ---- folded

static int64_t full_cells(struct fixture *f, int64_t from, int64_t to)
{
    return db_one_i64(f->db, -1,
        "SELECT count(*) FROM tally WHERE town = ?1 AND dim = '' AND period BETWEEN ?2 AND ?3",
        V(FIXTURE_TOWN), V(from), V(to));
}

static void proven(struct fixture *f)
{
    struct audit_out out;
    fixture_ok(f, tally_verify(&f->c, NULL, NULL, &out, &f->e));
}

static int64_t fold(struct fixture *f, int64_t days)
{
    int64_t limit = tally_fold_limit(f->c.now_us, TM_ZONE_DEFAULT_S, 1), day = 1, n = 0;
    assert_int_equal(limit, 20261101);
    while (day != 0 && n < days) {
        fixture_ok(f, fixture_do(f, tally_fold_next(&f->c, limit, &day, &f->e)));
        n += day != 0;
    }
    return n;
}

static void old_days_stand_in_their_months(void **state)
{
    static const struct asked half[] = {{"2026-09", false}, {"2026-08-28..2026-09-30", true},
        {"2026Q4", false}, {"2026", false}, {"2026-10-20..2026-11-19", false},
        {"2026-09-03..2026-09-20", true}},
                              all[] = {{"2026-10", false}, {"2026Q4", false}, {"2026", false},
                                  {"2026-10-31", true}, {"2026-10-31..2026-11-30", true},
                                  {"2026-11-03..2026-11-07", false}, {"2026-08..2026-10", false},
                                  {"2026-11", false}};
    struct fixture *f = *state;
    fill(f);
    int64_t before = full_cells(f, 20260101, 20261031),
            november = full_cells(f, 20261101, 20261130);
    assert_int_equal(fold(f, 20), 20); // in the middle of September
    proven(f);
    ask_all(f, half, ARRAY_LEN(half), 100);
    assert_true(fold(f, 1000) > 20);
    assert_int_equal(fold(f, 1000), 0);
    assert_int_equal(full_cells(f, 20260101, 20261031), 0);
    assert_int_equal(full_cells(f, 20261101, 20261130), november);
    assert_in_range(full_cells(f, 202601, 202610), 1, before);
    assert_int_equal(full_cells(f, 202611, 202612), 0);
    proven(f);
    ask_all(f, all, ARRAY_LEN(all), 100);
    assert_int_equal(
        db_one_i64(f->db, 0, "SELECT count(*) FROM event WHERE town = ?1 AND what = 'tally_fold'",
            V(FIXTURE_TOWN)),
        1);
}

// What an old order becomes later counts in its month; counting anew gives the same.
static void the_past_still_moves(void **state)
{
    static const struct asked all[] = {{"2026-10", false}, {"2026", false}};
    struct fixture *f = *state;
    fill(f);
    (void)fold(f, 1000);
    fixture_as(f, NULL);
    for (int64_t id = 1; id < ORDERS; id += 3) {
        struct item it;
        fixture_ok(f, item_load(&f->c, id, &it, &f->e));
        if (it.closed_us != 0)
            take(f, &it,
                (struct step_in){.step = S("exclude"),
                    .reason = S("不属实"),
                    .reason_option = S("查无此事"),
                    .note = S("不属本镇")});
    }
    proven(f);
    assert_int_equal(full_cells(f, 20260101, 20261031), 0);
    ask_all(f, all, ARRAY_LEN(all), 100);
    fixture_ok(f, fixture_do(f, tally_rebuild(&f->c, &f->e)));
    assert_int_equal(full_cells(f, 20260101, 20261031), 0);
    proven(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(figures_are_their_links),
        FIXTURE_TEST(memory_ends_with_a_commit),
        FIXTURE_TEST(old_days_stand_in_their_months),
        FIXTURE_TEST(the_past_still_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
