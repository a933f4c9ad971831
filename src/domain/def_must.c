// What a step demands only when a filter holds: answers, files, a note.
#include "domain/def_read.h"

static const struct yaml_member must_members[] = {
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {"ask", YAML_WANT_STRS, .expected = "[field, ...]"},
    {"files", YAML_WANT_INT, .min = 1, .max = 20},
    {"note", YAML_WANT_BOOL},
    {"why", YAML_WANT_STR},
    {0},
};

static bool asks(const struct def_step *s, int field)
{
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].field == field)
            return true;
    return false;
}

static void read_fields(struct def_reader *r, const struct yaml *row, str path,
    const struct def_step *s, struct def_must *m)
{
    const struct yaml *y = yaml_get(row, "ask");
    str at = def_read_path(r, path, "ask");
    for (size_t i = 0; i < def_read_count(y); i++) {
        int field = def_read_name(r, &r->fields, def_read_nth(y, i), at);
        if (field >= 0 && !asks(s, field))
            yaml_err(r->e, def_read_nth(y, i), at, S("ask: [...]"),
                "the step does not ask for \"%.*s\"", "这一步没有询问“%.*s”",
                STR_ARG(r->d->fields[field].key));
        else if (field >= 0)
            VEC_PUSH(r->arena, m->fields, m->n_fields) = field;
    }
}

void def_must_read(struct def_reader *r, const struct yaml *row, str path, struct def_step *s)
{
    struct def_rows rows = def_read_rows(r, row, path, "must", DEF_MUSTS_MAX, must_members);
    s->musts = NEW_ARRAY(r->arena, rows.n, struct def_must);
    for (size_t i = 0; i < rows.n; i++) {
        struct def_must *m = &s->musts[s->n_musts++];
        const struct yaml *files = yaml_get(rows.at[i], "files");
        *m = (struct def_must){
            .when = def_read_text(r, rows.at[i], "when", DEF_FILTER_MAX, rows.paths[i]),
            .why = def_read_text(r, rows.at[i], "why", DEF_HELP_MAX, rows.paths[i]),
            .files = (int)yaml_get_i64(rows.at[i], "files", 0),
            .note = yaml_get_bool(rows.at[i], "note", false)};
        read_fields(r, rows.at[i], rows.paths[i], s, m);
        if (m->files > s->files_max)
            yaml_err(r->e, files, def_read_path(r, rows.paths[i], "files"),
                str_fmt(r->arena, "files: %d", m->files), "the step takes fewer files",
                "这一步收不了这么多附件");
        if (yaml_get(rows.at[i], "ask") == NULL && files == NULL && !m->note)
            yaml_err(r->e, rows.at[i], rows.paths[i], S("ask, files, note"), "demands nothing",
                "没有写要求什么");
    }
}
