// What the files behind people.h share: notes with a line, events about nobody's item, roles.

#include "domain/def_role.h"
#include "domain/people_inner.h"

enum { VALUE_SHOWN_MAX = 40 }; // characters of a wrong value

void people_note(
    struct err *e, const char *field, const char *expected, const char *en, const char *zh)
{
    const char *text = e->lang == LANG_EN ? en : zh;
    err_add(e, ERR_INVALID, str_of(field), str_of(expected), "%s", "%s", text);
}

void people_value_note(struct err *e, struct place at, const char *field, str value, str expected,
    const char *en, const char *zh)
{
    const char *text = e->lang == LANG_EN ? en : zh;
    str shown = utf8_valid(value) ? utf8_head(value, VALUE_SHOWN_MAX) : (str){0};
    if (shown.n > 0)
        err_at(e, at.line, at.column, str_of(field), expected, "\"%.*s\": %s", "“%.*s”：%s",
            STR_ARG(shown), text);
    else
        err_at(e, at.line, at.column, str_of(field), expected, "%s", "%s", text);
}

void node_note(struct err *e, const struct node *x, enum node_part part, const char *expected,
    const char *en, const char *zh)
{
    static const char *const FIELDS[NODE_SAYS] = {
        "code", "parent", "name", "kind", "short", "scheme"};
    const str values[NODE_SAYS] = {
        x->code, x->parent_code, x->name, x->kind, x->short_name, x->scheme};
    int say = (int)part - NODE_SAYS;
    const char *field = say >= 0 ? class_say_name((enum class_say)say) : FIELDS[part];
    if (x->line > 0)
        people_value_note(e, x->at[part], field, say >= 0 ? x->says[say] : values[part],
            str_of(expected), en, zh);
    else
        people_note(e, field, expected, en, zh);
}

bool people_line_ok(str x, size_t max)
{
    for (size_t i = 0; i < x.n; i++)
        if ((unsigned char)x.s[i] < 0x20 || x.s[i] == 0x7f)
            return false;
    return utf8_valid(x) && utf8_count(x) <= max;
}

enum err_code people_denied(struct err *e)
{
    return err_add(
        e, ERR_DENIED, (str){0}, (str){0}, "your roles do not allow this", "您的角色没有这项权限");
}

void people_change_begin(struct ctx *c, struct people_change *x)
{
    buf_init(&x->out, c->arena, PEOPLE_CHANGES_MAX);
    jw_init(&x->w, &x->out);
    jw_obj(&x->w);
}

void people_change_str(struct people_change *x, const char *key, str from, str to)
{
    if (str_eq(from, to))
        return;
    jw_key(&x->w, str_of(key));
    jw_arr(&x->w);
    jw_str(&x->w, from);
    jw_str(&x->w, to);
    jw_end_arr(&x->w);
}

void people_change_i64(struct people_change *x, const char *key, int64_t from, int64_t to)
{
    if (from == to)
        return;
    jw_key(&x->w, str_of(key));
    jw_arr(&x->w);
    jw_i64(&x->w, from);
    jw_i64(&x->w, to);
    jw_end_arr(&x->w);
}

enum err_code people_event_of(
    struct ctx *c, struct people_change *x, str what, int64_t unit, int64_t person, struct err *e)
{
    jw_end_obj(&x->w);
    CHECK(!x->out.overflow); // every part of it is limited
    struct event ev = {.what = what,
        .at_us = c->now_us,
        .person = person,
        .unit = unit,
        .changes = buf_str(&x->out)};
    return journal_event(c, &ev, e);
}

enum err_code people_event(
    struct ctx *c, struct people_change *x, str what, int64_t unit, struct err *e)
{
    return people_event_of(c, x, what, unit, c->actor ? c->actor->id : 0, e);
}

const struct role *people_roles(struct ctx *c, size_t *n, struct err *e)
{
    *n = c->rules->n_roles;
    if (*n > 0)
        return c->rules->roles;
    str text = db_one_str(c->db, c->arena,
        "SELECT text FROM def WHERE town = ?1 AND kind = 'roles' ORDER BY version DESC LIMIT 1",
        V(c->rules->town));
    struct role *roles = NULL;
    if (text.n == 0 || def_roles_parse(c->arena, text, &roles, n, e) != OK)
        *n = 0;
    return roles;
}
