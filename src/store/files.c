#define _GNU_SOURCE // F_OFD_SETLK, and with it a strerror_r that answers the text
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/crypt.h"

enum { NAME_RANDOM_BYTES = 9 };

str files_temporary(struct arena *a, str path)
{
    str letters = crypt_token(a, NAME_RANDOM_BYTES);
    return str_fmt(a, "%.*s.%.*s", STR_ARG(path), STR_ARG(letters));
}

enum err_code files_failed(struct err *e, const char *path)
{
    char text[128];
    bool full = errno == ENOSPC || errno == EDQUOT;
    const char *why = strerror_r(errno, text, sizeof(text));
    if (full)
        return err_add(e, ERR_FULL, str_of(path), S(""),
            "the disk is full: file %s was not written", "磁盘已满，文件 %s 未写入", path);
    return err_add(e, ERR_STORE, str_of(path), S(""), "file %s: %s", "文件 %s：%s", path, why);
}

int files_create(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

enum err_code files_write(int fd, str text, const char *path, struct err *e)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.s, text.n);
        if (n >= 0)
            text = str_sub(text, (size_t)n, text.n);
        else if (errno != EINTR)
            return files_failed(e, path);
    }
    return OK;
}

enum err_code files_write_synced(int fd, str text, const char *path, struct err *e)
{
    if (files_write(fd, text, path, e) != OK)
        return e->code;
    return fsync(fd) == 0 ? OK : files_failed(e, path);
}

// Of the open file, not of the process: closing the file elsewhere does not give it up, and a
// second thread does not get it, too.
enum err_code files_lock(const char *path, int64_t number, int *fd, struct err *e)
{
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return files_failed(e, path);
    struct flock one = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};
    if (fcntl(*fd, F_OFD_SETLK, &one) == 0)
        return OK;
    bool taken = errno == EAGAIN || errno == EACCES;
    enum err_code code = taken ? ERR_BUSY : files_failed(e, path);
    (void)close(*fd);
    *fd = -1;
    return code;
}

void files_unlock(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

enum err_code files_sync(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return files_failed(e, path);
    enum err_code code = fsync(fd) == 0 ? OK : files_failed(e, path);
    (void)close(fd);
    return code;
}

str files_folder(struct arena *a, str path)
{
    size_t n = path.n;
    while (n > 0 && path.s[n - 1] != '/')
        n--;
    if (n == 0)
        return S(".");
    return str_dup(a, str_sub(path, 0, n > 1 ? n - 1 : 1));
}
