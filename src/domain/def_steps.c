// Steps of a definition: who may do what, from where to where, and what it asks.
#include "domain/class_say.h"
#include "domain/def_read.h"
#include "domain/event_name.h"

static const struct yaml_member step_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"hotkey", YAML_WANT_STR, .expected = "one of A-Z 0-9"},
    {"on", YAML_WANT_STR, .options = "item|part"},
    {"from", YAML_WANT_STRS, .expected = "[state, ...]"},
    {"to", YAML_WANT_STR, .expected = "a state"},
    {"back", YAML_WANT_STR, .expected = "a state"},
    {"who", YAML_WANT_STRS, YAML_REQUIRED, .expected = "[role, ...]"},
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {"why", YAML_WANT_STR},
    {"does", YAML_WANT_STR, .expected = "an effect"},
    {"ask", YAML_WANT_STRS, .expected = "[field, field!, ...]"},
    {"each", YAML_WANT_STRS, .expected = "[field, field!, ...]"},
    {"start", YAML_WANT_STRS, .expected = "[clock, ...]"},
    {"stop", YAML_WANT_STRS, .expected = "[clock, ...]"},
    {"extends", YAML_WANT_STRS, .expected = "[clock, ...]"},
    {"max", YAML_WANT_DUR},
    {"reasons", YAML_WANT_STR, .expected = "a list of reasons"},
    {"reason", YAML_WANT_STR, .options = "required|optional"},
    {"note", YAML_WANT_STR, .options = "required|optional"},
    {"files", YAML_WANT_INT, .min = 0, .max = 20},
    {"photos", YAML_WANT_STR, .expected = "1..20, class.STAGE"},
    {"lock", YAML_WANT_INT, .min = 1, .max = 99},
    {"judge", YAML_WANT_STR, .expected = "a judge"},
    {"judges", YAML_WANT_STRS, .expected = "[judge, ...]"},
    {"stamp", YAML_WANT_KEY},
    {"loop", YAML_WANT_KEY, .expected = "a loop"},
    {"fill", YAML_WANT_MAP, YAML_NULLABLE, .expected = "{field: value, or item.FIELD}"},
    {"must", YAML_WANT_LIST, .expected = "a list of {when, ask, files, note, why}"},
    {"approve", YAML_WANT_LIST, .expected = "a list of {title, who, ...}"},
    {"undo", YAML_WANT_STR, .expected = "10s"},
    {"level", YAML_WANT_STR, .options = "blue|yellow|red"},
    {0},
};

static const char *const effect_names[] = {
    [DOES_MOVE] = "move",
    [DOES_DISPATCH] = "dispatch",
    [DOES_ASSIST] = "assist",
    [DOES_CONFER] = "confer",
    [DOES_PASS] = "pass",
    [DOES_WITHDRAW] = "withdraw",
    [DOES_RETURN] = "return",
    [DOES_SUSPEND] = "suspend",
    [DOES_RESUME] = "resume",
    [DOES_EXTEND] = "extend",
    [DOES_AMEND] = "amend",
    [DOES_REDO] = "redo",
    [DOES_ROUND] = "round",
    [DOES_CLOSE] = "close",
    [DOES_REOPEN] = "reopen",
    [DOES_EVALUATE] = "evaluate",
    [DOES_EXCLUDE] = "exclude",
    [DOES_INCLUDE] = "include",
    [DOES_UNLOCK] = "unlock",
    [DOES_MERGE] = "merge",
    [DOES_UNMERGE] = "unmerge",
    [DOES_GATHER] = "gather",
    [DOES_RELEASE] = "release",
    [DOES_CHILD] = "child",
    [DOES_URGE] = "urge",
    [DOES_INSTRUCT] = "instruct",
    [DOES_NOTE] = "note",
    [DOES_SLIP] = "slip",
    [DOES_RECEIPT] = "receipt",
    [DOES_ESCALATE] = "escalate",
};

