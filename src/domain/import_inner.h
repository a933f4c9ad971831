// Shared by the files of the import (import_*), and by nobody else.
#ifndef BH_DOMAIN_IMPORT_INNER_H
#define BH_DOMAIN_IMPORT_INNER_H

#include "base/json.h"
#include "base/map.h"
#include "domain/import.h"
#include "format/csv.h"
#include "format/xlsx_read.h"

// ---- the mapping

enum map_to {
    TO_NO, // of a register's row
    TO_TITLE,
    TO_TEXT,
    TO_ADDRESS,
    TO_FILED,
    TO_CLOSED,
    TO_CLASS,
    TO_UNIT,
    TO_LAT,
    TO_LON,
    TO_CALLER_NAME,
    TO_CALLER_PHONE,
    TO_CALLER_DOOR,
    TO_NOTE, // of the steps
    TO_FIELD,
};
enum map_by { BY_NAME, BY_CODE, BY_NAME_PATH };

// A template is its pieces in order: words as they stand, or a column's cell.
struct map_piece {
    str words;
    int column; // index into names; -1: words
};
struct map_column {
    str *names; // columns of the sheet; none: a constant, which is otherwise
    size_t n;
    size_t *at; // where they stand in the sheet, once it is known
    str shown;  // the names as one, for messages
    enum map_to to;
    str path; // as the engine's notes name it: "title", "fields.street", "caller.phone"
    const struct def_field *field;
    enum map_by by;
    bool day; // type: date
    struct map_piece *pieces;
    size_t n_pieces;
    struct map values; // what stands there -> str *, what it means
    bool has_values;
    str otherwise;
    bool required;
    bool optional; // the sheet may lack its columns
};
// A step the rows take on items that are there.
struct map_step {
    const struct def_step *step;
    str judge, note, reason, option;
};
struct import_map {
    str name, title;
    const struct def *def;
    enum csv_encoding encoding;
    int64_t header; // row; 0: wherever the names stand
    str key;        // column; may be empty
    size_t key_at;
    const struct def_field *key_field; // the unique field it is, or NULL
    bool key_title;                    // rows of a register are told apart by their names
    bool clears;                       // an empty cell takes away what was there
    str state;                         // empty: filed anew
    const struct def_field *find;      // the field items are found by; NULL: rows become items
    struct map_step *steps;
    size_t n_steps;
    struct map_column *columns;
    size_t n;
    // Names to the classes of the loop's scheme and to units, alone and as paths; IMPORT_TWICE
    // where a name says too little.
    struct map classes, class_paths, unit_paths;
    // Of the sheet, once its header was read.
    bool from_1904; // its days are counted from then
    bool in_book;   // cells have places of their own: one too many shifts nothing
    size_t width;
    str *unknown; // its columns nobody maps
    size_t n_unknown;
};
extern const char IMPORT_TWICE[]; // stands in the maps for a name that several have

// Finds the map's columns in the sheet's header. All that are missing are noted.
enum err_code import_bind(
    struct arena *a, struct import_map *m, const str *cells, size_t n, struct err *e) MUST_USE;
// How many of the map's columns the header has, and how many it lacks.
void import_fit(struct arena *a, const struct import_map *m, const str *cells, size_t n,
    size_t *found, size_t *missing);
str import_map_names(struct arena *a, const struct import_map *m); // its columns, for people
const struct class_ *import_class(const struct import_map *m, const struct rules *r, enum map_by by,
    const str *names, size_t n, struct arena *a);
const struct unit *import_unit(const struct import_map *m, const struct rules *r, enum map_by by,
    const str *names, size_t n, struct arena *a);

// ---- habits of spreadsheets (import_habit.c)

str import_name_key(struct arena *a, str name); // what two names of a column are compared by
str import_plain(str x);                        // without the quote that makes something a text
str import_number_as_text(str x);               // "13812346612.0" -> "13812346612"
bool import_digits_lost(str x);                 // "1.23E+17"
bool import_cell_error(str x);                  // "#N/A"
str import_number(struct arena *a, str text);   // without thousands' commas, coins, full width
// A day or an instant in any of the usual writings.
bool import_moment(struct arena *a, str text, int zone_s, bool from_1904, int64_t *us) MUST_USE;
bool import_is_total(struct arena *a, const str *cells, size_t n);

// ---- the sheet, in whatever file (import_sheet.c)

struct import_header {
    str *names;
    size_t n;
    int64_t row, last; // the rows it stands in
};
struct import_said { // what was found and put right
    str *texts;
    size_t n;
    int64_t blank, totals, total_row, hidden;
};
struct import_sheet;
struct import_sheet *import_sheet_open(
    struct arena *a, str path, enum csv_encoding encoding, struct err *e) MUST_USE;
void import_sheet_close(struct import_sheet *s); // NULL is fine
size_t import_sheet_count(const struct import_sheet *s);
str import_sheet_name(const struct import_sheet *s, size_t at); // empty in a CSV
bool import_sheet_hidden(const struct import_sheet *s, size_t at);
// Chooses the sheet (wanted: its name; else the one whose header fits) and binds the map to it.
enum err_code import_sheet_find(
    struct import_sheet *s, struct import_map *m, str wanted, struct err *e) MUST_USE;
