// What an event keeps of a change, and what is told of it again: any image may become any other
// one, and the event brings one to the other.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/rng.h"
#include "domain/item_store.h"

enum { ROUNDS = 3000, EVENTS = 12 };

struct life {
    struct arena *a;
    struct rng r;
    struct err e;
    int64_t now_us;
};

static void same(str is, str wanted)
{
    if (!str_eq(is, wanted))
        fail_msg("%.*s\nand not\n%.*s", STR_ARG(is), STR_ARG(wanted));
}

static bool sometimes(struct life *l, int percent)
{
    return rng_range(&l->r, 0, 99) < percent;
}

static str word(struct life *l)
{
    static const char *const words[] = {"", "是", "否", "\"", "clock", "处置", "a/b"};
    return str_of(words[rng_range(&l->r, 0, ARRAY_LEN(words) - 1)]);
}

// The event's own instant, none, or another one.
static int64_t instant(struct life *l)
{
    int64_t at = rng_range(&l->r, 0, 3);
    return at == 0 ? 0 : at == 1 ? l->now_us - rng_range(&l->r, 1, 1000) : l->now_us;
}

static void change_clock(struct life *l, struct clock *k)
{
    k->state = (enum clock_state)rng_range(&l->r, CLOCK_RUNNING, CLOCK_VOID);
    k->breached = sometimes(l, 30);
    if (sometimes(l, 20))
        k->limit =
            (struct dur){.n = rng_range(&l->r, 0, 5), .unit = (unsigned)rng_range(&l->r, 0, 4)};
    if (sometimes(l, 20))
        k->limit.day_end = !k->limit.day_end;
    if (sometimes(l, 60))
        k->due_us = instant(l);
    if (sometimes(l, 60))
        k->stopped_us = instant(l);
    if (sometimes(l, 10))
        k->extended_us = rng_range(&l->r, 0, 9);
    if (sometimes(l, 50) && k->n > 0)
        k->runs[k->n - 1].to_us = instant(l);
    if (sometimes(l, 30))
        VEC_PUSH(l->a, k->runs, k->n) = (struct clock_stretch){instant(l), instant(l)};
}

static void change_lists(struct life *l, struct item *it)
{
    static const char *const keys[] = {"contact", "handle", "all"};
    for (size_t i = 0; i < it->n_parts; i++)
        if (sometimes(l, 40))
            it->parts[i] = (struct item_part){
                (int64_t)i + 1, rng_range(&l->r, 1, 3), sometimes(l, 50), word(l), instant(l)};
    if (sometimes(l, 30))
        VEC_PUSH(l->a, it->parts, it->n_parts) =
            (struct item_part){rng_range(&l->r, 1, 9), 7, sometimes(l, 50), word(l), instant(l)};
    for (size_t i = 0; i < it->n_clocks; i++)
        if (sometimes(l, 40))
            change_clock(l, &it->clocks[i]);
    if (sometimes(l, 20)) // as when the step that made them is taken back
        it->n_parts = (size_t)rng_range(&l->r, 0, (int64_t)it->n_parts);
    if (sometimes(l, 20))
        it->n_clocks = (size_t)rng_range(&l->r, 0, (int64_t)it->n_clocks);
    if (!sometimes(l, 40))
        return;
    struct clock k = {.key = str_of(keys[rng_range(&l->r, 0, 2)]), .round = it->round};
    VEC_PUSH(l->a, k.runs, k.n) = (struct clock_stretch){.from_us = instant(l)};
    change_clock(l, &k);
    VEC_PUSH(l->a, it->clocks, it->n_clocks) = k;
}

static struct item copy(struct life *l, const struct item *it)
{
    struct item x = *it;
    x.parts = NULL;
    x.clocks = NULL;
    x.n_parts = x.n_clocks = 0;
    for (size_t i = 0; i < it->n_parts; i++)
        VEC_PUSH(l->a, x.parts, x.n_parts) = it->parts[i];
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct clock k = it->clocks[i];
        k.runs = NULL;
        k.n = 0;
        for (size_t r = 0; r < it->clocks[i].n; r++)
            VEC_PUSH(l->a, k.runs, k.n) = it->clocks[i].runs[r];
        VEC_PUSH(l->a, x.clocks, x.n_clocks) = k;
    }
    return x;
}

