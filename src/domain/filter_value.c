#include "domain/filter_value.h"

#include "domain/near.h"
#include "domain/sealed.h"
#include "domain/keydate.h"

enum { COUNT_MAX = 1000000000, WORD_COLUMNS = 4, EXPECTED_OPTIONS_MAX = 20 };

// What is being read, so that the readers below need few arguments.
struct reading {
    struct filter_parser *p;
    const struct filter_raw_value *v;
    const struct filter_field *field;
    struct filter_term *t;
    str key;  // as the user wrote it, for notes
    str text; // v's text
};

static str tr(const struct reading *x, str en, str zh)
{
    return x->p->e->lang == LANG_EN ? en : zh;
}

static void refuse(const struct reading *x, str expected)
{
    (void)err_at(x->p->e, 1, x->v->column, x->key, expected, "\"%.*s\" does not fit here",
        "“%.*s”不适用于这个条件", STR_ARG(x->text));
}

static void refuse_unknown(const struct reading *x, str expected)
{
    (void)err_at(x->p->e, 1, x->v->column, x->key, expected, "there is no \"%.*s\"", "没有“%.*s”",
        STR_ARG(x->text));
}

static void refuse_several(const struct reading *x, str expected)
{
    (void)err_at(x->p->e, 1, x->v->column, x->key, expected, "\"%.*s\" may mean several things",
        "“%.*s”不止一个，说不清是哪个", STR_ARG(x->text));
}

static void add(const struct reading *x, struct filter_value value)
{
    size_t cost = x->t->kind == KIND_WORD ? WORD_COLUMNS : 1;
    bool had = x->p->bound > FILTER_VALUES_MAX;
    x->p->bound += cost;
    if (x->p->bound > FILTER_VALUES_MAX) {
        if (!had)
            (void)err_add(x->p->e, ERR_LIMIT, x->key,
                str_fmt(x->p->arena, "<= %d", FILTER_VALUES_MAX), "the filter has too many values",
                "条件值太多");
        return;
    }
    VEC_PUSH(x->p->arena, x->t->values, x->t->n) = value;
}

static void add_form(const struct reading *x, enum filter_value_form form)
{
    add(x, (struct filter_value){.form = form});
}

static void add_text(const struct reading *x, str text)
{
    add(x, (struct filter_value){.form = VALUE_IS, .text = str_dup(x->p->arena, text)});
}

static bool is_word(const struct reading *x, str en, str zh)
{
    return !x->v->quoted && (str_eq(x->text, en) || str_eq(x->text, zh));
}

static bool is_none(const struct reading *x)
{
    return is_word(x, S("none"), S("无"));
}

static bool read_yesno(const struct reading *x)
{
    str folded = utf8_fold(x->p->arena, x->text);
    bool yes = str_eq(folded, S("yes")) || str_eq(folded, S("是"));
    bool no = str_eq(folded, S("no")) || str_eq(folded, S("否"));
    if (yes || no)
        add_form(x, yes ? VALUE_YES : VALUE_NO);
    return yes || no;
}

str filter_value_near(struct arena *a, str want, const struct filter_names *names, str otherwise)
{
    str near = near_name(a, want, names->v, names->n);
    if (near.n > 0)
        return near;
    for (size_t i = 0; utf8_count(want) > 1 && i < names->n; i++)
        if (str_has(names->v[i], want))
            return names->v[i];
    return otherwise;
}

static str nearest(const struct reading *x, const struct filter_names *names, str otherwise)
{
    return filter_value_near(x->p->arena, x->text, names, otherwise);
}

const struct loop *filter_value_loop(const struct rules *r, str name)
{
    const struct loop *found = rules_loop(r, name);
    for (size_t i = 0; found == NULL && i < r->n_loops; i++)
        if (str_eq(r->loops[i].title, name))
            found = &r->loops[i];
    return found;
}

