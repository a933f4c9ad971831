// Reads libfyaml's events into a tree of our own. Its document tree is not used: it would resolve
// aliases by copying (unbounded), and its lifetime would tie every caller to the library.
#include "domain/yaml.h"

#include <libfyaml.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"

struct yaml_anchor {
    struct yaml *node;
    size_t size; // nodes in it, itself included, aliases expanded
    int height;  // levels below it
};
struct yaml_loader {
    struct arena *arena;
    struct err *e;
    struct fy_parser *parser;
    str text;
    struct map anchors; // name to struct yaml_anchor
    size_t nodes, alias_nodes;
    struct yaml_pos last; // of the last event that had a place; implicit nulls have none
};

static enum fy_scalar_style style_of(struct fy_token *token)
{
    return token ? fy_token_scalar_style(token) : FYSS_PLAIN;
}

static void loader_take_mark(struct yaml_loader *l, struct fy_event *ev)
{
    const struct fy_mark *mark = fy_event_start_mark(ev);
    if (!mark)
        return;
    l->last = (struct yaml_pos){mark->line + 1, mark->column + 1};
    enum fy_scalar_style style = ev->type == FYET_SCALAR ? style_of(ev->scalar.value) : FYSS_PLAIN;
    bool behind =
        ev->type == FYET_ALIAS || style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    if (behind && l->last.column > 1)
        l->last.column--; // libfyaml points behind the quote or the star
}

static str token_text(struct arena *a, struct fy_token *token)
{
    size_t n = 0;
    const char *s = token ? fy_token_get_text(token, &n) : NULL;
    return str_dup(a, s ? (str){s, n} : (str){0});
}

static bool is_blank_or_break(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Between single quotes: '' is one quote; a line break folds to a space, n of them to n - 1 breaks.
static str unquote_single(struct arena *a, str raw)
{
    char *out = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.s[i] == '\'')
            i++; // libfyaml has seen that its twin follows
        if (i < raw.n && raw.s[i] != '\n' && raw.s[i] != '\r') {
            out[n++] = raw.s[i];
            continue;
        }
        while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\t'))
            n--;
        size_t breaks = 0;
        for (; i < raw.n && is_blank_or_break(raw.s[i]); i++)
            breaks += raw.s[i] == '\n' ||
                      (raw.s[i] == '\r' && !str_starts(str_sub(raw, i + 1, 1), S("\n")));
        i--;
        if (breaks == 1)
            out[n++] = ' ';
        for (; breaks > 1; breaks--)
            out[n++] = '\n';
    }
    return (str){out, n};
}

static str unquote_double(struct arena *a, struct fy_token *token)
{
    struct buf b;
    buf_init(&b, a, YAML_TEXT_MAX);
    struct fy_token_iter *iter = fy_token_iter_create(token);
    CHECK(iter);
    const struct fy_iter_chunk *piece = NULL;
    int failed = 0;
    while ((piece = fy_token_iter_chunk_next(iter, piece, &failed)))
        buf_add(&b, (str){piece->str, piece->len});
    fy_token_iter_destroy(iter);
    return str_dup(a, buf_str(&b));
}

// fy_token_get_text of libfyaml 0.7 is sound for plain and block text only: of 'a''''b' it loses
// the end, behind an escaped blank at the end of a line it hands out memory never written, and a
// line with many escapes leaks (its issue 233). Its iterator is sound for double quotes.
static str scalar_text(struct yaml_loader *l, struct fy_event *ev)
{
    struct fy_token *token = ev->scalar.value;
    enum fy_scalar_style style = style_of(token);
    const struct fy_mark *from = fy_event_start_mark(ev), *to = fy_event_end_mark(ev);
    if (style == FYSS_DOUBLE_QUOTED)
        return unquote_double(l->arena, token);
    if (style != FYSS_SINGLE_QUOTED || !from || !to)
        return token_text(l->arena, token);
    CHECK(from->input_pos <= to->input_pos && to->input_pos <= l->text.n);
    return unquote_single(
        l->arena, str_sub(l->text, from->input_pos, to->input_pos - from->input_pos));
}

static bool plain_is_null(str s)
{
    return s.n == 0 || str_eq(s, S("~")) || str_eq(s, S("null"));
}

