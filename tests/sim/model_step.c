// What may be done, and what it does: docs/loop.md §10, §11 for the loop of the simulation.
// Refusals are all found before anything changes.

#include "model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const READS =
    "channel kind priority source_no contacted contact_way no_contact_why fact appeal site "
    "reply_way reply solved result satisfied attitude promised review_on city_reply "
    "look_on held decided todo todo_by finish_by works_days";

// Is the word in a text of words with blanks between them?
static bool has_word(const char *words, str word)
{
    str rest = str_of(words), x;
    while (str_cut(&rest, ' ', &x))
        if (str_eq(x, word))
            return true;
    return false;
}

struct field_rule {
    const char *key, *options; // options with blanks between; NULL: text or date
};
static const struct field_rule FIELD_RULES[] = {
    {"channel", "12345 网格巡查 来信来访 领导信箱 随申办"},
    {"kind", "咨询 求助 投诉 举报 建议"},
    {"priority", "一般 紧急 特急"},
    {"contacted", "是 否 未评价"},
    {"contact_way", "电话 上门 短信 其他"},
    {"no_contact_why", "始终关机 始终未接 号码有误 其他"},
    {"fact", "属实 部分属实 不属实 采纳 部分采纳 留作参考 不予采纳 有政策信息 无政策信息 "
             "对政策解释不接受"},
    {"appeal", "诉求合理合法 无政策依据 诉求过高 其他"},
    {"site", "是 否 无实际现场"},
    {"reply_way", "电话 书面 约谈 入户"},
    {"solved", "实际解决 解释说明 参考备案 诉求过高 未解决"},
    {"satisfied", "满意 基本满意 一般 不满意 未评价"},
    {"attitude", "满意 认可 不满意 未评价"},
};

const char *m_options(str key)
{
    for (size_t i = 0; i < ARRAY_LEN(FIELD_RULES); i++)
        if (str_eq(key, str_of(FIELD_RULES[i].key)))
            return FIELD_RULES[i].options;
    return NULL;
}

bool m_is_date(str key)
{
    return str_eq(key, S("promised")) || str_eq(key, S("review_on")) || str_eq(key, S("look_on")) ||
           str_eq(key, S("todo_by")) || str_eq(key, S("finish_by"));
}

static bool value_ok(str key, str val)
{
    const char *options = m_options(key);
    if (options)
        return has_word(options, val);
    if (m_is_date(key))
        return val.n == 10 && val.s[4] == '-' && val.s[7] == '-';
    int64_t n;
    return !str_eq(key, S("works_days")) || (str_i64(val, &n) && n >= 1 && n <= 30);
}

static const struct item_field *given(const struct item_field *f, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(f[i].key, key))
            return &f[i];
    return NULL;
}

static str ask_key(const char *ask, bool *must)
{
    str k = str_of(ask);
    *must = str_ends(k, S("!"));
    return *must ? str_sub(k, 0, k.n - 1) : k;
}

// of: the judge, or the part whose unit only helps; NULL: the item's own.
static const char *kept_as(struct arena *a, const char *of, str key)
{
    return of ? str_z(a, str_fmt(a, "%s/%.*s", of, STR_ARG(key))) : str_z(a, key);
}

const char *m_helps(const struct model *m, const struct m_item *it, int64_t part)
{
    bool led = false;
    for (size_t i = 0; i < it->n_parts; i++)
        led = led || it->parts[i].lead;
    if (part == 0 || !led || it->parts[part - 1].lead)
        return NULL;
    return str_z(m->a, str_fmt(m->a, "part/%" PRId64, part));
}

bool m_answers_ok(struct model *m, const struct m_step *s, const struct m_item *it, const char *of,
    const struct step_in *in)
{
    for (size_t i = 0; i < in->n_fields; i++) {
        bool asked = false, must;
        for (size_t k = 0; k < ARRAY_LEN(s->asks) && s->asks[k]; k++)
            asked = asked || str_eq(ask_key(s->asks[k], &must), in->fields[i].key);
        if (!asked || (in->fields[i].val.n > 0 && !value_ok(in->fields[i].key, in->fields[i].val)))
            return false;
    }
    for (size_t k = 0; k < ARRAY_LEN(s->asks) && s->asks[k]; k++) {
        bool must;
        str key = ask_key(s->asks[k], &must);
        const struct item_field *g = given(in->fields, in->n_fields, key);
        str then = g ? g->val : m_get(it, kept_as(m->a, of, key));
        if (must && then.n == 0)
            return false;
    }
    return true;
}

