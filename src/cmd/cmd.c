#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/crypt.h"
#include "base/tm.h"

static const struct cmd *const COMMANDS[] = {
    &CMD_SERVE,
    &CMD_INIT,
    &CMD_IMPORT,
    &CMD_EXPORT,
    &CMD_DEF,
    &CMD_DEMO,
    &CMD_TOKEN,
    &CMD_AUDIT,
    &CMD_TALLY,
    &CMD_YEARS,
    &CMD_CITY,
    &CMD_SEARCH,
    &CMD_SCORE,
    &CMD_BACKUP,
    &CMD_RESTORE,
    &CMD_MOVE,
    &CMD_DOCTOR,
    &CMD_ROUTE,
    &CMD_CADENCE,
    &CMD_VERSION,
};

enum { ANSWER_BYTES_MAX = 64 * MIB };

static const struct opt COMMON[] = {
    {"dir", OPT_STR, "DIR", "the town's folder", "镇的数据目录", "var/town"},
    {"json", OPT_FLAG, NULL, "answer in JSON", "以 JSON 输出"},
    {"lang", OPT_STR, "zh|en", "language of messages", "提示语言", "zh"},
    {"help", OPT_FLAG, NULL, "this help", "显示帮助"},
    {0},
};
enum { COMMON_N = 4 };

static enum lang language(const struct args *a)
{
    return a->err.lang;
}

static size_t count(const struct opt *o)
{
    size_t n = 0;
    while (o && o[n].name)
        n++;
    return n;
}

// Command options stand first in args.opts, the common ones behind them.
static const struct opt *opt_at(const struct cmd *c, size_t i)
{
    size_t n = count(c->opts);
    return i < n ? &c->opts[i] : i < n + COMMON_N ? &COMMON[i - n] : NULL;
}

static size_t opt_find(const struct cmd *c, str name)
{
    size_t i = 0;
    for (const struct opt *o; (o = opt_at(c, i)) != NULL; i++)
        if (str_eq(str_of(o->name), name))
            return i;
    return SIZE_MAX;
}

static size_t must_find(const struct args *a, const char *name)
{
    size_t i = opt_find(a->cmd, str_of(name));
    CHECK(i != SIZE_MAX);
    return i;
}

bool args_given(const struct args *a, const char *name)
{
    return a->opts[must_find(a, name)].given;
}

bool args_flag(const struct args *a, const char *name)
{
    return a->opts[must_find(a, name)].flag;
}

str args_str(const struct args *a, const char *name)
{
    return a->opts[must_find(a, name)].s;
}

int64_t args_i64(const struct args *a, const char *name)
{
    return a->opts[must_find(a, name)].i;
}

str args_dir(const struct args *a)
{
    str dir = args_str(a, "dir");
    while (dir.n > 1 && dir.s[dir.n - 1] == '/')
        dir.n--;
    return dir;
}

static void set_value(struct args *a, size_t i, str value)
{
    const struct opt *o = opt_at(a->cmd, i);
    a->opts[i].s = value;
    if (o->type != OPT_I64)
        return;
    if (!str_i64(value, &a->opts[i].i) || a->opts[i].i < o->min || a->opts[i].i > o->max)
        err_add(&a->err, ERR_INVALID, str_fmt(a->arena, "--%s", o->name),
            str_fmt(a->arena, "%" PRId64 "..%" PRId64, o->min, o->max), "is not a number in range",
            "不是范围内的数字");
}

static str opt_names(struct args *a)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; opt_at(a->cmd, i); i++)
        VEC_PUSH(a->arena, names, n) = str_fmt(a->arena, "--%s", opt_at(a->cmd, i)->name);
    return str_join(a->arena, names, n, S(" "));
}

static void parse_option(struct args *a, int argc, char **argv, int *at)
{
    str word = str_of(argv[*at] + 2);
    size_t eq = str_find(word, '=');
    size_t i = opt_find(a->cmd, str_sub(word, 0, eq));
    if (i == SIZE_MAX) {
        err_add(&a->err, ERR_INVALID, str_of(argv[*at]), opt_names(a), "is not an option",
            "没有这个选项");
        return;
    }
    const struct opt *o = opt_at(a->cmd, i);
    a->opts[i].given = true;
    if (o->type == OPT_FLAG) {
        a->opts[i].flag = true;
    } else if (eq < word.n) {
        set_value(a, i, str_sub(word, eq + 1, word.n));
    } else if (*at + 1 < argc) {
        set_value(a, i, str_of(argv[++*at]));
    } else {
        err_add(
            &a->err, ERR_INVALID, str_of(argv[*at]), str_of(o->value), "needs a value", "缺少取值");
    }
}

