#include "cmd/def_check.h"

#include <stdio.h>
#include <stdlib.h>
#include "cmd/town_door.h"
#include "cmd/town_make.h"
#include "domain/publish.h"
#include "domain/town_list.h"
#include "domain/yaml.h"
#include "store/folder.h"

enum { FOLDER_FILES_MAX = 1000 };

// A file of the folder. Class schemes lie beside the definitions that name them.
struct checking {
    str path, text, kind, key;
    struct err e;         // what is wrong in it
    struct published out; // what it defines, and what to think about
};
struct folder {
    struct checking *at;
    size_t n, wrong;
};

enum err_code def_check_read(struct args *a, str path, str *text)
{
    if (folder_read(a->arena, path, DEF_BYTES_MAX, text, &a->err) != OK)
        return a->err.code;
    a->err.file = path;
    return OK;
}

// The member that tells each kind, and names what is defined where there are several of a kind.
static const char *const MARKS[][2] = {{"loop", "loop"}, {"register", "register"},
    {"week", "calendar"}, {"roles", "roles"}, {"score", "score"}, {"classes", "classes"},
    {"keydate", "keydate"},

    {"supervision", "supervision"}};

static void look(struct args *a, str text, str *kind, str *key)
{
    struct err unheard; // what is wrong in the text is said when it is checked
    err_init(&unheard, a->arena, a->err.lang);
    const struct yaml *y = yaml_parse(a->arena, text, &unheard);
    *kind = S("loop");
    *key = (str){0};
    for (size_t i = 0; y && i < ARRAY_LEN(MARKS); i++) {
        const struct yaml *x = yaml_get(y, MARKS[i][0]);
        if (!x)
            continue;
        *kind = str_of(MARKS[i][1]);
        *key = str_eq(*kind, S("calendar")) ? yaml_get_str(y, "calendar")
               : x->type == YAML_SCALAR     ? x->s
                                            : *kind;
        return;
    }
}

str def_check_kind(struct args *a, str text)
{
    str kind, key;
    if (args_given(a, "kind"))
        return args_str(a, "kind");
    look(a, text, &kind, &key);
    return kind;
}

static bool good(const struct err *e)
{
    return e->code == OK || e->code == ERR_CONFLICT; // the version in force is right as well
}

static void check_classes(struct ctx *c, struct checking *x)
{
    struct town_list_counts counts;
    struct town_list *list = town_list_read(c->arena, TOWN_LIST_CLASSES, x->text, &x->e);
    if (list && town_list_check(c, list, &counts, &x->e) != OK)
        CHECK(x->e.code != OK); // said in the file's own notes
}

static void check_one(struct args *a, struct ctx *c, struct checking *x)
{
    err_init(&x->e, a->arena, a->err.lang);
    x->e.file = x->path;
    err_init(&x->out.hints, a->arena, a->err.lang);
    if (str_eq(x->kind, S("classes")))
        check_classes(c, x);
    else if (def_publish(c, x->kind, x->text, true, &x->out, &x->e) != OK)
        CHECK(x->e.code != OK);
    x->out.hints.file = x->path;
}

// ---- saying

static void json_one(struct jw *w, const struct checking *x)
{
    jw_kbool(w, "ok", good(&x->e));
    jw_kstr(w, "kind", x->kind);
    jw_kstr(w, "key", x->out.key);
}

static void say_hints(struct args *a, const struct checking *x)
{
    if (x->out.hints.n > 0)
        args_say(a, "to think about, no mistakes:\n%.*s", "请再想想（不算错）：\n%.*s",
            STR_ARG(str_trim(err_text(&x->out.hints, a->arena))));
}

static int checked_one(struct args *a, const struct checking *x)
{
    if (!a->json && !good(&x->e)) {
        a->err = x->e;
        return args_fail(a, EXIT_FOUND);
    }
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        json_one(&j.w, x);
        if (!good(&x->e))
            args_json_notes(&j, "errors", &x->e);
        args_json_notes(&j, "hints", &x->out.hints);
        args_json_end(&j);
    }
    args_say(a, "%.*s: %.*s \"%.*s\" is right%s", "%.*s：%.*s“%.*s”没有问题%s", STR_ARG(x->path),
        STR_ARG(x->kind), STR_ARG(x->out.key),
        x->e.code != ERR_CONFLICT ? ""
        : a->err.lang == LANG_EN  ? ", and in force already"
                                  : "，与现行版本相同");
    say_hints(a, x);
    return good(&x->e) ? EXIT_DONE : EXIT_FOUND;
}

static void json_folder(struct args *a, const struct folder *f)
{
    struct args_json j;
    args_json_begin(a, &j);
    jw_kbool(&j.w, "ok", f->wrong == 0);
    jw_key(&j.w, S("files"));
    jw_arr(&j.w);
    for (size_t i = 0; i < f->n; i++) {
        jw_obj(&j.w);
        jw_kstr(&j.w, "file", f->at[i].path);
        json_one(&j.w, &f->at[i]);
        if (!good(&f->at[i].e))
            args_json_notes(&j, "errors", &f->at[i].e);
        args_json_notes(&j, "hints", &f->at[i].out.hints);
        jw_end_obj(&j.w);
    }
    jw_end_arr(&j.w);
    args_json_end(&j);
}

