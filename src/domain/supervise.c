#include "domain/supervise.h"

#include <stdio.h>
#include "domain/filter.h"
#include "domain/item_list.h"
#include "domain/item_wait.h"

int supervise_level(const struct item *it)
{
    str key = item_field(it, S(ITEM_SLIP));
    for (int i = 1; key.n > 0 && i <= DEF_LEVELS; i++)
        if (str_eq(key, def_level_name(i)))
            return i;
    return 0;
}

// One of the clocks of that mask runs, or stands still with the item.
static const struct clock *awaited(const struct def *d, const struct item *it, uint64_t mask)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        int at = clock_open(&it->clocks[i]) ? def_clock_at(d, it->clocks[i].key) : DEF_NONE;
        if (at >= 0 && (mask >> at & 1))
            return &it->clocks[i];
    }
    return NULL;
}

static str level_title(const struct ctx *c, int level)
{
    const struct supervision *s = c->rules->supervision;
    return s ? s->levels[level - 1] : def_level_name(level);
}

str supervise_closed(
    const struct ctx *c, const struct def *d, const struct def_step *s, const struct item *it)
{
    int now = supervise_level(it);
    bool en = c->lang == LANG_EN;
    if (s->does == DOES_SLIP && now > s->level)
        return str_fmt(c->arena, en ? "a higher slip stands on it: %.*s" : "已经发了%.*s",
            STR_ARG(level_title(c, now)));
    if (s->does != DOES_RECEIPT)
        return (str){0};
    if (s->level > 0 && now != s->level)
        return str_fmt(c->arena, en ? "only for the slip: %.*s" : "没有待回执的%.*s",
            STR_ARG(level_title(c, s->level)));
    if (!awaited(d, it, s->stop & d->receipts))
        return en ? S("no receipt is awaited") : S("没有待回执的事");
    return (str){0};
}

void supervise_slip(struct turn *t, struct err *e)
{
    (void)e;
    item_set_field(t->it, t->c->arena, S(ITEM_SLIP), def_level_name(t->step->level));
}

void supervise_derive(struct ctx *c, const struct def *d, struct item *it)
{
    if (it->closed_us == 0 && it->merged == 0)
        return;
    if (item_field(it, S(ITEM_SLIP)).n > 0)
        item_set_field(it, c->arena, S(ITEM_SLIP), (str){0});
    for (size_t i = 0; d->receipts != 0 && i < it->n_clocks; i++) {
        int at = clock_open(&it->clocks[i]) ? def_clock_at(d, it->clocks[i].key) : DEF_NONE;
        if (at >= 0 && (d->receipts >> at & 1))
            clock_void(&it->clocks[i], c->now_us);
    }
}

bool supervise_waiting(const struct def *d, const struct item *it)
{
    return item_field(it, S(ITEM_SLIP)).n > 0 || awaited(d, it, d->receipts) != NULL;
}

// The clocks of slips, as against those of instructions and urges.
static uint64_t slip_clocks(const struct def *d)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < d->n_steps; i++)
        mask |= d->steps[i].does == DOES_SLIP ? d->steps[i].start : 0;
    return mask & d->receipts;
}

static bool gives(const struct def *d, const struct def_step *s, const struct item *it)
{
    int level = supervise_level(it);
    return s->does == DOES_RECEIPT && (s->level == 0 || s->level == level) &&
           item_step_leaves(d, s, it, NULL) && awaited(d, it, s->stop & d->receipts);
}

static bool said(const struct buf *b, str word)
{
    return str_has(buf_str(b), word);
}

void supervise_waits(const struct def *d, const struct item *it, struct buf *b)
{
    char word[DEF_KEY_MAX + sizeof("<a:>")];
    int level = supervise_level(it);
    if (level > 0)
        buf_fmt(b, "<v:%.*s>", STR_ARG(def_level_name(level)));
    const struct clock *slip = awaited(d, it, slip_clocks(d));
    if (slip)
        buf_fmt(b, "<w:slip>%s", slip->breached ? "<w:late>" : "");
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct clock *k = &it->clocks[i];
        int at = clock_open(k) ? def_clock_at(d, k->key) : DEF_NONE;
        if (at >= 0 && (d->receipts >> at & 1))
            buf_fmt(b, "<c:%.*s>%s%.*s%s", STR_ARG(k->key), k->breached ? "<l:" : "",
                k->breached ? (int)k->key.n : 0, k->key.s, k->breached ? ">" : "");
    }
    for (size_t i = 0; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        for (size_t w = 0; gives(d, s, it) && w < s->n_who; w++) {
            int n = snprintf(word, sizeof(word), "<a:%.*s>", STR_ARG(s->who[w]));
            if (!said(b, (str){word, (size_t)n}))
                buf_fmt(b, "%s", word);
        }
    }
}

