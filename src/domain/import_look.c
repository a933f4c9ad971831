#include "domain/import_look.h"

#include "domain/import_inner.h"
#include "domain/near.h"
#include "domain/yaml.h"

enum { SAMPLE_BYTES = 120, LOOK_ROWS = 200, MAP_JSON_MAX = 128 * KIB, SAME_PERCENT = 60 };

// What people call the things every item has. Fields have titles of their own, and further names
// from the maps that fill them.
static const struct {
    const char *to, *names;
} SYNONYMS[] = {
    {"no", "编号|台账编号|对象编号|number"},
    {"title", "标题|主题|事项标题|诉求标题|工单标题|件名"},
    {"text", "内容|诉求内容|反映内容|工单内容|问题描述|描述|案件描述|情况说明|事项内容"},
    {"address", "地址|地点|事发地址|发生地址|诉求地址|详细地址|事发地点|案发地址|位置"},
    {"filed",
        "受理时间|登记时间|上报时间|创建时间|来电时间|立案时间|发现时间|受理日期|登记日期|日期"},
    {"closed", "办结时间|结案时间|完成时间|办结日期|结案日期"},
    {"class", "分类|类别|诉求分类|事项分类|大类|小类|子类|问题分类|案件类别"},
    {"unit", "承办单位|主办单位|处置单位|责任单位|承办部门|主责部门"},
    {"lat", "纬度|lat|latitude"},
    {"lon", "经度|lon|lng|longitude"},
    {"caller.name", "联系人|诉求人|来电人|反映人|姓名|市民姓名|投诉人"},
    {"caller.phone", "电话|联系电话|手机|手机号|来电号码|联系方式|主叫号码"},
    {"caller.door", "门牌|门牌号|住址|室号"},
};

struct looking {
    struct ctx *c;
    struct arena *a;
    struct import_look *out;
    const struct def *def;
    bool *used;       // columns of the sheet that have a place
    struct map taken; // targets that have a column
    struct buf json;
    struct jw w;
    str key; // the column that tells one row from another
};

// ---- the sheet

static void gather_samples(struct looking *x, struct import_sheet *s, struct err *e)
{
    str *cells;
    size_t n;
    int64_t row;
    for (int i = 0; i < LOOK_ROWS && import_sheet_next(s, &cells, &n, &row, e); i++)
        for (size_t k = 0; k < x->out->n && k < n; k++) {
            struct import_look_column *c = &x->out->columns[k];
            bool known = cells[k].n == 0 || c->n_samples == IMPORT_LOOK_SAMPLES;
            str text = str_sub(cells[k], 0, SAMPLE_BYTES);
            while (!utf8_valid(text))
                text.n--;
            for (size_t v = 0; v < c->n_samples; v++)
                known = known || str_eq(c->samples[v], text);
            if (!known)
                c->samples[c->n_samples++] = str_dup(x->a, text);
        }
}

// The names in their order, as a word that is the same for the same sheet next month.
static str print_of(struct arena *a, const struct import_header *h)
{
    uint8_t hash[CRYPT_HASH_BYTES];
    struct buf b;
    buf_init(&b, a, MIB);
    for (size_t i = 0; i < h->n; i++) {
        buf_add(&b, import_name_key(a, h->names[i]));
        buf_byte(&b, '\n');
    }
    crypt_sha256(buf_str(&b), hash);
    return crypt_hex(a, hash, 16);
}

static enum err_code look_at_sheet(
    struct looking *x, struct import_sheet *s, str wanted, struct err *e)
{
    struct import_look *o = x->out;
    struct import_header best = {0};
    size_t at = 0;
    bool found = false;
    o->n_sheets = import_sheet_count(s);
    o->sheets = NEW_ARRAY(x->a, o->n_sheets, struct import_look_sheet);
    for (size_t i = 0; i < o->n_sheets; i++) {
        struct import_header h;
        bool has = import_sheet_guess(s, i, &h, e);
        if (e->code != OK)
            return e->code;
        str name = import_sheet_name(s, i);
        bool hidden = import_sheet_hidden(s, i);
        o->sheets[i] = (struct import_look_sheet){name, hidden, has ? h.n : 0};
        bool this = wanted.n > 0 ? str_eq(name, wanted) : !hidden && h.n > best.n;
        if (has && this) {
            best = h;
            at = i;
            found = true;
        }
    }
    if (!found)
        return err_add(e, ERR_INVALID, S("file"), (str){0},
            "no sheet with a row of names of columns was found", "没有找到表头：没有一行全是列名");
    o->sheet = import_sheet_name(s, at);
    o->header = best.row;
    o->print = print_of(x->a, &best);
    o->n = best.n;
    o->columns = NEW_ARRAY(x->a, best.n, struct import_look_column);
    for (size_t i = 0; i < best.n; i++)
        o->columns[i].name = best.names[i];
    if (import_sheet_begin(s, at, &best, e) == OK)
        gather_samples(x, s, e);
    return e->code;
}

