#include "base/json.h"

#include <string.h>

#include "base/tm.h"

// What decoding carries down: where it stands is named by path, "a.b[2].c".
struct decode {
    struct arena *arena;
    struct err *err;
};

static void decode_obj(
    struct decode *d, const struct json *v, const struct field *table, char *out, str path);

static str path_key(struct decode *d, str path, str key)
{
    if (path.n == 0)
        return key;
    return str_fmt(d->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(key));
}

static str path_index(struct decode *d, str path, size_t i)
{
    return str_fmt(d->arena, "%.*s[%zu]", STR_ARG(path), i);
}

static bool has_range(const struct field *f)
{
    return f->max > f->min;
}

static str range_text(struct decode *d, const struct field *f)
{
    return str_fmt(d->arena, "%" PRId64 "..%" PRId64, f->min, f->max);
}

static void wrong_type(struct decode *d, str path, str expected)
{
    err_add(d->err, ERR_INVALID, path, expected, "wrong type", "类型不对");
}

static void out_of_range(struct decode *d, const struct field *f, str path)
{
    err_add(d->err, ERR_INVALID, path, range_text(d, f), "out of range", "超出范围");
}

static bool is_option(const char *options, str v)
{
    str rest = str_of(options), one = {0};
    while (str_cut(&rest, '|', &one))
        if (str_eq(one, v))
            return true;
    return false;
}

static void decode_str(
    struct decode *d, const struct json *v, const struct field *f, str *out, str path)
{
    if (v->type != JSON_STR) {
        wrong_type(d, path, S("string"));
        return;
    }
    if (!utf8_valid(v->s)) {
        err_add(d->err, ERR_INVALID, path, S("text"), "control characters", "含有控制字符");
        return;
    }
    if (f->options != NULL && !is_option(f->options, v->s)) {
        err_add(d->err, ERR_INVALID, path, str_of(f->options), "not one of the choices",
            "不在可选值之内");
        return;
    }
    size_t points = f->max > 0 || f->min > 0 ? utf8_count(v->s) : 0;
    if (f->max > 0 && points > (size_t)f->max) {
        err_add(d->err, ERR_INVALID, path, str_fmt(d->arena, "..%" PRId64, f->max),
            "too long: %zu characters", "过长：%zu 个字", points);
        return;
    }
    if (f->min > 0 && points < (size_t)f->min) {
        err_add(d->err, ERR_INVALID, path, str_fmt(d->arena, "%" PRId64 "..", f->min),
            "too short: %zu characters", "过短：%zu 个字", points);
        return;
    }
    *out = v->s;
}

static void decode_number(
    struct decode *d, const struct json *v, const struct field *f, void *out, str path)
{
    if (f->type == FIELD_I64 && v->type != JSON_I64) {
        wrong_type(d, path, S("integer"));
    } else if (v->type != JSON_I64 && v->type != JSON_F64) {
        wrong_type(d, path, S("number"));
    } else if (f->type == FIELD_I64) {
        if (has_range(f) && (v->i < f->min || v->i > f->max))
            out_of_range(d, f, path);
        else
            *(int64_t *)out = v->i;
    } else {
        if (has_range(f) && (v->f < (double)f->min || v->f > (double)f->max))
            out_of_range(d, f, path);
        else
            *(double *)out = v->f;
    }
}

static void decode_time(struct decode *d, const struct json *v, int64_t *out, str path)
{
    const str expected = S("RFC 3339, 2026-11-20T09:32:00+08:00");
    if (v->type != JSON_STR)
        wrong_type(d, path, expected);
    else if (!tm_parse(v->s, TM_ZONE_DEFAULT_S, out))
        err_add(d->err, ERR_INVALID, path, expected, "not a time", "时间格式不对");
}

static bool count_ok(struct decode *d, const struct json *v, const struct field *f, str path)
{
    if (v->type != JSON_ARR) {
        wrong_type(d, path, S("array"));
        return false;
    }
    if (f->max > 0 && v->n > (size_t)f->max) {
        err_add(d->err, ERR_INVALID, path, str_fmt(d->arena, "..%" PRId64, f->max), "too many: %zu",
            "过多：%zu 个", v->n);
        return false;
    }
    return true;
}

static void decode_strs(
    struct decode *d, const struct json *v, const struct field *f, struct strs *out, str path)
{
    if (!count_ok(d, v, f, path))
        return;
    const struct field one = {.type = FIELD_STR, .options = f->options};
    out->n = v->n;
    out->v = NEW_ARRAY(d->arena, v->n, str);
    for (size_t i = 0; i < v->n; i++)
        decode_str(d, &v->vals[i], &one, &out->v[i], path_index(d, path, i));
}

