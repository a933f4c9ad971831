#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tm.h"

void jw_init(struct jw *w, struct buf *out)
{
    *w = (struct jw){.out = out};
    w->first[0] = true;
}

// Before every value. At the top nothing stands between values, so that lines of JSON can be
// written.
static void before_value(struct jw *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    CHECK(!w->in_obj[w->depth]);
    if (w->depth == 0)
        return;
    if (!w->first[w->depth])
        buf_byte(w->out, ',');
    w->first[w->depth] = false;
}

static void open_nest(struct jw *w, char c, bool is_obj)
{
    before_value(w);
    CHECK(w->depth < JW_DEPTH_MAX);
    w->depth++;
    w->first[w->depth] = true;
    w->in_obj[w->depth] = is_obj;
    buf_byte(w->out, c);
}

static void close_nest(struct jw *w, char c, bool is_obj)
{
    CHECK(w->depth > 0 && w->in_obj[w->depth] == is_obj && !w->after_key);
    w->depth--;
    buf_byte(w->out, c);
}

void jw_obj(struct jw *w)
{
    open_nest(w, '{', true);
}

void jw_end_obj(struct jw *w)
{
    close_nest(w, '}', true);
}

void jw_arr(struct jw *w)
{
    open_nest(w, '[', false);
}

void jw_end_arr(struct jw *w)
{
    close_nest(w, ']', false);
}

// 0: stands for itself; 'u': \u00XX; else the letter behind the backslash.
static const char escape_letter[256] = {'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u',
    'f', 'r', 'u', 'u',                                                             //
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', //
    ['"'] = '"', ['\\'] = '\\'};

// Eight bytes at once: is one below 0x20, a quote or a backslash? May answer yes wrongly, never no.
// Bytes above 0x7F drop out by their top bit, so Chinese text goes at full speed.
static bool maybe_special(const char *s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    uint64_t x = 0;
    memcpy(&x, s, 8);
    uint64_t quote = x ^ (ones * '"'), slash = x ^ (ones * '\\');
    uint64_t hit = (x - ones * 0x20) | (quote - ones) | (slash - ones);
    return (hit & ~x & tops) != 0;
}

static size_t clean_run(const char *s, size_t n)
{
    size_t i = 0;
    while (i + 8 <= n && !maybe_special(s + i))
        i += 8;
    while (i < n && escape_letter[(unsigned char)s[i]] == 0)
        i++;
    return i;
}

static void put_escape(struct buf *out, char c)
{
    static const char hex[] = "0123456789abcdef";
    char letter = escape_letter[(unsigned char)c];
    if (letter == 'u') {
        char text[] = {'\\', 'u', '0', '0', hex[(unsigned char)c >> 4], hex[(unsigned char)c & 15]};
        buf_add(out, (str){text, sizeof(text)});
    } else {
        char text[] = {'\\', letter};
        buf_add(out, (str){text, sizeof(text)});
    }
}

// memcpy of what is mostly shorter than a call of it takes.
static void copy_short(char *to, const char *from, size_t n)
{
    if (n > 16) {
        memcpy(to, from, n);
    } else if (n >= 8) {
        memcpy(to, from, 8);
        memcpy(to + n - 8, from + n - 8, 8);
    } else if (n >= 4) {
        memcpy(to, from, 4);
        memcpy(to + n - 4, from + n - 4, 4);
    } else {
        for (size_t i = 0; i < n; i++)
            to[i] = from[i];
    }
}

static void put_string(struct buf *out, str v)
{
    size_t run = clean_run(v.s, v.n);
    if (run == v.n) { // nearly always: one test for room, one copy
        char *p = buf_room(out, v.n + 2);
        if (p == NULL)
            return;
        p[0] = '"';
        copy_short(p + 1, v.s, v.n);
        p[v.n + 1] = '"';
        out->n += v.n + 2;
        return;
    }
    buf_byte(out, '"');
    for (;;) {
        buf_add(out, str_sub(v, 0, run));
        v = str_sub(v, run, v.n);
        if (v.n == 0)
            break;
        put_escape(out, v.s[0]);
        v = str_sub(v, 1, v.n);
        run = clean_run(v.s, v.n);
    }
    buf_byte(out, '"');
}

static bool before_key(struct jw *w)
{
    CHECK(w->in_obj[w->depth] && !w->after_key);
    bool first = w->first[w->depth];
    w->first[w->depth] = false;
    w->after_key = true;
    return first;
}

void jw_key(struct jw *w, str key)
{
    if (!before_key(w))
        buf_byte(w->out, ',');
    put_string(w->out, key);
    buf_byte(w->out, ':');
}