// loop: names what runs, register: what lasts.
static void read_loop(const struct reading *x)
{
    const struct def *d = x->p->def;
    const struct loop *l = filter_value_loop(x->p->rules, x->text);
    bool lasting = x->t->key == KEY_REGISTER;
    if (d != NULL && d->lasting == lasting &&
        (str_eq(x->text, d->loop) || str_eq(x->text, d->title))) {
        add_text(x, d->loop);
        return;
    }
    if (l != NULL && loop_lasts(l) == lasting) {
        add_text(x, l->key);
        return;
    }
    struct filter_names names = {0};
    for (size_t i = 0; i < x->p->rules->n_loops; i++) {
        if (loop_lasts(&x->p->rules->loops[i]) != lasting)
            continue;
        VEC_PUSH(x->p->arena, names.v, names.n) = x->p->rules->loops[i].title;
        VEC_PUSH(x->p->arena, names.v, names.n) = x->p->rules->loops[i].key;
    }
    refuse_unknown(x, near_list(x->p->arena, x->text, names.v, names.n));
}

static void read_state(const struct reading *x)
{
    str *keys = NULL;
    size_t n = filter_scope_states(x->p->arena, &x->p->scope, x->text, &keys);
    for (size_t i = 0; i < n; i++) {
        bool there = false;
        for (size_t j = 0; j < x->t->n && !there; j++)
            there = str_eq(x->t->values[j].text, keys[i]);
        if (!there)
            add_text(x, keys[i]);
    }
    if (n > 0)
        return;
    struct filter_names names = {0};
    filter_scope_state_names(x->p->arena, &x->p->scope, &names);
    refuse_unknown(x, near_list(x->p->arena, x->text, names.v, names.n));
}

// A step that is asked for, by its key or title.
static void read_asks(const struct reading *x)
{
    struct filter_names names = {0};
    const struct filter_scope *s = &x->p->scope;
    if (is_word(x, S("mine"), S("我的"))) {
        add_form(x, VALUE_MINE);
        return;
    }
    if (is_word(x, S("refused"), S("退回"))) {
        add_form(x, VALUE_REFUSED);
        return;
    }
    if (!x->v->quoted && read_yesno(x))
        return;
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->defs[i].def->n_steps; k++) {
            const struct def_step *step = &s->defs[i].def->steps[k];
            if (step->n_stages == 0)
                continue;
            if (str_eq(x->text, step->key) || str_eq(x->text, step->title)) {
                add_text(x, step->key);
                return;
            }
            VEC_PUSH(x->p->arena, names.v, names.n) = step->title;
            VEC_PUSH(x->p->arena, names.v, names.n) = step->key;
        }
    refuse_unknown(x, nearest(x, &names,
                          tr(x, S("yes, no, mine, refused, a step's key"),
                              S("yes、no、mine、refused 或步骤名称"))));
}

static void read_named(const struct reading *x)
{
    if (is_word(x, S("mine"), S("我的")))
        add_form(x, VALUE_MINE);
    else if (!x->v->quoted && read_yesno(x))
        return;
    else if (map_get(&x->p->rules->person_by_login, x->text) != NULL)
        add_text(x, x->text);
    else
        refuse_unknown(x, tr(x, S("yes, no, mine, a log-in name"), S("yes、no、mine 或登录名")));
}

// Names that several units share are in no map; the note then lists their codes.
static str codes_named(const struct reading *x)
{
    const struct rules *r = x->p->rules;
    struct filter_names codes = {0};
    for (size_t i = 0; i < r->n_units && codes.n < EXPECTED_OPTIONS_MAX; i++)
        if (str_eq(r->units[i].name, x->text) || str_eq(r->units[i].short_name, x->text))
            VEC_PUSH(x->p->arena, codes.v, codes.n) = r->units[i].code;
    return str_join(x->p->arena, codes.v, codes.n, S(", "));
}

