#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/embed.h"
#include "store/folder.h"
#include "cmd/import_list.h"
#include "cmd/interrupt.h"
#include "cmd/search_up.h"
#include "cmd/town_door.h"
#include "domain/import.h"
#include "domain/import_look.h"
#include "format/csv.h"
#include "store/files.h"

enum {
    MAP_BYTES_MAX = 256 * KIB,
    PROBLEMS_PAGE = 500,
    PROBLEMS_SHOWN = 10,
    CHANGES_SHOWN = 20,
    PIECE_BYTES = 256 * KIB
};

static const struct opt OPTIONS[] = {
    {"map", OPT_STR, "MAP", "what the columns mean: a shipped map (city-orders) or a file",
        "列的含义：随附方案名或方案文件"},
    {"kind", OPT_STR, "units|classes|people|places|cells",
        "a list of the town's own, or a layer of cells as GeoJSON, instead of orders",
        "导入本镇的单位、分类、人员、地名名单或网格图层，而不是事项"},
    {"layer", OPT_STR, "KEY", "cells: the layer; else as the file says",
        "网格：图层的键，不写则按文件"},
    {"title", OPT_STR, "TITLE", "cells: name of a new layer", "网格：新图层的名称"},
    {"unit-kind", OPT_STR, "KIND", "cells: which kind of unit answers for them",
        "网格：由哪类单位负责"},
    {"datum", OPT_STR, "wgs84|cgcs2000|gcj02", "cells: the coordinates of the file",
        "网格：文件的坐标系"},
    {"from", OPT_STR, "DATE", "cells: from when on; else today, a new layer always",
        "网格：启用日期，不写则今天，新图层则一直有效"},
    {"sheet", OPT_STR, "NAME", "which sheet of a workbook, when several fit",
        "工作簿里有几张表都符合时，指明用哪一张"},
    {"dry", OPT_FLAG, NULL, "say what would happen, and write nothing", "只检查，不写入"},
    {"problems", OPT_STR, "FILE",
        "write the mistakes there as CSV, or to FILE.xlsx the rows themselves",
        "把问题清单写入此 CSV 文件；文件名以 .xlsx 结尾则写入原表的问题行"},
    {"as", OPT_STR, "LOGIN", "who imports; without it the system", "以谁的名义，不写则为系统"},
    {"undo", OPT_I64, "JOB", "take back what this import has made", "撤销这次导入", NULL, 1,
        INT64_MAX},
    {"resume", OPT_I64, "JOB", "go on with one that was stopped", "继续被中断的导入", NULL, 1,
        INT64_MAX},
    {0},
};

struct importing {
    struct args *a;
    struct town_door *door;
    struct progress bar;
    bool undoes;
};

static enum err_code in_transaction(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct importing *m = arg;
    return town_door_run(m->door, fn, fn_arg, e);
}

static bool show(void *arg, const struct import_result *r)
{
    struct importing *m = arg;
    if (m->undoes)
        progress_show(&m->bar, r->rows, r->made);
    else
        progress_show(&m->bar, r->bytes, r->bytes_total);
    return !interrupt_seen();
}

// ---- the map: a file, towns/*/NAME.map.yaml as shipped, or one the town keeps

static bool kept_map(struct importing *m, str title, str *text)
{
    struct ctx c = town_door_reader(m->door);
    struct import_saved *maps;
    size_t n;
    if (import_saved_list(&c, &maps, &n, &m->a->err) != OK)
        return false;
    for (size_t i = 0; i < n; i++)
        if (str_eq(maps[i].title, title)) {
            *text = str_dup(m->a->arena, maps[i].map);
            return true;
        }
    return false;
}