static int checked_all(struct args *a, const struct folder *f)
{
    if (a->json)
        json_folder(a, f);
    for (size_t i = 0; !a->json && i < f->n; i++) {
        if (!good(&f->at[i].e))
            (void)fprintf(stderr, "%.*s", STR_ARG(err_text(&f->at[i].e, a->arena)));
        say_hints(a, &f->at[i]);
    }
    if (f->wrong == 0)
        args_say(a, "%.*s: %zu files, all right", "%.*s：%zu 个文件，没有问题",
            STR_ARG(a->words[1]), f->n);
    else
        args_say(a, "%.*s: %zu files, mistakes in %zu", "%.*s：%zu 个文件，其中 %zu 个有问题",
            STR_ARG(a->words[1]), f->n, f->wrong);
    return f->wrong == 0 ? EXIT_DONE : EXIT_FOUND;
}

// ---- a file, a folder

static int check_file(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    struct checking x = {.path = a->words[1]};
    if (def_check_read(a, x.path, &x.text) != OK)
        return args_fail(a, EXIT_OPEN);
    x.kind = def_check_kind(a, x.text);
    check_one(a, &c, &x);
    return checked_one(a, &x);
}

static enum err_code read_files(struct args *a, struct folder *f)
{
    str *names = NULL;
    if (folder_files(a->arena, a->words[1], S(".yaml"), FOLDER_FILES_MAX, &names, &f->n, &a->err) !=
        OK)
        return a->err.code;
    f->at = NEW_ARRAY(a->arena, f->n + 1, struct checking);
    for (size_t i = 0; i < f->n; i++) {
        struct checking *x = &f->at[i];
        x->path = names[i];
        if (folder_read(a->arena, x->path, DEF_BYTES_MAX, &x->text, &a->err) != OK)
            return a->err.code;
        look(a, x->text, &x->kind, &x->key);
    }
    return f->n > 0 ? OK
                    : err_add(&a->err, ERR_MISSING, a->words[1], S("*.yaml"), "holds no definition",
                          "里没有定义文件");
}

static void check_twice(struct folder *f, size_t at)
{
    struct checking *x = &f->at[at];
    for (size_t i = 0; i < at; i++)
        if (x->key.n > 0 && str_eq(f->at[i].kind, x->kind) && str_eq(f->at[i].key, x->key) &&
            !str_eq(x->kind, S("classes")))
            err_add(&x->e, ERR_INVALID, x->key, (str){0}, "is already defined by %.*s",
                "已由 %.*s 定义", STR_ARG(f->at[i].path));
}

// A scheme that is right; the others are told when their turn comes.
static enum err_code bring_classes(struct ctx *c, void *arg, struct err *e)
{
    const struct checking *x = arg;
    struct town_list_counts counts;
    struct town_list *list = town_list_read(c->arena, TOWN_LIST_CLASSES, x->text, e);
    return list ? town_list_write(c, list, &counts, e) : e->code;
}

static int check_folder(struct args *a, struct town_door *d)
{
    struct folder f = {0};
    if (read_files(a, &f) != OK)
        return args_fail(a, EXIT_OPEN);
    // A town that is there gets its classes by a list; here loops may name what lies beside them.
    for (size_t i = 0; i < f.n && !args_given(a, "dir"); i++) {
        struct err unheard;
        err_init(&unheard, a->arena, a->err.lang);
        if (str_eq(f.at[i].kind, S("classes")) &&
            town_door_run(d, bring_classes, &f.at[i], &unheard) != OK)
            continue;
    }
    struct ctx reader = town_door_reader(d), *c = &reader;
    struct rules_text *texts = NEW_ARRAY(a->arena, f.n, struct rules_text);
    for (size_t i = 0; i < f.n; i++)
        texts[i] = (struct rules_text){f.at[i].kind, f.at[i].key, f.at[i].text};
    struct rules *r = rules_load(c->db, c->rules->town, &a->err);
    if (!r)
        return args_fail(a, EXIT_OPEN);
    rules_suppose(r, texts, f.n);
    c->rules = r;
    for (size_t i = 0; i < f.n; i++) {
        check_one(a, c, &f.at[i]);
        check_twice(&f, i);
        f.wrong += !good(&f.at[i].e);
    }
    rules_free(r);
    return checked_all(a, &f);
}

static int check_in(struct args *a, struct town_door *d)
{
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = folder_is(str_z(a->arena, a->words[1])) ? check_folder(a, d) : check_file(a, d);
    town_door_close(d);
    return code;
}

// A town made for the check alone, when none is named: its rules are those of the demonstration
// town.
static struct town_door *shipped_town(struct args *a, char *folder)
{
    struct town_source src = town_source_embedded(a->arena, S("xinjing"));
    int64_t town;
    enum err_code code = town_make_in(a, str_of(folder), S(""), &src, tm_now(), &town);
    return code == OK ? town_door_open_at(a, str_of(folder), TOWN_DOOR_WRITE) : NULL;
}

int def_check(struct args *a)
{
    if (args_given(a, "dir"))
        return check_in(a, town_door_open(a, TOWN_DOOR_LOOK));
    const char *tmp = getenv("TMPDIR");
    char *folder =
        str_z(a->arena, str_fmt(a->arena, "%s/bihuan-check-XXXXXX", tmp && *tmp ? tmp : P_tmpdir));
    if (!mkdtemp(folder)) {
        err_add(&a->err, ERR_STORE, str_of(folder), (str){0}, "cannot be made", "无法创建");
        return args_fail(a, EXIT_FAILED);
    }
    int code = check_in(a, shipped_town(a, folder));
    folder_remove(folder);
    return code;
}
