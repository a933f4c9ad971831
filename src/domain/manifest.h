// What a backup says of itself: manifest.json beside the files it tells of.
#ifndef BH_DOMAIN_MANIFEST_H
#define BH_DOMAIN_MANIFEST_H

#include "base/json.h"
#include "store/db.h"

enum { MANIFEST_FORMAT = 1, MANIFEST_BYTES_MAX = 64 * KIB, MANIFEST_FILES_MAX = 24 };

struct manifest_file {
    // Within the backup: bihuan.db, key, years/2021.db; in a store the lists pieces, blobs,
    // year-2021.
    str path;
    int64_t bytes;
    str sha256;
};
struct manifest {
    int64_t format, town, schema, made_us;
    str program, town_name;
    int64_t event; // the last one in the copy, and its hash
    str head;
    struct list files;         // struct manifest_file
    int64_t blobs, blob_bytes; // attachments; each one's name is its own SHA-256
    // In a store of backups: the database's size, what was new, and where the log goes on from it.
    int64_t database_bytes, new_pieces, new_bytes;
    str log, log_file;
    int64_t log_at;
};

// What a database says of itself: town, last event, head of the chain.
enum err_code manifest_describe(struct arena *a, str dir, struct db *copy, str program,
    int64_t now_us, struct manifest *m, struct err *e) MUST_USE;
struct manifest_file *manifest_add(struct arena *a, struct manifest *m, const char *path);
str manifest_text(struct arena *a, const struct manifest *m);
// Reads FOLDER/manifest.json; notes everything wrong with its form.
enum err_code manifest_read(
    struct arena *a, str folder, struct manifest *out, struct err *e) MUST_USE;
// Does each file it names have the size and the sum it says? Every difference is a note.
enum err_code manifest_check(
    struct arena *a, str folder, const struct manifest *m, struct err *e) MUST_USE;
// Is it that of a year file, or (list) of its pieces? The year, or 0.
int64_t manifest_year(const struct manifest_file *f, bool list);
const struct manifest_file *manifest_find(
    const struct manifest *m, const char *path); // NULL when not in it

#endif