static enum err_code read_map(struct importing *m, str *text)
{
    struct args *a = m->a;
    str name = args_str(a, "map");
    if (str_has(name, S("/")) || str_ends(name, S(".yaml")) || str_ends(name, S(".yml")))
        return folder_read(a->arena, name, MAP_BYTES_MAX, text, &a->err);
    str wanted = str_fmt(a->arena, "/%.*s.map.yaml", STR_ARG(name));
    str *known = NULL;
    size_t n = 0;
    for (size_t i = embed_first(S("towns/")); i < embed_count(); i++) {
        str path = str_of(embed_at(i)->path);
        if (!str_starts(path, S("towns/")))
            break;
        if (!str_ends(path, S(".map.yaml")))
            continue;
        if (str_ends(path, wanted)) {
            *text = embed_at(i)->bytes;
            return OK;
        }
        str file = str_sub(path, 0, path.n - S(".map.yaml").n);
        while (str_find(file, '/') < file.n)
            file = str_sub(file, str_find(file, '/') + 1, file.n);
        VEC_PUSH(a->arena, known, n) = file;
    }
    if (kept_map(m, name, text))
        return OK;
    return a->err.code != OK
               ? a->err.code
               : err_add(&a->err, ERR_MISSING, S("--map"), str_join(a->arena, known, n, S(", ")),
                     "there is no map of this name, shipped or kept in the town; a file has a "
                     "slash "
                     "or ends in .yaml",
                     "没有随附这个方案，镇里也没有存过这个模板；方案文件请写路径或以 .yaml 结尾");
}

// ---- a new job

struct making {
    struct import_order order;
    int64_t job;
};

static enum err_code make_job(struct ctx *c, void *arg, struct err *e)
{
    struct making *m = arg;
    return import_make(c, &m->order, &m->job, e);
}

static str file_name(str path)
{
    while (str_find(path, '/') < path.n)
        path = str_sub(path, str_find(path, '/') + 1, path.n);
    return path;
}

static int make(struct importing *m, int64_t *job)
{
    struct args *a = m->a;
    struct making x = {.order = {.dry = args_flag(a, "dry"),
                           .title = file_name(a->words[0]),
                           .sheet = args_str(a, "sheet")}};
    // Whole, because a later --resume may be called from elsewhere.
    char whole[PATH_MAX];
    if (!realpath(str_z(a->arena, a->words[0]), whole)) {
        err_add(
            &a->err, ERR_MISSING, a->words[0], (str){0}, "there is no such file", "没有这个文件");
        return EXIT_OPEN;
    }
    x.order.path = str_of(whole);
    if (read_map(m, &x.order.map) != OK)
        return EXIT_OPEN;
    enum err_code code = town_door_run(m->door, make_job, &x, &a->err);
    *job = x.job;
    if (code == OK)
        return EXIT_DONE;
    return code == ERR_INVALID || code == ERR_LIMIT ? EXIT_FOUND : EXIT_FAILED;
}

// ---- rows with mistakes

static enum err_code each_problem(struct ctx *c, int64_t job,
    void (*f)(void *arg, const struct import_problem *p), void *arg, struct err *e)
{
    struct arena *page = arena_new();
    struct ctx mine = *c;
    mine.arena = page;
    int64_t after = 0;
    for (;;) {
        struct import_problem *p;
        size_t n;
        if (import_problems(&mine, job, after, PROBLEMS_PAGE, &p, &n, e) != OK || n == 0)
            break;
        for (size_t i = 0; i < n; i++)
            f(arg, &p[i]);
        after = p[n - 1].row;
        arena_reset(page);
    }
    arena_free(page);
    return e->code;
}

struct sheet {
    FILE *out;
    struct arena *arena;
};

static void write_row(struct sheet *s, const str *cells, size_t n, bool first)
{
    struct buf b;
    buf_init(&b, s->arena, MIB);
    if (first)
        csv_write_bom(&b);
    csv_write_row(&b, cells, n);
    (void)fwrite(b.s, 1, b.n, s->out);
    arena_reset(s->arena);
}

static void write_problem(void *arg, const struct import_problem *p)
{
    struct sheet *s = arg;
    str cells[] = {
        str_fmt(s->arena, "%" PRId64, p->row), p->column, p->value, p->message, p->expected};
    write_row(s, cells, ARRAY_LEN(cells), false);
}

