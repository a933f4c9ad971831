// An item in the product and in the model.

#include "compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "domain/item_store.h"
#include "domain/item_wait.h"

static void differ_i64(struct buf *out, const char *what, int64_t got, int64_t wanted)
{
    if (got != wanted)
        buf_fmt(out, "    %s: got %" PRId64 ", expected %" PRId64 "\n", what, got, wanted);
}

static void differ_time(struct buf *out, const char *what, int64_t got, int64_t wanted)
{
    char g[TM_TEXT_BYTES] = "none", w[TM_TEXT_BYTES] = "none";
    if (got == wanted)
        return;
    if (got)
        g[tm_put(g, got, TM_ZONE_DEFAULT_S)] = 0;
    if (wanted)
        w[tm_put(w, wanted, TM_ZONE_DEFAULT_S)] = 0;
    buf_fmt(out, "    %s: got %s, expected %s\n", what, g, w);
}

static void differ_str(struct buf *out, const char *what, str got, str wanted)
{
    if (!str_eq(got, wanted))
        buf_fmt(
            out, "    %s: got \"%.*s\", expected \"%.*s\"\n", what, STR_ARG(got), STR_ARG(wanted));
}

static void compare_parts(
    const struct item *got, const struct model *m, const struct m_item *it, struct buf *out)
{
    char what[40];
    differ_i64(out, "parts", (int64_t)got->n_parts, (int64_t)it->n_parts);
    for (size_t i = 0; i < got->n_parts && i < it->n_parts; i++) {
        const struct item_part *g = &got->parts[i];
        const struct m_part *p = &it->parts[i];
        (void)snprintf(what, sizeof(what), "part %zu", i + 1);
        differ_i64(out, what, g->id, (int64_t)i + 1);
        differ_i64(out, what, g->unit, p->unit);
        differ_i64(out, what, g->lead, p->lead);
        differ_str(out, what, g->state, str_of(m_part_name(m, it, p)));
        differ_time(out, what, g->since_us, p->since_us);
    }
}

static void compare_clocks(const struct item *got, const struct m_item *it, struct buf *out)
{
    char what[60];
    differ_i64(out, "clocks", (int64_t)got->n_clocks, (int64_t)it->n_clocks);
    for (size_t i = 0; i < got->n_clocks && i < it->n_clocks; i++) {
        const struct clock *g = &got->clocks[i];
        const struct m_clock *k = &it->clocks[i];
        const char *key = M_CLOCKS[k->key];
        (void)snprintf(
            what, sizeof(what), "clock %s of part %d, round %d", key, (int)k->part, k->round);
        differ_str(out, what, g->key, str_of(key));
        differ_i64(out, what, g->part, k->part);
        differ_i64(out, what, g->round, k->round);
        differ_i64(out, what, (int64_t)g->state, (int64_t)k->state);
        differ_i64(out, what, g->breached, k->breached);
        differ_i64(out, what, g->extended_us, k->extra_us);
        if (m_clock_open(k))
            differ_time(out, what, g->due_us, k->due_us);
    }
}

static void compare_fields(const struct item *got, const struct m_item *it, struct buf *out)
{
    char what[ITEM_TITLE_MAX];
    size_t n = 0;
    for (size_t i = 0; i < got->n_fields; i++) {
        const struct item_field *g = &got->fields[i];
        (void)snprintf(what, sizeof(what), "%.*s", STR_ARG(g->key));
        if (str_starts(g->key, S("clock/")) || str_starts(g->key, S("ask/")))
            continue;
        differ_str(out, what, g->val, m_get(it, what));
        n++;
    }
    for (size_t i = 0; i < CK_COUNT; i++) {
        (void)snprintf(what, sizeof(what), "clock/%s", M_CLOCKS[i]);
        differ_str(out, what, item_field(got, str_of(what)), str_of(m_outcome(it, (int)i)));
    }
    static const char *const COLUMNS[] = {"channel", "kind", "priority"};
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++) {
        differ_str(out, COLUMNS[i], item_field(got, str_of(COLUMNS[i])), m_get(it, COLUMNS[i]));
        n += m_get(it, COLUMNS[i]).n > 0;
    }
    differ_i64(out, "fields", (int64_t)n, (int64_t)it->n_f);
}

static void compare_asks(
    struct arena *a, const struct item *got, const struct m_item *it, struct buf *out)
{
    struct item_ask *asks;
    size_t n = item_asks(a, got, &asks);
    differ_i64(out, "requests", (int64_t)n, (int64_t)it->n_asks);
    for (size_t i = 0; i < n; i++) {
        const struct m_step *s = m_step_of(asks[i].step);
        const struct m_ask *x = m_ask_of(it, s, asks[i].part);
        char what[60];
        (void)snprintf(what, sizeof(what), "request %s of part %d", s->key, (int)asks[i].part);
        if (!x) {
            buf_fmt(out, "    %s: is too many\n", what);
            continue;
        }
        differ_i64(out, what, asks[i].by, x->by);
        differ_i64(out, what, asks[i].stage, x->stage);
        differ_i64(out, what, asks[i].refused, x->refused);
    }
}