// A limit passed at the last place read.
static void limit_err(struct yaml_loader *l, int max, const char *en, const char *zh)
{
    size_t notes = l->e->n;
    err_add(l->e, ERR_LIMIT, S(""), str_fmt(l->arena, "1..%d", max), "%s", "%s",
        l->e->lang == LANG_EN ? en : zh);
    if (l->e->n > notes) {
        l->e->notes[notes].line = l->last.line;
        l->e->notes[notes].column = l->last.column;
    }
}

// Every node passes here once, so that size and depth are bounded before anything is kept.
static struct yaml *loader_node(struct yaml_loader *l, int depth)
{
    if (depth > YAML_DEPTH_MAX) {
        limit_err(l, YAML_DEPTH_MAX, "nested too deeply", "嵌套过深");
        return NULL;
    }
    if (++l->nodes > YAML_NODES_MAX) {
        limit_err(l, YAML_NODES_MAX, "too many values", "内容过多");
        return NULL;
    }
    struct yaml *y = NEW(l->arena, struct yaml);
    y->line = l->last.line;
    y->column = l->last.column;
    return y;
}

static struct yaml *load_event(
    struct yaml_loader *l, struct fy_event *ev, int depth, struct yaml_anchor *built);

static struct yaml *load_scalar(struct yaml_loader *l, struct fy_event *ev, int depth)
{
    struct yaml *y = loader_node(l, depth);
    if (!y)
        return NULL;
    y->s = scalar_text(l, ev);
    y->quoted = style_of(ev->scalar.value) != FYSS_PLAIN;
    y->type = !y->quoted && plain_is_null(y->s) ? YAML_NULL : YAML_SCALAR;
    return y;
}

static struct yaml *load_alias(
    struct yaml_loader *l, struct fy_event *ev, int depth, struct yaml_anchor *built)
{
    str name = token_text(l->arena, ev->alias.anchor);
    const struct yaml_anchor *to = map_get(&l->anchors, name);
    if (!to) {
        err_at(l->e, l->last.line, l->last.column, S(""), S(""), "there is no anchor &%.*s above",
            "上文没有锚点 &%.*s", STR_ARG(name));
        return NULL;
    }
    l->alias_nodes += to->size;
    if (l->alias_nodes > YAML_ALIAS_NODES_MAX || depth + to->height > YAML_DEPTH_MAX) {
        limit_err(l, YAML_ALIAS_NODES_MAX, "aliases expand to too much", "别名展开过大");
        return NULL;
    }
    *built = *to;
    return to->node;
}

static struct yaml *load_list(struct yaml_loader *l, int depth, struct yaml_anchor *built)
{
    struct yaml *y = loader_node(l, depth);
    if (!y)
        return NULL;
    y->type = YAML_LIST;
    for (;;) {
        struct fy_event *ev = fy_parser_parse(l->parser);
        if (!ev)
            return NULL;
        bool end = ev->type == FYET_SEQUENCE_END;
        struct yaml_anchor child = {0};
        struct yaml *val = end ? NULL : load_event(l, ev, depth + 1, &child);
        fy_parser_event_free(l->parser, ev);
        if (end)
            return y;
        if (!val)
            return NULL;
        built->size += child.size;
        built->height = child.height >= built->height ? child.height + 1 : built->height;
        VEC_PUSH(l->arena, y->vals, y->n) = val;
    }
}

// Reads a member's key. False at the end of the map or on a mistake (then *bad).
static bool load_key(struct yaml_loader *l, str *key, struct yaml_pos *pos, bool *bad)
{
    struct fy_event *ev = fy_parser_parse(l->parser);
    *bad = !ev;
    if (!ev)
        return false;
    loader_take_mark(l, ev);
    bool is_key = ev->type == FYET_SCALAR;
    if (is_key) {
        *key = scalar_text(l, ev);
        *pos = l->last;
    } else if (ev->type != FYET_MAPPING_END) {
        err_at(l->e, l->last.line, l->last.column, S(""), S(""), "a key must be plain text",
            "键必须是文字");
        *bad = true;
    }
    fy_parser_event_free(l->parser, ev);
    return is_key;
}

static void map_push(
    struct arena *a, struct yaml *y, str key, struct yaml_pos pos, struct yaml *val)
{
    y->keys = arena_grow(a, y->keys, y->n, sizeof(*y->keys));
    y->key_pos = arena_grow(a, y->key_pos, y->n, sizeof(*y->key_pos));
    y->vals = arena_grow(a, y->vals, y->n, sizeof(struct yaml *));
    y->keys[y->n] = key;
    y->key_pos[y->n] = pos;
    y->vals[y->n++] = val;
}

