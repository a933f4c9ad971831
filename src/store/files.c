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
    if (strerror_r(errno, text, sizeof(text)) != 0)
        text[0] = '\0';
    return err_add(e, ERR_STORE, str_of(path), S(""), "file %s: %s", "文件 %s：%s", path, text);
}

int files_create(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
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
