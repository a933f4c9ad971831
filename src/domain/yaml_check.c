// Tables against trees: one row says what a member must be, one loop checks them all.
#include "domain/near.h"
#include "domain/yaml.h"

enum { KNOWN_KEYS_SHOWN_MAX = 40 };

static str expected_options(struct arena *a, str options)
{
    str out = {0}, one;
    for (str rest = options; str_cut(&rest, '|', &one);)
        out = out.n ? str_fmt(a, "%.*s, %.*s", STR_ARG(out), STR_ARG(one)) : one;
    return out;
}

static str expected_text(const struct err *e, const struct yaml_member *m)
{
    static const char *const by_want[][2] = {
        [YAML_WANT_ANY] = {"", ""},
        [YAML_WANT_STR] = {"文字", "text"},
        [YAML_WANT_KEY] = {"小写字母开头，只用 a-z 0-9 _ -", "a-z, then a-z 0-9 _ -"},
        [YAML_WANT_INT] = {"整数", "an integer"},
        [YAML_WANT_NUM] = {"数字", "a number"},
        [YAML_WANT_BOOL] = {"yes, no", "yes, no"},
        [YAML_WANT_DUR] = {"30min, 2h, 15d, 4wh, 5wd, 5wd!", "30min, 2h, 15d, 4wh, 5wd, 5wd!"},
        [YAML_WANT_DATE] = {"2026-01-31", "2026-01-31"},
        [YAML_WANT_STRS] = {"[文字, ...]", "[text, ...]"},
        [YAML_WANT_LIST] = {"列表 [ ]", "a list"},
        [YAML_WANT_MAPS] = {"由 {键: 值} 组成的列表", "a list of maps"},
        [YAML_WANT_MAP] = {"{键: 值}", "a map"},
        [YAML_WANT_MAP_OF] = {"{键: {键: 值}}", "a map of maps"},
    };
    struct arena *a = e->arena;
    if (m->expected)
        return str_of(m->expected);
    if (m->options)
        return expected_options(a, str_of(m->options));
    if ((m->want == YAML_WANT_INT || m->want == YAML_WANT_NUM) && m->max > m->min)
        return str_fmt(a, "%" PRId64 "..%" PRId64, m->min, m->max);
    return str_of(by_want[m->want][e->lang == LANG_EN]);
}

static bool option_ok(const struct yaml_member *m, str v)
{
    if (!m->options)
        return true;
    str one;
    for (str rest = str_of(m->options); str_cut(&rest, '|', &one);)
        if (str_eq(one, v))
            return true;
    return false;
}

