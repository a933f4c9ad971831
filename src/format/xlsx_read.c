// The archive, and what stands around the sheets: their names, which styles show a date, the texts
// they share. [ECMA-376-1 18]

#include <string.h>
#include "format/xlsx_inner.h"

enum {
    PART_MAX_BYTES = 64 * MIB, // of the workbook, its relations and styles
    STYLES_MAX = 65536,
    ENTRIES_MAX = 10000,
    FORMATS_MAX = 5000,
    FIRST_CUSTOM_FORMAT = 164,
    DIRECTORY_AT = 48, // in the header of an old document: which sector its directory is in
    SECTOR_SHIFT_AT = 30,
    DIRECTORY_LOOK_BYTES = 8 * KIB,
};
#define STRINGS_MAX_BYTES (INT64_C(4) * 1024 * MIB)

enum err_code xlsx_fault_say(enum xlsx_fault fault, int64_t row, struct err *e)
{
    int at = (int)row;
    switch (fault) {
    case XLSX_FAULT_NONE:
        return OK;
    case XLSX_FAULT_ARCHIVE:
        return err_at(e, at, 0, S("file"), S("XLSX"),
            "the workbook is damaged; open it and save it again",
            "工作簿已损坏，请用 Excel 或 WPS 打开后重新保存");
    case XLSX_FAULT_PART:
        return err_at(e, at, 0, S("file"), S("XLSX"), "this is an archive, but no workbook",
            "这是压缩文件，不是工作簿");
    case XLSX_FAULT_PASSWORD:
        return err_at(e, at, 0, S("file"), S("XLSX"),
            "the workbook is protected by a password; save it without one",
            "工作簿设有密码，请打开后取消密码再保存");
    case XLSX_FAULT_XML:
        return err_at(e, at, 0, S("file"), S("XLSX"),
            "the workbook is not written as it should be; open it and save it again",
            "工作簿内容不合规范，请用 Excel 或 WPS 打开后重新保存");
    case XLSX_FAULT_DOCTYPE:
        return err_at(e, at, 0, S("file"), S("XLSX"),
            "the workbook brings a document type along, which no workbook does",
            "工作簿里夹带了文档类型声明，拒绝读取");
    case XLSX_FAULT_SIZE:
        return err_at(e, at, 0, S("file"), S("<= 4 GiB"),
            "the workbook is far too large when unpacked", "工作簿解开后过大，拒绝读取");
    case XLSX_FAULT_STRINGS:
        return err_at(e, at, 0, S("file"), S("<= 20000000"), "the workbook has too many texts",
            "工作簿里的文字条数过多");
    case XLSX_FAULT_SHEETS:
        return err_at(e, at, 0, S("file"), S("<= 200"), "the workbook has too many sheets",
            "工作簿里的表过多");
    case XLSX_FAULT_COLUMNS:
        return err_at(e, at, 0, S("file"), S("<= 500"), "too many columns", "列数过多");
    case XLSX_FAULT_ROWS:
        return err_at(e, at, 0, S("file"), S("<= 1048576"), "too many rows", "行数过多");
    case XLSX_FAULT_ORDER:
        return err_at(e, at, 0, S("file"), S("XLSX"), "rows or cells are not in their order",
            "行或单元格的次序不对，请用 Excel 或 WPS 打开后重新保存");
    case XLSX_FAULT_ROW_SIZE:
        return err_at(e, at, 0, S("file"), S("1 MiB"), "the row is too large", "这一行过长");
    case XLSX_FAULT_DISK:
        break;
    }
    return err_at(e, at, 0, S("file"), (str){0}, "cannot be read further; memory or disk is short",
        "无法继续读取：内存或磁盘不足");
}

// Reads a part whole; missing: as if it were empty.
static enum xlsx_fault read_part(struct xlsx_book *b, str name, int64_t max, struct xlsx_xml *x)
{
    xlsx_xml_open(x, b->zip, name, max);
    (void)xlsx_xml_go(x);
    xlsx_xml_close(x);
    return x->fault;
}

// ---- relations: rId1 -> worksheets/sheet1.xml

