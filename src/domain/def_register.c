// A register 台账: a definition whose items last. It says what a row holds and who keeps it; states
// and steps are the same for all registers and are put here, so that everything that runs a loop
// runs a register as well.
#include "domain/def_read.h"

enum { STATE_KEPT, STATE_ARCHIVED, UNDO_S = 30, FILES_MAX = 9 };

static const struct yaml_member who_members[] = {
    {"change", YAML_WANT_STRS, YAML_REQUIRED, .expected = "[role, ...]"},
    {"archive", YAML_WANT_STRS, .expected = "[role, ...]"},
    {0},
};
static const struct yaml_member number_members[] = {
    {"prefix", YAML_WANT_STR, YAML_REQUIRED, .expected = "A-Z 0-9, 1..8 characters"},
    {"digits", YAML_WANT_INT, .min = 1, .max = 9},
    {0},
};
const struct yaml_member def_register_members[] = {
    {"register", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"name", YAML_WANT_STR, .expected = "what the name of a row is called"},
    {"number", YAML_WANT_MAP, YAML_REQUIRED, .expected = "{prefix: QY, digits: 5}",
        .sub = number_members},
    {"keeper", YAML_WANT_STR, YAML_REQUIRED, .expected = "a unit code"},
    {"classes", YAML_WANT_KEY},
    {"read", YAML_WANT_STR, .options = "all|unit"},
    {"who", YAML_WANT_MAP, YAML_REQUIRED, .expected = "{change: [role], archive: [role]}",
        .sub = who_members},
    {"fields", YAML_WANT_LIST, YAML_REQUIRED, .expected = "a list of {key, title, type, ...}"},
    {"boards", YAML_WANT_STRS, .expected = "fields to break boards down by"},
    {"tallies", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, by, where}"},
    {"rates", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, formula, better}"},
    {0},
};

// A new row's name, unit and place are given with it; later they are asked like the rest.
static struct def_ask *ask_all(struct def_reader *r, bool there, size_t *n)
{
    struct def_ask *asks = NULL;
    *n = 0;
    static const int later[] = {DEF_ASK_NAME, DEF_ASK_UNIT, DEF_ASK_PLACE};
    for (size_t i = 0; there && i < ARRAY_LEN(later); i++)
        VEC_PUSH(r->arena, asks, *n) = (struct def_ask){.field = later[i]};
    if (r->d->class_scheme.n > 0)
        VEC_PUSH(r->arena, asks, *n) = (struct def_ask){.field = DEF_ASK_CLASS};
    for (size_t i = 0; i < r->d->n_fields; i++)
        if (r->d->fields[i].text.n == 0)
            VEC_PUSH(r->arena, asks, *n) =
                (struct def_ask){.field = (int)i, .required = r->d->fields[i].required};
    return asks;
}

static struct def_step *put_step(struct def_reader *r, const char *key, const char *title,
    enum def_effect does, int from, int to)
{
    struct def_step s = {.key = str_of(key),
        .title = str_of(title),
        .does = does,
        .from = from >= 0 ? UINT64_C(1) << from : 0,
        .to = to,
        .back = DEF_NONE,
        .reasons = DEF_NONE};
    VEC_PUSH(r->arena, r->d->steps, r->d->n_steps) = s;
    return &r->d->steps[r->d->n_steps - 1];
}

static void read_who(struct def_reader *r, const char *member, str **who, size_t *n)
{
    const struct yaml *y = yaml_get(r->root, "who");
    const struct yaml *list = y && y->type == YAML_MAP ? yaml_get(y, member) : NULL;
    if (list)
        def_read_roles(r, list, str_fmt(r->arena, "who.%s", member), who, n);
}

// The same in all registers: their titles are what the screens and the history say.
static void put_steps(struct def_reader *r)
{
    str *change = NULL, *archive = NULL;
    size_t n_change = 0, n_archive = 0, n_asks, n_edits;
    struct def_ask *asks = ask_all(r, false, &n_asks), *edits = ask_all(r, true, &n_edits);
    read_who(r, "change", &change, &n_change);
    read_who(r, "archive", &archive, &n_archive);
    if (n_archive == 0) {
        archive = change;
        n_archive = n_change;
    }
    struct def_step *add = put_step(r, "add", "新增", DOES_MOVE, DEF_NONE, STATE_KEPT);
    *add = (struct def_step){.key = add->key,
        .title = add->title,
        .does = add->does,
        .to = add->to,
        .back = DEF_NONE,
        .reasons = DEF_NONE,
        .asks = asks,
        .n_asks = n_asks,
        .who = change,
        .n_who = n_change};
    struct def_step *edit = put_step(r, "change", "修改", DOES_MOVE, STATE_KEPT, DEF_NONE);
    edit->asks = edits;
    edit->n_asks = n_edits;
    edit->who = change;
    edit->n_who = n_change;
    edit->files_max = FILES_MAX;
    edit->undo_s = UNDO_S;
    edit->hotkey = S("E");
    struct def_step *away = put_step(r, "archive", "归档", DOES_CLOSE, STATE_KEPT, STATE_ARCHIVED);
    away->note_required = true;
    away->who = archive;
    away->n_who = n_archive;
    away->undo_s = UNDO_S;
    away->hotkey = S("A");
    struct def_step *back = put_step(r, "restore", "恢复", DOES_REOPEN, STATE_ARCHIVED, STATE_KEPT);
    back->who = archive;
    back->n_who = n_archive;
    back->undo_s = UNDO_S;
    back->hotkey = S("A");
}

void def_register_read(struct def_reader *r)
{
    struct def *d = r->d;
    d->lasting = true;
    d->wait_all = true;
    d->then = DEF_NONE;
    d->ahead.field = DEF_NONE;
    d->analysis.count = DEF_NONE;
    d->read_by_unit = str_eq(yaml_get_str(r->root, "read"), S("unit"));
    d->name_title = def_read_text(r, r->root, "name", DEF_TITLE_MAX, S(""));
    def_fields_read(r);
    VEC_PUSH(r->arena, d->states, d->n_states) =
        (struct def_state){.key = S("kept"), .title = S("在册")};
    VEC_PUSH(r->arena, d->states, d->n_states) =
        (struct def_state){.key = S("archived"), .title = S("已归档"), .done = true, .final = true};
    put_steps(r);
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = S("filed");
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = S("closed");
}
