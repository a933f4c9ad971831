#include "domain/journal.h"

#include <stdlib.h>
#include <string.h>
#include "base/json.h"

// One counter to move. Kept in a vector until the group's end, then summed, so that a cell many
// orders touch is written once a group.
struct move {
    str loop, dim, key, channel;
    int64_t period, unit, cls;
    int64_t n;
};
// How far the numbers of a day are. Read once a group and written at its end.
struct sequence {
    str name;
    int64_t day, last, at_command;
    bool there; // it has a row
};
struct head {
    int64_t next_event, next_item;
    int64_t town_event; // newest event that is not about an item: units, people, definitions
    uint8_t hash[CRYPT_HASH_BYTES];
};
struct journal {
    int64_t town, lane;
    struct arena *own;   // holds this struct
    struct arena *arena; // one group
    bool loaded, loaded_once;
    int64_t others_from,
        others_to; // events another process wrote before this group: from <= id < to
    int64_t data_version;
    struct head now, at_group, at_command;
    struct move *moves;
    size_t n_moves, moves_at_command;
    struct sequence *sequences;
    size_t n_sequences;
    struct notice *notices;
    size_t n_notices, notices_at_command;
    bool rules_dirty, dirty_at_command, dirty_at_group;
    bool rules_built; // within this group: maybe from what is not committed
};

struct journal *journal_new(int64_t town, int64_t lane)
{
    struct arena *a = arena_new();
    struct arena *own = arena_new();
    struct journal *j = NEW(own, struct journal);
    *j = (struct journal){.town = town, .lane = lane, .own = own, .arena = a};
    return j;
}

void journal_free(struct journal *j)
{
    if (!j)
        return;
    arena_free(j->arena);
    arena_free(j->own);
}