static void read_unit(const struct reading *x)
{
    const struct rules *r = x->p->rules;
    if (is_none(x)) {
        add_form(x, VALUE_NONE);
        return;
    }
    if (is_word(x, S("mine"), S("我的"))) {
        add_form(x, VALUE_MINE);
        return;
    }
    const struct unit *u = rules_unit_named(r, x->text);
    if (u != NULL) {
        add(x, (struct filter_value){.form = VALUE_IS, .id = u->id, .text = u->code});
        return;
    }
    str codes = codes_named(x);
    if (codes.n > 0) {
        refuse_several(x, codes);
        return;
    }
    struct filter_names names = {0};
    for (size_t i = 0; i < r->n_units; i++) {
        VEC_PUSH(x->p->arena, names.v, names.n) = r->units[i].name;
        VEC_PUSH(x->p->arena, names.v, names.n) = r->units[i].short_name;
        VEC_PUSH(x->p->arena, names.v, names.n) = r->units[i].code;
    }
    refuse_unknown(
        x, nearest(x, &names,
               tr(x, S("a unit's code or name, none, mine"), S("单位代码或名称、none、mine"))));
}

// A field has a scheme of its own.
static bool in_scope(const struct reading *x, str scheme)
{
    for (size_t i = 0; i < x->p->scope.n; i++) {
        const struct def *d = x->p->scope.defs[i].def;
        int at = x->t->key == KEY_FIELD ? def_field_at(d, x->field->option_field) : DEF_NONE;
        if (str_eq(at >= 0 ? d->fields[at].scheme : d->class_scheme, scheme))
            return true;
    }
    return false;
}

// All classes whose code (or name) is the text: of the scope's schemes, or of all.
static size_t find_classes(
    const struct reading *x, bool scope_only, bool by_name, const struct class_ ***found)
{
    const struct rules *r = x->p->rules;
    size_t n = 0;
    *found = NULL;
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class_ *c = &r->classes[i];
        if (str_eq(by_name ? c->name : c->code, x->text) && (!scope_only || in_scope(x, c->scheme)))
            VEC_PUSH(x->p->arena, *found, n) = c;
    }
    return n;
}

static str class_text(const struct reading *x, const struct class_ *c)
{
    return str_fmt(x->p->arena, "%.*s/%.*s", STR_ARG(c->scheme), STR_ARG(c->code));
}

static void refuse_class(const struct reading *x)
{
    const struct rules *r = x->p->rules;
    struct filter_names names = {0};
    for (size_t i = 0; i < r->n_classes; i++) {
        if (x->t->key == KEY_FIELD && !in_scope(x, r->classes[i].scheme))
            continue;
        VEC_PUSH(x->p->arena, names.v, names.n) = r->classes[i].name;
        VEC_PUSH(x->p->arena, names.v, names.n) = class_text(x, &r->classes[i]);
    }
    refuse_unknown(x,
        nearest(x, &names,
            tr(x, S("scheme/code, a code or name, none"), S("分类体系/代码、代码或名称、none"))));
}

static void read_class(const struct reading *x)
{
    if (is_none(x)) {
        add_form(x, VALUE_NONE);
        return;
    }
    const struct class_ *named = map_get(&x->p->rules->class_by_code, x->text);
    const struct class_ **found = NULL;
    size_t n = 0;
    bool field = x->t->key == KEY_FIELD; // it holds no class of another scheme
    if (field && named && !in_scope(x, named->scheme))
        named = NULL;
    for (int pass = 0; pass < (field ? 2 : 4) && n == 0 && named == NULL; pass++)
        n = find_classes(x, pass < 2, pass % 2 == 1, &found);
    if (named == NULL && n == 0) {
        refuse_class(x);
        return;
    }
    if (named == NULL && n > 1) {
        struct filter_names codes = {0};
        for (size_t i = 0; i < n && i < EXPECTED_OPTIONS_MAX; i++)
            VEC_PUSH(x->p->arena, codes.v, codes.n) = class_text(x, found[i]);
        refuse_several(x, str_join(x->p->arena, codes.v, codes.n, S(", ")));
        return;
    }
    const struct class_ *c = named != NULL ? named : found[0];
    add(x, (struct filter_value){.form = VALUE_IS, .id = c->id, .text = class_text(x, c)});
}

