// The sheet an import reads, whatever file it is in: which of a workbook's sheets, where its header
// stands, and the rows below it. What spreadsheets and their people do to a sheet is put right here
// and in import_habit.c, and said in notes.

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "domain/import_inner.h"

enum {
    HEAD_ROWS = 40,       // in these the header is looked for
    HEAD_BYTES = 4 * KIB, // of a cell up there
    NAMES_SHOWN = 20,
    MERGES_LOOK_BYTES = 64 * MIB, // they stand at the end of the sheet: too far in a larger one
    KIND_BYTES = 512,
};

struct head_row {
    int64_t row;
    str *cells;
    size_t n;
};
struct head {
    struct head_row rows[HEAD_ROWS];
    size_t n;
    bool looked;
};
struct import_sheet {
    struct arena *arena, *scratch; // scratch: emptied for each row
    str path;
    enum csv_encoding encoding;
    struct csv_reader *csv;
    struct xlsx_book *book;
    const struct xlsx_read_sheet *sheets;
    size_t n_sheets; // 1 in a CSV
    struct head *heads;
    // What was chosen.
    size_t at;
    struct import_header header;
    int64_t size, last_row;
    enum lang lang;
    struct import_said said;
};

// ---- what file it is

static bool kind_of(struct arena *a, str path, char head[KIND_BYTES], size_t *n, struct err *e)
{
    int fd = open(str_z(a, path), O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, head, KIND_BYTES) : -1;
    if (fd >= 0)
        close(fd);
    if (got < 0) {
        (void)err_add(
            e, ERR_MISSING, S("file"), (str){0}, "the file cannot be opened", "文件无法打开");
        return false;
    }
    *n = (size_t)got;
    return true;
}

// Many systems write a web page and call it .xls.
static bool is_page(struct arena *a, str head)
{
    static const str marks[] = {
        S("<html"), S("<table"), S("<!doctype"), S("urn:schemas-microsoft-com")};
    str low = str_lower(a, head);
    if (str_starts(low, S("\xEF\xBB\xBF")))
        low = str_sub(low, 3, low.n);
    low = str_trim(low);
    for (size_t i = 0; i < ARRAY_LEN(marks) && str_starts(low, S("<")); i++)
        if (str_has(low, marks[i]))
            return true;
    return false;
}

struct import_sheet *import_sheet_open(
    struct arena *a, str path, enum csv_encoding encoding, struct err *e)
{
    char head[KIND_BYTES];
    size_t n = 0;
    struct import_sheet *s = NEW(a, struct import_sheet);
    s->arena = a;
    s->scratch = arena_new();
    s->path = path;
    s->encoding = encoding;
    s->lang = e->lang;
    s->n_sheets = 1;
    if (!kind_of(a, path, head, &n, e)) {
        import_sheet_close(s);
        return NULL;
    }
    str start = {head, n};
    if (is_page(a, start)) {
        import_sheet_close(s);
        (void)err_add(e, ERR_INVALID, S("file"), S("XLSX, CSV"),
            "this is a web page that only calls itself a workbook; open it and save it as .xlsx",
            "这其实是网页格式（有些系统导出的“.xls”），请用 Excel 或 WPS 打开后另存为 .xlsx");
        return NULL;
    }
    if (str_starts(start, S("PK")) || str_starts(start, S("\xD0\xCF\x11\xE0"))) {
        s->book = xlsx_read_open(a, path, e);
        if (!s->book) {
            import_sheet_close(s);
            return NULL;
        }
        s->sheets = xlsx_read_sheets(s->book, &s->n_sheets);
    }
    s->heads = NEW_ARRAY(a, s->n_sheets, struct head);
    return s;
}

void import_sheet_close(struct import_sheet *s)
{
    if (!s)
        return;
    csv_close(s->csv);
    xlsx_read_close(s->book);
    arena_free(s->scratch);
    s->csv = NULL;
    s->book = NULL;
    s->scratch = NULL;
}

size_t import_sheet_count(const struct import_sheet *s)
{
    return s->n_sheets;
}

str import_sheet_name(const struct import_sheet *s, size_t at)
{
    return s->book ? s->sheets[at].name : (str){0};
}

bool import_sheet_hidden(const struct import_sheet *s, size_t at)
{
    return s->book && s->sheets[at].hidden;
}

// ---- rows as they come

static enum err_code rewind_to(struct import_sheet *s, size_t at, struct err *e)
{
    if (s->book)
        return xlsx_read_begin(s->book, at, e);
    csv_close(s->csv);
    s->csv = csv_open(s->arena, s->path, s->encoding, e);
    return s->csv ? OK : e->code;
}

