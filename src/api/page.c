#include "api/page.h"

#include <string.h>
#include "api/metrics.h"
#include "base/embed.h"

static const char CSP[] = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
                          "base-uri 'none'; form-action 'self';"
                          " frame-ancestors 'self'";

// Paths the browser's own router knows; the shell answers them, anything else is a true 404.
static const char *const SHELL_PATHS[] = {"/", "/items", "/i/", "/desk", "/boards", "/scores",
    "/registers", "/cadences", "/supervision", "/keydates", "/month", "/new", "/import", "/jobs",
    "/settings", "/password"};

static bool shell_path(str path)
{
    for (size_t i = 0; i < ARRAY_LEN(SHELL_PATHS); i++) {
        str p = str_of(SHELL_PATHS[i]);
        if (str_eq(path, p))
            return true;
        if (p.n > 1 && str_starts(path, p) && (p.s[p.n - 1] == '/' || path.s[p.n] == '/'))
            return true;
    }
    return false;
}

// The methods a path takes, for the header Allow. [RFC 9110 15.5.6]
static str methods_of(struct call *k)
{
    static const char *const NAMES[] = {[HTTP_GET] = "GET, HEAD",
        [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH",
        [HTTP_DELETE] = "DELETE"};
    str *names = NULL;
    size_t n = 0;
    for (size_t m = 0; m < ARRAY_LEN(NAMES); m++) {
        struct call other = {0};
        bool known;
        if (route_find((enum http_method)m, k->req->path, &other, &known))
            VEC_PUSH(k->req->arena, names, n) = str_of(NAMES[m]);
    }
    return str_join(k->req->arena, names, n, S(", "));
}

static void answer_missing(struct call *k, bool known)
{
    if (known)
        http_set(k->req, "Allow", methods_of(k));
    if (known)
        err_add(&k->err, ERR_INVALID, S("method"), (str){0}, "this path does not take that method",
            "这个地址不支持这种请求方法");
    else
        err_add(&k->err, ERR_MISSING, S("path"), (str){0}, "there is nothing here", "没有这个地址");
    http_answer(k->req, known ? 405 : 404, "application/json; charset=utf-8",
        call_errors(k->req->arena, &k->err));
}

static bool takes_gzip(struct call *k)
{
    return str_has(http_header(k->req, "Accept-Encoding"), S("gzip"));
}

static const struct embed_file *web_file(struct call *k, str name)
{
    return embed_find(str_fmt(k->req->arena, "web/dist/%.*s", STR_ARG(name)));
}

static void answer_file(struct call *k, const struct embed_file *f, bool hashed)
{
    k->req->route = k->req->group = METRICS_PAGE;
    str tag = str_fmt(k->req->arena, "\"%s\"", f->sha256_16);
    http_set(k->req, "ETag", tag);
    http_set(
        k->req, "Cache-Control", hashed ? S("public, max-age=31536000, immutable") : S("no-cache"));
    if (!hashed)
        http_set(k->req, "Content-Security-Policy", str_of(CSP));
    if (str_eq(http_header(k->req, "If-None-Match"), tag)) {
        http_answer(k->req, 304, f->type, S(""));
        return;
    }
    if (f->gz.n > 0) {
        http_set(k->req, "Vary", S("Accept-Encoding"));
        if (takes_gzip(k)) {
            http_set(k->req, "Content-Encoding", S("gzip"));
            http_answer_static(k->req, 200, f->type, f->gz);
            return;
        }
    }
    http_answer_static(k->req, 200, f->type, f->bytes);
}

void page_or_missing(struct call *k, bool known)
{
    str path = k->req->path;
    if (known || k->req->method != HTTP_GET || str_starts(path, S("/api/"))) {
        answer_missing(k, known);
        return;
    }
    bool hashed = str_starts(path, S("/assets/"));
    str name = shell_path(path) ? S("index.html") : str_sub(path, 1, path.n);
    const struct embed_file *f = web_file(k, name);
    if (f)
        answer_file(k, f, hashed);
    else
        answer_missing(k, false);
}

static str escape(struct arena *a, str x)
{
    struct buf b;
    buf_init(&b, a, 64 * KIB);
    for (size_t i = 0; i < x.n; i++) {
        switch (x.s[i]) {
        case '<':
            buf_addz(&b, "&lt;");
            break;
        case '>':
            buf_addz(&b, "&gt;");
            break;
        case '&':
            buf_addz(&b, "&amp;");
            break;
        case '"':
            buf_addz(&b, "&quot;");
            break;
        default:
            buf_byte(&b, x.s[i]);
        }
    }
    return buf_str(&b);
}

static str replace(struct arena *a, str text, str mark, str by)
{
    for (size_t i = 0; i + mark.n <= text.n; i++)
        if (memcmp(text.s + i, mark.s, mark.n) == 0)
            return str_fmt(a, "%.*s%.*s%.*s", (int)i, text.s, STR_ARG(by),
                (int)(text.n - i - mark.n), text.s + i + mark.n);
    return text;
}

size_t page_demo_people(const struct rules *r, const struct person **out, size_t max)
{
    uint64_t seen = 0;
    size_t n = 0;
    for (size_t i = 0; i < r->n_people && n < max; i++) {
        const struct person *p = &r->people[i];
        if (!p->demo || p->n == 0)
            continue;
        uint64_t bit = UINT64_C(1) << ((size_t)(p->grants[0].role - r->roles) & 63);
        if (!(seen & bit))
            out[n++] = p;
        seen |= bit;
    }
    return n;
}

static str demo_logins(struct call *k)
{
    if (!app_conf(k->app)->demo)
        return (str){0};
    struct buf b;
    buf_init(&b, k->req->arena, 64 * KIB);
    buf_addz(&b, "<p>演示用户（口令均为 <code>" PAGE_DEMO_PASSWORD "</code>）：");
    const struct person *people[PAGE_DEMO_MAX];
    size_t n = page_demo_people(k->ctx.rules, people, PAGE_DEMO_MAX);
    for (size_t i = 0; i < n; i++) {
        str login = escape(k->req->arena, people[i]->login);
        str title = escape(k->req->arena, people[i]->grants[0].role->title);
        buf_fmt(&b, "%s<code>%.*s</code> %.*s", i == 0 ? "" : "，", STR_ARG(login), STR_ARG(title));
    }
    buf_addz(&b, "</p>");
    return buf_str(&b);
}

void page_login(struct call *k, str message)
{
    struct arena *a = k->req->arena;
    const struct embed_file *f = web_file(k, S("login.html"));
    if (!f) {
        answer_missing(k, false);
        return;
    }
    str note = message.n > 0 ? str_fmt(a, "<p class=\"error\" role=\"alert\">%.*s</p>",
                                   STR_ARG(escape(a, message)))
                             : (str){0};
    str html = replace(a, f->bytes, S("<!--message-->"), note);
    html = replace(a, html, S("<!--demo-->"), demo_logins(k));
    html = replace(a, html, S("<!--town-->"), escape(a, k->ctx.rules->town_name));
    http_set(k->req, "Content-Security-Policy", str_of(CSP));
    http_answer(k->req, message.n > 0 ? 401 : 200, "text/html; charset=utf-8", html);
}

enum err_code page_login_get(struct call *k)
{
    page_login(k, (str){0});
    return OK;
}
