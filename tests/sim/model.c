// The model's nouns: units, people, items; and the loop as a table.

#include "model.h"

#include <string.h>

const char *const M_STATES[ST_COUNT] = {
    "filed", "handling", "suspended", "replied", "checked", "closed", "rated", "void"};
const char *const M_PARTS[PT_COUNT] = {"waiting", "working", "done", "returned", "withdrawn"};
const char *const M_CLOCKS[CK_COUNT] = {"dispatch", "contact", "handle", "all", "todo", "survey",
    "works", "handover", "return-1", "extend-1", "extend_city-1", "extend_city-2", "suspend-1"};

#define IN(state) (1U << ST_##state)
#define PART(state) (1U << PT_##state)
#define CLOCK(key) (1U << CK_##key)
#define OPEN_PART (PART(WAITING) | PART(WORKING))
#define BUSY (IN(FILED) | IN(HANDLING))
#define OVER (IN(CLOSED) | IN(RATED))

// town/loop.yaml, row by row.
const struct m_step M_STEPS[] = {
    {"dispatch", false, IN(FILED), ST_HANDLING, RO_DISPATCHER, E_DISPATCH, .stop = CLOCK(DISPATCH),
        .start = CLOCK(CONTACT) | CLOCK(HANDLE)},
    {"assist", false, IN(HANDLING), -1, RO_DISPATCHER, E_ASSIST, .start = CLOCK(HANDLE)},
    {"plan", false, BUSY, -1, RO_DISPATCHER | RO_LEADER, E_MOVE,
        .asks = {"finish_by", "works_days"}},
    {"survey", false, BUSY | IN(SUSPENDED), -1, RO_DISPATCHER | RO_HANDLER, E_MOVE,
        .stop = CLOCK(SURVEY)},
    {"works", false, IN(HANDLING) | IN(REPLIED), -1, RO_DISPATCHER | RO_HANDLER, E_MOVE,
        .stop = CLOCK(WORKS)},
    {"rework", false, IN(HANDLING) | IN(REPLIED), -1, RO_DISPATCHER | RO_LEADER, E_MOVE,
        .start = CLOCK(WORKS)},
    {"meet", false, IN(HANDLING), -1, RO_DISPATCHER | RO_LEADER, E_CONFER, .asks = {"decided!"},
        .each = {"todo!", "todo_by!"}, .start = CLOCK(TASK)},
    {"report", true, OPEN_PART, -1, RO_HANDLER, E_MOVE, .asks = {"result!"}, .helpers = true,
        .stop = CLOCK(TASK)},
    {"accept", true, PART(WAITING), PT_WORKING, RO_HANDLER, E_MOVE},
    {"contact", true, OPEN_PART, -1, RO_HANDLER, E_MOVE,
        .asks = {"contacted!", "contact_way", "no_contact_why"}, .stop = CLOCK(CONTACT),
        .stamp = "contacted_at"},
    {"reply", true, OPEN_PART, PT_DONE, RO_HANDLER, E_MOVE,
        .asks = {"fact!", "appeal!", "site!", "reply_way!", "solved!", "reply!", "result"},
        .stop = CLOCK(CONTACT) | CLOCK(HANDLE), .stamp = "replied_at"},
    {"return", true, OPEN_PART, PT_RETURNED, RO_HANDLER, E_RETURN, true, "return",
        .start = CLOCK(DISPATCH), .stages = {{RO_DISPATCHER | RO_LEADER, CK_RETURN_1}},
        .n_stages = 1},
    {"extend", true, OPEN_PART, -1, RO_HANDLER | RO_DISPATCHER, E_EXTEND, true, "extend",
        .stages = {{RO_DISPATCHER | RO_LEADER, CK_EXTEND_1}}, .n_stages = 1},
    {"extend_city", true, OPEN_PART, -1, RO_DISPATCHER, E_EXTEND, true, "extend", .max_wd = 60,
        .stages = {{RO_LEADER, CK_CITY_1}, {RO_DISPATCHER | RO_LEADER, CK_CITY_2, "city_reply!"}},
        .n_stages = 2},
    {"suspend", false, IN(HANDLING), ST_SUSPENDED, RO_HANDLER | RO_DISPATCHER | RO_LEADER, E_MOVE,
        true, "suspend", .asks = {"promised!", "review_on!"}, .stages = {{RO_LEADER, CK_SUSPEND_1}},
        .n_stages = 1},
    {"resume", false, IN(SUSPENDED), ST_HANDLING, RO_LEADER | RO_DISPATCHER, E_MOVE},
    {"check", false, IN(REPLIED), ST_CHECKED, RO_DISPATCHER, E_MOVE},
    {"redo", false, IN(REPLIED) | IN(CHECKED), ST_HANDLING, RO_DISPATCHER, E_REDO, true,
        .start = CLOCK(HANDLE)},
    {"close", false, IN(CHECKED), ST_CLOSED, RO_DISPATCHER, E_CLOSE,
        .stop = CLOCK(ALL) | CLOCK(HANDOVER), .asks = {"look_on"}},
    {"rate", false, IN(CLOSED), ST_RATED, RO_DISPATCHER, E_RATE,
        .asks = {"satisfied!", "solved!", "attitude", "contacted"}, .judges = "own",
        .stamp = "rated_at"},
    {"review", false, OVER, -1, RO_DISPATCHER, E_RATE,
        .asks = {"satisfied!", "solved!", "attitude", "contacted"}, .judges = "district third"},
    {"recheck", false, OVER, ST_HANDLING, RO_DISPATCHER | RO_LEADER, E_ROUND, true,
        .start = CLOCK(CONTACT) | CLOCK(HANDLE) | CLOCK(ALL)},
    {"reopen", false, OVER, ST_FILED, RO_DISPATCHER | RO_LEADER, E_REOPEN, true,
        .start = CLOCK(DISPATCH) | CLOCK(ALL)},
    {"hold", false, OVER, -1, RO_DISPATCHER | RO_LEADER, E_MOVE, .asks = {"held!"}, .passes = true},
    {"exclude", false, OVER, -1, RO_DISPATCHER | RO_LEADER, E_EXCLUDE, true, "exclude",
        .stages = {{RO_LEADER, -1}}, .n_stages = 1},
    {"include", false, OVER, -1, RO_LEADER, E_INCLUDE, true},
    {"unlock", false, BUSY, -1, RO_LEADER, E_UNLOCK, true},
    {"amend", false, BUSY, -1, RO_DISPATCHER, E_AMEND, .asks = {"kind", "priority"}},
    {"urge", false, BUSY | IN(SUSPENDED), -1, RO_DISPATCHER | RO_LEADER, E_URGE, true},
    {"instruct", false, BUSY | IN(SUSPENDED) | IN(REPLIED) | IN(CHECKED), -1, RO_LEADER, E_MOVE,
        true},
    {"merge", false, BUSY, -1, RO_DISPATCHER, E_MERGE},
    {"unmerge", false, BUSY, -1, RO_DISPATCHER, E_UNMERGE},
    {"child", false, BUSY, -1, RO_DISPATCHER, E_CHILD},
    {"note", false, BUSY | IN(SUSPENDED) | IN(REPLIED) | IN(CHECKED) | OVER, -1,
        RO_DISPATCHER | RO_HANDLER | RO_LEADER | RO_CLERK, E_NOTE, true},
    {"void", false, IN(FILED), ST_VOID, RO_LEADER, E_MOVE, true},
};
const size_t M_N_STEPS = ARRAY_LEN(M_STEPS);

