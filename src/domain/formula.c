// A formula is parsed once into a line of postfix operations and run on a small stack, on which a
// blank is NaN. What is summed over a group is a formula of its own inside it.
#include "domain/formula.h"

#include <math.h>

#include "base/buf.h"
#include "domain/near.h"

enum { OPS_MAX = 400, DEPTH_MAX = 40, ARGS_MAX = 40 };
static const double HAIR = 1e-9; // of the last decimal: 2.4999999999 was meant as 2.5

enum op_kind {
    OP_NUMBER,
    OP_NAME,
    OP_GROUP,
    OP_NEGATE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_LESS,
    OP_LESS_EQ,
    OP_MORE,
    OP_MORE_EQ,
    OP_EQUAL,
    OP_UNEQUAL,
    OP_CALL,
};
enum call {
    CALL_MIN,
    CALL_MAX,
    CALL_CLAMP,
    CALL_ROUND,
    CALL_IF,
    CALL_AND,
    CALL_OR,
    CALL_FILLED,
    CALL_STEPS
};
enum over { OVER_SUM, OVER_MEAN, OVER_MOST, OVER_LEAST };
static const struct {
    str name;
    enum call call;
    int least, most;
    const char *zh;
} calls[] = {
    {S("min"), CALL_MIN, 2, ARGS_MAX, "最小值"},
    {S("max"), CALL_MAX, 2, ARGS_MAX, "最大值"},
    {S("clamp"), CALL_CLAMP, 3, 3, "限定"},
    {S("round"), CALL_ROUND, 2, 2, "四舍五入"},
    {S("if"), CALL_IF, 3, 3, "如果"},
    {S("and"), CALL_AND, 2, ARGS_MAX, "且"},
    {S("or"), CALL_OR, 2, ARGS_MAX, "或"},
    {S("filled"), CALL_FILLED, 2, 2, "空则取"},
    {S("steps"), CALL_STEPS, 4, ARGS_MAX, "分档"},
};
static const struct {
    str name;
    enum over over;
    const char *zh;
} overs[] = {
    {S("sum"), OVER_SUM, "组内合计"},
    {S("mean"), OVER_MEAN, "组内平均"},
    {S("most"), OVER_MOST, "组内最大"},
    {S("least"), OVER_LEAST, "组内最小"},
};
static const struct {
    str sign;
    enum op_kind op;
} comparisons[] = {
    // the longer signs first
    {S("<="), OP_LESS_EQ},
    {S(">="), OP_MORE_EQ},
    {S("<>"), OP_UNEQUAL},
    {S("<"), OP_LESS},
    {S(">"), OP_MORE},
    {S("="), OP_EQUAL},
};

struct op {
    enum op_kind kind;
    int name;      // OP_NAME; OP_GROUP: which; OP_CALL: row of calls
    int n;         // OP_CALL: how many values it takes
    double number; // OP_NUMBER
};
struct ops {
    struct op *at;
    size_t n;
};
struct group {
    enum over over;
    struct ops inner;
};
// Where in the text something stands that is said in other words.
enum mark_kind { MARK_NAME, MARK_CALL, MARK_GROUP };
struct mark {
    enum mark_kind kind;
    size_t at, n; // MARK_GROUP: with its brackets; the word itself has word_n bytes
    size_t word_n;
    int which;
};
struct formula {
    str text;
    struct ops ops;
    struct group groups[FORMULA_GROUPS_MAX];
    size_t n_groups;
    struct mark *marks;
    size_t n_marks;
    bool *uses; // by name
    size_t n_names;
};

struct reader {
    struct arena *arena;
    str text;
    size_t at;
    const str *names;
    size_t n_names;
    enum formula_kind kind;
    struct formula *f;
    struct ops *into; // the formula's, or those of the group being read
    struct err *e;
    int depth;    // brackets and signs that stand open
    bool grouped; // inside a group
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
    if (r->into->n == OPS_MAX) {
        r->stopped = true;
        err_at(r->e, 0, column_at(r, r->at), S(""), S(""), "the formula is too long", "公式过长");
        return;
    }
    VEC_PUSH(r->arena, r->into->at, r->into->n) = op;
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
    return starts_name(c) || (c >= '0' && c <= '9') || c == '.';
}