// The rows themselves, to be put right.
static enum err_code pour_rows(struct args *a, struct ctx *c, int64_t job, FILE *out)
{
    struct import_problem_book *b = import_problem_book_open(c, job, &a->err);
    char *piece = arena_alloc(a->arena, PIECE_BYTES);
    int64_t n = 0;
    if (!b)
        return a->err.code;
    while ((n = import_problem_book_read(b, piece, PIECE_BYTES)) > 0)
        if (fwrite(piece, 1, (size_t)n, out) != (size_t)n)
            break; // said by ferror
    enum err_code code = n < 0 ? import_problem_book_error(b, &a->err) : OK;
    import_problem_book_close(b);
    return code;
}

static enum err_code write_problems(struct args *a, struct ctx *c, int64_t job)
{
    static const str heads[2][5] = {{{"行", 3}, {"列", 3}, {"值", 3}, {"问题", 6}, {"应为", 6}},
        {{"row", 3}, {"column", 6}, {"value", 5}, {"problem", 7}, {"expected", 8}}};
    str path = args_str(a, "problems"), unfinished = files_temporary(a->arena, path);
    struct sheet s = {.out = fopen(unfinished.s, "wxe"), .arena = arena_new()};
    enum err_code code = s.out ? OK : files_failed(&a->err, unfinished.s);
    if (code == OK) {
        bool book = str_ends(path, S(".xlsx"));
        if (!book)
            write_row(&s, heads[a->err.lang == LANG_EN], 5, true);
        code =
            book ? pour_rows(a, c, job, s.out) : each_problem(c, job, write_problem, &s, &a->err);
        bool whole = !ferror(s.out);
        whole = fclose(s.out) == 0 && whole;
        if (code == OK && (!whole || rename(unfinished.s, str_z(a->arena, path)) != 0))
            code = files_failed(&a->err, path.s);
    }
    if (code != OK)
        (void)unlink(unfinished.s);
    arena_free(s.arena);
    return code;
}

struct shown {
    struct args *a;
    struct args_json *json;
    int64_t n;
};

static void show_problem(void *arg, const struct import_problem *p)
{
    struct shown *s = arg;
    if (s->n++ >= PROBLEMS_SHOWN)
        return;
    if (s->json) {
        struct jw *w = &s->json->w;
        jw_obj(w);
        jw_ki64(w, "row", p->row);
        jw_kstr(w, "column", p->column);
        jw_kstr(w, "value", p->value);
        jw_kstr(w, "message", p->message);
        jw_kstr(w, "expected", p->expected);
        jw_end_obj(w);
        return;
    }
    args_say(s->a, "  row %" PRId64 ", %.*s \"%.*s\": %.*s%s%.*s",
        "  第 %" PRId64 " 行 %.*s“%.*s”：%.*s%s%.*s", p->row, STR_ARG(p->column), STR_ARG(p->value),
        STR_ARG(p->message),
        p->expected.n == 0          ? ""
        : s->a->err.lang == LANG_EN ? "; expected "
                                    : "；应为 ",
        STR_ARG(p->expected));
}

// ---- what a trial would change

static enum err_code show_changes(
    struct args *a, struct ctx *c, int64_t job, struct args_json *json)
{
    struct import_change_row *p;
    size_t n;
    enum err_code code = import_changes(c, job, 0, CHANGES_SHOWN, &p, &n, &a->err);
    for (size_t i = 0; code == OK && i < n; i++) {
        if (!json) {
            args_say(a, "  row %" PRId64 ", %.*s %.*s, %.*s: \"%.*s\" -> \"%.*s\"",
                "  第 %" PRId64 " 行 %.*s %.*s，%.*s：“%.*s” → “%.*s”", p[i].row, STR_ARG(p[i].no),
                STR_ARG(p[i].name), STR_ARG(p[i].title), STR_ARG(p[i].was), STR_ARG(p[i].is));
            continue;
        }
        struct jw *w = &json->w;
        jw_obj(w);
        jw_ki64(w, "row", p[i].row);
        jw_kstr(w, "no", p[i].no);
        jw_kstr(w, "name", p[i].name);
        jw_kstr(w, "title", p[i].title);
        jw_kstr(w, "was", p[i].was);
        jw_kstr(w, "is", p[i].is);
        jw_end_obj(w);
    }
    return code;
}

// ---- reports