// ---- which maps fit

static size_t column_of(const struct looking *x, str name)
{
    str key = import_name_key(x->a, name);
    for (size_t i = 0; i < x->out->n; i++)
        if (x->out->columns[i].name.n > 0 &&
            str_eq(import_name_key(x->a, x->out->columns[i].name), key))
            return i;
    return x->out->n;
}

static size_t fit_of(struct looking *x, const struct import_saved *saved)
{
    struct err quiet;
    size_t found, missing;
    err_init(&quiet, x->a, x->c->lang);
    struct import_map *m = import_map_parse(x->a, x->c->rules, saved->map, &quiet);
    str *names = NEW_ARRAY(x->a, x->out->n, str);
    for (size_t i = 0; i < x->out->n; i++)
        names[i] = x->out->columns[i].name;
    if (!m)
        return 0;
    import_fit(x->a, m, names, x->out->n, &found, &missing);
    if (missing > 0 || found == 0)
        return 0;
    // Made for just this header; then the town's own; then those that read most of it.
    return found + (saved->shipped ? 0 : XLSX_READ_COLUMNS_MAX) +
           (str_eq(saved->header, x->out->print) ? 2 * XLSX_READ_COLUMNS_MAX : 0);
}

static void find_fits(struct looking *x, const struct import_saved *maps, size_t n)
{
    size_t *points = NEW_ARRAY(x->a, n, size_t);
    x->out->fits = NEW_ARRAY(x->a, n, size_t);
    for (size_t i = 0; i < n; i++) {
        points[i] = fit_of(x, &maps[i]);
        if (points[i] == 0)
            continue;
        size_t at = x->out->n_fits++;
        for (; at > 0 && points[x->out->fits[at - 1]] < points[i]; at--)
            x->out->fits[at] = x->out->fits[at - 1];
        x->out->fits[at] = i;
    }
}

// ---- a map proposed

static void put_yaml(struct jw *w, const struct yaml *y)
{
    switch (y->type) {
    case YAML_NULL:
        jw_null(w);
        break;
    case YAML_SCALAR:
        jw_str(w, y->s);
        break;
    case YAML_LIST:
        jw_arr(w);
        for (size_t i = 0; i < y->n; i++)
            put_yaml(w, y->vals[i]);
        jw_end_arr(w);
        break;
    case YAML_MAP:
        jw_obj(w);
        for (size_t i = 0; i < y->n; i++) {
            bool yes;
            jw_key(w, y->keys[i]);
            // What must be unquoted to be a yes stays one; numbers are texts everywhere here.
            if (str_eq(y->keys[i], S("required")) && yaml_as_bool(y->vals[i], &yes))
                jw_bool(w, yes);
            else if (str_eq(y->keys[i], S("header")))
                jw_raw(w, y->vals[i]->s);
            else
                put_yaml(w, y->vals[i]);
        }
        jw_end_obj(w);
        break;
    }
}

static str target_of(struct looking *x, str to)
{
    return str_starts(to, S("f:")) ? str_sub(to, 2, to.n) : str_dup(x->a, to);
}

static void take(struct looking *x, str target, size_t column)
{
    map_put(&x->taken, target, x);
    if (column < x->out->n)
        x->used[column] = true;
}

// An entry of another map whose columns are all here.
static void borrow(struct looking *x, const struct yaml *entry)
{
    str *names;
    size_t n;
    const struct yaml *one = yaml_get(entry, "column"), *many = yaml_get(entry, "columns");
    str target = target_of(x, yaml_get_str(entry, "to"));
    if (map_get(&x->taken, target))
        return;
    if (!yaml_as_strs(x->a, one ? one : many, &names, &n))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = column_of(x, names[i]);
        if (at == x->out->n || x->used[at])
            return;
    }
    put_yaml(&x->w, entry);
    take(x, target, x->out->n);
    for (size_t i = 0; i < n; i++)
        x->used[column_of(x, names[i])] = true;
}

