// A formula is parsed once into a line of postfix operations and run on a small stack.
#include "domain/formula.h"

#include <math.h>

#include "domain/near.h"

enum { OPS_MAX = 400, DEPTH_MAX = 40 };

enum op_kind { OP_NUMBER, OP_NAME, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_NEGATE };
struct op {
    enum op_kind kind;
    int name;      // OP_NAME
    double number; // OP_NUMBER
};
struct formula {
    struct op *ops;
    size_t n;
    uint64_t uses;
};

struct reader {
    struct arena *arena;
    str text;
    size_t at;
    const str *names;
    size_t n_names;
    struct formula *f;
    struct err *e;
    int depth;    // brackets and signs that stand open
    bool stopped; // a syntax error was noted; what follows would only be noise
};

static int column_at(const struct reader *r, size_t at)
{
    return (int)utf8_count(str_sub(r->text, 0, at)) + 1;
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->text.n && (r->text.s[r->at] == ' ' || r->text.s[r->at] == '\t' ||
                                    r->text.s[r->at] == '\n' || r->text.s[r->at] == '\r'))
        r->at++;
}

static char peek(struct reader *r)
{
    skip_blanks(r);
    return r->at < r->text.n ? r->text.s[r->at] : 0;
}

// What stands at the place of an error: one word, or one character of any width.
static str found_at(const struct reader *r, size_t at)
{
    str rest = str_sub(r->text, at, r->text.n);
    size_t n = 0;
    while (n < rest.n && ((rest.s[n] >= 'a' && rest.s[n] <= 'z') || rest.s[n] == '_' ||
                             (rest.s[n] >= '0' && rest.s[n] <= '9')))
        n++;
    return n > 0 ? str_sub(rest, 0, n) : utf8_head(rest, 1);
}

static void stop(struct reader *r, str expected)
{
    if (r->stopped)
        return;
    r->stopped = true;
    str found = found_at(r, r->at);
    if (found.n == 0)
        err_at(r->e, 0, column_at(r, r->at), S(""), expected, "the formula ends too early",
            "公式没有写完");
    else
        err_at(r->e, 0, column_at(r, r->at), S(""), expected, "\"%.*s\" does not fit here",
            "此处不能是“%.*s”", STR_ARG(found));
}

static void push(struct reader *r, struct op op)
{
    if (r->stopped)
        return;
    if (r->f->n == OPS_MAX) {
        r->stopped = true;
        err_at(r->e, 0, column_at(r, r->at), S(""), S(""), "the formula is too long", "公式过长");
        return;
    }
    VEC_PUSH(r->arena, r->f->ops, r->f->n) = op;
}

static bool open_level(struct reader *r)
{
    if (r->depth == DEPTH_MAX && !r->stopped) {
        r->stopped = true;
        err_at(
            r->e, 0, column_at(r, r->at), S(""), S(""), "nested too deeply", "括号或符号嵌套过深");
    }
    r->depth++;
    return !r->stopped;
}

static int name_index(const struct reader *r, str name)
{
    for (size_t i = 0; i < r->n_names; i++)
        if (str_eq(r->names[i], name))
            return (int)i;
    return -1;
}

static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

static bool in_name(char c)
{
    return starts_name(c) || (c >= '0' && c <= '9');
}

// Keys may hold "-", which is also minus: the longest known name wins, so "sat-dissat" subtracts
// unless a tally has just that key. An unknown word ends at its first "-".
static void read_name(struct reader *r)
{
    str rest = str_sub(r->text, r->at, r->text.n);
    size_t word = 0, end = 0;
    while (word < rest.n && in_name(rest.s[word]))
        word++;
    for (end = word; end < rest.n && (in_name(rest.s[end]) || rest.s[end] == '-');)
        end++;
    size_t take = end;
    while (take > word && name_index(r, str_sub(rest, 0, take)) < 0)
        take--;
    str name = str_sub(rest, 0, take);
    int index = name_index(r, name);
    if (index < 0)
        err_at(r->e, 0, column_at(r, r->at), name, near_list(r->arena, name, r->names, r->n_names),
            "unknown name \"%.*s\"", "没有“%.*s”这个名称", STR_ARG(name));
    else
        r->f->uses |= UINT64_C(1) << index;
    push(r, (struct op){.kind = OP_NAME, .name = index < 0 ? 0 : index});
    r->at += take;
}