struct relation {
    str id, type, target;
};
struct relating {
    struct arena *arena;
    struct relation *list;
    size_t n;
};

static str attr(struct arena *a, const char **attrs, const char *name)
{
    const char *v = xlsx_xml_attr(attrs, name);
    return str_dup(a, str_of(v));
}

static void on_relation(void *arg, const char *name, const char **attrs)
{
    struct relating *r = arg;
    if (strcmp(name, "Relationship") != 0 || r->n >= ENTRIES_MAX)
        return;
    struct relation x = {attr(r->arena, attrs, "Id"), attr(r->arena, attrs, "Type"),
        attr(r->arena, attrs, "Target")};
    VEC_PUSH(r->arena, r->list, r->n) = x;
}

static enum xlsx_fault read_relations(struct xlsx_book *b, str name, struct relating *out)
{
    *out = (struct relating){.arena = b->arena};
    struct xlsx_xml x = {.arg = out, .start = on_relation};
    return read_part(b, name, PART_MAX_BYTES, &x);
}

static size_t folder_length(str path)
{
    size_t n = path.n;
    while (n > 0 && path.s[n - 1] != '/')
        n--;
    return n;
}

// The place in the archive a relation of this part leads to.
static str resolve(struct arena *a, str part, str target)
{
    str folder = str_sub(part, 0, folder_length(part));
    if (str_starts(target, S("/")))
        return str_sub(target, 1, target.n);
    while (str_starts(target, S("./")) || str_starts(target, S("../"))) {
        bool up = target.s[1] == '.';
        if (up && folder.n > 0)
            folder.n = folder_length(str_sub(folder, 0, folder.n - 1));
        target = str_sub(target, up ? 3 : 2, target.n);
    }
    return str_two(a, folder, target);
}

static str relations_of(struct arena *a, str part)
{
    size_t n = folder_length(part);
    return str_fmt(
        a, "%.*s_rels/%.*s.rels", STR_ARG(str_sub(part, 0, n)), STR_ARG(str_sub(part, n, part.n)));
}

// ---- the workbook

static void on_workbook(void *arg, const char *name, const char **attrs)
{
    struct xlsx_book *b = arg;
    if (strcmp(name, "workbookPr") == 0) {
        const char *v = xlsx_xml_attr(attrs, "date1904");
        b->from_1904 = v && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
    }
    if (strcmp(name, "sheet") != 0 || b->n_sheets > XLSX_READ_SHEETS_MAX)
        return;
    const char *state = xlsx_xml_attr(attrs, "state");
    struct xlsx_read_sheet s = {.name = attr(b->arena, attrs, "name"),
        .hidden = state && strcmp(state, "visible") != 0,
        .part = attr(b->arena, attrs, "id")}; // of the relation, until it is looked up
    VEC_PUSH(b->arena, b->sheets, b->n_sheets) = s;
}

static const struct relation *related(const struct relating *r, str id, str kind)
{
    for (size_t i = 0; i < r->n; i++)
        if (id.n > 0 ? str_eq(r->list[i].id, id) : str_ends(r->list[i].type, kind))
            return &r->list[i];
    return NULL;
}

// Sheets of cells only: charts and old dialogs have names as well.
static void find_sheets(struct xlsx_book *b, str book, const struct relating *r)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_sheets; i++) {
        const struct relation *x = related(r, b->sheets[i].part, (str){0});
        if (!x || !str_ends(x->type, S("/worksheet")))
            continue;
        b->sheets[n] = b->sheets[i];
        b->sheets[n++].part = resolve(b->arena, book, x->target);
    }
    b->n_sheets = n;
}

// ---- styles: does a number stand for a date?

struct styling {
    struct xlsx_book *book;
    struct {
        int64_t id;
        bool date;
    } * formats;
    size_t n;
    bool in_cells; // cellXfs, not the styles they are made from
};

