// CSV in: what spreadsheets write, what is refused, and flat memory. CSV out: quotes and formulas.

#include "format/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../base/unit.h"

struct sheet {
    str *cells[32];
    size_t n[32];
    int64_t row[32];
    size_t rows;
    struct err e;
    enum csv_encoding encoding;
};

static struct sheet read_text(struct arena *a, str text, enum csv_encoding enc)
{
    struct sheet s = {0};
    err_init(&s.e, a, LANG_EN);
    struct csv_reader *r = csv_open_text(a, text, enc, &s.e);
    if (!r)
        return s;
    str *cells;
    size_t n;
    int64_t row;
    while (csv_next(r, &cells, &n, &row, &s.e)) {
        assert_true(s.rows < ARRAY_LEN(s.row));
        s.cells[s.rows] = NEW_ARRAY(a, n, str);
        for (size_t i = 0; i < n; i++)
            s.cells[s.rows][i] = str_dup(a, cells[i]);
        s.n[s.rows] = n;
        s.row[s.rows++] = row;
    }
    s.encoding = csv_encoding_found(r);
    csv_close(r);
    return s;
}

#define READ(a, text) read_text((a), S(text), CSV_AUTO)

static void assert_note(const struct sheet *s, int line, const char *words)
{
    assert_int_equal(s->e.n, 1);
    assert_int_equal(s->e.notes[0].line, line);
    if (!str_has(s->e.notes[0].message, str_of(words)))
        fail_msg("got \"%.*s\", wanted \"%s\"", STR_ARG(s->e.notes[0].message), words);
}

static void bom_and_line_ends(void **state)
{
    static const char *const texts[] = {"\xEF\xBB\xBF编号,标题\r\n1,甲\r\n2,乙\r\n",
        "编号,标题\n1,甲\n2,乙\n", "编号,标题\r1,甲\r2,乙\r",
        "\xEF\xBB\xBF\"编号\",\"标题\"\r\n\"1\",甲\n2,\"乙\""};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct sheet s = read_text(*state, str_of(texts[i]), CSV_AUTO);
        assert_int_equal(s.e.code, OK);
        assert_int_equal(s.rows, 3);
        assert_str(s.cells[0][0], "编号");
        assert_str(s.cells[2][1], "乙");
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(s.n[k], 2);
            assert_int_equal(s.row[k], (int64_t)k + 1);
        }
        assert_int_equal(s.encoding, CSV_UTF8);
    }
}

static void quotes_and_embedded_lines(void **state)
{
    struct sheet s = READ(
        *state, "a,b,c\r\n\"一,二\",\"他说\"\"好\"\"\",\"上\r\n下\n末\"\r\n x ,\" y \",z\"z\r\n");
    assert_int_equal(s.e.code, OK);
    assert_int_equal(s.rows, 3);
    assert_str(s.cells[1][0], "一,二");
    assert_str(s.cells[1][1], "他说\"好\"");
    assert_str(s.cells[1][2], "上\r\n下\n末");
    assert_int_equal(s.row[2], 3); // a line inside a cell is no row
    assert_str(s.cells[2][0], "x");
    assert_str(s.cells[2][1], "y");
    assert_str(s.cells[2][2], "z\"z");
}

static void blank_rows_are_skipped_but_counted(void **state)
{
    static const char *const texts[] = {
        "a,b\r\n\r\n,,\r\n  \r\n1,2\r\n\r\n", "a,b\n\n,,\n  \n1,2\n\n", "a,b\r\r,,\r  \r1,2\r\r"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct sheet s = read_text(*state, str_of(texts[i]), CSV_AUTO);
        assert_int_equal(s.e.code, OK);
        assert_int_equal(s.rows, 2);
        assert_int_equal(s.row[0], 1);
        assert_int_equal(s.row[1], 5);
    }
    struct sheet none = READ(*state, "\r\n,,\r\n");
    assert_int_equal(none.e.code, OK);
    assert_int_equal(none.rows, 0);
}

static void ragged_rows_come_as_they_are(void **state)
{
    struct sheet s = READ(*state, "a,b,c\n1\n1,2,3,4\n1,,\n");
    assert_int_equal(s.e.code, OK);
    assert_int_equal(s.n[0], 3);
    assert_int_equal(s.n[1], 1);
    assert_int_equal(s.n[2], 4);
    assert_int_equal(s.n[3], 3);
    assert_int_equal(s.cells[3][2].n, 0);
}

static void cells_are_trimmed(void **state)
{
    struct sheet s = READ(*state, "a\n\"\xE3\x80\x80 张三\xE3\x80\x80\"\n\"\xEF\xBB\xBF x\"\n");
    assert_str(s.cells[1][0], "张三");
    assert_str(s.cells[2][0], "x");
}

