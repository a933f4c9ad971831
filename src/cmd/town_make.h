// A new town's folder, whole or not at all.
#ifndef BH_CMD_TOWN_MAKE_H
#define BH_CMD_TOWN_MAKE_H

#include "cmd/cmd.h"
#include "domain/town.h"

// A folder with a slash in its name, or else the name of a shipped town.
struct town_source town_make_source(struct arena *a, str name);
// Does the folder hold a database? The other commands that open one for writing would make an empty
// one.
bool town_make_there(struct arena *a, str dir);
// Makes database, key and town in dir as it stands; what is there already (a key put there before)
// is kept.
enum err_code town_make_in(struct args *a, str dir, str server, const struct town_source *src,
    int64_t now_us, int64_t *town) MUST_USE;
// The same in a folder beside dir, which it then becomes. dir must be empty or not there.
enum err_code town_make_whole(struct args *a, str dir, str server, const struct town_source *src,
    int64_t now_us, int64_t *town) MUST_USE;

#endif
