// Attachments: content-addressed files, DIR/ab/cd/<sha256 hex>. Written to a temporary name,
// synced, renamed: a name that exists has its whole content on disk.
#ifndef BH_STORE_BLOB_H
#define BH_STORE_BLOB_H

#include "base/crypt.h"

// Stores content and gives its hex hash; storing the same bytes again is free.
enum err_code blob_put(str dir, struct arena *a, str content, str *hash, struct err *e) MUST_USE;
// Whole content into the arena. ERR_MISSING when there is none; ERR_STORE when its hash no longer
// fits.
enum err_code blob_get(str dir, struct arena *a, str hash, str *content, struct err *e) MUST_USE;

// Where the content of a hash stands; hash must be one blob_put gave.
str blob_path(str dir, struct arena *a, str hash);

// Of a path that blob_path gave.
bool blob_there(str path);
// Takes away one that nobody names any more.
void blob_drop(str path);

#endif
