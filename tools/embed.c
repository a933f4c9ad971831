// Turns folders into data that is linked into the program.
//
//   embed list OUT ROOT DIR...           writes one line a file: path, size, time of last change.
//   Leaves OUT alone
//                                        when nothing changed, so that a build can run this every
//                                        time at no cost.
//   embed make LIST ROOT ASM TABLE GZ    writes an assembler file with one .incbin a file, the
//   table in C that
//                                        base/embed.h reads, and the compressed copies.
//
// A folder that does not exist is left out. Hidden files and editors' left-overs (*~) are left out
// too.
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>
#include <zlib.h>

enum { PATH_MAX_BYTES = 512, FILES_MAX = 20000, GZIP_WINDOW = 15 + 16 };

struct file {
    char path[PATH_MAX_BYTES];
    int64_t size, changed_ns;
};

struct files {
    struct file *v;
    size_t n;
};

struct bytes {
    unsigned char *v;
    size_t n;
};

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
    exit(1);
}

__attribute__((format(printf, 2, 3))) static void put(FILE *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (vfprintf(f, fmt, ap) < 0)
        die("embed: cannot write: %s", strerror(errno));
    va_end(ap);
}

static void *grow(void *old, size_t n)
{
    void *p = realloc(old, n ? n : 1);
    if (!p)
        die("embed: out of memory");
    return p;
}

static FILE *open_or_die(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);
    if (!f)
        die("embed: %s: %s", path, strerror(errno));
    return f;
}

static void close_or_die(FILE *f, const char *path)
{
    if (fclose(f) != 0)
        die("embed: %s: %s", path, strerror(errno));
}

// Joins into out; a path that does not fit stops the build instead of being cut.
static void join(char out[PATH_MAX_BYTES], const char *a, const char *b)
{
    int n = snprintf(out, PATH_MAX_BYTES, "%s/%s", a, b);
    if (n < 0 || n >= PATH_MAX_BYTES)
        die("embed: path too long: %s/%s", a, b);
}

static struct bytes read_file(const char *path)
{
    FILE *f = open_or_die(path, "rb");
    struct bytes b = {0};
    for (;;) {
        b.v = grow(b.v, b.n + 65536);
        size_t got = fread(b.v + b.n, 1, 65536, f);
        b.n += got;
        if (got == 0)
            break;
    }
    if (ferror(f))
        die("embed: %s: %s", path, strerror(errno));
    close_or_die(f, path);
    return b;
}

static void walk(struct files *out, const char *root, const char *dir)
{
    char full[PATH_MAX_BYTES];
    join(full, root, dir);
    DIR *d = opendir(full);
    if (!d && (errno == ENOENT || errno == ENOTDIR))
        return;
    if (!d)
        die("embed: %s: %s", full, strerror(errno));
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        size_t n = strlen(e->d_name);
        if (e->d_name[0] == '.' || e->d_name[n - 1] == '~')
            continue;
        if (strpbrk(e->d_name, "\t\n\"\\"))
            die("embed: %s: a file name with a quote, backslash, tab or newline", dir);
        struct file f = {0};
        join(f.path, dir, e->d_name);
        join(full, root, f.path);
        struct stat st;
        if (stat(full, &st) != 0)
            continue; // taken away since it was listed; the next build sees it gone
        if (S_ISDIR(st.st_mode)) {
            walk(out, root, f.path);
        } else if (S_ISREG(st.st_mode)) {
            f.size = st.st_size;
            f.changed_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
            if (out->n == FILES_MAX)
                die("embed: more than %d files", FILES_MAX);
            out->v = grow(out->v, (out->n + 1) * sizeof(struct file));
            out->v[out->n++] = f;
        }
    }
    (void)closedir(d);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static int list(const char *out_path, const char *root, char **dirs, int n_dirs)
{
    struct files all = {0};
    for (int i = 0; i < n_dirs; i++)
        walk(&all, root, dirs[i]);
    if (all.n)
        qsort(all.v, all.n, sizeof(struct file), by_path);

    char *text = NULL;
    size_t n = 0;
    FILE *mem = open_memstream(&text, &n);
    if (!mem)
        die("embed: out of memory");
    for (size_t i = 0; i < all.n; i++) {
        const struct file *f = &all.v[i];
        put(mem, "%s\t%" PRId64 "\t%" PRId64 "\n", f->path, f->size, f->changed_ns);
    }
    close_or_die(mem, "list");

    FILE *before = fopen(out_path, "rb");
    if (before) {
        (void)fclose(before);
        struct bytes had = read_file(out_path);
        bool same = had.n == n && (n == 0 || memcmp(had.v, text, n) == 0);
        free(had.v);
        if (same)
            goto out;
    }
    FILE *f = open_or_die(out_path, "wb");
    put(f, "%s", text);
    close_or_die(f, out_path);
out:
    free(text);
    free(all.v);
    return 0;
}

struct type {
    const char *ending, *type;
    bool text;
};