// 编号,标题 / 1,飞线充电 in GB18030, and 㐀 (four bytes there).
static const char GB[] =
    "\xB1\xE0\xBA\xC5,\xB1\xEA\xCC\xE2\r\n1,\xB7\xC9\xCF\xDF\xB3\xE4\xB5\xE7\r\n"
    "2,\x81\x39\xEE\x39\r\n";

static void gb18030_is_found(void **state)
{
    struct sheet s =
        READ(*state, "\xB1\xE0\xBA\xC5,\xB1\xEA\xCC\xE2\r\n1,\xB7\xC9\xCF\xDF\xB3\xE4\xB5\xE7\r\n"
                     "2,\x81\x39\xEE\x39\r\n");
    assert_int_equal(s.e.code, OK);
    assert_int_equal(s.encoding, CSV_GB18030);
    assert_str(s.cells[0][0], "编号");
    assert_str(s.cells[1][1], "飞线充电");
    assert_str(s.cells[2][1], "㐀");
    struct sheet wrong = read_text(*state, str_of(GB), CSV_UTF8);
    assert_note(&wrong, 1, "bytes");
    // A short word that a careless look takes for UTF-8.
    struct sheet unicom = READ(*state, "\xC1\xAA\xCD\xA8\n");
    assert_int_equal(unicom.encoding, CSV_GB18030);
    assert_str(unicom.cells[0][0], "联通");
}

// A long text, so that characters are cut by the ends of chunks, at every offset.
static void gb18030_across_chunks(void **state)
{
    struct arena *a = *state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct buf b;
        buf_init(&b, a, MIB);
        buf_add(&b, str_sub(S("xyz"), 0, shift));
        for (int i = 0; i < 9000; i++)
            buf_addz(&b, i % 500 == 499 ? "\r\n" : "\xB7\xC9\x81\x39\xEE\x39,");
        struct err e;
        err_init(&e, a, LANG_EN);
        struct csv_reader *r = csv_open_text(a, buf_str(&b), CSV_AUTO, &e);
        str *cells;
        size_t n, rows = 0;
        int64_t row;
        while (csv_next(r, &cells, &n, &row, &e)) {
            assert_int_equal(n, 500);
            for (size_t i = rows == 0 ? 1 : 0; i < 499; i++)
                assert_str(cells[i], "飞㐀");
            rows++;
        }
        assert_int_equal(e.code, OK);
        assert_int_equal(rows, 18);
        assert_int_equal(csv_bytes_read(r), csv_bytes_total(r));
        csv_close(r);
    }
    struct sheet cut = READ(*state, "a\n\xB7\xC9\n\xB7");
    assert_int_equal(cut.rows, 2);
    assert_note(&cut, 3, "bytes");
}

static void broken_files_are_refused(void **state)
{
    struct arena *a = *state;
    struct sheet nul = read_text(a, S("a,b\n1,2\n3,x\0y\n"), CSV_AUTO);
    assert_int_equal(nul.rows, 2);
    assert_note(&nul, 3, "NUL");
    struct sheet open = READ(a, "a,b\n1,\"2\n3,4\n");
    assert_note(&open, 2, "never closed");
    struct sheet control = READ(a, "a\n\x01\n");
    assert_note(&control, 2, "bytes");
    struct sheet wide = read_text(a,
        S("\xFF\xFE"
          "a\0"),
        CSV_AUTO);
    assert_note(&wide, 0, "UTF-16");
    struct sheet book = READ(a, "PK\x03\x04");
    assert_note(&book, 0, "workbook");
    struct err e;
    err_init(&e, a, LANG_EN);
    assert_null(csv_open(a, S("there/is/no/such.csv"), CSV_AUTO, &e));
    assert_int_equal(e.code, ERR_MISSING);
}

static str repeat(struct arena *a, str head, const char *piece, size_t times, str tail)
{
    struct buf b;
    buf_init(&b, a, 16 * MIB);
    buf_add(&b, head);
    for (size_t i = 0; i < times; i++)
        buf_addz(&b, piece);
    buf_add(&b, tail);
    return buf_str(&b);
}

