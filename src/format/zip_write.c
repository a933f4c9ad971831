#include "format/zip_write.h"

#include <string.h>
#include <zlib.h>
#include "base/tm.h"

// [APPNOTE.TXT 6.3.9] 4.3 and 4.4
enum {
    SIG_LOCAL = 0x04034b50,
    SIG_DESCRIPTOR = 0x08074b50,
    SIG_CENTRAL = 0x02014b50,
    SIG_END = 0x06054b50,
    VERSION = 20,             // deflate
    FLAGS = 1 << 3 | 1 << 11, // sizes behind the data; names in UTF-8
    METHOD_DEFLATE = 8,
    LEVEL = 5,         // the file is a few percent larger than at 9, in a third of the time
    WINDOW_BITS = -15, // no zlib header
    MEM_LEVEL = 8,
    OUT_BYTES = 16 * KIB,
    HEADER_MAX_BYTES = 64,
};
#define SIZE_MAX_BYTES INT64_C(0xFFFFFFFE)

struct entry {
    str name;
    uint32_t crc;
    int64_t at, packed, size;
};
struct zip_writer {
    struct arena *arena;
    struct zip_sink sink;
    uint16_t date, time;
    z_stream z;
    struct entry *entries;
    size_t n;
    bool open;  // the last entry
    int64_t at; // bytes given to the sink
    unsigned char out[OUT_BYTES];
};

static voidpf take_memory(voidpf arena, uInt n, uInt size)
{
    return arena_array(arena, n, size);
}

static void leave_memory(voidpf arena, voidpf p)
{
    (void)arena, (void)p; // goes with the arena
}

struct zip_writer *zip_write_new(struct arena *a, struct zip_sink sink, int64_t now_us, int zone_s)
{
    struct zip_writer *z = NEW(a, struct zip_writer);
    struct civil t;
    tm_to_civil(now_us, zone_s, &t);
    z->arena = a;
    z->sink = sink;
    z->date = 1 << 5 | 1;                 // 1980-01-01
    if (t.year >= 1980 && t.year <= 2107) // what the format can say
        z->date = (uint16_t)((t.year - 1980) << 9 | t.month << 5 | t.day);
    z->time = (uint16_t)(t.hour << 11 | t.minute << 5 | t.second / 2);
    z->z.zalloc = take_memory;
    z->z.zfree = leave_memory;
    z->z.opaque = a;
    int ok = deflateInit2(&z->z, LEVEL, Z_DEFLATED, WINDOW_BITS, MEM_LEVEL, Z_DEFAULT_STRATEGY);
    CHECK(ok == Z_OK); // memory comes from the arena
    return z;
}

static void put(struct zip_writer *z, const void *s, size_t n)
{
    if (n > 0)
        z->sink.put(z->sink.arg, s, n);
    z->at += (int64_t)n;
}

// Numbers stand with their low byte first.
struct header {
    unsigned char s[HEADER_MAX_BYTES];
    size_t n;
};

static void add(struct header *h, int64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++, v >>= 8)
        h->s[h->n++] = (unsigned char)(v & 0xFF);
}

static void add_times(struct header *h, const struct zip_writer *z)
{
    add(h, VERSION, 2);
    add(h, FLAGS, 2);
    add(h, METHOD_DEFLATE, 2);
    add(h, z->time, 2);
    add(h, z->date, 2);
}

static void deflate_some(struct zip_writer *z, str x, int flush)
{
    union { // zlib only reads it
        const char *from;
        unsigned char *to;
    } in = {.from = x.s};
    struct entry *e = &z->entries[z->n - 1];
    z->z.next_in = in.to;
    z->z.avail_in = (uInt)x.n;
    do {
        z->z.next_out = z->out;
        z->z.avail_out = OUT_BYTES;
        int ok = deflate(&z->z, flush);
        CHECK(ok != Z_STREAM_ERROR);
        size_t n = OUT_BYTES - z->z.avail_out;
        put(z, z->out, n);
        e->packed += (int64_t)n;
    } while (z->z.avail_out == 0);
    CHECK(z->z.avail_in == 0);
}

static void end_entry(struct zip_writer *z)
{
    if (!z->open)
        return;
    struct entry *e = &z->entries[z->n - 1];
    struct header h = {0};
    deflate_some(z, (str){0}, Z_FINISH);
    int ok = deflateReset(&z->z);
    CHECK(ok == Z_OK);
    add(&h, SIG_DESCRIPTOR, 4);
    add(&h, e->crc, 4);
    add(&h, e->packed, 4);
    add(&h, e->size, 4);
    put(z, h.s, h.n);
    z->open = false;
}

void zip_write_entry(struct zip_writer *z, str name)
{
    end_entry(z);
    CHECK(z->n < ZIP_WRITE_ENTRIES_MAX);
    struct entry e = {
        .name = str_dup(z->arena, name), .at = z->at, .crc = (uint32_t)crc32(0, NULL, 0)};
    VEC_PUSH(z->arena, z->entries, z->n) = e;
    struct header h = {0};
    add(&h, SIG_LOCAL, 4);
    add_times(&h, z);
    add(&h, 0, 12); // crc and sizes stand behind the data
    add(&h, (int64_t)name.n, 2);
    add(&h, 0, 2);
    put(z, h.s, h.n);
    put(z, name.s, name.n);
    z->open = true;
}

void zip_write_bytes(struct zip_writer *z, str bytes)
{
    CHECK(z->open);
    struct entry *e = &z->entries[z->n - 1];
    for (size_t at = 0; at < bytes.n; at += MIB) {
        str piece = str_sub(bytes, at, MIB);
        e->crc = (uint32_t)crc32(e->crc, (const unsigned char *)piece.s, (uInt)piece.n);
        deflate_some(z, piece, Z_NO_FLUSH);
    }
    e->size += (int64_t)bytes.n;
}

int64_t zip_write_entry_size(const struct zip_writer *z)
{
    return z->open ? z->entries[z->n - 1].size : 0;
}

static void put_central(struct zip_writer *z, const struct entry *e)
{
    struct header h = {0};
    add(&h, SIG_CENTRAL, 4);
    add(&h, VERSION, 2);
    add_times(&h, z);
    add(&h, e->crc, 4);
    add(&h, e->packed, 4);
    add(&h, e->size, 4);
    add(&h, (int64_t)e->name.n, 2);
    add(&h, 0, 12); // no extra, no comment, disk 0, no attributes
    add(&h, e->at, 4);
    put(z, h.s, h.n);
    put(z, e->name.s, e->name.n);
}

bool zip_write_end(struct zip_writer *z)
{
    end_entry(z);
    int64_t from = z->at;
    bool fits = true;
    for (size_t i = 0; i < z->n; i++) {
        const struct entry *e = &z->entries[i];
        fits = fits && e->at < SIZE_MAX_BYTES && e->packed < SIZE_MAX_BYTES &&
               e->size < SIZE_MAX_BYTES;
        put_central(z, e);
    }
    struct header h = {0};
    int64_t size = z->at - from;
    add(&h, SIG_END, 4);
    add(&h, 0, 4);
    add(&h, (int64_t)z->n, 2);
    add(&h, (int64_t)z->n, 2);
    add(&h, size, 4);
    add(&h, from, 4);
    add(&h, 0, 2);
    put(z, h.s, h.n);
    return fits && z->at < SIZE_MAX_BYTES;
}