void m_answer(struct model *m, const struct m_step *s, struct m_item *it, const char *of,
    const struct step_in *in)
{
    for (size_t i = 0; i < in->n_fields; i++)
        m_set(m, it, kept_as(m->a, of, in->fields[i].key), in->fields[i].val);
    for (size_t k = 0; k < ARRAY_LEN(s->asks) && s->asks[k]; k++)
        if (strcmp(s->asks[k], "priority") == 0 && m_get(it, "priority").n == 0 &&
            !given(in->fields, in->n_fields, S("priority")))
            m_set(m, it, "priority", S("一般"));
}

// ---- filing

static bool class_ok(const struct model *m, int64_t cls)
{
    for (size_t i = 0; i < m->n_classes; i++)
        if (m->classes[i].id == cls)
            return true;
    return false;
}

bool m_taken(const struct model *m, str source_no)
{
    for (size_t i = 0; i < m->n_items; i++)
        if (!m->items[i].gone && str_eq(m_get(&m->items[i], "source_no"), source_no))
            return true;
    return false;
}

static enum err_code check_file(struct model *m, const struct act *x, const struct item_in *in)
{
    if (!m_holds(m, x->who, RO_DISPATCHER | RO_CLERK, m->receiver))
        return ERR_DENIED;
    if (str_eq(in->loop, S("common")))
        return in->title.n > 0 ? OK : ERR_INVALID;
    bool ok = in->title.n > 0 && class_ok(m, in->cls) && in->filed_us <= x->now_us;
    for (size_t i = 0; i < in->n_fields; i++)
        ok = ok && has_word(READS, in->fields[i].key) &&
             (in->fields[i].val.n == 0 || value_ok(in->fields[i].key, in->fields[i].val));
    static const char *const MUST[] = {"channel", "kind"};
    for (size_t i = 0; i < ARRAY_LEN(MUST); i++) {
        const struct item_field *g = given(in->fields, in->n_fields, str_of(MUST[i]));
        ok = ok && g && g->val.n > 0;
    }
    if (!ok)
        return ERR_INVALID;
    const struct item_field *no = given(in->fields, in->n_fields, S("source_no"));
    return no && no->val.n > 0 && m_taken(m, no->val) ? ERR_CONFLICT : OK;
}

static enum err_code check_past(struct model *m, const struct act *x)
{
    if (!m_holds(m, x->who, RO_DISPATCHER, m->receiver))
        return ERR_DENIED;
    bool over = str_eq(x->past.state, S("closed")) || str_eq(x->past.state, S("rated")) ||
                str_eq(x->past.state, S("void"));
    int64_t filed = x->file.filed_us ? x->file.filed_us : x->now_us;
    int64_t closed = x->past.closed_us ? x->past.closed_us : filed;
    bool ok = over && filed <= closed && closed <= x->now_us &&
              (x->past.unit == 0 || m_unit_of(m, x->past.unit));
    return ok ? OK : ERR_INVALID;
}

// The order's number: counted by day of filing, without gaps.
static str number(struct model *m, int64_t at_us, bool common)
{
    int64_t day = (at_us + 8 * US_HOUR) / US_DAY;
    size_t i = 0;
    while (i < m->n_counters && (m->counters[i].day != day || m->counters[i].common != common))
        i++;
    if (i == m->n_counters)
        VEC_PUSH(m->a, m->counters, m->n_counters) = (struct m_counter){common, day, 0};
    int year, month, d;
    tm_from_days(day, &year, &month, &d);
    return str_fmt(m->a, "%s%04d%02d%02d-%05" PRId64, common ? "GX" : "RX", year, month, d,
        ++m->counters[i].n);
}

void m_touch(struct model *m, struct m_item *it, int64_t now)
{
    m_drop_asks(m, it, now);
    (void)m_plan(m, it, now);
    it->version++;
    it->changed_us = now;
    it->touched = m->seq;
}

// Which state it stands in decides whether it is open, paused, closed.
static void enter(struct model *m, struct m_item *it, int state, int64_t now)
{
    bool done = state >= ST_CLOSED;
    if (state == ST_SUSPENDED && !it->paused)
        m_clocks_pause(it, now);
    if (state != ST_SUSPENDED && it->paused)
        m_clocks_resume(m, it, now);
    it->state = state;
    it->paused = state == ST_SUSPENDED;
    it->open = !done && it->merged == 0;
    bool closes = done && it->closed_us == 0;
    it->closed_us = !done ? 0 : it->closed_us ? it->closed_us : now;
    if (!done)
        m_solid_open(m, it);
    else if (state == ST_VOID)
        m_solid_none(m, it);
    else if (closes)
        m_solid_day(it);
    if (state == ST_RATED || state == ST_VOID)
        m_clocks_void(it, 0, now);
}

