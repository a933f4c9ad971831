// Loaded before the program by tests/disk: while the file named by BIHUAN_EIO is there, what it
// says
// ("sync" or "write") fails with EIO on the town's database and its log.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool concerns(int fd)
{
    char link[40], path[4096];
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    return strstr(path, "/bihuan.db") != NULL;
}

static bool fails(int fd, char what)
{
    const char *orders = getenv("BIHUAN_EIO");
    char said = 0;
    int before = errno, from = orders ? open(orders, O_RDONLY | O_CLOEXEC) : -1;
    if (from >= 0) {
        if (read(from, &said, 1) != 1)
            said = 0;
        (void)close(from);
    }
    errno = before;
    if (said != what || !concerns(fd))
        return false;
    errno = EIO;
    return true;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

int fsync(int fd)
{
    return fails(fd, 's') ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return fails(fd, 's') ? -1 : REAL(fdatasync)(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return fails(fd, 'w') ? -1 : REAL(pwrite)(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    return fails(fd, 'w') ? -1 : REAL(pwrite64)(fd, bytes, n, at);
}
