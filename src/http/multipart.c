#define _GNU_SOURCE // memmem
#include "http/multipart.h"

#include <string.h>
#include <strings.h>

// Where the parser stands in the body.
struct reader {
    struct arena *arena;
    struct err *e;
    str delimiter; // "\r\n--boundary"
    str rest;
};

static bool wrong(struct err *e, const char *expected, const char *en, const char *zh)
{
    err_add(e, ERR_INVALID, S("body"), str_of(expected), "%s", "%s", e->lang == LANG_EN ? en : zh);
    return false;
}

static bool starts_nocase(str a, str prefix)
{
    return a.n >= prefix.n && strncasecmp(a.s, prefix.s, prefix.n) == 0;
}

static bool eq_nocase(str a, str b)
{
    return a.n == b.n && strncasecmp(a.s, b.s, b.n) == 0;
}

static bool is_boundary_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c != '\0' && strchr("'()+_,-./:=? ", c) != NULL);
}

static str skip_blanks(str x)
{
    while (x.n > 0 && (x.s[0] == ' ' || x.s[0] == '\t'))
        x = str_sub(x, 1, x.n);
    while (x.n > 0 && (x.s[x.n - 1] == ' ' || x.s[x.n - 1] == '\t'))
        x.n--;
    return x;
}

// Cuts "; name=value" or "; name="value"" off the front. Inside quotes only \" is an escape:
// browsers leave other backslashes as they are. False when what is left is not a parameter.
static bool cut_parameter(struct arena *a, str *rest, str *name, str *value)
{
    *rest = skip_blanks(*rest);
    if (rest->n == 0 || rest->s[0] != ';')
        return false;
    *rest = skip_blanks(str_sub(*rest, 1, rest->n));
    size_t eq = str_find(*rest, '=');
    if (eq == 0 || eq == rest->n)
        return false;
    *name = skip_blanks(str_sub(*rest, 0, eq));
    *rest = skip_blanks(str_sub(*rest, eq + 1, rest->n));
    if (rest->n == 0 || rest->s[0] != '"') {
        size_t end = str_find(*rest, ';');
        *value = skip_blanks(str_sub(*rest, 0, end));
        *rest = str_sub(*rest, end, rest->n);
        return value->n > 0;
    }
    char *to = arena_alloc(a, rest->n);
    size_t n = 0, i = 1;
    while (i < rest->n && rest->s[i] != '"') {
        if (rest->s[i] == '\\' && i + 1 < rest->n && rest->s[i + 1] == '"')
            i++;
        to[n++] = rest->s[i++];
    }
    if (i == rest->n)
        return false; // no closing quote
    *value = (str){to, n};
    *rest = str_sub(*rest, i + 1, rest->n);
    return true;
}

static bool read_boundary(struct arena *a, str content_type, str *boundary)
{
    const str type = S("multipart/form-data");
    if (!starts_nocase(content_type, type))
        return false;
    str rest = str_sub(content_type, type.n, content_type.n), name = {0}, value = {0};
    while (cut_parameter(a, &rest, &name, &value))
        if (eq_nocase(name, S("boundary")))
            *boundary = value;
    if (skip_blanks(rest).n > 0 || boundary->n == 0 || boundary->n > MULTIPART_BOUNDARY_MAX_BYTES)
        return false;
    for (size_t i = 0; i < boundary->n; i++)
        if (!is_boundary_char(boundary->s[i]))
            return false;
    return boundary->s[boundary->n - 1] != ' ';
}

// Browsers write a quote and line breaks in names as %22, %0D and %0A, and nothing else so.
// [WHATWG HTML 4.10.21.8]
static str unescape_name(struct arena *a, str x)
{
    char *to = arena_alloc(a, x.n);
    size_t n = 0;
    for (size_t i = 0; i < x.n; i++) {
        str three = str_sub(x, i, 3);
        char c = x.s[i];
        if (eq_nocase(three, S("%22")))
            c = '"';
        else if (eq_nocase(three, S("%0D")))
            c = '\r';
        else if (eq_nocase(three, S("%0A")))
            c = '\n';
        if (c != x.s[i])
            i += 2;
        to[n++] = c;
    }
    return (str){to, n};
}

// Some clients send the whole path.
static str last_component(str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.s[i - 1] == '/' || path.s[i - 1] == '\\')
            return str_sub(path, i, path.n);
    return path;
}

static bool printable(str x)
{
    for (size_t i = 0; i < x.n; i++)
        if ((unsigned char)x.s[i] < ' ' || x.s[i] == 0x7f)
            return false;
    return utf8_valid(x);
}

static bool read_disposition(struct reader *r, str value, struct http_part *part)
{
    const char *expected = "Content-Disposition: form-data; name=\"...\"";
    const str kind = S("form-data");
    if (!starts_nocase(value, kind))
        return wrong(r->e, expected, "a part is not form data", "某一部分不是表单数据");
    str rest = str_sub(value, kind.n, value.n), name = {0}, text = {0};
    bool named = false, extended = false;
    while (cut_parameter(r->arena, &rest, &name, &text)) {
        if (eq_nocase(name, S("name")) && !named) {
            part->name = unescape_name(r->arena, text);
            named = true;
        } else if (eq_nocase(name, S("filename")) && part->filename.s == NULL) {
            part->filename = last_component(unescape_name(r->arena, text));
        } else if (eq_nocase(name, S("filename*"))) {
            extended =
                true; // allowed beside filename, but says nothing it does not say [RFC 7578 4.2]
        } else {
            return wrong(r->e, expected, "a part's header is malformed", "某一部分的头格式不正确");
        }
    }
    if (skip_blanks(rest).n > 0 || part->name.n == 0 || (extended && part->filename.s == NULL))
        return wrong(r->e, expected, "a part has no name", "某一部分没有名称");
    if (!printable(part->name) || !printable(part->filename))
        return wrong(r->e, "UTF-8 without control characters", "a part's name is not text",
            "某一部分的名称不是有效文本");
    return true;
}