static void borrow_all(struct looking *x, const struct import_saved *maps, size_t n, bool constants)
{
    for (size_t i = 0; i < n; i++) {
        struct err quiet;
        err_init(&quiet, x->a, x->c->lang);
        const struct yaml *root = yaml_parse(x->a, maps[i].map, &quiet);
        if (!root || !str_eq(yaml_get_str(root, "loop"), x->def->loop) || yaml_get(root, "state") ||
            yaml_get(root, "find"))
            continue;
        const struct yaml *columns = yaml_get(root, "columns");
        for (size_t k = 0; columns && k < columns->n; k++) {
            bool constant =
                !yaml_get(columns->vals[k], "column") && !yaml_get(columns->vals[k], "columns");
            if (constant == constants && columns->vals[k]->type == YAML_MAP)
                borrow(x, columns->vals[k]);
        }
    }
}

static bool is_synonym(struct looking *x, const char *names, str key)
{
    str rest = str_of(names), piece;
    while (str_cut(&rest, '|', &piece))
        if (str_eq(import_name_key(x->a, piece), key))
            return true;
    return false;
}

// How much of two names is the same, in percent: pairs of bytes that both have. [Dice 1945]
static int sameness(str a, str b)
{
    size_t both = 0;
    if (a.n < 6 || b.n < 6)
        return str_eq(a, b) ? 100 : 0;
    for (size_t i = 0; i + 6 <= a.n; i += 3)
        both += str_has(b, str_sub(a, i, 6));
    size_t pairs = a.n / 3 - 1 + b.n / 3 - 1;
    return (int)(both * 200 / pairs);
}

static void propose(struct looking *x, size_t column, str target, const struct def_field *f)
{
    if (map_get(&x->taken, target) || x->used[column] || (f && f->text.n > 0))
        return; // what is computed is not read
    str name = x->out->columns[column].name;
    jw_obj(&x->w);
    jw_kstr(&x->w, "column", name);
    jw_kstr(&x->w, "to", f ? str_fmt(x->a, "f:%.*s", STR_ARG(target)) : target);
    bool path = false;
    for (size_t i = 0; i < x->out->columns[column].n_samples; i++)
        path = path || str_has(x->out->columns[column].samples[i], S("/"));
    if (str_eq(target, S("class")))
        jw_kstr(&x->w, "by", path ? S("name-path") : S("name"));
    jw_end_obj(&x->w);
    take(x, target, column);
    if (f && f->unique && x->key.n == 0)
        x->key = name;
}

static bool offered(const struct looking *x, const char *to)
{
    str t = str_of(to);
    bool lasting = x->def->lasting;
    if (str_eq(t, S("no")))
        return lasting;
    if (lasting && (str_eq(t, S("text")) || str_eq(t, S("filed"))))
        return false;
    if ((str_eq(t, S("unit")) && !lasting) || str_eq(t, S("closed")))
        return false; // of history only
    if (str_eq(t, S("class")))
        return x->def->class_scheme.n > 0;
    return !str_starts(t, S("caller.")) || x->def->caller;
}

// What a definition calls the title or the text, if it calls it anything.
static bool calls(struct arena *a, str title, str key)
{
    return title.n > 0 && str_eq(import_name_key(a, title), key);
}

// Exact names first, so that a likeness never takes a column from its owner.
static void propose_all(struct looking *x)
{
    const struct def *d = x->def;
    for (size_t i = 0; i < x->out->n; i++) {
        str key = import_name_key(x->a, x->out->columns[i].name);
        for (size_t f = 0; f < d->n_fields; f++)
            if (str_eq(import_name_key(x->a, d->fields[f].title), key) ||
                str_eq(d->fields[f].key, key))
                propose(x, i, d->fields[f].key, &d->fields[f]);
        if (calls(x->a, d->name_title, key) ||
            (d->lasting && (str_eq(S("名称"), key) || str_eq(S("name"), key))))
            propose(x, i, S("title"), NULL);
        if (!d->lasting && calls(x->a, d->text_title, key))
            propose(x, i, S("text"), NULL);
        for (size_t k = 0; k < ARRAY_LEN(SYNONYMS); k++)
            if (offered(x, SYNONYMS[k].to) && is_synonym(x, SYNONYMS[k].names, key))
                propose(x, i, str_of(SYNONYMS[k].to), NULL);
    }
    for (size_t i = 0; i < x->out->n; i++) {
        str key = import_name_key(x->a, x->out->columns[i].name);
        const struct def_field *best = NULL;
        int most = SAME_PERCENT - 1;
        for (size_t f = 0; f < d->n_fields; f++) {
            int same = sameness(import_name_key(x->a, d->fields[f].title), key);
            if (same > most && !map_get(&x->taken, d->fields[f].key)) {
                most = same;
                best = &d->fields[f];
            }
        }
        if (best)
            propose(x, i, best->key, best);
    }
}