str supervise_level_of(str waits)
{
    for (str word; str_cut(&waits, '>', &word);)
        if (str_starts(word, S("<v:")))
            return str_sub(word, 3, word.n);
    return (str){0};
}

str supervise_receipt_of(str waits)
{
    return str_has(waits, S("<l:")) ? S("late") : str_has(waits, S("<c:")) ? S("due") : (str){0};
}

// ---- by rule

enum err_code supervise_find(struct ctx *c, const struct supervise_rule *x, size_t max, str after,
    int64_t **ids, size_t *n, str *next, struct err *e)
{
    struct list_in in = {
        .filter = x->match, .sort = SORT_FILED_UP, .limit = (int64_t)max, .after = after};
    struct list_out out;
    *n = 0;
    *ids = NULL;
    *next = (str){0};
    if (!x->match)
        return OK;
    if (item_list(c, &in, &out, e) != OK)
        return e->code;
    *next = out.next;
    for (size_t i = 0; i < out.n; i++)
        VEC_PUSH(c->arena, *ids, *n) = out.rows[i].id;
    return OK;
}

// The loop's step for that level that can be taken now; NULL when none can.
static const struct def_step *step_for(
    struct ctx *c, const struct def *d, const struct item *it, int level)
{
    for (size_t i = 1; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        enum err_code code;
        if (s->does != DOES_SLIP || s->level != level || s->on_part)
            continue;
        (void)item_step_closed(c, d, s, it, NULL, &code);
        if (code == OK)
            return s;
    }
    return NULL;
}

static const struct supervise_rule *rule_named(const struct rules *r, str key)
{
    for (size_t i = 0; r->supervision && i < r->supervision->n_rules; i++)
        if (str_eq(r->supervision->rules[i].key, key))
            return &r->supervision->rules[i];
    return NULL;
}

enum err_code supervise_issue(struct ctx *c, int64_t id, str rule, struct item *out, struct err *e)
{
    struct item it;
    const struct supervise_rule *x = rule_named(c->rules, rule);
    *out = (struct item){0};
    if (!x)
        return OK; // it was taken out of the definition meanwhile
    if (item_load(c, id, &it, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, it.def);
    struct filter_env env = {.rules = c->rules, .now_us = c->now_us};
    CHECK(d != NULL && c->actor == NULL); // by rule, not by a person
    if (!it.open || supervise_level(&it) >= x->level || !x->match ||
        !filter_match(x->match, &env, &it))
        return OK;
    const struct def_step *s = step_for(c, d, &it, x->level);
    if (!s)
        return OK;
    struct step_in in = {.item = id, .step = s->key, .version = ITEM_ANY_VERSION, .note = x->title};
    // What this loop asks besides only a person can answer.
    struct err sub;
    err_init(&sub, c->arena, c->lang);
    enum err_code code = item_step(c, &in, out, &sub);
    if (code == ERR_INVALID) {
        *out = (struct item){0};
        return OK;
    }
    err_merge(e, &sub, (str){0});
    return e->code;
}

enum err_code supervise_all(struct ctx *c, struct err *e)
{
    const struct supervision *s = c->rules->supervision;
    for (size_t i = 0; s && i < s->n_rules; i++) {
        int64_t *ids;
        size_t n;
        str next = {0};
        struct item out;
        do {
            if (supervise_find(c, &s->rules[i], LIST_PAGE_MAX, next, &ids, &n, &next, e) != OK)
                return e->code;
            for (size_t k = 0; k < n; k++)
                if (supervise_issue(c, ids[k], s->rules[i].key, &out, e) != OK)
                    return e->code;
        } while (next.n > 0);
    }
    return OK;
}
