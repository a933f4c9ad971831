#include "domain/filter_lex.h"

struct lexer {
    struct arena *arena;
    str text;
    size_t at;
    struct err *e;
};

// What the full-width keyboard of a Chinese input method gives is taken for the same sign.
static const str blanks[] = {S(" "), S("\t"), S("\n"), S("\r"), S("　")};
static const str commas[] = {S(","), S("，")};
static const str colons[] = {S(":"), S("：")};
static const str minuses[] = {S("-"), S("－")};
static const str quotes[] = {S("\""), S("“")}, closing[] = {S("\""), S("”")};
static const str equals[] = {S("="), S("＝")};

static str rest(const struct lexer *x)
{
    return str_sub(x->text, x->at, x->text.n);
}

// Bytes of the sign standing here, 0 when it is none of them.
static size_t sign(str text, const str *signs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_starts(text, signs[i]))
            return signs[i].n;
    return 0;
}

#define SIGN(text, signs) sign((text), (signs), ARRAY_LEN(signs))

static bool take(struct lexer *x, const str *signs, size_t n)
{
    size_t bytes = sign(rest(x), signs, n);
    x->at += bytes;
    return bytes > 0;
}

#define TAKE(x, signs) take((x), (signs), ARRAY_LEN(signs))

static int column(const struct lexer *x, size_t at)
{
    return (int)utf8_count((str){x->text.s, at}) + 1;
}

static bool at_end(const struct lexer *x)
{
    return x->at == x->text.n || SIGN(rest(x), blanks) > 0;
}

static void skip_term(struct lexer *x)
{
    while (!at_end(x))
        x->at++;
}

// A key reaches to the colon; a blank, comma or quote before it means that there is no key.
static bool lex_key(struct lexer *x, str *key)
{
    for (size_t i = x->at; i < x->text.n; i++) {
        str here = str_sub(x->text, i, x->text.n);
        size_t colon = SIGN(here, colons);
        if (colon > 0) {
            *key = (str){x->text.s + x->at, i - x->at};
            x->at = i + colon;
            return true;
        }
        if (SIGN(here, blanks) > 0 || SIGN(here, commas) > 0 || SIGN(here, quotes) > 0)
            return false;
    }
    return false;
}

// After the opening quote; close is what ends it.
static bool lex_quoted(struct lexer *x, str close, struct filter_raw_value *v)
{
    char *out = arena_alloc(x->arena, x->text.n - x->at + 1);
    size_t n = 0;
    while (x->at < x->text.n) {
        str here = rest(x);
        if (str_starts(here, close)) {
            x->at += close.n;
            v->text = (str){out, n};
            return true;
        }
        str behind = str_sub(here, 1, here.n);
        bool escape =
            here.s[0] == '\\' && (str_starts(behind, S("\\")) || str_starts(behind, S("\"")) ||
                                     str_starts(behind, close));
        x->at += escape ? 1 : 0;
        out[n++] = x->text.s[x->at++];
    }
    (void)err_at(x->e, 1, v->column, S("\""), close, "the quote is not closed", "引号没有结束");
    return false;
}

static bool lex_plain(struct lexer *x, struct filter_raw_value *v)
{
    size_t from = x->at;
    while (!at_end(x) && SIGN(rest(x), commas) == 0)
        x->at++;
    v->text = (str){x->text.s + from, x->at - from};
    if (v->text.n > 0)
        return true;
    str expected =
        x->e->lang == LANG_EN ? S("a value, without a blank before it") : S("条件值，前面不留空格");
    (void)err_at(x->e, 1, v->column, S(""), expected, "a value is missing here", "这里缺少条件值");
    return false;
}

static bool lex_value(struct lexer *x, struct filter_raw_value *v)
{
    v->column = column(x, x->at);
    for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
        if (!str_starts(rest(x), quotes[i]))
            continue;
        x->at += quotes[i].n;
        v->quoted = true;
        if (!lex_quoted(x, closing[i], v))
            return false;
        if (v->text.n > 0)
            return true;
        (void)err_at(x->e, 1, v->column, S("\"\""), S("none"), "an empty value: write none",
            "引号里是空的：要找没有填写的请写 none");
        return false;
    }
    return lex_plain(x, v);
}

static bool lex_term(struct lexer *x, struct filter_raw *t)
{
    size_t from = x->at;
    t->negated = TAKE(x, minuses);
    t->column = column(x, x->at);
    t->has_key = lex_key(x, &t->key);
    if (t->has_key && t->key.n == 0) {
        (void)err_at(x->e, 1, column(x, from), S(":"), S("key:value"),
            "a key is missing before the colon", "冒号前缺少条件名");
        return false;
    }
    t->exact = t->has_key && TAKE(x, equals);
    do {
        struct filter_raw_value v = {0};
        if (!lex_value(x, &v))
            return false;
        VEC_PUSH(x->arena, t->values, t->n) = v;
    } while (TAKE(x, commas));
    if (at_end(x))
        return true;
    str expected = x->e->lang == LANG_EN ? S("a blank or a comma") : S("空格或逗号");
    (void)err_at(x->e, 1, column(x, x->at), S("\""), expected,
        "something follows the closing quote", "引号后面紧跟着别的字");
    return false;
}

size_t filter_lex(struct arena *a, str text, struct filter_raw **out, struct err *e)
{
    struct lexer x = {.arena = a, .text = text, .e = e};
    size_t n = 0;
    *out = NULL;
    for (;;) {
        while (TAKE(&x, blanks)) {
        }
        if (x.at == text.n)
            return n;
        struct filter_raw t = {0};
        if (lex_term(&x, &t))
            VEC_PUSH(a, *out, n) = t;
        else
            skip_term(&x);
    }
}
