// Checks the rules of CONTRIBUTING.md that a compiler does not: floors between rooms, homes of
// system headers and calls, sizes, and what must never stand in the repository.
//
//   tidy ROOT      prints "file:line: rule: text" for every finding and a count; 1 when there is a
//   finding
//
// One exception at a time is possible, with its reason: a comment "tidy: RULE: reason" on the line
// or the one before.
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PATH_MAX_BYTES = 512,
    LINE_MAX_POINTS = 100,
    FILE_MAX_LINES = 1000,
    FUNCTION_MAX_LINES = 70,
};

// What may be included from where. A room may always include itself.
static const struct floor {
    const char *room, *may;
} floors[] = {
    {"base", ""},
    {"store", "base"},
    {"http", "base"},
    {"format", "base"},
    {"insight", "base"},
    {"domain", "store insight format base"},
    {"api", "domain store http format base"},
    {"cmd", "api domain store http format insight base"},
};

// A header or a call and the places in src/ where it may stand: prefixes of paths, separated by
// blanks. A home of "" is nowhere. Headers end in ".h", all other names are calls.
static const struct home {
    const char *name, *rule, *homes;
} homes[] = {
    {"sqlite3.h", "header", "store/"},
    {"libpq-fe.h", "header", "store/"},
    {"microhttpd.h", "header", "http/"},
    {"time.h", "header", "base/tm.c base/log.c"},
    {"sys/time.h", "header", "base/tm.c base/log.c"},
    {"pthread.h", "header", "store/ http/ api/ domain/job base/log.c cmd/ main.c"},
    {"libfyaml.h", "header", "domain/yaml domain/def"},
    {"jansson.h", "header", "base/"},
    {"sodium.h", "header", "base/crypt.c"},
    {"utf8proc.h", "header", "base/"},
    {"csv.h", "header", "format/"},
    {"zlib.h", "header", "format/ store/pool"},
    {"zip.h", "header", "format/"},
    {"expat.h", "header", "format/"},
    {"geos_c.h", "header", "insight/"},
    {"malloc", "memory", "base/"},
    {"calloc", "memory", "base/"},
    {"realloc", "memory", "base/"},
    {"free", "memory", "base/"},
    {"strdup", "memory", "base/"},
    {"strndup", "memory", "base/"},
    {"printf", "print", "cmd/ main.c"},
    {"puts", "print", "cmd/ main.c"},
    {"putchar", "print", "cmd/ main.c"},
    {"tm_now", "clock", "http/ api/ cmd/ store/ domain/job base/ main.c"},
    {"time", "clock", "base/tm.c"},
    {"gettimeofday", "clock", "base/tm.c"},
    {"clock_gettime", "clock", "http/ api/ cmd/ store/ domain/job base/ main.c"},
};

// Calls that stand nowhere, tests and tools included.
static const char *const banned[] = {"sprintf", "vsprintf", "strcpy", "strcat", "strtok", "gets",
    "localtime", "gmtime", "rand", "srand", "system", "popen"};

// Written in two halves, so that this file does not find itself.
// clang-format off
static const char *const marks[] = {"TO" "DO", "FIX" "ME", "X" "XX"};
static const char *const machine_paths[] = {
    "/wo" "rk/main", "/wo" "rk/shared", "/ro" "ot/", "/t" "mp/"};
// clang-format on

struct text {
    char path[PATH_MAX_BYTES]; // relative to the root
    char *s;                   // whole file, NUL-terminated
    char *code;                // the same with comments and literals blanked; C only
    size_t n;
    bool c, in_src;
};

struct tidy {
    const char *root;
    char (*stems)[PATH_MAX_BYTES]; // "room/file" of src/, without ending
    size_t n_stems, files, findings;
};

__attribute__((noreturn)) static void die(const char *what, const char *path)
{
    (void)fprintf(stderr, "tidy: %s: %s\n", what, path);
    exit(2);
}

static bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool ends(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && strcmp(s + n - m, tail) == 0;
}

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool in_list(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

static size_t line_of(const struct text *t, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += t->s[i] == '\n';
    return line;
}

// The start of the line that holds at, and of the line before that.
static size_t line_start(const struct text *t, size_t at)
{
    while (at > 0 && t->s[at - 1] != '\n')
        at--;
    return at;
}

static bool line_has(const struct text *t, size_t start, const char *what)
{
    size_t n = strcspn(t->s + start, "\n"), m = strlen(what);
    for (size_t i = 0; i + m <= n; i++)
        if (strncmp(t->s + start + i, what, m) == 0 && i + m < n)
            return true;
    return false;
}

__attribute__((format(printf, 5, 6))) static void found(
    struct tidy *td, const struct text *t, size_t at, const char *rule, const char *fmt, ...)
{
    char excuse[64];
    (void)snprintf(excuse, sizeof(excuse), "tidy: %s: ", rule);
    size_t start = line_start(t, at);
    if (line_has(t, start, excuse) || (start > 0 && line_has(t, line_start(t, start - 1), excuse)))
        return;
    td->findings++;
    printf("%s:%zu: %s: ", t->path, line_of(t, at), rule);
    va_list ap;
    va_start(ap, fmt);
    (void)vprintf(fmt, ap);
    va_end(ap);
    (void)putchar('\n');
}

// Blanks a literal from its opening quote at i on; returns the place behind its end.
static size_t blank_literal(struct text *t, size_t i)
{
    char quote = t->s[i++];
    for (; i < t->n && t->s[i] != quote && t->s[i] != '\n'; i++) {
        t->code[i] = ' ';
        if (t->s[i] == '\\' && i + 1 < t->n && t->s[i + 1] != '\n')
            t->code[++i] = ' ';
    }
    return i < t->n ? i + 1 : i;
}

static size_t blank_comment(struct text *t, size_t i)
{
    bool block = t->s[i + 1] == '*';
    size_t from = i;
    for (; i < t->n; i++) {
        if (!block && t->s[i] == '\n')
            break;
        if (block && i >= from + 3 && t->s[i] == '/' && t->s[i - 1] == '*') {
            t->code[i++] = ' ';
            break;
        }
        if (t->s[i] != '\n')
            t->code[i] = ' ';
    }
    return i;
}

static void blank(struct text *t)
{
    for (size_t i = 0; i < t->n;) {
        char c = t->s[i];
        if (c == '/' && (t->s[i + 1] == '/' || t->s[i + 1] == '*'))
            i = blank_comment(t, i);
        else if (c == '"' || (c == '\'' && !(i > 0 && word_char(t->s[i - 1]))))
            i = blank_literal(t, i);
        else
            i++;
    }
}

// The room of a path below src/, "" for a file directly in it.
static void room_of(const char *path, char room[32])
{
    const char *p = path + strlen("src/");
    size_t n = strcspn(p, "/");
    room[0] = '\0';
    if (p[n] == '/' && n < 32) {
        memcpy(room, p, n);
        room[n] = '\0';
    }
}

static bool has_word(const char *list, const char *word)
{
    size_t m = strlen(word);
    for (const char *p = list; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        if (n == m && strncmp(p, word, m) == 0)
            return true;
        p += n;
    }
    return false;
}

static bool at_home(const struct text *t, const char *list)
{
    const char *path = t->path + strlen("src/");
    for (const char *p = list; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        if (strncmp(path, p, n) == 0)
            return true;
        p += n;
    }
    return false;
}

static void check_floor(struct tidy *td, const struct text *t, size_t at, const char *header)
{
    char room[32], other[32] = "";
    room_of(t->path, room);
    size_t n = strcspn(header, "/");
    if (header[n] != '/') {
        found(td, t, at, "floor", "\"%s\" is included without its room", header);
        return;
    }
    if (n < sizeof(other)) {
        memcpy(other, header, n);
        other[n] = '\0';
    }
    if (room[0] == '\0' || strcmp(room, other) == 0)
        return; // main.c may include everything, a room itself
    for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
        if (strcmp(floors[i].room, room) != 0)
            continue;
        if (!has_word(floors[i].may, other))
            found(td, t, at, "floor", "%s may not include %s (allowed: %s)", room, header,
                floors[i].may[0] ? floors[i].may : "nothing");
        return;
    }
    found(td, t, at, "floor", "room %s is not on any floor", room);
}

static void check_includes(struct tidy *td, const struct text *t)
{
    for (size_t i = 0; i < t->n; i += strcspn(t->s + i, "\n") + 1) {
        if (t->code[i] != '#')
            continue;
        char header[128], close;
        int n = sscanf(t->s + i, "# include \"%127[^\"\n]%c", header, &close);
        if (n == 2) {
            check_floor(td, t, i, header);
            continue;
        }
        if (sscanf(t->s + i, "# include <%127[^>\n]%c", header, &close) != 2)
            continue;
        for (size_t k = 0; k < sizeof(homes) / sizeof(homes[0]); k++)
            if (strcmp(homes[k].name, header) == 0 && !at_home(t, homes[k].homes))
                found(td, t, i, homes[k].rule, "<%s> belongs in %s", header, homes[k].homes);
    }
}