int64_t journal_newest_event(struct db *db, int64_t town)
{
    return db_one_i64(
        db, 0, "SELECT id FROM event WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(town));
}

int64_t journal_town_event(struct db *db, int64_t town)
{
    return db_one_i64(db, 0,
        "SELECT id FROM event WHERE town = ?1 AND item = 0 ORDER BY id DESC LIMIT 1", V(town));
}

int64_t journal_town_seen(const struct journal *j)
{
    return j->now.town_event;
}

int64_t journal_newest(const struct journal *j)
{
    return j->now.next_event - 1;
}

void journal_others(const struct journal *j, int64_t *from, int64_t *to)
{
    *from = j->others_from;
    *to = j->others_to;
}

// All of it or nothing: what was known before is compared with it next time.
static void load_heads(struct journal *j, struct db *db)
{
    struct head h = {.next_event = journal_newest_event(db, j->town) + 1};
    h.next_item = db_one_i64(db, 0, "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1",
                      V(j->town)) +
                  1;
    struct cursor c =
        db_rows(db, "SELECT hash FROM event WHERE town = ?1 AND lane = ?2 ORDER BY id DESC LIMIT 1",
            V(j->town), V(j->lane));
    if (db_next(&c)) {
        str x = db_str(&c, 0);
        if (x.n == sizeof(h.hash))
            memcpy(h.hash, x.s, x.n);
    }
    db_done(&c);
    h.town_event = journal_town_event(db, j->town);
    struct err quiet;
    err_init(&quiet, j->arena, LANG_ZH);
    if (db_status(db, &quiet) != OK)
        return;
    // Another process changed units, people or definitions: the rules here are old.
    if (j->loaded_once && h.town_event != j->now.town_event)
        j->rules_dirty = true;
    if (j->loaded_once) {
        j->others_from = j->now.next_event;
        j->others_to = h.next_event;
    }
    j->now = h;
    j->loaded = j->loaded_once = true;
}

void journal_begin(struct journal *j, struct db *db)
{
    arena_reset(j->arena);
    j->moves = NULL;
    j->sequences = NULL;
    j->notices = NULL;
    j->n_moves = j->n_sequences = j->n_notices = 0;
    j->others_from = j->others_to = 0;
    int64_t v = db_data_version(db);
    if (!j->loaded || v != j->data_version)
        load_heads(j, db);
    j->data_version = v;
    j->at_group = j->now;
    j->dirty_at_group = j->rules_dirty;
    j->rules_built = false;
    journal_command(j);
}

void journal_command(struct journal *j)
{
    j->at_command = j->now;
    j->moves_at_command = j->n_moves;
    j->notices_at_command = j->n_notices;
    j->dirty_at_command = j->rules_dirty;
    for (size_t i = 0; i < j->n_sequences; i++)
        j->sequences[i].at_command = j->sequences[i].last;
}

void journal_settle(struct journal *j, bool ok)
{
    if (!ok) {
        j->now = j->at_command;
        j->n_moves = j->moves_at_command;
        j->n_notices = j->notices_at_command;
        j->rules_dirty = j->dirty_at_command;
        for (size_t i = 0; i < j->n_sequences; i++)
            j->sequences[i].last = j->sequences[i].at_command;
    }
    journal_command(j);
}

// Any order will do that brings equal cells together; numbers decide it soonest.
static int move_order(const struct move *a, const struct move *b)
{
    int64_t d = a->period - b->period;
    if (d == 0)
        d = a->unit - b->unit;
    if (d == 0)
        d = a->cls - b->cls;
    if (d != 0)
        return d < 0 ? -1 : 1;
    int s = str_cmp(a->dim, b->dim);
    if (s == 0)
        s = str_cmp(a->channel, b->channel);
    if (s == 0)
        s = str_cmp(a->key, b->key);
    return s != 0 ? s : str_cmp(a->loop, b->loop);
}

static int move_order_v(const void *a, const void *b)
{
    return move_order(a, b);
}

static void write_sequences(const struct journal *j, struct db *db)
{
    for (size_t i = 0; i < j->n_sequences; i++) {
        const struct sequence *s = &j->sequences[i];
        if (s->there)
            db_run(db, "UPDATE seq SET last = ?4 WHERE town = ?1 AND name = ?2 AND day = ?3",
                V(j->town), V(s->name), V(s->day), V(s->last));
        else if (s->last > 0)
            db_run(db, "INSERT INTO seq (town, name, day, last) VALUES (?1, ?2, ?3, ?4)",
                V(j->town), V(s->name), V(s->day), V(s->last));
    }
}

// Sums the moves of each cell, in place.
static void sum_moves(struct journal *j)
{
    size_t n = 0;
    if (j->n_moves > 1)
        qsort(j->moves, j->n_moves, sizeof(*j->moves), move_order_v);
    for (size_t i = 0; i < j->n_moves;) {
        struct move m = j->moves[i++];
        while (i < j->n_moves && move_order(&m, &j->moves[i]) == 0)
            m.n += j->moves[i++].n;
        if (m.n != 0)
            j->moves[n++] = m;
    }
    j->n_moves = n;
}

// All are sent before the first answer is waited for, and the few cells that are new then put in.
static void write_moves(struct journal *j, struct db *db)
{
    int64_t *there = NEW_ARRAY(j->arena, j->n_moves + 1, int64_t);
    for (size_t i = 0; i < j->n_moves; i++) {
        const struct move *m = &j->moves[i];
        db_change_later(db, &there[i],
            "UPDATE tally SET n = n + ?9 WHERE town = ?1 AND loop = ?2 AND dim = ?3"
            " AND period = ?4 AND unit = ?5 AND class = ?6 AND channel = ?7 AND key = ?8",
            V(j->town), V(m->loop), V(m->dim), V(m->period), V(m->unit), V(m->cls), V(m->channel),
            V(m->key), V(m->n));
    }
    db_settle(db);
    for (size_t i = 0; i < j->n_moves; i++) {
        const struct move *m = &j->moves[i];
        if (there[i] == 0)
            db_run(db,
                "INSERT INTO tally (town, loop, dim, period, unit, class, channel, key, n)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                V(j->town), V(m->loop), V(m->dim), V(m->period), V(m->unit), V(m->cls),
                V(m->channel), V(m->key), V(m->n));
    }
}

enum err_code journal_flush(struct journal *j, struct db *db, struct err *e)
{
    sum_moves(j);
    write_moves(j, db);
    write_sequences(j, db);
    if (j->now.town_event != j->at_group.town_event)
        db_tell(db, j->town);
    return db_status(db, e);
}

void journal_finish(struct journal *j, bool committed)
{
    bool built = j->rules_built;
    j->n_moves = 0;
    j->rules_built = false;
    if (committed)
        return;
    j->now = j->at_group;
    j->loaded = false;
    j->n_notices = 0;
    // The group's rule changes are gone, but the snapshot may have been built from them: build it
    // again.
    j->rules_dirty = j->rules_dirty || j->dirty_at_group || built;
}

void journal_hash(const struct event *ev, int64_t town, int64_t lane,
    const uint8_t before[CRYPT_HASH_BYTES], uint8_t out[CRYPT_HASH_BYTES])
{
    int64_t numbers[] = {
        town, ev->id, lane, ev->item, ev->version, ev->at_us, ev->person, ev->unit, ev->part};
    // Little-endian by hand, so that the chain reads the same on every machine.
    uint8_t raw[sizeof(numbers)];
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        for (size_t b = 0; b < 8; b++)
            raw[i * 8 + b] = (uint8_t)((uint64_t)numbers[i] >> (8 * b));
    str parts[] = {{(const char *)before, CRYPT_HASH_BYTES}, {(const char *)raw, sizeof(raw)},
        ev->what, ev->note, ev->changes};
    crypt_sha256_parts(parts, ARRAY_LEN(parts), out);
}

enum err_code journal_event(struct ctx *c, struct event *ev, struct err *e)
{
    struct journal *j = c->journal;
    CHECK(j != NULL);
    ev->id = j->now.next_event++;
    if (ev->item == 0)
        j->now.town_event = ev->id;
    if (ev->changes.n == 0)
        ev->changes = S("{}");
    uint8_t hash[CRYPT_HASH_BYTES];
    journal_hash(ev, j->town, j->lane, j->now.hash, hash);
    memcpy(j->now.hash, hash, sizeof(hash));
    str h = {(const char *)hash, sizeof(hash)};
    db_run(c->db,
        "INSERT INTO event (town, id, lane, item, version, at_us, person, unit, what, part, note, "
        "changes, hash)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        V(j->town), V(ev->id), V(j->lane), V(ev->item), V(ev->version), V(ev->at_us), V(ev->person),
        V(ev->unit), V(ev->what), V(ev->part), V(ev->note), V(ev->changes), val_blob(h));
    return db_status(c->db, e);
}

int64_t journal_next_item(struct ctx *c)
{
    return c->journal->now.next_item++;
}

int64_t journal_next_number(struct ctx *c, str name, int64_t day)
{
    struct journal *j = c->journal;
    // The day at hand stands at the end, in a sheet of many days as in a day's work.
    for (size_t i = j->n_sequences; i-- > 0;)
        if (j->sequences[i].day == day && str_eq(j->sequences[i].name, name))
            return ++j->sequences[i].last;
    struct sequence s = {.name = str_dup(j->arena, name), .day = day};
    int64_t last =
        db_one_i64(c->db, -1, "SELECT last FROM seq WHERE town = ?1 AND name = ?2 AND day = ?3",
            V(j->town), V(name), V(day));
    struct err quiet;
    err_init(&quiet, j->arena, c->lang);
    if (db_status(c->db, &quiet) != OK) // read anew by the next command
        return 0;
    s.there = last >= 0;
    s.last = s.at_command = last >= 0 ? last : 0;
    VEC_PUSH(j->arena, j->sequences, j->n_sequences) = s;
    return ++j->sequences[j->n_sequences - 1].last;
}

int64_t journal_next_id(struct ctx *c, const char *table)
{
    int64_t town = c->journal->town;
    if (strcmp(table, "unit") == 0) // the town's own unit has a large id; the others count from 1
        return db_one_i64(c->db, 0,
                   "SELECT id FROM unit WHERE town = ?1 AND parent <> 0 ORDER BY id DESC LIMIT 1",
                   V(town)) +
               1;
    if (strcmp(table, "person") == 0)
        return db_one_i64(c->db, 0,
                   "SELECT id FROM person WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(town)) +
               1;
    if (strcmp(table, "class") == 0)
        return db_one_i64(c->db, 0, "SELECT id FROM class WHERE town = ?1 ORDER BY id DESC LIMIT 1",
                   V(town)) +
               1;
    if (strcmp(table, "def") == 0)
        return db_one_i64(c->db, 0, "SELECT id FROM def WHERE town = ?1 ORDER BY id DESC LIMIT 1",
                   V(town)) +
               1;
    if (strcmp(table, "job") == 0)
        return db_one_i64(c->db, 0, "SELECT id FROM job WHERE town = ?1 ORDER BY id DESC LIMIT 1",
                   V(town)) +
               1;
    UNREACHABLE();
}

size_t journal_cells(int64_t at_us, int zone_s, int64_t unit, int64_t cls, str channel,
    struct tally_cell out[JOURNAL_CELLS])
{
    struct civil t;
    tm_to_civil(at_us, zone_s, &t);
    int64_t month = (int64_t)t.year * 100 + t.month;
    size_t n = 0;
    const int64_t periods[] = {month * 100 + t.day, month};
    const str every = S("*");
    out[n++] = (struct tally_cell){S(""), periods[0], unit, cls, channel};
    out[n++] = (struct tally_cell){S("unit,class"), month, unit, cls, every};
    out[n++] = (struct tally_cell){S("unit,channel"), month, unit, TALLY_ALL, channel};
    out[n++] = (struct tally_cell){S("class,channel"), month, TALLY_ALL, cls, channel};
    for (size_t i = 0; i < ARRAY_LEN(periods); i++)
        out[n++] = (struct tally_cell){S("unit"), periods[i], unit, TALLY_ALL, every};
    for (size_t i = 0; i < ARRAY_LEN(periods); i++)
        out[n++] = (struct tally_cell){S("class"), periods[i], TALLY_ALL, cls, every};
    for (size_t i = 0; i < ARRAY_LEN(periods); i++)
        out[n++] = (struct tally_cell){S("channel"), periods[i], TALLY_ALL, TALLY_ALL, channel};
    CHECK(n == JOURNAL_CELLS);
    return n;
}

void journal_each_move(const struct journal *j,
    void (*f)(void *arg, str loop, str key, const struct tally_cell *cell, int64_t n), void *arg)
{
    for (size_t i = 0; i < j->n_moves; i++) {
        const struct move *m = &j->moves[i];
        struct tally_cell cell = {m->dim, m->period, m->unit, m->cls, m->channel};
        f(arg, m->loop, m->key, &cell, m->n);
    }
}

size_t journal_field_cells(struct arena *a, int64_t at_us, int zone_s, str key, str val,
    struct tally_cell out[JOURNAL_FIELD_CELLS])
{
    struct civil t;
    tm_to_civil(at_us, zone_s, &t);
    int64_t month = (int64_t)t.year * 100 + t.month;
    str dim = str_fmt(a, ".%.*s", STR_ARG(key));
    out[0] = (struct tally_cell){dim, month * 100 + t.day, TALLY_ALL, TALLY_ALL, val};
    out[1] = (struct tally_cell){dim, month, TALLY_ALL, TALLY_ALL, val};
    return JOURNAL_FIELD_CELLS;
}

void journal_tally(
    struct ctx *c, str loop, str key, const struct tally_cell *cells, size_t n, int by)
{
    struct journal *j = c->journal;
    struct move m = {.loop = str_dup(j->arena, loop), .key = str_dup(j->arena, key), .n = by};
    for (size_t i = 0; i < n; i++) {
        m.period = cells[i].period;
        m.unit = cells[i].unit;
        m.cls = cells[i].cls;
        // Cells of one call share most of their words.
        if (!str_eq(m.dim, cells[i].dim))
            m.dim = str_dup(j->arena, cells[i].dim);
        if (!str_eq(m.channel, cells[i].channel))
            m.channel = str_dup(j->arena, cells[i].channel);
        VEC_PUSH(j->arena, j->moves, j->n_moves) = m;
    }
}

void journal_rules_changed(struct ctx *c)
{
    c->journal->rules_dirty = true;
}

bool journal_rules_dirty(const struct journal *j)
{
    return j->rules_dirty;
}

void journal_rules_clean(struct journal *j)
{
    j->rules_dirty = false;
    j->rules_built = true;
}

void journal_notice(
    struct ctx *c, const struct event *ev, str loop, const int64_t *units, size_t n_units)
{
    struct journal *j = c->journal;
    struct notice n = {.ev = *ev, .loop = str_dup(j->arena, loop)};
    n.ev.note = n.ev.changes = (str){0};
    n.ev.what = str_dup(j->arena, ev->what);
    n.units = NEW_ARRAY(j->arena, n_units, int64_t);
    n.n_units = n_units;
    memcpy(n.units, units, n_units * sizeof(*units));
    VEC_PUSH(j->arena, j->notices, j->n_notices) = n;
}

void journal_each_notice(
    const struct journal *j, void (*f)(void *arg, const struct notice *n), void *arg)
{
    for (size_t i = 0; i < j->n_notices; i++)
        f(arg, &j->notices[i]);
}
