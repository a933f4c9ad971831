// [ECMA-376-1 part 1, 18]

#include "format/xlsx_write.h"

#include <math.h>
#include <string.h>
#include "base/buf.h"
#include "base/tm.h"

enum {
    NAME_MAX = 31,
    ROW_BYTES_MAX = 64 * MIB,
    MERGES_MAX = 10000,
    FIRST_SERIAL = 61, // 1 March 1900: before it spreadsheets count a day that never was
    DAYS_1899_TO_1970 = 25569,
};
// A sheet larger than this is continued on another, so that its size can be said in 32 bits.
#define SHEET_MAX_BYTES (INT64_C(3) * 1024 * MIB)
#define NS_MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define NS_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define NS_PKG "http://schemas.openxmlformats.org/package/2006/"
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

// Rows of cellXfs in styles.xml.
enum style {
    ST_PLAIN,
    ST_TEXT,
    ST_HEAD,
    ST_TITLE,
    ST_NOTE,
    ST_WRONG,
    ST_DATE,
    ST_TIME,
    ST_PERCENT,
    ST_LINKED, // what follows is the same again, blue and underlined
    ST_LINKED_TEXT,
    ST_LINKED_DATE,
    ST_LINKED_TIME,
    ST_LINKED_PERCENT,
};

static const char STYLES[] = XML_HEAD
    "<styleSheet xmlns=\"" NS_MAIN "\"><numFmts count=\"3\">"
    "<numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/>"
    "<numFmt numFmtId=\"166\" formatCode=\"0.0%\"/></numFmts>"
    "<fonts count=\"4\"><font><sz val=\"11\"/><name val=\"宋体\"/></font>"
    "<font><b/><sz val=\"11\"/><name val=\"宋体\"/></font>"
    "<font><b/><sz val=\"16\"/><name val=\"宋体\"/></font>"
    "<font><u/><sz val=\"11\"/><color rgb=\"FF0563C1\"/><name val=\"宋体\"/></font></fonts>"
    "<fills count=\"4\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill><fill><patternFill patternType=\"solid\">"
    "<fgColor rgb=\"FFE7EBF0\"/><bgColor indexed=\"64\"/></patternFill></fill>"
    "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFFFD9D6\"/>"
    "<bgColor indexed=\"64\"/></patternFill></fill></fills>"
    "<borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>"
    "<border><left/><right/><top/><bottom style=\"thin\"><color rgb=\"FF8A94A3\"/></bottom>"
    "<diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"
    "</cellStyleXfs><cellXfs count=\"14\">"
    "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"1\" xfId=\"0\" "
    "applyNumberFormat=\"1\" "
    "applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\">"
    "<alignment vertical=\"center\" wrapText=\"1\"/></xf>"
    "<xf numFmtId=\"49\" fontId=\"2\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" "
    "applyFont=\"1\"/>"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" "
    "applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"3\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" applyFill=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"166\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"0\" fontId=\"3\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
    "<xf numFmtId=\"49\" fontId=\"3\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" "
    "applyFont=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"3\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" "
    "applyFont=\"1\"/>"
    "<xf numFmtId=\"165\" fontId=\"3\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" "
    "applyFont=\"1\"/>"
    "<xf numFmtId=\"166\" fontId=\"3\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" "
    "applyFont=\"1\"/></cellXfs>"
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>"
    "</styleSheet>";

struct sheet {
    str name;
    int frozen;
    size_t links;
};
struct link {
    int64_t row;
    size_t column;
    str to;
};
struct merge {
    int row, column, to_row, to_column;
};
struct choice {
    int column, from_row;
    str list_sheet;
    int list_column, options;
};
struct xlsx_writer {
    struct arena *arena, *scratch, *sheet_arena; // of the workbook, a row, a sheet
    struct zip_writer *zip;
    int zone_s;
    struct sheet *sheets;
    size_t n_sheets;
    int64_t row; // of the present sheet, written
    struct link *links;
    size_t n_links;
    struct merge *merges;
    size_t n_merges;
    struct choice *choices;
    size_t n_choices;
};

struct xlsx_writer *xlsx_write_new(
    struct arena *a, struct zip_sink sink, int64_t now_us, int zone_s)
{
    struct xlsx_writer *x = NEW(a, struct xlsx_writer);
    x->arena = a;
    x->zone_s = zone_s;
    x->zip = zip_write_new(a, sink, now_us, zone_s);
    return x;
}

// ---- XML

static bool escape_follows(str x)
{
    return x.n >= 7 && x.s[0] == '_' && x.s[1] == 'x' && x.s[6] == '_';
}

