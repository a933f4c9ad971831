#include "base/json_plain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MAX = 64, DIGITS_MAX = 18 };

// Reads in place, over a copy of the text that ends in a NUL: a string loses its escapes where it
// stands, and its closing quote becomes the NUL behind it.
struct reader {
    struct arena *arena;
    char *at, *end;
    int depth;
};

static bool value(struct reader *r, struct json *out);

static void skip_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r')
        r->at++;
}

// The next byte that is not blank, if it is this one.
static bool take(struct reader *r, char c)
{
    skip_blanks(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

static bool word(struct reader *r, str w)
{
    if ((size_t)(r->end - r->at) < w.n || memcmp(r->at, w.s, w.n) != 0)
        return false;
    r->at += w.n;
    return true;
}

static char unescaped(char c)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *found = c != 0 ? strchr(letters, c) : NULL;
    return found ? meant[found - letters] : 0; // \u is left to the other reader
}

// Bytes that stand for themselves in a string. Those of UTF-8 are looked at as a whole afterwards.
static bool stands(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

// Behind the opening quote.
static bool string(struct reader *r, str *out)
{
    char *from = r->at, *to = from;
    unsigned char all = 0;
    for (;;) {
        char *run = r->at;
        for (; stands((unsigned char)*r->at); r->at++)
            all |= (unsigned char)*r->at;
        size_t n = (size_t)(r->at - run);
        if (to != run)
            memmove(to, run, n);
        to += n;
        if (*r->at == '"')
            break;
        char c = *r->at == '\\' ? unescaped(r->at[1]) : 0; // else a control byte, or the end
        if (c == 0)
            return false;
        *to++ = c;
        r->at += 2;
    }
    r->at++;
    *to = 0;
    *out = (str){from, (size_t)(to - from)};
    return all < 0x80 || utf8_valid(*out);
}

static size_t digits(struct reader *r, int64_t *value)
{
    char *from = r->at;
    uint64_t x = 0; // one digit more than DIGITS_MAX still fits
    while (*r->at >= '0' && *r->at <= '9' && r->at - from <= DIGITS_MAX)
        x = x * 10 + (uint64_t)(*r->at++ - '0');
    *value = (int64_t)x;
    return (size_t)(r->at - from);
}

static bool real(const char *from, const char *end, struct json *out)
{
    char *stopped = NULL;
    out->type = JSON_F64;
    out->f = strtod(from, &stopped);
    return stopped == end && isfinite(out->f);
}

// More than DIGITS_MAX digits in a row, before the point or behind it, are left to the other
// reader.
static bool number(struct reader *r, struct json *out)
{
    const char *from = r->at;
    bool minus = *r->at == '-', whole = true;
    r->at += minus;
    bool zero = *r->at == '0';
    int64_t value = 0, rest = 0;
    size_t n = digits(r, &value), more = 1;
    if (*r->at == '.') {
        r->at++;
        whole = false;
        more = digits(r, &rest);
    }
    if (more > 0 && (*r->at == 'e' || *r->at == 'E')) {
        r->at++;
        whole = false;
        r->at += *r->at == '-' || *r->at == '+';
        more = digits(r, &rest);
    }
    if (n == 0 || n > DIGITS_MAX || more == 0 || more > DIGITS_MAX || (zero && n > 1))
        return false;
    if (!whole)
        return real(from, r->at, out);
    out->type = JSON_I64;
    out->i = minus ? -value : value;
    out->f = (double)out->i;
    return !(zero && minus);
}

// Makes room for one more of n; the number of places doubles.
static void *grown(struct reader *r, void *old, size_t n, size_t size)
{
    enum { FIRST = 8 };
    if (n != 0 && (n < FIRST || (n & (n - 1)) != 0))
        return old;
    void *bigger = arena_array(r->arena, n == 0 ? FIRST : 2 * n, size);
    if (n > 0)
        memcpy(bigger, old, n * size);
    return bigger;
}

static bool array(struct reader *r, struct json *out)
{
    out->type = JSON_ARR;
    if (take(r, ']'))
        return true;
    do {
        out->vals = grown(r, out->vals, out->n, sizeof(*out->vals));
        if (!value(r, &out->vals[out->n++]))
            return false;
    } while (take(r, ','));
    return take(r, ']');
}

static bool known(const struct json *obj, str key)
{
    for (size_t i = 0; i < obj->n; i++)
        if (obj->keys[i].n == key.n && memcmp(obj->keys[i].s, key.s, key.n) == 0)
            return true;
    return false;
}

static bool object(struct reader *r, struct json *out)
{
    out->type = JSON_OBJ;
    if (take(r, '}'))
        return true;
    do {
        str key;
        if (out->n == MEMBERS_MAX || !take(r, '"') || !string(r, &key) || known(out, key))
            return false;
        out->keys = grown(r, out->keys, out->n, sizeof(*out->keys));
        out->vals = grown(r, out->vals, out->n, sizeof(*out->vals));
        out->keys[out->n] = key;
        if (!take(r, ':') || !value(r, &out->vals[out->n++]))
            return false;
    } while (take(r, ','));
    return take(r, '}');
}

static bool nested(
    struct reader *r, bool (*read)(struct reader *r, struct json *out), struct json *out)
{
    r->at++;
    if (++r->depth > JSON_DEPTH_MAX || !read(r, out))
        return false;
    r->depth--;
    return true;
}

static bool value(struct reader *r, struct json *out)
{
    skip_blanks(r);
    switch (*r->at) {
    case '{':
        return nested(r, object, out);
    case '[':
        return nested(r, array, out);
    case '"':
        r->at++;
        out->type = JSON_STR;
        return string(r, &out->s);
    case 't':
        out->type = JSON_BOOL;
        out->b = true;
        return word(r, S("true"));
    case 'f':
        out->type = JSON_BOOL;
        return word(r, S("false"));
    case 'n':
        out->type = JSON_NULL;
        return word(r, S("null"));
    default:
        return number(r, out);
    }
}

struct json *json_plain(struct arena *a, str text)
{
    char *copy = str_z(a, text);
    struct reader r = {.arena = a, .at = copy, .end = copy + text.n};
    struct json *out = NEW(a, struct json);
    if (!value(&r, out))
        return NULL;
    skip_blanks(&r);
    return r.at == r.end ? out : NULL;
}