// Text of a column or field; where every definition that has the field is a choice, one of its
// options. An option called 无 is meant by 无, while none always means that there is no value: the
// option is "none" in quotes.
static void read_text(const struct reading *x, str option_field)
{
    str *options = NULL;
    size_t n = 0, i = 0;
    bool choice = filter_scope_options(x->p->arena, &x->p->scope, option_field, &options, &n);
    while (i < n && !str_eq(options[i], x->text))
        i++;
    bool is_option = choice && i < n;
    if (is_none(x) && (!is_option || str_eq(x->text, S("none"))))
        add_form(x, VALUE_NONE);
    else if (choice && !is_option)
        refuse(x, near_list(x->p->arena, x->text, options, n));
    else
        add_text(x, x->text);
}

// Personal data are found by the whole of them, which only who may see them knows to be right: from
// then on the filter names the mask and the mark. A definition asks no more than whether there are
// any.
static void read_sealed(const struct reading *x, str key)
{
    const struct filter_parser *p = x->p;
    const struct ctx *c = p->asker;
    const struct def_field *f = filter_scope_sealed(&p->scope, key);
    struct err sub;
    str value;
    err_init(&sub, p->arena, p->e->lang);
    if (is_none(x))
        add_form(x, VALUE_NONE);
    else if (p->def != NULL)
        refuse(x,
            tr(x, S("none: a definition says nothing of persons"), S("none；定义里不写个人信息")));
    else if (sealed_mark_of(x->text).n > 0)
        add_text(x, x->text);
    else if (!c || !c->keys || !ctx_may(c, MAY_REVEAL, 0))
        refuse(x, tr(x, S("none; to look for the whole of it needs the right to see it"),
                      S("none；按完整内容查找需有查看个人信息的权限")));
    else if (!f || !def_value(p->arena, f, x->text, &value, &sub, x->key))
        refuse(x, sub.n > 0 ? sub.notes[0].expected : S("none"));
    else
        add_text(x, sealed_kept(c, f, value));
}

static void read_clock(const struct reading *x)
{
    static const struct {
        str key, alias;
    } outcomes[] = {{S("running"), S("计时")}, {S("paused"), S("暂停")},
        {S("breached"), S("已超期")}, {S("met"), S("按期")}, {S("late"), S("超期办结")}};
    if (is_none(x)) {
        add_form(x, VALUE_NONE);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        if (!str_eq(x->text, outcomes[i].key) && !str_eq(x->text, outcomes[i].alias))
            continue;
        add_text(x, outcomes[i].key);
        return;
    }
    refuse(x, S("running, paused, breached, met, late, none"));
}

// A cell keeps its code from one division to the next, so any of them will do.
static void read_cell(const struct reading *x)
{
    const struct layer *l = x->field->layer;
    const struct grid_cell *found = NULL;
    struct filter_names names = {0};
    if (is_none(x)) {
        add_form(x, VALUE_NONE);
        return;
    }
    for (size_t i = 0; i < l->n && !found; i++)
        if (str_eq(l->cells[i].code, x->text))
            found = &l->cells[i];
    for (size_t i = 0; i < l->n && !found; i++)
        if (str_eq(l->cells[i].name, x->text))
            found = &l->cells[i];
    if (found) {
        add_text(x, found->code);
        return;
    }
    for (size_t i = 0; i < l->n; i++) {
        VEC_PUSH(x->p->arena, names.v, names.n) = l->cells[i].name;
        VEC_PUSH(x->p->arena, names.v, names.n) = l->cells[i].code;
    }
    refuse_unknown(
        x, nearest(x, &names, tr(x, S("a cell's code or name, none"), S("网格代码或名称、none"))));
}

