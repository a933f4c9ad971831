// The points of base/fault.h, and the system's own functions in front of the real ones: a symbol of
// the program is found before that of the C library, by SQLite and libpq as well.

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_ALLOCATOR 1
#endif
#endif

static struct fault_control *control; // NULL: nothing ever fails
static _Thread_local bool spared;

// Before main: the libraries allocate as soon as they are loaded.
__attribute__((constructor)) static void take_control(void)
{
    const char *path = getenv("BIHUAN_FAULT");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *at = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (at != MAP_FAILED)
        control = at;
}

static void tell(str what)
{
    if (what.n == 0)
        what = str_of(what.s);
    size_t n = what.n < FAULT_WHERE_BYTES - 1 ? what.n : FAULT_WHERE_BYTES - 1;
    memset(control->where, 0, sizeof(control->where));
    if (n > 0)
        memcpy(control->where, what.s, n);
}

bool fault_here(enum fault_point p, str what)
{
    if (!control || spared)
        return false;
    __atomic_fetch_add(&control->points[p].seen, 1, __ATOMIC_RELAXED);
    int64_t left = __atomic_load_n(&control->points[p].fail_in, __ATOMIC_RELAXED);
    if (left <= 0 || __atomic_fetch_sub(&control->points[p].fail_in, 1, __ATOMIC_RELAXED) != 1)
        return false;
    tell(what);
    __atomic_fetch_add(&control->points[p].fired, 1, __ATOMIC_RELEASE);
    return true;
}

void fault_spare(void)
{
    spared = true;
}

// ---- files: a full disk

static bool full(const char *call, const char *path)
{
    char text[FAULT_WHERE_BYTES];
    if (!control)
        return false;
    int before = errno;
    (void)snprintf(text, sizeof(text), "%s %s", call, path);
    bool now = fault_here(FAULT_FILE_WRITE, str_of(text));
    errno = now ? ENOSPC : before;
    return now;
}

// Sockets, pipes and wake-up calls are no files.
static bool full_file(const char *call, int fd)
{
    struct stat st;
    char link[40], path[200];
    if (!control || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = 0;
    return full(call, path);
}

// Not under their own names, which the headers may have given to others (write as pwrite64, open as
// open64).
ssize_t fault_write(int fd, const void *bytes, size_t n) __asm__("write");
ssize_t fault_pwrite(int fd, const void *bytes, size_t n, off_t at) __asm__("pwrite");
ssize_t fault_pwrite64(int fd, const void *bytes, size_t n, off_t at) __asm__("pwrite64");
int fault_fsync(int fd) __asm__("fsync");
int fault_fdatasync(int fd) __asm__("fdatasync");
int fault_rename(const char *from, const char *to) __asm__("rename");
int fault_mkdir(const char *path, mode_t mode) __asm__("mkdir");
int fault_open(const char *path, int flags, ...) __asm__("open");
int fault_open64(const char *path, int flags, ...) __asm__("open64");

ssize_t fault_write(int fd, const void *bytes, size_t n)
{
    if (!full_file("write", fd))
        return syscall(SYS_write, fd, bytes, n);
    (void)syscall(SYS_write, fd, bytes, n / 2);
    errno = ENOSPC;
    return -1;
}

ssize_t fault_pwrite64(int fd, const void *bytes, size_t n, off_t at)
{
    if (!full_file("write", fd))
        return syscall(SYS_pwrite64, fd, bytes, n, at);
    (void)syscall(SYS_pwrite64, fd, bytes, n / 2, at);
    errno = ENOSPC;
    return -1;
}

ssize_t fault_pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return fault_pwrite64(fd, bytes, n, at);
}

int fault_fsync(int fd)
{
    return full_file("sync", fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fault_fdatasync(int fd)
{
    return full_file("sync", fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fault_rename(const char *from, const char *to)
{
    return full("rename", to) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int fault_mkdir(const char *path, mode_t mode)
{
    return full("mkdir", path) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int fault_open64(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    // Only what is not there yet takes room.
    struct stat st;
    if (control && (flags & O_CREAT) != 0 && stat(path, &st) != 0 && full("create", path))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int fault_open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return fault_open64(path, flags, mode);
}

// ---- memory

#ifndef OWN_ALLOCATOR
// glibc's own names for what stands behind these.
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *fault_malloc(size_t n) __asm__("malloc");
void *fault_calloc(size_t n, size_t size) __asm__("calloc");
void *fault_realloc(void *p, size_t n) __asm__("realloc");

static bool short_of_memory(void)
{
    if (!fault_here(FAULT_ALLOC, S("memory")))
        return false;
    errno = ENOMEM;
    return true;
}

void *fault_malloc(size_t n)
{
    return short_of_memory() ? NULL : __libc_malloc(n);
}

void *fault_calloc(size_t n, size_t size)
{
    return short_of_memory() ? NULL : __libc_calloc(n, size);
}

void *fault_realloc(void *p, size_t n)
{
    return short_of_memory() ? NULL : __libc_realloc(p, n);
}
#endif
