// Lists and boards: the model counts its items one by one, by conditions of its own.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "compare.h"
#include "domain/board.h"
#include "domain/item_list.h"

// ---- a filter and what it means

enum cond_kind {
    C_STATE,
    C_OPEN,
    C_CLOSED,
    C_PAUSED,
    C_EXCLUDED,
    C_MERGED,
    C_REPEAT,
    C_MAIN_REPEAT,
    C_RAISED,
    C_OVERDUE,
    C_UNIT,
    C_UNIT_EXACT,
    C_PART,
    C_CLASS,
    C_KIND,
    C_PRIORITY,
    C_CHANNEL,
    C_RETURNS,
    C_URGES,
    C_EXTENSIONS,
    C_REOPENS,
    C_ROUND,
    C_FILED_DAY,
    C_CLOSED_MONTH,
    C_OUTCOME,
    C_CONTACTED,
    C_SATISFIED,
    C_PARENT,
    C_MINE,
    C_NO_DUE,
    C_ASKS,
    C_NODE,
    C_SLIPPING,
    C_RECHECK,
    C_SOLID,
    C_RECURS,
    C_COUNT
};
struct cond {
    enum cond_kind kind;
    bool not ;
    int64_t n;
    int64_t unit, cls;
    const char *word;
};

static const char *pick(struct rng *r, const char *const *words, size_t n)
{
    return words[rng_range(r, 0, (int64_t)n - 1)];
}
#define PICK(r, ...)                                                                               \
    pick((r), (const char *const[]){__VA_ARGS__},                                                  \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static struct cond some_cond(struct rng *r, const struct model *m, int64_t now_us)
{
    struct cond k = {.kind = (enum cond_kind)rng_range(r, 0, C_COUNT - 1),
        .not = rng_range(r, 0, 3) == 0,
        .n = rng_range(r, 0, 3)};
    k.unit = m->units[rng_range(r, 0, (int64_t)m->n_units - 1)].id;
    k.cls = m->classes[rng_range(r, 0, (int64_t)m->n_classes - 1)].id;
    if (k.kind == C_STATE)
        k.word = M_STATES[rng_range(r, 0, ST_COUNT - 1)];
    else if (k.kind == C_KIND)
        k.word = PICK(r, "咨询", "求助", "投诉", "举报", "建议");
    else if (k.kind == C_PRIORITY)
        k.word = PICK(r, "一般", "紧急", "特急", "none");
    else if (k.kind == C_CHANNEL)
        k.word = PICK(r, "12345", "网格巡查", "来信来访", "领导信箱", "随申办");
    else if (k.kind == C_OUTCOME)
        k.word = PICK(r, "running", "paused", "breached", "met", "late", "none");
    else if (k.kind == C_CONTACTED)
        k.word = PICK(r, "是", "否", "none");
    else if (k.kind == C_SATISFIED)
        k.word = PICK(r, "满意", "不满意", "none");
    else if (k.kind == C_ASKS)
        k.word = PICK(r, "yes", "no", "mine", "refused", "extend", "return", "extend_city");
    else if (k.kind == C_NODE)
        k.word = PICK(r, "survey", "works", "handover");
    else if (k.kind == C_RECHECK)
        k.word = PICK(r, "yes", "no", "due", "mine");
    else if (k.kind == C_FILED_DAY || k.kind == C_CLOSED_MONTH)
        k.n = tm_local_day(now_us, TM_ZONE_DEFAULT_S) - rng_range(r, 0, 20);
    return k;
}

static const char *const YESNO[] = {[C_OPEN] = "open",
    [C_CLOSED] = "closed",
    [C_PAUSED] = "paused",
    [C_EXCLUDED] = "excluded",
    [C_MERGED] = "merged",
    [C_REPEAT] = "repeat",
    [C_MAIN_REPEAT] = "main-repeat",
    [C_RAISED] = "raised",
    [C_OVERDUE] = "overdue",
    [C_SOLID] = "consolidated",
    [C_SLIPPING] = "slipping",
    [C_PARENT] = "parent"};
static const char *const WORDS[] = {[C_STATE] = "state",
    [C_KIND] = "kind",
    [C_PRIORITY] = "priority",
    [C_CHANNEL] = "channel",
    [C_CONTACTED] = "contacted",
    [C_SATISFIED] = "own.satisfied",
    [C_RECHECK] = "recheck",
    [C_NODE] = "node",
    [C_ASKS] = "asks"};
static const char *const NUMBERS[] = {[C_RETURNS] = "returns",
    [C_URGES] = "urges",
    [C_EXTENSIONS] = "extensions",
    [C_REOPENS] = "reopens",
    [C_RECURS] = "recurs",
    [C_ROUND] = "round"};

static const char *name_in(const char *const *names, size_t n, enum cond_kind kind)
{
    return (size_t)kind < n ? names[kind] : NULL;
}
#define NAME_IN(table, kind) name_in((table), ARRAY_LEN(table), (kind))

static const char *unit_code(const struct model *m, int64_t id)
{
    for (size_t i = 0; i < m->n_units; i++)
        if (m->units[i].id == id)
            return m->units[i].code;
    return "";
}

static const char *class_code(const struct model *m, int64_t id)
{
    for (size_t i = 0; i < m->n_classes; i++)
        if (m->classes[i].id == id)
            return m->classes[i].code;
    return "";
}

static void write_date(struct buf *b, int64_t day, bool month)
{
    int year, mon, d;
    tm_from_days(day, &year, &mon, &d);
    buf_fmt(b, month ? "%04d-%02d" : "%04d-%02d-%02d", year, mon, d);
}

static void write_cond(struct buf *b, const struct model *m, const struct cond *k)
{
    const char *yesno = NAME_IN(YESNO, k->kind), *word = NAME_IN(WORDS, k->kind),
               *number = NAME_IN(NUMBERS, k->kind);
    buf_addz(b, k->not ? " -" : " ");
    if (yesno)
        buf_fmt(b, "%s:%s", yesno, k->n & 1 ? "yes" : "no");
    else if (word)
        buf_fmt(b, "%s:%s", word, k->word);
    else if (number)
        buf_fmt(b, "%s:>=%" PRId64, number, k->n);
    else if (k->kind == C_UNIT || k->kind == C_UNIT_EXACT)
        buf_fmt(b, "unit:%s%s", k->kind == C_UNIT ? "" : "=", unit_code(m, k->unit));
    else if (k->kind == C_PART)
        buf_fmt(b, "part:%s", unit_code(m, k->unit));
    else if (k->kind == C_CLASS)
        buf_fmt(b, "class:matters/%s", class_code(m, k->cls));
    else if (k->kind == C_OUTCOME)
        buf_fmt(b, "clock.handle:%s", k->word);
    else if (k->kind == C_FILED_DAY || k->kind == C_CLOSED_MONTH) {
        buf_addz(b, k->kind == C_FILED_DAY ? "filed:" : "closed:");
        write_date(b, k->n, k->kind == C_CLOSED_MONTH);
    } else
        buf_addz(b, k->kind == C_MINE ? "unit:mine" : "due:none");
}

static bool same_month(int64_t a, int64_t b)
{
    int ya, yb, ma, mb, d;
    tm_from_days(a, &ya, &ma, &d);
    tm_from_days(b, &yb, &mb, &d);
    return ya == yb && ma == mb;
}

static bool has_part(const struct model *m, const struct m_item *it, int64_t unit)
{
    for (size_t i = 0; it->open && i < it->n_parts; i++)
        if (!m_part_ends(it->parts[i].state) && m_below(m, it->parts[i].unit, unit))
            return true;
    return false;
}

static bool is_word(str value, const char *word)
{
    return strcmp(word, "none") == 0 ? value.n == 0 : str_eq(value, str_of(word));
}

static bool yes(const struct m_item *it, enum cond_kind kind, int64_t now_us)
{
    int64_t day;
    switch (kind) {
    case C_OPEN:
        return it->open;
    case C_CLOSED:
        return !it->open; // what was merged is not open either
    case C_PAUSED:
        return it->paused;
    case C_EXCLUDED:
        return it->excluded;
    case C_MERGED:
        return it->merged != 0;
    case C_REPEAT:
        return it->repeat;
    case C_MAIN_REPEAT:
        return it->main_repeat;
    case C_RAISED:
        return it->raised != 0;
    case C_SLIPPING:
        return it->open && m_day(m_get(it, "node/due"), &day) &&
               day < tm_local_day(now_us, TM_ZONE_DEFAULT_S);
    case C_SOLID:
        return it->solid_us != 0;
    case C_OVERDUE:
        return it->open && m_due(it) != 0 && m_due(it) < now_us;
    default:
        return it->parent != 0;
    }
}

static int64_t number_of(const struct m_item *it, enum cond_kind kind)
{
    switch (kind) {
    case C_RETURNS:
        return it->returns;
    case C_URGES:
        return it->urges;
    case C_EXTENSIONS:
        return it->extensions;
    case C_RECURS:
        return it->recurs;
    case C_REOPENS:
        return it->reopens;
    default:
        return it->round;
    }
}

static bool mine(const struct model *m, const char *who, const struct m_item *it)
{
    const struct m_person *p = m_person_of(m, who);
    for (size_t i = 0; p && i < p->n; i++)
        if (m_below(m, it->unit, p->grants[i].unit))
            return true;
    return false;
}

static bool asks(const struct model *m, const char *who, const struct m_item *it, const char *word)
{
    const struct m_person *p = m_person_of(m, who);
    for (size_t i = 0; i < it->n_asks; i++) {
        const struct m_ask *x = &it->asks[i];
        if (strcmp(word, "refused") == 0 ? x->refused && p && x->by == p->id
            : strcmp(word, "mine") == 0  ? m_decides(m, who, it, x)
            : strcmp(word, "yes") == 0 || strcmp(word, "no") == 0
                ? !x->refused
                : !x->refused && strcmp(word, x->step->key) == 0)
            return strcmp(word, "no") != 0;
    }
    return strcmp(word, "no") == 0;
}

static bool looks(const struct model *m, const char *who, int64_t now_us, const struct m_item *it,
    const char *word)
{
    const struct m_step *pass = m_step_of(S("hold"));
    if (strcmp(word, "no") == 0 || strcmp(word, "yes") == 0)
        return (it->recheck_us != 0) == (strcmp(word, "yes") == 0);
    if (strcmp(word, "due") == 0)
        return it->recheck_us != 0 && it->recheck_us < now_us;
    return m_solid_told(it) && who &&
           (m_holds(m, who, pass->who, it->unit) || m_holds(m, who, pass->who, it->receiver));
}

static bool holds(const struct model *m, const char *who, int64_t now_us, const struct m_item *it,
    const struct cond *k)
{
    switch (k->kind) {
    case C_STATE:
        return strcmp(m_state_name(m, it), k->word) == 0;
    case C_UNIT:
        return m_below(m, it->unit, k->unit);
    case C_UNIT_EXACT:
        return it->unit == k->unit;
    case C_PART:
        return has_part(m, it, k->unit);
    case C_CLASS:
        return m_class_below(m, it->cls, k->cls);
    case C_KIND:
        return is_word(m_get(it, "kind"), k->word);
    case C_PRIORITY:
        return is_word(m_get(it, "priority"), k->word);
    case C_CHANNEL:
        return is_word(m_get(it, "channel"), k->word);
    case C_CONTACTED:
        return is_word(m_get(it, "contacted"), k->word);
    case C_SATISFIED:
        return is_word(m_get(it, "own/satisfied"), k->word);
    case C_OUTCOME:
        return is_word(str_of(m_outcome(it, CK_HANDLE)), k->word);
    case C_FILED_DAY:
        return tm_local_day(it->filed_us, TM_ZONE_DEFAULT_S) == k->n;
    case C_CLOSED_MONTH:
        return it->closed_us && same_month(tm_local_day(it->closed_us, TM_ZONE_DEFAULT_S), k->n);
    case C_MINE:
        return mine(m, who, it);
    case C_NO_DUE:
        return m_due(it) == 0;
    case C_NODE:
        return is_word(m_get(it, "node/next"), k->word);
    case C_RECHECK:
        return looks(m, who, now_us, it, k->word);
    case C_ASKS:
        return asks(m, who, it, k->word);
    default:
        if (NAME_IN(NUMBERS, k->kind))
            return number_of(it, k->kind) >= k->n;
        return yes(it, k->kind, now_us) == ((k->n & 1) != 0);
    }
}

void compare_list(struct ctx *c, struct rng *r, struct model *m, const char *who, struct buf *out)
{
    struct cond conds[4];
    struct buf text;
    struct err e;
    size_t n = (size_t)rng_range(r, 0, ARRAY_LEN(conds));
    buf_init(&text, c->arena, 2000);
    err_init(&e, c->arena, LANG_EN);
    buf_addz(&text, "loop:hotline");
    for (size_t i = 0; i < n; i++) {
        conds[i] = some_cond(r, m, c->now_us);
        write_cond(&text, m, &conds[i]);
    }
    int64_t wanted = 0, newest = 0, newest_us = 0;
    for (size_t i = 0; i < m->n_items; i++) {
        const struct m_item *it = &m->items[i];
        bool in = !it->gone && !it->common && m_sees(m, who, it);
        for (size_t k = 0; in && k < n; k++)
            in = holds(m, who, c->now_us, it, &conds[k]) != conds[k].not ;
        wanted += in;
        if (in && it->filed_us >= newest_us) {
            newest = it->id;
            newest_us = it->filed_us;
        }
    }
    struct filter *f = filter_parse(c->arena, c->rules, NULL, buf_str(&text), &e);
    struct list_in in = {.filter = f, .sort = SORT_FILED_DOWN, .limit = 1, .count = true};
    struct list_out got = {0};
    if (!f || item_list(c, &in, &got, &e) != OK)
        buf_fmt(out, "  list \"%.*s\": %.*s\n", STR_ARG(buf_str(&text)),
            STR_ARG(err_text(&e, c->arena)));
    else if (got.total != wanted || (wanted > 0 && got.rows[0].id != newest))
        buf_fmt(out,
            "  list \"%.*s\" for %s: got %" PRId64 " (newest %" PRId64 "), expected %" PRId64
            " (newest %" PRId64 ")\n",
            STR_ARG(buf_str(&text)), who ? who : "the system", got.total,
            got.n > 0 ? got.rows[0].id : 0, wanted, newest);
}

void compare_count(struct ctx *c, const struct model *m, struct buf *out)
{
    struct err e;
    err_init(&e, c->arena, LANG_EN);
    int64_t n = item_count(c, NULL, 0, &e), wanted = 0;
    for (size_t i = 0; i < m->n_items; i++)
        wanted += !m->items[i].gone;
    if (n != wanted)
        buf_fmt(out, "  items: got %" PRId64 ", expected %" PRId64 "\n", n, wanted);
}

// ---- boards

// The tallies of town/loop.yaml, in its order.
static bool tally_counts(const struct m_item *it, size_t tally, int64_t *at_us)
{
    const char *handle = m_outcome(it, CK_HANDLE);
    str sat = m_get(it, "own/satisfied"), contacted = m_get(it, "contacted"),
        solved = m_get(it, "solved");
    bool closed = it->closed_us != 0 && !it->excluded;
    *at_us = tally == 0 || tally == 13 ? it->filed_us : tally == 14 ? it->solid_us : it->closed_us;
    switch (tally) {
    case 0:
        return true;
    case 1:
        return closed;
    case 2:
        return it->closed_us != 0 && it->excluded;
    case 3:
        return closed && strcmp(handle, "met") == 0;
    case 4:
        return closed && strcmp(handle, "late") == 0;
    case 5:
        return closed && is_word(contacted, "是");
    case 6:
        return closed && is_word(contacted, "否");
    case 7:
        return closed && is_word(solved, "实际解决");
    case 8:
        return closed && is_word(solved, "解释说明");
    case 9:
        return closed && is_word(sat, "满意");
    case 10:
        return closed && is_word(sat, "基本满意");
    case 11:
        return closed && is_word(sat, "一般");
    case 12:
        return closed && is_word(sat, "不满意");
    case 13:
        return it->returns >= 1;
    case 14:
        return it->solid_us != 0;
    case 15:
        return closed && it->solid_us != 0;
    default:
        return it->closed_us != 0 && it->recurs >= 1;
    }
}
enum { TALLIES = 17 };

static bool is_row(str word, const struct board_row *row)
{
    return str_eq(word.n > 0 ? word : S("(none)"), row->name);
}

static bool in_row(const struct board_in *in, const struct m_item *it, const struct board_row *row)
{
    switch (in->by) {
    case BOARD_UNIT:
        return it->unit == row->id;
    case BOARD_CLASS:
        return it->cls == row->id;
    case BOARD_CHANNEL:
        return is_row(m_get(it, "channel"), row);
    default:
        return is_row(m_get(it, in->field.s), row);
    }
}

// row NULL: the total.
static int64_t expected(const struct model *m, const struct board_in *in,
    const struct board_out *got, const struct board_row *row, size_t tally)
{
    int64_t n = 0, at_us;
    for (size_t i = 0; i < m->n_items; i++) {
        const struct m_item *it = &m->items[i];
        if (it->gone || it->common || !tally_counts(it, tally, &at_us))
            continue;
        int64_t day = tm_local_day(at_us, TM_ZONE_DEFAULT_S);
        bool counts = day >= got->from_day && day < got->to_day &&
                      (in->unit == 0 || m_below(m, it->unit, in->unit)) &&
                      (in->cls == 0 || m_class_below(m, it->cls, in->cls));
        n += counts && (!row || in_row(in, it, row));
    }
    return n;
}

static struct board_in some_board(struct rng *r, const struct model *m, int64_t now_us)
{
    struct board_in in = {.loop = S("hotline"), .by = (enum board_by)rng_range(r, 0, 3)};
    if (in.by == BOARD_FIELD)
        in.field = rng_range(r, 0, 1) ? S("kind") : S("priority");
    else if (rng_range(r, 0, 2) == 0)
        in.unit = m->units[rng_range(r, 0, (int64_t)m->n_units - 1)].id;
    else if (rng_range(r, 0, 2) == 0)
        in.cls = m->classes[rng_range(r, 0, (int64_t)m->n_classes - 1)].id;
    struct buf b;
    buf_init(&b, m->a, 100);
    int64_t day = tm_local_day(now_us, TM_ZONE_DEFAULT_S) - rng_range(r, 0, 40);
    write_date(&b, day, rng_range(r, 0, 1));
    if (rng_range(r, 0, 1)) {
        buf_addz(&b, "..");
        write_date(&b, day + rng_range(r, 0, 70), rng_range(r, 0, 1));
    }
    in.period = buf_str(&b);
    return in;
}

void compare_board(struct ctx *c, struct rng *r, struct model *m, struct buf *out)
{
    struct board_in in = some_board(r, m, c->now_us);
    struct board_out got;
    struct err e;
    err_init(&e, c->arena, LANG_EN);
    if (board_read(c, &in, &got, &e) != OK) {
        buf_fmt(
            out, "  board of %.*s: %.*s\n", STR_ARG(in.period), STR_ARG(err_text(&e, c->arena)));
        return;
    }
    for (size_t t = 0; t < TALLIES; t++) {
        int64_t total = expected(m, &in, &got, NULL, t);
        if (got.total.tallies[t] != total)
            buf_fmt(out, "  board of %.*s: %.*s is %" PRId64 ", expected %" PRId64 " (%.*s)\n",
                STR_ARG(in.period), STR_ARG(got.def->tallies[t].key), got.total.tallies[t], total,
                STR_ARG(board_link(c->arena, &got, &got.total, t)));
        for (size_t i = 0; i < got.n; i++) {
            int64_t n = expected(m, &in, &got, &got.rows[i], t);
            if (got.rows[i].tallies[t] != n)
                buf_fmt(out,
                    "  board of %.*s by %d: %.*s of \"%.*s\" is %" PRId64 ", expected %" PRId64
                    "\n",
                    STR_ARG(in.period), (int)in.by, STR_ARG(got.def->tallies[t].key),
                    STR_ARG(got.rows[i].name), got.rows[i].tallies[t], n);
        }
    }
}
