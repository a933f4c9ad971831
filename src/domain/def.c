// A definition in use: finding its parts by name, and the one place where an answer becomes
// canonical text.
#include "domain/def.h"

#include <float.h>

#include "domain/def_read.h"
#include "domain/near.h"

int def_state_at(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_states; i++)
        if (str_eq(d->states[i].key, key))
            return (int)i;
    return DEF_NONE;
}

int def_part_state_at(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_part_states; i++)
        if (str_eq(d->part_states[i].key, key))
            return (int)i;
    return DEF_NONE;
}

int def_field_at(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_fields; i++)
        if (str_eq(d->fields[i].key, key))
            return (int)i;
    return DEF_NONE;
}

int def_clock_at(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_clocks; i++)
        if (str_eq(d->clocks[i].key, key))
            return (int)i;
    return DEF_NONE;
}

str def_ask_key(const struct def *d, const struct def_ask *ask)
{
    return ask->field >= 0               ? d->fields[ask->field].key
           : ask->field == DEF_ASK_CLASS ? S("class")
                                         : S("place");
}

const struct def_ask *def_asks(const struct def_step *s, int what)
{
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].field == what)
            return &s->asks[i];
    return NULL;
}

int def_judge_at(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_judges; i++)
        if (str_eq(d->judges[i].key, key))
            return (int)i;
    return DEF_NONE;
}

str def_outcome_word(enum def_outcome o)
{
    static const char *const WORDS[OUTCOME_COUNT] = {[OUTCOME_RUNNING] = "running",
        [OUTCOME_PAUSED] = "paused",
        [OUTCOME_BREACHED] = "breached",
        [OUTCOME_MET] = "met",
        [OUTCOME_LATE] = "late"};
    return str_of(WORDS[o]);
}

const struct def_step *def_step(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_steps; i++)
        if (str_eq(d->steps[i].key, key))
            return &d->steps[i];
    return NULL;
}

str def_type_name(enum def_type type)
{
    static const char *const names[] = {
        [DEF_TEXT] = "text",
        [DEF_NUMBER] = "number",
        [DEF_CHOICE] = "choice",
        [DEF_DATE] = "date",
        [DEF_TIME] = "time",
        [DEF_YESNO] = "yesno",
        [DEF_PERSON] = "person",
    };
    CHECK((size_t)type < ARRAY_LEN(names));
    return str_of(names[type]);
}

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
    return true;
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

static bool number_value(
    struct arena *a, const struct def_field *f, str given, str *canonical, struct err *e, str path)
{
    str text = decimal(a, utf8_fold(a, given));
    double v = 0;
    if (text.n == 0 || !str_f64(text, &v))
        return refuse(e, path, S("12.5"), given, "is no number of at most 15 digits",
            "不是数字，或超过 15 位");
    if (f->high > f->low && (v < f->low || v > f->high))
        return refuse(e, path, range_text(a, f), given, "is out of range", "超出范围");
    *canonical = text;
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
    case DEF_PERSON: // a log-in name; who it is only the rules know (item_must.c)
        *canonical = str_dup(a, given);
        return true;
    }
    UNREACHABLE();
}
