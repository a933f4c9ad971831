// Steps that are asked for and decided: docs/loop.md §10, approve.

#include "model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct m_ask *m_ask_of(const struct m_item *it, const struct m_step *s, int64_t part)
{
    for (size_t i = 0; i < it->n_asks; i++)
        if (it->asks[i].step == s && it->asks[i].part == part)
            return &it->asks[i];
    return NULL;
}

// The first as texts are sorted: part 10 before part 2.
int64_t m_asked_part(const struct m_item *it, const struct m_step *s)
{
    char best[24] = "", one[24];
    int64_t part = 0;
    for (size_t i = 0; i < it->n_asks; i++) {
        if (it->asks[i].step != s)
            continue;
        (void)snprintf(one, sizeof(one), "%" PRId64, it->asks[i].part);
        if (best[0] == 0 || strcmp(one, best) < 0) {
            part = it->asks[i].part;
            memcpy(best, one, sizeof(best));
        }
    }
    return part;
}

static bool is_by(const struct model *m, const char *who, const struct m_ask *x)
{
    const struct m_person *p = m_person_of(m, who);
    return p && p->id == x->by;
}

static bool holds(
    const struct model *m, const char *who, const struct m_item *it, const struct m_ask *x)
{
    unsigned roles = x->step->stages[x->stage].who;
    return m_holds(m, who, roles, it->receiver) || m_holds(m, who, roles, it->unit);
}

bool m_decides(
    const struct model *m, const char *who, const struct m_item *it, const struct m_ask *x)
{
    return who && !x->refused && !is_by(m, who, x) && holds(m, who, it, x);
}

// What a stage asks, as a step of its own.
static struct m_step asks_of(const struct m_stage *g)
{
    return (struct m_step){.key = "stage", .asks = {g->ask}};
}

enum err_code m_check_said(struct model *m, const struct act *x, const struct m_step *s,
    const struct m_item *it, int64_t part)
{
    const struct step_in *in = &x->step;
    const struct m_ask *ask = m_ask_of(it, s, part);
    if (!ask || !x->who)
        return ERR_INVALID;
    if (in->say == SAY_BACK)
        return is_by(m, x->who, ask) ? OK : ERR_DENIED;
    if (ask->refused)
        return ERR_INVALID;
    if (!m_decides(m, x->who, it, ask))
        return ERR_DENIED;
    if (in->say == SAY_NO)
        return in->note.n > 0 ? OK : ERR_INVALID;
    struct m_step asks = asks_of(&s->stages[ask->stage]);
    bool last = ask->stage + 1 == (int64_t)s->n_stages;
    bool grants = in->extend.unit != DUR_NONE;
    if ((grants && (!last || s->does != E_EXTEND)) ||
        !m_answers_ok(m, &asks, it, m_helps(m, it, part), in))
        return ERR_INVALID;
    return OK;
}

static unsigned clock_of(const struct m_step *s, int64_t stage)
{
    int k = s->stages[stage].clock;
    return k < 0 ? 0 : 1U << k;
}

static void drop(struct m_item *it, struct m_ask *x)
{
    *x = it->asks[--it->n_asks];
}

void m_ask(
    struct model *m, const struct act *x, const struct m_step *s, struct m_item *it, int64_t part)
{
    struct m_ask *old = m_ask_of(it, s, part);
    if (old)
        drop(it, old);
    struct m_ask ask = {.step = s, .part = part, .by = m_person_of(m, x->who)->id, .in = x->step};
    ask.in.part = part;
    ask.in.version = ITEM_ANY_VERSION;
    VEC_PUSH(m->a, it->asks, it->n_asks) = ask;
    m_clocks_start(m, it, clock_of(s, 0), part, x->now_us);
}

bool m_say(struct model *m, const struct act *x, const struct m_step *s, struct m_item *it,
    int64_t part, struct step_in *in)
{
    struct m_ask *ask = m_ask_of(it, s, part);
    unsigned clock = clock_of(s, ask->stage);
    if (x->step.say == SAY_BACK) {
        m_clocks_void_key(it, s->stages[ask->stage].clock, part, x->now_us);
        drop(it, ask);
        return false;
    }
    m_clocks_stop(m, it, clock, part, x->now_us);
    if (x->step.say == SAY_NO) {
        ask->refused = true;
        return false;
    }
    struct m_step asks = asks_of(&s->stages[ask->stage]);
    m_answer(m, &asks, it, m_helps(m, it, part), &x->step);
    if (ask->stage + 1 < (int64_t)s->n_stages) {
        ask->stage++;
        m_clocks_start(m, it, clock_of(s, ask->stage), part, x->now_us);
        return false;
    }
    struct dur granted = x->step.extend;
    *in = ask->in;
    if (granted.unit != DUR_NONE)
        in->extend = granted;
    drop(it, ask);
    return true;
}

void m_drop_asks(struct model *m, struct m_item *it, int64_t now_us)
{
    (void)m;
    for (size_t i = it->n_asks; i-- > 0;) {
        struct m_ask *x = &it->asks[i];
        int at = x->part ? it->parts[x->part - 1].state : it->state;
        if ((x->step->from >> at & 1) && !it->gone && it->merged == 0)
            continue;
        m_clocks_void_key(it, x->step->stages[x->stage].clock, x->part, now_us);
        drop(it, x);
    }
}
