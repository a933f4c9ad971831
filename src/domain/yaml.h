// YAML with positions: definition files are parsed to a small tree in an arena, and tables say what
// a map may hold, so that everything wrong in a file is reported at once with line, column and what
// was expected.
//
// YAML 1.2 (JSON is accepted), one document a text. Duplicate keys are refused. Keys are scalars.
// Anchors and aliases work; an alias shares its anchor's node, and what it would expand to counts
// towards YAML_ALIAS_NODES_MAX. Merge keys (<<) and tags are not read.
//
//     static const struct yaml_member clock_members[] = {
//         {"key", YAML_WANT_KEY, YAML_REQUIRED, "a short name"},
//         {"limit", YAML_WANT_DUR, YAML_REQUIRED},
//         {"on", YAML_WANT_STR, .options = "item|part"},
//         {0},
//     };
//     if (yaml_check(map, clock_members, S("clocks[2]"), e)) { ... yaml_get_dur(map, "limit", &d)
//     ... }
#ifndef BH_DOMAIN_YAML_H
#define BH_DOMAIN_YAML_H

#include "domain/cal.h"

enum {
    YAML_TEXT_MAX = 4 * MIB,      // bytes of one text
    YAML_DEPTH_MAX = 32,          // lists and maps inside each other
    YAML_NODES_MAX = 200000,      // nodes of one tree
    YAML_ALIAS_NODES_MAX = 10000, // nodes aliases may expand to in one tree
    YAML_KEY_MAX = 32,            // bytes of a YAML_WANT_KEY
};

struct yaml_pos {
    int line, column; // from 1; the column counts characters
};
struct yaml {
    enum {
        YAML_NULL,
        YAML_SCALAR,
        YAML_LIST,
        YAML_MAP
    } type;           // YAML_NULL: nothing, ~ or null, unquoted
    str s;            // YAML_SCALAR: its text, unescaped
    bool quoted;      // YAML_SCALAR: "…", '…' or a block; never a number, a yes or a null
    int line, column; // where it begins
    size_t n;         // elements or members
    str *keys;        // YAML_MAP only, in document order
    struct yaml_pos *key_pos;
    struct yaml **vals; // YAML_LIST and YAML_MAP; never NULL inside; may be shared through aliases
};

// The root, or NULL and ERR_INVALID (or ERR_LIMIT) notes. An empty text gives a YAML_NULL node.
struct yaml *yaml_parse(struct arena *a, str text, struct err *e);

const struct yaml *yaml_get(
    const struct yaml *map, const char *key);                  // NULL when absent or not a map
const struct yaml *yaml_find(const struct yaml *map, str key); // the same for a slice
struct yaml_pos yaml_key_pos(
    const struct yaml *map, const char *key);                     // of the map itself when absent
const char *yaml_type_name(const struct yaml *y, enum lang lang); // "a list", "列表"

// Values of one scalar node. False when it is something else; out is then untouched.
bool yaml_as_str(const struct yaml *y, str *out) MUST_USE;
bool yaml_as_i64(const struct yaml *y, int64_t *out) MUST_USE; // unquoted
bool yaml_as_f64(const struct yaml *y, double *out) MUST_USE;  // unquoted; never NaN or infinite
bool yaml_as_bool(const struct yaml *y, bool *out) MUST_USE;   // unquoted yes no true false on off
bool yaml_as_dur(const struct yaml *y, struct dur *out) MUST_USE;
bool yaml_as_date(const struct yaml *y, int64_t *day) MUST_USE; // 2026-01-01, days since 1970
// A list of scalars, or one scalar standing for a list of one. The slices point into the tree.
bool yaml_as_strs(struct arena *a, const struct yaml *y, str **out, size_t *n) MUST_USE;

// Members of a map that yaml_check has passed: the value, or what stands after the key when it is
// absent.
str yaml_get_str(const struct yaml *map, const char *key); // empty when absent
int64_t yaml_get_i64(const struct yaml *map, const char *key, int64_t otherwise);
double yaml_get_f64(const struct yaml *map, const char *key, double otherwise);
bool yaml_get_bool(const struct yaml *map, const char *key, bool otherwise);
struct dur yaml_get_dur(const struct yaml *map, const char *key); // DUR_NONE when absent
int64_t yaml_get_date(const struct yaml *map, const char *key, int64_t otherwise);

// What a member must be. Scalars are given unquoted or quoted unless said otherwise.
enum yaml_want {
    YAML_WANT_ANY,
    YAML_WANT_STR, // not empty; with options one of "a|b|c"
    YAML_WANT_KEY, // a-z, then a-z 0-9 _ -
    YAML_WANT_INT, // min..max when max > min
    YAML_WANT_NUM, // min..max when max > min
    YAML_WANT_BOOL,
    YAML_WANT_DUR,    // 30min 2h 15d 4wh 5wd 5wd!
    YAML_WANT_DATE,   // 2026-01-01
    YAML_WANT_STRS,   // a list of scalars, or one scalar; with options each one of them
    YAML_WANT_LIST,   // anything inside
    YAML_WANT_MAPS,   // a list of maps, each checked by sub (when given)
    YAML_WANT_MAP,    // checked by sub (when given)
    YAML_WANT_MAP_OF, // free keys; the values are maps, each checked by sub (when given)
};
enum yaml_flag {
    YAML_REQUIRED = 1,
    YAML_NULLABLE = 2, // "key:" with nothing behind is fine and counts as absent
};
// A table ends with a row whose key is NULL.
struct yaml_member {
    const char *key;
    enum yaml_want want;
    unsigned flags;
    const char *expected; // shown after "expected"; NULL: made from want, options and range
    const char *options;
    const struct yaml_member *sub;
    int64_t min, max;
};
// True when map is a map that fits the table. Otherwise every unknown key, missing member and wrong
// value is a note, with path (for example "clocks[2]") before the key; y may be NULL (missing) or
// no map at all.
bool yaml_check(const struct yaml *y, const struct yaml_member *table, str path, struct err *e);

// One note at a node: err_at with its line and column.
#define yaml_err(e, y, field, expected, en, ...)                                                   \
    err_at((e), (y)->line, (y)->column, (field), (expected), (en), __VA_ARGS__)

#endif
