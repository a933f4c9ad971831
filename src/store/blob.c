#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/files.h"

enum { HASH_LETTERS = 2 * CRYPT_HASH_BYTES };

static str hash_of(struct arena *a, str content)
{
    uint8_t hash[CRYPT_HASH_BYTES];
    crypt_sha256(content, hash);
    return crypt_hex(a, hash, sizeof(hash));
}

// A hash may come from a URL: nothing but its letters reaches a path.
static bool hash_ok(str hash)
{
    for (size_t i = 0; i < hash.n; i++)
        if (!strchr("0123456789abcdef", hash.s[i]) || !hash.s[i])
            return false;
    return hash.n == HASH_LETTERS;
}

static enum err_code write_file(struct arena *a, str dir, str path, str content, struct err *e)
{
    // Left-overs of a crash lie in the top folder, where they are seen.
    str temporary = files_temporary(a, str_fmt(a, "%.*s/new", STR_ARG(dir)));
    int fd = files_create(temporary.s);
    if (fd < 0)
        return files_failed(e, temporary.s);
    enum err_code code = files_write_synced(fd, content, temporary.s, e);
    if (close(fd) != 0 && !code)
        code = files_failed(e, temporary.s);
    if (!code && rename(temporary.s, path.s) != 0)
        code = files_failed(e, path.s);
    if (code)
        (void)unlink(temporary.s);
    return code;
}

str blob_path(str dir, struct arena *a, str hash)
{
    return str_fmt(a, "%.*s/%.2s/%.2s/%.*s", STR_ARG(dir), hash.s, hash.s + 2, STR_ARG(hash));
}

enum err_code blob_put(str dir, struct arena *a, str content, str *hash, struct err *e)
{
    str hex = hash_of(a, content);
    const str folders[] = {str_dup(a, dir), str_fmt(a, "%.*s/%.2s", STR_ARG(dir), hex.s),
        str_fmt(a, "%.*s/%.2s/%.2s", STR_ARG(dir), hex.s, hex.s + 2)};
    str path = blob_path(dir, a, hex);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (mkdir(folders[i].s, 0700) != 0 && errno != EEXIST)
            return files_failed(e, folders[i].s);
    struct stat st;
    enum err_code code = OK;
    if (stat(path.s, &st) != 0 || (uint64_t)st.st_size != content.n)
        code = write_file(a, dir, path, content, e);
    // Also when the name was there: whoever made it a moment ago may not have come so far.
    for (size_t i = ARRAY_LEN(folders); !code && i-- > 0;)
        code = files_sync(folders[i].s, e);
    if (!code)
        *hash = hex;
    return code;
}

static enum err_code read_all(int fd, struct arena *a, str *content)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return ERR_STORE;
    size_t size = (size_t)st.st_size, n = 0;
    char *bytes = arena_alloc(a, size);
    while (n < size) {
        ssize_t got = read(fd, bytes + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR_STORE;
        if (got == 0)
            break; // shorter than it said: the hash will tell
        n += (size_t)got;
    }
    *content = (str){bytes, n};
    return OK;
}

enum err_code blob_get(str dir, struct arena *a, str hash, str *content, struct err *e)
{
    int fd = -1;
    errno = ENOENT;
    str path = S("");
    if (hash_ok(hash)) {
        path = str_fmt(a, "%.*s/%.2s/%.2s/%.*s", STR_ARG(dir), hash.s, hash.s + 2, STR_ARG(hash));
        fd = open(path.s, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0 && errno == ENOENT)
        return err_add(e, ERR_MISSING, hash, S(""), "there is no such file", "没有这个文件");
    if (fd < 0)
        return files_failed(e, path.s);
    str read_bytes = S("");
    enum err_code code = read_all(fd, a, &read_bytes);
    if (code)
        code = files_failed(e, path.s);
    (void)close(fd);
    if (code)
        return code;
    if (!str_eq(hash_of(a, read_bytes), hash))
        return err_add(
            e, ERR_STORE, hash, S(""), "the stored file was damaged", "存储的文件已损坏");
    *content = read_bytes;
    return OK;
}

bool blob_there(str path)
{
    char at[PATH_MAX];
    struct stat st;
    return snprintf(at, sizeof(at), "%.*s", STR_ARG(path)) < (int)sizeof(at) && stat(at, &st) == 0;
}

void blob_drop(str path)
{
    char at[PATH_MAX];
    if (snprintf(at, sizeof(at), "%.*s", STR_ARG(path)) < (int)sizeof(at))
        (void)unlink(at);
}
