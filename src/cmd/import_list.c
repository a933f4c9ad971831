#include "cmd/import_list.h"

#include "store/folder.h"
#include "cmd/town_door.h"
#include "domain/town_list.h"

struct listing {
    struct town_list *list;
    struct town_list_counts counts;
};

static enum err_code write_list(struct ctx *c, void *arg, struct err *e)
{
    struct listing *l = arg;
    return town_list_write(c, l->list, &l->counts, e);
}

static enum err_code read_list(struct args *a, enum town_list_kind kind, struct listing *l)
{
    str text;
    if (folder_read(a->arena, a->words[0], TOWN_LIST_BYTES_MAX, &text, &a->err) != OK)
        return a->err.code;
    a->err.file = a->words[0];
    l->list = town_list_read(a->arena, kind, text, &a->err);
    return a->err.code;
}

static void report(struct args *a, enum town_list_kind kind, const struct town_list_counts *n)
{
    struct args_json j;
    bool dry = args_flag(a, "dry");
    if (a->json) {
        args_json_begin(a, &j);
        jw_kstr(&j.w, "kind", town_list_name(kind));
        jw_kbool(&j.w, "dry", dry);
        jw_ki64(&j.w, "made", n->made);
        jw_ki64(&j.w, "changed", n->changed);
        jw_ki64(&j.w, "same", n->same);
        jw_ki64(&j.w, "left", n->left);
        args_json_end(&j);
        return;
    }
    args_say(a, "%s%" PRId64 " new, %" PRId64 " changed, %" PRId64 " as they were",
        "%s新增 %" PRId64 "，变更 %" PRId64 "，未变 %" PRId64,
        dry ? a->err.lang == LANG_EN ? "would be: " : "试算：" : "", n->made, n->changed, n->same);
    if (n->left > 0)
        args_say(a, "%" PRId64 " names or roles are left to the administrator who may change them",
            "%" PRId64 " 处姓名或角色须由有权的管理员用同一名单导入", n->left);
}

static int run_in(struct args *a, struct town_door *d, enum town_list_kind kind)
{
    struct listing l = {0};
    bool dry = args_flag(a, "dry");
    if (town_door_as(d, args_str(a, "as"), &a->err) != OK)
        return args_fail(a, EXIT_USAGE);
    enum err_code code = read_list(a, kind, &l);
    if (code != OK)
        return args_fail(a, code == ERR_INVALID || code == ERR_LIMIT ? EXIT_FOUND : EXIT_OPEN);
    struct ctx reader = town_door_reader(d);
    db_read_begin(reader.db);
    code = dry ? town_list_check(&reader, l.list, &l.counts, &a->err)
               : town_list_prepare(&reader, l.list, &a->err);
    db_read_end(reader.db);
    if (code == OK && !dry)
        code = town_door_run(d, write_list, &l, &a->err);
    if (code != OK)
        return args_fail(a,
            code == ERR_STORE || code == ERR_FULL || code == ERR_BUSY ? EXIT_FAILED : EXIT_FOUND);
    report(a, kind, &l.counts);
    return EXIT_DONE;
}

int import_list_run(struct args *a)
{
    enum town_list_kind kind = TOWN_LIST_UNITS;
    if (!town_list_kind_of(args_str(a, "kind"), &kind))
        args_wrong(a, "--kind", "units|classes|people|places|cells", "is not a kind of list",
            "没有这种名单");
    if (a->n == 0)
        args_wrong(a, "import", "FILE", "wants the list", "须给出名单文件");
    static const char *const OTHERS[] = {"map", "problems", "undo", "resume"};
    for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++)
        if (args_given(a, OTHERS[i]))
            args_wrong(a, "--kind", "", "goes with --dry and --as only; orders want --map",
                "只能与 --dry、--as 同用；导入事项请用 --map");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    struct town_door *d = town_door_open(a, args_flag(a, "dry") ? TOWN_DOOR_LOOK : TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = run_in(a, d, kind);
    town_door_close(d);
    return code;
}
