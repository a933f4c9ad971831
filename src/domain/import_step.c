// Rows that take steps on items that are there, as the importer could by hand: the lists of the
// month by which a district says who was not content [domain 1.3c]. All steps of a row, or none.

#include "domain/import_inner.h"
#include "domain/item_store.h"

// The answers the step asks for, of those the row gives.
static void answers_of(struct ctx *c, const struct import_map *m, const struct import_row *row,
    struct step_in *in, const struct def_step *s)
{
    in->fields = NEW_ARRAY(c->arena, row->in.n_fields, struct item_field);
    for (size_t i = 0; i < row->in.n_fields; i++) {
        int at = def_field_at(m->def, row->in.fields[i].key);
        for (size_t k = 0; k < s->n_asks; k++)
            if (s->asks[k].field == at && row->in.fields[i].val.n > 0) {
                in->fields[in->n_fields++] = row->in.fields[i];
                break;
            }
    }
}

static str note_of(struct ctx *c, const struct map_step *s, const struct import_row *row)
{
    if (s->note.n == 0 || row->note.n == 0)
        return s->note.n > 0 ? s->note : row->note;
    return str_fmt(c->arena, "%.*s：%.*s", STR_ARG(s->note), STR_ARG(row->note));
}

static struct step_in step_of(struct ctx *c, const struct import_map *m, const struct map_step *s,
    const struct import_row *row, int64_t item)
{
    struct step_in in = {.item = item,
        .step = s->step->key,
        .version = ITEM_ANY_VERSION,
        .cls = row->in.cls,
        .note = note_of(c, s, row),
        .judge = s->judge,
        .reason = s->reason,
        .reason_option = s->option};
    answers_of(c, m, row, &in, s->step);
    return in;
}

static bool of_the_run(enum err_code code)
{
    return code == ERR_STORE || code == ERR_FULL || code == ERR_BUSY;
}

// What is wrong with a step is the row's mistake; where no column is about it, the step's title
// says which it was.
static void note_mistakes(struct ctx *c, const struct import_map *m, const struct map_step *s,
    struct import_row *row, struct err *found)
{
    for (size_t i = 0; i < found->n; i++)
        if (!str_starts(found->notes[i].field, S("fields.")))
            found->notes[i].field = s->step->title;
    import_notes(c->arena, m, row, found);
}

enum err_code import_steps(struct ctx *c, const struct import_map *m, struct import_row *row,
    int64_t item, bool write, struct item *out, struct err *e)
{
    for (size_t i = 0; i < m->n_steps; i++) {
        struct step_in in = step_of(c, m, &m->steps[i], row, item);
        struct item next;
        struct err found;
        err_init(&found, c->arena, e->lang);
        enum err_code code = write ? item_step(c, &in, &next, &found)
                                   : item_step_try(c, &in, i > 0 ? out : NULL, &next, &found);
        // Written are only rows that were tried a moment ago, in the same transaction.
        if (of_the_run(code) || (write && code != OK)) {
            err_merge(e, &found, (str){0});
            return code;
        }
        if (code != OK) {
            note_mistakes(c, m, &m->steps[i], row, &found);
            return OK;
        }
        *out = next;
    }
    return OK;
}
