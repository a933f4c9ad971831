// What spreadsheets and the people before them do to a value, put right in one place: blanks and
// widths in names of columns, quotes in front of numbers, days in many writings, digits that were
// lost, sums at the end.

#include <string.h>
#include "domain/import_inner.h"

enum { FIRST_DAY = 20000, LAST_DAY = 80000, TEXT_MAX = 64, LONG_NUMBER = 5 };

// ---- names of columns

str import_name_key(struct arena *a, str name)
{
    static const str left_out[] = {S(" "), S("\t"), S("\n"), S("\r"), S("*"), S("\xE3\x80\x80"),
        S("\xC2\xA0"), S(":"), S("："), S("_")};
    str x = utf8_fold(a, name);
    struct buf b;
    buf_init(&b, a, x.n + 1);
    while (x.n > 0) {
        size_t cut = 0;
        for (size_t i = 0; i < ARRAY_LEN(left_out) && cut == 0; i++)
            cut = str_starts(x, left_out[i]) ? left_out[i].n : 0;
        if (cut == 0) {
            buf_byte(&b, x.s[0]);
            cut = 1;
        }
        x = str_sub(x, cut, x.n);
    }
    str key = buf_str(&b);
    static const str ends[] = {S("(必填)"), S("(选填)"), S("[必填]")};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (key.n > ends[i].n && str_ends(key, ends[i]))
            key.n -= ends[i].n;
    return key.n > 0 ? key : str_trim(name);
}

// ---- cells

static bool digits(str x)
{
    for (size_t i = 0; i < x.n; i++)
        if (x.s[i] < '0' || x.s[i] > '9')
            return false;
    return x.n > 0;
}

str import_plain(str x)
{
    // The quote by which a spreadsheet is told that something is text, and by which we disarm what
    // it would take for a formula.
    if (x.n > 1 && x.s[0] == '\'' && (strchr("=+-@", x.s[1]) || (x.s[1] >= '0' && x.s[1] <= '9')))
        return str_sub(x, 1, x.n);
    return x;
}

str import_number_as_text(str x)
{
    size_t dot = str_find(x, '.');
    bool whole = dot >= LONG_NUMBER && dot + 2 == x.n && x.s[dot + 1] == '0';
    return whole && digits(str_sub(x, 0, dot)) ? str_sub(x, 0, dot) : x;
}

// 1.23E+17
bool import_digits_lost(str x)
{
    size_t e = 0;
    while (e < x.n && x.s[e] != 'E' && x.s[e] != 'e')
        e++;
    str head = str_sub(x, 0, e), tail = str_sub(x, e + 1, x.n);
    if (e == x.n || tail.n < 2 || tail.s[0] != '+' || !digits(str_sub(tail, 1, tail.n)))
        return false;
    size_t dot = str_find(head, '.');
    return dot <= 1 && digits(str_sub(head, 0, 1)) &&
           (dot == head.n || digits(str_sub(head, dot + 1, head.n)));
}

bool import_cell_error(str x)
{
    static const str errors[] = {S("#N/A"), S("#REF!"), S("#VALUE!"), S("#DIV/0!"), S("#NAME?"),
        S("#NUM!"), S("#NULL!"), S("#CALC!"), S("#SPILL!"), S("#GETTING_DATA")};
    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        if (str_eq(x, errors[i]))
            return true;
    return x.n >= 4 && x.s[0] == '#' && x.s[1] == '#' && x.s[2] == '#' && x.s[3] == '#';
}

str import_number(struct arena *a, str text)
{
    str x = utf8_fold(a, text);
    struct buf b;
    buf_init(&b, a, x.n + 1);
    for (size_t i = 0; i < x.n; i++) {
        // a comma between thousands
        bool group = x.s[i] == ',' && i > 0 && i + 3 < x.n && digits(str_sub(x, i + 1, 3)) &&
                     (i + 4 == x.n || x.s[i + 4] < '0' || x.s[i + 4] > '9');
        if (!group && x.s[i] != ' ')
            buf_byte(&b, x.s[i]);
    }
    str out = buf_str(&b);
    static const str coins[] = {S("¥"), S("￥"), S("rmb")};
    for (size_t i = 0; i < ARRAY_LEN(coins); i++)
        if (str_starts(out, coins[i]))
            out = str_sub(out, coins[i].n, out.n);
    return str_ends(out, S("元")) ? str_sub(out, 0, out.n - S("元").n) : out;
}

// ---- days and hours

// What stands for what in the writings of a day.
static const struct {
    str from, to;
} WRITINGS[] = {
    {S("年"), S("-")},
    {S("月"), S("-")},
    {S("日"), S(" ")},
    {S("号"), S(" ")},
    {S("时"), S(":")},
    {S("点"), S(":")},
    {S("分"), S(":")},
    {S("秒"), S("")},
    {S("."), S("-")},
    {S("/"), S("-")},
    {S("t"), S(" ")},
};