// Letters of days and hours outside of quotes, brackets and escapes. [18.8.31]
static bool shows_date(str code)
{
    for (size_t i = 0; i < code.n; i++) {
        char c = code.s[i];
        if (c == '\\' || c == '_' || c == '*')
            i++;
        else if (c == '"')
            i += 1 + str_find(str_sub(code, i + 1, code.n), '"');
        else if (c == '[')
            i += 1 + str_find(str_sub(code, i + 1, code.n), ']');
        else if (c == ';')
            return false;
        else if (strchr("yYmMdDhHsS", c) && c != '\0')
            return true;
    }
    return false;
}

// The formats every program knows; 27 to 58 are those of Chinese and Japanese offices. [18.8.30]
static bool built_in_date(int64_t id)
{
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

static bool format_is_date(const struct styling *s, int64_t id)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->formats[i].id == id)
            return s->formats[i].date;
    return id < FIRST_CUSTOM_FORMAT && built_in_date(id);
}

static void on_style(void *arg, const char *name, const char **attrs)
{
    struct styling *s = arg;
    struct xlsx_book *b = s->book;
    const char *id = xlsx_xml_attr(attrs, "numFmtId"), *code = xlsx_xml_attr(attrs, "formatCode");
    int64_t n;
    if (strcmp(name, "cellXfs") == 0)
        s->in_cells = true;
    if (strcmp(name, "numFmt") == 0 && id && code && str_i64(str_of(id), &n) &&
        s->n < FORMATS_MAX) {
        VEC_PUSH(b->arena, s->formats, s->n).id = n;
        s->formats[s->n - 1].date = shows_date(str_of(code));
    }
    if (strcmp(name, "xf") != 0 || !s->in_cells || b->n_shows >= STYLES_MAX)
        return;
    bool date = id && str_i64(str_of(id), &n) && format_is_date(s, n);
    VEC_PUSH(b->arena, b->shows, b->n_shows) = date ? XLSX_SHOWS_DATE : XLSX_SHOWS_NUMBER;
}

static void on_style_end(void *arg, const char *name)
{
    struct styling *s = arg;
    if (strcmp(name, "cellXfs") == 0)
        s->in_cells = false;
}

// ---- shared texts

static void on_shared_start(void *arg, const char *name, const char **attrs)
{
    struct xlsx_book *b = arg;
    struct xlsx_sharing *s = &b->sharing;
    (void)attrs;
    if (strcmp(name, "si") == 0) {
        s->in_item = true;
        s->takes = false;
        s->phonetic = 0;
        arena_reset(s->scratch);
        buf_init(&s->text, s->scratch, XLSX_READ_CELL_MAX_BYTES);
    } else if (strcmp(name, "rPh") == 0) {
        s->phonetic++;
    } else if (strcmp(name, "t") == 0) {
        s->takes = s->in_item && s->phonetic == 0;
    }
}

static void on_shared_end(void *arg, const char *name)
{
    struct xlsx_book *b = arg;
    struct xlsx_sharing *s = &b->sharing;
    if (strcmp(name, "t") == 0)
        s->takes = false;
    if (strcmp(name, "rPh") == 0)
        s->phonetic--;
    if (strcmp(name, "si") != 0 || !s->in_item)
        return;
    s->in_item = false;
    if (b->strings.n >= XLSX_READ_STRINGS_MAX)
        xlsx_xml_fail(&s->xml, XLSX_FAULT_STRINGS);
    xlsx_strings_add(&b->strings, xlsx_clean(s->text.s, s->text.n));
    if (b->strings.failed)
        xlsx_xml_fail(&s->xml, XLSX_FAULT_DISK);
    else if (b->strings.n > s->wanted)
        xlsx_xml_stop(&s->xml);
}

static void on_shared_text(void *arg, str x)
{
    struct xlsx_book *b = arg;
    struct xlsx_sharing *s = &b->sharing;
    if (s->takes)
        buf_add(&s->text, str_sub(x, 0, s->text.max - s->text.n));
}

static void open_strings(struct xlsx_book *b, str part)
{
    struct xlsx_sharing *s = &b->sharing;
    s->scratch = arena_new();
    s->xml = (struct xlsx_xml){
        .arg = b, .start = on_shared_start, .end = on_shared_end, .text = on_shared_text};
    xlsx_xml_open(&s->xml, b->zip, part, STRINGS_MAX_BYTES);
    s->open = s->xml.fault == XLSX_FAULT_NONE;
}

