// Any text as a filter of the sample town: what parses has a canonical text that parses to the same
// text, can be matched, and fits one statement; what does not parse says why.
#include "../unit/domain/filter_sample.h"

static struct rules *town(void)
{
    static struct rules *r;
    if (r == NULL) {
        struct arena *a = arena_new(); // lives as long as the process
        struct err e;
        err_init(&e, a, LANG_EN);
        r = sample_rules(a, &e);
        CHECK(r != NULL);
    }
    return r;
}

static void check_use(struct arena *a, const struct rules *r, const struct filter *f)
{
    struct filter_env env = {.rules = r, .now_us = 1795137600 * US_SECOND, .person = 1};
    struct item it = {.id = 1, .no = S("RX20261120-00001"), .loop = S("hotline"), .unit = 3};
    it.title = S("飞线充电 ABC");
    item_set_field(&it, a, S("amount"), S("12.5"));
    item_set_field(&it, a, S("seen_on"), S("2026-11-20"));
    struct sqlb q;
    sqlb_init(&q, a);
    sqlb_add(&q, "SELECT ");
    sqlb_val(&q, V(r->town));
    filter_sql(f, &env, &q);
    CHECK(!q.overflow);
    CHECK(!filter_empty(f) || filter_match(f, &env, &it));
    (void)filter_match(f, &env, &it);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    const struct rules *r = town();
    const struct def *d = n > 0 && data[0] == '!' ? rules_loop(r, S("patrol"))->now : NULL;
    str text = {(const char *)data, n};
    struct err e;
    err_init(&e, a, n % 2 == 0 ? LANG_ZH : LANG_EN);
    struct filter *f = filter_parse(a, r, d, d == NULL ? text : str_sub(text, 1, n), &e);
    CHECK((f == NULL) == (e.code != OK));
    if (f != NULL) {
        str canonical = filter_text(a, f);
        struct filter *again = filter_parse(a, r, d, canonical, &e);
        CHECK(again != NULL && str_eq(filter_text(a, again), canonical));
        CHECK(filter_timed(f) == filter_timed(again) && str_eq(filter_loop(f), filter_loop(again)));
        check_use(a, r, f);
    }
    arena_free(a);
    return 0;
}
