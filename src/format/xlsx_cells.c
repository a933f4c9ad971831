// The rows of a sheet. [ECMA-376-1 18.3.1.4]

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/tm.h"
#include "format/xlsx_inner.h"

enum {
    STORE_BYTES = XLSX_READ_ROW_MAX_BYTES + XLSX_READ_CELL_MAX_BYTES,
    SERIAL_MAX = 2958466, // 10000-01-01
    DAYS_1899_TO_1970 = 25569,
    DAYS_1904_TO_1970 = 24107,
    LEAP_SERIAL = 60, // 29 February 1900, which never was
    SECONDS_A_DAY = 86400,
    EXACT_DIGITS = 15,
};
#define EXACT_MAX 1e15 // larger whole numbers have lost their last digits

// ---- values

bool xlsx_read_serial(struct arena *a, double serial, bool from_1904, str *out)
{
    if (!(serial >= 0 && serial < SERIAL_MAX))
        return false;
    int64_t seconds = (int64_t)llround(serial * SECONDS_A_DAY);
    int64_t day = seconds / SECONDS_A_DAY, rest = seconds % SECONDS_A_DAY;
    int hour = (int)(rest / 3600), minute = (int)(rest / 60 % 60), second = (int)(rest % 60);
    int y, m, d;
    if (serial < 1) { // a time of day without one
        *out = str_fmt(a, "%02d:%02d:%02d", hour, minute, second);
        return true;
    }
    tm_from_days(from_1904            ? day - DAYS_1904_TO_1970
                 : day >= LEAP_SERIAL ? day - DAYS_1899_TO_1970
                                      : day - DAYS_1899_TO_1970 + 1,
        &y, &m, &d);
    if (!from_1904 && day == LEAP_SERIAL) {
        m = 2;
        d = 29;
    }
    *out = rest == 0 ? str_fmt(a, "%04d-%02d-%02d", y, m, d)
                     : str_fmt(a, "%04d-%02d-%02d %02d:%02d:%02d", y, m, d, hour, minute, second);
    return true;
}

static str number_text(struct arena *a, str x, const struct xlsx_book *b, size_t style)
{
    double v;
    str out;
    if (!str_f64(x, &v))
        return x;
    bool date = style < b->n_shows && b->shows[style] == XLSX_SHOWS_DATE;
    if (date && xlsx_read_serial(a, v, b->from_1904, &out))
        return out;
    if (v == 0)
        return S("0");
    if (fabs(v) < EXACT_MAX && v == floor(v))
        return str_fmt(a, "%.0f", v);
    return str_fmt(a, "%.*G", EXACT_DIGITS, v);
}

// "_x000D_" stands for a character that XML cannot hold. [22.4.2.4]
static bool escaped(str x, unsigned *code)
{
    if (x.n < 7 || x.s[0] != '_' || x.s[1] != 'x' || x.s[6] != '_')
        return false;
    *code = 0;
    for (size_t i = 2; i < 6; i++) {
        char c = x.s[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        *code = *code * 16 + (unsigned)digit;
    }
    return true;
}

static bool is_blank(str x, size_t *n)
{
    static const str blanks[] = {S(" "), S("\t"), S("\r"), S("\n"), S("\xC2\xA0"),
        S("\xE3\x80\x80"), S("\xEF\xBB\xBF"), S("\xE2\x80\x8B")};
    for (size_t i = 0; i < ARRAY_LEN(blanks); i++)
        if (str_starts(x, blanks[i])) {
            *n = blanks[i].n;
            return true;
        }
    return false;
}

static str strip(str x)
{
    size_t n;
    while (x.n > 0 && is_blank(x, &n))
        x = str_sub(x, n, x.n);
    for (;;) {
        size_t cut = 0;
        for (size_t k = 1; k <= 3 && k <= x.n && cut == 0; k++)
            if (is_blank(str_sub(x, x.n - k, k), &n) && n == k)
                cut = k;
        if (cut == 0)
            return x;
        x.n -= cut;
    }
}

str xlsx_clean(char *s, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned code;
        if (escaped((str){s + i, n - i}, &code)) {
            i += 6;
            if (code == '\t' || code == '\n' || (code >= 0x20 && code < 0x7F))
                s[to++] = (char)code;
            continue;
        }
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 || c == '\t' || c == '\n')
            s[to++] = s[i];
    }
    str x = {s, to};
    while (x.n > 0 && !utf8_valid(x)) // cut within a character, or none at all
        x.n--;
    return strip(x);
}

// ---- a cell

static bool place_column(const char *place, size_t *column)
{
    size_t n = 0;
    while (*place >= 'A' && *place <= 'Z' && n < 1000000)
        n = n * 26 + (size_t)(*place++ - 'A') + 1;
    *column = n;
    return n > 0;
}

