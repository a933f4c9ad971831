// One row of a sheet as an item to file, and what is wrong with it.

#include "domain/import_inner.h"
#include "domain/mask.h"

enum { SHOWN_VALUE_MAX = 200 };

// ---- values

struct decoding {
    struct arena *a;
    const struct import_map *m;
    const struct rules *rules;
    const str *cells;
    size_t n;
    struct import_row *row;
    enum lang lang;
};

static void problem(
    struct arena *a, struct import_row *row, str column, str value, str message, str expected)
{
    struct import_problem p = {.row = row->row,
        .column = column,
        .value = utf8_head(value, SHOWN_VALUE_MAX),
        .message = message,
        .expected = expected};
    VEC_PUSH(a, row->problems, row->n_problems) = p;
}

// What is wrong is kept with the import; of personal data, the row and the column say where it
// stands.
static str told(struct arena *a, const struct map_column *k, str text)
{
    bool caller = k->to >= TO_CALLER_NAME && k->to <= TO_CALLER_DOOR;
    bool personal = caller || (k->field && def_sealed(k->field));
    return personal ? mask_name(a, text) : text;
}

static void wrong(
    struct decoding *x, const struct map_column *k, str expected, const char *en, const char *zh)
{
    problem(x->a, x->row, k->shown, told(x->a, k, x->row->texts[k - x->m->columns]),
        str_of(x->lang == LANG_EN ? en : zh), expected);
}

static str cell(const struct decoding *x, size_t at)
{
    return at < x->n ? x->cells[at] : (str){0};
}

// The cells of a map's column as one text; empty when all of them are.
static str gather(const struct decoding *x, const struct map_column *k)
{
    struct buf b;
    bool any = false;
    for (size_t i = 0; i < k->n; i++)
        any = any || cell(x, k->at[i]).n > 0;
    if (!any || (k->n == 1 && k->n_pieces == 0))
        return any ? cell(x, k->at[0]) : (str){0};
    buf_init(&b, x->a, CSV_ROW_MAX_BYTES);
    for (size_t i = 0; i < k->n_pieces; i++)
        buf_add(
            &b, k->pieces[i].column < 0 ? k->pieces[i].words : cell(x, k->at[k->pieces[i].column]));
    for (size_t i = 0; i < k->n && k->n_pieces == 0; i++) {
        str c = cell(x, k->at[i]);
        if (c.n > 0 && b.n > 0)
            buf_byte(&b, ' ');
        buf_add(&b, c);
    }
    return str_trim(buf_str(&b));
}

static str text_of(struct decoding *x, const struct map_column *k)
{
    str text = gather(x, k);
    x->row->texts[k - x->m->columns] = text;
    if (import_cell_error(text)) {
        wrong(x, k, (str){0}, "the cell's formula has failed, or was never computed",
            "单元格里的公式出错或没有结果，请在表格里改成值");
        return (str){0};
    }
    const str *meant = text.n > 0 && k->has_values ? map_get(&k->values, text) : NULL;
    if (meant)
        return *meant;
    if (text.n == 0 && k->required)
        wrong(x, k, (str){0}, "is required", "必填");
    return text.n == 0 || (k->has_values && k->otherwise.n > 0) ? k->otherwise : text;
}

// A number that has been through a spreadsheet as a number has lost its last digits: nobody can say
// which order that was.
static str words_of(struct decoding *x, const struct map_column *k, str text)
{
    if (!import_digits_lost(text))
        return text;
    wrong(x, k,
        k->to == TO_CALLER_PHONE || (k->field && k->field->type == DEF_PHONE)
            ? S("13800000000")
            : S("20261120000012345"),
        "a spreadsheet has rounded this number; its last digits are lost. Export it again with the "
        "column as text",
        "表格软件把这个长编号改成了科学计数，后面几位已经丢失。请从原系统重新导出，或先把该列设为“"
        "文本”再粘贴");
    return (str){0};
}

static int64_t time_of(struct decoding *x, const struct map_column *k, str text)
{
    int64_t us = 0;
    if (text.n == 0)
        return 0;
    if (!import_moment(x->a, text, x->rules->zone_s, x->m->from_1904, &us)) {
        if (k->day)
            wrong(x, k, S("2026-11-02, 2026/11/2, 2026年11月2日"), "is no date", "不是日期");
        else
            wrong(x, k, S("2026-11-02 09:30, 2026/11/2 9:30"), "is no time", "不是时间");
        return 0;
    }
    return k->day ? tm_day_start(tm_local_day(us, x->rules->zone_s), x->rules->zone_s) : us;
}

static double number_of(struct decoding *x, const struct map_column *k, str text)
{
    double v = 0;
    if (text.n > 0 && !str_f64(text, &v))
        wrong(x, k, S("31.2184"), "is no number", "不是数字");
    return v;
}