static void report_json(
    struct importing *m, int64_t job, bool stopped, const struct import_result *r)
{
    struct args_json j;
    struct ctx c = town_door_reader(m->door);
    struct shown s = {.a = m->a, .json = &j};
    args_json_begin(m->a, &j);
    jw_ki64(&j.w, "job", job);
    jw_kbool(&j.w, "stopped", stopped);
    jw_ki64(&j.w, "rows", r->rows);
    jw_ki64(&j.w, "new", r->made);
    jw_ki64(&j.w, "updated", r->stepped);
    jw_ki64(&j.w, "same", r->same);
    jw_ki64(&j.w, "bad", r->bad);
    jw_key(&j.w, S("changes"));
    jw_arr(&j.w);
    (void)show_changes(m->a, &c, job, &j); // a mistake is said by the exit code
    jw_end_arr(&j.w);
    jw_key(&j.w, S("problems"));
    jw_arr(&j.w);
    if (r->bad > 0 && each_problem(&c, job, show_problem, &s, &m->a->err) != OK)
        s.n = 0; // said by the exit code
    jw_end_arr(&j.w);
    args_json_end(&j);
}

static enum err_code report_words(struct importing *m, int64_t job, const struct import_result *r)
{
    struct args *a = m->a;
    struct ctx c = town_door_reader(m->door);
    struct shown s = {.a = a};
    args_say(a,
        "job %" PRId64 ": %" PRId64 " rows, %" PRId64 " new, %" PRId64 " updated, %" PRId64
        " there before, %" PRId64 " with mistakes",
        "任务 %" PRId64 "：共 %" PRId64 " 行，新增 %" PRId64 "，更新 %" PRId64 "，已有 %" PRId64
        "，有问题 %" PRId64,
        job, r->rows, r->made, r->stepped, r->same, r->bad);
    if (show_changes(a, &c, job, NULL) != OK)
        return a->err.code;
    if (r->bad > 0 && each_problem(&c, job, show_problem, &s, &a->err) != OK)
        return a->err.code;
    if (s.n > PROBLEMS_SHOWN)
        args_say(a, "  and %" PRId64 " more mistakes; --problems OUT.csv has them all",
            "  另有 %" PRId64 " 处，用 --problems OUT.csv 取全部", s.n - PROBLEMS_SHOWN);
    return OK;
}

static int report(struct importing *m, int64_t job, const struct import_result *r)
{
    struct args *a = m->a;
    struct ctx c = town_door_reader(m->door);
    bool stopped = interrupt_seen() && r->bytes < r->bytes_total;
    if (args_given(a, "problems") && write_problems(a, &c, job) != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json)
        report_json(m, job, stopped, r);
    else if (report_words(m, job, r) != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->err.code != OK)
        return EXIT_FAILED;
    if (stopped)
        args_say(a, "stopped; go on with --resume %" PRId64,
            "已中断，可用 --resume %" PRId64 " 继续", job);
    return stopped ? EXIT_FAILED : r->bad > 0 ? EXIT_FOUND : EXIT_DONE;
}

static int import_it(struct importing *m, int64_t job, const struct import_door *door)
{
    struct args *a = m->a;
    struct ctx reader = town_door_reader(m->door);
    struct import_result r;
    progress_start(&m->bar, a, "import");
    enum err_code code = import_run(&reader, job, door, &r, &a->err);
    progress_end(&m->bar);
    if (code != OK) {
        args_say(a,
            "job %" PRId64 " has ended early; when the cause is gone, go on with --resume %" PRId64,
            "任务 %" PRId64 " 未完成，排除原因后可用 --resume %" PRId64 " 继续", job, job);
        return args_fail(a, EXIT_FAILED);
    }
    db_read_end(reader.db);
    search_up_quietly(a, m->door);
    return report(m, job, &r);
}