static void keep(struct xlsx_cells *c, str x)
{
    if (x.n == 0)
        return;
    if (c->column > XLSX_READ_COLUMNS_MAX) {
        xlsx_xml_fail(&c->xml, XLSX_FAULT_COLUMNS);
        return;
    }
    if (c->n_store + x.n > XLSX_READ_ROW_MAX_BYTES) {
        xlsx_xml_fail(&c->xml, XLSX_FAULT_ROW_SIZE);
        return;
    }
    memcpy(c->store + c->n_store, x.s, x.n);
    c->spots[c->column - 1] = (struct xlsx_spot){c->n_store, x.n};
    c->n_store += x.n;
    c->n = c->column > c->n ? c->column : c->n;
}

static str shared(struct xlsx_book *b, str index)
{
    int64_t at;
    str out = {0};
    char *room = arena_alloc(b->cells.scratch, XLSX_READ_CELL_MAX_BYTES);
    enum xlsx_fault fault = str_i64(index, &at) ? xlsx_shared(b, at, room, &out) : XLSX_FAULT_XML;
    if (fault != XLSX_FAULT_NONE)
        xlsx_xml_fail(&b->cells.xml, fault);
    return out;
}

static void end_cell(struct xlsx_book *b)
{
    struct xlsx_cells *c = &b->cells;
    str raw = xlsx_clean(c->value.s, c->value.n), x = raw;
    c->in_cell = false;
    if (c->formula && !c->valued)
        x = S("#CALC!");
    else if (raw.n == 0)
        return;
    else if (strcmp(c->type, "s") == 0)
        x = shared(b, raw);
    else if (strcmp(c->type, "b") == 0)
        x = str_eq(raw, S("0")) ? S("FALSE") : S("TRUE");
    else if (c->type[0] == '\0' || strcmp(c->type, "n") == 0)
        x = number_text(c->scratch, raw, b, c->style);
    keep(c, x);
}

static void begin_cell(struct xlsx_book *b, const char **attrs)
{
    struct xlsx_cells *c = &b->cells;
    const char *place = xlsx_xml_attr(attrs, "r"), *type = xlsx_xml_attr(attrs, "t");
    const char *style = xlsx_xml_attr(attrs, "s");
    size_t column = c->column + 1;
    int64_t n = 0;
    if ((place && !place_column(place, &column)) || column <= c->column)
        xlsx_xml_fail(&c->xml, XLSX_FAULT_ORDER);
    c->column = column;
    c->type[0] = '\0';
    if (type && strlen(type) < sizeof(c->type))
        memcpy(c->type, type, strlen(type) + 1);
    c->style = style && str_i64(str_of(style), &n) && n >= 0 ? (size_t)n : 0;
    c->in_cell = true;
    c->takes = c->formula = c->valued = false;
    c->phonetic = 0;
    c->value.n = 0;
}

// ---- rows

static void begin_row(struct xlsx_cells *c, const char **attrs)
{
    const char *r = xlsx_xml_attr(attrs, "r"), *hidden = xlsx_xml_attr(attrs, "hidden");
    int64_t row = c->row + 1;
    if ((r && !str_i64(str_of(r), &row)) || row <= c->row)
        xlsx_xml_fail(&c->xml, XLSX_FAULT_ORDER);
    else if (row > XLSX_READ_ROWS_MAX)
        xlsx_xml_fail(&c->xml, XLSX_FAULT_ROWS);
    c->row = row;
    c->hidden = hidden && (strcmp(hidden, "1") == 0 || strcmp(hidden, "true") == 0);
    c->in_row = true;
    c->column = c->n = c->n_store = 0;
    memset(c->spots, 0, XLSX_READ_COLUMNS_MAX * sizeof(*c->spots));
    arena_reset(c->scratch);
    buf_init(&c->value, c->scratch, XLSX_READ_CELL_MAX_BYTES);
}

static void on_start(void *arg, const char *name, const char **attrs)
{
    struct xlsx_book *b = arg;
    struct xlsx_cells *c = &b->cells;
    if (!c->in_row) {
        if (strcmp(name, "row") == 0)
            begin_row(c, attrs);
    } else if (!c->in_cell) {
        if (strcmp(name, "c") == 0)
            begin_cell(b, attrs);
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        c->takes = c->phonetic == 0;
        c->valued = true;
    } else if (strcmp(name, "f") == 0) {
        c->formula = true;
    } else if (strcmp(name, "rPh") == 0) {
        c->phonetic++;
    }
}