str def_effect_name(enum def_effect does)
{
    CHECK((size_t)does < ARRAY_LEN(effect_names));
    return str_of(effect_names[does]);
}

// The effects a definition may name; the engine keeps escalation to itself.
static struct def_names effect_list(struct arena *a)
{
    struct def_names names = {.en = "effect", .zh = "动作", .section = "does", .n = DOES_ESCALATE};
    names.keys = NEW_ARRAY(a, names.n, str);
    for (size_t i = 0; i < names.n; i++)
        names.keys[i] = def_effect_name((enum def_effect)i);
    return names;
}

void def_read_roles(struct def_reader *r, const struct yaml *y, str path, str **out, size_t *n)
{
    if (!yaml_as_strs(r->arena, y, out, n))
        return;
    str *who = *out;
    if (*n == 0)
        yaml_err(r->e, y, path, S("[role, ...]"), "nobody may take the step", "没有可操作的角色");
    for (size_t i = 0; i < *n; i++) {
        if (who[i].n > 0 && !def_read_key_ok(who[i]))
            yaml_err(r->e, def_read_nth(y, i), path, S("a-z, then a-z 0-9 _ -"),
                "\"%.*s\" is no key of a role", "“%.*s”不是角色的键", STR_ARG(who[i]));
        for (size_t j = 0; j < i; j++)
            if (str_eq(who[i], who[j])) {
                yaml_err(r->e, def_read_nth(y, i), path, S(""), "\"%.*s\" stands twice",
                    "“%.*s”重复", STR_ARG(who[i]));
                break;
            }
    }
}

void def_read_who(struct def_reader *r, const struct yaml *row, str path, str **out, size_t *n)
{
    const struct yaml *y = yaml_get(row, "who");
    if (y != NULL)
        def_read_roles(r, y, def_read_path(r, path, "who"), out, n);
}

// "reply!" is an answer that must be given, "class" the item's class, "place" its address and
// point, "name" its title.
void def_read_asks(struct def_reader *r, const struct yaml *row, const char *member, str path,
    struct def_ask **out, size_t *n_out)
{
    const struct yaml *y = yaml_get(row, member);
    str at = def_read_path(r, path, member);
    size_t n = def_read_count(y);
    struct def_ask *asks = *out = NEW_ARRAY(r->arena, n, struct def_ask);
    *n_out = 0;
    for (size_t i = 0; i < n; i++) {
        struct yaml one = *def_read_nth(y, i);
        if (one.type != YAML_SCALAR || one.s.n == 0)
            continue;
        struct def_ask ask = {.required = str_ends(one.s, S("!"))};
        one.s.n -= ask.required;
        ask.field = def_ask_named(one.s);
        if (ask.field == DEF_NONE)
            ask.field = def_read_name(r, &r->fields, &one, at);
        if (ask.field == DEF_ASK_CLASS && yaml_get(r->root, "classes") == NULL)
            yaml_err(r->e, &one, at, S("classes: ..."), "this loop has no scheme of classes",
                "本流程没有“classes”（分类体系）");
        bool file = ask.field >= 0 && r->d->fields[ask.field].type == DEF_FILE;
        if (file && r->d->n_steps == 0)
            yaml_err(r->e, &one, at, S("a later step"),
                "a file is added to an item that is there: filing cannot ask \"%.*s\"",
                "先有事项才能传附件，登记时不能问“%.*s”", STR_ARG(r->d->fields[ask.field].title));
        if (ask.field == DEF_ASK_UNIT)
            yaml_err(r->e, &one, at, S("dispatch, assist, ..."),
                "an item's unit follows from its steps; only rows of registers are asked it",
                "事项的单位由步骤决定，只有台账的对象才问责任单位");
        for (size_t j = 0; j < *n_out; j++)
            if (ask.field != DEF_UNKNOWN && asks[j].field == ask.field) {
                yaml_err(
                    r->e, &one, at, S(""), "\"%.*s\" stands twice", "“%.*s”重复", STR_ARG(one.s));
                break;
            }
        if (ask.field != DEF_UNKNOWN)
            asks[(*n_out)++] = ask;
    }
}

