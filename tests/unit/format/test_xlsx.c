// Workbooks out and in again: what was written is read as it was; limits; shared texts beyond what
// memory keeps; everything that is refused.

#include <stdio.h>

#include "base/buf.h"
#include "base/tm.h"
#include "format/xlsx_read.h"
#include "format/xlsx_write.h"

#include "../base/unit.h"

static void into(void *arg, const char *s, size_t n)
{
    buf_add(arg, (str){s, n});
}

static struct zip_sink sink_of(struct arena *a, struct buf *b)
{
    buf_init(b, a, 256 * MIB);
    return (struct zip_sink){b, into};
}

static struct xlsx_book *open_book(struct arena *a, str bytes)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    struct xlsx_book *b = xlsx_read_open_bytes(a, bytes, &e);
    if (!b)
        fail_msg("%s", err_text(&e, a).s);
    return b;
}

static str cell(struct arena *a, struct xlsx_book *b, int64_t wanted, size_t column)
{
    struct err e;
    str *cells;
    size_t n;
    int64_t row;
    err_init(&e, a, LANG_EN);
    while (xlsx_read_next(b, &cells, &n, &row, &e))
        if (row == wanted)
            return column < n ? str_dup(a, cells[column]) : (str){0};
    fail_msg("no row %d: %s", (int)wanted, err_text(&e, a).s);
    return (str){0};
}

static void what_is_written_is_read(void **state)
{
    struct arena *a = *state;
    struct err e;
    struct buf b;
    static const int widths[] = {20, 0, 300};
    int64_t us = tm_days(2026, 11, 20) * US_DAY + 90 * US_MINUTE; // 09:30 in Shanghai
    err_init(&e, a, LANG_EN);
    struct xlsx_writer *x = xlsx_write_new(a, sink_of(a, &b), us, TM_ZONE_DEFAULT_S);
    struct xlsx_sheet one = {.name = S("a[b]:c"), .widths = widths, .n_widths = 3, .frozen = 1};
    struct xlsx_cell head[] = {xlsx_head(S("编号")), xlsx_head(S("时间")), xlsx_head(S("率"))};
    struct xlsx_cell row[] = {{.kind = XLSX_TEXT, .text = S("=1+1 <&> \"x\" _x0041_\n第二行")},
        {.kind = XLSX_TIME, .us = us}, {.kind = XLSX_PERCENT, .number = 0.914},
        {.kind = XLSX_DATE, .us = us}, {.kind = XLSX_TEXT, .text = S("20261120123456789012")},
        xlsx_number(1e15 + 1), xlsx_number(1.0 / 0.0), {0},
        {.kind = XLSX_TEXT, .text = S("见"), .link = S("https://x.invalid/?a=1&b=2")},
        {.kind = XLSX_DATE, .us = -50000 * US_DAY}, xlsx_number(0.1)};
    xlsx_write_sheet(x, &one);
    assert_true(xlsx_write_row(x, head, 3));
    assert_true(xlsx_write_row(x, row, ARRAY_LEN(row)));
    xlsx_write_merge(x, 1, 1, 1, 3);
    one.name = S("A[B]:C"); // the same once made fit: a number behind it
    xlsx_write_sheet(x, &one);
    assert_true(xlsx_write_row(x, head, 1));
    assert_true(xlsx_write_end(x));
    xlsx_write_free(x);

    struct xlsx_book *book = open_book(a, buf_str(&b));
    size_t n;
    const struct xlsx_read_sheet *sheets = xlsx_read_sheets(book, &n);
    assert_int_equal(n, 2);
    assert_str(sheets[0].name, "a-b--c");
    assert_str(sheets[1].name, "A-B--C (2)");
    static const char *const wanted[] = {"=1+1 <&> \"x\" _x0041_\n第二行", "2026-11-20 09:30:00",
        "0.914", "2026-11-20", "20261120123456789012", "1E+15", "", "", "见", "1833-02-08", "0.1"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_int_equal(xlsx_read_begin(book, 0, &e), OK);
        assert_str(cell(a, book, 2, i), wanted[i]);
    }
    struct xlsx_read_merge *merges;
    assert_int_equal(xlsx_read_merges(book, 0, &merges, &n, &e), OK);
    assert_int_equal(n, 1);
    assert_int_equal(merges[0].to_column, 3);
    xlsx_read_close(book);
}

static void a_full_sheet_says_so(void **state)
{
    struct arena *a = *state;
    struct buf b;
    struct xlsx_writer *x = xlsx_write_new(a, sink_of(a, &b), 0, 0);
    struct xlsx_cell one = xlsx_number(1);
    struct xlsx_sheet sheet = {.name = S("x")};
    xlsx_write_sheet(x, &sheet);
    for (int i = 0; i < XLSX_ROWS_MAX; i++)
        assert_true(xlsx_write_row(x, &one, 1));
    assert_false(xlsx_write_row(x, &one, 1));
    assert_true(xlsx_write_end(x));
    assert_true(arena_used(a) < 64 * MIB); // the archive itself, and little beside
    xlsx_write_free(x);
}

#define NS "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