static const struct type types[] = {
    {".html", "text/html; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".mjs", "text/javascript; charset=utf-8", true},
    {".json", "application/json; charset=utf-8", true},
    {".map", "application/json; charset=utf-8", true},
    {".webmanifest", "application/manifest+json; charset=utf-8", true},
    {".geojson", "application/geo+json; charset=utf-8", true},
    {".svg", "image/svg+xml; charset=utf-8", true},
    {".xml", "application/xml; charset=utf-8", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".md", "text/markdown; charset=utf-8", true},
    {".csv", "text/csv; charset=utf-8", true},
    {".sql", "application/sql; charset=utf-8", true},
    {".yaml", "application/yaml; charset=utf-8", true},
    {".yml", "application/yaml; charset=utf-8", true},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".webp", "image/webp", false},
    {".ico", "image/x-icon", false},
    {".woff2", "font/woff2", false},
    {".pdf", "application/pdf", false},
};

static struct type type_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(dot, types[i].ending) == 0)
            return types[i];
    return (struct type){"", "application/octet-stream", false};
}

// Empty when compression gains less than a tenth. The header carries no time, so equal input gives
// equal output.
static struct bytes gzip(struct bytes in)
{
    z_stream z = {0};
    if (deflateInit2(&z, 9, Z_DEFLATED, GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        die("embed: zlib does not start");
    size_t cap = deflateBound(&z, (uLong)in.n);
    struct bytes out = {.v = grow(NULL, cap)};
    z.next_in = in.v;
    z.avail_in = (uInt)in.n;
    z.next_out = out.v;
    z.avail_out = (uInt)cap;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        die("embed: zlib does not finish");
    out.n = z.total_out;
    (void)deflateEnd(&z);
    if (out.n > in.n - in.n / 10)
        out.n = 0;
    return out;
}

static void make_one(const char *root, const char *path, size_t i, FILE *as, FILE *table, FILE *gz)
{
    char full[PATH_MAX_BYTES];
    join(full, root, path);
    struct bytes b = read_file(full);
    struct type t = type_of(path);

    struct bytes packed = {0};
    if (t.text && strncmp(path, "web/", 4) == 0)
        packed = gzip(b);
    long gz_at = ftell(gz);
    if (packed.n && fwrite(packed.v, 1, packed.n, gz) != packed.n)
        die("embed: cannot write: %s", strerror(errno));

    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, b.v, b.n);
    char hex[17];
    sodium_bin2hex(hex, sizeof(hex), hash, 8);

    // The assembler would refuse an .incbin of an empty file's range, so sizes are written only
    // where there are bytes.
    put(as, "    .balign 16\n    .globl embed_%zu\nembed_%zu:\n", i, i);
    if (b.n)
        put(as, "    .incbin \"%s\", 0, %zu\n", full, b.n);
    put(as, "    .byte 0\n");
    put(table, "    {\"%s\", \"%s\", {embed_%zu, %zu}, ", path, t.type, i, b.n);
    if (packed.n)
        put(table, "{embed_gz + %ld, %zu}, \"%s\"},\n", gz_at, packed.n, hex);
    else
        put(table, "{0, 0}, \"%s\"},\n", hex);
    free(packed.v);
    free(b.v);
}

static int make(const char *list_path, const char *root, char **out)
{
    struct bytes text = read_file(list_path);
    text.v = grow(text.v, text.n + 1);
    text.v[text.n] = '\0';
    FILE *as = open_or_die(out[0], "wb");
    FILE *table = open_or_die(out[1], "wb");
    FILE *gz = open_or_die(out[2], "wb");

    size_t n = 0;
    for (const unsigned char *p = text.v; *p; p++)
        n += *p == '\n';
    put(as, "    .section .rodata\n");
    put(table, "#include \"base/embed.h\"\nextern const char embed_gz[];\n");
    put(table,
        "extern const struct embed_file embed_table[];\nextern const size_t embed_table_count;\n");
    for (size_t i = 0; i < n; i++)
        put(table, "extern const char embed_%zu[];\n", i);
    put(table, "const size_t embed_table_count = %zu;\n", n);
    put(table, "const struct embed_file embed_table[] = {\n");

    char *line = (char *)text.v;
    for (size_t i = 0; i < n; i++) {
        char *end = strchr(line, '\n');
        *strchr(line, '\t') = '\0';
        make_one(root, line, i, as, table, gz);
        line = end + 1;
    }
    put(table,
        "    {0},\n};\n"); // the last row keeps the array from being empty; it is not counted

    put(as, "    .balign 16\n    .globl embed_gz\nembed_gz:\n");
    if (ftell(gz) > 0)
        put(as, "    .incbin \"%s\"\n", out[2]);
    put(as, "    .byte 0\n    .section .note.GNU-stack,\"\",%%progbits\n");
    free(text.v);
    close_or_die(gz, out[2]);
    close_or_die(table, out[1]);
    close_or_die(as, out[0]);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "list") == 0)
        return list(argv[2], argv[3], argv + 4, argc - 4);
    if (argc == 7 && strcmp(argv[1], "make") == 0)
        return make(argv[2], argv[3], argv + 4);
    die("usage: embed list OUT ROOT DIR... | embed make LIST ROOT ASM TABLE GZ");
}