static void read_moves(struct def_reader *r, const struct yaml *row, str path, struct def_step *s,
    struct def_links *links)
{
    str on = yaml_get_str(row, "on");
    s->on_part = str_eq(on, S("part"));
    links->any_on = yaml_get(row, "on") != NULL && !s->on_part && !str_eq(on, S("item"));
    const struct def_names *names = s->on_part ? &r->parts : &r->states;
    const struct yaml *from = yaml_get(row, "from"), *to = yaml_get(row, "to");
    const struct yaml *back = yaml_get(row, "back");
    bool no_parts = s->on_part && yaml_get(r->root, "parts") == NULL;
    if (no_parts)
        yaml_err(r->e, yaml_get(row, "on"), def_read_path(r, path, "on"), S("item"),
            "this loop has no parts", "本流程没有“parts”一节");
    if (no_parts || links->any_on) { // its states cannot mean anything either
        links->any_from = links->any_to = true;
        s->to = DEF_UNKNOWN;
    } else {
        s->from = def_read_names(r, names, from, def_read_path(r, path, "from"), &links->any_from);
        s->to = to ? def_read_name(r, names, to, def_read_path(r, path, "to")) : DEF_NONE;
        links->any_to = s->to == DEF_UNKNOWN;
    }
    s->back = back ? def_read_name(r, &r->states, back, def_read_path(r, path, "back")) : DEF_NONE;
    links->any_back = s->back == DEF_UNKNOWN;
}

static void read_clock_names(struct def_reader *r, const struct yaml *row, str path,
    struct def_step *s, struct def_links *links)
{
    struct {
        const char *member;
        uint64_t *bits;
    } lists[] = {{"start", &s->start}, {"stop", &s->stop}, {"extends", &s->extends}};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        *lists[i].bits = def_read_names(r, &r->clocks, yaml_get(row, lists[i].member),
            def_read_path(r, path, lists[i].member), &links->any_clock);
}

static void read_judge_names(
    struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    bool any = false;
    const struct yaml *one = yaml_get(row, "judge"), *several = yaml_get(row, "judges");
    if (one != NULL && several != NULL)
        yaml_err(r->e, several, def_read_path(r, path, "judges"), S(""),
            "either judge or judges, not both", "judge 与 judges 只能写一个");
    s->judges = def_read_names(r, &r->judges, one, def_read_path(r, path, "judge"), &any) |
                def_read_names(r, &r->judges, several, def_read_path(r, path, "judges"), &any);
}

static void read_stamp(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    const struct yaml *y = yaml_get(row, "stamp");
    s->stamp = yaml_get_str(row, "stamp");
    if (s->stamp.n == 0)
        return;
    str at = def_read_path(r, path, "stamp");
    if (s->stamp.n > DEF_KEY_MAX && s->stamp.n <= YAML_KEY_MAX)
        yaml_err(
            r->e, y, at, str_fmt(r->arena, "1..%d", DEF_KEY_MAX), "the key is too long", "键过长");
    if (def_read_taken(s->stamp) || def_field_at(r->d, s->stamp) >= 0)
        yaml_err(r->e, y, at, S("contacted_at"), "\"%.*s\" is taken", "“%.*s”已被占用",
            STR_ARG(s->stamp));
    for (size_t i = 0; i < r->stamps.n; i++)
        if (str_eq(r->stamps.keys[i], s->stamp))
            return; // several steps may set the same moment
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = s->stamp;
}

