// SQLite writes each frame of its write-ahead log in two pieces, 24 bytes and a page, so that a
// commit of sixty pages is a hundred and twenty system calls, each across two of the kernel's
// pages. This layer gathers what is written to the log one piece behind the other and hands it on
// in one call, at the latest when SQLite asks for the log to be synced; with synchronous=FULL that
// is before any reader may look at it. Nobody outside store/ includes it.
#ifndef BH_STORE_WAL_VFS_H
#define BH_STORE_WAL_VFS_H

// The name to open a writing connection with; NULL: the layer cannot be had, use SQLite's own.
const char *wal_vfs_name(void);

#endif
