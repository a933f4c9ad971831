// The writer's memory between commands: the next ids, the head of the hash chain, and the counters
// waiting to be moved at the end of the group. Everything that happens is written through
// journal_event, and only through it.
//
// The chain: hash = SHA-256(hash before it in this lane, then every column of the row).
// `audit_verify` walks it.
#ifndef BH_DOMAIN_JOURNAL_H
#define BH_DOMAIN_JOURNAL_H

#include "domain/ctx.h"

struct journal;

// lane: one chain per writing process; 1 in an embedded town.
struct journal *journal_new(int64_t town, int64_t lane);
void journal_free(struct journal *j);
// The rules at hand are as of this event about the town (rules->gen): should there be a later one
// by the first group, they are old.
void journal_rules_of(struct journal *j, int64_t town_event, int64_t newest_event);

// Around a group and its commands (see store/writer.h).
void journal_begin(struct journal *j, struct db *db); // reads heads again if another process wrote
void journal_command(struct journal *j);              // remembers where this command began
void journal_settle(struct journal *j, bool ok);      // keeps or drops what the command added
enum err_code journal_flush(
    struct journal *j, struct db *db, struct err *e) MUST_USE; // moves the counters
void journal_finish(struct journal *j, bool committed);

int64_t journal_newest_event(struct db *db, int64_t town); // its id, as stored
// Id of the newest event that is not about an item: when it has moved, the rules may have.
int64_t journal_town_event(struct db *db, int64_t town);
int64_t journal_town_seen(const struct journal *j); // the same, as the last group left it
int64_t journal_newest(const struct journal *j);    // id of the newest event, as far as known here
// The events from <= id < to came from another process before this group; none: from == to.
void journal_others(const struct journal *j, int64_t *from, int64_t *to);

struct event {
    int64_t id, item, version, at_us, person, unit;
    str what; // the step's key, or login, grant, import, ...
    int64_t part;
    str note;
    str changes; // JSON object; "{}" when nothing changed
};
// Writes one event and moves the chain. ev->id is set.
enum err_code journal_event(struct ctx *c, struct event *ev, struct err *e) MUST_USE;
// One about the town, by whoever acts: changes is a JSON object.
enum err_code journal_say(struct ctx *c, str what, str changes, struct err *e) MUST_USE;
int64_t journal_next_item(struct ctx *c);
// The next of a day's numbers, from 1, without gaps: a command that fails gives its numbers back.
int64_t journal_next_number(struct ctx *c, str name, int64_t day);
int64_t journal_next_id(
    struct ctx *c, const char *table); // unit, person, class, def, job: the next free id
// The cells one counted item stands in: of its day the full one, of its month the sums by two of
// the dimensions, of both the sums by one. Each kind lies together in the table (dim), so that a
// board of a year reads a few hundred rows. TALLY_ALL (and "*" for the channel) marks what is
// summed over.
enum { JOURNAL_CELLS = 10, JOURNAL_FIELD_CELLS = 2, JOURNAL_STAGE_CELLS = 2, TALLY_ALL = -1 };
struct tally_cell {
    str dim; // empty: the full cell; "unit", "class", "channel", two of them; "." and a field;
             // "stage"
    int64_t period, unit, cls; // period: yyyymmdd or yyyymm
    str channel;               // of a field's cell: the value
};
size_t journal_cells(int64_t at_us, int zone_s, int64_t unit, int64_t cls, str channel,
    struct tally_cell out[JOURNAL_CELLS]);
// Days before this one (yyyymmdd; 0: none) stand in the full cell of their month (tally_fold.h).
int64_t journal_folded(struct db *db, int64_t town);
void journal_set_folded(struct ctx *c, int64_t day);
// The period a cell is kept under.
int64_t journal_kept(str dim, int64_t period, int64_t folded);
// The cells by the value of one field, its day and its month.
size_t journal_field_cells(struct arena *a, int64_t at_us, int zone_s, str key, str val,
    struct tally_cell out[JOURNAL_FIELD_CELLS]);
// The cells of a stage: by unit alone, its day and its month, apart from the boards' cells.
size_t journal_stage_cells(
    int64_t at_us, int zone_s, int64_t unit, struct tally_cell out[JOURNAL_STAGE_CELLS]);
// Counts by more (or fewer) in the cells; applied at the end of the group.
void journal_tally(
    struct ctx *c, str loop, str key, const struct tally_cell *cells, size_t n, int64_t by);
// The moves that still wait for the group's end: f is called for each.
void journal_each_move(const struct journal *j,
    void (*f)(void *arg, str loop, str key, const struct tally_cell *cell, int64_t n), void *arg);
// Marks the rules as changed by this command: the writer rebuilds the snapshot before the next one.
void journal_rules_changed(struct ctx *c);
bool journal_rules_dirty(const struct journal *j);
void journal_rules_clean(struct journal *j);
// What the group has changed, for those who listen: an item's event without its texts, and the
// units it concerns. Told after the commit.
struct notice {
    struct event ev;
    str loop;
    int64_t *units;
    size_t n_units;
};
void journal_each_notice(
    const struct journal *j, void (*f)(void *arg, const struct notice *n), void *arg);
void journal_notice(
    struct ctx *c, const struct event *ev, str loop, const int64_t *units, size_t n_units);
// How many counters the group has moved so far, the command under way aside.
size_t journal_moved(const struct journal *j);
// What the command under way has moved stands, whatever becomes of it: for one that moves more than
// memory holds, in a transaction of its own. journal_flush then makes room.
void journal_gather(struct journal *j);
// From now on nobody listens: for groups of any length.
void journal_quiet(struct journal *j);

// The hash of one event row, for verification.
void journal_hash(const struct event *ev, int64_t town, int64_t lane,
    const uint8_t before[CRYPT_HASH_BYTES], uint8_t out[CRYPT_HASH_BYTES]);

#endif
