// A pool of pieces: FOLDER/pieces/ab/<sha256 hex>, each compressed by itself, named by the sum of
// its content, so that what two backups share is kept once. New ones are staged in a folder beside
// and get their names together, when all of them are on the disk.
#ifndef BH_STORE_POOL_H
#define BH_STORE_POOL_H

#include "base/crypt.h"

enum { POOL_PIECE_MAX = 64 * KIB };

struct pool {
    struct arena *arena;
    str folder, staging;
    struct pool_room *room; // what compressing needs, once for all pieces
    int64_t added, added_bytes, stored;
};

enum err_code pool_open(struct pool *p, struct arena *a, str folder, struct err *e) MUST_USE;
// Gives the hex name (64 letters). A piece that is there costs its checksum and nothing else.
enum err_code pool_put(
    struct pool *p, struct arena *a, str piece, str *name, struct err *e) MUST_USE;
// Gives the staged pieces their names; or takes them away.
enum err_code pool_settle(struct pool *p, struct err *e) MUST_USE;
void pool_abandon(struct pool *p);

// The content of a piece, compared with its name: ERR_MISSING, or ERR_STORE when it does not fit.
enum err_code pool_get(struct arena *a, str folder, str name, str *piece, struct err *e) MUST_USE;
str pool_path(struct arena *a, str folder, str name);

// The bytes of a compressed text; n: what they were before. False when they are not that.
bool pool_unpack(str packed, char *out, size_t n) MUST_USE;
str pool_pack(struct arena *a, str text);

#endif