static bool raw_next(struct import_sheet *s, str **cells, size_t *n, int64_t *row, struct err *e)
{
    return s->book ? xlsx_read_next(s->book, cells, n, row, e) : csv_next(s->csv, cells, n, row, e);
}

static struct head *look_at_head(struct import_sheet *s, size_t at, struct err *e)
{
    struct head *h = &s->heads[at];
    str *cells;
    size_t n;
    int64_t row;
    if (h->looked)
        return h;
    if (rewind_to(s, at, e) != OK)
        return NULL;
    while (h->n < HEAD_ROWS && raw_next(s, &cells, &n, &row, e)) {
        struct head_row *r = &h->rows[h->n++];
        *r = (struct head_row){.row = row, .cells = NEW_ARRAY(s->arena, n, str), .n = n};
        for (size_t i = 0; i < n; i++)
            r->cells[i] = str_dup(s->arena, str_sub(cells[i], 0, HEAD_BYTES));
    }
    h->looked = e->code == OK;
    return h->looked ? h : NULL;
}

// ---- where the header is

static bool row_has(const struct head_row *r, size_t at)
{
    return at < r->n && r->cells[at].n > 0;
}

// Two rows of names: groups above, some of them over several columns. A name that several columns
// have below gets its group in front: "诉求人/电话".
static void two_rows(struct arena *a, const struct head_row *up, const struct head_row *low,
    struct import_header *out)
{
    out->n = up->n > low->n ? up->n : low->n;
    out->names = NEW_ARRAY(a, out->n, str);
    str *groups = NEW_ARRAY(a, out->n, str);
    str group = {0};
    for (size_t i = 0; i < out->n; i++) {
        if (row_has(up, i))
            group = up->cells[i];
        groups[i] = row_has(low, i) || row_has(up, i) ? group : (str){0};
        out->names[i] = row_has(low, i) ? low->cells[i] : row_has(up, i) ? up->cells[i] : (str){0};
    }
    for (size_t i = 0; i < out->n; i++) {
        bool twice = false;
        for (size_t k = 0; k < out->n; k++)
            twice = twice || (k != i && row_has(low, i) && row_has(low, k) &&
                                 str_eq(low->cells[i], low->cells[k]));
        if (twice && groups[i].n > 0)
            out->names[i] = str_fmt(a, "%.*s/%.*s", STR_ARG(groups[i]), STR_ARG(low->cells[i]));
    }
    out->row = up->row;
    out->last = low->row;
}

static void one_row(const struct head_row *r, struct import_header *out)
{
    *out = (struct import_header){.names = r->cells, .n = r->n, .row = r->row, .last = r->row};
}

// A header over two rows has gaps in the upper one that the lower one fills, and none of it twice.
static bool may_be_two(const struct head_row *up, const struct head_row *low)
{
    bool fills = false;
    if (low->row != up->row + 1)
        return false;
    for (size_t i = 0; i < low->n; i++)
        fills = fills || (row_has(low, i) && !row_has(up, i));
    return fills && row_has(up, 0);
}

struct fit {
    struct import_header header;
    size_t found, missing; // columns of the map
    bool any;
};

static bool better(const struct fit *x, const struct fit *than)
{
    if (!than->any || x->missing != than->missing)
        return !than->any || x->missing < than->missing;
    return x->found > than->found;
}

static void try_header(
    struct arena *a, const struct import_map *m, const struct import_header *h, struct fit *best)
{
    struct fit x = {.header = *h, .any = true};
    import_fit(a, m, h->names, h->n, &x.found, &x.missing);
    if (better(&x, best))
        *best = x;
}

// Where one row does as well as two, it is one: the other is a title.
static void best_header(
    struct import_sheet *s, const struct head *h, const struct import_map *m, struct fit *best)
{
    struct import_header x;
    for (size_t i = 0; i < h->n; i++) {
        one_row(&h->rows[i], &x);
        if (m->header == 0 || h->rows[i].row == m->header)
            try_header(s->arena, m, &x, best);
    }
    for (size_t i = 0; i + 1 < h->n; i++) {
        if (!may_be_two(&h->rows[i], &h->rows[i + 1]) ||
            (m->header > 0 && h->rows[i].row != m->header))
            continue;
        two_rows(s->arena, &h->rows[i], &h->rows[i + 1], &x);
        try_header(s->arena, m, &x, best);
    }
}

// Without a map: the first row that is as wide as the rows below it and holds nothing but words.
static bool is_words(struct arena *a, str x)
{
    double v;
    int64_t us;
    return x.n > 0 && !str_f64(utf8_fold(a, x), &v) && !import_moment(a, x, 0, false, &us);
}

static size_t width_of(const struct head_row *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->cells[i].n > 0;
    return n;
}

