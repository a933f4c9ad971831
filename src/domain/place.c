#include "domain/place.h"

#include <math.h>
#include "base/buf.h"

enum {
    ADDRESS_BYTES_MAX = 4 * KIB,
    TAIL_POINTS_MIN = 4, // so many characters say something by themselves
};

static const char *const DIGITS[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
// What a Chinese number is turned into digits before.
static const char *const COUNTED[] = {"号", "弄", "幢", "栋", "楼", "层", "室", "单元"};

static bool at_word(str x, size_t at, const char *word)
{
    return str_starts(str_sub(x, at, x.n), str_of(word));
}

static bool counted(str x, size_t at)
{
    for (size_t i = 0; i < ARRAY_LEN(COUNTED); i++)
        if (at_word(x, at, COUNTED[i]))
            return true;
    return false;
}

// 二十三号: the number in Chinese at that place, when something counted follows it. How many bytes
// it has, 0 when there is none.
static size_t chinese_number(str x, size_t at, int *value)
{
    size_t from = at;
    int sum = 0, digit = -1;
    for (;;) {
        int found = -1;
        for (int i = 0; i < 10 && found < 0; i++)
            if (at_word(x, at, DIGITS[i]))
                found = i;
        bool ten = at_word(x, at, "十"), hundred = at_word(x, at, "百");
        if (found < 0 && !ten && !hundred)
            break;
        if (found >= 0) {
            digit = found;
        } else {
            sum += (digit < 0 ? 1 : digit) * (ten ? 10 : 100);
            digit = -1;
        }
        at += S("十").n;
    }
    *value = sum + (digit < 0 ? 0 : digit);
    return at > from && counted(x, at) ? at - from : 0;
}

static size_t point_bytes(unsigned char c)
{
    return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Blanks and signs: everything of ASCII that is neither letter nor digit, and U+3000 to U+303F.
static bool is_sign(str x, size_t at)
{
    unsigned char c = (unsigned char)x.s[at];
    if (c < 0x80)
        return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
    return c == 0xE3 && at + 1 < x.n && (unsigned char)x.s[at + 1] == 0x80;
}

// Behind a number the words for a building are one: 3号楼, 3幢, 3栋, 3号.
static size_t building(str x, size_t at)
{
    static const char *const WORDS[] = {"号楼", "号", "幢", "栋"};
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
        if (at_word(x, at, WORDS[i]))
            return str_of(WORDS[i]).n;
    return 0;
}

static void normalise(str x, struct buf *b)
{
    for (size_t at = 0; at < x.n;) {
        int value;
        size_t n = chinese_number(x, at, &value);
        bool after_digit = b->n > 0 && is_digit(b->s[b->n - 1]);
        if (n > 0) {
            buf_fmt(b, "%d", value);
        } else if (is_sign(x, at)) {
            n = point_bytes((unsigned char)x.s[at]);
        } else if (after_digit && (n = building(x, at)) > 0) {
            buf_addz(b, "号");
        } else {
            n = point_bytes((unsigned char)x.s[at]);
            buf_add(b, str_sub(x, at, n));
        }
        at += n;
    }
}

static str behind(str x, str name)
{
    for (size_t at = 0; name.n > 0 && at + name.n <= x.n; at++)
        if (str_starts(str_sub(x, at, x.n), name))
            return str_sub(x, at + name.n, x.n);
    return x;
}

static str core_of(str norm)
{
    static const char *const ENDS[] = {"弄", "号"};
    for (size_t at = 1; at < norm.n; at++)
        for (size_t i = 0; i < ARRAY_LEN(ENDS) && is_digit(norm.s[at - 1]); i++)
            if (at_word(norm, at, ENDS[i]))
                return str_sub(norm, 0, at + str_of(ENDS[i]).n);
    return (str){0};
}

struct place place_of(struct arena *a, str town_name, str address)
{
    struct buf b;
    buf_init(&b, a, ADDRESS_BYTES_MAX);
    normalise(utf8_fold(a, address), &b);
    struct place p = {.norm = behind(buf_str(&b), town_name)};
    p.core = core_of(p.norm);
    return p;
}

// Equal, or the longer one only says more in front of it.
static bool tail_equal(str x, str y)
{
    bool longer = x.n > y.n;
    str end = longer ? y : x;
    return str_eq(x, y) || (utf8_count(end) > TAIL_POINTS_MIN && str_ends(longer ? x : y, end));
}

enum place_is place_compare(const struct place *x, const struct place *y)
{
    if (x->norm.n == 0 || y->norm.n == 0)
        return PLACE_UNKNOWN;
    if (tail_equal(x->norm, y->norm))
        return PLACE_SAME;
    if (x->core.n > 0 && y->core.n > 0)
        return tail_equal(x->core, y->core) ? PLACE_CLOSE : PLACE_OTHER;
    str end = x->norm.n > y->norm.n ? y->norm : x->norm;
    bool within = utf8_count(end) >= TAIL_POINTS_MIN &&
                  (str_has(x->norm, y->norm) || str_has(y->norm, x->norm));
    return within ? PLACE_CLOSE : PLACE_UNKNOWN;
}

// Within a town the earth is flat.
double place_metres(double lat, double lon, double lat2, double lon2)
{
    static const double metres = 111195, half_circle = 180; // a degree of latitude
    double y = (lat2 - lat) * metres;
    double x = (lon2 - lon) * metres * cos((lat + lat2) / 2 * M_PI / half_circle);
    return sqrt(x * x + y * y);
}
