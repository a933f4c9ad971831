// Any bytes as a workbook, or as one part of a sound one: every cell that comes out is clean and
// within its limits, rows count upwards, what stops says why.
#include "base/buf.h"
#include "format/xlsx_read.h"
#include "format/zip_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static const struct {
    const char *name, *content;
} PARTS[] = {
    {"xl/workbook.xml",
        "<workbook xmlns:r=\"r\"><sheets><sheet name=\"s\" r:id=\"a\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"a\" Type=\"" REL "/worksheet\" Target=\"s.xml\"/>"
        "<Relationship Id=\"b\" Type=\"" REL "/styles\" Target=\"y.xml\"/>"
        "<Relationship Id=\"c\" Type=\"" REL "/sharedStrings\" Target=\"t.xml\"/></Relationships>"},
    {"xl/s.xml", "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c "
                 "s=\"1\"><v>46346.5</v></c><c t=\"s\"><v>2</v></c></row>"
                 "</sheetData></worksheet>"},
    {"xl/y.xml",
        "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"},
    {"xl/t.xml",
        "<sst><si><t>a</t></si><si><r><t>b</t></r><rPh><t>c</t></rPh></si><si><t>d</t></si></sst>"},
};

static void into(void *arg, const char *s, size_t n)
{
    buf_add(arg, (str){s, n});
}

// The data in place of one part.
static str book_around(struct arena *a, str data, size_t at)
{
    struct buf *b = NEW(a, struct buf);
    buf_init(b, a, 16 * MIB);
    struct zip_sink sink = {b, into};
    struct zip_writer *z = zip_write_new(a, sink, 0, 0);
    for (size_t i = 0; i < ARRAY_LEN(PARTS); i++) {
        zip_write_entry(z, str_of(PARTS[i].name));
        zip_write_bytes(z, i == at ? data : str_of(PARTS[i].content));
    }
    bool fits = zip_write_end(z);
    CHECK(fits);
    return buf_str(b);
}

static void read_sheet(struct arena *a, struct xlsx_book *b, size_t sheet)
{
    struct err e;
    str *cells;
    size_t m, n_merges;
    int64_t row, before = 0;
    struct xlsx_read_merge *merges;
    err_init(&e, a, LANG_ZH);
    enum err_code code = xlsx_read_begin(b, sheet, &e);
    while (code == OK && xlsx_read_next(b, &cells, &m, &row, &e)) {
        CHECK(row > before && row <= XLSX_READ_ROWS_MAX && m >= 1 && m <= XLSX_READ_COLUMNS_MAX);
        before = row;
        size_t bytes = 0;
        for (size_t i = 0; i < m; i++) {
            CHECK(cells[i].n <= XLSX_READ_CELL_MAX_BYTES && utf8_valid(cells[i]));
            CHECK(str_trim(cells[i]).n == cells[i].n);
            bytes += cells[i].n;
        }
        CHECK(bytes > 0 && bytes <= XLSX_READ_ROW_MAX_BYTES);
        CHECK(xlsx_read_bytes(b) <= xlsx_read_bytes_total(b));
    }
    err_init(&e, a, LANG_EN);
    if (xlsx_read_merges(b, sheet, &merges, &n_merges, &e) == OK)
        CHECK(n_merges <= XLSX_READ_MERGES_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    str bytes = {(const char *)data, n};
    // A part begins with its number, an archive with a P.
    size_t at = data[0] < ARRAY_LEN(PARTS) ? data[0] : ARRAY_LEN(PARTS);
    if (at < ARRAY_LEN(PARTS))
        bytes = book_around(a, str_sub(bytes, 1, n), at);
    struct xlsx_book *b = xlsx_read_open_bytes(a, bytes, &e);
    CHECK((b == NULL) == (e.n > 0));
    size_t sheets = 0;
    if (b)
        (void)xlsx_read_sheets(b, &sheets);
    for (size_t i = 0; i < sheets && i < 3; i++)
        read_sheet(a, b, i);
    xlsx_read_close(b);
    arena_free(a);
    return 0;
}