static bool rule_holds(const struct m_item *it, int rule)
{
    switch (rule) {
    case 0:
        return strcmp(m_outcome(it, CK_HANDLE), "breached") == 0;
    case 1:
        return it->returns >= 2;
    case 2:
        return strcmp(m_outcome(it, CK_DISPATCH), "breached") == 0;
    default:
        return str_eq(m_get(it, "own/satisfied"), S("不满意"));
    }
}

static const char *const RULES[] = {
    "raised/handle-late", "raised/returned-twice", "raised/nobody", "raised/dissatisfied"};

static void mark_fired(struct model *m, struct m_item *it, size_t rule)
{
    m_set(m, it, RULES[rule], str_fmt(m->a, "%" PRId64, it->round));
}

// Each rule once a round; one level up the tree.
static void escalate(struct model *m, struct m_item *it, int64_t now)
{
    for (size_t r = 0; r < ARRAY_LEN(RULES); r++) {
        int64_t round = 0;
        if ((str_i64(m_get(it, RULES[r]), &round) && round == it->round) || !rule_holds(it, (int)r))
            continue;
        const struct m_unit *u = m_unit_of(m, it->raised ? it->raised : it->unit);
        it->raised = u->parent ? u->parent : u->id;
        it->level++;
        mark_fired(m, it, r);
        m_touch(m, it, now);
    }
}

static struct m_item *new_item(struct model *m, const struct act *x, const struct item_in *in)
{
    struct m_item it = {.no = in->no,
        .def = m->n_defs - 1,
        .unit = m->receiver,
        .receiver = m->receiver,
        .cls = in->cls,
        .filed_us = in->filed_us ? in->filed_us : x->now_us,
        .round = 1,
        .parent = in->parent};
    it.common = str_eq(in->loop, S("common"));
    it.no = number(m, it.filed_us, it.common);
    // Ids are given out in order as well, without gaps.
    it.id = m->n_items > 0 ? m->items[m->n_items - 1].id + 1 : 1;
    for (size_t i = 0; i < in->n_fields; i++)
        m_set(m, &it, str_z(m->a, in->fields[i].key), in->fields[i].val);
    VEC_PUSH(m->a, m->items, m->n_items) = it;
    return &m->items[m->n_items - 1];
}

void m_file(struct model *m, const struct act *x, const struct item_in *in)
{
    struct m_item *it = new_item(m, x, in);
    if (it->common) {
        it->open = true;
        m_touch(m, it, x->now_us);
        return;
    }
    if (!given(in->fields, in->n_fields, S("priority"))) // a blank is an answer, too
        m_set(m, it, "priority", S("一般"));
    enter(m, it, ST_FILED, x->now_us);
    m_clocks_start(m, it, 1U << CK_DISPATCH | 1U << CK_ALL, 0, it->filed_us);
    m_touch(m, it, x->now_us);
    escalate(m, it, x->now_us);
}

static void file_past(struct model *m, const struct act *x)
{
    struct m_item *it = new_item(m, x, &x->file);
    if (x->past.unit != 0)
        it->unit = x->past.unit;
    for (int s = 0; s < ST_COUNT; s++)
        if (str_eq(x->past.state, str_of(M_STATES[s])))
            enter(m, it, s, x->now_us);
    it->closed_us = x->past.closed_us ? x->past.closed_us : it->filed_us;
    m_solid_day(it);
    if (it->recheck_us < x->now_us) // of what was over long before, nobody is asked any more
        m_solid_none(m, it);
    m_touch(m, it, x->now_us);
}

// ---- may a step be taken?

static bool open_part(const struct m_part *p)
{
    return !m_part_ends(p->state);
}

static bool locked(const struct model *m, const struct m_item *it)
{
    return it->returns >= m->defs[it->def].change.lock + it->unlocks;
}

// The part a step is about: the one named, else the only one of his own, else anybody's. 0: none;
// -1: no such part, or several.
static int64_t part_for(
    const struct model *m, const struct act *x, const struct m_step *s, const struct m_item *it)
{
    int64_t own = 0, any = 0, named = x->step.part;
    int n = 0;
    if (named == 0 && x->step.say != SAY_TAKE)
        named = m_asked_part(it, s);
    if (named != 0)
        return named > 0 && named <= (int64_t)it->n_parts ? named : -1;
    for (size_t i = it->n_parts; i-- > 0;) {
        const struct m_part *p = &it->parts[i];
        if (!(s->from >> p->state & 1))
            continue;
        any = (int64_t)i + 1;
        if (!m_holds(m, x->who, s->who, p->unit))
            continue;
        own = (int64_t)i + 1;
        n++;
    }
    return n > 1 ? -1 : n == 1 ? own : any;
}

