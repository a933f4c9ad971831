#define _GNU_SOURCE // nftw, syncfs
#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crypt.h"
#include "store/files.h"

enum { FOLDER_HANDLES_MAX = 20, FOLDER_MODE = 0700, PIECE_BYTES = 64 * KIB };

bool folder_empty(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT;
    bool empty = true;
    for (const struct dirent *x; empty && (x = readdir(dir)) != NULL;)
        empty = strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0;
    (void)closedir(dir);
    return empty;
}

bool folder_is(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum err_code folder_make(const char *path, struct err *e)
{
    return mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST ? OK : files_failed(e, path);
}

enum err_code folder_above(struct arena *a, str path, struct err *e)
{
    for (size_t i = 1; i < path.n; i++)
        if (path.s[i] == '/' && path.s[i - 1] != '/' &&
            folder_make(str_z(a, str_sub(path, 0, i)), e) != OK)
            return e->code;
    return OK;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    (void)remove(path);
    return 0;
}

void folder_remove(const char *path)
{
    (void)nftw(path, remove_one, FOLDER_HANDLES_MAX, FTW_DEPTH | FTW_PHYS);
}

enum err_code folder_settle(struct arena *a, const char *from, const char *to, struct err *e)
{
    int fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return files_failed(e, from);
    enum err_code code = syncfs(fd) == 0 ? OK : files_failed(e, from);
    (void)close(fd);
    if (code != OK)
        return code;
    if (rename(from, to) != 0)
        return files_failed(e, to);
    return files_sync(str_z(a, files_folder(a, str_of(to))), e);
}

enum err_code folder_hash(
    struct arena *a, const char *path, int64_t *bytes, str *hex, struct err *e)
{
    uint8_t hash[CRYPT_HASH_BYTES];
    struct stat st = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool whole = fd >= 0 && fstat(fd, &st) == 0 && crypt_sha256_fd(fd, hash);
    enum err_code code = whole ? OK : files_failed(e, path);
    if (fd >= 0)
        (void)close(fd);
    if (code != OK)
        return code;
    *bytes = st.st_size;
    *hex = crypt_hex(a, hash, sizeof(hash));
    return OK;
}

static enum err_code end_write(int fd, enum err_code code, const char *path, struct err *e)
{
    return close(fd) != 0 && code == OK ? files_failed(e, path) : code;
}

enum err_code folder_write(const char *path, str text, struct err *e)
{
    int fd = files_create(path);
    if (fd < 0)
        return files_failed(e, path);
    return end_write(fd, files_write(fd, text, path, e), path, e);
}

static enum err_code pour(
    int from, int to, const char *from_path, const char *to_path, struct err *e)
{
    char piece[PIECE_BYTES];
    for (;;) {
        ssize_t n = read(from, piece, sizeof(piece));
        if (n == 0)
            return OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return files_failed(e, from_path);
        if (files_write(to, (str){piece, (size_t)n}, to_path, e) != OK)
            return e->code;
    }
}

enum err_code folder_copy(
    struct arena *a, const char *from, const char *to, int64_t *bytes, str *hex, struct err *e)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return files_failed(e, from);
    int out = files_create(to);
    enum err_code code = out >= 0 ? pour(in, out, from, to, e) : files_failed(e, to);
    if (out >= 0)
        code = end_write(out, code, to, e);
    (void)close(in);
    // Of the copy, because that is what will be relied on.
    return code == OK ? folder_hash(a, to, bytes, hex, e) : code;
}

enum err_code folder_read(struct arena *a, str path, size_t max, str *text, struct err *e)
{
    char *name = str_z(a, path);
    struct stat st;
    *text = (str){0};
    if (stat(name, &st) != 0)
        return err_add(e, ERR_MISSING, path, (str){0}, "there is no such file", "没有这个文件");
    if (!S_ISREG(st.st_mode))
        return err_add(e, ERR_INVALID, path, (str){0}, "is not a file", "不是文件");
    if ((size_t)st.st_size > max)
        return err_add(
            e, ERR_LIMIT, path, (str){0}, "is larger than %zu bytes", "超过 %zu 字节", max);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return files_failed(e, name);
    char *bytes = arena_alloc(a, max + 1);
    size_t n = 0;
    ssize_t got;
    while ((got = read(fd, bytes + n, max + 1 - n)) > 0 || (got < 0 && errno == EINTR))
        n += got > 0 ? (size_t)got : 0;
    enum err_code code = got < 0 ? files_failed(e, name) : OK;
    (void)close(fd);
    *text = (str){bytes, n > max ? max : n};
    return code;
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(*(const str *)x, *(const str *)y);
}

// Whole paths of what is in one folder, in the order of names; hidden ones are left out.
static enum err_code entries(struct arena *a, str path, str **names, size_t *n, struct err *e)
{
    DIR *dir = opendir(str_z(a, path));
    if (!dir)
        return files_failed(e, str_z(a, path));
    for (const struct dirent *x; (x = readdir(dir)) != NULL;)
        if (x->d_name[0] != '.')
            VEC_PUSH(a, *names, *n) = str_fmt(a, "%.*s/%s", STR_ARG(path), x->d_name);
    (void)closedir(dir);
    if (*n > 1)
        qsort(*names, *n, sizeof(**names), by_name);
    return OK;
}

enum err_code folder_files(
    struct arena *a, str path, str end, size_t max, str **files, size_t *n, struct err *e)
{
    str *names = NULL;
    size_t count = 0;
    if (entries(a, path, &names, &count, e) != OK)
        return e->code;
    for (size_t i = 0; i < count; i++) {
        if (folder_is(str_z(a, names[i]))) {
            if (folder_files(a, names[i], end, max, files, n, e) != OK)
                return e->code;
        } else if (str_ends(names[i], end)) {
            if (*n == max)
                return err_add(e, ERR_LIMIT, path, (str){0}, "holds more than %zu files",
                    "超过 %zu 个文件", max);
            VEC_PUSH(a, *files, *n) = names[i];
        }
    }
    return OK;
}
