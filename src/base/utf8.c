#include "base/str.h"

#include <string.h>
#include <utf8proc.h>

static bool is_tail(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

// Length of the well-formed sequence of two or more bytes at p, or 0. [Unicode, table 3-7]
static size_t sequence(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c >= 0xC2 && c <= 0xDF)
        return left >= 2 && is_tail(p[1]) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF) {
        unsigned char lo = c == 0xE0 ? 0xA0 : 0x80, hi = c == 0xED ? 0x9F : 0xBF;
        return left >= 3 && p[1] >= lo && p[1] <= hi && is_tail(p[2]) ? 3 : 0;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        unsigned char lo = c == 0xF0 ? 0x90 : 0x80, hi = c == 0xF4 ? 0x8F : 0xBF;
        return left >= 4 && p[1] >= lo && p[1] <= hi && is_tail(p[2]) && is_tail(p[3]) ? 4 : 0;
    }
    return 0;
}

bool utf8_valid(str x)
{
    const unsigned char *p = (const unsigned char *)x.s;
    for (size_t i = 0; i < x.n;) {
        if (p[i] < 0x80) {
            if (p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r')
                return false;
            i++;
            continue;
        }
        size_t n = sequence(p + i, x.n - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_count(str x)
{
    size_t n = 0;
    for (size_t i = 0; i < x.n; i++)
        n += !is_tail((unsigned char)x.s[i]);
    return n;
}

str utf8_head(str x, size_t points)
{
    for (size_t i = 0; i < x.n; i++) {
        if (is_tail((unsigned char)x.s[i]))
            continue;
        if (points == 0)
            return (str){x.s, i};
        points--;
    }
    return x;
}

size_t utf8_width(str x)
{
    size_t width = 0;
    for (size_t i = 0; i < x.n;) {
        utf8proc_int32_t c = 0;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)x.s + i, (utf8proc_ssize_t)(x.n - i), &c);
        if (n <= 0) { // a broken byte is shown as one replacement sign
            width++;
            i++;
            continue;
        }
        width += (size_t)utf8proc_charwidth(c);
        i += (size_t)n;
    }
    return width;
}

static bool is_ascii(str x)
{
    unsigned char any = 0;
    for (size_t i = 0; i < x.n; i++)
        any |= (unsigned char)x.s[i];
    return any < 0x80;
}

str utf8_fold(struct arena *a, str x)
{
    const utf8proc_option_t how =
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    if (is_ascii(x))
        return str_lower(a, x);
    const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)x.s;
    utf8proc_ssize_t in_n = (utf8proc_ssize_t)x.n;
    utf8proc_ssize_t n = utf8proc_decompose(in, in_n, NULL, 0, how);
    if (n < 0)
        return str_lower(a, x); // not UTF-8: compared as it is
    utf8proc_int32_t *points = NEW_ARRAY(a, (size_t)n + 1, utf8proc_int32_t);
    n = utf8proc_decompose(in, in_n, points, n, how);
    CHECK(n >= 0);
    n = utf8proc_reencode(points, n, how);
    CHECK(n >= 0);
    return (str){(const char *)points, (size_t)n};
}

str utf8_bare(struct arena *a, str x)
{
    str folded = utf8_fold(a, x);
    char *out = arena_alloc(a, folded.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < folded.n;) {
        utf8proc_int32_t c = 0;
        utf8proc_ssize_t len = utf8proc_iterate(
            (const utf8proc_uint8_t *)folded.s + i, (utf8proc_ssize_t)(folded.n - i), &c);
        if (len <= 0)
            break; // not UTF-8
        utf8proc_category_t k = utf8proc_category(c);
        bool kept = (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NO);
        if (kept)
            memcpy(out + n, folded.s + i, (size_t)len);
        n += kept ? (size_t)len : 0;
        i += (size_t)len;
    }
    return (str){out, n};
}