// Up to XLSX_CELL_MAX UTF-16 units. What XML cannot hold is left out; a line end as Windows has it
// becomes one as everybody has it. "_x0041_" would be read as an escape. [18.4.8]
static void add_text(struct buf *b, str x)
{
    size_t units = 0;
    for (size_t i = 0; i < x.n; i++) {
        unsigned char c = (unsigned char)x.s[i];
        units += (c & 0xC0) == 0x80 ? 0 : c >= 0xF0 ? 2 : 1;
        if (units > XLSX_CELL_MAX)
            return;
        if (c == '&')
            buf_addz(b, "&amp;");
        else if (c == '<')
            buf_addz(b, "&lt;");
        else if (c == '>')
            buf_addz(b, "&gt;");
        else if (c == '"')
            buf_addz(b, "&quot;");
        else if (c == '_' && escape_follows(str_sub(x, i, x.n)))
            buf_addz(b, "_x005F_");
        else if (c >= 0x20 || c == '\t' || c == '\n')
            buf_byte(b, (char)c);
        else if (c == '\r' && !(i + 1 < x.n && x.s[i + 1] == '\n'))
            buf_byte(b, '\n');
    }
}

static void add_letters(struct buf *b, size_t column)
{
    char name[4];
    size_t n = 0;
    for (size_t k = column + 1; k > 0; k = (k - 1) / 26)
        name[n++] = (char)('A' + (k - 1) % 26);
    while (n > 0)
        buf_byte(b, name[--n]);
}

static void add_place(struct buf *b, size_t column, int64_t row)
{
    add_letters(b, column);
    buf_i64(b, row);
}

static void put(struct xlsx_writer *x, const struct buf *b)
{
    CHECK(!b->overflow); // cells are cut, columns counted
    zip_write_bytes(x->zip, buf_str(b));
}

// What is long is written in pieces, so that it needs no room as a whole.
static void put_some(struct xlsx_writer *x, struct buf *b)
{
    if (b->n < MIB)
        return;
    put(x, b);
    b->n = 0;
}

static void put_file(struct xlsx_writer *x, str name, str text)
{
    zip_write_entry(x->zip, name);
    zip_write_bytes(x->zip, text);
}

// ---- sheets

static str fit_name(struct xlsx_writer *x, str given)
{
    struct buf b;
    buf_init(&b, x->arena, KIB);
    str cut = utf8_head(str_sub(given, 0, KIB / 2), NAME_MAX - 5); // room for " (99)"
    while (!utf8_valid(cut) && cut.n > 0)
        cut.n--;
    for (size_t i = 0; i < cut.n; i++) {
        char c = cut.s[i];
        bool odd = c != '\0' && strchr("[]:*?/\\'", c) != NULL;
        buf_byte(&b, odd || (unsigned char)c < 0x20 ? '-' : c);
    }
    str name = b.n > 0 ? buf_str(&b) : S("Sheet");
    for (size_t again = 2;; again++) {
        bool taken = false;
        for (size_t i = 0; i < x->n_sheets; i++)
            taken =
                taken || str_eq(str_lower(x->arena, x->sheets[i].name), str_lower(x->arena, name));
        if (!taken)
            return name;
        name = str_fmt(x->arena, "%.*s (%zu)", STR_ARG(buf_str(&b)), again);
    }
}

static void add_fixed(struct buf *b, int column, int row)
{
    buf_byte(b, '$');
    add_letters(b, (size_t)column - 1);
    buf_fmt(b, "$%d", row);
}

static void add_choices(struct xlsx_writer *x, struct buf *b)
{
    if (x->n_choices == 0)
        return;
    buf_fmt(b, "<dataValidations count=\"%zu\">", x->n_choices);
    for (size_t i = 0; i < x->n_choices; i++) {
        const struct choice *c = &x->choices[i];
        buf_addz(b, "<dataValidation type=\"list\" errorStyle=\"warning\" allowBlank=\"1\" "
                    "showErrorMessage=\"1\" sqref=\"");
        add_place(b, (size_t)c->column - 1, c->from_row);
        buf_byte(b, ':');
        add_place(b, (size_t)c->column - 1, XLSX_ROWS_MAX);
        buf_addz(b, "\"><formula1>'");
        add_text(b, c->list_sheet);
        buf_addz(b, "'!");
        add_fixed(b, c->list_column, 2);
        buf_byte(b, ':');
        add_fixed(b, c->list_column, c->options + 1);
        buf_addz(b, "</formula1></dataValidation>");
    }
    buf_addz(b, "</dataValidations>");
}