// A workbook whose sheet and shared texts are these.
static str book_of(struct arena *a, str sheet, str texts)
{
    struct buf b;
    struct zip_writer *z = zip_write_new(a, sink_of(a, &b), 0, 0);
    zip_write_entry(z, S("xl/workbook.xml"));
    zip_write_bytes(
        z, S("<workbook " NS " xmlns:r=\"" REL "\"><sheets><sheet name=\"s\" sheetId=\"1\" "
             "r:id=\"r1\"/></sheets></workbook>"));
    zip_write_entry(z, S("xl/_rels/workbook.xml.rels"));
    zip_write_bytes(z, S("<Relationships><Relationship Id=\"r1\" Type=\"" REL "/worksheet\" "
                         "Target=\"./sheet.xml\"/><Relationship Id=\"r2\" Type=\"" REL
                         "/sharedStrings\" Target=\"../xl/texts.xml\"/></Relationships>"));
    zip_write_entry(z, S("xl/sheet.xml"));
    zip_write_bytes(z, sheet);
    zip_write_entry(z, S("xl/texts.xml"));
    zip_write_bytes(z, texts);
    assert_true(zip_write_end(z));
    return buf_str(&b);
}

enum { MANY = 100000 };

static void shared_texts_beyond_memory(void **state)
{
    struct arena *a = *state;
    struct buf sheet, texts;
    struct err e;
    str *cells;
    size_t n;
    int64_t row, rows = 0;
    err_init(&e, a, LANG_EN);
    buf_init(&sheet, a, 64 * MIB);
    buf_init(&texts, a, 64 * MIB);
    buf_addz(&sheet, "<worksheet " NS "><sheetData>");
    buf_addz(&texts, "<sst " NS ">");
    for (int i = 0; i < MANY; i++) { // every row asks for one from the front and one from the end
        buf_fmt(
            &sheet, "<row><c t=\"s\"><v>%d</v></c><c t=\"s\"><v>%d</v></c></row>", i, MANY - 1 - i);
        buf_fmt(&texts, "<si><t>text %d, as long as most titles of orders are</t></si>", i);
    }
    buf_addz(&sheet, "</sheetData></worksheet>");
    buf_addz(&texts, "</sst>");
    struct xlsx_book *book = open_book(a, book_of(a, buf_str(&sheet), buf_str(&texts)));
    size_t before = arena_used(a);
    assert_int_equal(xlsx_read_begin(book, 0, &e), OK);
    while (xlsx_read_next(book, &cells, &n, &row, &e)) {
        char want[80];
        (void)snprintf(
            want, sizeof(want), "text %d, as long as most titles of orders are", (int)rows);
        assert_str(cells[0], want);
        (void)snprintf(want, sizeof(want), "text %d, as long as most titles of orders are",
            MANY - 1 - (int)rows);
        assert_str(cells[1], want);
        rows++;
    }
    assert_int_equal(e.code, OK);
    assert_int_equal(rows, MANY);
    assert_true(arena_used(a) - before < 16 * MIB);
    xlsx_read_close(book);
}

static void what_is_refused(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *sheet, *words;
    } cases[] = {
        {"<worksheet><sheetData><row r=\"9\"><c><v>1</v></c></row><row "
         "r=\"3\"/></sheetData></worksheet>",
            "order"},
        {"<worksheet><sheetData><row><c r=\"B1\"><v>1</v></c><c "
         "r=\"A1\"><v>1</v></c></row></sheetData></worksheet>",
            "order"},
        {"<worksheet><sheetData><row r=\"1048577\"><c><v>1</v></c></row></sheetData></worksheet>",
            "too many rows"},
        {"<worksheet><sheetData><row><c r=\"SG1\"><v>1</v></c></row></sheetData></worksheet>",
            "too many columns"},
        {"<worksheet><sheetData><row><c t=\"s\"><v>7</v></c></row></sheetData></worksheet>",
            "written as"},
        {"<worksheet><sheetData><row>", "written as"},
        {"<!DOCTYPE w><worksheet/>", "document type"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err e;
        str *cells;
        size_t n;
        int64_t row;
        err_init(&e, a, LANG_EN);
        struct xlsx_book *b = open_book(a, book_of(a, str_of(cases[i].sheet), S("<sst/>")));
        enum err_code code = xlsx_read_begin(b, 0, &e);
        while (code == OK && xlsx_read_next(b, &cells, &n, &row, &e))
            ;
        if (e.n != 1 || !str_has(e.notes[0].message, str_of(cases[i].words)))
            fail_msg("%s: %s", cases[i].sheet, err_text(&e, a).s);
        xlsx_read_close(b);
    }
}

// [ECMA-376-1 18.17.4.1] and the day that never was
static void days(void **state)
{
    static const struct {
        double serial;
        bool from_1904;
        const char *wanted;
    } cases[] = {{1, false, "1900-01-01"}, {59, false, "1900-02-28"}, {60, false, "1900-02-29"},
        {61, false, "1900-03-01"}, {25569, false, "1970-01-01"},
        {46346.5, false, "2026-11-20 12:00:00"}, {0.25, false, "06:00:00"},
        {46346.999999, false, "2026-11-21"}, {1, true, "1904-01-02"}, {44884, true, "2026-11-20"},
        {2958465, false, "9999-12-31"}};
    str out;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(xlsx_read_serial(*state, cases[i].serial, cases[i].from_1904, &out));
        assert_str(out, cases[i].wanted);
    }
    assert_false(xlsx_read_serial(*state, -1, false, &out));
    assert_false(xlsx_read_serial(*state, 1e9, false, &out));
    assert_false(xlsx_read_serial(*state, 0.0 / 0.0, false, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(what_is_written_is_read),
        UNIT(a_full_sheet_says_so),
        UNIT(shared_texts_beyond_memory),
        UNIT(what_is_refused),
        UNIT(days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
