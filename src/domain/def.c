// A definition in use: finding its parts by name.
#include "domain/def.h"

#include "domain/def_read.h"

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

static const struct asked {
    int what;
    str key, en, zh;
} ASKED[] = {
    {DEF_ASK_CLASS, S("class"), S("class"), S("分类")},
    {DEF_ASK_PLACE, S("place"), S("place"), S("地点")},
    {DEF_ASK_NAME, S("name"), S("name"), S("名称")},
    {DEF_ASK_UNIT, S("unit"), S("unit"), S("责任单位")},
};

static const struct asked *asked(int what)
{
    for (size_t i = 0; i < ARRAY_LEN(ASKED); i++)
        if (ASKED[i].what == what)
            return &ASKED[i];
    UNREACHABLE();
}

int def_ask_named(str key)
{
    for (size_t i = 0; i < ARRAY_LEN(ASKED); i++)
        if (str_eq(ASKED[i].key, key))
            return ASKED[i].what;
    return DEF_NONE;
}

str def_ask_key(const struct def *d, const struct def_ask *ask)
{
    return ask->field >= 0 ? d->fields[ask->field].key : asked(ask->field)->key;
}

str def_ask_title(const struct def *d, const struct def_ask *ask, bool en)
{
    if (ask->field >= 0)
        return d->fields[ask->field].title;
    if (ask->field == DEF_ASK_NAME && d->name_title.n > 0)
        return d->name_title;
    return en ? asked(ask->field)->en : asked(ask->field)->zh;
}

const struct def_ask *def_asks(const struct def_step *s, int what)
{
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].field == what)
            return &s->asks[i];
    return NULL;
}

bool def_asked(const struct def *d, int what)
{
    for (size_t i = 0; i < d->n_steps; i++)
        if (def_asks(&d->steps[i], what))
            return true;
    return false;
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

str def_level_name(int level)
{
    static const char *const NAMES[DEF_LEVELS] = {"blue", "yellow", "red"};
    CHECK(level >= 1 && level <= DEF_LEVELS);
    return str_of(NAMES[level - 1]);
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
        [DEF_MONEY] = "money",
        [DEF_UNIT] = "unit",
        [DEF_REF] = "ref",
        [DEF_FILE] = "file",
        [DEF_CLASS] = "class",
        [DEF_GEOMETRY] = "geometry",
        [DEF_PHONE] = "phone",
        [DEF_FULLNAME] = "fullname",
        [DEF_IDNO] = "idno",
    };
    CHECK((size_t)type < ARRAY_LEN(names));
    return str_of(names[type]);
}

double def_tally_value(const struct def_tally *t, int64_t n)
{
    return t->sum.n > 0 ? (double)n / DEF_SUM_PARTS : (double)n;
}

str def_tally_text(struct arena *a, const struct def_tally *t, int64_t n)
{
    if (t->sum.n == 0 || n % DEF_SUM_PARTS == 0)
        return str_num(a, t->sum.n == 0 ? n : n / DEF_SUM_PARTS, (str){0});
    int64_t all = n < 0 ? -n : n;
    str text = str_fmt(a, "%s%" PRId64 ".%0*" PRId64, n < 0 ? "-" : "", all / DEF_SUM_PARTS,
        (int)DEF_SUM_PLACES, all % DEF_SUM_PARTS);
    while (text.s[text.n - 1] == '0')
        text.n--;
    return text;
}

// Digit by digit, because a binary fraction would not be the value that was said.
int64_t def_sum_parts(str value)
{
    bool minus = str_starts(value, S("-"));
    str x = str_sub(value, minus, value.n);
    size_t dot = str_find(x, '.'), places = 0;
    int64_t n = 0;
    for (size_t i = 0; i < x.n && places < DEF_SUM_PLACES; i++) {
        if (i == dot)
            continue;
        if (x.s[i] < '0' || x.s[i] > '9')
            return 0;
        n = n > DEF_SUM_MOST ? n : n * 10 + (x.s[i] - '0');
        places += i > dot;
    }
    if (places == DEF_SUM_PLACES && dot + places + 1 < x.n && x.s[dot + places + 1] >= '5')
        n++;
    for (; places < DEF_SUM_PLACES; places++)
        n = n > DEF_SUM_MOST ? n : n * 10;
    n = n > DEF_SUM_MOST ? DEF_SUM_MOST : n;
    return minus ? -n : n;
}