const struct import_header *import_sheet_header(const struct import_sheet *s);
// Where the header is when no map says what to look for; false when there is none.
bool import_sheet_guess(
    struct import_sheet *s, size_t at, struct import_header *out, struct err *e) MUST_USE;
enum err_code import_sheet_begin(
    struct import_sheet *s, size_t at, const struct import_header *h, struct err *e) MUST_USE;
// The next row below the header, valid until the next call; false at the end or on a broken file (a
// note).
bool import_sheet_next(struct import_sheet *s, str **cells, size_t *n, int64_t *row, struct err *e);
int64_t import_sheet_size(struct import_sheet *s); // of the file
int64_t import_sheet_read(struct import_sheet *s); // of it, so far
str *import_sheet_notes(struct import_sheet *s, struct arena *a, size_t *n);

// ---- a row

struct import_row {
    int64_t row;
    struct item_in in;
    struct item_past past;
    str find, note; // of rows that take steps
    str no;         // of a register's row that is there
    bool hashed;    // nothing but the whole row tells it from another
    int64_t item;   // in a trial: the one that is there
    str changes;    // of a row that is there, in a trial: JSON, what was and what becomes
    str *texts;     // what was read, by column of the map
    str key;        // what makes it the same row another time
    struct import_problem *problems;
    size_t n_problems, n_read; // n_read: those of the sheet itself, before the engine's
};
// Reads one row of cells. Everything lives in a.
void import_row(struct arena *a, const struct import_map *m, const struct rules *r,
    const str *cells, size_t n, struct import_row *out, enum lang lang);
// The engine's notes as problems of the row: each with the column it is about.
void import_notes(
    struct arena *a, const struct import_map *m, struct import_row *row, const struct err *e);
const struct item_past *import_past(const struct import_map *m, const struct import_row *row);
// What the row's steps would make of the item; its mistakes are noted as the row's. write: they are
// taken.
enum err_code import_steps(struct ctx *c, const struct import_map *m, struct import_row *row,
    int64_t item, bool write, struct item *out, struct err *e) MUST_USE;
// ---- rows of a register that are there (import_change.c)

// Who has a value that stands once; 0: nobody.
int64_t import_holder(struct ctx *c, str loop, str field, str val);
// The row of the register it is about; 0: none, or a mistake, which is noted as the row's.
int64_t import_found(struct ctx *c, const struct import_map *m, struct import_row *row);
// What the step `change` would make of it; mistakes are the row's. *differs: it is not so already.
enum err_code import_change_try(struct ctx *c, const struct import_map *m, struct import_row *row,
    int64_t item, struct item *out, bool *differs, struct err *e) MUST_USE;
// Takes the step. *before: the item's version in front of it.
enum err_code import_change(struct ctx *c, const struct import_map *m, const struct import_row *row,
    int64_t item, int64_t *before, struct item *out, struct err *e) MUST_USE;

// ---- keys

// Under which field of item_key the row's key stands: the unique field's, or one that no definition
// can name.
str import_key_field(struct arena *a, const struct import_map *m);

// ---- keys seen in a dry run

struct import_seen;
struct import_seen *import_seen_new(void);
void import_seen_free(struct import_seen *s);
bool import_seen_add(struct import_seen *s, str key); // false: it was there before

// ---- words the map does not know (import_words.c)

struct import_words;
struct import_words *import_words_new(struct arena *a);
// Counts what of this row's problems is such a word.
void import_words_count(
    struct import_words *w, const struct import_map *m, const struct import_row *row);
str import_words_json(struct arena *a, const struct import_words *w);

// ---- the job's row

struct import_job {
    int64_t id, person, made_us, changed_us;
    str state;
    str path, map, title, sheet, loop, sha256; // sheet: of a workbook, asked for by name
    int64_t size;
    bool dry;
    struct import_result result;
    int64_t last_row; // committed up to here
    int64_t undone, kept;
    str message; // why it failed
    str unknown; // JSON list of the sheet's columns nobody maps
    str notes;   // JSON list: what was found about the sheet
    str values;  // JSON list: words the map does not know, with how often
};
enum err_code import_job_load(
    struct ctx *c, int64_t id, struct import_job *out, struct err *e) MUST_USE;
enum err_code import_job_insert(struct ctx *c, const struct import_job *j, struct err *e) MUST_USE;
// State, figures, hash and place. total: rows, as far as they are known.
enum err_code import_job_update(
    struct ctx *c, const struct import_job *j, int64_t total, struct err *e) MUST_USE;
// The importer acts, also when the system goes on with his job after a restart. ERR_DENIED when he
// may no longer.
enum err_code import_actor(struct ctx *c, const struct import_job *j, const struct def *d,
    const struct person **out, struct err *e) MUST_USE;
enum err_code import_batch_row(struct ctx *c, int64_t job, const struct import_row *row,
    int64_t item, const char *outcome, str detail, struct err *e) MUST_USE;
str import_problems_json(struct arena *a, const struct import_row *row);
// {"b": version before, "v": version, "field": ..., "key": ...} of an item the import made (b 0) or
// took steps on, for undoing it.
str import_made_json(struct arena *a, int64_t before, int64_t version, str field, str key);
enum err_code import_event(
    struct ctx *c, const struct import_job *j, const char *what, struct err *e) MUST_USE;

#endif
