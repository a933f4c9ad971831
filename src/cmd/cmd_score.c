#include <math.h>
#include <stdio.h>
#include <unistd.h>
#include "cmd/town_door.h"
#include "domain/score_sheet.h"
#include "store/files.h"

static const struct opt OPTIONS[] = {
    {"period", OPT_STR, "PERIOD", "2026-10, 2026Q4, 2026-W47, A2026 (assessment year), a..b",
        "统计时段：2026-10、2026Q4、2026-W47、A2026（考核年度）、起..止", "this-month"},
    {"xlsx", OPT_STR, "FILE", "write the table there as a workbook, with a sheet of its rules",
        "把表写入 XLSX 文件，第二张表是规则"},
    {"csv", OPT_STR, "FILE", "write the table there", "把表写入 CSV 文件"},
    {0},
};

// ---- which scores there are

static int list(struct args *a, const struct rules *r)
{
    struct args_json j;
    if (a->json) {
        args_json_begin(a, &j);
        jw_key(&j.w, S("scores"));
        jw_arr(&j.w);
    }
    for (size_t i = 0; i < r->n_scores; i++) {
        const struct score *s = r->scores[i].versions[r->scores[i].n - 1];
        args_say(a, "%.*s  %.*s, version %" PRId64 "%s", "%.*s  %.*s，第 %" PRId64 " 版%s",
            STR_ARG(s->key), STR_ARG(s->title), s->version, s->broken.n > 0 ? " ✗" : "");
        if (!a->json)
            continue;
        jw_obj(&j.w);
        jw_kstr(&j.w, "key", s->key);
        jw_kstr(&j.w, "title", s->title);
        jw_ki64(&j.w, "version", s->version);
        jw_kstr(&j.w, "broken", s->broken);
        jw_end_obj(&j.w);
    }
    if (a->json) {
        jw_end_arr(&j.w);
        args_json_end(&j);
    }
    return EXIT_DONE;
}

// ---- on the terminal: columns as wide as what stands in them

static void put_padded(str x, size_t width, bool right)
{
    size_t w = utf8_width(x);
    size_t pad = w < width ? width - w : 0;
    printf("%*s%.*s%*s", right ? (int)pad : 0, "", STR_ARG(x), right ? 0 : (int)pad, "");
}

struct grid {
    struct args *a;
    str **rows; // NULL: a line
    size_t n, n_cols;
};

static void add_row(
    struct grid *g, const struct score_table *t, const struct score_row *row, str name)
{
    const struct score *s = t->score;
    str *cells = NEW_ARRAY(g->a->arena, g->n_cols, str);
    size_t n = 0;
    cells[n++] = name.n > 0 ? name : row->name;
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            cells[n++] = score_shown(g->a->arena, &s->cols[i], &row->cells[i]);
    VEC_PUSH(g->a->arena, g->rows, g->n) = cells;
}

static void add_head(struct grid *g, const struct score *s, str group)
{
    str *cells = NEW_ARRAY(g->a->arena, g->n_cols, str);
    size_t n = 0;
    cells[n++] = group;
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            cells[n++] = score_col_title(g->a->arena, &s->cols[i], s->cols[i].title);
    VEC_PUSH(g->a->arena, g->rows, g->n) = NULL;
    VEC_PUSH(g->a->arena, g->rows, g->n) = cells;
}

static void print_grid(const struct grid *g)
{
    size_t *width = NEW_ARRAY(g->a->arena, g->n_cols, size_t);
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; g->rows[i] && k < g->n_cols; k++) {
            size_t w = utf8_width(g->rows[i][k]);
            width[k] = w > width[k] ? w : width[k];
        }
    for (size_t i = 0; i < g->n; i++) {
        for (size_t k = 0; g->rows[i] && k < g->n_cols; k++) {
            printf("%s", k ? "  " : "");
            put_padded(g->rows[i][k], k + 1 < g->n_cols || k > 0 ? width[k] : 0, k > 0);
        }
        printf("\n");
    }
}

static void print_table(struct args *a, const struct score_table *t)
{
    const struct score *s = t->score;
    struct grid g = {.a = a, .n_cols = 1};
    for (size_t i = 0; i < s->n_cols; i++)
        g.n_cols += !s->cols[i].hidden;
    printf("%.*s  %.*s\n", STR_ARG(s->title), STR_ARG(score_days_words(a->arena, t, a->err.lang)));
    for (size_t k = 0, at = 0; k < s->n_groups; k++) {
        add_head(&g, s, s->groups[k].title);
        for (; at < t->n && t->rows[at].group == (int)k; at++)
            add_row(&g, t, &t->rows[at], (str){0});
        if (s->n_groups > 1)
            add_row(&g, t, &t->totals[k], (str){0});
    }
    VEC_PUSH(a->arena, g.rows, g.n) = NULL;
    if (t->has_other)
        add_row(&g, t, &t->other, (str){0});
    add_row(&g, t, &t->total, a->err.lang == LANG_EN ? S("All") : S("全部"));
    print_grid(&g);
    for (size_t i = 0; i < t->n_notes; i++)
        printf("%.*s\n", STR_ARG(t->notes[i]));
}

