// Orders in: a sheet and a mapping become items. A dry run tells what would happen; a real run
// writes in groups, each with the place it has reached, so that it can be stopped, resumed after a
// crash, repeated without doubling, and undone whole.
//
// Rows of a register are kept up to date: those that are there are found by number, by a field that
// stands once or by name, and changed where the sheet says otherwise (import_change.c).
//
// A map with steps makes nothing: its rows find items by a unique field and take steps on them, as
// the importer could by hand (import_step.c).
//
// The same row (its key column, or else its content's hash) never makes two items. Rows with
// mistakes are kept with row, column, value and what was expected; the good rows go in.
#ifndef BH_DOMAIN_IMPORT_H
#define BH_DOMAIN_IMPORT_H

#include "domain/item_step.h"

enum {
    IMPORT_GROUP = 500,           // rows a commit
    IMPORT_PROBLEMS_KEPT = 10000, // problem rows kept for download; all are counted
    IMPORT_CHANGES_KEPT = 1000,   // rows of a trial of which is shown what would change
    IMPORT_UNDO_HOURS = 24,
    IMPORT_SHEET_HOURS = 24, // so long after its job an uploaded sheet is kept
};

struct import_map; // read from YAML; docs/import.md
struct import_map *import_map_parse(
    struct arena *a, const struct rules *r, str yaml, struct err *e) MUST_USE;
str import_map_title(const struct import_map *m);
str import_map_loop(const struct import_map *m);

struct import_result {
    int64_t rows, made, stepped, same, bad; // of those read so far
    int64_t bytes, bytes_total;
};
int64_t import_rows_expected(const struct import_result *r); // the rows are of one length, about
struct import_problem {
    int64_t row;
    str column, value, message, expected;
};
// Commits of a run go through these, because in a server the writer owns the write connection.
struct import_door {
    void *arg;
    // Runs fn(ctx on the writer, fn_arg) in one transaction of its own; not OK: rolled back.
    enum err_code (*run)(void *arg, enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e),
        void *fn_arg, struct err *e);
    // After each group; false stops the run (it can be resumed).
    bool (*progress)(void *arg, const struct import_result *r);
};

struct import_order {
    str path;
    str map;   // YAML
    str title; // empty: the map's
    str sheet; // of a workbook, when several fit; empty: the one that does
    bool dry;
};
// Where sheets that are uploaded lie.
str import_sheets_dir(const struct ctx *c);
// ERR_MISSING when it was one of these and is not there any more.
enum err_code import_sheet_kept(const struct ctx *c, str path, struct err *e) MUST_USE;
// Drops those no job needs any more. How many.
int64_t import_sheets_drop(struct ctx *c, struct err *e);

// Makes a job row for a file. Run it with import_run.
enum err_code import_make(
    struct ctx *c, const struct import_order *in, int64_t *job, struct err *e) MUST_USE;
// The order of another job of the actor's, for doing it again: a trial that is now written.
enum err_code import_again(
    struct ctx *c, int64_t job, struct import_order *out, struct err *e) MUST_USE;
// Runs or resumes a job to its end. Reads the file from job's spec. OK also when rows were bad.
// reader: no transaction is open on its connection, which may be the door's.
enum err_code import_run(struct ctx *reader, int64_t job, const struct import_door *door,
    struct import_result *out, struct err *e) MUST_USE;
// Problems of the rows behind after_row: at least limit of them, if there are so many. Those of one
// row come together, so there may be a few more.
enum err_code import_problems(struct ctx *c, int64_t job, int64_t after_row, size_t limit,
    struct import_problem **out, size_t *n, struct err *e) MUST_USE;
// What a trial found that it would change in rows of a register that are there, at least limit of
// them behind after_row, as problems.
struct import_change_row {
    int64_t row, item;
    str no, name, title, was, is;
};
enum err_code import_changes(struct ctx *c, int64_t job, int64_t after_row, size_t limit,
    struct import_change_row **out, size_t *n, struct err *e) MUST_USE;
// The same as a workbook to be put right: the sheet's own rows and what is wrong with each. For
// whoever made the job. c is copied: its database, rules and keys must live until the close. Piece
// by piece, as an export (domain/export.h).
struct import_problem_book;
struct import_problem_book *import_problem_book_open(
    struct ctx *c, int64_t job, struct err *e) MUST_USE;
int64_t import_problem_book_read(struct import_problem_book *b, char *out, size_t max);
enum err_code import_problem_book_error(const struct import_problem_book *b, struct err *e);
void import_problem_book_close(struct import_problem_book *b); // NULL is fine
// Takes back what the job did and nobody has touched since, in one sweep of groups: items it made
// stay in history as void, not in any list or tally; items it took steps on are again what they
// were. Items somebody worked on are kept and counted, and each says who and what.
struct import_kept {
    int64_t row, item;
    str no, why;
};
enum err_code import_kept(struct ctx *c, int64_t job, size_t limit, struct import_kept **out,
    size_t *n, struct err *e) MUST_USE;
enum err_code import_may_undo(struct ctx *c, int64_t job, struct err *e) MUST_USE;
enum err_code import_undo(struct ctx *reader, int64_t job, const struct import_door *door,
    int64_t *undone, int64_t *kept, struct err *e) MUST_USE;

#endif