static void read_number(struct reader *r)
{
    str rest = str_sub(r->text, r->at, r->text.n);
    size_t n = 0;
    while (n < rest.n && ((rest.s[n] >= '0' && rest.s[n] <= '9') || rest.s[n] == '.'))
        n++;
    double v = 0;
    str text = str_sub(rest, 0, n);
    if (!str_f64(text, &v)) {
        stop(r, S("0.8"));
        return;
    }
    push(r, (struct op){.kind = OP_NUMBER, .number = v});
    r->at += n;
}

static void read_sum(struct reader *r);

static void read_factor(struct reader *r)
{
    char c = peek(r);
    if (c == '(') {
        if (!open_level(r))
            return;
        r->at++;
        read_sum(r);
        if (r->stopped)
            return;
        if (peek(r) != ')') {
            stop(r, S("), + - * /"));
            return;
        }
        r->at++;
        r->depth--;
    } else if (c == '-') {
        if (!open_level(r))
            return;
        r->at++;
        read_factor(r);
        push(r, (struct op){.kind = OP_NEGATE});
        r->depth--;
    } else if ((c >= '0' && c <= '9') || c == '.') {
        read_number(r);
    } else if (starts_name(c) && !str_starts(str_sub(r->text, r->at, 3), S("（")) &&
               !str_starts(str_sub(r->text, r->at, 3), S("）"))) {
        read_name(r);
    } else {
        stop(r, S("a name, a number, ("));
    }
}

static void read_product(struct reader *r)
{
    read_factor(r);
    while (!r->stopped) {
        char c = peek(r);
        if (c != '*' && c != '/')
            return;
        r->at++;
        read_factor(r);
        push(r, (struct op){.kind = c == '*' ? OP_MUL : OP_DIV});
    }
}

static void read_sum(struct reader *r)
{
    read_product(r);
    while (!r->stopped) {
        char c = peek(r);
        if (c != '+' && c != '-')
            return;
        r->at++;
        read_product(r);
        push(r, (struct op){.kind = c == '+' ? OP_ADD : OP_SUB});
    }
}

struct formula *formula_parse(struct arena *a, str text, const str *names, size_t n, struct err *e)
{
    CHECK(n <= FORMULA_NAMES_MAX);
    if (text.n > FORMULA_BYTES_MAX) {
        err_at(e, 0, 1, S(""), str_fmt(a, "<= %d", FORMULA_BYTES_MAX), "the formula is too long",
            "公式过长");
        return NULL;
    }
    size_t notes = e->n + e->dropped;
    struct formula *f = NEW(a, struct formula);
    struct reader r = {
        .arena = a, .text = text, .names = names, .n_names = n, .f = f, .e = e, .depth = 0};
    read_sum(&r);
    if (!r.stopped && peek(&r) != 0)
        stop(&r, S("+ - * /"));
    return e->n + e->dropped == notes ? f : NULL;
}

bool formula_value(const struct formula *f, const double *values, double *out)
{
    // Each level of nesting leaves at most two values waiting: one of a sum, one of a product.
    double stack[2 * DEPTH_MAX + 8] = {0};
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct op *op = &f->ops[i];
        if (op->kind == OP_NUMBER || op->kind == OP_NAME) {
            CHECK(n < ARRAY_LEN(stack));
            stack[n++] = op->kind == OP_NUMBER ? op->number : values[op->name];
            continue;
        }
        CHECK(n >= (op->kind == OP_NEGATE ? 1 : 2));
        if (op->kind == OP_NEGATE) {
            stack[n - 1] = -stack[n - 1];
            continue;
        }
        double right = stack[--n], *left = &stack[n - 1];
        if (op->kind == OP_DIV && right == 0)
            return false;
        *left = op->kind == OP_ADD   ? *left + right
                : op->kind == OP_SUB ? *left - right
                : op->kind == OP_MUL ? *left * right
                                     : *left / right;
    }
    CHECK(n == 1);
    // Beyond the range of numbers there is nothing to show either.
    if (!isfinite(stack[0]))
        return false;
    *out = stack[0];
    return true;
}

uint64_t formula_uses(const struct formula *f)
{
    return f->uses;
}