static void add_tail(struct xlsx_writer *x, struct buf *b)
{
    buf_addz(b, "</sheetData>");
    if (x->n_merges > 0) {
        buf_fmt(b, "<mergeCells count=\"%zu\">", x->n_merges);
        for (size_t i = 0; i < x->n_merges; i++) {
            const struct merge *m = &x->merges[i];
            buf_addz(b, "<mergeCell ref=\"");
            add_place(b, (size_t)m->column - 1, m->row);
            buf_byte(b, ':');
            add_place(b, (size_t)m->to_column - 1, m->to_row);
            buf_addz(b, "\"/>");
        }
        buf_addz(b, "</mergeCells>");
    }
    add_choices(x, b);
    if (x->n_links > 0) {
        buf_addz(b, "<hyperlinks>");
        for (size_t i = 0; i < x->n_links; i++) {
            buf_addz(b, "<hyperlink ref=\"");
            add_place(b, x->links[i].column, x->links[i].row);
            buf_fmt(b, "\" r:id=\"rId%zu\"/>", i + 1);
        }
        buf_addz(b, "</hyperlinks>");
    }
    buf_addz(b,
        "<pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.6\" header=\"0.3\" "
        "footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/>"
        "</worksheet>");
}

static void put_links(struct xlsx_writer *x)
{
    struct buf b;
    zip_write_entry(
        x->zip, str_fmt(x->sheet_arena, "xl/worksheets/_rels/sheet%zu.xml.rels", x->n_sheets));
    buf_init(&b, x->sheet_arena, 2 * MIB);
    buf_addz(&b, XML_HEAD "<Relationships xmlns=\"" NS_PKG "relationships\">");
    for (size_t i = 0; i < x->n_links; i++) {
        put_some(x, &b);
        buf_fmt(&b, "<Relationship Id=\"rId%zu\" Type=\"" NS_REL "/hyperlink\" Target=\"", i + 1);
        add_text(&b, x->links[i].to);
        buf_addz(&b, "\" TargetMode=\"External\"/>");
    }
    buf_addz(&b, "</Relationships>");
    put(x, &b);
}

static void end_sheet(struct xlsx_writer *x)
{
    if (x->n_sheets == 0)
        return;
    struct buf b;
    buf_init(&b, x->sheet_arena, ROW_BYTES_MAX);
    add_tail(x, &b);
    put(x, &b);
    if (x->n_links > 0)
        put_links(x);
    x->sheets[x->n_sheets - 1].links = x->n_links;
    xlsx_write_free(x);
}

void xlsx_write_sheet(struct xlsx_writer *x, const struct xlsx_sheet *s)
{
    end_sheet(x);
    CHECK(x->n_sheets < XLSX_SHEETS_MAX);
    struct sheet mine = {.name = fit_name(x, s->name), .frozen = s->frozen};
    VEC_PUSH(x->arena, x->sheets, x->n_sheets) = mine;
    x->scratch = arena_new();
    x->sheet_arena = arena_new();
    x->links = NULL;
    x->merges = NULL;
    x->choices = NULL;
    x->n_links = x->n_merges = x->n_choices = 0;
    x->row = 0;
    zip_write_entry(x->zip, str_fmt(x->arena, "xl/worksheets/sheet%zu.xml", x->n_sheets));
    struct buf b;
    buf_init(&b, x->scratch, MIB);
    buf_addz(&b, XML_HEAD "<worksheet xmlns=\"" NS_MAIN "\" xmlns:r=\"" NS_REL "\">"
                          "<sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews>");
    buf_fmt(&b, "<sheetView %sworkbookViewId=\"0\"", x->n_sheets == 1 ? "tabSelected=\"1\" " : "");
    if (s->frozen > 0)
        buf_fmt(&b,
            "><pane ySplit=\"%d\" topLeftCell=\"A%d\" activePane=\"bottomLeft\" state=\"frozen\"/>"
            "</sheetView>",
            s->frozen, s->frozen + 1);
    else
        buf_addz(&b, "/>");
    buf_addz(&b, "</sheetViews>");
    if (s->n_widths > 0)
        buf_addz(&b, "<cols>");
    for (size_t i = 0; i < s->n_widths && i < XLSX_COLUMNS_MAX; i++) {
        int w = s->widths[i] <= 0               ? 10
                : s->widths[i] > XLSX_WIDTH_MAX ? XLSX_WIDTH_MAX
                                                : s->widths[i];
        buf_fmt(
            &b, "<col min=\"%zu\" max=\"%zu\" width=\"%d.7\" customWidth=\"1\"", i + 1, i + 1, w);
        if (s->texts && s->texts[i])
            buf_fmt(&b, " style=\"%d\"", ST_TEXT);
        buf_addz(&b, "/>");
    }
    if (s->n_widths > 0)
        buf_addz(&b, "</cols>");
    buf_addz(&b, "<sheetData>");
    put(x, &b);
}

