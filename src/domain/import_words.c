// Words of a sheet that its map does not know: of choices, classes and units. A dry run lists them
// with how often they stand there, so that each is said once what it means.

#include "domain/import_inner.h"

enum { WORDS_MAX = 300, WORD_BYTES_MAX = 200, JSON_MAX = 128 * KIB };

struct word {
    const struct map_column *column;
    str text;
    int64_t n;
};
struct import_words {
    struct arena *arena;
    struct map index;
    struct word **list;
    size_t n;
    int64_t more; // beyond WORDS_MAX
};

struct import_words *import_words_new(struct arena *a)
{
    struct import_words *w = NEW(a, struct import_words);
    w->arena = a;
    map_init(&w->index, a);
    return w;
}

static bool has_words(const struct map_column *k)
{
    bool choice =
        k->to == TO_FIELD && (k->field->type == DEF_CHOICE || k->field->type == DEF_YESNO);
    return choice || k->to == TO_CLASS || k->to == TO_UNIT;
}

static void count(struct import_words *w, const struct map_column *k, str text)
{
    if (text.n == 0 || text.n > WORD_BYTES_MAX)
        return;
    str key = str_fmt(w->arena, "%.*s\x1f%.*s", STR_ARG(k->path), STR_ARG(text));
    struct word *x = map_get(&w->index, key);
    if (x) {
        x->n++;
    } else if (w->n == WORDS_MAX) {
        w->more++;
    } else {
        struct word *fresh = NEW(w->arena, struct word);
        *fresh = (struct word){k, str_dup(w->arena, text), 1};
        map_put(&w->index, key, fresh);
        VEC_PUSH(w->arena, w->list, w->n) = fresh;
    }
}

void import_words_count(
    struct import_words *w, const struct import_map *m, const struct import_row *row)
{
    for (size_t i = 0; i < row->n_problems; i++)
        for (size_t k = 0; k < m->n; k++)
            if (has_words(&m->columns[k]) && str_eq(m->columns[k].shown, row->problems[i].column)) {
                count(w, &m->columns[k], row->texts[k]);
                break;
            }
}

str import_words_json(struct arena *a, const struct import_words *w)
{
    struct buf b;
    struct jw j;
    buf_init(&b, a, JSON_MAX * 2);
    jw_init(&j, &b);
    jw_arr(&j);
    for (size_t i = 0; i < w->n && b.n < JSON_MAX; i++) {
        const struct word *x = w->list[i];
        jw_obj(&j);
        jw_kstr(&j, "column", x->column->shown);
        jw_kstr(&j, "to", x->column->path);
        jw_kstr(&j, "value", x->text);
        jw_ki64(&j, "n", x->n);
        jw_end_obj(&j);
    }
    jw_end_arr(&j);
    return buf_str(&b);
}