// How many of the files must be photos: a number, or what the item's class says of a stage.
static void read_photos(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    const struct yaml *y = yaml_get(row, "photos");
    int64_t n = 0;
    if (y == NULL || y->type != YAML_SCALAR)
        return;
    str at = def_read_path(r, path, "photos");
    bool of_class = def_read_stage(r, y, at, &s->photos_stage);
    if (!of_class && (!str_i64(y->s, &n) || n < 1 || n > CLASS_PHOTOS_MAX)) {
        yaml_err(r->e, y, at, S("1..20, class.STAGE"), "\"%.*s\" is no number of photos",
            "“%.*s”不是照片张数", STR_ARG(y->s));
        return;
    }
    s->photos = (int)n;
    if (s->files_max == 0 || n > s->files_max)
        yaml_err(r->e, y, at, S("files: 9"), "the step takes fewer files than it needs photos",
            "这一步可收的附件少于要求的照片");
}

static void read_hotkey(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    s->hotkey = yaml_get_str(row, "hotkey");
    char c = s->hotkey.n == 1 ? s->hotkey.s[0] : 0;
    if (s->hotkey.n > 0 && !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
        yaml_err(r->e, yaml_get(row, "hotkey"), def_read_path(r, path, "hotkey"),
            S("one of A-Z 0-9"), "\"%.*s\" is no hotkey", "“%.*s”不能作快捷键", STR_ARG(s->hotkey));
}

// Seconds, because whoever mistook a key sees it at once: later there are steps that put it right.
static void read_undo(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    str x = yaml_get_str(row, "undo");
    int64_t n = 0;
    if (x.n == 0)
        return;
    bool good =
        str_ends(x, S("s")) && str_i64(str_sub(x, 0, x.n - 1), &n) && n >= 1 && n <= DEF_UNDO_MAX_S;
    if (!good)
        yaml_err(r->e, yaml_get(row, "undo"), def_read_path(r, path, "undo"),
            str_fmt(r->arena, "1s..%ds", DEF_UNDO_MAX_S), "\"%.*s\" is not a number of seconds",
            "“%.*s”不是秒数", STR_ARG(x));
    s->undo_s = good ? (int)n : 0;
}

// What is said of each unit a step names. It is known when the step is taken, so nobody can be
// asked to agree to it first.
static void read_each(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    const struct yaml *y = yaml_get(row, "each");
    str at = def_read_path(r, path, "each");
    if (y == NULL)
        return;
    def_read_asks(r, row, "each", path, &s->each, &s->n_each);
    bool names = s->does == DOES_DISPATCH || s->does == DOES_ASSIST || s->does == DOES_CONFER ||
                 s->does == DOES_PASS;
    if (!names)
        yaml_err(r->e, y, at, S("does: confer"), "the step names no units", "这一步不指定单位");
    if (yaml_get(row, "approve") != NULL)
        yaml_err(r->e, y, at, S(""), "a step that is asked for cannot give out shares",
            "要审批的步骤不能逐个单位分派任务");
    for (size_t i = 0; i < s->n_each; i++) {
        int f = s->each[i].field;
        bool fits = f == DEF_UNKNOWN ||
                    (f >= 0 && r->d->fields[f].type != DEF_PERSON &&
                        r->d->fields[f].type != DEF_FILE && r->d->fields[f].text.n == 0);
        if (!fits)
            yaml_err(r->e, y, at, S("a field of the loop"), "cannot be said of each unit",
                "不能逐个单位填写");
    }
}

static void read_step(struct def_reader *r, const struct yaml *row, str path, struct def_step *s,
    struct def_links *links)
{
    s->title = def_read_text(r, row, "title", DEF_TITLE_MAX, path);
    s->when = def_read_text(r, row, "when", DEF_FILTER_MAX, path);
    s->why = def_read_text(r, row, "why", DEF_HELP_MAX, path);
    if (s->why.n > 0 && yaml_get(row, "when") == NULL)
        yaml_err(r->e, yaml_get(row, "why"), def_read_path(r, path, "why"), S("when: ..."),
            "nothing to explain: the step has no guard", "没有“when”条件，无需说明");
    const struct yaml *does = yaml_get(row, "does");
    struct def_names effects = effect_list(r->arena);
    int effect =
        does ? def_read_name(r, &effects, does, def_read_path(r, path, "does")) : DOES_MOVE;
    links->any_effect = effect == DEF_UNKNOWN;
    s->does = links->any_effect ? DOES_MOVE : (enum def_effect)effect;
    read_hotkey(r, row, path, s);
    read_moves(r, row, path, s, links);
    def_read_who(r, row, path, &s->who, &s->n_who);
    def_read_asks(r, row, "ask", path, &s->asks, &s->n_asks);
    read_each(r, row, path, s);
    read_clock_names(r, row, path, s, links);
    read_judge_names(r, row, path, s);
    read_stamp(r, row, path, s);
    const struct yaml *reasons = yaml_get(row, "reasons");
    s->reasons = DEF_NONE;
    if (reasons != NULL)
        s->reasons = def_read_name(r, &r->reasons, reasons, def_read_path(r, path, "reasons"));
    s->reason_optional = str_eq(yaml_get_str(row, "reason"), S("optional"));
    if (reasons == NULL && yaml_get(row, "reason") != NULL)
        yaml_err(r->e, yaml_get(row, "reason"), def_read_path(r, path, "reason"), S("reasons: ..."),
            "there is no list of reasons to choose from", "没有“reasons”，无从选择原因");
    s->note_required = str_eq(yaml_get_str(row, "note"), S("required"));
    s->files_max = (int)yaml_get_i64(row, "files", 0);
    read_photos(r, row, path, s);
    s->lock = (int)yaml_get_i64(row, "lock", 0);
    for (int i = 1; i <= DEF_LEVELS; i++)
        if (str_eq(yaml_get_str(row, "level"), def_level_name(i)))
            s->level = i;
    s->max = yaml_get_dur(row, "max");
    def_child_read(r, row, path, s);
    def_must_read(r, row, path, s);
    def_approve_read(r, row, path, s);
    read_undo(r, row, path, s);
}

static void check_own_key(struct def_reader *r, const struct yaml *row, str path, str key)
{
    static const char *const names[] = {
#define X(name, en, zh) name,
        EVENT_NAMES(X)
#undef X
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(key, str_of(names[i])))
            yaml_err(r->e, yaml_get(row, "key"), def_read_path(r, path, "key"), S(""),
                "\"%.*s\" is what the system calls an event of its own",
                "“%.*s”是系统自己记的一种经过，步骤不能叫这个键", STR_ARG(key));
}

void def_steps_read(struct def_reader *r)
{
    struct def_rows rows = def_read_rows(r, r->root, S(""), "steps", DEF_STEPS_MAX, step_members);
    struct def_names seen = {.en = "step", .zh = "步骤"};
    r->steps_broken = rows.broken;
    r->step_at = NEW_ARRAY(r->arena, rows.n, const struct yaml *);
    r->step_paths = NEW_ARRAY(r->arena, rows.n, str);
    r->links = NEW_ARRAY(r->arena, rows.n, struct def_links);
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = S("filed");
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = S("closed");
    for (size_t i = 0; i < rows.n; i++) {
        size_t n = r->d->n_steps;
        // A step without a key has been noted and is checked like the others: nobody names steps.
        bool named = def_read_key(r, &seen, rows.at[i], rows.paths[i]);
        struct def_step s = {.key = named ? seen.keys[seen.n - 1] : S("")};
        check_own_key(r, rows.at[i], rows.paths[i], s.key);
        read_step(r, rows.at[i], rows.paths[i], &s, &r->links[n]);
        r->step_at[n] = rows.at[i];
        r->step_paths[n] = rows.paths[i];
        VEC_PUSH(r->arena, r->d->steps, r->d->n_steps) = s;
        r->d->receipts |= s.does == DOES_RECEIPT ? s.stop & ~s.start : 0;
    }
    r->stamps.broken = r->steps_broken;
}
