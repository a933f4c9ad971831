// Fills a town with orders in a few minutes, through the engine: past ones, each with its one
// event, and those of the last weeks still open, filed and dispatched.
//
// fill DIR ITEMS [OPEN]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/tm.h"
#include "town.h"

enum { GROUP = 1000, CHECKPOINT_PAGES = 50000, DAYS = 365, OPEN_DAYS = 30, OPEN_DEFAULT = 20000 };

struct plan {
    int64_t items, open, from_us, to_us;
};

// The open ones are spread over the last weeks.
static bool is_open(const struct plan *p, int64_t i)
{
    int64_t recent = p->items * OPEN_DAYS / DAYS, behind = p->items - i;
    if (recent < p->open)
        recent = p->open;
    return behind <= recent && (behind * p->open) / recent != ((behind - 1) * p->open) / recent;
}

static void file_past(struct town *t, int64_t i, struct item_in *in)
{
    const struct unit *u = town_unit_for(t->rules, (uint64_t)i);
    struct item_past past = {.state = S("closed"), .unit = u->id};
    past.closed_us = in->filed_us + (1 + i % 120) * US_HOUR;
    if (past.closed_us > t->c.now_us)
        past.closed_us = t->c.now_us;
    struct item it;
    town_settle(t, item_import(&t->c, in, &past, &it, &t->e));
}

static void file_open(struct town *t, int64_t i, const struct item_in *in)
{
    int64_t unit = town_unit_for(t->rules, (uint64_t)i)->id;
    struct item it;
    town_settle(t, item_file(&t->c, in, &it, &t->e));
    struct step_in step = {.item = it.id,
        .step = S("dispatch"),
        .version = ITEM_ANY_VERSION,
        .units = &unit,
        .n_units = 1};
    town_settle(t, item_step(&t->c, &step, &it, &t->e));
}

static void run_group(struct town *t, const struct plan *p, int64_t first, int64_t end)
{
    int64_t now = t->c.now_us;
    town_begin(t);
    for (int64_t i = first; i < end; i++) {
        struct item_in in = town_order(t->rules, t->group_arena, (uint64_t)i);
        in.filed_us =
            p->from_us + (int64_t)((double)(p->to_us - p->from_us) * (double)i / (double)p->items);
        if (is_open(p, i)) {
            t->c.now_us = in.filed_us + US_SECOND; // as if it had been filed then
            file_open(t, i, &in);
            t->c.now_us = now;
        } else {
            file_past(t, i, &in);
        }
    }
    town_commit(t);
    if (db_log_pages(t->db) > CHECKPOINT_PAGES)
        db_checkpoint(t->db, true);
}

// Clocks that have run out since: noticed now, so that a server does not begin with them.
static void notice_alarms(struct town *t)
{
    int64_t n = GROUP;
    while (n > 0) {
        town_begin(t);
        n = item_alarms(&t->c, GROUP, &t->e);
        town_settle(t, t->e.code);
        town_commit(t);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        (void)fprintf(stderr, "usage: fill DIR ITEMS [OPEN]\n");
        return 2;
    }
    struct plan p = {.items = strtoll(argv[2], NULL, 10), .open = OPEN_DEFAULT};
    if (argc == 4)
        p.open = strtoll(argv[3], NULL, 10);
    if (p.open > p.items)
        p.open = p.items;
    struct town *t = town_at(argv[1]);
    p.to_us = t->c.now_us - US_MINUTE;
    p.from_us = p.to_us - DAYS * US_DAY;
    int64_t start = tm_mono();
    for (int64_t i = 0; i < p.items; i += GROUP) {
        run_group(t, &p, i, i + GROUP < p.items ? i + GROUP : p.items);
        if (i % (100 * GROUP) == 0)
            (void)fprintf(stderr, "%" PRId64 " of %" PRId64 "\n", i, p.items);
    }
    notice_alarms(t);
    town_close(t);
    double s = (double)(tm_mono() - start) / 1e6;
    (void)printf("{\"items\":%" PRId64 ",\"seconds\":%.1f}\n", p.items, s);
    return 0;
}
