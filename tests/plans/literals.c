#include "literals.h"

#include <fts.h>
#include "base/buf.h"
#include "files.h"

enum { LITERAL_BYTES_MAX = 16 * KIB };

static const char *const CALLS[] = {"db_run(", "db_change(", "db_change_later(", "db_change_one(",
    "db_rows(", "db_rows_many(", "db_one_i64(", "db_one_str("};

static bool word_byte(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

// The length of a call's name and bracket at this place, or 0.
static size_t call_at(str text, size_t at)
{
    if (at > 0 && word_byte(text.s[at - 1]))
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(CALLS); i++)
        if (str_starts(str_sub(text, at, text.n), str_of(CALLS[i])))
            return strlen(CALLS[i]);
    return 0;
}

// Reads the pieces "…" "…" that stand one behind the other; SQL needs no escapes.
static str read_text(struct arena *a, str text, size_t at)
{
    struct buf b;
    buf_init(&b, a, LITERAL_BYTES_MAX);
    while (at < text.n && text.s[at] == '"') {
        for (at++; at < text.n && text.s[at] != '"'; at++)
            buf_byte(&b, text.s[at]);
        for (at++; at < text.n && blank(text.s[at]);)
            at++;
    }
    // Something beside the literals: a macro, whose text is not known here.
    return at < text.n && text.s[at] == ',' ? buf_str(&b) : (str){0};
}

// The first argument that begins with a quote; the ones before it are a connection, an arena or a
// number.
static str read_call(struct arena *a, str text, size_t at)
{
    int depth = 0;
    for (; at < text.n; at++) {
        char c = text.s[at];
        if (c == '"')
            return read_text(a, text, at);
        depth += (c == '(') - (c == ')');
        if (depth < 0 || c == ';')
            break;
    }
    return (str){0};
}

static void read_source(struct arena *a, const char *path, struct literal **all, size_t *n)
{
    str text = file_read(a, path);
    size_t line = 1;
    bool directive = false; // the macros' own definitions
    for (size_t i = 0; i < text.n; i++) {
        if (i == 0 || text.s[i - 1] == '\n')
            directive = text.s[i] == '#' || (directive && i > 1 && text.s[i - 2] == '\\');
        line += text.s[i] == '\n';
        size_t name = directive ? 0 : call_at(text, i);
        if (name == 0)
            continue;
        struct literal one = {.where = str_fmt(a, "%s:%zu", path, line)};
        one.sql = read_call(a, text, i + name);
        VEC_PUSH(a, *all, *n) = one;
    }
}

static int by_name(const FTSENT **x, const FTSENT **y)
{
    return strcmp((*x)->fts_name, (*y)->fts_name);
}

struct literal *literals_below(struct arena *a, const char *folder, size_t *n)
{
    char *roots[] = {str_z(a, str_of(folder)), NULL};
    struct literal *all = NULL;
    *n = 0;
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!tree)
        fail_msg("cannot read %s", folder);
    for (FTSENT *x = fts_read(tree); x; x = fts_read(tree))
        if (x->fts_info == FTS_F && str_ends(str_of(x->fts_path), S(".c")))
            read_source(a, x->fts_path, &all, n);
    fts_close(tree);
    return all;
}
