// Every figure of a board equals the number of items its own link lists, however the board is
// broken down, narrowed, and cut out of the calendar.
#include "town_fixture.h"

#include "base/rng.h"
#include "domain/board.h"
#include "domain/item_list.h"

enum { ORDERS = 120 };

static const char *const UNIT_CODES[] = {"c01", "c02", "c03", "c04", "office-property"};
static const char *const CLASS_CODES[] = {"0101", "0102", "0201", "0202", "0501"};
static const char *const CHANNELS[] = {"12345", "网格巡查", "随申办"};

static void take(struct fixture *f, struct item *it, struct step_in in)
{
    in.item = it->id;
    in.version = it->version;
    if (in.cls == 0)
        in.cls = ITEM_SAME_CLASS;
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

static void same(
    struct fixture *f, const struct board_in *in, const struct def *d, const struct board_row *row)
{
    for (size_t i = 0; i < d->n_tallies; i++) {
        struct err e;
        err_init(&e, f->a, LANG_EN);
        str link = row->tallies[i].link;
        struct filter *x = filter_parse(f->a, f->rules, NULL, link, &e);
        if (!x || e.code != OK)
            fail_msg("%.*s: %s", STR_ARG(link), err_text(&e, f->a).s);
        int64_t listed = item_count(&f->c, x, 0, &e);
        if (listed != row->tallies[i].n)
            fail_msg("%.*s by %d: the board says %d, its link lists %d: %.*s", STR_ARG(in->period),
                (int)in->by, (int)row->tallies[i].n, (int)listed, STR_ARG(link));
    }
}

static size_t check(struct fixture *f, const struct board_in *in)
{
    struct board_out out;
    int64_t sum = 0;
    fixture_ok(f, board_read(&f->c, in, &out, &f->e));
    for (size_t i = 0; i < out.n; i++) {
        same(f, in, out.def, &out.rows[i]);
        sum += out.rows[i].tallies[0].n;
    }
    same(f, in, out.def, &out.total);
    assert_int_equal(sum, out.total.tallies[0].n);
    return out.n;
}

static void figures_are_their_links(void **state)
{
    static const char *const periods[] = {"2026-10", "2026", "2026Q4", "2026-W41",
        "2026-09-11..2026-11-19", "2026-10-03", "2026-09-01..2026-11-05"};
    struct fixture *f = *state;
    fill(f);
    fixture_as(f, "leader");
    const int64_t units[] = {
        0, fixture_unit(f, "c01"), fixture_unit(f, "c03"), fixture_unit(f, "xinjing")};
    const int64_t classes[] = {0, fixture_class(f, "01"), fixture_class(f, "0201")};
    size_t rows = 0;
    for (size_t p = 0; p < ARRAY_LEN(periods); p++)
        for (int by = BOARD_UNIT; by <= BOARD_CHANNEL; by++)
            for (size_t u = 0; u < ARRAY_LEN(units); u++)
                for (size_t k = 0; k < ARRAY_LEN(classes); k++)
                    for (int channel = 0; channel < 2; channel++)
                        rows += check(f, &(struct board_in){.loop = S("hotline"),
                                             .by = (enum board_by)by,
                                             .period = str_of(periods[p]),
                                             .unit = units[u],
                                             .cls = classes[k],
                                             .channel = channel ? S("12345") : S("")});
    assert_true(rows > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(figures_are_their_links)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