static bool may_take(const struct model *m, const char *who, const struct m_step *s,
    const struct m_item *it, const struct m_part *p)
{
    if (p)
        return m_holds(m, who, s->who, p->unit);
    bool any = m_holds(m, who, s->who, it->unit) || m_holds(m, who, s->who, it->receiver);
    for (size_t i = 0; s->does == E_NOTE && i < it->n_parts; i++)
        any = any || m_holds(m, who, s->who, it->parts[i].unit);
    return any;
}

// Requests aside.
static enum err_code possible(const struct model *m, const char *who, const struct m_step *s,
    const struct m_item *it, int64_t part)
{
    const struct m_part *p = part ? &it->parts[part - 1] : NULL;
    if (it->gone)
        return ERR_INVALID;
    if (it->merged != 0 && s->does != E_UNMERGE && s->does != E_NOTE)
        return ERR_INVALID;
    if (s->on_part && (!p || it->paused))
        return ERR_INVALID;
    if (!(s->from >> (p ? p->state : it->state) & 1))
        return ERR_INVALID;
    if (!may_take(m, who, s, it, p))
        return ERR_DENIED;
    if (who && s->does == E_RETURN && locked(m, it))
        return ERR_INVALID;
    if (s->does == E_UNLOCK && !locked(m, it))
        return ERR_INVALID;
    const char *said = kept_as(m->a, m_helps(m, it, part), S("contacted"));
    bool contacted = str_eq(m_get(it, said), S("是"));
    if ((strcmp(s->key, "contact") == 0 && contacted) || (s->helpers && p->lead) ||
        (s->does == E_UNMERGE && !it->merged) || (s->does == E_EXCLUDE && it->excluded) ||
        (s->does == E_INCLUDE && !it->excluded))
        return ERR_INVALID;
    return OK;
}

enum err_code m_step_open(const struct model *m, const char *who, const struct m_step *s,
    const struct m_item *it, int64_t part)
{
    enum err_code code = possible(m, who, s, it, part);
    const struct m_ask *x = m_ask_of(it, s, part);
    return code == OK && x && !x->refused ? ERR_INVALID : code;
}

const struct m_reason M_REASONS[] = {
    {"return", "职责不符", "非本单位职责 非本辖区 涉及多单位需会商"},
    {"return", "信息有误", "地址不详 联系方式有误 内容不清"},
    {"return", "重复工单", "同一诉求在办 已办结"},
    {"suspend", "客观条件", "待施工窗口期 待上级批复 待资金落实"},
    {"suspend", "诉求人原因", "诉求人要求延后 约不到诉求人"},
    {"extend", "情况复杂", "需多方协调 需专业鉴定"},
    {"extend", "客观条件", "天气原因 材料未到"},
    {"exclude", "不属实", "查无此事"},
    {"exclude", "不合理", "无政策依据 诉求过高"},
    {"exclude", "重复", "一人多诉"},
};
const size_t M_N_REASONS = ARRAY_LEN(M_REASONS);

static bool reason_ok(const struct m_step *s, const struct step_in *in)
{
    for (size_t i = 0; s->reasons && i < M_N_REASONS; i++) {
        const struct m_reason *r = &M_REASONS[i];
        if (strcmp(r->list, s->reasons) == 0 && str_eq(in->reason, str_of(r->key)))
            return has_word(r->options, in->reason_option);
    }
    return !s->reasons;
}

static const char *judge_of(struct model *m, const struct m_step *s, const struct step_in *in)
{
    if (s->does != E_RATE)
        return NULL;
    if (in->judge.n > 0)
        return has_word(s->judges, in->judge) ? str_z(m->a, in->judge) : NULL;
    return strchr(s->judges, ' ') ? NULL : s->judges;
}

static bool units_ok(
    struct model *m, const struct m_step *s, const struct m_item *it, const struct step_in *in)
{
    bool ok = in->n_units > 0 || s->does == E_CONFER;
    for (size_t i = 0; i < in->n_units; i++) {
        const struct m_unit *u = m_unit_of(m, in->units[i]);
        ok = ok && u && !u->closed;
        for (size_t k = 0; k < i; k++)
            ok = ok && in->units[k] != in->units[i];
        for (size_t k = 0; s->does != E_DISPATCH && k < it->n_parts; k++)
            ok = ok && !(open_part(&it->parts[k]) && it->parts[k].unit == in->units[i]);
    }
    return ok;
}

