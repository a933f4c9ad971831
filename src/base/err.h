// Errors as values. A caller passes a struct err; whoever finds something wrong adds a note and
// returns the code. Several notes may be added, so that a form with three mistakes is answered
// once. The first note's code is the error's code.
#ifndef BH_BASE_ERR_H
#define BH_BASE_ERR_H

#include "base/str.h"

enum { ERR_NOTES_MAX = 100 }; // further notes are counted, not kept

enum err_code {
    OK = 0,
    ERR_INVALID,  // 400 the request or the file is wrong
    ERR_LOGIN,    // 401 nobody, or no longer, logged in
    ERR_DENIED,   // 403 the right is missing
    ERR_MISSING,  // 404 there is none, or none you may see
    ERR_CONFLICT, // 409 somebody acted first
    ERR_LIMIT,    // 413 larger than a limit
    ERR_RATE,     // 429 too often
    ERR_BUSY,     // 503 later
    ERR_FULL,     // 503 the disk is full
    ERR_STORE,    // 500 the database or the disk
};

enum lang { LANG_ZH, LANG_EN };

struct err_note {
    enum err_code code;
    str field;        // what: a JSON path, a column, a YAML path; may be empty
    str message;      // in err.lang
    str expected;     // what was expected; may be empty
    int line, column; // where in a text; 0 when not in one
};

struct err {
    enum err_code code;
    enum lang lang;
    struct arena *arena;
    struct err_note *notes;
    size_t n;       // notes kept
    size_t dropped; // notes beyond ERR_NOTES_MAX
    str file;       // set by whoever reads a file; named in err_text
    // A raw JSON object added to the answer, for example both versions of a conflict; may be empty.
    str extra;
};

void err_init(struct err *e, struct arena *a, enum lang lang);

// Adds a note, in Chinese or English as e->lang says (both formats take the same arguments in the
// same order). Returns code. field and expected are copied.
enum err_code err_add(struct err *e, enum err_code code, str field, str expected, const char *en,
    const char *zh, ...) PRINTF_LIKE(5, 7) PRINTF_LIKE(6, 7);
// The same at a place in a text.
enum err_code err_at(struct err *e, int line, int column, str field, str expected, const char *en,
    const char *zh, ...) PRINTF_LIKE(6, 8) PRINTF_LIKE(7, 8);
// Adds all notes of another error, with prefix before each field.
void err_merge(struct err *e, const struct err *other, str prefix);
// One line a note: "file:line:column: field: message (expected ...)". For the terminal and the log.
str err_text(const struct err *e, struct arena *a);
const char *err_code_name(enum err_code c); // "invalid", "conflict", ...

#endif
