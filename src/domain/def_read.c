#include "domain/def_read.h"

#include "domain/near.h"

str def_read_path(struct def_reader *r, str path, const char *member)
{
    return path.n > 0 ? str_fmt(r->arena, "%.*s.%s", STR_ARG(path), member) : str_of(member);
}

size_t def_read_count(const struct yaml *y)
{
    if (y == NULL || y->type == YAML_NULL || y->type == YAML_MAP)
        return 0;
    return y->type == YAML_LIST ? y->n : 1;
}

const struct yaml *def_read_nth(const struct yaml *y, size_t i)
{
    return y->type == YAML_LIST ? y->vals[i] : y;
}

struct def_rows def_read_rows(struct def_reader *r, const struct yaml *parent, str base,
    const char *member, size_t max, const struct yaml_member *table)
{
    const struct yaml *list = yaml_get(parent, member);
    struct def_rows rows = {.n = 0};
    if (list == NULL || list->type == YAML_NULL)
        return rows;
    if (list->type != YAML_LIST) { // noted with its parent
        rows.broken = true;
        return rows;
    }
    str path = def_read_path(r, base, member);
    if (list->n > max) {
        yaml_err(r->e, list->vals[max], path, str_fmt(r->arena, "<= %zu", max), "too many: %zu",
            "数量过多：%zu", list->n);
        rows.broken = true;
    }
    rows.at = NEW_ARRAY(r->arena, list->n, const struct yaml *);
    rows.paths = NEW_ARRAY(r->arena, list->n, str);
    for (size_t i = 0; i < list->n && i < max; i++) {
        str at = str_fmt(r->arena, "%.*s[%zu]", STR_ARG(path), i);
        yaml_check(list->vals[i], table, at, r->e);
        if (list->vals[i]->type != YAML_MAP) {
            rows.broken = true;
            continue;
        }
        rows.at[rows.n] = list->vals[i];
        rows.paths[rows.n++] = at;
    }
    return rows;
}

void def_read_notes(struct def_reader *r, const struct err *inner, const struct yaml *y, str path)
{
    // Inside a text of several lines a column says nothing of the file.
    bool one_line = str_find(y->s, '\n') == y->s.n;
    for (size_t i = 0; i < inner->n; i++) {
        const struct err_note *note = &inner->notes[i];
        int column = y->column;
        if (one_line && note->column > 0)
            column += note->column - 1 + (y->quoted ? 1 : 0);
        err_at(r->e, y->line, column, path, note->expected, "%.*s", "%.*s", STR_ARG(note->message));
    }
}

bool def_read_taken(str key)
{
    static const char *const taken[] = {"class", "caller", "loop", "state", "open", "closed",
        "paused", "excluded", "gone", "overdue", "unit", "receiver", "part", "filed", "changed",
        "due", "no", "returns", "urges", "extensions", "reopens", "round", "level", "raised",
        "parent", "merged", "repeat", "main-repeat", "unlocks", "locked", "clock", "asks", "watch",
        "named", "place", "name", "cadence", "recheck", "consolidated", "recurs", "node",
        "node-due", "slipping", "lead", "clashes", "beside", "around", "slip", "receipt", "version",
        "keydate"};
    for (size_t i = 0; i < ARRAY_LEN(taken); i++)
        if (str_eq(key, str_of(taken[i])))
            return true;
    return false;
}

bool def_read_key_ok(str x)
{
    for (size_t i = 0; i < x.n; i++) {
        char c = x.s[i];
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_' || c == '-')))
            return false;
    }
    return x.n >= 1 && x.n <= DEF_KEY_MAX;
}

bool def_read_stage(struct def_reader *r, const struct yaml *y, str path, str *stage)
{
    static const char of[] = "class.";
    if (y->type != YAML_SCALAR || !str_starts(y->s, str_of(of)))
        return false;
    *stage = str_sub(y->s, sizeof(of) - 1, y->s.n);
    if (yaml_get(r->root, "classes") == NULL)
        yaml_err(r->e, y, path, S("classes: ..."), "this loop has no scheme of classes",
            "本流程没有“classes”（分类体系）");
    else if (!def_read_key_ok(*stage))
        yaml_err(r->e, y, path, S("class.handle"), "\"%.*s\" is no key of a stage",
            "“%.*s”不是环节的键", STR_ARG(*stage));
    return true;
}

