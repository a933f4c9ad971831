#include "domain/class_say.h"

#include "domain/def.h"

static const struct {
    const char *name, *title, *expected;
} SAYS[CLASS_SAYS] = {
    [SAY_UNIT] = {"unit", "责任单位", "a unit's code"},
    [SAY_LIMITS] = {"limits", "时限", "handle:4wh close:2wd"},
    [SAY_PHOTOS] = {"photos", "照片", "open:1 close:2"},
    [SAY_OPENING] = {"opening", "立案标准", "at most 300 characters"},
    [SAY_CLOSING] = {"closing", "结案标准", "at most 300 characters"},
    [SAY_WORDS] = {"words", "关键词", "at most 40 words of at most 20 characters"},
    [SAY_WITHOUT] = {"without", "排除词", "at most 40 words of at most 20 characters"},
};

const char *class_say_name(enum class_say say)
{
    return SAYS[say].name;
}

const char *class_say_title(enum class_say say)
{
    return SAYS[say].title;
}

// The next piece between blanks, commas and their Chinese likes.
static bool next_piece(str *rest, str *piece)
{
    static const char *const BETWEEN[] = {" ", ",", ";", "\n", "\t", "\r", "　", "，", "、", "；"};
    size_t at = 0, from = 0;
    bool any = false;
    while (at < rest->n) {
        size_t cut = 0;
        for (size_t i = 0; i < ARRAY_LEN(BETWEEN) && cut == 0; i++)
            if (str_starts(str_sub(*rest, at, rest->n), str_of(BETWEEN[i])))
                cut = str_of(BETWEEN[i]).n;
        if (cut > 0 && any)
            break;
        if (cut == 0 && !any) {
            any = true;
            from = at;
        }
        at += cut > 0 ? cut : 1;
    }
    *piece = str_sub(*rest, from, at - from);
    *rest = str_sub(*rest, at, rest->n);
    return any;
}

static bool stage_ok(str x)
{
    bool ok = x.n > 0 && x.n <= DEF_KEY_MAX && x.s[0] >= 'a' && x.s[0] <= 'z';
    for (size_t i = 0; ok && i < x.n; i++) {
        char c = x.s[i];
        ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
    return ok;
}

static bool read_stage(enum class_say say, str piece, struct class_stage *out)
{
    str value = piece;
    int64_t n = 0;
    *out = (struct class_stage){0};
    if (!str_cut(&value, ':', &out->stage) || !stage_ok(out->stage))
        return false;
    if (say == SAY_LIMITS)
        return dur_parse(value, &out->limit) && out->limit.n > 0;
    if (!str_i64(value, &n) || n < 0 || n > CLASS_PHOTOS_MAX)
        return false;
    out->photos = (int)n;
    return true;
}

static bool read_stages(
    struct arena *a, enum class_say say, str given, struct class_stage **out, size_t *n)
{
    str rest = utf8_fold(a, given), piece;
    *out = NULL;
    *n = 0;
    while (next_piece(&rest, &piece)) {
        struct class_stage one;
        bool ok = *n < CLASS_STAGES_MAX && read_stage(say, piece, &one);
        for (size_t i = 0; ok && i < *n; i++)
            ok = !str_eq((*out)[i].stage, one.stage);
        if (!ok)
            return false;
        VEC_PUSH(a, *out, *n) = one;
    }
    return true;
}

static str stages_text(struct arena *a, enum class_say say, const struct class_stage *v, size_t n)
{
    str *parts = NEW_ARRAY(a, n, str);
    for (size_t i = 0; i < n; i++)
        parts[i] = say == SAY_LIMITS ? str_fmt(a, "%.*s:%.*s", STR_ARG(v[i].stage),
                                           STR_ARG(dur_text(a, v[i].limit)))
                                     : str_fmt(a, "%.*s:%d", STR_ARG(v[i].stage), v[i].photos);
    return str_join(a, parts, n, S(" "));
}

static bool read_words(struct arena *a, str given, str *out)
{
    str rest = given, piece, *words = NULL;
    size_t n = 0;
    while (next_piece(&rest, &piece)) {
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known = known || str_eq(words[i], piece);
        if (utf8_count(piece) > CLASS_WORD_MAX || n == CLASS_WORDS_MAX)
            return false;
        if (!known)
            VEC_PUSH(a, words, n) = piece;
    }
    *out = str_join(a, words, n, S(" "));
    return true;
}

bool class_say_read(struct arena *a, enum class_say say, str given, str *out, const char **expected)
{
    struct class_stage *stages;
    size_t n;
    *expected = SAYS[say].expected;
    *out = str_trim(given);
    if (!utf8_valid(given))
        return false;
    switch (say) {
    case SAY_UNIT:
        return utf8_count(*out) <= DEF_KEY_MAX;
    case SAY_LIMITS:
    case SAY_PHOTOS:
        if (!read_stages(a, say, given, &stages, &n))
            return false;
        *out = stages_text(a, say, stages, n);
        return true;
    case SAY_OPENING:
    case SAY_CLOSING:
        return utf8_count(*out) <= CLASS_STANDARD_MAX;
    case SAY_WORDS:
    case SAY_WITHOUT:
        return read_words(a, given, out);
    case CLASS_SAYS:
        break;
    }
    UNREACHABLE();
}

struct class_stage *class_say_stages(struct arena *a, enum class_say say, str text, size_t *n)
{
    struct class_stage *out;
    CHECK(read_stages(a, say, text, &out, n)); // only canonical texts are stored
    return out;
}

str *class_say_words(struct arena *a, str text, size_t *n)
{
    str rest = text, piece, *out = NULL;
    *n = 0;
    while (next_piece(&rest, &piece))
        VEC_PUSH(a, out, *n) = piece;
    return out;
}
