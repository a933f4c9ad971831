#include "base/json_plain.h"

// The one name both sides use; ours wins here.
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef JSON_NULL

static const char *parse_fault(enum json_error_code code, enum lang lang)
{
    bool en = lang == LANG_EN;
    switch (code) {
    case json_error_premature_end_of_input:
        return en ? "ends too early" : "内容不完整";
    case json_error_end_of_input_expected:
        return en ? "something follows the value" : "值之后有多余内容";
    case json_error_invalid_utf8:
        return en ? "not UTF-8" : "不是有效的 UTF-8";
    case json_error_duplicate_key:
        return en ? "a key stands twice in an object" : "同一对象中键重复";
    case json_error_numeric_overflow:
        return en ? "a number is too large" : "数值过大";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return en ? "a NUL character" : "含有空字符 NUL";
    default:
        return en ? "wrong syntax" : "语法错误";
    }
}

// Looks at brackets outside strings alone. Done before the parser, which recurses, sees the text.
static bool depth_ok(str text, struct err *e)
{
    int depth = 0, line = 1, column = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        column += ((unsigned char)c & 0xC0) != 0x80;
        if (c == '\n') {
            line++;
            column = 0;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (quoted) {
            i += c == '\\'; // whatever is escaped is one byte here; the parser knows better
            column += c == '\\';
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX) {
                err_at(e, line, column, (str){0}, str_fmt(e->arena, "1..%d", JSON_DEPTH_MAX),
                    "JSON is nested too deeply", "JSON 嵌套过深");
                return false;
            }
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return true;
}

static str copy_string(struct arena *a, const json_t *v)
{
    return str_dup(a, (str){json_string_value(v), json_string_length(v)});
}

static void copy(struct arena *a, json_t *v, struct json *out);

static void copy_members(struct arena *a, json_t *obj, struct json *out)
{
    out->n = json_object_size(obj);
    out->keys = NEW_ARRAY(a, out->n, str);
    out->vals = NEW_ARRAY(a, out->n, struct json);
    size_t i = 0;
    for (void *it = json_object_iter(obj); it != NULL; it = json_object_iter_next(obj, it)) {
        out->keys[i] = str_dup(a, (str){json_object_iter_key(it), json_object_iter_key_len(it)});
        copy(a, json_object_iter_value(it), &out->vals[i]);
        i++;
    }
}

// Recursion is bounded by depth_ok.
static void copy(struct arena *a, json_t *v, struct json *out)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        out->type = JSON_OBJ;
        copy_members(a, v, out);
        return;
    case JSON_ARRAY:
        out->type = JSON_ARR;
        out->n = json_array_size(v);
        out->vals = NEW_ARRAY(a, out->n, struct json);
        for (size_t i = 0; i < out->n; i++)
            copy(a, json_array_get(v, i), &out->vals[i]);
        return;
    case JSON_STRING:
        out->type = JSON_STR;
        out->s = copy_string(a, v);
        return;
    case JSON_INTEGER:
        out->type = JSON_I64;
        out->i = json_integer_value(v);
        out->f = (double)out->i;
        return;
    case JSON_REAL:
        out->type = JSON_F64;
        out->f = json_real_value(v);
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        out->type = JSON_BOOL;
        out->b = json_typeof(v) == JSON_TRUE;
        return;
    case JANSSON_NULL:
        out->type = JSON_NULL;
        return;
    }
    UNREACHABLE();
}

struct json *json_parse(struct arena *a, str text, struct err *e)
{
    struct json *plain = json_plain(a, text);
    return plain != NULL ? plain : json_strict(a, text, e);
}

struct json *json_strict(struct arena *a, str text, struct err *e)
{
    if (!depth_ok(text, e))
        return NULL;
    json_error_t fault;
    json_t *doc = json_loadb(
        text.n == 0 ? "" : text.s, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (doc == NULL && json_error_code(&fault) == json_error_out_of_memory) {
        (void)err_add(
            e, ERR_BUSY, (str){0}, (str){0}, "out of memory, try again", "内存不足，请稍后再试");
        return NULL;
    }
    if (doc == NULL) {
        const char *what = parse_fault(json_error_code(&fault), e->lang);
        int line = fault.line > 0 ? fault.line : 1, column = fault.column > 0 ? fault.column : 1;
        err_at(e, line, column, (str){0}, (str){0}, "not JSON: %s", "不是有效的 JSON：%s", what);
        return NULL;
    }
    struct json *out = NEW(a, struct json);
    copy(a, doc, out);
    json_decref(doc);
    return out;
}

const struct json *json_get(const struct json *obj, str key)
{
    if (obj == NULL || obj->type != JSON_OBJ)
        return NULL;
    for (size_t i = 0; i < obj->n; i++)
        if (str_eq(obj->keys[i], key))
            return &obj->vals[i];
    return NULL;
}

str json_str(const struct json *obj, str key)
{
    const struct json *v = json_get(obj, key);
    return v != NULL && v->type == JSON_STR ? v->s : (str){0};
}

int64_t json_i64(const struct json *obj, str key, int64_t otherwise)
{
    const struct json *v = json_get(obj, key);
    return v != NULL && v->type == JSON_I64 ? v->i : otherwise;
}
