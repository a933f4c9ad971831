#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "cmd/interrupt.h"
#include "cmd/town_door.h"
#include "domain/export.h"
#include "domain/item_list.h"
#include "store/files.h"

enum { PIECE_BYTES = 256 * KIB };

static const struct opt OPTIONS[] = {
    {"filter", OPT_STR, "TEXT", "which orders, as in the search box; empty: all",
        "选择哪些事项，写法同搜索框；空为全部"},
    {"out", OPT_STR, "FILE", "write there instead of to standard output",
        "写入文件，不写则输出到标准输出"},
    {"xlsx", OPT_FLAG, NULL, "a workbook for spreadsheet programs instead of CSV",
        "导出为 XLSX 工作簿，不写则为 CSV"},
    {"as", OPT_STR, "LOGIN", "what this person may see; without it everything",
        "以谁的权限，不写则为全部"},
    {0},
};

struct exporting {
    struct args *a;
    struct ctx c;
    const struct filter *filter;
    struct export *export;
    int64_t total;
    struct progress bar;
};

static enum err_code copy_out(struct exporting *x, FILE *out, const char *name)
{
    struct args *a = x->a;
    char *piece = arena_alloc(a->arena, PIECE_BYTES);
    int64_t n;
    while ((n = export_read(x->export, piece, PIECE_BYTES)) > 0) {
        if (fwrite(piece, 1, (size_t)n, out) != (size_t)n)
            return files_failed(&a->err, name);
        progress_show(&x->bar, export_rows(x->export), x->total);
        if (interrupt_seen())
            return err_add(&a->err, ERR_STORE, str_of(name), (str){0}, "interrupted", "已中断");
    }
    return n < 0 ? export_error(x->export, &a->err) : a->err.code;
}

// Whole or not at all: under another name until the last row is on disk.
static enum err_code to_file(struct exporting *x, str path)
{
    struct args *a = x->a;
    str unfinished = files_temporary(a->arena, path);
    FILE *out = fopen(unfinished.s, "wxe");
    if (!out)
        return files_failed(&a->err, unfinished.s);
    enum err_code code = copy_out(x, out, unfinished.s);
    if (code == OK && (fflush(out) != 0 || fsync(fileno(out)) != 0))
        code = files_failed(&a->err, unfinished.s);
    if (fclose(out) != 0 && code == OK)
        code = files_failed(&a->err, unfinished.s);
    if (code == OK && rename(unfinished.s, str_z(a->arena, path)) != 0)
        code = files_failed(&a->err, path.s);
    if (code != OK)
        (void)unlink(unfinished.s);
    return code;
}

static int report(struct exporting *x, str path)
{
    struct args *a = x->a;
    int64_t rows = export_rows(x->export);
    if (path.n == 0)
        return EXIT_DONE;
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "file", path);
        jw_ki64(&j.w, "rows", rows);
        jw_kstr(&j.w, "filter", filter_text(a->arena, x->filter));
        args_json_end(&j);
    }
    args_say(a, "%.*s: %" PRId64 " orders", "%.*s：%" PRId64 " 个事项", STR_ARG(path), rows);
    return EXIT_DONE;
}

static int export_it(struct exporting *x)
{
    struct args *a = x->a;
    str path = args_str(a, "out");
    x->export =
        export_open(&x->c, x->filter, args_flag(a, "xlsx") ? EXPORT_XLSX : EXPORT_CSV, &a->err);
    if (!x->export)
        return args_fail(a, EXIT_FAILED);
    interrupt_catch();
    x->total = item_count(&x->c, x->filter, 0, &a->err);
    progress_start(&x->bar, a, "export");
    enum err_code code = path.n > 0 ? to_file(x, path) : copy_out(x, stdout, "stdout");
    progress_end(&x->bar);
    int exit_code = code == OK ? report(x, path) : args_fail(a, EXIT_FAILED);
    export_close(x->export);
    return exit_code;
}

static int run_in(struct args *a, struct town_door *d)
{
    struct exporting x = {.a = a};
    if (town_door_as(d, args_str(a, "as"), &a->err) != OK)
        return args_fail(a, EXIT_USAGE);
    x.c = town_door_reader(d);
    x.filter = filter_asked(&x.c, a->arena, args_str(a, "filter"), &a->err);
    if (!x.filter || a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    return export_it(&x);
}

static int run(struct args *a)
{
    if (!args_given(a, "filter"))
        args_wrong(a, "--filter", "\"loop:hotline filed:2026-11\"",
            "say which orders; an empty text means all", "请指明哪些事项，空文字表示全部");
    if (a->json && !args_given(a, "out"))
        args_wrong(a, "--json", "--out FILE", "needs a file for the rows", "需同时给出 --out");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    struct town_door *d = town_door_open(a, TOWN_DOOR_READ);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = run_in(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_EXPORT = {"export", "--filter TEXT [OPTIONS]",
    "write the orders a filter chooses as CSV or XLSX", "把筛选出的事项导出为 CSV 或 XLSX",
    "  bihuan export --filter 'loop:hotline filed:2026-11' --out november.csv --dir var/town\n"
    "  bihuan export --filter 'loop:hotline filed:2026-11' --xlsx --out november.xlsx --dir "
    "var/town\n"
    "  bihuan export --filter 'overdue:yes' --as leader1 --dir var/town > overdue.csv",
    OPTIONS, 0, 0, run};