static str gathered(const struct model *m, const struct m_item *it)
{
    for (size_t i = 0; it->gathered != 0 && i < m->n_items; i++)
        if (m->items[i].id == it->gathered)
            return m->items[i].no;
    return (str){0};
}

static void compare_row(
    const struct item *got, const struct model *m, const struct m_item *it, struct buf *out)
{
    differ_str(out, "no", got->no, it->no);
    differ_str(out, "state", got->state, str_of(m_state_name(m, it)));
    differ_i64(out, "def", got->def, it->common ? m->common_def : m->defs[it->def].id);
    differ_str(out, "gathered", got->gathered, gathered(m, it));
    differ_i64(out, "open", got->open, it->open);
    differ_i64(out, "paused", got->paused, it->paused);
    differ_i64(out, "excluded", got->excluded, it->excluded);
    differ_i64(out, "gone", got->shelf == SHELF_GONE, it->gone);
    differ_i64(out, "unit", got->unit, it->unit);
    differ_i64(out, "receiver", got->receiver, it->receiver);
    differ_i64(out, "class", got->cls, it->cls);
    differ_time(out, "filed", got->filed_us, it->filed_us);
    differ_time(out, "changed", got->changed_us, it->changed_us);
    differ_time(out, "closed", got->closed_us, it->closed_us);
    differ_time(out, "due", got->due_us, m_due(it));
    differ_time(out, "alarm", got->alarm_us, m_alarm(it));
    differ_i64(out, "version", got->version, it->version);
    differ_i64(out, "round", got->round, it->round);
    differ_i64(out, "returns", got->returns, it->returns);
    differ_i64(out, "urges", got->urges, it->urges);
    differ_i64(out, "extensions", got->extensions, it->extensions);
    differ_i64(out, "reopens", got->reopens, it->reopens);
    differ_i64(out, "level", got->level, it->level);
    differ_i64(out, "raised", got->raised, it->raised);
    differ_i64(out, "parent", got->parent, it->parent);
    differ_i64(out, "merged", got->merged, it->merged);
    differ_i64(out, "unlocks", got->unlocks, it->unlocks);
    differ_time(out, "recheck", got->recheck_us, it->recheck_us);
    differ_time(out, "consolidated", got->solid_us, it->solid_us);
    differ_i64(out, "recurs", got->recurs, it->recurs);
    differ_i64(out, "repeat", got->repeat, it->repeat);
    differ_i64(out, "main_repeat", got->main_repeat, it->main_repeat);
}

void compare_item(struct ctx *c, const struct model *m, const struct m_item *it, struct buf *out)
{
    struct item got;
    struct err e;
    size_t before = out->n;
    err_init(&e, c->arena, LANG_EN);
    if (item_load(c, it->id, &got, &e) != OK) {
        buf_fmt(out, "  item %" PRId64 " %.*s: not there\n", it->id, STR_ARG(it->no));
        return;
    }
    compare_row(&got, m, it, out);
    compare_parts(&got, m, it, out);
    compare_clocks(&got, it, out);
    compare_fields(&got, it, out);
    compare_asks(c->arena, &got, it, out);
    if (out->n > before)
        buf_fmt(out, "  of item %" PRId64 " %.*s, changed by action %" PRId64 "\n", it->id,
            STR_ARG(it->no), it->touched);
}

void compare_open_steps(
    struct ctx *c, struct model *m, const struct m_item *it, const char *who, struct buf *out)
{
    struct item got;
    struct err e;
    size_t n;
    err_init(&e, c->arena, LANG_EN);
    if (it->common || !m_sees(m, who, it) || item_load(c, it->id, &got, &e) != OK)
        return;
    struct step_open *rows = item_steps(c, &got, &n);
    for (size_t i = 0; i < n; i++) {
        const struct m_step *s = m_step_of(rows[i].step->key);
        bool wanted = m_step_open(m, who, s, it, rows[i].part) == OK;
        if (rows[i].ok != wanted)
            buf_fmt(out,
                "  step %s of part %" PRId64 " of item %" PRId64
                " for %s: %s, expected %s (%.*s)\n",
                s->key, rows[i].part, it->id, who ? who : "the system",
                rows[i].ok ? "open" : "closed", wanted ? "open" : "closed", STR_ARG(rows[i].why));
    }
}
