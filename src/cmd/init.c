#include <stdio.h>
#include "cmd/cmd.h"
#include "domain/town.h"

static const struct opt OPTIONS[] = {
    {"town", OPT_STR, "NAME|FOLDER",
        "a shipped town (xinjing, pingshan-sample) or a folder with a town.yaml",
        "随附的镇（xinjing、pingshan-sample）或含 town.yaml 的目录", "xinjing"},
    {0},
};

static int run(struct args *a)
{
    str name = args_str(a, "town");
    bool folder = str_has(name, S("/"));
    struct town_source src =
        folder ? town_source_folder(a->arena, name) : town_source_embedded(a->arena, name);
    struct keys keys;
    int64_t town = 0;
    struct db *db = town_open(a->arena, args_dir(a), true, tm_now(), &a->err);
    if (!db)
        return args_fail(a, EXIT_OPEN);
    enum err_code code = town_keys(a->arena, args_dir(a), true, &keys, &a->err);
    if (code == OK)
        code = town_init(db, a->arena, &src, &keys, tm_now(), &town, &a->err);
    db_close(db);
    if (code != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json)
        printf("{\"town\":%" PRId64 "}\n", town);
    else
        printf("%" PRId64 "\n", town);
    return EXIT_DONE;
}

const struct cmd CMD_INIT = {"init", "[OPTIONS]", "make a new town in an empty folder",
    "在空目录里建一个镇",
    "  bihuan init --dir var/town --town xinjing\n  bihuan init --dir var/town --town ./my-town/",
    OPTIONS, 0, 0, run};