static void decode_list(
    struct decode *d, const struct json *v, const struct field *f, struct list *out, str path)
{
    CHECK(f->sub != NULL && f->size > 0);
    if (!count_ok(d, v, f, path))
        return;
    char *elements = arena_array(d->arena, v->n, f->size);
    for (size_t i = 0; i < v->n; i++)
        decode_obj(d, &v->vals[i], f->sub, elements + i * f->size, path_index(d, path, i));
    out->n = v->n;
    out->v = elements;
}

static void decode_value(
    struct decode *d, const struct json *v, const struct field *f, void *out, str path)
{
    switch (f->type) {
    case FIELD_BOOL:
        if (v->type == JSON_BOOL)
            *(bool *)out = v->b;
        else
            wrong_type(d, path, S("true|false"));
        return;
    case FIELD_I64:
    case FIELD_F64:
        decode_number(d, v, f, out, path);
        return;
    case FIELD_STR:
        decode_str(d, v, f, out, path);
        return;
    case FIELD_TIME:
        decode_time(d, v, out, path);
        return;
    case FIELD_STRS:
        decode_strs(d, v, f, out, path);
        return;
    case FIELD_OBJ:
        decode_obj(d, v, f->sub, out, path);
        return;
    case FIELD_LIST:
        decode_list(d, v, f, out, path);
        return;
    case FIELD_JSON:
        *(const struct json **)out = v;
        return;
    case FIELD_I64S:
    case FIELD_F64S:
        break; // in answers only
    }
    UNREACHABLE();
}

// null for a field that may be absent: as if it were zero.
static void clear_value(const struct field *f, void *out)
{
    switch (f->type) {
    case FIELD_BOOL:
        *(bool *)out = false;
        return;
    case FIELD_I64:
    case FIELD_TIME:
        *(int64_t *)out = 0;
        return;
    case FIELD_F64:
        *(double *)out = 0;
        return;
    case FIELD_STR:
        *(str *)out = (str){0};
        return;
    case FIELD_STRS:
        *(struct strs *)out = (struct strs){0};
        return;
    case FIELD_LIST:
        *(struct list *)out = (struct list){0};
        return;
    case FIELD_OBJ:
        for (const struct field *s = f->sub; s->key != NULL; s++)
            clear_value(s, (char *)out + s->at);
        return;
    case FIELD_JSON:
        *(const struct json **)out = NULL;
        return;
    case FIELD_I64S:
    case FIELD_F64S:
        break; // in answers only
    }
    UNREACHABLE();
}

static const struct field *find_field(const struct field *table, str key)
{
    for (const struct field *f = table; f->key != NULL; f++)
        if (str_eq(str_of(f->key), key))
            return f;
    return NULL;
}

static str known_keys(struct decode *d, const struct field *table)
{
    str *keys = NULL;
    size_t n = 0;
    for (const struct field *f = table; f->key != NULL; f++)
        VEC_PUSH(d->arena, keys, n) = str_of(f->key);
    return str_join(d->arena, keys, n, S(", "));
}

static void decode_obj(
    struct decode *d, const struct json *v, const struct field *table, char *out, str path)
{
    CHECK(table != NULL);
    if (v->type != JSON_OBJ) {
        wrong_type(d, path, S("object"));
        return;
    }
    for (size_t i = 0; i < v->n; i++) {
        if (find_field(table, v->keys[i]) == NULL)
            err_add(d->err, ERR_INVALID, path_key(d, path, v->keys[i]), known_keys(d, table),
                "unknown field", "没有这个字段");
    }
    for (const struct field *f = table; f->key != NULL; f++) {
        const struct json *value = json_get(v, str_of(f->key));
        str at = path_key(d, path, str_of(f->key));
        bool required = (f->flags & FIELD_REQUIRED) != 0;
        if (value != NULL && value->type == JSON_NULL && f->type != FIELD_JSON) {
            if (!required)
                clear_value(f, out + f->at);
            value = NULL;
        }
        if (value != NULL)
            decode_value(d, value, f, out + f->at, at);
        else if (required)
            err_add(d->err, ERR_INVALID, at, str_of(f->help), "required", "必填");
    }
}

enum err_code fields_decode(
    struct arena *a, str body, const struct field *table, void *out, struct err *e)
{
    // Notes that e already had are not ours to report.
    size_t before = e->n + e->dropped;
    const struct json *doc = json_parse(a, body, e);
    if (doc == NULL)
        return ERR_INVALID;
    struct decode d = {a, e};
    decode_obj(&d, doc, table, out, (str){0});
    return e->n + e->dropped > before ? ERR_INVALID : OK;
}

