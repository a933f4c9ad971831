// Any bytes as a sheet: every cell that comes out is clean and within its limits, rows count
// upwards, a file that stops says why; and what is written of it is read back as it was.
#include "format/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_back(struct arena *a, const str *cells, size_t n)
{
    struct buf b;
    struct err e;
    err_init(&e, a, LANG_EN);
    buf_init(&b, a, 4 * MIB);
    csv_write_row(&b, cells, n);
    CHECK(!b.overflow);
    struct csv_reader *r = csv_open_text(a, buf_str(&b), CSV_UTF8, &e);
    CHECK(r != NULL || str_starts(cells[0], S("PK")));
    str *again;
    size_t m;
    int64_t row;
    if (r && csv_next(r, &again, &m, &row, &e)) {
        CHECK(m == n && row == 1);
        for (size_t i = 0; i < n; i++) {
            bool disarmed = again[i].n == cells[i].n + 1 && again[i].s[0] == '\'';
            CHECK(str_eq(disarmed ? str_sub(again[i], 1, again[i].n) : again[i], cells[i]));
        }
    }
    csv_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    str text = {(const char *)data + 1, n - 1};
    struct csv_reader *r = csv_open_text(a, text, (enum csv_encoding)(data[0] % 3), &e);
    CHECK((r == NULL) == (e.n > 0));
    str *cells;
    size_t m, written = 0;
    int64_t row, before = 0;
    while (r && csv_next(r, &cells, &m, &row, &e)) {
        CHECK(row > before && m >= 1 && m <= CSV_COLUMNS_MAX);
        before = row;
        size_t bytes = 0;
        for (size_t i = 0; i < m; i++) {
            CHECK(cells[i].n <= CSV_CELL_MAX_BYTES && utf8_valid(cells[i]));
            CHECK(str_trim(cells[i]).n == cells[i].n);
            bytes += cells[i].n;
        }
        CHECK(bytes > 0 && bytes <= CSV_ROW_MAX_BYTES);
        if (written++ < 3)
            read_back(a, cells, m);
    }
    csv_close(r);
    arena_free(a);
    return 0;
}