static struct yaml *load_map(struct yaml_loader *l, int depth, struct yaml_anchor *built)
{
    struct yaml *y = loader_node(l, depth);
    if (!y)
        return NULL;
    y->type = YAML_MAP;
    struct map seen;
    map_init(&seen, l->arena);
    for (;;) {
        str key = {0};
        struct yaml_pos pos = {0};
        bool bad = false;
        if (!load_key(l, &key, &pos, &bad))
            return bad ? NULL : y;
        struct fy_event *ev = fy_parser_parse(l->parser);
        if (!ev)
            return NULL;
        struct yaml_anchor child = {0};
        struct yaml *val = load_event(l, ev, depth + 1, &child);
        fy_parser_event_free(l->parser, ev);
        if (!val)
            return NULL;
        built->size += child.size;
        built->height = child.height >= built->height ? child.height + 1 : built->height;
        struct yaml_pos *first = map_get(&seen, key);
        if (first) {
            err_at(l->e, pos.line, pos.column, key, S(""), "key stands twice, first in line %d",
                "键重复，前一处在第 %d 行", first->line);
            continue; // read on: the text may hold more such mistakes
        }
        first = NEW(l->arena, struct yaml_pos);
        *first = pos;
        map_put(&seen, key, first);
        map_push(l->arena, y, key, pos, val);
    }
}

// built: what an anchor of this node stands for; the caller adds it up.
static struct yaml *load_event(
    struct yaml_loader *l, struct fy_event *ev, int depth, struct yaml_anchor *built)
{
    loader_take_mark(l, ev);
    *built = (struct yaml_anchor){.size = 1};
    struct fy_token *anchor = NULL;
    struct yaml *y = NULL;
    switch (ev->type) {
    case FYET_SCALAR:
        anchor = ev->scalar.anchor;
        y = load_scalar(l, ev, depth);
        break;
    case FYET_SEQUENCE_START:
        anchor = ev->sequence_start.anchor;
        y = load_list(l, depth, built);
        break;
    case FYET_MAPPING_START:
        anchor = ev->mapping_start.anchor;
        y = load_map(l, depth, built);
        break;
    case FYET_ALIAS:
        return load_alias(l, ev, depth, built);
    default:
        UNREACHABLE(); // libfyaml delivers balanced events
    }
    if (!y || !anchor)
        return y;
    // Entered only now that the node is complete, so no anchor can hold itself.
    struct yaml_anchor *kept = NEW(l->arena, struct yaml_anchor);
    *kept = *built;
    kept->node = y;
    map_put(&l->anchors, token_text(l->arena, anchor), kept);
    return y;
}

// The one document of the stream. NULL when there is a mistake or more than one.
static struct yaml *load_stream(struct yaml_loader *l)
{
    struct yaml *root = NULL;
    int documents = 0;
    struct fy_event *ev;
    while ((ev = fy_parser_parse(l->parser))) {
        enum fy_event_type type = ev->type;
        bool bad = false;
        if (type == FYET_DOCUMENT_START && ++documents > 1) {
            loader_take_mark(l, ev);
            err_at(l->e, l->last.line, l->last.column, S(""), S(""),
                "a second document begins; one is allowed", "只允许一个 YAML 文档");
            bad = true;
        } else if (type == FYET_SCALAR || type == FYET_SEQUENCE_START ||
                   type == FYET_MAPPING_START || type == FYET_ALIAS) {
            struct yaml_anchor built;
            root = load_event(l, ev, 1, &built);
            bad = !root;
        }
        fy_parser_event_free(l->parser, ev);
        if (bad)
            return NULL;
    }
    if (!root && !fy_parser_get_stream_error(l->parser))
        root = loader_node(l, 1);
    return root;
}

