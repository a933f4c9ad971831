#include "domain/personal.h"

#include "base/tm.h"

enum {
    ID_LENGTH = 18,
    ID_BASE = 11,
    BORN_AT = 6,
    MOBILE = 11,
    AREA_MIN = 10, // 0 and the area, 7 or 8 digits
    AREA_MAX = 12,
    LINE_MIN = 7,
    LINE_MAX = 8,
    SERVICE_MIN = 3, // 110
    SERVICE_MAX = 6, // 962121
    FREE = 10,       // 400 and 800 numbers
};

static const str BETWEEN = S(" -()"), NO_NAME = S("*#0123456789@/\\<>\"\t\r\n");

// Its digits; what stands between them is dropped. Empty when something else stands there.
static str digits(struct arena *a, str given)
{
    str x = utf8_fold(a, given);
    char *d = arena_alloc(a, x.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < x.n; i++)
        if (x.s[i] >= '0' && x.s[i] <= '9')
            d[n++] = x.s[i];
        else if (str_find(BETWEEN, x.s[i]) == BETWEEN.n && !(x.s[i] == '+' && n == 0))
            return (str){0};
    return (str){d, n};
}

static bool is_mobile(str d)
{
    return d.n == MOBILE && d.s[0] == '1' && d.s[1] >= '3';
}

bool personal_phone(struct arena *a, str given, str *canonical)
{
    str d = digits(a, given);
    bool abroad = str_starts(d, S("0086")) && is_mobile(str_sub(d, 4, d.n));
    if (abroad || (str_starts(d, S("86")) && is_mobile(str_sub(d, 2, d.n))))
        d = str_sub(d, d.n - MOBILE, d.n);
    bool far = d.n >= AREA_MIN && d.n <= AREA_MAX && d.s[0] == '0';
    bool near = d.n >= LINE_MIN && d.n <= LINE_MAX && d.s[0] >= '2';
    bool service = d.n >= SERVICE_MIN && d.n <= SERVICE_MAX && d.s[0] != '0';
    bool free = d.n == FREE && (str_starts(d, S("400")) || str_starts(d, S("800")));
    if (!is_mobile(d) && !far && !near && !service && !free)
        return false;
    *canonical = str_dup(a, d);
    return true;
}

static bool is_born(str day)
{
    int64_t us;
    char text[] = "yyyy-mm-dd";
    for (size_t i = 0, at = 0; i < day.n; i++, at++) {
        at += at == 4 || at == 7;
        text[at] = day.s[i];
    }
    return tm_parse(str_of(text), TM_ZONE_DEFAULT_S, &us);
}

bool personal_idno(struct arena *a, str given, str *canonical)
{
    str x = utf8_bare(a, utf8_fold(a, given));
    unsigned sum = 0;
    if (x.n != ID_LENGTH)
        return false;
    // Read from the left as a number to the base 2 modulo 11, in which the check character, X for
    // ten, has the weight 1, it must leave 1. [GB 11643-1999, 4; ISO 7064 MOD 11-2]
    for (size_t i = 0; i < ID_LENGTH; i++) {
        bool ten = i + 1 == ID_LENGTH && x.s[i] == 'x';
        if (!ten && (x.s[i] < '0' || x.s[i] > '9'))
            return false;
        sum = (2 * sum + (ten ? 10 : (unsigned)(x.s[i] - '0'))) % ID_BASE;
    }
    if (sum != 1 || !is_born(str_sub(x, BORN_AT, 8)))
        return false;
    char *kept = arena_alloc(a, ID_LENGTH);
    for (size_t i = 0; i < ID_LENGTH; i++)
        kept[i] = x.s[i] == 'x' ? 'X' : x.s[i];
    *canonical = (str){kept, ID_LENGTH};
    return true;
}

bool personal_name(struct arena *a, str given, str *canonical)
{
    str x = str_trim(given);
    if (!utf8_valid(x) || x.n == 0 || utf8_count(x) > PERSONAL_NAME_MAX || utf8_bare(a, x).n == 0)
        return false;
    for (size_t i = 0; i < x.n; i++)
        if (str_find(NO_NAME, x.s[i]) < NO_NAME.n)
            return false;
    *canonical = str_dup(a, x);
    return true;
}
