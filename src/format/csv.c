#include "format/csv.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 32 * KIB,
    DECODED_MAX = 2 * CHUNK_BYTES, // GB18030 to UTF-8: two bytes become three at most
    // All cells of the rows a chunk finishes, and the beginning of the row it does not.
    STORE_BYTES = CSV_ROW_MAX_BYTES + DECODED_MAX,
    STORE_CELLS = CSV_COLUMNS_MAX + 1 + DECODED_MAX,
    STORE_ROWS = DECODED_MAX / 2 + 2, // a row has a byte and an end
    // So many sequences that are right in UTF-8 are not there by chance.
    UTF8_SURE = 1000,
};

enum fault {
    FAULT_NONE,
    FAULT_CELL,    // a cell beyond CSV_CELL_MAX_BYTES
    FAULT_ROW,     // a row beyond CSV_ROW_MAX_BYTES
    FAULT_COLUMNS, // more than CSV_COLUMNS_MAX cells
    FAULT_BYTES,   // not in the encoding
    FAULT_NUL,
    FAULT_QUOTE, // never closed
    FAULT_READ,
};
struct cell {
    size_t at, n;
};
struct row {
    size_t first, n; // cells
    int64_t number;
};
struct csv_reader {
    struct arena *arena;
    int fd; // -1: a text in memory
    str text;
    struct csv_parser parser;
    iconv_t decoder;
    bool decodes;
    enum csv_encoding encoding;
    int64_t read, total;
    char raw[CHUNK_BYTES];
    size_t n_raw; // bytes that a chunk's end cut off from their character
    char *decoded;
    bool begun, ended;
    // What was parsed. Rows that are whole wait here until csv_next hands them out; then the
    // unfinished one moves to the front.
    char *store;
    size_t n_store;
    struct cell *cells;
    size_t n_cells, row_first; // of all cells; the first of the unfinished row
    struct row *rows;
    size_t n_rows, next_row;
    int64_t row; // number of the unfinished row
    bool after_cr;
    str *out;
    enum fault fault;
    int64_t fault_row;
    size_t fault_column; // from 1; 0: unknown
};

static void fail(struct csv_reader *r, enum fault fault, size_t column)
{
    if (r->fault != FAULT_NONE)
        return;
    r->fault = fault;
    r->fault_row = r->row;
    r->fault_column = column;
}

static str strip(str x)
{
    const str bom = S("\xEF\xBB\xBF");
    for (;;) {
        x = str_trim(x);
        if (str_starts(x, bom))
            x = str_sub(x, bom.n, x.n);
        else if (str_ends(x, bom))
            x.n -= bom.n;
        else
            return x;
    }
}

// ---- what libcsv calls

static void on_cell(void *s, size_t n, void *arg)
{
    struct csv_reader *r = arg;
    r->after_cr = false;
    if (r->fault != FAULT_NONE)
        return;
    str x = strip((str){s, n});
    size_t column = r->n_cells - r->row_first + 1;
    size_t row_bytes =
        r->n_store - (r->n_cells > r->row_first ? r->cells[r->row_first].at : r->n_store);
    if (column > CSV_COLUMNS_MAX)
        fail(r, FAULT_COLUMNS, 0);
    else if (x.n > CSV_CELL_MAX_BYTES)
        fail(r, FAULT_CELL, column);
    else if (row_bytes + x.n > CSV_ROW_MAX_BYTES)
        fail(r, FAULT_ROW, column);
    else if (!utf8_valid(x))
        fail(r, memchr(x.s, 0, x.n) ? FAULT_NUL : FAULT_BYTES, column);
    if (r->fault != FAULT_NONE)
        return;
    CHECK(r->n_store + x.n <= STORE_BYTES && r->n_cells < STORE_CELLS);
    if (x.n > 0)
        memcpy(r->store + r->n_store, x.s, x.n);
    r->cells[r->n_cells++] = (struct cell){r->n_store, x.n};
    r->n_store += x.n;
}

static void on_row(int end, void *arg)
{
    struct csv_reader *r = arg;
    bool same_end = end == '\n' && r->after_cr; // the second half of CR LF
    r->after_cr = end == '\r';
    if (r->fault != FAULT_NONE || same_end)
        return;
    bool any = false;
    for (size_t i = r->row_first; i < r->n_cells; i++)
        any = any || r->cells[i].n > 0;
    CHECK(r->n_rows < STORE_ROWS);
    if (any)
        r->rows[r->n_rows++] = (struct row){r->row_first, r->n_cells - r->row_first, r->row};
    else
        r->n_cells = r->row_first;
    r->row_first = r->n_cells;
    if (end != -1)
        r->row++;
}

