#include "cmd/town_make.h"

#include <unistd.h>
#include "store/folder.h"
#include "store/files.h"

struct town_source town_make_source(struct arena *a, str name)
{
    return str_has(name, S("/")) ? town_source_folder(a, name) : town_source_embedded(a, name);
}

bool town_make_there(struct arena *a, str dir)
{
    return town_there(a, dir);
}

enum err_code town_make_in(struct args *a, str dir, str server, const struct town_source *src,
    int64_t now_us, int64_t *town)
{
    struct keys keys;
    if (server.n > 0 && town_use_server(a->arena, dir, server, &a->err) != OK)
        return a->err.code;
    struct db *db = town_open(a->arena, dir, true, tm_now(), &a->err);
    if (!db)
        return a->err.code;
    enum err_code code = town_keys(a->arena, dir, true, &keys, &a->err);
    if (code == OK)
        code = town_init(db, a->arena, src, &keys, now_us, town, &a->err);
    if (code == OK && server.n > 0)
        code = town_is(a->arena, dir, *town, &a->err);
    db_close(db);
    return code;
}

enum err_code town_make_whole(struct args *a, str dir, str server, const struct town_source *src,
    int64_t now_us, int64_t *town)
{
    str unfinished = files_temporary(a->arena, dir);
    enum err_code code = folder_above(a->arena, dir, &a->err);
    if (code == OK)
        code = town_make_in(a, unfinished, server, src, now_us, town);
    if (code == OK)
        code = folder_settle(a->arena, unfinished.s, str_z(a->arena, dir), &a->err);
    if (code != OK)
        folder_remove(unfinished.s);
    return code;
}
