#include <stdio.h>
#include "cmd/interrupt.h"
#include "cmd/search_up.h"

static int status(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    struct search_state s;
    if (search_state(&c, &s, &a->err) != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json)
        printf("{\"items\":%" PRId64 ",\"waiting\":%" PRId64 ",\"blocks\":%" PRId64 "}\n", s.items,
            s.waiting, s.blocks);
    else
        args_say(a,
            "%" PRId64 " items, %" PRId64 " of them not in the search index yet; %" PRId64
            " blocks",
            "%" PRId64 " 个事项，其中 %" PRId64 " 个尚未编入检索索引；索引 %" PRId64 " 块", s.items,
            s.waiting, s.blocks);
    return EXIT_DONE;
}

static int fill(struct args *a, struct town_door *d, enum search_how how)
{
    interrupt_catch();
    enum err_code code = search_up(a, d, how);
    if (code != OK)
        return args_fail(a, code == ERR_BUSY ? EXIT_OPEN : EXIT_FAILED);
    int shown = status(a, d);
    return interrupt_seen() ? EXIT_FAILED : shown;
}

static int run(struct args *a)
{
    str word = a->words[0];
    bool looks = str_eq(word, S("status")), rebuilds = str_eq(word, S("rebuild"));
    if (!looks && !rebuilds && !str_eq(word, S("fill"))) {
        args_wrong(
            a, "search", "status, fill, rebuild", "does not know this word", "不认识这个子命令");
        return args_fail(a, EXIT_USAGE);
    }
    struct town_door *d = town_door_open(a, looks ? TOWN_DOOR_LOOK : TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = looks ? status(a, d) : fill(a, d, rebuilds ? SEARCH_REBUILD : SEARCH_FILL_UP);
    town_door_close(d);
    return code;
}

const struct cmd CMD_SEARCH = {"search", "status|fill|rebuild [OPTIONS]",
    "how far the search index is; fill it up, or build it anew beside the one in use",
    "查看检索索引进度；补齐索引，或重建索引（重建期间照常检索）",
    "  bihuan search status --dir var/town\n"
    "  bihuan search fill --dir var/town\n"
    "  bihuan search rebuild --dir var/town",
    NULL, 1, 1, run};
