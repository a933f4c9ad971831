#include <stdio.h>
#include "store/folder.h"
#include "cmd/town_make.h"

static const struct opt OPTIONS[] = {
    {"town", OPT_STR, "NAME|FOLDER",
        "a shipped town (xinjing, pingshan-sample) or a folder with a town.yaml",
        "随附的镇（xinjing、pingshan-sample）或含 town.yaml 的目录", "xinjing"},
    {"db", OPT_STR, "ADDRESS", "postgresql://… instead of a file in the folder",
        "用 PostgreSQL（postgresql://…）代替目录里的数据库文件"},
    {0},
};

static int run(struct args *a)
{
    struct town_source src = town_make_source(a->arena, args_str(a, "town"));
    str dir = args_dir(a);
    int64_t town = 0;
    // A folder with something in it, the key of a town that was there before for example, is made
    // the town's as it stands.
    enum err_code code = folder_empty(str_z(a->arena, dir))
                             ? town_make_whole(a, dir, args_str(a, "db"), &src, tm_now(), &town)
                             : town_make_in(a, dir, args_str(a, "db"), &src, tm_now(), &town);
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
