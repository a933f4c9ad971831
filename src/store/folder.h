// Whole folders for the commands that move them: copying files with their checksum, taking a folder
// away.
#ifndef BH_STORE_FOLDER_H
#define BH_STORE_FOLDER_H

#include "base/err.h"

// Nothing is there, or a folder with nothing in it.
bool folder_empty(const char *path);
// For its owner only; all of its parents must be there. A folder already there is fine.
enum err_code folder_make(const char *path, struct err *e) MUST_USE;
// The folders above path, as far as they are missing.
enum err_code folder_above(struct arena *a, str path, struct err *e) MUST_USE;
// With everything in it. Never follows a link. What cannot be taken away stays.
void folder_remove(const char *path);
// Moves a finished folder into its place, over an empty folder. All of it is on disk before it has
// its name.
enum err_code folder_settle(
    struct arena *a, const char *from, const char *to, struct err *e) MUST_USE;

// Size and hex SHA-256 of a file.
enum err_code folder_hash(
    struct arena *a, const char *path, int64_t *bytes, str *hex, struct err *e) MUST_USE;
// Copies to a new file for its owner only, and gives size and sum of the copy.
enum err_code folder_copy(struct arena *a, const char *from, const char *to, int64_t *bytes,
    str *hex, struct err *e) MUST_USE;
// A whole text file of at most max bytes. ERR_MISSING or ERR_LIMIT or ERR_STORE.
enum err_code folder_read(struct arena *a, str path, size_t max, str *text, struct err *e) MUST_USE;
// The paths of all files below the folder whose names end so, in the order of their names.
// ERR_LIMIT when there are more than max.
enum err_code folder_files(
    struct arena *a, str path, str end, size_t max, str **files, size_t *n, struct err *e) MUST_USE;
bool folder_is(const char *path); // a link to one is not
// A new file for its owner only, with this text. folder_settle brings it to the disk.
enum err_code folder_write(const char *path, str text, struct err *e) MUST_USE;

#endif
