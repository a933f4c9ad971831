// Scores 考核: a YAML file says which units stand in a table, in which peer groups, which counts
// and formulas are its columns, which weights hold from when, and how points come about. Everything
// comes out of counters; nothing here counts. docs/scores.md is the language's manual.
//
// A published version is immutable and in force for the periods that begin on its `from` or later,
// so a table of last year is made by last year's rules.
#ifndef BH_DOMAIN_SCORE_H
#define BH_DOMAIN_SCORE_H

#include "domain/ctx.h"
#include "domain/formula.h"

enum {
    SCORE_LOOPS_MAX = 6,
    SCORE_GROUPS_MAX = 12,
    SCORE_GIVENS_MAX = 60,
    SCORE_VALUES_MAX = 400, // of one given number
    SCORE_COLS_MAX = 120,
    SCORE_ROWS_MAX = 400,
    SCORE_DAYS_MAX = 3700,
    SCORE_DECIMALS_MAX = 6,
};

// A count a formula may name: a tally of a loop, or a figure of one of its stages.
struct score_count {
    str key, title;
    int loop; // of score.loops
    bool stage;
    int at;            // tally, or stage
    unsigned outcomes; // of a stage: bits of enum def_outcome
};
struct score_units {
    str *kinds, *codes, *except;
    size_t n_kinds, n_codes, n_except;
};
struct score_group {
    str key, title, text; // text: of the condition; empty: none
    struct score_units units;
    const struct formula *when; // over counts and given numbers
};
struct score_value {
    int64_t from_day, to_day; // 0: always; the last day
    int group;                // DEF_NONE: any
    str *codes;               // units; none: any
    size_t n_codes;
    double v;
};
// A number that is fixed, not counted: a weight, an area, a population.
struct score_given {
    str key, title, unit;
    struct score_value *values; // the latest `from` first; the first that fits holds
    size_t n;
    bool by_group;
};
enum score_better { SCORE_NEITHER, SCORE_HIGH, SCORE_LOW };
struct score_col {
    str key, title, band, unit, source, text; // text: of the formula
    int name;                                 // its place among the names
    int count;                                // of score.counts, or DEF_NONE: a formula
    const struct formula *formula;
    int decimals;
    bool percent, hidden, total;
    bool fills; // a blank is shown as `blank`
    double blank;
    enum score_better better;
};
struct score {
    str key, title, help, source, text;
    int64_t id, version, published_us;
    int64_t from_day; // 0: always
    int year_month;   // in which the assessment year begins, 1..12
    str loops[SCORE_LOOPS_MAX];
    const struct def *defs[SCORE_LOOPS_MAX];
    size_t n_loops;
    struct score_units rows;
    struct score_group *groups;
    size_t n_groups;
    struct score_count *counts;
    size_t n_counts;
    struct score_given *givens;
    size_t n_givens;
    struct score_col *cols;
    size_t n_cols;
    // What a formula may name, in the order of their values: counts, given numbers, columns.
    str *names;
    size_t n_names;
    // Does it name tallies of this loop, figures of its stages? What nobody names is not read.
    bool tallied[SCORE_LOOPS_MAX], staged[SCORE_LOOPS_MAX];
    str broken; // a name it uses is no longer there: what was noted; empty: it can be read
};

// Reads and checks one definition against the rules (loops, units). On any error nothing comes back
// and e holds every finding. The arena must live as long as the rules.
enum err_code score_parse(
    struct arena *a, const struct rules *r, str yaml, struct score **out, struct err *e) MUST_USE;
// The version in force for a period that begins on this day; NULL when none is.
const struct score *score_for(const struct rules *r, str key, int64_t day);

// ---- tables

enum score_why {
    SCORE_SHOWN,
    SCORE_ZERO,  // a denominator is zero
    SCORE_GIVEN, // a number is not given for this unit
    SCORE_NEEDS, // something it is made of is blank
};
struct score_cell {
    double v; // NaN: blank
    enum score_why why;
    int of;      // SCORE_GIVEN, SCORE_NEEDS: the name
    bool filled; // blank by itself; v is what stands for it
};
struct score_row {
    int64_t unit; // 0: a total, or the other units together
    str name, code, filter;
    int group;
    const double *values; // by name
    struct score_cell *cells;
};
struct score_table {
    const struct score *score;
    int64_t from_day, to_day; // to exclusive
    str *filters;             // of each count: its half, as on a board
    struct score_row *rows;   // group by group, in the tree's order
    size_t n;
    struct score_row *totals; // of each group
    struct score_row total;   // of all rows
    struct score_row other;   // what units outside the table have; counts only
    bool has_other;
    str *notes; // what a reader of this table has to know
    size_t n_notes;
    // What the sums of a column came to in a group, or (group n_groups) over all rows.
    double (*sums)[FORMULA_GROUPS_MAX]; // at group * n_cols + column
};
// period: as boards take it, or "A2026": the assessment year that ends in 2026.
bool score_days(
    struct ctx *c, const struct score *s, str period, int64_t *from, int64_t *to) MUST_USE;
enum err_code score_read(
    struct ctx *c, str key, str period, struct score_table *out, struct err *e) MUST_USE;
// The filter that lists what a count of a row counts; empty for what is no count.
str score_link(struct arena *a, const struct score_table *t, const struct score_row *row, int name);
// A value as it is shown: "12", "0.91" as "91.0%", blank as "—".
str score_shown(struct arena *a, const struct score_col *col, const struct score_cell *cell);

// ---- in words

// The formula of a column with titles, in words.
str score_formula_words(
    struct arena *a, const struct score *s, const struct score_col *c, enum lang lang);
// The same with the numbers of a row put in.
str score_formula_numbers(struct arena *a, const struct score_table *t, const struct score_row *row,
    size_t col, enum lang lang);
str score_why_words(
    struct arena *a, const struct score *s, const struct score_cell *cell, enum lang lang);
// What a given number is for a row, and from when.
str score_given_words(
    struct arena *a, const struct score *s, const struct score_given *g, enum lang lang);
// With what stands above the column where several columns have the same title: "受理得分".
str score_name_title(struct arena *a, const struct score *s, int name);
// A title with what stands above the column: "处置 按期".
str score_col_title(struct arena *a, const struct score_col *c, str title);
str score_name_value(
    struct arena *a, const struct score_table *t, const struct score_row *row, int name);
// The condition of a group; empty when it has none.
str score_group_words(
    struct arena *a, const struct score *s, const struct score_group *g, enum lang lang);
// "新泾镇热线考核 2026-10-01 至 2026-10-31" and the like.
str score_days_words(struct arena *a, const struct score_table *t, enum lang lang);

#endif