static void parse(struct args *a, int argc, char **argv)
{
    for (size_t i = 0; opt_at(a->cmd, i); i++)
        if (opt_at(a->cmd, i)->otherwise)
            set_value(a, i, str_of(opt_at(a->cmd, i)->otherwise));
    bool words_only = false;
    for (int i = 0; i < argc; i++) {
        if (!utf8_valid(str_of(argv[i])))
            args_wrong(a, "", "UTF-8", "a word is not UTF-8", "参数不是 UTF-8 文字");
        else if (!words_only && strcmp(argv[i], "--") == 0)
            words_only = true;
        else if (!words_only && strncmp(argv[i], "--", 2) == 0)
            parse_option(a, argc, argv, &i);
        else if (a->n < CMD_WORDS_MAX && a->n < a->cmd->words_max)
            a->words[a->n++] = str_of(argv[i]);
        else
            err_add(&a->err, ERR_INVALID, str_of(argv[i]), str_of(a->cmd->words),
                "is one word too many", "多余的参数");
    }
    a->json = args_flag(a, "json");
    str lang = args_str(a, "lang");
    if (!str_eq(lang, S("zh")) && !str_eq(lang, S("en")))
        args_wrong(a, "--lang", "zh|en", "is not a language of the program", "没有这种语言");
    if (a->n < a->cmd->words_min && !args_flag(a, "help"))
        err_add(&a->err, ERR_INVALID, str_of(a->cmd->name), str_of(a->cmd->words),
            "a word is missing", "缺少参数");
}

static void print_opts(const struct opt *o, enum lang lang)
{
    for (; o && o->name; o++) {
        char left[64];
        (void)snprintf(
            left, sizeof(left), "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-22s %s", left, lang == LANG_EN ? o->help : o->help_zh);
        if (o->otherwise)
            printf(" (%s)", o->otherwise);
        printf("\n");
    }
}

static void print_help(const struct cmd *c, enum lang lang)
{
    printf("bihuan %s %s\n%s\n\n", c->name, c->words, lang == LANG_EN ? c->help : c->help_zh);
    print_opts(c->opts, lang);
    print_opts(COMMON, lang);
    if (c->examples)
        printf("\n%s\n%s\n", lang == LANG_EN ? "Examples" : "示例", c->examples);
    printf("\n%s\n", lang == LANG_EN ? "Exit codes: 0 done, 1 something was found wrong, 2 wrong "
                                       "use, 3 cannot be opened, 4 failed"
                                     : "退出码：0 完成，1 查出问题，2 用法不对，3 打不开，4 失败");
}

