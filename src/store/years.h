// Old years beside the town's file: DIR/years/2021.db holds the rows of items, their texts and
// their events that were detached from DIR/bihuan.db. SQLite only: elsewhere there are none.
//
// Which year files a town has stands in the town's own database, in the setting "years", and
// changes in the transaction that begins to take rows out. A year file is never written again once
// it has its name: it is replaced by a newer one, so whoever has it open keeps a whole one.
//
// Whoever needs old rows takes a second connection, on which item and event are views, and item_doc
// a virtual table (store/years_doc.h): the town's rows, and of each year the rows of those items
// the town's file does not hold. So the town's row wins, and rows that stand twice, as between
// copying and taking out, are seen once. decisions/018
#ifndef BH_STORE_YEARS_H
#define BH_STORE_YEARS_H

#include "store/db.h"

enum {
    YEARS_MAX = 10,         // SQLite attaches so many files to a connection
    YEARS_TEXT_MAX = 2000,  // of the setting
    YEARS_SAME_TRIES = 5,   // to find years and town in one state
    YEAR_ORIGIN_BYTES = 32, // hash of the town's first event
};

struct year {
    int64_t year;              // of filing
    int64_t made;              // grows with every file of this year
    int64_t items, events;     // rows
    int64_t first_us, last_us; // between these its items were filed
    int64_t changed_us;        // none was changed later
    int64_t stamp;             // stands in the file, too: a number nobody could foresee
};
struct years {
    struct year v[YEARS_MAX];
    size_t n;
    int64_t last_us, changed_us; // of all of them
};

bool years_parse(str text, struct years *out) MUST_USE; // false: not such a setting
str years_text(struct arena *a, const struct years *y);
// As this connection's state of the town has it. Costs a statement when the database has changed
// since, or when nothing was read yet in this transaction.
void years_known(struct db *db, int64_t town, struct years *out);

// The connection that reads old years too, in a read transaction that ends with that of db. NULL:
// there are none, or it failed, which is then db's status. It is db's: do not close it.
struct db *years_reader(struct db *db, int64_t town);
void years_reader_end(struct db *db); // where db itself is in no read transaction
// Into a transaction of db, which lacks the item: copies its rows from its year. False: no year has
// it, or it failed.
bool years_bring(struct db *db, int64_t town, int64_t id) MUST_USE;

// Gives the room of what was taken out back to the disk: writes the whole database anew, in one
// transaction, by way of a temporary file in folder. Others may read meanwhile, not write.
enum err_code years_shrink(struct db *db, struct arena *a, str folder, struct err *e) MUST_USE;

// ---- year files

str years_folder(struct db *db, struct arena *a); // beside the database; empty: there can be none
str years_path(struct arena *a, str folder, int64_t year);
// Rows of an item, by the connection from, in to's transaction; what to has of it goes first.
void years_copy_item(struct db *from, struct db *to, int64_t town, int64_t id);
// Whose first event it is; false when there is none.
bool years_origin(struct db *db, int64_t town, uint8_t out[YEAR_ORIGIN_BYTES]);
// A file that is being filled: with the town's tables, or as it was left by one who was broken off.
// Of y counts the year, and its stamp: 0 when the town knows of none.
struct db *years_make(struct db *from, struct arena *a, str path, int64_t town,
    const struct year *y, struct err *e) MUST_USE;
// What the file says of itself: its number and stamp (struct year), and where filling it has come
// to.
struct year_mark {
    int64_t made, stamp, at_us, at_id;
};
struct year_mark years_mark(struct db *file, int64_t town);
void years_set_mark(struct db *file, int64_t town, const struct year_mark *m); // all but the stamp
// All of it is on disk, in one file without a log; closes it.
enum err_code years_finish(struct db *file, str path, struct err *e) MUST_USE;

#endif