// What is said of each unit that is named, in their order.
static bool each_ok(const struct m_step *s, const struct step_in *in)
{
    static const struct step_each nothing;
    if (in->n_each > in->n_units)
        return false;
    for (size_t u = 0; u < in->n_units; u++) {
        const struct step_each *x = u < in->n_each ? &in->each[u] : &nothing;
        for (size_t i = 0; i < x->n; i++) {
            bool asked = false, must;
            for (size_t k = 0; k < ARRAY_LEN(s->each); k++)
                asked = asked || str_eq(ask_key(s->each[k], &must), x->fields[i].key);
            if (!asked || (x->fields[i].val.n > 0 && !value_ok(x->fields[i].key, x->fields[i].val)))
                return false;
        }
        for (size_t k = 0; k < ARRAY_LEN(s->each); k++) {
            bool must;
            const struct item_field *g = given(x->fields, x->n, ask_key(s->each[k], &must));
            if (must && (!g || g->val.n == 0))
                return false;
        }
    }
    return true;
}

static bool extension_ok(const struct model *m, const struct m_step *s, const struct m_item *it,
    const struct step_in *in, int64_t part)
{
    int64_t days = s->max_wd ? s->max_wd : m->defs[it->def].change.extend_wd;
    struct dur max = {days, DUR_WORK_DAYS, false};
    struct m_dur asked = m_extension(in->extend, true);
    if (in->extend.unit == DUR_NONE || in->extend.n <= 0)
        return false;
    if (in->extend.unit == DUR_MINUTES)
        asked.us = in->extend.n * US_MINUTE;
    if (asked.us > m_extension(max, true).us)
        return false;
    bool any = false;
    for (size_t i = 0; i < it->n_clocks; i++) {
        const struct m_clock *k = &it->clocks[i];
        if (!m_clock_open(k) || (k->key != CK_HANDLE && k->key != CK_ALL) ||
            (k->part != 0 && k->part != part))
            continue;
        if (m_extension(in->extend, k->limit.works).us == 0)
            return false;
        any = true;
    }
    return any;
}

static bool child_open(const struct model *m, const struct m_item *it)
{
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i].parent == it->id && m->items[i].open)
            return true;
    return false;
}

// A child has its parent's class, channel, kind and priority where it says nothing of its own.
static struct item_in child_of(struct model *m, const struct m_item *it, const struct step_in *in)
{
    static const char *const SAME[] = {"channel", "kind", "priority"};
    struct item_in child = in->child;
    child.parent = it->id;
    if (child.cls <= 0)
        child.cls = it->cls;
    if (child.n_fields > 0)
        return child;
    for (size_t i = 0; i < ARRAY_LEN(SAME); i++)
        if (m_get(it, SAME[i]).n > 0)
            VEC_PUSH(m->a, child.fields, child.n_fields) =
                (struct item_field){str_of(SAME[i]), m_get(it, SAME[i])};
    return child;
}

static enum err_code check_effect(struct model *m, const struct act *x, const struct m_step *s,
    const struct m_item *it, int64_t part)
{
    const struct step_in *in = &x->step;
    const struct m_item *main;
    struct item_in child;
    switch (s->does) {
    case E_DISPATCH:
    case E_ASSIST:
    case E_CONFER:
        if (in->n_units > 0 && it->n_parts + in->n_units > ITEM_PARTS_MAX)
            return ERR_LIMIT;
        return units_ok(m, s, it, in) && (s->does != E_CONFER || each_ok(s, in)) ? OK : ERR_INVALID;
    case E_EXTEND:
        return extension_ok(m, s, it, in, part) ? OK : ERR_INVALID;
    case E_CLOSE:
        return child_open(m, it) ? ERR_INVALID : OK;
    case E_AMEND:
        return in->cls <= 0 || class_ok(m, in->cls) ? OK : ERR_INVALID;
    case E_MERGE:
        main = m_item_no(m, in->other);
        return main && main != it && m_sees(m, x->who, main) && main->open && main->merged == 0 &&
                       !m_is_main(m, it)
                   ? OK
                   : ERR_INVALID;
    case E_CHILD:
        child = child_of(m, it, in);
        return check_file(m, x, &child);
    default:
        return OK;
    }
}

