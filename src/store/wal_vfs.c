#include "store/wal_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include "base/arena.h"

enum { FRAME_HEAD_BYTES = 24, GATHER_BYTES = 0x1ffff }; // the real layer cannot write more at once

// SQLite allocates szOsFile bytes for a file: this struct, and behind it the real one.
struct wal_file {
    sqlite3_file base;
    sqlite3_file *real;
    struct arena *arena; // holds what is gathered; NULL until something is written
    unsigned char *gathered;
    sqlite3_int64 at; // where in the file the first gathered byte belongs
    int n;
    sqlite3_int64 unsure; // first byte written since the last sync; -1: none
};

static sqlite3_vfs *real_vfs;

static struct wal_file *of(sqlite3_file *f)
{
    return (struct wal_file *)f;
}

static void note_written(struct wal_file *w, sqlite3_int64 at)
{
    if (w->unsure < 0 || at < w->unsure)
        w->unsure = at;
}

// A commit whose sync failed is refused, but all of its frames may stand in the log, where the next
// recovery would take them for a commit. Without the head of its first frame it is none. Best
// effort on a disk that fails; the next commit writes the same place again, all of it.
static void take_back(struct wal_file *w)
{
    static const char nothing[FRAME_HEAD_BYTES];
    if (w->unsure >= 0)
        (void)w->real->pMethods->xWrite(w->real, nothing, FRAME_HEAD_BYTES, w->unsure);
    w->unsure = -1;
}

// What was gathered is given up also when it cannot be written: the transaction is then rolled
// back.
static int flush(struct wal_file *w)
{
    int n = w->n;
    w->n = 0;
    if (n > 0)
        note_written(w, w->at);
    return n == 0 ? SQLITE_OK : w->real->pMethods->xWrite(w->real, w->gathered, n, w->at);
}

static int wal_close(sqlite3_file *f)
{
    struct wal_file *w = of(f);
    int rc = flush(w);
    int closed = w->real->pMethods->xClose(w->real);
    arena_free(w->arena);
    return rc != SQLITE_OK ? rc : closed;
}

static int wal_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    int rc = flush(of(f));
    return rc != SQLITE_OK ? rc : of(f)->real->pMethods->xRead(of(f)->real, out, n, at);
}

static int wal_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    struct wal_file *w = of(f);
    if (w->n > 0 && (at != w->at + w->n || n > GATHER_BYTES - w->n)) {
        int rc = flush(w);
        if (rc != SQLITE_OK)
            return rc;
    }
    if (!w->arena) {
        w->arena = arena_new();
        w->gathered = arena_alloc(w->arena, GATHER_BYTES);
    }
    if (n > GATHER_BYTES) {
        note_written(w, at);
        return w->real->pMethods->xWrite(w->real, bytes, n, at);
    }
    if (w->n == 0)
        w->at = at;
    memcpy(w->gathered + w->n, bytes, (size_t)n);
    w->n += n;
    return SQLITE_OK;
}

static int wal_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    int rc = flush(of(f));
    return rc != SQLITE_OK ? rc : of(f)->real->pMethods->xTruncate(of(f)->real, size);
}

static int wal_sync(sqlite3_file *f, int flags)
{
    struct wal_file *w = of(f);
    int rc = flush(w);
    if (rc == SQLITE_OK)
        rc = w->real->pMethods->xSync(w->real, flags);
    if (rc != SQLITE_OK)
        take_back(w);
    w->unsure = -1;
    return rc;
}

static int wal_size(sqlite3_file *f, sqlite3_int64 *size)
{
    int rc = flush(of(f));
    return rc != SQLITE_OK ? rc : of(f)->real->pMethods->xFileSize(of(f)->real, size);
}

static int wal_lock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xLock(of(f)->real, level);
}

static int wal_unlock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xUnlock(of(f)->real, level);
}

static int wal_reserved(sqlite3_file *f, int *out)
{
    return of(f)->real->pMethods->xCheckReservedLock(of(f)->real, out);
}

static int wal_control(sqlite3_file *f, int op, void *arg)
{
    return of(f)->real->pMethods->xFileControl(of(f)->real, op, arg);
}

static int wal_sector(sqlite3_file *f)
{
    return of(f)->real->pMethods->xSectorSize(of(f)->real);
}

static int wal_traits(sqlite3_file *f)
{
    return of(f)->real->pMethods->xDeviceCharacteristics(of(f)->real);
}

// Version 1: shared memory and mapped pages belong to the database file alone.
static const sqlite3_io_methods WAL_METHODS = {1, wal_close, wal_read, wal_write, wal_truncate,
    wal_sync, wal_size, wal_lock, wal_unlock, wal_reserved, wal_control, wal_sector, wal_traits,
    NULL, NULL, NULL, NULL, NULL, NULL};

static int vfs_open(
    sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *out_flags)
{
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL))
        return real_vfs->xOpen(real_vfs, name, f, flags, out_flags);
    struct wal_file *w = of(f);
    *w = (struct wal_file){.real = (sqlite3_file *)(w + 1), .unsure = -1};
    int rc = real_vfs->xOpen(real_vfs, name, w->real, flags, out_flags);
    // SQLite closes a file that failed to open, if it has methods.
    w->base.pMethods = w->real->pMethods ? &WAL_METHODS : NULL;
    return rc;
}

static sqlite3_vfs layer;

static void register_once(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    if (!real_vfs)
        return;
    // All but opening is the real one's; its functions get this struct and use only what is copied.
    layer = *real_vfs;
    layer.zName = "bihuan";
    layer.pNext = NULL;
    layer.szOsFile = (int)sizeof(struct wal_file) + real_vfs->szOsFile;
    layer.xOpen = vfs_open;
    if (sqlite3_vfs_register(&layer, 0) != SQLITE_OK)
        real_vfs = NULL;
}

const char *wal_vfs_name(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, register_once);
    return real_vfs ? layer.zName : NULL;
}
