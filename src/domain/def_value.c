// Values of fields: what people write, and the one form in which it is kept.
#include "domain/def.h"

#include <float.h>
#include "base/tm.h"
#include "domain/near.h"
#include "domain/personal.h"
#include "domain/shape_field.h"
#include "domain/uscc.h"

static bool refuse(struct err *e, str path, str expected, str given, const char *en, const char *zh)
{
    str shown = utf8_valid(given) ? utf8_head(given, 40) : S("?");
    err_add(e, ERR_INVALID, path, expected, "\"%.*s\" %s", "“%.*s”%s", STR_ARG(shown),
        e->lang == LANG_EN ? en : zh);
    return false;
}

static bool text_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    if (!utf8_valid(given)) {
        err_add(e, ERR_INVALID, path, S("UTF-8"), "holds characters that are not text",
            "含有不是文字的字符");
        return false;
    }
    size_t n = utf8_count(given);
    if (f->max > 0 && n > (size_t)f->max) {
        err_add(e, ERR_INVALID, path, str_fmt(a, "<= %" PRId64, f->max),
            "%zu characters are too many", "共 %zu 字，超过上限", n);
        return false;
    }
    *canonical = str_dup(a, given);
    if (f->check != CHECK_USCC)
        return true;
    if (uscc_read(a, given, canonical))
        return true;
    return refuse(e, path, S("91310105MA1FW12345"), given,
        "is no unified social credit code: 18 characters of which the last is computed",
        "不是统一社会信用代码：应为 18 位，末位是校验码");
}

// "+007.50" becomes "7.5", digit by digit, so that no value changes on its way through a binary
// fraction. Empty when it is no plain decimal number of at most 15 digits, which is what a double
// holds exactly.
static str decimal(struct arena *a, str x)
{
    enum { DIGITS_MAX = 15 };
    bool minus = str_starts(x, S("-"));
    if (minus || str_starts(x, S("+")))
        x = str_sub(x, 1, x.n);
    size_t dot = str_find(x, '.');
    str whole = str_sub(x, 0, dot), part = str_sub(x, dot + 1, x.n);
    if (whole.n + part.n == 0 || (dot < x.n && part.n == 0))
        return (str){NULL, 0};
    for (size_t i = 0; i < x.n; i++)
        if (i != dot && (x.s[i] < '0' || x.s[i] > '9'))
            return (str){NULL, 0};
    while (whole.n > 0 && whole.s[0] == '0')
        whole = str_sub(whole, 1, whole.n);
    while (part.n > 0 && part.s[part.n - 1] == '0')
        part.n--;
    if (whole.n + part.n > DIGITS_MAX)
        return (str){NULL, 0};
    if (whole.n + part.n == 0)
        return S("0");
    return str_fmt(a, "%s%.*s%s%.*s", minus ? "-" : "", whole.n > 0 ? (int)whole.n : 1,
        whole.n > 0 ? whole.s : "0", part.n > 0 ? "." : "", (int)part.n, part.n > 0 ? part.s : "");
}

// One bound may be open.
static str range_text(struct arena *a, const struct def_field *f)
{
    if (f->low == -DBL_MAX)
        return str_fmt(a, "<= %.15g", f->high);
    if (f->high == DBL_MAX)
        return str_fmt(a, ">= %.15g", f->low);
    return str_fmt(a, "%.15g..%.15g", f->low, f->high);
}

// "19,000" without the commas that part thousands; anything else as it is.
static str ungrouped(struct arena *a, str x)
{
    str rest = x, group = {0}, all = {0};
    bool whole = str_find(x, ',') < x.n && !str_ends(x, S(","));
    for (bool first = true; whole && str_cut(&rest, ',', &group); first = false) {
        size_t digits = str_find(group, '.');
        bool sign = str_starts(group, S("-")) || str_starts(group, S("+"));
        whole = first ? digits > sign && digits <= (size_t)3 + sign : digits == 3;
        whole = whole && (rest.n == 0 || group.n == digits);
        all = str_two(a, all, group);
    }
    return whole ? all : x;
}

// 95 of a hundred is 0.95: two digits move behind the point.
static str hundredth(struct arena *a, str x)
{
    if (x.n == 0)
        return x;
    bool minus = str_starts(x, S("-"));
    x = str_sub(x, minus, x.n);
    size_t dot = str_find(x, '.');
    str whole = str_two(a, S("00"), str_sub(x, 0, dot));
    return decimal(a, str_fmt(a, "%s%.*s.%.*s%.*s", minus ? "-" : "", (int)(whole.n - 2), whole.s,
                          2, whole.s + whole.n - 2, STR_ARG(str_sub(x, dot + 1, x.n))));
}

static bool number_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    str folded = utf8_fold(a, given), text;
    if (f->percent && str_ends(folded, S("%")))
        text = hundredth(a, decimal(a, ungrouped(a, str_trim(str_sub(folded, 0, folded.n - 1)))));
    else
        text = decimal(a, ungrouped(a, folded));
    double v = 0;
    if (text.n == 0 || !str_f64(text, &v))
        return refuse(e, path, S("12.5"), given, "is no number of at most 15 digits",
            "不是数字，或超过 15 位");
    if (f->high > f->low && (v < f->low || v > f->high))
        return refuse(e, path, range_text(a, f), given, "is out of range", "超出范围");
    *canonical = text;
    return true;
}

// The point moved to the right.
static str shifted(struct arena *a, str x, size_t places)
{
    size_t dot = str_find(x, '.');
    str part = str_sub(x, dot + 1, x.n);
    str zeros = str_sub(S("00000000"), 0, places > part.n ? places - part.n : 0);
    str moved = str_sub(part, 0, places), rest = str_sub(part, places, part.n);
    return str_fmt(a, "%.*s%.*s%.*s%s%.*s", (int)dot, x.s, STR_ARG(moved), STR_ARG(zeros),
        rest.n > 0 ? "." : "", STR_ARG(rest));
}