// What the library says, in the words of somebody who writes definitions; the commonest mistakes.
static const char *library_words(const char *said, enum lang lang)
{
    static const struct {
        const char *part, *en, *zh;
    } WORDS[] = {
        {"tab character", "indent with blanks, not with tabs", "缩进要用空格，不能用制表符（Tab）"},
        {"mismatched flow", "a bracket is closed by another kind: [ ] or { }",
            "括号不配对：[ 要用 ] 结束，{ 要用 } 结束"},
        {"unterminated flow", "a bracket stays open", "括号没有结束"},
        {"flow sequence", "a bracket [ stays open, or a comma is missing",
            "方括号 [ ] 没有结束，或少了逗号"},
        {"flow mapping", "a bracket { stays open, or a comma is missing",
            "花括号 { } 没有结束，或少了逗号"},
        {"quoted", "a quotation mark stays open", "引号没有结束"},
        {"undefined alias", "an alias (*) names nothing", "别名（*）没有对应的锚点"},
        {"indent", "the line begins in the wrong column", "这一行的缩进不对，应与同级各行对齐"},
    };
    for (size_t i = 0; said && i < ARRAY_LEN(WORDS); i++)
        if (strstr(said, WORDS[i].part))
            return lang == LANG_EN ? WORDS[i].en : WORDS[i].zh;
    return said ? said : "";
}

static void note_library_errors(struct yaml_loader *l, struct fy_diag *diag)
{
    void *at = NULL;
    const struct fy_diag_error *found;
    bool any = false;
    while ((found = fy_diag_errors_iterate(diag, &at))) {
        if (found->type < FYET_ERROR)
            continue;
        any = true;
        err_at(l->e, found->line > 0 ? found->line : 1, found->column > 0 ? found->column : 1,
            S(""), S(""), "not YAML: %s", "YAML 语法错误：%s",
            library_words(found->msg, l->e->lang));
    }
    if (!any && l->e->n == 0)
        err_at(l->e, l->last.line, l->last.column, S(""), S(""), "not YAML", "YAML 语法错误");
}

static void diag_output_nothing(struct fy_diag *diag, void *user, const char *text, size_t n)
{
    (void)diag, (void)user, (void)text, (void)n;
}

static bool text_fits(str *text, struct err *e)
{
    if (text->n > YAML_TEXT_MAX) {
        err_add(e, ERR_LIMIT, S(""), S("4 MiB"), "the text is too long: %zu bytes",
            "文本过长：%zu 字节", text->n);
        return false;
    }
    if (str_starts(*text, S("\xEF\xBB\xBF")))
        *text = str_sub(*text, 3, text->n - 3);
    if (!utf8_valid(*text)) {
        err_at(e, 1, 1, S(""), S("UTF-8"), "the text is not valid UTF-8", "文本不是有效的 UTF-8");
        return false;
    }
    return true;
}

struct yaml *yaml_parse(struct arena *a, str text, struct err *e)
{
    if (!text_fits(&text, e))
        return NULL;
    struct fy_diag_cfg diag_cfg = {.output_fn = diag_output_nothing, .level = FYET_ERROR};
    diag_cfg.module_mask = ~0U;
    struct fy_diag *diag = fy_diag_create(&diag_cfg);
    CHECK(diag);
    fy_diag_set_collect_errors(diag, true);
    // The depth limit of libfyaml stays on: it guards its own recursion.
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_JSON_NONE, .diag = diag};
    struct yaml_loader l = {.arena = a, .e = e, .last = {1, 1}};
    map_init(&l.anchors, a);
    l.parser = fy_parser_create(&cfg);
    CHECK(l.parser);
    size_t notes = e->n + e->dropped;
    // libfyaml takes n = 0 of an empty text amiss, and reads up to the given length only.
    l.text = text.n ? text : S("\n");
    CHECK(fy_parser_set_string(l.parser, l.text.s, l.text.n) == 0);
    struct yaml *root = load_stream(&l);
    bool failed = fy_parser_get_stream_error(l.parser);
    if (failed || (!root && e->n + e->dropped == notes))
        note_library_errors(&l, diag);
    fy_parser_destroy(l.parser);
    fy_diag_destroy(diag);
    return e->n + e->dropped == notes ? root : NULL;
}

