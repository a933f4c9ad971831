#include "api/openapi.h"

#include <string.h>

static const char *const METHODS[] = {[HTTP_GET] = "get",
    [HTTP_POST] = "post",
    [HTTP_PUT] = "put",
    [HTTP_PATCH] = "patch",
    [HTTP_DELETE] = "delete"};

struct note_view {
    str code, field, message, expected;
    int64_t line, column;
};
static const struct field NOTE_VIEW[] = {
    {"code", FIELD_STR, .at = offsetof(struct note_view, code),
        .options = "invalid|login|denied|missing|conflict|limit|rate|busy|store"},
    {"field", FIELD_STR, .at = offsetof(struct note_view, field)},
    {"message", FIELD_STR, .at = offsetof(struct note_view, message),
        .help = "for people, in their language"},
    {"expected", FIELD_STR, .at = offsetof(struct note_view, expected)},
    {"line", FIELD_I64, .at = offsetof(struct note_view, line)},
    {"column", FIELD_I64, .at = offsetof(struct note_view, column)},
    {0},
};
struct errors_view {
    struct list errors;
    const struct json *current;
};
static const struct field ERRORS_VIEW[] = {
    {"errors", FIELD_LIST, .at = offsetof(struct errors_view, errors), .sub = NOTE_VIEW,
        .size = sizeof(struct note_view)},
    {"current", FIELD_JSON, .at = offsetof(struct errors_view, current),
        .help = "409 on a stale version: the item as it now stands"},
    {0},
};

static void write_parameter(struct jw *w, str name, const char *in, const struct field *f)
{
    jw_obj(w);
    jw_kstr(w, "name", name);
    jw_kstr(w, "in", str_of(in));
    jw_kbool(w, "required", strcmp(in, "path") == 0);
    jw_key(w, S("schema"));
    jw_obj(w);
    bool number = f && f->type == FIELD_I64;
    jw_kstr(w, "type", number ? S("integer") : S("string"));
    str options = f && f->options ? str_of(f->options) : (str){0};
    if (options.n > 0) {
        str o;
        jw_key(w, S("enum"));
        jw_arr(w);
        while (str_cut(&options, '|', &o))
            jw_str(w, o);
        jw_end_arr(w);
    }
    jw_end_obj(w);
    if (f && f->help)
        jw_kstr(w, "description", str_of(f->help));
    jw_end_obj(w);
}

static void write_parameters(struct jw *w, const struct route *r)
{
    static const struct field NUMBER = {"id", FIELD_I64};
    jw_key(w, S("parameters"));
    jw_arr(w);
    str rest = str_of(r->path), part;
    int n = 0;
    while (str_cut(&rest, '/', &part)) {
        if (str_eq(part, S("{id}")))
            write_parameter(w, n++ == 0 ? S("id") : S("id2"), "path", &NUMBER);
        if (str_eq(part, S("{key}")))
            write_parameter(w, S("key"), "path", NULL);
    }
    for (const struct field *f = r->query; f && f->key; f++)
        write_parameter(w, str_of(f->key), "query", f);
    if (!r->read)
        write_parameter(w, S("Idempotency-Key"), "header", NULL);
    jw_end_arr(w);
}

static void write_content(struct jw *w, const char *type, const struct field *table)
{
    jw_key(w, S("content"));
    jw_obj(w);
    jw_key(w, str_of(type));
    jw_obj(w);
    if (table) {
        jw_key(w, S("schema"));
        fields_schema(w, table);
    }
    jw_end_obj(w);
    jw_end_obj(w);
}

static void write_responses(struct jw *w, const struct route *r)
{
    jw_key(w, S("responses"));
    jw_obj(w);
    jw_key(w, str_fmt(w->out->arena, "%d", r->status));
    jw_obj(w);
    jw_kstr(w, "description", S("success"));
    if (r->out)
        write_content(w, "application/json", r->out);
    jw_end_obj(w);
    jw_key(w, S("default"));
    jw_obj(w);
    jw_kstr(w, "description", S("every error, several at once where several are wrong"));
    write_content(w, "application/json", ERRORS_VIEW);
    jw_end_obj(w);
    jw_end_obj(w);
}

// "role.grant", or "person.manage|role.grant" where either will do.
static str rights_needed(struct arena *a, const struct route *r)
{
    if (r->may == MAY_ANYONE)
        return S("none");
    if (r->or_may == 0)
        return right_key(r->may);
    return str_fmt(a, "%.*s|%.*s", STR_ARG(right_key(r->may)), STR_ARG(right_key(r->or_may)));
}

static void write_operation(struct jw *w, const struct route *r)
{
    jw_key(w, str_of(METHODS[r->method]));
    jw_obj(w);
    jw_kstr(w, "summary", str_of(r->help));
    jw_kstr(w, "x-right", rights_needed(w->out->arena, r));
    write_parameters(w, r);
    if (r->in || r->body_max > 0) {
        jw_key(w, S("requestBody"));
        jw_obj(w);
        jw_kbool(w, "required", r->in != NULL);
        const char *by_hand = r->body_type ? r->body_type : "multipart/form-data";
        write_content(w, r->in ? "application/json" : by_hand, r->in);
        jw_end_obj(w);
    }
    write_responses(w, r);
    jw_end_obj(w);
}

// "/api/items/{id}/files/{id}" has two numbers: the second is called id2.
static str path_name(struct arena *a, const char *path)
{
    str p = str_of(path);
    for (size_t i = 0, n = 0; i + 4 <= p.n; i++)
        if (memcmp(p.s + i, "{id}", 4) == 0 && n++ == 1)
            return str_fmt(a, "%.*s{id2}%.*s", (int)i, p.s, (int)(p.n - i - 4), p.s + i + 4);
    return p;
}

void openapi_write(struct jw *w)
{
    jw_obj(w);
    jw_kstr(w, "openapi", S("3.1.0"));
    jw_key(w, S("info"));
    jw_obj(w);
    jw_kstr(w, "title", S("Bihuan 闭环"));
    jw_kstr(w, "version", S("1"));
    jw_end_obj(w);
    jw_key(w, S("paths"));
    jw_obj(w);
    for (size_t i = 0; i < route_count(); i++) {
        bool first = true;
        for (size_t p = 0; p < i; p++)
            first = first && strcmp(ROUTES[p].path, ROUTES[i].path) != 0;
        if (!first)
            continue;
        jw_key(w, path_name(w->out->arena, ROUTES[i].path));
        jw_obj(w);
        for (size_t r = i; r < route_count(); r++)
            if (strcmp(ROUTES[r].path, ROUTES[i].path) == 0)
                write_operation(w, &ROUTES[r]);
        jw_end_obj(w);
    }
    jw_end_obj(w);
    jw_end_obj(w);
}

enum err_code openapi_get(struct call *k)
{
    openapi_write(&k->w);
    call_answer(k, 0);
    return OK;
}