static bool is_empty(const struct field *f, const void *in)
{
    switch (f->type) {
    case FIELD_BOOL:
        return !*(const bool *)in;
    case FIELD_I64:
    case FIELD_TIME:
        return *(const int64_t *)in == 0;
    case FIELD_F64:
        return *(const double *)in == 0;
    case FIELD_STR:
        return ((const str *)in)->n == 0;
    case FIELD_STRS:
        return ((const struct strs *)in)->n == 0;
    case FIELD_LIST:
        return ((const struct list *)in)->n == 0;
    case FIELD_OBJ:
        for (const struct field *s = f->sub; s->key != NULL; s++)
            if (!is_empty(s, (const char *)in + s->at))
                return false;
        return true;
    case FIELD_JSON:
        return *(const struct json *const *)in == NULL;
    case FIELD_I64S:
        return ((const struct i64s *)in)->n == 0;
    case FIELD_F64S:
        return ((const struct f64s *)in)->n == 0;
    }
    UNREACHABLE();
}

static void encode_arrays(struct jw *w, const struct field *f, const void *in, int zone_s)
{
    jw_arr(w);
    if (f->type == FIELD_STRS) {
        const struct strs *strs = in;
        for (size_t i = 0; i < strs->n; i++)
            jw_str(w, strs->v[i]);
    } else {
        const struct list *list = in;
        for (size_t i = 0; i < list->n; i++)
            fields_encode(w, f->sub, (const char *)list->v + i * f->size, zone_s);
    }
    jw_end_arr(w);
}

static void encode_numbers(struct jw *w, const struct field *f, const void *in)
{
    jw_obj(w);
    if (f->type == FIELD_I64S) {
        const struct i64s *numbers = in;
        for (size_t i = 0; i < numbers->n; i++) {
            jw_key(w, numbers->keys[i]);
            jw_i64(w, numbers->v[i]);
        }
    } else {
        const struct f64s *numbers = in;
        for (size_t i = 0; i < numbers->n; i++) {
            jw_key(w, numbers->keys[i]);
            jw_f64(w, numbers->v[i]);
        }
    }
    jw_end_obj(w);
}

static void encode_value(struct jw *w, const struct field *f, const void *in, int zone_s)
{
    switch (f->type) {
    case FIELD_BOOL:
        jw_bool(w, *(const bool *)in);
        return;
    case FIELD_I64:
        jw_i64(w, *(const int64_t *)in);
        return;
    case FIELD_F64:
        jw_f64(w, *(const double *)in);
        return;
    case FIELD_STR:
        if ((f->flags & FIELD_RAW) == 0)
            jw_str(w, *(const str *)in);
        else if (is_empty(f, in))
            jw_null(w);
        else
            jw_raw(w, *(const str *)in);
        return;
    case FIELD_TIME:
        jw_time(w, *(const int64_t *)in, zone_s);
        return;
    case FIELD_STRS:
    case FIELD_LIST:
        encode_arrays(w, f, in, zone_s);
        return;
    case FIELD_OBJ:
        fields_encode(w, f->sub, in, zone_s);
        return;
    case FIELD_JSON:
        if (is_empty(f, in))
            jw_null(w);
        else
            jw_json(w, *(const struct json *const *)in);
        return;
    case FIELD_I64S:
    case FIELD_F64S:
        encode_numbers(w, f, in);
        return;
    }
    UNREACHABLE();
}

static void encode_members(struct jw *w, const struct field *table, const void *in, int zone_s)
{
    for (const struct field *f = table; f->key != NULL; f++) {
        const char *at = (const char *)in + f->at;
        if ((f->flags & FIELD_INLINE) != 0) {
            encode_members(w, f->sub, at, zone_s);
            continue;
        }
        if ((f->flags & FIELD_ABSENT_NULL) != 0 && is_empty(f, at))
            continue;
        jw_name(w, f->key);
        encode_value(w, f, at, zone_s);
    }
}

void fields_encode(struct jw *w, const struct field *table, const void *in, int zone_s)
{
    jw_obj(w);
    encode_members(w, table, in, zone_s);
    jw_end_obj(w);
}

static void schema_type(struct jw *w, const char *type, bool nullable)
{
    jw_key(w, S("type"));
    if (!nullable) {
        jw_str(w, str_of(type));
        return;
    }
    jw_arr(w);
    jw_str(w, str_of(type));
    jw_str(w, S("null"));
    jw_end_arr(w);
}