// also: what else the key takes, for the note.
static void read_dates(const struct reading *x, str also)
{
    struct filter_value value = {.form = VALUE_IS};
    str expected = str_fmt(x->p->arena,
        "2026, 2026-11, 2026-11-20, 2026-W47, 2026Q4, a..b, last-30d%.*s", STR_ARG(also));
    switch (filter_date_parse(utf8_fold(x->p->arena, x->text), &value.dates)) {
    case DATE_OK:
        add(x, value);
        break;
    case DATE_BAD:
        refuse(x, expected);
        break;
    case DATE_REVERSED:
        (void)err_at(x->p->e, 1, x->v->column, x->key, tr(x, S("from..to"), S("起..止")),
            "\"%.*s\" ends before it begins", "“%.*s”止早于起", STR_ARG(x->text));
        break;
    }
}

static bool read_whole(const struct reading *x)
{
    struct filter_compared c;
    struct filter_value value = {.form = VALUE_IS, .lo = INT64_MIN, .hi = INT64_MAX};
    bool ok = filter_compared_cut(utf8_fold(x->p->arena, x->text), &c);
    if (ok && c.lo.n > 0)
        ok = str_i64(c.lo, &value.lo) && value.lo >= 0 && value.lo < COUNT_MAX;
    if (ok && c.hi.n > 0)
        ok = str_i64(c.hi, &value.hi) && value.hi >= (c.hi_open ? 1 : 0) && value.hi <= COUNT_MAX;
    if (ok && c.lo.n > 0 && c.lo_open)
        value.lo++;
    if (ok && c.hi.n > 0 && c.hi_open)
        value.hi--;
    ok = ok && value.lo <= value.hi;
    if (ok)
        add(x, value);
    return ok;
}

static void read_count(const struct reading *x)
{
    if (!read_whole(x))
        refuse(x, S("2, >=2, >2, <2, <=2, 1..3"));
}

// A definition is a version itself, and what is old is so only until another is published.
static void read_version(const struct reading *x)
{
    if (x->p->def)
        refuse(x, tr(x, S("not in a definition"), S("流程定义里不能用")));
    else if (is_word(x, S("old"), S("旧")))
        add_form(x, VALUE_OLD);
    else if (!read_whole(x))
        refuse(x, S("3, >=2, 1..3, old"));
}

static void read_number(const struct reading *x)
{
    struct filter_compared c;
    struct filter_value value = {.form = VALUE_IS};
    struct filter_number *n = &value.number;
    bool ok = filter_compared_cut(utf8_fold(x->p->arena, x->text), &c);
    n->has_lo = ok && c.lo.n > 0;
    n->has_hi = ok && c.hi.n > 0;
    n->lo_open = n->has_lo && c.lo_open;
    n->hi_open = n->has_hi && c.hi_open;
    if (n->has_lo)
        ok = ok && filter_number_plain(x->p->arena, c.lo, &n->lo, &n->lo_text);
    if (n->has_hi)
        ok = ok && filter_number_plain(x->p->arena, c.hi, &n->hi, &n->hi_text);
    if (n->has_lo && n->has_hi)
        ok = ok && n->lo <= n->hi;
    if (ok)
        add(x, value);
    else
        refuse(x, S("3.5, >=3.5, >3.5, <3.5, <=3.5, 1..3.5, none"));
}

static void read_link(const struct reading *x)
{
    int64_t id = 0;
    if (is_none(x))
        add_form(x, VALUE_NO);
    else if (read_yesno(x))
        return;
    else if (x->t->key != KEY_RAISED && str_i64(utf8_fold(x->p->arena, x->text), &id) && id > 0)
        add(x, (struct filter_value){.form = VALUE_IS, .id = id});
    else
        refuse(x, x->t->key == KEY_RAISED ? S("yes, no") : S("yes, no, 123"));
}

