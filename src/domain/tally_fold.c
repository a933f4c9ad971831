#include "domain/tally_fold.h"

static int64_t number_of(int64_t day)
{
    int y, m, d;
    tm_from_days(day, &y, &m, &d);
    return ((int64_t)y * 100 + m) * 100 + d;
}

static int64_t after(int64_t number)
{
    return number_of(tm_days((int)(number / 10000), (int)(number / 100 % 100), 1) + number % 100);
}

int64_t tally_fold_limit(int64_t at_us, int zone_s, int64_t months)
{
    struct civil t;
    tm_to_civil(at_us, zone_s, &t);
    int64_t month = (int64_t)t.year * 12 + t.month - 1 - months;
    return (month / 12 * 100 + month % 12 + 1) * 100 + 1;
}

static int64_t oldest_day(struct ctx *c)
{
    int64_t oldest = 0;
    for (size_t i = 0; i < c->rules->n_loops; i++) {
        int64_t day = db_one_i64(c->db, 0,
            "SELECT period FROM tally WHERE town = ?1 AND loop = ?2 AND dim = '' AND period > "
            "999999 ORDER BY period LIMIT 1",
            V(c->rules->town), V(c->rules->loops[i].key));
        if (day != 0 && (oldest == 0 || day < oldest))
            oldest = day;
    }
    return oldest;
}

static void fold_day(struct ctx *c, str loop, int64_t day)
{
    int64_t town = c->rules->town;
    struct cursor r = db_rows(c->db,
        "SELECT unit, class, channel, key, n FROM tally WHERE town = ?1 AND loop = ?2"
        " AND dim = '' AND period = ?3",
        V(town), V(loop), V(day));
    while (db_next(&r)) {
        struct tally_cell month = {S(""), day / 100, db_i64(&r, 0), db_i64(&r, 1), db_str(&r, 2)};
        journal_tally(c, loop, db_str(&r, 3), &month, 1, db_i64(&r, 4));
    }
    db_run(c->db, "DELETE FROM tally WHERE town = ?1 AND loop = ?2 AND dim = '' AND period = ?3",
        V(town), V(loop), V(day));
}

static enum err_code tell(struct ctx *c, int64_t limit, struct err *e)
{
    str changes = str_fmt(c->arena, "{\"before\":%" PRId64 "}", limit);
    return journal_say(c, S("tally_fold"), changes, e);
}

enum err_code tally_fold_next(struct ctx *c, int64_t limit, int64_t *day, struct err *e)
{
    // Nothing may wait under a day that is about to end.
    journal_gather(c->journal);
    if (journal_flush(c->journal, c->db, e) != OK)
        return e->code;
    int64_t was = journal_folded(c->db, c->rules->town), oldest = oldest_day(c);
    *day = oldest < limit ? oldest : 0;
    if (*day != 0) {
        for (size_t i = 0; i < c->rules->n_loops; i++)
            fold_day(c, c->rules->loops[i].key, *day);
        oldest = oldest_day(c);
    }
    bool last = oldest == 0 || oldest >= limit;
    int64_t border = last ? limit : after(*day);
    if (border > was)
        journal_set_folded(c, border);
    if (*day != 0 && last && tell(c, limit, e) != OK)
        return e->code;
    return db_status(c->db, e);
}