bool def_read_key(struct def_reader *r, struct def_names *names, const struct yaml *row, str path)
{
    const struct yaml *y = yaml_get(row, "key");
    str key = {NULL, 0};
    if (!yaml_as_str(y, &key) || key.n == 0) { // noted with the row
        names->broken = true;
        return false;
    }
    if (key.n > DEF_KEY_MAX && key.n <= YAML_KEY_MAX)
        yaml_err(r->e, y, def_read_path(r, path, "key"), str_fmt(r->arena, "1..%d", DEF_KEY_MAX),
            "the key is too long", "键过长");
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->keys[i], key)) {
            yaml_err(r->e, y, def_read_path(r, path, "key"), S(""),
                "key \"%.*s\" stands twice, first in line %d", "键“%.*s”重复，前一处在第 %d 行",
                STR_ARG(key), names->at[i]->line);
            break;
        }
    names->keys = arena_grow(r->arena, names->keys, names->n, sizeof(*names->keys));
    names->at = arena_grow(r->arena, names->at, names->n, sizeof(*names->at));
    names->paths = arena_grow(r->arena, names->paths, names->n, sizeof(*names->paths));
    names->keys[names->n] = key;
    names->paths[names->n] = path;
    names->at[names->n++] = y;
    return true;
}

str def_read_text(
    struct def_reader *r, const struct yaml *row, const char *member, size_t max, str path)
{
    const struct yaml *y = yaml_get(row, member);
    str text = {NULL, 0};
    if (!yaml_as_str(y, &text))
        return text;
    str trimmed = str_trim(text);
    // Escapes in quotes can hold what no screen shows.
    bool plain = utf8_valid(text) && (max > DEF_TITLE_MAX || str_find(trimmed, '\n') == trimmed.n);
    if (!plain)
        yaml_err(r->e, y, def_read_path(r, path, member), S("UTF-8"),
            "holds characters that cannot be shown here", "含有无法显示的字符");
    else if (trimmed.n == 0 && text.n > 0)
        yaml_err(r->e, y, def_read_path(r, path, member), S(""), "only blanks", "只有空格");
    else if (utf8_count(trimmed) > max)
        yaml_err(r->e, y, def_read_path(r, path, member), str_fmt(r->arena, "1..%zu", max),
            "the text is too long: %zu characters", "文字过长：%zu 字", utf8_count(trimmed));
    return trimmed;
}

static int find_name(const struct def_names *names, str key)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->keys[i], key))
            return (int)i;
    return DEF_UNKNOWN;
}

int def_read_name(
    struct def_reader *r, const struct def_names *names, const struct yaml *y, str path)
{
    str key = {NULL, 0};
    if (!yaml_as_str(y, &key))
        return DEF_UNKNOWN;
    int index = find_name(names, key);
    if (index != DEF_UNKNOWN || names->broken)
        return index;
    str near = near_name(r->arena, key, names->keys, names->n);
    str expected = near_list(r->arena, key, names->keys, names->n);
    if (names->n == 0)
        yaml_err(r->e, y, path, S(""), "there is no %s \"%.*s\": \"%s\" is empty",
            "没有这个%s：“%.*s”，“%s”一节为空", r->e->lang == LANG_EN ? names->en : names->zh,
            STR_ARG(key), names->section);
    else if (near.n > 0)
        yaml_err(r->e, y, path, expected, "there is no %s \"%.*s\", did you mean \"%.*s\"?",
            "没有这个%s：“%.*s”，是不是“%.*s”？", r->e->lang == LANG_EN ? names->en : names->zh,
            STR_ARG(key), STR_ARG(near));
    else
        yaml_err(r->e, y, path, expected, "there is no %s \"%.*s\"", "没有这个%s：“%.*s”",
            r->e->lang == LANG_EN ? names->en : names->zh, STR_ARG(key));
    return DEF_UNKNOWN;
}

uint64_t def_read_names(
    struct def_reader *r, const struct def_names *names, const struct yaml *y, str path, bool *any)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < def_read_count(y); i++) {
        const struct yaml *one = def_read_nth(y, i);
        int index = def_read_name(r, names, one, path);
        if (index < 0 || index > 63) {
            *any = true;
            continue;
        }
        if (bits >> index & 1)
            yaml_err(r->e, one, path, S(""), "\"%.*s\" stands twice", "“%.*s”重复",
                STR_ARG(names->keys[index]));
        bits |= UINT64_C(1) << index;
    }
    return bits;
}