static enum err_code check_step(struct model *m, const struct act *x)
{
    const struct step_in *in = &x->step;
    const struct m_item *it = m_item_of(m, in->item);
    if (!it || !m_sees(m, x->who, it))
        return ERR_MISSING;
    if (in->version != ITEM_ANY_VERSION && in->version != it->version)
        return ERR_CONFLICT;
    if (it->common)
        return m_check_common(m, x, it);
    const struct m_step *s = m_step_of(in->step);
    if (!s)
        return ERR_INVALID;
    int64_t part = s->on_part ? part_for(m, x, s, it) : 0;
    if (part < 0)
        return ERR_INVALID;
    struct act said = *x;
    const struct m_ask *ask = m_ask_of(it, s, part);
    if (in->say != SAY_TAKE) {
        enum err_code refused = m_check_said(m, x, s, it, part);
        bool last = refused == OK && in->say == SAY_YES && ask->stage + 1 == (int64_t)s->n_stages;
        if (!last)
            return refused;
        // Whoever asked for it might; what is asked for has still to be possible.
        said.step = ask->in;
        if (in->extend.unit != DUR_NONE)
            said.step.extend = in->extend;
        x = &said;
        in = &said.step;
    }
    enum err_code code =
        x == &said ? possible(m, NULL, s, it, part) : m_step_open(m, x->who, s, it, part);
    if (code != OK)
        return code;
    const char *judge = judge_of(m, s, in);
    if (!reason_ok(s, in) || (s->note && in->note.n == 0) || (s->does == E_RATE && !judge) ||
        !m_answers_ok(m, s, it, judge ? judge : m_helps(m, it, part), in))
        return ERR_INVALID;
    if (s->passes && m_recurs(m, it, x->now_us) > 0 && in->note.n == 0)
        return ERR_INVALID;
    return check_effect(m, x, s, it, part);
}

// ---- what a step does

static void withdraw_all(struct m_item *it, int64_t now)
{
    for (size_t i = 0; i < it->n_parts; i++) {
        struct m_part *p = &it->parts[i];
        if (!open_part(p))
            continue;
        *p = (struct m_part){.unit = p->unit, .since_us = now, .state = PT_WITHDRAWN};
        m_clocks_void(it, (int64_t)i + 1, now);
    }
}

static void add_part(struct model *m, struct m_item *it, int64_t unit, bool lead, int64_t now)
{
    VEC_PUSH(m->a, it->parts, it->n_parts) =
        (struct m_part){.unit = unit, .since_us = now, .lead = lead, .state = PT_WAITING};
}

static void dispatch(struct model *m, struct m_item *it, const struct step_in *in, int64_t now)
{
    withdraw_all(it, now);
    for (size_t i = 0; i < it->n_parts; i++)
        it->parts[i].lead = false;
    for (size_t i = 0; i < in->n_units; i++)
        add_part(m, it, in->units[i], i == 0, now);
    it->unit = in->units[0];
}

static void confer(struct model *m, struct m_item *it, const struct step_in *in, int64_t now)
{
    for (size_t i = 0; i < in->n_units; i++) {
        add_part(m, it, in->units[i], false, now);
        for (size_t k = 0; i < in->n_each && k < in->each[i].n; k++) {
            const struct item_field *f = &in->each[i].fields[k];
            m_set(m, it, str_z(m->a, str_fmt(m->a, "part/%zu/%.*s", it->n_parts, STR_ARG(f->key))),
                f->val);
        }
    }
}

static void give_back(struct model *m, struct m_item *it, struct m_part *p, int64_t now)
{
    bool was_lead = p->lead, left = false, answered = false;
    m_clocks_void(it, p - it->parts + 1, now);
    *p = (struct m_part){.unit = p->unit, .since_us = now, .state = PT_RETURNED};
    it->returns++;
    for (size_t i = 0; i < it->n_parts; i++) {
        left = left || open_part(&it->parts[i]);
        answered = answered || it->parts[i].state == PT_DONE;
    }
    if (left && !was_lead)
        return;
    // The last one gave it back, but the others have answered.
    if (!was_lead && answered) {
        enter(m, it, ST_REPLIED, now);
        return;
    }
    withdraw_all(it, now);
    it->unit = it->receiver;
    enter(m, it, ST_FILED, now);
}

// Parts of the latest dispatch that were finished work again.
static void work_again(struct m_item *it, int64_t now)
{
    size_t first = 0;
    for (size_t i = 0; i < it->n_parts; i++)
        if (it->parts[i].lead)
            first = i;
    for (size_t i = first; i < it->n_parts; i++)
        if (it->parts[i].state == PT_DONE) {
            it->parts[i].state = PT_WAITING;
            it->parts[i].since_us = now;
        }
}

static bool of_judge(str key)
{
    return str_starts(key, S("own/")) || str_starts(key, S("district/")) ||
           str_starts(key, S("third/"));
}

static void next_round(struct model *m, struct m_item *it)
{
    it->round++;
    it->level = it->raised = 0;
    for (size_t i = it->n_f; i-- > 0;) {
        str key = it->f[i].key;
        bool said = str_ends(key, S("/todo")) || str_ends(key, S("/todo_by")); // of the unit
        if (of_judge(key) || (str_starts(key, S("part/")) && !said) ||
            has_word("contacted contact_way no_contact_why fact appeal site "
                     "reply_way solved reply result",
                key))
            m_set(m, it, str_z(m->a, key), (str){0});
    }
    for (size_t r = 0; r < ARRAY_LEN(RULES); r++)
        if (rule_holds(it, (int)r))
            mark_fired(m, it, r);
}

