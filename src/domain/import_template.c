#include "domain/import_template.h"

#include "format/xlsx_write.h"

enum { BOOK_MAX_BYTES = 4 * MIB, OPTIONS_MAX = 400, WIDTH_SHORT = 14, WIDTH_LONG = 30 };

struct filled {
    str title, help;
    bool required, text, wide;
    const str *options;
    size_t n_options;
};
struct template
{
    struct ctx *c;
    struct arena *a;
    const struct def *d;
    bool en;
    struct filled *columns;
    size_t n;
    struct buf out;
};

static str say(const struct template *t, const char *zh, const char *en)
{
    return str_of(t->en ? en : zh);
}

static void add(struct template *t, struct filled x)
{
    VEC_PUSH(t->a, t->columns, t->n) = x;
}

static str range(const struct template *t, const struct def_field *f)
{
    if (!(f->high > f->low))
        return (str){0};
    return str_fmt(t->a, t->en ? ", %.15g to %.15g" : "，%.15g 至 %.15g", f->low, f->high);
}

static str register_title(const struct template *t, str key)
{
    const struct loop *l = rules_loop(t->c->rules, key);
    return l ? l->title : key;
}

static str help_of(const struct template *t, const struct def_field *f)
{
    switch (f->type) {
    case DEF_TEXT:
        return f->check == CHECK_USCC
                   ? say(t, "18 位统一社会信用代码", "18 characters, the last is computed")
                   : str_fmt(t->a,
                         t->en ? "text, %" PRId64 " characters" : "文字，不超过 %" PRId64 " 字",
                         f->max);
    case DEF_NUMBER:
        return str_two(t->a, say(t, "数字", "number"), range(t, f));
    case DEF_MONEY:
        return say(t, "金额，如 1234.50、3.2万", "yuan, as 1234.50 or 3.2万");
    case DEF_CHOICE:
        return say(t, "从列表里选", "one of the list");
    case DEF_DATE:
        return say(t, "日期，如 2026-11-20", "day, as 2026-11-20");
    case DEF_TIME:
        return say(t, "时间，如 2026-11-20 09:30", "as 2026-11-20 09:30");
    case DEF_YESNO:
        return say(t, "是 或 否", "是 or 否");
    case DEF_PERSON:
        return say(t, "登录名", "log-in name");
    case DEF_UNIT:
        return say(t, "单位的名称、简称或代码", "name or code of a unit");
    case DEF_PHONE:
        return say(t, "电话，保存后只显示一部分", "phone number; masked once it is kept");
    case DEF_FULLNAME:
        return say(t, "姓名，保存后只显示一部分", "name of a person; masked once it is kept");
    case DEF_IDNO:
        return say(t, "18 位身份证件号，保存后只显示一部分",
            "identity number of 18 characters; masked once it is kept");
    case DEF_FILE:
        return say(t, "附件的名称", "name of an attachment");
    case DEF_CLASS:
        return say(t, "分类的名称或代码", "name or code of a class");
    case DEF_GEOMETRY:
        return say(t, "图形：GeoJSON，或 WKT 如 POINT(121.3621 31.2214)",
            "a shape: GeoJSON, or WKT as POINT(121.3621 31.2214)");
    case DEF_REF: {
        str title = register_title(t, f->to);
        return str_fmt(t->a,
            t->en ? "number, code or name of a row of \"%.*s\"" : "“%.*s”里的编号、唯一的值或名称",
            STR_ARG(title));
    }
    }
    UNREACHABLE();
}

static const str YES_NO[] = {S("是"), S("否")};

static void add_field(struct template *t, const struct def_field *f, bool required)
{
    bool yes = f->type == DEF_YESNO;
    str help = help_of(t, f);
    if (f->unique)
        help = str_two(t->a, help,
            say(t, "；不能重复，已有的按它认出", "; stands once: by it a row is known again"));
    if (f->help.n > 0)
        help = str_fmt(t->a, t->en ? "%.*s. %.*s" : "%.*s。%.*s", STR_ARG(help), STR_ARG(f->help));
    add(t, (struct filled){.title = f->title,
               .help = help,
               .required = required && f->def.n == 0,
               .text = f->type == DEF_TEXT || f->type == DEF_REF || def_sealed(f),
               .wide = f->type == DEF_TEXT && f->max > WIDTH_LONG,
               .options = yes ? YES_NO : f->options,
               .n_options = yes ? ARRAY_LEN(YES_NO) : f->n_options});
}

static const struct def_ask *asked(const struct def_step *s, size_t field)
{
    return def_asks(s, (int)field);
}

static void add_fields(struct template *t)
{
    const struct def_step *filing = &t->d->steps[0];
    for (size_t i = 0; i < t->d->n_fields; i++) {
        const struct def_field *f = &t->d->fields[i];
        const struct def_ask *ask = asked(filing, i);
        if (f->text.n == 0 && (ask || f->required))
            add_field(t, f, f->required || (ask && ask->required));
    }
}

static void add_units(struct template *t)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < t->c->rules->n_units && n < OPTIONS_MAX; i++)
        if (!t->c->rules->units[i].closed)
            VEC_PUSH(t->a, names, n) = t->c->rules->units[i].name;
    const struct unit *keeper = rules_unit_named(t->c->rules, t->d->receiver);
    str name = keeper ? keeper->name : t->d->receiver;
    add(t, (struct filled){.title = say(t, "责任单位", "unit"),
               .help = str_fmt(t->a,
                   t->en ? "name or code of a unit; empty: %.*s"
                         : "单位的名称、简称或代码；空着是%.*s",
                   STR_ARG(name)),
               .options = names,
               .n_options = n});
}

