// The command line: one table of commands, each with one table of options, from which parsing and
// --help follow.
//
// Exit codes, the same for every command: 0 done; 1 done, but something was found wrong (problem
// rows, a broken chain); 2 wrong use (said on standard error); 3 the town or a file is missing or
// cannot be opened; 4 it failed.
#ifndef BH_CMD_CMD_H
#define BH_CMD_CMD_H

#include "base/json.h"

enum cmd_exit { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_OPEN = 3, EXIT_FAILED = 4 };

enum opt_type { OPT_FLAG, OPT_STR, OPT_I64 };
struct opt {
    const char *name; // "port": --port N
    enum opt_type type;
    const char *value; // what stands for the value in --help: N, DIR, FILE
    const char *help, *help_zh;
    const char *otherwise; // default, as text; NULL: none
    int64_t min, max;      // OPT_I64
};
enum { CMD_OPTS_MAX = 24, CMD_WORDS_MAX = 8 };
struct args {
    struct arena *arena;
    struct err err;
    const struct cmd *cmd;
    struct {
        bool given, flag;
        str s;
        int64_t i;
    } opts[CMD_OPTS_MAX];     // beside cmd->opts
    str words[CMD_WORDS_MAX]; // what is not an option
    size_t n;
    bool json;
};
struct cmd {
    const char *name;
    const char *words; // "FILE --map MAP": shown in the usage line
    const char *help, *help_zh;
    const char *examples; // one a line
    const struct opt *opts;
    size_t words_min, words_max;
    int (*run)(struct args *a);
};

// Options every command has: --dir DIR, --json, --lang zh|en, --help.
str args_dir(const struct args *a);
bool args_given(const struct args *a, const char *name);
bool args_flag(const struct args *a, const char *name);
str args_str(const struct args *a, const char *name);
int64_t args_i64(const struct args *a, const char *name);
// Prints the notes to standard error (or as JSON on standard output with --json) and answers the
// exit code.
int args_fail(struct args *a, int code);
// Adds a note of wrong use: name stands as it was typed ("--map", a word).
void args_wrong(
    struct args *a, const char *name, const char *expected, const char *en, const char *zh);
// A line for people on standard output, in the language asked for; nothing with --json.
void args_say(const struct args *a, const char *en, const char *zh, ...) PRINTF_LIKE(2, 4)
    PRINTF_LIKE(3, 4);

// The answer with --json: one object on one line of standard output. Its members are written with
// w.
struct args_json {
    struct buf out;
    struct jw w;
};
void args_json_begin(struct args *a, struct args_json *j);
void args_json_some(
    struct args_json *j); // in long lists: prints what is there, so that memory stays flat
void args_json_end(struct args_json *j);
// key: [...], "errors" or "hints"
void args_json_notes(struct args_json *j, const char *key, const struct err *e);

// A bar with what is done and what remains on a terminal; a plain line now and then elsewhere.
struct progress {
    const char *what;
    int64_t started_us, shown_us;
    int64_t from; // what was done at the first call: a resumed import begins in the middle
    bool begun;
    enum lang lang;
    bool terminal, quiet;
};
void progress_start(struct progress *p, const struct args *a, const char *what);
void progress_show(void *p, int64_t done, int64_t total);
void progress_end(struct progress *p);

const char *cmd_version(void); // "0.1.0"
int cmd_main(int argc, char **argv);

// The commands, one file each.
extern const struct cmd CMD_SERVE, CMD_INIT, CMD_IMPORT, CMD_EXPORT, CMD_DEF, CMD_DEMO, CMD_TOKEN,
    CMD_AUDIT, CMD_TALLY, CMD_YEARS, CMD_CITY, CMD_SEARCH, CMD_SCORE, CMD_BACKUP, CMD_RESTORE,
    CMD_MOVE, CMD_DOCTOR, CMD_ROUTE, CMD_CADENCE, CMD_VERSION;

#endif