static void mark(struct reader *r, enum mark_kind kind, size_t at, size_t n, int which)
{
    VEC_PUSH(r->arena, r->f->marks, r->f->n_marks) =
        (struct mark){.kind = kind, .at = at, .n = n, .word_n = n, .which = which};
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
        r->f->uses[index] = true;
    mark(r, MARK_NAME, r->at, take, index);
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

static void read_all(struct reader *r);

// From "(" to ")"; how many values stand between the commas.
static int read_args(struct reader *r)
{
    int n = 0;
    if (!open_level(r))
        return 0;
    do {
        r->at++; // "(" or ","
        read_all(r);
        n++;
    } while (!r->stopped && peek(r) == ',' && n < ARGS_MAX);
    if (!r->stopped && peek(r) != ')')
        stop(r, S("), + - * /"));
    if (!r->stopped)
        r->at++;
    r->depth--;
    return n;
}

static void read_call(struct reader *r, size_t which, size_t at)
{
    mark(r, MARK_CALL, at, calls[which].name.n, (int)which);
    int n = read_args(r);
    bool pairs = calls[which].call == CALL_STEPS;
    if (!r->stopped && (n < calls[which].least || n > calls[which].most || (pairs && n % 2 != 0))) {
        r->stopped = true;
        err_at(r->e, 0, column_at(r, at), calls[which].name,
            pairs ? S("steps(x, below, from1, value1, from2, value2)")
            : calls[which].least == calls[which].most
                ? str_num(r->arena, calls[which].least, S(""))
                : str_num(r->arena, calls[which].least, S("..")),
            "%.*s() takes another number of values, not %d", "%.*s() 的参数个数不对：%d",
            STR_ARG(calls[which].name), n);
    }
    push(r, (struct op){.kind = OP_CALL, .name = (int)which, .n = n});
}

static bool group_fits(struct reader *r, size_t which, size_t at)
{
    bool fits = r->kind == FORMULA_GROUPS && !r->grouped && r->f->n_groups < FORMULA_GROUPS_MAX;
    if (fits || r->stopped)
        return fits;
    r->stopped = true;
    if (r->kind != FORMULA_GROUPS)
        err_at(r->e, 0, column_at(r, at), overs[which].name, S(""),
            "%.*s() needs the rows of a group: only the columns of a score have them",
            "%.*s() 需要同组各行，只有考核的列可以用", STR_ARG(overs[which].name));
    else if (r->grouped)
        err_at(r->e, 0, column_at(r, at), overs[which].name, S(""), "a sum inside a sum",
            "组内函数不能嵌套");
    else
        err_at(r->e, 0, column_at(r, at), overs[which].name,
            str_num(r->arena, FORMULA_GROUPS_MAX, S("")), "too many sums over the group",
            "组内函数过多");
    return false;
}

static void read_group(struct reader *r, size_t which, size_t at)
{
    if (!group_fits(r, which, at))
        return;
    struct group *g = &r->f->groups[r->f->n_groups];
    size_t index = r->f->n_groups++, m = r->f->n_marks;
    *g = (struct group){.over = overs[which].over};
    mark(r, MARK_GROUP, at, 0, (int)index);
    r->f->marks[m].word_n = overs[which].name.n;
    struct ops *outside = r->into;
    r->into = &g->inner;
    r->grouped = true;
    int n = read_args(r);
    r->into = outside;
    r->grouped = false;
    if (!r->stopped && n != 1)
        stop(r, S("1"));
    r->f->marks[m].n = r->at - at;
    push(r, (struct op){.kind = OP_GROUP, .name = (int)index});
}

// A word with "(" behind it. False when it is none of ours: then it is read as a name.
static bool read_function(struct reader *r)
{
    str rest = str_sub(r->text, r->at, r->text.n);
    size_t word = 0, at = r->at;
    while (word < rest.n && in_name(rest.s[word]))
        word++;
    str name = str_sub(rest, 0, word);
    while (word < rest.n && rest.s[word] == ' ')
        word++;
    if (word == rest.n || rest.s[word] != '(')
        return false;
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        if (str_eq(calls[i].name, name)) {
            r->at += word;
            read_call(r, i, at);
            return true;
        }
    for (size_t i = 0; i < ARRAY_LEN(overs); i++)
        if (str_eq(overs[i].name, name)) {
            r->at += word;
            read_group(r, i, at);
            return true;
        }
    return false;
}

static void read_factor(struct reader *r)
{
    char c = peek(r);
    if (c == '(') {
        if (!open_level(r))
            return;
        r->at++;
        read_all(r);
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
        if (!read_function(r))
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

// A sum, or one compared with another: 1 when it holds, else 0.
static void read_all(struct reader *r)
{
    read_sum(r);
    if (r->stopped || peek(r) == 0)
        return;
    str rest = str_sub(r->text, r->at, r->text.n);
    for (size_t i = 0; i < ARRAY_LEN(comparisons); i++) {
        if (!str_starts(rest, comparisons[i].sign))
            continue;
        r->at += comparisons[i].sign.n;
        read_sum(r);
        push(r, (struct op){.kind = comparisons[i].op});
        return;
    }
}

struct formula *formula_parse(
    struct arena *a, str text, const str *names, size_t n, enum formula_kind kind, struct err *e)
{
    CHECK(n <= FORMULA_NAMES_MAX);
    if (text.n > FORMULA_BYTES_MAX) {
        err_at(e, 0, 1, S(""), str_fmt(a, "<= %d", FORMULA_BYTES_MAX), "the formula is too long",
            "公式过长");
        return NULL;
    }
    size_t notes = e->n + e->dropped;
    struct formula *f = NEW(a, struct formula);
    f->text = text;
    f->uses = NEW_ARRAY(a, n + 1, bool);
    f->n_names = n;
    struct reader r = {.arena = a,
        .text = text,
        .names = names,
        .n_names = n,
        .kind = kind,
        .f = f,
        .into = &f->ops,
        .e = e};
    read_all(&r);
    if (!r.stopped && peek(&r) != 0)
        stop(&r, S("+ - * /"));
    return e->n + e->dropped == notes ? f : NULL;
}

// ---- values

// To so many decimals, halves away from zero, as a person rounds.
static double rounded(double x, double decimals)
{
    double p = pow(10, decimals), y = x * p;
    return round(y + copysign(HAIR, y)) / p;
}

static bool any_blank(const double *v, int n)
{
    for (int i = 0; i < n; i++)
        if (isnan(v[i]))
            return true;
    return false;
}

static double least_of(const double *v, int n, double sign)
{
    double best = v[0];
    for (int i = 1; i < n; i++)
        if (sign * v[i] < sign * best)
            best = v[i];
    return best;
}

static double truth_of(const double *v, int n, bool all)
{
    for (int i = 0; i < n; i++)
        if ((v[i] != 0) != all)
            return !all;
    return all;
}

static double step_of(const double *v, int n)
{
    double value = v[1];
    for (int i = 2; i + 1 < n; i += 2)
        if (v[0] >= v[i])
            value = v[i + 1];
    return value;
}

static double call_value(enum call call, const double *v, int n)
{
    if (call == CALL_FILLED)
        return isnan(v[0]) ? v[1] : v[0];
    if (call == CALL_IF)
        return isnan(v[0]) ? NAN : v[0] != 0 ? v[1] : v[2];
    if (any_blank(v, n))
        return NAN;
    switch (call) {
    case CALL_MIN:
        return least_of(v, n, 1);
    case CALL_MAX:
        return least_of(v, n, -1);
    case CALL_CLAMP:
        return v[0] < v[1] ? v[1] : v[0] > v[2] ? v[2] : v[0];
    case CALL_ROUND:
        return rounded(v[0], v[1]);
    case CALL_AND:
    case CALL_OR:
        return truth_of(v, n, call == CALL_AND);
    case CALL_STEPS:
        return step_of(v, n);
    case CALL_IF:
    case CALL_FILLED:
        break;
    }
    UNREACHABLE();
}

static double compared(enum op_kind kind, double x, double y)
{
    if (isnan(x) || isnan(y))
        return NAN;
    return kind == OP_LESS      ? x < y
           : kind == OP_LESS_EQ ? x <= y
           : kind == OP_MORE    ? x > y
           : kind == OP_MORE_EQ ? x >= y
           : kind == OP_EQUAL   ? x == y
                                : x != y;
}

static double two_values(enum op_kind kind, double x, double y)
{
    switch (kind) {
    case OP_ADD:
        return x + y;
    case OP_SUB:
        return x - y;
    case OP_MUL:
        return x * y;
    case OP_DIV:
        return y == 0 ? NAN : x / y;
    default:
        return compared(kind, x, y);
    }
}

static const double NO_SUMS[FORMULA_GROUPS_MAX] = {0};

static double run(const struct ops *ops, const double *values, const double *sums)
{
    double stack[OPS_MAX] = {0}; // each value on it was put there by an operation of its own
    size_t n = 0;
    for (size_t i = 0; i < ops->n; i++) {
        const struct op *op = &ops->at[i];
        CHECK(n < ARRAY_LEN(stack));
        if (op->kind == OP_NUMBER) {
            stack[n++] = op->number;
        } else if (op->kind == OP_NAME) {
            stack[n++] = values[op->name];
        } else if (op->kind == OP_GROUP) {
            stack[n++] = sums[op->name];
        } else if (op->kind == OP_NEGATE) {
            stack[n - 1] = -stack[n - 1];
        } else {
            size_t takes = op->kind == OP_CALL ? (size_t)op->n : 2;
            CHECK(n >= takes);
            n -= takes;
            stack[n] = op->kind == OP_CALL ? call_value(calls[op->name].call, &stack[n], op->n)
                                           : two_values(op->kind, stack[n], stack[n + 1]);
            n++;
        }
    }
    CHECK(n == 1);
    return stack[0];
}

bool formula_value_in(const struct formula *f, const double *values,
    const double sums[FORMULA_GROUPS_MAX], double *out)
{
    double v = run(&f->ops, values, sums);
    // Beyond the range of numbers there is nothing to show either.
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

bool formula_value(const struct formula *f, const double *values, double *out)
{
    CHECK(f->n_groups == 0);
    return formula_value_in(f, values, NO_SUMS, out);
}

static double over_rows(const struct group *g, const double *const *rows, size_t n)
{
    double sum = 0, most = NAN, least = NAN;
    size_t counted = 0;
    for (size_t i = 0; i < n; i++) {
        double v = run(&g->inner, rows[i], NO_SUMS);
        if (!isfinite(v))
            continue;
        sum += v;
        most = counted == 0 || v > most ? v : most;
        least = counted == 0 || v < least ? v : least;
        counted++;
    }
    switch (g->over) {
    case OVER_SUM:
        return sum;
    case OVER_MEAN:
        return counted > 0 ? sum / (double)counted : NAN;
    case OVER_MOST:
        return most;
    case OVER_LEAST:
        return least;
    }
    UNREACHABLE();
}

void formula_sums(
    const struct formula *f, const double *const *rows, size_t n, double sums[FORMULA_GROUPS_MAX])
{
    for (size_t i = 0; i < f->n_groups; i++)
        sums[i] = over_rows(&f->groups[i], rows, n);
}

bool formula_has_sums(const struct formula *f)
{
    return f->n_groups > 0;
}

bool formula_uses(const struct formula *f, int name)
{
    return name >= 0 && (size_t)name < f->n_names && f->uses[name];
}

// ---- for people

static void say_sign(struct buf *b, str text, size_t *at)
{
    static const struct {
        char sign;
        const char *word;
    } signs[] = {{'*', "×"}, {'/', "÷"}, {'-', "−"}, {'\n', " "}};
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (text.s[*at] == signs[i].sign) {
            buf_addz(b, signs[i].word);
            (*at)++;
            return;
        }
    str rest = str_sub(text, *at, text.n);
    static const struct {
        str sign;
        const char *word;
    } pairs[] = {{S("<="), "≤"}, {S(">="), "≥"}, {S("<>"), "≠"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (str_starts(rest, pairs[i].sign)) {
            buf_addz(b, pairs[i].word);
            *at += pairs[i].sign.n;
            return;
        }
    buf_byte(b, text.s[(*at)++]);
}

str formula_say(struct arena *a, const struct formula *f, enum lang lang,
    str (*word)(void *arg, int name), str (*sum)(void *arg, size_t n), void *arg)
{
    enum { SAID_BYTES_MAX = 64 * KIB };
    struct buf b;
    buf_init(&b, a, SAID_BYTES_MAX);
    size_t at = 0;
    for (size_t i = 0; i <= f->n_marks; i++) {
        const struct mark *m = i < f->n_marks ? &f->marks[i] : NULL;
        if (m && m->at < at)
            continue; // inside a sum that was said already
        while (at < (m ? m->at : f->text.n))
            say_sign(&b, f->text, &at);
        if (!m)
            break;
        at = m->at + m->word_n;
        if (m->kind == MARK_NAME) {
            buf_add(&b, word(arg, m->which));
        } else if (m->kind == MARK_CALL) {
            buf_add(&b, lang == LANG_EN ? calls[m->which].name : str_of(calls[m->which].zh));
        } else {
            str said = sum ? sum(arg, (size_t)m->which) : (str){0};
            enum over over = f->groups[m->which].over;
            if (said.n > 0) {
                at = m->at + m->n;
                buf_add(&b, said);
            } else {
                buf_add(&b, lang == LANG_EN ? overs[over].name : str_of(overs[over].zh));
            }
        }
    }
    return buf_str(&b);
}
