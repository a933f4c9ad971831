#include "recording.h"

#include "base/tm.h"

struct taking {
    struct recording *rec;
    struct group *group;
};

static void take_move(void *arg, str loop, str key, const struct tally_cell *cell, int64_t n)
{
    struct taking *t = arg;
    struct arena *a = t->rec->a;
    str text = str_fmt(a, "%.*s %.*s %.*s %" PRId64 " %" PRId64 " %" PRId64 " %.*s", STR_ARG(loop),
        STR_ARG(key), STR_ARG(cell->dim), cell->period, cell->unit, cell->cls,
        STR_ARG(cell->channel));
    size_t at = (size_t)(uintptr_t)map_get(&t->group->by_text, text);
    if (at == 0) {
        struct cell c = {str_dup(a, loop), str_dup(a, cell->dim), str_dup(a, key),
            str_dup(a, cell->channel), cell->period, cell->unit, cell->cls, 0};
        VEC_PUSH(a, t->group->cells, t->group->n) = c;
        at = t->group->n;
        map_put(&t->group->by_text, text, (void *)(uintptr_t)at);
    }
    t->group->cells[at - 1].n += n;
}

static void record_group(struct town *t, struct recording *rec, size_t first, size_t n)
{
    struct group *g = &rec->groups[rec->n_groups++];
    struct taking taking = {rec, g};
    map_init(&g->by_text, rec->a);
    t->c.now_us = tm_now();
    town_begin(t);
    for (size_t i = 0; i < n; i++) {
        struct item_in in = town_order(t->rules, t->group_arena, first + i);
        struct item it;
        town_settle(t, item_file(&t->c, &in, &it, &t->e));
    }
    journal_each_move(t->journal, take_move, &taking);
    town_commit(t);
}

void recording_make(struct recording *rec, const char *dir)
{
    struct town *t = town_at(dir);
    rec->item_before =
        db_one_i64(t->db, 0, "SELECT max(id) FROM item WHERE town = ?1", V(t->rules->town));
    rec->event_before =
        db_one_i64(t->db, 0, "SELECT max(id) FROM event WHERE town = ?1", V(t->rules->town));
    rec->groups = NEW_ARRAY(rec->a, rec->orders / rec->group + 1, struct group);
    for (size_t i = 0; i < rec->orders; i += rec->group)
        record_group(t, rec, (size_t)rec->item_before + i,
            i + rec->group < rec->orders ? rec->group : rec->orders - i);
    town_close(t);
}