const struct m_step *m_step_of(str key)
{
    for (size_t i = 0; i < M_N_STEPS; i++)
        if (str_eq(key, str_of(M_STEPS[i].key)))
            return &M_STEPS[i];
    return NULL;
}

bool m_part_ends(int state)
{
    return state >= PT_DONE;
}

struct m_item *m_item_of(struct model *m, int64_t id)
{
    size_t lo = 0, hi = m->n_items;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (m->items[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < m->n_items && m->items[lo].id == id ? &m->items[lo] : NULL;
}

struct m_item *m_item_no(struct model *m, str no)
{
    for (size_t i = m->n_items; i-- > 0;)
        if (str_eq(m->items[i].no, no))
            return &m->items[i];
    return NULL;
}

bool m_is_main(const struct model *m, const struct m_item *it)
{
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i].merged == it->id)
            return true;
    return false;
}

const struct m_person *m_person_of(const struct model *m, const char *login)
{
    for (size_t i = 0; login && i < m->n_people; i++)
        if (strcmp(m->people[i].login, login) == 0)
            return &m->people[i];
    return NULL;
}

struct m_unit *m_unit_of(struct model *m, int64_t id)
{
    for (size_t i = 0; i < m->n_units; i++)
        if (m->units[i].id == id)
            return &m->units[i];
    return NULL;
}