static bool key_ok(str v)
{
    if (v.n == 0 || v.n > YAML_KEY_MAX || v.s[0] < 'a' || v.s[0] > 'z')
        return false;
    for (size_t i = 1; i < v.n; i++) {
        char c = v.s[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return true;
}

static bool strs_ok(const struct yaml_member *m, const struct yaml *v)
{
    if (v->type == YAML_SCALAR)
        return v->s.n && option_ok(m, v->s);
    if (v->type != YAML_LIST)
        return false;
    for (size_t i = 0; i < v->n; i++)
        if (v->vals[i]->type != YAML_SCALAR || !v->vals[i]->s.n || !option_ok(m, v->vals[i]->s))
            return false;
    return true;
}

static bool all_maps(const struct yaml *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->vals[i]->type != YAML_MAP)
            return false;
    return true;
}

// Whether a value is what its row wants, without looking inside maps.
static bool value_ok(const struct yaml_member *m, const struct yaml *v)
{
    int64_t i;
    double f;
    bool b;
    struct dur d;
    bool ranged = m->max > m->min;
    switch (m->want) {
    case YAML_WANT_ANY:
        return true;
    case YAML_WANT_STR:
        return v->type == YAML_SCALAR && v->s.n && option_ok(m, v->s);
    case YAML_WANT_KEY:
        return v->type == YAML_SCALAR && key_ok(v->s);
    case YAML_WANT_INT:
        return yaml_as_i64(v, &i) && (!ranged || (i >= m->min && i <= m->max));
    case YAML_WANT_NUM:
        return yaml_as_f64(v, &f) && (!ranged || (f >= (double)m->min && f <= (double)m->max));
    case YAML_WANT_BOOL:
        return yaml_as_bool(v, &b);
    case YAML_WANT_DUR:
        return yaml_as_dur(v, &d);
    case YAML_WANT_DATE:
        return yaml_as_date(v, &i);
    case YAML_WANT_STRS:
        return strs_ok(m, v);
    case YAML_WANT_LIST:
        return v->type == YAML_LIST;
    case YAML_WANT_MAPS:
        return v->type == YAML_LIST && all_maps(v);
    case YAML_WANT_MAP:
        return v->type == YAML_MAP;
    case YAML_WANT_MAP_OF:
        return v->type == YAML_MAP && all_maps(v);
    }
    return false;
}

static str path_of(struct err *e, str path, str key)
{
    return path.n ? str_fmt(e->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(key)) : key;
}

static bool check_inside(const struct yaml_member *m, const struct yaml *v, str path, struct err *e)
{
    if (!m->sub)
        return true;
    bool ok = true;
    if (m->want == YAML_WANT_MAP)
        return yaml_check(v, m->sub, path, e);
    if (m->want == YAML_WANT_MAPS)
        for (size_t i = 0; i < v->n; i++) {
            str at = str_fmt(e->arena, "%.*s[%zu]", STR_ARG(path), i);
            ok = yaml_check(v->vals[i], m->sub, at, e) && ok;
        }
    if (m->want == YAML_WANT_MAP_OF)
        for (size_t i = 0; i < v->n; i++)
            ok = yaml_check(v->vals[i], m->sub, path_of(e, path, v->keys[i]), e) && ok;
    return ok;
}

static bool check_value(const struct yaml_member *m, const struct yaml *v, str path, struct err *e)
{
    if (v->type == YAML_NULL && (m->flags & YAML_NULLABLE))
        return true;
    if (value_ok(m, v))
        return check_inside(m, v, path, e);
    str expected = expected_text(e, m);
    if (v->type == YAML_SCALAR && v->s.n)
        yaml_err(e, v, path, expected, "\"%.*s\" does not fit here", "“%.*s”不符合要求",
            STR_ARG(utf8_head(v->s, 60)));
    else
        yaml_err(e, v, path, expected, "%s does not fit here", "此处不能是%s",
            v->type == YAML_SCALAR ? (e->lang == LANG_EN ? "empty text" : "空文字")
                                   : yaml_type_name(v, e->lang));
    return false;
}

static str known_keys(struct arena *a, const struct yaml_member *table)
{
    str keys[KNOWN_KEYS_SHOWN_MAX];
    size_t n = 0;
    for (const struct yaml_member *m = table; m->key && n < KNOWN_KEYS_SHOWN_MAX; m++)
        keys[n++] = str_of(m->key);
    return str_join(a, keys, n, S(", "));
}

static const struct yaml_member *member_find(const struct yaml_member *table, str key)
{
    for (const struct yaml_member *m = table; m->key; m++)
        if (str_eq(str_of(m->key), key))
            return m;
    return NULL;
}

static void note_unknown(
    const struct yaml *y, size_t at, const struct yaml_member *table, str path, struct err *e)
{
    str *names = NULL;
    size_t n = 0;
    for (const struct yaml_member *m = table; m->key; m++)
        VEC_PUSH(e->arena, names, n) = str_of(m->key);
    str near = near_name(e->arena, y->keys[at], names, n);
    if (near.n > 0)
        err_at(e, y->key_pos[at].line, y->key_pos[at].column, path, known_keys(e->arena, table),
            "unknown key \"%.*s\", did you mean \"%.*s\"?", "这里没有“%.*s”这个键，是不是“%.*s”？",
            STR_ARG(y->keys[at]), STR_ARG(near));
    else
        err_at(e, y->key_pos[at].line, y->key_pos[at].column, path, known_keys(e->arena, table),
            "unknown key \"%.*s\"", "这里没有“%.*s”这个键", STR_ARG(y->keys[at]));
}

bool yaml_check(const struct yaml *y, const struct yaml_member *table, str path, struct err *e)
{
    if (!y) {
        err_add(e, ERR_INVALID, path, e->lang == LANG_EN ? S("a map") : S("{键: 值}"), "missing",
            "缺少");
        return false;
    }
    if (y->type != YAML_MAP) {
        yaml_err(e, y, path, S("a map"), "%s does not fit here", "此处不能是%s",
            yaml_type_name(y, e->lang));
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < y->n; i++) {
        const struct yaml_member *m = member_find(table, y->keys[i]);
        str at = path_of(e, path, y->keys[i]);
        if (m) {
            ok = check_value(m, y->vals[i], at, e) && ok;
            continue;
        }
        ok = false;
        note_unknown(y, i, table, at, e);
    }
    for (const struct yaml_member *m = table; m->key; m++)
        if ((m->flags & YAML_REQUIRED) && !yaml_get(y, m->key)) {
            ok = false;
            yaml_err(e, y, path_of(e, path, str_of(m->key)), expected_text(e, m),
                "\"%s\" is missing", "缺少“%s”", m->key);
        }
    return ok;
}
