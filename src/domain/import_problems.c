// The rows that stayed out, as a workbook: the sheet's own columns with what stands in them, the
// wrong cells marked, and behind them what is wrong. It can be put right and imported as it is. The
// rows are read from the file again, so that nothing of them has to be kept.

#include <string.h>
#include "domain/import_inner.h"
#include "format/xlsx_write.h"

enum {
    PAGE = 500,
    ROW_MAX_BYTES = 8 * MIB,
    REASON_MAX_BYTES = 16 * KIB,
    WIDTH = 16,
    WIDTH_REASON = 60
};

struct import_problem_book {
    struct arena *own, *page, *row;
    struct ctx c;
    struct err e;
    struct import_job job;
    struct import_map *map;
    struct import_sheet *sheet;
    struct xlsx_writer *book;
    struct import_problem *problems; // of a page, several a row
    size_t n, at;
    int64_t after;
    bool begun, ended;
    struct buf out;
    str pending;
};

static void to_out(void *arg, const char *s, size_t n)
{
    struct import_problem_book *b = arg;
    buf_add(&b->out, (str){s, n});
}

static enum err_code open_source(struct import_problem_book *b, struct err *e)
{
    struct ctx c = b->c;
    c.arena = b->own;
    b->map = import_map_parse(b->own, c.rules, b->job.map, e);
    if (!b->map)
        return e->code;
    if (import_sheet_kept(&c, b->job.path, e) != OK)
        return e->code;
    b->sheet = import_sheet_open(b->own, b->job.path, b->map->encoding, e);
    if (!b->sheet)
        return e->code;
    if (b->job.size != import_sheet_size(b->sheet))
        return err_add(e, ERR_CONFLICT, S("file"), (str){0},
            "the file has changed since the import", "文件在导入以后改动过");
    return import_sheet_find(b->sheet, b->map, b->job.sheet, e);
}

struct import_problem_book *import_problem_book_open(struct ctx *c, int64_t job, struct err *e)
{
    struct arena *own = arena_new();
    struct import_problem_book *b = NEW(own, struct import_problem_book);
    b->own = own;
    b->page = arena_new();
    b->row = arena_new();
    b->c = *c;
    struct ctx mine = *c;
    mine.arena = own;
    err_init(&b->e, own, e->lang);
    enum err_code code = import_job_load(&mine, job, &b->job, e);
    // The rows hold what people gave of themselves: they go back to whoever brought them.
    if (code == OK && c->actor && b->job.person != c->actor->id)
        code = err_add(e, ERR_DENIED, (str){0}, (str){0},
            "only whoever imported the sheet may have its rows", "只有导入的人可以下载原表的行");
    if (code != OK || open_source(b, e) != OK) {
        import_problem_book_close(b);
        return NULL;
    }
    struct zip_sink sink = {b, to_out};
    b->book = xlsx_write_new(own, sink, c->now_us, c->rules->zone_s);
    return b;
}

static void begin_row(struct import_problem_book *b)
{
    arena_reset(b->row);
    buf_init(&b->out, b->row, ROW_MAX_BYTES);
}

static void put(struct import_problem_book *b, const struct xlsx_cell *cells, size_t n)
{
    if (!xlsx_write_row(b->book, cells, n))
        err_add(&b->e, ERR_LIMIT, S("file"), (str){0}, "too many rows", "行数过多");
}

static void put_header(struct import_problem_book *b)
{
    const struct import_header *h = import_sheet_header(b->sheet);
    struct xlsx_cell *cells = NEW_ARRAY(b->own, h->n + 1, struct xlsx_cell);
    int *widths = NEW_ARRAY(b->own, h->n + 1, int);
    bool en = b->e.lang == LANG_EN;
    for (size_t i = 0; i < h->n; i++) {
        cells[i] = xlsx_head(h->names[i]);
        widths[i] = WIDTH;
    }
    cells[h->n] = xlsx_head(en ? S("what is wrong") : S("问题（改好后再导入，这一列不用删）"));
    widths[h->n] = WIDTH_REASON;
    struct xlsx_sheet sheet = {.name = en ? S("Rows to correct") : S("有问题的行"),
        .widths = widths,
        .n_widths = h->n + 1,
        .frozen = 1};
    xlsx_write_sheet(b->book, &sheet);
    put(b, cells, h->n + 1);
}