// An amount as people write it: 1,234.50元, 3.2万元, 1.5亿. Kept in yuan, to the fen.
static bool money_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    static const struct {
        str word;
        size_t places;
    } units[] = {{S("元"), 0}, {S("万"), 4}, {S("亿"), 8}};
    str text = utf8_fold(a, given);
    size_t places = 0;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (str_ends(text, units[i].word)) {
            places = units[i].places;
            text = str_trim(str_sub(text, 0, text.n - units[i].word.n));
        }
    str yuan = decimal(a, ungrouped(a, text));
    if (yuan.n > 0 && places > 0)
        yuan = decimal(a, shifted(a, yuan, places));
    double v = 0;
    if (yuan.n == 0 || !str_f64(yuan, &v))
        return refuse(e, path, S("1234.50, 3.2万"), given, "is no amount", "不是金额");
    size_t dot = str_find(yuan, '.');
    if (dot + 3 < yuan.n)
        return refuse(e, path, S("1234.50"), given, "has parts of a fen", "不足一分");
    if (f->high > f->low && (v < f->low || v > f->high))
        return refuse(e, path, range_text(a, f), given, "is out of range", "超出范围");
    *canonical = yuan;
    return true;
}

static bool choice_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    str folded = utf8_fold(a, given);
    for (size_t i = 0; i < f->n_options; i++)
        if (str_eq(given, f->options[i]) || str_eq(folded, utf8_fold(a, f->options[i]))) {
            *canonical = f->options[i];
            return true;
        }
    return refuse(e, path,
        near_list(a, utf8_valid(given) ? given : S(""), f->options, f->n_options), given,
        "is none of the options", "不在选项之内");
}

static bool date_value(struct arena *a, str given, str *canonical, struct err *e, str path)
{
    int64_t us = 0;
    bool ok = tm_parse(given, TM_ZONE_DEFAULT_S, &us);
    int64_t day = ok ? tm_local_day(us, TM_ZONE_DEFAULT_S) : 0;
    // A time of day would be lost in silence.
    if (!ok || tm_day_start(day, TM_ZONE_DEFAULT_S) != us)
        return refuse(
            e, path, S("2026-11-20, 2026/11/20, 2026年11月20日"), given, "is no date", "不是日期");
    *canonical = tm_date(a, day);
    return true;
}

static bool time_value(struct arena *a, str given, str *canonical, struct err *e, str path)
{
    int64_t us = 0;
    if (!tm_parse(given, TM_ZONE_DEFAULT_S, &us))
        return refuse(e, path, S("2026-11-20 09:32, 2026-11-20T09:32:00+08:00"), given,
            "is no time", "不是时间");
    *canonical = str_fmt(a, "%" PRId64, us);
    return true;
}

static bool yesno_value(struct arena *a, str given, str *canonical, struct err *e, str path)
{
    static const char *const yes[] = {"yes", "true", "是"};
    static const char *const no[] = {"no", "false", "否"};
    str folded = utf8_fold(a, given);
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (str_eq(folded, str_of(yes[i]))) {
            *canonical = S("yes");
            return true;
        }
        if (str_eq(folded, str_of(no[i]))) {
            *canonical = S("no");
            return true;
        }
    }
    return refuse(e, path, S("是, 否, yes, no, true, false"), given, "is neither yes nor no",
        "不是“是”或“否”");
}

// What was given is not repeated: it would stand in notes that are kept.
static bool personal_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    if (f->type == DEF_PHONE) {
        if (personal_phone(a, given, canonical))
            return true;
        err_add(e, ERR_INVALID, path, S("13800000000, 021-62000000, 12345"), "is no phone number",
            "不是电话号码：手机 11 位，固定电话连区号，或短号");
    } else if (f->type == DEF_IDNO) {
        if (personal_idno(a, given, canonical))
            return true;
        err_add(e, ERR_INVALID, path, S("11010519491231002X"),
            "is no identity number: 18 characters of which the last is computed",
            "不是身份证件号：应为 18 位，末位是校验码");
    } else {
        if (personal_name(a, given, canonical))
            return true;
        err_add(e, ERR_INVALID, path, str_fmt(a, "1..%d", (int)PERSONAL_NAME_MAX),
            "is no name of a person", "不是姓名，或过长");
    }
    return false;
}

bool def_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    given = str_trim(given);
    *canonical = S("");
    if (given.n == 0)
        return true;
    switch (f->type) {
    case DEF_TEXT:
        return text_value(a, f, given, canonical, e, path);
    case DEF_NUMBER:
        return number_value(a, f, given, canonical, e, path);
    case DEF_CHOICE:
        return choice_value(a, f, given, canonical, e, path);
    case DEF_DATE:
        return date_value(a, given, canonical, e, path);
    case DEF_TIME:
        return time_value(a, given, canonical, e, path);
    case DEF_YESNO:
        return yesno_value(a, given, canonical, e, path);
    case DEF_MONEY:
        return money_value(a, f, given, canonical, e, path);
    case DEF_PERSON: // a log-in name; who it is only the rules know (item_must.c)
    case DEF_UNIT:   // and which unit or row is meant (item_refer.c)
    case DEF_REF:
    case DEF_CLASS:
    case DEF_FILE: // which of the item's own (attach.h)
        *canonical = str_dup(a, given);
        return true;
    case DEF_GEOMETRY:
        return shape_value(a, f, given, canonical, e, path);
    case DEF_PHONE:
    case DEF_FULLNAME:
    case DEF_IDNO:
        return personal_value(a, f, given, canonical, e, path);
    }
    UNREACHABLE();
}
