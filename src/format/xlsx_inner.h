// Shared by xlsx_read.c (the archive, what stands around the sheets), xlsx_xml.c (a part of it as
// XML) and xlsx_cells.c (rows), and by nobody else.
#ifndef BH_FORMAT_XLSX_INNER_H
#define BH_FORMAT_XLSX_INNER_H

#include <expat.h>
#include <stdio.h>
#include <zip.h>
#include "base/buf.h"
#include "format/xlsx_read.h"

enum xlsx_fault {
    XLSX_FAULT_NONE,
    XLSX_FAULT_ARCHIVE, // damaged
    XLSX_FAULT_PART,    // a part that must be there is not
    XLSX_FAULT_PASSWORD,
    XLSX_FAULT_XML,
    XLSX_FAULT_DOCTYPE,
    XLSX_FAULT_SIZE,
    XLSX_FAULT_STRINGS,
    XLSX_FAULT_SHEETS,
    XLSX_FAULT_COLUMNS,
    XLSX_FAULT_ROWS,
    XLSX_FAULT_ORDER,
    XLSX_FAULT_ROW_SIZE,
    XLSX_FAULT_DISK,
};

// ---- a part as XML: names without their prefix

struct xlsx_xml {
    XML_Parser parser;
    zip_file_t *file;
    int64_t read, size, max; // bytes unpacked: so far, as the archive says, allowed
    int64_t told;            // where the last event was: what comes without one may not be long
    int depth;
    bool ended, suspended;
    enum xlsx_fault fault;
    void *arg;
    void (*start)(void *arg, const char *name, const char **attrs);
    void (*end)(void *arg, const char *name);
    void (*text)(void *arg, str x);
};
// Afterwards x->fault says what is wrong; close it in any case.
void xlsx_xml_open(struct xlsx_xml *x, zip_t *zip, str part, int64_t max);
// On, until xlsx_xml_stop or the end; false at the end and when something is wrong.
bool xlsx_xml_go(struct xlsx_xml *x);
void xlsx_xml_stop(struct xlsx_xml *x); // from a handler
void xlsx_xml_fail(struct xlsx_xml *x, enum xlsx_fault fault);
void xlsx_xml_close(struct xlsx_xml *x);
const char *xlsx_xml_attr(const char **attrs, const char *name); // NULL when absent
const char *xlsx_xml_local(const char *name);

// ---- shared texts

struct xlsx_strings {
    struct arena *arena;
    str *first; // in memory
    size_t n_first, bytes;
    int64_t n;
    FILE *places, *texts; // the others; NULL: there are none
    int64_t texts_at;
    bool failed, unsaid; // unsaid: written, and not yet with the file
};
// The part they stand in, read as far as somebody asked.
struct xlsx_sharing {
    struct xlsx_xml xml;
    struct arena *scratch;
    struct buf text;
    int64_t wanted;
    bool open, in_item, takes;
    int phonetic;
};
void xlsx_strings_add(struct xlsx_strings *s, str x);
// Into room for XLSX_READ_CELL_MAX_BYTES; false when there is no such text or it cannot be read.
bool xlsx_strings_get(struct xlsx_strings *s, int64_t at, char *room, str *out);
void xlsx_strings_close(struct xlsx_strings *s);

// ---- the workbook

enum xlsx_shows { XLSX_SHOWS_NUMBER, XLSX_SHOWS_DATE };

struct xlsx_spot { // a cell of the row being read
    size_t at, n;  // in store
};
struct xlsx_cells {
    struct xlsx_xml xml;
    char *store;
    size_t n_store;
    struct xlsx_spot *spots; // XLSX_READ_COLUMNS_MAX
    size_t n;                // behind the last cell that holds something
    int64_t row;
    size_t column;
    bool hidden, in_row, any;
    // The cell being read.
    char type[12];
    size_t style;
    bool in_cell, takes, formula, valued;
    int phonetic;
    struct buf value;
    struct arena *scratch;
    str *out;
};
struct xlsx_book {
    struct arena *arena;
    zip_t *zip;
    struct xlsx_read_sheet *sheets;
    size_t n_sheets;
    bool from_1904;
    unsigned char *shows; // by style
    size_t n_shows;
    struct xlsx_strings strings;
    struct xlsx_sharing sharing;
    struct xlsx_cells cells;
};
// A text as it is kept: escapes read, other controls left out, blanks at both ends cut off. In
// place.
str xlsx_clean(char *s, size_t n);
// The shared text of this number; what is wrong when there is none.
enum xlsx_fault xlsx_shared(struct xlsx_book *b, int64_t at, char *room, str *out);
enum err_code xlsx_fault_say(enum xlsx_fault fault, int64_t row, struct err *e);

#endif