const struct yaml *yaml_find(const struct yaml *map, str key)
{
    if (!map || map->type != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (str_eq(map->keys[i], key))
            return map->vals[i];
    return NULL;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    return yaml_find(map, str_of(key));
}

struct yaml_pos yaml_key_pos(const struct yaml *map, const char *key)
{
    for (size_t i = 0; map->type == YAML_MAP && i < map->n; i++)
        if (str_eq(map->keys[i], str_of(key)))
            return map->key_pos[i];
    return (struct yaml_pos){map->line, map->column};
}

const char *yaml_type_name(const struct yaml *y, enum lang lang)
{
    static const char *const names[][2] = {
        [YAML_NULL] = {"空", "nothing"},
        [YAML_SCALAR] = {"文字", "a plain value"},
        [YAML_LIST] = {"列表", "a list"},
        [YAML_MAP] = {"键值表", "a map"},
    };
    return names[y ? y->type : YAML_NULL][lang == LANG_EN];
}

bool yaml_as_str(const struct yaml *y, str *out)
{
    if (!y || y->type != YAML_SCALAR)
        return false;
    *out = y->s;
    return true;
}

bool yaml_as_i64(const struct yaml *y, int64_t *out)
{
    return y && y->type == YAML_SCALAR && !y->quoted && str_i64(y->s, out);
}

bool yaml_as_f64(const struct yaml *y, double *out)
{
    double v;
    if (!y || y->type != YAML_SCALAR || y->quoted || !str_f64(y->s, &v) || !isfinite(v))
        return false;
    *out = v;
    return true;
}

bool yaml_as_bool(const struct yaml *y, bool *out)
{
    if (!y || y->type != YAML_SCALAR || y->quoted)
        return false;
    bool yes = str_eq(y->s, S("yes")) || str_eq(y->s, S("true")) || str_eq(y->s, S("on"));
    bool no = str_eq(y->s, S("no")) || str_eq(y->s, S("false")) || str_eq(y->s, S("off"));
    if (!yes && !no)
        return false;
    *out = yes;
    return true;
}

bool yaml_as_dur(const struct yaml *y, struct dur *out)
{
    return y && y->type == YAML_SCALAR && dur_parse(y->s, out);
}

bool yaml_as_date(const struct yaml *y, int64_t *day)
{
    if (!y || y->type != YAML_SCALAR || y->s.n != 10)
        return false;
    static const char shape[] = "dddd-dd-dd";
    for (size_t i = 0; i < 10; i++)
        if (shape[i] == 'd' ? y->s.s[i] < '0' || y->s.s[i] > '9' : y->s.s[i] != shape[i])
            return false;
    int64_t year, month, mday;
    if (!str_i64(str_sub(y->s, 0, 4), &year) || !str_i64(str_sub(y->s, 5, 2), &month) ||
        !str_i64(str_sub(y->s, 8, 2), &mday) || !tm_date_ok((int)year, (int)month, (int)mday))
        return false;
    *day = tm_days((int)year, (int)month, (int)mday);
    return true;
}

bool yaml_as_strs(struct arena *a, const struct yaml *y, str **out, size_t *n)
{
    if (y && y->type == YAML_SCALAR) {
        *out = NEW_ARRAY(a, 1, str);
        (*out)[0] = y->s;
        *n = 1;
        return true;
    }
    if (!y || y->type != YAML_LIST)
        return false;
    str *v = NEW_ARRAY(a, y->n, str);
    for (size_t i = 0; i < y->n; i++)
        if (!yaml_as_str(y->vals[i], &v[i]))
            return false;
    *out = v;
    *n = y->n;
    return true;
}

str yaml_get_str(const struct yaml *map, const char *key)
{
    str v = {0};
    return yaml_as_str(yaml_get(map, key), &v) ? v : (str){0};
}

int64_t yaml_get_i64(const struct yaml *map, const char *key, int64_t otherwise)
{
    int64_t v;
    return yaml_as_i64(yaml_get(map, key), &v) ? v : otherwise;
}

double yaml_get_f64(const struct yaml *map, const char *key, double otherwise)
{
    double v;
    return yaml_as_f64(yaml_get(map, key), &v) ? v : otherwise;
}

bool yaml_get_bool(const struct yaml *map, const char *key, bool otherwise)
{
    bool v;
    return yaml_as_bool(yaml_get(map, key), &v) ? v : otherwise;
}

struct dur yaml_get_dur(const struct yaml *map, const char *key)
{
    struct dur v;
    return yaml_as_dur(yaml_get(map, key), &v) ? v : (struct dur){0};
}

int64_t yaml_get_date(const struct yaml *map, const char *key, int64_t otherwise)
{
    int64_t day;
    return yaml_as_date(yaml_get(map, key), &day) ? day : otherwise;
}