static int undo_it(struct importing *m, int64_t job, const struct import_door *door)
{
    struct args *a = m->a;
    struct ctx reader = town_door_reader(m->door);
    int64_t undone = 0, kept = 0;
    m->undoes = true;
    progress_start(&m->bar, a, "undo");
    enum err_code code = import_undo(&reader, job, door, &undone, &kept, &a->err);
    progress_end(&m->bar);
    if (code != OK)
        return args_fail(a,
            code == ERR_STORE || code == ERR_FULL || code == ERR_BUSY ? EXIT_FAILED : EXIT_USAGE);
    if (a->json)
        printf("{\"job\":%" PRId64 ",\"undone\":%" PRId64 ",\"kept\":%" PRId64 "}\n", job, undone,
            kept);
    args_say(a,
        "%" PRId64 " items taken back, %" PRId64 " kept because somebody has worked on them",
        "撤销 %" PRId64 " 个事项；%" PRId64 " 个已有人办理，保留", undone, kept);
    return kept > 0 ? EXIT_FOUND : EXIT_DONE;
}

static int work_on(struct importing *m, int64_t job, const struct import_door *door)
{
    struct args *a = m->a;
    int lock;
    if (town_lock(a->arena, args_dir(a), job, &lock, &a->err) != OK)
        return args_fail(a, EXIT_FAILED);
    int code = args_given(a, "undo") ? undo_it(m, job, door) : import_it(m, job, door);
    files_unlock(lock);
    return code;
}

static int run_in(struct args *a, struct town_door *d)
{
    struct importing m = {.a = a, .door = d};
    struct import_door door = {&m, in_transaction, show};
    int64_t job = 0;
    if (town_door_as(d, args_str(a, "as"), &a->err) != OK)
        return args_fail(a, EXIT_USAGE);
    interrupt_catch();
    if (args_given(a, "undo"))
        return work_on(&m, args_i64(a, "undo"), &door);
    if (args_given(a, "resume"))
        return work_on(&m, args_i64(a, "resume"), &door);
    int code = make(&m, &job);
    return code == EXIT_DONE ? work_on(&m, job, &door) : args_fail(a, code);
}

static int run(struct args *a)
{
    static const char *const OF_CELLS[] = {"layer", "title", "unit-kind", "datum", "from"};
    if (str_eq(args_str(a, "kind"), S("cells")))
        return import_cells_run(a);
    for (size_t i = 0; i < ARRAY_LEN(OF_CELLS); i++)
        if (args_given(a, OF_CELLS[i]))
            args_wrong(a, OF_CELLS[i], "--kind cells", "goes with cells only", "只用于导入网格");
    if (args_given(a, "kind"))
        return import_list_run(a);
    int ways = (a->n > 0) + args_given(a, "undo") + args_given(a, "resume");
    if (ways != 1)
        args_wrong(a, "import", "FILE | --resume JOB | --undo JOB", "wants one of these",
            "须给出其中一项");
    if (a->n > 0 && !args_given(a, "map"))
        args_wrong(a, "--map", "--map MAP | --kind units|classes|people|places|cells",
            "say what the columns mean, or which list of the town it is",
            "请用 --map 指明事项的导入方案，或用 --kind 指明是哪种名单");
    if (args_given(a, "undo") && args_given(a, "problems"))
        args_wrong(a, "--problems", "", "does not go with --undo", "不能与 --undo 同用");
    if (a->n == 0 && args_flag(a, "dry"))
        args_wrong(a, "--dry", "", "goes with a file only", "只能与文件同用");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    struct town_door *d = town_door_open(a, TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = run_in(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_IMPORT = {"import", "FILE --map MAP | FILE --kind LIST [OPTIONS]",
    "bring orders in (--map), or units, classes, people, places or cells (--kind)",
    "导入事项（--map），或单位、分类、人员、地名、网格（--kind）",
    "  bihuan import orders.xlsx --map city-orders --dir var/town --dry\n"
    "  bihuan import orders.csv --map city-orders --dir var/town --problems wrong.xlsx\n"
    "  bihuan import --resume 3 --dir var/town\n"
    "  bihuan import --undo 3 --dir var/town\n"
    "  bihuan import units.yaml --kind units --dir var/town --dry\n"
    "  bihuan import people.csv --kind people --dir var/town\n"
    "  bihuan import places.csv --kind places --dir var/town\n"
    "  bihuan import police.geojson --kind cells --layer police --datum gcj02 --dir var/town --dry",
    OPTIONS, 0, 1, run};