static void limits_are_kept(void **state)
{
    struct arena *a = *state;
    struct sheet full =
        read_text(a, repeat(a, S("a\n"), "x", CSV_CELL_MAX_BYTES, S("\n2\n")), CSV_AUTO);
    assert_int_equal(full.e.code, OK);
    assert_int_equal(full.rows, 3);
    struct sheet cell =
        read_text(a, repeat(a, S("a\n"), "x", CSV_CELL_MAX_BYTES + 1, S("\n2\n")), CSV_AUTO);
    assert_int_equal(cell.rows, 1);
    assert_note(&cell, 2, "cell");
    // A quote that is open swallows what follows, but not into memory.
    struct sheet quote = read_text(a, repeat(a, S("a,b\n1,\""), "1,2\n", 2 * MIB, S("")), CSV_AUTO);
    assert_note(&quote, 2, "cell");
    assert_int_equal(quote.e.notes[0].column, 2);
    struct sheet columns =
        read_text(a, repeat(a, S("a\n"), ",", CSV_COLUMNS_MAX, S("1\n")), CSV_AUTO);
    assert_note(&columns, 2, "columns");
    struct sheet fits =
        read_text(a, repeat(a, S("a\n"), ",", CSV_COLUMNS_MAX - 1, S("1\n")), CSV_AUTO);
    assert_int_equal(fits.n[1], CSV_COLUMNS_MAX);
    str wide = repeat(a, S(""), "x", 60 * KIB, S(","));
    struct sheet row = read_text(a, repeat(a, S("a\n"), str_z(a, wide), 18, S("\n")), CSV_AUTO);
    assert_note(&row, 2, "row");
}

static void memory_stays_flat(void **state)
{
    struct arena *a = *state;
    char path[] = P_tmpdir "/csv-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    assert_non_null(f);
    for (int i = 0; i < 200000; i++)
        fprintf(f, "%d,新泾镇示例路 %d 号,\"楼道堆物,\n影响通行\",投诉\r\n", i, i % 100);
    assert_int_equal(fclose(f), 0);
    struct err e;
    err_init(&e, a, LANG_EN);
    struct csv_reader *r = csv_open(a, str_of(path), CSV_AUTO, &e);
    assert_non_null(r);
    str *cells;
    size_t n;
    int64_t row, rows = 0;
    assert_true(csv_next(r, &cells, &n, &row, &e));
    for (rows = 1; rows < 50000 && csv_next(r, &cells, &n, &row, &e);)
        rows++;
    size_t used = arena_used(a);
    while (csv_next(r, &cells, &n, &row, &e)) {
        assert_int_equal(n, 4);
        rows++;
    }
    assert_int_equal(rows, 200000);
    assert_int_equal(row, 200000);
    assert_int_equal(arena_used(a), used);
    csv_close(r);
    unlink(path);
}

static str written(struct arena *a, const str *cells, size_t n)
{
    struct buf b;
    buf_init(&b, a, MIB);
    csv_write_row(&b, cells, n);
    return buf_str(&b);
}

static void rows_are_written(void **state)
{
    static const str cells[] = {
        S("甲"), S("a,b"), S("他说\"好\""), S("上\n下"), S(""), S(" x"), S("12")};
    assert_str(written(*state, cells, ARRAY_LEN(cells)),
        "甲,\"a,b\",\"他说\"\"好\"\"\",\"上\n下\",,\" x\",12\r\n");
    struct buf b;
    buf_init(&b, *state, 16);
    csv_write_bom(&b);
    assert_str(buf_str(&b), "\xEF\xBB\xBF");
}

static void formulas_are_disarmed(void **state)
{
    static const struct {
        const char *cell, *out;
    } rows[] = {
        {"=1+1", "'=1+1\r\n"},
        {"+8613800000000", "'+8613800000000\r\n"},
        {"-1+1", "'-1+1\r\n"},
        {"@SUM(A1)", "'@SUM(A1)\r\n"},
        {"\t=1", "\"'\t=1\"\r\n"},
        {"\r=1", "\"'\r=1\"\r\n"},
        {" =1", "\"' =1\"\r\n"},
        {"＝1+1", "'＝1+1\r\n"},
        {"=cmd|'/c calc',x", "\"'=cmd|'/c calc',x\"\r\n"},
        {"-3.5", "-3.5\r\n"},
        {"-", "'-\r\n"},
        {"-1.2.3", "'-1.2.3\r\n"},
        {"3号楼=4号楼", "3号楼=4号楼\r\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        str cell = str_of(rows[i].cell);
        assert_str(written(*state, &cell, 1), rows[i].out);
    }
}

static void what_is_written_is_read(void **state)
{
    static const str cells[] = {S("a\"\"b"), S("\"\""), S("一\r\n二"), S(","), S("x"), S("'=")};
    struct sheet s = read_text(*state, written(*state, cells, ARRAY_LEN(cells)), CSV_AUTO);
    assert_int_equal(s.rows, 1);
    assert_int_equal(s.n[0], ARRAY_LEN(cells));
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        assert_true(str_eq(s.cells[0][i], cells[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(bom_and_line_ends),
        UNIT(quotes_and_embedded_lines),
        UNIT(blank_rows_are_skipped_but_counted),
        UNIT(ragged_rows_come_as_they_are),
        UNIT(cells_are_trimmed),
        UNIT(gb18030_is_found),
        UNIT(gb18030_across_chunks),
        UNIT(broken_files_are_refused),
        UNIT(limits_are_kept),
        UNIT(memory_stays_flat),
        UNIT(rows_are_written),
        UNIT(formulas_are_disarmed),
        UNIT(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
