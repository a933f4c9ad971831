#define _GNU_SOURCE // memmem, mempcpy
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT_MAX = 512, FMT_STACK = 256 };

str str_of(const char *z)
{
    return (str){z, z == NULL ? 0 : strlen(z)};
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.s, b.s, n);
    if (c != 0)
        return c < 0 ? -1 : 1;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str a, str prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.s, prefix.s, prefix.n) == 0);
}

bool str_ends(str a, str suffix)
{
    return a.n >= suffix.n &&
           (suffix.n == 0 || memcmp(a.s + (a.n - suffix.n), suffix.s, suffix.n) == 0);
}

bool str_has(str a, str part)
{
    return part.n == 0 || (a.n >= part.n && memmem(a.s, a.n, part.s, part.n) != NULL);
}

size_t str_find(str a, char c)
{
    const char *p = a.n == 0 ? NULL : memchr(a.s, c, a.n);
    return p == NULL ? a.n : (size_t)(p - a.s);
}

str str_sub(str a, size_t from, size_t n)
{
    if (from >= a.n)
        return (str){a.n == 0 ? a.s : a.s + a.n, 0};
    if (n > a.n - from)
        n = a.n - from;
    return (str){a.s + from, n};
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str a)
{
    const str wide = S("\xE3\x80\x80"); // U+3000
    for (;;) {
        if (a.n > 0 && is_blank(a.s[0]))
            a = str_sub(a, 1, a.n);
        else if (str_starts(a, wide))
            a = str_sub(a, wide.n, a.n);
        else
            break;
    }
    for (;;) {
        if (a.n > 0 && is_blank(a.s[a.n - 1]))
            a.n--;
        else if (str_ends(a, wide))
            a.n -= wide.n;
        else
            return a;
    }
}

bool str_cut(str *rest, char sep, str *piece)
{
    if (rest->n == 0)
        return false;
    size_t at = str_find(*rest, sep);
    *piece = (str){rest->s, at};
    *rest = str_sub(*rest, at + 1, rest->n);
    return true;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 p = (unsigned __int128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

// Eight bytes a step through a folded 64x64 multiplication, as wyhash does. The same in every
// process, so that what is derived from it can be repeated.
uint64_t str_hash(str a)
{
    const uint64_t k0 = UINT64_C(0xa0761d6478bd642f), k1 = UINT64_C(0xe7037ed1a0b428db);
    uint64_t h = mix(k0 ^ a.n, k1);
    size_t i = 0;
    for (; i + 8 <= a.n; i += 8) {
        uint64_t w = 0;
        memcpy(&w, a.s + i, 8);
        h = mix(h ^ w, k1);
    }
    if (i < a.n) {
        uint64_t w = 0;
        memcpy(&w, a.s + i, a.n - i);
        h = mix(h ^ w, k1);
    }
    return mix(h ^ k0, k1);
}

str str_dup(struct arena *a, str x)
{
    return (str){str_z(a, x), x.n};
}

char *str_z(struct arena *a, str x)
{
    char *z = arena_alloc(a, x.n + 1);
    if (x.n > 0)
        memcpy(z, x.s, x.n);
    return z;
}

str str_vfmt(struct arena *a, const char *fmt, va_list ap)
{
    char small[FMT_STACK];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    CHECK(n >= 0);
    str x = {NULL, (size_t)n};
    if (x.n < sizeof(small)) {
        x = str_dup(a, (str){small, x.n});
    } else {
        char *z = arena_alloc(a, x.n + 1);
        n = vsnprintf(z, x.n + 1, fmt, again);
        CHECK(n >= 0 && (size_t)n == x.n);
        x.s = z;
    }
    va_end(again);
    return x;
}

str str_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str x = str_vfmt(a, fmt, ap);
    va_end(ap);
    return x;
}

str str_join(struct arena *a, const str *parts, size_t n, str sep)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += parts[i].n + (i > 0 ? sep.n : 0);
    char *z = arena_alloc(a, total + 1), *p = z;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && sep.n > 0)
            p = mempcpy(p, sep.s, sep.n);
        if (parts[i].n > 0)
            p = mempcpy(p, parts[i].s, parts[i].n);
    }
    return (str){z, total};
}

str str_two(struct arena *a, str x, str y)
{
    return str_join(a, (str[]){x, y}, 2, (str){0});
}

str str_num(struct arena *a, int64_t v, str after)
{
    char text[STR_I64_BYTES];
    return str_two(a, (str){text, str_put_i64(text, v)}, after);
}

str str_lower(struct arena *a, str x)
{
    char *z = str_z(a, x);
    for (size_t i = 0; i < x.n; i++)
        if (z[i] >= 'A' && z[i] <= 'Z')
            z[i] = (char)(z[i] + ('a' - 'A'));
    return (str){z, x.n};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t str_put_i64(char out[STR_I64_BYTES], int64_t v)
{
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    size_t n = v < 0 ? 2 : 1;
    for (uint64_t x = u; x >= 10; x /= 10)
        n++;
    if (v < 0)
        out[0] = '-';
    char *p = out + n;
    while (u >= 100) {
        unsigned two = (unsigned)(u % 100);
        u /= 100;
        *--p = (char)('0' + two % 10);
        *--p = (char)('0' + two / 10);
    }
    *--p = (char)('0' + u % 10);
    if (u >= 10)
        *--p = (char)('0' + u / 10);
    return n;
}

bool str_i64(str x, int64_t *out)
{
    bool minus = x.n > 0 && x.s[0] == '-';
    size_t i = minus ? 1 : 0;
    if (i == x.n)
        return false;
    int64_t v = 0; // counted downwards, because the negative half is the larger one
    for (; i < x.n; i++) {
        if (!is_digit(x.s[i]))
            return false;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, x.s[i] - '0', &v))
            return false;
    }
    if (!minus && __builtin_sub_overflow(0, v, &v))
        return false;
    *out = v;
    return true;
}

// The decimal grammar alone: strtod would also take blanks, hexadecimals, "inf" and "nan".
static bool is_decimal(str x)
{
    size_t i = x.n > 0 && x.s[0] == '-' ? 1 : 0, digits = 0;
    for (; i < x.n && is_digit(x.s[i]); i++)
        digits++;
    if (i < x.n && x.s[i] == '.')
        for (i++; i < x.n && is_digit(x.s[i]); i++)
            digits++;
    if (digits == 0)
        return false;
    if (i < x.n && (x.s[i] == 'e' || x.s[i] == 'E')) {
        i++;
        if (i < x.n && (x.s[i] == '+' || x.s[i] == '-'))
            i++;
        size_t from = i;
        while (i < x.n && is_digit(x.s[i]))
            i++;
        if (i == from)
            return false;
    }
    return i == x.n;
}

bool str_f64(str x, double *out)
{
    char z[NUMBER_TEXT_MAX];
    if (x.n >= sizeof(z) || !is_decimal(x))
        return false;
    memcpy(z, x.s, x.n);
    z[x.n] = 0;
    double v = strtod(z, NULL);
    if (!__builtin_isfinite(v))
        return false;
    *out = v;
    return true;
}