void xlsx_write_merge(struct xlsx_writer *x, int row, int column, int to_row, int to_column)
{
    CHECK(row >= 1 && column >= 1 && to_row >= row && to_column >= column);
    struct merge m = {row, column, to_row, to_column};
    if (x->n_merges < MERGES_MAX)
        VEC_PUSH(x->sheet_arena, x->merges, x->n_merges) = m;
}

void xlsx_write_choice(
    struct xlsx_writer *x, int column, int from_row, str list_sheet, int list_column, int options)
{
    CHECK(column >= 1 && from_row >= 1 && list_column >= 1 && options >= 1);
    struct choice c = {column, from_row, list_sheet, list_column, options};
    VEC_PUSH(x->sheet_arena, x->choices, x->n_choices) = c;
}

// ---- cells

static bool set_link(struct xlsx_writer *x, size_t column, const struct xlsx_cell *c)
{
    bool fits = str_starts(c->link, S("http://")) || str_starts(c->link, S("https://"));
    if (!fits || c->link.n > XLSX_LINK_MAX_BYTES || x->n_links == XLSX_LINKS_MAX)
        return false;
    struct link l = {x->row + 1, column, str_dup(x->sheet_arena, c->link)};
    VEC_PUSH(x->sheet_arena, x->links, x->n_links) = l;
    return true;
}

static enum style style_of(enum xlsx_kind kind, bool linked)
{
    switch (kind) {
    case XLSX_TEXT:
        return linked ? ST_LINKED_TEXT : ST_TEXT;
    case XLSX_HEAD:
        return ST_HEAD;
    case XLSX_TITLE:
        return ST_TITLE;
    case XLSX_NOTE:
        return ST_NOTE;
    case XLSX_WRONG:
        return ST_WRONG;
    case XLSX_DATE:
        return linked ? ST_LINKED_DATE : ST_DATE;
    case XLSX_TIME:
        return linked ? ST_LINKED_TIME : ST_TIME;
    case XLSX_PERCENT:
        return linked ? ST_LINKED_PERCENT : ST_PERCENT;
    case XLSX_NUMBER:
    case XLSX_EMPTY:
        break;
    }
    return linked ? ST_LINKED : ST_PLAIN;
}