// What the caller said of himself is kept apart from the item, so a definition cannot ask it.
static void read_caller(const struct reading *x)
{
    int64_t id = 0;
    if (x->p->def == NULL && str_i64(utf8_fold(x->p->arena, x->text), &id) && id > 0)
        add(x, (struct filter_value){.form = VALUE_IS, .id = id});
    else
        refuse(x, x->p->def == NULL ? S("123") : S("not in a definition"));
}

// The last character there is: behind every text that begins with the prefix.
static void read_no(const struct reading *x)
{
    str text = filter_upper(x->p->arena, x->text);
    if (x->v->quoted || !str_ends(text, S("*")) || x->t->kind != KIND_NO) {
        add(x, (struct filter_value){.form = VALUE_IS, .text = text});
        return;
    }
    text.n--;
    struct filter_value value = {.form = VALUE_PREFIX, .text = text};
    value.text_end = str_fmt(x->p->arena, "%.*s\U0010FFFF", STR_ARG(text));
    if (text.n > 0 && !str_ends(text, S("*")))
        add(x, value);
    else
        refuse(x, S("RX20261120-00012, RX2026*"));
}

static void read_gathered(const struct reading *x)
{
    if (is_none(x))
        add_form(x, VALUE_NO);
    else if (x->v->quoted || !read_yesno(x))
        read_no(x);
}

static void read_keydate(const struct reading *x)
{
    const struct rules *r = x->p->rules;
    const struct keydate *k = keydate_named(r, x->text);
    if (!k && is_none(x)) {
        add_form(x, VALUE_NO);
        return;
    }
    if (!k && !x->v->quoted && read_yesno(x))
        return;
    if (k) {
        add(x, (struct filter_value){.form = VALUE_IS,
                   .text = k->key,
                   .text_end = str_two(x->p->arena, S(ITEM_KEYDATE), k->key)});
        return;
    }
    struct filter_names names = {0};
    for (size_t i = 0; i < r->n_keydates; i++) {
        VEC_PUSH(x->p->arena, names.v, names.n) = r->keydates[i]->title;
        VEC_PUSH(x->p->arena, names.v, names.n) = r->keydates[i]->key;
    }
    refuse_unknown(
        x, nearest(x, &names, tr(x, S("yes, no, a key date"), S("yes、no 或重要节点名称"))));
}

// What an item gathers its members say, so a definition cannot ask it.
static void read_gathers(const struct reading *x)
{
    if (x->p->def)
        refuse(x, tr(x, S("not in a definition"), S("流程定义里不能用")));
    else
        read_no(x);
}

// Who has it on his list is not known where a definition's filters are asked.
static void read_watch(const struct reading *x)
{
    if (x->p->def)
        refuse(x, tr(x, S("not in a definition"), S("流程定义里不能用")));
    else if (is_word(x, S("me"), S("我")) || is_word(x, S("mine"), S("我的")))
        add_form(x, VALUE_MINE);
    else
        refuse(x, S("me"));
}

// "visit/big", "visit/big/2026Q4": of the rule, or of it for days that touch the dates. What was
// filed stands beside the items, so a definition cannot ask it.
static void read_cadence(const struct reading *x)
{
    str rest = x->text, loop = {0}, rule = {0};
    struct filter_value value = {.form = VALUE_IS};
    bool ok = x->p->def == NULL && str_cut(&rest, '/', &loop) && str_cut(&rest, '/', &rule);
    const struct loop *l = ok ? rules_loop(x->p->rules, loop) : NULL;
    for (size_t i = 0; l && i < l->n; i++)
        for (size_t k = 0; k < l->versions[i]->n_cadences; k++)
            if (str_eq(l->versions[i]->cadences[k].key, rule)) {
                value.text = l->key;
                value.text_end = l->versions[i]->cadences[k].key;
            }
    value.dated = rest.n > 0;
    str when = utf8_fold(x->p->arena, rest);
    if (value.text.n > 0 && (!value.dated || filter_date_parse(when, &value.dates) == DATE_OK))
        add(x, value);
    else
        refuse(x, x->p->def ? S("not in a definition") : S("LOOP/RULE, LOOP/RULE/2026Q4"));
}