// One test for room, one copy.
void jw_name(struct jw *w, const char *name)
{
    bool first = before_key(w);
    size_t n = strlen(name);
    char *p = buf_room(w->out, n + 4);
    if (p == NULL)
        return;
    char *end = p;
    if (!first)
        *end++ = ',';
    *end++ = '"';
    copy_short(end, name, n);
    end += n;
    *end++ = '"';
    *end++ = ':';
    w->out->n += (size_t)(end - p);
}

void jw_str(struct jw *w, str v)
{
    before_value(w);
    put_string(w->out, v);
}

void jw_i64(struct jw *w, int64_t v)
{
    before_value(w);
    buf_i64(w->out, v);
}

// Rates, amounts and coordinates have at most six decimals. The quotient of two exact numbers is
// rounded once, as strtod rounds, so equality says that these digits read back the same; and so few
// digits are the shortest.
static bool put_decimals(struct buf *out, double v)
{
    const double scale = 1e6;
    double scaled = v * scale;
    if (!(fabs(scaled) < 1e15))
        return false;
    int64_t units = llround(scaled);
    if (fabs(scaled) < 100 || (double)units / scale != v) // below 0.0001 an exponent is shorter
        return false;
    if (units < 0)
        buf_byte(out, '-');
    uint64_t u = units < 0 ? 0 - (uint64_t)units : (uint64_t)units;
    buf_i64(out, (int64_t)(u / 1000000));
    char text[7] = ".";
    size_t n = 1;
    for (uint64_t rest = u % 1000000, unit = 100000; rest != 0; rest %= unit, unit /= 10)
        text[n++] = (char)('0' + rest / unit);
    if (n > 1)
        buf_add(out, (str){text, n});
    return true;
}

void jw_f64(struct jw *w, double v)
{
    if (!isfinite(v)) {
        jw_null(w);
        return;
    }
    before_value(w);
    // Counts and sums mostly are whole; every whole number below 2^53 is exact. Minus zero is not
    // among them.
    if (fabs(v) < 0x1p53 && v == (double)(int64_t)v && !(v == 0 && signbit(v))) {
        buf_i64(w->out, (int64_t)v);
        return;
    }
    if (put_decimals(w->out, v))
        return;
    char text[40];
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_add(w->out, (str){text, (size_t)n});
    if (v == 0)
        buf_addz(w->out, ".0"); // "-0" would be read back as the whole number 0
}

void jw_bool(struct jw *w, bool v)
{
    before_value(w);
    buf_add(w->out, v ? S("true") : S("false"));
}

void jw_null(struct jw *w)
{
    before_value(w);
    buf_add(w->out, S("null"));
}

void jw_raw(struct jw *w, str json)
{
    before_value(w);
    buf_add(w->out, json);
}

void jw_time(struct jw *w, int64_t us, int zone_s)
{
    if (us == 0) {
        jw_null(w);
        return;
    }
    char text[TM_TEXT_BYTES];
    size_t n = tm_put(text, us, zone_s);
    before_value(w);
    put_string(w->out, (str){text, n});
}

void jw_kstr(struct jw *w, const char *key, str v)
{
    jw_name(w, key);
    jw_str(w, v);
}

void jw_ki64(struct jw *w, const char *key, int64_t v)
{
    jw_name(w, key);
    jw_i64(w, v);
}

void jw_kf64(struct jw *w, const char *key, double v)
{
    jw_name(w, key);
    jw_f64(w, v);
}

void jw_kbool(struct jw *w, const char *key, bool v)
{
    jw_name(w, key);
    jw_bool(w, v);
}

void jw_ktime(struct jw *w, const char *key, int64_t us, int zone_s)
{
    jw_name(w, key);
    jw_time(w, us, zone_s);
}

void jw_json(struct jw *w, const struct json *v)
{
    switch (v->type) {
    case JSON_NULL:
        jw_null(w);
        return;
    case JSON_BOOL:
        jw_bool(w, v->b);
        return;
    case JSON_I64:
        jw_i64(w, v->i);
        return;
    case JSON_F64:
        jw_f64(w, v->f);
        return;
    case JSON_STR:
        jw_str(w, v->s);
        return;
    case JSON_ARR:
        jw_arr(w);
        for (size_t i = 0; i < v->n; i++)
            jw_json(w, &v->vals[i]);
        jw_end_arr(w);
        return;
    case JSON_OBJ:
        jw_obj(w);
        for (size_t i = 0; i < v->n; i++) {
            jw_key(w, v->keys[i]);
            jw_json(w, &v->vals[i]);
        }
        jw_end_obj(w);
        return;
    }
    UNREACHABLE();
}