// Read on as far as it takes: who looks at a header alone does not wait for the texts of a million
// rows, which follow in the order of their use.
enum xlsx_fault xlsx_shared(struct xlsx_book *b, int64_t at, char *room, str *out)
{
    struct xlsx_sharing *s = &b->sharing;
    s->wanted = at;
    while (s->open && at >= b->strings.n)
        s->open = xlsx_xml_go(&s->xml);
    if (xlsx_strings_get(&b->strings, at, room, out))
        return XLSX_FAULT_NONE;
    return b->strings.failed                 ? XLSX_FAULT_DISK
           : s->xml.fault != XLSX_FAULT_NONE ? s->xml.fault
                                             : XLSX_FAULT_XML;
}

// ---- opening

// What may be left out of a workbook is not missed.
static enum xlsx_fault optional(enum xlsx_fault fault)
{
    return fault == XLSX_FAULT_PART ? XLSX_FAULT_NONE : fault;
}

static enum xlsx_fault read_around(struct xlsx_book *b)
{
    struct relating top, rels;
    str book = S("xl/workbook.xml");
    enum xlsx_fault fault = read_relations(b, S("_rels/.rels"), &top);
    const struct relation *main = related(&top, (str){0}, S("/officeDocument"));
    if (fault == XLSX_FAULT_NONE && main)
        book = resolve(b->arena, (str){0}, main->target);
    struct xlsx_xml x = {.arg = b, .start = on_workbook};
    if (optional(fault) == XLSX_FAULT_NONE)
        fault = read_part(b, book, PART_MAX_BYTES, &x);
    if (fault == XLSX_FAULT_NONE)
        fault = read_relations(b, relations_of(b->arena, book), &rels);
    if (fault == XLSX_FAULT_NONE && b->n_sheets > XLSX_READ_SHEETS_MAX)
        fault = XLSX_FAULT_SHEETS;
    if (fault != XLSX_FAULT_NONE)
        return fault;
    find_sheets(b, book, &rels);
    const struct relation *styles = related(&rels, (str){0}, S("/styles"));
    const struct relation *texts = related(&rels, (str){0}, S("/sharedStrings"));
    struct styling s = {.book = b};
    struct xlsx_xml sx = {.arg = &s, .start = on_style, .end = on_style_end};
    if (styles)
        fault =
            optional(read_part(b, resolve(b->arena, book, styles->target), PART_MAX_BYTES, &sx));
    if (fault == XLSX_FAULT_NONE && texts)
        open_strings(b, resolve(b->arena, book, texts->target));
    return fault == XLSX_FAULT_NONE && b->n_sheets == 0 ? XLSX_FAULT_PART : fault;
}

// Archives that are something else, by what only they hold.
static bool say_other(struct xlsx_book *b, struct err *e)
{
    if (zip_name_locate(b->zip, "xl/workbook.bin", ZIP_FL_NOCASE) >= 0)
        (void)err_add(e, ERR_INVALID, S("file"), S("XLSX"),
            "this is a binary workbook (.xlsb); save it as .xlsx",
            "这是 .xlsb 工作簿，请另存为 .xlsx");
    else if (zip_name_locate(b->zip, "content.xml", 0) >= 0)
        (void)err_add(e, ERR_INVALID, S("file"), S("XLSX"),
            "this is an OpenDocument sheet (.ods); save it as .xlsx",
            "这是 .ods 表格，请另存为 .xlsx");
    else
        return false;
    return true;
}

static struct xlsx_book *read_book(struct xlsx_book *b, struct err *e)
{
    if (zip_get_num_entries(b->zip, 0) > ENTRIES_MAX) {
        (void)xlsx_fault_say(XLSX_FAULT_SIZE, 0, e);
    } else {
        enum xlsx_fault fault = read_around(b);
        if (fault == XLSX_FAULT_NONE)
            return b;
        if (fault != XLSX_FAULT_PART || !say_other(b, e))
            (void)xlsx_fault_say(fault, 0, e);
    }
    xlsx_read_close(b);
    return NULL;
}