// What is looked up: the text, or for a path its names one by one. Only otherwise is a code or a
// name at will.
static int64_t class_of(struct decoding *x, const struct map_column *k, str text)
{
    const struct class_ *found = NULL;
    str names[CSV_COLUMNS_MAX];
    str raw = x->row->texts[k - x->m->columns];
    if (raw.n > 0 && k->n > 1 && str_eq(raw, text)) {
        for (size_t i = 0; i < k->n; i++)
            names[i] = cell(x, k->at[i]);
        found = import_class(x->m, x->rules, BY_NAME_PATH, names, k->n, x->a);
    } else if (text.n > 0) {
        found = import_class(x->m, x->rules, k->by, &text, 1, x->a);
    }
    bool fixed = !str_eq(raw, text); // the map's own word
    if (!found && k->otherwise.n > 0) {
        text = k->otherwise;
        fixed = true;
    }
    if (!found && fixed && text.n > 0) {
        found = import_class(x->m, x->rules, BY_CODE, &text, 1, x->a);
        found = found ? found : import_class(x->m, x->rules, BY_NAME, &text, 1, x->a);
    }
    if (!found && raw.n > 0)
        wrong(x, k, (str){0}, "is no class of this scheme, or several have the name",
            "没有这个分类，或同名分类不止一个");
    return found ? found->id : 0;
}

static int64_t unit_of(struct decoding *x, const struct map_column *k, str text)
{
    const struct unit *found = NULL;
    str names[CSV_COLUMNS_MAX];
    str raw = x->row->texts[k - x->m->columns];
    if (raw.n > 0 && k->n > 1 && str_eq(raw, text)) {
        for (size_t i = 0; i < k->n; i++)
            names[i] = cell(x, k->at[i]);
        found = import_unit(x->m, x->rules, BY_NAME_PATH, names, k->n, x->a);
    } else if (text.n > 0) {
        found = import_unit(x->m, x->rules, str_eq(raw, text) ? k->by : BY_NAME, &text, 1, x->a);
    }
    if (!found && k->otherwise.n > 0)
        found = rules_unit_named(x->rules, k->otherwise);
    if (!found && raw.n > 0)
        wrong(x, k, (str){0}, "is no unit, or several have the name",
            "没有这个单位，或同名单位不止一个");
    return found ? found->id : 0;
}

// As the field takes it: a day in any writing, a number as a spreadsheet shows it.
static str field_of(struct decoding *x, const struct map_column *k, str text)
{
    int zone_s = x->rules->zone_s;
    bool date = k->day || k->field->type == DEF_DATE;
    int64_t us;
    if (text.n == 0)
        return text;
    if (k->field->type == DEF_NUMBER)
        return import_number(x->a, text);
    if (k->field->type == DEF_REF)
        return import_number_as_text(text);
    if ((k->field->type == DEF_TEXT || def_sealed(k->field)) && !k->day)
        return words_of(x, k, import_number_as_text(text));
    if (!date && k->field->type != DEF_TIME)
        return text;
    us = time_of(x, k, text);
    if (us == 0)
        return (str){0};
    return date ? tm_date(x->a, tm_local_day(us, zone_s)) : tm_rfc3339(x->a, us, zone_s);
}

// As the item has it; a value no item can have is a mistake.
static str find_of(struct decoding *x, const struct map_column *k, str text)
{
    struct err sub;
    str value = field_of(x, k, text), canonical = {0};
    err_init(&sub, x->a, x->lang);
    if (value.n > 0 && def_value(x->a, k->field, value, &canonical, &sub, k->path))
        return canonical;
    if (x->row->n_problems == 0)
        wrong(x, k, (str){0}, "is required", "必填");
    return (str){0};
}

static void take(struct decoding *x, const struct map_column *k)
{
    struct item_in *in = &x->row->in;
    str text = text_of(x, k);
    bool says = !x->m->def->lasting || text.n > 0 || x->m->clears; // else the cell is empty
    switch (k->to) {
    case TO_NO:
        x->row->no = text;
        break;
    case TO_TITLE:
        in->title = text;
        break;
    case TO_TEXT:
        in->text = text;
        break;
    case TO_ADDRESS:
        in->address = text;
        break;
    case TO_FILED:
        in->filed_us = time_of(x, k, text);
        break;
    case TO_CLOSED:
        x->row->past.closed_us = time_of(x, k, text);
        break;
    case TO_CLASS:
        in->cls = class_of(x, k, text);
        break;
    case TO_UNIT:
        x->row->past.unit = unit_of(x, k, text);
        in->unit = x->m->def->lasting ? x->row->past.unit : 0;
        break;
    case TO_LAT:
        in->lat = number_of(x, k, text);
        break;
    case TO_LON:
        in->lon = number_of(x, k, text);
        break;
    case TO_CALLER_NAME:
        in->caller.name = text;
        break;
    case TO_CALLER_PHONE:
        in->caller.phone = words_of(x, k, import_number_as_text(text));
        break;
    case TO_CALLER_DOOR:
        in->caller.door = text;
        break;
    case TO_NOTE:
        x->row->note = text;
        break;
    case TO_FIELD:
        if (x->m->find && k->field == x->m->find) {
            x->row->find = find_of(x, k, text);
            break;
        }
        if (says)
            in->fields[in->n_fields++] = (struct item_field){k->field->key, field_of(x, k, text)};
        break;
    }
}