// ---- JSON

static void json_row(
    struct jw *w, struct args *a, const struct score_table *t, const struct score_row *row)
{
    const struct score *s = t->score;
    jw_obj(w);
    jw_kstr(w, "unit", row->code);
    jw_kstr(w, "name", row->name);
    jw_kstr(w, "group", row->group >= 0 ? s->groups[row->group].key : (str){0});
    jw_key(w, S("values"));
    jw_obj(w);
    for (size_t i = 0; i < s->n_cols; i++) {
        jw_key(w, s->cols[i].key);
        jw_f64(w, row->cells[i].v);
    }
    jw_end_obj(w);
    jw_key(w, S("filters"));
    jw_obj(w);
    for (size_t i = 0; i < s->n_cols; i++)
        if (s->cols[i].count >= 0) {
            jw_key(w, s->cols[i].key);
            jw_str(w, score_link(a->arena, t, row, s->cols[i].count));
        }
    jw_end_obj(w);
    jw_end_obj(w);
}

static void print_json(struct args *a, const struct score_table *t)
{
    struct args_json j;
    args_json_begin(a, &j);
    jw_kstr(&j.w, "key", t->score->key);
    jw_ki64(&j.w, "version", t->score->version);
    jw_kstr(&j.w, "first", tm_date(a->arena, t->from_day));
    jw_kstr(&j.w, "last", tm_date(a->arena, t->to_day - 1));
    jw_key(&j.w, S("rows"));
    jw_arr(&j.w);
    for (size_t i = 0; i < t->n; i++) {
        json_row(&j.w, a, t, &t->rows[i]);
        args_json_some(&j);
    }
    jw_end_arr(&j.w);
    jw_key(&j.w, S("total"));
    json_row(&j.w, a, t, &t->total);
    args_json_end(&j);
}

// Whole or not at all.
static enum err_code write_file(struct args *a, str path, str text)
{
    str unfinished = files_temporary(a->arena, path);
    int fd = files_create(unfinished.s);
    if (fd < 0)
        return files_failed(&a->err, unfinished.s);
    enum err_code code = files_write_synced(fd, text, unfinished.s, &a->err);
    (void)close(fd);
    if (code == OK && rename(unfinished.s, str_z(a->arena, path)) != 0)
        code = files_failed(&a->err, path.s);
    if (code != OK)
        (void)unlink(unfinished.s);
    return code;
}

static int write_sheet(struct args *a, str path, str text)
{
    if (write_file(a, path, text) != OK)
        return args_fail(a, EXIT_FAILED);
    args_say(a, "%.*s is written", "已写入 %.*s", STR_ARG(path));
    return EXIT_DONE;
}

static int run_in(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    struct score_table t;
    if (a->n == 0)
        return list(a, c.rules);
    if (score_read(&c, a->words[0], args_str(a, "period"), &t, &a->err) != OK)
        return args_fail(a, a->err.code == ERR_STORE ? EXIT_FAILED : EXIT_USAGE);
    struct score_sheet sheet = {.c = &c, .table = &t, .period = args_str(a, "period")};
    if (args_given(a, "xlsx"))
        return write_sheet(a, args_str(a, "xlsx"), score_sheet_xlsx(&sheet));
    if (args_given(a, "csv"))
        return write_sheet(a, args_str(a, "csv"), score_sheet_csv(&sheet));
    if (a->json)
        print_json(a, &t);
    else
        print_table(a, &t);
    return EXIT_DONE;
}

static int run(struct args *a)
{
    struct town_door *d = town_door_open(a, TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = run_in(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_SCORE = {"score", "[KEY] [OPTIONS]",
    "a score's table for a period; without KEY which scores there are",
    "某时段的考核表；不写 KEY 则列出有哪些考核",
    "  bihuan score --dir var/town\n"
    "  bihuan score zhaoxiang --period 2026-10 --dir var/town\n"
    "  bihuan score rates --period A2026 --xlsx rates.xlsx --dir var/town",
    OPTIONS, 0, 1, run};