static void mark(const struct import_map *m, str column, struct xlsx_cell *cells, size_t n)
{
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; str_eq(m->columns[i].shown, column) && k < m->columns[i].n; k++)
            if (m->columns[i].at[k] < n)
                cells[m->columns[i].at[k]].kind = XLSX_WRONG;
}

static void put_problem(struct import_problem_book *b, const str *texts, size_t n)
{
    const struct import_header *h = import_sheet_header(b->sheet);
    struct xlsx_cell *cells = NEW_ARRAY(b->row, h->n + 1, struct xlsx_cell);
    struct buf why;
    buf_init(&why, b->row, REASON_MAX_BYTES);
    for (size_t i = 0; i < h->n; i++)
        cells[i] = xlsx_text(i < n ? texts[i] : (str){0});
    int64_t row = b->problems[b->at].row;
    for (; b->at < b->n && b->problems[b->at].row == row; b->at++) {
        const struct import_problem *p = &b->problems[b->at];
        mark(b->map, p->column, cells, h->n);
        if (why.n < REASON_MAX_BYTES / 2)
            buf_fmt(&why, "%s%.*s%s%.*s%s%.*s", why.n > 0 ? "\n" : "", STR_ARG(p->column),
                p->column.n > 0 ? "：" : "", STR_ARG(p->message), p->expected.n > 0 ? " → " : "",
                STR_ARG(p->expected));
    }
    cells[h->n] = (struct xlsx_cell){.kind = XLSX_NOTE, .text = buf_str(&why)};
    put(b, cells, h->n + 1);
}

static bool next_problem(struct import_problem_book *b)
{
    if (b->at < b->n)
        return true;
    struct ctx c = b->c;
    arena_reset(b->page);
    c.arena = b->page;
    b->at = b->n = 0;
    if (import_problems(&c, b->job.id, b->after, PAGE, &b->problems, &b->n, &b->e) != OK)
        return false;
    if (b->n > 0)
        b->after = b->problems[b->n - 1].row;
    return b->n > 0;
}

// The next row that was wrong; false when there is none.
static bool put_next(struct import_problem_book *b)
{
    str *cells;
    size_t n;
    int64_t row;
    if (!next_problem(b))
        return false;
    while (import_sheet_next(b->sheet, &cells, &n, &row, &b->e))
        if (row == b->problems[b->at].row) {
            put_problem(b, cells, n);
            return true;
        }
    return false;
}

static bool next_piece(struct import_problem_book *b)
{
    if (b->ended || b->e.code != OK)
        return false;
    begin_row(b);
    if (!b->begun) {
        put_header(b);
        b->begun = true;
    } else if (!put_next(b)) {
        b->ended = true;
        if (b->e.code == OK && !xlsx_write_end(b->book))
            err_add(&b->e, ERR_LIMIT, S("file"), (str){0}, "too large", "过大");
    }
    if (b->out.overflow)
        err_add(&b->e, ERR_LIMIT, S("file"), (str){0}, "a row is too large to be written",
            "有一行过长，无法写出");
    b->pending = buf_str(&b->out);
    return b->e.code == OK;
}

int64_t import_problem_book_read(struct import_problem_book *b, char *out, size_t max)
{
    size_t n = 0;
    db_read_begin(b->c.db);
    while (n < max && (b->pending.n > 0 || next_piece(b))) {
        str piece = str_sub(b->pending, 0, max - n);
        if (piece.n > 0)
            memcpy(out + n, piece.s, piece.n);
        n += piece.n;
        b->pending = str_sub(b->pending, piece.n, b->pending.n);
    }
    db_read_end(b->c.db);
    if (b->e.code == OK && db_status(b->c.db, &b->e) == OK)
        return (int64_t)n;
    db_rollback(b->c.db); // the connection serves others after us
    return -1;
}

enum err_code import_problem_book_error(const struct import_problem_book *b, struct err *e)
{
    if (b->e.code != OK)
        err_merge(e, &b->e, (str){0});
    return e->code;
}

void import_problem_book_close(struct import_problem_book *b)
{
    if (!b)
        return;
    import_sheet_close(b->sheet);
    xlsx_write_free(b->book);
    arena_free(b->page);
    arena_free(b->row);
    arena_free(b->own);
}