// Columns, fields, parts and clocks, each now and then, and not as the engine would: also outcomes
// and due times that do not follow from the clocks.
static struct item changed(struct life *l, const struct item *before)
{
    static const char *const keys[] = {
        "reply", "own/solved", "clock/contact", "clock/gone", "raised/late", "kind"};
    struct item it = copy(l, before);
    it.changed_us = l->now_us;
    if (before->filed_us == 0) {
        it.no = S("RX20261120-00012");
        it.filed_us = sometimes(l, 50) ? l->now_us : l->now_us - 5;
        it.round = sometimes(l, 80) ? 1 : 2;
    }
    if (sometimes(l, 50))
        it.state = word(l);
    if (sometimes(l, 20))
        it.round++;
    if (sometimes(l, 30))
        it.open = !it.open;
    if (sometimes(l, 30))
        it.closed_us = instant(l);
    if (sometimes(l, 30))
        it.due_us = instant(l);
    if (sometimes(l, 30))
        it.alarm_us = instant(l);
    if (sometimes(l, 10))
        it.lat = 31.2 + 0.001 * (double)rng_range(&l->r, 0, 9);
    for (int i = 0; i < 3; i++)
        if (sometimes(l, 60))
            item_set_field(&it, l->a, str_of(keys[rng_range(&l->r, 0, 5)]), word(l));
    change_lists(l, &it);
    return it;
}

static void a_life(struct life *l)
{
    struct item it = {0}, folded = {0}, told = {0};
    for (int i = 0; i < EVENTS; i++) {
        l->now_us += rng_range(&l->r, 1, 2000);
        struct item before = it;
        it = changed(l, &before);
        str delta = item_delta(l->a, &before, &it), said = {0};
        assert_int_equal(item_apply(l->a, &folded, delta, l->now_us, &l->e), OK);
        same(item_changes(l->a, &folded, &it), S("{}"));
        assert_int_equal(folded.n_parts, it.n_parts);
        assert_int_equal(folded.n_clocks, it.n_clocks);
        assert_int_equal(folded.changed_us, it.changed_us);
        assert_int_equal(item_replay(l->a, &told, delta, l->now_us, &said, &l->e), OK);
        same(said, item_changes(l->a, &before, &it));
    }
}

static void whatever_it_becomes(void **state)
{
    (void)state;
    struct life l = {.a = arena_new(), .now_us = 1700000000000000};
    rng_seed(&l.r, 20261120);
    for (int i = 0; i < ROUNDS; i++) {
        err_init(&l.e, l.a, LANG_EN);
        a_life(&l);
        arena_reset(l.a);
    }
    arena_free(l.a);
}

static void both_sides_are_told(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct err e;
    str said;
    err_init(&e, a, LANG_EN);
    struct item it = {0};
    assert_int_equal(item_replay(a, &it,
                         S("{\"no\":\"R1\",\"state\":\"filed\",\"text\":\"ab\",\"c/0\":{\"key\":"
                           "\"all\",\"n\":2,\"unit\":4,\"due\":900}}"),
                         100, &said, &e),
        OK);
    same(said,
        S("{\"no\":[\"\",\"R1\"],\"state\":[\"\",\"filed\"],\"filed_us\":[0,100],\"due_us\":[0,900]"
          ","
          "\"alarm_us\":[0,900],\"round\":[0,1],\"text\":[\"\",\"ab\"],\"f/clock/all\":[\"\","
          "\"running\"],\"c/0\":{\"key\":\"all\",\"part\":0,\"round\":1,\"state\":0,\"breached\":"
          "false,\"n\":2,\"unit\":4,\"day_end\":false,\"extended\":0,\"due\":900,\"stopped\":0,"
          "\"runs\":[100,0]}}"));
    assert_int_equal(
        item_replay(a, &it,
            S("{\"state\":\"closed\",\"c/0\":{\"state\":2},\"reason\":{\"key\":\"x\"}}"), 700,
            &said, &e),
        OK);
    same(said,
        S("{\"state\":[\"filed\",\"closed\"],\"due_us\":[900,0],\"alarm_us\":[900,0],"
          "\"f/clock/all\":[\"running\",\"met\"],\"c/0\":{\"key\":\"all\",\"part\":0,\"round\":1,"
          "\"state\":2,\"breached\":false,\"n\":2,\"unit\":4,\"day_end\":false,\"extended\":0,"
          "\"due\":900,\"stopped\":700,\"runs\":[100,700]},\"reason\":{\"key\":\"x\"}}"));
    // The clock is gone with the step that started it.
    assert_int_equal(
        item_replay(a, &it, S("{\"f/clock/all\":\"\",\"c/0\":null}"), 800, &said, &e), OK);
    same(said, S("{\"f/clock/all\":[\"met\",\"\"],\"c/0\":null}"));
    assert_int_equal(it.n_clocks, 0);
    arena_free(a);
}

static void nonsense_is_refused(void **state)
{
    static const char *const rows[] = {"", "[]", "{\"state\":1}", "{\"open\":\"yes\"}",
        "{\"p/1\":{}}", "{\"p/1\":null}", "{\"p/0\":7}", "{\"c/x\":{}}", "{\"c/0\":[]}",
        "{\"f/reply\":3}", "{\"text\":null}", "{\"due_us\":\"soon\"}"};
    struct arena *a = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e;
        struct item it = {0};
        err_init(&e, a, LANG_EN);
        assert_int_not_equal(item_apply(a, &it, str_of(rows[i]), 1, &e), OK);
        assert_int_not_equal(e.n, 0);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_it_becomes),
        cmocka_unit_test(both_sides_are_told),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
