// Shared by the files of the import (import, import_job, import_map, import_row, import_seen,
// import_undo), and by nobody else.
#ifndef BH_DOMAIN_IMPORT_INNER_H
#define BH_DOMAIN_IMPORT_INNER_H

#include "base/json.h"
#include "base/map.h"
#include "domain/import.h"
#include "format/csv.h"

// ---- the mapping

enum map_to {
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
};
struct import_map {
    str name, title;
    const struct def *def;
    enum csv_encoding encoding;
    int64_t header; // row
    str key;        // column; may be empty
    size_t key_at;
    const struct def_field *key_field; // the unique field it is, or NULL
    str state;                         // empty: filed anew
    struct map_column *columns;
    size_t n;
    // Names to the classes of the loop's scheme and to units, alone and as paths; IMPORT_TWICE
    // where a name says too little.
    struct map classes, class_paths, unit_paths;
    // Of the sheet, once its header was read.
    size_t width;
    str *unknown; // its columns nobody maps
    size_t n_unknown;
};
extern const char IMPORT_TWICE[]; // stands in the maps for a name that several have

// Finds the map's columns in the sheet's header. All that are missing are noted.
enum err_code import_bind(
    struct arena *a, struct import_map *m, const str *cells, size_t n, struct err *e) MUST_USE;
const struct class_ *import_class(const struct import_map *m, const struct rules *r, enum map_by by,
    const str *names, size_t n, struct arena *a);
const struct unit *import_unit(const struct import_map *m, const struct rules *r, enum map_by by,
    const str *names, size_t n, struct arena *a);

// ---- a row

struct import_row {
    int64_t row;
    struct item_in in;
    struct item_past past;
    str *texts; // what was read, by column of the map
    str key;    // what makes it the same row another time
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
// Under which field of item_key the row's key stands: the unique field's, or one that no definition
// can name.
str import_key_field(struct arena *a, const struct import_map *m);

// ---- keys seen in a dry run

struct import_seen;
struct import_seen *import_seen_new(void);
void import_seen_free(struct import_seen *s);
bool import_seen_add(struct import_seen *s, str key); // false: it was there before

// ---- the job's row

struct import_job {
    int64_t id, person, made_us, changed_us;
    str state;
    str path, map, title, sha256;
    int64_t size;
    bool dry;
    struct import_result result;
    int64_t last_row; // committed up to here
    int64_t undone, kept;
    str message; // why it failed
    str unknown; // JSON list of the sheet's columns nobody maps
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
// {"v": version, "field": ..., "key": ...} of an item the import made, for undoing it.
str import_made_json(struct arena *a, int64_t version, str field, str key);
enum err_code import_event(
    struct ctx *c, const struct import_job *j, const char *what, struct err *e) MUST_USE;

#endif