static void add_words(struct buf *b, str text)
{
    buf_addz(b, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    add_text(b, text);
    buf_addz(b, "</t></is></c>");
}

// Days since 1899-12-30, local; the hour is its fraction. [18.17.4]
static void add_moment(struct xlsx_writer *x, struct buf *b, const struct xlsx_cell *c)
{
    int64_t local = c->us + x->zone_s * US_SECOND;
    double serial = (double)local / (double)US_DAY + DAYS_1899_TO_1970;
    if (c->kind == XLSX_DATE)
        serial = floor(serial);
    if (serial < FIRST_SERIAL)
        add_words(b, c->kind == XLSX_DATE ? tm_date(x->scratch, tm_local_day(c->us, x->zone_s))
                                          : tm_minute(x->scratch, c->us, x->zone_s));
    else
        buf_fmt(b, "><v>%.12g</v></c>", serial);
}

static void add_cell(struct xlsx_writer *x, struct buf *b, size_t column, const struct xlsx_cell *c)
{
    bool words = c->kind == XLSX_TEXT || c->kind >= XLSX_HEAD;
    bool number = c->kind == XLSX_NUMBER || c->kind == XLSX_PERCENT;
    bool blank =
        c->kind == XLSX_EMPTY || (words && c->text.n == 0) || (number && !isfinite(c->number));
    if (blank && c->kind != XLSX_HEAD)
        return;
    buf_addz(b, "<c r=\"");
    add_place(b, column, x->row + 1);
    buf_fmt(b, "\" s=\"%d\"", (int)style_of(c->kind, set_link(x, column, c)));
    if (words)
        add_words(b, c->text);
    else if (number)
        buf_fmt(b, "><v>%.15g</v></c>", c->number);
    else
        add_moment(x, b, c);
}

bool xlsx_write_row(struct xlsx_writer *x, const struct xlsx_cell *cells, size_t n)
{
    struct buf b;
    CHECK(x->n_sheets > 0 && n <= XLSX_COLUMNS_MAX);
    if (x->row == XLSX_ROWS_MAX || zip_write_entry_size(x->zip) > SHEET_MAX_BYTES)
        return false;
    arena_reset(x->scratch);
    buf_init(&b, x->scratch, 2 * MIB);
    buf_fmt(&b, "<row r=\"%" PRId64 "\">", x->row + 1);
    for (size_t i = 0; i < n; i++) {
        add_cell(x, &b, i, &cells[i]);
        put_some(x, &b);
    }
    buf_addz(&b, "</row>");
    put(x, &b);
    x->row++;
    return true;
}

void xlsx_write_free(struct xlsx_writer *x)
{
    if (!x)
        return;
    arena_free(x->scratch);
    arena_free(x->sheet_arena);
    x->scratch = x->sheet_arena = NULL;
}

struct xlsx_cell xlsx_text(str text)
{
    return (struct xlsx_cell){.kind = XLSX_TEXT, .text = text};
}

struct xlsx_cell xlsx_head(str text)
{
    return (struct xlsx_cell){.kind = XLSX_HEAD, .text = text};
}

struct xlsx_cell xlsx_number(double number)
{
    return (struct xlsx_cell){.kind = XLSX_NUMBER, .number = number};
}

// ---- the parts around

static void add_workbook(struct xlsx_writer *x, struct buf *b)
{
    bool any = false;
    buf_addz(b, XML_HEAD "<workbook xmlns=\"" NS_MAIN "\" xmlns:r=\"" NS_REL "\"><bookViews>"
                         "<workbookView/></bookViews><sheets>");
    for (size_t i = 0; i < x->n_sheets; i++) {
        buf_addz(b, "<sheet name=\"");
        add_text(b, x->sheets[i].name);
        buf_fmt(b, "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", i + 1, i + 1);
        any = any || x->sheets[i].frozen > 0;
    }
    buf_addz(b, "</sheets>");
    if (any)
        buf_addz(b, "<definedNames>");
    for (size_t i = 0; i < x->n_sheets; i++) {
        if (x->sheets[i].frozen <= 0)
            continue;
        buf_fmt(b, "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"%zu\">'", i);
        add_text(b, x->sheets[i].name);
        buf_fmt(b, "'!$1:$%d</definedName>", x->sheets[i].frozen);
    }
    buf_addz(b, any ? "</definedNames></workbook>" : "</workbook>");
}

static void put_around(struct xlsx_writer *x)
{
    struct buf types, rels, book;
    buf_init(&types, x->arena, MIB);
    buf_init(&rels, x->arena, MIB);
    buf_init(&book, x->arena, MIB);
    buf_addz(&types,
        XML_HEAD "<Types xmlns=\"" NS_PKG "content-types\">"
                 "<Default Extension=\"rels\" "
                 "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                 "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                 "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
                 "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
                 "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/"
                 "vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>");
    buf_addz(&rels, XML_HEAD "<Relationships xmlns=\"" NS_PKG "relationships\">");
    for (size_t i = 1; i <= x->n_sheets; i++) {
        buf_fmt(&types,
            "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\"application/"
            "vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>",
            i);
        buf_fmt(&rels,
            "<Relationship Id=\"rId%zu\" Type=\"" NS_REL
            "/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>",
            i, i);
    }
    buf_addz(&types, "</Types>");
    buf_fmt(&rels,
        "<Relationship Id=\"rId%zu\" Type=\"" NS_REL
        "/styles\" Target=\"styles.xml\"/></Relationships>",
        x->n_sheets + 1);
    add_workbook(x, &book);
    put_file(x, S("xl/workbook.xml"), buf_str(&book));
    put_file(x, S("xl/_rels/workbook.xml.rels"), buf_str(&rels));
    put_file(x, S("xl/styles.xml"), str_of(STYLES));
    put_file(x, S("_rels/.rels"),
        S(XML_HEAD "<Relationships xmlns=\"" NS_PKG
                   "relationships\"><Relationship Id=\"rId1\" Type=\"" NS_REL
                   "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"));
    put_file(x, S("[Content_Types].xml"), buf_str(&types));
    CHECK(!types.overflow && !rels.overflow && !book.overflow); // sheets are counted, names cut
}

bool xlsx_write_end(struct xlsx_writer *x)
{
    end_sheet(x);
    CHECK(x->n_sheets > 0);
    put_around(x);
    return zip_write_end(x->zip);
}
