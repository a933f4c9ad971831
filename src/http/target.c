#define _GNU_SOURCE // memmem
#include "http/target.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// What a piece of the target holds, found in one pass, so that the usual plain piece is not copied.
struct scan {
    bool escapes, high, bad;
};

static struct scan scan_piece(str raw, bool plus)
{
    struct scan found = {0};
    for (size_t i = 0; i < raw.n; i++) {
        unsigned char c = (unsigned char)raw.s[i];
        if (c == '%' || (plus && c == '+'))
            found.escapes = true;
        else if (c >= 0x80)
            found.high = true;
        else if (c <= ' ' || c == 0x7f)
            found.bad = true;
    }
    return found;
}

// Percent escapes, and '+' as a blank where plus is set. False on a bad escape, a NUL or bytes that
// are not UTF-8.
static bool decode(struct arena *a, str raw, bool plus, str *out)
{
    struct scan found = scan_piece(raw, plus);
    *out = raw;
    if (found.bad)
        return false;
    if (!found.escapes)
        return !found.high || utf8_valid(raw);
    char *to = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.s[i];
        if (c == '%') {
            int high = raw.n - i > 2 ? hex_digit(raw.s[i + 1]) : -1;
            int low = raw.n - i > 2 ? hex_digit(raw.s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        to[n++] = c;
    }
    *out = (str){to, n};
    return utf8_valid(*out);
}

static bool has_control(str x)
{
    for (size_t i = 0; i < x.n; i++)
        if ((unsigned char)x.s[i] < ' ' || x.s[i] == 0x7f)
            return true;
    return false;
}

// Looked for in the decoded path, so that "%2e%2e%2f" does not slip through.
static bool climbs(str path)
{
    const char *at = path.n < 3 ? NULL : memmem(path.s, path.n, "/..", 3);
    while (at != NULL) {
        size_t after = (size_t)(at - path.s) + 3;
        if (after == path.n || path.s[after] == '/')
            return true;
        at = memmem(path.s + after, path.n - after, "/..", 3);
    }
    return false;
}

// "http://host:1234/path" is allowed in a request line and means "/path". [RFC 9112 3.2.2]
static bool cut_origin(str *raw)
{
    size_t skip = 0;
    if (raw->n >= 7 && strncasecmp(raw->s, "http://", 7) == 0)
        skip = 7;
    else if (raw->n >= 8 && strncasecmp(raw->s, "https://", 8) == 0)
        skip = 8;
    if (skip == 0)
        return false;
    while (skip < raw->n && raw->s[skip] != '/' && raw->s[skip] != '?')
        skip++;
    *raw = str_sub(*raw, skip, raw->n);
    return true;
}

static bool parse_query(struct arena *a, str query, struct target *out)
{
    str piece = {0};
    while (str_cut(&query, '&', &piece)) {
        if (piece.n == 0)
            continue;
        size_t eq = str_find(piece, '=');
        struct http_pair pair = {0};
        if (!decode(a, str_sub(piece, 0, eq), true, &pair.name) ||
            !decode(a, str_sub(piece, eq + 1, piece.n), true, &pair.value))
            return false;
        VEC_PUSH(a, out->query, out->n) = pair;
    }
    return true;
}

bool target_parse(struct arena *a, str raw, struct target *out, const char **expected)
{
    *out = (struct target){0};
    bool absolute = cut_origin(&raw);
    size_t mark = str_find(raw, '?');
    str path = str_sub(raw, 0, mark);
    if (path.n == 0 && absolute)
        path = S("/");
    *expected = "a path that starts with / and is percent-encoded UTF-8";
    if (path.n == 0 || path.s[0] != '/' || !decode(a, path, false, &out->path) ||
        has_control(out->path))
        return false;
    *expected = "a path without .. segments";
    if (climbs(out->path))
        return false;
    *expected = "query parameters that are percent-encoded UTF-8";
    return mark == raw.n || parse_query(a, str_sub(raw, mark + 1, raw.n), out);
}