static void print_commands(enum lang lang)
{
    printf("bihuan COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
        printf("  %-10s %s\n", COMMANDS[i]->name,
            lang == LANG_EN ? COMMANDS[i]->help : COMMANDS[i]->help_zh);
    printf("\nbihuan COMMAND --help\n");
}

// ---- what is said

void args_wrong(
    struct args *a, const char *name, const char *expected, const char *en, const char *zh)
{
    err_add(&a->err, ERR_INVALID, str_of(name), str_of(expected), "%s", "%s",
        language(a) == LANG_EN ? en : zh);
}

void args_say(const struct args *a, const char *en, const char *zh, ...)
{
    if (a->json)
        return;
    va_list ap;
    va_start(ap, zh);
    if (language(a) == LANG_EN)
        (void)vprintf(en, ap);
    else
        (void)vprintf(zh, ap);
    va_end(ap);
    (void)putchar('\n');
}

void args_json_begin(struct args *a, struct args_json *j)
{
    buf_init(&j->out, a->arena, ANSWER_BYTES_MAX);
    jw_init(&j->w, &j->out);
    jw_obj(&j->w);
}

static void flush_json(struct args_json *j)
{
    CHECK(!j->out.overflow);
    (void)fwrite(j->out.s, 1, j->out.n, stdout);
    j->out.n = 0;
}

void args_json_some(struct args_json *j)
{
    if (j->out.n > MIB)
        flush_json(j);
}

void args_json_end(struct args_json *j)
{
    jw_end_obj(&j->w);
    buf_byte(&j->out, '\n');
    flush_json(j);
}

void args_json_notes(struct args_json *j, const char *key, const struct err *e)
{
    struct jw *w = &j->w;
    jw_key(w, str_of(key));
    jw_arr(w);
    for (size_t i = 0; i < e->n; i++) {
        jw_obj(w);
        jw_kstr(w, "code", str_of(err_code_name(e->notes[i].code)));
        jw_kstr(w, "field", e->notes[i].field);
        jw_kstr(w, "message", e->notes[i].message);
        jw_kstr(w, "expected", e->notes[i].expected);
        jw_ki64(w, "line", e->notes[i].line);
        jw_ki64(w, "column", e->notes[i].column);
        jw_end_obj(w);
    }
    jw_end_arr(w);
    if (e->dropped > 0)
        jw_ki64(w, "more", (int64_t)e->dropped);
}

int args_fail(struct args *a, int code)
{
    struct args_json j;
    if (a->json) {
        args_json_begin(a, &j);
        args_json_notes(&j, "errors", &a->err);
        args_json_end(&j);
    } else {
        (void)fflush(stdout);
        (void)fprintf(stderr, "%.*s\n", STR_ARG(str_trim(err_text(&a->err, a->arena))));
    }
    return code;
}

// ---- progress

void progress_start(struct progress *p, const struct args *a, const char *what)
{
    *p = (struct progress){.what = what,
        .started_us = tm_mono(),
        .lang = language(a),
        .terminal = isatty(STDERR_FILENO),
        .quiet = a->json};
    if (!p->terminal)
        p->shown_us = p->started_us; // what is over soon says nothing into a log
}

void progress_show(void *arg, int64_t done, int64_t total)
{
    struct progress *p = arg;
    int64_t now = tm_mono();
    if (!p->begun) {
        p->begun = true;
        p->from = done;
        p->started_us = now;
    }
    if (p->quiet || now - p->shown_us < (p->terminal ? US_SECOND / 10 : 10 * US_SECOND))
        return;
    p->shown_us = now;
    double share = total > 0 ? (double)done / (double)total : 0;
    double gone = (double)(now - p->started_us) / 1e6;
    double moved = total > 0 ? (double)(done - p->from) / (double)total : 0;
    double left = moved > 0.02 ? gone * (1 - share) / moved : -1;
    if (p->terminal) {
        char bar[31];
        for (int i = 0; i < 30; i++)
            bar[i] = i < (int)(share * 30) ? '#' : '.';
        bar[30] = 0;
        (void)fprintf(
            stderr, "\r%s %s %3.0f%% %" PRId64 "/%" PRId64, p->what, bar, share * 100, done, total);
    } else {
        (void)fprintf(stderr, "%s %.0f%% %" PRId64 "/%" PRId64, p->what, share * 100, done, total);
    }
    if (left >= 0)
        (void)fprintf(stderr, p->lang == LANG_EN ? " %.0f s left" : " 剩余 %.0f s", left);
    (void)fprintf(stderr, p->terminal ? "\033[K" : "\n");
}

void progress_end(struct progress *p)
{
    if (p->terminal && !p->quiet && p->shown_us)
        (void)fprintf(stderr, "\r\033[K");
}

// ---- the program

static enum lang first_language(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--lang=en") == 0 ||
            (i + 1 < argc && strcmp(argv[i], "--lang") == 0 && strcmp(argv[i + 1], "en") == 0))
            return LANG_EN;
    return LANG_ZH;
}

// An answer that did not reach its file, because the disk is full, was not given.
static int close_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    perror("bihuan: standard output");
    return code == EXIT_DONE || code == EXIT_FOUND ? EXIT_FAILED : code;
}

int cmd_main(int argc, char **argv)
{
    crypt_init();
    enum lang lang = first_language(argc, argv);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_commands(lang);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    struct args a = {.arena = arena_new()};
    err_init(&a.err, a.arena, lang);
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
        if (strcmp(argv[1], COMMANDS[i]->name) == 0)
            a.cmd = COMMANDS[i];
    if (!a.cmd) {
        (void)fprintf(
            stderr, "%s: %s\n", argv[1], lang == LANG_EN ? "no such command" : "没有这个命令");
        print_commands(lang);
        arena_free(a.arena);
        return EXIT_USAGE;
    }
    parse(&a, argc - 2, argv + 2);
    int code;
    if (a.err.code != OK) {
        code = args_fail(&a, EXIT_USAGE);
    } else if (args_flag(&a, "help")) {
        print_help(a.cmd, language(&a));
        code = EXIT_DONE;
    } else {
        code = a.cmd->run(&a);
    }
    code = close_output(code);
    arena_free(a.arena);
    return code;
}