struct xlsx_book *xlsx_read_open_bytes(struct arena *a, str bytes, struct err *e)
{
    struct xlsx_book *b = NEW(a, struct xlsx_book);
    zip_error_t why;
    zip_error_init(&why);
    b->arena = b->strings.arena = a;
    zip_source_t *src = zip_source_buffer_create(bytes.s, bytes.n, 0, &why);
    b->zip = src ? zip_open_from_source(src, ZIP_RDONLY, &why) : NULL;
    if (src && !b->zip)
        zip_source_free(src);
    zip_error_fini(&why);
    if (b->zip)
        return read_book(b, e);
    (void)xlsx_fault_say(XLSX_FAULT_ARCHIVE, 0, e);
    return NULL;
}

// An old document, or one that is protected, which is wrapped in an old one: its directory names
// what is in it, in UTF-16. [MS-CFB] 2.6, [MS-OFFCRYPTO] 2.3.4.4
static bool is_protected(FILE *f)
{
    unsigned char head[512];
    char look[DIRECTORY_LOOK_BYTES];
    if (fseek(f, 0, SEEK_SET) != 0 || fread(head, sizeof(head), 1, f) != 1)
        return false;
    int shift = head[SECTOR_SHIFT_AT] == 12 ? 12 : 9;
    int64_t sector =
        head[DIRECTORY_AT] | head[DIRECTORY_AT + 1] << 8 | head[DIRECTORY_AT + 2] << 16;
    if (fseek(f, (long)((sector + 1) << shift), SEEK_SET) != 0)
        return false;
    size_t n = fread(look, 1, sizeof(look), f);
    return str_has((str){look, n}, S("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"));
}

static bool say_old(FILE *f, struct err *e)
{
    static const char magic[8] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    char head[8];
    if (fread(head, sizeof(head), 1, f) != 1 || memcmp(head, magic, sizeof(magic)) != 0)
        return false;
    if (is_protected(f))
        (void)xlsx_fault_say(XLSX_FAULT_PASSWORD, 0, e);
    else
        (void)err_add(e, ERR_INVALID, S("file"), S("XLSX"),
            "this is a workbook of the old format (.xls); save it as .xlsx",
            "这是旧格式的工作簿（.xls），请用 Excel 或 WPS 打开后另存为 .xlsx");
    return true;
}

struct xlsx_book *xlsx_read_open(struct arena *a, str path, struct err *e)
{
    struct xlsx_book *b = NEW(a, struct xlsx_book);
    int why = 0;
    b->arena = b->strings.arena = a;
    FILE *f = fopen(str_z(a, path), "re");
    if (!f) {
        (void)err_add(
            e, ERR_MISSING, S("file"), (str){0}, "the file cannot be opened", "文件无法打开");
        return NULL;
    }
    bool old = say_old(f, e);
    (void)fclose(f);
    if (old)
        return NULL;
    b->zip = zip_open(str_z(a, path), ZIP_RDONLY, &why);
    if (b->zip)
        return read_book(b, e);
    (void)xlsx_fault_say(XLSX_FAULT_ARCHIVE, 0, e);
    return NULL;
}

void xlsx_read_close(struct xlsx_book *b)
{
    if (!b)
        return;
    xlsx_xml_close(&b->cells.xml);
    xlsx_xml_close(&b->sharing.xml);
    xlsx_strings_close(&b->strings);
    arena_free(b->cells.scratch);
    arena_free(b->sharing.scratch);
    b->cells.scratch = b->sharing.scratch = NULL;
    if (b->zip)
        zip_discard(b->zip);
    b->zip = NULL;
}

const struct xlsx_read_sheet *xlsx_read_sheets(const struct xlsx_book *b, size_t *n)
{
    *n = b->n_sheets;
    return b->sheets;
}

bool xlsx_read_1904(const struct xlsx_book *b)
{
    return b->from_1904;
}