// ---- bytes

static ssize_t read_some(struct csv_reader *r, char *to, size_t max)
{
    size_t n = 0;
    if (r->fd < 0) {
        n = r->text.n - (size_t)r->read < max ? r->text.n - (size_t)r->read : max;
        if (n > 0)
            memcpy(to, r->text.s + r->read, n);
        r->read += (int64_t)n;
        return (ssize_t)n;
    }
    while (n < max) {
        ssize_t got = read(r->fd, to + n, max - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    r->read += (int64_t)n;
    return (ssize_t)n;
}

static void parse(struct csv_reader *r, str x)
{
    if (!r->begun && str_starts(x, S("\xEF\xBB\xBF")))
        x = str_sub(x, 3, x.n);
    r->begun = true;
    // A cell that grows beyond its limit would otherwise be kept whole until its end.
    while (x.n > 0 && r->fault == FAULT_NONE) {
        str piece = str_sub(x, 0, CHUNK_BYTES);
        size_t done = csv_parse(&r->parser, piece.s, piece.n, on_cell, on_row, r);
        CHECK(done == piece.n); // not strict, and memory does not run out
        if (r->parser.entry_pos > CSV_CELL_MAX_BYTES)
            fail(r, FAULT_CELL, r->n_cells - r->row_first + 1);
        x = str_sub(x, piece.n, x.n);
    }
}

static void decode(struct csv_reader *r, size_t n)
{
    char *from = r->raw, *to = r->decoded;
    size_t left = n, room = DECODED_MAX;
    size_t bad = iconv(r->decoder, &from, &left, &to, &room);
    bool cut =
        bad == (size_t)-1 && errno == EINVAL && !r->ended; // the rest comes with the next chunk
    CHECK(bad != (size_t)-1 || errno != E2BIG);
    parse(r, (str){r->decoded, DECODED_MAX - room});
    if (bad == (size_t)-1 && !cut)
        fail(r, FAULT_BYTES, 0);
    memmove(r->raw, from, left);
    r->n_raw = cut ? left : 0;
}

static void finish(struct csv_reader *r)
{
    if (r->fault != FAULT_NONE)
        return;
    // Lenient up to here; but a quote that is open at the end has swallowed every row behind it.
    csv_set_opts(&r->parser, CSV_STRICT | CSV_STRICT_FINI);
    if (csv_fini(&r->parser, on_cell, on_row, r) != 0)
        fail(r, FAULT_QUOTE, r->n_cells - r->row_first + 1);
}

static void fill(struct csv_reader *r)
{
    size_t first = r->n_cells > r->row_first ? r->cells[r->row_first].at : r->n_store;
    memmove(r->store, r->store + first, r->n_store - first);
    r->n_store -= first;
    memmove(r->cells, r->cells + r->row_first, (r->n_cells - r->row_first) * sizeof(*r->cells));
    r->n_cells -= r->row_first;
    for (size_t i = 0; i < r->n_cells; i++)
        r->cells[i].at -= first;
    r->row_first = r->n_rows = r->next_row = 0;
    ssize_t got = read_some(r, r->raw + r->n_raw, CHUNK_BYTES - r->n_raw);
    if (got < 0) {
        fail(r, FAULT_READ, 0);
        return;
    }
    size_t n = r->n_raw + (size_t)got;
    r->ended = n < CHUNK_BYTES;
    r->n_raw = 0;
    if (r->decodes)
        decode(r, n);
    else
        parse(r, (str){r->raw, n});
    if (r->ended)
        finish(r);
}

// ---- opening

// UTF-8 as it comes, byte by byte: what may follow.
struct scan {
    int need;
    uint8_t lo, hi;
    int64_t seen; // sequences of several bytes
};

static bool scan_byte(struct scan *s, uint8_t c)
{
    if (s->need > 0) {
        if (c < s->lo || c > s->hi)
            return false;
        s->lo = 0x80;
        s->hi = 0xBF;
        s->seen += --s->need == 0;
        return true;
    }
    if (c < 0x80)
        return true;
    s->need = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    s->lo = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    s->hi = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    return c >= 0xC2 && c <= 0xF4;
}

static enum csv_encoding look(struct csv_reader *r)
{
    struct scan s = {0};
    for (;;) {
        ssize_t n = read_some(r, r->raw, CHUNK_BYTES);
        for (ssize_t i = 0; i < n; i++)
            if (!scan_byte(&s, (uint8_t)r->raw[i]))
                return CSV_GB18030;
        if (n <= 0)
            return s.need > 0 ? CSV_GB18030 : CSV_UTF8;
        if (s.seen >= UTF8_SURE)
            return CSV_UTF8;
    }
}

static enum err_code detect(struct csv_reader *r, enum csv_encoding enc, struct err *e)
{
    char head[2];
    ssize_t n = read_some(r, head, sizeof(head));
    bool wide = n == 2 && (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0);
    if (wide)
        return err_add(e, ERR_INVALID, S("file"), S("UTF-8, GB18030"),
            "the text is in UTF-16; save it as CSV UTF-8",
            "文件是 UTF-16 编码，请另存为“CSV UTF-8”");
    if (n == 2 && memcmp(head, "PK", 2) == 0)
        return err_add(e, ERR_INVALID, S("file"), S("CSV"),
            "this is a workbook or an archive; save the sheet as CSV",
            "这是工作簿或压缩文件，请把表格另存为 CSV");
    r->read = 0;
    if (r->fd >= 0 && lseek(r->fd, 0, SEEK_SET) != 0)
        return err_add(e, ERR_INVALID, S("file"), (str){0}, "is not a file", "不是普通文件");
    r->encoding = enc == CSV_AUTO ? look(r) : enc;
    r->read = 0;
    if (r->fd >= 0 && lseek(r->fd, 0, SEEK_SET) != 0)
        return err_add(e, ERR_STORE, S("file"), (str){0}, "cannot be read", "无法读取");
    return OK;
}

static struct csv_reader *start(struct csv_reader *r, enum csv_encoding enc, struct err *e)
{
    if (detect(r, enc, e) != OK) {
        if (r->fd >= 0)
            close(r->fd);
        return NULL;
    }
    if (r->encoding == CSV_GB18030) {
        r->decoder = iconv_open("UTF-8", "GB18030");
        r->decodes =
            r->decoder != (iconv_t)-1; // NOLINT(performance-no-int-to-ptr): its way to say no
        if (!r->decodes) {
            if (r->fd >= 0)
                close(r->fd);
            (void)err_add(e, ERR_STORE, S("file"), S("UTF-8"), "this system cannot read GB18030",
                "本机不支持 GB18030 编码");
            return NULL;
        }
        r->decoded = arena_alloc(r->arena, DECODED_MAX);
    }
    int failed = csv_init(&r->parser, CSV_REPALL_NL);
    CHECK(failed == 0);
    csv_set_blk_size(&r->parser, 4 * KIB);
    r->store = arena_alloc(r->arena, STORE_BYTES);
    r->cells = NEW_ARRAY(r->arena, STORE_CELLS, struct cell);
    r->rows = NEW_ARRAY(r->arena, STORE_ROWS, struct row);
    r->out = NEW_ARRAY(r->arena, CSV_COLUMNS_MAX, str);
    return r;
}

static struct csv_reader *new_reader(struct arena *a)
{
    struct csv_reader *r = NEW(a, struct csv_reader);
    r->arena = a;
    r->fd = -1;
    r->row = 1;
    return r;
}

struct csv_reader *csv_open(struct arena *a, str path, enum csv_encoding enc, struct err *e)
{
    struct csv_reader *r = new_reader(a);
    struct stat st;
    r->fd = open(str_z(a, path), O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (r->fd >= 0)
            close(r->fd);
        (void)err_add(
            e, ERR_MISSING, S("file"), (str){0}, "the file cannot be opened", "文件无法打开");
        return NULL;
    }
    r->total = st.st_size;
    return start(r, enc, e);
}

struct csv_reader *csv_open_text(struct arena *a, str text, enum csv_encoding enc, struct err *e)
{
    struct csv_reader *r = new_reader(a);
    r->text = text;
    r->total = (int64_t)text.n;
    return start(r, enc, e);
}

void csv_close(struct csv_reader *r)
{
    if (!r)
        return;
    csv_free(&r->parser);
    if (r->decodes)
        iconv_close(r->decoder);
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    r->decodes = false;
}

// ---- rows

static void say(const struct csv_reader *r, struct err *e)
{
    int row = (int)r->fault_row, column = (int)r->fault_column;
    str where = column > 0 ? str_fmt(e->arena, "#%d", column) : (str){0};
    switch (r->fault) {
    case FAULT_NONE:
        break;
    case FAULT_CELL:
        err_at(e, row, column, where, S("64 KiB"),
            "the cell is too large, or a quote is not closed", "单元格内容过长，或引号没有配对");
        break;
    case FAULT_ROW:
        err_at(e, row, column, where, S("1 MiB"), "the row is too large, or a quote is not closed",
            "这一行过长，或引号没有配对");
        break;
    case FAULT_COLUMNS:
        err_at(e, row, 0, where, S("<= 500"), "too many columns", "列数过多");
        break;
    case FAULT_BYTES:
        err_at(e, row, column, where, r->decodes ? S("GB18030") : S("UTF-8"),
            "holds bytes that are no text in this encoding", "含有不属于该编码的字节或控制字符");
        break;
    case FAULT_NUL:
        err_at(e, row, column, where, S("CSV"), "holds a NUL byte: this is no text file",
            "含有空字节，不是文本文件");
        break;
    case FAULT_QUOTE:
        err_at(e, row, column, where, S("\""), "a quote is never closed", "引号没有配对");
        break;
    case FAULT_READ:
        (void)err_add(
            e, ERR_STORE, S("file"), (str){0}, "cannot be read further", "读取文件时出错");
        break;
    }
}

bool csv_next(struct csv_reader *r, str **cells, size_t *n, int64_t *row, struct err *e)
{
    while (r->next_row == r->n_rows && !r->ended && r->fault == FAULT_NONE)
        fill(r);
    if (r->next_row == r->n_rows) {
        say(r, e);
        return false;
    }
    const struct row *x = &r->rows[r->next_row++];
    for (size_t i = 0; i < x->n; i++)
        r->out[i] = (str){r->store + r->cells[x->first + i].at, r->cells[x->first + i].n};
    *cells = r->out;
    *n = x->n;
    *row = x->number;
    return true;
}

int64_t csv_bytes_read(const struct csv_reader *r)
{
    return r->read;
}

int64_t csv_bytes_total(const struct csv_reader *r)
{
    return r->total;
}

enum csv_encoding csv_encoding_found(const struct csv_reader *r)
{
    return r->encoding;
}

// ---- writing

void csv_write_bom(struct buf *b)
{
    buf_addz(b, "\xEF\xBB\xBF");
}

static bool is_number(str x)
{
    size_t digits = 0, dots = 0;
    for (size_t i = x.n > 0 && x.s[0] == '-' ? 1 : 0; i < x.n; i++) {
        digits += x.s[i] >= '0' && x.s[i] <= '9';
        dots += x.s[i] == '.';
        if (x.s[i] != '.' && (x.s[i] < '0' || x.s[i] > '9'))
            return false;
    }
    return digits > 0 && dots <= 1;
}

// Spreadsheets compute what begins like this, some of them also behind blanks or in full width; a
// negative number is harmless.
static bool is_formula(str x)
{
    static const str heads[] = {S("="), S("+"), S("-"), S("@"), S("\t"), S("\r"), S("\n"), S("＝"),
        S("＋"), S("－"), S("＠")};
    if (is_number(x))
        return false;
    while (x.n > 0 && x.s[0] == ' ')
        x = str_sub(x, 1, x.n);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (str_starts(x, heads[i]))
            return true;
    return false;
}

static void write_cell(struct buf *b, str x)
{
    bool formula = is_formula(x);
    bool quoted = x.n > 0 && (x.s[0] == ' ' || x.s[x.n - 1] == ' ');
    for (size_t i = 0; i < x.n && !quoted; i++)
        quoted =
            x.s[i] == ',' || x.s[i] == '"' || x.s[i] == '\r' || x.s[i] == '\n' || x.s[i] == '\t';
    if (quoted)
        buf_byte(b, '"');
    if (formula)
        buf_byte(b, '\'');
    while (quoted && x.n > 0) {
        size_t at = str_find(x, '"');
        buf_add(b, str_sub(x, 0, at));
        if (at < x.n)
            buf_addz(b, "\"\"");
        x = str_sub(x, at + 1, x.n);
    }
    buf_add(b, x);
    if (quoted)
        buf_byte(b, '"');
}

void csv_write_row(struct buf *b, const str *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_byte(b, ',');
        write_cell(b, cells[i]);
    }
    buf_addz(b, "\r\n");
}
