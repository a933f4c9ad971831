#define _GNU_SOURCE // syncfs
#include "store/pool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include "store/files.h"
#include "store/folder.h"

// Pages are half texts and half numbers: a higher level takes three times as long for a twentieth
// less. decisions/014
enum { LEVEL = 1, PACKED_MAX = POOL_PIECE_MAX + POOL_PIECE_MAX / 100 + 64 };

struct pool_room {
    z_stream z;
    char packed[PACKED_MAX];
};

// zlib asks for its memory here and gives it back with the arena.
static void *from_arena(void *arena, unsigned n, unsigned size)
{
    return arena_array(arena, n, size);
}

static void to_arena(void *arena, void *bytes)
{
    (void)arena, (void)bytes;
}

static void compressor(z_stream *z, struct arena *a)
{
    *z = (z_stream){.zalloc = from_arena, .zfree = to_arena, .opaque = a};
    CHECK(deflateInit(z, LEVEL) == Z_OK);
}

str pool_path(struct arena *a, str folder, str name)
{
    return str_fmt(a, "%.*s/pieces/%.2s/%.*s", STR_ARG(folder), name.s, STR_ARG(name));
}

enum err_code pool_open(struct pool *p, struct arena *a, str folder, struct err *e)
{
    *p = (struct pool){.arena = a,
        .folder = folder,
        .room = NEW(a, struct pool_room),
        .staging = files_temporary(a, str_fmt(a, "%.*s/new", STR_ARG(folder)))};
    compressor(&p->room->z, a);
    if (folder_make(str_fmt(a, "%.*s/pieces", STR_ARG(folder)).s, e) != OK)
        return e->code;
    return folder_make(p->staging.s, e);
}

static enum err_code stage(struct pool *p, struct arena *a, str piece, str name, struct err *e)
{
    z_stream *z = &p->room->z;
    CHECK(deflateReset(z) == Z_OK);
    z->next_in = (Bytef *)(uintptr_t)piece.s; // not written to, in spite of its type
    z->avail_in = (uInt)piece.n;
    z->next_out = (Bytef *)p->room->packed;
    z->avail_out = PACKED_MAX;
    CHECK(deflate(z, Z_FINISH) == Z_STREAM_END);
    str packed = {p->room->packed, PACKED_MAX - z->avail_out};
    str path = str_fmt(a, "%.*s/%.*s", STR_ARG(p->staging), STR_ARG(name));
    if (access(path.s, F_OK) == 0) // twice in one backup
        return OK;
    p->added++;
    p->added_bytes += (int64_t)packed.n;
    return folder_write(path.s, packed, e);
}

enum err_code pool_put(struct pool *p, struct arena *a, str piece, str *name, struct err *e)
{
    CHECK(piece.n > 0 && piece.n <= POOL_PIECE_MAX);
    uint8_t hash[CRYPT_HASH_BYTES];
    crypt_sha256(piece, hash);
    *name = crypt_hex(a, hash, sizeof(hash));
    p->stored++;
    if (access(pool_path(a, p->folder, *name).s, F_OK) == 0)
        return OK;
    return stage(p, a, piece, *name, e);
}

static enum err_code sync_all(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return files_failed(e, path);
    enum err_code code = syncfs(fd) == 0 ? OK : files_failed(e, path);
    (void)close(fd);
    return code;
}

static enum err_code name_one(struct pool *p, struct arena *a, str name, struct err *e)
{
    str to = pool_path(a, p->folder, name);
    str from = str_fmt(a, "%.*s/%.*s", STR_ARG(p->staging), STR_ARG(name));
    if (folder_make(str_z(a, files_folder(a, to)), e) != OK)
        return e->code;
    return rename(from.s, to.s) == 0 ? OK : files_failed(e, to.s);
}

enum err_code pool_settle(struct pool *p, struct err *e)
{
    if (sync_all(p->staging.s, e) != OK)
        return e->code;
    DIR *dir = opendir(p->staging.s);
    if (!dir)
        return files_failed(e, p->staging.s);
    struct arena *a = arena_new();
    for (const struct dirent *x; e->code == OK && (x = readdir(dir)) != NULL; arena_reset(a))
        if (x->d_name[0] != '.')
            (void)name_one(p, a, str_of(x->d_name), e);
    arena_free(a);
    (void)closedir(dir);
    if (e->code == OK && rmdir(p->staging.s) != 0)
        return files_failed(e, p->staging.s);
    return e->code != OK ? e->code : sync_all(p->folder.s, e);
}

void pool_abandon(struct pool *p)
{
    folder_remove(p->staging.s);
}

bool pool_unpack(str packed, char *out, size_t n)
{
    uLongf got = n;
    return uncompress((Bytef *)out, &got, (const Bytef *)packed.s, packed.n) == Z_OK && got == n;
}

str pool_pack(struct arena *a, str text)
{
    uLongf n = compressBound(text.n);
    char *out = arena_alloc(a, n);
    CHECK(compress2((Bytef *)out, &n, (const Bytef *)text.s, text.n, LEVEL) == Z_OK);
    return (str){out, n};
}

static enum err_code damaged(struct err *e, str path)
{
    return err_add(e, ERR_STORE, path, S(""),
        "the piece is damaged: its content does not fit its name", "备份块已损坏，内容与名称不符");
}

enum err_code pool_get(struct arena *a, str folder, str name, str *piece, struct err *e)
{
    str path = pool_path(a, folder, name), packed;
    if (folder_read(a, path, PACKED_MAX, &packed, e) != OK)
        return e->code;
    char *out = arena_alloc(a, POOL_PIECE_MAX);
    uLongf n = POOL_PIECE_MAX;
    if (uncompress((Bytef *)out, &n, (const Bytef *)packed.s, packed.n) != Z_OK)
        return damaged(e, path);
    *piece = (str){out, n};
    uint8_t hash[CRYPT_HASH_BYTES];
    crypt_sha256(*piece, hash);
    return str_eq(crypt_hex(a, hash, sizeof(hash)), name) ? OK : damaged(e, path);
}
