// JSON out: a streaming writer into a buf. JSON in and both at once: field tables, which decode a
// body into a struct, encode a struct, and print its schema, so that the three cannot differ.
#ifndef BH_BASE_JSON_H
#define BH_BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"

enum {
    JSON_DEPTH_MAX = 32, // of what is read
    JW_DEPTH_MAX = 64,   // of what is written: a document read, inside an answer of our own
};

// The writer. Commas are its business; nesting is checked. Text must be valid UTF-8.
struct jw {
    struct buf *out;
    int depth;
    bool first[JW_DEPTH_MAX + 1];
    bool in_obj[JW_DEPTH_MAX + 1];
    bool after_key;
};
void jw_init(struct jw *w, struct buf *out);
void jw_obj(struct jw *w);
void jw_end_obj(struct jw *w);
void jw_arr(struct jw *w);
void jw_end_arr(struct jw *w);
void jw_key(struct jw *w, str key);
void jw_name(struct jw *w, const char *name); // a key of our own, with nothing in it to escape
void jw_str(struct jw *w, str v);
void jw_i64(struct jw *w, int64_t v);
// The shortest text that reads back the same; NaN and infinities become null.
void jw_f64(struct jw *w, double v);
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, str json);                // already JSON
void jw_time(struct jw *w, int64_t us, int zone_s); // RFC 3339; 0 becomes null
// jw_name and value in one
void jw_kstr(struct jw *w, const char *key, str v);
void jw_ki64(struct jw *w, const char *key, int64_t v);
void jw_kf64(struct jw *w, const char *key, double v);
void jw_kbool(struct jw *w, const char *key, bool v);
void jw_ktime(struct jw *w, const char *key, int64_t us, int zone_s);

// A parsed document in an arena (strict RFC 8259: no duplicate keys, valid UTF-8, depth at most
// JSON_DEPTH_MAX), so that nobody has to free anything. Two readers stand behind it, see
// base/json_plain.h.
enum json_type { JSON_NULL, JSON_BOOL, JSON_I64, JSON_F64, JSON_STR, JSON_ARR, JSON_OBJ };
struct json {
    enum json_type type;
    bool b;
    int64_t i;
    double f; // also set for JSON_I64
    str s;
    size_t n;          // members or elements
    str *keys;         // JSON_OBJ only, in document order
    struct json *vals; // JSON_OBJ and JSON_ARR
};
// NULL and an ERR_INVALID note with line and column when the text is not JSON.
struct json *json_parse(struct arena *a, str text, struct err *e);
const struct json *json_get(const struct json *obj, str key); // NULL when absent or not an object
str json_str(const struct json *obj, str key);                // empty when absent or not a string
int64_t json_i64(const struct json *obj, str key, int64_t otherwise);
void jw_json(struct jw *w, const struct json *v); // writes a parsed value back

// Field tables.
enum field_type {
    FIELD_BOOL, // bool
    FIELD_I64,  // int64_t, min..max when max > min
    FIELD_F64,  // double, min..max when max > min
    FIELD_STR,  // str, min to max code points (max 0: no limit); no control characters
    FIELD_TIME, // int64_t microseconds; RFC 3339 in JSON; 0 is null
    FIELD_STRS, // struct strs, at most max of them (max 0: no limit); options hold for each
    FIELD_OBJ,  // nested struct in place, table sub
    FIELD_LIST, // struct list of nested structs, table sub, element size in size; max as above
    FIELD_JSON, // const struct json *; any value
    FIELD_I64S, // struct i64s: an object of numbers (answers only)
    FIELD_F64S, // struct f64s: the same; NaN is null (answers only)
};
enum field_flag {
    FIELD_REQUIRED = 1,
    FIELD_ABSENT_NULL = 2, // when encoding: leave out when empty, zero or NULL
    FIELD_RAW = 4,         // FIELD_STR holding JSON text: encoded as it is (answers only)
    FIELD_INLINE = 8,      // FIELD_OBJ: its members stand in the enclosing object (answers only)
};
struct field {
    const char *key;
    enum field_type type;
    unsigned flags;
    size_t at; // offsetof
    int64_t min, max;
    const struct field *sub;
    size_t size;         // FIELD_LIST: sizeof element
    const char *options; // FIELD_STR, FIELD_STRS: "a|b|c", else refused
    const char *help;    // one phrase for the schema
};
struct strs {
    str *v;
    size_t n;
};
struct list {
    void *v;
    size_t n;
};
struct i64s {
    const str *keys;
    const int64_t *v;
    size_t n;
};
struct f64s {
    const str *keys;
    const double *v;
    size_t n;
};
// A table ends with a row whose key is NULL. Example: {"login", FIELD_STR, FIELD_REQUIRED,
// offsetof(struct in, login), .max = 40, .help = "log-in name"}.

// Decodes a JSON object; every unknown key, missing required key, wrong type and broken limit
// becomes a note, which names the field by its path, "parts[2].unit". An absent key leaves the
// member as it was, so that the caller can put defaults there; null makes it zero. What out points
// to lives in a.
enum err_code fields_decode(
    struct arena *a, str body, const struct field *table, void *out, struct err *e) MUST_USE;
void fields_encode(struct jw *w, const struct field *table, const void *in, int zone_s);
void fields_schema(struct jw *w, const struct field *table); // JSON Schema (OpenAPI 3.1) object

#endif