static void on_end(void *arg, const char *name)
{
    struct xlsx_book *b = arg;
    struct xlsx_cells *c = &b->cells;
    if (c->in_cell) {
        c->takes = false;
        if (strcmp(name, "rPh") == 0)
            c->phonetic--;
        if (strcmp(name, "c") == 0)
            end_cell(b);
    } else if (c->in_row && strcmp(name, "row") == 0) {
        c->in_row = false;
        if (c->n > 0)
            xlsx_xml_stop(&c->xml);
    } else if (strcmp(name, "sheetData") == 0) {
        c->n = 0;
        c->xml.ended = true; // what follows is of no interest
        xlsx_xml_stop(&c->xml);
    }
}

static void on_text(void *arg, str x)
{
    struct xlsx_cells *c = &((struct xlsx_book *)arg)->cells;
    if (c->in_cell && c->takes)
        buf_add(&c->value, str_sub(x, 0, c->value.max - c->value.n));
}

enum err_code xlsx_read_begin(struct xlsx_book *b, size_t sheet, struct err *e)
{
    struct xlsx_cells *c = &b->cells;
    CHECK(sheet < b->n_sheets);
    xlsx_xml_close(&c->xml);
    if (!c->store) {
        c->store = arena_alloc(b->arena, STORE_BYTES);
        c->spots = NEW_ARRAY(b->arena, XLSX_READ_COLUMNS_MAX, struct xlsx_spot);
        c->out = NEW_ARRAY(b->arena, XLSX_READ_COLUMNS_MAX, str);
        c->scratch = arena_new();
    }
    c->xml = (struct xlsx_xml){.arg = b, .start = on_start, .end = on_end, .text = on_text};
    c->row = 0;
    c->in_row = c->in_cell = false;
    xlsx_xml_open(&c->xml, b->zip, b->sheets[sheet].part, XLSX_READ_SHEET_MAX_BYTES);
    return xlsx_fault_say(c->xml.fault, 0, e);
}

bool xlsx_read_next(struct xlsx_book *b, str **cells, size_t *n, int64_t *row, struct err *e)
{
    struct xlsx_cells *c = &b->cells;
    bool over = c->xml.ended && c->xml.suspended && c->n == 0 && !c->in_row;
    if (over || !xlsx_xml_go(&c->xml) || c->n == 0) {
        (void)xlsx_fault_say(c->xml.fault, c->row, e);
        return false;
    }
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = (str){c->store + c->spots[i].at, c->spots[i].n};
    *cells = c->out;
    *n = c->n;
    *row = c->row;
    return true;
}

bool xlsx_read_hidden(const struct xlsx_book *b)
{
    return b->cells.hidden;
}

int64_t xlsx_read_bytes(const struct xlsx_book *b)
{
    return b->cells.xml.read;
}

int64_t xlsx_read_bytes_total(const struct xlsx_book *b)
{
    return b->cells.xml.size > b->cells.xml.read ? b->cells.xml.size : b->cells.xml.read;
}

// ---- merged cells, which stand behind the rows

struct merging {
    struct xlsx_xml xml;
    struct arena *arena;
    struct xlsx_read_merge *list;
    size_t n;
};

static bool place_of(const char *s, int64_t *row, int64_t *column, const char **rest)
{
    size_t k;
    if (!place_column(s, &k))
        return false;
    while (*s >= 'A' && *s <= 'Z')
        s++;
    *column = (int64_t)k;
    *row = 0;
    while (*s >= '0' && *s <= '9' && *row < XLSX_READ_ROWS_MAX)
        *row = *row * 10 + (*s++ - '0');
    *rest = s;
    return *row > 0;
}

static void on_merge(void *arg, const char *name, const char **attrs)
{
    struct merging *m = arg;
    struct xlsx_read_merge x;
    const char *ref = strcmp(name, "mergeCell") == 0 ? xlsx_xml_attr(attrs, "ref") : NULL;
    if (!ref || !place_of(ref, &x.row, &x.column, &ref) || *ref != ':' ||
        !place_of(ref + 1, &x.to_row, &x.to_column, &ref))
        return;
    if (x.row <= XLSX_READ_MERGE_ROWS && m->n < XLSX_READ_MERGES_MAX)
        VEC_PUSH(m->arena, m->list, m->n) = x;
}

enum err_code xlsx_read_merges(
    struct xlsx_book *b, size_t sheet, struct xlsx_read_merge **out, size_t *n, struct err *e)
{
    CHECK(sheet < b->n_sheets);
    struct merging m = {.arena = b->arena};
    m.xml = (struct xlsx_xml){.arg = &m, .start = on_merge};
    xlsx_xml_open(&m.xml, b->zip, b->sheets[sheet].part, XLSX_READ_SHEET_MAX_BYTES);
    (void)xlsx_xml_go(&m.xml);
    xlsx_xml_close(&m.xml);
    *out = m.list;
    *n = m.n;
    return xlsx_fault_say(m.xml.fault, 0, e);
}
