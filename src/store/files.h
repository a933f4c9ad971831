// Files that are whole or absent: written under a temporary name, synced, renamed. For blob.c and
// backup.c.
#ifndef BH_STORE_FILES_H
#define BH_STORE_FILES_H

#include "base/err.h"

// A name in the folder of path that nobody else uses: path, a dot and random letters.
str files_temporary(struct arena *a, str path);
// A new file for its owner only, open for writing; -1 and errno when there is one already, or on
// failure.
int files_create(const char *path);
// All of the text, in as many pieces as the system takes. path: for the note.
enum err_code files_write(int fd, str text, const char *path, struct err *e) MUST_USE;
// The same, and on the disk when it returns.
enum err_code files_write_synced(int fd, str text, const char *path, struct err *e) MUST_USE;
// Takes one of the numbered locks of a file, which is made when it is not there. Gives a
// descriptor: the lock lasts until files_unlock, or the end of the process, however it ends.
// ERR_BUSY without a note while somebody else, here or in another process, has it.
enum err_code files_lock(const char *path, int64_t number, int *fd, struct err *e) MUST_USE;
void files_unlock(int fd);
enum err_code files_sync(
    const char *path, struct err *e) MUST_USE; // a file's or a folder's content is on disk
str files_folder(struct arena *a, str path);   // "a/b" of "a/b/c"; "." without a slash
// Adds a note about the file with the system's reason in errno.
enum err_code files_failed(struct err *e, const char *path);

#endif