static str rewrite(struct arena *a, str x)
{
    struct buf b;
    buf_init(&b, a, TEXT_MAX * 4);
    bool hour = false; // behind a colon a dot is no date's
    while (x.n > 0) {
        size_t i = 0;
        while (i < ARRAY_LEN(WRITINGS) && !str_starts(x, WRITINGS[i].from))
            i++;
        bool dot = x.s[0] == '.';
        if (dot && hour)
            return buf_str(&b); // parts of a second
        hour = hour || x.s[0] == ':';
        if (i < ARRAY_LEN(WRITINGS))
            buf_add(&b, WRITINGS[i].to);
        else
            buf_byte(&b, x.s[0]);
        x = str_sub(x, i < ARRAY_LEN(WRITINGS) ? WRITINGS[i].from.n : 1, x.n);
    }
    return buf_str(&b);
}

// "上午", "下午", "am", "pm" taken out; the hours they add.
static str half_day(struct arena *a, str x, int *later)
{
    static const struct {
        str word;
        int half; // 1 forenoon, 2 afternoon
    } words[] = {{S("上午"), 1}, {S("下午"), 2}, {S("晚上"), 2}, {S("am"), 1}, {S("pm"), 2}};
    *later = 0;
    for (size_t w = 0; w < ARRAY_LEN(words); w++)
        for (size_t i = 0; i + words[w].word.n <= x.n; i++)
            if (str_eq(str_sub(x, i, words[w].word.n), words[w].word)) {
                *later = words[w].half;
                return str_fmt(a, "%.*s %.*s", STR_ARG(str_sub(x, 0, i)),
                    STR_ARG(str_sub(x, i + words[w].word.n, x.n)));
            }
    return x;
}

// "2026-1-2  9:5:" -> "2026-01-02 09:05"
static bool tidy_moment(struct arena *a, str x, int later, str *out)
{
    int v[6] = {0}, n = 0;
    bool number = false;
    for (size_t i = 0; i < x.n; i++) {
        char c = x.s[i];
        if (c >= '0' && c <= '9') {
            if (!number && n++ == 6)
                return false;
            v[n - 1] = v[n - 1] * 10 + (c - '0');
            if (v[n - 1] > 9999)
                return false;
            number = true;
        } else {
            number = false;
            bool fits = (c == '-' && n < 3 && n > 0) || (c == ' ') || (c == ':' && n > 3) ||
                        (c == '-' && n == 3 && i + 1 == x.n);
            if (!fits)
                return false;
        }
    }
    if (n < 3 || n == 4 || v[0] < 1000)
        return false;
    if (later == 2 && v[3] < 12)
        v[3] += 12;
    if (later == 1 && v[3] == 12)
        v[3] = 0;
    *out = n == 3 ? str_fmt(a, "%04d-%02d-%02d", v[0], v[1], v[2])
                  : str_fmt(a, "%04d-%02d-%02d %02d:%02d:%02d", v[0], v[1], v[2], v[3], v[4], v[5]);
    return true;
}

// 20261120, 202611200932, 20261120093205
static bool compact(struct arena *a, str x, str *out)
{
    if (!digits(x) || (x.n != 8 && x.n != 12 && x.n != 14))
        return false;
    str day = str_fmt(a, "%.4s-%.2s-%.2s", x.s, x.s + 4, x.s + 6);
    *out = x.n == 8 ? day
                    : str_fmt(a, "%.*s %.2s:%.2s:%.*s", STR_ARG(day), x.s + 8, x.s + 10, 2,
                          x.n == 14 ? x.s + 12 : "00");
    return true;
}

bool import_moment(struct arena *a, str text, int zone_s, bool from_1904, int64_t *us)
{
    double serial;
    str out;
    int later;
    if (tm_parse(text, zone_s, us))
        return true;
    if (text.n == 0 || text.n > TEXT_MAX)
        return false;
    str x = str_trim(utf8_fold(a, text));
    if (compact(a, x, &out))
        return tm_parse(out, zone_s, us);
    // A day count in a column of text: between 1954 and 2119, so that no other number is taken for
    // one.
    if (str_f64(x, &serial))
        return serial >= FIRST_DAY && serial < LAST_DAY &&
               xlsx_read_serial(a, serial, from_1904, &out) && tm_parse(out, zone_s, us);
    x = rewrite(a, half_day(a, x, &later));
    return tidy_moment(a, str_trim(x), later, &out) && tm_parse(out, zone_s, us);
}

// ---- rows

// The row of sums at the end: the word, and nothing but numbers beside it.
bool import_is_total(struct arena *a, const str *cells, size_t n)
{
    static const str words[] = {
        S("合计"), S("总计"), S("小计"), S("共计"), S("总数"), S("total"), S("sum")};
    bool word = false;
    for (size_t i = 0; i < n; i++) {
        double v;
        if (cells[i].n == 0 || str_f64(cells[i], &v))
            continue;
        if (word || cells[i].n > 30)
            return false;
        str key = import_name_key(a, cells[i]);
        for (size_t w = 0; w < ARRAY_LEN(words); w++)
            word = word || str_eq(key, words[w]);
        if (!word)
            return false;
    }
    return word;
}