// Said by the workbook itself: cells of this row are shown as one with their neighbours.
static bool merged_here(struct import_sheet *s, size_t at, int64_t row, struct err *e)
{
    struct xlsx_read_merge *list;
    size_t n;
    if (!s->book || xlsx_read_bytes_total(s->book) > MERGES_LOOK_BYTES ||
        xlsx_read_merges(s->book, at, &list, &n, e) != OK)
        return false;
    for (size_t i = 0; i < n; i++)
        if (list[i].row == row && (list[i].to_row == row + 1 || list[i].to_row == row))
            return true;
    return false;
}

bool import_sheet_guess(struct import_sheet *s, size_t at, struct import_header *out, struct err *e)
{
    const struct head *h = look_at_head(s, at, e);
    size_t widest = 0;
    *out = (struct import_header){0};
    for (size_t i = 0; h && i < h->n; i++) {
        size_t n = width_of(&h->rows[i]);
        widest = n > widest ? n : widest;
    }
    for (size_t i = 0; h && i < h->n; i++) {
        const struct head_row *r = &h->rows[i];
        size_t words = 0, n = width_of(r);
        for (size_t k = 0; k < r->n; k++)
            words += is_words(s->arena, r->cells[k]);
        if (words < n || n == 0 || (n * 2 < widest && n < 3) || (n == 1 && widest > 1))
            continue;
        one_row(r, out);
        if (i + 1 < h->n && may_be_two(r, &h->rows[i + 1]) && merged_here(s, at, r->row, e))
            two_rows(s->arena, r, &h->rows[i + 1], out);
        return e->code == OK;
    }
    return false;
}

// ---- choosing

static void say(struct import_sheet *s, const char *en, const char *zh, ...) PRINTF_LIKE(2, 4)
    PRINTF_LIKE(3, 4);

static void say(struct import_sheet *s, const char *en, const char *zh, ...)
{
    va_list ap;
    va_start(ap, zh);
    struct import_said *d = &s->said;
    str text = str_vfmt(s->arena, s->lang == LANG_EN ? en : zh, ap);
    va_end(ap);
    VEC_PUSH(s->arena, d->texts, d->n) = text;
}

static void say_header(struct import_sheet *s)
{
    const struct import_header *h = &s->header;
    if (s->n_sheets > 1)
        say(s, "%zu sheets in the workbook; read is \"%.*s\"", "工作簿有 %zu 张表，读的是“%.*s”",
            s->n_sheets, STR_ARG(import_sheet_name(s, s->at)));
    if (h->last > h->row)
        say(s, "the header is in rows %" PRId64 " and %" PRId64 "; its names are put together",
            "表头是第 %" PRId64 "、%" PRId64 " 两行，已合成列名", h->row, h->last);
    else if (h->row > 1)
        say(s, "the header is in row %" PRId64 "; what stands above is left out",
            "表头在第 %" PRId64 " 行，上面的标题不读", h->row);
}

static str names_of(struct import_sheet *s, const struct fit *fits)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->n_sheets && n < NAMES_SHOWN; i++)
        if (fits[i].any && fits[i].missing == 0)
            VEC_PUSH(s->arena, names, n) = import_sheet_name(s, i);
    return str_join(s->arena, names, n, S(", "));
}

static enum err_code settle_on(
    struct import_sheet *s, struct import_map *m, size_t at, const struct fit *f, struct err *e)
{
    if (!f->any)
        return err_add(
            e, ERR_INVALID, S("header"), (str){0}, "the sheet has no header", "表里没有找到表头");
    if (f->found == 0)
        return err_add(e, ERR_INVALID, S("header"), import_map_names(s->arena, m),
            "no row holds the names of the columns", "没有找到表头：没有一行含有方案里的列名");
    s->at = at;
    s->header = f->header;
    if (import_bind(s->arena, m, f->header.names, f->header.n, e) != OK)
        return e->code;
    m->in_book = s->book != NULL;
    m->from_1904 = s->book && xlsx_read_1904(s->book);
    say_header(s);
    return rewind_to(s, at, e);
}

static enum err_code find_named(struct import_sheet *s, str wanted, size_t *at, struct err *e)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->n_sheets; i++) {
        *at = i;
        if (str_eq(import_sheet_name(s, i), wanted))
            return OK;
        VEC_PUSH(s->arena, names, n) = import_sheet_name(s, i);
    }
    return err_add(e, ERR_INVALID, S("sheet"), str_join(s->arena, names, n, S(", ")),
        "the workbook has no such sheet", "工作簿里没有这张表");
}