static void find_key(struct looking *x)
{
    const struct def *d = x->def;
    struct err quiet;
    err_init(&quiet, x->a, x->c->lang);
    const struct json *list =
        json_parse(x->a, str_fmt(x->a, "%.*s]", STR_ARG(buf_str(&x->json))), &quiet);
    for (size_t i = 0; list && i < list->n && x->key.n == 0; i++) {
        int at = def_field_at(d, target_of(x, json_str(&list->vals[i], S("to"))));
        if (at >= 0 && d->fields[at].unique)
            x->key = json_str(&list->vals[i], S("column"));
    }
    // Rows of a register that are told apart by nothing else are by their names.
    bool numbered = map_get(&x->taken, S("no")) != NULL;
    for (size_t i = 0; list && d->lasting && !numbered && i < list->n && x->key.n == 0; i++)
        if (str_eq(json_str(&list->vals[i], S("to")), S("title")))
            x->key = json_str(&list->vals[i], S("column"));
}

static str wrap(struct looking *x)
{
    struct buf b;
    struct jw w;
    find_key(x);
    jw_end_arr(&x->w);
    buf_init(&b, x->a, MAP_JSON_MAX * 2);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "map", S("own"));
    jw_kstr(&w, "title", x->def->title);
    jw_kstr(&w, "loop", x->def->loop);
    if (x->key.n > 0)
        jw_kstr(&w, "key", x->key);
    jw_key(&w, S("columns"));
    jw_raw(&w, buf_str(&x->json));
    jw_end_obj(&w);
    return buf_str(&b);
}

static str as_json(struct looking *x, str yaml)
{
    struct buf b;
    struct jw w;
    struct err quiet;
    err_init(&quiet, x->a, x->c->lang);
    const struct yaml *root = yaml_parse(x->a, yaml, &quiet);
    CHECK(root != NULL); // it was read before
    buf_init(&b, x->a, MIB);
    jw_init(&w, &b);
    put_yaml(&w, root);
    return buf_str(&b);
}

// How many of the sheet's columns are called as fields of the loop are.
static size_t likeness(struct looking *x, const struct def *d)
{
    size_t n = 0;
    for (size_t i = 0; i < x->out->n; i++) {
        str key = import_name_key(x->a, x->out->columns[i].name);
        bool known = calls(x->a, d->name_title, key) || calls(x->a, d->text_title, key);
        for (size_t f = 0; f < d->n_fields && !known; f++)
            known = str_eq(import_name_key(x->a, d->fields[f].title), key);
        n += known && key.n > 0;
    }
    return n;
}

// A sheet that looks like none becomes items of the first loop; a register's must look like it.
static const struct loop *likeliest(struct looking *x)
{
    const struct rules *r = x->c->rules;
    const struct loop *best = rules_first_loop(r);
    size_t most = 0;
    for (size_t i = 0; i < r->n_loops; i++) {
        const struct def *d = r->loops[i].now;
        size_t n = d && (d->lasting || &r->loops[i] == best) ? likeness(x, d) : 0;
        if (n > most || (n == most && &r->loops[i] == best)) {
            most = n;
            best = n > 0 ? &r->loops[i] : best;
        }
    }
    return best;
}

enum err_code import_look(struct ctx *c, str path, str wanted, str loop,
    const struct import_saved *maps, size_t n_maps, struct import_look *out, struct err *e)
{
    struct looking x = {.c = c, .a = c->arena, .out = out};
    *out = (struct import_look){0};
    struct import_sheet *s = import_sheet_open(c->arena, path, CSV_AUTO, e);
    if (!s)
        return e->code;
    enum err_code code = look_at_sheet(&x, s, wanted, e);
    import_sheet_close(s);
    if (code != OK)
        return code;
    find_fits(&x, maps, n_maps);
    if (out->n_fits > 0 && loop.n == 0) {
        out->known = true;
        out->map = as_json(&x, maps[out->fits[0]].map);
        return OK;
    }
    const struct loop *l = loop.n > 0 ? rules_loop(c->rules, loop) : likeliest(&x);
    if (!l || !l->now)
        return err_add(
            e, ERR_INVALID, S("loop"), (str){0}, "there is no such loop", "没有这种事项类型");
    x.def = l->now;
    x.used = NEW_ARRAY(c->arena, out->n, bool);
    map_init(&x.taken, c->arena);
    buf_init(&x.json, c->arena, MAP_JSON_MAX);
    jw_init(&x.w, &x.json);
    jw_arr(&x.w);
    borrow_all(&x, maps, n_maps, false);
    propose_all(&x);
    borrow_all(&x, maps, n_maps, true);
    out->map = wrap(&x);
    return OK;
}
