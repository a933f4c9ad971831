// A ZIP archive written as it grows, in flat memory: entry after entry, each deflated, its sizes
// behind it, so that nothing has to be kept or sought back. Made for documents (XLSX) that leave
// while they are written; libzip and libxlsxwriter write only once everything is there
// (docs/decisions/026).
#ifndef BH_FORMAT_ZIP_WRITE_H
#define BH_FORMAT_ZIP_WRITE_H

#include "base/str.h"

enum { ZIP_WRITE_ENTRIES_MAX = 1000 };

// Takes what is ready, in order. It may come in many small pieces or in few large ones.
struct zip_sink {
    void *arg;
    void (*put)(void *arg, const char *s, size_t n);
};

struct zip_writer;
// now_us: the time the entries carry. Everything lives in a.
struct zip_writer *zip_write_new(struct arena *a, struct zip_sink sink, int64_t now_us, int zone_s);
void zip_write_entry(struct zip_writer *z, str name); // ends the one before
void zip_write_bytes(struct zip_writer *z, str bytes);
int64_t zip_write_entry_size(const struct zip_writer *z); // of the present entry, not deflated
// The directory at the end. False when the archive has become larger than the format can say
// (4 GiB); what was given to the sink is then of no use.
bool zip_write_end(struct zip_writer *z) MUST_USE;

#endif