static int64_t parent_of(const struct model *m, int64_t unit)
{
    for (size_t i = 0; i < m->n_units; i++)
        if (m->units[i].id == unit)
            return m->units[i].parent;
    return 0;
}

bool m_below(const struct model *m, int64_t unit, int64_t top)
{
    for (; unit != 0; unit = parent_of(m, unit))
        if (unit == top)
            return true;
    return false;
}

bool m_class_below(const struct model *m, int64_t cls, int64_t top)
{
    while (cls != 0 && cls != top) {
        int64_t up = 0;
        for (size_t i = 0; i < m->n_classes; i++)
            if (m->classes[i].id == cls)
                up = m->classes[i].parent;
        cls = up;
    }
    return cls != 0;
}

bool m_holds(const struct model *m, const char *login, unsigned roles, int64_t unit)
{
    if (!login)
        return true;
    const struct m_person *p = m_person_of(m, login);
    for (size_t i = 0; p && i < p->n; i++)
        if ((p->grants[i].role & roles) && m_below(m, unit, p->grants[i].unit))
            return true;
    return false;
}

// Who may read items: everybody but the three administrators.
bool m_sees(const struct model *m, const char *login, const struct m_item *it)
{
    unsigned readers = RO_LEADER | RO_DISPATCHER | RO_CLERK | RO_HANDLER | RO_READER;
    if (m_holds(m, login, readers, it->unit) || m_holds(m, login, readers, it->receiver))
        return true;
    for (size_t i = 0; i < it->n_parts; i++)
        if (m_holds(m, login, readers, it->parts[i].unit))
            return true;
    return false;
}

str m_get(const struct m_item *it, const char *key)
{
    for (size_t i = 0; i < it->n_f; i++)
        if (str_eq(it->f[i].key, str_of(key)))
            return it->f[i].val;
    return (str){0};
}

bool m_day(str date, int64_t *day)
{
    static const int PLACES[] = {0, 1, 2, 3, 5, 6, 8, 9};
    int n = 0;
    if (date.n != 10)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(PLACES); i++)
        n = n * 10 + (date.s[PLACES[i]] - '0');
    *day = tm_days(n / 10000, n / 100 % 100, n % 100);
    return true;
}

void m_set(struct model *m, struct m_item *it, const char *key, str val)
{
    size_t at = 0;
    while (at < it->n_f && !str_eq(it->f[at].key, str_of(key)))
        at++;
    if (val.n == 0) {
        if (at < it->n_f)
            it->f[at] = it->f[--it->n_f];
        return;
    }
    if (at == it->n_f)
        VEC_PUSH(m->a, it->f, it->n_f) = (struct item_field){.key = str_dup(m->a, str_of(key))};
    if (!str_eq(it->f[at].val, val))
        it->f[at].val = str_dup(m->a, val);
}