// How well each sheet fits; the hidden ones only where no other does.
static enum err_code fit_sheets(
    struct import_sheet *s, const struct import_map *m, struct fit *fits, struct err *e)
{
    bool some = false;
    for (int hidden = 0; hidden < 2 && !some; hidden++)
        for (size_t i = 0; i < s->n_sheets; i++) {
            if (import_sheet_hidden(s, i) != (hidden == 1))
                continue;
            const struct head *h = look_at_head(s, i, e);
            if (!h)
                return e->code;
            best_header(s, h, m, &fits[i]);
            some = some || (fits[i].any && fits[i].missing == 0);
        }
    return OK;
}

enum err_code import_sheet_find(
    struct import_sheet *s, struct import_map *m, str wanted, struct err *e)
{
    struct fit *fits = NEW_ARRAY(s->arena, s->n_sheets, struct fit);
    size_t at = 0, n = 0, best = 0;
    if (wanted.n > 0 && s->book) {
        if (find_named(s, wanted, &at, e) != OK)
            return e->code;
        const struct head *h = look_at_head(s, at, e);
        if (!h)
            return e->code;
        best_header(s, h, m, &fits[at]);
        return settle_on(s, m, at, &fits[at], e);
    }
    if (fit_sheets(s, m, fits, e) != OK)
        return e->code;
    for (size_t i = 0; i < s->n_sheets; i++) {
        n += fits[i].any && fits[i].missing == 0;
        if (fits[i].any && better(&fits[i], &fits[best]))
            best = i;
    }
    if (n > 1)
        return err_add(e, ERR_INVALID, S("sheet"), names_of(s, fits),
            "several sheets of the workbook fit; say which",
            "工作簿里有几张表都符合，请指明用哪一张");
    return settle_on(s, m, best, &fits[best], e);
}

const struct import_header *import_sheet_header(const struct import_sheet *s)
{
    return &s->header;
}

enum err_code import_sheet_begin(
    struct import_sheet *s, size_t at, const struct import_header *h, struct err *e)
{
    s->at = at;
    s->header = *h;
    return rewind_to(s, at, e);
}

// ---- rows below the header

bool import_sheet_next(struct import_sheet *s, str **cells, size_t *n, int64_t *row, struct err *e)
{
    while (raw_next(s, cells, n, row, e)) {
        if (*row <= s->header.last)
            continue;
        int64_t after = s->last_row > 0 ? s->last_row : s->header.last;
        s->said.blank += *row - after - 1;
        s->last_row = *row;
        for (size_t i = 0; i < *n; i++)
            (*cells)[i] = import_plain((*cells)[i]);
        arena_reset(s->scratch);
        if (import_is_total(s->scratch, *cells, *n)) {
            s->said.totals++;
            s->said.total_row = *row;
            continue;
        }
        if (s->book && xlsx_read_hidden(s->book))
            s->said.hidden++;
        return true;
    }
    return false;
}

int64_t import_sheet_size(struct import_sheet *s)
{
    struct err quiet;
    err_init(&quiet, s->arena, s->lang);
    int fd = s->size == 0 ? open(str_z(s->arena, s->path), O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        s->size = lseek(fd, 0, SEEK_END);
        close(fd);
    }
    return s->size;
}

// In bytes of the file, also where the sheet is packed in it.
int64_t import_sheet_read(struct import_sheet *s)
{
    if (!s->book)
        return s->csv ? csv_bytes_read(s->csv) : 0;
    int64_t total = xlsx_read_bytes_total(s->book);
    double share = total > 0 ? (double)xlsx_read_bytes(s->book) / (double)total : 0;
    return (int64_t)(share * (double)import_sheet_size(s));
}

str *import_sheet_notes(struct import_sheet *s, struct arena *a, size_t *n)
{
    struct import_said *d = &s->said;
    str *out = NULL;
    bool en = s->lang == LANG_EN;
    *n = 0;
    for (size_t i = 0; i < d->n; i++)
        VEC_PUSH(a, out, *n) = d->texts[i];
    if (d->blank > 0)
        VEC_PUSH(a, out, *n) = str_fmt(a,
            en ? "%" PRId64 " blank rows are left out" : "有 %" PRId64 " 个空行，不读", d->blank);
    if (d->totals == 1)
        VEC_PUSH(a, out, *n) = str_fmt(a,
            en ? "row %" PRId64 " is a total and is left out" : "第 %" PRId64 " 行是合计，不读",
            d->total_row);
    if (d->totals > 1)
        VEC_PUSH(a, out, *n) = str_fmt(a,
            en ? "%" PRId64 " rows are totals and are left out" : "有 %" PRId64 " 行合计，不读",
            d->totals);
    if (d->hidden > 0)
        VEC_PUSH(a, out, *n) = str_fmt(a,
            en ? "%" PRId64 " hidden rows are read as well; delete them if they are not meant"
               : "有 %" PRId64 " 个隐藏的行也读了；不想导入的请先删除",
            d->hidden);
    return out;
}