// Whether the word at is a member (x.free, x->free) rather than the function of that name.
static bool is_member(const struct text *t, size_t at)
{
    return at > 0 &&
           (t->code[at - 1] == '.' || (at > 1 && t->code[at - 1] == '>' && t->code[at - 2] == '-'));
}

static void check_call(struct tidy *td, const struct text *t, size_t at, const char *name)
{
    if (in_list(name, banned, sizeof(banned) / sizeof(banned[0])))
        found(td, t, at, "banned", "%s() is not used here", name);
    for (size_t i = 0; t->in_src && i < sizeof(homes) / sizeof(homes[0]); i++)
        if (strcmp(homes[i].name, name) == 0 && !at_home(t, homes[i].homes))
            found(td, t, at, homes[i].rule, "%s() belongs in %s", name, homes[i].homes);
}

static void check_calls(struct tidy *td, const struct text *t)
{
    for (size_t i = 0; i < t->n;) {
        if (!word_char(t->code[i])) {
            i++;
            continue;
        }
        size_t from = i;
        while (word_char(t->code[i]))
            i++;
        size_t next = i + strspn(t->code + i, " ");
        char name[32];
        if (t->code[next] != '(' || i - from >= sizeof(name) || is_member(t, from))
            continue;
        memcpy(name, t->code + from, i - from);
        name[i - from] = '\0';
        check_call(td, t, from, name);
    }
}

// clang-format puts the brace of a function, and of nothing else, alone at the start of a line.
static void check_functions(struct tidy *td, const struct text *t)
{
    size_t open_line = 0, open_at = 0, line = 1;
    for (size_t i = 0; i < t->n; i += strcspn(t->s + i, "\n") + 1, line++) {
        if (t->code[i] == '{' && !open_line) {
            open_line = line;
            open_at = i;
        } else if (t->code[i] == '}' && open_line) {
            if (line - open_line > FUNCTION_MAX_LINES)
                found(td, t, open_at, "function-length", "%zu lines, at most %d", line - open_line,
                    FUNCTION_MAX_LINES);
            open_line = 0;
        }
    }
}

static void check_header(struct tidy *td, const struct text *t)
{
    if (ends(t->path, ".h") && !starts(t->s, "//") && !starts(t->s, "/*"))
        found(td, t, 0, "header-comment",
            "a header starts with a comment that says what it promises");
}

static void check_name(struct tidy *td, const struct text *t)
{
    char stem[PATH_MAX_BYTES];
    (void)snprintf(stem, sizeof(stem), "%s", t->path);
    *strrchr(stem, '.') = '\0';
    const char *base = strrchr(stem, '/');
    for (size_t i = 0; i < td->n_stems; i++) {
        if (strcmp(td->stems[i], stem) == 0)
            return;
        if (strcmp(strrchr(td->stems[i], '/'), base) == 0)
            found(td, t, 0, "name", "there is a %s already, in %s", base + 1, td->stems[i]);
    }
    td->stems = realloc(td->stems, (td->n_stems + 1) * sizeof(td->stems[0]));
    if (!td->stems)
        die("out of memory", t->path);
    memcpy(td->stems[td->n_stems++], stem, sizeof(stem));
}

