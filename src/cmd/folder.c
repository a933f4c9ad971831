#define _GNU_SOURCE // nftw, syncfs
#include "cmd/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crypt.h"
#include "store/files.h"

enum { FOLDER_HANDLES_MAX = 20, FOLDER_MODE = 0700 };

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

// The file's bytes without reading them into memory; unmap with munmap when n > 0.
static enum err_code map_file(int fd, const char *path, str *bytes, struct err *e)
{
    struct stat st;
    *bytes = (str){0};
    if (fstat(fd, &st) != 0)
        return files_failed(e, path);
    if (st.st_size == 0)
        return OK;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return files_failed(e, path);
    (void)madvise(p, (size_t)st.st_size, MADV_SEQUENTIAL);
    *bytes = (str){p, (size_t)st.st_size};
    return OK;
}

static void unmap(str bytes)
{
    if (bytes.n > 0)
        (void)munmap((void *)(uintptr_t)bytes.s, bytes.n);
}

static str hash_of(struct arena *a, str bytes)
{
    uint8_t hash[CRYPT_HASH_BYTES];
    crypt_sha256(bytes, hash);
    return crypt_hex(a, hash, sizeof(hash));
}

static enum err_code open_mapped(const char *path, str *bytes, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return files_failed(e, path);
    enum err_code code = map_file(fd, path, bytes, e);
    (void)close(fd); // the mapping stays
    return code;
}

enum err_code folder_hash(
    struct arena *a, const char *path, int64_t *bytes, str *hex, struct err *e)
{
    str content;
    if (open_mapped(path, &content, e) != OK)
        return e->code;
    *bytes = (int64_t)content.n;
    *hex = hash_of(a, content);
    unmap(content);
    return OK;
}

enum err_code folder_write(const char *path, str text, struct err *e)
{
    int fd = files_create(path);
    if (fd < 0)
        return files_failed(e, path);
    enum err_code code = OK;
    while (text.n > 0 && code == OK) {
        ssize_t n = write(fd, text.s, text.n);
        if (n >= 0)
            text = str_sub(text, (size_t)n, text.n);
        else if (errno != EINTR)
            code = files_failed(e, path);
    }
    if (close(fd) != 0 && code == OK)
        code = files_failed(e, path);
    return code;
}

enum err_code folder_copy(
    struct arena *a, const char *from, const char *to, int64_t *bytes, str *hex, struct err *e)
{
    str content;
    if (open_mapped(from, &content, e) != OK)
        return e->code;
    *bytes = (int64_t)content.n;
    if (hex)
        *hex = hash_of(a, content);
    enum err_code code = folder_write(to, content, e);
    unmap(content);
    return code;
}

enum err_code folder_read(struct arena *a, str path, size_t max, str *text, struct err *e)
{
    char *name = str_z(a, path);
    struct stat st;
    if (stat(name, &st) != 0)
        return err_add(e, ERR_MISSING, path, (str){0}, "there is no such file", "没有这个文件");
    if (!S_ISREG(st.st_mode))
        return err_add(e, ERR_INVALID, path, (str){0}, "is not a file", "不是文件");
    if ((size_t)st.st_size > max)
        return err_add(
            e, ERR_LIMIT, path, (str){0}, "is larger than %zu bytes", "超过 %zu 字节", max);
    str mapped;
    if (open_mapped(name, &mapped, e) != OK)
        return e->code;
    *text = str_dup(a, mapped);
    unmap(mapped);
    return OK;
}