void m_main_hears(struct model *m, int64_t id, int64_t now)
{
    struct m_item *main = m_item_of(m, id);
    bool others = false;
    for (size_t i = 0; i < m->n_items; i++)
        others = others || (m->items[i].merged == id && !m->items[i].gone);
    main->main_repeat = others && !main->repeat;
    main->worked = true;
    m_touch(m, main, now);
}

static void merge(struct model *m, struct m_item *it, const struct step_in *in, int64_t now)
{
    const struct m_item *main = m_item_no(m, in->other);
    withdraw_all(it, now);
    m_clocks_pause(it, now);
    it->merged = main->id;
    it->open = false;
    it->unit = main->unit;
    it->repeat = true;
    it->main_repeat = false;
    m_main_hears(m, main->id, now);
}

static void unmerge(struct model *m, struct m_item *it, int64_t now)
{
    int64_t main = it->merged;
    it->merged = 0;
    it->repeat = false;
    m_main_hears(m, main, now);
    it->unit = it->receiver;
    enter(m, it, ST_FILED, now);
    m_clocks_resume(m, it, now);
    m_clocks_start(m, it, 1U << CK_DISPATCH | 1U << CK_ALL, 0, now);
}

static void amend(struct model *m, struct m_item *it, const struct step_in *in, int64_t now)
{
    if (in->cls != 0)
        it->cls = in->cls;
    m_clocks_relimit(m, it, now);
}

// Answers the item again: a child is filed behind it, and the array may move.
static struct m_item *effect(
    struct model *m, const struct act *x, const struct m_step *s, struct m_item *it, int64_t part)
{
    const struct step_in *in = &x->step;
    int64_t now = x->now_us, id = it->id;
    struct item_in child;
    switch (s->does) {
    case E_DISPATCH:
        dispatch(m, it, in, now);
        break;
    case E_ASSIST:
        for (size_t i = 0; i < in->n_units; i++)
            add_part(m, it, in->units[i], false, now);
        break;
    case E_CONFER:
        confer(m, it, in, now);
        break;
    case E_RETURN:
        give_back(m, it, &it->parts[part - 1], now);
        break;
    case E_EXTEND:
        m_clocks_extend(m, it, part, in->extend, now);
        it->extensions++;
        break;
    case E_REDO:
        work_again(it, now);
        break;
    case E_ROUND:
        next_round(m, it);
        work_again(it, now);
        break;
    case E_REOPEN:
        withdraw_all(it, now);
        it->reopens++;
        next_round(m, it);
        it->unit = it->receiver;
        break;
    case E_RATE:
        m_answer(m, s, it, judge_of(m, s, in), in);
        break;
    case E_EXCLUDE:
        it->excluded = true;
        break;
    case E_INCLUDE:
        it->excluded = false;
        break;
    case E_UNLOCK:
        it->unlocks++;
        break;
    case E_AMEND:
        amend(m, it, in, now);
        break;
    case E_URGE:
        it->urges++;
        break;
    case E_MERGE:
        merge(m, it, in, now);
        break;
    case E_UNMERGE:
        unmerge(m, it, now);
        break;
    case E_CHILD:
        child = child_of(m, it, in);
        m_file(m, x, &child);
        return m_item_of(m, id);
    default:
        break;
    }
    return it;
}

static void end_part(struct model *m, struct m_item *it, int64_t part, int64_t now)
{
    bool left = false;
    m_clocks_stop_part(m, it, part, now);
    for (size_t i = 0; i < it->n_parts; i++)
        left = left || open_part(&it->parts[i]);
    if (it->open && !left)
        enter(m, it, ST_REPLIED, now);
}

// What was merged into it closes with it.
static void close_merged(struct model *m, const struct m_item *main, const struct act *x)
{
    int64_t now = x->now_us;
    for (size_t i = 0; i < m->n_items; i++) {
        struct m_item *it = &m->items[i];
        if (it->merged != main->id || it->closed_us != 0)
            continue;
        m_clocks_stop(m, it, ~0U, 0, now);
        enter(m, it, main->state, now);
        it->unit = main->unit;
        it->worked = it->worked || x->who;
        m_touch(m, it, now);
    }
}

