#include "domain/journal.h"

#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/map.h"
#include "store/cells.h"

enum { SUMS_FIRST = 1024 }; // a power of two, as every later number of them

// One counter to move, or the sum of all moves of one counter. Its words are numbered, because a
// group of a large import moves few counters millions of times.
struct move {
    uint32_t loop, dim, key, channel; // at j->words
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
    int64_t next_event, next_item, folded;
    int64_t town_event; // newest event that is not about an item: units, people, definitions
    uint8_t hash[CRYPT_HASH_BYTES];
};
struct word {
    str s;
    uint32_t number;
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
    struct map word_numbers; // of struct word
    struct word **words;     // in the order of their numbers
    size_t n_words;
    struct move *moves; // of the command under way
    size_t n_moves, cap_moves;
    struct move *sums; // of the commands before it: a hash table, free where loop is 0
    size_t n_sums, cap_sums;
    struct sequence *sequences;
    size_t n_sequences;
    struct notice *notices;
    size_t n_notices, notices_at_command;
    bool rules_dirty, dirty_at_command, dirty_at_group;
    bool rules_built; // within this group: maybe from what is not committed
    bool quiet;
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

void journal_rules_of(struct journal *j, int64_t town_event, int64_t newest_event)
{
    j->now.town_event = town_event;
    j->now.next_event = newest_event + 1;
    j->loaded_once = true;
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

int64_t journal_folded(struct db *db, int64_t town)
{
    int64_t day = 0;
    struct cursor c =
        db_rows(db, "SELECT val FROM setting WHERE town = ?1 AND key = 'tally_folded'", V(town));
    bool known = db_next(&c) && str_i64(db_str(&c, 0), &day);
    db_done(&c);
    return known ? day : 0;
}

void journal_set_folded(struct ctx *c, int64_t day)
{
    ctx_put_setting(c, S("tally_folded"), str_fmt(c->arena, "%" PRId64, day));
    c->journal->now.folded = day;
}

int64_t journal_kept(str dim, int64_t period, int64_t folded)
{
    enum { FIRST_DAY = 1000000 }; // months are below
    return dim.n == 0 && period > FIRST_DAY && period < folded ? period / 100 : period;
}

// All of it or nothing: what was known before is compared with it next time.
static void load_heads(struct journal *j, struct db *db)
{
    struct head h = {.next_event = journal_newest_event(db, j->town) + 1};
    h.next_item = db_one_i64(db, 0, "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1",
                      V(j->town)) +
                  1;
    h.folded = journal_folded(db, j->town);
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
    j->moves = j->sums = NULL;
    j->words = NULL;
    j->sequences = NULL;
    j->notices = NULL;
    j->others_from = j->others_to = 0;
    j->n_moves = j->n_sequences = j->n_notices = j->n_sums = j->cap_sums = j->cap_moves = 0;
    j->n_words = 0;
    map_init(&j->word_numbers, j->arena);
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
    j->notices_at_command = j->n_notices;
    j->dirty_at_command = j->rules_dirty;
    for (size_t i = 0; i < j->n_sequences; i++)
        j->sequences[i].at_command = j->sequences[i].last;
}

static bool same_cell(const struct move *a, const struct move *b)
{
    return a->period == b->period && a->unit == b->unit && a->cls == b->cls && a->dim == b->dim &&
           a->channel == b->channel && a->key == b->key && a->loop == b->loop;
}

static size_t cell_hash(const struct move *m)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = (uint64_t)m->period * odd ^ (uint64_t)m->unit;
    h = (h ^ h >> 29) * odd ^ (uint64_t)m->cls;
    h = (h ^ h >> 29) * odd ^ ((uint64_t)m->dim << 40 | (uint64_t)m->channel << 20 | m->key);
    h = (h ^ h >> 29) * odd ^ m->loop;
    return h ^ h >> 32;
}

static struct move *sum_at(const struct journal *j, const struct move *m)
{
    size_t i = cell_hash(m) & (j->cap_sums - 1);
    while (j->sums[i].loop != 0 && !same_cell(&j->sums[i], m))
        i = (i + 1) & (j->cap_sums - 1);
    return &j->sums[i];
}

static void grow_sums(struct journal *j)
{
    struct move *old = j->sums;
    size_t n = j->cap_sums;
    j->cap_sums = n ? 2 * n : SUMS_FIRST;
    j->sums = NEW_ARRAY(j->arena, j->cap_sums, struct move);
    for (size_t i = 0; i < n; i++)
        if (old[i].loop != 0)
            *sum_at(j, &old[i]) = old[i];
}

// The command stands: its moves join those before it.
static void add_up(struct journal *j)
{
    for (size_t i = 0; i < j->n_moves; i++) {
        if (2 * (j->n_sums + 1) > j->cap_sums)
            grow_sums(j);
        struct move *to = sum_at(j, &j->moves[i]);
        if (to->loop != 0) {
            to->n += j->moves[i].n;
            continue;
        }
        *to = j->moves[i];
        j->n_sums++;
    }
    j->n_moves = 0;
}

void journal_settle(struct journal *j, bool ok)
{
    if (ok)
        add_up(j);
    if (!ok) {
        j->now = j->at_command;
        j->n_moves = 0;
        j->n_notices = j->notices_at_command;
        j->rules_dirty = j->dirty_at_command;
        for (size_t i = 0; i < j->n_sequences; i++)
            j->sequences[i].last = j->sequences[i].at_command;
    }
    journal_command(j);
}

static int word_order(const void *a, const void *b)
{
    return str_cmp((*(struct word *const *)a)->s, (*(struct word *const *)b)->s);
}

// Numbers the words anew in their order, in the sums too: then numbers compare as the words do.
static void order_words(struct journal *j)
{
    uint32_t *ranks = NEW_ARRAY(j->arena, j->n_words, uint32_t);
    if (j->n_words > 2)
        qsort(j->words + 1, j->n_words - 1, sizeof(*j->words), word_order);
    for (size_t i = 1; i < j->n_words; i++) {
        ranks[j->words[i]->number] = (uint32_t)i;
        j->words[i]->number = (uint32_t)i;
    }
    for (size_t i = 0; i < j->n_sums; i++) {
        struct move *m = &j->sums[i];
        m->loop = ranks[m->loop];
        m->dim = ranks[m->dim];
        m->channel = ranks[m->channel];
        m->key = ranks[m->key];
    }
}

// In the order in which they lie in the table.
static int move_order(const void *a, const void *b)
{
    const struct move *x = a, *y = b;
    const int64_t pairs[][2] = {{x->loop, y->loop}, {x->dim, y->dim}, {x->period, y->period},
        {x->unit, y->unit}, {x->cls, y->cls}, {x->channel, y->channel}, {x->key, y->key}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (pairs[i][0] != pairs[i][1])
            return pairs[i][0] < pairs[i][1] ? -1 : 1;
    return 0;
}

static void write_sequences(const struct journal *j, struct db *db)
{
    for (size_t i = 0; i < j->n_sequences; i++) {
        const struct sequence *s = &j->sequences[i];
        if (!s->there && s->last == 0)
            continue;
        // A command of its own group may have written it before (tally_rebuild).
        if (!s->there)
            db_run(db,
                "INSERT INTO seq (town, name, day, last) VALUES (?1, ?2, ?3, 0)"
                " ON CONFLICT DO NOTHING",
                V(j->town), V(s->name), V(s->day));
        db_run(db, "UPDATE seq SET last = ?4 WHERE town = ?1 AND name = ?2 AND day = ?3",
            V(j->town), V(s->name), V(s->day), V(s->last));
    }
}

// The sums in the order of their cells, side by side, without those that came to nothing.
static void order_sums(struct journal *j)
{
    size_t n = 0;
    for (size_t i = 0; i < j->cap_sums; i++)
        if (j->sums[i].loop != 0 && j->sums[i].n != 0)
            j->sums[n++] = j->sums[i];
    j->n_sums = n;
    order_words(j);
    if (n > 1)
        qsort(j->sums, n, sizeof(*j->sums), move_order);
}

static void write_sums(const struct journal *j, struct db *db)
{
    struct cell *cells = NEW_ARRAY(j->arena, j->n_sums + 1, struct cell);
    for (size_t i = 0; i < j->n_sums; i++) {
        const struct move *m = &j->sums[i];
        cells[i] = (struct cell){j->words[m->loop]->s, j->words[m->dim]->s, m->period, m->unit,
            m->cls, j->words[m->channel]->s, j->words[m->key]->s, m->n};
    }
    cells_add(db, j->arena, j->town, cells, j->n_sums);
}

enum err_code journal_flush(struct journal *j, struct db *db, struct err *e)
{
    add_up(j);
    order_sums(j);
    write_sums(j, db);
    j->n_sums = 0;
    if (j->cap_sums > 0)
        memset(j->sums, 0, j->cap_sums * sizeof(*j->sums));
    write_sequences(j, db);
    if (j->now.town_event != j->at_group.town_event)
        db_tell(db, j->town);
    return db_status(db, e);
}

void journal_finish(struct journal *j, bool committed)
{
    bool built = j->rules_built;
    j->n_moves = j->n_sums = j->cap_sums = 0;
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

enum err_code journal_say(struct ctx *c, str what, str changes, struct err *e)
{
    struct event ev = {.what = what,
        .at_us = c->now_us,
        .person = c->actor ? c->actor->id : 0,
        .unit = c->rules->town,
        .changes = changes};
    return journal_event(c, &ev, e);
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
    if (strcmp(table, "layer") == 0)
        return db_one_i64(c->db, 0, "SELECT id FROM layer WHERE town = ?1 ORDER BY id DESC LIMIT 1",
                   V(town)) +
               1;
    if (strcmp(table, "cell") == 0)
        return db_one_i64(c->db, 0, "SELECT id FROM cell WHERE town = ?1 ORDER BY id DESC LIMIT 1",
                   V(town)) +
               1;
    if (strcmp(table, "place") == 0)
        return db_one_i64(c->db, 0, "SELECT id FROM place WHERE town = ?1 ORDER BY id DESC LIMIT 1",
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
    for (size_t i = 0; i < j->n_moves + j->cap_sums; i++) {
        const struct move *m = i < j->n_moves ? &j->moves[i] : &j->sums[i - j->n_moves];
        if (m->loop == 0)
            continue;
        struct tally_cell cell = {
            j->words[m->dim]->s, m->period, m->unit, m->cls, j->words[m->channel]->s};
        f(arg, j->words[m->loop]->s, j->words[m->key]->s, &cell, m->n);
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

size_t journal_stage_cells(
    int64_t at_us, int zone_s, int64_t unit, struct tally_cell out[JOURNAL_STAGE_CELLS])
{
    struct civil t;
    tm_to_civil(at_us, zone_s, &t);
    int64_t month = (int64_t)t.year * 100 + t.month;
    out[0] = (struct tally_cell){S("stage"), month * 100 + t.day, unit, TALLY_ALL, S("*")};
    out[1] = (struct tally_cell){S("stage"), month, unit, TALLY_ALL, S("*")};
    return JOURNAL_STAGE_CELLS;
}

static uint32_t number_of(struct journal *j, str s)
{
    struct word *w = map_get(&j->word_numbers, s);
    if (w)
        return w->number;
    if (j->n_words == 0) // 0 is no word
        VEC_PUSH(j->arena, j->words, j->n_words) = NEW(j->arena, struct word);
    w = NEW(j->arena, struct word);
    *w = (struct word){str_dup(j->arena, s), (uint32_t)j->n_words};
    VEC_PUSH(j->arena, j->words, j->n_words) = w;
    map_put(&j->word_numbers, w->s, w);
    return w->number;
}

// Not a vector of the arena's: it is emptied with every command and filled again in place.
static void room_for_moves(struct journal *j, size_t more)
{
    if (j->n_moves + more <= j->cap_moves)
        return;
    struct move *old = j->moves;
    j->cap_moves = 2 * (j->n_moves + more);
    j->moves = NEW_ARRAY(j->arena, j->cap_moves, struct move);
    if (j->n_moves > 0)
        memcpy(j->moves, old, j->n_moves * sizeof(*old));
}

void journal_tally(
    struct ctx *c, str loop, str key, const struct tally_cell *cells, size_t n, int64_t by)
{
    struct journal *j = c->journal;
    struct move m = {.loop = number_of(j, loop), .key = number_of(j, key), .n = by};
    room_for_moves(j, n);
    for (size_t i = 0; i < n; i++) {
        m.period = journal_kept(cells[i].dim, cells[i].period, j->now.folded);
        m.unit = cells[i].unit;
        m.cls = cells[i].cls;
        // Cells of one call share most of their words.
        if (i == 0 || !str_eq(cells[i].dim, cells[i - 1].dim))
            m.dim = number_of(j, cells[i].dim);
        if (i == 0 || !str_eq(cells[i].channel, cells[i - 1].channel))
            m.channel = number_of(j, cells[i].channel);
        j->moves[j->n_moves++] = m;
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
    if (j->quiet)
        return;
    struct notice n = {.ev = *ev, .loop = str_dup(j->arena, loop)};
    n.ev.note = n.ev.changes = (str){0};
    n.ev.what = str_dup(j->arena, ev->what);
    n.units = NEW_ARRAY(j->arena, n_units, int64_t);
    n.n_units = n_units;
    memcpy(n.units, units, n_units * sizeof(*units));
    VEC_PUSH(j->arena, j->notices, j->n_notices) = n;
}

size_t journal_moved(const struct journal *j)
{
    return j->n_sums;
}

void journal_gather(struct journal *j)
{
    add_up(j);
}

void journal_quiet(struct journal *j)
{
    j->quiet = true;
}

void journal_each_notice(
    const struct journal *j, void (*f)(void *arg, const struct notice *n), void *arg)
{
    for (size_t i = 0; i < j->n_notices; i++)
        f(arg, &j->notices[i]);
}
