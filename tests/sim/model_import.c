// Sheets brought in and taken back, from docs/import.md.

#include "model.h"

#include <string.h>

enum { UNDO_HOURS = 24 };

enum err_code m_check_import(const struct model *m, const struct act *x)
{
    return m_holds(m, x->who, RO_DISPATCHER, m->receiver) ? OK : ERR_DENIED;
}

static int64_t class_of(const struct model *m, str code)
{
    for (size_t i = 0; i < m->n_classes; i++)
        if (str_eq(code, str_of(m->classes[i].code)))
            return m->classes[i].id;
    return 0;
}

static bool one_word_of(const char *key, str val)
{
    str rest = str_of(m_options(str_of(key))), x;
    while (str_cut(&rest, ' ', &x))
        if (str_eq(x, val))
            return true;
    return false;
}

// Known: from an item that stands, or from a good row above.
static bool known(const struct model *m, const struct act *x, const bool *good, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (good[i] && str_eq(x->rows[i].key, x->rows[at].key))
            return true;
    return m_taken(m, x->rows[at].key);
}

static void look(const struct model *m, const struct act *x, bool *good, struct answer *out)
{
    for (size_t i = 0; i < x->n_rows; i++) {
        const struct sheet_row *r = &x->rows[i];
        bool right = one_word_of("kind", r->kind) && one_word_of("priority", r->priority) &&
                     class_of(m, r->cls) != 0;
        bool same = known(m, x, good, i);
        good[i] = right && !same;
        out->same += right && same;
        out->bad += !right;
        out->made += good[i];
    }
}

void m_count_import(struct model *m, const struct act *x, struct answer *out)
{
    bool good[ACT_ROWS_MAX] = {0};
    look(m, x, good, out);
}

void m_import(struct model *m, const struct act *x, const struct answer *got)
{
    bool good[ACT_ROWS_MAX] = {0};
    struct answer counts = {0};
    look(m, x, good, &counts);
    for (size_t i = 0; i < x->n_rows; i++) {
        const struct sheet_row *r = &x->rows[i];
        struct item_field f[] = {{S("source_no"), r->key}, {S("kind"), r->kind},
            {S("priority"), r->priority}, {S("channel"), S("12345")}};
        struct item_in in = {
            .title = r->key, .cls = class_of(m, r->cls), .fields = f, .n_fields = ARRAY_LEN(f)};
        if (!good[i])
            continue;
        m_file(m, x, &in);
        m->items[m->n_items - 1].job = got->id;
    }
    VEC_PUSH(m->a, m->jobs, m->n_jobs) = (struct m_job){.id = got->id, .at_us = x->now_us};
}

static struct m_job *job_of(const struct model *m, int64_t id)
{
    for (size_t i = 0; i < m->n_jobs; i++)
        if (m->jobs[i].id == id)
            return &m->jobs[i];
    return NULL;
}

enum err_code m_check_undo(const struct model *m, const struct act *x)
{
    const struct m_job *j = job_of(m, x->job);
    if (!j)
        return ERR_MISSING;
    if (j->undone || x->now_us - j->at_us > UNDO_HOURS * US_HOUR)
        return ERR_CONFLICT;
    return m_holds(m, x->who, RO_DISPATCHER, m->town) ? OK : ERR_DENIED;
}

// Nobody has worked on it, and nothing hangs on it.
static bool untouched(const struct model *m, const struct m_item *it)
{
    bool free = !it->worked && !m_is_main(m, it);
    for (size_t i = 0; i < m->n_items; i++)
        free = free && m->items[i].parent != it->id;
    return free;
}

void m_count_undo(struct model *m, const struct act *x, struct answer *out)
{
    for (size_t i = 0; i < m->n_items; i++) {
        if (m->items[i].job != x->job)
            continue;
        out->undone += untouched(m, &m->items[i]);
        out->kept += !untouched(m, &m->items[i]);
    }
}

void m_undo(struct model *m, const struct act *x)
{
    for (size_t i = 0; i < m->n_items; i++) {
        struct m_item *it = &m->items[i];
        if (it->job != x->job || !untouched(m, it))
            continue;
        it->gone = true;
        it->open = false;
        m_clocks_void(it, 0, x->now_us);
        m_touch(m, it, x->now_us);
    }
    job_of(m, x->job)->undone = true;
}