static size_t points(const char *s, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

// A mark stands alone: not inside a longer word, a file name template or an identifier.
static void check_marks(struct tidy *td, const struct text *t, size_t at, size_t n)
{
    for (size_t k = 0; k < sizeof(marks) / sizeof(marks[0]); k++) {
        size_t m = strlen(marks[k]);
        for (size_t i = at; i + m <= at + n; i++)
            if (strncmp(t->s + i, marks[k], m) == 0 && !word_char(t->s[i + m]) &&
                (i == 0 || !(word_char(t->s[i - 1]) || t->s[i - 1] == '-')))
                found(td, t, i, "mark", "%s: finish it or write an issue", marks[k]);
    }
    for (size_t k = 0; !starts(t->path, "tests/") && k < sizeof(machine_paths) / sizeof(char *);
         k++)
        for (size_t i = at; i < at + n; i++)
            if (starts(t->s + i, machine_paths[k]) && (i == at || !word_char(t->s[i - 1])))
                found(td, t, i, "path", "a path of one machine: %s", machine_paths[k]);
}

static void check_lines(struct tidy *td, const struct text *t)
{
    bool is_markdown = ends(t->path, ".md"), is_lock = ends(t->path, "package-lock.json");
    size_t line = 0, start = 0;
    for (; start < t->n; line++) {
        size_t n = strcspn(t->s + start, "\n");
        const char *s = t->s + start;
        if (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'))
            found(td, t, start, "trailing-space",
                "blank, tab or carriage return at the end of the line");
        if (memchr(s, '\t', n) && !is_markdown)
            found(td, t, start, "tab", "tab character");
        if (t->c && points(s, n) > LINE_MAX_POINTS && !line_has(t, start, "://"))
            found(td, t, start, "line-length", "%zu columns, at most %d", points(s, n),
                LINE_MAX_POINTS);
        if (is_lock && line_has(t, start, "\"resolved\": "))
            found(td, t, start, "lock", "a lock file names no host: take the resolved fields out");
        if (!is_lock)
            check_marks(td, t, start, n);
        start += n + 1;
    }
    bool limited = t->c || ends(t->path, ".js") || ends(t->path, ".mjs") || ends(t->path, ".css");
    if (limited && line > FILE_MAX_LINES)
        found(td, t, 0, "file-length", "%zu lines, at most %d", line, FILE_MAX_LINES);
    if (t->n > 0 && t->s[t->n - 1] != '\n')
        found(td, t, t->n - 1, "last-line", "no line feed at the end of the file");
}

static void read_text(const struct tidy *td, struct text *t)
{
    char full[PATH_MAX_BYTES * 2];
    (void)snprintf(full, sizeof(full), "%s/%s", td->root, t->path);
    FILE *f = fopen(full, "rb");
    if (!f)
        die("cannot open", full);
    for (;;) {
        char *grown = realloc(t->s, t->n + 65537);
        if (!grown)
            die("out of memory", full);
        t->s = grown;
        size_t got = fread(t->s + t->n, 1, 65536, f);
        t->n += got;
        if (got == 0)
            break;
    }
    t->s[t->n] = '\0';
    (void)fclose(f);
}

static void check_file(struct tidy *td, const char *path)
{
    struct text t = {.c = ends(path, ".c") || ends(path, ".h"), .in_src = starts(path, "src/")};
    memcpy(t.path, path, strlen(path) + 1);
    read_text(td, &t);
    td->files++;
    if (strlen(t.s) != t.n) {
        found(td, &t, 0, "text", "a NUL byte in a text file");
        t.n = strlen(t.s);
    }
    check_lines(td, &t);
    if (t.c) {
        t.code = malloc(t.n + 1);
        if (!t.code)
            die("out of memory", path);
        memcpy(t.code, t.s, t.n + 1);
        blank(&t);
        check_calls(td, &t);
        check_functions(td, &t);
        check_header(td, &t);
        if (t.in_src) {
            check_includes(td, &t);
            check_name(td, &t);
        }
        free(t.code);
    }
    free(t.s);
}

static bool is_text(const char *path)
{
    static const char *const endings[] = {".c", ".h", ".md", ".js", ".mjs", ".css", ".html",
        ".json", ".yaml", ".yml", ".sql", ".sh", ".svg", ".build", ".txt", "/run", "/check",
        ".service"};
    if (strcmp(path, "run") == 0 || strcmp(path, "check") == 0)
        return true;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (ends(path, endings[i]))
            return true;
    return false;
}

static int not_here(const struct dirent *e)
{
    static const char *const skipped[] = {
        ".", "..", ".git", "node_modules", "build", "var", "dist", "out"};
    return !in_list(e->d_name, skipped, sizeof(skipped) / sizeof(skipped[0]));
}

static void walk(struct tidy *td, const char *dir)
{
    char full[PATH_MAX_BYTES * 2];
    (void)snprintf(full, sizeof(full), "%s/%s", td->root, dir);
    struct dirent **entries;
    int n = scandir(full, &entries, not_here, alphasort);
    if (n < 0)
        die("cannot list", full);
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX_BYTES];
        int len = snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "", entries[i]->d_name);
        if (len < 0 || len >= (int)sizeof(path))
            die("path too long", dir);
        (void)snprintf(full, sizeof(full), "%s/%s", td->root, path);
        struct stat st;
        if (lstat(full, &st) == 0 && S_ISDIR(st.st_mode))
            walk(td, path);
        else if (S_ISREG(st.st_mode) && is_text(path))
            check_file(td, path);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        die("usage", "tidy ROOT");
    struct tidy td = {.root = argv[1]};
    walk(&td, "");
    printf("tidy: %zu files, %zu findings\n", td.files, td.findings);
    free(td.stems);
    return td.findings > 0;
}
