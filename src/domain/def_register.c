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
const struct yaml_member def_register_members[] = {
    {"register", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"name", YAML_WANT_STR, .expected = "what the name of a row is called"},
    {"number", YAML_WANT_MAP, YAML_REQUIRED, .expected = "{prefix: QY, digits: 5}",
        .sub = def_number_members},
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
        if (r->d->fields[i].text.n == 0 && (there || r->d->fields[i].type != DEF_FILE))
            VEC_PUSH(r->arena, asks, *n) =
                (struct def_ask){.field = (int)i, .required = r->d->fields[i].required};
    return asks;
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
    static const uint64_t KEPT = 1 << STATE_KEPT, ARCHIVED = 1 << STATE_ARCHIVED;
#define STEP(k, t, effect, f, becomes, who_may)                                                    \
    .key = S(k), .title = S(t), .does = (effect), .from = (f), .to = (becomes), .back = DEF_NONE,  \
    .reasons = DEF_NONE, .who = who_may, .n_who = n_##who_may
    const struct def_step steps[] = {
        {STEP("add", "新增", DOES_MOVE, 0, STATE_KEPT, change), .asks = asks, .n_asks = n_asks},
        {STEP("change", "修改", DOES_MOVE, KEPT, DEF_NONE, change), .hotkey = S("E"), .asks = edits,
            .n_asks = n_edits, .files_max = FILES_MAX, .undo_s = UNDO_S},
        {STEP("archive", "归档", DOES_CLOSE, KEPT, STATE_ARCHIVED, archive), .hotkey = S("A"),
            .note_required = true, .undo_s = UNDO_S},
        {STEP("restore", "恢复", DOES_REOPEN, ARCHIVED, STATE_KEPT, archive), .hotkey = S("A"),
            .undo_s = UNDO_S},
        {STEP("merge", "合并", DOES_MERGE, KEPT, DEF_NONE, archive)},
        {STEP("unmerge", "撤销合并", DOES_UNMERGE, KEPT, DEF_NONE, archive)},
    };
#undef STEP
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        VEC_PUSH(r->arena, r->d->steps, r->d->n_steps) = steps[i];
}

void def_register_read(struct def_reader *r)
{
    struct def *d = r->d;
    d->lasting = true;
    d->wait_all = true;
    d->then = DEF_NONE;
    d->ahead.field = DEF_NONE;
    d->analysis.count = DEF_NONE;
    d->solid.pass = d->solid.fail = d->solid.field = d->solid.recur.field = DEF_NONE;
    d->read_by_unit = str_eq(yaml_get_str(r->root, "read"), S("unit"));
    def_fields_read(r);
    VEC_PUSH(r->arena, d->states, d->n_states) =
        (struct def_state){.key = S("kept"), .title = S("在册")};
    VEC_PUSH(r->arena, d->states, d->n_states) =
        (struct def_state){.key = S("archived"), .title = S("已归档"), .done = true, .final = true};
    put_steps(r);
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = S("filed");
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = S("closed");
}