// ---- the row's key

static str row_hash(struct arena *a, const str *cells, size_t n)
{
    uint8_t hash[CRYPT_HASH_BYTES];
    while (n > 0 && cells[n - 1].n == 0)
        n--;
    crypt_sha256_parts(cells, n, hash);
    return crypt_hex(a, hash, sizeof(hash));
}

str import_key_field(struct arena *a, const struct import_map *m)
{
    if (m->find)
        return str_fmt(a, "#%.*s", STR_ARG(m->name));
    if (m->key_field)
        return m->key_field->key;
    return m->key.n > 0 && !m->def->lasting ? str_fmt(a, "#%.*s", STR_ARG(m->name)) : S("#row");
}

static void take_key(struct decoding *x)
{
    struct import_row *row = x->row;
    struct err quiet;
    err_init(&quiet, x->a, x->lang);
    if (x->m->find)
        return; // what the map reads of the row is its key, once it is read
    if (x->m->key.n == 0 || (x->m->def->lasting && !x->m->key_field && !x->m->key_title)) {
        row->hashed = row->no.n == 0;
        row->key = row->hashed ? row_hash(x->a, x->cells, x->n) : row->no;
        return;
    }
    if (row->no.n > 0) {
        row->key = row->no;
        return;
    }
    str text = cell(x, x->m->key_at);
    row->key = str_dup(x->a, text);
    if (text.n == 0)
        problem(x->a, row, x->m->key, text,
            x->lang == LANG_EN ? S("the row's key is empty") : S("唯一编号是空的"), (str){0});
    // As the item will hold it; a wrong value is noted with the other fields.
    else if (x->m->key_field &&
             !def_value(x->a, x->m->key_field, text, &row->key, &quiet, (str){0}))
        row->key = str_dup(x->a, text);
}

static void check_width(struct decoding *x)
{
    for (size_t i = x->m->width; i < x->n && !x->m->in_book; i++)
        if (x->cells[i].n > 0) {
            problem(x->a, x->row, (str){0}, x->cells[i],
                x->lang == LANG_EN ? S("the row has more cells than the header")
                                   : S("这一行的单元格比表头多"),
                str_fmt(x->a, "<= %zu", x->m->width));
            return;
        }
}

void import_row(struct arena *a, const struct import_map *m, const struct rules *r,
    const str *cells, size_t n, struct import_row *out, enum lang lang)
{
    // The reader's cells are gone with its next row.
    str *kept = NEW_ARRAY(a, n, str);
    for (size_t i = 0; i < n; i++)
        kept[i] = str_dup(a, cells[i]);
    struct decoding x = {
        .a = a, .m = m, .rules = r, .cells = kept, .n = n, .row = out, .lang = lang};
    out->texts = NEW_ARRAY(a, m->n, str);
    out->in = (struct item_in){.loop = m->def->loop};
    out->in.fields = NEW_ARRAY(a, m->n, struct item_field);
    out->past.state = m->state;
    check_width(&x);
    for (size_t i = 0; i < m->n; i++)
        take(&x, &m->columns[i]);
    take_key(&x);
    if (m->find)
        out->key = row_hash(a, out->texts, m->n);
    const struct caller *who = &out->in.caller;
    out->in.has_caller = who->name.n + who->phone.n + who->door.n > 0;
    // Who gave no name wants none shown.
    out->in.caller.anonymous = out->in.has_caller && who->name.n == 0;
}

const struct item_past *import_past(const struct import_map *m, const struct import_row *row)
{
    return m->state.n > 0 ? &row->past : NULL;
}

// ---- what the engine says

static str field_title(const struct def *d, str path)
{
    int at = str_starts(path, S("fields.")) ? def_field_at(d, str_sub(path, 7, path.n)) : -1;
    return at >= 0 ? d->fields[at].title : path;
}

static bool told_already(const struct import_row *row, str column)
{
    for (size_t i = 0; i < row->n_problems; i++)
        if (column.n > 0 && str_eq(row->problems[i].column, column))
            return true;
    return false;
}

void import_notes(
    struct arena *a, const struct import_map *m, struct import_row *row, const struct err *e)
{
    for (size_t i = 0; i < e->n; i++) {
        const struct err_note *note = &e->notes[i];
        str column = field_title(m->def, note->field), value = {0};
        for (size_t k = 0; k < m->n; k++)
            if (str_eq(m->columns[k].path, note->field)) {
                column = m->columns[k].shown;
                value = told(a, &m->columns[k], row->texts[k]);
            }
        // A value that could not be read is missing for the engine too: once is enough.
        if (!told_already(row, column))
            problem(a, row, str_dup(a, column), value, str_dup(a, note->message),
                str_dup(a, note->expected));
    }
}
