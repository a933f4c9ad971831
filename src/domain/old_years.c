// Which reads need old years, and how they get them.

#include "domain/old_years.h"

bool old_years_widen(struct ctx *c)
{
    struct db *wide = c->journal ? NULL : years_reader(c->db, c->rules->town);
    if (wide)
        c->db = wide;
    return wide != NULL;
}

struct ctx old_years_read_begin(const struct ctx *c)
{
    struct ctx all = *c;
    db_read_begin(c->db);
    (void)old_years_widen(&all);
    return all;
}

struct db *old_years_look(struct ctx *c)
{
    return years_reader(c->db, c->rules->town);
}

void old_years_look_end(struct ctx *c)
{
    if (c->journal) // a reader's look lasts as long as its own transaction
        years_reader_end(c->db);
}

bool old_years_bring_back(struct ctx *c, int64_t id)
{
    return c->journal && years_bring(c->db, c->rules->town, id);
}

bool old_years_may_have(struct ctx *c, const struct filter *f)
{
    struct years y;
    struct filter_env env = {
        .rules = c->rules, .now_us = c->now_us, .person = c->actor ? c->actor->id : 0};
    if (f && !filter_reaches_closed(f))
        return false;
    years_known(c->db, c->rules->town, &y);
    return y.n > 0 && (!f || filter_reaches(f, &env, y.last_us, y.changed_us));
}

bool old_years_come_after(struct ctx *c, const struct list_in *in, const struct list_out *page)
{
    struct years y;
    if ((int64_t)page->n <= in->limit)
        return false;
    years_known(c->db, c->rules->town, &y);
    const struct list_row *last = &page->rows[page->n - 1];
    switch (in->sort) {
    case SORT_FILED_DOWN:
        return last->filed_us > y.last_us;
    case SORT_CHANGED_DOWN:
        return last->changed_us > y.changed_us;
    case SORT_DUE_UP: // no clock runs for a closed item
        return last->due_us > 0;
    default:
        return false;
    }
}