static bool read_header(struct reader *r, str line, struct http_part *part)
{
    size_t colon = str_find(line, ':');
    str name = str_sub(line, 0, colon), value = skip_blanks(str_sub(line, colon + 1, line.n));
    if (colon == 0 || colon == line.n || !printable(line))
        return wrong(r->e, "name: value", "a part's header is malformed", "某一部分的头格式不正确");
    if (eq_nocase(name, S("Content-Disposition"))) {
        if (part->name.n > 0)
            return wrong(
                r->e, "one Content-Disposition", "a part is named twice", "某一部分重复命名");
        return read_disposition(r, value, part);
    }
    if (eq_nocase(name, S("Content-Type")))
        part->type = value;
    bool plain =
        eq_nocase(value, S("7bit")) || eq_nocase(value, S("8bit")) || eq_nocase(value, S("binary"));
    if (eq_nocase(name, S("Content-Transfer-Encoding")) && !plain)
        return wrong(r->e, "binary", "a part is encoded", "某一部分使用了传输编码");
    return true;
}

// The lines up to the empty one.
static bool read_headers(struct reader *r, struct http_part *part)
{
    str window = str_sub(r->rest, 0, MULTIPART_HEADERS_MAX_BYTES);
    for (;;) {
        const char *end = window.n == 0 ? NULL : memmem(window.s, window.n, "\r\n", 2);
        if (end == NULL)
            return wrong(r->e, "at most 4096 bytes of headers, then an empty line",
                "a part's headers do not end", "某一部分的头没有结束");
        str line = {window.s, (size_t)(end - window.s)};
        window = str_sub(window, line.n + 2, window.n);
        r->rest = str_sub(r->rest, line.n + 2, r->rest.n);
        if (line.n == 0)
            break;
        if (!read_header(r, line, part))
            return false;
    }
    if (part->name.n == 0)
        return wrong(r->e, "Content-Disposition: form-data; name=\"...\"", "a part has no name",
            "某一部分没有名称");
    return true;
}

// After a boundary: "--" ends the body, a line break begins a part.
static bool at_end(struct reader *r, bool *end)
{
    *end = str_starts(r->rest, S("--"));
    if (!*end && !str_starts(r->rest, S("\r\n")))
        return wrong(r->e, "a line break behind the boundary", "a boundary is malformed",
            "分隔符格式不正确");
    r->rest = str_sub(r->rest, 2, r->rest.n);
    if (*end && r->rest.n > 0 && !str_eq(r->rest, S("\r\n")))
        return wrong(r->e, "nothing behind the last boundary", "bytes follow the last boundary",
            "结尾分隔符之后还有内容");
    return true;
}

static bool read_content(struct reader *r, struct http_part *part)
{
    // An empty part may end with the line break that ends its headers; the delimiter needs its own
    // all the same.
    const char *end = r->rest.n < r->delimiter.n
                          ? NULL
                          : memmem(r->rest.s, r->rest.n, r->delimiter.s, r->delimiter.n);
    if (end == NULL)
        return wrong(r->e, "a boundary behind every part", "the last part does not end",
            "最后一部分没有结束");
    part->content = (str){r->rest.s, (size_t)(end - r->rest.s)};
    r->rest = str_sub(r->rest, part->content.n + r->delimiter.n, r->rest.n);
    return true;
}

bool multipart_parse(
    struct arena *a, str content_type, str body, struct http_part **parts, size_t *n, struct err *e)
{
    *parts = NULL;
    *n = 0;
    str boundary = {0};
    if (!read_boundary(a, content_type, &boundary)) {
        err_add(e, ERR_INVALID, S("Content-Type"), S("multipart/form-data; boundary=..."),
            "the body is not a form with files", "请求正文不是带文件的表单");
        return false;
    }
    struct reader r = {.arena = a, .e = e, .rest = body};
    r.delimiter = str_fmt(a, "\r\n--%.*s", STR_ARG(boundary));
    str first = str_sub(
        r.delimiter, 2, r.delimiter.n); // the body begins with it, without a line break before
    if (!str_starts(body, first))
        return wrong(e, "the boundary first", "the body does not begin with its boundary",
            "请求正文没有以分隔符开头");
    r.rest = str_sub(body, first.n, body.n);
    for (bool end = false;;) {
        if (!at_end(&r, &end))
            return false;
        if (end)
            return true;
        if (*n == MULTIPART_PARTS_MAX) {
            err_add(e, ERR_LIMIT, S("body"), S("at most 20 parts"), "the form has too many parts",
                "表单的部分太多");
            return false;
        }
        struct http_part part = {0};
        if (!read_headers(&r, &part) || !read_content(&r, &part))
            return false;
        VEC_PUSH(a, *parts, *n) = part;
    }
}
