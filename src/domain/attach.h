// Attachments of an item: the bytes in content-addressed files, what they are in the database.
#ifndef BH_DOMAIN_ATTACH_H
#define BH_DOMAIN_ATTACH_H

#include "domain/ctx.h"

enum { ATTACH_NAME_MAX = 120, ATTACH_PER_ITEM_MAX = 60, ATTACH_TYPE_MAX = 80 };

struct attach_in {
    int64_t item;
    str name, type, note, content;
    str hash; // set by attach_store
};
// Puts the bytes on disk, when the actor may see the item. On a loop thread.
enum err_code attach_store(struct ctx *c, struct attach_in *in, struct err *e) MUST_USE;
// Records them as an event of the item. On the writer.
enum err_code attach_record(struct ctx *c, const struct attach_in *in, struct err *e) MUST_USE;

// The attachment of an item that somebody means by its id, its name (of several the newest), or as
// a field keeps it: "7/合同.pdf", so that it is told without looking it up. A note when there is
// none.
bool attach_named(
    struct ctx *c, int64_t item, str given, str *kept, struct err *e, str path) MUST_USE;

struct attached {
    str name, type, content;
};
enum err_code attach_load(
    struct ctx *c, int64_t item, int64_t file, struct attached *out, struct err *e) MUST_USE;

// Copies all of the town's attachments from one folder of blobs to another, each compared with its
// name. progress: NULL is fine.
struct attach_copy {
    void (*progress)(void *arg, int64_t done, int64_t total);
    void *arg;
    int64_t files, bytes; // done
};
enum err_code attach_copy_all(
    struct db *db, int64_t town, str from, str to, struct attach_copy *x, struct err *e) MUST_USE;
str attach_url_name(struct arena *a, str name); // percent-encoded for a header (RFC 8187)

#endif