static bool says_near(const struct def *d, enum filter_kind kind)
{
    return kind == KIND_CLASHES  ? d->clashes.said
           : kind == KIND_BESIDE ? d->beside.said
                                 : d->gathers.within > 0;
}

// "project", "project/XM20260101-0001": by what that loop's definition says of the same place.
// Others decide it, so a definition cannot ask it.
static void read_near(const struct reading *x)
{
    str rest = x->text, name = {0};
    bool clash = x->t->kind == KIND_CLASHES;
    bool cut = str_cut(&rest, '/', &name);
    struct filter_value value = {.form = VALUE_IS, .text_end = filter_upper(x->p->arena, rest)};
    for (size_t i = 0; cut && !x->p->def && i < x->p->rules->n_loops; i++) {
        const struct loop *l = &x->p->rules->loops[i];
        if (l->now && says_near(l->now, x->t->kind) &&
            (str_eq(l->key, name) || str_eq(l->title, name)))
            value.text = l->key;
    }
    if (value.text.n > 0 && (clash || rest.n > 0))
        add(x, value);
    else if (x->p->def)
        refuse(x, tr(x, S("not in a definition"), S("流程定义里不能用")));
    else
        refuse(x, clash ? S("LOOP, LOOP/XM20260101-0001") : S("LOOP/XM20260101-0001"));
}

static void read_node(const struct reading *x)
{
    str key = {0};
    if (is_none(x))
        add_form(x, VALUE_NONE);
    else if (filter_scope_node(&x->p->scope, x->text, &key) == FIND_OK)
        add_text(x, key);
    else
        refuse(
            x, x->p->e->lang == LANG_EN ? S("a node of the schedule, none") : S("节点名称、none"));
}

static void read_flag(const struct reading *x)
{
    if (!read_yesno(x))
        refuse(x, S("yes, no"));
}

static void read_field_value(const struct reading *x)
{
    bool dates = x->t->kind == KIND_DAY || x->t->kind == KIND_TIME;
    if (x->t->kind == KIND_CLOCK) {
        read_clock(x);
    } else if (x->t->kind == KIND_CELL) {
        read_cell(x);
    } else if (x->t->kind == KIND_TEXT) {
        read_text(x, x->field->option_field);
    } else if (x->t->kind == KIND_SEALED) {
        read_sealed(x, x->field->option_field);
    } else if (is_none(x)) {
        add_form(x, VALUE_NONE);
    } else if (x->t->kind == KIND_THERE) {
        refuse(x, S("none"));
    } else if (dates) {
        read_dates(x, S(", none"));
    } else if (x->t->kind == KIND_NUMBER) {
        read_number(x);
    } else if (!read_yesno(x)) {
        refuse(x, S("yes, no, none"));
    }
}

static void read_when(const struct reading *x)
{
    if (x->t->key == KEY_DUE && is_none(x))
        add_form(x, VALUE_NONE);
    else
        read_dates(x, x->t->key == KEY_DUE ? S(", none") : S(""));
}

// "due" and "mine" are said of the re-check alone.
static void read_moment(const struct reading *x)
{
    bool recheck = x->t->key == KEY_RECHECK;
    if (is_none(x))
        add_form(x, VALUE_NO);
    else if (recheck && is_word(x, S("due"), S("到期")))
        add_form(x, VALUE_DUE);
    else if (recheck && is_word(x, S("mine"), S("我的")))
        add_form(x, VALUE_MINE);
    else if (!read_yesno(x))
        read_dates(x, recheck ? S(", due, mine, yes, no") : S(", yes, no"));
}