static void add_columns(struct template *t)
{
    const struct def *d = t->d;
    str name = d->name_title.n > 0 ? d->name_title
               : d->lasting        ? say(t, "名称", "name")
                                   : say(t, "标题", "title");
    add(t, (struct filled){.title = name,
               .help = say(t, "文字，不超过 120 字", "text, 120 characters"),
               .required = true,
               .text = true,
               .wide = true});
    if (d->lasting)
        add_units(t);
    else
        add(t,
            (struct filled){.title = d->text_title.n > 0 ? d->text_title : say(t, "内容", "text"),
                .help = say(t, "文字，不超过 8000 字", "text, 8000 characters"),
                .text = true,
                .wide = true});
    if (d->class_scheme.n > 0)
        add(t, (struct filled){.title = say(t, "分类", "class"),
                   .help = say(t, "分类的名称", "name of a class"),
                   .required = def_asks(&d->steps[0], DEF_ASK_CLASS) != NULL,
                   .text = true});
    add(t, (struct filled){.title = say(t, "地址", "address"),
               .help = say(t, "文字，不超过 200 字", "text, 200 characters"),
               .text = true,
               .wide = true});
    if (d->caller) {
        add(t, (struct filled){.title = say(t, "诉求人", "caller.name"), .text = true});
        add(t, (struct filled){.title = say(t, "电话", "caller.phone"), .text = true});
    }
    add_fields(t);
}

// ---- the workbook

static void to_out(void *arg, const char *s, size_t n)
{
    struct template *t = arg;
    buf_add(&t->out, (str){s, n});
}

static void put(struct xlsx_writer *w, const struct xlsx_cell *cells, size_t n)
{
    bool room = xlsx_write_row(w, cells, n);
    CHECK(room); // a few rows
}

static void put_empty(struct template *t, struct xlsx_writer *w, str lists)
{
    struct xlsx_cell *head = NEW_ARRAY(t->a, t->n, struct xlsx_cell);
    int *widths = NEW_ARRAY(t->a, t->n, int);
    bool *texts = NEW_ARRAY(t->a, t->n, bool);
    for (size_t i = 0; i < t->n; i++) {
        const struct filled *x = &t->columns[i];
        head[i] =
            xlsx_head(x->required ? str_two(t->a, x->title, say(t, "（必填）", " *")) : x->title);
        widths[i] = x->wide ? WIDTH_LONG : WIDTH_SHORT;
        texts[i] = x->text;
    }
    struct xlsx_sheet sheet = {
        .name = t->d->title, .widths = widths, .texts = texts, .n_widths = t->n, .frozen = 1};
    xlsx_write_sheet(w, &sheet);
    put(w, head, t->n);
    int column = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->columns[i].n_options > 0)
            xlsx_write_choice(w, (int)i + 1, 2, lists, ++column, (int)t->columns[i].n_options);
}

static void put_help(struct template *t, struct xlsx_writer *w)
{
    static const int widths[] = {WIDTH_LONG, 70};
    struct xlsx_sheet sheet = {.name = say(t, "填写说明", "How to fill it in"),
        .widths = widths,
        .n_widths = ARRAY_LEN(widths)};
    xlsx_write_sheet(w, &sheet);
    for (size_t i = 0; i < t->n; i++) {
        const struct filled *x = &t->columns[i];
        str must = x->required ? say(t, "必填。", "Required: ") : (str){0};
        struct xlsx_cell cells[] = {
            xlsx_text(x->title), {.kind = XLSX_NOTE, .text = str_two(t->a, must, x->help)}};
        put(w, cells, ARRAY_LEN(cells));
    }
}

// One column a list, under the name of the column it is for.
static void put_lists(struct template *t, struct xlsx_writer *w, str name)
{
    struct xlsx_sheet sheet = {.name = name};
    size_t n = 0, most = 0;
    const struct filled **lists = NEW_ARRAY(t->a, t->n, const struct filled *);
    for (size_t i = 0; i < t->n; i++)
        if (t->columns[i].n_options > 0) {
            lists[n++] = &t->columns[i];
            most = t->columns[i].n_options > most ? t->columns[i].n_options : most;
        }
    if (n == 0)
        return;
    xlsx_write_sheet(w, &sheet);
    struct xlsx_cell *cells = NEW_ARRAY(t->a, n, struct xlsx_cell);
    for (size_t row = 0; row <= most; row++) {
        for (size_t i = 0; i < n; i++) {
            str text = row == 0                     ? lists[i]->title
                       : row <= lists[i]->n_options ? lists[i]->options[row - 1]
                                                    : (str){0};
            cells[i] = row == 0 ? xlsx_head(text) : xlsx_text(text);
        }
        put(w, cells, n);
    }
}

str import_template(struct ctx *c, const struct def *d)
{
    struct template t = {.c = c, .a = c->arena, .d = d, .en = c->lang == LANG_EN};
    buf_init(&t.out, t.a, BOOK_MAX_BYTES);
    add_columns(&t);
    struct xlsx_writer *w =
        xlsx_write_new(t.a, (struct zip_sink){&t, to_out}, c->now_us, c->rules->zone_s);
    str lists = say(&t, "选项", "Lists");
    put_empty(&t, w, lists);
    put_help(&t, w);
    put_lists(&t, w, lists);
    bool whole = xlsx_write_end(w);
    xlsx_write_free(w);
    CHECK(whole && !t.out.overflow); // a head and lists of options
    return buf_str(&t.out);
}
