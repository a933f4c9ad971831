// A town's folder: opening its database, making a new one, its key.
#ifndef BH_DOMAIN_TOWN_H
#define BH_DOMAIN_TOWN_H

#include "domain/ctx.h"

// The database DIR/database names (a postgresql:// address), or DIR/bihuan.db; migrated when write.
// NULL and a note when DIR has no town (write false) or it cannot be opened.
struct db *town_open(struct arena *a, str dir, bool write, int64_t now_us, struct err *e) MUST_USE;
str town_db_path(struct arena *a, str dir);
bool town_there(struct arena *a, str dir); // does DIR have either?
bool town_on_server(struct arena *a, str dir);
// Makes DIR, if need be, and says in it that the town's database is that of a server.
enum err_code town_use_server(struct arena *a, str dir, str address, struct err *e) MUST_USE;
str town_blob_dir(struct arena *a, str dir);
// What one process at a time may do in DIR: TOWN_LOCK_SERVE, or to work on the job of this id.
// Given back by files_unlock, or by the process's end. While another one does: ERR_BUSY, of a job
// ERR_CONFLICT.
enum { TOWN_LOCK_SERVE = 0 };
enum err_code town_lock(struct arena *a, str dir, int64_t what, int *fd, struct err *e) MUST_USE;
// The town of DIR: the one that was named by town_is, or else the only one of the database; 0 and
// a note when there is none.
int64_t town_of(struct arena *a, str dir, struct db *db, struct err *e);
// Names the town in DIR: on a server several may share a database.
enum err_code town_is(struct arena *a, str dir, int64_t town, struct err *e) MUST_USE;
// Reads DIR/key (mode 0600), or makes it when make is true.
enum err_code town_keys(
    struct arena *a, str dir, bool make, struct keys *out, struct err *e) MUST_USE;

// The sources a town is made from: name -> text, whether embedded or from a folder (town.yaml,
// units.yaml, ...).
struct town_source {
    void *arg;
    // The text of a file of the town's folder ("units.yaml") or of the shipped defs
    // ("defs/calendars/workdays.yaml").
    bool (*read)(void *arg, struct arena *a, str name, str *text);
};
// towns/NAME as embedded in the program. There is always a source; a name that is not there reads
// nothing.
struct town_source town_source_embedded(struct arena *a, str name);
// A folder of files. What it does not have under defs/ is read from the embedded defs.
struct town_source town_source_folder(struct arena *a, str path);
// Makes a town in a database that is empty, or a server's that does not hold it, from its
// town.yaml: definitions, units, classes, people, all in one transaction. Everything wrong in any
// file is noted with file, line and column; then nothing is made.
enum err_code town_init(struct db *db, struct arena *a, const struct town_source *src,
    const struct keys *keys, int64_t now_us, int64_t *town, struct err *e) MUST_USE;

#endif