static void read_slip(const struct reading *x)
{
    static const str ALIAS[DEF_LEVELS] = {S("蓝牌"), S("黄牌"), S("红牌")};
    for (int i = 1; i <= DEF_LEVELS; i++)
        if (is_word(x, def_level_name(i), ALIAS[i - 1])) {
            add_text(x, def_level_name(i));
            return;
        }
    if (is_none(x))
        add_form(x, VALUE_NO);
    else if (is_word(x, S("open"), S("有")))
        add_form(x, VALUE_YES);
    else if (is_word(x, S("due"), S("待回执")))
        add_form(x, VALUE_DUE);
    else if (is_word(x, S("late"), S("逾期")))
        add_form(x, VALUE_LATE);
    else if (!read_yesno(x))
        refuse(x, S("blue, yellow, red, open, due, late, none"));
}

static void read_receipt(const struct reading *x)
{
    if (is_none(x))
        add_form(x, VALUE_NO);
    else if (is_word(x, S("due"), S("待回执")))
        add_form(x, VALUE_YES);
    else if (is_word(x, S("late"), S("逾期")))
        add_form(x, VALUE_LATE);
    else if (is_word(x, S("mine"), S("我的")))
        add_form(x, VALUE_MINE);
    else if (!read_yesno(x))
        refuse(x, S("due, late, mine, none"));
}

static void read_word(const struct reading *x)
{
    add_text(x, x->v->text);
}

static void read_option(const struct reading *x)
{
    read_text(x, filter_key_rows[x->t->key].key);
}

void filter_value_read(struct filter_parser *p, const struct filter_raw *raw,
    const struct filter_raw_value *v, const struct filter_field *field, struct filter_term *t)
{
    static void (*const of_kind[])(const struct reading *x) = {
        [KIND_WORD] = read_word,
        [KIND_LOOP] = read_loop,
        [KIND_STATE] = read_state,
        [KIND_FLAG] = read_flag,
        [KIND_GONE] = read_flag,
        [KIND_OVERDUE] = read_flag,
        [KIND_UNIT] = read_unit,
        [KIND_PART] = read_unit,
        [KIND_CLASS] = read_class,
        [KIND_OPTION] = read_option,
        [KIND_WHEN] = read_when,
        [KIND_CLOSED] = read_moment,
        [KIND_MOMENT] = read_moment,
        [KIND_CALLER] = read_caller,
        [KIND_NO] = read_no,
        [KIND_REFERS] = read_no,
        [KIND_GATHERED] = read_gathered,
        [KIND_GATHERS] = read_gathers,
        [KIND_KEYDATE] = read_keydate,
        [KIND_COUNT] = read_count,
        [KIND_VERSION] = read_version,
        [KIND_LINK] = read_link,
        [KIND_ASKS] = read_asks,
        [KIND_SLIP] = read_slip,
        [KIND_RECEIPT] = read_receipt,
        [KIND_WATCH] = read_watch,
        [KIND_CADENCE] = read_cadence,
        [KIND_CLASHES] = read_near,
        [KIND_BESIDE] = read_near,
        [KIND_AROUND] = read_near,
        [KIND_NAMED] = read_named,
        [KIND_CLOCK] = read_field_value,
        [KIND_CELL] = read_field_value,
        [KIND_TEXT] = read_field_value,
        [KIND_THERE] = read_field_value,
        [KIND_SEALED] = read_field_value,
        [KIND_NUMBER] = read_field_value,
        [KIND_DAY] = read_field_value,
        [KIND_TIME] = read_field_value,
        [KIND_YESNO] = read_field_value,
        [KIND_NODE] = read_node,
        [KIND_SLIPS] = read_flag,
        [KIND_LEAD] = read_flag,
    };
    const struct reading x = {
        .p = p, .v = v, .field = field, .t = t, .key = raw->key, .text = v->text};
    of_kind[t->kind](&x);
}