static void take(
    struct model *m, const struct act *x, const struct m_step *s, struct m_item *it, int64_t part)
{
    int64_t now = x->now_us;
    bool was_open = it->closed_us == 0;
    const char *helps = m_helps(m, it, part);
    if (s->does != E_RATE)
        m_answer(m, s, it, helps, &x->step);
    if (s->does != E_RETURN)
        m_clocks_stop(m, it, s->stop, part, now);
    it = effect(m, x, s, it, part);
    if (s->on_part && s->to >= 0 && s->does != E_RETURN) {
        it->parts[part - 1].state = s->to;
        it->parts[part - 1].since_us = now;
        if (m_part_ends(s->to))
            end_part(m, it, part, now);
    } else if (!s->on_part && s->to >= 0) {
        enter(m, it, s->to, now);
    }
    // Given back, the dispatcher's clock starts only when it is with him again.
    if (s->does != E_RETURN || it->state == ST_FILED)
        m_clocks_start(m, it, s->start, s->does == E_RETURN ? 0 : part, now);
    if (s->stamp)
        m_set(m, it, kept_as(m->a, helps, str_of(s->stamp)), str_fmt(m->a, "%" PRId64, now));
    if (s->passes)
        m_solid_pass(m, it, now);
    m_touch(m, it, now);
    it->worked = it->worked || x->who;
    escalate(m, it, now);
    if (was_open && it->closed_us != 0)
        close_merged(m, it, x);
}

static void step(struct model *m, const struct act *x)
{
    struct m_item *it = m_item_of(m, x->step.item);
    const struct m_step *s = m_step_of(x->step.step);
    if (it->common) {
        m_do_common(m, x, it);
        return;
    }
    int64_t now = x->now_us, part = s->on_part ? part_for(m, x, s, it) : 0;
    struct act said = *x;
    struct m_back back = m_remember(m, s, it);
    bool asks = x->step.say == SAY_TAKE && x->who && s->n_stages > 0;
    if (x->step.say != SAY_TAKE ? m_say(m, x, s, it, part, &said.step) : !asks) {
        bool done = x->step.say == SAY_TAKE && s->does != E_CHILD;
        take(m, &said, s, it, part);
        it = m_item_of(m, x->step.item); // a child may have moved the array
        back.who = x->who;
        back.at_us = now;
        back.version = it->version;
        back.closed = it->closed_us != 0 && back.was && back.was->closed_us == 0;
        it->back = done ? back : (struct m_back){0};
        return;
    }
    if (asks)
        m_ask(m, x, s, it, part);
    it->worked = it->worked || x->who;
    m_touch(m, it, now);
    escalate(m, it, now);
}

// ---- the rest

static void tick(struct model *m, int64_t now)
{
    for (size_t i = 0; i < m->n_items; i++) {
        bool over = m_clocks_notice(&m->items[i], now);
        if (!m_solid_tell(m, &m->items[i], now) && !over)
            continue;
        m_touch(m, &m->items[i], now);
        escalate(m, &m->items[i], now);
    }
}

static void settle_all(struct model *m, int64_t now)
{
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i].open &&
            (m_clocks_settle(m, &m->items[i], now) | m_plan(m, &m->items[i], now)))
            m_touch(m, &m->items[i], now);
}

enum err_code m_check(struct model *m, const struct act *x)
{
    switch (x->kind) {
    case ACT_FILE:
        return check_file(m, x, &x->file);
    case ACT_PAST:
        return check_past(m, x);
    case ACT_STEP:
        return check_step(m, x);
    case ACT_BACK:
        return m_check_back(m, x);
    case ACT_LOOP:
    case ACT_CAL:
    case ACT_MOVE_DEF:
    case ACT_BACK_DEF:
    case ACT_GRANT:
    case ACT_UNIT:
        return m_check_admin(m, x);
    case ACT_IMPORT:
        return m_check_import(m, x);
    case ACT_UNDO:
        return m_check_undo(m, x);
    default:
        return OK;
    }
}

void m_do(struct model *m, const struct act *x, const struct answer *got)
{
    m->seq = x->seq;
    switch (x->kind) {
    case ACT_FILE:
        m_file(m, x, &x->file);
        break;
    case ACT_PAST:
        file_past(m, x);
        break;
    case ACT_STEP:
        step(m, x);
        break;
    case ACT_BACK:
        m_take_back(m, x);
        break;
    case ACT_TICK:
        tick(m, x->now_us);
        break;
    case ACT_SETTLE:
        settle_all(m, x->now_us);
        break;
    case ACT_LOOP:
    case ACT_CAL:
    case ACT_MOVE_DEF:
    case ACT_BACK_DEF:
    case ACT_GRANT:
    case ACT_UNIT:
        m_do_admin(m, x, got);
        break;
    case ACT_IMPORT:
        m_import(m, x, got);
        break;
    case ACT_UNDO:
        m_undo(m, x);
        break;
    default:
        break;
    }
}