static void schema_options(struct jw *w, const char *options, bool nullable)
{
    str rest = str_of(options), one = {0};
    jw_key(w, S("enum"));
    jw_arr(w);
    while (str_cut(&rest, '|', &one))
        jw_str(w, one);
    if (nullable)
        jw_null(w);
    jw_end_arr(w);
}

static void schema_str(struct jw *w, const struct field *f, bool nullable)
{
    if ((f->flags & FIELD_RAW) != 0)
        return; // any value
    schema_type(w, "string", nullable);
    if (f->options != NULL)
        schema_options(w, f->options, nullable);
    if (f->min > 0)
        jw_ki64(w, "minLength", f->min);
    if (f->max > 0)
        jw_ki64(w, "maxLength", f->max);
}

static void schema_number(struct jw *w, const struct field *f, bool nullable)
{
    schema_type(w, f->type == FIELD_I64 ? "integer" : "number", nullable);
    if (f->type == FIELD_I64)
        jw_kstr(w, "format", S("int64"));
    if (has_range(f)) {
        jw_ki64(w, "minimum", f->min);
        jw_ki64(w, "maximum", f->max);
    }
}

static void schema_array(struct jw *w, const struct field *f, bool nullable)
{
    schema_type(w, "array", nullable);
    if (f->max > 0)
        jw_ki64(w, "maxItems", f->max);
    jw_key(w, S("items"));
    if (f->type == FIELD_LIST) {
        fields_schema(w, f->sub);
        return;
    }
    jw_obj(w);
    schema_type(w, "string", false);
    if (f->options != NULL)
        schema_options(w, f->options, false);
    jw_end_obj(w);
}

static void schema_numbers(struct jw *w, const struct field *f, bool nullable)
{
    schema_type(w, "object", nullable);
    jw_key(w, S("additionalProperties"));
    jw_obj(w);
    schema_type(w, f->type == FIELD_I64S ? "integer" : "number", f->type == FIELD_F64S);
    if (f->type == FIELD_I64S)
        jw_kstr(w, "format", S("int64"));
    jw_end_obj(w);
}

// The members of an object's schema, inside an open JSON object.
static void schema_members(struct jw *w, const struct field *table, bool nullable);

static void schema_field(struct jw *w, const struct field *f)
{
    bool nullable = (f->flags & FIELD_REQUIRED) == 0;
    jw_obj(w);
    switch (f->type) {
    case FIELD_BOOL:
        schema_type(w, "boolean", nullable);
        break;
    case FIELD_I64:
    case FIELD_F64:
        schema_number(w, f, nullable);
        break;
    case FIELD_STR:
        schema_str(w, f, nullable);
        break;
    case FIELD_TIME:
        schema_type(w, "string", nullable);
        jw_kstr(w, "format", S("date-time"));
        break;
    case FIELD_STRS:
    case FIELD_LIST:
        schema_array(w, f, nullable);
        break;
    case FIELD_OBJ:
        schema_members(w, f->sub, nullable);
        break;
    case FIELD_JSON:
        break; // any value
    case FIELD_I64S:
    case FIELD_F64S:
        schema_numbers(w, f, nullable);
        break;
    }
    if (f->help != NULL)
        jw_kstr(w, "description", str_of(f->help));
    jw_end_obj(w);
}

static bool schema_properties(struct jw *w, const struct field *table)
{
    bool any_required = false;
    for (const struct field *f = table; f->key != NULL; f++) {
        if ((f->flags & FIELD_INLINE) != 0) {
            schema_properties(w, f->sub);
            continue;
        }
        any_required |= (f->flags & FIELD_REQUIRED) != 0;
        jw_key(w, str_of(f->key));
        schema_field(w, f);
    }
    return any_required;
}

static void schema_members(struct jw *w, const struct field *table, bool nullable)
{
    schema_type(w, "object", nullable);
    jw_key(w, S("properties"));
    jw_obj(w);
    bool any_required = schema_properties(w, table);
    jw_end_obj(w);
    if (any_required) {
        jw_key(w, S("required"));
        jw_arr(w);
        for (const struct field *f = table; f->key != NULL; f++)
            if ((f->flags & FIELD_REQUIRED) != 0)
                jw_str(w, str_of(f->key));
        jw_end_arr(w);
    }
    jw_kbool(w, "additionalProperties", false);
}

void fields_schema(struct jw *w, const struct field *table)
{
    jw_obj(w);
    schema_members(w, table, false);
    jw_end_obj(w);
}
